import { Item, SecsMessage } from "@effect-secs/codec"
import { SmlDocument, SmlParser, Template } from "@effect-secs/sml"
import { Effect } from "effect"

const { A, F4, L, U4 } = Item

const document = SmlParser.parse(`
#define MAX_REPORTS 50

S2F33 = defineReport OUTPUT W
<L [2]
  <U4 [1] 0> = DATAID
  <L [MAX MAX_REPORTS]
    <L [2]
      <U4 [1]> = RPTID
      <L [n] <U4 [1]> = VID>
    >
  >
>.

S6F11 = eventReport INPUT W
<L [3]
  <U4 [1]> = DATAID
  <U4 [1]> = CEID
  <L [n] <L [2] <U4 [1]> = RPTID <V> = VALUES>>
>.
`)

// Values in, message out. Each open list around a slot makes its value an array, one level deeper.
export const defineReports = SmlDocument.fill(document, "defineReport", {
  RPTID: [1, 2],
  VID: [[1001, 1002], [2001]]
})

// Message in, values out: the first message of the document that describes it.
export const event = SmlDocument.match(
  document,
  SecsMessage.primary(6, 11, L(U4(7), U4(100), L(L(U4(1), L(A("EXECUTING"), F4(181.5))))))
)

// One value by its key; the round of each open list around its slot goes behind the key.
export const state = Effect.gen(function* () {
  const { values } = yield* Effect.fromResult(event)
  const ceid = yield* Effect.fromResult(Template.number(values, "CEID"))
  // `<V>` takes any item, so it is one.
  const report = yield* Effect.fromResult(Template.item(values, "VALUES", 0))
  return { ceid, state: yield* Effect.fromResult(Item.asText(report, 0)) }
})

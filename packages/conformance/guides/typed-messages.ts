import { Item, StreamFunction, Structure } from "@effect-secs/codec"
import * as DataItems from "@effect-secs/messages/DataItems"
import { S1F1, S1F3 } from "@effect-secs/messages/S1"
import { S2F41 } from "@effect-secs/messages/S2"
import { S6F11 } from "@effect-secs/messages/S6"
import { Handlers, Session } from "@effect-secs/session"
import { Console, Context, Effect } from "effect"

const { HCACK } = DataItems
const { handle } = Handlers

// --- a host: calls -------------------------------------------------------------------------------------------------

export const host = Effect.gen(function* () {
  // A header only: no body. The reply is { mdln, softrev }, or undefined, as a host sends an empty list.
  const online = yield* Session.call(S1F1)

  // Status variables may have any format, so their values are items.
  const [temperature] = yield* Session.call(S1F3, [1001])

  // A wrong name or a wrong type does not compile.
  const { hcack } = yield* Session.call(S2F41, { rcmd: "START", parameters: [] })
  if (hcack !== HCACK.codes.Done) yield* Console.error(`START was refused: HCACK ${hcack}`)

  return { model: online?.mdln, temperature: `${temperature}`, hcack }
}).pipe(
  // A body that is not what its definition says names the field: "S2F42 hcack: expected B, got <A "no">".
  Effect.tapErrorTag("StructureError", (error) => Console.error(error.message))
)

// --- an equipment: handlers ----------------------------------------------------------------------------------------

class Busy {
  readonly _tag = "Busy"
}

class Chamber extends Context.Service<
  Chamber,
  { readonly start: (recipe: string | undefined) => Effect.Effect<void, Busy>; readonly temperature: number }
>()("guide/Chamber") {}

// What a handler succeeds with is the body of the reply; what it fails with becomes a reply, or SxF0.
export const equipment = Handlers.make(
  handle(S1F1, () => Effect.succeed({ mdln: "ETCHER", softrev: "1.0" })),
  handle(S1F3, (svids) => Effect.map(Chamber, ({ temperature }) => svids.map(() => Item.F4(temperature)))),
  handle(
    S2F41,
    Effect.fnUntraced(function* ({ parameters, rcmd }) {
      if (rcmd !== "START") return { hcack: HCACK.codes.CommandDoesNotExist, parameters: [] }
      const chamber = yield* Chamber
      const recipe = parameters.find(({ cpname }) => cpname === "PPID")?.cpval
      yield* chamber.start(recipe?._tag === "A" ? recipe.value : undefined)
      return { hcack: HCACK.codes.Done, parameters: [] }
    }),
    { onFailure: (_: Busy) => ({ hcack: HCACK.codes.CannotPerformNow, parameters: [] }) }
  )
)

export const chamber = (state: { busy: boolean }) =>
  Chamber.of({
    start: () => (state.busy ? Effect.fail(new Busy()) : Effect.sync(() => void (state.busy = true))),
    temperature: 180
  })
export { Chamber }

// --- events, as the host hears them --------------------------------------------------------------------------------

export const events = (heard: (ceid: number | bigint | string, values: ReadonlyArray<string>) => void) =>
  Handlers.make(
    handle(S6F11, ({ ceid, reports }) =>
      Effect.sync(() => {
        heard(
          ceid,
          reports.flatMap(({ values }) => values.map(String))
        )
        return DataItems.ACKC6.codes.Accepted
      })
    )
  )

// --- a message of your own -----------------------------------------------------------------------------------------

const DoorState = Structure.enumeration("U1", { Closed: 0, Open: 1 }, { name: "DOORSTATE", closed: true })

const S64F2 = StreamFunction.secondary({
  stream: 64,
  function: 2,
  name: "Doors",
  structure: Structure.listOf(DoorState)
})
export const S64F1 = StreamFunction.primary({ stream: 64, function: 1, name: "Doors Request", reply: S64F2 })

import { Item, ItemCodec, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Schema from "effect/Schema"
import { ItemFromSml, MessageFromSml } from "../src/SmlSchema.ts"
import { Items, runs } from "./support/draw.ts"
import { failure, sameItem, success } from "./support/expect.ts"

const { A, L, U4 } = Item

describe("SmlSchema", () => {
  it("decodes the text of an item and of a message, and encodes both in the canonical form", () => {
    sameItem(Schema.decodeSync(ItemFromSml)("<L <U4 1> <A 'x'>>"), L(U4(1), A("x")))
    assert.strictEqual(Schema.encodeSync(ItemFromSml)(L(U4(1))), "<L [1]\n  <U4 [1] 1>\n>")
    const message = SecsMessage.primary(1, 3, L(U4(1001)))
    assert.isTrue(Equal.equals(Schema.decodeSync(MessageFromSml)("check:'S1F3' W <L <U4 1001>>."), message))
    assert.strictEqual(Schema.encodeSync(MessageFromSml)(message), "S1F3 W\n<L [1]\n  <U4 [1] 1001>\n>\n.")
  })

  it("refuses text that is neither, with its line and column, and a template", () => {
    const Recipe = Schema.Struct({ body: ItemFromSml, start: MessageFromSml })
    const decode = (body: string, start: string) => String(failure(Schema.decodeUnknownResult(Recipe)({ body, start })))
    assert.match(decode("<L\n<U1 256>>", "S1F1 W."), /line 2, column 5: expected an integer from 0 to 255[^]*body/)
    assert.match(decode("<L>", "S128F1."), /0 to 127[^]*start/)
    assert.match(
      decode("<L>", "S1F3 = check W <L <U4> = SVID>."),
      /expected a message, found a template with 1 slots[^]*start/
    )
    assert.match(decode("<L <V X>>", "S1F1 W."), /an item without slots[^]*body/)
  })

  it("refuses to encode what SML has no text for", () => {
    const withBit = new SecsMessage.SecsMessage(1, 2, true, undefined)
    assert.match(String(failure(Schema.encodeUnknownResult(MessageFromSml)(withBit))), /peer has no text for the W-bit/)
    // <F4> 7fa00000, a NaN with a payload.
    const payload = success(ItemCodec.decode(Uint8Array.of(0x91, 4, 0x7f, 0xa0, 0, 0)))
    assert.match(String(failure(Schema.encodeUnknownResult(ItemFromSml)(payload))), /peer has no text for .*NaN/)
  })

  it.prop(
    "decodes every item it encodes",
    [Items],
    ([item]) => sameItem(Schema.decodeSync(ItemFromSml)(Schema.encodeSync(ItemFromSml)(item)), item),
    runs(300, 3_000)
  )
})

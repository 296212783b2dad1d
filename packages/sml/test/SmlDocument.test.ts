import { assert, describe, it } from "@effect/vitest"
import { Item, SecsMessage } from "@effect-secs/codec"
import * as Result from "effect/Result"
import * as SmlDocument from "../src/SmlDocument.ts"
import * as SmlParser from "../src/SmlParser.ts"

const { A, B, L, U4 } = Item

const document = SmlParser.parse(`
AreYouThere: S1F1 W.
S1F3 = read OUTPUT W <L [n] <U4 [1]> = SVID>.
S1F3 = readOne OUTPUT W <L [1] <U4 [1]> = SVID>.
ack: S6F12 <B 0x00>.
nak: S6F12 <B 0x01>.
S6F11 = event INPUT W <L [3] <U4 [1]> = DATAID <U4 [1] 100> <V> = REPORTS>.
`)

const failure = <A, E extends { readonly message: string }>(result: Result.Result<A, E>): E => {
  assert.isTrue(Result.isFailure(result))
  return (result as Result.Failure<A, E>).failure
}

describe("SmlDocument.fill", () => {
  it("gives the message of a name with its slots filled, W-bit as written", () => {
    assert.deepStrictEqual(
      SmlDocument.fill(document, "read", { SVID: [1, 2] }),
      Result.succeed(SecsMessage.primary(1, 3, L(U4(1), U4(2))))
    )
  })

  it("finds a name without regard to case where none fits exactly", () => {
    assert.deepStrictEqual(SmlDocument.fill(document, "areyouthere"), Result.succeed(SecsMessage.primary(1, 1)))
  })

  it("gives a message without slots as it is, and refuses values for it by name", () => {
    assert.deepStrictEqual(SmlDocument.fill(document, "nak"), Result.succeed(SecsMessage.secondary(6, 12, B(1))))
    assert.strictEqual(
      failure(SmlDocument.fill(document, "nak", { X: 1 })).message,
      "there is no slot X: the template has none"
    )
  })

  it("names the messages there are where it has none of that name", () => {
    assert.strictEqual(
      failure(SmlDocument.fill(document, "write")).message,
      "there is no message write: the document has AreYouThere, read, readOne, ack, nak, event"
    )
  })

  it("names the slot that has no value", () => {
    assert.strictEqual(
      failure(SmlDocument.fill(document, "readOne")).message,
      "slot SVID at [0] has no value and no default: expected U4"
    )
  })
})

describe("SmlDocument.match", () => {
  const names = (message: SecsMessage.SecsMessage) =>
    Result.map(SmlDocument.match(document, message), ({ message, values }) => [message.name, values])

  it("gives the first message that describes what was received, and the values of its slots", () => {
    assert.deepStrictEqual(
      names(SecsMessage.primary(1, 3, L(U4(7), U4(8)))),
      Result.succeed(["read", { SVID: [7, 8] }])
    )
    const reports = L(A("x"))
    assert.deepStrictEqual(
      names(SecsMessage.primary(6, 11, L(U4(1), U4(100), reports))),
      Result.succeed(["event", { DATAID: 1, REPORTS: reports }])
    )
  })

  it("tells messages without slots apart by their items, and takes a header only for a header only", () => {
    assert.deepStrictEqual(names(SecsMessage.secondary(6, 12, B(1))), Result.succeed(["nak", {}]))
    assert.deepStrictEqual(names(SecsMessage.primary(1, 1)), Result.succeed(["AreYouThere", {}]))
    assert.strictEqual(
      failure(SmlDocument.match(document, SecsMessage.primary(1, 1, L()))).message,
      "S1F1 is not described: AreYouThere: the root item: expected no item, seen L"
    )
  })

  it("says of each message that was tried where it differs", () => {
    const message = failure(SmlDocument.match(document, SecsMessage.secondary(6, 12, B(2)))).message
    assert.match(message, /^S6F12 is not described: ack: the root item: .*; nak: the root item: /)
    assert.strictEqual(
      failure(SmlDocument.match(document, SecsMessage.primary(2, 17))).message,
      "the document has no S2F17"
    )
  })
})

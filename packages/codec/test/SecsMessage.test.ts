import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as Schema from "effect/Schema"
import { MessageError } from "../src/CodecError.ts"
import { A, L, U1, U4 } from "../src/Item.ts"
import * as SecsMessage from "../src/SecsMessage.ts"
import { failure, success, thrown } from "./support/expect.ts"

const message = (
  stream: number,
  function_: number,
  replyExpected: boolean,
  item = undefined as ReturnType<typeof L> | undefined
) => new SecsMessage.SecsMessage(stream, function_, replyExpected, item)

const reasonThrown = (f: () => unknown): string => {
  const error = thrown(f)
  assert.instanceOf(error, MessageError)
  return error.reason
}

const reason = (stream: number, function_: number, replyExpected: boolean, item?: ReturnType<typeof L>): string =>
  failure(SecsMessage.validate(message(stream, function_, replyExpected, item))).reason

describe("SecsMessage", () => {
  it("makes a primary that expects a reply, unless the standard gives it none", () => {
    for (let stream = 1; stream <= 127; stream++) {
      for (let function_ = 1; function_ <= 255; function_ += 2) {
        const primary = SecsMessage.primary(stream, function_)
        assert.strictEqual(primary.replyExpected, stream !== 9 && function_ !== 255)
        assert.strictEqual(success(SecsMessage.validate(primary)), primary)
        assert.isTrue(SecsMessage.isPrimary(primary))
      }
    }
  })

  it("makes a secondary that expects none", () => {
    for (let stream = 1; stream <= 127; stream++) {
      for (let function_ = 0; function_ <= 254; function_ += 2) {
        const secondary = SecsMessage.secondary(stream, function_)
        assert.isFalse(secondary.replyExpected)
        assert.strictEqual(success(SecsMessage.validate(secondary)), secondary)
        assert.isFalse(SecsMessage.isPrimary(secondary))
      }
    }
  })

  it("aborts with function 0 and no text", () => {
    assert.isTrue(Equal.equals(SecsMessage.abort(5), message(5, 0, false)))
    assert.strictEqual(
      reasonThrown(() => SecsMessage.secondary(5, 0, L())),
      "TextOnAbort"
    )
  })

  it("throws on streams outside 1 to 127, functions outside 0 to 255, and the wrong parity", () => {
    for (const stream of [0, -1, 128, 1.5, NaN]) {
      assert.strictEqual(
        reasonThrown(() => SecsMessage.primary(stream, 1)),
        "StreamRange"
      )
      assert.strictEqual(
        reasonThrown(() => SecsMessage.secondary(stream, 2)),
        "StreamRange"
      )
    }
    for (const function_ of [-1, 256, 257, 1.5, NaN]) {
      assert.strictEqual(
        reasonThrown(() => SecsMessage.primary(1, function_)),
        "FunctionRange"
      )
      assert.strictEqual(
        reasonThrown(() => SecsMessage.secondary(1, function_)),
        "FunctionRange"
      )
    }
    assert.strictEqual(
      reasonThrown(() => SecsMessage.primary(1, 2)),
      "NotPrimary"
    )
    assert.strictEqual(
      reasonThrown(() => SecsMessage.primary(1, 0)),
      "NotPrimary"
    )
    assert.strictEqual(
      reasonThrown(() => SecsMessage.secondary(1, 1)),
      "NotSecondary"
    )
  })

  it("tells why the standard forbids a message", () => {
    assert.strictEqual(reason(0, 1, true), "StreamRange")
    assert.strictEqual(reason(128, 1, false), "StreamRange")
    assert.strictEqual(reason(1, 256, false), "FunctionRange")
    assert.strictEqual(reason(1, 2, true), "WBitOnSecondary")
    assert.strictEqual(reason(1, 0, true), "WBitOnSecondary")
    assert.strictEqual(reason(9, 1, true), "NoReply")
    assert.strictEqual(reason(1, 255, true), "NoReply")
    assert.strictEqual(reason(1, 0, false, L()), "TextOnAbort")
  })

  it("clears the W-bit and nothing else", () => {
    const primary = SecsMessage.primary(1, 3, L(U4(1)))
    assert.isTrue(Equal.equals(SecsMessage.withoutReply(primary), message(1, 3, false, L(U4(1)))))
    const silent = SecsMessage.withoutReply(primary)
    assert.strictEqual(SecsMessage.withoutReply(silent), silent)
  })

  it("tells no item from an empty list, and every field from another", () => {
    const all = [
      message(1, 1, true),
      message(1, 1, true, L()),
      message(1, 1, true, L(U1(1))),
      message(1, 1, false),
      message(1, 3, true),
      message(2, 1, true)
    ]
    all.forEach((a, i) => all.forEach((b, j) => assert.strictEqual(Equal.equals(a, b), i === j)))
    assert.isTrue(Equal.equals(message(1, 1, true, L(A("x"))), message(1, 1, true, L(A("x")))))
    const many = (last: number) => message(1, 1, true, L([...Array.from({ length: 100 }, () => U1(0)), U1(last)]))
    assert.isTrue(Equal.equals(many(1), many(1)))
    assert.isFalse(Equal.equals(many(1), many(2)))
    assert.strictEqual(Hash.hash(message(1, 1, true, L(A("x")))), Hash.hash(message(1, 1, true, L(A("x")))))
    assert.isFalse(
      Equal.equals<unknown, unknown>(message(1, 1, true), {
        stream: 1,
        function: 1,
        replyExpected: true,
        item: undefined
      })
    )
  })

  it("shows itself in one line", () => {
    assert.strictEqual(`${SecsMessage.primary(1, 3, L(U4(1)))}`, "S1F3 W <L [1] <U4 1>>")
    assert.strictEqual(`${SecsMessage.secondary(1, 2)}`, "S1F2")
    assert.strictEqual(SecsMessage.abort(7).name, "S7F0")
  })

  it("has a Schema that accepts every message that can stand on the wire and no other", () => {
    const is = Schema.is(SecsMessage.Message)
    for (const [stream, function_] of [
      [0, 0],
      [1, 1],
      [127, 255],
      [9, 1]
    ] as const) {
      for (const replyExpected of [true, false]) assert.isTrue(is(message(stream, function_, replyExpected, L())))
    }
    for (const [stream, function_] of [
      [-1, 1],
      [128, 1],
      [1, 256],
      [1, 0.5],
      [NaN, 1]
    ] as const) {
      assert.isFalse(is(message(stream, function_, true)))
    }
    assert.isFalse(is(message(1, 1, true, "text" as never)))
    assert.isFalse(is({ stream: 1, function: 1, replyExpected: true, item: undefined }))
  })

  it("carries a message through JSON", () => {
    const json = Schema.toCodecJson(SecsMessage.Message)
    for (const one of [SecsMessage.primary(1, 3, L(U4(1))), SecsMessage.secondary(1, 4), SecsMessage.abort(1)]) {
      const text = JSON.stringify(Schema.encodeSync(json)(one))
      assert.isTrue(Equal.equals(Schema.decodeUnknownSync(json)(JSON.parse(text)), one))
    }
  })
})

import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as DefaultReplies from "../src/talk/DefaultReplies.ts"

const { A, B, L, U1 } = Item
const time = "2026010203040506"

const reply = (role: DefaultReplies.Role, stream: number, function_: number, item?: Item.Item) =>
  DefaultReplies.find(SecsMessage.primary(stream, function_, item), { role, time })

describe("DefaultReplies", () => {
  it("says what an equipment is, and that a host is there", () => {
    assert.deepStrictEqual(reply("equipment", 1, 1), { item: L(A("SECS"), A("0")) })
    assert.deepStrictEqual(reply("host", 1, 1), { item: L() })
    assert.deepStrictEqual(reply("equipment", 1, 13), { item: L(B(0), L(A("SECS"), A("0"))) })
    assert.deepStrictEqual(reply("host", 1, 13), { item: L(B(0), L()) })
  })

  it.each([
    ["host", 5, 1],
    ["host", 6, 11],
    ["host", 10, 1],
    ["equipment", 1, 15],
    ["equipment", 2, 37],
    ["equipment", 10, 3]
  ] as const)("acknowledges as %s S%dF%d", (role, stream, function_) => {
    assert.deepStrictEqual(reply(role, stream, function_), { item: B(0) })
  })

  it("gives a loopback back as it came, also when it is a header only", () => {
    assert.deepStrictEqual(reply("equipment", 2, 25, U1(7)), { item: U1(7) })
    assert.deepStrictEqual(reply("host", 2, 25), { item: undefined })
  })

  it("tells the time in 16 digits", () => {
    assert.deepStrictEqual(reply("host", 2, 17), { item: A(time) })
  })

  it("has no answer to what only the other role is asked", () => {
    assert.isUndefined(reply("host", 2, 41))
    assert.isUndefined(reply("equipment", 6, 11))
    assert.isTrue(DefaultReplies.knowsStream(2, "equipment"))
    assert.isFalse(DefaultReplies.knowsStream(6, "equipment"))
    // S1F1, not S1 of S10.
    assert.isFalse(DefaultReplies.knowsStream(3, "host"))
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Backlog from "../src/talk/Backlog.ts"

interface Value {
  readonly _tag: "Value"
  readonly number: number
}

const value = (number: number): Value => ({ _tag: "Value", number })

/** Numbers, and of gaps what is missing as text. */
const drained = ({ take }: Backlog.Backlog<Value>) => {
  const out: Array<number | string> = []
  for (let next = take(); next !== undefined; next = take()) {
    out.push(next._tag === "Gap" ? `-${next.missed}` : next.number)
  }
  return out
}

describe("Backlog", () => {
  it("gives what it holds in order, and has a gap where it held no more", () => {
    const backlog = Backlog.make<Value>(4)
    for (let number = 1; number <= 7; number++) backlog.push(value(number))
    assert.strictEqual(backlog.count(), 7)
    assert.deepStrictEqual(drained(backlog), [1, 2, 3, 4, "-3"])
    backlog.push(value(8))
    assert.deepStrictEqual(drained(backlog), [8])
    assert.strictEqual(backlog.count(), 0)
  })

  it("takes more again when half of it is taken, not before", () => {
    const backlog = Backlog.make<Value>(4)
    for (let number = 1; number <= 5; number++) backlog.push(value(number))
    backlog.take()
    backlog.take()
    backlog.push(value(6))
    backlog.take()
    backlog.push(value(7))
    assert.deepStrictEqual(drained(backlog), [4, "-2", 7])
  })

  it.prop(
    "accounts for every value, in order, however it is pushed and taken",
    [Schema.Array(Schema.Boolean), Schema.Literals([1, 2, 3, 8])],
    ([pushes, capacity]) => {
      const backlog = Backlog.make<Value>(capacity)
      let pushed = 0
      let seen = 0
      const look = () => {
        const next = backlog.take()
        if (next?._tag === "Gap") seen += next.missed
        else if (next !== undefined) assert.strictEqual(next.number, ++seen)
        return next !== undefined
      }
      for (const push of pushes) {
        if (push) backlog.push(value(++pushed))
        else look()
      }
      while (look());
      assert.strictEqual(seen, pushed)
    }
  )
})

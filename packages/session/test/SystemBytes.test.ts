import { assert, describe, it } from "@effect/vitest"
import { SystemBytes } from "../src/index.ts"

const none = () => false

const take = (counter: SystemBytes.SystemBytes, count: number): ReadonlyArray<number> =>
  Array.from({ length: count }, () => counter.next())

describe("system bytes", () => {
  it("count up from the number after the first", () => {
    assert.deepStrictEqual(take(SystemBytes.make(0, none), 3), [1, 2, 3])
    assert.deepStrictEqual(take(SystemBytes.make(0x8000_0000, none), 2), [0x8000_0001, 0x8000_0002])
  })

  it("go on with 1 after the largest, never with 0 (e37/system-bytes/wrap)", () => {
    assert.deepStrictEqual(take(SystemBytes.make(0xffff_fffd, none), 4), [0xffff_fffe, 0xffff_ffff, 1, 2])
    assert.deepStrictEqual(take(SystemBytes.make(0xffff_ffff, none), 1), [1])
  })

  it("pass over those of open transactions, also across the largest (e37/system-bytes/unique)", () => {
    const open = new Set([0xffff_ffff, 1, 2, 5])
    const counter = SystemBytes.make(0xffff_fffd, (systemBytes) => open.has(systemBytes))
    assert.deepStrictEqual(take(counter, 4), [0xffff_fffe, 3, 4, 6])
  })

  it("use one again once its transaction has ended and the counter has come round", () => {
    const open = new Set([1])
    const counter = SystemBytes.make(0xffff_ffff, (systemBytes) => open.has(systemBytes))
    assert.strictEqual(counter.next(), 2)
    open.clear()
    assert.strictEqual(SystemBytes.make(0, (systemBytes) => open.has(systemBytes)).next(), 1)
  })

  it("do not repeat a recent one (e37/system-bytes/recent)", () => {
    const numbers = take(SystemBytes.make(0xffff_ff00, none), 100_000)
    assert.strictEqual(new Set(numbers).size, 100_000)
  })

  it("are shown as eight hexadecimal digits", () => {
    assert.strictEqual(SystemBytes.format(42), "0000002a")
    assert.strictEqual(SystemBytes.format(0xffff_ffff), "ffffffff")
  })
})

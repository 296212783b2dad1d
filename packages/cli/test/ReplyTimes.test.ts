import { assert, describe, it } from "@effect/vitest"
import * as ReplyTimes from "../src/talk/ReplyTimes.ts"

describe("ReplyTimes", () => {
  it("sums nothing up to nothing", () => {
    assert.isUndefined(ReplyTimes.summarize([]))
  })

  it("takes one time for all of them", () => {
    const summary = { count: 1, minimum: 7, median: 7, percentile99: 7, maximum: 7 }
    assert.deepStrictEqual(ReplyTimes.summarize([7]), summary)
  })

  it("finds the times at their places in 100, whatever the order", () => {
    const millis = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1)
    const summary = { count: 100, minimum: 1, median: 50, percentile99: 99, maximum: 100 }
    assert.deepStrictEqual(ReplyTimes.summarize(millis), summary)
  })

  it("takes the slower half's fastest as 99 % of two, which nothing but the slowest is", () => {
    assert.deepStrictEqual(ReplyTimes.summarize([9, 3]), {
      count: 2,
      minimum: 3,
      median: 3,
      percentile99: 9,
      maximum: 9
    })
  })

  it.each([
    [0.004, "0.00 ms"],
    [0.42, "0.42 ms"],
    [12.34, "12.3 ms"],
    [123.4, "123 ms"],
    [1500, "1.50 s"]
  ])("shows %d as %s", (millis, text) => {
    assert.strictEqual(ReplyTimes.format(millis), text)
  })
})

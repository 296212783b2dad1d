import { assert, describe, it } from "@effect/vitest"
import { RunningTimes } from "../src/logs/RunningTimes.ts"
import { draw, Natural, Seed } from "./support/draw.ts"

const of = (durations: ReadonlyArray<number>) => {
  const times = new RunningTimes()
  for (const one of durations) times.add(one)
  return times.summary
}

describe("RunningTimes", () => {
  it("knows nothing of nothing", () => {
    assert.isUndefined(of([]))
  })

  it("is exact while there are few", () => {
    assert.deepStrictEqual(of([5]), { count: 1, minimum: 5, median: 5, percentile99: 5, maximum: 5 })
    assert.deepStrictEqual(of([4, 1, 3, 2]), { count: 4, minimum: 1, median: 2, percentile99: 4, maximum: 4 })
    assert.deepStrictEqual(of(Array.from({ length: 200 }, (_, i) => 200 - i)), {
      count: 200,
      minimum: 1,
      median: 100,
      percentile99: 198,
      maximum: 200
    })
  })

  it("takes durations of 0 and less, which clocks that are set give", () => {
    const many = of(Array.from({ length: 10_000 }, (_, i) => i - 20))
    assert.deepInclude(many, { count: 10_000, minimum: -20, maximum: 9979 })
  })

  it.prop(
    "is off by half a per cent at most where there are many",
    [Seed, Natural(4000)],
    ([seed, more]) => {
      const random = draw(seed)
      const durations = Array.from({ length: 4097 + more }, () => (1 + random(1_000_000)) / 1000)
      const summary = of(durations)!
      const sorted = durations.toSorted((a, b) => a - b)
      const near = (seen: number, quantile: number) => {
        const exact = sorted[Math.ceil(quantile * sorted.length) - 1]!
        assert.closeTo(seen / exact, 1, 0.0051)
      }
      near(summary.median, 0.5)
      near(summary.percentile99, 0.99)
      assert.deepInclude(summary, { minimum: sorted[0]!, maximum: sorted.at(-1)! })
    },
    { arbitrary: { runs: 30 }, timeout: 60_000 }
  )
})

import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import { ChaosPlan } from "../src/index.ts"

const seeds = Array.from({ length: 400 }, (_, seed) => seed)

const courses = (plan: ChaosPlan.Plan) => plan.connections.flatMap(({ inbound, outbound }) => [inbound, outbound])

/** How often each kind occurs in the plans of all seeds. */
const kindsOf = (options: ChaosPlan.Options): Map<string, number> => {
  const seen = new Map<string, number>()
  const count = (kind: string) => seen.set(kind, (seen.get(kind) ?? 0) + 1)
  for (const seed of seeds) {
    const plan = ChaosPlan.make(seed, options)
    for (const { opening } of plan.connections) count(opening._tag)
    for (const course of courses(plan)) {
      count(course.pieces)
      if (!Duration.isZero(course.delay)) count("Delay")
      for (const fault of course.faults) count(fault._tag)
    }
  }
  return seen
}

const none = Object.fromEntries(ChaosPlan.kinds.map((kind) => [kind, 0]))

describe("the plan of a seed", () => {
  it("is the same each time it is made, and another for another seed", () => {
    const plans = seeds.map((seed) => ChaosPlan.describe(ChaosPlan.make(seed)))
    assert.deepStrictEqual(
      seeds.map((seed) => ChaosPlan.describe(ChaosPlan.make(seed))),
      plans
    )
    assert.isAbove(new Set(plans).size, seeds.length * 0.95)
  })

  it("stays within its options: connections, faults of a direction, their places and times, in order", () => {
    const options = {
      window: "9 seconds",
      connections: 2,
      faults: 2,
      bytes: 100,
      longest: "3 seconds",
      delay: "5 millis"
    }
    const plans = seeds.map((seed) => ChaosPlan.make(seed, options as ChaosPlan.Options))
    for (const plan of plans) {
      assert.strictEqual(Duration.toMillis(plan.window), 9000)
      assert.isAtMost(plan.connections.length, 2)
      for (const { opening } of plan.connections) {
        if (opening._tag === "Slow") assert.isAtMost(Duration.toMillis(opening.after), 3000)
      }
      for (const { delay, faults } of courses(plan)) {
        assert.isAtMost(faults.length, 2)
        assert.isAtMost(Duration.toMillis(delay), 5)
        const places = faults.map(({ at }) => at)
        assert.deepStrictEqual(
          places,
          places.toSorted((a, b) => a - b)
        )
        for (const at of places) assert.isBelow(at, 100)
        for (const fault of faults) {
          if (fault._tag === "Stall" || fault._tag === "Block") assert.isAtMost(Duration.toMillis(fault.lasts), 3000)
        }
      }
    }
    assert.isTrue(plans.some(({ connections }) => connections.length === 2))
    assert.isTrue(plans.some((plan) => courses(plan).some(({ faults }) => faults.length === 2)))
  })

  it("has every kind, each of its weight", () => {
    const seen = kindsOf({})
    for (const kind of ChaosPlan.kinds) assert.isAtLeast(seen.get(kind) ?? 0, 50, kind)
    const more = kindsOf({ weights: { Reset: 10 } })
    assert.isAbove(more.get("Reset")!, 3 * seen.get("Reset")!)
  })

  it("has no kind whose weight is 0, and nothing at all where every weight is", () => {
    for (const kind of ChaosPlan.kinds) assert.isFalse(kindsOf({ weights: { [kind]: 0 } }).has(kind), kind)
    assert.deepStrictEqual([...kindsOf({ weights: none }).keys()].toSorted(), ["Prompt", "Whole"])
  })

  it("has nothing after the end of a connection", () => {
    for (const course of seeds.flatMap((seed) => courses(ChaosPlan.make(seed)))) {
      for (const fault of course.faults.slice(0, -1)) assert.include(["Stall", "Block"], fault._tag)
    }
  })
})

describe("a plan in words", () => {
  it("says what each connection meets, in each direction, in order", () => {
    const { honest } = ChaosPlan
    const plan: ChaosPlan.Plan = {
      seed: 42,
      window: Duration.seconds(60),
      connections: [
        { ...honest, opening: { _tag: "Refused" } },
        { ...honest, opening: { _tag: "Never" } },
        {
          opening: { _tag: "Slow", after: Duration.seconds(3) },
          inbound: {
            pieces: "Random",
            seed: 1,
            delay: Duration.millis(12),
            faults: [
              { _tag: "Stall", at: 14, lasts: Duration.seconds(3) },
              { _tag: "Cut", at: 20 }
            ]
          },
          outbound: {
            pieces: "Single",
            seed: 1,
            delay: Duration.zero,
            faults: [
              { _tag: "Block", at: 0, lasts: Duration.millis(7) },
              { _tag: "Silence", at: 5 }
            ]
          }
        },
        {
          ...honest,
          inbound: { ...honest.inbound, pieces: "Joined", faults: [{ _tag: "Reset", at: 1 }] }
        }
      ]
    }
    assert.strictEqual(
      ChaosPlan.describe(plan),
      [
        "seed 42: chaos for 1m",
        "  connection 1 is refused",
        "  connection 2 never opens and never fails",
        "  connection 3 opens after 3s",
        "    inbound in random pieces, each up to 12ms late, stalls for 3s after 14 bytes, ends after 20 bytes",
        "    outbound byte by byte, blocks for 7ms after 0 bytes, silences the connection after 5 bytes",
        "  connection 4 opens",
        "    inbound joined, resets the connection after 1 bytes",
        "    outbound as it comes"
      ].join("\n")
    )
  })
})

/**
 * What is to be reached, as ratios within one run. Nothing fails when a goal is missed.
 */
import { framesIn } from "./framing.ts"
import type { Measured } from "./harness.ts"

export interface Goal {
  readonly what: string
  readonly measured: string
  readonly target: string
  readonly reached: boolean
}

interface Aim {
  readonly what: string
  /** The comparisons it needs. */
  readonly of: string
  readonly value: (measured: Measured) => number
  readonly atLeast?: number
  readonly atMost?: number
  readonly unit?: "ns"
}

const nodeMajor = Number(process.versions.node.split(".")[0])

/** Where the peer runs three times faster on Node 24 than on Node 20. */
const byNode = (node20: number, node24: number): number => (nodeMajor >= 24 ? node24 : node20)

/** How many times faster we are. */
const faster = (of: string, than: string, atLeast: number): Aim => ({
  what: `${of}, times faster than ${than}`,
  of,
  value: ({ times }) => times[than]! / times["ours"]!,
  atLeast
})

/** Our time in times of a floor. */
const within = (of: string, floor: string, atMost: number): Aim => ({
  what: `${of}, time in ${floor}`,
  of,
  value: ({ times }) => times["ours"]! / times[floor]!,
  atMost
})

const nanoseconds = (of: string, what: string, candidate: string, divisor: number, atMost: number): Aim => ({
  what: `${of}, ${what}`,
  of,
  value: ({ times }) => times[candidate]! / divisor,
  atMost,
  unit: "ns"
})

const aims: ReadonlyArray<Aim> = [
  faster("decode s1f13", "msgpackr", 1.3),
  faster("decode s1f13", "secs4js", byNode(18, 7)),
  faster("decode s6f11", "msgpackr", 0.9),
  faster("decode s6f11", "secs4js", byNode(22, 8)),
  faster("encode s6f11", "msgpackr", 2),
  faster("encode s6f11nb", "secs4js", 8),
  faster("decode l1000a", "msgpackr", 0.6),
  faster("decode l1000a", "secs4js", byNode(15, 4.5)),
  faster("decode l20k", "msgpackr", 0.7),
  faster("decode l20k", "secs4js", byNode(30, 10)),
  within("decode f4x10k", "alloc+memcpy+swap", 1.1),
  within("decode f4x10k", "memcpy+swap", byNode(1.7, 2.2)),
  faster("decode f4x10k", "secs4js", 18),
  faster("encode f4x10k", "secs4js", 10),
  within("decode u1x100k", "alloc+memcpy", 1.2),
  faster("decode u1x100k", "secs4js", 200),
  within("decode b1m", "alloc+memcpy", 1.25),
  nanoseconds("decode b1m", "as a view", "ours, view", 1, 500),
  faster("decode recipe200k", "msgpackr", 5),
  within("decode recipe200k", "alloc+memcpy", 1.4),
  within("decode i8x1000", "alloc+memcpy+swap", 1.3),
  within("encode i8x1000", "alloc+memcpy+swap", 1.2),
  nanoseconds("decode nest1000", "a level", "ours", 1000, 40),
  nanoseconds("encode nest1000", "a level", "ours", 1000, 40),
  faster("typed decode s6f11", "msgpackr records", 1),
  faster("typed decode s6f11", "item, by hand", 1.1),
  faster("typed encode s6f11", "msgpackr records", 2),
  faster("typed decode l20k", "msgpackr records", 3.5),
  nanoseconds("frames s6f11-64k", "a frame", "ours", framesIn("frames s6f11-64k"), 40),
  nanoseconds("frames s6f11-whole", "a frame", "ours", framesIn("frames s6f11-whole"), 40),
  faster("frames 16m-64k", "concat", 80)
]

export const goals = (results: ReadonlyArray<Measured>): ReadonlyArray<Goal> =>
  aims.flatMap(({ atLeast, atMost, of, unit, value, what }) => {
    const measured = results.find(({ name }) => name === of)
    if (measured === undefined) return []
    const number = value(measured)
    const suffix = unit === undefined ? "" : ` ${unit}`
    return [
      {
        what,
        measured: `${number.toPrecision(3)}${suffix}`,
        target: `${atLeast === undefined ? "≤" : "≥"} ${atLeast ?? atMost}${suffix}`,
        reached: number >= (atLeast ?? -Infinity) && number <= (atMost ?? Infinity)
      }
    ]
  })

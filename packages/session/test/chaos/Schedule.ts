/**
 * What a seed decides: what goes wrong on both transports, what both sides do, and when it ends.
 */
import { ChaosPlan, type HsmsSession } from "../../src/index.ts"
import { Dice } from "../../src/internal/Dice.ts"

type Kind = "request" | "short request" | "cancelled request" | "send" | "linktest"

export interface Operation {
  readonly kind: Kind
  /** The number its message carries. */
  readonly number: number
  readonly at: number
  /** How long it may take, where it is cut short. */
  readonly patience: number
  readonly padding: string
}

/** What the handler does with a primary, by its number. */
interface Handling {
  readonly delay: number
  readonly does: "reply" | "abort" | "nothing"
}

export interface Half {
  readonly plan: ChaosPlan.Plan
  readonly options: HsmsSession.ActiveOptions
  readonly operations: ReadonlyArray<Operation>
  readonly handling: ReadonlyArray<Handling>
  readonly concurrency: 1 | "unbounded"
  /** Shortest time between two attempts to connect, in milliseconds. */
  readonly separation: number
}

export interface Schedule {
  readonly seed: number
  readonly active: Half
  readonly passive: Half
  readonly capacity: number
  readonly window: number
  /** When both sides close, in whatever state they are; most wait until they have recovered. */
  readonly closesAt: number | undefined
  /** The side that closes first, and how long before the other. */
  readonly closing: { readonly activeFirst: boolean; readonly apart: number }
}

const half = (seed: number, mode: "Active" | "Passive", window: number, unit: number): Half => {
  const dice = new Dice(seed, mode === "Active" ? 10 : 20)
  const timer = (first: number, ...seconds: ReadonlyArray<number>) => Math.round(dice.of([first, ...seconds]) * unit)
  const at = () => dice.below(window)
  const t5 = timer(0.25, 1)
  const backoff = mode === "Active" && dice.oneIn(4) ? timer(0.25) : undefined
  // Some at the same time, so that their messages are written in one go.
  const times = Array.from({ length: 1 + dice.below(3) }, at).toSorted((a, b) => a - b)
  const operations = times.flatMap((at) => Array.from({ length: dice.oneIn(4) ? 3 : 1 }, () => at))
  return {
    plan: ChaosPlan.make(dice.next(), {
      window,
      bytes: dice.of([64, 256, 512]),
      longest: 5 * unit,
      delay: unit / 8,
      connections: 2,
      faults: dice.of([1, 3]),
      // A listener that never gets a connection is no fault of the session.
      weights: { Refused: 0.5, Never: mode === "Active" ? 0.5 : 0, Single: 0.2, Block: dice.of([1, 3]) }
    }),
    options: {
      sessionId: 7,
      timers: {
        t3: timer(2, 4),
        t5,
        t6: timer(1, 2, 4),
        t7: timer(1, 3, 6),
        t8: timer(0.5, 1, 2),
        linktest: timer(3, 5)
      },
      maxFailures: dice.of([1, 1, 2]),
      writeTimeout: timer(0.5, 2),
      connectTimeout: timer(1, 3),
      closeTimeout: timer(1),
      primaryCapacity: dice.of([1024, 2]),
      ...(backoff === undefined ? {} : { backoff: { initial: backoff, factor: 2 } })
    },
    separation: Math.min(t5, backoff ?? t5),
    operations: operations.map((at, index) => ({
      kind: dice.of([
        "request",
        "request",
        "request",
        "send",
        "send",
        "short request",
        "cancelled request",
        "linktest"
      ]),
      number: index + 1,
      at,
      patience: dice.upTo(2 * unit),
      padding: "x".repeat(dice.oneIn(4) ? dice.upTo(300) : 0)
    })),
    handling: Array.from({ length: operations.length }, () => ({
      delay: dice.oneIn(3) ? dice.upTo(5 * unit) : 0,
      does: dice.of(["reply", "reply", "reply", "reply", "abort", "nothing"])
    })),
    concurrency: dice.oneIn(3) ? 1 : "unbounded"
  }
}

export const schedule = (seed: number, unit: number): Schedule => {
  const dice = new Dice(seed, 30)
  const window = 4 * unit
  return {
    seed,
    active: half(seed, "Active", window, unit),
    passive: half(seed, "Passive", window, unit),
    capacity: dice.of([64, 1024, 1024 * 1024]),
    window,
    closesAt: dice.oneIn(5) ? dice.below(window) : undefined,
    closing: { activeFirst: dice.oneIn(2), apart: dice.oneIn(2) ? 0 : dice.upTo(2 * unit) }
  }
}

export const describe = (one: Schedule): string =>
  [
    `active side, ${ChaosPlan.describe(one.active.plan)}`,
    `passive side, ${ChaosPlan.describe(one.passive.plan)}`,
    one.closesAt === undefined ? "closes when both have recovered" : `closes after ${one.closesAt} ms`
  ].join("\n")

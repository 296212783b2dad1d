/**
 * What is going to go wrong on a transport, as a value: made from a seed or written by hand, printed when a test fails.
 * Pure.
 *
 * Faults happen where bytes are, not when: after the 14th byte of a direction, whenever that passes. So a plan means the
 * same on a slow machine and on a fast one, and under a virtual clock a seed gives the same run again, byte by byte.
 *
 * Every plan is finite. After its window and on connections it does not list, bytes pass as they are: a session that is
 * built to recover has recovered then.
 *
 * @example
 * const plan = ChaosPlan.make(42)
 * console.log(ChaosPlan.describe(plan))
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import { Dice } from "./internal/Dice.ts"

/**
 * How an attempt to open a connection goes.
 *
 * - `Prompt`: as the transport below has it
 * - `Slow`: not before a time has passed
 * - `Refused`: fails at once
 * - `Never`: neither opens nor fails. A listener waits for ever by contract, so leave it out where one is decorated
 *
 * @since 0.1.0
 */
export type Opening =
  | { readonly _tag: "Prompt" }
  | { readonly _tag: "Slow"; readonly after: Duration.Duration }
  | { readonly _tag: "Refused" }
  | { readonly _tag: "Never" }

/**
 * What happens once `at` bytes have passed in a direction. Several may happen at the same place, one after the other.
 *
 * - `Stall`: no byte for a time. What is written meanwhile is taken, up to 64 KiB, and passes afterwards
 * - `Block`: as `Stall`, but a write does not return meanwhile
 * - `Cut`: the stream ends there, as by FIN
 * - `Reset`: both directions fail at once; what is under way is lost
 * - `Silence`: the connection is half-open. Nothing comes any more, no end either, and what is written vanishes
 *
 * @since 0.1.0
 */
export type Fault =
  | { readonly _tag: "Stall"; readonly at: number; readonly lasts: Duration.Duration }
  | { readonly _tag: "Block"; readonly at: number; readonly lasts: Duration.Duration }
  | { readonly _tag: "Cut"; readonly at: number }
  | { readonly _tag: "Reset"; readonly at: number }
  | { readonly _tag: "Silence"; readonly at: number }

/**
 * How the bytes of a direction are cut into chunks: as they come, in single bytes, in pieces of random length, or joined
 * with what comes within the delay.
 *
 * @since 0.1.0
 */
export type Pieces = "Whole" | "Single" | "Random" | "Joined"

/**
 * One direction of a connection.
 *
 * @since 0.1.0
 */
export interface Course {
  readonly pieces: Pieces
  /** Seed of the lengths of the pieces and of the delays. */
  readonly seed: number
  /** Longest delay of a chunk; each has one of its own up to that, and none overtakes another. */
  readonly delay: Duration.Duration
  /** By place. */
  readonly faults: ReadonlyArray<Fault>
}

/**
 * One connection. Directions are those of the side whose transport is decorated.
 *
 * @since 0.1.0
 */
export interface Connection {
  readonly opening: Opening
  readonly inbound: Course
  readonly outbound: Course
}

/**
 * What goes wrong on which connection.
 *
 * @since 0.1.0
 */
export interface Plan {
  readonly seed: number
  /** Time after which nothing goes wrong any more, counted from when the transport is made. */
  readonly window: Duration.Duration
  /** By the order in which they are opened. */
  readonly connections: ReadonlyArray<Connection>
}

/**
 * What can go wrong, each with a weight of its own.
 *
 * @since 0.1.0
 */
export const kinds = [
  ...(["Slow", "Refused", "Never"] as const),
  ...(["Stall", "Block", "Cut", "Reset", "Silence"] as const),
  ...(["Single", "Random", "Joined"] as const),
  "Delay"
] as const

/**
 * @since 0.1.0
 */
export type Kind = (typeof kinds)[number]

/**
 * Bounds of a plan that is made from a seed.
 *
 * @since 0.1.0
 */
export interface Options {
  /** 60 s unless told. */
  readonly window?: Duration.Input | undefined
  /** Most connections that are touched; 4 unless told. */
  readonly connections?: number | undefined
  /** Most faults in one direction of a connection; 3 unless told. */
  readonly faults?: number | undefined
  /** Faults happen within so many bytes of a direction; 512 unless told. Select takes 14 each way. */
  readonly bytes?: number | undefined
  /** Longest `Slow`, `Stall` and `Block`; 15 s unless told. Short ones are more frequent. */
  readonly longest?: Duration.Input | undefined
  /** Longest delay of a chunk; 20 ms unless told. */
  readonly delay?: Duration.Input | undefined
  /**
   * How often each kind is chosen, 0 for never; 1 unless told. An opening competes with `Prompt`, which has 4, and
   * `Delay` with none, which has 2; a fault with other faults; a way to cut with `Whole`, which has 2.
   */
  readonly weights?: { readonly [K in Kind]?: number | undefined } | undefined
}

const none: Course = { pieces: "Whole", seed: 0, delay: Duration.zero, faults: [] }

/**
 * A connection on which nothing goes wrong: what plans that are written by hand begin with.
 *
 * @example
 * const silent = { ...ChaosPlan.honest, inbound: { ...ChaosPlan.honest.inbound, faults: [{ _tag: "Silence", at: 14 }] } }
 *
 * @since 0.1.0
 */
export const honest: Connection = { opening: { _tag: "Prompt" }, inbound: none, outbound: none }

const millis = (input: Duration.Input): number => Math.floor(Duration.toMillis(Duration.fromInputUnsafe(input)))

/**
 * The plan of a seed. The same seed and options give the same plan.
 *
 * @since 0.1.0
 */
export const make = (seed: number, options: Options = {}): Plan => {
  const dice = new Dice(seed)
  const weight = (kind: Kind): number => options.weights?.[kind] ?? 1
  const bytes = options.bytes ?? 512
  const longest = millis(options.longest ?? "15 seconds")
  const longestDelay = millis(options.delay ?? "20 millis")

  const time = (): Duration.Duration => Duration.millis(dice.upTo(longest))

  // On a byte where a frame may end as often as anywhere else: what happens between messages is different there.
  const place = (): number => (dice.oneIn(3) ? 14 * dice.below(bytes / 14) : dice.below(bytes))

  const opening = (): Opening => {
    const weights = { Prompt: 4, Slow: weight("Slow"), Refused: weight("Refused"), Never: weight("Never") }
    const _tag = dice.weighed(weights) ?? "Prompt"
    return _tag === "Slow" ? { _tag, after: time() } : { _tag }
  }

  const fault = (at: number): Fault | undefined => {
    const _tag = dice.weighed({
      Stall: weight("Stall"),
      Block: weight("Block"),
      Cut: weight("Cut"),
      Reset: weight("Reset"),
      Silence: weight("Silence")
    })
    if (_tag === undefined) return undefined
    return _tag === "Stall" || _tag === "Block" ? { _tag, at, lasts: time() } : { _tag, at }
  }

  const course = (): Course => {
    const places = Array.from({ length: dice.below((options.faults ?? 3) + 1) }, place).toSorted((a, b) => a - b)
    const faults: Array<Fault> = []
    for (const at of places) {
      const next = fault(at)
      if (next !== undefined) faults.push(next)
      // Nothing passes after an end.
      if (next !== undefined && next._tag !== "Stall" && next._tag !== "Block") break
    }
    const weights = { Whole: 2, Single: weight("Single"), Random: weight("Random"), Joined: weight("Joined") }
    const delayed = dice.below(2 + weight("Delay")) >= 2
    return {
      pieces: dice.weighed(weights) ?? "Whole",
      seed: dice.next(),
      delay: Duration.millis(delayed ? dice.upTo(longestDelay) : 0),
      faults
    }
  }

  return {
    seed,
    window: Duration.fromInputUnsafe(options.window ?? "60 seconds"),
    connections: Array.from({ length: 1 + dice.below(options.connections ?? 4) }, () => ({
      opening: opening(),
      inbound: course(),
      outbound: course()
    }))
  }
}

// --- text ----------------------------------------------------------------------------------------------------------

/**
 * How an attempt to connect goes, in a few words: `opens after 3s`.
 *
 * @since 0.1.0
 */
export const describeOpening = (opening: Opening): string => {
  switch (opening._tag) {
    case "Prompt":
      return "opens"
    case "Slow":
      return `opens after ${Duration.format(opening.after)}`
    case "Refused":
      return "is refused"
    case "Never":
      return "never opens and never fails"
  }
}

/**
 * One fault in a few words: `stalls for 3s after 14 bytes`.
 *
 * @since 0.1.0
 */
export const describeFault = (fault: Fault): string => {
  const after = `after ${fault.at} bytes`
  switch (fault._tag) {
    case "Stall":
      return `stalls for ${Duration.format(fault.lasts)} ${after}`
    case "Block":
      return `blocks for ${Duration.format(fault.lasts)} ${after}`
    case "Cut":
      return `ends ${after}`
    case "Reset":
      return `resets the connection ${after}`
    case "Silence":
      return `silences the connection ${after}`
  }
}

const cutting: { readonly [P in Pieces]: string } = {
  Whole: "as it comes",
  Single: "byte by byte",
  Random: "in random pieces",
  Joined: "joined"
}

const describeCourse = (course: Course): string =>
  [
    cutting[course.pieces],
    ...(Duration.isZero(course.delay) ? [] : [`each up to ${Duration.format(course.delay)} late`]),
    ...course.faults.map(describeFault)
  ].join(", ")

/**
 * The plan in words, for whoever reads the failure of a test.
 *
 * @since 0.1.0
 */
export const describe = (plan: Plan): string =>
  [
    `seed ${plan.seed}: chaos for ${Duration.format(plan.window)}`,
    ...plan.connections.flatMap(({ inbound, opening, outbound }, index) => {
      const first = `  connection ${index + 1} ${describeOpening(opening)}`
      return opening._tag === "Refused" || opening._tag === "Never"
        ? [first]
        : [first, `    inbound ${describeCourse(inbound)}`, `    outbound ${describeCourse(outbound)}`]
    })
  ].join("\n")

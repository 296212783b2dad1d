/**
 * The timers of HSMS: T3 T5 T6 T7 T8 with the defaults and ranges of SEMI E37, and the linktest period. Pure.
 *
 * A value outside its range is taken as it is and reported, never clamped: tests want sub-second timers, and a plant
 * that runs T3 at five minutes has its reasons.
 *
 * @see SEMI E37, parameters
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { durationOf, shown } from "./internal/Options.ts"
import { seconds } from "./internal/Text.ts"
import { InvalidOption } from "./SessionError.ts"

/**
 * The timers of a session, each of them set. `linktest` apart they are parameters of the standard.
 *
 * @since 0.1.0
 */
export class Timers extends Schema.Class<Timers>("@effect-secs/session/Timers")({
  /** Reply timeout: from the last byte of a primary handed to the socket to its secondary. */
  t3: Schema.Duration,
  /** Connect separation: from the end of an attempt or connection to the next attempt. */
  t5: Schema.Duration,
  /** Control transaction: from Select.req, Deselect.req or Linktest.req to its response. */
  t6: Schema.Duration,
  /** Not selected: longest time a TCP connection may stay without a session. */
  t7: Schema.Duration,
  /** Network intercharacter: longest gap between two bytes of one message. Never runs between messages. */
  t8: Schema.Duration,
  /** Silence after which the peer is probed; zero switches the probe off. */
  linktest: Schema.Duration
}) {}

/**
 * Timers as a user gives them: any that is absent has its default.
 *
 * @since 0.1.0
 */
export type Input = { readonly [K in keyof typeof Timers.Type]?: Duration.Input | undefined }

/**
 * Default, smallest and largest value of each timer, in seconds.
 *
 * @since 0.1.0
 */
export const ranges = {
  t3: { initial: 45, minimum: 1, maximum: 120 },
  t5: { initial: 10, minimum: 1, maximum: 240 },
  t6: { initial: 5, minimum: 1, maximum: 240 },
  t7: { initial: 10, minimum: 1, maximum: 240 },
  t8: { initial: 5, minimum: 1, maximum: 120 },
  linktest: { initial: 30, minimum: 0, maximum: Number.POSITIVE_INFINITY }
} as const

const names = Object.keys(ranges) as ReadonlyArray<keyof typeof ranges>

/**
 * Timers with the defaults for what is absent. Ranges are not checked, see `outOfRange`.
 *
 * @since 0.1.0
 */
export const make = (input: Input = {}): Timers => {
  const value = (name: keyof typeof ranges): Duration.Duration =>
    Duration.fromInputUnsafe(input[name] ?? Duration.seconds(ranges[name].initial))
  return new Timers({
    t3: value("t3"),
    t5: value("t5"),
    t6: value("t6"),
    t7: value("t7"),
    t8: value("t8"),
    linktest: value("linktest")
  })
}

/**
 * The first timer that no clock can run, or `undefined`.
 *
 * @since 0.1.0
 */
export const invalid = (input: Input = {}): InvalidOption | undefined => {
  for (const timer of names) {
    const value = input[timer]
    if (value === undefined) continue
    const duration = durationOf(value)
    // With a T5 of zero a peer that refuses would be dialled without a pause.
    const least = timer === "t5" ? "above zero" : "that is not negative"
    const millis = duration === undefined ? Number.NaN : Duration.toMillis(duration)
    if (timer === "t5" ? millis > 0 : millis >= 0) continue
    return new InvalidOption({ option: `timers.${timer}`, value: shown(value), expected: `a duration ${least}` })
  }
  return undefined
}

/**
 * A timer outside the range of the standard.
 *
 * @since 0.1.0
 */
export interface OutOfRange {
  readonly timer: keyof typeof ranges
  readonly value: Duration.Duration
  readonly minimumSeconds: number
  readonly maximumSeconds: number
}

/**
 * The timers that are outside the ranges of the standard, to be warned of.
 *
 * @since 0.1.0
 */
export const outOfRange = (timers: Timers): ReadonlyArray<OutOfRange> =>
  names.flatMap((timer) => {
    const { maximum, minimum } = ranges[timer]
    const value = timers[timer]
    return Duration.toSeconds(value) >= minimum && Duration.toSeconds(value) <= maximum
      ? []
      : [{ timer, value, minimumSeconds: minimum, maximumSeconds: maximum }]
  })

/**
 * One line for a log.
 *
 * @since 0.1.0
 */
export const describe = ({ maximumSeconds, minimumSeconds, timer, value }: OutOfRange): string =>
  `timer ${timer} is ${seconds(value)}, outside the range of the standard (${minimumSeconds}s to ${maximumSeconds}s); it is used as it is${Duration.toSeconds(value) < 1 && timer !== "linktest" ? " (a plain number counts milliseconds)" : ""}`

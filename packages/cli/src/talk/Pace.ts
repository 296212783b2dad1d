/**
 * When the messages of a paced run are due. Pure.
 *
 * Each has its place on a grid that begins with the first: one that is late does not move those behind it, which are
 * sent without a pause until they are in time again.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"

/**
 * Messages per second; `interval` is the time from one to the next in milliseconds.
 *
 * @since 0.1.0
 */
export interface Pace {
  readonly interval: number
}

const units: { readonly [unit: string]: number } = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }

/** Above it timers are no measure any more: 1 000 000 per second. */
const shortest = 0.001

/**
 * Reads `10/s`, `2.5/s`, `90/min` or `5/h`; a number alone is per second.
 *
 * Fails    with what was expected
 *
 * @since 0.1.0
 */
export const parse = (text: string): Result.Result<Pace, string> => {
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(?:\/\s*(s|m|min|h))?\s*$/.exec(text)
  const interval = match === null ? Number.NaN : units[match[2] ?? "s"]! / Number(match[1])
  return interval >= shortest && Number.isFinite(interval)
    ? Result.succeed({ interval })
    : Result.fail("a number of messages per second, above 0 and at most 1000000: 10/s, 0.5/s, 90/min")
}

/**
 * How long to wait from `now` for message `index`, 0 being the first, of a run that began at `start`; all in
 * milliseconds.
 *
 * @since 0.1.0
 */
export const wait = (pace: Pace, start: number, index: number, now: number): number =>
  Math.max(0, start + index * pace.interval - now)

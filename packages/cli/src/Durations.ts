/**
 * Durations on a command line. Pure.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

const millis: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }

/**
 * What `parse` takes, for people.
 *
 * @since 0.1.0
 */
export const expected = "a duration: 45s, 500ms, 2m, 1h; a number alone is in seconds"

/**
 * In seconds, as timers of the standard are; below one in milliseconds.
 *
 * @since 0.1.0
 */
export const format = (duration: Duration.Duration): string => {
  const time = Duration.toMillis(duration)
  return time > 0 && time < 1000 ? `${time}ms` : `${time / 1000}s`
}

/**
 * What `parsePositive` takes, for people.
 *
 * @since 0.1.0
 */
export const expectedPositive = `${expected}; above zero`

/**
 * As `parse`, for what makes no sense without any time.
 *
 * @since 0.1.0
 */
export const parsePositive = (text: string): Option.Option<Duration.Duration> =>
  Option.filter(parse(text), (time) => Duration.toMillis(time) > 0)

/**
 * Reads `45s`, `500ms`, `2m` and `1h`; a number alone is in seconds, as timers of the standard are.
 *
 * @since 0.1.0
 */
export const parse = (text: string): Option.Option<Duration.Duration> => {
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|m|min|h)?\s*$/i.exec(text)
  return match === null
    ? Option.none()
    : Option.some(Duration.millis(Number(match[1]) * millis[(match[2] ?? "s").toLowerCase()]!))
}

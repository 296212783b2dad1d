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

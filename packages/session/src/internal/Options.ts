/**
 * Checks of what a user gives as an option.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InvalidOption } from "../SessionError.ts"

/** The duration of an input, or `undefined` where it is none. Not a number is none. */
export const durationOf = (input: Duration.Input): Duration.Duration | undefined =>
  Number.isNaN(input) ? undefined : Option.getOrUndefined(Duration.fromInput(input))

/** An input as an error shows it. */
export const shown = (input: Duration.Input): string =>
  Duration.isDuration(input)
    ? `${Duration.toMillis(input)}ms`
    : typeof input === "object"
      ? JSON.stringify(input)
      : String(input)

/** An integer in a range, both ends included. */
export const between = (
  option: string,
  value: number,
  minimum: number,
  maximum: number
): Effect.Effect<number, InvalidOption> =>
  Number.isInteger(value) && value >= minimum && value <= maximum
    ? Effect.succeed(value)
    : Effect.fail(
        new InvalidOption({ option, value: String(value), expected: `an integer from ${minimum} to ${maximum}` })
      )

/** A duration above zero. */
export const positive = (option: string, input: Duration.Input): Effect.Effect<Duration.Duration, InvalidOption> => {
  const duration = durationOf(input)
  return duration !== undefined && Duration.toMillis(duration) > 0
    ? Effect.succeed(duration)
    : Effect.fail(new InvalidOption({ option, value: shown(input), expected: "a duration above zero" }))
}

/** One of a few words, or absent. */
export const oneOf = (
  option: string,
  value: unknown,
  words: ReadonlyArray<unknown>
): Effect.Effect<void, InvalidOption> =>
  value === undefined || words.includes(value)
    ? Effect.void
    : Effect.fail(new InvalidOption({ option, value: JSON.stringify(value), expected: words.join(" or ") }))

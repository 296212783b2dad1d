/** Assertions about results and items. */
import type { Item } from "@effect-secs/codec"
import { assert } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"

/** The value of a result that must be a success. */
export const success = <A, E>(result: Result.Result<A, E>): A => {
  if (Result.isFailure(result)) assert.fail(`failed with ${result.failure}`)
  return result.success
}

/** The error of a result that must be a failure. */
export const failure = <A, E>(result: Result.Result<A, E>): E => {
  if (Result.isSuccess(result)) assert.fail(`succeeded with ${result.success}`)
  return result.failure
}

/** Two items hold the same values; unlike a deep comparison by assertion, at any depth. */
export const sameItem = (actual: Item.Item | undefined, expected: Item.Item | undefined): void => {
  if (!Equal.equals(actual, expected)) assert.fail(`${actual} is not ${expected}`)
}

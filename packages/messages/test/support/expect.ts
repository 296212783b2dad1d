/** Assertions about results. */
import { assert } from "@effect/vitest"
import * as Result from "effect/Result"

/** The value of a result that must be a success. */
export const success = <A, E>(result: Result.Result<A, E>): A => {
  if (Result.isFailure(result)) assert.fail(`failed with ${result.failure}`)
  return result.success
}

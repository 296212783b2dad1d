/** Assertions about results and items. */
import { assert } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import type { Item } from "../../src/Item.ts"
import { toHex } from "./bytes.ts"

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

/** The error a function throws. */
export const thrown = (f: () => unknown): unknown => {
  try {
    f()
  } catch (error) {
    return error
  }
  return assert.fail("nothing was thrown")
}

/** Two items hold the same values; unlike a deep comparison by assertion, at any depth. */
export const sameItem = (actual: Item | undefined, expected: Item | undefined): void => {
  if (!Equal.equals(actual, expected)) assert.fail(`${actual} is not ${expected}`)
}

/** Bytes in hex, or their number and start where they are many. */
export const bytesAre = (actual: Uint8Array, expected: Uint8Array): void => {
  if (expected.length <= 256) return assert.strictEqual(toHex(actual), toHex(expected))
  assert.strictEqual(actual.length, expected.length)
  const at = actual.findIndex((byte, index) => byte !== expected[index])
  if (at >= 0) assert.fail(`byte ${at} is ${actual[at]}, expected ${expected[at]}`)
}

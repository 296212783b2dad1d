/**
 * One value out of those that were found, as what the caller takes it for.
 */
import { Item } from "@effect-secs/codec"
import * as Result from "effect/Result"
import { ValueError } from "../../TemplateError.ts"
import type { Value, Values } from "../../Template.ts"
import { describeValue } from "./describe.ts"

export type Found<A> = Result.Result<A, ValueError>

/** What a value is of a kind; undefined where it is none. */
type Read<A> = (value: Value) => A | undefined

/** An accessor: a key, then places in arrays. */
export const found =
  <A>(expected: string, read: Read<A>) =>
  (values: Values, key: string, ...path: ReadonlyArray<number>): Found<A> => {
    const fail = (below: ReadonlyArray<number>, seen: string, wanted = expected): Found<never> =>
      Result.fail(new ValueError({ key, path: below, expected: wanted, seen }))
    if (!Object.hasOwn(values, key)) {
      const keys = Object.keys(values)
      return fail([], keys.length === 0 ? "no values" : `values of ${keys.join(", ")}`, "a value of this name")
    }
    let value = values[key]
    for (const [depth, index] of path.entries()) {
      const several = elements(value)
      const below = path.slice(0, depth)
      if (several === undefined) return fail(below, describeValue(value), "an array")
      if (!(index in several)) return fail(below, `an array of ${several.length}`, `an array with a value at ${index}`)
      value = several[index]
    }
    const one = read(value)
    return one === undefined ? fail(path, describeValue(value)) : Result.succeed(one)
  }

/** The values in an array of any kind. */
export const elements = (value: Value): ArrayLike<Value> | undefined =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value) ? (value as ArrayLike<Value>) : undefined

/** Reads the value of an item as well, and the one value of an array. */
export const single =
  <A>(item: (item: Item.Item) => Result.Result<A, unknown>, plain: Read<A>): Read<A> =>
  (value) => {
    if (Item.isItem(value)) return Result.getOrUndefined(item(value))
    const several = elements(value)
    return several?.length === 1 && !Item.isItem(several[0]) ? plain(several[0]) : plain(value)
  }

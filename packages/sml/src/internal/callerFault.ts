/**
 * What a caller passes and its type did not keep out: options that are NaN, negative or of another type, and what is no
 * text.
 *
 * One rule for all: where the answer has a place for an error, such an argument is one, and says its name and value;
 * where it has none, a `RangeError` is thrown, as it is a mistake of a program and not of what it reads.
 */
import { dialects } from "../Dialect.ts"
import { BadArgument } from "../SmlError.ts"
import { misused } from "./misused.ts"
import { describeValue } from "./template/describe.ts"

interface Kind {
  readonly expected: string
  readonly holds: (value: unknown) => boolean
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const nameOf = (value: unknown): unknown => (isObject(value) && "name" in value ? value.name : undefined)

export const wholeFrom = (minimum: number): Kind => ({
  expected: `a whole number from ${minimum}, or Infinity`,
  holds: (value) => (Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && (value as number) >= minimum
})

export const wholeTo = (maximum: number): Kind => ({
  expected: `a whole number from 0 to ${maximum}`,
  holds: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= maximum
})

export const oneOf = (...values: ReadonlyArray<string>): Kind => ({
  expected: values.map((value) => JSON.stringify(value)).join(" or "),
  holds: (value) => values.includes(value as string)
})

export const string: Kind = { expected: "a string", holds: (value) => typeof value === "string" }

export const flag: Kind = { expected: "true or false", holds: (value) => typeof value === "boolean" }

export const dialect: Kind = {
  expected: "a Dialect",
  holds: (value) => typeof nameOf(value) === "string" && Object.hasOwn(dialects, nameOf(value) as string)
}

export const preset: Kind = { expected: "a Preset", holds: (value) => typeof nameOf(value) === "string" }

export type Kinds = { readonly [option: string]: Kind }

/** What is wrong with an argument, if anything is. */
export const argumentFault = (argument: string, { expected, holds }: Kind, value: unknown): BadArgument | undefined =>
  holds(value) ? undefined : BadArgument.make({ argument, expected, seen: describeValue(value) })

const object: Kind = { expected: "an object", holds: isObject }

/** The first option that is not of its kind, if there is one. An option that is not given is of any kind. */
export const optionFault = (kinds: Kinds, options: object): BadArgument | undefined => {
  if (!isObject(options)) return argumentFault("options", object, options)
  for (const option in kinds) {
    const value = (options as { readonly [option: string]: unknown })[option]
    const fault = value === undefined ? undefined : argumentFault(option, kinds[option]!, value)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** Throws what has no other place in an answer. */
export const refuse = (fault: BadArgument): never => {
  throw new RangeError(misused(fault))
}

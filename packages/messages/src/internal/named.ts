/**
 * Names for the values of structures that are not numbers alone.
 */
import type { Code } from "@effect-secs/codec/Layout"
import { type Any, meaningOf } from "@effect-secs/codec/Structure"

type Value = number | boolean | string

interface Names {
  readonly [name: string]: readonly [value: Value, meaning: string]
}

type Values<N extends Names> = { readonly [K in keyof N]: N[K][0] }

/**
 * The structure that `make` makes of the values and their meanings, with the values by name beside it.
 */
/* @__NO_SIDE_EFFECTS__ */
export function named<const N extends Names, S extends Any>(
  names: N,
  make: (codes: ReadonlyArray<Code>) => S
): S & { readonly codes: Values<N>; readonly meaning: (value: Value | bigint) => string | undefined } {
  const structure = make(Object.values(names).map(([value, meaning]) => ({ value, meaning })))
  const codes = Object.fromEntries(Object.entries(names).map(([name, [value]]) => [name, value])) as Values<N>
  return Object.assign(structure, { codes, meaning: meaningOf(structure) })
}

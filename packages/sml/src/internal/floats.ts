/**
 * Floats in JSON: numbers where JSON has them, else text: `NaN`, `Infinity`, `-Infinity`, `-0`, and the bits of a NaN
 * that is not the usual one, `0x7fa00000`.
 */
import { type CodecError, FormatCode, Item, ItemCodec } from "@effect-secs/codec"
import * as Result from "effect/Result"

export type FloatFormat = "F4" | "F8"

type Floats = Float32Array | Float64Array

const smallestNormal = 2 ** -126

/**
 * The number with the fewest digits that means the same in single precision: 0.1, not 0.10000000149011612.
 *
 * Six digits tell the shortest of a normal number if it has no more; nine are always enough.
 */
export const shortest = (value: number): number => {
  for (let digits = Math.abs(value) < smallestNormal ? 1 : 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number(value.toPrecision(9))
}

const usualNaN = { F4: "0x7fc00000", F8: "0x7ff8000000000000" } as const

const bitsOf = (values: Floats, at: number): string => {
  const { buffer, byteOffset } = values
  const bits =
    values.BYTES_PER_ELEMENT === 4
      ? new Uint32Array(buffer, byteOffset + at * 4, 1)[0]!.toString(16)
      : new BigUint64Array(buffer, byteOffset + at * 8, 1)[0]!.toString(16)
  return `0x${bits.padStart(values.BYTES_PER_ELEMENT * 2, "0")}`
}

const toJson = (format: FloatFormat, value: number): number | string => {
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return Object.is(value, -0) ? "-0" : 0
  return format === "F8" || (Number.isInteger(value) && Math.abs(value) < 1e6) ? value : shortest(value)
}

/** The values of an item, as JSON has them. */
export const floatsToJson = ({ _tag: format, value }: Item.F4 | Item.F8): ReadonlyArray<number | string> => {
  if (typeof value === "number") return [toJson(format, value)]
  const values = value as unknown as Floats
  return Array.from(values, (one, at) => {
    if (!Number.isNaN(one)) return toJson(format, one)
    const bits = bitsOf(values, at)
    return bits === usualNaN[format] ? "NaN" : bits
  })
}

const words: ReadonlyMap<unknown, number> = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0]
])

const patterns = { F4: /^0x[0-9a-f]{8}$/i, F8: /^0x[0-9a-f]{16}$/i } as const

/** The bits of a NaN, or `undefined` where a value is none. */
const nanBits = (format: FloatFormat, value: unknown): bigint | undefined => {
  if (typeof value !== "string" || !patterns[format].test(value)) return undefined
  const bits = BigInt(value)
  const isNaN =
    format === "F4" ? BigInt.asUintN(31, bits) > 0x7f80_0000n : BigInt.asUintN(63, bits) > 0x7ff0_0000_0000_0000n
  return isNaN ? bits : undefined
}

/** What a value in JSON stands for; what is none stays as it is, and the codec refuses it. */
export const readFloats = (
  format: FloatFormat,
  values: ReadonlyArray<unknown>
): Result.Result<Item.Item, CodecError.ItemValueError> => {
  const payloads: Array<readonly [index: number, bits: bigint]> = []
  const numbers = values.map((value, index) => {
    const bits = nanBits(format, value)
    if (bits === undefined) return words.get(value) ?? value
    payloads.push([index, bits])
    return NaN
  })
  const made = Item.make(format, numbers as ReadonlyArray<number>)
  return payloads.length === 0 || Result.isFailure(made)
    ? made
    : Result.succeed(withBits(format, numbers as ReadonlyArray<number>, payloads))
}

/** A number loses the payload of a NaN. An array keeps it, and bytes do where there is one value only. */
const withBits = (
  format: FloatFormat,
  numbers: ReadonlyArray<number>,
  payloads: ReadonlyArray<readonly [index: number, bits: bigint]>
): Item.Item => {
  const { code, elementSize } = FormatCode.info(format)
  if (numbers.length === 1) {
    const bytes = new Uint8Array(2 + elementSize)
    bytes.set([(code << 2) | 1, elementSize])
    for (let at = 0; at < elementSize; at++)
      bytes[2 + at] = Number((payloads[0]![1] >> BigInt(8 * (elementSize - 1 - at))) & 0xffn)
    return Result.getOrThrow(ItemCodec.decode(bytes))
  }
  if (format === "F4") {
    const out = Float32Array.from(numbers)
    const words = new Uint32Array(out.buffer)
    for (const [index, bits] of payloads) words[index] = Number(bits)
    return Item.F4(out)
  }
  const out = Float64Array.from(numbers)
  const words = new BigUint64Array(out.buffer)
  for (const [index, bits] of payloads) words[index] = bits
  return Item.F8(out)
}

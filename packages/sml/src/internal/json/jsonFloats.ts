/**
 * Floats in JSON: numbers where JSON has them, else text: `NaN`, `Infinity`, `-Infinity`, `-0`, and the bits of a NaN
 * that is not the usual one, `0x7fa00000`.
 */
import { type CodecError, FormatCode, Item, ItemCodec } from "@effect-secs/codec"
import * as Result from "effect/Result"
import { f4Text, nanBits } from "../print/floats.ts"

export type FloatFormat = "F4" | "F8"

const toJson = (format: FloatFormat, value: number): number | string => {
  if (!Number.isFinite(value)) return String(value)
  if (Object.is(value, -0)) return "-0"
  return format === "F4" ? Number(f4Text(value)) : value
}

/** The values of an item, as JSON has them. */
export const floatsToJson = ({ _tag: format, value }: Item.F4 | Item.F8): ReadonlyArray<number | string> => {
  if (typeof value === "number") return [toJson(format, value)]
  const values = value as unknown as Float32Array | Float64Array
  return Array.from(values, (one, at) => {
    const bits = Number.isNaN(one) ? nanBits(values, at) : undefined
    return bits === undefined ? toJson(format, one) : `0x${bits.toLowerCase()}`
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
const payload = (format: FloatFormat, value: unknown): bigint | undefined => {
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
    const bits = payload(format, value)
    // JSON knows no infinity: one that is there was a number too large, which the codec is not to take for one.
    if (typeof value === "number" && !Number.isFinite(value)) return `beyond the range of ${format}`
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

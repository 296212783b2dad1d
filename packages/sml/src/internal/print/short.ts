/**
 * The text of the items that most messages are made of, made at once: one number, a few characters
 * or bytes, nothing.
 */
import { FormatCode, type Item } from "@effect-secs/codec"
import type { Preset } from "../../Preset.ts"
import { bytesText } from "./ascii.ts"
import { f4Text, f8Text, withoutExponent } from "./floats.ts"
import { shortQuote } from "./textForm.ts"

const { A, B, F4, F8 } = FormatCode.FormatCode

/** Bytes that are acknowledge codes more often than data. */
const fewBytes = 8

/** By format code. */
const names = Array.from({ length: 64 }, (_, code) => FormatCode.fromCode(code)?.format ?? "")

/** `<U4 [1] ` by format code. */
const openings = (size: string): ReadonlyArray<string> => names.map((name) => `<${name}${size} `)

const sized = openings(" [1]")
const unsized = openings("")

const number = (preset: Preset, format: number, value: number): string => {
  if (format !== F4 && format !== F8) return `${value}`
  const text = format === F4 ? f4Text(value) : f8Text(value)
  return preset.float.exponent ? text : withoutExponent(text)
}

const array = (preset: Preset, format: number, values: ArrayLike<number>): string | undefined => {
  const { length } = values
  if (length > fewBytes || (length > 0 && format !== B)) return undefined
  const size = preset.sizes === "always" ? ` [${length}]` : ""
  return length === 0 ? `<${names[format]!}${size}>` : `<B${size}${bytesText(values as Uint8Array, 0, length)}>`
}

/** Undefined for an item that is no such one. */
export const shortText = (preset: Preset, item: Item.Item): string | undefined => {
  const value = item.value as unknown
  const { format } = item
  switch (typeof value) {
    case "number":
      return (preset.sizes === "always" ? sized : unsized)[format]! + number(preset, format, value) + ">"
    case "bigint":
      return `${(preset.sizes === "always" ? sized : unsized)[format]!}${value}>`
    case "string": {
      if (format !== A) return undefined
      const quote = shortQuote(preset.A, value)
      if (quote === undefined) return undefined
      return (preset.sizes === "always" ? `<A [${value.length}] ` : "<A ") + quote + value + quote + ">"
    }
    case "boolean": {
      const { false: no, true: yes, type } = preset.boolean
      return `<${type}${preset.sizes === "always" ? " [1] " : " "}${value ? yes : no}>`
    }
    default:
      return ArrayBuffer.isView(value) ? array(preset, format, value as Uint8Array) : undefined
  }
}

/**
 * The text of the items that most messages are made of, made at once: one number, or a few characters.
 */
import { FormatCode, type Item } from "@effect-secs/codec"
import type { Preset } from "../Preset.ts"
import { f4Text, f8Text, withoutExponent } from "./floats.ts"
import { shortQuote } from "./textForm.ts"

const { A, F4, F8 } = FormatCode.FormatCode

/** `<U4 [1] ` by format code. */
const openings = (size: string): ReadonlyArray<string> =>
  Array.from({ length: 64 }, (_, code) => `<${FormatCode.fromCode(code)?.format ?? ""}${size} `)

const sized = openings(" [1]")
const unsized = openings("")

const number = (preset: Preset, format: number, value: number): string => {
  if (format !== F4 && format !== F8) return `${value}`
  const text = format === F4 ? f4Text(value) : f8Text(value)
  return preset.float.exponent ? text : withoutExponent(text)
}

/** Undefined for an item that is no such one. */
export const shortText = (preset: Preset, item: Item.Item): string | undefined => {
  const value = item.value as unknown
  const { format } = item
  if (typeof value === "number") {
    return (preset.sizes === "always" ? sized : unsized)[format]! + number(preset, format, value) + ">"
  }
  if (typeof value === "string") {
    if (format !== A) return undefined
    const quote = shortQuote(preset.A, value)
    if (quote === undefined) return undefined
    return (preset.sizes === "always" ? `<A [${value.length}] ` : "<A ") + quote + value + quote + ">"
  }
  return typeof value === "bigint" ? `${(preset.sizes === "always" ? sized : unsized)[format]!}${value}>` : undefined
}

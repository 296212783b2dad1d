/**
 * One line of SML for logs and assertion messages: `<L [2] <A "MDLN"> <U4 1>>`. Long items are cut with an ellipsis;
 * text that must be read back is the business of an SML printer.
 */
import { FormatCode, fromCode } from "../FormatCode.ts"
import { decodeLocalized } from "./localized.ts"
import type { LocalizedShape, Shape } from "./shape.ts"

const maxValues = 16
const maxCharacters = 64
const maxText = 1000

/** Line separators and what cannot be seen, marks of direction among it: they would make a log line show as another. */
const turnsText = (character: string): boolean => /[\p{Cf}\p{Zl}\p{Zp}]/u.test(character)

const escaped = (character: string): string => {
  let out = ""
  for (let i = 0; i < character.length; i++) out += `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`
  return out
}

const quote = (text: string): string => {
  const shown = text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text
  let out = '"'
  for (const character of shown) {
    const code = character.charCodeAt(0)
    if (character === '"' || character === "\\") out += `\\${character}`
    else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) out += `\\x${code.toString(16).padStart(2, "0")}`
    else if (code >= 0xa0 && turnsText(character)) out += escaped(character)
    else out += character
  }
  return `${out}"`
}

/** The fewest digits that still mean the same single-precision number: 0.1, not 0.10000000149011612. */
const shortest = (value: number): string => {
  if (!Number.isFinite(value) || value === 0) return Object.is(value, -0) ? "-0" : String(value)
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits))
    if (Math.fround(text) === value) return String(text)
  }
  return String(value)
}

const one = (format: number, value: unknown): string => {
  if (format === FormatCode.B) return `0x${(value as number).toString(16).padStart(2, "0")}`
  if (typeof value === "boolean") return value ? "T" : "F"
  if (format === FormatCode.F4) return shortest(value as number)
  return Object.is(value, -0) ? "-0" : String(value)
}

const leaf = (item: Shape): string => {
  const name = fromCode(item.format)!.format
  const value = item.value
  if (typeof value === "string") return `<${name} ${quote(value)}>`
  if (item.format === FormatCode.C2) {
    const { bytes, lsh } = value as LocalizedShape
    const text = decodeLocalized(lsh, bytes)
    if (text !== undefined) return `<C2 ${lsh} ${quote(text)}>`
    return `<C2 ${lsh}${values(FormatCode.B, bytes)}>`
  }
  return typeof value === "object"
    ? `<${name}${values(item.format, value as ArrayLike<unknown>)}>`
    : `<${name} ${one(item.format, value)}>`
}

const values = (format: number, array: ArrayLike<unknown>): string => {
  if (array.length === 0) return " [0]"
  let out = array.length > maxValues ? ` [${array.length}]` : ""
  for (let i = 0; i < array.length && i < maxValues; i++) out += ` ${one(format, array[i])}`
  return array.length > maxValues ? `${out} …` : out
}

export const render = (root: Shape): string => {
  let out = ""
  const pending: Array<Shape | string> = [root]
  while (pending.length > 0) {
    if (out.length > maxText) return `${out}…`
    const next = pending.pop()!
    if (typeof next === "string") {
      out += next
      continue
    }
    if (out !== "") out += " "
    if (next.format !== FormatCode.L) {
      out += leaf(next)
      continue
    }
    const children = next.value as ReadonlyArray<Shape>
    out += `<L [${children.length}]`
    pending.push(">")
    for (let i = Math.min(children.length, maxText / 2) - 1; i >= 0; i--) pending.push(children[i]!)
  }
  return out
}

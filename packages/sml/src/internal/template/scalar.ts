/**
 * One value of a number or `BOOLEAN` format, out of text as SML writes it.
 */
import type { FormatCode } from "@effect-secs/codec"

/** Nothing longer is in range, and a bigint of a million digits takes its time. */
const longest = 400

const integer = /^([+-]?)(0x[0-9a-f]+|0b[01]+|0o[0-7]+|\d+)$/i
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const infinity = /^([+-]?)inf(?:inity)?$/i
const nan = /^nan$/i
const boolean = /^(?:(t|true)|f|false)$/i

const toInteger = (text: string): bigint | undefined => {
  const [, sign, digits] = integer.exec(text) ?? []
  if (digits === undefined) return undefined
  return sign === "-" ? -BigInt(digits) : BigInt(digits)
}

const toFloat = (text: string): number | undefined => {
  if (decimal.test(text)) return Number(text)
  if (nan.test(text)) return NaN
  const [, sign] = infinity.exec(text) ?? []
  return sign === undefined ? undefined : sign === "-" ? -Infinity : Infinity
}

const toBoolean = (text: string): boolean | undefined => {
  const found = boolean.exec(text)
  if (found !== null) return found[1] !== undefined
  const number = toInteger(text)
  return number === undefined ? undefined : number !== 0n
}

/** The value, or `undefined` where the text is none of the format. Not checked for its range. */
export const readScalar = (format: FormatCode.Format, text: string): bigint | number | boolean | undefined => {
  if (text.length > longest) return undefined
  if (format === "BOOLEAN") return toBoolean(text)
  return format === "F4" || format === "F8" ? toFloat(text) : toInteger(text)
}

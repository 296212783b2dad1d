/**
 * Numbers and the words that stand for values. Each reader takes one value and stands behind it, or refuses it with
 * the range it had to be in.
 */
import {
  blank,
  dot,
  greater,
  hexValue,
  isDigit,
  isLetter,
  isName,
  isQuote,
  isSpace,
  minus,
  nine,
  plus,
  slash,
  zero
} from "./characters.ts"
import type { Scanner } from "./Scanner.ts"

/** What may stand behind a value; a quote, as some files have numbers in quotes. */
const endsValue = (code: number): boolean =>
  code === greater || isSpace(code) || code === slash || isQuote(code) || Number.isNaN(code)

/** Longer words are no number; nothing looks farther, as a word may be a text of megabytes. */
const longest = 400

/** The characters up to the next end of a value, or one more than a value may have. */
export const token = (s: Scanner, start: number): string => {
  const { text } = s
  const stop = Math.min(text.length, start + longest + 1)
  let end = start
  while (end < stop && !endsValue(text.charCodeAt(end))) end++
  return text.slice(start, end)
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)

const refuse = (s: Scanner, start: number, expected: string): never => {
  const word = token(s, start)
  return s.fail("BadValue", start, expected, hintFor(word, expected), shorten(word) || undefined)
}

const range = (minimum: number | bigint, maximum: number | bigint): string => `an integer from ${minimum} to ${maximum}`

const hintFor = (word: string, expected: string): string | undefined => {
  if (word.includes(",")) return "no commas: blanks between values, a dot in a fraction"
  return expected !== "a number" && /[.e]/i.test(word) && decimal.test(word)
    ? "F4 and F8 hold fractions and exponents"
    : undefined
}

/** Digits in base 2, 8 or 16 behind their mark; undefined where there is no mark. Stands behind them. */
const based = (s: Scanner): bigint | undefined => {
  const { at, text } = s
  if (text.charCodeAt(at) !== zero) return undefined
  const mark = text.charCodeAt(at + 1) | 0x20
  if (mark !== 0x78 && mark !== 0x62 && mark !== 0x6f) return undefined
  const digits = token(s, at + 2)
  const legal = mark === 0x78 ? /^[0-9a-f]+$/i : mark === 0x62 ? /^[01]+$/ : /^[0-7]+$/
  if (!legal.test(digits) || digits.length > 64) return undefined
  s.at = at + 2 + digits.length
  return BigInt(`0${String.fromCharCode(mark)}${digits}`)
}

const isOctal = (s: Scanner, start: number, length: number): boolean =>
  s.rules.dialect.octal && length > 1 && s.text.charCodeAt(start) === zero

/** Leading zeros mean octal to some readers, and decimal to others. */
const warnOfZero = (s: Scanner, start: number): void => {
  s.warn("LeadingZero", start, "an integer without leading zeros", "read as decimal", shorten(token(s, start)))
}

/**
 * An integer of at most four bytes.
 */
export const readInteger = (s: Scanner, minimum: number, maximum: number): number => {
  const { text } = s
  const start = s.at
  let at = start
  const sign = text.charCodeAt(at)
  if (sign > zero && sign <= nine) {
    // Most integers: no sign, no leading zero, a blank or > behind them.
    let value = sign - zero
    let code = text.charCodeAt(++at)
    for (; isDigit(code); code = text.charCodeAt(++at)) value = value * 10 + (code - zero)
    if ((code === blank || code === greater) && value <= maximum) {
      s.at = at
      return value
    }
    at = start
  }
  const negative = sign === minus
  if (negative || sign === plus) at++
  const first = at
  let value = 0
  for (let code = text.charCodeAt(at); isDigit(code); code = text.charCodeAt(++at)) value = value * 10 + (code - zero)
  if (at > first && endsValue(text.charCodeAt(at))) {
    s.at = at
    if (at - first > 1 && text.charCodeAt(first) === zero) {
      if (isOctal(s, first, at - first)) value = Number(octal(s, start, first, at))
      else warnOfZero(s, start)
    }
  } else {
    s.at = first
    const other = based(s)
    if (other === undefined) return refuse(s, start, range(minimum, maximum))
    value = Number(other)
  }
  if (negative) value = 0 - value
  if (value < minimum || value > maximum) {
    s.fail("ValueRange", start, range(minimum, maximum), undefined, shorten(token(s, start)))
  }
  return value
}

/** The octal digits from a place on, without leading zeros and with their mark. */
const octal = (s: Scanner, start: number, first: number, end: number): string => {
  const digits = significant(s.text, first, end)
  return /^[0-7]+$/.test(digits) ? `0o${digits}` : refuse(s, start, "octal digits, as the number begins with 0")
}

/**
 * Digits without leading zeros, and no more than are surely too many: an integer of eight bytes has at most 22, and to
 * make a number of very many takes quadratic time.
 */
const significant = (text: string, first: number, end: number): string => {
  let from = first
  while (from < end - 1 && text.charCodeAt(from) === zero) from++
  return text.slice(from, Math.min(end, from + 100))
}

/**
 * An integer of eight bytes.
 */
export const readBigInt = (s: Scanner, minimum: bigint, maximum: bigint): bigint => {
  const { text } = s
  const start = s.at
  const sign = text.charCodeAt(start)
  const negative = sign === minus
  const first = negative || sign === plus ? start + 1 : start
  let at = first
  while (isDigit(text.charCodeAt(at))) at++
  let value: bigint
  if (at > first && endsValue(text.charCodeAt(at))) {
    s.at = at
    if (at - first > 1 && text.charCodeAt(first) === zero && !isOctal(s, first, at - first)) warnOfZero(s, start)
    value = BigInt(isOctal(s, first, at - first) ? octal(s, start, first, at) : significant(text, first, at))
  } else {
    s.at = first
    const other = based(s)
    if (other === undefined) return refuse(s, start, range(minimum, maximum))
    value = other
  }
  if (negative) value = -value
  if (value < minimum || value > maximum) {
    s.fail("ValueRange", start, range(minimum, maximum), undefined, shorten(token(s, start)))
  }
  return value
}

/** Powers of ten that a double holds exactly. */
const powers = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent)

/**
 * A decimal of at most 15 digits, with or without a fraction but without exponent; NaN where it is otherwise. `s.plainEnd` is behind it.
 *
 * Its digits are an integer that a double holds exactly, and so is the power of ten they are divided by: the quotient is
 * the nearest double, at a third of the cost of asking the engine.
 */
export const plainDecimal = (s: Scanner, from: number, fraction: boolean): number => {
  const { text } = s
  const negative = text.charCodeAt(from) === minus
  const first = negative ? from + 1 : from
  let at = first
  let value = 0
  let code = text.charCodeAt(at)
  for (; isDigit(code); code = text.charCodeAt(++at)) value = value * 10 + (code - zero)
  let digits = at - first
  if (digits === 0 || digits > 15 || (digits > 1 && text.charCodeAt(first) === zero)) return Number.NaN
  if (code === dot) {
    if (!fraction) return Number.NaN
    const point = at++
    for (code = text.charCodeAt(at); isDigit(code); code = text.charCodeAt(++at)) value = value * 10 + (code - zero)
    const decimals = at - point - 1
    digits += decimals
    if (decimals === 0 || digits > 15) return Number.NaN
    value /= powers[decimals]!
  }
  s.plainEnd = at
  return negative ? -value : value
}

const decimal = /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i
const special = /^([+-]?)(nan|inf|infinity)$/i
const maxF4 = 3.4028234663852886e38

/**
 * A number of eight bytes, or of four: rounded to the nearest, and refused where that is beyond the range.
 */
export const readFloat = (s: Scanner, single: boolean): number => {
  const start = s.at
  const word = token(s, start)
  const end = start + word.length
  let value: number
  if (word.length <= longest && decimal.test(word)) value = Number(word)
  else {
    const match = special.exec(word)
    if (match === null) return refuse(s, start, "a number")
    value = match[2]!.toLowerCase() === "nan" ? Number.NaN : match[1] === "-" ? -Infinity : Infinity
    s.at = end
    return value
  }
  s.at = end
  const rounded = single ? Math.fround(value) : value
  if (!Number.isFinite(rounded)) {
    const maximum = single ? maxF4 : Number.MAX_VALUE
    s.fail("ValueRange", start, `a number from ${-maximum} to ${maximum}`, undefined, shorten(word))
  }
  return rounded
}

/** Whether a word stands for a number that is written in letters. */
export const isFloatWord = (word: string): boolean => special.test(word)

/**
 * A byte: 0 to 255 in any base. Where bytes are bare hex, two hex digits are one.
 */
export const readByte = (s: Scanner): number => {
  const { at, text } = s
  const high = hexValue(text.charCodeAt(at))
  const low = hexValue(text.charCodeAt(at + 1))
  if (high >= 0 && low >= 0 && endsValue(text.charCodeAt(at + 2))) {
    if (s.rules.dialect.bareHex) {
      s.at = at + 2
      return high * 16 + low
    }
    if (isLetter(text.charCodeAt(at)) || isLetter(text.charCodeAt(at + 1))) {
      const word = text.slice(at, at + 2)
      s.fail("BareHex", at, `0x${word}`, "bytes without 0x are read in the dialects log and secs4js", word)
    }
  }
  return readInteger(s, 0, 255)
}

/**
 * T, F, TRUE or FALSE in any case; a number is false if it is 0. Undefined for any other word: it is left to be read.
 */
export const readBoolean = (s: Scanner): boolean | undefined => {
  const { at, text } = s
  const code = text.charCodeAt(at)
  if (!isLetter(code)) return readInteger(s, -128, 255) !== 0
  let end = at
  while (isName(text.charCodeAt(end))) end++
  const length = end - at
  const letter = code | 0x20
  const truth = letter === 0x74
  if (truth || letter === 0x66) {
    if (length === 1 || text.slice(at, end).toLowerCase() === (truth ? "true" : "false")) {
      s.at = end
      return truth
    }
  }
  return undefined
}

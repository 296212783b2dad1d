/**
 * The values of items of numbers, booleans and bytes: from behind the format and size up to `>`.
 */
import { Item } from "@effect-secs/codec"
import { blank, greater, hexValue, isDigit, isLetter, isName, isQuote, minus, plus, zero } from "./characters.ts"
import { nameInstead, tooLong } from "./instead.ts"
import { isFloatWord, plainDecimal, readBigInt, readBoolean, readByte, readFloat, readInteger } from "./numbers.ts"
import type { Scanner } from "./Scanner.ts"

/** Reads a number that stands in quotes, as some files have it. */
const inQuotes = <T>(s: Scanner, expected: string, read: () => T): T => {
  const open = s.at
  s.warn("QuotedNumber", open, `${expected} without quotes`)
  s.at = open + 1
  s.skipOnLine()
  const value = read()
  if (s.skipOnLine() !== s.text.charCodeAt(open)) s.fail("BadValue", s.at, "a quote behind one number")
  s.at++
  return value
}

const startsNumber = (code: number): boolean => isDigit(code) || code === minus || code === plus || code === 0x2e

interface Integers<T> {
  readonly minimum: T
  readonly maximum: T
  readonly elementSize: number
  readonly expected: string
}

const integersOf = <T extends number | bigint>(elementSize: number, minimum: T, maximum: T): Integers<T> => ({
  minimum,
  maximum,
  elementSize,
  expected: `an integer from ${minimum} to ${maximum}`
})

const integers = {
  I1: integersOf(1, -0x80, 0x7f),
  I2: integersOf(2, -0x8000, 0x7fff),
  I4: integersOf(4, -0x80000000, 0x7fffffff),
  U1: integersOf(1, 0, 0xff),
  U2: integersOf(2, 0, 0xffff),
  U4: integersOf(4, 0, 0xffffffff)
} as const

const bigIntegers = {
  I8: integersOf(8, -(2n ** 63n), 2n ** 63n - 1n),
  U8: integersOf(8, 0n, 2n ** 64n - 1n)
} as const

/**
 * Takes integers as printers write them, without sign and leading zero and with one blank between them, up to the first
 * that is otherwise; most are of this kind, and cost a third.
 */
const takePlain = (s: Scanner, out: Array<number>, maximum: number): void => {
  const { text } = s
  let { at } = s
  for (;;) {
    const start = at
    let code = text.charCodeAt(at)
    let value = 0
    for (; isDigit(code); code = text.charCodeAt(++at)) value = value * 10 + (code - zero)
    const plain = at > start && (at === start + 1 || text.charCodeAt(start) !== zero)
    if (!plain || value > maximum || (code !== blank && code !== greater)) {
      s.at = start
      return
    }
    out.push(value)
    if (code === greater) {
      s.at = at
      return
    }
    at++
  }
}

/** The same for decimals. */
const takePlainDecimals = (s: Scanner, out: Array<number>, single: boolean): void => {
  const { text } = s
  for (;;) {
    const value = plainDecimal(s, s.at, true)
    if (Number.isNaN(value)) return
    const code = text.charCodeAt(s.plainEnd)
    if (code !== blank && code !== greater) return
    out.push(single ? Math.fround(value) : value)
    s.at = code === blank ? s.plainEnd + 1 : s.plainEnd
    if (code === greater) return
  }
}

const readMany = <T>(
  s: Scanner,
  row: Integers<T>,
  read: (s: Scanner, minimum: T, maximum: T) => T,
  take?: (s: Scanner, out: Array<T>, maximum: T) => void
): Array<T> => {
  const { elementSize, expected, maximum, minimum } = row
  const out: Array<T> = []
  const start = s.at
  for (;;) {
    let code = s.skip()
    if (take !== undefined && isDigit(code)) {
      take(s, out, maximum)
      s.leaf.count = out.length
      code = s.skip()
    }
    if (code === greater) break
    if (startsNumber(code)) out.push(read(s, minimum, maximum))
    else if (isQuote(code)) out.push(inQuotes(s, expected, () => read(s, minimum, maximum)))
    else {
      nameInstead(s, expected)
      return out
    }
    s.leaf.count = out.length
  }
  tooLong(s, start, out.length, elementSize)
  return out
}

const readFloats = (s: Scanner, single: boolean): Array<number> => {
  const out: Array<number> = []
  const start = s.at
  const read = () => readFloat(s, single)
  for (;;) {
    let code = s.skip()
    if (isDigit(code) || code === minus) {
      takePlainDecimals(s, out, single)
      s.leaf.count = out.length
      code = s.skip()
    }
    if (code === greater) break
    if (startsNumber(code) || (isLetter(code) && isFloatWord(wordAt(s)))) out.push(read())
    else if (isQuote(code)) out.push(inQuotes(s, "a number", read))
    else {
      nameInstead(s, "a number")
      return out
    }
    s.leaf.count = out.length
  }
  tooLong(s, start, out.length, single ? 4 : 8)
  return out
}

const wordAt = (s: Scanner): string => {
  let end = s.at
  while (end - s.at < 12 && isName(s.text.charCodeAt(end))) end++
  return s.text.slice(s.at, end)
}

/** Reads any number of booleans. */
export const readBooleans = (s: Scanner): Array<boolean> => {
  const out: Array<boolean> = []
  const start = s.at
  for (;;) {
    const code = s.skip()
    if (code === greater) break
    const value = isLetter(code) || startsNumber(code) ? readBoolean(s) : undefined
    if (value !== undefined) out.push(value)
    else {
      nameInstead(s, "T or F")
      return out
    }
    s.leaf.count = out.length
  }
  tooLong(s, start, out.length, 1)
  return out
}

/** Grows with what is read, and is kept for the next item unless it has become large. */
let scratch = new Uint8Array(256)
const keptScratch = 1 << 16

/** The value of each ASCII character as a hex digit. */
const hexDigits = Int8Array.from({ length: 128 }, (_, code) => hexValue(code))

/** Takes bytes written `0xHH` with one blank between them, as printers do, up to the first that is otherwise. */
const takePlainBytes = (s: Scanner, from: number): number => {
  const { text } = s
  let { at } = s
  let length = from
  const bytes = scratch
  for (; length < bytes.length && text.charCodeAt(at) === zero && text.charCodeAt(at + 1) === 0x78; at += 5) {
    const high = hexDigits[text.charCodeAt(at + 2)]!
    const low = hexDigits[text.charCodeAt(at + 3)]!
    const behind = text.charCodeAt(at + 4)
    // Beyond the table is undefined, which is not above anything either.
    if (!(high >= 0 && low >= 0) || (behind !== blank && behind !== greater)) break
    bytes[length++] = (high << 4) | low
    if (behind === greater) {
      at += 4
      break
    }
  }
  s.at = at
  return length
}

const bytePair = /^[0-9a-f]{2}$/i

/** Reads any number of bytes. */
export const readBytes = (s: Scanner): Uint8Array => {
  let length = 0
  const start = s.at
  for (;;) {
    const code = s.skip()
    if (code === greater) break
    if (code === zero) {
      length = takePlainBytes(s, length)
      s.leaf.count = length
      if (s.text.charCodeAt(s.at) !== zero) continue
    }
    const quoted = isQuote(code)
    // Two hex digits are looked at before names, as `FE` could be either.
    if (quoted || isDigit(code) || (isLetter(code) && bytePair.test(wordAt(s)))) {
      if (length === scratch.length) {
        tooLong(s, start, length, 1)
        const longer = new Uint8Array(length * 2)
        longer.set(scratch)
        scratch = longer
      }
      scratch[length++] = quoted ? inQuotes(s, "a byte", () => readByte(s)) : readByte(s)
    } else {
      nameInstead(s, "a byte: 0x00 to 0xFF, or 0 to 255")
      break
    }
    s.leaf.count = length
  }
  tooLong(s, start, length, 1)
  const bytes = scratch.slice(0, length)
  if (scratch.length > keptScratch) scratch = new Uint8Array(256)
  return bytes
}

const arrays = {
  I1: Int8Array,
  I2: Int16Array,
  I4: Int32Array,
  I8: BigInt64Array,
  U1: Uint8Array,
  U2: Uint16Array,
  U4: Uint32Array,
  U8: BigUint64Array,
  F4: Float32Array,
  F8: Float64Array
} as const

/** An item of a lone value, or of any other number of them in the array of their format. */
const hold = (format: keyof typeof arrays, values: ReadonlyArray<number> | ReadonlyArray<bigint>): Item.Item => {
  const Values = arrays[format] as new (values: ReadonlyArray<unknown>) => unknown
  return Item.makeUnsafe(format, (values.length === 1 ? values[0] : new Values(values)) as never)
}

/** Reads any number of numbers. */
export const readNumbers = (s: Scanner, format: keyof typeof arrays): Item.Item => {
  switch (format) {
    case "F4":
    case "F8":
      return hold(format, readFloats(s, format === "F4"))
    case "I8":
    case "U8":
      return hold(format, readMany(s, bigIntegers[format], readBigInt))
    default:
      return hold(format, readMany(s, integers[format], readInteger, takePlain))
  }
}

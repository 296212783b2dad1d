/**
 * The values of one item, list excepted: from behind its format and size up to its `>`.
 *
 * Whoever reads a file of templates finds a name where a value would stand: `leaf.name`.
 */
import { FormatCode, Item } from "@effect-secs/codec"
import * as Result from "effect/Result"
import {
  blank,
  comma,
  greater,
  hexValue,
  isDigit,
  isLetter,
  isName,
  isQuote,
  less,
  minus,
  plus,
  zero
} from "./characters.ts"
import { isFloatWord, readBigInt, readBoolean, readByte, readFloat, readInteger } from "./numbers.ts"
import type { Scanner } from "./Scanner.ts"
import { readString } from "./strings.ts"

export type LeafFormat = Exclude<FormatCode.Format, "L">

const maxLength = FormatCode.maxLength

/** What is no value of the format: the name of a slot, where it stands alone. */
const nameInstead = (s: Scanner, expected: string): void => {
  const start = s.at
  const code = s.text.charCodeAt(start)
  if (isLetter(code) || code === 0x5f || code > 0x7f) {
    const name = s.name()
    if (name !== "" && s.leaf.count === 0 && s.skip() === greater) {
      s.leaf.name = name
      return
    }
    s.at = start
  }
  if (start >= s.text.length) unterminated(s)
  s.fail("BadValue", start, expected, hintFor(s, code, expected))
}

const hintFor = (s: Scanner, code: number, expected: string): string | undefined => {
  if (code === less) {
    return s.leaf.written || s.leaf.count > 0 ? "the > before it may be missing" : "only a list holds items"
  }
  if (code === comma) return "no commas: blanks between values"
  if (!isLetter(code)) return undefined
  return expected.includes("in quotes")
    ? "text stands in quotes"
    : "a name may stand for the values only where it stands alone"
}

export const unterminated = (s: Scanner): never =>
  s.fail("UnterminatedItem", s.leaf.start, "> to end this item", undefined, "the end of the text")

const tooLong = (s: Scanner, start: number, length: number, elementSize: number): void => {
  const maximum = Math.floor(maxLength / elementSize)
  if (length > maximum) s.fail("TooLong", start, `at most ${maximum} values`, undefined, `${length}`)
}

// --- text ----------------------------------------------------------------------------------------------------------

/** Each unit of the text's UTF-8 form as one character. */
const utf8 = (text: string): string =>
  text.replace(/[^\x00-\x7f]/gu, (character) => {
    const code = character.codePointAt(0)!
    const tail = (shift: number) => String.fromCharCode(0x80 | ((code >> shift) & 0x3f))
    if (code < 0x800) return String.fromCharCode(0xc0 | (code >> 6)) + tail(0)
    if (code < 0x10000) return String.fromCharCode(0xe0 | (code >> 12)) + tail(6) + tail(0)
    return String.fromCharCode(0xf0 | (code >> 18)) + tail(12) + tail(6) + tail(0)
  })

/** Text in quotes to text of an `A`. */
const asLatin1 = (s: Scanner, open: number, text: string): string => {
  const mode = s.rules.text
  if (mode === "utf-8") return utf8(text)
  const allowed = mode === "latin-1" ? 0xff : 0x7f
  if (s.units <= allowed) return text
  let index = 0
  while (index < text.length && text.charCodeAt(index) <= allowed) index++
  if (index === text.length) return text
  const code = text.codePointAt(index)!
  return s.fail(
    "BadCharacter",
    open + 1 + index,
    mode === "latin-1" ? "characters up to U+00FF" : "ASCII",
    `write bytes as 0xHH, or read the text as ${mode === "latin-1" ? "utf-8" : "latin-1 or utf-8"}`,
    `U+${code.toString(16).toUpperCase().padStart(4, "0")} (${String.fromCodePoint(code)})`
  )
}

/** A byte of JIS X 0201 as text. */
const jisCharacter = (byte: number): string => {
  if (byte === 0x5c) return "¥"
  if (byte === 0x7e) return "‾"
  return String.fromCharCode(byte >= 0xa1 && byte <= 0xdf ? byte + 0xfec0 : byte)
}

/** Runs of quoted text and codes, one after the other. */
const readText = (s: Scanner, format: "A" | "J" | "C2"): string => {
  let out = ""
  for (;;) {
    const code = s.skip()
    if (code === greater) break
    if (isQuote(code)) {
      const open = s.at
      s.leaf.written = true
      // The size counts characters of the whole item, so it says where text ends only if there is one run.
      const run = readString(s, s.leaf.count === 0 ? s.size.exact : -1)
      out += format === "A" && s.units > 0x7f ? asLatin1(s, open, run) : run
    } else if (isDigit(code)) {
      const byte = readInteger(s, 0, 255)
      out += format === "J" ? jisCharacter(byte) : String.fromCharCode(byte)
    } else {
      nameInstead(s, "text in quotes, or a byte")
      return ""
    }
    s.leaf.count = out.length
  }
  return out
}

// --- values --------------------------------------------------------------------------------------------------------

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
    const code = s.skip()
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

const readBooleans = (s: Scanner): Array<boolean> => {
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

/** Takes bytes written `0xHH` with one blank between them, as printers do, up to the first that is otherwise. */
const takePlainBytes = (s: Scanner, from: number): number => {
  const { text } = s
  let { at } = s
  let length = from
  for (; length < scratch.length && text.charCodeAt(at) === zero && text.charCodeAt(at + 1) === 0x78; at += 5) {
    const high = hexValue(text.charCodeAt(at + 2))
    const low = hexValue(text.charCodeAt(at + 3))
    const behind = text.charCodeAt(at + 4)
    if (high < 0 || low < 0 || (behind !== blank && behind !== greater)) break
    scratch[length++] = high * 16 + low
    if (behind === greater) {
      at += 4
      break
    }
  }
  s.at = at
  return length
}

const bytePair = /^[0-9a-f]{2}$/i

const readBytes = (s: Scanner): Uint8Array => {
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

/** `<W "text">`, with the header of UTF-8, or `<C2 2 0x41>` and `<C2 2 "text">` with a header of its own. */
const readLocalized = (s: Scanner, start: number): Item.Item | undefined => {
  const first = s.skip()
  const headed = isDigit(first)
  const lsh = headed ? readInteger(s, 0, 0xffff) : Item.Lsh.Utf8
  const code = s.skip()
  if (code === greater && !headed) {
    s.at++
    return Item.C2(lsh, [])
  }
  if (!isQuote(code)) {
    if (!headed) {
      nameInstead(s, "a localized string header, or text in quotes")
      s.at++
      return undefined
    }
    const bytes = readBytes(s)
    tooLong(s, start, bytes.length + 2, 1)
    s.leaf.count = bytes.length + 2
    s.at++
    return Item.C2(lsh, bytes)
  }
  const open = s.at
  const text = readText(s, "C2")
  const item = Item.make("C2", { lsh, bytes: text })
  if (Result.isFailure(item)) {
    s.fail("BadCharacter", open, `text that header ${lsh} can hold`, "write bytes as 0xHH", item.failure.message)
  }
  s.at++
  // Sizes are written as bytes with the header, bytes without, or characters.
  const bytes = item.success.value.bytes.length
  const exact = s.size.exact
  s.leaf.count = exact === bytes || exact === text.length ? exact : bytes + 2
  return item.success
}

// --- formats -------------------------------------------------------------------------------------------------------

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

/**
 * Reads the values up to `>`, and the `>`. Undefined where a name stands for them: `leaf.name`.
 */
export const readLeaf = (s: Scanner, format: LeafFormat): Item.Item | undefined => {
  s.leaf.count = 0
  s.leaf.written = false
  s.leaf.name = undefined
  const start = s.at
  const item = readValues(s, format, start)
  if (s.leaf.name !== undefined) return undefined
  return item
}

const end = <T>(s: Scanner, item: T): T => {
  s.at++
  return item
}

const readValues = (s: Scanner, format: LeafFormat, start: number): Item.Item | undefined => {
  switch (format) {
    case "A": {
      const text = readText(s, "A")
      tooLong(s, start, text.length, 1)
      return end(s, Item.makeUnsafe("A", text))
    }
    case "J": {
      const text = readText(s, "J")
      tooLong(s, start, text.length, 1)
      const item = Item.make("J", text)
      if (Result.isFailure(item)) {
        s.fail("BadCharacter", start, "characters of JIS X 0201", "write bytes as 0xHH", item.failure.message)
      }
      return end(s, item.success)
    }
    case "C2":
      return readLocalized(s, start)
    case "B":
      return end(s, Item.makeUnsafe("B", readBytes(s)))
    case "BOOLEAN":
      return end(s, Item.BOOLEAN(readBooleans(s)))
    case "F4":
    case "F8":
      return end(s, hold(format, readFloats(s, format === "F4")))
    case "I8":
    case "U8":
      return end(s, hold(format, readMany(s, bigIntegers[format], readBigInt)))
    default:
      return end(s, hold(format, readMany(s, integers[format], readInteger, takePlain)))
  }
}

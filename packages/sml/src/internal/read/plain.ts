/**
 * Items as printers write most of them, `<U4 [1] 7>`, `<F4 1.5>`, `<A [3] "abc">`, read in one go: half the time of
 * reading them piece by piece. Whatever is otherwise is left to the readers of pieces, which know what to say about it.
 */
import { type FormatCode, Item } from "@effect-secs/codec"
import {
  blank,
  closeSquare,
  cr,
  doubleQuote,
  equals,
  greater,
  isDigit,
  isQuote,
  less,
  lf,
  openSquare,
  tab,
  zero
} from "./characters.ts"
import { plainDecimal } from "./numbers.ts"
import type { Scanner } from "./Scanner.ts"

interface Row {
  readonly format: Exclude<FormatCode.Format, "L" | "A" | "J" | "C2" | "B" | "BOOLEAN" | "I8" | "U8">
  readonly minimum: number
  readonly maximum: number
  readonly float: boolean
}

const integer = (format: Row["format"], minimum: number, maximum: number): Row => ({
  format,
  minimum,
  maximum,
  float: false
})

const float = (format: Row["format"]): Row => ({ format, minimum: 0, maximum: 0, float: true })

const key = (first: number, second: number): number => first * 256 + second

const rows: ReadonlyMap<number, Row> = new Map(
  [
    integer("U1", 0, 0xff),
    integer("U2", 0, 0xffff),
    integer("U4", 0, 0xffffffff),
    integer("I1", -0x80, 0x7f),
    integer("I2", -0x8000, 0x7fff),
    integer("I4", -0x80000000, 0x7fffffff),
    float("F4"),
    float("F8")
  ].map((row) => [key(row.format.charCodeAt(0), row.format.charCodeAt(1)), row])
)

const letterA = 0x41
const digitOne = 0x31

/**
 * Reads the item that begins here and what is blank behind it; undefined, and nothing read, where it is not plain.
 */
export const readPlain = (s: Scanner): Item.Item | undefined => {
  const { at, text } = s
  const first = text.charCodeAt(at + 1)
  const second = text.charCodeAt(at + 2)
  if (first === letterA) {
    return second === blank ? readText(s, at + 3) : second === openSquare ? readText(s, at + 2) : undefined
  }
  const row = rows.get(key(first, second))
  if (row === undefined) return undefined
  let from = at + 3
  if (text.charCodeAt(from) === blank) from++
  else if (text.charCodeAt(from) !== openSquare) return undefined
  if (text.charCodeAt(from) === openSquare) {
    if (text.charCodeAt(from + 1) !== digitOne || text.charCodeAt(from + 2) !== closeSquare) return undefined
    if (text.charCodeAt(from + 3) !== blank) return undefined
    from += 4
  }
  return readNumber(s, from, row)
}

const readNumber = (s: Scanner, from: number, row: Row): Item.Item | undefined => {
  const value = plainDecimal(s, from, row.float)
  if (Number.isNaN(value)) return undefined
  const { text } = s
  const at = text.charCodeAt(s.plainEnd) === blank ? s.plainEnd + 1 : s.plainEnd
  if (text.charCodeAt(at) !== greater) return undefined
  if (row.float) return finish(s, at, Item.makeUnsafe(row.format, row.format === "F4" ? Math.fround(value) : value))
  // Integers have no -0.
  const whole = value + 0
  return whole < row.minimum || whole > row.maximum ? undefined : finish(s, at, Item.makeUnsafe(row.format, whole))
}

/** Longest text that is looked at character by character. */
const shortText = 64
const notPlain = /[^\x20\x21\x23-\x26\x28-\x7e]/

/** ASCII without quotes: only then is it certain where it ends. */
const isPlain = (text: string, from: number, to: number): boolean => {
  if (to - from > shortText) return !notPlain.test(text.slice(from, to))
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code < blank || code > 0x7e || isQuote(code)) return false
  }
  return true
}

const readText = (s: Scanner, from: number): Item.Item | undefined => {
  const { text } = s
  if (text.charCodeAt(from) !== openSquare) return undefined
  let size = 0
  let at = from + 1
  let code = text.charCodeAt(at)
  for (; isDigit(code) && at < from + 9; code = text.charCodeAt(++at)) size = size * 10 + (code - zero)
  if (at === from + 1 || code !== closeSquare || text.charCodeAt(at + 1) !== blank) return undefined
  const quote = text.charCodeAt(at + 2)
  if (quote !== doubleQuote && !isQuote(quote)) return undefined
  const open = at + 3
  const close = open + size
  if (text.charCodeAt(close) !== quote || text.charCodeAt(close + 1) !== greater) return undefined
  const behind = text.charCodeAt(close + 2)
  if (behind !== lf && behind !== cr && behind !== greater && behind !== less && behind !== blank) return undefined
  if (!isPlain(text, open, close)) return undefined
  const value = text.slice(open, close)
  if (s.rules.dialect.escapes && value.includes("\\")) return undefined
  return finish(s, close + 1, Item.makeUnsafe("A", value))
}

/** Passes over what is blank behind an item. What is bound to a name there is a slot, and no plain item. */
const finish = (s: Scanner, close: number, item: Item.Item): Item.Item | undefined => {
  const { text } = s
  let at = close + 1
  let code = text.charCodeAt(at)
  while (code === blank || code === lf || code === cr || code === tab) code = text.charCodeAt(++at)
  if (code === equals) return undefined
  s.leaf.end = close + 1
  s.at = at
  return item
}

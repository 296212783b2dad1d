/**
 * The values of one item that is no list, as text that can be taken a piece at a time.
 */
import { Item } from "@effect-secs/codec"
import type { Preset, TextForm } from "../../Preset.ts"
import { bytesText, codes, integersText } from "./ascii.ts"
import { f4Text, f8Text, nanBits, withoutExponent } from "./floats.ts"
import { jisAsAscii, jisCode, nextUnquotable, quoteOf, stands, wideText } from "./textForm.ts"

export type LeafItem = Exclude<Item.Item, Item.L>

/** A stretch of values that fits into a line, and where the next begins. */
export interface Piece {
  readonly text: string
  readonly next: number
}

export interface Leaf {
  /** `<U4 [2]` */
  readonly open: string
  /** Values: elements, bytes, UTF-16 units of text. */
  readonly length: number
  /** Values with a space before each, in their order, at most `ascii.block` at once. */
  readonly write: (from: number, to: number) => string
  /** What ends the last value: a quote. */
  readonly close: () => string
  /** About as much as fits into so many columns; undefined where the values cannot go on in another line. */
  readonly piece: ((from: number, to: number, width: number) => Piece) | undefined
  /** The longest that one value may get. */
  readonly widest: number
  /** Where values may be parted, at or before a place: not within a surrogate pair. */
  readonly edge: (at: number) => number
}

const size = (preset: Preset, count: number): string => (preset.sizes === "always" ? ` [${count}]` : "")

/** The size of an item; of a localized text, whose header is a part of it, in bytes. */
const sizeOf = (preset: Preset, item: LeafItem): string =>
  size(preset, item._tag === "C2" ? item.value.bytes.length + 2 : Item.count(item))

/** Text that is cut into lines gets pieces of at least so many characters. */
const shortestPiece = 8

const nothing = (): string => ""
const anywhere = (at: number): number => at

/** A space, a sign, 17 digits, a point and an exponent; no integer and no code is longer. */
const longestNumber = 26

/** The smallest F8 has 324 digits before its first that is not zero. */
const longestDecimal = 350

const values = (open: string, length: number, write: Leaf["write"], widest = longestNumber): Leaf => ({
  open,
  length,
  write,
  close: nothing,
  piece: (from) => ({ text: write(from, from + 1), next: from + 1 }),
  widest,
  edge: anywhere
})

/** Each value with a space before it. */
const each =
  <T>(array: ArrayLike<T>, text: (value: T, index: number) => string): Leaf["write"] =>
  (from, to) => {
    let out = ""
    for (let i = from; i < to; i++) out += ` ${text(array[i]!, i)}`
    return out
  }

const list = <T>(value: unknown): ArrayLike<T> => (typeof value === "object" ? (value as ArrayLike<T>) : [value as T])

interface Joins {
  subarray(from: number, to: number): { join(separator: string): string }
}

/** At once, by the engine: for what it writes as we do. */
const joined = (array: Joins, from: number, to: number): string => ` ${array.subarray(from, to).join(" ")}`

/** True for a stretch without NaN and -0, which the engine's own text would change. */
const isPlain = (array: ArrayLike<number>, from: number, to: number): boolean => {
  for (let i = from; i < to; i++) {
    const value = array[i]!
    if (value !== value || (value === 0 && 1 / value < 0)) return false
  }
  return true
}

const floats = (preset: Preset, open: string, item: Item.F4 | Item.F8): Leaf => {
  const { value } = item
  const array = list<number>(value)
  const text = item._tag === "F4" ? f4Text : f8Text
  const one = preset.float.exponent ? text : (number: number) => withoutExponent(text(number))
  const byOne = each(array, (number, index) => {
    if (number === number) return one(number)
    // Met only by what is shown to people: a payload has no text.
    const lost = typeof value === "number" ? undefined : nanBits(value as unknown as Float64Array, index)
    return lost === undefined ? "NaN" : `NaN /* ${lost} */`
  })
  const atOnce = item._tag === "F8" && preset.float.exponent && typeof value === "object"
  const write: Leaf["write"] = atOnce
    ? (from, to) => (isPlain(array, from, to) ? joined(value as unknown as Joins, from, to) : byOne(from, to))
    : byOne
  return values(open, array.length, write, preset.float.exponent ? longestNumber : longestDecimal)
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** One run between quotes. */
const run = (open: string, text: string, quote: string): Leaf => ({
  open: `${open} ${quote}`,
  length: text.length,
  write: (from, to) => text.slice(from, to),
  close: () => quote,
  piece: undefined,
  widest: 2,
  edge: (at) => (isLow(text.charCodeAt(at)) ? at - 1 : at)
})

/** Runs between quotes, and the codes of what cannot stand there. */
const runs = (open: string, text: string, form: TextForm, code: (unit: number) => number): Leaf => {
  const quote = form.quotes[0]!
  let quoted = false
  // Kept, as every piece of a long text asks for it.
  let unquotable = -1
  const runEnd = (from: number, to: number): number => {
    if (unquotable < from) unquotable = nextUnquotable(form, text, from)
    return Math.min(unquotable, to)
  }
  const write: Leaf["write"] = (from, to) => {
    let out = ""
    for (let at = from; at < to;) {
      const end = runEnd(at, to)
      if (end > at) {
        out += quoted ? text.slice(at, end) : ` ${quote}${text.slice(at, end)}`
        quoted = true
      }
      for (at = end; at < to; at++) {
        const unit = text.charCodeAt(at)
        if (stands(form, unit)) break
        if (quoted) out += quote
        quoted = false
        out += codes[code(unit)]!
      }
    }
    return out
  }
  return {
    open,
    length: text.length,
    write,
    close: () => (quoted ? quote : ""),
    piece: (from, to, width) => {
      const end = runEnd(from, to)
      if (end === from) return { text: codes[code(text.charCodeAt(from))]!, next: from + 1 }
      const next = Math.min(end, from + Math.max(width - 3, shortestPiece))
      return { text: ` ${quote}${text.slice(from, next)}${quote}`, next }
    },
    widest: 7,
    edge: anywhere
  }
}

const same = (unit: number): number => unit

const text = (preset: Preset, item: Item.A | Item.J, size: string): Leaf => {
  const form = item._tag === "A" ? preset.A : preset.J!
  const value = item._tag === "J" && form.codes === 0 ? jisAsAscii(item.value) : item.value
  const open = `<${item._tag}${size}`
  if (form.codes === 0 || value === "") return run(open, value, quoteOf(form, value) ?? form.quotes[0]!)
  return runs(open, value, form, item._tag === "A" ? same : jisCode)
}

const localized = (item: Item.C2, size: string): Leaf => {
  const { bytes, lsh } = item.value
  const wide = wideText(item)
  if (wide !== undefined) return run(`<W${size}`, wide, '"')
  return values(`<C2${size} ${lsh}`, bytes.length, (from, to) => bytesText(bytes as Uint8Array, from, to))
}

/** The values of an item, behind a size that is not its own where it is a slot's default. */
export const leafOf = (preset: Preset, item: LeafItem, size = sizeOf(preset, item)): Leaf => {
  const { _tag, value } = item
  const open = `<${_tag}${size}`
  switch (_tag) {
    case "A":
    case "J":
      return text(preset, item, size)
    case "C2":
      return localized(item, size)
    case "BOOLEAN": {
      const { false: no, true: yes, type } = preset.boolean
      const array = list<boolean>(value)
      return values(
        `<${type}${size}`,
        array.length,
        each(array, (one) => (one ? yes : no))
      )
    }
    case "F4":
    case "F8":
      return floats(preset, open, item)
    case "B":
      return values(open, (value as Uint8Array).length, (from, to) => bytesText(value as Uint8Array, from, to))
    case "I8":
    case "U8":
      if (typeof value === "bigint") return values(open, 1, () => ` ${value}`)
      return values(open, value.length, (from, to) => joined(value as unknown as Joins, from, to))
    default: {
      const array = list<number>(value)
      return values(open, array.length, (from, to) => integersText(array, from, to))
    }
  }
}

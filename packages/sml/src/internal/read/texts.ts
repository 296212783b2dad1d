/**
 * The values of items of text: runs of quoted text and codes up to `>`.
 */
import { Item } from "@effect-secs/codec"
import * as Result from "effect/Result"
import { greater, isDigit, isQuote } from "./characters.ts"
import { nameInstead, tooLong } from "./instead.ts"
import { readInteger } from "./numbers.ts"
import type { Scanner } from "./Scanner.ts"
import { readString } from "./strings.ts"
import { readBytes } from "./values.ts"

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
export const readText = (s: Scanner, format: "A" | "J" | "C2"): string => {
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

/** `<W "text">`, with the header of UTF-8, or `<C2 2 0x41>` and `<C2 2 "text">` with a header of its own. */
export const readLocalized = (s: Scanner, start: number): Item.Item | undefined => {
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
    s.leaf.written = true
    s.leaf.count = counted(s, bytes.length, bytes.length)
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
  s.leaf.count = counted(s, item.success.value.bytes.length, text.length)
  return item.success
}

/** What the size counts, as it is written as bytes with the header, bytes without, or characters. */
const counted = ({ size }: Scanner, bytes: number, characters: number): number =>
  [bytes + 2, bytes, characters].find((count) => size.holds(count)) ?? bytes + 2

/**
 * Text in quotes.
 *
 * Many tools print whatever an item holds between quotes, quotes and line ends included, so where text ends is a
 * judgement: a quote closes if what follows may follow text. `InnerQuote` warns of every quote that did not close.
 */
import {
  backslash,
  closeRound,
  doubleQuote,
  dot,
  equals,
  greater,
  isDigit,
  isQuote,
  isSpace,
  less,
  lf,
  slash,
  space,
  star
} from "./characters.ts"
import { isHeaderLine } from "./headers.ts"
import type { Scanner } from "./Scanner.ts"

const skipSpaces = (text: string, at: number): number => {
  let next = at
  while (isSpace(text.charCodeAt(next))) next++
  return next
}

const startsComment = (text: string, at: number): boolean => {
  if (text.charCodeAt(at) !== slash) return false
  const second = text.charCodeAt(at + 1)
  return second === slash || second === star
}

/** Whether the `>` at a place ends an item: something that may follow an item follows it. */
const endsItem = (text: string, at: number): boolean => {
  const next = skipSpaces(text, at + 1)
  const code = text.charCodeAt(next)
  return (
    next >= text.length ||
    code === less ||
    code === greater ||
    code === closeRound ||
    code === dot ||
    code === equals ||
    code === slash ||
    // A line of its own begins: a header, or a line of a log.
    isLineEnd(text, at + 1, next)
  )
}

/** What begins an item on a line of its own. */
const item = new RegExp(
  String.raw`<${space}{0,8}(?:L|LIST|A|ASCII|J|JIS8?|W|C2|B|BIN|BINARY|BOOL|BOOLEAN|TF|[IUF][1248]|V)(?:${space}|[[>])`,
  "iy"
)

/** Whether an item begins at a place, behind a line end: the item before it may lack its `>`. */
const itemFollows = (text: string, from: number, at: number): boolean => {
  item.lastIndex = at
  return /[\r\n]/.test(text.slice(from, at)) && item.test(text)
}

const byte = new RegExp(`0x[0-9a-f]{2}(?:${space}|[>"'])`, "iy")

/** Whether a byte touches the quote, as in `"AB"0x0D`. */
const byteFollows = (text: string, at: number): boolean => {
  byte.lastIndex = at
  return byte.test(text)
}

/** Whether the quote at a place closes. */
const closes = (text: string, at: number, quote: number): boolean => {
  const following = text.charCodeAt(at + 1)
  if (following === greater) return endsItem(text, at + 1)
  if (following === quote) return false
  if (isQuote(following)) return true
  if (startsComment(text, at + 1)) return true
  const next = skipSpaces(text, at + 1)
  if (next >= text.length) return true
  if (next === at + 1) return byteFollows(text, next)
  const code = text.charCodeAt(next)
  if (code === greater) return endsItem(text, next)
  if (code === less) return itemFollows(text, at + 1, next)
  return isQuote(code) || isDigit(code) || startsComment(text, next) || (code === star && isLineEnd(text, at + 1, next))
}

/** Whether a line ends between two places. */
const isLineEnd = (text: string, from: number, to: number): boolean => /[\r\n]/.test(text.slice(from, to))

/** Whether the text of an item with so many characters ends at a place, and the item with it. */
const sizeAgrees = (text: string, at: number, quote: number): boolean => {
  if (text.charCodeAt(at) !== quote) return false
  const next = skipSpaces(text, at + 1)
  return text.charCodeAt(next) === greater && endsItem(text, next)
}

const strictEnd = (s: Scanner, start: number, quote: number, size: number): number => {
  const { text } = s
  let header = -1
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) return header < 0 || at === start + size ? at : ~header
    if (header < 0 && code === lf && isHeaderLine(text, at + 1)) header = at
    s.units |= code
  }
  return ~(header < 0 ? text.length : header)
}

/** What stands before the quote that begins text. */
const opensText = new RegExp(
  String.raw`<${space}{0,8}(?:A|ASCII|J|JIS8?|W|C2|UNICODE|LOCALIZED)${space}{0,8}(?:\[[^\]\r\n]{0,20}\]${space}{0,8})?$`,
  "i"
)

/** Whether the quote at a place begins the text of another item: what was open before it was never closed. */
const opens = (text: string, at: number): boolean => opensText.test(text.slice(Math.max(0, at - 64), at))

/** From this length on, native search is faster than a loop over characters. */
const longText = 64

/** Long text without anything that needs a look, up to its quote; -1 where there is something. */
const plainEnd = (s: Scanner, start: number, from: number, quote: number): number => {
  const { text } = s
  const end = text.indexOf(quote === doubleQuote ? '"' : "'", from)
  if (end < 0 || !closes(text, end, quote)) return -1
  return notPlain.test(text.slice(start, end)) ? -1 : end
}

const notPlain = /[^\x20-\x7e]/

/** The end of the text, or, negated, the place up to which it does not end. */
const lenientEnd = (s: Scanner, start: number, quote: number, size: number): number => {
  const { text } = s
  let firstInner = -1
  let end = ~text.length
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      if (closes(text, at, quote)) {
        end = at
        break
      }
      if (firstInner < 0) firstInner = at
    }
    // Text that was never ended must not swallow the items and messages behind it.
    if ((code === quote && opens(text, at)) || (code === lf && isHeaderLine(text, at + 1))) {
      end = ~at
      break
    }
    s.units |= code
    if (at - start === longText) {
      const plain = plainEnd(s, start, at, quote)
      if (plain >= 0) {
        end = plain
        break
      }
    }
  }
  // Text that holds what looks like the end of its item, as XML does, and whose size says so. Where a run follows, the
  // size counts that as well, and says nothing of where this one ends.
  const runFollows = end >= 0 && text.charCodeAt(skipSpaces(text, end + 1)) !== greater
  if (size > 0 && !runFollows && start + size > end && sizeAgrees(text, start + size, quote)) {
    if (firstInner < 0 && end >= 0) firstInner = end
    for (let at = start; at < start + size; at++) s.units |= text.charCodeAt(at)
    end = start + size
  }
  if (firstInner >= 0 && end >= 0) {
    s.warn("InnerQuote", firstInner, `0x${quote.toString(16)} for a quote within text`)
  }
  return end
}

/** The text, or the place up to which it does not end. */
const unescape = (s: Scanner, start: number, quote: number): string | number => {
  const { text } = s
  let out = ""
  let from = start
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      s.at = at + 1
      return out + text.slice(from, at)
    }
    if (code !== backslash) {
      if (code === lf && isHeaderLine(text, at + 1)) return at
      s.units |= code
      continue
    }
    const escaped = text.charCodeAt(at + 1)
    out += text.slice(from, at)
    if (isQuote(escaped) || escaped === backslash) from = at + 1
    else {
      const [meaning, length] = goEscape(text, at)
      if (meaning === undefined) {
        s.fail(
          "BadCharacter",
          at,
          `\\", \\', \\\\, \\n, \\r, \\t or \\xHH after a backslash`,
          undefined,
          `\\${text[at + 1] ?? ""}`
        )
      }
      out += meaning
      at += length - 1
      from = at + 1
      continue
    }
    at++
  }
  return text.length
}

const letters: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", f: "\f", v: "\v" }

/** What an escape of Go stands for, and its length with the backslash. */
const goEscape = (text: string, at: number): readonly [meaning: string | undefined, length: number] => {
  const letter = letters[text[at + 1] ?? ""]
  if (letter !== undefined) return [letter, 2]
  const hex = /^\\x([0-9a-f]{2})/i.exec(text.slice(at, at + 4))
  if (hex !== null) return [String.fromCharCode(Number.parseInt(hex[1]!, 16)), 4]
  return [undefined, 0]
}

/**
 * Reads the quoted text that begins here; `size` is how many characters the item announces, -1 where it does not.
 */
export const readString = (s: Scanner, size: number): string => {
  const open = s.at
  const quote = s.text.charCodeAt(open)
  const kind = quote === doubleQuote ? "double" : "single"
  s.units = 0
  if (open >= s.unclosed[kind]) {
    if (s.rules.dialect.escapes) {
      const text = unescape(s, open + 1, quote)
      if (typeof text === "string") return text
      s.unclosed[kind] = text
    } else {
      const end = s.rules.strict ? strictEnd(s, open + 1, quote, size) : lenientEnd(s, open + 1, quote, size)
      if (end >= 0) {
        s.at = end + 1
        return s.text.slice(open + 1, end)
      }
      s.unclosed[kind] = ~end
    }
  }
  return notEnded(s, open, s.unclosed[kind])
}

const notEnded = (s: Scanner, open: number, stop: number): never => {
  const character = s.text.charAt(open)
  const inner = s.text.indexOf(character, open + 1)
  return s.fail(
    "UnterminatedString",
    open,
    `${character} to end this text`,
    inner >= 0 && inner < stop ? "a quote ends text if >, a quote or a number follows it" : undefined,
    stop === s.text.length
      ? "the end of the text"
      : `${s.text.charCodeAt(stop) === lf ? "a header" : "the text of another item"} in line ${s.position(stop + 1).line}`
  )
}

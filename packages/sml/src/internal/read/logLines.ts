/**
 * What a log writes on the lines of a message besides the message: spaces take its place, so that all else stays where
 * it is. These are notes behind headers, and what stands before each line of a body.
 */
import { dot, greater, isQuote, isSpace, less, slash, star } from "./characters.ts"
import { behindNote } from "./logNotes.ts"
import { begins, follow, goesOn, isBlank, type Stretch } from "./logPrefixes.ts"
import { behindText } from "./recovery.ts"

/** `SxFy` that is no label. */
const header = /(?<![\w-])(["']?)S\d{1,3}F\d{1,3}\1(?:W(?![\w-])|(?!["'\w-])(?:[ \t]*(?:W\b|\[W\]))?)(?![ \t]*:)/gi

/** The same, or what begins the text of an item, in which no `SxFy` is a header. */
const headerOrText = new RegExp(
  String.raw`${header.source}|(?<text><[ \t]*(?:A|J|W|C2|ASCII|JIS8?|UNICODE|LOCALIZED)(?=[\s["']))`,
  "gi"
)

/** What is longer is no prefix. */
const longestPrefix = 1000

/** A text in which stretches turn into spaces, told in their order. */
class Blanked {
  private readonly text: string
  private readonly parts: Array<string> = []
  private from = 0

  constructor(text: string) {
    this.text = text
  }

  /** What is blank already stays. */
  blank(from: number, end: number): void {
    const start = Math.max(from, this.from)
    if (end <= start) return
    this.parts.push(this.text.slice(this.from, start), " ".repeat(end - start))
    this.from = end
  }

  toString(): string {
    return this.from === 0 ? this.text : this.parts.join("") + this.text.slice(this.from)
  }
}

const endOf = (text: string, at: number): number => {
  const end = text.indexOf("\n", at)
  return end < 0 ? text.length : end
}

/** Blanks what stands before the lines of a body, which follow the line of a header; gives where they end. */
const bodyLines = (text: string, before: Stretch, lineEnd: number, out: Blanked): number => {
  let start = lineEnd + 1
  if (before.end - before.start > longestPrefix || text.slice(before.start, before.end).trim() === "") return start
  let prefix: Stretch | undefined
  let quote = none
  while (start < text.length) {
    const line = { start, end: endOf(text, start) }
    let body = -1
    if (prefix === undefined) {
      let stop = before.start
      follow(text, before, line, (inPrefix, inLine) => {
        if (!begins(text, inLine)) return
        stop = inPrefix
        body = inLine
      })
      prefix = { start: before.start, end: stop }
    } else {
      const behind = follow(text, prefix, line)
      body = behind
      if (behind >= 0 && !begins(text, behind)) {
        if (holdsHeader(text, behind, line.end)) return start
        if (!goesOn(text, behind)) body = -1
      }
      // A text of several lines is left as the log has it.
      if (behind >= 0 && body < 0 && quote !== none) {
        quote = quoteBehind(text, behind, line.end, quote)
        start = line.end + 1
        continue
      }
    }
    // A line that has a header before its item is a message of its own, however alike the two begin.
    if (body < 0 || holdsHeader(text, line.start, body)) return start
    quote = quoteBehind(text, body, line.end, quote)
    out.blank(line.start, body)
    start = line.end + 1
    if (endsMessage(text, body, line.end)) return start
  }
  return start
}

const holdsHeader = (text: string, from: number, to: number): boolean => {
  header.lastIndex = 0
  return header.test(text.slice(from, to))
}

const none = 0

/** The mark in which a text is open behind a stretch of a line. */
const quoteBehind = (text: string, from: number, to: number, open: number): number => {
  let quote = open
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) quote = none
    else if (quote === none && isQuote(code)) quote = code
    else if (quote === none && code === slash && isComment(text.charCodeAt(at + 1))) return none
  }
  return quote
}

const isComment = (code: number): boolean => code === slash || code === star

const endsMessage = (text: string, body: number, lineEnd: number): boolean => {
  let first = body
  while (isBlank(text.charCodeAt(first))) first++
  const code = text.charCodeAt(first)
  if (code !== less && code !== greater && code !== dot) return false
  let end = lineEnd
  while (end > body && isSpace(text.charCodeAt(end - 1))) end--
  return text.charCodeAt(end - 1) === dot
}

/** What stands behind the quote that ends a text: the end of the item, another text, a code, or nothing more. */
const behindQuote = /[ \t]*(?:[>"'\d\r\n]|$)/y

/** Where the texts of items end. */
class Texts {
  private readonly text: string
  /** The ends of the last lines on which a text begins and does not end, in double quotes and in single ones. */
  private readonly unended = { '"': -1, "'": -1 }
  /** The end of the line that was asked for last; what is asked for comes in the order of the text. */
  private lineEnd = -1
  /** The end of the last line on which a text begins that ends on none. */
  private broken = -1

  constructor(text: string) {
    this.text = text
  }

  /** Behind the texts of an item; behind its format where they do not end. */
  behind(item: number, from: number): number {
    const { text } = this
    // Many texts may begin on a line, which is looked through once.
    if (from > this.lineEnd) this.lineEnd = endOf(text, from)
    const { lineEnd } = this
    let at = from
    while (at < lineEnd) {
      const mark = text[at]!
      if (mark === "<" || mark === ">") return at
      if (mark === '"' || mark === "'") {
        const end = this.quoteEnd(mark, at + 1, lineEnd)
        if (end < 0) return Math.max(from, this.behindLines(item, lineEnd))
        at = end
      }
      at++
    }
    return at
  }

  /** Behind a text that ends on a later line; -1 where none does. */
  private behindLines(item: number, lineEnd: number): number {
    if (this.broken === lineEnd) return -1
    const behind = behindText(this.text, item, lineEnd)
    if (behind < 0) this.broken = lineEnd
    return behind
  }

  /** Where a text in quotes ends on its line; -1 where it does not. */
  private quoteEnd(quote: '"' | "'", from: number, lineEnd: number): number {
    const { text, unended } = this
    if (unended[quote] === lineEnd) return -1
    for (let at = text.indexOf(quote, from); at >= 0 && at < lineEnd; at = text.indexOf(quote, at + 1)) {
      behindQuote.lastIndex = at + 1
      if (behindQuote.test(text)) return at
    }
    unended[quote] = lineEnd
    return -1
  }
}

/**
 * The text with spaces for notes behind headers and for what stands before the lines of bodies. Every place stays.
 */
export const messagesAlone = (text: string): string => {
  const out = new Blanked(text)
  const texts = new Texts(text)
  const next = (from: number): RegExpExecArray | null => {
    headerOrText.lastIndex = from
    for (;;) {
      const match = headerOrText.exec(text)
      if (match?.groups?.["text"] === undefined) return match
      headerOrText.lastIndex = texts.behind(match.index, headerOrText.lastIndex)
    }
  }
  let match = next(0)
  while (match !== null) {
    const lineStart = text.lastIndexOf("\n", match.index) + 1
    const lineEnd = endOf(text, match.index)
    const before = { start: lineStart, end: match.index }
    for (; match !== null && match.index < lineEnd; match = next(behind(match))) {
      const from = behind(match)
      out.blank(from, behindNote(text, lineStart, match.index, from, lineEnd))
    }
    const bodyEnd = bodyLines(text, before, lineEnd, out)
    if (match !== null && match.index < bodyEnd) match = next(bodyEnd)
  }
  return out.toString()
}

const behind = ({ 0: { length }, index }: RegExpExecArray): number => index + length

/**
 * A text, a place in it, and what was noticed so far. All parts of the reader move the same scanner.
 *
 * What is no SML is a `Fault`, thrown from wherever it is found to the loop over messages, which keeps it and goes on
 * at the next header.
 */
import type { Dialect } from "../../Dialect.ts"
import type { Position, SmlComment } from "../../SmlDocument.ts"
import { printable, SmlError, type SmlReason, SmlWarning } from "../../SmlError.ts"
import {
  blank,
  cr,
  hiddenMarks,
  isHidden,
  isName,
  isSpace,
  isUnusualBlank,
  lf,
  slash,
  star,
  tab,
  unusualBlanks
} from "./characters.ts"

/**
 * Bounds of the item that is being read.
 */
export class Size {
  /** Where its brackets begin; -1 where there are none. */
  offset = -1
  minimum = 0
  maximum = Number.POSITIVE_INFINITY
  /** Written as `MAX n`: the item is a slot. */
  bounded = false
  /** Written as a name or dots: a list's body repeats. */
  open = false

  clear(): void {
    this.offset = -1
    this.minimum = 0
    this.maximum = Number.POSITIVE_INFINITY
    this.bounded = false
    this.open = false
  }

  /** The exact number of values announced, or -1. */
  get exact(): number {
    return this.offset >= 0 && this.minimum === this.maximum ? this.minimum : -1
  }

  holds(count: number): boolean {
    return count >= this.minimum && count <= this.maximum
  }
}

/**
 * What was read of an item besides the item.
 */
export class Leaf {
  /** Number of values, in the unit its size counts; while they are read, of those before this place. */
  count = 0
  /** Where the item begins. */
  start = 0
  /** Behind the item, and the name that is bound to it. */
  end = 0
  /** Whether a value was written, be it the empty text. */
  written = false
  /** The name that stands for a value. */
  name: string | undefined = undefined
}

/** Carries an error to the loop over messages. Without a stack, as it is no bug. */
export class Fault {
  readonly error: SmlError
  constructor(error: SmlError) {
    this.error = error
  }
}

export interface Rules {
  readonly dialect: Dialect
  readonly source: string | undefined
  readonly strict: boolean
  readonly strictSizes: boolean
  readonly text: "ascii" | "latin-1" | "utf-8"
  readonly wBitOnSecondary: "error" | "warn"
  readonly maxDepth: number
  readonly maxItems: number
  readonly maxErrors: number
}

/** Widest excerpt, and how much of it stands before the caret at most. */
const excerptWidth = 100
const excerptLead = 60

const maxFound = 32

/** Of what a caller says was found, as it may be a size of megabytes. */
const widestFound = 100

export class Scanner {
  readonly text: string
  readonly rules: Rules
  /** As it was given, for people: of a log, `text` is what can be read. */
  private readonly given: string
  at: number
  readonly comments: Array<SmlComment> = []
  readonly warnings: Array<SmlWarning> = []
  warningsOmitted = 0
  readonly constants = new Map<string, number>()
  /** Up to here no string with this quote is closed: found once, so that it is not searched for again. */
  readonly unclosed = { double: -1, single: -1 }
  /** Of the item that is being read: its size, and what was read besides its values. */
  readonly size = new Size()
  readonly leaf = new Leaf()
  /** All units of the text in quotes that was read last, or'ed: one look tells whether it is ASCII. */
  units = 0
  /** Behind the plain decimal that was read last. */
  plainEnd = 0
  private lastLine = 0
  private lastComment = -1
  private unusualTo = 0
  private commentsUnclosed = Number.POSITIVE_INFINITY
  /** The line looked at last, as a text may be one line of megabytes. */
  private line = { start: 0, end: -1 }
  private lineStarts: Array<number> | undefined

  constructor(text: string, rules: Rules, given = text) {
    this.text = text
    this.rules = rules
    this.given = given
    this.at = 0
  }

  // --- places ------------------------------------------------------------------------------------------------------

  position(offset: number): Position {
    const starts = (this.lineStarts ??= findLines(this.text))
    // Places are mostly asked for in order, and then are on the line asked for last, or a few behind it.
    let low = starts[this.lastLine]! <= offset ? this.lastLine : 0
    let high = starts.length
    for (let step = 1; low + step < high; step *= 2) {
      if (starts[low + step]! > offset) high = low + step
      else low += step
    }
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle
    }
    this.lastLine = low
    return { offset, line: low + 1, column: Math.max(1, offset - starts[low]! + 1) }
  }

  private excerpt(offset: number, column: number): string {
    const lineStart = offset - column + 1
    const from = Math.max(lineStart, offset - excerptLead)
    // No farther than what is shown, as a text may be one line of megabytes.
    const ahead = this.given.slice(from, from + excerptWidth + 1)
    const end = ahead.slice(offset - from).search(/[\r\n]/)
    const line = end < 0 ? ahead : ahead.slice(0, offset - from + end)
    // One column for each unit, whatever it is.
    const shown = printable(line.slice(0, excerptWidth)).replace(/[\ud800-\udfff]/g, "·")
    const before = from > lineStart ? "…" : ""
    const after = line.length > excerptWidth ? "…" : ""
    return `${before}${shown}${after}\n${" ".repeat(before.length + offset - from)}^`
  }

  private place(reason: SmlReason, offset: number, expected: string, found: string | undefined, hint?: string) {
    const { column, line } = this.position(offset)
    const { source } = this.rules
    return {
      reason,
      ...(source === undefined ? {} : { source }),
      offset,
      line,
      column,
      expected,
      found:
        found === undefined
          ? this.found(offset)
          : found.length > widestFound
            ? `${visible(found.slice(0, widestFound))}…`
            : visible(found),
      ...(hint === undefined ? {} : { hint }),
      excerpt: this.excerpt(offset, column)
    }
  }

  /** What stands at a place, as an error calls it. */
  found(offset: number): string {
    const { text } = this
    if (offset >= text.length) return "the end of the text"
    let end = offset
    while (end < text.length && end - offset < maxFound && isShown(text.charCodeAt(end))) end++
    if (end === offset) {
      const code = text.codePointAt(offset)!
      if (code === lf || code === cr) return "the end of the line"
      return visible(String.fromCodePoint(code))
    }
    return visible(text.slice(offset, end)) + (end - offset === maxFound ? "…" : "")
  }

  /** Where the line of a place ends. */
  lineEnd(offset: number): number {
    if (offset < this.line.start || offset > this.line.end) {
      this.line = { start: offset, end: endOfLine(this.text, offset) }
    }
    return this.line.end
  }

  // --- what is wrong -----------------------------------------------------------------------------------------------

  error(reason: SmlReason, offset: number, expected: string, hint?: string, found?: string): SmlError {
    return new SmlError(this.place(reason, offset, expected, found, hint))
  }

  fail(reason: SmlReason, offset: number, expected: string, hint?: string, found?: string): never {
    throw new Fault(this.error(reason, offset, expected, hint, found))
  }

  /** What is read all the same, unless reading is strict. */
  warn(reason: SmlReason, offset: number, expected: string, hint?: string, found?: string): void {
    if (this.rules.strict) this.fail(reason, offset, expected, hint, found)
    if (this.warnings.length >= this.rules.maxErrors) this.warningsOmitted++
    else {
      const look = () => this.place(reason, offset, expected, found, hint)
      this.warnings.push(new SmlWarning(reason, offset, look))
    }
  }

  // --- moving ------------------------------------------------------------------------------------------------------

  /** Passes over blanks, line ends and comments; gives the character that comes then, NaN at the end. */
  skip(): number {
    const { text } = this
    for (;;) {
      const code = text.charCodeAt(this.at)
      if (code === blank || code === lf || code === tab || code === cr) this.at++
      else if (code === slash) {
        if (!this.comment()) return code
      } else if (code === star) {
        if (!this.starLine()) return code
      } else if (isSpace(code)) this.space(code)
      else return code
    }
  }

  /** Passes over blanks and comments, but not over the end of the line. */
  skipOnLine(): number {
    const { text } = this
    for (;;) {
      const code = text.charCodeAt(this.at)
      if (code === lf || code === cr) return code
      if (code === slash) {
        if (!this.comment()) return code
      } else if (isSpace(code)) this.space(code)
      else return code
    }
  }

  private space(code: number): void {
    if (code <= blank) {
      this.at++
      return
    }
    const start = this.at
    while (isUnusualBlank(this.text.charCodeAt(this.at))) this.at++
    this.unusual(start)
  }

  /** Warns of a blank that is none of SML's, once however often it is passed over. A text may begin with a mark. */
  private unusual(start: number): void {
    if (start < this.unusualTo || this.rules.dialect.prose) return
    this.unusualTo = start + 1
    const code = this.text.charCodeAt(start)
    if (start > 0 || code !== byteOrderMark) {
      this.warn("BadCharacter", start, "a blank or a tab", undefined, codePoint(code))
    }
  }

  /** Looks for blanks that are none of SML's, and for marks nobody sees, where the reader did not pass one by one. */
  look(from: number, to: number): void {
    let ascii = from
    while (ascii < to && this.text.charCodeAt(ascii) < 0x80) ascii++
    if (ascii === to) return
    for (const { 0: found, index } of this.text.slice(from, to).matchAll(unseen)) {
      if (isUnusualBlank(found.charCodeAt(0))) this.unusual(from + index)
      else
        this.fail(
          "BadCharacter",
          from + index,
          "characters that can be seen",
          undefined,
          codePoint(found.charCodeAt(0))
        )
    }
  }

  /** Reads a comment of either kind, if there is one. */
  private comment(): boolean {
    const { at, text } = this
    const second = text.charCodeAt(at + 1)
    if (second === slash) {
      const end = endOfLine(text, at)
      this.keep(at, end, text.slice(at + 2, end))
      return true
    }
    if (second !== star) return false
    const end = this.commentEnd(at + 2)
    if (end < 0) this.fail("UnterminatedComment", at, "*/ to end this comment", undefined, "the end of the text")
    this.keep(at, end, text.slice(at + 2, end - 2))
    return true
  }

  /** Behind the mark that ends a comment, from a place within it; -1 where none does. */
  commentEnd(within: number): number {
    const mark = within >= this.commentsUnclosed ? -1 : this.text.indexOf("*/", within)
    if (mark >= 0) return mark + 2
    this.commentsUnclosed = Math.min(this.commentsUnclosed, within)
    return -1
  }

  /** A line that begins with a star is a comment as a whole. */
  private starLine(): boolean {
    const { at, text } = this
    for (let before = at - 1; before >= 0; before--) {
      const code = text.charCodeAt(before)
      if (code === lf || code === cr) break
      if (!isSpace(code)) return false
    }
    const end = endOfLine(text, at)
    this.keep(at, end, withoutStars(text.slice(at, end)))
    return true
  }

  private keep(start: number, end: number, text: string): void {
    this.at = end
    // Not once more where the reader looked ahead and came back.
    if (start > this.lastComment) this.comments.push({ start, end, text: text.trim() })
    this.lastComment = Math.max(start, this.lastComment)
  }

  /** Reads a name; empty where none stands. */
  name(): string {
    const { text } = this
    const start = this.at
    while (isName(text.charCodeAt(this.at))) this.at++
    return text.slice(start, this.at)
  }
}

/** The offset of the next line end, or of the end of the text. */
export const endOfLine = (text: string, offset: number): number => {
  lineBreak.lastIndex = offset
  const found = lineBreak.exec(text)
  return found === null ? text.length : found.index
}

/** Old machines end lines with a carriage return alone. */
const lineBreak = /[\r\n]/g
const wholeLineBreak = /\r\n?|\n/g

/** What a line of stars says. By hand, as a pattern tries again at every star. */
const withoutStars = (line: string): string => {
  let from = 0
  while (line.charCodeAt(from) === star) from++
  let to = line.length
  while (to > from && isSpace(line.charCodeAt(to - 1))) to--
  while (to > from && line.charCodeAt(to - 1) === star) to--
  return line.slice(from, to)
}

const findLines = (text: string): Array<number> => {
  // An editor shows nothing where a byte order mark stands.
  const starts = [text.charCodeAt(0) === 0xfeff ? 1 : 0]
  if (text.includes("\r")) {
    for (const {
      0: { length },
      index
    } of text.matchAll(wholeLineBreak))
      starts.push(index + length)
    return starts
  }
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) starts.push(end + 1)
  return starts
}

/** Runs of unusual blanks, and single marks nobody sees. */
const unseen = new RegExp(`[${unusualBlanks}]+|[${hiddenMarks}]`, "g")

const byteOrderMark = 0xfeff

/** A part of a word, also one that nobody sees. */
const isShown = (code: number): boolean => isName(code) || isHidden(code)

const codePoint = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, "0")}`

const invisible = new RegExp(
  `[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f${unusualBlanks}${hiddenMarks}]|\\p{Cs}`,
  "gu"
)

/** With the number of whatever cannot be seen. */
const visible = (text: string): string =>
  text.replace(invisible, (one) => (one === text ? codePoint(one.charCodeAt(0)) : `<${codePoint(one.charCodeAt(0))}>`))

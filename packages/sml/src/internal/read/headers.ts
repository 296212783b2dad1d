/**
 * Headers: where they stand, what belongs to them, and what stands before them on their line.
 */
import type { Direction } from "../../SmlDocument.ts"
import {
  colon,
  equals,
  gap,
  isDigit,
  isGap,
  isLetter,
  isName,
  isSpace,
  openSquare,
  space,
  trimSpaces,
  withBlanks,
  zero
} from "./characters.ts"
import type { Scanner } from "./Scanner.ts"

/** `SxFy`, with or without quotes. */
export interface Candidate {
  readonly at: number
  /** Behind it, and behind its closing quote. */
  readonly end: number
  readonly quoted: boolean
  readonly stream: number
  readonly function: number
}

const candidate = /(['"]?)S(\d{1,6})F(\d{1,6})\1/gi

/**
 * Finds `SxFy` in a text, each once however often it is asked for.
 */
export class Candidates {
  private readonly text: string
  private from = 0
  private found: Candidate | undefined
  /** All from one of these places up to the other are labels: found once, so that they are not walked again. */
  private labels = { from: 0, to: 0 }

  constructor(text: string) {
    this.text = text
    this.found = this.search(0)
  }

  /** The first at or behind a place. */
  next(at: number): Candidate | undefined {
    if (at < this.from || (this.found !== undefined && this.found.at < at)) this.found = this.search(at)
    this.from = at
    return this.found
  }

  /** The first from a place up to another that is a header, and not the label of one. */
  header(at: number, end: number): Candidate | undefined {
    const known = at >= this.labels.from && at < this.labels.to
    let one = this.next(known ? this.labels.to : at)
    let to = known ? this.labels.to : at
    while (one !== undefined && one.at < end && isLabel(this.text, one)) {
      to = one.end
      one = this.next(to)
    }
    this.labels = { from: known ? this.labels.from : at, to }
    return one !== undefined && one.at < end ? one : undefined
  }

  /** The one right here, as it is in a text of plain messages; read without a regular expression. */
  private here(at: number): Candidate | undefined {
    const { text } = this
    if ((text.charCodeAt(at) | 0x20) !== 0x73) return undefined
    let end = at + 1
    let stream = 0
    for (; isDigit(text.charCodeAt(end)) && end < at + 5; end++) stream = stream * 10 + text.charCodeAt(end) - zero
    if (end === at + 1 || (text.charCodeAt(end) | 0x20) !== 0x66) return undefined
    const second = ++end
    let function_ = 0
    for (; isDigit(text.charCodeAt(end)) && end < second + 4; end++) {
      function_ = function_ * 10 + text.charCodeAt(end) - zero
    }
    if (end === second || !this.standsAlone(at, end)) return undefined
    return { at, end, quoted: false, stream, function: function_ }
  }

  private search(at: number): Candidate | undefined {
    const { text } = this
    const here = this.here(at)
    if (here !== undefined) return here
    candidate.lastIndex = at
    for (;;) {
      const match = candidate.exec(text)
      if (match === null) return undefined
      const end = candidate.lastIndex
      if (this.standsAlone(match.index, end)) {
        return {
          at: match.index,
          end,
          quoted: match[1] !== "",
          stream: Number(match[2]),
          function: Number(match[3])
        }
      }
      candidate.lastIndex = match.index + 1
    }
  }

  /** No part of a longer word; a W may touch it. */
  private standsAlone(at: number, end: number): boolean {
    const { text } = this
    if (at > 0 && isName(text.charCodeAt(at - 1))) return false
    const behind = text.charCodeAt(end)
    return !isName(behind) || ((behind | 0x20) === 0x77 && !isName(text.charCodeAt(end + 1)))
  }
}

const headerLine = new RegExp(
  String.raw`${gap}*(?:[^\s:<>"'=]{1,80}${gap}*:${gap}*|["'][^"'\r\n]{0,80}["']${gap}*)?(["']?)S\d{1,6}F\d{1,6}\1${gap}*(?:W\b|\.|<|=|\[|\/|\r|\n|INPUT\b|OUTPUT\b|$)`,
  "iy"
)

/** Whether the line that begins at a place begins with a header. */
export const isHeaderLine = (text: string, lineStart: number): boolean => {
  headerLine.lastIndex = lineStart
  return headerLine.test(text)
}

/** Whether a colon stands behind a candidate, which makes it a label. */
const isLabel = (text: string, { end }: Candidate): boolean => {
  let at = end
  while (isGap(text.charCodeAt(at))) at++
  return text.charCodeAt(at) === colon
}

// --- before the header ---------------------------------------------------------------------------------------------

export interface Label {
  readonly name: string | undefined
  /** What a log writes before the label. */
  readonly prefix: string
}

const unquote = (text: string): string => /^(["'])(.*)\1$/s.exec(text)?.[2] ?? withBlanks(text)

const opensItem = new RegExp(
  String.raw`<${space}*(?:L|A|J|W|C2|B|BOOL(?:EAN)?|[IUF][1248]|V|VAR|VARIANT)(?:${space}|[[>])`,
  "i"
)

/**
 * What stands before a header on its line: nothing, a label with a colon, a name in quotes or, in a log, anything.
 * Undefined where it is none of these.
 */
export const readLabel = (before: string, prose: boolean): Label | undefined => {
  const text = trimSpaces(before)
  if (text === "") return { name: undefined, prefix: "" }
  if (opensItem.test(text)) return undefined
  if (text.endsWith(":")) {
    const label = trimSpaces(text.slice(0, -1))
    // What begins with a star is a comment as soon as it begins a line.
    if (!prose) return /^\*|[<>\r\n]/.test(label) ? undefined : { name: unquote(label) || undefined, prefix: "" }
    let from = label.length
    while (from > 0 && !isSpace(label.charCodeAt(from - 1))) from--
    return { name: unquote(label.slice(from)) || undefined, prefix: label.slice(0, from).trim() }
  }
  if (/^(["'])[^"']*\1$/.test(text)) return { name: unquote(text) || undefined, prefix: "" }
  return prose ? { name: undefined, prefix: text } : undefined
}

// --- behind the header ---------------------------------------------------------------------------------------------

export interface Attributes {
  name: string | undefined
  wBit: "set" | "clear" | "optional"
  /** Where the W stands. */
  wAt: number
  direction: Direction | undefined
  /** Words that are no attribute of a header, where none were looked for. */
  words: number
}

/** Whether a word of one letter ends here, and is no label. */
const endsWord = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  if (isName(code)) return false
  let next = at
  while (isGap(text.charCodeAt(next))) next++
  return text.charCodeAt(next) !== colon
}

const arrow = new RegExp(String.raw`H${space}*(<->|->|<-)${space}*E\b`, "iy")
const optionalW = new RegExp(String.raw`\[${space}*W${space}*\]`, "iy")

/**
 * Reads what belongs to a header, in any order: W, a direction, `= name` or a name. A name stands on the header's line.
 */
export const readAttributes = (s: Scanner, candidates: Candidates, lineEnd: number): Attributes => {
  const { prose } = s.rules.dialect
  const out: Attributes = { name: undefined, wBit: "clear", wAt: -1, direction: undefined, words: 0 }
  for (;;) {
    const behind = s.at
    const code = s.skip()
    const start = s.at
    const onLine = start < lineEnd
    // The next line of a log may begin with anything.
    if (prose && !onLine) {
      s.at = behind
      return out
    }
    if (code === equals) {
      s.at++
      s.skip()
      out.name = s.name()
      if (out.name === "") s.fail("HeaderExpected", s.at, "a name behind =")
      continue
    }
    if (code === openSquare) {
      optionalW.lastIndex = start
      if (!optionalW.test(s.text)) {
        if (!prose) s.fail("UnexpectedText", start, "[W], an item or .")
        s.at = behind
        return out
      }
      s.at = optionalW.lastIndex
      s.look(start, s.at)
      out.wBit = "optional"
      out.wAt = start
      continue
    }
    if ((code | 0x20) === 0x77 && out.wBit === "clear" && endsWord(s.text, start + 1)) {
      s.at++
      out.wBit = "set"
      out.wAt = start
      continue
    }
    if (isLetter(code) || (onLine && !prose && isName(code) && code > 0x7f)) {
      arrow.lastIndex = start
      const direction = arrow.exec(s.text)
      if (direction !== null) {
        s.at = arrow.lastIndex
        s.look(start, s.at)
        out.direction = `H${direction[1] as "->" | "<-" | "<->"}E`
        continue
      }
      const word = s.name()
      const upper = word.toUpperCase()
      const labels = s.skipOnLine() === colon
      if (!labels && (upper === "INPUT" || upper === "OUTPUT")) {
        out.direction = upper
        continue
      }
      if (onLine && !prose && !labels && candidates.next(start)?.at !== start) {
        out.name = out.name === undefined ? word : `${out.name} ${word}`
        continue
      }
      if (onLine) out.words++
    }
    s.at = behind
    return out
  }
}

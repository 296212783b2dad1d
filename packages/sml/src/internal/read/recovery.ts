/**
 * Where reading goes on after an error: the next place at which a message, a constant or a rule may begin.
 *
 * Comments are passed over, so that nothing comes back that was commented out. Every character is looked at once.
 */
import { cr, gap, isSpace, lf, space } from "./characters.ts"
import type { Scanner } from "./Scanner.ts"

const header = String.raw`(?:"S\d{1,6}F\d{1,6}"|'S\d{1,6}F\d{1,6}'|S\d{1,6}F\d{1,6})(?=W?(?![\w-]))`
const name = String.raw`["'][^"'\r\n]{0,80}["']${gap}*:?${gap}*`

/** What a line may begin with. A label may hold blanks here. */
const line = new RegExp(
  String.raw`${gap}*(?:#define${space}|if${space}*\(|every${space}+\d|(?:${name}|[^\s:<>"'=][^:<>"'=\r\n]{0,80}:${gap}*)?${header})`,
  "iy"
)

/** What may stand behind the dot of a message, and on its line. */
const behindDot = new RegExp(String.raw`${gap}*(?:${name}|[^\s:<>"'=.][^:<>"'=.\r\n]{0,80}:${gap}*)?${header}`, "iy")

/** What may stand behind an item whose dot is missing, and on its line. */
const behindItem = new RegExp(String.raw`${gap}*${header}${gap}*(?:W${gap}*)?[.<\r\n]`, "iy")

/** Whatever may be followed by a message on its line, or hide one. */
const mark = /(?:^|[\s>.])\/[/*]|[.>]/g

const stars = /^[ \t]*\*/
const dotted = /\.\s*$/

const stands = (pattern: RegExp, text: string, at: number): boolean => {
  pattern.lastIndex = at
  return pattern.test(text)
}

const textOf = /<[ \t]*(?:A|J|W|C2|ASCII|JIS8?|UNICODE|LOCALIZED)(?=[\s["'])[^<]*$/i
const itemWithin = /<[ \t]*(?:L|A|J|W|C2|B|BOOL(?:EAN)?|[IUF][1248])[\s[>]/i
/** What ends an item behind a text. */
const itemEnd = /[ \t]*(?:(?:0x[0-9a-f]{1,2}|\d{1,3}|"[^"\r\n]*"|'[^'\r\n]*')[ \t]*)*>/iy
/** A text of more lines is not known as one. */
const longestText = 10_000

/**
 * Behind a text that begins on a line and ends on a later one, from a place on that line; -1 where no item holds one.
 */
export const behindText = (text: string, from: number, lineEnd: number): number => {
  const item = textOf.exec(text.slice(Math.max(from, lineEnd - longestText), lineEnd))?.[0]
  let quote = ""
  for (const mark of item?.match(/["']/g) ?? []) {
    if (quote === "") quote = mark
    else if (mark === quote) quote = ""
  }
  if (quote === "") return -1
  const ahead = text.slice(lineEnd, lineEnd + longestText)
  const end = ahead.indexOf(quote)
  if (end < 0 || itemWithin.test(ahead.slice(0, end)) || !stands(itemEnd, text, lineEnd + end + 1)) return -1
  return lineEnd + end + 1
}

/** The start of the line, if nothing but blanks stands between it and a place; else -1. */
export const lineStartAt = (text: string, at: number): number => {
  for (let before = at - 1; before >= 0; before--) {
    const code = text.charCodeAt(before)
    if (code === lf || code === cr) return before + 1
    if (!isSpace(code)) return -1
  }
  return 0
}

/** The start of the line a place is on; -1 where another place is on that line too. */
const lineStartWithin = (text: string, first: number, at: number): number => {
  const part = text.slice(first, at)
  const end = Math.max(part.lastIndexOf("\n"), part.lastIndexOf("\r"))
  return end < 0 ? -1 : first + end + 1
}

/**
 * The next place at or behind `from`, but behind what began at `began`; the end of the text where there is none.
 */
export const resumeAt = (s: Scanner, began: number, from: number): number => {
  const { text } = s
  const { prose } = s.rules.dialect
  // The error may stand behind the label of the next message, which the item before it took for its own.
  const here = lineStartWithin(text, began, from)
  if (here >= 0 && (prose || stands(line, text, here))) return here
  let at = from
  while (at < text.length) {
    const lineEnd = s.lineEnd(at)
    const behind = prose ? behindText(text, at, lineEnd) : -1
    if (behind >= 0) {
      at = behind
      continue
    }
    const found = onLine(s, at, lineEnd)
    if (found >= 0) return found
    // Behind a comment of several lines, what is left of the last of them is looked at.
    if (~found > lineEnd) {
      at = ~found
      continue
    }
    if (lineEnd >= text.length) break
    at = lineEnd + (text.startsWith("\r\n", lineEnd) ? 2 : 1)
    if (prose || stands(line, text, at)) return at
  }
  return text.length
}

/** Where a message begins within a line, behind its first; negated, the place up to which none does. */
const onLine = (s: Scanner, from: number, lineEnd: number): number => {
  const { text } = s
  const rest = text.slice(from, lineEnd)
  if (stars.test(rest) && lineStartAt(text, from) >= 0) return ~lineEnd
  mark.lastIndex = 0
  for (let match = mark.exec(rest); match !== null; match = mark.exec(rest)) {
    const [token] = match
    if (token.endsWith("//")) return ~lineEnd
    if (token.endsWith("*")) {
      const end = s.commentEnd(from + mark.lastIndex)
      if (end > lineEnd) return ~end
      if (end < 0) continue
      mark.lastIndex = end - from
      if (!dotted.test(rest.slice(Math.max(0, match.index - 20), match.index + 1))) continue
    }
    const at = from + mark.lastIndex
    if (stands(token === ">" ? behindItem : behindDot, text, at)) return at
  }
  return ~lineEnd
}

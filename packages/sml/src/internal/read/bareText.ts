/**
 * A text without what does not tell its dialect: comments, text in quotes, and how it is laid out. Pure.
 */
import { cr, isQuote, isSpace, lf, slash, star } from "./characters.ts"

const header = /(["'])S\d{1,3}F\d{1,3}\1/iy
const lineBreak = /[\r\n]/g

/**
 * One blank for any number of blanks and comments, or one line end where a line ended there. Quotes are left empty,
 * but those around a header. Takes linear time.
 */
export const bareText = (text: string): string => {
  let out = ""
  /** Where what was not yet copied begins. */
  let from = 0
  let at = 0
  let lastEnd = -1
  const lineEnd = (): number => {
    if (lastEnd < at) {
      lineBreak.lastIndex = at
      lastEnd = lineBreak.exec(text)?.index ?? text.length
    }
    return lastEnd
  }
  const lastMark = text.lastIndexOf("*/")
  let startsLine = true
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (isQuote(code)) {
      startsLine = false
      header.lastIndex = at
      if (header.test(text)) {
        at = header.lastIndex
        continue
      }
      // Text may go on in another line, but an apostrophe is more often alone.
      const close = text.slice(at + 1, lineEnd()).indexOf(text.charAt(at))
      if (close >= 0) {
        out += text.slice(from, at + 1)
        from = at + 1 + close
        at = from
      }
      at++
      continue
    }
    const start = at
    let ended = false
    for (; at < text.length;) {
      const space = text.charCodeAt(at)
      const second = text.charCodeAt(at + 1)
      if (space === lf || space === cr) {
        ended = startsLine = true
        at++
      } else if (isSpace(space)) at++
      else if ((space === star && startsLine) || (space === slash && second === slash)) at = lineEnd()
      else if (space === slash && second === star && lastMark >= at + 2) {
        at = text.indexOf("*/", at + 2) + 2
        startsLine = false
      } else break
    }
    if (at === start) {
      startsLine = false
      at++
      continue
    }
    out += text.slice(from, start) + (ended || start === 0 ? "\n" : " ")
    from = at
  }
  return out + text.slice(from)
}

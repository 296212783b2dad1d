/**
 * Time, thread and level before every line of a body, where the logger takes each line for an entry of its own.
 *
 * What stands before the header is the pattern: the lines below it begin alike, word for word of whatever length, up to
 * where all of them go on with SML. Columns may be empty there.
 */
import { blank, closeRound, closeSquare, colon, comma, cr, greater, isWord, tab } from "./characters.ts"

const format = "(?:L|A|J|W|C2|B|BOOL(?:EAN)?|[IUF][1248])"

/** What nothing but the line of a body begins with: an item, or the end of a list or a message and nothing more. */
const surely = new RegExp(
  String.raw`[ \t]*(?:<[ \t]*${format}(?=[\s[>])|>[ \t>.]*(?=$|\r|/[/*])|\.[ \t]*(?=$|\r))`,
  "imy"
)

/** What else it may begin with once a line has shown what stands before them: values, comments, nothing. */
const perhaps =
  /[ \t]*(?:[<>"'+\d-]|\/\/|\/\*[^\n]{0,1000}\*\/|(?:T|F|TRUE|FALSE|[0-9A-F]{2}|NaN|Inf(?:inity)?)(?=[\s>,]|$)|\r?$)/imy

/** A stretch of the text. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

const stands = (pattern: RegExp, text: string, at: number): boolean => {
  pattern.lastIndex = at
  return pattern.test(text)
}

/** Whether nothing but a line of a body goes on like this. */
export const begins = (text: string, at: number): boolean => stands(surely, text, at)

/** Whether a line of a body may go on like this. */
export const goesOn = (text: string, at: number): boolean => stands(perhaps, text, at)

export const isBlank = (code: number): boolean => code === blank || code === tab

/** Behind these a prefix may end although no blank follows. */
const ends = (code: number): boolean =>
  isBlank(code) ||
  code === closeSquare ||
  code === closeRound ||
  code === colon ||
  code === comma ||
  code === greater ||
  code === 0x3b ||
  code === 0x7c

/** Behind a column of a prefix, up to the next, where a line has blanks in its place; -1 where it has not. */
const behindEmpty = (text: string, prefix: Stretch, at: number, lineStart: number, next: number): number => {
  let end = at
  while (end < prefix.end && !isBlank(text.charCodeAt(end))) end++
  const from = lineStart + at - prefix.start
  const to = from + end - at
  if (next < to) return -1
  for (let i = from; i < to; i++) if (!isBlank(text.charCodeAt(i))) return -1
  while (end < prefix.end && isBlank(text.charCodeAt(end))) end++
  return end
}

/**
 * Goes along a line for as long as it looks like a prefix: words against words, blanks against blanks, all other marks
 * as they are, and blanks against what stands in the same columns. `stop` is told where both could end. Gives the place
 * in the line where the prefix is through; -1 where it is not.
 */
export const follow = (
  text: string,
  prefix: Stretch,
  line: Stretch,
  stop?: (inPrefix: number, inLine: number) => void
): number => {
  let i = prefix.start
  let j = line.start
  const blanks = () => {
    while (j < line.end && isBlank(text.charCodeAt(j))) j++
  }
  while (i < prefix.end) {
    const a = text.charCodeAt(i)
    const b = j < line.end ? text.charCodeAt(j) : blank
    if (isBlank(a) && (isBlank(b) || b === cr)) {
      while (i < prefix.end && isBlank(text.charCodeAt(i))) i++
      blanks()
    } else if (isWord(a) && isWord(b)) {
      while (i < prefix.end && isWord(text.charCodeAt(i))) i++
      while (j < line.end && isWord(text.charCodeAt(j))) j++
    } else if (a === b) {
      i++
      j++
    } else {
      blanks()
      const behind = isBlank(a) ? -1 : behindEmpty(text, prefix, i, line.start, j)
      if (behind < 0) return -1
      i = behind
      stop?.(i, j)
      continue
    }
    if (ends(a)) stop?.(i, j)
  }
  return j
}

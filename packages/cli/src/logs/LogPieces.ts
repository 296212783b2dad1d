/**
 * Where a log with SML can be cut, so that its length does not matter. Pure.
 *
 * The best place is behind a line that ends a message, then before an entry that begins with a time, then before a line
 * that begins with a header, then behind the dot of a message within a line. Where there is none of these, text is held
 * up to a limit and then cut, whatever stands there.
 *
 * @since 0.1.0
 */
import * as LogTime from "./LogTime.ts"

/** Characters that are gathered before a piece is read: a quarter of a megabyte takes a tenth less time than a whole. @since 0.1.0 */
export const pieceLength = 256 * 1024
/** A piece that gets longer is cut, whatever stands there. @since 0.1.0 */
export const longestPiece = 32 * 1024 * 1024

/** @since 0.1.0 */
export interface Cut {
  /** Characters of the piece. */
  readonly length: number
  /** The piece got too long: it may end within a message. */
  readonly isForced: boolean
}

const terminated = /^\s*\.\s*$|[>\dWw'"\]/]\s*\.\s*$/

const header = /(?<![\w-])(["']?)S\d{1,3}F\d{1,3}\1(?!["'\w-]|\s*:)/i

/** A line with a header, or with words: no line of a body, which may begin with a time as well. */
const isEntry = (line: string): boolean => header.test(line) || (/[a-z]{3}/i.test(line) && !/[<>]/.test(line))

/** A header, and no more than a few words before it. */
const headed = /^[ \t]*(?:[^\s<>"'=]{1,40}[ \t]+){0,3}(["']?)S\d{1,3}F\d{1,3}\1(?!["'\w-])/i

/** What loggers of logfmt and JSON begin each line with. */
const fielded = /^(?:\{[ ]?"|(?:timestamp|time|ts|level)=)/

/** The dot of a message before another message of the same line. */
const endedWithin =
  /[>\dW'"\]/][ \t]*\.(?=[^<>.]{0,100}?(?<![\w-])(["']?)S\d{1,3}F\d{1,3}\1[ \t]*(?:W[ \t]*)?[.<\r\n])/gi

/** Longer ones are looked at in part. */
const longestLine = 2000

const lineEnds = (text: string, earliest: number): number => {
  let dated = 0
  let begun = 0
  for (let end = text.lastIndexOf("\n"); end > earliest;) {
    const start = text.lastIndexOf("\n", end - 1) + 1
    const line = text.slice(start, Math.min(end, start + longestLine))
    if (line.length < longestLine && terminated.test(line) && !line.includes("//")) return end + 1
    if (dated === 0 && start > 0) {
      if ((LogTime.find(line.slice(0, 40))?.start ?? 9) <= 2 && isEntry(line)) dated = start
      else if (begun === 0 && (fielded.test(line) || headed.test(line))) begun = start
    }
    end = start - 1
  }
  return dated > 0 ? dated : begun
}

const withinLine = (text: string, earliest: number): number => {
  let found = 0
  for (const { 0: match, index } of text.slice(earliest).matchAll(endedWithin)) found = earliest + index + match.length
  return found
}

/**
 * Where a text of at least `pieceLength` is cut, by what stands in its last `pieceLength`; undefined where more of the
 * log has to be there first.
 *
 * @since 0.1.0
 */
export const cut = (text: string): Cut | undefined => {
  const earliest = Math.max(0, text.length - pieceLength)
  const length = lineEnds(text, earliest) || withinLine(text, earliest)
  if (length > 0) return { length, isForced: false }
  if (text.length < longestPiece) return undefined
  return { length: text.lastIndexOf("\n") + 1 || text.length, isForced: true }
}

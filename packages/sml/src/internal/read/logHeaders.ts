/**
 * In a log, which `SxFy` is the header of a message, and which is only spoken of.
 */
import * as LogWords from "../../LogWords.ts"
import { dot, isQuote, isSpace, less } from "./characters.ts"
import type { Attributes, Candidate, Candidates, Label } from "./headers.ts"
import type { Scanner } from "./Scanner.ts"

/** `SxFy` on a line, and what belongs to it. */
export interface Mention {
  readonly header: Candidate
  readonly label: Label
  readonly attributes: Attributes
  /** Where the text begins that may tell what it is. */
  readonly from: number
  readonly lineEnd: number
  /** Another stands before it on the line, and is no header. */
  readonly isLater: boolean
}

/** More of a line than this, behind a header, is not looked through for an item. */
const farthest = 500

// --- before the header ---------------------------------------------------------------------------------------------

const hedges = String.raw`(?:to|not|no|will|would|shall|should|must|can|could|cannot|may|might|if|when|until|before|after|never)`
const arrows = String.raw`-{1,3}>|={1,2}>|>>|→|<-{1,3}|<={1,2}|<<|←`
const words = `${LogWords.sent}|${LogWords.received}`
const directed = new RegExp(
  String.raw`(?<!\b${hedges}[ \t]{1,3})(?:(?<![\w./-])(?:${words}|h[ \t]?(?:-{1,2}>|<-{1,2})[ \t]?e)|(?<![^\s[(:|])(?:${arrows}))[\])]?[ \t]*$`,
  "i"
)

/** Whether a word or an arrow that says who sent it stands directly before a header: `RECV S1F2`, `[SEND] S1F1`. */
export const isDirected = (text: string, lineStart: number, at: number): boolean =>
  directed.test(text.slice(Math.max(lineStart, at - 60), at))

/** Small words before a header that are no prose: levels, and who sent it. */
const terse =
  /^(?:trace|debug|info|warn|warning|error|fatal|host|mes|eap|eq|eqp|equip|equipment|tool|in|out|local|peer|active|passive|secs|hsms|gem|msg)$/

/** Whether a sentence leads up to a place: `waiting for S6F12`. Prefixes are in capitals, or in brackets. */
const isSpokenOf = (text: string, from: number, at: number): boolean => {
  const word = /(?:^|[\s(,;])([a-z]+)[ \t("']*$/.exec(text.slice(Math.max(from, at - 60), at))?.[1]
  return word !== undefined && !terse.test(word)
}

// --- behind the header ---------------------------------------------------------------------------------------------

/** What a `<` opens that is no arrow and no comparison. A format nobody knows is an error, not prose. */
const opening = /<(?:\s*(?:[a-z>]|\/\*)|\s+<)/iy

const format = String.raw`(?:[Ll]|[AJWB]|C2|BOOL(?:EAN)?|Boolean|[IUF][1248])(?=[\s[>])`
const itemOnLine = new RegExp(String.raw`<[ \t]*${format}`)
const itemBelow = new RegExp(String.raw`(?:\r\n?|\n)[ \t]*<[ \t]*${format}`, "y")

const stands = (pattern: RegExp, text: string, at: number): boolean => {
  pattern.lastIndex = at
  return pattern.test(text)
}

/** Where the item of a header stands that has words behind it, on its line or on the next; -1 where there is none. */
const itemBehindWords = (s: Scanner, candidates: Candidates, mention: Mention, isMarked: () => boolean): number => {
  const { at, text } = s
  const { lineEnd } = mention
  const rest = text.slice(at, Math.min(lineEnd, at + farthest))
  const found = rest.search(itemOnLine)
  const other = candidates.next(at)
  const isLast = other === undefined || other.at >= lineEnd
  if (found >= 0) return (isLast || other.at > at + found) && !/\/[/*]/.test(rest.slice(0, found)) ? at + found : -1
  // Of several on a line, the last is the one above its item, unless more than that speaks for another.
  return stands(itemBelow, text, lineEnd) && (isLast || isMarked()) ? text.indexOf("<", lineEnd) : -1
}

/** Whether a dot ends a message, rather than a name or a number: `S1F1.example`. */
const isTerminator = (text: string, at: number, candidates: Candidates): boolean => {
  const code = text.charCodeAt(at + 1)
  return Number.isNaN(code) || isSpace(code) || isQuote(code) || candidates.next(at + 1)?.at === at + 1
}

/**
 * Whether a message begins here. Moves to its item, where words stand before that.
 *
 * An item makes any `SxFy` a header, and so does a dot on a line of its own. A dot behind it may also end a sentence, and
 * a header alone on its line may be the last word of one: there something has to speak for it, a W, a label, quotes, or a
 * word for its direction.
 */
export const isMessage = (s: Scanner, candidates: Candidates, mention: Mention): boolean => {
  const { attributes, from, header, isLater, label } = mention
  const { text } = s
  const isNamed = label.name !== undefined || attributes.wBit !== "clear"
  const isMarked = () => isNamed || isDirected(text, from, header.at)
  if (attributes.words > 0) {
    const item = itemBehindWords(s, candidates, mention, isMarked)
    if (item < 0) return header.quoted && isNamed && !isLater
    s.at = item
    return true
  }
  const { at } = s
  const code = s.skip()
  const next = s.at
  s.at = at
  if (code === less && stands(opening, text, next)) return true
  if (isLater) return false
  const isOnLine = next < mention.lineEnd
  if (code === dot && !isOnLine) return isTerminator(text, next, candidates)
  if (code === dot ? !isTerminator(text, next, candidates) : isOnLine) return false
  return isMarked() || ((code === dot || header.quoted) && !isSpokenOf(text, from, header.at))
}

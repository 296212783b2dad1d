/**
 * What a log writes on the lines of a message besides the message: spaces take its place, so that all else stays where
 * it is.
 *
 * - A note behind a header: `S1F13 W SystemBytes=1`, `S1F2 session 0 [0000002a]`, and whom `Received S1F2 from ETCH01`
 *   names
 * - Time, thread and level before every line of a body, where the logger takes each line for an entry of its own
 */
import {
  blank,
  closeRound,
  closeSquare,
  colon,
  comma,
  dot,
  greater,
  isQuote,
  isSpace,
  isWord,
  less,
  slash,
  star,
  tab
} from "./characters.ts"

/** `SxFy` that is no label. */
const header = /(?<![\w-])(["']?)S\d{1,3}F\d{1,3}\1(?:W(?![\w-])|(?!["'\w-])(?:[ \t]*(?:W\b|\[W\]))?)(?![ \t]*:)/gi

/** Longer ones are neither notes nor prefixes. */
const longestNote = 500
const longestPrefix = 1000

// --- notes ---------------------------------------------------------------------------------------------------------

const label = String.raw`(?:system[\s_-]?bytes?|sys[\s_-]?bytes?|sysb|sb|txn?[\s_-]?id|trans(?:action)?[\s_-]?id|(?:device|dev|session|sess)[\s_-]?id|session|device|header)`

/** Numbers of a message, a time, or `key=value`. */
const notes: ReadonlyArray<RegExp> = [
  new RegExp(String.raw`\b${label}["']?\s*[=:#]?\s*[[("']?(?:0x)?[0-9a-f]{0,10}\d`, "i"),
  /[[(](?:0x)?[0-9a-f]{8}[\])]/i,
  /(?<!\w)0x[0-9a-f]{8}(?!\w)/i,
  /(?<!\d)\d{1,2}:\d{2}:\d{2}(?!\d)/,
  /\w=["'[(]?\w/
]

/** Whom a message goes to or comes from, and nothing else. */
const peer = /^[ \t]*(?:to|from)[ \t]+(?:the[ \t]+)?[^\s,;]{1,80}[ \t]*$/i

const hedges = String.raw`(?:to|not|no|will|would|shall|should|must|can|could|cannot|may|might|if|when|until|before|after|never)`
const words = String.raw`send|sends|sent|sending|snd|txd?|transmit(?:s|ted|ting)?|outgoing|outbound|receives?|received|receiving|recvd?|rcvd?|rxd?|incoming|inbound`
const directed = new RegExp(
  String.raw`(?<!\b${hedges}[ \t]{1,3})(?:(?<![\w./-])(?:${words}|h[ \t]?(?:-{1,2}>|<-{1,2})[ \t]?e)|(?<![^\s[(:|])(?:-{1,3}>|={1,2}>|>>|→|<-{1,3}|<={1,2}|<<|←))[\])]?[ \t]*$`,
  "i"
)

/** Whether a word or an arrow that says who sent it stands directly before a header: `RECV S1F2`, `[SEND] S1F1`. */
export const isDirected = (text: string, lineStart: number, at: number): boolean =>
  directed.test(text.slice(Math.max(lineStart, at - 60), at))

/** Where the text behind a header ends that may be a note: at an item, a comment, or the dot of the message. */
const noteEnd = (text: string, from: number, lineEnd: number): number => {
  const rest = text.slice(from, Math.min(lineEnd, from + longestNote))
  // A message that has ended already: what comes behind is of another.
  if (/^[ \t]*\.(?:\s|$)/.test(rest)) return from
  const mark = rest.search(/<|\/[/*]/)
  let end = from + (mark < 0 ? rest.length : mark)
  if (mark >= 0) return end
  while (end > from && isSpace(text.charCodeAt(end - 1))) end--
  return end > from && text.charCodeAt(end - 1) === dot ? end - 1 : end
}

const isNote = (note: string, isDirected: () => boolean): boolean =>
  /\S/.test(note) && (notes.some((sign) => sign.test(note)) || (peer.test(note) && isDirected()))

// --- prefixes ------------------------------------------------------------------------------------------------------

const format = "(?:L|A|J|W|C2|B|BOOL(?:EAN)?|[IUF][1248])"

/** What nothing but the line of a body begins with: an item, or the end of a list or a message and nothing more. */
const surely = new RegExp(
  String.raw`[ \t]*(?:<[ \t]*${format}(?=[\s[>])|>[ \t>.]*(?=$|\r|/[/*])|\.[ \t]*(?=$|\r))`,
  "imy"
)

/** What else it may begin with once a line has shown what stands before them: values, comments, nothing. */
const perhaps =
  /[ \t]*(?:[<>"'+\d-]|\/\/|\/\*[^\n]{0,1000}\*\/|(?:T|F|TRUE|FALSE|[0-9A-F]{2}|NaN|Inf(?:inity)?)(?=[\s>,]|$)|\r?$)/imy

const stands = (pattern: RegExp, text: string, at: number): boolean => {
  pattern.lastIndex = at
  return pattern.test(text)
}

const isBlank = (code: number): boolean => code === blank || code === tab

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

/**
 * Goes along a line for as long as it looks like a prefix: words against words, blanks against blanks, all other marks
 * as they are. `stop` is told where both could end. Gives the place in the line where the prefix is through; -1 where it
 * is not.
 */
const follow = (
  text: string,
  prefix: { readonly start: number; readonly end: number },
  line: { readonly start: number; readonly end: number },
  stop?: (inPrefix: number, inLine: number) => void
): number => {
  let i = prefix.start
  let j = line.start
  while (i < prefix.end) {
    const a = text.charCodeAt(i)
    const b = j < line.end ? text.charCodeAt(j) : blank
    if (isBlank(a)) {
      if (!isBlank(b) && b !== 0x0d) return -1
      while (i < prefix.end && isBlank(text.charCodeAt(i))) i++
      while (j < line.end && isBlank(text.charCodeAt(j))) j++
    } else if (isWord(a)) {
      if (!isWord(b)) return -1
      while (i < prefix.end && isWord(text.charCodeAt(i))) i++
      while (j < line.end && isWord(text.charCodeAt(j))) j++
    } else {
      if (a !== b) return -1
      i++
      j++
    }
    if (ends(a)) stop?.(i, j)
  }
  return j
}

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
const bodyLines = (
  text: string,
  before: { readonly start: number; readonly end: number },
  lineEnd: number,
  out: Blanked
): number => {
  let start = lineEnd + 1
  if (before.end - before.start > longestPrefix || text.slice(before.start, before.end).trim() === "") return start
  let prefix: { readonly start: number; readonly end: number } | undefined
  let quote = none
  while (start < text.length) {
    const line = { start, end: endOf(text, start) }
    let body = -1
    if (prefix === undefined) {
      let stop = before.start
      follow(text, before, line, (inPrefix, inLine) => {
        if (!stands(surely, text, inLine)) return
        stop = inPrefix
        body = inLine
      })
      prefix = { start: before.start, end: stop }
    } else {
      const behind = follow(text, prefix, line)
      body = behind
      if (behind >= 0 && !stands(surely, text, behind)) {
        header.lastIndex = 0
        if (header.test(text.slice(behind, line.end))) return start
        if (!stands(perhaps, text, behind)) body = -1
      }
      // A text of several lines is left as the log has it.
      if (behind >= 0 && body < 0 && quote !== none) {
        quote = quoteBehind(text, behind, line.end, quote)
        start = line.end + 1
        continue
      }
    }
    if (body < 0) return start
    quote = quoteBehind(text, body, line.end, quote)
    out.blank(line.start, body)
    start = line.end + 1
    if (endsMessage(text, body, line.end)) return start
  }
  return start
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

/**
 * The text with spaces for notes behind headers and for what stands before the lines of bodies. Every place stays.
 */
export const messagesAlone = (text: string): string => {
  const out = new Blanked(text)
  const next = (from: number): RegExpExecArray | null => {
    header.lastIndex = from
    return header.exec(text)
  }
  let match = next(0)
  while (match !== null) {
    const lineStart = text.lastIndexOf("\n", match.index) + 1
    const lineEnd = endOf(text, match.index)
    const before = { start: lineStart, end: match.index }
    for (; match !== null && match.index < lineEnd; match = next(behind(match))) {
      const from = behind(match)
      const end = noteEnd(text, from, lineEnd)
      const at = match.index
      if (isNote(text.slice(from, end), () => isDirected(text, lineStart, at))) out.blank(from, end)
    }
    const bodyEnd = bodyLines(text, before, lineEnd, out)
    if (match !== null && match.index < bodyEnd) match = next(bodyEnd)
  }
  return out.toString()
}

const behind = ({ 0: { length }, index }: RegExpExecArray): number => index + length

/**
 * What a log writes behind a header that says something of the message and is none of it: `S1F13 W SystemBytes=1`,
 * `S1F2 session 0 [0000002a]`, and whom `Received S1F2 from ETCH01` names.
 */
import * as LogWords from "../../LogWords.ts"
import { dot, isSpace } from "./characters.ts"
import { isDirected } from "./logHeaders.ts"

/** What is longer is no note. */
const longest = 500

const label = `(?:${LogWords.systemBytes}|${LogWords.sessionId}|header)`

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

/** Where the text behind a header ends that may be a note: at an item, a comment, or the dot of the message. */
const noteEnd = (text: string, from: number, lineEnd: number): number => {
  const rest = text.slice(from, Math.min(lineEnd, from + longest))
  // A message that has ended already: what comes behind is of another.
  if (/^[ \t]*\.(?:\s|$)/.test(rest)) return from
  const mark = rest.search(/<|\/[/*]/)
  let end = from + (mark < 0 ? rest.length : mark)
  if (mark >= 0) return end
  while (end > from && isSpace(text.charCodeAt(end - 1))) end--
  return end > from && text.charCodeAt(end - 1) === dot ? end - 1 : end
}

/**
 * Where the note behind a header ends, which may have none: then that is `from`. The header stands at `at`, in the line
 * from `lineStart` to `lineEnd`.
 */
export const behindNote = (text: string, lineStart: number, at: number, from: number, lineEnd: number): number => {
  const end = noteEnd(text, from, lineEnd)
  const note = text.slice(from, end)
  if (!/\S/.test(note)) return from
  return notes.some((sign) => sign.test(note)) || (peer.test(note) && isDirected(text, lineStart, at)) ? end : from
}

/**
 * Logs with messages in SML, to events. Pure.
 *
 * A log is read in pieces that end where a message ends, so that its length does not matter. What
 * stands before a message on its line, behind its header, in comments on that line or, where that line has nothing else,
 * on the lines before it, says when it went and who sent it. A message whose text cannot be read is still a message: its
 * header counts.
 *
 * @since 0.1.0
 */
import { Dialect, SmlError, SmlParser, type SmlDocument } from "@effect-secs/sml"
import type { ItemName, LogEvent, LogReader, Message } from "./LogEvent.ts"
import { TextError } from "./LogError.ts"
import * as LogPieces from "./LogPieces.ts"
import * as LogPrefix from "./LogPrefix.ts"
import * as LogTime from "./LogTime.ts"
import * as QuotedLines from "./QuotedLines.ts"
import * as ProseLines from "../messages/ProseLines.ts"
import { counted } from "../Counts.ts"
import * as TextPieces from "../TextPieces.ts"

/** More of a line than this, before its header and behind it, says nothing of the message. */
const longestPrefix = 2000

/** @since 0.1.0 */
export const make = (): LogReader => {
  const text = TextPieces.make()
  const log = new Log()
  return {
    push: (piece) => log.push(text.push(piece)),
    end: () => {
      const events = log.push(text.end())
      return [...events, ...log.end()]
    },
    extent: () => log.extent(),
    notes: () => log.notes()
  }
}

interface Line {
  readonly text: string
  readonly start: number
  readonly end: number
  /** What a line of JSON says somewhere; undefined until it is asked for. */
  time: LogTime.Found | "none" | undefined
}

class Log {
  #held = ""
  /** `#held` is looked at again when it is so long. */
  #enough = LogPieces.pieceLength
  /** Lines and characters before `#held`, and characters of its first line before it. */
  #lines = 0
  #offset = 0
  #columns = 0
  #time: LogTime.LogTime | undefined
  #line: Line = { text: "", start: 0, end: -1, time: undefined }
  #prose = ProseLines.none

  extent(): string {
    // The last line of a log may have no end.
    return counted(this.#lines + (this.#columns > 0 ? 1 : 0), "line")
  }

  notes(): ReadonlyArray<string> {
    return this.#prose.count === 0 ? [] : [ProseLines.describe(this.#prose)]
  }

  push(text: string): ReadonlyArray<LogEvent> {
    this.#held += text
    if (this.#held.length < this.#enough) return []
    const cut = LogPieces.cut(this.#held)
    // The longer a text is in which there is no place to cut it, the more has to come before it is looked at again.
    this.#enough =
      cut === undefined ? Math.min(this.#held.length * 1.25, LogPieces.longestPiece) : LogPieces.pieceLength
    return cut === undefined ? [] : this.#read(cut)
  }

  end(): ReadonlyArray<LogEvent> {
    return this.#read({ length: this.#held.length, isForced: false })
  }

  #read({ isForced, length }: LogPieces.Cut): ReadonlyArray<LogEvent> {
    const raw = QuotedLines.read(this.#held.slice(0, length))
    this.#held = this.#held.slice(length)
    const document = SmlParser.parse(raw, options)
    const events: Array<LogEvent> = []
    let end = 0
    let error = 0
    const { errors, messages } = document
    for (const message of messages) {
      // What comes too early for the message before it is an error at the header of the next, or before it on its line.
      while (error < errors.length && errors[error]!.offset <= message.header.offset) {
        end = Math.min(this.#unreadable(raw, end, errors[error++]!, events), message.start)
      }
      events.push(this.#message(raw, end, message))
      end = message.end
    }
    const isBroken = error < errors.length
    while (error < errors.length) end = this.#unreadable(raw, end, errors[error++]!, events)
    const prose = ProseLines.find(raw, document)
    if (prose.count > 0) {
      const { count, first } = this.#prose
      this.#prose = { count: count + prose.count, first: count > 0 ? first : this.#lines + prose.first }
    }
    const lines = countLines(raw)
    // Between lines that are no message, a cut does no harm.
    if (isForced && (isBroken || !raw.endsWith("\n"))) events.push(this.#cut(lines, length))
    this.#lines += lines
    this.#offset += length
    this.#columns = lines > 0 ? length - raw.lastIndexOf("\n") - 1 : this.#columns + length
    return events
  }

  #cut(lines: number, characters: number): LogEvent {
    const line = this.#lines + lines + 1
    const error = new TextError({ line, reason: { _tag: "CutText", characters } })
    const place = { _tag: "Line", line, column: 1 } as const
    return { _tag: "Unreadable", place, time: undefined, from: undefined, connection: undefined, error }
  }

  #message(raw: string, from: number, message: SmlDocument.SmlMessage): Message {
    const { header, item, stream, template, wBit } = message
    const line = this.#lineOf(raw, header.offset)
    const own = message.comments.filter(({ start }) => start < line.end)
    const prefix = this.#prefix(
      raw,
      from,
      header.offset,
      own.map(({ text }) => text)
    )
    const commented = message.comments.map((comment) => ({ comment, naming: LogPrefix.readComment(comment.text) }))
    const called = commented.find(({ comment }) => own.includes(comment))?.naming.name
    const names = commented
      .filter(({ comment, naming }) => !own.includes(comment) && (naming.name ?? naming.keyword) !== undefined)
      .map(({ naming }): ItemName => naming)
    return {
      _tag: "Message",
      ...this.#circumstances(prefix, header.line, header.column),
      from: prefix.from ?? side(message.direction),
      stream,
      function: message.function,
      replyExpected: wBit !== "clear",
      sessionId: prefix.sessionId,
      systemBytes: prefix.systemBytes,
      item,
      error: undefined,
      bytes: undefined,
      name: nameOf(called) ?? nameOf(message.name),
      names,
      text: item === undefined && template === undefined ? undefined : raw.slice(header.offset, message.end)
    }
  }

  /** The line of a place. A log may be one line of megabytes, which is looked for once. */
  #lineOf(text: string, at: number): Line {
    const last = this.#line
    if (last.text === text && at >= last.start && at <= last.end) return last
    const end = text.indexOf("\n", at)
    const start = text.lastIndexOf("\n", at - 1) + 1
    this.#line = { text, start, end: end < 0 ? text.length : end, time: undefined }
    return this.#line
  }

  /** Gives the place up to which the text is spent. */
  #unreadable(raw: string, from: number, failure: SmlError.SmlError, events: Array<LogEvent>): number {
    const { expected, excerpt, found, hint, reason } = failure
    const error = new SmlError.SmlError({
      reason,
      offset: failure.offset + this.#offset,
      line: failure.line + this.#lines,
      column: this.#columnOf(failure.line, failure.column),
      expected,
      found,
      excerpt,
      ...(hint === undefined ? {} : { hint })
    })
    const header = lastHeader(raw, from, failure.offset)
    if (header === undefined) {
      events.push({
        _tag: "Unreadable",
        ...this.#circumstances(LogPrefix.read(""), failure.line, failure.column),
        from: undefined,
        error
      })
    } else {
      const comments = [
        ...raw
          .slice(header.at, Math.min(this.#lineOf(raw, header.at).end, header.at + longestPrefix))
          .matchAll(/\/\*(.*?)\*\//g)
      ]
      const prefix = this.#prefix(
        raw,
        from,
        header.at,
        comments.map(([, text]) => text!)
      )
      const line = failure.line - countLines(raw.slice(header.at, failure.offset))
      events.push({
        _tag: "Message",
        ...this.#circumstances(prefix, line, header.at - this.#lineOf(raw, header.at).start + 1),
        from: prefix.from,
        stream: header.stream,
        function: header.function,
        replyExpected: header.replyExpected,
        sessionId: prefix.sessionId,
        systemBytes: prefix.systemBytes,
        item: undefined,
        error,
        bytes: undefined,
        name: undefined,
        names: [],
        text: raw.slice(header.at, this.#lineOf(raw, failure.offset).end)
      })
    }
    return failure.offset
  }

  #columnOf(line: number, column: number): number {
    return line === 1 ? this.#columns + column : column
  }

  #circumstances({ time }: LogPrefix.LogPrefix, line: number, column: number) {
    if (time !== undefined) this.#time = LogTime.after(time, this.#time)
    return {
      place: { _tag: "Line", line: line + this.#lines, column: this.#columnOf(line, column) } as const,
      time: time === undefined ? undefined : this.#time,
      connection: undefined
    }
  }

  /** All that is said of a message whose header stands at a place; `from` is where the text before it ends. */
  #prefix(raw: string, from: number, header: number, comments: ReadonlyArray<string>): LogPrefix.LogPrefix {
    const line = this.#lineOf(raw, header)
    const before = raw.slice(Math.max(line.start, from, header - longestPrefix), header)
    const behind = raw.slice(header, Math.min(line.end, header + longestPrefix))
    const said = [before, noteOf(behind), ...comments]
    // Of the lines before it, the nearest is the first to be heard.
    const others =
      before.trim() === ""
        ? raw
            .slice(Math.max(from, line.start - 500), line.start)
            .split("\n")
            .slice(-4)
        : []
    const prefix = [...said, ...others.toReversed()].map(LogPrefix.read).reduce(LogPrefix.orElse)
    if (prefix.time !== undefined || raw.charCodeAt(line.start) !== openBrace) return prefix
    // The loggers of Effect say the time behind the message, where they write JSON.
    line.time ??= LogTime.find(stamped.exec(raw.slice(line.start, line.end))?.[1] ?? "") ?? "none"
    return line.time === "none" ? prefix : { ...prefix, time: line.time.time }
  }
}

const openBrace = 0x7b
const stamped = /"(?:timestamp|time|date)"[ ]?:[ ]?"([^"]{0,100})"/

const options: SmlParser.ParseOptions = {
  dialect: Dialect.log,
  text: "utf-8",
  wBitOnSecondary: "warn",
  maxErrors: Number.MAX_SAFE_INTEGER
}

const side = (direction: SmlDocument.Direction | undefined): LogPrefix.Side | undefined => {
  switch (direction) {
    case "H->E":
      return "host"
    case "H<-E":
      return "equipment"
    case "OUTPUT":
      return "local"
    case "INPUT":
      return "peer"
    case "H<->E":
    case undefined:
      return undefined
  }
}

/** A label that is no name of a message says its stream and function again, when it went, or who sent it. */
const nameOf = (label: string | undefined): string | undefined => {
  if (label === undefined || /^['"]?s\d+f\d+['"]?$/i.test(label)) return undefined
  const { from, systemBytes, time } = LogPrefix.read(`${label}: `)
  return from === undefined && systemBytes === undefined && time === undefined && /[a-z]/i.test(label)
    ? label
    : undefined
}

// --- lines ---------------------------------------------------------------------------------------------------------

const countLines = (text: string): number => {
  let lines = 0
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++
  return lines
}

// --- headers -------------------------------------------------------------------------------------------------------

const headerPattern = /(?<![\w-])(["']?)S(\d{1,3})F(\d{1,3})\1(?!["'\w-]|\s*:)([ \t]*W\b)?/gi

interface Header {
  readonly at: number
  readonly stream: number
  readonly function: number
  readonly replyExpected: boolean
}

/** The last header between two places: that of the message in which reading failed. */
const lastHeader = (text: string, from: number, to: number): Header | undefined => {
  let found: Header | undefined
  for (const match of text.slice(from, to).matchAll(headerPattern)) {
    const [, , stream, function_, w] = match
    if (Number(stream) > 127 || Number(function_) > 255) continue
    found = {
      at: from + match.index,
      stream: Number(stream),
      function: Number(function_),
      replyExpected: w !== undefined
    }
  }
  return found
}

const noted = /^(["']?)S\d{1,3}F\d{1,3}\1(?!\s*:)(?:[ \t]*W\b)?([^<\r\n]*)/i

/** What stands between a header and its item, where that says something of the message: `session 0 [0000002a]`. */
const noteOf = (line: string): string => {
  const note = noted.exec(line)?.[2]?.replace(/\/[*/].*$|\.\s*$/s, "") ?? ""
  if (note.trim() === "") return ""
  const { sessionId, systemBytes, time } = LogPrefix.read(note)
  return sessionId === undefined && systemBytes === undefined && time === undefined ? "" : note
}

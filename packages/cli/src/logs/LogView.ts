/**
 * Entries and summaries of a log as text for people. Pure.
 *
 * A line of the timeline:
 *
 *     2019-06-08 15:14:37.402  H->E  S1F3 W     [0000002a]             <L [1] <U4 7>>
 *     2019-06-08 15:14:37.450  H<-E  S1F4       [0000002a]    48.0 ms  <L [1] <F4 1.5>>
 *
 * Time, sender, message, system bytes, reply time, `!` with what is wrong, the standard's name, those of the log, codes
 * with their meanings, item. A reply time with `~` before it belongs to a primary that was found by order. Captures have
 * the number of the connection before the sender. Below it, behind `//`, stands where the body is otherwise than its
 * definition; what can be read all the same once for each habit.
 *
 * @since 0.1.0
 */
import { SecsMessage } from "@effect-secs/codec"
import * as SystemBytes from "@effect-secs/session/SystemBytes"
import { SmlPrinter } from "@effect-secs/sml"
import * as HexRows from "../bytes/HexRows.ts"
import { counted } from "../Counts.ts"
import * as LogEntry from "./LogEntry.ts"
import * as LogEvent from "./LogEvent.ts"
import type { Side } from "./LogPrefix.ts"
import * as LogSummary from "./LogSummary.ts"
import * as LogTime from "./LogTime.ts"
import * as ReplyTimes from "../talk/ReplyTimes.ts"
import * as Printable from "../Printable.ts"
import * as Names from "../names/Names.ts"
import type { Colours } from "../Shell.ts"

/** @since 0.1.0 */
export interface LogViewOptions {
  /** Below each line the whole message, as the log has it or as SML. */
  readonly full: boolean
  /** Lines are cut there, items before anything else; undefined leaves them as they are. */
  readonly columns: number | undefined
  readonly colours: Colours
  readonly names?: Names.Names | undefined
}

/** @since 0.1.0 */
export interface LogView {
  /** One line or, in full, several. `file` stands before each place: where several are read. */
  readonly entry: (entry: LogEntry.Entry, file?: string) => string
}

const senders: { readonly [side in Side]: string } = {
  local: "SEND",
  peer: "RECV",
  host: "H->E",
  equipment: "H<-E",
  active: "A->P",
  passive: "A<-P"
}

const cut = (text: string, columns: number | undefined): string =>
  columns === undefined || text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`

const valuesShown = 256

/** @since 0.1.0 */
export const make = ({ colours, columns, full, names }: LogViewOptions): LogView => {
  const connections = new Map<string, number>()
  const remarks = Names.remarks()

  const numberOf = (connection: string): number => {
    const number = connections.get(connection) ?? connections.size + 1
    connections.set(connection, number)
    return number
  }

  const entry = (entry: LogEntry.Entry, file: string | undefined): string => {
    const { event, findings, guessed, primary, replyTime, time } = entry
    const about = event ?? primary
    const label = event === undefined ? (primary?.label ?? "") : LogEvent.label(event)
    const where = [
      ...(file === undefined ? [] : [file]),
      ...(about === undefined ? [] : [LogEvent.placeText(about.place)])
    ].join(" ")
    const when = time === undefined ? where : LogTime.format(time)
    const systemBytes = event === undefined ? primary?.systemBytes : systemBytesOf(event)
    const connection = about?.connection
    const columnsBefore = [
      when,
      ...(connection === undefined ? [] : [`#${numberOf(connection)}`.padEnd(3)]),
      (about?.from === undefined ? "" : senders[about.from]).padEnd(4),
      `${label}${event?._tag === "Message" && event.replyExpected ? " W" : ""}`.padEnd(9),
      (systemBytes === undefined ? "" : `[${SystemBytes.format(systemBytes)}]`).padEnd(10),
      (event === undefined || replyTime === undefined
        ? ""
        : `${guessed ? "~" : ""}${ReplyTimes.format(replyTime)}`
      ).padStart(9)
    ]
    const wrong = findings.map((finding) => LogEntry.describe(finding)).join("; ")
    // Errors of SML say their line themselves.
    const place = wrong === "" || time === undefined || wrong.startsWith("line ") ? "" : ` (${where})`
    const rest = [
      ...(wrong === "" ? [] : [`! ${wrong}${place}`]),
      ...(event === undefined ? [] : words(event, names)),
      ...(event?._tag === "Message" && event.item !== undefined && !full ? [String(event.item)] : [])
    ]
    const line = cut(Printable.line([...columnsBefore, ...rest].join("  ").trimEnd()), columns)
    const painted = findings.length > 0 ? colours.red(line) : paint(event, colours)(line)
    const below = remarks(entry.structure, `${event?.connection ?? ""} ${event?.from ?? ""}`)
      .map((remark) => `${colours.yellow(cut(Printable.line(`    // ${remark}`), columns))}\n`)
      .join("")
    return `${painted}\n${full && event?._tag === "Message" ? whole(event, names) : ""}${below}`
  }

  return { entry }
}

const systemBytesOf = (event: LogEvent.LogEvent): number | undefined =>
  event._tag === "Message" ? event.systemBytes : event._tag === "Control" ? event.message.systemBytes : undefined

const paint = (event: LogEvent.LogEvent | undefined, colours: Colours): ((text: string) => string) =>
  event === undefined || event._tag === "Message" ? (text) => text : colours.dim

/** What an event is besides its columns. */
const words = (event: LogEvent.LogEvent, names: Names.Names | undefined): ReadonlyArray<string> => {
  switch (event._tag) {
    case "Message": {
      const standard = names?.ofMessage(event.stream, event.function)
      const message = Names.ofEvent(event)
      const keywords = event.names.flatMap(({ keyword, name }) =>
        keyword === undefined ? [] : [name === undefined ? keyword : `${name}=${keyword}`]
      )
      return [
        ...(standard === undefined ? [] : [standard]),
        ...(event.name === undefined ? [] : [`"${event.name}"`]),
        ...keywords,
        ...(names === undefined || message === undefined ? [] : names.meanings(message))
      ]
    }
    case "Control":
      return "status" in event.message && event.message.status !== 0 ? [`status ${event.message.status}`] : []
    case "Connected":
      return [event.connection ?? ""]
    case "Disconnected":
      return [event.how]
    case "Unreadable":
      return []
  }
}

/** The message as the log has it, or, where the log has no names of its own for items, as SML with those we know. */
const whole = (event: LogEvent.Message, names: Names.Names | undefined): string => {
  const message = Names.ofEvent(event)
  const comment = names === undefined || message === undefined ? undefined : names.comment(message)
  const named = comment !== undefined && event.item !== undefined && event.names.length === 0
  if (event.text !== undefined && !named) return `${Printable.lines(event.text)}\n`
  // No SML: header and dot would say that there was no body.
  if (event.error !== undefined) return event.body === undefined ? "" : HexRows.rows(event.body, "//   ")
  const { item, replyExpected, stream } = event
  const shown = new SecsMessage.SecsMessage(stream, event.function, replyExpected, item)
  return `${SmlPrinter.show(shown, { maxValues: valuesShown, comment })}\n`
}

// --- summary -------------------------------------------------------------------------------------------------------

/** Findings as people count them. */
const kinds: { readonly [kind in LogEntry.Finding["_tag"]]: string } = {
  NoReply: "had no reply in time",
  LateReply: "late replies",
  ConnectionLost: "lost their connection before the reply",
  Aborted: "aborted transactions",
  ErrorReported: "errors reported by S9 or Reject.req",
  Refused: "refused",
  WrongReply: "replies of a wrong function",
  NoPrimary: "replies to no primary",
  DuplicateReply: "second replies",
  DuplicateSystemBytes: "used system bytes that were taken",
  Unreadable: "could not be read"
}

const outcomes: ReadonlyArray<LogSummary.Outcome> = ["replied", "late", "missing", "aborted", "failed", "lost", "open"]

/**
 * The summary as a table, and what there is to say besides.
 *
 * @since 0.1.0
 */
export const summary = (
  { connections, control, findings, first, last, messages, rows, structures }: LogSummary.Summary,
  notes: ReadonlyArray<string>,
  { bold, red, yellow }: Colours,
  names?: Names.Names
): string => {
  const span = first === undefined || last === undefined ? "" : `, ${LogTime.format(first)} to ${LogTime.format(last)}`
  const lines = [bold(`${counted(messages, "message")}, ${counted(control, "control message")}${span}`)]
  if (rows.length > 0) lines.push("", ...table(rows, bold, names))
  const named = connections.filter(({ connection }) => connection !== undefined)
  if (named.length > 0) lines.push("", ...named.map(connectionLine))
  const found = Object.entries(kinds).flatMap(([kind, words]) => {
    const count = findings[kind as LogEntry.Finding["_tag"]]
    return count === undefined ? [] : [red(`${String(count).padStart(6)}  ${words}`)]
  })
  const otherwise = [
    [structures.wrong, "do not have their structure"],
    [structures.deviating, "deviate from it and can be read"]
  ] as const
  for (const [count, words] of otherwise) if (count > 0) found.push(yellow(`${String(count).padStart(6)}  ${words}`))
  if (found.length > 0) lines.push("", ...found)
  if (notes.length > 0) lines.push("", ...notes.map((note) => Printable.line(`passed over: ${note}`)))
  return `${lines.join("\n")}\n`
}

/** Columns of which no row has anything are left out. */
const table = (
  rows: ReadonlyArray<LogSummary.Row>,
  bold: (text: string) => string,
  names: Names.Names | undefined
): ReadonlyArray<string> => {
  const seen = outcomes.filter((outcome) => rows.some((row) => row.outcomes[outcome] > 0))
  const times = ["minimum", "median", "percentile99", "maximum"] as const
  const titles = { minimum: "min", median: "median", percentile99: "p99", maximum: "max" }
  const timed = rows.some(({ replyTimes }) => replyTimes !== undefined)
  const sized = rows.some(({ bytes }) => bytes !== undefined)
  const cells = [
    ["", "count", ...(sized ? ["bytes"] : []), ...seen, ...(timed ? times.map((time) => titles[time]) : [])],
    ...rows.map(({ bytes, count, label, outcomes, replyTimes }) => [
      titled(label, names),
      `${count}`,
      ...(sized ? [`${bytes ?? ""}`] : []),
      ...seen.map((outcome) => (outcomes[outcome] === 0 ? "" : `${outcomes[outcome]}`)),
      ...(timed ? times.map((time) => (replyTimes === undefined ? "" : ReplyTimes.format(replyTimes[time]))) : [])
    ])
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  return cells.map((row, index) => {
    const line = row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ")
    return index === 0 ? bold(line.trimEnd()) : line.trimEnd()
  })
}

/** `S6F11 Event Report Send` */
const titled = (label: string, names: Names.Names | undefined): string => {
  const name = names === undefined ? undefined : LogSummary.nameOf(label, names)
  return name === undefined ? label : `${label} ${name}`
}

const connectionLine = (row: LogSummary.ConnectionRow): string => {
  const { closed, connection, control, how, messages, opened } = row
  const from = opened === undefined ? "" : `, opened ${LogTime.format(opened)}`
  const to = how === undefined ? "" : `, ${how}${closed === undefined ? "" : ` ${LogTime.format(closed)}`}`
  return `${connection}: ${counted(messages, "message")}, ${counted(control, "control message")}${from}${to}`
}

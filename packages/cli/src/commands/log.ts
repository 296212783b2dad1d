/**
 * `secs log`: what happened, according to logs, hex dumps and captures.
 *
 * @since 0.1.0
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type CliFailure, ExitCode, failed, quiet } from "../CliFailure.ts"
import { counted } from "../Counts.ts"
import * as Durations from "../Durations.ts"
import * as LogAnalysis from "../logs/LogAnalysis.ts"
import * as LogEntry from "../logs/LogEntry.ts"
import type * as LogEvent from "../logs/LogEvent.ts"
import * as LogFilter from "../logs/LogFilter.ts"
import * as LogFormat from "../logs/LogFormat.ts"
import * as LogJson from "../logs/LogJson.ts"
import * as LogTime from "../logs/LogTime.ts"
import * as LogView from "../logs/LogView.ts"
import { colours, complain, progress, Shell, write } from "../Shell.ts"

const files = Argument.String("files").pipe(
  Argument.withMetavar("FILES|-"),
  Argument.withDescription(
    "Logs with SML, hex dumps, pcap and pcapng files, JSON of secs send and secs listen, files of HSMS frames, or - for standard input; read as one log"
  ),
  Argument.variadic({ min: 1 })
)

const time = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription(description),
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(LogTime.parse(text)),
      () => "a time: 2019-06-08 15:14:37.402, 2019-06-08, 15:14"
    ),
    Flag.optional
  )

const limit = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription(description),
    Flag.filterMap(Durations.parse, () => Durations.expected),
    Flag.optional
  )

const flags = {
  format: Flag.Literals("format", LogFormat.formats).pipe(
    Flag.withDescription("What the files are; detected unless told"),
    Flag.optional
  ),
  port: Flag.Int("port").pipe(
    Flag.withDescription("Of captures, only connections with this port; else every connection that carries HSMS"),
    Flag.filter(
      (port) => port > 0 && port < 65_536,
      () => "a port from 1 to 65535"
    ),
    Flag.optional
  ),
  t3: limit("t3", "How long a primary may wait for its reply; 45s unless told"),
  t6: limit("t6", "How long a control message may wait for its response; 5s unless told"),
  only: Flag.String("only").pipe(
    Flag.withMetavar("LIST"),
    Flag.withDescription("Show these messages only: S6F11,S1F*,Linktest*"),
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(LogFilter.parseOnly(text)),
      () => "names of messages, with * for any characters: S6F11,S1F*"
    ),
    Flag.optional
  ),
  errors: Flag.Boolean("errors").pipe(
    Flag.withDescription("Show only what is not as it should be; the exit code is 1 where there is any"),
    Flag.withDefault(false)
  ),
  since: time("since", "Leave out what was before; a time without a date is that time of every day"),
  until: time("until", "Leave out what was after"),
  summary: Flag.Boolean("summary").pipe(
    Flag.withDescription("Print sums for each stream and function, and no timeline"),
    Flag.withDefault(false)
  ),
  full: Flag.Boolean("full").pipe(
    Flag.withDescription("Print whole messages below their lines"),
    Flag.withDefault(false)
  ),
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print JSON lines: one for each entry of the timeline, then one with the sums"),
    Flag.withDefault(false)
  )
}

/** Bytes between two signs of life. */
const strideOfProgress = 4 * 1024 * 1024

export const log = Command.make("log", { files, ...flags }, (flags) =>
  Effect.gen(function* () {
    const shell = yield* Shell
    const paint = yield* colours
    const filter: LogFilter.LogFilter = {
      only: Option.getOrUndefined(flags.only),
      errors: flags.errors,
      since: Option.getOrUndefined(flags.since),
      until: Option.getOrUndefined(flags.until)
    }
    const analysis = LogAnalysis.make({
      t3: Option.getOrUndefined(flags.t3),
      t6: Option.getOrUndefined(flags.t6)
    })
    const view = LogView.make({
      full: flags.full,
      columns: shell.outputIsTerminal ? shell.columns : undefined,
      colours: paint
    })
    const wanted = { ...filter, errors: false }
    const notes: Array<string> = []
    let happened = 0
    let unreadable = 0
    let matching = 0
    let wrong = 0
    let inWindow = filter.since === undefined

    const lines = (entries: ReadonlyArray<LogEntry.Entry>, file: string | undefined): string => {
      let text = ""
      for (const entry of entries) {
        const shown = entry.time === undefined ? inWindow : LogFilter.isWithin(filter, entry.time)
        if (!shown || !LogFilter.shows(wanted, entry)) continue
        matching++
        if (LogEntry.isError(entry)) wrong++
        else if (flags.errors) continue
        if (!flags.summary) text += flags.json ? `${LogJson.entry(entry, file)}\n` : view.entry(entry, file)
      }
      return text
    }

    const take = (events: ReadonlyArray<LogEvent.LogEvent>, file: string | undefined) => {
      let text = ""
      for (const event of events) {
        if (event._tag === "Message" || event._tag === "Control") happened++
        if (event._tag === "Unreadable") unreadable++
        // What has no time is where the one before it is.
        if (event.time !== undefined) inWindow = LogFilter.isWithin(filter, event.time)
        text += lines(analysis.push(event, inWindow), file)
      }
      return text === "" ? Effect.void : write(text)
    }

    let unknown = 0
    for (const path of flags.files) {
      const file = flags.files.length > 1 ? path : undefined
      const before = { happened, unreadable }
      const read = yield* readFile(path, {
        format: Option.getOrUndefined(flags.format),
        port: Option.getOrUndefined(flags.port),
        // A timeline on the same terminal is sign of life enough.
        showsProgress: flags.summary || !shell.outputIsTerminal,
        take: (events) => take(events, file)
      })
      yield* progress("")
      if (read._tag === "Empty") yield* complain(`secs: ${path}: no messages, the file is empty`)
      else if (read._tag === "Unknown") {
        unknown++
        yield* complain(`secs: ${path}: neither SML nor HSMS nor a capture; --format says which`)
      } else {
        const { format, reader } = read
        const passedOver = reader.notes()
        notes.push(...passedOver.map((note) => (file === undefined ? note : `${file}: ${note}`)))
        if (happened === before.happened) {
          const parts = unreadable - before.unreadable
          const why = [
            `no messages in ${reader.extent()}, looked for ${LogFormat.messagesOf[format]}`,
            ...(parts === 0 ? [] : [`${counted(parts, "part")} could not be read`]),
            ...(passedOver.length === 0 ? [] : [`passed over: ${passedOver.join("; ")}`])
          ]
          yield* complain(`secs: ${path}: ${why.join("; ")}`)
        }
      }
    }
    yield* write(lines(analysis.end(), undefined))

    const summary = analysis.summary()
    const rows = summary.rows.filter(({ label }) => filter.only?.(label) ?? true)
    if (flags.json) yield* write(`${LogJson.summary({ ...summary, rows }, notes)}\n`)
    else if (flags.summary) yield* write(LogView.summary({ ...summary, rows }, notes, paint))
    if (happened > 0 && matching === 0) {
      const by = (["only", "since", "until"] as const).filter((name) => filter[name] !== undefined)
      const flagged = by.map((name) => `--${name}`).join(" and ")
      yield* complain(
        `secs: ${flagged} ${by.length === 1 ? "leaves" : "leave"} none of ${counted(happened, "message")}`
      )
    }
    if (unknown > 0 && happened > 0) return yield* quiet(ExitCode.Failed)
    if (happened === 0) return yield* quiet(ExitCode.NoMessages)
    if (summary.unreadable > 0) {
      return yield* failed(`${counted(summary.unreadable, "part")} of the log could not be read`)
    }
    if (flags.errors && wrong > 0) return yield* quiet(ExitCode.Failed)
  })
).pipe(
  Command.withDescription(
    "Reads logs, hex dumps and captures: messages with their replies and reply times, and what went wrong."
  ),
  Command.withExamples([
    { command: "secs log equipment.log", description: "a timeline of a log with SML" },
    {
      command: "secs log --errors --t3 10s equipment.log",
      description: "replies that are late or missing, S9Fx, aborts"
    },
    { command: "secs log --summary capture.pcap", description: "counts and reply times of a capture" },
    { command: "secs log --only 'S1F3,S9F*' --full capture.pcap", description: "whole messages of a few kinds" },
    { command: "secs log --json --only S1F4 trace.txt", description: "a hex dump, as lines of JSON" }
  ])
)

interface ReadOptions {
  readonly format: LogFormat.LogFormat | undefined
  readonly port: number | undefined
  readonly showsProgress: boolean
  readonly take: (events: ReadonlyArray<LogEvent.LogEvent>) => Effect.Effect<void, CliFailure, Shell>
}

/** What became of a file: it was read, nobody knows what it is, or there is nothing in it. */
type Read =
  | { readonly _tag: "Read"; readonly format: LogFormat.LogFormat; readonly reader: LogEvent.LogReader }
  | { readonly _tag: "Unknown" }
  | { readonly _tag: "Empty" }

/** Reads a file piece by piece. */
const readFile = Effect.fnUntraced(function* (path: string, { format, port, showsProgress, take }: ReadOptions) {
  const shell = yield* Shell
  const head: Array<Uint8Array> = []
  let headLength = 0
  let bytes = 0
  let told = 0
  let read: Read = { _tag: "Empty" }

  /** Makes the reader from the first bytes, which it is given at once. */
  const begin = (): ReadonlyArray<LogEvent.LogEvent> => {
    const first = Buffer.concat(head.splice(0))
    if (first.length === 0) return []
    const known = format ?? LogFormat.detect(first)
    if (known === undefined) {
      read = { _tag: "Unknown" }
      return []
    }
    const reader = LogFormat.reader(known, { port })
    read = { _tag: "Read", format: known, reader }
    return reader.push(first)
  }

  yield* shell.stream(path).pipe(
    Stream.takeWhile(() => read._tag !== "Unknown"),
    Stream.runForEach((piece) =>
      Effect.gen(function* () {
        bytes += piece.length
        if (read._tag === "Read") {
          yield* take(read.reader.push(piece))
        } else {
          head.push(piece)
          headLength += piece.length
          if (headLength >= LogFormat.enough) yield* take(begin())
        }
        if (!showsProgress || bytes - told < strideOfProgress) return
        told = bytes
        yield* progress(`${path}: ${Math.floor(bytes / 1024 / 1024)} MB`)
      })
    )
  )
  if (read._tag === "Empty") yield* take(begin())
  // By now it may be any of the three.
  const last = read as Read
  if (last._tag === "Read") yield* take(last.reader.end())
  return last
})

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
import { ExitCode, failed, quiet } from "../CliFailure.ts"
import { counted } from "../Counts.ts"
import * as Durations from "../Durations.ts"
import * as LogAnalysis from "../logs/LogAnalysis.ts"
import * as LogEntry from "../logs/LogEntry.ts"
import type * as LogEvent from "../logs/LogEvent.ts"
import * as LogFile from "../logs/LogFile.ts"
import * as LogFilter from "../logs/LogFilter.ts"
import * as LogFlags from "../logs/LogFlags.ts"
import * as LogJson from "../logs/LogJson.ts"
import * as LogTime from "../logs/LogTime.ts"
import * as LogView from "../logs/LogView.ts"
import * as Names from "../names/Names.ts"
import * as NamesFlags from "../names/NamesFlags.ts"
import { colours, complain, Shell, write } from "../Shell.ts"

const files = Argument.String("files").pipe(
  Argument.withMetavar("FILES|-"),
  Argument.withDescription(`${LogFlags.inputs}; read as one log`),
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
  ...LogFlags.flags,
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
    Flag.withDescription(
      "Print whole messages below their lines, as the log has them or with the names of their items"
    ),
    Flag.withDefault(false)
  ),
  ...NamesFlags.flags,
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print JSON lines: one for each entry of the timeline, then one with the sums"),
    Flag.withDefault(false)
  )
}

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
    const names = yield* NamesFlags.load(flags)
    const analysis = LogAnalysis.make({
      t3: Option.getOrUndefined(flags.t3),
      t6: Option.getOrUndefined(flags.t6),
      structure: (event) => {
        const message = Names.ofEvent(event)
        return message === undefined ? undefined : names?.structure(message)
      }
    })
    const view = LogView.make({
      full: flags.full,
      columns: shell.outputIsTerminal ? shell.columns : undefined,
      colours: paint,
      names
    })
    const wanted = { ...filter, errors: false }
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
        if (!flags.summary) text += flags.json ? `${LogJson.entry(entry, file, names)}\n` : view.entry(entry, file)
      }
      return text
    }

    const take = (events: ReadonlyArray<LogEvent.LogEvent>, file: string | undefined) => {
      let text = ""
      for (const event of events) {
        // What has no time is where the one before it is.
        if (event.time !== undefined) inWindow = LogFilter.isWithin(filter, event.time)
        text += lines(analysis.push(event, inWindow), file)
      }
      return text === "" ? Effect.void : write(text)
    }

    const { happened, notes, unknown } = yield* LogFile.readAll(flags.files, {
      format: Option.getOrUndefined(flags.format),
      port: Option.getOrUndefined(flags.port),
      // A timeline on the same terminal is sign of life enough.
      showsProgress: flags.summary || !shell.outputIsTerminal,
      take
    })
    yield* write(lines(analysis.end(), undefined))

    const summary = analysis.summary()
    const rows = summary.rows.filter(({ label }) => filter.only?.(label) ?? true)
    if (flags.json) yield* write(`${LogJson.summary({ ...summary, rows }, notes, names)}\n`)
    else if (flags.summary) yield* write(LogView.summary({ ...summary, rows }, notes, paint, names))
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

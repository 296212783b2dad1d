/**
 * Entries and summaries of a log as JSON, for programs. Pure.
 *
 * An entry is an object with `type`:
 *
 * - `message`: `stream`, `function`, `replyExpected`, where known `sessionId`, `systemBytes`, `bytes`, `name`, `names`
 *   (objects with `name` and `keyword`), and `item` in the JSON of `ItemJson`
 *   or `body`, the bytes in hex of a text that is no item; `standard`, what is known of the message (`NamesJson`)
 * - `control`: `message` (`SelectReq`, …), `sessionId`, `systemBytes`, `bytes`, and `status`, `reason` and `rejected` where
 *   it has them
 * - `connected`, `disconnected` (with `how`: `closed` or `reset`), `unreadable` (with `error`)
 * - `transaction`: nothing happened, and that is the finding: `primary` has no reply
 *
 * and, where they are known: `file`, `line` and `column`, or `packet` and `offset`, or `frame`, `time` (ISO 8601; without `Z` where the
 * log has no zone, without date where it has no day), `from` (`local`, `peer`, `host`, `equipment`, `active` or
 * `passive`), `connection`, `primary` (what it answers: `label`, `systemBytes`, `time`, place), `replyMillis`, `guessed`,
 * and `findings`: objects with `kind`, `text` and the numbers of that kind.
 *
 * System bytes are eight hexadecimal digits. The last line is the `summary`.
 *
 * @since 0.1.0
 */
import * as SystemBytes from "@effect-secs/session/SystemBytes"
import { ItemJson } from "@effect-secs/sml"
import { hex } from "../bytes/Encoded.ts"
import { type Names, ofEvent } from "../names/Names.ts"
import * as NamesJson from "../names/NamesJson.ts"
import * as Printable from "../Printable.ts"
import * as LogEntry from "./LogEntry.ts"
import type * as LogEvent from "./LogEvent.ts"
import * as LogSummary from "./LogSummary.ts"
import * as LogTime from "./LogTime.ts"

/**
 * An entry as JSON text on one line, without a line end.
 *
 * @since 0.1.0
 */
export const entry = (entry: LogEntry.Entry, file?: string, names?: Names): string => {
  const { event, findings, guessed, primary, replyTime, time } = entry
  const about = event ?? primary
  const json = JSON.stringify({
    type: event === undefined ? "transaction" : event._tag.toLowerCase(),
    ...(file === undefined ? {} : { file }),
    ...(about === undefined ? {} : place(about.place)),
    ...(time === undefined ? {} : { time: LogTime.toIso(time) }),
    ...(about?.from === undefined ? {} : { from: about.from }),
    ...(about?.connection === undefined ? {} : { connection: about.connection }),
    ...(event === undefined ? {} : parts(event)),
    ...(event?._tag === "Message" ? NamesJson.fields(names, event, ofEvent(event), entry.structure) : {}),
    ...(primary === undefined ? {} : { primary: reference(primary) }),
    ...(replyTime === undefined ? {} : { replyMillis: rounded(replyTime) }),
    ...(guessed ? { guessed } : {}),
    ...(findings.length === 0 ? {} : { findings: findings.map(finding) })
  })
  // Items may be deeper than `JSON.stringify` goes.
  return Printable.json(
    event?._tag === "Message" && event.item !== undefined
      ? `${json.slice(0, -1)},"item":${ItemJson.stringify(event.item)}}`
      : json
  )
}

/** To the microsecond: more digits are noise of the arithmetic. */
const rounded = (millis: number): number => Math.round(millis * 1000) / 1000

const place = ({ _tag, ...numbers }: LogEvent.Place): object => numbers

const numbered = (systemBytes: number | undefined): object =>
  systemBytes === undefined ? {} : { systemBytes: SystemBytes.format(systemBytes) }

const reference = ({ label, place: at, systemBytes, time }: LogEntry.Reference): object => ({
  label,
  ...numbered(systemBytes),
  ...(time === undefined ? {} : { time: LogTime.toIso(time) }),
  ...place(at)
})

const parts = (event: LogEvent.LogEvent): object => {
  switch (event._tag) {
    case "Message": {
      const { body, bytes, name, names, replyExpected, sessionId, stream, systemBytes } = event
      return {
        stream,
        function: event.function,
        replyExpected,
        ...(sessionId === undefined ? {} : { sessionId }),
        ...numbered(systemBytes),
        ...(bytes === undefined ? {} : { bytes }),
        ...(name === undefined ? {} : { name }),
        ...(names.length === 0 ? {} : { names }),
        ...(body === undefined ? {} : { body: hex(body) })
      }
    }
    case "Control": {
      const { _tag, systemBytes, ...rest } = event.message
      return { message: _tag, ...rest, ...numbered(systemBytes), bytes: event.bytes }
    }
    case "Disconnected":
      return { how: event.how }
    case "Connected":
      return {}
    case "Unreadable":
      return { error: event.error._tag }
  }
}

const finding = (finding: LogEntry.Finding): object => {
  const { _tag, ...numbers } = finding
  const others = "other" in numbers ? { other: reference(numbers.other) } : "detail" in numbers ? {} : numbers
  return { kind: _tag, text: LogEntry.describe(finding), ...others }
}

/**
 * The summary as JSON text on one line: sums, `rows` by label (with `name`, as the standard calls it), `connections`,
 * `findings` by kind, `structures` (how many bodies are `wrong`, how many `deviating`), `notes`.
 *
 * @since 0.1.0
 */
export const summary = (summary: LogSummary.Summary, notes: ReadonlyArray<string>, names?: Names): string => {
  const { connections, first, last, rows, structures, ...rest } = summary
  const named = (label: string) => {
    const name = names === undefined ? undefined : LogSummary.nameOf(label, names)
    return name === undefined ? {} : { name }
  }
  const time = (key: string, time: LogTime.LogTime | undefined) =>
    time === undefined ? {} : { [key]: LogTime.toIso(time) }
  return Printable.json(
    JSON.stringify({
      type: "summary",
      ...rest,
      ...(names === undefined ? {} : { structures }),
      ...time("first", first),
      ...time("last", last),
      rows: rows.map(({ replyTimes, ...row }) => ({
        ...row,
        ...named(row.label),
        ...(replyTimes === undefined
          ? {}
          : {
              replyMillis: Object.fromEntries(Object.entries(replyTimes).map(([key, value]) => [key, rounded(value)]))
            })
      })),
      connections: connections.map(({ closed, opened, ...row }) => ({
        ...row,
        ...time("opened", opened),
        ...time("closed", closed)
      })),
      notes
    })
  )
}

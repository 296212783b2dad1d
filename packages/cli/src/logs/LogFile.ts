/**
 * Files of which nobody said what they are: logs, dumps and captures, read piece by piece.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { CliFailure } from "../CliFailure.ts"
import type * as LogEvent from "./LogEvent.ts"
import * as LogFormat from "./LogFormat.ts"
import { counted } from "../Counts.ts"
import { complain, progress, Shell } from "../Shell.ts"

/** Bytes between two signs of life. */
const strideOfProgress = 4 * 1024 * 1024

/** @since 0.1.0 */
export interface ReadOptions {
  /** Detected unless given. */
  readonly format: LogFormat.LogFormat | undefined
  /** Of captures, only connections with this port. */
  readonly port: number | undefined
  readonly showsProgress: boolean
  /** Events as they are read; `file` where several are. */
  readonly take: (
    events: ReadonlyArray<LogEvent.LogEvent>,
    file: string | undefined
  ) => Effect.Effect<void, CliFailure, Shell>
}

/** What is in files that were read as one log. @since 0.1.0 */
export interface Contents {
  /** Messages, control messages among them. */
  readonly happened: number
  /** Files of which nobody knows what they are. */
  readonly unknown: number
  /** What was passed over. */
  readonly notes: ReadonlyArray<string>
}

/**
 * Reads files one after the other. A file without messages is told of on standard error.
 *
 * @since 0.1.0
 */
export const readAll = Effect.fnUntraced(function* (paths: ReadonlyArray<string>, options: ReadOptions) {
  const notes: Array<string> = []
  let happened = 0
  let unreadable = 0
  let unknown = 0
  for (const path of paths) {
    const file = paths.length > 1 ? path : undefined
    const before = { happened, unreadable }
    const take = (events: ReadonlyArray<LogEvent.LogEvent>) => {
      for (const event of events) {
        if (event._tag === "Message" || event._tag === "Control") happened++
        if (event._tag === "Unreadable") unreadable++
      }
      return options.take(events, file)
    }
    const one = yield* read(path, { ...options, take })
    yield* progress("")
    if (one._tag === "Empty") yield* complain(`secs: ${path}: no messages, the file is empty`)
    else if (one._tag === "Unknown") {
      unknown++
      yield* complain(`secs: ${path}: neither SML nor HSMS nor a capture; --format says which`)
    } else {
      const { format, reader } = one
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
  return { happened, unknown, notes } satisfies Contents
})

/** What became of a file: it was read, nobody knows what it is, or there is nothing in it. */
type Read =
  | { readonly _tag: "Read"; readonly format: LogFormat.LogFormat; readonly reader: LogEvent.LogReader }
  | { readonly _tag: "Unknown" }
  | { readonly _tag: "Empty" }

type ReadOne = Omit<ReadOptions, "take"> & {
  readonly take: (events: ReadonlyArray<LogEvent.LogEvent>) => Effect.Effect<void, CliFailure, Shell>
}

/** Reads a file piece by piece. */
const read = Effect.fnUntraced(function* (path: string, { format, port, showsProgress, take }: ReadOne) {
  const shell = yield* Shell
  const head: Array<Uint8Array> = []
  let headLength = 0
  let bytes = 0
  let told = 0
  let state: Read = { _tag: "Empty" }

  /** Makes the reader from the first bytes, which it is given at once. */
  const begin = (): ReadonlyArray<LogEvent.LogEvent> => {
    const first = Buffer.concat(head.splice(0))
    if (first.length === 0) return []
    const known = format ?? LogFormat.detect(first)
    if (known === undefined) {
      state = { _tag: "Unknown" }
      return []
    }
    const reader = LogFormat.reader(known, { port })
    state = { _tag: "Read", format: known, reader }
    return reader.push(first)
  }

  yield* shell.stream(path).pipe(
    Stream.takeWhile(() => state._tag !== "Unknown"),
    Stream.runForEach((piece) =>
      Effect.gen(function* () {
        bytes += piece.length
        if (state._tag === "Read") {
          yield* take(state.reader.push(piece))
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
  if (state._tag === "Empty") yield* take(begin())
  // By now it may be any of the three.
  const last = state as Read
  if (last._tag === "Read") yield* take(last.reader.end())
  return last
})

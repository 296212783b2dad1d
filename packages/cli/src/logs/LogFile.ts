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
import { progress, Shell } from "../Shell.ts"

/** Bytes between two signs of life. */
const strideOfProgress = 4 * 1024 * 1024

/** @since 0.1.0 */
export interface ReadOptions {
  readonly format: LogFormat.LogFormat | undefined
  readonly port: number | undefined
  readonly showsProgress: boolean
  readonly take: (events: ReadonlyArray<LogEvent.LogEvent>) => Effect.Effect<void, CliFailure, Shell>
}

/** What became of a file: it was read, nobody knows what it is, or there is nothing in it. @since 0.1.0 */
export type Read =
  | { readonly _tag: "Read"; readonly format: LogFormat.LogFormat; readonly reader: LogEvent.LogReader }
  | { readonly _tag: "Unknown" }
  | { readonly _tag: "Empty" }

/**
 * Reads a file piece by piece.
 *
 * @since 0.1.0
 */
export const read = Effect.fnUntraced(function* (path: string, { format, port, showsProgress, take }: ReadOptions) {
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

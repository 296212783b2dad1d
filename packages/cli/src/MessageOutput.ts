/**
 * Messages and items, written to standard output as bytes, as JSON lines or as SML.
 *
 * Each is written before the next one is looked at. What cannot be said fails, with the place of its message.
 *
 * @since 0.1.0
 */
import { ItemJson, Preset, SmlPrinter } from "@effect-secs/sml"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Notation } from "./ByteInput.ts"
import { failed, usage } from "./CliFailure.ts"
import * as Encoded from "./Encoded.ts"
import { type Entry, toSecsMessage } from "./MessageInput.ts"
import { print, write, writeAll } from "./Shell.ts"

/** @since 0.1.0 */
export interface BytesOptions {
  readonly notation: Notation
  /** Items as they are and messages as frames, unless given. */
  readonly form?: Encoded.Form | undefined
  readonly sessionId: number
  /** Of the first message; the next ones count on. */
  readonly systemBytes: number
}

const noValues = (place: string) => failed(`${place} is a template: its slots have no values`)

/** @since 0.1.0 */
export const writeBytes = Effect.fnUntraced(function* (entries: ReadonlyArray<Entry>, options: BytesOptions) {
  const { form, notation, sessionId } = options
  let systemBytes = options.systemBytes
  for (const entry of entries) {
    if (entry._tag === "Item" && form !== undefined && form !== "item") {
      return yield* usage(`an item has no header: write SxFy before it for a ${form}`)
    }
    const message = entry._tag === "Message" ? toSecsMessage(entry.message) : undefined
    if (entry._tag === "Message" && message === undefined) return yield* noValues(entry.place)
    const bytes =
      entry._tag === "Item"
        ? Encoded.item(entry.item)
        : Encoded.message(message!, form ?? "frame", { sessionId, systemBytes: systemBytes++ >>> 0 })
    if (Result.isFailure(bytes)) return yield* failed(`${entry.place}: ${bytes.failure.message}`)
    yield* write(Encoded.written(bytes.success, notation))
  }
})

/** @since 0.1.0 */
export const writeJson = Effect.fnUntraced(function* (entries: ReadonlyArray<Entry>) {
  for (const entry of entries) {
    if (entry._tag === "Item") {
      yield* print(ItemJson.stringify(entry.item))
      continue
    }
    const message = toSecsMessage(entry.message)
    if (message === undefined) return yield* noValues(entry.place)
    yield* print(ItemJson.stringifyMessage(message, entry.message.name))
  }
})

/** @since 0.1.0 */
export const writeSml = Effect.fnUntraced(function* (entries: ReadonlyArray<Entry>, preset: Preset.Preset) {
  for (const [index, entry] of entries.entries()) {
    if (index > 0 && preset.header?.several === false) {
      return yield* failed(`${entry.place}: ${preset.name} reads one message a file`)
    }
    const chunks = SmlPrinter.chunks(entry._tag === "Item" ? entry.item : entry.message, { preset })
    if (Result.isFailure(chunks)) return yield* failed(`${entry.place}: ${chunks.failure.message}`)
    yield* writeAll(closed(chunks.success))
  }
})

function* closed(chunks: Iterable<string>): Generator<string> {
  yield* chunks
  yield "\n"
}

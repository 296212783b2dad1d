/**
 * Messages and items as bytes, as JSON lines or as SML. Pure.
 *
 * Each is made when it is asked for. One that cannot be said is a failure with its place; the others are given all the
 * same.
 *
 * @since 0.1.0
 */
import { ItemJson, type Preset, SmlPrinter } from "@effect-secs/sml"
import * as Result from "effect/Result"
import type { Notation } from "../bytes/ByteInput.ts"
import { type CliFailure, failed, usage } from "../CliFailure.ts"
import * as Encoded from "../bytes/Encoded.ts"
import * as Printable from "../Printable.ts"
import { type Entry, toSecsMessage } from "./MessageInput.ts"

/** @since 0.1.0 */
export interface BytesOptions {
  readonly notation: Notation
  /** Items as they are and messages as frames, unless given. */
  readonly form?: Encoded.Form | undefined
  readonly sessionId: number
  /** Of the first message; the next ones count on. */
  readonly systemBytes: number
}

type Pieces<Piece = string> = Generator<Result.Result<Piece, CliFailure>, void>

const noValues = (place: string): Result.Result<never, CliFailure> =>
  Result.fail(failed(`${place} is a template: its slots have no values`))

/** @since 0.1.0 */
export function* bytes(entries: Iterable<Entry>, options: BytesOptions): Pieces<string | Uint8Array> {
  const { form, notation, sessionId } = options
  let systemBytes = options.systemBytes
  for (const entry of entries) {
    const encoded = entry._tag === "Item" ? Encoded.item(entry.item) : message(entry, systemBytes >>> 0)
    if (encoded === undefined) yield noValues(entry.place)
    else if (entry._tag === "Item" && form !== undefined && form !== "item") {
      yield Result.fail(usage(`an item has no header: write SxFy before it for a ${form}`))
    } else if (Result.isFailure(encoded)) yield Result.fail(failed(`${entry.place}: ${encoded.failure.message}`))
    else {
      if (entry._tag === "Message") systemBytes++
      yield Result.succeed(Encoded.written(encoded.success, notation))
    }
  }

  function message(entry: Extract<Entry, { _tag: "Message" }>, systemBytes: number) {
    const one = toSecsMessage(entry.message)
    return one && Encoded.message(one, form ?? "frame", { sessionId, systemBytes })
  }
}

/** @since 0.1.0 */
export function* json(entries: Iterable<Entry>): Pieces {
  for (const entry of entries) {
    if (entry._tag === "Item") {
      yield Result.succeed(`${Printable.json(ItemJson.stringify(entry.item))}\n`)
      continue
    }
    const message = toSecsMessage(entry.message)
    yield message === undefined
      ? noValues(entry.place)
      : Result.succeed(`${Printable.json(ItemJson.stringifyMessage(message, entry.message.name))}\n`)
  }
}

/** @since 0.1.0 */
export function* sml(entries: Iterable<Entry>, preset: Preset.Preset): Pieces {
  for (const entry of entries) {
    const chunks = SmlPrinter.chunks(entry._tag === "Item" ? entry.item : entry.message, { preset })
    if (Result.isFailure(chunks)) {
      yield Result.fail(failed(`${entry.place}: ${chunks.failure.message}`))
      continue
    }
    for (const chunk of chunks.success) yield Result.succeed(chunk)
    yield Result.succeed("\n")
  }
}

/**
 * What is no failure, as it comes; failures are put aside.
 *
 * @since 0.1.0
 */
export function* said<A>(pieces: Iterable<Result.Result<A, CliFailure>>, failures: Array<CliFailure>): Generator<A> {
  for (const piece of pieces) {
    if (Result.isFailure(piece)) failures.push(piece.failure)
    else yield piece.success
  }
}

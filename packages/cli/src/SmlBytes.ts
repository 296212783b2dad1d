/**
 * What was read of SML, written to standard output as bytes.
 *
 * @since 0.1.0
 */
import { SmlDocument } from "@effect-secs/sml"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Notation } from "./ByteInput.ts"
import { failed, usage } from "./CliFailure.ts"
import * as Encoded from "./Encoded.ts"
import { write } from "./Shell.ts"
import * as SmlInput from "./SmlInput.ts"

/** @since 0.1.0 */
export interface BytesOptions {
  /** What errors call the text. */
  readonly source: string | undefined
  readonly notation: Notation
  /** An item, or frames, unless given. */
  readonly form?: Encoded.Form | undefined
  readonly sessionId: number
  /** Of the first message; the next ones count on. */
  readonly systemBytes: number
}

/**
 * Writes an item, or each message.
 *
 * Fails    for a template, and for an item where messages are wanted
 *
 * @since 0.1.0
 */
export const writeBytes = Effect.fnUntraced(function* (read: SmlInput.Read, options: BytesOptions) {
  const { notation, sessionId, source } = options
  if (read._tag === "Item") {
    const { form = "item" } = options
    if (form !== "item") return yield* usage(`an item has no header: write SxFy before it for a ${form}`)
    const bytes = Encoded.item(read.item)
    if (Result.isFailure(bytes)) return yield* failed(`${source}: ${bytes.failure.message}`)
    return yield* write(Encoded.written(bytes.success, notation))
  }
  const { form = "frame" } = options
  let systemBytes = options.systemBytes
  for (const message of read.document.messages) {
    const where = SmlInput.place(source, message)
    if (message.template !== undefined) return yield* failed(`${where} is a template: its slots have no values`)
    const header = { sessionId, systemBytes: systemBytes++ >>> 0 }
    const bytes = Encoded.message(SmlDocument.toSecsMessage(message), form, header)
    if (Result.isFailure(bytes)) return yield* failed(`${where}: ${bytes.failure.message}`)
    yield* write(Encoded.written(bytes.success, notation))
  }
})

/**
 * Messages and items that are to be turned into something else, from SML or JSON: those of a text
 * that can be read, and what is wrong with the others.
 *
 * A text that begins with an item is that item of SML, one that begins with `{` or `[` is JSON: a value, an array, or a
 * line for each. Everything else is a document of SML.
 *
 * @since 0.1.0
 */
import { type Item, SecsMessage } from "@effect-secs/codec"
import { ItemJson, type SmlDocument, SmlParser, SmlPrinter } from "@effect-secs/sml"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type CliFailure, failed } from "../CliFailure.ts"
import { counted } from "../Counts.ts"
import { complain, type Shell } from "../Shell.ts"
import * as SmlInput from "./SmlInput.ts"

/**
 * An item or a message, and where it stands: `a.sml:3: START: S2F41`.
 *
 * @since 0.1.0
 */
export type Entry =
  | { readonly _tag: "Item"; readonly place: string; readonly item: Item.Item }
  | { readonly _tag: "Message"; readonly place: string; readonly message: SmlPrinter.Message }

/** @since 0.1.0 */
export interface MessageInput {
  readonly entries: ReadonlyArray<Entry>
  /** Why others are missing. One at least where there are no entries. */
  readonly failures: ReadonlyArray<CliFailure>
  /** How many comments, constants and rules the text has, which belong to no message. */
  readonly beside: Beside
}

/** @since 0.1.0 */
export interface Beside {
  readonly comments: number
  readonly constants: number
  readonly rules: number
}

const nothing: Beside = { comments: 0, constants: 0, rules: 0 }

/**
 * A message as it goes on the wire; undefined for a template, which has no values for its slots.
 *
 * @since 0.1.0
 */
export const toSecsMessage = ({
  function: function_,
  item,
  stream,
  template,
  wBit
}: SmlPrinter.Message): SecsMessage.SecsMessage | undefined =>
  template === undefined ? new SecsMessage.SecsMessage(stream, function_, wBit === "set", item) : undefined

/**
 * Reads a text. A few of its warnings go to standard error.
 *
 * @since 0.1.0
 */
export const read = (text: string, options: SmlParser.ParseOptions): Effect.Effect<MessageInput, never, Shell> => {
  const source = options.source ?? "input"
  if (/^[\s\ufeff]*[{[]/.test(text)) return Effect.succeed(readJson(text, source))
  return SmlParser.isItem(text, options) ? readItem(text, source, options) : readSml(text, source, options)
}

// --- SML -------------------------------------------------------------------------------------------------------------

/** Who wants all of them has a command for that. */
const shownWarnings = 3

const warn = Effect.fnUntraced(function* ({
  warnings,
  warningsOmitted
}: Pick<SmlDocument.ItemDocument, "warnings" | "warningsOmitted">) {
  for (const warning of warnings.slice(0, shownWarnings)) yield* complain(SmlInput.diagnostic("warning", warning))
  const unsaid = warnings.length + warningsOmitted - shownWarnings
  if (unsaid > 0) yield* complain(`${counted(unsaid, "more warning")}: see secs sml check`)
})

const readItem = Effect.fnUntraced(function* (text: string, source: string, options: SmlParser.ParseOptions) {
  const read = SmlParser.parseItemDocument(text, options)
  yield* warn(read)
  const beside = { ...nothing, comments: read.comments.length }
  return Result.match(read.item, {
    onFailure: ({ message }): MessageInput => ({ entries: [], failures: [failed(message)], beside }),
    onSuccess: (item): MessageInput => ({ entries: [{ _tag: "Item", place: source, item }], failures: [], beside })
  })
})

const readSml = Effect.fnUntraced(function* (text: string, source: string, options: SmlParser.ParseOptions) {
  const read = SmlParser.parse(text, options)
  const { comments, constants, errors, messages, rules } = read
  yield* warn(read)
  const failures = errors.map(({ message }) => failed(message))
  if (messages.length + errors.length === 0) failures.push(failed(`${source}: no message`))
  const entries = messages.map((message): Entry => ({
    _tag: "Message",
    place: place(`${source}:${message.header.line}`, message),
    message
  }))
  const beside = { comments: comments.length, constants: constants.size, rules: rules.length }
  return { entries, failures, beside } satisfies MessageInput
})

const place = (where: string, { function: function_, name, stream }: SmlPrinter.Message): string =>
  `${where}: ${name === undefined ? "" : `${name}: `}S${stream}F${function_}`

// --- JSON ------------------------------------------------------------------------------------------------------------

const readJson = (text: string, source: string): MessageInput => {
  const entries: Array<Entry> = []
  const failures: Array<CliFailure> = []
  for (const [where, json] of values(text.replace(/^\ufeff/, ""), source)) {
    const entry = entryOf(where, json)
    if (Result.isFailure(entry)) failures.push(entry.failure)
    else entries.push(entry.success)
  }
  if (entries.length + failures.length === 0) failures.push(failed(`${source}: no message`))
  return { entries, failures, beside: nothing }
}

/** The values of a text and where they stand; a line that is no JSON stands for itself. */
function* values(text: string, source: string): Generator<readonly [where: string, json: unknown]> {
  const whole = parsed(text)
  if (Array.isArray(whole)) {
    for (const [index, json] of whole.entries()) yield [`${source}[${index}]`, json]
  } else if (whole !== undefined) {
    yield [source, whole]
  } else {
    for (const [index, line] of text.split("\n").entries()) {
      if (line.trim() !== "") yield [`${source}:${index + 1}`, parsed(line) ?? line.trim()]
    }
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const entryOf = (where: string, json: unknown): Result.Result<Entry, CliFailure> => {
  const isMessage = typeof json === "object" && json !== null && ("stream" in json || "S" in json)
  if (!isMessage) {
    return Result.mapBoth(ItemJson.toItem(json), {
      onFailure: (error) => failed(`${where}: ${error.message}`),
      onSuccess: (item): Entry => ({ _tag: "Item", place: where, item })
    })
  }
  return Result.mapBoth(ItemJson.toMessage(json), {
    onFailure: (error) => failed(`${where}: ${error.message}`),
    onSuccess: (message): Entry => {
      const named = SmlPrinter.named(ItemJson.nameOf(json), message)
      return { _tag: "Message", place: place(where, named), message: named }
    }
  })
}

/**
 * Messages and items that are to be turned into something else, from SML or JSON: all of a text, or nothing.
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
  /** One at least. */
  readonly entries: ReadonlyArray<Entry>
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
 * Fails    with the first error and the number of others, or where there is no message
 *
 * @since 0.1.0
 */
export const read = (text: string, options: SmlParser.ParseOptions): Effect.Effect<MessageInput, CliFailure, Shell> => {
  const source = options.source ?? "input"
  if (/^[\s\ufeff]*[{[]/.test(text)) return Effect.fromResult(readJson(text, source))
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
  if (Result.isFailure(read.item)) return yield* failed(read.item.failure.message)
  const entry: Entry = { _tag: "Item", place: source, item: read.item.success }
  return { entries: [entry], beside: { ...nothing, comments: read.comments.length } } satisfies MessageInput
})

const readSml = Effect.fnUntraced(function* (text: string, source: string, options: SmlParser.ParseOptions) {
  const read = SmlParser.parse(text, options)
  const { comments, constants, errors, messages, rules } = read
  yield* warn(read)
  const [error, ...more] = errors
  if (error !== undefined) {
    const rest = more.length === 0 ? "" : `, and ${counted(more.length, "more error")}`
    return yield* failed(`${error.message}${rest}`)
  }
  if (messages.length === 0) return yield* failed(`${source}: no message`)
  const entries = messages.map((message): Entry => ({
    _tag: "Message",
    place: place(`${source}:${message.header.line}`, message),
    message
  }))
  const beside = { comments: comments.length, constants: constants.size, rules: rules.length }
  return { entries, beside } satisfies MessageInput
})

const place = (where: string, { function: function_, name, stream }: SmlPrinter.Message): string =>
  `${where}: ${name === undefined ? "" : `${name}: `}S${stream}F${function_}`

// --- JSON ------------------------------------------------------------------------------------------------------------

const readJson = (text: string, source: string): Result.Result<MessageInput, CliFailure> => {
  const entries: Array<Entry> = []
  for (const [where, json] of values(text.replace(/^\ufeff/, ""), source)) {
    const entry = entryOf(where, json)
    if (Result.isFailure(entry)) return Result.fail(entry.failure)
    entries.push(entry.success)
  }
  return entries.length === 0
    ? Result.fail(failed(`${source}: no message`))
    : Result.succeed({ entries, beside: nothing })
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

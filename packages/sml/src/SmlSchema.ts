/**
 * SML text as Schemas: for settings, fixtures and wherever items stand in other data. Pure.
 *
 * Text is read in whatever dialect it is written and written in the canonical form. `ItemJson` has the Schemas of JSON.
 *
 * @since 0.1.0
 */
import { type Item, ItemSchema, SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { toSecsMessage } from "./SmlDocument.ts"
import * as SmlParser from "./SmlParser.ts"
import * as SmlPrinter from "./SmlPrinter.ts"

const refused = (message: string, input: unknown, options: SchemaAST.ParseOptions) =>
  Effect.fail(new SchemaIssue.InvalidValue({ message }, input, options))

/** One direction of a transformation, out of a function that says with its error why not. */
const step =
  <A, B>(convert: (value: A) => Result.Result<B, { readonly message: string }>) =>
  (value: A, options: SchemaAST.ParseOptions): Effect.Effect<B, SchemaIssue.Issue> =>
    Result.match(convert(value), {
      onFailure: ({ message }) => refused(message, value, options),
      onSuccess: Effect.succeed
    })

const readMessage = (text: string): Result.Result<SecsMessage.SecsMessage, { readonly message: string }> =>
  Result.flatMap(SmlParser.parseMessage(text), (message) =>
    message.template === undefined
      ? Result.succeed(toSecsMessage(message))
      : Result.fail({ message: `expected a message, found a template with ${message.template.slots.length} slots` })
  )

/**
 * Decodes the text of one item, and encodes an item to text.
 *
 * @example
 * Schema.decodeSync(ItemFromSml)("<U4 1>") // => U4(1)
 *
 * @since 0.1.0
 */
export const ItemFromSml: Schema.Codec<Item.Item, string> = Schema.String.pipe(
  Schema.decodeTo(
    ItemSchema.Item,
    SchemaTransformation.transformEffect({
      decode: step((text: string) => SmlParser.parseItem(text)),
      encode: step((item: Item.Item) => SmlPrinter.item(item))
    })
  )
)

/**
 * Decodes the text of one message, and encodes a message to text. The name, where it has one, is not part of it, and
 * `[W]` is read as no W-bit.
 *
 * @since 0.1.0
 */
export const MessageFromSml: Schema.Codec<SecsMessage.SecsMessage, string> = Schema.String.pipe(
  Schema.decodeTo(
    SecsMessage.Message,
    SchemaTransformation.transformEffect({
      decode: step(readMessage),
      encode: step((message: SecsMessage.SecsMessage) => SmlPrinter.message(message))
    })
  )
)

/**
 * Items and messages as JSON, and back without loss. Pure.
 *
 * An item is an object with one key, its format:
 *
 * - `{"L":[…]}`: the items in it
 * - `{"A":"text"}`, `{"J":"ｱ"}`: text; of `A` one character a byte, as latin-1
 * - `{"B":"00ff7f"}`: bytes, two hex digits each · `{"C2":{"lsh":2,"bytes":"e4bda0"}}`
 * - `{"BOOLEAN":[true,false]}`, `{"U4":[1,2]}`: an array, also of a single value or of none
 * - `{"U8":["18446744073709551615"]}`: 64-bit integers as text, as a JSON number would not hold them
 * - `{"F4":[0.1,"NaN","-Infinity","-0","0x7fa00000"]}`: what JSON has no number for as text, the last a NaN by its bits.
 *   An F4 has as few digits as mean the same in single precision
 *
 * A message is `{"stream":1,"function":3,"replyExpected":true,"name":"statecheck","item":{…}}`, without `name` where it
 * has none, and without `item` where it is a header only.
 *
 * Reading takes more than writing gives: a single value without an array, 64-bit integers as numbers that hold them
 * exactly, bytes as an array of numbers, `text` instead of `bytes` in a `C2` with a header whose encoding is known, and the keys of
 * secs4net: `List`, `ASCII`, `JIS8`, `Boolean`, `Binary`, and `S`, `F`, `ReplyExpected`, `Name`, `SecsItem`.
 *
 * Nothing here recurses on depth, unlike `JSON.stringify`.
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
import { readItem, readMessage, readText } from "./internal/json/jsonReader.ts"
import { toJson, toText } from "./internal/json/jsonWriter.ts"
import type { ItemJsonError } from "./SmlError.ts"

// --- items ---------------------------------------------------------------------------------------------------------

/**
 * An item as it is written.
 *
 * @since 0.1.0
 */
export type Json =
  | { readonly L: ReadonlyArray<Json> }
  | { readonly A: string }
  | { readonly J: string }
  | { readonly C2: { readonly lsh: number; readonly bytes: string } }
  | { readonly B: string }
  | { readonly BOOLEAN: ReadonlyArray<boolean> }
  | { readonly I1: ReadonlyArray<number> }
  | { readonly I2: ReadonlyArray<number> }
  | { readonly I4: ReadonlyArray<number> }
  | { readonly I8: ReadonlyArray<string> }
  | { readonly U1: ReadonlyArray<number> }
  | { readonly U2: ReadonlyArray<number> }
  | { readonly U4: ReadonlyArray<number> }
  | { readonly U8: ReadonlyArray<string> }
  | { readonly F4: ReadonlyArray<number | string> }
  | { readonly F8: ReadonlyArray<number | string> }

/**
 * The JSON of an item.
 *
 * @example
 * ItemJson.fromItem(L(A("x"), U4(1))) // => { L: [{ A: "x" }, { U4: [1] }] }
 *
 * @since 0.1.0
 */
export const fromItem: (item: Item.Item) => Json = toJson

/**
 * Reads the JSON of an item: what `JSON.parse` gives, so it must not hold itself.
 *
 * Fails    `ItemJsonError` with the path in the JSON, what was expected and what stands there; never throws
 *
 * @example
 * ItemJson.toItem({ L: [{ U4: [1, -1] }] }) // => Result.fail($.L[0].U4[1]: expected an integer from 0 to 4294967295, seen -1)
 *
 * @since 0.1.0
 */
export const toItem = (json: unknown): Result.Result<Item.Item, ItemJsonError> => readItem(json)

/**
 * The JSON text of an item: what `JSON.stringify(fromItem(item))` gives, faster, and at any depth.
 *
 * @since 0.1.0
 */
export const stringify: (item: Item.Item) => string = toText

/**
 * Reads the JSON text of an item.
 *
 * Fails    `ItemJsonError`, also where the text is no JSON; never throws
 *
 * @since 0.1.0
 */
export const parse = (text: string): Result.Result<Item.Item, ItemJsonError> => Result.flatMap(readText(text), toItem)

// --- messages ------------------------------------------------------------------------------------------------------

/**
 * A message as it is written.
 *
 * @since 0.1.0
 */
export interface MessageJson {
  readonly stream: number
  readonly function: number
  readonly replyExpected: boolean
  /** What a library of messages calls it. It does not go on the wire. */
  readonly name?: string
  readonly item?: Json
}

/**
 * The JSON of a message, under a name where one is given.
 *
 * @since 0.1.0
 */
export const fromMessage = (
  { function: function_, item, replyExpected, stream }: SecsMessage.SecsMessage,
  name?: string
): MessageJson => ({
  stream,
  function: function_,
  replyExpected,
  ...(name === undefined ? {} : { name }),
  ...(item === undefined ? {} : { item: fromItem(item) })
})

/**
 * Reads the JSON of a message, whether the standard allows it or not: `SecsMessage.validate` tells. Its name is left
 * to `nameOf`.
 *
 * Fails    `ItemJsonError` with the path in the JSON, also for a key that no message has; never throws
 *
 * @since 0.1.0
 */
export const toMessage = (json: unknown): Result.Result<SecsMessage.SecsMessage, ItemJsonError> =>
  Result.map(readMessage(json), ({ message }) => message)

/**
 * The name in the JSON of a message, where there is one.
 *
 * @since 0.1.0
 */
export const nameOf = (json: unknown): string | undefined => {
  const { Name, name = Name } = Object(json) as { readonly name?: unknown; readonly Name?: unknown }
  return typeof name === "string" ? name : undefined
}

/**
 * The JSON text of a message.
 *
 * @since 0.1.0
 */
export const stringifyMessage = (message: SecsMessage.SecsMessage, name?: string): string => {
  const { function: function_, item, replyExpected, stream } = message
  const label = name === undefined ? "" : `,"name":${JSON.stringify(name)}`
  const text = item === undefined ? "" : `,"item":${stringify(item)}`
  return `{"stream":${stream},"function":${function_},"replyExpected":${replyExpected}${label}${text}}`
}

/**
 * Reads the JSON text of a message.
 *
 * Fails    `ItemJsonError`, also where the text is no JSON; never throws
 *
 * @since 0.1.0
 */
export const parseMessage = (text: string): Result.Result<SecsMessage.SecsMessage, ItemJsonError> =>
  Result.flatMap(readText(text), toMessage)

// --- schemas -------------------------------------------------------------------------------------------------------

const decoded =
  <A>(
    read: (json: unknown) => Result.Result<A, ItemJsonError>
  ): ((json: unknown, options: SchemaAST.ParseOptions) => Effect.Effect<A, SchemaIssue.Issue>) =>
  (json, options) =>
    Result.match(read(json), {
      onFailure: ({ expected, path, seen }) =>
        Effect.fail(
          new SchemaIssue.Pointer(
            path,
            new SchemaIssue.InvalidValue({ message: `Expected ${expected}, got ${seen}` }, json, options)
          )
        ),
      onSuccess: Effect.succeed
    })

/**
 * Decodes JSON to an item, and encodes an item to JSON.
 *
 * @since 0.1.0
 */
export const ItemFromJson = Schema.Unknown.pipe(
  Schema.decodeTo(
    ItemSchema.Item,
    SchemaTransformation.transformEffect({
      decode: decoded(toItem),
      encode: (item: Item.Item) => Effect.succeed<unknown>(fromItem(item))
    })
  )
) as Schema.Schema<Item.Item> as Schema.Codec<Item.Item, Json>

/**
 * Decodes JSON to a message, without its name, and encodes a message to JSON.
 *
 * @since 0.1.0
 */
export const MessageFromJson = Schema.Unknown.pipe(
  Schema.decodeTo(
    SecsMessage.Message,
    SchemaTransformation.transformEffect({
      decode: decoded(toMessage),
      encode: (message: SecsMessage.SecsMessage) => Effect.succeed<unknown>(fromMessage(message))
    })
  )
) as Schema.Schema<SecsMessage.SecsMessage> as Schema.Codec<SecsMessage.SecsMessage, MessageJson>

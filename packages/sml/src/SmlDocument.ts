/**
 * What an SML text says: its messages, constants, rules and comments, and what is wrong with it. Pure.
 *
 * @since 0.1.0
 */
import { type Item, SecsMessage } from "@effect-secs/codec"
import * as Result from "effect/Result"
import type { Dialect } from "./Dialect.ts"
import { NoMatchError, NoMessageError, type SmlError, type SmlWarning } from "./SmlError.ts"
import { MismatchError, type TemplateError } from "./TemplateError.ts"
import * as Template from "./Template.ts"

/**
 * A stretch of the text, in UTF-16 units; `end` is the first that does not belong to it.
 *
 * @since 0.1.0
 */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * A place people can find: line and column count from 1, columns in UTF-16 units.
 *
 * @since 0.1.0
 */
export interface Position {
  readonly offset: number
  readonly line: number
  readonly column: number
}

/** @since 0.1.0 */
export interface SmlComment extends Span {
  /** Without its marks. */
  readonly text: string
}

/**
 * Who sends a message, as written: between host and equipment, or as the owner of the file sees it.
 *
 * @since 0.1.0
 */
export type Direction = "H->E" | "H<-E" | "H<->E" | "INPUT" | "OUTPUT"

/**
 * One message of a text.
 *
 * @since 0.1.0
 */
export interface SmlMessage extends Span {
  /** The label before the header, or the name behind it. */
  readonly name: string | undefined
  readonly stream: number
  readonly function: number
  /** `[W]` leaves the choice to the sender. */
  readonly wBit: "set" | "clear" | "optional"
  readonly direction: Direction | undefined
  /** The text of the message; undefined for a header only, and for a template. */
  readonly item: Item.Item | undefined
  /** The text of the message where it has slots. */
  readonly template: Template.Template | undefined
  /** Those that stand within the message, header line included. */
  readonly comments: ReadonlyArray<SmlComment>
  /** What stands before the label on the header's line: time and thread of a log. */
  readonly prefix: string
  /** Where the header begins: its `S`, or the quote before it. */
  readonly header: Position
}

/**
 * Reply when a message comes in. `item` counts all items of the message in the order they are written, lists included,
 * the root being 1.
 *
 * @since 0.1.0
 */
export interface ReplyRule extends Span {
  readonly _tag: "Reply"
  /** The name of a message or, where no message has it, `SxFy`. */
  readonly on: string
  readonly where: { readonly item: number; readonly equals: Item.Item } | undefined
  /** The name of the message to reply with. */
  readonly reply: string
  readonly position: Position
}

/**
 * Send a message again and again.
 *
 * @since 0.1.0
 */
export interface EveryRule extends Span {
  readonly _tag: "Every"
  /** Above zero. */
  readonly seconds: number
  /** The name of the message to send. */
  readonly send: string
  readonly position: Position
}

/** @since 0.1.0 */
export type SmlRule = ReplyRule | EveryRule

/**
 * All that was read of a text. What could not be read is in `errors`, and the rest is here nevertheless.
 *
 * @since 0.1.0
 */
export interface SmlDocument {
  /** As given, or as detected. */
  readonly dialect: Dialect
  readonly messages: ReadonlyArray<SmlMessage>
  readonly constants: ReadonlyMap<string, number>
  readonly rules: ReadonlyArray<SmlRule>
  /** All comments, also those between messages. */
  readonly comments: ReadonlyArray<SmlComment>
  readonly warnings: ReadonlyArray<SmlWarning>
  /** How many warnings were noticed beyond those that are kept. */
  readonly warningsOmitted: number
  readonly errors: ReadonlyArray<SmlError>
}

/**
 * A text of one item, read.
 *
 * @since 0.1.0
 */
export interface ItemDocument extends Pick<SmlDocument, "dialect" | "comments" | "warnings" | "warningsOmitted"> {
  /** The first place that is wrong where it is none. */
  readonly item: Result.Result<Item.Item, SmlError>
}

/**
 * The message as it goes on the wire. A template has none yet: fill it, and pass the item.
 *
 * @since 0.1.0
 */
export const toSecsMessage = (
  { function: function_, item, stream, wBit }: SmlMessage,
  filled: Item.Item | undefined = item
): SecsMessage.SecsMessage => new SecsMessage.SecsMessage(stream, function_, wBit === "set", filled)

/**
 * The first message of that name; without regard to case where no name fits exactly.
 *
 * @since 0.1.0
 */
export const find = (document: SmlDocument, name: string): SmlMessage | undefined =>
  document.messages.find((message) => message.name === name) ??
  document.messages.find((message) => message.name?.toLowerCase() === name.toLowerCase())

/**
 * The message of that name with its slots filled. A message without slots takes no values.
 *
 * Fails    `NoMessageError` with the names there are; `TemplateError` with the slot
 *
 * @example
 * SmlDocument.fill(document, "defineReport", { RPTID: [1], VID: [[1001, 1002]] })
 *
 * @since 0.1.0
 */
export const fill = (
  document: SmlDocument,
  name: string,
  values: Template.Values = {},
  options?: Template.FillOptions
): Result.Result<SecsMessage.SecsMessage, NoMessageError | TemplateError> => {
  const message = find(document, name)
  if (message === undefined) {
    const known = document.messages.flatMap((one) => (one.name === undefined ? [] : [one.name]))
    return Result.fail(new NoMessageError({ name, known }))
  }
  const template = templateOf(message)
  if (template === undefined) return Result.succeed(toSecsMessage(message))
  return Result.map(Template.fill(template, values, options), (item) => toSecsMessage(message, item))
}

/**
 * A message of a document that describes a message, and the values of its slots.
 *
 * @since 0.1.0
 */
export interface Match {
  readonly message: SmlMessage
  readonly values: Template.Values
}

/** What describes the item of a message; undefined for a header only. */
const templateOf = ({ item, template }: SmlMessage): Template.Template | undefined =>
  template ?? (item && Template.make(Template.fixed(item)))

const matchItem = (message: SmlMessage, item: Item.Item | undefined) => {
  const template = templateOf(message)
  if (template !== undefined) return Template.match(template, item)
  return item === undefined
    ? Result.succeed({})
    : Result.fail(new MismatchError({ path: [], slot: undefined, expected: "no item", seen: item._tag }))
}

/**
 * The first message of the document that describes a message: the same stream and function, and an item its template
 * matches, or its very item.
 *
 * Fails    `NoMatchError` with each message that was tried, and where it differs
 *
 * @example
 * SmlDocument.match(document, received) // => Result.succeed({ message, values: { CEID: 100, … } })
 *
 * @since 0.1.0
 */
export const match = (document: SmlDocument, received: SecsMessage.SecsMessage): Result.Result<Match, NoMatchError> => {
  const tried: Array<NoMatchError["tried"][number]> = []
  for (const message of document.messages) {
    if (message.stream !== received.stream || message.function !== received.function) continue
    const values = matchItem(message, received.item)
    if (Result.isSuccess(values)) return Result.succeed({ message, values: values.success })
    tried.push({ name: message.name, line: message.header.line, difference: values.failure.message })
  }
  return Result.fail(new NoMatchError({ received: received.name, tried }))
}

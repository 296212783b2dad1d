/**
 * One SECS message: stream, function, W-bit and at most one item. Pure.
 *
 * @see SEMI E5, message structure
 * @since 0.1.0
 */
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { MessageError } from "./CodecError.ts"
import { isItem, type Item } from "./Item.ts"
import { Item as ItemSchema } from "./ItemSchema.ts"

/**
 * A message as it stands on the wire. Use `primary`, `secondary` and `abort`, which make no illegal one; the class
 * itself is open so that whatever a peer sends can be shown.
 *
 * @since 0.1.0
 */
export class SecsMessage {
  /** 1 to 127; 0 is not assigned. */
  readonly stream: number
  /** 0 to 255; odd for a primary, even for a secondary, 0 to abort a transaction. */
  readonly function: number
  /** The W-bit: the sender of this primary waits for a secondary. */
  readonly replyExpected: boolean
  /** The text; `undefined` where the message is a header only, which is not the same as an empty list. */
  readonly item: Item | undefined

  constructor(stream: number, function_: number, replyExpected: boolean, item: Item | undefined) {
    this.stream = stream
    this.function = function_
    this.replyExpected = replyExpected
    this.item = item
  }

  /** `S1F3` */
  get name(): string {
    return `S${this.stream}F${this.function}`
  }

  [Equal.symbol](that: unknown): boolean {
    return (
      that instanceof SecsMessage &&
      this.stream === that.stream &&
      this.function === that.function &&
      this.replyExpected === that.replyExpected &&
      Equal.equals(this.item, that.item)
    )
  }

  [Hash.symbol](): number {
    return Hash.combine((this.stream << 9) | (this.function << 1) | +this.replyExpected, Hash.hash(this.item))
  }

  /** One line, cut where it gets long: `S1F3 W <L [1] <U4 1>>`. */
  toString(): string {
    return `${this.name}${this.replyExpected ? " W" : ""}${this.item === undefined ? "" : ` ${this.item}`}`
  }

  /** The same line, so that a logger which writes JSON can write any message. */
  toJSON(): string {
    return this.toString()
  }

  /** What `console.log` shows under Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString()
  }
}

/** A secondary has no reply, nor S9, which reports errors, nor F255, which has no function above it to answer with. */
const hasReply = (stream: number, function_: number): boolean =>
  function_ % 2 === 1 && stream !== 9 && function_ !== 255

const check = (message: SecsMessage): MessageError["reason"] | undefined => {
  const { function: function_, item, replyExpected, stream } = message
  if (!Number.isInteger(stream) || stream < 1 || stream > 127) return "StreamRange"
  if (!Number.isInteger(function_) || function_ < 0 || function_ > 255) return "FunctionRange"
  if (replyExpected && function_ % 2 === 0) return "WBitOnSecondary"
  if (replyExpected && !hasReply(stream, function_)) return "NoReply"
  if (function_ === 0 && item !== undefined) return "TextOnAbort"
  if (item !== undefined && !isItem(item)) return "NotAnItem"
  return undefined
}

/**
 * Tells whether the standard allows a message to be sent: what `primary`, `secondary` and `abort` make always passes.
 *
 * @since 0.1.0
 */
export const validate = (message: SecsMessage): Result.Result<SecsMessage, MessageError> => {
  const reason = check(message)
  return reason === undefined
    ? Result.succeed(message)
    : Result.fail(new MessageError({ stream: message.stream, function: message.function, reason }))
}

const checked = (message: SecsMessage, reason: MessageError["reason"] | undefined): SecsMessage => {
  const why = check(message) ?? reason
  if (why !== undefined) throw new MessageError({ stream: message.stream, function: message.function, reason: why })
  return message
}

/**
 * A primary, W-bit set. `Session.request` sends it so; `Session.send` clears the W-bit, as it waits for no reply.
 * S9 and F255 have no reply and never carry the W-bit.
 *
 * Throws   `MessageError` for a stream outside 1 to 127 or an even function: a wrong literal is a bug
 *
 * @example
 * SecsMessage.primary(1, 3, L(U4(1001), U4(1002)))
 *
 * @since 0.1.0
 */
export const primary = (stream: number, function_: number, item?: Item): SecsMessage =>
  checked(
    new SecsMessage(stream, function_, hasReply(stream, function_), item),
    function_ % 2 === 1 ? undefined : "NotPrimary"
  )

/**
 * A secondary: even function, no W-bit.
 *
 * Throws   `MessageError` for a stream outside 1 to 127 or an odd function
 *
 * @since 0.1.0
 */
export const secondary = (stream: number, function_: number, item?: Item): SecsMessage =>
  checked(new SecsMessage(stream, function_, false, item), function_ % 2 === 0 ? undefined : "NotSecondary")

/**
 * `SxF0`, which ends a transaction without an answer.
 *
 * @since 0.1.0
 */
export const abort = (stream: number): SecsMessage => secondary(stream, 0)

/**
 * The same message without its W-bit.
 *
 * @since 0.1.0
 */
export const withoutReply = (message: SecsMessage): SecsMessage =>
  message.replyExpected ? new SecsMessage(message.stream, message.function, false, message.item) : message

/**
 * True for an odd function.
 *
 * @since 0.1.0
 */
export const isPrimary = (message: SecsMessage): boolean => message.function % 2 === 1

const byte = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))

/**
 * Field by field; `item` is undefined for a message that is a header only.
 *
 * @since 0.1.0
 */
export const SecsMessageParts = Schema.Struct({
  stream: byte(127),
  function: byte(255),
  replyExpected: Schema.Boolean,
  item: Schema.UndefinedOr(ItemSchema)
})

const isParts = Schema.is(SecsMessageParts)

/**
 * The Schema of a message. Every message that can stand on the wire is accepted, legal or not; `validate` tells.
 *
 * @since 0.1.0
 */
export const Message: Schema.declare<SecsMessage> = Schema.declare(
  (u: unknown): u is SecsMessage => u instanceof SecsMessage && isParts(u),
  {
    expected: "SECS message",
    toCodec: () =>
      Schema.link<SecsMessage>()(SecsMessageParts, {
        decode: SchemaGetter.transform(
          (parts: typeof SecsMessageParts.Type) =>
            new SecsMessage(parts.stream, parts.function, parts.replyExpected, parts.item)
        ),
        encode: SchemaGetter.transform(({ function: function_, item, replyExpected, stream }: SecsMessage) => ({
          stream,
          function: function_,
          replyExpected,
          item
        }))
      })
  }
)

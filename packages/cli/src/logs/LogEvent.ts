/**
 * What a log or a capture says happened: messages, connections, and the parts that could not be read. Pure.
 *
 * @since 0.1.0
 */
import type { CodecError, Hsms, Item } from "@effect-secs/codec"
import type { SmlError } from "@effect-secs/sml"
import type { LogError } from "./LogError.ts"
import type { Side } from "./LogPrefix.ts"
import type { LogTime } from "./LogTime.ts"

/**
 * Where in the input something stands: a line and column of a text, both from 1, a packet of a capture, counted from 1 as
 * Wireshark does, with its offset in the file, or a frame of a file of them, counted from 1.
 *
 * @since 0.1.0
 */
export type Place =
  | { readonly _tag: "Line"; readonly line: number; readonly column: number }
  | { readonly _tag: "Packet"; readonly packet: number; readonly offset: number }
  | { readonly _tag: "Frame"; readonly frame: number }

interface Event<Tag extends string> {
  readonly _tag: Tag
  readonly place: Place
  readonly time: LogTime | undefined
  readonly from: Side | undefined
  /** The TCP connection, as `dialling side > listening side`; undefined in logs, which do not say. */
  readonly connection: string | undefined
}

/** A name that the log gives to an item: `CEID`, and for its value `CarrierIDRead`. @since 0.1.0 */
export interface ItemName {
  readonly name: string | undefined
  readonly keyword: string | undefined
}

/** A SECS-II message. @since 0.1.0 */
export interface Message extends Event<"Message"> {
  readonly stream: number
  readonly function: number
  readonly replyExpected: boolean
  readonly sessionId: number | undefined
  readonly systemBytes: number | undefined
  readonly item: Item.Item | undefined
  /** Why there is no item although there is text. */
  readonly error: CodecError.ItemDecodeError | SmlError.SmlError | SmlError.ItemJsonError | undefined
  /** The bytes of its text where they are no item and the log has them. */
  readonly body?: Uint8Array | undefined
  /** Of the whole frame; undefined where the log has no bytes. */
  readonly bytes: number | undefined
  /** As the log calls the message, where that is more than its stream and function. */
  readonly name: string | undefined
  /** As the log calls items of the message, in their order. */
  readonly names: ReadonlyArray<ItemName>
  /** The message as written in the log; undefined in captures and hex dumps. */
  readonly text: string | undefined
}

/** An HSMS control message. @since 0.1.0 */
export interface Control extends Event<"Control"> {
  readonly message: Hsms.Control
  readonly bytes: number
}

/** A TCP connection was made. @since 0.1.0 */
export interface Connected extends Event<"Connected"> {}

/** It ended: both sides closed it, or one reset it. @since 0.1.0 */
export interface Disconnected extends Event<"Disconnected"> {
  readonly how: "closed" | "reset"
}

/** A part that could not be read. What follows was. @since 0.1.0 */
export interface Unreadable extends Event<"Unreadable"> {
  readonly error: LogError
}

/** @since 0.1.0 */
export type LogEvent = Message | Control | Connected | Disconnected | Unreadable

/**
 * `S6F11`, `SelectReq`, or what else it is: the name by which filters and summaries know an event.
 *
 * @since 0.1.0
 */
export const label = (event: LogEvent): string =>
  event._tag === "Message"
    ? `S${event.stream}F${event.function}`
    : event._tag === "Control"
      ? event.message._tag
      : event._tag

/** `line 12`, `packet 7`, `frame 3` @since 0.1.0 */
export const placeText = (place: Place): string => {
  switch (place._tag) {
    case "Line":
      return `line ${place.line}`
    case "Packet":
      return `packet ${place.packet}`
    case "Frame":
      return `frame ${place.frame}`
  }
}

/**
 * A source of events that takes its input piece by piece, cut anywhere.
 *
 * @since 0.1.0
 */
export interface LogReader {
  /** The events that the piece completes. */
  readonly push: (piece: Uint8Array) => ReadonlyArray<LogEvent>
  /** The events that the end of the input completes. */
  readonly end: () => ReadonlyArray<LogEvent>
  /** How much was read: `312 lines`. */
  readonly extent: () => string
  /** What was passed over because it is none of SECS, one line each. */
  readonly notes: () => ReadonlyArray<string>
}

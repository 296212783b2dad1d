/**
 * Bytes as what they are on the wire: items, messages with their header, or frames with their length. Pure.
 *
 * What they are is told or detected, by the first of these that fits to the last byte:
 *
 * 1. frames: lengths that lead from one frame to the next and end with the last byte
 * 2. an item
 * 3. a message: a header of ten bytes with PType 0 and a known SType, then an item or nothing
 *
 * Frames and items exclude each other, as the length of a frame begins 00 and no item does. Where nothing fits it is a
 * frame if it begins as one, else the one of item and message that is faulty later.
 *
 * @see SEMI E5, data items; SEMI E37, message format
 * @since 0.1.0
 */
import { CodecError, HsmsHeader, type Item, ItemCodec } from "@effect-secs/codec"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Message } from "../names/Names.ts"

/** @since 0.1.0 */
export type Form = "item" | "header" | "message" | "frame"

/** @since 0.1.0 */
export const forms: ReadonlyArray<Form> = ["item", "header", "message", "frame"]

/**
 * The bytes end before what they began.
 *
 * @since 0.1.0
 */
export class IncompleteError extends Schema.TaggedError<IncompleteError>("@effect-secs/cli/IncompleteError")(
  "IncompleteError",
  { what: Schema.String, offset: Schema.Natural, declared: Schema.Natural, left: Schema.Natural }
) {
  override get message(): string {
    return `Incomplete at byte ${this.offset}, ${this.what}: ${this.declared} bytes declared, ${this.left} left`
  }
}

/**
 * Bytes behind what should have been all.
 *
 * @since 0.1.0
 */
export class ExcessError extends Schema.TaggedError<ExcessError>("@effect-secs/cli/ExcessError")("ExcessError", {
  what: Schema.String,
  offset: Schema.Natural,
  count: Schema.Natural
}) {
  override get message(): string {
    return `Excess at byte ${this.offset}: ${this.count} bytes after ${this.what}`
  }
}

/**
 * Why bytes are not what they were read as. All offsets, those of items too, count from the first byte of the input.
 *
 * @since 0.1.0
 */
export type WireError =
  | IncompleteError
  | ExcessError
  | CodecError.FrameError
  | CodecError.HeaderError
  | CodecError.ItemDecodeError

/** @since 0.1.0 */
export interface Fault {
  readonly offset: number
  readonly error: WireError
}

/**
 * One item, message or frame. Up to its fault it is as it says.
 *
 * @since 0.1.0
 */
export interface Part {
  readonly form: Form
  readonly start: number
  /** The first byte that does not belong to it. */
  readonly end: number
  readonly header: HsmsHeader.HsmsHeader | undefined
  /** Where its item begins, or would. */
  readonly text: number
  /** With a fault only where it is whole, and what stands behind it is wrong. */
  readonly item: Item.Item | undefined
  readonly fault: Fault | undefined
}

/**
 * The message of a part; undefined where it is none, or faulty before its item ends.
 *
 * @since 0.1.0
 */
export const messageOf = ({ fault, header, item }: Part): Message | undefined =>
  header === undefined || header.sType !== HsmsHeader.SType.Data || (fault !== undefined && item === undefined)
    ? undefined
    : { stream: header.stream, function: header.function, item }

/**
 * What bytes are, by the rule above.
 *
 * @since 0.1.0
 */
export const detect = (bytes: Uint8Array): Form => {
  if (areFrames(bytes)) return "frame"
  const [item] = read(bytes, "item")
  if (item!.fault === undefined) return "item"
  const [message] = read(bytes, "message")
  if (message!.fault === undefined) return "message"
  if (beginsAsFrame(bytes)) return "frame"
  return message!.fault.offset > item!.fault.offset ? "message" : "item"
}

/**
 * Reads bytes as what they are told or detected to be: one item, header or message, or any number of frames. There is
 * always one part at least, and a fault ends the last one, except that a fault within a frame leaves the next ones be.
 *
 * @since 0.1.0
 */
export const read = (bytes: Uint8Array, form: Form = detect(bytes)): ReadonlyArray<Part> => {
  switch (form) {
    case "item":
      return [withItem(bytes, { form, start: 0, end: bytes.length, header: undefined, text: 0 })]
    case "header":
    case "message":
      return [message(bytes, form)]
    case "frame":
      return frames(bytes)
  }
}

const isKnown = (header: HsmsHeader.HsmsHeader): boolean =>
  header.pType === 0 && Object.values<number>(HsmsHeader.SType).includes(header.sType)

const uint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0

const areFrames = (bytes: Uint8Array): boolean => {
  let at = 0
  while (at + 4 <= bytes.length) {
    const length = uint32(bytes, at)
    if (length < HsmsHeader.length) return false
    at += 4 + length
  }
  return at > 0 && at === bytes.length
}

const beginsAsFrame = (bytes: Uint8Array): boolean =>
  bytes[0] === 0 &&
  bytes.length >= 4 &&
  uint32(bytes, 0) >= HsmsHeader.length &&
  (bytes.length < 4 + HsmsHeader.length || isKnown(HsmsHeader.read(bytes, 4)))

type Opening = Omit<Part, "item" | "fault">

const faulty = (opening: Opening, offset: number, error: WireError): Part => ({
  ...opening,
  item: undefined,
  fault: { offset, error }
})

const withItem = (bytes: Uint8Array, opening: Opening): Part => {
  const { end, text } = opening
  const item = ItemCodec.decodeRange(bytes, text, end)
  if (Result.isSuccess(item)) return { ...opening, item: item.success, fault: undefined }
  const { path, reason } = item.failure
  const offset = item.failure.offset + text
  const part = faulty(opening, offset, new CodecError.ItemDecodeError({ offset, path, reason }))
  return reason._tag === "TrailingBytes"
    ? { ...part, item: Result.getOrUndefined(ItemCodec.decodeRange(bytes, text, offset)) }
    : part
}

/** A header and, in a message, what follows it. */
const message = (bytes: Uint8Array, form: Form, start = 0, begin = start, end = bytes.length): Part => {
  const bare: Opening = { form, start, end, header: undefined, text: begin }
  const left = end - begin
  if (left < HsmsHeader.length) {
    const error = new IncompleteError({ what: "the header", offset: begin, declared: HsmsHeader.length, left })
    return faulty(bare, begin, error)
  }
  const header = HsmsHeader.read(bytes, begin)
  const opening: Opening = { ...bare, header, text: begin + HsmsHeader.length }
  const more = end - opening.text
  if (!isKnown(header)) {
    const { pType, sType, sessionId, systemBytes } = header
    const reason =
      pType === 0 ? ({ _tag: "UnsupportedSType", sType } as const) : ({ _tag: "UnsupportedPType", pType } as const)
    return faulty(
      opening,
      begin + (pType === 0 ? 5 : 4),
      new CodecError.HeaderError({ reason, sessionId, systemBytes })
    )
  }
  if (more === 0) return { ...opening, item: undefined, fault: undefined }
  if (form === "header") {
    return faulty(opening, opening.text, new ExcessError({ what: "the header", offset: opening.text, count: more }))
  }
  if (header.sType === HsmsHeader.SType.Data) return withItem(bytes, opening)
  const reason = { _tag: "BadControlLength", length: left, sType: header.sType } as const
  return faulty(opening, opening.text, new CodecError.FrameError({ reason }))
}

const frames = (bytes: Uint8Array): ReadonlyArray<Part> => {
  const parts: Array<Part> = []
  let at = 0
  do {
    const bare: Opening = { form: "frame", start: at, end: bytes.length, header: undefined, text: at }
    const left = bytes.length - at
    if (left < 4) {
      const error = new IncompleteError({ what: "the length of a frame", offset: at, declared: 4, left })
      return [...parts, faulty(bare, at, error)]
    }
    const declared = uint32(bytes, at)
    if (declared < HsmsHeader.length) {
      const reason = { _tag: "FrameTooShort", length: declared } as const
      return [...parts, faulty(bare, at, new CodecError.FrameError({ reason }))]
    }
    if (declared > left - 4) {
      const error = new IncompleteError({ what: "a frame", offset: at, declared, left: left - 4 })
      // What is there can be shown; what is said about it is that it ends too early.
      const begun = message(bytes, "frame", at, at + 4)
      return [...parts, { ...begun, item: undefined, fault: { offset: bytes.length, error } }]
    }
    parts.push(message(bytes, "frame", at, at + 4, at + 4 + declared))
    at += 4 + declared
  } while (at < bytes.length)
  return parts
}

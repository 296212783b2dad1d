/**
 * What can be wrong with a log or a capture, on one page. Pure.
 *
 * `CaptureError` is about the file, `StreamError` about the bytes of one direction of a connection, `DumpError` about a
 * line of a hex dump, `TextError` about text that is too long. SML that cannot be read is an `SmlError`, a message that cannot be decoded the codec's error.
 *
 * @since 0.1.0
 */
import type { CodecError } from "@effect-secs/codec"
import type { SmlError } from "@effect-secs/sml"
import * as Schema from "effect/Schema"

const Count = Schema.Natural

/** The first four bytes are those of no capture format. @since 0.1.0 */
export const UnknownMagic = Schema.TaggedStruct("UnknownMagic", { magic: Count })

/** The file ends within a header, packet or block. @since 0.1.0 */
export const CutOff = Schema.TaggedStruct("CutOff", { what: Schema.String, needed: Count, left: Count })

/** A length that no packet or block has. @since 0.1.0 */
export const BadLength = Schema.TaggedStruct("BadLength", {
  what: Schema.String,
  length: Count,
  minimum: Count,
  maximum: Count
})

/** The length before a block and the one behind it differ. @since 0.1.0 */
export const LengthsDiffer = Schema.TaggedStruct("LengthsDiffer", { before: Count, behind: Count })

/** A packet of an interface that no block describes. @since 0.1.0 */
export const UnknownInterface = Schema.TaggedStruct("UnknownInterface", { interface: Count, known: Count })

/**
 * A capture file that is none from some place on. All packets before it were given.
 *
 * @since 0.1.0
 */
export class CaptureError extends Schema.TaggedError<CaptureError>("@effect-secs/cli/CaptureError")("CaptureError", {
  /** Bytes from the start of the file: where the header, packet or block begins. */
  offset: Count,
  /** Packets that were read before. */
  packets: Count,
  reason: Schema.Union([UnknownMagic, CutOff, BadLength, LengthsDiffer, UnknownInterface])
}) {
  override get message(): string {
    return `${this.reason._tag} at byte ${this.offset}, after ${this.packets} packets: ${describeCapture(this.reason)}`
  }

  override toJSON(): unknown {
    return { message: this.message, ...(super.toJSON() as object) }
  }
}

const describeCapture = (reason: CaptureError["reason"]): string => {
  switch (reason._tag) {
    case "UnknownMagic":
      return `${reason.magic.toString(16).padStart(8, "0")} begins neither a pcap nor a pcapng file`
    case "CutOff":
      return `${reason.what} needs ${reason.needed} bytes, ${reason.left} are left`
    case "BadLength":
      return `${reason.what} announces ${reason.length} bytes, expected ${reason.minimum} to ${reason.maximum}`
    case "LengthsDiffer":
      return `the block announces ${reason.before} bytes before and ${reason.behind} behind`
    case "UnknownInterface":
      return `the packet is of interface ${reason.interface}, the file describes ${reason.known}`
  }
}

/** Bytes that the peer got and the capture did not. @since 0.1.0 */
export const Missing = Schema.TaggedStruct("Missing", {
  bytes: Count,
  /** The frame they belonged to, where that is known: it is lost, and what follows is not. */
  frame: Schema.UndefinedOr(Schema.String)
})

/** Bytes that were passed over to find the next message. @since 0.1.0 */
export const Skipped = Schema.TaggedStruct("Skipped", { bytes: Count })

/** Bytes that are no HSMS frame. What follows is looked at again. @since 0.1.0 */
export const NoFrame = Schema.TaggedStruct("NoFrame", { detail: Schema.String })

/** The stream ends within a frame. @since 0.1.0 */
export const EndsWithin = Schema.TaggedStruct("EndsWithin", { bytes: Count })

/**
 * A stretch of a stream that gave no message.
 *
 * @since 0.1.0
 */
export class StreamError extends Schema.TaggedError<StreamError>("@effect-secs/cli/StreamError")("StreamError", {
  reason: Schema.Union([Missing, Skipped, NoFrame, EndsWithin])
}) {
  override get message(): string {
    const { reason } = this
    switch (reason._tag) {
      case "Missing":
        return `${reason.bytes} bytes are missing in the capture${reason.frame === undefined ? "" : `, and with them ${reason.frame}`}`
      case "Skipped":
        return `${reason.bytes} bytes were passed over to find the next message`
      case "NoFrame":
        return `this is no HSMS frame: ${reason.detail}`
      case "EndsWithin":
        return `the stream ends within a message, of which there are ${reason.bytes} bytes`
    }
  }

  override toJSON(): unknown {
    return { message: this.message, ...(super.toJSON() as object) }
  }
}

/**
 * Lines of a hex dump that are missing.
 *
 * @since 0.1.0
 */
export class DumpError extends Schema.TaggedError<DumpError>("@effect-secs/cli/DumpError")("DumpError", {
  line: Count,
  /** Offset the line has, where one was expected. */
  seen: Count,
  expected: Count
}) {
  override get message(): string {
    const { expected, line, seen } = this
    return `line ${line}: the offset is ${seen.toString(16)}, expected ${expected.toString(16)} or 0: lines are missing`
  }

  override toJSON(): unknown {
    return { message: this.message, ...(super.toJSON() as object) }
  }
}

/** More text than is held, without the end of a message. What is behind it is read as if it began there. @since 0.1.0 */
export const CutText = Schema.TaggedStruct("CutText", { characters: Count })

/** A line that is longer than any message. It was passed over. @since 0.1.0 */
export const LongLine = Schema.TaggedStruct("LongLine", { characters: Count })

/**
 * Text of a log that is too long to be read as a whole.
 *
 * @since 0.1.0
 */
export class TextError extends Schema.TaggedError<TextError>("@effect-secs/cli/TextError")("TextError", {
  line: Count,
  reason: Schema.Union([CutText, LongLine])
}) {
  override get message(): string {
    const { line, reason } = this
    return reason._tag === "CutText"
      ? `line ${line}: no message ends within ${reason.characters} characters: they are read for themselves, and what follows is too`
      : `line ${line}: ${reason.characters} characters, which is longer than any message: passed over`
  }

  override toJSON(): unknown {
    return { message: this.message, ...(super.toJSON() as object) }
  }
}

/**
 * All that a part of a log can fail with.
 *
 * @since 0.1.0
 */
export type LogError =
  | CaptureError
  | StreamError
  | DumpError
  | TextError
  | SmlError.SmlError
  | SmlError.ItemJsonError
  | CodecError.FrameError
  | CodecError.HeaderError

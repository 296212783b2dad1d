/**
 * Every error of the codec, on one page. Pure.
 *
 * The class says what was attempted, `reason` says what went wrong. The stage at which input fails decides how a
 * session reacts, so each stage has its own class: `FrameError` ends the connection, `HeaderError` is answered with
 * Reject.req, `ItemDecodeError` goes to whoever asked (and from equipment S9F7).
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const Count = Schema.Natural

/** An item's position: the child index at each level of lists, outermost first. The root is the empty path. */
const Path = Schema.Array(Count)

/** How many steps at each end an error names of a path that is longer than both and some more. */
const shownSteps = 8

/**
 * The steps of a path as errors name them, each written by the caller. Of more than 20 the first and the last eight are
 * shown, and how many there are: an item may be nested 100 000 deep, and its error is one line.
 *
 * @since 0.1.0
 */
export const formatSteps = <Step>(
  path: ReadonlyArray<Step>,
  join: (steps: ReadonlyArray<Step>) => string = (steps) => steps.join(".")
): string =>
  path.length <= 2 * shownSteps + 4
    ? join(path)
    : `${join(path.slice(0, shownSteps))} … ${join(path.slice(-shownSteps))}, ${path.length} steps`

/**
 * Where an item stands, as errors say it: `item [2.0]` is the first element of the third element of the root.
 *
 * @since 0.1.0
 */
export const formatPath = (path: ReadonlyArray<number>): string =>
  path.length === 0 ? "the root item" : `item [${formatSteps(path)}]`

/** What loggers and `console.log` show of an error: its sentence before its fields. */
export const shown = (error: Error, fields: unknown): unknown => ({ message: error.message, ...(fields as object) })

// --- frames -------------------------------------------------------------------------------------------------------

/**
 * The length field announces less than a header.
 *
 * @since 0.1.0
 */
export const FrameTooShort = Schema.TaggedStruct("FrameTooShort", { length: Count })

/**
 * The length field announces more than the receiver takes. Nothing was allocated for it.
 *
 * @since 0.1.0
 */
export const FrameTooLong = Schema.TaggedStruct("FrameTooLong", { length: Count, maximum: Schema.Number })

/**
 * A control message carries text; it must be exactly 10 bytes long.
 *
 * @since 0.1.0
 */
export const BadControlLength = Schema.TaggedStruct("BadControlLength", { length: Count, sType: Count })

/**
 * The byte stream is no sequence of HSMS frames any more; there is no way to find the next frame.
 *
 * @see SEMI E37, message format
 * @since 0.1.0
 */
export class FrameError extends Schema.TaggedError<FrameError>("@effect-secs/codec/FrameError")("FrameError", {
  reason: Schema.Union([FrameTooShort, FrameTooLong, BadControlLength])
}) {
  override get message(): string {
    const reason = this.reason
    switch (reason._tag) {
      case "FrameTooShort":
        return `FrameTooShort: length field says ${reason.length}, a header needs 10 (is the peer speaking HSMS?)`
      case "FrameTooLong":
        return `FrameTooLong: length field says ${reason.length}${asText(reason.length)}, the maximum is ${reason.maximum}`
      case "BadControlLength":
        return `BadControlLength: SType ${reason.sType} announces ${reason.length} bytes, control messages have 10`
    }
  }

  override toJSON(): unknown {
    return shown(this, super.toJSON())
  }
}

/** A peer of another protocol shows in the length field, which then holds its first four characters. */
const asText = (length: number): string => {
  // The first record of a TLS handshake begins 16 03.
  if (length >>> 16 === 0x1603) return " (is the peer speaking TLS?)"
  const characters = [24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff)
  return characters.every((code) => code >= 0x20 && code < 0x7f)
    ? ` ("${String.fromCharCode(...characters)}": is the peer speaking HSMS?)`
    : ""
}

// --- headers ------------------------------------------------------------------------------------------------------

/**
 * PType is not 0 (SECS-II).
 *
 * @since 0.1.0
 */
export const UnsupportedPType = Schema.TaggedStruct("UnsupportedPType", { pType: Count })

/**
 * SType names none of the nine HSMS messages.
 *
 * @since 0.1.0
 */
export const UnsupportedSType = Schema.TaggedStruct("UnsupportedSType", { sType: Count })

/**
 * A header that the receiver answers with Reject.req.
 *
 * @see SEMI E37, Reject procedure
 * @since 0.1.0
 */
export class HeaderError extends Schema.TaggedError<HeaderError>("@effect-secs/codec/HeaderError")("HeaderError", {
  reason: Schema.Union([UnsupportedPType, UnsupportedSType]),
  sessionId: Count,
  systemBytes: Count
}) {
  override get message(): string {
    const reason = this.reason
    const what =
      reason._tag === "UnsupportedPType"
        ? `PType ${reason.pType} is not SECS-II (0)`
        : `SType ${reason.sType} is not an HSMS message`
    return `${reason._tag}: ${what}, session ${this.sessionId}, system bytes ${hex32(this.systemBytes)}`
  }

  override toJSON(): unknown {
    return shown(this, super.toJSON())
  }
}

/**
 * A field that its place in the header cannot hold. Nothing was encoded: cut to its width it would mean something else.
 *
 * @see SEMI E37, message format
 * @since 0.1.0
 */
export class HeaderRangeError extends Schema.TaggedError<HeaderRangeError>("@effect-secs/codec/HeaderRangeError")(
  "HeaderRangeError",
  { field: Schema.String, value: Schema.Number, maximum: Count }
) {
  override get message(): string {
    return `${this.field} is ${this.value}: expected an integer from 0 to ${this.maximum}`
  }

  override toJSON(): unknown {
    return shown(this, super.toJSON())
  }
}

const hex32 = (value: number): string => value.toString(16).padStart(8, "0")

// --- items, from bytes --------------------------------------------------------------------------------------------

/**
 * The format byte announces no length byte.
 *
 * @since 0.1.0
 */
export const LengthByteCount = Schema.TaggedStruct("LengthByteCount", {})

/**
 * Fewer bytes are left than the item declares. For a list, `declared` counts the items all open lists still owe, and
 * each needs two bytes.
 *
 * @since 0.1.0
 */
export const Truncated = Schema.TaggedStruct("Truncated", {
  declared: Count,
  left: Count,
  unit: Schema.Literals(["bytes", "items"])
})

/**
 * A length that is no multiple of the format's element size.
 *
 * @since 0.1.0
 */
export const LengthNotMultiple = Schema.TaggedStruct("LengthNotMultiple", {
  format: Schema.String,
  length: Count,
  elementSize: Count
})

/**
 * A format code the standard does not define.
 *
 * @since 0.1.0
 */
export const UnknownFormat = Schema.TaggedStruct("UnknownFormat", { code: Count })

/**
 * Bytes follow the root item.
 *
 * @since 0.1.0
 */
export const TrailingBytes = Schema.TaggedStruct("TrailingBytes", { count: Count })

/**
 * A `C2` item shorter than its two-byte localized string header.
 *
 * @since 0.1.0
 */
export const LocalizedHeader = Schema.TaggedStruct("LocalizedHeader", { length: Count })

/**
 * An `A` item holds a byte above 7F and the caller asked for `text: "ascii"`.
 *
 * @since 0.1.0
 */
export const NonAscii = Schema.TaggedStruct("NonAscii", { index: Count, code: Count })

/**
 * Lists are nested deeper than `maxDepth`.
 *
 * @since 0.1.0
 */
export const TooDeep = Schema.TaggedStruct("TooDeep", { maxDepth: Schema.Number })

/**
 * A list promises more items than `maxItems` leaves for it. No room was made for them.
 *
 * @since 0.1.0
 */
export const TooManyItems = Schema.TaggedStruct("TooManyItems", { maxItems: Schema.Number })

/**
 * What can be wrong with the bytes of an item.
 *
 * @since 0.1.0
 */
export const ItemDecodeReason = Schema.Union([
  LengthByteCount,
  Truncated,
  LengthNotMultiple,
  UnknownFormat,
  TrailingBytes,
  LocalizedHeader,
  NonAscii,
  TooDeep,
  TooManyItems
])

/**
 * @since 0.1.0
 */
export type ItemDecodeReason = typeof ItemDecodeReason.Type

/**
 * Bytes that are no SECS-II item. `offset` is that of the offending item's format byte, from the start of the text;
 * for `TrailingBytes` it is the first byte too many.
 *
 * @see SEMI E5, data items
 * @since 0.1.0
 */
export class ItemDecodeError extends Schema.TaggedError<ItemDecodeError>("@effect-secs/codec/ItemDecodeError")(
  "ItemDecodeError",
  { offset: Count, path: Path, reason: ItemDecodeReason }
) {
  override get message(): string {
    return `${this.reason._tag} at byte ${this.offset}, ${formatPath(this.path)}: ${describeDecode(this.reason)}`
  }

  override toJSON(): unknown {
    return shown(this, super.toJSON())
  }
}

const describeDecode = (reason: ItemDecodeReason): string => {
  switch (reason._tag) {
    case "LengthByteCount":
      return "the format byte announces 0 length bytes, 1 to 3 are legal"
    case "Truncated":
      return `${reason.declared} ${reason.unit} declared, ${reason.left} bytes left`
    case "LengthNotMultiple":
      return `${reason.length} bytes are no multiple of ${reason.elementSize} (${reason.format})`
    case "UnknownFormat":
      return `format code ${reason.code.toString(8).padStart(2, "0")} (octal) is not defined`
    case "TrailingBytes":
      return `${reason.count} bytes after the root item`
    case "LocalizedHeader":
      return `${reason.length} bytes, a C2 item starts with a header of 2`
    case "NonAscii":
      return `character ${reason.index} is 0x${reason.code.toString(16)}, ASCII ends at 0x7f`
    case "TooDeep":
      return `lists are nested deeper than ${reason.maxDepth}`
    case "TooManyItems":
      return `more than ${reason.maxItems} items`
  }
}

// --- items, to bytes ----------------------------------------------------------------------------------------------

/**
 * More bytes or elements than three length bytes can say.
 *
 * @since 0.1.0
 */
export const TooLong = Schema.TaggedStruct("TooLong", { length: Count, maximum: Count })

/**
 * A character that the alphabet of a format, or an encoding, does not have. `index` counts UTF-16 code units.
 *
 * @since 0.1.0
 */
export const BadCharacter = Schema.TaggedStruct("BadCharacter", {
  index: Count,
  codePoint: Count,
  alphabet: Schema.String
})

/**
 * Why an item cannot be written.
 *
 * @since 0.1.0
 */
export const ItemEncodeReason = Schema.Union([TooLong, BadCharacter, TooDeep])

/**
 * @since 0.1.0
 */
export type ItemEncodeReason = typeof ItemEncodeReason.Type

/**
 * An item that cannot be written. No byte of it was handed out.
 *
 * @since 0.1.0
 */
export class ItemEncodeError extends Schema.TaggedError<ItemEncodeError>("@effect-secs/codec/ItemEncodeError")(
  "ItemEncodeError",
  { path: Path, reason: ItemEncodeReason }
) {
  override get message(): string {
    return `${this.reason._tag} at ${formatPath(this.path)}: ${describeEncode(this.reason)}`
  }

  override toJSON(): unknown {
    return shown(this, super.toJSON())
  }
}

const describeEncode = (reason: ItemEncodeReason): string => {
  switch (reason._tag) {
    case "TooLong":
      return `${reason.length} bytes or elements, the maximum is ${reason.maximum}`
    case "BadCharacter":
      return `character ${reason.index} is U+${reason.codePoint.toString(16).padStart(4, "0").toUpperCase()}, not in ${reason.alphabet}`
    case "TooDeep":
      return `lists are nested deeper than ${reason.maxDepth}`
  }
}

// --- items, from values -------------------------------------------------------------------------------------------

/**
 * A number outside the format's range, or no integer where one is needed.
 *
 * @since 0.1.0
 */
export const OutOfRange = Schema.TaggedStruct("OutOfRange", {
  index: Count,
  value: Schema.String,
  minimum: Schema.String,
  maximum: Schema.String
})

/**
 * A value of another JavaScript type than the format holds.
 *
 * @since 0.1.0
 */
export const WrongType = Schema.TaggedStruct("WrongType", {
  index: Count,
  expected: Schema.String,
  seen: Schema.String
})

/**
 * Values that a format cannot hold. The constructors `U4(…)`, `A(…)` throw it, as a wrong literal is a bug of the
 * program; `Item.make` returns it, for values that come from elsewhere.
 *
 * @since 0.1.0
 */
export class ItemValueError extends Schema.TaggedError<ItemValueError>("@effect-secs/codec/ItemValueError")(
  "ItemValueError",
  { format: Schema.String, reason: Schema.Union([OutOfRange, WrongType, BadCharacter, TooLong]) }
) {
  override get message(): string {
    const reason = this.reason
    switch (reason._tag) {
      case "OutOfRange":
        return `${this.format} value ${reason.index}: ${reason.value} is not ${this.format === "F4" ? "a number" : "an integer"} from ${reason.minimum} to ${reason.maximum}`
      case "WrongType":
        return `${this.format} value ${reason.index}: expected ${reason.expected}, got ${reason.seen}`
      default:
        return `${this.format}: ${describeEncode(reason)}`
    }
  }

  override toJSON(): unknown {
    return shown(this, super.toJSON())
  }
}

// --- text ---------------------------------------------------------------------------------------------------------

/**
 * A name, or a localized string header as text, that stands for none of the `known` encodings.
 *
 * @since 0.1.0
 */
export const UnknownEncoding = Schema.TaggedStruct("UnknownEncoding", {
  name: Schema.String,
  known: Schema.Array(Schema.String)
})

/**
 * An encoding that this host has no decoder for, so that its characters cannot be learnt.
 *
 * @since 0.1.0
 */
export const HostLacksEncoding = Schema.TaggedStruct("HostLacksEncoding", { name: Schema.String })

/**
 * An encoding that is not there, or text that it cannot write.
 *
 * @since 0.1.0
 */
export class TextEncodingError extends Schema.TaggedError<TextEncodingError>("@effect-secs/codec/TextEncodingError")(
  "TextEncodingError",
  { reason: Schema.Union([BadCharacter, UnknownEncoding, HostLacksEncoding]) }
) {
  override get message(): string {
    return `${this.reason._tag}: ${describeText(this.reason)}`
  }

  override toJSON(): unknown {
    return shown(this, super.toJSON())
  }
}

const describeText = (reason: TextEncodingError["reason"]): string => {
  switch (reason._tag) {
    case "UnknownEncoding": {
      const known = reason.known.length === 0 ? "" : `, known are ${reason.known.join(", ")}`
      return `${JSON.stringify(reason.name)} is no known encoding${known}`
    }
    case "HostLacksEncoding":
      return `this host has no decoder of ${reason.name}`
    default:
      return describeEncode(reason)
  }
}

// --- items, to values ---------------------------------------------------------------------------------------------

/**
 * There is no item to read: the message is a header only.
 *
 * @since 0.1.0
 */
export const NoItem = Schema.TaggedStruct("NoItem", {})

/**
 * A path leads to nothing: `count` elements are there, or `format` is no list (`count` 0).
 *
 * @since 0.1.0
 */
export const NoSuchItem = Schema.TaggedStruct("NoSuchItem", { format: Schema.String, count: Count })

/**
 * The item has another format than the caller reads.
 *
 * @since 0.1.0
 */
export const WrongFormat = Schema.TaggedStruct("WrongFormat", { expected: Schema.String, seen: Schema.String })

/**
 * The item holds another number of values than the caller reads.
 *
 * @since 0.1.0
 */
export const WrongCount = Schema.TaggedStruct("WrongCount", { expected: Count, seen: Count })

/**
 * A 64-bit integer that a JavaScript number cannot hold exactly; read it as bigint.
 *
 * @since 0.1.0
 */
export const UnsafeInteger = Schema.TaggedStruct("UnsafeInteger", { value: Schema.String })

/**
 * Reading a value out of an item failed; `path` is where, as the caller wrote it.
 *
 * @since 0.1.0
 */
export class ItemAccessError extends Schema.TaggedError<ItemAccessError>("@effect-secs/codec/ItemAccessError")(
  "ItemAccessError",
  {
    path: Schema.Array(Schema.Number),
    reason: Schema.Union([NoItem, NoSuchItem, WrongFormat, WrongCount, UnsafeInteger])
  }
) {
  override get message(): string {
    const reason = this.reason
    const at = `${reason._tag} at ${formatPath(this.path)}`
    switch (reason._tag) {
      case "NoItem":
        return "NoItem: the message is a header only, it has no item to read"
      case "NoSuchItem":
        return reason.format === "L"
          ? `${at}: its parent is a list of ${reason.count}`
          : `${at}: its parent is ${reason.format}, not a list`
      case "WrongFormat":
        return `${at}: expected ${reason.expected}, got ${reason.seen}`
      case "WrongCount":
        return `${at}: expected ${reason.expected} value, got ${reason.seen} (the plural accessor gives them all)`
      case "UnsafeInteger":
        return `${at}: ${reason.value} does not fit a number exactly, read it as bigint`
    }
  }

  override toJSON(): unknown {
    return shown(this, super.toJSON())
  }
}

// --- messages -----------------------------------------------------------------------------------------------------

/**
 * A stream, function, W-bit or text that the standard forbids.
 *
 * @see SEMI E5, message structure
 * @since 0.1.0
 */
export class MessageError extends Schema.TaggedError<MessageError>("@effect-secs/codec/MessageError")("MessageError", {
  stream: Schema.Number,
  function: Schema.Number,
  reason: Schema.Literals([
    "StreamRange",
    "FunctionRange",
    "NotPrimary",
    "NotSecondary",
    "WBitOnSecondary",
    "TextOnAbort",
    "NoReply",
    "NoReplyAgreed",
    "NotAnItem"
  ])
}) {
  override get message(): string {
    const name = `S${this.stream}F${this.function}`
    switch (this.reason) {
      case "StreamRange":
        return `${name}: streams are integers from 1 to 127`
      case "FunctionRange":
        return `${name}: functions are integers from 0 to 255`
      case "NotPrimary":
        return `${name}: a primary has an odd function`
      case "NotSecondary":
        return `${name}: a secondary has an even function`
      case "WBitOnSecondary":
        return `${name}: only a primary may expect a reply`
      case "NotAnItem":
        return `${name}: its text is no item; make one with the constructors of Item`
      case "NoReply":
        return `${name}: the standard gives it no reply, so it can only be sent`
      case "NoReplyAgreed":
        return `${name}: by the profile of the peer it has no reply, so it can only be sent`
      case "TextOnAbort":
        return `${name}: function 0 aborts a transaction and has no text`
    }
  }

  override toJSON(): unknown {
    return shown(this, super.toJSON())
  }
}

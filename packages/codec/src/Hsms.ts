/**
 * The nine HSMS messages as a tagged union, to and from frames. Pure.
 *
 * `decode` takes what a `FrameDecoder` yields: header and text, without the length field. `encode` gives the whole
 * frame, length field included.
 *
 * @see SEMI E37, message format and procedures
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { FrameError, HeaderError, HeaderRangeError, type ItemDecodeError, type ItemEncodeError } from "./CodecError.ts"
import { controlSessionId, HsmsHeader, length as headerLength, read, SType, write } from "./HsmsHeader.ts"
import type { Item } from "./Item.ts"
import * as ItemCodec from "./ItemCodec.ts"
import { SecsMessage } from "./SecsMessage.ts"

interface Message<Tag extends string> {
  readonly _tag: Tag
  readonly sessionId: number
  readonly systemBytes: number
}

/**
 * A SECS-II message.
 *
 * @since 0.1.0
 */
export interface Data extends Message<"Data"> {
  readonly message: SecsMessage
}

/** @since 0.1.0 */
export interface SelectReq extends Message<"SelectReq"> {}
/** @since 0.1.0 */
export interface SelectRsp extends Message<"SelectRsp"> {
  /** One of `SelectStatus`, or a code of a subsidiary standard. */
  readonly status: number
}
/** @since 0.1.0 */
export interface DeselectReq extends Message<"DeselectReq"> {}
/** @since 0.1.0 */
export interface DeselectRsp extends Message<"DeselectRsp"> {
  /** One of `DeselectStatus`. */
  readonly status: number
}
/** @since 0.1.0 */
export interface LinktestReq extends Message<"LinktestReq"> {}
/** @since 0.1.0 */
export interface LinktestRsp extends Message<"LinktestRsp"> {}
/** @since 0.1.0 */
export interface RejectReq extends Message<"RejectReq"> {
  /** One of `RejectReason`. */
  readonly reason: number
  /** The rejected PType if the reason is `PTypeNotSupported`, else the rejected SType. */
  readonly rejected: number
}
/** @since 0.1.0 */
export interface SeparateReq extends Message<"SeparateReq"> {}

/**
 * @since 0.1.0
 */
export type HsmsMessage =
  | Data
  | SelectReq
  | SelectRsp
  | DeselectReq
  | DeselectRsp
  | LinktestReq
  | LinktestRsp
  | RejectReq
  | SeparateReq

/**
 * A control message: everything but data.
 *
 * @since 0.1.0
 */
export type Control = Exclude<HsmsMessage, Data>

// --- constructors --------------------------------------------------------------------------------------------------

/** @since 0.1.0 */
export const data = (sessionId: number, message: SecsMessage, systemBytes: number): Data => ({
  _tag: "Data",
  sessionId,
  message,
  systemBytes
})

/** @since 0.1.0 */
export const selectReq = (systemBytes: number, sessionId: number = controlSessionId): SelectReq => ({
  _tag: "SelectReq",
  sessionId,
  systemBytes
})

/** @since 0.1.0 */
export const selectRsp = (request: SelectReq, status: number): SelectRsp => ({
  _tag: "SelectRsp",
  sessionId: request.sessionId,
  systemBytes: request.systemBytes,
  status
})

/** @since 0.1.0 */
export const deselectReq = (systemBytes: number, sessionId: number = controlSessionId): DeselectReq => ({
  _tag: "DeselectReq",
  sessionId,
  systemBytes
})

/** @since 0.1.0 */
export const deselectRsp = (request: DeselectReq, status: number): DeselectRsp => ({
  _tag: "DeselectRsp",
  sessionId: request.sessionId,
  systemBytes: request.systemBytes,
  status
})

/** @since 0.1.0 */
export const linktestReq = (systemBytes: number): LinktestReq => ({
  _tag: "LinktestReq",
  sessionId: controlSessionId,
  systemBytes
})

/** @since 0.1.0 */
export const linktestRsp = (request: LinktestReq): LinktestRsp => ({
  _tag: "LinktestRsp",
  sessionId: request.sessionId,
  systemBytes: request.systemBytes
})

/**
 * The rejection of a message, from its header: session id and system bytes are echoed.
 *
 * @since 0.1.0
 */
export const rejectReq = (rejected: HsmsHeader, reason: number): RejectReq => ({
  _tag: "RejectReq",
  sessionId: rejected.sessionId,
  systemBytes: rejected.systemBytes,
  reason,
  rejected: reason === 2 ? rejected.pType : rejected.sType
})

/** @since 0.1.0 */
export const separateReq = (systemBytes: number, sessionId: number = controlSessionId): SeparateReq => ({
  _tag: "SeparateReq",
  sessionId,
  systemBytes
})

// --- headers -------------------------------------------------------------------------------------------------------

/**
 * The header of a message.
 *
 * @since 0.1.0
 */
export const toHeader = (message: HsmsMessage): HsmsHeader => {
  const { sessionId, systemBytes } = message
  switch (message._tag) {
    case "Data": {
      const { function: function_, replyExpected, stream } = message.message
      return new HsmsHeader(sessionId, (replyExpected ? 0x80 : 0) | stream, function_, 0, SType.Data, systemBytes)
    }
    case "SelectRsp":
    case "DeselectRsp":
      return new HsmsHeader(sessionId, 0, message.status, 0, SType[message._tag], systemBytes)
    case "RejectReq":
      return new HsmsHeader(sessionId, message.rejected, message.reason, 0, SType.RejectReq, systemBytes)
    default:
      return new HsmsHeader(sessionId, 0, 0, 0, SType[message._tag], systemBytes)
  }
}

/**
 * Names a header. Bytes that a message does not use are not looked at. PType is checked before SType.
 *
 * Fails    `HeaderError`, which a receiver answers with Reject.req
 *
 * @since 0.1.0
 */
export const fromHeader = (header: HsmsHeader, item: Item | undefined): Result.Result<HsmsMessage, HeaderError> => {
  const { byte2, byte3, pType, sType, sessionId, systemBytes } = header
  if (pType !== 0) {
    return Result.fail(new HeaderError({ reason: { _tag: "UnsupportedPType", pType }, sessionId, systemBytes }))
  }
  switch (sType) {
    case SType.Data:
      return Result.succeed(
        data(sessionId, new SecsMessage(byte2 & 0x7f, byte3, (byte2 & 0x80) !== 0, item), systemBytes)
      )
    case SType.SelectReq:
      return Result.succeed({ _tag: "SelectReq", sessionId, systemBytes })
    case SType.SelectRsp:
      return Result.succeed({ _tag: "SelectRsp", sessionId, systemBytes, status: byte3 })
    case SType.DeselectReq:
      return Result.succeed({ _tag: "DeselectReq", sessionId, systemBytes })
    case SType.DeselectRsp:
      return Result.succeed({ _tag: "DeselectRsp", sessionId, systemBytes, status: byte3 })
    case SType.LinktestReq:
      return Result.succeed({ _tag: "LinktestReq", sessionId, systemBytes })
    case SType.LinktestRsp:
      return Result.succeed({ _tag: "LinktestRsp", sessionId, systemBytes })
    case SType.RejectReq:
      return Result.succeed({ _tag: "RejectReq", sessionId, systemBytes, reason: byte3, rejected: byte2 })
    case SType.SeparateReq:
      return Result.succeed({ _tag: "SeparateReq", sessionId, systemBytes })
    default:
      return Result.fail(new HeaderError({ reason: { _tag: "UnsupportedSType", sType }, sessionId, systemBytes }))
  }
}

// --- frames --------------------------------------------------------------------------------------------------------

/** Bytes before the text: length field and header. */
const textOffset = 4 + headerLength

const putLength = (frame: Uint8Array, length: number): void => {
  frame[0] = length >>> 24
  frame[1] = length >>> 16
  frame[2] = length >>> 8
  frame[3] = length
}

/**
 * The frame of a control message: 14 bytes.
 *
 * @since 0.1.0
 */
export const encodeControl = (message: Control): Uint8Array => encodeHeader(toHeader(message))

/**
 * A frame without text.
 *
 * @since 0.1.0
 */
export const encodeHeader = (header: HsmsHeader): Uint8Array => {
  const frame = new Uint8Array(textOffset)
  frame[3] = headerLength
  write(header, frame, 4)
  return frame
}

/**
 * The frame of a data message: length field, header and text in one buffer. The fields of the header are written as
 * they are, cut to their width: this is the fast path, `encode` checks.
 *
 * @since 0.1.0
 */
export const encodeData = (header: HsmsHeader, item: Item | undefined): Result.Result<Uint8Array, ItemEncodeError> => {
  if (item === undefined) return Result.succeed(encodeHeader(header))
  const encoded = ItemCodec.encodeAfter(item, textOffset)
  if (Result.isSuccess(encoded)) {
    putLength(encoded.success, encoded.success.length - 4)
    write(header, encoded.success, 4)
  }
  return encoded
}

/**
 * As `encodeData`, in parts that are to be written one after the other: a `B` of 64 KiB or more stands among them as it
 * is, instead of being copied, and must not be changed until it is written.
 *
 * @since 0.1.0
 */
export const encodeDataParts = (
  header: HsmsHeader,
  item: Item | undefined
): Result.Result<readonly [Uint8Array, ...ReadonlyArray<Uint8Array>], ItemEncodeError> => {
  if (item === undefined) return Result.succeed([encodeHeader(header)])
  const encoded = ItemCodec.encodeParts(item, textOffset)
  if (Result.isSuccess(encoded)) {
    const parts = encoded.success
    let length = -4
    for (const part of parts) length += part.length
    putLength(parts[0], length)
    write(header, parts[0], 4)
  }
  return encoded
}

type Field = readonly [name: string, value: number, maximum: number]

const fields = (message: HsmsMessage): ReadonlyArray<Field> => {
  const common: ReadonlyArray<Field> = [
    ["sessionId", message.sessionId, 0xffff],
    ["systemBytes", message.systemBytes, 0xffff_ffff]
  ]
  switch (message._tag) {
    case "Data":
      return [...common, ["stream", message.message.stream, 0x7f], ["function", message.message.function, 0xff]]
    case "SelectRsp":
    case "DeselectRsp":
      return [...common, ["status", message.status, 0xff]]
    case "RejectReq":
      return [...common, ["reason", message.reason, 0xff], ["rejected", message.rejected, 0xff]]
    default:
      return common
  }
}

/**
 * The frame of any message, length field included. Any stream and function that fit the header are written, legal or
 * not: `SecsMessage.validate` tells.
 *
 * Fails    `HeaderRangeError` for a field that does not fit its place, `ItemEncodeError`
 *
 * @since 0.1.0
 */
export const encode = (message: HsmsMessage): Result.Result<Uint8Array, HeaderRangeError | ItemEncodeError> => {
  for (const [field, value, maximum] of fields(message)) {
    if (!Number.isInteger(value) || value < 0 || value > maximum) {
      return Result.fail(new HeaderRangeError({ field, value, maximum }))
    }
  }
  return encodeData(toHeader(message), message._tag === "Data" ? message.message.item : undefined)
}

/**
 * One message from header and text, as a `FrameDecoder` yields them.
 *
 * Fails    `FrameError` for a control message with text, `HeaderError`, `ItemDecodeError`: three stages, three
 *          reactions; never throws
 *
 * @since 0.1.0
 */
export const decode = (frame: Uint8Array): Result.Result<HsmsMessage, FrameError | HeaderError | ItemDecodeError> => {
  if (frame.length < headerLength) {
    return Result.fail(new FrameError({ reason: { _tag: "FrameTooShort", length: frame.length } }))
  }
  const header = read(frame, 0)
  if (frame.length === headerLength) return fromHeader(header, undefined)
  if (header.pType === 0 && header.sType === SType.Data) {
    const item = ItemCodec.decodeRange(frame, headerLength, frame.length)
    return Result.isSuccess(item) ? fromHeader(header, item.success) : Result.fail(item.failure)
  }
  const named = fromHeader(header, undefined)
  return Result.isFailure(named)
    ? named
    : Result.fail(new FrameError({ reason: { _tag: "BadControlLength", length: frame.length, sType: header.sType } }))
}

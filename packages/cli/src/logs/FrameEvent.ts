/**
 * HSMS frames to events. Pure.
 *
 * @since 0.1.0
 */
import { type CodecError, Hsms, HsmsHeader } from "@effect-secs/codec"
import * as Result from "effect/Result"
import type { LogEvent, Message, Place } from "./LogEvent.ts"
import type { Side } from "./LogPrefix.ts"
import type { LogTime } from "./LogTime.ts"

/** What is known of a frame besides its bytes. @since 0.1.0 */
export interface Circumstances {
  readonly place: Place
  readonly time: LogTime | undefined
  readonly from: Side | undefined
  readonly connection: string | undefined
}

/** Of the length field, which a decoder takes away. */
const lengthField = 4

/**
 * The event of a frame, header and text without the length field. Text that cannot be decoded leaves a message without
 * an item; a header that cannot be named leaves nothing.
 *
 * @since 0.1.0
 */
export const make = (frame: Uint8Array, circumstances: Circumstances): LogEvent => {
  const decoded = Hsms.decode(frame)
  const bytes = frame.length + lengthField
  if (Result.isFailure(decoded)) {
    const error = decoded.failure
    return error._tag === "ItemDecodeError"
      ? {
          ...data(HsmsHeader.read(frame, 0), undefined, error, bytes, circumstances),
          body: frame.slice(HsmsHeader.length)
        }
      : { _tag: "Unreadable", ...circumstances, error }
  }
  const message = decoded.success
  return message._tag === "Data"
    ? data(Hsms.toHeader(message), message, undefined, bytes, circumstances)
    : { _tag: "Control", ...circumstances, message, bytes }
}

const data = (
  header: HsmsHeader.HsmsHeader,
  message: Hsms.Data | undefined,
  error: CodecError.ItemDecodeError | undefined,
  bytes: number,
  circumstances: Circumstances
): Message => ({
  _tag: "Message",
  ...circumstances,
  stream: header.stream,
  function: header.function,
  replyExpected: header.replyExpected,
  sessionId: header.sessionId,
  systemBytes: header.systemBytes,
  item: message?.message.item,
  error,
  bytes,
  name: undefined,
  names: [],
  text: undefined
})

/**
 * A file of HSMS frames, one behind the other, to events. Pure.
 *
 * Nobody says when they went, nor who sent them.
 *
 * @since 0.1.0
 */
import { FrameDecoder, HsmsHeader } from "@effect-secs/codec"
import * as FrameEvent from "./FrameEvent.ts"
import * as HsmsStream from "./HsmsStream.ts"
import type { LogEvent, LogReader } from "./LogEvent.ts"
import { counted } from "../Counts.ts"

const lengthField = 4

/** True for bytes that begin with the length and the header of a frame. No text does. @since 0.1.0 */
export const begins = (head: Uint8Array): boolean => {
  if (head.length < lengthField + HsmsHeader.length) return false
  const length = new DataView(head.buffer, head.byteOffset).getUint32(0)
  const { pType, sType } = HsmsHeader.read(head, lengthField)
  return length >= HsmsHeader.length && length <= FrameDecoder.defaultMaxFrameLength && pType === 0 && sType <= 9
}

/** @since 0.1.0 */
export const make = (): LogReader => {
  const stream = HsmsStream.make({ begins: true, certain: true })
  let frames = 0

  const take = (parts: ReadonlyArray<HsmsStream.Part>): ReadonlyArray<LogEvent> =>
    parts.map((part) => {
      const isFrame = part instanceof Uint8Array
      const place = { _tag: "Frame", frame: frames + 1 } as const
      const circumstances = { place, time: undefined, from: undefined, connection: undefined }
      if (isFrame) frames++
      return isFrame ? FrameEvent.make(part, circumstances) : { _tag: "Unreadable", ...circumstances, error: part }
    })

  return {
    push: (piece) => take(stream.push(piece)),
    end: () => take(stream.end()),
    extent: () => counted(frames, "frame"),
    notes: () => []
  }
}

/**
 * Writes lists of items of any kind, which most values of equipment are: one loop over items of one number or a short
 * text, that leaves all others to the writer of items.
 */
import { putHead, shortest, singleRoom } from "../ItemWriter.ts"
import { ItemNode } from "../node.ts"
import { putNumberAt } from "./leafWriter.ts"
import { giveUp, itemsTo, reserve, type Sink } from "./sink.ts"

/** Room for an item of one number, or of a short text. */
const room = singleRoom + shortest

/** Writes items one after the other where each is one, of a format that is allowed. */
export const putEach = (sink: Sink, items: ReadonlyArray<unknown>, allowed: Uint8Array): boolean => {
  let { at, bytes } = sink
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (!(item instanceof ItemNode)) return false
    const { format, value } = item
    if (allowed[format] !== 1) return false
    if (at + room > bytes.length) {
      sink.at = at
      reserve(sink, room)
      at = sink.at
      bytes = sink.bytes
    }
    if (typeof value === "number") {
      at = putNumberAt(bytes, at, format, value)
    } else if (typeof value === "string" && format === 0o20 && value.length <= shortest) {
      const { length } = value
      at = putHead(bytes, at, 0o20, length)
      let seen = 0
      for (let k = 0; k < length; k++) {
        const unit = value.charCodeAt(k)
        seen |= unit
        bytes[at + k] = unit
      }
      if (seen > 0xff) return giveUp(sink)
      at += length
    } else if (typeof value === "boolean") {
      at = putByte(bytes, at, 0x25, value ? 1 : 0)
    } else if (format === 0o10 && (value as Uint8Array).length === 1) {
      at = putByte(bytes, at, 0x21, (value as Uint8Array)[0]!)
    } else {
      sink.at = at
      if (!itemsTo(sink, [item])) return false
      at = sink.at
      bytes = sink.bytes
    }
  }
  sink.at = at
  return true
}

const putByte = (bytes: Uint8Array, at: number, first: number, value: number): number => {
  bytes[at] = first
  bytes[at + 1] = 1
  bytes[at + 2] = value
  return at + 3
}

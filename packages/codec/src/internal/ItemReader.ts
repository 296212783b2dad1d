/**
 * Bytes to items. One pass with a stack of its own: depth costs no call stack, and nothing is allocated from a
 * declared count before the bytes left can hold it.
 */
import type { ItemDecodeReason } from "../CodecError.ts"
import { fromCode } from "../FormatCode.ts"
import { jisToText } from "./jis.ts"
import { ItemNode, Localized, noItems } from "./node.ts"
import { copy, readArray, readF4, readF8, readI1, readI2, readI4, readI8, readU2, readU4, readU8 } from "./numbers.ts"
import { manyItems, openWindow, readText, readWindowText } from "./text.ts"

export interface ReadLimits {
  readonly maxDepth: number
  readonly maxItems: number
  readonly ascii: boolean
  readonly allowTrailing: boolean
  /** A `B` of at least this share of the text becomes a view of it: 0 for all, `Infinity` for none. */
  readonly viewShare: number
}

/** Why and where the last `readItem` that returned `undefined` stopped. */
export const fault: { reason: ItemDecodeReason; offset: number; path: ReadonlyArray<number> } = {
  reason: { _tag: "LengthByteCount" },
  offset: 0,
  path: []
}

/** Where the last item ended that `readItem` returned: what follows it is read by others, if `allowTrailing` says so. */
export const reached: { at: number } = { at: 0 }

// The lists that are open above the current one. Two parallel arrays, kept between calls but emptied: what they held
// would live until the next message.
const openChildren: Array<Array<ItemNode>> = []
const openIndex: Array<number> = []

/** What a closed list leaves behind in `openChildren`. */
const closed = noItems as Array<ItemNode>

/** A stack longer than this is given back after the message. */
const keptDepth = 1024

const trimStack = (): void => {
  openChildren.length = openIndex.length = keptDepth
}

/** Sets `fault`. Not a closure: captured variables would leave their registers. */
const fail = (reason: ItemDecodeReason, offset: number, depth: number, index: number): undefined => {
  const path = openIndex.slice(1, Math.max(depth, 1))
  if (depth > 0) path.push(index)
  fault.reason = reason
  fault.offset = offset
  fault.path = path
  openChildren.fill(closed, 0, depth)
  if (openChildren.length > keptDepth) trimStack()
  return undefined
}

// Why an item cannot be read is worked out once it cannot: the fewer comparisons on the way of the others, the better
// (4 % of an S6F11).

/** What is wrong with the head at `at`. */
const headFault = (bytes: Uint8Array, at: number, end: number): ItemDecodeReason => {
  if (at >= end) return { _tag: "Truncated", declared: 2, left: 0, unit: "bytes" }
  const code = bytes[at]! >> 2
  const lengthBytes = bytes[at]! & 3
  if (fromCode(code) === undefined) return { _tag: "UnknownFormat", code }
  if (lengthBytes === 0) return { _tag: "LengthByteCount" }
  return { _tag: "Truncated", declared: lengthBytes, left: end - at - 1, unit: "bytes" }
}

/** What is wrong with a value of `length` bytes where `left` are. */
const valueFault = (code: number, length: number, left: number): ItemDecodeReason => {
  const info = fromCode(code)
  if (info === undefined) return { _tag: "UnknownFormat", code }
  if (length > left) return { _tag: "Truncated", declared: length, left, unit: "bytes" }
  return { _tag: "LengthNotMultiple", format: info.format, length, elementSize: info.elementSize }
}

const firstNonAscii = (bytes: Uint8Array, start: number, end: number): number => {
  for (let at = start; at < end; at++) if (bytes[at]! > 0x7f) return at
  return -1
}

/**
 * Reads the one item between `start` and `end`. Returns `undefined` after setting `fault`; never throws on input.
 */
export const readItem = (bytes: Uint8Array, start: number, end: number, limits: ReadLimits): ItemNode | undefined => {
  let at = start
  let depth = 0
  let children = closed
  let index = 0
  /** Items that open lists still promise; each needs two bytes. */
  let owed = 1
  /** Items promised so far, read or not. */
  let promised = 1
  let throughWindow = false

  for (;;) {
    const offset = at
    // Two bytes are the least: with them most heads are complete.
    if (end - at < 2) return fail(headFault(bytes, at, end), offset - start, depth, index)
    const code = bytes[at]! >> 2
    const lengthBytes = bytes[at]! & 3
    let length = bytes[at + 1]!
    if (lengthBytes !== 1) {
      if (lengthBytes === 0 || end - at <= lengthBytes) {
        return fail(headFault(bytes, at, end), offset - start, depth, index)
      }
      length = (length << 8) | bytes[at + 2]!
      if (lengthBytes === 3) length = (length << 8) | bytes[at + 3]!
    }
    at += 1 + lengthBytes
    owed--

    let value: unknown
    if (code === 0o00) {
      // L
      owed += length
      promised += length
      const left = end - at
      if (owed * 2 > left) {
        return fail({ _tag: "Truncated", declared: owed, left, unit: "items" }, offset - start, depth, index)
      }
      // Only lists promise items, so this is the one place to count them, and it comes before room is made for them.
      if (promised > limits.maxItems) {
        return fail({ _tag: "TooManyItems", maxItems: limits.maxItems }, offset - start, depth, index)
      }
      if (length > 0) {
        if (depth >= limits.maxDepth) {
          return fail({ _tag: "TooDeep", maxDepth: limits.maxDepth }, offset - start, depth, index)
        }
        if (length >= manyItems) {
          throughWindow = true
          openWindow()
        }
        openChildren[depth] = children
        openIndex[depth] = index
        depth++
        children = new Array<ItemNode>(length)
        index = 0
        continue
      }
      value = noItems
    } else {
      const stop = at + length
      if (stop > end) return fail(valueFault(code, length, end - at), offset - start, depth, index)
      // Format codes as literals: of those V8 makes a jump table, of `FormatCode.A` a chain of loads and comparisons
      // that costs 4 ns an item.
      switch (code) {
        case 0o20: // A
          if (limits.ascii) {
            const bad = firstNonAscii(bytes, at, stop)
            if (bad >= 0) {
              return fail({ _tag: "NonAscii", index: bad - at, code: bytes[bad]! }, offset - start, depth, index)
            }
          }
          value = throughWindow ? readWindowText(bytes, at, stop, end) : readText(bytes, at, stop)
          break
        case 0o10: // B
          value =
            length >= (end - start) * limits.viewShare
              ? new Uint8Array(bytes.buffer, bytes.byteOffset + at, length)
              : copy(bytes, at, stop)
          break
        case 0o11: // BOOLEAN
          value = length === 1 ? bytes[at] !== 0 : readArray(code, bytes, at, stop)
          break
        case 0o21: // J
          value = jisToText(readText(bytes, at, stop))
          break
        case 0o22: // C2
          if (length < 2) return fail({ _tag: "LocalizedHeader", length }, offset - start, depth, index)
          value = new Localized(readU2(bytes, at), copy(bytes, at + 2, stop))
          break
        case 0o51: // U1
          value = length === 1 ? bytes[at] : readArray(code, bytes, at, stop)
          break
        case 0o52: // U2
          value = length === 2 ? readU2(bytes, at) : readArray(code, bytes, at, stop)
          break
        case 0o54: // U4
          value = length === 4 ? readU4(bytes, at) : readArray(code, bytes, at, stop)
          break
        case 0o50: // U8
          value = length === 8 ? readU8(bytes, at) : readArray(code, bytes, at, stop)
          break
        case 0o31: // I1
          value = length === 1 ? readI1(bytes, at) : readArray(code, bytes, at, stop)
          break
        case 0o32: // I2
          value = length === 2 ? readI2(bytes, at) : readArray(code, bytes, at, stop)
          break
        case 0o34: // I4
          value = length === 4 ? readI4(bytes, at) : readArray(code, bytes, at, stop)
          break
        case 0o44: // F4
          value = length === 4 ? readF4(bytes, at) : readArray(code, bytes, at, stop)
          break
        case 0o40: // F8
          value = length === 8 ? readF8(bytes, at) : readArray(code, bytes, at, stop)
          break
        case 0o30: // I8
          value = length === 8 ? readI8(bytes, at) : readArray(code, bytes, at, stop)
      }
      if (value === undefined) return fail(valueFault(code, length, end - at), offset - start, depth, index)
      at = stop
    }

    let format = code
    for (;;) {
      // The only place that makes items: with one `new` for each format V8 stops inlining and calls the constructor,
      // which costs 20 % to 45 %.
      const item = new ItemNode(format, value)
      if (depth === 0) {
        if (openChildren.length > keptDepth) trimStack()
        if (at < end && !limits.allowTrailing) {
          return fail({ _tag: "TrailingBytes", count: end - at }, at - start, depth, index)
        }
        reached.at = at
        return item
      }
      children[index++] = item
      if (index < children.length) break
      format = 0o00
      value = children
      depth--
      children = openChildren[depth]!
      openChildren[depth] = closed
      index = openIndex[depth]!
    }
  }
}

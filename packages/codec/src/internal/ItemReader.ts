/**
 * Bytes to items. One pass with a stack of its own: depth costs no call stack, and nothing is allocated from a
 * declared count before the bytes left can hold it.
 *
 * The measurements behind the shape: one allocation site for items, scalars by shifts instead of a DataView, arrays
 * above 2 KiB by copy and swap, short strings by one `fromCharCode`.
 */
import { type ItemDecodeReason } from "../CodecError.ts"
import { FormatCode, fromCode } from "../FormatCode.ts"
import { ItemNode, Localized, noItems } from "./node.ts"
import { allocate, latin1Slice, littleEndian, swap } from "./platform.ts"
import { jisToText } from "./jis.ts"

export interface ReadLimits {
  readonly maxDepth: number
  readonly maxItems: number
  readonly ascii: boolean
  readonly allowTrailing: boolean
}

/** Why and where the last `readItem` that returned `undefined` stopped. */
export const fault: { reason: ItemDecodeReason; offset: number; path: ReadonlyArray<number> } = {
  reason: { _tag: "LengthByteCount" },
  offset: 0,
  path: []
}

// The lists that are open above the current one. Two parallel arrays, kept between calls.
const openChildren: Array<Array<ItemNode>> = []
const openIndex: Array<number> = []

/** A stack this long is given back after a deep message. */
const keptDepth = 256

/** Forgets the lists of the last message, which would otherwise be held until the next. */
const releaseStack = (depth: number): void => {
  if (depth > keptDepth) openChildren.length = openIndex.length = keptDepth
  for (let i = Math.min(depth, keptDepth) - 1; i >= 0; i--) openChildren[i] = noItems as Array<ItemNode>
}

/** Sets `fault`. Not a closure: captured variables would leave their registers. */
const fail = (reason: ItemDecodeReason, offset: number, depth: number, index: number, deepest: number): undefined => {
  const path = openIndex.slice(1, Math.max(depth, 1))
  if (depth > 0) path.push(index)
  fault.reason = reason
  fault.offset = offset
  fault.path = path
  releaseStack(deepest)
  return undefined
}

// Floats and 64-bit integers are put together in these.
const word32 = new Uint32Array(1)
const float32 = new Float32Array(word32.buffer)
const words64 = new Uint32Array(2)
const float64 = new Float64Array(words64.buffer)
const bigUint64 = new BigUint64Array(words64.buffer)
const bigInt64 = new BigInt64Array(words64.buffer)
const low = littleEndian ? 0 : 1
const high = 1 - low

const f4NaN = 0x7fc00000
const f8NaN = 0x7ff80000

/** Arrays of at least this many bytes are copied and swapped as a whole. */
const swapFrom = 2048
const swap64From = 256

const uint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0

const copy = (bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> => {
  const length = end - start
  if (length <= 64) {
    const out = new Uint8Array(length)
    for (let i = 0; i < length; i++) out[i] = bytes[start + i]!
    return out
  }
  const out = allocate(length)
  out.set(bytes.subarray(start, end))
  return out
}

const swapped = (bytes: Uint8Array, start: number, end: number, size: 2 | 4 | 8): ArrayBuffer => {
  const out = allocate(end - start)
  out.set(bytes.subarray(start, end))
  swap(out, size)
  return out.buffer
}

/** A NaN whose payload a number would lose keeps its bits in an array of one. */
const f4Bits = (bits: number): Float32Array => {
  const out = new Uint32Array(1)
  out[0] = bits
  return new Float32Array(out.buffer)
}

const f8Bits = (hi: number, lo: number): Float64Array => {
  const out = new Uint32Array(2)
  out[high] = hi
  out[low] = lo
  return new Float64Array(out.buffer)
}

const readF4 = (bytes: Uint8Array, at: number): number | Float32Array => {
  const bits = uint32(bytes, at)
  word32[0] = bits
  const value = float32[0]!
  return value !== value && bits !== f4NaN ? f4Bits(bits) : value
}

const readF8 = (bytes: Uint8Array, at: number): number | Float64Array => {
  words64[high] = uint32(bytes, at)
  words64[low] = uint32(bytes, at + 4)
  const value = float64[0]!
  return value !== value && (words64[high] !== f8NaN || words64[low] !== 0)
    ? f8Bits(words64[high]!, words64[low]!)
    : value
}

const readU8 = (bytes: Uint8Array, at: number): bigint => {
  words64[high] = uint32(bytes, at)
  words64[low] = uint32(bytes, at + 4)
  return bigUint64[0]!
}

const readI8 = (bytes: Uint8Array, at: number): bigint => {
  words64[high] = uint32(bytes, at)
  words64[low] = uint32(bytes, at + 4)
  return bigInt64[0]!
}

const wordBuffer = (bytes: Uint8Array, start: number, end: number): ArrayBuffer => {
  if (end - start >= swapFrom) return swapped(bytes, start, end, 4)
  const words = new Uint32Array((end - start) >> 2)
  for (let i = 0; i < words.length; i++) words[i] = uint32(bytes, start + i * 4)
  return words.buffer
}

const longBuffer = (bytes: Uint8Array, start: number, end: number): ArrayBuffer => {
  if (end - start >= swap64From) return swapped(bytes, start, end, 8)
  const words = new Uint32Array((end - start) >> 2)
  for (let i = 0; i < words.length; i += 2) {
    words[i + high] = uint32(bytes, start + i * 4)
    words[i + low] = uint32(bytes, start + i * 4 + 4)
  }
  return words.buffer
}

const readF4s = (bytes: Uint8Array, start: number, end: number): Float32Array => {
  const length = (end - start) >> 2
  if (length > 16) return new Float32Array(wordBuffer(bytes, start, end))
  const out = new Float32Array(length)
  for (let i = 0; i < length; i++) {
    word32[0] = uint32(bytes, start + i * 4)
    const value = float32[0]!
    if (value !== value) return new Float32Array(wordBuffer(bytes, start, end))
    out[i] = value
  }
  return out
}

const readU2s = (bytes: Uint8Array, start: number, end: number): Uint16Array => {
  if (end - start >= swapFrom) return new Uint16Array(swapped(bytes, start, end, 2))
  const out = new Uint16Array((end - start) >> 1)
  for (let i = 0; i < out.length; i++) out[i] = (bytes[start + i * 2]! << 8) | bytes[start + i * 2 + 1]!
  return out
}

const readI2s = (bytes: Uint8Array, start: number, end: number): Int16Array => {
  if (end - start >= swapFrom) return new Int16Array(swapped(bytes, start, end, 2))
  const out = new Int16Array((end - start) >> 1)
  for (let i = 0; i < out.length; i++) out[i] = (bytes[start + i * 2]! << 8) | bytes[start + i * 2 + 1]!
  return out
}

const readBooleans = (bytes: Uint8Array, start: number, end: number): Array<boolean> => {
  const out = new Array<boolean>(end - start)
  for (let i = 0; i < out.length; i++) out[i] = bytes[start + i] !== 0
  return out
}

/** Up to 24 characters in one call, which is faster than a native slice. */
const shortText = (b: Uint8Array, o: number, length: number): string => {
  const f = String.fromCharCode
  switch (length) {
    case 0:
      return ""
    case 1:
      return f(b[o]!)
    case 2:
      return f(b[o]!, b[o + 1]!)
    case 3:
      return f(b[o]!, b[o + 1]!, b[o + 2]!)
    case 4:
      return f(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!)
    case 5:
      return f(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!)
    case 6:
      return f(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!)
    case 7:
      return f(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!)
    case 8:
      return f(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!, b[o + 7]!)
    case 12:
      return f(
        b[o]!,
        b[o + 1]!,
        b[o + 2]!,
        b[o + 3]!,
        b[o + 4]!,
        b[o + 5]!,
        b[o + 6]!,
        b[o + 7]!,
        b[o + 8]!,
        b[o + 9]!,
        b[o + 10]!,
        b[o + 11]!
      )
    case 16:
      return f(
        b[o]!,
        b[o + 1]!,
        b[o + 2]!,
        b[o + 3]!,
        b[o + 4]!,
        b[o + 5]!,
        b[o + 6]!,
        b[o + 7]!,
        b[o + 8]!,
        b[o + 9]!,
        b[o + 10]!,
        b[o + 11]!,
        b[o + 12]!,
        b[o + 13]!,
        b[o + 14]!,
        b[o + 15]!
      )
    default: {
      const half = length >> 1
      return shortText(b, o, half) + shortText(b, o + half, length - half)
    }
  }
}

const readText = (bytes: Uint8Array, start: number, end: number): string =>
  end - start <= 24 ? shortText(bytes, start, end - start) : latin1Slice(bytes, start, end)

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
  let deepest = 0
  let children: Array<ItemNode> = noItems as Array<ItemNode>
  let index = 0
  /** Items that open lists still promise; each needs two bytes. */
  let owed = 1
  let items = 0

  for (;;) {
    const offset = at
    if (at >= end)
      return fail({ _tag: "Truncated", declared: 2, left: 0, unit: "bytes" }, offset - start, depth, index, deepest)
    const formatByte = bytes[at++]!
    const code = formatByte >> 2
    const info = fromCode(code)
    if (info === undefined) return fail({ _tag: "UnknownFormat", code }, offset - start, depth, index, deepest)
    const lengthBytes = formatByte & 3
    if (lengthBytes === 0) return fail({ _tag: "LengthByteCount" }, offset - start, depth, index, deepest)
    if (at + lengthBytes > end) {
      return fail(
        { _tag: "Truncated", declared: lengthBytes, left: end - at, unit: "bytes" },
        offset - start,
        depth,
        index,
        deepest
      )
    }
    let length = bytes[at++]!
    if (lengthBytes > 1) {
      length = (length << 8) | bytes[at++]!
      if (lengthBytes > 2) length = (length << 8) | bytes[at++]!
    }
    items++
    owed--

    let value: unknown
    if (code === FormatCode.L) {
      owed += length
      const left = end - at
      if (owed * 2 > left)
        return fail({ _tag: "Truncated", declared: owed, left, unit: "items" }, offset - start, depth, index, deepest)
      // Only lists promise items, so this is the one place to count them, and it comes before room is made for them.
      if (items + owed > limits.maxItems)
        return fail({ _tag: "TooManyItems", maxItems: limits.maxItems }, offset - start, depth, index, deepest)
      if (length > 0) {
        if (depth >= limits.maxDepth)
          return fail({ _tag: "TooDeep", maxDepth: limits.maxDepth }, offset - start, depth, index, deepest)
        openChildren[depth] = children
        openIndex[depth] = index
        depth++
        if (depth > deepest) deepest = depth
        children = new Array<ItemNode>(length)
        index = 0
        continue
      }
      value = noItems
    } else {
      const stop = at + length
      if (stop > end)
        return fail(
          { _tag: "Truncated", declared: length, left: end - at, unit: "bytes" },
          offset - start,
          depth,
          index,
          deepest
        )
      const elementSize = info.elementSize
      if ((length & (elementSize - 1)) !== 0) {
        return fail(
          { _tag: "LengthNotMultiple", format: info.format, length, elementSize },
          offset - start,
          depth,
          index,
          deepest
        )
      }
      switch (code) {
        case FormatCode.A:
          if (limits.ascii) {
            const bad = firstNonAscii(bytes, at, stop)
            if (bad >= 0)
              return fail(
                { _tag: "NonAscii", index: bad - at, code: bytes[bad]! },
                offset - start,
                depth,
                index,
                deepest
              )
          }
          value = readText(bytes, at, stop)
          break
        case FormatCode.B:
          value = copy(bytes, at, stop)
          break
        case FormatCode.BOOLEAN:
          value = length === 1 ? bytes[at] !== 0 : readBooleans(bytes, at, stop)
          break
        case FormatCode.J:
          value = jisToText(readText(bytes, at, stop))
          break
        case FormatCode.C2:
          if (length < 2) return fail({ _tag: "LocalizedHeader", length }, offset - start, depth, index, deepest)
          value = new Localized((bytes[at]! << 8) | bytes[at + 1]!, copy(bytes, at + 2, stop))
          break
        case FormatCode.U1:
          value = length === 1 ? bytes[at] : copy(bytes, at, stop)
          break
        case FormatCode.U2:
          value = length === 2 ? (bytes[at]! << 8) | bytes[at + 1]! : readU2s(bytes, at, stop)
          break
        case FormatCode.U4:
          value = length === 4 ? uint32(bytes, at) : new Uint32Array(wordBuffer(bytes, at, stop))
          break
        case FormatCode.I1:
          value = length === 1 ? (bytes[at]! << 24) >> 24 : new Int8Array(copy(bytes, at, stop).buffer)
          break
        case FormatCode.I2:
          value = length === 2 ? ((bytes[at]! << 24) >> 16) | bytes[at + 1]! : readI2s(bytes, at, stop)
          break
        case FormatCode.I4:
          value = length === 4 ? uint32(bytes, at) | 0 : new Int32Array(wordBuffer(bytes, at, stop))
          break
        case FormatCode.F4:
          value = length === 4 ? readF4(bytes, at) : readF4s(bytes, at, stop)
          break
        case FormatCode.F8:
          value = length === 8 ? readF8(bytes, at) : new Float64Array(longBuffer(bytes, at, stop))
          break
        case FormatCode.U8:
          value = length === 8 ? readU8(bytes, at) : new BigUint64Array(longBuffer(bytes, at, stop))
          break
        default:
          value = length === 8 ? readI8(bytes, at) : new BigInt64Array(longBuffer(bytes, at, stop))
      }
      at = stop
    }

    let format = code
    for (;;) {
      const item = new ItemNode(format, value)
      if (depth === 0) {
        if (deepest > 0) releaseStack(deepest)
        if (at < end && !limits.allowTrailing) {
          return fail({ _tag: "TrailingBytes", count: end - at }, at - start, depth, index, deepest)
        }
        return item
      }
      children[index++] = item
      if (index < children.length) break
      format = FormatCode.L
      value = children
      depth--
      children = openChildren[depth]!
      index = openIndex[depth]!
    }
  }
}

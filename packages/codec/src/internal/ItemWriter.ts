/**
 * Items to bytes, in one pass without a size pass: list lengths are counts and leaf lengths are known where the leaf
 * stands, so nothing has to be patched afterwards. Bytes go into the rest of a 64 KiB slab, of which each caller gets
 * a view; what does not fit moves to a larger buffer of its own and goes on there.
 */
import type { ItemEncodeReason } from "../CodecError.ts"
import { FormatCode, maxLength } from "../FormatCode.ts"
import { jisByte } from "./jis.ts"
import type { ItemNode, Localized } from "./node.ts"
import { allocate, latin1Write, littleEndian, swap } from "./platform.ts"

export interface WriteLimits {
  readonly maxDepth: number
  readonly ascii: boolean
}

/** Why and where the last `writeItem` that returned `undefined` stopped. */
export const fault: { reason: ItemEncodeReason; path: ReadonlyArray<number> } = {
  reason: { _tag: "TooLong", length: 0, maximum: maxLength },
  path: []
}

const slabSize = 64 * 1024
let slab = new Uint8Array(0)
let slabUsed = 0

/** What one item needs beside its value: format byte and three length bytes. */
const itemHead = 4

const openChildren: Array<ReadonlyArray<ItemNode>> = []
const openIndex: Array<number> = []
const keptDepth = 256

const releaseStack = (depth: number): void => {
  if (depth > keptDepth) openChildren.length = openIndex.length = keptDepth
  for (let i = Math.min(depth, keptDepth) - 1; i >= 0; i--) openChildren[i] = []
}

const word32 = new Uint32Array(1)
const float32 = new Float32Array(word32.buffer)
const words64 = new Uint32Array(2)
const float64 = new Float64Array(words64.buffer)
const bigUint64 = new BigUint64Array(words64.buffer)
const low = littleEndian ? 0 : 1
const high = 1 - low

const fail = (reason: ItemEncodeReason, depth: number, index: number, deepest: number): undefined => {
  const path = openIndex.slice(1, Math.max(depth, 1))
  if (depth > 0) path.push(index)
  fault.reason = reason
  fault.path = path
  releaseStack(deepest)
  return undefined
}

const badCharacter = (text: string, limit: number, alphabet: "ASCII" | "latin-1"): ItemEncodeReason => {
  let index = 0
  while (text.charCodeAt(index) <= limit) index++
  return { _tag: "BadCharacter", index, codePoint: text.codePointAt(index)!, alphabet }
}

const aboveLatin1 = /[^\x00-\xff]/
const aboveAscii = /[^\x00-\x7f]/

const putUint32 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
type LongArray = BigInt64Array | BigUint64Array

/** Elements of 2, 4 or 8 bytes, by copy and swap. */
const putArray = (bytes: Uint8Array, at: number, value: NumberArray | LongArray, size: 2 | 4 | 8): void => {
  bytes.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), at)
  swap(bytes.subarray(at, at + value.byteLength), size)
}

/** Below this, a loop beats a copy and swap through views. */
const swapFrom = 256

const lengthBytes = (length: number): number => (length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 3)

const putHead = (bytes: Uint8Array, at: number, format: number, length: number): number => {
  if (length < 0x100) {
    bytes[at] = (format << 2) | 1
    bytes[at + 1] = length
    return at + 2
  }
  const count = lengthBytes(length)
  bytes[at++] = (format << 2) | count
  if (count === 3) bytes[at++] = length >>> 16
  bytes[at++] = length >>> 8
  bytes[at++] = length
  return at
}

/** Bytes of a leaf's value on the wire. */
const leafLength = (format: number, value: unknown): number => {
  switch (format) {
    case FormatCode.A:
    case FormatCode.J:
      return (value as string).length
    case FormatCode.B:
      return (value as Uint8Array).length
    case FormatCode.BOOLEAN:
      return typeof value === "boolean" ? 1 : (value as ReadonlyArray<boolean>).length
    case FormatCode.C2:
      return (value as Localized).bytes.length + 2
    case FormatCode.U1:
    case FormatCode.I1:
      return typeof value === "number" ? 1 : (value as NumberArray).length
    case FormatCode.U2:
    case FormatCode.I2:
      return typeof value === "number" ? 2 : (value as NumberArray).length * 2
    case FormatCode.U4:
    case FormatCode.I4:
    case FormatCode.F4:
      return typeof value === "number" ? 4 : (value as NumberArray).length * 4
    default:
      return typeof value === "object" ? (value as Float64Array | LongArray).length * 8 : 8
  }
}

/**
 * Writes one item after `reserve` bytes that are left for the caller to fill. Returns `undefined` after setting
 * `fault`; nothing is handed out then.
 */
export const writeItem = (root: ItemNode, reserve: number, limits: WriteLimits): Uint8Array | undefined => {
  if (slabUsed + reserve + 256 > slab.length) {
    slab = allocate(slabSize)
    slabUsed = 0
  }
  let bytes: Uint8Array = slab
  let start = slabUsed
  let at = start + reserve
  let limit = bytes.length
  let depth = 0
  let deepest = 0
  let children: ReadonlyArray<ItemNode> = [root]
  let index = 0

  for (;;) {
    const item = children[index]!
    const format = item.format
    const value = item.value
    if (format === FormatCode.L) {
      const list = value as ReadonlyArray<ItemNode>
      if (list.length > maxLength) {
        return fail({ _tag: "TooLong", length: list.length, maximum: maxLength }, depth, index, deepest)
      }
      if (at + itemHead > limit) {
        bytes = grow(bytes, start, at, itemHead)
        at -= start
        start = 0
        limit = bytes.length
      }
      at = putHead(bytes, at, FormatCode.L, list.length)
      if (list.length > 0) {
        if (depth >= limits.maxDepth) {
          return fail({ _tag: "TooDeep", maxDepth: limits.maxDepth }, depth, index, deepest)
        }
        openChildren[depth] = children
        openIndex[depth] = index
        depth++
        if (depth > deepest) deepest = depth
        children = list
        index = 0
        continue
      }
    } else {
      const length = leafLength(format, value)
      if (length > maxLength) return fail({ _tag: "TooLong", length, maximum: maxLength }, depth, index, deepest)
      if (at + itemHead + length > limit) {
        bytes = grow(bytes, start, at, itemHead + length)
        at -= start
        start = 0
        limit = bytes.length
      }
      at = putHead(bytes, at, format, length)
      switch (format) {
        case FormatCode.A: {
          const text = value as string
          if (length <= 20) {
            let seen = 0
            for (let i = 0; i < length; i++) {
              const unit = text.charCodeAt(i)
              seen |= unit
              bytes[at + i] = unit
            }
            if (seen > 0xff) return fail(badCharacter(text, 0xff, "latin-1"), depth, index, deepest)
            if (limits.ascii && seen > 0x7f) return fail(badCharacter(text, 0x7f, "ASCII"), depth, index, deepest)
          } else {
            if (aboveLatin1.test(text)) return fail(badCharacter(text, 0xff, "latin-1"), depth, index, deepest)
            if (limits.ascii && aboveAscii.test(text)) {
              return fail(badCharacter(text, 0x7f, "ASCII"), depth, index, deepest)
            }
            latin1Write(bytes, text, at)
          }
          break
        }
        case FormatCode.J: {
          const text = value as string
          for (let i = 0; i < length; i++) {
            const byte = jisByte(text.charCodeAt(i))
            if (byte < 0) {
              const reason = {
                _tag: "BadCharacter",
                index: i,
                codePoint: text.codePointAt(i)!,
                alphabet: "JIS X 0201"
              } as const
              return fail(reason, depth, index, deepest)
            }
            bytes[at + i] = byte
          }
          break
        }
        case FormatCode.B: {
          const source = value as Uint8Array
          if (length <= 16) for (let i = 0; i < length; i++) bytes[at + i] = source[i]!
          else bytes.set(source, at)
          break
        }
        case FormatCode.BOOLEAN:
          if (typeof value === "boolean") bytes[at] = value ? 1 : 0
          else for (let i = 0; i < length; i++) bytes[at + i] = (value as ReadonlyArray<boolean>)[i] ? 1 : 0
          break
        case FormatCode.C2: {
          const { bytes: source, lsh } = value as Localized
          bytes[at] = lsh >>> 8
          bytes[at + 1] = lsh
          bytes.set(source, at + 2)
          break
        }
        case FormatCode.U1:
        case FormatCode.I1:
          if (typeof value === "number") bytes[at] = value
          else bytes.set(value as Uint8Array | Int8Array, at)
          break
        case FormatCode.U2:
        case FormatCode.I2:
          if (typeof value === "number") {
            bytes[at] = value >>> 8
            bytes[at + 1] = value
          } else if (length < swapFrom) {
            const source = value as Uint16Array | Int16Array
            for (let i = 0, to = at; i < source.length; i++, to += 2) {
              bytes[to] = source[i]! >>> 8
              bytes[to + 1] = source[i]!
            }
          } else putArray(bytes, at, value as Uint16Array | Int16Array, 2)
          break
        case FormatCode.U4:
        case FormatCode.I4:
          if (typeof value === "number") putUint32(bytes, at, value)
          else if (length < swapFrom) {
            const source = value as Uint32Array | Int32Array
            for (let i = 0; i < source.length; i++) putUint32(bytes, at + i * 4, source[i]!)
          } else putArray(bytes, at, value as Uint32Array | Int32Array, 4)
          break
        case FormatCode.F4:
          if (typeof value === "number") {
            float32[0] = value
            putUint32(bytes, at, value !== value ? 0x7fc00000 : word32[0]!)
          } else putArray(bytes, at, value as Float32Array, 4)
          break
        case FormatCode.F8:
          if (typeof value === "number") {
            float64[0] = value
            const isNaN = value !== value
            putUint32(bytes, at, isNaN ? 0x7ff80000 : words64[high]!)
            putUint32(bytes, at + 4, isNaN ? 0 : words64[low]!)
          } else putArray(bytes, at, value as Float64Array, 8)
          break
        default:
          if (typeof value === "bigint") {
            bigUint64[0] = value
            putUint32(bytes, at, words64[high]!)
            putUint32(bytes, at + 4, words64[low]!)
          } else putArray(bytes, at, value as LongArray, 8)
      }
      at += length
    }

    while (++index === children.length) {
      if (depth === 0) {
        if (deepest > 0) releaseStack(deepest)
        if (bytes === slab) slabUsed = at
        return bytes.subarray(start, at)
      }
      depth--
      children = openChildren[depth]!
      index = openIndex[depth]!
    }
  }
}

/** Moves what is written so far to a buffer with room for `more` bytes; small messages get a fresh slab. */
const grow = (bytes: Uint8Array, start: number, at: number, more: number): Uint8Array => {
  const used = at - start
  const needed = used + more
  let next: Uint8Array
  if (needed <= slabSize / 4) {
    slab = allocate(slabSize)
    slabUsed = 0
    next = slab
  } else {
    next = allocate(used === 0 || more > used ? needed + 1024 : Math.max(needed, used * 2))
  }
  next.set(bytes.subarray(start, at))
  return next
}

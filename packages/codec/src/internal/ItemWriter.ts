/**
 * Items to bytes, in one pass without a size pass: list lengths are counts and leaf lengths are known where the leaf
 * stands, so nothing has to be patched afterwards. Bytes go into the rest of a 64 KiB slab, of which each caller gets
 * a view; what does not fit moves to a larger buffer of its own and goes on there.
 */
import type { ItemEncodeReason } from "../CodecError.ts"
import { maxLength } from "../FormatCode.ts"
import { jisByte } from "./jis.ts"
import { type ItemNode, type Localized, noItems } from "./node.ts"
import { allocate, latin1Write, littleEndian, swap } from "./platform.ts"

export interface WriteLimits {
  readonly maxDepth: number
  readonly ascii: boolean
  /** Bytes from which on a `B` is not written but noted in `borrowed`; `Infinity` for never. */
  readonly borrowFrom: number
}

/** A value the caller puts in itself: behind `at` bytes of those that were written. */
export interface Borrowed {
  readonly at: number
  readonly value: Uint8Array
}

/** What the last `writeItem` left to its caller, who empties it. */
export const borrowed: Array<Borrowed> = []

/** Where the message begins in the buffer that is being written. */
let base = 0

/** Why and where the last `writeItem` that returned `undefined` stopped. */
export const fault: { reason: ItemEncodeReason; path: ReadonlyArray<number> } = {
  reason: { _tag: "TooLong", length: 0, maximum: maxLength },
  path: []
}

const slabSize = 64 * 1024
let slab = new Uint8Array(0)
let slabUsed = 0

// The lists that are open above the current one. Two parallel arrays, kept between calls but emptied: what they held
// would live until the next message.
const openChildren: Array<ReadonlyArray<ItemNode>> = []
const openIndex: Array<number> = []

/** A stack longer than this is given back after the message. */
const keptDepth = 1024

/** What `write` returns instead of where it ended: it set `fault`. */
const faulty = -1

/** What `write` returns instead of where it ended: `pause` says where it wants more room. */
const full = -2

const pause: { children: ReadonlyArray<ItemNode>; index: number; depth: number; at: number; room: number } = {
  children: noItems,
  index: 0,
  depth: 0,
  at: 0,
  room: 0
}

/**
 * Writes one item after `reserve` bytes that are left for the caller to fill. Returns `undefined` after setting
 * `fault`; nothing is handed out then.
 */
export const writeItem = (root: ItemNode, reserve: number, limits: WriteLimits): Uint8Array | undefined => {
  // The item is what the program holds, not what a peer sent, but a forged one, on which this throws, must not harm the
  // next: neither by where it began nor by what it lent.
  if (borrowed.length > 0) borrowed.length = 0
  if (!(slabUsed + reserve + 256 <= slab.length)) {
    slab = allocate(slabSize)
    slabUsed = 0
  }
  let bytes: Uint8Array = slab
  let start = slabUsed
  base = start
  let end = write(bytes, start + reserve, [root], 0, 0, limits)
  while (end === full) {
    const { at, children, depth, index, room } = pause
    pause.children = noItems
    bytes = grown(bytes, start, at, room)
    base = 0
    end = write(bytes, at - start, children, index, depth, limits)
    start = 0
  }
  if (openChildren.length > keptDepth) openChildren.length = openIndex.length = keptDepth
  if (end === faulty) return undefined
  if (!(end > start)) throw new TypeError("an item that no constructor and no decoder made cannot be encoded")
  if (bytes === slab) slabUsed = end
  return bytes.subarray(start, end)
}

/** Moves what is written so far to a buffer with room for `more` bytes; small messages get a fresh slab. */
const grown = (bytes: Uint8Array, start: number, at: number, more: number): Uint8Array => {
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

// --- messages that others write ------------------------------------------------------------------------------------

/** A message whose bytes others put down, from `start` on and so far up to `at`, items in between among them. */
export interface Output {
  bytes: Uint8Array
  start: number
  at: number
}

/** Begins a message in the slab, which is its own until it ends: others that are written meanwhile get another one. */
export const openOutput = (out: Output): void => {
  if (!(slabUsed + 256 <= slab.length)) {
    slab = allocate(slabSize)
    slabUsed = 0
  }
  out.bytes = slab
  out.start = out.at = slabUsed
  slabUsed = slabSize
}

/** Moves what is written so far to where there is room for `more` bytes. */
export const makeRoom = (out: Output, more: number): void => {
  const { at, bytes, start } = out
  if (bytes === slab) slabUsed = start
  out.bytes = grown(bytes, start, at, more)
  if (out.bytes === slab) slabUsed = slabSize
  out.at = at - start
  out.start = 0
}

/** Ends a message and hands out its bytes. */
export const closeOutput = (out: Output): Uint8Array => {
  const { at, bytes, start } = out
  if (bytes === slab) slabUsed = at
  return bytes.subarray(start, at)
}

/** Ends a message that cannot be written. */
export const dropOutput = (out: Output): void => {
  if (out.bytes === slab) slabUsed = out.start
}

/** Writes items one after the other. False where one cannot be written, or was not made by this library. */
export const putItems = (out: Output, items: ReadonlyArray<ItemNode>, limits: WriteLimits): boolean => {
  if (items.length === 0) return true
  let end = write(out.bytes, out.at, items, 0, 0, limits)
  while (end === full) {
    const { at, children, depth, index, room } = pause
    pause.children = noItems
    out.at = at
    makeRoom(out, room)
    end = write(out.bytes, out.at, children, index, depth, limits)
  }
  if (openChildren.length > keptDepth) openChildren.length = openIndex.length = keptDepth
  if (!(end > out.at)) return false
  out.at = end
  return true
}

/** Sets `fault`. Not a closure: captured variables would leave their registers. */
const fail = (reason: ItemEncodeReason, depth: number, index: number): number => {
  const path = openIndex.slice(1, Math.max(depth, 1))
  if (depth > 0) path.push(index)
  fault.reason = reason
  fault.path = path
  openChildren.fill(noItems, 0, depth)
  return faulty
}

const wait = (children: ReadonlyArray<ItemNode>, index: number, depth: number, at: number, room: number): number => {
  pause.children = children
  pause.index = index
  pause.depth = depth
  pause.at = at
  pause.room = room
  return full
}

/** Room for any item of one number, and of others for all but the value. */
export const singleRoom = 12

/** Up to this many characters a loop beats a native write, which costs 60 ns however short. */
export const shortest = 20

/**
 * Writes from one item on until all lists are closed. `bytes` never changes on the way: with a buffer that may grow in
 * the loop, and without asking for numbers first, an S6F11 takes 1.25 times as long.
 */
const write = (
  bytes: Uint8Array,
  from: number,
  fromChildren: ReadonlyArray<ItemNode>,
  fromIndex: number,
  fromDepth: number,
  limits: WriteLimits
): number => {
  const limit = bytes.length
  let at = from
  let children = fromChildren
  let index = fromIndex
  let depth = fromDepth

  for (;;) {
    const { format, value } = children[index]!
    if (typeof value === "number") {
      if (at + singleRoom > limit) return wait(children, index, depth, at, singleRoom)
      bytes[at] = (format << 2) | 1
      // Format codes as literals: V8 makes a jump table only of those.
      switch (format) {
        case 0o51: // U1
        case 0o31: // I1
          bytes[at + 1] = 1
          bytes[at + 2] = value
          at += 3
          break
        case 0o52: // U2
        case 0o32: // I2
          bytes[at + 1] = 2
          bytes[at + 2] = value >>> 8
          bytes[at + 3] = value
          at += 4
          break
        case 0o54: // U4
        case 0o34: // I4
          bytes[at + 1] = 4
          putUint32(bytes, at + 2, value)
          at += 6
          break
        case 0o44: // F4
          float32[0] = value
          bytes[at + 1] = 4
          putUint32(bytes, at + 2, value !== value ? f4NaN : word32[0]!)
          at += 6
          break
        default: // F8
          float64[0] = value
          bytes[at + 1] = 8
          putUint32(bytes, at + 2, value !== value ? f8NaN : words64[high]!)
          putUint32(bytes, at + 6, value !== value ? 0 : words64[low]!)
          at += 10
      }
    } else if (typeof value === "string") {
      const length = value.length
      if (length > maxLength) return fail({ _tag: "TooLong", length, maximum: maxLength }, depth, index)
      if (at + singleRoom + length > limit) return wait(children, index, depth, at, singleRoom + length)
      at = putHead(bytes, at, format, length)
      if (format === 0o20 && length <= shortest) {
        let seen = 0
        for (let i = 0; i < length; i++) {
          const unit = value.charCodeAt(i)
          seen |= unit
          bytes[at + i] = unit
        }
        if (seen > 0xff) return fail(badCharacter(value, 0xff, "latin-1"), depth, index)
        if (seen > 0x7f && limits.ascii) return fail(badCharacter(value, 0x7f, "ASCII"), depth, index)
      } else {
        const wrong = format === 0o20 ? putLatin1(bytes, at, value, limits.ascii) : putJis(bytes, at, value)
        if (wrong !== undefined) return fail(wrong, depth, index)
      }
      at += length
    } else if (format === 0o00) {
      const list = value as ReadonlyArray<ItemNode>
      const length = list.length
      if (length > maxLength) return fail({ _tag: "TooLong", length, maximum: maxLength }, depth, index)
      if (at + singleRoom > limit) return wait(children, index, depth, at, singleRoom)
      at = putHead(bytes, at, format, length)
      if (length > 0) {
        if (depth >= limits.maxDepth) return fail({ _tag: "TooDeep", maxDepth: limits.maxDepth }, depth, index)
        openChildren[depth] = children
        openIndex[depth] = index
        depth++
        children = list
        index = 0
        continue
      }
    } else {
      const length = lengthOf(format, value)
      if (length > maxLength) return fail({ _tag: "TooLong", length, maximum: maxLength }, depth, index)
      if (length >= limits.borrowFrom && format === 0o10) {
        if (at + singleRoom > limit) return wait(children, index, depth, at, singleRoom)
        at = putHead(bytes, at, format, length)
        borrowed.push({ at: at - base, value: value as Uint8Array })
      } else {
        if (at + singleRoom + length > limit) return wait(children, index, depth, at, singleRoom + length)
        at = putHead(bytes, at, format, length)
        putValue(bytes, at, format, value, length)
        at += length
      }
    }

    while (++index === children.length) {
      if (depth === 0) return at
      depth--
      children = openChildren[depth]!
      openChildren[depth] = noItems
      index = openIndex[depth]!
    }
  }
}

// --- heads ---------------------------------------------------------------------------------------------------------

export const putHead = (bytes: Uint8Array, at: number, format: number, length: number): number => {
  if (length < 0x100) {
    bytes[at] = (format << 2) | 1
    bytes[at + 1] = length
    return at + 2
  }
  const count = length < 0x1_0000 ? 2 : 3
  bytes[at++] = (format << 2) | count
  if (count === 3) bytes[at++] = length >>> 16
  bytes[at++] = length >>> 8
  bytes[at++] = length
  return at
}

/** Bytes of a value that is neither a number, a text nor a list. */
const lengthOf = (format: number, value: unknown): number => {
  if (typeof value === "bigint") return 8
  if (typeof value === "boolean") return 1
  switch (format) {
    case 0o11: // BOOLEAN
      return (value as ReadonlyArray<boolean>).length
    case 0o22: // C2
      return (value as Localized).bytes.length + 2
    default:
      return (value as Numbers | Longs).byteLength
  }
}

// --- text ----------------------------------------------------------------------------------------------------------

const badCharacter = (text: string, limit: number, alphabet: "ASCII" | "latin-1"): ItemEncodeReason => {
  let index = 0
  while (text.charCodeAt(index) <= limit) index++
  return { _tag: "BadCharacter", index, codePoint: text.codePointAt(index)!, alphabet }
}

const aboveLatin1 = /[^\x00-\xff]/
const aboveAscii = /[^\x00-\x7f]/

export const putLatin1 = (
  bytes: Uint8Array,
  at: number,
  text: string,
  ascii: boolean
): ItemEncodeReason | undefined => {
  // Constant time on the one-byte strings that nearly all are: V8 knows that nothing in them is above FF.
  if (aboveLatin1.test(text)) return badCharacter(text, 0xff, "latin-1")
  if (ascii && aboveAscii.test(text)) return badCharacter(text, 0x7f, "ASCII")
  latin1Write(bytes, text, at)
  return undefined
}

export const putJis = (bytes: Uint8Array, at: number, text: string): ItemEncodeReason | undefined => {
  for (let index = 0; index < text.length; index++) {
    const byte = jisByte(text.charCodeAt(index))
    if (byte < 0) {
      return { _tag: "BadCharacter", index, codePoint: text.codePointAt(index)!, alphabet: "JIS X 0201" }
    }
    bytes[at + index] = byte
  }
  return undefined
}

// --- numbers -------------------------------------------------------------------------------------------------------

// Floats and 64-bit integers are taken apart in these.
const word32 = new Uint32Array(1)
const float32 = new Float32Array(word32.buffer)
const words64 = new Uint32Array(2)
const float64 = new Float64Array(words64.buffer)
const bigUint64 = new BigUint64Array(words64.buffer)
const low = littleEndian ? 0 : 1
const high = 1 - low

/** The NaN that a JavaScript number stands for; the engine may hold another one. */
const f4NaN = 0x7fc00000
const f8NaN = 0x7ff80000

export const putUint32 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

export const putLong = (bytes: Uint8Array, at: number, value: bigint): void => {
  bigUint64[0] = value
  putUint32(bytes, at, words64[high]!)
  putUint32(bytes, at + 4, words64[low]!)
}

// --- arrays --------------------------------------------------------------------------------------------------------

type Numbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
type Longs = BigInt64Array | BigUint64Array

/** V8 keeps arrays of up to 64 bytes in its heap until their `buffer` is asked for, which costs 0.3 µs. */
const inHeap = 64

const few = new ArrayBuffer(inHeap)
const fewBytes = new Uint8Array(few)

/** Views of `few`, by format code. */
const fewOf: { readonly [format: number]: { readonly set: (values: never) => void } } = {
  0o51: fewBytes,
  0o52: new Uint16Array(few),
  0o54: new Uint32Array(few),
  0o50: new BigUint64Array(few),
  0o31: new Int8Array(few),
  0o32: new Int16Array(few),
  0o34: new Int32Array(few),
  0o30: new BigInt64Array(few),
  0o44: new Float32Array(few),
  0o40: new Float64Array(few)
}

export const putArray = (bytes: Uint8Array, at: number, format: number, values: Numbers | Longs): void => {
  const length = values.byteLength
  const size = values.BYTES_PER_ELEMENT as 1 | 2 | 4 | 8
  if (length <= inHeap) {
    fewOf[format]!.set(values as never)
    // The bytes of each element from back to front.
    const flip = littleEndian ? size - 1 : 0
    for (let i = 0; i < length; i++) bytes[at + i] = fewBytes[i ^ flip]!
    return
  }
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, length), at)
  if (size !== 1) swap(bytes.subarray(at, at + length), size)
}

/** The value of an item that is neither a number, a text nor a list. */
const putValue = (bytes: Uint8Array, at: number, format: number, value: unknown, length: number): void => {
  if (typeof value === "boolean") {
    bytes[at] = value ? 1 : 0
  } else if (typeof value === "bigint") {
    putLong(bytes, at, value)
  } else if (format === 0o10) {
    const source = value as Uint8Array
    if (length > inHeap) bytes.set(source, at)
    else for (let i = 0; i < length; i++) bytes[at + i] = source[i]!
  } else if (format === 0o11) {
    for (let i = 0; i < length; i++) bytes[at + i] = (value as ReadonlyArray<boolean>)[i] ? 1 : 0
  } else if (format === 0o22) {
    const { bytes: source, lsh } = value as Localized
    bytes[at] = lsh >>> 8
    bytes[at + 1] = lsh
    bytes.set(source, at + 2)
  } else {
    putArray(bytes, at, format, value as Numbers | Longs)
  }
}

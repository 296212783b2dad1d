/**
 * Big-endian numbers out of bytes. Single ones by shifts: a DataView for each message would double the time of a small
 * one.
 */
import { littleEndian, swap } from "./platform.ts"

// Floats and 64-bit integers are put together in these.
const word32 = new Uint32Array(1)
const float32 = new Float32Array(word32.buffer)
const words64 = new Uint32Array(2)
const float64 = new Float64Array(words64.buffer)
const bigUint64 = new BigUint64Array(words64.buffer)
const bigInt64 = new BigInt64Array(words64.buffer)
const low = littleEndian ? 0 : 1
const high = 1 - low

/** The NaN that a JavaScript number stands for. */
const f4NaN = 0x7fc00000
const f8NaN = 0x7ff80000

/**
 * V8 keeps arrays of up to 64 bytes in its heap. Such an array is made in 50 ns rather than 500, unless its `buffer` is
 * asked for: its elements are stored one by one. All others are copied and swapped as a whole.
 */
const inHeap = 64

export const readI1 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 24) >> 24

export const readI2 = (bytes: Uint8Array, at: number): number => ((bytes[at]! << 24) >> 16) | bytes[at + 1]!

export const readU2 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!

export const readI4 = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!

export const readU4 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0

/** A copy in memory of its own. */
export const copy = (bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> => {
  const length = end - start
  if (length > inHeap) return new Uint8Array(new Uint8Array(bytes.buffer, bytes.byteOffset + start, length))
  const out = new Uint8Array(length)
  for (let i = 0; i < length; i++) out[i] = bytes[start + i]!
  return out
}

const swapped = (bytes: Uint8Array, start: number, end: number, size: 1 | 2 | 4 | 8): ArrayBuffer => {
  const out = copy(bytes, start, end)
  if (size !== 1) swap(out, size)
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

export const readF4 = (bytes: Uint8Array, at: number): number | Float32Array => {
  const bits = readU4(bytes, at)
  word32[0] = bits
  const value = float32[0]!
  return value !== value && bits !== f4NaN ? f4Bits(bits) : value
}

export const readF8 = (bytes: Uint8Array, at: number): number | Float64Array => {
  words64[high] = readU4(bytes, at)
  words64[low] = readU4(bytes, at + 4)
  const value = float64[0]!
  return value !== value && (words64[high] !== f8NaN || words64[low] !== 0)
    ? f8Bits(words64[high], words64[low])
    : value
}

export const readU8 = (bytes: Uint8Array, at: number): bigint => {
  words64[high] = readU4(bytes, at)
  words64[low] = readU4(bytes, at + 4)
  return bigUint64[0]!
}

export const readI8 = (bytes: Uint8Array, at: number): bigint => {
  words64[high] = readU4(bytes, at)
  words64[low] = readU4(bytes, at + 4)
  return bigInt64[0]!
}

interface ArrayOf<T> {
  new (length: number): { readonly length: number; [index: number]: T }
  new (buffer: ArrayBuffer): { readonly length: number }
}

type ReadArray = (bytes: Uint8Array, start: number, end: number) => unknown

const elements =
  <T extends number | bigint>(
    Elements: ArrayOf<T>,
    size: 1 | 2 | 4 | 8,
    read: (bytes: Uint8Array, at: number) => T | Float32Array | Float64Array
  ): ReadArray =>
  (bytes, start, end) => {
    if ((end - start) % size !== 0) return undefined
    if (end - start > inHeap) return new Elements(swapped(bytes, start, end, size))
    const out = new Elements((end - start) / size)
    for (let i = 0; i < out.length; i++) {
      const value = read(bytes, start + i * size)
      // A NaN with a payload, which a number would lose.
      if (typeof value === "object") return new Elements(swapped(bytes, start, end, size))
      out[i] = value
    }
    return out
  }

const booleans: ReadArray = (bytes, start, end) => {
  const out = new Array<boolean>(end - start)
  for (let i = 0; i < out.length; i++) out[i] = bytes[start + i] !== 0
  return out
}

const arrays: { readonly [format: number]: ReadArray } = {
  0o11: booleans,
  0o51: copy,
  0o52: elements(Uint16Array, 2, readU2),
  0o54: elements(Uint32Array, 4, readU4),
  0o50: elements(BigUint64Array, 8, readU8),
  0o31: elements(Int8Array, 1, readI1),
  0o32: elements(Int16Array, 2, readI2),
  0o34: elements(Int32Array, 4, readI4),
  0o30: elements(BigInt64Array, 8, readI8),
  0o44: elements(Float32Array, 4, readF4),
  0o40: elements(Float64Array, 8, readF8)
}

/** Any number of values of the format with this code; `undefined` where the bytes are no multiple of its size. */
export const readArray = (format: number, bytes: Uint8Array, start: number, end: number): unknown =>
  arrays[format]!(bytes, start, end)

/**
 * Big-endian numbers out of bytes: single ones by shifts, as a DataView for each message would double the time of a
 * small one; arrays by a loop, or from 2 KiB on by copy and swap as a whole.
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

/** Arrays of at least this many bytes are copied and swapped as a whole. */
const swapFrom = 2048
const swap64From = 256

export const readUint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0

/** A copy in memory of its own. */
export const copy = (bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> => {
  const length = end - start
  // From 65 bytes on an array lies outside of the heap and costs 0.5 µs; below, a loop beats making a view to copy from.
  if (length > 64) return new Uint8Array(new Uint8Array(bytes.buffer, bytes.byteOffset + start, length))
  const out = new Uint8Array(length)
  for (let i = 0; i < length; i++) out[i] = bytes[start + i]!
  return out
}

const swapped = (bytes: Uint8Array, start: number, end: number, size: 2 | 4 | 8): ArrayBuffer => {
  const out = copy(bytes, start, end)
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

export const readF4 = (bytes: Uint8Array, at: number): number | Float32Array => {
  const bits = readUint32(bytes, at)
  word32[0] = bits
  const value = float32[0]!
  return value !== value && bits !== f4NaN ? f4Bits(bits) : value
}

export const readF8 = (bytes: Uint8Array, at: number): number | Float64Array => {
  words64[high] = readUint32(bytes, at)
  words64[low] = readUint32(bytes, at + 4)
  const value = float64[0]!
  return value !== value && (words64[high] !== f8NaN || words64[low] !== 0)
    ? f8Bits(words64[high]!, words64[low]!)
    : value
}

export const readU8 = (bytes: Uint8Array, at: number): bigint => {
  words64[high] = readUint32(bytes, at)
  words64[low] = readUint32(bytes, at + 4)
  return bigUint64[0]!
}

export const readI8 = (bytes: Uint8Array, at: number): bigint => {
  words64[high] = readUint32(bytes, at)
  words64[low] = readUint32(bytes, at + 4)
  return bigInt64[0]!
}

/** Elements of 4 bytes, of whatever type the caller views them as. */
export const readWords = (bytes: Uint8Array, start: number, end: number): ArrayBuffer => {
  if (end - start >= swapFrom) return swapped(bytes, start, end, 4)
  const words = new Uint32Array((end - start) >> 2)
  for (let i = 0; i < words.length; i++) words[i] = readUint32(bytes, start + i * 4)
  return words.buffer
}

/** Elements of 8 bytes, of whatever type the caller views them as. */
export const readLongs = (bytes: Uint8Array, start: number, end: number): ArrayBuffer => {
  if (end - start >= swap64From) return swapped(bytes, start, end, 8)
  const words = new Uint32Array((end - start) >> 2)
  for (let i = 0; i < words.length; i += 2) {
    words[i + high] = readUint32(bytes, start + i * 4)
    words[i + low] = readUint32(bytes, start + i * 4 + 4)
  }
  return words.buffer
}

export const readF4s = (bytes: Uint8Array, start: number, end: number): Float32Array => {
  const length = (end - start) >> 2
  if (length > 16) return new Float32Array(readWords(bytes, start, end))
  const out = new Float32Array(length)
  for (let i = 0; i < length; i++) {
    word32[0] = readUint32(bytes, start + i * 4)
    const value = float32[0]!
    if (value !== value) return new Float32Array(readWords(bytes, start, end))
    out[i] = value
  }
  return out
}

export const readU2s = (bytes: Uint8Array, start: number, end: number): Uint16Array => {
  if (end - start >= swapFrom) return new Uint16Array(swapped(bytes, start, end, 2))
  const out = new Uint16Array((end - start) >> 1)
  for (let i = 0; i < out.length; i++) out[i] = (bytes[start + i * 2]! << 8) | bytes[start + i * 2 + 1]!
  return out
}

export const readI2s = (bytes: Uint8Array, start: number, end: number): Int16Array => {
  if (end - start >= swapFrom) return new Int16Array(swapped(bytes, start, end, 2))
  const out = new Int16Array((end - start) >> 1)
  for (let i = 0; i < out.length; i++) out[i] = (bytes[start + i * 2]! << 8) | bytes[start + i * 2 + 1]!
  return out
}

export const readBooleans = (bytes: Uint8Array, start: number, end: number): Array<boolean> => {
  const out = new Array<boolean>(end - start)
  for (let i = 0; i < out.length; i++) out[i] = bytes[start + i] !== 0
  return out
}

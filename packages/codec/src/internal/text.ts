/**
 * Bytes to text, one character a byte, by what is fastest for its length.
 */
import { latin1Slice } from "./platform.ts"

const f = String.fromCharCode as (...units: ReadonlyArray<number | undefined>) => string

/** Up to this many characters one call of `fromCharCode` beats a native slice, which costs 70 ns however short. */
const shortest = 24

/** Spelled out, as spreading the units costs more than it saves. */
const shortText = (b: Uint8Array, o: number, length: number): string => {
  // oxfmt-ignore
  switch (length) {
    case 1: return f(b[o])
    case 2: return f(b[o], b[o + 1])
    case 3: return f(b[o], b[o + 1], b[o + 2])
    case 4: return f(b[o], b[o + 1], b[o + 2], b[o + 3])
    case 5: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4])
    case 6: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5])
    case 7: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6])
    case 8: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7])
    case 9: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8])
    case 10: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9])
    case 11: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10])
    case 12: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10], b[o + 11])
    case 13: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10], b[o + 11], b[o + 12])
    case 14: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10], b[o + 11], b[o + 12], b[o + 13])
    case 15: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14])
    case 16: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15])
    case 17: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16])
    case 18: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17])
    case 19: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18])
    case 20: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19])
    case 21: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19],
      b[o + 20])
    case 22: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19],
      b[o + 20], b[o + 21])
    case 23: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19],
      b[o + 20], b[o + 21], b[o + 22])
    case 24: return f(b[o], b[o + 1], b[o + 2], b[o + 3], b[o + 4], b[o + 5], b[o + 6], b[o + 7], b[o + 8], b[o + 9],
      b[o + 10], b[o + 11], b[o + 12], b[o + 13], b[o + 14], b[o + 15], b[o + 16], b[o + 17], b[o + 18], b[o + 19],
      b[o + 20], b[o + 21], b[o + 22], b[o + 23])
    default: return ""
  }
}

export const readText = (bytes: Uint8Array, start: number, end: number): string =>
  end - start <= shortest ? shortText(bytes, start, end - start) : latin1Slice(bytes, start, end)

/** A list of this many items may hold short texts by the hundred: its message reads them through a window. */
export const manyItems = 32

/** One native slice of this many bytes serves all short texts in it. */
const windowLength = 256

let windowText = ""
let windowStart = 0
let windowEnd = 0
let credit = 0

/** What a window costs, in texts that come out of it. */
const windowCost = 4

/** To be called before the first `readWindowText` of a message, and wherever windows may pay again. */
export const openWindow = (): void => {
  windowEnd = 0
  credit = 0
}

/**
 * `readText` by `substring` of a window, which takes 0.6 of the time on a list of 1 000 names. Where texts are far
 * apart, windows do not pay and are left alone until the next `openWindow`.
 *
 * V8 copies substrings of up to 12 characters; a longer one keeps its window alive, so it holds on to 256 bytes.
 */
export const readWindowText = (bytes: Uint8Array, start: number, end: number, limit: number): string => {
  if (end - start > shortest) return latin1Slice(bytes, start, end)
  if (end <= windowEnd) {
    credit++
    return windowText.substring(start - windowStart, end - windowStart)
  }
  if (credit < 0) return shortText(bytes, start, end - start)
  credit -= windowCost
  windowStart = start
  windowEnd = Math.min(limit, start + windowLength)
  windowText = latin1Slice(bytes, windowStart, windowEnd)
  return windowText.substring(0, end - start)
}

/**
 * UTF-8 and UTF-16 (big-endian), with bytes that are no text kept.
 */
import { type Coding, escape } from "./coding.ts"
import { decoderOf, fromUnits, utf8Bytes } from "./platform.ts"

const lone = /\p{Surrogate}/u

/** Halves of surrogate pairs that stand for no byte above 7F: one below is always a character. */
const noByte = /[\ud800-\udc7f\udd00-\udfff]/u

/** The code point at `at`, or -1. Neither longer than need be, nor half a surrogate pair, nor beyond U+10FFFF. */
const codePointAt = (bytes: Uint8Array, at: number): number => {
  const first = bytes[at]!
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  if (length === 0 || at + length > bytes.length) return -1
  let point = first & (0x7f >> length)
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i]!
    if ((next & 0xc0) !== 0x80) return -1
    point = (point << 6) | (next & 0x3f)
  }
  const least = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x1_0000
  return point < least || point > 0x10_ffff || (point >= 0xd800 && point <= 0xdfff) ? -1 : point
}

/** Byte by byte; for what the host's decoder finds fault with, or text that says U+FFFD itself. */
const decodeUtf8 = (bytes: Uint8Array): string => {
  const out = new Uint16Array(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at]!
    const point = byte < 0x80 ? byte : codePointAt(bytes, at)
    if (point < 0) {
      out[length++] = escape + byte
      at++
    } else if (point < 0x1_0000) {
      out[length++] = point
      at += point < 0x80 ? 1 : point < 0x800 ? 2 : 3
    } else {
      out[length++] = 0xd7c0 + (point >>> 10)
      out[length++] = 0xdc00 + (point & 0x3ff)
      at += 4
    }
  }
  return fromUnits(out, length)
}

/** Texts between bytes that are no text, and those bytes, in turn. */
const encodeMixed = (text: string): Uint8Array<ArrayBuffer> | number => {
  const bad = text.search(noByte)
  if (bad >= 0) return bad
  const out = new Uint8Array(text.length * 3)
  let length = 0
  for (const [index, piece] of text.split(/([\udc80-\udcff]+)/u).entries()) {
    if (index % 2 === 0) {
      const bytes = utf8Bytes(piece)
      out.set(bytes, length)
      length += bytes.length
    } else {
      for (let i = 0; i < piece.length; i++) out[length++] = piece.charCodeAt(i) - escape
    }
  }
  return out.slice(0, length)
}

export const makeUtf8 = (): Coding => {
  const host = decoderOf("utf-8")
  const decode = (bytes: Uint8Array): string => {
    const text = host?.(bytes)
    return text === undefined || text.includes("\ufffd") ? decodeUtf8(bytes) : text
  }
  return {
    decode,
    read: (bytes) => {
      const text = decode(bytes)
      return lone.test(text) ? undefined : text
    },
    encode: (text) => (lone.test(text) ? encodeMixed(text) : utf8Bytes(text))
  }
}

const isHigh = (unit: number): boolean => unit >>> 10 === 0x36

const isLow = (unit: number): boolean => unit >>> 10 === 0x37

/** A byte below 80 is no character here, so that one may stand for itself too, as U+DC00 to U+DC7F. */
export const utf16be: Coding = {
  decode: (bytes) => {
    const out = new Uint16Array(bytes.length)
    let length = 0
    const unitAt = (at: number): number => (at + 1 < bytes.length ? (bytes[at]! << 8) | bytes[at + 1]! : 0)
    let at = 0
    for (; at + 1 < bytes.length; at += 2) {
      const unit = unitAt(at)
      if (isHigh(unit) && isLow(unitAt(at + 2))) {
        out[length++] = unit
        out[length++] = unitAt(at + 2)
        at += 2
      } else if (isHigh(unit) || isLow(unit)) {
        out[length++] = escape + bytes[at]!
        out[length++] = escape + bytes[at + 1]!
      } else {
        out[length++] = unit
      }
    }
    if (at < bytes.length) out[length++] = escape + bytes[at]!
    return fromUnits(out, length)
  },
  read: (bytes) => {
    if (bytes.length % 2 !== 0) return undefined
    const out = new Uint16Array(bytes.length / 2)
    for (let i = 0; i < out.length; i++) out[i] = (bytes[i * 2]! << 8) | bytes[i * 2 + 1]!
    return fromUnits(out, out.length)
  },
  encode: (text) => {
    const out = new Uint8Array(text.length * 2)
    let length = 0
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      const pair = isHigh(unit) && isLow(text.charCodeAt(i + 1))
      if (unit >= escape && unit <= escape + 0xff) {
        out[length++] = unit - escape
        continue
      }
      if (!pair && (isHigh(unit) || isLow(unit))) return i
      out[length++] = unit >>> 8
      out[length++] = unit
      if (pair) {
        const low = text.charCodeAt(++i)
        out[length++] = low >>> 8
        out[length++] = low
      }
    }
    return out.slice(0, length)
  }
}

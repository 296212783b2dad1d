/**
 * Encodings in which bytes below 80 are ASCII and a character above takes one to four bytes.
 *
 * A host decodes them but encodes none, so the tables of both directions are made from its decoder when the first byte
 * or character above ASCII is met: every sequence, a line each. Of several sequences of one character one is encoded, and
 * `decode` keeps the bytes of the others. So `encode` gives back what `decode` was given, whatever the host knows.
 */
import { type Coding, escape } from "./coding.ts"
import type { LongSequences } from "./longSequences.ts"
import { fromUnits, latin1Slice, latin1Write } from "./platform.ts"

/** What is to be known of an encoding besides its characters. */
export interface Charset {
  /** The host's label. */
  readonly label: string
  /** Bytes above 7F that are a character by themselves. */
  readonly isSingle?: (byte: number) => boolean
  /** Bytes that begin two, whether or not these are a character. */
  readonly isFirst?: (byte: number) => boolean
  /** Sequences of two bytes that are encoded only where the character has no other. */
  readonly isSecond?: (pair: number) => boolean
  /** True where the private use area is part of the encoding, not a host's stand-in for what it does not know. */
  readonly privateUse?: boolean
  readonly long?: LongSequences
  /** Characters that hosts may lack, from those they have. */
  readonly missing?: (tables: Tables) => Iterable<readonly [pair: number, point: number]>
}

/** Code points by bytes and bytes by code point; 0 is none. */
export interface Tables {
  readonly singles: Uint16Array
  /** By the two bytes without the high bit of the first, which is always set. */
  readonly pairs: Uint32Array
  /** By number, of code points below U+10000. */
  readonly longs: Uint16Array
  /** Bytes as a big-endian integer, of code points in planes 0 to 2. */
  readonly codes: Uint32Array
}

type Decode = (bytes: Uint8Array) => string

const newline = 0x0a

/** Decodes sequences, a line each; `found` gets the code point of each line that is one character above ASCII. */
const readLines = (
  decode: Decode,
  size: number,
  sequences: Uint32Array,
  privateUse: boolean,
  found: (point: number, code: number, index: number) => void
): void => {
  const lines = new Uint8Array(sequences.length * (size + 1))
  for (let i = 0, at = 0; i < sequences.length; i++) {
    for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) lines[at++] = sequences[i]! >>> shift
    lines[at++] = newline
  }
  const text = decode(lines)
  for (let at = 0, index = 0; index < sequences.length; index++) {
    const end = text.indexOf("\n", at)
    if (end < 0) return
    const point = end > at ? text.codePointAt(at)! : 0
    const isOne = end - at === (point > 0xffff ? 2 : 1) && point > 0x7f && point < 0x3_0000 && point !== 0xfffd
    if (isOne && (privateUse || point < 0xe000 || point > 0xf8ff)) found(point, sequences[index]!, index)
    at = end + 1
  }
}

const makeTables = (charset: Charset, decode: Decode): Tables => {
  const { isSecond, isSingle, long, missing, privateUse = false } = charset
  const singles = new Uint16Array(0x100)
  const pairs = new Uint32Array(0x8000)
  const longs = new Uint16Array(long?.count ?? 0)
  const codes = new Uint32Array(0x3_0000)
  const tables: Tables = { singles, pairs, longs, codes }
  const claim = (point: number, code: number): void => {
    if (codes[point] === 0) codes[point] = code
  }

  const high = Uint32Array.from({ length: 0x80 }, (_, i) => 0x80 + i)
  const ones = high.filter((byte) => isSingle?.(byte))
  readLines(decode, 1, ones, privateUse, (point, code) => {
    singles[code] = point
    claim(point, code)
  })

  // Second bytes begin at 40, so none is taken for the end of a line.
  const rest = high.filter((byte) => !isSingle?.(byte))
  const twos = new Uint32Array(rest.length * 0xc0)
  for (let i = 0; i < twos.length; i++) twos[i] = (rest[Math.floor(i / 0xc0)]! << 8) | (0x40 + (i % 0xc0))
  const later: Array<number> = []
  readLines(decode, 2, twos, privateUse, (point, pair) => {
    pairs[pair & 0x7fff] = point
    if (isSecond?.(pair)) later.push(pair)
    else claim(point, pair)
  })
  for (const pair of later) claim(pairs[pair & 0x7fff]!, pair)
  for (const [pair, point] of missing?.(tables) ?? []) {
    pairs[pair & 0x7fff] = point
    claim(point, pair)
  }

  if (long !== undefined) {
    const sequences = new Uint32Array(long.count)
    for (let i = 0; i < sequences.length; i++) sequences[i] = long.codeOf(i)
    readLines(decode, long.size, sequences, privateUse, (point, code, index) => {
      longs[index] = point
      claim(point, code)
    })
  }
  return tables
}

const notAscii = /[^\x00-\x7f]/

const isHigh = (unit: number): boolean => unit >>> 10 === 0x36

const isLow = (unit: number): boolean => unit >>> 10 === 0x37

/** The coding of a charset whose sequences the host decodes. */
export const makeCoding = (charset: Charset, host: Decode): Coding => {
  const { isFirst, long } = charset
  let made: Tables | undefined
  const tables = (): Tables => (made ??= makeTables(charset, host))

  /** Bytes of a code point beyond the tables. */
  const codeBeyond = (point: number): number =>
    long === undefined || long.astral === Infinity || point < 0x1_0000 ? 0 : long.codeOf(long.astral + point - 0x1_0000)

  const pointBeyond = (index: number): number => {
    const point = index - long!.astral + 0x1_0000
    return point >= 0x1_0000 && point <= 0x10_ffff ? point : 0
  }

  /** With `exact` bytes that are no text, or not what `encode` writes for it, are kept; without, the first ends it. */
  const decode = (bytes: Uint8Array, exact: boolean): string | undefined => {
    const { codes, longs, pairs, singles } = tables()
    const out = new Uint16Array(bytes.length)
    let length = 0
    for (let at = 0; at < bytes.length;) {
      const first = bytes[at]!
      if (first < 0x80) {
        out[length++] = first
        at++
        continue
      }
      const next = at + 1 < bytes.length ? bytes[at + 1]! : 0
      let size = 1
      let code = first
      let point = singles[first]!
      if (point === 0) {
        code = (first << 8) | next
        point = pairs[code & 0x7fff]!
        // What follows a first byte belongs to it, unless it is ASCII: so the characters behind it stay in step.
        size = point !== 0 || (next >= 0x80 && isFirst?.(first)) ? 2 : 1
      }
      if (point === 0 && long !== undefined) {
        const index = long.indexAt(bytes, at)
        if (index >= 0) {
          size = long.size
          code = long.codeOf(index)
          point = index < long.count ? longs[index]! : pointBeyond(index)
        }
      }
      const isCharacter = point !== 0 && (!exact || (codes[point] || codeBeyond(point)) === code)
      if (!isCharacter && !exact) return undefined
      if (!isCharacter) {
        for (const end = at + size; at < end; at++) {
          const byte = bytes[at]!
          out[length++] = byte < 0x80 ? byte : escape + byte
        }
        continue
      }
      if (point > 0xffff) out[length++] = 0xd7c0 + (point >>> 10)
      out[length++] = point > 0xffff ? 0xdc00 | (point & 0x3ff) : point
      at += size
    }
    return fromUnits(out, length)
  }

  const encode = (text: string): Uint8Array<ArrayBuffer> | number => {
    const { codes } = tables()
    const out = new Uint8Array(text.length * (long?.size ?? 2))
    let length = 0
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit < 0x80) {
        out[length++] = unit
        continue
      }
      const pair = isHigh(unit) && isLow(text.charCodeAt(i + 1))
      const point = pair ? text.codePointAt(i)! : unit
      const isByte = unit >= escape + 0x80 && unit <= escape + 0xff
      const code = isByte ? unit - escape : codes[point] || codeBeyond(point)
      if (code === 0) return i
      if (code > 0xff_ffff) out[length++] = code >>> 24
      if (code > 0xffff) out[length++] = code >>> 16
      if (code > 0xff) out[length++] = code >>> 8
      out[length++] = code
      if (pair) i++
    }
    return out.slice(0, length)
  }

  const isAscii = (bytes: Uint8Array): string | undefined => {
    const text = latin1Slice(bytes, 0, bytes.length)
    return notAscii.test(text) ? undefined : text
  }

  return {
    decode: (bytes) => isAscii(bytes) ?? decode(bytes, true)!,
    read: (bytes) => isAscii(bytes) ?? decode(bytes, false),
    encode: (text) => {
      if (notAscii.test(text)) return encode(text)
      const out = new Uint8Array(text.length)
      latin1Write(out, text, 0)
      return out
    }
  }
}

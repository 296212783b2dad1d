/**
 * Text from bytes that come piece by piece. Pure.
 *
 * As `TextInput`: a byte order mark decides, without one it is UTF-8. A line that is none is latin-1, and no other line.
 *
 * @since 0.1.0
 */

/** @since 0.1.0 */
export interface TextPieces {
  readonly push: (piece: Uint8Array) => string
  readonly end: () => string
}

/** Characters of UTF-8 have up to four bytes: what a piece may begin. */
const longest = 4

/** @since 0.1.0 */
export const make = (): TextPieces => {
  let head: Uint8Array | undefined = new Uint8Array(0)
  /** Of UTF-16. */
  let decoder: InstanceType<typeof TextDecoder> | undefined
  /** The last bytes of UTF-8, in case they turn out to be none. */
  let tail = new Uint8Array(0)

  const decode = (piece: Uint8Array, last: boolean): string => {
    if (decoder !== undefined) return decoder.decode(piece, { stream: !last })
    const bytes = join(tail, piece)
    const whole = last ? bytes.length : complete(bytes)
    tail = bytes.slice(whole)
    return decodeUtf8(bytes.subarray(0, whole)) ?? decodeLines(bytes.subarray(0, whole))
  }

  const begin = (bytes: Uint8Array): Uint8Array => {
    const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    const encoding =
      bytes[0] === 0xff && bytes[1] === 0xfe
        ? "utf-16le"
        : bytes[0] === 0xfe && bytes[1] === 0xff
          ? "utf-16be"
          : "utf-8"
    if (encoding !== "utf-8") decoder = new TextDecoder(encoding)
    return mark ? bytes.subarray(3) : bytes
  }

  return {
    push: (piece) => {
      if (head === undefined) return decode(piece, false)
      head = join(head, piece)
      if (head.length < 3) return ""
      const rest = begin(head)
      head = undefined
      return decode(rest, false)
    },
    end: () => decode(head === undefined ? new Uint8Array(0) : begin(head), true)
  }
}

/** Undefined where it is none. */
const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const decodeLines = (bytes: Uint8Array): string => {
  let text = ""
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(lineFeed, start) + 1 || bytes.length
    const line = bytes.subarray(start, end)
    text += decodeUtf8(line) ?? latin1(line)
    start = end
  }
  return text
}

const lineFeed = 0x0a

const join = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  if (first.length === 0) return second
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/** Bytes up to the last character that may be incomplete. */
const complete = (bytes: Uint8Array): number => {
  for (let back = 1; back <= Math.min(longest, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return bytes.length
    if (byte < 0xc0) continue
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return needed > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

const latin1 = (bytes: Uint8Array): string => {
  let text = ""
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}

/**
 * Encodings of a library with the functions of `iconv-lite`, with bytes that are no text kept. It replaces what it cannot
 * read or write, so all it does is checked by doing the reverse.
 */
import { type Coding, escape } from "./coding.ts"

/** The part of `iconv-lite` that is used. */
export interface Iconv {
  encode(text: string, name: string, options?: { readonly addBOM?: boolean }): Uint8Array
  decode(bytes: Uint8Array, name: string, options?: { readonly stripBOM?: boolean }): string
  encodingExists(name: string): boolean
}

const longest = 4

const byteRuns = /([\udc00-\udcff]+)/u

const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])

const everyAscii = Uint8Array.from({ length: 0x80 }, (_, i) => i)

export const makeIconv = (iconv: Iconv, name: string): { readonly coding: Coding; readonly extendsAscii: boolean } => {
  const toText = (bytes: Uint8Array): string => iconv.decode(bytes, name, { stripBOM: false })
  const toBytes = (text: string): Uint8Array => iconv.encode(text, name, { addBOM: false })

  // Some tables have a byte for U+FFFD, which is how the library says that it has no character there.
  const noText = toBytes("\ufffd").length < 2 ? /[\p{Surrogate}\ufffd]/u : /\p{Surrogate}/u

  /** The text, where it and no other byte sequence is what the library writes for it. */
  const exactly = (bytes: Uint8Array): string | undefined => {
    const text = toText(bytes)
    return !noText.test(text) && equal(toBytes(text), bytes) ? text : undefined
  }

  /** The index of the first character that does not survive. */
  const badIndex = (text: string): number => {
    let at = 0
    for (const character of text) {
      if (noText.test(character) || toText(toBytes(character)) !== character) return at
      at += character.length
    }
    return 0
  }

  const encode = (text: string): Uint8Array<ArrayBuffer> | number => {
    const pieces: Array<Uint8Array> = []
    let at = 0
    for (const [index, piece] of text.split(byteRuns).entries()) {
      if (index % 2 === 1) {
        pieces.push(Uint8Array.from({ length: piece.length }, (_, i) => piece.charCodeAt(i) - escape))
      } else if (piece !== "") {
        const bytes = toBytes(piece)
        if (noText.test(piece) || toText(bytes) !== piece) return at + badIndex(piece)
        pieces.push(bytes)
      }
      at += piece.length
    }
    const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
    let length = 0
    for (const piece of pieces) {
      out.set(piece, length)
      length += piece.length
    }
    return out
  }

  const extendsAscii = exactly(everyAscii) === String.fromCharCode(...everyAscii)

  const keep = (bytes: Uint8Array): string =>
    Array.from(bytes, (byte) => String.fromCharCode(extendsAscii && byte < 0x80 ? byte : escape + byte)).join("")

  /** The text of the first character, or its bytes where the library writes it otherwise, or the first byte. */
  const first = (bytes: Uint8Array): { readonly text: string; readonly size: number } => {
    let other = 1
    for (let size = 1; size <= Math.min(longest, bytes.length); size++) {
      const one = bytes.subarray(0, size)
      const text = exactly(one)
      if (text) return { text, size }
      const read = toText(one)
      if (other === 1 && read !== "" && !read.includes("\ufffd")) other = size
    }
    return { text: keep(bytes.subarray(0, other)), size: other }
  }

  const decode = (bytes: Uint8Array): string => {
    const whole = exactly(bytes)
    if (whole !== undefined) return whole
    let text = ""
    for (let at = 0; at < bytes.length;) {
      const next = first(bytes.subarray(at, at + longest))
      text += next.text
      at += next.size
    }
    // Where the meaning of bytes depends on those before, the pieces are not the whole.
    const again = encode(text)
    if (typeof again !== "number" && equal(again, bytes)) return text
    return Array.from(bytes, (byte) => String.fromCharCode(escape + byte)).join("")
  }

  return {
    coding: { decode, read: exactly, encode },
    extendsAscii
  }
}

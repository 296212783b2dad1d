/**
 * Encodings of localized strings, by their header.
 */
import type { BadCharacter } from "../CodecError.ts"
import { latin1Slice } from "./platform.ts"

/** Labels of the host's text decoder. Headers 1, 3 and 4 are handled below; 7 and 14 have no decoder anywhere. */
const labels: { readonly [lsh: number]: string } = {
  2: "utf-8",
  5: "windows-874",
  6: "windows-874",
  8: "shift_jis",
  9: "euc-jp",
  10: "euc-kr",
  11: "gb18030",
  12: "gbk",
  13: "big5"
}

interface Decoder {
  decode(bytes: Uint8Array): string
}

interface TextCoding {
  readonly TextDecoder: new (
    label: string,
    options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }
  ) => Decoder
  readonly TextEncoder: new () => { encode(text: string): Uint8Array }
}

const { TextDecoder, TextEncoder } = globalThis as unknown as TextCoding

/** The text, or `undefined` where the header names no known encoding or the bytes are not in it. */
export const decodeLocalized = (lsh: number, bytes: Uint8Array): string | undefined => {
  if (lsh === 1) {
    if (bytes.length % 2 !== 0) return undefined
    let out = ""
    for (let i = 0; i < bytes.length; i += 2) out += String.fromCharCode((bytes[i]! << 8) | bytes[i + 1]!)
    return out
  }
  if (lsh === 3 && bytes.some((byte) => byte > 0x7f)) return undefined
  if (lsh === 3 || lsh === 4) return latin1Slice(bytes, 0, bytes.length)
  const label = labels[lsh]
  if (label === undefined) return undefined
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const single = (text: string, limit: number, alphabet: "ASCII" | "latin-1"): Uint8Array | typeof BadCharacter.Type => {
  const out = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > limit) return { _tag: "BadCharacter", index, codePoint: text.codePointAt(index)!, alphabet }
    out[index] = unit
  }
  return out
}

const lacks = (text: string, index: number, alphabet: "UCS-2" | "UTF-8"): typeof BadCharacter.Type => ({
  _tag: "BadCharacter",
  index,
  codePoint: text.codePointAt(index)!,
  alphabet
})

/** Bytes of a text under headers 1 to 4, the ones a host can encode; a header beyond them takes bytes only. */
export const encodeLocalized = (
  lsh: number,
  text: string
):
  | Uint8Array
  | typeof BadCharacter.Type
  | { readonly _tag: "WrongType"; readonly index: 0; readonly expected: string; readonly seen: string } => {
  switch (lsh) {
    case 1: {
      // Two bytes a character: what needs a surrogate pair is not in the alphabet.
      const beyond = text.search(/[\ud800-\udfff]/)
      if (beyond >= 0) return lacks(text, beyond, "UCS-2")
      const out = new Uint8Array(text.length * 2)
      for (let i = 0; i < text.length; i++) {
        out[i * 2] = text.charCodeAt(i) >>> 8
        out[i * 2 + 1] = text.charCodeAt(i)
      }
      return out
    }
    case 2: {
      // The encoder would write U+FFFD for half a surrogate pair.
      const half = text.search(/\p{Surrogate}/u)
      return half >= 0 ? lacks(text, half, "UTF-8") : new TextEncoder().encode(text)
    }
    case 3:
      return single(text, 0x7f, "ASCII")
    case 4:
      return single(text, 0xff, "latin-1")
    default:
      return {
        _tag: "WrongType",
        index: 0,
        expected: `bytes (text is encoded for headers 1 to 4, not ${lsh})`,
        seen: "string"
      }
  }
}

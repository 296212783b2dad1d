/**
 * Encodings of localized strings, by their header. Items are strict: bytes that are no text have none, and text with half
 * a surrogate pair has no bytes.
 */
import type { BadCharacter, WrongType } from "../CodecError.ts"
import { codingOf, type Name } from "./codings.ts"

/** By header; 0, 7 and 14 have none. ISO 8859-11 and TIS-620 are read as the encoding that extends both. */
const encodings: ReadonlyArray<Name | undefined> = [
  undefined,
  "utf-16be",
  "utf-8",
  "ascii",
  "latin-1",
  "windows-874",
  "windows-874",
  undefined,
  "shift_jis",
  "euc-jp",
  "euc-kr",
  "gb18030",
  "gbk",
  "big5"
]

/** What the standard calls the alphabets of headers 1 to 4. */
const alphabets = ["", "UCS-2", "UTF-8", "ASCII", "latin-1"]

/** The name of the encoding that a header names. */
export const encodingOf = (lsh: number): Name | undefined => encodings[lsh]

const codingOfLsh = (lsh: number) => {
  const name = encodings[lsh]
  return name === undefined ? undefined : codingOf(name)
}

/** The text, or `undefined` where the header names no known encoding or the bytes are not in it. */
export const decodeLocalized = (lsh: number, bytes: Uint8Array): string | undefined => codingOfLsh(lsh)?.read(bytes)

/** Bytes of a text under headers 1 to 6 and 8 to 13; any other header takes bytes only. */
export const encodeLocalized = (
  lsh: number,
  text: string
): Uint8Array | typeof BadCharacter.Type | typeof WrongType.Type => {
  const coding = codingOfLsh(lsh)
  if (coding === undefined) {
    const expected = `bytes (text is encoded for headers 1 to 6 and 8 to 13, not ${lsh})`
    return { _tag: "WrongType", index: 0, expected, seen: "string" }
  }
  // UCS-2 has two bytes a character: what needs a surrogate pair is not in it.
  const half = text.search(lsh === 1 ? /[\ud800-\udfff]/ : /\p{Surrogate}/u)
  const bytes = half >= 0 ? half : coding.encode(text)
  if (typeof bytes !== "number") return bytes
  const alphabet = alphabets[lsh] ?? encodings[lsh]!
  return { _tag: "BadCharacter", index: bytes, codePoint: text.codePointAt(bytes)!, alphabet }
}

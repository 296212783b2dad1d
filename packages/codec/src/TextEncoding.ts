/**
 * Text encodings of the field: GBK, Big5, Shift_JIS and others, for text in `A` and `C2` items. Pure.
 *
 * By the standard `A` is ASCII. Tools send what their operating system writes, and nothing in the message says which
 * encoding that is: it is agreed per session. `decodeA` and `encodeA` go between the value of an `A` (one character a
 * byte) and text, `decode` and `encode` between bytes and text.
 *
 * No byte is lost: `encode(decode(bytes))` gives `bytes`, whatever they are. A byte that is in no character becomes
 * U+DC00 + byte (so U+DC80 to U+DCFF in encodings that extend ASCII), half a surrogate pair, which no text of a user
 * holds. So do the bytes of a character that has two sequences, where they are the one that `encode` does not write. A
 * file of UTF-8 cannot hold such a half; `hasUnknownBytes` finds it.
 *
 * Names are taken in any case, with dashes, underscores or neither, and by their common aliases: `GBK`, `cp936`,
 * `shift-jis`, `ks_c_5601-1987`. `latin-1` is ISO 8859-1 and `ascii` has 7 bits; browsers mean Windows-1252 by both.
 *
 * Encodings other than Unicode and these two are learnt from the host's `TextDecoder` when first used, which takes
 * milliseconds. Hosts differ on rare characters; what a host does not know is kept as bytes.
 *
 * @see SEMI E5, localized character strings
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { TextEncodingError } from "./CodecError.ts"
import type { Coding } from "./internal/coding.ts"
import { aliases as all, codingOf, type Name, nameOf } from "./internal/codings.ts"
import { type Iconv, makeIconv } from "./internal/iconv.ts"
import { encodingOf } from "./internal/localized.ts"
import { latin1Slice, latin1Write } from "./internal/platform.ts"
import type { ReadonlyBytes } from "./Item.ts"
import type { TextView } from "./Layout.ts"

/**
 * Bytes to text and back.
 *
 * @since 0.1.0
 */
export interface TextEncoding {
  readonly name: string
  /** True where bytes below 80 are ASCII and text of ASCII is those bytes; all but UTF-16 here. */
  readonly extendsAscii: boolean
  /** The text; never fails, and `encode` gives the same bytes back. */
  readonly decode: (bytes: ReadonlyBytes) => string
  /** The bytes. Fails with `BadCharacter` on the first character that the encoding lacks. */
  readonly encode: (text: string) => Result.Result<Uint8Array, TextEncodingError>
}

/**
 * The encodings that `make` knows by themselves.
 *
 * @since 0.1.0
 */
export type KnownName = Name

/**
 * Each of them and its aliases.
 *
 * @since 0.1.0
 */
export const aliases: { readonly [N in KnownName]: ReadonlyArray<string> } = all

/**
 * Their names.
 *
 * @since 0.1.0
 */
export const names: ReadonlyArray<KnownName> = Object.keys(all) as ReadonlyArray<KnownName>

const fail = (reason: TextEncodingError["reason"]): Result.Result<never, TextEncodingError> =>
  Result.fail(new TextEncodingError({ reason }))

const wrap = (name: string, extendsAscii: boolean, coding: Coding): TextEncoding => ({
  name,
  extendsAscii,
  decode: (bytes) => coding.decode(bytes as Uint8Array),
  encode: (text) => {
    const bytes = coding.encode(text)
    return typeof bytes === "number"
      ? fail({ _tag: "BadCharacter", index: bytes, codePoint: text.codePointAt(bytes)!, alphabet: name })
      : Result.succeed(bytes)
  }
})

const known = (name: KnownName): Result.Result<TextEncoding, TextEncodingError> => {
  const coding = codingOf(name)
  return coding === undefined
    ? fail({ _tag: "HostLacksEncoding", name })
    : Result.succeed(wrap(name, name !== "utf-16be", coding))
}

/**
 * The encoding of a name or alias.
 *
 * Fails    `UnknownEncoding` with the names there are; `HostLacksEncoding`
 *
 * @example
 * const gbk = Result.getOrThrow(TextEncoding.make("GBK"))
 * gbk.encode("晶圆") // => Result.succeed(Uint8Array.of(0xbe, 0xa7, 0xd4, 0xb2))
 *
 * @since 0.1.0
 */
export const make = (name: KnownName | (string & {})): Result.Result<TextEncoding, TextEncodingError> => {
  const found = nameOf(name)
  return found === undefined ? fail({ _tag: "UnknownEncoding", name, known: names }) : known(found)
}

/**
 * The encoding that a localized string header names: 1 to 6 and 8 to 13, see `Item.Lsh`. Header 1 is UCS-2; surrogate
 * pairs are read and written here all the same, `Item.C2` refuses to write them.
 *
 * Fails    `UnknownEncoding` for any other header; `HostLacksEncoding`
 *
 * @since 0.1.0
 */
export const fromLsh = (lsh: number): Result.Result<TextEncoding, TextEncodingError> => {
  const found = encodingOf(lsh)
  return found === undefined
    ? fail({ _tag: "UnknownEncoding", name: `localized string header ${lsh}`, known: names })
    : known(found)
}

/**
 * An encoding of `iconv-lite`, or of what has its three functions: for encodings that `make` does not know, and for one
 * table on every host. The library is the caller's; this one never imports it. It is slower, as every text is checked by
 * the way back.
 *
 * Fails    `UnknownEncoding` where the library has none of that name
 *
 * @example
 * import iconv from "iconv-lite"
 * const cyrillic = TextEncoding.fromIconv(iconv, "windows-1251")
 *
 * @since 0.1.0
 */
export const fromIconv = (iconv: Iconv, name: string): Result.Result<TextEncoding, TextEncodingError> => {
  if (!iconv.encodingExists(name)) return fail({ _tag: "UnknownEncoding", name, known: [] })
  const { coding, extendsAscii } = makeIconv(iconv, name)
  return Result.succeed(wrap(name, extendsAscii, coding))
}

const notAscii = /[^\x00-\x7f]/

const bytesOf = (characters: string): Uint8Array => {
  const bytes = new Uint8Array(characters.length)
  latin1Write(bytes, characters, 0)
  return bytes
}

/**
 * The text in the value of an `A` item. ASCII is its own text, at the cost of a look at it.
 *
 * @example
 * TextEncoding.decodeA(gbk, "\xbe\xa7\xd4\xb2") // => "晶圆"
 *
 * @since 0.1.0
 */
export const decodeA = (encoding: TextEncoding, value: string): string =>
  encoding.extendsAscii && !notAscii.test(value) ? value : encoding.decode(bytesOf(value))

/**
 * The value of an `A` item that carries a text: `encodeA(gbk, text)`, then `Item.A`.
 *
 * Fails    `BadCharacter` with the index and the code point
 *
 * @since 0.1.0
 */
export const encodeA = (encoding: TextEncoding, text: string): Result.Result<string, TextEncodingError> =>
  encoding.extendsAscii && !notAscii.test(text)
    ? Result.succeed(text)
    : Result.map(encoding.encode(text), (bytes) => latin1Slice(bytes, 0, bytes.length))

/**
 * An encoding as structures take it: for `text` of the options of a call, and for quirk profiles.
 *
 * @since 0.1.0
 */
export const view = (encoding: TextEncoding): TextView => ({
  decode: (latin1) => decodeA(encoding, latin1),
  encode: (text) => {
    const encoded = encodeA(encoding, text)
    return Result.isSuccess(encoded)
      ? encoded.success
      : { problem: `a text in ${encoding.name} (${encoded.failure.message})` }
  }
})

/**
 * True for text that holds bytes which are in no character of the encoding it was decoded from.
 *
 * @since 0.1.0
 */
export const hasUnknownBytes = (text: string): boolean => /[\udc00-\udcff]/u.test(text)

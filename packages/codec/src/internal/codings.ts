/**
 * The encodings of the codec by name; each is made when it is first asked for.
 */
import { type Charset, makeCoding } from "./charset.ts"
import { type Coding, escape } from "./coding.ts"
import { eucThree, gbFour } from "./longSequences.ts"
import { decoderOf, latin1Slice, latin1Write } from "./platform.ts"
import { makeUtf8, utf16be } from "./unicode.ts"

/** Names, and what else each is called, without regard to case, spaces, dashes, underscores, dots and colons. */
export const aliases = {
  ascii: ["us-ascii", "iso646-us", "ansi_x3.4-1968"],
  "latin-1": ["iso-8859-1", "l1", "cp819", "iso-ir-100"],
  "utf-8": ["unicode-1-1-utf-8", "cp65001"],
  "utf-16be": ["ucs-2", "ucs-2be", "iso-10646-ucs-2"],
  gbk: ["cp936", "ms936", "windows-936", "gb2312", "gb_2312-80", "euc-cn"],
  gb18030: ["gb18030-2000", "gb18030-2005", "gb18030-2022", "cp54936"],
  big5: ["cp950", "ms950", "windows-950", "big5-hkscs", "big5-eten", "cn-big5"],
  shift_jis: ["sjis", "cp932", "ms932", "windows-932", "windows-31j", "ms_kanji", "csshiftjis"],
  "euc-jp": ["ujis", "x-euc-jp", "cp51932"],
  "euc-kr": ["cp949", "ms949", "uhc", "windows-949", "ks_c_5601-1987", "ksc_5601", "ks_x_1001", "korean"],
  "windows-874": ["cp874", "tis-620", "iso-8859-11", "dos-874"]
} as const

export type Name = keyof typeof aliases

const plain = (name: string): string => name.toLowerCase().replace(/[\s\-_.:]/g, "")

/** The name among `aliases`, however it is written. */
export const nameOf = (label: string): Name | undefined => {
  const wanted = plain(label)
  return (Object.keys(aliases) as ReadonlyArray<Name>).find(
    (name) => plain(name) === wanted || aliases[name].some((alias) => plain(alias) === wanted)
  )
}

const range = (from: number, to: number) => (value: number) => value >= from && value <= to

/**
 * Unified Hangul Code: KS X 1001 has 2 350 syllables, and the others follow each other in the pairs it leaves free. Node
 * knows KS X 1001 only, without the two signs of its second edition.
 */
const hangul: NonNullable<Charset["missing"]> = function* ({ pairs }) {
  yield [0xa2e6, 0x20ac]
  yield [0xa2e7, 0xae]
  const known = new Set<number>()
  for (let first = 0xb0; first <= 0xc8; first++) {
    for (let second = 0xa1; second <= 0xfe; second++) known.add(pairs[((first & 0x7f) << 8) | second]!)
  }
  let syllable = 0xac00
  for (let first = 0x81; first <= 0xc6; first++) {
    for (let second = 0x41; second <= (first < 0xa1 ? 0xfe : 0xa0); second++) {
      if (range(0x5b, 0x60)(second) || range(0x7b, 0x80)(second)) continue
      while (known.has(syllable)) syllable++
      if (syllable > 0xd7a3) return
      yield [(first << 8) | second, syllable++]
    }
  }
}

/** GBK is decoded as GB 18030: hosts whose decoder is called GBK have private characters where that has real ones. */
const gb: Charset = { label: "gb18030", privateUse: true, isFirst: range(0x81, 0xfe) }

const charsets: { readonly [N in Name]?: Charset } = {
  gbk: { ...gb, isSingle: (byte) => byte === 0x80 },
  gb18030: { ...gb, long: gbFour },
  // The extensions for Hong Kong below A1 where a host has them, and ETEN's repetitions, are second to the others.
  big5: {
    label: "big5",
    isFirst: range(0x81, 0xfe),
    isSecond: (pair) => pair < 0xa100 || range(0xa2a4, 0xa2a7)(pair) || pair === 0xa2cc || pair === 0xa2ce
  },
  // IBM's characters stand at FA to FC, and once more where NEC had put them.
  shift_jis: {
    label: "shift_jis",
    privateUse: true,
    isSingle: range(0xa1, 0xdf),
    isFirst: (byte) => range(0x81, 0x9f)(byte) || range(0xe0, 0xfc)(byte),
    isSecond: range(0xed00, 0xeeff)
  },
  "euc-jp": { label: "euc-jp", isFirst: (byte) => byte === 0x8e || range(0xa1, 0xfe)(byte), long: eucThree },
  "euc-kr": { label: "euc-kr", isFirst: range(0x81, 0xfe), missing: hangul },
  "windows-874": { label: "windows-874", isSingle: () => true }
}

/** One byte a character, as far as the alphabet goes. */
const oneByte = (limit: 0x7f | 0xff): Coding => {
  const strange = limit === 0x7f ? /[\x80-\xff]/ : /[^\x00-\xff]/
  return {
    decode: (bytes) => {
      const text = latin1Slice(bytes, 0, bytes.length)
      return strange.test(text)
        ? text.replace(/[\x80-\xff]/g, (byte) => String.fromCharCode(escape + byte.charCodeAt(0)))
        : text
    },
    read: (bytes) => {
      const text = latin1Slice(bytes, 0, bytes.length)
      return strange.test(text) ? undefined : text
    },
    encode: (text) => {
      const out = new Uint8Array(text.length)
      if (!/[^\x00-\x7f]/.test(text)) {
        latin1Write(out, text, 0)
        return out
      }
      for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i)
        const isByte = unit >= escape + 0x80 && unit <= escape + 0xff
        if (unit > limit && !isByte) return i
        out[i] = unit
      }
      return out
    }
  }
}

const make = (name: Name): Coding | undefined => {
  switch (name) {
    case "ascii":
      return oneByte(0x7f)
    case "latin-1":
      return oneByte(0xff)
    case "utf-8":
      return makeUtf8()
    case "utf-16be":
      return utf16be
    default: {
      const charset = charsets[name]!
      const host = decoderOf(charset.label)
      return host === undefined ? undefined : makeCoding(charset, host)
    }
  }
}

const codings = new Map<Name, Coding | undefined>()

/** The encoding of a name, or `undefined` where this host has no decoder to learn it from. */
export const codingOf = (name: Name): Coding | undefined => {
  if (!codings.has(name)) codings.set(name, make(name))
  return codings.get(name)
}

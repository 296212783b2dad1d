/** Every sequence of one and two bytes, bytes and texts at random, and the tables of another library. */
import { assert, describe, it } from "@effect/vitest"
import iconv from "iconv-lite"
import * as Result from "effect/Result"
import * as Item from "../src/Item.ts"
import * as TextEncoding from "../src/TextEncoding.ts"
import { toHex } from "./support/bytes.ts"
import { bytesAre, success } from "./support/expect.ts"
import { EncodedBytes, Numbers, runs } from "./support/generate.ts"

const encodings = TextEncoding.names.map((name) => success(TextEncoding.make(name)))

/** Stateless, stateful, with units of two and four bytes, and no text at all. */
const foreign = ["cp936", "big5-hkscs", "windows-1251", "utf-16le", "utf-32be", "utf-7", "utf-7-imap", "hex", "base64"]
  .filter((name) => iconv.encodingExists(name))
  .map((name) => success(TextEncoding.fromIconv(iconv, name)))

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

const isLossless = (encoding: TextEncoding.TextEncoding, bytes: Uint8Array): boolean => {
  const again = encoding.encode(encoding.decode(bytes))
  if (Result.isFailure(again) || again.success.length !== bytes.length) return false
  return bytes.every((byte, i) => byte === again.success[i])
}

/** Sequences of one, two and three bytes that could be one character; none begins with another that is. */
const sequences = (encoding: TextEncoding.TextEncoding): ReadonlyArray<Uint8Array> => {
  const out: Array<Uint8Array> = []
  for (let first = 0x80; first <= 0xff; first++) {
    const one = Uint8Array.of(first)
    out.push(one)
    if (!TextEncoding.hasUnknownBytes(encoding.decode(one))) continue
    for (let second = 0x30; second <= 0xff; second++) out.push(Uint8Array.of(first, second))
  }
  if (encoding.name !== "euc-jp") return out
  for (let second = 0xa1; second <= 0xfe; second++) {
    for (let third = 0xa1; third <= 0xfe; third++) out.push(Uint8Array.of(0x8f, second, third))
  }
  return out
}

const one = (text: string | undefined): string | undefined =>
  text !== undefined && Array.from(text).length === 1 && text !== "\ufffd" ? text : undefined

/** What `encode` can write beside ASCII, each character with its bytes. */
const repertoire = (encoding: TextEncoding.TextEncoding): ReadonlyArray<string> =>
  sequences(encoding).flatMap((bytes) => {
    const text = encoding.decode(bytes)
    return one(text) === undefined || TextEncoding.hasUnknownBytes(text) ? [] : [text]
  })

/** `8140 a1a1-a1fe`: numbers in hex, those that follow each other as a range. */
const ranges = (list: ReadonlyArray<number>): string => {
  const out: Array<string> = []
  for (let i = 0; i < list.length;) {
    let last = i
    while (list[last + 1] === list[last]! + 1) last++
    out.push(last === i ? list[i]!.toString(16) : `${list[i]!.toString(16)}-${list[last]!.toString(16)}`)
    i = last + 1
  }
  return out.join(" ")
}

const integer = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0)

interface Differences {
  /** Both read a character, not the same one. */
  readonly differ: string
  readonly onlyTheirs: string
  readonly onlyOurs: string
  /** Both read the same character, and write it in other bytes. */
  readonly written: string
}

const none: Differences = { differ: "", onlyTheirs: "", onlyOurs: "", written: "" }

// GB 18030 gave 18 characters a place in Unicode in 2022, which had been private; the host has it, iconv-lite not yet.
const since2022 = "a6d9-a6df a6ec-a6ed a6f3 fe59 fe61 fe66-fe67 fe6d fe7e fe90 fea0"

// Of characters for users, iconv-lite has a part, and writes none.
const usersPart =
  "f040-f07e f080-f0fc f140-f17e f180-f1fc f240-f27e f280-f2fc f340-f37e f380-f3fc f440-f47e f480-f4fc " +
  "f540-f57e f580-f5fc f640-f67e f680-f6fc f740-f77e f780-f7fc f840-f87e f880-f8fc f940"

// JIS X 0208 with the rows NEC and IBM added, or JIS X 0212, which has these characters too: the Encoding Standard
// writes the first in two bytes, iconv-lite the second in three.
const twice =
  "a1c1 ade2 " +
  "f9a1-f9a6 f9a8-f9ae f9b0-f9c0 f9c2-f9c6 f9c8-f9cd f9d0-f9d3 f9d5 f9d7-f9d9 f9db-f9de f9e2-f9ed f9ef-f9f1 f9f3 " +
  "f9f6-f9fd faa1-faa2 faa4-faa6 faa8-fab2 fab4-fab5 fab7-faba fabc-fabd fabf-fac5 fac7-faca facc-facd facf " +
  "fad1-fad3 fad5-fad7 fad9-fae5 fae8-faf2 faf4-fafa fafc-fafe fba1-fba2 fba4-fbb2 fbb4 fbb6 fbb8-fbb9 fbbb-fbc0 " +
  "fbc5 fbc7-fbc8 fbcb-fbcc fbce-fbd0 fbd3-fbd5 fbd7 fbd9-fbe0 fbe6-fbec fbee-fbef fbf1 fbf3 fbf6 fbf9 fbfd-fbfe " +
  "fca1-fcb8 fcba-fcbf fcc1-fccd fcd1-fcd3 fcd5 fcd7 fcd9-fcdb fcde fce1 fce3-fce4 fce6-fceb fced"

/** Ours (of the Encoding Standard, as the host has it), the one of iconv-lite, how they differ and why. */
const oracle: ReadonlyArray<readonly [ours: string, theirs: string, Differences]> = [
  ["gbk", "gbk", { ...none, differ: since2022 }],
  // The byte 80 is the euro sign in GBK; in GB 18030 it is no more than read as one.
  ["gb18030", "gb18030", { ...none, differ: since2022, onlyTheirs: "80" }],
  // Box drawings and two numerals have two places; Microsoft and the Encoding Standard write the second of each.
  ["big5", "cp950", { ...none, written: "a451 a4ca f9e9-f9eb f9f9" }],
  ["shift_jis", "cp932", { ...none, onlyTheirs: "80", onlyOurs: "f941-f97e f980-f9fc", written: usersPart }],
  ["euc-kr", "cp949", none],
  ["euc-jp", "euc-jp", { ...none, onlyOurs: "8ee0-8ee2 8ff3a1-8ff3b4 8ff3b7", written: twice }],
  // Control characters, where Windows has no other.
  ["windows-874", "windows-874", { ...none, onlyOurs: "81-84 86-90 98-9f" }]
]

describe("TextEncoding", () => {
  it.each(encodings)(
    "$name gives back every sequence of one and two bytes",
    (encoding) => {
      const lost: Array<string> = []
      for (let first = 0; first <= 0xff; first++) {
        if (!isLossless(encoding, Uint8Array.of(first))) lost.push(toHex(Uint8Array.of(first)))
        for (let second = 0; second <= 0xff; second++) {
          const bytes = Uint8Array.of(first, second)
          if (!isLossless(encoding, bytes)) lost.push(toHex(bytes))
        }
      }
      assert.deepStrictEqual(lost, [])
    },
    60_000
  )

  it.prop(
    "gives back any bytes in any encoding",
    [EncodedBytes],
    ([bytes]) => {
      for (const encoding of [...encodings, ...foreign]) {
        bytesAre(success(encoding.encode(encoding.decode(bytes))), bytes)
        const value = TextEncoding.decodeA(encoding, latin1(bytes))
        assert.strictEqual(value, encoding.decode(bytes))
        assert.strictEqual(success(TextEncoding.encodeA(encoding, value)), latin1(bytes))
      }
    },
    runs(300, 10_000)
  )

  it.prop(
    "reads UTF-8 as the host does, but for the bytes it keeps",
    [EncodedBytes],
    ([bytes]) => {
      const ours = success(TextEncoding.make("utf-8")).decode(bytes)
      const theirs = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
      assert.strictEqual(
        ours.replaceAll(/[\udc80-\udcff]/gu, "\ufffd").replaceAll("\ufffd", ""),
        theirs.replaceAll("\ufffd", "")
      )
    },
    runs(1000, 100_000)
  )

  const repertoires = encodings
    .filter(({ name }) => !/utf|latin|ascii/.test(name))
    .map((encoding) => ({ encoding, characters: repertoire(encoding) }))

  it.prop(
    "reads any text of an encoding's characters as it was written",
    [Numbers],
    ([numbers]) => {
      for (const { characters, encoding } of repertoires) {
        const text = numbers
          .map((n) => (n % 3 === 0 ? String.fromCharCode(n % 0x80) : characters[n % characters.length]!))
          .join("")
        assert.strictEqual(encoding.decode(success(encoding.encode(text))), text, encoding.name)
      }
    },
    runs(200, 10_000)
  )

  it("knows as many characters above ASCII as each standard has in one to three bytes", () =>
    assert.deepStrictEqual(
      Object.fromEntries(repertoires.map(({ characters, encoding }) => [encoding.name, characters.length])),
      {
        // 126 rows of 190, the ideographic space and (in GBK, where it has a byte) the euro sign once.
        gbk: 126 * 190 - 1,
        gb18030: 126 * 190 - 1,
        // Code page 950 has 13 503 pairs, ten of them for the second time.
        big5: 13_493,
        // JIS X 0201 katakana, code page 932 without repetitions, 1 880 characters for users.
        shift_jis: 63 + 6879 + 74 + 373 + 1880,
        // JIS X 0201 katakana, JIS X 0208 and what NEC and IBM added, and of JIS X 0212 what that has not.
        "euc-jp": 13_178,
        // KS X 1001 with the euro and registered signs, and the syllables it lacks.
        "euc-kr": 8224 + 2 + 8822,
        // Thai and its space, nine signs of Windows, control characters.
        "windows-874": 88 + 9 + 23
      }
    ))

  it("reads and writes every character of Unicode in GB 18030, but for those that others displaced", () => {
    const gb18030 = success(TextEncoding.make("gb18030"))
    const lacks: Array<number> = []
    for (let from = 0; from <= 0x10_ffff; from += 0x100) {
      if (from >= 0xd800 && from <= 0xdfff) continue
      const points = Array.from({ length: 0x100 }, (_, i) => from + i)
      const written = points.filter((point) => Result.isSuccess(gb18030.encode(String.fromCodePoint(point))))
      lacks.push(...points.filter((point) => !written.includes(point)))
      const text = String.fromCodePoint(...written)
      assert.strictEqual(gb18030.decode(success(gb18030.encode(text))), text)
    }
    // Private characters whose places others have, and the sign for what could not be read.
    assert.strictEqual(ranges(lacks), "e5e5 e78d-e796 e81e e826 e82b-e82c e832 e843 e854 e864 fffd")
  }, 60_000)

  it.each(oracle)(
    "%s agrees with %s of iconv-lite, but for what is listed",
    (name, theirs, expected) => {
      const encoding = success(TextEncoding.make(name))
      const lsh = Array.from({ length: 14 }, (_, header) => header).find((header) => {
        const found = TextEncoding.fromLsh(header)
        return Result.isSuccess(found) && found.success.name === name
      })!
      const seen = { differ: new Array<number>(), onlyTheirs: new Array<number>(), onlyOurs: new Array<number>() }
      const written: Array<number> = []
      let agreed = 0
      for (const bytes of sequences(encoding)) {
        const read = Item.asText(Item.C2(lsh, bytes))
        const ours = one(Result.isSuccess(read) ? read.success : undefined)
        const their = one(iconv.decode(bytes, theirs))
        if (ours === undefined && their === undefined) continue
        if (ours === undefined) seen.onlyTheirs.push(integer(bytes))
        else if (their === undefined) seen.onlyOurs.push(integer(bytes))
        else if (ours !== their) seen.differ.push(integer(bytes))
        else if (encoding.decode(bytes) === ours && toHex(iconv.encode(ours, theirs)) !== toHex(bytes)) {
          written.push(integer(bytes))
        } else agreed++
      }
      assert.isAbove(agreed, name === "windows-874" ? 90 : 6000)
      assert.deepStrictEqual(
        {
          differ: ranges(seen.differ),
          onlyTheirs: ranges(seen.onlyTheirs),
          onlyOurs: ranges(seen.onlyOurs),
          written: ranges(written)
        },
        expected
      )
    },
    60_000
  )
})

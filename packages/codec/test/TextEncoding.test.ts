import { assert, describe, it, vi } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import iconv from "iconv-lite"
import * as Item from "../src/Item.ts"
import * as ItemCodec from "../src/ItemCodec.ts"
import * as TextEncoding from "../src/TextEncoding.ts"
import { hex, toHex } from "./support/bytes.ts"
import { failure, success } from "./support/expect.ts"

const made = (name: string): TextEncoding.TextEncoding => success(TextEncoding.make(name))

/** Encoding, bytes, text. By hand from the code charts of each encoding; `iconv-lite` agrees. */
const samples = [
  ["ascii", "4c4f542d310d0a7f", "LOT-1\r\n\x7f"],
  ["latin-1", "e980b5", "é\x80µ"],
  ["utf-8", "41c3a9e699b6f09f9880", "Aé晶😀"],
  ["utf-16be", "00416676d83dde00", "A晶😀"],
  ["gbk", "bea7d4b22080", "晶圆 €"],
  ["gbk", "8140", "丂"],
  ["gb18030", "bea7d4b2a2e3", "晶圆€"],
  ["gb18030", "a8a6a2e39439fc36e3329a35", "é€😀\u{10ffff}"],
  ["gb18030", "8130813081308b38", "\x80Ā"],
  ["big5", "b4b9b6ea", "晶圓"],
  ["big5", "a55cb35cbb5c", "功許蓋"],
  ["shift_jis", "83458346836e955cb1", "ウェハ表ｱ"],
  ["shift_jis", "1a1c7f5c7e", "\x1a\x1c\x7f\\~"],
  ["euc-jp", "a5a6a5a7a5cf8eb1", "ウェハｱ"],
  ["euc-jp", "8fb0a1", "丂"],
  ["euc-kr", "bffec0ccc6db", "웨이퍼"],
  ["euc-kr", "8c63 8141 c652 a2e6", "똠갂힣€"],
  ["windows-874", "e1bce8b980", "แผ่น€"]
] as const

/** Encoding, bytes, text: bytes that are in no character, or that `encode` does not write. */
const kept = [
  ["ascii", "41e9", "A\udce9"],
  // A stray continuation, an end in the middle, a character in more bytes than need be, half a surrogate pair.
  ["utf-8", "80", "\udc80"],
  ["utf-8", "41e699", "A\udce6\udc99"],
  ["utf-8", "c0af", "\udcc0\udcaf"],
  ["utf-8", "eda080", "\udced\udca0\udc80"],
  ["utf-8", "f4908080", "\udcf4\udc90\udc80\udc80"],
  ["utf-8", "efbfbd80efbbbf", "\ufffd\udc80\ufeff"],
  // Half a pair, the other half, an odd byte.
  ["utf-16be", "d83d0041", "\udcd8\udc3dA"],
  ["utf-16be", "dc80", "\udcdc\udc80"],
  ["utf-16be", "00415a", "A\udc5a"],
  // A first byte before ASCII and at the end.
  ["gbk", "8120bea7", "\udc81 晶"],
  ["gbk", "bea7d4", "晶\udcd4"],
  ["gbk", "ff80", "\udcff€"],
  // 80 is the euro sign in GBK, A2E3 in GB 18030.
  ["gbk", "a2e3", "\udca2\udce3"],
  ["gb18030", "80", "\udc80"],
  ["gbk", "9439fc36", "\udc949\udcfc6"],
  ["gb18030", "9439fc", "\udc949\udcfc"],
  ["gb18030", "8431a53041", "\udc841\udca50A"],
  ["gb18030", "e3329a36", "\udce32\udc9a6"],
  // A pair that is no character is kept whole, so that those behind it stay in step.
  ["big5", "c7fdb4b9", "\udcc7\udcfd晶"],
  ["big5", "a2cca451", "\udca2\udccc十"],
  ["shift_jis", "8790 81e0", "\udc87\udc90≒"],
  ["shift_jis", "ed40", "\udced@"],
  ["shift_jis", "a0fd", "\udca0\udcfd"],
  ["shift_jis", "a0955c", "\udca0表"],
  ["euc-jp", "a9a1b0a1", "\udca9\udca1亜"],
  ["euc-jp", "8fa1a1b0a1", "\udc8f\udca1\udca1亜"],
  ["euc-jp", "80b0a1", "\udc80亜"],
  ["euc-jp", "8fa2b7", "\udc8f\udca2\udcb7"],
  ["euc-kr", "c9a1b0a1", "\udcc9\udca1가"],
  ["windows-874", "dbfc", "\udcdb\udcfc"]
] as const

describe("TextEncoding", () => {
  it.each(samples)("%s reads %s as the text it writes so", (name, bytes, text) => {
    const encoding = made(name)
    assert.strictEqual(toHex(success(encoding.encode(text))), bytes.replaceAll(" ", ""))
    assert.strictEqual(encoding.decode(hex(bytes)), text)
    assert.isFalse(TextEncoding.hasUnknownBytes(text))
  })

  it("has a sample of every encoding", () =>
    assert.deepStrictEqual([...new Set(samples.map(([name]) => name))].toSorted(), [...TextEncoding.names].toSorted()))

  it.each(kept)("%s keeps what is no text of its own in %s", (name, bytes, text) => {
    const encoding = made(name)
    assert.strictEqual(encoding.decode(hex(bytes)), text)
    assert.strictEqual(toHex(success(encoding.encode(text))), bytes.replaceAll(" ", ""))
    assert.isTrue(TextEncoding.hasUnknownBytes(text))
  })

  it("refuses the first character that an encoding lacks, with index and code point", () => {
    const rows = [
      ["ascii", "aé", 1, 0xe9],
      ["latin-1", "a\udc80€", 2, 0x20ac],
      ["utf-8", "😀\ud800", 2, 0xd800],
      ["utf-8", "a\udc7f", 1, 0xdc7f],
      ["utf-16be", "a\ud800b", 1, 0xd800],
      ["utf-16be", "a\udd00", 1, 0xdd00],
      ["gbk", "晶\udc81é😀", 3, 0x1f600],
      ["gbk", "\udc7f", 0, 0xdc7f],
      ["gbk", "a\ud83d", 1, 0xd83d],
      ["gb18030", "a\udd00", 1, 0xdd00],
      ["big5", "圆", 0, 0x5706],
      ["shift_jis", "a한", 1, 0xd55c],
      ["euc-jp", "a한", 1, 0xd55c],
      ["euc-kr", "aใ", 1, 0xe43],
      ["windows-874", "ก晶", 1, 0x6676]
    ] as const
    for (const [name, text, index, codePoint] of rows) {
      const reason = failure(made(name).encode(text)).reason
      assert.deepStrictEqual({ ...reason }, { _tag: "BadCharacter", index, codePoint, alphabet: name })
    }
    assert.sameMembers([...new Set(rows.map(([name]) => name))], [...TextEncoding.names])
  })

  it.each([
    ["ascii", "ASCII", "us-ascii", "US_ASCII"],
    ["latin-1", "latin1", "Latin 1", "ISO-8859-1", "iso8859-1", "L1"],
    ["utf-8", "utf8", "UTF8", "UTF-8"],
    ["utf-16be", "UTF-16BE", "UCS-2", "ucs2"],
    ["gbk", "GBK", "cp936", "CP-936", "gb2312", "windows-936", "EUC-CN"],
    ["gb18030", "GB18030", "gb-18030", "gb18030:2022"],
    ["big5", "Big5", "BIG-5", "big5-hkscs", "cp950"],
    ["shift_jis", "sjis", "shift-jis", "ShiftJIS", "Shift_JIS", "cp932", "windows-31j"],
    ["euc-jp", "EUC_JP", "eucjp"],
    ["euc-kr", "euckr", "ks_c_5601-1987", "cp949", "UHC"],
    ["windows-874", "cp874", "TIS-620", "iso-8859-11"]
  ])("%s is found by its aliases", (name, ...labels) => {
    for (const label of labels) assert.strictEqual(made(label).name, name, label)
  })

  it("finds every alias it lists, and none twice", () => {
    const labels = TextEncoding.names.flatMap((name) => [name, ...TextEncoding.aliases[name]])
    assert.strictEqual(new Set(labels).size, labels.length)
    for (const name of TextEncoding.names) {
      for (const alias of TextEncoding.aliases[name]) assert.strictEqual(made(alias).name, name, alias)
    }
  })

  it("refuses an unknown name, and lists those it knows", () => {
    for (const name of ["", "klingon", "utf-7", "iso-8859-12", "constructor"]) {
      const reason = failure(TextEncoding.make(name)).reason
      assert.deepStrictEqual({ ...reason }, { _tag: "UnknownEncoding", name, known: TextEncoding.names })
    }
  })

  it("reads the value of an A and makes one, and gives back the very string where it is ASCII", () => {
    const gbk = made("gbk")
    assert.strictEqual(TextEncoding.decodeA(gbk, "\xbe\xa7\xd4\xb2 A"), "晶圆 A")
    assert.deepStrictEqual(TextEncoding.encodeA(gbk, "晶圆 A"), Result.succeed("\xbe\xa7\xd4\xb2 A"))
    assert.strictEqual(failure(TextEncoding.encodeA(gbk, "é😀")).reason._tag, "BadCharacter")
    const sent = success(ItemCodec.encode(Item.A(success(TextEncoding.encodeA(gbk, "晶圆")))))
    assert.strictEqual(toHex(sent), "4104bea7d4b2")
    const seen: Array<unknown> = []
    const watched: TextEncoding.TextEncoding = {
      ...gbk,
      decode: (bytes) => {
        seen.push(bytes)
        return gbk.decode(bytes)
      },
      encode: (text) => {
        seen.push(text)
        return gbk.encode(text)
      }
    }
    assert.strictEqual(TextEncoding.decodeA(watched, "LOT \x7f\0"), "LOT \x7f\0")
    assert.deepStrictEqual(TextEncoding.encodeA(watched, "LOT \x7f\0"), Result.succeed("LOT \x7f\0"))
    assert.deepStrictEqual(seen, [])
  })

  it("takes ASCII for bytes where the encoding is UTF-16", () => {
    assert.strictEqual(TextEncoding.decodeA(made("utf-16be"), "\0A\0B"), "AB")
    assert.deepStrictEqual(TextEncoding.encodeA(made("utf-16be"), "AB"), Result.succeed("\0A\0B"))
  })

  it("decodes under every localized string header what a C2 was made of", () => {
    const texts = {
      [Item.Lsh.Ucs2]: "晶",
      [Item.Lsh.Utf8]: "晶",
      [Item.Lsh.Ascii]: "A",
      [Item.Lsh.Latin1]: "é",
      [Item.Lsh.Iso8859_11]: "แผ่น",
      [Item.Lsh.Tis620]: "แผ่น",
      [Item.Lsh.ShiftJis]: "表",
      [Item.Lsh.EucJp]: "表",
      [Item.Lsh.EucKr]: "똠",
      [Item.Lsh.Gb]: "😀",
      [Item.Lsh.EucCn]: "圆",
      [Item.Lsh.Big5]: "圓"
    }
    const names = Object.entries(texts).map(([lsh, text]) => {
      const encoding = success(TextEncoding.fromLsh(Number(lsh)))
      const item = Item.C2(Number(lsh), text)
      assert.strictEqual(encoding.decode(item.value.bytes), text)
      assert.strictEqual(success(Item.asText(item)), text)
      return encoding.name
    })
    assert.deepStrictEqual(names, [
      "utf-16be",
      "utf-8",
      "ascii",
      "latin-1",
      "windows-874",
      "windows-874",
      "shift_jis",
      "euc-jp",
      "euc-kr",
      "gb18030",
      "gbk",
      "big5"
    ])
    for (const lsh of [-1, 0, 7, 14, 15, 0.5, 65_535]) {
      const { known, name } = failure(TextEncoding.fromLsh(lsh)).reason as { known: unknown; name: unknown }
      assert.deepStrictEqual([name, known], [`localized string header ${lsh}`, TextEncoding.names])
    }
  })

  it("keeps the bytes that asText of a C2 refuses, and reads what asText reads", () => {
    for (const [lsh, bytes, strict, text] of [
      [2, "41ff", undefined, "A\udcff"],
      [3, "41e9", undefined, "A\udce9"],
      [8, "81", undefined, "\udc81"],
      [8, "ed40", "纊", "\udced@"],
      [8, "1a1c7f", "\x1a\x1c\x7f", "\x1a\x1c\x7f"],
      [12, "a2e3", "€", "\udca2\udce3"],
      [13, "c7fd", undefined, "\udcc7\udcfd"]
    ] as const) {
      const item = Item.C2(lsh, hex(bytes))
      const read = Item.asText(item)
      assert.strictEqual(Result.isSuccess(read) ? read.success : undefined, strict, `${lsh} ${bytes}`)
      const encoding = success(TextEncoding.fromLsh(lsh))
      assert.strictEqual(encoding.decode(item.value.bytes), text)
      assert.isTrue(Equal.equals(Item.C2(lsh, success(encoding.encode(text))), item))
    }
  })

  it("makes no table before the first byte or character above ASCII, and one for all encodings of a name", async () => {
    const decoded: Array<string> = []
    const Host = globalThis.TextDecoder
    vi.stubGlobal(
      "TextDecoder",
      class extends Host {
        override decode(...args: Parameters<InstanceType<typeof Host>["decode"]>): string {
          decoded.push(this.encoding)
          return super.decode(...args)
        }
      }
    )
    vi.resetModules()
    try {
      const fresh = await import("../src/Item.ts")
      const module = await import("../src/TextEncoding.ts")
      const big5 = success(module.make("big5"))
      assert.deepStrictEqual(fresh.C2(8, "ASCII").value.bytes, Uint8Array.from(Buffer.from("ASCII")))
      assert.strictEqual(big5.decode(Uint8Array.of(0x41)), "A")
      assert.strictEqual(success(big5.encode("A")).length, 1)
      assert.deepStrictEqual(decoded, [])
      assert.strictEqual(big5.decode(Uint8Array.of(0xa4, 0x51)), "十")
      const once = decoded.length
      assert.isAbove(once, 0)
      assert.deepStrictEqual([...new Set(decoded)], ["big5"])
      assert.strictEqual(success(success(module.make("cp950")).encode("十")).length, 2)
      assert.strictEqual(fresh.C2(13, "十").value.bytes.length, 2)
      assert.strictEqual(decoded.length, once)
    } finally {
      vi.unstubAllGlobals()
      vi.resetModules()
    }
  })

  it("says so where the host has no decoder, and Item takes bytes there", async () => {
    const Host = globalThis.TextDecoder
    vi.stubGlobal(
      "TextDecoder",
      class extends Host {
        constructor(label?: string, options?: ConstructorParameters<typeof Host>[1]) {
          if (label !== "utf-8") throw new RangeError(`no ${label}`)
          super(label, options)
        }
      }
    )
    vi.resetModules()
    try {
      const fresh = await import("../src/Item.ts")
      const module = await import("../src/TextEncoding.ts")
      const lacks = TextEncoding.names.filter((name) => Result.isFailure(module.make(name)))
      assert.deepStrictEqual(lacks, ["gbk", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "windows-874"])
      assert.deepStrictEqual({ ...failure(module.make("cp936")).reason }, { _tag: "HostLacksEncoding", name: "gbk" })
      assert.deepStrictEqual({ ...failure(module.fromLsh(12)).reason }, { _tag: "HostLacksEncoding", name: "gbk" })
      assert.strictEqual(failure(fresh.make("C2", { lsh: 12, bytes: "A" })).reason._tag, "WrongType")
      assert.strictEqual(failure(fresh.asText(fresh.C2(12, [0x41]))).reason._tag, "WrongFormat")
    } finally {
      vi.unstubAllGlobals()
      vi.resetModules()
    }
  })

  describe("fromIconv", () => {
    const from = (name: string) => success(TextEncoding.fromIconv(iconv, name))

    it("reads and writes encodings of the library that is passed in", () => {
      assert.strictEqual(from("windows-1251").decode(hex("cff0e8e2e5f2")), "Привет")
      assert.strictEqual(toHex(success(from("windows-1251").encode("Привет"))), "cff0e8e2e5f2")
      assert.strictEqual(toHex(success(from("big5-hkscs").encode("㗎"))), "9dee")
      assert.strictEqual(from("windows-1251").name, "windows-1251")
    })

    it("keeps bytes that are in no character, and those that the library does not write", () => {
      for (const [name, bytes, text] of [
        ["windows-1251", "cf98f0", "П\udc98р"],
        ["cp936", "bea7ffd4b2", "晶\udcff圆"],
        ["shift_jis", "8790955c", "\udc87\udc90表"],
        ["shift_jis", "ed40955c", "\udced@表"],
        ["utf-16le", "41005a", "A\udc5a"],
        ["utf-16be", "feff0041", "\ufeffA"],
        // A byte order mark is not taken away.
        ["utf-8", "efbbbf41ff", "\ufeffA\udcff"]
      ] as const) {
        const encoding = from(name)
        assert.strictEqual(encoding.decode(hex(bytes)), text, name)
        assert.strictEqual(toHex(success(encoding.encode(text))), bytes, name)
      }
    })

    it("refuses the first character that the library replaces, with index and code point", () => {
      for (const [name, text, index, codePoint] of [
        ["windows-1251", "П\udc98é", 2, 0xe9],
        ["windows-1251", "П\ufffd", 1, 0xfffd],
        ["cp936", "晶😀圆", 1, 0x1f600],
        ["ascii", "é", 0, 0xe9],
        ["utf-8", "a\ud800", 1, 0xd800]
      ] as const) {
        assert.deepStrictEqual(
          { ...failure(from(name).encode(text)).reason },
          { _tag: "BadCharacter", index, codePoint, alphabet: name }
        )
      }
    })

    it("keeps every byte where the pieces of a text are not the whole", () => {
      // ASCII, then how much of it there is.
      const counted: Parameters<typeof TextEncoding.fromIconv>[0] = {
        encodingExists: () => true,
        encode: (text) => Uint8Array.from([...Buffer.from(text), text.length]),
        decode: (bytes) => (bytes.at(-1) === bytes.length - 1 ? Buffer.from(bytes.slice(0, -1)).toString() : "\ufffd")
      }
      const encoding = success(TextEncoding.fromIconv(counted, "counted"))
      assert.strictEqual(encoding.decode(hex("414202")), "AB")
      assert.strictEqual(encoding.decode(hex("41014201")), "\udc41\udc01\udc42\udc01")
      assert.strictEqual(toHex(success(encoding.encode("\udc41\udc01\udc42\udc01"))), "41014201")
    })

    it("knows which encodings extend ASCII", () => {
      const names = ["windows-1251", "cp936", "shift_jis", "utf-8", "utf-7", "utf-16le", "utf-16be", "utf-32le", "hex"]
      assert.deepStrictEqual(
        names.filter((name) => from(name).extendsAscii),
        ["windows-1251", "cp936", "shift_jis", "utf-8"]
      )
    })

    it("refuses a name that the library does not know", () => {
      const reason = failure(TextEncoding.fromIconv(iconv, "klingon")).reason
      assert.deepStrictEqual({ ...reason }, { _tag: "UnknownEncoding", name: "klingon", known: [] })
    })
  })

  it("is a view for structures, which tells what it has no bytes for", () => {
    const gbk = TextEncoding.view(success(TextEncoding.make("GBK")))
    assert.strictEqual(gbk.decode("\xbe\xa7"), "晶")
    assert.strictEqual(gbk.encode("晶"), "\xbe\xa7")
    assert.deepStrictEqual(gbk.encode("\ud83d\ude00"), {
      problem: "a text in gbk (BadCharacter: character 0 is U+1F600, not in gbk)"
    })
  })
})

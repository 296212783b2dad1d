import { Hsms, Item, ItemCodec, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Explain from "../src/bytes/Explain.ts"
import * as Wire from "../src/bytes/Wire.ts"

const { A, B, BOOLEAN, C2, F4, F8, I8, J, L, U1, U2, U4 } = Item
const encode = (item: Item.Item) => Result.getOrThrow(ItemCodec.encode(item)).slice()
const frame = (message: Hsms.HsmsMessage) => Result.getOrThrow(Hsms.encode(message)).slice()

const rows = (bytes: Uint8Array, form?: Wire.Form, valueRows?: number) =>
  Wire.read(bytes, form).flatMap((part) => [...Explain.explain(bytes, part, { valueRows })])
const lines = (bytes: Uint8Array, form?: Wire.Form, valueRows?: number) =>
  rows(bytes, form, valueRows).map((row) => Explain.line(row))

describe("Explain", () => {
  it("explains a frame byte by byte, nested as its lists are", () => {
    const message = SecsMessage.primary(6, 11, L(U4(1), L(), L(A("MDLN"), F4(0.1), BOOLEAN(true, false))))
    assert.deepStrictEqual(lines(frame(Hsms.data(7, message, 42))), [
      "0000  00 00 00 26              length: 38 bytes",
      "0004  00 07                    session 7",
      "0006  86                       W-bit, stream 6",
      "0007  0b                       function 11",
      "0008  00                       PType 0: SECS-II",
      "0009  00                       SType 0: data",
      "000a  00 00 00 2a              system bytes 0000002a",
      "000e  01 03                    L, 3 items",
      "0010  b1 04 00 00 00 01          U4, 4 bytes: 1",
      "0016  01 00                      L, 0 items",
      "0018  01 03                      L, 3 items",
      '001a  41 04 4d 44 4c 4e            A, 4 bytes: "MDLN"',
      "0020  91 04 3d cc cc cd            F4, 4 bytes: 0.1",
      "0026  25 02 01 00                  BOOLEAN, 2 bytes: T F"
    ])
  })

  it.each<readonly [string, Hsms.Control, ReadonlyArray<string>]>([
    ["Select.req", Hsms.selectReq(1), ["not used", "not used", "PType 0: SECS-II", "SType 1: Select.req"]],
    [
      "Select.rsp",
      Hsms.selectRsp(Hsms.selectReq(1), 3),
      ["not used", "status 3: Exhausted", "PType 0: SECS-II", "SType 2: Select.rsp"]
    ],
    [
      "Reject.req",
      { _tag: "RejectReq", sessionId: 1, systemBytes: 2, reason: 1, rejected: 9 },
      ["rejected type 9", "reason 1: STypeNotSupported", "PType 0: SECS-II", "SType 7: Reject.req"]
    ]
  ])("names the fields of %s", (_, message, meanings) => {
    assert.deepStrictEqual(
      rows(frame(message))
        .slice(2, 6)
        .map(({ meaning }) => meaning),
      meanings
    )
  })

  it("writes values of every format as SML does", () => {
    assert.deepStrictEqual(
      rows(encode(L(B(1, 255), I8(-1n), F8(-0), F4(Number.NaN), J("ｱ¥"), A('a"b\n'), U2()))).map(
        ({ meaning }) => meaning
      ),
      [
        "L, 7 items",
        "B, 2 bytes: 0x01 0xFF",
        "I8, 8 bytes",
        "-1",
        "F8, 8 bytes",
        "-0",
        "F4, 4 bytes: NaN",
        'J, 2 bytes: "ｱ¥"',
        "0xB1 0x5C",
        'A, 4 bytes: "a" 0x22 "b" 0x0A',
        "U2, 0 bytes"
      ]
    )
  })

  it("names the encoding of a C2 and shows what it says", () => {
    assert.deepStrictEqual(lines(encode(C2(Item.Lsh.Utf8, "日本"))), [
      '0000  49 08                    C2, 8 bytes: "日本"',
      "0002  00 02                      text header 2: Utf8",
      "0004  e6 97 a5 e6 9c ac"
    ])
  })

  it("cuts a long value after the rows it is given, and says how much is left", () => {
    assert.deepStrictEqual(lines(encode(U4(Array.from({ length: 100 }, (_, i) => i))), "item", 2), [
      "0000  b2 01 90                 U4, 400 bytes",
      "0003  00 00 00 00 00 00 00 01    0 1",
      "000b  00 00 00 02 00 00 00 03    2 3, … 384 bytes"
    ])
  })

  it("explains up to the fault, and no further", () => {
    const bytes = encode(L(U1(7), A("text"), U1(8)))
    bytes[5] = 0xc5
    assert.deepStrictEqual(lines(bytes, "item"), [
      "0000  01 03                    L, 3 items",
      "0002  a5 01 07                   U1, 1 byte: 7",
      "0005  c5 04 74 65 78 74 a5 01  ! UnknownFormat at byte 5, item [1]: format code 61 (octal) is not defined, … 1 byte"
    ])
  })

  it("explains what is there of a list that ends too early", () => {
    assert.deepStrictEqual(lines(Uint8Array.of(1, 3, 0xa5, 1, 7, 0xb1, 4, 1), "item"), [
      "0000  01 03                    L, 3 items",
      "0002  a5 01 07                   U1, 1 byte: 7",
      "0005  b1 04 01                   U4, 4 bytes",
      "0008                           ! Truncated at byte 5, item [1]: 4 bytes declared, 1 bytes left"
    ])
    assert.deepStrictEqual(lines(Uint8Array.of(1, 2, 0xff, 1), "item").slice(1), [
      "0002  ff 01                    not read",
      "0004                           ! Truncated at byte 0, the root item: 2 items declared, 2 bytes left"
    ])
  })

  it("explains what is there of a frame that ends too early", () => {
    const bytes = frame(Hsms.data(0, SecsMessage.primary(1, 3, L(U4(1001), U4(1002))), 1)).subarray(0, 25)
    assert.deepStrictEqual(lines(bytes).slice(7), [
      "000e  01 02                    L, 2 items",
      "0010  b1 04 00 00 03 e9          U4, 4 bytes: 1001",
      "0016  b1 04 00                   U4, 4 bytes",
      "0019                           ! Incomplete at byte 0, a frame: 24 bytes declared, 21 left"
    ])
  })

  it("has every byte of any input in exactly one row", () => {
    let seed = 7
    const next = (below: number) => (seed = (seed * 48_271) % 0x7fff_ffff) % below
    const good = frame(
      Hsms.data(0, SecsMessage.primary(1, 3, L(U4(1001), L(A("x".repeat(50)), C2(2, "é")), F8(1, 2))), 1)
    )
    for (let round = 0; round < 800; round++) {
      const bytes = Uint8Array.from([...good, ...good])
      for (let changes = next(3); changes > 0; changes--) bytes[next(bytes.length)] = next(256)
      const input = bytes.subarray(next(2) === 0 ? 0 : next(30), bytes.length - (next(2) === 0 ? 0 : next(60)))
      for (const form of [undefined, ...Wire.forms]) {
        let at = 0
        for (const { bytes, left, offset } of rows(input, form)) {
          assert.strictEqual(offset, at)
          at = offset + bytes.length + left
        }
        assert.strictEqual(at, input.length)
      }
    }
  })

  it("explains lists nested deeper than the stack", () => {
    const depth = 100_000
    const bytes = new Uint8Array(2 * depth).fill(1)
    bytes[2 * depth - 1] = 0
    const seen = rows(bytes, "item")
    assert.strictEqual(
      seen.at(-1)?.meaning,
      "! TooDeep at byte 2048, item [0.0.0.0.0.0.0.0 … 0.0.0.0.0.0.0.0, 1024 steps]: lists are nested deeper than 1024"
    )
  })
})

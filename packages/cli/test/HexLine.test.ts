import { assert, describe, it } from "@effect/vitest"
import * as HexLine from "../src/logs/HexLine.ts"
import { Texts } from "./support/draw.ts"

const select = "0000000affff0000000100000001"
const digits = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")

describe("HexLine", () => {
  it.each([
    ["hexdump -C", "00000000  00 00 00 0a ff ff 00 00  00 01 00 00 00 01        |..............|", 0, 0],
    [
      "hexdump -C, a whole line",
      "00000010  00 00 00 0a ff ff 00 00  00 01 00 00 00 01 41 42  |..............AB|",
      16,
      0
    ],
    ["xxd", "00000000: 0000 000a ffff 0000 0001 0000 0001       ..............", 0, 0],
    ["xxd -g1", "00000000: 00 00 00 0a ff ff 00 00 00 01 00 00 00 01        ..............", 0, 0],
    ["xxd -g4", "00000020: 0000000a ffff0000 00010000 0001               ..............", 32, 0],
    ["Wireshark", "0000   00 00 00 0a ff ff 00 00 00 01 00 00 00 01         ..............", 0, 0],
    ["Wireshark, characters that look like bytes", "0000   00 00 00 0a ff ff 00 00 00 01 00 00 00 01   AB 41 42", 0, 0],
    [
      "a followed stream, the other side",
      "    000000E0  00 00 00 0a ff ff 00 00  00 01 00 00 00 01       ........ ......",
      0xe0,
      4
    ],
    ["tcpdump -X", "\t0x0010:  0000 000a ffff 0000 0001 0000 0001      ..............", 16, 1],
    ["od -A x -t x1", "000000 00 00 00 0a ff ff 00 00 00 01 00 00 00 01", 0, 0]
  ] as const)("reads a line of %s", (name, line, offset, indent) => {
    const read = HexLine.read(line)
    assert.deepInclude(read, { _tag: "Offset", offset, indent })
    if (read._tag === "Offset") assert.strictEqual(digits(read.bytes), select + (name.includes("whole") ? "4142" : ""))
  })

  it.each([
    ["00 00 00 0a ff ff 00 00 00 01 00 00 00 01", ""],
    ["0000000affff0000000100000001", ""],
    ["0000000A FFFF0000 00010000 0001", ""],
    ["0000 000a ffff 0000 0001 0000 0001", ""],
    ["0x00, 0x00, 0x00, 0x0A, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01", ""],
    ["15:14:37.402 TX: 00 00 00 0A FF FF 00 00 00 01 00 00 00 01", "15:14:37.402 TX: "],
    ["RECV 14 bytes: [00 00 00 0a ff ff 00 00 00 01 00 00 00 01]", "RECV 14 bytes: ["],
    ["2019-06-08 15:14:37,402 [TX] 0000000affff0000000100000001", "2019-06-08 15:14:37,402 [TX] "],
    ["TX: 00 00 00 0a ff ff 00 00 00 01 00 00 00 01 | ..............", "TX: "],
    ["TX: 00 00 00 0a ff ff 00 00 00 01 00 00 00 01    ........ .....", "TX: "]
  ] as const)("reads %j", (line, before) => {
    const read = HexLine.read(line)
    assert.deepInclude(read, { _tag: "Bytes", before })
    if (read._tag === "Bytes") assert.strictEqual(digits(read.bytes), select)
  })

  it("reads a short line that is nothing but bytes, and the offset that ends a dump", () => {
    assert.deepStrictEqual(HexLine.read("0a"), { _tag: "Bytes", before: "", bytes: Uint8Array.of(10) })
    assert.deepStrictEqual(HexLine.read("0000000e"), {
      _tag: "Offset",
      offset: 14,
      indent: 0,
      bytes: new Uint8Array(0)
    })
    assert.deepStrictEqual(HexLine.read("*"), { _tag: "Repeat" })
  })

  it.each([
    "",
    "S1F1 W.",
    "it will be added",
    "total 12345678",
    "15:14:37.402",
    "2019-06-08 15:14:37,402 INFO  connection to 192.0.2.1 is up",
    "Sent 14 bytes:",
    "header : 119643 : nothing"
  ])("takes %j for words", (text) => {
    assert.deepStrictEqual(HexLine.read(text), { _tag: "Text", text })
  })

  it.prop("reads any line", [Texts], ([text]) => {
    for (const line of text.split("\n")) HexLine.read(line)
  })

  it.each(["00 ", "0", "0000 ", ",", "a b", "|", "   "])("reads a million times %j", (one) => {
    HexLine.read(one.repeat(1_000_000))
    HexLine.read(`${one.repeat(1_000_000)} x`)
    HexLine.read(`0000  ${one.repeat(1_000_000)} x`)
  })
})

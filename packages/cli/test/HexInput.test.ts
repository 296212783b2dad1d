import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { execFileSync } from "node:child_process"
import * as HexInput from "../src/bytes/HexInput.ts"

const bytes = Uint8Array.from({ length: 40 }, (_, i) => (i * 37 + 1) & 0xff)
const item = Uint8Array.of(0x01, 0x02, 0xa5, 0x01, 0x07, 0x41, 0x00)

const read = (text: string): Uint8Array => Result.getOrThrow(HexInput.hex(text))
const refused = (text: string): string => {
  const result = HexInput.hex(text)
  return Result.isFailure(result) ? result.failure.message : `read as ${Array.from(result.success)}`
}

describe("HexInput", () => {
  it.each([
    ["0102a501074100"],
    ["01 02 A5 01 07 41 00"],
    ["0102 a501 0741 00\n"],
    ["0x0102a501074100"],
    ["0x01 0x02 0xA5 0x1 0x7 0x41 0x0"],
    ["[0x01, 0x02, 0xa5, 0x01, 0x07, 0x41, 0x00]"],
    ["01:02:a5:01:07:41:00"],
    ["01,02,a5,01,07,41,00"],
    ["01-02-A5-01-07-41-00"],
    ["\\x01\\x02\\xa5\\x01\\x07\\x41\\x00"],
    ["  01 02\r\n\ta5 01\r\n07 41 00  "],
    ["00000000: 0102 a501 0741 00                        .....A."],
    ["00000000  01 02 a5 01 07 41 00                              |.....A.|\n00000007\n"],
    ["0000  01 02 a5 01 07 41 00                                .....A."],
    ["000000 01 02 a5 01 07 41 00\n000007\n"],
    ["00000010  01 02 a5 01 07 41 00                              |.....A.|\n"],
    ["00000010  01 02 a5 01 07 41 00                              |.....A.|\n00000017\n"],
    ["0010   01 02 a5 01                                        ....\n0014   07 41 00          .A.\n"],
    ["000020  01 02 a5 01\n000024  07 41 00\n"],
    ["> 01 02 a5 01\n> 07 41 00"],
    [">> 0000: 0102 a501 0741 00  .....A.\n>>\n"],
    ["01h 02h A5h 1h 7h 41h 0h"],
    ["0102A5h, 010741h, 00h"],
    ["Hex: 01 02 a5 01 07 41 00"],
    ["Raw bytes:\n01 02 a5 01 07 41 00"],
    ["TX: 01 02 a5 01\nRX = 07 41 00"],
    ["> Message text: 01 02 a5 01 07 41 00"],
    ["{0x01, 0x02, 0xa5, 0x01, 0x07, 0x41, 0x00}"],
    ["{ 0x01, 0x02, 0xa5,\n  0x01, 0x07, 0x41, 0x00 };"]
  ])("reads %j", (text) => {
    assert.deepStrictEqual(read(text), item)
  })

  it("reads the dump of Wireshark, whose characters look like hex", () => {
    const row = "00 1b 21 0b 5b 5d 00 1b  61 62 63 64 65 66 61 62"
    assert.deepStrictEqual(
      read(`0000   ${row}   ..!.[]..abcdefab\n0010   61 62                                              ab\n`),
      read(`${row} 61 62`)
    )
  })

  it("repeats the line before a `*` as hexdump means it", () => {
    const dump =
      "00000000  01 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n" +
      "00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n" +
      "00000040  07                                                |.|\n00000041\n"
    const expected = new Uint8Array(65)
    expected[0] = 1
    expected[64] = 7
    assert.deepStrictEqual(read(dump), expected)
  })

  it.each([
    ["0000: 01 02 03 04  ....\n0006: 05  .", "line 2, column 1: expected offset 0004, found 0006"],
    [
      "0000000 0201 01a5 4107 0000\n0000007",
      "line 1, column 1: expected a dump byte by byte (hexdump -C, xxd), found 16-bit numbers"
    ],
    ["01 02 0", "line 1, column 7: expected two hex digits for each byte, found 1 digit: 0"],
    ["01 02\n03 0g", "line 2, column 4: expected two hex digits for each byte, found 1 digit: 0"],
    ["0x012 03", "line 1, column 1: expected two hex digits for each byte, found 3 digits: 0x012"],
    ["> 01 zz", "line 1, column 6: expected hex digits, found zz"],
    ["01 02 text: 03", "line 1, column 7: expected hex digits, found text:"],
    ["be to: 03", "line 1, column 4: expected hex digits, found to:"],
    ["01 02 zz", "line 1, column 7: expected hex digits, found zz"],
    ["  \n", "line 1, column 1: expected hex digits, found nothing"],
    ["0000: 01  .\n*\nffffffff: 01  .", "line 3, column 1: expected an offset below 67108864 behind *, found ffffffff"]
  ])("refuses %j by line, column and what stands there", (text, message) => {
    assert.strictEqual(refused(text), message)
  })

  it("reads what the dump tools of this machine write", () => {
    const tools: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
      ["od", ["-A", "x", "-v", "-t", "x1"]],
      ["od", ["-A", "n", "-v", "-t", "x1"]]
    ]
    for (const [tool, args] of tools) {
      assert.deepStrictEqual(read(execFileSync(tool, args, { input: bytes, encoding: "utf8" })), bytes, tool)
    }
  })

  it("reads base64 with and without padding, line ends and the alphabet of URLs", () => {
    const standard = Buffer.from(bytes).toString("base64")
    for (const text of [
      standard,
      standard.replace(/=+$/, ""),
      `${standard.slice(0, 20)}\r\n${standard.slice(20)}\n`,
      Buffer.from(bytes).toString("base64url")
    ]) {
      assert.deepStrictEqual(Result.getOrThrow(HexInput.base64(text)), bytes)
    }
  })

  it("takes a number before bytes for bytes where no line counts on from it", () => {
    assert.deepStrictEqual(read("00000010  01 02"), Uint8Array.of(0, 0, 0, 0x10, 1, 2))
    assert.deepStrictEqual(read("0010  01\n0022  03"), Uint8Array.of(0, 0x10, 1, 0, 0x22, 3))
  })

  it("reads base64 whose lines have their own padding", () => {
    const lines = [bytes.subarray(0, 1), bytes.subarray(1, 6), bytes.subarray(6, 9), bytes.subarray(9)]
    const text = lines.map((line) => Buffer.from(line).toString("base64"))
    assert.isTrue(text[0]!.endsWith("==") && text[1]!.endsWith("="))
    for (const end of ["\n", "\r\n", " "]) {
      assert.deepStrictEqual(Result.getOrThrow(HexInput.base64(text.join(end))), bytes)
    }
    const short = HexInput.base64("AA==\nAAAAA")
    assert.strictEqual(
      Result.isFailure(short) && short.failure.message,
      "line 2, column 1: expected 2 to 4 characters for every 3 bytes, found 5"
    )
  })

  it("names the first character that is not base64", () => {
    const refused = HexInput.base64("AAAA\nAA*A")
    assert.strictEqual(
      Result.isFailure(refused) && refused.failure.message,
      "line 2, column 3: expected base64, found *"
    )
    assert.isTrue(Result.isFailure(HexInput.base64("AAAAA")))
    assert.isTrue(Result.isFailure(HexInput.base64("AA=A")))
  })

  it("refuses a line of a hundred thousand words in little time", () => {
    for (const line of ["the  ".repeat(100_000), " ".repeat(500_000), "> ".repeat(200_000), "z".repeat(500_000)]) {
      assert.match(refused(`${line}\n%`), /^line \d+, column \d+: expected hex digits/)
    }
  }, 30_000)

  it("reads a million bytes of a dump", () => {
    const lines = Array.from(
      { length: 65_536 },
      (_, i) => `${(i * 16).toString(16).padStart(8, "0")}  ${"a5 ".repeat(16)} |................|`
    )
    assert.strictEqual(read(lines.join("\n")).length, 1 << 20)
  })
})

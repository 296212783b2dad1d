import { assert, describe, it } from "@effect/vitest"
import * as FormatCode from "../src/FormatCode.ts"

/** SEMI E5, data items: octal code, mnemonic, bytes of one element. */
const table: ReadonlyArray<readonly [code: number, format: FormatCode.Format, elementSize: number, element: string]> = [
  [0o00, "L", 1, "item"],
  [0o10, "B", 1, "byte"],
  [0o11, "BOOLEAN", 1, "boolean"],
  [0o20, "A", 1, "character"],
  [0o21, "J", 1, "character"],
  [0o22, "C2", 1, "character"],
  [0o30, "I8", 8, "bigint"],
  [0o31, "I1", 1, "number"],
  [0o32, "I2", 2, "number"],
  [0o34, "I4", 4, "number"],
  [0o40, "F8", 8, "number"],
  [0o44, "F4", 4, "number"],
  [0o50, "U8", 8, "bigint"],
  [0o51, "U1", 1, "number"],
  [0o52, "U2", 2, "number"],
  [0o54, "U4", 4, "number"]
]

describe("FormatCode", () => {
  it("lists the sixteen formats of SEMI E5 in the order of their codes", () => {
    assert.deepStrictEqual(
      FormatCode.formats.map(({ code, element, elementSize, format }) => [code, format, elementSize, element]),
      table.map((row) => [...row])
    )
  })

  it("finds a row by its code and by its mnemonic, and none for the other 48 codes", () => {
    for (let code = 0; code < 64; code++) {
      assert.strictEqual(FormatCode.fromCode(code)?.format, table.find((row) => row[0] === code)?.[1])
    }
    for (const [code, format] of table) {
      assert.strictEqual(FormatCode.FormatCode[format], code)
      assert.strictEqual(FormatCode.info(format).code, code)
    }
    assert.isUndefined(FormatCode.fromCode(64))
  })

  it("gives each integer format the range of its two's complement or unsigned bytes", () => {
    const ranges = FormatCode.formats
      .filter((info) => info.minimum !== undefined)
      .map(({ format, maximum, minimum }) => `${format} ${minimum} ${maximum}`)
    assert.deepStrictEqual(ranges, [
      "B 0 255",
      "I8 -9223372036854775808 9223372036854775807",
      "I1 -128 127",
      "I2 -32768 32767",
      "I4 -2147483648 2147483647",
      "U8 0 18446744073709551615",
      "U1 0 255",
      "U2 0 65535",
      "U4 0 4294967295"
    ])
  })

  it("holds at most 16 777 215 bytes or elements in an item", () => {
    assert.strictEqual(FormatCode.maxLength, 16_777_215)
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as TextInput from "../src/TextInput.ts"

const utf8 = (text: string) => new TextEncoder().encode(text)
const text = 'S1F2 <A "é">. // 装置\r\n'

const files: ReadonlyArray<readonly [string, string, Uint8Array]> = [
  ["UTF-8", text, utf8(text)],
  ["UTF-8 with a byte order mark", text, utf8(`\ufeff${text}`)],
  ["UTF-16, little end first", text, Uint8Array.from([0xff, 0xfe, ...Buffer.from(text, "utf16le")])],
  ["UTF-16, big end first", text, Uint8Array.from([0xfe, 0xff, ...Buffer.from(text, "utf16le").swap16()])],
  ["latin-1", "é\u0080\u009f\u00ff", Uint8Array.of(0xe9, 0x80, 0x9f, 0xff)],
  ["nothing", "", new Uint8Array(0)]
]

describe("TextInput", () => {
  it.each(files)("reads %s", (_, text, bytes) => {
    assert.strictEqual(TextInput.decode(bytes), text)
  })

  it.each(files)("writes %s as it was", (_, text, bytes) => {
    assert.deepStrictEqual(TextInput.encodeAs(bytes, text), bytes)
  })

  it("writes UTF-8 where latin-1 has no place for a character", () => {
    assert.deepStrictEqual(TextInput.encodeAs(Uint8Array.of(0xe9), "é装"), utf8("é装"))
  })

  it("reads a long file of latin-1", () => {
    assert.strictEqual(TextInput.decode(new Uint8Array(100_000).fill(0xe9)), "é".repeat(100_000))
  })
})

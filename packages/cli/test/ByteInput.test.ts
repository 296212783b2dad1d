import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as ByteInput from "../src/bytes/ByteInput.ts"

const bytesOf = (text: string) => new TextEncoder().encode(text)
const item = Uint8Array.of(0xa5, 1, 7)

describe("ByteInput", () => {
  it("takes text for hex before base64", () => {
    assert.deepStrictEqual(Result.getOrThrow(ByteInput.fromText("abcd")), Uint8Array.of(0xab, 0xcd))
    assert.deepStrictEqual(Result.getOrThrow(ByteInput.fromText("pQEH")), item)
    assert.deepStrictEqual(Result.getOrThrow(ByteInput.fromText("abcd", "base64")), Uint8Array.of(0x69, 0xb7, 0x1d))
  })

  it("takes a word for base64 only where its bytes are SECS-II, and tells the error of hex else", () => {
    const word = ByteInput.fromText("nope")
    assert.strictEqual(
      Result.isFailure(word) && word.failure.message,
      "line 1, column 1: expected hex digits, found nope"
    )
    assert.isTrue(Result.isSuccess(ByteInput.fromText("nope", "base64")))
  })

  it.each([
    ["bytes", item],
    ["hex", bytesOf("a5 01\r\n\t07\r\n")],
    ["hex with a byte order mark", bytesOf("\ufeffa50107")],
    ["hex in UTF-16", Uint8Array.from([0xff, 0xfe, ...Buffer.from("a50107", "utf16le")])],
    ["base64", bytesOf("pQEH\n")]
  ])("reads a file of %s", (_, content) => {
    assert.deepStrictEqual(Result.getOrThrow(ByteInput.fromBytes(content)), item)
  })

  it("takes a file of characters that are an item for that item", () => {
    const text = bytesOf(`A!${"~".repeat(33)}`)
    assert.deepStrictEqual(Result.getOrThrow(ByteInput.fromBytes(text)), text)
    assert.isTrue(Result.isFailure(ByteInput.fromBytes(bytesOf("S1F1 W."))))
    assert.isTrue(Result.isFailure(ByteInput.fromBytes(text, "hex")))
  })

  it("takes a file for bytes where told, whatever it says", () => {
    assert.deepStrictEqual(Result.getOrThrow(ByteInput.fromBytes(bytesOf("a50107"), "binary")), bytesOf("a50107"))
  })
})

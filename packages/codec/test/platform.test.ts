import { assert, describe, it } from "@effect/vitest"
import * as platform from "../src/internal/platform.ts"
import { hex, toHex } from "./support/bytes.ts"

const withoutBuffer = process.env["SECS_CODEC_WITHOUT_BUFFER"] === "1"

describe("platform", () => {
  it(`${withoutBuffer ? "does without" : "takes the routines of"} Buffer in this project`, () => {
    assert.strictEqual(platform.hasBuffer, !withoutBuffer)
  })

  it("allocates exactly what is asked, in a buffer of its own", () => {
    for (const size of [0, 1, 100, 5000, 70_000]) {
      const bytes = platform.allocate(size)
      assert.strictEqual(bytes.length, size)
      assert.strictEqual(bytes.buffer.byteLength, size)
      assert.strictEqual(bytes.constructor, Uint8Array)
    }
  })

  it("turns elements of 2, 4 and 8 bytes around, wherever they begin", () => {
    for (const start of [0, 1, 2, 3, 4, 5, 6, 7]) {
      for (const [size, turned] of [
        [2, "0100 0302 0504 0706 0908 0b0a 0d0c 0f0e"],
        [4, "03020100 07060504 0b0a0908 0f0e0d0c"],
        [8, "0706050403020100 0f0e0d0c0b0a0908"]
      ] as const) {
        const bytes = new Uint8Array(start + 16).subarray(start)
        bytes.set(hex("000102030405060708090a0b0c0d0e0f"))
        platform.swap(bytes, size)
        assert.strictEqual(toHex(bytes), turned.replaceAll(" ", ""))
      }
    }
  })

  it("turns every element of a long array, not only whole blocks", () => {
    for (const size of [2, 4, 8] as const) {
      const bytes = Uint8Array.from({ length: 1000 * size }, (_, i) => (i * 7) & 0xff)
      const expected = bytes.slice()
      for (let at = 0; at < expected.length; at += size) expected.subarray(at, at + size).reverse()
      platform.swap(bytes, size)
      assert.deepStrictEqual(bytes, expected)
    }
  })

  it("reads and writes latin-1 text of any length, every byte of it", () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i)
    const text = Array.from(all, (byte) => String.fromCharCode(byte)).join("")
    assert.strictEqual(platform.latin1Slice(all, 0, 256), text)
    assert.strictEqual(platform.latin1Slice(all, 250, 256), "\xfa\xfb\xfc\xfd\xfe\xff")
    for (const length of [0, 1, 4095, 4096, 4097, 131_071, 131_072, 200_001]) {
      const long = text.repeat(Math.ceil(length / 256)).slice(0, length)
      const bytes = new Uint8Array(length + 2)
      platform.latin1Write(bytes, long, 1)
      assert.strictEqual(bytes[0], 0)
      assert.strictEqual(bytes[length + 1], 0)
      assert.isTrue(bytes.subarray(1, length + 1).every((byte, i) => byte === (i & 0xff)))
      assert.strictEqual(platform.latin1Slice(bytes, 1, length + 1), long)
    }
  })
})

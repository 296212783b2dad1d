import { Hsms, HsmsHeader, Item, ItemCodec, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Wire from "../src/bytes/Wire.ts"

const { A, L, U1, U4 } = Item
const item = L(U4(1001), A("text"))
const itemBytes = Result.getOrThrow(ItemCodec.encode(item)).slice()
const frame = (message: Hsms.HsmsMessage) => Result.getOrThrow(Hsms.encode(message)).slice()
const data = frame(Hsms.data(7, SecsMessage.primary(1, 3, item), 42))
const join = (...parts: ReadonlyArray<Uint8Array>) => Uint8Array.from(parts.flatMap((part) => [...part]))

const faults = (parts: ReadonlyArray<Wire.Part>) =>
  parts.map(({ fault }) => (fault === undefined ? undefined : [fault.offset, fault.error.message]))

describe("Wire", () => {
  it("takes an item, a message, a header, a frame and several frames for what they are", () => {
    assert.strictEqual(Wire.detect(itemBytes), "item")
    assert.strictEqual(Wire.detect(data.subarray(4)), "message")
    assert.strictEqual(Wire.detect(data.subarray(4, 14)), "message")
    assert.strictEqual(Wire.detect(data), "frame")
    assert.strictEqual(Wire.detect(join(data, frame(Hsms.selectReq(1)), data)), "frame")
  })

  it("reads every message of HSMS as a frame with its header and item", () => {
    const request = Hsms.selectReq(1)
    const messages = [
      request,
      Hsms.selectRsp(request, 3),
      Hsms.linktestReq(2),
      Hsms.separateReq(3),
      Hsms.data(0, SecsMessage.primary(1, 1), 4)
    ]
    const parts = Wire.read(join(...messages.map(frame), data))
    assert.deepStrictEqual(
      parts.map(({ header }) => header?.sType),
      [1, 2, 5, 9, 0, 0]
    )
    assert.deepStrictEqual(parts.at(-1)?.item, item)
    assert.deepStrictEqual(parts.at(-1)?.header, new HsmsHeader.HsmsHeader(7, 0x81, 3, 0, 0, 42))
    assert.deepStrictEqual(
      faults(parts),
      Array.from({ length: 6 }, () => undefined)
    )
  })

  it("counts the offset of a faulty item from the first byte of the input, and reads the next frame all the same", () => {
    const bad = data.slice()
    bad[16] = 0xff
    const parts = Wire.read(join(data, bad, data))
    const at = data.length + 16
    assert.deepStrictEqual(faults(parts), [
      undefined,
      [at, `UnknownFormat at byte ${at}, item [0]: format code 77 (octal) is not defined`],
      undefined
    ])
  })

  it.each<readonly [string, Uint8Array, Wire.Form | undefined, number, string]>([
    [
      "a frame cut short",
      data.subarray(0, 20),
      "frame",
      20,
      "Incomplete at byte 0, a frame: 24 bytes declared, 16 left"
    ],
    [
      "a length cut short",
      data.subarray(0, 3),
      "frame",
      0,
      "Incomplete at byte 0, the length of a frame: 4 bytes declared, 3 left"
    ],
    [
      "a header cut short",
      data.subarray(4, 9),
      "message",
      0,
      "Incomplete at byte 0, the header: 10 bytes declared, 5 left"
    ],
    [
      "a length below a header's",
      Uint8Array.of(0, 0, 0, 9, 1, 2, 3),
      "frame",
      0,
      "FrameTooShort: length field says 9, a header needs 10 (is the peer speaking HSMS?)"
    ],
    [
      "an unknown SType",
      join(Uint8Array.of(0, 0, 0, 10), Uint8Array.of(0, 0, 0, 0, 0, 8, 0, 0, 0, 1)),
      "frame",
      9,
      "UnsupportedSType: SType 8 is not an HSMS message, session 0, system bytes 00000001"
    ],
    [
      "a control message with text",
      join(Uint8Array.of(0, 0, 0, 11), frame(Hsms.selectReq(1)).subarray(4), Uint8Array.of(1)),
      undefined,
      14,
      "BadControlLength: SType 1 announces 11 bytes, control messages have 10"
    ],
    ["bytes behind a header", data.subarray(4), "header", 10, "Excess at byte 10: 14 bytes after the header"],
    [
      "an item with more behind it",
      join(itemBytes, Uint8Array.of(1)),
      undefined,
      itemBytes.length,
      `TrailingBytes at byte ${itemBytes.length}, the root item: 1 bytes after the root item`
    ],
    [
      "no byte at all",
      new Uint8Array(0),
      undefined,
      0,
      "Truncated at byte 0, the root item: 2 bytes declared, 0 bytes left"
    ]
  ])("names the fault of %s with its offset", (_, bytes, form, offset, message) => {
    assert.deepStrictEqual(faults(Wire.read(bytes, form)), [[offset, message]])
  })

  it("gives parts that follow each other to the last byte, whatever the bytes are", () => {
    let seed = 1
    const next = (below: number) => (seed = (seed * 48_271) % 0x7fff_ffff) % below
    for (let round = 0; round < 1000; round++) {
      const bytes = join(
        ...Array.from({ length: next(3) }, () => data),
        Uint8Array.from({ length: next(30) }, () => (next(4) === 0 ? next(256) : 0))
      )
      for (const form of [undefined, ...Wire.forms]) {
        const parts = Wire.read(bytes, form)
        assert.isAtLeast(parts.length, 1)
        assert.strictEqual(parts[0]!.start, 0)
        for (let i = 1; i < parts.length; i++) assert.strictEqual(parts[i]!.start, parts[i - 1]!.end)
        assert.strictEqual(parts.at(-1)!.end, bytes.length)
      }
    }
  })

  it("takes U1 of ten and more bytes for an item and not for a header", () => {
    const bytes = Result.getOrThrow(ItemCodec.encode(U1([0, 0, 0, 0, 0, 0, 0, 0, 0, 0])))
    assert.strictEqual(Wire.detect(bytes), "item")
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import { FrameError, HeaderError, HeaderRangeError, ItemDecodeError, ItemEncodeError } from "../src/CodecError.ts"
import * as FrameDecoder from "../src/FrameDecoder.ts"
import * as Hsms from "../src/Hsms.ts"
import * as HsmsHeader from "../src/HsmsHeader.ts"
import { A, L, U1 } from "../src/Item.ts"
import * as SecsMessage from "../src/SecsMessage.ts"
import { frames } from "./fixtures/frames.ts"
import { concat, hex, pieces, toHex } from "./support/bytes.ts"
import { bytesAre, failure, success } from "./support/expect.ts"
import { Bytes, Garbage, Headers, Messages, runs } from "./support/generate.ts"

const show = (message: Hsms.HsmsMessage): string =>
  `${message._tag} ${Hsms.toHeader(message)}${message._tag === "Data" ? ` ${message.message}` : ""}`

const same = (actual: Hsms.HsmsMessage, expected: Hsms.HsmsMessage): void =>
  assert.isTrue(Equal.equals(actual, expected), `${show(actual)} is not ${show(expected)}`)

describe("Hsms", () => {
  describe.each(frames)("$name", (golden) => {
    const bytes = hex(golden.hex)

    it("encodes to the known frame (e37/frame/length-field, e37/header/ptype, e37/header/control-zero, e37/header/select-status, e37/header/deselect-status, e37/header/reject-reason)", () =>
      bytesAre(success(Hsms.encode(golden.message())), bytes))

    it("decodes from the known frame", () => same(success(Hsms.decode(bytes.subarray(4))), golden.message()))

    it("comes back the same from a decode and an encode", () =>
      bytesAre(success(Hsms.encode(success(Hsms.decode(bytes.subarray(4))))), bytes))

    it("arrives one byte at a time", () => {
      const decoder = FrameDecoder.make()
      const seen = pieces(bytes, 1).flatMap((byte) => decoder.push(byte).frames)
      assert.strictEqual(seen.length, 1)
      same(success(Hsms.decode(seen[0]!)), golden.message())
    })

    it("has the header of its frame", () => {
      assert.strictEqual(toHex(HsmsHeader.toBytes(Hsms.toHeader(golden.message()))), toHex(bytes.subarray(4, 14)))
    })
  })

  it("knows all nine messages", () => {
    const tags = new Set(frames.map((frame) => frame.message()._tag))
    assert.deepStrictEqual([...tags].toSorted(), Object.keys(HsmsHeader.SType).toSorted())
  })

  it("gives all known frames of one stream, however it is cut", () => {
    const stream = concat(...frames.map((frame) => hex(frame.hex)))
    for (const size of [1, 2, 3, 5, 13, 14, 15, 64, stream.length]) {
      const decoder = FrameDecoder.make()
      const seen = pieces(stream, size).flatMap((chunk) => decoder.push(chunk).frames)
      assert.strictEqual(seen.length, frames.length)
      seen.forEach((frame, index) => same(success(Hsms.decode(frame)), frames[index]!.message()))
    }
  })

  it("encodes each control message in 14 bytes (e37/frame/control-length)", () => {
    for (const frame of frames) {
      const message = frame.message()
      if (message._tag !== "Data") bytesAre(Hsms.encodeControl(message), hex(frame.hex))
    }
  })

  it("ignores bytes 2 and 3 where a message does not use them (e37/header/unused-ignored)", () => {
    for (const [text, tag] of [
      ["FFFF 12 34 00 01 00000001", "SelectReq"],
      ["FFFF 12 34 00 03 00000001", "DeselectReq"],
      ["FFFF 12 34 00 05 00000001", "LinktestReq"],
      ["FFFF 12 34 00 06 00000001", "LinktestRsp"],
      ["FFFF 12 34 00 09 00000001", "SeparateReq"]
    ] as const) {
      assert.deepStrictEqual<unknown>(
        { ...success(Hsms.decode(hex(text))) },
        { _tag: tag, sessionId: 0xffff, systemBytes: 1 }
      )
    }
    assert.deepStrictEqual<unknown>(
      { ...success(Hsms.decode(hex("FFFF 12 34 00 02 00000001"))) },
      { _tag: "SelectRsp", sessionId: 0xffff, systemBytes: 1, status: 0x34 }
    )
  })

  it("accepts any session id on control messages and echoes it in the answer", () => {
    const request = success(Hsms.decode(hex("000A 00 00 00 01 00000007")))
    if (request._tag !== "SelectReq") assert.fail(request._tag)
    assert.strictEqual(toHex(Hsms.encodeControl(Hsms.selectRsp(request, 1))), "0000000a000a0001000200000007")
    const linktest = success(Hsms.decode(hex("000A 00 00 00 05 00000007")))
    if (linktest._tag !== "LinktestReq") assert.fail(linktest._tag)
    assert.strictEqual(toHex(Hsms.encodeControl(Hsms.linktestRsp(linktest))), "0000000a000a0000000600000007")
  })

  it("delivers data the standard forbids to send: stream 0, W-bit on a secondary", () => {
    for (const [text, expected] of [
      ["000A 00 01 00 00 00000001", new SecsMessage.SecsMessage(0, 1, false, undefined)],
      ["000A 81 02 00 00 00000001", new SecsMessage.SecsMessage(1, 2, true, undefined)],
      ["000A 01 00 00 00 00000001 01 00", new SecsMessage.SecsMessage(1, 0, false, L())]
    ] as const) {
      same(success(Hsms.decode(hex(text))), Hsms.data(10, expected, 1))
    }
  })

  describe("refuses to encode", () => {
    const message = (stream: number, function_: number) =>
      new SecsMessage.SecsMessage(stream, function_, false, undefined)
    const reply = Hsms.selectReq(1)
    it.each([
      ["sessionId", 65_536, 65_535, Hsms.selectReq(1, 65_536)],
      ["sessionId", -1, 65_535, Hsms.data(-1, message(1, 1), 1)],
      ["systemBytes", 2 ** 32, 2 ** 32 - 1, Hsms.linktestReq(2 ** 32)],
      ["systemBytes", 1.5, 2 ** 32 - 1, Hsms.separateReq(1.5)],
      ["stream", 128, 127, Hsms.data(0, message(128, 1), 1)],
      ["function", 256, 255, Hsms.data(0, message(1, 256), 1)],
      ["status", 256, 255, Hsms.selectRsp(reply, 256)],
      ["reason", 256, 255, Hsms.rejectReq(HsmsHeader.read(hex("FFFF 00 00 00 08 00000001"), 0), 256)]
    ] as const)("a %s of %s, which would be cut to another value", (field, value, maximum, sent) => {
      const error = failure(Hsms.encode(sent))
      assert.instanceOf(error, HeaderRangeError)
      assert.deepStrictEqual([error.field, error.value, error.maximum], [field, value, maximum])
    })
  })

  describe("refuses", () => {
    it.each([1, 2, 127, 128, 255])(
      "PType %i, before it looks at SType or text (e37/header/ptype, e37/reject/ptype-first)",
      (pType) => {
        for (const sType of [0, 1, 8, 255]) {
          for (const text of [hex(""), hex("0D 00")]) {
            const error = failure(
              Hsms.decode(concat(hex("000A 81 01"), Uint8Array.of(pType, sType), hex("0A0B0C0D"), text))
            )
            assert.instanceOf(error, HeaderError)
            assert.deepStrictEqual({ ...error.reason }, { _tag: "UnsupportedPType", pType })
            assert.deepStrictEqual([error.sessionId, error.systemBytes], [10, 0x0a0b0c0d])
          }
        }
      }
    )

    it("every SType that names no message, text or not (e37/header/stypes-reserved)", () => {
      const known = [0, 1, 2, 3, 4, 5, 6, 7, 9]
      for (let sType = 0; sType < 256; sType++) {
        if (known.includes(sType)) continue
        for (const text of [hex(""), hex("01 00")]) {
          const error = failure(Hsms.decode(concat(hex("FFFF 00 00 00"), Uint8Array.of(sType), hex("FFFFFFFF"), text)))
          assert.instanceOf(error, HeaderError)
          assert.deepStrictEqual({ ...error.reason }, { _tag: "UnsupportedSType", sType })
          assert.deepStrictEqual([error.sessionId, error.systemBytes], [0xffff, 0xffff_ffff])
        }
      }
    })

    it.each([1, 2, 3, 4, 5, 6, 7, 9])("a control message of SType %i with text", (sType) => {
      const error = failure(Hsms.decode(concat(hex("FFFF 00 00 00"), Uint8Array.of(sType), hex("00000001 01 00"))))
      assert.instanceOf(error, FrameError)
      assert.deepStrictEqual({ ...error.reason }, { _tag: "BadControlLength", length: 12, sType })
    })

    it("less than a header", () => {
      for (const length of [0, 1, 9]) {
        const error = failure(Hsms.decode(new Uint8Array(length)))
        assert.instanceOf(error, FrameError)
        assert.deepStrictEqual({ ...error.reason }, { _tag: "FrameTooShort", length })
      }
    })

    it("data whose text is no item, with the offset from the start of the text", () => {
      const error = failure(Hsms.decode(hex("000A 81 01 00 00 0A0B0C0D 01 01 0D 00")))
      assert.instanceOf(error, ItemDecodeError)
      assert.deepStrictEqual({ ...error.reason }, { _tag: "UnknownFormat", code: 3 })
      assert.deepStrictEqual([error.offset, ...error.path], [2, 0])
    })

    it("to encode data whose item cannot be written", () => {
      let deep: ReturnType<typeof L> = L()
      for (let i = 0; i < 1025; i++) deep = L(deep)
      const error = failure(Hsms.encode(Hsms.data(1, SecsMessage.primary(1, 1, deep), 1)))
      assert.instanceOf(error, ItemEncodeError)
    })
  })

  it("frames long text: length, header and item in one buffer", () => {
    for (const size of [0, 100, 65_000, 70_000, 1_000_000]) {
      const item = L(A("x".repeat(size)), U1(1))
      const bytes = success(Hsms.encode(Hsms.data(1, SecsMessage.secondary(7, 6, item), 7)))
      assert.strictEqual(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), bytes.length - 4)
      assert.strictEqual(toHex(bytes.subarray(4, 14)), "00010706000000000007")
      same(success(Hsms.decode(bytes.subarray(4))), Hsms.data(1, SecsMessage.secondary(7, 6, item), 7))
    }
  })

  it.prop(
    "decodes every message from its frame",
    [Messages, Headers],
    ([message, { sessionId, systemBytes }]) => {
      const data = Hsms.data(sessionId, message, systemBytes)
      const bytes = success(Hsms.encode(data))
      same(success(Hsms.decode(bytes.subarray(4))), data)
    },
    runs(300, 10_000)
  )

  it.prop(
    "names a header or says why not, and gives a named one back",
    [Headers],
    ([header]) => {
      const named = Hsms.fromHeader(header, undefined)
      const known = header.pType === 0 && header.sType <= 9 && header.sType !== 8
      assert.strictEqual(Result.isSuccess(named), known)
      if (Result.isFailure(named)) return assert.instanceOf(named.failure, HeaderError)
      const again = Hsms.toHeader(named.success)
      assert.deepStrictEqual(
        [again.sessionId, again.systemBytes, again.sType],
        [header.sessionId, header.systemBytes, header.sType]
      )
    },
    runs(300, 10_000)
  )

  it.prop(
    "makes a message or one of three errors of any bytes",
    [Bytes, Garbage],
    ([head, text]) => {
      for (const bytes of [head, concat(hex("000A 81 01 00 00 00000001"), text), concat(head.subarray(0, 10), text)]) {
        const result = Hsms.decode(bytes)
        if (Result.isSuccess(result)) {
          same(success(Hsms.decode(success(Hsms.encode(result.success)).subarray(4))), result.success)
        } else {
          assert.isTrue([FrameError, HeaderError, ItemDecodeError].some((E) => result.failure instanceof E))
        }
      }
    },
    runs(2000, 100_000)
  )
})

import { assert, describe, it } from "@effect/vitest"
import { FrameError } from "../src/CodecError.ts"
import * as FrameDecoder from "../src/FrameDecoder.ts"
import * as Hsms from "../src/Hsms.ts"
import { A, L, U4 } from "../src/Item.ts"
import * as ItemCodec from "../src/ItemCodec.ts"
import * as SecsMessage from "../src/SecsMessage.ts"
import { allocations } from "./support/allocations.ts"
import { concat, frame, hex, pieces, sameBytes, toHex } from "./support/bytes.ts"
import { sameItem, success } from "./support/expect.ts"

const header = "FFFF 00 00 00 05 00000001"
const linktest = frame(header)

/** A frame of `length` bytes behind its length field, each of which can be told from its neighbours. */
const long = (length: number): Uint8Array => {
  const bytes = new Uint8Array(4 + length)
  new DataView(bytes.buffer).setUint32(0, length)
  for (let i = 4; i < bytes.length; i++) bytes[i] = (i * 31 + (i >> 8)) & 0xff
  return bytes
}

/** Everything a decoder gives for chunks that come one after the other. */
const pushAll = (decoder: FrameDecoder.FrameDecoder, chunks: ReadonlyArray<Uint8Array>) => {
  const frames: Array<Uint8Array> = []
  let error: FrameError | undefined
  for (const chunk of chunks) {
    const pushed = decoder.push(chunk)
    frames.push(...pushed.frames)
    error ??= pushed.error
  }
  return { frames, error }
}

const framesAre = (actual: ReadonlyArray<Uint8Array>, expected: ReadonlyArray<Uint8Array>): void => {
  assert.strictEqual(actual.length, expected.length)
  actual.forEach((bytes, index) => assert.isTrue(sameBytes(bytes, expected[index]!.subarray(4)), `frame ${index}`))
}

describe("FrameDecoder", () => {
  const stream = [linktest, long(10), long(11), long(300), linktest, long(27)]

  it("gives the frames of one chunk in their order, without their length fields", () => {
    const decoder = FrameDecoder.make()
    const { error, frames } = decoder.push(concat(...stream))
    assert.isUndefined(error)
    framesAre(frames, stream)
    assert.strictEqual(decoder.pending, 0)
  })

  it("gives the same frames whichever two places the stream is cut at", () => {
    const bytes = concat(linktest, long(13), long(10))
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const chunks = [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)]
        const { error, frames } = pushAll(FrameDecoder.make(), chunks)
        assert.isUndefined(error)
        framesAre(frames, [linktest, long(13), long(10)])
      }
    }
  })

  it.each([1, 2, 3, 4, 5, 7, 13, 14, 15, 100])("gives the same frames in chunks of %i bytes", (size) => {
    const { error, frames } = pushAll(FrameDecoder.make(), pieces(concat(...stream), size))
    assert.isUndefined(error)
    framesAre(frames, stream)
  })

  it.each([65_535, 65_536, 65_537, 70_000, 131_072, 200_001])(
    "puts a frame of %i bytes together from chunks of any size, between two others",
    (length) => {
      const frames = [linktest, long(length), long(12), long(length), linktest]
      const bytes = concat(...frames)
      for (const size of [1, 16, 17, 1460, 4095, 4096, 4097, 65_535, 65_536, 65_537, bytes.length]) {
        if (size === 1 && length > 70_000) continue
        framesAre(pushAll(FrameDecoder.make(), pieces(bytes, size)).frames, frames)
      }
    }
  )

  it("puts a long frame together from chunks that are now long, now short", () => {
    const frames = [long(300_000), linktest]
    const bytes = concat(...frames)
    const chunks: Array<Uint8Array> = []
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = [1, 5000, 3, 4096, 4095, 17, 20_000][i % 7]!
      chunks.push(bytes.slice(at, at + size))
      at += size
    }
    framesAre(pushAll(FrameDecoder.make(), chunks).frames, frames)
  })

  it("takes empty chunks anywhere", () => {
    const chunks = pieces(concat(...stream), 3).flatMap((chunk) => [new Uint8Array(0), chunk, new Uint8Array(0)])
    framesAre(pushAll(FrameDecoder.make(), chunks).frames, stream)
  })

  it("counts what it holds of a frame that is not complete, length field included", () => {
    const decoder = FrameDecoder.make()
    for (const { chunk, pending } of [
      { chunk: hex("00"), pending: 1 },
      { chunk: hex("0000"), pending: 3 },
      { chunk: hex("0C"), pending: 4 },
      { chunk: hex("000A"), pending: 6 },
      { chunk: hex("01 02 00 00 00000001 01"), pending: 15 },
      { chunk: hex("00"), pending: 0 },
      { chunk: linktest, pending: 0 },
      { chunk: concat(linktest, hex("0000")), pending: 2 }
    ]) {
      decoder.push(chunk)
      assert.strictEqual(decoder.pending, pending)
    }
  })

  describe("ownership", () => {
    it("gives frames that stay intact whatever is pushed after them, short and long", () => {
      for (const size of [1, 5, 64, 5000]) {
        const frames = [long(40), long(50), long(2000), long(66_000), long(30), long(2000)]
        const decoder = FrameDecoder.make()
        const seen = pieces(concat(...frames), size).flatMap((chunk) => decoder.push(chunk).frames)
        pushAll(decoder, pieces(concat(long(2000).fill(0xff, 4), long(66_000).fill(0xff, 4)), size))
        framesAre(seen, frames)
      }
    })

    it("gives frames that came in pieces with memory of their own, once the last piece is there", () => {
      for (const length of [40, 2000, 66_000]) {
        const decoder = FrameDecoder.make()
        const chunks = pieces(long(length), 37)
        const seen = chunks.flatMap((chunk) => decoder.push(chunk).frames)
        for (const chunk of chunks) chunk.fill(0xee)
        framesAre(seen, [long(length)])
      }
    })

    it("lets items be decoded from frames and outlive the chunks", () => {
      const item = L(A("MDLN"), U4(1, 2, 3))
      const bytes = success(Hsms.encode(Hsms.data(1, SecsMessage.secondary(1, 2, item), 7)))
      for (const size of [1, 9, bytes.length]) {
        const chunks = pieces(concat(bytes, bytes), size)
        const decoder = FrameDecoder.make()
        const items = chunks
          .flatMap((chunk) => decoder.push(chunk).frames)
          .map((frame) => frame.subarray(10))
          .map(ItemCodec.decode)
        for (const chunk of chunks) chunk.fill(0)
        assert.strictEqual(items.length, 2)
        for (const decoded of items) sameItem(success(decoded), item)
      }
    })

    it("visits the same frames without a view of each, in a buffer that serves the next one too", () => {
      const decoder = FrameDecoder.make()
      const seen: Array<string> = []
      const buffers = new Set<ArrayBufferLike>()
      for (const chunk of pieces(concat(long(40), long(50), long(60)), 7)) {
        const error = decoder.visit(chunk, (bytes, start, end) => {
          seen.push(toHex(bytes.subarray(start, end)))
          buffers.add(bytes.buffer)
        })
        assert.isUndefined(error)
      }
      assert.deepStrictEqual(
        seen,
        [40, 50, 60].map((length) => toHex(long(length).subarray(4)))
      )
      assert.strictEqual(buffers.size, 1)
    })

    it("visits frames that lie whole in a chunk where they are", () => {
      const chunk = concat(linktest, long(20))
      const ranges: Array<readonly [Uint8Array, number, number]> = []
      FrameDecoder.make().visit(chunk, (...range) => {
        ranges.push(range)
      })
      assert.deepStrictEqual(
        ranges.map(([, start, end]) => [start, end]),
        [
          [4, 14],
          [18, 38]
        ]
      )
      for (const [bytes] of ranges) assert.strictEqual(bytes, chunk)
    })

    it("drops the rest of the chunk when a visitor returns false, and goes on with the next", () => {
      for (const size of [5, 1000]) {
        const decoder = FrameDecoder.make()
        const seen: Array<number> = []
        const chunks = pieces(concat(long(10), long(11)), size)
        const last = concat(chunks.at(-1)!, long(12), long(13))
        for (const chunk of [...chunks.slice(0, -1), last, long(14)]) {
          decoder.visit(chunk, (_, start, end) => {
            seen.push(end - start)
            return end - start !== 11
          })
        }
        assert.deepStrictEqual(seen, [10, 11, 14])
        assert.strictEqual(decoder.pending, 0)
      }
    })
  })

  describe("limits", () => {
    it.each([
      ["00000000", 0],
      ["00000001", 1],
      ["00000009", 9]
    ])("fails on a length field of %s, less than a header", (text, length) => {
      for (const size of [1, 2, 3, 4]) {
        const { error, frames } = pushAll(FrameDecoder.make(), pieces(hex(text), size))
        assert.instanceOf(error, FrameError)
        assert.deepStrictEqual({ ...error?.reason }, { _tag: "FrameTooShort", length })
        assert.strictEqual(frames.length, 0)
      }
    })

    it("takes the longest frame that is allowed, and fails on one byte more", () => {
      for (const maximum of [10, 11, 100, 65_536, 65_537]) {
        for (const size of [1, 4, 70_000]) {
          const decoder = FrameDecoder.make({ maxFrameLength: maximum })
          framesAre(pushAll(decoder, pieces(concat(long(maximum), linktest), size)).frames, [long(maximum), linktest])
          const { error, frames } = pushAll(decoder, pieces(long(maximum + 1), size))
          assert.deepStrictEqual({ ...error?.reason }, { _tag: "FrameTooLong", length: maximum + 1, maximum })
          assert.strictEqual(frames.length, 0)
        }
      }
    })

    it("is a number that a header fits in, or the decoder is not made", () => {
      for (const maxFrameLength of [Number.NaN, 9, -1])
        assert.throws(() => FrameDecoder.make({ maxFrameLength }), RangeError)
    })

    it("allows the longest item and a header unless told otherwise", () => {
      const maximum = 16_777_215 + 4 + 10
      const length = (n: number) => Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n)
      assert.isUndefined(FrameDecoder.make().push(length(maximum)).error)
      const { error } = FrameDecoder.make().push(length(maximum + 1))
      assert.deepStrictEqual({ ...error?.reason }, { _tag: "FrameTooLong", length: maximum + 1, maximum })
      assert.strictEqual(FrameDecoder.defaultMaxFrameLength, maximum)
    })

    it("refuses FFFFFFFF bytes as soon as the length field is there, and allocates nothing for them", () => {
      for (const size of [1, 4, 8]) {
        const chunks = pieces(hex("FFFFFFFF 00000000"), size)
        const { allocated } = allocations(() => void pushAll(FrameDecoder.make(), chunks))
        assert.isBelow(allocated, 1024)
        const { error } = pushAll(FrameDecoder.make(), pieces(hex("FFFFFFFF"), size))
        assert.deepStrictEqual(
          { ...error?.reason },
          { _tag: "FrameTooLong", length: 0xffff_ffff, maximum: FrameDecoder.defaultMaxFrameLength }
        )
      }
    })

    it("allocates for a long frame by what has come of it, not by what it announces", () => {
      for (const announced of ["00001000", "00010000", "00100000", "01000000"]) {
        const { allocated } = allocations(() => {
          const decoder = FrameDecoder.make()
          for (let i = 0; i < 10; i++) decoder.push(i === 0 ? hex(announced) : Uint8Array.of(1))
        })
        assert.isAtMost(allocated, 70_000)
      }
    })
  })

  describe("failure", () => {
    const bad = hex("00000003 010203")

    it("gives the good frames before a bad one together with the error", () => {
      for (const size of [1, 5, 1000]) {
        const seen: Array<string> = []
        const decoder = FrameDecoder.make()
        for (const chunk of pieces(concat(linktest, long(20), bad, linktest), size)) {
          const { error, frames } = decoder.push(chunk)
          seen.push(...frames.map((frame) => `${frame.length}`), ...(error === undefined ? [] : ["error"]))
          if (error !== undefined) break
        }
        assert.deepStrictEqual(seen, ["10", "20", "error"])
      }
    })

    it("stays failed with the same error and gives no frame any more", () => {
      const decoder = FrameDecoder.make()
      const { error } = decoder.push(concat(linktest, bad))
      assert.instanceOf(error, FrameError)
      for (const chunk of [linktest, bad, new Uint8Array(0), hex("FFFFFFFF")]) {
        const again = decoder.push(chunk)
        assert.strictEqual(again.error, error)
        assert.strictEqual(again.frames.length, 0)
        assert.strictEqual(
          decoder.visit(chunk, () => assert.fail("a frame after the failure")),
          error
        )
      }
      assert.strictEqual(decoder.pending, 0)
    })

    it("concerns one decoder only", () => {
      FrameDecoder.make().push(bad)
      framesAre(FrameDecoder.make().push(linktest).frames, [linktest])
    })
  })

  describe("cost", { timeout: 60_000 }, () => {
    /** What a decoder allocates and copies for a stream in chunks of `size`. */
    const cost = (bytes: Uint8Array, size: number) => {
      const chunks = pieces(bytes, size)
      let count = 0
      const { allocated, copied } = allocations(() => {
        const decoder = FrameDecoder.make({ maxFrameLength: bytes.length })
        for (const chunk of chunks) count += decoder.push(chunk).frames.length
      })
      assert.isAtLeast(count, 1)
      return { allocated, copied }
    }

    it.each([
      ["64 MB in one frame, in chunks of 64 KiB", [64_000_000], 65_536],
      ["16 MB in one frame, in chunks of 1 460 bytes", [16_000_000], 1460],
      ["1 MB in one frame, byte by byte", [1_000_000], 1],
      ["1 MB in frames of 1 000 bytes, byte by byte", new Array<number>(1000).fill(1000), 1],
      ["8 MB in frames of 60 000 bytes, in chunks of 1 000 bytes", new Array<number>(133).fill(60_000), 1000],
      ["8 MB in frames of 300 bytes, in chunks of 64 KiB", new Array<number>(27_000).fill(300), 65_536]
    ])("allocates and copies each byte at most twice: %s", (_, lengths, size) => {
      const one = new Map(lengths.map((length) => [length, long(length)]))
      const bytes = concat(...lengths.map((length) => one.get(length)!))
      const { allocated, copied } = cost(bytes, size)
      assert.isAtMost(allocated, 2.2 * bytes.length + 200_000)
      assert.isAtMost(copied, 2.2 * bytes.length + 200_000)
    })

    it("gives 64 MB in chunks of 64 KiB back byte for byte", () => {
      const bytes = long(64_000_000)
      const decoder = FrameDecoder.make({ maxFrameLength: 64_000_000 })
      framesAre(pushAll(decoder, pieces(bytes, 65_536)).frames, [bytes])
    })
  })
})

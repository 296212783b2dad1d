/**
 * Frames longer than 64 KiB: whose memory they are in, how much of it there is, and how often they move.
 */
import { assert, describe, it } from "@effect/vitest"
import * as FrameDecoder from "../src/FrameDecoder.ts"
import { allocations } from "./support/allocations.ts"
import { concat, pieces, sameBytes } from "./support/bytes.ts"

const limit = 65_536

/** A frame of `length` bytes behind its length field, each of which can be told from its neighbours. */
const frame = (length: number): Uint8Array => {
  const bytes = new Uint8Array(4 + length).map((_, i) => (i * 31 + (i >> 8) * 7) & 0xff)
  new DataView(bytes.buffer).setUint32(0, length)
  return bytes
}

interface Seen {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

/** Visits chunks that are written over as soon as they are visited, as a socket's may be; `onFrame` sees each frame. */
const visit = (chunks: ReadonlyArray<Uint8Array>, onFrame: (seen: Seen) => void, decoder = FrameDecoder.make()) => {
  for (const chunk of chunks) {
    const error = decoder.visit(chunk, (bytes, start, end) => onFrame({ bytes, start, end }))
    assert.isUndefined(error)
    chunk.fill(0xee)
  }
  return decoder
}

const isFrame = ({ bytes, end, start }: Seen, expected: Uint8Array): void =>
  assert.isTrue(sameBytes(bytes.subarray(start, end), expected.subarray(4)))

/** By what a receiver may tell that a frame is its own. */
const alone = ({ bytes, end, start }: Seen): boolean =>
  end > limit && start === 0 && end === bytes.length && bytes.buffer.byteLength === bytes.length

describe("a frame longer than 64 KiB", () => {
  const lengths = [limit - 1, limit, limit + 1, 100_000, 131_071, 131_072, 131_073, 262_144, 262_145, 1_000_003]

  it.each(lengths)("of %i bytes, if it is, fills a buffer of its own when it comes in pieces", (length) => {
    const bytes = frame(length)
    for (const size of [1460, 4096, 16_384, 65_535, 65_536, 65_537, length - 1, length + 3]) {
      const seen: Array<Seen> = []
      visit(pieces(bytes, size), (one) => {
        seen.push(one)
        isFrame(one, bytes)
      })
      assert.strictEqual(seen.length, 1)
      assert.strictEqual(alone(seen[0]!), length > limit, `pieces of ${size}`)
      // What is alone outlives the chunks and whatever comes next.
      if (length > limit) isFrame(seen[0]!, bytes)
    }
  })

  it.each(lengths)("of %i bytes that comes whole in a chunk is left in it", (length) => {
    const chunk = concat(frame(12), frame(length), frame(20))
    const seen: Array<Seen> = []
    FrameDecoder.make().visit(chunk, (bytes, start, end) => {
      seen.push({ bytes, start, end })
    })
    assert.deepStrictEqual(
      seen.map(({ bytes, end, start }) => [bytes === chunk, start, end]),
      [
        [true, 4, 16],
        [true, 20, 20 + length],
        [true, 24 + length, 44 + length]
      ]
    )
    for (const one of seen) assert.isFalse(alone(one))
  })

  it("stays as it was while others come after it, long and short, through the same decoder", () => {
    const sent = [70_000, 40, limit + 1, 2000, 300_000, 11, limit, 70_000].map(frame)
    for (const size of [1000, 65_536, 66_000]) {
      const kept: Array<{ readonly seen: Seen; readonly expected: Uint8Array }> = []
      let at = 0
      visit(pieces(concat(...sent), size), (seen) => {
        const expected = sent[at++]!
        isFrame(seen, expected)
        if (alone(seen)) kept.push({ seen, expected })
      })
      assert.strictEqual(at, sent.length)
      assert.isAtLeast(kept.length, 3)
      for (const { expected, seen } of kept) isFrame(seen, expected)
      assert.strictEqual(new Set(kept.map(({ seen }) => seen.bytes.buffer)).size, kept.length)
    }
  })

  it("stands alone also where its length field came in pieces, or with the end of another frame", () => {
    const long = frame(80_000)
    const bytes = concat(frame(50), long, frame(12))
    for (let cut = 50; cut <= 62; cut++) {
      const seen: Array<Seen> = []
      visit([bytes.slice(0, cut), bytes.slice(cut, cut + 1000), bytes.slice(cut + 1000)], (one) => seen.push(one))
      assert.deepStrictEqual(seen.map(alone), [false, true, false])
      isFrame(seen[1]!, long)
    }
  })

  it("is pushed as memory of its own when it came in pieces, chunks overwritten or not", () => {
    for (const length of lengths) {
      const decoder = FrameDecoder.make()
      const seen: Array<Uint8Array> = []
      for (const chunk of pieces(frame(length), 10_000)) {
        seen.push(...decoder.push(chunk).frames)
        chunk.fill(0xee)
      }
      assert.strictEqual(seen.length, 1)
      assert.isTrue(sameBytes(seen[0]!, frame(length).subarray(4)))
      assert.strictEqual(seen[0]!.buffer.byteLength, length)
    }
  })

  it("never has a buffer of more than eight times what has come of it, or of 128 KiB while that is little", () => {
    for (const length of [limit + 1, 131_071, 131_072, 200_000, 524_287, 524_288, 16_777_229]) {
      const bytes = frame(length)
      const decoder = FrameDecoder.make()
      let came = 0
      let held = 0
      let moves = 0
      while (came < bytes.length - 1) {
        // All but the last byte, in pieces that begin small: what is held grows with them.
        const chunk = bytes.slice(came, Math.min(bytes.length - 1, came + Math.max(1, came >> 3)))
        const { allocated } = allocations(() => void decoder.visit(chunk, () => assert.fail("a frame too early")))
        came += chunk.length
        if (allocated > 0) {
          moves++
          held = allocated
        }
        assert.isAtMost(held, Math.max(2 * limit, 8 * came), `${came} of ${length}`)
        assert.isAtLeast(held, came - 4)
      }
      assert.strictEqual(held, length)
      // 64 KiB, then four times as much each time, and the rest at once.
      assert.isAtMost(moves, 1 + Math.ceil(Math.log(length / limit) / Math.log(4)))
    }
  })

  it("leaves nothing of itself behind when the stream ends in a bad length", () => {
    const decoder = FrameDecoder.make({ maxFrameLength: 70_000 })
    const seen: Array<number> = []
    for (const chunk of pieces(concat(frame(70_000), frame(70_001)), 30_000)) {
      decoder.visit(chunk, (_, start, end) => {
        seen.push(end - start)
      })
    }
    assert.deepStrictEqual(seen, [70_000])
    assert.strictEqual(decoder.pending, 0)
  })
})

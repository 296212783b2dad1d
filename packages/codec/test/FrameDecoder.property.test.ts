import { assert, describe, it } from "@effect/vitest"
import { FrameError } from "../src/CodecError.ts"
import * as FrameDecoder from "../src/FrameDecoder.ts"
import * as Hsms from "../src/Hsms.ts"
import { concat, toHex } from "./support/bytes.ts"
import { success } from "./support/expect.ts"
import { Arbitrary, Bytes, cut, Cuts, Headers, Messages, runs } from "./support/generate.ts"

/** Frames and error of a stream in these chunks, by what a reader can see. */
const read = (chunks: ReadonlyArray<Uint8Array>, maxFrameLength?: number) => {
  const decoder = FrameDecoder.make({ maxFrameLength })
  const frames: Array<string> = []
  let error: FrameError | undefined
  for (const chunk of chunks) {
    const pushed = decoder.push(chunk)
    frames.push(...pushed.frames.map(toHex))
    error = pushed.error
  }
  return { frames, error: error?.message, pending: decoder.pending }
}

/** The same through `visit`, each frame looked at during its call. */
const visit = (chunks: ReadonlyArray<Uint8Array>, maxFrameLength?: number) => {
  const decoder = FrameDecoder.make({ maxFrameLength })
  const frames: Array<string> = []
  let error: FrameError | undefined
  for (const chunk of chunks) {
    error = decoder.visit(chunk, (bytes, start, end) => {
      frames.push(toHex(bytes.subarray(start, end)))
    })
  }
  return { frames, error: error?.message, pending: decoder.pending }
}

/** Length fields that are mostly small, and what follows them. */
const Streams = Arbitrary.array(Arbitrary.all([Bytes, Bytes]), { maxLength: 6 }).pipe(
  Arbitrary.map((parts) =>
    concat(
      ...parts.map(([text, [extra = 0]]) => concat(Uint8Array.of(0, 0, 0, text.length + (extra < 8 ? extra : 0)), text))
    )
  )
)

describe("FrameDecoder", () => {
  it.prop(
    "gives the same messages however their stream is cut",
    [Arbitrary.array(Arbitrary.all([Messages, Headers]), { maxLength: 8 }), Cuts],
    ([messages, cuts]) => {
      const frames = messages.map(([message, { sessionId, systemBytes }]) =>
        success(Hsms.encode(Hsms.data(sessionId, message, systemBytes)))
      )
      const expected = { frames: frames.map((frame) => toHex(frame.subarray(4))), error: undefined, pending: 0 }
      const chunks = cut(concat(...frames), cuts)
      assert.deepStrictEqual(read(chunks), expected)
      assert.deepStrictEqual(visit(chunks), expected)
    },
    runs(500, 20_000)
  )

  it.prop(
    "gives the same frames and the same error of any bytes, whole or cut",
    [Streams, Cuts],
    ([stream, cuts]) => {
      const whole = read([stream], 60)
      assert.deepStrictEqual(read(cut(stream, cuts), 60), whole)
      assert.deepStrictEqual(read(cut(stream, [1]), 60), whole)
      assert.deepStrictEqual(visit(cut(stream, cuts), 60), whole)
    },
    runs(2000, 100_000)
  )

  it.prop(
    "makes frames or the one documented error of any bytes",
    [Bytes],
    ([bytes]) => {
      const decoder = FrameDecoder.make()
      const { error, frames } = decoder.push(bytes)
      if (error !== undefined) return assert.instanceOf(error, FrameError)
      assert.strictEqual(frames.reduce((sum, frame) => sum + 4 + frame.length, 0) + decoder.pending, bytes.length)
    },
    runs(2000, 100_000)
  )
})

/**
 * Framing: streams of frames cut into chunks as a socket would. The other way is what secs4js and most libraries do:
 * join what is left with each new chunk, then cut frames off the front.
 */
import * as assert from "node:assert/strict"
import * as FrameDecoder from "@effect-secs/codec/FrameDecoder"
import * as ItemCodec from "@effect-secs/codec/ItemCodec"
import { type Comparison, random } from "./harness.ts"
import { workloads } from "./workloads.ts"

const next = random(2)

const frameOf = (text: Uint8Array): Buffer => {
  const frame = Buffer.alloc(14 + text.length)
  frame.writeUInt32BE(10 + text.length)
  frame.set(text, 14)
  return frame
}

const cut = (stream: Buffer, length: () => number): ReadonlyArray<Buffer> => {
  const chunks: Array<Buffer> = []
  for (let at = 0; at < stream.length;) {
    const stop = at + length()
    // A copy, as each read of a socket has memory of its own.
    chunks.push(Buffer.from(stream.subarray(at, stop)))
    at = stop
  }
  return chunks
}

type OnFrame = (bytes: Uint8Array, start: number, end: number) => void

const ours = (chunks: ReadonlyArray<Buffer>, onFrame: OnFrame): void => {
  const decoder = FrameDecoder.make()
  for (const chunk of chunks) decoder.visit(chunk, onFrame)
}

const oursPush = (chunks: ReadonlyArray<Buffer>, onFrame: OnFrame): void => {
  const decoder = FrameDecoder.make()
  for (const chunk of chunks) for (const frame of decoder.push(chunk).frames) onFrame(frame, 0, frame.length)
}

const concat = (chunks: ReadonlyArray<Buffer>, onFrame: OnFrame): void => {
  let held: Buffer = Buffer.alloc(0)
  for (const chunk of chunks) {
    held = Buffer.concat([held, chunk])
    while (held.length >= 4) {
      const stop = 4 + held.readUInt32BE(0)
      if (held.length < stop) break
      onFrame(held.subarray(4, stop), 0, stop - 4)
      held = held.subarray(stop)
    }
  }
}

const framings = { ours, "ours, push": oursPush, concat }

const s6f11 = workloads.find((workload) => workload.name === "s6f11")!.bytes

/** Counted, so that no framing is dead code. */
export let bytesSeen = 0

const count: OnFrame = (_bytes, start, end) => {
  bytesSeen += end - start
}

const decodeItem: OnFrame = (bytes, start, end) => {
  ItemCodec.decodeRange(bytes, start + 10, end)
}

/** The frames a framing yields, each copied before the next one comes. */
const framesOf = (framing: typeof ours, chunks: ReadonlyArray<Buffer>): ReadonlyArray<Buffer> => {
  const frames: Array<Buffer> = []
  framing(chunks, (bytes, start, end) => frames.push(Buffer.from(bytes.subarray(start, end))))
  return frames
}

interface Cut {
  readonly name: string
  readonly text: Uint8Array
  readonly frames: number
  readonly what: string
  readonly length: () => number
}

const cuts: ReadonlyArray<Cut> = [
  { name: "s6f11-64k", text: s6f11, frames: 2000, what: "64 KiB chunks", length: () => 65_536 },
  { name: "s6f11-whole", text: s6f11, frames: 2000, what: "one frame a chunk", length: () => 14 + s6f11.length },
  {
    name: "s6f11-400",
    text: s6f11,
    frames: 2000,
    what: "1 to 400 B chunks",
    length: () => 1 + Math.floor(next() * 400)
  },
  { name: "s6f11-1", text: s6f11, frames: 20, what: "1 B chunks", length: () => 1 },
  { name: "13k-1460", text: Buffer.alloc(13_000, 7), frames: 64, what: "1 460 B chunks", length: () => 1460 },
  { name: "1m-1460", text: Buffer.alloc(2 ** 20, 7), frames: 2, what: "1 460 B chunks", length: () => 1460 },
  { name: "1m-64k", text: Buffer.alloc(2 ** 20, 7), frames: 8, what: "64 KiB chunks", length: () => 65_536 },
  { name: "16m-64k", text: Buffer.alloc(2 ** 24, 7), frames: 1, what: "64 KiB chunks", length: () => 65_536 }
]

/** Frames in each workload, by which its time is divided for the cost of one. */
export const framesIn = (name: string): number => cuts.find((cut) => `frames ${cut.name}` === name)?.frames ?? 1

export const comparisons: ReadonlyArray<Comparison> = cuts.map(({ frames, length, name, text, what }) => {
  const frame = frameOf(text)
  const chunks = cut(Buffer.concat(Array.from({ length: frames }, () => frame)), length)
  return {
    name: `frames ${name}`,
    size: `${frames} × ${frame.length.toLocaleString("en")} B, ${what}`,
    check: () => {
      for (const framing of Object.values(framings)) {
        const yielded = framesOf(framing, chunks)
        assert.equal(yielded.length, frames)
        for (const bytes of yielded) assert.ok(bytes.equals(frame.subarray(4)), `frames ${name}`)
      }
    },
    candidates: [
      { name: "ours", run: () => ours(chunks, count) },
      { name: "ours, push", run: () => oursPush(chunks, count) },
      ...(text === s6f11 ? [{ name: "ours + decode", run: () => ours(chunks, decodeItem) }] : []),
      { name: "concat", run: () => concat(chunks, count) }
    ]
  }
})

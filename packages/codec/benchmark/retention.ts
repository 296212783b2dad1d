/**
 * What a program that keeps messages keeps with them: one message out of each of 1 000 chunks of 64 KiB.
 */
import * as assert from "node:assert/strict"
import * as FrameDecoder from "@effect-secs/codec/FrameDecoder"
import * as ItemCodec from "@effect-secs/codec/ItemCodec"
import * as Result from "effect/Result"
import { workloads } from "./workloads.ts"

const chunkLength = 65_536
const kept = 1000

export interface Retained {
  readonly what: string
  /** Bytes of JavaScript heap for each message kept. */
  readonly heap: number
  /** Bytes of array buffers for each message kept. */
  readonly buffers: number
}

const usage = (): NodeJS.MemoryUsage => {
  globalThis.gc!()
  globalThis.gc!()
  return process.memoryUsage()
}

/** A chunk as a socket gives it, with the frames of `text` that fit. */
const chunkOf = (text: Uint8Array): Buffer => {
  const chunk = Buffer.allocUnsafeSlow(chunkLength)
  const length = 14 + text.length
  for (let at = 0; at + length <= chunkLength; at += length) {
    chunk.fill(0, at, at + 14)
    chunk.writeUInt32BE(10 + text.length, at)
    chunk.set(text, at + 14)
  }
  return chunk.subarray(0, chunkLength - (chunkLength % length))
}

const measure = (
  what: string,
  text: Uint8Array,
  keep: (bytes: Uint8Array, start: number, end: number) => unknown
): Retained => {
  const decoder = FrameDecoder.make()
  const messages: Array<unknown> = []
  const before = usage()
  for (let i = 0; i < kept; i++) {
    let last: unknown
    decoder.visit(chunkOf(text), (bytes, start, end) => {
      last = keep(bytes, start + 10, end)
    })
    messages.push(last)
  }
  const after = usage()
  assert.equal(messages.length, kept)
  return {
    what,
    heap: (after.heapUsed - before.heapUsed) / kept,
    buffers: (after.arrayBuffers - before.arrayBuffers) / kept
  }
}

const bytesOf = (name: string): Uint8Array => workloads.find((workload) => workload.name === name)!.bytes

const decode = (bytes: Uint8Array, start: number, end: number) =>
  Result.getOrThrow(ItemCodec.decodeRange(bytes, start, end))

/** The first text of 13 characters or more: what V8 would rather slice than copy. */
const longText = (bytes: Uint8Array, start: number, end: number): unknown => {
  const root = decode(bytes, start, end)
  return root._tag === "L" ? root.value.find((item) => item._tag === "A" && item.value.length >= 13)?.value : undefined
}

export const measureRetention = (): ReadonlyArray<Retained> => [
  measure("an S6F11, decoded", bytesOf("s6f11"), decode),
  measure("an S6F11, as a view of its chunk", bytesOf("s6f11"), (bytes, start, end) => bytes.subarray(start, end)),
  measure("one text of 13 characters or more out of 1 000", bytesOf("l1000a"), longText)
]

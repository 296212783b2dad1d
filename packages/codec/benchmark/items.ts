/**
 * Decode and encode of every workload: ours, secs4js, msgpackr, and what the machine needs for the bytes alone.
 */
import * as assert from "node:assert/strict"
import * as ItemCodec from "@effect-secs/codec/ItemCodec"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import type { Candidate, Comparison } from "./harness.ts"
import { assertSecs4js, packr, secs4jsDecode, toSecs4js } from "./peers.ts"
import { type Workload, workloads } from "./workloads.ts"

const size = (workload: Workload): string => `${workload.bytes.length.toLocaleString("en")} B`

/** The bytes of the one array that a workload consists of, and how they are swapped; nothing for other workloads. */
const arrayBytes = ({
  bytes,
  spec
}: Workload): { readonly bytes: Buffer; readonly swap: (out: Buffer) => Buffer } | undefined => {
  if (spec.values.length < 1000) return undefined
  switch (spec.format) {
    case "F4":
      return { bytes: bytes.subarray(bytes.length - spec.values.length * 4), swap: (out) => out.swap32() }
    case "I8":
    case "U8":
      return { bytes: bytes.subarray(bytes.length - spec.values.length * 8), swap: (out) => out.swap64() }
    default:
      return undefined
  }
}

/** What a codec cannot beat without cheating: the bytes moved, into new memory, and swapped. */
const floors = (workload: Workload): ReadonlyArray<Candidate> => {
  const { bytes } = workload
  const kept = Buffer.allocUnsafeSlow(bytes.length)
  const moved: ReadonlyArray<Candidate> = [
    { name: "memcpy", run: () => kept.set(bytes) },
    {
      name: "alloc+memcpy",
      run: () => {
        const out = Buffer.allocUnsafeSlow(bytes.length)
        out.set(bytes)
        return out
      }
    }
  ]
  const array = arrayBytes(workload)
  if (array === undefined) return moved
  const keptArray = Buffer.allocUnsafeSlow(array.bytes.length)
  return [
    ...moved,
    {
      name: "memcpy+swap",
      run: () => {
        keptArray.set(array.bytes)
        return array.swap(keptArray)
      }
    },
    {
      name: "alloc+memcpy+swap",
      run: () => {
        const out = Buffer.allocUnsafeSlow(array.bytes.length)
        out.set(array.bytes)
        return array.swap(out)
      }
    }
  ]
}

const decodeView = ItemCodec.decodeWith({ binary: "view" })

const decode = (workload: Workload): Comparison => {
  const { bytes, item, name, plain, spec } = workload
  const packed = Buffer.from(packr.pack(plain))
  const isBinary = spec.format === "B"
  return {
    name: `decode ${name}`,
    size: size(workload),
    check: () => {
      assert.ok(Equal.equals(Result.getOrThrow(ItemCodec.decode(bytes)), item), `decode ${name}`)
      if (isBinary) assert.ok(Equal.equals(Result.getOrThrow(decodeView(bytes)), item), `decode ${name} as a view`)
      assertSecs4js(secs4jsDecode(bytes), spec)
      assert.deepEqual(packr.unpack(packed), plain)
    },
    candidates: [
      { name: "ours", run: () => ItemCodec.decode(bytes) },
      ...(isBinary ? [{ name: "ours, view", run: () => decodeView(bytes) }] : []),
      { name: "secs4js", run: () => secs4jsDecode(bytes) },
      { name: "msgpackr", run: () => packr.unpack(packed) },
      ...floors(workload)
    ]
  }
}

const encode = (workload: Workload): Comparison => {
  const { bytes, item, name, plain, spec } = workload
  const theirs = toSecs4js(spec)
  return {
    name: `encode ${name}`,
    size: size(workload),
    check: () => {
      assert.ok(bytes.equals(Result.getOrThrow(ItemCodec.encode(item))), `encode ${name}`)
      // secs4js writes true as FF, so its bytes are compared by what they mean.
      assert.ok(Equal.equals(Result.getOrThrow(ItemCodec.decode(theirs.toBuffer())), item), `encode ${name}, secs4js`)
      assert.deepEqual(packr.unpack(packr.pack(plain)), plain)
    },
    candidates: [
      { name: "ours", run: () => ItemCodec.encode(item) },
      { name: "secs4js", run: () => theirs.toBuffer() },
      { name: "msgpackr", run: () => packr.pack(plain) },
      ...floors(workload)
    ]
  }
}

export const comparisons: ReadonlyArray<Comparison> = [...workloads.map(decode), ...workloads.map(encode)]

/**
 * Writers of leaves: from the value of a leaf to the bytes of its item.
 */
import { FormatCode, info, maxLength } from "../../FormatCode.ts"
import type { Leaf, LeafFormat } from "../../Layout.ts"
import { putArray, putHead, putJis, putLatin1, putLong, putUint32, shortest, singleRoom } from "../ItemWriter.ts"
import { littleEndian } from "../platform.ts"
import { arrayOf } from "./arrays.ts"
import { failed, type LeafPlan, planOf, unknownCode } from "./leaf.ts"
import { itemsTo, putList, reserve, type Sink, type Write } from "./sink.ts"
import { writeLeaf, type Writing } from "./toItem.ts"

/** A format that a number may be written in. */
interface NumberPlan {
  readonly code: number
  /** The integers it holds; NaN for floats. */
  readonly minimum: number
  readonly maximum: number
}

/** Formats of numbers in the order in which they are tried. */
const numbersOf = (plan: LeafPlan): ReadonlyArray<NumberPlan> =>
  plan.numbers.map((format) => {
    const { code, maximum, minimum } = info(format)
    return { code, minimum: Number(minimum ?? Number.NaN), maximum: Number(maximum ?? Number.NaN) }
  })

// Floats are taken apart in these.
const word32 = new Uint32Array(1)
const float32 = new Float32Array(word32.buffer)
const words64 = new Uint32Array(2)
const float64 = new Float64Array(words64.buffer)
const low = littleEndian ? 0 : 1

/** The NaN that a JavaScript number stands for; the engine may hold another one. */
const f4NaN = 0x7fc00000
const f8NaN = 0x7ff80000

const holds = ({ code, maximum, minimum }: NumberPlan, value: number): boolean => {
  if (minimum === minimum) return value >= minimum && value <= maximum && Number.isInteger(value)
  return code === FormatCode.F8 || !Number.isFinite(value) || Number.isFinite(Math.fround(value))
}

/** The code of the first format that holds a number; 0 where none does. */
const codeFor = (numbers: ReadonlyArray<NumberPlan>, value: number): number => {
  for (let i = 0; i < numbers.length; i++) if (holds(numbers[i]!, value)) return numbers[i]!.code
  return 0
}

/** Writes a number that its format holds at `at`, and returns where it ends: `singleRoom` is enough. */
export const putNumberAt = (bytes: Uint8Array, at: number, code: number, value: number): number => {
  bytes[at] = (code << 2) | 1
  // Format codes as literals: V8 makes a jump table only of those.
  switch (code) {
    case 0o10: // B
    case 0o51: // U1
    case 0o31: // I1
      bytes[at + 1] = 1
      bytes[at + 2] = value
      return at + 3
    case 0o52: // U2
    case 0o32: // I2
      bytes[at + 1] = 2
      bytes[at + 2] = value >>> 8
      bytes[at + 3] = value
      return at + 4
    case 0o54: // U4
    case 0o34: // I4
      bytes[at + 1] = 4
      putUint32(bytes, at + 2, value)
      return at + 6
    case 0o44: // F4
      float32[0] = value
      bytes[at + 1] = 4
      putUint32(bytes, at + 2, value !== value ? f4NaN : word32[0]!)
      return at + 6
    case 0o40: // F8
      float64[0] = value
      bytes[at + 1] = 8
      putUint32(bytes, at + 2, value !== value ? f8NaN : words64[1 - low]!)
      putUint32(bytes, at + 6, value !== value ? 0 : words64[low]!)
      return at + 10
    default: // U8, I8
      bytes[at + 1] = 8
      putLong(bytes, at + 2, BigInt(value))
      return at + 10
  }
}

const putNumber = (sink: Sink, code: number, value: number): void => {
  reserve(sink, singleRoom)
  sink.at = putNumberAt(sink.bytes, sink.at, code, value)
}

const putText = (sink: Sink, text: string): boolean => {
  const { length } = text
  if (length > maxLength) return false
  reserve(sink, singleRoom + length)
  const { bytes } = sink
  const at = putHead(bytes, sink.at, 0o20, length)
  if (length <= shortest) {
    let seen = 0
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      seen |= unit
      bytes[at + i] = unit
    }
    if (seen > 0xff) return false
  } else if (putLatin1(bytes, at, text, false) !== undefined) return false
  sink.at = at + length
  return true
}

const putJ = (sink: Sink, text: string): boolean => {
  const { length } = text
  if (length > maxLength) return false
  reserve(sink, singleRoom + length)
  const at = putHead(sink.bytes, sink.at, 0o21, length)
  if (putJis(sink.bytes, at, text) !== undefined) return false
  sink.at = at + length
  return true
}

const putBytes = (sink: Sink, value: Uint8Array): boolean => {
  const { length } = value
  if (length > maxLength) return false
  reserve(sink, singleRoom + length)
  const at = putHead(sink.bytes, sink.at, 0o10, length)
  sink.bytes.set(value, at)
  sink.at = at + length
  return true
}

/** Through the item: for what is rare. */
const byItem =
  (leaf: Leaf): Write =>
  (sink, value) => {
    const writing: Writing = { text: sink.text, maxDepth: 0, path: [], known: undefined }
    const item = writeLeaf(leaf, value, writing)
    return item !== failed && itemsTo(sink, [item])
  }

const textWriter = (leaf: Leaf, plan: LeafPlan): ((sink: Sink, text: string) => boolean) => {
  const { maximum, minimum } = leaf
  if (plan.text === undefined) return () => false
  if (plan.text === "J") return (sink, text) => text.length >= minimum && text.length <= maximum && putJ(sink, text)
  const own = leaf.text?.encode
  return (sink, text) => {
    const encode = own ?? sink.text
    let latin1 = text
    if (encode !== undefined) {
      const encoded = encode(text)
      if (typeof encoded !== "string") return false
      latin1 = encoded
    }
    return latin1.length >= minimum && latin1.length <= maximum && putText(sink, latin1)
  }
}

const one = (leaf: Leaf): Write => {
  const plan = planOf(leaf)
  const { maximum, minimum } = leaf
  const numbers = numbersOf(plan)
  const longs = plan.numbers.includes("U8") || plan.numbers.includes("I8")
  const text = textWriter(leaf, plan)
  const rest = byItem(leaf)
  return (sink, value) => {
    switch (typeof value) {
      case "number": {
        // Only a bigint tells whether 64 bits hold it.
        if (longs && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return rest(sink, value)
        const code = codeFor(numbers, value)
        if (code === 0) return false
        putNumber(sink, code, value)
        return true
      }
      case "string":
        return text(sink, value)
      case "boolean":
        if (!plan.boolean) return false
        reserve(sink, singleRoom)
        sink.bytes[sink.at] = 0x25
        sink.bytes[sink.at + 1] = 1
        sink.bytes[sink.at + 2] = value ? 1 : 0
        sink.at += 3
        return true
      default:
        if (!plan.bytes || !(value instanceof Uint8Array) || !ArrayBuffer.isView(value)) return rest(sink, value)
        return value.length >= minimum && value.length <= maximum && putBytes(sink, value)
    }
  }
}

const u4 = (leaf: Leaf): Write => {
  const rest = one(leaf)
  return (sink, value) => {
    if (typeof value !== "number" || value >>> 0 !== value) return rest(sink, value)
    reserve(sink, singleRoom)
    const { at, bytes } = sink
    bytes[at] = 0xb1
    bytes[at + 1] = 4
    putUint32(bytes, at + 2, value)
    sink.at = at + 6
    return true
  }
}

type Numbers = Parameters<typeof putArray>[3]

type NumbersConstructor = abstract new (...args: ReadonlyArray<never>) => Numbers

/** An array that holds nothing its format does not. */
const isArrayOf = (Ctor: NumbersConstructor, value: unknown): value is Numbers =>
  ArrayBuffer.isView(value) && value instanceof Ctor

const many = (leaf: Leaf): Write => {
  const { maximum, minimum } = leaf
  const { code, format } = info(leaf.formats[0])
  const Ctor = arrayOf(format as LeafFormat) as unknown as NumbersConstructor
  const rest = byItem(leaf)
  return (sink, value) => {
    // A single float may be a NaN, which is written as the item has it.
    if (!isArrayOf(Ctor, value) || value.length === 1) return rest(sink, value)
    const length = value.byteLength
    if (value.length < minimum || value.length > maximum || length > maxLength) return false
    reserve(sink, singleRoom + length)
    const at = putHead(sink.bytes, sink.at, code, length)
    putArray(sink.bytes, at, code, value)
    sink.at = at + length
    return true
  }
}

/** The writer of a leaf. */
export const leafWriter = (leaf: Leaf): Write => {
  // Codes are compared with what is sent, not with its text in another encoding.
  if (leaf.wire !== undefined || (leaf.closed && planOf(leaf).text !== undefined)) return byItem(leaf)
  if (leaf.closed) {
    const open = leafWriter({ ...leaf, closed: false })
    return (sink, value) => !unknownCode(leaf, value) && open(sink, value)
  }
  if (leaf.shape === "one") return leaf.formats[0] === "U4" ? u4(leaf) : one(leaf)
  return leaf.formats.length > 1 || leaf.formats[0] === "B" || arrayOf(leaf.formats[0]) === undefined
    ? byItem(leaf)
    : many(leaf)
}

// --- lists of numbers ----------------------------------------------------------------------------------------------

/** Writes an array as items of one number each; `undefined` for a leaf that is written one by one. */
export const packedWriter = (leaf: Leaf, minimum: number, maximum: number, rest: Write): Write | undefined => {
  if (leaf.wire !== undefined || leaf.closed || leaf.formats.length > 1) return undefined
  const { code, elementSize, format } = info(leaf.formats[0])
  if (elementSize === 8) return undefined
  const Ctor = arrayOf(format as LeafFormat) as unknown as NumbersConstructor
  return (sink, value) => {
    if (!isArrayOf(Ctor, value)) return rest(sink, value)
    const count = value.length
    if (count < minimum || count > maximum || count > maxLength) return false
    putList(sink, count)
    reserve(sink, count * (2 + elementSize) + singleRoom)
    if (code === 0o54) putU4s(sink, value as Uint32Array)
    else for (let i = 0; i < count; i++) putNumber(sink, code, value[i] as number)
    return true
  }
}

const putU4s = (sink: Sink, values: Uint32Array): void => {
  const { bytes } = sink
  let at = sink.at
  for (let i = 0; i < values.length; i++, at += 6) {
    const value = values[i]!
    bytes[at] = 0xb1
    bytes[at + 1] = 4
    bytes[at + 2] = value >>> 24
    bytes[at + 3] = value >>> 16
    bytes[at + 4] = value >>> 8
    bytes[at + 5] = value
  }
  sink.at = at
}

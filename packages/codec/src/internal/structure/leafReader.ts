/**
 * Readers of leaves: from the bytes of an item to the value of its leaf.
 */
import { type Format, FormatCode, info } from "../../FormatCode.ts"
import type { Leaf, LeafFormat } from "../../Layout.ts"
import { jisToText } from "../jis.ts"
import { Localized } from "../node.ts"
import { copy, readArray, readF4, readF8, readI1, readI2, readI4, readI8, readU2, readU4, readU8 } from "../numbers.ts"
import { littleEndian } from "../platform.ts"
import { readText, readWindowText } from "../text.ts"
import { arrayOf } from "./arrays.ts"
import { readLeaf, type Reading } from "./fromItem.ts"
import { failed, leafFromItem, normal, planOf, unknownCode } from "./leaf.ts"
import { itemAt, listHead, type Read, type Source } from "./source.ts"

/** A leaf of one value as readers need it. */
interface OnePlan {
  /** 1 for each format code that is allowed. */
  readonly allowed: Uint8Array
  readonly minimum: number
  readonly maximum: number
  readonly byteIsNumber: boolean
  readonly normalise: boolean
  readonly view: ((latin1: string) => string) | undefined
}

/** 1 for each code of these formats, 0 for all others. */
export const codeTable = (formats: ReadonlyArray<Format>): Uint8Array => {
  const table = new Uint8Array(64)
  for (const format of formats) table[FormatCode[format]] = 1
  return table
}

/** Moves behind the head at `at`, and returns the length it gives; -1 where there is none. */
const head = (source: Source): number => {
  const { at, bytes, end } = source
  const left = end - at
  if (left < 2) return -1
  const lengthBytes = bytes[at]! & 3
  if (lengthBytes === 1) {
    source.at = at + 2
    return bytes[at + 1]!
  }
  if (lengthBytes === 0 || left <= lengthBytes) return -1
  source.at = at + 1 + lengthBytes
  const length = (bytes[at + 1]! << 8) | bytes[at + 2]!
  return lengthBytes === 2 ? length : (length << 8) | bytes[at + 3]!
}

/** A number whose NaN may have come in an array, which keeps its payload. */
const plainFloat = (value: number | Float32Array | Float64Array): number =>
  typeof value === "number" ? value : Number.NaN

const readOne = (source: Source, plan: OnePlan): unknown => {
  const { bytes, end } = source
  if (source.at >= end) return failed
  const code = bytes[source.at]! >> 2
  if (plan.allowed[code] === 0) return failed
  const length = head(source)
  const at = source.at
  if (length < 0 || length > end - at) return failed
  source.at = at + length
  // Format codes as literals: V8 makes a jump table only of those.
  switch (code) {
    case 0o20: {
      // A
      if (length < plan.minimum || length > plan.maximum) return failed
      const view = plan.view ?? source.text
      if (view !== undefined) return view(readText(bytes, at, at + length))
      return source.window ? readWindowText(bytes, at, at + length, end) : readText(bytes, at, at + length)
    }
    case 0o10: // B
      if (plan.byteIsNumber) return length === 1 ? bytes[at] : failed
      return length < plan.minimum || length > plan.maximum ? failed : copy(bytes, at, at + length)
    case 0o11: // BOOLEAN
      return length === 1 ? bytes[at] !== 0 : failed
    case 0o21: // J
      return length < plan.minimum || length > plan.maximum ? failed : jisToText(readText(bytes, at, at + length))
    case 0o22: // C2
      return length < 2 ? failed : new Localized(readU2(bytes, at), copy(bytes, at + 2, at + length))
    case 0o51: // U1
      return length === 1 ? bytes[at] : failed
    case 0o52: // U2
      return length === 2 ? readU2(bytes, at) : failed
    case 0o54: // U4
      return length === 4 ? readU4(bytes, at) : failed
    case 0o50: // U8
      return length !== 8 ? failed : plan.normalise ? normal(readU8(bytes, at)) : readU8(bytes, at)
    case 0o31: // I1
      return length === 1 ? readI1(bytes, at) : failed
    case 0o32: // I2
      return length === 2 ? readI2(bytes, at) : failed
    case 0o34: // I4
      return length === 4 ? readI4(bytes, at) : failed
    case 0o30: // I8
      return length !== 8 ? failed : plan.normalise ? normal(readI8(bytes, at)) : readI8(bytes, at)
    case 0o44: // F4
      return length === 4 ? plainFloat(readF4(bytes, at)) : failed
    case 0o40: // F8
      return length === 8 ? plainFloat(readF8(bytes, at)) : failed
    default:
      return failed
  }
}

/** The head of the one value that most U4 are: told apart by two comparisons. */
const singleU4 = (FormatCode.U4 << 2) | 1

const one = (leaf: Leaf): Read => {
  const { byteIsNumber, normalise } = planOf(leaf)
  const { maximum, minimum } = leaf
  const plan: OnePlan = {
    allowed: codeTable(leaf.formats),
    minimum,
    maximum,
    byteIsNumber,
    normalise,
    view: leaf.text?.decode
  }
  if (leaf.closed) {
    const open = { ...plan, view: undefined }
    // Codes are compared with what was sent, not with its text in another encoding: both are the business of the item.
    if (planOf(leaf).text !== undefined) return byItem(leaf)
    return (source) => {
      const value = readOne(source, open)
      return value === failed || unknownCode(leaf, value) ? failed : value
    }
  }
  if (leaf.formats[0] !== "U4") return (source) => readOne(source, plan)
  return (source) => {
    const { at, bytes } = source
    if (source.end - at < 6 || bytes[at] !== singleU4 || bytes[at + 1] !== 4) return readOne(source, plan)
    source.at = at + 6
    return readU4(bytes, at + 2)
  }
}

/** Through the item: for what is rare. */
const byItem = (leaf: Leaf): Read => {
  const { wire } = leaf
  const allowed = codeTable(wire === undefined ? leaf.formats : [...leaf.formats, wire])
  return (source) => {
    if (source.at >= source.end || allowed[source.bytes[source.at]! >> 2] === 0) return failed
    const item = itemAt(source)
    if (item === failed) return failed
    if (wire === undefined && leaf.text === undefined && source.text === undefined) return leafFromItem(leaf, item)
    const reading: Reading = { deviations: undefined, text: source.text, maxDepth: 0, path: [], known: undefined }
    return readLeaf(leaf, item, reading)
  }
}

const many = (leaf: Leaf): Read => {
  const { maximum, minimum } = leaf
  const { code, elementSize } = info(leaf.formats[0])
  return (source) => {
    const { bytes, end } = source
    if (source.at >= end || bytes[source.at]! >> 2 !== code) return failed
    const length = head(source)
    const at = source.at
    if (length < 0 || length > end - at) return failed
    const count = length / elementSize
    if (count < minimum || count > maximum) return failed
    source.at = at + length
    return readArray(code, bytes, at, at + length) ?? failed
  }
}

const noArrays: ReadonlySet<string> = new Set(["A", "J", "C2", "B"])

/** The reader of a leaf. */
export const leafReader = (leaf: Leaf): Read => {
  if (leaf.wire !== undefined) return byItem(leaf)
  if (leaf.shape === "one") return one(leaf)
  return leaf.formats.length > 1 || leaf.closed || noArrays.has(leaf.formats[0]) ? byItem(leaf) : many(leaf)
}

// --- lists of numbers ----------------------------------------------------------------------------------------------

// One loop for each size of an element, whatever its format: what is put together are its bits. Each stops at the first
// item whose head is not the usual one, and returns how many it has read.

type Fill = (source: Source, first: number, count: number, out: Uint8Array | Uint16Array | Uint32Array) => number

const fill1: Fill = (source, first, count, out) => {
  const { bytes } = source
  let at = source.at
  let i = 0
  for (; i < count && bytes[at] === first && bytes[at + 1] === 1; i++, at += 3) out[i] = bytes[at + 2]!
  source.at = at
  return i
}

const fill2: Fill = (source, first, count, out) => {
  const { bytes } = source
  let at = source.at
  let i = 0
  for (; i < count && bytes[at] === first && bytes[at + 1] === 2; i++, at += 4) out[i] = readU2(bytes, at + 2)
  source.at = at
  return i
}

const fill4: Fill = (source, first, count, out) => {
  const { bytes } = source
  let at = source.at
  let i = 0
  for (; i < count && bytes[at] === first && bytes[at + 1] === 4; i++, at += 6) out[i] = readI4(bytes, at + 2)
  source.at = at
  return i
}

const low = littleEndian ? 0 : 1

const fill8: Fill = (source, first, count, out) => {
  const { bytes } = source
  let at = source.at
  let i = 0
  for (; i < count && bytes[at] === first && bytes[at + 1] === 8; i++, at += 10) {
    out[2 * i + 1 - low] = readI4(bytes, at + 2)
    out[2 * i + low] = readI4(bytes, at + 6)
  }
  source.at = at
  return i
}

const fills = { 1: fill1, 2: fill2, 4: fill4, 8: fill8 }
const bits = {
  1: (count: number) => new Uint8Array(count),
  2: (count: number) => new Uint16Array(count),
  4: (count: number) => new Uint32Array(count),
  8: (count: number) => new Uint32Array(2 * count)
}

/**
 * A list of items of one number each, into one typed array; `undefined` for a leaf that is read one by one.
 */
export const packedReader = (leaf: Leaf, minimum: number, maximum: number): Read | undefined => {
  if (leaf.wire !== undefined || leaf.closed || leaf.formats.length > 1) return undefined
  const { code, elementSize, format } = info(leaf.formats[0])
  const room = bits[elementSize]
  const fill = fills[elementSize]
  const Ctor = arrayOf(format as LeafFormat)! as unknown as new (buffer: ArrayBuffer) => { [index: number]: unknown }
  const same = room(0) instanceof Ctor
  const first = (code << 2) | 1
  const element = one(leaf)
  return (source) => {
    const count = listHead(source)
    if (count < 0 || count < minimum || count > maximum) return failed
    // The shortest of such lists, so nothing is made of a count alone.
    if (count * (2 + elementSize) > source.end - source.at) return failed
    const out = room(count)
    const read = fill(source, first, count, out)
    const values: { [index: number]: unknown } = same ? out : new Ctor(out.buffer)
    for (let i = read; i < count; i++) {
      const value = element(source)
      if (value === failed) return failed
      values[i] = value
    }
    return values
  }
}

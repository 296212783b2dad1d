/**
 * One item of values to the value a program sees, and back, by the layout of its leaf.
 *
 * A number that only one format could hold stays what that format gives: U8 and I8 are `bigint`. Where a 64-bit format
 * is one of several, integers that a number holds exactly are numbers whatever format they came in.
 */
import { type Format, FormatCode, info } from "../../FormatCode.ts"
import type { Leaf, LeafFormat } from "../../Layout.ts"
import type { StructureReason } from "../../StructureError.ts"
import { ItemValueError } from "../../CodecError.ts"
import { ItemNode, Localized } from "../node.ts"
import { build, nameOf } from "../values.ts"
import { arrayOfCode } from "./arrays.ts"

/** Stands for "no value": the reason is in `fault`. */
export const failed: unique symbol = Symbol.for("@effect-secs/codec/failed")
export type Failed = typeof failed

/** Why the last function that returned `failed` did. */
export const fault: { reason: StructureReason } = { reason: { _tag: "TooDeep", maxDepth: 0 } }

export const fail = (reason: StructureReason): Failed => {
  fault.reason = reason
  return failed
}

const codesOf = (formats: ReadonlyArray<Format>): ReadonlySet<number> => new Set(formats.map((f) => FormatCode[f]))

const textFormats: ReadonlySet<string> = new Set(["A", "J"])
const longFormats: ReadonlySet<string> = new Set(["U8", "I8"])

/** What a leaf is in JavaScript, worked out once. */
export interface LeafPlan {
  readonly leaf: Leaf
  readonly codes: ReadonlySet<number>
  /** A lone `B` is a number rather than bytes: it is a code. */
  readonly byteIsNumber: boolean
  /** 64-bit integers that fit a number become one. */
  readonly normalise: boolean
  /** The formats of numbers, in the order in which they are tried. */
  readonly numbers: ReadonlyArray<LeafFormat>
  readonly text: LeafFormat | undefined
  readonly bytes: boolean
  readonly boolean: boolean
  readonly localized: boolean
}

/** The order in which a number looks for a format that holds it, after the one the leaf names first. */
const widening: ReadonlyArray<LeafFormat> = ["U4", "I4", "U8", "I8", "U2", "I2", "U1", "I1", "F8", "F4"]

const plans = new WeakMap<Leaf, LeafPlan>()

export const planOf = (leaf: Leaf): LeafPlan => {
  const known = plans.get(leaf)
  if (known !== undefined) return known
  const formats: ReadonlyArray<LeafFormat> = leaf.formats
  const byteIsNumber = leaf.shape === "one" && formats.every((f) => f === "B" || f === "U1") && leaf.maximum === 1
  const numeric = formats.filter((f) => widening.includes(f) || (f === "B" && byteIsNumber))
  const first = numeric.filter((f) => f === leaf.formats[0])
  const plan: LeafPlan = {
    leaf,
    codes: codesOf(formats),
    byteIsNumber,
    normalise: numeric.length > 1,
    numbers: [...new Set([...first, ...widening.filter((f) => numeric.includes(f)), ...numeric])],
    text: formats.find((f) => textFormats.has(f)),
    bytes: formats.includes("B") && !byteIsNumber,
    boolean: formats.includes("BOOLEAN"),
    localized: formats.includes("C2")
  }
  plans.set(leaf, plan)
  return plan
}

// --- items to values -----------------------------------------------------------------------------------------------

/** `<A "x">`, cut. */
export const showItem = (item: ItemNode): string => {
  const text = item.toString()
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

const orList = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`

export const wrongFormat = (leaf: Leaf, item: ItemNode): Failed =>
  fail({ _tag: "WrongFormat", expected: orList(leaf.formats), seen: showItem(item) })

const wrongLength = (leaf: Leaf, unit: "values" | "characters" | "bytes", seen: number): Failed =>
  leaf.shape === "one" && unit === "values"
    ? fail({ _tag: "WrongLength", unit, minimum: 1, maximum: 1, seen })
    : fail({ _tag: "WrongLength", unit, minimum: leaf.minimum, maximum: leaf.maximum, seen })

/** A 64-bit integer as a number where that holds it exactly. */
export const normal = (value: number | bigint): number | bigint =>
  typeof value === "bigint" && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
    ? Number(value)
    : value

/** The value of an item whose format the leaf allows. */
const oneValue = (plan: LeafPlan, item: ItemNode): unknown => {
  const { leaf } = plan
  const value = item.value
  if (typeof value === "string") {
    return value.length < leaf.minimum || value.length > leaf.maximum
      ? wrongLength(leaf, "characters", value.length)
      : value
  }
  if (item.format === FormatCode.C2) return value
  if (item.format === FormatCode.B) {
    const bytes = value as Uint8Array
    if (plan.byteIsNumber) return bytes.length === 1 ? bytes[0] : wrongLength(leaf, "values", bytes.length)
    return bytes.length < leaf.minimum || bytes.length > leaf.maximum ? wrongLength(leaf, "bytes", bytes.length) : bytes
  }
  if (typeof value === "object") {
    // A lone NaN with a payload is kept in an array of one.
    const values = value as ArrayLike<number>
    return values.length === 1 ? values[0] : wrongLength(leaf, "values", values.length)
  }
  return plan.normalise ? normal(value as number | bigint) : value
}

const manyValues = (plan: LeafPlan, item: ItemNode): unknown => {
  const { leaf } = plan
  const value = item.value
  const count = typeof value === "object" || typeof value === "string" ? (value as ArrayLike<unknown>).length : 1
  if (count < leaf.minimum || count > leaf.maximum) return wrongLength(leaf, "values", count)
  if (typeof value === "string") return value
  const values = typeof value === "object" ? (value as ArrayLike<number | bigint>) : undefined
  if (leaf.formats.length > 1 && item.format !== FormatCode.B) {
    const all = values === undefined ? [value as number | bigint] : Array.from(values)
    return plan.normalise ? all.map(normal) : all
  }
  return values ?? arrayOfCode(item.format)?.of(value as number | bigint) ?? [value]
}

/** True where a closed leaf does not have the value. */
/** True for what a closed enumeration does not have. */
export const unknownCode = (leaf: Leaf, value: unknown): boolean =>
  leaf.closed &&
  !leaf.codes.some((code) =>
    code.to === undefined
      ? code.value === value
      : typeof value === "number" && value >= (code.value as number) && value <= code.to
  )

const checkCode = (leaf: Leaf, value: unknown): unknown =>
  unknownCode(leaf, value)
    ? fail({
        _tag: "UnknownCode",
        seen: showSeen(value),
        known: leaf.codes.map((code) => `${code.value} ${code.meaning}`).join(", ")
      })
    : value

/** A code as a sentence has it: a text without quotes, and what is none of all that by its kind. */
const showSeen = (value: unknown): string =>
  typeof value === "string" || typeof value === "bigint" ? String(value) : showValue(value)

/** The value of an item, by the letter; `failed` where the leaf does not allow it. */
export const leafFromItem = (leaf: Leaf, item: ItemNode): unknown => {
  const plan = planOf(leaf)
  if (!plan.codes.has(item.format)) return wrongFormat(leaf, item)
  const value = leaf.shape === "one" ? oneValue(plan, item) : manyValues(plan, item)
  return leaf.closed && value !== failed ? checkCode(leaf, value) : value
}

// --- values to items -----------------------------------------------------------------------------------------------

export const showValue = (value: unknown): string => {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value)
  if (typeof value === "bigint") return `${value}n`
  if (value instanceof ItemNode) return showItem(value)
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (ArrayBuffer.isView(value)) return `${nameOf(value)} of ${(value as unknown as { length: number }).length}`
  if (typeof value === "function") return "a function"
  if (typeof value === "object" && value !== null) return "an object"
  return String(value)
}

/** `an integer from 0 to 4294967295`, which says more than the names of formats. */
const integers = (formats: ReadonlyArray<LeafFormat>): string => {
  const rows = formats.map(info)
  const minimum = rows.map((row) => BigInt(row.minimum!)).reduce((a, b) => (b < a ? b : a))
  const maximum = rows.map((row) => BigInt(row.maximum!)).reduce((a, b) => (b > a ? b : a))
  const type = formats.every((format) => longFormats.has(format)) ? "a bigint" : "an integer"
  return `${type} from ${minimum} to ${maximum}`
}

const javascript = (plan: LeafPlan): string => {
  const { leaf } = plan
  if (leaf.shape === "many" && plan.text === undefined) return `values of ${orList(leaf.formats)}`
  const words: Array<string> = []
  if (plan.numbers.includes("F8") || plan.numbers.includes("F4")) words.push("a number")
  else if (plan.numbers.length > 0) words.push(integers(plan.numbers))
  if (plan.text !== undefined) words.push("a text")
  if (plan.boolean) words.push("a boolean")
  if (plan.bytes) words.push("bytes")
  if (plan.localized) words.push("a localized text")
  return orList(words)
}

const wrongValue = (plan: LeafPlan, value: unknown): Failed =>
  fail({ _tag: "WrongValue", expected: javascript(plan), seen: showValue(value) })

/** The first of the leaf's formats that holds a number exactly (F4 by rounding). */
export const formatOfNumber = (plan: LeafPlan, value: number | bigint): LeafFormat | undefined => {
  for (const format of plan.numbers) {
    if (holds(format, value)) return format
  }
  return undefined
}

const holds = (format: LeafFormat, value: number | bigint): boolean => {
  if (format === "F8") return typeof value === "number"
  if (format === "F4")
    return typeof value === "number" && (!Number.isFinite(value) || Number.isFinite(Math.fround(value)))
  const { maximum, minimum } = info(format)
  return (typeof value === "bigint" || Number.isInteger(value)) && value >= minimum! && value <= maximum!
}

const numberItem = (plan: LeafPlan, value: number | bigint): ItemNode | Failed => {
  const format = formatOfNumber(plan, value)
  if (format === undefined) return wrongValue(plan, value)
  if (format === "B") return new ItemNode(FormatCode.B, Uint8Array.of(Number(value)))
  const long = longFormats.has(format)
  // An integer has no sign of zero; a float keeps its own.
  const held = long
    ? BigInt(value)
    : format === "F8"
      ? value
      : format === "F4"
        ? Math.fround(value as number)
        : Number(value) + 0
  return new ItemNode(FormatCode[format], held)
}

const built = (plan: LeafPlan, format: LeafFormat, values: unknown): ItemNode | Failed => {
  try {
    return build(format, values)
  } catch (error) {
    if (error instanceof ItemValueError) {
      // Which characters an A holds is a matter of the encoding that was agreed on.
      return error.reason._tag === "BadCharacter" && format === "A"
        ? fail({ _tag: "WrongValue", expected: "a text in latin-1, as no encoding is named", seen: showValue(values) })
        : fail({ _tag: "WrongValue", expected: javascript(plan), seen: error.message })
    }
    throw error
  }
}

const bounded = (leaf: Leaf, unit: "values" | "characters" | "bytes", length: number): Failed | undefined =>
  length < leaf.minimum || length > leaf.maximum ? wrongLength(leaf, unit, length) : undefined

const arrayLike = (value: unknown): value is ArrayLike<number | bigint | boolean> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))

const manyItem = (plan: LeafPlan, value: unknown): ItemNode | Failed => {
  const { leaf } = plan
  if (typeof value === "string" && plan.text !== undefined) {
    return bounded(leaf, "characters", value.length) ?? built(plan, plan.text, value)
  }
  if (!arrayLike(value)) return wrongValue(plan, value)
  const wrong = bounded(leaf, "values", value.length)
  if (wrong !== undefined) return wrong
  if (plan.bytes && (value instanceof Uint8Array || plan.numbers.length === 0)) {
    if (value instanceof Uint8Array || !plan.boolean) return built(plan, "B", value)
  }
  if (plan.boolean && plan.numbers.length === 0) return built(plan, "BOOLEAN", value)
  const single = leaf.formats.length === 1 ? leaf.formats[0] : undefined
  if (single !== undefined) return built(plan, single, value)
  // One format for all of them: the first that holds each.
  const format = plan.numbers.find((f) =>
    Array.prototype.every.call(value, (v: unknown) => (typeof v === "number" || typeof v === "bigint") && holds(f, v))
  )
  return format === undefined ? wrongValue(plan, value) : built(plan, format, value)
}

const oneItem = (plan: LeafPlan, value: unknown): ItemNode | Failed => {
  const { leaf } = plan
  switch (typeof value) {
    case "number":
    case "bigint":
      return numberItem(plan, value)
    case "string":
      if (plan.text === undefined) return wrongValue(plan, value)
      return bounded(leaf, "characters", value.length) ?? built(plan, plan.text, value)
    case "boolean":
      return plan.boolean ? new ItemNode(FormatCode.BOOLEAN, value) : wrongValue(plan, value)
    default:
      break
  }
  if (plan.bytes && value instanceof Uint8Array) return bounded(leaf, "bytes", value.length) ?? built(plan, "B", value)
  if (plan.localized && value instanceof Localized) return new ItemNode(FormatCode.C2, value)
  return wrongValue(plan, value)
}

/** The item of a value; `failed` where no format of the leaf holds it. */
export const leafToItem = (leaf: Leaf, value: unknown): ItemNode | Failed => {
  const plan = planOf(leaf)
  if (leaf.closed && checkCode(leaf, value) === failed) return failed
  return leaf.shape === "one" ? oneItem(plan, value) : manyItem(plan, value)
}

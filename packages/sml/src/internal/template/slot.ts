/**
 * What a slot holds: plain values to items, and whether an item is one of the slot's.
 */
import { type CodecError, FormatCode, Item } from "@effect-secs/codec"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import type { TemplateError, WrongCount, WrongValue } from "../../TemplateError.ts"
import type { Slot } from "../../Template.ts"
import { describeFormats, describeValue, explain } from "./describe.ts"
import { readScalar } from "./scalar.ts"

type Format = FormatCode.Format
type Made = Result.Result<Item.Item, CodecError.ItemValueError>

/** Not by `instanceof`, so that arrays of another realm are arrays as well. */
const isTypedArray = (value: unknown): value is ArrayLike<number | bigint> =>
  ArrayBuffer.isView(value) && !(value instanceof DataView)

// --- one format ----------------------------------------------------------------------------------------------------

/** One element as the codec takes it for this format; what is none stays as it is, and the codec refuses it. */
const toElement =
  (format: Format) =>
  (value: unknown): unknown => {
    const read = typeof value === "string" ? (readScalar(format, value) ?? value) : value
    if (typeof read !== "bigint" || (FormatCode.info(format).elementSize === 8 && format !== "F8")) return read
    const number = Number(read)
    return Number.isSafeInteger(number) ? number : read
  }

const valuesOf = (format: Format, value: unknown): unknown => {
  switch (format) {
    case "L":
    case "A":
    case "J":
      return value
    case "C2":
      return typeof value === "string" ? { lsh: Item.Lsh.Utf8, bytes: value } : value
    default:
      if (Array.isArray(value)) return value.map(toElement(format))
      return isTypedArray(value) ? value : [toElement(format)(value)]
  }
}

const makeOf = (format: Format, value: unknown): Made =>
  (Item.make as (format: Format, values: unknown) => Made)(format, valuesOf(format, value))

// --- several formats -----------------------------------------------------------------------------------------------

const texts: ReadonlyArray<Format> = ["A", "J", "C2"]

/** Kinds of number: one of them has to be meant where a number comes without its format. */
const kinds: ReadonlyArray<ReadonlyArray<Format>> = [
  ["U1", "U2", "U4", "U8"],
  ["I1", "I2", "I4", "I8"],
  ["F4", "F8"]
]

const numbersOf = (formats: ReadonlyArray<Format>): ReadonlyArray<Format> => {
  const present = kinds
    .map((kind) => formats.filter((format) => kind.includes(format)))
    .filter(({ length }) => length > 0)
  return present.length === 1 ? present[0]! : []
}

const formatsOfArray: ReadonlyMap<string, ReadonlyArray<Format>> = new Map([
  ["Uint8Array", ["B", "U1"]],
  ["Uint16Array", ["U2"]],
  ["Uint32Array", ["U4"]],
  ["BigUint64Array", ["U8"]],
  ["Int8Array", ["I1"]],
  ["Int16Array", ["I2"]],
  ["Int32Array", ["I4"]],
  ["BigInt64Array", ["I8"]],
  ["Float32Array", ["F4"]],
  ["Float64Array", ["F8"]]
])

/** Which of several formats a plain value may be meant for, best first. */
const candidates = (formats: ReadonlyArray<Format>, value: unknown): ReadonlyArray<Format> => {
  const having = (some: ReadonlyArray<Format>) => formats.filter((format) => some.includes(format))
  if (isTypedArray(value)) {
    const own = formatsOfArray.get(Object.prototype.toString.call(value).slice(8, -1)) ?? []
    return own.filter((format) => formats.includes(format)).slice(0, 1)
  }
  const sample: unknown = Array.isArray(value) ? value[0] : value
  switch (typeof sample) {
    case "string":
      return Array.isArray(value) ? [] : having(texts)
    case "boolean":
      return having(["BOOLEAN"])
    case "number":
    case "bigint":
      return numbersOf(formats)
    case "object":
      return Item.isItem(sample) ? having(["L"]) : having(["C2"])
    default: {
      // An empty array is of any format but text: there has to be one only, or numbers of one kind.
      const left = Array.isArray(value) ? formats.filter((format) => !texts.includes(format)) : []
      return left.length > 1 && left.length > numbersOf(left).length ? [] : left
    }
  }
}

// --- slots ---------------------------------------------------------------------------------------------------------

type Reason = typeof WrongValue.Type | typeof WrongCount.Type

const wrongValue = (slot: Slot, seen: unknown): Reason => ({
  _tag: "WrongValue",
  expected: describeFormats(slot.formats),
  seen: describeValue(seen)
})

/** True where the slot's bounds allow so many values. A default is what its author wrote, whatever its bounds. */
export const isWithin = (slot: Slot, item: Item.Item): boolean => {
  const count = Item.count(item)
  return (count >= slot.minimum && count <= slot.maximum) || Equal.equals(item, slot.default)
}

const plain = (slot: Slot, value: unknown): Result.Result<Item.Item, Reason> => {
  const { formats } = slot
  if (formats.length === 1) {
    const format = formats[0]!
    return Result.mapError(makeOf(format, value), (error): Reason => {
      const { expected, index, seen } = explain(error)
      const which = index !== undefined && index > 0 ? `, value ${index}` : ""
      const is = typeof value === "string" ? describeValue(value) : seen
      // What a number or text is in JavaScript, the format says as well.
      const detail = error.reason._tag === "WrongType" && format !== "L" && format !== "C2" ? "" : `: ${expected}`
      return { _tag: "WrongValue", expected: `${format}${which}${detail}`, seen: is }
    })
  }
  const meant = candidates(formats, value)
  for (const format of meant) {
    const made = makeOf(format, value)
    if (Result.isSuccess(made)) return Result.succeed(made.success)
  }
  const reason = wrongValue(slot, value)
  const ambiguous =
    meant.length === 0 && (typeof value === "number" || typeof value === "bigint" || Array.isArray(value))
  return Result.fail(
    ambiguous && reason._tag === "WrongValue"
      ? { ...reason, expected: `${reason.expected}, as an item that says its format` }
      : reason
  )
}

/** The item of a value, checked against the slot's formats and bounds. */
export const toItem = (slot: Slot, value: unknown): Result.Result<Item.Item, TemplateError["reason"]> => {
  const made = Item.isItem(value)
    ? slot.formats.includes(value._tag)
      ? Result.succeed(value)
      : Result.fail(wrongValue(slot, value))
    : plain(slot, value)
  if (Result.isFailure(made) || isWithin(slot, made.success)) return made
  const { maximum, minimum } = slot
  return Result.fail({ _tag: "WrongCount", minimum, maximum, seen: Item.count(made.success) })
}

/** The value of an item, as `toItem` takes it. */
export const toValue = (slot: Slot, item: Item.Item): Item.Item | Item.Item["value"] =>
  slot.formats.length === 1 ? item.value : item

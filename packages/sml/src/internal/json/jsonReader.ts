/**
 * JSON to items and messages, with the path of what is wrong.
 */
import { type CodecError, FormatCode, Item, SecsMessage } from "@effect-secs/codec"
import * as Result from "effect/Result"
import { ItemJsonError } from "../../SmlError.ts"
import { describeValue, explain } from "../template/describe.ts"
import { readFloats } from "./jsonFloats.ts"
import { fromHex } from "./hex.ts"

type Format = FormatCode.Format
type Path = ReadonlyArray<string | number>
type Read<A> = Result.Result<A, ItemJsonError>
type Made = Result.Result<Item.Item, CodecError.ItemValueError>

/** Every key an item may have: our mnemonics, and what secs4net calls them. */
const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ...FormatCode.formats.map(({ format }) => [format, format] as const),
  ["List", "L"],
  ["ASCII", "A"],
  ["JIS8", "J"],
  ["Boolean", "BOOLEAN"],
  ["Binary", "B"]
])

const fail = (path: Path, expected: string, seen: string): Read<never> =>
  Result.fail(new ItemJsonError({ path, expected, seen }))

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === "object" && json !== null && !Array.isArray(json)

// --- leaves --------------------------------------------------------------------------------------------------------

/** Names the value that a constructor of the codec refuses. */
const checked = (made: Made, path: Path, inArray: boolean): Read<Item.Item> => {
  if (Result.isSuccess(made)) return Result.succeed(made.success)
  const { expected, index, seen } = explain(made.failure)
  return fail(inArray && index !== undefined ? [...path, index] : path, expected, seen)
}

const readHex = (text: string, path: Path): Read<Uint8Array> => {
  const bytes = fromHex(text)
  return typeof bytes === "object"
    ? Result.succeed(bytes)
    : fail(path, "hex, two digits a byte", `${describeValue(text.slice(bytes, bytes + 1))} at ${bytes}`)
}

const readLocalized = (json: unknown, path: Path): Read<Item.Item> => {
  if (!isObject(json)) return fail(path, "lsh and bytes", describeValue(json))
  const { bytes, lsh, text } = json
  const strange = Object.keys(json).find((key) => key !== "lsh" && key !== "bytes" && key !== "text")
  if (strange !== undefined) return fail(path, "lsh and bytes", describeValue(strange))
  if (typeof lsh !== "number") return fail([...path, "lsh"], "an integer from 0 to 65535", describeValue(lsh))
  const key = bytes === undefined ? "text" : "bytes"
  const value = json[key]
  if (typeof value !== "string") {
    return fail(path, "bytes in hex, or text", value === undefined ? "neither" : describeValue(value))
  }
  if (bytes !== undefined && text !== undefined) return fail(path, "bytes in hex, or text", "both")
  const source: Read<string | Uint8Array> = key === "text" ? Result.succeed(value) : readHex(value, [...path, key])
  if (Result.isFailure(source)) return Result.fail(source.failure)
  const isHeader = Number.isInteger(lsh) && lsh >= 0 && lsh <= 0xffff
  return checked(Item.make("C2", { lsh, bytes: source.success }), [...path, isHeader ? key : "lsh"], false)
}

const integer = /^-?\d{1,20}$/

/** An integer of eight bytes: its digits, or a number that holds it exactly. */
const toBigInt = (value: unknown): unknown => (typeof value === "string" && integer.test(value) ? BigInt(value) : value)

const readLeaf = (format: Exclude<Format, "L">, json: unknown, path: Path): Read<Item.Item> => {
  const inArray = Array.isArray(json)
  const values: ReadonlyArray<unknown> = inArray ? json : [json]
  switch (format) {
    case "A":
    case "J":
      return checked(Item.make(format, json as string), path, false)
    case "C2":
      return readLocalized(json, path)
    case "B": {
      if (typeof json !== "string") return checked(Item.make(format, values as ReadonlyArray<number>), path, inArray)
      const bytes = readHex(json, path)
      return Result.isSuccess(bytes)
        ? checked(Item.make(format, bytes.success), path, false)
        : Result.fail(bytes.failure)
    }
    case "I8":
    case "U8":
      return checked(Item.make(format, values.map(toBigInt) as ReadonlyArray<bigint>), path, inArray)
    case "F4":
    case "F8":
      return checked(readFloats(format, values), path, inArray)
    case "BOOLEAN":
      return checked(Item.make(format, values as ReadonlyArray<boolean>), path, inArray)
    default:
      return checked(Item.make(format, values as ReadonlyArray<number>), path, inArray)
  }
}

// --- items ---------------------------------------------------------------------------------------------------------

/** A list that is being read: the key it stands under, its elements, and the items of those that were read. */
interface Frame {
  readonly key: string
  readonly elements: ReadonlyArray<unknown>
  readonly items: Array<Item.Item>
}

export const readItem = (json: unknown, from: Path = []): Read<Item.Item> => {
  const stack: Array<Frame> = [{ key: "", elements: [json], items: [] }]
  const path = (...more: Path): Path => [
    ...from,
    ...stack.slice(1).flatMap(({ items, key }) => [key, items.length]),
    ...more
  ]
  for (;;) {
    const { elements, items } = stack[stack.length - 1]!
    if (items.length === elements.length) {
      stack.pop()
      if (stack.length === 0) return Result.succeed(items[0]!)
      const list = Item.make("L", items)
      // A path is put together only where it is told.
      if (Result.isFailure(list)) return checked(list, path(), false)
      stack[stack.length - 1]!.items.push(list.success)
      continue
    }
    const next = elements[items.length]
    if (!isObject(next)) return fail(path(), "an item, an object with one key", describeValue(next))
    const keys = Object.keys(next)
    const key = keys[0]
    if (key === undefined || keys.length > 1) {
      return fail(path(), "an item, an object with one key", `${keys.length} keys`)
    }
    const format = formats.get(key)
    if (format === undefined) return fail(path(), "a format for key", describeValue(key))
    const value = next[key]
    if (format === "L") {
      if (!Array.isArray(value)) return fail(path(key), "an array of items", describeValue(value))
      stack.push({ key, elements: value, items: [] })
      continue
    }
    const item = readLeaf(format, value, [])
    if (Result.isFailure(item)) {
      const { expected, path: below, seen } = item.failure
      return fail(path(key, ...below), expected, seen)
    }
    items.push(item.success)
  }
}

// --- messages ------------------------------------------------------------------------------------------------------

/** Every key a message may have: ours, and those of secs4net. */
const messageKeys: ReadonlyMap<string, "stream" | "function" | "replyExpected" | "name" | "item"> = new Map([
  ["stream", "stream"],
  ["S", "stream"],
  ["function", "function"],
  ["F", "function"],
  ["replyExpected", "replyExpected"],
  ["ReplyExpected", "replyExpected"],
  ["name", "name"],
  ["Name", "name"],
  ["item", "item"],
  ["SecsItem", "item"]
])

export interface NamedMessage {
  readonly message: SecsMessage.SecsMessage
  readonly name: string | undefined
}

const isByte = (value: unknown, maximum: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= maximum

export const readMessage = (json: unknown): Read<NamedMessage> => {
  if (!isObject(json)) return fail([], "a message, an object", describeValue(json))
  const found = new Map<string, { readonly key: string; readonly value: unknown }>()
  for (const key of Object.keys(json)) {
    const field = messageKeys.get(key)
    if (field === undefined)
      return fail([], "stream, function, replyExpected, name or item for key", describeValue(key))
    if (found.has(field)) return fail([key], `${field} once`, `also ${found.get(field)!.key}`)
    found.set(field, { key, value: json[key] })
  }
  const at = (field: string) => found.get(field) ?? { key: field, value: undefined }
  const stream = at("stream")
  if (!isByte(stream.value, 127)) return fail([stream.key], "an integer from 0 to 127", describeValue(stream.value))
  const function_ = at("function")
  if (!isByte(function_.value, 255)) {
    return fail([function_.key], "an integer from 0 to 255", describeValue(function_.value))
  }
  const wBit = at("replyExpected")
  const replyExpected = wBit.value ?? false
  if (typeof replyExpected !== "boolean") return fail([wBit.key], "true or false", describeValue(replyExpected))
  const label = at("name")
  const name = label.value ?? undefined
  if (name !== undefined && typeof name !== "string") return fail([label.key], "text", describeValue(name))
  const text = at("item")
  const item = text.value === undefined || text.value === null ? undefined : readItem(text.value, [text.key])
  if (item !== undefined && Result.isFailure(item)) return Result.fail(item.failure)
  const message = new SecsMessage.SecsMessage(stream.value, function_.value, replyExpected, item?.success)
  return Result.succeed({ message, name })
}

/** Parses text; where it is no JSON, says what the host says. */
export const readText = (text: string): Read<unknown> => {
  try {
    return Result.succeed(JSON.parse(text))
  } catch (error) {
    return fail([], "JSON", error instanceof Error ? error.message : String(error))
  }
}

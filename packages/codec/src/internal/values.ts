/**
 * Values as callers give them to the values items hold: checked, and copied where they could change.
 */
import { type BadCharacter, ItemValueError, type OutOfRange, type TooLong, type WrongType } from "../CodecError.ts"
import { type Format, FormatCode, info, maxLength } from "../FormatCode.ts"
import { jisByte, jisToText } from "./jis.ts"
import { encodeLocalized } from "./localized.ts"
import { ItemNode, Localized, noItems } from "./node.ts"

type Reason = typeof OutOfRange.Type | typeof WrongType.Type | typeof BadCharacter.Type | typeof TooLong.Type

/** Carries a reason out of the checks of a constructor. */
class Invalid {
  readonly reason: Reason
  constructor(reason: Reason) {
    this.reason = reason
  }
}

/** The class of an object; anything may stand under that name. */
export const nameOf = (u: object): string => {
  const name = (u as { readonly constructor?: { readonly name?: unknown } }).constructor?.name
  return typeof name === "string" ? name : "object"
}

const describeType = (u: unknown): string =>
  u === null
    ? "null"
    : typeof u === "object"
      ? nameOf(u)
      : typeof u === "number" || typeof u === "bigint"
        ? `${typeof u} ${u}`
        : typeof u

const wrongType = (index: number, expected: string, seen: unknown): Invalid =>
  new Invalid({ _tag: "WrongType", index, expected, seen: describeType(seen) })

const checkLength = (length: number, elementSize: number): void => {
  const maximum = Math.floor(maxLength / elementSize)
  if (length > maximum) throw new Invalid({ _tag: "TooLong", length, maximum })
}

const checkInteger = (value: unknown, index: number, minimum: number, maximum: number): number => {
  if (typeof value !== "number") throw wrongType(index, "number", value)
  if (!(Number.isInteger(value) && value >= minimum && value <= maximum)) {
    throw new Invalid({
      _tag: "OutOfRange",
      index,
      value: String(value),
      minimum: String(minimum),
      maximum: String(maximum)
    })
  }
  return value + 0
}

const checkBigInt = (value: unknown, index: number, minimum: bigint, maximum: bigint): bigint => {
  const big = typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof big !== "bigint") throw wrongType(index, "bigint or safe integer", value)
  if (big < minimum || big > maximum) {
    throw new Invalid({
      _tag: "OutOfRange",
      index,
      value: String(big),
      minimum: String(minimum),
      maximum: String(maximum)
    })
  }
  return big
}

const maxF4 = 3.4028234663852886e38

// A NaN that was computed may carry a sign or a payload, which an array would keep: written is the one of the standard.

const checkF4 = (value: unknown, index: number): number => {
  if (typeof value !== "number") throw wrongType(index, "number", value)
  if (Number.isNaN(value)) return NaN
  const rounded = Math.fround(value)
  if (Number.isFinite(value) && !Number.isFinite(rounded)) {
    throw new Invalid({
      _tag: "OutOfRange",
      index,
      value: String(value),
      minimum: String(-maxF4),
      maximum: String(maxF4)
    })
  }
  return rounded
}

const checkF8 = (value: unknown, index: number): number => {
  if (typeof value !== "number") throw wrongType(index, "number", value)
  return Number.isNaN(value) ? NaN : value
}

type Elements = ArrayLike<unknown>

type ArrayConstructorOf<T, Arr> = new (from: number | Arr) => Arr & { [index: number]: T }

/** What has no length would pass for an empty array, and its values be lost. */
const checkArray = (values: Elements, elementSize: number): void => {
  const length: unknown = typeof values === "object" && values !== null ? values.length : undefined
  if (!Number.isInteger(length) || (length as number) < 0) throw wrongType(0, "array", values)
  checkLength(length as number, elementSize)
}

/** Copies without looking at elements where the array can hold nothing wrong, checks each one elsewhere. */
const numeric =
  <T extends number | bigint, Arr extends ArrayLike<T>>(
    Ctor: ArrayConstructorOf<T, Arr>,
    elementSize: number,
    check: (value: unknown, index: number) => T
  ) =>
  (values: Elements): unknown => {
    checkArray(values, elementSize)
    if (values.length === 1) return check(values[0], 0)
    // A new array and not a slice, which of a `Buffer` would be a view.
    if (values instanceof Ctor) return new Ctor(values)
    const out = new Ctor(values.length)
    for (let i = 0; i < values.length; i++) out[i] = check(values[i], i)
    return out
  }

const integers = <Arr extends ArrayLike<number>>(Ctor: ArrayConstructorOf<number, Arr>, format: Format) => {
  const { elementSize, maximum, minimum } = info(format)
  return numeric<number, Arr>(Ctor, elementSize, (value, index) =>
    checkInteger(value, index, minimum as number, maximum as number)
  )
}

const bigints = <Arr extends ArrayLike<bigint>>(Ctor: ArrayConstructorOf<bigint, Arr>, format: Format) => {
  const { elementSize, maximum, minimum } = info(format)
  return numeric<bigint, Arr>(Ctor, elementSize, (value, index) =>
    checkBigInt(value, index, minimum as bigint, maximum as bigint)
  )
}

const text = (value: unknown): string => {
  if (typeof value !== "string") throw wrongType(0, "string", value)
  checkLength(value.length, 1)
  return value
}

const latin1Text = (value: unknown): string => {
  const characters = text(value)
  const index = characters.search(/[^\x00-\xff]/)
  if (index >= 0) {
    throw new Invalid({ _tag: "BadCharacter", index, codePoint: characters.codePointAt(index)!, alphabet: "latin-1" })
  }
  return characters
}

const jisText = (value: unknown): string => {
  const characters = text(value)
  let bytes = ""
  for (let i = 0; i < characters.length; i++) {
    const byte = jisByte(characters.charCodeAt(i))
    if (byte < 0) {
      throw new Invalid({
        _tag: "BadCharacter",
        index: i,
        codePoint: characters.codePointAt(i)!,
        alphabet: "JIS X 0201"
      })
    }
    bytes += String.fromCharCode(byte)
  }
  return jisToText(bytes)
}

const binary = (values: Elements): Uint8Array => {
  checkArray(values, 1)
  if (values instanceof Uint8Array) return new Uint8Array(values)
  const out = new Uint8Array(values.length)
  for (let i = 0; i < out.length; i++) out[i] = checkInteger(values[i], i, 0, 0xff)
  return out
}

const booleans = (values: Elements): boolean | ReadonlyArray<boolean> => {
  checkArray(values, 1)
  const out: Array<boolean> = []
  for (let i = 0, length = values.length; i < length; i++) {
    const value = values[i]
    if (typeof value !== "boolean") throw wrongType(i, "boolean", value)
    out.push(value)
  }
  return out.length === 1 ? out[0]! : out
}

const children = (values: Elements): ReadonlyArray<ItemNode> => {
  checkArray(values, 1)
  if (values.length === 0) return noItems
  const out: Array<ItemNode> = []
  for (let i = 0, length = values.length; i < length; i++) {
    const value = values[i]
    if (!(value instanceof ItemNode)) throw wrongType(i, "item", value)
    out.push(value)
  }
  return out
}

const localized = (value: unknown): Localized => {
  if (typeof value !== "object" || value === null) throw wrongType(0, "header and text or bytes", value)
  const { bytes: source, lsh } = value as { readonly lsh?: unknown; readonly bytes?: unknown }
  const header = checkInteger(lsh, 0, 0, 0xffff)
  const bytes = typeof source === "string" ? encodeLocalized(header, source) : binary(source as Elements)
  if (bytes instanceof Uint8Array) {
    checkLength(bytes.length + 2, 1)
    return new Localized(header, bytes)
  }
  throw new Invalid(bytes)
}

/** From the values of any format, the value an item holds. */
const prepare: { readonly [F in Format]: (values: never) => unknown } = {
  L: children,
  B: binary,
  BOOLEAN: booleans,
  A: latin1Text,
  J: jisText,
  C2: localized,
  I8: bigints(BigInt64Array, "I8"),
  I1: integers(Int8Array, "I1"),
  I2: integers(Int16Array, "I2"),
  I4: integers(Int32Array, "I4"),
  F8: numeric<number, Float64Array>(Float64Array, 8, checkF8),
  F4: numeric<number, Float32Array>(Float32Array, 4, checkF4),
  U8: bigints(BigUint64Array, "U8"),
  U1: integers(Uint8Array, "U1"),
  U2: integers(Uint16Array, "U2"),
  U4: integers(Uint32Array, "U4")
}

/** Makes an item. Throws `ItemValueError` where the format cannot hold the values. */
export const build = (format: Format, values: unknown): ItemNode => {
  if (!Object.hasOwn(prepare, format)) {
    const seen: string = format
    throw new ItemValueError({
      format: seen,
      reason: { _tag: "WrongType", index: 0, expected: "a format of SECS-II", seen }
    })
  }
  try {
    return new ItemNode(FormatCode[format], prepare[format](values as never))
  } catch (error) {
    if (error instanceof Invalid) throw new ItemValueError({ format, reason: error.reason })
    throw error
  }
}

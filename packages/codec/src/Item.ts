/**
 * SECS-II items: the values of SEMI E5, their constructors, and reading. Pure.
 *
 * An item is `{ format, value }`, one class for all sixteen formats. `value` holds
 *
 * - `L`: the child items
 * - `A`, `J`: text; `A` maps byte to character as latin-1, so no byte is lost; `J` is JIS X 0201
 * - `B`: bytes · `C2`: a `Localized`, header and bytes
 * - all others: the value itself where there is one, else an array (`Uint32Array`, `BigInt64Array`, …,
 *   `ReadonlyArray<boolean>`; so is a lone NaN that came with a payload, which a number would lose). The accessors
 *   (`asNumber`, `asNumbers`, …) hide which of the two it is.
 *
 * Items are immutable by type, and equal by structure under Effect's `Equal`: NaN equals NaN, 0 does not equal -0.
 * Constructors copy the arrays they are given.
 *
 * @see SEMI E5, data items
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { ItemAccessError, ItemValueError } from "./CodecError.ts"
import { type Format, FormatCode, fromCode } from "./FormatCode.ts"
import { decodeLocalized } from "./internal/localized.ts"
import { ItemNode } from "./internal/node.ts"
import { build } from "./internal/values.ts"

// --- types ---------------------------------------------------------------------------------------------------------

/**
 * A typed array that may only be read. `slice` gives a copy that is yours.
 *
 * @since 0.1.0
 */
export interface ReadonlyTypedArray<Element, Mutable> extends Iterable<Element> {
  readonly [index: number]: Element
  readonly length: number
  readonly byteLength: number
  at(index: number): Element | undefined
  includes(value: Element): boolean
  indexOf(value: Element): number
  join(separator?: string): string
  slice(start?: number, end?: number): Mutable
}

/**
 * @since 0.1.0
 */
export type ReadonlyBytes = ReadonlyTypedArray<number, Uint8Array>

/**
 * The value of a `C2` item.
 *
 * @since 0.1.0
 */
export interface Localized {
  /** Localized string header: which encoding the bytes are in. */
  readonly lsh: number
  /** The text's bytes, without the header. */
  readonly bytes: ReadonlyBytes
}

interface Base<F extends Format, Value> {
  readonly _tag: F
  /** Six-bit format code. */
  readonly format: (typeof FormatCode)[F]
  readonly value: Value
  /** One line of SML, cut where it gets long. */
  toString(): string
}

/** @since 0.1.0 */
export interface L extends Base<"L", ReadonlyArray<Item>> {}
/** @since 0.1.0 */
export interface B extends Base<"B", ReadonlyBytes> {}
/** @since 0.1.0 */
export interface BOOLEAN extends Base<"BOOLEAN", boolean | ReadonlyArray<boolean>> {}
/** @since 0.1.0 */
export interface A extends Base<"A", string> {}
/** @since 0.1.0 */
export interface J extends Base<"J", string> {}
/** @since 0.1.0 */
export interface C2 extends Base<"C2", Localized> {}
/** @since 0.1.0 */
export interface I8 extends Base<"I8", bigint | ReadonlyTypedArray<bigint, BigInt64Array>> {}
/** @since 0.1.0 */
export interface I1 extends Base<"I1", number | ReadonlyTypedArray<number, Int8Array>> {}
/** @since 0.1.0 */
export interface I2 extends Base<"I2", number | ReadonlyTypedArray<number, Int16Array>> {}
/** @since 0.1.0 */
export interface I4 extends Base<"I4", number | ReadonlyTypedArray<number, Int32Array>> {}
/** @since 0.1.0 */
export interface F8 extends Base<"F8", number | ReadonlyTypedArray<number, Float64Array>> {}
/** @since 0.1.0 */
export interface F4 extends Base<"F4", number | ReadonlyTypedArray<number, Float32Array>> {}
/** @since 0.1.0 */
export interface U8 extends Base<"U8", bigint | ReadonlyTypedArray<bigint, BigUint64Array>> {}
/** @since 0.1.0 */
export interface U1 extends Base<"U1", number | ReadonlyTypedArray<number, Uint8Array>> {}
/** @since 0.1.0 */
export interface U2 extends Base<"U2", number | ReadonlyTypedArray<number, Uint16Array>> {}
/** @since 0.1.0 */
export interface U4 extends Base<"U4", number | ReadonlyTypedArray<number, Uint32Array>> {}

/**
 * One SECS-II item, discriminated by `_tag` or by `format`.
 *
 * @since 0.1.0
 */
export type Item = L | B | BOOLEAN | A | J | C2 | I8 | I1 | I2 | I4 | F8 | F4 | U8 | U1 | U2 | U4

/**
 * The item of one format: `ItemOf<"U4">`.
 *
 * @since 0.1.0
 */
export type ItemOf<F extends Format> = Extract<Item, { readonly _tag: F }>

/**
 * True for every item of this library, whatever its format.
 *
 * @since 0.1.0
 */
export const isItem = (u: unknown): u is Item => u instanceof ItemNode && fromCode(u.format) !== undefined

/**
 * True for an item of the given format.
 *
 * @example
 * Item.is("U4")(Item.U4(1)) // => true
 *
 * @since 0.1.0
 */
export const is =
  <F extends Format>(format: F) =>
  (item: Item): item is ItemOf<F> =>
    item.format === FormatCode[format]

// --- constructors --------------------------------------------------------------------------------------------------

/**
 * What `make` takes for each format.
 *
 * @since 0.1.0
 */
export interface Values {
  readonly L: ReadonlyArray<Item>
  readonly B: ArrayLike<number>
  readonly BOOLEAN: ArrayLike<boolean>
  readonly A: string
  readonly J: string
  /** Text is encoded here for headers 1 to 6 and 8 to 13, see `Lsh`; for others pass bytes. */
  readonly C2: { readonly lsh: number; readonly bytes: string | ArrayLike<number> }
  readonly I8: ArrayLike<bigint | number>
  readonly I1: ArrayLike<number>
  readonly I2: ArrayLike<number>
  readonly I4: ArrayLike<number>
  readonly F8: ArrayLike<number>
  readonly F4: ArrayLike<number>
  readonly U8: ArrayLike<bigint | number>
  readonly U1: ArrayLike<number>
  readonly U2: ArrayLike<number>
  readonly U4: ArrayLike<number>
}

/**
 * Makes an item from values that come from elsewhere.
 *
 * Fails    `ItemValueError` with the format, the index and the number; never throws
 *
 * @example
 * Item.make("U1", [256]) // => Result.fail(U1 value 0: 256 is not an integer from 0 to 255)
 *
 * @since 0.1.0
 */
export const make = <F extends Format>(format: F, values: Values[F]): Result.Result<ItemOf<F>, ItemValueError> => {
  try {
    return Result.succeed(build(format, values) as unknown as ItemOf<F>)
  } catch (error) {
    if (error instanceof ItemValueError) return Result.fail(error)
    throw error
  }
}

/**
 * Makes an item of the very value it is to hold: not looked at, and not copied. For readers that have checked each
 * value and give it away; a wrong value makes an item that encodes to wrong bytes.
 *
 * A lone value stands for itself, not in an array; `A` holds characters up to FF, `J` those of JIS X 0201, F4 values
 * that are rounded.
 *
 * @example
 * Item.makeUnsafe("U4", 7)
 * Item.makeUnsafe("U4", Uint32Array.of(7, 8))
 *
 * @since 0.1.0
 */
export const makeUnsafe = <F extends Format>(format: F, value: ItemOf<F>["value"]): ItemOf<F> =>
  new ItemNode(FormatCode[format], value) as unknown as ItemOf<F>

/** Values one by one, or one array of them. */
const spread = (args: ReadonlyArray<unknown>): unknown =>
  args.length === 1 && typeof args[0] === "object" && args[0] !== null && !(args[0] instanceof ItemNode)
    ? args[0]
    : args

interface NumberConstructor<T> {
  (...values: ReadonlyArray<number>): T
  (values: ArrayLike<number>): T
}

interface BigIntConstructor<T> {
  (...values: ReadonlyArray<bigint | number>): T
  (values: ArrayLike<bigint | number>): T
}

const constructor = <T>(format: Format): NumberConstructor<T> & BigIntConstructor<T> =>
  ((...args: ReadonlyArray<unknown>) => build(format, spread(args))) as never

/**
 * A list. `L()` is the empty list, which is an item and not the same as no item.
 *
 * @example
 * L(A("START"), L())
 * L([U4(1), U4(2)])
 *
 * @since 0.1.0
 */
export const L: {
  (...items: ReadonlyArray<Item>): L
  (items: ReadonlyArray<Item>): L
} = constructor("L") as never

/**
 * Bytes.
 *
 * @since 0.1.0
 */
export const B: NumberConstructor<B> = constructor("B")

/**
 * Booleans. Written as 01 and 00, read as "not zero" and zero.
 *
 * @since 0.1.0
 */
export const BOOLEAN: {
  (...values: ReadonlyArray<boolean>): BOOLEAN
  (values: ReadonlyArray<boolean>): BOOLEAN
} = constructor("BOOLEAN") as never

/**
 * Text, one byte a character: ASCII by the standard, latin-1 as it is found in the field. Throws on what is above FF.
 *
 * @since 0.1.0
 */
export const A = (text: string): A => build("A", text) as unknown as A

/**
 * Text in JIS X 0201: ASCII with ¥ for backslash and ‾ for tilde (both are taken as aliases), and half-width katakana.
 *
 * @since 0.1.0
 */
export const J = (text: string): J => build("J", text) as unknown as J

/**
 * Localized string headers: which encoding the text of a `C2` item is in. 7 (ISCII) and 14 (EUC-TW) have no decoder on
 * any host; others are reserved.
 *
 * @since 0.1.0
 */
export const Lsh = {
  None: 0,
  Ucs2: 1,
  Utf8: 2,
  Ascii: 3,
  Latin1: 4,
  Iso8859_11: 5,
  Tis620: 6,
  Iscii: 7,
  ShiftJis: 8,
  EucJp: 9,
  EucKr: 10,
  Gb: 11,
  EucCn: 12,
  Big5: 13,
  EucTw: 14
} as const

/**
 * A localized string: its header (which names the encoding), and text for headers 1 to 6 and 8 to 13 or bytes for any.
 *
 * Text is refused where the encoding lacks a character of it. Bytes that are no text, as `TextEncoding` keeps them, are
 * such a character: pass the bytes.
 *
 * @since 0.1.0
 */
export const C2 = (lsh: number, text: string | ArrayLike<number>): C2 =>
  build("C2", { lsh, bytes: text }) as unknown as C2

/** @since 0.1.0 */
export const I8: BigIntConstructor<I8> = constructor("I8")
/** @since 0.1.0 */
export const I1: NumberConstructor<I1> = constructor("I1")
/** @since 0.1.0 */
export const I2: NumberConstructor<I2> = constructor("I2")
/** @since 0.1.0 */
export const I4: NumberConstructor<I4> = constructor("I4")
/** @since 0.1.0 */
export const F8: NumberConstructor<F8> = constructor("F8")
/**
 * Single precision. Values are rounded to the nearest; a finite value beyond the range throws.
 *
 * @since 0.1.0
 */
export const F4: NumberConstructor<F4> = constructor("F4")
/** @since 0.1.0 */
export const U8: BigIntConstructor<U8> = constructor("U8")
/** @since 0.1.0 */
export const U1: NumberConstructor<U1> = constructor("U1")
/** @since 0.1.0 */
export const U2: NumberConstructor<U2> = constructor("U2")
/** @since 0.1.0 */
export const U4: NumberConstructor<U4> = constructor("U4")

// --- reading -------------------------------------------------------------------------------------------------------

/**
 * The number of values in an item: elements of a list, bytes of a `B`, characters of an `A` or `J`, bytes of a `C2`.
 *
 * @since 0.1.0
 */
export const count = (item: Item): number => {
  if (item._tag === "C2") return item.value.bytes.length
  const value = item.value
  return typeof value === "object" || typeof value === "string" ? value.length : 1
}

const accessError = (
  path: ReadonlyArray<number>,
  reason: ItemAccessError["reason"]
): Result.Result<never, ItemAccessError> => Result.fail(new ItemAccessError({ path, reason }))

/**
 * The item at a path of child indexes; no index gives the item itself. Like all accessors it takes the item of a
 * message as it is, which is `undefined` for a header only.
 *
 * @example
 * Item.get(L(A("x"), L(U1(7))), 1, 0) // => Result.succeed(U1(7))
 *
 * @since 0.1.0
 */
export const get = (item: Item | undefined, ...path: ReadonlyArray<number>): Result.Result<Item, ItemAccessError> => {
  if (item === undefined) return accessError([], { _tag: "NoItem" })
  let at = item
  for (let level = 0; level < path.length; level++) {
    const next = at._tag === "L" ? at.value[path[level]!] : undefined
    if (next === undefined) {
      const elements = at._tag === "L" ? at.value.length : 0
      return accessError(path.slice(0, level + 1), { _tag: "NoSuchItem", format: at._tag, count: elements })
    }
    at = next
  }
  return Result.succeed(at)
}

const describeSeen = (item: Item): string => (item._tag === "C2" ? `C2 with header ${item.value.lsh}` : item._tag)

/** An accessor of all values of certain formats. */
const many =
  <T>(expected: string, read: (item: Item) => T | undefined) =>
  (item: Item | undefined, ...path: ReadonlyArray<number>): Result.Result<T, ItemAccessError> => {
    const found = get(item, ...path)
    if (Result.isFailure(found)) return Result.fail(found.failure)
    const values = read(found.success)
    return values === undefined
      ? accessError(path, { _tag: "WrongFormat", expected, seen: describeSeen(found.success) })
      : Result.succeed(values)
  }

/** The accessor of the one value among what `all` gives. */
const single =
  <T>(
    all: (item: Item | undefined, ...path: ReadonlyArray<number>) => Result.Result<ReadonlyArray<T>, ItemAccessError>
  ) =>
  (item: Item | undefined, ...path: ReadonlyArray<number>): Result.Result<T, ItemAccessError> => {
    const values = all(item, ...path)
    if (Result.isFailure(values)) return Result.fail(values.failure)
    return values.success.length === 1
      ? Result.succeed(values.success[0]!)
      : accessError(path, { _tag: "WrongCount", expected: 1, seen: values.success.length })
  }

const toArray = <T>(value: T | Iterable<T>): ReadonlyArray<T> =>
  typeof value === "object" && value !== null ? Array.from(value as Iterable<T>) : [value]

/**
 * The children of a list.
 *
 * @since 0.1.0
 */
export const asItems = many("L", (item) => (item._tag === "L" ? item.value : undefined))

/**
 * The text of an `A`, `J` or `C2`. A `C2` whose header names no encoding this host can read, or whose bytes are not in
 * it, is refused: read `value`, or decode its bytes with `TextEncoding.fromLsh`, which keeps what it cannot read. The
 * text of an `A` is one character a byte, whatever encoding the peer means: see `TextEncoding.decodeA`.
 *
 * @since 0.1.0
 */
export const asText = many("A, J or C2 in a known encoding", (item) => {
  if (item._tag === "A" || item._tag === "J") return item.value
  if (item._tag === "C2") return decodeLocalized(item.value.lsh, item.value.bytes as Uint8Array)
  return undefined
})

/**
 * The bytes of a `B`: a copy, yours to keep and change.
 *
 * @since 0.1.0
 */
export const asBytes = many("B", (item) => (item._tag === "B" ? item.value.slice() : undefined))

/**
 * All values of a `BOOLEAN`, however many.
 *
 * @since 0.1.0
 */
export const asBooleans = many("BOOLEAN", (item) =>
  item._tag === "BOOLEAN" ? toArray<boolean>(item.value) : undefined
)

/**
 * The one value of a `BOOLEAN`.
 *
 * @since 0.1.0
 */
export const asBoolean = single(asBooleans)

const wholeNumbers = (item: Item): ReadonlyArray<number | bigint> | undefined => {
  switch (item._tag) {
    case "B":
    case "U1":
    case "U2":
    case "U4":
    case "I1":
    case "I2":
    case "I4":
      return toArray<number>(item.value)
    case "U8":
    case "I8":
      return toArray<bigint>(item.value)
    default:
      return undefined
  }
}

const numbers = many("a number format", (item) =>
  item._tag === "F4" || item._tag === "F8" ? toArray<number>(item.value) : wholeNumbers(item)
)

/**
 * All values of any integer, float or `B` item as numbers. 64-bit values beyond 2^53 are refused: read `asBigInts`.
 *
 * @since 0.1.0
 */
export const asNumbers = (
  item: Item | undefined,
  ...path: ReadonlyArray<number>
): Result.Result<ReadonlyArray<number>, ItemAccessError> => {
  const values = numbers(item, ...path)
  if (Result.isFailure(values)) return Result.fail(values.failure)
  const out: Array<number> = []
  for (const value of values.success) {
    if (typeof value === "bigint" && !Number.isSafeInteger(Number(value))) {
      return accessError(path, { _tag: "UnsafeInteger", value: String(value) })
    }
    out.push(Number(value))
  }
  return Result.succeed(out)
}

/**
 * The one value of any integer, float or `B` item as a number.
 *
 * @since 0.1.0
 */
export const asNumber = single(asNumbers)

/**
 * All values of any integer or `B` item as bigint.
 *
 * @since 0.1.0
 */
export const asBigInts = many("an integer format", (item) => wholeNumbers(item)?.map((value) => BigInt(value)))

/**
 * The one value of any integer or `B` item as bigint.
 *
 * @since 0.1.0
 */
export const asBigInt = single(asBigInts)

/**
 * True for an `A` that keeps to the standard's alphabet, 00 to 7F.
 *
 * @since 0.1.0
 */
export const isAscii = (item: A): boolean => !/[^\x00-\x7f]/.test(item.value)

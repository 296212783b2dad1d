/**
 * Typed views of items: what a message body looks like, and the value it is. Pure.
 *
 * A structure is a Schema that decodes an item to a value and encodes the value to an item. It composes with Schemas of
 * your own: check, brand or transform one (`Schema.brand`, `Schema.decodeTo`), and use the result where a structure is
 * expected. `StructureCodec` goes straight between bytes and values.
 *
 * | Structure | Value |
 * | --- | --- |
 * | `U1` to `I4`, `F4`, `F8` | `number`: exactly one value |
 * | `U8`, `I8` | `bigint` |
 * | `value(["U1", "U2", "U4", "U8"])` | `number`, or `bigint` where a number would not be exact |
 * | `A`, `J` | `string` |
 * | `B` | `number`: a single byte, most often a code · `bytes()`: `Uint8Array` |
 * | `vector("U4")` | `Uint32Array` |
 * | `item` | the item itself, of any format |
 * | `list({ … })` | an object · `listOf(x)`: an array · `packedList("U4")`: a list of single U4 as `Uint32Array` |
 * | `optional(x)` | `undefined` for an item of length zero · `tail(x)`: `undefined` where the list ends early |
 *
 * @example
 * const Report = Structure.list({ rptid: Structure.U4, values: Structure.listOf(Structure.item) })
 * StructureCodec.fromItem(Report)(L(U4(10), L(A("x")))) // => Result.succeed({ rptid: 10, values: [A("x")] })
 *
 * Builders tell bundlers that they have no side effects, so that structures nobody uses cost nothing.
 *
 * @see SEMI E5, message structure
 * @since 0.1.0
 */
import type * as Schema from "effect/Schema"
import type { Format } from "./FormatCode.ts"
import * as schemas from "./internal/structure/schema.ts"
import type { Item, Localized, ReadonlyBytes, ReadonlyTypedArray } from "./Item.ts"
import * as Layout from "./Layout.ts"

// --- types ---------------------------------------------------------------------------------------------------------

/**
 * A Schema from items to values.
 *
 * @since 0.1.0
 */
export interface Structure<out T> extends Schema.Codec<T, Item> {}

/**
 * Any Schema that reads items: a structure, or what you made of one.
 *
 * @since 0.1.0
 */
export interface Any extends Schema.Codec<unknown, Item> {}

/**
 * A structure whose value may be left out of an object.
 *
 * @since 0.1.0
 */
export interface Optional<out T> extends Structure<T | undefined> {
  readonly presence: "optional"
}

/**
 * An element that a list may lack at its end. Stands among the members of `list` only.
 *
 * @since 0.1.0
 */
export interface Tail<out T> {
  readonly presence: "tail"
  readonly structure: Structure<T>
}

/**
 * The members of a list, in their order.
 *
 * @since 0.1.0
 */
export interface Fields {
  readonly [key: string]: Any | Tail<unknown>
}

type ValueOf<S> = S extends Tail<infer T> ? T : S extends { readonly Type: infer T } ? T : never

type OptionalKeys<F> = {
  [K in keyof F]: F[K] extends { readonly presence: "tail" | "optional" } ? K : never
}[keyof F]

type Simplify<T> = { [K in keyof T]: T[K] } & {}

/**
 * The object of a list with these members.
 *
 * @since 0.1.0
 */
export type ObjectOf<F extends Fields> = Simplify<
  { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> } & {
    readonly [K in OptionalKeys<F>]?: ValueOf<F[K]> | undefined
  }
>

type LeafFormat = Layout.LeafFormat
type NumberFormat = "U1" | "U2" | "U4" | "I1" | "I2" | "I4" | "F4" | "F8"

/**
 * One value in one of the formats `F`.
 *
 * @since 0.1.0
 */
export type OneOf<F extends LeafFormat> =
  | (F extends NumberFormat ? number : never)
  | (F extends "U8" | "I8" ? bigint : never)
  | (F extends "A" | "J" ? string : never)
  | (F extends "BOOLEAN" ? boolean : never)
  | (F extends "C2" ? Localized : never)
  | ("B" extends F ? ([Exclude<F, "B" | "U1">] extends [never] ? number : Uint8Array) : never)

interface Arrays {
  readonly B: ReadonlyBytes
  readonly BOOLEAN: ReadonlyArray<boolean>
  readonly A: string
  readonly J: string
  readonly C2: Localized
  readonly U1: ReadonlyTypedArray<number, Uint8Array>
  readonly U2: ReadonlyTypedArray<number, Uint16Array>
  readonly U4: ReadonlyTypedArray<number, Uint32Array>
  readonly U8: ReadonlyTypedArray<bigint, BigUint64Array>
  readonly I1: ReadonlyTypedArray<number, Int8Array>
  readonly I2: ReadonlyTypedArray<number, Int16Array>
  readonly I4: ReadonlyTypedArray<number, Int32Array>
  readonly I8: ReadonlyTypedArray<bigint, BigInt64Array>
  readonly F4: ReadonlyTypedArray<number, Float32Array>
  readonly F8: ReadonlyTypedArray<number, Float64Array>
}

type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never

/**
 * Any number of values in one of the formats `F`.
 *
 * @since 0.1.0
 */
export type ManyOf<F extends LeafFormat> =
  IsUnion<F> extends true
    ? | ReadonlyArray<OneOf<Exclude<F, "B" | "A" | "J" | "C2">>>
      | (F extends "A" | "J" ? string : never)
      | ("B" extends F ? ReadonlyBytes : never)
    : Arrays[F]

/**
 * What can be said of an item of values.
 *
 * @since 0.1.0
 */
export interface LeafOptions {
  /** The data item's name in the standard: shown in errors, logs and docs, and what a quirk profile refers to. */
  readonly name?: string
  /** Fewest and most characters of a text, bytes of a `B`, values of a vector. */
  readonly minimum?: number
  readonly maximum?: number
  /** Values with a meaning. */
  readonly codes?: ReadonlyArray<Layout.Code>
  /** True where no value but those in `codes` is legal; else they are names for some. */
  readonly closed?: boolean
}

// --- items of values -----------------------------------------------------------------------------------------------

type Formats<F extends LeafFormat> = F | readonly [F, ...ReadonlyArray<F>]

const isNumeric = (format: LeafFormat): boolean => format === "B" || format === "U1"

const leaf = (shape: "one" | "many", formats: Formats<LeafFormat>, options: LeafOptions): Layout.Leaf => {
  const all: ReadonlyArray<LeafFormat> = typeof formats === "string" ? [formats] : formats
  // A lone byte is a number unless its length is spoken of.
  const lone = shape === "one" && all.every(isNumeric) && options.minimum === undefined && options.maximum === undefined
  return {
    _tag: "Leaf",
    name: options.name,
    formats: all as Layout.Leaf["formats"],
    shape,
    minimum: lone ? 1 : (options.minimum ?? 0),
    maximum: lone ? 1 : (options.maximum ?? Number.POSITIVE_INFINITY),
    codes: options.codes ?? [],
    closed: options.closed ?? false
  }
}

/**
 * One value, in one of several formats: exactly one number or boolean, or a text. A value is written in the first
 * format named if that holds it, else in U4, I4, U8, I8 or whatever is there, in this order.
 *
 * @example
 * const CEID = Structure.value(["U4", "U1", "U2", "U8", "A"], { name: "CEID" }) // Structure<number | bigint | string>
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const value = <const F extends LeafFormat>(
  formats: Formats<F>,
  options: LeafOptions = {}
): Structure<OneOf<F>> => schemas.leafSchema(leaf("one", formats, options)) as never

/**
 * Any number of values in one item. One number format gives a typed array, several give an array of numbers.
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const vector = <const F extends LeafFormat>(
  formats: Formats<F>,
  options: LeafOptions = {}
): Structure<ManyOf<F>> => schemas.leafSchema(leaf("many", formats, options)) as never

/** Exactly one value of this format. @since 0.1.0 */
export const U1: Structure<number> = value("U1")
/** Exactly one value of this format. @since 0.1.0 */
export const U2: Structure<number> = value("U2")
/** Exactly one value of this format. @since 0.1.0 */
export const U4: Structure<number> = value("U4")
/** Exactly one value of this format. @since 0.1.0 */
export const U8: Structure<bigint> = value("U8")
/** Exactly one value of this format. @since 0.1.0 */
export const I1: Structure<number> = value("I1")
/** Exactly one value of this format. @since 0.1.0 */
export const I2: Structure<number> = value("I2")
/** Exactly one value of this format. @since 0.1.0 */
export const I4: Structure<number> = value("I4")
/** Exactly one value of this format. @since 0.1.0 */
export const I8: Structure<bigint> = value("I8")
/** Exactly one value of this format. @since 0.1.0 */
export const F4: Structure<number> = value("F4")
/** Exactly one value of this format. @since 0.1.0 */
export const F8: Structure<number> = value("F8")
/** Exactly one value of this format. @since 0.1.0 */
export const BOOLEAN: Structure<boolean> = value("BOOLEAN")
/** Exactly one byte, as a number. @since 0.1.0 */
export const B: Structure<number> = value("B")
/** Text of any length. @since 0.1.0 */
export const A: Structure<string> = value("A")
/** Text in JIS X 0201. @since 0.1.0 */
export const J: Structure<string> = value("J")
/** A localized string: header and bytes. @since 0.1.0 */
export const C2: Structure<Localized> = value("C2")

/**
 * Text of bounded length, in `A`.
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const text = (options: LeafOptions = {}): Structure<string> => value("A", options)

/**
 * Bytes, as many as there are or as `options` say.
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const bytes = (options: LeafOptions = {}): Structure<Uint8Array> =>
  value("B", { minimum: 0, ...options }) as never

/**
 * One integer in any unsigned format; `5()` in the standard.
 *
 * @since 0.1.0
 */
export const unsigned: Structure<number | bigint> = value(["U4", "U1", "U2", "U8"])

/**
 * One integer in any signed format; `3()` in the standard.
 *
 * @since 0.1.0
 */
export const signed: Structure<number | bigint> = value(["I4", "I1", "I2", "I8"])

/**
 * Names for values, as an `enumeration` gives them: a number, or a number and what it means.
 *
 * @since 0.1.0
 */
export interface Names {
  readonly [name: string]: number | readonly [value: number, meaning: string]
}

type Numbers<N extends Names> = {
  readonly [K in keyof N]: N[K] extends readonly [infer V, string] ? V : N[K]
}

type CodeFormat = "B" | NumberFormat | "U8" | "I8"

/**
 * A structure of numbers some of which have names: `HCACK.codes.Accepted`.
 *
 * @since 0.1.0
 */
export interface Enumeration<out T, out N> extends Structure<T> {
  /** The values by name. */
  readonly codes: N
  /** What a value means; `undefined` where the standard does not say. */
  readonly meaning: (value: number | bigint | boolean | string) => string | undefined
}

/**
 * One number, with names for what it may be. Other numbers are taken too, as the standard leaves room for the equipment's
 * own, unless `closed` says that there are none.
 *
 * @example
 * const COMMACK = Structure.enumeration("B", { Accepted: 0, Denied: [1, "denied, try again"] })
 * COMMACK.codes.Denied // => 1
 * COMMACK.meaning(1) // => "denied, try again"
 *
 * @since 0.1.0
 */
export function enumeration<const N extends Names>(
  formats: Formats<CodeFormat>,
  names: N,
  options: LeafOptions & { readonly closed: true }
): Enumeration<Numbers<N>[keyof N], Numbers<N>>
export function enumeration<const N extends Names, const F extends CodeFormat>(
  formats: Formats<F>,
  names: N,
  options?: LeafOptions
): Enumeration<OneOf<F>, Numbers<N>>
/* @__NO_SIDE_EFFECTS__ */
export function enumeration(
  formats: Formats<LeafFormat>,
  names: Names,
  options: LeafOptions = {}
): Enumeration<unknown, unknown> {
  const codes: { [name: string]: number } = {}
  const meanings: Array<Layout.Code> = []
  for (const [name, named] of Object.entries(names)) {
    const [code, meaning] = typeof named === "number" ? [named, name] : named
    codes[name] = code
    meanings.push({ value: code, meaning })
  }
  const structure = value(formats, { ...options, codes: [...meanings, ...(options.codes ?? [])] })
  return withProperties(structure, { codes, meaning: meaningOf(structure) })
}

/**
 * What the values of a structure of codes mean.
 *
 * @since 0.1.0
 */
export const meaningOf = (structure: Any): ((value: number | bigint | boolean | string) => string | undefined) => {
  const layout = Layout.fromSchema(structure)
  return (value) => (layout._tag === "Leaf" ? Layout.meaning(layout, value) : undefined)
}

/** The same Schema with properties beside its own. */
const withProperties = <S extends Any, P extends object>(structure: S, properties: P): S & P =>
  Object.assign(structure, properties)

// --- any item ------------------------------------------------------------------------------------------------------

/**
 * Any item; the value is the item.
 *
 * @since 0.1.0
 */
export const item: Structure<Item> = schemas.anySchema({ _tag: "Any", name: undefined, formats: undefined }) as never

/**
 * Any item of certain formats, under a name; the value is the item, as its format means something.
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const itemOf = (
  formats: readonly [Format, ...ReadonlyArray<Format>] | undefined,
  options: { readonly name?: string } = {}
): Structure<Item> => schemas.anySchema({ _tag: "Any", name: options.name, formats }) as never

// --- lists ---------------------------------------------------------------------------------------------------------

const isTail = (field: Any | Tail<unknown>): field is Tail<unknown> => "presence" in field && field.presence === "tail"

/**
 * A list with exactly these elements, in this order; its value is an object. Elements marked with `tail` may be absent
 * from the end.
 *
 * `build` makes the object from the values, in their order: `(ppid, ppbody) => ({ ppid, ppbody })` decodes in about two
 * thirds of the time, as engines are fast with object literals.
 *
 * Throws   where a member follows one that may be absent, or is called `__proto__`: a wrong literal is a bug
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const list = <const F extends Fields>(
  fields: F,
  build?: (...values: ReadonlyArray<never>) => ObjectOf<F>
): Structure<ObjectOf<F>> => {
  const parts: Array<Any> = []
  const members: Array<Layout.Member> = []
  for (const [key, field] of Object.entries(fields)) {
    const structure = isTail(field) ? field.structure : field
    const presence = isTail(field) ? "tail" : "required"
    if (presence === "required" && members[members.length - 1]?.presence === "tail") {
      throw new TypeError(
        `list: "${key}" must be there, but follows "${members[members.length - 1]!.key}", which may be absent`
      )
    }
    // An object has no such member of its own unless it is made with care: its value would be lost.
    if (key === "__proto__") throw new TypeError(`list: "${key}" is no name for a member`)
    parts.push(structure)
    members.push({ key, layout: Layout.fromSchema(structure), presence })
  }
  return schemas.membersSchema({ _tag: "Members", members, build }, parts) as never
}

/**
 * A list of any number of elements of one structure; its value is an array.
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const listOf = <S extends Any>(
  element: S,
  options: { readonly minimum?: number; readonly maximum?: number } = {}
): Structure<ReadonlyArray<S["Type"]>> =>
  schemas.elementsSchema(
    {
      _tag: "Elements",
      element: Layout.fromSchema(element),
      minimum: options.minimum ?? 0,
      maximum: options.maximum ?? Number.POSITIVE_INFINITY,
      packed: false
    },
    element
  ) as never

type PackedFormat = Exclude<LeafFormat, "A" | "J" | "C2" | "BOOLEAN">

/**
 * A list of items of one number each, as a typed array: a tenth of the memory of an array of items.
 *
 * @example
 * StructureCodec.fromItem(Structure.packedList("U4"))(L(U4(1), U4(2))) // => Result.succeed(Uint32Array.of(1, 2))
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const packedList = <F extends PackedFormat>(format: F, options: LeafOptions = {}): Structure<Arrays[F]> => {
  const element = value(format as LeafFormat, options.name === undefined ? {} : { name: options.name })
  return schemas.elementsSchema(
    {
      _tag: "Elements",
      element: Layout.fromSchema(element),
      minimum: options.minimum ?? 0,
      maximum: options.maximum ?? Number.POSITIVE_INFINITY,
      packed: true
    },
    element
  ) as never
}

/**
 * An item of length zero, whatever its format, or `structure`. The value of the former is `undefined`; it is written as
 * an empty list, or as an empty item of the format of values.
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const optional = <S extends Any>(structure: S): Optional<S["Type"]> => {
  const layout: Layout.Layout = { _tag: "Optional", inner: Layout.fromSchema(structure) }
  return withProperties(schemas.optionalSchema(layout, structure), { presence: "optional" }) as never
}

/**
 * An element that may be absent at the end of its list, as older equipment does not send what newer editions added.
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const tail = <S extends Any>(structure: S): Tail<S["Type"]> => ({ presence: "tail", structure })

/**
 * The empty list, where nothing else may stand; its value is `undefined`.
 *
 * @since 0.1.0
 */
export const nothing: Structure<undefined> = optional(list({})) as never

/**
 * One of several structures: the first that fits; read leniently, where none fits by the letter, the one with the fewest
 * deviations. To write a value, the first that takes it with all of its members.
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const either = <const S extends readonly [Any, ...ReadonlyArray<Any>]>(
  options: S
): Structure<S[number]["Type"]> =>
  schemas.choiceSchema({ _tag: "Choice", options: options.map(Layout.fromSchema) }, options)

/**
 * A structure that contains itself. Nested deeper than `maxDepth` (256 unless told) it is refused.
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const suspend = <T>(structure: () => Structure<T>): Structure<T> => {
  // Once: most make a new structure each time they are asked.
  let layout: Layout.Layout | undefined
  return schemas.suspendSchema(
    { _tag: "Recursive", layout: () => (layout ??= Layout.fromSchema(structure())) },
    structure
  ) as never
}

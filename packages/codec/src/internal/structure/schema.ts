/**
 * The Schema of each layout, put together from Effect's own: leaves read one item, lists are tuples and arrays. It is
 * the definition; what decodes messages is compiled from its layout, and a property test holds the two together.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { FormatCode, info } from "../../FormatCode.ts"
import type { Item } from "../../Item.ts"
import { Item as ItemSchema } from "../../ItemSchema.ts"
import type { Elements, Layout, Leaf, LeafFormat, Members } from "../../Layout.ts"
import { describe } from "../../StructureError.ts"
import { ItemNode, Localized } from "../node.ts"
import { layoutKey } from "./annotation.ts"
import { arrayOf } from "./arrays.ts"
import { assemble, isEmpty } from "./fromItem.ts"
import { failed, fault, leafFromItem, leafToItem, planOf, showItem } from "./leaf.ts"
import { overlooks, write } from "./toItem.ts"

/** A Schema that reads items, of whatever value. */
export type AnyStructure = Schema.Codec<unknown, Item>

const annotated = (schema: Schema.Top, layout: Layout): AnyStructure =>
  schema.annotate({ [layoutKey]: layout }) as unknown as AnyStructure

/** A step between two values that may refuse, from functions that return `failed`. */
const step = <From, To>(decode: (value: never) => unknown, encode: (value: never) => unknown) => {
  const run =
    <In, Out>(f: (value: never) => unknown) =>
    (value: In, options: SchemaAST.ParseOptions) => {
      const out = f(value as never)
      return out === failed
        ? Effect.fail(new SchemaIssue.InvalidValue({ message: describe(fault.reason) }, value, options))
        : Effect.succeed(out as Out)
    }
  return SchemaTransformation.transformEffect<To, From>({
    decode: run<From, To>(decode),
    encode: run<To, From>(encode)
  })
}

// --- leaves --------------------------------------------------------------------------------------------------------

const integer = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const long = (minimum: bigint, maximum: bigint) => Schema.BigInt.check(Schema.isBetweenBigInt({ minimum, maximum }))

const safe = BigInt(Number.MAX_SAFE_INTEGER)

const floatSchemas = (numbers: ReadonlyArray<LeafFormat>): Array<Schema.Top> => {
  if (numbers.includes("F8")) return [Schema.Number]
  if (!numbers.includes("F4")) return []
  const single = (value: number) => !Number.isFinite(value) || Number.isFinite(Math.fround(value))
  return [Schema.Number.check(Schema.makeFilter(single, { expected: "a number within the range of binary32" }))]
}

/** What numbers a leaf of one value may be; integers that no number holds exactly are bigints among any formats. */
const numberSchemas = (leaf: Leaf): ReadonlyArray<Schema.Top> => {
  const { normalise, numbers } = planOf(leaf)
  const floats = floatSchemas(numbers)
  const rows = numbers.filter((format) => format !== "F8" && format !== "F4").map(info)
  if (rows.length === 0) return floats
  const least = rows.map((row) => BigInt(row.minimum!)).reduce((a, b) => (b < a ? b : a))
  const most = rows.map((row) => BigInt(row.maximum!)).reduce((a, b) => (b > a ? b : a))
  if (most > safe && !normalise) return [long(least, most)]
  const fewest = least < -safe ? -Number(safe) : Number(least)
  const out: Array<Schema.Top> =
    floats.length > 0 ? floats : [integer(fewest, most > safe ? Number(safe) : Number(most))]
  if (most > safe) out.push(long(safe + 1n, most))
  if (least < -safe) out.push(long(least, -safe - 1n))
  return out
}

const sized = (leaf: Leaf, unit: string) => {
  const { maximum, minimum } = leaf
  return Schema.makeFilter((value: { readonly length: number }) => value.length >= minimum && value.length <= maximum, {
    expected: `${minimum} to ${maximum} ${unit}`
  })
}

const oneSchemas = (leaf: Leaf): ReadonlyArray<Schema.Top> => {
  const plan = planOf(leaf)
  const out: Array<Schema.Top> = [...numberSchemas(leaf)]
  if (plan.text !== undefined) out.push(Schema.String.check(sized(leaf, "characters")))
  if (plan.boolean) out.push(Schema.Boolean)
  if (plan.bytes) out.push(Schema.Uint8Array.check(sized(leaf, "bytes")))
  if (plan.localized) out.push(Schema.declare((u): u is Localized => u instanceof Localized))
  return out
}

const manySchemas = (leaf: Leaf): ReadonlyArray<Schema.Top> => {
  const plan = planOf(leaf)
  const format = leaf.formats[0]
  const Ctor = arrayOf(format)
  if (leaf.formats.length === 1 && Ctor !== undefined) {
    const typed = Schema.declare((u): u is ArrayLike<number | bigint> => u instanceof Ctor, {
      expected: "a typed array"
    })
    return [typed.check(sized(leaf, "values"))]
  }
  const out: Array<Schema.Top> = []
  const element = [...numberSchemas(leaf), ...(plan.boolean ? [Schema.Boolean] : [])]
  if (element.length > 0) out.push(Schema.Array(union(element) as Schema.Codec<unknown>).check(sized(leaf, "values")))
  if (plan.text !== undefined) out.push(Schema.String.check(sized(leaf, "characters")))
  if (plan.bytes) out.push(Schema.Uint8Array.check(sized(leaf, "bytes")))
  return out
}

const union = (schemas: ReadonlyArray<Schema.Top>): Schema.Top =>
  schemas.length === 1 ? schemas[0]! : Schema.Union(schemas as ReadonlyArray<Schema.Codec<unknown>>)

const known = (leaf: Leaf) =>
  Schema.makeFilter((value: unknown) => leafToItem(leaf, value) !== failed, {
    expected: leaf.codes.map((code) => `${code.value} ${code.meaning}`).join(", ")
  })

export const leafSchema = (leaf: Leaf): AnyStructure => {
  const all = union(leaf.shape === "one" ? oneSchemas(leaf) : manySchemas(leaf))
  const type = (leaf.closed ? all.check(known(leaf)) : all) as Schema.Codec<unknown>
  const transformation = step<Item, unknown>(
    (item: ItemNode) => leafFromItem(leaf, item),
    (value) => leafToItem(leaf, value)
  )
  return annotated(ItemSchema.pipe(Schema.decodeTo(type, transformation)) as Schema.Top, leaf)
}

export const anySchema = (layout: Extract<Layout, { readonly _tag: "Any" }>): AnyStructure => {
  const { formats } = layout
  if (formats === undefined) return annotated(ItemSchema, layout)
  const codes = new Set<number>(formats.map((format) => FormatCode[format]))
  const check = Schema.makeFilter((item: Item) => codes.has(item.format), {
    expected: `an item of ${formats.join(", ")}`
  })
  return annotated(ItemSchema.check(check), layout)
}

// --- lists ---------------------------------------------------------------------------------------------------------

const children = step<Item, unknown>(
  (item: ItemNode) => {
    if (item.format === FormatCode.L) return item.value
    fault.reason = { _tag: "WrongFormat", expected: "L", seen: showItem(item) }
    return failed
  },
  (items: ReadonlyArray<ItemNode>) => new ItemNode(FormatCode.L, items)
)

const typeOf = (structure: AnyStructure): Schema.Codec<unknown> => Schema.toType(structure)

/** True where the value may be `undefined`, which leaves its member out of the object. */
const mayBeNothing = (layout: Layout): boolean =>
  layout._tag === "Optional" ||
  (layout._tag === "Choice" && layout.options.some(mayBeNothing)) ||
  (layout._tag === "Mapped" && layout.inner !== undefined && mayBeNothing(layout.inner))

const isObject = Schema.makeFilter((value: unknown) => typeof value === "object" && !Array.isArray(value), {
  expected: "an object with no members"
})

export const membersSchema = (layout: Members, parts: ReadonlyArray<AnyStructure>): AnyStructure => {
  const { members } = layout
  const elements = members.map((member, index) =>
    member.presence === "tail" ? Schema.optionalKey(parts[index]!) : parts[index]!
  )
  const fields: { [key: string]: Schema.Top } = {}
  members.forEach((member, index) => {
    const type = typeOf(parts[index]!)
    const absent = member.presence === "tail" || mayBeNothing(member.layout)
    fields[member.key] = absent ? Schema.optional(type) : type
  })
  const object = step<unknown, unknown>(
    (values: ReadonlyArray<unknown>) =>
      assemble(
        layout,
        members.map((_, index) => values[index])
      ),
    (value: { readonly [key: string]: unknown }) => {
      let last = members.length
      while (last > 0 && members[last - 1]!.presence === "tail" && value[members[last - 1]!.key] === undefined) last--
      return members.slice(0, last).map((member) => value[member.key])
    }
  )
  const tuple = ItemSchema.pipe(Schema.decodeTo(Schema.Tuple(elements as never) as Schema.Codec<unknown>, children))
  const value = Schema.Struct(fields as never) as Schema.Codec<unknown>
  // Without members a Struct takes all that is not null.
  const type = members.length > 0 ? value : value.check(isObject)
  return annotated(tuple.pipe(Schema.decodeTo(type, object)), layout)
}

export const elementsSchema = (layout: Elements, element: AnyStructure): AnyStructure => {
  const { maximum, minimum } = layout
  const bounded = Schema.makeFilter(
    (values: ReadonlyArray<unknown>) => values.length >= minimum && values.length <= maximum,
    { expected: `${minimum} to ${maximum} elements` }
  )
  const array = ItemSchema.pipe(
    Schema.decodeTo(Schema.Array(element).check(bounded) as Schema.Codec<unknown>, children)
  )
  if (!layout.packed) return annotated(array, layout)
  const Ctor = arrayOf((layout.element as Leaf).formats[0])!
  const typed = Schema.declare((u): u is ArrayLike<number> => u instanceof Ctor, { expected: "a typed array" })
  const packing = step<unknown, unknown>(
    (values: ReadonlyArray<number>) => Ctor.from(values),
    (values: ArrayLike<unknown>) => Array.from(values)
  )
  return annotated(array.pipe(Schema.decodeTo(typed as unknown as Schema.Codec<unknown>, packing)), layout)
}

export const optionalSchema = (
  layout: Extract<Layout, { readonly _tag: "Optional" }>,
  inner: AnyStructure
): AnyStructure => {
  const isNothing = Schema.makeFilter((item: Item) => isEmpty(item as unknown as ItemNode), {
    expected: "an empty item"
  })
  const nothing = step<Item, unknown>(
    () => undefined,
    () => write(layout, undefined, { text: undefined, maxDepth: 1, path: [], known: undefined }, 0)
  )
  const absent = ItemSchema.check(isNothing).pipe(Schema.decodeTo(Schema.Undefined as Schema.Codec<unknown>, nothing))
  return annotated(Schema.Union([absent as AnyStructure, inner]) as Schema.Top, layout)
}

/**
 * Not a union of Effect's, on either side, which would take the first that has the members it knows, and leave the
 * others out: an object of members that may all be absent takes anything.
 */
export const choiceSchema = (
  layout: Extract<Layout, { readonly _tag: "Choice" }>,
  options: ReadonlyArray<AnyStructure>
): AnyStructure => {
  const decoders = options.map((option) => Schema.decodeUnknownResult(option))
  const encoders = options.map((option) => Schema.encodeUnknownResult(option))
  const first = (value: unknown, results: ReadonlyArray<(value: unknown) => Result.Result<unknown, unknown>>) => {
    for (const result of results) {
      const tried = result(value)
      if (Result.isSuccess(tried)) return tried.success
    }
    fault.reason = { _tag: "NoChoice", reasons: [] }
    return failed
  }
  const choosing = step<Item, unknown>(
    (item: ItemNode) => first(item, decoders),
    (value) => {
      const fitting = encoders.filter((_, index) => !overlooks(layout.options[index]!, value))
      return first(value, fitting)
    }
  )
  const guards = options.map((option) => Schema.is(typeOf(option)))
  const types = Schema.declare((u): u is unknown => guards.some((is) => is(u)), {
    expected: "a value of one of several structures"
  })
  return annotated(ItemSchema.pipe(Schema.decodeTo(types, choosing)) as Schema.Top, layout)
}

export const suspendSchema = (layout: Layout, structure: () => AnyStructure): AnyStructure =>
  annotated(Schema.suspend(structure) as Schema.Top, layout)

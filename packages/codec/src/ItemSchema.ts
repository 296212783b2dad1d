/**
 * The Schema of items: for validation at the edges and for generators. Pure.
 *
 * `Item` is opaque: an item can only be made by a constructor or by the decoder, so being one is being valid. Its
 * structural form is `ItemParts`, `{ format, values }`: `ItemFromParts` turns one into the other, and generators and
 * JSON go through it. Effect's Schema walks it by recursion, which is good for a few hundred lists, one in the other;
 * `ItemCodec` has no such limit.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { type Format, info } from "./FormatCode.ts"
import * as Item_ from "./Item.ts"

const integer = (format: Format) => {
  const { maximum, minimum } = info(format)
  return Schema.Int.check(Schema.isBetween({ minimum: minimum as number, maximum: maximum as number }))
}

const bigInteger = (format: Format) => {
  const { maximum, minimum } = info(format)
  return Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: minimum as bigint, maximum: maximum as bigint }))
}

/** One value of each format that holds plain values. */
const elements = {
  B: integer("B"),
  BOOLEAN: Schema.Boolean,
  I8: bigInteger("I8"),
  I1: integer("I1"),
  I2: integer("I2"),
  I4: integer("I4"),
  F8: Schema.Number,
  F4: Schema.Number.check(
    Schema.makeFilter((value: number) => !Number.isFinite(value) || Number.isFinite(Math.fround(value)), {
      expected: "a number within the range of binary32"
    })
  ),
  U8: bigInteger("U8"),
  U1: integer("U1"),
  U2: integer("U2"),
  U4: integer("U4")
} as const

const many = <F extends keyof typeof elements>(format: F) =>
  Schema.Struct({ format: Schema.Literal(format), values: Schema.Array(elements[format]) })

// Patterns rather than filters, as generators follow a pattern.
const latin1 = Schema.String.check(Schema.isPattern(/^[\x00-\xff]*$/))
const jis = Schema.String.check(Schema.isPattern(/^[\x00-[\]-}\x7f-\xa0¥\xe0-\xff‾｡-ﾟ]*$/))

/**
 * The structural form of an item: its format and its values, always as an array or text.
 *
 * @since 0.1.0
 */
export type ItemParts =
  | { readonly format: "L"; readonly values: ReadonlyArray<ItemParts> }
  | { readonly format: "A" | "J"; readonly values: string }
  | { readonly format: "C2"; readonly lsh: number; readonly values: ReadonlyArray<number> }
  | { readonly format: "BOOLEAN"; readonly values: ReadonlyArray<boolean> }
  | { readonly format: "I8" | "U8"; readonly values: ReadonlyArray<bigint> }
  | {
      readonly format: "B" | "I1" | "I2" | "I4" | "F8" | "F4" | "U1" | "U2" | "U4"
      readonly values: ReadonlyArray<number>
    }

/**
 * @since 0.1.0
 */
export const ItemParts: Schema.Codec<ItemParts> = Schema.Union([
  Schema.Struct({
    format: Schema.Literal("L"),
    values: Schema.Array(Schema.suspend((): Schema.Codec<ItemParts> => ItemParts))
  }),
  Schema.Struct({ format: Schema.Literal("A"), values: latin1 }),
  Schema.Struct({ format: Schema.Literal("J"), values: jis }),
  Schema.Struct({ format: Schema.Literal("C2"), lsh: integer("U2"), values: Schema.Array(elements.B) }),
  many("B"),
  many("BOOLEAN"),
  many("I8"),
  many("I1"),
  many("I2"),
  many("I4"),
  many("F8"),
  many("F4"),
  many("U8"),
  many("U1"),
  many("U2"),
  many("U4")
])

const fromLeaf = (parts: Exclude<ItemParts, { readonly format: "L" }>) =>
  parts.format === "C2"
    ? Item_.make("C2", { lsh: parts.lsh, bytes: parts.values })
    : (Item_.make as (format: Format, values: unknown) => Result.Result<Item_.Item, SchemaValueError>)(
        parts.format,
        parts.values
      )

type SchemaValueError = { readonly message: string }

/** From parts to items, children first, without recursion. */
const fromParts = (root: ItemParts): Result.Result<Item_.Item, SchemaValueError> => {
  type Frame = { readonly parts: ReadonlyArray<ItemParts>; readonly items: Array<Item_.Item> }
  const stack: Array<Frame> = [{ parts: [root], items: [] }]
  for (;;) {
    const frame = stack[stack.length - 1]!
    if (frame.items.length === frame.parts.length) {
      stack.pop()
      if (stack.length === 0) return Result.succeed(frame.items[0]!)
      stack[stack.length - 1]!.items.push(Item_.L(frame.items))
      continue
    }
    const next = frame.parts[frame.items.length]!
    if (next.format === "L") {
      stack.push({ parts: next.values, items: [] })
      continue
    }
    const item = fromLeaf(next)
    if (Result.isFailure(item)) return Result.fail(item.failure)
    frame.items.push(item.success)
  }
}

const leafParts = (item: Exclude<Item_.Item, Item_.L>): ItemParts => {
  const value = item.value
  if (item._tag === "C2") return { format: "C2", lsh: item.value.lsh, values: Array.from(item.value.bytes) }
  const values =
    typeof value === "string" ? value : typeof value === "object" ? Array.from(value as Iterable<unknown>) : [value]
  return { format: item._tag, values } as ItemParts
}

const toParts = (root: Item_.Item): ItemParts => {
  type Frame = { readonly items: ReadonlyArray<Item_.Item>; readonly parts: Array<ItemParts> }
  const stack: Array<Frame> = [{ items: [root], parts: [] }]
  for (;;) {
    const frame = stack[stack.length - 1]!
    if (frame.parts.length === frame.items.length) {
      stack.pop()
      if (stack.length === 0) return frame.parts[0]!
      stack[stack.length - 1]!.parts.push({ format: "L", values: frame.parts })
      continue
    }
    const next = frame.items[frame.parts.length]!
    if (next._tag === "L") stack.push({ items: next.value, parts: [] })
    else frame.parts.push(leafParts(next))
  }
}

const partsToItem = SchemaTransformation.transformEffect({
  decode: (parts: ItemParts, options) =>
    Result.match(fromParts(parts), {
      onFailure: (error) => Effect.fail(new SchemaIssue.InvalidValue({ message: error.message }, parts, options)),
      onSuccess: Effect.succeed
    }),
  encode: (item: Item_.Item) => Effect.succeed(toParts(item))
})

/**
 * The Schema of an item. `Schema.is(Item)` costs one `instanceof`. Bytes on the wire are the business of `ItemCodec`.
 *
 * @since 0.1.0
 */
export const Item: Schema.declare<Item_.Item> = Schema.declare(Item_.isItem, {
  expected: "SECS-II item",
  toCodec: () => Schema.link<Item_.Item>()(ItemParts, partsToItem)
})

/**
 * Decodes the structural form to an item and encodes an item to it.
 *
 * @example
 * Schema.encodeSync(ItemFromParts)(Item.U1(7)) // => { format: "U1", values: [7] }
 *
 * @since 0.1.0
 */
export const ItemFromParts: Schema.Codec<Item_.Item, ItemParts> = ItemParts.pipe(Schema.decodeTo(Item, partsToItem))

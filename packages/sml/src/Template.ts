/**
 * Messages with slots: filled with values they give an item, matched against an item they give the values. Pure.
 *
 * Host programs are written against files of such templates. A slot has a format (or several), bounds, perhaps a
 * default, and a key under which its value is given: its name, with `#2`, `#3`, … from its second place on; `#1`, …
 * for slots without a name.
 *
 * Inside an open list (`<L [n] …>`) a slot takes one value for each round: an array, one array deeper for each open
 * list around it.
 *
 * Nothing recurses on depth, and all takes linear time: in the template, the values and the item together.
 *
 * @example
 * const statecheck = Template.make(Template.list(Template.slot({ name: "SVID", formats: ["U4"] })))
 * Template.fill(statecheck, { SVID: 1001 }) // => Result.succeed(L(U4(1001)))
 * Template.match(statecheck, L(U4(1001))) // => Result.succeed({ SVID: 1001 })
 *
 * @since 0.1.0
 */
import { FormatCode, Item } from "@effect-secs/codec"
import * as Result from "effect/Result"
import { fillTemplate } from "./internal/template/fill.ts"
import { elements, found, single } from "./internal/template/found.ts"
import { assignKeys } from "./internal/template/keys.ts"
import { matchTemplate } from "./internal/template/match.ts"
import type { MismatchError, TemplateError } from "./TemplateError.ts"

// --- types ---------------------------------------------------------------------------------------------------------

/**
 * A value to be filled in or found.
 *
 * @since 0.1.0
 */
export interface Slot {
  readonly _tag: "Slot"
  /** As written: `SVID`, or undefined. */
  readonly name: string | undefined
  /** Unique in its template. */
  readonly key: string
  /** One format, or several: then the first that can hold a value is taken. */
  readonly formats: ReadonlyArray<FormatCode.Format>
  /** Fewest values; characters for text, bytes for `B`, elements for `L`. */
  readonly minimum: number
  readonly maximum: number
  readonly default: Item.Item | undefined
  /** The item may be left out: at the root, or behind all that must be there in its list. Not with a default. */
  readonly optional: boolean
  /** What a simulator puts here by itself: the next number, or the time in so many characters. */
  readonly generated: Generated | undefined
}

/** @since 0.1.0 */
export type Generated = "number" | "clock12" | "clock14" | "clock16"

/** @since 0.1.0 */
export interface Fixed {
  readonly _tag: "Fixed"
  readonly item: Item.Item
}

/**
 * A list of nodes, at least one of which is not fixed.
 *
 * @since 0.1.0
 */
export interface TemplateList {
  readonly _tag: "List"
  readonly children: ReadonlyArray<TemplateNode>
}

/**
 * An open list: its body repeats, from `minimum` to `maximum` times.
 *
 * @since 0.1.0
 */
export interface Repeat {
  readonly _tag: "Repeat"
  /** What stands behind it: `<L [n] …> = REPORTS`. */
  readonly name: string | undefined
  readonly body: ReadonlyArray<TemplateNode>
  readonly minimum: number
  readonly maximum: number
}

/** @since 0.1.0 */
export type TemplateNode = Fixed | Slot | TemplateList | Repeat

/**
 * An item with slots.
 *
 * @since 0.1.0
 */
export interface Template {
  readonly root: TemplateNode
  /** In the order they are written. */
  readonly slots: ReadonlyArray<Slot>
}

/**
 * What one slot takes: an item of one of its formats, or the plain value of one.
 *
 * - `A`, `J`: text · `C2`: `{ lsh, bytes }`, or text, which becomes UTF-8 · `B`: bytes, or one number
 * - numbers and `BOOLEAN`: one or an array of them. 64-bit formats take safe integers, the others take bigint. Text is
 *   read as SML writes one value: `"12"`, `"0x1F"`, `"-1.5e3"`, `"T"`
 * - `L`: an array of items
 * - several formats: the first that can hold the value. Text is text there and is not read as a number. A typed array
 *   says its format itself (a `Uint8Array` is `B` where that is one of them). A number has to be an item where it
 *   could mean more than one kind: signed, unsigned or float
 *
 * In an open list: an array of all that, a value for each round. `undefined` is no value; for a slot that may be left
 * out it leaves it out.
 *
 * @since 0.1.0
 */
export type Value = Item.Item | Item.Item["value"] | ReadonlyArray<Value> | undefined

/**
 * Values by the keys of slots.
 *
 * @since 0.1.0
 */
export interface Values {
  readonly [key: string]: Value
}

/**
 * How to fill.
 *
 * @since 0.1.0
 */
export interface FillOptions {
  /** Gives a generated slot its value, once for each place it is put in. A value that was passed goes before. */
  readonly generate?: ((slot: Slot & { readonly generated: Generated }) => Value) | undefined
  /**
   * Most items in the result: 2^20 unless told, never more than 16 777 215. What is no whole number from 0 is a
   * `TemplateError` with the reason `BadArgument`.
   */
  readonly maxItems?: number | undefined
}

// --- constructors --------------------------------------------------------------------------------------------------

/**
 * All formats: a slot of them takes any item.
 *
 * @since 0.1.0
 */
export const anyFormat: ReadonlyArray<FormatCode.Format> = FormatCode.formats.map(({ format }) => format)

/**
 * A slot. Its key is given by `make`.
 *
 * @since 0.1.0
 */
export const slot = (of: Pick<Slot, "formats"> & Partial<Omit<Slot, "_tag" | "key">>): Slot => ({
  _tag: "Slot",
  name: undefined,
  key: "",
  minimum: 0,
  maximum: Number.POSITIVE_INFINITY,
  default: undefined,
  optional: false,
  generated: undefined,
  ...of
})

/** @since 0.1.0 */
export const fixed = (item: Item.Item): Fixed => ({ _tag: "Fixed", item })

/** @since 0.1.0 */
export const list = (...children: ReadonlyArray<TemplateNode>): TemplateList => ({ _tag: "List", children })

/** @since 0.1.0 */
export const repeat = (
  body: ReadonlyArray<TemplateNode>,
  bounds: Partial<Pick<Repeat, "name" | "minimum" | "maximum">> = {}
): Repeat => ({ _tag: "Repeat", name: undefined, minimum: 0, maximum: Number.POSITIVE_INFINITY, ...bounds, body })

/**
 * Makes a template of its root node. Slots get their keys here, in the order they are written; keys they have already
 * are not looked at.
 *
 * Throws   `RangeError` where the bounds of a slot or an open list are no whole numbers from 0
 *
 * @since 0.1.0
 */
export const make = (root: TemplateNode): Template => assignKeys(root)

// --- values to items, and back -------------------------------------------------------------------------------------

/**
 * Puts values into a template. `undefined` where the whole item may be left out, and is.
 *
 * A slot without a value takes that of the first slot of its name (`X#2` that of `X`, where both stand in as many open
 * lists), else what `generate` gives, else its default. An open list repeats as often as the arrays of its slots are
 * long, which must agree; with no values at all as often as it must, provided that no slot in it needs one.
 *
 * Fails    `TemplateError` with the slot, the path and the number; never throws
 *
 * @example
 * Template.fill(defineReport, { DATAID: 1, RPTID: [10, 20], VID: [[1001, 1002], [2001]] })
 * // => <L [2] <U4 1> <L [2] <L [2] <U4 10> <L [2] <U4 1001> <U4 1002>>> <L [2] <U4 20> <L [1] <U4 2001>>>>>
 *
 * @since 0.1.0
 */
export const fill: (
  template: Template,
  values: Values,
  options?: FillOptions
) => Result.Result<Item.Item | undefined, TemplateError> = fillTemplate

/**
 * Takes the values out of an item: the plain `value` of the item in each slot of one format, the item itself where
 * there are several, `undefined` where one is left out. Slots of one name may hold different values.
 *
 * `fill` makes the same item of them again. So an open list without slots must be as long as `fill` makes it.
 *
 * What is found takes as much memory as the item, however many slots there are: the arrays of a slot in open lists are
 * made when they are looked at.
 *
 * Fails    `MismatchError` with the first place that differs, what the template has there and what was seen
 *
 * @since 0.1.0
 */
export const match: (template: Template, item: Item.Item | undefined) => Result.Result<Values, MismatchError> =
  matchTemplate

// --- single values -------------------------------------------------------------------------------------------------

/**
 * The one number that was found for a slot, of any integer, float or `B` format. Places in arrays go behind the key: the
 * round of each open list around the slot, then the place in a value of several numbers.
 *
 * Fails    `ValueError` with the key, the places and what is there instead; also beyond 2^53: read `bigint`
 *
 * @example
 * Template.number({ CEID: 100, VID: [[1001, 1002]] }, "VID", 0, 1) // => Result.succeed(1002)
 *
 * @since 0.1.0
 */
export const number = found(
  "a number",
  single(Item.asNumber, (value) => {
    const one = typeof value === "bigint" ? Number(value) : value
    return typeof one === "number" && (typeof value === "number" || Number.isSafeInteger(one)) ? one : undefined
  })
)

/**
 * The one integer, as bigint.
 *
 * @since 0.1.0
 */
export const bigint = found(
  "an integer",
  single(Item.asBigInt, (value) =>
    typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value)) ? BigInt(value) : undefined
  )
)

/**
 * The one BOOLEAN.
 *
 * @since 0.1.0
 */
export const boolean = found(
  "true or false",
  single(Item.asBoolean, (value) => (typeof value === "boolean" ? value : undefined))
)

/**
 * The text of an `A` or `J`, or of a `C2` in a known encoding.
 *
 * @since 0.1.0
 */
export const text = found("text", (value) => {
  if (typeof value === "string") return value
  return Item.isItem(value) ? Result.getOrUndefined(Item.asText(value)) : undefined
})

/**
 * The item, where a slot takes items of several formats (`<V> = VALUES`), or in a list of items.
 *
 * @since 0.1.0
 */
export const item = found("an item", (value) => (Item.isItem(value) ? value : undefined))

/**
 * How many values stand in an array: rounds of an open list, or the values of one item.
 *
 * @since 0.1.0
 */
export const count = found("an array", (value) => elements(value)?.length)

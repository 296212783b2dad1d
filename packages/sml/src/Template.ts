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
 * @since 0.1.0
 */
import type { FormatCode, Item } from "@effect-secs/codec"

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
  /** One format, or all a family of them takes. */
  readonly formats: ReadonlyArray<FormatCode.Format>
  /** Fewest values; characters for text, bytes for `B`, elements for `L`. */
  readonly minimum: number
  readonly maximum: number
  readonly default: Item.Item | undefined
  /** The item may be left out altogether. */
  readonly optional: boolean
  /** What a simulator puts here by itself: the next number, or the time in so many characters. */
  readonly generated: "number" | "clock12" | "clock14" | "clock16" | undefined
}

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

/** A template of a node, each slot with its key. */
export const make = (root: TemplateNode): Template => ({ root, slots: [] })

/**
 * Names for the items of a message: which data item each is, and what its value means. For logs and dumps. Pure.
 *
 * @example
 * const labels = Labels.make(definition, item)
 * Labels.toString(labels.get(child)!) // => "COMMACK 0 accepted"
 *
 * @since 0.1.0
 */
import { read } from "./internal/structure/fromItem.ts"
import { failed, leafFromItem } from "./internal/structure/leaf.ts"
import { walk } from "./internal/structure/walk.ts"
import type { ItemNode } from "./internal/node.ts"
import type { Item } from "./Item.ts"
import * as Layout from "./Layout.ts"
import * as StreamFunction from "./StreamFunction.ts"

/**
 * What is known of one item.
 *
 * @since 0.1.0
 */
export interface Label {
  /** The data item's name in the standard: `COMMACK`. */
  readonly name: string
  /** Its value, where that has a meaning. */
  readonly value: number | bigint | string | boolean | undefined
  readonly meaning: string | undefined
}

/**
 * Labels by item.
 *
 * @since 0.1.0
 */
export type Labels = ReadonlyMap<Item, Label>

const none: Labels = new Map()

/** By the letter or, as an accepted `U1` means accepted all the same, leniently. */
const valueOf = (leaf: Layout.Leaf, item: ItemNode): unknown => {
  const value = leafFromItem(leaf, item)
  if (value !== failed) return value
  return read(leaf, item, { deviations: [], text: undefined, maxDepth: 1, path: [], known: undefined }, 0)
}

const leafLabel = (leaf: Layout.Leaf, item: ItemNode): Label | undefined => {
  if (leaf.name === undefined) return undefined
  const value = leaf.codes.length === 0 ? failed : valueOf(leaf, item)
  const meaning = value === failed ? undefined : Layout.meaning(leaf, value)
  return meaning === undefined
    ? { name: leaf.name, value: undefined, meaning }
    : { name: leaf.name, value: value as number, meaning }
}

/**
 * Labels for the items of a message's body, as its sender has it where that matters, and under the peer's profile. What
 * does not have its structure is labelled as far as it does.
 *
 * @since 0.1.0
 */
export const make = (
  definition: StreamFunction.StreamFunction<unknown>,
  item: Item | undefined,
  options: StreamFunction.LayoutOptions = {}
): Labels => {
  const body = item === undefined ? undefined : StreamFunction.layout(definition, options)
  if (body === undefined) return none
  const out = new Map<Item, Label>()
  walk(body, item as unknown as ItemNode, (layout, at) => {
    const found =
      layout._tag === "Leaf"
        ? leafLabel(layout, at)
        : layout.name === undefined
          ? undefined
          : { name: layout.name, value: undefined, meaning: undefined }
    if (found !== undefined) out.set(at as unknown as Item, found)
  })
  return out
}

/**
 * `COMMACK 0 accepted`, or `MDLN` alone.
 *
 * @since 0.1.0
 */
export const toString = (label: Label): string =>
  label.meaning === undefined ? label.name : `${label.name} ${String(label.value)} ${label.meaning}`

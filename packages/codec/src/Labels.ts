/**
 * Names for the items of a message: which data item each is, and what its value means. For logs and dumps. Pure.
 *
 * @example
 * const labels = Labels.make(definition, item)
 * Labels.toString(labels.get(child)!) // => "COMMACK 0 accepted"
 *
 * @since 0.1.0
 */
import { FormatCode } from "./FormatCode.ts"
import { isEmpty, read } from "./internal/structure/fromItem.ts"
import { failed, leafFromItem } from "./internal/structure/leaf.ts"
import type { ItemNode } from "./internal/node.ts"
import type { Item } from "./Item.ts"
import * as Layout from "./Layout.ts"
import type { StreamFunction } from "./StreamFunction.ts"

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

/** Deeper than any definition of the standard; what contains itself ends here. */
const maxDepth = 64

const leafLabel = (leaf: Layout.Leaf, item: ItemNode): Label | undefined => {
  if (leaf.name === undefined) return undefined
  const value = leaf.codes.length === 0 ? failed : leafFromItem(leaf, item)
  const meaning = value === failed ? undefined : Layout.meaning(leaf, value)
  return meaning === undefined
    ? { name: leaf.name, value: undefined, meaning }
    : { name: leaf.name, value: value as number, meaning }
}

const childrenOf = (item: ItemNode): ReadonlyArray<ItemNode> =>
  item.format === FormatCode.L ? (item.value as ReadonlyArray<ItemNode>) : []

const label = (layout: Layout.Layout, item: ItemNode, out: Map<Item, Label>, depth: number): void => {
  const put = (found: Label | undefined) => {
    if (found !== undefined) out.set(item as unknown as Item, found)
  }
  switch (layout._tag) {
    case "Leaf":
      return put(leafLabel(layout, item))
    case "Any":
      return put(layout.name === undefined ? undefined : { name: layout.name, value: undefined, meaning: undefined })
    case "Members":
      childrenOf(item)
        .slice(0, layout.members.length)
        .forEach((child, index) => {
          label(layout.members[index]!.layout, child, out, depth)
        })
      return
    case "Elements":
      for (const child of childrenOf(item)) label(layout.element, child, out, depth)
      return
    case "Optional":
      if (!isEmpty(item)) label(layout.inner, item, out, depth)
      return
    case "Choice": {
      const reads = (option: Layout.Layout, lenient: boolean) =>
        read(
          option,
          item,
          { deviations: lenient ? [] : undefined, text: undefined, maxDepth, path: [], dead: undefined },
          depth
        ) !== failed
      const fitting =
        layout.options.find((option) => reads(option, false)) ?? layout.options.find((option) => reads(option, true))
      if (fitting !== undefined) label(fitting, item, out, depth)
      return
    }
    case "Recursive":
      if (depth < maxDepth) label(layout.layout(), item, out, depth + 1)
      return
    case "Mapped":
      if (layout.inner !== undefined) label(layout.inner, item, out, depth)
  }
}

/**
 * Labels for the items of a message's body. What does not have its structure is labelled as far as it does.
 *
 * @since 0.1.0
 */
export const make = (definition: StreamFunction<unknown>, item: Item | undefined): Labels => {
  if (item === undefined || definition.structure === undefined) return none
  const out = new Map<Item, Label>()
  label(Layout.fromSchema(definition.structure), item as unknown as ItemNode, out, 0)
  return out
}

/**
 * `COMMACK 0 accepted`, or `MDLN` alone.
 *
 * @since 0.1.0
 */
export const toString = (label: Label): string =>
  label.meaning === undefined ? label.name : `${label.name} ${String(label.value)} ${label.meaning}`

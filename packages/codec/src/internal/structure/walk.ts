/**
 * A layout and an item side by side, as far as they agree: for what looks at messages rather than reading them.
 */
import { FormatCode } from "../../FormatCode.ts"
import type { Layout } from "../../Layout.ts"
import type { ItemNode } from "../node.ts"
import { isEmpty, read, type Seen } from "./fromItem.ts"
import { failed } from "./leaf.ts"

/** Deeper than any definition of the standard; what contains itself ends here. */
const maxDepth = 64

const childrenOf = (item: ItemNode): ReadonlyArray<ItemNode> =>
  item.format === FormatCode.L ? (item.value as ReadonlyArray<ItemNode>) : []

/** How many deviations an option takes the item with; none by the letter, infinitely many where it does not. */
const tolerated = (option: Layout, item: ItemNode, lenient: boolean, depth: number): number => {
  const deviations: Array<Seen> | undefined = lenient ? [] : undefined
  const value = read(option, item, { deviations, text: undefined, maxDepth, path: [], known: undefined }, depth)
  return value === failed ? Number.POSITIVE_INFINITY : (deviations?.length ?? 0)
}

/** The option that a reader takes. */
const fitting = (options: ReadonlyArray<Layout>, item: ItemNode, depth: number): Layout | undefined => {
  const exact = options.find((option) => tolerated(option, item, false, depth) === 0)
  if (exact !== undefined) return exact
  const counts = options.map((option) => tolerated(option, item, true, depth))
  const least = Math.min(...counts)
  return least === Number.POSITIVE_INFINITY ? undefined : options[counts.indexOf(least)]
}

/** Calls `see` with every layout that says something of one item, and that item. */
export const walk = (
  layout: Layout,
  item: ItemNode,
  see: (layout: Extract<Layout, { readonly _tag: "Leaf" | "Any" }>, item: ItemNode) => void,
  depth = 0
): void => {
  switch (layout._tag) {
    case "Leaf":
    case "Any":
      see(layout, item)
      return
    case "Members":
      childrenOf(item)
        .slice(0, layout.members.length)
        .forEach((child, index) => {
          walk(layout.members[index]!.layout, child, see, depth)
        })
      return
    case "Elements":
      for (const child of childrenOf(item)) walk(layout.element, child, see, depth)
      return
    case "Optional":
      if (!isEmpty(item)) walk(layout.inner, item, see, depth)
      return
    case "Choice": {
      const option = fitting(layout.options, item, depth)
      if (option !== undefined) walk(option, item, see, depth)
      return
    }
    case "Recursive":
      if (depth < maxDepth) walk(layout.layout(), item, see, depth + 1)
      return
    case "Mapped":
      if (layout.inner !== undefined) walk(layout.inner, item, see, depth)
  }
}

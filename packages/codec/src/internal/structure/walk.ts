/**
 * A layout and an item side by side, as far as they agree: for what looks at messages rather than reading them.
 */
import { FormatCode } from "../../FormatCode.ts"
import type { Layout } from "../../Layout.ts"
import type { ItemNode } from "../node.ts"
import { isEmpty, read } from "./fromItem.ts"
import { failed } from "./leaf.ts"

/** Deeper than any definition of the standard; what contains itself ends here. */
const maxDepth = 64

const childrenOf = (item: ItemNode): ReadonlyArray<ItemNode> =>
  item.format === FormatCode.L ? (item.value as ReadonlyArray<ItemNode>) : []

const reads = (option: Layout, item: ItemNode, lenient: boolean, depth: number): boolean =>
  read(
    option,
    item,
    { deviations: lenient ? [] : undefined, text: undefined, maxDepth, path: [], dead: undefined },
    depth
  ) !== failed

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
      const fitting =
        layout.options.find((option) => reads(option, item, false, depth)) ??
        layout.options.find((option) => reads(option, item, true, depth))
      if (fitting !== undefined) walk(fitting, item, see, depth)
      return
    }
    case "Recursive":
      if (depth < maxDepth) walk(layout.layout(), item, see, depth + 1)
      return
    case "Mapped":
      if (layout.inner !== undefined) walk(layout.inner, item, see, depth)
  }
}

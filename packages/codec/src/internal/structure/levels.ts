import type { Layout } from "../../Layout.ts"

const known = new WeakMap<Layout, number>()

/**
 * How many layouts stand on top of each other, up to those that contain themselves: what a reader or writer needs of
 * the call stack, and no less than the lists inside each other.
 */
export const levels = (layout: Layout): number => {
  let count = known.get(layout)
  if (count === undefined) {
    count = counted(layout)
    known.set(layout, count)
  }
  return count
}

const counted = (layout: Layout): number => {
  switch (layout._tag) {
    case "Leaf":
    case "Any":
    case "Recursive":
      return 0
    case "Members":
      return 1 + most(layout.members.map((member) => member.layout))
    case "Elements":
      return 1 + levels(layout.element)
    case "Optional":
      return 1 + levels(layout.inner)
    case "Choice":
      return 1 + most(layout.options)
    case "Mapped":
      return layout.inner === undefined ? 1 : 1 + levels(layout.inner)
  }
}

const most = (layouts: ReadonlyArray<Layout>): number => layouts.reduce((top, each) => Math.max(top, levels(each)), 0)

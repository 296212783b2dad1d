/**
 * Items to values by closures that are compiled once: by the letter, and without a word of why not. What they cannot
 * read is read again by `fromItem`, which knows the path and the reason, and what it may tolerate.
 */
import { FormatCode } from "../../FormatCode.ts"
import type { Any, Elements, Layout, Leaf, Members } from "../../Layout.ts"
import type { ItemNode } from "../node.ts"
import { assemble, isEmpty, pack, read, required } from "./fromItem.ts"
import { failed, leafFromItem } from "./leaf.ts"

export type ReadItem = (item: ItemNode) => unknown

/** Deepest nesting of structures that contain themselves where nobody tells another. */
export const defaultMaxDepth = 256

const readers = new WeakMap<Layout, ReadItem>()

/** The reader of a layout, compiled where it is asked for first. Texts are the characters of their items. */
export const itemReader = (layout: Layout): ReadItem => {
  const known = readers.get(layout)
  if (known !== undefined) return known
  const reader = compiled(layout)
  readers.set(layout, reader)
  return reader
}

const compiled = (layout: Layout): ReadItem => {
  switch (layout._tag) {
    case "Leaf":
      return leaf(layout)
    case "Any":
      return any(layout)
    case "Members":
      return members(layout)
    case "Elements":
      return elements(layout)
    case "Optional": {
      const inner = itemReader(layout.inner)
      return (item) => (isEmpty(item) ? undefined : inner(item))
    }
    default:
      return (item) =>
        read(
          layout,
          item,
          { deviations: undefined, text: undefined, maxDepth: defaultMaxDepth, path: [], known: undefined },
          0
        )
  }
}

// --- items of values -----------------------------------------------------------------------------------------------

const leaf = (layout: Leaf): ReadItem => {
  const { formats, maximum, minimum } = layout
  // A text of the leaf's own encoding, or what a profile agreed on, is for the reader that knows them.
  if (layout.text !== undefined || layout.wire !== undefined) return () => failed
  if (layout.closed || layout.shape === "many" || formats.length > 1) return usual(layout)
  const format = FormatCode[formats[0]]
  switch (formats[0]) {
    case "A":
    case "J":
      return ({ format: seen, value }) => {
        if (seen !== format) return failed
        const { length } = value as string
        return length < minimum || length > maximum ? failed : value
      }
    case "B":
    case "C2":
      return (item) => leafFromItem(layout, item)
    case "BOOLEAN":
      return (item) => (item.format === format && typeof item.value === "boolean" ? item.value : failed)
    default:
      // Any other holds its one value for itself, but for a NaN with a payload.
      return (item) =>
        item.format !== format ? failed : typeof item.value === "object" ? leafFromItem(layout, item) : item.value
  }
}

/** The value stands for itself in most items of one number; the rest is worked out. */
const usual = (layout: Leaf): ReadItem => {
  const { formats } = layout
  if (layout.closed || layout.shape === "many") return (item) => leafFromItem(layout, item)
  const numbers = new Uint8Array(64)
  for (const format of formats) if (format !== "B") numbers[FormatCode[format]] = 1
  return (item) =>
    typeof item.value === "number" && numbers[item.format] === 1 ? item.value : leafFromItem(layout, item)
}

const any = ({ formats }: Any): ReadItem => {
  if (formats === undefined) return (item) => item
  const allowed = new Uint8Array(64)
  for (const format of formats) allowed[FormatCode[format]] = 1
  return (item) => (allowed[item.format] === 1 ? item : failed)
}

// --- lists ---------------------------------------------------------------------------------------------------------

const childrenOf = (item: ItemNode): ReadonlyArray<ItemNode> | undefined =>
  item.format === FormatCode.L ? (item.value as ReadonlyArray<ItemNode>) : undefined

const members = (layout: Members): ReadItem => {
  const readers = layout.members.map((member) => itemReader(member.layout))
  const least = required(layout)
  const object = objectOf(layout)
  return (item) => {
    const children = childrenOf(item)
    if (children === undefined || children.length < least || children.length > readers.length) return failed
    const values = new Array<unknown>(readers.length)
    for (let i = 0; i < readers.length; i++) {
      const child = children[i]
      const value = child === undefined ? undefined : readers[i]!(child)
      if (value === failed) return failed
      values[i] = value
    }
    return object(values)
  }
}

/** Spelled out for few members, as spreading them costs half of it again. */
const objectOf = (layout: Members): ((values: ReadonlyArray<unknown>) => object) => {
  const build = layout.build as ((...values: ReadonlyArray<unknown>) => object) | undefined
  const usual = (values: ReadonlyArray<unknown>) => assemble(layout, values)
  if (build === undefined) return usual
  switch (layout.members.length) {
    case 2:
      return (values) => {
        const [a, b] = values
        return a === undefined || b === undefined ? usual(values) : build(a, b)
      }
    case 3:
      return (values) => {
        const [a, b, c] = values
        return a === undefined || b === undefined || c === undefined ? usual(values) : build(a, b, c)
      }
    default:
      return usual
  }
}

const elements = (layout: Elements): ReadItem => {
  const { element, maximum, minimum, packed } = layout
  const reader = itemReader(element)
  const asItIs = element._tag === "Any" && element.formats === undefined
  return (item) => {
    const children = childrenOf(item)
    if (children === undefined || children.length < minimum || children.length > maximum) return failed
    // Items are immutable, lists of them as well.
    if (asItIs) return children
    const out = new Array<unknown>(children.length)
    for (let i = 0; i < out.length; i++) {
      const value = reader(children[i]!)
      if (value === failed) return failed
      out[i] = value
    }
    return packed ? pack(element as Leaf, out) : out
  }
}

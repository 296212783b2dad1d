/**
 * Values to items by closures that are compiled once, and without a word of why not. What they cannot write is written
 * again by `toItem`, which knows the path and the reason.
 */
import { FormatCode, maxLength } from "../../FormatCode.ts"
import type { Any, Elements, Layout, Leaf, LeafFormat, Members } from "../../Layout.ts"
import { ItemNode } from "../node.ts"
import { defaultMaxDepth } from "./itemReader.ts"
import { type Failed, failed, leafToItem } from "./leaf.ts"
import { emptyItem, list, write } from "./toItem.ts"

export type MakeItem = (value: unknown) => ItemNode | Failed

const makers = new WeakMap<Layout, MakeItem>()

/** The maker of a layout's items, compiled where it is asked for first. Texts are the characters of their items. */
export const itemMaker = (layout: Layout): MakeItem => {
  const known = makers.get(layout)
  if (known !== undefined) return known
  const maker = compiled(layout)
  makers.set(layout, maker)
  return maker
}

const compiled = (layout: Layout): MakeItem => {
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
      const inner = itemMaker(layout.inner)
      const nothing = emptyItem(layout.inner)
      return (value) => (value === undefined ? nothing : inner(value))
    }
    default:
      return (value) =>
        write(layout, value, { text: undefined, maxDepth: defaultMaxDepth, path: [], known: undefined }, 0)
  }
}

// --- items of values -----------------------------------------------------------------------------------------------

const aboveLatin1 = /[^\x00-\xff]/

const leaf = (layout: Leaf): MakeItem => {
  const usual: MakeItem = (value) => leafToItem(layout, value)
  // A text of the leaf's own encoding, or what a profile agreed on, is for the writer that knows them.
  if (layout.text !== undefined || layout.wire !== undefined) return () => failed
  if (layout.closed || layout.shape === "many") return usual
  const number = numberMaker(layout.formats[0], usual)
  const { maximum, minimum } = layout
  if (layout.formats.find((format) => format === "A" || format === "J") !== "A") return number
  const most = Math.min(maximum, maxLength)
  return (value) =>
    typeof value !== "string"
      ? number(value)
      : value.length >= minimum && value.length <= most && !aboveLatin1.test(value)
        ? new ItemNode(FormatCode.A, value)
        : usual(value)
}

/** The maker of a number in the format that is tried first; what that does not hold is worked out. */
const numberMaker = (format: LeafFormat, usual: MakeItem): MakeItem => {
  const code = FormatCode[format]
  const integer =
    (minimum: number, maximum: number): MakeItem =>
    (value) =>
      typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum
        ? new ItemNode(code, value + 0)
        : usual(value)
  switch (format) {
    case "U1":
      return integer(0, 0xff)
    case "U2":
      return integer(0, 0xffff)
    case "U4":
      return integer(0, 0xffff_ffff)
    case "I1":
      return integer(-0x80, 0x7f)
    case "I2":
      return integer(-0x8000, 0x7fff)
    case "I4":
      return integer(-0x8000_0000, 0x7fff_ffff)
    default:
      return usual
  }
}

const any = ({ formats }: Any): MakeItem => {
  const allowed = new Uint8Array(64).fill(formats === undefined ? 1 : 0)
  for (const format of formats ?? []) allowed[FormatCode[format]] = 1
  return (value) => (value instanceof ItemNode && allowed[value.format] === 1 ? value : failed)
}

// --- lists ---------------------------------------------------------------------------------------------------------

const members = (layout: Members): MakeItem => {
  const keys = layout.members.map((member) => member.key)
  const makers = layout.members.map((member) => itemMaker(member.layout))
  const firstOfTail = layout.members.findIndex((member) => member.presence === "tail")
  const least = firstOfTail < 0 ? keys.length : firstOfTail
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return failed
    const fields = value as { readonly [key: string]: unknown }
    if (keys.length === 0 && Object.keys(fields).length > 0) return failed
    let count = keys.length
    while (count > least && fields[keys[count - 1]!] === undefined) count--
    const children = new Array<ItemNode>(count)
    for (let i = 0; i < count; i++) {
      const item = makers[i]!(fields[keys[i]!])
      if (item === failed) return failed
      children[i] = item
    }
    return list(children)
  }
}

const elements = (layout: Elements): MakeItem => {
  const { element, minimum, packed } = layout
  const most = Math.min(layout.maximum, maxLength)
  const maker = itemMaker(element)
  return (value) => {
    const arrayed = Array.isArray(value) || (packed && ArrayBuffer.isView(value) && !(value instanceof DataView))
    if (!arrayed) return failed
    const values = value as ReadonlyArray<unknown>
    const count = values.length
    if (count < minimum || count > most) return failed
    const children: Array<ItemNode> = []
    for (let i = 0; i < count; i++) {
      const item = maker(values[i])
      if (item === failed) return failed
      children.push(item)
    }
    return list(children)
  }
}

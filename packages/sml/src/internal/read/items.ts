/**
 * One item, lists and all: to an item, or to a template where slots stand in it.
 *
 * Lists are kept on a stack of their own, so that depth is bounded by an option and not by the engine. A list holds
 * items until the first slot turns up in it; only then are its children wrapped as nodes.
 */
import { type FormatCode, Item } from "@effect-secs/codec"
import * as Template from "../../Template.ts"
import type { Fixed, Slot, TemplateNode } from "../../Template.ts"
import { comma, dot, equals, greater, isDigit, isLetter, isQuote, less, openSquare } from "./characters.ts"
import { unterminated } from "./instead.ts"
import { type LeafFormat, readLeaf } from "./leaves.ts"
import { readPlain } from "./plain.ts"
import type { Scanner } from "./Scanner.ts"
import { checkSize, readSize } from "./sizes.ts"
import { hintForItem, type Symbol_, symbolAt } from "./symbols.ts"

interface List {
  readonly start: number
  /** All children, while none of them is a slot. */
  readonly items: Array<Item.Item>
  /** All children, once one of them is. */
  nodes: Array<TemplateNode> | undefined
  readonly sized: number
  readonly minimum: number
  readonly maximum: number
  readonly bounded: boolean
  open: boolean
}

const slot = (
  name: string | undefined,
  formats: ReadonlyArray<FormatCode.Format>,
  more: Partial<Omit<Slot, "_tag" | "key" | "name" | "formats">> = {}
): Slot => Template.slot({ ...more, name, formats })

export type Child = Item.Item | Exclude<TemplateNode, Fixed>

/** Whether it is a slot, or holds one. Items have a format code, which is faster to see than a tag. */
export const isNode = (child: Child): child is Exclude<TemplateNode, Fixed> =>
  (child as { readonly format?: number }).format === undefined

const toNode = (child: Child): TemplateNode => (isNode(child) ? child : Template.fixed(child))

const add = (list: List, child: Child): void => {
  if (list.nodes === undefined) {
    if (!isNode(child)) {
      list.items.push(child)
      return
    }
    list.nodes = list.items.map(Template.fixed)
  }
  list.nodes.push(toNode(child))
}

const replaceLast = (list: List, child: Child): void => {
  if (list.nodes === undefined) list.items.pop()
  else list.nodes.pop()
  add(list, child)
}

const lastChild = (list: List): Child | undefined => {
  if (list.nodes === undefined) return list.items.at(-1)
  const node = list.nodes.at(-1)
  return node?._tag === "Fixed" ? node.item : node
}

const countOf = (list: List): number => (list.nodes ?? list.items).length

/** Reads the values of an item that is no list, from behind its format and size. */
const readChild = (s: Scanner, format: LeafFormat): Child => {
  const { leaf, size } = s
  const item = readLeaf(s, format)
  leaf.end = s.at
  const { maximum, minimum } = size
  if (item === undefined) {
    // Text that stands for a name may be shorter than its size, which is how templates mean it.
    return slot(leaf.name, [format], format === "A" || format === "J" ? { maximum } : { minimum, maximum })
  }
  const written = leaf.written || leaf.count > 0
  if (s.skip() === equals) {
    if (written) checkSize(s, leaf.count)
    return bound(s, slot(undefined, [format], { minimum, maximum, default: written ? item : undefined }))
  }
  // `<A [MAX 16]>` waits for a value, and in a file of templates `<U4 [1]>` does.
  const waits = size.bounded || (minimum > 0 && s.rules.dialect.templates)
  if (!written && waits) return slot(undefined, [format], { minimum, maximum })
  checkSize(s, leaf.count)
  return item
}

/** Reads what stands behind one of the symbols only templates have. */
const readSlot = (s: Scanner, symbol: Exclude<Symbol_, { readonly _tag: "Format" }>): Slot => {
  const { maximum, minimum, offset } = s.size
  const code = s.skip()
  const name = code === greater ? undefined : s.name()
  if (name === "" || s.skip() !== greater) {
    if (s.at >= s.text.length) unterminated(s)
    s.fail("BadValue", s.at, "the name of a slot, or >")
  }
  s.leaf.end = ++s.at
  if (symbol._tag === "Slot") return slot(name, symbol.formats, { minimum, maximum, optional: symbol.optional })
  if (symbol.generated === "number") return slot(name, symbol.formats, { minimum: 1, maximum: 1, generated: "number" })
  const characters = offset < 0 ? 16 : maximum
  if (characters !== 12 && characters !== 14 && characters !== 16) {
    s.fail("BadSize", offset, "12, 14 or 16 characters of time", undefined, `${characters}`)
  }
  return slot(name, symbol.formats, { minimum: characters, maximum: characters, generated: `clock${characters}` })
}

const close = (s: Scanner, list: List): Child => {
  const count = countOf(list)
  const { bounded, maximum, minimum, nodes, open, sized } = list
  if (nodes !== undefined) {
    const repeats = open || bounded || (sized >= 0 && minimum !== maximum)
    if (!repeats) compareSize(s, list, count)
    return repeats
      ? { _tag: "Repeat", name: undefined, body: nodes, minimum: open || bounded ? 0 : minimum, maximum }
      : { _tag: "List", children: nodes }
  }
  if (count === 0 && bounded) return slot(undefined, ["L"], { maximum })
  // A name behind it makes a slot of it, and of its size the slot's bounds.
  if (count === 0 && sized >= 0 && minimum === 0 && s.skip() === equals) return slot(undefined, ["L"], { maximum })
  if (!open) compareSize(s, list, count)
  return count === 0 ? Item.L() : Item.makeUnsafe("L", list.items)
}

const compareSize = (s: Scanner, list: List, count: number): void => {
  const { size } = s
  size.offset = list.sized
  size.minimum = list.minimum
  size.maximum = list.maximum
  checkSize(s, count)
}

/** Reads the name behind `=`, which stands here, and gives it to a slot. */
const bound = (s: Scanner, node: Slot): Slot => {
  s.at++
  s.skip()
  const name = s.name()
  if (name === "") s.fail("BadValue", s.at, "a name behind =")
  s.leaf.end = s.at
  const { default: value, maximum, minimum } = node
  if (value === undefined) return { ...node, name }
  const count = Item.count(value)
  return { ...node, name, minimum: Math.min(minimum, count), maximum: Math.max(maximum, count) }
}

/** Binds a list or a slot to the name behind it; an item that is no list was bound where it was read. */
const bind = (s: Scanner, child: Child): Child => {
  const start = s.at
  switch (child._tag) {
    case "Slot":
      return bound(s, child)
    case "Repeat":
      return { ...child, name: bound(s, slot(undefined, ["L"])).name }
    case "List": {
      const { name } = bound(s, slot(undefined, ["L"]))
      s.warn("UnexpectedText", start, "no name behind a list that has slots", "the name is left out", name)
      return child
    }
    default:
      return bound(s, slot(undefined, [child._tag], { default: Item.count(child) === 0 ? undefined : child }))
  }
}

/**
 * Reads the item that begins here.
 */
export const readItem = (s: Scanner): Child => {
  const stack: Array<List> = []
  let items = 0
  for (;;) {
    const code = s.skip()
    const list = stack.length === 0 ? undefined : stack[stack.length - 1]!
    let child: Child
    if (code === less) {
      const start = s.at
      s.leaf.start = start
      if (++items > s.rules.maxItems) {
        s.fail(
          "TooManyItems",
          start,
          `at most ${s.rules.maxItems} items in a message`,
          "an option, max items, allows more"
        )
      }
      const plain = readPlain(s)
      if (plain !== undefined) {
        if (list === undefined) return rootEnd(s, plain)
        add(list, plain)
        continue
      }
      s.at = start + 1
      const next = s.skip()
      s.size.clear()
      if (next === less || next === greater) {
        s.warn("ListWithoutType", start, "L before the items of a list")
        stack.push(opened(s, stack, start))
        continue
      }
      const symbol = symbolAt(s)
      if (s.skip() === openSquare) readSize(s)
      if (symbol._tag !== "Format") child = readSlot(s, symbol)
      else if (symbol.format === "L") {
        stack.push(opened(s, stack, start))
        continue
      } else child = readChild(s, symbol.format)
    } else if (code === greater && list !== undefined) {
      s.leaf.end = ++s.at
      child = close(s, list)
      stack.pop()
    } else if (code === equals && list !== undefined && lastChild(list) !== undefined) {
      replaceLast(list, bind(s, lastChild(list)!))
      continue
    } else if (code === dot && list !== undefined && s.text.startsWith("...", s.at)) {
      s.at += 3
      list.open = true
      continue
    } else return unexpected(s, list)
    if (stack.length === 0) return rootEnd(s, child)
    add(stack[stack.length - 1]!, child)
  }
}

/** The root may be bound to a name as any other item; else what is behind it is not its own. */
const rootEnd = (s: Scanner, child: Child): Child => {
  if (s.skip() === equals) return bind(s, child)
  s.at = s.leaf.end
  return child
}

const opened = (s: Scanner, stack: ReadonlyArray<List>, start: number): List => {
  if (stack.length >= s.rules.maxDepth) {
    s.fail(
      "DepthExceeded",
      start,
      `at most ${s.rules.maxDepth} lists within each other`,
      "an option, max depth, allows more"
    )
  }
  const { bounded, maximum, minimum, offset, open } = s.size
  return { start, items: [], nodes: undefined, sized: offset, minimum, maximum, bounded, open }
}

const unexpected = (s: Scanner, list: List | undefined): never => {
  if (list === undefined) return s.fail("NotAnItem", s.at, "< to begin an item", hintForItem(s.text, s.at))
  if (s.at >= s.text.length) {
    return s.fail("UnterminatedItem", list.start, "> to end this list", undefined, "the end of the text")
  }
  return s.fail("UnexpectedText", s.at, "an item or > in this list", hintInList(s, list))
}

const hintInList = (s: Scanner, list: List): string | undefined => {
  const code = s.text.charCodeAt(s.at)
  if (code === comma) return "a size is written [2], and items stand next to each other without commas"
  const unended = `the list that begins in line ${s.position(list.start).line} may lack its >`
  if (code === dot) return unended
  if (isDigit(code) || isQuote(code)) return "a list holds items, each with its format: <U4 1>, <A 'text'>"
  return isLetter(code) ? (hintForItem(s.text, s.at) ?? `an item begins with <; ${unended}`) : undefined
}

/**
 * Layouts compiled to readers: closures, made once, that go from bytes to values without items on the way.
 */
import type { Any, Choice, Elements, Layout, Leaf, Mapped, Member, Members, Optional, Recursive } from "../../Layout.ts"
import { fromCode } from "../../FormatCode.ts"
import { manyItems, openWindow } from "../text.ts"
import { assemble, map, pack, required } from "./fromItem.ts"
import { failed } from "./leaf.ts"
import { itemsAt } from "./itemsReader.ts"
import { codeTable, leafReader, packedReader } from "./leafReader.ts"
import { levels } from "./levels.ts"
import { enter, giveUp, itemAt, leave, listHead, type Read, type Source, staticLevels } from "./source.ts"

const readers = new WeakMap<Layout, Read>()

/** The reader of a layout, compiled where it is asked for first. */
export const reader = (layout: Layout): Read => {
  const known = readers.get(layout)
  if (known !== undefined) return known
  const read = levels(layout) > staticLevels ? giveUp : compiled(layout)
  readers.set(layout, read)
  return read
}

const compiled = (layout: Layout): Read => {
  switch (layout._tag) {
    case "Leaf":
      return leafReader(layout)
    case "Any":
      return any(layout)
    case "Members":
      return members(layout)
    case "Elements":
      return elements(layout)
    case "Optional":
      return optional(layout)
    case "Choice":
      return choice(layout)
    case "Recursive":
      return recursive(layout)
    case "Mapped":
      return mapped(layout)
  }
}

const any = (layout: Any): Read => {
  if (layout.formats === undefined) return itemAt
  const allowed = codeTable(layout.formats)
  return (source) => {
    if (source.at >= source.end || allowed[source.bytes[source.at]! >> 2] === 0) return failed
    return itemAt(source)
  }
}

// --- lists with members --------------------------------------------------------------------------------------------

const members = (layout: Members): Read => {
  const least = required(layout)
  const reads = layout.members.map((member) => reader(member.layout))
  const one = layout.build === undefined ? filled(layout.members, reads) : built(layout, reads)
  const most = reads.length
  return (source) => {
    const count = listHead(source)
    return count < least || count > most ? failed : one(source, count)
  }
}

type ReadMembers = (source: Source, count: number) => unknown

/** An object that is filled key by key. */
const filled = (parts: ReadonlyArray<Member>, reads: ReadonlyArray<Read>): ReadMembers => {
  const keys = parts.map((member) => member.key)
  return (source, count) => {
    const out: { [key: string]: unknown } = {}
    for (let i = 0; i < count; i++) {
      const value = reads[i]!(source)
      if (value === failed) return failed
      if (value !== undefined) out[keys[i]!] = value
    }
    return out
  }
}

/** An object that the user's literal makes: spelled out for few members, as spreading them costs half of it again. */
const built = (layout: Members, reads: ReadonlyArray<Read>): ReadMembers => {
  const build = layout.build as (...values: ReadonlyArray<unknown>) => object
  const [r0, r1, r2, r3] = reads as [Read, Read, Read, Read]
  const all: ReadMembers = (source, count) => {
    const values: Array<unknown> = []
    for (let i = 0; i < count; i++) {
      const value = reads[i]!(source)
      if (value === failed) return failed
      values.push(value)
    }
    for (let i = count; i < reads.length; i++) values.push(undefined)
    return assemble(layout, values)
  }
  switch (reads.length) {
    case 2:
      return (source, count) => {
        if (count !== 2) return all(source, count)
        const a = r0(source)
        if (a === failed) return failed
        const b = r1(source)
        if (b === failed) return failed
        return a === undefined || b === undefined ? assemble(layout, [a, b]) : build(a, b)
      }
    case 3:
      return (source, count) => {
        if (count !== 3) return all(source, count)
        const a = r0(source)
        if (a === failed) return failed
        const b = r1(source)
        if (b === failed) return failed
        const c = r2(source)
        if (c === failed) return failed
        return a === undefined || b === undefined || c === undefined ? assemble(layout, [a, b, c]) : build(a, b, c)
      }
    case 4:
      return (source, count) => {
        if (count !== 4) return all(source, count)
        const a = r0(source)
        if (a === failed) return failed
        const b = r1(source)
        if (b === failed) return failed
        const c = r2(source)
        if (c === failed) return failed
        const d = r3(source)
        if (d === failed) return failed
        return a === undefined || b === undefined || c === undefined || d === undefined
          ? assemble(layout, [a, b, c, d])
          : build(a, b, c, d)
      }
    default:
      return all
  }
}

// --- lists of elements ---------------------------------------------------------------------------------------------

const elements = (layout: Elements): Read => {
  const { element, maximum, minimum } = layout
  if (layout.packed) {
    const packed = packedReader(element as Leaf, minimum, maximum)
    if (packed !== undefined) return packed
  } else if (element._tag === "Any") return items(element, minimum, maximum)
  const read = reader(element)
  const texts = element._tag === "Leaf"
  const asArray = layout.packed
    ? (values: Array<unknown>) => pack(element as Leaf, values)
    : (values: Array<unknown>) => values
  return (source) => {
    const count = listHead(source)
    if (count < 0 || count < minimum || count > maximum) return failed
    // Room for elements is made once the bytes can hold them and all that other lists still promise.
    let owed = source.owed + count
    if (owed * 2 > source.end - source.at) return failed
    source.owed = owed
    const out = new Array<unknown>(count)
    if (texts && count >= manyItems) {
      openWindow()
      source.window = true
    }
    for (let i = 0; i < count; i++) {
      source.owed = --owed
      const value = read(source)
      if (value === failed) {
        source.window = false
        return failed
      }
      out[i] = value
    }
    source.window = false
    return asArray(out)
  }
}

/** A list of items of any kind is the children of one item. */
const items = (element: Any, minimum: number, maximum: number): Read => {
  const allowed = element.formats === undefined ? undefined : codeTable(element.formats)
  return (source) => {
    const children = itemsAt(source)
    if (children === failed || children.length < minimum || children.length > maximum) return failed
    if (allowed === undefined) return children
    for (let i = 0; i < children.length; i++) if (allowed[children[i]!.format] === 0) return failed
    return children
  }
}

// --- what may be one thing or another ------------------------------------------------------------------------------

const isC2 = 0o22

const optional = (layout: Optional): Read => {
  const inner = reader(layout.inner)
  return (source) => {
    const { at, bytes, end } = source
    if (end - at < 2) return failed
    const lengthBytes = bytes[at]! & 3
    const code = bytes[at]! >> 2
    const start = at + 1 + lengthBytes
    if (lengthBytes === 0 || start > end) return failed
    let length = 0
    for (let i = at + 1; i < start; i++) length = (length << 8) | bytes[i]!
    // A localized string of no length still has its header.
    const empty = code === isC2 ? 2 : 0
    if (length !== empty || fromCode(code) === undefined) return inner(source)
    if (length > end - start) return failed
    source.at = start + length
    return undefined
  }
}

const choice = (layout: Choice): Read => {
  const reads = layout.options.map(reader)
  return (source) => {
    const { at, owed } = source
    for (let i = 0; i < reads.length; i++) {
      const value = reads[i]!(source)
      if (value !== failed) return value
      if (source.hopeless) return failed
      source.at = at
      source.owed = owed
    }
    return failed
  }
}

const recursive = (layout: Recursive): Read => {
  let inner: Read | undefined
  let depth = 0
  return (source) => {
    if (inner === undefined) {
      const body = layout.layout()
      depth = Math.max(1, levels(body))
      inner = reader(body)
    }
    if (!enter(source, depth)) return failed
    const value = inner(source)
    leave(source, depth)
    return value
  }
}

const mapped = (layout: Mapped): Read => {
  const inner = layout.inner === undefined ? itemAt : reader(layout.inner)
  const { ast } = layout
  return (source) => {
    const value = inner(source)
    return value === failed ? failed : map(ast, value)
  }
}

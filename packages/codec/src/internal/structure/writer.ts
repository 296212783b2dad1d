/**
 * Layouts compiled to writers: closures, made once, that go from values to bytes without items on the way.
 */
import { maxLength } from "../../FormatCode.ts"
import type { Any, Choice, Elements, Layout, Leaf, Mapped, Members, Optional, Recursive } from "../../Layout.ts"
import { singleRoom } from "../ItemWriter.ts"
import { ItemNode } from "../node.ts"
import { failed } from "./leaf.ts"
import { codeTable } from "./leafReader.ts"
import { putEach } from "./itemsWriter.ts"
import { leafWriter, packedWriter } from "./leafWriter.ts"
import { levels } from "./levels.ts"
import { enter, giveUp, itemsTo, leave, putList, reserve, type Write } from "./sink.ts"
import { staticLevels } from "./source.ts"
import { emptyItem, overlooks, unmap } from "./toItem.ts"

const writers = new WeakMap<Layout, Write>()

/** The writer of a layout, compiled where it is asked for first. */
export const writer = (layout: Layout): Write => {
  const known = writers.get(layout)
  if (known !== undefined) return known
  const write = levels(layout) > staticLevels ? giveUp : compiled(layout)
  writers.set(layout, write)
  return write
}

const compiled = (layout: Layout): Write => {
  switch (layout._tag) {
    case "Leaf":
      return leafWriter(layout)
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

/** 1 for each format code the layout takes. */
const allowedBy = ({ formats }: Any): Uint8Array =>
  formats === undefined ? new Uint8Array(64).fill(1) : codeTable(formats)

const any = (layout: Any): Write => {
  const allowed = allowedBy(layout)
  return (sink, value) => value instanceof ItemNode && allowed[value.format] === 1 && itemsTo(sink, [value])
}

// --- lists ---------------------------------------------------------------------------------------------------------

const members = (layout: Members): Write => {
  const keys = layout.members.map((member) => member.key)
  const writes = layout.members.map((member) => writer(member.layout))
  const tail = layout.members.findIndex((member) => member.presence === "tail")
  const least = tail < 0 ? keys.length : tail
  return (sink, value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false
    const fields = value as { readonly [key: string]: unknown }
    let last = keys.length
    if (last === 0 && Object.keys(fields).length > 0) return false
    while (last > least && fields[keys[last - 1]!] === undefined) last--
    putList(sink, last)
    for (let i = 0; i < last; i++) if (!writes[i]!(sink, fields[keys[i]!])) return false
    return true
  }
}

const elements = (layout: Elements): Write => {
  const { element, minimum } = layout
  const maximum = Math.min(layout.maximum, maxLength)
  if (!layout.packed && element._tag === "Any") return items(element, minimum, maximum)
  const write = writer(element)
  const each: Write = (sink, value) => {
    if (!Array.isArray(value) && !(layout.packed && ArrayBuffer.isView(value) && !(value instanceof DataView)))
      return false
    const values = value as ReadonlyArray<unknown>
    const count = values.length
    if (count < minimum || count > maximum) return false
    putList(sink, count)
    for (let i = 0; i < count; i++) if (!write(sink, values[i])) return false
    // Code of the user may have changed it.
    return values.length === count
  }
  return (layout.packed ? packedWriter(element as Leaf, minimum, maximum, each) : undefined) ?? each
}

const items = (element: Any, minimum: number, maximum: number): Write => {
  const allowed = allowedBy(element)
  return (sink, value) => {
    if (!Array.isArray(value) || value.length < minimum || value.length > maximum) return false
    const count = value.length
    putList(sink, count)
    return putEach(sink, value, allowed) && value.length === count
  }
}

// --- what may be one thing or another ------------------------------------------------------------------------------

const optional = (layout: Optional): Write => {
  const inner = writer(layout.inner)
  const first = (emptyItem(layout.inner).format << 2) | 1
  return (sink, value) => {
    if (value !== undefined) return inner(sink, value)
    reserve(sink, singleRoom)
    sink.bytes[sink.at] = first
    sink.bytes[sink.at + 1] = 0
    sink.at += 2
    return true
  }
}

const choice = (layout: Choice): Write => {
  const writes = layout.options.map(writer)
  return (sink, value) => {
    // Where it begins, which may move.
    const from = sink.at - sink.start
    for (let i = 0; i < writes.length; i++) {
      // What an option would leave out is meant for another.
      if (overlooks(layout.options[i]!, value)) continue
      if (writes[i]!(sink, value)) return true
      if (sink.hopeless) return false
      if (sink.recursions > 0 && sink.fuel-- <= 0) return giveUp(sink)
      sink.at = sink.start + from
    }
    return false
  }
}

const recursive = (layout: Recursive): Write => {
  let inner: Write | undefined
  let depth = 0
  return (sink, value) => {
    if (inner === undefined) {
      const body = layout.layout()
      depth = Math.max(1, levels(body))
      inner = writer(body)
    }
    if (!enter(sink, depth)) return false
    const written = inner(sink, value)
    leave(sink, depth)
    return written
  }
}

const mapped = (layout: Mapped): Write => {
  const { ast } = layout
  const inner: Write =
    layout.inner === undefined
      ? (sink, value) => value instanceof ItemNode && itemsTo(sink, [value])
      : writer(layout.inner)
  return (sink, value) => {
    const given = unmap(ast, value)
    return given !== failed && inner(sink, given)
  }
}

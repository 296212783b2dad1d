/**
 * From an item to the value of a layout: by the letter, or with the tolerance of `lenient`.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Kind } from "../../Deviation.ts"
import { FormatCode } from "../../FormatCode.ts"
import { expectation, type Layout, type Leaf, type Members } from "../../Layout.ts"
import type { StructureReason } from "../../StructureError.ts"
import type { ItemNode } from "../node.ts"
import { arrayOf } from "./arrays.ts"
import { Attempts } from "./attempts.ts"
import { fail, type Failed, failed, fault, leafFromItem, showItem } from "./leaf.ts"
import { nothing, numberInText, tolerate, toleratedList } from "./tolerance.ts"

/** A way down from the root: names of members and indexes of elements. */
export type Path = ReadonlyArray<string | number>

/** What a peer did otherwise than the structure says, and the reader took all the same. */
export interface Seen {
  readonly kind: Kind
  readonly path: Path
  readonly expected: string
  readonly seen: string
}

/** What a structure that contains itself could not read, and why: another option would only find out again. */
interface Dead {
  readonly reason: StructureReason
  readonly path: Path
}

type Refusals = Map<Layout, Map<ItemNode, Dead>>

/** One reading. */
export interface Reading {
  /** Where tolerated deviations go; `undefined` to tolerate none. */
  readonly deviations: Array<Seen> | undefined
  /** Text of `A` items in the encoding of the session; `undefined` for the characters as they are. */
  readonly text: ((latin1: string) => string) | undefined
  readonly maxDepth: number
  /** The way to what is read at the moment; where reading failed, to the culprit. */
  readonly path: Array<string | number>
  /** What structures that contain themselves refused; made where there is a choice between several. */
  dead: { readonly strict: Refusals; readonly lenient: Refusals } | undefined
}

export const read = (layout: Layout, item: ItemNode, reading: Reading, depth: number): unknown => {
  switch (layout._tag) {
    case "Leaf":
      return readLeaf(layout, item, reading)
    case "Any":
      return layout.formats === undefined || layout.formats.some((format) => FormatCode[format] === item.format)
        ? item
        : fail({ _tag: "WrongFormat", expected: expectation(layout), seen: showItem(item) })
    case "Members":
      return readMembers(layout, item, reading, depth)
    case "Elements": {
      const children = childrenOf(item) ?? listInstead(layout, item, reading)
      if (children === failed) return failed
      const count = children.length
      if (count < layout.minimum || count > layout.maximum) {
        const { maximum, minimum } = layout
        return fail({ _tag: "WrongLength", unit: "elements", minimum, maximum, seen: count })
      }
      const out: Array<unknown> = []
      for (let index = 0; index < count; index++) {
        reading.path.push(index)
        const value = read(layout.element, children[index]!, reading, depth)
        if (value === failed) return failed
        reading.path.pop()
        out.push(value)
      }
      return layout.packed ? pack(layout.element as Leaf, out) : out
    }
    case "Optional":
      return isEmpty(item) ? undefined : read(layout.inner, item, reading, depth)
    case "Choice":
      return readChoice(layout.options, item, reading, depth)
    case "Recursive":
      if (depth >= reading.maxDepth) return fail({ _tag: "TooDeep", maxDepth: reading.maxDepth })
      return readAgain(layout, item, reading, depth + 1)
    case "Mapped": {
      if (layout.inner === undefined) return map(layout.ast, item)
      const value = read(layout.inner, item, reading, depth)
      return value === failed ? failed : map(layout.ast, value)
    }
  }
}

// --- leaves --------------------------------------------------------------------------------------------------------

export const readLeaf = (leaf: Leaf, item: ItemNode, reading: Reading): unknown => {
  // Where numbers were agreed to travel as text, digits are a number, even if the data item could be a text as well.
  let value = leaf.wire === "A" ? numberInText(leaf, item) : failed
  if (value !== failed) return value
  value = leafFromItem(leaf, item)
  if (value === failed) {
    const reason = fault.reason
    const agreed = leaf.wire !== undefined && item.format === FormatCode[leaf.wire]
    const tolerated = agreed || reading.deviations !== undefined ? tolerate(leaf, item, reason) : undefined
    if (tolerated === undefined) return fail(reason)
    if (!agreed && reading.deviations !== undefined) deviate(reading, tolerated.kind, leaf, item)
    value = tolerated.value
  }
  if (typeof value !== "string" || item.format !== FormatCode.A) return value
  const text = leaf.text?.decode ?? reading.text
  return text === undefined ? value : text(value)
}

/** Deviations that are noted of one message: a peer that deviates in each of a million items is known by then. */
const mostDeviations = 10_000

const deviate = (reading: Reading, kind: Kind, layout: Layout, item: ItemNode | undefined): void => {
  if (reading.deviations!.length >= mostDeviations) return
  const seen = item === undefined ? "nothing" : showItem(item)
  reading.deviations!.push({ kind, path: [...reading.path], expected: expectation(layout), seen })
}

// --- lists ---------------------------------------------------------------------------------------------------------

const childrenOf = (item: ItemNode): ReadonlyArray<ItemNode> | undefined =>
  item.format === FormatCode.L ? (item.value as ReadonlyArray<ItemNode>) : undefined

export const isEmpty = (item: ItemNode): boolean =>
  item.format === FormatCode.C2
    ? (item.value as { readonly bytes: Uint8Array }).bytes.length === 0
    : (item.value as { readonly length?: number }).length === 0

/** What stands where a list should: its values, if the reader is lenient and they are as many items. */
const listInstead = (layout: Layout, item: ItemNode, reading: Reading): ReadonlyArray<ItemNode> | Failed => {
  const values = reading.deviations === undefined || layout._tag !== "Elements" ? undefined : toleratedList(item)
  if (values === undefined) return fail({ _tag: "WrongFormat", expected: "L", seen: showItem(item) })
  deviate(reading, "PackedForList", layout, item)
  return values
}

/** The typed array of the numbers of a list. */
export const pack = (leaf: Leaf, values: ReadonlyArray<unknown>): unknown =>
  arrayOf(leaf.formats[0])!.from(values as ReadonlyArray<number>)

/** Fewest elements of a list with members. */
export const required = (layout: Members): number => {
  const tail = layout.members.findIndex((member) => member.presence === "tail")
  return tail < 0 ? layout.members.length : tail
}

const readMembers = (layout: Members, item: ItemNode, reading: Reading, depth: number): unknown => {
  const children = childrenOf(item)
  if (children === undefined) return fail({ _tag: "WrongFormat", expected: "L", seen: showItem(item) })
  const { members } = layout
  const least = required(layout)
  const short = children.length < least
  if (short || children.length > members.length) {
    if (reading.deviations === undefined || (short && !fillable(layout, children.length))) {
      const maximum = members.length
      return fail({ _tag: "WrongLength", unit: "elements", minimum: least, maximum, seen: children.length })
    }
    const kind = !short ? "ExtraMembers" : children.length === 0 ? "EmptyListForStructure" : "MissingTail"
    deviate(reading, kind, layout, item)
  }
  const values: Array<unknown> = []
  for (let index = 0; index < members.length; index++) {
    const { key, layout: inner, presence } = members[index]!
    const child = children[index]
    if (child === undefined) {
      values.push(presence === "tail" ? undefined : nothing(inner))
      continue
    }
    reading.path.push(key)
    const value = read(inner, child, reading, depth)
    if (value === failed) return failed
    reading.path.pop()
    values.push(value)
  }
  return assemble(layout, values)
}

/** True where all that is missing from `from` on can be told by "nothing": an empty text, an empty list. */
const fillable = (layout: Members, from: number): boolean =>
  layout.members.slice(from).every((member) => member.presence === "tail" || nothing(member.layout) !== failed)

/** The object of a list: a member without a value is left out. */
export const assemble = (layout: Members, values: ReadonlyArray<unknown>): object => {
  if (layout.build !== undefined && !values.includes(undefined))
    return layout.build(...(values as ReadonlyArray<never>))
  const out: { [key: string]: unknown } = {}
  layout.members.forEach(({ key }, index) => {
    if (values[index] !== undefined) out[key] = values[index]
  })
  return out
}

// --- choices and Schemas -------------------------------------------------------------------------------------------

const readChoice = (options: ReadonlyArray<Layout>, item: ItemNode, reading: Reading, depth: number): unknown => {
  const attempts = new Attempts(reading.path)
  reading.dead ??= { strict: new Map(), lenient: new Map() }
  // By the letter first: what one option says exactly is not read by the tolerance of another.
  for (const tolerant of reading.deviations === undefined ? [false] : [false, true]) {
    const strict = { ...reading, deviations: undefined }
    for (const option of options) {
      const seen = reading.deviations?.length ?? 0
      const value = read(option, item, tolerant ? reading : strict, depth)
      if (value !== failed) return value
      if (fault.reason._tag === "TooDeep") return failed
      if (reading.deviations !== undefined) reading.deviations.length = seen
      attempts.note(tolerant === (reading.deviations !== undefined))
    }
  }
  return attempts.fail()
}

/** Reads a structure inside itself. An item that it has refused once is refused at once, however many ways lead there. */
const readAgain = (
  layout: Extract<Layout, { readonly _tag: "Recursive" }>,
  item: ItemNode,
  reading: Reading,
  depth: number
): unknown => {
  const refusals = reading.deviations === undefined ? reading.dead?.strict : reading.dead?.lenient
  const dead = refusals?.get(layout)?.get(item)
  if (dead !== undefined) {
    reading.path.push(...dead.path)
    return fail(dead.reason)
  }
  const from = reading.path.length
  const value = read(layout.layout(), item, reading, depth)
  if (value === failed && refusals !== undefined && fault.reason._tag !== "TooDeep") {
    const ofLayout = refusals.get(layout) ?? new Map<ItemNode, Dead>()
    refusals.set(layout, ofLayout.set(item, { reason: fault.reason, path: reading.path.slice(from) }))
  }
  return value
}

export const refused = (error: unknown): StructureReason => ({
  _tag: "Refused",
  issue: (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, " ")
})

const parsers = new WeakMap<object, (value: unknown) => Result.Result<unknown, unknown>>()

/** The value that a user's Schema makes of what its layout read. */
export const map = (ast: Extract<Layout, { readonly _tag: "Mapped" }>["ast"], value: unknown): unknown => {
  let parse = parsers.get(ast)
  if (parse === undefined) {
    parse = Schema.decodeUnknownResult(Schema.make<Schema.Codec<unknown>>(ast))
    parsers.set(ast, parse)
  }
  const parsed = parse(value)
  return Result.isSuccess(parsed) ? parsed.success : fail(refused(parsed.failure))
}

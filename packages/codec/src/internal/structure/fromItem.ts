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

/** What a structure that contains itself made of an item: another option would only find out again. */
interface Known {
  /** `failed`, or the value. */
  readonly value: unknown
  /** Why it failed, and the way from the item to the culprit. */
  readonly reason: StructureReason
  readonly path: Path
  /** What was tolerated, by the way from the item. */
  readonly deviations: ReadonlyArray<Seen>
}

type Readings = Map<Layout, Map<ItemNode, Known>>

/** One reading. */
export interface Reading {
  /** Where tolerated deviations go; `undefined` to tolerate none. */
  readonly deviations: Array<Seen> | undefined
  /** Text of `A` items in the encoding of the session; `undefined` for the characters as they are. */
  readonly text: ((latin1: string) => string) | undefined
  readonly maxDepth: number
  /** The way to what is read at the moment; where reading failed, to the culprit. */
  readonly path: Array<string | number>
  /** What structures that contain themselves read and refused; made where there is a choice between several. */
  known: { readonly strict: Readings; readonly lenient: Readings } | undefined
}

export const read = (layout: Layout, item: ItemNode, reading: Reading, depth: number): unknown => {
  switch (layout._tag) {
    case "Leaf":
      return readLeaf(layout, item, reading)
    case "Any":
      if (layout.formats !== undefined && !layout.formats.some((format) => FormatCode[format] === item.format)) {
        if (reading.deviations === undefined) {
          return fail({ _tag: "WrongFormat", expected: expectation(layout), seen: showItem(item) })
        }
        deviate(reading, "OtherItemFormat", layout, item)
      }
      return item
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
    case "Optional": {
      const { inner } = layout
      const value = isEmpty(item) ? undefined : read(inner, item, reading, depth)
      // Where nothing may stand, what was tolerated is nothing as well.
      return value !== failed && inner._tag === "Members" && inner.members.length === 0 ? undefined : value
    }
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

/** Of a list its members, as that it is a list is not what deviates. */
const expectedOf = (layout: Layout): string =>
  layout._tag === "Members" ? `L of ${layout.members.map((member) => member.key).join(", ")}` : expectation(layout)

const deviate = (reading: Reading, kind: Kind, layout: Layout, item: ItemNode | undefined): void => {
  if (reading.deviations!.length >= mostDeviations) return
  const seen = item === undefined ? "nothing" : showItem(item)
  reading.deviations!.push({ kind, path: [...reading.path], expected: expectedOf(layout), seen })
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
  const told = reading.deviations?.length ?? 0
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
  // What has members too many and others that are not what they should be is another structure.
  if (children.length > members.length && reading.deviations!.length > told) {
    return fail({
      _tag: "WrongLength",
      unit: "elements",
      minimum: least,
      maximum: members.length,
      seen: children.length
    })
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
  reading.known ??= { strict: new Map(), lenient: new Map() }
  const { deviations } = reading
  // By the letter first: what one option says exactly is not read by the tolerance of another.
  const strict = deviations === undefined ? reading : { ...reading, deviations: undefined }
  for (const option of options) {
    const value = read(option, item, strict, depth)
    if (value !== failed) return value
    if (fault.reason._tag === "TooDeep") return failed
    attempts.note(deviations === undefined)
  }
  return deviations === undefined ? attempts.fail() : readTolerantly(options, item, reading, depth, attempts)
}

/** The option that asks the least tolerance: a deviation in one part is no reason to misread another. */
const readTolerantly = (
  options: ReadonlyArray<Layout>,
  item: ItemNode,
  reading: Reading,
  depth: number,
  attempts: Attempts
): unknown => {
  const deviations = reading.deviations!
  const first = deviations.length
  let best: { readonly value: unknown; readonly deviations: ReadonlyArray<Seen> } | undefined
  for (const option of options) {
    const value = read(option, item, reading, depth)
    if (value !== failed) {
      const tolerated = deviations.splice(first)
      if (best === undefined || tolerated.length < best.deviations.length) best = { value, deviations: tolerated }
      continue
    }
    if (fault.reason._tag === "TooDeep") return failed
    deviations.length = first
    attempts.note()
  }
  if (best === undefined) return attempts.fail()
  for (const seen of best.deviations) deviations.push(seen)
  return best.value
}

/** Reads a structure inside itself. What has read an item once is not asked again, however many ways lead there. */
const readAgain = (
  layout: Extract<Layout, { readonly _tag: "Recursive" }>,
  item: ItemNode,
  reading: Reading,
  depth: number
): unknown => {
  const { deviations, path } = reading
  const readings = deviations === undefined ? reading.known?.strict : reading.known?.lenient
  if (readings === undefined) return read(layout.layout(), item, reading, depth)
  const before = readings.get(layout)?.get(item)
  if (before !== undefined) {
    for (const seen of before.deviations) deviations?.push({ ...seen, path: [...path, ...seen.path] })
    if (before.value !== failed) return before.value
    path.push(...before.path)
    return fail(before.reason)
  }
  const from = path.length
  const first = deviations?.length ?? 0
  const value = read(layout.layout(), item, reading, depth)
  if (value === failed && fault.reason._tag === "TooDeep") return failed
  const ofLayout = readings.get(layout) ?? new Map<ItemNode, Known>()
  const tolerated = value === failed ? [] : (deviations ?? []).slice(first)
  const known: Known = {
    value,
    reason: fault.reason,
    path: path.slice(from),
    deviations: tolerated.map((seen) => ({ ...seen, path: seen.path.slice(from) }))
  }
  readings.set(layout, ofLayout.set(item, known))
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

/**
 * From a value to the item of a layout.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { FormatCode, maxLength } from "../../FormatCode.ts"
import type { Elements, Layout, Leaf, LeafFormat, Members } from "../../Layout.ts"
import type { StructureReason } from "../../StructureError.ts"
import { ItemNode, noItems } from "../node.ts"
import { Attempts } from "./attempts.ts"
import { refused } from "./fromItem.ts"
import { numberInText } from "./tolerance.ts"
import { fail, type Failed, failed, fault, formatOfNumber, leafToItem, planOf, showValue } from "./leaf.ts"

/** What a structure that contains itself made of an object: another option would only find out again. */
interface Known {
  readonly item: ItemNode | Failed
  /** Why it failed, and the way from the object to the culprit. */
  readonly reason: StructureReason
  readonly path: ReadonlyArray<string | number>
}

/** One writing. */
export interface Writing {
  /** Text of `A` items to the characters that stand for its bytes; a string for what is wrong with it. */
  readonly text: ((text: string) => string | { readonly problem: string }) | undefined
  readonly maxDepth: number
  /** The way to what is written at the moment; where writing failed, to the culprit. */
  readonly path: Array<string | number>
  /** What structures that contain themselves wrote and refused; made where there is a choice between several. */
  known: Map<Layout, Map<object, Known>> | undefined
}

const empty = new ItemNode(FormatCode.L, noItems)

export const write = (layout: Layout, value: unknown, writing: Writing, depth: number): ItemNode | Failed => {
  switch (layout._tag) {
    case "Leaf":
      return writeLeaf(layout, value, writing)
    case "Any":
      return value instanceof ItemNode &&
        (layout.formats === undefined || layout.formats.some((format) => FormatCode[format] === value.format))
        ? value
        : fail({
            _tag: "WrongValue",
            expected: layout.formats === undefined ? "an item" : `an item of ${layout.formats.join(", ")}`,
            seen: showValue(value)
          })
    case "Members":
      return writeMembers(layout, value, writing, depth)
    case "Elements":
      return writeElements(layout, value, writing, depth)
    case "Optional":
      return value === undefined ? emptyItem(layout.inner) : write(layout.inner, value, writing, depth)
    case "Choice":
      return writeChoice(layout.options, value, writing, depth)
    case "Recursive":
      if (depth >= writing.maxDepth) return fail({ _tag: "TooDeep", maxDepth: writing.maxDepth })
      return writeAgain(layout, value, writing, depth + 1)
    case "Mapped": {
      const inner = unmap(layout.ast, value)
      if (inner === failed) return failed
      if (layout.inner !== undefined) return write(layout.inner, inner, writing, depth)
      return inner instanceof ItemNode
        ? inner
        : fail({ _tag: "WrongValue", expected: "an item", seen: showValue(inner) })
    }
  }
}

export const writeLeaf = (leaf: Leaf, value: unknown, writing: Writing): ItemNode | Failed => {
  const { wire } = leaf
  if (wire !== undefined && typeof value !== "string") return writeAgreed(leaf, wire, value)
  const agreed = wire === undefined ? leaf : asAgreed(leaf, wire)
  if (wire !== undefined && typeof value === "string") {
    // A number may travel as text, but no other text in its place; a text as a number, where it is one.
    if (planOf(leaf).text === undefined) return leafToItem(leaf, value)
    const number = planOf(leaf).numbers.length > 0 ? failed : numberInText(agreed, new ItemNode(FormatCode.A, value))
    if (number !== failed) return leafToItem(agreed, number)
  }
  const encode = leaf.text?.encode ?? writing.text
  if (typeof value !== "string" || encode === undefined || planOf(agreed).text !== "A") return leafToItem(agreed, value)
  const text = encode(value)
  if (typeof text === "string") return leafToItem(agreed, text)
  return fail({ _tag: "WrongValue", expected: text.problem, seen: showValue(value) })
}

/**
 * A value that is no text, in the format the peer wants: a number as its digits where that is a text. A format of the
 * peer's is no way to write what the leaf does not hold.
 */
const writeAgreed = (leaf: Leaf, wire: LeafFormat, value: unknown): ItemNode | Failed => {
  const agreed = asAgreed(leaf, wire)
  const isNumber = typeof value === "number" || typeof value === "bigint"
  const plan = planOf(leaf)
  if (isNumber) {
    const refused = leaf.closed || formatOfNumber(plan, value) === undefined
    if (refused && leafToItem(leaf, value) === failed) return failed
    if (wire === "A") return leafToItem(agreed, String(value))
  }
  const item = leafToItem(agreed, value)
  // A float may be rounded, an integer may not.
  const rounds = wire !== "F4" || leaf.formats.some((format) => format === "F4" || format === "F8")
  if (item === failed || rounds || isExact(item, value)) return item
  return fail({ _tag: "WrongValue", expected: "integers that F4 holds exactly", seen: showValue(value) })
}

/** True where an F4 item has the very integers. */
const isExact = (item: ItemNode, value: unknown): boolean => {
  const written = typeof item.value === "object" ? Array.from(item.value as ArrayLike<number>) : [item.value]
  const given = typeof value === "object" ? Array.from(value as ArrayLike<number | bigint>) : [value]
  return written.every((number, index) => Object.is(number, Number(given[index])))
}

const agreedLeaves = new WeakMap<Leaf, Leaf>()

/** The leaf with the one format that was agreed on. */
const asAgreed = (leaf: Leaf, wire: LeafFormat): Leaf => {
  const known = agreedLeaves.get(leaf)
  if (known !== undefined) return known
  const { bytes, numbers, text } = planOf(leaf)
  const number = leaf.shape === "one" && numbers.length > 0
  // A number is one byte, and as many characters as it takes.
  const byte = wire === "B" && number && !bytes
  const maximum = byte ? 1 : wire === "A" && text === undefined ? Number.POSITIVE_INFINITY : leaf.maximum
  // Codes that are numbers are compared before they are digits.
  const closed = leaf.closed && !(wire === "A" && numbers.length > 0)
  const agreed: Leaf = { ...leaf, formats: [wire], maximum, closed }
  agreedLeaves.set(leaf, agreed)
  return agreed
}

/** What stands for no value: an empty list for a list, and else an item of no value in the format of the leaf. */
export const emptyItem = (layout: Layout): ItemNode => {
  if (layout._tag === "Optional") return emptyItem(layout.inner)
  if (layout._tag !== "Leaf") return empty
  const format = layout.wire ?? layout.formats[0]
  if (format === "C2") return empty
  const item = leafToItem(
    { ...layout, shape: "many", minimum: 0, closed: false, formats: [format] },
    format === "A" || format === "J" ? "" : []
  )
  return item === failed ? empty : item
}

export const list = (children: ReadonlyArray<ItemNode>): ItemNode =>
  children.length === 0 ? empty : new ItemNode(FormatCode.L, children)

const wrongElements = (layout: Elements, seen: number): Failed | undefined => {
  const maximum = Math.min(layout.maximum, maxLength)
  return seen < layout.minimum || seen > maximum
    ? fail({ _tag: "WrongLength", unit: "elements", minimum: layout.minimum, maximum, seen })
    : undefined
}

const writeElements = (layout: Elements, value: unknown, writing: Writing, depth: number): ItemNode | Failed => {
  const arrayed = Array.isArray(value) || (layout.packed && ArrayBuffer.isView(value) && !(value instanceof DataView))
  if (!arrayed) return fail({ _tag: "WrongValue", expected: "an array", seen: showValue(value) })
  const values = value as ReadonlyArray<unknown>
  const wrong = wrongElements(layout, values.length)
  if (wrong !== undefined) return wrong
  const children: Array<ItemNode> = []
  for (let index = 0; index < values.length; index++) {
    writing.path.push(index)
    const item = write(layout.element, values[index], writing, depth)
    if (item === failed) return failed
    writing.path.pop()
    children.push(item)
  }
  return list(children)
}

const writeMembers = (layout: Members, value: unknown, writing: Writing, depth: number): ItemNode | Failed => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const keys = layout.members.map((member) => member.key).join(", ")
    return fail({ _tag: "WrongValue", expected: `an object with ${keys || "no members"}`, seen: showValue(value) })
  }
  const fields = value as { readonly [key: string]: unknown }
  if (layout.members.length === 0 && Object.keys(fields).length > 0) return overlooked(layout, fields)
  let last = layout.members.length
  while (
    last > 0 &&
    layout.members[last - 1]!.presence === "tail" &&
    fields[layout.members[last - 1]!.key] === undefined
  ) {
    last--
  }
  const children: Array<ItemNode> = []
  for (let index = 0; index < last; index++) {
    const { key, layout: inner } = layout.members[index]!
    writing.path.push(key)
    const item = write(inner, fields[key], writing, depth)
    if (item === failed) return failed
    writing.path.pop()
    children.push(item)
  }
  return list(children)
}

/**
 * True where an option of a choice would leave a part of the value out: it has members, at any level, that are not the
 * option's. Which option a value is meant for is told by its keys, not by what else is wrong with it.
 */
export const overlooks = (option: Layout, value: unknown): boolean => {
  if (typeof value !== "object" || value === null) return false
  switch (option._tag) {
    case "Optional":
      return overlooks(option.inner, value)
    case "Members": {
      const { members } = option
      const fields = value as { readonly [key: string]: unknown }
      return (
        Object.keys(fields).some((key) => !members.some((member) => member.key === key)) ||
        members.some((member) => overlooks(member.layout, fields[member.key]))
      )
    }
    case "Elements":
      return (
        Array.isArray(value) && mayOverlook(option.element) && value.some((each) => overlooks(option.element, each))
      )
    default:
      return false
  }
}

/** False for what has no members to look at, so that long lists of it are not gone through. */
const mayOverlook = ({ _tag }: Layout): boolean => _tag === "Members" || _tag === "Elements" || _tag === "Optional"

const overlooked = (option: Layout, value: object): Failed => {
  const keys = option._tag === "Members" ? option.members.map((member) => member.key).join(", ") : ""
  const expected = keys === "" ? "no members" : `no members but ${keys}`
  return fail({ _tag: "WrongValue", expected, seen: Object.keys(value).join(", ") })
}

const writeChoice = (
  options: ReadonlyArray<Layout>,
  value: unknown,
  writing: Writing,
  depth: number
): ItemNode | Failed => {
  const attempts = new Attempts(writing.path)
  writing.known ??= new Map()
  for (const option of options) {
    const item = overlooks(option, value) ? overlooked(option, value as object) : write(option, value, writing, depth)
    if (item !== failed) return item
    if (fault.reason._tag === "TooDeep") return failed
    attempts.note()
  }
  return attempts.fail()
}

/** Writes a structure inside itself. What has written an object once is not asked again. */
const writeAgain = (
  layout: Extract<Layout, { readonly _tag: "Recursive" }>,
  value: unknown,
  writing: Writing,
  depth: number
): ItemNode | Failed => {
  const { known, path } = writing
  if (known === undefined || typeof value !== "object" || value === null) {
    return write(layout.layout(), value, writing, depth)
  }
  const before = known.get(layout)?.get(value)
  if (before !== undefined) {
    if (before.item !== failed) return before.item
    path.push(...before.path)
    return fail(before.reason)
  }
  const from = path.length
  const item = write(layout.layout(), value, writing, depth)
  if (item === failed && fault.reason._tag === "TooDeep") return failed
  const ofLayout = known.get(layout) ?? new Map<object, Known>()
  known.set(layout, ofLayout.set(value, { item, reason: fault.reason, path: path.slice(from) }))
  return item
}

const encoders = new WeakMap<object, (value: unknown) => Result.Result<unknown, unknown>>()

/** The value a layout writes, of what a user's Schema gives. */
export const unmap = (ast: Extract<Layout, { readonly _tag: "Mapped" }>["ast"], value: unknown): unknown => {
  let encode = encoders.get(ast)
  if (encode === undefined) {
    encode = Schema.encodeUnknownResult(Schema.make<Schema.Codec<unknown>>(ast))
    encoders.set(ast, encode)
  }
  const encoded = encode(value)
  return Result.isSuccess(encoded) ? encoded.success : fail(refused(encoded.failure))
}

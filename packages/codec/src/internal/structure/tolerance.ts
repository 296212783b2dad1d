/**
 * What lenient reading takes that the structure does not say: the one place where tolerance is decided. The rows of
 * `deviations` in `Deviation.ts` are the kinds that are reported from here and from `fromItem`.
 */
import type { Kind } from "../../Deviation.ts"
import { FormatCode } from "../../FormatCode.ts"
import type { Layout, Leaf } from "../../Layout.ts"
import type { StructureReason } from "../../StructureError.ts"
import { ItemNode, type Localized, noItems } from "../node.ts"
import { decodeLocalized } from "../localized.ts"
import { latin1Slice } from "../platform.ts"
import { arrayOf } from "./arrays.ts"
import { failed, formatOfNumber, leafFromItem, normal, planOf, unknownCode } from "./leaf.ts"

/** A value that was read with tolerance, and which kind of it. */
export interface Tolerated {
  readonly kind: Kind
  readonly value: unknown
}

// In each, digits can be matched in one way only: a text that nearly is a number takes linear time to refuse.
const integerText = /^[+-]?\d+$/
const decimalText = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+))?$/

/** More characters than any number of a format takes, written out: to turn as many as a peer sends takes too long. */
const longestNumber = 1100

/** The values of an item that is neither text nor list. */
const valuesOf = (item: ItemNode): ReadonlyArray<number | bigint | boolean> => {
  const value = item.value
  return typeof value === "object" ? Array.from(value as ArrayLike<number>) : [value as number]
}

const isText = (item: ItemNode): boolean => typeof item.value === "string"

/** Text of any item that holds text, or bytes that may be text. */
const textOf = (item: ItemNode): string | undefined => {
  if (isText(item)) return item.value as string
  if (item.format === FormatCode.B) {
    const bytes = item.value as Uint8Array
    return latin1Slice(bytes, 0, bytes.length)
  }
  if (item.format === FormatCode.C2) {
    const { bytes, lsh } = item.value as Localized
    return decodeLocalized(lsh, bytes) ?? latin1Slice(bytes, 0, bytes.length)
  }
  return undefined
}

/** A number as the leaf's formats give it: bigint where they are 64 bits wide; `failed` where none of them holds it. */
const shaped = (leaf: Leaf, value: number | bigint): unknown => {
  const plan = planOf(leaf)
  const { boolean, normalise, numbers } = plan
  if (numbers.length === 0) return boolean && (value === 0 || value === 1) ? value === 1 : failed
  const long = !normalise && (numbers[0] === "U8" || numbers[0] === "I8")
  if (long && typeof value === "number" && !Number.isInteger(value)) return failed
  const floats = numbers.includes("F8") || numbers.includes("F4")
  // An integer has no sign of zero.
  const given = long ? BigInt(value) : floats || typeof value === "bigint" ? normal(value) : value + 0
  return formatOfNumber(plan, given) === undefined ? failed : given
}

/** The integer that a decimal is exactly, `4.0` or `1e3`; `undefined` for any other, and for what 64 bits do not hold. */
const exactInteger = (text: string): bigint | undefined => {
  const [, sign, mantissa = "", exponent = "0"] = decimalText.exec(text) ?? []
  const point = mantissa.indexOf(".")
  const decimals = point < 0 ? 0 : mantissa.length - point - 1
  const digits = mantissa.replace(".", "").replace(/^0+/, "")
  const significant = digits.replace(/0+$/, "")
  if (significant === "") return 0n
  const zeros = digits.length - significant.length + Number(exponent) - decimals
  if (zeros < 0 || significant.length + zeros > 20) return undefined
  return BigInt(`${sign === "-" ? "-" : ""}${significant}${"0".repeat(zeros)}`)
}

const parsed = (leaf: Leaf, text: string): unknown => {
  if (text.length > longestNumber) return failed
  const trimmed = text.trim()
  if (integerText.test(trimmed)) return shaped(leaf, normal(BigInt(trimmed.replace(/^\+/, ""))))
  if (!decimalText.test(trimmed)) return failed
  const { numbers } = planOf(leaf)
  if (numbers.includes("F8") || numbers.includes("F4")) {
    const value = Number(trimmed)
    return Number.isFinite(value) ? shaped(leaf, value) : failed
  }
  const value = exactInteger(trimmed)
  return value === undefined ? failed : shaped(leaf, normal(value))
}

const canonicalInteger = /^(0|-?[1-9]\d*)$/

/** The number that a text is the digits of, without a zero too many; `failed` for other text and other items. */
export const numberInText = (leaf: Leaf, item: ItemNode): unknown => {
  const { numbers } = planOf(leaf)
  const text = item.value
  return numbers.length > 0 && typeof text === "string" && canonicalInteger.test(text) ? parsed(leaf, text) : failed
}

const latin1Bytes = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

const found = (kind: Kind, value: unknown): Tolerated | undefined => (value === failed ? undefined : { kind, value })

const codeFormats: ReadonlySet<string> = new Set(["B", "U1", "I1", "BOOLEAN"])

/** True and false are 1 and 0 where a code is expected: an id or a count is never one of them. */
const isCode = (leaf: Leaf): boolean => leaf.formats.every((format) => codeFormats.has(format))

const numberOf = (leaf: Leaf, value: number | bigint | boolean): unknown =>
  typeof value !== "boolean" ? shaped(leaf, value) : isCode(leaf) ? shaped(leaf, Number(value)) : failed

const otherNumber = (leaf: Leaf, item: ItemNode): Tolerated | undefined => {
  const values = valuesOf(item)
  return values.length === 1 ? found("OtherNumberFormat", numberOf(leaf, values[0]!)) : undefined
}

/** Where a number may stand as well, an empty text would be a number that was made up. */
const holdsTextOnly = (leaf: Leaf): boolean => {
  const { boolean, numbers, text } = planOf(leaf)
  return text !== undefined && numbers.length === 0 && !boolean
}

const oneText = (leaf: Leaf, item: ItemNode): Tolerated | undefined => {
  const text = textOf(item)
  if (text !== undefined) return found("OtherTextFormat", text)
  if (!holdsTextOnly(leaf)) return undefined
  const values = valuesOf(item)
  return values.length === 0
    ? { kind: "EmptyForText", value: "" }
    : values.length === 1
      ? { kind: "NumberForText", value: String(values[0]) }
      : undefined
}

const oneValue = (leaf: Leaf, item: ItemNode): Tolerated | undefined => {
  const plan = planOf(leaf)
  if (item.format === FormatCode.L) {
    const children = item.value as ReadonlyArray<ItemNode>
    if (children.length === 1) return found("ListOfOne", leafFromItem(leaf, children[0]!))
    return children.length === 0 && holdsTextOnly(leaf) ? { kind: "EmptyForText", value: "" } : undefined
  }
  const numeric = plan.numbers.length > 0 || plan.boolean
  if (numeric && textOf(item) === undefined) {
    const tolerated = otherNumber(leaf, item)
    if (tolerated !== undefined) return tolerated
  }
  if (numeric && item.format === FormatCode.B) {
    const tolerated = otherNumber(leaf, item)
    if (tolerated !== undefined) return tolerated
  }
  if (numeric && isText(item)) {
    const tolerated = found("TextForNumber", parsed(leaf, item.value as string))
    if (tolerated !== undefined) return tolerated
  }
  if (plan.text !== undefined) return oneText(leaf, item)
  if (plan.bytes && isText(item)) {
    return { kind: "OtherTextFormat", value: latin1Bytes(item.value as string) }
  }
  return undefined
}

/** The values of one item of another format, which takes no items in between: it may have millions. */
const otherVector = (leaf: Leaf, item: ItemNode): Tolerated | undefined => {
  const values = item.format === FormatCode.C2 || isText(item) ? undefined : valuesOf(item)
  if (values === undefined || values.length < leaf.minimum || values.length > leaf.maximum) return undefined
  const out: Array<unknown> = []
  for (const value of values) {
    const given = numberOf(leaf, value)
    if (given === failed) return undefined
    out.push(given)
  }
  return { kind: "OtherNumberFormat", value: typed(leaf, out) }
}

const manyValues = (leaf: Leaf, item: ItemNode): Tolerated | undefined => {
  if (item.format !== FormatCode.L) return otherVector(leaf, item)
  const children = item.value as ReadonlyArray<ItemNode>
  if (children.length < leaf.minimum || children.length > leaf.maximum) return undefined
  const single: Leaf = { ...leaf, shape: "one", minimum: 0, maximum: Number.POSITIVE_INFINITY }
  const { bytes, numbers } = planOf(single)
  const values: Array<unknown> = []
  let binary = bytes
  for (const child of children) {
    const strict = leafFromItem(single, child)
    const value = strict === failed ? (tolerate(single, child)?.value ?? failed) : strict
    if (value === failed || typeof value === "string") return undefined
    if (value instanceof Uint8Array) {
      // One byte is one value; more or none in an element is another structure.
      if (value.length !== 1) return undefined
      values.push(value[0])
    } else {
      binary = false
      values.push(value)
    }
  }
  if (binary) return { kind: "ListForPacked", value: Uint8Array.from(values as ReadonlyArray<number>) }
  if (bytes && numbers.length === 0) return undefined
  return { kind: "ListForPacked", value: typed(leaf, values) }
}

/** The array a leaf of many gives: typed where there is one format. */
const typed = (leaf: Leaf, values: ReadonlyArray<unknown>): unknown =>
  leaf.formats.length === 1 ? (arrayOf(leaf.formats[0])?.from(values as ReadonlyArray<number>) ?? values) : values

/**
 * The value a lenient reader takes from an item that its leaf does not allow. `reason` is what strict reading said:
 * a length out of bounds is tolerated as it is.
 */
export const tolerate = (leaf: Leaf, item: ItemNode, reason?: StructureReason): Tolerated | undefined => {
  const tolerated = reason?._tag === "UnknownCode" ? undefined : taken(leaf, item, reason)
  // A closed enumeration has its values in every format.
  return tolerated !== undefined && unknownCode(leaf, tolerated.value) ? undefined : tolerated
}

const taken = (leaf: Leaf, item: ItemNode, reason: StructureReason | undefined): Tolerated | undefined => {
  if (reason?._tag === "WrongLength" && (reason.unit !== "values" || leaf.shape === "many")) {
    return found("OtherLength", leafFromItem({ ...leaf, minimum: 0, maximum: unbounded(leaf) }, item))
  }
  return leaf.shape === "one" ? oneValue(leaf, item) : manyValues(leaf, item)
}

/** A single `B` stays the number it is. */
const unbounded = (leaf: Leaf): number => (planOf(leaf).byteIsNumber ? 1 : Number.POSITIVE_INFINITY)

/** Values of one item that are taken as items: as many as a message may have unless told. */
const mostItems = 2 ** 20

/** The values of a packed item as items of one value each: a list in another shape. */
export const toleratedList = (item: ItemNode): ReadonlyArray<ItemNode> | undefined => {
  if (item.format === FormatCode.L || isText(item) || item.format === FormatCode.C2) return undefined
  // A byte on the wire would become an item each, a hundred times its size.
  if (((item.value as { readonly length?: number }).length ?? 1) > mostItems) return undefined
  const values = valuesOf(item)
  if (values.length === 0) return noItems
  return values.map(
    (value) => new ItemNode(item.format, item.format === FormatCode.B ? Uint8Array.of(value as number) : value)
  )
}

/** The value that says nothing, where a layout has one: an empty text, an empty list. Numbers have none. */
export const nothing = (layout: Layout): unknown => {
  switch (layout._tag) {
    case "Leaf": {
      const plan = planOf(layout)
      if (layout.shape === "many") return typed(layout, [])
      if (holdsTextOnly(layout)) return ""
      return plan.bytes && plan.numbers.length === 0 ? new Uint8Array(0) : failed
    }
    case "Any":
      return layout.formats === undefined || layout.formats.includes("L") ? new ItemNode(FormatCode.L, noItems) : failed
    case "Elements":
      return layout.packed ? (arrayOf((layout.element as Leaf).formats[0])?.from([]) ?? []) : []
    case "Optional":
      return undefined
    case "Members": {
      const values = layout.members.map((m) => (m.presence === "tail" ? undefined : nothing(m.layout)))
      if (values.includes(failed)) return failed
      return Object.fromEntries(
        layout.members.flatMap((m, index) => (values[index] === undefined ? [] : [[m.key, values[index]]]))
      )
    }
    case "Choice":
      return nothing(layout.options[0]!)
    case "Recursive":
    case "Mapped":
      return failed
  }
}

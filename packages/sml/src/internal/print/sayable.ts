/**
 * Whether a preset has text for an item or template: looked up before anything is written, so that no text ends in the
 * middle.
 */
import { FormatCode, type Item } from "@effect-secs/codec"
import type { Preset, TextForm } from "../../Preset.ts"
import type { TemplateNode } from "../../Template.ts"
import { nanBits } from "./floats.ts"
import { repeatFault, slotFault } from "./slots.ts"
import { jisAsAscii, nextUnquotable, quoteOf, wideText } from "./textForm.ts"

/** What cannot be said, and where. */
export interface Fault {
  readonly path: ReadonlyArray<number>
  readonly what: string
}

export type Node = Item.Item | TemplateNode

const hex = (unit: number): string => `0x${unit.toString(16).toUpperCase().padStart(2, "0")}`

const named = (text: string, at: number): string => {
  const unit = text.charCodeAt(at)
  return unit >= 0x20 && unit <= 0x7e ? `a ${text[at]} in text` : `code ${hex(unit)} in text`
}

const isStripped = (character: string | undefined): boolean =>
  character === " " || character === "'" || character === '"'

const textFault = (form: TextForm, text: string): string | undefined => {
  if (form.codes === 0xff) return undefined
  if (form.codes === 0x7f) {
    const at = text.search(/[^\x00-\x7f]/)
    return at < 0 ? undefined : named(text, at)
  }
  if (form.stripped && (isStripped(text[0]) || isStripped(text.at(-1)))) return "a space or quote at an end of text"
  if (quoteOf(form, text) !== undefined) return undefined
  const at = nextUnquotable(form, text, 0)
  return at < text.length ? named(text, at) : "both quotes in one text"
}

const floatFault = (preset: Preset, item: Item.F4 | Item.F8): string | undefined => {
  const { maxF4, maxF8, special } = preset.float
  const maximum = item._tag === "F4" ? maxF4 : maxF8
  const { value } = item
  const values = typeof value === "number" ? [value] : value
  for (let i = 0; i < values.length; i++) {
    const one = values[i]!
    if (one !== one) {
      const bits = typeof value === "number" ? undefined : nanBits(value as unknown as Float32Array, i)
      if (bits !== undefined) return `NaN with the bits ${bits}`
      if (!special) return "NaN"
    } else if (one === Infinity || one === -Infinity) {
      if (!special) return String(one)
    } else if (one > maximum || one < -maximum) return `${one}, which is beyond ${maximum}`
  }
  return undefined
}

const integerFault = (maximum: bigint, { value }: Item.I8 | Item.U8): string | undefined => {
  for (const one of typeof value === "bigint" ? [value] : value) {
    if (one > maximum || one < -maximum) return `${one}, which is beyond ${maximum}`
  }
  return undefined
}

/** What of one item that is no list cannot be said. */
const leafFault = (preset: Preset, item: Exclude<Item.Item, Item.L>): string | undefined => {
  switch (item._tag) {
    case "A":
      return textFault(preset.A, item.value)
    case "J":
      if (preset.J === undefined) return "J"
      return textFault(preset.J, preset.J.codes === 0 ? jisAsAscii(item.value) : item.value)
    case "C2": {
      if (preset.C2 === "any") return undefined
      if (preset.C2 === undefined) return "C2"
      const text = wideText(item)
      if (text === undefined) return "C2 that is not printable text in UTF-8"
      return text.includes(">") ? "a > in C2" : undefined
    }
    case "F4":
    case "F8":
      return floatFault(preset, item)
    case "I8":
    case "U8":
      return preset.maxInteger === undefined ? undefined : integerFault(preset.maxInteger, item)
    default:
      return undefined
  }
}

const nodeFault = (preset: Preset, node: Node): string | undefined => {
  switch (node._tag) {
    case "Slot": {
      const fault = slotFault(preset, node)
      return fault ?? (node.default === undefined ? undefined : nodeFault(preset, node.default))
    }
    case "Repeat":
      return repeatFault(preset, node)
    case "Fixed":
      return nodeFault(preset, node.item)
    case "List":
    case "L":
      return undefined
    default:
      return leafFault(preset, node)
  }
}

/** What stands in a node; the item a node holds stands in the node's own place. */
const childrenOf = (node: Node): ReadonlyArray<Node> | undefined => {
  switch (node._tag) {
    case "L":
      return node.value
    case "List":
      return node.children
    case "Repeat":
      return node.body
    case "Fixed":
      return childrenOf(node.item)
    case "Slot":
      return node.default === undefined ? undefined : childrenOf(node.default)
    default:
      return undefined
  }
}

const { A, B, BOOLEAN, I1, I2, I4, U1, U2, U4 } = FormatCode.FormatCode

/** By format code: nothing of such an item can be refused. */
const everywhere = new Set<number>([B, BOOLEAN, I1, I2, I4, U1, U2, U4])

const harmless = (preset: Preset, node: Node): boolean => {
  const { format } = node as Item.Item
  return everywhere.has(format) || (format === A && preset.A.codes === 0xff)
}

/** The first item, from the left, that a preset has no text for. */
export const itemFault = (preset: Preset, root: Node): Fault | undefined => {
  let children: ReadonlyArray<Node> = [root]
  let at = 0
  const outer: Array<ReadonlyArray<Node>> = []
  const places: Array<number> = []
  for (;;) {
    while (at < children.length) {
      const node = children[at++]!
      if (harmless(preset, node)) continue
      const what = nodeFault(preset, node)
      // The root is the only child of a list that is none.
      if (what !== undefined)
        return { path: outer.length === 0 ? [] : [...places.slice(1), at].map((place) => place - 1), what }
      const inner = childrenOf(node)
      if (inner === undefined) continue
      outer.push(children)
      places.push(at)
      children = inner
      at = 0
    }
    if (outer.length === 0) return undefined
    children = outer.pop()!
    at = places.pop()!
  }
}

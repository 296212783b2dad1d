import { type FormatCode, Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Template from "../src/Template.ts"
import { type Draw, leaf, runs, seeded } from "./support/draw.ts"
import { sameItem, success } from "./support/expect.ts"

const { anyFormat, fill, fixed, list, make, match, repeat, slot } = Template

const families: ReadonlyArray<ReadonlyArray<FormatCode.Format>> = [anyFormat, ["U1", "U2", "U4", "U8", "A"], ["A", "J"]]

const drawSlot = (draw: Draw, optional: boolean): Template.Slot => {
  const formats = draw(3) > 0 ? [anyFormat[draw(anyFormat.length)]!] : families[draw(families.length)]!
  const minimum = draw(3)
  const name = draw(4) === 0 ? undefined : ["SVID", "CEID", "RPTID", "X#2", "__proto__"][draw(5)]!
  const withDefault = draw(4) === 0 ? leaf(draw, formats[0]!, draw(3)) : undefined
  return slot({ formats, name, minimum, maximum: minimum + draw(3), default: withDefault, optional })
}

const drawNode = (draw: Draw, depth: number, last: boolean): Template.TemplateNode => {
  const kind = draw(depth === 0 ? 4 : 8)
  if (kind === 0) return fixed(leaf(draw, anyFormat[draw(anyFormat.length)]!, draw(3)))
  if (kind < 4) return drawSlot(draw, last && draw(2) === 0)
  const size = draw(4)
  if (kind < 6) return list(...Array.from({ length: size }, (_, i) => drawNode(draw, depth - 1, i === size - 1)))
  const minimum = draw(3)
  const body = Array.from({ length: size }, () => drawNode(draw, depth - 1, false))
  return repeat(body, { minimum, maximum: minimum + draw(3) })
}

/** Items that a node describes, and the values in them: none, or one. Values are kept by the key of their slot. */
const instance = (
  draw: Draw,
  node: Template.TemplateNode,
  keep: (key: string, value: Template.Value) => void
): Item.Item | undefined => {
  switch (node._tag) {
    case "Fixed":
      return node.item
    case "Slot": {
      if (node.optional && node.default === undefined && draw(2) === 0) {
        keep(node.key, undefined)
        return undefined
      }
      const count = node.minimum + draw(node.maximum - node.minimum + 1)
      const item = leaf(draw, node.formats[draw(node.formats.length)]!, count)
      keep(node.key, node.formats.length === 1 ? item.value : item)
      return item
    }
    case "List":
      return Item.L(node.children.map((child) => instance(draw, child, keep)).filter((item) => item !== undefined))
    case "Repeat": {
      const slots = Template.make(node).slots.length
      const rounds = node.body.length === 0 ? 0 : slots === 0 ? node.minimum : node.minimum + draw(3)
      const bounded = Math.min(rounds, node.maximum)
      const arrays = new Map<string, Array<Template.Value>>()
      keysIn(node).forEach((key) => arrays.set(key, []))
      const items = Array.from({ length: bounded }, () =>
        node.body.map((child) => instance(draw, child, (key, value) => arrays.get(key)!.push(value))!)
      )
      arrays.forEach((values, key) => keep(key, values))
      return Item.L(items.flat())
    }
  }
}

const keysIn = (node: Template.TemplateNode): ReadonlyArray<string> => {
  switch (node._tag) {
    case "Fixed":
      return []
    case "Slot":
      return [node.key]
    case "List":
      return node.children.flatMap(keysIn)
    case "Repeat":
      return node.body.flatMap(keysIn)
  }
}

const Instances = seeded((draw) => {
  const template = make(drawNode(draw, 4, true))
  const values = new Map<string, Template.Value>()
  const item = instance(draw, template.root, (key, value) => values.set(key, value))
  return { template, item, values: Object.fromEntries<Template.Value>(values) }
})

describe("Template", () => {
  it.prop(
    "finds in an item the values it was made of, and fills them in again to the same item",
    [Instances],
    ([{ item, template, values }]) => {
      const found = success(match(template, item))
      assert.deepStrictEqual(found, values)
      sameItem(success(fill(template, found)), item)
    },
    runs(2_000, 50_000)
  )
})

import { Item } from "@effect-secs/codec"
import { Preset, SmlParser, SmlPrinter, Template } from "@effect-secs/sml"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { type Draw, runs, seeded } from "./support/draw.ts"
import { failure, success } from "./support/expect.ts"
import { leaf } from "./support/items.ts"
import { meaning } from "./support/meaning.ts"
import { Mixes } from "./support/written.ts"

const { anyFormat, fixed, list, make, repeat, slot } = Template

const presets = Object.values(Preset.presets).filter(({ slots }) => slots)

/** Lists that hold items only are items, which is how they are read. */
const collapsed = (node: Template.TemplateNode): Template.TemplateNode => {
  if (node._tag === "Repeat") return { ...node, body: node.body.map(collapsed) }
  if (node._tag !== "List") return node
  const children = node.children.map(collapsed)
  const items = children.flatMap((child) => (child._tag === "Fixed" ? [child.item] : []))
  return items.length === children.length ? fixed(Item.makeUnsafe("L", items)) : list(...children)
}

/** Prints a template, and reads it back strictly and leniently: the same template; or it is refused. */
const roundTrip = (template: Template.Template, preset: Preset.Preset): boolean => {
  const text = SmlPrinter.message({ stream: 1, function: 1, template }, { preset })
  if (Result.isFailure(text)) return false
  for (const strict of [true, false]) {
    const back = SmlParser.parse(text.success, { dialect: preset.dialect, strict, strictSizes: strict })
    assert.deepStrictEqual([back.errors, back.warnings], [[], []], text.success)
    const message = back.messages[0]!
    const root = message.template?.root ?? fixed(message.item!)
    const of = (node: Template.TemplateNode) =>
      meaning({ ...back, messages: [{ ...message, item: undefined, template: make(node) }] })
    assert.deepStrictEqual(of(root), of(collapsed(template.root)), text.success)
  }
  return true
}

// --- templates of all kinds, also such as have no text ---------------------------------------------------------------

const slotNames = ["SVID", "X#2", "__proto__", "MAX", "7", "T", "NaN", "-1", "W", "0x41", "1e5", "if", "漢", "L", "$"]
const families = [anyFormat, ["U4", "U2", "U1", "U8", "A"], ["A", "J"]] as const
const generators = ["number", "clock12", "clock16"] as const

const leafOf = (draw: Draw, format: Item.Item["_tag"]): Item.Item | undefined => {
  if (format === "L") return Item.L(Item.U1(1), Item.A("x"))
  for (let left = 40; left > 0; left--) {
    const item = leaf(draw)
    if (item._tag === format) return item
  }
  return undefined
}

const drawSlot = (draw: Draw): Template.Slot => {
  const formats = draw(4) > 0 ? [anyFormat[draw(anyFormat.length)]!] : families[draw(families.length)]!
  const minimum = draw(2) === 0 ? 0 : draw(4)
  return slot({
    formats,
    name: draw(3) === 0 ? undefined : slotNames[draw(slotNames.length)]!,
    minimum,
    maximum: draw(3) === 0 ? Number.POSITIVE_INFINITY : minimum + draw(4),
    default: draw(4) === 0 ? leafOf(draw, formats[0]!) : undefined,
    optional: formats.length === anyFormat.length && draw(2) === 0,
    generated: draw(12) === 0 ? generators[draw(generators.length)]! : undefined
  })
}

const drawNode = (draw: Draw, depth: number): Template.TemplateNode => {
  const kind = draw(depth === 0 ? 4 : 8)
  if (kind === 0) return fixed(draw(6) === 0 ? Item.L() : leaf(draw))
  if (kind < 4) return drawSlot(draw)
  const body = Array.from({ length: draw(4) }, () => drawNode(draw, depth - 1))
  if (kind < 6) return list(...body)
  const minimum = draw(2) === 0 ? 0 : draw(3)
  const maximum = draw(2) === 0 ? Number.POSITIVE_INFINITY : minimum + draw(3)
  return repeat(body, { minimum, maximum, name: [undefined, undefined, "R", "7", "MAX"][draw(5)] })
}

const Nodes = seeded((draw) => drawNode(draw, draw(4)))

describe("templates", () => {
  it.prop(
    "are printed so that they read back as they are, in every preset with slots, or are refused",
    [Nodes],
    ([node]) => {
      for (const preset of presets) roundTrip(make(node), preset)
    },
    runs(2000, 100_000)
  )

  it.prop(
    "that were read are all printed, and read back as they are",
    [Mixes],
    ([text]) => {
      for (const preset of presets) {
        for (const { template } of SmlParser.parse(text, { dialect: preset.dialect }).messages) {
          if (template !== undefined) assert.isTrue(roundTrip(template, preset))
        }
      }
    },
    runs(500, 20_000)
  )

  it.each([
    ["<L [0]> = X", "<L [MAX 0]> = X"],
    ["<L [MAX 5]> = X", "<L [MAX 5]> = X"],
    ["<L [n]> = X", "<L> = X"],
    ["<L [MAX 0]>", "<L [MAX 0]>"],
    ["<A [MAX 0]>", "<A [MAX 0]>"],
    ["<A [0]> = X", "<A [MAX 0]> = X"],
    ["<L [MAX 0] <A X>>", "<L [MAX 0] <A> = X>"],
    ["<L [1..3] <A X>> = R", "<L [1..3] <A> = X> = R"],
    ["<L [3..] <A X>>", "<L [3..] <A> = X>"],
    ["<L <A X> ...>", "<L [n] <A> = X>"],
    ["<L [MAX 3] <U1 1>> = X", "<L <U1 [1] 1>> = X"],
    ["<C2 [0] 11> = X", "<C2 [MAX 0] 11> = X"]
  ])("%s is read, printed as %s, and read back", (text, expected) => {
    const { template } = success(SmlParser.parseMessage(`S1F1 ${text}.`))
    assert.strictEqual(success(SmlPrinter.template(template!, { preset: Preset.compact })), expected)
    for (const preset of presets) assert.isTrue(roundTrip(template!, preset))
  })

  it.each([
    ["an open list without slots", repeat([list(list(fixed(Item.U1(1))))])],
    [
      "a default of 1 values in a slot for 0 to 0",
      slot({ formats: ["I1"], name: "X", maximum: 0, default: Item.I1(-91) })
    ],
    [
      "a default in a slot that is filled by itself",
      slot({ formats: ["U4"], name: "X", generated: "number", minimum: 1, maximum: 1, default: Item.U4(1) })
    ]
  ])("with %s are refused", (what, node) => {
    assert.strictEqual(failure(SmlPrinter.template(make(node))).what, what)
  })

  it("50 000 lists and open lists deep are printed in time that is not their square", () => {
    let node: Template.TemplateNode = slot({ formats: ["A"], name: "X" })
    for (let i = 0; i < 50_000; i++) node = i % 2 === 0 ? repeat([node]) : list(fixed(Item.U1(i % 3)), node)
    success(SmlPrinter.template(make(node)))
  })
})

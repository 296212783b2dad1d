/** What a text means: all that a parser reads of it but places, to be compared as a whole. */
import type { Item } from "@effect-secs/codec"
import type { SmlDocument, Template } from "@effect-secs/sml"
import { hex } from "./items.ts"

const node = (one: Template.TemplateNode): unknown => {
  switch (one._tag) {
    case "Fixed":
      return hex(one.item)
    case "Slot":
      return { ...one, default: one.default && item(one.default) }
    case "List":
      return one.children.map(node)
    case "Repeat":
      return { ...one, body: one.body.map(node) }
  }
}

/** `Item.toString` would do for equality, but not for a NaN with a payload. */
const item = (one: Item.Item): string => `${one._tag} ${hex(one)}`

export const meaning = ({ constants, messages, rules }: SmlDocument.SmlDocument): unknown => ({
  messages: messages.map(({ direction, function: function_, item: one, name, stream, template, wBit }) => ({
    name,
    stream,
    function: function_,
    wBit,
    direction,
    item: one && item(one),
    template: template && node(template.root)
  })),
  constants: [...constants],
  rules: rules.map(({ end: _, position: __, start: ___, ...rule }) =>
    rule._tag === "Reply" && rule.where !== undefined
      ? { ...rule, where: { ...rule.where, equals: item(rule.where.equals) } }
      : rule
  )
})

/** Comments in their order, blank characters at the ends of their lines excepted. */
export const remarks = ({ comments }: Pick<SmlDocument.SmlDocument, "comments">): ReadonlyArray<string> =>
  comments.map(({ text }) => text.replaceAll("\r", ""))

/**
 * An example of a message, by its definition: every list with one element, every option taken.
 */
import * as Item from "@effect-secs/codec/Item"
import * as Layout from "@effect-secs/codec/Layout"
import type { SecsMessage } from "@effect-secs/codec/SecsMessage"
import * as StreamFunction from "@effect-secs/codec/StreamFunction"
import * as SmlPrinter from "@effect-secs/sml/SmlPrinter"
import * as Result from "effect/Result"
import { values } from "./examples.ts"

/** The first value with a meaning: a message of success has the first code. */
const coded = (leaf: Layout.Leaf): number | boolean | string | undefined => leaf.codes[0]?.value

const many = (leaf: Layout.Leaf, value: unknown): unknown => {
  const format = leaf.formats[0]
  const numbers = Array.isArray(value)
    ? (value as ReadonlyArray<number>)
    : [1, 2, 3].slice(0, Math.min(2, leaf.maximum))
  return format === "B" ? Uint8Array.from(numbers) : numbers
}

const one = (leaf: Layout.Leaf, value: unknown): unknown => {
  if (Array.isArray(value)) return Uint8Array.from(value as ReadonlyArray<number>)
  if (value !== undefined) return value
  const code = coded(leaf)
  if (code !== undefined) return code
  switch (leaf.formats[0]) {
    case "A":
    case "J":
      return (leaf.name ?? "text").slice(0, leaf.maximum)
    case "BOOLEAN":
      return true
    case "U8":
    case "I8":
      return 1n
    case "B":
      return leaf.maximum === 1 ? 1 : Uint8Array.of(1, 2, 3)
    default:
      return 1
  }
}

/** An item of any format: text as text, whole numbers in U4, others in F8. */
const item = (layout: Layout.Any): Item.Item => {
  const value = values[layout.name ?? ""]
  if (layout.formats?.length === 1 && layout.formats[0] === "L") return Item.L()
  // A marker of a format has length zero.
  if (layout.name === "SV0") return Item.F8()
  if (typeof value !== "number")
    return Item.A(typeof value === "string" ? value : (layout.name ?? "as the equipment documents it"))
  return Number.isInteger(value) ? Item.U4(value) : Item.F8(value)
}

export const valueOf = (layout: Layout.Layout): unknown => {
  switch (layout._tag) {
    case "Leaf": {
      const value = values[layout.name ?? ""]
      return layout.shape === "many" ? many(layout, value) : one(layout, value)
    }
    case "Any":
      return item(layout)
    case "Members":
      return Object.fromEntries(layout.members.map((member) => [member.key, valueOf(member.layout)]))
    case "Elements":
      return [valueOf(layout.element)]
    case "Optional":
      return layout.inner._tag === "Members" && layout.inner.members.length === 0 ? undefined : valueOf(layout.inner)
    case "Choice":
      return valueOf(layout.options[0]!)
    case "Recursive":
    case "Mapped":
      throw new Error("the catalogue has no such layouts")
  }
}

/** The example as a message; `sender` where its body depends on that. */
export const message = (definition: StreamFunction.Any, sender: StreamFunction.Sender | undefined): SecsMessage => {
  const structure = (sender === undefined ? undefined : definition.structures?.[sender]) ?? definition.structure
  const value = structure === undefined ? undefined : valueOf(Layout.fromSchema(structure))
  return Result.getOrThrow(StreamFunction.toMessage(definition, value, { sender }))
}

/** The example as SML. */
export const sml = (definition: StreamFunction.Any, sender?: StreamFunction.Sender): string =>
  Result.getOrThrow(SmlPrinter.message(message(definition, sender)))

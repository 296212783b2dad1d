/** What was read, in as few words as a table of literals has room for. */
import { type Item, ItemCodec } from "@effect-secs/codec"
import * as Result from "effect/Result"
import type { SmlDocument, SmlMessage } from "../../src/SmlDocument.ts"
import * as SmlParser from "../../src/SmlParser.ts"
import type { Template, TemplateNode } from "../../src/Template.ts"
import { success } from "./expect.ts"

/** The bytes of an item, in hex. */
export const hexOf = (item: Item.Item): string =>
  Array.from(success(ItemCodec.encode(item)), (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase()

/** A template's node on one line: `L(A(0..100)=PPID, U1:A50107)`, with the format, bounds, default and name of slots. */
const nodeOf = (node: TemplateNode): string => {
  switch (node._tag) {
    case "Fixed":
      return `${node.item._tag}:${hexOf(node.item)}`
    case "List":
      return `L(${node.children.map(nodeOf).join(", ")})`
    case "Repeat":
      return `L*${bounds(node)}(${node.body.map(nodeOf).join(", ")})${named(node.name)}`
    case "Slot": {
      const formats = node.formats.length > 5 ? "any" : node.formats.join("|")
      const marks = `${node.optional ? "?" : ""}${node.generated === undefined ? "" : `~${node.generated}`}`
      const value = node.default === undefined ? "" : `:${hexOf(node.default)}`
      return `${formats}${marks}${bounds(node)}${value}${named(node.name)}`
    }
  }
}

const bounds = ({ maximum, minimum }: { readonly minimum: number; readonly maximum: number }): string =>
  minimum === 0 && maximum === Number.POSITIVE_INFINITY
    ? ""
    : `(${minimum === maximum ? minimum : `${minimum}..${maximum === Number.POSITIVE_INFINITY ? "" : maximum}`})`

const named = (name: string | undefined): string => (name === undefined ? "" : `=${name}`)

export const templateOf = (template: Template): string => nodeOf(template.root)

/** A message on one line: name, header, W, direction, and its item in hex or its template. */
export const messageOf = (message: SmlMessage): string =>
  [
    message.name === undefined ? "" : `${message.name}:`,
    `S${message.stream}F${message.function}`,
    { set: "W", clear: "", optional: "[W]" }[message.wBit],
    message.direction ?? "",
    message.item === undefined ? "" : hexOf(message.item),
    message.template === undefined ? "" : templateOf(message.template)
  ]
    .filter((part) => part !== "")
    .join(" ")

/** Messages, then warnings and errors by reason and place. */
export const documentOf = ({ errors, messages, warnings }: SmlDocument): ReadonlyArray<string> => [
  ...messages.map(messageOf),
  ...warnings.map(({ column, line, reason }) => `warning ${reason} ${line}:${column}`),
  ...errors.map(({ column, line, reason }) => `error ${reason} ${line}:${column}`)
]

export const read = (text: string, options?: SmlParser.ParseOptions): ReadonlyArray<string> =>
  documentOf(SmlParser.parse(text, options))

/** The item's bytes in hex, or the reason there is none. */
export const readItem = (text: string, options?: SmlParser.ParseOptions): string => {
  const result = SmlParser.parseItem(text, options)
  return Result.isSuccess(result) ? hexOf(result.success) : result.failure.reason
}

/** The message on one line, or the reason there is none. */
export const readMessage = (text: string, options?: SmlParser.ParseOptions): string => {
  const result = SmlParser.parseMessage(text, options)
  return Result.isSuccess(result) ? messageOf(result.success) : result.failure.reason
}

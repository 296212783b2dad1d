/**
 * A message as SML for people: one item a line, lists indented. Pure.
 */
import type { Item, SecsMessage } from "@effect-secs/codec"

const value = (item: Item.Item): string => String(item)

/** The lines of a message's text, without its name. */
export const lines = (message: SecsMessage.SecsMessage): ReadonlyArray<string> => {
  if (message.item === undefined) return []
  const out: Array<string> = []
  type Pending = { readonly item: Item.Item; readonly depth: number } | { readonly close: number }
  const pending: Array<Pending> = [{ item: message.item, depth: 0 }]
  while (pending.length > 0) {
    const next = pending.pop()!
    if ("close" in next) {
      out.push(`${"  ".repeat(next.close)}>`)
      continue
    }
    const indent = "  ".repeat(next.depth)
    if (next.item._tag !== "L" || next.item.value.length === 0) {
      out.push(indent + value(next.item))
      continue
    }
    const children = next.item.value
    out.push(`${indent}<L [${children.length}]`)
    pending.push({ close: next.depth })
    for (let at = children.length - 1; at >= 0; at--) pending.push({ item: children[at]!, depth: next.depth + 1 })
  }
  return out
}

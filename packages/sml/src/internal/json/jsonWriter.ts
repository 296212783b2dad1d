/**
 * Items as JSON: text, and the values that `JSON.stringify` would write as the same text.
 */
import type { Item } from "@effect-secs/codec"
import type { Json } from "../../ItemJson.ts"
import { floatsToJson } from "./jsonFloats.ts"
import { toHex } from "./hex.ts"

type Leaf = Exclude<Item.Item, Item.L>

const scalars = <A>(value: A | Iterable<A>): ReadonlyArray<A> =>
  typeof value === "object" && value !== null ? Array.from(value as Iterable<A>) : [value]

const leafJson = (item: Leaf): Json => {
  switch (item._tag) {
    case "A":
      return { A: item.value }
    case "J":
      return { J: item.value }
    case "B":
      return { B: toHex(item.value) }
    case "C2":
      return { C2: { lsh: item.value.lsh, bytes: toHex(item.value.bytes) } }
    case "BOOLEAN":
      return { BOOLEAN: scalars<boolean>(item.value) }
    case "I8":
    case "U8":
      return { [item._tag]: scalars<bigint>(item.value).map(String) } as unknown as Json
    case "F4":
    case "F8":
      return { [item._tag]: floatsToJson(item) } as unknown as Json
    default:
      return { [item._tag]: scalars<number>(item.value) } as unknown as Json
  }
}

const leafText = (item: Leaf): string => {
  const { _tag: format, value } = item
  switch (format) {
    case "A":
    case "J":
      return `{"${format}":${JSON.stringify(value)}}`
    case "B":
      return `{"B":"${toHex(value)}"}`
    case "C2":
      return `{"C2":{"lsh":${value.lsh},"bytes":"${toHex(value.bytes)}"}}`
    case "I8":
    case "U8":
      if (typeof value === "bigint") return `{"${format}":["${value}"]}`
      return value.length === 0 ? `{"${format}":[]}` : `{"${format}":["${value.join('","')}"]}`
    case "F4":
    case "F8":
      return `{"${format}":${JSON.stringify(floatsToJson(item))}}`
    default:
      return typeof value === "object" ? `{"${format}":[${value.join(",")}]}` : `{"${format}":[${value}]}`
  }
}

export const toJson = (root: Item.Item): Json => {
  interface Frame {
    readonly items: ReadonlyArray<Item.Item>
    readonly out: Array<Json>
  }
  const stack: Array<Frame> = [{ items: [root], out: [] }]
  for (;;) {
    const { items, out } = stack[stack.length - 1]!
    const next = items[out.length]
    if (next === undefined) {
      stack.pop()
      if (stack.length === 0) return out[0]!
      stack[stack.length - 1]!.out.push({ L: out })
    } else if (next._tag === "L") stack.push({ items: next.value, out: [] })
    else out.push(leafJson(next))
  }
}

export const toText = (root: Item.Item): string => {
  if (root._tag !== "L") return leafText(root)
  let out = '{"L":['
  let items = root.value
  let at = 0
  const around: Array<readonly [items: ReadonlyArray<Item.Item>, at: number]> = []
  for (;;) {
    const item = items[at++]
    if (item === undefined) {
      out += "]}"
      const parent = around.pop()
      if (parent === undefined) return out
      items = parent[0]
      at = parent[1]
      continue
    }
    if (at > 1) out += ","
    if (item._tag === "L") {
      out += '{"L":['
      around.push([items, at])
      items = item.value
      at = 0
    } else out += leafText(item)
  }
}

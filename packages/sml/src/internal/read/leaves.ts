/**
 * The values of one item, list excepted: from behind its format and size up to its `>`.
 *
 * Whoever reads a file of templates finds a name where a value would stand: `leaf.name`.
 */
import { type FormatCode, Item } from "@effect-secs/codec"
import * as Result from "effect/Result"
import { tooLong } from "./instead.ts"
import type { Scanner } from "./Scanner.ts"
import { readLocalized, readText } from "./texts.ts"
import { readBooleans, readBytes, readNumbers } from "./values.ts"

export type LeafFormat = Exclude<FormatCode.Format, "L">

/**
 * Reads the values up to `>`, and the `>`. Undefined where a name stands for them: `leaf.name`.
 */
export const readLeaf = (s: Scanner, format: LeafFormat): Item.Item | undefined => {
  s.leaf.count = 0
  s.leaf.written = false
  s.leaf.name = undefined
  const start = s.at
  const item = readValues(s, format, start)
  if (s.leaf.name !== undefined) return undefined
  return item
}

const end = <T>(s: Scanner, item: T): T => {
  s.at++
  return item
}

const readValues = (s: Scanner, format: LeafFormat, start: number): Item.Item | undefined => {
  switch (format) {
    case "A": {
      const text = readText(s, "A")
      tooLong(s, start, text.length, 1)
      return end(s, Item.makeUnsafe("A", text))
    }
    case "J": {
      const text = readText(s, "J")
      tooLong(s, start, text.length, 1)
      const item = Item.make("J", text)
      if (Result.isFailure(item)) {
        s.fail("BadCharacter", start, "characters of JIS X 0201", "write bytes as 0xHH", item.failure.message)
      }
      return end(s, item.success)
    }
    case "C2":
      return readLocalized(s, start)
    case "B":
      return end(s, Item.makeUnsafe("B", readBytes(s)))
    case "BOOLEAN":
      return end(s, Item.BOOLEAN(readBooleans(s)))
    default:
      return end(s, readNumbers(s, format))
  }
}

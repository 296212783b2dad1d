/**
 * Reads lists of items of any kind, which most values of equipment are: one loop over the items at hand, that leaves
 * lists in the list, and what is rare, to the reader of items.
 */
import { ItemNode } from "../node.ts"
import { copy, readArray, readF4, readF8, readI1, readI2, readI4, readU2, readU4 } from "../numbers.ts"
import { manyItems, openWindow, readText, readWindowText } from "../text.ts"
import { failed, type Failed } from "./leaf.ts"
import { itemAt, listHead, type Source } from "./source.ts"

/** The children of the list at `at`: an array nobody else has. */
export const itemsAt = (source: Source): ReadonlyArray<ItemNode> | Failed => {
  const count = listHead(source)
  if (count < 0) return failed
  const { bytes, end } = source
  let { at } = source
  if ((source.owed + count) * 2 > end - at) return failed
  const windowed = count >= manyItems
  if (windowed) openWindow()
  const out = new Array<ItemNode>(count)
  for (let i = 0; i < count; i++) {
    if (end - at < 2) return failed
    const code = bytes[at]! >> 2
    const length = bytes[at + 1]!
    const from = at + 2
    let value: unknown
    if ((bytes[at]! & 3) === 1 && length <= end - from) {
      // Format codes as literals: V8 makes a jump table only of those.
      switch (code) {
        case 0o20: // A
          value = windowed ? readWindowText(bytes, from, from + length, end) : readText(bytes, from, from + length)
          break
        case 0o10: // B
          value = copy(bytes, from, from + length)
          break
        case 0o11: // BOOLEAN
          value = length === 1 ? bytes[from] !== 0 : readArray(code, bytes, from, from + length)
          break
        case 0o51: // U1
          value = length === 1 ? bytes[from] : readArray(code, bytes, from, from + length)
          break
        case 0o52: // U2
          value = length === 2 ? readU2(bytes, from) : readArray(code, bytes, from, from + length)
          break
        case 0o54: // U4
          value = length === 4 ? readU4(bytes, from) : readArray(code, bytes, from, from + length)
          break
        case 0o31: // I1
          value = length === 1 ? readI1(bytes, from) : readArray(code, bytes, from, from + length)
          break
        case 0o32: // I2
          value = length === 2 ? readI2(bytes, from) : readArray(code, bytes, from, from + length)
          break
        case 0o34: // I4
          value = length === 4 ? readI4(bytes, from) : readArray(code, bytes, from, from + length)
          break
        case 0o44: // F4
          value = length === 4 ? readF4(bytes, from) : readArray(code, bytes, from, from + length)
          break
        case 0o40: // F8
          value = length === 8 ? readF8(bytes, from) : readArray(code, bytes, from, from + length)
          break
        default:
      }
    }
    if (value === undefined) {
      source.at = at
      const item = itemAt(source)
      if (item === failed) return failed
      out[i] = item
      at = source.at
    } else {
      // The only place that makes items: with one `new` for each format V8 stops inlining and calls the constructor.
      out[i] = new ItemNode(code, value)
      at = from + length
    }
  }
  source.at = at
  return out
}

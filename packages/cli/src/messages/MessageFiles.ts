/**
 * Names of files that hold one message each. Pure.
 *
 * @since 0.1.0
 */
import type { Entry } from "./MessageInput.ts"

/**
 * Gives each entry a name of its own: that of the message, else `S1F3`, and `item` for an item; with `-2`, `-3`, … from
 * the second of a name on. Names that differ in case only are one, as they are to some systems. What no file may be
 * called is `_`.
 *
 * @since 0.1.0
 */
export const namer = (): ((entry: Entry) => string) => {
  const given = new Set<string>()
  const next = new Map<string, number>()
  return (entry) => {
    const name = nameOf(entry)
    const key = name.toLowerCase()
    for (let count = next.get(key) ?? 1; ; count++) {
      const one = count === 1 ? name : `${name}-${count}`
      if (given.has(one.toLowerCase())) continue
      given.add(one.toLowerCase())
      next.set(key, count + 1)
      return one
    }
  }
}

const nameOf = (entry: Entry): string => {
  if (entry._tag === "Item") return "item"
  const { function: function_, name = "", stream } = entry.message
  const safe = name.replaceAll(/[^\p{L}\p{N}_-]+/gu, "_").slice(0, 100)
  return /[\p{L}\p{N}]/u.test(safe) ? safe : `S${stream}F${function_}`
}

/**
 * What stands where a value was looked for: the name of a slot, or a mistake.
 */
import { FormatCode } from "@effect-secs/codec"
import { comma, greater, isLetter, less } from "./characters.ts"
import type { Scanner } from "./Scanner.ts"

const maxLength = FormatCode.maxLength

/** What is no value of the format: the name of a slot, where it stands alone. */
export const nameInstead = (s: Scanner, expected: string): void => {
  const start = s.at
  const code = s.text.charCodeAt(start)
  if (isLetter(code) || code === 0x5f || code > 0x7f) {
    const name = s.name()
    if (name !== "" && s.leaf.count === 0 && s.skip() === greater) {
      s.leaf.name = name
      if (expected.startsWith("text") && !s.rules.dialect.templates) {
        s.warn("SlotName", start, "text in quotes", "read as the name of a slot", name)
      }
      return
    }
    s.at = start
  }
  if (start >= s.text.length) unterminated(s)
  s.fail("BadValue", start, expected, hintFor(s, code, expected))
}

const hintFor = (s: Scanner, code: number, expected: string): string | undefined => {
  if (code === less) {
    return s.leaf.written || s.leaf.count > 0 ? "the > before it may be missing" : "only a list holds items"
  }
  if (code === comma) return "no commas: blanks between values"
  if (!isLetter(code)) return undefined
  return expected.includes("in quotes")
    ? "text stands in quotes"
    : "a name may stand for the values only where it stands alone"
}

/** Refuses an item that the text ends in. */
export const unterminated = (s: Scanner): never =>
  s.fail("UnterminatedItem", s.leaf.start, "> to end this item", undefined, "the end of the text")

/** Refuses what no item can hold. */
export const tooLong = (s: Scanner, start: number, length: number, elementSize: number): void => {
  const maximum = Math.floor(maxLength / elementSize)
  if (length > maximum) s.fail("TooLong", start, `at most ${maximum} values`, undefined, `${length}`)
}

/**
 * What stands in square brackets behind a format: `[3]`, `[1..5]`, `[MAX 100]`, `[n]`, `[...]`.
 */
import { closeSquare, dot, isDigit, lf } from "./characters.ts"
import type { Scanner } from "./Scanner.ts"

const readCount = (s: Scanner): number => {
  let value = 0
  while (isDigit(s.text.charCodeAt(s.at))) value = value * 10 + (s.text.charCodeAt(s.at++) - 48)
  return Math.min(value, Number.MAX_SAFE_INTEGER)
}

/** A number, or a constant's; undefined where neither stands. */
const readBound = (s: Scanner): number | undefined => {
  if (isDigit(s.text.charCodeAt(s.at))) return readCount(s)
  const start = s.at
  const name = s.name()
  const constant = s.constants.get(name)
  if (constant === undefined) s.at = start
  return constant
}

/** A count of up to seven digits with its bracket behind it; -1 for anything else. */
const plainCount = (text: string, at: number): number => {
  let value = 0
  let end = at
  for (let code = text.charCodeAt(end); isDigit(code) && end < at + 7; code = text.charCodeAt(++end)) {
    value = value * 10 + (code - 48)
  }
  return end > at && text.charCodeAt(end) === closeSquare ? value : -1
}

/** Reads the brackets that begin here. */
export const readSize = (s: Scanner): void => {
  const { size } = s
  size.clear()
  size.offset = s.at++
  const plain = plainCount(s.text, s.at)
  if (plain >= 0) {
    size.minimum = size.maximum = plain
    s.at = s.text.indexOf("]", s.at) + 1
    return
  }
  let code = s.skip()
  if (isDigit(code)) {
    size.minimum = size.maximum = readCount(s)
    code = s.skip()
    if (code === closeSquare) {
      s.at++
      return
    }
  } else if (code !== dot) {
    const start = s.at
    const name = s.name()
    if (/^max$/i.test(name)) {
      s.skip()
      size.bounded = true
      const maximum = readBound(s)
      if (maximum === undefined) return unreadable(s, "a number or a constant after MAX")
      size.maximum = maximum
    } else {
      const constant = s.constants.get(name)
      if (name === "" || !/^[\p{L}_$]/u.test(name)) {
        s.at = start
        return unreadable(s, "a number, a range, MAX and a number, or a name")
      }
      if (constant === undefined) size.open = true
      else size.minimum = size.maximum = constant
    }
    code = s.skip()
  }
  if (code === dot && s.text.charCodeAt(s.at + 1) === dot) {
    const bounded = size.maximum !== Number.POSITIVE_INFINITY
    size.maximum = Number.POSITIVE_INFINITY
    while (s.text.charCodeAt(s.at) === dot) s.at++
    s.skip()
    const maximum = readBound(s)
    if (maximum !== undefined) size.maximum = maximum
    else if (!bounded) size.open = true
    code = s.skip()
  }
  if (code !== closeSquare) return unreadable(s, "] to end the size")
  s.at++
  if (size.minimum > size.maximum) {
    s.warn("BadSize", size.offset, "a range from low to high", undefined, s.text.slice(size.offset, s.at))
    size.clear()
  }
}

/** Whatever stands in brackets is a hint; a size nobody understands is none. */
const unreadable = (s: Scanner, expected: string): void => {
  const { size, text } = s
  let end = s.at
  for (; end < text.length && end - size.offset < 200; end++) {
    const code = text.charCodeAt(end)
    if (code === closeSquare || code === lf) break
  }
  if (text.charCodeAt(end) !== closeSquare) s.fail("BadSize", s.at, expected)
  s.warn("BadSize", s.at, expected)
  s.at = end + 1
  size.clear()
}

/** Compares the number of values with the size. */
export const checkSize = (s: Scanner, count: number): void => {
  const { size } = s
  if (size.offset < 0 || size.holds(count)) return
  const expected =
    size.minimum === size.maximum
      ? `[${count}], the number of values`
      : `a range that holds ${count}, the number of values`
  const found = s.text.slice(size.offset, s.text.indexOf("]", size.offset) + 1)
  if (s.rules.strictSizes) s.fail("SizeMismatch", size.offset, expected, undefined, found)
  s.warn("SizeMismatch", size.offset, expected, undefined, found)
}

/**
 * The size of an item as its author wrote it, and what becomes of it: numbers are made right, and what says more than
 * a number is kept, names of constants included.
 */
import { openSquare, space } from "../read/characters.ts"
import type { NoteScanner } from "./NoteScanner.ts"
import { readSize } from "../read/sizes.ts"

export interface WrittenSize {
  /** Within its brackets; undefined where there are none. */
  readonly text: string | undefined
  /** Unreadable is also what holds a name that is no constant of this text: it may be one of another. */
  readonly kind: "none" | "number" | "name" | "range" | "MAX" | "open" | "unreadable"
  readonly minimum: number
  readonly maximum: number
}

export const noSize: WrittenSize = {
  text: undefined,
  kind: "none",
  minimum: 0,
  maximum: Number.POSITIVE_INFINITY
}

const spaces = new RegExp(`${space}+`, "g")

const tidy = (text: string): string =>
  /^\.+$/.test(text) ? "..." : text.replace(/^max /i, "MAX ").replaceAll(/ ?\.{2,} ?/g, "..")

/** Reads the brackets that stand here, if any do. */
export const readWrittenSize = (s: NoteScanner): WrittenSize => {
  s.size.clear()
  if (s.skip() !== openSquare) return noSize
  const start = s.at
  readSize(s)
  const text = bracketed(s, start).replaceAll(spaces, " ").trim()
  const { bounded, maximum, minimum, offset, open } = s.size
  const kind =
    offset < 0
      ? "unreadable"
      : open
        ? "open"
        : bounded
          ? "MAX"
          : /^\d+$/.test(text)
            ? "number"
            : text.includes("..")
              ? "range"
              : "name"
  return { text: kind === "unreadable" ? text : tidy(text), kind, minimum, maximum }
}

/** What stands between the brackets, without comments. */
const bracketed = (s: NoteScanner, start: number): string => {
  const { comments } = s
  let first = comments.length
  while (first > 0 && comments[first - 1]!.start > start) first--
  let out = ""
  let from = start + 1
  for (; first < comments.length; first++) {
    out += `${s.text.slice(from, comments[first]!.start)} `
    from = comments[first]!.end
  }
  return out + s.text.slice(from, s.at - 1)
}

const holds = ({ maximum, minimum }: WrittenSize, count: number): boolean => count >= minimum && count <= maximum

const brackets = (text: string | undefined): string => (text === undefined ? "" : ` [${text}]`)

/** As it is. */
export const keptSize = ({ text }: WrittenSize): string => brackets(text)

/**
 * Of an item with so many values that is no list and no slot; undefined where it is the number of values.
 *
 * A name that is another number is not kept: text may be read up to where its size says that it ends.
 */
export const leafSize = (size: WrittenSize, count: number): string | undefined => {
  switch (size.kind) {
    case "open":
    case "MAX":
    case "unreadable":
      return brackets(size.text)
    case "name":
    case "range":
      return holds(size, count) ? brackets(size.text) : undefined
    default:
      return undefined
  }
}

/** Of a slot with a default: the default is within its bounds, so that bounds which deny that are widened. */
export const defaultSize = (size: WrittenSize, count: number, values: number): string =>
  (size.kind === "number" || size.kind === "name") && !holds(size, count)
    ? brackets(size.minimum < values ? `${size.text}..${values}` : `${values}..${size.text}`)
    : brackets(size.text)

export interface ListShape {
  readonly count: number
  /** A slot stands in it. */
  readonly slots: boolean
  /** `...` stands in it, or it has no items and a name behind it: any size is a bound. */
  readonly open: boolean
}

/** Of a list. */
export const listSize = (size: WrittenSize, { count, open, slots }: ListShape): string => {
  if (open) return brackets(size.text)
  switch (size.kind) {
    case "open":
    case "MAX":
    case "name":
    case "unreadable":
      return brackets(size.text)
    case "range":
      return (slots && size.minimum < size.maximum) || holds(size, count) ? brackets(size.text) : ` [${count}]`
    default:
      return ` [${count}]`
  }
}

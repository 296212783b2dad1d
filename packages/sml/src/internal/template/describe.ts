/**
 * Items, formats and values in the words of an error, cut where they get long.
 */
import { type CodecError, type FormatCode, Item } from "@effect-secs/codec"

const longest = 60

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text)

export const describeItem = (item: Item.Item | undefined): string => {
  if (item === undefined) return "no item"
  return item._tag === "L" ? `a list of ${item.value.length}` : cut(String(item))
}

const allFormats = 16

export const describeFormats = (formats: ReadonlyArray<FormatCode.Format>): string =>
  formats.length >= allFormats
    ? "any item"
    : formats.length < 2
      ? (formats[0] ?? "nothing")
      : `${formats.slice(0, -1).join(", ")} or ${formats[formats.length - 1]}`

/** Any value at all: its type, and the value itself where that is short. */
export const describeValue = (value: unknown): string => {
  switch (typeof value) {
    case "string":
      return cut(JSON.stringify(value.slice(0, longest + 1)))
    case "number":
      return Object.is(value, -0) ? "-0" : String(value)
    case "bigint":
      // A bigint of a million digits takes its time to print.
      return BigInt.asIntN(256, value) === value ? cut(String(value)) : "a bigint of more than 256 bits"
    case "boolean":
    case "undefined":
      return String(value)
    case "object":
      if (value === null) return "null"
      if (Item.isItem(value)) return describeItem(value)
      if (Array.isArray(value)) return `an array of ${value.length}`
      return ArrayBuffer.isView(value) ? "a typed array" : "an object"
    default:
      return `a ${typeof value}`
  }
}

/** What is wrong with a value, and with which of several. */
export const explain = (
  error: CodecError.ItemValueError
): { readonly index: number | undefined; readonly expected: string; readonly seen: string } => {
  const { format, reason } = error
  switch (reason._tag) {
    case "OutOfRange": {
      const kind = format === "F4" ? "a number" : "an integer"
      return {
        index: reason.index,
        expected: `${kind} from ${reason.minimum} to ${reason.maximum}`,
        seen: cut(reason.value)
      }
    }
    case "WrongType":
      return { index: reason.index, expected: reason.expected, seen: reason.seen }
    case "BadCharacter":
      return {
        index: undefined,
        expected: `text in ${reason.alphabet}`,
        seen: `U+${reason.codePoint.toString(16).toUpperCase().padStart(4, "0")} at ${reason.index}`
      }
    case "TooLong":
      return { index: undefined, expected: `at most ${reason.maximum} values`, seen: String(reason.length) }
  }
}

/**
 * The value of a slot as it stands on a command line. Pure.
 *
 * - `<U4 1>`: an item
 * - `[1, 2]`, `[[1], [2, 3]]`, `[<U4 1>, <A "x">]`, `[{"U4":[1]}, "x", A12]`: an array, of numbers, text with or without
 *   quotes, items as SML or JSON, and arrays
 * - `{"U4":[1]}`: an item as JSON
 * - `"[1]"`: the text in the quotes
 * - anything else: text as it is
 *
 * @since 0.1.0
 */
import { ItemJson, SmlParser, type Template } from "@effect-secs/sml"
import * as Result from "effect/Result"

const quoted = /"(?:[^"\\]|\\.)*"/y
const bare = /[^,[\]]+/y
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** Where a bracket that opens at a place is closed: behind it, what stands in quotes not counted. */
const closed = (text: string, from: number, open: string, close: string, quotes: string): number | undefined => {
  let depth = 0
  let quote = ""
  for (let at = from; at < text.length; at++) {
    const character = text[at]!
    if (quote !== "") {
      if (character === quote) quote = ""
      // Of JSON only: SML has no escapes.
      else if (character === "\\" && open === "{") at++
    } else if (quotes.includes(character)) quote = character
    else if (character === open) depth++
    else if (character === close && --depth === 0) return at + 1
  }
  return undefined
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Numbers that a double does not hold stay text, which slots read as exactly. */
const plain = (text: string): Template.Value => {
  if (text === "true" || text === "false") return text === "true"
  if (!number.test(text)) return text
  const value = Number(text)
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? text : value
}

type Element = Result.Result<{ readonly value: Template.Value; readonly end: number }, string>

const elementAt = (text: string, at: number): Element => {
  const first = text[at]
  if (first === "<") {
    const end = closed(text, at, "<", ">", `"'`)
    if (end === undefined) return Result.fail("expected > to end the item")
    const item = SmlParser.parseItem(text.slice(at, end))
    return Result.mapBoth(item, { onFailure: ({ message }) => message, onSuccess: (value) => ({ value, end }) })
  }
  if (first === "{") {
    const end = closed(text, at, "{", "}", '"')
    if (end === undefined) return Result.fail("expected } to end the item")
    const item = ItemJson.parse(text.slice(at, end))
    return Result.mapBoth(item, { onFailure: ({ message }) => message, onSuccess: (value) => ({ value, end }) })
  }
  const pattern = first === '"' ? quoted : bare
  pattern.lastIndex = at
  const match = pattern.exec(text)?.[0] ?? ""
  const value = first === '"' ? json(match) : plain(match.trim())
  if (match === "" || value === undefined) return Result.fail(`expected a value, found ${text.slice(at, at + 20)}`)
  return Result.succeed({ value: value as Template.Value, end: at + match.length })
}

const array = (text: string): Result.Result<Template.Value, string> => {
  const open: Array<Array<Template.Value>> = []
  /** A value stands before this place, and is not followed by a comma yet. */
  let isBehind = false
  for (let at = 0; at < text.length;) {
    const character = text[at]!
    if (/\s/.test(character)) at++
    else if (character === "]" && (isBehind || open.at(-1)?.length === 0)) {
      at++
      const done = open.pop()!
      isBehind = true
      const around = open.at(-1)
      if (around !== undefined) {
        around.push(done)
        continue
      }
      return text.slice(at).trim() === ""
        ? Result.succeed(done)
        : Result.fail(`expected nothing behind ], found ${text.slice(at, at + 20)}`)
    } else if (isBehind) {
      if (character !== ",") return Result.fail(`expected , or ], found ${text.slice(at, at + 20)}`)
      at++
      isBehind = false
    } else if (character === "[") {
      open.push([])
      at++
    } else {
      const found = elementAt(text, at)
      if (Result.isFailure(found)) return Result.fail(found.failure)
      open.at(-1)!.push(found.success.value)
      at = found.success.end
      isBehind = true
    }
  }
  return Result.fail("expected ] to end the array; text that begins with [ stands in double quotes")
}

/**
 * Reads a value.
 *
 * Fails    with what was expected, where an item or an array is none
 *
 * @since 0.1.0
 */
export const parse = (text: string): Result.Result<Template.Value, string> => {
  switch (text[0]) {
    case "<":
      return Result.mapError(SmlParser.parseItem(text), (error) => error.message)
    case "[":
      return array(text)
    case "{":
      return Result.succeed(Result.getOrElse(ItemJson.parse(text), () => text))
    case '"': {
      const value = json(text)
      return Result.succeed(typeof value === "string" ? value : text)
    }
    default:
      return Result.succeed(text)
  }
}

/**
 * A text of SML and all that is wrong with it: what its reader says, rules that cannot be followed, and nothing where
 * something was meant. Pure.
 *
 * @since 0.1.0
 */
import { type SmlDocument, SmlError, SmlParser } from "@effect-secs/sml"
import * as Result from "effect/Result"
import { counted } from "../Counts.ts"
import * as Printable from "../Printable.ts"
import * as ProseLines from "./ProseLines.ts"
import * as Rules from "./Rules.ts"

/**
 * Reads a document, or an item alone. What its rules name is not looked up yet: see `withRules`.
 *
 * @since 0.1.0
 */
export const read = (text: string, options: SmlParser.ParseOptions): Checked => {
  const checked = readText(text, options)
  return { ...told(text, checked, options, checked.items), items: checked.items }
}

/** A document, or an item alone: what has no message is no document. */
const readText = (text: string, options: SmlParser.ParseOptions): Checked => {
  const document = SmlParser.parse(text, options)
  if (document.messages.length > 0 || !SmlParser.isItem(text, options)) return { ...document, items: 0 }
  const read = SmlParser.parseItemDocument(text, options)
  const errors = Result.isFailure(read.item) ? [read.item.failure] : []
  return { ...document, ...read, errors, items: 1 - errors.length }
}

/** @since 0.1.0 */
export interface Checked extends SmlDocument.SmlDocument {
  /** 1 for an item alone. */
  readonly items: number
}

/**
 * Told of rules that cannot be followed with these messages: those of all files, as `secs listen` takes them together.
 *
 * @since 0.1.0
 */
export const withRules = (
  read: Checked,
  named: Rules.Lookup,
  text: string,
  { source, strict }: SmlParser.ParseOptions
): Checked => {
  const places = read.rules.flatMap((rule) => {
    const resolved = Rules.resolve(named, rule)
    if (Result.isSuccess(resolved)) return []
    const { expected, position } = resolved.failure
    const found = Printable.line(resolved.failure.found)
    const [line] = text.slice(rule.start, Math.min(rule.end, rule.start + widest)).split(/[\r\n]/, 1)
    const excerpt = `${Printable.line(line!)}\n^`
    return [
      { reason: "BadRule", ...(source === undefined ? {} : { source }), ...position, expected, found, excerpt } as const
    ]
  })
  return strict
    ? { ...read, errors: [...read.errors, ...places.map((place) => new SmlError.SmlError(place))] }
    : {
        ...read,
        warnings: [
          ...read.warnings,
          ...places.map((place) => new SmlError.SmlWarning(place.reason, place.offset, () => place))
        ]
      }
}

/**
 * What a rule has to know of a message.
 *
 * @since 0.1.0
 */
export const headOf = (message: SmlDocument.SmlMessage): SmlDocument.SmlMessage => ({
  ...message,
  item: undefined,
  template: undefined,
  comments: []
})

/** Widest excerpt. */
const widest = 100

/** A text that holds nothing at all is most likely not what it was taken for. */
const told = (
  text: string,
  read: SmlDocument.SmlDocument,
  { source, strict }: SmlParser.ParseOptions,
  items: number
): SmlDocument.SmlDocument => {
  const { constants, errors, messages, rules, warnings } = read
  if (items > 0 || messages.length > 0 || errors.length > 0 || rules.length > 0 || constants.size > 0) return read
  const prose = ProseLines.find(text, read)
  const about = {
    reason: "HeaderExpected" as const,
    ...(source === undefined ? {} : { source }),
    offset: 0,
    line: 1,
    column: 1,
    expected: "a message",
    found: counted(text.split("\n").length - (text.endsWith("\n") ? 1 : 0), "line") + " without one",
    ...(prose.count === 0 ? {} : { hint: ProseLines.describe(prose) }),
    excerpt: ""
  }
  return strict
    ? { ...read, errors: [new SmlError.SmlError(about)] }
    : { ...read, warnings: [...warnings, new SmlError.SmlWarning(about.reason, about.offset, () => about)] }
}

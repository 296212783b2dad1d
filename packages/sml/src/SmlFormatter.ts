/**
 * Lays a text of messages out anew, and keeps all that its author wrote: comments, slots, names, constants, rules. Pure.
 *
 * What it means does not change: the same messages are read from the text before and after. Two texts that mean the
 * same and have the same comments look the same afterwards, or nearly so. What changes:
 *
 * - each message has its header on one line, one item on each line below it, its `.` on the last, and a blank line
 *   before the next message
 * - values are written as `SmlPrinter` writes them for the text's dialect, and sizes are the number of values
 * - a comment behind something stays behind it, one on its own line stays on its own line, and its text stays as it is
 *
 * What stays as written, because it means something to someone: bounds of slots (`[MAX PPIDS]`, `[1..5]`, `[n]`), the
 * quotes around `SxFy`, whether a name stands before or behind it, quotes of text in files of templates and scripts, and
 * values that the dialect's tool has no other text for.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { peer } from "./Dialect.ts"
import { opensWithItem, readDocument, readOneItem } from "./internal/read/messages.ts"
import { rulesOf } from "./internal/read/options.ts"
import { type Rules, Scanner } from "./internal/read/Scanner.ts"
import { type Place, TextLayout } from "./internal/format/TextLayout.ts"
import type { SmlError } from "./SmlError.ts"
import type { ParseOptions } from "./SmlParser.ts"

/**
 * How to format, and how to read what is formatted.
 *
 * @since 0.1.0
 */
export interface FormatOptions extends ParseOptions {
  /** Blanks for each level. Those of the dialect unless told: 4 for secs4net, else 2. */
  readonly indent?: number | undefined
  /**
   * Columns after which numbers and bytes go on in the next line, where the dialect's tool reads that. Text in quotes
   * is never parted. 120 unless told.
   */
  readonly maxWidth?: number | undefined
  /** That of the text's first line unless told. */
  readonly lineEnd?: "\n" | "\r\n" | undefined
}

const lineEndOf = (text: string): "\n" | "\r\n" => {
  const end = text.indexOf("\n")
  return end > 0 && text[end - 1] === "\r" ? "\r\n" : "\n"
}

const byteOrderMark = "\ufeff"

/**
 * Formats a text of messages, constants and rules, or of one item alone.
 *
 * Formatting what is formatted changes nothing, read in the same dialect: a text that mixes the forms of several may be
 * detected otherwise once it is formatted. Lists may be nested as deep as `maxDepth` says; indentation ends at 64
 * levels.
 *
 * Fails    `SmlError` with the first place that is no SML, so that nothing gets lost; reason `LogText` for the dialect
 *          `log`, whose lines are a record. Never throws
 *
 * @example
 * SmlFormatter.format("S1F3 W <L <U4 1001>> /* SVID *\/.")
 * // => Result.succeed("S1F3 W\n<L [1]\n  <U4 [1] 1001>\n> /* SVID *\/\n.\n")
 *
 * @since 0.1.0
 */
export const format = (text: string, options: FormatOptions = {}): Result.Result<string, SmlError> => {
  const start = Math.max(0, text.search(/[^\s\ufeff]/))
  const alone = opensWithItem(text, rulesOf(text, { ...options, dialect: peer }))
  // That no header stands before an item does not tell who wrote it.
  const rules = {
    ...rulesOf(text, { ...options, dialect: options.dialect ?? (alone ? peer : undefined) }),
    maxErrors: 1
  }
  if (rules.dialect.prose) {
    const hint = "a log is read, not formatted; say in which dialect it is if it is none"
    return Result.fail(
      new Scanner(text, rules).error("LogText", start, "messages, constants and rules", hint, "the lines of a log")
    )
  }
  const { indent, lineEnd = lineEndOf(text), maxWidth = 120 } = options
  const layout = () => new TextLayout(text, rules, { indent, lineEnd, maxWidth })
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ""
  if (alone) return Result.map(readOneItem(text, rules), () => mark + layout().item())
  return Result.map(placesOf(text, rules), (places) => mark + layout().document(places))
}

/** Where messages stand. What they hold is written again from the text, and would only take memory. */
const placesOf = (text: string, rules: Rules): Result.Result<ReadonlyArray<Place>, SmlError> => {
  const { errors, messages } = readDocument(text, rules)
  return errors.length > 0
    ? Result.fail(errors[0]!)
    : Result.succeed(messages.map(({ header, start }) => ({ header, start })))
}

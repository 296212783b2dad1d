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
import { detect, peer, secsgem } from "./Dialect.ts"
import { type Kinds, oneOf, wholeFrom, wholeTo } from "./internal/callerFault.ts"
import { notSpace } from "./internal/read/characters.ts"
import { opensWithItem, readDocument, readOneItem } from "./internal/read/messages.ts"
import { rulesOf } from "./internal/read/options.ts"
import { type Rules, Scanner } from "./internal/read/Scanner.ts"
import { type Place, TextLayout } from "./internal/format/TextLayout.ts"
import type { SmlError } from "./SmlError.ts"
import type { ParseOptions } from "./SmlParser.ts"

const kinds: Kinds = { indent: wholeTo(64), maxWidth: wholeFrom(1), lineEnd: oneOf("\n", "\r\n") }

/**
 * How to format, and how to read what is formatted. An option that is none is an error with the reason `BadArgument`.
 *
 * @since 0.1.0
 */
export interface FormatOptions extends ParseOptions {
  /** Blanks for each level, 64 at most. Those of the dialect unless told: 4 for secs4net, else 2. */
  readonly indent?: number | undefined
  /**
   * Columns after which numbers and bytes go on in the next line, where the dialect's tool reads that. Text in quotes
   * is never parted. From 1, or Infinity; 120 unless told.
   */
  readonly maxWidth?: number | undefined
  /** That of the text's first line unless told. */
  readonly lineEnd?: "\n" | "\r\n" | undefined
}

const lineEndOf = (text: string): "\n" | "\r\n" => {
  const end = text.indexOf("\n")
  return end > 0 && text[end - 1] === "\r" ? "\r\n" : "\n"
}

const shown = new RegExp(notSpace)

const byteOrderMark = "\ufeff"

/**
 * Formats a text of messages, constants and rules, or of one item alone.
 *
 * Formatting what is formatted changes nothing. Where no dialect is told, the text is detected as the same one before
 * and after; a text that would be taken for another dialect's once it is formatted stays as it is. Lists may be nested
 * as deep as `maxDepth` says; indentation ends at 64 levels.
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
  const given = rulesOf(text, options, kinds)
  if (Result.isFailure(given)) return Result.fail(given.failure)
  const detected = { ...given.success, maxErrors: 1 }
  const alone = !detected.dialect.prose && opensWithItem(text, detected)
  // That no header stands before an item does not tell who wrote it.
  const plain = options.dialect === undefined && detected.dialect.name === secsgem.name
  const rules = plain ? { ...detected, dialect: peer } : detected
  if (rules.dialect.prose) {
    const start = Math.max(0, text.search(shown))
    const hint = "a log is read, not formatted; say in which dialect it is if it is none"
    return Result.fail(
      new Scanner(text, rules).error("LogText", start, "messages, constants and rules", hint, "the lines of a log")
    )
  }
  const { indent, lineEnd = lineEndOf(text), maxWidth = 120 } = options
  const layout = () => new TextLayout(text, rules, { indent, lineEnd, maxWidth })
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ""
  /** A label may look like the time a log begins its lines with, where it begins a line. */
  const kept = (formatted: string): string => {
    const same = options.dialect !== undefined || detect(formatted) === detected.dialect
    return same ? mark + formatted : text
  }
  if (alone) return Result.map(readOneItem(text, rules), () => kept(layout().item()))
  return Result.map(placesOf(text, rules), (places) => kept(layout().document(places)))
}

/** Where messages stand. What they hold is written again from the text, and would only take memory. */
const placesOf = (text: string, rules: Rules): Result.Result<ReadonlyArray<Place>, SmlError> => {
  const { errors, messages } = readDocument(text, rules)
  return errors.length > 0
    ? Result.fail(errors[0]!)
    : Result.succeed(messages.map(({ header, start }) => ({ header, start })))
}

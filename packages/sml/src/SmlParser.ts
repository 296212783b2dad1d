/**
 * SML text to messages. Pure.
 *
 * One reader for every dialect: `Dialect` says only what is ambiguous, and is detected where it is not given. Reading
 * takes linear time and recurses on nothing. A message that cannot be read costs itself alone: reading goes on at the
 * next header.
 *
 * @since 0.1.0
 */
import type { Item } from "@effect-secs/codec"
import * as Result from "effect/Result"
import { type Dialect, peer } from "./Dialect.ts"
import { refuse } from "./internal/callerFault.ts"
import { opensWithItem, readDocument, readItemDocument, readOneItem } from "./internal/read/messages.ts"
import { readFault, rulesOf } from "./internal/read/options.ts"
import { Scanner } from "./internal/read/Scanner.ts"
import type { ItemDocument, SmlDocument, SmlMessage } from "./SmlDocument.ts"
import type { SmlError } from "./SmlError.ts"

/**
 * How to read.
 *
 * A limit is a whole number or Infinity. Anything else, and any other option of another type, is an error with the
 * reason `BadArgument`, as is a text that is no string: in `errors` of a document, else where the result fails.
 *
 * @since 0.1.0
 */
export interface ParseOptions {
  /** Detected unless given. */
  readonly dialect?: Dialect | undefined
  /** What errors and warnings call the text: a file name. */
  readonly source?: string | undefined
  /** Warnings are errors. */
  readonly strict?: boolean | undefined
  /** A size that is not the number of values is an error; else a warning. */
  readonly strictSizes?: boolean | undefined
  /**
   * Characters above 7F in `A`: `"ascii"` refuses them, `"latin-1"` takes those up to FF as one byte, `"utf-8"` takes
   * all and writes them as their UTF-8 bytes. `"ascii"` unless told.
   */
  readonly text?: "ascii" | "latin-1" | "utf-8" | undefined
  /** A W on a secondary, whose function is even, is an error unless `"warn"` is told. */
  readonly wBitOnSecondary?: "error" | "warn" | undefined
  /** Deepest nesting of lists, from 0; 1 024 unless told. */
  readonly maxDepth?: number | undefined
  /** Most items in one message, from 0; 2^20 unless told. */
  readonly maxItems?: number | undefined
  /** Most errors, and most warnings, that are kept, from 1; reading stops after so many errors. 1 000 unless told. */
  readonly maxErrors?: number | undefined
}

/**
 * Reads a text of any number of messages.
 *
 * Never fails: what is no message is in `errors`, and all the rest in its place.
 *
 * @example
 * SmlParser.parse("S1F1 W.\nS1F2 <L>.").messages.length // => 2
 *
 * @since 0.1.0
 */
export const parse = (text: string, options: ParseOptions = {}): SmlDocument =>
  Result.match(rulesOf(text, options), {
    onFailure: unread,
    onSuccess: (rules) => readDocument(text, rules)
  })

const unread = (error: SmlError): SmlDocument => ({
  dialect: peer,
  messages: [],
  constants: new Map(),
  rules: [],
  comments: [],
  warnings: [],
  warningsOmitted: 0,
  errors: [error]
})

/**
 * Reads a text of exactly one message. The final `.` may be missing.
 *
 * Fails    `SmlError` with the first place that is wrong; never throws
 *
 * @example
 * SmlParser.parseMessage("S1F3 W <L <U4 1001>>.")
 *
 * @since 0.1.0
 */
export const parseMessage = (text: string, options: ParseOptions = {}): Result.Result<SmlMessage, SmlError> => {
  const rules = rulesOf(text, options)
  if (Result.isFailure(rules)) return Result.fail(rules.failure)
  const { errors, messages, rules: others } = readDocument(text, rules.success)
  if (errors.length > 0) return Result.fail(errors[0]!)
  const [message, second] = messages
  const elsewhere = second?.start ?? others[0]?.start
  if (message !== undefined && elsewhere === undefined) return Result.succeed(message)
  const at = message === undefined ? text.length : elsewhere!
  const expected = message === undefined ? "a header: SxFy" : "one message and no more"
  return Result.fail(
    new Scanner(text, rules.success).error(message === undefined ? "HeaderExpected" : "UnexpectedText", at, expected)
  )
}

/**
 * Reads a text of exactly one item, without slots. A final `.` belongs to a message, and is passed over with a warning.
 *
 * Fails    `SmlError` with the first place that is wrong; never throws
 *
 * @example
 * SmlParser.parseItem("<U4 1>") // => Result.succeed(Item.U4(1))
 *
 * @since 0.1.0
 */
export const parseItem = (text: string, options: ParseOptions = {}): Result.Result<Item.Item, SmlError> =>
  Result.flatMap(rulesOf(text, options), (rules) => readOneItem(text, rules))

/**
 * As `parseItem`, with the warnings and comments.
 *
 * @since 0.1.0
 */
export const parseItemDocument = (text: string, options: ParseOptions = {}): ItemDocument =>
  Result.match(rulesOf(text, options), {
    onFailure: (error): ItemDocument => ({ ...unread(error), item: Result.fail(error) }),
    onSuccess: (rules) => readItemDocument(text, rules)
  })

/**
 * Whether a text is an item alone rather than messages: behind blanks and comments it begins with one. No log does.
 * What is no string is no item. Throws a `RangeError` for an option that is none.
 *
 * @example
 * SmlParser.isItem("// answer\n<L [0]>") // => true
 *
 * @since 0.1.0
 */
export const isItem = (text: string, options: ParseOptions = {}): boolean => {
  const fault = readFault(options)
  if (fault !== undefined) return refuse(fault)
  const rules = rulesOf(text, options)
  return Result.isSuccess(rules) && !rules.success.dialect.prose && opensWithItem(text, rules.success)
}

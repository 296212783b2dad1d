/**
 * Options of reading with what they are unless told.
 */
import * as Result from "effect/Result"
import { detect } from "../../Dialect.ts"
import { type BadArgument, SmlError } from "../../SmlError.ts"
import type { ParseOptions } from "../../SmlParser.ts"
import { argumentFault, dialect, flag, type Kinds, oneOf, optionFault, string, wholeFrom } from "../callerFault.ts"
import type { Rules } from "./Scanner.ts"

const kinds: Kinds = {
  dialect,
  source: string,
  strict: flag,
  strictSizes: flag,
  text: oneOf("ascii", "latin-1", "utf-8"),
  wBitOnSecondary: oneOf("error", "warn"),
  maxDepth: wholeFrom(0),
  maxItems: wholeFrom(0),
  maxErrors: wholeFrom(1)
}

const errorOf = ({ argument, expected, seen }: BadArgument): SmlError =>
  new SmlError({ reason: "BadArgument", argument, offset: 0, line: 1, column: 1, expected, found: seen, excerpt: "" })

/** What is wrong with the options of reading, and of what else there are `more` kinds of, if anything is. */
export const readFault = (options: ParseOptions, more: Kinds = {}): BadArgument | undefined =>
  optionFault(kinds, options) ?? optionFault(more, options)

/** The rules to read a text by, or the argument that is none. */
export const rulesOf = (text: string, options: ParseOptions, more?: Kinds): Result.Result<Rules, SmlError> => {
  const fault = argumentFault("text", string, text) ?? readFault(options, more)
  if (fault !== undefined) return Result.fail(errorOf(fault))
  return Result.succeed({
    dialect: options.dialect ?? detect(text),
    source: options.source,
    strict: options.strict ?? false,
    strictSizes: options.strictSizes ?? false,
    text: options.text ?? "ascii",
    wBitOnSecondary: options.wBitOnSecondary ?? "error",
    maxDepth: options.maxDepth ?? 1024,
    maxItems: options.maxItems ?? 2 ** 20,
    maxErrors: options.maxErrors ?? 1000
  })
}

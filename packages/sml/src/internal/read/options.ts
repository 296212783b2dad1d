/**
 * Options of reading with what they are unless told.
 */
import { detect } from "../../Dialect.ts"
import type { ParseOptions } from "../../SmlParser.ts"
import type { Rules } from "./Scanner.ts"

export const rulesOf = (text: string, options: ParseOptions): Rules => ({
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

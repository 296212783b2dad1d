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
import type { Dialect } from "./Dialect.ts"
import type { SmlDocument, SmlMessage } from "./SmlDocument.ts"
import type { SmlError } from "./SmlError.ts"

/**
 * How to read.
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
  /** Deepest nesting of lists; 1 024 unless told. */
  readonly maxDepth?: number | undefined
  /** Most items in one message; 2^20 unless told. */
  readonly maxItems?: number | undefined
  /** Most errors, and most warnings, that are kept; reading stops after so many errors. 1 000 unless told. */
  readonly maxErrors?: number | undefined
}

/**
 * Reads a text of any number of messages.
 *
 * @since 0.1.0
 */
export declare const parse: (text: string, options?: ParseOptions) => SmlDocument

/**
 * Reads a text of exactly one message. The final `.` may be missing.
 *
 * @since 0.1.0
 */
export declare const parseMessage: (text: string, options?: ParseOptions) => Result.Result<SmlMessage, SmlError>

/**
 * Reads a text of exactly one item: `<U4 1>`.
 *
 * @since 0.1.0
 */
export declare const parseItem: (text: string, options?: ParseOptions) => Result.Result<Item.Item, SmlError>

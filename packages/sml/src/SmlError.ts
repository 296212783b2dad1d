/**
 * Every error and warning of SML text. Pure.
 *
 * `SmlError` says where a text is no SML: offset, line, column, what was expected, what stands there, a hint and the
 * line with a caret. `SmlWarning` has the same shape and says what was read all the same; read strictly, it is an
 * error. `NoMessageError` and `NoMatchError` are about the messages of a document, `PrintError` about what a dialect cannot
 * say, `ItemJsonError` about JSON that is no item. What is wrong with the values of a template is on a page of its own,
 * `TemplateError`.
 *
 * @since 0.1.0
 */
import { CodecError } from "@effect-secs/codec"
import * as Schema from "effect/Schema"
import { misused } from "./internal/misused.ts"

const Count = Schema.Natural

/**
 * Text of others as a line for people may hold it: a tab is a blank, and whatever else steers a terminal, turns the line
 * around or cannot be seen is `·`, one for each UTF-16 unit, so that columns stay where they are. Controls (C0 and C1),
 * format characters (marks of direction among them), line separators and lone surrogates are such.
 *
 * Every error of this package says what it found in this form.
 *
 * @since 0.1.0
 */
export const printable = (text: string): string =>
  text.replace(unshown, (found) => (found === "\t" ? " " : "·".repeat(found.length)))

const unshown = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0]/gu

/**
 * What is wrong with a text.
 *
 * @since 0.1.0
 */
export const SmlReason = Schema.Literals([
  // headers and what stands between messages
  "HeaderExpected",
  "StreamRange",
  "FunctionRange",
  "WBitOnSecondary",
  "MissingTerminator",
  "UnexpectedText",
  "BadRule",
  "BadConstant",
  "LogText",
  // items
  "UnknownFormat",
  "BadSize",
  "SizeMismatch",
  "BadValue",
  "ValueRange",
  "BadCharacter",
  "BareHex",
  "SlotName",
  "SecondRoot",
  "ListWithoutType",
  "QuotedNumber",
  "InnerQuote",
  "LeadingZero",
  "NotAnItem",
  "TextOnAbort",
  // what was opened and never closed
  "UnterminatedString",
  "UnterminatedComment",
  "UnterminatedItem",
  // limits
  "DepthExceeded",
  "TooManyItems",
  "TooLong",
  "TooManyErrors",
  // what the caller passed
  "BadArgument"
])

/** @since 0.1.0 */
export type SmlReason = typeof SmlReason.Type

/**
 * What a caller passed that is none: an option that is NaN, negative or of another type, or a text that is no string.
 *
 * @since 0.1.0
 */
export const BadArgument = Schema.TaggedStruct("BadArgument", {
  /** `maxDepth`, `text` */
  argument: Schema.String,
  expected: Schema.String,
  seen: Schema.String
})

/** @since 0.1.0 */
export type BadArgument = typeof BadArgument.Type

/** Where something stands in a text, and what it is. */
const placed = {
  reason: SmlReason,
  /** With the reason `BadArgument` what is to blame is this, and not the text. */
  argument: Schema.optionalKey(Schema.String),
  /** The name the text was given, usually a file. */
  source: Schema.optionalKey(Schema.String),
  /** UTF-16 units from the start of the text. */
  offset: Count,
  /** From 1. */
  line: Count,
  /** From 1, in UTF-16 units. */
  column: Count,
  /** What the reader looked for, or the rule that is broken. */
  expected: Schema.String,
  /** What stands there, shortened. */
  found: Schema.String,
  hint: Schema.optionalKey(Schema.String),
  /** The line, shortened around the place, and a caret below it. */
  excerpt: Schema.String
}

interface Placed {
  readonly reason: SmlReason
  readonly argument?: string | undefined
  readonly source?: string | undefined
  readonly offset: number
  readonly line: number
  readonly column: number
  readonly expected: string
  readonly found: string
  readonly hint?: string | undefined
  readonly excerpt: string
}

const sentence = ({ argument, column, expected, found, hint, line, source }: Placed): string =>
  printable(
    argument !== undefined
      ? misused({ argument, expected, seen: found })
      : `${source === undefined ? `line ${line}, column ${column}` : `${source}:${line}:${column}`}: expected ${expected}, found ${found}${hint === undefined ? "" : ` (${hint})`}`
  )

/**
 * A place where a text is no SML.
 *
 * @since 0.1.0
 */
export class SmlError extends Schema.TaggedError<SmlError>("@effect-secs/sml/SmlError")("SmlError", placed) {
  /** One line: `a.sml:3:7: expected an integer from 0 to 255, found 256`. */
  override get message(): string {
    return sentence(this)
  }

  override toJSON(): unknown {
    return { message: this.message, ...(super.toJSON() as object) }
  }
}

/**
 * A place that was read although it is not how SML is written: what was meant is clear, or the standard is broken in
 * a way that tools are known to break it. Has the fields of `SmlError`. It is no error and comes by the thousand: what it
 * says is put together when somebody looks, from the text it was found in.
 *
 * @since 0.1.0
 */
export class SmlWarning implements Placed {
  readonly _tag = "SmlWarning"
  readonly reason: SmlReason
  readonly offset: number
  readonly #look: () => Placed
  #seen: Placed | undefined

  constructor(reason: SmlReason, offset: number, look: () => Placed) {
    this.reason = reason
    this.offset = offset
    this.#look = look
  }

  get #place(): Placed {
    return (this.#seen ??= this.#look())
  }

  get line(): number {
    return this.#place.line
  }

  get column(): number {
    return this.#place.column
  }

  get expected(): string {
    return this.#place.expected
  }

  get found(): string {
    return this.#place.found
  }

  get excerpt(): string {
    return this.#place.excerpt
  }

  get source(): string | undefined {
    return this.#place.source
  }

  get hint(): string | undefined {
    return this.#place.hint
  }

  /** One line: `a.sml:3:7: expected …, found …`. */
  get message(): string {
    return sentence(this)
  }

  toJSON(): unknown {
    return { _tag: this._tag, message: this.message, ...this.#place }
  }

  /** What `console.log` shows under Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): unknown {
    return this.toJSON()
  }
}

/**
 * A document has no message of a name.
 *
 * @since 0.1.0
 */
export class NoMessageError extends Schema.TaggedError<NoMessageError>("@effect-secs/sml/NoMessageError")(
  "NoMessageError",
  { name: Schema.String, known: Schema.Array(Schema.String) }
) {
  override get message(): string {
    return printable(`there is no message ${this.name}: the document has ${listed(this.known)}`)
  }

  override toJSON(): unknown {
    return { message: this.message, ...(super.toJSON() as object) }
  }
}

/**
 * No message of a document describes what was received.
 *
 * @since 0.1.0
 */
export class NoMatchError extends Schema.TaggedError<NoMatchError>("@effect-secs/sml/NoMatchError")("NoMatchError", {
  /** `S6F11` */
  received: Schema.String,
  tried: Schema.Array(
    Schema.Struct({ name: Schema.UndefinedOr(Schema.String), line: Count, difference: Schema.String })
  )
}) {
  override get message(): string {
    if (this.tried.length === 0) return `the document has no ${this.received}`
    const tried = this.tried.map(({ difference, line, name }) => `${name ?? `line ${line}`}: ${difference}`)
    return printable(`${this.received} is not described: ${tried.join("; ")}`)
  }

  override toJSON(): unknown {
    return { message: this.message, ...(super.toJSON() as object) }
  }
}

/** Names, the first of them where there are many. */
const listed = (names: ReadonlyArray<string>): string => {
  if (names.length === 0) return "none with a name"
  const shown = names.slice(0, 10).join(", ")
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown
}

/**
 * An item or message that a dialect has no text for.
 *
 * @since 0.1.0
 */
export class PrintError extends Schema.TaggedError<PrintError>("@effect-secs/sml/PrintError")("PrintError", {
  dialect: Schema.String,
  path: Schema.Array(Count),
  /** What cannot be said: `J`, `NaN`, `code 0x0D in text`. */
  what: Schema.String,
  /** The message it is a part of: `S6F11`. */
  of: Schema.optionalKey(Schema.String),
  /** The option to blame, and not what was to be printed. */
  option: Schema.optionalKey(BadArgument)
}) {
  /** One line: `secs4js has no text for NaN, item [2.0] of S6F11`. */
  override get message(): string {
    if (this.option !== undefined) return printable(misused(this.option))
    const item = this.path.length === 0 ? "" : `, ${CodecError.formatPath(this.path)}`
    return printable(
      `${this.dialect} has no text for ${this.what}${item}${this.of === undefined ? "" : ` of ${this.of}`}`
    )
  }

  override toJSON(): unknown {
    return { message: this.message, ...(super.toJSON() as object) }
  }
}

/**
 * JSON that is no item or message.
 *
 * @since 0.1.0
 */
export class ItemJsonError extends Schema.TaggedError<ItemJsonError>("@effect-secs/sml/ItemJsonError")(
  "ItemJsonError",
  {
    /** Keys and indexes from the root: `["L", 2, "U4", 0]`. */
    path: Schema.Array(Schema.Union([Schema.String, Count])),
    expected: Schema.String,
    seen: Schema.String
  }
) {
  /** One line: `$.L[2].U4[0]: expected an integer from 0 to 4294967295, seen -1`. */
  override get message(): string {
    const at = CodecError.formatSteps(this.path, (steps) =>
      steps.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("")
    )
    return printable(`$${at}: expected ${this.expected}, seen ${this.seen}`)
  }

  override toJSON(): unknown {
    return { message: this.message, ...(super.toJSON() as object) }
  }
}

/**
 * Every error of templates and their values. Pure.
 *
 * `TemplateError` says why a template cannot be filled, `MismatchError` where an item is not what a template describes,
 * `ValueError` that a value which was found is not what the caller takes it for.
 *
 * @since 0.1.0
 */
import { CodecError } from "@effect-secs/codec"
import * as Schema from "effect/Schema"
import { misused } from "./internal/misused.ts"
import { BadArgument, printable } from "./SmlError.ts"

const Count = Schema.Natural

const named = (key: string | undefined, path: ReadonlyArray<number>): string =>
  `slot ${key} at ${path.length === 0 ? "the root" : `[${CodecError.formatSteps(path)}]`}`

/**
 * No value was given for a slot that has no default.
 *
 * @since 0.1.0
 */
export const MissingValue = Schema.TaggedStruct("MissingValue", { expected: Schema.String })

/**
 * A value the slot cannot hold.
 *
 * @since 0.1.0
 */
export const WrongValue = Schema.TaggedStruct("WrongValue", { expected: Schema.String, seen: Schema.String })

/**
 * More or fewer values than the slot's bounds allow.
 *
 * @since 0.1.0
 */
export const WrongCount = Schema.TaggedStruct("WrongCount", {
  minimum: Count,
  maximum: Schema.Number,
  seen: Count
})

/**
 * A value was given for a name that no slot has.
 *
 * @since 0.1.0
 */
export const UnknownSlot = Schema.TaggedStruct("UnknownSlot", { known: Schema.Array(Schema.String) })

/**
 * Two slots of one open list were given different numbers of values.
 *
 * @since 0.1.0
 */
export const UnequalRounds = Schema.TaggedStruct("UnequalRounds", {
  seen: Count,
  /** The other slot, and how many it was given. */
  other: Schema.String,
  expected: Count
})

/**
 * The filled item would hold more items than the caller allows.
 *
 * @since 0.1.0
 */
export const TooManyItems = Schema.TaggedStruct("TooManyItems", { maximum: Count })

/**
 * A template could not be filled.
 *
 * @since 0.1.0
 */
export class TemplateError extends Schema.TaggedError<TemplateError>("@effect-secs/sml/TemplateError")(
  "TemplateError",
  {
    /** The slot's key; undefined where none is to blame. */
    slot: Schema.UndefinedOr(Schema.String),
    path: Schema.Array(Count),
    reason: Schema.Union([MissingValue, WrongValue, WrongCount, UnknownSlot, UnequalRounds, TooManyItems, BadArgument])
  }
) {
  override get message(): string {
    return printable(this.#sentence())
  }

  #sentence(): string {
    const { reason } = this
    switch (reason._tag) {
      case "MissingValue":
        return `${named(this.slot, this.path)} has no value and no default: expected ${reason.expected}`
      case "WrongValue":
        return `${named(this.slot, this.path)}: expected ${reason.expected}, seen ${reason.seen}`
      case "WrongCount":
        return `${named(this.slot, this.path)}: expected ${bounds(reason)}, seen ${reason.seen}`
      case "UnknownSlot":
        return `there is no slot ${this.slot}: the template has ${reason.known.length === 0 ? "none" : reason.known.join(", ")}`
      case "UnequalRounds":
        return `${named(this.slot, this.path)}: expected ${counted(reason.expected)}, as slot ${reason.other} has, seen ${reason.seen}`
      case "TooManyItems":
        return `the template gives more than ${reason.maximum} items`
      case "BadArgument":
        return misused(reason)
    }
  }

  override toJSON(): unknown {
    return { message: this.message, ...(super.toJSON() as object) }
  }
}

const counted = (count: number): string => `${count} ${count === 1 ? "value" : "values"}`

const bounds = ({ maximum, minimum }: { readonly minimum: number; readonly maximum: number }): string =>
  minimum === maximum
    ? `exactly ${counted(minimum)}`
    : maximum === Number.POSITIVE_INFINITY
      ? `at least ${counted(minimum)}`
      : `${minimum} to ${maximum} values`

/**
 * An item that a template does not describe: where, and what stands there.
 *
 * @since 0.1.0
 */
export class MismatchError extends Schema.TaggedError<MismatchError>("@effect-secs/sml/MismatchError")(
  "MismatchError",
  {
    path: Schema.Array(Count),
    /** The key of the slot that the item stands in. */
    slot: Schema.UndefinedOr(Schema.String),
    expected: Schema.String,
    seen: Schema.String
  }
) {
  override get message(): string {
    const slot = this.slot === undefined ? "" : ` (${this.slot})`
    return printable(`${CodecError.formatPath(this.path)}${slot}: expected ${this.expected}, seen ${this.seen}`)
  }

  override toJSON(): unknown {
    return { message: this.message, ...(super.toJSON() as object) }
  }
}

/**
 * A value that is not what it was read as.
 *
 * @since 0.1.0
 */
export class ValueError extends Schema.TaggedError<ValueError>("@effect-secs/sml/ValueError")("ValueError", {
  /** The slot's key. */
  key: Schema.String,
  /** Places in arrays, from the outermost. */
  path: Schema.Array(Count),
  expected: Schema.String,
  seen: Schema.String
}) {
  /** One line: `slot VID[0][2]: expected a number, seen "x"`. */
  override get message(): string {
    const at = CodecError.formatSteps(this.path, (steps) => steps.map((index) => `[${index}]`).join(""))
    return printable(`slot ${this.key}${at}: expected ${this.expected}, seen ${this.seen}`)
  }

  override toJSON(): unknown {
    return { message: this.message, ...(super.toJSON() as object) }
  }
}

/**
 * Errors of typed messages: a body that does not have its structure, and a value that cannot be written. Pure.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { ItemDecodeError, shown } from "./CodecError.ts"

/**
 * The item has another format than the structure says.
 *
 * @since 0.1.0
 */
export const WrongFormat = Schema.TaggedStruct("WrongFormat", { expected: Schema.String, seen: Schema.String })

/**
 * Another number of elements, values or characters than the structure allows.
 *
 * @since 0.1.0
 */
export const WrongLength = Schema.TaggedStruct("WrongLength", {
  unit: Schema.Literals(["elements", "values", "characters", "bytes"]),
  minimum: Schema.Number,
  maximum: Schema.Number,
  seen: Schema.Number
})

/**
 * The bytes are no SECS-II item at all.
 *
 * @since 0.1.0
 */
export const Malformed = Schema.TaggedStruct("Malformed", { error: ItemDecodeError })

/**
 * The message is a header only where it needs an item.
 *
 * @since 0.1.0
 */
export const NoItem = Schema.TaggedStruct("NoItem", { expected: Schema.String })

/**
 * The message has an item where it is a header only.
 *
 * @since 0.1.0
 */
export const UnexpectedItem = Schema.TaggedStruct("UnexpectedItem", { seen: Schema.String })

/**
 * A value that no format of the data item holds.
 *
 * @since 0.1.0
 */
export const WrongValue = Schema.TaggedStruct("WrongValue", { expected: Schema.String, seen: Schema.String })

/**
 * A code that a closed enumeration does not have.
 *
 * @since 0.1.0
 */
export const UnknownCode = Schema.TaggedStruct("UnknownCode", { seen: Schema.String, known: Schema.String })

/**
 * None of several layouts fits; `reasons` says why not, one line for each.
 *
 * @since 0.1.0
 */
export const NoChoice = Schema.TaggedStruct("NoChoice", { reasons: Schema.Array(Schema.String) })

/**
 * The user's own Schema refuses the value.
 *
 * @since 0.1.0
 */
export const Refused = Schema.TaggedStruct("Refused", { issue: Schema.String })

/**
 * A recursive structure goes deeper than `maxDepth`.
 *
 * @since 0.1.0
 */
export const TooDeep = Schema.TaggedStruct("TooDeep", { maxDepth: Schema.Number })

/**
 * The message is another one than the definition describes.
 *
 * @since 0.1.0
 */
export const WrongMessage = Schema.TaggedStruct("WrongMessage", { seen: Schema.String })

/**
 * What can be wrong with a body, or with the value of one.
 *
 * @since 0.1.0
 */
export const StructureReason = Schema.Union([
  WrongFormat,
  WrongLength,
  Malformed,
  NoItem,
  UnexpectedItem,
  WrongValue,
  UnknownCode,
  NoChoice,
  Refused,
  TooDeep,
  WrongMessage
])

/**
 * @since 0.1.0
 */
export type StructureReason = typeof StructureReason.Type

/**
 * A path of member names and indexes: `reports[0].rptid`; the root is `the body`.
 *
 * @since 0.1.0
 */
export const formatPath = (path: ReadonlyArray<string | number>): string => {
  if (path.length === 0) return "the body"
  const steps = path.length > 12 ? [...path.slice(0, 6), "…", ...path.slice(-5)] : path
  let out = ""
  for (const step of steps) {
    if (typeof step === "number") out += `[${step}]`
    else out += out === "" ? step : `.${step}`
  }
  return out
}

const range = (minimum: number, maximum: number): string => {
  if (minimum === maximum) return String(minimum)
  return maximum === Number.POSITIVE_INFINITY ? `at least ${minimum}` : `${minimum} to ${maximum}`
}

/** The reason as the second half of a sentence. */
export const describe = (reason: StructureReason): string => {
  switch (reason._tag) {
    case "WrongFormat":
    case "WrongValue":
      return `expected ${reason.expected}, got ${reason.seen}`
    case "WrongLength":
      return `expected ${range(reason.minimum, reason.maximum)} ${
        reason.maximum === 1 ? reason.unit.slice(0, -1) : reason.unit
      }, got ${reason.seen}`
    case "Malformed":
      return `no SECS-II item: ${reason.error.message}`
    case "NoItem":
      return `expected ${reason.expected}, got a header only`
    case "UnexpectedItem":
      return `expected a header only, got ${reason.seen}`
    case "UnknownCode":
      return `${reason.seen} is none of ${reason.known}`
    case "NoChoice":
      return `none of ${reason.reasons.length} structures fits: ${reason.reasons.join("; ")}`
    case "Refused":
      return reason.issue
    case "TooDeep":
      return `nested deeper than ${reason.maxDepth}`
    case "WrongMessage":
      return `got ${reason.seen}`
  }
}

const longestReason = 200

/** Why one of several layouts does not fit: cut, as choices inside choices multiply. */
export const choiceReason = (path: ReadonlyArray<string | number>, reason: StructureReason): string => {
  const text = `${formatPath(path)}: ${describe(reason)}`
  return text.length > longestReason ? `${text.slice(0, longestReason - 1)}…` : text
}

/**
 * A body and its structure do not agree. `path` leads to the culprit by the names of the definition.
 *
 * `S6F11 reports[0].rptid: expected U1, U2, U4 or U8, got <A "x">`
 *
 * @since 0.1.0
 */
export class StructureError extends Schema.TaggedError<StructureError>("@effect-secs/codec/StructureError")(
  "StructureError",
  {
    /** `S6F11`, where a message was read or written. */
    subject: Schema.UndefinedOr(Schema.String),
    /** What failed: reading what a peer sent, or writing what the program gave. */
    operation: Schema.Literals(["decode", "encode"]),
    path: Schema.Array(Schema.Union([Schema.String, Schema.Number])),
    reason: StructureReason
  }
) {
  override get message(): string {
    if (this.reason._tag === "WrongMessage") return `expected ${this.subject}, got ${this.reason.seen}`
    const subject = this.subject === undefined ? "" : `${this.subject} `
    return `${subject}${formatPath(this.path)}: ${describe(this.reason)}`
  }

  override toJSON(): unknown {
    return shown(this, super.toJSON())
  }
}

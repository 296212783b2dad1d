/**
 * Definitions of messages: what a stream and function is called, who sends it, whether it is answered, and what its
 * body looks like. Pure.
 *
 * A definition turns values into messages and messages into values. It holds no state and registers nowhere: pass it to
 * `Session.call`, to a handler, or to a `Registry`.
 *
 * @example
 * const Pong = StreamFunction.secondary({ stream: 64, function: 2, name: "Pong", structure: Structure.A })
 * const Ping = StreamFunction.primary({ stream: 64, function: 1, name: "Ping", structure: Structure.A, reply: Pong })
 *
 * @see SEMI E5, stream and function allocation
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { MessageError } from "./CodecError.ts"
import type { Deviation } from "./Deviation.ts"
import { decodeLayout, encodeLayout, readLayout, writeLayout } from "./internal/structure/run.ts"
import type { Item } from "./Item.ts"
import * as Layout from "./Layout.ts"
import type * as QuirkProfile from "./QuirkProfile.ts"
import { SecsMessage } from "./SecsMessage.ts"
import { type Any as AnyStructure, either, type Structure } from "./Structure.ts"
import type { ReadOptions, WriteOptions } from "./StructureCodec.ts"
import { StructureError } from "./StructureError.ts"

// --- types ---------------------------------------------------------------------------------------------------------

/**
 * Who sends a message.
 *
 * @since 0.1.0
 */
export type Sender = "host" | "equipment"

/**
 * The W-bit of a primary: `"required"`, `"optional"` (the sender chooses) or `"none"`. Secondaries have `"none"`.
 *
 * @since 0.1.0
 */
export type ReplyRule = "required" | "optional" | "none"

/**
 * The definition of one SxFy with bodies of type `T`; `undefined` is the body of a message that is a header only.
 *
 * @since 0.1.0
 */
export interface StreamFunction<out T> {
  readonly stream: number
  readonly function: number
  /** `S6F11` */
  readonly id: string
  /** What the standard calls it: `Event Report Send`. */
  readonly name: string
  /** Who may send it. */
  readonly sender: Sender | "both"
  readonly replyRule: ReplyRule
  /** True where SECS-I may split it into blocks; `undefined` where that is not known. HSMS has no blocks. */
  readonly multiBlock: boolean | undefined
  /** The body; `undefined` for a header only. Where it depends on the sender, either of both. */
  readonly structure: Structure<T> | undefined
  /** The body by sender, where they differ. */
  readonly structures: { readonly [S in Sender]: AnyStructure } | undefined
}

/**
 * The definition of a primary, and of its reply.
 *
 * @since 0.1.0
 */
export interface Primary<out T, out R> extends StreamFunction<T> {
  readonly kind: "primary"
  readonly reply: Secondary<R> | undefined
}

/**
 * The definition of a secondary.
 *
 * @since 0.1.0
 */
export interface Secondary<out T> extends StreamFunction<T> {
  readonly kind: "secondary"
}

/**
 * Any definition.
 *
 * @since 0.1.0
 */
export type Any = Primary<unknown, unknown> | Secondary<unknown>

/**
 * The body of a definition's messages.
 *
 * @since 0.1.0
 */
export type Body<D> = D extends StreamFunction<infer T> ? T : never

/**
 * The body of the reply to a definition's messages.
 *
 * @since 0.1.0
 */
export type ReplyBody<D> = D extends Primary<unknown, infer R> ? R : never

// --- constructors --------------------------------------------------------------------------------------------------

type BySender = { readonly host: AnyStructure; readonly equipment: AnyStructure }

type BodyOf<S> = [S] extends [undefined]
  ? undefined
  : S extends { readonly host: infer H extends AnyStructure; readonly equipment: infer E extends AnyStructure }
    ? H["Type"] | E["Type"]
    : S extends AnyStructure
      ? S["Type"]
      : undefined

interface Common<S> {
  /** 1 to 127; 64 and above are yours. */
  readonly stream: number
  readonly function: number
  readonly name: string
  /** Who may send it; `"both"` unless told. */
  readonly sender?: Sender | "both"
  /** The body, or one for each sender; leave it out for a header only. */
  readonly structure?: S
  readonly multiBlock?: boolean
}

const isBySender = (structure: AnyStructure | BySender): structure is BySender => "host" in structure

const common = (definition: Common<AnyStructure | BySender | undefined>) => {
  const { function: function_, name, structure, stream } = definition
  const inRange = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most
  if (!inRange(stream, 1, 127)) throw new MessageError({ stream, function: function_, reason: "StreamRange" })
  if (!inRange(function_, 0, 255)) throw new MessageError({ stream, function: function_, reason: "FunctionRange" })
  const structures = structure !== undefined && isBySender(structure) ? structure : undefined
  return {
    stream,
    function: function_,
    id: `S${stream}F${function_}`,
    name,
    sender: definition.sender ?? "both",
    multiBlock: definition.multiBlock,
    structure:
      structures === undefined
        ? (structure as AnyStructure | undefined)
        : either([structures.equipment, structures.host]),
    structures
  } as const
}

/**
 * Defines a secondary.
 *
 * Throws   `MessageError` for a stream or function out of range, or an odd function: a wrong literal is a bug
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const secondary = <const S extends AnyStructure | BySender | undefined = undefined>(
  definition: Common<S>
): Secondary<BodyOf<S>> => {
  const shared = common(definition)
  if (shared.function % 2 !== 0) {
    throw new MessageError({ stream: shared.stream, function: shared.function, reason: "NotSecondary" })
  }
  return { kind: "secondary", replyRule: "none", ...shared } as never
}

/**
 * Defines a primary. With a `reply` it has the W-bit unless told otherwise, without one it never has.
 *
 * Throws   `MessageError` for a stream or function out of range, an even function, or a reply that is not the next
 *          function of the same stream: a wrong literal is a bug
 *
 * @since 0.1.0
 */
/* @__NO_SIDE_EFFECTS__ */
export const primary = <
  const S extends AnyStructure | BySender | undefined = undefined,
  R extends Secondary<unknown> | undefined = undefined
>(
  definition: Common<S> & { readonly reply?: R; readonly replyRule?: ReplyRule }
): Primary<BodyOf<S>, R extends Secondary<infer T> ? T : never> => {
  const shared = common(definition)
  const { reply } = definition
  const { function: function_, stream } = shared
  if (function_ % 2 !== 1) throw new MessageError({ stream, function: function_, reason: "NotPrimary" })
  if (reply !== undefined && (reply.stream !== stream || reply.function !== function_ + 1)) {
    throw new MessageError({ stream: reply.stream, function: reply.function, reason: "NotSecondary" })
  }
  const replyRule = definition.replyRule ?? (reply === undefined ? "none" : "required")
  return { kind: "primary", ...shared, replyRule, reply } as never
}

// --- values to messages --------------------------------------------------------------------------------------------

/**
 * How a definition is written.
 *
 * @since 0.1.0
 */
export interface ToMessageOptions extends Omit<WriteOptions, "subject"> {
  /** Who sends it, for the few messages whose body depends on that; either unless told. */
  readonly sender?: Sender | undefined
  /** What the peer wants otherwise than the standard says. */
  readonly profile?: QuirkProfile.Compiled | undefined
}

/**
 * How a message is read by its definition.
 *
 * @since 0.1.0
 */
export interface FromMessageOptions extends Omit<ReadOptions, "subject"> {
  /** Who sent it, for the few messages whose body depends on that; either unless told. */
  readonly sender?: Sender | undefined
  /** What the peer does otherwise than the standard says. */
  readonly profile?: QuirkProfile.Compiled | undefined
}

/** The layout of a body: by the letter of the definition, as the profile changes it. */
const layoutFor = (
  definition: StreamFunction<unknown>,
  options: { readonly sender?: Sender | undefined; readonly profile?: QuirkProfile.Compiled | undefined }
): Layout.Layout | undefined => {
  const bySender = options.sender === undefined ? undefined : definition.structures?.[options.sender]
  const structure = bySender ?? definition.structure
  if (structure === undefined) return undefined
  const layout = Layout.fromSchema(structure)
  return options.profile === undefined ? layout : options.profile.layout(definition.id, layout)
}

const fails = (
  definition: StreamFunction<unknown>,
  operation: "decode" | "encode",
  reason: StructureError["reason"]
): Result.Result<never, StructureError> =>
  Result.fail(new StructureError({ subject: definition.id, operation, path: [], reason }))

/**
 * The W-bit of a definition's messages, unless the sender or a profile decides otherwise.
 *
 * @since 0.1.0
 */
export const replyExpected = (definition: StreamFunction<unknown>, profile?: QuirkProfile.Compiled): boolean =>
  profile?.replyExpected(definition.id) ?? definition.replyRule !== "none"

/**
 * The message of a value.
 *
 * Fails    `StructureError` with the path to what cannot be written; never throws
 *
 * @since 0.1.0
 */
export const toMessage = <T>(
  definition: StreamFunction<T>,
  value: T,
  options: ToMessageOptions = {}
): Result.Result<SecsMessage, StructureError> => {
  const layout = layoutFor(definition, options)
  const expected = replyExpected(definition, options.profile)
  if (layout === undefined) {
    return value === undefined
      ? Result.succeed(new SecsMessage(definition.stream, definition.function, expected, undefined))
      : fails(definition, "encode", {
          _tag: "WrongValue",
          expected: "no body, as the message is a header only",
          seen: typeof value
        })
  }
  const item = writeLayout(layout, value, { ...writeOptions(options), subject: definition.id })
  return Result.isSuccess(item)
    ? Result.succeed(new SecsMessage(definition.stream, definition.function, expected, item.success))
    : Result.fail(item.failure)
}

const writeOptions = (options: ToMessageOptions): WriteOptions => ({
  maxDepth: options.maxDepth,
  text: options.text ?? options.profile?.text?.encode
})

/**
 * The bytes of a value's body, without items on the way; none for a header only.
 *
 * @since 0.1.0
 */
export const encode = <T>(
  definition: StreamFunction<T>,
  options: ToMessageOptions = {}
): ((value: T) => Result.Result<Uint8Array, StructureError>) => {
  const layout = layoutFor(definition, options)
  const write = { ...writeOptions(options), subject: definition.id }
  return (value) => {
    if (layout !== undefined) return encodeLayout(layout, value, write)
    return value === undefined
      ? Result.succeed(new Uint8Array(0))
      : fails(definition, "encode", {
          _tag: "WrongValue",
          expected: "no body, as the message is a header only",
          seen: typeof value
        })
  }
}

// --- messages to values --------------------------------------------------------------------------------------------

const readOptions = (definition: StreamFunction<unknown>, options: FromMessageOptions): ReadOptions => ({
  mode: options.mode,
  onDeviation: options.onDeviation,
  maxDepth: options.maxDepth,
  text: options.text ?? options.profile?.text?.decode,
  subject: definition.id
})

/** True where an empty list would do, so that a peer that leaves it out means the same. */
const takesEmptyList = (layout: Layout.Layout): boolean =>
  layout._tag === "Optional" ||
  (layout._tag === "Elements" && layout.minimum === 0) ||
  (layout._tag === "Members" && layout.members.every((member) => member.presence === "tail")) ||
  (layout._tag === "Choice" && layout.options.some(takesEmptyList))

const emptyList = (): Item =>
  Result.getOrThrow(
    writeLayout(
      {
        _tag: "Elements",
        element: { _tag: "Any", name: undefined, formats: undefined },
        minimum: 0,
        maximum: 0,
        packed: false
      },
      [],
      {}
    )
  )

/**
 * The value of a message's body.
 *
 * Fails    `StructureError` with the path to the culprit by the names of the definition; never throws
 *
 * @since 0.1.0
 */
export const fromMessage = <T>(
  definition: StreamFunction<T>,
  message: SecsMessage,
  options: FromMessageOptions = {}
): Result.Result<T, StructureError> => {
  if (message.stream !== definition.stream || message.function !== definition.function) {
    return fails(definition, "decode", { _tag: "WrongMessage", seen: message.name })
  }
  return fromItem(definition, message.item, options)
}

const reportOne = (
  definition: StreamFunction<unknown>,
  options: FromMessageOptions,
  kind: Deviation["kind"],
  expected: string,
  seen: string
) => options.onDeviation?.({ kind, subject: definition.id, path: [], expected, seen })

/**
 * The value of a body; `undefined` is that of a header only.
 *
 * @since 0.1.0
 */
export const fromItem = <T>(
  definition: StreamFunction<T>,
  item: Item | undefined,
  options: FromMessageOptions = {}
): Result.Result<T, StructureError> => {
  const layout = layoutFor(definition, options)
  const lenient = options.mode === "lenient"
  if (layout === undefined) {
    if (item === undefined) return Result.succeed(undefined as T)
    const seen = item.toString()
    if (!lenient) return fails(definition, "decode", { _tag: "UnexpectedItem", seen })
    reportOne(definition, options, "UnexpectedItem", "a header only", seen)
    return Result.succeed(undefined as T)
  }
  if (item !== undefined) return readLayout(layout, item, readOptions(definition, options))
  const expected = Layout.expectation(layout)
  if (!lenient || !takesEmptyList(layout)) return fails(definition, "decode", { _tag: "NoItem", expected })
  reportOne(definition, options, "HeaderOnly", expected, "a header only")
  return readLayout(layout, emptyList(), readOptions(definition, options))
}

/**
 * The value of the bytes of a body, without items on the way where the body is by the letter.
 *
 * @since 0.1.0
 */
export const decode = <T>(
  definition: StreamFunction<T>,
  options: FromMessageOptions = {}
): ((bytes: Uint8Array) => Result.Result<T, StructureError>) => {
  const layout = layoutFor(definition, options)
  const read = readOptions(definition, options)
  return (bytes) =>
    layout === undefined || bytes.length === 0
      ? decodeWithoutLayout(definition, bytes, options)
      : decodeLayout(layout, bytes, 0, bytes.length, read)
}

const anyItem: Layout.Layout = { _tag: "Any", name: undefined, formats: undefined }

const decodeWithoutLayout = <T>(
  definition: StreamFunction<T>,
  bytes: Uint8Array,
  options: FromMessageOptions
): Result.Result<T, StructureError> => {
  if (bytes.length === 0) return fromItem(definition, undefined, options)
  const item = decodeLayout<Item>(anyItem, bytes, 0, bytes.length, { subject: definition.id })
  return Result.isSuccess(item) ? fromItem(definition, item.success, options) : Result.fail(item.failure)
}

// --- capture -------------------------------------------------------------------------------------------------------

/**
 * A message as it came, and what could be made of it.
 *
 * @since 0.1.0
 */
export interface Captured<out T> {
  readonly item: Item | undefined
  /** The value, read leniently, or why there is none. */
  readonly body: Result.Result<T, StructureError>
  readonly deviations: ReadonlyArray<Deviation>
}

/**
 * Reads a message leniently and keeps it all: the raw item, the deviations, and the error where there is one.
 *
 * @since 0.1.0
 */
export const capture = <T>(
  definition: StreamFunction<T>,
  message: SecsMessage,
  options: FromMessageOptions = {}
): Captured<T> => {
  const deviations: Array<Deviation> = []
  const body = fromMessage(definition, message, {
    ...options,
    mode: "lenient",
    onDeviation: (deviation) => deviations.push(deviation)
  })
  return { item: message.item, body, deviations }
}

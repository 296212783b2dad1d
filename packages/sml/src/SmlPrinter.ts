/**
 * Messages, items and templates to SML text. Pure.
 *
 * What is printed is what was given: `parse(print(x))` is `x`, read in the preset's dialect. Where a preset has no text
 * for a value, nothing is printed and `PrintError` names the preset, the item and the value. `show` is for people: it
 * prints everything, cut where it gets long, and is not meant to be read back.
 *
 * Lists may be nested as deep as they like; indentation ends at 64 levels.
 *
 * @since 0.1.0
 */
import { Item, SecsMessage } from "@effect-secs/codec"
import * as Result from "effect/Result"
import {
  flag,
  type Kinds,
  optionFault,
  preset as presetKind,
  refuse as refuseOption,
  wholeFrom
} from "./internal/callerFault.ts"
import { headerFault, headerText } from "./internal/print/printHeader.ts"
import { type Fault, itemFault, type Node } from "./internal/print/sayable.ts"
import { SmlWriter } from "./internal/print/SmlWriter.ts"
import * as Preset from "./Preset.ts"
import type { Direction, SmlMessage } from "./SmlDocument.ts"
import { PrintError } from "./SmlError.ts"
import type { Template } from "./Template.ts"

/**
 * How to print. An option that is none is a `PrintError` that names it.
 *
 * @since 0.1.0
 */
export interface PrintOptions {
  /** `Preset.canonical` unless given. */
  readonly preset?: Preset.Preset | undefined
  /**
   * Columns after which values and text go on in the next line, where the preset lets them: a number, or eight
   * characters of text, is not parted. From 1; Infinity unless given.
   */
  readonly maxWidth?: number | undefined
}

/**
 * A message to print: what a parser read, or the same fields of one's own.
 *
 * A name and a direction are no part of a message on the wire: a preset that has no place for them leaves them out.
 *
 * @since 0.1.0
 */
export interface Message {
  readonly name?: string | undefined
  readonly stream: number
  readonly function: number
  /** `"clear"` unless given. */
  readonly wBit?: SmlMessage["wBit"] | undefined
  readonly direction?: Direction | undefined
  readonly item?: Item.Item | undefined
  /** In place of an item. */
  readonly template?: Template | undefined
}

/**
 * A message of the wire with a name.
 *
 * @example
 * SmlPrinter.message(SmlPrinter.named("AreYouThere", SecsMessage.primary(1, 1)))
 * // => Result.succeed("AreYouThere:'S1F1' W\n.")
 *
 * @since 0.1.0
 */
export const named = (name: string | undefined, message: SecsMessage.SecsMessage): Message => ({
  name,
  stream: message.stream,
  function: message.function,
  wBit: message.replyExpected ? "set" : "clear",
  item: message.item
})

/** What can be printed by itself. */
type Source = Item.Item | Template | SecsMessage.SecsMessage | Message

/** The text before an item, the item, and the text behind it. */
interface Parts {
  readonly before: string
  readonly node: Node | undefined
  readonly after: string
}

const fieldsOf = (message: SecsMessage.SecsMessage | Message): Message =>
  message instanceof SecsMessage.SecsMessage ? named(undefined, message) : message

const messageParts = (preset: Preset.Preset, message: Message): Parts => {
  const header = headerText(preset, message)
  const node = message.template?.root ?? message.item
  const lines = preset.layout === "lines"
  return {
    before: node === undefined ? header : `${header}${lines ? "\n" : " "}`,
    node,
    // A name that the header ends with would take the dot as a part of itself.
    after: lines ? "\n." : node === undefined && !/['W\d]$/.test(header) ? " ." : "."
  }
}

const isNode = (source: Source): source is Item.Item | Template => Item.isItem(source) || "root" in source

const nodeOf = (source: Item.Item | Template): Node => ("root" in source ? source.root : source)

const partsOf = (preset: Preset.Preset, source: Source): Parts =>
  isNode(source) ? { before: "", node: nodeOf(source), after: "" } : messageParts(preset, fieldsOf(source))

const refuse = (preset: Preset.Preset, { path, what }: Fault, message?: Message): PrintError =>
  new PrintError({
    dialect: preset.name,
    path,
    what,
    ...(message === undefined ? {} : { of: `S${message.stream}F${message.function}` })
  })

const kinds: Kinds = { preset: presetKind, maxWidth: wholeFrom(1), chunkSize: wholeFrom(1) }

/** The options of printing, each of its kind. */
const checked = (options: PrintOptions): Result.Result<Preset.Preset, PrintError> => {
  const option = optionFault(kinds, options)
  if (option === undefined) return Result.succeed(options.preset ?? Preset.canonical)
  const dialect = option.argument === "preset" ? "no preset" : (options?.preset?.name ?? Preset.canonical.name)
  return Result.fail(new PrintError({ dialect, path: [], what: `${option.argument} ${option.seen}`, option }))
}

/** The parts of what the preset has text for. */
const sayable = (preset: Preset.Preset, source: Source): Result.Result<Parts, PrintError> => {
  if (isNode(source)) {
    const node = nodeOf(source)
    const fault = itemFault(preset, node)
    return fault === undefined ? Result.succeed({ before: "", node, after: "" }) : Result.fail(refuse(preset, fault))
  }
  const message = fieldsOf(source)
  const header = headerFault(preset, message)
  if (header !== undefined) return Result.fail(refuse(preset, { path: [], what: header }, message))
  const parts = messageParts(preset, message)
  const fault = parts.node === undefined ? undefined : itemFault(preset, parts.node)
  return fault === undefined ? Result.succeed(parts) : Result.fail(refuse(preset, fault, message))
}

const write = (preset: Preset.Preset, { after, before, node }: Parts, maxWidth: number, maxValues: number): string => {
  if (node === undefined) return before + after
  const writer = new SmlWriter(preset, { maxWidth, maxValues }, node, before)
  writer.run(Infinity)
  return writer.take() + after
}

const print = (source: Source, options: PrintOptions): Result.Result<string, PrintError> => {
  const preset = checked(options)
  if (Result.isFailure(preset)) return Result.fail(preset.failure)
  const { maxWidth = Infinity } = options
  return Result.map(sayable(preset.success, source), (parts) => write(preset.success, parts, maxWidth, Infinity))
}

/**
 * Prints one item, without a line end behind it.
 *
 * Fails    `PrintError` with the first item, from the left, that the preset has no text for
 *
 * @example
 * SmlPrinter.item(Item.L(Item.A("MDLN"), Item.U4(1)), { preset: Preset.compact })
 * // => Result.succeed('<L [2] <A [4] "MDLN"> <U4 [1] 1>>')
 *
 * @since 0.1.0
 */
export const item = (item: Item.Item, options: PrintOptions = {}): Result.Result<string, PrintError> =>
  print(item, options)

/**
 * Prints a template alone, as files of templates write it.
 *
 * Fails    `PrintError` where the preset has no slots, or no text for one
 *
 * @since 0.1.0
 */
export const template = (template: Template, options: PrintOptions = {}): Result.Result<string, PrintError> =>
  print(template, options)

/**
 * Prints one message up to its `.`, without a line end behind it.
 *
 * Fails    `PrintError` for a header that is none, and as `item`
 *
 * @example
 * SmlPrinter.message(SecsMessage.primary(1, 3, Item.L(Item.U4(1001))))
 * // => Result.succeed("S1F3 W\n<L [1]\n  <U4 [1] 1001>\n>\n.")
 *
 * @since 0.1.0
 */
export const message = (
  message: SecsMessage.SecsMessage | Message,
  options: PrintOptions = {}
): Result.Result<string, PrintError> => print(message, options)

/**
 * Prints messages one below the other, each with a line end behind its `.`.
 *
 * Fails    as `message`, and where the preset's text holds one message only
 *
 * @since 0.1.0
 */
export const document = (
  messages: Iterable<SecsMessage.SecsMessage | Message>,
  options: PrintOptions = {}
): Result.Result<string, PrintError> => {
  const preset = checked(options)
  if (Result.isFailure(preset)) return Result.fail(preset.failure)
  let out = ""
  for (const one of messages) {
    if (out !== "" && preset.success.header?.several === false) {
      return Result.fail(refuse(preset.success, { path: [], what: "a second message" }, fieldsOf(one)))
    }
    const text = message(one, options)
    if (Result.isFailure(text)) return text
    out += `${text.success}\n`
  }
  return Result.succeed(out)
}

/**
 * How to print in pieces.
 *
 * @since 0.1.0
 */
export interface ChunkOptions extends PrintOptions {
  /** About how many characters a piece has; at most one value more. From 1; 65 536 unless given. */
  readonly chunkSize?: number | undefined
}

/**
 * Prints in pieces, for what is too long to be one string: joined they are what `item`, `template` or `message` gives.
 *
 * Whether all of it can be printed is known before the first piece, so that no file ends in the middle.
 *
 * Fails    as `item`, `template` and `message`
 *
 * @example
 * Result.map(SmlPrinter.chunks(recipe), (chunks) => {
 *   for (const chunk of chunks) file.write(chunk)
 * })
 *
 * @since 0.1.0
 */
export const chunks = (
  source: Item.Item | Template | SecsMessage.SecsMessage | Message,
  options: ChunkOptions = {}
): Result.Result<Iterable<string>, PrintError> => {
  const checkedPreset = checked(options)
  if (Result.isFailure(checkedPreset)) return Result.fail(checkedPreset.failure)
  const preset = checkedPreset.success
  const parts = sayable(preset, source)
  if (Result.isFailure(parts)) return Result.fail(parts.failure)
  const { chunkSize = 65_536, maxWidth = Infinity } = options
  const { after, before, node } = parts.success
  return Result.succeed({
    *[Symbol.iterator]() {
      if (node === undefined) {
        yield before + after
        return
      }
      const writer = new SmlWriter(preset, { maxWidth, maxValues: Infinity }, node, before)
      while (!writer.run(chunkSize)) yield writer.take()
      yield writer.take() + after
    }
  })
}

/**
 * How to show.
 *
 * @since 0.1.0
 */
export interface ShowOptions {
  /** Everything on one line; else one item a line. */
  readonly oneLine?: boolean | undefined
  /** Columns, as in `PrintOptions`. */
  readonly maxWidth?: number | undefined
  /** Most values of one item: elements, bytes, characters, items of a list. From 0, or Infinity; 64 unless given. */
  readonly maxValues?: number | undefined
}

const shown: Kinds = { oneLine: flag, maxWidth: wholeFrom(1), maxValues: wholeFrom(0) }

/**
 * Text for people: canonical, and cut where an item has many values. Never fails; throws a `RangeError` for an option
 * that is none.
 *
 * A cut item keeps its size, and a comment says how many values are left out, so that it reads back, with a warning, as
 * a shorter one. So does a NaN whose payload has no text: its bits stand in a comment.
 *
 * @example
 * SmlPrinter.show(Item.B(new Uint8Array(1000)), { maxValues: 2 })
 * // => "<B [1000] 0x00 0x00 /* 998 more *\/>"
 *
 * @since 0.1.0
 */
export const show = (
  source: Item.Item | Template | SecsMessage.SecsMessage | Message,
  options: ShowOptions = {}
): string => {
  const fault = optionFault(shown, options)
  if (fault !== undefined) return refuseOption(fault)
  const { maxValues = 64, maxWidth = Infinity, oneLine = false } = options
  const preset = oneLine ? Preset.compact : Preset.canonical
  return write(preset, partsOf(preset, source), maxWidth, maxValues)
}

/**
 * `secs encode`: SML to bytes.
 *
 * @since 0.1.0
 */
import type { Item } from "@effect-secs/codec"
import { SmlDocument, SmlParser } from "@effect-secs/sml"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as ByteInput from "../ByteInput.ts"
import { type CliFailure, failed, usage } from "../CliFailure.ts"
import * as Encoded from "../Encoded.ts"
import { complain, readText, Shell, write } from "../Shell.ts"
import * as SmlInput from "../SmlInput.ts"

/** A number of so many bits, decimal or in hex. */
const unsigned = (name: string, maximum: number) =>
  Flag.String(name).pipe(
    Flag.filterMap(
      (text) => {
        const value = /^(?:\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : Number.NaN
        return value <= maximum ? Option.some(value) : Option.none()
      },
      () => `an integer from 0 to ${maximum}`
    ),
    Flag.withMetavar("NUMBER")
  )

const input = {
  input: Argument.String("input").pipe(
    Argument.withMetavar("FILE|-|SML"),
    Argument.withDescription("A file of messages, - for standard input, or messages or an item themselves"),
    Argument.variadic({ min: 1 })
  ),
  to: Flag.Literals("to", ByteInput.notations).pipe(
    Flag.withDescription("How to write the bytes; hex and base64 take a line for each message"),
    Flag.withDefault("hex" as const)
  ),
  as: Flag.Literals("as", Encoded.forms).pipe(
    Flag.withDescription("Items alone, behind the header, or in frames; frame unless the text is an item"),
    Flag.optional
  ),
  session: unsigned("session", 0xffff).pipe(Flag.withDescription("Session id in headers"), Flag.withDefault(0)),
  system: unsigned("system", 0xffff_ffff).pipe(
    Flag.withDescription("System bytes of the first message; the next ones count on"),
    Flag.withDefault(1)
  ),
  ...SmlInput.flags
}

/** A file of that name, else the words themselves. */
const readInput = Effect.fnUntraced(function* (words: ReadonlyArray<string>) {
  const shell = yield* Shell
  if (words.length === 1 && (yield* shell.isFile(words[0]!))) {
    return { path: words[0]!, text: yield* readText(words[0]!) }
  }
  const text = words.join(" ")
  if (!/<|\bS\d+F\d+/i.test(text)) return yield* failed(`${text}: no such file, and no SML`)
  return { path: "input", text }
})

/** Who wants all of them has a command for that. */
const shownWarnings = 3

/** One item, or messages with their headers. */
type Read =
  | { readonly _tag: "Item"; readonly item: Item.Item }
  | { readonly _tag: "Messages"; readonly messages: ReadonlyArray<SmlDocument.SmlMessage> }

const readSml = (text: string, options: SmlParser.ParseOptions): Effect.Effect<Read, CliFailure, Shell> =>
  Effect.gen(function* () {
    if (/^[\s\ufeff]*</.test(text)) {
      const item = SmlParser.parseItem(text, options)
      return Result.isSuccess(item) ? { _tag: "Item", item: item.success } : yield* failed(item.failure.message)
    }
    const { errors, messages, warnings, warningsOmitted } = SmlParser.parse(text, options)
    for (const warning of warnings.slice(0, shownWarnings)) yield* complain(SmlInput.diagnostic("warning", warning))
    const unsaid = warnings.length + warningsOmitted - shownWarnings
    if (unsaid > 0) yield* complain(`${SmlInput.counted(unsaid, "more warning")}: see secs sml check`)
    const [error, ...more] = errors
    if (error !== undefined) {
      const rest = more.length === 0 ? "" : `, and ${SmlInput.counted(more.length, "more error")}`
      return yield* failed(`${error.message}${rest}`)
    }
    if (messages.length === 0) return yield* failed(`${options.source}: no message`)
    return { _tag: "Messages", messages }
  })

/** `a.sml:3: START: S2F41`: a message, for errors. */
const place = (source: string | undefined, { function: function_, header, name, stream }: SmlDocument.SmlMessage) =>
  `${source}:${header.line}: ${name === undefined ? "" : `${name}: `}S${stream}F${function_}`

export const encode = Command.make("encode", input, (flags) =>
  Effect.gen(function* () {
    const { path, text } = yield* readInput(flags.input)
    const options = SmlInput.parseOptions(flags, path)
    const read = yield* readSml(text, options)
    if (read._tag === "Item") {
      const form = Option.getOrElse(flags.as, () => "item" as const)
      if (form !== "item") return yield* usage(`an item has no header: write SxFy before it for a ${form}`)
      const bytes = Encoded.item(read.item)
      if (Result.isFailure(bytes)) return yield* failed(bytes.failure.message)
      return yield* write(Encoded.written(bytes.success, flags.to))
    }
    const form = Option.getOrElse(flags.as, () => "frame" as const)
    let systemBytes = flags.system
    for (const message of read.messages) {
      const where = place(options.source, message)
      if (message.template !== undefined) return yield* failed(`${where} is a template: its slots have no values`)
      const header = { sessionId: flags.session, systemBytes: systemBytes++ >>> 0 }
      const bytes = Encoded.message(SmlDocument.toSecsMessage(message), form, header)
      if (Result.isFailure(bytes)) return yield* failed(`${where}: ${bytes.failure.message}`)
      yield* write(Encoded.written(bytes.success, flags.to))
    }
  })
).pipe(
  Command.withDescription("Encodes SML to SECS-II items, messages or HSMS frames."),
  Command.withExamples([
    { command: "secs encode '<L <U4 1001> <A \"OK\">>'", description: "an item, in hex" },
    { command: "secs encode --session 7 --system 42 'S1F13 W <L>.'", description: "a message as a frame" },
    { command: "secs encode --as item --to base64 messages.sml", description: "the items of a file, one a line" },
    { command: "secs encode --to binary messages.sml | secs decode -", description: "there and back" }
  ])
)

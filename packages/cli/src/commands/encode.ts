/**
 * `secs encode`: SML to bytes.
 *
 * @since 0.1.0
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ByteInput from "../bytes/ByteInput.ts"
import { failed, quiet } from "../CliFailure.ts"
import * as Encoded from "../bytes/Encoded.ts"
import * as MessageInput from "../messages/MessageInput.ts"
import * as MessageOutput from "../messages/MessageOutput.ts"
import { complain, readText, Shell, writeAll } from "../Shell.ts"
import * as SmlInput from "../messages/SmlInput.ts"

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
    Argument.withDescription("A file of SML or JSON, - for standard input, or messages or an item themselves"),
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
  if (!/[<{]|\bS\d+F\d+/i.test(text)) return yield* failed(`${text}: no such file, and no message or item`)
  return { path: "input", text }
})

export const encode = Command.make("encode", input, (flags) =>
  Effect.gen(function* () {
    const { path, text } = yield* readInput(flags.input)
    const options = SmlInput.parseOptions(flags, path)
    const { entries, failures: unread } = yield* MessageInput.read(text, options)
    const failures = [...unread]
    const pieces = MessageOutput.bytes(entries, {
      notation: flags.to,
      form: Option.getOrUndefined(flags.as),
      sessionId: flags.session,
      systemBytes: flags.system
    })
    yield* writeAll(MessageOutput.said(pieces, failures))
    const [first, ...more] = failures
    if (first === undefined) return
    if (more.length === 0) return yield* first
    for (const { message } of failures) yield* complain(`secs: ${message}`)
    return yield* quiet(first.exitCode)
  })
).pipe(
  Command.withDescription("Encodes SML or JSON to SECS-II items, messages or HSMS frames."),
  Command.withExamples([
    { command: "secs encode '<L <U4 1001> <A \"OK\">>'", description: "an item, in hex" },
    { command: "secs encode --session 7 --system 42 'S1F13 W <L>.'", description: "a message as a frame" },
    { command: "secs encode --as item --to base64 messages.sml", description: "the items of a file, one a line" },
    { command: "secs encode --to binary messages.sml | secs decode -", description: "there and back" }
  ])
)

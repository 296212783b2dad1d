/**
 * `secs decode`: bytes to SML.
 *
 * @since 0.1.0
 */
import { Preset } from "@effect-secs/sml"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as ByteInput from "../bytes/ByteInput.ts"
import { failed, tooLarge } from "../CliFailure.ts"
import * as Described from "../bytes/Described.ts"
import * as Explain from "../bytes/Explain.ts"
import * as NamesFlags from "../names/NamesFlags.ts"
import * as Printable from "../Printable.ts"
import { colours, readBytes, readTextBytes, Shell, writeAll } from "../Shell.ts"
import * as Wire from "../bytes/Wire.ts"

const input = Argument.String("input").pipe(
  Argument.withMetavar("HEX|FILE|-"),
  Argument.withDescription("Bytes in hex or base64, a file of them, or - for standard input"),
  Argument.variadic({ min: 1 })
)

const flags = {
  as: Flag.Literals("as", Wire.forms).pipe(
    Flag.withDescription("What the bytes are; detected unless told: frames, an item, or a message"),
    Flag.optional
  ),
  from: Flag.Literals("from", ByteInput.notations).pipe(
    Flag.withDescription("How the bytes are written; detected unless told"),
    Flag.optional
  ),
  explain: Flag.Boolean("explain").pipe(
    Flag.withDescription("Print every byte with its meaning; bad bytes are explained up to the fault"),
    Flag.withDefault(false)
  ),
  full: Flag.Boolean("full").pipe(
    Flag.withDescription("With --explain, print long values to their end"),
    Flag.withDefault(false)
  ),
  compact: Flag.Boolean("compact").pipe(
    Flag.withDescription("Print each item or message on one line"),
    Flag.withDefault(false)
  ),
  ...NamesFlags.flags,
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print JSON lines: one for each item, message or frame, or for each row of --explain"),
    Flag.withDefault(false)
  )
}

/** A file of that name, else the words themselves. Errors call it by `name`. */
const readInput = Effect.fnUntraced(function* (words: ReadonlyArray<string>, from: ByteInput.Notation | undefined) {
  const shell = yield* Shell
  const [first] = words
  if (words.length === 1 && (yield* shell.isFile(first!))) {
    const name = first === "-" ? "stdin" : first!
    const content = yield* from === undefined || from === "binary" ? readBytes(first!) : readTextBytes(first!)
    if (content.length > shell.longestText && ByteInput.isText(content, from)) {
      return yield* tooLarge(name, shell.longestText, content.length)
    }
    const bytes = ByteInput.fromBytes(content, from)
    return Result.isSuccess(bytes) ? { name, bytes: bytes.success } : yield* failed(`${name}: ${bytes.failure.message}`)
  }
  const text = words.join(" ")
  const name = text.length > 40 ? `${text.slice(0, 40)}…` : text
  if (from === "binary") return yield* failed(`${name}: no such file`)
  const bytes = ByteInput.fromText(text, from)
  return Result.isSuccess(bytes)
    ? { name: "input", bytes: bytes.success }
    : yield* failed(`${name}: no such file, and no ${from ?? "hex or base64"}: ${bytes.failure.message}`)
})

export const decode = Command.make(
  "decode",
  { input, ...flags },
  ({ as, compact, explain, from, full, input, json, ...settings }) =>
    Effect.gen(function* () {
      const { bytes, name } = yield* readInput(input, Option.getOrUndefined(from))
      const parts = Wire.read(bytes, Option.getOrUndefined(as))
      // Only messages have names, and the way to them.
      const hasMessages = parts.some((part) => Wire.messageOf(part) !== undefined)
      const names = hasMessages || settings.profile !== undefined ? yield* NamesFlags.load(settings) : undefined
      const { bold, red } = yield* colours
      const valueRows = full ? Number.POSITIVE_INFINITY : undefined
      const digits = Explain.offsetDigits(bytes.length)
      const nameColumns = explain && !json ? Explain.nameColumns(parts, names) : 0
      yield* writeAll(lines())
      const faulty = parts.find((part) => part.fault !== undefined)
      if (faulty?.fault !== undefined) return yield* failed(`${name}: ${faulty.fault.error.message}`)

      function* lines(): Generator<string> {
        for (const part of parts) {
          if (!explain) {
            if (json) yield `${Printable.json(JSON.stringify(Described.json(part, names)))}\n`
            else yield* Described.sml(part, compact ? Preset.compact : Preset.canonical, names)
            continue
          }
          for (const row of Explain.explain(bytes, part, { valueRows, names })) {
            if (json) yield `${Printable.json(JSON.stringify(Explain.json(row)))}\n`
            else {
              const line = Printable.line(Explain.line(row, digits, nameColumns))
              yield `${row.fault ? red(line) : row.offset === part.start ? bold(line) : line}\n`
            }
          }
        }
      }
    })
).pipe(
  Command.withDescription("Decodes SECS-II items, messages and HSMS frames to SML."),
  Command.withExamples([
    { command: "secs decode 01 02 a5 01 07 41 02 4f 4b", description: "an item in hex" },
    { command: "secs decode --explain 0000000a0000810d000000000001", description: "a frame, byte by byte" },
    { command: "secs decode dump.txt", description: "a dump of xxd, hexdump -C, od or Wireshark" },
    { command: "secs decode capture.bin", description: "a file of frames" },
    { command: "secs decode --json capture.bin", description: "the same, a line of JSON for each" },
    { command: "secs decode --explain 01 02 a5 01 07 c5 01", description: "bytes that are wrong" }
  ])
)

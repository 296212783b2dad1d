/**
 * `secs sml convert`: messages as another tool writes them.
 *
 * @since 0.1.0
 */
import { counted } from "../../Counts.ts"
import { Preset } from "@effect-secs/sml"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type CliFailure, ExitCode, failed, quiet } from "../../CliFailure.ts"
import * as MessageInput from "../../messages/MessageInput.ts"
import * as MessageOutput from "../../messages/MessageOutput.ts"
import * as MessageFiles from "../../messages/MessageFiles.ts"
import { complain, printLine, Shell, verbatim, writeAll } from "../../Shell.ts"
import * as SmlInput from "../../messages/SmlInput.ts"

const presets: Readonly<Record<string, Preset.Preset>> = Preset.presets

const input = {
  files: Argument.String("files").pipe(
    Argument.withMetavar("FILES|-"),
    Argument.withDescription("Files, folders of .sml files, or - for standard input"),
    Argument.variadic({ min: 1 })
  ),
  to: Flag.Literals("to", ["json", "hex", ...Object.keys(presets)]).pipe(
    Flag.withDescription("JSON lines, frames in hex, or SML as a tool reads it")
  ),
  outDir: Flag.String("out-dir").pipe(
    Flag.withMetavar("DIR"),
    Flag.withDescription("Write a file for each message into this folder, and print its name; no file is replaced"),
    Flag.optional
  ),
  ...SmlInput.flags
}

export const convert = Command.make("convert", input, (flags) =>
  Effect.gen(function* () {
    const { to } = flags
    const folder = Option.getOrUndefined(flags.outDir)
    const write = folder === undefined ? toOutput(to) : toFolder(to, folder)
    let isWhole = true
    const say = ({ message }: CliFailure) => {
      isWhole = false
      return complain(`secs: ${message}`)
    }
    for (const path of yield* SmlInput.expand(flags.files)) {
      const { text } = yield* SmlInput.open(path)
      const options = SmlInput.parseOptions(flags, path)
      const { beside, entries, failures } = yield* MessageInput.read(text, options)
      for (const failure of failures) yield* say(failure)
      for (const failure of yield* write(entries)) yield* say(failure)
      const left = entries.length === 0 ? "" : leftOut(beside)
      if (left !== "") yield* complain(`${options.source}: ${left} left out: only messages are converted`)
    }
    if (!isWhole) return yield* quiet(ExitCode.Failed)
  })
).pipe(
  Command.withDescription("Converts files of SML or JSON to JSON, bytes, or the SML of another tool."),
  Command.withExamples([
    { command: "secs sml convert --to secs4net messages.sml", description: "as a tool reads it" },
    { command: "secs sml convert --to json messages.sml", description: "a line of JSON for each message" },
    { command: "secs sml convert --to json messages.sml | secs sml convert --to canonical -", description: "and back" },
    { command: "secs sml convert --to compact messages.sml", description: "one line for each message" },
    { command: "secs sml convert --to hex messages.sml", description: "a frame for each message, in hex" },
    {
      command: "secs sml convert --to secs4js --out-dir js messages.sml",
      description: "a file for each message, for a tool that reads one a file"
    },
    { command: "secs sml convert --to secs4js katakana.sml", description: "what a tool has no form for" }
  ])
)

const pieces = (entries: Iterable<MessageInput.Entry>, to: string) => {
  if (to === "json") return MessageOutput.json(entries)
  if (to === "hex") return MessageOutput.bytes(entries, { notation: "hex", sessionId: 0, systemBytes: 1 })
  return MessageOutput.sml(entries, presets[to]!)
}

/** Writes what can be said, and gives what cannot. */
type Write = (entries: ReadonlyArray<MessageInput.Entry>) => Effect.Effect<ReadonlyArray<CliFailure>, CliFailure, Shell>

const toOutput = (to: string): Write => {
  const several = presets[to]?.header?.several !== false
  let written = 0
  return Effect.fnUntraced(function* (entries) {
    const failures: Array<CliFailure> = []
    const fitting = several ? entries : entries.slice(0, Math.max(0, 1 - written))
    written += fitting.length
    yield* writeAll(mapped(MessageOutput.said(pieces(fitting, to), failures), yield* verbatim))
    const [first, ...more] = entries.slice(fitting.length)
    if (first === undefined) return failures
    const others = more.length === 0 ? "" : `, and ${more.length} more`
    const reason = `${to} reads one message a file: --out-dir DIR writes them${others}`
    return [...failures, failed(`${first.place}: ${reason}`)]
  })
}

const toFolder = (to: string, folder: string): Write => {
  const name = MessageFiles.namer()
  const extension = presets[to] === undefined ? to : "sml"
  return Effect.fnUntraced(function* (entries) {
    const shell = yield* Shell
    const failures: Array<CliFailure> = []
    yield* shell.makeFolder(folder)
    for (const entry of entries) {
      const path = `${folder.replace(/(?<=[^/])\/+$/, "")}/${name(entry)}.${extension}`
      const content = [...MessageOutput.said(pieces([entry], to), failures)]
      if (content.length === 0) continue
      if (yield* shell.isFile(path)) failures.push(failed(`${entry.place}: ${path} is there already`))
      else {
        yield* shell.writeFile(path, content.join(""))
        yield* printLine(path)
      }
    }
    return failures
  })
}

function* mapped(pieces: Iterable<string | Uint8Array>, change: (text: string) => string) {
  for (const piece of pieces) yield typeof piece === "string" ? change(piece) : piece
}

/** `2 comments, 1 constant and 1 rule` */
const leftOut = ({ comments, constants, rules }: MessageInput.Beside): string => {
  const parts = [
    ...(comments > 0 ? [counted(comments, "comment")] : []),
    ...(constants > 0 ? [counted(constants, "constant")] : []),
    ...(rules > 0 ? [counted(rules, "rule")] : [])
  ]
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`
}

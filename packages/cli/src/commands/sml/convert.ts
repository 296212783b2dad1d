/**
 * `secs sml convert`: messages as another tool writes them.
 *
 * @since 0.1.0
 */
import { Preset, SmlPrinter } from "@effect-secs/sml"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { failed } from "../../CliFailure.ts"
import { complain, writeAll } from "../../Shell.ts"
import { writeBytes } from "../../SmlBytes.ts"
import * as SmlInput from "../../SmlInput.ts"

const presets: Readonly<Record<string, Preset.Preset>> = Preset.presets

const input = {
  files: Argument.String("files").pipe(
    Argument.withMetavar("FILES|-"),
    Argument.withDescription("Files, folders of .sml files, or - for standard input"),
    Argument.variadic({ min: 1 })
  ),
  to: Flag.Literals("to", ["hex", ...Object.keys(presets)]).pipe(
    Flag.withDescription("Frames in hex, or SML as a tool reads it")
  ),
  ...SmlInput.flags
}

export const convert = Command.make("convert", input, (flags) =>
  Effect.gen(function* () {
    for (const path of yield* SmlInput.expand(flags.files)) {
      const { text } = yield* SmlInput.open(path)
      const options = SmlInput.parseOptions(flags, path)
      const read = yield* SmlInput.read(text, options)
      if (flags.to === "hex")
        yield* writeBytes(read, { source: options.source, notation: "hex", sessionId: 0, systemBytes: 1 })
      else yield* writeSml(read, options.source, presets[flags.to]!)
    }
  })
).pipe(
  Command.withDescription("Converts files of SML to another dialect, or to bytes."),
  Command.withExamples([
    { command: "secs sml convert --to secs4net messages.sml", description: "as a tool reads it" },
    { command: "secs sml convert --to compact library", description: "one line for each message" },
    { command: "secs sml convert --to hex messages.sml", description: "a frame for each message, in hex" },
    { command: "secs sml convert --to secs4js messages.sml", description: "what a tool has no form for" }
  ])
)

const writeSml = Effect.fnUntraced(function* (read: SmlInput.Read, source: string | undefined, preset: Preset.Preset) {
  const sources = read._tag === "Item" ? [read.item] : read.document.messages
  const one = preset.header?.several === false
  for (const [index, source_] of sources.entries()) {
    const where = "stream" in source_ ? SmlInput.place(source, source_) : source
    if (one && index > 0) return yield* failed(`${where}: ${preset.name} reads one message a file`)
    const chunks = SmlPrinter.chunks(source_, { preset })
    if (Result.isFailure(chunks)) return yield* failed(`${where}: ${chunks.failure.message}`)
    yield* writeAll(closed(chunks.success))
  }
  const rules = read._tag === "Item" ? 0 : read.document.rules.length
  if (rules > 0) yield* complain(`${source}: ${SmlInput.counted(rules, "rule")} left out: only messages are converted`)
})

function* closed(chunks: Iterable<string>): Generator<string> {
  yield* chunks
  yield "\n"
}

/**
 * `secs sml convert`: messages as another tool writes them.
 *
 * @since 0.1.0
 */
import { Preset } from "@effect-secs/sml"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as MessageInput from "../../messages/MessageInput.ts"
import * as MessageOutput from "../../messages/MessageOutput.ts"
import { complain, writeEach } from "../../Shell.ts"
import { counted } from "../../Counts.ts"
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
  ...SmlInput.flags
}

export const convert = Command.make("convert", input, (flags) =>
  Effect.gen(function* () {
    for (const path of yield* SmlInput.expand(flags.files)) {
      const { text } = yield* SmlInput.open(path)
      const options = SmlInput.parseOptions(flags, path)
      const { entries, rules } = yield* MessageInput.read(text, options)
      yield* writeEach(pieces(entries, flags.to))
      if (rules > 0)
        yield* complain(`${options.source}: ${counted(rules, "rule")} left out: only messages are converted`)
    }
  })
).pipe(
  Command.withDescription("Converts files of SML or JSON to JSON, bytes, or the SML of another tool."),
  Command.withExamples([
    { command: "secs sml convert --to secs4net messages.sml", description: "as a tool reads it" },
    { command: "secs sml convert --to json messages.sml", description: "a line of JSON for each message" },
    { command: "secs sml convert --to json messages.sml | secs sml convert --to canonical -", description: "and back" },
    { command: "secs sml convert --to compact messages.sml", description: "one line for each message" },
    { command: "secs sml convert --to hex messages.sml", description: "a frame for each message, in hex" },
    { command: "secs sml convert --to secs4js katakana.sml", description: "what a tool has no form for" }
  ])
)

const pieces = (entries: ReadonlyArray<MessageInput.Entry>, to: string) => {
  if (to === "json") return MessageOutput.json(entries)
  if (to === "hex") return MessageOutput.bytes(entries, { notation: "hex", sessionId: 0, systemBytes: 1 })
  return MessageOutput.sml(entries, presets[to]!)
}

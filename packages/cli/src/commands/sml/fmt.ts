/**
 * `secs sml fmt`: files of SML laid out anew.
 *
 * @since 0.1.0
 */
import { type SmlError, SmlFormatter, SmlParser } from "@effect-secs/sml"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { ExitCode, quiet, usage } from "../../CliFailure.ts"
import { complain, printLine, progress, readTextBytes, Shell, verbatim, write } from "../../Shell.ts"
import * as SmlInput from "../../messages/SmlInput.ts"
import * as TextInput from "../../TextInput.ts"

const input = {
  files: Argument.String("files").pipe(
    Argument.withMetavar("FILES|-"),
    Argument.withDescription("Files, folders of .sml files, or - for standard input"),
    Argument.variadic({ min: 1 })
  ),
  write: Flag.Boolean("write").pipe(
    Flag.withAlias("w"),
    Flag.withDescription("Replace the files instead of printing them"),
    Flag.withDefault(false)
  ),
  check: Flag.Boolean("check").pipe(
    Flag.withDescription("Name the files that are not formatted, and end with 1 if there is one"),
    Flag.withDefault(false)
  ),
  indent: Flag.Int("indent").pipe(
    Flag.filter(
      (indent) => indent >= 0 && indent <= 16,
      () => "0 to 16 blanks"
    ),
    Flag.withDescription("Blanks for each level; those of the dialect unless told"),
    Flag.optional
  ),
  width: Flag.Int("width").pipe(
    Flag.filter(
      (width) => width >= 20,
      () => "20 columns at least"
    ),
    Flag.withDescription("Columns after which numbers go on in the next line"),
    Flag.withDefault(120)
  ),
  ...SmlInput.flags
}

export const fmt = Command.make("fmt", input, (flags) =>
  Effect.gen(function* () {
    if (flags.check && flags.write) return yield* usage("--check and --write exclude each other")
    const shell = yield* Shell
    const paths = yield* SmlInput.expand(flags.files)
    if (flags.write && paths.includes("-")) return yield* usage("standard input cannot be written to")
    let isFine = true
    for (const [index, path] of paths.entries()) {
      yield* progress(`${index + 1} of ${paths.length}: ${path}`)
      const bytes = yield* readTextBytes(path)
      const text = TextInput.decode(bytes)
      const options = SmlInput.parseOptions(flags, path)
      const indent = Option.getOrUndefined(flags.indent)
      const formatted = SmlFormatter.format(text, { ...options, indent, maxWidth: flags.width })
      yield* progress("")
      if (Result.isFailure(formatted)) {
        isFine = false
        for (const error of errorsOf(text, options, formatted.failure)) {
          yield* complain(SmlInput.diagnostic("error", error))
        }
      } else if (!flags.check && !flags.write) {
        yield* write((yield* verbatim)(formatted.success))
      } else if (formatted.success !== text) {
        if (flags.check) isFine = false
        else yield* shell.writeFile(path, TextInput.encodeAs(bytes, formatted.success))
        yield* printLine(options.source ?? path)
      }
    }
    if (!isFine) return yield* quiet(ExitCode.Failed)
  })
).pipe(
  Command.withDescription("Formats files of SML; comments, slots, names and rules stay."),
  Command.withExamples([
    { command: "secs sml fmt messages.sml", description: "formatted, to standard output" },
    { command: "secs sml fmt --check messages.sml library", description: "which files are not formatted; for scripts" },
    { command: "secs sml fmt --write --indent 4 library", description: "in place; the files that changed are named" }
  ])
)

/** All that is wrong with a text that cannot be formatted. */
const errorsOf = (
  text: string,
  options: SmlParser.ParseOptions,
  first: SmlError.SmlError
): ReadonlyArray<SmlError.SmlError> => {
  const { errors } = SmlParser.parse(text, options)
  return errors[0]?.offset === first.offset && !SmlParser.isItem(text, options) ? errors : [first]
}

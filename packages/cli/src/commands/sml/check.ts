/**
 * `secs sml check`: what is wrong with files of SML.
 *
 * @since 0.1.0
 */
import type { SmlDocument, SmlError } from "@effect-secs/sml"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { ExitCode, quiet } from "../../CliFailure.ts"
import { counted } from "../../Counts.ts"
import * as SmlCheck from "../../messages/SmlCheck.ts"
import * as Rules from "../../messages/Rules.ts"
import * as Printable from "../../Printable.ts"
import { colours, print, progress, write } from "../../Shell.ts"
import * as SmlInput from "../../messages/SmlInput.ts"

const input = {
  files: Argument.String("files").pipe(
    Argument.withMetavar("FILES|-"),
    Argument.withDescription("Files, folders of .sml files, or - for standard input"),
    Argument.variadic({ min: 1 })
  ),
  ...SmlInput.flags,
  strict: Flag.Boolean("strict").pipe(Flag.withDescription("Take warnings for errors"), Flag.withDefault(false)),
  sizes: Flag.Boolean("sizes").pipe(
    Flag.withDescription("Take sizes that are not the number of values for errors"),
    Flag.withDefault(false)
  ),
  quiet: Flag.Boolean("quiet").pipe(
    Flag.withAlias("q"),
    Flag.withDescription("Do not print warnings"),
    Flag.withDefault(false)
  ),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print JSON lines: one for each file"), Flag.withDefault(false))
}

const json = ({ column, expected, excerpt: _, found, hint, line, offset, reason }: Diagnostic) => ({
  line,
  column,
  offset,
  reason,
  expected,
  found,
  ...(hint === undefined ? {} : { hint })
})

type Diagnostic = SmlError.SmlError | SmlError.SmlWarning

export const check = Command.make("check", input, (flags) =>
  Effect.gen(function* () {
    const paths = yield* SmlInput.expand(flags.files)
    const { bold, red, yellow } = yield* colours
    const excerpt = ({ excerpt }: Diagnostic) => excerpt.replaceAll(/^/gm, "  ")
    let messages = 0
    let items = 0
    let errors = 0
    let warnings = 0
    // Rules may name messages of the files behind theirs: from the first file with rules on, reports wait for the end.
    const heads: Array<SmlDocument.SmlMessage> = []
    const waiting: Array<(named: Rules.Lookup) => string> = []
    const report = (path: string, read: SmlCheck.Checked): string => {
      messages += read.messages.length
      items += read.items
      errors += read.errors.length
      warnings += read.warnings.length + read.warningsOmitted
      if (flags.json) return `${Printable.json(JSON.stringify(fileJson(path, read)))}\n`
      let text = ""
      for (const { about, isError } of inOrder(read)) {
        if (!isError && flags.quiet) continue
        const kind = isError ? "error" : "warning"
        const line = SmlInput.diagnostic(kind, about).replace(`${kind}: `, (isError ? red : yellow)(`${kind}: `))
        text += about.excerpt === "" ? `${line}\n` : `${line}\n${excerpt(about)}\n`
      }
      return text
    }
    for (const [index, path] of paths.entries()) {
      yield* progress(`${index + 1} of ${paths.length}: ${path}`)
      const { text } = yield* SmlInput.open(path)
      const { sizes, strict } = flags
      const options = { ...SmlInput.parseOptions(flags, path), strict, strictSizes: sizes }
      const read = SmlCheck.read(text, options)
      yield* progress("")
      for (const message of read.messages) heads.push(SmlCheck.headOf(message))
      if (read.rules.length > 0) {
        waiting.push((named) => report(path, SmlCheck.withRules(read, named, text, options)))
      } else {
        const said = report(path, read)
        if (waiting.length > 0) waiting.push(() => said)
        else yield* write(said)
      }
    }
    const named = Rules.lookup(heads)
    for (const one of waiting) yield* write(one(named))
    if (!flags.json) {
      const counts = [counted(paths.length, "file"), counted(messages, "message")]
      if (items > 0) counts.push(counted(items, "item"))
      yield* print(bold([...counts, counted(errors, "error"), counted(warnings, "warning")].join(", ")))
    }
    if (errors > 0) return yield* quiet(ExitCode.Failed)
  })
).pipe(
  Command.withDescription("Reads files of SML in any dialect and says what is wrong with them."),
  Command.withExamples([
    { command: "secs sml check faulty.sml", description: "errors and warnings, each with its line" },
    { command: "secs sml check --quiet library", description: "every .sml file of a folder; for scripts" },
    { command: "secs sml check --dialect secs4js --json messages.sml", description: "one line of JSON for each file" }
  ])
)

/** Errors and warnings as they stand in the text. */
const inOrder = ({ errors, warnings }: SmlDocument.SmlDocument) =>
  [
    ...errors.map((about) => ({ about, isError: true })),
    ...warnings.map((about) => ({ about: about as Diagnostic, isError: false }))
  ].toSorted((a, b) => a.about.offset - b.about.offset)

const fileJson = (path: string, { dialect, errors, messages, rules, warnings }: SmlDocument.SmlDocument) => ({
  file: path,
  dialect: dialect.name,
  messages: messages.length,
  templates: messages.filter(({ template }) => template !== undefined).length,
  rules: rules.length,
  errors: errors.map(json),
  warnings: warnings.map(json)
})

/**
 * `secs sml check`: what is wrong with files of SML.
 *
 * @since 0.1.0
 */
import { type SmlDocument, SmlError, SmlParser } from "@effect-secs/sml"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ExitCode, quiet } from "../../CliFailure.ts"
import * as Rules from "../../messages/Rules.ts"
import { colours, print, printJson, progress, write } from "../../Shell.ts"
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
    for (const [index, path] of paths.entries()) {
      yield* progress(`${index + 1} of ${paths.length}: ${path}`)
      const { text } = yield* SmlInput.open(path)
      const { sizes, strict } = flags
      const checked = readChecked(text, { ...SmlInput.parseOptions(flags, path), strict, strictSizes: sizes })
      const read = { ...withRules(checked, text, path, strict), items: checked.items }
      messages += read.messages.length
      items += read.items
      errors += read.errors.length
      warnings += read.warnings.length + read.warningsOmitted
      yield* progress("")
      if (flags.json) {
        yield* printJson(fileJson(path, read))
        continue
      }
      let report = ""
      for (const { about, isError } of inOrder(read)) {
        if (!isError && flags.quiet) continue
        const kind = isError ? "error" : "warning"
        const line = SmlInput.diagnostic(kind, about).replace(`${kind}: `, (isError ? red : yellow)(`${kind}: `))
        report += `${line}\n${excerpt(about)}\n`
      }
      yield* write(report)
    }
    if (!flags.json) {
      const { counted } = SmlInput
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

/** A document, or an item alone: what has no message is no document. */
const readChecked = (text: string, options: SmlParser.ParseOptions): Checked => {
  const document = SmlParser.parse(text, options)
  if (document.messages.length > 0 || !SmlParser.isItem(text, options)) return { ...document, items: 0 }
  const read = SmlParser.parseItemDocument(text, options)
  const errors = Result.isFailure(read.item) ? [read.item.failure] : []
  return { ...document, ...read, errors, items: 1 - errors.length }
}

interface Checked extends SmlDocument.SmlDocument {
  /** 1 for an item alone. */
  readonly items: number
}

/** Told of rules that cannot be followed, as far as this file goes: what is missing may stand in another. */
const withRules = (
  read: SmlDocument.SmlDocument,
  text: string,
  path: string,
  strict: boolean
): SmlDocument.SmlDocument => {
  const named = Rules.lookup(read.messages)
  const places = read.rules.flatMap((rule) => {
    const resolved = Rules.resolve(named, rule)
    if (Result.isSuccess(resolved)) return []
    const { expected, found, position } = resolved.failure
    const [line] = text.slice(rule.start, Math.min(rule.end, rule.start + widest)).split(/[\r\n]/, 1)
    const excerpt = `${line!}\n^`
    return [
      { reason: "BadRule", source: path === "-" ? "stdin" : path, ...position, expected, found, excerpt } as const
    ]
  })
  return strict
    ? { ...read, errors: [...read.errors, ...places.map((place) => new SmlError.SmlError(place))] }
    : {
        ...read,
        warnings: [
          ...read.warnings,
          ...places.map((place) => new SmlError.SmlWarning(place.reason, place.offset, () => place))
        ]
      }
}

/** Widest excerpt. */
const widest = 100

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

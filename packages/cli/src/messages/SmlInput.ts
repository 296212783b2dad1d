/**
 * SML that is named on a command line: files, folders of `.sml` files, standard input, and the flags that say how to
 * read them.
 *
 * @since 0.1.0
 */
import { Dialect, type SmlError, type SmlParser } from "@effect-secs/sml"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type CliFailure, failed } from "../CliFailure.ts"
import * as Printable from "../Printable.ts"
import { readText, Shell } from "../Shell.ts"

const names = Object.keys(Dialect.dialects) as ReadonlyArray<Dialect.DialectName>

const limit = (name: string, description: string) =>
  Flag.Int(name).pipe(
    Flag.filter(
      (value) => value >= 1,
      () => "a whole number from 1 on"
    ),
    Flag.withMetavar("N"),
    Flag.withDescription(description),
    Flag.optional
  )

/**
 * How the text is read.
 *
 * @since 0.1.0
 */
export const flags = {
  dialect: Flag.Literals("dialect", names).pipe(
    Flag.withDescription("Read it as this tool writes it; detected unless told"),
    Flag.optional
  ),
  text: Flag.Literals("text", ["ascii", "latin-1", "utf-8"]).pipe(
    Flag.withDescription("Characters above 7F in A: refused, one byte each, or UTF-8"),
    Flag.withDefault("ascii" as const)
  ),
  wOnSecondary: Flag.Literals("w-on-secondary", ["error", "warn"]).pipe(
    Flag.withDescription("A W in a secondary; an error unless told"),
    Flag.withDefault("error" as const)
  ),
  maxDepth: limit("max-depth", "Lists within each other; 1024 at most unless told"),
  maxItems: limit("max-items", "Items in one message; 1048576 at most unless told")
}

/**
 * Options of the reader from flags; errors call the text by its path.
 *
 * @since 0.1.0
 */
export const parseOptions = (
  read: {
    readonly dialect: Option.Option<Dialect.DialectName>
    readonly text: "ascii" | "latin-1" | "utf-8"
    readonly wOnSecondary: "error" | "warn"
    readonly maxDepth: Option.Option<number>
    readonly maxItems: Option.Option<number>
  },
  path?: string
): SmlParser.ParseOptions => ({
  dialect: Option.match(read.dialect, { onNone: () => undefined, onSome: (name) => Dialect.dialects[name] }),
  text: read.text,
  wBitOnSecondary: read.wOnSecondary,
  maxDepth: Option.getOrUndefined(read.maxDepth),
  maxItems: Option.getOrUndefined(read.maxItems),
  source: path === "-" ? "stdin" : path
})

/**
 * A file of SML and its text.
 *
 * @since 0.1.0
 */
export interface SmlFile {
  readonly path: string
  readonly text: string
}

/**
 * The files that paths name: of a folder, those below it that end in `.sml`.
 *
 * Fails    where a folder has none
 *
 * @since 0.1.0
 */
export const expand = (paths: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>, CliFailure, Shell> =>
  Effect.gen(function* () {
    const shell = yield* Shell
    const found: Array<string> = []
    for (const path of paths) {
      const files = yield* shell.files(path)
      const named = files?.filter((file) => /\.sml$/i.test(file)) ?? [path]
      if (named.length === 0) return yield* failed(`${path}: no file below it ends in .sml`)
      found.push(...named)
    }
    return found
  })

/** @since 0.1.0 */
export const open = (path: string): Effect.Effect<SmlFile, CliFailure, Shell> =>
  Effect.map(readText(path), (text) => ({ path, text }))

/**
 * An error or warning as compilers write them: `a.sml:3:7: error: expected …`.
 *
 * @since 0.1.0
 */
export const diagnostic = (
  kind: "error" | "warning",
  { column, expected, found, hint, line, source }: SmlError.SmlError | SmlError.SmlWarning
): string =>
  Printable.line(
    `${source ?? "input"}:${line}:${column}: ${kind}: expected ${expected}, found ${found}${hint === undefined ? "" : ` (${hint})`}`
  )

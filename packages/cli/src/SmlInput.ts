/**
 * SML that a command line names: texts and files.
 *
 * @since 0.1.0
 */
import { SmlParser } from "@effect-secs/sml"
import * as Effect from "effect/Effect"
import { type CliFailure, failed, usage } from "./CliFailure.ts"
import type { Source } from "./Responder.ts"
import { readText, Shell } from "./Shell.ts"

/** A message rather than a file: `S1F1 W.`, `hello: S1F13 W <L>.`; `s1f13.sml` is a file. */
const looksLikeMessage = (text: string): boolean =>
  /^\s*(?:[^:<>\r\n]{0,100}:)?\s*['"]?s\d{1,3}f\d{1,3}['"]?\s*(?:w\s*)?(?:$|\.\s*$|\s|<|\[w\])/i.test(text)

/** Reads a text. One that is not SML throughout is not used at all: what is missing would be missed later. */
const parse = (
  text: string,
  name: string,
  complain: (message: string) => CliFailure
): Effect.Effect<Source, CliFailure> =>
  Effect.suspend(() => {
    const document = SmlParser.parse(text, { source: name })
    const [first] = document.errors
    if (first === undefined) return Effect.succeed({ name, document })
    const more = document.errors.length - 1
    return Effect.fail(complain(`${first.message}${more === 0 ? "" : `, and ${more} more (see secs sml check)`}`))
  })

/**
 * A file of messages and rules; standard input for `-`.
 *
 * @since 0.1.0
 */
export const file = (path: string): Effect.Effect<Source, CliFailure, Shell> =>
  Effect.flatMap(readText(path), (text) => parse(text, path === "-" ? "standard input" : path, failed))

/**
 * Files and, where one is a folder, the files in it whose names end in `.sml` or `.txt`.
 *
 * @since 0.1.0
 */
export const files = (paths: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Source>, CliFailure, Shell> =>
  Effect.gen(function* () {
    const shell = yield* Shell
    const sources: Array<Source> = []
    for (const path of paths) {
      const inside = yield* shell.files(path)
      const found = inside === undefined ? [path] : inside.filter((name) => /\.(?:sml|txt)$/i.test(name))
      for (const name of found) sources.push(yield* file(name))
    }
    return sources
  })

/**
 * An argument that is a message, or names a file.
 *
 * @since 0.1.0
 */
export const argument = (text: string): Effect.Effect<ReadonlyArray<Source>, CliFailure, Shell> =>
  looksLikeMessage(text) ? Effect.map(parse(text, "message", usage), (source) => [source]) : files([text])

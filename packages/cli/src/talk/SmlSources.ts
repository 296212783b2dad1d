/**
 * Messages and rules that a command line names: texts of messages, files, and folders of files.
 *
 * @since 0.1.0
 */
import { SmlParser } from "@effect-secs/sml"
import * as Effect from "effect/Effect"
import { type CliFailure, failed, usage } from "../CliFailure.ts"
import type { Source } from "./Responder.ts"
import { readText, Shell } from "../Shell.ts"
import * as SmlInput from "../messages/SmlInput.ts"

/** How texts are read. */
export type ReadOptions = Parameters<typeof SmlInput.parseOptions>[0]

/** A message rather than a file: `S1F1 W.`, `hello: S1F13 W <L>.`; `s1f13.sml` is a file. */
const looksLikeMessage = (text: string): boolean =>
  /^\s*(?:[^:<>\r\n]{0,100}:)?\s*['"]?s\d{1,3}f\d{1,3}['"]?\s*(?:w\s*)?(?:$|\.\s*$|\s|<|\[w\])/i.test(text)

/** Reads a text. One that is not SML throughout is not used at all: what is missing would be missed later. */
const parse = (
  text: string,
  path: string,
  options: ReadOptions,
  complain: (message: string) => CliFailure
): Effect.Effect<Source, CliFailure> =>
  Effect.suspend(() => {
    const read = SmlInput.parseOptions(options, path)
    const document = SmlParser.parse(text, read)
    const [first] = document.errors
    if (first === undefined) return Effect.succeed({ name: read.source ?? path, document })
    const more = document.errors.length - 1
    return Effect.fail(complain(`${first.message}${more === 0 ? "" : `, and ${more} more (see secs sml check)`}`))
  })

/**
 * Files, standard input for `-`, and what is in folders.
 *
 * @since 0.1.0
 */
export const files = (
  paths: ReadonlyArray<string>,
  options: ReadOptions
): Effect.Effect<ReadonlyArray<Source>, CliFailure, Shell> =>
  Effect.flatMap(SmlInput.expand(paths), (found) =>
    Effect.forEach(found, (path) => Effect.flatMap(readText(path), (text) => parse(text, path, options, failed)))
  )

/**
 * An argument that names files or is a message. What is a file is no message.
 *
 * @since 0.1.0
 */
export const argument = (text: string, options: ReadOptions): Effect.Effect<ReadonlyArray<Source>, CliFailure, Shell> =>
  Effect.gen(function* () {
    const shell = yield* Shell
    return looksLikeMessage(text) && !(yield* shell.isFile(text))
      ? [yield* parse(text, "message", options, usage)]
      : yield* files([text], options)
  })

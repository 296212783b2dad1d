/**
 * Whether commands print names, and under which profile.
 *
 * @since 0.1.0
 */
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CliFailure } from "../CliFailure.ts"
import { complain, type Shell } from "../Shell.ts"
import type { Names } from "./Names.ts"

/**
 * @since 0.1.0
 */
export const flags = {
  names: Flag.Boolean("names").pipe(
    Flag.withDescription(
      "Names of messages and items, meanings of codes, and where a body is otherwise than SEMI E5 has it; --no-names leaves them out"
    ),
    Flag.withDefault(true)
  ),
  profile: Flag.String("profile").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription("What the equipment does otherwise, as secs quirks writes it: names are looked up under it"),
    Flag.optional,
    Flag.map(Option.getOrUndefined)
  )
}

/** What they say. */
export interface Settings {
  readonly names: boolean
  readonly profile: string | undefined
}

/**
 * The names, loaded; undefined where they are not wanted.
 *
 * @since 0.1.0
 */
export const load = ({ names, profile }: Settings): Effect.Effect<Names | undefined, CliFailure, Shell> =>
  names
    ? Effect.gen(function* () {
        const [catalogued, profiles] = yield* Effect.promise(() =>
          Promise.all([import("./Catalogued.ts"), import("./ProfileFile.ts")])
        )
        if (profile === undefined) return catalogued.make()
        const compiled = yield* profiles.read(profile)
        const strangers = catalogued.strangers(compiled)
        if (strangers.length > 0) {
          yield* complain(`secs: ${profile}: SEMI E5 has no ${strangers.join(", ")}: no effect on its messages`)
        }
        return catalogued.make(compiled)
      })
    : Effect.undefined

/**
 * Files of quirk profiles, as `secs quirks` writes them.
 *
 * @since 0.1.0
 */
import { QuirkProfile } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type CliFailure, failed } from "../CliFailure.ts"
import { readText, type Shell } from "../Shell.ts"

/** A name that is none is a mistake: it would change nothing, and nobody would know. */
const decode = Schema.decodeUnknownResult(QuirkProfile.QuirkProfile, { onExcessProperty: "error" })

/**
 * Reads a profile and makes it ready.
 *
 * Fails    for what is no JSON, no profile, or names an encoding that nobody knows
 *
 * @since 0.1.0
 */
export const read = (path: string): Effect.Effect<QuirkProfile.Compiled, CliFailure, Shell> =>
  Effect.gen(function* () {
    const text = yield* readText(path)
    const json = Result.try(() => JSON.parse(text) as unknown)
    if (Result.isFailure(json)) return yield* failed(`${path}: no JSON`)
    const profile = decode(json.success)
    if (Result.isFailure(profile)) {
      return yield* failed(`${path}: no quirk profile: ${String(profile.failure).replaceAll(/\s*\n\s*/g, " ")}`)
    }
    const ready = QuirkProfile.make(profile.success)
    return Result.isSuccess(ready) ? ready.success : yield* failed(`${path}: ${ready.failure.message}`)
  })

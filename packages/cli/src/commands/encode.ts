/**
 * `secs encode`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { failed } from "../CliFailure.ts"

export const encode = Command.make("encode", {}, () => Effect.fail(failed("encode is not there yet"))).pipe(
  Command.withDescription("encode")
)

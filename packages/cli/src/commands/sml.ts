/**
 * `secs sml`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { failed } from "../CliFailure.ts"

export const sml = Command.make("sml", {}, () => Effect.fail(failed("sml is not there yet"))).pipe(
  Command.withDescription("sml")
)

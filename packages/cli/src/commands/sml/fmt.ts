/**
 * `secs sml fmt`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { failed } from "../../CliFailure.ts"

export const fmt = Command.make("fmt", {}, () => Effect.fail(failed("fmt is not there yet"))).pipe(
  Command.withDescription("fmt")
)

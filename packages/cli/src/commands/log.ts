/**
 * `secs log`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { failed } from "../CliFailure.ts"

export const log = Command.make("log", {}, () => Effect.fail(failed("log is not there yet"))).pipe(
  Command.withDescription("log")
)

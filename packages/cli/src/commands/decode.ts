/**
 * `secs decode`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { failed } from "../CliFailure.ts"

export const decode = Command.make("decode", {}, () => Effect.fail(failed("decode is not there yet"))).pipe(
  Command.withDescription("decode")
)

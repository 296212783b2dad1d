/**
 * `secs listen`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { failed } from "../CliFailure.ts"

export const listen = Command.make("listen", {}, () => Effect.fail(failed("listen is not there yet"))).pipe(
  Command.withDescription("listen")
)

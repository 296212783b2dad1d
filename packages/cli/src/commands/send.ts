/**
 * `secs send`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { failed } from "../CliFailure.ts"

export const send = Command.make("send", {}, () => Effect.fail(failed("send is not there yet"))).pipe(
  Command.withDescription("send")
)

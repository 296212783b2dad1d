/**
 * `secs sml convert`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { failed } from "../../CliFailure.ts"

export const convert = Command.make("convert", {}, () => Effect.fail(failed("convert is not there yet"))).pipe(
  Command.withDescription("convert")
)

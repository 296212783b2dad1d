/**
 * `secs sml`: what is done with files of SML.
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import { check } from "./sml/check.ts"
import { convert } from "./sml/convert.ts"
import { fmt } from "./sml/fmt.ts"

export const sml = Command.make("sml").pipe(
  Command.withDescription("Checks, formats and converts files of SML."),
  Command.withSubcommands([check, fmt, convert])
)

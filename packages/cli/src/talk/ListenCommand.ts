/**
 * `secs listen`, from the command line to its end.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { type CliFailure, usage } from "../CliFailure.ts"
import type { Input } from "../commands/listen.ts"
import * as Listen from "./Listen.ts"
import { recorded } from "./Recording.ts"
import * as Setup from "./Setup.ts"
import type { Shell } from "../Shell.ts"

export const run = (input: Input): Effect.Effect<void, CliFailure, Shell> =>
  Effect.gen(function* () {
    const { address, device, once, peers, record } = input
    const role = input.role ?? "equipment"
    const conversation = yield* Setup.conversation(input, role, [])
    const session = yield* Setup.session(input, role)
    const screen = yield* Setup.screen(input, role)
    const { listening, transport } = yield* Setup.listening(input, address)
    yield* screen.line("Listening", Setup.announce(listening, role), {
      host: listening.host,
      port: listening.port,
      role
    })
    yield* Listen.run({
      transport: record === undefined ? transport : yield* recorded(transport, record, listening.port),
      // Whoever did not say which device id to expect takes them all.
      session: { ...session, sessionIdPolicy: device === undefined ? "accept" : "strict" },
      conversation,
      screen,
      peers,
      once
    }).pipe(Effect.catchTag("InvalidOption", (error) => Effect.fail(usage(error.message))))
  }).pipe(
    Effect.scoped,
    // The transcript shows all that the session would log.
    Effect.provideService(References.MinimumLogLevel, "None")
  )

/**
 * A capture file of what a transport carries, written while it does.
 *
 * @since 0.1.0
 */
import { Transport } from "@effect-secs/session"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { CliFailure } from "../CliFailure.ts"
import * as PcapWriter from "../logs/PcapWriter.ts"
import { complain, Shell } from "../Shell.ts"

const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/**
 * The transport, recorded, until the Scope closes; all that passed is in the file then. A file that cannot be written
 * any more is said on standard error, and the session goes on.
 *
 * Fails    where the file cannot be made
 *
 * @since 0.1.0
 */
export const recorded = (
  transport: Transport.Transport["Service"],
  path: string,
  ownPort: number | undefined
): Effect.Effect<Transport.Transport["Service"], CliFailure, Shell | Scope.Scope> =>
  Effect.gen(function* () {
    const shell = yield* Shell
    const writer = PcapWriter.make(ownPort)
    yield* shell.writeFile(path, writer.header)
    const packets = yield* Queue.unbounded<Uint8Array, Cause.Done>()
    let broken = false
    const writing = yield* Effect.forever(
      Effect.flatMap(Queue.takeAll(packets), (taken) => shell.append(path, joined(taken)))
    ).pipe(
      Effect.catchTag("CliFailure", (error) => {
        broken = true
        return Effect.provideService(complain(`secs: ${error.message}: the recording ends here`), Shell, shell)
      }),
      Effect.ignore,
      Effect.forkScoped({ startImmediately: true })
    )
    // Registered last, so it runs before the writer is interrupted: all that has passed is written.
    yield* Effect.addFinalizer(() => Effect.andThen(Queue.end(packets), Fiber.await(writing)))
    return Transport.tap(transport, (tapped) => {
      if (broken) return
      for (const packet of writer.packets(tapped)) Queue.offerUnsafe(packets, packet)
    })
  })

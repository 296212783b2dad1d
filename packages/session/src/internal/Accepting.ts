/**
 * The passive side of TCP: one connection after another, each in a Scope of its own.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import type { TransportError } from "../SessionError.ts"
import type { ByteChannel, Transport } from "../Transport.ts"
import type { Settings } from "./Settings.ts"

/** What whoever accepts does with it. */
export interface Port {
  readonly settings: Settings
  readonly transport: Transport["Service"]
  /** True once nothing is taken any more. */
  readonly closing: () => boolean
  /** Nothing can be taken for now. */
  readonly failed: (error: TransportError, retryIn: Duration.Duration) => void
  /** Runs a connection, whose Scope closes when that is done. */
  readonly run: (channel: ByteChannel) => Effect.Effect<void, never, Scope.Scope>
}

/** Takes connections until it is told to close. They live in the Scope of the caller. */
export const accept = ({ closing, failed, run, settings, transport }: Port): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    // A Scope of its own, made now: connections end after their owner has closed, not before, and side by side.
    const connections = yield* Scope.fork(yield* Effect.scope, "parallel")
    while (!closing()) {
      const scope = yield* Scope.fork(connections)
      const opened = yield* Effect.exit(Scope.provide(transport.open, scope))
      if (Exit.isFailure(opened)) {
        yield* Scope.close(scope, opened)
        const error = Exit.findError(opened)
        const wait = settings.separation(1)
        if (Result.isSuccess(error)) failed(error.success, Duration.millis(wait))
        yield* Effect.sleep(wait)
        continue
      }
      // The last bytes of the connection before may still be on their way out.
      if (closing()) return yield* Scope.close(scope, opened)
      yield* Effect.forkIn(
        Effect.onExit(Scope.provide(run(opened.value), scope), (exit) => Scope.close(scope, exit)),
        connections,
        { startImmediately: true }
      )
    }
  })

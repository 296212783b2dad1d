/**
 * A session somebody watches: everything it does is shown, in order, and to the end.
 *
 * @since 0.1.0
 */
import { type Session, type SessionEvent, Transport } from "@effect-secs/session"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { CliFailure } from "../CliFailure.ts"

/** How long what has happened may take to be shown, once the command was told to end. */
const patience = "2 seconds"

/**
 * Makes a session, shows what it does, and works with it. When the work ends, or nobody looks any more, the session
 * separates, and what that led to is shown as well.
 *
 * The transport is not opened before somebody watches: nothing is missed.
 *
 * @since 0.1.0
 */
export const watched = <E, R>(options: {
  readonly make: Effect.Effect<Session.Service, E, Transport.Transport | Scope.Scope>
  readonly transport: Transport.Transport["Service"]
  readonly show: (event: SessionEvent.SessionEvent) => Effect.Effect<void, CliFailure>
  readonly work: (session: Session.Service) => Effect.Effect<void, CliFailure, R | Scope.Scope>
}): Effect.Effect<void, CliFailure | E, Exclude<R, Scope.Scope>> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { make, show, transport, work } = options
      const gate = Latch.makeUnsafe(false)
      const gated = { ...transport, open: Effect.andThen(gate.await, transport.open) }
      // A Scope of its own: showing goes on when the session has ended.
      const scope = yield* Scope.make()
      yield* Effect.addFinalizer((exit) => Scope.close(scope, exit))
      const session = yield* make.pipe(Effect.provideService(Transport.Transport, gated), Scope.provide(scope))
      const showing = yield* Stream.runForEach(session.events, show).pipe(Effect.forkScoped({ startImmediately: true }))
      gate.openUnsafe()
      const worked = work(session).pipe(
        Scope.provide(scope),
        Effect.onExit(() =>
          Effect.andThen(Scope.close(scope, Exit.void), Effect.timeoutOption(Fiber.await(showing), patience))
        )
      )
      // Fails when it cannot show anything any more, as with `| head`.
      const shown = Effect.andThen(Fiber.join(showing), Effect.never)
      yield* Effect.raceFirst(worked, shown)
    })
  )

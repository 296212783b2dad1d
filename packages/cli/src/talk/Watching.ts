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
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { CliFailure } from "../CliFailure.ts"
import * as Backlog from "./Backlog.ts"
import { portioned } from "./Portions.ts"

/** How long what has happened may take to be shown, once the command was told to end. */
const patience = "2 seconds"

/** Events that wait for slow output: a few minutes of a busy session. */
const kept = 2 ** 17

/** Events, and what becomes of them. */
export interface Shown<A extends object> {
  readonly events: Stream.Stream<A>
  readonly show: (event: A) => Effect.Effect<void, CliFailure>
  /** So many were not shown, as output was too slow. */
  readonly missed: (count: number) => Effect.Effect<void>
}

/**
 * Shows events to their end. They are taken as they come, whatever time showing them takes: a session forgets those
 * that nobody takes.
 */
const showing = <A extends { readonly _tag: string }>({ events, missed, show }: Shown<A>, capacity: number) => {
  const backlog = Backlog.make<A>(capacity)
  const more = Latch.makeUnsafe(false)
  let over = false
  // All there are in one step: event by event, a fiber gives up its turn after some hundreds.
  const taking = Stream.runForEachArray(events, (taken) =>
    Effect.sync(() => {
      for (const event of taken) backlog.push(event)
      more.openUnsafe()
    })
  ).pipe(
    Effect.ensuring(
      Effect.sync(() => {
        over = true
        more.openUnsafe()
      })
    )
  )
  const run = Effect.scoped(
    Effect.gen(function* () {
      yield* Effect.forkScoped(taking, { startImmediately: true })
      for (;;) {
        const event = backlog.take()
        if (event !== undefined) {
          yield* isGap(event) ? missed(event.missed) : show(event)
        } else if (over) {
          return
        } else {
          more.closeUnsafe()
          yield* more.await
        }
      }
    })
  )
  return { run, left: backlog.count }
}

const isGap = (event: { readonly _tag: string } | Backlog.Gap): event is Backlog.Gap => event._tag === "Gap"

/**
 * Shows events, until there will be no more.
 *
 * @since 0.1.0
 */
export const shown = <A extends { readonly _tag: string }>(
  options: Shown<A>,
  capacity: number = kept
): Effect.Effect<void, CliFailure> => showing(options, capacity).run

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
  /** So many events were not shown, as output was too slow. */
  readonly missed: (count: number) => Effect.Effect<void>
  readonly work: (session: Session.Service) => Effect.Effect<void, CliFailure, R | Scope.Scope>
}): Effect.Effect<void, CliFailure | E, Exclude<R, Scope.Scope>> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { make, missed, show, transport, work } = options
      const gate = Latch.makeUnsafe(false)
      const gated = { ...transport, open: Effect.andThen(gate.await, portioned(transport).open) }
      // A Scope of its own: showing goes on when the session has ended.
      const scope = yield* Scope.make()
      yield* Effect.addFinalizer((exit) => Scope.close(scope, exit))
      const session = yield* make.pipe(Effect.provideService(Transport.Transport, gated), Scope.provide(scope))
      const screen = showing({ events: session.events, show, missed }, kept)
      const fiber = yield* Effect.forkScoped(screen.run, { startImmediately: true })
      const close = Effect.uninterruptible(Scope.close(scope, Exit.void))
      const rest = Effect.gen(function* () {
        if (Option.isSome(yield* Effect.timeoutOption(Fiber.await(fiber), patience))) return
        if (screen.left() > 0) yield* missed(screen.left())
      })
      gate.openUnsafe()
      const worked = work(session).pipe(
        Scope.provide(scope),
        Effect.exit,
        // Slow output is waited for, as long as nobody tells the command to end.
        Effect.tap(() => Effect.andThen(close, Fiber.await(fiber))),
        Effect.flatten,
        Effect.onExit(() => Effect.andThen(close, rest))
      )
      // Fails when it cannot show anything any more, as with `| head`.
      const shown = Effect.andThen(Fiber.join(fiber), Effect.never)
      yield* Effect.raceFirst(worked, shown)
    })
  )

/**
 * Running the handlers of primaries: each in a fiber of its own and for a bounded time, so that one that fails, dies, is
 * interrupted or never ends concerns its own primary only.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { InboundPrimary } from "../Session.ts"
import { type Deadline, Deadlines, now } from "./Alarm.ts"

/** A handler's effect as one type, where its branches have several. */
type HandlerOf<Handled> = Effect.Effect<unknown, Effect.Error<Handled>, Effect.Services<Handled>>

/** A handler that has not ended in the turn in which it began. */
class Running implements Deadline {
  readonly expire: () => void
  due = 0
  previous: Deadline | undefined = undefined
  next: Deadline | undefined = undefined
  lane: Deadline["lane"] = undefined

  constructor(expire: () => void) {
    this.expire = expire
  }
}

const ended = (primary: InboundPrimary, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> =>
  Exit.isSuccess(exit)
    ? Effect.void
    : Effect.andThen(
        Effect.logError(`the handler of ${primary.message.name} failed`, exit.cause),
        primary.fail({ _tag: "Failed", cause: exit.cause })
      )

const timedOut = (primary: InboundPrimary, after: Duration.Duration): Effect.Effect<void> =>
  Effect.andThen(
    Effect.logError(`the handler of ${primary.message.name} was interrupted after ${Duration.format(after)}`),
    primary.fail({ _tag: "TimedOut", after })
  )

/**
 * Gives what runs the handler of one primary and is done when that is over; it never fails. The handlers that have run
 * out of time and take longer to end are waited for by the Scope, not by the next primary.
 */
export const make = <Handled extends Effect.Effect<unknown, unknown, unknown>>(
  handler: (primary: InboundPrimary) => Handled,
  timeout: Duration.Duration
): Effect.Effect<(primary: InboundPrimary) => Effect.Effect<void>, never, Effect.Services<Handled> | Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const clock = yield* Clock.Clock
    const run = Effect.runForkWith(yield* Effect.context<Effect.Services<Handled>>())
    const millis = Duration.toMillis(timeout)
    // One fiber for all: a timeout of its own would cost a handler more than most of them do.
    const deadlines = new Deadlines<Running>(
      clock,
      (watch) => Fiber.runIn(run(watch), scope),
      (running) => running.expire()
    )

    return (primary) =>
      Effect.callback<void>((resume) => {
        // @effect-diagnostics-next-line unsafeEffectTypeAssertion:off -- a union of effects, whose parts TypeScript cannot join
        const fiber = run(Effect.suspend(() => handler(primary) as HandlerOf<Handled>))
        const exit = fiber.pollUnsafe()
        if (exit !== undefined) return resume(ended(primary, exit))
        let over = false
        const running = new Running(() => {
          over = true
          fiber.interruptUnsafe()
          if (fiber.pollUnsafe() === undefined) Fiber.runIn(fiber, scope)
          resume(timedOut(primary, timeout))
        })
        fiber.addObserver((last) => {
          deadlines.stop(running)
          if (!over) resume(ended(primary, last))
        })
        deadlines.start(running, millis, now(clock))
        return Effect.suspend(() => {
          over = true
          deadlines.stop(running)
          return Fiber.interrupt(fiber)
        })
      })
  })

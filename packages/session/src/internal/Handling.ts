/**
 * Running the handlers of primaries: each in a fiber of its own and for a bounded time, so that one that fails, dies, is
 * interrupted or never ends concerns its own primary only.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { InboundPrimary } from "../Session.ts"
import { TransactionError } from "../SessionError.ts"
import { type Deadline, Deadlines, now } from "./Alarm.ts"
import * as Spans from "./Spans.ts"

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

/**
 * True for a reply that had no connection to go to any more. That is the peer's doing and was told as `Disconnected`;
 * an error line for each primary of a peer that sends and leaves would fill a disk.
 */
const peerLeft = (cause: Cause.Cause<unknown>): boolean => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  return error instanceof TransactionError && error.reason._tag === "ConnectionLost" && !Cause.hasDies(cause)
}

const ended = (primary: InboundPrimary, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> => {
  if (Exit.isSuccess(exit)) return Effect.void
  const { cause } = exit
  const line = `the handler of ${primary.message.name} failed`
  return peerLeft(cause)
    ? Effect.logDebug(line, cause)
    : Effect.andThen(Effect.logError(line, cause), primary.fail({ _tag: "Failed", cause }))
}

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
  timeout: Duration.Duration,
  spans: boolean
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

    const begun = (primary: InboundPrimary): HandlerOf<Handled> =>
      // @effect-diagnostics-next-line unsafeEffectTypeAssertion:off -- a union of effects, whose parts TypeScript cannot join
      Effect.suspend(() => handler(primary) as HandlerOf<Handled>)

    return (primary) =>
      // One step, so that an interruption finds either no fiber or one that it can interrupt.
      Effect.callback<void>((resume) => {
        const fiber = run(spans ? Spans.handled(primary, begun(primary)) : begun(primary))
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

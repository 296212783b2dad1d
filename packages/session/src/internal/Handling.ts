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
  if (!(error instanceof TransactionError) || Cause.hasDies(cause)) return false
  return error.reason._tag === "ConnectionLost" || error.reason._tag === "NotSelected"
}

const failed = (primary: InboundPrimary, cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  peerLeft(cause)
    ? Effect.logDebug(`the handler of ${primary.message.name} had nobody to reply to`, cause)
    : primary.fail({ _tag: "Failed", cause })

/** How long handlers that are interrupted are waited for. */
const patience = "10 seconds"

/** The handlers of one `serve`. */
export class Handlers {
  readonly #start: (primary: InboundPrimary) => Fiber.Fiber<unknown, unknown>
  readonly #run: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  readonly #clock: Clock.Clock
  readonly #deadlines: Deadlines<Running>
  readonly #limit: number
  readonly #timeout: Duration.Duration
  readonly #millis: number
  /** Those that have not ended, also where they have run out of time and the next has begun. */
  readonly #fibers = new Set<Fiber.Fiber<unknown, unknown>>()
  #closed = false
  #running = 0
  /** Takes the next primary, where it had to wait. */
  #more = (): void => {}
  #idle: Array<() => void> = []

  constructor(
    start: (primary: InboundPrimary) => Fiber.Fiber<unknown, unknown>,
    run: (effect: Effect.Effect<void>) => Fiber.Fiber<void>,
    scope: Scope.Scope,
    clock: Clock.Clock,
    limit: number,
    timeout: Duration.Duration
  ) {
    this.#start = start
    this.#run = run
    this.#clock = clock
    this.#limit = limit
    this.#timeout = timeout
    this.#millis = Duration.toMillis(timeout)
    // One fiber for all: a timeout of its own would cost a handler more than most of them do.
    this.#deadlines = new Deadlines(
      clock,
      (watch) => Fiber.runIn(run(watch), scope),
      (running) => running.expire()
    )
  }

  /** For `Session.deliver`: runs the handler of a primary; false while as many run as may. */
  readonly receiving = (more: () => void): ((primary: InboundPrimary) => boolean) => {
    this.#more = more
    return (primary) => {
      this.#begin(primary)
      return this.#running < this.#limit
    }
  }

  /** For a stream of primaries: done when the next may come. */
  readonly handle = (primary: InboundPrimary): Effect.Effect<void> =>
    Effect.callback((resume) => {
      this.#more = () => resume(Effect.void)
      this.#begin(primary)
      if (this.#running < this.#limit) resume(Effect.void)
    })

  /** Done when no handler runs. */
  readonly idle: Effect.Effect<void> = Effect.callback((resume) => {
    if (this.#running === 0) return resume(Effect.void)
    this.#idle.push(() => resume(Effect.void))
  })

  /** Nobody serves any more: done when every handler has ended, of which nothing is said. */
  readonly interrupt: Effect.Effect<void> = Effect.suspend(() => {
    this.#closed = true
    // A handler that waits for this very end, as one that closes the Scope it runs in, must not hold it up for ever.
    return Effect.asVoid(Effect.timeoutOption(Fiber.interruptAll(this.#fibers), patience))
  })

  #begin(primary: InboundPrimary): void {
    this.#running++
    const fiber = this.#start(primary)
    const exit = fiber.pollUnsafe()
    if (exit !== undefined) return this.#ended(primary, exit)
    this.#fibers.add(fiber)
    if (this.#closed) fiber.interruptUnsafe()
    let over = false
    const running = new Running(() => {
      over = true
      fiber.interruptUnsafe()
      this.#report(primary.fail({ _tag: "TimedOut", after: this.#timeout }))
    })
    this.#deadlines.start(running, this.#millis, now(this.#clock))
    fiber.addObserver((last) => {
      this.#fibers.delete(fiber)
      this.#deadlines.stop(running)
      if (!over) this.#ended(primary, last)
    })
  }

  #ended(primary: InboundPrimary, exit: Exit.Exit<unknown, unknown>): void {
    if (Exit.isSuccess(exit) || this.#closed) this.#over()
    else this.#report(failed(primary, exit.cause))
  }

  /** The next begins when it is said how this one ended. */
  #report(report: Effect.Effect<void>): void {
    this.#run(report).addObserver(() => this.#over())
  }

  #over(): void {
    this.#running--
    this.#more()
    if (this.#running > 0) return
    const idle = this.#idle
    this.#idle = []
    for (const resume of idle) resume()
  }
}

/** Handlers that run in the Scope of the caller: closing it interrupts them and waits for their ends. */
export const make = <Handled extends Effect.Effect<unknown, unknown, unknown>>(
  handler: (primary: InboundPrimary) => Handled,
  limit: number,
  timeout: Duration.Duration,
  spans: boolean
): Effect.Effect<Handlers, never, Effect.Services<Handled> | Scope.Scope> =>
  Effect.gen(function* () {
    const run = Effect.runForkWith(yield* Effect.context<Effect.Services<Handled>>())
    const begun = (primary: InboundPrimary): HandlerOf<Handled> =>
      // @effect-diagnostics-next-line unsafeEffectTypeAssertion:off -- a union of effects, whose parts TypeScript cannot join
      Effect.suspend(() => handler(primary) as HandlerOf<Handled>)
    const handlers = new Handlers(
      spans ? (primary) => run(Spans.handled(primary, begun(primary))) : (primary) => run(begun(primary)),
      run,
      yield* Effect.scope,
      yield* Clock.Clock,
      limit,
      timeout
    )
    yield* Effect.addFinalizer(() => handlers.interrupt)
    return handlers
  })

/**
 * One side of a schedule: its session over its chaotic transport, what it does, and what it saw.
 */
import { Item, SecsMessage } from "@effect-secs/codec"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Latch from "effect/Latch"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ChaosTransport, Session, SessionEvent, Transport } from "../../src/index.ts"
import type { TransactionError } from "../../src/SessionError.ts"
import type { Half, Operation } from "./Schedule.ts"

interface Outcome {
  settled: number
  exit: Exit.Exit<unknown, TransactionError> | undefined
}

/** Number of the primary that shows that a side has recovered. */
export const proof = 1_000_000

export const numberOf = (message: SecsMessage.SecsMessage | undefined): number =>
  Result.getOrElse(Item.asNumber(message?.item, 0), () => 0)

export const reasonOf = (exit: Exit.Exit<unknown, TransactionError>): TransactionError["reason"] | undefined => {
  const error = Exit.findError(exit)
  return Result.isSuccess(error) ? error.success.reason : undefined
}

export class Side {
  readonly name: "active" | "passive"
  readonly half: Half
  readonly events: Array<SessionEvent.SessionEvent> = []
  /** Numbers of the primaries its handler got. */
  readonly handled: Array<number> = []
  readonly outcomes = new Map<number, Outcome>()
  readonly replies: Array<Exit.Exit<void, TransactionError>> = []
  /** Channels that are open, below and above the chaos. */
  below = 0
  above = 0
  /** When its attempts to connect began and ended. */
  readonly began: Array<number> = []
  readonly ended: Array<number> = []
  session!: Session.Session["Service"]
  close: Effect.Effect<void> = Effect.void

  constructor(name: "active" | "passive", half: Half) {
    this.name = name
    this.half = half
  }

  message(operation: Operation): SecsMessage.SecsMessage {
    const item = Item.L(Item.U4(operation.number), Item.A(operation.padding))
    return operation.kind === "send" ? SecsMessage.primary(10, 1, item) : SecsMessage.primary(2, 25, item)
  }

  run(operation: Operation): Effect.Effect<unknown, TransactionError> {
    const { session } = this
    switch (operation.kind) {
      case "request":
        return session.request(this.message(operation))
      case "short request":
        return session.request(this.message(operation), { timeout: operation.patience })
      case "cancelled request":
        return Effect.timeoutOption(session.request(this.message(operation)), operation.patience)
      case "send":
        return session.send(this.message(operation))
      case "linktest":
        return session.linktest
    }
  }

  /** Runs an operation in the Scope of the caller; how it ends is kept. */
  start(number: number, effect: Effect.Effect<unknown, TransactionError>): Effect.Effect<void, never, Scope.Scope> {
    const outcome: Outcome = { settled: 0, exit: undefined }
    this.outcomes.set(number, outcome)
    const kept = Effect.onExit(effect, (exit) =>
      Effect.sync(() => {
        outcome.settled++
        outcome.exit = exit
      })
    )
    return Effect.asVoid(Effect.forkScoped(Effect.ignore(kept), { startImmediately: true }))
  }

  /** Starts each operation when its time has come. */
  readonly drive: Effect.Effect<void, never, Scope.Scope> = Effect.gen({ self: this }, function* () {
    let now = 0
    for (const operation of this.half.operations) {
      if (operation.at > now) yield* Effect.sleep(operation.at - now)
      now = operation.at
      yield* this.start(operation.number, this.run(operation))
    }
  })

  handle(primary: Session.InboundPrimary): Effect.Effect<void> {
    const { message } = primary
    if (message.stream === 9) return Effect.void
    const number = numberOf(message)
    this.handled.push(number)
    if (!message.replyExpected) return Effect.void
    const handling = number >= proof ? undefined : this.half.handling[number % this.half.handling.length]
    if (handling?.does === "nothing") return Effect.void
    const answer = handling?.does === "abort" ? primary.abort : primary.reply(Item.L(Item.U4(number)))
    const kept = Effect.onExit(answer, (exit) => Effect.sync(() => this.replies.push(exit)))
    return Effect.ignore(handling === undefined || handling.delay === 0 ? kept : Effect.delay(kept, handling.delay))
  }

  of<Tag extends SessionEvent.SessionEvent["_tag"]>(tag: Tag) {
    return this.events.filter(
      (event): event is Extract<SessionEvent.SessionEvent, { readonly _tag: Tag }> => event._tag === tag
    )
  }
}

/** Lets what can run now run until it waits. */
export const settle = Effect.gen(function* () {
  for (let turn = 0; turn < 4; turn++) yield* Effect.yieldNow
})

/** Counts the channels a transport has open, and tells when attempts begin and end. */
const metered = (
  transport: Transport.Transport["Service"],
  opened: (change: 1 | -1) => void,
  attempt: (what: "began" | "ended") => Effect.Effect<void>
): Transport.Transport["Service"] => ({
  description: transport.description,
  open: Effect.gen(function* () {
    // Registered first, so it runs last.
    yield* Effect.addFinalizer(() => attempt("ended"))
    yield* attempt("began")
    const counted = Effect.acquireRelease(
      Effect.sync(() => opened(1)),
      () => Effect.sync(() => opened(-1))
    )
    // Counted before it is opened, so that it is open for as long as the counter says.
    const scope = yield* Scope.fork(yield* Effect.scope)
    const channel = yield* Scope.provide(Effect.andThen(counted, transport.open), scope).pipe(
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
    )
    return channel
  })
})

/** Makes one side in a Scope of its own, which `close` closes. */
export const settleIn = (
  side: Side,
  make: Effect.Effect<Session.Session["Service"], unknown, Transport.Transport | Scope.Scope>,
  transport: Transport.Transport["Service"],
  begun: Latch.Latch,
  trace: (event: ChaosTransport.Event) => void,
  told: (line: () => string) => void
) =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const below = metered(
      transport,
      (change) => {
        side.below += change
      },
      () => Effect.void
    )
    const chaos = yield* ChaosTransport.make(below, { plan: side.half.plan, trace })
    const above = metered(
      chaos,
      (change) => {
        side.above += change
      },
      (what) => Effect.map(Clock.currentTimeMillis, (at) => void side[what].push(at))
    )
    side.session = yield* make.pipe(
      Effect.provideService(Transport.Transport, { ...above, open: Effect.andThen(begun.await, above.open) }),
      Scope.provide(scope),
      Effect.orDie
    )
    side.close = Scope.close(scope, Exit.void)
    yield* side.session.events.pipe(
      Stream.runForEach((event) =>
        Effect.sync(() => {
          side.events.push(event)
          told(() => `${(event.at / 1000).toFixed(3)} s  ${side.name} session ${SessionEvent.describe(event)}`)
        })
      ),
      Effect.forkScoped({ startImmediately: true })
    )
    yield* Session.serve((primary) => side.handle(primary), { concurrency: side.half.concurrency }).pipe(
      Effect.provideService(Session.Session, side.session),
      Effect.forkScoped({ startImmediately: true })
    )
  })

/**
 * The contract of a SECS session: transactions over one peer, whatever carries them. HSMS implements it here; any
 * other transport of SECS messages can.
 *
 * @since 0.1.0
 */
import type { Item } from "@effect-secs/codec/Item"
import type { SecsMessage } from "@effect-secs/codec/SecsMessage"
import type { Primary } from "@effect-secs/codec/StreamFunction"
import type { StructureError } from "@effect-secs/codec/StructureError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { State } from "./ConnectionState.ts"
import * as Dialogue from "./Dialogue.ts"
import * as Handling from "./internal/Handling.ts"
import * as Options from "./internal/Options.ts"
import * as Typed from "./internal/Typed.ts"
import type { TransactionError } from "./SessionError.ts"
import { type HandlerFailure, isWire, type Refusal, type SessionEvent, type Wire } from "./SessionEvent.ts"
import * as Timers from "./Timers.ts"

/**
 * A primary the peer sent. It is bound to the connection it came on: a reply after that connection ended fails and
 * never goes to whoever connected next.
 *
 * @since 0.1.0
 */
export interface InboundPrimary {
  readonly message: SecsMessage
  readonly sessionId: number
  readonly systemBytes: number
  /**
   * Sends the secondary, function one higher, with an item or header only. Done at once while the peer keeps up, and
   * written in the same turn; suspends while the peer does not read.
   *
   * Fails    `NoReplyExpected` without W-bit, `AlreadyReplied`, `ConnectionLost`, `Unsendable`, `TooLong`
   */
  readonly reply: (item?: Item) => Effect.Effect<void, TransactionError>
  /** Answers `SxF0`: the transaction ends without its reply. Fails as `reply` does. */
  readonly abort: Effect.Effect<void, TransactionError>
  /**
   * For whoever runs handlers, as `serve` does: says that the one of this primary failed. Answers SxF0 where a reply is
   * expected and was not sent, and gives observers `HandlerFailed`.
   */
  readonly fail: (failure: HandlerFailure) => Effect.Effect<void>
  /**
   * The same for a primary that this side has no use for: says why. Equipment reports it with stream 9, a reply that is
   * expected and was not sent becomes SxF0, and observers get `PrimaryRefused`. The second time it does nothing.
   */
  readonly refuse: (refusal: Refusal) => Effect.Effect<void>
}

/**
 * Options of one request.
 *
 * @since 0.1.0
 */
export interface RequestOptions {
  /** How long to wait for this reply, in place of T3. */
  readonly timeout?: Duration.Input | undefined
}

/**
 * Options of one call.
 *
 * @since 0.1.0
 */
export interface CallOptions extends RequestOptions {
  /** How the reply is read, in place of the `mode` of the session's dialogue. */
  readonly mode?: Dialogue.Mode | undefined
}

/** The body of a message, which may be left out where it is a header only, and what comes after it. */
type WithBody<T, Rest extends ReadonlyArray<unknown>> = undefined extends T
  ? [value?: T, ...rest: Rest]
  : [value: T, ...rest: Rest]

/** Nothing, but for a primary without a reply: that one is for `send`. */
type Answered<R> = [R] extends [never] ? { readonly reply: "this primary has no reply: use `send`" } : unknown

/**
 * What a session offers.
 *
 * @since 0.1.0
 */
export interface Service {
  /** The state now. */
  readonly state: Effect.Effect<State>
  /** The state now, then each state it changes to. Like all streams here it ends with the session. */
  readonly changes: Stream.Stream<State>
  /** Done as soon as the session is selected, at once when it is. Interrupted when the session ends first. */
  readonly awaitSelected: Effect.Effect<void>

  /**
   * Sends a primary with W-bit and waits for its secondary. Interruption frees the transaction at once; a reply that
   * comes later is an event.
   *
   * Fails    `TransactionError`; with `NotSelected` at once when there is no session
   */
  readonly request: (message: SecsMessage, options?: RequestOptions) => Effect.Effect<SecsMessage, TransactionError>

  /**
   * Sends the body of a primary and waits for that of its secondary, both typed by the definition. A header only takes
   * no body: `session.call(S1F1)`.
   *
   * Fails    `StructureError` where the body cannot be written, before anything is sent, and where that of the reply is
   *          not what its definition says; `TransactionError` as `request` does
   */
  readonly call: <T, R>(
    definition: Primary<T, R> & Answered<R>,
    ...body: WithBody<NoInfer<T>, [options?: CallOptions]>
  ) => Effect.Effect<R, TransactionError | StructureError>

  /**
   * Sends a primary without W-bit: a message, or a definition and its body. Done when it is written; suspends while the
   * peer does not read.
   */
  readonly send: {
    (message: SecsMessage): Effect.Effect<void, TransactionError>
    <T>(
      definition: Primary<T, unknown>,
      ...body: WithBody<NoInfer<T>, []>
    ): Effect.Effect<void, TransactionError | StructureError>
  }

  /** How typed messages are read and written here. */
  readonly dialogue: Dialogue.Dialogue

  /**
   * The primaries of the peer, in order, each given to one reader. They wait in a bounded buffer while nobody reads;
   * a reader that is slow slows the peer. A failure in the reader ends the stream: `serve` is made for handlers.
   */
  readonly primaries: Stream.Stream<InboundPrimary>

  /**
   * The same without a fiber, for whoever runs handlers, as `serve` does: for as long as the Scope is open, `take` gets
   * each primary in the turn in which it comes. When it has returned false, primaries wait until it calls `more`. Done
   * when the session has ended and the last is taken. Optional for whoever implements this contract.
   */
  readonly deliver?:
    | ((
        receiving: (more: () => void) => (primary: InboundPrimary) => boolean
      ) => Effect.Effect<void, never, Scope.Scope>)
    | undefined

  /** What happens, for observers: states, faults, and every message. A slow observer loses the oldest, and gets `EventsMissed` in their place. */
  readonly events: Stream.Stream<SessionEvent>

  /** Probes the peer now. Gives the round-trip time. */
  readonly linktest: Effect.Effect<Duration.Duration, TransactionError>

  /**
   * Ends the session and keeps TCP, if the peer agrees: the Deselect procedure of E37. Open transactions then fail.
   * Unless the peer selects again, T7 closes TCP, and an active session comes back as after any other end.
   *
   * HSMS-SS does not use it: a session there ends when its Scope closes, with Separate.req, and many peers reject
   * Deselect.req, which leaves the session as it is.
   *
   * Fails    `TransactionError`: `DeselectRefused`, `Rejected`, `NotSelected`, or `ConnectionLost` after T6
   */
  readonly deselect: Effect.Effect<void, TransactionError>
}

/**
 * What carries messages: a session without what `make` adds. Without a dialogue it has that of a host.
 *
 * @since 0.1.0
 */
export interface Carrier extends Omit<Service, "call" | "send" | "dialogue"> {
  readonly send: (message: SecsMessage) => Effect.Effect<void, TransactionError>
  readonly dialogue?: Dialogue.Dialogue | undefined
}

/**
 * A session over what carries its messages, for whoever brings another transport of SECS messages or changes one:
 * `Session.make({ ...session, request })`.
 *
 * @since 0.1.0
 */
export const make = (carrier: Carrier): Service => {
  const dialogue = carrier.dialogue ?? Dialogue.make("host")
  return { ...carrier, dialogue, call: Typed.call(carrier, dialogue), send: Typed.send(carrier, dialogue) }
}

/**
 * A session as a service. `HsmsSession` makes it over HSMS.
 *
 * @since 0.1.0
 */
export class Session extends Context.Service<Session, Service>()("@effect-secs/session/Session") {}

/**
 * `request` of the session in the context.
 *
 * @since 0.1.0
 */
export const request = (
  message: SecsMessage,
  options?: RequestOptions
): Effect.Effect<SecsMessage, TransactionError, Session> =>
  Effect.flatMap(Session, (session) => session.request(message, options))

/**
 * `call` of the session in the context.
 *
 * @example
 * const { hcack } = yield* Session.call(S2F41, { rcmd: "START", parameters: [] })
 *
 * @since 0.1.0
 */
export const call = <T, R>(
  definition: Primary<T, R> & Answered<R>,
  ...body: WithBody<NoInfer<T>, [options?: CallOptions]>
): Effect.Effect<R, TransactionError | StructureError, Session> =>
  Effect.flatMap(Session, (session) => session.call(definition, ...body))

/**
 * `send` of the session in the context.
 *
 * @since 0.1.0
 */
export const send: {
  (message: SecsMessage): Effect.Effect<void, TransactionError, Session>
  <T>(
    definition: Primary<T, unknown>,
    ...body: WithBody<NoInfer<T>, []>
  ): Effect.Effect<void, TransactionError | StructureError, Session>
} = (...what: ReadonlyArray<unknown>): Effect.Effect<void, TransactionError, Session> =>
  Effect.flatMap(Session, (session) => session.send(...(what as [SecsMessage])))

/**
 * `primaries` of the session in the context.
 *
 * @since 0.1.0
 */
export const primaries: Stream.Stream<InboundPrimary, never, Session> = Stream.unwrap(
  Effect.map(Session, (session) => session.primaries)
)

/**
 * `state` of the session in the context.
 *
 * @since 0.1.0
 */
export const state: Effect.Effect<State, never, Session> = Effect.flatMap(Session, (session) => session.state)

/**
 * `changes` of the session in the context.
 *
 * @since 0.1.0
 */
export const changes: Stream.Stream<State, never, Session> = Stream.unwrap(
  Effect.map(Session, (session) => session.changes)
)

/**
 * `events` of the session in the context.
 *
 * @since 0.1.0
 */
export const events: Stream.Stream<SessionEvent, never, Session> = Stream.unwrap(
  Effect.map(Session, (session) => session.events)
)

/**
 * The messages among the `events` of the session in the context: every one that is sent or received, control messages
 * included, with its item where it is data. A slow reader loses the oldest.
 *
 * @since 0.1.0
 */
export const wire: Stream.Stream<Wire, never, Session> = Stream.filter(events, isWire)

/**
 * `awaitSelected` of the session in the context.
 *
 * @since 0.1.0
 */
export const awaitSelected: Effect.Effect<void, never, Session> = Effect.flatMap(
  Session,
  (session) => session.awaitSelected
)

/**
 * `linktest` of the session in the context.
 *
 * @since 0.1.0
 */
export const linktest: Effect.Effect<Duration.Duration, TransactionError, Session> = Effect.flatMap(
  Session,
  (session) => session.linktest
)

/**
 * `deselect` of the session in the context.
 *
 * @since 0.1.0
 */
export const deselect: Effect.Effect<void, TransactionError, Session> = Effect.flatMap(
  Session,
  (session) => session.deselect
)

/**
 * Options of `serve`.
 *
 * @since 0.1.0
 */
export interface ServeOptions {
  /**
   * Handlers that run at a time; 1 unless told, which keeps the order of the primaries. A handler that itself makes a
   * request, or takes long, wants more: with 1 the next primary waits until it ends, for as long as `timeout`.
   */
  readonly concurrency?: number | "unbounded" | undefined
  /**
   * Longest time one handler may take; then it is interrupted. 45 s unless told, the default of T3: by then the peer
   * has given its transaction up. `"Infinity"` lets a handler that never ends hold up all that come after it.
   */
  readonly timeout?: Duration.Input | undefined
  /** A span of kind `server` for each primary, named as it (`S1F3`), around its handler; off unless told. */
  readonly spans?: boolean | undefined
}

const defaultTimeout = Duration.seconds(Timers.ranges.t3.initial)

/**
 * Hands every primary of the session in the context to a handler, until the session ends.
 *
 * One handler concerns its own primary only. When it fails, dies, is interrupted or takes longer than `timeout`, the
 * primary is answered SxF0 if it expects a reply and had none, a line is logged, observers get `HandlerFailed`, and the
 * next one is served. A handler may end before there is a reply: whoever has the primary can still reply to it. A reply
 * whose connection has ended is no more than a debug line.
 *
 * @example
 * yield* Effect.forkScoped(Session.serve((primary) =>
 *   primary.message.name === "S1F1" ? primary.reply(L()) : primary.message.replyExpected ? primary.abort : Effect.void))
 *
 * @since 0.1.0
 */
export const serve = <Handled extends Effect.Effect<unknown, unknown, unknown>>(
  handler: (primary: InboundPrimary) => Handled,
  options?: ServeOptions
): Effect.Effect<void, never, Effect.Services<Handled> | Session> =>
  Effect.scoped(
    Effect.gen(function* () {
      // What a program gives here is its own: a wrong one is a defect.
      const timeout = yield* Effect.orDie(Options.positive("timeout", options?.timeout ?? defaultTimeout))
      const session = yield* Session
      const concurrency = options?.concurrency ?? 1
      const limit =
        concurrency === "unbounded"
          ? Number.POSITIVE_INFINITY
          : yield* Effect.orDie(Options.between("concurrency", concurrency, 1, Number.MAX_SAFE_INTEGER))
      const handlers = yield* Handling.make(handler, limit, timeout, options?.spans ?? false)
      yield* session.deliver === undefined
        ? Stream.runForEach(session.primaries, handlers.handle)
        : session.deliver(handlers.receiving)
      yield* handlers.idle
    })
  )

/**
 * HSMS sessions: one connection after another, for ever, behind one `Session`.
 *
 * `layerActive` dials and selects, and dials again when a connection ends, after T5. `layerPassive` waits to be dialled
 * and selected. Who is host and who is equipment is another matter and an option.
 *
 * @example
 * const Host = HsmsSession.layerActive({ sessionId: 0 }).pipe(
 *   Layer.provide(NodeTransport.layerConnect({ host: "192.0.2.10", port: 5000 })))
 *
 * @see SEMI E37 and E37.1
 * @since 0.1.0
 */
import * as FrameDecoder from "@effect-secs/codec/FrameDecoder"
import * as Hsms from "@effect-secs/codec/Hsms"
import * as HsmsHeader from "@effect-secs/codec/HsmsHeader"
import * as ItemCodec from "@effect-secs/codec/ItemCodec"
import { isPrimary, SecsMessage, withoutReply } from "@effect-secs/codec/SecsMessage"
import { MessageError } from "@effect-secs/codec/CodecError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Connection from "./Connection.ts"
import { table } from "./ConnectionState.ts"
import { Core, type Settings } from "./internal/Core.ts"
import * as Deselect from "./internal/Deselect.ts"
import { type Service, Session } from "./Session.ts"
import {
  type DisconnectReason,
  InvalidOption,
  TransactionError,
  type TransactionReason,
  TransportError
} from "./SessionError.ts"
import * as Timers from "./Timers.ts"
import { type Outcome, type Transaction } from "./Transactions.ts"
import { type ByteChannel, Transport } from "./Transport.ts"

/**
 * @since 0.1.0
 */
export interface Options {
  /** Device id, 0 to 32 767: the session id of every data message. */
  readonly sessionId: number
  /** Equipment reports faults with stream 9, a host does not. The active side is host unless told, the passive equipment. */
  readonly role?: "host" | "equipment" | undefined
  /** Defaults of SEMI E37 where absent. A value out of range is used and reported. */
  readonly timers?: Timers.Input | undefined
  /** Linktests in a row that may go unanswered before the connection ends; 1 unless told. */
  readonly maxFailures?: number | undefined
  /**
   * A data message with another session id: `"strict"`, the default, drops it (equipment answers S9F1), `"warn"`
   * delivers it with an event, `"accept"` delivers it.
   */
  readonly sessionIdPolicy?: "strict" | "warn" | "accept" | undefined
  /** Follows E37 or E37.1 to the letter where the two part; see `ConnectionState.Options` for what that changes. */
  readonly strict?: "E37" | "E37.1" | undefined
  /** Longest header and text in bytes, in both directions; 16 MiB and 10 unless told. */
  readonly maxFrameLength?: number | undefined
  /** Primaries that wait for a reader before the peer is slowed; 1 024 unless told. */
  readonly primaryCapacity?: number | undefined
  /** Bytes of text in the primaries that wait before the peer is slowed; 16 MiB unless told. Decoded they take more. */
  readonly primaryBytes?: number | undefined
  /** Limits of decoding. */
  readonly decode?: ItemCodec.DecodeOptions | undefined
  /** False while Select.req is to be answered with "not ready". Asked once per Select.req; must not throw. */
  readonly ready?: (() => boolean) | undefined
  /** True while Deselect.req is to be answered with "busy". Asked once per Deselect.req; must not throw. */
  readonly busy?: (() => boolean) | undefined
  /**
   * Longest wait for a peer that does not read; then the connection ends. 30 s unless told. Not a parameter of the
   * standard, whose T3 only starts when the primary is written.
   */
  readonly writeTimeout?: Duration.Input | undefined
  /** Longest wait, when the session closes, for Separate.req to be written; 1 s unless told. */
  readonly closeTimeout?: Duration.Input | undefined
}

/**
 * @since 0.1.0
 */
export interface ActiveOptions extends Options {
  /** Longest wait for TCP to connect; 10 s unless told. */
  readonly connectTimeout?: Duration.Input | undefined
  /**
   * First and later waits between attempts, growing by `factor` (2 unless told) up to T5. Without it every wait is T5,
   * as the standard has it. A connection that was selected starts it anew.
   */
  readonly backoff?: { readonly initial: Duration.Input; readonly factor?: number | undefined } | undefined
}

const between = (
  option: string,
  value: number,
  minimum: number,
  maximum: number
): Effect.Effect<number, InvalidOption> =>
  Number.isInteger(value) && value >= minimum && value <= maximum
    ? Effect.succeed(value)
    : Effect.fail(
        new InvalidOption({ option, value: String(value), expected: `an integer from ${minimum} to ${maximum}` })
      )

const positive = (option: string, input: Duration.Input): Effect.Effect<Duration.Duration, InvalidOption> => {
  const duration = Timers.durationOf(input)
  return duration !== undefined && Duration.toMillis(duration) > 0
    ? Effect.succeed(duration)
    : Effect.fail(new InvalidOption({ option, value: Timers.show(input), expected: "a duration above zero" }))
}

const settingsOf = (mode: "Active" | "Passive", options: ActiveOptions): Effect.Effect<Settings, InvalidOption> =>
  Effect.gen(function* () {
    const invalid = Timers.invalid(options.timers)
    if (invalid !== undefined) return yield* new InvalidOption(invalid)
    const timers = Timers.make(options.timers)
    const t5 = Duration.toMillis(timers.t5)
    const { backoff } = options
    const initial = backoff === undefined ? t5 : Duration.toMillis(yield* positive("backoff.initial", backoff.initial))
    const factor = backoff?.factor ?? 2
    if (!(factor >= 1)) {
      return yield* new InvalidOption({
        option: "backoff.factor",
        value: String(factor),
        expected: "a number from 1 on"
      })
    }
    return {
      table: table({ mode, strict: options.strict }),
      sessionId: yield* between("sessionId", options.sessionId, 0, 0x7fff),
      role: options.role ?? (mode === "Active" ? "host" : "equipment"),
      timers,
      t3Millis: Duration.toMillis(timers.t3),
      t8Millis: Duration.toMillis(timers.t8),
      linktestMillis: Duration.toMillis(timers.linktest),
      maxFailures: yield* between("maxFailures", options.maxFailures ?? 1, 1, Number.MAX_SAFE_INTEGER),
      connectTimeout: yield* positive("connectTimeout", options.connectTimeout ?? "10 seconds"),
      writeTimeout: yield* positive("writeTimeout", options.writeTimeout ?? "30 seconds"),
      closeTimeout: yield* positive("closeTimeout", options.closeTimeout ?? "1 second"),
      separation: (attempts) =>
        backoff === undefined ? t5 : Math.min(t5, initial * factor ** Math.max(0, attempts - 1)),
      sessionIdPolicy: options.sessionIdPolicy ?? "strict",
      maxFrameLength: yield* between(
        "maxFrameLength",
        options.maxFrameLength ?? FrameDecoder.defaultMaxFrameLength,
        HsmsHeader.length,
        0xffff_ffff
      ),
      primaryCapacity: yield* between("primaryCapacity", options.primaryCapacity ?? 1024, 1, Number.MAX_SAFE_INTEGER),
      primaryBytes: yield* between("primaryBytes", options.primaryBytes ?? 2 ** 24, 1, Number.MAX_SAFE_INTEGER),
      ready: options.ready ?? (() => true),
      busy: options.busy ?? (() => false),
      decode: ItemCodec.decodeRangeWith(options.decode ?? {})
    }
  })

// --- the service ---------------------------------------------------------------------------------------------------

/** The session's side of a connection: which one lives now. */
class Current {
  connection: Connection.Connection | undefined = undefined
  /** True once the session closes: nothing is dialled or taken any more. */
  closing = false
}

const failure = (message: SecsMessage, reason: TransactionReason): Effect.Effect<never, TransactionError> =>
  Effect.fail(new TransactionError({ stream: message.stream, function: message.function, systemBytes: 0, reason }))

const unsendable = (message: SecsMessage, reason: MessageError["reason"]): Effect.Effect<never, TransactionError> => {
  const { function: function_, stream } = message
  return failure(message, { _tag: "Unsendable", error: new MessageError({ stream, function: function_, reason }) })
}

const service = (core: Core, current: Current): Service => {
  const { settings } = core
  const newQueue = Queue.bounded<Outcome>(1)

  const transact = (message: SecsMessage, timeout: number) =>
    Effect.flatMap(newQueue, (replies) => {
      let transaction: Transaction | undefined
      const { connection } = current
      return Effect.onExit(
        Effect.suspend(() => {
          if (connection === undefined) return failure(message, { _tag: "NotSelected", state: core.state })
          const opened = connection.data.request(message, timeout, replies)
          if (Result.isFailure(opened)) return Effect.fail(opened.failure)
          transaction = opened.success
          return Effect.flatten(Queue.take(replies))
        }),
        () => {
          if (transaction !== undefined) connection!.data.release(transaction)
          return Effect.void
        }
      )
    })

  return Session.of({
    state: Effect.sync(() => core.state),
    changes: core.changes,
    awaitSelected: core.awaitSelected,
    request: (message, options) =>
      Effect.suspend(() => {
        const timeout =
          options?.timeout === undefined
            ? settings.t3Millis
            : Math.max(0, Duration.toMillis(Duration.fromInputUnsafe(options.timeout)))
        if (message.replyExpected) return transact(message, timeout)
        const { function: function_, stream } = message
        if (isPrimary(message) && stream !== 9 && function_ !== 255) {
          return transact(new SecsMessage(stream, function_, true, message.item), timeout)
        }
        return unsendable(message, isPrimary(message) ? "NoReply" : "NotPrimary")
      }),
    send: (message) =>
      Effect.suspend(() => {
        // A secondary on its own answers nothing: `reply` gives it the system bytes of its primary.
        if (!isPrimary(message)) return unsendable(message, "NotPrimary")
        return current.connection === undefined
          ? failure(message, { _tag: "NotSelected", state: core.state })
          : current.connection.data.send(withoutReply(message))
      }),
    primaries: core.primaries,
    events: core.events,
    linktest: Effect.suspend(() =>
      current.connection === undefined || core.state !== "Selected"
        ? failure(new SecsMessage(0, 0, false, undefined), { _tag: "NotSelected", state: core.state })
        : current.connection.linktest
    ),
    deselect: Effect.suspend(() =>
      current.connection === undefined || core.state !== "Selected"
        ? Effect.fail(Deselect.failure({ _tag: "NotSelected", state: core.state }))
        : current.connection.deselect
    )
  })
}

// --- running -------------------------------------------------------------------------------------------------------

/** Ends of a connection after which the peer may still read what is queued for it. */
const peerReads: ReadonlySet<DisconnectReason["_tag"]> = new Set([
  "LocalClose",
  "FrameFault",
  "SelectRefused",
  "NotSelectedPolicy"
])

/** Runs one connection until it ends. */
const runConnection = (core: Core, current: Current, channel: ByteChannel): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const connection = yield* Connection.make(core, channel, yield* Random.nextIntBetween(0, 0xffff_ffff))
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        if (current.connection === connection) current.connection = undefined
      })
    )
    current.connection = connection
    connection.start()
    const reason = yield* connection.done
    current.connection = undefined
    // The Scope takes the writer with it, which may still be busy with what stands before Separate.req or an answer.
    if (peerReads.has(reason._tag)) yield* Effect.timeoutOption(connection.flushed, core.settings.closeTimeout)
  })

const warnOutOfRange = (timers: Timers.Timers): Effect.Effect<void> =>
  Effect.forEach(Timers.outOfRange(timers), (timer) => Effect.logWarning(Timers.describe(timer)), { discard: true })

/** Separate.req, if there is a session, and its way out; then nothing is dialled or taken any more. */
const close = (core: Core, current: Current): Effect.Effect<void> =>
  Effect.suspend(() => {
    current.closing = true
    const { connection } = current
    if (connection === undefined) {
      core.step("Close")
      return Effect.void
    }
    connection.handle("Close", { reason: { _tag: "LocalClose" } })
    return Effect.asVoid(Effect.timeoutOption(connection.flushed, core.settings.closeTimeout))
  })

const dialTimedOut = (core: Core, address: string) =>
  Effect.fail(
    new TransportError({
      operation: "connect",
      address,
      reason: { _tag: "TimedOut", after: core.settings.connectTimeout }
    })
  )

const runActive = (core: Core, current: Current, transport: Transport["Service"]): Effect.Effect<void> =>
  Effect.gen(function* () {
    let attempts = 0
    while (!current.closing) {
      core.step("Start")
      const dial = Effect.timeoutOrElse(transport.open, {
        duration: core.settings.connectTimeout,
        orElse: () => dialTimedOut(core, transport.description.replace(/^connect /, ""))
      })
      const attempt = yield* Effect.exit(
        Effect.scoped(Effect.flatMap(dial, (channel) => runConnection(core, current, channel)))
      )
      if (current.closing) return
      if (core.wasSelected) attempts = 0
      core.wasSelected = false
      attempts++
      const wait = core.settings.separation(attempts)
      if (Exit.isFailure(attempt)) {
        const error = Exit.findError(attempt)
        core.step("TcpFailed")
        if (Result.isSuccess(error)) {
          core.fault({ _tag: "ConnectFailed", error: error.success, retryIn: Duration.millis(wait) })
        }
      }
      yield* Effect.sleep(wait)
    }
  })

/** Turned-away connections that may be open at a time; more are closed at once. */
const maxParked = 4

/** Answers Select.req with status 3, which tells the peer that this entity serves another connection, and closes. */
const turnAway = (core: Core, channel: ByteChannel): Effect.Effect<void> =>
  Effect.gen(function* () {
    const decoder = FrameDecoder.make({ maxFrameLength: HsmsHeader.length })
    while (true) {
      for (const chunk of yield* channel.pull) {
        const { error, frames } = decoder.push(chunk)
        if (frames.length > 0) {
          const first = Hsms.decode(frames[0]!)
          if (Result.isSuccess(first) && first.success._tag === "SelectReq") {
            const status = HsmsHeader.SelectStatus.Exhausted
            yield* channel.write([Hsms.encodeControl(Hsms.selectRsp(first.success, status))])
          }
          return
        }
        if (error !== undefined) return
      }
    }
  }).pipe(Effect.timeoutOption(core.settings.timers.t7), Effect.ignore)

const runPassive = (
  core: Core,
  current: Current,
  transport: Transport["Service"]
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    // A Scope of its own, made now: connections end after the session has closed, not before.
    const connections = yield* Scope.fork(yield* Effect.scope)
    let parked = 0
    while (!current.closing) {
      const scope = yield* Scope.fork(connections)
      const opened = yield* Effect.exit(Scope.provide(transport.open, scope))
      if (Exit.isFailure(opened)) {
        yield* Scope.close(scope, opened)
        const error = Exit.findError(opened)
        const wait = core.settings.separation(1)
        if (Result.isSuccess(error)) {
          core.fault({ _tag: "ConnectFailed", error: error.success, retryIn: Duration.millis(wait) })
        }
        yield* Effect.sleep(wait)
        continue
      }
      const channel = opened.value
      const { connection } = current
      const run =
        connection === undefined
          ? runConnection(core, current, channel)
          : Effect.suspend(() => {
              connection.handle("SecondConnection", {})
              core.fault({ _tag: "ConnectionRefused", peer: channel.peer })
              if (parked >= maxParked) return Effect.void
              parked++
              return Effect.ensuring(
                turnAway(core, channel),
                Effect.sync(() => {
                  parked--
                })
              )
            })
      yield* Effect.forkIn(
        Effect.onExit(Scope.provide(run, scope), (exit) => Scope.close(scope, exit)),
        connections,
        { startImmediately: true }
      )
    }
  })

const make = (mode: "Active" | "Passive", options: ActiveOptions) =>
  Effect.gen(function* () {
    const settings = yield* settingsOf(mode, options)
    const transport = yield* Transport
    const core = yield* Core.make(settings)
    const current = new Current()
    yield* warnOutOfRange(settings.timers)
    // Registered first, so it runs when everything else of the session has ended.
    yield* Effect.addFinalizer(() => Effect.sync(() => core.end()))
    const run = mode === "Active" ? runActive(core, current, transport) : runPassive(core, current, transport)
    yield* Effect.forkScoped(run, { startImmediately: true })
    // Registered last, so it runs before the fibers of the session are interrupted.
    yield* Effect.addFinalizer(() => close(core, current))
    return service(core, current)
  })

/**
 * An active session in the Scope of the caller: for sessions that are made at run time. `layerActive` is the layer.
 *
 * @since 0.1.0
 */
export const makeActive = (options: ActiveOptions): Effect.Effect<Service, InvalidOption, Transport | Scope.Scope> =>
  make("Active", options)

/**
 * A passive session in the Scope of the caller. `layerPassive` is the layer.
 *
 * @since 0.1.0
 */
export const makePassive = (options: Options): Effect.Effect<Service, InvalidOption, Transport | Scope.Scope> =>
  make("Passive", options)

/**
 * A session that dials and selects, again and again until its Scope closes. Ready at once; `awaitSelected` tells when
 * messages can be sent.
 *
 * @since 0.1.0
 */
export const layerActive = (options: ActiveOptions): Layer.Layer<Session, InvalidOption, Transport> =>
  Layer.effect(Session, makeActive(options))

/**
 * A session that is dialled and selected. It takes one connection at a time; another is answered with Select.rsp
 * status 3, and makes the session probe the one it has.
 *
 * @since 0.1.0
 */
export const layerPassive = (options: Options): Layer.Layer<Session, InvalidOption, Transport> =>
  Layer.effect(Session, makePassive(options))

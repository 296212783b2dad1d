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
import type * as ItemCodec from "@effect-secs/codec/ItemCodec"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { FollowUps } from "./Conversation.ts"
import type * as Dialogue from "./Dialogue.ts"
import { accept } from "./internal/Accepting.ts"
import { Core } from "./internal/Core.ts"
import { close, Current, metered, runConnection } from "./internal/Current.ts"
import { carrier } from "./internal/Service.ts"
import { settingsOf, warnOutOfRange } from "./internal/Settings.ts"
import * as TurnAway from "./internal/TurnAway.ts"
import * as Session from "./Session.ts"
import { type InvalidOption, TransportError } from "./SessionError.ts"
import type * as Timers from "./Timers.ts"
import { Transport } from "./Transport.ts"

/**
 * Options of either side; a passive session takes these.
 *
 * @since 0.1.0
 */
export interface Options {
  /** Device id, 0 to 32 767: the session id of every data message. */
  readonly sessionId: number
  /** What the session is called in logs, metrics and spans; `session <id>` unless told. */
  readonly name?: string | undefined
  /**
   * Counts for `SessionMetrics`, with more labels if wanted; off unless told. Give each session a `name` of its own: those
   * alike in all labels share their series.
   */
  readonly metrics?: boolean | { readonly attributes?: Readonly<Record<string, string>> | undefined } | undefined
  /**
   * A span of kind `client` for each request, named as its primary (`S1F3`), with the caller's span as parent; off unless
   * told. For primaries of the peer see `Session.serve`.
   */
  readonly spans?: boolean | undefined
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
  /** How typed messages are read and written: strictness, what this peer does otherwise, encoding of text. */
  readonly dialogue?: Dialogue.Options | undefined
  /** Longest header and text in bytes, in both directions; 16 MiB and 13 unless told. */
  readonly maxFrameLength?: number | undefined
  /**
   * Longest text in bytes that is taken of a data message; as `maxFrameLength` allows unless told. A longer primary is
   * refused undecoded: equipment answers S9F11. A longer reply fails its transaction. What does not even fit a frame
   * ends the connection.
   */
  readonly maxTextLength?: number | undefined
  /**
   * Which primary has to follow when this side has granted an inquiry, and how long it may take, 45 s unless told.
   * Equipment says S9F13 where it does not come; a host has the event only. Without it nothing is awaited.
   */
  readonly conversations?: { readonly followUps: FollowUps; readonly timeout?: Duration.Input | undefined } | undefined
  /** Primaries that wait for a reader before the peer is slowed; 1 024 unless told. */
  readonly primaryCapacity?: number | undefined
  /** Bytes of text in the primaries that wait before the peer is slowed; 16 MiB unless told. Decoded they take more. */
  readonly primaryBytes?: number | undefined
  /** Limits of decoding. Items always own their binary: what a socket gives is overwritten or freed at once. */
  readonly decode?: Omit<ItemCodec.DecodeOptions, "binary"> | undefined
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
 * Options of an active session, with what concerns dialling.
 *
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

// --- running -------------------------------------------------------------------------------------------------------

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
const maxTurnedAway = 4

const runPassive = (
  core: Core,
  current: Current,
  transport: Transport["Service"]
): Effect.Effect<void, never, Scope.Scope> => {
  const turnAway = TurnAway.make(core.settings, maxTurnedAway)
  return accept({
    settings: core.settings,
    transport,
    closing: () => current.closing,
    failed: (error, retryIn) => core.fault({ _tag: "ConnectFailed", error, retryIn }),
    run: (channel) =>
      Effect.suspend(() => {
        const { connection } = current
        if (connection === undefined) return runConnection(core, current, channel)
        connection.handle("SecondConnection", {})
        core.fault({ _tag: "ConnectionTurnedAway", peer: channel.peer })
        return turnAway(channel)
      })
  })
}

const make = (mode: "Active" | "Passive", options: ActiveOptions) =>
  Effect.gen(function* () {
    const settings = yield* settingsOf(mode, options)
    const transport = yield* Transport
    const core = yield* Core.make(settings)
    const current = new Current()
    core.meter = yield* metered(core, current, options.metrics, { session: core.name, mode: mode.toLowerCase() })
    yield* warnOutOfRange(settings.timers, { session: core.name, sessionId: settings.sessionId })
    // Registered first, so it runs when everything else of the session has ended.
    yield* Effect.addFinalizer(() => Effect.sync(() => core.end()))
    const run = mode === "Active" ? runActive(core, current, transport) : runPassive(core, current, transport)
    yield* Effect.forkScoped(run, { startImmediately: true })
    // Registered last, so it runs before the fibers of the session are interrupted.
    yield* Effect.addFinalizer(() => close(core, current))
    return Session.make(carrier(core, current))
  })

/**
 * An active session in the Scope of the caller: for sessions that are made at run time. `layerActive` is the layer.
 *
 * @since 0.1.0
 */
export const makeActive = (
  options: ActiveOptions
): Effect.Effect<Session.Service, InvalidOption, Transport | Scope.Scope> => make("Active", options)

/**
 * A passive session in the Scope of the caller. `layerPassive` is the layer.
 *
 * @since 0.1.0
 */
export const makePassive = (options: Options): Effect.Effect<Session.Service, InvalidOption, Transport | Scope.Scope> =>
  make("Passive", options)

/**
 * A session that dials and selects, again and again until its Scope closes. Ready at once; `awaitSelected` tells when
 * messages can be sent.
 *
 * @since 0.1.0
 */
export const layerActive = (options: ActiveOptions): Layer.Layer<Session.Session, InvalidOption, Transport> =>
  Layer.effect(Session.Session, makeActive(options))

/**
 * A session that is dialled and selected. It takes one connection at a time; another is answered with Select.rsp
 * status 3, and makes the session probe the one it has.
 *
 * @since 0.1.0
 */
export const layerPassive = (options: Options): Layer.Layer<Session.Session, InvalidOption, Transport> =>
  Layer.effect(Session.Session, makePassive(options))

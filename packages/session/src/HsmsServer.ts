/**
 * Many peers on one port: every connection that comes in is a session of its own.
 *
 * For a host whose equipments dial it, and for whoever simulates many hosts or tools in one process. The server is the
 * passive side of each connection; what `HsmsSession` says of timers, buffers and faults holds for each peer by itself.
 * No peer can hold up, slow down or end another.
 *
 * A peer is known by its session id and its address. The session id may be given, for all or by address; where it is
 * not, it is learned: Select.req suggests it where it carries one, and the first data message of the peer decides. Until
 * then messages to the peer carry 0. Equipment with another id drops those and answers S9F1, from which it is learned, and
 * a `request` is repeated under the right one.
 *
 * @example
 * const server = yield* HsmsServer.HsmsServer
 * yield* server.serve(() => Session.serve((primary) => primary.reply(B(0))))
 *
 * @see SEMI E37 and E37.1
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Dialogue from "./Dialogue.ts"
import type { Options as SessionOptions } from "./HsmsSession.ts"
import { accept } from "./internal/Accepting.ts"
import { Core } from "./internal/Core.ts"
import { metered, runConnection } from "./internal/Current.ts"
import { between, positive } from "./internal/Options.ts"
import { addressOf, Peer } from "./internal/Peer.ts"
import { handleAll } from "./internal/PeerHandling.ts"
import { Peers } from "./internal/Peers.ts"
import { maxSessionId, type Settings, settingsOf, warnOutOfRange } from "./internal/Settings.ts"
import * as TurnAway from "./internal/TurnAway.ts"
import type { ServerEvent } from "./ServerEvent.ts"
import type { Service as SessionService, Session } from "./Session.ts"
import type { DisconnectReason, InvalidOption } from "./SessionError.ts"
import { type ByteChannel, Transport } from "./Transport.ts"

/**
 * Who has dialled.
 *
 * @since 0.1.0
 */
export interface PeerAddress {
  /** With its port: `192.0.2.7:51234`. */
  readonly peer: string
  /** Without: `192.0.2.7`. An IPv4 address that the system shows as IPv6 is IPv4 here. */
  readonly address: string
}

/**
 * Options of a server. Those it shares with `HsmsSession` hold for each peer.
 *
 * @since 0.1.0
 */
export interface Options extends Omit<SessionOptions, "sessionId" | "role" | "dialogue"> {
  /**
   * Device id of the peers, 0 to 32 767: one for all, or one for each by its address. It is learned from a peer for
   * which it is undefined. A function that gives no device id or throws has the peer turned away.
   */
  readonly sessionId?: number | ((peer: PeerAddress) => number | undefined) | undefined
  /** What this side is to all of them; host unless told. */
  readonly role?: "host" | "equipment" | undefined
  /** How typed messages are read and written: the same for all peers, or one for each by its address. Must not throw. */
  readonly dialogue?: Dialogue.Options | ((peer: PeerAddress) => Dialogue.Options | undefined) | undefined
  /** Connections at a time, selected or not; 1 024 unless told. More are answered with Select.rsp status 3. */
  readonly maxPeers?: number | undefined
  /** Longest time a handler of `serve` may go on when its session has ended; 10 s unless told. */
  readonly drainTimeout?: Duration.Input | undefined
}

/**
 * The session with one peer, for one connection: when that ends, requests fail, streams end after what came before, and
 * a peer that dials again gets a session of its own. Provide it as `Session.Session` to what is written for any session.
 *
 * @since 0.1.0
 */
export interface PeerSession extends SessionService, PeerAddress {
  /** Undefined while it is not known. */
  readonly sessionId: Effect.Effect<number | undefined>
  /** Why the connection ended, as soon as it has. */
  readonly closed: Effect.Effect<DisconnectReason>
  /** Separates. Done when Separate.req is on its way, after `closeTimeout` at the latest. */
  readonly close: Effect.Effect<void>
}

/**
 * Which peer is meant. What is absent does not matter.
 *
 * @since 0.1.0
 */
export interface Query {
  readonly sessionId?: number | undefined
  /** With or without port. */
  readonly address?: string | undefined
}

/**
 * What a server offers.
 *
 * @since 0.1.0
 */
export interface Service {
  /**
   * The sessions that are selected now, then each as it is selected. Every reader gets all of them. A reader that does
   * not take holds nobody up: `maxPeers` wait for it, and of more those go that have ended, each with an event.
   */
  readonly sessions: Stream.Stream<PeerSession>

  /** The sessions that are selected now, in the order in which they were. */
  readonly current: Effect.Effect<ReadonlyArray<PeerSession>>

  /** The session that was selected last among those that match; undefined where none does. */
  readonly find: (query: Query) => Effect.Effect<PeerSession | undefined>

  /** The same, as soon as there is one. Interrupted when the server ends first. */
  readonly awaitPeer: (query: Query) => Effect.Effect<PeerSession>

  /**
   * Runs a handler for every session, those included that are selected now, each in a fiber and Scope of its own, until
   * the server ends. Interrupting it interrupts the handlers and leaves the sessions.
   *
   * The Scope of a handler is open until the session has ended and what reads its primaries has had the last one; a
   * handler that goes on for `drainTimeout` after the end is interrupted. One that fails or dies while its session lives
   * is logged, and its session ends with Separate; the others do not notice.
   */
  readonly serve: <E, R>(
    handler: (session: PeerSession) => Effect.Effect<unknown, E, R>
  ) => Effect.Effect<void, never, Exclude<Exclude<R, Session>, Scope.Scope>>

  /** What happens, for observers: peers that come, go and are turned away. A slow observer loses the oldest. */
  readonly events: Stream.Stream<ServerEvent>
}

/**
 * A server as a service: the passive side of many connections.
 *
 * @since 0.1.0
 */
export class HsmsServer extends Context.Service<HsmsServer, Service>()("@effect-secs/session/HsmsServer") {}

// --- accepting -----------------------------------------------------------------------------------------------------

/** Turned-away connections that may be open at a time; more are closed at once. */
const maxTurnedAway = 64

/** The session id that the option gives for a peer, undefined where it is to be learned; nothing where it is none. */
const identify = (
  sessionId: Options["sessionId"],
  peer: PeerAddress
): { readonly sessionId: number | undefined } | undefined => {
  if (typeof sessionId !== "function") return { sessionId }
  try {
    const given = sessionId(peer)
    const valid = given === undefined || (Number.isInteger(given) && given >= 0 && given <= maxSessionId)
    return valid ? { sessionId: given } : undefined
  } catch {
    return undefined
  }
}

const runPeers = (
  peers: Peers,
  settings: Settings,
  options: Options & { readonly name: string },
  transport: Transport["Service"]
): Effect.Effect<void, never, Scope.Scope> => {
  const turnAway = TurnAway.make(settings, maxTurnedAway)
  const run = (channel: ByteChannel) =>
    Effect.gen(function* () {
      const address = addressOf(channel.peer)
      const identified = identify(options.sessionId, { peer: channel.peer, address })
      const about = { peer: channel.peer, sessionId: identified?.sessionId }
      if (identified === undefined) {
        peers.tell({ _tag: "PeerTurnedAway", ...about, reason: "BadSessionId" })
        return yield* turnAway(channel)
      }
      if (peers.isFull) {
        // One of them may be what is left of this one's last connection.
        peers.probe(address, undefined)
        peers.tell({ _tag: "PeerTurnedAway", ...about, reason: "TooManyPeers" })
        return yield* turnAway(channel)
      }
      const { dialogue } = options
      const spoken = typeof dialogue === "function" ? dialogue({ peer: channel.peer, address }) : dialogue
      const core = yield* Core.make({ ...settings, dialogue: spoken }, peers.budget)
      core.peer = channel.peer
      if (identified.sessionId === undefined) core.learn()
      else core.sessionId = identified.sessionId
      const peer = new Peer(core, channel.peer)
      // One set of series for all: labels that name each connection would never end.
      const labels = { session: options.name, mode: "passive" }
      core.meter = yield* metered(core, peer.current, options.metrics, labels)
      peers.connected(peer)
      yield* Effect.ensuring(
        runConnection(core, peer.current, channel, (reason) => peers.disconnected(peer, reason)),
        Effect.sync(() => peers.disconnected(peer, { _tag: "LocalClose" }))
      )
    })
  return accept({
    settings,
    transport,
    closing: () => peers.closing,
    failed: (error, retryIn) => peers.tell({ _tag: "AcceptFailed", error, retryIn }),
    run
  })
}

// --- the service ---------------------------------------------------------------------------------------------------

/**
 * A server in the Scope of the caller. When that closes, every session is separated, all at once.
 *
 * @since 0.1.0
 */
export const make = (options: Options = {}): Effect.Effect<Service, InvalidOption, Transport | Scope.Scope> =>
  Effect.gen(function* () {
    const { sessionId } = options
    const settings = yield* settingsOf("Passive", {
      ...options,
      // Anything else than a number, a function or nothing is told apart as an option that cannot be.
      sessionId: sessionId === undefined || typeof sessionId === "function" ? 0 : sessionId,
      role: options.role ?? "host",
      dialogue: typeof options.dialogue === "function" ? undefined : options.dialogue
    })
    const maxPeers = yield* between("maxPeers", options.maxPeers ?? 1024, 1, Number.MAX_SAFE_INTEGER)
    const drainTimeout = yield* positive("drainTimeout", options.drainTimeout ?? "10 seconds")
    const label = options.name ?? "peers"
    const transport = yield* Transport
    const run = Effect.runForkWith(yield* Effect.context())
    const peers = new Peers(settings, yield* Clock.Clock, maxPeers, run)
    yield* warnOutOfRange(settings.timers, { session: label })
    // Registered first, so it runs when every connection has ended.
    yield* Effect.addFinalizer(() => Effect.sync(() => peers.end()))
    yield* Effect.forkScoped(runPeers(peers, settings, { ...options, name: label }, transport), {
      startImmediately: true
    })
    // Registered last, so it runs before the fibers of the connections are interrupted.
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        peers.closing = true
        return Effect.forEach(peers.all, (peer) => peer.close, { concurrency: "unbounded", discard: true })
      })
    )
    return HsmsServer.of({
      sessions: Stream.map(peers.peers, (peer) => peer.session),
      current: Effect.sync(() => peers.selected.map((peer) => peer.session)),
      find: (query) => Effect.sync(() => peers.find(query)?.session),
      awaitPeer: (query) => peers.awaitPeer(query),
      serve: (handler) => handleAll(peers, handler, drainTimeout),
      events: peers.events
    })
  })

/**
 * A server for as long as the layer lives.
 *
 * @since 0.1.0
 */
export const layer = (options: Options = {}): Layer.Layer<HsmsServer, InvalidOption, Transport> =>
  Layer.effect(HsmsServer, make(options))

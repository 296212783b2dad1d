/**
 * `secs listen` at work: waits to be dialled, shows what comes, answers.
 *
 * @since 0.1.0
 */
import { HsmsServer, HsmsSession, ServerEvent, type Session, SessionError, Transport } from "@effect-secs/session"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { type CliFailure, failed } from "../CliFailure.ts"
import * as Conversation from "./Conversation.ts"
import { portioned } from "./Portions.ts"
import type { Screen } from "./Screen.ts"
import { shown, watched } from "./Watching.ts"

/** @since 0.1.0 */
export interface Options {
  readonly transport: Transport.Transport["Service"]
  readonly session: HsmsSession.Options
  readonly conversation: Omit<Conversation.Options, "reported">
  readonly screen: Screen
  /** Peers at a time. */
  readonly peers: number
  /** Ends when the first peer has left. */
  readonly once: boolean
}

const conversation = (options: Options): Conversation.Options => ({ ...options.conversation, reported: () => {} })

/** How the first peer left, for a command that ends then. */
const left = (reason: SessionError.DisconnectReason): Effect.Effect<void, CliFailure> =>
  reason._tag === "Separated" || reason._tag === "Deselected"
    ? Effect.void
    : Effect.fail(failed(`connection lost: ${SessionError.describeDisconnect(reason)}`))

/** One peer at a time, and whatever happens before it has selected. */
const one = (options: Options): Effect.Effect<void, CliFailure | SessionError.InvalidOption> =>
  Effect.gen(function* () {
    const gone = yield* Deferred.make<SessionError.DisconnectReason>()
    let selected = false
    const reasons: Conversation.Reasons = new Map()
    yield* watched({
      transport: options.transport,
      make: HsmsSession.makePassive(options.session),
      show: (event) =>
        Effect.gen(function* () {
          yield* options.screen.event(event, undefined, Conversation.reasonFor(event, reasons))
          if (event._tag === "StateChanged" && event.to === "Selected") selected = true
          if (event._tag === "Disconnected" && selected) yield* Deferred.succeed(gone, event.reason)
        }),
      missed: options.screen.missed,
      work: (session) =>
        Effect.gen(function* () {
          yield* Conversation.hold(session, conversation(options), reasons)
          yield* options.once ? Effect.flatMap(Deferred.await(gone), left) : Effect.never
        })
    })
  })

/** Many peers, each with its address in front of what it does. */
const many = (options: Options): Effect.Effect<void, CliFailure | SessionError.InvalidOption> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { once, peers, screen, session, transport } = options
      const gone = yield* Deferred.make<void, CliFailure>()
      const server = yield* HsmsServer.make({ ...session, role: options.conversation.role, maxPeers: peers }).pipe(
        Effect.provideService(Transport.Transport, portioned(transport))
      )
      const ended = (exit: Exit.Exit<void, CliFailure>) =>
        Exit.isFailure(exit) ? Deferred.done(gone, exit) : Effect.void
      const converse = (peer: Session.Service & HsmsServer.PeerAddress) =>
        Effect.gen(function* () {
          const reasons: Conversation.Reasons = new Map()
          const showing = yield* shown({
            events: peer.events,
            show: (event) => screen.event(event, peer.peer, Conversation.reasonFor(event, reasons)),
            missed: screen.missed
          }).pipe(Effect.onExit(ended), Effect.forkScoped({ startImmediately: true }))
          yield* Conversation.hold(peer, conversation(options), reasons)
          yield* Fiber.await(showing)
        })
      yield* server.events.pipe(
        Stream.runForEach((event) =>
          Effect.gen(function* () {
            const peer = "peer" in event ? { peer: event.peer } : {}
            if (event._tag !== "PeerConnected" && event._tag !== "PeerIdentified") {
              yield* screen.line(event._tag, ServerEvent.describe(event), peer)
            }
            if (once && event._tag === "PeerDisconnected")
              yield* Deferred.done(gone, yield* Effect.exit(left(event.reason)))
          })
        ),
        Effect.onExit(ended),
        Effect.forkScoped({ startImmediately: true })
      )
      yield* Effect.forkScoped(server.serve(converse), { startImmediately: true })
      yield* Deferred.await(gone)
    })
  )

/**
 * Runs until it is told to end, or, where `once` says so, until the first peer has left.
 *
 * @since 0.1.0
 */
export const run = (options: Options): Effect.Effect<void, CliFailure | SessionError.InvalidOption> =>
  options.peers === 1 ? one(options) : many(options)

/**
 * Runs a handler for each peer, tied to its session.
 */
import type * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { PeerSession } from "../HsmsServer.ts"
import { Session } from "../Session.ts"
import type { Peer } from "./Peer.ts"
import type { Peers } from "./Peers.ts"

/** Runs one handler for one peer, to the end of both. */
const handle = <E, R>(
  peers: Peers,
  peer: Peer,
  handler: (session: PeerSession) => Effect.Effect<unknown, E, R>,
  drainTimeout: Duration.Duration
): Effect.Effect<void, never, Exclude<Exclude<R, Session>, Scope.Scope>> => {
  const { closed } = peer.session
  let returned = false
  const handled = Effect.gen(function* () {
    const exit = yield* Effect.exit(
      Effect.provideService(
        Effect.suspend(() => handler(peer.session)),
        Session,
        peer.session
      )
    )
    if (Exit.isFailure(exit)) {
      if (!peer.over) return exit.cause
      // What waits for the peer fails when the session ends: no news.
      yield* Effect.logDebug(`${peer.core.name}: the handler ended with its session`, exit.cause)
    }
    returned = true
    // What the handler left running in its Scope still has the primaries that came before the end.
    yield* closed
    yield* peer.core.primaries.drained
    return undefined
  })
  const overdue = Effect.gen(function* () {
    yield* closed
    yield* Effect.sleep(drainTimeout)
    if (!returned || peer.core.primaries.isRead) {
      peers.tell({ _tag: "HandlerInterrupted", peer: peer.name, sessionId: peer.sessionId })
    }
    return undefined
  })
  return Effect.scoped(Effect.raceFirst(handled, overdue)).pipe(
    Effect.flatMap((cause: Cause.Cause<E> | undefined) => {
      if (cause === undefined) return Effect.void
      peers.tell({ _tag: "HandlerFailed", peer: peer.name, sessionId: peer.sessionId, cause })
      return peer.close
    })
  )
}

/** Runs a handler for every peer, those included that are selected now, until the server ends. */
export const handleAll = <E, R>(
  peers: Peers,
  handler: (session: PeerSession) => Effect.Effect<unknown, E, R>,
  drainTimeout: Duration.Duration
): Effect.Effect<void, never, Exclude<Exclude<R, Session>, Scope.Scope>> =>
  peers.peers.pipe(
    Stream.mapEffect((peer) => handle(peers, peer, handler, drainTimeout), {
      concurrency: "unbounded",
      unordered: true
    }),
    Stream.runDrain
  )

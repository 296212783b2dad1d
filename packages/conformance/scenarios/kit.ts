/**
 * What the scenarios share: a session of ours on the side and in the role of the run, with its peer on the other end.
 */
import { SecsMessage } from "@effect-secs/codec"
import { HsmsSession, Transport } from "@effect-secs/session"
import type { InboundPrimary, Session } from "@effect-secs/session/Session"
import type { SessionEvent } from "@effect-secs/session/SessionEvent"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Combination } from "../src/coverage.ts"
import { scenarios } from "../src/Scenario.ts"
import { open, type Peer, type Wire } from "./wire.ts"

export const s1f1 = SecsMessage.primary(1, 1)

/** Starts something that waits for the peer. */
export const start = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<Fiber.Fiber<A, E>, never, Scope.Scope> =>
  Effect.forkScoped(effect, { startImmediately: true })

/** How long an effect takes, by the clock of the run. */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Duration.Duration, E, R> =>
  Effect.gen(function* () {
    const before = yield* Clock.currentTimeMillis
    yield* effect
    return Duration.millis((yield* Clock.currentTimeMillis) - before)
  })

export type Options = Partial<HsmsSession.ActiveOptions>

export interface Entity {
  readonly session: Session["Service"]
  /** Closes the session; its peer lives on. */
  readonly close: Effect.Effect<void>
  /** Waits for the next event of a kind; events are kept from the start. */
  readonly event: <Tag extends SessionEvent["_tag"]>(
    tag: Tag
  ) => Effect.Effect<Extract<SessionEvent, { readonly _tag: Tag }>>
  /** The next primary. */
  readonly primary: Effect.Effect<InboundPrimary>
}

const entity = (
  make: Effect.Effect<Session["Service"], unknown, Transport.Transport | Scope.Scope>,
  transport: Transport.Transport["Service"]
): Effect.Effect<Entity, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const session = yield* make.pipe(Effect.provideService(Transport.Transport, transport), Scope.provide(scope))
    const events = yield* Queue.unbounded<SessionEvent>()
    yield* Effect.forkIn(
      Stream.runForEach(session.events, (event) => Queue.offer(events, event)),
      scope,
      { startImmediately: true }
    )
    const event = <Tag extends SessionEvent["_tag"]>(tag: Tag) =>
      Effect.gen(function* () {
        while (true) {
          const next = yield* Queue.take(events)
          if (next._tag === tag) return next as Extract<SessionEvent, { readonly _tag: Tag }>
        }
      })
    const primary = Effect.map(Stream.runHead(session.primaries), Option.getOrThrow)
    return { session, close: Scope.close(scope, Exit.void), event, primary }
  }).pipe(Effect.orDie)

/** One run of a scenario: where it takes place, and how to bring session and peer there. */
export class Stage {
  readonly wire: Wire
  readonly transport: Combination["transport"]
  /** The side of our session. */
  readonly mode: Combination["mode"]
  /** The role of our session. */
  readonly role: Combination["role"]

  constructor(wire: Wire, { mode, role, transport }: Combination) {
    this.wire = wire
    this.transport = transport
    this.mode = mode
    this.role = role
  }

  get active(): boolean {
    return this.mode === "active"
  }

  /**
   * A session, and nobody there yet. No linktests, which would stand between the messages of a scenario, and a T5 of
   * 50 ms, unless told.
   */
  alone(options: Options = {}, transport = this.active ? this.wire.active : this.wire.passive) {
    const all: HsmsSession.ActiveOptions = {
      sessionId: 10,
      role: this.role,
      ...options,
      timers: { linktest: 0, t5: "50 millis", ...options.timers }
    }
    return entity(this.active ? HsmsSession.makeActive(all) : HsmsSession.makePassive(all), transport)
  }

  /** The peer's end of the next connection: it dials a passive session and is dialled by an active one. */
  get peer(): Effect.Effect<Peer, never, Scope.Scope> {
    return open(this.active ? this.wire.passive : this.wire.active)
  }

  /** Another TCP connection to a passive session. */
  get stranger(): Effect.Effect<Peer, never, Scope.Scope> {
    return open(this.wire.active)
  }

  /** A session and its peer, NOT SELECTED. `select` are the system bytes of an active session's Select.req. */
  connected(options: Options = {}) {
    return Effect.gen({ self: this }, function* () {
      const entity = yield* this.alone(options)
      const peer = yield* this.peer
      if (!this.active) yield* entity.event("Connected")
      const select = this.active ? yield* peer.expect("FFFF 00 00 00 01 ????????") : ""
      return { ...entity, peer, select }
    })
  }

  /** The Select procedure on a new connection, by whoever has to begin it. */
  select({ session }: Entity, peer: Peer): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      if (this.active) {
        yield* peer.send(`FFFF 00 00 00 02 ${yield* peer.expect("FFFF 00 00 00 01 ????????")}`)
      } else {
        yield* peer.send("FFFF 00 00 00 01 00000001")
        yield* peer.expect("FFFF 00 00 00 02 00000001")
      }
      yield* session.awaitSelected
    })
  }

  /** A session and its peer, SELECTED. */
  selected(options: Options = {}) {
    return Effect.gen({ self: this }, function* () {
      const entity = yield* this.alone(options)
      const peer = yield* this.peer
      yield* this.select(entity, peer)
      return { ...entity, peer }
    })
  }

  /** The connection after one that has ended, SELECTED. */
  again(entity: Entity): Effect.Effect<Peer, never, Scope.Scope> {
    return Effect.gen({ self: this }, function* () {
      if (this.active) yield* this.wire.elapse("60 millis")
      const peer = yield* this.peer
      yield* this.select(entity, peer)
      return peer
    })
  }

  elapse(time: Duration.Input): Effect.Effect<void> {
    return this.wire.elapse(time)
  }
}

/** Scenarios that run on both sides and in both roles. */
export const everywhere = scenarios<Stage>()
export const onActive = scenarios<Stage>({ modes: ["active"] })
export const onPassive = scenarios<Stage>({ modes: ["passive"] })
export const asHost = scenarios<Stage>({ roles: ["host"] })
export const asEquipment = scenarios<Stage>({ roles: ["equipment"] })
export const overTcp = scenarios<Stage>({ transports: ["TCP"] })

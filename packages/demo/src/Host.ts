/**
 * A host that gets to know an equipment, watches ten events, starts it and leaves.
 */
import type { StructureError } from "@effect-secs/codec/StructureError"
import type { Body } from "@effect-secs/codec/StreamFunction"
import * as DataItems from "@effect-secs/messages/DataItems"
import { S1F1, S1F3, S1F13 } from "@effect-secs/messages/S1"
import { S2F41 } from "@effect-secs/messages/S2"
import { S5F1 } from "@effect-secs/messages/S5"
import { S6F11 } from "@effect-secs/messages/S6"
import { Handlers, HsmsSession, type Session, type SessionError, type Transport } from "@effect-secs/session"
import { Session as SessionService } from "@effect-secs/session/Session"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { CEID, SVID } from "./Equipment.ts"
import * as Screen from "./Screen.ts"

const { handle } = Handlers

/** Events of the equipment the host waits for. */
const wantedEvents = 10

/** Longest wait for one event. */
const patience = "10 seconds"

/**
 * Dials, and fails with what is wrong where a session would try again for ever: a demo has somebody watching.
 */
export const connect = (
  sessionId: number
): Effect.Effect<Session.Service, SessionError.InvalidOption, Transport.Transport | Scope.Scope> =>
  HsmsSession.makeActive({ sessionId })

/**
 * The conversation, from Select to the last event.
 */
export const converse = (
  session: Session.Service
): Effect.Effect<void, SessionError.TransportError | SessionError.TransactionError | StructureError, Scope.Scope> =>
  Effect.gen(function* () {
    const events = yield* Queue.unbounded<Body<typeof S6F11>>()
    const handlers = Handlers.make(
      handle(S1F1, () => Effect.undefined),
      handle(S1F13, () => Effect.succeed({ commack: DataItems.COMMACK.codes.Accepted, equipment: undefined })),
      handle(S5F1, () => Effect.succeed(DataItems.ACKC5.codes.Accepted)),
      handle(S6F11, (event) => Effect.as(Queue.offer(events, event), DataItems.ACKC6.codes.Accepted))
    )
    yield* Handlers.serve(handlers).pipe(
      Effect.provideService(SessionService, session),
      Effect.forkScoped({ startImmediately: true })
    )

    const refused = yield* Deferred.make<never, SessionError.TransportError>()
    yield* session.events.pipe(
      Stream.runForEach((event) =>
        event._tag === "ConnectFailed" ? Deferred.fail(refused, event.error) : Effect.void
      ),
      Effect.forkScoped({ startImmediately: true })
    )

    yield* Effect.raceFirst(session.awaitSelected, Deferred.await(refused))
    yield* Screen.note("selected: establish communication")
    yield* session.call(S1F13)
    yield* Screen.note("who is it?")
    yield* session.call(S1F1)
    yield* Screen.note("read status variables")
    yield* session.call(S1F3, [SVID.state, SVID.temperature, SVID.pressure])

    yield* Screen.note(`watch ${wantedEvents} events`)
    for (let seen = 0; seen < wantedEvents; seen++) {
      const event = yield* Effect.timeoutOption(Queue.take(events), patience)
      if (event._tag === "None") {
        yield* Screen.note(`no event for ${patience}, ${seen} seen: going on`)
        break
      }
    }

    yield* Screen.note("start it")
    yield* session.call(S2F41, { rcmd: "START", parameters: [] })
    const started = yield* Effect.timeoutOption(
      Effect.repeat(Queue.take(events), { until: ({ ceid }) => ceid === CEID.started }),
      patience
    )
    const [state] = yield* session.call(S1F3, [SVID.state])
    const shown = state?._tag === "A" ? state.value : "unknown"
    yield* Screen.note(
      started._tag === "Some"
        ? `the equipment is ${shown}: done, separate`
        : `no event of the start; state ${shown}: separate`
    )
  })

/**
 * A host that gets to know an equipment, watches ten events, starts it and leaves.
 */
import { Item, SecsMessage } from "@effect-secs/codec"
import { HsmsSession, Session, type SessionError, type Transport } from "@effect-secs/session"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { CEID, SVID } from "./Equipment.ts"
import * as Screen from "./Screen.ts"

const { A, B, L, U4 } = Item

/** Events of the equipment the host waits for. */
const wantedEvents = 10

/** Longest wait for one event. */
const patience = "10 seconds"

const ceidOf = (message: SecsMessage.SecsMessage): number | undefined =>
  Result.getOrUndefined(Item.asNumber(message.item, 1))

/**
 * Dials, and fails with what is wrong where a session would try again for ever: a demo has somebody watching.
 */
export const connect = (
  sessionId: number
): Effect.Effect<Session.Service, SessionError.InvalidOption, Transport.Transport | Scope.Scope> =>
  HsmsSession.makeActive({ sessionId })

const answer = (primary: Session.InboundPrimary): Effect.Effect<void, SessionError.TransactionError> => {
  if (!primary.message.replyExpected) return Effect.void
  switch (primary.message.name) {
    case "S1F1":
      return primary.reply(L())
    case "S1F13":
      return primary.reply(L(B(0), L()))
    case "S5F1":
    case "S6F11":
      return primary.reply(B(0))
    default:
      return primary.abort
  }
}

/**
 * The conversation, from Select to the last event.
 */
export const converse = (
  session: Session.Service
): Effect.Effect<void, SessionError.TransportError | SessionError.TransactionError, Scope.Scope> =>
  Effect.gen(function* () {
    const events = yield* Queue.unbounded<SecsMessage.SecsMessage>()
    yield* Session.serve((primary) => {
      if (primary.message.name === "S6F11") Queue.offerUnsafe(events, primary.message)
      return answer(primary)
    }).pipe(Effect.provideService(Session.Session, session), Effect.forkScoped({ startImmediately: true }))

    const refused = yield* Deferred.make<never, SessionError.TransportError>()
    yield* session.events.pipe(
      Stream.runForEach((event) =>
        event._tag === "ConnectFailed" ? Deferred.fail(refused, event.error) : Effect.void
      ),
      Effect.forkScoped({ startImmediately: true })
    )

    yield* Effect.raceFirst(session.awaitSelected, Deferred.await(refused))
    yield* Screen.note("selected: establish communication")
    yield* session.request(SecsMessage.primary(1, 13, L()))
    yield* Screen.note("who is it?")
    yield* session.request(SecsMessage.primary(1, 1))
    yield* Screen.note("read status variables")
    yield* session.request(SecsMessage.primary(1, 3, L(U4(SVID.state), U4(SVID.temperature), U4(SVID.pressure))))

    yield* Screen.note(`watch ${wantedEvents} events`)
    for (let seen = 0; seen < wantedEvents; seen++) {
      const event = yield* Effect.timeoutOption(Queue.take(events), patience)
      if (event._tag === "None") {
        yield* Screen.note(`no event for ${patience}, ${seen} seen: going on`)
        break
      }
    }

    yield* Screen.note("start it")
    yield* session.request(SecsMessage.primary(2, 41, L(A("START"), L())))
    const started = yield* Effect.timeoutOption(
      Effect.repeat(Queue.take(events), { until: (message) => ceidOf(message) === CEID.started }),
      patience
    )
    const state = yield* session.request(SecsMessage.primary(1, 3, L(U4(SVID.state))))
    const shown = Result.getOrElse(Item.asText(state.item, 0), () => "unknown")
    yield* Screen.note(
      started._tag === "Some"
        ? `the equipment is ${shown}: done, separate`
        : `no event of the start; state ${shown}: separate`
    )
  })

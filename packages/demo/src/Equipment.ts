/**
 * A little etcher: passive, answers what a host asks of it, reports events.
 */
import { Item, SecsMessage } from "@effect-secs/codec"
import { HsmsSession, Session } from "@effect-secs/session"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { SessionError, Transport } from "@effect-secs/session"
import * as Screen from "./Screen.ts"

const { A, B, F4, L, U4 } = Item

/** Status variables, by id. */
export const SVID = { state: 1001, temperature: 1002, pressure: 1003, wafers: 1004 } as const

/** Collection events, by id. */
export const CEID = { measured: 100, started: 200 } as const

type State = "IDLE" | "EXECUTING"

interface Machine {
  readonly state: State
  readonly step: number
}

/** Readings that change from event to event and are the same in every run. */
const variable = (machine: Machine, svid: number): Item.Item => {
  switch (svid) {
    case SVID.state:
      return A(machine.state)
    case SVID.temperature:
      return F4(180 + machine.step * 1.5)
    case SVID.pressure:
      return F4(Math.max(1, 100 - machine.step * 9.5))
    case SVID.wafers:
      return U4(machine.step)
    default:
      return L()
  }
}

const report = (machine: Machine, dataId: number, ceid: number): SecsMessage.SecsMessage => {
  const values = L(Object.values(SVID).map((svid) => variable(machine, svid)))
  return SecsMessage.primary(6, 11, L(U4(dataId), U4(ceid), L(L(U4(1), values))))
}

/** Ids of a request for status variables: a list of them, or one packed item. */
const requested = (item: Item.Item | undefined): ReadonlyArray<number> => {
  if (item === undefined) return Object.values(SVID)
  const ids = item._tag === "L" ? item.value : [item]
  const numbers = ids.flatMap((id) => Result.getOrElse(Item.asNumbers(id), () => [0]))
  return numbers.length === 0 ? Object.values(SVID) : numbers
}

/**
 * Runs the equipment on a transport until its Scope closes.
 */
export const run = (
  sessionId: number
): Effect.Effect<Session.Service, SessionError.InvalidOption, Transport.Transport | Scope.Scope> =>
  Effect.gen(function* () {
    const session = yield* HsmsSession.makePassive({ sessionId })
    const machine = yield* Ref.make<Machine>({ state: "IDLE", step: 0 })
    const dataId = yield* Ref.make(0)

    const publish = (ceid: number) =>
      Effect.gen(function* () {
        const id = yield* Ref.updateAndGet(dataId, (last) => last + 1)
        yield* session.request(report(yield* Ref.get(machine), id, ceid))
      })

    const measure = Effect.gen(function* () {
      for (let event = 0; event < 10; event++) {
        yield* Effect.sleep("250 millis")
        yield* Ref.update(machine, ({ state, step }) => ({ state, step: step + 1 }))
        yield* publish(CEID.measured)
      }
    })

    // What goes on in the background ends with the connection; that it does is no news here.
    const inBackground = (work: Effect.Effect<void, SessionError.TransactionError>) =>
      Effect.forkScoped(Effect.ignore(work))

    const answer = Effect.fnUntraced(function* (primary: Session.InboundPrimary) {
      const { message } = primary
      switch (message.name) {
        case "S1F1":
          return yield* primary.reply(L(A("ETCHER"), A("1.0")))
        case "S1F3": {
          const now = yield* Ref.get(machine)
          return yield* primary.reply(L(requested(message.item).map((svid) => variable(now, svid))))
        }
        case "S1F13":
          yield* primary.reply(L(B(0), L(A("ETCHER"), A("1.0"))))
          return yield* inBackground(measure)
        case "S2F25":
          return yield* primary.reply(message.item)
        case "S2F41": {
          const command = Result.getOrUndefined(Item.asText(message.item, 0))
          if (command !== "START") return yield* primary.reply(L(B(1), L()))
          yield* primary.reply(L(B(0), L()))
          yield* Ref.update(machine, ({ step }): Machine => ({ state: "EXECUTING", step }))
          yield* Screen.note("equipment: IDLE -> EXECUTING")
          return yield* inBackground(publish(CEID.started))
        }
        case "S5F1":
        case "S6F11":
          return yield* primary.reply(B(0))
        default:
          if (!message.replyExpected) return
          yield* Screen.note(`equipment: no answer for ${message.name}, aborted`)
          return yield* primary.abort
      }
    })

    yield* Session.serve(answer).pipe(
      Effect.provideService(Session.Session, session),
      Effect.forkScoped({ startImmediately: true })
    )
    return session
  })

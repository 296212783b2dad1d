/**
 * A little etcher: passive, answers what a host asks of it, reports events.
 */
import { Item } from "@effect-secs/codec"
import type { Body } from "@effect-secs/codec/StreamFunction"
import * as DataItems from "@effect-secs/messages/DataItems"
import { S1F1, S1F3, S1F13 } from "@effect-secs/messages/S1"
import { S2F25, S2F41 } from "@effect-secs/messages/S2"
import { S5F1 } from "@effect-secs/messages/S5"
import { S6F11 } from "@effect-secs/messages/S6"
import { Handlers, HsmsSession, type Session, type SessionError, type Transport } from "@effect-secs/session"
import { Session as SessionService } from "@effect-secs/session/Session"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Screen from "./Screen.ts"

const { handle } = Handlers
const { A, F4, L, U4 } = Item

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

const report = (machine: Machine, dataid: number, ceid: number): Body<typeof S6F11> => ({
  dataid,
  ceid,
  reports: [{ rptid: 1, values: Object.values(SVID).map((svid) => variable(machine, svid)) }]
})

const identity = { mdln: "ETCHER", softrev: "1.0" }

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
        yield* session.call(S6F11, report(yield* Ref.get(machine), id, ceid))
      })

    const measure = Effect.gen(function* () {
      for (let event = 0; event < 10; event++) {
        yield* Effect.sleep("250 millis")
        yield* Ref.update(machine, ({ state, step }) => ({ state, step: step + 1 }))
        yield* publish(CEID.measured)
      }
    })

    // What goes on in the background ends with the connection; that it does is no news here.
    const inBackground = (work: Effect.Effect<void, unknown>) => Effect.forkScoped(Effect.ignore(work))

    const { Accepted } = DataItems.COMMACK.codes
    const { CommandDoesNotExist, Done } = DataItems.HCACK.codes

    const handlers = Handlers.make(
      handle(S1F1, () => Effect.succeed(identity)),
      handle(S1F3, (svids) =>
        Effect.map(Ref.get(machine), (now) =>
          (svids.length === 0 ? Object.values(SVID) : svids).map((svid) => variable(now, Number(svid)))
        )
      ),
      handle(S1F13, () => Effect.as(inBackground(measure), { commack: Accepted, equipment: identity })),
      handle(S2F25, Effect.succeed),
      handle(
        S2F41,
        Effect.fnUntraced(function* ({ rcmd }) {
          if (rcmd !== "START") return { hcack: CommandDoesNotExist, parameters: [] }
          yield* Ref.update(machine, ({ step }): Machine => ({ state: "EXECUTING", step }))
          yield* Screen.note("equipment: IDLE -> EXECUTING")
          yield* inBackground(publish(CEID.started))
          return { hcack: Done, parameters: [] }
        })
      ),
      handle(S5F1, () => Effect.succeed(DataItems.ACKC5.codes.Accepted)),
      handle(S6F11, () => Effect.succeed(DataItems.ACKC6.codes.Accepted))
    )

    yield* Handlers.serve(handlers).pipe(
      Effect.provideService(SessionService, session),
      Effect.forkScoped({ startImmediately: true })
    )
    return session
  })

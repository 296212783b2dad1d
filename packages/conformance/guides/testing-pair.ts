import { Item, SecsMessage } from "@effect-secs/codec"
import { HsmsSession, Session, Transport } from "@effect-secs/session"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"

const { A, L } = Item

// The program under test asks for a session, not for a socket.
export const model = Effect.gen(function* () {
  const session = yield* Session.Session
  yield* session.awaitSelected
  const online = yield* session.request(SecsMessage.primary(1, 1))
  return yield* Effect.fromResult(Item.asText(online.item, 0))
})

// What the other end answers is up to the test.
export const etcher = (primary: Session.InboundPrimary) => primary.reply(L(A("ETCHER"), A("1.0")))

// Two sessions over memory. They end with the test.
export const pair = Effect.gen(function* () {
  const { active, passive } = yield* Transport.makeMemory()
  const over = (transport: Transport.Transport["Service"]) => Effect.provideService(Transport.Transport, transport)
  const equipment = yield* HsmsSession.makePassive({ sessionId: 0 }).pipe(over(passive))
  const host = yield* HsmsSession.makeActive({ sessionId: 0 }).pipe(over(active))
  return { equipment, host }
})

it.effect("asks the equipment for its model", () =>
  Effect.gen(function* () {
    const { equipment, host } = yield* pair
    yield* Session.serve(etcher).pipe(Effect.provideService(Session.Session, equipment), Effect.forkScoped)
    assert.strictEqual(yield* Effect.provideService(model, Session.Session, host), "ETCHER")
  })
)

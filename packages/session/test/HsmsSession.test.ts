import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { HsmsSession, Session, Transport } from "../src/index.ts"

const pair = Effect.gen(function* () {
  const { active, passive } = yield* Transport.makeMemory()
  const equipment = yield* HsmsSession.makePassive({ sessionId: 0 }).pipe(Effect.provideService(Transport.Transport, passive))
  const host = yield* HsmsSession.makeActive({ sessionId: 0 }).pipe(Effect.provideService(Transport.Transport, active))
  return { equipment, host }
})

describe("two sessions over memory", () => {
  it.effect("select, exchange a transaction and separate", () =>
    Effect.gen(function* () {
      const { equipment, host } = yield* pair
      yield* equipment.primaries.pipe(
        Stream.runForEach((primary) => primary.reply(Item.L(Item.A("MDLN"), Item.A("1.0")))),
        Effect.forkScoped({ startImmediately: true })
      )
      yield* host.awaitSelected
      const reply = yield* host.request(SecsMessage.primary(1, 1))
      assert.strictEqual(String(reply), 'S1F2 <L [2] <A "MDLN"> <A "1.0">>')
      assert.strictEqual(yield* equipment.state, "Selected")
    })
  )
})

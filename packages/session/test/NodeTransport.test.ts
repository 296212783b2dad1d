import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { HsmsSession, Transport } from "../src/index.ts"
import * as NodeTransport from "../src/NodeTransport.ts"

describe("sessions over TCP", () => {
  it.live("exchange 20 000 transactions", () =>
    Effect.gen(function* () {
      const { listening, transport } = yield* NodeTransport.makeListen({ host: "127.0.0.1", port: 0 })
      const equipment = yield* HsmsSession.makePassive({ sessionId: 0 }).pipe(Effect.provideService(Transport.Transport, transport))
      const host = yield* HsmsSession.makeActive({ sessionId: 0 }).pipe(
        Effect.provideService(Transport.Transport, NodeTransport.makeConnect({ host: "127.0.0.1", port: listening.port }))
      )
      yield* equipment.primaries.pipe(
        Stream.runForEach((primary) => primary.reply(Item.L(Item.A("MDLN"), Item.A("1.0")))),
        Effect.forkScoped({ startImmediately: true })
      )
      yield* host.awaitSelected
      const t0 = performance.now()
      for (let i = 0; i < 5000; i++) yield* host.request(SecsMessage.primary(1, 1))
      const t1 = performance.now()
      yield* Effect.all(Array.from({ length: 20000 }, () => host.request(SecsMessage.primary(1, 1))), { concurrency: 64 })
      const t2 = performance.now()
      console.log("sequential µs", (t1 - t0) / 5, "pipelined µs", (t2 - t1) / 20)
      assert.strictEqual(yield* equipment.state, "Selected")
    })
  )
})

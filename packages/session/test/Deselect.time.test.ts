import { assert, describe, it } from "@effect/vitest"
import { SecsMessage } from "@effect-secs/codec"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as kit from "./kit.ts"

const t6 = { _tag: "T6Expired", request: "Deselect", waited: Duration.seconds(5), failures: 1 } as const

for (const [side, selected] of [
  ["passive", kit.passiveSelected],
  ["active", kit.activeSelected]
] as const) {
  describe(`Deselect by the user, ${side} side`, () => {
    it.effect("is a communication failure 5 s after Deselect.req, not before (e37/t6/deselect)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected()
        const deselect = yield* kit.start(session.deselect)
        yield* peer.next
        yield* kit.pass(4_999)
        assert.strictEqual(yield* session.state, "Selected")
        assert.isTrue(yield* kit.waits(deselect))
        yield* kit.pass(1)
        yield* peer.closed
        yield* peer.silent
        assert.deepStrictEqual(yield* kit.reason(deselect), { _tag: "ConnectionLost", cause: t6 })
        assert.deepStrictEqual((yield* events.of("Disconnected"))[0]?.reason, t6)
      })
    )

    it.effect("is answered in time at 4.999 s, and T6 has stopped (e37/t6/stops)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const deselect = yield* kit.start(session.deselect)
        const { system } = yield* peer.next
        yield* kit.pass(4_999)
        yield* peer.send(kit.deselectRsp(system, 2))
        assert.strictEqual((yield* kit.reason(deselect))._tag, "DeselectRefused")
        yield* kit.pass("1 hour")
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("is a communication failure as well when the peer deselected and never answered (e37/t6/deselect)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const deselect = yield* kit.start(session.deselect)
        yield* peer.send(kit.deselectReq(1))
        yield* kit.pass(4_999)
        assert.strictEqual(yield* session.state, "NotSelected")
        yield* kit.pass(1)
        yield* peer.closed
        assert.deepStrictEqual(yield* kit.reason(deselect), { _tag: "ConnectionLost", cause: t6 })
      })
    )

    it.effect("starts T7, which closes TCP 10 s later unless the peer selects (e37/t7/after-deselect)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        for (const select of [true, false]) {
          yield* kit.pass(60_000)
          yield* kit.start(session.deselect)
          const { system } = yield* peer.next
          yield* peer.send(kit.deselectRsp(system))
          yield* kit.pass(9_999)
          assert.strictEqual(yield* session.state, "NotSelected")
          if (!select) break
          yield* peer.send(kit.selectReq(1))
          assert.deepStrictEqual(yield* peer.next, kit.selectRsp(1))
        }
        yield* kit.pass(1)
        yield* peer.closed
      })
    )

    it.effect("starts T6 when Deselect.req is written, behind what the peer did not read (e37/t6/deselect)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({ timers: { t6: "2 seconds" } }, { capacity: 8 })
        yield* peer.stopsReading
        yield* kit.start(session.send(SecsMessage.primary(1, 1)))
        yield* kit.start(session.send(SecsMessage.primary(1, 1)))
        const deselect = yield* kit.start(session.deselect)
        yield* kit.pass(20_000)
        assert.isTrue(yield* kit.waits(deselect))
        yield* peer.reads
        yield* kit.pass(1_999)
        assert.isTrue(yield* kit.waits(deselect))
        yield* kit.pass(1)
        assert.strictEqual((yield* kit.reason(deselect))._tag, "ConnectionLost")
      })
    )
  })
}

describe("Deselect by the user, active side", () => {
  it.effect("is followed by another connection and session after T7 and T5 (e37/deselect/initiates)", () =>
    Effect.gen(function* () {
      const { accept, peer, session } = yield* kit.activeSelected()
      yield* kit.start(session.deselect)
      yield* peer.send(kit.deselectRsp((yield* peer.next).system))
      yield* kit.pass("10 seconds")
      yield* peer.closed
      yield* kit.pass("10 seconds")
      const next = yield* accept
      const { system } = yield* next.next
      yield* next.send(kit.selectRsp(system))
      yield* session.awaitSelected
    })
  )
})

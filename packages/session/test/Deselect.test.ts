import { assert, describe, it } from "@effect/vitest"
import { SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as kit from "./kit.ts"

const sides = [
  ["passive", kit.passiveSelected],
  ["active", kit.activeSelected]
] as const

const s1f1 = SecsMessage.primary(1, 1)

for (const [side, selected] of sides) {
  describe(`Deselect, ${side} side`, () => {
    it.effect("answers Deselect.req with status 0, is NOT SELECTED and keeps TCP (e37/deselect/accepts)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        yield* peer.send(kit.deselectReq(5))
        assert.deepStrictEqual(yield* peer.next, kit.deselectRsp(5, 0))
        assert.strictEqual(yield* session.state, "NotSelected")
        yield* peer.connected
      })
    )

    it.effect("answers a second Deselect.req with status 1 (e37/deselect/not-selected)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        yield* peer.send(kit.deselectReq(5), kit.deselectReq(6))
        assert.deepStrictEqual(yield* peer.next, kit.deselectRsp(5, 0))
        assert.deepStrictEqual(yield* peer.next, kit.deselectRsp(6, 1))
        assert.strictEqual(yield* session.state, "NotSelected")
        yield* peer.connected
      })
    )

    it.effect("fails open transactions; their late replies are rejected, reason 4 (e37/deselect/transactions)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const one = yield* kit.start(session.request(s1f1))
        const two = yield* kit.start(session.request(s1f1))
        const first = yield* peer.next
        yield* peer.next
        yield* peer.send(kit.deselectReq(5))
        const lost = { _tag: "ConnectionLost", cause: { _tag: "Deselected" } } as const
        assert.deepStrictEqual(yield* kit.reason(one), lost)
        assert.deepStrictEqual(yield* kit.reason(two), lost)
        assert.deepStrictEqual(yield* peer.next, kit.deselectRsp(5))
        yield* peer.send(kit.data(1, 2, first.system))
        assert.deepStrictEqual(yield* peer.next, kit.rejectReq(first.system, 4, 0, kit.device))
      })
    )

    it.effect("can be selected again on the same connection (e37/deselect/select-again)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        yield* peer.send(kit.deselectReq(5))
        yield* peer.next
        yield* peer.send(kit.selectReq(6))
        assert.deepStrictEqual(yield* peer.next, kit.selectRsp(6, 0))
        assert.strictEqual(yield* session.state, "Selected")
        const request = yield* kit.start(session.request(s1f1))
        const primary = yield* peer.next
        yield* peer.send(kit.data(1, 2, primary.system))
        assert.strictEqual(String(yield* kit.value(request)), "S1F2")
      })
    )

    it.effect("leads from SELECTED to NOT SELECTED and back (e37/state/deselected)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const states = yield* kit.states(session)
        yield* peer.send(kit.deselectReq(5), kit.selectReq(6))
        yield* kit.settle
        assert.deepStrictEqual(states, ["Selected", "NotSelected", "Selected"])
      })
    )

    it.effect("never sends Deselect.req, not even when it closes (e371/deselect/not-sent)", () =>
      Effect.gen(function* () {
        const { close, peer } = yield* selected()
        yield* close
        assert.deepStrictEqual(
          (yield* peer.rest).map((frame) => frame.sType),
          [9]
        )
      })
    )
  })
}

describe("Deselect, a primary of the session that ended", () => {
  it.effect("cannot be replied to in the next session on the same connection", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const seen = yield* kit.primaries(session)
      yield* peer.send(kit.primary(1, 1, 40))
      yield* kit.settle
      yield* peer.send(kit.deselectReq(5), kit.selectReq(6))
      assert.deepStrictEqual(yield* peer.next, kit.deselectRsp(5))
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(6))
      const refused = yield* Effect.flip(seen[0]!.reply())
      assert.deepStrictEqual(refused.reason, { _tag: "ConnectionLost", cause: { _tag: "Deselected" } })
      yield* peer.silent
    })
  )
})

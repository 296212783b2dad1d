import { assert, describe, it } from "@effect/vitest"
import { SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as kit from "./kit.ts"

const s1f1 = SecsMessage.primary(1, 1)

for (const [side, connected, selected] of [
  ["passive", kit.passiveConnected, kit.passiveSelected],
  ["active", kit.activeConnected, kit.activeSelected]
] as const) {
  describe(`Linktest, ${side} side`, () => {
    it.effect("answers Linktest.req in SELECTED (e37/linktest/selected)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        yield* peer.send(kit.linktestReq(0x0a0b0c0d))
        assert.deepStrictEqual(yield* peer.next, kit.linktestRsp(0x0a0b0c0d))
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("answers Linktest.req in NOT SELECTED and stays there (e37/linktest/not-selected)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* connected()
        yield* peer.send(kit.linktestReq(7))
        assert.deepStrictEqual(yield* peer.next, kit.linktestRsp(7))
        assert.strictEqual(yield* session.state, "NotSelected")
        yield* peer.connected
      })
    )

    it.effect("repeats the session id of a Linktest.req that has its own (e371/session-id/control-any)", () =>
      Effect.gen(function* () {
        const { peer } = yield* selected()
        yield* peer.send({ ...kit.linktestReq(7), session: kit.device })
        assert.deepStrictEqual(yield* peer.next, { ...kit.linktestRsp(7), session: kit.device })
      })
    )

    it.effect(
      "sends Linktest.req with session id FFFF when asked to (e37/linktest/either-side, e37/linktest/session-id)",
      () =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected()
          const probe = yield* kit.start(session.linktest)
          const request = yield* peer.next
          assert.deepStrictEqual(request, { ...kit.linktestReq(request.system), session: 0xffff })
          assert.isTrue(yield* kit.waits(probe))
        })
    )

    it.effect("is done with its Linktest.rsp and leaves transactions as they are (e37/linktest/completes)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const request = yield* kit.start(session.request(s1f1))
        const primary = yield* peer.next
        const probe = yield* kit.start(session.linktest)
        const linktest = yield* peer.next
        yield* peer.send(kit.linktestRsp(linktest.system))
        yield* kit.value(probe)
        yield* peer.silent
        assert.isTrue(yield* kit.waits(request))
        yield* peer.send(kit.data(1, 2, primary.system))
        assert.strictEqual(String(yield* kit.value(request)), "S1F2")
      })
    )

    it.effect("takes Reject.req to its Linktest.req for a sign of life (e37/linktest/rejected)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const probe = yield* kit.start(session.linktest)
        const linktest = yield* peer.next
        yield* peer.send(kit.rejectReq(linktest.system, 1, 5))
        yield* kit.value(probe)
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("rejects a Linktest.rsp to another Linktest.req and goes on waiting", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const probe = yield* kit.start(session.linktest)
        const linktest = yield* peer.next
        const other = (linktest.system ^ 0x5555_5555) >>> 0
        yield* peer.send(kit.linktestRsp(other))
        assert.deepStrictEqual(yield* peer.next, kit.rejectReq(other, 3, 6))
        assert.isTrue(yield* kit.waits(probe))
      })
    )

    it.effect("draws the system bytes of linktests and primaries from one counter (e37/system-bytes/one-counter)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        yield* kit.start(session.request(s1f1))
        yield* kit.start(session.linktest)
        yield* kit.start(session.request(s1f1))
        const first = (yield* peer.next).system
        assert.strictEqual((yield* peer.next).system, first + 1)
        assert.strictEqual((yield* peer.next).system, first + 2)
      })
    )

    it.effect("fails a linktest when the connection ends", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const probe = yield* kit.start(session.linktest)
        yield* peer.next
        yield* peer.send(kit.separateReq(1))
        assert.deepStrictEqual(yield* kit.reason(probe), { _tag: "ConnectionLost", cause: { _tag: "Separated" } })
      })
    )

    it.effect("takes the Linktest.rsp to a Linktest.req that was being written when the peer deselected", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({}, { capacity: 0 })
        yield* peer.stopsReading
        const linktest = yield* kit.start(session.linktest)
        yield* peer.send(kit.deselectReq(5))
        yield* peer.reads
        const { sType, system } = yield* peer.next
        assert.strictEqual(sType, 5)
        assert.deepStrictEqual(yield* peer.next, kit.deselectRsp(5))
        assert.isTrue(yield* kit.waits(linktest))
        yield* peer.send(kit.linktestRsp(system))
        yield* peer.silent
        yield* kit.value(linktest)
      })
    )

    it.effect("does not reject the Linktest.rsp to a linktest whose caller gave up", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const probe = yield* kit.start(session.linktest)
        const linktest = yield* peer.next
        probe.interruptUnsafe()
        yield* kit.settle
        yield* peer.send(kit.linktestRsp(linktest.system))
        yield* peer.silent
      })
    )
  })
}

import { assert, describe, it } from "@effect/vitest"
import { SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as kit from "./kit.ts"

const sides = [
  ["passive", kit.passiveConnected, kit.passiveSelected],
  ["active", kit.activeConnected, kit.activeSelected]
] as const

const s1f1 = SecsMessage.primary(1, 1)

for (const [side, connected, selected] of sides) {
  describe(`Separate, ${side} side`, () => {
    it.effect("closes TCP on Separate.req in SELECTED (e371/separate/closes)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected()
        yield* peer.send(kit.separateReq(5))
        yield* peer.closed
        assert.strictEqual(yield* session.state, "NotConnected")
        const [end] = yield* events.of("Disconnected")
        assert.deepStrictEqual(end?.reason, { _tag: "Separated" })
      })
    )

    it.effect("answers Separate.req with nothing (e37/separate/no-response)", () =>
      Effect.gen(function* () {
        const { peer } = yield* selected()
        yield* peer.send(kit.separateReq(5))
        yield* peer.closed
        yield* peer.silent
      })
    )

    it.effect("fails open transactions on Separate.req at once (e37/separate/transactions)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const request = yield* kit.start(session.request(s1f1))
        yield* peer.send(kit.separateReq(5))
        assert.deepStrictEqual(yield* kit.reason(request), { _tag: "ConnectionLost", cause: { _tag: "Separated" } })
      })
    )

    it.effect("takes nothing that stands behind Separate.req", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.data(6, 11, 4), kit.separateReq(5), kit.data(6, 13, 6))
        yield* peer.closed
        assert.deepStrictEqual(
          seen.map((one) => one.message.name),
          ["S6F11"]
        )
      })
    )

    it.effect("closes TCP on Separate.req in NOT SELECTED (e371/separate/not-selected)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* connected()
        yield* peer.send(kit.separateReq(5))
        yield* peer.closed
        yield* peer.silent
        assert.strictEqual(yield* session.state, "NotConnected")
      })
    )

    it.effect("as E37 has it ignores Separate.req in NOT SELECTED (e37/separate/not-selected-ignored)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* connected({ strict: "E37" })
        yield* peer.send(kit.separateReq(5))
        yield* peer.silent
        yield* peer.connected
        assert.strictEqual(yield* session.state, "NotSelected")
      })
    )

    it.effect("as E37 has it is NOT SELECTED on Separate.req, and TCP is T7's (e37/separate/tcp-stays)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected({ strict: "E37" })
        const request = yield* kit.start(session.request(s1f1))
        yield* peer.next
        yield* peer.send(kit.separateReq(5))
        assert.deepStrictEqual(yield* kit.reason(request), { _tag: "ConnectionLost", cause: { _tag: "Separated" } })
        assert.strictEqual(yield* session.state, "NotSelected")
        yield* kit.pass(9_999)
        yield* peer.connected
        yield* kit.pass(1)
        yield* peer.closed
        assert.strictEqual((yield* events.of("Disconnected"))[0]?.reason._tag, "T7Expired")
      })
    )

    it.effect("sends Separate.req with session id FFFF when it closes (e37/separate/sent-on-close)", () =>
      Effect.gen(function* () {
        const { close, peer, session } = yield* selected()
        yield* close
        const separate = yield* peer.next
        assert.deepStrictEqual(separate, { ...kit.separateReq(separate.system), session: 0xffff })
        yield* peer.silent
        assert.strictEqual(yield* session.state, "NotConnected")
      })
    )

    it.effect("closes TCP itself once Separate.req is written (e371/separate/no-lingering)", () =>
      Effect.gen(function* () {
        const { close, peer } = yield* selected()
        yield* close
        yield* peer.next
        yield* peer.closed
      })
    )

    it.effect("fails open transactions when it closes, as closed by this side (e37/separate/transactions)", () =>
      Effect.gen(function* () {
        const { close, session } = yield* selected()
        const request = yield* kit.start(session.request(s1f1))
        yield* close
        assert.deepStrictEqual(yield* kit.reason(request), { _tag: "ConnectionLost", cause: { _tag: "LocalClose" } })
      })
    )

    it.effect("sends no Separate.req when it closes in NOT SELECTED (e37/separate/only-selected)", () =>
      Effect.gen(function* () {
        const { close, peer } = yield* connected()
        yield* close
        yield* peer.closed
        yield* peer.silent
      })
    )

    it.effect("sends no Separate.req after bytes that are no message (e37/separate/not-after-failure)", () =>
      Effect.gen(function* () {
        const { peer } = yield* selected()
        yield* peer.sendBytes(kit.hex("00000009"))
        yield* peer.closed
        yield* peer.silent
      })
    )
  })
}

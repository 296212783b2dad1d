import { assert, describe, it } from "@effect/vitest"
import { SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
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

for (const [side, selected] of sides) {
  describe(`Deselect by the user, ${side} side`, () => {
    it.effect("sends Deselect.req, and status 0 ends the session and not TCP (e37/deselect/initiates)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const states = yield* kit.states(session)
        const deselect = yield* kit.start(session.deselect)
        const { system } = yield* peer.next
        assert.isTrue(yield* kit.waits(deselect))
        assert.strictEqual(yield* session.state, "Selected")
        yield* peer.send(kit.deselectRsp(system))
        yield* kit.value(deselect)
        assert.deepStrictEqual(states, ["Selected", "NotSelected"])
        yield* peer.connected
      })
    )

    it.effect("sends a header of session id FFFF and bytes 2 and 3 of zero (e37/deselect/initiates)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        yield* kit.start(session.deselect)
        const request = yield* peer.next
        assert.deepStrictEqual(request, kit.deselectReq(request.system))
      })
    )

    it.effect("keeps transactions until the peer agrees, then fails them (e37/deselect/transactions)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const settled = yield* kit.start(session.request(s1f1))
        const lost = yield* kit.start(session.request(s1f1))
        const first = yield* peer.next
        yield* peer.next
        yield* kit.start(session.deselect)
        const { system } = yield* peer.next
        yield* peer.send(kit.data(1, 2, first.system))
        assert.strictEqual(String(yield* kit.value(settled)), "S1F2")
        assert.isTrue(yield* kit.waits(lost))
        yield* peer.send(kit.deselectRsp(system))
        assert.deepStrictEqual(yield* kit.reason(lost), { _tag: "ConnectionLost", cause: { _tag: "Deselected" } })
      })
    )

    for (const [what, answer, reason] of [
      ["status 1", (system: number) => kit.deselectRsp(system, 1), { _tag: "DeselectRefused", status: 1 }],
      ["status 2", (system: number) => kit.deselectRsp(system, 2), { _tag: "DeselectRefused", status: 2 }],
      ["status 200", (system: number) => kit.deselectRsp(system, 200), { _tag: "DeselectRefused", status: 200 }],
      ["Reject.req", (system: number) => kit.rejectReq(system, 1, 3), { _tag: "Rejected", rejectReason: 1 }]
    ] as const) {
      it.effect(`stays SELECTED, transactions included, when the answer is ${what} (e37/deselect/refused)`, () =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected()
          const request = yield* kit.start(session.request(s1f1))
          const primary = yield* peer.next
          const deselect = yield* kit.start(session.deselect)
          const { system } = yield* peer.next
          yield* peer.send(answer(system))
          assert.deepStrictEqual(yield* kit.reason(deselect), reason)
          assert.strictEqual(yield* session.state, "Selected")
          yield* peer.send(kit.data(1, 2, primary.system))
          assert.strictEqual(String(yield* kit.value(request)), "S1F2")
        })
      )
    }

    it.effect("ends when both sides ask at once, whatever the other answers (e37/deselect/simultaneous)", () =>
      Effect.gen(function* () {
        for (const status of [0, 1]) {
          const { peer, session } = yield* selected()
          const deselect = yield* kit.start(session.deselect)
          const { system } = yield* peer.next
          yield* peer.send(kit.deselectReq(5))
          assert.deepStrictEqual(yield* peer.next, kit.deselectRsp(5))
          assert.strictEqual(yield* session.state, "NotSelected")
          yield* peer.send(kit.deselectRsp(system, status))
          yield* kit.value(deselect)
          yield* peer.silent
          assert.strictEqual(yield* session.state, "NotSelected")
        }
      })
    )

    it.effect("takes the response to a Deselect.req that was being written when the peer deselected", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({}, { capacity: 0 })
        yield* peer.stopsReading
        const deselect = yield* kit.start(session.deselect)
        yield* peer.send(kit.deselectReq(5))
        yield* peer.reads
        const { system } = yield* peer.next
        assert.deepStrictEqual(yield* peer.next, kit.deselectRsp(5))
        assert.isTrue(yield* kit.waits(deselect))
        yield* peer.send(kit.deselectRsp(system, 1))
        yield* peer.silent
        yield* kit.value(deselect)
      })
    )

    it.effect("ends unsent when the peer deselects while Deselect.req still waits to be written", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({}, { capacity: 0 })
        yield* peer.stopsReading
        yield* kit.start(session.send(s1f1))
        const deselect = yield* kit.start(session.deselect)
        yield* peer.send(kit.deselectReq(5))
        yield* kit.value(deselect)
        yield* peer.reads
        assert.deepStrictEqual(
          (yield* peer.rest).map((frame) => frame.sType),
          [0, 4]
        )
      })
    )

    it.effect("is one procedure for all who ask while it is open", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const all = yield* Effect.forEach([1, 2, 3], () => kit.start(session.deselect))
        const { system } = yield* peer.next
        yield* peer.silent
        yield* peer.send(kit.deselectRsp(system, 2))
        for (const one of all) assert.strictEqual((yield* kit.reason(one))._tag, "DeselectRefused")
        const again = yield* kit.start(session.deselect)
        yield* peer.send(kit.deselectRsp((yield* peer.next).system))
        yield* kit.value(again)
      })
    )

    it.effect("is left to its response when the caller gives up, and that is no orphan", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const deselect = yield* kit.start(session.deselect)
        yield* Fiber.interrupt(deselect)
        yield* peer.send(kit.deselectRsp((yield* peer.next).system))
        yield* peer.silent
        assert.strictEqual(yield* session.state, "NotSelected")
      })
    )

    it.effect("fails with the connection", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const deselect = yield* kit.start(session.deselect)
        yield* peer.send(kit.separateReq(9))
        assert.deepStrictEqual(yield* kit.reason(deselect), { _tag: "ConnectionLost", cause: { _tag: "Separated" } })
      })
    )

    it.effect("fails at once without a session, and sends nothing", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        yield* peer.send(kit.deselectReq(5))
        yield* peer.next
        const { procedure, reason } = yield* Effect.flip(session.deselect)
        assert.deepStrictEqual(reason, { _tag: "NotSelected", state: "NotSelected" })
        assert.strictEqual(procedure, "Deselect")
        yield* peer.silent
      })
    )

    it.effect("lets whoever waited ask again at once, in a new session", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const twice = yield* kit.start(
          Effect.andThen(session.deselect, Effect.andThen(session.awaitSelected, session.deselect))
        )
        yield* peer.send(kit.deselectRsp((yield* peer.next).system), kit.selectReq(7))
        assert.deepStrictEqual(yield* peer.next, kit.selectRsp(7))
        yield* peer.send(kit.deselectRsp((yield* peer.next).system))
        yield* kit.value(twice)
      })
    )

    it.effect("answers Deselect.req with status 2 while the user is busy, then with 0 (e37/deselect/busy)", () =>
      Effect.gen(function* () {
        let busy = true
        const { peer, session } = yield* selected({ busy: () => busy })
        const request = yield* kit.start(session.request(s1f1))
        const primary = yield* peer.next
        yield* peer.send(kit.deselectReq(5))
        assert.deepStrictEqual(yield* peer.next, kit.deselectRsp(5, 2))
        assert.strictEqual(yield* session.state, "Selected")
        yield* peer.send(kit.data(1, 2, primary.system))
        assert.strictEqual(String(yield* kit.value(request)), "S1F2")
        busy = false
        yield* peer.send(kit.deselectReq(6))
        assert.deepStrictEqual(yield* peer.next, kit.deselectRsp(6, 0))
        busy = true
        yield* peer.send(kit.deselectReq(7))
        assert.deepStrictEqual(yield* peer.next, kit.deselectRsp(7, 1))
      })
    )

    it.effect("as E37.1 has it rejects Deselect.req, reason 1, busy or not, and stays (e371/deselect/rejected)", () =>
      Effect.gen(function* () {
        for (const busy of [false, true]) {
          const { peer, session } = yield* selected({ strict: "E37.1", busy: () => busy })
          yield* peer.send(kit.deselectReq(5))
          assert.deepStrictEqual(yield* peer.next, kit.rejectReq(5, 1, 3))
          assert.strictEqual(yield* session.state, "Selected")
        }
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

import { assert, describe, it } from "@effect/vitest"
import { SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as kit from "./kit.ts"

const s1f1 = SecsMessage.primary(1, 1)

const places = [
  ["passive, NOT SELECTED", "NotSelected", kit.passiveConnected],
  ["passive, SELECTED", "Selected", kit.passiveSelected],
  ["active, NOT SELECTED", "NotSelected", kit.activeConnected],
  ["active, SELECTED", "Selected", kit.activeSelected]
] as const

for (const [place, state, make] of places) {
  describe(`Reject, ${place}`, () => {
    for (const sType of [8, 10, 11, 127, 128, 200, 255]) {
      it.effect(`answers SType ${sType} with Reject.req, reason 1 (SType not supported) (e37/reject/stype)`, () =>
        Effect.gen(function* () {
          const { peer, session } = yield* make()
          yield* peer.send({ ...kit.linktestReq(0x0a0b0c0d), sType })
          assert.deepStrictEqual(yield* peer.next, kit.rejectReq(0x0a0b0c0d, 1, sType))
          yield* peer.connected
          assert.strictEqual(yield* session.state, state)
        })
      )
    }

    for (const pType of [1, 127, 128, 255]) {
      it.effect(`answers PType ${pType} with Reject.req, reason 2 (PType not supported) (e37/reject/ptype)`, () =>
        Effect.gen(function* () {
          const { peer, session } = yield* make()
          yield* peer.send({ ...kit.primary(1, 1, 3), pType })
          assert.deepStrictEqual(yield* peer.next, kit.rejectReq(3, 2, pType, kit.device))
          yield* peer.connected
          assert.strictEqual(yield* session.state, state)
        })
      )
    }

    it.effect("names the PType where PType and SType are both unknown (e37/reject/ptype-first)", () =>
      Effect.gen(function* () {
        const { peer } = yield* make()
        yield* peer.send({ ...kit.linktestReq(3), pType: 1, sType: 8 })
        assert.deepStrictEqual(yield* peer.next, kit.rejectReq(3, 2, 1))
      })
    )

    it.effect("rejects a Linktest.req of another PType instead of answering it", () =>
      Effect.gen(function* () {
        const { peer } = yield* make()
        yield* peer.send({ ...kit.linktestReq(3), pType: 1 })
        assert.deepStrictEqual(yield* peer.next, kit.rejectReq(3, 2, 1))
        yield* peer.silent
      })
    )

    it.effect("repeats session id and system bytes of what it rejects (e37/reject/echo)", () =>
      Effect.gen(function* () {
        const { peer } = yield* make()
        yield* peer.send({ ...kit.linktestReq(0xfedc_ba98), sType: 8, session: 0x1234 })
        assert.deepStrictEqual(yield* peer.next, kit.rejectReq(0xfedc_ba98, 1, 8, 0x1234))
      })
    )

    for (const [name, sType] of [
      ["Select.rsp", 2],
      ["Deselect.rsp", 4],
      ["Linktest.rsp", 6]
    ] as const) {
      it.effect(
        `answers an orphan ${name} with Reject.req, reason 3 (transaction not open) (e37/reject/not-open)`,
        () =>
          Effect.gen(function* () {
            const { peer, session } = yield* make()
            yield* peer.send({ ...kit.linktestRsp(0x0102_0304), sType })
            assert.deepStrictEqual(yield* peer.next, kit.rejectReq(0x0102_0304, 3, sType))
            yield* peer.connected
            assert.strictEqual(yield* session.state, state)
          })
      )
    }

    it.effect("answers Reject.req with nothing, whatever its reason (e37/reject/never-rejected)", () =>
      Effect.gen(function* () {
        const { peer } = yield* make()
        for (const reason of [0, 1, 2, 3, 4, 5, 255]) yield* peer.send(kit.rejectReq(reason + 1_000_000, reason, 0))
        yield* peer.silent
        yield* peer.connected
      })
    )

    it.effect("stays as it is after an orphan Reject.req, which is an event (e37/reject/unmatched)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* make()
        yield* peer.send(kit.rejectReq(0x0102_0304, 4, 0))
        yield* peer.connected
        assert.strictEqual(yield* session.state, state)
        const seen = yield* events.of("UnmatchedReject")
        assert.deepStrictEqual(
          seen.map((event) => event.header.systemBytes),
          [0x0102_0304]
        )
      })
    )

    it.effect("tells observers what it rejected and why", () =>
      Effect.gen(function* () {
        const { events, peer } = yield* make()
        yield* peer.send({ ...kit.linktestReq(3), sType: 8 })
        const seen = yield* events.of("MessageRejected")
        assert.deepStrictEqual(
          seen.map((event) => [event.header.sType, event.rejectReason]),
          [[8, 1]]
        )
      })
    )
  })
}

for (const [side, make] of [
  ["passive", kit.passiveConnected],
  ["active", kit.activeConnected]
] as const) {
  describe(`Reject, data before Select, ${side} side`, () => {
    it.effect(
      "answers a data message before Select with Reject.req, reason 4 (entity not selected) (e37/reject/not-selected)",
      () =>
        Effect.gen(function* () {
          const { peer, session } = yield* make()
          yield* peer.send(kit.primary(1, 1, 0x0a0b0c0d))
          assert.deepStrictEqual(yield* peer.next, kit.rejectReq(0x0a0b0c0d, 4, 0, kit.device))
          yield* peer.connected
          assert.strictEqual(yield* session.state, "NotSelected")
        })
    )

    it.effect("rejects primaries without W-bit and secondaries alike, and never delivers them", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* make()
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.data(6, 11, 1, "a50107"), kit.data(1, 2, 2))
        assert.deepStrictEqual(yield* peer.next, kit.rejectReq(1, 4, 0, kit.device))
        assert.deepStrictEqual(yield* peer.next, kit.rejectReq(2, 4, 0, kit.device))
        assert.deepStrictEqual(seen, [])
      })
    )

    for (const [what, frame, id] of [
      ["a data message", kit.primary(1, 1, 1), "e371/unselected/data"],
      ["Linktest.req", kit.linktestReq(1), "e371/unselected/linktest"],
      ["Deselect.req", kit.deselectReq(1), "e371/unselected/deselect"],
      ["an unknown SType", { ...kit.linktestReq(1), sType: 8 }, "e371/unselected/stype"],
      ["another PType", { ...kit.linktestReq(1), pType: 1 }, "e371/unselected/ptype"]
    ] as const) {
      it.effect(`as E37.1 has it closes on ${what} before Select, without an answer (${id})`, () =>
        Effect.gen(function* () {
          const { events, peer, session } = yield* make({ strict: "E37.1" })
          yield* peer.send(frame)
          yield* peer.closed
          yield* peer.silent
          assert.strictEqual(yield* session.state, "NotConnected")
          const [end] = yield* events.of("Disconnected")
          assert.strictEqual(end?.reason._tag, "NotSelectedPolicy")
        })
      )
    }
  })
}

for (const [side, make] of [
  ["passive", kit.passiveSelected],
  ["active", kit.activeSelected]
] as const) {
  describe(`Reject of our own messages, ${side} side`, () => {
    for (const reason of [1, 2, 3, 4, 5, 255]) {
      it.effect(
        `fails the transaction with reason ${reason} at once and stays SELECTED (e37/reject/fails-transaction)`,
        () =>
          Effect.gen(function* () {
            const { peer, session } = yield* make()
            const request = yield* kit.start(session.request(s1f1))
            const primary = yield* peer.next
            yield* peer.send(kit.rejectReq(primary.system, reason, 0, kit.device))
            assert.deepStrictEqual(yield* kit.reason(request), { _tag: "Rejected", rejectReason: reason })
            assert.strictEqual(yield* session.state, "Selected")
            yield* peer.silent
          })
      )
    }

    it.effect("fails no other transaction (e37/reject/stays)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* make()
        const one = yield* kit.start(session.request(s1f1))
        const two = yield* kit.start(session.request(s1f1))
        const first = yield* peer.next
        const second = yield* peer.next
        yield* peer.send(kit.rejectReq(first.system, 4, 0, kit.device))
        assert.strictEqual((yield* kit.reason(one))._tag, "Rejected")
        assert.isTrue(yield* kit.waits(two))
        yield* peer.send(kit.data(1, 2, second.system))
        assert.strictEqual(String(yield* kit.value(two)), "S1F2")
      })
    )

    it.effect("ignores a Reject.req for a transaction that has its reply, and the reply stays", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* make()
        const request = yield* kit.start(session.request(s1f1))
        const primary = yield* peer.next
        yield* peer.send(kit.data(1, 2, primary.system), kit.rejectReq(primary.system, 4, 0, kit.device))
        assert.strictEqual(String(yield* kit.value(request)), "S1F2")
        assert.strictEqual((yield* events.of("UnmatchedReject")).length, 1)
      })
    )
  })
}

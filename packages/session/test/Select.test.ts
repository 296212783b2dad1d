import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SecsMessage } from "@effect-secs/codec"
import { HsmsSession, Transport } from "../src/index.ts"
import * as kit from "./kit.ts"

const s1f1 = SecsMessage.primary(1, 1)

describe("Select, passive side", () => {
  it.effect("is NOT CONNECTED until a peer connects (e37/state/initial)", () =>
    Effect.gen(function* () {
      const { session } = yield* kit.passive()
      yield* kit.settle
      assert.strictEqual(yield* session.state, "NotConnected")
    })
  )

  it.effect("accepts a connection and is NOT SELECTED (e37/state/connected)", () =>
    Effect.gen(function* () {
      const { dial, session } = yield* kit.passive()
      yield* dial
      assert.strictEqual(yield* session.state, "NotSelected")
    })
  )

  it.effect("accepts TCP and sends no Select.req of its own (e371/select/only-active)", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.passiveConnected()
      yield* peer.silent
    })
  )

  it.effect("answers Select.req with status 0 and is SELECTED (e37/select/passive-accepts)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveConnected()
      yield* peer.send(kit.selectReq(0x0a0b0c0d))
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(0x0a0b0c0d, 0))
      assert.strictEqual(yield* session.state, "Selected")
      yield* peer.silent
    })
  )

  it.effect("repeats the session id of a Select.req that has its own (e371/session-id/control-any)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveConnected()
      yield* peer.send({ ...kit.selectReq(0xffff_ffff), session: 0x1234 })
      assert.deepStrictEqual(yield* peer.next, { ...kit.selectRsp(0xffff_ffff), session: 0x1234 })
      assert.strictEqual(yield* session.state, "Selected")
    })
  )

  it.effect("does not look at bytes 2 and 3 of Select.req (e37/header/unused-ignored)", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.passiveConnected()
      yield* peer.send({ ...kit.selectReq(1), byte2: 0xaa, byte3: 0x55 })
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(1))
    })
  )

  it.effect("delivers data in the same chunk behind Select.req (e37/select/accept-first)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveConnected()
      const seen = yield* kit.primaries(session)
      yield* peer.send(kit.selectReq(1), kit.primary(1, 1, 2), kit.data(6, 11, 3))
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(1))
      yield* peer.silent
      assert.deepStrictEqual(
        seen.map((one) => String(one.message)),
        ["S1F1 W", "S6F11"]
      )
    })
  )

  it.effect("answers Select.req in SELECTED with status 1 and stays (e37/select/already-selected)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const request = yield* kit.start(session.request(s1f1))
      const primary = yield* peer.next
      yield* peer.send(kit.selectReq(77))
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(77, 1))
      assert.strictEqual(yield* session.state, "Selected")
      yield* peer.send(kit.data(1, 2, primary.system))
      assert.strictEqual(String(yield* kit.value(request)), "S1F2")
    })
  )

  it.effect("answers Select.req with status 2 while it is not ready, with 0 once it is (e37/select/not-ready)", () =>
    Effect.gen(function* () {
      let ready = false
      const { peer, session } = yield* kit.passiveConnected({ ready: () => ready })
      yield* peer.send(kit.selectReq(1))
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(1, 2))
      assert.strictEqual(yield* session.state, "NotSelected")
      yield* peer.connected
      ready = true
      yield* peer.send(kit.selectReq(2))
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(2, 0))
      assert.strictEqual(yield* session.state, "Selected")
    })
  )

  it.effect("answers a second Select.req with status 1 although it is not ready any more", () =>
    Effect.gen(function* () {
      let ready = true
      const { peer, session } = yield* kit.passiveConnected({ ready: () => ready })
      yield* peer.send(kit.selectReq(1))
      yield* peer.next
      ready = false
      yield* peer.send(kit.selectReq(2))
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(2, 1))
      assert.strictEqual(yield* session.state, "Selected")
    })
  )

  it.effect("as E37.1 has it answers status 2 and closes (e371/unselected/not-ready)", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveConnected({ ready: () => false, strict: "E37.1" })
      yield* peer.send(kit.selectReq(1))
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(1, 2))
      yield* peer.closed
      assert.strictEqual(yield* session.state, "NotConnected")
      const [end] = yield* events.of("Disconnected")
      assert.deepStrictEqual(end?.reason, { _tag: "NotReady" })
    })
  )

  it.effect("accepts and selects the next connection when one has ended (e37/connect/listens-again)", () =>
    Effect.gen(function* () {
      const { dial, peer, session } = yield* kit.passiveSelected()
      yield* peer.close
      assert.strictEqual(yield* session.state, "NotConnected")
      const next = yield* dial
      yield* next.send(kit.selectReq(1))
      assert.deepStrictEqual(yield* next.next, kit.selectRsp(1, 0))
      assert.strictEqual(yield* session.state, "Selected")
    })
  )
})

describe("Select, active side", () => {
  it.effect("dials at once, without waiting for T5 (e37/connect/first-at-once)", () =>
    Effect.gen(function* () {
      const { session } = yield* kit.active()
      yield* kit.settle
      assert.strictEqual(yield* session.state, "NotSelected")
    })
  )

  it.effect("sends Select.req with session id FFFF, once, and nothing else (e37/select/active-sends)", () =>
    Effect.gen(function* () {
      const { accept } = yield* kit.active()
      const peer = yield* accept
      const request = yield* peer.next
      assert.deepStrictEqual(request, { ...kit.selectReq(request.system), session: 0xffff })
      yield* peer.silent
    })
  )

  for (const [status, id] of [
    [0, "e37/select/established"],
    [1, "e37/select/already-active"]
  ] as const) {
    it.effect(`is SELECTED by Select.rsp with status ${status} (${id})`, () =>
      Effect.gen(function* () {
        const { peer, select, session } = yield* kit.activeConnected()
        yield* peer.send(kit.selectRsp(select, status))
        yield* kit.settle
        assert.strictEqual(yield* session.state, "Selected")
        yield* peer.silent
      })
    )
  }

  for (const status of [2, 3, 4, 5, 6, 7, 127, 128, 255]) {
    it.effect(`closes on Select.rsp with status ${status} (e37/select/refused)`, () =>
      Effect.gen(function* () {
        const { events, peer, select, session } = yield* kit.activeConnected()
        yield* peer.send(kit.selectRsp(select, status))
        yield* peer.closed
        assert.strictEqual(yield* session.state, "NotConnected")
        assert.deepStrictEqual(
          (yield* events.of("Disconnected")).map((event) => event.reason),
          [{ _tag: "SelectRefused", status }]
        )
        yield* peer.silent
      })
    )
  }

  it.effect("closes on Reject.req that answers Select.req (e37/select/rejected)", () =>
    Effect.gen(function* () {
      const { events, peer, select, session } = yield* kit.activeConnected()
      yield* peer.send(kit.rejectReq(select, 1, 1))
      yield* peer.closed
      assert.strictEqual(yield* session.state, "NotConnected")
      assert.deepStrictEqual(
        (yield* events.of("Disconnected")).map((event) => event.reason),
        [{ _tag: "SelectRejected", rejectReason: 1 }]
      )
    })
  )

  it.effect("delivers data in the same chunk behind Select.rsp (e37/select/established-first)", () =>
    Effect.gen(function* () {
      const { peer, select, session } = yield* kit.activeConnected()
      const seen = yield* kit.primaries(session)
      yield* peer.send(kit.selectRsp(select), kit.primary(1, 1, 1))
      yield* peer.silent
      assert.deepStrictEqual(
        seen.map((one) => String(one.message)),
        ["S1F1 W"]
      )
    })
  )

  it.effect("rejects a Select.rsp with other system bytes with reason 3 and stays (e37/reject/not-open)", () =>
    Effect.gen(function* () {
      const { peer, select, session } = yield* kit.activeConnected()
      const other = (select ^ 0x5555_5555) >>> 0
      yield* peer.send(kit.selectRsp(other))
      assert.deepStrictEqual(yield* peer.next, kit.rejectReq(other, 3, 2))
      assert.strictEqual(yield* session.state, "NotSelected")
      yield* peer.send(kit.selectRsp(select))
      yield* kit.settle
      assert.strictEqual(yield* session.state, "Selected")
    })
  )

  it.effect("rejects a second Select.rsp with reason 3 and stays SELECTED", () =>
    Effect.gen(function* () {
      const { peer, select, session } = yield* kit.activeSelected()
      yield* peer.send(kit.selectRsp(select, 3))
      assert.deepStrictEqual(yield* peer.next, kit.rejectReq(select, 3, 2))
      assert.strictEqual(yield* session.state, "Selected")
    })
  )

  it.effect("answers Select.req while its own is open with status 0 and is SELECTED (e37/select/simultaneous)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeConnected()
      yield* peer.send(kit.selectReq(9))
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(9, 0))
      assert.strictEqual(yield* session.state, "Selected")
    })
  )

  for (const status of [0, 1, 2, 3, 255]) {
    it.effect(
      `takes the late Select.rsp of a simultaneous select, status ${status}, and stays (e37/select/simultaneous-response)`,
      () =>
        Effect.gen(function* () {
          const { peer, select, session } = yield* kit.activeConnected()
          yield* peer.send(kit.selectReq(9))
          yield* peer.next
          yield* peer.send(kit.selectRsp(select, status))
          yield* peer.silent
          yield* peer.connected
          assert.strictEqual(yield* session.state, "Selected")
        })
    )
  }

  it.effect("answers Select.req in SELECTED with status 1 (e371/select/to-active)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected()
      yield* peer.send(kit.selectReq(9))
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(9, 1))
      assert.strictEqual(yield* session.state, "Selected")
    })
  )

  it.effect("tells who waits for a session as soon as there is one", () =>
    Effect.gen(function* () {
      const { peer, select, session } = yield* kit.activeConnected()
      const waiting = yield* kit.start(session.awaitSelected)
      assert.isTrue(yield* kit.waits(waiting))
      yield* peer.send(kit.selectRsp(select))
      yield* kit.value(waiting)
      yield* kit.value(yield* kit.start(session.awaitSelected))
    })
  )

  it.effect("has the states NotConnected, Connecting, NotSelected, Selected, one after the other", () =>
    Effect.gen(function* () {
      const { passive, active } = yield* Transport.makeMemory()
      // `changes` begins with the state at the time it is read, and the dial itself takes no time here.
      const session = yield* HsmsSession.makeActive({ sessionId: 0 }).pipe(
        Effect.provideService(Transport.Transport, {
          ...active,
          open: Effect.andThen(Effect.yieldNow, active.open)
        })
      )
      const states = yield* kit.states(session)
      const peer = yield* kit.open(passive)
      const request = yield* peer.next
      yield* peer.send(kit.selectRsp(request.system))
      yield* kit.settle
      yield* peer.close
      assert.deepStrictEqual(states, ["Connecting", "NotSelected", "Selected", "NotConnected"])
    })
  )
})

describe("a session that is not selected", () => {
  it.effect("refuses request, send and linktest before a connection, each at once (e37/data/not-selected-sent)", () =>
    Effect.gen(function* () {
      const { session } = yield* kit.passive()
      const refused = { _tag: "NotSelected", state: "NotConnected" } as const
      assert.deepStrictEqual((yield* Effect.flip(session.request(s1f1))).reason, refused)
      assert.deepStrictEqual((yield* Effect.flip(session.send(s1f1))).reason, refused)
      assert.deepStrictEqual((yield* Effect.flip(session.linktest)).reason, refused)
    })
  )

  it.effect("refuses request, send and linktest before Select and writes nothing (e37/data/not-selected-sent)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveConnected()
      const refused = { _tag: "NotSelected", state: "NotSelected" } as const
      assert.deepStrictEqual((yield* Effect.flip(session.request(s1f1))).reason, refused)
      assert.deepStrictEqual((yield* Effect.flip(session.send(s1f1))).reason, refused)
      assert.deepStrictEqual((yield* Effect.flip(session.linktest)).reason, refused)
      yield* peer.silent
    })
  )
})

import { SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as kit from "./kit.ts"

const s1f1 = SecsMessage.primary(1, 1)

/** Answers the linktest that a second connection sets off, so that the first lives on. */
const answerProbe = (peer: kit.Peer) =>
  Effect.gen(function* () {
    const probe = yield* peer.next
    assert.deepStrictEqual(probe, kit.linktestReq(probe.system))
    yield* peer.send(kit.linktestRsp(probe.system))
  })

describe("a second TCP connection, passive side", () => {
  it.effect("has its Select.req answered with status 3 and is closed (e371/session/second-refused)", () =>
    Effect.gen(function* () {
      const { dial, events } = yield* kit.passiveSelected()
      const second = yield* dial
      yield* second.send(kit.selectReq(0x0a0b_0c0d))
      assert.deepStrictEqual(yield* second.next, kit.selectRsp(0x0a0b_0c0d, 3))
      yield* second.closed
      yield* second.silent
      assert.strictEqual((yield* events.of("ConnectionTurnedAway")).length, 1)
    })
  )

  it.effect("probes the live one once, however many dial before the answer", () =>
    Effect.gen(function* () {
      const { dial, peer } = yield* kit.passiveSelected()
      for (let i = 0; i < 10; i++) yield* (yield* dial).close
      const probes = yield* peer.rest
      assert.deepStrictEqual(
        probes.map((frame) => frame.sType),
        [5]
      )
      yield* peer.send(kit.linktestRsp(probes[0]!.system))
      yield* (yield* dial).close
      assert.strictEqual((yield* peer.rest).length, 1)
    })
  )

  it.effect("never gets the session, selected or not (e371/session/one-connection)", () =>
    Effect.gen(function* () {
      const { dial, peer, session } = yield* kit.passiveConnected()
      const second = yield* dial
      yield* second.send(kit.selectReq(5))
      assert.deepStrictEqual(yield* second.next, kit.selectRsp(5, 3))
      yield* second.closed
      assert.strictEqual(yield* session.state, "NotSelected")
      // NOT SELECTED needs no probe: T7 runs.
      yield* peer.silent
      yield* peer.send(kit.selectReq(6))
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(6, 0))
    })
  )

  it.effect("leaves state and transactions of the first as they are (e371/session/first-stays)", () =>
    Effect.gen(function* () {
      const { dial, peer, session } = yield* kit.passiveSelected()
      const states = yield* kit.states(session)
      const request = yield* kit.start(session.request(s1f1))
      const sent = yield* peer.next
      const second = yield* dial
      yield* second.send(kit.selectReq(5))
      yield* second.closed
      yield* answerProbe(peer)
      yield* peer.send(kit.data(1, 2, sent.system))
      assert.strictEqual((yield* kit.value(request)).name, "S1F2")
      yield* kit.pass("1 hour")
      assert.deepStrictEqual(states, ["Selected"])
    })
  )

  it.effect(
    "makes the session probe the first at once; dead, it is given up after T6 (e371/session/first-probed)",
    () =>
      Effect.gen(function* () {
        const { dial, events, peer, session } = yield* kit.passiveSelected({ maxFailures: 5 })
        yield* dial
        const probe = yield* peer.next
        assert.deepStrictEqual(probe, kit.linktestReq(probe.system))
        yield* kit.pass(4_999)
        assert.strictEqual(yield* session.state, "Selected")
        yield* kit.pass(1)
        assert.strictEqual(yield* session.state, "NotConnected")
        const [end] = yield* events.of("Disconnected")
        const waited = Duration.seconds(5)
        assert.deepStrictEqual(end?.reason, { _tag: "T6Expired", request: "Linktest", waited, failures: 1 })
      })
  )

  it.effect("may dial again and be selected once the first has ended (e371/session/free-again)", () =>
    Effect.gen(function* () {
      const { dial, peer, session } = yield* kit.passiveSelected()
      const second = yield* dial
      yield* second.send(kit.selectReq(5))
      yield* second.closed
      yield* peer.close
      const third = yield* dial
      yield* third.send(kit.selectReq(6))
      assert.deepStrictEqual(yield* third.next, kit.selectRsp(6, 0))
      assert.strictEqual(yield* session.state, "Selected")
    })
  )

  for (const [what, bytes] of [
    ["a data message", kit.toBytes(kit.primary(1, 1, 5))],
    ["Linktest.req", kit.toBytes(kit.linktestReq(5))],
    ["Separate.req", kit.toBytes(kit.separateReq(5))],
    ["an unknown SType", kit.toBytes({ ...kit.selectReq(5), sType: 8 })],
    ["a length below 10", kit.hex("00000009")],
    ["a length above 10", kit.hex("0000000b")]
  ] as const) {
    it.effect(`is closed without an answer when it begins with ${what} (e371/session/second-other)`, () =>
      Effect.gen(function* () {
        const { dial } = yield* kit.passiveSelected()
        const second = yield* dial
        yield* second.sendBytes(bytes)
        yield* second.closed
        yield* second.silent
      })
    )
  }

  it.effect("may send its Select.req byte by byte", () =>
    Effect.gen(function* () {
      const { dial } = yield* kit.passiveSelected()
      const second = yield* dial
      for (const byte of kit.toBytes(kit.selectReq(5))) yield* second.sendBytes(Uint8Array.of(byte))
      assert.deepStrictEqual(yield* second.next, kit.selectRsp(5, 3))
    })
  )

  it.effect("that sends nothing is closed after T7, 10 s, not before (e371/session/second-silent)", () =>
    Effect.gen(function* () {
      const { dial, peer } = yield* kit.passiveSelected()
      const second = yield* dial
      yield* answerProbe(peer)
      yield* kit.pass(9_999)
      yield* second.connected
      yield* kit.pass(1)
      yield* second.closed
      yield* second.silent
      yield* peer.connected
    })
  )

  it.effect("is the fifth at a time and is closed at once (e371/session/second-bounded)", () =>
    Effect.gen(function* () {
      const { dial, peer } = yield* kit.passiveSelected({ timers: { t6: "1 hour" } })
      const parked = [yield* dial, yield* dial, yield* dial, yield* dial]
      const fifth = yield* dial
      yield* fifth.closed
      for (const one of parked) yield* one.connected
      yield* peer.connected
      yield* parked[0]!.close
      const sixth = yield* dial
      yield* sixth.connected
      yield* sixth.send(kit.selectReq(5))
      assert.deepStrictEqual(yield* sixth.next, kit.selectRsp(5, 3))
    })
  )

  it.effect("is closed with the session", () =>
    Effect.gen(function* () {
      const { close, dial } = yield* kit.passiveSelected()
      const second = yield* dial
      yield* close
      yield* second.closed
      yield* second.silent
    })
  )
})

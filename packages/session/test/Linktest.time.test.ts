import { assert, describe, it } from "@effect/vitest"
import { Item, SecsMessage } from "@effect-secs/codec"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as kit from "./kit.ts"

const s1f1 = SecsMessage.primary(1, 1)

/** The default: a linktest after 30 s of silence. */
const period = { timers: { linktest: undefined } } as const

for (const [side, connected, selected] of [
  ["passive", kit.passiveConnected, kit.passiveSelected],
  ["active", kit.activeConnected, kit.activeSelected]
] as const) {
  describe(`Linktest in time, ${side} side`, () => {
    it.effect("probes a peer that was silent for 30 s, not before (e37/linktest/after-silence)", () =>
      Effect.gen(function* () {
        const { peer } = yield* selected(period)
        yield* kit.pass(29_999)
        yield* peer.silent
        yield* kit.pass(1)
        const request = yield* peer.next
        assert.deepStrictEqual(request, kit.linktestReq(request.system))
        yield* peer.silent
      })
    )

    it.effect("probes again 30 s after each answer", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(period)
        for (let round = 0; round < 5; round++) {
          yield* kit.pass(29_999)
          yield* peer.silent
          yield* kit.pass(1)
          yield* peer.send(kit.linktestRsp((yield* peer.next).system))
          yield* kit.settle
        }
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("postpones the linktest by anything the peer sends (e37/linktest/postponed)", () =>
      Effect.gen(function* () {
        const { peer } = yield* selected(period)
        for (let round = 0; round < 5; round++) {
          yield* kit.pass(20_000)
          yield* peer.send(kit.data(6, 11, round + 1))
        }
        yield* kit.pass(29_999)
        yield* peer.silent
        yield* kit.pass(1)
        assert.strictEqual((yield* peer.next).sType, 5)
      })
    )

    it.effect("is not postponed by what this side sends", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(period)
        yield* kit.pass(20_000)
        yield* session.send(SecsMessage.primary(6, 11))
        assert.strictEqual((yield* peer.next).sType, 0)
        yield* kit.pass(9_999)
        yield* peer.silent
        yield* kit.pass(1)
        assert.strictEqual((yield* peer.next).sType, 5)
      })
    )

    it.effect("sends no Linktest.req with a period of zero (e37/linktest/off)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({ timers: { linktest: 0 } })
        yield* kit.pass("10 days")
        yield* peer.silent
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("sends no Linktest.req before Select (e37/linktest/only-selected)", () =>
      Effect.gen(function* () {
        const { peer } = yield* connected({ timers: { linktest: "1 second", t6: "1 hour", t7: "1 hour" } })
        yield* kit.pass("59 minutes")
        yield* peer.silent
      })
    )

    it.effect("sends no Linktest.req after Deselect", () =>
      Effect.gen(function* () {
        const { peer } = yield* selected({ timers: { linktest: "1 second", t7: "1 hour" } })
        yield* peer.send(kit.deselectReq(3))
        yield* peer.next
        yield* kit.pass("59 minutes")
        yield* peer.silent
      })
    )

    it.effect("ends the connection when Linktest.rsp is 5 s late, not before (e37/t6/linktest-closes)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected(period)
        const request = yield* kit.start(session.request(s1f1))
        yield* peer.next
        yield* kit.pass(30_000)
        yield* peer.next
        yield* kit.pass(4_999)
        assert.strictEqual(yield* session.state, "Selected")
        yield* kit.pass(1)
        yield* peer.closed
        const cause = { _tag: "T6Expired", request: "Linktest", waited: Duration.seconds(5), failures: 1 } as const
        assert.deepStrictEqual(yield* kit.reason(request), { _tag: "ConnectionLost", cause })
        assert.deepStrictEqual(
          (yield* events.of("LinktestFailed")).map(({ failures, maxFailures }) => [failures, maxFailures]),
          [[1, 1]]
        )
        // A communication failure is no orderly end.
        yield* peer.silent
      })
    )

    it.effect("keeps the connection when Linktest.rsp comes just before T6 (e37/t6/stops)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(period)
        yield* kit.pass(30_000)
        const request = yield* peer.next
        yield* kit.pass(4_999)
        yield* peer.send(kit.linktestRsp(request.system))
        yield* kit.pass(10_000)
        assert.strictEqual(yield* session.state, "Selected")
        yield* peer.silent
      })
    )

    it.effect("keeps a peer that sends something else while Linktest.rsp is due (e37/linktest/alive)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(period)
        yield* kit.pass(30_000)
        yield* peer.next
        yield* kit.pass(1)
        yield* peer.send(kit.data(6, 11, 1))
        yield* kit.pass(4_999)
        assert.strictEqual(yield* session.state, "Selected")
        yield* peer.connected
      })
    )

    it.effect(
      "keeps a peer whose long message, byte by byte, stands before Linktest.rsp, and takes the late answer",
      () =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected(period)
          yield* kit.pass(30_000)
          const request = yield* peer.next
          const long = kit.toBytes(kit.data(6, 11, 1, "2104deadbeef"))
          for (const byte of long) {
            yield* peer.sendBytes(Uint8Array.of(byte))
            yield* kit.pass(1_000)
          }
          yield* peer.send(kit.linktestRsp(request.system))
          yield* peer.silent
          assert.strictEqual(yield* session.state, "Selected")
        })
    )

    it.effect("ends the connection after three failures in a row with `maxFailures: 3` (e37/linktest/failures)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected({ ...period, maxFailures: 3 })
        for (let failure = 1; failure < 3; failure++) {
          yield* kit.pass(35_000)
          assert.strictEqual((yield* peer.next).sType, 5)
          assert.strictEqual((yield* events.of("LinktestFailed")).length, failure)
          assert.strictEqual(yield* session.state, "Selected")
        }
        yield* kit.pass(34_999)
        assert.strictEqual((yield* peer.next).sType, 5)
        assert.strictEqual(yield* session.state, "Selected")
        yield* kit.pass(1)
        yield* peer.closed
        const [end] = yield* events.of("Disconnected")
        assert.deepStrictEqual(end?.reason, {
          _tag: "T6Expired",
          request: "Linktest",
          waited: Duration.seconds(5),
          failures: 3
        })
      })
    )

    for (const maxFailures of [1, 2, 3]) {
      it.effect(
        `finds a half-open peer ${maxFailures} × (interval + T6) after its last byte, not before, and fails what is open (e37/linktest/failures)`,
        () =>
          Effect.gen(function* () {
            const { peer, session } = yield* selected({
              maxFailures,
              timers: { t3: "1 hour", t6: "3 seconds", linktest: "7 seconds" }
            })
            yield* kit.pass(6_789)
            // Its last byte. What this side sends still arrives, which is all that TCP can tell.
            yield* peer.send(kit.data(6, 11, 5))
            yield* kit.pass(1_234)
            const request = yield* kit.start(session.request(s1f1))
            yield* kit.pass(maxFailures * 10_000 - 1_235)
            assert.isTrue(yield* kit.waits(request))
            yield* peer.connected
            yield* kit.pass(1)
            const lost = yield* kit.reason(request)
            assert.deepStrictEqual(lost._tag === "ConnectionLost" && lost.cause, {
              _tag: "T6Expired",
              request: "Linktest",
              waited: Duration.seconds(3),
              failures: maxFailures
            })
            yield* peer.closed
          })
      )
    }

    it.effect("begins to count anew when the peer has answered between failures", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({ ...period, maxFailures: 2 })
        for (let round = 0; round < 4; round++) {
          yield* kit.pass(35_000)
          yield* peer.next
          yield* kit.pass(30_000)
          yield* peer.send(kit.linktestRsp((yield* peer.next).system))
          yield* kit.settle
        }
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("begins to count anew when the peer has sent a message between failures", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({ ...period, maxFailures: 2 })
        for (let round = 0; round < 4; round++) {
          yield* kit.pass(35_000)
          assert.strictEqual((yield* peer.next).sType, 5)
          yield* peer.send(kit.data(6, 11, round))
          yield* kit.settle
        }
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("does not reject a Linktest.rsp that comes after T6", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({ ...period, maxFailures: 2 })
        yield* kit.pass(30_000)
        const request = yield* peer.next
        yield* kit.pass(6_000)
        yield* peer.send(kit.linktestRsp(request.system))
        yield* peer.silent
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("gives the round-trip time of a linktest the user asks for (e37/linktest/on-demand)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const probe = yield* kit.start(session.linktest)
        const request = yield* peer.next
        yield* kit.pass(1_234)
        yield* peer.send(kit.linktestRsp(request.system))
        assert.strictEqual(Duration.toMillis(yield* kit.value(probe)), 1_234)
      })
    )

    it.effect("fails a linktest of the user after T6, which is said, and with it the connection", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const probe = yield* kit.start(session.linktest)
        yield* kit.pass(4_999)
        assert.isTrue(yield* kit.waits(probe))
        yield* kit.pass(1)
        const waited = Duration.seconds(5)
        const cause = { _tag: "T6Expired", request: "Linktest", waited, failures: 1 } as const
        assert.deepStrictEqual(yield* kit.reason(probe), { _tag: "ConnectionLost", cause })
        yield* peer.closed
      })
    )

    it.effect("fails a linktest of the user after T6 and stays where more failures are allowed", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({ maxFailures: 2 })
        const probe = yield* kit.start(session.linktest)
        yield* kit.pass(5_000)
        assert.deepStrictEqual(yield* kit.reason(probe), {
          _tag: "ReplyTimeout",
          timer: "T6",
          waited: Duration.seconds(5)
        })
        yield* peer.connected
      })
    )
  })
}

describe("T6 of a linktest", () => {
  it.effect(
    "starts when Linktest.req is written, not when a long message still stands before it (e37/t6/linktest-closes)",
    () =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected({ writeTimeout: "1 hour" }, { capacity: 100 })
        yield* peer.stopsReading
        yield* kit.start(session.send(SecsMessage.primary(6, 11, Item.B(new Uint8Array(1_000)))))
        const probe = yield* kit.start(session.linktest)
        yield* kit.pass("1 minute")
        assert.isTrue(yield* kit.waits(probe))
        yield* peer.connected
        yield* peer.reads
        assert.deepStrictEqual(
          (yield* peer.rest).map((frame) => frame.sType),
          [0, 5]
        )
        yield* kit.pass(4_999)
        assert.isTrue(yield* kit.waits(probe))
        yield* kit.pass(1)
        assert.strictEqual((yield* kit.reason(probe))._tag, "ConnectionLost")
        yield* peer.closed
      })
  )
})

import { SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as kit from "./kit.ts"

const s1f1 = SecsMessage.primary(1, 1)
const s1f3 = SecsMessage.primary(1, 3)

const t3Expired = { _tag: "ReplyTimeout", timer: "T3", waited: Duration.seconds(45) } as const

describe("T3", () => {
  it.effect("fails a transaction at 45 s, not before (e37/t3/default)", () =>
    Effect.gen(function* () {
      const { session } = yield* kit.activeSelected()
      const request = yield* kit.start(session.request(s1f1))
      yield* kit.pass(44_999)
      assert.isTrue(yield* kit.waits(request))
      yield* kit.pass(1)
      assert.deepStrictEqual(yield* kit.reason(request), t3Expired)
    })
  )

  it.effect("is stopped by a reply at 44.999 s (e37/t3/stops)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected()
      const request = yield* kit.start(session.request(s1f1))
      const sent = yield* peer.next
      yield* kit.pass(44_999)
      yield* peer.send(kit.data(1, 2, sent.system))
      yield* kit.pass(10_000)
      assert.strictEqual((yield* kit.value(request)).name, "S1F2")
    })
  )

  it.effect("runs for each transaction on its own (e37/t3/each)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected()
      const one = yield* kit.start(session.request(s1f1))
      yield* kit.pass(20_000)
      const two = yield* kit.start(session.request(s1f1))
      yield* kit.pass(10_000)
      const three = yield* kit.start(session.request(s1f3))
      yield* peer.next
      const second = yield* peer.next
      yield* kit.pass(15_000)
      assert.deepStrictEqual(yield* kit.reason(one), t3Expired)
      assert.isTrue(yield* kit.waits(two))
      yield* peer.send(kit.data(1, 2, second.system))
      assert.strictEqual((yield* kit.value(two)).name, "S1F2")
      yield* kit.pass(29_999)
      assert.isTrue(yield* kit.waits(three))
      yield* kit.pass(1)
      assert.deepStrictEqual(yield* kit.reason(three), t3Expired)
    })
  )

  it.effect("leaves session and other transactions as they are (e37/t3/expires, e371/failure/t3-stays)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected()
      const one = yield* kit.start(session.request(s1f1))
      yield* kit.pass(44_000)
      const two = yield* kit.start(session.request(s1f3))
      yield* kit.pass(1_000)
      assert.strictEqual((yield* kit.reason(one))._tag, "ReplyTimeout")
      assert.isTrue(yield* kit.waits(two))
      assert.strictEqual(yield* session.state, "Selected")
      yield* peer.connected
    })
  )

  it.effect("starts when the primary is written, not when it is asked for (e37/t3/starts)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected({ writeTimeout: "1 hour" }, { capacity: 8 })
      yield* peer.stopsReading
      const request = yield* kit.start(session.request(s1f1))
      const behind = yield* kit.start(session.request(s1f3))
      yield* kit.pass("10 minutes")
      assert.isTrue(yield* kit.waits(request))
      yield* peer.reads
      yield* kit.pass(44_999)
      assert.isTrue(yield* kit.waits(request))
      assert.isTrue(yield* kit.waits(behind))
      yield* kit.pass(1)
      assert.deepStrictEqual(yield* kit.reason(request), t3Expired)
      assert.deepStrictEqual(yield* kit.reason(behind), t3Expired)
    })
  )

  it.effect("is replaced by the timeout of a request, shorter or longer (e37/t3/override)", () =>
    Effect.gen(function* () {
      const { session } = yield* kit.activeSelected()
      const usual = yield* kit.start(session.request(s1f1))
      const short = yield* kit.start(session.request(s1f1, { timeout: "2 seconds" }))
      const long = yield* kit.start(session.request(s1f1, { timeout: "3 minutes" }))
      const never = yield* kit.start(session.request(s1f1, { timeout: Duration.infinity }))
      yield* kit.pass(1_999)
      assert.isTrue(yield* kit.waits(short))
      yield* kit.pass(1)
      assert.deepStrictEqual(yield* kit.reason(short), {
        _tag: "ReplyTimeout",
        timer: undefined,
        waited: Duration.seconds(2)
      })
      assert.isTrue(yield* kit.waits(usual))
      yield* kit.pass(43_000)
      assert.deepStrictEqual(yield* kit.reason(usual), t3Expired)
      yield* kit.pass(134_999)
      assert.isTrue(yield* kit.waits(long))
      yield* kit.pass(1)
      assert.strictEqual((yield* kit.reason(long))._tag, "ReplyTimeout")
      yield* kit.pass("30 days")
      assert.isTrue(yield* kit.waits(never))
    })
  )

  it.effect("uses the T3 it is given", () =>
    Effect.gen(function* () {
      const { session } = yield* kit.activeSelected({ timers: { t3: "1 second" } })
      const request = yield* kit.start(session.request(s1f1))
      yield* kit.pass(999)
      assert.isTrue(yield* kit.waits(request))
      yield* kit.pass(1)
      assert.deepStrictEqual(yield* kit.reason(request), {
        _tag: "ReplyTimeout",
        timer: "T3",
        waited: Duration.seconds(1)
      })
    })
  )

  it.effect("expires for a hundred transactions in the order in which they started", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected()
      const failed: Array<number> = []
      for (let i = 0; i < 100; i++) {
        yield* Effect.forkScoped(session.request(s1f1).pipe(Effect.catch(() => Effect.sync(() => failed.push(i)))), {
          startImmediately: true
        })
        yield* kit.pass(10)
      }
      const sent = yield* peer.rest
      // Every fifth gets its reply.
      yield* peer.send(...sent.filter((_, i) => i % 5 === 0).map((frame) => kit.data(1, 2, frame.system)))
      yield* kit.pass(44_000 + 10 * 49)
      const expected = Array.from({ length: 100 }, (_, i) => i).filter((i) => i % 5 !== 0)
      assert.deepStrictEqual(
        failed,
        expected.filter((i) => i < 50)
      )
      yield* kit.pass(1_000)
      assert.deepStrictEqual(failed, expected)
    })
  )

  it.effect("makes a reply that comes after it an event, late, with its age (e37/transaction/late)", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.activeSelected()
      const seen = yield* kit.primaries(session)
      const request = yield* kit.start(session.request(s1f1))
      const sent = yield* peer.next
      yield* kit.pass(46_000)
      assert.strictEqual((yield* kit.reason(request))._tag, "ReplyTimeout")
      yield* peer.send(kit.data(1, 2, sent.system))
      yield* peer.silent
      assert.deepStrictEqual(seen, [])
      assert.deepStrictEqual(
        (yield* events.of("UnmatchedReply")).map(({ age, kind }) => [kind, age]),
        [["Late", Duration.seconds(46)]]
      )
    })
  )

  it.effect("makes equipment send S9F9 with the header of its primary (e37/t3/equipment-reports)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({ role: "equipment" })
      const request = yield* kit.start(session.request(SecsMessage.primary(6, 11)))
      const sent = yield* peer.next
      yield* kit.pass(44_999)
      yield* peer.silent
      yield* kit.pass(1)
      const report = yield* peer.next
      assert.deepStrictEqual(report, kit.data(9, 9, report.system, kit.headItem(sent)))
      assert.notStrictEqual(report.system, sent.system)
      assert.deepStrictEqual(yield* kit.reason(request), t3Expired)
    })
  )

  it.effect("makes a host send nothing (e37/t3/host-silent)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected({ role: "host" })
      const request = yield* kit.start(session.request(s1f1))
      yield* peer.next
      yield* kit.pass(45_000)
      assert.deepStrictEqual(yield* kit.reason(request), t3Expired)
      yield* peer.silent
    })
  )

  it.effect("does not run for a primary without W-bit", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected({ role: "equipment" })
      yield* session.send(SecsMessage.primary(6, 11))
      yield* peer.next
      yield* kit.pass("5 minutes")
      yield* peer.silent
      assert.deepStrictEqual(yield* events.of("TransactionFailed"), [])
    })
  )
})

import { SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { HsmsSession, Transport } from "../src/index.ts"
import * as kit from "./kit.ts"

const s1f1 = SecsMessage.primary(1, 1)
const other = 11

describe("session id of a data message", () => {
  it.effect("that is foreign makes equipment answer S9F1 and drop it (e371/session-id/equipment)", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      const seen = yield* kit.primaries(session)
      const foreign = kit.primary(1, 1, 5, "", other)
      yield* peer.send(foreign)
      const report = yield* peer.next
      assert.deepStrictEqual(report, kit.data(9, 1, report.system, kit.headItem(foreign)))
      yield* peer.silent
      assert.deepStrictEqual(seen, [])
      assert.deepStrictEqual(
        (yield* events.of("SessionIdMismatch")).map(({ dropped, expected, header }) => [
          header.sessionId,
          expected,
          dropped
        ]),
        [[other, kit.device, true]]
      )
    })
  )

  it.effect("that is foreign makes a host drop it without an answer (e371/session-id/host)", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.activeSelected()
      const seen = yield* kit.primaries(session)
      yield* peer.send(kit.primary(1, 1, 5, "", other))
      yield* peer.silent
      assert.deepStrictEqual(seen, [])
      assert.strictEqual((yield* events.of("SessionIdMismatch")).length, 1)
    })
  )

  for (const [policy, reported] of [
    ["warn", 1],
    ["accept", 0]
  ] as const) {
    it.effect(
      `that is foreign is delivered under \`${policy}\` with ${reported} events, and its reply repeats it (e371/session-id/lenient)`,
      () =>
        Effect.gen(function* () {
          const { events, peer, session } = yield* kit.passiveSelected({ sessionIdPolicy: policy })
          const seen = yield* kit.primaries(session)
          yield* peer.send(kit.primary(1, 1, 5, "", other))
          yield* peer.silent
          assert.deepStrictEqual(
            seen.map((one) => one.sessionId),
            [other]
          )
          yield* seen[0]!.reply()
          assert.deepStrictEqual(yield* peer.next, kit.data(1, 2, 5, "", other))
          const mismatches = yield* events.of("SessionIdMismatch")
          assert.deepStrictEqual(
            mismatches.map((event) => event.dropped),
            Array.from({ length: reported }, () => false)
          )
        })
    )

    it.effect(`of a reply may be foreign under \`${policy}\``, () =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected({ sessionIdPolicy: policy })
        const request = yield* kit.start(session.request(s1f1))
        const sent = yield* peer.next
        yield* peer.send(kit.data(1, 2, sent.system, "", other))
        assert.strictEqual((yield* kit.value(request)).name, "S1F2")
      })
    )
  }

  it.effect("of a reply that is foreign leaves the transaction open, mismatched (e37/transaction/session-id)", () =>
    Effect.gen(function* () {
      for (const selected of [kit.passiveSelected, kit.activeSelected]) {
        const { events, peer, session } = yield* selected({ role: "host" })
        const request = yield* kit.start(session.request(s1f1))
        const sent = yield* peer.next
        yield* kit.pass(3_000)
        yield* peer.send(kit.data(1, 2, sent.system, "", other))
        assert.isTrue(yield* kit.waits(request))
        const [unmatched] = yield* events.of("UnmatchedReply")
        assert.strictEqual(unmatched?.kind, "Mismatched")
        assert.isDefined(unmatched?.age)
        yield* peer.send(kit.data(1, 2, sent.system))
        assert.strictEqual((yield* kit.value(request)).name, "S1F2")
      }
    })
  )

  it.effect("0 and 32 767 are device ids, others are refused when the session is made (e371/session-id/range)", () =>
    Effect.gen(function* () {
      const { passive } = yield* Transport.makeMemory()
      const make = (sessionId: number) =>
        HsmsSession.makePassive({ sessionId }).pipe(Effect.provideService(Transport.Transport, passive), Effect.scoped)
      yield* make(0)
      yield* make(32_767)
      for (const wrong of [-1, 32_768, 65_535, 1.5, Number.NaN]) {
        const error = yield* Effect.flip(make(wrong))
        assert.deepStrictEqual([error._tag, error.option], ["InvalidOption", "sessionId"])
      }
    })
  )
})

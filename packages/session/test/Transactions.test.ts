import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as kit from "./kit.ts"

const s1f1 = SecsMessage.primary(1, 1)
const s1f3 = SecsMessage.primary(1, 3)

/** `<U1 7>` */
const u1Seven = "a50107"

for (const [side, selected] of [
  ["passive", kit.passiveSelected],
  ["active", kit.activeSelected]
] as const) {
  describe(`transactions, ${side} side`, () => {
    it.effect(
      "sends a primary with W-bit, its session id and its item (e37/data/either-side, e371/session-id/data)",
      () =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected()
          yield* kit.start(session.request(SecsMessage.primary(1, 3, Item.U1(7))))
          const sent = yield* peer.next
          assert.deepStrictEqual(sent, kit.primary(1, 3, sent.system, u1Seven))
        })
    )

    it.effect("sets the W-bit of a primary that lacks it", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        yield* kit.start(session.request(new SecsMessage.SecsMessage(1, 3, false, undefined)))
        const sent = yield* peer.next
        assert.deepStrictEqual(sent, kit.primary(1, 3, sent.system))
      })
    )

    it.effect("gives the secondary with its system bytes, stream and next function (e37/transaction/reply)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const request = yield* kit.start(session.request(s1f3))
        const sent = yield* peer.next
        yield* peer.send(kit.data(1, 4, sent.system, u1Seven))
        assert.strictEqual(String(yield* kit.value(request)), "S1F4 <U1 7>")
        yield* peer.silent
      })
    )

    it.effect("gives replies to whom they belong, in whatever order they come (e37/transaction/concurrent)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const requests: Array<Fiber.Fiber<SecsMessage.SecsMessage, unknown>> = []
        const sent: Array<kit.Frame> = []
        for (let i = 0; i < 20; i++) {
          requests.push(yield* kit.start(session.request(s1f3)))
          sent.push(yield* peer.next)
        }
        const order = sent.map((frame, i) => ({ frame, i })).toSorted((a, b) => ((a.i * 7) % 20) - ((b.i * 7) % 20))
        for (const { frame, i } of order) {
          yield* peer.send(kit.data(1, 4, frame.system, `a501${i.toString(16).padStart(2, "0")}`))
        }
        for (const [i, request] of requests.entries()) {
          assert.strictEqual(String(yield* kit.value(request)), `S1F4 <U1 ${i}>`)
        }
      })
    )

    it.effect(
      "uses other system bytes for each, and no recent ones again (e37/system-bytes/unique, e37/system-bytes/recent)",
      () =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected()
          const used = new Set<number>()
          for (let i = 0; i < 300; i++) {
            const request = yield* kit.start(session.request(s1f1))
            const sent = yield* peer.next
            assert.isFalse(used.has(sent.system))
            used.add(sent.system)
            if (i % 3 === 0) continue
            yield* peer.send(kit.data(1, 2, sent.system))
            yield* kit.value(request)
          }
        })
    )

    it.effect(
      "leaves a transaction open when a primary with its system bytes comes (e37/transaction/both-directions)",
      () =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected()
          const seen = yield* kit.primaries(session)
          const request = yield* kit.start(session.request(s1f1))
          const sent = yield* peer.next
          // Its own stream and function, then the one above the reply: no primary is a reply.
          yield* peer.send(kit.primary(1, 1, sent.system), kit.data(1, 3, sent.system))
          assert.isTrue(yield* kit.waits(request))
          assert.deepStrictEqual(
            seen.map((one) => String(one.message)),
            ["S1F1 W", "S1F3"]
          )
          yield* seen[0]!.reply()
          assert.deepStrictEqual(yield* peer.next, kit.data(1, 2, sent.system))
          yield* peer.send(kit.data(1, 2, sent.system))
          assert.strictEqual(String(yield* kit.value(request)), "S1F2")
        })
    )

    it.effect("fails a transaction the peer aborts with SxF0 (e37/transaction/abort)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const request = yield* kit.start(session.request(s1f3))
        const sent = yield* peer.next
        yield* peer.send(kit.data(1, 0, sent.system))
        assert.deepStrictEqual(yield* kit.reason(request), { _tag: "Aborted" })
        yield* peer.silent
      })
    )

    for (const [stream, function_] of [
      [1, 2],
      [1, 6],
      [2, 4],
      [2, 0]
    ] as const) {
      it.effect(`fails S1F3 that is answered with S${stream}F${function_} (e37/transaction/unexpected-function)`, () =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected()
          const request = yield* kit.start(session.request(s1f3))
          const sent = yield* peer.next
          yield* peer.send(kit.data(stream, function_, sent.system))
          assert.deepStrictEqual(yield* kit.reason(request), { _tag: "UnexpectedReply", stream, function: function_ })
          assert.strictEqual(yield* session.state, "Selected")
          yield* peer.silent
        })
      )
    }

    it.effect("fails a transaction whose reply is no SECS-II, and stays (e37/transaction/undecodable-reply)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected()
        const request = yield* kit.start(session.request(s1f3))
        const sent = yield* peer.next
        yield* peer.send(kit.data(1, 4, sent.system, "a502ff"))
        const reason = yield* kit.reason(request)
        assert.strictEqual(reason._tag, "UndecodableReply")
        assert.strictEqual(reason._tag === "UndecodableReply" && reason.error.reason._tag, "Truncated")
        assert.strictEqual(yield* session.state, "Selected")
        yield* peer.silent
        const [undecodable] = yield* events.of("Undecodable")
        assert.deepStrictEqual(Array.from(undecodable!.text), [0xa5, 0x02, 0xff])
      })
    )

    it.effect("takes a reply with a W-bit and warns of it (e37/data/w-on-secondary)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected()
        const request = yield* kit.start(session.request(s1f3))
        const sent = yield* peer.next
        yield* peer.send(kit.primary(1, 4, sent.system))
        assert.strictEqual((yield* kit.value(request)).name, "S1F4")
        yield* peer.silent
        assert.deepStrictEqual(
          (yield* events.of("ProtocolWarning")).map(({ header, what }) => [header.systemBytes, what]),
          [[sent.system, "WBitOnSecondary"]]
        )
      })
    )

    it.effect("shows a reply to nothing as an event, orphan, and answers nothing (e37/transaction/orphan)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected()
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.data(1, 2, 0x0102_0304))
        yield* peer.silent
        assert.deepStrictEqual(seen, [])
        assert.deepStrictEqual(
          (yield* events.of("UnmatchedReply")).map(({ age, header, kind }) => [kind, header.systemBytes, age]),
          [["Orphan", 0x0102_0304, undefined]]
        )
      })
    )

    it.effect("shows a second reply as an event, duplicate (e37/transaction/duplicate)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected()
        const request = yield* kit.start(session.request(s1f1))
        const sent = yield* peer.next
        yield* kit.pass(2_000)
        yield* peer.send(kit.data(1, 2, sent.system))
        assert.strictEqual((yield* kit.value(request)).name, "S1F2")
        yield* kit.pass(3_000)
        yield* peer.send(kit.data(1, 2, sent.system))
        yield* peer.silent
        assert.deepStrictEqual(
          (yield* events.of("UnmatchedReply")).map(({ age, kind }) => [kind, age]),
          [["Duplicate", Duration.seconds(5)]]
        )
      })
    )

    it.effect("tells observers how long each reply took", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected()
        const request = yield* kit.start(session.request(s1f1))
        const sent = yield* peer.next
        yield* kit.pass(2_000)
        yield* peer.send(kit.data(1, 2, sent.system))
        yield* kit.value(request)
        const replies = (yield* events.of("Received")).filter((event) => event.message?.name === "S1F2")
        assert.deepStrictEqual(
          replies.map((event) => event.elapsed),
          [Duration.seconds(2)]
        )
      })
    )

    it.effect("frees a transaction whose caller gives up; its reply is then late (e37/transaction/interrupted)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected()
        const request = yield* kit.start(session.request(s1f1))
        const sent = yield* peer.next
        yield* Fiber.interrupt(request)
        yield* kit.pass(1_000)
        yield* peer.send(kit.data(1, 2, sent.system))
        yield* peer.silent
        assert.deepStrictEqual(
          (yield* events.of("UnmatchedReply")).map(({ age, kind }) => [kind, age]),
          [["Late", Duration.seconds(1)]]
        )
        // Nothing is left of it when the connection ends.
        yield* peer.close
        assert.deepStrictEqual(
          (yield* events.of("Disconnected")).map((event) => event.openTransactions),
          [0]
        )
      })
    )

    it.effect(
      "takes back a primary that is not written yet when its caller gives up (e37/transaction/interrupted)",
      () =>
        Effect.gen(function* () {
          // Eight bytes of room: the first primary fills it, the others wait.
          const { peer, session } = yield* selected({}, { capacity: 8 })
          yield* peer.stopsReading
          const one = yield* kit.start(session.request(SecsMessage.primary(1, 1)))
          const two = yield* kit.start(session.request(SecsMessage.primary(1, 3)))
          const three = yield* kit.start(session.request(SecsMessage.primary(1, 5)))
          yield* Fiber.interrupt(two)
          yield* peer.reads
          assert.deepStrictEqual(
            (yield* peer.rest).map((frame) => frame.byte3),
            [1, 5]
          )
          assert.isTrue(yield* kit.waits(one))
          assert.isTrue(yield* kit.waits(three))
        })
    )

    it.effect("fails all open transactions when the peer goes, with the reason (e37/state/transactions-fail)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected()
        const requests = [yield* kit.start(session.request(s1f1)), yield* kit.start(session.request(s1f3))]
        yield* peer.close
        for (const request of requests) {
          const reason = yield* kit.reason(request)
          assert.strictEqual(reason._tag === "ConnectionLost" && reason.cause._tag, "TcpClosed")
          assert.strictEqual(
            reason._tag === "ConnectionLost" && reason.cause._tag === "TcpClosed" && reason.cause.error.reason._tag,
            "Ended"
          )
        }
        const [end] = yield* events.of("Disconnected")
        assert.deepStrictEqual([end?.openTransactions, end?.unwritten], [2, 0])
        assert.strictEqual((yield* events.of("TransactionFailed")).length, 2)
      })
    )

    it.effect("fails what is not written when the connection ends, as that end (e37/state/nothing-carried-over)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected({}, { capacity: 8 })
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.primary(1, 1, 50))
        yield* kit.settle
        yield* peer.stopsReading
        const writing = yield* kit.start(session.send(SecsMessage.primary(6, 1)))
        const queued = yield* kit.start(session.send(SecsMessage.primary(6, 3)))
        const asked = yield* kit.start(session.request(s1f1))
        const reply = yield* kit.start(seen[0]!.reply())
        yield* peer.send(kit.separateReq(9))
        const lost = { _tag: "ConnectionLost", cause: { _tag: "Separated" } } as const
        assert.deepStrictEqual(yield* kit.reason(writing), lost)
        assert.deepStrictEqual(yield* kit.reason(queued), lost)
        assert.deepStrictEqual(yield* kit.reason(asked), lost)
        assert.deepStrictEqual(yield* kit.reason(reply), lost)
        const [end] = yield* events.of("Disconnected")
        assert.isAtLeast(end!.unwritten, 3)
      })
    )

    it.effect("refuses a secondary as request and writes nothing (e37/data/illegal-unsendable)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const { SecsMessage: Message } = SecsMessage
        for (const [message, why] of [
          [SecsMessage.secondary(1, 2), "NotPrimary"],
          [SecsMessage.primary(9, 1), "NoReply"],
          [SecsMessage.primary(1, 255), "NoReply"],
          [new Message(0, 1, true, undefined), "StreamRange"],
          [new Message(128, 1, true, undefined), "StreamRange"],
          [new Message(1, 2, true, undefined), "WBitOnSecondary"],
          [new Message(1, 257, true, undefined), "FunctionRange"]
        ] as const) {
          const { reason } = yield* Effect.flip(session.request(message))
          assert.strictEqual(reason._tag === "Unsendable" && reason.error.reason, why, String(message))
        }
        yield* peer.silent
      })
    )

    it.effect("refuses what is longer than the maximum frame and writes nothing (e37/frame/maximum-sent)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({ maxFrameLength: 15 })
        const fits = SecsMessage.primary(6, 11, Item.A("xyz"))
        const tooLong = SecsMessage.primary(6, 11, Item.A("wxyz"))
        yield* session.send(fits)
        assert.strictEqual((yield* peer.next).text, "410378797a")
        const refused = { _tag: "TooLong", length: 16, maximum: 15 } as const
        assert.deepStrictEqual((yield* Effect.flip(session.send(tooLong))).reason, refused)
        assert.deepStrictEqual((yield* Effect.flip(session.request(tooLong))).reason, refused)
        yield* peer.silent
      })
    )

    it.effect("names the message in its error: stream, function and system bytes", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const request = yield* kit.start(Effect.flip(session.request(s1f3)))
        const sent = yield* peer.next
        yield* peer.send(kit.data(1, 0, sent.system))
        const error = yield* kit.value(request)
        assert.deepStrictEqual([error.stream, error.function, error.systemBytes], [1, 3, sent.system])
      })
    )
  })
}

describe("send", () => {
  it.effect(
    "sends a primary without W-bit, opens no transaction, and is done when it is written (e37/data/no-reply)",
    () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* kit.passiveSelected()
        yield* session.send(SecsMessage.primary(6, 11, Item.U1(7)))
        const sent = yield* peer.next
        assert.deepStrictEqual(sent, kit.data(6, 11, sent.system, u1Seven))
        yield* peer.send(kit.data(6, 12, sent.system))
        assert.deepStrictEqual(
          (yield* events.of("UnmatchedReply")).map((event) => event.kind),
          ["Orphan"]
        )
      })
  )

  it.effect("refuses a secondary, which `reply` sends, and writes nothing (e37/data/illegal-unsendable)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      for (const message of [
        SecsMessage.secondary(1, 2),
        SecsMessage.abort(1),
        new SecsMessage.SecsMessage(0, 1, false, undefined)
      ]) {
        assert.strictEqual((yield* Effect.flip(session.send(message))).reason._tag, "Unsendable", String(message))
      }
      yield* peer.silent
    })
  )

  it.effect("writes messages one after the other, in order, each whole (e37/frame/not-interleaved)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({}, { capacity: 64 })
      const texts = Array.from({ length: 50 }, (_, i) => "x".repeat((i * 13) % 100))
      yield* Effect.all(
        texts.map((text) => session.send(SecsMessage.primary(6, 11, Item.A(text)))),
        { concurrency: "unbounded" }
      )
      const sent = yield* peer.rest
      assert.deepStrictEqual(
        sent.map((frame) => frame.text.length / 2 - 2),
        texts.map((text) => text.length)
      )
    })
  )

  it.effect("writes a header without text for a message without item (e37/frame/header-only)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      yield* session.send(SecsMessage.primary(6, 11))
      assert.strictEqual((yield* peer.next).text, "")
      yield* session.send(SecsMessage.primary(6, 11, Item.L()))
      assert.strictEqual((yield* peer.next).text, "0100")
    })
  )
})

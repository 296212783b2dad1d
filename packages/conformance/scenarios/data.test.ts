/** SEMI E37 and E37.1: data messages, transactions, system bytes and session ids, message by message. */
import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as kit from "./kit.ts"

const { scenario } = kit

const s1f1 = SecsMessage.primary(1, 1)

/** Starts something that waits for the peer. */
const start = <A, E>(effect: Effect.Effect<A, E>) => Effect.forkScoped(effect, { startImmediately: true })

for (const [side, selected] of kit.sides) {
  describe(`the ${side} side`, () => {
    scenario(
      "hands over primaries in order, with stream, function, W-bit and item (e37/data/delivered, e37/data/order, e37/data/either-side, e37/data/header-only)",
      (wire) =>
        Effect.gen(function* () {
          const { peer, primary } = yield* selected(wire)
          yield* peer.send(
            "000A 81 01 00 00 00000021",
            "000A 86 0B 00 00 00000022 0102 4103 4F4E45 A501 07",
            "000A 05 01 00 00 00000023 0100"
          )
          const seen = [yield* primary, yield* primary, yield* primary]
          assert.deepStrictEqual(
            seen.map(({ message }) => String(message)),
            ["S1F1 W", 'S6F11 W <L [2] <A "ONE"> <U1 7>>', "S5F1 <L [0]>"]
          )
          assert.deepStrictEqual(
            seen.map(({ message }) => message.item === undefined),
            [true, false, false]
          )
          assert.deepStrictEqual(
            seen.map(({ sessionId, systemBytes }) => [sessionId, systemBytes]),
            [
              [10, 0x21],
              [10, 0x22],
              [10, 0x23]
            ]
          )
        })
    )

    scenario(
      "sends a primary with W-bit and takes its reply (e37/transaction/reply, e37/data/either-side, e371/ptype/secs2, e371/session-id/data)",
      (wire) =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected(wire)
          const request = yield* start(session.request(SecsMessage.primary(2, 41, Item.A("START"))))
          const system = yield* peer.expect("000A 82 29 00 00 ???????? 4105 5354415254")
          yield* peer.send(`000A 02 2A 00 00 ${system} 2101 00`)
          assert.strictEqual(String(yield* Fiber.join(request)), "S2F42 <B 0x00>")
        })
    )

    scenario("sends a primary without W-bit and waits for nothing (e37/data/no-reply)", (wire) =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(wire)
        yield* session.send(SecsMessage.primary(6, 11, Item.U1(7)))
        const system = yield* peer.expect("000A 06 0B 00 00 ???????? A501 07")
        // Its reply, had it one, would settle nothing and is answered with nothing.
        yield* peer.send(`000A 06 0C 00 00 ${system}`)
        yield* peer.quiet
      })
    )

    for (const system of ["00000000", "00000001", "80000000", "FFFFFFFF"]) {
      scenario(
        `replies with stream, session id and system bytes ${system} of the primary, the next function and no W-bit (e37/transaction/reply-fields, e37/system-bytes/echo)`,
        (wire) =>
          Effect.gen(function* () {
            const { peer, primary } = yield* selected(wire)
            yield* peer.send(`000A 81 01 00 00 ${system}`)
            yield* (yield* primary).reply(Item.L())
            yield* peer.expect(`000A 01 02 00 00 ${system} 0100`)
          })
      )
    }

    scenario("may abort the transaction of a primary with SxF0 (e37/transaction/abort-sent)", (wire) =>
      Effect.gen(function* () {
        const { peer, primary } = yield* selected(wire)
        yield* peer.send("000A 87 11 00 00 0A0B0C0D")
        yield* (yield* primary).abort
        yield* peer.expect("000A 07 00 00 00 0A0B0C0D")
      })
    )

    scenario("ends a transaction on SxF0 (e37/transaction/abort)", (wire) =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(wire)
        const request = yield* start(Effect.flip(session.request(s1f1)))
        const system = yield* peer.expect("000A 81 01 00 00 ????????")
        yield* peer.send(`000A 01 00 00 00 ${system}`)
        assert.deepStrictEqual((yield* Fiber.join(request)).reason, { _tag: "Aborted" })
      })
    )

    scenario(
      "keeps fifty transactions open and takes their replies in any order (e37/transaction/concurrent, e37/system-bytes/unique)",
      (wire) =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected(wire)
          const requests = yield* Effect.forEach(Array.from({ length: 50 }), (_, n) =>
            start(session.request(SecsMessage.primary(1, 3, Item.U1(n))))
          )
          const systems: Array<string> = []
          for (let n = 0; n < 50; n++) {
            const text = n.toString(16).padStart(2, "0")
            systems.push(yield* peer.expect(`000A 81 03 00 00 ???????? A501 ${text}`))
          }
          assert.strictEqual(new Set(systems).size, 50)
          for (let n = 0; n < 50; n++) {
            // 7 has no divisor in common with 50, so every one comes once.
            const at = (n * 7 + 3) % 50
            yield* peer.send(`000A 01 04 00 00 ${systems[at]} A501 ${at.toString(16).padStart(2, "0")}`)
          }
          const replies = yield* Effect.forEach(requests, Fiber.join)
          assert.deepStrictEqual(
            replies.map(String),
            requests.map((_, n) => `S1F4 <U1 ${n}>`)
          )
        })
    )

    scenario(
      "takes a primary with the system bytes of its own open one for a primary (e37/transaction/both-directions)",
      (wire) =>
        Effect.gen(function* () {
          const { peer, primary, session } = yield* selected(wire)
          const request = yield* start(session.request(s1f1))
          const system = yield* peer.expect("000A 81 01 00 00 ????????")
          yield* peer.send(`000A 81 01 00 00 ${system}`)
          yield* (yield* primary).reply()
          yield* peer.expect(`000A 01 02 00 00 ${system}`)
          yield* peer.send(`000A 01 02 00 00 ${system}`)
          assert.strictEqual(String(yield* Fiber.join(request)), "S1F2")
        })
    )

    scenario("fails on another stream or function than its reply has (e37/transaction/unexpected-function)", (wire) =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(wire)
        for (const [header, stream, function_] of [
          ["01 04", 1, 4],
          ["02 02", 2, 2]
        ] as const) {
          const request = yield* start(Effect.flip(session.request(s1f1)))
          const system = yield* peer.expect("000A 81 01 00 00 ????????")
          yield* peer.send(`000A ${header} 00 00 ${system}`)
          assert.deepStrictEqual((yield* Fiber.join(request)).reason, {
            _tag: "UnexpectedReply",
            stream,
            function: function_
          })
        }
      })
    )

    scenario(
      "settles nothing with an orphan, a duplicate or a foreign reply, and answers none (e37/transaction/orphan, e37/transaction/duplicate, e37/transaction/session-id)",
      (wire) =>
        Effect.gen(function* () {
          const { event, peer, session } = yield* selected(wire)
          yield* peer.send("000A 01 02 00 00 7A000001")
          assert.strictEqual((yield* event("UnmatchedReply")).kind, "Orphan")
          const request = yield* start(session.request(s1f1))
          const system = yield* peer.expect("000A 81 01 00 00 ????????")
          yield* peer.send(`000B 01 02 00 00 ${system}`)
          assert.strictEqual((yield* event("UnmatchedReply")).kind, "Mismatched")
          yield* peer.send(`000A 01 02 00 00 ${system}`, `000A 01 02 00 00 ${system} 0100`)
          assert.strictEqual(String(yield* Fiber.join(request)), "S1F2")
          assert.strictEqual((yield* event("UnmatchedReply")).kind, "Duplicate")
        })
    )

    scenario(
      "fails with T3 the transaction and nothing else (e37/t3/expires, e371/failure/t3-stays, e37/transaction/late)",
      (wire) =>
        Effect.gen(function* () {
          const { event, peer, session } = yield* selected(wire, { role: "host", timers: { t3: "100 millis" } })
          const request = yield* start(Effect.flip(session.request(s1f1)))
          const system = yield* peer.expect("000A 81 01 00 00 ????????")
          yield* peer.quiet
          yield* wire.elapse("110 millis")
          assert.strictEqual((yield* Fiber.join(request)).reason._tag, "ReplyTimeout")
          yield* peer.send(`000A 01 02 00 00 ${system}`)
          assert.strictEqual((yield* event("UnmatchedReply")).kind, "Late")
          yield* peer.quiet
          assert.strictEqual(yield* session.state, "Selected")
        })
    )

    scenario("never uses the system bytes of a transaction that has just ended (e37/system-bytes/recent)", (wire) =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(wire)
        const systems: Array<string> = []
        for (let n = 0; n < 20; n++) {
          const request = yield* start(session.request(s1f1))
          const system = yield* peer.expect("000A 81 01 00 00 ????????")
          systems.push(system)
          yield* peer.send(`000A 01 02 00 00 ${system}`)
          yield* Fiber.join(request)
        }
        assert.strictEqual(new Set(systems).size, 20)
      })
    )

    scenario("counts data and control messages with one counter (e37/system-bytes/one-counter)", (wire) =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(wire)
        yield* session.send(s1f1)
        const first = Number.parseInt(yield* peer.expect("000A 01 01 00 00 ????????"), 16)
        const linktest = yield* start(session.linktest)
        const second = yield* peer.expect("FFFF 00 00 00 05 ????????")
        yield* peer.send(`FFFF 00 00 00 06 ${second}`)
        yield* Fiber.join(linktest)
        yield* session.send(s1f1)
        const third = Number.parseInt(yield* peer.expect("000A 01 01 00 00 ????????"), 16)
        const after = (system: number): number => (system === 0xffff_ffff ? 1 : system + 1)
        assert.strictEqual(Number.parseInt(second, 16), after(first))
        assert.strictEqual(third, after(after(first)))
      })
    )

    scenario(
      "settles what is open when the peer closes TCP (e37/state/transactions-fail, e37/state/disconnected)",
      (wire) =>
        Effect.gen(function* () {
          const { event, peer, session } = yield* selected(wire)
          const requests = yield* Effect.forEach([1, 2, 3], () => start(Effect.flip(session.request(s1f1))))
          for (let n = 0; n < 3; n++) yield* peer.expect("000A 81 01 00 00 ????????")
          yield* peer.close
          const reasons = yield* Effect.forEach(requests, Fiber.join)
          assert.deepStrictEqual(
            reasons.map(({ reason }) => reason._tag === "ConnectionLost" && reason.cause._tag),
            ["TcpClosed", "TcpClosed", "TcpClosed"]
          )
          assert.strictEqual((yield* event("Disconnected")).openTransactions, 3)
          assert.strictEqual(yield* session.state, "NotConnected")
        })
    )
  })
}

describe("a reply", () => {
  scenario("to a primary of an earlier connection goes nowhere (e37/transaction/reply-same-connection)", (wire) =>
    Effect.gen(function* () {
      const { event, peer, primary } = yield* kit.passiveSelected(wire)
      yield* peer.send("000A 81 01 00 00 00000021")
      const old = yield* primary
      yield* peer.close
      yield* event("Disconnected")
      const next = yield* kit.open(wire.active)
      yield* next.send("FFFF 00 00 00 01 00000002")
      yield* next.expect("FFFF 00 00 00 02 00000002")
      assert.strictEqual((yield* Effect.flip(old.reply())).reason._tag, "ConnectionLost")
      yield* next.quiet
    })
  )

  scenario("is refused where none is expected, and the second time (e37/transaction/reply-refused)", (wire) =>
    Effect.gen(function* () {
      const { peer, primary } = yield* kit.passiveSelected(wire)
      yield* peer.send("000A 06 0B 00 00 00000021", "000A 81 01 00 00 00000022")
      assert.strictEqual((yield* Effect.flip((yield* primary).reply())).reason._tag, "NoReplyExpected")
      const asked = yield* primary
      yield* asked.reply()
      assert.strictEqual((yield* Effect.flip(asked.reply())).reason._tag, "AlreadyReplied")
      yield* peer.expect("000A 01 02 00 00 00000022")
      yield* peer.quiet
    })
  )
})

describe("the session id", () => {
  scenario(
    "of data for another device is answered by equipment with S9F1, and the message dropped (e371/session-id/equipment)",
    (wire) =>
      Effect.gen(function* () {
        const { event, peer } = yield* kit.passiveSelected(wire, { role: "equipment" })
        yield* peer.send("000B 81 01 00 00 0A0B0C0D")
        // <B [10] MHEAD>
        yield* peer.expect("000A 09 01 00 00 ???????? 210A 000B 81 01 00 00 0A0B0C0D")
        assert.isTrue((yield* event("SessionIdMismatch")).dropped)
        yield* peer.quiet
      })
  )

  scenario("of data for another device makes a host drop the message and say nothing (e371/session-id/host)", (wire) =>
    Effect.gen(function* () {
      const { event, peer } = yield* kit.activeSelected(wire, { role: "host" })
      yield* peer.send("000B 81 01 00 00 0A0B0C0D")
      assert.isTrue((yield* event("SessionIdMismatch")).dropped)
      yield* peer.quiet
    })
  )

  for (const sessionIdPolicy of ["warn", "accept"] as const) {
    scenario(
      `of data for another device is delivered where it is to be: ${sessionIdPolicy} (e371/session-id/lenient)`,
      (wire) =>
        Effect.gen(function* () {
          const { peer, primary } = yield* kit.passiveSelected(wire, { sessionIdPolicy })
          yield* peer.send("000B 81 01 00 00 0A0B0C0D")
          const one = yield* primary
          assert.strictEqual(one.sessionId, 11)
          yield* one.reply()
          yield* peer.expect("000B 01 02 00 00 0A0B0C0D")
        })
    )
  }

  scenario(
    "of a control message is taken as it comes and repeated (e371/session-id/control-any, e37/header/response-echo)",
    (wire) =>
      Effect.gen(function* () {
        yield* kit.passive(wire)
        const peer = yield* kit.open(wire.active)
        yield* peer.send("000A 00 00 00 01 0A0B0C0D", "0000 00 00 00 05 FFFFFFFF", "7FFF 00 00 00 03 00000000")
        yield* peer.expect("000A 00 00 00 02 0A0B0C0D")
        yield* peer.expect("0000 00 00 00 06 FFFFFFFF")
        yield* peer.expect("7FFF 00 00 00 04 00000000")
      })
  )

  scenario("of control messages it starts is FFFF, whatever its device id (e371/session-id/control)", (wire) =>
    Effect.gen(function* () {
      const { close, peer, session } = yield* kit.activeSelected(wire, { sessionId: 0x7fff })
      const linktest = yield* start(session.linktest)
      const system = yield* peer.expect("FFFF 00 00 00 05 ????????")
      yield* peer.send(`FFFF 00 00 00 06 ${system}`)
      yield* Fiber.join(linktest)
      yield* close
      yield* peer.expect("FFFF 00 00 00 09 ????????")
    })
  )

  scenario("of data is the device id up to 32767 (e371/session-id/data)", (wire) =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected(wire, { sessionId: 0x7fff })
      yield* session.send(s1f1)
      yield* peer.expect("7FFF 01 01 00 00 ????????")
    })
  )
})

describe("stream 9", () => {
  scenario("equipment reports T3 with S9F9 and the header of its primary (e37/t3/equipment-reports)", (wire) =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected(wire, { role: "equipment", timers: { t3: "100 millis" } })
      const request = yield* start(Effect.flip(session.request(s1f1)))
      const system = yield* peer.expect("000A 81 01 00 00 ????????")
      yield* peer.quiet
      yield* wire.elapse("110 millis")
      yield* peer.expect(`000A 09 09 00 00 ???????? 210A 000A 81 01 00 00 ${system}`)
      assert.strictEqual((yield* Fiber.join(request)).reason._tag, "ReplyTimeout")
    })
  )

  scenario("a host fails the transaction it names, at once (e37/transaction/error-reported)", (wire) =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected(wire, { role: "host" })
      const request = yield* start(Effect.flip(session.request(s1f1)))
      const system = yield* peer.expect("000A 81 01 00 00 ????????")
      yield* peer.send(`000A 09 05 00 00 00000001 210A 000A 81 01 00 00 ${system}`)
      assert.deepStrictEqual((yield* Fiber.join(request)).reason, { _tag: "ErrorReported", function: 5 })
    })
  )
})

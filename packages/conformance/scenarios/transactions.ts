/** SEMI E37: transactions and system bytes, message by message. */
import { Item, SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as assert from "node:assert/strict"
import { everywhere, s1f1, start } from "./kit.ts"

const requests = [
  everywhere("a primary with W-bit is sent, and its reply taken (e37/transaction/reply, e37/data/either-side)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected()
      const request = yield* start(session.request(SecsMessage.primary(2, 41, Item.A("START"))))
      const system = yield* peer.expect("000A 82 29 00 00 ???????? 4105 5354415254")
      yield* peer.send(`000A 02 2A 00 00 ${system} 2101 00`)
      assert.strictEqual(String(yield* Fiber.join(request)), "S2F42 <B 0x00>")
    })
  ),

  everywhere(
    "fifty transactions are open, and their replies come in any order (e37/transaction/concurrent, e37/system-bytes/unique)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
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
  ),

  everywhere(
    "a primary with the system bytes of an open one of ours is a primary (e37/transaction/both-directions)",
    (at) =>
      Effect.gen(function* () {
        const { peer, primary, session } = yield* at.selected()
        const request = yield* start(session.request(s1f1))
        const system = yield* peer.expect("000A 81 01 00 00 ????????")
        yield* peer.send(`000A 81 01 00 00 ${system}`)
        yield* (yield* primary).reply()
        yield* peer.expect(`000A 01 02 00 00 ${system}`)
        yield* peer.send(`000A 01 02 00 00 ${system}`)
        assert.strictEqual(String(yield* Fiber.join(request)), "S1F2")
      })
  ),

  everywhere("SxF0 ends a transaction without its reply (e37/transaction/abort)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected()
      const request = yield* start(Effect.flip(session.request(s1f1)))
      const system = yield* peer.expect("000A 81 01 00 00 ????????")
      yield* peer.send(`000A 01 00 00 00 ${system}`)
      assert.strictEqual((yield* Fiber.join(request)).reason._tag, "Aborted")
    })
  ),

  everywhere(
    "another stream or function than the reply has fails its transaction (e37/transaction/unexpected-function)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
        for (const [header, stream, function_] of [
          ["01 04", 1, 4],
          ["02 02", 2, 2]
        ] as const) {
          const request = yield* start(Effect.flip(session.request(s1f1)))
          const system = yield* peer.expect("000A 81 01 00 00 ????????")
          yield* peer.send(`000A ${header} 00 00 ${system}`)
          const { reason } = yield* Fiber.join(request)
          assert.ok(reason._tag === "UnexpectedReply")
          assert.deepStrictEqual([reason.stream, reason.function], [stream, function_])
        }
      })
  ),

  everywhere("a reply that is no SECS-II item fails its transaction (e37/transaction/undecodable-reply)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected()
      const request = yield* start(Effect.flip(session.request(s1f1)))
      const system = yield* peer.expect("000A 81 01 00 00 ????????")
      yield* peer.send(`000A 01 02 00 00 ${system} A502 FF`)
      assert.strictEqual((yield* Fiber.join(request)).reason._tag, "UndecodableReply")
      yield* peer.quiet
    })
  ),

  everywhere(
    "a secondary to nothing, a second one, and one with another session id settle nothing and are not answered (e37/transaction/orphan, e37/transaction/duplicate, e37/transaction/session-id)",
    (at) =>
      Effect.gen(function* () {
        // Equipment would report another session id, which is another requirement.
        const { event, peer, session } = yield* at.selected()
        yield* peer.send("000A 01 02 00 00 7A000001")
        assert.strictEqual((yield* event("UnmatchedReply")).kind, "Orphan")
        const request = yield* start(session.request(s1f1))
        const system = yield* peer.expect("000A 81 01 00 00 ????????")
        yield* peer.send(`000B 01 02 00 00 ${system}`)
        if (at.role === "equipment") yield* peer.expect(`000A 09 01 00 00 ???????? 210A 000B 01 02 00 00 ${system}`)
        assert.strictEqual((yield* event("UnmatchedReply")).kind, "Mismatched")
        yield* peer.send(`000A 01 02 00 00 ${system}`, `000A 01 02 00 00 ${system} 0100`)
        assert.strictEqual(String(yield* Fiber.join(request)), "S1F2")
        assert.strictEqual((yield* event("UnmatchedReply")).kind, "Duplicate")
        yield* peer.quiet
      })
  ),

  everywhere(
    "a caller that gives up frees its transaction, whose reply is then late (e37/transaction/interrupted)",
    (at) =>
      Effect.gen(function* () {
        const { event, peer, session } = yield* at.selected()
        const request = yield* start(session.request(s1f1))
        const system = yield* peer.expect("000A 81 01 00 00 ????????")
        yield* Fiber.interrupt(request)
        yield* peer.send(`000A 01 02 00 00 ${system}`)
        assert.strictEqual((yield* event("UnmatchedReply")).kind, "Late")
        yield* peer.quiet
      })
  )
]

const replies = [
  ...["00000000", "00000001", "80000000", "FFFFFFFF"].map((system) =>
    everywhere(
      `a reply has stream, session id and system bytes ${system} of its primary, the next function and no W-bit (e37/transaction/reply-fields, e37/system-bytes/echo)`,
      (at) =>
        Effect.gen(function* () {
          const { peer, primary } = yield* at.selected()
          yield* peer.send(`000A 81 01 00 00 ${system}`)
          yield* (yield* primary).reply(Item.L())
          yield* peer.expect(`000A 01 02 00 00 ${system} 0100`)
        })
    )
  ),

  everywhere("the receiver of a primary may end its transaction with SxF0 (e37/transaction/abort-sent)", (at) =>
    Effect.gen(function* () {
      const { peer, primary } = yield* at.selected()
      yield* peer.send("000A 87 11 00 00 0A0B0C0D")
      yield* (yield* primary).abort
      yield* peer.expect("000A 07 00 00 00 0A0B0C0D")
    })
  ),

  everywhere(
    "a reply where none is expected, and a second one, are refused and not written (e37/transaction/reply-refused)",
    (at) =>
      Effect.gen(function* () {
        const { peer, primary } = yield* at.selected()
        yield* peer.send("000A 06 0B 00 00 00000021", "000A 81 01 00 00 00000022")
        assert.strictEqual((yield* Effect.flip((yield* primary).reply())).reason._tag, "NoReplyExpected")
        const asked = yield* primary
        yield* asked.reply()
        assert.strictEqual((yield* Effect.flip(asked.reply())).reason._tag, "AlreadyReplied")
        yield* peer.expect("000A 01 02 00 00 00000022")
        yield* peer.quiet
      })
  ),

  everywhere(
    "a reply to a primary of an earlier connection goes nowhere (e37/transaction/reply-same-connection)",
    (at) =>
      Effect.gen(function* () {
        const entity = yield* at.selected()
        yield* entity.peer.send("000A 81 01 00 00 00000021")
        const old = yield* entity.primary
        yield* entity.peer.close
        yield* entity.event("Disconnected")
        const next = yield* at.again(entity)
        assert.strictEqual((yield* Effect.flip(old.reply())).reason._tag, "ConnectionLost")
        yield* next.quiet
      })
  )
]

const systemBytes = [
  everywhere("system bytes of a transaction that has just ended are not used again (e37/system-bytes/recent)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected()
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
  ),

  everywhere("data and control messages are counted with one counter (e37/system-bytes/one-counter)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected()
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
]

export const transactions = [...requests, ...replies, ...systemBytes]

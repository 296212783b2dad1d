/** SEMI E37 and E37.1: data messages, session ids and stream 9, message by message. */
import { Item, SecsMessage } from "@effect-secs/codec"
import { Session } from "@effect-secs/session"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as assert from "node:assert/strict"
import { asEquipment, asHost, everywhere, s1f1, Stage, start } from "./kit.ts"

const { SecsMessage: Message } = SecsMessage

const messages = [
  everywhere(
    "primaries are handed over in order, with stream, function, W-bit and item (e37/data/delivered, e37/data/order, e37/data/either-side, e37/data/header-only)",
    (at) =>
      Effect.gen(function* () {
        const { peer, primary } = yield* at.selected()
        yield* peer.send(
          "000A 81 01 00 00 00000021",
          "000A 86 0B 00 00 00000022 0102 4103 4F4E45 A501 07",
          "000A 05 01 00 00 00000023 0100"
        )
        const seen = [yield* primary, yield* primary, yield* primary]
        assert.deepStrictEqual(
          seen.map(({ message, sessionId, systemBytes }) => [
            String(message),
            message.item === undefined,
            sessionId,
            systemBytes
          ]),
          [
            ["S1F1 W", true, 10, 0x21],
            ['S6F11 W <L [2] <A "ONE"> <U1 7>>', false, 10, 0x22],
            ["S5F1 <L [0]>", false, 10, 0x23]
          ]
        )
      })
  ),

  everywhere("a primary without W-bit is sent, and nothing awaited (e37/data/no-reply, e37/data/either-side)", (at) =>
    Effect.gen(function* () {
      const { event, peer, session } = yield* at.selected()
      yield* session.send(SecsMessage.primary(6, 11, Item.U1(7)))
      const system = yield* peer.expect("000A 06 0B 00 00 ???????? A501 07")
      yield* peer.send(`000A 06 0C 00 00 ${system}`)
      assert.strictEqual((yield* event("UnmatchedReply")).kind, "Orphan")
      yield* peer.quiet
    })
  ),

  everywhere(
    "what the user sends outside SELECTED is refused at once and not written (e37/data/not-selected-sent)",
    (at) =>
      Effect.gen(function* () {
        const entity = yield* at.connected()
        const { peer, session } = entity
        for (const refused of [session.request(s1f1), session.send(s1f1)]) {
          const { reason } = yield* Effect.flip(Effect.asVoid(refused))
          assert.strictEqual(reason._tag === "NotSelected" && reason.state, "NotSelected")
        }
        yield* peer.quiet
        yield* peer.close
        yield* entity.event("Disconnected")
        assert.strictEqual((yield* Effect.flip(session.send(s1f1))).reason._tag, "NotSelected")
      })
  ),

  everywhere("what SECS-II does not allow is refused at once and not written (e37/data/illegal-unsendable)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected()
      for (const message of [
        SecsMessage.secondary(1, 2),
        new Message(0, 1, true, undefined),
        new Message(128, 1, true, undefined),
        new Message(1, 2, true, undefined),
        new Message(1, 257, true, undefined)
      ]) {
        for (const refused of [session.request(message), session.send(message)]) {
          assert.strictEqual((yield* Effect.flip(Effect.asVoid(refused))).reason._tag, "Unsendable", String(message))
        }
      }
      yield* peer.quiet
    })
  ),

  everywhere("a reply with a W-bit is taken, warned of and not answered (e37/data/w-on-secondary)", (at) =>
    Effect.gen(function* () {
      const { event, peer, session } = yield* at.selected()
      const request = yield* start(session.request(s1f1))
      const system = yield* peer.expect("000A 81 01 00 00 ????????")
      yield* peer.send(`000A 81 02 00 00 ${system}`)
      assert.strictEqual((yield* Fiber.join(request)).name, "S1F2")
      assert.strictEqual((yield* event("ProtocolWarning")).what, "WBitOnSecondary")
      yield* peer.quiet
    })
  ),

  everywhere("a primary of stream 0 is delivered and warned of (e37/data/stream-zero)", (at) =>
    Effect.gen(function* () {
      const { event, peer, primary } = yield* at.selected()
      yield* peer.send("000A 80 01 00 00 00000021")
      assert.strictEqual((yield* primary).message.name, "S0F1")
      assert.strictEqual((yield* event("ProtocolWarning")).what, "StreamZero")
      yield* peer.quiet
    })
  ),

  everywhere("a primary with W-bit that nobody can take is answered with SxF0 (e37/data/unhandled)", (at) =>
    Effect.gen(function* () {
      const { peer } = yield* at.selected({ primaryCapacity: 1 })
      yield* peer.send("000A 86 0B 00 00 00000021", "000A 86 0B 00 00 00000022", "000A 06 0B 00 00 00000023")
      yield* peer.expect("000A 06 00 00 00 00000022")
      yield* peer.quiet
    })
  ),

  everywhere(
    "a primary whose handler fails is answered with SxF0, and the next is served (e37/transaction/handler-fails)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
        const serve = Session.serve((primary) =>
          primary.message.function === 1 ? Effect.die("a bug") : primary.reply(Item.L())
        )
        yield* start(Effect.provideService(serve, Session.Session, session))
        yield* peer.send("000A 81 01 00 00 00000021", "000A 81 03 00 00 00000022")
        yield* peer.expect("000A 01 00 00 00 00000021")
        yield* peer.expect("000A 01 04 00 00 00000022 0100")
      })
  )
]

const sessionIds = [
  asEquipment(
    "data for another device is answered by equipment with S9F1, and dropped (e371/session-id/equipment, e5/stream-9/fields)",
    (at) =>
      Effect.gen(function* () {
        const { event, peer } = yield* at.selected()
        yield* peer.send("000B 81 01 00 00 0A0B0C0D")
        // <B [10] MHEAD>
        const system = yield* peer.expect("000A 09 01 00 00 ???????? 210A 000B 81 01 00 00 0A0B0C0D")
        assert.notStrictEqual(system, "0a0b0c0d")
        assert.strictEqual((yield* event("SessionIdMismatch")).dropped, true)
        yield* peer.quiet
      })
  ),

  asHost("data for another device makes a host drop it and say nothing (e371/session-id/host)", (at) =>
    Effect.gen(function* () {
      const { event, peer } = yield* at.selected()
      yield* peer.send("000B 81 01 00 00 0A0B0C0D")
      assert.strictEqual((yield* event("SessionIdMismatch")).dropped, true)
      yield* peer.quiet
    })
  ),

  ...(["warn", "accept"] as const).map((sessionIdPolicy) =>
    everywhere(
      `data for another device is delivered where that is wanted: ${sessionIdPolicy} (e371/session-id/lenient)`,
      (at) =>
        Effect.gen(function* () {
          const { peer, primary } = yield* at.selected({ sessionIdPolicy })
          yield* peer.send("000B 81 01 00 00 0A0B0C0D")
          const one = yield* primary
          assert.strictEqual(one.sessionId, 11)
          yield* one.reply()
          yield* peer.expect("000B 01 02 00 00 0A0B0C0D")
        })
    )
  ),

  everywhere(
    "a control message is taken with any session id, which its response repeats (e371/session-id/control-any, e37/header/response-echo)",
    (at) =>
      Effect.gen(function* () {
        const { peer } = yield* at.connected()
        yield* peer.send("000A 00 00 00 01 0A0B0C0D", "0000 00 00 00 05 FFFFFFFF", "7FFF 00 00 00 03 00000000")
        yield* peer.expect("000A 00 00 00 02 0A0B0C0D")
        yield* peer.expect("0000 00 00 00 06 FFFFFFFF")
        yield* peer.expect("7FFF 00 00 00 04 00000000")
      })
  ),

  everywhere(
    "control messages it starts have session id FFFF, whatever the device id (e371/session-id/control)",
    (at) =>
      Effect.gen(function* () {
        const { close, peer, session } = yield* at.selected({ sessionId: 0x7fff })
        const linktest = yield* start(session.linktest)
        yield* peer.send(`FFFF 00 00 00 06 ${yield* peer.expect("FFFF 00 00 00 05 ????????")}`)
        yield* Fiber.join(linktest)
        yield* close
        yield* peer.expect("FFFF 00 00 00 09 ????????")
      })
  ),

  ...[0, 10, 0x7fff].map((sessionId) =>
    everywhere(`data has the device id: ${sessionId} (e371/session-id/data, e371/ptype/secs2)`, (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected({ sessionId })
        yield* session.send(s1f1)
        yield* peer.expect(`${sessionId.toString(16).padStart(4, "0")} 01 01 00 00 ????????`)
      })
    )
  )
]

const streamNine = [
  asEquipment(
    "text that is no SECS-II item is reported by equipment with S9F7, and SxF0 ends its transaction (e5/stream-9/undecodable, e5/stream-9/fields, e37/data/undecodable-aborted)",
    (at) =>
      Effect.gen(function* () {
        const { peer } = yield* at.selected()
        yield* peer.send("000A 86 0B 00 00 0A0B0C0D A502 FF", "000A 06 0B 00 00 0A0B0C0E A502 FF")
        const first = yield* peer.expect("000A 09 07 00 00 ???????? 210A 000A 86 0B 00 00 0A0B0C0D")
        yield* peer.expect("000A 06 00 00 00 0A0B0C0D")
        const second = yield* peer.expect("000A 09 07 00 00 ???????? 210A 000A 06 0B 00 00 0A0B0C0E")
        assert.strictEqual(new Set([first, second, "0a0b0c0d", "0a0b0c0e"]).size, 4)
        yield* peer.quiet
      })
  ),

  asHost(
    "a host sends no stream 9: not for text that is no SECS-II item, which SxF0 ends, nor for another device (e5/stream-9/host-never, e37/data/undecodable-aborted)",
    (at) =>
      Effect.gen(function* () {
        const { peer } = yield* at.selected()
        yield* peer.send(
          "000A 06 0B 00 00 0A0B0C0E A502 FF",
          "000A 86 0B 00 00 0A0B0C0D A502 FF",
          "000B 81 01 00 00 0A0B0C0F"
        )
        yield* peer.expect("000A 06 00 00 00 0A0B0C0D")
        yield* peer.quiet
      })
  ),

  asEquipment(
    "stream 9 that is wrong in every way is not reported with stream 9 (e5/stream-9/never-about-itself)",
    (at) =>
      Effect.gen(function* () {
        const { peer } = yield* at.selected()
        yield* peer.send("000B 09 01 00 00 00000021", "000A 09 07 00 00 00000022 A502 FF")
        yield* peer.quiet
      })
  ),

  asHost(
    "stream 9 with the header of an open primary fails that transaction at once (e37/transaction/error-reported)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
        for (const function_ of [1, 3, 5, 7, 11]) {
          const request = yield* start(Effect.flip(session.request(s1f1)))
          const system = yield* peer.expect("000A 81 01 00 00 ????????")
          const byte3 = function_.toString(16).padStart(2, "0")
          yield* peer.send(`000A 09 ${byte3} 00 00 00000001 210A 000A 81 01 00 00 ${system}`)
          const { reason } = yield* Fiber.join(request)
          assert.strictEqual(reason._tag === "ErrorReported" && reason.function, function_)
        }
      })
  )
]

/** Two sessions of ours, of which the one under test is on the side and in the role of the run. */
const both = (at: Stage) =>
  Effect.gen(function* () {
    const one = yield* at.alone()
    const other = new Stage(at.wire, {
      transport: at.transport,
      mode: at.active ? "passive" : "active",
      role: at.role === "host" ? "equipment" : "host"
    })
    const two = yield* other.alone()
    yield* one.session.awaitSelected
    yield* two.session.awaitSelected
    return { one, two }
  })

const roles = [
  everywhere("two sessions select each other and talk both ways, whoever is host (e371/role/independent)", (at) =>
    Effect.gen(function* () {
      const { one, two } = yield* both(at)
      for (const [from, to] of [
        [one, two],
        [two, one]
      ] as const) {
        const asked = yield* start(from.session.request(s1f1))
        yield* (yield* to.primary).reply()
        assert.strictEqual(String(yield* Fiber.join(asked)), "S1F2")
      }
    })
  )
]

export const data = [...messages, ...sessionIds, ...streamNine, ...roles]

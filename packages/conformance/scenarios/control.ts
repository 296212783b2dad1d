/** SEMI E37 and E37.1: the Deselect, Linktest, Separate and Reject procedures, message by message. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as assert from "node:assert/strict"
import { everywhere, s1f1, start } from "./kit.ts"

const deselect = [
  everywhere(
    "Deselect.req is answered with status 0, then with status 1, and Select.req again with status 0; TCP stays (e37/deselect/accepts, e37/deselect/not-selected, e37/deselect/select-again)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
        yield* peer.send("FFFF 00 00 00 03 00000021")
        yield* peer.expect("FFFF 00 00 00 04 00000021")
        assert.strictEqual(yield* session.state, "NotSelected")
        yield* peer.send("FFFF 00 00 00 03 00000022", "FFFF 00 00 00 01 00000023")
        yield* peer.expect("FFFF 00 01 00 04 00000022")
        yield* peer.expect("FFFF 00 00 00 02 00000023")
        assert.strictEqual(yield* session.state, "Selected")
      })
  ),

  everywhere(
    "Deselect fails the open transactions, and their late replies are rejected (e37/deselect/transactions)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
        const request = yield* start(Effect.flip(session.request(s1f1)))
        const system = yield* peer.expect("000A 81 01 00 00 ????????")
        yield* peer.send("FFFF 00 00 00 03 00000021", `000A 01 02 00 00 ${system}`)
        yield* peer.expect("FFFF 00 00 00 04 00000021")
        yield* peer.expect(`000A 00 04 00 07 ${system}`)
        const { reason } = yield* Fiber.join(request)
        assert.strictEqual(reason._tag === "ConnectionLost" && reason.cause._tag, "Deselected")
      })
  ),

  everywhere("Deselect.req is answered with status 2 while the entity is busy (e37/deselect/busy)", (at) =>
    Effect.gen(function* () {
      let busy = true
      const { peer, session } = yield* at.selected({ busy: () => busy })
      yield* peer.send("FFFF 00 00 00 03 00000021")
      yield* peer.expect("FFFF 00 02 00 04 00000021")
      assert.strictEqual(yield* session.state, "Selected")
      busy = false
      yield* peer.send("FFFF 00 00 00 03 00000022")
      yield* peer.expect("FFFF 00 00 00 04 00000022")
    })
  ),

  everywhere(
    "Deselect.req that the user asks for ends the session with status 0, and TCP stays (e37/deselect/initiates, e37/deselect/session-id)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
        const ended = yield* start(session.deselect)
        const system = yield* peer.expect("FFFF 00 00 00 03 ????????")
        assert.strictEqual(yield* session.state, "Selected")
        yield* peer.send(`FFFF 00 00 00 04 ${system}`)
        yield* Fiber.join(ended)
        assert.strictEqual(yield* session.state, "NotSelected")
        yield* peer.quiet
      })
  ),

  everywhere("Deselect that is refused or rejected leaves the session as it is (e37/deselect/refused)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected()
      for (const answer of ["00 01 00 04", "00 02 00 04", "03 01 00 07"]) {
        const ended = yield* start(Effect.flip(session.deselect))
        const system = yield* peer.expect("FFFF 00 00 00 03 ????????")
        yield* peer.send(`FFFF ${answer} ${system}`)
        const { reason } = yield* Fiber.join(ended)
        assert.strictEqual(reason._tag, answer.endsWith("07") ? "Rejected" : "DeselectRefused")
        assert.strictEqual(yield* session.state, "Selected")
      }
      yield* peer.quiet
    })
  ),

  everywhere("Deselect of both sides at once ends the session once (e37/deselect/simultaneous)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected()
      const ended = yield* start(session.deselect)
      const system = yield* peer.expect("FFFF 00 00 00 03 ????????")
      yield* peer.send("FFFF 00 00 00 03 00000021")
      yield* peer.expect("FFFF 00 00 00 04 00000021")
      assert.strictEqual(yield* session.state, "NotSelected")
      yield* peer.send(`FFFF 00 00 00 04 ${system}`)
      yield* Fiber.join(ended)
      yield* peer.quiet
      assert.strictEqual(yield* session.state, "NotSelected")
    })
  ),

  everywhere("a session that closes sends Separate.req and never Deselect.req (e371/deselect/not-sent)", (at) =>
    Effect.gen(function* () {
      const { close, peer } = yield* at.selected()
      yield* close
      yield* peer.expect("FFFF 00 00 00 09 ????????")
      yield* peer.closed
    })
  )
]

const linktest = [
  everywhere(
    "Linktest.req is answered in NOT SELECTED and in SELECTED (e37/linktest/not-selected, e37/linktest/selected, e37/linktest/either-side)",
    (at) =>
      Effect.gen(function* () {
        const entity = yield* at.alone()
        const peer = yield* at.peer
        if (!at.active) {
          yield* peer.send("FFFF 00 00 00 05 00000001")
          yield* peer.expect("FFFF 00 00 00 06 00000001")
          yield* at.select(entity, peer)
        } else {
          const select = yield* peer.expect("FFFF 00 00 00 01 ????????")
          yield* peer.send("FFFF 00 00 00 05 00000001")
          yield* peer.expect("FFFF 00 00 00 06 00000001")
          yield* peer.send(`FFFF 00 00 00 02 ${select}`)
          yield* entity.session.awaitSelected
        }
        yield* peer.send("FFFF 00 00 00 05 00000002")
        yield* peer.expect("FFFF 00 00 00 06 00000002")
      })
  ),

  everywhere(
    "Linktest.req that the user asks for has session id FFFF, and Linktest.rsp ends it (e37/linktest/session-id, e37/linktest/completes, e37/linktest/on-demand, e37/linktest/either-side)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
        const took = yield* start(session.linktest)
        const system = yield* peer.expect("FFFF 00 00 00 05 ????????")
        yield* peer.send(`FFFF 00 00 00 06 ${system}`)
        yield* Fiber.join(took)
        yield* peer.quiet
        assert.strictEqual(yield* session.state, "Selected")
      })
  ),

  everywhere("a peer that rejects Linktest.req counts as alive (e37/linktest/rejected)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected()
      const took = yield* start(session.linktest)
      const system = yield* peer.expect("FFFF 00 00 00 05 ????????")
      yield* peer.send(`FFFF 05 01 00 07 ${system}`)
      yield* Fiber.join(took)
      yield* peer.quiet
      assert.strictEqual(yield* session.state, "Selected")
    })
  )
]

const separate = [
  everywhere(
    "Separate.req in SELECTED ends session and TCP, transactions included, and nothing answers it (e37/separate/ends, e37/separate/no-response, e37/separate/either-side, e371/separate/closes)",
    (at) =>
      Effect.gen(function* () {
        const { event, peer, session } = yield* at.selected({ timers: { t5: "240 seconds" } })
        yield* peer.send("FFFF 00 00 00 09 0A0B0C0D")
        yield* peer.closed
        assert.strictEqual((yield* event("Disconnected")).reason._tag, "Separated")
        assert.strictEqual(yield* session.state, "NotConnected")
      })
  ),

  everywhere("Separate of either side fails the open transactions (e37/separate/transactions)", (at) =>
    Effect.gen(function* () {
      for (const who of ["peer", "session"] as const) {
        const { close, peer, session } = yield* at.selected()
        const request = yield* start(Effect.flip(session.request(s1f1)))
        yield* peer.expect("000A 81 01 00 00 ????????")
        if (who === "peer") yield* peer.send("FFFF 00 00 00 09 0A0B0C0D")
        else yield* close
        const { reason } = yield* Fiber.join(request)
        assert.strictEqual(
          reason._tag === "ConnectionLost" && reason.cause._tag,
          who === "peer" ? "Separated" : "LocalClose"
        )
        yield* close
      }
    })
  ),

  everywhere(
    "a session that closes sends Separate.req and closes TCP itself (e37/separate/sent-on-close, e37/separate/either-side, e371/separate/no-lingering)",
    (at) =>
      Effect.gen(function* () {
        const { close, peer } = yield* at.selected()
        yield* close
        yield* peer.expect("FFFF 00 00 00 09 ????????")
        yield* peer.closed
      })
  ),

  everywhere(
    "a session that closes in NOT SELECTED closes TCP and sends no Separate.req (e37/separate/only-selected)",
    (at) =>
      Effect.gen(function* () {
        const { close, peer } = yield* at.connected()
        yield* close
        yield* peer.closed
      })
  ),

  everywhere("no Separate.req follows a communication failure (e37/separate/not-after-failure)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected({ timers: { t6: "1 second" } })
      const linktest = yield* start(Effect.flip(session.linktest))
      yield* peer.expect("FFFF 00 00 00 05 ????????")
      yield* at.elapse("1 second")
      yield* Fiber.join(linktest)
      yield* peer.closed
    })
  ),

  everywhere("Separate.req in NOT SELECTED closes TCP (e371/separate/not-selected)", (at) =>
    Effect.gen(function* () {
      const { event, peer } = yield* at.connected()
      yield* peer.send("FFFF 00 00 00 09 00000009")
      yield* peer.closed
      assert.strictEqual((yield* event("Disconnected")).reason._tag, "Separated")
    })
  )
]

const reject = [
  everywhere(
    "an unknown SType is rejected with reason 1 and another PType with reason 2, whatever its SType, and nothing changes (e37/reject/stype, e37/reject/ptype, e37/reject/ptype-first, e37/reject/stays, e37/reject/echo)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
        yield* peer.send(
          "FFFF 00 00 00 08 0A0B0C0D",
          "000A 81 01 01 00 0A0B0C0E",
          "FFFF 00 00 02 C8 0A0B0C0F",
          "1234 00 00 00 FF FFFFFFFF"
        )
        yield* peer.expect("FFFF 08 01 00 07 0A0B0C0D")
        yield* peer.expect("000A 01 02 00 07 0A0B0C0E")
        yield* peer.expect("FFFF 02 02 00 07 0A0B0C0F")
        yield* peer.expect("1234 FF 01 00 07 FFFFFFFF")
        yield* peer.quiet
        assert.strictEqual(yield* session.state, "Selected")
      })
  ),

  everywhere(
    "responses to nothing are rejected with reason 3, and nothing changes (e37/reject/not-open, e37/reject/stays)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
        yield* peer.send("FFFF 00 00 00 02 7A000001", "FFFF 00 00 00 04 7A000002", "FFFF 00 00 00 06 7A000003")
        yield* peer.expect("FFFF 02 03 00 07 7A000001")
        yield* peer.expect("FFFF 04 03 00 07 7A000002")
        yield* peer.expect("FFFF 06 03 00 07 7A000003")
        assert.strictEqual(yield* session.state, "Selected")
      })
  ),

  everywhere("a data message in NOT SELECTED is rejected with reason 4 (e37/reject/not-selected)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.connected()
      yield* peer.send("000A 81 01 00 00 0A0B0C0D", "000A 01 02 00 00 0A0B0C0E")
      yield* peer.expect("000A 00 04 00 07 0A0B0C0D")
      yield* peer.expect("000A 00 04 00 07 0A0B0C0E")
      assert.strictEqual(yield* session.state, "NotSelected")
    })
  ),

  everywhere(
    "Reject.req fails the transaction it names and shows its reason, even a reserved one (e37/reject/fails-transaction, e37/reject/reserved-reason, e37/reject/stays)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
        for (const [reason, rejectReason] of [
          ["04", 4],
          ["FF", 255]
        ] as const) {
          const request = yield* start(Effect.flip(session.request(s1f1)))
          const system = yield* peer.expect("000A 81 01 00 00 ????????")
          yield* peer.send(`000A 00 ${reason} 00 07 ${system}`)
          const failed = (yield* Fiber.join(request)).reason
          assert.strictEqual(failed._tag === "Rejected" && failed.rejectReason, rejectReason)
        }
        yield* peer.quiet
        assert.strictEqual(yield* session.state, "Selected")
      })
  ),

  everywhere(
    "Reject.req that names nothing open is an event and is not answered (e37/reject/unmatched, e37/reject/never-rejected)",
    (at) =>
      Effect.gen(function* () {
        const { event, peer, session } = yield* at.selected()
        yield* peer.send("000A 00 04 00 07 7A000001", "FFFF 07 03 00 07 7A000002", "FFFF 00 00 00 07 7A000003")
        for (const last of [1, 2, 3]) {
          assert.strictEqual((yield* event("UnmatchedReject")).header.systemBytes, 0x7a00_0000 + last)
        }
        yield* peer.quiet
        assert.strictEqual(yield* session.state, "Selected")
      })
  )
]

export const control = [...deselect, ...linktest, ...separate, ...reject]

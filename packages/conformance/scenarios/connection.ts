/** SEMI E37 and E37.1: the TCP connection, the states and the Select procedure, message by message. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as assert from "node:assert/strict"
import { everywhere, onActive, onPassive, s1f1, start } from "./kit.ts"
import type { Peer } from "./wire.ts"

export const connection = [
  onPassive(
    "TCP and Select.req are accepted, and the session is SELECTED (e37/connect/passive-listens, e37/select/passive-accepts)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.connected()
        yield* peer.send("FFFF 00 00 00 01 0A0B0C0D")
        yield* peer.expect("FFFF 00 00 00 02 0A0B0C0D")
        assert.strictEqual(yield* session.state, "Selected")
      })
  ),

  onActive(
    "a session that is made dials at once, sends Select.req first and once, and is SELECTED by status 0 (e37/connect/active-dials, e37/connect/first-at-once, e37/select/active-sends, e371/select/first, e37/select/once, e37/select/established)",
    (at) =>
      Effect.gen(function* () {
        // T5 would hold the run up for longer than it may take.
        const { peer, select, session } = yield* at.connected({ timers: { t5: "240 seconds" } })
        yield* peer.quiet
        assert.strictEqual(yield* session.state, "NotSelected")
        yield* peer.send(`FFFF 00 00 00 02 ${select}`)
        yield* session.awaitSelected
        yield* peer.quiet
      })
  ),

  everywhere(
    "TCP leads to NOT SELECTED, Select to SELECTED, Deselect back, and the end of TCP to NOT CONNECTED (e37/state/connected, e37/state/selected, e37/state/deselected, e37/state/disconnected)",
    (at) =>
      Effect.gen(function* () {
        let ended = false
        const entity = yield* at.alone()
        const changes = yield* start(
          Stream.runCollect(Stream.takeUntil(entity.session.changes, (state) => state === "NotConnected" && ended))
        )
        const peer = yield* at.peer
        yield* at.select(entity, peer)
        yield* peer.send("FFFF 00 00 00 03 00000021")
        yield* peer.expect("FFFF 00 00 00 04 00000021")
        ended = true
        yield* peer.close
        const states = yield* Fiber.join(changes)
        assert.deepStrictEqual(states.slice(states.indexOf("NotSelected")), [
          "NotSelected",
          "Selected",
          "NotSelected",
          "NotConnected"
        ])
      })
  ),

  onPassive("nothing is sent before Select.req (e371/select/only-active)", (at) =>
    Effect.gen(function* () {
      const { peer } = yield* at.connected()
      yield* peer.quiet
    })
  ),

  onPassive("a data message right behind Select.req is delivered (e37/select/accept-first)", (at) =>
    Effect.gen(function* () {
      const { peer, primary } = yield* at.connected()
      yield* peer.send("FFFF 00 00 00 01 00000001", "000A 01 01 00 00 00000002")
      yield* peer.expect("FFFF 00 00 00 02 00000001")
      assert.strictEqual((yield* primary).systemBytes, 2)
      yield* peer.quiet
    })
  ),

  onActive(
    "a data message right behind the Select.req of a peer that selects first is delivered (e37/select/accept-first)",
    (at) =>
      Effect.gen(function* () {
        const { peer, primary } = yield* at.connected()
        yield* peer.send("FFFF 00 00 00 01 00000001", "000A 01 01 00 00 00000002")
        yield* peer.expect("FFFF 00 00 00 02 00000001")
        assert.strictEqual((yield* primary).systemBytes, 2)
      })
  ),

  onActive("a data message right behind Select.rsp is delivered (e37/select/established-first)", (at) =>
    Effect.gen(function* () {
      const { peer, primary, select } = yield* at.connected()
      yield* peer.send(`FFFF 00 00 00 02 ${select}`, "000A 01 01 00 00 00000002")
      assert.strictEqual((yield* primary).systemBytes, 2)
      yield* peer.quiet
    })
  ),

  everywhere(
    "Select.req in SELECTED is answered with status 1, and nothing changes (e37/select/already-selected)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
        yield* peer.send("FFFF 00 00 00 01 0A0B0C0D")
        yield* peer.expect("FFFF 00 01 00 02 0A0B0C0D")
        assert.strictEqual(yield* session.state, "Selected")
      })
  ),

  onActive("Select.req is answered as on the passive side, in either state (e371/select/to-active)", (at) =>
    Effect.gen(function* () {
      const { peer } = yield* at.connected()
      yield* peer.send("FFFF 00 00 00 01 00000001")
      yield* peer.expect("FFFF 00 00 00 02 00000001")
      yield* peer.send("FFFF 00 00 00 01 00000002")
      yield* peer.expect("FFFF 00 01 00 02 00000002")
    })
  ),

  everywhere(
    "Select.req while the entity is not ready is answered with status 2, and another is taken later (e37/select/not-ready)",
    (at) =>
      Effect.gen(function* () {
        let ready = false
        const { peer, session } = yield* at.connected({ ready: () => ready })
        yield* peer.send("FFFF 00 00 00 01 00000001")
        yield* peer.expect("FFFF 00 02 00 02 00000001")
        assert.strictEqual(yield* session.state, "NotSelected")
        ready = true
        yield* peer.send("FFFF 00 00 00 01 00000002")
        yield* peer.expect("FFFF 00 00 00 02 00000002")
        assert.strictEqual(yield* session.state, "Selected")
      })
  ),

  onActive("Select.rsp with status 1 is taken for success (e37/select/already-active)", (at) =>
    Effect.gen(function* () {
      const { peer, select, session } = yield* at.connected()
      yield* peer.send(`FFFF 00 01 00 02 ${select}`)
      yield* session.awaitSelected
      yield* peer.quiet
    })
  ),

  ...["02", "03", "04", "7F", "FF"].map((status) =>
    onActive(
      `Select.rsp with status ${Number.parseInt(status, 16)} ends TCP; it is dialled and selected again (e37/select/refused, e37/select/again)`,
      (at) =>
        Effect.gen(function* () {
          const entity = yield* at.connected()
          yield* entity.peer.send(`FFFF 00 ${status} 00 02 ${entity.select}`)
          yield* entity.peer.closed
          const { reason } = yield* entity.event("Disconnected")
          assert.strictEqual(reason._tag === "SelectRefused" && reason.status, Number.parseInt(status, 16))
          yield* at.again(entity)
        })
    )
  ),

  onActive("Reject.req in answer to Select.req ends TCP (e37/select/rejected)", (at) =>
    Effect.gen(function* () {
      const { event, peer, select } = yield* at.connected()
      yield* peer.send(`FFFF 01 01 00 07 ${select}`)
      yield* peer.closed
      assert.strictEqual((yield* event("Disconnected")).reason._tag, "SelectRejected")
    })
  ),

  onActive(
    "Select.req while our own is open makes both sides SELECTED, whichever response comes (e37/select/simultaneous, e37/select/simultaneous-response)",
    (at) =>
      Effect.gen(function* () {
        for (const status of ["00", "01", "02"]) {
          const entity = yield* at.connected()
          const { peer, select, session } = entity
          yield* peer.send("FFFF 00 00 00 01 00000009")
          yield* peer.expect("FFFF 00 00 00 02 00000009")
          assert.strictEqual(yield* session.state, "Selected")
          yield* peer.send(`FFFF 00 ${status} 00 02 ${select}`)
          yield* peer.quiet
          assert.strictEqual(yield* session.state, "Selected")
          yield* entity.close
        }
      })
  ),

  everywhere(
    "the end of TCP fails what is open on it at once, with its cause (e37/state/transactions-fail, e37/state/disconnected)",
    (at) =>
      Effect.gen(function* () {
        const { event, peer, session } = yield* at.selected()
        const requests = yield* Effect.forEach([1, 2, 3], () => start(Effect.flip(session.request(s1f1))))
        for (let n = 0; n < 3; n++) yield* peer.expect("000A 81 01 00 00 ????????")
        yield* peer.close
        const reasons = yield* Effect.forEach(requests, Fiber.join)
        assert.deepStrictEqual(
          reasons.map(({ reason }) => reason._tag === "ConnectionLost" && reason.cause._tag),
          ["TcpClosed", "TcpClosed", "TcpClosed"]
        )
        assert.strictEqual((yield* event("Disconnected")).openTransactions, 3)
      })
  ),

  onPassive(
    "Select.req on a second TCP connection is answered with status 3 and that connection closed; the first keeps session and transactions (e371/session/second-refused, e371/session/one-connection, e371/session/first-stays)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
        const request = yield* start(session.request(s1f1))
        const primary = yield* peer.expect("000A 81 01 00 00 ????????")
        const second = yield* at.stranger
        yield* second.send("FFFF 00 00 00 01 00000009")
        yield* second.expect("FFFF 00 03 00 02 00000009")
        yield* second.closed
        yield* peer.expect("FFFF 00 00 00 05 ????????")
        yield* peer.quiet
        yield* peer.send(`000A 01 02 00 00 ${primary}`)
        assert.strictEqual(String(yield* Fiber.join(request)), "S1F2")
        assert.strictEqual(yield* session.state, "Selected")
      })
  ),

  ...(
    [
      ["Linktest.req", "FFFF 00 00 00 05 00000009"],
      ["a data message", "000A 81 01 00 00 00000009"],
      ["Separate.req", "FFFF 00 00 00 09 00000009"],
      ["an unknown SType", "FFFF 00 00 00 08 00000009"]
    ] as const
  ).map(([what, message]) =>
    onPassive(`${what} on a second TCP connection closes it, without an answer (e371/session/second-other)`, (at) =>
      Effect.gen(function* () {
        const { session } = yield* at.selected()
        const second = yield* at.stranger
        yield* second.send(message)
        yield* second.closed
        assert.strictEqual(yield* session.state, "Selected")
      })
    )
  ),

  onPassive("a second TCP connection that stays silent is closed after T7 (e371/session/second-silent)", (at) =>
    Effect.gen(function* () {
      const { event, peer, session } = yield* at.selected({ timers: { t7: "1 second" } })
      const second = yield* at.stranger
      yield* event("ConnectionTurnedAway")
      const probe = yield* peer.expect("FFFF 00 00 00 05 ????????")
      yield* peer.send(`FFFF 00 00 00 06 ${probe}`)
      yield* peer.quiet
      yield* at.elapse("1 second")
      yield* second.closed
      assert.strictEqual(yield* session.state, "Selected")
    })
  ),

  onPassive("a fifth second TCP connection is closed at once, four wait (e371/session/second-bounded)", (at) =>
    Effect.gen(function* () {
      const { event } = yield* at.selected()
      const parked: Array<Peer> = []
      for (let n = 0; n < 4; n++) {
        parked.push(yield* at.stranger)
        yield* event("ConnectionTurnedAway")
      }
      const fifth = yield* at.stranger
      yield* event("ConnectionTurnedAway")
      yield* fifth.closed
      for (const one of parked) {
        yield* one.send("FFFF 00 00 00 01 00000009")
        yield* one.expect("FFFF 00 03 00 02 00000009")
        yield* one.closed
      }
    })
  ),

  onPassive(
    "a second TCP connection makes the session probe the first; a dead one is given up after T6, and the next is selected (e371/session/first-probed, e371/session/free-again)",
    (at) =>
      Effect.gen(function* () {
        const entity = yield* at.selected({ timers: { t6: "100 millis" } })
        yield* at.stranger
        yield* entity.event("ConnectionTurnedAway")
        yield* entity.peer.expect("FFFF 00 00 00 05 ????????")
        yield* at.elapse("100 millis")
        yield* entity.peer.closed
        assert.strictEqual((yield* entity.event("Disconnected")).reason._tag, "T6Expired")
        yield* at.again(entity)
      })
  )
]

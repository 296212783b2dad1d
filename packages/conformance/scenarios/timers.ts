/** SEMI E37, parameters: timers as a peer sees them, with short values. Both sides of each deadline are in the tests of the session. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as assert from "node:assert/strict"
import { asEquipment, asHost, everywhere, onActive, s1f1, start, timed } from "./kit.ts"
import { framed } from "./wire.ts"

const t3 = [
  asHost(
    "T3 fails its transaction and nothing else; a host says nothing, and its late reply is an event (e37/t3/expires, e37/t3/host-silent, e371/failure/t3-stays, e37/transaction/late)",
    (at) =>
      Effect.gen(function* () {
        const { event, peer, session } = yield* at.selected({ timers: { t3: "100 millis" } })
        const request = yield* start(Effect.flip(session.request(s1f1)))
        const system = yield* peer.expect("000A 81 01 00 00 ????????")
        yield* at.elapse("100 millis")
        assert.strictEqual((yield* Fiber.join(request)).reason._tag, "ReplyTimeout")
        yield* peer.send(`000A 01 02 00 00 ${system}`)
        assert.strictEqual((yield* event("UnmatchedReply")).kind, "Late")
        yield* peer.quiet
        assert.strictEqual(yield* session.state, "Selected")
      })
  ),

  asEquipment(
    "T3 fails its transaction and nothing else; equipment reports it with S9F9, and its late reply is an event (e37/t3/expires, e37/t3/equipment-reports, e5/stream-9/timeout, e371/failure/t3-stays, e37/transaction/late)",
    (at) =>
      Effect.gen(function* () {
        const { event, peer, session } = yield* at.selected({ timers: { t3: "100 millis" } })
        const request = yield* start(Effect.flip(session.request(s1f1)))
        const system = yield* peer.expect("000A 81 01 00 00 ????????")
        yield* at.elapse("100 millis")
        yield* peer.expect(`000A 09 09 00 00 ???????? 210A 000A 81 01 00 00 ${system}`)
        assert.strictEqual((yield* Fiber.join(request)).reason._tag, "ReplyTimeout")
        yield* peer.send(`000A 01 02 00 00 ${system}`)
        assert.strictEqual((yield* event("UnmatchedReply")).kind, "Late")
        yield* peer.quiet
        assert.strictEqual(yield* session.state, "Selected")
      })
  ),

  everywhere("T3 runs for each transaction from its own primary on (e37/t3/each)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected({ timers: { t3: "1500 millis" } })
      const first = yield* start(Effect.flip(session.request(s1f1)))
      yield* peer.expect("000A 81 01 00 00 ????????")
      yield* at.elapse("1 second")
      const second = yield* start(session.request(s1f1))
      const system = yield* peer.expect("000A 81 01 00 00 ????????")
      yield* at.elapse("500 millis")
      assert.strictEqual((yield* Fiber.join(first)).reason._tag, "ReplyTimeout")
      yield* peer.send(`000A 01 02 00 00 ${system}`)
      assert.strictEqual(String(yield* Fiber.join(second)), "S1F2")
    })
  ),

  everywhere("T3 is stopped by the reply (e37/t3/stops)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected({ timers: { t3: "1 second" } })
      const request = yield* start(session.request(s1f1))
      const system = yield* peer.expect("000A 81 01 00 00 ????????")
      yield* peer.send(`000A 01 02 00 00 ${system}`)
      yield* Fiber.join(request)
      yield* at.elapse("1050 millis")
      yield* peer.quiet
    })
  ),

  everywhere("a request with a timeout of its own does not wait for T3 (e37/t3/override)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected()
      const request = yield* start(Effect.flip(session.request(s1f1, { timeout: "50 millis" })))
      yield* peer.expect("000A 81 01 00 00 ????????")
      yield* at.elapse("50 millis")
      const { reason } = yield* Fiber.join(request)
      assert.strictEqual(reason._tag === "ReplyTimeout" && reason.timer, undefined)
      assert.strictEqual(yield* session.state, "Selected")
    })
  )
]

// T6 is that of Select as well, which must not expire while a loaded machine brings a session up; nor must T7.
const t6 = [
  onActive("T6 without an answer to Select.req ends TCP (e37/t6/select-closes, e371/failure/closes)", (at) =>
    Effect.gen(function* () {
      const { event, peer } = yield* at.connected({ timers: { t6: "100 millis" } })
      yield* at.elapse("100 millis")
      yield* peer.closed
      const { reason } = yield* event("Disconnected")
      assert.strictEqual(reason._tag === "T6Expired" && reason.request, "Select")
    })
  ),

  everywhere(
    "T6 without an answer to Linktest.req ends TCP (e37/t6/linktest-closes, e37/linktest/failures, e371/failure/closes)",
    (at) =>
      Effect.gen(function* () {
        const { event, peer, session } = yield* at.selected({ timers: { t6: "1 second" } })
        const linktest = yield* start(Effect.flip(session.linktest))
        yield* peer.expect("FFFF 00 00 00 05 ????????")
        yield* at.elapse("1 second")
        yield* peer.closed
        const { reason } = yield* event("Disconnected")
        assert.strictEqual(reason._tag === "T6Expired" && reason.request, "Linktest")
        yield* Fiber.join(linktest)
      })
  ),

  everywhere("T6 without an answer to Deselect.req ends TCP (e37/t6/deselect, e371/failure/closes)", (at) =>
    Effect.gen(function* () {
      const { event, peer, session } = yield* at.selected({ timers: { t6: "1 second" } })
      const deselect = yield* start(Effect.flip(session.deselect))
      yield* peer.expect("FFFF 00 00 00 03 ????????")
      yield* at.elapse("1 second")
      yield* peer.closed
      const { reason } = yield* event("Disconnected")
      assert.strictEqual(reason._tag === "T6Expired" && reason.request, "Deselect")
      assert.strictEqual((yield* Fiber.join(deselect)).reason._tag, "ConnectionLost")
    })
  ),

  everywhere("T6 is stopped by the response (e37/t6/stops)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected({ timers: { t6: "1 second" } })
      const linktest = yield* start(session.linktest)
      yield* peer.send(`FFFF 00 00 00 06 ${yield* peer.expect("FFFF 00 00 00 05 ????????")}`)
      yield* Fiber.join(linktest)
      const deselect = yield* start(Effect.flip(session.deselect))
      yield* peer.send(`FFFF 00 02 00 04 ${yield* peer.expect("FFFF 00 00 00 03 ????????")}`)
      yield* Fiber.join(deselect)
      yield* at.elapse("1050 millis")
      yield* peer.quiet
      assert.strictEqual(yield* session.state, "Selected")
    })
  )
]

/** The active side gives up after T6 otherwise, which is shorter than T7. */
const patient = { t6: "10 seconds" } as const

const t7 = [
  everywhere(
    "T7 closes a TCP connection that nobody selects (e37/t7/starts, e37/t7/closes-unselected, e37/state/t7)",
    (at) =>
      Effect.gen(function* () {
        const waited = yield* timed(
          Effect.gen(function* () {
            const { event, peer, session } = yield* at.connected({
              timers: { ...patient, t5: "240 seconds", t7: "100 millis" }
            })
            yield* at.elapse("100 millis")
            yield* peer.closed
            assert.strictEqual((yield* event("Disconnected")).reason._tag, "T7Expired")
            assert.strictEqual(yield* session.state, "NotConnected")
          })
        )
        assert.ok(Duration.toMillis(waited) >= 99, Duration.format(waited))
      })
  ),

  onActive("T7 closes the active side too, where Select.req stays without an answer (e37/t7/active)", (at) =>
    Effect.gen(function* () {
      const { event, peer } = yield* at.connected({ timers: { ...patient, t7: "100 millis" } })
      yield* at.elapse("100 millis")
      yield* peer.closed
      assert.strictEqual((yield* event("Disconnected")).reason._tag, "T7Expired")
    })
  ),

  everywhere("T7 is stopped by Select (e37/t7/stops)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected({ timers: { t7: "1 second" } })
      yield* at.elapse("1050 millis")
      yield* peer.quiet
      assert.strictEqual(yield* session.state, "Selected")
    })
  ),

  everywhere("T7 starts again after Deselect, whoever asked for it (e37/t7/after-deselect)", (at) =>
    Effect.gen(function* () {
      for (const who of ["peer", "session"] as const) {
        const entity = yield* at.selected({ timers: { t7: "600 millis" } })
        const { event, peer, session } = entity
        if (who === "peer") {
          yield* peer.send("FFFF 00 00 00 03 00000021")
          yield* peer.expect("FFFF 00 00 00 04 00000021")
        } else {
          const ended = yield* start(session.deselect)
          yield* peer.send(`FFFF 00 00 00 04 ${yield* peer.expect("FFFF 00 00 00 03 ????????")}`)
          yield* Fiber.join(ended)
        }
        yield* at.elapse("600 millis")
        yield* peer.closed
        assert.strictEqual((yield* event("Disconnected")).reason._tag, "T7Expired")
        yield* entity.close
      }
    })
  ),

  everywhere("T7 is not postponed by messages other than Select, however many come (e37/t7/not-postponed)", (at) =>
    Effect.gen(function* () {
      const { event, peer } = yield* at.connected({ timers: { ...patient, t7: "400 millis" } })
      const chatter = peer.send(
        "000A 81 01 00 00 00000001",
        "FFFF 00 00 00 05 00000002",
        "FFFF 00 00 00 08 00000003",
        "FFFF 00 00 00 03 00000004"
      )
      // For as long as the connection lives: had one of them started T7 anew, that would be for ever.
      yield* start(Effect.forever(Effect.andThen(chatter, Effect.sleep("100 millis"))))
      yield* at.elapse("400 millis")
      yield* peer.ends
      assert.strictEqual((yield* event("Disconnected")).reason._tag, "T7Expired")
    })
  )
]

const t8 = [
  everywhere("T8 does not run between messages (e37/t8/not-between)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected({ timers: { t8: "100 millis" } })
      yield* peer.quiet
      yield* at.elapse("150 millis")
      yield* peer.quiet
      assert.strictEqual(yield* session.state, "Selected")
    })
  ),

  everywhere("T8 starts anew with every byte (e37/t8/restarts)", (at) =>
    Effect.gen(function* () {
      const { peer } = yield* at.selected({ timers: { t8: "1 second" } })
      for (const part of ["00", "00000A FFFF", "00 00 00 05", "0A0B0C"]) {
        yield* peer.sendBytes(part)
        // Four times 300 is more than T8.
        yield* at.elapse("300 millis")
      }
      yield* peer.sendBytes("0D")
      yield* peer.expect("FFFF 00 00 00 06 0A0B0C0D")
    })
  ),

  ...(
    [
      ["in the length", "0000", "e37/t8/closes, e37/t8/in-length"],
      ["after the length", "0000000A", "e37/t8/closes"],
      ["in the header", "0000000A FFFF 00 00", "e37/t8/closes"],
      ["in the text", "0000000E 000A 81 01 00 00 00000001 4102 41", "e37/t8/closes"]
    ] as const
  ).map(([place, bytes, ids]) =>
    everywhere(
      `T8 ends TCP when a message stops ${place}, after what came before (${ids}, e371/failure/closes)`,
      (at) =>
        Effect.gen(function* () {
          const { event, peer } = yield* at.selected({ timers: { t8: "100 millis" } })
          yield* peer.sendBytes(`${framed("FFFF 00 00 00 05 0A0B0C0D")} ${bytes}`)
          yield* peer.expect("FFFF 00 00 00 06 0A0B0C0D")
          yield* at.elapse("100 millis")
          yield* peer.closed
          assert.strictEqual((yield* event("Disconnected")).reason._tag, "T8Expired")
        })
    )
  )
]

const linktest = [
  everywhere(
    "a peer that is silent for the linktest period is sent Linktest.req, again and again (e37/linktest/after-silence)",
    (at) =>
      Effect.gen(function* () {
        const { peer } = yield* at.selected({ timers: { linktest: "100 millis" } })
        for (let n = 0; n < 3; n++) {
          yield* at.elapse("100 millis")
          yield* peer.send(`FFFF 00 00 00 06 ${yield* peer.expect("FFFF 00 00 00 05 ????????")}`)
        }
      })
  ),

  everywhere("any byte of the peer postpones the next linktest (e37/linktest/postponed)", (at) =>
    Effect.gen(function* () {
      const { peer } = yield* at.selected({ timers: { linktest: "1 second" } })
      yield* at.elapse("300 millis")
      // From before the byte is sent to after Linktest.req has come is a period at least.
      const waited = yield* timed(
        Effect.gen(function* () {
          yield* peer.sendBytes("00")
          yield* at.elapse("1 second")
          yield* peer.expect("FFFF 00 00 00 05 ????????")
        })
      )
      assert.ok(Duration.toMillis(waited) >= 999, Duration.format(waited))
    })
  ),

  everywhere("no Linktest.req is sent with a period of zero (e37/linktest/off)", (at) =>
    Effect.gen(function* () {
      const { peer } = yield* at.selected({ timers: { linktest: 0 } })
      yield* at.elapse("200 millis")
      yield* peer.quiet
    })
  ),

  everywhere("no linktest starts by itself before Select (e37/linktest/only-selected)", (at) =>
    Effect.gen(function* () {
      const { peer } = yield* at.connected({ timers: { linktest: "50 millis" } })
      yield* at.elapse("200 millis")
      yield* peer.quiet
    })
  ),

  everywhere("a peer that sends anything while Linktest.rsp is due counts as alive (e37/linktest/alive)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected({ timers: { t6: "1 second" } })
      const linktest = yield* start(session.linktest)
      yield* peer.expect("FFFF 00 00 00 05 ????????")
      yield* at.elapse("10 millis")
      yield* peer.quiet
      yield* at.elapse("1 second")
      yield* Fiber.join(linktest)
      assert.strictEqual(yield* session.state, "Selected")
    })
  ),

  everywhere("TCP ends after as many unanswered linktests in a row as the user allows (e37/linktest/failures)", (at) =>
    Effect.gen(function* () {
      const timers = { linktest: "50 millis", t6: "1 second" } as const
      const { event, peer } = yield* at.selected({ maxFailures: 3, timers })
      for (let n = 0; n < 3; n++) {
        yield* at.elapse("50 millis")
        yield* peer.expect("FFFF 00 00 00 05 ????????")
        yield* at.elapse("1 second")
      }
      yield* peer.closed
      const { reason } = yield* event("Disconnected")
      assert.strictEqual(reason._tag === "T6Expired" && reason.failures, 3)
    })
  )
]

export const timers = [...t3, ...t6, ...t7, ...t8, ...linktest]

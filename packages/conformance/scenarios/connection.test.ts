/** SEMI E37 and E37.1: connection, Select, Deselect, Linktest, Separate and Reject, message by message. */
import { SecsMessage } from "@effect-secs/codec"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as kit from "./kit.ts"

const { scenario } = kit

const s1f1 = SecsMessage.primary(1, 1)

describe("the passive side", () => {
  scenario(
    "accepts TCP and Select.req, and is SELECTED (e37/connect/passive-listens, e37/select/passive-accepts, e37/state/selected)",
    (wire) =>
      Effect.gen(function* () {
        const { event, session } = yield* kit.passive(wire)
        const peer = yield* kit.open(wire.active)
        assert.strictEqual((yield* event("StateChanged")).to, "NotSelected")
        yield* peer.send("FFFF 00 00 00 01 0A0B0C0D")
        yield* peer.expect("FFFF 00 00 00 02 0A0B0C0D")
        assert.strictEqual(yield* session.state, "Selected")
      })
  )

  scenario("sends nothing before Select.req (e371/select/only-active, e37/linktest/not-selected)", (wire) =>
    Effect.gen(function* () {
      yield* kit.passive(wire)
      const peer = yield* kit.open(wire.active)
      yield* peer.send("FFFF 00 00 00 05 0A0B0C0D")
      yield* peer.expect("FFFF 00 00 00 06 0A0B0C0D")
      yield* peer.quiet
    })
  )

  scenario("is selected on its next connection when one has ended (e371/session/free-again)", (wire) =>
    Effect.gen(function* () {
      const { event, peer } = yield* kit.passiveSelected(wire)
      yield* peer.close
      yield* event("Disconnected")
      const next = yield* kit.open(wire.active)
      yield* next.send("FFFF 00 00 00 01 00000002")
      yield* next.expect("FFFF 00 00 00 02 00000002")
    })
  )

  scenario(
    "answers Select.req on a second TCP connection with status 3 and closes it; the first keeps session and transactions (e371/session/second-refused, e371/session/one-connection, e371/session/first-stays)",
    (wire) =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected(wire)
        const request = yield* Effect.forkScoped(session.request(s1f1), { startImmediately: true })
        const primary = yield* peer.expect("000A 81 01 00 00 ????????")
        const second = yield* kit.open(wire.active)
        yield* second.send("FFFF 00 00 00 01 00000009")
        yield* second.expect("FFFF 00 03 00 02 00000009")
        yield* second.closed
        yield* peer.expect("FFFF 00 00 00 05 ????????")
        yield* peer.quiet
        yield* peer.send(`000A 01 02 00 00 ${primary}`)
        assert.strictEqual(String(yield* Fiber.join(request)), "S1F2")
        assert.strictEqual(yield* session.state, "Selected")
      })
  )

  for (const [what, message] of [
    ["Linktest.req", "FFFF 00 00 00 05 00000009"],
    ["a data message", "000A 81 01 00 00 00000009"],
    ["Separate.req", "FFFF 00 00 00 09 00000009"],
    ["an unknown SType", "FFFF 00 00 00 08 00000009"]
  ] as const) {
    scenario(`closes a second TCP connection on ${what}, without an answer (e371/session/second-other)`, (wire) =>
      Effect.gen(function* () {
        const { session } = yield* kit.passiveSelected(wire)
        const second = yield* kit.open(wire.active)
        yield* second.send(message)
        yield* second.closed
        assert.strictEqual(yield* session.state, "Selected")
      })
    )
  }

  scenario("closes a second TCP connection that stays silent after T7 (e371/session/second-silent)", (wire) =>
    Effect.gen(function* () {
      const { event, peer, session } = yield* kit.passiveSelected(wire, { timers: { t7: "100 millis" } })
      const second = yield* kit.open(wire.active)
      yield* event("ConnectionRefused")
      const probe = yield* peer.expect("FFFF 00 00 00 05 ????????")
      yield* peer.send(`FFFF 00 00 00 06 ${probe}`)
      yield* peer.quiet
      yield* wire.elapse("100 millis")
      yield* second.closed
      assert.strictEqual(yield* session.state, "Selected")
    })
  )

  scenario(
    "keeps four second TCP connections at most and closes a fifth at once (e371/session/second-bounded)",
    (wire) =>
      Effect.gen(function* () {
        const { event } = yield* kit.passiveSelected(wire)
        const parked: Array<kit.Peer> = []
        for (let n = 0; n < 4; n++) {
          parked.push(yield* kit.open(wire.active))
          yield* event("ConnectionRefused")
        }
        const fifth = yield* kit.open(wire.active)
        yield* event("ConnectionRefused")
        yield* fifth.closed
        for (const one of parked) {
          yield* one.send("FFFF 00 00 00 01 00000009")
          yield* one.expect("FFFF 00 03 00 02 00000009")
          yield* one.closed
        }
      })
  )

  scenario(
    "probes the first connection when a second one comes, and gives a dead one up after T6 (e371/session/first-probed, e37/t6/linktest-closes)",
    (wire) =>
      Effect.gen(function* () {
        const { event, peer } = yield* kit.passiveSelected(wire, { timers: { t6: "100 millis" } })
        yield* kit.open(wire.active)
        yield* event("ConnectionRefused")
        yield* peer.expect("FFFF 00 00 00 05 ????????")
        yield* wire.elapse("100 millis")
        yield* peer.closed
        const { reason } = yield* event("Disconnected")
        assert.strictEqual(reason._tag, "T6Expired")
        const next = yield* kit.open(wire.active)
        yield* next.send("FFFF 00 00 00 01 00000002")
        yield* next.expect("FFFF 00 00 00 02 00000002")
      })
  )

  scenario("is closed by T7 when nobody selects it (e37/t7/closes-unselected, e37/state/t7)", (wire) =>
    Effect.gen(function* () {
      const { event, session } = yield* kit.passive(wire, { timers: { t7: "100 millis" } })
      const peer = yield* kit.open(wire.active)
      yield* event("Connected")
      yield* wire.elapse("100 millis")
      yield* peer.closed
      assert.strictEqual((yield* event("Disconnected")).reason._tag, "T7Expired")
      assert.strictEqual(yield* session.state, "NotConnected")
    })
  )
})

describe("the active side", () => {
  scenario(
    "dials, sends Select.req first and once, and is SELECTED by status 0 (e37/connect/active-dials, e37/select/active-sends, e371/select/first, e37/select/once, e37/select/established)",
    (wire) =>
      Effect.gen(function* () {
        const { session } = yield* kit.active(wire)
        const peer = yield* kit.open(wire.passive)
        const select = yield* peer.expect("FFFF 00 00 00 01 ????????")
        yield* peer.quiet
        assert.strictEqual(yield* session.state, "NotSelected")
        yield* peer.send(`FFFF 00 00 00 02 ${select}`)
        yield* session.awaitSelected
        yield* peer.quiet
      })
  )

  scenario(
    "dials and selects again, after T5, when Select is refused (e37/select/again, e37/connect/again, e37/t5/after-connection)",
    (wire) =>
      Effect.gen(function* () {
        const { event, session } = yield* kit.active(wire, { timers: { t5: "100 millis" } })
        for (const status of ["02", "03", "01"]) {
          const peer = yield* kit.open(wire.passive)
          const select = yield* peer.expect("FFFF 00 00 00 01 ????????")
          yield* peer.send(`FFFF 00 ${status} 00 02 ${select}`)
          if (status === "01") break
          yield* peer.closed
          yield* event("Disconnected")
          assert.strictEqual(yield* session.state, "NotConnected")
          yield* wire.elapse("100 millis")
        }
        yield* session.awaitSelected
      })
  )

  scenario("dials again when the peer closed a session (e37/connect/again, e37/state/disconnected)", (wire) =>
    Effect.gen(function* () {
      const { event, peer, session } = yield* kit.activeSelected(wire, { timers: { t5: "100 millis" } })
      const request = yield* Effect.forkScoped(Effect.flip(session.request(s1f1)), { startImmediately: true })
      yield* peer.expect("000A 81 01 00 00 ????????")
      yield* peer.close
      const { reason } = yield* Fiber.join(request)
      assert.strictEqual(reason._tag, "ConnectionLost")
      yield* event("Disconnected")
      yield* wire.elapse("100 millis")
      const next = yield* kit.open(wire.passive)
      yield* next.expect("FFFF 00 00 00 01 ????????")
    })
  )

  scenario("closes when Select.req is not answered within T6 (e37/t6/select-closes, e371/failure/closes)", (wire) =>
    Effect.gen(function* () {
      const { event } = yield* kit.active(wire, { timers: { t6: "100 millis" } })
      const peer = yield* kit.open(wire.passive)
      yield* peer.expect("FFFF 00 00 00 01 ????????")
      yield* wire.elapse("100 millis")
      yield* peer.closed
      const { reason } = yield* event("Disconnected")
      assert.strictEqual(reason._tag === "T6Expired" && reason.request, "Select")
    })
  )

  scenario(
    "answers Select.req while its own is open, and both sides are SELECTED (e37/select/simultaneous, e37/select/simultaneous-response)",
    (wire) =>
      Effect.gen(function* () {
        const { session } = yield* kit.active(wire)
        const peer = yield* kit.open(wire.passive)
        const select = yield* peer.expect("FFFF 00 00 00 01 ????????")
        yield* peer.send("FFFF 00 00 00 01 00000009")
        yield* peer.expect("FFFF 00 00 00 02 00000009")
        assert.strictEqual(yield* session.state, "Selected")
        yield* peer.send(`FFFF 00 00 00 02 ${select}`)
        yield* peer.quiet
        assert.strictEqual(yield* session.state, "Selected")
      })
  )
})

for (const [side, selected] of kit.sides) {
  describe(`the ${side} side, SELECTED`, () => {
    scenario("answers Select.req with status 1 and stays (e37/select/already-selected)", (wire) =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(wire)
        yield* peer.send("FFFF 00 00 00 01 0A0B0C0D")
        yield* peer.expect("FFFF 00 01 00 02 0A0B0C0D")
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    scenario(
      "answers Deselect.req with status 0, then with status 1, and Select.req again with status 0 (e37/deselect/accepts, e37/deselect/not-selected, e37/deselect/select-again)",
      (wire) =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected(wire)
          yield* peer.send("FFFF 00 00 00 03 00000021")
          yield* peer.expect("FFFF 00 00 00 04 00000021")
          assert.strictEqual(yield* session.state, "NotSelected")
          yield* peer.send("FFFF 00 00 00 03 00000022", "FFFF 00 00 00 01 00000023")
          yield* peer.expect("FFFF 00 01 00 04 00000022")
          yield* peer.expect("FFFF 00 00 00 02 00000023")
          assert.strictEqual(yield* session.state, "Selected")
        })
    )

    scenario("answers Linktest.req (e37/linktest/selected, e37/linktest/either-side)", (wire) =>
      Effect.gen(function* () {
        const { peer } = yield* selected(wire)
        yield* peer.send("FFFF 00 00 00 05 0A0B0C0D")
        yield* peer.expect("FFFF 00 00 00 06 0A0B0C0D")
      })
    )

    scenario(
      "sends Linktest.req with session id FFFF, and Linktest.rsp ends it (e37/linktest/session-id, e37/linktest/completes, e37/linktest/on-demand, e37/linktest/either-side)",
      (wire) =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected(wire)
          const linktest = yield* Effect.forkScoped(session.linktest, { startImmediately: true })
          const system = yield* peer.expect("FFFF 00 00 00 05 ????????")
          yield* peer.send(`FFFF 00 00 00 06 ${system}`)
          yield* Fiber.join(linktest)
          yield* peer.quiet
          assert.strictEqual(yield* session.state, "Selected")
        })
    )

    scenario(
      "closes TCP on Separate.req, and answers nothing (e37/separate/ends, e37/separate/no-response, e37/separate/either-side, e371/separate/closes)",
      (wire) =>
        Effect.gen(function* () {
          const { event, peer } = yield* selected(wire)
          yield* peer.send("FFFF 00 00 00 09 0A0B0C0D")
          yield* peer.closed
          assert.strictEqual((yield* event("Disconnected")).reason._tag, "Separated")
        })
    )

    scenario(
      "sends Separate.req and closes TCP when it closes (e37/separate/sent-on-close, e37/separate/either-side, e371/separate/no-lingering)",
      (wire) =>
        Effect.gen(function* () {
          const { close, peer } = yield* selected(wire)
          yield* close
          yield* peer.expect("FFFF 00 00 00 09 ????????")
          yield* peer.closed
        })
    )

    scenario(
      "rejects an unknown SType with reason 1 and another PType with reason 2, and stays (e37/reject/stype, e37/reject/ptype, e37/reject/stays, e37/reject/echo)",
      (wire) =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected(wire)
          yield* peer.send("FFFF 00 00 00 08 0A0B0C0D", "000A 81 01 01 00 0A0B0C0E", "FFFF 00 00 02 C8 0A0B0C0F")
          yield* peer.expect("FFFF 08 01 00 07 0A0B0C0D")
          yield* peer.expect("000A 01 02 00 07 0A0B0C0E")
          yield* peer.expect("FFFF 02 02 00 07 0A0B0C0F")
          yield* peer.quiet
          assert.strictEqual(yield* session.state, "Selected")
        })
    )

    scenario("rejects responses to nothing with reason 3, and stays (e37/reject/not-open, e37/reject/stays)", (wire) =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(wire)
        yield* peer.send("FFFF 00 00 00 02 7A000001", "FFFF 00 00 00 04 7A000002", "FFFF 00 00 00 06 7A000003")
        yield* peer.expect("FFFF 02 03 00 07 7A000001")
        yield* peer.expect("FFFF 04 03 00 07 7A000002")
        yield* peer.expect("FFFF 06 03 00 07 7A000003")
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    scenario(
      "fails the transaction that Reject.req names and shows its reason, even a reserved one (e37/reject/fails-transaction, e37/reject/reserved-reason)",
      (wire) =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected(wire)
          for (const [reason, rejectReason] of [
            ["04", 4],
            ["FF", 255]
          ] as const) {
            const request = yield* Effect.forkScoped(Effect.flip(session.request(s1f1)), { startImmediately: true })
            const system = yield* peer.expect("000A 81 01 00 00 ????????")
            yield* peer.send(`000A 00 ${reason} 00 07 ${system}`)
            assert.deepStrictEqual((yield* Fiber.join(request)).reason, { _tag: "Rejected", rejectReason })
          }
          yield* peer.quiet
        })
    )
  })
}

describe("NOT SELECTED", () => {
  scenario(
    "a data message is rejected with reason 4, and T7 runs on (e37/reject/not-selected, e37/t7/not-postponed)",
    (wire) =>
      Effect.gen(function* () {
        const { event } = yield* kit.passive(wire, { timers: { t7: "400 millis" } })
        const peer = yield* kit.open(wire.active)
        yield* event("Connected")
        yield* peer.send("000A 81 01 00 00 0A0B0C0D")
        yield* peer.expect("000A 00 04 00 07 0A0B0C0D")
        yield* wire.elapse("250 millis")
        yield* peer.send("FFFF 00 00 00 05 0A0B0C0D")
        yield* peer.expect("FFFF 00 00 00 06 0A0B0C0D")
        // Had either message started T7 anew, it would not be over now.
        yield* wire.elapse("150 millis")
        yield* peer.closed
        assert.strictEqual((yield* event("Disconnected")).reason._tag, "T7Expired")
      })
  )

  scenario("Separate.req closes TCP (e371/separate/not-selected)", (wire) =>
    Effect.gen(function* () {
      yield* kit.passive(wire)
      const peer = yield* kit.open(wire.active)
      yield* peer.send("FFFF 00 00 00 09 0A0B0C0D")
      yield* peer.closed
    })
  )
})

describe("two sessions", () => {
  for (const [active, passive] of [
    ["host", "equipment"],
    ["equipment", "host"]
  ] as const) {
    scenario(
      `select when the active side is ${active} and the passive side ${passive} (e371/role/independent)`,
      (wire) =>
        Effect.gen(function* () {
          const one = yield* kit.passive(wire, { role: passive })
          const two = yield* kit.active(wire, { role: active })
          yield* two.session.awaitSelected
          yield* one.session.awaitSelected
          const asked = yield* Effect.forkScoped(two.session.request(s1f1), { startImmediately: true })
          yield* (yield* one.primary).reply()
          assert.strictEqual(String(yield* Fiber.join(asked)), "S1F2")
          const back = yield* Effect.forkScoped(one.session.request(s1f1), { startImmediately: true })
          yield* (yield* two.primary).reply()
          assert.strictEqual(String(yield* Fiber.join(back)), "S1F2")
          assert.deepStrictEqual([yield* one.session.state, yield* two.session.state], ["Selected", "Selected"])
        })
    )
  }
})

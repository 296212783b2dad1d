/** Where SEMI E37 and E37.1 part: sessions that are told to follow one of them to the letter. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as assert from "node:assert/strict"
import { everywhere, onActive, onPassive, s1f1, start } from "./kit.ts"

export const strict = [
  everywhere("of E37: Separate.req ends the session, and TCP stays until T7 (e37/separate/tcp-stays)", (at) =>
    Effect.gen(function* () {
      const { event, peer, session } = yield* at.selected({ strict: "E37", timers: { t7: "800 millis" } })
      const request = yield* start(Effect.flip(session.request(s1f1)))
      yield* peer.expect("000A 81 01 00 00 ????????")
      yield* peer.send("FFFF 00 00 00 09 00000009")
      const { reason } = yield* Fiber.join(request)
      assert.strictEqual(reason._tag === "ConnectionLost" && reason.cause._tag, "Separated")
      yield* peer.quiet
      assert.strictEqual(yield* session.state, "NotSelected")
      yield* at.elapse("800 millis")
      yield* peer.closed
      assert.strictEqual((yield* event("Disconnected")).reason._tag, "T7Expired")
    })
  ),

  everywhere("of E37: Separate.req in NOT SELECTED is ignored (e37/separate/not-selected-ignored)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.connected({ strict: "E37" })
      yield* peer.send("FFFF 00 00 00 09 00000009")
      yield* peer.quiet
      assert.strictEqual(yield* session.state, "NotSelected")
    })
  ),

  everywhere("of E37.1: Deselect.req in SELECTED is rejected with reason 1 (e371/deselect/rejected)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected({ strict: "E37.1" })
      yield* peer.send("FFFF 00 00 00 03 00000021")
      yield* peer.expect("FFFF 03 01 00 07 00000021")
      yield* peer.quiet
      assert.strictEqual(yield* session.state, "Selected")
    })
  ),

  onActive("of E37.1: Select.req to the active side is rejected with reason 1 (e371/select/active-rejects)", (at) =>
    Effect.gen(function* () {
      const { peer, select, session } = yield* at.connected({ strict: "E37.1" })
      yield* peer.send("FFFF 00 00 00 01 00000021")
      yield* peer.expect("FFFF 01 01 00 07 00000021")
      assert.strictEqual(yield* session.state, "NotSelected")
      yield* peer.send(`FFFF 00 00 00 02 ${select}`)
      yield* session.awaitSelected
    })
  ),

  ...(
    [
      ["a data message", "data", "000A 81 01 00 00 00000021"],
      ["Linktest.req", "linktest", "FFFF 00 00 00 05 00000021"],
      ["Deselect.req", "deselect", "FFFF 00 00 00 03 00000021"],
      ["an unknown SType", "stype", "FFFF 00 00 00 08 00000021"],
      ["another PType", "ptype", "FFFF 00 00 01 05 00000021"]
    ] as const
  ).map(([what, id, message]) =>
    everywhere(`of E37.1: ${what} before Select closes TCP, without an answer (e371/unselected/${id})`, (at) =>
      Effect.gen(function* () {
        const { event, peer } = yield* at.connected({ strict: "E37.1" })
        yield* peer.send(message)
        yield* peer.closed
        assert.strictEqual((yield* event("Disconnected")).reason._tag, "NotSelectedPolicy")
      })
    )
  ),

  onPassive("of E37.1: Select.req that is refused is answered, and TCP closed (e371/unselected/not-ready)", (at) =>
    Effect.gen(function* () {
      const { event, peer } = yield* at.connected({ strict: "E37.1", ready: () => false })
      yield* peer.send("FFFF 00 00 00 01 00000021")
      yield* peer.expect("FFFF 00 02 00 02 00000021")
      yield* peer.closed
      assert.strictEqual((yield* event("Disconnected")).reason._tag, "NotReady")
    })
  )
]

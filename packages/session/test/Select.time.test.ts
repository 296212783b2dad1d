import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as kit from "./kit.ts"

describe("T6 of Select, active side", () => {
  it.effect("closes 5 s after Select.req, not before (e37/t6/default, e37/t6/select-closes)", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.activeConnected()
      yield* kit.pass(4_999)
      assert.strictEqual(yield* session.state, "NotSelected")
      yield* kit.pass(1)
      yield* peer.closed
      yield* peer.silent
      const [end] = yield* events.of("Disconnected")
      const waited = Duration.seconds(5)
      assert.deepStrictEqual(end?.reason, { _tag: "T6Expired", request: "Select", waited, failures: 1 })
    })
  )

  it.effect("is stopped by Select.rsp at 4.999 s (e37/t6/stops)", () =>
    Effect.gen(function* () {
      const { peer, select, session } = yield* kit.activeConnected()
      yield* kit.pass(4_999)
      yield* peer.send(kit.selectRsp(select))
      yield* kit.pass("1 hour")
      assert.strictEqual(yield* session.state, "Selected")
    })
  )

  it.effect("is not postponed by other messages", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.activeConnected()
      yield* kit.pass(4_999)
      yield* peer.send(kit.linktestReq(1))
      yield* peer.connected
      yield* kit.pass(1)
      yield* peer.closed
    })
  )

  it.effect("still runs when a simultaneous select made the session SELECTED (e37/t6/select-closes)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeConnected()
      yield* peer.send(kit.selectReq(1))
      yield* kit.pass(4_999)
      assert.strictEqual(yield* session.state, "Selected")
      yield* kit.pass(1)
      yield* peer.closed
    })
  )

  it.effect("sends Select.req once (e37/select/once)", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.activeConnected({ timers: { t6: "1 hour", t7: "1 hour" } })
      yield* kit.pass("59 minutes")
      yield* peer.silent
    })
  )
})

for (const [side, connected, selected, alone] of [
  ["passive", kit.passiveConnected, kit.passiveSelected, {}],
  // T6 is longer than T7 here, or it would end the connection first.
  ["active", kit.activeConnected, kit.activeSelected, { timers: { t6: "1 hour" } }]
] as const) {
  describe(`T7, ${side} side`, () => {
    it.effect(
      side === "passive"
        ? "closes 10 s after TCP is up, not before (e37/t7/default, e37/t7/starts, e37/t7/closes-unselected, e37/state/t7)"
        : "closes 10 s after TCP is up, not before (e37/t7/active)",
      () =>
        Effect.gen(function* () {
          const { events, peer, session } = yield* connected(alone)
          yield* kit.pass(9_999)
          assert.strictEqual(yield* session.state, "NotSelected")
          yield* kit.pass(1)
          yield* peer.closed
          yield* peer.silent
          assert.strictEqual(yield* session.state, "NotConnected")
          const [end] = yield* events.of("Disconnected")
          assert.deepStrictEqual(end?.reason, { _tag: "T7Expired", waited: Duration.seconds(10) })
        })
    )

    it.effect("is stopped by Select (e37/t7/stops)", () =>
      Effect.gen(function* () {
        const { session } = yield* selected()
        yield* kit.pass("1 hour")
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("is stopped by Select at 9.999 s (e37/t7/selected-stays)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* connected(alone)
        yield* kit.pass(9_999)
        yield* peer.send(kit.selectReq(1))
        yield* kit.pass(60_000)
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("is not postponed by other messages (e37/t7/not-postponed)", () =>
      Effect.gen(function* () {
        const { peer } = yield* connected(alone)
        for (let second = 0; second < 9; second++) {
          yield* kit.pass(1_000)
          yield* peer.send(kit.linktestReq(second), kit.primary(1, 1, second), { ...kit.linktestReq(second), sType: 8 })
        }
        yield* kit.pass(999)
        yield* peer.connected
        yield* kit.pass(1)
        yield* peer.closed
      })
    )

    it.effect("starts again after Deselect, and is stopped by the next Select (e37/t7/after-deselect)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        yield* kit.pass(60_000)
        yield* peer.send(kit.deselectReq(2))
        yield* kit.pass(9_999)
        assert.strictEqual(yield* session.state, "NotSelected")
        yield* peer.send(kit.selectReq(3))
        yield* kit.pass(60_000)
        assert.strictEqual(yield* session.state, "Selected")
        yield* peer.send(kit.deselectReq(4))
        yield* kit.pass(9_999)
        yield* peer.connected
        yield* kit.pass(1)
        yield* peer.closed
      })
    )
  })
}

describe("T7, passive side", () => {
  it.effect("counts from Deselect, though it ran before Select (e37/t7/after-deselect)", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.passiveConnected()
      yield* kit.pass(5_000)
      yield* peer.send(kit.selectReq(1))
      yield* kit.pass(1_000)
      yield* peer.send(kit.deselectReq(2))
      yield* kit.pass(9_999)
      yield* peer.connected
      yield* kit.pass(1)
      yield* peer.closed
    })
  )

  it.effect("still runs after a Select.req that was answered with status 2", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.passiveConnected({ ready: () => false })
      yield* kit.pass(5_000)
      yield* peer.send(kit.selectReq(1))
      yield* kit.pass(4_999)
      yield* peer.connected
      yield* kit.pass(1)
      yield* peer.closed
    })
  )

  it.effect("runs for each connection anew", () =>
    Effect.gen(function* () {
      const { dial, peer } = yield* kit.passiveConnected()
      yield* kit.pass(9_000)
      yield* peer.close
      const next = yield* dial
      yield* kit.pass(9_999)
      yield* next.connected
      yield* kit.pass(1)
      yield* next.closed
    })
  )
})

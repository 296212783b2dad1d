import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as kit from "./kit.ts"

const frame = kit.toBytes(kit.data(6, 11, 1, "a50107"))

for (const [side, connected, selected] of [
  ["passive", kit.passiveConnected, kit.passiveSelected],
  ["active", kit.activeConnected, kit.activeSelected]
] as const) {
  describe(`T8, ${side} side`, () => {
    for (const held of [1, 2, 3, 4, 5, 13, 14, 16]) {
      it.effect(
        `closes 5 s after ${held} of 17 bytes, not before (e37/t8/default, e37/t8/closes, e37/t8/in-length)`,
        () =>
          Effect.gen(function* () {
            const { events, peer, session } = yield* selected()
            yield* peer.sendBytes(frame.subarray(0, held))
            yield* kit.pass(4_999)
            assert.strictEqual(yield* session.state, "Selected")
            yield* kit.pass(1)
            yield* peer.closed
            yield* peer.silent
            const [end] = yield* events.of("Disconnected")
            assert.deepStrictEqual(end?.reason, { _tag: "T8Expired", waited: Duration.seconds(5), received: held })
          })
      )
    }

    it.effect("is restarted by each byte, so that a slow message passes (e37/t8/restarts)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const seen = yield* kit.primaries(session)
        for (const byte of frame) {
          yield* peer.sendBytes(Uint8Array.of(byte))
          yield* kit.pass(4_999)
        }
        assert.strictEqual(seen.length, 1)
        yield* peer.connected
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("counts from the last byte, not from the first", () =>
      Effect.gen(function* () {
        const { peer } = yield* selected()
        yield* peer.sendBytes(frame.subarray(0, 3))
        yield* kit.pass(4_000)
        yield* peer.sendBytes(frame.subarray(3, 9))
        yield* kit.pass(4_999)
        yield* peer.connected
        yield* kit.pass(1)
        yield* peer.closed
      })
    )

    it.effect("does not run between messages (e37/t8/not-between)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        yield* peer.sendBytes(frame)
        yield* kit.pass("1 hour")
        yield* peer.sendBytes(frame)
        yield* kit.pass("1 hour")
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("stops when the message is whole, though another ran for it before", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        for (let round = 0; round < 3; round++) {
          yield* peer.sendBytes(frame.subarray(0, 10))
          yield* kit.pass(4_000)
          yield* peer.sendBytes(frame.subarray(10))
          yield* kit.pass(round * 3_000)
        }
        yield* kit.pass("1 hour")
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("runs for the beginning of a message behind a whole one", () =>
      Effect.gen(function* () {
        const { peer } = yield* selected()
        yield* peer.sendBytes(kit.concat(frame, frame.subarray(0, 2)))
        yield* kit.pass(4_999)
        yield* peer.connected
        yield* kit.pass(1)
        yield* peer.closed
      })
    )

    it.effect("runs before Select as well", () =>
      Effect.gen(function* () {
        const { peer } = yield* connected({ timers: { t6: "1 hour", t7: "1 hour" } })
        yield* peer.sendBytes(kit.hex("000000"))
        yield* kit.pass(4_999)
        yield* peer.connected
        yield* kit.pass(1)
        yield* peer.closed
      })
    )

    it.effect("does not run while this side is the one that does not read", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({ primaryCapacity: 2 })
        let taken = 0
        yield* kit.start(
          session.primaries.pipe(
            Stream.runForEach(() =>
              Effect.andThen(
                Effect.sync(() => taken++),
                Effect.sleep("1 minute")
              )
            )
          )
        )
        yield* peer.sendBytes(kit.concat(frame, frame, frame, frame, frame.subarray(0, 10)))
        yield* kit.settle
        yield* peer.sendBytes(frame.subarray(10))
        yield* kit.pass("10 minutes")
        assert.strictEqual(taken, 5)
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    it.effect("uses the T8 it is given, shorter than a second as well (e37/parameters/fraction)", () =>
      Effect.gen(function* () {
        const { peer } = yield* selected({ timers: { t8: 250 } })
        yield* peer.sendBytes(frame.subarray(0, 10))
        yield* kit.pass(249)
        yield* peer.connected
        yield* kit.pass(1)
        yield* peer.closed
      })
    )
  })
}

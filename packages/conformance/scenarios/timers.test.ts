/** SEMI E37, parameters: T5, T7 and T8 as a peer sees them. Both sides of each deadline are in the tests of the session. */
import { HsmsSession } from "@effect-secs/session"
import { TransportError } from "@effect-secs/session/SessionError"
import { Transport } from "@effect-secs/session/Transport"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as net from "node:net"
import * as kit from "./kit.ts"

const { scenario } = kit

describe("T5", () => {
  scenario(
    "passes between a failed attempt and the next, and the state in between is NOT CONNECTED (e37/connect/failed, e37/t5/after-failure)",
    (wire) =>
      Effect.gen(function* () {
        let attempts = 0
        const refused = new TransportError({ operation: "connect", address: "nowhere", reason: { _tag: "Refused" } })
        const failing: kit.Wire = {
          ...wire,
          active: {
            ...wire.active,
            open: Effect.suspend(() => (++attempts <= 2 ? Effect.fail(refused) : wire.active.open))
          }
        }
        const { event, session } = yield* kit.active(failing, { timers: { t5: "100 millis" } })
        for (const attempt of [1, 2]) {
          assert.strictEqual(attempts, attempt)
          assert.strictEqual(yield* session.state, "NotConnected")
          yield* wire.elapse("110 millis")
          if (attempt === 1) yield* event("ConnectFailed")
        }
        const peer = yield* kit.open(wire.passive)
        yield* peer.expect("FFFF 00 00 00 01 ????????")
        assert.strictEqual(attempts, 3)
      })
  )

  it.live("passes after an attempt at a port where nobody listens (e37/connect/failed, e37/t5/after-failure)", () =>
    Effect.gen(function* () {
      // A port that was free a moment ago.
      const port = yield* Effect.scoped(
        Effect.map(NodeTransport.makeListen({ host: "127.0.0.1", port: 0 }), ({ listening }) => listening.port)
      )
      const session = yield* HsmsSession.makeActive({ sessionId: 10, timers: { t5: "50 millis" } }).pipe(
        Effect.provideService(Transport, NodeTransport.makeConnect({ host: "127.0.0.1", port }))
      )
      const failed = yield* session.events.pipe(
        Stream.filter((event) => event._tag === "ConnectFailed"),
        Stream.take(2),
        Stream.runCollect
      )
      assert.deepStrictEqual(
        failed.map((event) => event._tag === "ConnectFailed" && event.error.reason._tag),
        ["Refused", "Refused"]
      )
      assert.isAtLeast(failed[1]!.at - failed[0]!.at, 49)
    })
  )
})

describe("T7", () => {
  for (const [side, selected] of kit.sides) {
    scenario(`is stopped by Select on the ${side} side (e37/t7/stops)`, (wire) =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(wire, { timers: { t7: "50 millis" } })
        yield* wire.elapse("100 millis")
        yield* peer.quiet
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    scenario(`starts again after Deselect on the ${side} side (e37/t7/after-deselect)`, (wire) =>
      Effect.gen(function* () {
        const { event, peer } = yield* selected(wire, { timers: { t7: "50 millis" } })
        yield* peer.send("FFFF 00 00 00 03 00000021")
        yield* peer.expect("FFFF 00 00 00 04 00000021")
        yield* wire.elapse("50 millis")
        yield* peer.closed
        assert.strictEqual((yield* event("Disconnected")).reason._tag, "T7Expired")
      })
    )
  }

  scenario(
    "starts with TCP and closes the active side as well, if T6 does not before (e37/t7/starts, e37/t7/active)",
    (wire) =>
      Effect.gen(function* () {
        const { event } = yield* kit.active(wire, { timers: { t6: "10 seconds", t7: "50 millis" } })
        const peer = yield* kit.open(wire.passive)
        yield* peer.expect("FFFF 00 00 00 01 ????????")
        yield* wire.elapse("50 millis")
        yield* peer.closed
        assert.strictEqual((yield* event("Disconnected")).reason._tag, "T7Expired")
      })
  )
})

for (const [side, selected] of kit.sides) {
  describe(`T8 on the ${side} side`, () => {
    scenario("does not run between messages (e37/t8/not-between)", (wire) =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(wire, { timers: { t8: "50 millis" } })
        yield* peer.quiet
        yield* wire.elapse("100 millis")
        yield* peer.quiet
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    scenario("starts anew with every byte (e37/t8/restarts)", (wire) =>
      Effect.gen(function* () {
        const { peer } = yield* selected(wire, { timers: { t8: "400 millis" } })
        for (const part of ["00", "00000A FFFF", "00 00 00 05", "0A0B0C"]) {
          yield* peer.sendBytes(part)
          // Four times 150 is more than T8.
          yield* wire.elapse("150 millis")
        }
        yield* peer.sendBytes("0D")
        yield* peer.expect("FFFF 00 00 00 06 0A0B0C0D")
      })
    )

    for (const [place, bytes] of [
      ["in the length", "0000"],
      ["after the length", "0000000A"],
      ["in the header", "0000000A FFFF 00 00"],
      ["in the text", "0000000E 000A 81 01 00 00 00000001 4102 41"]
    ] as const) {
      scenario(`closes TCP when a message stops ${place} (e37/t8/closes, e371/failure/closes)`, (wire) =>
        Effect.gen(function* () {
          const { event, peer } = yield* selected(wire, { timers: { t8: "50 millis" } })
          yield* peer.sendBytes(bytes)
          // Over TCP the bytes may take a moment; the session has read them when it has read them all.
          yield* wire.elapse("60 millis")
          yield* peer.closed
          const { reason } = yield* event("Disconnected")
          assert.strictEqual(reason._tag, "T8Expired")
        })
      )
    }
  })
}

describe("TCP", () => {
  it.live(
    "that the peer half closes is closed, and what is open fails (e37/state/half-close, e37/state/disconnected)",
    () =>
      Effect.gen(function* () {
        const { listening, transport } = yield* NodeTransport.makeListen({ host: "127.0.0.1", port: 0 })
        const session = yield* HsmsSession.makePassive({ sessionId: 10 }).pipe(
          Effect.provideService(Transport, transport)
        )
        const socket = yield* Effect.acquireRelease(
          Effect.sync(() => net.connect({ host: "127.0.0.1", port: listening.port, allowHalfOpen: true })),
          (one) => Effect.sync(() => one.destroy())
        )
        const ended = yield* Effect.forkScoped(
          Effect.callback<void>((resume) => {
            socket.on("end", () => resume(Effect.void)).resume()
          }),
          { startImmediately: true }
        )
        socket.write(Buffer.from(kit.framed("FFFF 00 00 00 01 00000001"), "hex"))
        yield* session.awaitSelected
        const linktest = yield* Effect.forkScoped(Effect.flip(session.linktest), { startImmediately: true })
        // FIN, with the other direction left open.
        socket.end()
        assert.strictEqual((yield* Fiber.join(linktest)).reason._tag, "ConnectionLost")
        assert.strictEqual(yield* session.state, "NotConnected")
        yield* Fiber.join(ended)
      })
  )

  it.live("that the peer resets is gone at once (e37/state/disconnected)", () =>
    Effect.gen(function* () {
      const { listening, transport } = yield* NodeTransport.makeListen({ host: "127.0.0.1", port: 0 })
      const session = yield* HsmsSession.makePassive({ sessionId: 10 }).pipe(
        Effect.provideService(Transport, transport)
      )
      const socket = net.connect({ host: "127.0.0.1", port: listening.port })
      socket.on("error", () => {})
      socket.write(Buffer.from(kit.framed("FFFF 00 00 00 01 00000001"), "hex"))
      yield* session.awaitSelected
      const linktest = yield* Effect.forkScoped(Effect.flip(session.linktest), { startImmediately: true })
      socket.resetAndDestroy()
      assert.strictEqual((yield* Fiber.join(linktest)).reason._tag, "ConnectionLost")
      assert.strictEqual(yield* session.state, "NotConnected")
    })
  )
})

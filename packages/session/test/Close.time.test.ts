import { SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import * as kit from "./kit.ts"

for (const [side, selected] of [
  ["passive", kit.passiveSelected],
  ["active", kit.activeSelected]
] as const) {
  describe(`closing in time, ${side} side`, () => {
    it.effect("waits for a slow peer to take Separate.req", () =>
      Effect.gen(function* () {
        const { close, peer, session } = yield* selected({}, { capacity: 8 })
        yield* peer.stopsReading
        yield* kit.start(session.request(SecsMessage.primary(1, 1)))
        const closing = yield* kit.start(close)
        yield* kit.pass(999)
        assert.isTrue(yield* kit.waits(closing))
        yield* peer.reads
        yield* kit.value(closing)
        assert.deepStrictEqual(
          (yield* peer.rest).map((frame) => frame.sType),
          [0, 9]
        )
        yield* peer.closed
      })
    )

    it.effect("gives a peer that does not read up after 1 s, not before", () =>
      Effect.gen(function* () {
        const { close, peer, session } = yield* selected({}, { capacity: 8 })
        yield* peer.stopsReading
        yield* kit.start(session.request(SecsMessage.primary(1, 1)))
        const closing = yield* kit.start(close)
        yield* kit.pass(999)
        assert.isTrue(yield* kit.waits(closing))
        yield* kit.pass(1)
        yield* kit.value(closing)
      })
    )

    it.effect("gives it up after the time it is told", () =>
      Effect.gen(function* () {
        const { close, peer, session } = yield* selected({ closeTimeout: "3 seconds" }, { capacity: 8 })
        yield* peer.stopsReading
        yield* kit.start(session.request(SecsMessage.primary(1, 1)))
        const closing = yield* kit.start(close)
        yield* kit.pass(2_999)
        assert.isTrue(yield* kit.waits(closing))
        yield* kit.pass(1)
        yield* kit.value(closing)
      })
    )

    it.effect("fails requests at once, although Separate.req waits to be written", () =>
      Effect.gen(function* () {
        const { close, peer, session } = yield* selected({}, { capacity: 8 })
        yield* peer.stopsReading
        const request = yield* kit.start(session.request(SecsMessage.primary(1, 1)))
        const send = yield* kit.start(session.send(SecsMessage.primary(6, 11)))
        yield* kit.start(close)
        const lost = { _tag: "ConnectionLost", cause: { _tag: "LocalClose" } } as const
        assert.deepStrictEqual(yield* kit.reason(request), lost)
        assert.deepStrictEqual(yield* kit.reason(send), lost)
        const refused = { _tag: "NotSelected", state: "NotConnected" } as const
        assert.deepStrictEqual((yield* Effect.flip(session.request(SecsMessage.primary(1, 1)))).reason, refused)
        yield* kit.pass(1_000)
      })
    )

    it.effect("takes no time with a peer that reads", () =>
      Effect.gen(function* () {
        const { close, peer } = yield* selected()
        yield* kit.value(yield* kit.start(close))
        assert.strictEqual((yield* peer.next).sType, 9)
        yield* peer.closed
      })
    )

    it.effect("writes an answer that ends the connection to a slow peer, then closes", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({}, { capacity: 8 })
        yield* peer.stopsReading
        yield* kit.start(session.request(SecsMessage.primary(1, 1)))
        yield* peer.sendBytes(kit.concat(kit.toBytes(kit.linktestReq(7)), kit.hex("00000000")))
        yield* kit.pass(999)
        yield* peer.reads
        assert.deepStrictEqual(
          (yield* peer.rest).map((frame) => frame.sType),
          [0, 6]
        )
        yield* peer.closed
      })
    )

    it.effect("ends `changes`, `events` and `primaries`, what is buffered first", () =>
      Effect.gen(function* () {
        const { close, peer, session } = yield* selected()
        const changes = yield* kit.start(Stream.runCollect(session.changes))
        const events = yield* kit.start(Stream.runCollect(session.events))
        yield* peer.send(kit.data(6, 11, 1), kit.data(6, 13, 2))
        yield* kit.settle
        yield* close
        const primaries = yield* kit.start(Stream.runCollect(session.primaries))
        assert.deepStrictEqual(yield* kit.value(changes), ["Selected", "NotConnected"])
        assert.deepStrictEqual(
          (yield* kit.value(events)).slice(-1).map((event) => event._tag),
          ["StateChanged"]
        )
        assert.deepStrictEqual(
          (yield* kit.value(primaries)).map((one) => one.message.name),
          ["S6F11", "S6F13"]
        )
      })
    )

    it.effect("interrupts who waits for a session", () =>
      Effect.gen(function* () {
        const { close, peer, session } = yield* selected()
        yield* peer.close
        const waiting = yield* kit.start(session.awaitSelected)
        yield* close
        assert.isTrue(Exit.hasInterrupts(yield* kit.ended(waiting)))
      })
    )

    it.effect("leaves a session that refuses everything", () =>
      Effect.gen(function* () {
        const { close, session } = yield* selected()
        yield* close
        const refused = { _tag: "NotSelected", state: "NotConnected" } as const
        assert.deepStrictEqual((yield* Effect.flip(session.request(SecsMessage.primary(1, 1)))).reason, refused)
        assert.deepStrictEqual((yield* Effect.flip(session.send(SecsMessage.primary(6, 11)))).reason, refused)
        assert.deepStrictEqual((yield* Effect.flip(session.linktest)).reason, refused)
      })
    )
  })
}

describe("closing in time, passive side", () => {
  it.effect("turns a connection away that comes while Separate.req waits to be written, and ends NOT CONNECTED", () =>
    Effect.gen(function* () {
      const { close, dial, events, peer, session } = yield* kit.passiveSelected({}, { capacity: 8 })
      yield* peer.stopsReading
      yield* kit.start(session.request(SecsMessage.primary(1, 1)))
      const closing = yield* kit.start(close)
      const late = yield* dial
      yield* late.closed
      assert.strictEqual(yield* session.state, "NotConnected")
      yield* kit.pass(1_000)
      yield* kit.value(closing)
      assert.strictEqual(yield* session.state, "NotConnected")
      assert.strictEqual((yield* events.of("Connected")).length, (yield* events.of("Disconnected")).length)
    })
  )
})

describe("the write timeout", () => {
  it.effect("ends a connection whose peer has not read for 30 s, not before", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected({}, { capacity: 8 })
      yield* peer.stopsReading
      const send = yield* kit.start(session.send(SecsMessage.primary(6, 11)))
      yield* kit.pass(29_999)
      assert.isTrue(yield* kit.waits(send))
      yield* kit.pass(1)
      const reason = yield* kit.reason(send)
      assert.strictEqual(reason._tag, "ConnectionLost")
      const [end] = yield* events.of("Disconnected")
      assert.strictEqual(end?.reason._tag === "TcpClosed" && end.reason.error.reason._tag, "TimedOut")
      assert.strictEqual(end?.reason._tag === "TcpClosed" && end.reason.error.operation, "write")
    })
  )

  it.effect("does not run while there is nothing to write, nor adds up over writes", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({}, { capacity: 8 })
      for (let round = 0; round < 4; round++) {
        yield* peer.stopsReading
        const send = yield* kit.start(session.send(SecsMessage.primary(6, 11)))
        yield* kit.pass(29_000)
        yield* peer.reads
        yield* kit.value(send)
      }
      yield* kit.pass("1 hour")
      assert.strictEqual(yield* session.state, "Selected")
    })
  )
})

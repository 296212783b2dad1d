import { SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { HsmsSession, SessionError, Transport } from "../src/index.ts"
import * as kit from "./kit.ts"

const refused = new SessionError.TransportError({
  operation: "connect",
  address: "192.0.2.1:5000",
  reason: { _tag: "Refused" }
})

/** A dialler that does as it is told: refused, never answered, or connected to `accept`. */
const dialler = (options: Partial<HsmsSession.ActiveOptions> = {}) =>
  Effect.gen(function* () {
    const memory = yield* Transport.makeMemory()
    const script: { next: "refuse" | "hang" | "connect" } = { next: "refuse" }
    const dials: Array<number> = []
    let aborted = 0
    const transport: Transport.Transport["Service"] = {
      description: "connect 192.0.2.1:5000",
      open: Effect.gen(function* () {
        dials.push(yield* Clock.currentTimeMillis)
        switch (script.next) {
          case "refuse":
            return yield* refused
          case "hang":
            return yield* Effect.onInterrupt(Effect.never, () => Effect.sync(() => aborted++))
          case "connect":
            return yield* memory.active.open
        }
      })
    }
    const { close, session } = yield* kit.closable(
      HsmsSession.makeActive({ sessionId: kit.device, timers: { linktest: 0 }, ...options }),
      transport
    )
    const events = yield* kit.record(session)
    /** Takes the connection, and its Select.req if the session got that far. */
    const accept = Effect.gen(function* () {
      const peer = yield* kit.open(memory.passive)
      const request = yield* peer.next
      return { peer, select: request.system }
    })
    return { session, close, events, script, dials, accept, aborted: () => aborted }
  })

describe("T5", () => {
  it.effect(
    "is waited for after each refused attempt, for ever (e37/t5/default, e37/t5/after-failure, e37/connect/failed)",
    () =>
      Effect.gen(function* () {
        const { dials, session } = yield* dialler()
        yield* kit.settle
        assert.deepStrictEqual(dials, [0])
        assert.strictEqual(yield* session.state, "NotConnected")
        yield* kit.pass(9_999)
        assert.deepStrictEqual(dials, [0])
        yield* kit.pass(1)
        assert.deepStrictEqual(dials, [0, 10_000])
        yield* kit.pass(990_000)
        assert.deepStrictEqual(
          dials,
          Array.from({ length: 101 }, (_, i) => i * 10_000)
        )
      })
  )

  it.effect("tells observers why an attempt failed and when the next one comes", () =>
    Effect.gen(function* () {
      const { events } = yield* dialler()
      yield* kit.pass(10_000)
      const [failed] = yield* events.of("ConnectFailed")
      assert.deepStrictEqual([failed?.error, failed?.retryIn], [refused, Duration.seconds(10)])
    })
  )

  it.effect(
    "is waited for after the end of a connection, counted from there (e37/t5/after-connection, e37/connect/again)",
    () =>
      Effect.gen(function* () {
        const { accept, dials, script, session } = yield* dialler()
        script.next = "connect"
        yield* kit.pass(10_000)
        const { peer, select } = yield* accept
        yield* peer.send(kit.selectRsp(select))
        yield* kit.pass(123_456)
        assert.strictEqual(yield* session.state, "Selected")
        yield* peer.close
        assert.strictEqual(yield* session.state, "NotConnected")
        yield* kit.pass(9_999)
        assert.deepStrictEqual(dials, [0, 10_000])
        yield* kit.pass(1)
        assert.deepStrictEqual(dials, [0, 10_000, 143_456])
        assert.strictEqual(yield* session.state, "NotSelected")
      })
  )

  for (const [what, end] of [
    ["Select.rsp with status 3", (peer: kit.Peer, select: number) => peer.send(kit.selectRsp(select, 3))],
    ["Reject.req to Select.req", (peer: kit.Peer, select: number) => peer.send(kit.rejectReq(select, 1, 1))],
    ["Separate.req", (peer: kit.Peer) => peer.send(kit.separateReq(1))],
    ["bytes that are no message", (peer: kit.Peer) => peer.sendBytes(kit.hex("00000000"))]
  ] as const) {
    it.effect(`is waited for after ${what}, then it selects again (e37/select/again)`, () =>
      Effect.gen(function* () {
        const { accept, dials, script, session } = yield* dialler()
        script.next = "connect"
        yield* kit.pass(10_000)
        const { peer, select } = yield* accept
        yield* end(peer, select)
        yield* peer.closed
        yield* kit.pass(9_999)
        assert.strictEqual(dials.length, 2)
        yield* kit.pass(1)
        assert.strictEqual(dials.length, 3)
        const again = yield* accept
        yield* again.peer.send(kit.selectRsp(again.select))
        yield* kit.settle
        assert.strictEqual(yield* session.state, "Selected")
      })
    )
  }

  it.effect("is used as given", () =>
    Effect.gen(function* () {
      const { dials } = yield* dialler({ timers: { t5: 1_500, linktest: 0 } })
      yield* kit.pass(4_500)
      assert.deepStrictEqual(dials, [0, 1_500, 3_000, 4_500])
    })
  )
})

describe("backoff", () => {
  it.effect("doubles the waits from the first on, up to T5 (e37/t5/backoff)", () =>
    Effect.gen(function* () {
      const { dials } = yield* dialler({ backoff: { initial: "1 second" } })
      yield* kit.pass(45_000)
      assert.deepStrictEqual(dials, [0, 1_000, 3_000, 7_000, 15_000, 25_000, 35_000, 45_000])
    })
  )

  it.effect("grows by the factor it is given", () =>
    Effect.gen(function* () {
      const { dials } = yield* dialler({ backoff: { initial: "1 second", factor: 3 } })
      yield* kit.pass(30_000)
      assert.deepStrictEqual(dials, [0, 1_000, 4_000, 13_000, 23_000])
    })
  )

  it.effect("begins anew after a connection that was selected", () =>
    Effect.gen(function* () {
      const { accept, dials, script } = yield* dialler({ backoff: { initial: "1 second" } })
      yield* kit.pass(14_999)
      script.next = "connect"
      yield* kit.pass(1)
      const { peer, select } = yield* accept
      yield* peer.send(kit.selectRsp(select))
      yield* kit.settle
      script.next = "refuse"
      yield* peer.close
      yield* kit.pass(3_000)
      assert.deepStrictEqual(dials, [0, 1_000, 3_000, 7_000, 15_000, 16_000, 18_000])
    })
  )

  it.effect("goes on after a connection that was never selected", () =>
    Effect.gen(function* () {
      const { accept, dials, script } = yield* dialler({ backoff: { initial: "1 second" } })
      yield* kit.pass(2_999)
      script.next = "connect"
      yield* kit.pass(1)
      const { peer } = yield* accept
      script.next = "refuse"
      yield* peer.close
      yield* kit.pass(4_000)
      assert.deepStrictEqual(dials, [0, 1_000, 3_000, 7_000])
    })
  )
})

describe("the connect timeout", () => {
  it.effect("gives an attempt up after 10 s, not before, then waits T5 (e37/connect/attempt-bounded)", () =>
    Effect.gen(function* () {
      const { aborted, dials, events, script, session } = yield* dialler()
      script.next = "hang"
      yield* kit.pass(10_000)
      assert.strictEqual(yield* session.state, "Connecting")
      yield* kit.pass(9_999)
      assert.strictEqual(yield* session.state, "Connecting")
      assert.strictEqual(aborted(), 0)
      yield* kit.pass(1)
      assert.strictEqual(yield* session.state, "NotConnected")
      assert.strictEqual(aborted(), 1)
      const failed = (yield* events.of("ConnectFailed")).at(-1)
      assert.deepStrictEqual(failed?.error.reason, { _tag: "TimedOut", after: Duration.seconds(10) })
      yield* kit.pass(9_999)
      assert.strictEqual(dials.length, 2)
      yield* kit.pass(1)
      assert.strictEqual(dials.length, 3)
    })
  )

  it.effect("is used as given", () =>
    Effect.gen(function* () {
      const { script, session } = yield* dialler({ connectTimeout: "2 seconds" })
      script.next = "hang"
      yield* kit.pass(11_999)
      assert.strictEqual(yield* session.state, "Connecting")
      yield* kit.pass(1)
      assert.strictEqual(yield* session.state, "NotConnected")
    })
  )
})

describe("closing", () => {
  it.effect("while it dials ends the attempt, and no other follows (e37/connect/close-while-dialling)", () =>
    Effect.gen(function* () {
      const { aborted, close, dials, script, session } = yield* dialler()
      script.next = "hang"
      yield* kit.pass(10_000)
      yield* close
      assert.strictEqual(aborted(), 1)
      assert.strictEqual(yield* session.state, "NotConnected")
      yield* kit.pass("1 hour")
      assert.strictEqual(dials.length, 2)
    })
  )

  it.effect("while it waits for T5 ends the wait, and no attempt follows", () =>
    Effect.gen(function* () {
      const { close, dials } = yield* dialler()
      yield* kit.pass(5_000)
      yield* close
      yield* kit.pass("1 hour")
      assert.strictEqual(dials.length, 1)
    })
  )

  it.effect("while selected is not followed by another attempt (e37/separate/either-side)", () =>
    Effect.gen(function* () {
      const { accept, close, dials, script } = yield* dialler()
      script.next = "connect"
      yield* kit.pass(10_000)
      const { peer, select } = yield* accept
      yield* peer.send(kit.selectRsp(select))
      yield* kit.settle
      yield* close
      assert.strictEqual((yield* peer.next).sType, 9)
      yield* kit.pass("1 hour")
      assert.strictEqual(dials.length, 2)
    })
  )
})

describe("a session between connections", () => {
  it.effect(
    "refuses requests at once, and writes none of them on the next connection (e37/state/nothing-carried-over)",
    () =>
      Effect.gen(function* () {
        const { accept, script, session } = yield* dialler()
        script.next = "connect"
        const waiting = yield* kit.start(Effect.flip(session.request(SecsMessage.primary(1, 1))))
        assert.deepStrictEqual((yield* kit.value(waiting)).reason, { _tag: "NotSelected", state: "NotConnected" })
        yield* kit.pass(10_000)
        const { peer, select } = yield* accept
        yield* peer.send(kit.selectRsp(select))
        yield* peer.silent
      })
  )

  it.effect("keeps frames queued for the last connection off the next one (e37/state/nothing-carried-over)", () =>
    Effect.gen(function* () {
      const { accept, peer, session } = yield* kit.activeSelected({}, { capacity: 8 })
      yield* peer.stopsReading
      const lost = [
        yield* kit.start(session.request(SecsMessage.primary(1, 1))),
        yield* kit.start(session.request(SecsMessage.primary(1, 3)))
      ]
      yield* peer.close
      for (const one of lost) assert.strictEqual((yield* kit.reason(one))._tag, "ConnectionLost")
      yield* kit.pass(10_000)
      const next = yield* accept
      yield* next.send(kit.selectRsp((yield* next.next).system))
      yield* next.silent
      yield* kit.start(session.request(SecsMessage.primary(1, 5)))
      assert.strictEqual((yield* next.next).byte3, 5)
    })
  )

  it.effect("goes on giving primaries of the next connection to the same reader", () =>
    Effect.gen(function* () {
      const { accept, peer, session } = yield* kit.activeSelected()
      const seen = yield* kit.primaries(session)
      yield* peer.send(kit.data(6, 11, 1))
      yield* kit.settle
      yield* peer.close
      yield* kit.pass(10_000)
      const next = yield* accept
      yield* next.send(kit.selectRsp((yield* next.next).system), kit.data(6, 13, 2))
      yield* kit.settle
      assert.deepStrictEqual(
        seen.map((one) => one.message.name),
        ["S6F11", "S6F13"]
      )
    })
  )

  it.effect("tells who waits for the session when the next connection is selected", () =>
    Effect.gen(function* () {
      const { accept, peer, session } = yield* kit.activeSelected()
      yield* peer.close
      const waiting = yield* kit.start(session.awaitSelected)
      yield* kit.pass(10_000)
      assert.isTrue(yield* kit.waits(waiting))
      const next = yield* accept
      yield* next.send(kit.selectRsp((yield* next.next).system))
      yield* Fiber.join(waiting)
    })
  )
})

describe("a passive session whose transport fails", () => {
  it.effect("waits T5 and takes the next connection", () =>
    Effect.gen(function* () {
      const memory = yield* Transport.makeMemory()
      let opens = 0
      const session = yield* HsmsSession.makePassive({ sessionId: kit.device }).pipe(
        Effect.provideService(Transport.Transport, {
          description: "listen",
          open: Effect.suspend(() => (++opens <= 2 ? Effect.fail(refused) : memory.passive.open))
        })
      )
      const events = yield* kit.record(session)
      yield* kit.pass(19_999)
      assert.strictEqual(opens, 2)
      assert.strictEqual((yield* events.of("ConnectFailed")).length, 1)
      yield* kit.pass(1)
      const peer = yield* kit.open(memory.active)
      yield* peer.send(kit.selectReq(1))
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(1))
    })
  )
})

import { assert, describe, it } from "@effect/vitest"
import { SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { HsmsSession, Session, Transport } from "../src/index.ts"
import * as kit from "./kit.ts"

const s1f3 = SecsMessage.primary(1, 3)

describe("Session.wire", () => {
  it.effect("gives every message with its direction, and nothing else of the events", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const seen: Array<string> = []
      yield* Session.wire.pipe(
        Stream.runForEach(({ _tag, header, message }) =>
          Effect.sync(() => seen.push(`${_tag} ${message?.name ?? `SType ${header.sType}`}`))
        ),
        Effect.provideService(Session.Session, session),
        kit.start
      )
      const request = yield* kit.start(session.request(s1f3))
      yield* peer.send(kit.data(1, 4, (yield* peer.next).system), kit.linktestReq(7), kit.linktestRsp(8))
      yield* kit.value(request)
      yield* peer.close
      assert.deepStrictEqual(seen, [
        "Sent S1F3",
        "Received S1F4",
        "Received SType 5",
        "Sent SType 6",
        "Received SType 6",
        "Sent SType 7"
      ])
    })
  )
})

interface Shown {
  readonly direction: string
  readonly at: number
  readonly connection: number
  readonly peer: string
  readonly bytes: string
}

const text = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

/** A passive session behind a tap, and what the tap has shown. */
const tapped = (onBytes: (tapped: Transport.Tapped) => void = () => {}) =>
  Effect.gen(function* () {
    const shown: Array<Shown> = []
    const transports = yield* Transport.makeMemory()
    const transport = Transport.tap(transports.passive, (tapped) => {
      shown.push({ ...tapped, bytes: text(tapped.bytes) })
      onBytes(tapped)
    })
    const make = HsmsSession.makePassive({ sessionId: kit.device, timers: { linktest: 0 } })
    const { session } = yield* kit.closable(make, transport)
    return { shown, session, transport, dial: Effect.tap(kit.open(transports.active), () => kit.settle) }
  })

describe("Transport.tap", () => {
  it.effect("shows the bytes of both directions, in order, with time, connection and peer", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 second")
      const { dial, session, shown, transport } = yield* tapped()
      assert.strictEqual(transport.description, "listen memory")
      const peer = yield* dial
      const select = kit.toBytes(kit.selectReq(1))
      yield* peer.sendBytes(select.subarray(0, 6))
      yield* kit.pass("2 seconds")
      yield* peer.sendBytes(select.subarray(6))
      assert.deepStrictEqual(yield* peer.next, kit.selectRsp(1))
      const request = yield* kit.start(session.request(s1f3))
      const { system } = yield* peer.next
      yield* peer.send(kit.data(1, 4, system, "4101 41"))
      yield* kit.value(request)
      const about = { connection: 1, peer: "active" }
      assert.deepStrictEqual(shown, [
        { ...about, direction: "received", at: 1000, bytes: text(select.subarray(0, 6)) },
        { ...about, direction: "received", at: 3000, bytes: text(select.subarray(6)) },
        { ...about, direction: "sent", at: 3000, bytes: text(kit.toBytes(kit.selectRsp(1))) },
        { ...about, direction: "sent", at: 3000, bytes: text(kit.toBytes(kit.primary(1, 3, system))) },
        { ...about, direction: "received", at: 3000, bytes: text(kit.toBytes(kit.data(1, 4, system, "4101 41"))) }
      ])
    })
  )

  it.effect("numbers the connections", () =>
    Effect.gen(function* () {
      const { dial, shown } = yield* tapped()
      for (const system of [1, 2]) {
        const peer = yield* dial
        yield* peer.send(kit.selectReq(system))
        assert.deepStrictEqual(yield* peer.next, kit.selectRsp(system))
        yield* peer.close
      }
      assert.deepStrictEqual(
        shown.map(({ connection, direction }) => [connection, direction]),
        [
          [1, "received"],
          [1, "sent"],
          [2, "received"],
          [2, "sent"]
        ]
      )
    })
  )

  it.effect("that throws ends the connection with what it threw, and the session takes the next", () =>
    Effect.gen(function* () {
      let broken = true
      const { dial, session } = yield* tapped(({ direction }) => {
        if (broken && direction === "sent") throw new Error("disk full")
      })
      const events = yield* kit.record(session)
      const peer = yield* dial
      yield* peer.send(kit.selectReq(1))
      yield* peer.closed
      const [end] = yield* events.of("Disconnected")
      assert.strictEqual(end!.reason._tag, "TcpClosed")
      assert.include(JSON.stringify(end!.reason), "disk full")
      broken = false
      const again = yield* dial
      yield* again.send(kit.selectReq(2))
      assert.deepStrictEqual(yield* again.next, kit.selectRsp(2))
    })
  )

  it.effect("fails to open as what is under it does", () =>
    Effect.gen(function* () {
      const broken: Transport.Transport["Service"] = { description: "none", open: Effect.interrupt }
      const exit = yield* Effect.exit(Effect.scoped(Transport.tap(broken, () => {}).open))
      assert.isTrue(Exit.hasInterrupts(exit))
    })
  )
})

/**
 * Replies of handlers on their way out: in which order, when `reply` is done, and what becomes of them when the peer does
 * not read. Over a transport with and without its fast paths.
 */
import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { Session } from "../src/index.ts"
import * as kit from "./kit.ts"

const count = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

const systems = (frames: ReadonlyArray<kit.Frame>): ReadonlyArray<number> => frames.map((frame) => frame.system)

const serving = <Handled extends Effect.Effect<unknown, unknown>>(
  session: Session.Service,
  handler: (primary: Session.InboundPrimary) => Handled,
  options?: Session.ServeOptions
) => kit.start(Effect.provideService(Session.serve(handler, options), Session.Session, session))

/** Done a few turns later. */
const later = Effect.repeat(Effect.yieldNow, { times: 3 })

for (const [how, fast] of [
  ["with fast paths", true],
  ["without", false]
] as const) {
  for (const [side, selected] of [
    ["passive", kit.passiveSelected],
    ["active", kit.activeSelected]
  ] as const) {
    describe(`the handlers of one session, ${side} side, transport ${how}`, () => {
      it.effect("run one at a time and reply in the order of the primaries, be they done at once or later", () =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected({}, { fast })
          const began: Array<number> = []
          let running = 0
          yield* serving(session, (primary) =>
            Effect.gen(function* () {
              began.push(primary.systemBytes)
              assert.strictEqual(++running, 1)
              if (primary.systemBytes % 3 === 0) yield* later
              if (primary.systemBytes % 7 === 0) yield* Effect.sleep("1 second")
              yield* primary.reply(Item.U4(primary.systemBytes))
              if (primary.systemBytes % 5 === 0) yield* later
              running--
            })
          )
          yield* peer.send(...count(1, 60).map((i) => kit.primary(1, 3, i)))
          for (const i of count(61, 100)) yield* peer.send(kit.primary(1, 3, i))
          for (let second = 0; second < 20; second++) yield* kit.pass("1 second")
          assert.deepStrictEqual(began, count(1, 100))
          assert.deepStrictEqual(
            yield* peer.rest,
            count(1, 100).map((i) => kit.data(1, 4, i, `b104${i.toString(16).padStart(8, "0")}`))
          )
        })
      )

      it.effect("send their replies before the connection closes on bad bytes behind the primaries", () =>
        Effect.gen(function* () {
          const { events, peer, session } = yield* selected({}, { fast })
          yield* serving(session, (primary) => primary.reply())
          const good = count(1, 40).map((i) => kit.toBytes(kit.primary(1, 1, i)))
          yield* peer.sendBytes(kit.concat(...good, kit.hex("00000003 010203")))
          assert.deepStrictEqual(
            yield* peer.rest,
            count(1, 40).map((i) => kit.data(1, 2, i))
          )
          yield* peer.closed
          const [end] = yield* events.of("Disconnected")
          assert.deepStrictEqual([end?.reason._tag, end?.unwritten], ["FrameFault", 0])
        })
      )

      it.effect("are ended after `writeTimeout` with the connection of a peer that does not read", () =>
        Effect.gen(function* () {
          const { events, peer, session } = yield* selected({ writeTimeout: "10 seconds" }, { fast, capacity: 100 })
          yield* peer.stopsReading
          const fibers = [
            yield* kit.start(session.send(SecsMessage.primary(6, 11, Item.B(new Uint8Array(1000))))),
            yield* kit.start(session.send(SecsMessage.primary(6, 13)))
          ]
          yield* kit.pass("9999 millis")
          assert.strictEqual(yield* session.state, "Selected")
          assert.isTrue(yield* kit.waits(fibers[0]!))
          yield* kit.pass("1 millis")
          for (const fiber of fibers) assert.strictEqual((yield* kit.reason(fiber))._tag, "ConnectionLost")
          const [end] = yield* events.of("Disconnected")
          assert.strictEqual(end?.unwritten, 2)
          const reason = end?.reason
          assert.strictEqual(reason?._tag === "TcpClosed" && reason.error.reason._tag, "TimedOut")
        })
      )

      it.effect("are not ended where the peer reads in time, again and again", () =>
        Effect.gen(function* () {
          const { events, peer, session } = yield* selected({ writeTimeout: "10 seconds" }, { fast, capacity: 100 })
          for (let round = 0; round < 4; round++) {
            yield* peer.stopsReading
            const send = yield* kit.start(session.send(SecsMessage.primary(6, 11, Item.B(new Uint8Array(1000)))))
            yield* kit.pass("9 seconds")
            assert.isTrue(yield* kit.waits(send))
            yield* peer.reads
            yield* kit.value(send)
          }
          yield* kit.pass("1 minute")
          assert.deepStrictEqual(yield* events.of("Disconnected"), [])
          assert.strictEqual((yield* peer.rest).length, 4)
        })
      )
    })
  }

  describe(`the readers of one session, transport ${how}`, () => {
    it.effect("are two `serve`s: what one is busy for goes to the other, and all of it when one leaves", () =>
      Effect.gen(function* () {
        const { close, events, peer, session } = yield* kit.passiveSelected({}, { fast })
        const seen: Array<string> = []
        const gate = yield* Deferred.make<void>()
        const handler = (name: string) => (primary: Session.InboundPrimary) =>
          Effect.gen(function* () {
            seen.push(`${name} ${primary.systemBytes}`)
            if (primary.systemBytes === 1) yield* Deferred.await(gate)
            yield* primary.reply()
          })
        const first = yield* serving(session, handler("first"))
        const second = yield* serving(session, handler("second"))
        yield* peer.send(...count(1, 3).map((i) => kit.primary(1, 1, i)))
        assert.deepStrictEqual(systems(yield* peer.rest), [2, 3])
        yield* Deferred.succeed(gate, undefined)
        assert.deepStrictEqual(systems(yield* peer.rest), [1])
        yield* Fiber.interrupt(first)
        yield* peer.send(...count(4, 6).map((i) => kit.primary(1, 1, i)))
        assert.deepStrictEqual(systems(yield* peer.rest), [4, 5, 6])
        assert.deepStrictEqual(seen.slice(0, 3), ["first 1", "second 2", "second 3"])
        assert.deepStrictEqual(yield* events.of("PrimaryUnhandled"), [])
        yield* close
        yield* kit.value(second)
      })
    )

    it.effect("are a `serve` and a stream: each primary goes to one of them, whoever is free", () =>
      Effect.gen(function* () {
        const { close, peer, session } = yield* kit.passiveSelected({}, { fast })
        const served: Array<number> = []
        const read: Array<number> = []
        const serve = yield* serving(session, (primary) => {
          served.push(primary.systemBytes)
          return Effect.sleep("10 seconds")
        })
        const reader = yield* kit.start(
          Stream.runForEach(session.primaries, (primary) =>
            Effect.sync(() => {
              read.push(primary.systemBytes)
            })
          )
        )
        for (let round = 0; round < 5; round++) {
          yield* peer.send(...count(1, 4).map((i) => kit.data(6, 11, round * 4 + i)))
          yield* kit.pass("20 seconds")
        }
        assert.deepStrictEqual(served, [1, 5, 9, 13, 17])
        assert.deepStrictEqual(
          read,
          count(1, 20).filter((i) => i % 4 !== 1)
        )
        yield* close
        yield* kit.value(serve)
        yield* kit.value(reader)
      })
    )

    it.effect("slow the peer where the handler is slow, and nothing is lost (e37/data/backpressure)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* kit.passiveSelected({ primaryCapacity: 10 }, { fast, capacity: 0 })
        const handled: Array<number> = []
        yield* serving(session, (primary) => {
          handled.push(primary.systemBytes)
          return Effect.sleep("1 second")
        })
        let sent = 0
        const flood = yield* kit.start(
          Effect.gen(function* () {
            for (const i of count(1, 100)) {
              yield* peer.send(kit.data(6, 11, i))
              sent++
            }
          })
        )
        for (let turn = 0; turn < 10; turn++) yield* kit.settle
        assert.deepStrictEqual([handled.length, sent], [1, 11])
        yield* kit.pass("1 second")
        assert.deepStrictEqual([handled.length, sent], [2, 12])
        for (let second = 0; second < 100; second++) yield* kit.pass("1 second")
        yield* kit.value(flood)
        assert.deepStrictEqual(handled, count(1, 100))
        assert.deepStrictEqual(yield* events.of("PrimaryUnhandled"), [])
      })
    )

    it.effect("hand what waits to the next when they are interrupted: each primary once", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected({}, { fast })
        const handled: Array<number> = []
        const handler = (primary: Session.InboundPrimary) => {
          handled.push(primary.systemBytes)
          return primary.systemBytes % 3 === 0 ? Effect.never : primary.reply()
        }
        const first = yield* serving(session, handler)
        yield* peer.send(...count(1, 8).map((i) => kit.primary(1, 1, i)))
        assert.deepStrictEqual([handled, systems(yield* peer.rest)], [count(1, 3), [1, 2]])
        yield* Fiber.interrupt(first)
        const second = yield* serving(session, handler)
        assert.deepStrictEqual([handled, systems(yield* peer.rest)], [count(1, 6), [4, 5]])
        yield* Fiber.interrupt(second)
        yield* serving(session, handler)
        assert.deepStrictEqual([handled, systems(yield* peer.rest)], [count(1, 8), [7, 8]])
      })
    )

    it.effect("are given what waits when the session ends, and are done after that", () =>
      Effect.gen(function* () {
        const { close, peer, session } = yield* kit.passiveSelected({}, { fast })
        const ended: Array<string> = []
        const gate = yield* Deferred.make<void>()
        const serve = yield* serving(session, (primary) =>
          Effect.gen(function* () {
            if (primary.systemBytes === 1) yield* Deferred.await(gate)
            const error = yield* Effect.flip(primary.reply())
            ended.push(`${primary.systemBytes} ${error.reason._tag}`)
          })
        )
        yield* peer.send(...count(1, 4).map((i) => kit.primary(1, 1, i)))
        const closing = yield* kit.start(close)
        yield* kit.pass("5 seconds")
        assert.isTrue(yield* kit.waits(serve))
        assert.deepStrictEqual(ended, [])
        yield* Deferred.succeed(gate, undefined)
        yield* kit.settle
        yield* kit.value(serve)
        yield* kit.value(closing)
        assert.deepStrictEqual(
          ended,
          count(1, 4).map((i) => `${i} ConnectionLost`)
        )
      })
    )
  })

  describe(`a reply, transport ${how}`, () => {
    it.effect("is done in the call itself while the peer keeps up", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected({}, { fast })
        const seen = yield* kit.primaries(session)
        yield* peer.send(...count(1, 200).map((i) => kit.primary(1, 1, i)))
        yield* kit.settle
        for (const primary of seen) {
          const reply = yield* Effect.forkScoped(primary.reply(Item.A("x".repeat(200))), { startImmediately: true })
          assert.isDefined(reply.pollUnsafe())
        }
        assert.deepStrictEqual(systems(yield* peer.rest), count(1, 200))
      })
    )

    it.effect("waits behind a write that is under way, and is taken back when it is interrupted there", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected({}, { fast, capacity: 100 })
        const seen = yield* kit.primaries(session)
        yield* peer.send(...count(1, 3).map((i) => kit.primary(1, 1, i)))
        yield* kit.settle
        yield* peer.stopsReading
        const send = yield* kit.start(session.send(SecsMessage.primary(6, 11, Item.B(new Uint8Array(1000)))))
        const replies = [yield* kit.start(seen[0]!.reply()), yield* kit.start(seen[1]!.reply())]
        assert.isTrue(yield* kit.waits(replies[0]!))
        yield* Fiber.interrupt(replies[1]!)
        yield* peer.reads
        yield* kit.value(send)
        yield* kit.value(replies[0]!)
        assert.deepStrictEqual(systems(yield* peer.rest).slice(1), [1])
        // None was sent, so there may be another one.
        yield* kit.value(yield* kit.start(seen[1]!.reply()))
        yield* kit.value(yield* kit.start(seen[2]!.reply()))
        assert.deepStrictEqual(systems(yield* peer.rest), [2, 3])
      })
    )

    it.effect("waits for room where it is longer than 64 KiB, although nothing else is queued", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected({}, { fast, capacity: 1000 })
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.primary(7, 5, 1), kit.primary(7, 5, 2))
        yield* kit.settle
        yield* peer.stopsReading
        const long = yield* kit.start(seen[0]!.reply(Item.B(new Uint8Array(65_536).fill(7))))
        assert.isTrue(yield* kit.waits(long))
        yield* peer.reads
        yield* kit.value(long)
        const [frame] = yield* peer.rest
        assert.strictEqual(frame?.text, `23010000${"07".repeat(65_536)}`)
      })
    )

    it.effect(
      "of each of 1 000 handlers is done, lost or told of when the peer does not read: `unwritten` has all",
      () =>
        Effect.gen(function* () {
          const { events, peer, session } = yield* kit.passiveSelected({}, { fast, capacity: 0 })
          yield* peer.stopsReading
          const ends: Array<string> = []
          yield* serving(
            session,
            (primary) =>
              Effect.onExit(primary.reply(Item.A("x".repeat(1000))), (exit) =>
                Effect.sync(() => {
                  ends.push(exit._tag)
                })
              ),
            { concurrency: "unbounded" }
          )
          for (let i = 0; i < 1000; i += 100)
            yield* peer.send(...count(i + 1, i + 100).map((j) => kit.primary(1, 3, j)))
          for (let turn = 0; turn < 10; turn++) yield* kit.settle
          // Whoever goes on leaves its frame behind: no more than 64 KiB of them in the outbox, and as much in the socket.
          const accepted = ends.length
          assert.isAbove(accepted, 0)
          assert.isAtMost(accepted * 1017, 2 * 65_536)
          yield* peer.close
          yield* kit.settle
          assert.deepStrictEqual([ends.length, ends.filter((tag) => tag === "Success").length], [1000, accepted])
          const [end] = yield* events.of("Disconnected")
          assert.deepStrictEqual([end?.openTransactions, end?.unwritten], [0, 1000])
        })
    )

    it.effect("holds the peer up that does not read where handlers run one at a time", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* kit.passiveSelected({ primaryCapacity: 10 }, { fast, capacity: 0 })
        yield* peer.stopsReading
        let replied = 0
        yield* serving(session, (primary) =>
          Effect.tap(primary.reply(Item.A("x".repeat(1000))), () =>
            Effect.sync(() => {
              replied++
            })
          )
        )
        let sent = 0
        yield* kit.start(
          Effect.gen(function* () {
            for (const i of count(1, 1000)) {
              yield* peer.send(kit.primary(1, 3, i))
              sent++
            }
          })
        )
        for (let turn = 0; turn < 20; turn++) yield* kit.settle
        // One has left its reply behind, one waits with it, ten wait.
        assert.deepStrictEqual([replied, sent], [1, 12])
        yield* peer.reads
        for (let turn = 0; turn < 300; turn++) yield* kit.settle
        assert.deepStrictEqual([replied, sent], [1000, 1000])
        assert.deepStrictEqual(systems(yield* peer.rest), count(1, 1000))
        assert.deepStrictEqual(yield* events.of("PrimaryUnhandled"), [])
      })
    )
  })
}

import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { Inbound } from "../src/internal/Inbound.ts"
import * as heap from "./heap.ts"
import * as kit from "./kit.ts"

const s1f1 = SecsMessage.primary(1, 1)

/** Reads a primary each time it is told to. */
const slowReader = (session: { readonly primaries: Stream.Stream<{ readonly systemBytes: number }> }) =>
  Effect.gen(function* () {
    const turns = yield* Queue.unbounded<void>()
    const taken: Array<number> = []
    yield* kit.start(
      session.primaries.pipe(
        Stream.runForEach((primary) =>
          Effect.andThen(
            Effect.sync(() => taken.push(primary.systemBytes)),
            Queue.take(turns)
          )
        )
      )
    )
    const turn = Effect.andThen(Queue.offer(turns, undefined), kit.settle)
    return { taken, turn }
  })

describe("a slow reader of primaries", () => {
  it.effect("stops the peer at `primaryCapacity` and loses nothing (e37/data/backpressure)", () =>
    Effect.gen(function* () {
      // The transport holds one message at a time, so that what the session has taken can be counted.
      const { events, peer, session } = yield* kit.passiveSelected({ primaryCapacity: 10 }, { capacity: 0 })
      const { taken, turn } = yield* slowReader(session)
      let sent = 0
      const flood = yield* kit.start(
        Effect.gen(function* () {
          for (let i = 0; i < 100; i++) {
            yield* peer.send(kit.primary(6, 11, i))
            sent++
          }
        })
      )
      // One with the reader, ten that wait, and one that the transport holds.
      assert.deepStrictEqual([taken.length, sent], [1, 11])
      yield* turn
      assert.deepStrictEqual([taken.length, sent], [2, 12])
      for (let i = 0; i < 100; i++) yield* turn
      yield* kit.value(flood)
      assert.deepStrictEqual(
        taken,
        Array.from({ length: 100 }, (_, i) => i)
      )
      assert.deepStrictEqual(yield* events.of("PrimaryUnhandled"), [])
    })
  )

  it.effect("stops the peer at 1 024 unless told", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({}, { capacity: 0 })
      const { taken } = yield* slowReader(session)
      let sent = 0
      yield* kit.start(
        Effect.gen(function* () {
          for (let i = 0; i < 2_000; i++) {
            yield* peer.send(kit.primary(6, 11, i))
            sent++
          }
        })
      )
      for (let turn = 0; turn < 200; turn++) yield* kit.settle
      assert.deepStrictEqual([taken.length, sent], [1, 1_025])
    })
  )

  it.effect("loses nothing of one large chunk", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({ primaryCapacity: 10 })
      const { taken, turn } = yield* slowReader(session)
      yield* peer.send(...Array.from({ length: 500 }, (_, i) => kit.data(6, 11, i)))
      yield* peer.send(kit.linktestReq(1000))
      for (let i = 0; i < 500; i++) yield* turn
      assert.deepStrictEqual(yield* peer.next, kit.linktestRsp(1000))
      assert.deepStrictEqual(
        taken,
        Array.from({ length: 500 }, (_, i) => i)
      )
    })
  )

  it.effect("that leaves gives the place to the next; what comes meanwhile is turned away or kept, nothing hangs", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({ primaryCapacity: 3 })
      const reader = yield* kit.start(session.primaries.pipe(Stream.runForEach(() => Effect.never)))
      yield* peer.send(...[1, 2, 3, 4].map((i) => kit.primary(6, 11, i)))
      yield* kit.settle
      yield* peer.send(kit.primary(6, 11, 5))
      yield* peer.silent
      yield* Fiber.interrupt(reader)
      assert.deepStrictEqual(yield* peer.next, kit.data(6, 0, 5))
      const seen = yield* kit.primaries(session)
      assert.deepStrictEqual(
        seen.map((one) => one.systemBytes),
        [2, 3, 4]
      )
      yield* peer.send(kit.primary(6, 11, 6))
      yield* kit.settle
      assert.strictEqual(seen.at(-1)?.systemBytes, 6)
    })
  )

  it.effect("that asks the peer for each primary gets its replies, which stand behind more primaries", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({ primaryCapacity: 2 })
      const answered: Array<string> = []
      yield* kit.start(
        session.primaries.pipe(
          Stream.runForEach((primary) =>
            Effect.map(session.request(s1f1), (reply) => answered.push(`${primary.systemBytes} ${reply.name}`))
          )
        )
      )
      yield* peer.send(...[1, 2, 3, 4, 5, 6].map((i) => kit.data(6, 11, i)))
      for (let i = 1; i <= 6; i++) yield* peer.send(kit.data(1, 2, (yield* peer.next).system))
      yield* kit.settle
      assert.deepStrictEqual(
        answered,
        [1, 2, 3, 4, 5, 6].map((i) => `${i} S1F2`)
      )
    })
  )

  it.effect("stops the peer at 16 times `primaryCapacity` while a reply is awaited", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({ primaryCapacity: 5 }, { capacity: 0 })
      const { taken } = yield* slowReader(session)
      const request = yield* kit.start(session.request(s1f1, { timeout: "1 minute" }))
      let sent = 0
      yield* kit.start(
        Effect.gen(function* () {
          for (let i = 0; i < 1_000; i++) {
            yield* peer.send(kit.data(6, 11, i))
            sent++
          }
        })
      )
      for (let turn = 0; turn < 20; turn++) yield* kit.settle
      // One with the reader, eighty that wait.
      assert.deepStrictEqual([taken.length, sent], [1, 81])
      yield* kit.pass("1 minute")
      assert.strictEqual((yield* kit.reason(request))._tag, "ReplyTimeout")
      yield* kit.settle
      assert.strictEqual(sent, 81)
    })
  )

  it.effect("does not let a linktest end the connection, however long it takes", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({ primaryCapacity: 1, timers: { linktest: "30 seconds" } })
      let taken = 0
      yield* kit.start(
        session.primaries.pipe(
          Stream.runForEach(() =>
            Effect.andThen(
              Effect.sync(() => taken++),
              Effect.sleep("5 minutes")
            )
          )
        )
      )
      yield* peer.send(kit.data(6, 11, 1), kit.data(6, 11, 2), kit.data(6, 11, 3))
      // The peer answers each linktest, which the session does not read.
      for (let i = 0; i < 20; i++) {
        yield* kit.pass("30 seconds")
        for (const frame of yield* peer.rest) if (frame.sType === 5) yield* peer.send(kit.linktestRsp(frame.system))
      }
      assert.isAtLeast(taken, 2)
      assert.strictEqual(yield* session.state, "Selected")
    })
  )
})

describe("nobody reading primaries", () => {
  it.effect("keeps as many as `primaryCapacity`, answers SxF0 to the rest and says so (e37/data/unhandled)", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected({ primaryCapacity: 3 })
      yield* peer.send(...[1, 2, 3, 4, 5].map((i) => kit.primary(6, 11, i)), kit.data(6, 13, 6))
      assert.deepStrictEqual(yield* peer.rest, [kit.data(6, 0, 4), kit.data(6, 0, 5)])
      assert.deepStrictEqual(
        (yield* events.of("PrimaryUnhandled")).map((event) => event.header.systemBytes),
        [4, 5, 6]
      )
      const seen = yield* kit.primaries(session)
      assert.deepStrictEqual(
        seen.map((one) => one.systemBytes),
        [1, 2, 3]
      )
    })
  )

  it.effect("holds up neither replies nor linktests (e37/data/backpressure)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({ primaryCapacity: 3 })
      const request = yield* kit.start(session.request(s1f1))
      const sent = yield* peer.next
      yield* peer.send(...Array.from({ length: 100 }, (_, i) => kit.data(6, 11, i)))
      yield* kit.settle
      yield* peer.send(kit.linktestReq(7), kit.data(1, 2, sent.system))
      assert.deepStrictEqual(yield* peer.next, kit.linktestRsp(7))
      assert.strictEqual((yield* kit.value(request)).name, "S1F2")
      const probe = yield* kit.start(session.linktest)
      yield* peer.send(kit.linktestRsp((yield* peer.next).system))
      yield* kit.value(probe)
    })
  )
})

describe("a flood of primaries", () => {
  it.effect(
    "that nobody reads costs `primaryCapacity` primaries, holds nothing up, and all of it is accounted for",
    () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* kit.passiveSelected({ primaryCapacity: 64 })
        const count = 20_000
        const answered: Array<number> = []
        for (let i = 0; i < count; i += 100) {
          const request = yield* kit.start(session.request(s1f1))
          const probe = yield* kit.start(session.linktest)
          const [primary, linktest] = peer.take()
          const flood = Array.from({ length: 100 }, (_, j) => (j % 2 === 0 ? kit.data : kit.primary)(6, 11, i + j))
          // The answers stand behind the flood.
          yield* peer.send(...flood, kit.data(1, 2, primary!.system), kit.linktestRsp(linktest!.system))
          assert.strictEqual((yield* kit.value(request)).name, "S1F2")
          yield* kit.value(probe)
          for (const frame of yield* peer.rest) {
            assert.deepStrictEqual(frame, kit.data(6, 0, frame.system))
            answered.push(frame.system)
          }
        }
        const unhandled = (yield* events.of("PrimaryUnhandled")).map((event) => event.header.systemBytes)
        assert.strictEqual(heap.count(Inbound), 64)
        const unread = (yield* kit.primaries(session)).map((one) => one.systemBytes)
        assert.deepStrictEqual(
          [...unread, ...unhandled],
          Array.from({ length: count }, (_, i) => i)
        )
        // Every second one expects a reply, and those that wait have none.
        assert.deepStrictEqual(
          answered,
          unhandled.filter((system) => system % 2 === 1)
        )
      })
  )

  it.effect("whose readers come and go is delivered, waits, or is told of: each primary once", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected({ primaryCapacity: 16 })
      const count = 6_000
      const delivered: Array<number> = []
      let reader: Fiber.Fiber<void> | undefined
      for (let i = 0; i < count; i += 40) {
        yield* peer.send(...Array.from({ length: 40 }, (_, j) => kit.data(6, 11, i + j)))
        yield* kit.settle
        if (reader !== undefined && i % 120 === 0) {
          yield* Fiber.interrupt(reader)
          reader = undefined
        } else if (reader === undefined && i % 80 === 0) {
          reader = yield* kit.start(
            session.primaries.pipe(
              Stream.runForEach((primary) => Effect.sync(() => delivered.push(primary.systemBytes)))
            )
          )
        }
      }
      if (reader !== undefined) yield* Fiber.interrupt(reader)
      const unhandled = (yield* events.of("PrimaryUnhandled")).map((event) => event.header.systemBytes)
      const read = delivered.length
      yield* kit.start(
        session.primaries.pipe(Stream.runForEach((primary) => Effect.sync(() => delivered.push(primary.systemBytes))))
      )
      assert.isAbove(read, 1_000)
      assert.isAbove(unhandled.length, 1_000)
      assert.deepStrictEqual(
        [...delivered, ...unhandled].toSorted((a, b) => a - b),
        Array.from({ length: count }, (_, i) => i)
      )
    })
  )
})

describe("a peer that does not read", () => {
  it.effect("suspends `send` and `reply` until it reads", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({}, { capacity: 100 })
      const seen = yield* kit.primaries(session)
      yield* peer.send(kit.primary(1, 1, 5))
      yield* kit.settle
      yield* peer.stopsReading
      yield* kit.value(yield* kit.start(session.send(SecsMessage.primary(6, 11, Item.A("x".repeat(50))))))
      const send = yield* kit.start(session.send(SecsMessage.primary(6, 13, Item.A("x".repeat(50)))))
      const reply = yield* kit.start(seen[0]!.reply())
      assert.isTrue(yield* kit.waits(send))
      assert.isTrue(yield* kit.waits(reply))
      yield* peer.reads
      yield* kit.value(send)
      yield* kit.value(reply)
      assert.deepStrictEqual(
        (yield* peer.rest).map((frame) => [frame.byte2, frame.byte3]),
        [
          [6, 11],
          [6, 13],
          [1, 2]
        ]
      )
    })
  )

  it.effect("is not read any more once 4 096 answers wait for it, and is read again when it reads", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.passiveSelected({}, { capacity: 1_000 })
      yield* peer.stopsReading
      let sent = 0
      const flood = yield* kit.start(
        Effect.gen(function* () {
          for (let i = 0; i < 10_000; i++) {
            yield* peer.send(kit.linktestReq(i))
            sent++
          }
        })
      )
      for (let turn = 0; turn < 100; turn++) yield* kit.settle
      assert.isAbove(sent, 4_096)
      assert.isBelow(sent, 4_096 + 500)
      yield* peer.reads
      for (let turn = 0; turn < 400; turn++) yield* kit.settle
      yield* kit.value(flood)
      assert.deepStrictEqual(
        (yield* peer.rest).map((frame) => frame.system),
        Array.from({ length: 10_000 }, (_, i) => i)
      )
    })
  )
})

describe("primaries that are large", () => {
  it.effect("stop the peer at `primaryBytes`, however few they are", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({ primaryBytes: 1_000 }, { capacity: 0 })
      const { taken, turn } = yield* slowReader(session)
      const text = `21c8${"00".repeat(200)}`
      let sent = 0
      yield* kit.start(
        Effect.gen(function* () {
          for (let i = 0; i < 20; i++) {
            yield* peer.send(kit.data(6, 11, i, text))
            sent++
          }
        })
      )
      // One with the reader, five of 202 bytes that wait, and one that the transport holds.
      assert.deepStrictEqual([taken.length, sent], [1, 6])
      for (let i = 0; i < 20; i++) yield* turn
      assert.deepStrictEqual([taken.length, sent], [20, 20])
    })
  )
})

describe("many callers that give up at once", () => {
  it.effect("are forgotten, and what the others wait to send is written", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({ writeTimeout: "1 hour" }, { capacity: 100 })
      yield* peer.stopsReading
      yield* kit.start(session.send(SecsMessage.primary(6, 11, Item.B(new Uint8Array(1_000)))))
      const fibers = []
      for (let i = 0; i < 500; i++)
        fibers.push(yield* Effect.forkScoped(session.request(s1f1), { startImmediately: true }))
      for (const [at, fiber] of fibers.entries()) if (at % 5 !== 0) yield* Fiber.interrupt(fiber)
      yield* peer.reads
      const frames = yield* peer.rest
      assert.strictEqual(frames.length, 101)
      yield* peer.send(...frames.slice(1).map((frame) => kit.data(1, 2, frame.system)))
      for (const [at, fiber] of fibers.entries()) if (at % 5 === 0) yield* Fiber.join(fiber)
    })
  )
})

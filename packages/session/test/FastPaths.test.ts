/**
 * `pullWhile` and `writeUnsafe` of every transport that has them.
 */
import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import * as net from "node:net"
import { HsmsSession, Session, Transport } from "../src/index.ts"
import * as NodeTransport from "../src/NodeTransport.ts"
import { Dice } from "../src/internal/Dice.ts"
import * as kit from "./kit.ts"
import { connected, live, type Pair, pull, until } from "./transport-contract.ts"
import { fastPairs, host } from "./transports.ts"

/** Bytes of which no stretch looks like another. */
const pattern = (length: number): Uint8Array => {
  const all = new Uint8Array(length)
  for (let at = 0; at < length; at++) all[at] = (at * 31 + (at >> 8) * 17 + (at >> 16) * 3) & 0xff
  return all
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** Collects copies: chunks are valid during the call only. */
const collector = () => {
  const chunks: Array<Uint8Array> = []
  const seen = { size: 0, calls: 0 }
  return {
    seen,
    take: (given: ReadonlyArray<Uint8Array>): void => {
      seen.calls++
      for (const chunk of given) {
        seen.size += chunk.length
        chunks.push(Uint8Array.from(chunk))
      }
    },
    get bytes() {
      return kit.concat(...chunks)
    }
  }
}

/** Takes until there are so many bytes in all. */
const pullTo = (channel: Transport.ByteChannel, to: ReturnType<typeof collector>, size: number) =>
  to.seen.size >= size
    ? Effect.void
    : channel.pullWhile!((chunks) => {
        to.take(chunks)
        return to.seen.size < size
      })

const write = (channel: Transport.ByteChannel, bytes: Uint8Array, size: number) =>
  Effect.gen(function* () {
    for (let at = 0, i = 0; at < bytes.length; at += size, i++) {
      yield* channel.write([bytes.subarray(at, at + size)])
      if (i % 8 === 0) yield* Effect.yieldNow
    }
  })

/** Hands over as a session does. */
const writeUnsafe = (channel: Transport.ByteChannel, buffers: ReadonlyArray<Uint8Array>) =>
  Effect.suspend(() => (channel.writeUnsafe!(buffers) ? Effect.void : channel.write([])))

const contract = (name: string, pair: Pair): void => {
  describe(`${name}: pullWhile`, () => {
    live("gives all that comes, in order, until it is told that that is enough", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        const sent = pattern(3_000_000)
        const writing = yield* Effect.forkChild(write(a, sent, 70_001), { startImmediately: true })
        const all = collector()
        yield* pullTo(b, all, sent.length)
        yield* Fiber.join(writing)
        assert.isTrue(same(all.bytes, sent))
        assert.isAbove(all.seen.calls, 1)
      })
    )

    live("keeps what comes after `take` returned false, for the next `pullWhile` or `pull`", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        const sent = pattern(500_000)
        const all = collector()
        let pulls = 0
        const writing = yield* Effect.forkChild(write(a, sent, 9_001), { startImmediately: true })
        while (all.seen.size < sent.length) {
          if (pulls++ % 3 === 0) all.take(yield* b.pull)
          else yield* pullTo(b, all, all.seen.size + 1)
          // What comes meanwhile comes to nobody.
          if (pulls % 4 === 0) yield* Effect.sleep(1)
        }
        yield* Fiber.join(writing)
        assert.isTrue(same(all.bytes, sent))
        assert.isAbove(pulls, 4)
      })
    )

    live("gives a call that begins inside `take` what comes next", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        const sent = pattern(200_000)
        const all = collector()
        // Done in `take` itself, so that the fiber goes on, and reads again, before that returns.
        const reading = yield* Effect.forkChild(
          Effect.gen(function* () {
            while (all.seen.size < sent.length) yield* pullTo(b, all, all.seen.size + 1)
          }),
          { startImmediately: true }
        )
        for (let at = 0; at < sent.length; at += 1000) {
          yield* a.write([sent.subarray(at, at + 1000)])
          if (at % 5000 === 0) yield* Effect.yieldNow
        }
        yield* Fiber.join(reading)
        assert.isTrue(same(all.bytes, sent))
      })
    )

    live("dies of what `take` throws, whether bytes waited or not, and the channel goes on", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        const bug = new Error("a bug")
        for (const waiting of [true, false]) {
          const read = b.pullWhile!(() => {
            throw bug
          })
          if (waiting) {
            yield* a.write([Uint8Array.of(1)])
            yield* Effect.sleep(50)
          }
          const fiber = yield* Effect.forkChild(read, { startImmediately: true })
          if (!waiting) yield* a.write([Uint8Array.of(1)])
          const exit = yield* Fiber.await(fiber)
          assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) === bug)
          yield* a.write([Uint8Array.of(2)])
          assert.deepStrictEqual(Array.from(yield* pull(b, 1)), [2])
        }
      })
    )

    live("loses nothing when it is interrupted, whenever that is", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        const sent = pattern(400_000)
        const all = collector()
        const writing = yield* Effect.forkChild(
          Effect.gen(function* () {
            for (let at = 0; at < sent.length; at += 1500) {
              yield* a.write([sent.subarray(at, at + 1500)])
              if ((at / 1500) % 10 === 0) yield* Effect.sleep(1)
            }
          }),
          { startImmediately: true }
        )
        let interrupted = 0
        while (all.seen.size < sent.length) {
          const read = yield* Effect.forkChild(pullTo(b, all, sent.length), { startImmediately: true })
          if (interrupted % 3 !== 0) yield* Effect.yieldNow
          yield* Fiber.interrupt(read)
          if (read.pollUnsafe()!._tag === "Failure") interrupted++
          if (interrupted % 50 === 0) yield* Effect.sleep(1)
        }
        yield* Fiber.join(writing)
        assert.isAbove(interrupted, 10)
        assert.isTrue(same(all.bytes, sent))
      })
    )

    live("takes nothing more once it is interrupted inside `take`", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        const calls: Array<number> = []
        const fiber: Fiber.Fiber<void, unknown> = yield* Effect.forkChild(
          b.pullWhile!((chunks) => {
            calls.push(chunks[0]![0]!)
            fiber.interruptUnsafe()
            return true
          }),
          { startImmediately: true }
        )
        yield* a.write([Uint8Array.of(1)])
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
        yield* a.write([Uint8Array.of(2)])
        yield* Effect.sleep(50)
        assert.deepStrictEqual(Array.from(yield* pull(b, 1)), [2])
        assert.deepStrictEqual(calls, [1])
      })
    )

    live("fails with the end after the last byte, again and again", () =>
      Effect.gen(function* () {
        for (const early of [true, false]) {
          const { a, b, closeA } = yield* connected(pair)
          const sent = pattern(150_000)
          const all = collector()
          const reading = pullTo(b, all, Number.POSITIVE_INFINITY)
          const fiber = early ? undefined : yield* Effect.forkChild(Effect.flip(reading), { startImmediately: true })
          yield* a.write([sent])
          const closing = yield* Effect.forkChild(closeA, { startImmediately: true })
          if (early) yield* Effect.sleep(50)
          const error = fiber === undefined ? yield* Effect.flip(reading) : yield* Fiber.join(fiber)
          assert.strictEqual(error.reason._tag, "Ended")
          assert.isTrue(same(all.bytes, sent))
          assert.strictEqual((yield* Effect.flip(pullTo(b, all, Number.POSITIVE_INFINITY))).reason._tag, "Ended")
          yield* Fiber.join(closing)
        }
      })
    )
  })

  describe(`${name}: writeUnsafe`, () => {
    live("says whether there is room, and `write` of nothing waits for it; all comes in order", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        assert.isTrue(a.writeUnsafe!([]))
        assert.isTrue(a.writeUnsafe!([Uint8Array.of(1), Uint8Array.of(2)]))
        yield* a.write([])
        // Until the system takes no more either.
        const part = pattern(60_000)
        let parts = 0
        for (let room = true; room && parts < 1000; parts++) {
          room = a.writeUnsafe!([part])
          for (let wait = 0; !room && wait < 10; wait++) {
            yield* Effect.sleep(30)
            room = a.writeUnsafe!([])
          }
        }
        assert.isBelow(parts, 1000)
        const waiting = yield* Effect.forkChild(a.write([]), { startImmediately: true })
        yield* Effect.sleep(50)
        assert.isUndefined(waiting.pollUnsafe())
        assert.isFalse(a.writeUnsafe!([]))
        // More is taken all the same, and stands behind it.
        assert.isFalse(a.writeUnsafe!([pattern(10_000), pattern(10_000)]))
        assert.isFalse(a.writeUnsafe!([Uint8Array.of(3), Uint8Array.of(3)]))
        const received = yield* pull(b, 2 + parts * part.length + 20_002)
        yield* Fiber.join(waiting)
        yield* a.write([])
        assert.isTrue(a.writeUnsafe!([Uint8Array.of(4)]))
        assert.deepStrictEqual([received[0], received[1], received.at(-1)], [1, 2, 3])
        for (let i = 0; i < parts; i++) {
          const from = 2 + i * part.length
          assert.isTrue(same(received.subarray(from, from + part.length), part), `part ${i}`)
        }
        assert.deepStrictEqual(Array.from(yield* pull(b, 1)), [4])
      })
    )

    live("and `write` keep one order, in buffers of every size", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        const sent = pattern(4_000_000)
        const dice = new Dice(7)
        const writing = yield* Effect.forkChild(
          Effect.gen(function* () {
            for (let at = 0; at < sent.length;) {
              const buffers: Array<Uint8Array> = []
              for (let left = dice.below(6); left >= 0; left--) {
                const size = dice.below([20, 5000, 20_000, 150_000][dice.below(4)]!)
                buffers.push(sent.subarray(at, at + size))
                at += size
              }
              yield* dice.below(2) === 0 ? a.write(buffers) : writeUnsafe(a, buffers)
            }
          }),
          { startImmediately: true }
        )
        const all = collector()
        yield* pullTo(b, all, sent.length)
        yield* Fiber.join(writing)
        assert.isTrue(same(all.bytes, sent))
      })
    )

    live("returns false where nobody is there any more, and `write` of nothing fails", () =>
      Effect.gen(function* () {
        for (const mine of [true, false]) {
          const { a, b, closeA, closeB } = yield* connected(pair)
          yield* mine ? closeA : closeB
          if (!mine) yield* Effect.exit(Effect.forever(a.pull))
          yield* until(() => !a.writeUnsafe!([Uint8Array.of(1)]))
          for (const buffers of [[], [Uint8Array.of(1)], [pattern(100_000), pattern(100_000)]]) {
            assert.isFalse(a.writeUnsafe!(buffers))
          }
          assert.strictEqual((yield* Effect.flip(a.write([])))._tag, "TransportError")
          yield* Effect.all([closeA, closeB])
          assert.isFalse(b.writeUnsafe!([]))
        }
      })
    )

    live("and a `write` of nothing that waits fails when the peer goes", () =>
      Effect.gen(function* () {
        const { a, closeB } = yield* connected(pair)
        assert.isFalse(a.writeUnsafe!([new Uint8Array(24 * 1024 * 1024)]))
        const waiting = yield* Effect.forkChild(Effect.exit(a.write([])), { startImmediately: true })
        yield* Effect.sleep(30)
        assert.isUndefined(waiting.pollUnsafe())
        yield* closeB
        yield* Effect.exit(Effect.forever(a.pull))
        yield* Fiber.join(waiting)
        assert.isFalse(a.writeUnsafe!([Uint8Array.of(1)]))
      })
    )
  })

  describe(`${name}: two sessions`, () => {
    live("echo 20 MB of random binary of every size, in both directions at a time", () =>
      Effect.gen(function* () {
        const { active, passive } = yield* pair
        const over = <A, E>(
          transport: Transport.Transport["Service"],
          make: Effect.Effect<A, E, Transport.Transport | Scope.Scope>
        ) => Effect.provideService(make, Transport.Transport, transport)
        const sessions = [
          yield* over(passive, HsmsSession.makePassive({ sessionId: 0 })),
          yield* over(active, HsmsSession.makeActive({ sessionId: 0 }))
        ]
        for (const [who, session] of sessions.entries()) {
          const echo = (primary: Session.InboundPrimary) => primary.reply(primary.message.item)
          yield* Effect.forkScoped(
            who === 0
              ? Effect.provideService(Session.serve(echo), Session.Session, session)
              : Stream.runForEach(session.primaries, (primary) => Effect.ignore(echo(primary)))
          )
        }
        yield* Effect.forEach(sessions, (session) => session.awaitSelected)
        const total = 10_000_000
        const exchange = (session: Session.Service, seed: number) =>
          Effect.gen(function* () {
            const dice = new Dice(seed)
            const noise = Buffer.alloc(1_000_000)
            for (let at = 0; at < noise.length; at += 4) noise.writeUInt32LE(dice.below(2 ** 32), at)
            const hashes = { sent: createHash("sha256"), received: createHash("sha256") }
            for (let sent = 0; sent < total;) {
              const batch = Array.from({ length: 1 + dice.below(12) }, () => {
                const most = [100, 5000, 66_000, 400_000][dice.below(4)]!
                const from = dice.below(noise.length - most)
                return noise.subarray(from, from + dice.below(most + 1))
              })
              const replies = yield* Effect.forEach(
                batch,
                (bytes, at) =>
                  session.request(
                    SecsMessage.primary(7, 3, at % 3 === 0 ? Item.L(Item.U4(at), Item.B(bytes)) : Item.B(bytes))
                  ),
                { concurrency: "unbounded" }
              )
              for (const bytes of batch) {
                hashes.sent.update(bytes)
                sent += bytes.length
              }
              for (const { item } of replies) {
                const b = item?._tag === "L" ? item.value[1] : item
                if (b?._tag === "B") hashes.received.update(b.value as unknown as Uint8Array)
              }
            }
            assert.strictEqual(hashes.received.digest("hex"), hashes.sent.digest("hex"))
          })
        yield* Effect.all(
          sessions.map((session, at) => exchange(session, at + 1)),
          { concurrency: 2 }
        )
      })
    )
  })
}

for (const [name, pair] of fastPairs) contract(name, pair)

describe("NodeTransport: replies", () => {
  live("to the primaries of one segment go back in one", () =>
    Effect.gen(function* () {
      const { listening, transport } = yield* NodeTransport.makeListen({ host, port: 0 })
      const writes: Array<number> = []
      const counted: Transport.Transport["Service"] = {
        description: transport.description,
        open: Effect.map(transport.open, (channel) => ({
          ...channel,
          writeUnsafe: (buffers) => {
            writes.push(buffers.length)
            return channel.writeUnsafe!(buffers)
          }
        }))
      }
      const session = yield* Effect.provideService(
        HsmsSession.makePassive({ sessionId: kit.device }),
        Transport.Transport,
        counted
      )
      yield* Effect.forkScoped(
        Effect.provideService(
          Session.serve((primary) => primary.reply(Item.U4(primary.systemBytes))),
          Session.Session,
          session
        )
      )
      const socket = yield* Effect.acquireRelease(
        Effect.sync(() => net.connect({ host, port: listening.port, noDelay: true })),
        (one) => Effect.sync(() => one.destroy())
      )
      const frames = new kit.Frames()
      const came: Array<kit.Frame> = []
      socket.on("data", (chunk: Uint8Array) => came.push(...frames.push(chunk)))
      socket.write(kit.toBytes(kit.selectReq(1)))
      yield* until(() => came.length === 1)
      writes.length = 0
      for (let round = 0; round < 20; round++) {
        came.length = 0
        const numbers = Array.from({ length: 20 }, (_, i) => round * 100 + i)
        socket.write(kit.concat(...numbers.map((system) => kit.toBytes(kit.primary(1, 3, system)))))
        yield* until(() => came.length === 20)
        assert.deepStrictEqual(
          came.map((frame) => frame.system),
          numbers
        )
      }
      // A segment may come in two on a busy machine, but hardly ever.
      assert.isAtLeast(writes.filter((size) => size === 20).length, 10)
    })
  )
})

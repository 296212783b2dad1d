/**
 * What every transport has to do, whatever is under it: one set of tests, run against each.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type { Transport } from "../src/index.ts"
import type { TransportError } from "../src/SessionError.ts"
import * as kit from "./kit.ts"

type Service = Transport.Transport["Service"]

/** Two transports that reach each other, for as long as the Scope is open. */
export type Pair = Effect.Effect<
  {
    readonly active: Service
    readonly passive: Service
    /** Both ends have sent a byte before a test begins: with TLS an end before that is named otherwise. */
    readonly greets?: boolean
  },
  TransportError,
  Scope.Scope
>

/** Real sockets in real time: every test has a bound. */
export const live = <A, E>(title: string, test: () => Effect.Effect<A, E, Scope.Scope>) =>
  it.live(title, () => test().pipe(Effect.timeout("30 seconds")), 40_000)

/** Waits in real time until something holds. */
export const until = (holds: () => boolean) =>
  Effect.gen(function* () {
    while (!holds()) yield* Effect.sleep(5)
  })

/** Sockets and servers that keep the process alive. */
export const handles = () => process.getActiveResourcesInfo().filter((name) => /^(TCP|Pipe)/.test(name)).length

/** Pulls until so many bytes have come. */
export const pull = (channel: Transport.ByteChannel, count: number) =>
  Effect.gen(function* () {
    const chunks: Array<Uint8Array> = []
    let size = 0
    while (size < count) {
      for (const chunk of yield* channel.pull) {
        chunks.push(chunk)
        size += chunk.length
      }
    }
    return kit.concat(...chunks)
  })

/** Pulls to the end: all bytes, and the reason. */
export const drain = (channel: Transport.ByteChannel) =>
  Effect.gen(function* () {
    const chunks: Array<Uint8Array> = []
    while (true) {
      const next = yield* Effect.result(channel.pull)
      if (next._tag === "Failure") return { bytes: kit.concat(...chunks), reason: next.failure.reason._tag }
      chunks.push(...next.success)
    }
  })

export const why = (channel: Transport.ByteChannel) =>
  Effect.map(Effect.flip(channel.pull), (error) => error.reason._tag)

const bytes = (...values: ReadonlyArray<number>) => Uint8Array.from(values)

/** Bytes of which no stretch looks like another. */
const pattern = (length: number): Uint8Array => {
  const all = new Uint8Array(length)
  for (let at = 0; at < length; at++) all[at] = (at * 31 + (at >> 8) * 17 + (at >> 16)) & 0xff
  return all
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** Both ends of one connection, each in a Scope of its own. */
export const connected = (pair: Pair) =>
  Effect.gen(function* () {
    const { active, greets, passive } = yield* pair
    const both = yield* connect(active, passive)
    if (greets === true) {
      yield* both.a.write([bytes(0)])
      yield* pull(both.b, 1)
      yield* both.b.write([bytes(0)])
      yield* pull(both.a, 1)
    }
    return { ...both, active, passive }
  })

export const connect = (active: Service, passive: Service) =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const left = yield* Scope.fork(scope)
    const right = yield* Scope.fork(scope)
    const accepting = yield* Effect.forkChild(Scope.provide(passive.open, right), { startImmediately: true })
    const a = yield* Scope.provide(active.open, left)
    const b = yield* Fiber.join(accepting)
    return { a, b, closeA: Scope.close(left, Exit.void), closeB: Scope.close(right, Exit.void) }
  })

const big = 24 * 1024 * 1024

/** Runs the tests against one kind of transport. */
export const contract = (name: string, pair: Pair): void => {
  describe(`${name}: a channel`, () => {
    live("carries bytes both ways, in order", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        yield* a.write([bytes(1, 2), bytes(3)])
        yield* a.write([bytes(4)])
        yield* b.write([bytes(9)])
        yield* a.write([])
        yield* a.write([bytes(), bytes(5)])
        assert.deepStrictEqual(Array.from(yield* pull(b, 5)), [1, 2, 3, 4, 5])
        assert.deepStrictEqual(Array.from(yield* pull(a, 1)), [9])
      })
    )

    live("names the peer at both ends", () =>
      Effect.gen(function* () {
        const { a, active, b, passive } = yield* connected(pair)
        for (const text of [a.peer, b.peer]) assert.isAbove(text.length, 0)
        assert.match(active.description, /^connect /)
        assert.match(passive.description, /^listen /)
      })
    )

    live("takes bytes in the call itself where there is room", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        for (let i = 0; i < 20; i++) {
          const write = yield* Effect.forkChild(a.write([bytes(i), pattern(1000)]), { startImmediately: true })
          assert.isTrue(write.pollUnsafe() !== undefined && Exit.isSuccess(write.pollUnsafe()!), `write ${i}`)
        }
        assert.strictEqual((yield* pull(b, 20 * 1001)).length, 20 * 1001)
      })
    )

    live("carries each write in one piece although many write at a time", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        const writers = 8
        const rounds = 6
        const parts = Array.from({ length: 50 }, () => 4001)
        const size = parts.reduce((sum, part) => sum + part, 0)
        const writing = yield* Effect.forkChild(
          Effect.forEach(
            Array.from({ length: writers }, (_, who) => who),
            (who) =>
              Effect.forEach(
                Array.from({ length: rounds }),
                () => a.write(parts.map((length) => new Uint8Array(length).fill(who + 1))),
                { discard: true }
              ),
            { concurrency: "unbounded", discard: true }
          ),
          { startImmediately: true }
        )
        const all = yield* pull(b, size * writers * rounds)
        yield* Fiber.join(writing)
        for (let at = 0; at < all.length; at += size) {
          const piece = all.subarray(at, at + size)
          assert.isTrue(
            piece.every((byte) => byte === piece[0]),
            `the write at ${at} is cut`
          )
        }
      })
    )

    live("suspends a read until bytes come", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        const read = yield* Effect.forkChild(pull(b, 1), { startImmediately: true })
        yield* Effect.sleep(20)
        assert.isUndefined(read.pollUnsafe())
        yield* a.write([bytes(7)])
        assert.deepStrictEqual(Array.from(yield* Fiber.join(read)), [7])
      })
    )

    live("loses nothing when reads are interrupted, whenever that is", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        const sent = pattern(300_000)
        const writing = yield* Effect.forkChild(
          Effect.gen(function* () {
            for (let at = 0; at < sent.length; at += 1500) {
              yield* a.write([sent.subarray(at, at + 1500)])
              if ((at / 1500) % 10 === 0) yield* Effect.sleep(1)
            }
          }),
          { startImmediately: true }
        )
        const chunks: Array<Uint8Array> = []
        let size = 0
        let interrupted = 0
        while (size < sent.length) {
          const read = yield* Effect.forkChild(b.pull, { startImmediately: true })
          if (interrupted % 3 !== 0) yield* Effect.yieldNow
          yield* Fiber.interrupt(read)
          const exit = yield* Fiber.await(read)
          if (Exit.isSuccess(exit)) {
            for (const chunk of exit.value) {
              chunks.push(chunk)
              size += chunk.length
            }
          } else {
            assert.isTrue(Exit.hasInterrupts(exit))
            interrupted++
            if (interrupted % 50 === 0) yield* Effect.sleep(1)
          }
        }
        yield* Fiber.join(writing)
        assert.isAbove(interrupted, 10)
        assert.isTrue(same(kit.concat(...chunks), sent))
      })
    )
  })

  describe(`${name}: backpressure`, () => {
    live("suspends a write to a peer that does not read until it does, and loses nothing", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        const sent = pattern(big)
        const write = yield* Effect.forkChild(a.write([sent.subarray(0, 1000), sent.subarray(1000)]), {
          startImmediately: true
        })
        yield* Effect.sleep(200)
        assert.isUndefined(write.pollUnsafe())
        const received = yield* pull(b, big)
        yield* Fiber.join(write)
        assert.isTrue(same(received, sent))
      })
    )

    live("holds a peer back that sends while nobody pulls, in each direction on its own", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        const part = pattern(256 * 1024)
        const parts = 128
        let sent = 0
        const writing = yield* Effect.forkChild(
          Effect.forEach(
            Array.from({ length: parts }),
            () =>
              Effect.map(b.write([part]), () => {
                sent++
              }),
            { discard: true }
          ),
          { startImmediately: true }
        )
        // Until no more goes out.
        for (let before = -1; before !== sent; yield* Effect.sleep(300)) before = sent
        assert.isBelow(sent, parts)
        // The other direction is free.
        yield* a.write([bytes(3)])
        assert.deepStrictEqual(Array.from(yield* pull(b, 1)), [3])
        const received = yield* pull(a, parts * part.length)
        yield* Fiber.join(writing)
        for (let i = 0; i < parts; i++) {
          assert.isTrue(same(received.subarray(i * part.length, (i + 1) * part.length), part), `part ${i}`)
        }
      })
    )

    live("does not cut the message of a write that is interrupted while it waits", () =>
      Effect.gen(function* () {
        const { a, b } = yield* connected(pair)
        const sent = pattern(big)
        const write = yield* Effect.forkChild(a.write([sent]), { startImmediately: true })
        yield* Effect.sleep(50)
        assert.isUndefined(write.pollUnsafe())
        yield* Fiber.interrupt(write)
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(write)))
        const after = yield* Effect.forkChild(a.write([bytes(1, 2, 3)]), { startImmediately: true })
        const received = yield* pull(b, big + 3)
        yield* Fiber.join(after)
        assert.isTrue(same(received.subarray(0, big), sent))
        assert.deepStrictEqual(Array.from(received.subarray(big)), [1, 2, 3])
      })
    )
  })

  describe(`${name}: the end of a connection`, () => {
    live("comes after the last byte of a peer that closes, again and again", () =>
      Effect.gen(function* () {
        const { a, b, closeA } = yield* connected(pair)
        const sent = pattern(200_000)
        yield* a.write([sent])
        const closing = yield* Effect.forkChild(closeA, { startImmediately: true })
        // The end is there before anybody reads.
        yield* Effect.sleep(30)
        const { bytes: received, reason } = yield* drain(b)
        assert.isTrue(same(received, sent))
        assert.strictEqual(reason, "Ended")
        assert.strictEqual(yield* why(b), "Ended")
        yield* Fiber.join(closing)
      })
    )

    live("comes to a read that waits", () =>
      Effect.gen(function* () {
        const { b, closeA } = yield* connected(pair)
        const read = yield* Effect.forkChild(why(b), { startImmediately: true })
        yield* closeA
        assert.strictEqual(yield* Fiber.join(read), "Ended")
      })
    )

    live("comes to a read that waits, as `Closed` when this side closes; nothing can be written then", () =>
      Effect.gen(function* () {
        const { a, b, closeA, closeB } = yield* connected(pair)
        const reads = [
          yield* Effect.forkChild(why(a), { startImmediately: true }),
          yield* Effect.forkChild(why(b), { startImmediately: true })
        ]
        yield* closeA
        assert.strictEqual(yield* Fiber.join(reads[0]!), "Closed")
        assert.strictEqual(yield* Fiber.join(reads[1]!), "Ended")
        assert.strictEqual((yield* Effect.flip(a.write([bytes(1)])))._tag, "TransportError")
        assert.strictEqual(yield* why(a), "Closed")
        yield* closeB
      })
    )

    live("settles every write that waits, at both ends", () =>
      Effect.gen(function* () {
        const { a, b, closeA } = yield* connected(pair)
        const write = (channel: Transport.ByteChannel) =>
          Effect.forkChild(Effect.result(channel.write([new Uint8Array(big)])), { startImmediately: true })
        const here = yield* write(a)
        const there = yield* write(b)
        yield* Effect.sleep(50)
        assert.deepStrictEqual([here.pollUnsafe(), there.pollUnsafe()], [undefined, undefined])
        yield* closeA
        const mine = yield* Fiber.join(here)
        assert.isTrue(mine._tag === "Failure")
        assert.include(["Closed", "Ended"], mine._tag === "Failure" ? mine.failure.reason._tag : "")
        // A side that closes may still take what the other has on the way.
        const theirs = yield* Fiber.join(there)
        assert.include(["taken", "Ended", "Reset"], theirs._tag === "Failure" ? theirs.failure.reason._tag : "taken")
        assert.include(["Ended", "Reset"], (yield* drain(b)).reason)
        // A socket of Node ends its own side one turn later.
        yield* Effect.sleep(20)
        assert.include(["Ended", "Reset"], (yield* Effect.flip(b.write([bytes(1)]))).reason._tag)
      })
    )

    live("comes within its bound although the peer reads nothing, and leaves no handle", () =>
      Effect.gen(function* () {
        const before = handles()
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { a, closeA } = yield* connected(pair)
            const write = yield* Effect.forkChild(Effect.exit(a.write([new Uint8Array(big)])), {
              startImmediately: true
            })
            const began = performance.now()
            yield* closeA
            assert.isBelow(performance.now() - began, 10_000)
            yield* Fiber.join(write)
          })
        )
        yield* until(() => handles() <= before)
      })
    )
  })

  describe(`${name}: opening`, () => {
    live("again gives a connection with bytes of its own; the one before takes no more", () =>
      Effect.gen(function* () {
        const { active, passive } = yield* pair
        const old: Array<Transport.ByteChannel> = []
        for (let round = 1; round <= 10; round++) {
          const { a, b, closeA, closeB } = yield* connect(active, passive)
          for (const channel of old) {
            assert.strictEqual((yield* Effect.flip(channel.write([bytes(0)])))._tag, "TransportError")
          }
          yield* a.write([bytes(round)])
          yield* b.write([bytes(100 + round)])
          assert.deepStrictEqual(Array.from(yield* pull(b, 1)), [round])
          assert.deepStrictEqual(Array.from(yield* pull(a, 1)), [100 + round])
          old.push(a, b)
          // Each side is the first to close in turn.
          yield* round % 2 === 0 ? closeA : closeB
          yield* round % 2 === 0 ? closeB : closeA
        }
      })
    )

    live("at the passive side waits for a connection, and may be interrupted without losing one", () =>
      Effect.gen(function* () {
        const { active, passive } = yield* pair
        for (let i = 0; i < 5; i++) {
          const waiting = yield* Effect.forkChild(Effect.scoped(passive.open), { startImmediately: true })
          yield* Effect.sleep(5)
          assert.isUndefined(waiting.pollUnsafe())
          yield* Fiber.interrupt(waiting)
        }
        const { a, b } = yield* connect(active, passive)
        yield* a.write([bytes(5)])
        assert.deepStrictEqual(Array.from(yield* pull(b, 1)), [5])
      })
    )

    live("that is interrupted leaves nothing behind", () =>
      Effect.gen(function* () {
        const before = handles()
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { active, passive } = yield* pair
            for (let i = 0; i < 12; i++) {
              const dial = yield* Effect.forkChild(Effect.scoped(active.open), { startImmediately: true })
              if (i % 3 === 1) yield* Effect.yieldNow
              if (i % 3 === 2) yield* Effect.sleep(1)
              yield* Fiber.interrupt(dial)
            }
            // What reached the passive side none the less has ended; the next dial is as good as any.
            const dialled = yield* active.open
            yield* dialled.write([bytes(42)])
            while (true) {
              const channel = yield* passive.open
              const first = yield* Effect.result(pull(channel, 1))
              if (first._tag === "Failure") continue
              assert.deepStrictEqual(Array.from(first.success), [42])
              return
            }
          })
        )
        yield* until(() => handles() <= before)
      })
    )

    live("many times leaves no handle", () =>
      Effect.gen(function* () {
        const before = handles()
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { active, passive } = yield* pair
            for (let i = 0; i < 20; i++) {
              const { a, closeA, closeB } = yield* connect(active, passive)
              yield* a.write([pattern(100)])
              yield* Effect.all([closeA, closeB], { concurrency: 2 })
            }
          })
        )
        yield* until(() => handles() <= before)
      })
    )
  })
}

/**
 * The outbox over a channel that does what the test says: one that only has `write`, and one that has `writeUnsafe`.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { makeAlarm, now } from "../src/internal/Alarm.ts"
import { type Frame, FrameParts } from "../src/internal/Frame.ts"
import { Outbox, type Owner } from "../src/internal/Outbox.ts"
import { TransportError } from "../src/SessionError.ts"
import type { ByteChannel } from "../src/Transport.ts"
import * as kit from "./kit.ts"

const lost = new TransportError({ operation: "write", address: "fake", reason: { _tag: "Reset" } })

/** A channel that notes each call, as the first bytes of its buffers, and has room as long as it is told so. */
class Fake implements ByteChannel {
  readonly peer = "fake"
  readonly pull = Effect.never
  /** One entry for each call that was given bytes. */
  readonly calls: Array<ReadonlyArray<number>> = []
  /** Calls that were given none: somebody waits for room. */
  waits = 0
  #room = true
  #alive = true
  #waiting: Array<() => void> = []
  readonly writeUnsafe: ByteChannel["writeUnsafe"]

  constructor(fast: boolean) {
    this.writeUnsafe = fast
      ? (buffers) => {
          if (this.#alive) this.#note(buffers)
          return this.#alive && this.#room
        }
      : undefined
  }

  readonly write: ByteChannel["write"] = (buffers) =>
    Effect.suspend(() => {
      if (buffers.length > 0) this.#note(buffers)
      else this.waits++
      if (!this.#alive) return lost
      return this.#room
        ? Effect.void
        : Effect.callback<void, TransportError>((resume) => {
            this.#waiting.push(() => resume(this.#alive ? Effect.void : Effect.fail(lost)))
          })
    })

  #note(buffers: ReadonlyArray<Uint8Array>): void {
    this.calls.push(buffers.map((buffer) => buffer[0] ?? -1))
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** The peer reads no more. */
  fill(): void {
    this.#room = false
  }

  drain(): void {
    this.#room = true
    this.#wake()
  }

  die(): void {
    this.#alive = false
    this.#wake()
  }
}

/** A frame that begins with this byte. */
const frame = (first: number, length = 14): Uint8Array => {
  const bytes = new Uint8Array(length)
  bytes[0] = first
  return bytes
}

/** All that is queued in this turn is written when this is done. */
const turn = Effect.promise(() => Promise.resolve())

const timeout = 30_000

for (const fast of [true, false]) {
  const make = (started = true) =>
    Effect.gen(function* () {
      const channel = new Fake(fast)
      const clock = yield* Clock.Clock
      const scope = yield* Effect.scope
      const run = Effect.runForkWith(yield* Effect.context())
      const rung: Array<number> = []
      const stuck = makeAlarm(
        clock,
        (effect) => Fiber.runIn(run(effect), scope),
        () => rung.push(now(clock))
      )
      const outbox = new Outbox(channel, () => now(clock), stuck, timeout, undefined)
      const start = Effect.forkScoped(outbox.run, { startImmediately: true })
      const writer = started ? yield* start : undefined
      const told: Array<string> = []
      /** One that waits for its frame. */
      const owner = (name: string): Owner => ({
        queued: false,
        written: (at) => told.push(`${name} written at ${at}`),
        lost: (unsent) => told.push(`${name} lost, ${unsent ? "unsent" : "maybe sent"}`)
      })
      return { channel, outbox, start, writer, rung, told, owner }
    })

  describe(`the outbox of a channel with ${fast ? "`writeUnsafe`" : "`write` alone"}`, () => {
    it.effect("writes all that is queued in a turn in one call at its end", () =>
      Effect.gen(function* () {
        const { channel, outbox, owner, told } = yield* make()
        outbox.push(frame(1), owner("first"))
        outbox.push(frame(2))
        assert.deepStrictEqual(channel.calls, [])
        assert.deepStrictEqual([outbox.size, outbox.unwritten], [2, 2])
        outbox.push(new FrameParts([frame(3), frame(4), frame(5)]), owner("parts"))
        yield* turn
        assert.deepStrictEqual(channel.calls, [[1, 2, 3, 4, 5]])
        assert.deepStrictEqual(told, ["first written at 0", "parts written at 0"])
        assert.deepStrictEqual([outbox.size, outbox.unwritten], [0, 0])
        outbox.push(frame(6))
        yield* turn
        outbox.push(frame(7))
        yield* turn
        assert.deepStrictEqual(channel.calls.slice(1), [[6], [7]])
      })
    )

    it.effect("writes what was queued before its writer ran, when it does", () =>
      Effect.gen(function* () {
        const { channel, outbox, start } = yield* make(false)
        outbox.push(frame(1))
        assert.isFalse(outbox.accept(frame(2)))
        yield* turn
        assert.deepStrictEqual(channel.calls, [])
        yield* start
        yield* turn
        assert.deepStrictEqual(channel.calls, [[1]])
      })
    )

    it.effect("collects while it is held, however long, until it is flushed", () =>
      Effect.gen(function* () {
        const { channel, outbox } = yield* make()
        outbox.held = true
        for (let i = 0; i < 10; i++) {
          outbox.push(frame(i))
          yield* turn
        }
        assert.deepStrictEqual(channel.calls, [])
        outbox.held = false
        outbox.flush()
        assert.deepStrictEqual(channel.calls, [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]])
        outbox.flush()
        yield* turn
        assert.strictEqual(channel.calls.length, 1)
      })
    )

    it.effect("writes from 32 frames on in the middle of a dispatch that asks for it, and not before", () =>
      Effect.gen(function* () {
        const { channel, outbox } = yield* make()
        outbox.held = true
        for (let i = 0; i < 31; i++) {
          outbox.push(frame(i))
          outbox.relieve()
        }
        assert.deepStrictEqual(channel.calls, [])
        outbox.push(frame(31))
        outbox.relieve()
        assert.deepStrictEqual(
          channel.calls.map((call) => call.length),
          [32]
        )
        // An accepted frame asks by itself.
        for (let i = 0; i < 40; i++) assert.isTrue(outbox.accept(frame(i)))
        assert.deepStrictEqual(
          channel.calls.map((call) => call.length),
          [32, 32]
        )
        // Outside a dispatch the end of the turn is soon enough.
        outbox.held = false
        outbox.flush()
        for (let i = 0; i < 50; i++) assert.isTrue(outbox.accept(frame(i)))
        assert.strictEqual(channel.calls.length, 3)
        yield* turn
        assert.strictEqual(channel.calls.at(-1)?.length, 50)
      })
    )

    describe("accepts a frame for whoever goes on", () => {
      it.effect("up to 64 KiB in one turn, and again in the next", () =>
        Effect.gen(function* () {
          const { channel, outbox } = yield* make()
          for (let round = 0; round < 3; round++) {
            assert.isTrue(outbox.accept(frame(1, 40_000)))
            assert.isFalse(outbox.accept(frame(2, 25_537)))
            assert.isTrue(outbox.accept(frame(3, 25_536)))
            assert.isFalse(outbox.accept(frame(4, 1)))
            yield* turn
            assert.deepStrictEqual(channel.calls[round], [1, 3])
          }
        })
      )

      it.effect("never when it is longer than 64 KiB itself, in one buffer or in parts", () =>
        Effect.gen(function* () {
          const { outbox } = yield* make()
          const frames: ReadonlyArray<Frame> = [frame(1, 65_537), new FrameParts([frame(1), frame(2, 65_536)])]
          for (const long of frames) assert.isFalse(outbox.accept(long))
          assert.isTrue(outbox.accept(frame(1, 65_536)))
          assert.strictEqual(outbox.size, 1)
        })
      )

      it.effect("counts the frames of those who wait as well, until they are withdrawn", () =>
        Effect.gen(function* () {
          const { outbox, owner } = yield* make()
          const waiting = owner("waiting")
          outbox.push(frame(1, 60_000), waiting)
          assert.isFalse(outbox.accept(frame(2, 10_000)))
          outbox.withdraw(waiting)
          assert.isTrue(outbox.accept(frame(2, 10_000)))
        })
      )

      it.effect("not while a write is under way, and again when there is room", () =>
        Effect.gen(function* () {
          const { channel, outbox } = yield* make()
          channel.fill()
          assert.isTrue(outbox.accept(frame(1)))
          yield* turn
          assert.deepStrictEqual(channel.calls, [[1]])
          assert.isFalse(outbox.accept(frame(2)))
          assert.deepStrictEqual([outbox.size, outbox.unwritten], [0, 1])
          channel.drain()
          assert.isTrue(outbox.accept(frame(3)))
          yield* turn
          assert.deepStrictEqual(channel.calls, [[1], [3]])
          assert.strictEqual(outbox.unwritten, 0)
        })
      )

      it.effect("not once it is closed, nor when its writer has failed", () =>
        Effect.gen(function* () {
          const closed = yield* make()
          closed.outbox.close()
          assert.isFalse(closed.outbox.accept(frame(1)))
          const failed = yield* make()
          failed.channel.die()
          failed.outbox.push(frame(1))
          yield* turn
          assert.isTrue(Exit.isFailure(yield* Fiber.await(failed.writer!)))
          assert.isFalse(failed.outbox.accept(frame(2)))
        })
      )
    })

    describe("takes a frame back", () => {
      it.effect("before its turn ends, and writes the rest in order", () =>
        Effect.gen(function* () {
          const { channel, outbox, owner, told } = yield* make()
          const owners = Array.from({ length: 7 }, (_, i) => owner(`${i}`))
          owners.forEach((one, i) => outbox.push(frame(i), one))
          outbox.accept(frame(7))
          outbox.push(frame(8))
          for (const i of [0, 3, 4, 6]) assert.isTrue(outbox.withdraw(owners[i]!))
          assert.isFalse(outbox.withdraw(owners[3]!))
          assert.strictEqual(outbox.size, 5)
          yield* turn
          assert.deepStrictEqual(channel.calls, [[1, 2, 5, 7, 8]])
          assert.deepStrictEqual(told, ["1 written at 0", "2 written at 0", "5 written at 0"])
        })
      )

      it.effect("and writes nothing at all where all were taken back", () =>
        Effect.gen(function* () {
          const { channel, outbox, owner } = yield* make()
          const owners = [owner("a"), owner("b")]
          for (const one of owners) outbox.push(frame(1), one)
          for (const one of owners) assert.isTrue(outbox.withdraw(one))
          yield* turn
          assert.deepStrictEqual(channel.calls, [])
          assert.deepStrictEqual([outbox.size, outbox.unwritten], [0, 0])
        })
      )

      it.effect("not once it is in the hands of the writer", () =>
        Effect.gen(function* () {
          const { channel, outbox, owner, told } = yield* make()
          channel.fill()
          const [one, two] = [owner("one"), owner("two")]
          outbox.push(frame(1), one)
          yield* turn
          outbox.push(frame(2), two)
          yield* turn
          assert.isFalse(outbox.withdraw(one))
          assert.isTrue(outbox.withdraw(two))
          channel.drain()
          yield* turn
          assert.deepStrictEqual(channel.calls, [[1]])
          assert.deepStrictEqual(told, ["one written at 0"])
        })
      )
    })

    it.effect("tells owners when there is room, not when their bytes were handed over", () =>
      Effect.gen(function* () {
        const { channel, outbox, owner, told } = yield* make()
        channel.fill()
        outbox.push(frame(1), owner("one"))
        yield* turn
        outbox.push(frame(2), owner("two"))
        yield* kit.pass("7 seconds")
        assert.deepStrictEqual(channel.calls, [[1]])
        assert.deepStrictEqual(told, [])
        channel.drain()
        yield* turn
        assert.deepStrictEqual(channel.calls, [[1], [2]])
        assert.deepStrictEqual(told, ["one written at 7000", "two written at 7000"])
        assert.strictEqual(channel.waits, fast ? 1 : 0)
      })
    )

    describe("when a session ends on a connection that lives", () => {
      it.effect("drops the frames of those who wait, and writes control messages and what was accepted", () =>
        Effect.gen(function* () {
          const { channel, outbox, owner, told } = yield* make()
          channel.fill()
          outbox.push(frame(1), owner("written"))
          outbox.accept(frame(2))
          outbox.push(frame(3))
          yield* turn
          outbox.push(frame(4), owner("queued"))
          outbox.push(frame(5))
          const withdrawn = owner("withdrawn")
          outbox.push(frame(6), withdrawn)
          outbox.withdraw(withdrawn)
          assert.strictEqual(outbox.dropOwned(), 2)
          assert.deepStrictEqual(told, ["written lost, maybe sent", "queued lost, unsent"])
          // The batch of three is still on its way.
          assert.deepStrictEqual([outbox.size, outbox.unwritten], [1, 4])
          assert.strictEqual(outbox.dropOwned(), 0)
          channel.drain()
          yield* turn
          assert.deepStrictEqual(channel.calls, [[1, 2, 3], [5]])
          assert.strictEqual(told.length, 2)
          assert.strictEqual(outbox.unwritten, 0)
          // It goes on as before.
          outbox.push(frame(7), owner("next"))
          yield* turn
          assert.deepStrictEqual([channel.calls.at(-1), told.at(-1)], [[7], "next written at 0"])
        })
      )

      it.effect("keeps what was accepted in this turn", () =>
        Effect.gen(function* () {
          const { channel, outbox, owner } = yield* make()
          outbox.push(frame(1), owner("dropped"))
          outbox.accept(frame(2))
          assert.strictEqual(outbox.dropOwned(), 1)
          yield* turn
          assert.deepStrictEqual(channel.calls, [[2]])
        })
      )
    })

    describe("when the connection ends", () => {
      it.effect("writes control messages and what was accepted at once where it can, and counts the rest as lost", () =>
        Effect.gen(function* () {
          const { channel, outbox, owner, told } = yield* make()
          outbox.push(frame(1), owner("one"))
          outbox.accept(frame(2))
          outbox.push(frame(3))
          outbox.push(frame(4), owner("four"))
          assert.strictEqual(outbox.close(), 2)
          assert.deepStrictEqual(channel.calls, [[2, 3]])
          assert.deepStrictEqual(told, ["one lost, unsent", "four lost, unsent"])
          outbox.push(frame(5), owner("late"))
          outbox.push(frame(6))
          yield* turn
          assert.deepStrictEqual([channel.calls.length, told.at(-1)], [1, "late lost, unsent"])
        })
      )

      it.effect(
        "counts what the socket has no room for: accepted, owned, in its hands or not; no control messages",
        () =>
          Effect.gen(function* () {
            const { channel, outbox, owner } = yield* make()
            channel.fill()
            for (let i = 0; i < 3; i++) outbox.accept(frame(1))
            outbox.push(frame(2))
            outbox.push(frame(3), owner("in its hands"))
            yield* turn
            assert.strictEqual(channel.calls.length, 1)
            outbox.push(frame(4), owner("queued"))
            outbox.push(frame(5))
            assert.strictEqual(outbox.close(), 3 + 2)
          })
      )

      it.effect("counts what is accepted last and finds no room, once", () =>
        Effect.gen(function* () {
          const { channel, outbox } = yield* make()
          channel.fill()
          for (let i = 0; i < 3; i++) outbox.accept(frame(1))
          assert.strictEqual(outbox.close(), 3)
          assert.deepStrictEqual(channel.calls, [[1, 1, 1]])
        })
      )

      it.effect("counts what was accepted before the session on it ended", () =>
        Effect.gen(function* () {
          const { channel, outbox, owner } = yield* make()
          channel.fill()
          outbox.accept(frame(1))
          outbox.push(frame(2), owner("two"))
          yield* turn
          assert.strictEqual(outbox.dropOwned(), 1)
          assert.strictEqual(outbox.close(), 1)
        })
      )

      it.effect("counts what was accepted and given to a socket that is dead", () =>
        Effect.gen(function* () {
          const { channel, outbox, owner, told, writer } = yield* make()
          channel.die()
          outbox.accept(frame(1))
          outbox.push(frame(2), owner("two"))
          yield* turn
          assert.strictEqual(Exit.isFailure(yield* Fiber.await(writer!)), true)
          assert.strictEqual(outbox.close(), 2)
          assert.deepStrictEqual(told, ["two lost, maybe sent"])
        })
      )
    })

    describe("is idle", () => {
      it.effect("at once when there is nothing to write", () =>
        Effect.gen(function* () {
          const { outbox } = yield* make()
          const idle = yield* Effect.forkScoped(outbox.idle, { startImmediately: true })
          assert.isDefined(idle.pollUnsafe())
        })
      )

      it.effect("when what was queued in this turn is written", () =>
        Effect.gen(function* () {
          const { channel, outbox } = yield* make()
          outbox.push(frame(1))
          const idle = yield* Effect.forkScoped(outbox.idle, { startImmediately: true })
          assert.isUndefined(idle.pollUnsafe())
          yield* turn
          assert.deepStrictEqual(channel.calls, [[1]])
          assert.isDefined(idle.pollUnsafe())
        })
      )

      it.effect("when there is room again and nothing more is queued", () =>
        Effect.gen(function* () {
          const { channel, outbox } = yield* make()
          channel.fill()
          outbox.push(frame(1))
          yield* turn
          const idle = yield* Effect.forkScoped(outbox.idle, { startImmediately: true })
          outbox.push(frame(2))
          yield* kit.settle
          assert.isUndefined(idle.pollUnsafe())
          channel.drain()
          yield* turn
          assert.deepStrictEqual(channel.calls, [[1], [2]])
          assert.isDefined(idle.pollUnsafe())
        })
      )

      it.effect("when the socket has failed", () =>
        Effect.gen(function* () {
          const { channel, outbox } = yield* make()
          channel.fill()
          outbox.push(frame(1))
          yield* turn
          const idle = yield* Effect.forkScoped(outbox.idle, { startImmediately: true })
          assert.isUndefined(idle.pollUnsafe())
          channel.die()
          yield* turn
          assert.isDefined(idle.pollUnsafe())
          yield* outbox.idle
        })
      )
    })

    describe("rings", () => {
      it.effect("when the socket has no room for as long as a write may take, measured from when it had none", () =>
        Effect.gen(function* () {
          const { channel, outbox, rung } = yield* make()
          yield* kit.pass("5 seconds")
          channel.fill()
          outbox.push(frame(1))
          yield* kit.pass(timeout - 1)
          outbox.push(frame(2))
          assert.deepStrictEqual(rung, [])
          yield* kit.pass(1)
          assert.deepStrictEqual(rung, [5_000 + timeout])
          yield* kit.pass("1 hour")
          assert.strictEqual(rung.length, 1)
        })
      )

      it.effect("not where there is room in time, and anew for the next batch", () =>
        Effect.gen(function* () {
          const { channel, outbox, rung } = yield* make()
          for (let round = 0; round < 5; round++) {
            channel.fill()
            outbox.push(frame(round))
            yield* kit.pass(timeout - 1)
            channel.drain()
            yield* turn
          }
          yield* kit.pass("1 hour")
          assert.deepStrictEqual(rung, [])
          channel.fill()
          outbox.push(frame(9))
          yield* turn
          const began = yield* Clock.currentTimeMillis
          yield* kit.pass("1 hour")
          assert.deepStrictEqual(rung, [began + timeout])
        })
      )
    })
  })
}

/**
 * Primaries for readers without a fiber: what `serve` is made of, over a transport with and without its fast paths.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Primaries } from "../src/internal/Primaries.ts"
import type { Waiting } from "../src/internal/Inbound.ts"
import * as kit from "./kit.ts"

const count = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** A primary of which only its number and its length matter. */
const primary = (systemBytes: number, length = 1) => ({ systemBytes, length }) as unknown as Waiting

/** A receiver that takes as many as it is told, notes them, and asks for more when it is told to. */
const receiver = (primaries: Primaries, takes: (systemBytes: number) => boolean) =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const taken: Array<number> = []
    let more = (): void => {}
    const fiber = yield* primaries
      .deliver((ask) => {
        more = ask
        return (one) => {
          taken.push(one.systemBytes)
          return takes(one.systemBytes)
        }
      })
      .pipe(Scope.provide(scope), Effect.forkScoped({ startImmediately: true }))
    return {
      taken,
      more: () => more(),
      done: () => fiber.pollUnsafe() !== undefined,
      leave: Scope.close(scope, Exit.void)
    }
  })

const always = () => true
const never = () => false

describe("Primaries.deliver", () => {
  it.effect("gives each primary in the call in which it is offered, while the receiver takes", () =>
    Effect.gen(function* () {
      const primaries = yield* Primaries.make(4, 1000)
      const { taken } = yield* receiver(primaries, always)
      for (const i of count(1, 20)) {
        assert.isTrue(primaries.offer(primary(i)))
        assert.strictEqual(taken.at(-1), i)
        assert.deepStrictEqual([primaries.unread, primaries.unreadBytes], [0, 0])
      }
    })
  )

  it.effect("gives what waited first, in order, as far as it is taken", () =>
    Effect.gen(function* () {
      const primaries = yield* Primaries.make(10, 1000)
      for (const i of count(1, 10)) primaries.offer(primary(i, 7))
      assert.isFalse(primaries.offer(primary(11)))
      const { more, taken } = yield* receiver(primaries, (i) => i % 4 !== 0)
      assert.deepStrictEqual(taken, count(1, 4))
      assert.deepStrictEqual([primaries.unread, primaries.unreadBytes], [6, 42])
      primaries.offer(primary(11, 7))
      assert.deepStrictEqual(taken, count(1, 4))
      more()
      assert.deepStrictEqual(taken, count(1, 8))
      more()
      primaries.offer(primary(12))
      assert.deepStrictEqual(taken, count(1, 12))
      assert.deepStrictEqual([primaries.unread, primaries.unreadBytes], [0, 0])
    })
  )

  it.effect("takes `more` before `take` has returned, and more than once, for one request", () =>
    Effect.gen(function* () {
      const primaries = yield* Primaries.make(100, 1000)
      const taken: Array<number> = []
      let depth = 0
      let deepest = 0
      yield* primaries
        .deliver((more) => (one) => {
          deepest = Math.max(deepest, ++depth)
          taken.push(one.systemBytes)
          more()
          more()
          depth--
          return false
        })
        .pipe(Effect.forkScoped({ startImmediately: true }))
      for (const i of count(1, 50)) primaries.offer(primary(i))
      assert.deepStrictEqual(taken, count(1, 50))
      assert.strictEqual(deepest, 1)
    })
  )

  it.effect("gives fifty thousand that wait without a call stack for each", () =>
    Effect.gen(function* () {
      const primaries = yield* Primaries.make(100_000, 1_000_000)
      for (const i of count(1, 50_000)) primaries.offer(primary(i))
      let ask = (): void => {}
      let sum = 0
      yield* primaries
        .deliver((more) => {
          ask = more
          return () => {
            sum++
            more()
            return false
          }
        })
        .pipe(Effect.forkScoped({ startImmediately: true }))
      ask()
      assert.strictEqual(sum, 50_000)
    })
  )

  describe("to two receivers", () => {
    it.effect("gives each primary to one of them, and to the second what the first does not take", () =>
      Effect.gen(function* () {
        const primaries = yield* Primaries.make(4, 1000)
        const first = yield* receiver(primaries, never)
        const second = yield* receiver(primaries, never)
        primaries.offer(primary(1))
        primaries.offer(primary(2))
        primaries.offer(primary(3))
        assert.deepStrictEqual([first.taken, second.taken, primaries.unread], [[1], [2], 1])
        second.more()
        assert.deepStrictEqual([first.taken, second.taken, primaries.unread], [[1], [2, 3], 0])
        first.more()
        primaries.offer(primary(4))
        second.more()
        primaries.offer(primary(5))
        assert.deepStrictEqual([first.taken, second.taken, primaries.unread], [[1, 4], [2, 3, 5], 0])
      })
    )

    it.effect("gives all to the second when the first leaves, whether it took or not", () =>
      Effect.gen(function* () {
        for (const takes of [always, never]) {
          const primaries = yield* Primaries.make(4, 1000)
          const first = yield* receiver(primaries, takes)
          const second = yield* receiver(primaries, always)
          primaries.offer(primary(1))
          yield* first.leave
          primaries.offer(primary(2))
          primaries.offer(primary(3))
          assert.deepStrictEqual([first.taken, second.taken, primaries.unread], [[1], [2, 3], 0])
        }
      })
    )

    it.effect("leaves the first alone when the second leaves", () =>
      Effect.gen(function* () {
        const primaries = yield* Primaries.make(4, 1000)
        const first = yield* receiver(primaries, always)
        const second = yield* receiver(primaries, always)
        yield* second.leave
        primaries.offer(primary(1))
        assert.deepStrictEqual([first.taken, second.taken], [[1], []])
      })
    )

    it.effect("gives what one of them left to the other, that waits or asks for it", () =>
      Effect.gen(function* () {
        const primaries = yield* Primaries.make(4, 1000)
        const first = yield* receiver(primaries, never)
        const second = yield* receiver(primaries, never)
        for (const i of count(1, 4)) primaries.offer(primary(i))
        yield* first.leave
        first.more()
        assert.deepStrictEqual([first.taken, second.taken], [[1], [2]])
        second.more()
        second.more()
        assert.deepStrictEqual(second.taken, [2, 3, 4])
      })
    )

    it.effect("is done for both when the session has ended and the last is taken", () =>
      Effect.gen(function* () {
        const primaries = yield* Primaries.make(4, 1000)
        const first = yield* receiver(primaries, never)
        const second = yield* receiver(primaries, never)
        const idle = yield* receiver(primaries, never)
        for (const i of count(1, 4)) primaries.offer(primary(i))
        primaries.end()
        yield* kit.settle
        assert.deepStrictEqual([first.done(), second.done(), idle.done()], [false, false, false])
        second.more()
        yield* kit.settle
        assert.deepStrictEqual([first.taken, second.taken, idle.taken], [[1], [2, 4], [3]])
        // The last is taken; the one who took it may still be at work, which is its own affair.
        first.more()
        second.more()
        yield* kit.settle
        assert.deepStrictEqual([first.done(), second.done(), idle.done()], [true, true, true])
      })
    )

    it.effect("gives in order although they ask while the other takes", () =>
      Effect.gen(function* () {
        const primaries = yield* Primaries.make(1000, 100_000)
        const all: Array<number> = []
        const asks: Array<() => void> = []
        for (let who = 0; who < 3; who++) {
          yield* primaries
            .deliver((more) => {
              asks.push(more)
              return (one) => {
                all.push(one.systemBytes)
                asks[one.systemBytes % 3]!()
                return one.systemBytes % 7 === 0
              }
            })
            .pipe(Effect.forkScoped({ startImmediately: true }))
        }
        for (const i of count(1, 500)) {
          primaries.offer(primary(i))
          if (i % 5 === 0) asks[i % 3]!()
        }
        for (let round = 0; primaries.unread > 0 && round < 1000; round++) asks[round % 3]!()
        assert.deepStrictEqual(all, count(1, 500))
      })
    )
  })

  it.effect("shares with a reader of the stream: each primary goes to one of them, in order for each", () =>
    Effect.gen(function* () {
      const primaries = yield* Primaries.make(100, 1000)
      const { more, taken } = yield* receiver(primaries, never)
      const read: Array<number> = []
      yield* primaries.stream.pipe(
        Stream.runForEach((one) => Effect.sync(() => read.push(one.systemBytes))),
        Effect.forkScoped({ startImmediately: true })
      )
      for (const i of count(1, 40)) {
        primaries.offer(primary(i))
        if (i % 3 === 0) more()
        if (i % 4 === 0) primaries.wakeReaders()
        if (i % 5 === 0) yield* kit.settle
      }
      yield* kit.settle
      assert.deepStrictEqual(
        [...taken, ...read].toSorted((a, b) => a - b),
        count(1, 40)
      )
      for (const list of [taken, read]) {
        assert.isAbove(list.length, 5)
        assert.deepStrictEqual(
          list,
          list.toSorted((a, b) => a - b)
        )
      }
    })
  )

  it.effect("leaves what waits to whoever comes next when the receiver leaves", () =>
    Effect.gen(function* () {
      const primaries = yield* Primaries.make(4, 1000)
      const first = yield* receiver(primaries, never)
      for (const i of count(1, 5)) primaries.offer(primary(i))
      assert.isTrue(primaries.isFull)
      yield* first.leave
      // Nobody reads: there is nothing to wait for, and no room.
      yield* primaries.room
      assert.isFalse(primaries.offer(primary(6)))
      first.more()
      assert.deepStrictEqual(first.taken, [1])
      const second = yield* receiver(primaries, always)
      assert.deepStrictEqual(second.taken, count(2, 5))
    })
  )

  it.effect("may leave while it takes, also the last of many that wait", () =>
    Effect.gen(function* () {
      const primaries = yield* Primaries.make(10, 1000)
      for (const i of count(1, 3)) primaries.offer(primary(i))
      const scope = yield* Scope.fork(yield* Effect.scope)
      const run = Effect.runSyncWith(yield* Effect.context())
      const taken: Array<number> = []
      yield* primaries
        .deliver(() => (one) => {
          taken.push(one.systemBytes)
          if (one.systemBytes === 2) run(Scope.close(scope, Exit.void))
          return true
        })
        .pipe(Scope.provide(scope), Effect.forkScoped({ startImmediately: true }))
      assert.deepStrictEqual([taken, primaries.unread, primaries.isRead], [[1, 2], 1, false])
      primaries.offer(primary(4))
      assert.deepStrictEqual([taken, primaries.unread], [[1, 2], 2])
    })
  )

  it.effect("may leave while it takes what is offered, and gets nothing after that", () =>
    Effect.gen(function* () {
      const primaries = yield* Primaries.make(10, 1000)
      const scope = yield* Scope.fork(yield* Effect.scope)
      const run = Effect.runSyncWith(yield* Effect.context())
      const taken: Array<number> = []
      yield* primaries
        .deliver(() => (one) => {
          taken.push(one.systemBytes)
          run(Scope.close(scope, Exit.void))
          return true
        })
        .pipe(Scope.provide(scope), Effect.forkScoped({ startImmediately: true }))
      primaries.offer(primary(1))
      primaries.offer(primary(2))
      assert.deepStrictEqual([taken, primaries.unread], [[1], 1])
    })
  )

  it.effect("is not called inside its own call when another receiver leaves", () =>
    Effect.gen(function* () {
      const primaries = yield* Primaries.make(10, 1000)
      for (const i of count(1, 3)) primaries.offer(primary(i))
      const run = Effect.runSyncWith(yield* Effect.context())
      const other = yield* receiver(primaries, never)
      const seen: Array<string> = []
      yield* primaries
        .deliver((more) => (one) => {
          seen.push(`${one.systemBytes} in`)
          more()
          run(other.leave)
          seen.push(`${one.systemBytes} out`)
          return false
        })
        .pipe(Effect.forkScoped({ startImmediately: true }))
      assert.deepStrictEqual(other.taken, [1])
      assert.deepStrictEqual(seen, ["2 in", "2 out", "3 in", "3 out"])
    })
  )

  it.effect("closes the room while it is full, and opens it as it takes", () =>
    Effect.gen(function* () {
      const primaries = yield* Primaries.make(3, 100)
      const { more } = yield* receiver(primaries, never)
      const hasRoom = Effect.gen(function* () {
        const wait = yield* Effect.forkScoped(primaries.room, { startImmediately: true })
        const open = wait.pollUnsafe() !== undefined
        yield* Fiber.interrupt(wait)
        return open
      })
      primaries.offer(primary(0))
      for (const i of count(1, 3)) {
        assert.isTrue(yield* hasRoom)
        primaries.offer(primary(i))
      }
      assert.isFalse(yield* hasRoom)
      more()
      assert.isTrue(yield* hasRoom)
      primaries.offer(primary(4, 99))
      assert.isFalse(yield* hasRoom)
      more()
      assert.isTrue(primaries.isFull)
      assert.isFalse(yield* hasRoom)
      for (let i = 0; i < 2; i++) more()
      assert.isTrue(yield* hasRoom)
    })
  )

  it.effect("is done at the end of a session with nothing left, and else when the last that waits is taken", () =>
    Effect.gen(function* () {
      const empty = yield* Primaries.make(4, 1000)
      const at = yield* receiver(empty, never)
      empty.offer(primary(1))
      empty.end()
      yield* kit.settle
      assert.isTrue(at.done())

      const waiting = yield* Primaries.make(4, 1000)
      const late = yield* receiver(waiting, never)
      for (const i of count(1, 3)) waiting.offer(primary(i))
      waiting.end()
      const drained = yield* Effect.forkScoped(waiting.drained, { startImmediately: true })
      late.more()
      yield* kit.settle
      assert.deepStrictEqual([late.taken, late.done()], [[1, 2], false])
      late.more()
      late.more()
      yield* kit.settle
      assert.deepStrictEqual([late.taken, late.done()], [[1, 2, 3], true])
      yield* late.leave
      assert.isDefined(drained.pollUnsafe())

      const after = yield* receiver(waiting, never)
      yield* kit.settle
      assert.isTrue(after.done())
    })
  )
})

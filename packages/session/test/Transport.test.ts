import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { Transport } from "../src/index.ts"
import * as kit from "./kit.ts"

/** Both ends of one connection, each in a Scope of its own. */
const pair = (options?: Transport.MemoryOptions) =>
  Effect.gen(function* () {
    const { active, passive } = yield* Transport.makeMemory(options)
    const scope = yield* Effect.scope
    const left = yield* Scope.fork(scope)
    const right = yield* Scope.fork(scope)
    return {
      a: yield* Scope.provide(active.open, left),
      b: yield* Scope.provide(passive.open, right),
      closeA: Scope.close(left, Exit.void),
      closeB: Scope.close(right, Exit.void),
      active,
      passive
    }
  })

const bytes = (...values: ReadonlyArray<number>) => Uint8Array.from(values)

const pulled = (channel: Transport.ByteChannel) =>
  Effect.map(channel.pull, (chunks) => Array.from(kit.concat(...chunks)))

const why = (channel: Transport.ByteChannel) => Effect.map(Effect.flip(channel.pull), (error) => error.reason._tag)

describe("a memory pair", () => {
  it.effect("carries bytes in order, both ways at a time", () =>
    Effect.gen(function* () {
      const { a, b } = yield* pair()
      yield* a.write([bytes(1, 2), bytes(3)])
      yield* b.write([bytes(9)])
      yield* a.write([bytes(4)])
      assert.deepStrictEqual(yield* pulled(b), [1, 2, 3, 4])
      assert.deepStrictEqual(yield* pulled(a), [9])
    })
  )

  it.effect("suspends a read until bytes come", () =>
    Effect.gen(function* () {
      const { a, b } = yield* pair()
      const read = yield* kit.start(pulled(b))
      assert.isTrue(yield* kit.waits(read))
      yield* a.write([bytes(1)])
      assert.deepStrictEqual(yield* kit.value(read), [1])
    })
  )

  it.effect("loses nothing when a read that waits is interrupted", () =>
    Effect.gen(function* () {
      const { a, b } = yield* pair()
      const read = yield* kit.start(b.pull)
      yield* Fiber.interrupt(read)
      yield* a.write([bytes(1)])
      assert.deepStrictEqual(yield* pulled(b), [1])
    })
  )

  it.effect("does not show what the writer does to its buffer afterwards", () =>
    Effect.gen(function* () {
      const { a, b } = yield* pair()
      const buffer = bytes(1, 2, 3)
      yield* a.write([buffer])
      buffer.fill(0)
      assert.deepStrictEqual(yield* pulled(b), [1, 2, 3])
    })
  )

  it.effect("suspends a write above the capacity until the peer reads, in each direction on its own", () =>
    Effect.gen(function* () {
      const { a, b } = yield* pair({ capacity: 4 })
      yield* a.write([bytes(1, 2, 3, 4)])
      const write = yield* kit.start(a.write([bytes(5)]))
      assert.isTrue(yield* kit.waits(write))
      yield* b.write([bytes(9)])
      assert.deepStrictEqual(yield* pulled(b), [1, 2, 3, 4, 5])
      yield* kit.value(write)
      assert.deepStrictEqual(yield* pulled(a), [9])
    })
  )

  it.effect("gives the last bytes of a peer that closed, then `Ended`, again and again", () =>
    Effect.gen(function* () {
      const { a, b, closeA } = yield* pair()
      yield* a.write([bytes(1, 2)])
      yield* closeA
      assert.deepStrictEqual(yield* pulled(b), [1, 2])
      assert.strictEqual(yield* why(b), "Ended")
      assert.strictEqual(yield* why(b), "Ended")
    })
  )

  it.effect("ends a read that waits when the peer closes", () =>
    Effect.gen(function* () {
      const { b, closeA } = yield* pair()
      const read = yield* kit.start(why(b))
      yield* closeA
      assert.strictEqual(yield* kit.value(read), "Ended")
    })
  )

  it.effect("ends a read that waits with `Closed` when its own end closes, and gives nothing more", () =>
    Effect.gen(function* () {
      const { a, b, closeB } = yield* pair()
      const read = yield* kit.start(why(b))
      yield* closeB
      assert.strictEqual(yield* kit.value(read), "Closed")
      assert.strictEqual((yield* Effect.flip(a.write([bytes(1)]))).operation, "write")
      assert.strictEqual(yield* why(b), "Closed")

      const other = yield* pair()
      yield* other.a.write([bytes(1)])
      yield* other.closeB
      assert.strictEqual(yield* why(other.b), "Closed")
    })
  )

  it.effect("fails writes to a peer that closed, one that waits as well", () =>
    Effect.gen(function* () {
      const { a, closeB } = yield* pair({ capacity: 0 })
      const write = yield* kit.start(Effect.flip(a.write([bytes(1)])))
      assert.isTrue(yield* kit.waits(write))
      yield* closeB
      assert.strictEqual((yield* kit.value(write)).reason._tag, "Ended")
      assert.strictEqual((yield* Effect.flip(a.write([bytes(2)]))).reason._tag, "Ended")
    })
  )

  it.effect("connects again and again, each connection with bytes of its own", () =>
    Effect.gen(function* () {
      const { a, active, b, closeA, passive } = yield* pair()
      yield* a.write([bytes(1)])
      yield* closeA
      const next = yield* active.open
      const accepted = yield* passive.open
      yield* next.write([bytes(2)])
      assert.deepStrictEqual(yield* pulled(accepted), [2])
      assert.deepStrictEqual(yield* pulled(b), [1])
    })
  )

  it.effect("lets the passive end wait for the next connection", () =>
    Effect.gen(function* () {
      const { active, passive } = yield* Transport.makeMemory()
      const accepting = yield* kit.start(passive.open)
      assert.isTrue(yield* kit.waits(accepting))
      yield* active.open
      assert.strictEqual((yield* kit.value(accepting)).peer, "active")
    })
  )
})

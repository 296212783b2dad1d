import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { ChaosClock } from "../src/index.ts"
import * as kit from "./kit.ts"

/** Names of twelve sleeps of 100 ms in the order in which they end, and when. */
const twelve = (seed: number) =>
  Effect.gen(function* () {
    const ended: Array<readonly [number, number]> = []
    for (let name = 0; name < 12; name++) {
      const sleep = Effect.andThen(Effect.sleep("100 millis"), Clock.currentTimeMillis)
      yield* Effect.forkScoped(
        Effect.map(sleep, (at) => ended.push([name, at])),
        { startImmediately: true }
      )
    }
    yield* kit.pass("1 second")
    return ended
  }).pipe(
    Effect.scoped,
    Effect.provide(Layer.provideMerge(ChaosClock.layer({ seed, latest: "10 millis" }), TestClock.layer()))
  )

describe("a chaos clock", () => {
  it.live("ends sleeps of one length late by up to what it is told, never early, and not in their order", () =>
    Effect.gen(function* () {
      const ended = yield* twelve(1)
      const times = ended.map(([, at]) => at)
      assert.strictEqual(ended.length, 12)
      for (const at of times) assert.isTrue(at >= 100 && at <= 110, String(at))
      assert.isAbove(new Set(times).size, 3)
      assert.notDeepEqual(
        ended.map(([name]) => name),
        Array.from({ length: 12 }, (_, name) => name)
      )
    })
  )

  it.live("is late by the same times for the same seed, and by others for another", () =>
    Effect.gen(function* () {
      const first = yield* twelve(1)
      assert.deepStrictEqual(yield* twelve(1), first)
      assert.notDeepEqual(yield* twelve(2), first)
    })
  )

  it.effect("counts the sleeps under way, those that were interrupted no more", () =>
    Effect.gen(function* () {
      const clock = ChaosClock.make(yield* Clock.Clock, { seed: 1 })
      const sleep = Effect.provideService(Effect.sleep("1 second"), Clock.Clock, clock)
      const [one] = [yield* kit.start(sleep), yield* kit.start(sleep)]
      assert.strictEqual(clock.sleeping, 2)
      yield* Fiber.interrupt(one)
      assert.strictEqual(clock.sleeping, 1)
      yield* kit.pass("2 seconds")
      assert.strictEqual(clock.sleeping, 0)
    })
  )

  it.effect("lets a sleep of no time pass at once: it is no timer", () =>
    Effect.gen(function* () {
      const clock = ChaosClock.make(yield* Clock.Clock, { seed: 1 })
      const done = yield* kit.start(
        Effect.repeat(Effect.sleep(0), { times: 9 }).pipe(Effect.provideService(Clock.Clock, clock))
      )
      yield* kit.value(done)
      assert.strictEqual(yield* Clock.currentTimeMillis, 0)
    })
  )

  it.live("wraps the clock of the machine as well", () =>
    Effect.gen(function* () {
      const before = yield* Clock.currentTimeMillis
      yield* Effect.sleep("5 millis")
      assert.isAtLeast((yield* Clock.currentTimeMillis) - before, 4)
      assert.isAbove(Number(yield* Clock.monotonicTimeNanos), 0)
    }).pipe(Effect.provide(ChaosClock.layer({ seed: 1, latest: "2 millis" })))
  )
})

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { Observers } from "../src/internal/Observers.ts"

/** Events that an observer may lag behind. */
const capacity = 16_384

describe("Observers", () => {
  it.effect("tells an observer that lags how many events it has lost, where they stood, and no other", () =>
    Effect.gen(function* () {
      const observers = new Observers<string>((missed) => `${missed} missed`)
      const slow: Array<string> = []
      const fast: Array<string> = []
      const turn = Effect.yieldNow.pipe(Effect.repeat({ times: 20 }))
      yield* observers.events.pipe(
        Stream.runForEachArray((events) => Effect.sync(() => void fast.push(...events))),
        Effect.forkScoped({ startImmediately: true })
      )
      yield* observers.events.pipe(
        Stream.runForEachArray((events) =>
          Effect.andThen(
            Effect.sync(() => void slow.push(...events)),
            Effect.sleep("1 hour")
          )
        ),
        Effect.forkScoped({ startImmediately: true })
      )
      const total = capacity + 12
      observers.emit("0")
      yield* turn
      for (let number = 1; number <= total; number++) {
        observers.emit(String(number))
        if (number % 1000 === 0) yield* turn
      }
      yield* turn
      assert.deepStrictEqual(slow, ["0"])
      assert.strictEqual(fast.length, total + 1)
      observers.end()
      yield* Effect.forEach([1, 2], () => TestClock.adjust("1 hour"))
      yield* turn
      assert.deepStrictEqual(slow.slice(0, 3), ["0", "12 missed", "13"])
      assert.strictEqual(slow.length, 2 + capacity)
      assert.notInclude(fast, "12 missed")
    })
  )
})

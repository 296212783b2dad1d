import { SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { shown } from "../src/talk/Watching.ts"
import { pair, settle } from "./support/pair.ts"

describe("Watching", () => {
  it.effect("shows all 20 000 messages that came while output stood still", () =>
    Effect.gen(function* () {
      const { equipment, host } = yield* pair
      const ready = yield* Deferred.make<void>()
      let received = 0
      const missed: Array<number> = []
      yield* Effect.forkScoped(
        shown({
          events: equipment.events,
          show: (event) =>
            Effect.andThen(
              Deferred.await(ready),
              Effect.sync(() => {
                if (event._tag === "Received" && event.message !== undefined) received++
              })
            ),
          missed: (count) => Effect.sync(() => void missed.push(count))
        }),
        { startImmediately: true }
      )
      yield* Effect.forkScoped(Stream.runDrain(equipment.primaries), { startImmediately: true })
      const message = SecsMessage.primary(6, 1)
      const total = 20_000
      yield* Effect.repeat(host.send(new SecsMessage.SecsMessage(6, 1, false, message.item)), { times: total - 1 })
      yield* settle
      assert.strictEqual(received, 0)
      yield* Deferred.succeed(ready, undefined)
      yield* Effect.repeat(Effect.yieldNow, { until: () => received === total, times: 100_000 })
      assert.deepStrictEqual([received, missed], [total, []])
    })
  )

  it.effect("says how many are missing, where they are, and ends with the events", () =>
    Effect.gen(function* () {
      const ready = yield* Deferred.make<void>()
      const out: Array<string> = []
      const events = Stream.range(1, 10).pipe(Stream.map((number) => ({ _tag: String(number) })))
      const fiber = yield* Effect.forkScoped(
        shown(
          {
            events,
            show: ({ _tag }) =>
              Effect.andThen(
                Deferred.await(ready),
                Effect.sync(() => void out.push(_tag))
              ),
            missed: (count) => Effect.sync(() => void out.push(`${count} missing`))
          },
          4
        ),
        { startImmediately: true }
      )
      yield* settle
      yield* Deferred.succeed(ready, undefined)
      yield* Fiber.join(fiber)
      const shownUp = out.filter((line) => !line.includes("missing"))
      const gaps = out.flatMap((line) => (line.includes("missing") ? [Number.parseInt(line, 10)] : []))
      assert.isNotEmpty(gaps)
      assert.strictEqual(shownUp.length + gaps.reduce((sum, gap) => sum + gap, 0), 10)
    })
  )
})

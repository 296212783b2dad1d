import { SecsMessage } from "@effect-secs/codec"
import { HsmsSession, Transport } from "@effect-secs/session"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { shown, watched } from "../src/talk/Watching.ts"
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

  it.effect("waits for slow output when the work is done", () =>
    Effect.gen(function* () {
      const { active, passive } = yield* Transport.makeMemory()
      const timers = { linktest: 0 }
      yield* HsmsSession.makePassive({ sessionId: 0, timers }).pipe(
        Effect.provideService(Transport.Transport, passive),
        Effect.orDie
      )
      const out: Array<string> = []
      const fiber = yield* watched({
        transport: active,
        make: HsmsSession.makeActive({ sessionId: 0, timers }),
        show: ({ _tag }) =>
          Effect.andThen(
            Effect.sleep("1 hour"),
            Effect.sync(() => void out.push(_tag))
          ),
        missed: (count) => Effect.sync(() => void out.push(`${count} missing`)),
        work: (session) => session.awaitSelected
      }).pipe(Effect.forkScoped({ startImmediately: true }))
      yield* settle
      for (let hour = 0; hour < 20 && fiber.pollUnsafe() === undefined; hour++) {
        yield* TestClock.adjust("1 hour")
        yield* settle
      }
      yield* Fiber.join(fiber)
      assert.include(out, "Disconnected")
      assert.isFalse(out.some((line) => line.includes("missing")))
    })
  )

  it.effect("says how many events slow output left out when it was told to end", () =>
    Effect.gen(function* () {
      const { active, passive } = yield* Transport.makeMemory()
      const timers = { linktest: 0 }
      yield* HsmsSession.makePassive({ sessionId: 0, timers }).pipe(
        Effect.provideService(Transport.Transport, passive),
        Effect.orDie
      )
      const missed: Array<number> = []
      const fiber = yield* watched({
        transport: active,
        make: HsmsSession.makeActive({ sessionId: 0, timers }),
        show: () => Effect.sleep("1 hour"),
        missed: (count) => Effect.sync(() => void missed.push(count)),
        work: () => Effect.never
      }).pipe(Effect.forkScoped({ startImmediately: true }))
      yield* settle
      const ended = yield* Effect.forkScoped(Fiber.interrupt(fiber), { startImmediately: true })
      yield* settle
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(ended)
      assert.lengthOf(missed, 1)
      assert.isAbove(missed[0]!, 2)
    })
  )
})

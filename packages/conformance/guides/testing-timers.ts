import { Session } from "@effect-secs/session"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { model, pair } from "./testing-pair.ts"

// What can run now runs until it waits: T3 counts from when the primary is written.
const settle = Effect.repeat(Effect.yieldNow, { times: 15 })

it.effect("gives an equipment that does not answer up after T3, not before", () =>
  Effect.gen(function* () {
    const { host } = yield* pair
    // Fork what waits, let time pass, then look.
    const asked = yield* Effect.forkScoped(Effect.flip(Effect.provideService(model, Session.Session, host)))
    yield* settle
    yield* TestClock.adjust("44999 millis")
    assert.isUndefined(asked.pollUnsafe())
    yield* TestClock.adjust("1 millis")
    const error = yield* Fiber.join(asked)
    assert.match(error.message, /^S1F1 \[[0-9a-f]{8}\]: peer sent no reply within T3 \(45s\)$/)
  })
)

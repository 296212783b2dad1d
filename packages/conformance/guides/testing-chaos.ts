import { ChaosClock, ChaosPlan, ChaosTransport, HsmsSession, Session, Transport } from "@effect-secs/session"
import { assert, it } from "@effect/vitest"
import { Console, Effect, Layer, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { etcher, model } from "./testing-pair.ts"

// The program under test, as patient as a host in a plant has to be.
const patient = Effect.retry(model, Schedule.spaced("1 second"))

const survives = (seed: number) => {
  const plan = ChaosPlan.make(seed, { window: "1 minute" })
  const lines = [ChaosPlan.describe(plan), `run it alone: SECS_CHAOS_SEED=${seed}`]
  return Effect.gen(function* () {
    const memory = yield* Transport.makeMemory()
    const chaos = yield* ChaosTransport.make(memory.active, {
      plan,
      trace: (event) => lines.push(ChaosTransport.describe(event))
    })
    const over = (transport: Transport.Transport["Service"]) => Effect.provideService(Transport.Transport, transport)
    const equipment = yield* HsmsSession.makePassive({ sessionId: 0 }).pipe(over(memory.passive))
    const host = yield* HsmsSession.makeActive({ sessionId: 0 }).pipe(over(chaos))
    yield* Session.serve(etcher).pipe(Effect.provideService(Session.Session, equipment), Effect.forkScoped)

    const asked = yield* Effect.forkScoped(Effect.provideService(patient, Session.Session, host))
    yield* TestClock.adjust("5 minutes")
    const exit = asked.pollUnsafe()
    assert.strictEqual(exit?._tag === "Success" ? exit.value : exit, "ETCHER")
  }).pipe(
    // The plan, and every byte that passed.
    Effect.onError(() => Console.error(lines.join("\n"))),
    Effect.scoped,
    // A clock of its own for each seed, whose timers are late now and then.
    Effect.provide(Layer.provideMerge(ChaosClock.layer({ seed }), TestClock.layer()))
  )
}

const alone = process.env["SECS_CHAOS_SEED"]
const seeds = alone === undefined ? Array.from({ length: 100 }, (_, index) => index + 1) : [Number(alone)]

it.live("has the model within five minutes, whatever happens in the first", () =>
  Effect.forEach(seeds, survives, { discard: true })
)

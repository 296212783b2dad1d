import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { Transport } from "../src/index.ts"
import type { Counts } from "./chaos/counts.ts"
import * as chaos from "./chaos/run.ts"
import { describe as describeSchedule, schedule } from "./chaos/Schedule.ts"
import { settle } from "./chaos/Side.ts"

// Nearly all errors here are expected, and vitest asks for stacks of a hundred frames.
Error.stackTraceLimit = 0

/** Memory and virtual time: the same seed is the same run. */
const world: chaos.World = {
  unit: 1000,
  pair: (capacity) => Transport.makeMemory({ capacity }),
  pass: (millis) => Effect.andThen(TestClock.adjust(millis), settle),
  turn: Effect.repeat(settle, { times: 4 }),
  patience: 40
}

/** A schedule under a clock of its own, so that it does not depend on those before; one that hangs is given up. */
const one = (seed: number, log = false) =>
  Effect.gen(function* () {
    const run = chaos.run(seed, world, { log }).pipe(Effect.provide(TestClock.layer()))
    const fiber = yield* Effect.forkDetach(run, { startImmediately: true })
    return yield* Effect.timeoutOrElse(Fiber.join(fiber), {
      duration: "60 seconds",
      orElse: () => Effect.die(new Error(`a schedule hangs\n${chaos.failure(seed, world.unit)}`))
    })
  })

const batch = 2500
const batches = process.env["SECS_NIGHTLY"] === "1" ? 40 : 4

/** Each of these has to happen so often in every batch, or the schedules prove nothing about it. */
const atLeast: { readonly [what: string]: number } = {
  // Faults.
  "opening Slow": 500,
  "opening Refused": 250,
  "opening Never": 100,
  "inbound Stall": 100,
  "inbound Block": 100,
  "inbound Cut": 100,
  "inbound Reset": 100,
  "inbound Silence": 100,
  "outbound Stall": 100,
  "outbound Block": 100,
  "outbound Cut": 100,
  "outbound Reset": 100,
  "outbound Silence": 100,
  "bytes vanished": 300,
  // Timers that ended something, each where it can.
  "request ReplyTimeout T3": 200,
  "short request ReplyTimeout own": 200,
  "dialled again after T5": 1000,
  "ended by T6 Select": 80,
  "ended by T6 Linktest": 80,
  "ended by T7Expired": 80,
  "ended by T8Expired": 200,
  "ended by TcpClosed write TimedOut": 8,
  "dial TimedOut": 100,
  "linktest failed and was tolerated": 20,
  "linktest ReplyTimeout T6": 5,
  // Other ends of connections.
  "ended by LocalClose": 1000,
  "ended by Separated": 500,
  "ended by SelectRefused": 100,
  "ended by TcpClosed read Ended": 500,
  "ended by TcpClosed read Reset": 200,
  "ended by TcpClosed write Ended": 50,
  "ended by TcpClosed write Reset": 20,
  "ended with open transactions": 300,
  "ended with unwritten frames": 100,
  ConnectionTurnedAway: 200,
  UnmatchedReply: 200,
  // Ends of operations.
  "request done": 1000,
  "request Aborted": 100,
  "request ConnectionLost": 200,
  "request NotSelected": 500,
  "send done": 1000,
  "send ConnectionLost": 30,
  "send NotSelected": 500,
  "linktest done": 500,
  "linktest ConnectionLost": 50,
  recovered: 1800
}

const alone = process.env["SECS_CHAOS_SEED"]

if (alone !== undefined) {
  describe("chaos", () => {
    it.live(
      `an active and a passive session end schedule ${alone} recovered or closed, with nothing left`,
      () =>
        Effect.gen(function* () {
          process.stdout.write(`${describeSchedule(schedule(Number(alone), world.unit))}\n`)
          const { log } = yield* one(Number(alone), true)
          process.stdout.write(`${log.join("\n")}\n`)
          assert.isNotEmpty(log)
        }),
      60_000
    )
  })
} else {
  describe("chaos", () => {
    for (let index = 0; index < batches; index++) {
      const first = index * batch + 1
      it.live(
        `an active and a passive session end schedules ${first} to ${first + batch - 1} recovered or closed, with nothing left`,
        () =>
          Effect.gen(function* () {
            const counts: Counts = new Map()
            for (let seed = first; seed < first + batch; seed++) {
              for (const [what, times] of (yield* one(seed)).counts) counts.set(what, (counts.get(what) ?? 0) + times)
            }
            for (const [what, times] of Object.entries(atLeast)) {
              assert.isAtLeast(counts.get(what) ?? 0, times, `${what}, of ${JSON.stringify([...counts], null, 1)}`)
            }
          }),
        900_000
      )
    }

    it.live(
      "the same seed is the same run, byte by byte, and another seed another",
      () =>
        Effect.gen(function* () {
          const seeds = Array.from({ length: 20 }, (_, index) => index + 1)
          const first = yield* Effect.forEach(seeds, (seed) => one(seed, true))
          const second = yield* Effect.forEach(seeds.toReversed(), (seed) => one(seed, true))
          assert.deepStrictEqual(second.toReversed(), first)
          assert.strictEqual(new Set(first.map(({ log }) => log.join("\n"))).size, seeds.length)
        }),
      60_000
    )
  })
}

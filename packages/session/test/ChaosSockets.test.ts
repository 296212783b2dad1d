import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as NodeTransport from "../src/NodeTransport.ts"
import type { Counts } from "./chaos/counts.ts"
import * as chaos from "./chaos/run.ts"

/** Loopback and the clock of the machine; a second of the schedules is a tenth of one. */
const world: chaos.World = {
  unit: 100,
  pair: () =>
    Effect.gen(function* () {
      const { listening, transport } = yield* NodeTransport.makeListen({ host: "127.0.0.1", port: 0 })
      return { active: NodeTransport.makeConnect({ host: "127.0.0.1", port: listening.port }), passive: transport }
    }),
  pass: (millis) => Effect.sleep(millis),
  turn: Effect.sleep(50),
  patience: 300
}

const alone = process.env["SECS_CHAOS_SEED"]
const seeds = alone === undefined ? Array.from({ length: 200 }, (_, index) => index + 1) : [Number(alone)]

describe("chaos over sockets", () => {
  it.live(
    "an active and a passive session end every schedule recovered or closed, with nothing left",
    () =>
      Effect.gen(function* () {
        const counts: Counts = new Map()
        yield* Effect.forEach(
          seeds,
          (seed) =>
            Effect.map(chaos.run(seed, world), (report) => {
              for (const [what, times] of report.counts) counts.set(what, (counts.get(what) ?? 0) + times)
            }),
          { concurrency: 25 }
        )
        if (alone !== undefined) return
        for (const what of ["recovered", "request done", "send done", "dialled again after T5"]) {
          assert.isAtLeast(counts.get(what) ?? 0, 50, what)
        }
      }),
    300_000
  )
})

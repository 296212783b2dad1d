/** Scenarios as tests. */
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import * as TestClock from "effect/testing/TestClock"
import { expectedFailures } from "../src/expected-failures.ts"
import type { TransportName } from "../src/requirements.ts"
import { combinations, judged } from "../src/Scenario.ts"
import { files } from "./index.ts"
import { Stage } from "./kit.ts"
import * as wire from "./wire.ts"

/** How long, by the real clock, an expected failure may take to fail. */
const patience = "5 seconds"

const hangs = (wait: Effect.Effect<void>) => Effect.andThen(wait, Effect.die(new Error("it hangs")))

/** Every scenario over one transport, on each side and in each role that it is about. */
export const run = (transport: TransportName): void => {
  const sleep = Effect.sleep(patience)
  const hung = hangs(transport === "TCP" ? sleep : TestClock.withLive(sleep))
  for (const [file, all] of Object.entries(files)) {
    // Over TCP they mostly wait, so they do it together.
    describe(file, { concurrent: transport === "TCP", timeout: 20_000 }, () => {
      for (const scenario of all) {
        const here = combinations(scenario.where).filter((one) => one.transport === transport)
        if (here.length === 0) continue
        const failing = scenario.proves.find((id) => expectedFailures[id] !== undefined)
        const known = failing === undefined ? undefined : expectedFailures[failing]
        describe(`${scenario.title} (${scenario.proves.join(", ")})`, () => {
          for (const one of here) {
            const body = Effect.flatMap(transport === "TCP" ? wire.tcp : wire.memory, (carrier) =>
              scenario.run(new Stage(carrier, one))
            )
            // Timers are out of range here, which would be a warning in every test.
            const quiet = Effect.provideService(
              judged(known === undefined ? body : Effect.raceFirst(body, hung), known),
              References.MinimumLogLevel,
              "None"
            )
            const name = `${one.mode}, ${one.role}`
            if (transport === "TCP") it.live(name, () => quiet)
            else it.effect(name, () => quiet)
          }
        })
      }
    })
  }
}

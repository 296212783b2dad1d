// The tests that docs/guides/testing.md shows, run.
import { assert, it } from "@effect/vitest"
import { ChaosPlan } from "@effect-secs/session"
import { read } from "../src/Repository.ts"

it("the failure that docs/guides/testing.md shows has the plan of its seed", () => {
  assert.include(read("docs/guides/testing.md"), ChaosPlan.describe(ChaosPlan.make(28, { window: "1 minute" })))
})

// These register tests of their own.
await import("../guides/testing-pair.ts")
await import("../guides/testing-timers.ts")
await import("../guides/testing-chaos.ts")

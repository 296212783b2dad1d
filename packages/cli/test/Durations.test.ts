import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Durations from "../src/Durations.ts"

describe("Durations", () => {
  it.each([
    ["0", "0s"],
    ["0.25", "250ms"],
    ["45s", "45s"],
    ["1500ms", "1.5s"],
    ["2m", "120s"]
  ])("shows %s as timers of the standard are written", (text, shown) => {
    assert.strictEqual(Durations.format(Option.getOrThrow(Durations.parse(text))), shown)
  })

  it.each(["0", "0ms", "-1", "soon"])("takes no %s where there has to be some time", (text) => {
    assert.isTrue(Option.isNone(Durations.parsePositive(text)))
  })
})

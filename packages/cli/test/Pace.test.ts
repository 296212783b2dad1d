import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Pace from "../src/talk/Pace.ts"

const interval = (text: string) => Result.getOrUndefined(Pace.parse(text))?.interval

describe("Pace", () => {
  it.each([
    ["10/s", 100],
    ["10", 100],
    [" 2.5 / s ", 400],
    [".5/s", 2000],
    ["90/min", 2000 / 3],
    ["90/m", 2000 / 3],
    ["5/h", 720_000],
    ["1000000/s", 0.001]
  ])("reads %s as one message in %d ms", (text, millis) => {
    assert.closeTo(interval(text)!, millis, 1e-9)
  })

  it.each(["", "0/s", "0", "-1/s", "1/day", "10/", "/s", "1e3/s", "fast", "1000001/s", "1 2/s", "Infinity"])(
    "refuses %j and says what is expected",
    (text) => {
      const pace = Pace.parse(text)
      assert.isTrue(Result.isFailure(pace) && pace.failure.includes("10/s"))
    }
  )

  it("gives each message its place on the grid, however late those before it were", () => {
    const pace = { interval: 100 }
    assert.strictEqual(Pace.wait(pace, 1000, 0, 1000), 0)
    assert.strictEqual(Pace.wait(pace, 1000, 1, 1030), 70)
    assert.strictEqual(Pace.wait(pace, 1000, 2, 1450), 0)
    assert.strictEqual(Pace.wait(pace, 1000, 5, 1450), 50)
  })
})

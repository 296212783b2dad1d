import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as Durations from "../src/Durations.ts"
import * as Endpoint from "../src/talk/Endpoint.ts"

describe("Endpoint", () => {
  it.each([
    ["192.0.2.10:5000", "192.0.2.10", 5000],
    ["tool-7.fab:1", "tool-7.fab", 1],
    ["[::1]:5000", "::1", 5000],
    [":5000", undefined, 5000],
    ["5000", undefined, 5000],
    ["host:0", "host", 0],
    ["host:65535", "host", 65_535]
  ])("reads %s", (text, host, port) => {
    assert.deepStrictEqual(Endpoint.parse(text, 0), Result.succeed({ host, port }))
  })

  it.each(["", "host", "host:", "host:65536", "host:-1", "::1:5000", "[::1]5000", "a b:5000", "host:5000x", "[]:5"])(
    "refuses %j",
    (text) => {
      assert.isTrue(Result.isFailure(Endpoint.parse(text, 0)))
    }
  )

  it("refuses port 0 where somebody is to be dialled", () => {
    assert.isTrue(Result.isFailure(Endpoint.parse("host:0", 1)))
  })

  it("writes an IPv6 address in brackets", () => {
    assert.strictEqual(Endpoint.format("::1", 5000), "[::1]:5000")
    assert.strictEqual(Endpoint.format("127.0.0.1", 5000), "127.0.0.1:5000")
  })
})

describe("Durations", () => {
  it.each([
    ["45s", 45_000],
    ["45", 45_000],
    ["0", 0],
    ["500ms", 500],
    ["1.5 s", 1500],
    [".5S", 500],
    ["2m", 120_000],
    ["2min", 120_000],
    ["1h", 3_600_000]
  ])("reads %s as %d ms", (text, millis) => {
    assert.deepStrictEqual(Option.map(Durations.parse(text), Duration.toMillis), Option.some(millis))
  })

  it.each(["", "s", "-1s", "1d", "1s2", "1e3", "Infinity"])("refuses %j", (text) => {
    assert.isTrue(Option.isNone(Durations.parse(text)))
  })
})

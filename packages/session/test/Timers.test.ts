import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { HsmsSession, Timers, Transport } from "../src/index.ts"
import * as kit from "./kit.ts"

/** Default, minimum and maximum in seconds, from the parameter table of SEMI E37. The linktest period is our own. */
const standard = [
  ["t3", 45, 1, 120, "e37/t3/default, e37/t3/range"],
  ["t5", 10, 1, 240, "e37/t5/default, e37/t5/range"],
  ["t6", 5, 1, 240, "e37/t6/default, e37/t6/range"],
  ["t7", 10, 1, 240, "e37/t7/default, e37/t7/range"],
  ["t8", 5, 1, 120, "e37/t8/default, e37/t8/range"]
] as const

describe("timers", () => {
  for (const [timer, initial, minimum, maximum, id] of standard) {
    it(`${timer} is ${initial} s unless told, and ${minimum} s to ${maximum} s are in range (${id})`, () => {
      assert.strictEqual(Duration.toSeconds(Timers.make()[timer]), initial)
      const outside = (seconds: number) => Timers.outOfRange(Timers.make({ [timer]: Duration.seconds(seconds) }))
      assert.deepStrictEqual(outside(minimum), [])
      assert.deepStrictEqual(outside(maximum), [])
      for (const seconds of [0, minimum - 0.001, maximum + 0.001, Number.POSITIVE_INFINITY]) {
        assert.deepStrictEqual(
          outside(seconds).map((one) => [one.timer, one.minimumSeconds, one.maximumSeconds]),
          [[timer, minimum, maximum]],
          `${seconds} s`
        )
      }
    })
  }

  it("probes after 30 s of silence unless told; zero is in range and switches it off", () => {
    assert.strictEqual(Duration.toSeconds(Timers.make().linktest), 30)
    assert.deepStrictEqual(Timers.outOfRange(Timers.make({ linktest: 0 })), [])
    assert.deepStrictEqual(Timers.outOfRange(Timers.make({ linktest: "10 days" })), [])
  })

  it("keeps a value out of range as it is (e37/parameters/out-of-range)", () => {
    assert.strictEqual(Duration.toMillis(Timers.make({ t3: "5 minutes" }).t3), 300_000)
    assert.strictEqual(Duration.toMillis(Timers.make({ t6: 20 }).t6), 20)
  })

  it("takes the default for what is undefined", () => {
    assert.deepStrictEqual(Timers.make({ t3: undefined }), Timers.make())
  })

  it("says what is out of range, and that it is used", () => {
    const [one] = Timers.outOfRange(Timers.make({ t3: "5 minutes" }))
    assert.strictEqual(
      Timers.describe(one!),
      "timer t3 is 300s, outside the range of the standard (1s to 120s); it is used as it is"
    )
  })
})

describe("a session with timers out of range", () => {
  it.effect("logs a warning for each, none for those in range, and uses them (e37/parameters/out-of-range)", () =>
    Effect.gen(function* () {
      const logged: Array<readonly [string, unknown]> = []
      const logger = Logger.make(({ logLevel, message }) => {
        logged.push([logLevel, message])
      })
      const { passive } = yield* Transport.makeMemory()
      const make = (timers: Timers.Input) =>
        HsmsSession.makePassive({ sessionId: 0, timers }).pipe(
          Effect.provideService(Transport.Transport, passive),
          Effect.provide(Logger.layer([logger])),
          Effect.scoped
        )
      yield* make({})
      yield* make({ t3: "2 minutes", t5: "4 minutes", t6: "1 second", t8: "2 minutes" })
      assert.deepStrictEqual(logged, [])
      yield* make({ t3: "121 seconds", t8: "10 millis" })
      assert.deepStrictEqual(
        logged.map(([level, message]) => [level, String(message).slice(0, 8)]),
        [
          ["Warn", "timer t3"],
          ["Warn", "timer t8"]
        ]
      )
      const { peer } = yield* kit.passiveConnected({ timers: { t7: 10 } })
      yield* kit.pass(9)
      yield* peer.connected
      yield* kit.pass(1)
      yield* peer.closed
    })
  )
})

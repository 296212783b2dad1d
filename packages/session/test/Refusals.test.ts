import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Refusals from "../src/internal/Refusals.ts"
import type { TransportReason } from "../src/SessionError.ts"
import * as kit from "./kit.ts"
import { logged } from "./secure.ts"

const stranger: TransportReason = { _tag: "NotAllowed" }
const plain: TransportReason = { _tag: "NotTls" }

/** Refuses, and says at which level that was logged. */
const refuser = (lines: ReadonlyArray<string>) =>
  Effect.map(Refusals.make(undefined), (refuse) => (host: string, reason: TransportReason) => {
    refuse({ listener: "listen 0.0.0.0:5000", host, address: `${host}:40000`, reason })
    return lines.at(-1)!.split(" ")[0]
  })

describe("a peer that is turned away", () => {
  it.effect("is a warning the first time, a debug line after that, for each host and each kind", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const level = yield* refuser(lines)
        assert.deepStrictEqual(
          [
            level("10.0.0.1", stranger),
            level("10.0.0.1", stranger),
            level("10.0.0.2", stranger),
            level("10.0.0.1", plain),
            level("10.0.0.1", plain)
          ],
          ["Warn", "Debug", "Warn", "Warn", "Debug"]
        )
        assert.strictEqual(
          lines[0],
          "Warn listen 0.0.0.0:5000: turned away 10.0.0.1:40000: its address is not on the allow list"
        )
      })
    )
  )

  it.effect("is a warning again an hour after the first, and not before", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const level = yield* refuser(lines)
        assert.strictEqual(level("10.0.0.1", stranger), "Warn")
        yield* kit.pass("3599999 millis")
        assert.strictEqual(level("10.0.0.1", stranger), "Debug")
        yield* kit.pass("1 millis")
        assert.strictEqual(level("10.0.0.1", stranger), "Warn")
        assert.strictEqual(level("10.0.0.1", stranger), "Debug")
      })
    )
  )

  it.effect("is no warning after 64 in an hour, so that a scan does not fill the log", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const level = yield* refuser(lines)
        const levels = Array.from({ length: 100 }, (_, index) => level(`10.0.0.${index}`, stranger))
        assert.strictEqual(levels.filter((one) => one === "Warn").length, 64)
        yield* kit.pass("1 hour")
        assert.strictEqual(level("10.0.0.99", stranger), "Warn")
      })
    )
  )
})

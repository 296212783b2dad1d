import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type { Transport } from "../src/index.ts"
import { HsmsSession } from "../src/index.ts"
import * as kit from "./kit.ts"

/** Collects every line that is logged, with its level, for whatever is made inside. */
const logged = <A, E, R>(effect: (lines: ReadonlyArray<string>) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => {
      lines.push(`${logLevel} ${String(Array.isArray(message) ? message[0] : message)}`)
    })
    const layers = Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "All"))
    return Effect.provide(effect(lines), layers)
  })

describe("the log of a session", () => {
  it.effect("warns of the first fault of a kind and keeps further ones for debugging, until it is selected again", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const { dial, peer } = yield* kit.passiveSelected()
        yield* peer.send(kit.linktestRsp(1), kit.linktestRsp(2))
        yield* kit.settle
        assert.deepStrictEqual(lines, [
          "Warn session 10: rejected LinktestRsp session 65535 [00000001] with reason 3",
          "Debug session 10: rejected LinktestRsp session 65535 [00000002] with reason 3"
        ])
        yield* peer.close
        const again = yield* dial
        yield* again.send(kit.selectReq(3))
        yield* again.send(kit.linktestRsp(4))
        yield* kit.settle
        assert.deepStrictEqual(lines.slice(2), [
          "Warn session 10: disconnected: read memory: the peer closed the connection",
          "Warn session 10: rejected LinktestRsp session 65535 [00000004] with reason 3"
        ])
      })
    )
  )

  it.effect("says that a dial failed, once, and not that a session ends as it should", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const refused: Transport.Transport["Service"] = {
          description: "connect 127.0.0.1:5000",
          open: Effect.never
        }
        const scope = yield* kit.closable(
          HsmsSession.makeActive({ sessionId: 0, connectTimeout: "1 second", timers: { t5: "1 second" } }),
          refused
        )
        yield* kit.pass("10 seconds")
        const failed =
          "session 0: connect 127.0.0.1:5000: no answer within 1s: check address and firewall; next attempt in 1000 ms"
        assert.strictEqual(lines.filter((line) => line === `Warn ${failed}`).length, 1)
        assert.isAtLeast(lines.filter((line) => line === `Debug ${failed}`).length, 3)
        yield* scope.close
        assert.isTrue(lines.every((line) => line.endsWith(failed)))

        const { close } = yield* kit.passiveSelected()
        yield* close
        assert.strictEqual(lines.at(-1), "Debug session 10: disconnected: closed by this side")
      })
    )
  )
})

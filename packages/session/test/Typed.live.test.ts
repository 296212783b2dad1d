import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Handlers, HsmsSession, Session, Transport } from "../src/index.ts"
import * as NodeTransport from "../src/NodeTransport.ts"
import { HCACK, S1F1, S1F3, S2F41, S6F11 } from "./definitions.ts"

const { handle } = Handlers

const timers = { linktest: 0, t5: "50 millis" } as const

/** Who is there, commands, and an event report before each command that starts something is acknowledged. */
const equipment = Handlers.make(
  handle(S1F1, () => Effect.succeed({ mdln: "ETCHER", softrev: "1.0" })),
  handle(
    S2F41,
    ({ parameters, rcmd }) =>
      Effect.gen(function* () {
        if (rcmd !== "START") return yield* Effect.fail(rcmd)
        const report = { dataid: 1, ceid: 100, reports: [] }
        assert.strictEqual(yield* Session.call(S6F11, report), 7)
        return { hcack: 0, parameters: parameters.map(({ cpname }) => ({ cpname, cpack: 1 })) }
      }),
    { onFailure: () => ({ hcack: HCACK.codes.NoSuchCommand, parameters: [] }) }
  )
)

const host = Handlers.make(handle(S6F11, () => Effect.succeed(7)))

describe("typed messages over TCP", () => {
  it.live(
    "go both ways at a time, and what is not known is told",
    () =>
      Effect.gen(function* () {
        const { listening, transport } = yield* NodeTransport.makeListen({ host: "127.0.0.1", port: 0 })
        const tool = yield* Layer.build(
          Handlers.layer(equipment).pipe(
            Layer.provideMerge(HsmsSession.layerPassive({ sessionId: 1, timers })),
            Layer.provide(Layer.succeed(Transport.Transport, transport))
          )
        )
        const cell = Handlers.layer(host).pipe(
          Layer.provideMerge(HsmsSession.layerActive({ sessionId: 1, timers })),
          Layer.provide(NodeTransport.layerConnect({ host: "127.0.0.1", port: listening.port }))
        )
        const refused = yield* Effect.forkScoped(
          Stream.runHead(
            Stream.filter(
              Stream.unwrap(Effect.map(Session.Session, ({ events }) => events)),
              ({ _tag }) => _tag === "PrimaryRefused"
            )
          ).pipe(Effect.provide(tool)),
          { startImmediately: true }
        )
        yield* Effect.gen(function* () {
          yield* Session.awaitSelected
          assert.deepStrictEqual(yield* Session.call(S1F1), { mdln: "ETCHER", softrev: "1.0" })
          const parameters = [{ cpname: "PPID", cpval: "RCP-1" }]
          assert.deepStrictEqual(yield* Session.call(S2F41, { rcmd: "START", parameters }), {
            hcack: HCACK.codes.Accepted,
            parameters: [{ cpname: "PPID", cpack: 1 }]
          })
          const { hcack } = yield* Session.call(S2F41, { rcmd: "FLY", parameters })
          assert.strictEqual(hcack, HCACK.codes.NoSuchCommand)
          const unknown = yield* Effect.flip(Session.call(S1F3, [1001]))
          assert.deepInclude(unknown, { _tag: "TransactionError" })
          assert.deepStrictEqual(unknown.reason, { _tag: "ErrorReported", function: 5 })
        }).pipe(Effect.provide(cell))
        const event = Option.getOrThrow(yield* Fiber.join(refused))
        assert.strictEqual(event._tag, "PrimaryRefused")
      }).pipe(Effect.timeout("20 seconds")),
    30_000
  )
})

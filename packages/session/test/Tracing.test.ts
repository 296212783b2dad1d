import { assert, describe, it } from "@effect/vitest"
import { Item, SecsMessage } from "@effect-secs/codec"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { Session } from "../src/index.ts"
import * as kit from "./kit.ts"

interface Seen {
  readonly name: string
  readonly kind: Tracer.SpanKind
  readonly parent: string | undefined
  readonly attributes: Readonly<Record<string, unknown>>
  /** How it ended: undefined while it is open. */
  readonly error: string | undefined
  readonly millis: number | undefined
}

/** Runs with a tracer that keeps all spans. */
const traced = <A, E, R>(
  effect: (spans: () => ReadonlyArray<Seen>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    const seen = () =>
      spans.map((span): Seen => {
        const { attributes, kind, name, parent, status } = span
        const ended = status._tag === "Ended" ? status : undefined
        return {
          name,
          kind,
          parent: Option.match(parent, {
            onNone: () => undefined,
            onSome: (above) => (above._tag === "Span" ? above.name : above.spanId)
          }),
          attributes: Object.fromEntries(attributes),
          error:
            ended === undefined
              ? undefined
              : Exit.match(ended.exit, {
                  onSuccess: () => "none",
                  onFailure: (cause) =>
                    Cause.hasInterruptsOnly(cause)
                      ? "interrupted"
                      : Cause.pretty(cause).split("\n")[0]!.replace("@effect-secs/session/", "")
                }),
          millis: ended === undefined ? undefined : Number(ended.endTime - ended.startTime) / 1e6
        }
      })
    return Effect.provideService(effect(seen), Tracer.Tracer, tracer)
  })

const s1f3 = SecsMessage.primary(1, 3)

describe("spans of requests", () => {
  it.effect("are not opened unless they are asked for", () =>
    traced((spans) =>
      Effect.gen(function* () {
        for (const options of [{}, { spans: undefined }, { spans: false }]) {
          const { peer, session } = yield* kit.passiveSelected(options)
          const request = yield* kit.start(session.request(s1f3))
          yield* peer.send(kit.data(1, 4, (yield* peer.next).system), kit.primary(1, 1, 7))
          yield* kit.value(request)
          yield* Session.serve((primary) => primary.reply()).pipe(
            Effect.provideService(Session.Session, session),
            kit.start
          )
          assert.deepStrictEqual(yield* peer.next, kit.data(1, 2, 7))
        }
        assert.deepStrictEqual(spans(), [])
      })
    )
  )

  it.effect("last from the request to its reply, below the span of the caller", () =>
    traced((spans) =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected({ spans: true, name: "ETCH-07" })
        const request = yield* kit.start(Effect.withSpan(session.request(s1f3), "read variables"))
        const { system } = yield* peer.next
        yield* kit.pass("250 millis")
        assert.strictEqual(spans()[1]!.error, undefined)
        yield* peer.send(kit.data(1, 4, system))
        yield* kit.value(request)
        assert.deepStrictEqual(spans()[1], {
          name: "S1F3",
          kind: "client",
          parent: "read variables",
          attributes: {
            "secs.stream": 1,
            "secs.function": 3,
            "secs.session_id": 10,
            "secs.session": "ETCH-07",
            "secs.system_bytes": system.toString(16).padStart(8, "0"),
            "secs.outcome": "Replied"
          },
          error: "none",
          millis: 250
        })
        assert.strictEqual(spans().length, 2)
      })
    )
  )

  it.effect("end as the request ended: with its error, or interrupted", () =>
    traced((spans) =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected({ spans: true })
        const timesOut = yield* kit.start(session.request(s1f3))
        yield* kit.pass("45 seconds")
        yield* kit.reason(timesOut)
        const interrupted = yield* kit.start(session.request(s1f3))
        yield* Fiber.interrupt(interrupted)
        const lost = yield* kit.start(session.request(s1f3))
        yield* peer.close
        yield* kit.reason(lost)
        yield* kit.reason(yield* kit.start(session.request(s1f3)))
        assert.deepStrictEqual(
          spans().map(({ attributes, error }) => [attributes["secs.outcome"], error?.replace(/ \[\w+\]/, "")]),
          [
            ["ReplyTimeout", "TransactionError: S1F3: peer sent no reply within T3 (45s)"],
            ["Interrupted", "interrupted"],
            ["ConnectionLost", "TransactionError: S1F3: connection lost: read memory: the peer closed the connection"],
            [
              "NotSelected",
              "TransactionError: S1F3: no session: the connection is NotConnected, and awaitSelected waits for Selected"
            ]
          ]
        )
        assert.strictEqual("secs.system_bytes" in spans()[3]!.attributes, false)
      })
    )
  )
})

describe("spans of primaries", () => {
  const serve = (session: Session.Service, spans: boolean) =>
    Session.serve(
      ({ message, reply }) =>
        message.function === 1 ? reply(Item.A("x")).pipe(Effect.withSpan("answer")) : Effect.die("no such function"),
      { spans }
    ).pipe(Effect.provideService(Session.Session, session))

  it.effect("begin a trace each, with the handler below them, and end as it did", () =>
    traced((spans) =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected()
        yield* kit.start(Effect.withSpan(serve(session, true), "main"))
        yield* peer.send(kit.primary(1, 1, 0x2a), kit.primary(1, 5, 0x2b))
        assert.deepStrictEqual(yield* peer.next, kit.data(1, 2, 0x2a, "410178"))
        yield* kit.settle
        const [main, first, answer, second] = spans()
        assert.strictEqual(main!.error, undefined)
        assert.deepStrictEqual(first, {
          name: "S1F1",
          kind: "server",
          parent: undefined,
          attributes: {
            "secs.stream": 1,
            "secs.function": 1,
            "secs.session_id": 10,
            "secs.system_bytes": "0000002a"
          },
          error: "none",
          millis: 0
        })
        assert.deepStrictEqual([answer!.name, answer!.parent], ["answer", "S1F1"])
        assert.deepStrictEqual([second!.name, second!.error], ["S1F5", "Error: no such function"])
        assert.strictEqual(spans().length, 4)
      })
    )
  )
})

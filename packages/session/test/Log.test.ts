import { assert, describe, it } from "@effect/vitest"
import { SecsMessage } from "@effect-secs/codec"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"
import * as References from "effect/References"
import type { Transport } from "../src/index.ts"
import { Handlers, HsmsSession, Session } from "../src/index.ts"
import { Log } from "../src/internal/Log.ts"
import { LogBudget } from "../src/internal/LogBudget.ts"
import type { Untimed } from "../src/SessionEvent.ts"
import { S1F3 } from "./definitions.ts"
import * as kit from "./kit.ts"

interface Line {
  readonly text: string
  readonly annotations: Readonly<Record<string, unknown>>
}

/** Collects every line that is logged, with its level and annotations, for whatever is made inside. */
const logged = <A, E, R>(
  effect: (lines: ReadonlyArray<Line>) => Effect.Effect<A, E, R>,
  minimum: LogLevel.LogLevel = "All"
) =>
  Effect.suspend(() => {
    const lines: Array<Line> = []
    const logger = Logger.make(({ fiber, logLevel, message }) => {
      lines.push({
        text: `${logLevel} ${String(Array.isArray(message) ? message[0] : message)}`,
        annotations: fiber.getRef(References.CurrentLogAnnotations)
      })
    })
    const layers = Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, minimum))
    return Effect.provide(effect(lines), layers)
  })

const texts = (lines: ReadonlyArray<Line>): ReadonlyArray<string> => lines.map(({ text }) => text)

const ofFaults = (lines: ReadonlyArray<Line>): ReadonlyArray<string> =>
  texts(lines.filter(({ annotations }) => annotations["event"] !== "StateChanged"))

describe("the log of a session", () => {
  it.effect("warns of the first fault of a kind and keeps further ones for debugging, until it is selected again", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const { dial, peer } = yield* kit.passiveSelected()
        yield* peer.send(kit.linktestRsp(1), kit.linktestRsp(2))
        yield* kit.settle
        assert.deepStrictEqual(ofFaults(lines), [
          "Warn session 10: rejected LinktestRsp session 65535 [00000001]: transaction not open (reason 3)",
          "Debug session 10: rejected LinktestRsp session 65535 [00000002]: transaction not open (reason 3)"
        ])
        yield* peer.close
        const again = yield* dial
        yield* again.send(kit.selectReq(3))
        yield* again.send(kit.linktestRsp(4))
        yield* kit.settle
        assert.deepStrictEqual(ofFaults(lines).slice(2), [
          "Warn session 10: disconnected: read memory: the peer closed the connection",
          "Warn session 10: rejected LinktestRsp session 65535 [00000004]: transaction not open (reason 3)"
        ])
      })
    )
  )

  it.effect("warns once of each habit of a peer, with SxFy, path, what was expected and what was seen", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const { dial, peer, session } = yield* kit.passiveSelected()
        const values = Handlers.make(Handlers.handle(S1F3, () => Effect.succeed([])))
        yield* kit.start(Effect.provideService(Handlers.serve(values), Session.Session, session))
        // I1 where an unsigned number should be, of many values in many messages.
        const asked = kit.primary(1, 3, 7, "0102 650101 650102")
        yield* peer.send(asked, asked, asked)
        yield* kit.settle
        yield* peer.close
        const again = yield* dial
        yield* again.send(kit.selectReq(3), asked)
        yield* kit.settle
        const [line, ...more] = lines.filter(({ annotations }) => annotations["event"] === "Deviated")
        assert.deepStrictEqual(more, [])
        assert.strictEqual(
          line?.text,
          "Warn session 10: S1F3 [0]: OtherNumberFormat, expected U4, U1, U2 or U8, got <I1 1>"
        )
        assert.deepInclude(line?.annotations, { session: "session 10", subject: "S1F3", path: "[0]", seen: "<I1 1>" })
      })
    )
  )

  it.effect("warns of the first primary of each SxFy that is refused, and keeps further ones for debugging", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.activeSelected()
        yield* kit.start(Effect.provideService(Handlers.serve(Handlers.make()), Session.Session, session))
        yield* peer.send(kit.data(5, 1, 7), kit.data(5, 1, 8), kit.data(5, 3, 9))
        yield* kit.settle
        assert.deepStrictEqual(ofFaults(lines), [
          "Warn session 10: S5F1 session 10 [00000007]: no handler is for its stream",
          "Debug session 10: S5F1 session 10 [00000008]: no handler is for its stream",
          "Warn session 10: S5F3 session 10 [00000009]: no handler is for its stream"
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
          "session 0: connect 127.0.0.1:5000: no answer within 1s: check address and firewall; next attempt in 1s"
        assert.strictEqual(texts(lines).filter((line) => line === `Warn ${failed}`).length, 1)
        assert.isAtLeast(texts(lines).filter((line) => line === `Debug ${failed}`).length, 3)
        yield* scope.close
        assert.isTrue(ofFaults(lines).every((line) => line.endsWith(failed)))

        const { close } = yield* kit.passiveSelected()
        yield* close
        assert.strictEqual(ofFaults(lines).at(-1), "Debug session 10: disconnected: closed by this side")
      })
    )
  )

  it.effect("has an info line when a session begins and when it ends, and debug lines for the steps in between", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const { close } = yield* kit.activeSelected({ name: "ETCH-07" })
        yield* close
        const states = lines.filter(({ annotations }) => annotations["event"] === "StateChanged")
        assert.deepStrictEqual(texts(states), [
          "Debug ETCH-07: NotConnected -> Connecting",
          "Debug ETCH-07: Connecting -> NotSelected, peer passive",
          "Info ETCH-07: NotSelected -> Selected, peer passive",
          "Info ETCH-07: Selected -> NotConnected, peer passive"
        ])
        assert.deepStrictEqual(states[2]!.annotations, {
          session: "ETCH-07",
          sessionId: 10,
          peer: "passive",
          event: "StateChanged",
          from: "NotSelected",
          to: "Selected"
        })
      })
    )
  )

  it.effect("names the peer of the connection that lives and of none other", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const { accept, peer } = yield* kit.activeSelected({ timers: { t5: "1 second" } })
        yield* peer.close
        yield* kit.pass("1 second")
        yield* accept
        const peers = lines
          .filter(({ annotations }) => annotations["event"] === "StateChanged")
          .map(({ annotations }) => [annotations["to"], annotations["peer"]])
        assert.deepStrictEqual(peers, [
          ["Connecting", undefined],
          ["NotSelected", "passive"],
          ["Selected", "passive"],
          ["NotConnected", "passive"],
          ["Connecting", undefined],
          ["NotSelected", "passive"]
        ])
      })
    )
  )

  it.effect("annotates a fault with what a filter needs: session, peer, event, message and reason", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const { peer } = yield* kit.passiveSelected({ name: "LITHO-1", sessionIdPolicy: "warn" })
        yield* peer.send(kit.primary(1, 3, 0x0a0b, "", 11), kit.linktestRsp(0x0c))
        yield* peer.send(kit.data(1, 4, 0x0d))
        yield* peer.close
        const about = { session: "LITHO-1", sessionId: 10, peer: "active" }
        assert.deepStrictEqual(
          lines.filter(({ annotations }) => annotations["event"] !== "StateChanged"),
          [
            {
              text: "Warn LITHO-1: S1F3 W session 11 [00000a0b]: session id 11, expected 10: is the device id (session id) right?",
              annotations: {
                ...about,
                event: "SessionIdMismatch",
                systemBytes: "00000a0b",
                stream: 1,
                function: 3,
                expected: 10,
                dropped: false
              }
            },
            {
              text: "Warn LITHO-1: rejected LinktestRsp session 65535 [0000000c]: transaction not open (reason 3)",
              annotations: { ...about, event: "MessageRejected", systemBytes: "0000000c", sType: 6, reason: 3 }
            },
            {
              text: "Warn LITHO-1: orphan reply S1F4 session 10 [0000000d]: no primary of this side has its system bytes",
              annotations: {
                ...about,
                event: "UnmatchedReply",
                systemBytes: "0000000d",
                stream: 1,
                function: 4,
                reason: "Orphan"
              }
            },
            {
              text: "Warn LITHO-1: disconnected: read memory: the peer closed the connection",
              annotations: {
                ...about,
                event: "Disconnected",
                reason: "TcpClosed",
                cause: "Ended",
                openTransactions: 0,
                unwritten: 0
              }
            }
          ]
        )
      })
    )
  )

  it.effect("annotates a dial that failed with address and reason, as there is no peer", () =>
    logged((lines) =>
      Effect.gen(function* () {
        yield* kit.closable(HsmsSession.makeActive({ sessionId: 3, connectTimeout: "1 second" }), {
          description: "connect 127.0.0.1:5000",
          open: Effect.never
        })
        yield* kit.pass("1 second")
        assert.deepStrictEqual(
          lines.filter(({ annotations }) => annotations["event"] === "ConnectFailed").map((line) => line.annotations),
          [
            {
              session: "session 3",
              sessionId: 3,
              event: "ConnectFailed",
              address: "127.0.0.1:5000",
              reason: "TimedOut"
            }
          ]
        )
      })
    )
  )

  it.effect("has no line for a message, whatever the level", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected()
        const before = lines.length
        const request = yield* kit.start(session.request(SecsMessage.primary(1, 1)))
        const { system } = yield* peer.next
        yield* peer.send(kit.data(1, 2, system))
        yield* kit.value(request)
        yield* peer.send(kit.linktestReq(7))
        assert.deepStrictEqual(yield* peer.next, kit.linktestRsp(7))
        assert.isAbove(before, 0)
        assert.strictEqual(lines.length, before)
      })
    )
  )

  it.effect("names the session in the warning of a timer out of range", () =>
    logged((lines) =>
      Effect.gen(function* () {
        yield* kit.passive({ name: "CVD-2", timers: { t3: "500 seconds" } })
        assert.deepStrictEqual(
          lines.map(({ annotations }) => annotations),
          [{ session: "CVD-2", sessionId: 10 }]
        )
      })
    )
  )

  it.effect("keeps the annotations of whoever made the session", () =>
    logged((lines) =>
      Effect.gen(function* () {
        yield* kit.passiveSelected().pipe(Effect.annotateLogs({ line: "A" }))
        assert.strictEqual(lines.at(-1)!.annotations["line"], "A")
      })
    )
  )
})

/** A fault that cannot be told: whoever renders it dies. */
const untold = (tag: "MessageRejected" | "UnmatchedReject"): Untimed => {
  const event = {
    _tag: tag,
    rejectReason: 3,
    get header(): never {
      throw new Error("the fault was rendered")
    }
  }
  return event
}

describe("the log of a session whose peer goes on and on", () => {
  it.effect("has 1 000 lines an hour, the last of which says so, however often the peer selects and deselects", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const { peer } = yield* kit.passiveConnected({ strict: "E37" })
        const cycles = (count: number) =>
          Effect.gen(function* () {
            for (let i = 0; i < count; i++) {
              yield* peer.send(kit.selectReq(2 * i + 1), kit.linktestRsp(7), kit.deselectReq(2 * i + 2))
              yield* kit.settle
            }
          })
        const above = () => lines.filter(({ text }) => !text.startsWith("Debug")).length
        yield* cycles(1100)
        assert.strictEqual(above(), 1000)
        assert.match(lines.findLast(({ text }) => !text.startsWith("Debug"))!.text, /more are debug lines$/)
        yield* cycles(10)
        assert.strictEqual(above(), 1000)
        yield* peer.send(kit.selectReq(1))
        yield* kit.pass("1 hour")
        yield* peer.send(kit.deselectReq(2))
        yield* cycles(10)
        assert.isAbove(above(), 1000)
      })
    )
  )
})

describe("a line that is not logged", () => {
  const session = { name: "session 10", sessionId: 10, identified: true }
  const budget = Effect.runSync(Effect.map(Clock.Clock, (clock) => new LogBudget(clock, 100)))

  for (const [why, references] of [
    ["below the minimum level", Context.make(References.MinimumLogLevel, "Error")],
    ["with no logger", Context.make(References.CurrentLoggers, new Set())]
  ] as const) {
    it(`is not rendered ${why}`, () => {
      const log = new Log(session, Context.merge(Context.empty(), references), budget)
      log.fault(untold("MessageRejected"))
      log.stateChanged("NotSelected", "Selected")
    })
  }

  it("is rendered by the same fault as soon as somebody wants it", () => {
    const log = new Log(session, Context.make(References.MinimumLogLevel, "Warn"), budget)
    assert.throws(() => log.fault(untold("MessageRejected")), "the fault was rendered")
    // The second of a kind is a debug line, which nobody wants.
    log.fault(untold("MessageRejected"))
    assert.throws(() => log.fault(untold("UnmatchedReject")), "the fault was rendered")
  })
})

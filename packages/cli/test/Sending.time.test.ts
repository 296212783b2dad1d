import { Session } from "@effect-secs/session"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import * as Sending from "../src/talk/Sending.ts"
import { fill, messages, pair, settle } from "./support/pair.ts"

/** Notes when each primary comes, and answers after a while; S1F3 is aborted, S1F5 never answered. */
const answering = (session: Session.Service, after: Duration.Input, came: Array<[name: string, at: number]>) =>
  Session.serve(
    (primary) =>
      Effect.gen(function* () {
        const { name } = primary.message
        came.push([name, yield* Clock.currentTimeMillis])
        if (!primary.message.replyExpected || name === "S1F5") return
        yield* Effect.sleep(after)
        yield* name === "S1F3" ? primary.abort : primary.reply()
      }),
    { concurrency: "unbounded" }
  ).pipe(Effect.provideService(Session.Session, session), Effect.forkScoped({ startImmediately: true }))

const plan = (text: string, differs: Partial<Sending.Plan> = {}): Sending.Plan => ({
  messages: messages(text),
  repeat: 1,
  pace: undefined,
  open: 1,
  keepGoing: false,
  ...differs
})

/** Runs a plan for so long, by the virtual clock. */
const running = (of: Sending.Plan, after: Duration.Input, lasts: Duration.Input) =>
  Effect.gen(function* () {
    const { equipment, host } = yield* pair
    const came: Array<[string, number]> = []
    yield* answering(equipment, after, came)
    const score = Sending.emptyScore()
    const fiber = yield* Effect.forkScoped(Sending.run(host, of, fill, Effect.never, score))
    yield* settle
    // Step by step, so that each reply finds its way before time goes on.
    for (let step = 0; step < 100; step++) {
      yield* TestClock.adjust(lasts)
      yield* settle
    }
    return { came, score, exit: fiber.pollUnsafe() }
  })

describe("Sending", () => {
  it.effect("sends each message when the one before has its reply, in order, and again", () =>
    Effect.gen(function* () {
      const of = plan("S1F1 W. S1F13 W <L>. S6F1.", { repeat: 2 })
      const { came, exit, score } = yield* running(of, "10 millis", "10 millis")
      assert.deepStrictEqual(came, [
        ["S1F1", 0],
        ["S1F13", 10],
        ["S6F1", 20],
        ["S1F1", 20],
        ["S1F13", 30],
        ["S6F1", 40]
      ])
      assert.isTrue(exit !== undefined && Exit.isSuccess(exit))
      assert.deepInclude(score, { sent: 6, requests: 4, answered: 4, failures: 0, startedAt: 0, endedAt: 40 })
    })
  )

  it.effect("keeps its pace without drift while replies take less than it", () =>
    Effect.gen(function* () {
      const of = plan("S1F1 W.", { repeat: 5, pace: { interval: 100 } })
      const { came } = yield* running(of, "30 millis", "10 millis")
      assert.deepStrictEqual(
        came.map(([, at]) => at),
        [0, 100, 200, 300, 400]
      )
    })
  )

  it.effect("sends at once what is due when a slow reply has come, and never two at a time", () =>
    Effect.gen(function* () {
      const of = plan("S1F1 W.", { repeat: 4, pace: { interval: 100 } })
      const { came } = yield* running(of, "250 millis", "10 millis")
      assert.deepStrictEqual(
        came.map(([, at]) => at),
        [0, 250, 500, 750]
      )
    })
  )

  it.effect("does not wait for replies while fewer are open than may be", () =>
    Effect.gen(function* () {
      const of = plan("S1F1 W.", { repeat: 4, pace: { interval: 100 }, open: 3 })
      const { came } = yield* running(of, "250 millis", "10 millis")
      assert.deepStrictEqual(
        came.map(([, at]) => at),
        [0, 100, 200, 300]
      )
    })
  )

  it.effect("keeps as many open as may be where there is no pace, and no more", () =>
    Effect.gen(function* () {
      const of = plan("S1F1 W.", { repeat: 5, open: 2 })
      const { came } = yield* running(of, "100 millis", "10 millis")
      assert.deepStrictEqual(
        came.map(([, at]) => at),
        [0, 0, 100, 100, 200]
      )
    })
  )

  it.effect("ends with the first message that is aborted, and sends none behind it", () =>
    Effect.gen(function* () {
      const { came, exit, score } = yield* running(plan("S1F1 W. S1F3 W. S1F1 W."), "10 millis", "10 millis")
      assert.deepStrictEqual(
        came.map(([name]) => name),
        ["S1F1", "S1F3"]
      )
      const error = exit === undefined ? undefined : Exit.findErrorOption(exit)
      assert.isTrue(error?._tag === "Some" && error.value.exitCode === 1)
      assert.deepInclude(score, { sent: 2, answered: 1, failures: 1 })
      assert.strictEqual(score.firstFailure?.reason._tag, "Aborted")
    })
  )

  it.effect("fails at T3, not before", () =>
    Effect.gen(function* () {
      const { equipment, host } = yield* pair
      yield* answering(equipment, 0, [])
      const score = Sending.emptyScore()
      const sending = Sending.run(host, plan("S1F5 W."), fill, Effect.never, score)
      const fiber = yield* Effect.forkScoped(Effect.flip(sending))
      yield* settle
      yield* TestClock.adjust("44999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.match((yield* Fiber.join(fiber)).message, /^S1F5 \[[0-9a-f]{8}\]: peer sent no reply within T3 \(45s\)$/)
    })
  )

  it.effect("counts what fails and goes on where it is told to", () =>
    Effect.gen(function* () {
      const of = plan("S1F3 W. S1F1 W. S1F2.", { keepGoing: true, repeat: 2 })
      const { came, exit, score } = yield* running(of, "10 millis", "10 millis")
      assert.strictEqual(came.length, 4)
      assert.isTrue(exit !== undefined && Exit.isSuccess(exit))
      // A secondary cannot be sent on its own.
      assert.deepInclude(score, { sent: 6, requests: 4, answered: 2, failures: 4 })
      assert.strictEqual(score.firstFailure?.reason._tag, "Aborted")
    })
  )
})

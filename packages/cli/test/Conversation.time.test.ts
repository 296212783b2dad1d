import { Item, SecsMessage } from "@effect-secs/codec"
import { type Session, StreamNine } from "@effect-secs/session"
import { SmlParser } from "@effect-secs/sml"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as Conversation from "../src/talk/Conversation.ts"
import type { Role } from "../src/talk/DefaultReplies.ts"
import * as Responder from "../src/talk/Responder.ts"
import { fill, pair, settle } from "./support/pair.ts"

const { A, B, L, U4 } = Item

const options = (role: Role, text: string, reported: Array<SecsMessage.SecsMessage> = []): Conversation.Options => ({
  role,
  responder: Responder.make([{ name: "replies.sml", document: SmlParser.parse(text) }]),
  fill,
  time: Effect.succeed("2026010203040506"),
  reported: (message) => reported.push(message)
})

/** What comes to a session on its own, and when. */
const collecting = (session: Session.Service) =>
  Effect.gen(function* () {
    const came: Array<readonly [message: string, at: number]> = []
    yield* session.primaries.pipe(
      Stream.runForEach((primary) =>
        Effect.gen(function* () {
          came.push([String(primary.message), yield* Clock.currentTimeMillis])
          if (primary.message.replyExpected) yield* primary.reply()
        })
      ),
      Effect.forkScoped({ startImmediately: true })
    )
    return came
  })

const reasonOf = (session: Session.Service, message: SecsMessage.SecsMessage) =>
  Effect.map(Effect.flip(session.request(message)), ({ reason }) => reason)

describe("Conversation", () => {
  it.effect("answers by rule, else by file, else as the standard has it", () =>
    Effect.gen(function* () {
      const { equipment, host } = yield* pair
      const text = `S1F4 <L <A "file">>. one: S1F4 <L <A "rule">>. if (s1f3 (2)==<U4 1>) one.`
      yield* Conversation.hold(equipment, options("equipment", text), new Map())
      const answer = (message: SecsMessage.SecsMessage) => Effect.map(host.request(message), ({ item }) => item)
      assert.deepStrictEqual(yield* answer(SecsMessage.primary(1, 3, L(U4(1)))), L(A("rule")))
      assert.deepStrictEqual(yield* answer(SecsMessage.primary(1, 3, L(U4(2)))), L(A("file")))
      assert.deepStrictEqual(yield* answer(SecsMessage.primary(1, 13, L())), L(B(0), L(A("SECS"), A("0"))))
      assert.deepStrictEqual(yield* answer(SecsMessage.primary(2, 17)), A("2026010203040506"))
    })
  )

  it.effect("reports as equipment what it does not know: the stream with S9F3, the function with S9F5", () =>
    Effect.gen(function* () {
      const { equipment, host } = yield* pair
      const came = yield* collecting(host)
      const reasons: Conversation.Reasons = new Map()
      yield* Conversation.hold(equipment, options("equipment", "S64F2."), reasons)
      assert.deepStrictEqual(yield* reasonOf(host, SecsMessage.primary(99, 1)), { _tag: "ErrorReported", function: 3 })
      assert.deepStrictEqual(yield* reasonOf(host, SecsMessage.primary(64, 3)), { _tag: "ErrorReported", function: 5 })
      assert.deepStrictEqual([...reasons.values()], ["nothing here answers S99F1", "nothing here answers S64F3"])
      yield* host.send(SecsMessage.primary(64, 5))
      yield* settle
      const reports = came.map(([message]) => message.slice(0, 4))
      assert.deepStrictEqual(reports, ["S9F3", "S9F5", "S9F5"])
    })
  )

  it.effect("aborts as host what it does not know, and says nothing where no reply is expected", () =>
    Effect.gen(function* () {
      const { equipment, host } = yield* pair
      const came = yield* collecting(equipment)
      yield* Conversation.hold(host, options("host", ""), new Map())
      assert.deepStrictEqual(yield* reasonOf(equipment, SecsMessage.primary(99, 1)), { _tag: "Aborted" })
      yield* equipment.send(SecsMessage.primary(99, 1))
      yield* settle
      assert.deepStrictEqual(came, [])
    })
  )

  it.effect("aborts where a file answers with SxF0, or with a message that has a slot without a value", () =>
    Effect.gen(function* () {
      const { equipment, host } = yield* pair
      const text = "S1F0. if (s1f3) s1f0. S2F14 <L <U4 1> <A NAME>>."
      const reasons: Conversation.Reasons = new Map()
      yield* Conversation.hold(equipment, options("equipment", text), reasons)
      assert.deepStrictEqual(yield* reasonOf(host, SecsMessage.primary(1, 3)), { _tag: "Aborted" })
      assert.deepStrictEqual(yield* reasonOf(host, SecsMessage.primary(2, 13)), { _tag: "Aborted" })
      const [reason] = reasons.values()
      assert.include(reason, "NAME")
    })
  )

  it.effect("aborts what fits no condition, and as equipment does not call its function unknown", () =>
    Effect.gen(function* () {
      const { equipment, host } = yield* pair
      const came = yield* collecting(host)
      const reasons: Conversation.Reasons = new Map()
      const text = `one: S1F4 <A "1">. if (s1f3 (1)==<U4 1>) one.`
      yield* Conversation.hold(equipment, options("equipment", text), reasons)
      assert.deepStrictEqual(yield* reasonOf(host, SecsMessage.primary(1, 3, U4(2))), { _tag: "Aborted" })
      yield* settle
      assert.deepStrictEqual([came, ...reasons.values()], [[], "no rule for S1F3 fits"])
    })
  )

  it.effect("sends what a rule sends on its own, behind the reply", () =>
    Effect.gen(function* () {
      const { equipment, host } = yield* pair
      const came = yield* collecting(host)
      yield* Conversation.hold(equipment, options("equipment", "hello: S1F1 W. if (s1f13) hello."), new Map())
      yield* host.request(SecsMessage.primary(1, 13, L()))
      yield* settle
      assert.deepStrictEqual(came, [["S1F1 W", 0]])
    })
  )

  it.effect("tells of stream 9", () =>
    Effect.gen(function* () {
      const { equipment, host } = yield* pair
      const reported: Array<SecsMessage.SecsMessage> = []
      yield* Conversation.hold(host, options("host", "", reported), new Map())
      const report = SecsMessage.primary(9, 7, B(0, 0, 1, 1, 0, 0, 0, 0, 0, 1))
      yield* equipment.send(report)
      yield* settle
      assert.deepStrictEqual(reported, [report])
      assert.strictEqual(StreamNine.reportedHeader(reported[0]!)?.function, 1)
    })
  )

  it.effect("sends every so many seconds while the session is selected, on a grid that begins with Select", () =>
    Effect.gen(function* () {
      const { equipment, host } = yield* pair
      const came = yield* collecting(host)
      yield* Conversation.hold(
        equipment,
        options("equipment", "poll: S1F1 W. every 5 send poll. every 7 send s6f1. S6F1."),
        new Map()
      )
      yield* settle
      for (let second = 0; second < 15; second++) {
        yield* TestClock.adjust("1 second")
        yield* settle
      }
      assert.deepStrictEqual(came, [
        ["S1F1 W", 5000],
        ["S6F1", 7000],
        ["S1F1 W", 10_000],
        ["S6F1", 14_000],
        ["S1F1 W", 15_000]
      ])
      yield* host.deselect
      yield* settle
      yield* TestClock.adjust("9 seconds")
      yield* settle
      assert.strictEqual(came.length, 5)
    })
  )
})

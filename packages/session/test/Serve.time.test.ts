import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Session } from "../src/index.ts"
import * as kit from "./kit.ts"

/** Serves: stream 2 never ends, all else is replied to. Counts the handlers of stream 2 that were interrupted. */
const serving = (session: Session.Service, options?: Session.ServeOptions) =>
  Effect.gen(function* () {
    const interrupted: Array<number> = []
    const fiber = yield* kit.start(
      Session.serve(
        (primary) =>
          primary.message.stream === 2
            ? Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted.push(primary.systemBytes)))
            : primary.reply(),
        options
      ).pipe(Effect.provideService(Session.Session, session))
    )
    return { fiber, interrupted }
  })

describe("a handler that never ends", () => {
  it.effect("is interrupted after 45 s, not before, answered SxF0, told of, and the next primary is served", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      const { interrupted } = yield* serving(session)
      yield* peer.send(kit.primary(2, 41, 7), kit.primary(1, 1, 8))
      yield* kit.pass(44_999)
      yield* peer.silent
      assert.deepStrictEqual(interrupted, [])
      yield* kit.pass(1)
      assert.deepStrictEqual(yield* peer.rest, [kit.data(2, 0, 7), kit.data(1, 2, 8)])
      assert.deepStrictEqual(interrupted, [7])
      assert.deepStrictEqual(
        (yield* events.of("HandlerFailed")).map(({ failure, header }) => [header.systemBytes, failure]),
        [[7, { _tag: "TimedOut", after: Duration.seconds(45) }]]
      )
    })
  )

  it.effect("has its own time, counted from when it began", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      yield* serving(session, { timeout: "10 seconds", concurrency: 2 })
      yield* peer.send(kit.primary(2, 41, 7))
      yield* kit.pass(4_000)
      // The third begins when the first is over.
      yield* peer.send(kit.primary(2, 41, 8), kit.primary(2, 41, 9))
      yield* kit.pass(5_999)
      yield* peer.silent
      yield* kit.pass(1)
      assert.deepStrictEqual(yield* peer.rest, [kit.data(2, 0, 7)])
      yield* kit.pass(4_000)
      assert.deepStrictEqual(yield* peer.rest, [kit.data(2, 0, 8)])
      yield* kit.pass(5_999)
      yield* peer.silent
      yield* kit.pass(1)
      assert.deepStrictEqual(yield* peer.rest, [kit.data(2, 0, 9)])
    })
  )

  it.effect("without W-bit is interrupted and told of, and nothing is answered", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      const { interrupted } = yield* serving(session)
      yield* peer.send(kit.data(2, 41, 7), kit.primary(1, 1, 8))
      yield* kit.pass(45_000)
      assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 2, 8)])
      assert.deepStrictEqual(interrupted, [7])
      assert.strictEqual((yield* events.of("HandlerFailed")).length, 1)
    })
  )

  it.effect("holds up nobody for longer than `timeout`, even where it cannot be interrupted", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const gate = Effect.uninterruptible(Effect.sleep("1 hour"))
      yield* kit.start(
        Session.serve((primary) => (primary.message.stream === 2 ? gate : primary.reply()), {
          timeout: "1 second"
        }).pipe(Effect.provideService(Session.Session, session))
      )
      yield* peer.send(kit.primary(2, 41, 7), kit.primary(1, 1, 8))
      yield* kit.pass(1_000)
      assert.deepStrictEqual(yield* peer.rest, [kit.data(2, 0, 7), kit.data(1, 2, 8)])
      // Its Scope waits for it.
      yield* kit.pass("1 hour")
    })
  )

  it.effect("holds up all that come after it with `timeout: Infinity`", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      yield* serving(session, { timeout: "Infinity" })
      yield* peer.send(kit.primary(2, 41, 7), kit.primary(1, 1, 8))
      yield* kit.pass("10 days")
      yield* peer.silent
      assert.deepStrictEqual(yield* events.of("HandlerFailed"), [])
    })
  )

  it.effect("holds up nobody where `concurrency` leaves room", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      yield* serving(session, { concurrency: 2 })
      yield* peer.send(kit.primary(2, 41, 7), kit.primary(1, 1, 8), kit.primary(1, 1, 9))
      assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 2, 8), kit.data(1, 2, 9)])
    })
  )

  it.effect("ends as it likes just before its time, and nothing is interrupted later", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      yield* kit.start(
        Session.serve((primary) => Effect.andThen(Effect.sleep("44999 millis"), primary.reply())).pipe(
          Effect.provideService(Session.Session, session)
        )
      )
      yield* peer.send(kit.primary(1, 1, 7))
      yield* kit.pass(44_999)
      assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 2, 7)])
      yield* kit.pass("1 hour")
      yield* peer.silent
      assert.deepStrictEqual(yield* events.of("HandlerFailed"), [])
    })
  )
})

describe("a handler whose reply waits for a peer that does not read", () => {
  it.effect("takes it back when its time is over: the peer gets one answer, SxF0", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({}, { capacity: 8 })
      yield* kit.start(
        Session.serve((primary) => primary.reply(Item.A("x")), { timeout: "5 seconds" }).pipe(
          Effect.provideService(Session.Session, session)
        )
      )
      yield* peer.stopsReading
      yield* kit.start(session.send(SecsMessage.primary(6, 11)))
      yield* peer.send(kit.primary(1, 3, 7))
      yield* kit.pass(5_000)
      yield* peer.reads
      assert.deepStrictEqual(
        (yield* peer.rest).filter((frame) => frame.system === 7),
        [kit.data(1, 0, 7)]
      )
    })
  )
})

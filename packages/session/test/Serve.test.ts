import { Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import { SecsMessage } from "@effect-secs/codec"
import { Session } from "../src/index.ts"
import * as kit from "./kit.ts"

/** Serves in the background; what is logged is collected. */
const serving = <Handled extends Effect.Effect<unknown, unknown>>(
  session: Session.Service,
  handler: (primary: Session.InboundPrimary) => Handled,
  options?: Session.ServeOptions
) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => {
      lines.push(String(Array.isArray(message) ? message[0] : message))
    })
    const fiber = yield* kit.start(
      Session.serve(handler, options).pipe(
        Effect.provideService(Session.Session, session),
        Effect.provide(Logger.layer([logger]))
      )
    )
    return { fiber, lines }
  })

describe("Session.serve", () => {
  for (const [how, bug] of [
    ["fails", Effect.fail("no such recipe")],
    ["dies", Effect.die(new Error("a bug"))],
    ["throws before it is an effect", undefined]
  ] as const) {
    it.effect(`answers SxF0 for a handler that ${how}, logs it, and serves the next primary`, () =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected()
        const { lines } = yield* serving(session, (primary) => {
          if (primary.message.name === "S1F1") return primary.reply(Item.L())
          if (bug === undefined) throw new Error("a bug")
          return bug
        })
        yield* peer.send(kit.primary(1, 3, 7), kit.data(6, 11, 8), kit.primary(1, 1, 9))
        assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 0, 7), kit.data(1, 2, 9, "0100")])
        assert.deepStrictEqual(lines, ["the handler of S1F3 failed", "the handler of S6F11 failed"])
      })
    )
  }

  it.effect("answers SxF0 where the reply itself is a bug: an item that nobody made", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const forged = { format: 0o54, value: {} } as unknown as Item.Item
      const inside = Item.L([Item.A("x")])
      ;(inside.value as Array<Item.Item>)[0] = forged
      yield* serving(session, (primary) => primary.reply(primary.systemBytes === 7 ? forged : inside))
      yield* peer.send(kit.primary(1, 3, 7), kit.primary(1, 3, 8))
      assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 0, 7), kit.data(1, 0, 8)])
    })
  )

  it.effect("does not abort what a handler has replied to before it failed", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      yield* serving(session, (primary) => Effect.andThen(primary.reply(Item.L()), Effect.fail("too late")))
      yield* peer.send(kit.primary(1, 3, 7))
      assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 4, 7, "0100")])
    })
  )

  it.effect("logs no error for a reply whose connection ended meanwhile: the end itself was told", () =>
    Effect.gen(function* () {
      const { dial, events, peer, session } = yield* kit.passiveSelected()
      const gate = yield* Deferred.make<void>()
      const { lines } = yield* serving(session, (primary) => Effect.andThen(Deferred.await(gate), primary.reply()))
      yield* peer.send(kit.primary(1, 3, 7), kit.primary(1, 3, 8), kit.primary(1, 3, 9))
      yield* peer.close
      yield* Deferred.succeed(gate, undefined)
      yield* kit.settle
      assert.deepStrictEqual(lines, [])
      assert.strictEqual((yield* events.of("Disconnected")).length, 1)
      const next = yield* dial
      yield* next.send(kit.selectReq(1), kit.primary(1, 3, 7))
      assert.deepStrictEqual(yield* next.rest, [kit.selectRsp(1), kit.data(1, 4, 7)])
    })
  )

  it.effect("runs one handler at a time, in the order of the primaries", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const gate = yield* Deferred.make<void>()
      yield* serving(session, (primary) =>
        primary.systemBytes === 7 ? Effect.andThen(Deferred.await(gate), primary.reply()) : primary.reply()
      )
      yield* peer.send(kit.primary(1, 1, 7), kit.primary(1, 1, 8))
      yield* peer.silent
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(
        (yield* peer.rest).map((frame) => frame.system),
        [7, 8]
      )
    })
  )

  it.effect("lets a handler overtake another where `concurrency` allows", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const gate = yield* Deferred.make<void>()
      yield* serving(
        session,
        (primary) =>
          primary.systemBytes === 7 ? Effect.andThen(Deferred.await(gate), primary.reply()) : primary.reply(),
        { concurrency: 2 }
      )
      yield* peer.send(kit.primary(1, 1, 7), kit.primary(1, 1, 8))
      assert.deepStrictEqual(
        (yield* peer.rest).map((frame) => frame.system),
        [8]
      )
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(
        (yield* peer.rest).map((frame) => frame.system),
        [7]
      )
    })
  )

  it.effect("ends with the session", () =>
    Effect.gen(function* () {
      const { close, session } = yield* kit.passiveSelected()
      const { fiber } = yield* serving(session, (primary) => primary.abort)
      yield* close
      yield* Fiber.join(fiber)
    })
  )
})

describe("a handler that makes a request while primaries fill the buffer", () => {
  it.effect("gets its reply, which stands behind them, and none of them is lost", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected({ primaryCapacity: 4 })
      const handled: Array<string> = []
      yield* serving(session, (primary) =>
        Effect.gen(function* () {
          const reply = yield* session.request(SecsMessage.primary(1, 3))
          handled.push(`${primary.systemBytes} ${reply.name}`)
        })
      )
      const count = 20
      // Each in a chunk of its own, so that the session could stop reading between any two.
      for (let i = 0; i < count; i++) yield* peer.send(kit.data(5, 1, 1000 + i))
      for (let i = 0; i < count; i++) {
        const request = yield* peer.next
        // More primaries stand before each reply.
        yield* peer.send(kit.data(5, 1, 2000 + i))
        yield* peer.send(kit.data(1, 4, request.system))
      }
      for (let i = 0; i < count; i++) {
        const request = yield* peer.next
        yield* peer.send(kit.data(1, 4, request.system))
      }
      yield* kit.settle
      const expected = [1000, 2000].flatMap((from) => Array.from({ length: count }, (_, i) => `${from + i} S1F4`))
      assert.deepStrictEqual(handled, expected)
      assert.deepStrictEqual(yield* events.of("PrimaryUnhandled"), [])
    })
  )

  it.effect("does not make the buffer grow beyond 16 times its capacity", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected({ primaryCapacity: 2 }, { capacity: 0 })
      yield* serving(session, () => session.request(SecsMessage.primary(1, 3)))
      let sent = 0
      yield* kit.start(
        Effect.gen(function* () {
          for (let i = 0; i < 200; i++) {
            yield* peer.send(kit.data(5, 1, i))
            sent++
          }
        })
      )
      // One with the handler, 32 that wait, and one that the transport holds.
      assert.strictEqual(sent, 33)
      yield* peer.connected
    })
  )
})

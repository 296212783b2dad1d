import { Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import { SecsMessage } from "@effect-secs/codec"
import { Session, SessionEvent } from "../src/index.ts"
import * as kit from "./kit.ts"

/** Serves in the background. */
const serving = <Handled extends Effect.Effect<unknown, unknown>>(
  session: Session.Service,
  handler: (primary: Session.InboundPrimary) => Handled,
  options?: Session.ServeOptions
) =>
  Effect.map(kit.start(Effect.provideService(Session.serve(handler, options), Session.Session, session)), (fiber) => ({
    fiber
  }))

/** Warnings and errors of all that is made in `body`. */
const logged = <A, E, R>(body: (lines: ReadonlyArray<string>) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => {
      const line = String(Array.isArray(message) ? message[0] : message)
      if (logLevel === "Warn" || logLevel === "Error") lines.push(`${logLevel} ${line}`)
    })
    return Effect.provide(body(lines), Logger.layer([logger]))
  })

describe("Session.serve", () => {
  for (const [how, bug] of [
    ["fails", Effect.fail("no such recipe")],
    ["dies", Effect.die(new Error("a bug"))],
    ["is interrupted", Effect.interrupt],
    ["waits for a fiber that is interrupted", Effect.flatMap(Effect.forkChild(Effect.interrupt), Fiber.join)],
    ["throws before it is an effect", undefined]
  ] as const) {
    it.effect(`answers SxF0 for a handler that ${how}, logs it, tells observers, and serves the next primary`, () =>
      logged(
        Effect.fnUntraced(function* (lines) {
          const { events, peer, session } = yield* kit.passiveSelected()
          yield* serving(session, (primary) => {
            if (primary.message.name === "S1F1") return primary.reply(Item.L())
            if (bug === undefined) throw new Error("a bug")
            return bug
          })
          yield* peer.send(kit.primary(1, 3, 7), kit.data(6, 11, 8), kit.primary(1, 1, 9))
          assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 0, 7), kit.data(1, 2, 9, "0100")])
          assert.deepStrictEqual(
            lines.map((line) => line.split(": its handler")[0]),
            ["Error session 10: S1F3 W session 10 [00000007]", "Error session 10: S6F11 session 10 [00000008]"]
          )
          // More of the same message are debug lines until the session is selected again.
          yield* peer.send(kit.primary(1, 3, 10))
          yield* kit.settle
          assert.strictEqual(lines.length, 2)
          const failed = yield* events.of("HandlerFailed")
          assert.deepStrictEqual(
            failed.map(({ failure, header }) => [String(header).slice(0, 5).trim(), failure._tag]),
            [
              ["S1F3", "Failed"],
              ["S6F11", "Failed"],
              ["S1F3", "Failed"]
            ]
          )
        })
      )
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
    logged(
      Effect.fnUntraced(function* (lines) {
        const { dial, events, peer, session } = yield* kit.passiveSelected()
        const gate = yield* Deferred.make<void>()
        yield* serving(session, (primary) => Effect.andThen(Deferred.await(gate), primary.reply()))
        yield* peer.send(kit.primary(1, 3, 7), kit.primary(1, 3, 8), kit.primary(1, 3, 9))
        yield* peer.close
        yield* Deferred.succeed(gate, undefined)
        yield* kit.settle
        assert.deepStrictEqual(lines, ["Warn session 10: disconnected: read memory: the peer closed the connection"])
        assert.strictEqual((yield* events.of("Disconnected")).length, 1)
        const next = yield* dial
        yield* next.send(kit.selectReq(1), kit.primary(1, 3, 7))
        assert.deepStrictEqual(yield* next.rest, [kit.selectRsp(1), kit.data(1, 4, 7)])
      })
    )
  )

  it.effect("says in the event what a handler failed with", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      yield* serving(session, (primary) =>
        primary.systemBytes === 7
          ? Effect.fail("no such recipe")
          : primary.systemBytes === 8
            ? Effect.die(new Error("a bug"))
            : Effect.interrupt
      )
      yield* peer.send(kit.primary(7, 19, 7), kit.primary(7, 19, 8), kit.primary(7, 19, 9))
      yield* kit.settle
      assert.deepStrictEqual(
        (yield* events.of("HandlerFailed")).map((event) =>
          SessionEvent.describe(event).split(": ").slice(1).join(": ")
        ),
        ["its handler failed: no such recipe", "its handler failed: a bug", "its handler was interrupted"]
      )
    })
  )

  it.effect("leaves alone what a handler neither replied to nor failed: another fiber may still reply", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      const kept: Array<Session.InboundPrimary> = []
      yield* serving(session, (primary) =>
        primary.systemBytes === 7 ? Effect.sync(() => kept.push(primary)) : primary.reply()
      )
      yield* peer.send(kit.primary(1, 3, 7), kit.primary(1, 1, 8))
      assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 2, 8)])
      assert.deepStrictEqual(yield* events.of("HandlerFailed"), [])
      yield* kit.value(yield* kit.start(kept[0]!.reply()))
      assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 4, 7)])
    })
  )

  it.effect("writes one reply for a handler that replies twice, and fails the second with `AlreadyReplied`", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const second: Array<string> = []
      yield* serving(session, (primary) =>
        Effect.gen(function* () {
          yield* primary.reply()
          second.push((yield* Effect.flip(primary.reply())).reason._tag)
          second.push((yield* Effect.flip(primary.abort)).reason._tag)
        })
      )
      yield* peer.send(kit.primary(1, 1, 7), kit.primary(1, 3, 8))
      assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 2, 7), kit.data(1, 4, 8)])
      assert.deepStrictEqual(second, ["AlreadyReplied", "AlreadyReplied", "AlreadyReplied", "AlreadyReplied"])
    })
  )

  it.effect("keeps a reply off the next connection, and serves that one, when a handler outlives its connection", () =>
    Effect.gen(function* () {
      const { dial, peer, session } = yield* kit.passiveSelected()
      const gate = yield* Deferred.make<void>()
      const late: Array<string> = []
      yield* serving(session, (primary) =>
        primary.systemBytes === 7
          ? Effect.gen(function* () {
              yield* Deferred.await(gate)
              late.push((yield* Effect.flip(primary.reply())).reason._tag)
            })
          : primary.reply()
      )
      yield* peer.send(kit.primary(1, 3, 7))
      yield* peer.close
      const next = yield* dial
      yield* next.send(kit.selectReq(1), kit.primary(1, 1, 8))
      assert.deepStrictEqual(yield* next.next, kit.selectRsp(1))
      yield* next.silent
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(yield* next.rest, [kit.data(1, 2, 8)])
      assert.deepStrictEqual(late, ["ConnectionLost"])
    })
  )

  it.effect("leaves our own transactions, linktests and other handlers as they are while handlers fail", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      yield* serving(
        session,
        (primary) =>
          primary.message.stream === 2
            ? Effect.never
            : primary.message.stream === 1
              ? Effect.die("a bug")
              : primary.reply(),
        { concurrency: 2 }
      )
      const request = yield* kit.start(session.request(SecsMessage.primary(6, 11)))
      const probe = yield* kit.start(session.linktest)
      const [ours, linktest] = yield* peer.rest
      yield* peer.send(kit.primary(2, 41, 1))
      for (let i = 0; i < 50; i++) yield* peer.send(kit.primary(1, 3, 100 + i), kit.primary(5, 1, 200 + i))
      for (let turn = 0; turn < 20; turn++) yield* kit.settle
      assert.deepStrictEqual(
        yield* peer.rest,
        Array.from({ length: 50 }, (_, i) => [kit.data(1, 0, 100 + i), kit.data(5, 2, 200 + i)]).flat()
      )
      assert.isTrue(yield* kit.waits(request))
      yield* peer.send(kit.data(6, 12, ours!.system), kit.linktestRsp(linktest!.system))
      assert.strictEqual((yield* kit.value(request)).name, "S6F12")
      yield* kit.value(probe)
      assert.strictEqual((yield* events.of("HandlerFailed")).length, 50)
    })
  )

  it.effect("interrupts the handlers that run when it is interrupted, and is done when they have ended", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const ended: Array<number> = []
      const { fiber } = yield* serving(
        session,
        (primary) =>
          Effect.onInterrupt(Effect.never, () =>
            Effect.andThen(
              Effect.sleep("1 second"),
              Effect.sync(() => ended.push(primary.systemBytes))
            )
          ),
        { concurrency: "unbounded" }
      )
      yield* peer.send(kit.primary(1, 3, 7), kit.primary(1, 3, 8))
      yield* kit.settle
      const interrupted = yield* kit.start(Fiber.interrupt(fiber))
      yield* kit.pass(999)
      assert.isTrue(yield* kit.waits(interrupted))
      yield* kit.pass("2 seconds")
      yield* kit.value(interrupted)
      assert.sameMembers(ended, [7, 8])
      yield* peer.silent
      yield* peer.connected
    })
  )

  it.effect("goes on when another that served the same session ends: the primaries are its own from then on", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const handled: Array<string> = []
      const by = (name: string) =>
        serving(session, (primary) => {
          handled.push(`${name} ${primary.systemBytes}`)
          return primary.reply()
        })
      const older = yield* by("older")
      yield* by("newer")
      yield* peer.send(kit.primary(1, 3, 7))
      yield* kit.settle
      yield* Fiber.interrupt(older.fiber)
      yield* peer.send(kit.primary(1, 3, 8), kit.primary(1, 3, 9))
      yield* kit.settle
      assert.deepStrictEqual(handled.slice(1), ["newer 8", "newer 9"])
      assert.strictEqual((yield* peer.rest).length, 3)
    })
  )

  it.effect(
    "shares the primaries with another: one that is busy leaves them to it, and both end with the session",
    () =>
      Effect.gen(function* () {
        const { close, peer, session } = yield* kit.passiveSelected()
        const gate = yield* Deferred.make<void>()
        const busy = yield* serving(session, (primary) => Effect.andThen(Deferred.await(gate), primary.reply()))
        const other = yield* serving(session, (primary) => Effect.andThen(Deferred.await(gate), primary.reply()))
        yield* peer.send(kit.primary(1, 3, 7), kit.primary(1, 3, 8), kit.primary(1, 3, 9))
        assert.deepStrictEqual(yield* peer.rest, [])
        yield* Deferred.succeed(gate, undefined)
        assert.sameMembers(
          (yield* peer.rest).map(({ system }) => system),
          [7, 8, 9]
        )
        yield* close
        yield* kit.value(busy.fiber)
        yield* kit.value(other.fiber)
      })
  )

  it.effect("dies of a timeout or a concurrency that is none, with the name of the option", () =>
    Effect.gen(function* () {
      const { session } = yield* kit.passiveSelected()
      for (const [options, name] of [
        [{ timeout: Number.NaN }, "timeout"],
        [{ timeout: -1 }, "timeout"],
        [{ concurrency: 0 }, "concurrency"],
        [{ concurrency: Number.NaN }, "concurrency"]
      ] as const) {
        const { fiber } = yield* serving(session, () => Effect.void, options)
        const exit = yield* kit.ended(fiber)
        assert.include(String(exit), `option ${name} is`)
      }
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

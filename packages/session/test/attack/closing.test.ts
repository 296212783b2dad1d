/** The end of an active session's Scope over real sockets, in every state it can be in. */
import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Session from "../../src/Session.ts"
import * as kit from "../kit.ts"
import { givenBack, held, isServed, listen, live, makeSession, type Peer, until } from "./listener.ts"

/** `closeTimeout` unless told and what the transport adds to it where the peer takes nothing, and a machine's slack. */
const bound = 2_000 + 3_000

/** A session in a Scope of its own, and `close`, which fails where it takes longer than it may. */
const closable = (port: number, options?: Parameters<typeof makeSession>[1]) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const session = yield* Scope.provide(makeSession(port, options), scope)
    const close = Effect.gen(function* () {
      const began = performance.now()
      yield* Scope.close(scope, Exit.void)
      assert.isBelow(performance.now() - began, bound)
      assert.strictEqual(yield* session.state, "NotConnected")
    })
    return { session, close, scope }
  })

const select = (peer: Peer, session: Session.Service) =>
  Effect.gen(function* () {
    yield* peer.send(kit.selectRsp((yield* peer.next).system))
    yield* session.awaitSelected
  })

/** Everything the session still wrote, up to its FIN or RST. */
const written = (peer: Peer) =>
  Effect.gen(function* () {
    yield* peer.closed
    const frames = peer.rest().map((frame) => frame.sType)
    yield* peer.end
    return frames
  })

describe("closing an active session", () => {
  live(
    "that is SELECTED sends Separate.req once, then FIN, and nothing is dialled again (e37/separate/sent-on-close)",
    () =>
      Effect.gen(function* () {
        const listener = yield* listen()
        const { close, session } = yield* closable(listener.port)
        const peer = yield* listener.accept
        yield* select(peer, session)
        const request = yield* Effect.forkChild(Effect.flip(session.request(SecsMessage.primary(1, 1))), {
          startImmediately: true
        })
        assert.strictEqual((yield* peer.next).byte3, 1)
        yield* close
        assert.strictEqual((yield* Effect.orDie(Fiber.join(request))).reason._tag, "ConnectionLost")
        assert.deepStrictEqual(yield* written(peer), [9])
        yield* Effect.sleep(100)
        assert.strictEqual(listener.accepted(), 1)
      })
  )

  live("that is NOT SELECTED sends FIN and no Separate.req (e37/separate/only-selected)", () =>
    Effect.gen(function* () {
      const listener = yield* listen()
      const { close } = yield* closable(listener.port)
      const peer = yield* listener.accept
      assert.strictEqual((yield* peer.next).sType, 1)
      yield* close
      assert.deepStrictEqual(yield* written(peer), [])
    })
  )

  live("that waits for T5 ends the wait", () =>
    Effect.gen(function* () {
      const listener = yield* listen()
      const before = held()
      const { close, session } = yield* closable(listener.port, { timers: { t5: "4 minutes" } })
      const peer = yield* listener.accept
      yield* select(peer, session)
      yield* peer.send(kit.separateReq(1))
      yield* peer.closed
      yield* peer.end
      yield* close
      yield* givenBack(before)
      assert.strictEqual(listener.accepted(), 1)
    })
  )

  live("while a handler runs interrupts neither the handler nor waits for it; its late reply fails", () =>
    Effect.gen(function* () {
      const listener = yield* listen()
      const { close, session } = yield* closable(listener.port)
      const peer = yield* listener.accept
      yield* select(peer, session)
      let began = false
      let late: string | undefined
      let finish = (): void => {}
      const serving = yield* Effect.forkScoped(
        Session.serve((primary) =>
          Effect.gen(function* () {
            began = true
            yield* Effect.callback<void>((resume) => {
              finish = () => resume(Effect.void)
            })
            late = (yield* Effect.flip(primary.reply())).reason._tag
          })
        ).pipe(Effect.provideService(Session.Session, session)),
        { startImmediately: true }
      )
      yield* peer.send(kit.primary(1, 3, 7))
      yield* until(() => began)
      yield* close
      assert.deepStrictEqual(yield* written(peer), [9])
      finish()
      yield* Fiber.join(serving)
      assert.strictEqual(late, "ConnectionLost")
    })
  )

  live("whose peer reads nothing ends within its bounds, and what waited to be written fails", () =>
    Effect.gen(function* () {
      const listener = yield* listen()
      const { close, session } = yield* closable(listener.port, { closeTimeout: 200 })
      const peer = yield* listener.accept
      yield* select(peer, session)
      peer.socket.pause()
      const stuck = yield* Effect.forkChild(
        Effect.flip(session.send(SecsMessage.primary(7, 3, Item.B(new Uint8Array(16_000_000))))),
        { startImmediately: true }
      )
      yield* Effect.sleep(50)
      assert.isUndefined(stuck.pollUnsafe())
      yield* close
      assert.strictEqual((yield* Effect.orDie(Fiber.join(stuck))).reason._tag, "ConnectionLost")
      peer.socket.destroy()
    })
  )

  live("whose peer floods it still sends Separate.req once, and ends within its bounds", () =>
    Effect.gen(function* () {
      const listener = yield* listen()
      // Nobody keeps up: the session has stopped reading, and the peer's bytes stand in both systems.
      const { close, session } = yield* closable(listener.port, { primaryCapacity: 4 })
      const peer = yield* listener.accept
      yield* select(peer, session)
      yield* Effect.forkScoped(
        Session.serve(() => Effect.never).pipe(Effect.provideService(Session.Session, session)),
        { startImmediately: true }
      )
      const flood = kit.concat(
        ...Array.from({ length: 2_000 }, (_, i) => kit.toBytes(kit.data(6, 11, i, "2164" + "00".repeat(100))))
      )
      let blocked = false
      while (!blocked) blocked = !peer.socket.write(flood) && peer.socket.writableLength > 8_000_000
      yield* Effect.sleep(50)
      yield* close
      assert.deepStrictEqual(yield* written(peer), [9])
      peer.socket.destroy()
    })
  )

  live("twice, or twice at a time, sends one Separate.req; a session after it starts afresh on the same port", () =>
    Effect.gen(function* () {
      const listener = yield* listen()
      const { close, session } = yield* closable(listener.port)
      const peer = yield* listener.accept
      yield* select(peer, session)
      yield* Effect.all([close, close], { concurrency: 2, discard: true })
      yield* close
      assert.deepStrictEqual(yield* written(peer), [9])
      yield* isServed(yield* makeSession(listener.port), listener)
    })
  )

  for (const after of ["dialled", "connected", "selected"] as const) {
    live(`a hundred times, as soon as it has ${after}, leaves nothing behind`, () =>
      Effect.gen(function* () {
        const listener = yield* listen()
        const before = held()
        for (let round = 0; round < 100; round++) {
          const { close, session } = yield* closable(listener.port)
          if (after !== "dialled") {
            const peer = yield* listener.accept
            if (after === "selected") yield* select(peer, session)
            yield* close
            const frames = yield* written(peer)
            if (after === "selected") assert.deepStrictEqual(frames, [9])
            else assert.notInclude(frames, 9)
          } else {
            yield* close
          }
        }
        // Connections that the system had accepted before they were given up.
        yield* Effect.forkScoped(Effect.forever(Effect.flatMap(listener.accept, (peer) => peer.end)))
        yield* givenBack(before)
      })
    )
  }
})

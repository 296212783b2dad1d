/**
 * A thousand connections of one active session over real sockets, ended in every way there is: afterwards the process
 * holds what it held before, and so does the heap of fibers and connections.
 */
import { SecsMessage } from "@effect-secs/codec"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { Connection } from "../../src/internal/Connection.ts"
import * as heap from "../heap.ts"
import * as kit from "../kit.ts"
import type { Service } from "../../src/Session.ts"
import { givenBack, held, isServed, listen, live, makeSession, type Peer, until } from "./listener.ts"

const rounds = 1_000

/** The ends of a connection, taken in turn. `cut` counts up, so that a frame is cut at each of its bytes. */
const ways: ReadonlyArray<readonly [name: string, end: (peer: Peer, cut: number) => Effect.Effect<void>]> = [
  ["FIN", (peer) => peer.end],
  ["RST", (peer) => peer.reset],
  ["Separate.req of the peer", (peer) => peer.send(kit.separateReq(1))],
  [
    "FIN in a message",
    (peer, cut) =>
      Effect.andThen(peer.sendBytes(kit.toBytes(kit.primary(6, 11, 2, "a50107")).subarray(0, 1 + (cut % 16))), peer.end)
  ],
  [
    "RST in a message",
    (peer, cut) =>
      Effect.andThen(
        peer.sendBytes(kit.toBytes(kit.primary(6, 11, 2, "a50107")).subarray(0, 1 + (cut % 16))),
        peer.reset
      )
  ],
  ["bytes that are no message", (peer) => peer.sendBytes(kit.hex("00000009"))]
]

/** Selects the next connection, leaves a request open on it, ends it and waits until that request has failed. */
const round = (accept: Effect.Effect<Peer>, session: Service, end: (peer: Peer) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const peer = yield* accept
    yield* peer.send(kit.selectRsp((yield* peer.next).system))
    yield* session.awaitSelected
    const open = yield* Effect.forkChild(Effect.flip(session.request(SecsMessage.primary(1, 1))), {
      startImmediately: true
    })
    yield* end(peer)
    const { reason } = yield* Effect.orDie(Fiber.join(open))
    assert.strictEqual(reason._tag, "ConnectionLost")
    yield* peer.closed
    yield* peer.end
  })

/** What the heap holds. A full collection for each takes a second where the machine has other things to do. */
const inHeap = () => ({ fibers: heap.count(heap.Fiber), connections: heap.count(Connection) })

describe("the connections", () => {
  live(
    "of one session, 1 000 of them, ended by the peer in six ways, leave no timer, socket, fiber or connection behind",
    () =>
      Effect.gen(function* () {
        const listener = yield* listen()
        const session = yield* makeSession(listener.port, {
          backoff: { initial: 1 },
          timers: { t5: "10 seconds", t6: "20 seconds", linktest: "20 seconds" }
        })
        const next = (index: number) => {
          const [, end] = ways[index % ways.length]!
          return round(listener.accept, session, (peer) => end(peer, Math.floor(index / ways.length)))
        }
        // What is made once is there after a few.
        for (let index = 0; index < 12; index++) yield* next(index)
        yield* until(() => listener.accepted() === 13)
        const heldBefore = held()
        const before = inHeap()
        for (let index = 12; index < 12 + rounds; index++) yield* next(index)
        yield* until(() => listener.accepted() === 13 + rounds)
        yield* givenBack(heldBefore)
        assert.deepStrictEqual(inHeap(), before)
        yield* isServed(session, listener)
      }),
    120
  )

  live(
    "of a hundred sessions, one each, closed by this side, leave no timer, socket, fiber or connection behind",
    () =>
      Effect.gen(function* () {
        const listener = yield* listen()
        const once = Effect.gen(function* () {
          const scope = yield* Scope.make()
          const session = yield* Scope.provide(makeSession(listener.port), scope)
          yield* round(listener.accept, session, (peer) =>
            Effect.gen(function* () {
              assert.strictEqual((yield* peer.next).byte3, 1)
              yield* Scope.close(scope, Exit.void)
              assert.deepStrictEqual([(yield* peer.next).sType, peer.rest()], [9, []])
            })
          )
        })
        for (let index = 0; index < 5; index++) yield* once
        const heldBefore = held()
        const before = inHeap()
        for (let index = 0; index < 100; index++) yield* once
        yield* givenBack(heldBefore)
        assert.deepStrictEqual(inHeap(), before)
      }),
    120
  )
})

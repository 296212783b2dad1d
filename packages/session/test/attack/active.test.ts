/**
 * Peers of the active side that refuse, say nothing, answer wrongly, stop or go, over real sockets. After each of them a
 * peer that behaves gets the session on the same port, and the process holds nothing it did not hold before.
 */
import { SecsMessage } from "@effect-secs/codec"
import { assert, describe } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Worker } from "node:worker_threads"
import * as net from "node:net"
import type { Service } from "../../src/Session.ts"
import type { TransactionError } from "../../src/SessionError.ts"
import * as kit from "../kit.ts"
import {
  dial,
  ends,
  failures,
  givenBack,
  held,
  host,
  isServed,
  listen,
  live,
  type Peer,
  s1f2,
  until
} from "./listener.ts"

/** A port nobody listens on, which was free a moment ago. */
const freePort = Effect.scoped(Effect.map(listen(), ({ port }) => port))

/**
 * A port that answers no SYN: whoever listens there has its hands full and its backlog too. `free` ends it. The
 * listener is a thread that stands still, as one that runs would take connections from the backlog.
 */
const blackHole = Effect.gen(function* () {
  const worker = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new Worker(
          `const { parentPort } = require("node:worker_threads")
           const server = require("node:net").createServer()
           server.listen({ host: "${host}", port: 0, backlog: 1 }, () => {
             parentPort.postMessage(server.address().port)
             Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
           })`,
          { eval: true }
        )
    ),
    (one) => Effect.promise(() => one.terminate())
  )
  const port = yield* Effect.callback<number>((resume) => {
    worker.once("message", (message: number) => resume(Effect.succeed(message)))
  })
  const fillers: Array<net.Socket> = []
  const empty = Effect.gen(function* () {
    for (const socket of fillers) socket.destroy()
    yield* until(() => fillers.every((socket) => socket.closed))
  })
  yield* Effect.addFinalizer(() => empty)
  // Until one finds no room.
  for (let full = false; !full;) {
    const socket = net.connect({ host, port })
    socket.on("error", () => {})
    fillers.push(socket)
    let connected = false
    socket.once("connect", () => {
      connected = true
    })
    yield* Effect.sleep(300)
    full = !connected
  }
  return {
    port,
    free: Effect.andThen(
      empty,
      Effect.promise(() => worker.terminate())
    )
  }
})

describe("dialling", () => {
  live("a port that refuses, again and again, selects as soon as somebody listens there", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      const { events, session } = yield* dial(port)
      yield* until(() => failures(events).length >= 5)
      assert.deepStrictEqual(new Set(failures(events)), new Set(["Refused"]))
      const later = yield* Effect.flip(session.request(SecsMessage.primary(1, 1)))
      assert.strictEqual(later.reason._tag, "NotSelected")
      yield* isServed(session, yield* listen(port))
      assert.deepStrictEqual(ends(events), [])
    })
  )

  live("a port that answers no SYN is given up after `connectTimeout`, as `TimedOut`, and leaves no handle", () =>
    Effect.gen(function* () {
      const { free, port } = yield* blackHole
      const before = held()
      const scope = yield* Scope.fork(yield* Effect.scope)
      const waiting = dial(port, { connectTimeout: 300, timers: { t5: "1 hour" } })
      const began = performance.now()
      const once = yield* Scope.provide(waiting, scope)
      yield* until(() => failures(once.events).length > 0)
      // Node counts its timers in whole milliseconds of its loop.
      assert.isAtLeast(performance.now() - began, 298)
      const [failed] = once.events.filter((event) => event._tag === "ConnectFailed")
      assert.deepStrictEqual(
        [failed?.error.operation, failed?.error.address, failed?.error.reason],
        ["connect", `${host}:${port}`, { _tag: "TimedOut", after: Duration.millis(300) }]
      )
      // While it waits for T5 there is one timer and no socket.
      yield* givenBack(new Map([...before, ["Timeout", (before.get("Timeout") ?? 0) + 1]]))
      yield* Scope.close(scope, Exit.void)
      yield* givenBack(before)

      const again = yield* dial(port, { connectTimeout: 100 })
      yield* until(() => failures(again.events).length >= 3)
      assert.deepStrictEqual(new Set(failures(again.events)), new Set(["TimedOut"]))
      yield* free
      yield* isServed(again.session, yield* listen(port))
    })
  )

  live("a port that answers no SYN is given up at once when the session closes, and leaves no handle", () =>
    Effect.gen(function* () {
      const { port } = yield* blackHole
      const before = held()
      const scope = yield* Scope.fork(yield* Effect.scope)
      const { session } = yield* Scope.provide(dial(port, { connectTimeout: "1 hour" }), scope)
      yield* Effect.sleep(50)
      assert.strictEqual(yield* session.state, "Connecting")
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* session.state, "NotConnected")
      yield* givenBack(before)
    })
  )

  for (const [what, cut] of [
    ["resets", (socket: net.Socket) => socket.resetAndDestroy()],
    ["closes", (socket: net.Socket) => socket.end()],
    ["closes without reading", (socket: net.Socket) => socket.pause().end()]
  ] as const) {
    live(`a peer that ${what} as soon as it has accepted, twenty times in a row, selects the next one`, () =>
      Effect.gen(function* () {
        const listener = yield* listen()
        listener.onAccept((socket) => {
          if (listener.accepted() <= 20) cut(socket)
        })
        const { events, session } = yield* dial(listener.port)
        yield* until(() => listener.accepted() > 20)
        for (let i = 0; i < 20; i++) yield* listener.accept
        yield* isServed(session, listener)
        assert.strictEqual(ends(events).length + failures(events).length, 20)
      })
    )
  }

  live("a listener that dies with connections in its backlog selects the one that takes its port", () =>
    Effect.gen(function* () {
      const { free, port } = yield* blackHole
      const { events, session } = yield* dial(port, { connectTimeout: "20 seconds" })
      yield* Effect.sleep(50)
      yield* free
      yield* until(() => failures(events).length > 0)
      yield* isServed(session, yield* listen(port))
    })
  )
})

/** A session and a listener; what the peer does to each of the first connections is the attack. */
const attacked = (
  rounds: number,
  attack: (peer: Peer, round: number, session: Service) => Effect.Effect<void>,
  options?: Parameters<typeof dial>[1]
) =>
  Effect.gen(function* () {
    const listener = yield* listen()
    const { events, session } = yield* dial(listener.port, options)
    for (let round = 0; round < rounds; round++) yield* attack(yield* listener.accept, round, session)
    yield* isServed(session, listener)
    return { events, session }
  })

describe("Select.req", () => {
  live("that nobody answers ends each connection after T6, and the next peer is selected (e37/t6/select-closes)", () =>
    Effect.gen(function* () {
      const { events } = yield* attacked(4, (peer) =>
        Effect.gen(function* () {
          const { sType } = yield* peer.next
          yield* peer.closed
          assert.deepStrictEqual([sType, peer.rest()], [1, []])
          yield* peer.end
        })
      )
      assert.deepStrictEqual(ends(events), ["T6Expired", "T6Expired", "T6Expired", "T6Expired"])
    })
  )

  live(
    "that is answered with status 0 or 1 selects, with each of 2 to 255 closes, and it is sent again (e37/select/refused)",
    () =>
      Effect.gen(function* () {
        const { events } = yield* attacked(
          256,
          (peer, status, session) =>
            Effect.gen(function* () {
              yield* peer.send(kit.selectRsp((yield* peer.next).system, status))
              if (status > 1) {
                yield* peer.closed
              } else {
                yield* session.awaitSelected
                assert.strictEqual(yield* session.state, "Selected")
              }
              yield* peer.end
            }),
          { timers: { t5: 1 } }
        )
        assert.deepStrictEqual(
          events.flatMap((event) =>
            event._tag === "Disconnected"
              ? [event.reason._tag === "SelectRefused" ? event.reason.status : event.reason._tag]
              : []
          ),
          ["TcpClosed", "TcpClosed", ...Array.from({ length: 254 }, (_, i) => i + 2)]
        )
      })
  )

  live("that is rejected, for whatever reason, closes and is sent again (e37/select/rejected)", () =>
    Effect.gen(function* () {
      const reasons = [0, 1, 2, 3, 4, 5, 255]
      const { events } = yield* attacked(reasons.length, (peer, round) =>
        Effect.gen(function* () {
          yield* peer.send(kit.rejectReq((yield* peer.next).system, reasons[round]!, 1))
          yield* peer.closed
          yield* peer.end
        })
      )
      assert.deepStrictEqual(
        events.flatMap((event) =>
          event._tag === "Disconnected" && event.reason._tag === "SelectRejected" ? [event.reason.rejectReason] : []
        ),
        reasons
      )
    })
  )

  live(
    "that is answered with other system bytes is rejected, ends with T6, and is sent again (e37/reject/not-open)",
    () =>
      Effect.gen(function* () {
        const { events } = yield* attacked(2, (peer) =>
          Effect.gen(function* () {
            const { system } = yield* peer.next
            const wrong = (system ^ 0x8000_0000) >>> 0
            yield* peer.send(kit.selectRsp(wrong))
            assert.deepStrictEqual(yield* peer.next, kit.rejectReq(wrong, 3, 2))
            yield* peer.closed
            yield* peer.end
          })
        )
        assert.deepStrictEqual(ends(events), ["T6Expired", "T6Expired"])
      })
  )

  live("whose answer comes byte by byte selects (e37/frame/any-cut)", () =>
    Effect.gen(function* () {
      const { events } = yield* attacked(
        1,
        (peer, _, session) =>
          Effect.gen(function* () {
            for (const byte of kit.toBytes(kit.selectRsp((yield* peer.next).system))) {
              assert.strictEqual(yield* session.state, "NotSelected")
              yield* peer.sendBytes(Uint8Array.of(byte))
              yield* Effect.sleep(2)
            }
            yield* session.awaitSelected
            yield* peer.end
          }),
        { timers: { t6: "20 seconds", t7: "20 seconds", t8: "20 seconds" } }
      )
      assert.deepStrictEqual(ends(events), ["TcpClosed"])
    })
  )

  live(
    "whose answer stops half way, after any of its bytes, closes with T8 or T6 and is sent again (e37/t8/closes)",
    () =>
      Effect.gen(function* () {
        const { events } = yield* attacked(
          13,
          (peer, round) =>
            Effect.gen(function* () {
              const answer = kit.toBytes(kit.selectRsp((yield* peer.next).system))
              yield* peer.sendBytes(answer.subarray(0, round + 1))
              yield* peer.closed
              yield* peer.end
            }),
          { timers: { t6: 500, t8: 50 } }
        )
        assert.strictEqual(ends(events).length, 13)
        for (const end of ends(events)) assert.oneOf(end, ["T8Expired", "T6Expired"])
        assert.include(ends(events), "T8Expired")
      })
  )

  live("before whose answer data and linktests come: they are refused or answered, then it selects", () =>
    Effect.gen(function* () {
      const { events } = yield* attacked(
        1,
        (peer, _, session) =>
          Effect.gen(function* () {
            const { system } = yield* peer.next
            yield* peer.send(
              kit.primary(1, 13, 7),
              kit.data(1, 2, system),
              kit.linktestReq(8),
              kit.deselectReq(9),
              kit.selectRsp(system),
              kit.linktestReq(10)
            )
            assert.deepStrictEqual(
              [yield* peer.next, yield* peer.next, yield* peer.next, yield* peer.next, yield* peer.next],
              [
                kit.rejectReq(7, 4, 0, kit.device),
                kit.rejectReq(system, 4, 0, kit.device),
                kit.linktestRsp(8),
                kit.deselectRsp(9, 1),
                kit.linktestRsp(10)
              ]
            )
            assert.strictEqual(yield* session.state, "Selected")
            yield* peer.end
          }),
        { timers: { t6: "20 seconds" } }
      )
      assert.deepStrictEqual(ends(events), ["TcpClosed"])
    })
  )

  live("that crosses one of the peer selects once, whichever answer comes first (e37/select/simultaneous)", () =>
    Effect.gen(function* () {
      const { events } = yield* attacked(
        3,
        (peer, round, session) =>
          Effect.gen(function* () {
            // The peer's comes before ours is read; in the last round with the same system bytes.
            if (round < 2) yield* peer.send(kit.selectReq(7))
            const ours = yield* peer.next
            const theirs = round < 2 ? 7 : ours.system
            if (round === 2) yield* peer.send(kit.selectReq(theirs))
            assert.deepStrictEqual(yield* peer.next, kit.selectRsp(theirs))
            yield* session.awaitSelected
            // Refused by the peer or not: the session is there already.
            yield* peer.send(kit.selectRsp(ours.system, round === 1 ? 1 : 0), kit.linktestReq(8))
            assert.deepStrictEqual(yield* peer.next, kit.linktestRsp(8))
            assert.strictEqual(yield* session.state, "Selected")
            yield* peer.end
          }),
        { timers: { t6: "20 seconds" } }
      )
      assert.deepStrictEqual(ends(events), ["TcpClosed", "TcpClosed", "TcpClosed"])
    })
  )
})

// --- a peer that goes at every byte --------------------------------------------------------------------------------

/** `<L [2] <B 00> <L>>`, the text of S2F42, and `<U1 7>`. By hand from SEMI E5. */
const s2f42 = "01022101000100"
const u1Seven = "a50107"

/** What the peer of a conversation writes, in order, and to what; `system` is of the message it answers. */
const script: ReadonlyArray<readonly [to: string, write: (system: number) => ReadonlyArray<kit.Frame>]> = [
  ["Select.req", (system) => [kit.selectRsp(system)]],
  ["S1F1", (system) => [kit.data(1, 2, system, s1f2)]],
  ["Linktest.req", (system) => [kit.linktestRsp(system)]],
  ["S2F41", (system) => [kit.primary(6, 11, 0x0102_0304, u1Seven), kit.data(2, 42, system, s2f42)]],
  ["S6F12", () => [kit.linktestReq(0x0506_0708), kit.data(5, 1, 9)]],
  ["Linktest.rsp", () => [kit.separateReq(0x0a0b_0c0d)]]
]

/** Bytes of each step of the script, and of all up to and with it. */
const sizes = script.map(([, write]) => kit.concat(...write(1).map(kit.toBytes)).length)
const after = sizes.map((_, at) => sizes.slice(0, at + 1).reduce((sum, size) => sum + size, 0))
const total = after.at(-1)!

const nameOf = (frame: kit.Frame): string =>
  frame.sType === 0
    ? `S${frame.byte2 & 0x7f}F${frame.byte3}`
    : ({ 1: "Select.req", 5: "Linktest.req", 6: "Linktest.rsp" }[frame.sType] ?? `SType ${frame.sType}`)

/** Plays the script until `budget` bytes are written, then goes. Gives how many of them there were. */
const play = (peer: Peer, budget: number, go: Effect.Effect<void>) =>
  Effect.gen(function* () {
    let written = 0
    for (const [to, write] of script) {
      let frame = yield* peer.next
      while (nameOf(frame) !== to) frame = yield* peer.next
      const part = kit.concat(...write(frame.system).map(kit.toBytes)).subarray(0, budget - written)
      written += part.length
      if (part.length > 0) yield* peer.sendBytes(part)
      if (written >= budget) break
    }
    yield* go
    return written
  })

const outcome = <A>(effect: Effect.Effect<A, TransactionError>): Effect.Effect<string> =>
  Effect.match(effect, { onSuccess: () => "done", onFailure: ({ reason }) => reason._tag })

/** What this side asks on a connection, one after the other, and how each of it ended. */
const converse = (session: Service) =>
  Effect.all([
    outcome(session.request(SecsMessage.primary(1, 1))),
    outcome(session.linktest),
    outcome(session.request(SecsMessage.primary(2, 41)))
  ])

describe("a peer that goes after each byte it writes", () => {
  for (const how of ["FIN", "RST"] as const) {
    live(
      `with ${how} leaves nothing open, each request ended by its reply or a typed error, and is dialled again (e37/state/transactions-fail)`,
      () =>
        Effect.gen(function* () {
          const listener = yield* listen()
          const { events, session } = yield* dial(listener.port, {
            timers: { t5: 1, t6: "20 seconds", t7: "20 seconds", t8: "20 seconds" }
          })
          yield* session.primaries.pipe(
            Stream.runForEach((primary) =>
              primary.message.replyExpected ? Effect.ignore(primary.reply()) : Effect.void
            ),
            Effect.forkScoped({ startImmediately: true })
          )
          const seen = new Map<string, number>()
          for (let budget = 0; budget <= total; budget++) {
            const peer = yield* listener.accept
            const settled = until(() => ends(events).length > budget)
            const talk = yield* Effect.forkChild(
              Effect.andThen(Effect.raceFirst(session.awaitSelected, settled), converse(session)),
              { startImmediately: true }
            )
            assert.strictEqual(yield* play(peer, budget, how === "FIN" ? peer.end : peer.reset), budget)
            const outcomes = yield* Fiber.join(talk)
            for (const one of outcomes) {
              assert.oneOf(one, ["done", "ConnectionLost", "NotSelected"])
              seen.set(one, (seen.get(one) ?? 0) + 1)
            }
            // What is written before FIN comes; RST may overtake it.
            if (how === "FIN") {
              const whole = [after[1]!, after[2]!, after[3]!].map((end) => budget >= end)
              assert.deepStrictEqual(
                outcomes.map((one) => one === "done"),
                whole,
                `${budget} bytes: ${outcomes.join(", ")}`
              )
            }
            yield* settled
          }
          assert.strictEqual(ends(events).length, total + 1)
          for (const event of events) if (event._tag === "Disconnected") assert.isAtMost(event.openTransactions, 1)
          for (const one of ["done", "ConnectionLost", "NotSelected"]) assert.isAbove(seen.get(one) ?? 0, 5, one)
          yield* isServed(session, listener)
        }),
      90
    )
  }
})

describe("a peer that is selected and", () => {
  live("stops answering without FIN is found by linktests, its open request fails, and the next one is selected", () =>
    Effect.gen(function* () {
      const { events } = yield* attacked(
        2,
        (peer, _, session) =>
          Effect.gen(function* () {
            yield* peer.send(kit.selectRsp((yield* peer.next).system))
            yield* session.awaitSelected
            peer.socket.pause()
            const error = yield* Effect.orDie(Effect.flip(session.request(SecsMessage.primary(1, 1))))
            assert.strictEqual(error.reason._tag === "ConnectionLost" && error.reason.cause._tag, "T6Expired")
            peer.socket.resume()
            yield* peer.closed
            yield* peer.end
          }),
        { maxFailures: 3, timers: { linktest: 50, t6: 100 } }
      )
      assert.deepStrictEqual(ends(events).slice(0, 2), ["T6Expired", "T6Expired"])
      assert.deepStrictEqual(
        events.flatMap((event) => (event._tag === "LinktestFailed" ? [event.failures] : [])).slice(0, 6),
        [1, 2, 3, 1, 2, 3]
      )
    })
  )

  live("dies and comes back on the same port, five times, is selected each time (e37/connect/again)", () =>
    Effect.gen(function* () {
      const first = yield* listen()
      const { events, session } = yield* dial(first.port)
      yield* isServed(session, first)
      let running = first
      for (let round = 1; round <= 5; round++) {
        const request = yield* Effect.forkChild(outcome(session.request(SecsMessage.primary(2, 1))), {
          startImmediately: true
        })
        yield* running.die
        assert.oneOf(yield* Fiber.join(request), ["done", "ConnectionLost"])
        const before = failures(events).length
        yield* until(() => failures(events).length > before)
        running = yield* listen(first.port)
        yield* isServed(session, running)
      }
      assert.strictEqual(ends(events).length, 5)
    })
  )
})

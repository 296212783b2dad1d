/** SEMI E37: what follows the end of a connection, and what ends one below HSMS. */
import { Item, SecsMessage } from "@effect-secs/codec"
import { TransportError } from "@effect-secs/session/SessionError"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import type { Transport } from "@effect-secs/session/Transport"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as assert from "node:assert/strict"
import * as net from "node:net"
import { type Entity, everywhere, onActive, onPassive, overTcp, s1f1, type Stage, start, timed } from "./kit.ts"
import { framed } from "./wire.ts"

/** The transport of an active session, whose attempts are counted and do what they are told. */
const scripted = (at: Stage, attempt: (n: number) => "dial" | "fail" | "hang") => {
  const { open } = at.wire.active
  const refused = new TransportError({ operation: "connect", address: "nowhere", reason: { _tag: "Refused" } })
  const script = { attempts: 0, transport: at.wire.active }
  script.transport = {
    ...at.wire.active,
    open: Effect.suspend(() => {
      const what = attempt(++script.attempts)
      return what === "dial" ? open : what === "fail" ? Effect.fail(refused) : Effect.never
    })
  }
  return script
}

/** A message that no socket takes at once. */
const long = SecsMessage.primary(7, 3, Item.B(new Uint8Array(15_000_000)))

/** A session over TCP and a bare socket at the other end, on which it is SELECTED. */
const bare = (at: Stage): Effect.Effect<Entity & { readonly socket: net.Socket }, never, Scope.Scope> =>
  Effect.gen(function* () {
    const accepted = yield* Deferred.make<net.Socket>()
    const options = { allowHalfOpen: true }
    const server = at.active
      ? yield* Effect.acquireRelease(
          Effect.callback<net.Server>((resume) => {
            const listening = net.createServer(options, (one) => Deferred.doneUnsafe(accepted, Effect.succeed(one)))
            listening.listen(0, "127.0.0.1", () => resume(Effect.succeed(listening)))
          }),
          (one) => Effect.sync(() => one.close())
        )
      : undefined
    const listen = yield* NodeTransport.makeListen({ host: "127.0.0.1", port: 0 })
    const transport: Transport["Service"] =
      server === undefined
        ? listen.transport
        : NodeTransport.makeConnect({ host: "127.0.0.1", port: (server.address() as net.AddressInfo).port })
    const entity = yield* at.alone({ timers: { t5: "240 seconds" } }, transport)
    if (server === undefined) {
      const { port } = listen.listening
      const dialled = net.connect({ ...options, host: "127.0.0.1", port })
      yield* Deferred.succeed(accepted, dialled)
    }
    const socket = yield* Effect.acquireRelease(Deferred.await(accepted), (one) => Effect.sync(() => one.destroy()))
    socket.on("error", () => {})
    // A Select of its own, which either side answers.
    socket.write(Buffer.from(framed("FFFF 00 00 00 01 00000001"), "hex"))
    yield* entity.session.awaitSelected
    return { ...entity, socket }
  }).pipe(Effect.orDie)

export const reconnect = [
  onActive(
    "T5 passes between a failed attempt and the next, in NOT CONNECTED (e37/connect/failed, e37/t5/after-failure)",
    (at) =>
      Effect.gen(function* () {
        const script = scripted(at, (n) => (n <= 2 ? "fail" : "dial"))
        const waited = yield* timed(
          Effect.gen(function* () {
            const { event, session } = yield* at.alone({ timers: { t5: "100 millis" } }, script.transport)
            const changes = yield* start(
              Stream.runCollect(Stream.takeUntil(session.changes, (state) => state === "NotSelected"))
            )
            yield* at.elapse("100 millis")
            const { error } = yield* event("ConnectFailed")
            assert.strictEqual(error.reason._tag, "Refused")
            yield* at.elapse("100 millis")
            const peer = yield* at.peer
            yield* peer.expect("FFFF 00 00 00 01 ????????")
            const states = yield* Fiber.join(changes)
            assert.deepStrictEqual(states.slice(-4), ["Connecting", "NotConnected", "Connecting", "NotSelected"])
          })
        )
        assert.strictEqual(script.attempts, 3)
        assert.ok(Duration.toMillis(waited) >= 198, `${Duration.format(waited)} for T5 twice`)
      })
  ),

  onActive(
    "T5 passes between the end of a connection and the next attempt, whatever ended it (e37/connect/again, e37/t5/after-connection)",
    (at) =>
      Effect.gen(function* () {
        const entity = yield* at.alone({ timers: { t5: "100 millis" } })
        for (const end of ["closes", "separates", "garbles"] as const) {
          const peer = yield* at.peer
          yield* at.select(entity, peer)
          const waited = yield* timed(
            Effect.gen(function* () {
              if (end === "closes") yield* peer.close
              else yield* end === "separates" ? peer.send("FFFF 00 00 00 09 00000001") : peer.sendBytes("00000000")
              yield* entity.event("Disconnected")
              yield* at.elapse("100 millis")
              const next = yield* at.peer
              yield* next.expect("FFFF 00 00 00 01 ????????")
              yield* next.close
              yield* entity.event("Disconnected")
            })
          )
          assert.ok(Duration.toMillis(waited) >= 99, `${Duration.format(waited)} after a peer that ${end}`)
          yield* at.elapse("100 millis")
        }
      })
  ),

  onActive("an attempt that nobody answers is given up, and followed by another (e37/connect/attempt-bounded)", (at) =>
    Effect.gen(function* () {
      const script = scripted(at, (n) => (n === 1 ? "hang" : "dial"))
      const entity = yield* at.alone({ connectTimeout: "100 millis" }, script.transport)
      assert.strictEqual(yield* entity.session.state, "Connecting")
      yield* at.elapse("100 millis")
      assert.strictEqual((yield* entity.event("ConnectFailed")).error.reason._tag, "TimedOut")
      yield* at.again(entity)
    })
  ),

  onActive("a session that closes while it dials dials no more (e37/connect/close-while-dialling)", (at) =>
    Effect.gen(function* () {
      const script = scripted(at, () => "hang")
      const { close, session } = yield* at.alone({}, script.transport)
      assert.strictEqual(yield* session.state, "Connecting")
      yield* close
      assert.strictEqual(yield* session.state, "NotConnected")
      yield* at.elapse("150 millis")
      assert.strictEqual(script.attempts, 1)
    })
  ),

  onActive("a session that closes while it waits for T5 dials no more (e37/connect/close-while-waiting)", (at) =>
    Effect.gen(function* () {
      const script = scripted(at, () => "fail")
      const { close } = yield* at.alone({ timers: { t5: "100 millis" } }, script.transport)
      yield* close
      const { attempts } = script
      yield* at.elapse("250 millis")
      assert.strictEqual(script.attempts, attempts)
    })
  ),

  onPassive("the next TCP connection is accepted when one has ended (e37/connect/listens-again)", (at) =>
    Effect.gen(function* () {
      const entity = yield* at.selected()
      for (let n = 0; n < 3; n++) {
        const peer = n === 0 ? entity.peer : yield* at.again(entity)
        yield* peer.close
        yield* entity.event("Disconnected")
      }
    })
  ),

  onPassive("a session that has closed serves no other TCP connection (e37/connect/stops-listening)", (at) =>
    Effect.gen(function* () {
      const { close, peer, session } = yield* at.selected()
      yield* close
      yield* peer.expect("FFFF 00 00 00 09 ????????")
      yield* peer.closed
      // The transport has a Scope of its own here and still listens, so that TCP connects; nobody is there to answer.
      const next = yield* at.stranger
      yield* next.send("FFFF 00 00 00 01 00000001")
      const answer = yield* start(next.closed)
      yield* at.elapse("100 millis")
      assert.strictEqual(answer.pollUnsafe(), undefined)
      assert.strictEqual(yield* session.state, "NotConnected")
    })
  ),

  everywhere(
    "what was queued and not written fails with its connection, and is not on the next (e37/state/nothing-carried-over, e37/state/unwritten-fail)",
    (at) =>
      Effect.gen(function* () {
        const entity = yield* at.selected()
        const { peer, session } = entity
        const sends = [
          yield* start(Effect.flip(session.send(long))),
          yield* start(Effect.flip(session.send(s1f1))),
          yield* start(Effect.flip(Effect.asVoid(session.request(s1f1))))
        ]
        // One turn, so that the writer has begun with the first.
        yield* Effect.yieldNow
        yield* peer.close
        for (const one of sends) assert.strictEqual((yield* Fiber.join(one)).reason._tag, "ConnectionLost")
        yield* entity.event("Disconnected")
        const next = yield* at.again(entity)
        yield* next.quiet
      })
  ),

  overTcp("a peer that half closes is gone, and what is open fails (e37/state/half-close)", (at) =>
    Effect.gen(function* () {
      const { session, socket } = yield* bare(at)
      const ended = yield* start(
        Effect.callback<void>((resume) => {
          socket.on("end", () => resume(Effect.void)).resume()
        })
      )
      const linktest = yield* start(Effect.flip(session.linktest))
      // FIN, with the other direction left open.
      socket.end()
      assert.strictEqual((yield* Fiber.join(linktest)).reason._tag, "ConnectionLost")
      assert.strictEqual(yield* session.state, "NotConnected")
      yield* Fiber.join(ended)
    })
  ),

  overTcp("a peer that resets is gone at once (e37/state/disconnected)", (at) =>
    Effect.gen(function* () {
      const { session, socket } = yield* bare(at)
      const linktest = yield* start(Effect.flip(session.linktest))
      socket.resetAndDestroy()
      assert.strictEqual((yield* Fiber.join(linktest)).reason._tag, "ConnectionLost")
      assert.strictEqual(yield* session.state, "NotConnected")
    })
  )
]

import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it, vi } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as net from "node:net"
import { HsmsSession, type Session, Transport } from "../src/index.ts"
import * as NodeTransport from "../src/NodeTransport.ts"
import * as kit from "./kit.ts"

const host = "127.0.0.1"

/** Real sockets in real time: every test has a bound. */
const live = <A, E>(title: string, test: () => Effect.Effect<A, E, Scope.Scope>) =>
  it.live(title, () => test().pipe(Effect.timeout("15 seconds")), 20_000)

/** A plain socket of `node:net`, destroyed with the Scope. */
const rawConnect = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<net.Socket>((resume) => {
      const socket = net.connect({ host, port, allowHalfOpen: true })
      socket.on("error", () => {})
      socket.once("connect", () => resume(Effect.succeed(socket)))
    }),
    (socket) =>
      Effect.sync(() => {
        socket.destroy()
      })
  )

/** A plain server, and the sockets it has accepted, which it does not read. */
const rawServer = Effect.gen(function* () {
  const accepted: Array<net.Socket> = []
  const server = yield* Effect.acquireRelease(
    Effect.callback<net.Server>((resume) => {
      const listener = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
        socket.on("error", () => {})
        accepted.push(socket)
      })
      listener.listen({ host, port: 0 }, () => resume(Effect.succeed(listener)))
    }),
    (listener) =>
      Effect.callback<void>((resume) => {
        for (const socket of accepted) socket.destroy()
        listener.close(() => resume(Effect.void))
      })
  )
  return { port: (server.address() as net.AddressInfo).port, accepted }
})

/** Waits in real time until something holds. */
const until = (holds: () => boolean) =>
  Effect.gen(function* () {
    while (!holds()) yield* Effect.sleep(5)
  })

const listen = NodeTransport.makeListen({ host, port: 0 })

/** Both ends of one connection over loopback, each in a Scope of its own. */
const pair = Effect.gen(function* () {
  const { listening, transport } = yield* listen
  const scope = yield* Effect.scope
  const left = yield* Scope.fork(scope)
  const right = yield* Scope.fork(scope)
  const dialled = NodeTransport.makeConnect({ host, port: listening.port })
  const a = yield* Scope.provide(dialled.open, left)
  const b = yield* Scope.provide(transport.open, right)
  return { a, b, closeA: Scope.close(left, Exit.void), closeB: Scope.close(right, Exit.void), listening, transport }
})

/** Pulls until so many bytes have come. */
const pull = (channel: Transport.ByteChannel, count: number) =>
  Effect.gen(function* () {
    const chunks: Array<Uint8Array> = []
    let size = 0
    while (size < count) {
      for (const chunk of yield* channel.pull) {
        chunks.push(chunk)
        size += chunk.length
      }
    }
    return kit.concat(...chunks)
  })

const why = (channel: Transport.ByteChannel) => Effect.map(Effect.flip(channel.pull), (error) => error.reason._tag)

/** TCP handles that keep the process alive. */
const tcpHandles = () => process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP")).length

describe("dialling", () => {
  live("carries bytes both ways, in order", () =>
    Effect.gen(function* () {
      const { a, b } = yield* pair
      yield* a.write([Uint8Array.of(1, 2), Uint8Array.of(3)])
      yield* a.write([Uint8Array.of(4)])
      yield* b.write([Uint8Array.of(9)])
      assert.deepStrictEqual(Array.from(yield* pull(b, 4)), [1, 2, 3, 4])
      assert.deepStrictEqual(Array.from(yield* pull(a, 1)), [9])
    })
  )

  live("names the peer at both ends", () =>
    Effect.gen(function* () {
      const { a, b, listening } = yield* pair
      assert.strictEqual(a.peer, `${host}:${listening.port}`)
      assert.match(b.peer, /^127\.0\.0\.1:\d+$/)
    })
  )

  live("fails with `Refused` where nobody listens", () =>
    Effect.gen(function* () {
      const port = yield* Effect.scoped(Effect.map(listen, ({ listening }) => listening.port))
      const error = yield* Effect.flip(NodeTransport.makeConnect({ host, port }).open)
      assert.deepStrictEqual(
        [error.operation, error.address, error.reason],
        ["connect", `${host}:${port}`, { _tag: "Refused" }]
      )
    })
  )

  live("fails with `NameNotFound` for a host nobody knows", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(NodeTransport.makeConnect({ host: "nobody.invalid", port: 5000 }).open)
      assert.deepStrictEqual([error.operation, error.reason], ["connect", { _tag: "NameNotFound" }])
    })
  )

  live("fails with `AddressNotAvailable` from an address this machine does not have", () =>
    Effect.gen(function* () {
      const { listening } = yield* listen
      const dial = NodeTransport.makeConnect({ host, port: listening.port, localAddress: "192.0.2.1" })
      assert.strictEqual((yield* Effect.flip(dial.open)).reason._tag, "AddressNotAvailable")
    })
  )

  live("fails when its layer is built for a port that is none, instead of trying it for ever", () =>
    Effect.gen(function* () {
      const layer = NodeTransport.layerConnect({ host, port: 99_999 })
      const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
      assert.deepStrictEqual([error.operation, error.address], ["connect", `${host}:99999`])
    })
  )

  live("fails for a port that is none, without throwing", () =>
    Effect.gen(function* () {
      for (const port of [0, -1, 65_536, 1.5, Number.NaN]) {
        const error = yield* Effect.flip(NodeTransport.makeConnect({ host, port }).open)
        assert.strictEqual(error.reason._tag === "Misconfigured" && error.reason.error.option, "port")
      }
    })
  )

  live("that is interrupted leaves no socket behind", () =>
    Effect.gen(function* () {
      const { accepted, port } = yield* rawServer
      const before = tcpHandles()
      for (let i = 0; i < 20; i++) {
        const dial = yield* Effect.forkChild(Effect.scoped(NodeTransport.makeConnect({ host, port }).open), {
          startImmediately: true
        })
        yield* Fiber.interrupt(dial)
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(dial)))
      }
      // What the server accepted none the less has ended.
      for (const socket of accepted) socket.resume().end()
      yield* until(() => accepted.every((socket) => socket.closed))
      yield* until(() => tcpHandles() <= before)
    })
  )

  live("and accepting switch Nagle's algorithm off (e37/connect/no-delay)", () =>
    Effect.gen(function* () {
      const noDelay = vi.spyOn(net.Socket.prototype, "setNoDelay")
      yield* Effect.addFinalizer(() => Effect.sync(() => noDelay.mockRestore()))
      yield* pair
      assert.deepStrictEqual(
        noDelay.mock.calls.map(([on]) => on),
        [true, true]
      )
    })
  )
})

describe("listening", () => {
  live("tells the port the system chose", () =>
    Effect.gen(function* () {
      const { listening, transport } = yield* listen
      assert.isAbove(listening.port, 0)
      assert.strictEqual(listening.host, host)
      assert.strictEqual(transport.description, `listen ${host}:${listening.port}`)
    })
  )

  live("fails with `AddressInUse` when the layer is built, not when a peer connects", () =>
    Effect.gen(function* () {
      const { listening } = yield* listen
      const layer = NodeTransport.layerListen({ host, port: listening.port })
      const error = yield* Effect.flip(Layer.build(layer))
      assert.deepStrictEqual(
        [error.operation, error.address, error.reason],
        ["listen", `${host}:${listening.port}`, { _tag: "AddressInUse" }]
      )
    })
  )

  live("fails for an address this machine does not have, and for a port that is none", () =>
    Effect.gen(function* () {
      const elsewhere = yield* Effect.flip(NodeTransport.makeListen({ host: "192.0.2.1", port: 0 }))
      assert.strictEqual(elsewhere.reason._tag, "AddressNotAvailable")
      for (const port of [-1, 65_536, 1.5]) {
        const error = yield* Effect.flip(NodeTransport.makeListen({ host, port }))
        assert.strictEqual(error.reason._tag === "Misconfigured" && error.reason.error.option, "port")
      }
    })
  )

  live("ends with its Scope: the port is free, and who waited to be accepted is hung up on", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.fork(yield* Effect.scope)
      const { listening } = yield* Scope.provide(listen, scope)
      const waiting = yield* rawConnect(listening.port)
      yield* Effect.sleep(20)
      yield* Scope.close(scope, Exit.void)
      waiting.resume()
      yield* until(() => waiting.readableEnded || waiting.closed)
      yield* NodeTransport.makeListen({ host, port: listening.port })
    })
  )

  live("gives connections in the order in which they came, with what they sent meanwhile", () =>
    Effect.gen(function* () {
      const { listening, transport } = yield* listen
      for (const byte of [1, 2, 3]) {
        const socket = yield* rawConnect(listening.port)
        socket.write(Uint8Array.of(byte))
        yield* Effect.sleep(20)
      }
      for (const byte of [1, 2, 3]) {
        assert.deepStrictEqual(Array.from(yield* pull(yield* transport.open, 1)), [byte])
      }
    })
  )

  live("as a layer gives the transport and where it listens", () =>
    Effect.gen(function* () {
      const context = yield* Layer.build(NodeTransport.layerListen({ host, port: 0 }))
      const { port } = Context.get(context, NodeTransport.Listening)
      yield* rawConnect(port)
      yield* Context.get(context, Transport.Transport).open
    })
  )
})

describe("the end of a connection", () => {
  live("comes after the last byte of a peer that closes its side (e37/state/half-close)", () =>
    Effect.gen(function* () {
      const { listening, transport } = yield* listen
      const socket = yield* rawConnect(listening.port)
      const channel = yield* transport.open
      socket.end(new Uint8Array(300_000).fill(7))
      const bytes = yield* pull(channel, 300_000)
      assert.isTrue(bytes.every((byte) => byte === 7))
      assert.strictEqual(yield* why(channel), "Ended")
      assert.strictEqual(yield* why(channel), "Ended")
    })
  )

  live("comes to a read that waits, as `Ended` for FIN", () =>
    Effect.gen(function* () {
      const { b, closeA } = yield* pair
      const read = yield* Effect.forkChild(why(b), { startImmediately: true })
      yield* closeA
      assert.strictEqual(yield* Fiber.join(read), "Ended")
    })
  )

  live("comes to a read that waits, as `Reset` for RST (e37/state/disconnected)", () =>
    Effect.gen(function* () {
      const { listening, transport } = yield* listen
      const socket = yield* rawConnect(listening.port)
      const channel = yield* transport.open
      const read = yield* Effect.forkChild(why(channel), { startImmediately: true })
      socket.resetAndDestroy()
      assert.strictEqual(yield* Fiber.join(read), "Reset")
      assert.strictEqual((yield* Effect.flip(channel.write([Uint8Array.of(1)]))).reason._tag, "Reset")
    })
  )

  live("comes to a read that waits, as `Closed` when this side closes", () =>
    Effect.gen(function* () {
      const { a, closeA } = yield* pair
      const read = yield* Effect.forkChild(why(a), { startImmediately: true })
      yield* closeA
      assert.strictEqual(yield* Fiber.join(read), "Closed")
      assert.strictEqual((yield* Effect.flip(a.write([Uint8Array.of(1)])))._tag, "TransportError")
    })
  )

  live("fails a write that waits", () =>
    Effect.gen(function* () {
      const { accepted, port } = yield* rawServer
      const channel = yield* NodeTransport.makeConnect({ host, port }).open
      const write = yield* Effect.forkChild(Effect.flip(channel.write([new Uint8Array(64 * 1024 * 1024)])), {
        startImmediately: true
      })
      yield* until(() => accepted.length === 1)
      accepted[0]!.resetAndDestroy()
      assert.strictEqual((yield* Fiber.join(write)).reason._tag, "Reset")
    })
  )

  live("comes after what was written to a peer that reads, then FIN", () =>
    Effect.gen(function* () {
      const { accepted, port } = yield* rawServer
      const scope = yield* Scope.fork(yield* Effect.scope)
      const channel = yield* Scope.provide(NodeTransport.makeConnect({ host, port }).open, scope)
      yield* until(() => accepted.length === 1)
      let received = 0
      accepted[0]!.on("data", (chunk) => {
        received += chunk.length
      })
      yield* Effect.forkChild(Effect.ignore(channel.write([new Uint8Array(5_000_000), Uint8Array.of(1)])), {
        startImmediately: true
      })
      // The peer begins to read when this side closes already.
      const close = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      accepted[0]!.resume()
      yield* Fiber.join(close)
      yield* until(() => accepted[0]!.readableEnded)
      assert.strictEqual(received, 5_000_001)
    })
  )

  live("is bounded by a second where the peer takes nothing", () =>
    Effect.gen(function* () {
      const { port } = yield* rawServer
      const scope = yield* Scope.fork(yield* Effect.scope)
      const channel = yield* Scope.provide(NodeTransport.makeConnect({ host, port }).open, scope)
      yield* Effect.forkIn(Effect.exit(channel.write([new Uint8Array(64 * 1024 * 1024)])), scope, {
        startImmediately: true
      })
      const before = performance.now()
      yield* Scope.close(scope, Exit.void)
      assert.isBelow(performance.now() - before, 5_000)
    })
  )
})

describe("backpressure", () => {
  live("suspends a write to a peer that does not read until it does, and loses nothing", () =>
    Effect.gen(function* () {
      const { accepted, port } = yield* rawServer
      const channel = yield* NodeTransport.makeConnect({ host, port }).open
      const size = 64 * 1024 * 1024
      const write = yield* Effect.forkChild(channel.write([new Uint8Array(size)]), { startImmediately: true })
      yield* Effect.sleep(100)
      assert.isUndefined(write.pollUnsafe())
      let received = 0
      accepted[0]!.on("data", (chunk) => {
        received += chunk.length
      })
      accepted[0]!.resume()
      yield* Fiber.join(write)
      yield* until(() => received === size)
    })
  )

  live("holds a peer back that sends while nobody pulls, and loses nothing", () =>
    Effect.gen(function* () {
      const { listening, transport } = yield* listen
      const socket = yield* rawConnect(listening.port)
      const channel = yield* transport.open
      const part = 1024 * 1024
      const parts = 64
      const bytes = new Uint8Array(parts * part)
      for (let i = 0; i < bytes.length; i += 4096) bytes[i] = (i / 4096) % 251
      let sent = 0
      for (let i = 0; i < parts; i++) socket.write(bytes.subarray(i * part, (i + 1) * part), () => sent++)
      // Until no more goes out.
      for (let before = -1; before !== sent; yield* Effect.sleep(200)) before = sent
      assert.isBelow(sent, parts)
      const received = yield* pull(channel, bytes.length)
      assert.isTrue(Buffer.from(received.buffer).equals(bytes))
    })
  )
})

// --- sessions ------------------------------------------------------------------------------------------------------

const over = <A, E, R>(transport: Transport.Transport["Service"], make: Effect.Effect<A, E, R>) =>
  Effect.provideService(make, Transport.Transport, transport)

const answering = (session: Session.Session["Service"]) =>
  session.primaries.pipe(
    Stream.runForEach((primary) => Effect.ignore(primary.reply(primary.message.item))),
    Effect.forkScoped({ startImmediately: true })
  )

describe("sessions over TCP", () => {
  live("exchange 20 000 transactions, each with its own reply", () =>
    Effect.gen(function* () {
      const { listening, transport } = yield* listen
      const equipment = yield* over(transport, HsmsSession.makePassive({ sessionId: 0 }))
      const dial = NodeTransport.makeConnect({ host, port: listening.port })
      const session = yield* over(dial, HsmsSession.makeActive({ sessionId: 0 }))
      yield* answering(equipment)
      yield* session.awaitSelected
      let matched = 0
      yield* Effect.forEach(
        Array.from({ length: 20_000 }, (_, i) => i),
        (i) =>
          Effect.map(session.request(SecsMessage.primary(1, 3, Item.U4(i))), (reply) => {
            if (reply.name === "S1F4" && reply.item?._tag === "U4" && reply.item.value === i) matched++
          }),
        { concurrency: 64, discard: true }
      )
      assert.strictEqual(matched, 20_000)
      assert.strictEqual(yield* equipment.state, "Selected")
    })
  )

  live("exchange messages of several megabytes both ways at a time", () =>
    Effect.gen(function* () {
      const { listening, transport } = yield* listen
      const equipment = yield* over(transport, HsmsSession.makePassive({ sessionId: 0 }))
      const dial = NodeTransport.makeConnect({ host, port: listening.port })
      const session = yield* over(dial, HsmsSession.makeActive({ sessionId: 0 }))
      yield* answering(equipment)
      yield* answering(session)
      yield* session.awaitSelected
      yield* equipment.awaitSelected
      const big = Item.B(new Uint8Array(4_000_000).map((_, i) => i % 251))
      const replies = yield* Effect.all(
        [session, equipment, session, equipment].map((one) => one.request(SecsMessage.primary(7, 3, big))),
        { concurrency: "unbounded" }
      )
      for (const reply of replies) {
        const { item } = reply
        assert.isTrue(
          item?._tag === "B" && item.value.length === 4_000_000 && item.value[3_999_999] === 3_999_999 % 251
        )
      }
    })
  )

  live("are selected again after each end of the connection, and leave no handle open", () =>
    Effect.gen(function* () {
      const before = tcpHandles()
      const rounds = Effect.gen(function* () {
        const { listening, transport } = yield* listen
        // Between the two, so that a connection can be cut.
        const cuts: Array<Effect.Effect<void>> = []
        const cut: Transport.Transport["Service"] = {
          ...transport,
          open: Effect.gen(function* () {
            const scope = yield* Scope.fork(yield* Effect.scope)
            const channel = yield* Scope.provide(transport.open, scope)
            cuts.push(Scope.close(scope, Exit.void))
            return channel
          })
        }
        const equipment = yield* over(cut, HsmsSession.makePassive({ sessionId: 0 }))
        const dial = NodeTransport.makeConnect({ host, port: listening.port })
        const session = yield* over(dial, HsmsSession.makeActive({ sessionId: 0, backoff: { initial: 1 } }))
        yield* answering(equipment)
        for (let round = 1; round <= 15; round++) {
          yield* session.awaitSelected
          assert.strictEqual((yield* session.request(SecsMessage.primary(1, 3))).name, "S1F4")
          assert.strictEqual(cuts.length, round)
          const lost = session.changes.pipe(
            Stream.filter((state) => state === "NotConnected"),
            Stream.take(1),
            Stream.runDrain
          )
          const ended = yield* Effect.forkChild(lost, { startImmediately: true })
          yield* cuts.at(-1)!
          yield* Fiber.join(ended)
        }
      })
      yield* Effect.scoped(rounds)
      yield* until(() => tcpHandles() <= before)
    })
  )

  live("close within their bounds although the peer reads nothing", () =>
    Effect.gen(function* () {
      const { accepted, port } = yield* rawServer
      const scope = yield* Scope.fork(yield* Effect.scope)
      const dial = NodeTransport.makeConnect({ host, port })
      const session = yield* Scope.provide(over(dial, HsmsSession.makeActive({ sessionId: 0 })), scope)
      yield* until(() => accepted.length === 1)
      const peer = accepted[0]!
      // Select.req carries its system bytes at its end; the answer repeats them.
      const request = yield* Effect.callback<Buffer>((resume) => {
        peer.once("data", (chunk: Buffer) => {
          peer.pause()
          resume(Effect.succeed(chunk))
        })
        peer.resume()
      })
      peer.write(kit.toBytes(kit.selectRsp(request.readUInt32BE(10))))
      yield* session.awaitSelected
      const stuck = yield* Effect.forkChild(
        Effect.flip(session.send(SecsMessage.primary(7, 3, Item.B(new Uint8Array(16_000_000))))),
        { startImmediately: true }
      )
      yield* Effect.sleep(50)
      assert.isUndefined(stuck.pollUnsafe())
      const before = performance.now()
      yield* Scope.close(scope, Exit.void)
      assert.isBelow(performance.now() - before, 5_000)
      assert.strictEqual((yield* Fiber.join(stuck)).reason._tag, "ConnectionLost")
    })
  )
})

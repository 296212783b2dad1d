import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import * as NodeWS from "@effect/platform-node/NodeWS"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import * as SocketServer from "effect/socket/SocketServer"
import * as http from "node:http"
import * as net from "node:net"
import { type SessionError, Transport } from "../src/index.ts"
import * as SocketTransport from "../src/SocketTransport.ts"
import * as kit from "./kit.ts"
import { connect, drain, handles, live, pull, until, why } from "./transport-contract.ts"
import {
  dialNodeSocket,
  dialOneSocket,
  dialWebSocket,
  host,
  listenNodeSocket,
  listenWebSocket,
  portOf
} from "./transports.ts"

const bytes = (...values: ReadonlyArray<number>) => Uint8Array.from(values)

/** A plain server of `node:net`, and the sockets it has accepted, which it does not read. */
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

/** A plain server of `ws`, and the WebSockets it has accepted. */
const rawWebServer = Effect.gen(function* () {
  const accepted: Array<NodeWS.WebSocket> = []
  const server = yield* Effect.acquireRelease(
    Effect.callback<NodeWS.WebSocketServer>((resume) => {
      const listener = new NodeWS.WebSocketServer({ host, port: 0 })
      listener.on("listening", () => resume(Effect.succeed(listener)))
      listener.on("connection", (socket) => {
        socket.on("error", () => {})
        accepted.push(socket)
      })
    }),
    (listener) =>
      Effect.callback<void>((resume) => {
        for (const socket of accepted) socket.terminate()
        listener.close(() => resume(Effect.void))
      })
  )
  return { port: (server.address() as net.AddressInfo).port, accepted }
})

/** A port on which nobody listens. */
const freePort = Effect.scoped(Effect.map(rawServer, ({ port }) => port))

// --- sockets made up -----------------------------------------------------------------------------------------------

const socketError = (reason: Socket.SocketErrorReason) => new Socket.SocketError({ reason })

const noWriter: Socket.Writer = { write: () => Effect.void, writeAll: () => Effect.void }

/** A socket that can be dialled and then does what it is told. */
const madeUp = (
  read: Effect.Effect<readonly [Uint8Array | string, ...Array<Uint8Array | string>], Socket.SocketError>,
  writer: Socket.Writer = noWriter
) =>
  Socket.make({
    reader: Effect.succeed({ pull: read, upgrade: Socket.SocketUpgradeError.unsupported }),
    writer: Effect.succeed(writer)
  })

const unreachable = (reason: Socket.SocketErrorReason) =>
  Socket.make({ reader: Effect.fail(socketError(reason)), writer: Effect.succeed(noWriter) })

const coded = (code: string) => Object.assign(new Error(`connect ${code}`), { code })

const opening = (cause: unknown) => new Socket.SocketOpenError({ kind: "Unknown", cause })

describe("a dial fails", () => {
  it.effect("with the reason of the code in its cause, however deep it is", () =>
    Effect.gen(function* () {
      const looped: { cause?: unknown } = {}
      looped.cause = looped
      const cases: ReadonlyArray<readonly [cause: unknown, reason: SessionError.TransportReason]> = [
        [coded("ECONNREFUSED"), { _tag: "Refused" }],
        [coded("EHOSTUNREACH"), { _tag: "Unreachable" }],
        [coded("ENOTFOUND"), { _tag: "NameNotFound" }],
        [coded("EADDRNOTAVAIL"), { _tag: "AddressNotAvailable" }],
        [coded("EACCES"), { _tag: "PermissionDenied" }],
        [coded("ECONNRESET"), { _tag: "Reset" }],
        [{ type: "error", error: coded("ECONNREFUSED"), message: "failed" }, { _tag: "Refused" }],
        [new Error("dial", { cause: new Error("inner", { cause: coded("ENETUNREACH") }) }), { _tag: "Unreachable" }],
        [new AggregateError([coded("ECONNREFUSED"), coded("ENOTFOUND")]), { _tag: "Refused" }],
        [coded("EMFILE"), { _tag: "Other", code: "EMFILE", detail: "connect EMFILE" }],
        [
          { error: new Error("Unexpected server response: 503") },
          { _tag: "Other", code: "Error", detail: "Unexpected server response: 503" }
        ],
        ["no luck", { _tag: "Other", code: "Unknown", detail: "no luck" }],
        [looped, { _tag: "Other", code: "Unknown", detail: "the host system does not say why" }],
        [undefined, { _tag: "Other", code: "Unknown", detail: "the host system does not say why" }]
      ]
      for (const [cause, reason] of cases) {
        const dial = SocketTransport.make(unreachable(opening(cause)), { address: "192.0.2.10:5000" })
        const error = yield* Effect.flip(dial.open)
        assert.deepStrictEqual([error.operation, error.address, error.reason], ["connect", "192.0.2.10:5000", reason])
      }
    })
  )

  it.effect("with `TimedOut` and the time it took, where the socket gives up", () =>
    Effect.gen(function* () {
      const never = Socket.make({
        reader: Effect.timeoutOrElse(Effect.never, {
          duration: "7 seconds",
          orElse: () => Effect.fail(socketError(new Socket.SocketOpenError({ kind: "Timeout", cause: undefined })))
        }),
        writer: Effect.succeed(noWriter)
      })
      const dial = yield* kit.start(Effect.flip(SocketTransport.make(never).open))
      yield* kit.pass("7 seconds")
      const { reason } = yield* kit.value(dial)
      assert.isTrue(reason._tag === "TimedOut" && Duration.toMillis(reason.after) === 7000)
    })
  )

  it.effect("where the socket cannot even be made", () =>
    Effect.gen(function* () {
      const dial = SocketTransport.make(Effect.fail(socketError(opening(coded("EMFILE")))))
      const error = yield* Effect.flip(dial.open)
      assert.strictEqual(error.message, "connect socket: connect EMFILE (EMFILE)")
    })
  )

  live("with `Refused` where nobody listens, over TCP and in a tunnel", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      for (const dial of [dialNodeSocket, dialOneSocket, dialWebSocket]) {
        const error = yield* Effect.flip((yield* dial(port)).open)
        assert.deepStrictEqual([error.operation, error.reason], ["connect", { _tag: "Refused" }])
      }
    })
  )

  live("with `NameNotFound` for a host nobody knows, over TCP and in a tunnel", () =>
    Effect.gen(function* () {
      const tcp = SocketTransport.make(NodeSocket.makeNet({ host: "nobody.invalid", port: 5000 }))
      const tunnel = yield* Effect.provide(
        SocketTransport.makeWebSocket("ws://nobody.invalid:5000"),
        NodeWS.layerWebSocketConstructor
      )
      for (const dial of [tcp, tunnel]) {
        assert.deepStrictEqual((yield* Effect.flip(dial.open)).reason, { _tag: "NameNotFound" })
      }
    })
  )

  live("with `TimedOut` where the other end of the tunnel does not shake hands, and leaves no socket", () =>
    Effect.gen(function* () {
      const before = handles()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { accepted, port } = yield* rawServer
          const dial = yield* Effect.provide(
            SocketTransport.makeWebSocket(`ws://${host}:${port}`, { openTimeout: "60 millis" }),
            NodeWS.layerWebSocketConstructor
          )
          const { reason } = yield* Effect.flip(dial.open)
          assert.isTrue(reason._tag === "TimedOut" && Duration.toMillis(reason.after) >= 50)
          for (const socket of accepted) socket.resume().end()
          yield* until(() => accepted.every((socket) => socket.closed))
        })
      )
      yield* until(() => handles() <= before)
    })
  )

  live("with the status where a proxy answers instead of a tunnel", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.callback<http.Server>((resume) => {
          const listener = http.createServer()
          listener.on("upgrade", (_, socket) => socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n"))
          listener.listen({ host, port: 0 }, () => resume(Effect.succeed(listener)))
        }),
        (listener) =>
          Effect.sync(() => {
            listener.close()
            listener.closeAllConnections()
          })
      )
      const dial = yield* dialWebSocket((server.address() as net.AddressInfo).port)
      const { reason } = yield* Effect.flip(dial.open)
      assert.isTrue(reason._tag === "Other" && reason.detail.includes("503"), JSON.stringify(reason))
    })
  )

  live("for a URL that is none, without a defect", () =>
    Effect.gen(function* () {
      const dial = yield* Effect.provide(SocketTransport.makeWebSocket("nonsense"), NodeWS.layerWebSocketConstructor)
      const error = yield* Effect.flip(dial.open)
      assert.deepStrictEqual([error.operation, error.address, error.reason._tag], ["connect", "nonsense", "Other"])
    })
  )
})

describe("a tunnel", () => {
  it.effect("is named without the secrets in its URL", () =>
    Effect.gen(function* () {
      const construct = Layer.succeed(Socket.WebSocketConstructor, () => {
        throw new Error("not dialled")
      })
      const dial = yield* Effect.provide(
        SocketTransport.makeWebSocket("wss://user:secret@fab.example/hsms?token=secret#secret"),
        construct
      )
      assert.strictEqual(dial.description, "connect wss://fab.example/hsms")
      assert.strictEqual((yield* Effect.flip(dial.open)).message, "connect wss://fab.example/hsms: not dialled (Error)")
    })
  )

  live("gives subprotocols and headers to the opening handshake", () =>
    Effect.gen(function* () {
      const seen: Array<http.IncomingHttpHeaders> = []
      const server = yield* SocketTransport.makeServer(
        NodeSocketServer.makeWebSocket({
          host,
          port: 0,
          handleProtocols: () => "hsms",
          verifyClient: ({ req }: { readonly req: http.IncomingMessage }) => {
            seen.push(req.headers)
            return true
          }
        })
      )
      const dial = yield* Effect.provide(
        SocketTransport.makeWebSocket(`ws://${host}:${portOf(server.server.address)}`, {
          protocols: ["hsms"],
          headers: { authorization: "Bearer 1" }
        }),
        NodeWS.layerWebSocketConstructor
      )
      yield* connect(dial, server.transport)
      assert.strictEqual(seen[0]?.authorization, "Bearer 1")
      assert.strictEqual(seen[0]?.["sec-websocket-protocol"], "hsms")
    })
  )

  live("cuts long messages into frames of 64 KiB", () =>
    Effect.gen(function* () {
      const { accepted, port } = yield* rawWebServer
      const channel = yield* (yield* dialWebSocket(port)).open
      yield* until(() => accepted.length === 1)
      const lengths: Array<number> = []
      accepted[0]!.on("message", (data: Buffer, isBinary: boolean) => {
        assert.isTrue(isBinary)
        lengths.push(data.length)
      })
      yield* channel.write([new Uint8Array(10), new Uint8Array(150_000)])
      yield* until(() => lengths.reduce((sum, length) => sum + length, 0) === 150_010)
      assert.deepStrictEqual(lengths, [10, 65_536, 65_536, 150_000 - 2 * 65_536])
    })
  )

  live("ends with `TextFrame` at a text frame, after the bytes before it, and says so to the peer", () =>
    Effect.gen(function* () {
      const { accepted, port } = yield* rawWebServer
      const channel = yield* (yield* dialWebSocket(port)).open
      yield* until(() => accepted.length === 1)
      const closed = Effect.callback<number>((resume) => {
        accepted[0]!.on("close", (code) => resume(Effect.succeed(code)))
      })
      const code = yield* Effect.forkChild(closed, { startImmediately: true })
      accepted[0]!.send(bytes(1, 2))
      accepted[0]!.send("hello")
      accepted[0]!.send(bytes(3))
      assert.deepStrictEqual(Array.from(yield* pull(channel, 2)), [1, 2])
      const error = yield* Effect.flip(channel.pull)
      assert.deepStrictEqual([error.operation, error.reason], ["read", { _tag: "TextFrame", length: 5 }])
      assert.strictEqual((yield* Effect.flip(channel.write([bytes(1)]))).reason._tag, "TextFrame")
      assert.strictEqual(yield* Fiber.join(code), 1003)
    })
  )

  live("that is closed by the peer ends with what its close code means", () =>
    Effect.gen(function* () {
      const { accepted, port } = yield* rawWebServer
      const dial = yield* dialWebSocket(port)
      const cases: ReadonlyArray<
        readonly [close: (socket: NodeWS.WebSocket) => void, reason: SessionError.TransportReason]
      > = [
        [(socket) => socket.close(1000), { _tag: "Ended" }],
        [(socket) => socket.close(1001, "bye"), { _tag: "Ended" }],
        [(socket) => socket.close(), { _tag: "Ended" }],
        [(socket) => socket.terminate(), { _tag: "Reset" }],
        [(socket) => socket.close(1008, "not yours"), { _tag: "Other", code: "1008", detail: "not yours" }],
        [
          (socket) => socket.close(1013),
          { _tag: "Other", code: "1013", detail: "the peer closed the connection: try again later" }
        ],
        [(socket) => socket.close(4321), { _tag: "Other", code: "4321", detail: "the peer closed the connection" }]
      ]
      for (const [close, reason] of cases) {
        const count = accepted.length
        const channel = yield* dial.open
        yield* until(() => accepted.length > count)
        const read = yield* Effect.forkChild(Effect.flip(channel.pull), { startImmediately: true })
        close(accepted.at(-1)!)
        assert.deepStrictEqual((yield* Fiber.join(read)).reason, reason)
      }
    })
  )
})

describe("the end of a connection", () => {
  live("comes after the last byte of a peer that closes its side (e37/state/half-close)", () =>
    Effect.gen(function* () {
      const { port, transport } = yield* listenNodeSocket()
      const socket = yield* rawConnect(port)
      const channel = yield* transport.open
      socket.end(new Uint8Array(300_000).fill(7))
      const all = yield* drain(channel)
      assert.isTrue(all.bytes.length === 300_000 && all.bytes.every((byte) => byte === 7))
      assert.strictEqual(all.reason, "Ended")
    })
  )

  live("comes to a read that waits, as `Reset` for RST (e37/state/disconnected)", () =>
    Effect.gen(function* () {
      const { port, transport } = yield* listenNodeSocket()
      const socket = yield* rawConnect(port)
      const channel = yield* transport.open
      const read = yield* Effect.forkChild(why(channel), { startImmediately: true })
      socket.resetAndDestroy()
      assert.strictEqual(yield* Fiber.join(read), "Reset")
      assert.strictEqual((yield* Effect.flip(channel.write([bytes(1)]))).reason._tag, "Reset")
    })
  )

  live("fails a write that waits, as `Reset` for RST", () =>
    Effect.gen(function* () {
      const { accepted, port } = yield* rawServer
      const channel = yield* (yield* dialNodeSocket(port)).open
      const write = yield* Effect.forkChild(Effect.flip(channel.write([new Uint8Array(32 * 1024 * 1024)])), {
        startImmediately: true
      })
      yield* until(() => accepted.length === 1)
      accepted[0]!.resetAndDestroy()
      const error = yield* Fiber.join(write)
      assert.deepStrictEqual([error.operation, error.reason], ["write", { _tag: "Reset" }])
    })
  )

  live("comes after what was written to a peer that reads late, then FIN", () =>
    Effect.gen(function* () {
      const { accepted, port } = yield* rawServer
      const scope = yield* Scope.fork(yield* Effect.scope)
      const channel = yield* Scope.provide((yield* dialNodeSocket(port)).open, scope)
      yield* until(() => accepted.length === 1)
      let received = 0
      accepted[0]!.on("data", (chunk) => {
        received += chunk.length
      })
      accepted[0]!.pause()
      accepted[0]!.once("end", () => accepted[0]!.end())
      yield* Effect.forkChild(Effect.ignore(channel.write([new Uint8Array(5_000_000), bytes(1)])), {
        startImmediately: true
      })
      const close = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* Effect.sleep(20)
      accepted[0]!.resume()
      yield* Fiber.join(close)
      yield* until(() => accepted[0]!.readableEnded)
      assert.strictEqual(received, 5_000_001)
    })
  )

  for (const [what, writing, ends, after, log] of [
    [
      "waits for what is being written, then for the peer's end",
      Effect.sleep("700 millis"),
      true,
      700,
      ["written", "finished", "released"]
    ],
    ["gives up a write after a second", Effect.never, true, 1000, ["aborted", "finished", "released"]],
    ["gives up the peer's end after a second", Effect.void, false, 1000, ["written", "finished", "aborted", "released"]]
  ] as const) {
    it.effect(`closing ${what}`, () =>
      Effect.gen(function* () {
        const seen: Array<string> = []
        const note = (event: string) => Effect.sync(() => void seen.push(event))
        const end = yield* Deferred.make<never, Socket.SocketError>()
        const ended = Deferred.fail(end, socketError(new Socket.SocketCloseError({ code: 1000 })))
        const socket = Socket.make({
          reader: Effect.acquireRelease(
            Effect.succeed({ pull: Deferred.await(end), upgrade: Socket.SocketUpgradeError.unsupported }),
            () => note("released")
          ),
          writer: Effect.acquireRelease(
            Effect.succeed({
              write: () => note("aborted"),
              writeAll: () => Effect.andThen(writing, note("written"))
            }),
            () => Effect.andThen(note("finished"), ends ? ended : Effect.void)
          )
        })
        const scope = yield* Scope.fork(yield* Effect.scope)
        const channel = yield* Scope.provide(SocketTransport.make(socket).open, scope)
        yield* kit.start(Effect.exit(channel.write([bytes(1)])))
        const closing = yield* kit.start(Scope.close(scope, Exit.void))
        yield* kit.pass(after - 1)
        assert.isTrue(yield* kit.waits(closing))
        yield* kit.pass(1)
        yield* kit.value(closing)
        assert.deepStrictEqual(seen, [...log])
      })
    )
  }

  for (const [name, dial, serve] of [
    ["a socket", dialNodeSocket, rawServer],
    ["a tunnel", dialWebSocket, rawWebServer]
  ] as const) {
    live(`leaves no handle of ${name} to a peer that lives on and reads nothing`, () =>
      Effect.gen(function* () {
        const { accepted, port } = yield* serve
        const before = handles()
        const scope = yield* Scope.fork(yield* Effect.scope)
        const channel = yield* Scope.provide((yield* dial(port)).open, scope)
        yield* until(() => accepted.length === 1)
        accepted[0]!.pause()
        yield* Effect.forkChild(Effect.exit(channel.write([new Uint8Array(24 * 1024 * 1024)])), {
          startImmediately: true
        })
        yield* Effect.sleep(20)
        yield* Scope.close(scope, Exit.void)
        // Only that of the peer is left.
        yield* until(() => handles() <= before + 1)
      })
    )
  }

  it.effect("is noticed by writers although nobody reads", () =>
    Effect.gen(function* () {
      let written = 0
      const writer: Socket.Writer = {
        write: () => Effect.void,
        writeAll: () => Effect.sync(() => void written++)
      }
      const channel = yield* SocketTransport.make(
        madeUp(Effect.fail(socketError(new Socket.SocketReadError({ cause: coded("ECONNRESET") }))), writer)
      ).open
      const error = yield* Effect.flip(channel.write([bytes(1)]))
      assert.deepStrictEqual([error.operation, error.reason, written], ["write", { _tag: "Reset" }, 0])
    })
  )

  live("is what a defect of the socket means, to reads and to writes", () =>
    Effect.gen(function* () {
      const read = yield* SocketTransport.make(madeUp(Effect.die(new Error("broken pull")))).open
      const { reason } = yield* Effect.flip(read.pull)
      assert.isTrue(reason._tag === "Other" && reason.code === "Defect" && reason.detail.includes("broken pull"))

      const dying = { write: () => Effect.void, writeAll: () => Effect.die(new Error("broken write")) }
      const write = yield* SocketTransport.make(madeUp(Effect.never, dying)).open
      const failed = yield* Effect.flip(write.write([bytes(1)]))
      assert.isTrue(failed.reason._tag === "Other" && failed.reason.detail.includes("broken write"))
    })
  )
})

describe("any socket", () => {
  live("may lose what an interrupted read took; the transport over it does not", () =>
    Effect.gen(function* () {
      const there = new TransformStream<Uint8Array, Uint8Array>()
      const back = new TransformStream<Uint8Array, Uint8Array>()
      const socket = yield* Socket.fromTransformStream(
        Effect.succeed({ readable: there.readable, writable: back.writable })
      )
      const channel = yield* SocketTransport.make(socket).open
      const writer = there.writable.getWriter()
      const received: Array<number> = []
      for (let i = 0; i < 100; i++) {
        const read = yield* Effect.forkChild(channel.pull, { startImmediately: true })
        const sending = writer.write(bytes(i))
        if (i % 2 === 0) yield* Effect.yieldNow
        yield* Fiber.interrupt(read)
        const exit = yield* Fiber.await(read)
        if (Exit.isSuccess(exit)) received.push(...kit.concat(...exit.value))
        yield* Effect.promise(() => sending)
      }
      if (received.length < 100) received.push(...(yield* pull(channel, 100 - received.length)))
      assert.deepStrictEqual(
        received,
        Array.from({ length: 100 }, (_, i) => i)
      )
    })
  )

  live("sends nothing of a write that is interrupted before its turn", () =>
    Effect.gen(function* () {
      const { port, transport } = yield* listenWebSocket()
      const { a, b } = yield* connect(yield* dialWebSocket(port), transport)
      const size = 16 * 1024 * 1024
      const first = yield* Effect.forkChild(a.write([new Uint8Array(size)]), { startImmediately: true })
      const second = yield* Effect.forkChild(a.write([bytes(2)]), { startImmediately: true })
      const third = yield* Effect.forkChild(a.write([bytes(3)]), { startImmediately: true })
      yield* Fiber.interrupt(second)
      const received = yield* pull(b, size + 1)
      assert.strictEqual(received.at(-1), 3)
      yield* Fiber.join(first)
      yield* Fiber.join(third)
    })
  )

  live("that is asked for a second connection gives it when the first is closed", () =>
    Effect.gen(function* () {
      const { port, transport } = yield* listenNodeSocket()
      const dial = yield* dialOneSocket(port)
      const first = yield* connect(dial, transport)
      const scope = yield* Scope.fork(yield* Effect.scope)
      const second = yield* Effect.forkChild(Scope.provide(dial.open, scope), { startImmediately: true })
      yield* Effect.sleep(30)
      assert.isUndefined(second.pollUnsafe())
      yield* first.a.write([bytes(1)])
      assert.deepStrictEqual(Array.from(yield* pull(first.b, 1)), [1])
      yield* first.closeA
      const channel = yield* Fiber.join(second)
      yield* channel.write([bytes(2)])
      assert.deepStrictEqual(Array.from(yield* pull(yield* transport.open, 1)), [2])
    })
  )

  live("that keeps writes for its next connection gets none that was meant for this one", () =>
    Effect.gen(function* () {
      const { accepted, port } = yield* rawServer
      const dial = yield* dialOneSocket(port)
      const scope = yield* Scope.fork(yield* Effect.scope)
      const old = yield* Scope.provide(dial.open, scope)
      const outcomes: Array<Fiber.Fiber<unknown>> = []
      const write = (buffer: Uint8Array) =>
        Effect.map(Effect.forkChild(Effect.exit(old.write([buffer])), { startImmediately: true }), (fiber) => {
          outcomes.push(fiber)
        })
      // The first fills the way, the others wait for their turn, while the connection closes and when it has.
      yield* write(new Uint8Array(32 * 1024 * 1024))
      for (let i = 0; i < 5; i++) yield* write(bytes(7))
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      for (let i = 0; i < 5; i++) yield* write(bytes(7))
      yield* Fiber.join(closing)
      for (let i = 0; i < 5; i++) yield* write(bytes(7))
      const next = yield* dial.open
      for (let i = 0; i < 5; i++) yield* write(bytes(7))
      for (const fiber of outcomes) assert.isTrue(Exit.isFailure((yield* Fiber.join(fiber)) as Exit.Exit<void>))
      yield* until(() => accepted.length === 2)
      const received: Array<number> = []
      accepted[1]!.on("data", (chunk) => received.push(...chunk))
      accepted[1]!.resume()
      yield* next.write([bytes(1)])
      yield* until(() => received.length > 0)
      yield* Effect.sleep(30)
      assert.deepStrictEqual(received, [1])
    })
  )

  live("comes from a layer as well", () =>
    Effect.gen(function* () {
      const { port, transport } = yield* listenNodeSocket()
      const context = yield* Layer.build(
        SocketTransport.layer(Socket.Socket).pipe(Layer.provide(NodeSocket.layerNet({ host, port })))
      )
      const made = yield* Layer.build(SocketTransport.layer(NodeSocket.makeNet({ host, port })))
      for (const layer of [context, made]) {
        const { a, b } = yield* connect(Context.get(layer, Transport.Transport), transport)
        yield* a.write([bytes(5)])
        assert.deepStrictEqual(Array.from(yield* pull(b, 1)), [5])
      }
    })
  )
})

describe("a server", () => {
  for (const [name, listen, dial] of [
    ["NodeSocketServer", listenNodeSocket, dialNodeSocket],
    ["NodeSocketServer for WebSockets", listenWebSocket, dialWebSocket]
  ] as const) {
    live(`${name}: hangs up on more connections than may wait, and takes new ones when there is room`, () =>
      Effect.gen(function* () {
        const { port, transport } = yield* listen({ backlog: 2 })
        const active = yield* dial(port)
        const dialled = []
        for (let i = 0; i < 3; i++) {
          const channel = yield* active.open
          yield* channel.write([bytes(i)])
          yield* Effect.sleep(20)
          dialled.push(channel)
        }
        assert.include(["Ended", "Reset"], yield* why(dialled[2]!))
        for (let i = 0; i < 2; i++) {
          assert.deepStrictEqual(Array.from(yield* pull(yield* transport.open, 1)), [i])
        }
        const late = yield* active.open
        yield* late.write([bytes(9)])
        assert.deepStrictEqual(Array.from(yield* pull(yield* transport.open, 1)), [9])
      })
    )

    live(`${name}: ends with the transport, and with it every connection, waiting or open`, () =>
      Effect.gen(function* () {
        const before = handles()
        const scope = yield* Scope.fork(yield* Effect.scope)
        const { port, transport } = yield* Scope.provide(listen(), scope)
        const active = yield* dial(port)
        const dialling = yield* Scope.fork(yield* Effect.scope)
        const first = yield* Scope.provide(active.open, dialling)
        const opened = yield* transport.open
        const second = yield* Scope.provide(active.open, dialling)
        const reads = yield* Effect.forEach([first, second, opened], (channel) =>
          Effect.forkChild(why(channel), { startImmediately: true })
        )
        yield* Effect.sleep(30)
        yield* Scope.close(scope, Exit.void)
        assert.include(["Ended", "Reset"], yield* Fiber.join(reads[0]!))
        assert.include(["Ended", "Reset"], yield* Fiber.join(reads[1]!))
        assert.strictEqual(yield* Fiber.join(reads[2]!), "Closed")
        assert.strictEqual(
          (yield* Effect.flip(transport.open)).message,
          `${transport.description}: closed by this side`
        )
        yield* Scope.close(dialling, Exit.void)
        yield* until(() => handles() <= before)
      })
    )
  }

  live("names peers by number, or as it is told from the context of each socket", () =>
    Effect.gen(function* () {
      const plain = yield* listenNodeSocket()
      const { b } = yield* connect(yield* dialNodeSocket(plain.port), plain.transport)
      assert.strictEqual(b.peer, `${host}:${plain.port} #1`)

      const address = Effect.map(
        Effect.serviceOption(NodeSocket.NetSocket),
        Option.match({ onNone: () => "unknown", onSome: (socket) => `${socket.remoteAddress}:${socket.remotePort}` })
      )
      const told = yield* listenNodeSocket({ peer: address })
      const socket = yield* rawConnect(told.port)
      assert.strictEqual((yield* told.transport.open).peer, `${host}:${socket.localPort}`)
    })
  )

  live("that cannot listen fails with the reason, when the layer is built", () =>
    Effect.gen(function* () {
      const { port } = yield* rawServer
      for (const server of [NodeSocketServer.make({ host, port }), NodeSocketServer.makeWebSocket({ host, port })]) {
        const layer = SocketTransport.layerServer(server, { address: `${host}:${port}` })
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
        assert.deepStrictEqual(
          [error.operation, error.address, error.reason],
          ["listen", `${host}:${port}`, { _tag: "AddressInUse" }]
        )
      }
    })
  )

  live("as a layer gives the transport, and the server that tells its port", () =>
    Effect.gen(function* () {
      const context = yield* Layer.build(SocketTransport.layerServer(NodeSocketServer.make({ host, port: 0 })))
      const { address } = Context.get(context, SocketServer.SocketServer)
      const transport = Context.get(context, Transport.Transport)
      assert.strictEqual(transport.description, `listen ${address}`)
      yield* rawConnect(portOf(address))
      yield* transport.open
    })
  )

  it.effect("that ends fails every `open` with the reason", () =>
    Effect.gen(function* () {
      const { address } = yield* NodeSocketServer.make({ host, port: 0 })
      const failing = [
        Effect.fail(
          new SocketServer.SocketServerError({
            reason: new SocketServer.SocketServerUnknownError({ cause: coded("EACCES") })
          })
        ),
        Effect.die(new Error("broken server"))
      ]
      const reasons: Array<SessionError.TransportReason> = []
      for (const run of failing) {
        const { transport } = yield* SocketTransport.makeServer(
          SocketServer.SocketServer.of({ address, run: () => run })
        )
        const error = yield* Effect.flip(transport.open)
        assert.deepStrictEqual(yield* Effect.flip(transport.open), error)
        reasons.push(error.reason)
      }
      assert.deepStrictEqual(reasons[0], { _tag: "PermissionDenied" })
      assert.isTrue(reasons[1]?._tag === "Other" && reasons[1].detail.includes("broken server"))
    })
  )

  live("gives no connection for a peer that gave up while it waited", () =>
    Effect.gen(function* () {
      const { address } = yield* NodeSocketServer.make({ host, port: 0 })
      const gone = unreachable(new Socket.SocketCloseError({ code: 1000 }))
      const here = madeUp(Effect.never)
      let ended = 0
      const { transport } = yield* SocketTransport.makeServer(
        SocketServer.SocketServer.of({
          address,
          run: (handler) =>
            Effect.andThen(
              Effect.forEach(
                [gone, gone, here],
                (socket) =>
                  Effect.andThen(
                    Effect.ignore(handler(socket)),
                    Effect.sync(() => void ended++)
                  ),
                { concurrency: "unbounded" }
              ),
              Effect.never
            )
        })
      )
      yield* kit.settle
      assert.strictEqual((yield* transport.open).peer, `${address} #3`)
      yield* kit.settle
      assert.strictEqual(ended, 2)
    })
  )
})

/**
 * Any `Socket` of Effect as a transport: one that dials, a WebSocket, or those a `SocketServer` accepts.
 *
 * For TCP on Node alone `NodeTransport` is the shorter way. This is for what speaks through something else: TLS or Unix
 * sockets of `@effect/platform-node`, another runtime, a tunnel through a firewall that lets WebSockets pass. Effect's
 * sockets are marked unstable and may change in a minor release, so they are used in this file only.
 *
 * @since 0.1.0
 */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Socket from "effect/socket/Socket"
import * as SocketServer from "effect/socket/SocketServer"
import { now } from "./internal/Alarm.ts"
import { type Ends, PulledChannel } from "./internal/PulledChannel.ts"
import { reasonOf, reasonOfClose } from "./internal/SystemError.ts"
import { TransportError, type TransportReason } from "./SessionError.ts"
import { type ByteChannel, Transport } from "./Transport.ts"

// --- errors --------------------------------------------------------------------------------------------------------

const reasonOfSocket = ({ reason }: Socket.SocketError, waited: () => Duration.Duration): TransportReason => {
  if (reason._tag === "SocketCloseError") return reasonOfClose(reason.code, reason.closeReason)
  return reason._tag === "SocketOpenError" && reason.kind === "Timeout"
    ? { _tag: "TimedOut", after: waited() }
    : reasonOf(reason.cause)
}

// --- one connection ------------------------------------------------------------------------------------------------

/** What WebSockets can do beyond the interface of a `Socket`, each where the implementation has it. */
interface Web extends Socket.WebSocketLike {
  readonly bufferedAmount?: number
  readonly terminate?: () => void
}

interface Dialled {
  readonly socket: Socket.Socket
  /** Known once the reader is there. */
  readonly web: () => Web | undefined
  readonly peer: string
}

/** Longest binary frame of a WebSocket in bytes: proxies bound it, and the peer sees nothing of one before its end. */
const frameLength = 64 * 1024

/** Bytes that a WebSocket holds for a peer that does not read, above which `write` suspends. */
const webHighWaterMark = 1024 * 1024

/** How often a full WebSocket, which does not say when there is room again, is looked at, in milliseconds. */
const lookAgain = 4

/** Bytes for nobody, above which a WebSocket fails that cannot be told to pause. */
const unpausableBound = 64 * 1024 * 1024

const writeWeb = (web: Web, writer: Socket.Writer, buffers: ReadonlyArray<Uint8Array>) =>
  Effect.gen(function* () {
    for (const buffer of buffers) {
      for (let at = 0; at < buffer.length; at += frameLength) {
        yield* writer.write(buffer.subarray(at, at + frameLength))
        while ((web.bufferedAmount ?? 0) > webHighWaterMark && web.readyState === 1) yield* Effect.sleep(lookAgain)
      }
    }
  })

/** Chunks up to the first text, which is the end. */
const binary = (
  pull: Effect.Effect<ReadonlyArray<Uint8Array | string>, TransportError>,
  peer: string,
  refuse: Effect.Effect<void>
): Effect.Effect<ReadonlyArray<Uint8Array>, TransportError> => {
  let text: TransportError | undefined
  const ended = (error: TransportError) => Effect.andThen(refuse, Effect.fail(error))
  return Effect.suspend(() => {
    if (text !== undefined) return ended(text)
    return Effect.flatMap(pull, (chunks) => {
      const at = chunks.findIndex((chunk) => typeof chunk === "string")
      if (at < 0) return Effect.succeed(chunks as ReadonlyArray<Uint8Array>)
      const { length } = chunks[at]!
      text = new TransportError({ operation: "read", address: peer, reason: { _tag: "TextFrame", length } })
      return at === 0 ? ended(text) : Effect.succeed(chunks.slice(0, at) as ReadonlyArray<Uint8Array>)
    })
  })
}

/** Acquires reader and writer, and the channel over both in the Scope of the caller. */
const attach = (dialled: Dialled): Effect.Effect<PulledChannel, TransportError, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { peer, socket } = dialled
      const clock = yield* Clock.Clock
      const began = now(clock)
      const waited = () => Duration.millis(now(clock) - began)
      const failed = (operation: "connect" | "read" | "write") => (error: Socket.SocketError) =>
        new TransportError({ operation, address: peer, reason: reasonOfSocket(error, waited) })

      const owner = yield* Effect.scope
      const reading = yield* Scope.make()
      const writing = yield* Scope.make()
      const reader = yield* restore(Scope.provide(socket.reader, reading)).pipe(
        Effect.onError(() => Scope.close(reading, Exit.void)),
        Effect.mapError(failed("connect"))
      )
      // In a Scope of its own, as its end is what tells the peer that no more will come.
      const writer = yield* Scope.provide(socket.writer, writing)
      const web = dialled.web()

      const say = (event: Socket.CloseEvent) => Effect.ignore(writer.write(event))
      const ends: Ends = {
        peer,
        pull: binary(
          Effect.mapError(reader.pull, failed("read")),
          peer,
          say(new Socket.CloseEvent(1003, "binary frames only"))
        ),
        write: (buffers) =>
          Effect.mapError(
            web === undefined
              ? writer.writeAll(buffers as NonEmptyReadonlyArray<Uint8Array>)
              : writeWeb(web, writer, buffers),
            failed("write")
          ),
        finish:
          web === undefined
            ? Scope.close(writing, Exit.void)
            : Effect.sync(() => {
                web.close(1000)
              }),
        abort:
          web?.terminate === undefined
            ? say(new Socket.CloseEvent(1000))
            : Effect.sync(() => {
                web.terminate?.()
              }),
        release: Effect.andThen(Scope.close(writing, Exit.void), Scope.close(reading, Exit.void))
      }
      const channel = new PulledChannel(ends, yield* Scope.make())
      yield* channel.start
      yield* Scope.addFinalizer(owner, channel.close)
      return channel
    })
  )

// --- dialling ------------------------------------------------------------------------------------------------------

/**
 * Options of a transport that dials with a socket.
 *
 * @since 0.1.0
 */
export interface Options {
  /** Who is dialled, for logs and errors: `192.0.2.10:5000`. `socket` unless told. */
  readonly address?: string | undefined
}

/**
 * A socket, or how one is made, which is done anew for every connection.
 *
 * @since 0.1.0
 */
export type Source<R = never> = Socket.Socket | Effect.Effect<Socket.Socket, Socket.SocketError, R>

/**
 * A transport that dials with a socket.
 *
 * A `Socket` carries one connection at a time: `open` waits until the one before is closed. What is written goes to the
 * connection it was written on or nowhere, although such a socket would keep it for its next one.
 *
 * A WebSocket that is passed here does not slow its writers down; `makeWebSocket` does.
 *
 * @example
 * SocketTransport.make(NodeSocket.makeNet({ host: "192.0.2.10", port: 5000, noDelay: true }))
 *
 * @since 0.1.0
 */
export const make = (socket: Source<Scope.Scope>, options: Options = {}): Transport["Service"] => {
  const peer = options.address ?? "socket"
  const web = () => undefined
  if (Socket.isSocket(socket)) {
    const turns = Semaphore.makeUnsafe(1)
    const open = Effect.andThen(turns.takeScoped(1), attach({ socket, web, peer }))
    return { description: `connect ${peer}`, open }
  }
  const failed = (error: Socket.SocketError) =>
    new TransportError({ operation: "connect", address: peer, reason: reasonOfSocket(error, () => Duration.zero) })
  const open = Effect.flatMap(Effect.mapError(socket, failed), (made) => attach({ socket: made, web, peer }))
  return { description: `connect ${peer}`, open }
}

/**
 * `make` as a layer. `Socket.Socket` itself is a source: the socket of the context.
 *
 * @since 0.1.0
 */
export const layer = <R = never>(
  socket: Source<R>,
  options: Options = {}
): Layer.Layer<Transport, never, Exclude<R, Scope.Scope>> =>
  Layer.effect(
    Transport,
    Effect.map(Effect.context<Exclude<R, Scope.Scope>>(), (context) =>
      make(Socket.isSocket(socket) ? socket : provided(socket, context), options)
    )
  )

/** All but the Scope, which is that of each connection. */
const provided = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  context: Context.Context<Exclude<R, Scope.Scope>>
): Effect.Effect<A, E, Scope.Scope> =>
  Effect.updateContext(effect, (scope: Context.Context<Scope.Scope>) =>
    Context.merge(context as Context.Context<R>, scope)
  )

/**
 * Options of the opening handshake.
 *
 * @since 0.1.0
 */
export interface WebSocketOptions {
  /** Subprotocols to offer in the opening handshake. */
  readonly protocols?: string | Array<string> | undefined
  /** Headers of the opening handshake; not with the WebSocket of a browser. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Longest wait for the opening handshake; 10 s unless told. */
  readonly openTimeout?: Duration.Input | undefined
}

/** Without user, password and query, which may be secrets. */
const publicPart = (url: string): string => url.replace(/[?#].*$/s, "").replace(/\/\/[^/]*@/, "//")

/**
 * A transport that dials a WebSocket, and carries HSMS in its binary frames: the bytes are a stream, no matter how they
 * are cut into frames. A text frame ends the connection with `TextFrame`.
 *
 * `write` suspends above 1 MiB that the peer has not taken. A side that does not pull stalls its peer where the WebSocket
 * can pause, as that of `ws` does (`NodeWS.layerWebSocketConstructor`). That of browsers, which Node has too, cannot: the
 * connection ends when 64 MiB wait. It does not say either why a dial failed.
 *
 * @since 0.1.0
 */
export const makeWebSocket = (
  url: string,
  options: WebSocketOptions = {}
): Effect.Effect<Transport["Service"], never, Socket.WebSocketConstructor> =>
  Effect.map(Socket.WebSocketConstructor, (construct) => {
    const { headers, openTimeout, protocols } = options
    const peer = publicPart(url)
    const open = Effect.suspend(() => {
      let web: Web | undefined
      const acquire = Effect.acquireRelease(
        Effect.try({
          try: () => {
            const made: Web = construct(url, headers === undefined ? protocols : { protocols, headers })
            web = made
            return made
          },
          catch: (cause) => new Socket.SocketError({ reason: new Socket.SocketOpenError({ kind: "Unknown", cause }) })
        }),
        (made) =>
          Effect.sync(() => {
            made.close(1000)
          })
      )
      const socket = Socket.fromWebSocket(acquire, {
        openTimeout,
        // Asked when the WebSocket is there; what can pause does so at Effect's own mark.
        get highWaterMark() {
          return web !== undefined && "pause" in web ? undefined : unpausableBound
        }
      })
      return Effect.flatMap(socket, (made) => attach({ socket: made, web: () => web, peer }))
    })
    return { description: `connect ${peer}`, open }
  })

/**
 * `makeWebSocket` as a layer.
 *
 * @example
 * SocketTransport.layerWebSocket("wss://fab.example/hsms").pipe(Layer.provide(NodeWS.layerWebSocketConstructor))
 *
 * @since 0.1.0
 */
export const layerWebSocket = (
  url: string,
  options: WebSocketOptions = {}
): Layer.Layer<Transport, never, Socket.WebSocketConstructor> => Layer.effect(Transport, makeWebSocket(url, options))

// --- accepting -----------------------------------------------------------------------------------------------------

/**
 * Options of a transport that takes what a server accepts.
 *
 * @since 0.1.0
 */
export interface ServerOptions {
  /** Where the server listens, for an error while it cannot; `socket server` unless told. */
  readonly address?: string | undefined
  /** Accepted sockets that may wait for `open`; more are closed at once. 64 unless told. */
  readonly backlog?: number | undefined
  /** The name of the peer for logs, run for each socket in the context the server gives its handler. */
  readonly peer?: Effect.Effect<string> | undefined
}

/** An accepted socket. The server's handler lives as long as it does. */
class Accepted {
  readonly dialled: Dialled
  readonly over = Deferred.makeUnsafe<void>()
  channel: PulledChannel | undefined = undefined

  constructor(dialled: Dialled) {
    this.dialled = dialled
  }

  get open(): Effect.Effect<PulledChannel, TransportError, Scope.Scope> {
    const over = Effect.asVoid(Deferred.succeed(this.over, undefined))
    // Registered first, so it runs when the connection is closed.
    return Effect.andThen(
      Effect.addFinalizer(() => over),
      Effect.onError(
        Effect.tap(attach(this.dialled), (channel) =>
          Effect.sync(() => {
            this.channel = channel
          })
        ),
        () => over
      )
    )
  }

  /** A socket whose reader was never acquired stays open for ever, so this acquires it where nobody has. */
  get hangUp(): Effect.Effect<void> {
    return Effect.suspend(() => this.channel?.close ?? Effect.ignore(Effect.scoped(this.open)))
  }
}

/**
 * A transport that takes what a server accepts, in the Scope of the caller. Closing it hangs up on everybody.
 *
 * Fails    `TransportError` with the reason why the server cannot listen, such as `AddressInUse`
 *
 * @example
 * SocketTransport.makeServer(NodeSocketServer.make({ port: 5000, noDelay: true }))
 *
 * @since 0.1.0
 */
export const makeServer = <R = never>(
  server:
    | SocketServer.SocketServer["Service"]
    | Effect.Effect<SocketServer.SocketServer["Service"], SocketServer.SocketServerError, R>,
  options: ServerOptions = {}
): Effect.Effect<
  { readonly transport: Transport["Service"]; readonly server: SocketServer.SocketServer["Service"] },
  TransportError,
  R | Scope.Scope
> =>
  Effect.gen(function* () {
    const failed = (reason: TransportReason, address = options.address ?? "socket server") =>
      new TransportError({ operation: "listen", address, reason })
    const failedOf = (error: SocketServer.SocketServerError) => failed(reasonOf(error.reason.cause))
    const listening = Effect.isEffect(server) ? yield* Effect.mapError(server, failedOf) : server
    const address = String(listening.address)

    const waiting = yield* Queue.bounded<Accepted, TransportError>(options.backlog ?? 64)
    let count = 0
    const handle = (socket: Socket.Socket) =>
      Effect.gen(function* () {
        count++
        const web = Option.getOrUndefined(yield* Effect.serviceOption(Socket.WebSocket))
        const peer = options.peer === undefined ? `${address} #${count}` : yield* options.peer
        const accepted = new Accepted({ socket, web: () => web, peer })
        yield* Effect.suspend(() =>
          Queue.offerUnsafe(waiting, accepted) ? Deferred.await(accepted.over) : accepted.hangUp
        ).pipe(Effect.onInterrupt(() => accepted.hangUp))
      })
    yield* listening.run(handle).pipe(
      Effect.catchCause((cause) => {
        const found = Cause.findError(cause)
        const reason: TransportReason = Result.isSuccess(found)
          ? reasonOf(found.success.reason.cause)
          : { _tag: "Other", code: "Defect", detail: Cause.pretty(cause) }
        return Queue.fail(waiting, failed(reason, address))
      }),
      Effect.forkScoped({ startImmediately: true })
    )
    yield* Effect.addFinalizer(() =>
      Effect.andThen(Effect.ignore(Queue.clear(waiting)), Queue.fail(waiting, failed({ _tag: "Closed" }, address)))
    )

    const open: Effect.Effect<ByteChannel, TransportError, Scope.Scope> = Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        while (true) {
          const accepted = yield* restore(Queue.take(waiting))
          const opened = yield* Effect.result(restore(accepted.open)).pipe(Effect.onInterrupt(() => accepted.hangUp))
          // A peer that gave up while it waited is nobody's connection.
          if (Result.isSuccess(opened)) return opened.success
        }
      })
    )
    return { transport: { description: `listen ${address}`, open }, server: listening }
  })

/**
 * `makeServer` as a layer, with the server, whose `address` tells where it listens.
 *
 * Fails    `TransportError` with the reason why the server cannot listen, such as `AddressInUse`
 *
 * @since 0.1.0
 */
export const layerServer = <R = never>(
  server:
    | SocketServer.SocketServer["Service"]
    | Effect.Effect<SocketServer.SocketServer["Service"], SocketServer.SocketServerError, R>,
  options: ServerOptions = {}
): Layer.Layer<Transport | SocketServer.SocketServer, TransportError, Exclude<R, Scope.Scope>> =>
  Layer.effectContext(
    Effect.map(makeServer(server, options), ({ server: listening, transport }) =>
      Context.make(Transport, transport).pipe(Context.add(SocketServer.SocketServer, listening))
    )
  )

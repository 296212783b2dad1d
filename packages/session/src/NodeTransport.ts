/**
 * TCP through `node:net`, managed by Scopes.
 *
 * Sockets have no delay and keep-alive. A dial that is interrupted is aborted; a channel that closes sends what is
 * written, then FIN, and is destroyed after a bound where the peer does not take it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Context from "effect/Context"
import * as net from "node:net"
import { reasonOf } from "./internal/SystemError.ts"
import { TransportError, type TransportReason } from "./SessionError.ts"
import { type ByteChannel, Transport } from "./Transport.ts"

/**
 * @since 0.1.0
 */
export interface ConnectOptions {
  readonly host: string
  /** 1 to 65 535. By convention 5000. */
  readonly port: number
  /** Address of this machine to dial from. */
  readonly localAddress?: string | undefined
}

/**
 * @since 0.1.0
 */
export interface ListenOptions {
  /** Address of this machine; all of them unless told. */
  readonly host?: string | undefined
  /** 0 lets the system choose; `Listening` tells which. */
  readonly port: number
}

/**
 * Where a passive transport listens.
 *
 * @since 0.1.0
 */
export class Listening extends Context.Service<Listening, { readonly host: string; readonly port: number }>()(
  "@effect-secs/session/NodeTransport/Listening"
) {}

/** Bytes received and not taken, above which the socket is paused. */
const highWaterMark = 256 * 1024

/** Idle time after which the system probes a silent connection, in milliseconds. */
const keepAliveAfter = 30_000

/** How long a closing socket may take to hand its last bytes to the peer, in milliseconds. */
const lingerMillis = 1000

const at = (host: string, port: number): string => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`)

const invalidPort = (port: number, minimum: number): TransportReason | undefined =>
  Number.isInteger(port) && port >= minimum && port <= 65535
    ? undefined
    : { _tag: "Other", code: "BadPort", detail: `a port is an integer from ${minimum} to 65535, not ${port}` }

const release = (socket: net.Socket): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    if (socket.destroyed) return resume(Effect.void)
    const done = () => resume(Effect.void)
    socket.once("close", done)
    // Flushes, sends FIN, and destroys when both are done.
    socket.destroySoon()
    return Effect.sync(() => {
      socket.off("close", done)
    })
  }).pipe(
    Effect.timeoutOption(lingerMillis),
    Effect.andThen(
      Effect.sync(() => {
        socket.destroy()
      })
    )
  )

type Resume<A> = (effect: Effect.Effect<A, TransportError>) => void

/** Reads and writes of one socket. Every end of it ends a `pull` that waits. */
const channel = (socket: net.Socket, peer: string): ByteChannel => {
  let chunks: Array<Uint8Array> = []
  let size = 0
  let failure: TransportError | undefined
  let reader: Resume<ReadonlyArray<Uint8Array>> | undefined

  const take = () => {
    const taken = chunks
    chunks = []
    size = 0
    if (socket.isPaused()) socket.resume()
    return Effect.succeed(taken)
  }
  const fail = (operation: "read" | "write", reason: TransportReason): void => {
    failure ??= new TransportError({ operation, address: peer, reason })
    if (reader === undefined || chunks.length > 0) return
    const resume = reader
    reader = undefined
    resume(Effect.fail(failure))
  }
  socket.on("data", (chunk: Uint8Array) => {
    if (reader !== undefined) {
      // Continues the reading fiber here and now.
      const resume = reader
      reader = undefined
      return resume(Effect.succeed([chunk]))
    }
    chunks.push(chunk)
    size += chunk.length
    if (size >= highWaterMark) socket.pause()
  })
  socket.on("end", () => fail("read", { _tag: "Ended" }))
  socket.on("error", (cause) => fail("read", reasonOf(cause)))
  socket.on("close", () => fail("read", { _tag: "Closed" }))

  const drained: Effect.Effect<void, TransportError> = Effect.callback((resume) => {
    const off = () => {
      socket.off("drain", ok).off("close", lost)
    }
    const ok = () => {
      off()
      resume(Effect.void)
    }
    const lost = () => {
      off()
      resume(Effect.fail(failure!))
    }
    socket.on("drain", ok).on("close", lost)
    return Effect.sync(off)
  })

  return {
    peer,
    pull: Effect.callback((resume) => {
      if (chunks.length > 0) return resume(take())
      if (failure !== undefined) return resume(Effect.fail(failure))
      reader = resume
      return Effect.sync(() => {
        if (reader === resume) reader = undefined
      })
    }),
    write: (buffers) =>
      Effect.suspend(() => {
        if (!socket.writable) {
          return Effect.fail(
            failure ?? new TransportError({ operation: "write", address: peer, reason: { _tag: "Closed" } })
          )
        }
        let room = true
        if (buffers.length === 1) {
          room = socket.write(buffers[0]!)
        } else {
          socket.cork()
          for (const buffer of buffers) room = socket.write(buffer)
          socket.uncork()
        }
        return room ? Effect.void : drained
      })
  }
}

const tune = (socket: net.Socket): void => {
  socket.setNoDelay(true)
  socket.setKeepAlive(true, keepAliveAfter)
}

const dial = (options: ConnectOptions): Effect.Effect<ByteChannel, TransportError, Scope.Scope> => {
  const address = at(options.host, options.port)
  const failed = (reason: TransportReason) => new TransportError({ operation: "connect", address, reason })
  return Effect.acquireRelease(
    Effect.callback<net.Socket, TransportError>((resume) => {
      const bad = invalidPort(options.port, 1)
      if (bad !== undefined) return resume(Effect.fail(failed(bad)))
      const socket = net.connect({
        host: options.host,
        port: options.port,
        ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress })
      })
      const onError = (cause: Error) => resume(Effect.fail(failed(reasonOf(cause))))
      socket.once("error", onError)
      socket.once("connect", () => {
        socket.off("error", onError)
        tune(socket)
        resume(Effect.succeed(socket))
      })
      return Effect.sync(() => {
        socket.off("error", onError)
        socket.on("error", () => {})
        socket.destroy()
      })
    }),
    release,
    { interruptible: true }
  ).pipe(Effect.map((socket) => channel(socket, at(socket.remoteAddress ?? options.host, options.port))))
}

/**
 * A transport that dials.
 *
 * @since 0.1.0
 */
export const makeConnect = (options: ConnectOptions): Transport["Service"] => ({
  description: `connect ${at(options.host, options.port)}`,
  open: dial(options)
})

/**
 * Dials the given address for every connection.
 *
 * Fails    `TransportError` for a port that is none; what may change by itself is tried again for ever
 *
 * @since 0.1.0
 */
export const layerConnect = (options: ConnectOptions): Layer.Layer<Transport, TransportError> =>
  Layer.effect(
    Transport,
    Effect.suspend(() => {
      const reason = invalidPort(options.port, 1)
      return reason === undefined
        ? Effect.succeed(makeConnect(options))
        : Effect.fail(new TransportError({ operation: "connect", address: at(options.host, options.port), reason }))
    })
  )

/** Accepted sockets that wait for `open`; more are refused by the system's own queue. */
const backlog = 511

/**
 * Listens in the Scope of the caller, from now on.
 *
 * Fails    `TransportError` with `AddressInUse` when another program has the port
 *
 * @since 0.1.0
 */
export const makeListen = (
  options: ListenOptions
): Effect.Effect<
  { readonly transport: Transport["Service"]; readonly listening: Listening["Service"] },
  TransportError,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const host = options.host ?? "0.0.0.0"
    const failed = (reason: TransportReason) =>
      new TransportError({ operation: "listen", address: at(host, options.port), reason })
    const bad = invalidPort(options.port, 0)
    if (bad !== undefined) return yield* failed(bad)

    const accepted = yield* Queue.unbounded<net.Socket>()
    const server = yield* Effect.acquireRelease(
      Effect.callback<net.Server, TransportError>((resume) => {
        // Paused, so that nothing is read before somebody listens for it.
        const listener = net.createServer({ pauseOnConnect: true, noDelay: true })
        listener.once("error", (cause) => resume(Effect.fail(failed(reasonOf(cause)))))
        listener.listen({ host, port: options.port, backlog }, () => resume(Effect.succeed(listener)))
        return Effect.sync(() => {
          listener.close()
        })
      }),
      (listener) =>
        Effect.sync(() => {
          listener.close()
        }),
      { interruptible: true }
    )
    server.on("error", () => {})
    server.on("connection", (socket) => {
      socket.on("error", () => {})
      Queue.offerUnsafe(accepted, socket)
      Queue.flushUnsafe(accepted)
    })
    yield* Effect.addFinalizer(() =>
      Effect.map(Queue.clear(accepted), (waiting) => {
        for (const socket of waiting) socket.destroy()
      })
    )

    const { address, port } = server.address() as net.AddressInfo
    const next = Effect.acquireRelease(Queue.take(accepted), release, { interruptible: true })
    const open = Effect.map(next, (socket) => {
      tune(socket)
      const opened = channel(socket, at(socket.remoteAddress ?? "unknown", socket.remotePort ?? 0))
      socket.resume()
      return opened
    })
    return {
      transport: { description: `listen ${at(address, port)}`, open },
      listening: { host: address, port }
    }
  })

/**
 * Listens for as long as the layer lives, and tells where.
 *
 * Fails    `TransportError` with `AddressInUse` when another program has the port
 *
 * @since 0.1.0
 */
export const layerListen = (options: ListenOptions): Layer.Layer<Transport | Listening, TransportError> =>
  Layer.effectContext(
    Effect.map(makeListen(options), ({ listening, transport }) =>
      Context.make(Transport, transport).pipe(Context.add(Listening, listening))
    )
  )

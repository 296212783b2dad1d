/**
 * TCP through `node:net`, and TLS through `node:tls`, managed by Scopes.
 *
 * Sockets have no delay and keep-alive. A dial that is interrupted is aborted; a channel that closes sends what is
 * written, then FIN, and is destroyed after a bound where the peer does not take it.
 *
 * With `tls` a channel is handed out when the handshake is done and the peer is who it has to be.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Context from "effect/Context"
import * as net from "node:net"
import * as AllowList from "./internal/AllowList.ts"
import { reasonOf } from "./internal/NodeReason.ts"
import * as Refusals from "./internal/Refusals.ts"
import * as Tls from "./internal/Tls.ts"
import { type InvalidOption, TransportError, type TransportReason } from "./SessionError.ts"
import { type ByteChannel, Transport } from "./Transport.ts"

export type { ConnectTls, ListenTls, Pem, TlsOptions } from "./internal/Tls.ts"

/**
 * @since 0.1.0
 */
export interface ConnectOptions {
  readonly host: string
  /** 1 to 65 535. By convention 5000. */
  readonly port: number
  /** Address of this machine to dial from. */
  readonly localAddress?: string | undefined
  /** TLS instead of plain TCP. `{}` trusts the public CAs that Node knows. */
  readonly tls?: Tls.ConnectTls | undefined
}

/**
 * @since 0.1.0
 */
export interface ListenOptions {
  /** Address of this machine; all of them unless told. */
  readonly host?: string | undefined
  /** 0 lets the system choose; `Listening` tells which. */
  readonly port: number
  /** TLS instead of plain TCP; `clientCa` makes it mutual. */
  readonly tls?: Tls.ListenTls | undefined
  /**
   * Who may connect: addresses and CIDR ranges, IPv4 and IPv6. Another peer is hung up on before anything is read from
   * it. Everybody may unless told, and nobody where the list is empty.
   */
  readonly allow?: ReadonlyArray<string> | undefined
  /**
   * Runs for every peer that is turned away, by `allow` or by TLS, with an error that says who and why. The log says it
   * as well: the first time in an hour for each host and kind as a warning, else as a debug line.
   */
  readonly onRefused?: ((error: TransportError) => Effect.Effect<void>) | undefined
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

const closing = (socket: net.Socket): Effect.Effect<void> =>
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

/** Chunks from this size on have memory of their own that is worth giving back at once. */
const releasedFrom = 16 * 1024

/**
 * Frees what a chunk held. Left to the garbage collector, the chunks of large messages cost more than all else: memory
 * outside its heap makes it go through all of the heap, again and again.
 */
const release = (chunk: Uint8Array): void => {
  const buffer = chunk.buffer as ArrayBuffer & { readonly transfer?: (length: number) => void }
  if (chunk.length >= releasedFrom && chunk.length === buffer.byteLength) buffer.transfer?.(0)
}

/** Whoever reads a socket: given what has come, or why nothing more will. False when it wants no more for now. */
interface Reader {
  readonly take: (chunks: ReadonlyArray<Uint8Array>) => boolean
  readonly fail: (error: TransportError) => void
  /** It was interrupted. */
  left?: true
}

/** Reads and writes of one socket. Every end of it ends a `pull` that waits. */
const channel = (socket: net.Socket, peer: string): ByteChannel => {
  let chunks: Array<Uint8Array> = []
  let size = 0
  let failure: TransportError | undefined
  let reader: Reader | undefined

  const give = (to: Reader, taken: ReadonlyArray<Uint8Array>): void => {
    // Whoever is done may read again before `take` returns, and whoever is interrupted meanwhile reads no more.
    reader = undefined
    if (to.take(taken) && !to.left) reader = to
  }
  /** From now on `to` is given what comes; what has come and how it ended come first. */
  const read = (to: Reader): Effect.Effect<void> => {
    const taken = chunks
    chunks = []
    size = 0
    if (socket.isPaused()) socket.resume()
    if (taken.length > 0) give(to, taken)
    else reader = to
    if (reader === to && failure !== undefined) {
      reader = undefined
      to.fail(failure)
    }
    return Effect.sync(() => {
      to.left = true
      if (reader === to) reader = undefined
    })
  }
  const fail = (operation: "read" | "write", reason: TransportReason): void => {
    failure ??= new TransportError({ operation, address: peer, reason })
    const to = reader
    reader = undefined
    to?.fail(failure)
  }
  socket.on("data", (chunk: Uint8Array) => {
    // The reading fiber goes on here and now.
    if (reader !== undefined) return give(reader, [chunk])
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
    pull: Effect.callback((resume) =>
      read({
        take: (taken) => {
          resume(Effect.succeed(taken))
          return false
        },
        fail: (error) => resume(Effect.fail(error))
      })
    ),
    pullWhile: (take) =>
      Effect.callback((resume) =>
        read({
          take: (taken) => {
            try {
              const more = take(taken)
              for (const chunk of taken) release(chunk)
              if (more) return true
              resume(Effect.void)
            } catch (defect) {
              resume(Effect.die(defect))
            }
            return false
          },
          fail: (error) => resume(Effect.fail(error))
        })
      ),
    write: (buffers) =>
      Effect.suspend(() => {
        if (!socket.writable) {
          return Effect.fail(
            failure ?? new TransportError({ operation: "write", address: peer, reason: { _tag: "Closed" } })
          )
        }
        return writeAll(socket, buffers) ? Effect.void : drained
      }),
    writeUnsafe: (buffers) => socket.writable && writeAll(socket, buffers)
  }
}

/** Batches up to this many bytes are copied together: one buffer costs the socket less than many. */
const joined = 16 * 1024

/** False when the socket has more to write than it likes to hold. */
const writeAll = (socket: net.Socket, buffers: ReadonlyArray<Uint8Array>): boolean => {
  if (buffers.length === 0) return !socket.writableNeedDrain
  if (buffers.length === 1) return socket.write(buffers[0]!)
  let size = 0
  for (const buffer of buffers) size += buffer.length
  if (size <= joined) {
    const all = Buffer.allocUnsafe(size)
    let at = 0
    for (const buffer of buffers) {
      all.set(buffer, at)
      at += buffer.length
    }
    return socket.write(all)
  }
  let room = true
  socket.cork()
  for (const buffer of buffers) room = socket.write(buffer)
  socket.uncork()
  return room
}

const tune = (socket: net.Socket): void => {
  socket.setNoDelay(true)
  socket.setKeepAlive(true, keepAliveAfter)
}

/** A connected socket: plain, or on its way to TLS. */
const dial = (options: ConnectOptions): Effect.Effect<net.Socket, TransportReason, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<net.Socket, TransportReason>((resume) => {
      const bad = invalidPort(options.port, 1)
      if (bad !== undefined) return resume(Effect.fail(bad))
      const socket = net.connect({
        host: options.host,
        port: options.port,
        ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress })
      })
      const onError = (cause: Error) => resume(Effect.fail(reasonOf(cause)))
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
    closing,
    { interruptible: true }
  )

const open = (
  options: ConnectOptions,
  tls: Tls.Active | undefined
): Effect.Effect<ByteChannel, TransportReason, Scope.Scope> =>
  Effect.gen(function* () {
    const socket = yield* dial(options)
    const peer = at(socket.remoteAddress ?? options.host, options.port)
    if (tls === undefined) return channel(socket, peer)
    const over = yield* Effect.acquireRelease(Tls.connect(tls, socket, options.host), closing, { interruptible: true })
    return Tls.secured(channel(over, peer))
  })

const misconfigured = (error: InvalidOption): TransportReason => ({ _tag: "Misconfigured", error })

/** The transport, and what makes it of no use for ever. */
const connector = (options: ConnectOptions) => {
  const address = at(options.host, options.port)
  const failed = (reason: TransportReason) => new TransportError({ operation: "connect", address, reason })
  const tls = options.tls === undefined ? Result.succeed(undefined) : Tls.active(options.tls)
  const hopeless = invalidPort(options.port, 1) ?? (Result.isFailure(tls) ? misconfigured(tls.failure) : undefined)
  const transport: Transport["Service"] = {
    description: `connect ${address}`,
    open:
      hopeless === undefined && Result.isSuccess(tls)
        ? Effect.mapError(open(options, tls.success), failed)
        : Effect.suspend(() => failed(hopeless!))
  }
  return { transport, error: hopeless === undefined ? undefined : failed(hopeless) }
}

/**
 * A transport that dials. With options that cannot be, every `open` fails; `layerConnect` fails at once.
 *
 * @since 0.1.0
 */
export const makeConnect = (options: ConnectOptions): Transport["Service"] => connector(options).transport

/**
 * Dials the given address for every connection.
 *
 * Fails    `TransportError` for a port that is none, and with `Misconfigured` for certificates and keys that do not
 *          fit; what may change by itself is tried again for ever
 *
 * @since 0.1.0
 */
export const layerConnect = (options: ConnectOptions): Layer.Layer<Transport, TransportError> =>
  Layer.effect(
    Transport,
    Effect.suspend(() => {
      const { error, transport } = connector(options)
      return error === undefined ? Effect.succeed(transport) : Effect.fail(error)
    })
  )

/** Accepted sockets that wait for `open`; more are refused by the system's own queue. */
const backlog = 511

/**
 * Listens in the Scope of the caller, from now on.
 *
 * Fails    `TransportError` with `AddressInUse` when another program has the port, with `Misconfigured` when `tls` or an
 *          entry of `allow` cannot be
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
    const checked = <A>(result: Result.Result<A, InvalidOption>) =>
      Effect.mapError(Effect.fromResult(result), (error) => failed(misconfigured(error)))
    const allowed = options.allow === undefined ? undefined : yield* checked(AllowList.make(options.allow))
    const tls = options.tls === undefined ? undefined : yield* checked(Tls.passive(options.tls))

    // What waits and what is in a handshake ends after the server does: nobody new comes in meanwhile.
    const accepted = yield* Queue.unbounded<net.Socket>()
    yield* Effect.addFinalizer(() =>
      Effect.map(Queue.clear(accepted), (waiting) => {
        for (const socket of waiting) socket.destroy()
      })
    )
    const refuse = yield* Refusals.make(options.onRefused)
    const secure = tls === undefined ? undefined : yield* Tls.makeAcceptor(tls)
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
    const { address, port } = server.address() as net.AddressInfo
    const description = `listen ${at(address, port)}`
    const offer = (socket: net.Socket) => {
      Queue.offerUnsafe(accepted, socket)
      Queue.flushUnsafe(accepted)
    }
    server.on("error", () => {})
    server.on("connection", (socket) => {
      socket.on("error", () => {})
      if (allowed === undefined && secure === undefined) return offer(socket)
      // A socket that is closed no longer knows its peer.
      const { remoteAddress, remotePort } = socket
      const refused = (reason: TransportReason) => {
        socket.destroy()
        const peer = remoteAddress ?? "unknown"
        refuse({ listener: description, host: peer, address: at(peer, remotePort ?? 0), reason })
      }
      if (allowed !== undefined && !allowed(remoteAddress)) return refused({ _tag: "NotAllowed" })
      if (secure === undefined) return offer(socket)
      secure(socket, offer, refused)
    })

    const next = Effect.acquireRelease(Queue.take(accepted), closing, { interruptible: true })
    const open = Effect.map(next, (socket) => {
      tune(socket)
      const opened = channel(socket, at(socket.remoteAddress ?? "unknown", socket.remotePort ?? 0))
      socket.resume()
      return tls === undefined ? opened : Tls.secured(opened)
    })
    return {
      transport: { description, open },
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

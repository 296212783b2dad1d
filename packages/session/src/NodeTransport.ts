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
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as net from "node:net"
import * as AllowList from "./internal/AllowList.ts"
import { channel } from "./internal/NodeChannel.ts"
import { reasonOf } from "./internal/NodeReason.ts"
import * as Refusals from "./internal/Refusals.ts"
import * as Tls from "./internal/Tls.ts"
import * as TlsOptions from "./internal/TlsOptions.ts"
import { InvalidOption, TransportError, type TransportReason } from "./SessionError.ts"
import { type ByteChannel, Transport } from "./Transport.ts"

/** The options of TLS. @since 0.1.0 */
export type { ConnectTls, ListenTls, Pem, TlsOptions } from "./internal/TlsOptions.ts"

/**
 * Whom to dial, and how.
 *
 * @since 0.1.0
 */
export interface ConnectOptions {
  readonly host: string
  /** 1 to 65 535. By convention 5000. */
  readonly port: number
  /** Address of this machine to dial from. */
  readonly localAddress?: string | undefined
  /** TLS instead of plain TCP. `{}` trusts the public CAs that Node knows. */
  readonly tls?: TlsOptions.ConnectTls | undefined
}

/**
 * Where to listen, and for whom.
 *
 * @since 0.1.0
 */
export interface ListenOptions {
  /** Address of this machine; all of them unless told. */
  readonly host?: string | undefined
  /** 0 lets the system choose; `Listening` tells which. */
  readonly port: number
  /** TLS instead of plain TCP; `clientCa` makes it mutual. */
  readonly tls?: TlsOptions.ListenTls | undefined
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

/** Idle time after which the system probes a silent connection, in milliseconds. */
const keepAliveAfter = 30_000

/** How long a closing socket may take to hand its last bytes to the peer, in milliseconds. */
const lingerMillis = 1000

const at = (host: string, port: number): string => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`)

const invalidPort = (port: number, minimum: number): InvalidOption | undefined =>
  Number.isInteger(port) && port >= minimum && port <= 65535
    ? undefined
    : new InvalidOption({ option: "port", value: String(port), expected: `an integer from ${minimum} to 65535` })

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

const tune = (socket: net.Socket): void => {
  socket.setNoDelay(true)
  socket.setKeepAlive(true, keepAliveAfter)
}

/** A connected socket: plain, or on its way to TLS. */
const dial = (options: ConnectOptions): Effect.Effect<net.Socket, TransportReason, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<net.Socket, TransportReason>((resume) => {
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
  tls: TlsOptions.Active | undefined
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
const connector = (
  options: ConnectOptions
): { readonly transport: Transport["Service"]; readonly error: TransportError | undefined } => {
  const address = at(options.host, options.port)
  const failed = (reason: TransportReason) => new TransportError({ operation: "connect", address, reason })
  const badPort = invalidPort(options.port, 1)
  const tls = options.tls === undefined ? Result.succeed(undefined) : TlsOptions.active(options.tls)
  const checked = badPort === undefined ? tls : Result.fail(badPort)
  const description = `connect ${address}`
  if (Result.isSuccess(checked)) {
    const transport = { description, open: Effect.mapError(open(options, checked.success), failed) }
    return { transport, error: undefined }
  }
  const error = failed(misconfigured(checked.failure))
  return { transport: { description, open: Effect.fail(error) }, error }
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
 * Fails    `TransportError` with `Misconfigured` for a port that is none and for certificates and keys that do not fit;
 *          what may change by itself is tried again for ever
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
 * Fails    `TransportError` with `AddressInUse` when another program has the port, with `Misconfigured` when the port,
 *          `tls` or an entry of `allow` cannot be
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
    const badPort = invalidPort(options.port, 0)
    if (badPort !== undefined) return yield* failed(misconfigured(badPort))
    const checked = <A>(result: Result.Result<A, InvalidOption>) =>
      Effect.mapError(Effect.fromResult(result), (error) => failed(misconfigured(error)))
    const allowed = options.allow === undefined ? undefined : yield* checked(AllowList.make(options.allow))
    const tls = options.tls === undefined ? undefined : yield* checked(TlsOptions.passive(options.tls))

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
 * Listens for as long as the layer lives, and tells where. Fails as `makeListen` does.
 *
 * @since 0.1.0
 */
export const layerListen = (options: ListenOptions): Layer.Layer<Transport | Listening, TransportError> =>
  Layer.effectContext(
    Effect.map(makeListen(options), ({ listening, transport }) =>
      Context.make(Transport, transport).pipe(Context.add(Listening, listening))
    )
  )

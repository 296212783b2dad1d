/**
 * The byte stream under a session: a port, a tap for it, and a pair in memory. Real sockets are in `NodeTransport` and
 * `SocketTransport`.
 *
 * A `Transport` opens one `ByteChannel` after another: the active side dials on every `open`, the passive side waits
 * for the next connection that comes in. A channel lives in the Scope it was opened in.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { TransportError, type TransportReason } from "./SessionError.ts"

/**
 * Bytes in both directions, with backpressure in both.
 *
 * @since 0.1.0
 */
export interface ByteChannel {
  /** Who is at the other end, for logs: `127.0.0.1:51234`. */
  readonly peer: string

  /**
   * The next bytes, one chunk or more; suspends while there are none. Fails with `Ended` after the last byte of a peer
   * that closed its side, with `Closed` when the channel's Scope closes. Only one fiber may wait at a time.
   */
  readonly pull: Effect.Effect<ReadonlyArray<Uint8Array>, TransportError>

  /**
   * The same for chunk after chunk, where a transport can: gives `take` all that comes, in the turn it comes in, and is
   * done when `take` returns false. Chunks are valid during the call only. Fails as `pull` does; what `take` throws is a
   * defect. A fiber that sleeps through its chunks costs less than one that wakes for each.
   */
  readonly pullWhile?:
    | ((take: (chunks: ReadonlyArray<Uint8Array>) => boolean) => Effect.Effect<void, TransportError>)
    | undefined

  /**
   * Hands all buffers to the peer's direction, in order and in one go; suspends while the peer does not read. The
   * bytes are handed over in the call itself where there is room, and are nobody else's until it is done.
   */
  readonly write: (buffers: ReadonlyArray<Uint8Array>) => Effect.Effect<void, TransportError>

  /**
   * The same without an Effect, where a transport can: hands all buffers over in the call itself. True where there is
   * room for more; after false, `write` of no buffers suspends until there is, or fails. Throws nothing.
   */
  readonly writeUnsafe?: ((buffers: ReadonlyArray<Uint8Array>) => boolean) | undefined
}

/**
 * A transport as a service.
 *
 * @since 0.1.0
 */
export class Transport extends Context.Service<
  Transport,
  {
    /** What `open` does, for logs: `connect 192.0.2.10:5000`, `listen 0.0.0.0:5000`. */
    readonly description: string
    /** Dials, or waits for the next connection. Closing the Scope closes the channel. */
    readonly open: Effect.Effect<ByteChannel, TransportError, Scope.Scope>
  }
>()("@effect-secs/session/Transport") {}

// --- the wire tap --------------------------------------------------------------------------------------------------

/**
 * Bytes that pass a tap, as this side saw them: what was handed to the socket or came from it at once. TCP may cut a
 * message in two or join several.
 *
 * @since 0.1.0
 */
export interface Tapped {
  readonly direction: "sent" | "received"
  /** Valid during the call; copy what must outlive it. */
  readonly bytes: Uint8Array
  /** Milliseconds since 1970, by the clock of the session. */
  readonly at: number
  /** 1 for the first connection that was opened through the tap, 2 for the next. */
  readonly connection: number
  readonly peer: string
}

/**
 * A transport that shows all bytes that pass through it, for capture files and the like. `onBytes` is called before bytes
 * are written and after they have come, once for each buffer; it runs between the frames of the session, so it should be
 * quick. A throw in it ends the connection.
 *
 * @example
 * const tapped = Transport.tap(NodeTransport.makeConnect({ host, port }), ({ bytes }) => capture.push(Uint8Array.from(bytes)))
 *
 * @since 0.1.0
 */
export const tap = (transport: Transport["Service"], onBytes: (tapped: Tapped) => void): Transport["Service"] => {
  let connections = 0
  return {
    description: transport.description,
    open: Effect.gen(function* () {
      const channel = yield* transport.open
      const clock = yield* Clock.Clock
      const connection = ++connections
      const { peer } = channel
      const show = (direction: Tapped["direction"], buffers: ReadonlyArray<Uint8Array>): void => {
        const at = clock.currentTimeMillisUnsafe()
        for (const bytes of buffers) onBytes({ direction, bytes, at, connection, peer })
      }
      return {
        peer,
        pull: Effect.tap(channel.pull, (chunks) => Effect.sync(() => show("received", chunks))),
        write: (buffers) =>
          Effect.suspend(() => {
            show("sent", buffers)
            return channel.write(buffers)
          })
      }
    })
  }
}

// --- in memory -----------------------------------------------------------------------------------------------------

/**
 * Options of an in-memory pair.
 *
 * @since 0.1.0
 */
export interface MemoryOptions {
  /** Bytes a direction holds before `write` suspends; 1 MiB unless told. */
  readonly capacity?: number | undefined
}

/**
 * Two transports that reach each other through memory: no socket, no timer, so that a session runs under a test clock.
 * Each `active.open` is met by one `passive.open`, again and again.
 *
 * @example
 * const { active, passive } = yield* Transport.makeMemory()
 *
 * @since 0.1.0
 */
export const makeMemory = (
  options: MemoryOptions = {}
): Effect.Effect<{ readonly active: Transport["Service"]; readonly passive: Transport["Service"] }> =>
  Effect.gen(function* () {
    const capacity = options.capacity ?? 1024 * 1024
    const waiting = yield* Queue.unbounded<Pipes>()
    const active: Transport["Service"] = {
      description: "connect memory",
      open: Effect.suspend(() => {
        const pipes = { forth: new Pipe(capacity), back: new Pipe(capacity) }
        Queue.offerUnsafe(waiting, pipes)
        return end("passive", pipes.back, pipes.forth)
      })
    }
    const passive: Transport["Service"] = {
      description: "listen memory",
      open: Effect.flatMap(Queue.take(waiting), (pipes) => end("active", pipes.forth, pipes.back))
    }
    return { active, passive }
  })

/**
 * A transport that is at hand, as a layer: an end of `makeMemory`, one with a `tap`, one of your own.
 *
 * @since 0.1.0
 */
export const layer = (transport: Transport["Service"]): Layer.Layer<Transport> => Layer.succeed(Transport, transport)

interface Pipes {
  readonly forth: Pipe
  readonly back: Pipe
}

const failed = (operation: "read" | "write", reason: TransportReason): TransportError =>
  new TransportError({ operation, address: "memory", reason })

/** One direction. */
class Pipe {
  readonly capacity: number
  chunks: Array<Uint8Array> = []
  size = 0
  failure: TransportError | undefined = undefined
  reader: ((exit: Effect.Effect<ReadonlyArray<Uint8Array>, TransportError>) => void) | undefined = undefined
  readonly writers = new Set<() => void>()

  constructor(capacity: number) {
    this.capacity = capacity
  }

  push(buffers: ReadonlyArray<Uint8Array>): void {
    for (const buffer of buffers) {
      // A socket does not hand out the sender's memory, so neither does this.
      this.chunks.push(buffer.slice())
      this.size += buffer.length
    }
    this.wake()
  }

  take(): ReadonlyArray<Uint8Array> {
    const chunks = this.chunks
    this.chunks = []
    this.size = 0
    const writers = [...this.writers]
    this.writers.clear()
    for (const resume of writers) resume()
    return chunks
  }

  wake(): void {
    const reader = this.reader
    if (reader === undefined) return
    if (this.chunks.length > 0) {
      this.reader = undefined
      reader(Effect.succeed(this.take()))
    } else if (this.failure !== undefined) {
      this.reader = undefined
      reader(Effect.fail(this.failure))
    }
  }

  /** No more bytes: what is there can still be read, then reads fail. */
  close(failure: TransportError): void {
    if (this.failure !== undefined) return
    this.failure = failure
    const writers = [...this.writers]
    this.writers.clear()
    for (const resume of writers) resume()
    this.wake()
  }
}

const end = (peer: string, inbound: Pipe, outbound: Pipe): Effect.Effect<ByteChannel, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync((): ByteChannel => ({
      peer,
      pull: Effect.callback((resume) => {
        inbound.reader = resume
        inbound.wake()
        return Effect.sync(() => {
          if (inbound.reader === resume) inbound.reader = undefined
        })
      }),
      write: (buffers) =>
        Effect.suspend(() => {
          if (outbound.failure !== undefined) return Effect.fail(failed("write", { _tag: "Ended" }))
          outbound.push(buffers)
          return outbound.size <= outbound.capacity ? Effect.void : drained(outbound)
        })
    })),
    () =>
      Effect.sync(() => {
        inbound.chunks = []
        inbound.close(failed("read", { _tag: "Closed" }))
        outbound.close(failed("read", { _tag: "Ended" }))
      })
  )

const drained = (pipe: Pipe): Effect.Effect<void, TransportError> =>
  Effect.callback((resume) => {
    const wake = () =>
      resume(pipe.failure === undefined ? Effect.void : Effect.fail(failed("write", { _tag: "Ended" })))
    pipe.writers.add(wake)
    return Effect.sync(() => {
      pipe.writers.delete(wake)
    })
  })

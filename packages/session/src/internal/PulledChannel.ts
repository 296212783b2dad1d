/**
 * A connection of any kind behind the contract of `ByteChannel`.
 *
 * One fiber pulls for as long as the connection lives, so that its end is noticed while nobody reads, and so that a read
 * which is interrupted has taken nothing. It stops at a bound until somebody reads. Writes run on fibers of their own,
 * one after another: a writer that is interrupted stops waiting, but never leaves half a message behind.
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { TransportError, type TransportReason } from "../SessionError.ts"
import type { ByteChannel } from "../Transport.ts"

/** What a connection can do. It need not bear being interrupted. */
export interface Ends {
  readonly peer: string
  /** The next chunks; its failure is the end of the connection. */
  readonly pull: Effect.Effect<ReadonlyArray<Uint8Array>, TransportError>
  /** Hands over as much as there is room for at once, and suspends until it may be called again. */
  readonly write: (buffers: ReadonlyArray<Uint8Array>) => Effect.Effect<void, TransportError>
  /** Says that nothing more will be sent, after which the peer ends its side too and `pull` fails. */
  readonly finish: Effect.Effect<void>
  /** Ends the connection whatever the peer does. */
  readonly abort: Effect.Effect<void>
  /** Gives everything back. */
  readonly release: Effect.Effect<void>
}

/** Bytes received and not taken, above which nothing is pulled. */
const highWaterMark = 256 * 1024

/** How long a closing connection may take to hand its last bytes to the peer and see the peer's end, in milliseconds. */
const lingerMillis = 1000

type Resume<A> = (effect: Effect.Effect<A, TransportError>) => void

/** The defect of a socket ends its connection, not the session. */
const defect = (peer: string, operation: "read" | "write", cause: Cause.Cause<unknown>): TransportError =>
  new TransportError({
    operation,
    address: peer,
    reason: { _tag: "Other", code: "Defect", detail: Cause.pretty(cause) }
  })

export class PulledChannel implements ByteChannel {
  readonly peer: string
  readonly #ends: Ends
  /** Of the fibers below. */
  readonly #fibers: Scope.Closeable
  #pump: Fiber.Fiber<void> | undefined = undefined
  #chunks: Array<Uint8Array> = []
  #size = 0
  #failure: TransportError | undefined = undefined
  #reader: Resume<ReadonlyArray<Uint8Array>> | undefined = undefined
  #wakePump: (() => void) | undefined = undefined
  readonly #turns = Semaphore.makeUnsafe(1)
  readonly #writes = new Set<Fiber.Fiber<void, TransportError>>()
  /** Whoever waits for a write. */
  readonly #writers = new Set<Resume<void>>()
  #closing = false
  readonly #closed = Deferred.makeUnsafe<void>()

  constructor(ends: Ends, fibers: Scope.Closeable) {
    this.peer = ends.peer
    this.#ends = ends
    this.#fibers = fibers
  }

  /** Begins to pull. */
  get start(): Effect.Effect<void> {
    return Effect.map(Effect.forkIn(this.#run, this.#fibers, { startImmediately: true }), (fiber) => {
      this.#pump = fiber
    })
  }

  readonly #run: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    while (true) {
      this.#deliver(yield* this.#ends.pull)
      if (this.#size >= highWaterMark) yield* this.#room()
    }
  }).pipe(
    Effect.catchCause((cause) =>
      Effect.sync(() => {
        const found = Cause.findError(cause)
        this.#end(Result.isSuccess(found) ? found.success : defect(this.peer, "read", cause))
      })
    )
  )

  #deliver(chunks: ReadonlyArray<Uint8Array>): void {
    // Closed here: what still comes is only read to see the peer's end.
    if (this.#failure !== undefined || chunks.length === 0) return
    const reader = this.#reader
    if (reader !== undefined) {
      // Continues the reading fiber here and now.
      this.#reader = undefined
      return reader(Effect.succeed(chunks))
    }
    for (const chunk of chunks) {
      this.#chunks.push(chunk)
      this.#size += chunk.length
    }
  }

  /** Waits until somebody reads. */
  #room(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      this.#wakePump = () => resume(Effect.void)
    })
  }

  #empty(): ReadonlyArray<Uint8Array> {
    const chunks = this.#chunks
    this.#chunks = []
    this.#size = 0
    const wake = this.#wakePump
    this.#wakePump = undefined
    wake?.()
    return chunks
  }

  /** No more bytes in either direction: what has come can still be read. The first reason stays. */
  #end(failure: TransportError): void {
    if (this.#failure !== undefined) return
    this.#failure = failure
    const reader = this.#reader
    this.#reader = undefined
    const writers = [...this.#writers]
    this.#writers.clear()
    // Last, as each may continue a fiber that closes this channel.
    reader?.(Effect.fail(failure))
    for (const resume of writers) resume(Effect.fail(this.#unwritten(failure.reason)))
  }

  #unwritten(reason: TransportReason): TransportError {
    return new TransportError({ operation: "write", address: this.peer, reason })
  }

  readonly pull: Effect.Effect<ReadonlyArray<Uint8Array>, TransportError> = Effect.callback((resume) => {
    if (this.#chunks.length > 0) return resume(Effect.succeed(this.#empty()))
    if (this.#failure !== undefined) return resume(Effect.fail(this.#failure))
    this.#reader = resume
    return Effect.sync(() => {
      if (this.#reader === resume) this.#reader = undefined
    })
  })

  readonly write = (buffers: ReadonlyArray<Uint8Array>): Effect.Effect<void, TransportError> =>
    Effect.suspend(() => {
      if (buffers.length === 0) return Effect.void
      let begun = false
      // Asked when its turn comes: a socket would keep the bytes for its next connection.
      const handOver = Effect.suspend(() => {
        if (this.#failure !== undefined) return Effect.fail(this.#unwritten(this.#failure.reason))
        begun = true
        return this.#ends.write(buffers)
      })
      const write = Effect.forkIn(this.#turns.withPermit(handOver), this.#fibers, { startImmediately: true })
      return Effect.flatMap(write, (fiber) => this.#written(fiber, () => begun))
    })

  #written(fiber: Fiber.Fiber<void, TransportError>, begun: () => boolean): Effect.Effect<void, TransportError> {
    const exit = fiber.pollUnsafe()
    if (exit !== undefined) return this.#outcome(exit)
    this.#writes.add(fiber)
    fiber.addObserver(() => this.#writes.delete(fiber))
    return Effect.callback((resume) => {
      if (this.#failure !== undefined) return resume(Effect.fail(this.#unwritten(this.#failure.reason)))
      this.#writers.add(resume)
      fiber.addObserver((ended) => {
        if (this.#writers.delete(resume)) resume(this.#outcome(ended))
      })
      return Effect.sync(() => {
        this.#writers.delete(resume)
        // What the peer has the beginning of goes on; what it knows nothing of does not.
        if (!begun()) fiber.interruptUnsafe()
      })
    })
  }

  #outcome(exit: Exit.Exit<void, TransportError>): Effect.Effect<void, TransportError> {
    if (Exit.isSuccess(exit)) return Effect.void
    const found = Cause.findError(exit.cause)
    // The socket often knows no more than that it is gone; the reader was told why.
    if (this.#failure !== undefined) return Effect.fail(this.#unwritten(this.#failure.reason))
    return Effect.fail(Result.isSuccess(found) ? found.success : defect(this.peer, "write", exit.cause))
  }

  /**
   * Fails what waits, hands over what is being written, tells the peer, waits for its end, and gives everything back.
   * Takes no longer than the bound, after which the connection is aborted.
   */
  get close(): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#closing) return Deferred.await(this.#closed)
      this.#closing = true
      this.#end(new TransportError({ operation: "read", address: this.peer, reason: { _tag: "Closed" } }))
      // Nobody reads any more, and the pump may wait for somebody who does.
      this.#empty()
      const goodbye = Effect.suspend(() => Fiber.awaitAll([...this.#writes])).pipe(
        Effect.andThen(this.#ends.finish),
        Effect.andThen(Effect.suspend(() => (this.#pump === undefined ? Effect.void : Fiber.await(this.#pump)))),
        Effect.interruptible,
        Effect.timeoutOption(lingerMillis)
      )
      return Effect.gen({ self: this }, function* () {
        if ((yield* goodbye)._tag === "None") yield* this.#ends.abort
        yield* Scope.close(this.#fibers, Exit.void)
        yield* this.#ends.release
      }).pipe(
        Effect.uninterruptible,
        Effect.ensuring(
          Effect.sync(() => {
            Deferred.doneUnsafe(this.#closed, Exit.void)
          })
        )
      )
    })
  }
}

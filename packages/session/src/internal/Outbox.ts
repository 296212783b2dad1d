/**
 * The frames one connection has still to write, and the fiber that writes them: all that is queued in one call.
 */
import * as Effect from "effect/Effect"
import type { TransportError } from "../SessionError.ts"
import type { ByteChannel } from "../Transport.ts"
import type { Alarm } from "./Alarm.ts"

/** Whoever waits for a frame to be written. */
export interface Owner {
  /** Its frame is in the outbox and not in the hands of the writer. The outbox's own mark. */
  queued: boolean
  /** The frame was handed to the socket; `at` is the monotonic time of its batch. */
  readonly written: (at: number) => void
  /** Nobody waits for the frame any more. `unsent`: it will not be written; else it was in the hands of the writer. */
  readonly lost: (unsent: boolean) => void
}

export class Outbox {
  readonly #channel: ByteChannel
  readonly #now: () => number
  /** Rings when one write takes longer than `#timeout` milliseconds. */
  readonly #stuck: Alarm
  readonly #timeout: number
  #frames: Array<Uint8Array> = []
  #owners: Array<Owner | undefined> = []
  /** Frames among these whose owners gave up. They are left out when the batch is taken. */
  #withdrawn = 0
  /** Owners of the batch that is being written. */
  #writing: ReadonlyArray<Owner | undefined> = []
  #wakeWriter: (() => void) | undefined = undefined
  #wakeIdle: Array<() => void> = []
  #flushing = false
  #closed = false
  #stopped = false
  /** While the reader dispatches, frames are only collected; it flushes when it is done. */
  held = false

  constructor(channel: ByteChannel, now: () => number, stuck: Alarm, timeout: number) {
    this.#channel = channel
    this.#now = now
    this.#stuck = stuck
    this.#timeout = timeout
  }

  /** Frames that are queued and not in the hands of the writer. */
  get size(): number {
    return this.#frames.length - this.#withdrawn
  }

  /** Queues a frame. It is written in this turn, together with all that is queued in it. */
  push(frame: Uint8Array, owner?: Owner): void {
    if (this.#closed) {
      owner?.lost(true)
      return
    }
    this.#frames.push(frame)
    this.#owners.push(owner)
    if (owner !== undefined) owner.queued = true
    if (this.held || this.#flushing || this.#wakeWriter === undefined) return
    this.#flushing = true
    queueMicrotask(this.#flushNow)
  }

  readonly #flushNow = (): void => {
    this.#flushing = false
    this.flush()
  }

  /** Wakes the writer, if it waits and there is something to write. */
  flush(): void {
    const wake = this.#wakeWriter
    if (wake === undefined || this.size === 0) return
    this.#wakeWriter = undefined
    wake()
  }

  /** Takes back the frame of an owner that gave up. False when it is being written already. */
  withdraw(owner: Owner): boolean {
    if (!owner.queued) return false
    owner.queued = false
    this.#withdrawn++
    // Each frame is moved once for every frame withdrawn, however many give up at once.
    if (this.#withdrawn * 2 > this.#frames.length) this.#compact()
    return true
  }

  #compact(): void {
    const owners = this.#owners
    const stays = (_: unknown, at: number): boolean => owners[at]?.queued !== false
    this.#frames = this.#frames.filter(stays)
    this.#owners = owners.filter(stays)
    this.#withdrawn = 0
  }

  /** What is queued, in the hands of the writer from now on. */
  #take(): { readonly frames: ReadonlyArray<Uint8Array>; readonly owners: ReadonlyArray<Owner | undefined> } {
    if (this.#withdrawn > 0) this.#compact()
    const frames = this.#frames
    const owners = this.#owners
    this.#frames = []
    this.#owners = []
    for (const owner of owners) if (owner !== undefined) owner.queued = false
    this.#writing = owners
    return { frames, owners }
  }

  /**
   * Drops every frame that has an owner and tells the owner. Frames without one, which are control messages, stay to
   * be written. Returns how many owners lost a frame.
   */
  dropOwned(): number {
    if (this.#withdrawn > 0) this.#compact()
    const frames = this.#frames
    const owners = this.#owners
    const writing = this.#writing
    this.#frames = frames.filter((_, at) => owners[at] === undefined)
    this.#owners = this.#frames.map(() => undefined)
    this.#writing = []
    let lost = 0
    for (const owner of [...writing, ...owners]) {
      if (owner === undefined) continue
      lost++
      const unsent = owner.queued
      owner.queued = false
      owner.lost(unsent)
    }
    return lost
  }

  /** Takes no more frames; owners of later ones are told at once. */
  close(): number {
    this.#closed = true
    const lost = this.dropOwned()
    this.flush()
    return lost
  }

  /** Done when nothing is queued and nothing is being written, or when nothing can be written any more. */
  readonly idle: Effect.Effect<void> = Effect.callback((resume) => {
    if (this.#stopped || (this.size === 0 && this.#wakeWriter !== undefined)) return resume(Effect.void)
    this.#wakeIdle.push(() => resume(Effect.void))
  })

  /** Waits for a frame. */
  #park(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      this.#wakeWriter = () => resume(Effect.void)
      this.#idleNow()
    })
  }

  #idleNow(): void {
    const idle = this.#wakeIdle
    this.#wakeIdle = []
    for (const wake of idle) wake()
  }

  /** The writer. Fails when the socket does. */
  readonly run: Effect.Effect<never, TransportError> = Effect.gen({ self: this }, function* (): Effect.fn.Return<
    never,
    TransportError
  > {
    while (true) {
      if (this.size === 0) yield* this.#park()
      const { frames, owners } = this.#take()
      if (frames.length === 0) continue
      this.#stuck.arm(this.#timeout)
      yield* this.#channel.write(frames)
      this.#stuck.disarm()
      // Another array stands here when the owners were told that their frames are lost.
      if (this.#writing === owners) {
        this.#writing = []
        this.#written(owners)
      }
    }
  }).pipe(
    Effect.onExit(() =>
      Effect.sync(() => {
        this.#stopped = true
        this.#idleNow()
      })
    )
  )

  #written(owners: ReadonlyArray<Owner | undefined>): void {
    let at = Number.NaN
    for (const owner of owners) {
      if (owner === undefined) continue
      if (Number.isNaN(at)) at = this.#now()
      owner.written(at)
    }
  }
}

/**
 * The frames one connection has still to write. All that is queued in a turn goes to the socket in one call at its end;
 * a fiber takes over where the peer does not keep up.
 */
import * as Effect from "effect/Effect"
import type { TransportError } from "../SessionError.ts"
import type { ByteChannel } from "../Transport.ts"
import type { Alarm } from "./Alarm.ts"
import { buffersOf, type Frame } from "./Frame.ts"
import type { Meter } from "./Meter.ts"

/** Whoever waits for a frame to be written. */
export interface Owner {
  /** Its frame is in the outbox and not in the hands of the writer. The outbox's own mark. */
  queued: boolean
  /** The frame was handed to the socket; `at` is the monotonic time of its batch. */
  readonly written: (at: number) => void
  /** Nobody waits for the frame any more. `unsent`: it will not be written; else it was in the hands of the writer. */
  readonly lost: (unsent: boolean) => void
}

/** Of a frame whose sender has gone on: it is written whatever becomes of the session, as long as TCP lives. */
const accepted: Owner = { queued: true, written: () => {}, lost: () => {} }

/** Bytes that may wait before a sender has to wait as well. */
const acceptedBytes = 64 * 1024

/** Frames that are worth a write of their own. */
const relieveFrom = 32

export class Outbox {
  readonly #channel: ByteChannel
  readonly #now: () => number
  /** Rings when one write takes longer than `#timeout` milliseconds. */
  readonly #stuck: Alarm
  readonly #timeout: number
  readonly #meter: Meter | undefined
  #frames: Array<Frame> = []
  #owners: Array<Owner | undefined> = []
  /** Bytes of the frames, those withdrawn included. */
  #bytes = 0
  /** Frames among these whose owners gave up. They are left out when the batch is taken. */
  #withdrawn = 0
  /** Owners of the batch that is being written. One that was told that its frame is lost stands there no more. */
  #writing: Array<Owner | undefined> = []
  #wakeWriter: (() => void) | undefined = undefined
  #wakeIdle: Array<() => void> = []
  #flushing = false
  #closed = false
  #stopped = false
  /** While the reader dispatches, frames are only collected; it flushes when it is done. */
  held = false

  constructor(channel: ByteChannel, now: () => number, stuck: Alarm, timeout: number, meter: Meter | undefined) {
    this.#channel = channel
    this.#now = now
    this.#stuck = stuck
    this.#timeout = timeout
    this.#meter = meter
  }

  /** Frames that are queued and not in the hands of the writer. */
  get size(): number {
    return this.#frames.length - this.#withdrawn
  }

  /** Frames that are queued, or handed over while the socket has no room for more. */
  get unwritten(): number {
    return this.size + this.#writing.length
  }

  /** Queues a frame. It is written in this turn, together with all that is queued in it. */
  push(frame: Frame, owner?: Owner): void {
    if (this.#closed) {
      owner?.lost(true)
      return
    }
    this.#frames.push(frame)
    this.#owners.push(owner)
    this.#bytes += frame.length
    if (owner !== undefined) owner.queued = true
    if (this.held || this.#flushing || this.#wakeWriter === undefined) return
    this.#flushing = true
    queueMicrotask(this.#flushNow)
  }

  /**
   * Queues a frame whose sender goes on at once, as the peer keeps up: it is written at the end of this turn. False, and
   * the frame is not taken, where its sender has to wait: a write is under way, much is queued, or nothing is written
   * any more.
   */
  accept(frame: Frame): boolean {
    if (this.#closed || this.#wakeWriter === undefined) return false
    // A large frame counts as well: its bytes may be the caller's, who may use them again when it is told to go on.
    if (this.#bytes + frame.length > acceptedBytes) return false
    this.push(frame, accepted)
    this.relieve()
    return true
  }

  /**
   * Writes what the reader's dispatch has collected so far, when that is much: the peer works on it while this side
   * goes on, instead of waiting for all of it.
   */
  relieve(): void {
    if (this.held && this.#frames.length >= relieveFrom) this.flush()
  }

  readonly #flushNow = (): void => {
    this.#flushing = false
    this.flush()
  }

  /** Writes what is queued, unless a write is under way. */
  flush(): void {
    const wake = this.#wakeWriter
    if (wake === undefined || this.size === 0) return
    const { writeUnsafe } = this.#channel
    if (writeUnsafe === undefined) {
      this.#wakeWriter = undefined
      return wake()
    }
    const { frames, owners } = this.#take()
    if (writeUnsafe(frames)) {
      this.#writing = []
      this.#written(owners)
      if (this.size === 0) this.#idleNow()
      return
    }
    // The writer waits until there is room.
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

  #keep(stays: (owner: Owner | undefined) => boolean): void {
    const owners = this.#owners
    this.#frames = this.#frames.filter((_, at) => stays(owners[at]))
    this.#owners = owners.filter(stays)
    this.#bytes = this.#frames.reduce((sum, frame) => sum + frame.length, 0)
    this.#withdrawn = 0
  }

  #compact(): void {
    this.#keep((owner) => owner?.queued !== false)
  }

  /** What is queued, in the hands of the writer from now on. */
  #take(): { readonly frames: ReadonlyArray<Uint8Array>; readonly owners: Array<Owner | undefined> } {
    if (this.#withdrawn > 0) this.#compact()
    const frames = this.#frames
    const owners = this.#owners
    this.#frames = []
    this.#owners = []
    this.#bytes = 0
    for (const owner of owners) if (owner !== undefined && owner !== accepted) owner.queued = false
    this.#writing = owners
    this.#meter?.written(frames)
    return { frames: buffersOf(frames), owners }
  }

  /**
   * Drops every frame whose owner waits, and tells the owner. What stays are control messages and what was accepted.
   * Returns how many owners lost a frame.
   */
  dropOwned(): number {
    if (this.#withdrawn > 0) this.#compact()
    const waiting = (owner: Owner | undefined): owner is Owner => owner !== undefined && owner !== accepted
    const owners = [...this.#writing, ...this.#owners].filter(waiting)
    // In its place: the writer goes on with the batch, without its owners.
    this.#writing.forEach((owner, at, batch) => {
      if (waiting(owner)) batch[at] = undefined
    })
    this.#keep((owner) => !waiting(owner))
    for (const owner of owners) {
      const unsent = owner.queued
      owner.queued = false
      owner.lost(unsent)
    }
    return owners.length
  }

  /**
   * Takes no more frames; owners of later ones are told at once. Returns how many are lost, those that the socket had no
   * room for included.
   */
  close(): number {
    this.#closed = true
    const lost = this.dropOwned()
    this.flush()
    return lost + [...this.#writing, ...this.#owners].filter((owner) => owner === accepted).length
  }

  /** Done when nothing is queued and nothing is being written, or when nothing can be written any more. */
  readonly idle: Effect.Effect<void> = Effect.callback((resume) => {
    if (this.#stopped || (this.size === 0 && this.#wakeWriter !== undefined)) return resume(Effect.void)
    this.#wakeIdle.push(() => resume(Effect.void))
  })

  /** Waits for a frame that cannot be written at once. */
  #park(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      this.#wakeWriter = () => resume(Effect.void)
      this.#idleNow()
    })
  }

  #idleNow(): void {
    const idle = this.#wakeIdle
    if (idle.length === 0) return
    this.#wakeIdle = []
    for (const wake of idle) wake()
  }

  /**
   * Writes what is queued, or waits for the batch that was handed over already and left no room. Not part of the loop
   * below, which would keep the last batch for as long as it waits.
   */
  #writeBatch(): Effect.Effect<void, TransportError> {
    const handedOver = this.#writing
    const { frames, owners } = handedOver.length > 0 ? { frames: [], owners: handedOver } : this.#take()
    if (owners.length === 0) return Effect.void
    this.#stuck.arm(this.#timeout)
    return Effect.map(this.#channel.write(frames), () => {
      this.#stuck.disarm()
      this.#writing = []
      this.#written(owners)
    })
  }

  /** The writer. Fails when the socket does. */
  readonly run: Effect.Effect<never, TransportError> = Effect.gen({ self: this }, function* (): Effect.fn.Return<
    never,
    TransportError
  > {
    while (true) {
      if (this.size === 0) yield* this.#park()
      yield* this.#writeBatch()
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
      if (owner === undefined || owner === accepted) continue
      if (Number.isNaN(at)) at = this.#now()
      owner.written(at)
    }
  }
}

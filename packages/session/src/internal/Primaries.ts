/**
 * The primaries of one session that nobody has taken yet, and whoever takes them.
 *
 * Bounded by number and bytes: above, the connection stops reading, or turns primaries away where nobody reads at all.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { InboundPrimary } from "../Session.ts"
import type { Waiting } from "./Inbound.ts"

/** How many times its bounds the buffer may hold while a reply is awaited. */
const overfull = 16

/** A reader without a fiber. */
interface Receiver {
  /** False when it takes no more for now. */
  readonly take: (primary: InboundPrimary) => boolean
  readonly over: () => void
}

export class Primaries {
  readonly #queue: Queue.Queue<Waiting, Cause.Done>
  readonly #capacity: number
  readonly #maximumBytes: number
  readonly #room = Latch.makeUnsafe(true)
  #bytes = 0
  #readers = 0
  /** Readers without a fiber, and those among them that take one more. */
  readonly #receivers = new Set<Receiver>()
  readonly #willing = new Set<Receiver>()
  /** The one that took last, to find it again without a search. */
  #only: Receiver | undefined = undefined
  #handingOut = false
  /** False while primaries are to wait although somebody would take them. */
  #open: () => boolean = () => true
  #drained: Array<() => void> = []
  #over = false

  constructor(queue: Queue.Queue<Waiting, Cause.Done>, capacity: number, maximumBytes: number) {
    this.#queue = queue
    this.#capacity = capacity
    this.#maximumBytes = maximumBytes
  }

  static readonly make = (capacity: number, maximumBytes: number): Effect.Effect<Primaries> =>
    Effect.map(Queue.unbounded<Waiting, Cause.Done>(), (queue) => new Primaries(queue, capacity, maximumBytes))

  // --- in ----------------------------------------------------------------------------------------------------------

  /** False when nobody reads and the buffer is full: the primary is not taken. */
  offer(primary: Waiting): boolean {
    if (this.#willing.size > 0 && this.unread === 0 && !this.#handingOut && this.#open()) {
      this.#hand(primary)
      this.handOut()
      return true
    }
    if (this.#readers === 0 && this.isFull) return false
    this.#bytes += primary.length
    Queue.offerUnsafe(this.#queue, primary)
    if (this.isFull && this.isRead) this.#room.closeUnsafe()
    return true
  }

  /** From now on primaries are handed to receivers while this says so; `handOut` looks again. */
  gate(open: () => boolean): void {
    this.#open = open
    this.handOut()
  }

  /** Lets readers take what came, in this turn. */
  wakeReaders(): void {
    Queue.flushUnsafe(this.#queue)
  }

  /** No more come; what is there is read first. */
  end(): void {
    this.#over = true
    Queue.endUnsafe(this.#queue)
    this.#endReceivers()
  }

  #endReceivers(): void {
    if (!this.#over || this.unread > 0) return
    for (const receiver of this.#receivers) receiver.over()
  }

  // --- how much there is -------------------------------------------------------------------------------------------

  get unread(): number {
    return Queue.sizeUnsafe(this.#queue)
  }

  /** Bytes of text in them. */
  get unreadBytes(): number {
    return this.#bytes
  }

  /** True while somebody reads. */
  get isRead(): boolean {
    return this.#readers > 0
  }

  /** True when the connection has to stop reading until a reader has caught up. */
  get isFull(): boolean {
    return this.#holds(1)
  }

  /** True when not even a reply that is awaited makes the connection read on. */
  get isOverfull(): boolean {
    return this.#holds(overfull)
  }

  #holds(times: number): boolean {
    return this.unread >= this.#capacity * times || this.#bytes >= this.#maximumBytes * times
  }

  /** Somebody awaits a reply: the connection reads on, up to a point, although primaries wait. */
  letIn(): void {
    if (!this.isOverfull) this.#room.openUnsafe()
  }

  /** Done when there is room. With no reader left there is nothing to wait for: primaries are then turned away. */
  get room(): Effect.Effect<void> {
    return this.#room.await
  }

  /** Done when there are no primaries and nobody reads: after `end`, when its readers are through with the last one. */
  get drained(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      if (!this.isRead && this.unread === 0) return resume(Effect.void)
      this.#drained.push(() => resume(Effect.void))
    })
  }

  // --- out ---------------------------------------------------------------------------------------------------------

  #left(): void {
    if (--this.#readers > 0) return
    this.#room.openUnsafe()
    if (this.unread > 0) return
    const waiting = this.#drained
    this.#drained = []
    for (const resume of waiting) resume()
  }

  #taken(primary: Waiting): InboundPrimary {
    this.#bytes -= primary.length
    if (!this.isFull) this.#room.openUnsafe()
    return primary
  }

  get stream(): Stream.Stream<InboundPrimary> {
    const read = Effect.acquireRelease(
      Effect.sync(() => {
        this.#readers++
      }),
      () => Effect.sync(() => this.#left())
    )
    const take = Effect.map(Queue.take(this.#queue), (primary) => {
      const taken = this.#taken(primary)
      this.#endReceivers()
      return taken
    })
    return Stream.unwrap(Effect.as(read, Stream.fromEffectRepeat(take)))
  }

  /** Gives a primary to the receiver that has waited longest. It may close the session or read again meanwhile. */
  #hand(primary: InboundPrimary): void {
    const receiver = this.#longest
    this.#handingOut = true
    const more = receiver.take(primary)
    this.#handingOut = false
    if (more && this.#willing.size === 1) return
    this.#willing.delete(receiver)
    if (more && this.#receivers.has(receiver)) this.#willing.add(receiver)
  }

  /** Mostly there is one receiver, and no need to go through the set for it. */
  get #longest(): Receiver {
    const only = this.#only
    if (only !== undefined && this.#willing.size === 1 && this.#willing.has(only)) return only
    for (const receiver of this.#willing) {
      this.#only = receiver
      return receiver
    }
    throw new Error("nobody takes primaries")
  }

  /** Gives what waits to whoever takes it. */
  handOut(): void {
    while (this.unread > 0 && this.#willing.size > 0 && !this.#handingOut && this.#open()) {
      const next = Queue.takeUnsafe(this.#queue)
      if (next === undefined || Exit.isFailure(next)) return
      this.#hand(next.value)
      // After it: room for more lets the connection read on at once, and what it brings comes behind this one.
      this.#taken(next.value)
      // Not before the last is in hand: whoever is told that all is over looks what is still being handled.
      this.#endReceivers()
    }
  }

  /**
   * A reader without a fiber, for as long as its Scope is open: `take` gets each primary in the turn in which it comes.
   * When it has returned false, primaries wait until it calls `more`. Done when the session has ended and the last is
   * taken. Of several readers each primary goes to one.
   */
  deliver(
    receiving: (more: () => void) => (primary: InboundPrimary) => boolean
  ): Effect.Effect<void, never, Scope.Scope> {
    return Effect.suspend(() => {
      const over = Latch.makeUnsafe(false)
      let taking = false
      let wants = true
      const more = (): void => {
        wants = true
        if (taking || !this.#receivers.has(receiver)) return
        this.#willing.add(receiver)
        this.handOut()
      }
      const take = receiving(more)
      const receiver: Receiver = {
        take: (primary) => {
          wants = false
          taking = true
          wants = take(primary) || wants
          taking = false
          return wants
        },
        over: () => over.openUnsafe()
      }
      const read = Effect.acquireRelease(
        Effect.sync(() => {
          this.#readers++
          this.#receivers.add(receiver)
        }),
        () =>
          Effect.sync(() => {
            this.#receivers.delete(receiver)
            this.#willing.delete(receiver)
            if (this.#only === receiver) this.#only = undefined
            this.#left()
          })
      )
      const begin = Effect.sync(() => {
        more()
        this.#endReceivers()
      })
      return read.pipe(Effect.andThen(begin), Effect.andThen(over.await))
    })
  }
}

/**
 * What outlives a connection: the state, its observers, and the primaries nobody has read yet.
 */
import type { ItemDecodeError } from "@effect-secs/codec/CodecError"
import type { Item } from "@effect-secs/codec/Item"
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as PubSub from "effect/PubSub"
import * as Queue from "effect/Queue"
import type * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { type Event, type State, type Table, transition, type Transition } from "../ConnectionState.ts"
import type { InboundPrimary } from "../Session.ts"
import type { Waiting } from "./Inbound.ts"
import { describe, type SessionEvent, type Untimed } from "../SessionEvent.ts"
import type { Timers } from "../Timers.ts"

/** The options of a session, defaults filled in and checked. */
export interface Settings {
  readonly table: Table
  readonly sessionId: number
  readonly role: "host" | "equipment"
  readonly timers: Timers
  readonly t3Millis: number
  readonly t8Millis: number
  readonly linktestMillis: number
  readonly maxFailures: number
  readonly connectTimeout: Duration.Duration
  readonly closeTimeout: Duration.Duration
  readonly writeTimeout: Duration.Duration
  /** Milliseconds before attempt n + 1, where n attempts in a row have failed. */
  readonly separation: (attempts: number) => number
  readonly sessionIdPolicy: "strict" | "warn" | "accept"
  readonly maxFrameLength: number
  readonly primaryCapacity: number
  readonly primaryBytes: number
  readonly ready: () => boolean
  readonly busy: () => boolean
  readonly decode: (bytes: Uint8Array, start: number, end: number) => Result.Result<Item, ItemDecodeError>
}

/** The last message to observers: the session is over. */
const over = Symbol("over")
type Over = typeof over

const untilOver = <A>(stream: Stream.Stream<A | Over>): Stream.Stream<A> =>
  Stream.takeWhile(stream, (value): value is A => value !== over)

/** A connection that ends as it should is no warning. */
const severity = (event: SessionEvent): "Debug" | "Info" | "Warn" => {
  if (event._tag !== "Disconnected") return "Warn"
  return event.reason._tag === "LocalClose" ? "Debug" : event.reason._tag === "Separated" ? "Info" : "Warn"
}

/** How many times its bounds the buffer of primaries may hold while a reply is awaited. */
const overfull = 16

/** Events a slow observer may lag behind before it loses the oldest. */
const eventCapacity = 16384

export class Core {
  readonly settings: Settings
  readonly clock: Clock.Clock
  state: State = "NotConnected"
  readonly #changes: PubSub.PubSub<State | Over>
  readonly #events: PubSub.PubSub<SessionEvent | Over>
  readonly #primaries: Queue.Queue<Waiting, Cause.Done>
  readonly #selected = Latch.makeUnsafe(false)
  readonly #room = Latch.makeUnsafe(true)
  /** True once a session was selected, until the owner of the reconnect loop takes note. */
  wasSelected = false
  /** Kinds of faults that were logged since the session was last selected. */
  readonly #told = new Set<SessionEvent["_tag"]>()
  readonly #run: (effect: Effect.Effect<void>) => void
  #over = false
  #observers = 0
  #readers = 0
  /** Bytes of the primaries that wait. */
  #waitingBytes = 0

  constructor(
    settings: Settings,
    clock: Clock.Clock,
    changes: PubSub.PubSub<State | Over>,
    events: PubSub.PubSub<SessionEvent | Over>,
    primaries: Queue.Queue<Waiting, Cause.Done>,
    run: (effect: Effect.Effect<void>) => void
  ) {
    this.settings = settings
    this.clock = clock
    this.#changes = changes
    this.#events = events
    this.#primaries = primaries
    this.#run = run
    PubSub.publishUnsafe(changes, this.state)
  }

  static readonly make = (settings: Settings): Effect.Effect<Core> =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const changes = yield* PubSub.unbounded<State | Over>({ replay: 1 })
      const events = yield* PubSub.sliding<SessionEvent | Over>(eventCapacity)
      const primaries = yield* Queue.unbounded<Waiting, Cause.Done>()
      return new Core(settings, clock, changes, events, primaries, Effect.runForkWith(yield* Effect.context()))
    })

  // --- state -------------------------------------------------------------------------------------------------------

  /** Commits the next state and says what it asks for. `published` follows when that is done. */
  commit(event: Event): Transition {
    const next = transition(this.settings.table, this.state, event)
    this.state = next.state
    if (next.state === "Selected") this.wasSelected = true
    else this.#selected.closeUnsafe()
    return next
  }

  /** Tells who waits for a state. It comes last, as whoever is woken may act at once. */
  published(from: State): void {
    const to = this.state
    if (from === to) return
    PubSub.publishUnsafe(this.#changes, to)
    if (this.observed) this.emit({ _tag: "StateChanged", from, to })
    if (to === "Selected") {
      this.#told.clear()
      this.#selected.openUnsafe()
    }
  }

  /** An event without consequences on a connection: dialling, and its end. */
  step(event: Event): void {
    const from = this.state
    this.commit(event)
    this.published(from)
  }

  /**
   * Begins with the state that is committed: whoever a failed transaction wakes subscribes before it is published, and
   * the replay still has the one before.
   */
  get changes(): Stream.Stream<State> {
    return Stream.unwrap(
      Effect.map(PubSub.subscribe(this.#changes), (subscription) => {
        const now = this.state
        const published = untilOver(Stream.fromSubscription(subscription))
        return Stream.changes(Stream.map(published, (state, index) => (index === 0 ? now : state)))
      })
    )
  }

  /** Interrupts who waits when the session ends first. */
  get awaitSelected(): Effect.Effect<void> {
    return Effect.andThen(
      this.#selected.await,
      Effect.suspend(() => (this.#over ? Effect.interrupt : Effect.void))
    )
  }

  /** Ends what observers and readers of primaries read; what is buffered is read first. */
  end(): void {
    this.#over = true
    this.#selected.openUnsafe()
    PubSub.endUnsafe(this.#changes, over)
    PubSub.endUnsafe(this.#events, over)
    Queue.endUnsafe(this.#primaries)
  }

  // --- events ------------------------------------------------------------------------------------------------------

  /** Events are not made while this is false. */
  get observed(): boolean {
    return this.#observers > 0
  }

  emit(untimed: Untimed): void {
    const event = { ...untimed, at: this.clock.currentTimeMillisUnsafe() } as SessionEvent
    if (this.#over || PubSub.publishUnsafe(this.#events, event)) return
    // The unsafe publish of a full PubSub drops what is new, even where it slides.
    this.#events.pubsub.slide()
    PubSub.publishUnsafe(this.#events, event)
  }

  /**
   * A fault: an event for observers and a line in the log. The first of a kind since the session was last selected is a
   * warning, more of them are debug lines: what a peer does wrong all the time must not fill a disk.
   */
  fault(untimed: Untimed): void {
    if (this.observed) this.emit(untimed)
    const event = { ...untimed, at: 0 } as SessionEvent
    const told = this.#told.has(event._tag)
    this.#told.add(event._tag)
    this.#run(
      Effect.logWithLevel(told ? "Debug" : severity(event))(`session ${this.settings.sessionId}: ${describe(event)}`)
    )
  }

  get events(): Stream.Stream<SessionEvent> {
    const observe = Effect.acquireRelease(
      Effect.sync(() => {
        this.#observers++
      }),
      () =>
        Effect.sync(() => {
          this.#observers--
        })
    )
    return Stream.unwrap(
      Effect.andThen(
        observe,
        Effect.map(PubSub.subscribe(this.#events), (subscription) => untilOver(Stream.fromSubscription(subscription)))
      )
    )
  }

  // --- primaries ---------------------------------------------------------------------------------------------------

  /** False when nobody reads and the buffer is full: the primary is not taken. */
  offer(primary: Waiting): boolean {
    if (this.#readers === 0 && this.isFull) return false
    this.#waitingBytes += primary.length
    Queue.offerUnsafe(this.#primaries, primary)
    if (this.isFull && this.#readers > 0) this.#room.closeUnsafe()
    return true
  }

  /** True when the connection has to stop reading until a reader of primaries has caught up. */
  get isFull(): boolean {
    return this.#holds(1)
  }

  /** True when not even a reply that is awaited makes the connection read on. */
  get isOverfull(): boolean {
    return this.#holds(overfull)
  }

  #holds(times: number): boolean {
    const { primaryBytes, primaryCapacity } = this.settings
    return Queue.sizeUnsafe(this.#primaries) >= primaryCapacity * times || this.#waitingBytes >= primaryBytes * times
  }

  /** Somebody awaits a reply: the connection reads on, up to a point, although primaries wait. */
  letIn(): void {
    if (!this.isOverfull) this.#room.openUnsafe()
  }

  /** Done when there is room. With no reader left there is nothing to wait for: primaries are then turned away. */
  get room(): Effect.Effect<void> {
    return this.#room.await
  }

  /** Lets readers of primaries take what came, in this turn. */
  wakeReaders(): void {
    Queue.flushUnsafe(this.#primaries)
  }

  get primaries(): Stream.Stream<InboundPrimary> {
    const read = Effect.acquireRelease(
      Effect.sync(() => {
        this.#readers++
      }),
      () =>
        Effect.sync(() => {
          if (--this.#readers === 0) this.#room.openUnsafe()
        })
    )
    const take = Effect.map(Queue.take(this.#primaries), (primary): InboundPrimary => {
      this.#waitingBytes -= primary.length
      if (!this.isFull) this.#room.openUnsafe()
      return primary
    })
    return Stream.unwrap(Effect.as(read, Stream.fromEffectRepeat(take)))
  }
}

/**
 * What outlives a connection: the state, its observers, and the primaries nobody has read yet.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import { type Event, type State, transition, type Transition } from "../ConnectionState.ts"
import * as Dialogue from "../Dialogue.ts"
import type { SessionEvent, Untimed } from "../SessionEvent.ts"
import { Log } from "./Log.ts"
import { LogBudget } from "./LogBudget.ts"
import type { Meter } from "./Meter.ts"
import { Observers, over, type Over, untilOver } from "./Observers.ts"
import { Primaries } from "./Primaries.ts"
import { maxSessionId, type Settings } from "./Settings.ts"

/** Whoever keeps this session among others. Told in the step in which it happens, and last in it. */
export interface Keeper {
  readonly selected: () => void
  readonly identified: () => void
}

/** Lines above debug that one session writes in an hour. */
const sessionLines = 1000

export class Core {
  readonly settings: Settings
  readonly clock: Clock.Clock
  state: State = "NotConnected"
  /** Of every data message out, and expected of every one in. */
  sessionId: number
  /** False while nothing is known of the peer's device id; `sessionId` is 0 then. */
  identified = true
  /** True until the peer's own data messages have told its device id. */
  learning = false
  /** Who the peer is, where that does not go without saying. */
  peer: string | undefined = undefined
  keeper: Keeper | undefined = undefined
  /** Made for the first observer. */
  #changes: PubSub.PubSub<State | Over> | undefined = undefined
  readonly #observers = new Observers<SessionEvent>((count) => ({
    _tag: "EventsMissed",
    at: this.clock.currentTimeMillisUnsafe(),
    count
  }))
  readonly primaries: Primaries
  readonly dialogue: Dialogue.Dialogue
  readonly #selected = Latch.makeUnsafe(false)
  /** True once a session was selected, until the owner of the reconnect loop takes note. */
  wasSelected = false
  readonly log: Log
  /** Undefined while metrics are off. Set once, before anything runs. */
  meter: Meter | undefined = undefined
  #over = false

  constructor(settings: Settings, clock: Clock.Clock, primaries: Primaries, log: (core: Core) => Log) {
    this.settings = settings
    this.sessionId = settings.sessionId
    this.clock = clock
    this.primaries = primaries
    this.log = log(this)
    this.dialogue = Dialogue.make(settings.role, settings.dialogue, (deviation) =>
      this.fault({ _tag: "Deviated", deviation })
    )
  }

  /** `budget` is that of the session's log, its own unless it shares one. */
  static readonly make = (settings: Settings, budget?: LogBudget): Effect.Effect<Core> =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const primaries = yield* Primaries.make(settings.primaryCapacity, settings.primaryBytes)
      const context = yield* Effect.context()
      const shared = budget ?? new LogBudget(clock, sessionLines)
      return new Core(settings, clock, primaries, (core) => new Log(core, context, shared))
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
    if (this.#changes !== undefined) PubSub.publishUnsafe(this.#changes, to)
    if (this.observed) this.emit({ _tag: "StateChanged", from, to })
    this.log.stateChanged(from, to)
    if (to !== "Selected") return
    this.meter?.selected()
    this.#selected.openUnsafe()
    this.keeper?.selected()
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
      Effect.map(Effect.flatMap(this.#published, PubSub.subscribe), (subscription) => {
        const now = this.state
        const published = untilOver(Stream.fromSubscription(subscription))
        return Stream.changes(Stream.map(published, (state, index) => (index === 0 ? now : state)))
      })
    )
  }

  readonly #published: Effect.Effect<PubSub.PubSub<State | Over>> = Effect.suspend(() =>
    this.#changes === undefined
      ? Effect.map(PubSub.unbounded<State | Over>({ replay: 1 }), (changes) => {
          this.#changes ??= changes
          PubSub.publishUnsafe(this.#changes, this.state)
          if (this.#over) PubSub.endUnsafe(this.#changes, over)
          return this.#changes
        })
      : Effect.succeed(this.#changes)
  )

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
    if (this.#changes !== undefined) PubSub.endUnsafe(this.#changes, over)
    this.#observers.end()
    this.primaries.end()
  }

  // --- events ------------------------------------------------------------------------------------------------------

  /** Events are not made while this is false. */
  get observed(): boolean {
    return this.#observers.present
  }

  emit(untimed: Untimed): void {
    this.#observers.emit({ ...untimed, at: this.clock.currentTimeMillisUnsafe() })
  }

  /** What the log calls this session. */
  get name(): string {
    const session = `session ${this.identified ? this.sessionId : "unknown"}`
    const { name } = this.settings
    if (this.peer === undefined) return name ?? session
    return `${name === undefined ? "" : `${name} `}${this.peer} ${session}`
  }

  /** A fault: an event for observers and a line in the log. */
  fault(untimed: Untimed): void {
    if (this.observed) this.emit(untimed)
    this.log.fault(untimed)
    this.meter?.fault(untimed)
  }

  get events(): Stream.Stream<SessionEvent> {
    return this.#observers.events
  }

  // --- device id ---------------------------------------------------------------------------------------------------

  /** The device id is the peer's own affair; `sessionId` is used until it tells. */
  learn(): void {
    this.identified = false
    this.learning = true
  }

  /** The peer used a device id: Select.req suggests it, its first data message decides. */
  learned(sessionId: number, decides: boolean): void {
    if (sessionId > maxSessionId) return
    if (decides) this.learning = false
    if (this.identified && this.sessionId === sessionId) return
    this.sessionId = sessionId
    this.identified = true
    this.keeper?.identified()
  }
}

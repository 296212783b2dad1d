/**
 * The events of something, for whoever looks on: made only while somebody does, and nothing waits for a slow one.
 */
import type * as Arr from "effect/Array"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"

/** The last message to observers: there will be no more. */
export const over = Symbol("over")
export type Over = typeof over

export const untilOver = <A>(stream: Stream.Stream<A | Over>): Stream.Stream<A> =>
  Stream.takeWhile(stream, (value): value is A => value !== over)

/** Events a slow observer may lag behind before it loses the oldest. */
const capacity = 16384

interface Observer<Event> {
  /** Takes memory as it fills: most observers never lag. */
  readonly events: Queue.Queue<Event, Cause.Done>
  /** Events it has lost since it took some last. */
  missed: number
}

export class Observers<Event> {
  readonly #observers = new Set<Observer<Event>>()
  /** The event in place of those an observer has lost. */
  readonly #gap: ((missed: number) => Event) | undefined
  #over = false

  constructor(gap?: (missed: number) => Event) {
    this.#gap = gap
  }

  /** Events need not be made while this is false. */
  get present(): boolean {
    return this.#observers.size > 0
  }

  emit(event: Event): void {
    for (const observer of this.#observers) {
      if (Queue.sizeUnsafe(observer.events) >= capacity) observer.missed++
      Queue.offerUnsafe(observer.events, event)
    }
  }

  /** Ends what observers read; what is buffered is read first. */
  end(): void {
    this.#over = true
    for (const observer of this.#observers) Queue.endUnsafe(observer.events)
  }

  get events(): Stream.Stream<Event> {
    const observe = Effect.acquireRelease(
      Effect.map(Queue.sliding<Event, Cause.Done>(capacity), (events): Observer<Event> => {
        const observer = { events, missed: 0 }
        this.#observers.add(observer)
        if (this.#over) Queue.endUnsafe(events)
        return observer
      }),
      (observer) =>
        Effect.sync(() => {
          this.#observers.delete(observer)
        })
    )
    return Stream.unwrap(
      Effect.map(observe, (observer) =>
        Stream.mapArray(Stream.fromQueue(observer.events), (events) => this.#withGap(observer, events))
      )
    )
  }

  /** Those that were lost are older than all that are left. */
  #withGap(observer: Observer<Event>, events: Arr.NonEmptyReadonlyArray<Event>): Arr.NonEmptyReadonlyArray<Event> {
    const { missed } = observer
    observer.missed = 0
    return missed === 0 || this.#gap === undefined ? events : [this.#gap(missed), ...events]
  }
}

/**
 * The events of something, for whoever looks on: made only while somebody does, and nothing waits for a slow one.
 */
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"

/** The last message to observers: there will be no more. */
export const over = Symbol("over")
export type Over = typeof over

export const untilOver = <A>(stream: Stream.Stream<A | Over>): Stream.Stream<A> =>
  Stream.takeWhile(stream, (value): value is A => value !== over)

/** Events a slow observer may lag behind before it loses the oldest. */
const capacity = 16384

export class Observers<Event> {
  /** Made for the first observer: its buffer is most of what a session would hold that nobody observes. */
  #events: PubSub.PubSub<Event | Over> | undefined = undefined
  #count = 0
  #over = false

  /** Events need not be made while this is false. */
  get present(): boolean {
    return this.#count > 0
  }

  emit(event: Event): void {
    const events = this.#events
    if (events === undefined || this.#over || PubSub.publishUnsafe(events, event)) return
    // The unsafe publish of a full PubSub drops what is new, even where it slides.
    events.pubsub.slide()
    PubSub.publishUnsafe(events, event)
  }

  /** Ends what observers read; what is buffered is read first. */
  end(): void {
    this.#over = true
    if (this.#events !== undefined) PubSub.endUnsafe(this.#events, over)
  }

  readonly #opened: Effect.Effect<PubSub.PubSub<Event | Over>> = Effect.suspend(() =>
    this.#events === undefined
      ? Effect.map(PubSub.sliding<Event | Over>(capacity), (events) => {
          this.#events ??= events
          if (this.#over) PubSub.endUnsafe(this.#events, over)
          return this.#events
        })
      : Effect.succeed(this.#events)
  )

  get events(): Stream.Stream<Event> {
    const observe = Effect.acquireRelease(
      Effect.sync(() => {
        this.#count++
      }),
      () =>
        Effect.sync(() => {
          this.#count--
        })
    )
    return Stream.unwrap(
      Effect.andThen(
        observe,
        Effect.map(Effect.flatMap(this.#opened, PubSub.subscribe), (subscription) =>
          untilOver(Stream.fromSubscription(subscription))
        )
      )
    )
  }
}

/**
 * The events of something, for whoever looks on: made only while somebody does, and nothing waits for a slow one.
 */
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

export class Observers<Event> {
  /** A buffer for each, which takes memory as it fills: most observers never lag. */
  readonly #observers = new Set<Queue.Queue<Event, Cause.Done>>()
  #over = false

  /** Events need not be made while this is false. */
  get present(): boolean {
    return this.#observers.size > 0
  }

  emit(event: Event): void {
    for (const observer of this.#observers) Queue.offerUnsafe(observer, event)
  }

  /** Ends what observers read; what is buffered is read first. */
  end(): void {
    this.#over = true
    for (const observer of this.#observers) Queue.endUnsafe(observer)
  }

  get events(): Stream.Stream<Event> {
    const observe = Effect.acquireRelease(
      Effect.tap(Queue.sliding<Event, Cause.Done>(capacity), (observer) =>
        Effect.sync(() => {
          this.#observers.add(observer)
          if (this.#over) Queue.endUnsafe(observer)
        })
      ),
      (observer) =>
        Effect.sync(() => {
          this.#observers.delete(observer)
        })
    )
    return Stream.unwrap(Effect.map(observe, Stream.fromQueue))
  }
}

/**
 * Waiting, for synchronous protocol code: alarms and deadline lists that call back on a fiber of a Scope.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

/** Starts a fiber in the Scope of a connection. */
export type Fork = (effect: Effect.Effect<void>) => Fiber.Fiber<void>

/** Milliseconds of the clock that no time server adjusts. */
export const now = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/** Waits until the clock says `due`, which a sleep alone may miss by a fraction. */
const sleepUntil = (clock: Clock.Clock, due: () => number): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (true) {
      const wait = due() - now(clock)
      if (!(wait > 0)) return
      yield* Effect.sleep(wait)
    }
  })

/**
 * One deadline that can be moved later or taken back at any time for the price of an assignment: the fiber sleeps on
 * and looks again when it wakes. Once armed it may only be moved later.
 */
export interface Alarm {
  readonly arm: (millis: number) => void
  readonly disarm: () => void
}

export const makeAlarm = (clock: Clock.Clock, fork: Fork, ring: () => void): Alarm => {
  let due = Number.POSITIVE_INFINITY
  let running = false
  const watch = Effect.gen(function* () {
    while (due !== Number.POSITIVE_INFINITY) {
      const at = due
      yield* sleepUntil(clock, () => at)
      if (due <= at) {
        due = Number.POSITIVE_INFINITY
        ring()
      }
    }
    running = false
  })
  return {
    arm: (millis) => {
      due = now(clock) + millis
      if (!running && millis !== Number.POSITIVE_INFINITY) {
        running = true
        fork(watch)
      }
    },
    disarm: () => {
      due = Number.POSITIVE_INFINITY
    }
  }
}

/** Runs once after a time; `interruptUnsafe` of the fiber takes it back. */
export const after = (fork: Fork, millis: number, run: () => void): Fiber.Fiber<void> | undefined =>
  millis === Number.POSITIVE_INFINITY ? undefined : fork(Effect.andThen(Effect.sleep(millis), Effect.sync(run)))

/** An entry of a deadline list: a node of the linked list of those that wait equally long. */
export interface Deadline {
  due: number
  previous: Deadline | undefined
  next: Deadline | undefined
  lane: Lane | undefined
}

interface Lane {
  readonly millis: number
  first: Deadline | undefined
  last: Deadline | undefined
}

/**
 * Many deadlines under one fiber. Those of the same duration are due in the order in which they started, so each
 * duration is a list and start and stop are a few assignments. T3 is one duration; an override adds a list while it
 * is in use.
 */
export class Deadlines<Entry extends Deadline> {
  readonly #clock: Clock.Clock
  readonly #fork: Fork
  readonly #expire: (entry: Entry) => void
  readonly #lanes = new Map<number, Lane>()
  #fiber: Fiber.Fiber<void> | undefined = undefined
  #wakesAt = Number.POSITIVE_INFINITY

  constructor(clock: Clock.Clock, fork: Fork, expire: (entry: Entry) => void) {
    this.#clock = clock
    this.#fork = fork
    this.#expire = expire
  }

  /** `at` is `now(clock)`, read once for all that start together. */
  start(entry: Entry, millis: number, at: number): void {
    if (millis === Number.POSITIVE_INFINITY) return
    let lane = this.#lanes.get(millis)
    if (lane === undefined) {
      lane = { millis, first: undefined, last: undefined }
      this.#lanes.set(millis, lane)
    }
    entry.due = at + millis
    entry.lane = lane
    entry.previous = lane.last
    if (lane.last === undefined) lane.first = entry
    else lane.last.next = entry
    lane.last = entry
    if (entry.due < this.#wakesAt) this.#watch(entry.due)
  }

  stop(entry: Entry): void {
    const lane = entry.lane
    if (lane === undefined) return
    if (entry.previous === undefined) lane.first = entry.next
    else entry.previous.next = entry.next
    if (entry.next === undefined) lane.last = entry.previous
    else entry.next.previous = entry.previous
    entry.lane = entry.previous = entry.next = undefined
  }

  #watch(due: number): void {
    this.#wakesAt = due
    this.#fiber?.interruptUnsafe()
    this.#fiber = this.#fork(
      Effect.andThen(
        sleepUntil(this.#clock, () => due),
        Effect.sync(() => {
          this.#fiber = undefined
          this.#wakesAt = Number.POSITIVE_INFINITY
          this.#expireDue()
        })
      )
    )
  }

  #expireDue(): void {
    const at = now(this.#clock)
    let earliest = Number.POSITIVE_INFINITY
    for (const lane of this.#lanes.values()) {
      while (lane.first !== undefined && lane.first.due <= at) {
        const entry = lane.first as Entry
        this.stop(entry)
        this.#expire(entry)
      }
      if (lane.first === undefined) this.#lanes.delete(lane.millis)
      else if (lane.first.due < earliest) earliest = lane.first.due
    }
    if (earliest < this.#wakesAt) this.#watch(earliest)
  }
}

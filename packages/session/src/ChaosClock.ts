/**
 * A clock whose timers are late, for tests: two that are due at about the same time fire in either order.
 *
 * It wraps the clock that is there, be it that of the machine or a `TestClock`, whose `adjust` stays in reach. A sleep
 * ends late by a time the seed decides, and never early, as on a busy machine.
 *
 * @example
 * program.pipe(Effect.provide(ChaosClock.layer({ seed: 42 })))
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Dice } from "./internal/Dice.ts"

/**
 * @since 0.1.0
 */
export interface Options {
  readonly seed: number
  /** By how much a sleep is late at most; 20 ms unless told. Half of them are on time. */
  readonly latest?: Duration.Input | undefined
}

/**
 * A clock that tells how many sleep on it.
 *
 * @since 0.1.0
 */
export interface ChaosClock extends Clock.Clock {
  /** Sleeps that have begun and not ended: none, when a test has ended all it began. */
  readonly sleeping: number
}

/**
 * Decorates a clock. The nth sleep of the same seed is late by the same time.
 *
 * @since 0.1.0
 */
export const make = (clock: Clock.Clock, options: Options): ChaosClock => {
  const dice = new Dice(options.seed, 1)
  const latest = Math.floor(Duration.toMillis(Duration.fromInputUnsafe(options.latest ?? "20 millis")))
  let sleeping = 0
  const sleep = (duration: Duration.Duration): Effect.Effect<void> =>
    Effect.suspend(() => {
      // No timer, but a way to let others run.
      if (Duration.isZero(duration)) return clock.sleep(duration)
      sleeping++
      const late = latest > 0 && dice.oneIn(2) ? 1 + dice.below(latest) : 0
      return Effect.ensuring(
        clock.sleep(Duration.sum(duration, Duration.millis(late))),
        Effect.sync(() => {
          sleeping--
        })
      )
    })
  // Inherits, so that whatever else the clock can do is there as well.
  return Object.create(clock, {
    sleep: { value: sleep },
    sleeping: { get: () => sleeping }
  })
}

/**
 * The clock of the context, made late.
 *
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<never> =>
  Layer.effect(
    Clock.Clock,
    Effect.map(Clock.Clock, (clock) => make(clock, options))
  )

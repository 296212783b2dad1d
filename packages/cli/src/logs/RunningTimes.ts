/**
 * Reply times of any number in little memory. Pure.
 *
 * The first 4 096 are kept as they are. From then on they are counted in steps of one per cent, so that a quantile is off
 * by half a per cent at most; the shortest and the longest are always exact.
 *
 * @since 0.1.0
 */
import * as ReplyTimes from "../talk/ReplyTimes.ts"

const kept = 4096
const step = Math.log(1.01)
/** Shorter ones are counted together: 1 µs. */
const shortest = 0.001

/** @since 0.1.0 */
export class RunningTimes {
  #exact: Array<number> | undefined = []
  readonly #steps = new Map<number, number>()
  #count = 0
  #minimum = Number.POSITIVE_INFINITY
  #maximum = Number.NEGATIVE_INFINITY

  /** Takes a duration in milliseconds. Clocks go backwards: it may be negative. */
  add(duration: number): void {
    this.#count++
    this.#minimum = Math.min(this.#minimum, duration)
    this.#maximum = Math.max(this.#maximum, duration)
    if (this.#exact === undefined) return this.#step(duration)
    this.#exact.push(duration)
    if (this.#exact.length <= kept) return
    for (const one of this.#exact) this.#step(one)
    this.#exact = undefined
  }

  /** Undefined where there is none. */
  get summary(): ReplyTimes.Summary | undefined {
    if (this.#exact !== undefined) return ReplyTimes.summarize(this.#exact)
    return {
      count: this.#count,
      minimum: this.#minimum,
      median: this.#quantile(0.5),
      percentile99: this.#quantile(0.99),
      maximum: this.#maximum
    }
  }

  #step(duration: number): void {
    const key = Math.floor(Math.log(Math.max(shortest, duration)) / step)
    this.#steps.set(key, (this.#steps.get(key) ?? 0) + 1)
  }

  #quantile(part: number): number {
    const rank = Math.ceil(part * this.#count)
    let seen = 0
    for (const key of [...this.#steps.keys()].toSorted((a, b) => a - b)) {
      seen += this.#steps.get(key)!
      if (seen >= rank) return Math.min(this.#maximum, Math.max(this.#minimum, Math.exp((key + 0.5) * step)))
    }
    return this.#maximum
  }
}

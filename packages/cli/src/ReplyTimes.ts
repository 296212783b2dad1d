/**
 * Many durations in little memory: the shortest, the longest, and quantiles. Pure.
 *
 * The first 4 096 are kept as they are. From then on they are counted in steps of one per cent, so that a quantile is off
 * by half a per cent at most; the shortest and the longest are always exact.
 *
 * @since 0.1.0
 */

/** Milliseconds. @since 0.1.0 */
export interface Spread {
  readonly count: number
  readonly minimum: number
  readonly median: number
  readonly p99: number
  readonly maximum: number
}

const kept = 4096
const step = Math.log(1.01)
/** Shorter ones are counted together: 1 µs. */
const shortest = 0.001

export class ReplyTimes {
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
  get spread(): Spread | undefined {
    if (this.#count === 0) return undefined
    const sorted = this.#exact?.toSorted((a, b) => a - b)
    const at = (quantile: number): number => {
      const rank = Math.max(0, Math.ceil(quantile * this.#count) - 1)
      return sorted === undefined ? this.#ranked(rank) : sorted[rank]!
    }
    return {
      count: this.#count,
      minimum: this.#minimum,
      median: at(0.5),
      p99: at(0.99),
      maximum: this.#maximum
    }
  }

  #step(duration: number): void {
    const key = Math.floor(Math.log(Math.max(shortest, duration)) / step)
    this.#steps.set(key, (this.#steps.get(key) ?? 0) + 1)
  }

  #ranked(rank: number): number {
    let seen = 0
    for (const key of [...this.#steps.keys()].toSorted((a, b) => a - b)) {
      seen += this.#steps.get(key)!
      if (seen > rank) return Math.min(this.#maximum, Math.max(this.#minimum, Math.exp((key + 0.5) * step)))
    }
    return this.#maximum
  }
}

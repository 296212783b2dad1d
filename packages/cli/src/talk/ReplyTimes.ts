/**
 * How long replies took. Pure.
 *
 * @since 0.1.0
 */

/**
 * Reply times of a run, in milliseconds. With no reply at all there is only `count`.
 *
 * @since 0.1.0
 */
export interface Summary {
  readonly count: number
  readonly minimum: number
  readonly median: number
  /** 99 of 100 replies took no longer. */
  readonly percentile99: number
  readonly maximum: number
}

/** The smallest value that so much of all is not above: an observed one, never one in between. */
const quantile = (sorted: Float64Array, part: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]!

/**
 * Sums up; `undefined` where there is nothing.
 *
 * @since 0.1.0
 */
export const summarize = (millis: ReadonlyArray<number>): Summary | undefined => {
  if (millis.length === 0) return undefined
  const sorted = Float64Array.from(millis).toSorted()
  return {
    count: sorted.length,
    minimum: sorted[0]!,
    median: quantile(sorted, 0.5),
    percentile99: quantile(sorted, 0.99),
    maximum: sorted[sorted.length - 1]!
  }
}

/**
 * Milliseconds for people: `0.42 ms`, `12.3 ms`, `1.50 s`.
 *
 * @since 0.1.0
 */
export const format = (millis: number): string => {
  if (millis >= 1000) return `${(millis / 1000).toFixed(2)} s`
  return `${millis.toFixed(millis < 10 ? 2 : millis < 100 ? 1 : 0)} ms`
}

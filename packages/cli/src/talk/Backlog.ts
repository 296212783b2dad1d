/**
 * What has happened and is not shown yet, in order: a session waits for no observer and forgets what one does not take,
 * output may be slow. Bounded; what does not fit is counted where it is missing. Pure.
 *
 * @since 0.1.0
 */

/** So many in a row were not kept. */
export interface Gap {
  readonly _tag: "Gap"
  readonly missed: number
}

/** @since 0.1.0 */
export interface Backlog<A extends object> {
  readonly push: (value: A) => void
  /** The oldest, which it holds no longer; undefined where there is none. */
  readonly take: () => A | Gap | undefined
  /** What is held, with those of the last gap. */
  readonly count: () => number
}

/**
 * Holds up to `capacity` values. Once it is full it takes no more until half of them are taken: few gaps rather than
 * many.
 *
 * @since 0.1.0
 */
export const make = <A extends object>(capacity: number): Backlog<A> => {
  /** From `head` on. */
  let values: Array<A | Gap> = []
  let head = 0
  /** Stands last in `values` while it grows. */
  let gap: { readonly _tag: "Gap"; missed: number } | undefined
  return {
    push: (value) => {
      const size = values.length - head
      if (gap !== undefined && size > capacity / 2) {
        gap.missed++
      } else if (size < capacity) {
        gap = undefined
        values.push(value)
      } else {
        values.push((gap = { _tag: "Gap", missed: 1 }))
      }
    },
    take: () => {
      const value = values[head]
      if (value === undefined) return undefined
      head++
      if (value === gap) gap = undefined
      if (head * 2 > values.length) {
        values = values.slice(head)
        head = 0
      }
      return value
    },
    count: () => values.length - head + (gap === undefined ? 0 : gap.missed - 1)
  }
}

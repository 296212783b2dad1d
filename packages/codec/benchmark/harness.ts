/**
 * Times candidates against each other in one process. Everything takes turns in shuffled rounds, so that a machine that
 * is busy for a while slows a few samples of each and not all samples of one. Of the samples the lower quartile counts,
 * as others on the machine can only add to a time. Trust ratios, not times.
 *
 * There is no collection of garbage between samples: it would shrink V8's young generation, and what allocates would
 * pay for growing it again.
 */
import { performance } from "node:perf_hooks"

export interface Candidate {
  readonly name: string
  readonly run: () => unknown
}

export interface Comparison {
  /** Words by which it is chosen: `decode s6f11`. */
  readonly name: string
  /** What one run works on: `271 B`. */
  readonly size: string
  /** Throws unless every candidate gives what is expected. Runs before anything is timed. */
  readonly check: () => void
  /** The first one is ours. */
  readonly candidates: readonly [Candidate, ...ReadonlyArray<Candidate>]
}

export interface Measured {
  readonly name: string
  readonly size: string
  /** Nanoseconds of one run by candidate, ours first. */
  readonly times: { readonly [candidate: string]: number }
}

/** Mulberry32: the same numbers in every run. */
export const random = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const next = random(20)

const shuffled = <T>(values: ReadonlyArray<T>): ReadonlyArray<T> => {
  const out = [...values]
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    const value = out[i]!
    out[i] = out[j]!
    out[j] = value
  }
  return out
}

/** Written by every run, so that no run is dead code. */
export let sink: unknown

/** Milliseconds of `count` runs. */
const time = (run: () => unknown, count: number): number => {
  const start = performance.now()
  for (let i = 0; i < count; i++) sink = run()
  return performance.now() - start
}

const calibrateOnce = (run: () => unknown): number => {
  for (let count = 1; ; count *= 4) {
    const took = time(run, count)
    if (took >= sampleMs / 4) return Math.max(1, Math.round((count * sampleMs) / took))
  }
}

/** How often to run so that one sample takes about `sampleMs`: the most of five, as an interruption makes it fewer. */
const calibrate = (run: () => unknown): number => Math.max(...Array.from({ length: 5 }, () => calibrateOnce(run)))

const sampleMs = 6
const warmUpMs = 3
const warmUpRounds = 4
const fewestRounds = 5
/** Nanoseconds of a run: what takes longer is measured in the fewest rounds. */
const slow = 50e6

const quantile = (values: ReadonlyArray<number>, share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)]!

export const median = (values: ReadonlyArray<number>): number => quantile(values, 0.5)

/**
 * Warms up over all comparisons, chosen or not: a decoder that has only ever seen one kind of message is faster than
 * any decoder in a real program.
 */
export const warmUp = (comparisons: ReadonlyArray<Comparison>): void => {
  for (let round = 0; round < warmUpRounds; round++) {
    for (const { candidates } of shuffled(comparisons)) {
      for (const { run } of shuffled(candidates)) {
        const until = performance.now() + warmUpMs
        do time(run, 1)
        while (performance.now() < until)
      }
    }
  }
}

interface Cell {
  readonly candidate: Candidate
  /** Runs in one sample. */
  readonly count: number
  /** Nanoseconds of one run. */
  readonly samples: Array<number>
}

export const measure = (comparisons: ReadonlyArray<Comparison>, rounds: number): ReadonlyArray<Measured> => {
  const rows = comparisons.map(({ candidates }) =>
    candidates.map((candidate): Cell => ({ candidate, count: calibrate(candidate.run), samples: [] }))
  )
  for (let round = 0; round < rounds; round++) {
    for (const row of shuffled(rows)) {
      if (round >= fewestRounds && row.some(({ samples }) => quantile(samples, 0.25) > slow)) continue
      for (const { candidate, count, samples } of shuffled(row))
        samples.push((time(candidate.run, count) / count) * 1e6)
    }
  }
  return comparisons.map(({ name, size }, i) => ({
    name,
    size,
    times: Object.fromEntries(rows[i]!.map(({ candidate, samples }) => [candidate.name, quantile(samples, 0.25)]))
  }))
}

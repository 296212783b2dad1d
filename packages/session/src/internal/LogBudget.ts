/**
 * How many lines above debug a session, or all sessions of a server together, may write: what a peer does again and
 * again, by selecting, failing or dialling, must not fill a disk.
 */
import type * as Clock from "effect/Clock"
import { now } from "./Alarm.ts"

/** Milliseconds after which all lines may be written again. */
const period = 3_600_000

export class LogBudget {
  readonly #clock: Clock.Clock
  readonly #lines: number
  #since: number
  #left: number

  constructor(clock: Clock.Clock, lines: number) {
    this.#clock = clock
    this.#lines = lines
    this.#since = now(clock)
    this.#left = lines
  }

  /** What becomes of one more line: the last one says that others follow as debug lines. */
  spend(): "written" | "last" | "debug" {
    const at = now(this.#clock)
    if (at - this.#since >= period) {
      this.#since = at
      this.#left = this.#lines
    }
    if (this.#left === 0) return "debug"
    this.#left--
    return this.#left === 0 ? "last" : "written"
  }
}

/** What the last line says. */
export const lastLine = "; this was the last line of an hour, more are debug lines"

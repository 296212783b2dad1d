/**
 * Which entries of a timeline are of interest. Pure.
 *
 * @since 0.1.0
 */
import type { Entry } from "./LogEntry.ts"
import { isError } from "./LogEntry.ts"
import * as LogEvent from "./LogEvent.ts"
import * as LogTime from "./LogTime.ts"

/** @since 0.1.0 */
export interface LogFilter {
  /** Kinds of events; all where it is undefined. */
  readonly only: ((label: string) => boolean) | undefined
  /** With a finding. */
  readonly errors: boolean
  /** Not before and not after; a time without a date is that time of every day. */
  readonly since: LogTime.LogTime | undefined
  readonly until: LogTime.LogTime | undefined
}

/** `S6F11`, `s1f*`, `Linktest*`: parts of labels, `*` for any characters. */
const pattern = /^[a-z0-9*]{1,40}$/i

/**
 * Reads `S6F11,S1F*`. Undefined where that is no list of such.
 *
 * @since 0.1.0
 */
export const parseOnly = (text: string): ((label: string) => boolean) | undefined => {
  const parts = text.split(",").map((part) => part.trim())
  if (!parts.every((part) => pattern.test(part))) return undefined
  const patterns = parts.map((part) => new RegExp(`^${part.replaceAll(/\*+/g, ".*")}$`, "i"))
  return (label) => patterns.some((one) => one.test(label))
}

/**
 * True for what lies between `since` and `until`. What has no time is where the one before it is.
 *
 * @since 0.1.0
 */
export const isWithin = ({ since, until }: LogFilter, time: LogTime.LogTime | undefined): boolean =>
  time === undefined
    ? since === undefined && until === undefined
    : (since === undefined || LogTime.since(since, time) >= 0) &&
      (until === undefined || LogTime.since(until, time) <= 0)

/**
 * True for an entry that is to be shown, apart from its time.
 *
 * @since 0.1.0
 */
export const shows = ({ errors, only }: LogFilter, entry: Entry): boolean => {
  if (errors && !isError(entry)) return false
  if (only === undefined) return true
  const label = entry.event === undefined ? entry.primary?.label : LogEvent.label(entry.event)
  return label !== undefined && only(label)
}

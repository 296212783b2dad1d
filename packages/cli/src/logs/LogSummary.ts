/**
 * Sums over a log: by stream and function, by connection, by kind of finding. Pure.
 *
 * @since 0.1.0
 */
import * as LogEvent from "./LogEvent.ts"
import type { Entry, Finding } from "./LogEntry.ts"
import type { Names } from "../names/Names.ts"
import type * as LogTime from "./LogTime.ts"
import type * as ReplyTimes from "../talk/ReplyTimes.ts"
import { RunningTimes } from "./RunningTimes.ts"

/**
 * How a transaction ended: `missing` got no reply in time nor later, `open` was still in time when the log ended, `lost`
 * ended with its connection, `failed` with an S9Fx or a Reject.req about it.
 *
 * @since 0.1.0
 */
export type Outcome = "replied" | "late" | "missing" | "open" | "lost" | "aborted" | "failed"

/** Of one kind of message. @since 0.1.0 */
export interface Row {
  /** `S6F11`, `LinktestReq` */
  readonly label: string
  readonly count: number
  /** Of all of them; undefined where the log has no bytes. */
  readonly bytes: number | undefined
  /** Those that expect a reply, by how that ended. */
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly replyTimes: ReplyTimes.Summary | undefined
}

/** Of one connection; logs that do not say are one. @since 0.1.0 */
export interface ConnectionRow {
  readonly connection: string | undefined
  readonly messages: number
  readonly control: number
  readonly opened: LogTime.LogTime | undefined
  readonly closed: LogTime.LogTime | undefined
  readonly how: "closed" | "reset" | undefined
}

/** @since 0.1.0 */
export interface Summary {
  readonly messages: number
  readonly control: number
  /** Parts that could not be read, messages whose text could not be read among them. */
  readonly unreadable: number
  readonly first: LogTime.LogTime | undefined
  readonly last: LogTime.LogTime | undefined
  /** By stream and function, control messages behind. */
  readonly rows: ReadonlyArray<Row>
  readonly connections: ReadonlyArray<ConnectionRow>
  /** How often each finding was made. */
  readonly findings: Readonly<Partial<Record<Finding["_tag"], number>>>
  /** Bodies that were looked up: that have another structure than their definition, and that deviate from it. */
  readonly structures: { readonly wrong: number; readonly deviating: number }
}

interface Counting {
  count: number
  bytes: number | undefined
  readonly outcomes: Record<Outcome, number>
  readonly replyTimes: RunningTimes
}

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** Connections that have a row; of more the messages count all the same. */
const maximumConnections = 10_000

/** The sums as they grow. @since 0.1.0 */
export interface Sums {
  readonly event: (event: LogEvent.LogEvent) => void
  /** How a transaction ended; one that expects no reply has only its time. */
  readonly transaction: (label: string, outcome: Outcome, replyTime?: number, expected?: boolean) => void
  /** What was found out about an event: its findings, and how its body agrees with its definition. */
  readonly entry: (entry: Entry) => void
  readonly toSummary: () => Summary
}

/** @since 0.1.0 */
export const make = (): Sums => new Counted()

class Counted implements Sums {
  #messages = 0
  #control = 0
  #unreadable = 0
  #first: LogTime.LogTime | undefined
  #last: LogTime.LogTime | undefined
  readonly #rows = new Map<string, Counting>()
  readonly #connections = new Map<string, Mutable<ConnectionRow>>()
  readonly #open = new Map<string, Mutable<ConnectionRow>>()
  readonly #findings = new Map<Finding["_tag"], number>()
  #wrong = 0
  #deviating = 0

  event(event: LogEvent.LogEvent): void {
    if (event.time !== undefined) {
      this.#first ??= event.time
      this.#last = event.time
    }
    const connection = this.#connection(event)
    if (event._tag === "Connected" && connection !== undefined) connection.opened = event.time
    if (event._tag === "Disconnected" && connection !== undefined) {
      connection.closed = event.time
      connection.how = event.how
      this.#open.delete(event.connection ?? "")
    }
    if (event._tag !== "Message" && event._tag !== "Control") return
    const row = this.#row(LogEvent.label(event))
    row.count++
    if (event.bytes !== undefined) row.bytes = (row.bytes ?? 0) + event.bytes
    if (event._tag === "Message") this.#messages++
    else this.#control++
    if (connection === undefined) return
    if (event._tag === "Message") connection.messages++
    else connection.control++
  }

  transaction(label: string, outcome: Outcome, replyTime?: number, expected = true): void {
    const row = this.#row(label)
    if (expected) row.outcomes[outcome]++
    if (replyTime !== undefined) row.replyTimes.add(replyTime)
  }

  entry({ findings, structure }: Entry): void {
    if (structure?.wrong !== undefined) this.#wrong++
    else if (structure !== undefined && structure.deviations.length > 0) this.#deviating++
    for (const { _tag } of findings) {
      this.#findings.set(_tag, (this.#findings.get(_tag) ?? 0) + 1)
      if (_tag === "Unreadable") this.#unreadable++
    }
  }

  toSummary(): Summary {
    return {
      messages: this.#messages,
      control: this.#control,
      unreadable: this.#unreadable,
      first: this.#first,
      last: this.#last,
      rows: [...this.#rows]
        .toSorted(([a], [b]) => order(a) - order(b) || (a < b ? -1 : 1))
        .map(([label, { bytes, count, outcomes, replyTimes }]) => ({
          label,
          count,
          bytes,
          outcomes: { ...outcomes },
          replyTimes: replyTimes.summary
        })),
      connections: [...this.#connections.values()].map((row) => ({ ...row })),
      findings: Object.fromEntries(this.#findings),
      structures: { wrong: this.#wrong, deviating: this.#deviating }
    }
  }

  #row(label: string): Counting {
    let row = this.#rows.get(label)
    if (row === undefined) {
      const outcomes = { replied: 0, late: 0, missing: 0, open: 0, lost: 0, aborted: 0, failed: 0 }
      row = { count: 0, bytes: undefined, outcomes, replyTimes: new RunningTimes() }
      this.#rows.set(label, row)
    }
    return row
  }

  /** The row of a connection; ports that are used again make another. */
  #connection(event: LogEvent.LogEvent): Mutable<ConnectionRow> | undefined {
    const key = event.connection ?? ""
    const known = this.#open.get(key)
    if (known !== undefined) return known
    if (this.#connections.size >= maximumConnections) return undefined
    const row: Mutable<ConnectionRow> = {
      connection: event.connection,
      messages: 0,
      control: 0,
      opened: undefined,
      closed: undefined,
      how: undefined
    }
    this.#open.set(key, row)
    this.#connections.set(`${key} ${this.#connections.size}`, row)
    return row
  }
}

const numbered = /^S(\d+)F(\d+)$/

/**
 * What the standard calls the messages of a row; undefined for control messages.
 *
 * @since 0.1.0
 */
export const nameOf = (label: string, names: Names): string | undefined => {
  const [, stream, function_] = numbered.exec(label) ?? []
  return stream === undefined ? undefined : names.ofMessage(Number(stream), Number(function_))
}

/** `S6F11` in the order of numbers. */
const order = (label: string): number => {
  const [, stream, function_] = numbered.exec(label) ?? []
  return stream === undefined ? Number.MAX_SAFE_INTEGER : Number(stream) * 1000 + Number(function_)
}

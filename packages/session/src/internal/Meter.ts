/**
 * What a session counts for `SessionMetrics`: plain numbers, which a series reads when a snapshot is taken.
 */
import { SType } from "@effect-secs/codec/HsmsHeader"
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import type { DisconnectReason, TransactionReason } from "../SessionError.ts"
import type { SessionEvent, Untimed } from "../SessionEvent.ts"
import * as SessionMetrics from "../SessionMetrics.ts"
import { now } from "./Alarm.ts"
import { type Frame, headOf } from "./Frame.ts"
import { type Outcome, outcomeName, type Transaction } from "./Transactions.ts"

/** What a session has at the moment. */
export interface Levels {
  readonly selected: boolean
  readonly open: number
  /** Monotonic milliseconds; NaN where no open transaction is written. */
  readonly oldestSentAt: number
  readonly unwritten: number
  readonly unread: number
  readonly unreadBytes: number
}

interface Cell {
  count: number
}

// A series that starts at 0 shows its first increment; one that starts with it does not.
const outcomes: Readonly<
  Record<
    Exclude<TransactionReason["_tag"], "NoReplyExpected" | "AlreadyReplied" | "DeselectRefused"> | "Interrupted",
    true
  >
> = {
  ReplyTimeout: true,
  Rejected: true,
  Aborted: true,
  ErrorReported: true,
  ConnectionLost: true,
  NotSelected: true,
  UnexpectedReply: true,
  UndecodableReply: true,
  ReplyTooLong: true,
  Unsendable: true,
  TooLong: true,
  Interrupted: true
}

const ends: Readonly<Record<Exclude<DisconnectReason["_tag"], "Deselected">, true>> = {
  LocalClose: true,
  Separated: true,
  TcpClosed: true,
  T6Expired: true,
  T7Expired: true,
  T8Expired: true,
  FrameFault: true,
  NotReady: true,
  SelectRefused: true,
  SelectRejected: true,
  NotSelectedPolicy: true
}

const faults: ReadonlyArray<SessionEvent["_tag"]> = [
  "ConnectFailed",
  "UnmatchedReply",
  "UnmatchedReject",
  "SessionIdMismatch",
  "Undecodable",
  "MessageRejected",
  "ProtocolWarning",
  "PrimaryUnhandled",
  "HandlerFailed",
  "PrimaryRefused",
  "ErrorReported",
  "ConversationTimedOut",
  "Deviated",
  "LinktestFailed",
  "ConnectionTurnedAway"
]

const nothing = (): void => {}

/** The series of all sessions that have the same labels. */
class Series {
  readonly #context: Context.Context<never>
  readonly #attributes: Metric.Metric.AttributeSet
  readonly #live = new Set<() => Levels>()
  #gauges: ReadonlyArray<Metric.Registration> = []
  readonly #clock: Clock.Clock
  readonly sentData: Cell
  readonly sentControl: Cell
  readonly receivedData: Cell
  readonly receivedControl: Cell
  readonly sentBytes: Cell
  readonly receivedBytes: Cell
  readonly replied: Cell
  readonly connections: Cell
  readonly reconnects: Cell
  readonly selections: Cell
  readonly linktests: Cell
  readonly failed: Tally
  readonly faults: Tally
  readonly ends: Tally
  readonly replyDuration = new Buckets(SessionMetrics.replyBoundaries)

  constructor(context: Context.Context<never>, clock: Clock.Clock, attributes: Metric.Metric.AttributeSet) {
    this.#context = context
    this.#clock = clock
    this.#attributes = attributes
    this.sentData = this.#counter(SessionMetrics.messages, { direction: "sent", kind: "data" })
    this.sentControl = this.#counter(SessionMetrics.messages, { direction: "sent", kind: "control" })
    this.receivedData = this.#counter(SessionMetrics.messages, { direction: "received", kind: "data" })
    this.receivedControl = this.#counter(SessionMetrics.messages, { direction: "received", kind: "control" })
    this.sentBytes = this.#counter(SessionMetrics.bytes, { direction: "sent" })
    this.receivedBytes = this.#counter(SessionMetrics.bytes, { direction: "received" })
    this.replied = this.#counter(SessionMetrics.transactions, { outcome: "Replied" })
    this.connections = this.#counter(SessionMetrics.connections)
    this.reconnects = this.#counter(SessionMetrics.reconnects)
    this.selections = this.#counter(SessionMetrics.selections)
    this.linktests = this.#counter(SessionMetrics.linktests)
    this.failed = this.#tally(SessionMetrics.transactions, "outcome", Object.keys(outcomes))
    this.faults = this.#tally(SessionMetrics.faults, "fault", faults)
    this.ends = this.#tally(SessionMetrics.disconnections, "reason", Object.keys(ends))
    this.#register(SessionMetrics.replyDuration, () => this.replyDuration.state)
  }

  #register<Input, State>(
    metric: Metric.Metric<Input, State>,
    get: () => State,
    labels: Metric.Metric.AttributeSet = {}
  ): Metric.Registration {
    return Metric.registerUnsafe(Metric.withAttributes(metric, { ...this.#attributes, ...labels }), this.#context, {
      get,
      update: nothing,
      modify: nothing
    })
  }

  #counter(metric: Metric.Counter<number>, labels?: Metric.Metric.AttributeSet): Cell {
    const cell: Cell = { count: 0 }
    this.#register(metric, () => ({ count: cell.count, incremental: true }), labels)
    return cell
  }

  #tally(metric: Metric.Counter<number>, label: string, known: ReadonlyArray<string>): Tally {
    return new Tally(known, (value) => this.#counter(metric, { [label]: value }))
  }

  join(levels: () => Levels): void {
    this.#live.add(levels)
    if (this.#live.size > 1) return
    const sum = (metric: Metric.Gauge<number>, of: (levels: Levels) => number) =>
      this.#register(metric, () => {
        let value = 0
        for (const read of this.#live) value += of(read())
        return { value }
      })
    this.#gauges = [
      sum(SessionMetrics.selected, ({ selected }) => (selected ? 1 : 0)),
      sum(SessionMetrics.openTransactions, ({ open }) => open),
      sum(SessionMetrics.unwrittenFrames, ({ unwritten }) => unwritten),
      sum(SessionMetrics.unreadPrimaries, ({ unread }) => unread),
      sum(SessionMetrics.unreadBytes, ({ unreadBytes }) => unreadBytes),
      this.#register(SessionMetrics.oldestTransaction, () => {
        let value = 0
        for (const read of this.#live) {
          const { oldestSentAt } = read()
          if (!Number.isNaN(oldestSentAt)) value = Math.max(value, (now(this.#clock) - oldestSentAt) / 1000)
        }
        return { value }
      })
    ]
  }

  leave(levels: () => Levels): void {
    this.#live.delete(levels)
    if (this.#live.size > 0) return
    for (const gauge of this.#gauges) gauge.remove()
    this.#gauges = []
  }
}

/** Counts by label. */
class Tally {
  readonly #cells = new Map<string, Cell>()
  readonly #make: (label: string) => Cell

  constructor(known: ReadonlyArray<string>, make: (label: string) => Cell) {
    this.#make = make
    for (const label of known) this.#cells.set(label, make(label))
  }

  add(label: string): void {
    let cell = this.#cells.get(label)
    if (cell === undefined) {
      cell = this.#make(label)
      this.#cells.set(label, cell)
    }
    cell.count++
  }
}

class Buckets {
  readonly #bounds: ReadonlyArray<number>
  readonly #counts: Float64Array
  #count = 0
  #sum = 0
  #min = Number.MAX_VALUE
  #max = -Number.MAX_VALUE

  constructor(bounds: ReadonlyArray<number>) {
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length)
  }

  observe(value: number): void {
    const bounds = this.#bounds
    // From the front, where most replies fall.
    let at = 0
    while (at < bounds.length && value > bounds[at]!) at++
    if (at < bounds.length) this.#counts[at]!++
    this.#count++
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  get state(): Metric.HistogramState {
    let below = 0
    const buckets = this.#bounds.map((bound, at): [number, number] => [bound, (below += this.#counts[at]!)])
    return { buckets, count: this.#count, min: this.#min, max: this.#max, sum: this.#sum }
  }
}

/** Series live as long as the registry they are in: a session that is made again counts on. */
const known = new WeakMap<object, Map<string, Series>>()

const seriesOf = (
  context: Context.Context<never>,
  clock: Clock.Clock,
  attributes: Metric.Metric.AttributeSet
): Series => {
  const registry = Context.get(context, Metric.MetricRegistry)
  const all = known.get(registry) ?? new Map<string, Series>()
  known.set(registry, all)
  const labels = Object.entries({ ...Context.get(context, Metric.CurrentMetricAttributes), ...attributes })
  const key = JSON.stringify(labels.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const series = all.get(key) ?? new Series(context, clock, attributes)
  all.set(key, series)
  return series
}

export class Meter {
  readonly #series: Series
  readonly #clock: Clock.Clock
  #connections = 0

  constructor(series: Series, clock: Clock.Clock) {
    this.#series = series
    this.#clock = clock
  }

  static readonly make = (
    attributes: Metric.Metric.AttributeSet,
    clock: Clock.Clock,
    levels: () => Levels
  ): Effect.Effect<Meter, never, Scope.Scope> =>
    Effect.gen(function* () {
      const series = seriesOf(yield* Effect.context(), clock, attributes)
      yield* Effect.acquireRelease(
        Effect.sync(() => series.join(levels)),
        () => Effect.sync(() => series.leave(levels))
      )
      return new Meter(series, clock)
    })

  // --- messages ----------------------------------------------------------------------------------------------------

  /** These frames, length fields included, are handed to the socket. */
  written(frames: ReadonlyArray<Frame>): void {
    const series = this.#series
    for (const frame of frames) {
      const sType = headOf(frame)[9]
      if (sType === SType.Data) series.sentData.count++
      else series.sentControl.count++
      if (sType === SType.LinktestReq) series.linktests.count++
      series.sentBytes.count += frame.length
    }
  }

  arrived(chunks: ReadonlyArray<Uint8Array>): void {
    for (const chunk of chunks) this.#series.receivedBytes.count += chunk.length
  }

  received(sType: number): void {
    if (sType === SType.Data) this.#series.receivedData.count++
    else this.#series.receivedControl.count++
  }

  /** A request has ended; it has a transaction if it got so far. */
  ended(outcome: Outcome, transaction: Transaction | undefined): void {
    if (Exit.isSuccess(outcome)) {
      this.#series.replied.count++
      const took = now(this.#clock) - (transaction?.sentAt ?? Number.NaN)
      // A reply that overtakes the end of its primary's write took no time that could be told.
      this.#series.replyDuration.observe(Number.isNaN(took) ? 0 : took / 1000)
      return
    }
    this.#series.failed.add(outcomeName(outcome))
  }

  // --- connections -------------------------------------------------------------------------------------------------

  connected(): void {
    this.#series.connections.count++
    if (this.#connections++ > 0) this.#series.reconnects.count++
  }

  selected(): void {
    this.#series.selections.count++
  }

  fault(event: Untimed): void {
    if (event._tag === "Disconnected") this.#series.ends.add(event.reason._tag)
    else this.#series.faults.add(event._tag)
  }
}

/**
 * The metrics of a session: their names, units and labels. `HsmsSession` options turn them on with `metrics`.
 *
 * The session counts in plain numbers; a series reads them when somebody takes a snapshot, so that a value is never older
 * than the snapshot it stands in. Names and base units are those Prometheus recommends: seconds, bytes, `_total` for what
 * only grows.
 *
 * Every series has the labels `session` (the name of the session), `role` (`host`, `equipment`), `mode` (`active`,
 * `passive`) and those given with the option. Sessions alike in all labels share their series: counters add up, and so do
 * gauges. Gauges go when the last of these sessions ends; counters stay, as all counters of Effect do.
 *
 * @example
 * HsmsSession.layerActive({ sessionId: 0, name: "ETCH-07", metrics: { attributes: { line: "A" } } })
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"

const counter = (name: string, description: string, unit?: string): Metric.Counter<number> =>
  Metric.counter(name, { description, incremental: true, ...labelled(unit) })

const gauge = (name: string, description: string, unit?: string): Metric.Gauge<number> =>
  Metric.gauge(name, { description, ...labelled(unit) })

/** Exporters that know units take them from this attribute. */
const labelled = (unit: string | undefined) => (unit === undefined ? {} : { attributes: { unit } })

/**
 * Messages by `direction` (`sent`, `received`) and `kind` (`data`, `control`). Sent is what was handed to the socket, not
 * what was queued; received is every frame with a header, whatever became of it.
 *
 * @since 0.1.0
 */
export const messages = counter("secs_messages_total", "HSMS messages sent and received")

/**
 * Bytes on the wire by `direction` (`sent`, `received`), length fields and headers included.
 *
 * @since 0.1.0
 */
export const bytes = counter("secs_wire_bytes_total", "Bytes sent and received on TCP connections", "bytes")

/**
 * Requests that ended, by `outcome`: `Replied`, `Interrupted`, or the tag of the `TransactionReason` they failed with, such
 * as `ReplyTimeout` or `ConnectionLost`.
 *
 * @since 0.1.0
 */
export const transactions = counter("secs_transactions_total", "Requests of this side that ended, by outcome")

/**
 * Upper bounds of the buckets of `replyDuration`, in seconds: 1 ms to 60 s, with 45 s, where T3 is unless told.
 *
 * @since 0.1.0
 */
export const replyBoundaries: ReadonlyArray<number> = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 45, 60
]

/**
 * Seconds from the moment the primary was written to its reply, of requests with outcome `Replied`.
 *
 * @since 0.1.0
 */
export const replyDuration: Metric.Histogram<number> = Metric.histogram("secs_reply_duration_seconds", {
  description: "Time from a written primary to its reply",
  boundaries: replyBoundaries,
  attributes: { unit: "seconds" }
})

/**
 * Faults by `fault`, the tag of the `SessionEvent`, such as `UnmatchedReply` or `LinktestFailed`. Connections that ended
 * are counted by `disconnections`.
 *
 * @since 0.1.0
 */
export const faults = counter("secs_faults_total", "Faults of the peer or the connection, by kind")

/**
 * TCP connections that came up.
 *
 * @since 0.1.0
 */
export const connections = counter("secs_connections_total", "TCP connections that came up")

/**
 * TCP connections that came up after another one of the same session had ended.
 *
 * @since 0.1.0
 */
export const reconnects = counter("secs_reconnects_total", "TCP connections after the first of a session")

/**
 * Times SELECTED was entered.
 *
 * @since 0.1.0
 */
export const selections = counter("secs_selections_total", "Times the session became SELECTED")

/**
 * TCP connections that ended, by `reason`, the tag of the `DisconnectReason`.
 *
 * @since 0.1.0
 */
export const disconnections = counter("secs_disconnections_total", "TCP connections that ended, by reason")

/**
 * Linktest.req written by this side. Those without an answer are `faults` of kind `LinktestFailed`.
 *
 * @since 0.1.0
 */
export const linktests = counter("secs_linktests_total", "Linktest.req sent by this side")

/**
 * 1 while the session is SELECTED, else 0.
 *
 * @since 0.1.0
 */
export const selected = gauge("secs_selected", "1 while the session is SELECTED")

/**
 * Requests that wait for their reply now, written or not.
 *
 * @since 0.1.0
 */
export const openTransactions = gauge("secs_open_transactions", "Requests that wait for their reply")

/**
 * Seconds since the oldest request that still waits was written; 0 where none is.
 *
 * @since 0.1.0
 */
export const oldestTransaction = gauge(
  "secs_oldest_open_transaction_seconds",
  "Time since the oldest request that waits for its reply was written",
  "seconds"
)

/**
 * Frames that are queued, or handed over while the socket has no room for more: above 0 for long where the peer does not
 * read.
 *
 * @since 0.1.0
 */
export const unwrittenFrames = gauge("secs_unwritten_frames", "Frames that wait for a peer to read")

/**
 * Primaries of the peer that wait for a reader.
 *
 * @since 0.1.0
 */
export const unreadPrimaries = gauge("secs_unread_primaries", "Primaries that wait for a reader")

/**
 * Bytes of text in the primaries that wait for a reader.
 *
 * @since 0.1.0
 */
export const unreadBytes = gauge("secs_unread_primary_bytes", "Bytes of text in primaries that wait", "bytes")

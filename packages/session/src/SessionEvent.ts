/**
 * What an observer of a session may see. Pure.
 *
 * Events are made only while somebody reads `Session.events`; otherwise they cost nothing. They observe: no event has
 * to be consumed for the session to go on.
 *
 * @since 0.1.0
 */
import type { ItemDecodeError } from "@effect-secs/codec/CodecError"
import * as Deviation from "@effect-secs/codec/Deviation"
import { type HsmsHeader, SType } from "@effect-secs/codec/HsmsHeader"
import type { Item } from "@effect-secs/codec/Item"
import * as Labels from "@effect-secs/codec/Labels"
import type { Registry } from "@effect-secs/codec/Registry"
import type { SecsMessage } from "@effect-secs/codec/SecsMessage"
import { formatPath, type StructureError } from "@effect-secs/codec/StructureError"
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import type { State } from "./ConnectionState.ts"
import { rejection, seconds } from "./internal/Text.ts"
import {
  describeDisconnect,
  type DisconnectReason,
  type TransactionError,
  type TransportError
} from "./SessionError.ts"
import * as StreamNine from "./StreamNine.ts"
import * as SystemBytes from "./SystemBytes.ts"

interface Event<Tag extends string> {
  readonly _tag: Tag
  /** Milliseconds since 1970, by the clock of the session. */
  readonly at: number
}

/** The session went from one state to another. @since 0.1.0 */
export interface StateChanged extends Event<"StateChanged"> {
  readonly from: State
  readonly to: State
}

/** A TCP connection is up. @since 0.1.0 */
export interface Connected extends Event<"Connected"> {
  readonly peer: string
}

/** An attempt to connect failed; the next one comes after `retryIn`. @since 0.1.0 */
export interface ConnectFailed extends Event<"ConnectFailed"> {
  readonly error: TransportError
  readonly retryIn: Duration.Duration
}

/** A connection ended. @since 0.1.0 */
export interface Disconnected extends Event<"Disconnected"> {
  readonly reason: DisconnectReason
  /** Transactions that were open, all of which failed with `ConnectionLost`. */
  readonly openTransactions: number
  /**
   * Messages that were queued and not written. Whoever waited for one failed with `ConnectionLost`; replies whose
   * senders had gone on are counted here and nowhere else.
   */
  readonly unwritten: number
}

/** Text of a data message that is no SECS-II item, and why. `text` is a copy of the bytes. @since 0.1.0 */
export interface Undecoded {
  readonly error: ItemDecodeError
  readonly text: Uint8Array
}

/**
 * A message came in: the wire tap, with its item where it is data. Text longer than this side takes gives none, and is
 * told by another event.
 *
 * @since 0.1.0
 */
export interface Received extends Event<"Received"> {
  readonly header: HsmsHeader
  readonly message: SecsMessage | undefined
  /** Why `message` has no item although there is text; absent where it is a header only, or too long to be looked at. */
  readonly undecoded?: Undecoded | undefined
  /** For a reply: time since its primary was sent. */
  readonly elapsed: Duration.Duration | undefined
}

/** A message was queued for the socket. @since 0.1.0 */
export interface Sent extends Event<"Sent"> {
  readonly header: HsmsHeader
  readonly message: SecsMessage | undefined
}

/**
 * A secondary that settles nothing. `Late`: its transaction timed out. `Duplicate`: it had its reply. `Mismatched`: the
 * open transaction with these system bytes has another session id. `Orphan`: nothing is known of it.
 *
 * @since 0.1.0
 */
export interface UnmatchedReply extends Event<"UnmatchedReply"> {
  readonly kind: "Late" | "Duplicate" | "Mismatched" | "Orphan"
  readonly header: HsmsHeader
  /** Time since the primary was sent, where that is known. */
  readonly age: Duration.Duration | undefined
}

/** A Reject.req that names no open transaction. @since 0.1.0 */
export interface UnmatchedReject extends Event<"UnmatchedReject"> {
  readonly header: HsmsHeader
}

/** A data message with another session id than this session's. @since 0.1.0 */
export interface SessionIdMismatch extends Event<"SessionIdMismatch"> {
  readonly header: HsmsHeader
  readonly expected: number
  readonly dropped: boolean
}

/** A data message whose text is no SECS-II item. `text` is a copy of the bytes. @since 0.1.0 */
export interface Undecodable extends Event<"Undecodable"> {
  readonly header: HsmsHeader
  readonly error: ItemDecodeError
  readonly text: Uint8Array
}

/** A message that was answered with Reject.req. @since 0.1.0 */
export interface MessageRejected extends Event<"MessageRejected"> {
  readonly header: HsmsHeader
  readonly rejectReason: number
}

/** A message the standard does not allow, delivered all the same. @since 0.1.0 */
export interface ProtocolWarning extends Event<"ProtocolWarning"> {
  readonly header: HsmsHeader
  readonly what: "WBitOnSecondary" | "StreamZero"
}

/** A primary nobody took: the buffer was full and nobody read `primaries`. @since 0.1.0 */
export interface PrimaryUnhandled extends Event<"PrimaryUnhandled"> {
  readonly header: HsmsHeader
  readonly message: SecsMessage
}

/**
 * Why a primary was not handled: no handler is for its stream, or none for its function; its body is not what its
 * definition says; or its text is longer than this side takes.
 *
 * @since 0.1.0
 */
export type Refusal =
  | { readonly _tag: "UnrecognizedStream" }
  | { readonly _tag: "UnrecognizedFunction" }
  | { readonly _tag: "IllegalData"; readonly error: StructureError }
  | { readonly _tag: "DataTooLong"; readonly length: number; readonly maximum: number }

/**
 * A primary that this side does not handle. Equipment reported it with stream 9; it was answered SxF0 if it expects a
 * reply.
 *
 * @since 0.1.0
 */
export interface PrimaryRefused extends Event<"PrimaryRefused"> {
  readonly header: HsmsHeader
  readonly message: SecsMessage
  readonly refusal: Refusal
}

/**
 * The equipment reported an error with stream 9 that names no open transaction of this host: those that do fail their
 * transaction.
 *
 * @since 0.1.0
 */
export interface ErrorReported extends Event<"ErrorReported"> {
  readonly header: HsmsHeader
  readonly message: SecsMessage
  /** The header it carries: of a message of ours, or in S9F9 of a primary of the equipment. */
  readonly about: HsmsHeader | undefined
}

/**
 * The primary that had to follow in a conversation did not come in time. Equipment said so with S9F13.
 *
 * @since 0.1.0
 */
export interface ConversationTimedOut extends Event<"ConversationTimedOut"> {
  /** The header of the inquiry that was granted. */
  readonly header: HsmsHeader
  /** The primaries of which one had to follow: `S7F3`. */
  readonly awaited: ReadonlyArray<string>
  /** The id of what was expected. */
  readonly edid: Item
  readonly after: Duration.Duration
}

/**
 * Why a handler gave no answer: it failed, died or was interrupted, all of which the cause tells apart, or it took too
 * long.
 *
 * @since 0.1.0
 */
export type HandlerFailure =
  | { readonly _tag: "Failed"; readonly cause: Cause.Cause<unknown> }
  | { readonly _tag: "TimedOut"; readonly after: Duration.Duration }

/** The handler of a primary failed; the primary was answered SxF0 if it expected a reply and had none. @since 0.1.0 */
export interface HandlerFailed extends Event<"HandlerFailed"> {
  readonly header: HsmsHeader
  readonly failure: HandlerFailure
}

/**
 * The peer sent something otherwise than its definition says, and it was taken all the same. Once per session for each
 * habit, the indexes of lists apart.
 *
 * @since 0.1.0
 */
export interface Deviated extends Event<"Deviated"> {
  readonly deviation: Deviation.Deviation
}

/** A transaction that did not end with its reply. `header` is that of its primary. @since 0.1.0 */
export interface TransactionFailed extends Event<"TransactionFailed"> {
  readonly header: HsmsHeader
  readonly error: TransactionError
}

/** A Linktest.req went unanswered. @since 0.1.0 */
export interface LinktestFailed extends Event<"LinktestFailed"> {
  readonly failures: number
  readonly maxFailures: number
}

/** A second TCP connection was turned away. @since 0.1.0 */
export interface ConnectionTurnedAway extends Event<"ConnectionTurnedAway"> {
  readonly peer: string
}

/** This observer was too slow: so many events that stood here are lost to it, and to it alone. @since 0.1.0 */
export interface EventsMissed extends Event<"EventsMissed"> {
  readonly count: number
}

/**
 * @since 0.1.0
 */
export type SessionEvent =
  | StateChanged
  | Connected
  | ConnectFailed
  | Disconnected
  | Received
  | Sent
  | UnmatchedReply
  | UnmatchedReject
  | SessionIdMismatch
  | Undecodable
  | MessageRejected
  | ProtocolWarning
  | PrimaryUnhandled
  | HandlerFailed
  | PrimaryRefused
  | ErrorReported
  | ConversationTimedOut
  | Deviated
  | TransactionFailed
  | LinktestFailed
  | ConnectionTurnedAway
  | EventsMissed

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/**
 * An event before it has its time.
 *
 * @since 0.1.0
 */
export type Untimed = DistributiveOmit<SessionEvent, "at">

/**
 * A message on the wire: what `Session.wire` gives.
 *
 * @since 0.1.0
 */
export type Wire = Sent | Received

/**
 * True for the events of `Session.wire`.
 *
 * @since 0.1.0
 */
export const isWire = (event: SessionEvent): event is Wire => event._tag === "Sent" || event._tag === "Received"

const text = (message: SecsMessage | undefined): string => (message?.item === undefined ? "" : ` ${message.item}`)

const lost = ({ openTransactions, unwritten }: Omit<Disconnected, "at">): string =>
  openTransactions + unwritten === 0
    ? ""
    : ` (${openTransactions} open transactions and ${unwritten} unwritten messages failed)`

const describeHandler = (failure: HandlerFailure): string => {
  if (failure._tag === "TimedOut") return `took longer than ${seconds(failure.after)}`
  if (Cause.hasInterruptsOnly(failure.cause)) return "was interrupted"
  const error = Cause.squash(failure.cause)
  return `failed: ${error instanceof Error ? error.message : String(error)}`
}

const describeRefusal = (refusal: Refusal): string => {
  switch (refusal._tag) {
    case "UnrecognizedStream":
      return "no handler is for its stream"
    case "UnrecognizedFunction":
      return "no handler is for its function"
    case "IllegalData":
      return refusal.error.message
    case "DataTooLong":
      return `its text has ${refusal.length} bytes, maxTextLength is ${refusal.maximum}`
  }
}

const unmatched: { readonly [kind in UnmatchedReply["kind"]]: string } = {
  Late: "its transaction had ended without it",
  Duplicate: "its transaction had ended with another",
  Mismatched: "its session id is not that of its primary",
  Orphan: "no primary of this side has its system bytes"
}

/**
 * One line for a log.
 *
 * @since 0.1.0
 */
export const describe = (event: Untimed): string => {
  switch (event._tag) {
    case "StateChanged":
      return `${event.from} -> ${event.to}`
    case "Connected":
      return `connected with ${event.peer}`
    case "ConnectFailed":
      return `${event.error.message}; next attempt in ${seconds(event.retryIn)}`
    case "Disconnected":
      return `disconnected: ${describeDisconnect(event.reason)}${lost(event)}`
    case "Received":
      return `received ${event.header}${event.undecoded === undefined ? text(event.message) : `: ${event.undecoded.error.message}`}`
    case "Sent":
      return `sent ${event.header}${text(event.message)}`
    case "UnmatchedReply":
      return `${event.kind.toLowerCase()} reply ${event.header}${
        event.age === undefined ? "" : `, ${seconds(event.age)} after its primary`
      }: ${unmatched[event.kind]}`
    case "UnmatchedReject":
      return `${event.header}: the peer rejected what is not open here`
    case "SessionIdMismatch":
      return `${event.header}: session id ${event.header.sessionId}, expected ${event.expected}${event.dropped ? ", dropped" : ""}: is the device id (session id) right?`
    case "Undecodable":
      return `${event.header}: ${event.error.message}`
    case "MessageRejected":
      return `rejected ${event.header}: ${rejection(event.rejectReason)}`
    case "ProtocolWarning":
      return `${event.header}: ${event.what === "StreamZero" ? "stream 0 is not assigned" : "W-bit on a secondary"}`
    case "PrimaryUnhandled":
      return `${event.header}: turned away, as the buffer is full and nobody reads primaries: run Session.serve`
    case "HandlerFailed":
      return `${event.header}: its handler ${describeHandler(event.failure)}`
    case "PrimaryRefused":
      return `${event.header}: ${describeRefusal(event.refusal)}`
    case "ErrorReported":
      return `${event.header}: the equipment reports ${StreamNine.meanings[event.message.function] ?? "an error"}${
        event.about === undefined ? text(event.message) : `, of ${event.about}`
      }`
    case "ConversationTimedOut":
      return `${event.header}: granted, and ${event.awaited.join(" or ")} did not follow within ${seconds(event.after)}, for ${event.edid}`
    case "Deviated":
      return Deviation.describe(event.deviation)
    case "TransactionFailed":
      return event.error.message
    case "LinktestFailed":
      return `Linktest.req was not answered (${event.failures} of ${event.maxFailures} that end the connection)`
    case "ConnectionTurnedAway":
      return `turned away ${event.peer}: another connection has the session`
    case "EventsMissed":
      return `${event.count} events are missing here: whoever looks on was too slow`
  }
}

/**
 * `describe` with the names of a registry: what a message is called, and what its codes mean.
 *
 * @example
 * SessionEvent.describeWith(Catalogue.registry)(event)
 * // => "received S1F14 [0000002a] <L [2] <B 0x00> <L [0]>> (Establish Communications Request Acknowledge, COMMACK 0 accepted)"
 *
 * @since 0.1.0
 */
export const describeWith =
  (registry: Registry) =>
  (event: Untimed): string => {
    const message = event._tag === "Received" || event._tag === "Sent" ? event.message : undefined
    const definition = message === undefined ? undefined : registry.get(message.stream, message.function)
    if (definition === undefined) return describe(event)
    const meanings = [...Labels.make(definition, message?.item).values()]
      .filter((label) => label.meaning !== undefined)
      .map(Labels.toString)
    return `${describe(event)} (${[definition.name, ...new Set(meanings)].join(", ")})`
  }

/**
 * What a log can be filtered by. Every event has `event`, its tag. Where they apply: `from` and `to`, the states;
 * `stream` and `function` as numbers; `systemBytes` as eight hexadecimal digits, as in every text of this library;
 * `reason`, the tag or code of what went wrong, and `cause`, why TCP ended; `peer` and `address`; and counts under the
 * names they have in the event.
 *
 * @since 0.1.0
 */
export const annotations = (event: Untimed): Readonly<Record<string, string | number | boolean>> => {
  const about = "header" in event ? { event: event._tag, ...annotated(event.header) } : { event: event._tag }
  switch (event._tag) {
    case "StateChanged":
      return { ...about, from: event.from, to: event.to }
    case "Connected":
    case "ConnectionTurnedAway":
      return { ...about, peer: event.peer }
    case "ConnectFailed":
      return { ...about, address: event.error.address, reason: event.error.reason._tag }
    case "Disconnected": {
      const { openTransactions, reason, unwritten } = event
      const cause = reason._tag === "TcpClosed" ? { cause: reason.error.reason._tag } : {}
      return { ...about, reason: reason._tag, ...cause, openTransactions, unwritten }
    }
    case "UnmatchedReply":
      return { ...about, reason: event.kind }
    case "SessionIdMismatch":
      return { ...about, expected: event.expected, dropped: event.dropped }
    case "Undecodable":
      return { ...about, reason: event.error.reason._tag }
    case "MessageRejected":
      return { ...about, reason: event.rejectReason }
    case "ProtocolWarning":
      return { ...about, reason: event.what }
    case "HandlerFailed":
      return { ...about, reason: event.failure._tag }
    case "PrimaryRefused":
      return { ...about, reason: event.refusal._tag }
    case "ConversationTimedOut":
      return { ...about, awaited: event.awaited.join(" "), edid: String(event.edid) }
    case "Deviated": {
      const { expected, kind, path, seen, subject } = event.deviation
      const of = subject === undefined ? {} : { subject }
      return { ...about, ...of, reason: kind, path: formatPath(path), expected, seen }
    }
    case "TransactionFailed":
      return { ...about, reason: event.error.reason._tag }
    case "EventsMissed":
      return { ...about, missed: event.count }
    case "LinktestFailed":
      return { ...about, failures: event.failures, maxFailures: event.maxFailures }
    default:
      return about
  }
}

const annotated = (header: HsmsHeader) => {
  const systemBytes = SystemBytes.format(header.systemBytes)
  return header.sType === SType.Data
    ? { systemBytes, stream: header.stream, function: header.function }
    : { systemBytes, sType: header.sType }
}

/**
 * Every error of the session package, on one page. Pure.
 *
 * The class says what was attempted, `reason` says what went wrong. The reasons of TLS are in `TlsReason`.
 *
 * @since 0.1.0
 */
import { FrameError, ItemDecodeError, ItemEncodeError, MessageError, shown } from "@effect-secs/codec/CodecError"
import * as Schema from "effect/Schema"
import { printable, rejection, seconds } from "./internal/Text.ts"
import * as StreamNine from "./StreamNine.ts"
import * as SystemBytes from "./SystemBytes.ts"
import * as TlsReason from "./TlsReason.ts"

// --- options ------------------------------------------------------------------------------------------------------

/**
 * An option with a value it cannot have.
 *
 * @since 0.1.0
 */
export class InvalidOption extends Schema.TaggedError<InvalidOption>("@effect-secs/session/InvalidOption")(
  "InvalidOption",
  { option: Schema.String, value: Schema.String, expected: Schema.String }
) {
  override get message(): string {
    return `option ${this.option} is ${this.value}: expected ${this.expected}`
  }

  override toJSON(): unknown {
    return shown(this, super.toJSON())
  }
}

// --- transports ---------------------------------------------------------------------------------------------------

/** Another program listens on the port. @since 0.1.0 */
export const AddressInUse = Schema.TaggedStruct("AddressInUse", {})
/** The address to listen on, or to dial from, is not this machine's. @since 0.1.0 */
export const AddressNotAvailable = Schema.TaggedStruct("AddressNotAvailable", {})
/** @since 0.1.0 */
export const PermissionDenied = Schema.TaggedStruct("PermissionDenied", {})
/** Nobody listens at the address. @since 0.1.0 */
export const Refused = Schema.TaggedStruct("Refused", {})
/** No way to the address: a network, a route or a host is down. @since 0.1.0 */
export const Unreachable = Schema.TaggedStruct("Unreachable", {})
/** No address is known for the name. @since 0.1.0 */
export const NameNotFound = Schema.TaggedStruct("NameNotFound", {})
/** No answer in time. @since 0.1.0 */
export const TimedOut = Schema.TaggedStruct("TimedOut", { after: Schema.Duration })
/** The connection ended without FIN, by the peer or something in between. @since 0.1.0 */
export const Reset = Schema.TaggedStruct("Reset", {})
/** The peer closed its side. @since 0.1.0 */
export const Ended = Schema.TaggedStruct("Ended", {})
/** This side closed. @since 0.1.0 */
export const Closed = Schema.TaggedStruct("Closed", {})
/** The passive side has an allow list, and the peer's address is not on it. @since 0.1.0 */
export const NotAllowed = Schema.TaggedStruct("NotAllowed", {})
/** An option of the transport that cannot be: trying again does not help. @since 0.1.0 */
export const Misconfigured = Schema.TaggedStruct("Misconfigured", { error: InvalidOption })
/** The peer of a tunnel sent text, of so many characters, where all is bytes. @since 0.1.0 */
export const TextFrame = Schema.TaggedStruct("TextFrame", { length: Schema.Natural })
/** What the host system reports under a code of its own. @since 0.1.0 */
export const Other = Schema.TaggedStruct("Other", { code: Schema.String, detail: Schema.String })

/**
 * Why a byte stream could not be opened, or ended.
 *
 * @since 0.1.0
 */
export const TransportReason = Schema.Union([
  AddressInUse,
  AddressNotAvailable,
  PermissionDenied,
  Refused,
  Unreachable,
  NameNotFound,
  TimedOut,
  Reset,
  Ended,
  Closed,
  NotAllowed,
  Misconfigured,
  TextFrame,
  ...TlsReason.TlsReason.members,
  Other
])

/**
 * @since 0.1.0
 */
export type TransportReason = typeof TransportReason.Type

/**
 * A byte stream that could not be opened, or that ended; `accept` is a peer that dialled and was turned away.
 *
 * @since 0.1.0
 */
export class TransportError extends Schema.TaggedError<TransportError>("@effect-secs/session/TransportError")(
  "TransportError",
  {
    operation: Schema.Literals(["connect", "listen", "accept", "read", "write"]),
    /** `127.0.0.1:5000` */
    address: Schema.String,
    reason: TransportReason
  }
) {
  override get message(): string {
    return `${this.operation} ${this.address}: ${describeTransport(this.reason, this.operation)}`
  }

  override toJSON(): unknown {
    return shown(this, super.toJSON())
  }
}

/**
 * One line for a log. `operation` is what was attempted, where that is told apart.
 *
 * @since 0.1.0
 */
export const describeTransport = (reason: TransportReason, operation?: TransportError["operation"]): string =>
  printable(transportSentence(reason, operation))

const transportSentence = (reason: TransportReason, operation: TransportError["operation"] | undefined): string => {
  switch (reason._tag) {
    case "AddressInUse":
      return "the port is in use by another program"
    case "AddressNotAvailable":
      return "this machine has no such address: check host, or localAddress"
    case "PermissionDenied":
      return "permission denied (ports below 1024 need privileges)"
    case "Refused":
      return "connection refused: nobody listens there (is the peer up, and passive?)"
    case "Unreachable":
      return "no route to the peer: check network, address and firewall"
    case "NameNotFound":
      return "the host name is not known: check its spelling, and DNS"
    case "TimedOut":
      return operation === "write"
        ? `the peer took no bytes for ${seconds(reason.after)}: it hangs, or the network is down`
        : `no answer within ${seconds(reason.after)}: check address and firewall`
    case "Reset":
      return "the peer, or a firewall in between, reset the connection"
    case "Ended":
      return "the peer closed the connection"
    case "Closed":
      return "closed by this side"
    case "NotAllowed":
      return "its address is not on the allow list"
    case "Misconfigured":
      return reason.error.message
    case "TextFrame":
      return `the peer sent a text frame of ${reason.length} characters; HSMS is bytes, in binary frames`
    case "Other":
      return `${reason.detail} (${reason.code})`
    default:
      return TlsReason.describe(reason)
  }
}

// --- why a connection ended ---------------------------------------------------------------------------------------

/** This side closed the session. @since 0.1.0 */
export const LocalClose = Schema.TaggedStruct("LocalClose", {})
/** The peer sent Separate.req. @since 0.1.0 */
export const Separated = Schema.TaggedStruct("Separated", {})
/** Deselect, of either side: the session ended, the connection did not. @since 0.1.0 */
export const Deselected = Schema.TaggedStruct("Deselected", {})
/** TCP ended under the session. @since 0.1.0 */
export const TcpClosed = Schema.TaggedStruct("TcpClosed", { error: TransportError })
/** Our Select.req, Deselect.req or Linktest.req was not answered. @since 0.1.0 */
export const T6Expired = Schema.TaggedStruct("T6Expired", {
  request: Schema.Literals(["Select", "Deselect", "Linktest"]),
  waited: Schema.Duration,
  failures: Schema.Natural
})
/** The connection was not selected in time. @since 0.1.0 */
export const T7Expired = Schema.TaggedStruct("T7Expired", { waited: Schema.Duration })
/** A message stopped half way. @since 0.1.0 */
export const T8Expired = Schema.TaggedStruct("T8Expired", { waited: Schema.Duration, received: Schema.Natural })
/** Bytes that are no HSMS message. @since 0.1.0 */
export const FrameFault = Schema.TaggedStruct("FrameFault", { error: FrameError })
/** The peer selected before this side was ready, and `strict` is `"E37.1"`, which closes then. @since 0.1.0 */
export const NotReady = Schema.TaggedStruct("NotReady", {})
/** The peer answered Select.req with a status other than 0 and 1. @since 0.1.0 */
export const SelectRefused = Schema.TaggedStruct("SelectRefused", { status: Schema.Natural })
/** The peer rejected Select.req. @since 0.1.0 */
export const SelectRejected = Schema.TaggedStruct("SelectRejected", { rejectReason: Schema.Natural })
/** Something came before Select, and `strict` is `"E37.1"`, which closes then. @since 0.1.0 */
export const NotSelectedPolicy = Schema.TaggedStruct("NotSelectedPolicy", { header: Schema.String })

/**
 * Why a connection, or the session on it, ended.
 *
 * @since 0.1.0
 */
export const DisconnectReason = Schema.Union([
  LocalClose,
  Separated,
  Deselected,
  TcpClosed,
  T6Expired,
  T7Expired,
  T8Expired,
  FrameFault,
  NotReady,
  SelectRefused,
  SelectRejected,
  NotSelectedPolicy
])

/**
 * @since 0.1.0
 */
export type DisconnectReason = typeof DisconnectReason.Type

/**
 * One line for a log.
 *
 * @since 0.1.0
 */
export const describeDisconnect = (reason: DisconnectReason): string => {
  switch (reason._tag) {
    case "LocalClose":
      return "closed by this side"
    case "Separated":
      return "the peer separated"
    case "Deselected":
      return "the session was deselected"
    case "TcpClosed":
      return reason.error.message
    case "T6Expired":
      return `${reason.request}.req was not answered within T6 (${seconds(reason.waited)})${
        reason.failures > 1 ? `, ${reason.failures} times` : ""
      }: ${unanswered[reason.request]}`
    case "T7Expired":
      return `no session within T7 (${seconds(reason.waited)}): of the two sides one has to be active, the other passive`
    case "T8Expired":
      return `a message stopped after ${reason.received} bytes, and nothing came for T8 (${seconds(reason.waited)}): the peer hangs, or the network is down`
    case "FrameFault":
      return reason.error.message
    case "NotReady":
      return "the peer selected, and this side is not ready for a session"
    case "SelectRefused":
      return `the peer refused Select: ${selectStatusMeaning[reason.status] ?? "a reason of its own"} (status ${reason.status})`
    case "SelectRejected":
      return `the peer rejected Select.req: ${rejection(reason.rejectReason)}; is it active as well?`
    case "NotSelectedPolicy":
      return `${reason.header} came before Select, which strict: "E37.1" does not allow`
  }
}

const unanswered: { readonly [request in (typeof T6Expired.Type)["request"]]: string } = {
  Select: "does the peer speak HSMS, and is it passive?",
  Deselect: "it may not know Deselect, as HSMS-SS has none",
  Linktest: "the peer hangs, or the network is down"
}

const selectStatusMeaning: { readonly [status: number]: string } = {
  2: "it is not ready for a session",
  3: "another connection has the session",
  4: "it has no such session id",
  5: "another connection has this session id",
  6: "this session id is selected already"
}

// --- transactions -------------------------------------------------------------------------------------------------

/** No reply in time. `timer` is that of the standard, undefined where the request had a timeout of its own. @since 0.1.0 */
export const ReplyTimeout = Schema.TaggedStruct("ReplyTimeout", {
  timer: Schema.UndefinedOr(Schema.Literals(["T3", "T6"])),
  waited: Schema.Duration
})
/** The peer answered with Reject.req. @since 0.1.0 */
export const Rejected = Schema.TaggedStruct("Rejected", { rejectReason: Schema.Natural })
/** The peer answered Deselect.req with a status other than 0. @since 0.1.0 */
export const DeselectRefused = Schema.TaggedStruct("DeselectRefused", { status: Schema.Natural })
/** The peer answered SxF0. @since 0.1.0 */
export const Aborted = Schema.TaggedStruct("Aborted", {})
/** The equipment reported the primary with a message of stream 9. @since 0.1.0 */
export const ErrorReported = Schema.TaggedStruct("ErrorReported", { function: Schema.Natural })
/** The connection ended, or the session on it, before the reply came or the message was written. @since 0.1.0 */
export const ConnectionLost = Schema.TaggedStruct("ConnectionLost", { cause: DisconnectReason })
/** There is no session to send on. @since 0.1.0 */
export const NotSelected = Schema.TaggedStruct("NotSelected", {
  state: Schema.Literals(["NotConnected", "Connecting", "NotSelected", "Selected"])
})
/** The peer answered with another message than the standard pairs. @since 0.1.0 */
export const UnexpectedReply = Schema.TaggedStruct("UnexpectedReply", {
  stream: Schema.Natural,
  function: Schema.Natural
})
/** The reply's text is no SECS-II item. @since 0.1.0 */
export const UndecodableReply = Schema.TaggedStruct("UndecodableReply", { error: ItemDecodeError })
/** The reply's text is longer than this side takes. @since 0.1.0 */
export const ReplyTooLong = Schema.TaggedStruct("ReplyTooLong", { length: Schema.Natural, maximum: Schema.Natural })
/** The message cannot be put on the wire; nothing was sent. @since 0.1.0 */
export const Unsendable = Schema.TaggedStruct("Unsendable", { error: Schema.Union([ItemEncodeError, MessageError]) })
/** The message is longer than a frame may be; nothing was sent. @since 0.1.0 */
export const TooLong = Schema.TaggedStruct("TooLong", { length: Schema.Natural, maximum: Schema.Natural })
/** A reply to a primary that expects none. @since 0.1.0 */
export const NoReplyExpected = Schema.TaggedStruct("NoReplyExpected", {})
/** A second reply to the same primary. @since 0.1.0 */
export const AlreadyReplied = Schema.TaggedStruct("AlreadyReplied", {})

/**
 * Why a message was not exchanged.
 *
 * @since 0.1.0
 */
export const TransactionReason = Schema.Union([
  ReplyTimeout,
  Rejected,
  DeselectRefused,
  Aborted,
  ErrorReported,
  ConnectionLost,
  NotSelected,
  UnexpectedReply,
  UndecodableReply,
  ReplyTooLong,
  Unsendable,
  TooLong,
  NoReplyExpected,
  AlreadyReplied
])

/**
 * @since 0.1.0
 */
export type TransactionReason = typeof TransactionReason.Type

/**
 * A message that was not exchanged: a `request` without its reply, or a `send` or `reply` that was not written.
 *
 * @since 0.1.0
 */
export class TransactionError extends Schema.TaggedError<TransactionError>("@effect-secs/session/TransactionError")(
  "TransactionError",
  {
    stream: Schema.Number,
    function: Schema.Number,
    /** 0 where the message never got any. */
    systemBytes: Schema.Natural,
    /** Of a control transaction; stream and function are 0 then. */
    procedure: Schema.optionalKey(Schema.Literals(["Linktest", "Deselect"])),
    reason: TransactionReason
  }
) {
  override get message(): string {
    const name = this.procedure ?? `S${this.stream}F${this.function}`
    // No message has 0: this one never got that far.
    const number = this.systemBytes === 0 ? "" : ` [${SystemBytes.format(this.systemBytes)}]`
    return `${name}${number}: ${describeTransaction(this)}`
  }

  override toJSON(): unknown {
    return shown(this, super.toJSON())
  }
}

const describeTransaction = (error: TransactionError): string => {
  const reason = error.reason
  switch (reason._tag) {
    case "ReplyTimeout":
      return reason.timer === undefined
        ? `peer sent no reply within ${seconds(reason.waited)}`
        : `peer sent no reply within ${reason.timer} (${seconds(reason.waited)})`
    case "Rejected":
      return `peer rejected the message: ${rejection(reason.rejectReason)}`
    case "DeselectRefused":
      return `peer refused Deselect: ${deselectStatusMeaning[reason.status] ?? "a reason of its own"} (status ${reason.status})`
    case "Aborted":
      return `peer aborted the transaction (S${error.stream}F0): it does not know the message, could not read it, or cannot answer now`
    case "ErrorReported":
      return `equipment reported ${StreamNine.meanings[reason.function] ?? "an error"} (S9F${reason.function})${
        reason.function === 1 ? ": is the device id (session id) right?" : ""
      }`
    case "ConnectionLost":
      return `connection lost: ${describeDisconnect(reason.cause)}`
    case "NotSelected":
      return `no session: the connection is ${reason.state}, and awaitSelected waits for Selected`
    case "UnexpectedReply":
      return `peer answered with S${reason.stream}F${reason.function}, not S${error.stream}F${error.function + 1}`
    case "UndecodableReply":
      return `the reply is not SECS-II: ${reason.error.message}`
    case "ReplyTooLong":
      return `the reply is too long: ${reason.length} bytes of text, maxTextLength is ${reason.maximum}`
    case "Unsendable":
      return `cannot be sent: ${reason.error.message}`
    case "TooLong":
      return `cannot be sent: ${reason.length} bytes of header and text, maxFrameLength is ${reason.maximum}`
    case "NoReplyExpected":
      return "the primary has no W-bit: its sender expects no reply"
    case "AlreadyReplied":
      return "the primary has been replied to"
  }
}

const deselectStatusMeaning: { readonly [status: number]: string } = {
  1: "it has no session",
  2: "it cannot end the session now"
}

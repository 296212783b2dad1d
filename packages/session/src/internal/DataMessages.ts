/**
 * The data messages of one connection: primaries and secondaries in, requests, replies and reports out, and the
 * transactions between them.
 *
 * Nothing here changes the protocol state; the connection calls in while it is SELECTED, and says when that is over.
 *
 * @see SEMI E37, data procedure
 */
import type { ItemDecodeError } from "@effect-secs/codec/CodecError"
import * as Hsms from "@effect-secs/codec/Hsms"
import * as HsmsHeader from "@effect-secs/codec/HsmsHeader"
import { HsmsHeader as Header, SType } from "@effect-secs/codec/HsmsHeader"
import type { Item } from "@effect-secs/codec/Item"
import { abort, isPrimary, SecsMessage, validate } from "@effect-secs/codec/SecsMessage"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { type DisconnectReason, TransactionError, type TransactionReason } from "../SessionError.ts"
import type { HandlerFailure, Refusal } from "../SessionEvent.ts"
import * as StreamNine from "../StreamNine.ts"
import type { SystemBytes } from "../SystemBytes.ts"
import { type Transaction, Transactions } from "./Transactions.ts"
import type { Fork } from "./Alarm.ts"
import { type Conversation, Conversations } from "./Conversations.ts"
import type { Core } from "./Core.ts"
import { type Frame, FrameParts } from "./Frame.ts"
import { Inbound, type Replying } from "./Inbound.ts"
import type { Outbox, Owner } from "./Outbox.ts"

/** Bytes of header and text above which a frame that came in pieces has a buffer of its own. */
const ownFrom = 64 * 1024

/** Why the text of a message has no item: it is no SECS-II, or so long that nobody looked. */
type TextFault =
  | { readonly _tag: "Undecodable"; readonly error: ItemDecodeError }
  | { readonly _tag: "DataTooLong"; readonly length: number; readonly maximum: number }

/** What data messages need of their connection. */
export interface Port {
  readonly core: Core
  readonly fork: Fork
  readonly outbox: Outbox
  readonly systemBytes: SystemBytes
  /** When the last bytes came, by the monotonic clock. */
  readonly receivedAt: () => number
  /** Somebody awaits a reply from now on. */
  readonly awaiting: () => void
}

export class DataMessages {
  readonly #port: Port
  readonly #core: Core
  readonly #outbox: Outbox
  readonly #transactions: Transactions
  readonly #conversations: Conversations | undefined
  #ended = false
  /** What senders are told whose frames are dropped. */
  #lost: DisconnectReason = { _tag: "LocalClose" }
  /** Sessions that ended on this connection before the one that may be on it now. */
  #sessions = 0

  constructor(port: Port) {
    this.#port = port
    this.#core = port.core
    this.#outbox = port.outbox
    this.#transactions = new Transactions(port.core.clock, port.fork, (transaction) => this.#t3Expired(transaction))
    const { conversations } = port.core.settings
    if (conversations !== undefined) {
      this.#conversations = new Conversations(port.core.clock, port.fork, conversations, (conversation) =>
        this.#conversationOver(conversation)
      )
    }
  }

  /** Open transactions. */
  get open(): number {
    return this.#transactions.size
  }

  /** When the oldest open transaction was written, by the monotonic clock; NaN where none is. */
  get oldestSentAt(): number {
    return this.#transactions.oldestSentAt
  }

  /** True for system bytes that no other request may use yet. */
  uses(systemBytes: number): boolean {
    return this.#transactions.has(systemBytes)
  }

  /** Why the session, or the connection, ended last. */
  get lost(): DisconnectReason {
    return this.#lost
  }

  /** Tells the sessions on this connection apart: Deselect ends one, the next Select begins another. */
  get session(): number {
    return this.#sessions
  }

  /** The session has ended, the connection has not. */
  deselected(cause: DisconnectReason): void {
    this.#sessions++
    this.#failAll(cause, false)
  }

  /** The connection has ended: settles everything. Returns how many frames were not written. */
  end(reason: DisconnectReason): number {
    this.#ended = true
    return this.#failAll(reason, true)
  }

  /** Fails open transactions and unwritten data frames alike. Returns how many frames were not written. */
  #failAll(cause: DisconnectReason, close: boolean): number {
    this.#lost = cause
    this.#conversations?.clear()
    const open = this.#transactions.all()
    for (const transaction of open) this.#transactions.remove(transaction, "failed")
    const unwritten = close ? this.#outbox.close() : this.#outbox.dropOwned()
    for (const transaction of open) this.#fail(transaction, { _tag: "ConnectionLost", cause })
    return unwritten
  }

  // --- in ----------------------------------------------------------------------------------------------------------

  /** One data message; its text is the bytes `text` to `end`, valid during the call. */
  receive(header: Header, bytes: Uint8Array, text: number, end: number): void {
    let item: Item | undefined
    let fault: TextFault | undefined
    const length = end - text
    const { maxTextLength } = this.#core.settings
    if (length > maxTextLength) fault = { _tag: "DataTooLong", length, maximum: maxTextLength }
    else if (text < end) {
      // A long frame has a buffer of its own, see FrameDecoder: its binary need not be copied.
      const own = text === HsmsHeader.length && end === bytes.length && end > ownFrom
      const decoded = own ? this.#core.settings.adopt(bytes, text, end) : this.#core.settings.decode(bytes, text, end)
      if (Result.isSuccess(decoded)) item = decoded.success
      else fault = { _tag: "Undecodable", error: decoded.failure }
    }
    const message = new SecsMessage(header.stream, header.function, header.replyExpected, item)
    if (this.#core.learning && !this.#echoes(header, message)) this.#core.learned(header.sessionId, true)
    const { sessionId } = this.#core
    const foreign =
      header.sessionId !== sessionId &&
      this.#core.settings.sessionIdPolicy !== "accept" &&
      !this.#echoes(header, message)
    // Equipment that reports a foreign device id does so under its own: what names the fault must not be dropped.
    const dropped = foreign && this.#core.settings.sessionIdPolicy === "strict" && header.stream !== 9
    if (foreign) this.#foreign(header, sessionId, dropped)
    if (isPrimary(message)) this.#onPrimary(header, message, fault, dropped, bytes, text, end)
    else this.#onSecondary(header, message, fault, bytes, text, end)
  }

  /** A reply with the session id of its primary, which was sent before the peer's own was known. */
  #echoes(header: Header, message: SecsMessage): boolean {
    return !isPrimary(message) && this.#transactions.get(header.systemBytes)?.sessionId === header.sessionId
  }

  #foreign(header: Header, expected: number, dropped: boolean): void {
    this.#core.fault({ _tag: "SessionIdMismatch", header, expected, dropped })
    if (dropped) this.#report("UnrecognizedDeviceId", header)
  }

  #onPrimary(
    header: Header,
    message: SecsMessage,
    fault: TextFault | undefined,
    dropped: boolean,
    bytes: Uint8Array,
    text: number,
    end: number
  ): void {
    if (this.#core.observed)
      this.#core.emit({
        _tag: "Received",
        header,
        message,
        elapsed: undefined,
        ...undecoded(fault, bytes, text, end)
      })
    if (dropped) return
    if (fault !== undefined) {
      if (fault._tag === "DataTooLong") this.refused(header, message, this.#sessions, fault)
      else {
        this.#undecodable(header, fault.error, bytes, text, end)
        this.#report("IllegalData", header)
      }
      if (header.replyExpected) this.#answerAbort(header)
      return
    }
    this.#conversations?.came(message)
    if (message.stream === 0) this.#warn(header, "StreamZero")
    if (message.stream === 9) this.#reported(header, message)
    const primary = new Inbound(this, header, message, end - text)
    if (this.#core.primaries.offer(primary)) return
    this.#core.fault({ _tag: "PrimaryUnhandled", header, message })
    if (header.replyExpected) this.#answerAbort(header)
  }

  #onSecondary(
    header: Header,
    message: SecsMessage,
    fault: TextFault | undefined,
    bytes: Uint8Array,
    text: number,
    end: number
  ): void {
    const transaction = this.#transactions.get(header.systemBytes)
    const { observed } = this.#core
    if (observed) {
      const sentAt = transaction?.sentAt ?? Number.NaN
      const elapsed = this.#since(sentAt)
      this.#core.emit({ _tag: "Received", header, message, elapsed, ...undecoded(fault, bytes, text, end) })
    }
    if (header.replyExpected) this.#warn(header, "WBitOnSecondary")
    if (fault?._tag === "Undecodable") this.#undecodable(header, fault.error, bytes, text, end)
    const foreign =
      transaction !== undefined &&
      header.sessionId !== transaction.sessionId &&
      header.sessionId !== this.#core.sessionId
    if (transaction === undefined || (foreign && this.#core.settings.sessionIdPolicy === "strict")) {
      return this.#unmatched(header, transaction)
    }
    this.#transactions.remove(transaction, "replied")
    if (
      header.stream !== transaction.stream ||
      (header.function !== 0 && header.function !== transaction.function + 1)
    ) {
      return this.#fail(transaction, { _tag: "UnexpectedReply", stream: header.stream, function: header.function })
    }
    if (header.function === 0) return this.#fail(transaction, { _tag: "Aborted" })
    if (fault !== undefined) {
      return this.#fail(
        transaction,
        fault._tag === "Undecodable"
          ? { _tag: "UndecodableReply", error: fault.error }
          : { _tag: "ReplyTooLong", length: fault.length, maximum: fault.maximum }
      )
    }
    transaction.settle(Exit.succeed(message))
  }

  #since(at: number): Duration.Duration | undefined {
    return Number.isNaN(at) ? undefined : Duration.millis(this.#port.receivedAt() - at)
  }

  #unmatched(header: Header, transaction: Transaction | undefined): void {
    if (transaction !== undefined) {
      const age = this.#since(transaction.sentAt)
      return this.#core.fault({ _tag: "UnmatchedReply", kind: "Mismatched", header, age })
    }
    const ended = this.#transactions.ended(header.systemBytes)
    // Equipment says both, stream 9 and SxF0; the first was told to whoever waited.
    if (header.function === 0 && ended?.ending === "reported") return
    const kind = ended === undefined ? "Orphan" : ended.ending === "replied" ? "Duplicate" : "Late"
    const age = ended === undefined ? undefined : this.#since(ended.sentAt)
    this.#core.fault({ _tag: "UnmatchedReply", kind, header, age })
  }

  #undecodable(header: Header, error: ItemDecodeError, bytes: Uint8Array, text: number, end: number): void {
    this.#core.fault({ _tag: "Undecodable", header, error, text: copied(bytes, text, end) })
  }

  #warn(header: Header, what: "WBitOnSecondary" | "StreamZero"): void {
    this.#core.fault({ _tag: "ProtocolWarning", header, what })
  }

  /** Stream 9 at the host: the transaction whose header it carries fails now instead of at T3; else it is news. */
  #reported(header: Header, message: SecsMessage): void {
    if (this.#core.settings.role !== "host") return
    const reported = StreamNine.reportedHeader(message)
    const transaction = reported === undefined ? undefined : this.#transactions.get(reported.systemBytes)
    if (
      transaction === undefined ||
      transaction.stream !== reported?.stream ||
      transaction.function !== reported.function
    ) {
      return this.#core.fault({ _tag: "ErrorReported", header, message, about: StreamNine.carriedHeader(message) })
    }
    this.#transactions.remove(transaction, "reported")
    this.#fail(transaction, { _tag: "ErrorReported", function: message.function })
  }

  /** Equipment reports a fault with stream 9; a host never does. */
  #report(fault: StreamNine.Fault, header: Header): void {
    if (this.#core.settings.role !== "equipment" || header.stream === 9) return
    this.#push(StreamNine.report(fault, header), this.#core.sessionId, this.#port.systemBytes.next())
  }

  #answerAbort(header: Header): void {
    if (header.stream > 0) this.#push(abort(header.stream), header.sessionId, header.systemBytes)
  }

  // --- out ---------------------------------------------------------------------------------------------------------

  /** Queues a data message of the protocol's own. */
  #push(message: SecsMessage, sessionId: number, systemBytes: number): void {
    const header = HsmsHeader.data(sessionId, message, systemBytes)
    const frame = Hsms.encodeData(header, message.item)
    if (Result.isFailure(frame)) return
    if (this.#core.observed) this.#core.emit({ _tag: "Sent", header, message })
    this.#outbox.push(frame.success)
  }

  /** The frame of a user's message, or why it cannot be sent. */
  #frame(message: SecsMessage, header: Header, session: number): Result.Result<Frame, TransactionError> {
    const error = (reason: TransactionReason): Result.Result<never, TransactionError> =>
      Result.fail(
        new TransactionError({
          stream: message.stream,
          function: message.function,
          systemBytes: header.systemBytes,
          reason
        })
      )
    if (this.#ended || session !== this.#sessions) return error({ _tag: "ConnectionLost", cause: this.#lost })
    if (this.#core.state !== "Selected") return error({ _tag: "NotSelected", state: this.#core.state })
    const valid = validate(message)
    if (Result.isFailure(valid)) return error({ _tag: "Unsendable", error: valid.failure })
    const encoded = Hsms.encodeDataParts(header, message.item)
    if (Result.isFailure(encoded)) return error({ _tag: "Unsendable", error: encoded.failure })
    const frame = encoded.success.length === 1 ? encoded.success[0] : new FrameParts(encoded.success)
    const length = frame.length - 4
    const maximum = this.#core.settings.maxFrameLength
    if (length > maximum) return error({ _tag: "TooLong", length, maximum })
    if (this.#core.observed) this.#core.emit({ _tag: "Sent", header, message })
    return Result.succeed(frame)
  }

  /** Opens a transaction and queues its primary. */
  request(message: SecsMessage, timeout: number): Result.Result<Transaction, TransactionError> {
    const { sessionId } = this.#core
    const systemBytes = this.#port.systemBytes.next()
    const frame = this.#frame(message, HsmsHeader.data(sessionId, message, systemBytes), this.#sessions)
    if (Result.isFailure(frame)) return Result.fail(frame.failure)
    const { function: function_, stream } = message
    const transaction = this.#transactions.open(sessionId, stream, function_, systemBytes, timeout)
    this.#outbox.push(frame.success, transaction)
    this.#outbox.relieve()
    this.#port.awaiting()
    return Result.succeed(transaction)
  }

  /** Ends a transaction whose caller has gone. */
  release(transaction: Transaction): void {
    if (!this.#transactions.remove(transaction, "failed")) return
    this.#outbox.withdraw(transaction)
  }

  /** Writes a message that waits for nothing; done when it is written. */
  send(message: SecsMessage): Effect.Effect<void, TransactionError> {
    return Effect.suspend(() => {
      const header = HsmsHeader.data(this.#core.sessionId, message, this.#port.systemBytes.next())
      return this.#write(message, header, this.#sessions)
    })
  }

  /** Answers a primary that came in a session on this connection. */
  answer(
    primary: Header,
    message: SecsMessage,
    session: number,
    replying: Replying
  ): Effect.Effect<void, TransactionError> {
    const header = HsmsHeader.data(primary.sessionId, message, primary.systemBytes)
    const answered = this.#conversations?.granting(primary, replying.message, message)
    return this.#write(message, header, session, replying, answered)
  }

  /** A primary that is of no use to this side: equipment says so. */
  refused(header: Header, message: SecsMessage, session: number, refusal: Refusal): void {
    this.#core.fault({ _tag: "PrimaryRefused", header, message, refusal })
    if (this.#ended || session !== this.#sessions) return
    this.#report(refusal._tag, header)
  }

  /** Whoever had a primary gave it up. */
  handlerFailed(header: Header, failure: HandlerFailure): void {
    this.#core.fault({ _tag: "HandlerFailed", header, failure })
  }

  /** Done when the message is written; a reply, as soon as it is on its way. */
  #write(
    message: SecsMessage,
    header: Header,
    session: number,
    replying?: Replying,
    written?: () => void
  ): Effect.Effect<void, TransactionError> {
    // All in the step that queues it: a caller that gives up before leaves no trace of it, one that does later takes
    // its frame back.
    return Effect.callback((resume) => {
      const { function: function_, stream } = message
      const { systemBytes } = header
      const failed = (reason: TransactionReason) =>
        resume(Effect.fail(new TransactionError({ stream, function: function_, systemBytes, reason })))
      const refused = replying?.refused
      if (refused !== undefined) return failed(refused)
      const frame = this.#frame(message, header, session)
      if (Result.isFailure(frame)) return resume(Effect.fail(frame.failure))
      if (replying !== undefined) {
        replying.replied = true
        if (this.#outbox.accept(frame.success)) {
          written?.()
          return resume(Effect.void)
        }
      }
      const owner: Owner = {
        queued: false,
        written: () => {
          written?.()
          resume(Effect.void)
        },
        lost: () => failed({ _tag: "ConnectionLost", cause: this.#lost })
      }
      this.#outbox.push(frame.success, owner)
      return Effect.sync(() => {
        if (this.#outbox.withdraw(owner) && replying !== undefined) replying.replied = false
      })
    })
  }

  // --- ends of transactions ----------------------------------------------------------------------------------------

  /** Tells the caller of a transaction that was removed. */
  #fail(transaction: Transaction, reason: TransactionReason): void {
    const { function: function_, sessionId, stream, systemBytes } = transaction
    const error = new TransactionError({ stream, function: function_, systemBytes, reason })
    if (this.#core.observed) {
      const header = new Header(sessionId, 0x80 | stream, function_, 0, SType.Data, systemBytes)
      this.#core.emit({ _tag: "TransactionFailed", header, error })
    }
    transaction.settle(Exit.fail(error))
  }

  #t3Expired(transaction: Transaction): void {
    if (!this.#transactions.remove(transaction, "failed")) return
    const { function: function_, sessionId, stream, systemBytes } = transaction
    this.#report("TransactionTimeout", new Header(sessionId, 0x80 | stream, function_, 0, SType.Data, systemBytes))
    const timer = transaction.timeout === this.#core.settings.t3Millis ? "T3" : undefined
    this.#fail(transaction, { _tag: "ReplyTimeout", timer, waited: Duration.millis(transaction.timeout) })
  }

  #conversationOver({ awaited, edid, header, millis }: Conversation): void {
    this.#core.fault({ _tag: "ConversationTimedOut", header, awaited, edid, after: Duration.millis(millis) })
    if (this.#core.settings.role !== "equipment") return
    const message = StreamNine.conversationTimeout(awaited[0]!, edid)
    this.#push(message, this.#core.sessionId, this.#port.systemBytes.next())
  }

  /** Reject.req: fails the transaction it names, if one is open. */
  rejected(header: Header): void {
    const transaction = this.#transactions.get(header.systemBytes)
    if (transaction === undefined) {
      this.#core.fault({ _tag: "UnmatchedReject", header })
      return
    }
    this.#transactions.remove(transaction, "failed")
    this.#fail(transaction, { _tag: "Rejected", rejectReason: header.byte3 })
  }
}

/** A copy, as the frame's buffer is used again for the next. */
const copied = (bytes: Uint8Array, text: number, end: number): Uint8Array =>
  Uint8Array.prototype.slice.call(bytes, text, end)

const undecoded = (fault: TextFault | undefined, bytes: Uint8Array, text: number, end: number) =>
  fault?._tag === "Undecodable" ? { undecoded: { error: fault.error, text: copied(bytes, text, end) } } : undefined

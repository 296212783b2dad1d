/**
 * One connection: a TCP connection from its first byte to its end, and the session on it.
 *
 * A reader fiber takes bytes, splits them into frames and acts on each at once; a writer fiber writes what is queued;
 * timer fibers call `handle` and nothing else. All belong to the Scope of the connection. `handle` is the one place
 * where the protocol state changes: it commits the next state of the table, then carries out its actions, without a
 * pause in between.
 *
 * @see SEMI E37, procedures
 * @since 0.1.0
 */
import type { ItemDecodeError } from "@effect-secs/codec/CodecError"
import { FrameError } from "@effect-secs/codec/CodecError"
import * as FrameDecoder from "@effect-secs/codec/FrameDecoder"
import * as Hsms from "@effect-secs/codec/Hsms"
import * as HsmsHeader from "@effect-secs/codec/HsmsHeader"
import { HsmsHeader as Header, SType } from "@effect-secs/codec/HsmsHeader"
import type { Item } from "@effect-secs/codec/Item"
import { abort, isPrimary, SecsMessage, validate } from "@effect-secs/codec/SecsMessage"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { Action, Event } from "./ConnectionState.ts"
import { after, type Alarm, type Fork, makeAlarm, now } from "./internal/Alarm.ts"
import type { Core } from "./internal/Core.ts"
import { Inbound } from "./internal/Inbound.ts"
import { Linktest } from "./internal/Linktest.ts"
import { Outbox, type Owner } from "./internal/Outbox.ts"
import { type DisconnectReason, TransactionError, type TransactionReason, TransportError } from "./SessionError.ts"
import * as StreamNine from "./StreamNine.ts"
import * as SystemBytes from "./SystemBytes.ts"
import type { ByteChannel } from "./Transport.ts"
import { type ReplyQueue, type Transaction, Transactions } from "./Transactions.ts"

/** Frames that may wait for a peer that does not read, before nothing more is read from it. */
const maxQueuedFrames = 4096

/**
 * @since 0.1.0
 */
export class Connection {
  readonly #core: Core
  readonly #channel: ByteChannel
  readonly #fork: Fork
  readonly #decoder: FrameDecoder.FrameDecoder
  readonly #outbox: Outbox
  readonly #transactions: Transactions
  readonly #t8: Alarm
  readonly #linktest: Linktest
  /** Our Select.req that waits for its response. */
  #select: { readonly systemBytes: number; readonly timer: Fiber.Fiber<void> | undefined } | undefined = undefined
  readonly #systemBytes: SystemBytes.SystemBytes
  readonly #done = Deferred.makeUnsafe<DisconnectReason>()
  #t7: Fiber.Fiber<void> | undefined = undefined
  #ended = false
  /** Sessions that ended on this connection before the one that may be on it now. */
  #sessions = 0
  #reason: DisconnectReason | undefined = undefined
  #receivedAt: number
  /** False while the reader waits for room instead of bytes. */
  #listening = true

  constructor(core: Core, channel: ByteChannel, fork: Fork, firstSystemBytes: number) {
    this.#core = core
    this.#channel = channel
    this.#fork = fork
    this.#receivedAt = now(core.clock)
    this.#decoder = FrameDecoder.make({ maxFrameLength: core.settings.maxFrameLength })
    const writeTimeout = core.settings.writeTimeout
    const stuck = makeAlarm(core.clock, fork, () => {
      const reason = { _tag: "TimedOut", after: writeTimeout } as const
      const error = new TransportError({ operation: "write", address: channel.peer, reason })
      this.handle("TcpClosed", { reason: { _tag: "TcpClosed", error } })
    })
    this.#outbox = new Outbox(channel, () => now(core.clock), stuck, Duration.toMillis(writeTimeout))
    this.#systemBytes = SystemBytes.make(
      firstSystemBytes,
      (systemBytes) =>
        this.#transactions.has(systemBytes) ||
        this.#linktest.uses(systemBytes) ||
        this.#select?.systemBytes === systemBytes
    )
    this.#transactions = new Transactions(core.clock, fork, (transaction) => this.#t3Expired(transaction))
    this.#linktest = new Linktest({
      clock: core.clock,
      fork,
      timeout: Duration.toMillis(core.settings.timers.t6),
      interval: core.settings.linktestMillis,
      maxFailures: core.settings.maxFailures,
      send: (owner) => this.#sendControl(SType.LinktestReq, owner),
      selected: () => core.state === "Selected",
      receivedAt: () => this.#receivedAt,
      listening: () => this.#listening,
      failed: (failures, maxFailures, last) => {
        core.fault({ _tag: "LinktestFailed", failures, maxFailures })
        const waited = core.settings.timers.t6
        const reason = { _tag: "T6Expired", request: "Linktest", waited, failures } as const
        if (last) this.handle("T6Linktest", { reason })
      }
    })
    this.#t8 = makeAlarm(core.clock, fork, () =>
      this.handle("T8", {
        reason: { _tag: "T8Expired", waited: core.settings.timers.t8, received: this.#decoder.pending }
      })
    )
  }

  /** Why the connection ended, as soon as it has. All that was open on it is settled by then. */
  get done(): Effect.Effect<DisconnectReason> {
    return Deferred.await(this.#done)
  }

  /** Done when everything queued is in the hands of the socket. */
  get flushed(): Effect.Effect<void> {
    return this.#outbox.idle
  }

  /** Tells the sessions on this connection apart: Deselect ends one, the next Select begins another. */
  get session(): number {
    return this.#sessions
  }

  /** Starts reader, writer and linktest, then reports TCP as connected. */
  start(): void {
    this.#fork(this.#untilLost(this.#outbox.run))
    if (this.#core.observed) this.#core.emit({ _tag: "Connected", peer: this.#channel.peer })
    this.handle("TcpConnected", {})
    this.#fork(this.#untilLost(this.#read))
    if (this.#core.settings.linktestMillis > 0) this.#fork(this.#linktest.watch)
  }

  /** A reader or writer: the connection does not outlive it, whatever ends it. */
  #untilLost(fiber: Effect.Effect<void, TransportError>): Effect.Effect<void> {
    return Effect.catchCause(fiber, (cause) => {
      if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
      const found = Cause.findError(cause)
      const detail = Cause.pretty(cause)
      const error = Result.isSuccess(found)
        ? found.success
        : new TransportError({
            operation: "read",
            address: this.#channel.peer,
            reason: { _tag: "Other", code: "Defect", detail }
          })
      return Effect.sync(() => this.handle("TcpClosed", { reason: { _tag: "TcpClosed", error } }))
    })
  }

  // --- state -------------------------------------------------------------------------------------------------------

  /**
   * The one place where the protocol state changes. `header` is that of the message the event is about, `reason` why
   * the connection ends if it does.
   */
  handle(event: Event, about: { readonly header?: Header; readonly reason?: DisconnectReason }): void {
    if (this.#ended) return
    const from = this.#core.state
    const { actions } = this.#core.commit(event)
    for (const action of actions) this.#perform(action, about)
    this.#core.published(from)
    // Last, as it wakes the owner of this connection, who goes on to the next one.
    if (this.#reason !== undefined) Deferred.doneUnsafe(this.#done, Exit.succeed(this.#reason))
  }

  #perform(action: Action, about: { readonly header?: Header; readonly reason?: DisconnectReason }): void {
    const { header } = about
    switch (action._tag) {
      case "SendSelectReq":
        return this.#sendSelect()
      case "SendSelectRsp":
        return this.#respond(header!, SType.SelectRsp, action.status)
      case "SendDeselectRsp":
        return this.#respond(header!, SType.DeselectRsp, action.status)
      case "SendLinktestRsp":
        return this.#respond(header!, SType.LinktestRsp, 0)
      case "SendReject":
        return this.#reject(header!, action.reason)
      case "SendSeparate":
        this.#sendControl(SType.SeparateReq)
        return
      case "EndControl":
        return this.#endControl(header!.systemBytes)
      case "FailTransaction":
        return this.#rejected(header!)
      case "AbortTransactions":
        this.#sessions++
        this.#failAll({ _tag: "Deselected" })
        return
      case "ArmT7": {
        const { t7 } = this.#core.settings.timers
        this.#t7 = after(this.#fork, Duration.toMillis(t7), () =>
          this.handle("T7", { reason: { _tag: "T7Expired", waited: t7 } })
        )
        return
      }
      case "DisarmT7":
        this.#t7?.interruptUnsafe()
        this.#t7 = undefined
        return
      case "Probe":
        this.#fork(this.#linktest.probe(1))
        return
      case "Disconnect":
        return this.#end(about.reason ?? { _tag: "LocalClose" })
      case "Deliver":
      case "RefuseConnection":
      case "Dial":
      case "AbortDial":
      case "ArmT5":
        // Done by whoever raised the event: the reader below, or the session above.
        return
    }
  }

  /** Settles everything that is open. The owner of the Scope closes it once `done` is. */
  #end(reason: DisconnectReason): void {
    this.#ended = true
    this.#t8.disarm()
    const openTransactions = this.#transactions.size
    const unwritten = this.#failAll(reason, true)
    this.#linktest.end()
    this.#core.fault({ _tag: "Disconnected", reason, openTransactions, unwritten })
    this.#reason = reason
  }

  /** Fails open transactions and unwritten data frames alike. Returns how many frames were not written. */
  #failAll(cause: DisconnectReason, close = false): number {
    this.#lost = cause
    const open = this.#transactions.all()
    for (const transaction of open) this.#transactions.remove(transaction, false)
    const unwritten = close ? this.#outbox.close() : this.#outbox.dropOwned()
    for (const transaction of open) this.#fail(transaction, { _tag: "ConnectionLost", cause })
    return unwritten
  }

  /** What senders are told whose frames are dropped. */
  #lost: DisconnectReason = { _tag: "LocalClose" }

  // --- reading -----------------------------------------------------------------------------------------------------

  readonly #read = Effect.gen({ self: this }, function* () {
    while (!this.#ended) {
      if (this.#decoder.pending > 0) this.#t8.arm(this.#core.settings.t8Millis)
      const chunks = yield* this.#channel.pull
      this.#t8.disarm()
      this.#receive(chunks)
      // Here this side does not listen, so the peer's silence means nothing: T8 is off and a linktest proves nothing.
      this.#listening = false
      if (this.#outbox.size > maxQueuedFrames) yield* this.#outbox.idle
      if (this.#core.isFull && (this.#transactions.size === 0 || this.#core.isOverfull)) yield* this.#core.room
      this.#listening = true
    }
  })

  #receive(chunks: ReadonlyArray<Uint8Array>): void {
    this.#receivedAt = now(this.#core.clock)
    this.#outbox.held = true
    let error: FrameError | undefined
    for (const chunk of chunks) {
      if (this.#ended) break
      error = this.#decoder.visit(chunk, this.#onFrame)
      if (error !== undefined) break
    }
    if (error !== undefined) this.handle("FrameFault", { reason: { _tag: "FrameFault", error } })
    this.#core.wakeReaders()
    this.#outbox.held = false
    this.#outbox.flush()
  }

  readonly #onFrame = (bytes: Uint8Array, start: number, end: number): boolean => {
    this.#linktest.failures = 0
    const header = HsmsHeader.read(bytes, start)
    if (header.pType === 0 && header.sType === SType.Data) this.#onData(header, bytes, start, end)
    else this.#onControl(header, end - start)
    return !this.#ended
  }

  #onControl(header: Header, length: number): void {
    if (this.#core.observed) {
      this.#core.emit({ _tag: "Received", header, message: undefined, elapsed: undefined })
    }
    const named = Hsms.fromHeader(header, undefined)
    if (Result.isFailure(named)) {
      const pType = named.failure.reason._tag === "UnsupportedPType"
      return this.handle(pType ? "UnsupportedPType" : "UnsupportedSType", { header, reason: this.#tooEarly(header) })
    }
    if (length !== HsmsHeader.length) {
      const error = new FrameError({ reason: { _tag: "BadControlLength", length, sType: header.sType } })
      return this.handle("FrameFault", { header, reason: { _tag: "FrameFault", error } })
    }
    const message = named.success
    const selecting = this.#select?.systemBytes === header.systemBytes
    const probing = this.#linktest.asked(header.systemBytes)
    switch (message._tag) {
      case "SelectReq":
        return this.handle(this.#core.settings.ready() ? "SelectReq" : "SelectReqNotReady", {
          header,
          reason: { _tag: "SelectRefused", status: HsmsHeader.SelectStatus.NotReady }
        })
      case "SelectRsp":
        if (!selecting) return this.handle("OrphanRsp", { header })
        return message.status <= HsmsHeader.SelectStatus.AlreadyActive
          ? this.handle("SelectRspOk", { header })
          : this.handle("SelectRspRefused", { header, reason: { _tag: "SelectRefused", status: message.status } })
      case "DeselectReq":
        return this.handle("DeselectReq", { header, reason: this.#tooEarly(header) })
      case "DeselectRsp":
        return this.handle("OrphanRsp", { header })
      case "LinktestReq":
        return this.handle("LinktestReq", { header, reason: this.#tooEarly(header) })
      case "LinktestRsp":
        return this.handle(probing ? "LinktestRsp" : "OrphanRsp", { header })
      case "RejectReq":
        if (selecting) {
          const reason = { _tag: "SelectRejected", rejectReason: message.reason } as const
          return this.handle("SelectRejected", { header, reason })
        }
        // A peer that rejects Linktest.req is alive.
        return this.handle(probing ? "LinktestRsp" : "RejectReq", { header })
      case "SeparateReq":
        return this.handle("SeparateReq", { header, reason: { _tag: "Separated" } })
      case "Data":
        return
    }
  }

  #tooEarly(header: Header): DisconnectReason {
    return { _tag: "NotSelectedPolicy", header: String(header) }
  }

  #onData(header: Header, bytes: Uint8Array, start: number, end: number): void {
    if (this.#core.state !== "Selected") {
      if (this.#core.observed) this.#core.emit({ _tag: "Received", header, message: undefined, elapsed: undefined })
      return this.handle("Data", { header, reason: this.#tooEarly(header) })
    }
    const text = start + HsmsHeader.length
    let item: Item | undefined
    let fault: ItemDecodeError | undefined
    if (text < end) {
      const decoded = this.#core.settings.decode(bytes, text, end)
      if (Result.isSuccess(decoded)) item = decoded.success
      else fault = decoded.failure
    }
    const message = new SecsMessage(header.stream, header.function, header.replyExpected, item)
    const { sessionId } = this.#core.settings
    const foreign = header.sessionId !== sessionId && this.#core.settings.sessionIdPolicy !== "accept"
    // Equipment that reports a foreign device id does so under its own: what names the fault must not be dropped.
    const dropped = foreign && this.#core.settings.sessionIdPolicy === "strict" && header.stream !== 9
    if (foreign) this.#foreign(header, sessionId, dropped)
    if (isPrimary(message)) this.#onPrimary(header, message, fault, dropped, bytes, text, end)
    else this.#onSecondary(header, message, fault, bytes, text, end)
  }

  #foreign(header: Header, expected: number, dropped: boolean): void {
    this.#core.fault({ _tag: "SessionIdMismatch", header, expected, dropped })
    if (dropped) this.#report("UnrecognizedDeviceId", header)
  }

  #onPrimary(
    header: Header,
    message: SecsMessage,
    fault: ItemDecodeError | undefined,
    dropped: boolean,
    bytes: Uint8Array,
    text: number,
    end: number
  ): void {
    if (this.#core.observed) this.#core.emit({ _tag: "Received", header, message, elapsed: undefined })
    if (dropped) return
    if (fault !== undefined) {
      this.#undecodable(header, fault, bytes, text, end)
      this.#report("IllegalData", header)
      if (header.replyExpected) this.#answerAbort(header)
      return
    }
    if (message.stream === 0) this.#warn(header, "StreamZero")
    if (message.stream === 9) this.#reported(message)
    const primary = new Inbound(this, header, message)
    if (this.#core.offer(primary)) return
    this.#core.fault({ _tag: "PrimaryUnhandled", header, message })
    if (header.replyExpected) this.#answerAbort(header)
  }

  #onSecondary(
    header: Header,
    message: SecsMessage,
    fault: ItemDecodeError | undefined,
    bytes: Uint8Array,
    text: number,
    end: number
  ): void {
    const transaction = this.#transactions.get(header.systemBytes)
    const { observed } = this.#core
    if (observed) {
      const sentAt = transaction?.sentAt ?? Number.NaN
      this.#core.emit({ _tag: "Received", header, message, elapsed: this.#since(sentAt) })
    }
    if (header.replyExpected) this.#warn(header, "WBitOnSecondary")
    if (fault !== undefined) this.#undecodable(header, fault, bytes, text, end)
    const foreign = transaction !== undefined && header.sessionId !== transaction.sessionId
    if (transaction === undefined || (foreign && this.#core.settings.sessionIdPolicy === "strict")) {
      return this.#unmatched(header, transaction)
    }
    this.#transactions.remove(transaction, true)
    if (
      header.stream !== transaction.stream ||
      (header.function !== 0 && header.function !== transaction.function + 1)
    ) {
      return this.#fail(transaction, { _tag: "UnexpectedReply", stream: header.stream, function: header.function })
    }
    if (header.function === 0) return this.#fail(transaction, { _tag: "Aborted" })
    if (fault !== undefined) return this.#fail(transaction, { _tag: "UndecodableReply", error: fault })
    transaction.settle(Exit.succeed(message))
  }

  #since(at: number): Duration.Duration | undefined {
    return Number.isNaN(at) ? undefined : Duration.millis(this.#receivedAt - at)
  }

  #unmatched(header: Header, transaction: Transaction | undefined): void {
    if (transaction !== undefined) {
      const age = this.#since(transaction.sentAt)
      return this.#core.fault({ _tag: "UnmatchedReply", kind: "Mismatched", header, age })
    }
    const ended = this.#transactions.ended(header.systemBytes)
    const kind = ended === undefined ? "Orphan" : ended.replied ? "Duplicate" : "Late"
    const age = ended === undefined ? undefined : this.#since(ended.sentAt)
    this.#core.fault({ _tag: "UnmatchedReply", kind, header, age })
  }

  #undecodable(header: Header, error: ItemDecodeError, bytes: Uint8Array, text: number, end: number): void {
    // A copy, as the frame's buffer is used again for the next.
    this.#core.fault({ _tag: "Undecodable", header, error, text: Uint8Array.prototype.slice.call(bytes, text, end) })
  }

  #warn(header: Header, what: "WBitOnSecondary" | "StreamZero"): void {
    this.#core.fault({ _tag: "ProtocolWarning", header, what })
  }

  /** Stream 9 at the host: the transaction whose header it carries fails now instead of at T3. */
  #reported(message: SecsMessage): void {
    if (this.#core.settings.role !== "host") return
    const reported = StreamNine.reportedHeader(message)
    if (reported === undefined) return
    const transaction = this.#transactions.get(reported.systemBytes)
    if (transaction?.stream !== reported.stream || transaction.function !== reported.function) return
    this.#transactions.remove(transaction, false)
    this.#fail(transaction, { _tag: "ErrorReported", function: message.function })
  }

  /** Equipment reports a fault with stream 9; a host never does. */
  #report(fault: StreamNine.Fault, header: Header): void {
    if (this.#core.settings.role !== "equipment" || header.stream === 9) return
    this.#push(StreamNine.report(fault, header), this.#core.settings.sessionId, this.#systemBytes.next())
  }

  #answerAbort(header: Header): void {
    if (header.stream > 0) this.#push(abort(header.stream), header.sessionId, header.systemBytes)
  }

  // --- writing -----------------------------------------------------------------------------------------------------

  #sendHeader(header: Header, owner?: Owner): void {
    if (this.#core.observed) this.#core.emit({ _tag: "Sent", header, message: undefined })
    this.#outbox.push(Hsms.encodeHeader(header), owner)
  }

  #respond(request: Header, sType: number, status: number): void {
    this.#sendHeader(new Header(request.sessionId, 0, status, 0, sType, request.systemBytes))
  }

  #reject(header: Header, rejectReason: number): void {
    this.#core.fault({ _tag: "Refused", header, rejectReason })
    this.#sendHeader(Hsms.toHeader(Hsms.rejectReq(header, rejectReason)))
  }

  /** Queues a data message of the protocol's own. */
  #push(message: SecsMessage, sessionId: number, systemBytes: number): void {
    const header = HsmsHeader.data(sessionId, message, systemBytes)
    const frame = Hsms.encodeData(header, message.item)
    if (Result.isFailure(frame)) return
    if (this.#core.observed) this.#core.emit({ _tag: "Sent", header, message })
    this.#outbox.push(frame.success)
  }

  /** The frame of a user's message, or why it cannot be sent. */
  #frame(message: SecsMessage, header: Header, session: number): Result.Result<Uint8Array, TransactionError> {
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
    const frame = Hsms.encodeData(header, message.item)
    if (Result.isFailure(frame)) return error({ _tag: "Unsendable", error: frame.failure })
    const length = frame.success.length - 4
    const maximum = this.#core.settings.maxFrameLength
    if (length > maximum) return error({ _tag: "TooLong", length, maximum })
    if (this.#core.observed) this.#core.emit({ _tag: "Sent", header, message })
    return Result.succeed(frame.success)
  }

  /** Opens a transaction and queues its primary. */
  open(message: SecsMessage, timeout: number, replies: ReplyQueue): Result.Result<Transaction, TransactionError> {
    const { sessionId } = this.#core.settings
    const systemBytes = this.#systemBytes.next()
    const frame = this.#frame(message, HsmsHeader.data(sessionId, message, systemBytes), this.#sessions)
    if (Result.isFailure(frame)) return Result.fail(frame.failure)
    const { function: function_, stream } = message
    const transaction = this.#transactions.open(sessionId, stream, function_, systemBytes, timeout, replies)
    this.#outbox.push(frame.success, transaction)
    // Its reply may stand behind primaries that fill the buffer.
    if (!this.#listening) this.#core.letIn()
    return Result.succeed(transaction)
  }

  /** Ends a transaction whose caller has gone. */
  release(transaction: Transaction): void {
    if (!this.#transactions.remove(transaction, false)) return
    this.#outbox.withdraw(transaction)
  }

  /** Writes a message that waits for nothing; done when it is written. */
  send(message: SecsMessage): Effect.Effect<void, TransactionError> {
    return Effect.suspend(() => {
      const header = HsmsHeader.data(this.#core.settings.sessionId, message, this.#systemBytes.next())
      return this.#write(message, header, this.#sessions)
    })
  }

  /** Answers a primary that came in a session on this connection; `withdrawn` is called if the caller gives up in time. */
  answer(
    primary: Header,
    message: SecsMessage,
    session: number,
    withdrawn: () => void
  ): Effect.Effect<void, TransactionError> {
    return Effect.suspend(() =>
      this.#write(message, HsmsHeader.data(primary.sessionId, message, primary.systemBytes), session, withdrawn)
    )
  }

  #write(
    message: SecsMessage,
    header: Header,
    session: number,
    withdrawn?: () => void
  ): Effect.Effect<void, TransactionError> {
    const frame = this.#frame(message, header, session)
    if (Result.isFailure(frame)) return Effect.fail(frame.failure)
    return Effect.callback((resume) => {
      const owner: Owner = {
        written: () => resume(Effect.void),
        lost: () =>
          resume(
            Effect.fail(
              new TransactionError({
                stream: message.stream,
                function: message.function,
                systemBytes: header.systemBytes,
                reason: { _tag: "ConnectionLost", cause: this.#lost }
              })
            )
          )
      }
      this.#outbox.push(frame.success, owner)
      return Effect.sync(() => {
        if (this.#outbox.withdraw(owner)) withdrawn?.()
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
      this.#core.emit({ _tag: "TransactionFailed", header, reason: error.message })
    }
    transaction.settle(Exit.fail(error))
  }

  #t3Expired(transaction: Transaction): void {
    if (!this.#transactions.remove(transaction, false)) return
    const { function: function_, sessionId, stream, systemBytes } = transaction
    this.#report("TransactionTimeout", new Header(sessionId, 0x80 | stream, function_, 0, SType.Data, systemBytes))
    const timer = transaction.timeout === this.#core.settings.t3Millis ? "T3" : undefined
    this.#fail(transaction, { _tag: "ReplyTimeout", timer, waited: Duration.millis(transaction.timeout) })
  }

  #rejected(header: Header): void {
    const transaction = this.#transactions.get(header.systemBytes)
    if (transaction === undefined) {
      this.#core.fault({ _tag: "UnmatchedReject", header })
      return
    }
    this.#transactions.remove(transaction, false)
    this.#fail(transaction, { _tag: "Rejected", rejectReason: header.byte3 })
  }

  // --- control transactions ----------------------------------------------------------------------------------------

  /** Sends a control request of ours; gives its system bytes. */
  #sendControl(sType: number, owner?: Owner): number {
    const systemBytes = this.#systemBytes.next()
    this.#sendHeader(new Header(HsmsHeader.controlSessionId, 0, 0, 0, sType, systemBytes), owner)
    return systemBytes
  }

  #sendSelect(): void {
    const { t6 } = this.#core.settings.timers
    const timer = after(this.#fork, Duration.toMillis(t6), () =>
      this.handle("T6Select", { reason: { _tag: "T6Expired", request: "Select", waited: t6, failures: 1 } })
    )
    this.#select = { systemBytes: this.#sendControl(SType.SelectReq), timer }
  }

  #endControl(systemBytes: number): void {
    if (this.#select?.systemBytes === systemBytes) {
      this.#select.timer?.interruptUnsafe()
      this.#select = undefined
    }
    this.#linktest.answered(systemBytes)
  }

  /** The user's linktest: the time it took. */
  get linktest(): Effect.Effect<Duration.Duration, TransactionError> {
    return Effect.suspend(() => {
      const sentAt = now(this.#core.clock)
      return Effect.flatMap(this.#linktest.probe(), () => {
        const reason: TransactionReason | undefined = this.#ended
          ? { _tag: "ConnectionLost", cause: this.#lost }
          : this.#linktest.failures > 0
            ? { _tag: "ReplyTimeout", timer: "T6", waited: this.#core.settings.timers.t6 }
            : undefined
        return reason === undefined
          ? Effect.succeed(Duration.millis(now(this.#core.clock) - sentAt))
          : Effect.fail(new TransactionError({ stream: 0, function: 0, systemBytes: 0, reason }))
      })
    })
  }
}

/**
 * Runs a connection over a channel in the Scope of the caller until it ends.
 *
 * @since 0.1.0
 */
export const make = (
  core: Core,
  channel: ByteChannel,
  firstSystemBytes: number
): Effect.Effect<Connection, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const run = Effect.runForkWith(yield* Effect.context())
    return new Connection(core, channel, (effect) => Fiber.runIn(run(effect), scope), firstSystemBytes)
  })

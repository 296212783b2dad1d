/**
 * One connection: a TCP connection from its first byte to its end, and the session on it.
 *
 * A reader fiber takes bytes, splits them into frames and acts on each at once. What is to be sent collects in the
 * outbox, which hands it to the socket once a turn. Timer fibers call `handle` and nothing else. All belong to the Scope
 * of the connection. `handle` is the one place where the protocol state changes: it commits the next state of the table,
 * then carries out its actions, without a pause in between.
 *
 * @see SEMI E37, procedures
 */
import type { FrameError } from "@effect-secs/codec/CodecError"
import * as FrameDecoder from "@effect-secs/codec/FrameDecoder"
import * as Hsms from "@effect-secs/codec/Hsms"
import * as HsmsHeader from "@effect-secs/codec/HsmsHeader"
import { HsmsHeader as Header, SType } from "@effect-secs/codec/HsmsHeader"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { Action, Event } from "../ConnectionState.ts"
import { type DisconnectReason, type TransactionError, TransportError } from "../SessionError.ts"
import * as SystemBytes from "../SystemBytes.ts"
import type { ByteChannel } from "../Transport.ts"
import { after, type Alarm, type Fork, makeAlarm, now } from "./Alarm.ts"
import { meaningOf, tooEarly } from "./ControlMessage.ts"
import type { Core } from "./Core.ts"
import { DataMessages } from "./DataMessages.ts"
import { Deselect } from "./Deselect.ts"
import { Linktest } from "./Linktest.ts"
import { Outbox, type Owner } from "./Outbox.ts"

/** Frames that may wait for a peer that does not read, before nothing more is read from it. */
const maxQueuedFrames = 4096

/** The same in bytes. Handlers are given no more primaries either, as their replies are what waits. */
const maxQueuedBytes = 2 ** 24

/** The header of the message an event is about, and why the connection ends if it does. */
interface About {
  readonly header?: Header
  readonly reason?: DisconnectReason | undefined
}

export class Connection {
  readonly #core: Core
  readonly #channel: ByteChannel
  readonly #fork: Fork
  readonly #decoder: FrameDecoder.FrameDecoder
  readonly #outbox: Outbox
  /** The data messages on this connection. */
  readonly data: DataMessages
  readonly #t8: Alarm
  readonly #linktest: Linktest
  readonly #deselect: Deselect
  /** Our Select.req that waits for its response. */
  #select: { readonly systemBytes: number; readonly timer: Fiber.Fiber<void> | undefined } | undefined = undefined
  readonly #systemBytes: SystemBytes.SystemBytes
  readonly #done = Deferred.makeUnsafe<DisconnectReason>()
  #t7: Fiber.Fiber<void> | undefined = undefined
  #ended = false
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
    this.#outbox = new Outbox(channel, () => now(core.clock), stuck, Duration.toMillis(writeTimeout), core.meter)
    this.#systemBytes = SystemBytes.make(
      firstSystemBytes,
      (systemBytes) =>
        this.data.uses(systemBytes) ||
        this.#linktest.uses(systemBytes) ||
        this.#deselect.uses(systemBytes) ||
        this.#select?.systemBytes === systemBytes
    )
    this.data = new DataMessages({
      core,
      fork,
      outbox: this.#outbox,
      systemBytes: this.#systemBytes,
      receivedAt: () => this.#receivedAt,
      // The reply may stand behind primaries that fill the buffer.
      awaiting: () => {
        if (!this.#listening) core.primaries.letIn()
      }
    })
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
      lost: () => this.data.lost,
      failed: (failures, maxFailures, last) => {
        core.fault({ _tag: "LinktestFailed", failures, maxFailures })
        const waited = core.settings.timers.t6
        const reason = { _tag: "T6Expired", request: "Linktest", waited, failures } as const
        if (last) this.handle("T6Linktest", { reason })
      }
    })
    this.#deselect = new Deselect({
      fork,
      timeout: Duration.toMillis(core.settings.timers.t6),
      begin: () => this.handle("Deselect", {}),
      send: (owner) => this.#sendControl(SType.DeselectReq, owner),
      selected: () => core.state === "Selected",
      expired: () => {
        const waited = core.settings.timers.t6
        this.handle("T6Deselect", { reason: { _tag: "T6Expired", request: "Deselect", waited, failures: 1 } })
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

  /** Frames that are queued, or handed over while the socket has no room for more. */
  get unwritten(): number {
    return this.#outbox.unwritten
  }

  /** When the last bytes came, by the monotonic clock. */
  get receivedAt(): number {
    return this.#receivedAt
  }

  /** Done when everything queued is in the hands of the socket. */
  get flushed(): Effect.Effect<void> {
    return this.#outbox.idle
  }

  /** Starts reader, writer and linktest, then reports TCP as connected. */
  start(): void {
    this.#fork(this.#untilLost(this.#outbox.run))
    this.#core.primaries.gate(() => this.#ended || this.#roomForReplies)
    this.#core.log.peer = this.#channel.peer
    this.#core.meter?.connected()
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

  /** The one place where the protocol state changes. */
  handle(event: Event, about: About): void {
    if (this.#ended) return
    const from = this.#core.state
    const { actions } = this.#core.commit(event)
    for (const action of actions) this.#perform(action, about)
    this.#core.published(from)
    this.#deselect.wake()
    // Last, as it wakes the owner of this connection, who goes on to the next one.
    if (this.#reason !== undefined) Deferred.doneUnsafe(this.#done, Exit.succeed(this.#reason))
  }

  #perform(action: Action, about: About): void {
    const { header } = about
    switch (action._tag) {
      case "SendSelectReq":
        return this.#sendSelect()
      case "SendSelectRsp":
        return this.#respond(header!, SType.SelectRsp, action.status)
      case "SendDeselectReq":
        return this.#deselect.send()
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
        return this.#endControl(header!)
      case "FailTransaction":
        return this.data.rejected(header!)
      case "AbortTransactions":
        return this.data.deselected(about.reason ?? { _tag: "Deselected" })
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
        this.#fork(this.#linktest.now)
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
    const openTransactions = this.data.open
    const unwritten = this.data.end(reason)
    this.#linktest.end()
    this.#deselect.end(reason)
    this.#core.fault({ _tag: "Disconnected", reason, openTransactions, unwritten })
    this.#reason = reason
  }

  // --- reading -----------------------------------------------------------------------------------------------------

  readonly #read = Effect.gen({ self: this }, function* () {
    const { pullWhile } = this.#channel
    while (!this.#ended) {
      if (pullWhile === undefined) this.#take(yield* this.#channel.pull)
      else yield* pullWhile(this.#take)
      if (this.#canGoOn) continue
      // Here this side does not listen, so the peer's silence means nothing: T8 is off and a linktest proves nothing.
      this.#t8.disarm()
      this.#listening = false
      if (!this.#roomForReplies) yield* this.#outbox.idle
      this.#core.primaries.handOut()
      if (this.#mustWaitForReaders) yield* this.#core.primaries.room
      this.#listening = true
      this.#armT8()
    }
  })

  get #mustWaitForReaders(): boolean {
    return this.#core.primaries.isFull && (this.data.open === 0 || this.#core.primaries.isOverfull)
  }

  /** False when the connection is over or others have to catch up first. */
  get #canGoOn(): boolean {
    return !this.#ended && this.#roomForReplies && !this.#mustWaitForReaders
  }

  get #roomForReplies(): boolean {
    return this.#outbox.size <= maxQueuedFrames && this.#outbox.bytes <= maxQueuedBytes
  }

  #armT8(): void {
    if (this.#decoder.pending > 0) this.#t8.arm(this.#core.settings.t8Millis)
  }

  /** False when nothing more can be taken for now. */
  readonly #take = (chunks: ReadonlyArray<Uint8Array>): boolean => {
    this.#t8.disarm()
    this.#receive(chunks)
    if (!this.#canGoOn) return false
    this.#armT8()
    return true
  }

  #receive(chunks: ReadonlyArray<Uint8Array>): void {
    this.#receivedAt = now(this.#core.clock)
    this.#core.meter?.arrived(chunks)
    this.#outbox.held = true
    let error: FrameError | undefined
    for (const chunk of chunks) {
      if (this.#ended) break
      error = this.#decoder.visit(chunk, this.#onFrame)
      if (error !== undefined) break
    }
    if (error !== undefined) this.handle("FrameFault", { reason: { _tag: "FrameFault", error } })
    this.#core.primaries.wakeReaders()
    this.#outbox.held = false
    this.#outbox.flush()
    this.#core.primaries.handOut()
  }

  readonly #onFrame = (bytes: Uint8Array, start: number, end: number): boolean => {
    this.#linktest.failures = 0
    const header = HsmsHeader.read(bytes, start)
    this.#core.meter?.received(header.sType)
    if (header.pType === 0 && header.sType === SType.Data) this.#onData(header, bytes, start, end)
    else this.#onControl(header, end - start)
    return !this.#ended
  }

  #onControl(header: Header, length: number): void {
    if (this.#core.observed) {
      this.#core.emit({ _tag: "Received", header, message: undefined, elapsed: undefined })
    }
    const { event, reason } = meaningOf(header, length, {
      state: this.#core.state,
      selecting: this.#select?.systemBytes === header.systemBytes,
      deselecting: this.#deselect.uses(header.systemBytes),
      probing: this.#linktest.asked(header.systemBytes),
      ready: this.#core.settings.ready,
      busy: this.#core.settings.busy
    })
    const selects = event === "SelectReq" || event === "SelectReqNotReady"
    if (selects && this.#core.learning) this.#core.learned(header.sessionId, false)
    this.handle(event, { header, reason })
  }

  #onData(header: Header, bytes: Uint8Array, start: number, end: number): void {
    if (this.#core.state === "Selected") return this.data.receive(header, bytes, start + HsmsHeader.length, end)
    if (this.#core.observed) this.#core.emit({ _tag: "Received", header, message: undefined, elapsed: undefined })
    this.handle("Data", { header, reason: tooEarly(header) })
  }

  // --- control messages ----------------------------------------------------------------------------------------

  #sendHeader(header: Header, owner?: Owner): void {
    if (this.#core.observed) this.#core.emit({ _tag: "Sent", header, message: undefined })
    this.#outbox.push(Hsms.encodeHeader(header), owner)
  }

  #respond(request: Header, sType: number, status: number): void {
    this.#sendHeader(new Header(request.sessionId, 0, status, 0, sType, request.systemBytes))
  }

  #reject(header: Header, rejectReason: number): void {
    this.#core.fault({ _tag: "MessageRejected", header, rejectReason })
    this.#sendHeader(Hsms.toHeader(Hsms.rejectReq(header, rejectReason)))
  }

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

  #endControl(header: Header): void {
    const { systemBytes } = header
    if (this.#select?.systemBytes === systemBytes) {
      this.#select.timer?.interruptUnsafe()
      this.#select = undefined
    }
    this.#deselect.answered(header)
    this.#linktest.answered(systemBytes)
  }

  /** The user's Deselect: done when the session has ended. */
  get deselect(): Effect.Effect<void, TransactionError> {
    return this.#deselect.run
  }

  /** The user's linktest: the time it took. */
  get linktest(): Effect.Effect<Duration.Duration, TransactionError> {
    return this.#linktest.run
  }
}

/** A connection over a channel, in the Scope of the caller. `start` begins it, `done` is its end. */
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

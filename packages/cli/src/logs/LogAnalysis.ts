/**
 * What the events of a log mean: which messages belong together, how long replies took, and what went wrong. Pure.
 *
 * Events come one by one, each gives an entry for a timeline, and nothing is kept but open transactions and sums. A
 * secondary belongs to the primary of the same connection with its system bytes that the other side sent, where the log
 * says who sent. Where the log has no system bytes, it belongs to the oldest open primary of its stream and function; such
 * a match is marked as guessed.
 *
 * A primary that waited longer than T3 is told then; its reply, should it come, is late. T3 belongs to whoever waits, so
 * that a reply may be late here and in time there.
 *
 * @see SEMI E5, transactions and stream 9; SEMI E37, T3, T6 and control messages
 * @since 0.1.0
 */
import { type Hsms, HsmsHeader } from "@effect-secs/codec"
import * as Duration from "effect/Duration"
import type { Entry, Finding, Reference } from "./LogEntry.ts"
import * as LogEvent from "./LogEvent.ts"
import * as LogPrefix from "./LogPrefix.ts"
import type * as LogTime from "./LogTime.ts"
import * as LogSummary from "./LogSummary.ts"
import type { Structure } from "../names/Names.ts"
import { control, OpenTransactions, type Transaction } from "./OpenTransactions.ts"

/** @since 0.1.0 */
export interface LogAnalysisOptions {
  /** How long a primary may wait for its secondary; 45 s unless told. */
  readonly t3?: Duration.Input | undefined
  /** How long a control message may wait for its response; 5 s unless told. */
  readonly t6?: Duration.Input | undefined
  /** How the body of a message agrees with its definition; not looked up unless given. */
  readonly structure?: ((event: LogEvent.Message) => Structure | undefined) | undefined
}

/** @since 0.1.0 */
export interface LogAnalysis {
  /**
   * Takes the next event and gives its entry, after those of transactions whose time ran out before it. An event that
   * does not count is used to match others, and is in no sum.
   */
  readonly push: (event: LogEvent.LogEvent, counts?: boolean) => ReadonlyArray<Entry>
  /** The end of the log: transactions that waited longer than they may. */
  readonly end: () => ReadonlyArray<Entry>
  readonly summary: () => LogSummary.Summary
}

/** @since 0.1.0 */
export const make = (options: LogAnalysisOptions = {}): LogAnalysis => new Analysis(options)

class Analysis implements LogAnalysis {
  readonly #t3: number
  readonly #t6: number
  readonly #structure: (event: LogEvent.Message) => Structure | undefined
  readonly #sums = LogSummary.make()
  readonly #open = new OpenTransactions((open) => this.#count(open, "missing"))
  #now: LogTime.LogTime | undefined
  #rank = 0

  constructor({ structure = () => undefined, t3 = "45 seconds", t6 = "5 seconds" }: LogAnalysisOptions) {
    this.#structure = structure
    this.#t3 = Duration.toMillis(t3)
    this.#t6 = Duration.toMillis(t6)
  }

  push(event: LogEvent.LogEvent, counts = true): ReadonlyArray<Entry> {
    if (event.time !== undefined) this.#now = event.time
    const entries = this.#expire(event.time)
    if (counts) this.#sums.event(event)
    switch (event._tag) {
      case "Message":
        entries.push(withStructure(this.#message(event, counts), counts ? this.#structure(event) : undefined))
        break
      case "Control":
        entries.push(this.#control(event, counts))
        if (event.message._tag === "SeparateReq") this.#lose(event, entries)
        break
      case "Disconnected":
        this.#lose(event, entries)
        entries.push(entryOf(event))
        break
      case "Connected":
        entries.push(entryOf(event))
        break
      case "Unreadable":
        entries.push(entryOf(event, { findings: [unreadable(event.error)] }))
    }
    if (counts) for (const entry of entries) this.#sums.entry(entry)
    return entries
  }

  end(): ReadonlyArray<Entry> {
    const entries = this.#expire(this.#now)
    for (const open of this.#open.open.flatMap((line) => [...line])) {
      const { counts, reference, replyExpected } = open
      if (!replyExpected) continue
      // Without times nobody knows how long it waited; the log went on, and there was no reply.
      if (reference.time === undefined) {
        const entry = this.#noReply(open, undefined)
        entries.push(entry)
        this.#count(open, "missing")
        if (counts) this.#sums.entry(entry)
      } else this.#count(open, "open")
    }
    this.#open.forgetAll()
    return entries
  }

  summary(): LogSummary.Summary {
    return this.#sums.toSummary()
  }

  // --- messages ----------------------------------------------------------------------------------------------------

  #message(event: LogEvent.Message, counts: boolean): Entry {
    const broken = event.error === undefined ? [] : [unreadable(event.error)]
    if (event.function % 2 === 1) {
      const reported = event.stream === 9 ? this.#reported(event) : undefined
      if (reported !== undefined) return { ...reported, findings: [...reported.findings, ...broken] }
      return entryOf(event, { findings: [...this.#begin(event, counts), ...broken] })
    }
    const reply = this.#reply(event)
    return { ...reply, findings: [...reply.findings, ...broken] }
  }

  #begin(event: LogEvent.Message, counts: boolean): ReadonlyArray<Finding> {
    const { function: function_, replyExpected, stream } = event
    return this.#remember(event, { stream, function: function_, replyExpected, limit: this.#t3, counts })
  }

  #remember(
    event: LogEvent.Message | LogEvent.Control,
    what: Pick<Transaction, "stream" | "function" | "replyExpected" | "limit" | "counts">
  ): ReadonlyArray<Finding> {
    const open: Transaction = { ...what, reference: referenceTo(event), rank: this.#rank++, state: "open" }
    const { from, label, systemBytes } = open.reference
    // Each side counts for itself, so that only its own numbers can be taken.
    const same = this.#open
      .withSystemBytes(event.connection, systemBytes)
      .find(
        ({ reference, replyExpected, state }) =>
          state === "open" &&
          replyExpected &&
          reference.from === from &&
          (from !== undefined || reference.label === label)
      )
    this.#open.add(open)
    return same === undefined ? [] : [{ _tag: "DuplicateSystemBytes", other: same.reference }]
  }

  #reply(event: LogEvent.Message): Entry {
    const found = this.#find(event)
    if (found === undefined) return entryOf(event, { findings: [{ _tag: "NoPrimary" }] })
    const { guessed, open } = found
    const findings: Array<Finding> = []
    const replyTime = between(open.reference.time, event.time)
    if (open.state === "settled") findings.push({ _tag: "DuplicateReply" })
    else {
      const aborted = event.function === 0
      const late = open.replyExpected && replyTime !== undefined && replyTime > open.limit
      if (aborted) findings.push({ _tag: "Aborted" })
      else if (event.stream !== open.stream || event.function !== open.function + 1) {
        findings.push({ _tag: "WrongReply", expected: `S${open.stream}F${open.function + 1}` })
      }
      if (late) findings.push({ _tag: "LateReply", limit: open.limit, waited: replyTime })
      this.#settle(open, aborted ? "aborted" : late ? "late" : "replied", aborted ? undefined : replyTime)
    }
    return entryOf(event, { primary: open.reference, replyTime, guessed, findings })
  }

  #find(event: LogEvent.Message): { readonly open: Transaction; readonly guessed: boolean } | undefined {
    const { connection, from, function: function_, stream, systemBytes } = event
    const fits = (one: Transaction) => one.stream !== control && areOpposite(one.reference.from, from)
    const answered = (one: Transaction) => one.stream === stream && (function_ === 0 || one.function === function_ - 1)
    const waits = ({ state }: Transaction) => state !== "settled"
    const candidates = this.#open.withSystemBytes(connection, systemBytes).filter(fits)
    const open =
      candidates.find((one) => waits(one) && answered(one)) ?? candidates.find(waits) ?? candidates.findLast(answered)
    if (open !== undefined) return { open, guessed: false }
    const oldest = this.#open.oldest(
      connection,
      stream,
      function_ === 0 ? primaries : [function_ - 1],
      systemBytes === undefined,
      senders.filter((sender) => areOpposite(sender, from))
    )
    return oldest === undefined ? undefined : { open: oldest, guessed: true }
  }

  #settle(open: Transaction, how: LogSummary.Outcome, replyTime: number | undefined): void {
    this.#open.settle(open)
    if (open.counts) this.#sums.transaction(open.reference.label, how, replyTime, open.replyExpected)
  }

  #count({ counts, reference, replyExpected }: Transaction, outcome: LogSummary.Outcome): void {
    if (counts && replyExpected) this.#sums.transaction(reference.label, outcome)
  }

  // --- errors that messages report ---------------------------------------------------------------------------------

  /** S9Fx: the header it carries is that of the message it is about. */
  #reported(event: LogEvent.Message): Entry {
    const what = `S9F${event.function} ${streamNine[event.function] ?? ""}`.trim()
    const { item } = event
    const bytes =
      item?._tag === "B" && item.value.length === HsmsHeader.length ? Uint8Array.from(item.value) : undefined
    if (bytes === undefined) {
      return entryOf(event, { findings: [{ _tag: "ErrorReported", what, about: undefined }] })
    }
    const header = HsmsHeader.read(bytes, 0)
    const open = this.#about(event, header.systemBytes, header)
    const about = String(header)
    return this.#failed(event, open, { _tag: "ErrorReported", what, about })
  }

  /** The transaction that a report is about: begun by the other side or, where a T9 or T3 ran out, by its own. */
  #about(
    { connection }: LogEvent.LogEvent,
    systemBytes: number,
    header: HsmsHeader.HsmsHeader | undefined
  ): Transaction | undefined {
    return this.#open
      .withSystemBytes(connection, systemBytes)
      .find(
        (one) =>
          one.state !== "settled" &&
          (header === undefined || (one.stream === header.stream && one.function === header.function))
      )
  }

  #failed(event: LogEvent.LogEvent, open: Transaction | undefined, finding: Finding): Entry {
    if (open === undefined) return entryOf(event, { findings: [finding] })
    this.#settle(open, "failed", undefined)
    const replyTime = between(open.reference.time, event.time)
    return entryOf(event, { primary: open.reference, replyTime, findings: [finding] })
  }

  // --- control messages --------------------------------------------------------------------------------------------

  #control(event: LogEvent.Control, counts: boolean): Entry {
    const { message } = event
    if (message._tag === "RejectReq") {
      const what = `Reject.req ${HsmsHeader.rejectReasonName(message.reason)}`
      const open = this.#about(event, message.systemBytes, undefined)
      return this.#failed(event, open, { _tag: "ErrorReported", what, about: undefined })
    }
    const request = requests[message._tag]
    if (request === undefined) {
      if (message._tag === "SeparateReq") return entryOf(event)
      const what = { stream: control, function: 0, replyExpected: true, limit: this.#t6, counts }
      return entryOf(event, { findings: this.#remember(event, what) })
    }
    const refused = refusal(message)
    const findings: Array<Finding> = refused === undefined ? [] : [{ _tag: "Refused", status: refused }]
    const open = this.#open
      .withSystemBytes(event.connection, message.systemBytes)
      .find(
        ({ reference, state }) =>
          state !== "settled" && reference.label === request && areOpposite(reference.from, event.from)
      )
    if (open === undefined) return entryOf(event, { findings: [{ _tag: "NoPrimary" }, ...findings] })
    const replyTime = between(open.reference.time, event.time)
    const late = replyTime !== undefined && replyTime > open.limit
    if (late) findings.push({ _tag: "LateReply", limit: open.limit, waited: replyTime })
    this.#settle(open, late ? "late" : "replied", replyTime)
    return entryOf(event, { primary: open.reference, replyTime, findings })
  }

  // --- time and ends -----------------------------------------------------------------------------------------------

  /** Those whose time had run out when this happened. */
  #expire(now: LogTime.LogTime | undefined): Array<Entry> {
    const entries: Array<Entry> = []
    if (now === undefined) return entries
    for (const waiting of this.#open.open) {
      for (const open of waiting) {
        const waited = between(open.reference.time, now)
        if (waited === undefined) continue
        if (waited <= open.limit) break
        this.#open.overdue(open)
        if (open.replyExpected) entries.push(this.#noReply(open, waited))
      }
    }
    return entries
  }

  #noReply({ limit, reference }: Transaction, waited: number | undefined): Entry {
    return {
      event: undefined,
      time: reference.time === undefined ? undefined : { ...reference.time, at: reference.time.at + limit },
      primary: reference,
      replyTime: undefined,
      guessed: false,
      findings: [{ _tag: "NoReply", limit, waited }]
    }
  }

  /** The end of a connection is that of its transactions. */
  #lose({ connection, time }: LogEvent.LogEvent, entries: Array<Entry>): void {
    for (const open of this.#open.ofConnection(connection)) {
      const waited = open.state === "open" && open.replyExpected
      this.#open.forget(open)
      if (!waited) continue
      this.#count(open, "lost")
      entries.push({
        event: undefined,
        time,
        primary: open.reference,
        replyTime: undefined,
        guessed: false,
        findings: [{ _tag: "ConnectionLost" }]
      })
    }
  }
}

const senders = [undefined, ...Object.keys(LogPrefix.opposite)] as ReadonlyArray<LogPrefix.Side | undefined>
const primaries: ReadonlyArray<number> = Array.from({ length: 128 }, (_, i) => i * 2 + 1)

/** Where one of them is not known, they may be. */
const areOpposite = (first: LogPrefix.Side | undefined, second: LogPrefix.Side | undefined): boolean =>
  first === undefined || second === undefined || first !== second

const between = (first: LogTime.LogTime | undefined, second: LogTime.LogTime | undefined): number | undefined =>
  first === undefined || second === undefined || first.kind !== second.kind ? undefined : second.at - first.at

const referenceTo = (event: LogEvent.Message | LogEvent.Control): Reference => ({
  label: LogEvent.label(event),
  systemBytes: event._tag === "Message" ? event.systemBytes : event.message.systemBytes,
  time: event.time,
  place: event.place,
  from: event.from,
  connection: event.connection
})

const entryOf = (event: LogEvent.LogEvent, more: Partial<Entry> = {}): Entry => ({
  event,
  time: event.time,
  primary: undefined,
  replyTime: undefined,
  guessed: false,
  findings: [],
  ...more
})

const withStructure = (entry: Entry, structure: Structure | undefined): Entry =>
  structure === undefined ? entry : { ...entry, structure }

const unreadable = (error: { readonly message: string }): Finding => ({ _tag: "Unreadable", detail: error.message })

const requests: { readonly [response in Hsms.Control["_tag"]]?: string } = {
  SelectRsp: "SelectReq",
  DeselectRsp: "DeselectReq",
  LinktestRsp: "LinktestReq"
}

const refusal = (message: Hsms.Control): string | undefined => {
  if (message._tag === "SelectRsp" && message.status > 1) return HsmsHeader.selectStatusName(message.status)
  if (message._tag === "DeselectRsp" && message.status > 0) return HsmsHeader.deselectStatusName(message.status)
  return undefined
}

/** What each function of stream 9 says. */
const streamNine: { readonly [function_: number]: string } = {
  1: "unrecognized device id",
  3: "unrecognized stream",
  5: "unrecognized function",
  7: "illegal data",
  9: "transaction timer timeout",
  11: "data too long",
  13: "conversation timeout"
}

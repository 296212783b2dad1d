/**
 * The open data transactions of one connection, by system bytes.
 *
 * A transaction is opened before its primary is queued, so that no reply can come too early, and is removed by whatever
 * ends it: its reply, T3, Reject, stream 9, interruption of its caller, or the end of the connection. Its caller waits
 * on a `Deferred` of its own, which is woken in the turn in which the reply comes.
 */
import type { SecsMessage } from "@effect-secs/codec/SecsMessage"
import type * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import type { TransactionError } from "../SessionError.ts"
import { type Deadline, Deadlines, type Fork } from "./Alarm.ts"
import type { Owner } from "./Outbox.ts"

export type Outcome = Exit.Exit<SecsMessage, TransactionError>

/** How a request ended, in one word: `Replied`, the tag of the reason it failed with, or `Interrupted`. */
export const outcomeName = (outcome: Outcome): string => {
  if (Exit.isSuccess(outcome)) return "Replied"
  const error = Exit.findError(outcome)
  return Result.isSuccess(error) ? error.success.reason._tag : "Interrupted"
}

/** One open transaction. */
export class Transaction implements Deadline, Owner {
  readonly sessionId: number
  readonly stream: number
  readonly function: number
  readonly systemBytes: number
  /** Milliseconds to wait for the reply. */
  readonly timeout: number
  /** How it ended, for its caller. */
  readonly reply = Deferred.makeUnsafe<SecsMessage, TransactionError>()
  readonly #deadlines: Deadlines<Transaction>
  open = true
  queued = false
  /** When the primary was handed to the socket, by the monotonic clock; NaN before. */
  sentAt = Number.NaN

  due = 0
  previous: Deadline | undefined = undefined
  next: Deadline | undefined = undefined
  lane: Deadline["lane"] = undefined

  constructor(
    sessionId: number,
    stream: number,
    function_: number,
    systemBytes: number,
    timeout: number,
    deadlines: Deadlines<Transaction>
  ) {
    this.sessionId = sessionId
    this.stream = stream
    this.function = function_
    this.systemBytes = systemBytes
    this.timeout = timeout
    this.#deadlines = deadlines
  }

  /** The primary is in the hands of the socket: from now on the peer has its time to reply. */
  written(at: number): void {
    this.sentAt = at
    if (this.open) this.#deadlines.start(this, this.timeout, at)
  }

  /** The end of the connection settles it together with all the others. */
  lost(): void {}

  /** Wakes the caller now, not in a later turn. */
  settle(outcome: Outcome): void {
    Deferred.doneUnsafe(this.reply, outcome)
  }
}

/** How a transaction ended: with its reply, by a report of stream 9, or otherwise. */
export type Ending = "replied" | "reported" | "failed"

/** What is remembered of a transaction that ended. */
export interface Ended {
  readonly sentAt: number
  readonly ending: Ending
}

const endings: ReadonlyArray<Ending> = ["replied", "reported", "failed"]

/** Ended transactions that are remembered, to tell a late reply from a duplicate and from an orphan. */
const remembered = 256

export class Transactions {
  readonly #open = new Map<number, Transaction>()
  readonly #deadlines: Deadlines<Transaction>
  // A ring: the system bytes, time of sending and outcome of the last ones that ended.
  readonly #endedSystemBytes = new Uint32Array(remembered)
  readonly #endedSentAt = new Float64Array(remembered).fill(Number.NaN)
  readonly #endedHow = new Uint8Array(remembered)
  #endedCount = 0

  /** `expired` is told of a transaction whose time is over; it is still open then. */
  constructor(clock: Clock.Clock, fork: Fork, expired: (transaction: Transaction) => void) {
    this.#deadlines = new Deadlines(clock, fork, expired)
  }

  get size(): number {
    return this.#open.size
  }

  /** When the primary of the oldest was written, by the monotonic clock; NaN where it was not, or none is open. */
  get oldestSentAt(): number {
    for (const { sentAt } of this.#open.values()) return sentAt
    return Number.NaN
  }

  has(systemBytes: number): boolean {
    return this.#open.has(systemBytes)
  }

  get(systemBytes: number): Transaction | undefined {
    return this.#open.get(systemBytes)
  }

  /** Opens one. Its time starts when its primary is written. */
  open(sessionId: number, stream: number, function_: number, systemBytes: number, timeout: number): Transaction {
    const transaction = new Transaction(sessionId, stream, function_, systemBytes, timeout, this.#deadlines)
    this.#open.set(systemBytes, transaction)
    return transaction
  }

  /** Removes a transaction. False where it was removed before: whoever gets true settles it. */
  remove(transaction: Transaction, ending: Ending): boolean {
    if (!transaction.open) return false
    transaction.open = false
    this.#deadlines.stop(transaction)
    this.#open.delete(transaction.systemBytes)
    const at = this.#endedCount++ % remembered
    this.#endedSystemBytes[at] = transaction.systemBytes
    this.#endedSentAt[at] = transaction.sentAt
    this.#endedHow[at] = endings.indexOf(ending)
    return true
  }

  /** The last transaction with these system bytes that ended, if it is remembered. */
  ended(systemBytes: number): Ended | undefined {
    const known = Math.min(this.#endedCount, remembered)
    for (let back = 1; back <= known; back++) {
      const at = (this.#endedCount - back) % remembered
      if (this.#endedSystemBytes[at] === systemBytes) {
        return { sentAt: this.#endedSentAt[at]!, ending: endings[this.#endedHow[at]!]! }
      }
    }
    return undefined
  }

  /** All that are open, as an array of their own: settling one may open another. */
  all(): ReadonlyArray<Transaction> {
    return [...this.#open.values()]
  }
}

/**
 * The transactions of a log that a message may still belong to: open ones, overdue ones, and some that are settled. Pure.
 *
 * Memory is bounded: of those that wait, and of those that did, 50 000 each are remembered, and 32 with the same system
 * bytes. The oldest makes room.
 *
 * @since 0.1.0
 */
import type { Reference } from "./LogAnalysis.ts"

/** @since 0.1.0 */
export interface Transaction {
  readonly reference: Reference
  /** `control` for those of control messages. */
  readonly stream: number
  readonly function: number
  readonly replyExpected: boolean
  /** T3 or T6, in milliseconds. */
  readonly limit: number
  /** It is to be in the sums. */
  readonly counts: boolean
  /** Of two, the one that began earlier has the lower. */
  readonly rank: number
  /** Overdue ones were told to have no reply, and may get one yet. */
  state: "open" | "overdue" | "settled"
}

/** Stands for the stream of control messages, which have none. @since 0.1.0 */
export const control = -1

const remembered = 50_000
const alike = 32

/** @since 0.1.0 */
export class OpenTransactions {
  /** Open ones in the order in which they began: control messages wait less long than others. */
  readonly messages = new Set<Transaction>()
  readonly controls = new Set<Transaction>()
  /** Overdue and settled ones. */
  readonly past = new Set<Transaction>()
  readonly #bySystemBytes = new Map<string, Array<Transaction>>()
  /** Open ones and, under another key, overdue ones. */
  readonly #byFunction = new Map<string, Array<Transaction>>()
  readonly #onForgotten: (transaction: Transaction) => void

  /** @param onForgotten hears of overdue ones that get no reply any more */
  constructor(onForgotten: (transaction: Transaction) => void) {
    this.#onForgotten = onForgotten
  }

  add(transaction: Transaction): void {
    const { reference, stream } = transaction
    if (reference.systemBytes !== undefined) {
      const others = listOf(this.#bySystemBytes, systemKey(transaction))
      others.push(transaction)
      if (others.length > alike) others.shift()
    }
    if (stream !== control) listOf(this.#byFunction, functionKey(transaction)).push(transaction)
    const waiting = stream === control ? this.controls : this.messages
    waiting.add(transaction)
    if (waiting.size <= remembered) return
    const [oldest] = waiting
    this.overdue(oldest!)
  }

  /** Those of a connection with these system bytes, the oldest first. */
  withSystemBytes(connection: string | undefined, systemBytes: number | undefined): ReadonlyArray<Transaction> {
    return this.#bySystemBytes.get(`${connection ?? ""} ${systemBytes}`) ?? []
  }

  /**
   * The oldest that fits among those of a stream and its functions; overdue ones where no open one does. Those with
   * system bytes are left out where `numbered` is false.
   */
  oldest(
    connection: string | undefined,
    stream: number,
    functions: ReadonlyArray<number>,
    numbered: boolean,
    fits: (transaction: Transaction) => boolean
  ): Transaction | undefined {
    for (const prefix of ["", late]) {
      const keys = functions.map((function_) => `${prefix}${connection ?? ""} ${stream} ${function_}`)
      const found = [...keys, ...(numbered ? keys.map((key) => `${key}#`) : [])].flatMap(
        (key) => this.#byFunction.get(key)?.find(fits) ?? []
      )
      if (found.length > 0) return found.reduce((a, b) => (a.rank < b.rank ? a : b))
    }
    return undefined
  }

  settle(transaction: Transaction): void {
    this.#stopWaiting(transaction)
    transaction.state = "settled"
    this.#keep(transaction)
  }

  /** It waits no longer, and a reply is late. */
  overdue(transaction: Transaction): void {
    this.#stopWaiting(transaction)
    transaction.state = "overdue"
    if (transaction.stream !== control) {
      const list = listOf(this.#byFunction, late + functionKey(transaction))
      list.push(transaction)
      if (list.length > alike) list.shift()
    }
    this.#keep(transaction)
  }

  forget(transaction: Transaction): void {
    if (transaction.state === "overdue") this.#onForgotten(transaction)
    this.past.delete(transaction)
    this.#stopWaiting(transaction)
    drop(this.#bySystemBytes, systemKey(transaction), transaction)
  }

  /** Those of a connection, in whatever state. */
  ofConnection(connection: string | undefined): ReadonlyArray<Transaction> {
    return [...this.past, ...this.controls, ...this.messages].filter(
      ({ reference }) => (reference.connection ?? "") === (connection ?? "")
    )
  }

  clear(): void {
    for (const all of [this.messages, this.controls, this.past, this.#bySystemBytes, this.#byFunction]) all.clear()
  }

  #keep(transaction: Transaction): void {
    this.past.add(transaction)
    if (this.past.size <= remembered) return
    const [oldest] = this.past
    this.forget(oldest!)
  }

  #stopWaiting(transaction: Transaction): void {
    this.messages.delete(transaction)
    this.controls.delete(transaction)
    drop(this.#byFunction, functionKey(transaction), transaction)
    drop(this.#byFunction, late + functionKey(transaction), transaction)
  }
}

const late = "late "

const systemKey = ({ reference }: Transaction): string => `${reference.connection ?? ""} ${reference.systemBytes}`
const functionKey = ({ function: function_, reference, stream }: Transaction): string =>
  `${reference.connection ?? ""} ${stream} ${function_}${reference.systemBytes === undefined ? "" : "#"}`

const listOf = (lists: Map<string, Array<Transaction>>, key: string): Array<Transaction> => {
  const list = lists.get(key) ?? []
  if (list.length === 0) lists.set(key, list)
  return list
}

const drop = (lists: Map<string, Array<Transaction>>, key: string, transaction: Transaction): void => {
  const list = lists.get(key)
  const at = list?.indexOf(transaction) ?? -1
  if (at >= 0) list!.splice(at, 1)
  if (list?.length === 0) lists.delete(key)
}

/**
 * The transactions of a log that a message may still belong to: open ones, overdue ones, and some that are settled. Pure.
 *
 * Memory is bounded: of those that wait, and of those that did, 50 000 each are remembered, and 32 with the same system
 * bytes. The oldest makes room.
 *
 * @since 0.1.0
 */
import type { Reference } from "./LogEntry.ts"

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
  /** Overdue ones were told to have no reply, and may get one yet. Forgotten ones are found no more. */
  state: "open" | "overdue" | "settled" | "forgotten"
}

/** Stands for the stream of control messages, which have none. @since 0.1.0 */
export const control = -1

const remembered = 50_000
const alike = 32

/** Transactions of one state in the order in which they began. Those that leave it are passed over, then removed. */
class Line implements Iterable<Transaction> {
  readonly #belongs: (transaction: Transaction) => boolean
  #all: Array<Transaction> = []
  #head = 0
  size = 0

  constructor(belongs: (transaction: Transaction) => boolean) {
    this.#belongs = belongs
  }

  add(transaction: Transaction): void {
    this.#all.push(transaction)
    this.size++
  }

  /** Tells that one has left. */
  left(): void {
    this.size--
    if (this.#all.length < 64 || this.#all.length < this.size * 2) return
    this.#all = [...this]
    this.#head = 0
  }

  get first(): Transaction | undefined {
    for (const transaction of this) return transaction
    return undefined
  }

  *[Symbol.iterator](): Iterator<Transaction> {
    while (this.#head < this.#all.length && !this.#belongs(this.#all[this.#head]!)) this.#head++
    // Whoever goes through it may make them leave, upon which there is another array.
    const all = this.#all
    for (let at = this.#head; at < all.length; at++) {
      const transaction = all[at]!
      if (this.#belongs(transaction)) yield transaction
    }
  }
}

const isOpen = ({ state }: Transaction): boolean => state === "open"
const isOverdue = ({ state }: Transaction): boolean => state === "overdue"
const isPast = ({ state }: Transaction): boolean => state === "overdue" || state === "settled"

/** @since 0.1.0 */
export class OpenTransactions {
  readonly #messages = new Line(isOpen)
  readonly #controls = new Line(isOpen)
  readonly #past = new Line(isPast)
  /** All that are not forgotten, whatever their state. */
  readonly #byConnection = new Map<string, Set<Transaction>>()
  readonly #bySystemBytes = new Map<string, Array<Transaction>>()
  readonly #openByFunction = new Map<string, Line>()
  readonly #overdueByFunction = new Map<string, Line>()
  readonly #onForgotten: (transaction: Transaction) => void

  /** @param onForgotten hears of overdue ones that get no reply any more */
  constructor(onForgotten: (transaction: Transaction) => void) {
    this.#onForgotten = onForgotten
  }

  /** Open ones in the order in which they began, those of control messages apart: these wait less long. */
  get open(): ReadonlyArray<Iterable<Transaction>> {
    return [this.#controls, this.#messages]
  }

  add(transaction: Transaction): void {
    const { reference, stream } = transaction
    const connection = reference.connection ?? ""
    const near = this.#byConnection.get(connection)
    if (near === undefined) this.#byConnection.set(connection, new Set([transaction]))
    else near.add(transaction)
    if (reference.systemBytes !== undefined) {
      const key = systemKey(transaction)
      const others = this.#bySystemBytes.get(key) ?? []
      if (others.length === 0) this.#bySystemBytes.set(key, others)
      others.push(transaction)
      if (others.length > alike) others.shift()
    }
    if (stream !== control) lineOf(this.#openByFunction, functionKey(transaction), isOpen).add(transaction)
    const waiting = this.#waiting(transaction)
    waiting.add(transaction)
    if (waiting.size <= remembered) return
    for (const oldest of waiting) {
      this.overdue(oldest)
      return
    }
  }

  /** Those of a connection with these system bytes, the oldest first. */
  withSystemBytes(connection: string | undefined, systemBytes: number | undefined): ReadonlyArray<Transaction> {
    return this.#bySystemBytes.get(`${connection ?? ""} ${systemBytes}`) ?? []
  }

  /**
   * The oldest of a stream and its functions that one of these sides sent; overdue ones where there is no open one.
   * Those with system bytes are left out where `numbered` is false.
   */
  oldest(
    connection: string | undefined,
    stream: number,
    functions: ReadonlyArray<number>,
    numbered: boolean,
    senders: ReadonlyArray<Reference["from"]>
  ): Transaction | undefined {
    const keys = functions.flatMap((function_) => senders.map((from) => keyOf(connection, stream, function_, from)))
    const all = numbered ? [...keys, ...keys.map((key) => key + mark)] : keys
    for (const lines of [this.#openByFunction, this.#overdueByFunction]) {
      const found = all.flatMap((key) => lines.get(key)?.first ?? [])
      if (found.length > 0) return found.reduce((a, b) => (a.rank < b.rank ? a : b))
    }
    return undefined
  }

  settle(transaction: Transaction): void {
    this.#become(transaction, "settled")
  }

  /** It waits no longer, and a reply is late. */
  overdue(transaction: Transaction): void {
    this.#become(transaction, "overdue")
    if (transaction.stream === control) return
    lineOf(this.#overdueByFunction, functionKey(transaction), isOverdue).add(transaction)
  }

  forget(transaction: Transaction): void {
    if (transaction.state === "overdue") this.#onForgotten(transaction)
    this.#become(transaction, "forgotten")
    const connection = transaction.reference.connection ?? ""
    const near = this.#byConnection.get(connection)
    near?.delete(transaction)
    if (near?.size === 0) this.#byConnection.delete(connection)
    const key = systemKey(transaction)
    const others = this.#bySystemBytes.get(key)
    const at = others?.indexOf(transaction) ?? -1
    if (at >= 0) others!.splice(at, 1)
    if (others?.length === 0) this.#bySystemBytes.delete(key)
  }

  /** Those of a connection, in whatever state. */
  ofConnection(connection: string | undefined): ReadonlyArray<Transaction> {
    const all = [...(this.#byConnection.get(connection ?? "") ?? [])]
    const open = all.filter(isOpen)
    const isControl = ({ stream }: Transaction) => stream === control
    return [...all.filter(isPast), ...open.filter(isControl), ...open.filter((one) => !isControl(one))]
  }

  /** All of them. */
  forgetAll(): void {
    for (const line of [this.#past, this.#controls, this.#messages]) {
      for (const transaction of line) this.forget(transaction)
    }
  }

  #waiting({ stream }: Transaction): Line {
    return stream === control ? this.#controls : this.#messages
  }

  #become(transaction: Transaction, state: Transaction["state"]): void {
    const before = transaction.state
    transaction.state = state
    const key = functionKey(transaction)
    if (before === "open") {
      this.#waiting(transaction).left()
      leave(this.#openByFunction, key)
    } else if (before === "overdue") leave(this.#overdueByFunction, key)
    if (state === "forgotten") {
      if (before !== "open") this.#past.left()
      return
    }
    if (before !== "open") return
    this.#past.add(transaction)
    if (this.#past.size <= remembered) return
    for (const oldest of this.#past) {
      this.forget(oldest)
      return
    }
  }
}

/** Behind the key of those that have system bytes. */
const mark = " #"

const systemKey = ({ reference }: Transaction): string => `${reference.connection ?? ""} ${reference.systemBytes}`
const functionKey = ({ function: function_, reference, stream }: Transaction): string =>
  keyOf(reference.connection, stream, function_, reference.from) + (reference.systemBytes === undefined ? "" : mark)

const keyOf = (connection: string | undefined, stream: number, function_: number, from: Reference["from"]): string =>
  `${connection ?? ""} ${stream} ${function_} ${from ?? ""}`

const lineOf = (lines: Map<string, Line>, key: string, belongs: (transaction: Transaction) => boolean): Line => {
  const known = lines.get(key)
  if (known !== undefined) return known
  const line = new Line(belongs)
  lines.set(key, line)
  return line
}

const leave = (lines: Map<string, Line>, key: string): void => {
  const line = lines.get(key)
  line?.left()
  if (line?.size === 0) lines.delete(key)
}

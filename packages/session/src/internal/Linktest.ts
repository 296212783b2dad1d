/**
 * Probing the peer of one connection: whenever it has been silent for a while, on demand, and at once when somebody else
 * dials. Sends and judges; what follows from a dead peer is the connection's business.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { type DisconnectReason, TransactionError, type TransactionReason } from "../SessionError.ts"
import { after, type Fork, now } from "./Alarm.ts"
import type { Owner } from "./Outbox.ts"

/** What a linktest needs of its connection. */
export interface Port {
  readonly clock: Clock.Clock
  readonly fork: Fork
  /** T6 in milliseconds. */
  readonly timeout: number
  /** Milliseconds of silence before a probe. */
  readonly interval: number
  readonly maxFailures: number
  /** Queues Linktest.req and gives its system bytes. T6 starts when it is written. */
  readonly send: (owner: Owner) => number
  /** A probe may be sent now. */
  readonly selected: () => boolean
  /** When the last bytes came, by the monotonic clock. */
  readonly receivedAt: () => number
  /** False while this side does not read, so that silence proves nothing. */
  readonly listening: () => boolean
  /** Why the session, or the connection, ended last. */
  readonly lost: () => DisconnectReason
  /** A probe went unanswered; the connection ends when `last`. */
  readonly failed: (failures: number, maxFailures: number, last: boolean) => void
}

/** A linktest that did not succeed. */
export const failure = (reason: TransactionReason): TransactionError =>
  new TransactionError({ stream: 0, function: 0, systemBytes: 0, procedure: "Linktest", reason })

interface Open {
  timer: Fiber.Fiber<void> | undefined
  readonly answered: (alive: boolean) => void
}

/** Probes without an answer that are remembered. */
const maxOverdue = 16

export class Linktest {
  readonly #port: Port
  readonly #open = new Map<number, Open>()
  /** System bytes of the last probes that T6 gave up: some peers take a rejected Linktest.rsp for a failure. */
  readonly #overdue: Array<number> = []
  #ended = false
  /** Probes in a row without an answer. */
  failures = 0

  constructor(port: Port) {
    this.#port = port
  }

  /** True for system bytes that no other request may use yet. */
  uses(systemBytes: number): boolean {
    return this.#open.has(systemBytes)
  }

  /** True for a response to a probe of ours, late or not. */
  asked(systemBytes: number): boolean {
    return this.#open.has(systemBytes) || this.#overdue.includes(systemBytes)
  }

  answered(systemBytes: number): void {
    const open = this.#open.get(systemBytes)
    if (open === undefined) return
    this.#open.delete(systemBytes)
    open.timer?.interruptUnsafe()
    open.answered(true)
  }

  /** The connection has ended: nobody waits for an answer any more. */
  end(): void {
    this.#ended = true
    const open = [...this.#open.values()]
    this.#open.clear()
    for (const { answered } of open) answered(false)
  }

  /**
   * One Linktest.req. True when the peer answered it within T6, or sent anything else meanwhile: its answer may stand
   * behind a long message. True as well when this side did not listen.
   */
  readonly #once: Effect.Effect<boolean> = Effect.callback((resume) => {
    if (this.#ended) return resume(Effect.succeed(false))
    const { clock, fork, timeout } = this.#port
    const sentAt = now(clock)
    const open: Open = { timer: undefined, answered: (alive) => resume(Effect.succeed(alive)) }
    const expired = (): void => {
      this.#open.delete(systemBytes)
      this.#overdue.push(systemBytes)
      if (this.#overdue.length > maxOverdue) this.#overdue.shift()
      open.answered(this.#port.receivedAt() > sentAt || !this.#port.listening())
    }
    const written = () => {
      // A long message may stand before the probe; the peer's time starts when it has it.
      if (this.#open.has(systemBytes)) open.timer = after(fork, timeout, expired)
    }
    const systemBytes = this.#port.send({
      queued: false,
      written,
      // The session ended under the probe. Unsent, nothing is known of the peer; else it will answer.
      lost: (unsent) => (unsent ? this.answered(systemBytes) : written())
    })
    // A caller that gives up leaves the procedure to its T6: the peer still answers, and that answer is no orphan.
    this.#open.set(systemBytes, open)
  })

  /** A probe and its consequence: after `maxFailures` in a row the connection ends. */
  probe(maxFailures: number = this.#port.maxFailures): Effect.Effect<void> {
    return Effect.map(this.#once, (alive) => {
      if (alive || this.#ended) {
        this.failures = 0
        return
      }
      const failures = ++this.failures
      this.#port.failed(failures, maxFailures, failures >= maxFailures)
    })
  }

  /** The user's linktest: the time it took. */
  readonly run: Effect.Effect<Duration.Duration, TransactionError> = Effect.suspend(() => {
    const { clock, lost, timeout } = this.#port
    const began = now(clock)
    return Effect.flatMap(this.probe(), () => {
      if (this.#ended) return Effect.fail(failure({ _tag: "ConnectionLost", cause: lost() }))
      if (this.failures === 0) return Effect.succeed(Duration.millis(now(clock) - began))
      return Effect.fail(failure({ _tag: "ReplyTimeout", timer: "T6", waited: Duration.millis(timeout) }))
    })
  })

  /** Probes at once, unless a probe is under way: who dials again and again must not make this side ask as often. */
  readonly now: Effect.Effect<void> = Effect.suspend(() => (this.#open.size > 0 ? Effect.void : this.probe(1)))

  /** Probes whenever nothing has come for a while: the measure is silence, not time. */
  readonly watch: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    const { clock, interval, receivedAt, selected } = this.#port
    let quietSince = receivedAt()
    while (!this.#ended) {
      quietSince = Math.max(quietSince, receivedAt())
      const wait = quietSince + interval - now(clock)
      if (wait > 0) {
        yield* Effect.sleep(wait)
      } else {
        if (selected()) yield* this.probe()
        quietSince = now(clock)
      }
    }
  })
}

/**
 * Our side of the Deselect procedure on one connection: Deselect.req, its T6, and whoever waits for the outcome.
 *
 * What the outcome means for the session stands in the state table. `wake` is called when all of that is done: whoever
 * waited continues at once and may begin anything.
 */
import { type HsmsHeader as Header, SType } from "@effect-secs/codec/HsmsHeader"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { type DisconnectReason, TransactionError, type TransactionReason } from "../SessionError.ts"
import { after, type Fork } from "./Alarm.ts"
import type { Owner } from "./Outbox.ts"

/** What the procedure needs of its connection. */
export interface Port {
  readonly fork: Fork
  /** T6 in milliseconds. */
  readonly timeout: number
  /** Raises the event that the user asks for Deselect. */
  readonly begin: () => void
  /** Queues Deselect.req and gives its system bytes. */
  readonly send: (owner: Owner) => number
  readonly selected: () => boolean
  /** Deselect.req went unanswered for T6. */
  readonly expired: () => void
}

type Outcome = Effect.Effect<void, TransactionError>

/** A Deselect that did not end the session. `systemBytes` are 0 where Deselect.req was not sent. */
export const failure = (reason: TransactionReason, systemBytes = 0): TransactionError =>
  new TransactionError({ stream: 0, function: 0, systemBytes, procedure: "Deselect", reason })

export class Deselect {
  readonly #port: Port
  #open: { readonly systemBytes: number; timer: Fiber.Fiber<void> | undefined } | undefined = undefined
  #waiting: Array<(outcome: Outcome) => void> = []
  #outcome: Outcome | undefined = undefined

  constructor(port: Port) {
    this.#port = port
  }

  /** True for system bytes of the open procedure. */
  uses(systemBytes: number): boolean {
    return this.#open?.systemBytes === systemBytes
  }

  /** Sends Deselect.req, unless one is under way. T6 starts when it is written. */
  send(): void {
    if (this.#open !== undefined) return
    const { expired, fork, send, timeout } = this.#port
    const written = () => {
      if (this.uses(systemBytes)) this.#open!.timer = after(fork, timeout, expired)
    }
    const systemBytes = send({
      queued: false,
      written,
      // The peer's Deselect.req ended the session. Ours is not needed any more, unless it is on its way.
      lost: (unsent) => (unsent ? this.#close(Effect.void) : written())
    })
    this.#open = { systemBytes, timer: undefined }
  }

  /** Deselect.rsp, or Reject.req of our Deselect.req. The state is committed. */
  answered(header: Header): void {
    if (!this.uses(header.systemBytes)) return
    const reason: TransactionReason =
      header.sType === SType.RejectReq
        ? { _tag: "Rejected", rejectReason: header.byte3 }
        : { _tag: "DeselectRefused", status: header.byte3 }
    // Refused or not: when both sides asked at once, the session has ended already.
    this.#close(this.#port.selected() ? Effect.fail(failure(reason, header.systemBytes)) : Effect.void)
  }

  /** The connection has ended. */
  end(cause: DisconnectReason): void {
    this.#close(Effect.fail(failure({ _tag: "ConnectionLost", cause }, this.#open?.systemBytes)))
  }

  #close(outcome: Outcome): void {
    this.#open?.timer?.interruptUnsafe()
    this.#open = undefined
    this.#outcome = outcome
  }

  /** Tells the outcome, if there is one, to whoever waits. */
  wake(): void {
    const outcome = this.#outcome
    if (outcome === undefined) return
    this.#outcome = undefined
    const waiting = this.#waiting
    this.#waiting = []
    for (const resume of waiting) resume(outcome)
  }

  /** The user's Deselect. A caller that gives up leaves the procedure to its response or T6. */
  readonly run: Effect.Effect<void, TransactionError> = Effect.callback((resume) => {
    this.#waiting.push(resume)
    this.#port.begin()
  })
}

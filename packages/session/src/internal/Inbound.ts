/**
 * A primary of the peer, bound to its connection.
 */
import type { HsmsHeader } from "@effect-secs/codec/HsmsHeader"
import type { Item } from "@effect-secs/codec/Item"
import { SecsMessage } from "@effect-secs/codec/SecsMessage"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { InboundPrimary } from "../Session.ts"
import type { HandlerFailure } from "../SessionEvent.ts"
import { TransactionError, type TransactionReason } from "../SessionError.ts"

/** Where a reply goes: the connection the primary came on. */
export interface Answering {
  /** Tells the sessions on the connection apart. */
  readonly session: number
  readonly answer: (
    primary: HsmsHeader,
    message: SecsMessage,
    session: number,
    withdrawn: () => void
  ) => Effect.Effect<void, TransactionError>
  readonly handlerFailed: (primary: HsmsHeader, failure: HandlerFailure) => void
}

/** A primary in the buffer. */
export interface Waiting extends InboundPrimary {
  /** Bytes of its text on the wire: what it costs the buffer. */
  readonly length: number
}

export class Inbound implements Waiting {
  readonly #connection: Answering
  readonly #session: number
  readonly #header: HsmsHeader
  readonly message: SecsMessage
  readonly length: number
  #replied = false

  constructor(connection: Answering, header: HsmsHeader, message: SecsMessage, length: number) {
    this.#connection = connection
    this.#session = connection.session
    this.#header = header
    this.message = message
    this.length = length
  }

  get sessionId(): number {
    return this.#header.sessionId
  }

  get systemBytes(): number {
    return this.#header.systemBytes
  }

  readonly reply = (item?: Item): Effect.Effect<void, TransactionError> => this.#answer(this.message.function + 1, item)

  get abort(): Effect.Effect<void, TransactionError> {
    return this.#answer(0, undefined)
  }

  get fail(): (failure: HandlerFailure) => Effect.Effect<void> {
    return (failure) =>
      Effect.suspend(() => {
        this.#connection.handlerFailed(this.#header, failure)
        return this.message.replyExpected ? Effect.ignore(this.abort) : Effect.void
      })
  }

  #answer(function_: number, item: Item | undefined): Effect.Effect<void, TransactionError> {
    return Effect.suspend(() => {
      if (!this.message.replyExpected) return this.#refused({ _tag: "NoReplyExpected" })
      if (this.#replied) return this.#refused({ _tag: "AlreadyReplied" })
      this.#replied = true
      const answered = this.#connection.answer(
        this.#header,
        new SecsMessage(this.message.stream, function_, false, item),
        this.#session,
        () => {
          this.#replied = false
        }
      )
      // A reply that was not put on the wire leaves the primary open for another, such as `abort`.
      return Effect.tapCause(answered, (cause) =>
        Effect.sync(() => {
          const error = Cause.findErrorOption(cause)
          const tag = Option.isSome(error) ? error.value.reason._tag : "Unsendable"
          if (!Cause.hasInterrupts(cause) && (tag === "Unsendable" || tag === "TooLong")) this.#replied = false
        })
      )
    })
  }

  #refused(reason: TransactionReason): Effect.Effect<never, TransactionError> {
    return Effect.fail(
      new TransactionError({
        stream: this.message.stream,
        function: this.message.function + 1,
        systemBytes: this.#header.systemBytes,
        reason
      })
    )
  }
}

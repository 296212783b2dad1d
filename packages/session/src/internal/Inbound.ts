/**
 * A primary of the peer, bound to its connection.
 */
import type { HsmsHeader } from "@effect-secs/codec/HsmsHeader"
import type { Item } from "@effect-secs/codec/Item"
import { SecsMessage } from "@effect-secs/codec/SecsMessage"
import * as Effect from "effect/Effect"
import type { InboundPrimary } from "../Session.ts"
import type { TransactionError, TransactionReason } from "../SessionError.ts"
import type { HandlerFailure, Refusal } from "../SessionEvent.ts"

/** What there is to know of replies to a primary when one is to be queued. */
export interface Replying {
  /** The primary. */
  readonly message: SecsMessage
  /** Why there can be none, if so. */
  readonly refused: TransactionReason | undefined
  /** One was queued, and not taken back. */
  replied: boolean
}

/** Where a reply goes: the connection the primary came on. */
export interface Answering {
  /** Tells the sessions on the connection apart. */
  readonly session: number
  /** Looks whether there can be a reply, queues it and takes note of it, all in one step. */
  readonly answer: (
    primary: HsmsHeader,
    message: SecsMessage,
    session: number,
    replying: Replying
  ) => Effect.Effect<void, TransactionError>
  readonly handlerFailed: (primary: HsmsHeader, failure: HandlerFailure) => void
  readonly refused: (primary: HsmsHeader, message: SecsMessage, session: number, refusal: Refusal) => void
}

/** A primary in the buffer. */
export interface Waiting extends InboundPrimary {
  /** Bytes of its text on the wire: what it costs the buffer. */
  readonly length: number
}

export class Inbound implements Waiting, Replying {
  readonly #connection: Answering
  readonly #session: number
  readonly #header: HsmsHeader
  readonly message: SecsMessage
  readonly length: number
  replied = false
  #refused = false

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

  get refuse(): (refusal: Refusal) => Effect.Effect<void> {
    return (refusal) =>
      Effect.suspend(() => {
        if (this.#refused) return Effect.void
        this.#refused = true
        this.#connection.refused(this.#header, this.message, this.#session, refusal)
        return this.message.replyExpected ? Effect.ignore(this.abort) : Effect.void
      })
  }

  get refused(): TransactionReason | undefined {
    if (!this.message.replyExpected) return { _tag: "NoReplyExpected" }
    return this.replied ? { _tag: "AlreadyReplied" } : undefined
  }

  #answer(function_: number, item: Item | undefined): Effect.Effect<void, TransactionError> {
    const message = new SecsMessage(this.message.stream, function_, false, item)
    return this.#connection.answer(this.#header, message, this.#session, this)
  }
}

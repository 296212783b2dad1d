/**
 * `Session` on top of a connection: what a user calls.
 */
import { MessageError } from "@effect-secs/codec/CodecError"
import { isPrimary, SecsMessage, withoutReply } from "@effect-secs/codec/SecsMessage"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import { type Service, Session } from "../Session.ts"
import { TransactionError, type TransactionReason } from "../SessionError.ts"
import type { Outcome, Transaction } from "../Transactions.ts"
import type { Core } from "./Core.ts"
import type { Current } from "./Current.ts"

const failure = (message: SecsMessage, reason: TransactionReason): Effect.Effect<never, TransactionError> =>
  Effect.fail(new TransactionError({ stream: message.stream, function: message.function, systemBytes: 0, reason }))

const unsendable = (message: SecsMessage, reason: MessageError["reason"]): Effect.Effect<never, TransactionError> => {
  const { function: function_, stream } = message
  return failure(message, { _tag: "Unsendable", error: new MessageError({ stream, function: function_, reason }) })
}

/** What a session offers, over whichever connection it has. */
export const service = (core: Core, current: Current): Service => {
  const { settings } = core
  const newQueue = Queue.bounded<Outcome>(1)

  const transact = (message: SecsMessage, timeout: number) =>
    Effect.flatMap(newQueue, (replies) => {
      let transaction: Transaction | undefined
      const { connection } = current
      return Effect.onExit(
        Effect.suspend(() => {
          if (connection === undefined) return failure(message, { _tag: "NotSelected", state: core.state })
          const opened = connection.data.request(message, timeout, replies)
          if (Result.isFailure(opened)) return Effect.fail(opened.failure)
          transaction = opened.success
          return Effect.flatten(Queue.take(replies))
        }),
        () => {
          if (transaction !== undefined) connection!.data.release(transaction)
          return Effect.void
        }
      )
    })

  return Session.of({
    state: Effect.sync(() => core.state),
    changes: core.changes,
    awaitSelected: core.awaitSelected,
    request: (message, options) =>
      Effect.suspend(() => {
        const timeout =
          options?.timeout === undefined
            ? settings.t3Millis
            : Math.max(0, Duration.toMillis(Duration.fromInputUnsafe(options.timeout)))
        if (message.replyExpected) return transact(message, timeout)
        const { function: function_, stream } = message
        if (isPrimary(message) && stream !== 9 && function_ !== 255) {
          return transact(new SecsMessage(stream, function_, true, message.item), timeout)
        }
        return unsendable(message, isPrimary(message) ? "NoReply" : "NotPrimary")
      }),
    send: (message) =>
      Effect.suspend(() => {
        // A secondary on its own answers nothing: `reply` gives it the system bytes of its primary.
        if (!isPrimary(message)) return unsendable(message, "NotPrimary")
        return current.connection === undefined
          ? failure(message, { _tag: "NotSelected", state: core.state })
          : current.connection.data.send(withoutReply(message))
      }),
    primaries: core.primaries,
    events: core.events,
    linktest: Effect.suspend(() =>
      current.connection === undefined || core.state !== "Selected"
        ? failure(new SecsMessage(0, 0, false, undefined), { _tag: "NotSelected", state: core.state })
        : current.connection.linktest
    )
  })
}

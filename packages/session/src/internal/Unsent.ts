/**
 * Messages that never got as far as a transaction.
 */
import { MessageError } from "@effect-secs/codec/CodecError"
import * as Effect from "effect/Effect"
import { TransactionError, type TransactionReason } from "../SessionError.ts"

/** What names a message: the message itself, or its definition. */
interface Named {
  readonly stream: number
  readonly function: number
}

/** Nothing was sent. */
export const unsent = (message: Named, reason: TransactionReason): Effect.Effect<never, TransactionError> =>
  Effect.fail(new TransactionError({ stream: message.stream, function: message.function, systemBytes: 0, reason }))

/** Nothing was sent, as the standard has no such message. */
export const unsendable = (message: Named, reason: MessageError["reason"]): Effect.Effect<never, TransactionError> => {
  const { function: function_, stream } = message
  return unsent(message, { _tag: "Unsendable", error: new MessageError({ stream, function: function_, reason }) })
}

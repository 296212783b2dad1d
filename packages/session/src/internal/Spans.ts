/**
 * Spans of transactions, for sessions that are made with them. HSMS carries no trace context, so that what a peer asks
 * begins a trace of its own.
 */
import type { SecsMessage } from "@effect-secs/codec/SecsMessage"
import * as Effect from "effect/Effect"
import type { InboundPrimary } from "../Session.ts"
import type { TransactionError } from "../SessionError.ts"
import * as SystemBytes from "../SystemBytes.ts"
import { outcomeName } from "./Transactions.ts"

const about = (message: SecsMessage, sessionId: number) => ({
  "secs.stream": message.stream,
  "secs.function": message.function,
  "secs.session_id": sessionId
})

/** A request in a span whose parent is the caller's. `opened` is told the system bytes once there are any. */
export const requested = (
  session: { readonly name: string; readonly sessionId: number },
  message: SecsMessage,
  request: (opened: (systemBytes: number) => void) => Effect.Effect<SecsMessage, TransactionError>
): Effect.Effect<SecsMessage, TransactionError> =>
  Effect.useSpan(
    message.name,
    { kind: "client", attributes: { ...about(message, session.sessionId), "secs.session": session.name } },
    (span) =>
      Effect.onExit(
        request((systemBytes) => span.attribute("secs.system_bytes", SystemBytes.format(systemBytes))),
        (exit) => Effect.sync(() => span.attribute("secs.outcome", outcomeName(exit)))
      )
  )

/** The handler of a primary, in a span of its own. */
export const handled = <A, E, R>(primary: InboundPrimary, handler: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  const { message, sessionId, systemBytes } = primary
  return Effect.withSpan(handler, message.name, {
    kind: "server",
    root: true,
    captureStackTrace: false,
    attributes: { ...about(message, sessionId), "secs.system_bytes": SystemBytes.format(systemBytes) }
  })
}

/**
 * What a caller of a session can catch, by reason. Compiled, never run: a line that must not compile says so.
 */
import type { SecsMessage } from "@effect-secs/codec"
import type { Session, SessionError } from "@effect-secs/session"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

declare const session: Session.Session["Service"]
declare const message: SecsMessage.SecsMessage

/** Compiles where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_: Same<A, B>): void => {}

const request = session.request(message)
same<typeof request, Effect.Effect<SecsMessage.SecsMessage, SessionError.TransactionError>>(true)

// One reason, handled with what it carries; the others stay in the error.
const waited = request.pipe(
  Effect.catchReason("TransactionError", "ReplyTimeout", (reason, error) => {
    same<typeof reason.waited, Duration.Duration>(true)
    same<typeof reason.timer, "T3" | "T6" | undefined>(true)
    same<typeof error.stream, number>(true)
    return Effect.succeed(reason.waited)
  })
)
same<Effect.Success<typeof waited>, SecsMessage.SecsMessage | Duration.Duration>(true)

// Several at a time.
export const several = request.pipe(
  Effect.catchReasons("TransactionError", {
    Rejected: (reason) => Effect.succeed(reason.rejectReason),
    ErrorReported: (reason) => Effect.succeed(reason.function),
    ConnectionLost: (reason) => Effect.succeed(reason.cause._tag)
  })
)

// @ts-expect-error no such reason
export const noSuchReason = request.pipe(Effect.catchReason("TransactionError", "Timeout", () => Effect.void))

// @ts-expect-error no such error
export const noSuchError = request.pipe(Effect.catchReason("TransportError", "Refused", () => Effect.void))

// @ts-expect-error `session.request` takes a message, not an item
export const noMessage = session.request(message.item)

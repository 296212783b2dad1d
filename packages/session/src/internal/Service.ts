/**
 * `Session` on top of a connection: what carries its messages.
 */
import { isPrimary, SecsMessage, withoutReply } from "@effect-secs/codec/SecsMessage"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Carrier } from "../Session.ts"
import type { Core } from "./Core.ts"
import type { Current } from "./Current.ts"
import * as Deselect from "./Deselect.ts"
import * as Linktest from "./Linktest.ts"
import * as Spans from "./Spans.ts"
import type { Transaction } from "./Transactions.ts"
import { unsendable, unsent } from "./Unsent.ts"

/** What a session carries messages with, over whichever connection it has. */
export const carrier = (core: Core, current: Current): Carrier => {
  const { settings } = core
  const exchange = (message: SecsMessage, timeout: number, onOpen?: (systemBytes: number) => void) => {
    let transaction: Transaction | undefined
    const { connection } = current
    return Effect.onExit(
      Effect.suspend(() => {
        if (connection === undefined) return unsent(message, { _tag: "NotSelected", state: core.state })
        const opened = connection.data.request(message, timeout)
        if (Result.isFailure(opened)) return Effect.fail(opened.failure)
        transaction = opened.success
        onOpen?.(transaction.systemBytes)
        return Deferred.await(transaction.reply)
      }),
      (exit) => {
        if (transaction !== undefined) connection!.data.release(transaction)
        core.meter?.ended(exit, transaction)
        return Effect.void
      }
    )
  }

  const transact = settings.spans
    ? (message: SecsMessage, timeout: number) =>
        Spans.requested(core, message, (onOpen) => exchange(message, timeout, onOpen))
    : exchange

  return {
    dialogue: core.dialogue,
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
          ? unsent(message, { _tag: "NotSelected", state: core.state })
          : current.connection.data.send(withoutReply(message))
      }),
    primaries: core.primaries.stream,
    deliver: (receiving) => core.primaries.deliver(receiving),
    events: core.events,
    linktest: Effect.suspend(() =>
      current.connection === undefined || core.state !== "Selected"
        ? Effect.fail(Linktest.failure({ _tag: "NotSelected", state: core.state }))
        : current.connection.linktest
    ),
    deselect: Effect.suspend(() =>
      current.connection === undefined || core.state !== "Selected"
        ? Effect.fail(Deselect.failure({ _tag: "NotSelected", state: core.state }))
        : current.connection.deselect
    )
  }
}

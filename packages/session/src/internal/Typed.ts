/**
 * Typed messages over a session that carries untyped ones.
 */
import type { SecsMessage } from "@effect-secs/codec/SecsMessage"
import type { Primary } from "@effect-secs/codec/StreamFunction"
import type { StructureError } from "@effect-secs/codec/StructureError"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Dialogue } from "../Dialogue.ts"
import type { CallOptions, Carrier, Service } from "../Session.ts"
import type { TransactionError } from "../SessionError.ts"
import { unsendable } from "./Unsent.ts"

type Exchanged<A> = Effect.Effect<A, TransactionError | StructureError>

/** Any definition of a primary, and any value: `Session.Service` says which go together. */
type Definition = Primary<unknown, unknown>

export const call = (carrier: Carrier, dialogue: Dialogue): Service["call"] =>
  ((definition: Definition, value?: unknown, options?: CallOptions) =>
    Effect.suspend((): Exchanged<unknown> => {
      const written = dialogue.write(definition, value)
      if (Result.isFailure(written)) return Effect.fail(written.failure)
      const message = written.success
      const { reply } = definition
      // Also where a profile says that this peer does not answer: waiting for T3 would tell no more.
      if (reply === undefined || !message.replyExpected) return unsendable(definition, "NoReply")
      return Effect.flatMap(carrier.request(message, options), (secondary): Exchanged<unknown> => {
        const body = dialogue.read(reply, secondary.item, options?.mode)
        return Result.isSuccess(body) ? Effect.succeed(body.success) : Effect.fail(body.failure)
      })
    })) as Service["call"]

export const send = (carrier: Carrier, dialogue: Dialogue): Service["send"] => {
  const sendTyped = (definition: Definition, value: unknown): Exchanged<void> =>
    Effect.suspend((): Exchanged<void> => {
      const written = dialogue.write(definition, value)
      return Result.isSuccess(written) ? carrier.send(written.success) : Effect.fail(written.failure)
    })
  return ((what: SecsMessage | Definition, value?: unknown) =>
    "kind" in what ? sendTyped(what, value) : carrier.send(what)) as Service["send"]
}

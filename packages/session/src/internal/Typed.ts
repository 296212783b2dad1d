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

const result = <A>(body: Result.Result<A, StructureError>): Effect.Effect<A, StructureError> =>
  Result.isSuccess(body) ? Effect.succeed(body.success) : Effect.fail(body.failure)

// The body is written when the effect is made, not each time it runs: plain code is cheaper than one more effect.

export const call = (carrier: Carrier, dialogue: Dialogue): Service["call"] =>
  ((definition: Definition, value?: unknown, options?: CallOptions): Exchanged<unknown> => {
    const written = dialogue.write(definition, value)
    if (Result.isFailure(written)) return Effect.fail(written.failure)
    const message = written.success
    const { reply } = definition
    // Also where a profile says that this peer does not answer: waiting for T3 would tell no more.
    if (reply === undefined) return unsendable(definition, "NoReply")
    if (!message.replyExpected) return unsendable(definition, "NoReplyAgreed")
    return Effect.flatMap(carrier.request(message, options), ({ item }) =>
      result(dialogue.read(reply, item, options?.mode))
    )
  }) as Service["call"]

export const send = (carrier: Carrier, dialogue: Dialogue): Service["send"] =>
  ((what: SecsMessage | Definition, value?: unknown): Exchanged<void> => {
    if (!("kind" in what)) return carrier.send(what)
    const written = dialogue.write(what, value)
    return Result.isSuccess(written) ? carrier.send(written.success) : Effect.fail(written.failure)
  }) as Service["send"]

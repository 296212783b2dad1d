/** Two sessions over memory, and a file of messages. */
import { HsmsSession, type Session, Transport } from "@effect-secs/session"
import { type SmlDocument, SmlParser } from "@effect-secs/sml"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { failed } from "../../src/CliFailure.ts"
import * as Slots from "../../src/talk/Slots.ts"

/** What can run now runs until it waits. */
export const settle = Effect.repeat(Effect.yieldNow, { times: 50 })

export const pair: Effect.Effect<
  { readonly equipment: Session.Service; readonly host: Session.Service },
  never,
  Scope.Scope
> = Effect.gen(function* () {
  const { active, passive } = yield* Transport.makeMemory()
  const over = (transport: Transport.Transport["Service"]) => Effect.provideService(Transport.Transport, transport)
  const timers = { linktest: 0 }
  const equipment = yield* Effect.orDie(HsmsSession.makePassive({ sessionId: 0, timers }).pipe(over(passive)))
  const host = yield* Effect.orDie(HsmsSession.makeActive({ sessionId: 0, timers }).pipe(over(active)))
  yield* host.awaitSelected
  return { equipment, host }
})

export const messages = (text: string): ReadonlyArray<SmlDocument.SmlMessage> => SmlParser.parse(text).messages

/** Without values. */
export const fill = (message: SmlDocument.SmlMessage) =>
  Effect.mapError(Effect.fromResult(Slots.fill(message, {}, { next: () => 1, time: "2026010203040506" })), (error) =>
    failed(error.message)
  )

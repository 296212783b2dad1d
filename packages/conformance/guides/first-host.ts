import { Item, SecsMessage } from "@effect-secs/codec"
import { HsmsSession, Session } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Console, Duration, Effect, Layer } from "effect"

const { B, L, U4 } = Item

// The session: dials, selects, and dials again whenever the connection ends.
export const Host = (port: number) =>
  HsmsSession.layerActive({ sessionId: 0, timers: { t3: "10 seconds" } }).pipe(
    Layer.provide(NodeTransport.layerConnect({ host: "127.0.0.1", port }))
  )

// What the equipment sends on its own.
const answer = (primary: Session.InboundPrimary) => {
  switch (primary.message.name) {
    case "S6F11":
      return Effect.andThen(Console.log(`event: ${primary.message}`), primary.reply(B(0)))
    default:
      return primary.message.replyExpected ? primary.abort : Effect.void
  }
}

export const host = Effect.gen(function* () {
  const session = yield* Session.Session
  yield* Effect.forkScoped(Session.serve(answer, { concurrency: 8 }))

  // Waits for as long as it takes; bound it where somebody is waiting.
  yield* Effect.timeout(session.awaitSelected, "1 minute")

  // Who is it?
  const online = yield* session.request(SecsMessage.primary(1, 1))
  const model = yield* Effect.fromResult(Item.asText(online.item, 0))
  yield* Console.log(`model: ${model}`)

  // Two status variables; each may be any number format.
  const status = yield* session.request(SecsMessage.primary(1, 3, L(U4(1001), U4(1002))))
  const temperature = yield* Effect.fromResult(Item.asNumber(status.item, 0))
  const pressure = yield* Effect.fromResult(Item.asNumber(status.item, 1))
  yield* Console.log(`temperature ${temperature}, pressure ${pressure}`)

  return { model, temperature, pressure }
}).pipe(
  // Every way in which a transaction can fail has a name of its own.
  Effect.catchReason("TransactionError", "ReplyTimeout", (reason, error) =>
    Effect.andThen(Console.error(`no reply within ${Duration.format(reason.waited)}`), Effect.fail(error))
  )
)

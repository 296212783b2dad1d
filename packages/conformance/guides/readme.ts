import * as Item from "@effect-secs/codec/Item"
import { HCACK } from "@effect-secs/messages/DataItems"
import { S1F3 } from "@effect-secs/messages/S1"
import { S2F41 } from "@effect-secs/messages/S2"
import { HsmsSession, Session } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Console, Effect, Layer } from "effect"

const Host = HsmsSession.layerActive({ sessionId: 0 }).pipe(
  Layer.provide(NodeTransport.layerConnect({ host: "192.0.2.10", port: 5000 }))
)

const program = Effect.gen(function* () {
  const session = yield* Session.Session
  yield* session.awaitSelected // dials again and again until it is; what fails is in the log

  // Typed by the standard: a wrong field does not compile. Status variables have any format, so they are items.
  const [status] = yield* session.call(S1F3, [1001])
  const temperature = yield* Effect.fromResult(Item.asNumber(status))
  yield* Console.log(`it is ${temperature} degrees`)

  const { hcack } = yield* session.call(S2F41, { rcmd: "START", parameters: [] })
  if (hcack !== HCACK.codes.Done) yield* Console.error(`START was refused: HCACK ${hcack}`)
}).pipe(Effect.catchReason("TransactionError", "ReplyTimeout", (_, error) => Console.error(error.message)))

await Effect.runPromise(program.pipe(Effect.provide(Host)))

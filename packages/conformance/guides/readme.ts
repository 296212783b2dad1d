import { Item, SecsMessage } from "@effect-secs/codec"
import { HsmsSession, Session } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Console, Effect, Layer } from "effect"

const { L, U4 } = Item

const Host = HsmsSession.layerActive({ sessionId: 0 }).pipe(
  Layer.provide(NodeTransport.layerConnect({ host: "192.0.2.10", port: 5000 }))
)

const program = Effect.gen(function* () {
  const session = yield* Session.Session
  yield* session.awaitSelected // dials again and again until it is; what fails is in the log
  const reply = yield* session.request(SecsMessage.primary(1, 3, L(U4(1001), U4(1002))))
  const temperature = yield* Effect.fromResult(Item.asNumber(reply.item, 0))
  yield* Console.log(`${reply}, so it is ${temperature} degrees`)
}).pipe(Effect.catchReason("TransactionError", "ReplyTimeout", (_, error) => Console.error(error.message)))

await Effect.runPromise(program.pipe(Effect.provide(Host)))

import { Item, SecsMessage } from "@effect-secs/codec"
import { HsmsServer, HsmsSession, Session, Transport } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Console, Effect, Layer } from "effect"

const { B } = Item

// What any equipment sends on its own, whoever dialled.
const answer = (name: string) => (primary: Session.InboundPrimary) => {
  switch (primary.message.name) {
    case "S6F11":
      return Effect.andThen(Console.log(`${name}: ${primary.message}`), primary.reply(B(0)))
    default:
      return primary.message.replyExpected ? primary.abort : Effect.void
  }
}

// --- equipments that dial this host --------------------------------------------------------------------------------

export const Server = (port: number) =>
  HsmsServer.layer({ maxPeers: 500 }).pipe(Layer.provideMerge(NodeTransport.layerListen({ port })))

// Runs once for every connection, for as long as it lives.
const equipment = Effect.fnUntraced(function* (session: HsmsServer.PeerSession) {
  const online = yield* session.request(SecsMessage.primary(1, 1))
  yield* Console.log(`${session.peer} is ${online}`)
  yield* Session.serve(answer(session.peer))
})

export const listening = Effect.gen(function* () {
  const server = yield* HsmsServer.HsmsServer
  yield* Effect.forkScoped(server.serve(equipment))

  // From anywhere else in the program: one of them, as soon as it is there.
  const etcher = yield* server.awaitPeer({ sessionId: 2 })
  yield* etcher.request(SecsMessage.primary(1, 1))

  return (yield* server.current).length
})

// --- equipments that this host dials -------------------------------------------------------------------------------

export interface Tool {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly sessionId: number
}

export const dialling = Effect.fnUntraced(function* (tools: ReadonlyArray<Tool>) {
  const sessions = new Map<string, Session.Session["Service"]>()
  for (const { host, name, port, sessionId } of tools) {
    // Ready at once, whether the tool is there or not; dials until the Scope closes.
    const session = yield* HsmsSession.makeActive({ sessionId }).pipe(
      Effect.provideService(Transport.Transport, NodeTransport.makeConnect({ host, port }))
    )
    sessions.set(name, session)
    yield* Session.serve(answer(name)).pipe(Effect.provideService(Session.Session, session), Effect.forkScoped)
  }
  return sessions
})

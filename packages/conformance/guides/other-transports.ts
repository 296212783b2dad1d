import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import * as NodeWS from "@effect/platform-node/NodeWS"
import { Item, SecsMessage } from "@effect-secs/codec"
import { HsmsSession, Session, Transport } from "@effect-secs/session"
import * as SocketTransport from "@effect-secs/session/SocketTransport"
import { Effect, Layer, Option } from "effect"

// --- sockets of @effect/platform-node ---------------------------------------------------------------------------

// A host over TCP. Switch Nagle's algorithm off: transactions are small and wait for each other.
export const Host = (host: string, port: number) =>
  HsmsSession.layerActive({ sessionId: 0 }).pipe(
    Layer.provide(
      SocketTransport.layer(NodeSocket.makeNet({ host, port, noDelay: true }), { address: `${host}:${port}` })
    )
  )

// An equipment over TCP. Only the server's own context knows who dialled.
const peer = Effect.map(
  Effect.serviceOption(NodeSocket.NetSocket),
  Option.match({ onNone: () => "unknown", onSome: (socket) => `${socket.remoteAddress}:${socket.remotePort}` })
)
export const Equipment = (port: number) =>
  HsmsSession.layerPassive({ sessionId: 0 }).pipe(
    Layer.provideMerge(SocketTransport.layerServer(NodeSocketServer.make({ port, noDelay: true }), { peer }))
  )

// --- a tunnel ---------------------------------------------------------------------------------------------------

// The same two through a WebSocket, for instance behind a proxy that lets nothing else pass.
export const TunnelHost = (url: string) =>
  HsmsSession.layerActive({ sessionId: 0 }).pipe(
    Layer.provide(SocketTransport.layerWebSocket(url, { protocols: "hsms" })),
    Layer.provide(NodeWS.layerWebSocketConstructor)
  )
export const TunnelEquipment = (port: number) =>
  HsmsSession.layerPassive({ sessionId: 0 }).pipe(
    Layer.provideMerge(SocketTransport.layerServer(NodeSocketServer.makeWebSocket({ port, path: "/hsms" })))
  )

// --- a transport of one's own -----------------------------------------------------------------------------------

// This one stands on another and counts the bytes that pass.
export const counting = (under: Transport.Transport["Service"]) => {
  const bytes = { received: 0, sent: 0 }
  const lengthOf = (chunks: ReadonlyArray<Uint8Array>) => chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const transport: Transport.Transport["Service"] = {
    description: under.description,
    open: Effect.map(under.open, (channel) => ({
      peer: channel.peer,
      pull: Effect.tap(channel.pull, (chunks) =>
        Effect.sync(() => {
          bytes.received += lengthOf(chunks)
        })
      ),
      write: (buffers) =>
        Effect.suspend(() => {
          bytes.sent += lengthOf(buffers)
          return channel.write(buffers)
        })
    }))
  }
  return { bytes, transport }
}

// --- no network at all ------------------------------------------------------------------------------------------

// Both ends in one test, under a test clock where it has one.
export const inMemory = Effect.gen(function* () {
  const { active, passive } = yield* Transport.makeMemory()
  const { bytes, transport } = counting(active)
  const equipment = yield* Effect.provideService(
    HsmsSession.makePassive({ sessionId: 0 }),
    Transport.Transport,
    passive
  )
  const host = yield* Effect.provideService(HsmsSession.makeActive({ sessionId: 0 }), Transport.Transport, transport)
  const answer = (primary: Session.InboundPrimary) => primary.reply(Item.L(Item.A("ETCHER"), Item.A("1.0")))
  yield* Session.serve(answer).pipe(Effect.provideService(Session.Session, equipment), Effect.forkScoped)
  yield* host.awaitSelected
  const reply = yield* host.request(SecsMessage.primary(1, 1))
  return { reply: String(reply), bytes }
})

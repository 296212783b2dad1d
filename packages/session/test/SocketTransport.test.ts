import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import * as NodeWS from "@effect/platform-node/NodeWS"
import * as Effect from "effect/Effect"
import * as NodeTransport from "../src/NodeTransport.ts"
import * as SocketTransport from "../src/SocketTransport.ts"
import { Transport } from "../src/index.ts"
import { contract, type Pair } from "./transport-contract.ts"

const host = "127.0.0.1"

const overMemory: Pair = Transport.makeMemory()

const overTcp: Pair = Effect.map(NodeTransport.makeListen({ host, port: 0 }), ({ listening, transport }) => ({
  active: NodeTransport.makeConnect({ host, port: listening.port }),
  passive: transport
}))

const portOf = (address: { readonly _tag: string; readonly port?: number }) => address.port!

const overNodeSocket: Pair = Effect.gen(function* () {
  const { server, transport } = yield* SocketTransport.makeServer(NodeSocketServer.make({ host, port: 0 }))
  const port = portOf(server.address)
  return {
    active: SocketTransport.make(NodeSocket.makeNet({ host, port }), { address: `${host}:${port}` }),
    passive: transport
  }
})

const overOneSocket: Pair = Effect.gen(function* () {
  const { server, transport } = yield* SocketTransport.makeServer(NodeSocketServer.make({ host, port: 0 }))
  const port = portOf(server.address)
  return { active: SocketTransport.make(yield* NodeSocket.makeNet({ host, port })), passive: transport }
})

const overWebSocket: Pair = Effect.gen(function* () {
  const { server, transport } = yield* SocketTransport.makeServer(NodeSocketServer.makeWebSocket({ host, port: 0 }))
  const active = yield* Effect.provide(
    SocketTransport.makeWebSocket(`ws://${host}:${portOf(server.address)}/hsms`),
    NodeWS.layerWebSocketConstructor
  )
  return { active, passive: transport }
})

contract("memory", overMemory)
contract("NodeTransport", overTcp)
contract("NodeSocket", overNodeSocket)
contract("one NodeSocket", overOneSocket)
contract("WebSocket", overWebSocket)

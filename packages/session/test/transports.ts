/**
 * Every kind of transport, as a pair that reaches each other over loopback.
 */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import * as NodeWS from "@effect/platform-node/NodeWS"
import * as Effect from "effect/Effect"
import { Transport } from "../src/index.ts"
import * as NodeTransport from "../src/NodeTransport.ts"
import * as SocketTransport from "../src/SocketTransport.ts"
import { identity, pem } from "./secure.ts"
import type { Pair } from "./transport-contract.ts"

export const host = "127.0.0.1"

/** A passive transport, and the port on which it is reached. */
export const listenTcp = Effect.map(NodeTransport.makeListen({ host, port: 0 }), ({ listening, transport }) => ({
  port: listening.port,
  transport
}))

export const portOf = (address: { readonly port: number } | { readonly path: string }): number =>
  "port" in address ? address.port : 0

export const listenNodeSocket = (options: SocketTransport.ServerOptions = {}) =>
  Effect.map(
    SocketTransport.makeServer(NodeSocketServer.make({ host, port: 0, noDelay: true }), options),
    ({ server, transport }) => ({ port: portOf(server.address), transport })
  )

export const listenWebSocket = (options: SocketTransport.ServerOptions = {}) =>
  Effect.map(
    SocketTransport.makeServer(NodeSocketServer.makeWebSocket({ host, port: 0 }), options),
    ({ server, transport }) => ({ port: portOf(server.address), transport })
  )

export const dialTcp = (port: number) => Effect.succeed(NodeTransport.makeConnect({ host, port }))

export const dialNodeSocket = (port: number) =>
  Effect.succeed(
    SocketTransport.make(NodeSocket.makeNet({ host, port, noDelay: true }), { address: `${host}:${port}` })
  )

/** One `Socket` for all connections, instead of one each. */
export const dialOneSocket = (port: number) =>
  Effect.map(NodeSocket.makeNet({ host, port, noDelay: true }), (socket) => SocketTransport.make(socket))

export const dialWebSocket = (port: number) =>
  Effect.provide(SocketTransport.makeWebSocket(`ws://${host}:${port}/hsms`), NodeWS.layerWebSocketConstructor)

type Listen = typeof listenTcp
type Dial = (port: number) => Effect.Effect<Transport.Transport["Service"]>

const pair = (listen: Listen, dial: Dial): Pair =>
  Effect.gen(function* () {
    const { port, transport } = yield* listen
    return { active: yield* dial(port), passive: transport }
  })

const tls = Effect.gen(function* () {
  const { listening, transport } = yield* NodeTransport.makeListen({ host, port: 0, tls: identity("server") })
  const active = NodeTransport.makeConnect({ host, port: listening.port, tls: { ca: pem("ca") } })
  return { active, passive: transport, greets: true }
})

/** Those whose channels have `pullWhile` and `writeUnsafe`. */
export const fastPairs: ReadonlyArray<readonly [name: string, pair: Pair]> = [
  ["NodeTransport", pair(listenTcp, dialTcp)],
  ["NodeTransport over TLS", tls]
]

export const memory: Pair = Transport.makeMemory()

/** Those over loopback, by name. */
export const loopback: ReadonlyArray<{ readonly name: string; readonly listen: Listen; readonly dial: Dial }> = [
  { name: "NodeTransport", listen: listenTcp, dial: dialTcp },
  { name: "NodeSocket", listen: listenNodeSocket(), dial: dialNodeSocket },
  { name: "one NodeSocket dialling NodeTransport", listen: listenTcp, dial: dialOneSocket },
  { name: "NodeTransport dialling NodeSocket", listen: listenNodeSocket(), dial: dialTcp },
  { name: "WebSocket", listen: listenWebSocket(), dial: dialWebSocket }
]

export const pairs: ReadonlyArray<readonly [name: string, pair: Pair]> = [
  ["memory", memory],
  ...loopback.map(({ dial, listen, name }) => [name, pair(listen, dial)] as const),
  ["NodeTransport over TLS", tls]
]

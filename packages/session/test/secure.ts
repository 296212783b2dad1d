/**
 * What the tests of TLS and of the allow list share: certificates, bounds, and what a listener turned away.
 */
import { it } from "@effect/vitest"
import { Item, SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { readFileSync } from "node:fs"
import * as net from "node:net"
import { HsmsSession, type Session, type SessionError, Transport } from "../src/index.ts"
import * as NodeTransport from "../src/NodeTransport.ts"

export const host = "127.0.0.1"

/** The text of a file in `fixtures/tls`. */
export const pem = (name: string): string =>
  readFileSync(new URL(`./fixtures/tls/${name}.pem`, import.meta.url), "utf8")

/** A certificate with its key. */
export const identity = (name: string) => ({ cert: pem(name), key: pem(`${name}.key`) })

/** Collects every line that is logged inside, with its level; nothing is printed. */
export const logged = <A, E, R>(effect: (lines: ReadonlyArray<string>) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => {
      lines.push(`${logLevel} ${String(Array.isArray(message) ? message[0] : message)}`)
    })
    const layers = Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "All"))
    return Effect.provide(effect(lines), layers)
  })

export const warnings = (lines: ReadonlyArray<string>) => lines.filter((line) => line.startsWith("Warn "))

/** Real sockets in real time: every test has a bound. */
export const live = <A, E>(title: string, test: (lines: ReadonlyArray<string>) => Effect.Effect<A, E, Scope.Scope>) =>
  it.live(title, () => logged(test).pipe(Effect.timeout("25 seconds")), 30_000)

/** Waits in real time until something holds. */
export const until = (holds: () => boolean) =>
  Effect.gen(function* () {
    while (!holds()) yield* Effect.sleep(5)
  })

/** TCP handles that keep the process alive. */
export const tcpHandles = () => process.getActiveResourcesInfo().filter((name) => /^(TCP|TLS)/.test(name)).length

/** A plain socket of `node:net`, destroyed with the Scope. */
export const rawConnect = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<net.Socket>((resume) => {
      const socket = net.connect({ host, port, allowHalfOpen: true })
      socket.on("error", () => {})
      socket.once("connect", () => resume(Effect.succeed(socket)))
    }),
    (socket) =>
      Effect.sync(() => {
        socket.destroy()
      })
  )

/** A server of Node's own, and what it has accepted; both end with the Scope. */
export const rawServer = (make: () => net.Server) =>
  Effect.gen(function* () {
    const sockets = new Set<net.Socket>()
    const server = yield* Effect.acquireRelease(
      Effect.callback<net.Server>((resume) => {
        const listener = make()
        listener.on("connection", (socket) => {
          socket.on("error", () => {})
          sockets.add(socket)
        })
        listener.listen({ host, port: 0 }, () => resume(Effect.succeed(listener)))
      }),
      (listener) =>
        Effect.callback<void>((resume) => {
          for (const socket of sockets) socket.destroy()
          listener.close(() => resume(Effect.void))
        })
    )
    return (server.address() as net.AddressInfo).port
  })

/** A listener and the errors of those it turned away. */
export const listen = (options: Partial<NodeTransport.ListenOptions>) =>
  Effect.gen(function* () {
    const refusals: Array<SessionError.TransportError> = []
    const { listening, transport } = yield* NodeTransport.makeListen({
      host,
      port: 0,
      onRefused: (error) =>
        Effect.sync(() => {
          refusals.push(error)
        }),
      ...options
    })
    return { port: listening.port, transport, refusals, tags: () => refusals.map(({ reason }) => reason._tag) }
  })

const over = <A, E, R>(transport: Transport.Transport["Service"], make: Effect.Effect<A, E, R>) =>
  Effect.provideService(make, Transport.Transport, transport)

/** Answers every primary with its own item. */
const echo = (session: Session.Session["Service"]) =>
  session.primaries.pipe(
    Stream.runForEach((primary) => Effect.ignore(primary.reply(primary.message.item))),
    Effect.forkScoped({ startImmediately: true })
  )

export const passive = (transport: Transport.Transport["Service"]) =>
  Effect.tap(over(transport, HsmsSession.makePassive({ sessionId: 0 })), echo)

/** A session that dials, soon again where that fails. */
export const active = (options: NodeTransport.ConnectOptions) =>
  Effect.tap(
    over(
      NodeTransport.makeConnect(options),
      HsmsSession.makeActive({ sessionId: 0, backoff: { initial: 20, factor: 1 } })
    ),
    echo
  )

/** S1F1 and its reply, from one end to the other. */
export const areYouThere = (session: Session.Session["Service"]) =>
  Effect.gen(function* () {
    yield* session.awaitSelected
    const reply = yield* session.request(SecsMessage.primary(1, 1))
    return reply.name
  })

/** Sends a megabyte and compares what comes back. */
export const megabyte = (session: Session.Session["Service"]) =>
  Effect.gen(function* () {
    const bytes = new Uint8Array(1_000_000).map((_, index) => index % 251)
    const { item } = yield* session.request(SecsMessage.primary(7, 3, Item.B(bytes)))
    return item?._tag === "B" && Buffer.from(item.value).equals(bytes)
  })

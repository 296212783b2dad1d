import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import * as Stream from "effect/Stream"
import * as net from "node:net"
import { HsmsSession, type Session, Transport } from "../src/index.ts"
import type { SessionEvent } from "../src/SessionEvent.ts"
import * as SocketTransport from "../src/SocketTransport.ts"
import { handles, live, until } from "./transport-contract.ts"
import { host, listenWebSocket, loopback } from "./transports.ts"

type Service = Session.Session["Service"]

const over = <A, E, R>(transport: Transport.Transport["Service"], make: Effect.Effect<A, E, R>) =>
  Effect.provideService(make, Transport.Transport, transport)

const answering = (session: Service) =>
  session.primaries.pipe(
    Stream.runForEach((primary) => Effect.ignore(primary.reply(primary.message.item))),
    Effect.forkScoped({ startImmediately: true })
  )

const record = (session: Service) =>
  Effect.gen(function* () {
    const seen: Array<SessionEvent> = []
    yield* session.events.pipe(
      Stream.runForEach((event) => Effect.sync(() => seen.push(event))),
      Effect.forkScoped({ startImmediately: true })
    )
    return seen
  })

const ends = (events: ReadonlyArray<SessionEvent>) =>
  events.flatMap((event) => (event._tag === "Disconnected" ? [event.reason._tag] : []))

/** Both ends of a session, each in a Scope of its own; they answer every primary with its own item. */
const sessions = (
  active: Transport.Transport["Service"],
  passive: Transport.Transport["Service"],
  options: Partial<HsmsSession.ActiveOptions> = {}
) =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const left = yield* Scope.fork(scope)
    const right = yield* Scope.fork(scope)
    const both = { sessionId: 0, ...options }
    const equipment = yield* Scope.provide(over(passive, HsmsSession.makePassive(both)), right)
    const hostSession = yield* Scope.provide(
      over(active, HsmsSession.makeActive({ ...both, backoff: { initial: 20, factor: 1 } })),
      left
    )
    yield* answering(equipment)
    yield* answering(hostSession)
    return {
      equipment,
      host: hostSession,
      equipmentEvents: yield* record(equipment),
      hostEvents: yield* record(hostSession),
      closeHost: Scope.close(left, Exit.void),
      closeEquipment: Scope.close(right, Exit.void)
    }
  })

/** Everything one session does, in the order in which it does it. */
const everything = (active: Transport.Transport["Service"], passive: Transport.Transport["Service"]) =>
  Effect.gen(function* () {
    const { closeHost, equipment, equipmentEvents, host: hostSession } = yield* sessions(active, passive)
    yield* hostSession.awaitSelected
    yield* equipment.awaitSelected
    assert.strictEqual((yield* hostSession.request(SecsMessage.primary(1, 1))).name, "S1F2")
    yield* hostSession.linktest
    yield* equipment.linktest
    const megabyte = Item.B(new Uint8Array(1024 * 1024).map((_, at) => (at * 31 + (at >> 8)) & 0xff))
    const replies = yield* Effect.all(
      [hostSession, equipment, hostSession, equipment].map((one) => one.request(SecsMessage.primary(7, 3, megabyte))),
      { concurrency: "unbounded" }
    )
    for (const { item } of replies) assert.isTrue(Equal.equals(item, megabyte))
    let matched = 0
    yield* Effect.forEach(
      Array.from({ length: 2_000 }, (_, at) => at),
      (at) =>
        Effect.map(hostSession.request(SecsMessage.primary(1, 3, Item.U4(at))), ({ item }) => {
          if (item?._tag === "U4" && item.value === at) matched++
        }),
      { concurrency: 64, discard: true }
    )
    assert.strictEqual(matched, 2_000)
    yield* closeHost
    yield* until(() => ends(equipmentEvents).length > 0)
    assert.deepStrictEqual(ends(equipmentEvents), ["Separated"])
    assert.strictEqual(yield* equipment.state, "NotConnected")
  })

/** Passes bytes on between whoever dials it and a port, until it is told not to. */
const proxy = (port: number) =>
  Effect.gen(function* () {
    const lines: Array<readonly [net.Socket, net.Socket]> = []
    const server = yield* Effect.acquireRelease(
      Effect.callback<net.Server>((resume) => {
        const listener = net.createServer((near) => {
          const far = net.connect({ host, port })
          for (const socket of [near, far]) socket.on("error", () => {})
          near.pipe(far)
          far.pipe(near)
          near.on("close", () => far.destroy())
          far.on("close", () => near.destroy())
          lines.push([near, far])
        })
        listener.listen({ host, port: 0 }, () => resume(Effect.succeed(listener)))
      }),
      (listener) =>
        Effect.callback<void>((resume) => {
          for (const line of lines) for (const socket of line) socket.destroy()
          listener.close(() => resume(Effect.void))
        })
    )
    return {
      port: (server.address() as net.AddressInfo).port,
      lines,
      /** The cable is pulled: nobody hears anything any more, no end either. */
      freeze: ([near, far]: readonly [net.Socket, net.Socket]) => {
        near.unpipe(far)
        far.unpipe(near)
        near.pause()
        far.pause()
      }
    }
  })

for (const { dial, listen, name } of loopback) {
  describe(`sessions over ${name}`, () => {
    live("select, exchange S1F1, linktests, a megabyte both ways and 2 000 transactions, and separate", () =>
      Effect.gen(function* () {
        const before = handles()
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { port, transport } = yield* listen
            yield* everything(yield* dial(port), transport)
          })
        )
        yield* until(() => handles() <= before)
      })
    )

    live("are selected again after each cut, whoever's end it is, and leave no handle open", () =>
      Effect.gen(function* () {
        const before = handles()
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { port, transport } = yield* listen
            const between = yield* proxy(port)
            const all = yield* sessions(yield* dial(between.port), transport)
            for (let round = 0; round < 6; round++) {
              yield* all.host.awaitSelected
              yield* all.equipment.awaitSelected
              assert.strictEqual((yield* all.host.request(SecsMessage.primary(1, 3))).name, "S1F4")
              const [near, far] = between.lines.at(-1)!
              if (round % 3 === 0) {
                near.resetAndDestroy()
                far.resetAndDestroy()
              } else {
                ;(round % 3 === 1 ? near : far).destroy()
              }
              yield* until(() => ends(all.hostEvents).length > round && ends(all.equipmentEvents).length > round)
            }
            assert.isTrue(ends(all.hostEvents).every((tag) => tag === "TcpClosed"))
          })
        )
        yield* until(() => handles() <= before)
      })
    )

    live("notice with T6 that the peer has vanished, and are selected on a new connection", () =>
      Effect.gen(function* () {
        const before = handles()
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { port, transport } = yield* listen
            const between = yield* proxy(port)
            const all = yield* sessions(yield* dial(between.port), transport, {
              timers: { linktest: "200 millis", t6: "1 second" }
            })
            yield* all.host.awaitSelected
            yield* all.equipment.awaitSelected
            between.freeze(between.lines.at(-1)!)
            const lost = yield* Effect.flip(all.host.request(SecsMessage.primary(1, 3)))
            assert.strictEqual(lost.reason._tag, "ConnectionLost")
            yield* until(() => ends(all.hostEvents).includes("T6Expired"))
            yield* until(() => ends(all.equipmentEvents).includes("T6Expired"))
            yield* all.host.awaitSelected
            assert.strictEqual((yield* all.host.request(SecsMessage.primary(1, 3))).name, "S1F4")
          })
        )
        yield* until(() => handles() <= before)
      })
    )

    live("close within their bounds although the peer reads nothing", () =>
      Effect.gen(function* () {
        const { port, transport } = yield* listen
        const between = yield* proxy(port)
        const all = yield* sessions(yield* dial(between.port), transport)
        yield* all.host.awaitSelected
        between.freeze(between.lines.at(-1)!)
        const stuck = yield* Effect.forkChild(
          Effect.flip(all.host.send(SecsMessage.primary(7, 3, Item.B(new Uint8Array(16_000_000))))),
          { startImmediately: true }
        )
        yield* Effect.sleep(50)
        assert.isUndefined(stuck.pollUnsafe())
        const began = performance.now()
        yield* all.closeHost
        assert.isBelow(performance.now() - began, 15_000)
        assert.strictEqual((yield* Fiber.join(stuck)).reason._tag, "ConnectionLost")
      })
    )
  })
}

// Node has one from version 22 on.
for (const name of "WebSocket" in globalThis ? ["the WebSocket of the runtime"] : []) {
  describe(`sessions over ${name}`, () => {
    live("select, exchange S1F1, linktests, a megabyte both ways and 2 000 transactions, and separate", () =>
      Effect.gen(function* () {
        const { port, transport } = yield* listenWebSocket()
        const active = yield* Effect.provide(
          SocketTransport.makeWebSocket(`ws://${host}:${port}`),
          Socket.layerWebSocketConstructorGlobal
        )
        yield* everything(active, transport)
      })
    )
  })
}

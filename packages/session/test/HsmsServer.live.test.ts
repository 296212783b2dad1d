import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import * as net from "node:net"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { fileURLToPath } from "node:url"
import { HsmsServer, HsmsSession, Session, Transport } from "../src/index.ts"
import * as NodeTransport from "../src/NodeTransport.ts"
import * as equipments from "./equipments.ts"
import * as kit from "./kit.ts"

const host = "127.0.0.1"
const s1f1 = SecsMessage.primary(1, 1)

/** Real sockets in real time: every test has a bound. */
const live = <A, E>(title: string, test: () => Effect.Effect<A, E, Scope.Scope>, seconds = 30) =>
  it.live(title, () => test().pipe(Effect.timeout(`${seconds} seconds`)), (seconds + 5) * 1000)

/** Waits in real time until something holds; the bound is that of the test. */
const until = (holds: Effect.Effect<boolean>) =>
  Effect.gen(function* () {
    while (!(yield* holds)) yield* Effect.sleep(5)
  })

/** A server on a free port of all addresses, closed with the Scope. */
const listen = (options: HsmsServer.Options = {}) =>
  Effect.gen(function* () {
    const { listening, transport } = yield* NodeTransport.makeListen({ host: "0.0.0.0", port: 0 })
    const scope = yield* Scope.fork(yield* Effect.scope)
    const server = yield* HsmsServer.make(options).pipe(
      Effect.provideService(Transport.Transport, transport),
      Scope.provide(scope)
    )
    return { server, port: listening.port, close: Scope.close(scope, Exit.void) }
  })

/** An equipment that dials; `close` separates it. */
const equipment = (port: number, sessionId: number, from: Partial<NodeTransport.ConnectOptions> = {}) =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const session = yield* HsmsSession.makeActive({
      sessionId,
      role: "equipment",
      backoff: { initial: "20 millis" }
    }).pipe(
      Effect.provideService(Transport.Transport, NodeTransport.makeConnect({ host, port, ...from })),
      Scope.provide(scope)
    )
    yield* session.awaitSelected
    return { session, close: Scope.close(scope, Exit.void) }
  })

/** A plain socket that has connected and does what the test says. */
const raw = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<net.Socket>((resume) => {
      const socket = net.connect({ host, port })
      socket.on("error", () => {})
      socket.once("connect", () => resume(Effect.succeed(socket)))
    }),
    (socket) =>
      Effect.sync(() => {
        socket.destroy()
      })
  )

describe("many peers of one server, over TCP", () => {
  live("select at once, are told apart by the ids they show, and are all separated when the server ends", () =>
    Effect.gen(function* () {
      const { close, port, server } = yield* listen()
      const ids = Array.from({ length: 50 }, (_, id) => id)
      const tools = yield* Effect.forEach(ids, (id) => equipment(port, id), { concurrency: "unbounded" })
      yield* Effect.forEach(tools, ({ session }) =>
        Effect.forkScoped(
          Session.serve((primary) => primary.reply()).pipe(Effect.provideService(Session.Session, session))
        )
      )
      yield* Effect.forEach(tools, ({ session }) => session.send(SecsMessage.primary(6, 11)))
      yield* Effect.forEach(ids, (sessionId) => server.awaitPeer({ sessionId, address: host }), {
        concurrency: "unbounded"
      })
      for (const sessionId of ids) {
        const session = yield* server.awaitPeer({ sessionId })
        assert.strictEqual((yield* session.request(s1f1)).name, "S1F2")
      }
      const sessions = yield* server.current
      assert.strictEqual(sessions.length, 50)
      yield* close
      for (const session of sessions) assert.deepStrictEqual(yield* session.closed, { _tag: "LocalClose" })
      yield* until(
        Effect.map(
          Effect.forEach(tools, ({ session }) => session.state),
          (states) => states.every((state) => state !== "Selected")
        )
      )
    })
  )

  live("have one session id at two addresses, and are both served", () =>
    Effect.gen(function* () {
      const { port, server } = yield* listen({ sessionId: 7 })
      for (const localAddress of ["127.0.0.1", "127.0.0.2"]) {
        const { session } = yield* equipment(port, 7, { localAddress })
        const text = Item.A(localAddress)
        yield* Effect.forkScoped(
          Effect.provideService(
            Session.serve((primary) => primary.reply(text)),
            Session.Session,
            session
          )
        )
      }
      for (const address of ["127.0.0.1", "127.0.0.2"]) {
        const session = yield* server.awaitPeer({ sessionId: 7, address })
        const reply = yield* session.request(s1f1)
        assert.deepStrictEqual(reply.item, Item.A(address))
      }
    })
  )

  live("find the server again: a new connection is a new session", () =>
    Effect.gen(function* () {
      const { port, server } = yield* listen({ sessionId: 7 })
      const { session: tool } = yield* equipment(port, 7)
      const first = yield* server.awaitPeer({ sessionId: 7 })
      yield* first.close
      yield* until(Effect.map(tool.state, (state) => state !== "Selected"))
      yield* tool.awaitSelected
      const second = yield* server.awaitPeer({ sessionId: 7 })
      assert.notStrictEqual(second, first)
      assert.strictEqual((yield* Effect.flip(first.request(s1f1))).reason._tag, "NotSelected")
    })
  )

  live("are evicted after T6 where they are half open and dial again", () =>
    Effect.gen(function* () {
      const { port, server } = yield* listen({ sessionId: 7, timers: { t6: "1 second" } })
      // Selects and never answers anything again, as a tool whose power failed.
      const dead = yield* raw(port)
      dead.write(kit.toBytes(kit.selectReq(1)))
      const old = yield* server.awaitPeer({ sessionId: 7 })
      yield* equipment(port, 7)
      yield* until(Effect.map(server.current, (sessions) => sessions.length === 1))
      assert.strictEqual((yield* old.closed)._tag, "T6Expired")
      assert.notStrictEqual(yield* server.find({ sessionId: 7 }), old)
    })
  )

  live("are served while others reset, send rubbish, dial in crowds and say nothing", () =>
    Effect.gen(function* () {
      const { port, server } = yield* listen({ maxPeers: 32, sessionId: 7 })
      yield* Effect.forkScoped(server.serve(() => Session.serve((primary) => primary.reply(Item.B(0)))))
      const { session } = yield* equipment(port, 7)
      yield* Effect.forEach(
        Array.from({ length: 200 }, (_, at) => at),
        (at) =>
          Effect.gen(function* () {
            const socket = yield* raw(port)
            if (at % 4 === 0) socket.resetAndDestroy()
            else if (at % 4 === 1) socket.write("GET / HTTP/1.1\r\n\r\n")
            else if (at % 4 === 2) socket.write(kit.toBytes(kit.selectReq(at)).subarray(0, 9))
          }),
        { concurrency: 50 }
      )
      for (let at = 0; at < 100; at++) {
        assert.strictEqual((yield* session.request(SecsMessage.primary(6, 11))).name, "S6F12")
      }
    })
  )
})

const ownProcess = Boolean(process.features.typescript)

/** The equipments in a process of their own; in this one where Node does not run TypeScript. */
const equipmentProcess = (load: equipments.Load): Effect.Effect<equipments.Report> => {
  if (!ownProcess) return equipments.run(load)
  return Effect.callback((resume) => {
    const file = fileURLToPath(new URL("equipments.ts", import.meta.url))
    const args = [load.port, load.links, load.rate, load.seconds].map(String)
    const child = spawn(process.execPath, [
      "--conditions=source",
      "--disable-warning=ExperimentalWarning",
      file,
      ...args
    ])
    let output = ""
    let errors = ""
    child.stdout.on("data", (chunk) => (output += chunk))
    child.stderr.on("data", (chunk) => (errors += chunk))
    child.once("error", (error) => resume(Effect.die(error)))
    child.once("close", (code) =>
      resume(code === 0 ? Effect.sync(() => JSON.parse(output)) : Effect.die(new Error(`exit ${code}: ${errors}`)))
    )
    return Effect.sync(() => {
      child.kill("SIGKILL")
    })
  })
}

describe("under load", () => {
  const nightly = process.env["SECS_NIGHTLY"] === "1"
  const load = { links: 200, rate: 2000, seconds: nightly ? 60 : 5 }
  const each = (load.rate * load.seconds) / load.links

  live(
    `${load.links} equipments send ${load.rate} events a second for ${load.seconds} s: none is lost, doubled or out of order (e37/data/order)`,
    () =>
      Effect.gen(function* () {
        const { port, server } = yield* listen()
        // The DATAIDs of each link as they came: anything but 1, 2, 3 is noted.
        const last = new Map<number, number>()
        const wrong: Array<string> = []
        yield* Effect.forkScoped(
          server.serve(() =>
            Session.serve((primary) => {
              const before = last.get(primary.sessionId) ?? 0
              const item = primary.message.item
              const sequence = item?._tag === "L" && item.value[0]?._tag === "U4" ? Number(item.value[0].value) : -1
              if (sequence !== before + 1) wrong.push(`link ${primary.sessionId}: ${sequence} after ${before}`)
              last.set(primary.sessionId, sequence)
              return primary.reply(Item.B(0))
            })
          )
        )
        const cpu = process.cpuUsage()
        const pauses = monitorEventLoopDelay({ resolution: 10 })
        pauses.enable()
        const report = yield* equipmentProcess({ port, ...load })
        const { system, user } = process.cpuUsage(cpu)
        pauses.disable()
        assert.deepStrictEqual(report.failures, [])
        assert.deepStrictEqual(wrong.slice(0, 10), [])
        assert.deepStrictEqual(
          report.acknowledged,
          Array.from({ length: load.links }, () => each)
        )
        for (let link = 0; link < load.links; link++) assert.strictEqual(last.get(link), each)
        const rate = Math.round((load.links * each) / (report.elapsedMillis / 1000))
        const millis = (value: number) => `${value.toFixed(2)} ms`
        const { max, p50, p99, p999 } = report.reply
        process.stdout.write(
          `${load.links} links, ${load.links * each} events in ${(report.elapsedMillis / 1000).toFixed(1)} s ` +
            `(${rate}/s); S6F12 after ${millis(p50)} (median), ${millis(p99)} (99 %), ${millis(p999)} (99.9 %), ` +
            `${millis(max)} (longest); host CPU ${((user + system) / 1e6).toFixed(1)} s, ` +
            `longest pause ${millis(pauses.max / 1e6)}; equipments in ${ownProcess ? "a process of their own" : "the same process"}\n`
        )
      }),
    load.seconds + 120
  )
})

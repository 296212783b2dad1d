/**
 * The two ends of the bench, each in a process of its own: `ends.ts kind driver|responder connections [port …]`.
 *
 * The responder answers every primary; the driver has a number of transactions open all the time and starts the next
 * as soon as one is answered. `ours` are sessions as a user makes them; `plain` are bare sockets that count bytes: who
 * has received a whole message writes the next, with one `write` each. `typed` and `byhand` are sessions that begin and
 * end with values instead of items.
 */
import * as HsmsSession from "@effect-secs/session/HsmsSession"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import * as Session from "@effect-secs/session/Session"
import { Transport } from "@effect-secs/session/Transport"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as net from "node:net"
import { serving, transactions } from "./typed.ts"
import { frame, secondary, sessionId, type Workload, type WorkloadName, workloads } from "./workloads.ts"

const host = "127.0.0.1"

/** What the bench asks of an end. */
export type Ask =
  | { readonly ask: "prepare"; readonly workload: WorkloadName }
  | { readonly ask: "usage" }
  | { readonly ask: "memory" }
  | { readonly ask: "run"; readonly outstanding: number; readonly transactions: number }

/** What an end tells the bench. */
export type Told =
  | { readonly told: "ready"; readonly ports: ReadonlyArray<number> }
  | { readonly told: "prepared" }
  /** Microseconds of CPU since the process began. */
  | { readonly told: "usage"; readonly cpu: number }
  /** Bytes after a collection: of the heap with what it refers to, and resident. */
  | { readonly told: "memory"; readonly heap: number; readonly resident: number }
  /** Nanoseconds from the first primary to the last secondary. */
  | { readonly told: "done"; readonly nanoseconds: number }

const tell = (told: Told): void => {
  process.send!(told)
}

const usage = (): number => {
  const { system, user } = process.cpuUsage()
  return system + user
}

const memory = (): Told => {
  for (let i = 0; i < 4; i++) globalThis.gc!()
  const { arrayBuffers, heapUsed, rss } = process.memoryUsage()
  return { told: "memory", heap: heapUsed + arrayBuffers, resident: rss }
}

interface End {
  readonly ports: ReadonlyArray<number>
  readonly prepare: (workload: Workload, name: WorkloadName) => void
  /** Every connection has `outstanding` open until it has done its share. */
  readonly run: (outstanding: number, transactions: number) => Promise<void>
}

type Kind = "ours" | "typed" | "byhand"

// --- ours ----------------------------------------------------------------------------------------------------------

const quiet = { sessionId, timers: { linktest: 0 }, maxFrameLength: 2 ** 26 }

const oursResponder = (kind: Kind, connections: number): Effect.Effect<End, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    let answer: Workload["answer"]
    const handler = (primary: Session.InboundPrimary) =>
      primary.reply(answer === "echo" ? primary.message.item : answer)
    const ports: Array<number> = []
    for (let i = 0; i < connections; i++) {
      const { listening, transport } = yield* NodeTransport.makeListen({ host, port: 0 })
      const session = yield* Effect.provideService(HsmsSession.makePassive(quiet), Transport, transport)
      const serve = kind === "ours" ? Session.serve(handler) : serving[kind]
      yield* Effect.forkScoped(Effect.provideService(serve, Session.Session, session))
      ports.push(listening.port)
    }
    return {
      ports,
      prepare: (workload) => {
        answer = workload.answer
      },
      run: () => Promise.reject(new Error("a responder does not begin"))
    }
  })

const oursDriver = (kind: Kind, ports: ReadonlyArray<number>): Effect.Effect<End, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const sessions = yield* Effect.forEach(ports, (port) =>
      Effect.provideService(HsmsSession.makeActive(quiet), Transport, NodeTransport.makeConnect({ host, port }))
    )
    for (const session of sessions) yield* session.awaitSelected
    let { primary } = workloads.s1f1
    const request = (session: Session.Service): Effect.Effect<unknown, unknown> => session.request(primary)
    let transact = request
    const runPromise = Effect.runPromiseWith(yield* Effect.context())
    const share = (session: Session.Service, outstanding: number, transactions: number) => {
      let left = transactions
      const worker = Effect.gen(function* () {
        while (left-- > 0) yield* transact(session)
      })
      return Effect.forEach(Array.from({ length: outstanding }), () => worker, { concurrency: "unbounded" })
    }
    return {
      ports,
      prepare: (workload, name) => {
        primary = workload.primary
        transact = kind === "ours" ? request : (transactions[kind][name] ?? request)
      },
      run: (outstanding, count) =>
        runPromise(
          Effect.forEach(sessions, (session) => share(session, outstanding, count / sessions.length), {
            concurrency: "unbounded",
            discard: true
          })
        )
    }
  })

// --- plain sockets -------------------------------------------------------------------------------------------------

/** Calls back once for every `length` bytes that have come. */
const counting = (length: () => number, whole: () => void) => {
  let received = 0
  return (chunk: Uint8Array): void => {
    received += chunk.length
    while (received >= length()) {
      received -= length()
      whole()
    }
  }
}

const plainResponder = (connections: number): Promise<End> => {
  let expected = 0
  let answer = new Uint8Array(0)
  const listen = (): Promise<number> =>
    new Promise((resolve) => {
      const server = net.createServer({ noDelay: true }, (socket) => {
        socket.on(
          "data",
          counting(
            () => expected,
            () => socket.write(answer)
          )
        )
        socket.on("error", () => {})
      })
      server.listen({ host, port: 0 }, () => resolve((server.address() as net.AddressInfo).port))
    })
  return Promise.all(Array.from({ length: connections }, listen)).then((ports) => ({
    ports,
    prepare: (workload) => {
      expected = frame(workload.primary).length
      answer = new Uint8Array(frame(secondary(workload)))
    },
    run: () => Promise.reject(new Error("a responder does not begin"))
  }))
}

const plainDriver = async (ports: ReadonlyArray<number>): Promise<End> => {
  let primary = new Uint8Array(0)
  let expected = 1
  const connect = (port: number): Promise<net.Socket> =>
    new Promise((resolve, reject) => {
      const socket = net.connect({ host, port, noDelay: true }, () => resolve(socket))
      socket.on("error", reject)
    })
  const sockets = await Promise.all(ports.map(connect))
  const share = (socket: net.Socket, outstanding: number, transactions: number): Promise<void> =>
    new Promise((resolve) => {
      let toSend = transactions
      let toReceive = transactions
      const receive = counting(
        () => expected,
        () => {
          toReceive--
          if (toSend > 0) {
            toSend--
            socket.write(primary)
          }
          if (toReceive === 0) {
            socket.off("data", receive)
            resolve()
          }
        }
      )
      socket.on("data", receive)
      for (let i = 0; i < outstanding && toSend > 0; i++) {
        toSend--
        socket.write(primary)
      }
    })
  return {
    ports,
    prepare: (workload) => {
      primary = new Uint8Array(frame(workload.primary))
      expected = frame(secondary(workload)).length
    },
    run: async (outstanding, transactions) => {
      await Promise.all(sockets.map((socket) => share(socket, outstanding, transactions / sockets.length)))
    }
  }
}

// --- the process ---------------------------------------------------------------------------------------------------

const serve = (end: End): void => {
  process.on("message", (asked: Ask) => {
    switch (asked.ask) {
      case "prepare":
        end.prepare(workloads[asked.workload], asked.workload)
        return tell({ told: "prepared" })
      case "usage":
        return tell({ told: "usage", cpu: usage() })
      case "memory":
        return tell(memory())
      case "run": {
        const began = process.hrtime.bigint()
        end.run(asked.outstanding, asked.transactions).then(
          () => tell({ told: "done", nanoseconds: Number(process.hrtime.bigint() - began) }),
          (cause: unknown) => {
            process.stderr.write(`${String(cause)}\n`)
            process.exit(1)
          }
        )
      }
    }
  })
  tell({ told: "ready", ports: end.ports })
}

const [kind, part, ...numbers] = process.argv.slice(2)
const count = Number(numbers[0])
const ports = numbers.map(Number)
process.on("disconnect", () => process.exit(0))
const begun: Promise<End> =
  kind === "plain"
    ? part === "driver"
      ? plainDriver(ports)
      : plainResponder(count)
    : Effect.runPromise(
        // The Scope lives as long as the process, at whose end nobody separates; the other end need not say so.
        Scope.provide(
          part === "driver" ? oursDriver(kind as Kind, ports) : oursResponder(kind as Kind, count),
          Scope.makeUnsafe()
        ).pipe(Effect.provideService(References.MinimumLogLevel, "None"))
      )
begun.then(serve, (cause: unknown) => {
  process.stderr.write(`${String(cause)}\n`)
  process.exit(1)
})

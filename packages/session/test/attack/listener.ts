/**
 * What the tests of the active side over real sockets share: a listener that does with each connection what the test
 * says, a peer that behaves, and counts of what the process holds. Nothing here uses the codec for what a peer writes.
 */
import { SecsMessage } from "@effect-secs/codec"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as net from "node:net"
import { HsmsSession, Transport } from "../../src/index.ts"
import * as NodeTransport from "../../src/NodeTransport.ts"
import type { Service } from "../../src/Session.ts"
import type { SessionEvent } from "../../src/SessionEvent.ts"
import * as kit from "../kit.ts"

export const host = "127.0.0.1"

/** A session's times, short enough for real time and long enough for a machine with other things to do. */
export const short = { t3: "20 seconds", t5: 5, t6: 200, t7: 2_000, t8: 200, linktest: 0 } as const

// --- what the process holds ----------------------------------------------------------------------------------------

/** Sockets, listeners, attempts to connect and timers that keep the process alive, by name. */
export const held = (): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const name of process.getActiveResourcesInfo()) {
    if (/^TCP|ConnectWrap|^Timeout$/.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

/** Waits in real time until something holds. The test around it has the bound. */
export const until = (holds: () => boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (!holds()) yield* Effect.sleep(2)
  })

/** Waits until the process holds no more of anything than it did. */
export const givenBack = (before: ReadonlyMap<string, number>): Effect.Effect<void> =>
  Effect.gen(function* () {
    const more = (): ReadonlyArray<string> =>
      [...held()].flatMap(([name, count]) => {
        const were = before.get(name) ?? 0
        return count > were ? [`${name}: ${count}, before ${were}`] : []
      })
    // A second, by how often it was looked at: a machine that is busy gives the process less of it.
    for (let look = 0; more().length > 0 && look < 500; look++) yield* Effect.sleep(2)
    assert.deepStrictEqual(more(), [])
  })

// --- peers ---------------------------------------------------------------------------------------------------------

/** One connection at its passive end. */
export interface Peer {
  readonly socket: net.Socket
  /** The next frame of the session. Waits. */
  readonly next: Effect.Effect<kit.Frame>
  readonly send: (...frames: ReadonlyArray<kit.Frame>) => Effect.Effect<void>
  /** Done when the bytes are handed to the system. */
  readonly sendBytes: (bytes: Uint8Array) => Effect.Effect<void>
  /** FIN. */
  readonly end: Effect.Effect<void>
  /** RST. */
  readonly reset: Effect.Effect<void>
  /** Done when the session has closed the connection, its FIN or RST read. */
  readonly closed: Effect.Effect<void>
  /** All frames so far that were not taken with `next`. */
  readonly rest: () => ReadonlyArray<kit.Frame>
}

const peerOf = (socket: net.Socket): Peer => {
  const frames = new kit.Frames()
  const inbox = Effect.runSync(Queue.unbounded<kit.Frame>())
  let over = false
  socket.on("error", () => {
    over = true
  })
  socket.on("end", () => {
    over = true
  })
  socket.on("close", () => {
    over = true
  })
  socket.on("data", (chunk: Uint8Array) => {
    for (const frame of frames.push(chunk)) Queue.offerUnsafe(inbox, frame)
  })
  const sendBytes = (bytes: Uint8Array) =>
    Effect.callback<void>((resume) => {
      socket.write(bytes, () => resume(Effect.void))
    })
  return {
    socket,
    next: Queue.take(inbox),
    sendBytes,
    send: (...list) => sendBytes(kit.concat(...list.map(kit.toBytes))),
    end: Effect.sync(() => {
      socket.end()
    }),
    reset: Effect.sync(() => {
      socket.resetAndDestroy()
    }),
    closed: until(() => over),
    rest: () => Effect.runSync(Queue.clear(inbox))
  }
}

/** A listener on loopback, its port, and the connections it gets, in order. */
export interface Listener {
  readonly port: number
  readonly accept: Effect.Effect<Peer>
  /** Called with each socket in the turn in which it is accepted. */
  readonly onAccept: (callback: (socket: net.Socket) => void) => void
  /** Connections so far. */
  readonly accepted: () => number
  /** Stops listening and resets what is open: the process that listened has died. */
  readonly die: Effect.Effect<void>
}

/** Listens in the Scope of the caller; port 0 lets the system choose. */
export const listen = (port = 0): Effect.Effect<Listener, never, Scope.Scope> =>
  Effect.gen(function* () {
    const waiting = yield* Queue.unbounded<Peer>()
    const sockets = new Set<net.Socket>()
    let accepted = 0
    let callback: ((socket: net.Socket) => void) | undefined
    const scope = yield* Scope.fork(yield* Effect.scope)
    const server = yield* Effect.acquireRelease(
      Effect.callback<net.Server>((resume) => {
        const listener = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
          accepted++
          sockets.add(socket)
          socket.on("close", () => sockets.delete(socket))
          Queue.offerUnsafe(waiting, peerOf(socket))
          callback?.(socket)
        })
        listener.once("error", (cause) => resume(Effect.die(cause)))
        listener.listen({ host, port }, () => resume(Effect.succeed(listener)))
      }),
      (listener) =>
        Effect.callback<void>((resume) => {
          // The system refuses to reset what is being shut down, and Node then never lets go of it.
          for (const socket of sockets)
            if (socket.writableEnded) socket.destroy()
            else socket.resetAndDestroy()
          listener.close(() => resume(Effect.void))
        })
    ).pipe(Scope.provide(scope))
    return {
      port: (server.address() as net.AddressInfo).port,
      accept: Queue.take(waiting),
      onAccept: (each) => {
        callback = each
      },
      accepted: () => accepted,
      die: Scope.close(scope, Exit.void)
    }
  })

/** `<L [2] <A "MDLN"> <A "1.0">>`, the text of S1F2. By hand from SEMI E5. */
export const s1f2 = "010241044d444c4e4103312e30"

/** Answers like equipment that has nothing else to do, until the connection ends. */
export const behave = (peer: Peer): Effect.Effect<never> =>
  Effect.gen(function* () {
    while (true) {
      const frame = yield* peer.next
      if (frame.sType === 1) yield* peer.send(kit.selectRsp(frame.system))
      else if (frame.sType === 5) yield* peer.send(kit.linktestRsp(frame.system))
      else if (frame.sType === 0 && frame.byte2 > 0x80) {
        yield* peer.send(kit.data(frame.byte2 & 0x7f, frame.byte3 + 1, frame.system, s1f2))
      }
    }
  })

// --- sessions ------------------------------------------------------------------------------------------------------

/** An active session over TCP in the Scope of the caller. */
export const makeSession = (
  port: number,
  options: Partial<HsmsSession.ActiveOptions> = {}
): Effect.Effect<Service, never, Scope.Scope> =>
  HsmsSession.makeActive({ sessionId: kit.device, ...options, timers: { ...short, ...options.timers } }).pipe(
    Effect.provideService(Transport.Transport, NodeTransport.makeConnect({ host, port })),
    Effect.orDie
  )

/** The same, and all it says. Who keeps an event keeps its error, and V8 keeps what an error's stack went through. */
export const dial = (
  port: number,
  options: Partial<HsmsSession.ActiveOptions> = {}
): Effect.Effect<{ readonly session: Service; readonly events: ReadonlyArray<SessionEvent> }, never, Scope.Scope> =>
  Effect.gen(function* () {
    const session = yield* makeSession(port, options)
    const events: Array<SessionEvent> = []
    yield* session.events.pipe(
      Stream.runForEach((event) => Effect.sync(() => events.push(event))),
      Effect.forkScoped({ startImmediately: true })
    )
    return { session, events }
  })

/** Why connections ended, one after the other. */
export const ends = (events: ReadonlyArray<SessionEvent>): ReadonlyArray<string> =>
  events.flatMap((event) => (event._tag === "Disconnected" ? [event.reason._tag] : []))

/** Why attempts to connect failed, one after the other. */
export const failures = (events: ReadonlyArray<SessionEvent>): ReadonlyArray<string> =>
  events.flatMap((event) => (event._tag === "ConnectFailed" ? [event.error.reason._tag] : []))

/** The session is selected by a peer that behaves, and its first S1F1 has the reply. */
export const isServed = (session: Service, listener: Listener): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    let selected = false
    yield* Effect.forkScoped(
      Effect.gen(function* () {
        while (true) {
          const peer = yield* listener.accept
          yield* Effect.forkScoped(behave(peer))
          selected = true
        }
      })
    )
    yield* until(() => selected)
    yield* session.awaitSelected
    const reply = yield* Effect.orDie(session.request(SecsMessage.primary(1, 1)))
    assert.strictEqual(String(reply), 'S1F2 <L [2] <A "MDLN"> <A "1.0">>')
  })

/** A test in real time with a bound; what the process holds after it is what it held before. */
export const live = <A, E>(title: string, test: () => Effect.Effect<A, E, Scope.Scope>, seconds = 30): void =>
  it.live(
    title,
    () =>
      Effect.gen(function* () {
        // The timer of the bound is there by then.
        yield* Effect.sleep(1)
        const before = held()
        yield* Effect.scoped(test())
        yield* givenBack(before)
      }).pipe(Effect.timeout(seconds * 1_000), Effect.provide(Logger.layer([]))),
    seconds * 1_000 + 5_000
  )

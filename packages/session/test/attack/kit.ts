/**
 * What the attacks on a passive session share: a session behind a real listening socket, attackers that are plain
 * sockets and write what they like, and the four questions every attack ends with. What was answered, byte by byte?
 * What did the user see of it? Is the next client served within two seconds? Is everything given back?
 *
 * Nothing here uses the codec for what an attacker writes or reads.
 */
import { Item } from "@effect-secs/codec"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as diagnostics from "node:diagnostics_channel"
import * as net from "node:net"
import * as v8 from "node:v8"
import * as vm from "node:vm"
import { HsmsSession, Session, Transport } from "../../src/index.ts"
import * as NodeTransport from "../../src/NodeTransport.ts"
import type { SessionEvent } from "../../src/SessionEvent.ts"
import * as kit from "../kit.ts"

export const host = "127.0.0.1"

/** `<L [2] <A "MDLN"> <A "1.0">>`, the text of S1F2. By hand from SEMI E5. */
const s1f2Text = "010241044d444c4e4103312e30"

/** S1F1 with W-bit, and the reply every session here gives to it. */
export const s1f1 = (system: number): kit.Frame => kit.primary(1, 1, system)
export const s1f2 = (system: number): kit.Frame => kit.data(1, 2, system, s1f2Text)

// --- waiting -------------------------------------------------------------------------------------------------------

/** The next turn of the event loop, outside of any timer's callback: a timer counts as open while its callback runs. */
const turn: Effect.Effect<void> = Effect.callback((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** The longest a stall of the machine counts, in milliseconds. */
const stall = 50

/**
 * Polls until something holds; dies after a time in milliseconds in which it did not. The time this process did not get
 * to run is not held against the session: between two looks no more than `stall` counts.
 */
export const until = (what: () => string, holds: () => boolean, within = 10_000): Effect.Effect<void> =>
  Effect.gen(function* () {
    let spent = 0
    let last = performance.now()
    yield* turn
    while (!holds()) {
      if (spent > within) return yield* Effect.die(new Error(what()))
      yield* Effect.andThen(Effect.sleep(2), turn)
      const now = performance.now()
      spent += Math.min(now - last, stall)
      last = now
    }
  })

// --- what is open and what is held ---------------------------------------------------------------------------------

v8.setFlagsFromString("--expose_gc")
const collect = vm.runInNewContext("gc") as () => void

/** What keeps the process alive. */
interface Open {
  readonly sockets: number
  readonly servers: number
  readonly timers: number
}

const count = (name: string): number => process.getActiveResourcesInfo().filter((one) => one === name).length

/** Bytes in use now: the heap and what it refers to outside, such as buffers. */
export const bytesInUse = (): number => {
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

/** Sockets of TCP that are open in this process, both ends of a connection counted. */
export const openSockets = (): number => count("TCPSocketWrap")

/** What is open in this turn: sockets and servers of TCP, and timers that are due some time. */
const openNow = (): Open => ({
  sockets: openSockets(),
  servers: count("TCPServerWrap"),
  timers: count("Timeout")
})

/** Sockets that servers of this process have accepted so far. */
let sockets = 0
diagnostics.subscribe("net.server.socket", () => {
  sockets++
})
export const accepted = (): number => sockets

/** Bytes in use after a collection. What it finalises is given back in the turn after it. */
export const bytesKept: Effect.Effect<number> = Effect.gen(function* () {
  collect()
  yield* Effect.sleep(1)
  return bytesInUse()
})

/**
 * How many bytes more may be in use after an attack than before. Code that ran for the first time and the collector's
 * own mind move the measure by up to 5 MB; what an attack carries, or 10 000 connections of 1 KB each, would be more.
 */
export const tolerance = 8 * 1024 * 1024

/** Bytes in use after the attack before this one, of the same file. */
let kept: number | undefined = undefined

const closed = (before: Open): Effect.Effect<void> =>
  until(
    () => `open: ${JSON.stringify(openNow())}, before: ${JSON.stringify(before)}`,
    () => {
      const now = openNow()
      return now.sockets <= before.sockets && now.servers <= before.servers && now.timers <= before.timers
    }
  )

const givenBack = (before: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let look = 0; look < 5; look++) {
      kept = yield* bytesKept
      if (kept - before < tolerance) return
    }
    assert.isBelow(kept! - before, tolerance, "bytes in use after the attack and not before")
  })

// --- attackers -----------------------------------------------------------------------------------------------------

/** Bytes, or their hexadecimal notation, or a frame. */
export type Piece = Uint8Array | string | kit.Frame

const toBytes = (piece: Piece): Uint8Array =>
  typeof piece === "string" ? kit.hex(piece) : piece instanceof Uint8Array ? piece : kit.toBytes(piece)

const hexOf = (...pieces: ReadonlyArray<Piece>): string => Buffer.concat(pieces.map(toBytes)).toString("hex")

/** System bytes that no attack uses. */
const fence = 0x7eed_feed

/** The system bytes of the session's own messages are its business: they are compared as 0. */
const anonymous = (bytes: Buffer): string => {
  let text = ""
  let at = 0
  while (bytes.length - at >= 14 && bytes.length - at - 4 >= bytes.readUInt32BE(at)) {
    const frame = Buffer.from(bytes.subarray(at, at + 4 + bytes.readUInt32BE(at)))
    const report = frame[9] === 0 && (frame[6]! & 0x7f) === 9 && frame[7]! % 2 === 1
    if (report || frame[9] === 5) {
      assert.notStrictEqual(frame.readUInt32BE(10), 0)
      frame.writeUInt32BE(0, 10)
    }
    text += frame.toString("hex")
    at += frame.length
  }
  return text + bytes.subarray(at).toString("hex")
}

/** A plain socket: it reads unless told not to, and it keeps its side open when the session closes. */
export class Attacker {
  readonly socket: net.Socket
  #received: Array<Buffer> = []
  #size = 0
  readonly #pulled: () => number
  /** How the session ended the connection, once it has. */
  over: "FIN" | "RST" | undefined = undefined

  constructor(socket: net.Socket, pulled: () => number) {
    this.socket = socket
    this.#pulled = pulled
    socket.on("data", (chunk: Buffer) => {
      this.#received.push(chunk)
      this.#size += chunk.length
    })
    socket.on("end", () => {
      this.over ??= "FIN"
    })
    socket.on("error", () => {
      this.over ??= "RST"
    })
    socket.on("close", () => {
      this.over ??= "RST"
    })
  }

  /** Bytes that came and were not asserted yet. */
  get size(): number {
    return this.#size
  }

  /** Bytes of this connection that the session has taken. */
  get progress(): number {
    return this.#pulled()
  }

  #take(): Buffer {
    const all = Buffer.concat(this.#received)
    this.#received = []
    this.#size = 0
    return all
  }

  /** One write; done when the system has taken all of it, or the connection is over. */
  write(...pieces: ReadonlyArray<Piece>): Effect.Effect<void> {
    return Effect.callback((resume) => {
      this.socket.write(Buffer.concat(pieces.map(toBytes)), () => resume(Effect.void))
    })
  }

  /** The same bytes again and again, until so many are written or the connection is over. */
  pour(part: Uint8Array, bytes: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (let sent = 0; sent < bytes && this.over === undefined && this.socket.writable; sent += part.length) {
        yield* this.write(part)
      }
    })
  }

  /** Waits until the session has taken so many bytes of this connection: what is written next is a chunk of its own. */
  taken(bytes: number): Effect.Effect<void> {
    return until(
      () => `the session took ${this.progress} of ${bytes} bytes`,
      () => this.progress >= bytes
    )
  }

  #waitFor(bytes: number): Effect.Effect<void> {
    return until(
      () => `${bytes} bytes expected, the attacker has ${this.#size} (${this.over ?? "open"})`,
      () => this.#size >= bytes
    )
  }

  /**
   * Asserts that exactly this has come since last asked, and that the connection lives. A linktest behind it, whose
   * answer comes last, shows that nothing else was on its way.
   */
  answered(...pieces: ReadonlyArray<Piece>): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const expected = hexOf(...pieces)
      yield* this.#waitFor(expected.length / 2)
      yield* this.write(kit.linktestReq(fence))
      const all = expected + hexOf(kit.linktestRsp(fence))
      yield* this.#waitFor(all.length / 2)
      assert.strictEqual(anonymous(this.#take()), all)
    })
  }

  /** Asserts that exactly this has come since last asked, and then the end of the connection. */
  closed(...pieces: ReadonlyArray<Piece>): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      yield* until(
        () => `the session did not close the connection; ${this.#size} bytes came`,
        () => this.over !== undefined
      )
      assert.strictEqual(anonymous(this.#take()), hexOf(...pieces))
    })
  }

  /** Takes what came, unseen, until there are so many bytes. */
  skip(bytes: number): Effect.Effect<Buffer> {
    return Effect.map(this.#waitFor(bytes), () => this.#take())
  }

  /** Selects; the answer is taken. */
  get selects(): Effect.Effect<void> {
    return Effect.andThen(this.write(kit.selectReq(1)), this.answered(kit.selectRsp(1)))
  }
}

const dial = (port: number, pulled: ReadonlyMap<string, number>, reading: boolean) =>
  Effect.acquireRelease(
    Effect.callback<Attacker>((resume) => {
      const socket = net.connect({ host, port, allowHalfOpen: true, noDelay: true })
      socket.once("connect", () => {
        const name = `${host}:${socket.localPort}`
        const attacker = new Attacker(socket, () => pulled.get(name) ?? 0)
        if (!reading) socket.pause()
        resume(Effect.succeed(attacker))
      })
      socket.once("error", (cause) => resume(Effect.die(cause)))
      return Effect.sync(() => {
        socket.destroy()
      })
    }),
    ({ socket }) =>
      Effect.sync(() => {
        socket.destroy()
      })
  )

// --- the session under attack --------------------------------------------------------------------------------------

/** One line for what a user sees of a fault; `undefined` for what happens without one. */
const line = (event: SessionEvent): string | undefined => {
  switch (event._tag) {
    case "Connected":
    case "StateChanged":
    case "Received":
    case "Sent":
      return undefined
    case "Disconnected": {
      const { reason } = event
      switch (reason._tag) {
        case "FrameFault":
          return `Disconnected FrameFault ${reason.error.reason._tag} ${reason.error.reason.length}`
        case "TcpClosed":
          return `Disconnected TcpClosed ${reason.error.operation} ${reason.error.reason._tag}`
        case "T8Expired":
          return `Disconnected T8Expired after ${reason.received}`
        default:
          return `Disconnected ${reason._tag}`
      }
    }
    case "Refused":
      return `Refused ${event.rejectReason}`
    case "UnmatchedReply":
      return `UnmatchedReply ${event.kind}`
    case "Undecodable":
      return `Undecodable ${event.error.reason._tag}`
    case "SessionIdMismatch":
      return `SessionIdMismatch ${event.header.sessionId} ${event.dropped ? "dropped" : "delivered"}`
    case "ProtocolWarning":
      return `ProtocolWarning ${event.what}`
    default:
      return event._tag
  }
}

/** A session under attack. */
export interface Field {
  readonly session: Session.Service
  readonly port: number
  /** A connection of a new attacker. */
  readonly attacker: Effect.Effect<Attacker, never, Scope.Scope>
  /** The same, of one that reads nothing. */
  readonly deaf: Effect.Effect<Attacker, never, Scope.Scope>
  /** The same, selected. */
  readonly selected: Effect.Effect<Attacker, never, Scope.Scope>
  /** The data messages the handler was given so far, by name. */
  readonly handled: ReadonlyArray<string>
  /** How many replies of the handler were written so far. */
  readonly replied: number
  /** What was logged as a warning or worse so far. */
  readonly log: ReadonlyArray<string>
  /** The faults so far, one line each. */
  readonly faults: ReadonlyArray<string>
  /** Asserts that the faults since last asked are these and no others. */
  readonly sees: (...faults: ReadonlyArray<string>) => Effect.Effect<void>
  /** A new client connects, selects, has S1F1 answered, separates: within two seconds, dialling as often as it takes. */
  readonly serves: Effect.Effect<void>
}

export type Options = Partial<HsmsSession.Options>

/** What the handler replies: S1F2 to S1F1, three megabytes to S1F3, SxF0 to all others that want and can have one. */
const answer = (primary: Session.InboundPrimary) => {
  if (primary.message.name === "S1F1") return primary.reply(Item.L(Item.A("MDLN"), Item.A("1.0")))
  if (primary.message.name === "S1F3") return primary.reply(Item.B(new Uint8Array(3_000_000)))
  return primary.message.replyExpected && primary.message.stream > 0 ? primary.abort : Effect.void
}

const make = (options: Options): Effect.Effect<Field, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { listening, transport } = yield* Effect.orDie(NodeTransport.makeListen({ host, port: 0 }))
    const { port } = listening
    // Bytes pulled of each connection, by the name of its peer.
    const pulled = new Map<string, number>()
    const tapped: Transport.Transport["Service"] = {
      description: transport.description,
      open: Effect.map(transport.open, (channel) => {
        pulled.delete(channel.peer)
        return {
          ...channel,
          pull: Effect.map(channel.pull, (chunks) => {
            const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
            pulled.set(channel.peer, size + (pulled.get(channel.peer) ?? 0))
            return chunks
          })
        }
      })
    }
    const log: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => {
      const text = String(message)
      if (logLevel !== "Info" && !text.startsWith("timer ")) log.push(`${logLevel} ${text}`)
    })
    const logged = Logger.layer([logger])
    const session = yield* HsmsSession.makePassive({ sessionId: kit.device, ...options }).pipe(
      Effect.provideService(Transport.Transport, tapped),
      Effect.provide(logged),
      Effect.orDie
    )
    let faults: Array<string> = []
    yield* session.events.pipe(
      Stream.runForEach((event) =>
        Effect.sync(() => {
          const text = line(event)
          if (text !== undefined) faults.push(text)
        })
      ),
      Effect.forkScoped({ startImmediately: true })
    )
    const handled: Array<string> = []
    let replied = 0
    const serving = Session.serve((primary) => {
      handled.push(primary.message.name)
      return Effect.tap(answer(primary), () =>
        Effect.sync(() => {
          replied++
        })
      )
    })
    yield* Effect.forkScoped(serving.pipe(Effect.provideService(Session.Session, session), Effect.provide(logged)), {
      startImmediately: true
    })

    const attacker = dial(port, pulled, true)
    const selected = Effect.tap(attacker, (one) => one.selects)

    const attempt = Effect.scoped(
      Effect.gen(function* () {
        const client = yield* attacker
        const answers = hexOf(kit.selectRsp(1), s1f2(2))
        const ends = () => client.over !== undefined || client.size >= answers.length / 2
        yield* client.write(kit.selectReq(1), s1f1(2))
        yield* until(() => "the new client waits", ends, 2000)
        if (client.size < answers.length / 2) return false
        assert.strictEqual((yield* client.skip(0)).toString("hex"), answers)
        yield* client.write(kit.separateReq(3))
        yield* client.closed()
        return true
      })
    )
    const serves = Effect.gen(function* () {
      let served = false
      const tries = Effect.gen(function* () {
        while (!(served = yield* attempt)) yield* Effect.sleep(10)
      })
      pulled.clear()
      const trying = yield* Effect.forkScoped(tries, { startImmediately: true })
      yield* until(
        () => "no new client was served within two seconds",
        () => served || trying.pollUnsafe() !== undefined,
        2000
      )
      yield* Fiber.join(trying)
    }).pipe(Effect.scoped)

    return {
      session,
      port,
      attacker,
      deaf: dial(port, pulled, false),
      selected,
      handled,
      get replied() {
        return replied
      },
      log,
      get faults() {
        return faults
      },
      sees: (...expected) =>
        Effect.gen(function* () {
          yield* until(
            () => `seen ${JSON.stringify(faults)}, expected ${JSON.stringify(expected)}`,
            () => faults.length >= expected.length
          )
          yield* kit.settle
          assert.deepStrictEqual(faults, expected)
          faults = []
        }),
      serves
    }
  })

/**
 * One attack and the four questions. Before it the session has served a client; after it the attackers are gone, the
 * next client is served within two seconds, no error was logged, and sockets, timers and memory are as they were; when
 * the session ends, so does its server.
 */
export const attack = (
  title: string,
  test: (field: Field) => Effect.Effect<void, never, Scope.Scope>,
  options: Options & { readonly seconds?: number } = {}
): void => {
  const { seconds = 20, ...session } = options
  const rounds = Effect.gen(function* () {
    // The timer that bounds this test is running from here on.
    yield* turn
    const outside = openNow()
    const inside = Effect.gen(function* () {
      const field = yield* make(session)
      yield* field.serves
      yield* field.sees("Disconnected Separated")
      const before = kept ?? (yield* bytesKept)
      yield* turn
      const open = openNow()
      yield* Effect.scoped(test(field))
      yield* field.serves
      assert.deepStrictEqual(
        field.log.filter((entry) => !entry.startsWith("Warn ")),
        []
      )
      yield* closed(open)
      yield* givenBack(before)
    })
    yield* Effect.scoped(inside)
    yield* closed(outside)
  })
  it.live(title, () => Effect.timeout(rounds, `${seconds} seconds`), seconds * 1000 + 5000)
}

/** Numbers that look random and are the same in every run: xorshift of 32 bits. */
export const noise = (seed: number, bytes: number): Uint8Array => {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  return Uint8Array.from({ length: bytes }, () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state & 0xff
  })
}

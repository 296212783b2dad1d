/**
 * The other end of a session under attack: a plain socket that writes what it likes and compares what it gets byte by
 * byte. Nothing here uses the codec.
 */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as net from "node:net"
import * as kit from "../kit.ts"
import { until } from "./measure.ts"

export const host = "127.0.0.1"

// --- attackers -----------------------------------------------------------------------------------------------------

/** Bytes, or their hexadecimal notation, or a frame. */
export type Piece = Uint8Array | string | kit.Frame

const toBytes = (piece: Piece): Uint8Array =>
  typeof piece === "string" ? kit.hex(piece) : piece instanceof Uint8Array ? piece : kit.toBytes(piece)

export const hexOf = (...pieces: ReadonlyArray<Piece>): string => Buffer.concat(pieces.map(toBytes)).toString("hex")

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

export const dial = (port: number, pulled: ReadonlyMap<string, number>, reading: boolean) =>
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

/**
 * What carries the bytes of a scenario, and a peer that speaks bytes.
 *
 * The peer's messages are written as the standard draws them, in hexadecimal without the length field: session id, byte
 * 2, byte 3, PType, SType, system bytes, text. Nothing of the codec is used to say or to read them.
 *
 * That nothing comes is shown without waiting: the peer sends Linktest.req, and its answer is the next that comes.
 */
import { Transport } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as assert from "node:assert/strict"

// --- what carries the bytes ----------------------------------------------------------------------------------------

/** Two transports that reach each other. */
export interface Wire {
  readonly active: Transport.Transport["Service"]
  readonly passive: Transport.Transport["Service"]
  /** Lets time pass: the clock of the test over memory, the real one over TCP. */
  readonly elapse: (time: Duration.Input) => Effect.Effect<void>
}

export const memory: Effect.Effect<Wire> = Effect.map(Transport.makeMemory(), (pair) => ({
  ...pair,
  elapse: TestClock.adjust
}))

export const tcp = Effect.map(
  NodeTransport.makeListen({ host: "127.0.0.1", port: 0 }),
  ({ listening, transport }): Wire => ({
    active: NodeTransport.makeConnect({ host: "127.0.0.1", port: listening.port }),
    passive: transport,
    elapse: Effect.sleep
  })
)

// --- the peer ------------------------------------------------------------------------------------------------------

const plain = (hex: string): string => hex.replaceAll(/\s/g, "").toLowerCase()

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(plain(hex).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

/** Length field, header and text of a message written without its length. */
export const framed = (message: string): string => {
  const hex = plain(message)
  return (hex.length / 2).toString(16).padStart(8, "0") + hex
}

export interface Peer {
  /** Sends messages in one write. */
  readonly send: (...messages: ReadonlyArray<string>) => Effect.Effect<void>
  /** Sends bytes as they are. */
  readonly sendBytes: (hex: string) => Effect.Effect<void>
  /**
   * The next message is this one; `????????` stands for any system bytes. Gives its system bytes. The length field is
   * checked by reading: it must lead to the next message.
   */
  readonly expect: (message: string) => Effect.Effect<string>
  /** Nothing more has come, and the session answers. */
  readonly quiet: Effect.Effect<void>
  /** The session closes the connection, and sends nothing more. */
  readonly closed: Effect.Effect<void>
  /** The session closes the connection, whatever it sends before. */
  readonly ends: Effect.Effect<void>
  /** Closes the connection from this side. */
  readonly close: Effect.Effect<void>
}

/** The peer's end of the next connection. */
export const open = (transport: Transport.Transport["Service"]): Effect.Effect<Peer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const channel = yield* Scope.provide(transport.open, scope)
    let received = ""

    /** The next message, or undefined at the end. */
    const next: Effect.Effect<string | undefined> = Effect.gen(function* () {
      while (true) {
        const length = received.length < 8 ? Number.NaN : Number.parseInt(received.slice(0, 8), 16)
        if (received.length >= 8 + 2 * length) {
          const message = received.slice(8, 8 + 2 * length)
          received = received.slice(8 + 2 * length)
          return message
        }
        const chunks = yield* channel.pull
        for (const chunk of chunks) received += hexOf(chunk)
      }
    }).pipe(Effect.orElseSucceed(() => undefined))

    const write = (hex: string) => Effect.orDie(channel.write([bytesOf(hex)]))
    const send = (...messages: ReadonlyArray<string>) => write(messages.map(framed).join(""))
    const expect = (expected: string) =>
      Effect.map(next, (message) => {
        const pattern = plain(expected)
        const any = pattern.indexOf("????????")
        const shown =
          any < 0 || message === undefined ? message : `${message.slice(0, any)}????????${message.slice(any + 8)}`
        assert.strictEqual(shown, pattern)
        return message!.slice(12, 20)
      })
    return {
      send,
      sendBytes: write,
      expect,
      quiet: Effect.andThen(send("FFFF 00 00 00 05 7E577E57"), Effect.asVoid(expect("FFFF 00 00 00 06 7E577E57"))),
      closed: Effect.map(next, (message) => assert.strictEqual(message, undefined)),
      ends: Effect.gen(function* () {
        while ((yield* next) !== undefined);
      }),
      close: Scope.close(scope, Exit.void)
    }
  }).pipe(Effect.orDie)

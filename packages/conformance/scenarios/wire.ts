/**
 * Scenarios: a session of ours and a peer that speaks bytes, the same conversation over memory and over TCP.
 *
 * The peer's messages are written as the standard draws them, in hexadecimal without the length field: session id, byte
 * 2, byte 3, PType, SType, system bytes, text. Nothing of the codec is used to say or to read them.
 *
 * That nothing comes is shown without waiting: the peer sends Linktest.req, and its answer is the next that comes.
 */
import { HsmsSession, Transport } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import type { InboundPrimary, Session } from "@effect-secs/session/Session"
import type { SessionEvent } from "@effect-secs/session/SessionEvent"
import { assert, describe, it } from "@effect/vitest"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"

// --- what carries the bytes ----------------------------------------------------------------------------------------

/** Two transports that reach each other. */
export interface Wire {
  readonly active: Transport.Transport["Service"]
  readonly passive: Transport.Transport["Service"]
  /** Lets time pass: the clock of the test over memory, the real one over TCP. */
  readonly elapse: (time: Duration.Input) => Effect.Effect<void>
}

const memory: Effect.Effect<Wire> = Effect.map(Transport.makeMemory(), (pair) => ({
  ...pair,
  elapse: TestClock.adjust
}))

const tcp = Effect.map(NodeTransport.makeListen({ host: "127.0.0.1", port: 0 }), ({ listening, transport }): Wire => ({
  active: NodeTransport.makeConnect({ host: "127.0.0.1", port: listening.port }),
  passive: transport,
  elapse: Effect.sleep
}))

/** One test over memory under the clock of the test, and the same over TCP on loopback. */
export const scenario = <E>(title: string, body: (wire: Wire) => Effect.Effect<void, E, Scope.Scope>): void => {
  describe(title, () => {
    it.effect("over memory", () => Effect.flatMap(memory, body))
    it.live("over TCP", () => Effect.flatMap(tcp, body))
  })
}

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
      closed: Effect.map(next, (message) => assert.isUndefined(message)),
      close: Scope.close(scope, Exit.void)
    }
  }).pipe(Effect.orDie)

// --- the session ---------------------------------------------------------------------------------------------------

export type Options = Partial<HsmsSession.ActiveOptions>

/** No linktests, which would stand between the messages of a scenario. */
const settled = (options: Options): HsmsSession.ActiveOptions => ({
  sessionId: 10,
  ...options,
  timers: { linktest: 0, ...options.timers }
})

export interface Entity {
  readonly session: Session["Service"]
  /** Closes the session; its peer lives on. */
  readonly close: Effect.Effect<void>
  /** Waits for the next event of a kind; events are kept from the start. */
  readonly event: <Tag extends SessionEvent["_tag"]>(
    tag: Tag
  ) => Effect.Effect<Extract<SessionEvent, { readonly _tag: Tag }>>
  /** The next primary. */
  readonly primary: Effect.Effect<InboundPrimary>
}

const entity = (
  make: Effect.Effect<Session["Service"], unknown, Transport.Transport | Scope.Scope>,
  transport: Transport.Transport["Service"]
): Effect.Effect<Entity, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const session = yield* make.pipe(Effect.provideService(Transport.Transport, transport), Scope.provide(scope))
    const events = yield* Queue.unbounded<SessionEvent>()
    yield* Effect.forkIn(
      Stream.runForEach(session.events, (event) => Queue.offer(events, event)),
      scope,
      { startImmediately: true }
    )
    const event = <Tag extends SessionEvent["_tag"]>(tag: Tag) =>
      Effect.gen(function* () {
        while (true) {
          const next = yield* Queue.take(events)
          if (next._tag === tag) return next as Extract<SessionEvent, { readonly _tag: Tag }>
        }
      })
    const primary = Effect.map(Stream.runHead(session.primaries), (one) => {
      assert.isTrue(one._tag === "Some")
      return (one as { readonly value: InboundPrimary }).value
    })
    return { session, close: Scope.close(scope, Exit.void), event, primary }
  }).pipe(Effect.orDie)

/** A passive session that waits to be dialled. */
export const passive = (wire: Wire, options: Options = {}): Effect.Effect<Entity, never, Scope.Scope> =>
  entity(HsmsSession.makePassive(settled(options)), wire.passive)

/** An active session that dials. */
export const active = (wire: Wire, options: Options = {}): Effect.Effect<Entity, never, Scope.Scope> =>
  entity(HsmsSession.makeActive(settled(options)), wire.active)

/** A passive session, and a peer that has selected it. */
export const passiveSelected = (wire: Wire, options: Options = {}) =>
  Effect.gen(function* () {
    const entity = yield* passive(wire, options)
    const peer = yield* open(wire.active)
    yield* peer.send("FFFF 00 00 00 01 00000001")
    yield* peer.expect("FFFF 00 00 00 02 00000001")
    return { ...entity, peer }
  })

/** An active session, and a peer that has accepted its Select. */
export const activeSelected = (wire: Wire, options: Options = {}) =>
  Effect.gen(function* () {
    const entity = yield* active(wire, options)
    const peer = yield* open(wire.passive)
    const select = yield* peer.expect("FFFF 00 00 00 01 ????????")
    yield* peer.send(`FFFF 00 00 00 02 ${select}`)
    yield* entity.session.awaitSelected
    return { ...entity, peer, select }
  })

/** Both sides, each with a scenario of its own. */
export const sides = [
  ["passive", passiveSelected],
  ["active", activeSelected]
] as const

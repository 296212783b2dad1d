/**
 * What the session's tests share: a scripted peer that speaks raw bytes, sessions wired to it through memory, and a
 * recorder of events. Nothing here uses the codec, so that a fault in it cannot hide itself.
 */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { assert } from "@effect/vitest"
import { HsmsSession, Transport } from "../src/index.ts"
import type { InboundPrimary, Session } from "../src/Session.ts"
import type { TransportError } from "../src/SessionError.ts"
import type { SessionEvent } from "../src/SessionEvent.ts"

// --- frames --------------------------------------------------------------------------------------------------------

/** One message on the wire, field by field; `text` in hexadecimal. */
export interface Frame {
  readonly session: number
  readonly byte2: number
  readonly byte3: number
  readonly pType: number
  readonly sType: number
  readonly system: number
  readonly text: string
}

const control = (sType: number, system: number, byte2 = 0, byte3 = 0, session = 0xffff): Frame => ({
  session,
  byte2,
  byte3,
  pType: 0,
  sType,
  system,
  text: ""
})

export const selectReq = (system: number): Frame => control(1, system)
export const selectRsp = (system: number, status = 0): Frame => control(2, system, 0, status)
export const deselectReq = (system: number): Frame => control(3, system)
export const deselectRsp = (system: number, status = 0): Frame => control(4, system, 0, status)
export const linktestReq = (system: number): Frame => control(5, system)
export const linktestRsp = (system: number): Frame => control(6, system)
/** Of a message with `rejected`: the PType for reason 2, else the SType. */
export const rejectReq = (system: number, reason: number, rejected: number, session = 0xffff): Frame =>
  control(7, system, rejected, reason, session)
export const separateReq = (system: number): Frame => control(9, system)

/** The device id of the sessions under test. */
export const device = 10

/** A data message without W-bit. */
export const data = (stream: number, function_: number, system: number, text = "", session = device): Frame => ({
  session,
  byte2: stream,
  byte3: function_,
  pType: 0,
  sType: 0,
  system,
  text: text.replaceAll(" ", "")
})

/** A data message with W-bit. */
export const primary = (stream: number, function_: number, system: number, text = "", session = device): Frame => ({
  ...data(stream, function_, system, text, session),
  byte2: 0x80 | stream
})

const hexByte = (byte: number): string => byte.toString(16).padStart(2, "0")

/** Ten bytes in hexadecimal: MHEAD and SHEAD of stream 9. */
export const head = (frame: Frame): string =>
  [
    frame.session >> 8,
    frame.session & 0xff,
    frame.byte2,
    frame.byte3,
    frame.pType,
    frame.sType,
    frame.system >>> 24,
    (frame.system >>> 16) & 0xff,
    (frame.system >>> 8) & 0xff,
    frame.system & 0xff
  ]
    .map(hexByte)
    .join("")

/** `<B [10] header>`, the text of stream 9. */
export const headItem = (frame: Frame): string => `210a${head(frame)}`

export const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll(" ", "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

export const toBytes = (frame: Frame): Uint8Array => {
  const body = head(frame) + frame.text
  return hex((body.length / 2).toString(16).padStart(8, "0") + body)
}

const toHex = (bytes: Uint8Array): string => Array.from(bytes, hexByte).join("")

const word = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0

export const concat = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Cuts what came into frames; what is left over waits for more. */
export class Frames {
  #bytes: Uint8Array = new Uint8Array(0)

  push(chunk: Uint8Array): ReadonlyArray<Frame> {
    this.#bytes = concat(this.#bytes, chunk)
    const frames: Array<Frame> = []
    let at = 0
    while (this.#bytes.length - at >= 4 && this.#bytes.length - at - 4 >= word(this.#bytes, at)) {
      const length = word(this.#bytes, at)
      const frame = this.#bytes.subarray(at + 4, at + 4 + length)
      frames.push({
        session: (frame[0]! << 8) | frame[1]!,
        byte2: frame[2]!,
        byte3: frame[3]!,
        pType: frame[4]!,
        sType: frame[5]!,
        system: word(frame, 6),
        text: toHex(frame.subarray(10))
      })
      at += 4 + length
    }
    this.#bytes = this.#bytes.slice(at)
    return frames
  }
}

// --- time ----------------------------------------------------------------------------------------------------------

/** Lets everything that can run now run until it waits. */
export const settle: Effect.Effect<void> = Effect.repeat(Effect.yieldNow, { times: 15 }).pipe(Effect.asVoid)

/** Lets virtual time pass; whatever is due happens in its order, and is done when this is. */
export const pass = (time: Duration.Input): Effect.Effect<void> =>
  settle.pipe(Effect.andThen(TestClock.adjust(time)), Effect.andThen(settle))

/** What `get` gives as soon as it gives something; dies where everything waits and it still gives nothing. */
const eventually = <A>(what: () => string, get: () => A | undefined): Effect.Effect<A> =>
  Effect.gen(function* () {
    for (let turn = 0; turn < 200; turn++) {
      const value = get()
      if (value !== undefined) return value
      yield* Effect.yieldNow
    }
    return yield* Effect.die(new Error(what()))
  })

// --- the peer ------------------------------------------------------------------------------------------------------

/** The other end of a connection, which does what the test says and nothing else. */
export interface Peer {
  /** Sends frames in one write, so that they arrive in one chunk. */
  readonly send: (...frames: ReadonlyArray<Frame>) => Effect.Effect<void, TransportError>
  readonly sendBytes: (bytes: Uint8Array) => Effect.Effect<void, TransportError>
  /** The next frame of the session. */
  readonly next: Effect.Effect<Frame>
  /** Dies unless nothing more has come. */
  readonly silent: Effect.Effect<void>
  /** What has come and was not taken with `next`. */
  readonly rest: Effect.Effect<ReadonlyArray<Frame>>
  /** The same, of what has come before now. */
  readonly take: () => ReadonlyArray<Frame>
  /** Dies unless the session has closed the connection. */
  readonly closed: Effect.Effect<void>
  /** Dies unless the connection lives. */
  readonly connected: Effect.Effect<void>
  /** Ends the connection from this side. */
  readonly close: Effect.Effect<void>
  /** Nothing is read from now until `reads`. */
  readonly stopsReading: Effect.Effect<void>
  readonly reads: Effect.Effect<void>
}

/** Opens the peer's end of a connection; it reads all that comes unless told not to. */
export const open = (
  transport: Transport.Transport["Service"],
  reading = true
): Effect.Effect<Peer, TransportError, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const channel = yield* Scope.provide(transport.open, scope)
    const frames = new Frames()
    const inbox: Array<Frame> = []
    let end: TransportError | undefined
    let reader: Fiber.Fiber<void> | undefined

    const read: Effect.Effect<void> = Effect.gen(function* () {
      while (true) {
        const chunks = yield* channel.pull
        for (const chunk of chunks) inbox.push(...frames.push(chunk))
      }
    }).pipe(
      Effect.catch((error) =>
        Effect.sync(() => {
          end = error
        })
      )
    )
    const reads = Effect.gen(function* () {
      if (reader === undefined) reader = yield* Effect.forkIn(read, scope, { startImmediately: true })
    })
    const stopsReading = Effect.suspend(() => {
      const running = reader
      reader = undefined
      running?.interruptUnsafe()
      return settle
    })
    if (reading) yield* reads

    const sendBytes = (bytes: Uint8Array) => channel.write([bytes])
    return {
      send: (...list) => sendBytes(concat(...list.map(toBytes))),
      sendBytes,
      next: eventually(
        () => `the peer got no frame${end === undefined ? "" : `: ${end.message}`}`,
        () => inbox.shift()
      ),
      silent: Effect.andThen(
        settle,
        Effect.sync(() => assert.deepStrictEqual(inbox, []))
      ),
      take: () => inbox.splice(0),
      rest: Effect.andThen(
        settle,
        Effect.sync(() => inbox.splice(0))
      ),
      closed: Effect.asVoid(
        eventually(
          () => "the session did not close the connection",
          () => end
        )
      ),
      connected: Effect.andThen(
        settle,
        Effect.sync(() => assert.isUndefined(end))
      ),
      close: Effect.andThen(Scope.close(scope, Exit.void), settle),
      stopsReading,
      reads: Effect.andThen(reads, settle)
    }
  })

// --- transports ----------------------------------------------------------------------------------------------------

/** Options of the memory between a session and its peer. */
export interface Memory extends Transport.MemoryOptions {
  /** The session's end has `pullWhile` and `writeUnsafe`, as a socket of Node has. */
  readonly fast?: boolean | undefined
}

/**
 * The same transport with `pullWhile` and `writeUnsafe`. Chunks are written over as soon as they were taken, which is
 * the most a transport may do to them.
 */
const fast = (transport: Transport.Transport["Service"]): Transport.Transport["Service"] => ({
  description: transport.description,
  open: Effect.map(transport.open, (channel) => {
    /** The call that found no room. */
    let full: Fiber.Fiber<void, TransportError> | undefined
    return {
      ...channel,
      pullWhile: (take) =>
        Effect.gen(function* () {
          while (true) {
            const chunks = yield* channel.pull
            const more = take(chunks)
            for (const chunk of chunks) chunk.fill(0xee)
            if (!more) return
          }
        }),
      writeUnsafe: (buffers) => {
        const write = Effect.runFork(channel.write(buffers))
        const exit = write.pollUnsafe()
        full = exit === undefined || Exit.isFailure(exit) ? write : undefined
        return full === undefined
      },
      write: (buffers) =>
        Effect.suspend(() => (buffers.length === 0 && full !== undefined ? Fiber.join(full) : channel.write(buffers)))
    }
  })
})

/** Two transports that reach each other, of which the session gets the one that listens or dials. */
const memoryOf = (memory: Memory) =>
  Effect.map(Transport.makeMemory(memory), (transports) => ({
    transports,
    own: (transport: Transport.Transport["Service"]) => (memory.fast === true ? fast(transport) : transport)
  }))

// --- sessions ------------------------------------------------------------------------------------------------------

type Options = Partial<HsmsSession.ActiveOptions>

/** Defaults of the standard, without linktests, which would show up between the frames of a test. */
const quiet = (options: Options): HsmsSession.ActiveOptions => ({
  sessionId: device,
  ...options,
  timers: { linktest: 0, ...options.timers }
})

/** Makes a session in a Scope of its own, so that `close` ends it while its peer lives on. */
export const closable = <A, E>(
  make: Effect.Effect<A, E, Transport.Transport | Scope.Scope>,
  transport: Transport.Transport["Service"]
): Effect.Effect<{ readonly session: A; readonly close: Effect.Effect<void> }, E, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope)
    const session = yield* make.pipe(Effect.provideService(Transport.Transport, transport), Scope.provide(scope))
    return { session, close: Scope.close(scope, Exit.void) }
  })

/** A passive session that nobody has dialled, and `dial` to do it. */
export const passive = (options: Options = {}, memory: Memory = {}) =>
  Effect.gen(function* () {
    const { own, transports } = yield* memoryOf(memory)
    const { close, session } = yield* closable(HsmsSession.makePassive(quiet(options)), own(transports.passive))
    const dial = Effect.tap(open(transports.active), () => settle)
    return { session, close, dial, transports }
  })

/** A passive session and a peer that has dialled it: NOT SELECTED. */
export const passiveConnected = (options: Options = {}, memory: Memory = {}) =>
  Effect.gen(function* () {
    const { close, dial, session, transports } = yield* passive(options, memory)
    const events = yield* record(session)
    const peer = yield* dial
    return { session, close, peer, dial, events, transports }
  })

/** A passive session and a peer that has selected it. */
export const passiveSelected = (options: Options = {}, memory: Memory = {}) =>
  Effect.gen(function* () {
    const all = yield* passiveConnected(options, memory)
    yield* all.peer.send(selectReq(1))
    assert.deepStrictEqual(yield* all.peer.next, selectRsp(1))
    return all
  })

/** An active session, and `accept` to take its next connection; its Select.req is not read. */
export const active = (options: Options = {}, memory: Memory = {}) =>
  Effect.gen(function* () {
    const { own, transports } = yield* memoryOf(memory)
    const { close, session } = yield* closable(HsmsSession.makeActive(quiet(options)), own(transports.active))
    const accept = Effect.tap(open(transports.passive), () => settle)
    return { session, close, accept, transports }
  })

/** An active session that has dialled and sent Select.req, whose system bytes are `select`: NOT SELECTED. */
export const activeConnected = (options: Options = {}, memory: Memory = {}) =>
  Effect.gen(function* () {
    const { accept, close, session, transports } = yield* active(options, memory)
    const events = yield* record(session)
    const peer = yield* accept
    const request = yield* peer.next
    assert.deepStrictEqual(request, selectReq(request.system))
    return { session, close, peer, accept, events, select: request.system, transports }
  })

/** An active session whose Select.req was answered. */
export const activeSelected = (options: Options = {}, memory: Memory = {}) =>
  Effect.gen(function* () {
    const all = yield* activeConnected(options, memory)
    yield* all.peer.send(selectRsp(all.select))
    yield* all.session.awaitSelected
    return all
  })

// --- observers -----------------------------------------------------------------------------------------------------

export interface Events {
  /** Everything so far. */
  readonly all: Effect.Effect<ReadonlyArray<SessionEvent>>
  /** The events of one kind so far, without the time of day. */
  readonly of: <Tag extends SessionEvent["_tag"]>(
    tag: Tag
  ) => Effect.Effect<ReadonlyArray<Extract<SessionEvent, { readonly _tag: Tag }>>>
}

/** Collects the events of a session from now on. */
export const record = (session: Session["Service"]): Effect.Effect<Events, never, Scope.Scope> =>
  Effect.gen(function* () {
    const seen: Array<SessionEvent> = []
    yield* session.events.pipe(
      Stream.runForEach((event) => Effect.sync(() => seen.push(event))),
      Effect.forkScoped({ startImmediately: true })
    )
    yield* settle
    return {
      all: Effect.as(settle, seen),
      of: <Tag extends SessionEvent["_tag"]>(tag: Tag) =>
        Effect.map(settle, () =>
          seen.filter((event): event is Extract<SessionEvent, { readonly _tag: Tag }> => event._tag === tag)
        )
    }
  })

/** Collects the primaries of a session from now on. */
export const primaries = (
  session: Session["Service"]
): Effect.Effect<ReadonlyArray<InboundPrimary>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const seen: Array<InboundPrimary> = []
    yield* session.primaries.pipe(
      Stream.runForEach((one) => Effect.sync(() => seen.push(one))),
      Effect.forkScoped({ startImmediately: true })
    )
    yield* settle
    return seen
  })

/** The states of a session from now on, the one it has included. */
export const states = (session: Session["Service"]): Effect.Effect<ReadonlyArray<string>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const seen: Array<string> = []
    yield* session.changes.pipe(
      Stream.runForEach((state) => Effect.sync(() => seen.push(state))),
      Effect.forkScoped({ startImmediately: true })
    )
    yield* settle
    return seen
  })

/** Starts an operation and lets it get as far as it can. */
export const start = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<Fiber.Fiber<A, E>, never, R | Scope.Scope> =>
  Effect.tap(Effect.forkScoped(effect, { startImmediately: true }), () => settle)

/** How a fiber ended; dies while it has not. */
export const ended = <A, E>(fiber: Fiber.Fiber<A, E>): Effect.Effect<Exit.Exit<A, E>> =>
  eventually(
    () => "the fiber still waits",
    () => fiber.pollUnsafe()
  )

/** What a fiber succeeded with; dies while it runs and where it failed. */
export const value = <A, E>(fiber: Fiber.Fiber<A, E>): Effect.Effect<A> =>
  Effect.flatMap(ended(fiber), (exit) => Effect.orDie(exit))

/** Why a message was not exchanged; dies while the fiber runs and where it succeeded. */
export const reason = <A, E extends { readonly reason: unknown }>(
  fiber: Fiber.Fiber<A, E>
): Effect.Effect<E["reason"]> =>
  Effect.map(ended(fiber), (exit) => {
    const error = Exit.findError(exit)
    if (Result.isSuccess(error)) return error.success.reason
    throw new Error(Exit.isSuccess(exit) ? "succeeded" : Cause.pretty(exit.cause))
  })

/** True while a fiber waits. */
export const waits = <A, E>(fiber: Fiber.Fiber<A, E>): Effect.Effect<boolean> =>
  Effect.map(settle, () => fiber.pollUnsafe() === undefined)

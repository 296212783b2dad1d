/**
 * One connection of a chaotic transport: how far each direction has come, and what happens there.
 */
import type * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as ChaosPlan from "../ChaosPlan.ts"
import type { Direction, Event, Options } from "../ChaosTransport.ts"
import { TransportError, type TransportReason } from "../SessionError.ts"
import type { ByteChannel } from "../Transport.ts"
import { now } from "./Alarm.ts"
import { Dice } from "./Dice.ts"

type Untimed = Event extends infer E ? (E extends unknown ? Omit<E, "at" | "connection"> : never) : never

/** Bytes that are taken from a writer while they cannot pass, as the buffer of a socket does. */
const bufferSize = 64 * 1024

/** The clock and the plan of one transport. */
export class Chaos {
  readonly #clock: Clock.Clock
  readonly #options: Options
  readonly #ends: number

  constructor(clock: Clock.Clock, options: Options) {
    this.#clock = clock
    this.#options = options
    this.#ends = now(clock) + Duration.toMillis(options.plan.window)
  }

  /** True from the end of the window on. */
  get over(): boolean {
    return now(this.#clock) >= this.#ends
  }

  /** What the nth connection meets. */
  planned(connection: number): ChaosPlan.Connection {
    return (this.over ? undefined : this.#options.plan.connections[connection - 1]) ?? ChaosPlan.honest
  }

  /** Waits, at most for the end of the window. */
  pause(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.suspend(() => {
      const wait = Math.min(Duration.toMillis(duration), this.#ends - now(this.#clock))
      return wait > 0 ? Effect.sleep(wait) : Effect.void
    })
  }

  trace(connection: number, untimed: Untimed): void {
    this.#options.trace?.({ ...untimed, at: this.#clock.currentTimeMillisUnsafe(), connection })
  }
}

/** How far one direction has come. */
class Line {
  readonly #chaos: Chaos
  readonly #course: ChaosPlan.Course
  readonly #dice: Dice
  readonly joins: boolean
  readonly delays: boolean
  #next = 0
  passed = 0

  constructor(chaos: Chaos, course: ChaosPlan.Course) {
    this.#chaos = chaos
    this.#course = course
    this.#dice = new Dice(course.seed)
    this.joins = course.pieces === "Joined"
    this.delays = !Duration.isZero(course.delay)
  }

  /** The next fault that is due after what has passed. It is not given again. */
  due(): ChaosPlan.Fault | undefined {
    const fault = this.#course.faults[this.#next]
    if (fault === undefined || fault.at > this.passed || this.#chaos.over) return undefined
    this.#next++
    return fault
  }

  /** How many of so many bytes pass together. */
  piece(length: number): number {
    if (this.#chaos.over) return length
    const room = (this.#course.faults[this.#next]?.at ?? Number.POSITIVE_INFINITY) - this.passed
    const { pieces } = this.#course
    const wanted = pieces === "Single" ? 1 : pieces === "Random" ? 1 + this.#dice.below(length) : length
    return Math.max(1, Math.min(wanted, room))
  }

  /** The delay of the next chunk, waited for. */
  get delay(): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.delays && !this.#chaos.over
        ? this.#chaos.pause(Duration.millis(this.#dice.below(Duration.toMillis(this.#course.delay) + 1)))
        : Effect.void
    )
  }
}

/** One connection: what passes between the channel below and whoever opened this one. */
export class Wire {
  readonly #chaos: Chaos
  readonly #number: number
  readonly #channel: ByteChannel
  /** Closes the channel below. */
  readonly #hangUp: Effect.Effect<void>
  readonly #fork: (effect: Effect.Effect<void>) => Effect.Effect<unknown>
  readonly #inbound: Line
  readonly #outbound: Line
  readonly #received: Queue.Queue<Uint8Array, TransportError>
  /** Why nothing passes any more. */
  #ended: TransportReason | undefined = undefined
  readonly #closed = Deferred.makeUnsafe<void>()
  #silent = false
  /** Bytes that were written into the silence. */
  #vanished = 0
  /** What was written and cannot pass yet. */
  #held: Array<Uint8Array> | undefined = undefined
  #heldSize = 0
  readonly #room = Latch.makeUnsafe(true)

  constructor(
    chaos: Chaos,
    number: number,
    planned: ChaosPlan.Connection,
    channel: ByteChannel,
    received: Queue.Queue<Uint8Array, TransportError>,
    hangUp: Effect.Effect<void>,
    fork: (effect: Effect.Effect<void>) => Effect.Effect<unknown>
  ) {
    this.#chaos = chaos
    this.#number = number
    this.#channel = channel
    this.#received = received
    this.#hangUp = hangUp
    this.#fork = fork
    this.#inbound = new Line(chaos, planned.inbound)
    this.#outbound = new Line(chaos, planned.outbound)
  }

  get peer(): string {
    return this.#channel.peer
  }

  get pull(): ByteChannel["pull"] {
    return Effect.suspend(() =>
      this.#ended?._tag === "Reset" ? Effect.fail(this.#error("read", this.#ended)) : Queue.takeAll(this.#received)
    )
  }

  #error(operation: "read" | "write", reason: TransportReason): TransportError {
    return new TransportError({ operation, address: this.peer, reason })
  }

  #trace(untimed: Untimed): void {
    this.#chaos.trace(this.#number, untimed)
  }

  #pass(direction: Direction, line: Line, bytes: Uint8Array): void {
    this.#trace({ _tag: "Bytes", direction, offset: line.passed, bytes })
    line.passed += bytes.length
  }

  /** Both directions fail from now on. What came before can still be read, except after a reset. */
  #end(reason: TransportReason): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#ended !== undefined) return Effect.void
      this.#ended = reason
      this.#room.openUnsafe()
      Deferred.doneUnsafe(this.#closed, Exit.void)
      return Effect.andThen(Queue.fail(this.#received, this.#error("read", reason)), this.#hangUp)
    })
  }

  /** The Scope of the connection closes: nobody waits any more. */
  get close(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#trace({ _tag: "Closed" })
      return this.#end({ _tag: "Closed" })
    })
  }

  #silence(): void {
    this.#silent = true
    this.#held = undefined
    this.#heldSize = 0
    this.#room.openUnsafe()
  }

  // --- in ----------------------------------------------------------------------------------------------------------

  /** Reads until the connection ends, one chunk ahead of whoever pulls. */
  readonly read: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    const line = this.#inbound
    while (yield* this.#meetInbound()) {
      // What comes during the delay is joined.
      if (line.joins) yield* line.delay
      const chunks = yield* this.#channel.pull
      for (let rest of line.joins ? [joined(chunks)] : chunks) {
        while (rest.length > 0) {
          if (!(yield* this.#meetInbound())) return
          if (!line.joins) yield* line.delay
          if (this.#silent || this.#ended !== undefined) return
          const piece = rest.subarray(0, line.piece(rest.length))
          rest = rest.subarray(piece.length)
          this.#pass("inbound", line, piece)
          yield* Queue.offer(this.#received, piece)
        }
      }
    }
  }).pipe(
    Effect.catch((error) => (this.#silent ? Effect.void : Queue.fail(this.#received, error))),
    Effect.asVoid
  )

  /** The faults that are due. False where nothing comes any more. */
  #meetInbound(): Effect.Effect<boolean> {
    return Effect.gen({ self: this }, function* () {
      while (!this.#silent && this.#ended === undefined) {
        const fault = this.#inbound.due()
        if (fault === undefined) return true
        this.#trace({ _tag: "Fault", direction: "inbound", fault })
        switch (fault._tag) {
          case "Stall":
          case "Block":
            yield* this.#chaos.pause(fault.lasts)
            break
          case "Cut":
            yield* Queue.fail(this.#received, this.#error("read", { _tag: "Ended" }))
            return false
          case "Reset":
            yield* this.#end({ _tag: "Reset" })
            return false
          case "Silence":
            this.#silence()
            return false
        }
      }
      return false
    })
  }

  // --- out ---------------------------------------------------------------------------------------------------------

  readonly write: ByteChannel["write"] = (buffers) =>
    Effect.suspend(() => {
      if (this.#ended !== undefined) return Effect.fail(this.#error("write", this.#ended))
      if (this.#held !== undefined) return this.#hold(buffers)
      if (!this.#outbound.delays || this.#chaos.over || this.#silent) return this.#transmit(buffers, false)
      return this.#hold(buffers, this.#outbound.delay)
    })

  /** Takes bytes that cannot pass before `wait` is over. Waits for room where there are too many. */
  #hold(buffers: ReadonlyArray<Uint8Array>, wait?: Effect.Effect<void>): Effect.Effect<void, TransportError> {
    return Effect.suspend(() => {
      this.#held ??= []
      for (const buffer of buffers) {
        // The writer may use its memory again.
        this.#held.push(buffer.slice())
        this.#heldSize += buffer.length
      }
      if (this.#heldSize > bufferSize) this.#room.closeUnsafe()
      const room = Effect.andThen(this.#room.await, this.#alive)
      return wait === undefined ? room : Effect.andThen(this.#fork(this.#release(wait)), room)
    })
  }

  get #alive(): Effect.Effect<void, TransportError> {
    return Effect.suspend(() =>
      this.#ended === undefined ? Effect.void : Effect.fail(this.#error("write", this.#ended))
    )
  }

  /** Lets what is held pass after a wait. */
  #release(wait: Effect.Effect<void>): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      yield* wait
      while (this.#held !== undefined && this.#held.length > 0) {
        const buffers = this.#held
        this.#held = []
        this.#heldSize = 0
        this.#room.openUnsafe()
        yield* this.#transmit(buffers, true)
      }
    }).pipe(
      // The next write finds out by itself.
      Effect.ignore,
      Effect.ensuring(
        Effect.sync(() => {
          this.#held = undefined
          this.#heldSize = 0
          this.#room.openUnsafe()
        })
      )
    )
  }

  /** Hands bytes to the channel below, with what is planned for them. `late` where no writer waits for it. */
  #transmit(buffers: ReadonlyArray<Uint8Array>, late: boolean): Effect.Effect<void, TransportError> {
    return Effect.gen({ self: this }, function* () {
      const line = this.#outbound
      const rest = line.joins && buffers.length > 1 ? [joined(buffers)] : [...buffers]
      while (true) {
        // Also after the last byte: what is planned there does not wait for more.
        const fault = this.#silent || this.#ended !== undefined ? undefined : line.due()
        if (fault !== undefined) {
          this.#trace({ _tag: "Fault", direction: "outbound", fault })
          if (fault._tag === "Stall" && !late) {
            return yield* this.#hold(rest, this.#chaos.pause(fault.lasts))
          }
          yield* this.#meetOutbound(fault)
          continue
        }
        const bytes = rest[0]
        if (bytes === undefined) return
        if (this.#silent) return yield* this.#vanish(rest)
        yield* this.#alive
        const piece = bytes.subarray(0, line.piece(bytes.length))
        if (piece.length === bytes.length) rest.shift()
        else rest[0] = bytes.subarray(piece.length)
        this.#pass("outbound", line, piece)
        yield* this.#channel.write([piece])
      }
    })
  }

  #meetOutbound(fault: ChaosPlan.Fault): Effect.Effect<void> {
    switch (fault._tag) {
      case "Stall":
      case "Block":
        return this.#chaos.pause(fault.lasts)
      case "Cut":
      case "Reset":
        return this.#end({ _tag: fault._tag === "Cut" ? "Ended" : "Reset" })
      case "Silence":
        return Effect.sync(() => this.#silence())
    }
  }

  /** Bytes into nowhere. They fill the buffer of the socket, then the writer waits as long as the connection lives. */
  #vanish(buffers: ReadonlyArray<Uint8Array>): Effect.Effect<void, TransportError> {
    return Effect.suspend(() => {
      for (const bytes of buffers) {
        this.#trace({
          _tag: "Vanished",
          direction: "outbound",
          offset: this.#outbound.passed + this.#vanished,
          bytes
        })
        this.#vanished += bytes.length
      }
      return this.#vanished <= bufferSize ? Effect.void : Effect.andThen(Deferred.await(this.#closed), this.#alive)
    })
  }
}

const joined = (chunks: ReadonlyArray<Uint8Array>): Uint8Array => {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

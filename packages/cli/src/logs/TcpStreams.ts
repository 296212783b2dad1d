/**
 * TCP segments, as a capture has them, to the byte streams of connections. Pure.
 *
 * Segments may come out of order, again, overlapping, or not at all. What was delivered stays; of bytes that come twice
 * the first are taken. A hole is waited for until its end is acknowledged and sixteen packets more have come, or 1 MiB
 * or 512 segments wait behind it: then it is told, and the stream goes on behind it.
 *
 * @see RFC 9293
 * @since 0.1.0
 */
import type { TcpSegment } from "./TcpSegment.ts"

/** The side that dialled or the side that listens. @since 0.1.0 */
export type Side = "active" | "passive"

/** @since 0.1.0 */
export interface Connection {
  /** From 0, in the order in which they are seen. */
  readonly id: number
  /** Addresses with ports. Where the capture does not have the start of a connection, the lower port is said to listen. */
  readonly active: string
  readonly passive: string
  /** The capture has the start of the connection. */
  readonly whole: boolean
}

/** @since 0.1.0 */
export type StreamEvent =
  | { readonly _tag: "Opened"; readonly connection: Connection }
  | { readonly _tag: "Bytes"; readonly connection: Connection; readonly from: Side; readonly bytes: Uint8Array }
  /** Bytes that the peer got, or must have got, and the capture has not. */
  | { readonly _tag: "Gap"; readonly connection: Connection; readonly from: Side; readonly bytes: number }
  | { readonly _tag: "Closed"; readonly connection: Connection; readonly how: "closed" | "reset" | "captured" }

/** @since 0.1.0 */
export interface TcpStreams {
  /** What the segment completes. Bytes are views of the payload, or copies of earlier ones. */
  readonly push: (segment: TcpSegment) => ReadonlyArray<StreamEvent>
  /** Keeps nothing more of a connection, and tells nothing more of it. */
  readonly ignore: (connection: Connection) => void
  /** The end of the capture: holes are given up, open connections end with `captured`. */
  readonly end: () => ReadonlyArray<StreamEvent>
}

const maximumHeld = 1024 * 1024
const maximumWaiting = 512
/** Packets that may still come between an acknowledgement and the segment it acknowledges. */
const patience = 16
/** Connections that are remembered. */
const maximumConnections = 65_536

interface Waiting {
  readonly sequence: number
  readonly length: number
  readonly bytes: Uint8Array
}

interface Direction {
  /** Sequence number of the first byte, where the capture has the SYN. */
  initial: number | undefined
  /** Sequence number of the next byte; undefined until one is seen. */
  next: number | undefined
  /** Segments behind a hole, in the order of their sequence numbers. */
  readonly waiting: Array<Waiting>
  held: number
  /** Packets since the end of the first hole was acknowledged. */
  waited: number
  /** The highest number the peer acknowledged. */
  acknowledged: number | undefined
  /** Sequence number of the FIN. */
  fin: number | undefined
}

interface Known {
  readonly connection: Connection
  readonly directions: { readonly [side in Side]: Direction }
  state: "open" | "ignored" | "ended"
}

/** `a - b` of numbers that wrap around. */
const ahead = (a: number, b: number): number => (a - b) | 0

const direction = (): Direction => ({
  initial: undefined,
  next: undefined,
  waiting: [],
  held: 0,
  waited: 0,
  acknowledged: undefined,
  fin: undefined
})

const other = (side: Side): Side => (side === "active" ? "passive" : "active")

/** @since 0.1.0 */
export const make = (): TcpStreams => new Streams()

class Streams implements TcpStreams {
  /** By both addresses, the dialling one first. */
  readonly #known = new Map<string, Known>()
  readonly #of = new WeakMap<Connection, Known>()
  #count = 0

  push(segment: TcpSegment): ReadonlyArray<StreamEvent> {
    const events: Array<StreamEvent> = []
    const found = this.#find(segment, events)
    if (found === undefined) return events
    const { known, side } = found
    if (known.state !== "open") return events
    const own = known.directions[side]
    const theirs = known.directions[other(side)]
    if (segment.syn) {
      own.initial ??= (segment.sequence + 1) >>> 0
      own.next ??= own.initial
      theirs.next ??= segment.acknowledged
    }
    if (segment.acknowledged !== undefined) acknowledge(theirs, segment.acknowledged)
    if (segment.length > 0) this.#deliver(known, side, segment, events)
    if (segment.fin) own.fin ??= (segment.sequence + segment.length) >>> 0
    if (segment.rst) {
      this.#close(known, "reset", events)
      return events
    }
    this.#impatient(known, side, events)
    this.#impatient(known, other(side), events)
    if (isDone(own) && isDone(theirs)) this.#close(known, "closed", events)
    return events
  }

  ignore(connection: Connection): void {
    const known = this.#of.get(connection)
    if (known === undefined) return
    known.state = "ignored"
    forget(known)
  }

  end(): ReadonlyArray<StreamEvent> {
    const events: Array<StreamEvent> = []
    for (const known of this.#known.values()) {
      if (known.state === "open") this.#close(known, finished(known) ? "closed" : "captured", events)
    }
    this.#known.clear()
    return events
  }

  #find(segment: TcpSegment, events: Array<StreamEvent>): { readonly known: Known; readonly side: Side } | undefined {
    const forth = this.#known.get(`${segment.source} ${segment.target}`)
    const known = forth ?? this.#known.get(`${segment.target} ${segment.source}`)
    const side: Side = forth === undefined ? "passive" : "active"
    // The ports of a connection that has ended may be used for another.
    const again = segment.syn && segment.acknowledged === undefined && known !== undefined
    if (known !== undefined && !(again && isAnother(known.directions[side], segment))) return { known, side }
    if (!segment.syn && segment.length === 0) return undefined
    if (known?.state === "open") this.#close(known, "captured", events)
    if (known !== undefined) this.#known.delete(`${known.connection.active} ${known.connection.passive}`)
    return this.#open(segment, events)
  }

  #open(segment: TcpSegment, events: Array<StreamEvent>): { readonly known: Known; readonly side: Side } {
    const answers = segment.syn && segment.acknowledged !== undefined
    const side: Side = answers || (!segment.syn && segment.sourcePort < segment.targetPort) ? "passive" : "active"
    const [active, passive] = side === "active" ? [segment.source, segment.target] : [segment.target, segment.source]
    const connection: Connection = { id: this.#count++, active, passive, whole: segment.syn }
    const known: Known = {
      connection,
      directions: { active: direction(), passive: direction() },
      state: "open"
    }
    this.#known.set(`${active} ${passive}`, known)
    this.#of.set(connection, known)
    events.push({ _tag: "Opened", connection })
    this.#bound(events)
    return { known, side }
  }

  /** The connection that was first seen longest ago makes room. */
  #bound(events: Array<StreamEvent>): void {
    if (this.#known.size <= maximumConnections) return
    for (const [key, known] of this.#known) {
      if (known.state === "open") this.#close(known, "captured", events)
      this.#known.delete(key)
      return
    }
  }

  #deliver(known: Known, from: Side, segment: TcpSegment, events: Array<StreamEvent>): void {
    const own = known.directions[from]
    const sequence = segment.syn ? (segment.sequence + 1) >>> 0 : segment.sequence
    own.next ??= sequence
    const { length, payload } = segment
    if (ahead(sequence, own.next) > 0) {
      wait(own, { sequence, length, bytes: payload })
      return
    }
    this.#append(known, from, { sequence, length, bytes: payload }, events)
    this.#drain(known, from, events)
  }

  /** Takes what is new of a segment that begins at or before the next byte. */
  #append(known: Known, from: Side, segment: Waiting, events: Array<StreamEvent>): void {
    const { connection, directions } = known
    const own = directions[from]
    const old = ahead(own.next!, segment.sequence)
    if (old >= segment.length) return
    const bytes = segment.bytes.subarray(old)
    if (bytes.length > 0) events.push({ _tag: "Bytes", connection, from, bytes })
    // The capture kept only the start of the packet.
    const missing = segment.length - Math.max(old, segment.bytes.length)
    if (missing > 0) events.push({ _tag: "Gap", connection, from, bytes: missing })
    own.next = (segment.sequence + segment.length) >>> 0
  }

  #drain(known: Known, from: Side, events: Array<StreamEvent>): void {
    const own = known.directions[from]
    while (own.waiting.length > 0 && ahead(own.waiting[0]!.sequence, own.next!) <= 0) {
      const segment = own.waiting.shift()!
      own.held -= segment.bytes.length
      own.waited = 0
      this.#append(known, from, segment, events)
    }
  }

  #impatient(known: Known, from: Side, events: Array<StreamEvent>): void {
    const own = known.directions[from]
    while (own.waiting.length > 0) {
      const first = own.waiting[0]!
      const acknowledged = own.acknowledged !== undefined && ahead(own.acknowledged, first.sequence) >= 0
      if (acknowledged) own.waited++
      if (own.waited < patience && own.held <= maximumHeld && own.waiting.length <= maximumWaiting) return
      this.#giveUp(known, from, first.sequence, events)
    }
  }

  #giveUp(known: Known, from: Side, until: number, events: Array<StreamEvent>): void {
    const own = known.directions[from]
    const bytes = ahead(until, own.next!)
    events.push({ _tag: "Gap", connection: known.connection, from, bytes })
    own.next = until
    own.waited = 0
    this.#drain(known, from, events)
  }

  #close(known: Known, how: "closed" | "reset" | "captured", events: Array<StreamEvent>): void {
    for (const from of ["active", "passive"] as const) {
      const own = known.directions[from]
      while (own.waiting.length > 0) this.#giveUp(known, from, own.waiting[0]!.sequence, events)
      if (own.next === undefined || own.acknowledged === undefined) continue
      // A FIN counts as one. One that the capture does not have is presumed.
      const fin = own.fin === undefined || ahead(own.acknowledged, own.fin) === 1 ? 1 : 0
      const missing = ahead(own.acknowledged, own.next) - fin
      if (missing > 0) events.push({ _tag: "Gap", connection: known.connection, from, bytes: missing })
    }
    events.push({ _tag: "Closed", connection: known.connection, how })
    known.state = "ended"
    forget(known)
  }
}

const acknowledge = (direction: Direction, number: number): void => {
  if (direction.acknowledged === undefined || ahead(number, direction.acknowledged) > 0) direction.acknowledged = number
}

/** Puts a segment in its place. Mostly that is the last one. */
const wait = (direction: Direction, segment: Waiting): void => {
  const { waiting } = direction
  let at = waiting.length
  while (at > 0 && ahead(waiting[at - 1]!.sequence, segment.sequence) > 0) at--
  // Views end with the piece of the file they are of.
  waiting.splice(at, 0, { ...segment, bytes: segment.bytes.slice() })
  direction.held += segment.bytes.length
}

const isDone = ({ fin, next }: Direction): boolean => fin !== undefined && fin === next

const finished = ({ directions }: Known): boolean =>
  directions.active.fin !== undefined && directions.passive.fin !== undefined

/** A SYN that is no repetition of the first one. */
const isAnother = ({ initial }: Direction, { sequence }: TcpSegment): boolean => initial !== (sequence + 1) >>> 0

const forget = (known: Known): void => {
  for (const own of [known.directions.active, known.directions.passive]) {
    own.waiting.length = 0
    own.held = 0
  }
}

/**
 * A transport on which things go wrong as planned, for tests of a host, of an equipment, or of a session itself.
 *
 * It decorates any `Transport`: bytes are cut into other chunks, delayed, stalled, and connections are refused, ended,
 * reset or left half-open, but never altered, reordered or made up. TCP does none of these either, so whatever a
 * program does wrong on it, it does wrong in a plant.
 *
 * Decorate both ends where both are at hand: a port can close, not reset, so the other end of a `Reset` or `Cut` sees
 * its peer close.
 *
 * @example
 * const plan = ChaosPlan.make(42)
 * const Chaos = ChaosTransport.layer({ plan }).pipe(Layer.provide(NodeTransport.layerConnect({ host, port })))
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as ChaosPlan from "./ChaosPlan.ts"
import { Chaos, Wire } from "./internal/ChaosWire.ts"
import { TransportError } from "./SessionError.ts"
import { type ByteChannel, Transport } from "./Transport.ts"

/**
 * @since 0.1.0
 */
export interface Options {
  readonly plan: ChaosPlan.Plan
  /** Told of everything that happens, as it happens; must not throw. `describe` makes a line of it. */
  readonly trace?: ((event: Event) => void) | undefined
}

/**
 * As seen by the side whose transport is decorated.
 *
 * @since 0.1.0
 */
export type Direction = "inbound" | "outbound"

/**
 * What happened on a connection, which is counted from 1: it was asked for, a fault came about, bytes passed, bytes
 * vanished, it was closed by this side.
 *
 * @since 0.1.0
 */
export type Event = {
  /** Milliseconds since 1970, by the clock of the context. */
  readonly at: number
  readonly connection: number
} & (
  | { readonly _tag: "Opening"; readonly opening: ChaosPlan.Opening }
  | { readonly _tag: "Fault"; readonly direction: Direction; readonly fault: ChaosPlan.Fault }
  | {
      readonly _tag: "Bytes" | "Vanished"
      readonly direction: Direction
      /** How many passed before these. */
      readonly offset: number
      readonly bytes: Uint8Array
    }
  | { readonly _tag: "Closed" }
)

const open = (
  chaos: Chaos,
  transport: Transport["Service"],
  number: number
): Effect.Effect<ByteChannel, TransportError, Scope.Scope> =>
  Effect.gen(function* () {
    const planned = chaos.planned(number)
    const { opening } = planned
    chaos.trace(number, { _tag: "Opening", opening })
    if (opening._tag === "Slow") yield* chaos.pause(opening.after)
    if (opening._tag === "Never") return yield* Effect.never
    if (opening._tag === "Refused") {
      const [verb, address = ""] = transport.description.split(" ")
      const operation = verb === "listen" ? "listen" : "connect"
      return yield* new TransportError({ operation, address, reason: { _tag: "Refused" } })
    }
    const scope = yield* Effect.scope
    // Of its own, as a fault may close it before whoever opened it does.
    const below = yield* Scope.fork(scope)
    const channel = yield* Scope.provide(transport.open, below)
    const received = yield* Queue.bounded<Uint8Array, TransportError>(1)
    const wire = new Wire(
      chaos,
      number,
      planned,
      channel,
      received,
      Effect.uninterruptible(Scope.close(below, Exit.void)),
      (effect) => Effect.forkIn(effect, scope, { startImmediately: true })
    )
    yield* Effect.addFinalizer(() => wire.close)
    yield* Effect.forkIn(wire.read, scope, { startImmediately: true })
    return wire
  })

/**
 * Decorates a transport. The window of the plan begins now, by the clock of the context.
 *
 * @since 0.1.0
 */
export const make = (transport: Transport["Service"], options: Options): Effect.Effect<Transport["Service"]> =>
  Effect.map(Clock.Clock, (clock) => {
    const chaos = new Chaos(clock, options)
    let opened = 0
    return {
      description: transport.description,
      open: Effect.suspend(() => open(chaos, transport, ++opened))
    }
  })

/**
 * `make` as a layer over the transport it decorates.
 *
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<Transport, never, Transport> =>
  Layer.effect(
    Transport,
    Effect.flatMap(Transport, (transport) => make(transport, options))
  )

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ")

const describeWhat = (event: Event): string => {
  switch (event._tag) {
    case "Opening":
      return ChaosPlan.describeOpening(event.opening)
    case "Fault":
      return `${event.direction} ${ChaosPlan.describeFault(event.fault)}`
    case "Bytes":
      return `${event.direction} ${event.offset}+${event.bytes.length}: ${hex(event.bytes)}`
    case "Vanished":
      return `${event.direction} ${event.offset}+${event.bytes.length} vanish: ${hex(event.bytes)}`
    case "Closed":
      return "is closed by this side"
  }
}

/**
 * One line of a trace: `12.305 s  connection 2 inbound 14+3: 00 00 00`.
 *
 * @since 0.1.0
 */
export const describe = (event: Event): string =>
  `${(event.at / 1000).toFixed(3)} s  connection ${event.connection} ${describeWhat(event)}`

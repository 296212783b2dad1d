/**
 * What an observer of a `HsmsServer` may see. Pure.
 *
 * These are about peers as a whole; what goes on within a session is in its own `events`. They are made only while
 * somebody reads them, and no event has to be consumed for the server to go on.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import { seconds } from "./internal/Text.ts"
import { describeDisconnect, type DisconnectReason, type TransportError } from "./SessionError.ts"

interface Event<Tag extends string> {
  readonly _tag: Tag
  /** Milliseconds since 1970, by the clock of the server. */
  readonly at: number
}

interface PeerEvent<Tag extends string> extends Event<Tag> {
  /** `192.0.2.7:51234` */
  readonly peer: string
  /** Undefined while it is not known. */
  readonly sessionId: number | undefined
}

/** A TCP connection came in and may select. @since 0.1.0 */
export interface PeerConnected extends PeerEvent<"PeerConnected"> {}

/** A peer has selected. @since 0.1.0 */
export interface PeerSelected extends PeerEvent<"PeerSelected"> {}

/** A peer has shown which session id it uses. @since 0.1.0 */
export interface PeerIdentified extends PeerEvent<"PeerIdentified"> {}

/**
 * Two peers are selected with one session id. Both stay; `HsmsServer.find` gives the one that selected last. At one
 * address, the other is probed, and gone after T6 if nobody is there any more.
 *
 * @since 0.1.0
 */
export interface PeerDuplicated extends PeerEvent<"PeerDuplicated"> {
  readonly other: string
}

/** A connection ended, selected or not. @since 0.1.0 */
export interface PeerDisconnected extends PeerEvent<"PeerDisconnected"> {
  readonly reason: DisconnectReason
  /** Primaries that nobody had read by then. Whoever reads the session still gets them. */
  readonly unread: number
}

/**
 * A connection was not taken: its Select.req is answered with status 3. `TooManyPeers`: `maxPeers` are connected.
 * `BadSessionId`: the `sessionId` option gave none that is one.
 *
 * @since 0.1.0
 */
export interface PeerTurnedAway extends PeerEvent<"PeerTurnedAway"> {
  readonly reason: "TooManyPeers" | "BadSessionId"
}

/** A reader of `sessions` lags so far behind that it will not see this one, which has ended. @since 0.1.0 */
export interface PeerMissed extends PeerEvent<"PeerMissed"> {}

/** A handler of `serve` failed or died, and its session was ended. @since 0.1.0 */
export interface HandlerFailed extends PeerEvent<"HandlerFailed"> {
  readonly cause: Cause.Cause<unknown>
}

/** A handler of `serve` was still at it `drainTimeout` after its session, and was interrupted. @since 0.1.0 */
export interface HandlerInterrupted extends PeerEvent<"HandlerInterrupted"> {}

/** No connection can be taken now; the next attempt comes after `retryIn`. @since 0.1.0 */
export interface AcceptFailed extends Event<"AcceptFailed"> {
  readonly error: TransportError
  readonly retryIn: Duration.Duration
}

/**
 * @since 0.1.0
 */
export type ServerEvent =
  | PeerConnected
  | PeerSelected
  | PeerIdentified
  | PeerDuplicated
  | PeerDisconnected
  | PeerTurnedAway
  | PeerMissed
  | HandlerFailed
  | HandlerInterrupted
  | AcceptFailed

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/**
 * An event before it has its time.
 *
 * @since 0.1.0
 */
export type Untimed = DistributiveOmit<ServerEvent, "at">

const what = (event: Exclude<Untimed, { readonly _tag: "AcceptFailed" }>): string => {
  switch (event._tag) {
    case "PeerConnected":
      return "connected"
    case "PeerSelected":
      return "selected"
    case "PeerIdentified":
      return "identified"
    case "PeerDuplicated":
      return `has the same session id as ${event.other}`
    case "PeerDisconnected":
      return `${describeDisconnect(event.reason)}${event.unread > 0 ? `, ${event.unread} primaries unread` : ""}`
    case "PeerTurnedAway":
      return event.reason === "TooManyPeers"
        ? "turned away: as many peers are connected as maxPeers allows"
        : "turned away: the option sessionId gave no device id for it"
    case "PeerMissed":
      return "ended before a slow reader of sessions came to it"
    case "HandlerFailed":
      return `its handler failed: ${Cause.pretty(event.cause).split("\n", 1)[0]}`
    case "HandlerInterrupted":
      return "its handler was interrupted, too long after the end of the session"
  }
}

/**
 * One line for a log.
 *
 * @since 0.1.0
 */
export const describe = (event: Untimed): string =>
  event._tag === "AcceptFailed"
    ? `${event.error.message}; next attempt in ${seconds(event.retryIn)}`
    : `${event.peer} session ${event.sessionId ?? "unknown"}: ${what(event)}`

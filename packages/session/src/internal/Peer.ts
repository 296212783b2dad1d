/**
 * One peer of a `HsmsServer`: a connection, and the session on it.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { PeerSession } from "../HsmsServer.ts"
import * as Session from "../Session.ts"
import type { DisconnectReason } from "../SessionError.ts"
import { now } from "./Alarm.ts"
import type { Core } from "./Core.ts"
import { close, Current } from "./Current.ts"
import { carrier } from "./Service.ts"

/** The host of `192.0.2.7:51234` and of `[::ffff:192.0.2.7]:51234` is `192.0.2.7`. */
export const addressOf = (peer: string): string => {
  const port = peer.lastIndexOf(":")
  const host = port < 0 ? peer : peer.slice(0, port)
  return host.replace(/^\[(.*)\]$/, "$1").replace(/^::ffff:(?=\d+\.)/i, "")
}

export class Peer {
  readonly core: Core
  readonly current = new Current()
  /** Who is at the other end, port included. */
  readonly name: string
  readonly address: string
  readonly session: PeerSession
  /** Grows with every Select of any peer, so that the greatest is the newest; 0 before the first. */
  selectedAt = 0
  readonly #closed = Deferred.makeUnsafe<DisconnectReason>()

  constructor(core: Core, name: string) {
    this.core = core
    this.name = name
    this.address = addressOf(name)
    const session = carrier(core, this.current)
    const request: Session.Carrier["request"] = (message, options) =>
      Effect.suspend(() => {
        const requested = session.request(message, options)
        if (!core.learning) return requested
        const { sessionId } = core
        // S9F1 says that the peer has dropped the primary, and under which id it would have taken it.
        return Effect.catch(requested, (error) =>
          error.reason._tag === "ErrorReported" && error.reason.function === 1 && core.sessionId !== sessionId
            ? session.request(message, options)
            : Effect.fail(error)
        )
      })
    this.session = {
      ...Session.make({ ...session, request }),
      peer: name,
      address: this.address,
      sessionId: Effect.sync(() => this.sessionId),
      closed: Deferred.await(this.#closed),
      close: this.close
    }
  }

  get sessionId(): number | undefined {
    return this.core.identified ? this.core.sessionId : undefined
  }

  get selected(): boolean {
    return this.core.state === "Selected"
  }

  /** True as soon as the connection has ended, when whoever waited for it may not know yet. */
  get over(): boolean {
    return this.core.state === "NotConnected"
  }

  /** Separate.req and its way out, at most `closeTimeout`. */
  get close(): Effect.Effect<void> {
    return Effect.suspend(() => (this.over ? Effect.void : close(this.core, this.current)))
  }

  /** Linktest at once; a peer that does not answer within T6 is given up. */
  probe(): void {
    this.current.connection?.handle("SecondConnection", {})
  }

  /** Milliseconds since anything came. */
  get silence(): number {
    const { connection } = this.current
    return connection === undefined ? 0 : now(this.core.clock) - connection.receivedAt
  }

  /** The connection is over: streams end, and whoever waits for it goes on. */
  end(reason: DisconnectReason): void {
    this.core.end()
    Deferred.doneUnsafe(this.#closed, Exit.succeed(reason))
  }
}

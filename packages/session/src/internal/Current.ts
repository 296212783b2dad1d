/**
 * The connection a session has now, from its first byte to its end.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type { Options } from "../HsmsSession.ts"
import type { DisconnectReason } from "../SessionError.ts"
import type { ByteChannel } from "../Transport.ts"
import * as Connection from "./Connection.ts"
import type { Core } from "./Core.ts"
import { type Levels, Meter } from "./Meter.ts"

/** The session's side of a connection: which one lives now. */
export class Current {
  connection: Connection.Connection | undefined = undefined
  /** True once the session closes: nothing is dialled or taken any more. */
  closing = false
}

/** Counts for a session, where they are wanted. They end last, as the end of a connection is still counted. */
export const metered = (
  core: Core,
  current: Current,
  metrics: Options["metrics"],
  labels: { readonly session: string; readonly mode: string }
): Effect.Effect<Meter | undefined, never, Scope.Scope> => {
  if (metrics === undefined || metrics === false) return Effect.undefined
  const given = metrics === true ? {} : metrics.attributes
  const levels = (): Levels => ({
    selected: core.state === "Selected",
    open: current.connection?.data.open ?? 0,
    oldestSentAt: current.connection?.data.oldestSentAt ?? Number.NaN,
    unwritten: current.connection?.unwritten ?? 0,
    unread: core.primaries.unread,
    unreadBytes: core.primaries.unreadBytes
  })
  return Meter.make(
    { ...given, session: labels.session, role: core.settings.role, mode: labels.mode },
    core.clock,
    levels
  )
}

/** Ends of a connection after which the peer may still read what is queued for it. */
const peerReads: ReadonlySet<DisconnectReason["_tag"]> = new Set([
  "LocalClose",
  "FrameFault",
  "NotReady",
  "NotSelectedPolicy"
])

/** Runs one connection until it ends; `ended` is told as soon as it has. */
export const runConnection = (
  core: Core,
  current: Current,
  channel: ByteChannel,
  ended?: (reason: DisconnectReason) => void
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const connection = yield* Connection.make(core, channel, yield* Random.nextIntBetween(0, 0xffff_ffff))
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        if (current.connection === connection) current.connection = undefined
      })
    )
    current.connection = connection
    connection.start()
    const reason = yield* connection.done
    current.connection = undefined
    core.primaries.handOut()
    ended?.(reason)
    // The Scope takes the writer with it, which may still be busy with what stands before Separate.req or an answer.
    if (peerReads.has(reason._tag)) yield* Effect.timeoutOption(connection.flushed, core.settings.closeTimeout)
  })

/** Separate.req, if there is a session, and its way out; then nothing is dialled or taken any more. */
export const close = (core: Core, current: Current): Effect.Effect<void> =>
  Effect.suspend(() => {
    current.closing = true
    const { connection } = current
    if (connection === undefined) {
      core.step("Close")
      return Effect.void
    }
    connection.handle("Close", { reason: { _tag: "LocalClose" } })
    return Effect.asVoid(Effect.timeoutOption(connection.flushed, core.settings.closeTimeout))
  })

/**
 * Peers a listener turns away, in the log and for whoever asked to be told.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { describeTransport, TransportError, type TransportReason } from "../SessionError.ts"

/** Milliseconds after which a peer that is still turned away is worth a warning again. */
const period = 3_600_000

/** Warnings in a period. A scan of the network must not fill a disk. */
const maxWarnings = 64

/** A peer that was turned away: `address` is its host and port. */
interface Refusal {
  readonly listener: string
  readonly host: string
  readonly address: string
  readonly reason: TransportReason
}

/**
 * The first refusal of a kind from a host is a warning, and so is the first after an hour; all others are debug lines.
 */
export const make = (
  onRefused: ((error: TransportError) => Effect.Effect<void>) | undefined
): Effect.Effect<(refusal: Refusal) => void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const run = yield* FiberSet.makeRuntime()
    const told = new Set<string>()
    let since = clock.currentTimeMillisUnsafe()

    const isNews = (kind: string): boolean => {
      const now = clock.currentTimeMillisUnsafe()
      if (now - since >= period) {
        told.clear()
        since = now
      }
      if (told.size >= maxWarnings || told.has(kind)) return false
      told.add(kind)
      return true
    }

    return ({ address, host, listener, reason }) => {
      const level = isNews(`${reason._tag} ${host}`) ? "Warn" : "Debug"
      run(
        Effect.annotateLogs(
          Effect.logWithLevel(level)(`${listener}: turned away ${address}: ${describeTransport(reason)}`),
          { event: "TurnedAway", listener, peer: address, reason: reason._tag }
        )
      )
      if (onRefused !== undefined) {
        run(
          Effect.catchCause(onRefused(new TransportError({ operation: "accept", address, reason })), (cause) =>
            Effect.logWarning(`${listener}: onRefused failed`, cause)
          )
        )
      }
    }
  })

/**
 * Sends messages over a session, one after the other or at a pace, and keeps the score.
 *
 * @since 0.1.0
 */
import type { Session, SessionError } from "@effect-secs/session"
import type { SmlDocument } from "@effect-secs/sml"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type CliFailure, failed } from "../CliFailure.ts"
import type { Fill } from "./Conversation.ts"
import * as Pace from "./Pace.ts"

/** @since 0.1.0 */
export interface Plan {
  /** In this order. */
  readonly messages: ReadonlyArray<SmlDocument.SmlMessage>
  /** How often all of them are sent. */
  readonly repeat: number
  /** Undefined where each follows when the one before has its reply. */
  readonly pace: Pace.Pace | undefined
  /** Most that are sent and wait for their replies at a time. Those that are due then wait for a reply. */
  readonly open: number
  /** A message that fails is counted, and the next is sent. */
  readonly keepGoing: boolean
}

/**
 * The score of a run, kept while it goes on.
 *
 * @since 0.1.0
 */
export interface Score {
  /** Messages that were sent, or could not be. */
  sent: number
  /** Messages that ask for a reply among them. */
  requests: number
  /** Those that had their reply. */
  answered: number
  /** Messages that failed, and why the first did. */
  failures: number
  firstFailure: SessionError.TransactionError | undefined
  /** When the run began and when the last message was through, in milliseconds since 1970. */
  startedAt: number
  endedAt: number
}

/** @since 0.1.0 */
export const emptyScore = (): Score => ({
  sent: 0,
  requests: 0,
  answered: 0,
  failures: 0,
  firstFailure: undefined,
  startedAt: 0,
  endedAt: 0
})

/**
 * Sends all of a plan, each message when the session is selected. `lost` fails when it makes no sense to wait any more.
 *
 * Fails    with the first transaction that does not end with its reply, unless the plan keeps going
 *
 * @since 0.1.0
 */
export const run = (
  session: Session.Service,
  plan: Plan,
  fill: Fill,
  lost: Effect.Effect<never, CliFailure>,
  score: Score
): Effect.Effect<void, CliFailure> =>
  Effect.gen(function* () {
    const { keepGoing, messages, open, pace, repeat } = plan
    const total = messages.length * repeat
    const ready = Effect.raceFirst(session.awaitSelected, lost)
    let next = 0

    const exchange = (message: SmlDocument.SmlMessage) =>
      Effect.gen(function* () {
        const filled = yield* fill(message)
        const { replyExpected } = filled
        const result = yield* Effect.result<void, SessionError.TransactionError, never>(
          replyExpected ? Effect.asVoid(session.request(filled)) : session.send(filled)
        )
        score.sent++
        if (replyExpected) score.requests++
        score.endedAt = yield* Clock.currentTimeMillis
        if (Result.isSuccess(result)) {
          if (replyExpected) score.answered++
          return
        }
        score.failures++
        score.firstFailure ??= result.failure
        if (!keepGoing) return yield* failed(result.failure.message)
      })

    const worker = Effect.gen(function* () {
      while (next < total) {
        const index = next++
        if (pace !== undefined) {
          const wait = Pace.wait(pace, score.startedAt, index, yield* Clock.currentTimeMillis)
          if (wait > 0) yield* Effect.raceFirst(Effect.sleep(wait), lost)
        }
        yield* ready
        yield* exchange(messages[index % messages.length]!)
      }
    })

    yield* ready
    score.startedAt = yield* Clock.currentTimeMillis
    score.endedAt = score.startedAt
    const workers = Array.from({ length: Math.min(open, total) }, () => worker)
    yield* Effect.all(workers, { concurrency: "unbounded", discard: true })
  })

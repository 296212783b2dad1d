/**
 * `secs send` at work: dials, selects, sends, shows what comes back, separates.
 *
 * @since 0.1.0
 */
import type { SecsMessage } from "@effect-secs/codec"
import { HsmsSession, type Session, SessionError, SessionEvent, StreamNine, type Transport } from "@effect-secs/session"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { type CliFailure, failed } from "../CliFailure.ts"
import * as Conversation from "./Conversation.ts"
import type { Screen } from "./Screen.ts"
import * as ReplyTimes from "./ReplyTimes.ts"
import * as Sending from "./Sending.ts"
import { progress, type Shell } from "../Shell.ts"
import { watched } from "./Watching.ts"

/** @since 0.1.0 */
export interface Options {
  readonly transport: Transport.Transport["Service"]
  readonly session: HsmsSession.ActiveOptions
  readonly conversation: Omit<Conversation.Options, "reported">
  readonly plan: Sending.Plan
  readonly screen: Screen
  /** Keeps trying to connect, as a session does, in place of giving up at the first attempt. */
  readonly retry: boolean
  /** How long to stay, after the last message is through, for what the peer sends. */
  readonly wait: Duration.Duration
  /** The score at the end is shown, and nothing but that on the way. */
  readonly summary: boolean
}

/** Somebody who looks at the wall for so long wants to know that it goes on. */
const progressEvery = "500 millis"

/** How long the score may take to be shown once the command was told to end. */
const lastWords = "500 millis"

const misconfigured = (event: SessionEvent.SessionEvent): boolean =>
  event._tag === "ConnectFailed" && event.error.reason._tag === "Misconfigured"

const rate = ({ endedAt, sent, startedAt }: Sending.Score): number =>
  sent < 2 || endedAt <= startedAt ? 0 : (sent * 1000) / (endedAt - startedAt)

/** What came of it, for people. */
const scored = (score: Sending.Score, times: ReplyTimes.Summary | undefined): string => {
  const { answered, failures, requests, sent } = score
  const parts = [
    `${sent} sent`,
    ...(requests === 0 ? [] : [`${answered} of ${requests} answered`]),
    ...(failures === 0 ? [] : [`${failures} failed`]),
    ...(rate(score) === 0 ? [] : [`${rate(score).toFixed(1)}/s`])
  ]
  if (times === undefined) return parts.join(", ")
  const { format } = ReplyTimes
  return `${parts.join(", ")}; replies min ${format(times.minimum)}, median ${format(times.median)}, 99 % ${format(times.percentile99)}, max ${format(times.maximum)}`
}

/**
 * Runs until all is sent, or something goes wrong.
 *
 * Fails    when there is no session, and with the first message that was not answered; a plan that keeps going fails at
 *          its end
 *
 * @since 0.1.0
 */
export const run = (options: Options): Effect.Effect<void, CliFailure | SessionError.InvalidOption, Shell> =>
  Effect.gen(function* () {
    const { plan, retry, screen, transport } = options
    const { keepGoing, messages, repeat } = plan
    const score = Sending.emptyScore()
    // As the session measures them, from the primary's last byte: showing them takes time as well.
    const millis: Array<number> = []
    // Ends the command at once: nobody listens, the peer refuses, or it has gone and does not take us back.
    const hopeless = yield* Deferred.make<never, CliFailure>()
    const over = yield* Deferred.make<SessionError.DisconnectReason>()
    let selected = false
    /** How the last session ended, while there is no other. */
    let ended: SessionError.DisconnectReason | undefined
    let waiting = false
    let reports: string | undefined
    const reasons: Conversation.Reasons = new Map()

    /** Why it makes no sense to go on. A session would try again for ever; here somebody waits for it. */
    const lost = (event: SessionEvent.SessionEvent): string | undefined => {
      if (event._tag === "ConnectFailed") return event.error.message
      if (event._tag !== "Disconnected" || event.reason._tag === "LocalClose") return undefined
      if (selected && (keepGoing || waiting)) return undefined
      return `${selected ? "connection lost" : transport.description}: ${SessionError.describeDisconnect(event.reason)}`
    }
    const show = (event: SessionEvent.SessionEvent) =>
      Effect.gen(function* () {
        // With options that cannot be no attempt is better than the one before.
        const hopeLost = retry && !misconfigured(event) ? undefined : lost(event)
        // What ends the command is said once, at its end.
        const said = (hopeLost !== undefined && !selected) || (event._tag === "TransactionFailed" && !keepGoing)
        if (event._tag === "StateChanged" && event.to === "Selected") {
          selected = true
          ended = undefined
        }
        if (event._tag === "Received" && event.elapsed !== undefined && event.header.function !== 0) {
          millis.push(Duration.toMillis(event.elapsed))
        }
        if (event._tag === "Disconnected") {
          selected = false
          ended = event.reason
          if (waiting) yield* Deferred.succeed(over, event.reason)
        }
        if (!options.summary && !(said && !screen.json)) {
          // There is no next attempt, which the event would tell of.
          yield* hopeLost !== undefined && event._tag === "ConnectFailed"
            ? screen.line(event._tag, hopeLost, SessionEvent.annotations(event))
            : screen.event(event, undefined, Conversation.reasonFor(event, reasons))
        }
        if (hopeLost !== undefined) yield* Deferred.fail(hopeless, failed(hopeLost))
      })

    const stay = Effect.gen(function* () {
      if (Duration.toMillis(options.wait) === 0) return
      waiting = true
      const reason = ended ?? Option.getOrUndefined(yield* Effect.timeoutOption(Deferred.await(over), options.wait))
      if (reason === undefined || reason._tag === "Separated") return
      return yield* failed(`connection lost: ${SessionError.describeDisconnect(reason)}`)
    })

    const tell = Effect.suspend(() => {
      if (repeat === 1 && !options.summary) return Effect.void
      if (score.startedAt === 0) return Effect.void
      const times = ReplyTimes.summarize(millis)
      return screen.line("Summary", scored(score, times), {
        sent: score.sent,
        requests: score.requests,
        answered: score.answered,
        failures: score.failures,
        perSecond: rate(score),
        replyMillis: times ?? { count: 0 }
      })
    })

    const total = messages.length * repeat
    const counting = Effect.forever(
      Effect.andThen(
        Effect.sleep(progressEvery),
        Effect.suspend(() => progress(`${score.sent} of ${total} sent`))
      )
    )

    yield* watched({
      transport,
      make: HsmsSession.makeActive(options.session),
      show,
      missed: screen.missed,
      work: (session: Session.Service) =>
        Effect.gen(function* () {
          const reported = (message: SecsMessage.SecsMessage) => {
            const about = StreamNine.reportedHeader(message)
            reports ??= `the peer reported an error: ${message.name}${about === undefined ? "" : ` about S${about.stream}F${about.function}`}`
          }
          yield* Conversation.hold(session, { ...options.conversation, reported }, reasons)
          if (options.summary) yield* Effect.forkScoped(counting)
          yield* Sending.run(session, plan, options.conversation.fill, Deferred.await(hopeless), score).pipe(
            Effect.andThen(stay),
            Effect.ensuring(progress(""))
          )
        })
    }).pipe(
      Effect.onExit((exit) =>
        // Whoever ends the command does not wait for one that reads no more.
        Exit.hasInterrupts(exit)
          ? Effect.timeoutOption(Effect.interruptible(Effect.ignore(tell)), lastWords)
          : Effect.ignore(tell)
      )
    )
    const { failures, firstFailure, sent } = score
    if (firstFailure !== undefined) {
      return yield* failed(`${failures} of ${sent} messages failed, the first: ${firstFailure.message}`)
    }
    if (reports !== undefined) return yield* failed(reports)
  })

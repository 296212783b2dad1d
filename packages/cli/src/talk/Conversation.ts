/**
 * This side of a conversation: answers the peer's primaries, and sends what rules send.
 *
 * @since 0.1.0
 */
import { HsmsHeader, type SecsMessage } from "@effect-secs/codec"
import { Session, type SessionEvent, StreamNine } from "@effect-secs/session"
import type { SmlDocument } from "@effect-secs/sml"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberHandle from "effect/FiberHandle"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { CliFailure } from "../CliFailure.ts"
import * as DefaultReplies from "./DefaultReplies.ts"
import type { Responder } from "./Responder.ts"

/** Makes what is sent of a message of a file: fills its slots. */
export type Fill = (message: SmlDocument.SmlMessage) => Effect.Effect<SecsMessage.SecsMessage, CliFailure>

/** @since 0.1.0 */
export interface Options {
  readonly role: DefaultReplies.Role
  readonly responder: Responder
  readonly fill: Fill
  /** `YYYYMMDDhhmmsscc` */
  readonly time: Effect.Effect<string>
  /** Stream 9: the peer says that something was wrong with a message of this side. */
  readonly reported: (message: SecsMessage.SecsMessage) => void
}

/**
 * Why primaries were aborted, by their system bytes: for whoever shows the abort.
 *
 * @since 0.1.0
 */
export type Reasons = Map<number, string>

/**
 * Why the abort was sent that an event shows, once.
 *
 * @since 0.1.0
 */
export const reasonFor = (event: SessionEvent.SessionEvent, reasons: Reasons): string | undefined => {
  if (event._tag !== "Sent" || event.message?.function !== 0) return undefined
  const reason = reasons.get(event.header.systemBytes)
  reasons.delete(event.header.systemBytes)
  return reason
}

/**
 * Sends a message of a file, and waits for the reply where it expects one. A failure is an event of the session.
 */
const sendOne = (session: Session.Service, fill: Fill, message: SmlDocument.SmlMessage): Effect.Effect<void> =>
  Effect.ignore(
    Effect.flatMap(fill(message), (filled) =>
      filled.replyExpected ? Effect.asVoid(session.request(filled)) : session.send(filled)
    )
  )

/** Sends the messages of `every` rules while the session is selected, each first after its time. */
const sendEvery = (session: Session.Service, { fill, responder }: Options): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    if (responder.every.length === 0) return
    const handle = yield* FiberHandle.make<void>()
    const one = ({ message, seconds }: Responder["every"][number]) =>
      Effect.gen(function* () {
        const start = yield* Clock.currentTimeMillis
        for (let count = 1; ; count++) {
          yield* Effect.sleep(Math.max(0, start + count * seconds * 1000 - (yield* Clock.currentTimeMillis)))
          // One that waits for its reply does not hold up the next.
          yield* Effect.forkChild(sendOne(session, fill, message), { startImmediately: true })
        }
      })
    const all = Effect.forEach(responder.every, one, { concurrency: "unbounded", discard: true })
    yield* session.changes.pipe(
      Stream.runForEach((state) => (state === "Selected" ? FiberHandle.run(handle, all) : FiberHandle.clear(handle)))
    )
  })

/**
 * Holds this side of the conversation for as long as the Scope is open.
 *
 * @since 0.1.0
 */
export const hold = (
  session: Session.Service,
  options: Options,
  reasons: Reasons
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { fill, reported, responder, role } = options
    const known = (stream: number) => responder.knowsStream(stream) || DefaultReplies.knowsStream(stream, role)

    const refuse = (primary: Session.InboundPrimary, isRuled: boolean) =>
      Effect.gen(function* () {
        const { message, sessionId, systemBytes } = primary
        const why = isRuled ? `no rule for ${message.name} fits` : `nothing here answers ${message.name}`
        if (message.replyExpected) reasons.set(systemBytes, why)
        // What rules are about is known, whatever they say of this one.
        if (role === "equipment" && message.stream !== 9 && !isRuled) {
          const fault = known(message.stream) ? "UnrecognizedFunction" : "UnrecognizedStream"
          yield* session.send(StreamNine.report(fault, HsmsHeader.data(sessionId, message, systemBytes)))
        }
        if (message.replyExpected) yield* primary.abort
      })

    const reply = (primary: Session.InboundPrimary, found: SmlDocument.SmlMessage) =>
      fill(found).pipe(
        Effect.flatMap((message) => (message.function === 0 ? primary.abort : primary.reply(message.item))),
        Effect.catchTag("CliFailure", (error) => {
          reasons.set(primary.systemBytes, error.message)
          return primary.abort
        })
      )

    const answer = (primary: Session.InboundPrimary) =>
      Effect.gen(function* () {
        const { message } = primary
        if (message.stream === 9) reported(message)
        const found = responder.find(message)
        const standard =
          found.reply === undefined ? DefaultReplies.find(message, { role, time: yield* options.time }) : undefined
        if (found.reply === undefined && standard === undefined) {
          // A rule that sends something is an answer of its kind.
          if (message.replyExpected || found.sends.length === 0) yield* refuse(primary, found.isRuled)
        } else if (message.replyExpected) {
          yield* found.reply === undefined ? primary.reply(standard!.item) : reply(primary, found.reply)
        }
        for (const sent of found.sends) yield* Effect.forkIn(sendOne(session, fill, sent), scope)
      })

    const scope = yield* Effect.scope
    yield* Session.serve(answer).pipe(
      Effect.provideService(Session.Session, session),
      Effect.forkScoped({ startImmediately: true })
    )
    yield* Effect.forkScoped(sendEvery(session, options), { startImmediately: true })
  })

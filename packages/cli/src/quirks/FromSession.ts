/**
 * The quirks of a peer in a session: what it sends is looked at for some time, its primaries are answered.
 *
 * @since 0.1.0
 */
import type { QuirkObserver } from "@effect-secs/codec"
import type { SessionEvent } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { type CliFailure, usage } from "../CliFailure.ts"
import type { Input } from "../commands/quirks.ts"
import { counted } from "../Counts.ts"
import { complain, progress, type Shell } from "../Shell.ts"
import type * as Endpoint from "../talk/Endpoint.ts"
import * as Listen from "../talk/Listen.ts"
import { recorded } from "../talk/Recording.ts"
import type { Screen } from "../talk/Screen.ts"
import * as Send from "../talk/Send.ts"
import * as Setup from "../talk/Setup.ts"
import * as SmlSources from "../talk/SmlSources.ts"
import * as Transcript from "../talk/Transcript.ts"

/** Whom nobody told what to send asks who is there, which changes nothing. */
const question = "S1F1 W."

const longestConnect = Duration.seconds(10)

/** What is printed of a session: nothing of its messages, which the observer sees, and the rest as notes. */
const screenOf = (observer: QuirkObserver.QuirkObserver): Effect.Effect<Screen, never, Shell> =>
  Effect.contextWith((context) => {
    let seen = 0
    const show = (event: SessionEvent.SessionEvent): Effect.Effect<void, never, Shell> => {
      if (event._tag === "Sent") return Effect.void
      if (event._tag !== "Received") {
        return Transcript.shows(event, { trace: false, quiet: false })
          ? complain(`secs: ${Transcript.sentence(event)}`)
          : Effect.void
      }
      if (event.message === undefined || event.undecoded !== undefined) return Effect.void
      observer.see(event.message)
      return progress(counted(++seen, "message"))
    }
    return Effect.succeed({
      json: false,
      event: (event) => Effect.provide(show(event), context),
      line: (_tag, text) => Effect.provide(complain(`secs: ${text}`), context),
      missed: (count) => Effect.provide(complain(`secs: ${counted(count, "event")} missed`), context)
    } satisfies Screen)
  })

const settingsOf = (input: Input) => ({
  ...input,
  json: false,
  quiet: true,
  trace: false,
  names: false,
  profile: undefined
})

// Notes are all that is said; what a session would log is among them.
const silent = Effect.provideService(References.MinimumLogLevel, "None")

/**
 * Dials a peer, sends to it, and looks at what it sends.
 *
 * Fails    when there is no session, or it is lost, and with a message that is not answered
 *
 * @since 0.1.0
 */
export const dial = (
  input: Input,
  peer: Endpoint.Endpoint,
  observer: QuirkObserver.QuirkObserver
): Effect.Effect<void, CliFailure, Shell> =>
  Effect.gen(function* () {
    const settings = settingsOf(input)
    const role = input.role ?? "host"
    const texts = input.send.length === 0 ? [question] : input.send
    const sources = (yield* Effect.forEach(texts, (text) => SmlSources.argument(text, settings))).flat()
    const messages = sources.flatMap(({ document }) => document.messages).filter((one) => one.function % 2 === 1)
    const conversation = yield* Setup.conversation(settings, role, sources)
    for (const message of messages) yield* conversation.fill(message)
    const session = yield* Setup.session(settings, role)
    const transport = NodeTransport.makeConnect({
      host: peer.host!,
      port: peer.port,
      tls: yield* Setup.pems(settings)
    })
    yield* Send.run({
      transport: input.record === undefined ? transport : yield* recorded(transport, input.record, undefined),
      session: { ...session, connectTimeout: longestConnect },
      conversation,
      plan: { messages, repeat: 1, pace: undefined, open: 1, keepGoing: true },
      screen: yield* screenOf(observer),
      retry: false,
      wait: input.for,
      summary: false
    }).pipe(
      Effect.catchTag("InvalidOption", (error) => Effect.fail(usage(error.message))),
      Effect.ensuring(progress(""))
    )
  }).pipe(Effect.scoped, silent)

/**
 * Waits to be dialled, and looks at what the peer sends.
 *
 * @since 0.1.0
 */
export const wait = (
  input: Input,
  address: Endpoint.Endpoint,
  observer: QuirkObserver.QuirkObserver
): Effect.Effect<void, CliFailure, Shell> =>
  Effect.gen(function* () {
    const settings = settingsOf(input)
    const role = input.role ?? "host"
    const conversation = yield* Setup.conversation(settings, role, [])
    const session = yield* Setup.session(settings, role)
    const screen = yield* screenOf(observer)
    const { listening, transport } = yield* Setup.listening(settings, address)
    yield* screen.line("Listening", Setup.announce(listening, role))
    yield* Listen.run({
      transport: input.record === undefined ? transport : yield* recorded(transport, input.record, listening.port),
      session: { ...session, sessionIdPolicy: input.device === undefined ? "accept" : "strict" },
      conversation,
      screen,
      peers: 1,
      once: false
    }).pipe(
      Effect.catchTag("InvalidOption", (error) => Effect.fail(usage(error.message))),
      Effect.timeoutOption(input.for),
      Effect.ensuring(progress(""))
    )
  }).pipe(Effect.scoped, silent)

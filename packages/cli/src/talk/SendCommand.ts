/**
 * `secs send`, from the command line to its end.
 *
 * @since 0.1.0
 */
import type { SmlDocument } from "@effect-secs/sml"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { type CliFailure, usage } from "../CliFailure.ts"
import type { Input } from "../commands/send.ts"
import { recorded } from "./Recording.ts"
import * as Responder from "./Responder.ts"
import * as Send from "./Send.ts"
import * as Setup from "./Setup.ts"
import type { Shell } from "../Shell.ts"
import * as SmlSources from "./SmlSources.ts"

const isPrimary = (message: SmlDocument.SmlMessage): boolean => message.function % 2 === 1

/** Sent unless others are asked for by name. */
const isSent = (message: SmlDocument.SmlMessage): boolean => isPrimary(message) && Responder.isSent(message)

/** Names, the first of them where there are many. */
const listed = (messages: ReadonlyArray<SmlDocument.SmlMessage>): string => {
  const names = [...new Set(messages.map(({ function: function_, name, stream }) => name ?? `S${stream}F${function_}`))]
  const shown = names.slice(0, 10).join(", ")
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown
}

/** The messages to send: the primaries of all sources, or those that are asked for. */
const chosen = (
  sources: ReadonlyArray<Responder.Source>,
  names: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<SmlDocument.SmlMessage>, CliFailure> =>
  Effect.gen(function* () {
    const all = sources.flatMap(({ document }) => document.messages)
    const [first] = all
    if (first === undefined) return yield* usage("there is no message to send")
    const primaries = names.length === 0 ? all.filter(isSent) : []
    for (const name of names) {
      const message = Responder.named(all, name)
      if (message === undefined) {
        return yield* usage(`--message ${name}: there is no message of this name, but ${listed(all)}`)
      }
      primaries.push(message)
    }
    const wrong = primaries.find((message) => !isPrimary(message)) ?? (primaries.length === 0 ? first : undefined)
    if (wrong === undefined) return primaries
    if (isPrimary(wrong)) return yield* usage(`${Responder.nameOf(wrong)} is marked INPUT: send it with --message`)
    return yield* usage(
      `${Responder.nameOf(wrong)} is a secondary: it is sent in reply to S${wrong.stream}F${Math.max(1, wrong.function - 1)} only`
    )
  })

export const run = (input: Input): Effect.Effect<void, CliFailure, Shell> =>
  Effect.gen(function* () {
    const role = input.role ?? "host"
    const sources = (yield* Effect.forEach(input.messages, (text) => SmlSources.argument(text, input))).flat()
    const messages = yield* chosen(sources, input.message)
    const conversation = yield* Setup.conversation(input, role, sources)
    // What cannot be filled is known before anybody is dialled.
    for (const message of messages) yield* conversation.fill(message)
    const session = yield* Setup.session(input, role)
    const pems = yield* Setup.pems(input)
    const { address, connectTimeout, keepGoing, open, rate, repeat, retry, summary, wait } = input
    const transport = NodeTransport.makeConnect({ host: address.host!, port: address.port, tls: pems })
    yield* Send.run({
      transport: input.record === undefined ? transport : yield* recorded(transport, input.record, undefined),
      session: { ...session, connectTimeout },
      conversation,
      plan: { messages, repeat, pace: rate, open, keepGoing },
      screen: yield* Setup.screen(input),
      retry,
      wait,
      summary
    }).pipe(
      Effect.catchTag("InvalidOption", (error) => Effect.fail(usage(error.message))),
      // The transcript shows all that the session would log.
      Effect.provideService(References.MinimumLogLevel, "None")
    )
  }).pipe(Effect.scoped)

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
import * as FileNotes from "./FileNotes.ts"
import * as Rules from "../messages/Rules.ts"
import { recorded } from "./Recording.ts"
import type * as Responder from "./Responder.ts"
import * as Send from "./Send.ts"
import * as Setup from "./Setup.ts"
import type { Shell } from "../Shell.ts"
import * as SmlSources from "./SmlSources.ts"

const isPrimary = (message: SmlDocument.SmlMessage): boolean => message.function % 2 === 1

/** Most names that are listed where one is not among them. */
const namesListed = 10

const listed = (messages: ReadonlyArray<SmlDocument.SmlMessage>): string => {
  const names = [...new Set(messages.map((message) => message.name ?? Rules.nameOf(message)))]
  const more = names.length > namesListed ? ` and ${names.length - namesListed} more` : ""
  return `${names.slice(0, namesListed).join(", ")}${more}`
}

/** The messages to send: the primaries of all sources but those that are left out, or those that are asked for. */
const chosen = (
  sources: ReadonlyArray<Responder.Source>,
  names: ReadonlyArray<string>,
  leftOut: Responder.LeftOut
): Effect.Effect<ReadonlyArray<SmlDocument.SmlMessage>, CliFailure> =>
  Effect.gen(function* () {
    const all = sources.flatMap(({ document }) => document.messages)
    if (all.length === 0) return yield* usage("there is no message to send")
    if (names.length === 0) {
      const primaries = all.filter(isPrimary)
      const sent = primaries.filter(({ direction }) => direction !== leftOut)
      if (sent.length > 0) return sent
      const [marked] = primaries
      if (marked === undefined) return yield* secondary(all[0]!)
      return yield* usage(
        `${Rules.nameOf(marked)} is marked ${leftOut}: send it with --message, or say with --owner whose file it is`
      )
    }
    const named = Rules.lookup(all)
    const primaries: Array<SmlDocument.SmlMessage> = []
    for (const name of names) {
      const message = named(name)
      if (message === undefined) {
        return yield* usage(`--message ${name}: there is no message of this name: there are ${listed(all)}`)
      }
      if (!isPrimary(message)) return yield* secondary(message)
      primaries.push(message)
    }
    return primaries
  })

const secondary = (message: SmlDocument.SmlMessage): CliFailure =>
  usage(
    `${Rules.nameOf(message)} is a secondary: it is sent in reply to S${message.stream}F${Math.max(1, message.function - 1)} only`
  )

export const run = (input: Input): Effect.Effect<void, CliFailure, Shell> =>
  Effect.gen(function* () {
    const role = input.role ?? "host"
    const sources = (yield* Effect.forEach(input.messages, (text) => SmlSources.argument(text, input))).flat()
    const messages = yield* chosen(sources, input.message, FileNotes.leftOut(role, input.owner))
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
      screen: yield* Setup.screen(input, role),
      retry,
      wait,
      summary
    }).pipe(
      Effect.catchTag("InvalidOption", (error) => Effect.fail(usage(error.message))),
      // The transcript shows all that the session would log.
      Effect.provideService(References.MinimumLogLevel, "None")
    )
  }).pipe(Effect.scoped)

/**
 * What the flags of a command line mean to a session, a conversation and a screen.
 *
 * @since 0.1.0
 */
import type { HsmsSession } from "@effect-secs/session"
import { Timers } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import type { SmlDocument } from "@effect-secs/sml"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type CliFailure, failed, usage } from "../CliFailure.ts"
import type * as Conversation from "./Conversation.ts"
import type { Role } from "./DefaultReplies.ts"
import * as Durations from "../Durations.ts"
import * as Endpoint from "./Endpoint.ts"
import * as FileNotes from "./FileNotes.ts"
import * as LocalTime from "../LocalTime.ts"
import * as NamesFlags from "../names/NamesFlags.ts"
import * as Rules from "../messages/Rules.ts"
import * as Responder from "./Responder.ts"
import * as Screen from "./Screen.ts"
import { type Settings, timers } from "./SessionFlags.ts"
import { complain, readBytes, type Shell } from "../Shell.ts"
import * as Slots from "./Slots.ts"
import * as SmlSources from "./SmlSources.ts"

/** A timer outside the range of the standard, as the flag it comes from: a number alone is in seconds here. */
const unusual = ({ maximumSeconds, minimumSeconds, timer, value }: Timers.OutOfRange): string =>
  `--${timer} is ${Durations.format(value)}, outside the range of the standard (${minimumSeconds}s to ${maximumSeconds}s); it is used as it is`

/**
 * Options of the session; what is unusual about them is said on standard error.
 *
 * @since 0.1.0
 */
export const session = (settings: Settings, role: Role): Effect.Effect<HsmsSession.Options, CliFailure, Shell> =>
  Effect.gen(function* () {
    const input = timers(settings)
    const invalid = Timers.invalid(input)
    if (invalid !== undefined) return yield* usage(invalid.message)
    for (const timer of Timers.outOfRange(Timers.make(input))) yield* complain(`secs: ${unusual(timer)}`)
    return { sessionId: settings.device ?? 0, role, timers: input }
  })

/** PEM files, read; undefined where TLS is not asked for. */
export interface Pems {
  readonly ca: Uint8Array | undefined
  readonly cert: Uint8Array | undefined
  readonly key: Uint8Array | undefined
  readonly passphrase: string | undefined
}

/** @since 0.1.0 */
export const pems = (settings: Settings): Effect.Effect<Pems | undefined, CliFailure, Shell> =>
  Effect.gen(function* () {
    const { tls, tlsCa, tlsCert, tlsKey } = settings
    if (!tls && tlsCa === undefined && tlsCert === undefined && tlsKey === undefined) return undefined
    const read = (path: string | undefined) => (path === undefined ? Effect.undefined : readBytes(path))
    const passphrase = yield* Effect.orDie(Config.option(Config.String("SECS_TLS_PASSPHRASE")))
    return {
      ca: yield* read(tlsCa),
      cert: yield* read(tlsCert),
      key: yield* read(tlsKey),
      passphrase: Option.getOrUndefined(passphrase)
    }
  })

/**
 * Listens where it is told, with TLS where that is asked for.
 *
 * @since 0.1.0
 */
export const listening = (settings: Settings, { host, port }: Endpoint.Endpoint) =>
  Effect.gen(function* () {
    const given = yield* pems(settings)
    if (given !== undefined && (given.cert === undefined || given.key === undefined)) {
      return yield* usage("who listens with TLS shows a certificate: give --tls-cert and --tls-key")
    }
    const tls = given === undefined ? undefined : { ...given, cert: given.cert!, key: given.key!, clientCa: given.ca }
    return yield* NodeTransport.makeListen({ host, port, tls }).pipe(Effect.mapError((error) => failed(error.message)))
  })

/**
 * `listening on 127.0.0.1:5000 as host`
 *
 * @since 0.1.0
 */
export const announce = ({ host, port }: { readonly host: string; readonly port: number }, role: Role): string =>
  `listening on ${Endpoint.format(host, port)} as ${role}`

/** @since 0.1.0 */
export const screen = (settings: Settings, role: Role): Effect.Effect<Screen.Screen, CliFailure, Shell> =>
  Effect.flatMap(NamesFlags.load(settings), (names) => {
    const { json, quiet, trace } = settings
    return Screen.make({ json, quiet, trace, names, role })
  })

/** Most messages whose slots have no value that are told of at the start. */
const gapsTold = 10

/**
 * What this side says: `sources` are files beside those of `--replies`, which go before. What of these is left out, and
 * what of them cannot be filled, is said on standard error.
 *
 * Fails    for rules that cannot be followed and values that no slot takes
 *
 * @since 0.1.0
 */
export const conversation = (
  settings: Settings,
  role: Role,
  sources: ReadonlyArray<Responder.Source>
): Effect.Effect<Omit<Conversation.Options, "reported">, CliFailure, Shell> =>
  Effect.gen(function* () {
    const { owner, quiet, set } = settings
    const replies = yield* SmlSources.files(settings.replies, settings)
    const all = [...replies, ...sources]
    const responder = Responder.make(all, FileNotes.leftOut(role, owner))
    if (responder.problems.length > 0) return yield* failed(responder.problems[0]!)
    const values = yield* Effect.mapError(Effect.fromResult(Slots.parse(set)), usage)
    const messages = all.flatMap(({ document }) => document.messages)
    const [stranger] = Slots.unknown(values, messages)
    if (stranger !== undefined) return yield* usage(`--set ${stranger}: no message has a slot of this name`)

    for (const source of replies) {
      const [line, ...hints] = FileNotes.about(source, role, owner)
      for (const said of quiet ? hints : [line, ...hints]) yield* complain(`secs: ${said}`)
    }
    const zone = DateTime.zoneMakeLocal()
    const time = Effect.map(Clock.currentTimeMillis, (now) => LocalTime.secsTime(now, zone))
    const filled = (message: SmlDocument.SmlMessage, generator: Slots.Generator) =>
      Result.mapError(
        Slots.fill(message, values, generator),
        (error) => `${Rules.nameOf(message)}: ${Slots.explain(message, error, values, set)}`
      )
    const now = yield* time
    const gaps = replies.flatMap(({ document, name }) =>
      document.messages.flatMap((message) => {
        if (!responder.sendable.has(message)) return []
        const result = filled(message, { next: () => 1, time: now })
        return Result.isSuccess(result) ? [] : [`${name}:${message.header.line}: ${result.failure}`]
      })
    )
    for (const gap of gaps.slice(0, gapsTold)) yield* complain(`secs: ${gap}`)
    if (gaps.length > gapsTold) yield* complain(`secs: and ${gaps.length - gapsTold} more that cannot be sent`)

    let count = 0
    const fill = (message: SmlDocument.SmlMessage) =>
      Effect.flatMap(time, (at) =>
        Effect.mapError(Effect.fromResult(filled(message, { next: () => ++count, time: at })), failed)
      )
    return { role, responder, fill, time }
  })

/**
 * The options of a session, checked and with their defaults.
 */
import * as FrameDecoder from "@effect-secs/codec/FrameDecoder"
import * as HsmsHeader from "@effect-secs/codec/HsmsHeader"
import * as ItemCodec from "@effect-secs/codec/ItemCodec"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { table } from "../ConnectionState.ts"
import type { ActiveOptions } from "../HsmsSession.ts"
import { InvalidOption } from "../SessionError.ts"
import * as Timers from "../Timers.ts"
import type { Settings } from "./Core.ts"

export const between = (
  option: string,
  value: number,
  minimum: number,
  maximum: number
): Effect.Effect<number, InvalidOption> =>
  Number.isInteger(value) && value >= minimum && value <= maximum
    ? Effect.succeed(value)
    : Effect.fail(
        new InvalidOption({ option, value: String(value), expected: `an integer from ${minimum} to ${maximum}` })
      )

export const positive = (option: string, input: Duration.Input): Effect.Effect<Duration.Duration, InvalidOption> => {
  const duration = Timers.durationOf(input)
  return duration !== undefined && Duration.toMillis(duration) > 0
    ? Effect.succeed(duration)
    : Effect.fail(new InvalidOption({ option, value: Timers.show(input), expected: "a duration above zero" }))
}

/** The options with their defaults, checked. */
export const settingsOf = (
  mode: "Active" | "Passive",
  options: ActiveOptions
): Effect.Effect<Settings, InvalidOption> =>
  Effect.gen(function* () {
    const invalid = Timers.invalid(options.timers)
    if (invalid !== undefined) return yield* new InvalidOption(invalid)
    const timers = Timers.make(options.timers)
    const t5 = Duration.toMillis(timers.t5)
    const { backoff } = options
    const initial = backoff === undefined ? t5 : Duration.toMillis(yield* positive("backoff.initial", backoff.initial))
    const factor = backoff?.factor ?? 2
    if (!(factor >= 1)) {
      return yield* new InvalidOption({
        option: "backoff.factor",
        value: String(factor),
        expected: "a number from 1 on"
      })
    }
    return {
      table: table({ mode, strict: options.strict }),
      sessionId: yield* between("sessionId", options.sessionId, 0, 0x7fff),
      name: options.name,
      spans: options.spans ?? false,
      role: options.role ?? (mode === "Active" ? "host" : "equipment"),
      timers,
      t3Millis: Duration.toMillis(timers.t3),
      t8Millis: Duration.toMillis(timers.t8),
      linktestMillis: Duration.toMillis(timers.linktest),
      maxFailures: yield* between("maxFailures", options.maxFailures ?? 1, 1, Number.MAX_SAFE_INTEGER),
      connectTimeout: yield* positive("connectTimeout", options.connectTimeout ?? "10 seconds"),
      writeTimeout: yield* positive("writeTimeout", options.writeTimeout ?? "30 seconds"),
      closeTimeout: yield* positive("closeTimeout", options.closeTimeout ?? "1 second"),
      separation: (attempts) =>
        backoff === undefined ? t5 : Math.min(t5, initial * factor ** Math.max(0, attempts - 1)),
      sessionIdPolicy: options.sessionIdPolicy ?? "strict",
      maxFrameLength: yield* between(
        "maxFrameLength",
        options.maxFrameLength ?? FrameDecoder.defaultMaxFrameLength,
        HsmsHeader.length,
        0xffff_ffff
      ),
      primaryCapacity: yield* between("primaryCapacity", options.primaryCapacity ?? 1024, 1, Number.MAX_SAFE_INTEGER),
      primaryBytes: yield* between("primaryBytes", options.primaryBytes ?? 2 ** 24, 1, Number.MAX_SAFE_INTEGER),
      ready: options.ready ?? (() => true),
      busy: options.busy ?? (() => false),
      decode: ItemCodec.decodeRangeWith({ ...options.decode, binary: "copy" }),
      adopt: ItemCodec.decodeRangeWith({ ...options.decode, binary: "adopt" })
    }
  })

/** Says which timers are outside the ranges of the standard. */
export const warnOutOfRange = (
  timers: Timers.Timers,
  session: { readonly session: string; readonly sessionId?: number }
): Effect.Effect<void> =>
  Effect.annotateLogs(
    Effect.forEach(Timers.outOfRange(timers), (timer) => Effect.logWarning(Timers.describe(timer)), { discard: true }),
    session
  )

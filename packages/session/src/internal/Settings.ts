/**
 * The options of a session, checked and with their defaults.
 */
import type { ItemDecodeError } from "@effect-secs/codec/CodecError"
import * as FrameDecoder from "@effect-secs/codec/FrameDecoder"
import * as HsmsHeader from "@effect-secs/codec/HsmsHeader"
import type { Item } from "@effect-secs/codec/Item"
import * as ItemCodec from "@effect-secs/codec/ItemCodec"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import { type Table, table } from "../ConnectionState.ts"
import type { FollowUps } from "../Conversation.ts"
import type * as Dialogue from "../Dialogue.ts"
import type { ActiveOptions } from "../HsmsSession.ts"
import { InvalidOption } from "../SessionError.ts"
import * as Timers from "../Timers.ts"
import { between, oneOf, positive } from "./Options.ts"

/** The largest device id: 15 bits. */
export const maxSessionId = 0x7fff

/** The options of a session, defaults filled in and checked. */
export interface Settings {
  readonly table: Table
  /** What the user calls the session. */
  readonly name: string | undefined
  readonly sessionId: number
  /** A span for each request. */
  readonly spans: boolean
  readonly role: "host" | "equipment"
  readonly timers: Timers.Timers
  readonly t3Millis: number
  readonly t8Millis: number
  readonly linktestMillis: number
  readonly maxFailures: number
  readonly connectTimeout: Duration.Duration
  readonly closeTimeout: Duration.Duration
  readonly writeTimeout: Duration.Duration
  /** Milliseconds before attempt n + 1, where n attempts in a row have failed. */
  readonly separation: (attempts: number) => number
  readonly sessionIdPolicy: "strict" | "warn" | "accept"
  readonly maxTextLength: number
  readonly conversations: Conversing | undefined
  readonly dialogue: Dialogue.Options | undefined
  readonly maxFrameLength: number
  readonly primaryCapacity: number
  readonly primaryBytes: number
  readonly ready: () => boolean
  readonly busy: () => boolean
  readonly decode: (bytes: Uint8Array, start: number, end: number) => Result.Result<Item, ItemDecodeError>
  /** The same for bytes that are the item's to keep. */
  readonly adopt: (bytes: Uint8Array, start: number, end: number) => Result.Result<Item, ItemDecodeError>
}

/** Which primary follows which grant, and for how many milliseconds it is waited for. */
export interface Conversing {
  readonly followUps: FollowUps
  readonly millis: number
}

/** The settings that these options give. What is about dialling concerns the active side only. */
export const settingsOf = (
  mode: "Active" | "Passive",
  options: ActiveOptions
): Effect.Effect<Settings, InvalidOption> =>
  Effect.gen(function* () {
    const invalid = Timers.invalid(options.timers)
    if (invalid !== undefined) return yield* invalid
    const timers = Timers.make(options.timers)
    const t5 = Duration.toMillis(timers.t5)
    const { backoff, conversations } = options
    const initial = backoff === undefined ? t5 : Duration.toMillis(yield* positive("backoff.initial", backoff.initial))
    const factor = backoff?.factor ?? 2
    if (!(factor >= 1)) {
      return yield* new InvalidOption({
        option: "backoff.factor",
        value: String(factor),
        expected: "a number from 1 on"
      })
    }
    const decode = options.decode ?? {}
    if (decode.maxDepth !== undefined) yield* between("decode.maxDepth", decode.maxDepth, 0, Number.MAX_SAFE_INTEGER)
    if (decode.maxItems !== undefined) yield* between("decode.maxItems", decode.maxItems, 1, Number.MAX_SAFE_INTEGER)
    yield* oneOf("strict", options.strict, ["E37", "E37.1"])
    yield* oneOf("dialogue.mode", options.dialogue?.mode, ["strict", "lenient"])
    yield* oneOf("role", options.role, ["host", "equipment"])
    yield* oneOf("sessionIdPolicy", options.sessionIdPolicy, ["strict", "warn", "accept"])
    return {
      table: table({ mode, strict: options.strict }),
      sessionId: yield* between("sessionId", options.sessionId, 0, maxSessionId),
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
      dialogue: options.dialogue,
      maxTextLength: yield* between(
        "maxTextLength",
        options.maxTextLength ?? Number.MAX_SAFE_INTEGER,
        0,
        Number.MAX_SAFE_INTEGER
      ),
      conversations:
        conversations === undefined
          ? undefined
          : {
              followUps: conversations.followUps,
              millis: Duration.toMillis(yield* positive("conversations.timeout", conversations.timeout ?? "45 seconds"))
            },
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
      // What a chunk holds is gone when the next one comes: nothing may stay a view of it.
      decode: ItemCodec.decodeRangeWith({ ...decode, binary: "copy" }),
      adopt: ItemCodec.decodeRangeWith({ ...decode, binary: "adopt" })
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

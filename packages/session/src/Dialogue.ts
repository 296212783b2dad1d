/**
 * How the two sides of a session understand each other's messages: who sends what, how strictly bodies are read, and
 * what this peer does otherwise than the standard says.
 *
 * What is sent is always by the letter of its definition, or as the profile says the peer wants it. What is received is
 * read leniently unless told otherwise, and each habit of the peer that took is reported once.
 *
 * @example
 * const profile = yield* Effect.fromResult(QuirkProfile.make({ text: "gbk", items: { CEID: { format: "A" } } }))
 * HsmsSession.layerActive({ sessionId: 0, dialogue: { profile } })
 *
 * @see SEMI E5, message structure
 * @since 0.1.0
 */
import * as Deviation from "@effect-secs/codec/Deviation"
import type { Item } from "@effect-secs/codec/Item"
import type { TextView } from "@effect-secs/codec/Layout"
import type { Compiled } from "@effect-secs/codec/QuirkProfile"
import * as Registry from "@effect-secs/codec/Registry"
import type { SecsMessage } from "@effect-secs/codec/SecsMessage"
import * as StreamFunction from "@effect-secs/codec/StreamFunction"
import type { StructureError } from "@effect-secs/codec/StructureError"
import type * as Result from "effect/Result"

/**
 * How the bodies of a peer are read: `"lenient"` takes the deviations of `Deviation.deviations`, `"strict"` takes none.
 *
 * @since 0.1.0
 */
export type Mode = "strict" | "lenient"

/**
 * Options of the typed messages of a session.
 *
 * @since 0.1.0
 */
export interface Options {
  /** How bodies of the peer are read; `"lenient"` unless told. What this side sends is strict in both. */
  readonly mode?: Mode | undefined
  /** What the peer does otherwise than the standard says, and wants otherwise. */
  readonly profile?: Compiled | undefined
  /** The encoding of text in `A` items, in place of that of the profile; a character for each byte unless told. */
  readonly text?: TextView | undefined
  /** The definitions that are known on this side: primaries of their streams are never of an unrecognized stream. */
  readonly registry?: Registry.Registry | undefined
}

/**
 * The dialogue of one session. `Session.call` and `Handlers` read and write with it; whoever serves primaries by hand
 * may too.
 *
 * @since 0.1.0
 */
export interface Dialogue {
  /** What this side is. */
  readonly role: StreamFunction.Sender
  readonly registry: Registry.Registry
  /**
   * The value of a body that the peer sent.
   *
   * Fails    `StructureError` with SxFy, path, what was expected and what was seen
   */
  readonly read: <T>(
    definition: StreamFunction.StreamFunction<T>,
    item: Item | undefined,
    mode?: Mode
  ) => Result.Result<T, StructureError>
  /**
   * The message of a value that this side sends.
   *
   * Fails    `StructureError` with SxFy and the path to what cannot be written
   */
  readonly write: <T>(
    definition: StreamFunction.StreamFunction<T>,
    value: T
  ) => Result.Result<SecsMessage, StructureError>
}

/** Habits of one peer that are told apart; a peer that has more is not worth more lines. */
const maxHabits = 1024

/**
 * A dialogue; `deviated` is called once for each habit of the peer, the indexes of lists apart.
 *
 * @since 0.1.0
 */
export const make = (
  role: StreamFunction.Sender,
  options: Options = {},
  deviated: (deviation: Deviation.Deviation) => void = () => {}
): Dialogue => {
  const habits = new Set<string>()
  const onDeviation = (deviation: Deviation.Deviation): void => {
    const habit = Deviation.key(deviation)
    if (habits.has(habit) || habits.size >= maxHabits) return
    habits.add(habit)
    deviated(deviation)
  }
  const { profile, text } = options
  // Made once: a message costs no object of its own for how it is read.
  const strict: StreamFunction.FromMessageOptions = {
    mode: "strict",
    sender: role === "host" ? "equipment" : "host",
    profile,
    text: text?.decode
  }
  const lenient: StreamFunction.FromMessageOptions = { ...strict, mode: "lenient", onDeviation }
  const usual = options.mode ?? "lenient"
  const write: StreamFunction.ToMessageOptions = { sender: role, profile, text: text?.encode }
  return {
    role,
    registry: options.registry ?? Registry.empty,
    read: (definition, item, mode = usual) =>
      StreamFunction.fromItem(definition, item, mode === "strict" ? strict : lenient),
    write: (definition, value) => StreamFunction.toMessage(definition, value, write)
  }
}

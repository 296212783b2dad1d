/**
 * Conversations: who grants an inquiry holds room for what it announces, and expects a certain primary to follow. Pure.
 *
 * A table says which primaries follow which grant; a session with the option `conversations` waits for them and says so
 * where none comes, equipment with S9F13.
 *
 * @see SEMI E5, conversations
 * @since 0.1.0
 */
import { asNumber, B, type Item, type ItemOf } from "@effect-secs/codec/Item"
import * as Result from "effect/Result"

/**
 * What follows one grant.
 *
 * @since 0.1.0
 */
export interface FollowUp {
  /** The primaries of which one has to follow, by SxFy; the first is what S9F13 names. */
  readonly expected: ReadonlyArray<string>
  /** True for a secondary that grants; where it is a 0 unless told. */
  readonly granted?: ((reply: Item | undefined) => boolean) | undefined
  /** The id of what a message is about (EDID); its first item that is no list unless told. */
  readonly edid?: ((message: Item | undefined) => Item | undefined) | undefined
}

/**
 * What follows each grant: by SxFy of the secondary, the primaries of which one has to come. Whoever grants waits for
 * them. `Conversations.followUps` of `@effect-secs/messages` is such a table.
 *
 * @example
 * const followUps: Conversation.FollowUps = { S7F2: ["S7F3", "S7F23"], S2F40: ["S2F33", "S2F35"] }
 *
 * @since 0.1.0
 */
export interface FollowUps {
  readonly [grant: string]: FollowUp | FollowUp["expected"]
}

/** The first item that is no list: the way down along first elements. */
const firstValue = (item: Item | undefined): Item | undefined => {
  let at = item
  while (at?._tag === "L") at = at.value[0]
  return at
}

/**
 * True where a secondary is a single 0, as every grant in SEMI E5 that says yes.
 *
 * @since 0.1.0
 */
export const isGranted = (reply: Item | undefined): boolean =>
  reply !== undefined && Result.getOrUndefined(asNumber(reply)) === 0

/**
 * The formats an EDID may have.
 *
 * @since 0.1.0
 */
export type Edid = ItemOf<"A" | "B" | "U1" | "U2" | "U4" | "U8" | "I1" | "I2" | "I4" | "I8">

/** Longer than any id of the standard: ids are kept, compared and sent back, so what a peer sends has a bound. */
const longestEdid = 1024

const isEdid = (item: Item | undefined): item is Edid =>
  item !== undefined &&
  /^(A|B|[UI][1248])$/.test(item._tag) &&
  ((item.value as { readonly length?: number }).length ?? 1) <= longestEdid

/**
 * The id of what an inquiry announces, and of what follows it: the first item that is no list, which in SEMI E5 is a
 * DATAID, a PPID, a SPID. An empty binary where there is none that may be an
 * EDID, or one of more than 1024 characters or values.
 *
 * @since 0.1.0
 */
export const edidOf = (message: Item | undefined): Edid => {
  const first = firstValue(message)
  return isEdid(first) ? first : B([])
}

/**
 * True where two ids have the same values, in whatever formats.
 *
 * @since 0.1.0
 */
export const isSame = (one: Edid, other: Edid): boolean => values(one) === values(other)

const values = ({ value }: Edid): string => (typeof value === "object" ? value.join() : String(value))

/**
 * The row of a grant in its full form; `undefined` where nothing follows the message.
 *
 * @since 0.1.0
 */
export const followUp = (followUps: FollowUps, grant: string): FollowUp | undefined => {
  const row = Object.hasOwn(followUps, grant) ? followUps[grant] : undefined
  const full = row === undefined || "expected" in row ? row : { expected: row }
  return full?.expected.length === 0 ? undefined : full
}

/**
 * What a peer is answered where no file says otherwise: acknowledgements, so that a conversation goes on. Pure.
 *
 * An equipment acknowledges what a host defines and commands, and does none of it; who tests more than that brings a
 * file of replies.
 *
 * @see SEMI E5 and E30
 * @since 0.1.0
 */
import { Item, type SecsMessage } from "@effect-secs/codec"

/** @since 0.1.0 */
export type Role = "host" | "equipment"

/** What a reply may depend on beside its primary. */
export interface Circumstances {
  readonly role: Role
  /** `YYYYMMDDhhmmsscc`, by the clock of this machine. */
  readonly time: string
}

type Reply = (message: SecsMessage.SecsMessage, circumstances: Circumstances) => Item.Item | undefined

const { A, B, L } = Item

const accepted: Reply = () => B(0)

/** An equipment says what it is, a host has nothing to say. */
const identity: Reply = (_, { role }) => (role === "equipment" ? L(A("SECS"), A("0")) : L())

const both: { readonly [name: string]: Reply } = {
  S1F1: identity,
  S1F13: (message, circumstances) => L(B(0), identity(message, circumstances)!),
  S2F17: (_, { time }) => A(time),
  S2F25: (message) => message.item
}

const replies: { readonly [role in Role]: { readonly [name: string]: Reply } } = {
  host: {
    ...both,
    S5F1: accepted,
    S6F1: accepted,
    S6F3: accepted,
    S6F9: accepted,
    S6F11: accepted,
    S6F13: accepted,
    S10F1: accepted
  },
  equipment: {
    ...both,
    S1F15: accepted,
    S1F17: accepted,
    S2F31: accepted,
    S2F33: accepted,
    S2F35: accepted,
    S2F37: accepted,
    S2F41: () => L(B(0), L()),
    S5F3: accepted,
    S10F3: accepted,
    S10F5: accepted
  }
}

/**
 * The text of the reply to a primary, which may be undefined for a header only; nothing where there is none.
 *
 * @since 0.1.0
 */
export const find = (
  message: SecsMessage.SecsMessage,
  circumstances: Circumstances
): { readonly item: Item.Item | undefined } | undefined => {
  const reply = replies[circumstances.role][message.name]
  return reply === undefined ? undefined : { item: reply(message, circumstances) }
}

/** Primaries that an equipment receives, beside those that it answers by itself. */
const asked: ReadonlySet<string> = new Set(["S1F3", "S1F11", "S2F13", "S2F15", "S2F23", "S2F29", "S2F49", "S5F5"])

/**
 * Who receives a primary, where the standard has it go one way only, and this side knows it.
 *
 * @since 0.1.0
 */
export const receiver = (name: string): Role | undefined => {
  const isFor = (role: Role): boolean => Object.hasOwn(replies[role], name) && !Object.hasOwn(both, name)
  if (asked.has(name) || isFor("equipment")) return "equipment"
  return isFor("host") ? "host" : undefined
}

/**
 * True where this role answers anything of a stream.
 *
 * @since 0.1.0
 */
export const knowsStream = (stream: number, role: Role): boolean =>
  Object.keys(replies[role]).some((name) => name.startsWith(`S${stream}F`))

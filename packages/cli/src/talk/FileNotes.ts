/**
 * What there is to say of a file of replies before the peer asks anything: how much of it is of use to this side. Pure.
 *
 * @since 0.1.0
 */
import { counted } from "../Counts.ts"
import type { SmlDocument } from "@effect-secs/sml"
import * as DefaultReplies from "./DefaultReplies.ts"
import type { LeftOut, Source } from "./Responder.ts"

type Role = DefaultReplies.Role

const other = (role: Role): Role => (role === "host" ? "equipment" : "host")

/**
 * What is not sent of files of this owner; they are this side's own where no owner is told.
 *
 * @since 0.1.0
 */
export const leftOut = (role: Role, owner: Role | undefined): LeftOut =>
  owner === undefined || owner === role ? "INPUT" : "OUTPUT"

/** Whose file it is, by who receives the primaries that it marks; undefined where they do not tell. */
const ownerOf = (messages: ReadonlyArray<SmlDocument.SmlMessage>): Role | undefined => {
  const owners = new Set<Role>()
  for (const { direction, function: function_, stream } of messages) {
    const receiver = DefaultReplies.receiver(`S${stream}F${function_}`)
    if (receiver === undefined || (direction !== "INPUT" && direction !== "OUTPUT")) continue
    owners.add(direction === "INPUT" ? receiver : other(receiver))
  }
  const [owner, ...others] = owners
  return others.length === 0 ? owner : undefined
}

/**
 * A line of what is in a file, and a hint where it seems to be written from the other side.
 *
 * @since 0.1.0
 */
export const about = (source: Source, role: Role, told: Role | undefined): ReadonlyArray<string> => {
  const { document, name } = source
  const { messages, rules } = document
  const word = leftOut(role, told)
  const out = messages.filter(({ direction }) => direction === word)
  const counts = `${counted(messages.length, "message")} and ${counted(rules.length, "rule")}`
  const omitted = out.length === 0 ? "" : `, ${out.length} marked ${word} left out`
  const line = `${name}: ${counts}${omitted}`
  if (out.length === 0) return [line]
  const owner = told ?? role
  const replies = messages.filter((message) => message.function % 2 === 0)
  const allOut = replies.length > 0 && replies.every(({ direction }) => direction === word)
  const found = ownerOf(messages) ?? (allOut ? other(owner) : owner)
  return found === owner
    ? [line]
    : [line, `${name}: it is written as the ${found} sees it: --owner ${found} sends what is marked ${word}`]
}

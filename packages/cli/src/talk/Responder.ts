/**
 * What SML files say to a peer: replies to its primaries, by rule or by function, and messages to send every so often.
 * Pure.
 *
 * A primary is answered by
 *
 * 1. the first `if` rule it fits;
 * 2. else the first message with the next function that is not marked `INPUT`;
 * 3. else `DefaultReplies`;
 * 4. else not at all: SxF0 where a reply is expected.
 *
 * A rule may name a primary instead of a secondary. It is sent on its own, and the search goes on for the reply.
 *
 * @since 0.1.0
 */
import type { Item, SecsMessage } from "@effect-secs/codec"
import type { SmlDocument } from "@effect-secs/sml"
import * as Equal from "effect/Equal"

/** A file of messages and rules, and what it is called. */
export interface Source {
  readonly name: string
  readonly document: SmlDocument.SmlDocument
}

/** A message of a file is what is sent. Its slots, if any, are filled then. */
export interface Every {
  readonly seconds: number
  readonly message: SmlDocument.SmlMessage
}

/** What was found for a primary. */
export interface Found {
  /** The message that answers; undefined where none does. */
  readonly reply: SmlDocument.SmlMessage | undefined
  /** Primaries that rules send on their own, in the order of the rules. */
  readonly sends: ReadonlyArray<SmlDocument.SmlMessage>
}

/** @since 0.1.0 */
export interface Responder {
  readonly find: (primary: SecsMessage.SecsMessage) => Found
  /** True where a message or rule is about a primary of this stream. */
  readonly knowsStream: (stream: number) => boolean
  readonly every: ReadonlyArray<Every>
  /** Rules that cannot be followed, a sentence each. */
  readonly problems: ReadonlyArray<string>
}

interface Rule {
  readonly stream: number
  readonly function: number
  readonly where: SmlDocument.ReplyRule["where"]
  readonly message: SmlDocument.SmlMessage
}

const keyOf = (stream: number, function_: number): number => stream * 256 + function_

/** `s1f13` */
const numbers = (name: string): { readonly stream: number; readonly function: number } | undefined => {
  const match = /^s(\d{1,3})f(\d{1,3})$/i.exec(name)
  return match === null ? undefined : { stream: Number(match[1]), function: Number(match[2]) }
}

/**
 * The first message of a name, without regard to case where none fits exactly; where no message has the name and it is
 * one of `SxFy`, the first such message.
 *
 * @since 0.1.0
 */
export const named = (
  messages: ReadonlyArray<SmlDocument.SmlMessage>,
  name: string
): SmlDocument.SmlMessage | undefined => {
  const lower = name.toLowerCase()
  const wanted = numbers(name)
  return (
    messages.find((message) => message.name === name) ??
    messages.find((message) => message.name?.toLowerCase() === lower) ??
    messages.find((message) => message.stream === wanted?.stream && message.function === wanted.function)
  )
}

/**
 * The item that stands at a place, all items counted in the order they are written, lists included; the root is 1.
 *
 * @since 0.1.0
 */
export const itemAt = (root: Item.Item | undefined, place: number): Item.Item | undefined => {
  const open: Array<Item.Item> = root === undefined ? [] : [root]
  for (let count = 1; open.length > 0; count++) {
    const item = open.pop()!
    if (count === place) return item
    if (item._tag !== "L") continue
    for (let at = item.value.length - 1; at >= 0; at--) open.push(item.value[at]!)
  }
  return undefined
}

const fits = ({ function: function_, stream, where }: Rule, primary: SecsMessage.SecsMessage): boolean =>
  stream === primary.stream &&
  function_ === primary.function &&
  (where === undefined || Equal.equals(itemAt(primary.item, where.item), where.equals))

const header = (message: SmlDocument.SmlMessage): string => `S${message.stream}F${message.function}`

/**
 * `S2F41 startLot`, `S1F1`: for errors.
 *
 * @since 0.1.0
 */
export const nameOf = (message: SmlDocument.SmlMessage): string =>
  message.name === undefined ? header(message) : `${header(message)} ${message.name}`

/**
 * Whether a file means this side to send a message: all but those that its owner receives, as `INPUT` says.
 *
 * @since 0.1.0
 */
export const isSent = (message: SmlDocument.SmlMessage): boolean => message.direction !== "INPUT"

/**
 * Messages and rules of files, those of earlier files first.
 *
 * @since 0.1.0
 */
export const make = (sources: ReadonlyArray<Source>): Responder => {
  const messages = sources.flatMap(({ document }) => document.messages)
  const first = new Map<number, SmlDocument.SmlMessage>()
  for (const message of messages) {
    const key = keyOf(message.stream, message.function)
    if (!first.has(key) && isSent(message)) first.set(key, message)
  }
  const rules: Array<Rule> = []
  const every: Array<Every> = []
  const problems: Array<string> = []

  for (const { document, name } of sources) {
    for (const rule of document.rules) {
      const sent = rule._tag === "Every" ? rule.send : rule.reply
      const message = named(messages, sent)
      if (message === undefined) {
        problems.push(`${name}: a rule sends ${sent}, and no message is called so`)
        continue
      }
      if (rule._tag === "Every") {
        if (message.function % 2 === 1) every.push({ seconds: rule.seconds, message })
        else
          problems.push(`${name}: a rule sends ${sent} every ${rule.seconds} s, and ${header(message)} is a secondary`)
        continue
      }
      const on = named(messages, rule.on) ?? numbers(rule.on)
      if (on === undefined) {
        problems.push(`${name}: a rule waits for ${rule.on}, which is neither a message nor SxFy`)
        continue
      }
      const answers = message.stream === on.stream && (message.function === on.function + 1 || message.function === 0)
      if (message.function % 2 === 0 && !answers) {
        problems.push(
          `${name}: a rule answers S${on.stream}F${on.function} with ${header(message)}, which is no reply to it`
        )
        continue
      }
      rules.push({ stream: on.stream, function: on.function, where: rule.where, message })
    }
  }

  return {
    find: (primary) => {
      const sends: Array<SmlDocument.SmlMessage> = []
      for (const rule of rules) {
        if (!fits(rule, primary)) continue
        if (rule.message.function % 2 === 0) return { reply: rule.message, sends }
        sends.push(rule.message)
      }
      return { reply: first.get(keyOf(primary.stream, primary.function + 1)), sends }
    },
    knowsStream: (stream) =>
      rules.some((rule) => rule.stream === stream) || messages.some((message) => message.stream === stream),
    every,
    problems
  }
}

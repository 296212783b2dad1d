/**
 * What SML files say to a peer: replies to its primaries, by rule or by function, and messages to send every so often.
 * Pure.
 *
 * A primary is answered by
 *
 * 1. the first `if` rule it fits;
 * 2. else the first message with the next function that is not left out and that no condition is put on: what rules
 *    name behind a condition, and nowhere without one, is no answer to what does not fit;
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
import * as Result from "effect/Result"
import * as Rules from "../messages/Rules.ts"

/** A file of messages and rules, and what it is called. */
export interface Source {
  readonly name: string
  readonly document: SmlDocument.SmlDocument
}

/** What was found for a primary. */
export interface Found {
  /** The message that answers; undefined where none does. */
  readonly reply: SmlDocument.SmlMessage | undefined
  /** Primaries that rules send on their own, in the order of the rules. */
  readonly sends: ReadonlyArray<SmlDocument.SmlMessage>
  /** There are rules that answer such primaries, though it may fit none of them. */
  readonly isRuled: boolean
}

/** @since 0.1.0 */
export interface Responder {
  readonly find: (primary: SecsMessage.SecsMessage) => Found
  /** True where a message or rule is about a primary of this stream. */
  readonly knowsStream: (stream: number) => boolean
  readonly every: ReadonlyArray<Rules.Every>
  /** All that may be sent of the files without being asked for by name. */
  readonly sendable: ReadonlySet<SmlDocument.SmlMessage>
  /** Rules that cannot be followed, a sentence each. */
  readonly problems: ReadonlyArray<string>
}

const keyOf = (stream: number, function_: number): number => stream * 256 + function_

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

const isAbout = (rule: Rules.Reply, primary: SecsMessage.SecsMessage): boolean =>
  rule.stream === primary.stream && rule.function === primary.function

const fits = ({ where }: Rules.Reply, primary: SecsMessage.SecsMessage): boolean =>
  where === undefined || Equal.equals(itemAt(primary.item, where.item), where.equals)

/**
 * The word of files for what this side does not send: `INPUT`, which their owner receives, and `OUTPUT` in the files of
 * the peer.
 *
 * @since 0.1.0
 */
export type LeftOut = "INPUT" | "OUTPUT"

/**
 * Messages and rules of files, those of earlier files first.
 *
 * @since 0.1.0
 */
export const make = (sources: ReadonlyArray<Source>, leftOut: LeftOut = "INPUT"): Responder => {
  const messages = sources.flatMap(({ document }) => document.messages)
  const named = Rules.lookup(messages)
  const rules: Array<Rules.Reply> = []
  const every: Array<Rules.Every> = []
  const problems: Array<string> = []
  /** Named by rules with a condition, and by those without one. */
  const conditional = new Set<SmlDocument.SmlMessage>()
  const unconditional = new Set<SmlDocument.SmlMessage>()
  for (const { document, name } of sources) {
    for (const written of document.rules) {
      const resolved = Rules.resolve(named, written)
      if (Result.isFailure(resolved)) {
        const { expected, found, position } = resolved.failure
        problems.push(`${name}:${position.line}: expected ${expected}, found ${found}`)
        continue
      }
      const rule = resolved.success
      if (rule._tag === "Every") {
        every.push(rule)
        continue
      }
      rules.push(rule)
      if (rule.where === undefined) unconditional.add(rule.message)
      else conditional.add(rule.message)
    }
  }

  const first = new Map<number, SmlDocument.SmlMessage>()
  for (const message of messages) {
    const key = keyOf(message.stream, message.function)
    const onlyIf = conditional.has(message) && !unconditional.has(message)
    if (!first.has(key) && message.direction !== leftOut && !onlyIf) first.set(key, message)
  }
  const replies = Array.from(first.values()).filter((message) => message.function % 2 === 0)

  return {
    find: (primary) => {
      const sends: Array<SmlDocument.SmlMessage> = []
      let isRuled = false
      for (const rule of rules) {
        if (!isAbout(rule, primary)) continue
        const answers = rule.message.function % 2 === 0
        isRuled ||= answers
        if (!fits(rule, primary)) continue
        if (answers) return { reply: rule.message, sends, isRuled }
        sends.push(rule.message)
      }
      return { reply: first.get(keyOf(primary.stream, primary.function + 1)), sends, isRuled }
    },
    knowsStream: (stream) =>
      rules.some((rule) => rule.stream === stream) || messages.some((message) => message.stream === stream),
    every,
    sendable: new Set([...replies, ...rules.map(({ message }) => message), ...every.map(({ message }) => message)]),
    problems
  }
}

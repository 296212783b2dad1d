/**
 * Rules of simulators, and the messages they name. Pure.
 *
 * A rule says `temperature`, or `s1f4` where no message has that name.
 *
 * @since 0.1.0
 */
import type { SmlDocument } from "@effect-secs/sml"
import * as Result from "effect/Result"

/** A rule that answers, or sends a primary on its own, when a message of this stream and function comes in. */
export interface Reply {
  readonly _tag: "Reply"
  readonly stream: number
  readonly function: number
  readonly where: SmlDocument.ReplyRule["where"]
  readonly message: SmlDocument.SmlMessage
}

/** A rule that sends a primary again and again. Its slots, if any, are filled each time. */
export interface Every {
  readonly _tag: "Every"
  readonly seconds: number
  readonly message: SmlDocument.SmlMessage
}

/** @since 0.1.0 */
export type Rule = Reply | Every

/** Why a rule cannot be followed: `expected the name of a message to send, found lost`. */
export interface Problem {
  /** Where the rule begins. */
  readonly position: SmlDocument.Position
  readonly expected: string
  readonly found: string
}

/** `s1f13` */
const numbers = (name: string): { readonly stream: number; readonly function: number } | undefined => {
  const match = /^s(\d{1,3})f(\d{1,3})$/i.exec(name)
  return match === null ? undefined : { stream: Number(match[1]), function: Number(match[2]) }
}

/** Finds messages by what rules and command lines call them. */
export type Lookup = (name: string) => SmlDocument.SmlMessage | undefined

/**
 * The first message of a name, without regard to case where none fits exactly; where no message has the name and it is
 * one of `SxFy`, the first such message.
 *
 * @since 0.1.0
 */
export const lookup = (messages: ReadonlyArray<SmlDocument.SmlMessage>): Lookup => {
  const names = new Map<string, SmlDocument.SmlMessage>()
  const lower = new Map<string, SmlDocument.SmlMessage>()
  const headers = new Map<string, SmlDocument.SmlMessage>()
  const add = (map: Map<string, SmlDocument.SmlMessage>, key: string | undefined, message: SmlDocument.SmlMessage) => {
    if (key !== undefined && !map.has(key)) map.set(key, message)
  }
  for (const message of messages) {
    add(names, message.name, message)
    add(lower, message.name?.toLowerCase(), message)
    add(headers, header(message), message)
  }
  return (name) => {
    const wanted = numbers(name)
    return names.get(name) ?? lower.get(name.toLowerCase()) ?? (wanted && headers.get(header(wanted)))
  }
}

const header = ({ function: function_, stream }: Pick<SmlDocument.SmlMessage, "stream" | "function">): string =>
  `S${stream}F${function_}`

/**
 * `S2F41 startLot`, `S1F1`: for errors.
 *
 * @since 0.1.0
 */
export const nameOf = (message: SmlDocument.SmlMessage): string =>
  message.name === undefined ? header(message) : `${header(message)} ${message.name}`

/**
 * A rule with the messages that it names, which are looked up.
 *
 * Fails    where there are none, where it answers with what is no reply, and where it sends a secondary on its own
 *
 * @since 0.1.0
 */
export const resolve = (named: Lookup, rule: SmlDocument.SmlRule): Result.Result<Rule, Problem> => {
  const { position } = rule
  const name = rule._tag === "Every" ? rule.send : rule.reply
  const message = named(name)
  if (message === undefined) {
    return Result.fail({ position, expected: "the name of a message to send", found: name })
  }
  const isPrimary = message.function % 2 === 1
  if (rule._tag === "Every") {
    const { seconds } = rule
    return isPrimary
      ? Result.succeed({ _tag: "Every", seconds, message })
      : Result.fail({ position, expected: `a primary to send every ${seconds} s`, found: nameOf(message) })
  }
  const on = named(rule.on) ?? numbers(rule.on)
  if (on === undefined) {
    return Result.fail({ position, expected: "the name of a message to wait for, or SxFy", found: rule.on })
  }
  const answers = message.stream === on.stream && (message.function === on.function + 1 || message.function === 0)
  if (!isPrimary && !answers) {
    const expected = `S${on.stream}F${on.function + 1} or a primary, sent when S${on.stream}F${on.function} comes in`
    return Result.fail({ position, expected, found: nameOf(message) })
  }
  return Result.succeed({ _tag: "Reply", stream: on.stream, function: on.function, where: rule.where, message })
}

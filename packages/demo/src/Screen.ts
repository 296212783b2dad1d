/**
 * What the demo shows: each message as SML with time, direction and reply time, items under their names.
 */
import { type Item, Labels } from "@effect-secs/codec"
import * as Catalogue from "@effect-secs/messages/Catalogue"
import type { SessionEvent } from "@effect-secs/session"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { SessionError } from "@effect-secs/session"
import { SmlPrinter } from "@effect-secs/sml"

export type Role = "host" | "equipment"

const color = process.env["NO_COLOR"] === undefined && process.stdout.isTTY

const paint =
  (code: number) =>
  (text: string): string =>
    color ? `\u001b[${code}m${text}\u001b[0m` : text

export const bold = paint(1)
export const dim = paint(2)
export const red = paint(31)
export const green = paint(32)
export const yellow = paint(33)
export const cyan = paint(36)

const clock = (at: number): string => new Date(at).toISOString().slice(11, 23)

/** A line of the demo's own: what it is about to do, or what it learned. */
export const note = (text: string): Effect.Effect<void> => Console.log(`${" ".repeat(14)}${bold(text)}`)

const row = (at: number, arrow: string, what: string, after: string): string =>
  `${dim(clock(at))}  ${arrow}  ${what}${after === "" ? "" : `  ${dim(after)}`}`

const message = (event: SessionEvent.Sent | SessionEvent.Received, role: Role): string => {
  const other = role === "host" ? "equipment" : "host"
  const sent = event._tag === "Sent"
  const arrow = sent ? cyan(`${role} → ${other}`) : green(`${role} ← ${other}`)
  const elapsed = event._tag === "Received" ? event.elapsed : undefined
  const after = elapsed === undefined ? "" : `reply after ${Duration.toMillis(elapsed).toFixed(1)} ms`
  if (event.message === undefined) {
    return row(event.at, arrow, String(event.header).replace(/ session.*/, ""), after)
  }
  const { function: function_, item, replyExpected, stream } = event.message
  const definition = Catalogue.registry.get(stream, function_)
  const name = `${bold(event.message.name)}${replyExpected ? bold(" W") : ""}  ${dim(definition?.name ?? "")}`
  const labels = definition === undefined ? undefined : Labels.make(definition, item)
  const comment = (part: Item.Item): string | undefined => {
    const label = labels?.get(part)
    return label === undefined ? undefined : Labels.toString(label)
  }
  const text = item === undefined ? [] : SmlPrinter.show(item, { comment }).split("\n")
  return [row(event.at, arrow, name, after), ...text.map((line) => `${" ".repeat(14)}${line}`)].join("\n")
}

/** The lines of an event, or nothing for one that another shows better. */
const lines = (event: SessionEvent.SessionEvent, role: Role): string | undefined => {
  switch (event._tag) {
    case "Sent":
    case "Received":
      return message(event, role)
    case "StateChanged":
      return row(event.at, `${role} session`, yellow(event.to), "")
    case "Connected":
      return row(event.at, `${role} session`, `TCP with ${event.peer}`, "")
    case "Disconnected":
      return row(event.at, `${role} session`, `ended: ${SessionError.describeDisconnect(event.reason)}`, "")
    case "ConnectFailed":
      return undefined
    case "TransactionFailed":
      return row(event.at, `${role} session`, red(event.error.message), "")
    default:
      return row(event.at, `${role} session`, red(event._tag), "")
  }
}

export const show = (event: SessionEvent.SessionEvent, role: Role): Effect.Effect<void> => {
  const text = lines(event, role)
  return text === undefined ? Effect.void : Console.log(text)
}

/**
 * What a session does, as text for people and as JSON for programs. Pure.
 *
 * The text is SML: messages in canonical form, and everything else in comments. What was recorded can be read, formatted
 * and sent again. A message whose text is no item is a comment as well, with the bytes. Names stand in comments, that of
 * a message before what became of it: `// 08:00:05.012 Event Report Send received [00000007]`, as whoever reads the log
 * takes the last word on a line for the direction.
 *
 * @since 0.1.0
 */
import { HsmsHeader, type SecsMessage } from "@effect-secs/codec"
import * as SessionEvent from "@effect-secs/session/SessionEvent"
import * as SystemBytes from "@effect-secs/session/SystemBytes"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Encoded from "../bytes/Encoded.ts"
import * as HexRows from "../bytes/HexRows.ts"
import { counted } from "../Counts.ts"
import * as LocalTime from "../LocalTime.ts"
import * as Printable from "../Printable.ts"
import * as ReplyTimes from "./ReplyTimes.ts"
import type { Colours } from "../Shell.ts"

/** What is shown of all that happens. */
export interface Options {
  /** Control messages and every change of state. */
  readonly trace: boolean
  /** Replies to own primaries only. */
  readonly quiet: boolean
}

/** How a message is written as SML, its final period included. */
export type Print = (message: SecsMessage.SecsMessage) => string

/** What there is to say of an event beside what it says itself. */
export interface About {
  /** Tells peers apart where there are several. */
  readonly who?: string | undefined
  /** Stands behind what happened. */
  readonly why?: string | undefined
  /** Of the message. */
  readonly name?: string | undefined
  /** A line each below the message. */
  readonly remarks?: ReadonlyArray<string> | undefined
}

/** How an item is written as JSON. */
export type ToJson = (message: SecsMessage.SecsMessage) => unknown

const isData = (header: HsmsHeader.HsmsHeader): boolean => header.sType === HsmsHeader.SType.Data && header.pType === 0

/**
 * True for what is shown. What only leads to something that is told anyway is for `trace`.
 *
 * @since 0.1.0
 */
export const shows = (event: SessionEvent.SessionEvent, options: Options): boolean => {
  switch (event._tag) {
    case "Sent":
      return isData(event.header) ? !options.quiet : options.trace
    case "Received":
      return isData(event.header) ? !options.quiet || event.elapsed !== undefined : options.trace
    case "StateChanged":
      return options.trace || (!options.quiet && event.to === "Selected")
    case "Connected":
      return options.trace
    case "Disconnected":
      // That this side has ended it is known.
      return options.trace || (!options.quiet && event.reason._tag !== "LocalClose")
    default:
      return true
  }
}

const replyTime = (elapsed: Duration.Duration | undefined): number | undefined =>
  elapsed === undefined ? undefined : Duration.toMillis(elapsed)

/**
 * The line of an event that is no data message.
 *
 * @since 0.1.0
 */
export const sentence = (event: SessionEvent.SessionEvent): string => {
  if (event._tag === "StateChanged") return event.to === "Selected" ? "selected" : SessionEvent.describe(event)
  if (event._tag !== "Sent" && event._tag !== "Received") return SessionEvent.describe(event)
  return `${event._tag === "Sent" ? "sent" : "received"} ${event.header}`
}

const paint = (event: SessionEvent.SessionEvent, colours: Colours): ((text: string) => string) => {
  switch (event._tag) {
    case "Sent":
      return colours.cyan
    case "Received":
      return colours.green
    case "StateChanged":
    case "Connected":
      return colours.dim
    case "Disconnected":
      return colours.yellow
    default:
      return colours.red
  }
}

/**
 * An event as SML, newline included: a comment, and below it the message where it is one.
 *
 * @since 0.1.0
 */
export const text = (
  event: SessionEvent.SessionEvent,
  print: Print,
  zone: DateTime.TimeZone,
  colours: Colours,
  { name, remarks = [], who, why }: About = {}
): string => {
  const from = who === undefined ? "" : ` ${Printable.line(who)}`
  const time = LocalTime.ofDay(event.at, zone)
  const painted = paint(event, colours)
  const because = why === undefined ? "" : `: ${Printable.line(why)}`
  if ((event._tag !== "Sent" && event._tag !== "Received") || event.message === undefined) {
    return `${painted(`// ${time}${from} ${Printable.line(sentence(event))}${because}`)}\n`
  }
  const millis = event._tag === "Received" ? replyTime(event.elapsed) : undefined
  const after = millis === undefined ? "" : `, reply after ${ReplyTimes.format(millis)}`
  const happened = event._tag === "Sent" ? "sent" : "received"
  const what = name === undefined ? happened : `${Printable.line(name)} ${happened}`
  const number = SystemBytes.format(event.header.systemBytes)
  if (event._tag === "Received" && event.undecoded !== undefined) {
    // No SML: header and dot would say that there was no body.
    const { error, text } = event.undecoded
    const { message } = event
    const says = `${message.name}${message.replyExpected ? " W" : ""}, of which the ${counted(text.length, "byte")} are no item: ${error.message}`
    return `${colours.red(`// ${time}${from} ${what} [${number}]${after}: ${says}${because}`)}\n${HexRows.rows(text, "//   ")}`
  }
  const below = remarks.map((remark) => `${colours.yellow(`// ${Printable.line(remark)}`)}\n`).join("")
  return `${painted(`// ${time}${from} ${what} [${number}]${after}${because}`)}\n${print(event.message).trimEnd()}\n${below}`
}

/**
 * An event as JSON: `at` in UTC, `event`, what `SessionEvent.annotations` says of it, and for a data message its parts,
 * and those of `more`; where its text is no item, `undecoded` with its `bytes` in hex, the `reason`, the `offset` and a sentence.
 *
 * @since 0.1.0
 */
export const json = (
  event: SessionEvent.SessionEvent,
  toJson: ToJson,
  { more = {}, who }: { readonly who?: string | undefined; readonly more?: object | undefined } = {}
): object => {
  const at = DateTime.formatIso(DateTime.makeUnsafe(event.at))
  const peer = who === undefined ? {} : { peer: who }
  const about = { at, ...peer, ...SessionEvent.annotations(event) }
  if (event._tag !== "Sent" && event._tag !== "Received") return { ...about, message: SessionEvent.describe(event) }
  const header = { ...about, sessionId: event.header.sessionId }
  if (event.message === undefined) return { ...header, message: String(event.header) }
  const millis = event._tag === "Received" ? replyTime(event.elapsed) : undefined
  const undecoded = event._tag === "Received" ? event.undecoded : undefined
  return {
    ...header,
    replyExpected: event.message.replyExpected,
    ...(millis === undefined ? {} : { replyMillis: millis }),
    ...more,
    ...(event.message.item === undefined ? {} : { item: toJson(event.message) }),
    ...(undecoded === undefined
      ? {}
      : {
          undecoded: {
            bytes: Encoded.hex(undecoded.text),
            reason: undecoded.error.reason._tag,
            offset: undecoded.error.offset,
            message: undecoded.error.message
          }
        })
  }
}

/**
 * Shows what sessions do on standard output, as text or as JSON lines.
 *
 * @since 0.1.0
 */
import type { SecsMessage } from "@effect-secs/codec"
import { counted } from "../Counts.ts"
import type { SessionEvent } from "@effect-secs/session"
import { ItemJson, SmlPrinter } from "@effect-secs/sml"
import * as DateTime from "effect/DateTime"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { CliFailure } from "../CliFailure.ts"
import * as LocalTime from "../LocalTime.ts"
import * as Names from "../names/Names.ts"
import * as NamesJson from "../names/NamesJson.ts"
import * as Printable from "../Printable.ts"
import type { Role } from "./DefaultReplies.ts"
import { colours, type Colours, Shell } from "../Shell.ts"
import * as Transcript from "./Transcript.ts"

/** @since 0.1.0 */
export interface Options extends Transcript.Options {
  /** JSON lines in place of text. */
  readonly json: boolean
  /** Names of messages and items; none unless given. */
  readonly names?: Names.Names | undefined
  /** Who this side is. */
  readonly role: Role
}

/** Values of an item that a terminal shows; a file gets them all, so that it can be read again. */
const valuesShown = 256

/** Headers that no file may hold, as of stream 0, are shown all the same. */
const print = (message: SecsMessage.SecsMessage, comment: SmlPrinter.Comment | undefined): string =>
  Result.getOrElse(SmlPrinter.message(message, { comment }), () => SmlPrinter.show(message, { comment }))

const printCut = (message: SecsMessage.SecsMessage, comment: SmlPrinter.Comment | undefined): string =>
  SmlPrinter.show(message, { maxValues: valuesShown, comment })

const toJson: Transcript.ToJson = ({ item }) => (item === undefined ? undefined : ItemJson.fromItem(item))

/** @since 0.1.0 */
export interface Screen {
  readonly json: boolean
  /**
   * Shows an event, if it is one that is to be shown. `who` tells peers apart where there are several, `why` is what
   * there is to say about it.
   */
  readonly event: (event: SessionEvent.SessionEvent, who?: string, why?: string) => Effect.Effect<void, CliFailure>
  /** A line of the command's own. `tag` and `parts` are what a program sees of it. */
  readonly line: (tag: string, text: string, parts?: object) => Effect.Effect<void, CliFailure>
  /** Says on standard error how many events were not shown, as output was too slow. */
  readonly missed: (count: number) => Effect.Effect<void>
}

/**
 * A screen on the `Shell` in the context.
 *
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<Screen, never, Shell> =>
  Effect.gen(function* () {
    const shell = yield* Shell
    const paint: Colours = yield* colours
    const zone = DateTime.zoneMakeLocal()
    const { names, role } = options
    const remarks = Names.remarks()
    const peerRole = role === "host" ? "equipment" : "host"

    /** The message of an event, for those who know names; its body, where there is one. */
    const messageOf = (event: SessionEvent.SessionEvent) => {
      if ((event._tag !== "Sent" && event._tag !== "Received") || event.message === undefined) return undefined
      const { function: function_, item, stream } = event.message
      const sender = event._tag === "Sent" ? role : peerRole
      const isWhole = event._tag === "Sent" || event.undecoded === undefined
      return { stream, function: function_, body: isWhole ? { stream, function: function_, item, sender } : undefined }
    }

    const text = (event: SessionEvent.SessionEvent, who: string | undefined, why: string | undefined): string => {
      const message = names === undefined ? undefined : messageOf(event)
      const structure = message?.body === undefined ? undefined : names?.structure(message.body)
      const comment = message?.body === undefined ? undefined : names?.comment(message.body)
      const printed = shell.outputIsTerminal ? printCut : print
      return Transcript.text(event, (sml) => printed(sml, comment), zone, paint, {
        who,
        why,
        name: message === undefined ? undefined : names?.ofMessage(message.stream, message.function),
        remarks: remarks(structure, `${who ?? ""} ${event._tag}`)
      })
    }

    const json = (event: SessionEvent.SessionEvent, who: string | undefined, why: string | undefined): string => {
      const message = messageOf(event)
      const more = message === undefined ? {} : NamesJson.fields(names, message, message.body)
      return `${Printable.json(JSON.stringify({ ...Transcript.json(event, toJson, { who, more }), ...(why === undefined ? {} : { why }) }))}\n`
    }
    const missed = (count: number) =>
      shell.writeError(`secs: output is too slow: ${counted(count, "event")} missing from it\n`)
    return {
      json: options.json,
      event: (event, who, why) => {
        // What there is something to say about went wrong, and that is shown to whoever wants to see little.
        if (!Transcript.shows(event, options) && why === undefined) return Effect.void
        const shown = shell.write(options.json ? json(event, who, why) : text(event, who, why))
        return event._tag === "EventsMissed" ? Effect.andThen(shown, missed(event.count)) : shown
      },
      missed,
      line: (tag, text, parts = {}) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          shell.write(
            options.json
              ? `${Printable.json(JSON.stringify({ at: DateTime.formatIso(DateTime.makeUnsafe(now)), event: tag, message: text, ...parts }))}\n`
              : `${paint.dim(`// ${LocalTime.ofDay(now, zone)} ${Printable.line(text)}`)}\n`
          )
        )
    }
  })

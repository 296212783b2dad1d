/**
 * The quirks of whoever wrote messages into logs.
 *
 * @since 0.1.0
 */
import { type QuirkObserver, SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type CliFailure, ExitCode, failed, quiet } from "../CliFailure.ts"
import type { Input } from "../commands/quirks.ts"
import { counted } from "../Counts.ts"
import type * as LogEvent from "../logs/LogEvent.ts"
import * as LogFile from "../logs/LogFile.ts"
import * as Names from "../names/Names.ts"
import { complain, type Shell } from "../Shell.ts"

/**
 * Shows all messages of files to an observer, or those of one side.
 *
 * Fails    as `secs log`: where parts cannot be read, or nobody knows what a file is
 *
 * @since 0.1.0
 */
export const run = (
  input: Pick<Input, "inputs" | "from" | "format" | "port">,
  observer: QuirkObserver.QuirkObserver
): Effect.Effect<void, CliFailure, Shell> =>
  Effect.gen(function* () {
    const { format, from, inputs, port } = input
    /** Messages by the side that sent them. */
    const sides = new Map<string, number>()
    let seen = 0
    let unreadable = 0
    const see = (event: LogEvent.LogEvent) => {
      if (event._tag === "Unreadable" || (event._tag === "Message" && event.error !== undefined)) unreadable++
      if (event._tag !== "Message" || Names.ofEvent(event) === undefined) return
      const side = event.from ?? "nobody it tells of"
      sides.set(side, (sides.get(side) ?? 0) + 1)
      if (from !== undefined && from !== event.from) return
      seen++
      observer.see(new SecsMessage.SecsMessage(event.stream, event.function, event.replyExpected, event.item))
    }
    const { happened, unknown } = yield* LogFile.readAll(inputs, {
      format: Option.getOrUndefined(format),
      port: Option.getOrUndefined(port),
      showsProgress: true,
      take: (events) => Effect.sync(() => events.forEach(see))
    })
    if (from !== undefined && seen === 0 && sides.size > 0) {
      const others = [...sides].map(([side, count]) => `${counted(count, "message")} of ${side}`).join(", ")
      yield* complain(`secs: --from ${from} leaves nothing of ${others}`)
    }
    if (unknown > 0 && happened > 0) return yield* quiet(ExitCode.Failed)
    if (unreadable > 0) return yield* failed(`${counted(unreadable, "part")} of the log could not be read`)
  })

/**
 * The log of one session: a line for each change of state and for each fault, none for a message.
 *
 * A line is a sentence that names the session, the culprit and the number, and the same as annotations for programs that
 * filter. Whether a level is logged at all is known when the session is made, so that a line nobody wants costs a
 * comparison.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as LogLevel from "effect/LogLevel"
import * as References from "effect/References"
import type { State } from "../ConnectionState.ts"
import { annotations, describe, type Untimed } from "../SessionEvent.ts"

/** A connection that ends as it should is no warning. */
const severity = (event: Untimed): LogLevel.Severity => {
  if (event._tag !== "Disconnected") return "Warn"
  return event.reason._tag === "LocalClose" ? "Debug" : event.reason._tag === "Separated" ? "Info" : "Warn"
}

export class Log {
  readonly #name: string
  readonly #sessionId: number
  readonly #run: (effect: Effect.Effect<void>) => void
  readonly #minimum: LogLevel.LogLevel
  /** Kinds of faults that were logged since the session was last selected. */
  readonly #told = new Set<Untimed["_tag"]>()
  /** Who is at the other end of the connection, while there is one. */
  peer: string | undefined = undefined

  constructor(name: string, sessionId: number, context: Context.Context<never>) {
    this.#name = name
    this.#sessionId = sessionId
    this.#run = Effect.runForkWith(context)
    const silent = Context.get(context, References.CurrentLoggers).size === 0
    this.#minimum = silent ? "None" : Context.get(context, References.MinimumLogLevel)
  }

  static readonly make = (name: string, sessionId: number): Effect.Effect<Log> =>
    Effect.map(Effect.context(), (context) => new Log(name, sessionId, context))

  /** A session that begins or ends is news, the steps in between are not. */
  stateChanged(from: State, to: State): void {
    this.#line(from === "Selected" || to === "Selected" ? "Info" : "Debug", { _tag: "StateChanged", from, to })
    if (to === "Selected") this.#told.clear()
    if (to !== "Selected" && to !== "NotSelected") this.peer = undefined
  }

  /** The first of a kind is a warning, more are debug lines: what a peer does all the time must not fill a disk. */
  fault(event: Untimed): void {
    const told = this.#told.has(event._tag)
    this.#told.add(event._tag)
    this.#line(told ? "Debug" : severity(event), event)
  }

  #line(level: LogLevel.Severity, event: Untimed): void {
    if (LogLevel.isGreaterThan(this.#minimum, level)) return
    const about: Record<string, unknown> = { session: this.#name, sessionId: this.#sessionId }
    if (this.peer !== undefined) about["peer"] = this.peer
    const at = event._tag === "StateChanged" && this.peer !== undefined ? `, peer ${this.peer}` : ""
    this.#run(
      Effect.annotateLogs(Effect.logWithLevel(level)(`${this.#name}: ${describe(event)}${at}`), {
        ...about,
        ...annotations(event)
      })
    )
  }
}

/**
 * The log of one session: a line for each change of state and for each fault, none for a message.
 *
 * A line is a sentence that names the session, the culprit and the number, and the same as annotations for programs that
 * filter. Whether a level is logged at all is known when the session is made, so that a line nobody wants costs a
 * comparison.
 */
import * as Deviation from "@effect-secs/codec/Deviation"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as LogLevel from "effect/LogLevel"
import * as References from "effect/References"
import type { State } from "../ConnectionState.ts"
import { lastLine, type LogBudget } from "./LogBudget.ts"
import { annotations, describe, type Untimed } from "../SessionEvent.ts"

/** A connection that ends as it should is no warning; a handler that fails is this program's own fault. */
const severity = (event: Untimed): LogLevel.Severity => {
  if (event._tag === "HandlerFailed") return "Error"
  if (event._tag !== "Disconnected") return "Warn"
  return event.reason._tag === "LocalClose" ? "Debug" : event.reason._tag === "Separated" ? "Info" : "Warn"
}

/** Each message fails or is refused for a reason of its own, and habits of the peer are told apart by the session. */
const kindOf = (event: Untimed): string => {
  if (event._tag === "HandlerFailed" || event._tag === "PrimaryRefused")
    return `${event._tag} S${event.header.stream}F${event.header.function}`
  return event._tag === "Deviated" ? `${event._tag} ${Deviation.key(event.deviation)}` : event._tag
}

/** Whose log it is. */
export interface Named {
  readonly name: string
  readonly sessionId: number
  /** False while the session id is not known. */
  readonly identified: boolean
}

export class Log {
  readonly #who: Named
  readonly #run: (effect: Effect.Effect<void>) => void
  readonly #minimum: LogLevel.LogLevel
  /** Kinds of faults that were logged since the session was last selected. */
  readonly #told = new Set<string>()
  readonly #budget: LogBudget
  /** Who is at the other end of the connection, while there is one. */
  peer: string | undefined = undefined

  constructor(who: Named, context: Context.Context<never>, budget: LogBudget) {
    this.#who = who
    this.#budget = budget
    this.#run = Effect.runForkWith(context)
    const silent = Context.get(context, References.CurrentLoggers).size === 0
    this.#minimum = silent ? "None" : Context.get(context, References.MinimumLogLevel)
  }

  /** A session that begins or ends is news, the steps in between are not. */
  stateChanged(from: State, to: State): void {
    this.#line(from === "Selected" || to === "Selected" ? "Info" : "Debug", { _tag: "StateChanged", from, to })
    if (to === "Selected") this.#told.clear()
    if (to !== "Selected" && to !== "NotSelected") this.peer = undefined
  }

  /** The first of a kind is a warning, more are debug lines: what a peer does all the time must not fill a disk. */
  fault(event: Untimed): void {
    const kind = kindOf(event)
    const told = this.#told.has(kind)
    this.#told.add(kind)
    this.#line(told ? "Debug" : severity(event), event)
  }

  #line(level: LogLevel.Severity, event: Untimed): void {
    if (LogLevel.isGreaterThan(this.#minimum, level)) return
    const spent = level === "Debug" ? "written" : this.#budget.spend()
    if (spent === "debug") return this.#line("Debug", event)
    const { identified, name, sessionId } = this.#who
    const about: Record<string, unknown> = { session: name }
    if (identified) about["sessionId"] = sessionId
    if (this.peer !== undefined) about["peer"] = this.peer
    // A session of a server is called by its peer.
    const news = event._tag === "StateChanged" && this.peer !== undefined && !name.includes(this.peer)
    const at = news ? `, peer ${this.peer}` : ""
    const line = `${name}: ${describe(event)}${at}${spent === "last" ? lastLine : ""}`
    const cause = event._tag === "HandlerFailed" && event.failure._tag === "Failed" ? [event.failure.cause] : []
    this.#run(Effect.annotateLogs(Effect.logWithLevel(level)(line, ...cause), { ...about, ...annotations(event) }))
  }
}

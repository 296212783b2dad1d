/**
 * The conversations of one session on a connection in which a primary of the peer is awaited.
 */
import type { HsmsHeader } from "@effect-secs/codec/HsmsHeader"
import type { Item } from "@effect-secs/codec/Item"
import type { SecsMessage } from "@effect-secs/codec/SecsMessage"
import type * as Clock from "effect/Clock"
import { type Edid, edidOf, followUp, type FollowUp, isGranted, isSame } from "../Conversation.ts"
import { type Deadline, Deadlines, type Fork, now } from "./Alarm.ts"
import type { Conversing } from "./Settings.ts"

/** Conversations that are watched at a time: a peer that only ever inquires costs no more. */
const maxOpen = 256

/** A granted inquiry whose follow-up has not come. */
export class Conversation implements Deadline {
  /** Of the inquiry. */
  readonly header: HsmsHeader
  readonly awaited: FollowUp["expected"]
  readonly edid: Edid
  readonly millis: number
  readonly #edidOf: FollowUp["edid"]
  due = 0
  previous: Deadline | undefined = undefined
  next: Deadline | undefined = undefined
  lane: Deadline["lane"] = undefined

  constructor(header: HsmsHeader, row: FollowUp, inquiry: Item | undefined, millis: number) {
    this.header = header
    this.awaited = row.expected
    this.#edidOf = row.edid
    this.edid = this.#identify(inquiry)
    this.millis = millis
  }

  #identify(message: Item | undefined): Edid {
    return this.#edidOf === undefined ? edidOf(message) : edidOf(this.#edidOf(message))
  }

  isAbout(message: Item | undefined): boolean {
    return isSame(this.#identify(message), this.edid)
  }
}

export class Conversations {
  readonly #clock: Clock.Clock
  readonly #conversing: Conversing
  readonly #deadlines: Deadlines<Conversation>
  /** In the order in which they were granted. */
  readonly #open = new Set<Conversation>()

  constructor(clock: Clock.Clock, fork: Fork, conversing: Conversing, over: (conversation: Conversation) => void) {
    this.#clock = clock
    this.#conversing = conversing
    this.#deadlines = new Deadlines(clock, fork, (conversation) => {
      this.#open.delete(conversation)
      over(conversation)
    })
  }

  /** What to do when a reply is written that may grant; `undefined` where it does not. */
  granting(header: HsmsHeader, inquiry: SecsMessage, reply: SecsMessage): (() => void) | undefined {
    const { followUps, millis } = this.#conversing
    const row = followUp(followUps, reply.name)
    if (row === undefined || !(row.granted ?? isGranted)(reply.item)) return undefined
    return () => this.#begin(new Conversation(header, row, inquiry.item, millis), inquiry.item)
  }

  #begin(conversation: Conversation, inquiry: Item | undefined): void {
    // Who inquires again about the same starts again.
    for (const open of this.#open) if (open.awaited === conversation.awaited && open.isAbout(inquiry)) this.#end(open)
    if (this.#open.size >= maxOpen) return
    this.#open.add(conversation)
    this.#deadlines.start(conversation, conversation.millis, now(this.#clock))
  }

  #end(conversation: Conversation): void {
    this.#open.delete(conversation)
    this.#deadlines.stop(conversation)
  }

  /** A primary ends the conversation about its id, or else the oldest that awaits it. */
  came({ item, name }: SecsMessage): void {
    if (this.#open.size === 0) return
    let oldest: Conversation | undefined
    for (const open of this.#open) {
      if (!open.awaited.includes(name)) continue
      if (open.isAbout(item)) return this.#end(open)
      oldest ??= open
    }
    if (oldest !== undefined) this.#end(oldest)
  }

  /** The session has ended, and nothing is awaited any more. */
  clear(): void {
    for (const open of this.#open) this.#end(open)
  }
}

/**
 * One row of the timeline of a log: what happened, what it belongs to, and what is not as it should be. Pure.
 *
 * @since 0.1.0
 */
import * as LogEvent from "./LogEvent.ts"
import type { Side } from "./LogPrefix.ts"
import type { LogTime } from "./LogTime.ts"
import type { Structure } from "../names/Names.ts"
import * as ReplyTimes from "../talk/ReplyTimes.ts"

/** The message that began a transaction. @since 0.1.0 */
export interface Reference {
  /** `S1F3`, `SelectReq` */
  readonly label: string
  readonly systemBytes: number | undefined
  readonly time: LogTime | undefined
  readonly place: LogEvent.Place
  readonly from: Side | undefined
  readonly connection: string | undefined
}

/** Something that is not as it should be. @since 0.1.0 */
export type Finding =
  /** No reply came within T3 (T6 of a control message). It may come yet. */
  | { readonly _tag: "NoReply"; readonly limit: number; readonly waited: number | undefined }
  /** The connection ended before the reply. */
  | { readonly _tag: "ConnectionLost" }
  /** The reply came after T3. */
  | { readonly _tag: "LateReply"; readonly limit: number; readonly waited: number }
  /** `SxF0` came instead of a reply. */
  | { readonly _tag: "Aborted" }
  /** S9Fx, or a Reject.req, about a message. */
  | { readonly _tag: "ErrorReported"; readonly what: string; readonly about: string | undefined }
  /** A Select.rsp or Deselect.rsp that refuses. */
  | { readonly _tag: "Refused"; readonly status: string }
  /** A reply of another function than the primary asks for. */
  | { readonly _tag: "WrongReply"; readonly expected: string }
  | { readonly _tag: "NoPrimary" }
  /** The transaction had its reply before. */
  | { readonly _tag: "DuplicateReply" }
  /** The system bytes are those of a transaction of the same side that is still open. */
  | { readonly _tag: "DuplicateSystemBytes"; readonly other: Reference }
  /** The text of the message, or a part of the log, cannot be read. */
  | { readonly _tag: "Unreadable"; readonly detail: string }

/** @since 0.1.0 */
export interface Entry {
  /** What happened; undefined where nothing did, and that is the finding. */
  readonly event: LogEvent.LogEvent | undefined
  readonly time: LogTime | undefined
  /** What the event answers, or what was not answered. */
  readonly primary: Reference | undefined
  /** Milliseconds since the primary. */
  readonly replyTime: number | undefined
  /** The primary was found by order, not by system bytes. */
  readonly guessed: boolean
  /** How the body of a message agrees with its definition, where that was looked up. That it does not is no finding. */
  readonly structure?: Structure | undefined
  readonly findings: ReadonlyArray<Finding>
}

/** Something is not as it should be. @since 0.1.0 */
export const isError = ({ findings }: Entry): boolean => findings.length > 0

/** Limits are mostly whole seconds. */
const limit = (millis: number): string => (millis % 1000 === 0 ? `${millis / 1000} s` : ReplyTimes.format(millis))

/**
 * A finding as part of a sentence.
 *
 * @since 0.1.0
 */
export const describe = (finding: Finding): string => {
  switch (finding._tag) {
    case "NoReply":
      return finding.waited === undefined ? "no reply in this log" : `no reply within ${limit(finding.limit)}`
    case "ConnectionLost":
      return "the connection ended before the reply"
    case "LateReply":
      return `late, the limit is ${limit(finding.limit)}`
    case "Aborted":
      return "the transaction is aborted"
    case "ErrorReported":
      return `${finding.what}${finding.about === undefined ? "" : `, about ${finding.about}`}`
    case "Refused":
      return `refused: ${finding.status}`
    case "WrongReply":
      return `expected ${finding.expected}`
    case "NoPrimary":
      return "reply to no primary of this log"
    case "DuplicateReply":
      return "second reply"
    case "DuplicateSystemBytes":
      return `system bytes of ${finding.other.label}, ${LogEvent.placeText(finding.other.place)}, which is open`
    case "Unreadable":
      return finding.detail
  }
}

/**
 * What a schedule reached, so that a test can tell that all of them together reached everything.
 */
import * as Exit from "effect/Exit"
import { reasonOf, type Side } from "./Side.ts"

/** What happened, by name and how often. */
export type Counts = Map<string, number>

export const count = (counts: Counts, what: string): void => {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}

export const countSide = (counts: Counts, side: Side): void => {
  for (const event of side.events) {
    switch (event._tag) {
      case "Disconnected": {
        const { reason } = event
        const detail =
          reason._tag === "TcpClosed"
            ? `TcpClosed ${reason.error.operation} ${reason.error.reason._tag}`
            : reason._tag === "T6Expired"
              ? `T6 ${reason.request}`
              : reason._tag
        count(counts, `ended by ${detail}`)
        if (event.openTransactions > 0) count(counts, "ended with open transactions")
        if (event.unwritten > 0) count(counts, "ended with unwritten frames")
        break
      }
      case "ConnectFailed":
        count(counts, `dial ${event.error.reason._tag}`)
        break
      case "LinktestFailed":
        if (event.failures < event.maxFailures) count(counts, "linktest failed and was tolerated")
        break
      case "ConnectionTurnedAway":
      case "UnmatchedReply":
        count(counts, event._tag)
        break
      default:
        break
    }
  }
  for (const [number, { exit }] of side.outcomes) {
    const kind = side.half.operations.find((one) => one.number === number)?.kind ?? "proof"
    const reason = exit === undefined ? undefined : reasonOf(exit)
    const how =
      reason === undefined ? (exit !== undefined && Exit.isSuccess(exit) ? "done" : "interrupted") : reason._tag
    const timer = reason?._tag === "ReplyTimeout" ? ` ${reason.timer ?? "own"}` : ""
    count(counts, `${kind} ${how}${timer}`)
  }
  if (side.name === "active" && side.began.length > 1) count(counts, "dialled again after T5")
}

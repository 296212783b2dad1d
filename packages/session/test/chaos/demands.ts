/**
 * What has to be true of both sides, whatever happens between them.
 */
import { SecsMessage } from "@effect-secs/codec"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import { SessionEvent } from "../../src/index.ts"
import { numberOf, reasonOf, type Side } from "./Side.ts"

class Violation extends Error {
  override readonly name = "Violation"
}

export const demand = (holds: boolean, what: () => string): void => {
  if (!holds) throw new Violation(what())
}

/** How a connection between two of ours may end. Chaos alters no byte, so a fault of frames is one of ours. */
const endings = new Set([
  "LocalClose",
  "Separated",
  "TcpClosed",
  "T6Expired",
  "T7Expired",
  "T8Expired",
  "SelectRefused"
])
const tcpEndings = new Set(["Ended", "Closed", "Reset", "TimedOut"])

/** How a request or send may fail. */
const failures = new Set(["ReplyTimeout", "Aborted", "ConnectionLost", "NotSelected", "ErrorReported"])

/** One connection of a side, as its events tell it. */
interface Told {
  /** Numbers of the primaries it sent. */
  readonly sent: Set<number>
  readonly received: Array<number>
  /** How often each of its own transactions was settled on the wire or by an end, by system bytes. */
  readonly settled: Map<number, number>
  end: SessionEvent.Disconnected | undefined
}

const connectionsOf = (side: Side): ReadonlyArray<Told> => {
  const connections: Array<Told> = []
  const latest = (event: SessionEvent.SessionEvent): Told => {
    const one = connections.at(-1)
    demand(one !== undefined && one.end === undefined, () => `${side.name}: ${event._tag} without a connection`)
    return one!
  }
  for (const event of side.events) {
    switch (event._tag) {
      case "Connected":
        demand(connections.at(-1)?.end !== undefined || connections.length === 0, () => `${side.name}: two at a time`)
        connections.push({ sent: new Set(), received: [], settled: new Map(), end: undefined })
        break
      case "Disconnected":
        latest(event).end = event
        break
      case "Sent":
        if (event.message !== undefined && SecsMessage.isPrimary(event.message)) {
          latest(event).sent.add(numberOf(event.message))
          if (event.message.replyExpected) latest(event).settled.set(event.header.systemBytes, 0)
        }
        break
      case "Received": {
        if (event.message === undefined) break
        const one = latest(event)
        if (SecsMessage.isPrimary(event.message)) {
          if (event.message.stream !== 9) one.received.push(numberOf(event.message))
        } else {
          one.settled.set(event.header.systemBytes, (one.settled.get(event.header.systemBytes) ?? 0) + 1)
        }
        break
      }
      case "UnmatchedReply": {
        const { settled } = latest(event)
        settled.set(event.header.systemBytes, settled.get(event.header.systemBytes)! - 1)
        break
      }
      case "TransactionFailed": {
        // An abort and S9 were received as well; they are counted there.
        const { settled } = connections.at(-1)!
        if (event.error.reason._tag !== "Aborted") {
          settled.set(event.header.systemBytes, (settled.get(event.header.systemBytes) ?? 0) + 1)
        }
        break
      }
      default:
        break
    }
  }
  return connections
}

const rising = (numbers: ReadonlyArray<number>): boolean =>
  numbers.every((number, index) => index === 0 || number > numbers[index - 1]!)

/** What is true at any time. */
export const checkAlways = (side: Side, peer: Side): ReadonlyArray<Told> => {
  const say = (what: string) => () => `${side.name}: ${what}`
  const connections = connectionsOf(side)
  for (const { end, settled } of connections) {
    if (end !== undefined) {
      const { reason } = end
      demand(endings.has(reason._tag), say(`ended with ${SessionEvent.describe(end)}`))
      demand(
        reason._tag !== "TcpClosed" || tcpEndings.has(reason.error.reason._tag),
        say(`ended with ${SessionEvent.describe(end)}`)
      )
    }
    for (const [systemBytes, times] of settled) {
      demand(times <= 1, say(`transaction ${systemBytes} was settled ${times} times`))
    }
  }
  for (const event of side.events) {
    switch (event._tag) {
      case "Undecodable":
      case "UnmatchedReject":
      case "SessionIdMismatch":
      case "ProtocolWarning":
      case "MessageRejected":
        demand(false, say(`an event that no byte stream causes: ${SessionEvent.describe(event)}`))
        break
      case "UnmatchedReply":
        demand(event.kind === "Late", say(SessionEvent.describe(event)))
        break
      default:
        break
    }
  }
  // Delivered once, in the order in which they were sent.
  demand(rising(side.handled), say(`handled ${side.handled.join(" ")}`))
  const received = connections.flatMap((one) => one.received)
  demand(
    side.handled.every((number, index) => number === received[index]),
    say(`handled ${side.handled.join(" ")}, received ${received.join(" ")}`)
  )
  const sent = new Set(connectionsOf(peer).flatMap((one) => [...one.sent]))
  for (const number of side.handled) demand(sent.has(number), say(`handled ${number}, which nobody sent`))
  for (const exit of side.replies) {
    demand(
      Exit.isSuccess(exit) || reasonOf(exit)?._tag === "ConnectionLost" || Cause.hasInterruptsOnly(exit.cause),
      say(`a reply ended with ${String(exit)}`)
    )
  }
  return connections
}

/** What is true of operations that have ended. */
export const checkOutcomes = (side: Side, peer: Side, connections: ReadonlyArray<Told>): void => {
  const delivered = new Set(peer.handled)
  for (const [number, { exit, settled }] of side.outcomes) {
    const operation = side.half.operations.find((one) => one.number === number)
    const say = (what: string) => () => `${side.name}: ${operation?.kind ?? "proof"} ${number} ${what}`
    demand(settled === 1 && exit !== undefined, say(`was settled ${settled} times`))
    const connection = connections.find((one) => one.sent.has(number))
    if (Exit.isSuccess(exit!)) {
      if (exit.value instanceof SecsMessage.SecsMessage) {
        demand(numberOf(exit.value) === number, say(`got the reply to ${numberOf(exit.value)}`))
        demand(delivered.has(number), say("has a reply and was not delivered"))
      }
      if (operation?.kind === "send") {
        demand(connection !== undefined, say("was reported as sent and has no event"))
        demand(
          delivered.has(number) || connection!.end !== undefined,
          say("was reported as sent, was not delivered, and its connection lives")
        )
      }
    } else {
      const reason = reasonOf(exit!)
      const allowed = reason === undefined ? Cause.hasInterruptsOnly(exit!.cause) : failures.has(reason._tag)
      demand(allowed, say(`ended with ${String(exit)}`))
      if (reason?._tag === "ConnectionLost" && connection !== undefined) {
        demand(connection.end !== undefined, say("lost a connection that lives"))
      }
      if (reason?._tag === "ErrorReported") demand(false, say("was reported by a peer that understood it"))
    }
  }
}

/** The active side leaves the time it is told between two attempts; the clock of the machine is off by a little. */
export const checkSeparation = (side: Side): void => {
  const { separation } = side.half
  for (const [index, at] of side.ended.entries()) {
    const next = side.began[index + 1]
    demand(
      next === undefined || next - at >= separation - 2,
      () => `dialled ${next! - at} ms after an attempt ended, not ${separation}`
    )
  }
}

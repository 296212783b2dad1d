/**
 * What the host system's errors mean to a transport. Pure.
 */
import type { TransportReason } from "../SessionError.ts"

/** What an error of Node, an event of a WebSocket, or a wrapper around either may tell. */
interface Told {
  readonly code?: unknown
  readonly name?: unknown
  readonly message?: unknown
  readonly error?: unknown
  readonly cause?: unknown
  readonly errors?: unknown
}

/** Errors inside one another that are looked at; a cause may lead back to itself. */
const maxDepth = 8

/** The error and all it wraps. Node tries several addresses of one name and reports them together. */
const layers = (cause: unknown): ReadonlyArray<Told> => {
  const found: Array<Told> = []
  const left = [cause]
  while (left.length > 0 && found.length < maxDepth) {
    const one = left.shift()
    if (typeof one !== "object" || one === null) continue
    const told: Told = one
    found.push(told)
    left.push(told.error, told.cause, Array.isArray(told.errors) ? told.errors[0] : undefined)
  }
  return found
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined)

/** The reason that an error's code stands for, however deep it is wrapped; `Other` for what is not known here. */
export const reasonOf = (cause: unknown): TransportReason => {
  const told = layers(cause)
  const coded = told.find((one) => text(one.code) !== undefined)
  switch (coded?.code) {
    case "EADDRINUSE":
      return { _tag: "AddressInUse" }
    case "EADDRNOTAVAIL":
      return { _tag: "AddressNotAvailable" }
    case "EACCES":
    case "EPERM":
      return { _tag: "PermissionDenied" }
    case "ECONNREFUSED":
      return { _tag: "Refused" }
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
    case "ENETDOWN":
      return { _tag: "Unreachable" }
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return { _tag: "NameNotFound" }
    case "ECONNRESET":
    case "EPIPE":
    case "ECONNABORTED":
      return { _tag: "Reset" }
    default: {
      const speaking = coded ?? told.findLast((one) => text(one.message) !== undefined) ?? told.at(-1)
      return {
        _tag: "Other",
        code: text(speaking?.code) ?? text(speaking?.name) ?? "Unknown",
        detail: text(speaking?.message) ?? text(cause) ?? "the host system does not say why"
      }
    }
  }
}

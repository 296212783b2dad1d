/**
 * What the host system's errors and the close codes of connections mean to a transport. Pure.
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

/** Close codes of RFC 6455 that a peer may send, in words. TCP knows 1000, for FIN. */
const closeMeaning: { readonly [code: number]: string } = {
  1002: "the peer closed the connection: protocol error",
  1003: "the peer closed the connection: it does not take this kind of data",
  1007: "the peer closed the connection: invalid data",
  1008: "the peer closed the connection: policy violation",
  1009: "the peer closed the connection: message too big",
  1010: "the peer closed the connection: a mandatory extension is missing",
  1011: "the peer closed the connection: internal error",
  1012: "the peer closed the connection: it restarts",
  1013: "the peer closed the connection: try again later",
  1015: "the TLS handshake failed"
}

/** The reason that a close code stands for. */
export const reasonOfClose = (code: number, text: string | undefined): TransportReason => {
  switch (code) {
    case 1000:
    case 1001:
    case 1005:
      return { _tag: "Ended" }
    case 1006:
      return { _tag: "Reset" }
    default:
      return {
        _tag: "Other",
        code: String(code),
        detail: text === undefined || text === "" ? (closeMeaning[code] ?? "the peer closed the connection") : text
      }
  }
}

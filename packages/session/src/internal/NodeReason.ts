/**
 * What Node and OpenSSL report, as reasons of a `TransportError`. Pure.
 */
import type { TransportReason } from "../SessionError.ts"
import type { TlsReason } from "../TlsReason.ts"
import * as SystemError from "./SystemError.ts"

/** Node tries several addresses of one name and reports them together. */
const firstCause = (cause: unknown): NodeJS.ErrnoException =>
  cause instanceof AggregateError && cause.errors.length > 0 ? cause.errors[0] : (cause as NodeJS.ErrnoException)

/** What OpenSSL tells is told apart, anything else is as for all sockets. */
export const reasonOf = (cause: unknown): TransportReason => {
  const reason = SystemError.reasonOf(cause)
  return reason._tag === "Other" ? (tlsReasonOf(firstCause(cause)) ?? reason) : reason
}

/** The same of an error that ends a handshake, in which nobody resets a connection without a reason. */
export const handshakeReasonOf = (cause: unknown): TransportReason => {
  const reason = reasonOf(cause)
  return reason._tag === "Reset" ? { _tag: "HandshakeEnded", finished: false } : reason
}

/** Alerts of TLS by number: their names differ between versions of OpenSSL. */
const alertReason = (alert: number): TlsReason | undefined => {
  switch (alert) {
    case 40:
      return { _tag: "NothingInCommon", code: "HANDSHAKE_FAILURE" }
    case 42:
    case 43:
    case 44:
    case 45:
    case 46:
    case 48:
    case 49:
      return { _tag: "CertificateRefused", alert }
    case 70:
      return { _tag: "NothingInCommon", code: "PROTOCOL_VERSION" }
    case 71:
      return { _tag: "NothingInCommon", code: "INSUFFICIENT_SECURITY" }
    case 116:
      return { _tag: "CertificateDemanded" }
    default:
      return undefined
  }
}

/** OpenSSL writes `error:0A00010B:SSL routines:function:wrong version number:file:line:SSL alert number 40`. */
const openSsl = /:SSL routines:[^:]*:([^:]+):/

const tlsReasonOf = (cause: NodeJS.ErrnoException): TlsReason | undefined => {
  const text = openSsl.exec(cause.message)?.[1]
  if (text === undefined && cause.code?.startsWith("ERR_SSL_") !== true) return undefined
  const alert = /SSL alert number (\d+)/.exec(cause.message)?.[1]
  const known = alert === undefined ? undefined : alertReason(Number(alert))
  if (known !== undefined) return known
  const code = text === undefined ? cause.code!.slice("ERR_SSL_".length) : text.toUpperCase().replaceAll(" ", "_")
  switch (code) {
    case "WRONG_VERSION_NUMBER":
    case "HTTP_REQUEST":
    case "HTTPS_PROXY_REQUEST":
    case "PACKET_LENGTH_TOO_LONG":
      return { _tag: "NotTls" }
    case "UNSUPPORTED_PROTOCOL":
    case "WRONG_SSL_VERSION":
    case "VERSION_TOO_LOW":
    case "NO_SHARED_CIPHER":
    case "NO_SUITABLE_KEY_SHARE":
    case "NO_SUITABLE_SIGNATURE_ALGORITHM":
    case "DH_KEY_TOO_SMALL":
      return { _tag: "NothingInCommon", code }
    case "PEER_DID_NOT_RETURN_A_CERTIFICATE":
      return { _tag: "CertificateMissing" }
    default:
      return { _tag: "TlsFailed", code, detail: text ?? cause.message }
  }
}

/** What a certificate says, as far as Node tells it. */
export interface Certificate {
  readonly subject?: string | undefined
  readonly issuer?: string | undefined
  readonly from?: string | undefined
  readonly until?: string | undefined
}

/** Why a chain of certificates was not accepted, by the code of OpenSSL. */
export const certificateReason = (code: string, { from, issuer, subject, until }: Certificate = {}): TlsReason => {
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return { _tag: "CertificateExpired", certificate: subject, until }
    case "CERT_NOT_YET_VALID":
      return { _tag: "CertificateNotYetValid", certificate: subject, from }
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "CERT_UNTRUSTED":
      return { _tag: "CertificateUntrusted", certificate: subject, issuer, code }
    default:
      return { _tag: "CertificateUnfit", certificate: subject, code }
  }
}

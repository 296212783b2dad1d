/**
 * Why a connection did not get through TLS: the reasons of a `TransportError` that are not TCP's. Pure.
 *
 * Both sides use the same words: "the peer's certificate" is the equipment's in the log of a host that dials it, and
 * the host's in the log of an equipment that demands one.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { seconds } from "./internal/Text.ts"

/** The common name in a certificate, where Node tells it: of a refused client certificate it does not. */
const name = Schema.UndefinedOr(Schema.String)

/** @since 0.1.0 */
export const CertificateExpired = Schema.TaggedStruct("CertificateExpired", {
  certificate: name,
  until: Schema.UndefinedOr(Schema.String)
})
/** @since 0.1.0 */
export const CertificateNotYetValid = Schema.TaggedStruct("CertificateNotYetValid", {
  certificate: name,
  from: Schema.UndefinedOr(Schema.String)
})
/** Issued by nobody this side trusts. `code` is OpenSSL's, in Node's spelling. @since 0.1.0 */
export const CertificateUntrusted = Schema.TaggedStruct("CertificateUntrusted", {
  certificate: name,
  issuer: name,
  code: Schema.String
})
/** Trusted and yet of no use here: made for the other side of TLS, revoked, too weak. @since 0.1.0 */
export const CertificateUnfit = Schema.TaggedStruct("CertificateUnfit", { certificate: name, code: Schema.String })
/** This side demands a certificate, and the peer gave none. @since 0.1.0 */
export const CertificateMissing = Schema.TaggedStruct("CertificateMissing", {})
/** `names` are those in the peer's certificate. @since 0.1.0 */
export const HostNameMismatch = Schema.TaggedStruct("HostNameMismatch", {
  expected: Schema.String,
  names: Schema.Array(Schema.String)
})
/** The peer demands a certificate, and this side gave none. @since 0.1.0 */
export const CertificateDemanded = Schema.TaggedStruct("CertificateDemanded", {})
/** The peer does not take this side's certificate, and says so with an alert of TLS. @since 0.1.0 */
export const CertificateRefused = Schema.TaggedStruct("CertificateRefused", { alert: Schema.Natural })
/** What came is not TLS: a plain HSMS peer, or a wrong port. @since 0.1.0 */
export const NotTls = Schema.TaggedStruct("NotTls", {})
/** No version, or no cipher, that both sides take. @since 0.1.0 */
export const NothingInCommon = Schema.TaggedStruct("NothingInCommon", { code: Schema.String })
/** TCP is up, and the peer did not finish the handshake in time. @since 0.1.0 */
export const HandshakeTimedOut = Schema.TaggedStruct("HandshakeTimedOut", { after: Schema.Duration })
/**
 * The peer hung up without a word: during the handshake, or when it was finished on this side and before the peer's
 * first byte. In TLS 1.3 the side that dials is finished before its certificate is looked at.
 *
 * @since 0.1.0
 */
export const HandshakeEnded = Schema.TaggedStruct("HandshakeEnded", { finished: Schema.Boolean })
/** The passive side took up so many later handshakes that this one had to make room. @since 0.1.0 */
export const HandshakeCrowdedOut = Schema.TaggedStruct("HandshakeCrowdedOut", { maximum: Schema.Natural })
/** Anything else that OpenSSL reports. @since 0.1.0 */
export const TlsFailed = Schema.TaggedStruct("TlsFailed", { code: Schema.String, detail: Schema.String })

/**
 * Why a handshake failed.
 *
 * @since 0.1.0
 */
export const TlsReason = Schema.Union([
  CertificateExpired,
  CertificateNotYetValid,
  CertificateUntrusted,
  CertificateUnfit,
  CertificateMissing,
  HostNameMismatch,
  CertificateDemanded,
  CertificateRefused,
  NotTls,
  NothingInCommon,
  HandshakeTimedOut,
  HandshakeEnded,
  HandshakeCrowdedOut,
  TlsFailed
])

/**
 * @since 0.1.0
 */
export type TlsReason = typeof TlsReason.Type

/** Alerts of TLS about a certificate. */
const refusals: { readonly [alert: number]: string } = {
  42: "it is damaged",
  43: "it is of a kind that is not supported",
  44: "it is revoked",
  45: "it has expired",
  46: "it is not accepted",
  48: "its CA is not known there",
  49: "it gives no access"
}

const of = (certificate: string | undefined): string =>
  certificate === undefined ? "the peer's certificate" : `the peer's certificate (${certificate})`

/**
 * One line for a log: what is wrong, and where there is something to do, what.
 *
 * @since 0.1.0
 */
export const describe = (reason: TlsReason): string => {
  switch (reason._tag) {
    case "CertificateExpired":
      return `${of(reason.certificate)} expired${
        reason.until === undefined ? "" : ` on ${reason.until}`
      }: renew it, or set this machine's clock`
    case "CertificateNotYetValid":
      return `${of(reason.certificate)} is not valid ${
        reason.from === undefined ? "yet" : `before ${reason.from}`
      }: set this machine's clock`
    case "CertificateUntrusted":
      return `${of(reason.certificate)} is from ${
        reason.issuer ?? "an issuer"
      }, which this side does not trust (${reason.code}): add its CA to tls.ca, where this side dials, or to tls.clientCa`
    case "CertificateUnfit":
      return `${of(reason.certificate)} cannot be used (${reason.code})${
        reason.code === "INVALID_PURPOSE" ? ": it is made for the other side of TLS, see its extendedKeyUsage" : ""
      }`
    case "CertificateMissing":
      return "the peer gave no certificate, and this side demands one: set one at the peer"
    case "HostNameMismatch":
      return `the peer's certificate is for ${
        reason.names.length === 0 ? "no name at all" : reason.names.join(", ")
      }, not for ${reason.expected}: dial a name that is in it, or set tls.serverName`
    case "CertificateDemanded":
      return "the peer demands a certificate: set tls.cert and tls.key"
    case "CertificateRefused":
      return `the peer refused this side's certificate: ${refusals[reason.alert] ?? "it is not accepted"} (alert ${reason.alert})`
    case "NotTls":
      return "the peer does not speak TLS: one of the two sides is set up for plain HSMS"
    case "NothingInCommon":
      return `no TLS version or cipher that both sides take (${reason.code})${
        reason.code === "HANDSHAKE_FAILURE" ? ", or the peer demands a certificate" : ""
      }`
    case "HandshakeTimedOut":
      return `no TLS handshake within ${seconds(reason.after)}, though TCP is up: does the peer speak plain HSMS?`
    case "HandshakeEnded":
      return reason.finished
        ? "the peer closed the connection right after the TLS handshake: see its log, it may refuse this side's certificate"
        : "the peer closed the connection during the TLS handshake: see its log, it may speak plain HSMS or refuse this side"
    case "HandshakeCrowdedOut":
      return `no TLS handshake before ${reason.maximum} more were under way: somebody connects and leaves it at that`
    case "TlsFailed":
      return `TLS failed: ${reason.detail} (${reason.code})`
  }
}

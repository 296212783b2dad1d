/**
 * Options of TLS, checked: certificates and keys that fit, as contexts of `node:tls`.
 */
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as tls from "node:tls"
import { InvalidOption } from "../SessionError.ts"
import { durationOf, shown } from "./Options.ts"

/**
 * One or more certificates, or a key, in PEM: what is in the file, not its name.
 *
 * @since 0.1.0
 */
export type Pem = string | Uint8Array

/**
 * What either side of TLS may set.
 *
 * @since 0.1.0
 */
export interface TlsOptions {
  /** This side's certificate, followed by those between it and its CA. */
  readonly cert?: Pem | undefined
  /** The private key of `cert`. */
  readonly key?: Pem | undefined
  /** Of `key`, where it is encrypted. */
  readonly passphrase?: string | undefined
  /** Oldest version of TLS; `"TLSv1.2"` unless told. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3" | undefined
  /** Longest wait for the handshake once TCP is up; 5 s for the side that dials, 10 s for the other, unless told. */
  readonly handshakeTimeout?: Duration.Input | undefined
}

/**
 * TLS of the side that dials. `cert` and `key` are for peers that demand them.
 *
 * @since 0.1.0
 */
export interface ConnectTls extends TlsOptions {
  /** The CA that issued the peer's certificate, or several; the public ones that Node knows unless told. */
  readonly ca?: Pem | ReadonlyArray<Pem> | undefined
  /** The name that has to be in the peer's certificate; the `host` that is dialled unless told. */
  readonly serverName?: string | undefined
  /** False takes any certificate of anybody: it keeps out who only listens, not who sits in between. */
  readonly verify?: boolean | undefined
}

/**
 * TLS of the side that is dialled.
 *
 * @since 0.1.0
 */
export interface ListenTls extends TlsOptions {
  readonly cert: Pem
  readonly key: Pem
  /** Makes TLS mutual: a peer has to show a certificate of this CA, or of one of these. Nobody is asked unless told. */
  readonly clientCa?: Pem | ReadonlyArray<Pem> | undefined
}

/** The checked options of the side that dials. */
export interface Active {
  readonly context: tls.SecureContext
  readonly serverName: string | undefined
  readonly verify: boolean
  readonly handshakeTimeout: Duration.Duration
}

/** The checked options of the side that is dialled. */
export interface Passive {
  readonly server: tls.TlsOptions
  readonly handshakeTimeout: Duration.Duration
}

const invalid = (option: string, value: string, expected: string): InvalidOption =>
  new InvalidOption({ option: `tls.${option}`, value, expected })

const textOf = (pem: Pem): string => (typeof pem === "string" ? pem : new TextDecoder("latin1").decode(pem))

/** What OpenSSL says of a context with these options, in its own words; undefined when it takes them. */
const complaint = (options: tls.SecureContextOptions): string | undefined => {
  try {
    tls.createSecureContext(options)
    return undefined
  } catch (cause) {
    const { message, reason } = cause as Error & { readonly reason?: string }
    return reason ?? message
  }
}

/** Never shows what is in it: it may be a key in the wrong place. */
const sizeOf = (pem: unknown, complaint?: string): string => {
  if (pem === undefined) return "absent"
  const size =
    typeof pem === "string"
      ? `a text of ${pem.length} characters`
      : pem instanceof Uint8Array
        ? `${pem.length} bytes`
        : `a ${typeof pem}`
  return complaint === undefined ? size : `${size} (${complaint})`
}

const isPem = (pem: unknown): pem is Pem =>
  (typeof pem === "string" || pem instanceof Uint8Array) && textOf(pem).includes("-----BEGIN ")

const badCertificates = (option: string, pem: unknown): InvalidOption | undefined => {
  const expected = "certificates in PEM"
  if (!isPem(pem)) return invalid(option, sizeOf(pem), expected)
  // Of a CA that is none Node says nothing, of a certificate it does.
  const wrong = complaint({ cert: textOf(pem) })
  return wrong === undefined ? undefined : invalid(option, sizeOf(pem, wrong), expected)
}

const listOf = (pems: Pem | ReadonlyArray<Pem>): ReadonlyArray<Pem> =>
  Array.isArray(pems) ? (pems as ReadonlyArray<Pem>) : [pems as Pem]

const badAuthorities = (option: string, pems: Pem | ReadonlyArray<Pem> | undefined): InvalidOption | undefined => {
  if (pems === undefined) return undefined
  if (Array.isArray(pems) && pems.length === 0) return invalid(option, "an empty list", "certificates in PEM")
  for (const [index, pem] of listOf(pems).entries()) {
    const wrong = badCertificates(Array.isArray(pems) ? `${option}[${index}]` : option, pem)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

const badIdentity = ({ cert, key, passphrase }: TlsOptions): InvalidOption | undefined => {
  if (cert === undefined && key === undefined) return undefined
  const badCert = badCertificates("cert", cert)
  if (badCert !== undefined) return badCert
  if (!isPem(key)) return invalid("key", sizeOf(key), "the private key of tls.cert, in PEM")
  const text = textOf(key)
  const own = { key: text, ...(passphrase === undefined ? {} : { passphrase }) }
  const badKey = complaint(own)
  if (badKey !== undefined && /BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    const value = passphrase === undefined ? "absent" : `wrong (${badKey})`
    return invalid("passphrase", value, "that of tls.key, which is encrypted")
  }
  if (badKey !== undefined) return invalid("key", sizeOf(key, badKey), "the private key of tls.cert, in PEM")
  const together = complaint({ ...own, cert: textOf(cert as Pem) })
  return together === undefined
    ? undefined
    : invalid("key", sizeOf(key, together), "the private key of tls.cert, not another's")
}

const versions: ReadonlyArray<unknown> = ["TLSv1.2", "TLSv1.3"]

interface Common {
  readonly context: tls.SecureContextOptions
  readonly handshakeTimeout: Duration.Duration
}

/** What both sides set. `authorities` says which option they stand in. */
const common = (
  options: TlsOptions,
  authorities: "ca" | "clientCa",
  pems: Pem | ReadonlyArray<Pem> | undefined,
  seconds: number
): Result.Result<Common, InvalidOption> => {
  const { cert, key, minVersion = "TLSv1.2", passphrase } = options
  const wrong = badIdentity(options) ?? badAuthorities(authorities, pems)
  if (wrong !== undefined) return Result.fail(wrong)
  if (!versions.includes(minVersion)) {
    return Result.fail(invalid("minVersion", JSON.stringify(minVersion), versions.join(" or ")))
  }
  const input = options.handshakeTimeout ?? Duration.seconds(seconds)
  const handshakeTimeout = durationOf(input)
  const millis = handshakeTimeout === undefined ? 0 : Duration.toMillis(handshakeTimeout)
  if (handshakeTimeout === undefined || !(millis > 0 && Number.isFinite(millis))) {
    return Result.fail(invalid("handshakeTimeout", shown(input), "a finite duration above zero"))
  }
  const context: tls.SecureContextOptions = {
    minVersion,
    ...(pems === undefined ? {} : { ca: listOf(pems).map(textOf) }),
    ...(cert === undefined ? {} : { cert: textOf(cert) }),
    ...(key === undefined ? {} : { key: textOf(key) }),
    ...(passphrase === undefined ? {} : { passphrase })
  }
  return Result.succeed({ context, handshakeTimeout })
}

export const active = (options: ConnectTls): Result.Result<Active, InvalidOption> =>
  Result.flatMap(common(options, "ca", options.ca, 5), ({ context, handshakeTimeout }) =>
    options.serverName !== undefined && (typeof options.serverName !== "string" || options.serverName === "")
      ? Result.fail(invalid("serverName", JSON.stringify(options.serverName), "a name or an address"))
      : Result.succeed({
          context: tls.createSecureContext(context),
          serverName: options.serverName,
          verify: options.verify ?? true,
          handshakeTimeout
        })
  )

export const passive = (options: ListenTls): Result.Result<Passive, InvalidOption> => {
  if (options.cert === undefined) return Result.fail(invalid("cert", "absent", "certificates in PEM"))
  return Result.map(common(options, "clientCa", options.clientCa, 10), ({ context, handshakeTimeout }) => ({
    server: {
      ...context,
      // Nothing is read before somebody listens for it.
      pauseOnConnect: true,
      requestCert: options.clientCa !== undefined,
      rejectUnauthorized: true,
      // Ours is the one that counts; this one cannot be switched off.
      handshakeTimeout: 2 ** 31 - 1
    },
    handshakeTimeout
  }))
}

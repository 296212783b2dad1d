/**
 * TLS over a socket of `node:net`, on both sides: options to contexts, sockets through their handshake.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as net from "node:net"
import * as tls from "node:tls"
import { InvalidOption, TransportError, type TransportReason } from "../SessionError.ts"
import * as Timers from "../Timers.ts"
import type { TlsReason } from "../TlsReason.ts"
import type { ByteChannel } from "../Transport.ts"
import { certificateReason, handshakeReasonOf } from "./NodeReason.ts"

// --- options -------------------------------------------------------------------------------------------------------

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
const shown = (pem: unknown, complaint?: string): string => {
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
  if (!isPem(pem)) return invalid(option, shown(pem), expected)
  // Of a CA that is none Node says nothing, of a certificate it does.
  const wrong = complaint({ cert: textOf(pem) })
  return wrong === undefined ? undefined : invalid(option, shown(pem, wrong), expected)
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
  if (!isPem(key)) return invalid("key", shown(key), "the private key of tls.cert, in PEM")
  const text = textOf(key)
  const own = { key: text, ...(passphrase === undefined ? {} : { passphrase }) }
  const badKey = complaint(own)
  if (badKey !== undefined && /BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    const value = passphrase === undefined ? "absent" : `wrong (${badKey})`
    return invalid("passphrase", value, "that of tls.key, which is encrypted")
  }
  if (badKey !== undefined) return invalid("key", shown(key, badKey), "the private key of tls.cert, in PEM")
  const together = complaint({ ...own, cert: textOf(cert as Pem) })
  return together === undefined
    ? undefined
    : invalid("key", shown(key, together), "the private key of tls.cert, not another's")
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
  const handshakeTimeout = Timers.durationOf(input)
  const millis = handshakeTimeout === undefined ? 0 : Duration.toMillis(handshakeTimeout)
  if (handshakeTimeout === undefined || !(millis > 0 && Number.isFinite(millis))) {
    return Result.fail(invalid("handshakeTimeout", Timers.show(input), "a finite duration above zero"))
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

// --- the side that dials -------------------------------------------------------------------------------------------

/** The names a certificate is for: `DNS:a.example, IP Address:192.0.2.1`, or else the common name. */
const namesIn = (certificate: tls.PeerCertificate): ReadonlyArray<string> =>
  certificate.subjectaltname === undefined
    ? [commonName(certificate.subject)].filter((name) => name !== undefined)
    : certificate.subjectaltname.split(", ").map((name) => name.replace(/^(DNS|IP Address):/, ""))

/** A subject may have more than one, or none. */
const commonName = (subject: tls.Certificate | undefined): string | undefined =>
  subject?.CN === undefined ? undefined : [subject.CN].flat().join(" ")

/** `Jan  1 00:00:00 2126 GMT` has its columns aligned. */
const singleSpaced = (date: string): string => date.replaceAll(/ +/g, " ")

const refused = (socket: tls.TLSSocket, expected: string): TlsReason => {
  // Node's types say Error, and it is the code.
  const code = String(socket.authorizationError)
  const certificate = socket.getPeerCertificate()
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return { _tag: "HostNameMismatch", expected, names: namesIn(certificate) }
  }
  return certificateReason(code, {
    subject: commonName(certificate.subject),
    issuer: commonName(certificate.issuer),
    from: singleSpaced(certificate.valid_from),
    until: singleSpaced(certificate.valid_to)
  })
}

const within = <A>(
  handshake: Effect.Effect<A, TransportReason>,
  after: Duration.Duration
): Effect.Effect<A, TransportReason> =>
  Effect.timeoutOrElse(handshake, {
    duration: after,
    orElse: () => Effect.fail<TransportReason>({ _tag: "HandshakeTimedOut", after })
  })

/** Takes a socket that has just connected with `host` through the handshake. Destroys it where that fails. */
export const connect = (
  { context, handshakeTimeout, serverName, verify }: Active,
  socket: net.Socket,
  host: string
): Effect.Effect<tls.TLSSocket, TransportReason> =>
  within(
    Effect.callback<tls.TLSSocket, TransportReason>((resume) => {
      const name = serverName ?? host
      socket.on("error", () => {})
      const secured = tls.connect({
        socket,
        secureContext: context,
        // The peer is told names, never addresses; both are looked for in its certificate.
        ...(net.isIP(name) === 0 ? { servername: name } : {}),
        checkServerIdentity: (_, certificate) => tls.checkServerIdentity(name, certificate),
        // Refused below instead, where the certificate is still at hand to say what is wrong with it.
        rejectUnauthorized: false
      })
      secured.on("error", (cause) => {
        resume(Effect.fail(handshakeReasonOf(cause)))
      })
      secured.once("close", () => {
        resume(Effect.fail<TransportReason>({ _tag: "HandshakeEnded", finished: false }))
      })
      secured.once("secureConnect", () => {
        if (!verify || secured.authorized) return resume(Effect.succeed(secured))
        const reason = refused(secured, name)
        secured.destroy()
        resume(Effect.fail(reason))
      })
      return Effect.sync(() => {
        secured.destroy()
      })
    }),
    handshakeTimeout
  )

// --- the side that is dialled --------------------------------------------------------------------------------------

const accept = ({ handshakeTimeout, server }: Passive, socket: net.Socket) =>
  within(
    Effect.callback<tls.TLSSocket, TransportReason>((resume) => {
      // A server for each connection: of a connection that failed, a common one does not tell which it was.
      const one = tls.createServer(server)
      one.once("secureConnection", (secured) => {
        secured.on("error", () => {})
        resume(Effect.succeed(secured))
      })
      one.once("tlsClientError", (cause, secured) => {
        // Set where Node has refused the peer's certificate, which it then does without an error of its own.
        const code: unknown = secured.authorizationError
        secured.destroy()
        resume(Effect.fail(typeof code === "string" ? certificateReason(code) : handshakeReasonOf(cause)))
      })
      one.emit("connection", socket)
    }),
    handshakeTimeout
  )

/** Handshakes at a time. One more takes the place of the one that has taken longest. */
const maxHandshakes = 64

/**
 * Takes sockets through their handshakes, side by side, so that a slow peer is in nobody's way.
 *
 * Each socket ends in one of the two callbacks, or is destroyed when the Scope closes.
 */
export const makeAcceptor = (
  options: Passive
): Effect.Effect<
  (
    socket: net.Socket,
    onSecured: (secured: tls.TLSSocket) => void,
    onFailed: (reason: TransportReason) => void
  ) => void,
  never,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const run = yield* FiberSet.makeRuntime()
    const underWay = new Map<net.Socket, Deferred.Deferred<never, TransportReason>>()

    return (socket, onSecured, onFailed) => {
      const [longest] = underWay
      if (longest !== undefined && underWay.size >= maxHandshakes) {
        underWay.delete(longest[0])
        Deferred.doneUnsafe(longest[1], Exit.fail({ _tag: "HandshakeCrowdedOut", maximum: maxHandshakes }))
      }
      const crowdedOut = Deferred.makeUnsafe<never, TransportReason>()
      underWay.set(socket, crowdedOut)
      let secured = false
      run(
        accept(options, socket).pipe(
          Effect.raceFirst(Deferred.await(crowdedOut)),
          Effect.match({
            onFailure: onFailed,
            onSuccess: (done) => {
              secured = true
              onSecured(done)
            }
          }),
          Effect.ensuring(
            Effect.sync(() => {
              underWay.delete(socket)
              if (!secured) socket.destroy()
            })
          )
        )
      )
    }
  })

// --- both sides ----------------------------------------------------------------------------------------------------

/**
 * A peer that does not take this side's certificate may find that out, or say so, when the handshake is done here: an
 * end without a first byte is given its own name.
 */
export const secured = (channel: ByteChannel): ByteChannel => {
  const { pull, pullWhile } = channel
  let heard = false
  const named = (error: TransportError): TransportError => {
    const { address, operation, reason } = error
    return heard || (reason._tag !== "Ended" && reason._tag !== "Reset")
      ? error
      : new TransportError({ operation, address, reason: { _tag: "HandshakeEnded", finished: true } })
  }
  const hear = <A>(chunks: A): A => {
    heard = true
    return chunks
  }
  return {
    ...channel,
    pull: Effect.mapError(Effect.map(pull, hear), named),
    pullWhile:
      pullWhile === undefined
        ? undefined
        : (take) =>
            Effect.mapError(
              pullWhile((chunks) => take(hear(chunks))),
              named
            )
  }
}

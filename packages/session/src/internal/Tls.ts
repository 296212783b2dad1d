/**
 * TLS over a socket of `node:net`, on both sides: sockets through their handshake.
 */
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import * as net from "node:net"
import * as tls from "node:tls"
import { TransportError, type TransportReason } from "../SessionError.ts"
import type { TlsReason } from "../TlsReason.ts"
import type { ByteChannel } from "../Transport.ts"
import { certificateReason, handshakeReasonOf } from "./NodeReason.ts"
import type { Active, Passive } from "./TlsOptions.ts"

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

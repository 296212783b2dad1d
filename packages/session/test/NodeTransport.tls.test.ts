import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as net from "node:net"
import * as tls from "node:tls"
import type { SessionError, SessionEvent, Transport } from "../src/index.ts"
import * as NodeTransport from "../src/NodeTransport.ts"
import * as kit from "./kit.ts"
import {
  active,
  areYouThere,
  host,
  identity,
  listen,
  live,
  megabyte,
  passive,
  pem,
  rawConnect,
  rawServer,
  tcpHandles,
  until,
  warnings
} from "./secure.ts"

const ca = pem("ca")
const server = identity("server")
const client = identity("client")

const connect = (port: number, tls: NodeTransport.ConnectTls = { ca }) =>
  NodeTransport.makeConnect({ host, port, tls }).open

/** Why a dial fails. */
const failure = (port: number, tls?: NodeTransport.ConnectTls) =>
  Effect.map(Effect.flip(connect(port, tls)), ({ operation, reason }) => {
    assert.strictEqual(operation, "connect")
    return reason
  })

/** Why a channel ends, once what came before has been read. */
const end = (channel: Transport.ByteChannel): Effect.Effect<SessionError.TransportReason> =>
  Effect.map(Effect.flip(Effect.forever(channel.pull)), (error) => error.reason)

describe("TLS options", () => {
  const misfits: ReadonlyArray<readonly [what: string, tls: object, message: string]> = [
    [
      "a certificate that is no PEM",
      { cert: "secret", key: server.key },
      "tls.cert is a text of 6 characters: expected certificates in PEM"
    ],
    [
      "a damaged certificate",
      { ...server, cert: Buffer.from(server.cert.replace("MII", "M!!")) },
      `tls.cert is ${server.cert.length} bytes (bad base64 decode): expected certificates in PEM`
    ],
    [
      "a key in place of the certificate",
      { cert: server.key, key: server.key },
      `tls.cert is a text of ${server.key.length} characters (no start line): expected certificates in PEM`
    ],
    ["a key without certificate", { key: server.key }, "tls.cert is absent: expected certificates in PEM"],
    [
      "a certificate without key",
      { cert: server.cert },
      "tls.key is absent: expected the private key of tls.cert, in PEM"
    ],
    [
      "a key that is none",
      { ...server, key: server.cert },
      `tls.key is a text of ${server.cert.length} characters (unsupported): expected the private key of tls.cert, in PEM`
    ],
    [
      "the key of another certificate",
      { ...server, key: client.key },
      `tls.key is a text of ${client.key.length} characters (key values mismatch): expected the private key of tls.cert, not another's`
    ],
    [
      "an encrypted key without passphrase",
      { ...server, key: pem("server.encrypted-key") },
      "tls.passphrase is absent: expected that of tls.key, which is encrypted"
    ],
    [
      "an encrypted key with another passphrase",
      { ...server, key: pem("server.encrypted-key"), passphrase: "sesame" },
      "tls.passphrase is wrong (bad decrypt): expected that of tls.key, which is encrypted"
    ],
    [
      "a version of TLS that is none",
      { ...server, minVersion: "TLSv1" },
      'tls.minVersion is "TLSv1": expected TLSv1.2 or TLSv1.3'
    ],
    [
      "no time for a handshake",
      { ...server, handshakeTimeout: "0 seconds" },
      "tls.handshakeTimeout is 0 seconds: expected a finite duration above zero"
    ]
  ]
  const ofActive: typeof misfits = [
    ["an empty list of CAs", { ca: [] }, "tls.ca is an empty list: expected certificates in PEM"],
    ["a CA that is none", { ca: [ca, "ca.pem"] }, "tls.ca[1] is a text of 6 characters: expected certificates in PEM"],
    ["a server name that is none", { serverName: 7 }, "tls.serverName is 7: expected a name or an address"],
    ["an empty server name", { serverName: "" }, 'tls.serverName is "": expected a name or an address']
  ]
  const ofPassive: typeof misfits = [
    ["no certificate", {}, "tls.cert is absent: expected certificates in PEM"],
    ["no value for a certificate", { cert: undefined, key: 7 }, "tls.cert is absent: expected certificates in PEM"],
    [
      "a CA of clients that is none",
      { ...server, clientCa: new Uint8Array(3) },
      "tls.clientCa is 3 bytes: expected certificates in PEM"
    ]
  ]

  const check = (error: SessionError.TransportError, operation: string, message: string) => {
    assert.strictEqual(error.reason._tag, "Misconfigured")
    assert.strictEqual(error.message, `${operation}: option ${message}`)
  }

  for (const [what, options, message] of [...misfits, ...ofActive]) {
    live(`with ${what} fail the layer of the side that dials, and every dial`, () =>
      Effect.gen(function* () {
        const connecting = { host, port: 5000, tls: options as NodeTransport.ConnectTls }
        const built = yield* Effect.flip(Layer.build(NodeTransport.layerConnect(connecting)))
        check(built, `connect ${host}:5000`, message)
        check(yield* Effect.flip(NodeTransport.makeConnect(connecting).open), `connect ${host}:5000`, message)
      })
    )
  }

  for (const [what, options, message] of [...misfits, ...ofPassive]) {
    live(`with ${what} fail the layer of the side that is dialled`, () =>
      Effect.gen(function* () {
        const layer = NodeTransport.layerListen({ host, port: 0, tls: options as NodeTransport.ListenTls })
        check(yield* Effect.flip(Layer.build(layer)), `listen ${host}:0`, message)
      })
    )
  }
})

describe("sessions over TLS", () => {
  const cases: ReadonlyArray<readonly [string, NodeTransport.ListenTls, NodeTransport.ConnectTls]> = [
    ["whose certificate has the address that is dialled", server, { ca }],
    ["that demands a certificate of a peer that has one", { ...server, clientCa: ca }, { ca, ...client }],
    [
      "with several CAs on both sides, given as bytes",
      { cert: Buffer.from(server.cert), key: Buffer.from(server.key), clientCa: [pem("other-ca"), ca] },
      { ca: [pem("other-ca"), Buffer.from(ca)], ...client }
    ],
    [
      "with two CAs in one text",
      { ...server, clientCa: pem("other-ca") + ca },
      { ca: pem("other-ca") + ca, ...client }
    ],
    ["with an encrypted key", { ...server, key: pem("server.encrypted-key"), passphrase: "opensesame" }, { ca }],
    ["by a name that is in its certificate", server, { ca, serverName: "localhost" }],
    [
      "by another name than the one that is dialled",
      identity("wrong-name"),
      { ca, serverName: "equipment-8.fab.example" }
    ],
    ["whose certificate is signed by itself, and given as CA", identity("self-signed"), { ca: pem("self-signed") }],
    ["with TLS 1.3 or nothing", { ...server, minVersion: "TLSv1.3" }, { ca, minVersion: "TLSv1.3" }],
    ["from anybody, for a peer that does not verify", identity("expired"), { verify: false }]
  ]
  for (const [what, listening, dialling] of cases) {
    live(`exchange S1F1 and a megabyte both ways with an equipment ${what}`, (lines) =>
      Effect.gen(function* () {
        const { port, refusals, transport } = yield* listen({ tls: listening })
        const equipment = yield* passive(transport)
        const session = yield* active({ host, port, tls: dialling })
        assert.strictEqual(yield* areYouThere(session), "S1F2")
        assert.strictEqual(yield* areYouThere(equipment), "S1F2")
        assert.deepStrictEqual(
          yield* Effect.all([megabyte(session), megabyte(equipment)], { concurrency: "unbounded" }),
          [true, true]
        )
        assert.deepStrictEqual([refusals, warnings(lines)], [[], []])
      })
    )
  }

  live("are encrypted: what is on the wire has neither header nor text of a message", () =>
    Effect.gen(function* () {
      const { port, transport } = yield* listen({ tls: server })
      const wire: Array<Buffer> = []
      const tap = yield* rawServer(() =>
        net.createServer((near) => {
          const far = net.connect(port, host)
          far.on("error", () => {})
          near.on("data", (chunk) => wire.push(chunk)).pipe(far)
          far.on("data", (chunk) => wire.push(chunk)).pipe(near)
        })
      )
      yield* passive(transport)
      const session = yield* active({ host, port: tap, tls: { ca } })
      yield* session.awaitSelected
      yield* session.request(SecsMessage.primary(7, 3, Item.A("0123456789abcdef".repeat(8))))
      assert.isAbove(Buffer.concat(wire).length, 1000)
      assert.isFalse(Buffer.concat(wire).includes("0123456789abcdef"))
      assert.isFalse(Buffer.concat(wire).includes(Buffer.from("0000000affff0000", "hex")))
    })
  )

  live("send the name they look for, and no address, to the peer", () =>
    Effect.gen(function* () {
      const asked: Array<string | false | null> = []
      const port = yield* rawServer(() =>
        tls.createServer(server, (socket) => {
          asked.push(socket.servername ?? null)
        })
      )
      yield* connect(port)
      yield* connect(port, { ca, serverName: "localhost" })
      yield* until(() => asked.length === 2)
      assert.deepStrictEqual(asked, [false, "localhost"])
    })
  )

  live("end with Separate.req, close_notify and FIN (e37/separate/sent-on-close)", () =>
    Effect.gen(function* () {
      const { port, transport } = yield* listen({ tls: server })
      const equipment = yield* passive(transport)
      const ends: Array<SessionEvent.SessionEvent> = []
      yield* equipment.events.pipe(
        Stream.runForEach((event) =>
          Effect.sync(() => {
            if (event._tag === "Disconnected") ends.push(event)
          })
        ),
        Effect.forkScoped({ startImmediately: true })
      )
      const scope = yield* Scope.fork(yield* Effect.scope)
      const session = yield* Scope.provide(active({ host, port, tls: { ca } }), scope)
      yield* session.awaitSelected
      yield* Scope.close(scope, Exit.void)
      yield* until(() => ends.length === 1)
      assert.deepInclude(ends[0], { reason: { _tag: "Separated" } })
    })
  )

  live("leave no handle open, however they ended", () =>
    Effect.gen(function* () {
      const before = tcpHandles()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { port, tags, transport } = yield* listen({ tls: { ...server, clientCa: ca } })
          yield* passive(transport)
          for (let round = 0; round < 5; round++) {
            yield* Effect.scoped(
              Effect.gen(function* () {
                const session = yield* active({ host, port, tls: { ca, ...client } })
                yield* areYouThere(session)
              })
            )
            yield* Effect.exit(Effect.scoped(connect(port, { ca: pem("other-ca"), ...client })))
            const half = yield* rawConnect(port)
            half.write(Buffer.from("1603010200", "hex"))
          }
          yield* until(() => tags().length === 5)
        })
      )
      yield* until(() => tcpHandles() <= before)
    })
  )
})

describe("a channel over TLS", () => {
  /** The types of the records of TLS in what one side sent. */
  const records = (bytes: Buffer): ReadonlyArray<number> => {
    const types: Array<number> = []
    for (let at = 0; at + 5 <= bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) types.push(bytes[at]!)
    return types
  }

  live("that closes sends all that is written, then close_notify, then FIN", () =>
    Effect.gen(function* () {
      let received = 0
      let over = false
      const sent: Array<Buffer> = []
      // Its alerts are of a type of their own on the wire in TLS 1.2 only.
      const far = yield* rawServer(() =>
        tls.createServer({ ...server, maxVersion: "TLSv1.2" }, (socket) => {
          socket.on("data", (chunk) => {
            received += chunk.length
          })
          socket.on("end", () => {
            over = true
          })
        })
      )
      const near = yield* rawServer(() =>
        net.createServer((socket) => {
          const on = net.connect(far, host)
          on.on("error", () => {})
          socket.on("data", (chunk) => sent.push(chunk)).pipe(on)
          on.pipe(socket)
        })
      )
      yield* Effect.scoped(
        Effect.gen(function* () {
          const channel = yield* connect(near)
          yield* channel.write([new Uint8Array(700_000), Uint8Array.of(1)])
        })
      )
      yield* until(() => over)
      assert.strictEqual(received, 700_001)
      assert.strictEqual(records(Buffer.concat(sent)).at(-1), 21)
    })
  )

  live("closes within a bound although its peer reads nothing", () =>
    Effect.gen(function* () {
      let secured: tls.TLSSocket | undefined
      const port = yield* rawServer(() =>
        tls.createServer({ ...server, pauseOnConnect: true }, (socket) => {
          socket.on("error", () => {})
          secured = socket
        })
      )
      const scope = yield* Scope.fork(yield* Effect.scope)
      const channel = yield* Scope.provide(connect(port), scope)
      yield* until(() => secured !== undefined)
      yield* Effect.forkIn(Effect.exit(channel.write([new Uint8Array(64 * 1024 * 1024)])), scope, {
        startImmediately: true
      })
      const before = performance.now()
      yield* Scope.close(scope, Exit.void)
      assert.isBelow(performance.now() - before, 10_000)
    })
  )

  live("holds a peer back that sends while nobody pulls, and loses nothing", () =>
    Effect.gen(function* () {
      const { port, transport } = yield* listen({ tls: server })
      const a = yield* connect(port)
      const b = yield* transport.open
      const size = 32 * 1024 * 1024
      const write = yield* Effect.forkChild(a.write([new Uint8Array(size).fill(7)]), { startImmediately: true })
      yield* Effect.sleep(200)
      assert.isUndefined(write.pollUnsafe())
      let received = 0
      while (received < size) {
        for (const chunk of yield* b.pull) {
          received += chunk.length
          assert.isTrue(chunk.every((byte) => byte === 7))
        }
      }
      yield* Fiber.join(write)
    })
  )

  live("has what came with the end of the handshake, and ends as `Ended` after the first byte", () =>
    Effect.gen(function* () {
      const { port, transport } = yield* listen({ tls: server })
      yield* Effect.scoped(Effect.flatMap(connect(port), (channel) => channel.write([Uint8Array.of(1, 2, 3)])))
      const channel = yield* transport.open
      assert.deepStrictEqual(Array.from(kit.concat(...(yield* channel.pull))), [1, 2, 3])
      assert.deepStrictEqual(yield* end(channel), { _tag: "Ended" })
    })
  )

  live("ends as `Closed` on the side that closes, before any byte as after it", () =>
    Effect.gen(function* () {
      const port = yield* rawServer(() => tls.createServer(server))
      const scope = yield* Scope.fork(yield* Effect.scope)
      const channel = yield* Scope.provide(connect(port), scope)
      const read = yield* Effect.forkChild(end(channel), { startImmediately: true })
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* Fiber.join(read), { _tag: "Closed" })
    })
  )
})

describe("a dial over TLS", () => {
  const rejections: ReadonlyArray<readonly [string, string, NodeTransport.ConnectTls, SessionError.TransportReason]> = [
    [
      "whose certificate has expired",
      "expired",
      { ca },
      { _tag: "CertificateExpired", certificate: "equipment-7", until: "Jan 1 00:00:00 2021 GMT" }
    ],
    [
      "whose certificate is not valid yet",
      "not-yet",
      { ca },
      { _tag: "CertificateNotYetValid", certificate: "equipment-7", from: "Jan 1 00:00:00 2120 GMT" }
    ],
    [
      "whose certificate is from another CA",
      "other-server",
      { ca },
      {
        _tag: "CertificateUntrusted",
        certificate: "equipment-7",
        issuer: "Other CA",
        code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
      }
    ],
    [
      "whose certificate is signed by itself",
      "self-signed",
      { ca },
      {
        _tag: "CertificateUntrusted",
        certificate: "equipment-7",
        issuer: "equipment-7",
        code: "DEPTH_ZERO_SELF_SIGNED_CERT"
      }
    ],
    [
      "whose CA is not one of the public ones, where none is given",
      "server",
      {},
      {
        _tag: "CertificateUntrusted",
        certificate: "equipment-7",
        issuer: "Fab CA",
        code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
      }
    ],
    [
      "whose certificate is for another address",
      "wrong-name",
      { ca },
      { _tag: "HostNameMismatch", expected: host, names: ["equipment-8.fab.example", "192.0.2.8"] }
    ],
    [
      "whose certificate is for other names than the one looked for",
      "server",
      { ca, serverName: "equipment-9.fab.example" },
      { _tag: "HostNameMismatch", expected: "equipment-9.fab.example", names: ["localhost", host, "0:0:0:0:0:0:0:1"] }
    ],
    [
      "whose certificate is one for clients",
      "client",
      { ca },
      { _tag: "CertificateUnfit", certificate: "host-1", code: "INVALID_PURPOSE" }
    ]
  ]
  for (const [what, name, options, reason] of rejections) {
    live(`to a peer ${what} fails with \`${reason._tag}\`, and nothing is sent`, () =>
      Effect.gen(function* () {
        let received = 0
        const port = yield* rawServer(() =>
          tls.createServer(identity(name), (socket) => {
            socket.on("error", () => {})
            socket.on("data", () => received++)
          })
        )
        assert.deepStrictEqual(yield* failure(port, options), reason)
        assert.strictEqual(received, 0)
      })
    )
  }

  live("is not taken in by a CA that the peer sends along", () =>
    Effect.gen(function* () {
      const port = yield* rawServer(() => tls.createServer({ ...server, cert: server.cert + ca }))
      assert.deepStrictEqual(yield* failure(port, { ca: pem("other-ca") }), {
        _tag: "CertificateUntrusted",
        certificate: "equipment-7",
        issuer: "Fab CA",
        code: "SELF_SIGNED_CERT_IN_CHAIN"
      })
    })
  )

  const versions: ReadonlyArray<readonly [string, tls.TlsOptions, NodeTransport.ConnectTls, string]> = [
    ["older versions", { maxVersion: "TLSv1.2" }, { ca, minVersion: "TLSv1.3" }, "PROTOCOL_VERSION"],
    ["other ciphers", { maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" }, { ca }, "HANDSHAKE_FAILURE"]
  ]
  for (const [what, theirs, ours, code] of versions) {
    live(`to a peer with ${what} of TLS only fails with \`NothingInCommon\``, () =>
      Effect.gen(function* () {
        const port = yield* rawServer(() => tls.createServer({ ...server, ...theirs }))
        assert.deepStrictEqual(yield* failure(port, ours), { _tag: "NothingInCommon", code })
      })
    )
  }

  /** A peer that answers the first bytes with others, or does something else. */
  const fake = (react: (socket: net.Socket) => void) =>
    rawServer(() =>
      net.createServer((socket) => {
        socket.once("data", () => react(socket))
      })
    )

  for (const [alert, reason] of [
    [42, { _tag: "CertificateRefused", alert: 42 }],
    [43, { _tag: "CertificateRefused", alert: 43 }],
    [44, { _tag: "CertificateRefused", alert: 44 }],
    [45, { _tag: "CertificateRefused", alert: 45 }],
    [46, { _tag: "CertificateRefused", alert: 46 }],
    [48, { _tag: "CertificateRefused", alert: 48 }],
    [49, { _tag: "CertificateRefused", alert: 49 }],
    [70, { _tag: "NothingInCommon", code: "PROTOCOL_VERSION" }],
    [71, { _tag: "NothingInCommon", code: "INSUFFICIENT_SECURITY" }],
    [116, { _tag: "CertificateDemanded" }],
    [112, { _tag: "TlsFailed", code: "TLSV1_UNRECOGNIZED_NAME", detail: "tlsv1 unrecognized name" }]
  ] as const) {
    live(`to a peer that answers with alert ${alert} fails with \`${reason._tag}\``, () =>
      Effect.gen(function* () {
        const port = yield* fake((socket) => socket.write(Uint8Array.of(21, 3, 3, 0, 2, 2, alert)))
        assert.deepStrictEqual(yield* failure(port), reason)
      })
    )
  }

  live("to a plain HSMS port fails with `NotTls` where it answers, `HandshakeEnded` where it hangs up", () =>
    Effect.gen(function* () {
      const answers = yield* fake((socket) => socket.write(kit.toBytes(kit.rejectReq(1, 2, 1))))
      assert.deepStrictEqual(yield* failure(answers), { _tag: "NotTls" })
      const ended = { _tag: "HandshakeEnded", finished: false } as const
      assert.deepStrictEqual(yield* failure(yield* fake((socket) => socket.end())), ended)
      assert.deepStrictEqual(yield* failure(yield* fake((socket) => socket.resetAndDestroy())), ended)
      const { port, transport } = yield* listen({})
      yield* passive(transport)
      assert.deepStrictEqual(yield* failure(port), ended)
    })
  )

  live("to a peer that says nothing fails with `HandshakeTimedOut` and hangs up", () =>
    Effect.gen(function* () {
      let closed = false
      const port = yield* fake((socket) => {
        socket.once("close", () => {
          closed = true
        })
      })
      const reason = yield* failure(port, { ca, handshakeTimeout: "100 millis" })
      assert.strictEqual(reason._tag === "HandshakeTimedOut" && String(reason.after), "100 millis")
      yield* until(() => closed)
    })
  )

  live("where nobody listens fails with `Refused`, as without TLS", () =>
    Effect.gen(function* () {
      const port = yield* Effect.scoped(Effect.map(listen({}), ({ port }) => port))
      assert.deepStrictEqual(yield* failure(port), { _tag: "Refused" })
    })
  )

  live("that is interrupted during the handshake hangs up", () =>
    Effect.gen(function* () {
      let state = ""
      const port = yield* fake((socket) => {
        state = "hello"
        socket.once("close", () => {
          state = "closed"
        })
      })
      const dial = yield* Effect.forkChild(Effect.scoped(connect(port)), { startImmediately: true })
      yield* until(() => state === "hello")
      yield* Fiber.interrupt(dial)
      yield* until(() => state === "closed")
    })
  )

  live("is tried again by the session, which is selected once the peer has a certificate that is valid", (lines) =>
    Effect.gen(function* () {
      const first = yield* Scope.fork(yield* Effect.scope)
      const { port } = yield* Scope.provide(listen({ tls: identity("expired") }), first)
      const session = yield* active({ host, port, tls: { ca } })
      const complaint = `connect ${host}:${port}: the peer's certificate (equipment-7) expired on Jan 1 00:00:00 2021 GMT`
      yield* until(() => lines.filter((line) => line.includes(complaint)).length >= 3)
      assert.strictEqual(lines.filter((line) => line.startsWith("Warn") && line.includes(complaint)).length, 1)
      yield* Scope.close(first, Exit.void)
      const { transport } = yield* listen({ port, tls: server })
      yield* passive(transport)
      assert.strictEqual(yield* areYouThere(session), "S1F2")
    })
  )
})

describe("a listener over TLS", () => {
  const mutual = { ...server, clientCa: ca }

  live("tells a peer without certificate that it demands one, and says so itself", (lines) =>
    Effect.gen(function* () {
      const { port, refusals } = yield* listen({ tls: mutual })
      const channel = yield* connect(port)
      assert.deepStrictEqual(yield* end(channel), { _tag: "CertificateDemanded" })
      yield* until(() => refusals.length === 1)
      assert.match(
        refusals[0]!.message,
        /^accept 127\.0\.0\.1:\d+: the peer gave no certificate, and this side demands one: set one at the peer$/
      )
      const { address } = refusals[0]!
      assert.deepStrictEqual(warnings(lines), [
        `Warn listen ${host}:${port}: turned away ${address}: the peer gave no certificate, and this side demands one: set one at the peer`
      ])
    })
  )

  for (const [what, name, reason] of [
    [
      "another CA",
      "other-client",
      {
        _tag: "CertificateUntrusted",
        certificate: undefined,
        issuer: undefined,
        code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
      }
    ],
    ["the past", "expired-client", { _tag: "CertificateExpired", certificate: undefined, until: undefined }],
    ["a server", "server", { _tag: "CertificateUnfit", certificate: undefined, code: "INVALID_PURPOSE" }]
  ] as const) {
    live(`turns away a peer with the certificate of ${what}, which learns that it was hung up on after it`, () =>
      Effect.gen(function* () {
        const { port, refusals } = yield* listen({ tls: mutual })
        const channel = yield* connect(port, { ca, ...identity(name) })
        assert.deepStrictEqual(yield* end(channel), { _tag: "HandshakeEnded", finished: true })
        yield* until(() => refusals.length === 1)
        assert.deepStrictEqual(refusals[0]!.reason, reason)
      })
    )
  }

  for (const [what, own, sentence] of [
    ["no certificate", {}, "the peer demands a certificate: set tls.cert and tls.key"],
    [
      "another CA's certificate",
      identity("other-client"),
      "the peer closed the connection right after the TLS handshake: see its log, it may refuse this side's certificate"
    ]
  ] as const) {
    live(`leaves a session with ${what} a sentence in its log that says what to do`, (lines) =>
      Effect.gen(function* () {
        const { port, transport } = yield* listen({ tls: mutual })
        const equipment = yield* passive(transport)
        const session = yield* active({ host, port, tls: { ca, ...own } })
        yield* until(() => warnings(lines).some((line) => line.includes(`${host}:${port}: ${sentence}`)))
        assert.deepStrictEqual([yield* session.state, yield* equipment.state].includes("Selected"), false)
      })
    )
  }

  live("says that a peer does not take its certificate, where that peer tells it", () =>
    Effect.gen(function* () {
      const { port, refusals } = yield* listen({ tls: server })
      // Node has no way to send this alert: it is put in place of what its client says to the certificate.
      const between = yield* rawServer(() =>
        net.createServer((near) => {
          const far = net.connect(port, host)
          far.on("error", () => {})
          near.once("data", (hello) => far.write(hello))
          far.once("data", () => far.write(Uint8Array.of(21, 3, 3, 0, 2, 2, 48)))
        })
      )
      tls.connect({ host, port: between, maxVersion: "TLSv1.2" }).on("error", () => {})
      yield* until(() => refusals.length === 1)
      assert.deepStrictEqual(refusals[0]!.reason, { _tag: "CertificateRefused", alert: 48 })
    })
  )

  live("is told by the end of the connection that a peer of this library does not take its certificate", () =>
    Effect.gen(function* () {
      const { port, refusals, transport } = yield* listen({ tls: identity("expired") })
      const seen: Array<SessionError.TransportReason> = []
      yield* Effect.forkScoped(
        Effect.flatMap(transport.open, (channel) => Effect.map(end(channel), (reason) => seen.push(reason)))
      )
      yield* failure(port)
      yield* until(() => refusals.length + seen.length === 1)
      assert.strictEqual([...refusals.map((error) => error.reason), ...seen][0]!._tag, "HandshakeEnded")
    })
  )

  live("survives plain HSMS, HTTP, garbage, half a handshake, FIN and RST, and then serves a good peer", () =>
    Effect.gen(function* () {
      const { port, refusals, tags, transport } = yield* listen({ tls: mutual })
      const equipment = yield* passive(transport)
      const attack = (act: (socket: net.Socket) => void) =>
        Effect.gen(function* () {
          const count = refusals.length
          const socket = yield* rawConnect(port)
          act(socket.resume())
          yield* until(() => refusals.length === count + 1)
          yield* until(() => socket.closed || socket.readableEnded)
        })
      yield* attack((socket) => socket.write(kit.toBytes(kit.selectReq(1))))
      yield* attack((socket) => socket.write("GET / HTTP/1.1\r\n\r\n"))
      yield* attack((socket) => socket.write(Buffer.alloc(100_000, 0xff)))
      yield* attack((socket) => socket.write(Buffer.concat([Buffer.from("1603010200", "hex"), Buffer.alloc(600, 65)])))
      yield* attack((socket) => socket.end(Buffer.from("16030102000100", "hex")))
      yield* attack((socket) => socket.end())
      yield* attack((socket) => socket.resetAndDestroy())
      assert.deepStrictEqual(tags(), [
        "NotTls",
        "NotTls",
        "NotTls",
        "TlsFailed",
        "HandshakeEnded",
        "HandshakeEnded",
        "HandshakeEnded"
      ])
      assert.isTrue(refusals.every((error) => error.address.startsWith(`${host}:`)))
      assert.strictEqual(yield* equipment.state, "NotConnected")
      const session = yield* active({ host, port, tls: { ca, ...client } })
      assert.strictEqual(yield* areYouThere(session), "S1F2")
      assert.strictEqual(refusals.length, 7)
    })
  )

  live("serves a good peer while others stall, and hangs up on these when their time is over", () =>
    Effect.gen(function* () {
      const { port, refusals, tags, transport } = yield* listen({
        tls: { ...server, handshakeTimeout: "2 seconds" }
      })
      yield* passive(transport)
      const stalled: Array<net.Socket> = []
      for (const bytes of ["", "16", "1603010200", "160301020001"]) {
        const socket = yield* rawConnect(port)
        socket.write(Buffer.from(bytes, "hex"))
        stalled.push(socket.resume())
      }
      const session = yield* active({ host, port, tls: { ca } })
      assert.strictEqual(yield* areYouThere(session), "S1F2")
      yield* until(() => refusals.length === 4)
      assert.deepStrictEqual(new Set(tags()), new Set(["HandshakeTimedOut"]))
      yield* until(() => stalled.every((socket) => socket.closed || socket.readableEnded))
      assert.strictEqual(yield* areYouThere(session), "S1F2")
    })
  )

  live("has 64 handshakes at a time: one more crowds out the one that has taken longest", () =>
    Effect.gen(function* () {
      const { port, refusals, transport } = yield* listen({ tls: { ...server, handshakeTimeout: "1 hour" } })
      const sockets: Array<net.Socket> = []
      for (let i = 0; i < 64; i++) sockets.push((yield* rawConnect(port)).resume())
      const first = sockets[0]!
      const address = `${host}:${first.localPort}`
      assert.strictEqual(refusals.length, 0)
      yield* connect(port)
      yield* transport.open
      assert.deepStrictEqual(
        refusals.map((error) => [error.address, error.reason]),
        [[address, { _tag: "HandshakeCrowdedOut", maximum: 64 }]]
      )
      yield* until(() => first.closed || first.readableEnded)
      assert.isFalse(sockets.slice(1).some((socket) => socket.closed || socket.readableEnded))
    })
  )

  live("ends with its Scope, and with it every handshake and every peer that waits", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.fork(yield* Effect.scope)
      const { port, refusals } = yield* Scope.provide(listen({ tls: server }), scope)
      const half = (yield* rawConnect(port)).resume()
      const waiting = tls.connect({ host, port, ca })
      yield* Effect.addFinalizer(() => Effect.sync(() => waiting.destroy()))
      // The listener sends it when the handshake is done on its side.
      yield* Effect.callback<void>((resume) => {
        waiting.once("session", () => resume(Effect.void))
      })
      yield* Scope.close(scope, Exit.void)
      waiting.resume()
      yield* until(() => waiting.closed || waiting.readableEnded)
      yield* until(() => half.closed || half.readableEnded)
      assert.strictEqual(refusals.length, 0)
      yield* listen({ port, tls: server })
    })
  )

  live("goes on when `onRefused` dies", (lines) =>
    Effect.gen(function* () {
      const { port, transport } = yield* listen({ tls: server, onRefused: () => Effect.die("broken") })
      yield* passive(transport)
      const plain = yield* rawConnect(port)
      plain.write(kit.toBytes(kit.selectReq(1)))
      yield* until(() => lines.some((line) => line === `Warn listen ${host}:${port}: onRefused failed`))
      const session = yield* active({ host, port, tls: { ca } })
      assert.strictEqual(yield* areYouThere(session), "S1F2")
    })
  )
})

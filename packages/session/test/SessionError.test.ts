import { FrameError, ItemDecodeError, ItemEncodeError, MessageError } from "@effect-secs/codec/CodecError"
import { HsmsHeader } from "@effect-secs/codec/HsmsHeader"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { Item, Registry, SecsMessage, StreamFunction, Structure, StructureError } from "@effect-secs/codec"
import { SessionError, SessionEvent } from "../src/index.ts"

const { InvalidOption, TransactionError, TransportError } = SessionError

const badKey = new InvalidOption({
  option: "tls.key",
  value: "absent",
  expected: "the private key of tls.cert, in PEM"
})

/** Every tag of a union once: a reason that is added needs its message here. */
const covers = (
  union: {
    readonly members: ReadonlyArray<{
      readonly fields: { readonly _tag: { readonly schema: { readonly literal: string } } }
    }>
  },
  tags: ReadonlyArray<string>
) =>
  assert.sameMembers(
    [...new Set(tags)],
    union.members.map((member) => member.fields._tag.schema.literal)
  )

// --- transports ----------------------------------------------------------------------------------------------------

const transport: ReadonlyArray<readonly [SessionError.TransportReason, string]> = [
  [{ _tag: "AddressInUse" }, "the port is in use by another program"],
  [{ _tag: "AddressNotAvailable" }, "this machine has no such address: check host, or localAddress"],
  [{ _tag: "PermissionDenied" }, "permission denied (ports below 1024 need privileges)"],
  [{ _tag: "Refused" }, "connection refused: nobody listens there (is the peer up, and passive?)"],
  [{ _tag: "Unreachable" }, "no route to the peer: check network, address and firewall"],
  [{ _tag: "NameNotFound" }, "the host name is not known: check its spelling, and DNS"],
  [{ _tag: "TimedOut", after: Duration.seconds(10) }, "no answer within 10s: check address and firewall"],
  [{ _tag: "Reset" }, "the peer, or a firewall in between, reset the connection"],
  [{ _tag: "Ended" }, "the peer closed the connection"],
  [{ _tag: "Closed" }, "closed by this side"],
  [{ _tag: "NotAllowed" }, "its address is not on the allow list"],
  [{ _tag: "Misconfigured", error: badKey }, "option tls.key is absent: expected the private key of tls.cert, in PEM"],
  [
    { _tag: "CertificateExpired", certificate: "equipment-7", until: "Jan 1 00:00:00 2021 GMT" },
    "the peer's certificate (equipment-7) expired on Jan 1 00:00:00 2021 GMT: renew it, or set this machine's clock"
  ],
  [
    { _tag: "CertificateExpired", certificate: undefined, until: undefined },
    "the peer's certificate expired: renew it, or set this machine's clock"
  ],
  [
    { _tag: "CertificateNotYetValid", certificate: "equipment-7", from: "Jan 1 00:00:00 2120 GMT" },
    "the peer's certificate (equipment-7) is not valid before Jan 1 00:00:00 2120 GMT: set this machine's clock"
  ],
  [
    { _tag: "CertificateNotYetValid", certificate: undefined, from: undefined },
    "the peer's certificate is not valid yet: set this machine's clock"
  ],
  [
    {
      _tag: "CertificateUntrusted",
      certificate: "equipment-7",
      issuer: "Other CA",
      code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
    },
    "the peer's certificate (equipment-7) is from Other CA, which this side does not trust (UNABLE_TO_VERIFY_LEAF_SIGNATURE): add its CA to tls.ca, where this side dials, or to tls.clientCa"
  ],
  [
    { _tag: "CertificateUntrusted", certificate: undefined, issuer: undefined, code: "CERT_UNTRUSTED" },
    "the peer's certificate is from an issuer, which this side does not trust (CERT_UNTRUSTED): add its CA to tls.ca, where this side dials, or to tls.clientCa"
  ],
  [
    { _tag: "CertificateUnfit", certificate: "host-1", code: "INVALID_PURPOSE" },
    "the peer's certificate (host-1) cannot be used (INVALID_PURPOSE): it is made for the other side of TLS, see its extendedKeyUsage"
  ],
  [
    { _tag: "CertificateUnfit", certificate: undefined, code: "CERT_REVOKED" },
    "the peer's certificate cannot be used (CERT_REVOKED)"
  ],
  [{ _tag: "CertificateMissing" }, "the peer gave no certificate, and this side demands one: set one at the peer"],
  [
    { _tag: "HostNameMismatch", expected: "192.0.2.7", names: ["equipment-8.fab.example", "192.0.2.8"] },
    "the peer's certificate is for equipment-8.fab.example, 192.0.2.8, not for 192.0.2.7: dial a name that is in it, or set tls.serverName"
  ],
  [
    { _tag: "HostNameMismatch", expected: "192.0.2.7", names: [] },
    "the peer's certificate is for no name at all, not for 192.0.2.7: dial a name that is in it, or set tls.serverName"
  ],
  [{ _tag: "CertificateDemanded" }, "the peer demands a certificate: set tls.cert and tls.key"],
  [
    { _tag: "CertificateRefused", alert: 48 },
    "the peer refused this side's certificate: its CA is not known there (alert 48)"
  ],
  [{ _tag: "NotTls" }, "the peer does not speak TLS: one of the two sides is set up for plain HSMS"],
  [
    { _tag: "NothingInCommon", code: "NO_SHARED_CIPHER" },
    "no TLS version or cipher that both sides take (NO_SHARED_CIPHER)"
  ],
  [
    { _tag: "NothingInCommon", code: "HANDSHAKE_FAILURE" },
    "no TLS version or cipher that both sides take (HANDSHAKE_FAILURE), or the peer demands a certificate"
  ],
  [
    { _tag: "HandshakeTimedOut", after: Duration.seconds(5) },
    "no TLS handshake within 5s, though TCP is up: does the peer speak plain HSMS?"
  ],
  [
    { _tag: "HandshakeEnded", finished: false },
    "the peer closed the connection during the TLS handshake: see its log, it may speak plain HSMS or refuse this side"
  ],
  [
    { _tag: "HandshakeEnded", finished: true },
    "the peer closed the connection right after the TLS handshake: see its log, it may refuse this side's certificate"
  ],
  [
    { _tag: "HandshakeCrowdedOut", maximum: 64 },
    "no TLS handshake before 64 more were under way: somebody connects and leaves it at that"
  ],
  [
    { _tag: "TlsFailed", code: "UNEXPECTED_MESSAGE", detail: "unexpected message" },
    "TLS failed: unexpected message (UNEXPECTED_MESSAGE)"
  ],
  [{ _tag: "TextFrame", length: 5 }, "the peer sent a text frame of 5 characters; HSMS is bytes, in binary frames"],
  [{ _tag: "Other", code: "EMFILE", detail: "too many open files" }, "too many open files (EMFILE)"],
  [
    { _tag: "Other", code: "4999", detail: "bye\nINFO: all is well\u001b[2J\u202e" },
    "bye\\u000aINFO: all is well\\u001b[2J\\u202e (4999)"
  ]
]

const ended = new TransportError({ operation: "read", address: "192.0.2.10:5000", reason: { _tag: "Ended" } })

// --- ends of connections -------------------------------------------------------------------------------------------

const seconds = Duration.seconds

const disconnect: ReadonlyArray<readonly [SessionError.DisconnectReason, string]> = [
  [{ _tag: "LocalClose" }, "closed by this side"],
  [{ _tag: "Separated" }, "the peer separated"],
  [{ _tag: "Deselected" }, "the session was deselected"],
  [{ _tag: "TcpClosed", error: ended }, "read 192.0.2.10:5000: the peer closed the connection"],
  [
    { _tag: "T6Expired", request: "Select", waited: seconds(5), failures: 1 },
    "Select.req was not answered within T6 (5s): does the peer speak HSMS, and is it passive?"
  ],
  [
    { _tag: "T6Expired", request: "Linktest", waited: Duration.millis(1500), failures: 3 },
    "Linktest.req was not answered within T6 (1.5s), 3 times: the peer hangs, or the network is down"
  ],
  [
    { _tag: "T6Expired", request: "Deselect", waited: seconds(5), failures: 1 },
    "Deselect.req was not answered within T6 (5s): it may not know Deselect, as HSMS-SS has none"
  ],
  [
    { _tag: "T7Expired", waited: seconds(10) },
    "no session within T7 (10s): of the two sides one has to be active, the other passive"
  ],
  [
    { _tag: "T8Expired", waited: seconds(5), received: 13 },
    "a message stopped after 13 bytes, and nothing came for T8 (5s): the peer hangs, or the network is down"
  ],
  [
    { _tag: "FrameFault", error: new FrameError({ reason: { _tag: "FrameTooShort", length: 9 } }) },
    new FrameError({ reason: { _tag: "FrameTooShort", length: 9 } }).message
  ],
  [{ _tag: "NotReady" }, "the peer selected, and this side is not ready for a session"],
  [{ _tag: "SelectRefused", status: 3 }, "the peer refused Select: another connection has the session (status 3)"],
  [{ _tag: "SelectRefused", status: 200 }, "the peer refused Select: a reason of its own (status 200)"],
  [
    { _tag: "SelectRejected", rejectReason: 1 },
    "the peer rejected Select.req: SType not supported (reason 1); is it active as well?"
  ],
  [
    { _tag: "NotSelectedPolicy", header: "LinktestReq session 65535 [00000001]" },
    'LinktestReq session 65535 [00000001] came before Select, which strict: "E37.1" does not allow'
  ]
]

// --- transactions --------------------------------------------------------------------------------------------------

const undecodable = new ItemDecodeError({
  offset: 17,
  path: [2, 0],
  reason: { _tag: "Truncated", declared: 300, left: 12, unit: "bytes" }
})
const unencodable = new ItemEncodeError({ path: [], reason: { _tag: "TooDeep", maxDepth: 1024 } })
const illegal = new MessageError({ stream: 1, function: 13, reason: "NoReply" })

const transaction: ReadonlyArray<readonly [SessionError.TransactionReason, string]> = [
  [{ _tag: "ReplyTimeout", timer: "T3", waited: seconds(45) }, "peer sent no reply within T3 (45s)"],
  [{ _tag: "ReplyTimeout", timer: undefined, waited: seconds(2) }, "peer sent no reply within 2s"],
  [{ _tag: "Rejected", rejectReason: 4 }, "peer rejected the message: entity not selected (reason 4)"],
  [{ _tag: "Rejected", rejectReason: 9 }, "peer rejected the message: a reason of its own (reason 9)"],
  [{ _tag: "DeselectRefused", status: 1 }, "peer refused Deselect: it has no session (status 1)"],
  [{ _tag: "DeselectRefused", status: 2 }, "peer refused Deselect: it cannot end the session now (status 2)"],
  [{ _tag: "DeselectRefused", status: 9 }, "peer refused Deselect: a reason of its own (status 9)"],
  [
    { _tag: "Aborted" },
    "peer aborted the transaction (S1F0): it does not know the message, could not read it, or cannot answer now"
  ],
  [
    { _tag: "ErrorReported", function: 1 },
    "equipment reported an unrecognized device id (S9F1): is the device id (session id) right?"
  ],
  [{ _tag: "ErrorReported", function: 3 }, "equipment reported an unrecognized stream (S9F3)"],
  [{ _tag: "ErrorReported", function: 5 }, "equipment reported an unrecognized function (S9F5)"],
  [{ _tag: "ErrorReported", function: 7 }, "equipment reported illegal data (S9F7)"],
  [{ _tag: "ErrorReported", function: 11 }, "equipment reported data too long (S9F11)"],
  [{ _tag: "ConnectionLost", cause: { _tag: "Separated" } }, "connection lost: the peer separated"],
  [
    { _tag: "NotSelected", state: "Connecting" },
    "no session: the connection is Connecting, and awaitSelected waits for Selected"
  ],
  [{ _tag: "UnexpectedReply", stream: 2, function: 16 }, "peer answered with S2F16, not S1F14"],
  [{ _tag: "UndecodableReply", error: undecodable }, `the reply is not SECS-II: ${undecodable.message}`],
  [{ _tag: "ReplyTooLong", length: 17, maximum: 16 }, "the reply is too long: 17 bytes of text, maxTextLength is 16"],
  [{ _tag: "Unsendable", error: unencodable }, `cannot be sent: ${unencodable.message}`],
  [{ _tag: "Unsendable", error: illegal }, `cannot be sent: ${illegal.message}`],
  [{ _tag: "TooLong", length: 17, maximum: 16 }, "cannot be sent: 17 bytes of header and text, maxFrameLength is 16"],
  [{ _tag: "NoReplyExpected" }, "the primary has no W-bit: its sender expects no reply"],
  [{ _tag: "AlreadyReplied" }, "the primary has been replied to"]
]

describe("messages of errors", () => {
  it("of a transport say what was attempted, where, and what went wrong", () => {
    for (const [reason, text] of transport) {
      const error = new TransportError({ operation: "connect", address: "192.0.2.10:5000", reason })
      assert.strictEqual(error.message, `connect 192.0.2.10:5000: ${text}`)
    }
    covers(
      SessionError.TransportReason,
      transport.map(([reason]) => reason._tag)
    )
  })

  it("of a write that took too long do not blame the address", () => {
    const reason = { _tag: "TimedOut", after: seconds(30) } as const
    assert.strictEqual(
      new TransportError({ operation: "write", address: "192.0.2.10:5000", reason }).message,
      "write 192.0.2.10:5000: the peer took no bytes for 30s: it hangs, or the network is down"
    )
  })

  it("of the end of a connection name the cause and the number", () => {
    for (const [reason, text] of disconnect) assert.strictEqual(SessionError.describeDisconnect(reason), text)
    covers(
      SessionError.DisconnectReason,
      disconnect.map(([reason]) => reason._tag)
    )
  })

  it("of a transaction name message, system bytes and culprit", () => {
    for (const [reason, text] of transaction) {
      const error = new TransactionError({ stream: 1, function: 13, systemBytes: 42, reason })
      assert.strictEqual(error.message, `S1F13 [0000002a]: ${text}`)
    }
    covers(
      SessionError.TransactionReason,
      transaction.map(([reason]) => reason._tag)
    )
  })

  it("of a Deselect name it, with the system bytes of Deselect.req", () => {
    const error = { stream: 0, function: 0, systemBytes: 42, procedure: "Deselect" } as const
    const refused = new TransactionError({ ...error, reason: { _tag: "DeselectRefused", status: 2 } })
    assert.strictEqual(
      refused.message,
      "Deselect [0000002a]: peer refused Deselect: it cannot end the session now (status 2)"
    )
    const waited = seconds(5)
    const cause = { _tag: "T6Expired", request: "Deselect", waited, failures: 1 } as const
    const lost = new TransactionError({ ...error, reason: { _tag: "ConnectionLost", cause } })
    assert.strictEqual(
      lost.message,
      "Deselect [0000002a]: connection lost: Deselect.req was not answered within T6 (5s): it may not know Deselect, as HSMS-SS has none"
    )
  })

  it("of a linktest name the linktest and T6, not T3", () => {
    const reason = { _tag: "ReplyTimeout", timer: "T6", waited: seconds(5) } as const
    assert.strictEqual(
      new TransactionError({ stream: 0, function: 0, systemBytes: 0, procedure: "Linktest", reason }).message,
      "Linktest: peer sent no reply within T6 (5s)"
    )
  })

  it("of a message of stream 0 name the message", () => {
    const error = new MessageError({ stream: 0, function: 1, reason: "StreamRange" })
    const message = new TransactionError({
      stream: 0,
      function: 1,
      systemBytes: 7,
      reason: { _tag: "Unsendable", error }
    }).message
    assert.strictEqual(message, `S0F1 [00000007]: cannot be sent: ${error.message}`)
  })

  it("of an option name it, its value and what is expected", () => {
    assert.strictEqual(
      new InvalidOption({ option: "sessionId", value: "40000", expected: "an integer from 0 to 32767" }).message,
      "option sessionId is 40000: expected an integer from 0 to 32767"
    )
  })
})

describe("errors", () => {
  it("survive JSON, as a Schema promises", () => {
    const codec = Schema.fromJsonString(Schema.toCodecJson(TransactionError))
    for (const [reason] of transaction) {
      const error = new TransactionError({ stream: 1, function: 13, systemBytes: 42, reason })
      const back = Schema.decodeSync(codec)(Schema.encodeSync(codec)(error))
      assert.strictEqual(back.message, error.message)
    }
  })
})

describe("one line for each event", () => {
  const header = new HsmsHeader(10, 0x81, 1, 0, 0, 42)
  const linktest = new HsmsHeader(0xffff, 0, 0, 0, 5, 42)
  const message = SecsMessage.primary(1, 1)
  const refused = new TransportError({ operation: "connect", address: "192.0.2.10:5000", reason: { _tag: "Refused" } })
  const illegalBody = new StructureError.StructureError({
    subject: "S1F3",
    operation: "decode",
    path: [2],
    reason: { _tag: "WrongFormat", expected: "U1", seen: '<A "x">' }
  })
  const aborted = new TransactionError({ stream: 1, function: 1, systemBytes: 42, reason: { _tag: "Aborted" } })
  const at = 0

  const events: ReadonlyArray<readonly [SessionEvent.SessionEvent, string]> = [
    [{ _tag: "StateChanged", at, from: "NotSelected", to: "Selected" }, "NotSelected -> Selected"],
    [{ _tag: "Connected", at, peer: "192.0.2.10:5000" }, "connected with 192.0.2.10:5000"],
    [
      { _tag: "ConnectFailed", at, error: refused, retryIn: seconds(10) },
      "connect 192.0.2.10:5000: connection refused: nobody listens there (is the peer up, and passive?); next attempt in 10s"
    ],
    [
      { _tag: "Disconnected", at, reason: { _tag: "Separated" }, openTransactions: 2, unwritten: 1 },
      "disconnected: the peer separated (2 open transactions and 1 unwritten messages failed)"
    ],
    [{ _tag: "Received", at, header: linktest, message: undefined, elapsed: undefined }, `received ${linktest}`],
    [{ _tag: "Sent", at, header, message }, `sent ${header}`],
    [
      { _tag: "UnmatchedReply", at, kind: "Late", header, age: seconds(46) },
      `late reply ${header}, 46s after its primary: its transaction had ended without it`
    ],
    [
      { _tag: "UnmatchedReply", at, kind: "Orphan", header, age: undefined },
      `orphan reply ${header}: no primary of this side has its system bytes`
    ],
    [{ _tag: "UnmatchedReject", at, header }, `${header}: the peer rejected what is not open here`],
    [
      { _tag: "SessionIdMismatch", at, header, expected: 11, dropped: true },
      `${header}: session id 10, expected 11, dropped: is the device id (session id) right?`
    ],
    [
      { _tag: "SessionIdMismatch", at, header, expected: 11, dropped: false },
      `${header}: session id 10, expected 11: is the device id (session id) right?`
    ],
    [
      { _tag: "Undecodable", at, header, error: undecodable, text: new Uint8Array(0) },
      `${header}: ${undecodable.message}`
    ],
    [{ _tag: "MessageRejected", at, header, rejectReason: 4 }, `rejected ${header}: entity not selected (reason 4)`],
    [{ _tag: "ProtocolWarning", at, header, what: "StreamZero" }, `${header}: stream 0 is not assigned`],
    [{ _tag: "ProtocolWarning", at, header, what: "WBitOnSecondary" }, `${header}: W-bit on a secondary`],
    [
      { _tag: "PrimaryUnhandled", at, header, message },
      `${header}: turned away, as the buffer is full and nobody reads primaries: run Session.serve`
    ],
    ...(
      [
        [{ _tag: "UnrecognizedStream" }, "no handler is for its stream"],
        [{ _tag: "UnrecognizedFunction" }, "no handler is for its function"],
        [{ _tag: "IllegalData", error: illegalBody }, 'S1F3 [2]: expected U1, got <A "x">'],
        [{ _tag: "DataTooLong", length: 17, maximum: 16 }, "its text has 17 bytes, maxTextLength is 16"]
      ] as const
    ).map(
      ([refusal, text]) => [{ _tag: "PrimaryRefused", at, header, message, refusal }, `${header}: ${text}`] as const
    ),
    [
      { _tag: "ErrorReported", at, header, message: SecsMessage.primary(9, 9), about: header },
      `${header}: the equipment reports a reply that did not come in time, of ${header}`
    ],
    [
      { _tag: "ErrorReported", at, header, message: SecsMessage.primary(9, 13, Item.A("?")), about: undefined },
      `${header}: the equipment reports a conversation that did not go on <A "?">`
    ],
    [
      { _tag: "ErrorReported", at, header, message: SecsMessage.primary(9, 99), about: undefined },
      `${header}: the equipment reports an error`
    ],
    [
      { _tag: "ConversationTimedOut", at, header, awaited: ["S7F3", "S7F23"], edid: Item.A("R"), after: seconds(45) },
      `${header}: granted, and S7F3 or S7F23 did not follow within 45s, for <A "R">`
    ],
    [
      {
        _tag: "Deviated",
        at,
        deviation: { kind: "OtherNumberFormat", subject: "S1F3", path: [0], expected: "U4", seen: "<U1 7>" }
      },
      "S1F3 [0]: OtherNumberFormat, expected U4, got <U1 7>"
    ],
    [{ _tag: "TransactionFailed", at, header, error: aborted }, aborted.message],
    [
      { _tag: "LinktestFailed", at, failures: 1, maxFailures: 3 },
      "Linktest.req was not answered (1 of 3 that end the connection)"
    ],
    [
      { _tag: "ConnectionTurnedAway", at, peer: "192.0.2.11:40000" },
      "turned away 192.0.2.11:40000: another connection has the session"
    ],
    [{ _tag: "EventsMissed", at, count: 12 }, "12 events are missing here: whoever looks on was too slow"]
  ]

  for (const [event, text] of events) {
    it(event._tag, () => assert.strictEqual(SessionEvent.describe(event), text))
  }

  it("names a message and says what its codes mean, where a registry knows it", () => {
    const COMMACK = Structure.enumeration("B", { Accepted: [0, "accepted"] }, { name: "COMMACK" })
    const device = Structure.list({ mdln: Structure.text({ name: "MDLN" }) })
    const definition = StreamFunction.secondary({
      stream: 1,
      function: 14,
      name: "Establish Communications Request Acknowledge",
      structure: Structure.list({ commack: COMMACK, device })
    })
    const describe = SessionEvent.describeWith(Registry.make([definition]))
    const message = SecsMessage.secondary(1, 14, Item.L(Item.B(0), Item.L(Item.A("E"))))
    const received: SessionEvent.SessionEvent = { _tag: "Received", at, header, message, elapsed: undefined }
    assert.strictEqual(
      describe(received),
      `${SessionEvent.describe(received)} (Establish Communications Request Acknowledge, COMMACK 0 accepted)`
    )
    const unknown = SecsMessage.secondary(1, 16, Item.B(0))
    const other: SessionEvent.SessionEvent = { ...received, message: unknown }
    assert.strictEqual(describe(other), SessionEvent.describe(other))
  })
})

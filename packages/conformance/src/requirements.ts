/**
 * What SEMI E37 and E37.1 ask of an implementation, and of SEMI E5 what a session has to do for it: one sentence each, in
 * our own words. Pure data.
 *
 * Each says what has to prove it. What a peer can see is proved on the wire: by scenarios, over every transport, with the
 * session on each side and in each role that it is about. The rest is proved by a test that cites the id at the end of its
 * title. `docs/conformance.md` is printed from this list; a test fails when a requirement is not proved where it says.
 *
 * A source names a topic, never a clause: clauses move between editions. Where the standard leaves something open, or
 * is read differently by different implementations, the source says "our choice".
 *
 * @see `docs/standards.md` for the editions and for what could not be verified
 * @since 0.1.0
 */

/** @since 0.1.0 */
export const transports = ["memory", "TCP"] as const
/** Who connects, as seen from the session under test. @since 0.1.0 */
export const modes = ["active", "passive"] as const
/** @since 0.1.0 */
export const roles = ["host", "equipment"] as const

/** @since 0.1.0 */
export type TransportName = (typeof transports)[number]
/** @since 0.1.0 */
export type Mode = (typeof modes)[number]
/** @since 0.1.0 */
export type Role = (typeof roles)[number]

/**
 * Where a requirement applies: every combination of the three.
 *
 * @since 0.1.0
 */
export interface Where {
  readonly transports: ReadonlyArray<TransportName>
  readonly modes: ReadonlyArray<Mode>
  readonly roles: ReadonlyArray<Role>
}

/**
 * What proves a requirement.
 *
 * - `wire`: scenarios, in every combination
 * - `codec`: a test of the codec, where the requirement is about bytes and their meaning
 * - `table`: a test of the state table
 * - `session`: a test of the session in virtual time, for what no peer could tell (defaults, ranges, ties of a millisecond)
 *   or what takes more time or memory than a scenario has
 * - `socket`: a test of the TCP transport
 * - `overruled`: nothing, as a requirement of the subsidiary standard that we follow forbids it
 *
 * @since 0.1.0
 */
export type Proof =
  | ({ readonly by: "wire" } & Where)
  | { readonly by: "codec" | "table" | "session" | "socket" }
  | { readonly by: "overruled"; readonly id: string }

/**
 * One thing that has to be true.
 *
 * @since 0.1.0
 */
export interface Requirement {
  /** `standard/procedure/case`, lowercase: `e37/select/passive-accepts`. */
  readonly id: string
  readonly standard: "E37" | "E37.1" | "E5"
  readonly sentence: string
  /** Standard and topic: `SEMI E37, Select procedure`. */
  readonly source: string
  readonly proof: Proof
}

interface More extends Partial<Where> {
  readonly ours?: true
  readonly proof?: Proof
}

type Row = readonly [id: string, sentence: string, ...more: ReadonlyArray<More>]

const ours: More = { ours: true }
const active: More = { modes: ["active"] }
const passive: More = { modes: ["passive"] }
const host: More = { roles: ["host"] }
const equipment: More = { roles: ["equipment"] }
const overTcp: More = { transports: ["TCP"] }
const inCodec: More = { proof: { by: "codec" } }
const inTable: More = { proof: { by: "table" } }
const inSession: More = { proof: { by: "session" } }
const onSocket: More = { proof: { by: "socket" } }
const overruledBy = (id: string): More => ({ proof: { by: "overruled", id } })

/** The requirements of one topic. On the wire, over both transports, on both sides and in both roles, unless a row says else. */
const about = (
  standard: Requirement["standard"],
  topic: string,
  rows: ReadonlyArray<Row>
): ReadonlyArray<Requirement> =>
  rows.map(([id, sentence, ...more]) => {
    const { ours, proof, ...where }: More = Object.assign({}, ...more)
    return {
      id,
      standard,
      sentence,
      source: `SEMI ${standard}, ${topic}${ours === true ? " (our choice)" : ""}`,
      proof: proof ?? { by: "wire", transports, modes, roles, ...where }
    }
  })

// --- SEMI E37: messages --------------------------------------------------------------------------------------------

const frame = about("E37", "message format", [
  [
    "e37/frame/length-field",
    "A message begins with its length: 4 bytes, unsigned, most significant first, counting header and text, not itself.",
    inCodec
  ],
  ["e37/frame/header-only", "A message without text is its length field, which says 10, and its header."],
  ["e37/frame/control-length", "A control message is a header only: its length field says 10.", inCodec],
  ["e37/frame/text-one-item", "The text of a data message is empty or exactly one SECS-II item."],
  ["e37/frame/any-cut", "A message is the same however TCP cuts the byte stream, even inside the length field."],
  ["e37/frame/coalesced", "Messages that arrive in one segment are taken one by one, in order."],
  ["e37/frame/not-interleaved", "Messages are written one after the other; the bytes of two never mix."],
  ["e37/frame/too-short", "A length field below 10 ends the TCP connection."],
  [
    "e37/frame/too-long",
    "A length field above the maximum of the receiver ends the TCP connection, and no memory is taken for the text.",
    ours
  ],
  ["e37/frame/control-with-text", "A control message with text ends the TCP connection.", ours],
  ["e37/frame/good-before-bad", "Messages that are complete before a malformed one are acted on first.", ours],
  ["e37/frame/maximum-sent", "A message longer than the maximum is not sent; its sender is told.", ours],
  ["e37/frame/undecodable-text", "Text that is no SECS-II item leaves the connection as it is.", ours]
])

const header = about("E37", "message header", [
  [
    "e37/header/ten-bytes",
    "The header is 10 bytes: session id, two bytes by SType, PType, SType, system bytes.",
    inCodec
  ],
  ["e37/header/session-id", "The session id is header bytes 0 and 1, most significant first.", inCodec],
  ["e37/header/data-stream", "Header byte 2 of a data message is the W-bit in bit 7 and the stream below it.", inCodec],
  ["e37/header/data-function", "Header byte 3 of a data message is the function.", inCodec],
  ["e37/header/ptype", "PType 0 is SECS-II; no other is used.", inCodec],
  [
    "e37/header/stypes",
    "SType 0 to 7 and 9 are Data, Select.req, Select.rsp, Deselect.req, Deselect.rsp, Linktest.req, Linktest.rsp, Reject.req and Separate.req.",
    inCodec
  ],
  ["e37/header/stypes-reserved", "SType 8 and 10 to 255 name no message.", inCodec],
  ["e37/header/system-bytes", "The system bytes are header bytes 6 to 9, most significant first.", inCodec],
  [
    "e37/header/control-zero",
    "Header bytes 2 and 3 are 0 in Select.req, Deselect.req, Linktest.req, Linktest.rsp and Separate.req.",
    inCodec
  ],
  ["e37/header/select-status", "Header byte 3 of Select.rsp is the select status, byte 2 is 0.", inCodec],
  ["e37/header/deselect-status", "Header byte 3 of Deselect.rsp is the deselect status, byte 2 is 0.", inCodec],
  [
    "e37/header/reject-reason",
    "Header byte 3 of Reject.req is the reason, byte 2 the rejected PType for reason 2 and the rejected SType for all others.",
    inCodec
  ],
  ["e37/header/response-echo", "A response repeats session id and system bytes of its request."],
  ["e37/header/unused-ignored", "A receiver does not look at header bytes that a message does not use.", ours],
  [
    "e37/header/select-codes",
    "Select status 0 is established, 1 already active, 2 not ready, 3 exhausted; the rest belong to subsidiary standards and the local entity.",
    inCodec
  ],
  [
    "e37/header/deselect-codes",
    "Deselect status 0 is ended, 1 not established, 2 busy; the rest belong to subsidiary standards and the local entity.",
    inCodec
  ],
  [
    "e37/header/reject-codes",
    "Reject reason 1 is SType not supported, 2 PType not supported, 3 transaction not open, 4 entity not selected.",
    inCodec
  ]
])

// --- SEMI E37: connection ------------------------------------------------------------------------------------------

const connect = about("E37", "TCP connection procedure", [
  ["e37/connect/active-dials", "The active side initiates the TCP connection.", active],
  ["e37/connect/passive-listens", "The passive side accepts the TCP connection.", passive],
  ["e37/connect/first-at-once", "The first attempt of the active side does not wait for T5.", ours, active],
  [
    "e37/connect/failed",
    "An attempt that fails leaves the active side NOT CONNECTED; it tries again after T5.",
    active
  ],
  ["e37/connect/again", "The active side goes on dialling for ever, whatever ended the last connection.", ours, active],
  ["e37/connect/listens-again", "The passive side accepts the next TCP connection when one has ended.", passive],
  [
    "e37/connect/stops-listening",
    "Closing the passive side ends listening: no other TCP connection is served.",
    passive
  ],
  ["e37/connect/attempt-bounded", "An attempt that nobody answers is given up after a bound.", ours, active],
  [
    "e37/connect/close-while-dialling",
    "Closing the active side while it dials ends the attempt, and no other follows.",
    active
  ],
  [
    "e37/connect/close-while-waiting",
    "Closing the active side while it waits for T5 ends the wait, and no attempt follows.",
    active
  ],
  ["e37/connect/no-delay", "Short messages are not held back by the sender's TCP.", ours, onSocket]
])

const state = about("E37", "connection state diagram", [
  ["e37/state/initial", "An entity starts NOT CONNECTED.", inSession],
  ["e37/state/connected", "TCP established leads from NOT CONNECTED to NOT SELECTED."],
  ["e37/state/selected", "A Select procedure that succeeds leads from NOT SELECTED to SELECTED."],
  ["e37/state/deselected", "A Deselect procedure that succeeds leads from SELECTED to NOT SELECTED."],
  [
    "e37/state/disconnected",
    "The end of TCP leads from any state to NOT CONNECTED, a close by the peer and a reset alike."
  ],
  ["e37/state/t7", "T7 leads from NOT SELECTED to NOT CONNECTED."],
  ["e37/state/every-cell", "Every event has one defined outcome in every state, for either side.", ours, inTable],
  [
    "e37/state/transactions-fail",
    "The end of a connection fails the transactions that were open on it at once, with its cause."
  ],
  ["e37/state/nothing-carried-over", "A message that was queued for a connection is never written on another."],
  [
    "e37/state/unwritten-fail",
    "The end of a connection fails at once whoever waits for a message that was not written.",
    ours
  ],
  ["e37/state/half-close", "A peer that closed its sending side counts as gone.", ours, overTcp]
])

const select = about("E37", "Select procedure", [
  ["e37/select/active-sends", "The active side sends Select.req when TCP is established.", active],
  [
    "e37/select/passive-accepts",
    "Select.req in NOT SELECTED is answered with status 0; the session is SELECTED.",
    passive
  ],
  ["e37/select/accept-first", "A data message right behind Select.req already finds the session SELECTED."],
  ["e37/select/established", "Select.rsp with status 0 makes the initiator SELECTED.", active],
  [
    "e37/select/established-first",
    "A data message right behind Select.rsp already finds the initiator SELECTED.",
    active
  ],
  ["e37/select/already-selected", "Select.req in SELECTED is answered with status 1; the session stays."],
  [
    "e37/select/not-ready",
    "Select.req while the entity is not ready is answered with status 2; it stays NOT SELECTED."
  ],
  ["e37/select/already-active", "Select.rsp with status 1 counts as success.", ours, active],
  [
    "e37/select/refused",
    "Select.rsp with any other status, named or reserved, ends the initiator's TCP connection.",
    ours,
    active
  ],
  ["e37/select/rejected", "Reject.req in answer to Select.req ends the initiator's TCP connection.", ours, active],
  ["e37/select/again", "After a refusal the active side dials and selects again after T5.", ours, active],
  [
    "e37/select/simultaneous",
    "Select.req while our own is open is answered with status 0; the session is SELECTED as soon as either side's procedure succeeds.",
    active
  ],
  [
    "e37/select/simultaneous-response",
    "The response to our own Select.req that comes after the peer's procedure succeeded ends ours and changes nothing.",
    active
  ],
  ["e37/select/once", "The active side sends one Select.req per TCP connection.", ours, active],
  ["e37/select/either-side", "Either side may initiate the Select procedure.", overruledBy("e371/select/only-active")]
])

const deselect = about("E37", "Deselect procedure", [
  [
    "e37/deselect/accepts",
    "Deselect.req in SELECTED is answered with status 0; the session is NOT SELECTED, TCP stays."
  ],
  ["e37/deselect/not-selected", "Deselect.req in NOT SELECTED is answered with status 1."],
  ["e37/deselect/transactions", "Deselect fails the open data transactions, and their late replies settle nothing."],
  ["e37/deselect/select-again", "After Deselect the same TCP connection can be selected again."],
  [
    "e37/deselect/initiates",
    "Either side may end its session with Deselect.req; Deselect.rsp with status 0 ends it, and TCP stays."
  ],
  [
    "e37/deselect/session-id",
    "The session id of Deselect.req is hexadecimal FFFF where HSMS-SS has one session.",
    ours
  ],
  ["e37/deselect/refused", "Deselect.rsp with any other status, or Reject.req, leaves the initiator SELECTED."],
  [
    "e37/deselect/simultaneous",
    "Deselect.req while our own is open is answered with status 0; the response to ours then changes nothing."
  ],
  ["e37/deselect/busy", "An entity that cannot end its session now answers Deselect.req with status 2."]
])

const linktest = about("E37", "Linktest procedure", [
  ["e37/linktest/selected", "Linktest.req in SELECTED is answered with Linktest.rsp."],
  ["e37/linktest/not-selected", "Linktest.req in NOT SELECTED is answered with Linktest.rsp."],
  ["e37/linktest/session-id", "The session id of Linktest.req is hexadecimal FFFF."],
  ["e37/linktest/either-side", "Either side may send Linktest.req."],
  ["e37/linktest/completes", "Linktest.rsp ends the procedure and changes nothing else."],
  ["e37/linktest/on-demand", "The user may run a linktest and learns its round-trip time.", ours],
  ["e37/linktest/after-silence", "A peer that was silent for the linktest period is sent Linktest.req.", ours],
  ["e37/linktest/postponed", "Any byte of the peer postpones the next linktest.", ours],
  ["e37/linktest/off", "A linktest period of zero sends no Linktest.req.", ours],
  ["e37/linktest/only-selected", "No linktest starts by itself before Select.", ours],
  ["e37/linktest/alive", "A peer that sends anything while Linktest.rsp is due counts as alive.", ours],
  ["e37/linktest/rejected", "A peer that rejects Linktest.req counts as alive.", ours],
  [
    "e37/linktest/failures",
    "The connection ends after as many unanswered linktests in a row as the user allows, one unless told.",
    ours
  ]
])

const separate = about("E37", "Separate procedure", [
  ["e37/separate/ends", "Separate.req in SELECTED ends the session at once."],
  ["e37/separate/no-response", "Separate.req has no response."],
  ["e37/separate/sent-on-close", "An entity that closes its session sends Separate.req before it closes TCP."],
  ["e37/separate/either-side", "Either side may send Separate.req."],
  ["e37/separate/transactions", "Separate fails the open transactions on both sides."],
  ["e37/separate/only-selected", "An entity that closes in NOT SELECTED sends no Separate.req."],
  ["e37/separate/not-after-failure", "No Separate.req follows a communication failure."],
  ["e37/separate/tcp-stays", "On request Separate.req leads to NOT SELECTED, and TCP stays until T7."],
  ["e37/separate/not-selected-ignored", "On request Separate.req in NOT SELECTED is ignored."]
])

const reject = about("E37", "Reject procedure", [
  ["e37/reject/stype", "A message with an SType that names none is answered with Reject.req, reason 1."],
  ["e37/reject/ptype", "A message with another PType than 0 is answered with Reject.req, reason 2."],
  ["e37/reject/ptype-first", "PType is looked at before SType."],
  [
    "e37/reject/not-open",
    "A Select.rsp, Deselect.rsp or Linktest.rsp that answers nothing is answered with Reject.req, reason 3."
  ],
  ["e37/reject/not-selected", "A data message in NOT SELECTED is answered with Reject.req, reason 4."],
  ["e37/reject/echo", "Reject.req repeats session id and system bytes of what it rejects."],
  ["e37/reject/stays", "Neither sending nor receiving Reject.req changes the state of the connection."],
  ["e37/reject/never-rejected", "Reject.req is never answered."],
  [
    "e37/reject/fails-transaction",
    "Reject.req fails the open transaction with its system bytes at once, with the reason."
  ],
  ["e37/reject/unmatched", "Reject.req that names no open transaction is an event and nothing else."],
  ["e37/reject/reserved-reason", "A reserved reason is shown as it came."]
])

// --- SEMI E37: data ------------------------------------------------------------------------------------------------

const data = about("E37", "Data procedure", [
  ["e37/data/delivered", "A primary received in SELECTED is handed to the user with stream, function, W-bit and item."],
  ["e37/data/either-side", "Either side may send a primary at any time while SELECTED."],
  ["e37/data/no-reply", "A primary without W-bit opens no transaction."],
  ["e37/data/order", "Primaries are handed over in the order in which they came."],
  [
    "e37/data/not-selected-sent",
    "A data message that the user sends outside SELECTED is refused at once and never written."
  ],
  ["e37/data/header-only", "A data message without text is delivered without an item, which is not an empty list."],
  ["e37/data/illegal-unsendable", "A message that SECS-II does not allow is refused at once and never written.", ours],
  ["e37/data/w-on-secondary", "A W-bit on a secondary is a warning; the reply is taken and nothing is answered.", ours],
  ["e37/data/unhandled", "A primary with W-bit that nobody can take is answered with SxF0.", ours],
  ["e37/data/undecodable-aborted", "A primary with W-bit whose text is no SECS-II item is answered with SxF0.", ours],
  ["e37/data/stream-zero", "A primary of stream 0, which is not assigned, is a warning and is delivered.", ours],
  [
    "e37/data/backpressure",
    "A reader of primaries that is slow slows the peer; nothing is lost and replies still pass.",
    ours,
    inSession
  ]
])

const transaction = about("E37", "transactions", [
  [
    "e37/transaction/reply",
    "A secondary with the system bytes, stream and session id of an open primary and the next function is its reply."
  ],
  [
    "e37/transaction/reply-fields",
    "A reply has no W-bit, the function above its primary's, and its stream, session id and system bytes."
  ],
  ["e37/transaction/concurrent", "Any number of transactions may be open, and their replies may come in any order."],
  [
    "e37/transaction/both-directions",
    "A primary of the peer with system bytes of an open transaction of ours does not settle it."
  ],
  ["e37/transaction/abort", "SxF0 with the system bytes of an open primary ends its transaction without a reply."],
  ["e37/transaction/abort-sent", "The receiver of a primary with W-bit may end the transaction with SxF0."],
  ["e37/transaction/handler-fails", "A handler of the user that fails leaves its primary answered with SxF0.", ours],
  [
    "e37/transaction/unexpected-function",
    "A secondary with the system bytes of an open primary and another stream or function fails it.",
    ours
  ],
  ["e37/transaction/session-id", "A secondary with another session id than its primary's does not settle it.", ours],
  ["e37/transaction/late", "A secondary after T3 is an event: it is neither delivered nor rejected.", ours],
  ["e37/transaction/duplicate", "A second reply to the same primary is an event and nothing else.", ours],
  ["e37/transaction/orphan", "A secondary to nothing we sent is an event and nothing else.", ours],
  ["e37/transaction/undecodable-reply", "A reply whose text is no SECS-II item fails its transaction.", ours],
  ["e37/transaction/interrupted", "A caller that gives up frees its transaction at once.", ours],
  [
    "e37/transaction/error-reported",
    "Stream 9 with the header of an open primary of the host fails its transaction at once.",
    ours,
    host
  ],
  [
    "e37/transaction/reply-refused",
    "A reply to a primary without W-bit, or a second one, is refused and never written.",
    ours
  ],
  ["e37/transaction/reply-same-connection", "A reply goes to the connection its primary came on or nowhere."]
])

const systemBytes = about("E37", "system bytes", [
  ["e37/system-bytes/unique", "No two open transactions of one sender have the same system bytes."],
  ["e37/system-bytes/recent", "System bytes of a transaction that has just ended are not used for the next ones."],
  [
    "e37/system-bytes/one-counter",
    "Data and control messages of one sender draw their system bytes from one counter.",
    ours
  ],
  ["e37/system-bytes/echo", "A reply repeats all four system bytes of its primary, whatever they are."],
  ["e37/system-bytes/wrap", "After the largest number the counter goes on with 1.", ours, inSession]
])

// --- SEMI E37: timers ----------------------------------------------------------------------------------------------

const t3 = about("E37", "T3 reply timeout", [
  ["e37/t3/default", "T3 is 45 s unless told.", inSession],
  ["e37/t3/range", "T3 is 1 to 120 s.", inSession],
  ["e37/t3/starts", "T3 starts when the last byte of a primary with W-bit is handed to TCP.", inSession],
  ["e37/t3/each", "Each open transaction has a T3 of its own."],
  ["e37/t3/stops", "The reply of a transaction stops its T3, even just before it expires."],
  ["e37/t3/expires", "T3 fails its transaction only; session and other transactions stay."],
  ["e37/t3/equipment-reports", "Equipment whose T3 expires sends S9F9 with the header of its primary.", equipment],
  ["e37/t3/host-silent", "A host whose T3 expires sends nothing.", host],
  ["e37/t3/override", "The user may give a single request another timeout.", ours]
])

const t5 = about("E37", "T5 connect separation timeout", [
  ["e37/t5/default", "T5 is 10 s unless told.", inSession],
  ["e37/t5/range", "T5 is 1 to 240 s.", inSession],
  ["e37/t5/after-failure", "The active side waits T5 after a failed attempt before it dials again.", active],
  ["e37/t5/after-connection", "The active side waits T5 after the end of a connection before it dials again.", active],
  ["e37/t5/backoff", "On request the first waits are shorter than T5 and grow up to it.", ours, inSession]
])

const t6 = about("E37", "T6 control transaction timeout", [
  ["e37/t6/default", "T6 is 5 s unless told.", inSession],
  ["e37/t6/range", "T6 is 1 to 240 s.", inSession],
  ["e37/t6/select-closes", "Select.req without response within T6 is a communication failure: TCP is closed.", active],
  ["e37/t6/linktest-closes", "Linktest.req without response within T6 is a communication failure: TCP is closed."],
  ["e37/t6/stops", "The response, even just before it expires, stops T6."],
  ["e37/t6/deselect", "Deselect.req without response within T6 is a communication failure: TCP is closed."]
])

const t7 = about("E37", "T7 not selected timeout", [
  ["e37/t7/default", "T7 is 10 s unless told.", inSession],
  ["e37/t7/range", "T7 is 1 to 240 s.", inSession],
  ["e37/t7/starts", "T7 starts when TCP is established."],
  ["e37/t7/closes-unselected", "T7 closes a TCP connection that was not selected in time."],
  ["e37/t7/stops", "Select stops T7."],
  ["e37/t7/selected-stays", "T7 that expires as Select arrives leaves the session SELECTED.", inSession],
  ["e37/t7/after-deselect", "T7 starts again after Deselect."],
  ["e37/t7/not-postponed", "Messages other than Select do not postpone T7."],
  ["e37/t7/active", "T7 runs on the active side as well.", ours, active]
])

const t8 = about("E37", "T8 network intercharacter timeout", [
  ["e37/t8/default", "T8 is 5 s unless told.", inSession],
  ["e37/t8/range", "T8 is 1 to 120 s.", inSession],
  ["e37/t8/closes", "A message that stops half way for T8 is a communication failure: TCP is closed."],
  ["e37/t8/in-length", "T8 runs from the first byte of the length field."],
  ["e37/t8/restarts", "Every byte that arrives starts T8 anew, so a slow message of any length passes."],
  ["e37/t8/not-between", "T8 does not run between messages."]
])

const parameters = about("E37", "parameters", [
  [
    "e37/parameters/out-of-range",
    "A timer outside its range is used as it is and reported, never changed.",
    ours,
    inSession
  ],
  [
    "e37/parameters/fraction",
    "A timer may be shorter than the resolution of the standard, one second.",
    ours,
    inSession
  ]
])

// --- SEMI E37.1 ----------------------------------------------------------------------------------------------------

const single = about("E37.1", "single session", [
  [
    "e371/session/one-connection",
    "One TCP connection and one session at a time: a second TCP connection never gets the session.",
    passive
  ],
  [
    "e371/session/second-refused",
    "Select.req on a second TCP connection is answered with status 3 and that connection is closed.",
    ours,
    passive
  ],
  [
    "e371/session/second-other",
    "A second TCP connection that sends anything else first is closed without an answer.",
    ours,
    passive
  ],
  ["e371/session/second-silent", "A second TCP connection that sends nothing is closed after T7.", ours, passive],
  ["e371/session/second-bounded", "No more than four second TCP connections stay open at a time.", ours, passive],
  [
    "e371/session/first-stays",
    "A second TCP connection leaves session and transactions of the first as they are.",
    passive
  ],
  [
    "e371/session/first-probed",
    "A second TCP connection makes the session probe the first, so that a dead one is given up after T6.",
    ours,
    passive
  ],
  ["e371/session/free-again", "After the first connection has ended the next one is selected.", passive]
])

const sessionId = about("E37.1", "session id", [
  ["e371/session-id/control", "The session id of a control message we start is hexadecimal FFFF."],
  ["e371/session-id/control-any", "A control message with any session id is taken, and its response repeats it.", ours],
  ["e371/session-id/data", "The session id of a data message is the device id, 15 bits."],
  ["e371/session-id/range", "A device id above 32 767 is refused when the session is made.", inSession],
  [
    "e371/session-id/equipment",
    "Equipment answers a data message with another device id with S9F1 and drops it.",
    equipment
  ],
  ["e371/session-id/host", "A host drops a data message with another device id without an answer.", ours, host],
  ["e371/session-id/lenient", "On request a data message with another device id is delivered.", ours]
])

const ssSelect = about("E37.1", "Select procedure", [
  ["e371/select/only-active", "Only the active side sends Select.req.", passive],
  ["e371/select/first", "Before Select.req the active side sends nothing.", ours, active],
  ["e371/select/to-active", "An active side that receives Select.req answers as in E37.", ours, active],
  [
    "e371/select/active-rejects",
    "On request an active side in NOT SELECTED answers Select.req with Reject.req, reason 1.",
    active
  ]
])

const ssDeselect = about("E37.1", "Deselect procedure", [
  ["e371/deselect/not-sent", "Deselect.req is not used: a session ends with Separate.req and never with Deselect.req."],
  ["e371/deselect/rejected", "On request Deselect.req in SELECTED is answered with Reject.req, reason 1."]
])

const ssSeparate = about("E37.1", "Separate procedure", [
  ["e371/separate/closes", "Separate.req in SELECTED closes TCP."],
  ["e371/separate/not-selected", "Separate.req in NOT SELECTED closes TCP."],
  ["e371/separate/no-lingering", "An entity that separates closes TCP itself once Separate.req is written."]
])

const unselected = about("E37.1", "state table, NOT SELECTED", [
  ["e371/unselected/data", "On request a data message before Select closes TCP instead of being rejected."],
  ["e371/unselected/linktest", "On request Linktest.req before Select closes TCP instead of being answered."],
  ["e371/unselected/deselect", "On request Deselect.req before Select closes TCP instead of being answered."],
  ["e371/unselected/stype", "On request an unknown SType before Select closes TCP instead of being rejected."],
  ["e371/unselected/ptype", "On request another PType before Select closes TCP instead of being rejected."],
  ["e371/unselected/not-ready", "On request a refused Select.req is answered and then closes TCP.", passive]
])

// --- SEMI E5: what a session does for it ---------------------------------------------------------------------------

const streamNine = about("E5", "stream 9", [
  [
    "e5/stream-9/undecodable",
    "Equipment reports text that is no SECS-II item with S9F7 and the header it came with.",
    equipment
  ],
  [
    "e5/stream-9/timeout",
    "Equipment reports a primary of its own whose T3 expired with S9F9 and its header.",
    equipment
  ],
  [
    "e5/stream-9/fields",
    "A message of stream 9 has no W-bit, system bytes of its own, and the device id of the equipment.",
    equipment
  ],
  [
    "e5/stream-9/unrecognized",
    "Equipment reports a primary for whose stream it has no handler with S9F3, and one of a known stream for whose function it has none with S9F5.",
    equipment
  ],
  [
    "e5/stream-9/illegal-data",
    "Equipment reports a body that is not what its stream and function say with S9F7.",
    equipment
  ],
  ["e5/stream-9/too-long", "Equipment reports text that is longer than it takes with S9F11.", equipment],
  [
    "e5/stream-9/conversation",
    "Equipment that has granted an inquiry and waits in vain for what has to follow sends S9F13 with its SxFy and its id.",
    equipment
  ],
  [
    "e5/stream-9/once",
    "A message is reported once; where it has the W-bit, SxF0 ends its transaction as well.",
    equipment,
    ours
  ],
  ["e5/stream-9/told", "A host tells of a report that names none of its open transactions.", host, ours],
  ["e5/stream-9/never-about-itself", "Stream 9 is never sent about a message of stream 9.", equipment],
  ["e5/stream-9/host-never", "A host sends no stream 9.", host]
])

const ss = about("E37.1", "special considerations", [
  ["e371/role/independent", "Who is host and who is equipment does not depend on who is active."],
  ["e371/failure/t3-stays", "T3 never ends the connection."],
  ["e371/failure/closes", "T6, T8 and bytes that are no message always end the connection."],
  ["e371/ptype/secs2", "Only PType 0 is sent."]
])

/**
 * @since 0.1.0
 */
export const requirements: ReadonlyArray<Requirement> = [
  frame,
  header,
  connect,
  state,
  select,
  deselect,
  linktest,
  separate,
  reject,
  data,
  transaction,
  systemBytes,
  t3,
  t5,
  t6,
  t7,
  t8,
  parameters,
  single,
  sessionId,
  ssSelect,
  ssDeselect,
  ssSeparate,
  unselected,
  ss,
  streamNine
].flat()

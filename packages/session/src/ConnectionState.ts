/**
 * The connection state diagram of HSMS as one table. Pure: no socket, no clock.
 *
 * `table(options)` gives the table of one side; `transition` looks up a cell. A cell is the next state and what has to
 * be done, in order. The state is committed before anything is done, so that a data message right behind Select.rsp
 * already finds the session selected.
 *
 * The table does not know host from equipment; that difference is about messages, not connections.
 *
 * @see SEMI E37, connection state diagram; SEMI E37.1, procedures of HSMS-SS
 * @since 0.1.0
 */
import type { DeselectStatus, RejectReason, SelectStatus } from "@effect-secs/codec/HsmsHeader"

/**
 * - `NotConnected`: no TCP connection. The passive side listens, the active side waits for T5
 * - `Connecting`: the active side dials
 * - `NotSelected`: TCP is up, no session
 * - `Selected`: data messages may be exchanged
 *
 * @since 0.1.0
 */
export const states = ["NotConnected", "Connecting", "NotSelected", "Selected"] as const

/**
 * @since 0.1.0
 */
export type State = (typeof states)[number]

/**
 * What can happen to a connection. A response is `…Ok` or `…Refused` when it answers our open request, else
 * `OrphanRsp`.
 *
 * @since 0.1.0
 */
export const events = [
  /** Active: the first attempt, or T5 has elapsed. */
  "Start",
  "TcpConnected",
  "TcpFailed",
  /** FIN, reset, or a failed write. */
  "TcpClosed",
  /** Passive: another TCP connection came in while this one lives. */
  "SecondConnection",
  "SelectReq",
  /** Select.req, and the local entity is not ready for a session. */
  "SelectReqNotReady",
  /** Status 0 or 1. */
  "SelectRspOk",
  /** Any other status. */
  "SelectRspRefused",
  /** Reject.req that answers our Select.req. */
  "SelectRejected",
  "DeselectReq",
  /** Deselect.req, and the local entity cannot end its session now. */
  "DeselectReqBusy",
  /** Status 0. */
  "DeselectRspOk",
  /** Any other status, or Reject.req that answers our Deselect.req. */
  "DeselectRefused",
  "LinktestReq",
  "LinktestRsp",
  /** A response to nothing we asked. */
  "OrphanRsp",
  "SeparateReq",
  /** Reject.req that answers a data message or nothing. */
  "RejectReq",
  "Data",
  "UnsupportedPType",
  "UnsupportedSType",
  /** A length below 10 or above the maximum, or a control message with text. */
  "FrameFault",
  /** Our Select.req went unanswered. */
  "T6Select",
  /** Our Deselect.req went unanswered. */
  "T6Deselect",
  /** Our Linktest.req went unanswered, as often as is tolerated. */
  "T6Linktest",
  "T7",
  "T8",
  /** The local user ends the session, and TCP stays. */
  "Deselect",
  /** The local user ends session and connection. */
  "Close"
] as const

/**
 * @since 0.1.0
 */
export type Event = (typeof events)[number]

/**
 * What a transition asks for.
 *
 * @since 0.1.0
 */
export type Action =
  | { readonly _tag: "Dial" }
  | { readonly _tag: "AbortDial" }
  /** Active: wait before the next attempt. */
  | { readonly _tag: "ArmT5" }
  | { readonly _tag: "ArmT7" }
  | { readonly _tag: "DisarmT7" }
  /** Send Select.req and arm T6. */
  | { readonly _tag: "SendSelectReq" }
  | { readonly _tag: "SendSelectRsp"; readonly status: (typeof SelectStatus)["Ok" | "AlreadyActive" | "NotReady"] }
  /** Send Deselect.req and arm T6, unless one is open. */
  | { readonly _tag: "SendDeselectReq" }
  | { readonly _tag: "SendDeselectRsp"; readonly status: (typeof DeselectStatus)[keyof typeof DeselectStatus] }
  | { readonly _tag: "SendLinktestRsp" }
  | { readonly _tag: "SendReject"; readonly reason: (typeof RejectReason)[keyof typeof RejectReason] }
  | { readonly _tag: "SendSeparate" }
  /** End the open control transaction the message answers, and its T6. */
  | { readonly _tag: "EndControl" }
  /** Fail the data transaction the message names, if one is open. */
  | { readonly _tag: "FailTransaction" }
  /** Fail all open data transactions; the connection stays. */
  | { readonly _tag: "AbortTransactions" }
  /** Hand the data message to its transaction or to whoever reads primaries. */
  | { readonly _tag: "Deliver" }
  /** Answer the other connection's Select.req with status 3 and close it. */
  | { readonly _tag: "RefuseConnection" }
  /** Linktest at once: the peer that dials again may know that this connection is dead. */
  | { readonly _tag: "Probe" }
  /** Close TCP; settle all that is open. */
  | { readonly _tag: "Disconnect" }

/**
 * One cell of the table.
 *
 * @since 0.1.0
 */
export interface Transition {
  readonly state: State
  readonly actions: ReadonlyArray<Action>
}

/**
 * Whose table it is.
 *
 * @since 0.1.0
 */
export interface Options {
  readonly mode: "Active" | "Passive"
  /**
   * The one standard that decides where generic E37 and its subsidiary E37.1 (HSMS-SS) part. Absent, the default, takes
   * from each what peers of either kind get on with:
   *
   * | Event | absent | `"E37"` | `"E37.1"` |
   * | --- | --- | --- | --- |
   * | data, Linktest.req, Deselect.req, unknown SType or PType in NOT SELECTED | answered | answered | TCP closed |
   * | Select.req while not ready | status 2 | status 2 | status 2, TCP closed |
   * | Select.req to the active side, NOT SELECTED | status 0 | status 0 | Reject.req 1 |
   * | Deselect.req in SELECTED | status 0 or 2 | status 0 or 2 | Reject.req 1 |
   * | Separate.req in SELECTED | TCP closed | NOT SELECTED, T7 | TCP closed |
   * | Separate.req in NOT SELECTED | TCP closed | ignored | TCP closed |
   */
  readonly strict?: "E37" | "E37.1" | undefined
}

/**
 * The cells of one side. An event that cannot occur in a state has no cell.
 *
 * @since 0.1.0
 */
export type Table = { readonly [S in State]: { readonly [E in Event]?: Transition } }

const to = (state: State, ...actions: ReadonlyArray<Action>): Transition => ({ state, actions })

const reject = (reason: 1 | 2 | 3 | 4): Action => ({ _tag: "SendReject", reason })
const selectRsp = (status: 0 | 1 | 2): Action => ({ _tag: "SendSelectRsp", status })
const deselectRsp = (status: 0 | 1 | 2): Action => ({ _tag: "SendDeselectRsp", status })
const action = <Tag extends Action["_tag"]>(_tag: Tag) => ({ _tag }) as Extract<Action, { readonly _tag: Tag }>

/**
 * The table of one side.
 *
 * @since 0.1.0
 */
export const table = (options: Options): Table => {
  const active = options.mode === "Active"
  const again = active ? [action("ArmT5")] : []
  const disconnect = to("NotConnected", action("Disconnect"), ...again)
  const single = options.strict === "E37.1"
  const generic = options.strict === "E37"
  /** HSMS-SS expects nothing but Select before Select. */
  const unexpected = single ? disconnect : undefined
  const deselected = [action("AbortTransactions"), action("ArmT7")]

  const connected = {
    TcpClosed: disconnect,
    FrameFault: disconnect,
    ...(active ? { T6Select: disconnect } : {}),
    T6Deselect: disconnect,
    T6Linktest: disconnect,
    T8: disconnect
  } as const

  const staying = (state: "NotSelected" | "Selected") => ({
    LinktestReq: to(state, action("SendLinktestRsp")),
    LinktestRsp: to(state, action("EndControl")),
    OrphanRsp: to(state, reject(3)),
    RejectReq: to(state, action("FailTransaction")),
    UnsupportedPType: to(state, reject(2)),
    UnsupportedSType: to(state, reject(1))
  })

  const notSelected = staying("NotSelected")

  return {
    NotConnected: active
      ? { Start: to("Connecting", action("Dial")), Close: to("NotConnected") }
      : { TcpConnected: to("NotSelected", action("ArmT7")), Close: to("NotConnected") },

    Connecting: active
      ? {
          TcpConnected: to("NotSelected", action("ArmT7"), action("SendSelectReq")),
          TcpFailed: to("NotConnected", action("ArmT5")),
          Close: to("NotConnected", action("AbortDial"))
        }
      : {},

    NotSelected: {
      ...connected,
      ...notSelected,
      ...(unexpected === undefined
        ? {}
        : { LinktestReq: unexpected, UnsupportedPType: unexpected, UnsupportedSType: unexpected }),
      SelectReq: single && active ? to("NotSelected", reject(1)) : to("Selected", action("DisarmT7"), selectRsp(0)),
      SelectReqNotReady: !single
        ? to("NotSelected", selectRsp(2))
        : active
          ? to("NotSelected", reject(1))
          : to("NotConnected", selectRsp(2), action("Disconnect")),
      ...(active
        ? {
            SelectRspOk: to("Selected", action("EndControl"), action("DisarmT7")),
            SelectRspRefused: to("NotConnected", action("EndControl"), action("Disconnect"), action("ArmT5")),
            SelectRejected: to("NotConnected", action("EndControl"), action("Disconnect"), action("ArmT5"))
          }
        : { SecondConnection: to("NotSelected", action("RefuseConnection")) }),
      DeselectReq: unexpected ?? to("NotSelected", deselectRsp(1)),
      DeselectReqBusy: unexpected ?? to("NotSelected", deselectRsp(1)),
      // Both sides asked at once and the peer's request ended the session; this ends the other half.
      DeselectRspOk: to("NotSelected", action("EndControl")),
      DeselectRefused: to("NotSelected", action("EndControl")),
      SeparateReq: generic ? to("NotSelected") : disconnect,
      Data: unexpected ?? to("NotSelected", reject(4)),
      T7: disconnect,
      Close: to("NotConnected", action("Disconnect"))
    },

    Selected: {
      ...connected,
      ...staying("Selected"),
      SelectReq: to("Selected", selectRsp(1)),
      SelectReqNotReady: to("Selected", selectRsp(1)),
      ...(active
        ? {
            // The peer selected first; this ends the other half of a simultaneous select.
            SelectRspOk: to("Selected", action("EndControl")),
            SelectRspRefused: to("Selected", action("EndControl")),
            SelectRejected: to("Selected", action("EndControl"))
          }
        : { SecondConnection: to("Selected", action("RefuseConnection"), action("Probe")) }),
      DeselectReq: single ? to("Selected", reject(1)) : to("NotSelected", deselectRsp(0), ...deselected),
      DeselectReqBusy: to("Selected", single ? reject(1) : deselectRsp(2)),
      DeselectRspOk: to("NotSelected", action("EndControl"), ...deselected),
      DeselectRefused: to("Selected", action("EndControl")),
      SeparateReq: generic ? to("NotSelected", ...deselected) : disconnect,
      Data: to("Selected", action("Deliver")),
      // T7 that expired in the turn in which Select came.
      T7: to("Selected"),
      Deselect: to("Selected", action("SendDeselectReq")),
      Close: to("NotConnected", action("SendSeparate"), action("Disconnect"))
    }
  }
}

/**
 * The cell of an event in a state. An event without a cell changes nothing.
 *
 * @since 0.1.0
 */
export const transition = (cells: Table, state: State, event: Event): Transition => cells[state][event] ?? stay[state]

const stay: { readonly [S in State]: Transition } = {
  NotConnected: to("NotConnected"),
  Connecting: to("Connecting"),
  NotSelected: to("NotSelected"),
  Selected: to("Selected")
}

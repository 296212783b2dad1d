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
import type { RejectReason, SelectStatus } from "@effect-secs/codec/HsmsHeader"

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
  /** Our Linktest.req went unanswered, as often as is tolerated. */
  "T6Linktest",
  "T7",
  "T8",
  /** The local user ends the session. */
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
  | { readonly _tag: "SendDeselectRsp"; readonly status: 0 | 1 }
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
 * @since 0.1.0
 */
export interface Options {
  readonly mode: "Active" | "Passive"
  /**
   * What a message that needs a session meets before Select. `"reject"`, the default, answers with Reject.req, which
   * a peer can diagnose; `"close"` closes TCP, as the state table of E37.1 has it.
   */
  readonly unselected?: "reject" | "close" | undefined
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
const deselectRsp = (status: 0 | 1): Action => ({ _tag: "SendDeselectRsp", status })
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
  const strict = options.unselected === "close" ? disconnect : undefined

  const connected = {
    TcpClosed: disconnect,
    FrameFault: disconnect,
    SeparateReq: disconnect,
    ...(active ? { T6Select: disconnect } : {}),
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
      ...(strict === undefined ? {} : { LinktestReq: strict, UnsupportedPType: strict, UnsupportedSType: strict }),
      SelectReq: to("Selected", action("DisarmT7"), selectRsp(0)),
      SelectReqNotReady:
        strict === undefined
          ? to("NotSelected", selectRsp(2))
          : to("NotConnected", selectRsp(2), action("Disconnect"), ...again),
      ...(active
        ? {
            SelectRspOk: to("Selected", action("EndControl"), action("DisarmT7")),
            SelectRspRefused: to("NotConnected", action("EndControl"), action("Disconnect"), action("ArmT5")),
            SelectRejected: to("NotConnected", action("EndControl"), action("Disconnect"), action("ArmT5"))
          }
        : { SecondConnection: to("NotSelected", action("RefuseConnection")) }),
      DeselectReq: strict ?? to("NotSelected", deselectRsp(1)),
      Data: strict ?? to("NotSelected", reject(4)),
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
      DeselectReq: to("NotSelected", deselectRsp(0), action("AbortTransactions"), action("ArmT7")),
      Data: to("Selected", action("Deliver")),
      // T7 that expired in the turn in which Select came.
      T7: to("Selected"),
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

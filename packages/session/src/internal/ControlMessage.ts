/**
 * What a control message of the peer means: which event of the state table it is, and why the connection ends if that
 * is what the table says.
 *
 * @see SEMI E37, procedures
 */
import { FrameError } from "@effect-secs/codec/CodecError"
import * as Hsms from "@effect-secs/codec/Hsms"
import * as HsmsHeader from "@effect-secs/codec/HsmsHeader"
import * as Result from "effect/Result"
import type { Event, State } from "../ConnectionState.ts"
import type { DisconnectReason } from "../SessionError.ts"

/** This side, as far as the meaning of a message depends on it. */
export interface Local {
  readonly state: State
  /** True when the system bytes of the message are those of our open Select.req. */
  readonly selecting: boolean
  /** The same of our Deselect.req. */
  readonly deselecting: boolean
  /** The same of a Linktest.req of ours, answered or given up. */
  readonly probing: boolean
  readonly ready: () => boolean
  readonly busy: () => boolean
}

export interface Meaning {
  readonly event: Event
  readonly reason?: DisconnectReason | undefined
}

/** Why a connection ends on which something came that needs a session. */
export const tooEarly = (header: HsmsHeader.HsmsHeader): DisconnectReason => ({
  _tag: "NotSelectedPolicy",
  header: String(header)
})

/** The meaning of a message with this header. `length` counts header and text, of which a control message has none. */
export const meaningOf = (header: HsmsHeader.HsmsHeader, length: number, local: Local): Meaning => {
  const named = Hsms.fromHeader(header, undefined)
  if (Result.isFailure(named)) {
    const pType = named.failure.reason._tag === "UnsupportedPType"
    return { event: pType ? "UnsupportedPType" : "UnsupportedSType", reason: tooEarly(header) }
  }
  if (length !== HsmsHeader.length) {
    const error = new FrameError({ reason: { _tag: "BadControlLength", length, sType: header.sType } })
    return { event: "FrameFault", reason: { _tag: "FrameFault", error } }
  }
  const message = named.success
  switch (message._tag) {
    case "SelectReq":
      return {
        event: local.ready() ? "SelectReq" : "SelectReqNotReady",
        reason: { _tag: "NotReady" }
      }
    case "SelectRsp":
      if (!local.selecting) return { event: "OrphanRsp" }
      return message.status <= HsmsHeader.SelectStatus.AlreadyActive
        ? { event: "SelectRspOk" }
        : { event: "SelectRspRefused", reason: { _tag: "SelectRefused", status: message.status } }
    case "DeselectReq":
      return {
        event: local.busy() ? "DeselectReqBusy" : "DeselectReq",
        reason: local.state === "Selected" ? { _tag: "Deselected" } : tooEarly(header)
      }
    case "DeselectRsp":
      if (!local.deselecting) return { event: "OrphanRsp" }
      return { event: message.status === HsmsHeader.DeselectStatus.Ok ? "DeselectRspOk" : "DeselectRefused" }
    case "LinktestReq":
      return { event: "LinktestReq", reason: tooEarly(header) }
    case "LinktestRsp":
      return { event: local.probing ? "LinktestRsp" : "OrphanRsp" }
    case "RejectReq":
      if (local.selecting) {
        return { event: "SelectRejected", reason: { _tag: "SelectRejected", rejectReason: message.reason } }
      }
      if (local.deselecting) return { event: "DeselectRefused" }
      // A peer that rejects Linktest.req is alive.
      return { event: local.probing ? "LinktestRsp" : "RejectReq" }
    case "SeparateReq":
      return { event: "SeparateReq", reason: { _tag: "Separated" } }
    case "Data":
      return { event: "Data", reason: tooEarly(header) }
  }
}

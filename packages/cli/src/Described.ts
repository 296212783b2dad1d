/**
 * Items, messages and frames as commands print them: SML that reads back as what it was, and JSON. Pure.
 *
 * What SML has no words for, the fields of a header and the control messages of HSMS, stands in comments.
 *
 * @since 0.1.0
 */
import { HsmsHeader, type Item, SecsMessage } from "@effect-secs/codec"
import { controlName } from "./Explain.ts"
import type { Part } from "./Wire.ts"

/**
 * One part of the input as SML, with a final line end.
 *
 * @since 0.1.0
 */
export const sml = ({ form, header, item }: Part): string => {
  if (header === undefined) return item === undefined ? "" : `${itemText(item)}\n`
  const { byte3, function: function_, replyExpected, sType, stream } = header
  const fields = `session ${header.sessionId}, system bytes ${header.systemBytes.toString(16).padStart(8, "0")}`
  if (sType !== HsmsHeader.SType.Data) return `// ${controlName(sType)}${detail(sType, byte3)}, ${fields}\n`
  const message = new SecsMessage.SecsMessage(stream, function_, replyExpected, item)
  return `${form === "item" ? "" : `// ${fields}\n`}${messageText(message)}\n`
}

const detail = (sType: number, byte3: number): string => {
  switch (sType) {
    case HsmsHeader.SType.SelectRsp:
      return ` ${HsmsHeader.selectStatusName(byte3)}`
    case HsmsHeader.SType.DeselectRsp:
      return ` ${HsmsHeader.deselectStatusName(byte3)}`
    case HsmsHeader.SType.RejectReq:
      return ` ${HsmsHeader.rejectReasonName(byte3)}`
    default:
      return ""
  }
}

const itemText = (item: Item.Item): string => String(item)
const messageText = (message: SecsMessage.SecsMessage): string => `${message}.`

/**
 * One part of the input as a JSON value.
 *
 * @since 0.1.0
 */
export const json = ({ end, fault, form, header, item, start }: Part): unknown => ({
  form,
  offset: start,
  length: end - start,
  ...(header === undefined
    ? {}
    : {
        sessionId: header.sessionId,
        systemBytes: header.systemBytes,
        type: header.sType === HsmsHeader.SType.Data ? "Data" : controlName(header.sType),
        ...(header.sType === HsmsHeader.SType.Data
          ? { stream: header.stream, function: header.function, replyExpected: header.replyExpected }
          : { byte2: header.byte2, byte3: header.byte3 })
      }),
  ...(item === undefined ? {} : { item: String(item) }),
  ...(fault === undefined ? {} : { error: { offset: fault.offset, message: fault.error.message } })
})

/**
 * Items, messages and frames as commands print them: SML that reads back as what it was, and JSON. Pure.
 *
 * What SML has no words for, the fields of a header and the control messages of HSMS, stands in comments.
 *
 * @since 0.1.0
 */
import { HsmsHeader, type Item, SecsMessage } from "@effect-secs/codec"
import { ItemJson, Preset, SmlPrinter } from "@effect-secs/sml"
import * as Result from "effect/Result"
import { controlName } from "./Explain.ts"
import type { Part } from "./Wire.ts"

/**
 * One part of the input as SML, with a final line end, in pieces; nothing for a part that is faulty before its item
 * ends. Everything can be said: of a NaN whose payload has no text, a comment holds the bits.
 *
 * @since 0.1.0
 */
export function* sml({ fault, header, item }: Part, preset: Preset.Preset = Preset.canonical): Generator<string> {
  if (fault !== undefined && item === undefined) return
  if (header !== undefined) {
    const fields = `session ${header.sessionId}, system bytes ${header.systemBytes.toString(16).padStart(8, "0")}`
    if (header.sType !== HsmsHeader.SType.Data) {
      return yield `// ${controlName(header.sType)}${detail(header.sType, header.byte3)}, ${fields}\n`
    }
    yield `// ${fields}\n`
    const { function: function_, replyExpected, stream } = header
    yield* text(new SecsMessage.SecsMessage(stream, function_, replyExpected, item), preset)
  } else if (item !== undefined) {
    yield* text(item, preset)
  }
  yield "\n"
}

const text = (source: Item.Item | SecsMessage.SecsMessage, preset: Preset.Preset): Iterable<string> =>
  Result.getOrElse(SmlPrinter.chunks(source, { preset }), () => [
    SmlPrinter.show(source, { oneLine: preset.layout === "line", maxValues: Number.POSITIVE_INFINITY })
  ])

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

/**
 * One part of the input as a JSON value; items and messages in it are those of `ItemJson`.
 *
 * @since 0.1.0
 */
export const json = ({ end, fault, form, header, item, start }: Part): unknown => ({
  form,
  offset: start,
  length: end - start,
  ...(header === undefined
    ? item === undefined
      ? {}
      : { item: ItemJson.fromItem(item) }
    : {
        sessionId: header.sessionId,
        systemBytes: header.systemBytes,
        ...contents(header, item, fault === undefined || item !== undefined)
      }),
  ...(fault === undefined ? {} : { error: { offset: fault.offset, message: fault.error.message } })
})

const contents = (header: HsmsHeader.HsmsHeader, item: Item.Item | undefined, whole: boolean): object => {
  const { byte2, byte3, replyExpected, sType, stream } = header
  if (sType !== HsmsHeader.SType.Data) return { type: controlName(sType), byte2, byte3 }
  const message = new SecsMessage.SecsMessage(stream, header.function, replyExpected, item)
  return {
    type: "data",
    ...(whole ? { message: ItemJson.fromMessage(message) } : { stream, function: header.function })
  }
}

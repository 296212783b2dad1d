/**
 * Items, messages and frames as commands print them: SML that reads back as what it was, and JSON. Pure.
 *
 * What SML has no words for, the fields of a header, the control messages of HSMS and names, stands in comments.
 *
 * @since 0.1.0
 */
import { HsmsHeader, type Item, SecsMessage } from "@effect-secs/codec"
import { ItemJson, Preset, SmlPrinter } from "@effect-secs/sml"
import * as Result from "effect/Result"
import type { Names } from "../names/Names.ts"
import * as NamesJson from "../names/NamesJson.ts"
import * as Printable from "../Printable.ts"
import { controlName } from "./Explain.ts"
import * as Wire from "./Wire.ts"

/**
 * One part of the input as SML, with a final line end, in pieces; nothing for a part that is faulty before its item
 * ends. Everything can be said: of a NaN whose payload has no text, a comment holds the bits.
 *
 * @since 0.1.0
 */
export function* sml(part: Wire.Part, preset: Preset.Preset = Preset.canonical, names?: Names): Generator<string> {
  const { fault, header, item } = part
  if (fault !== undefined && item === undefined) return
  if (header !== undefined) {
    const fields = `session ${header.sessionId}, system bytes ${header.systemBytes.toString(16).padStart(8, "0")}`
    if (header.sType !== HsmsHeader.SType.Data) {
      return yield `// ${controlName(header.sType)}${detail(header.sType, header.byte3)}, ${fields}\n`
    }
    const { function: function_, replyExpected, stream } = header
    const name = names?.ofMessage(stream, function_)
    yield `// ${name === undefined ? "" : `"${name}", `}${fields}\n`
    const about = Wire.messageOf(part)
    const comment = about === undefined ? undefined : names?.comment(about)
    yield* text(new SecsMessage.SecsMessage(stream, function_, replyExpected, item), preset, comment)
    const structure = about === undefined ? undefined : names?.structure(about)
    const said = [structure?.wrong, ...(structure?.deviations.map((deviation) => deviation.text) ?? [])]
    for (const line of said) if (line !== undefined) yield `\n// ${Printable.line(line)}`
  } else if (item !== undefined) {
    yield* text(item, preset)
  }
  yield "\n"
}

const text = (
  source: Item.Item | SecsMessage.SecsMessage,
  preset: Preset.Preset,
  comment?: SmlPrinter.Comment
): Iterable<string> =>
  Result.getOrElse(SmlPrinter.chunks(source, { preset, comment }), () => [
    SmlPrinter.show(source, { oneLine: preset.layout === "line", maxValues: Number.POSITIVE_INFINITY, comment })
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
 * One part of the input as a JSON value; items and messages in it are those of `ItemJson`. `standard` is what is known
 * of the message (`NamesJson`).
 *
 * @since 0.1.0
 */
export const json = (part: Wire.Part, names?: Names): unknown => {
  const { end, fault, form, header, item, start } = part
  return {
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
          ...contents(header, item, fault === undefined || item !== undefined),
          ...(header.sType === HsmsHeader.SType.Data ? NamesJson.fields(names, header, Wire.messageOf(part)) : {})
        }),
    ...(fault === undefined ? {} : { error: { offset: fault.offset, message: fault.error.message } })
  }
}

const contents = (header: HsmsHeader.HsmsHeader, item: Item.Item | undefined, whole: boolean): object => {
  const { byte2, byte3, replyExpected, sType, stream } = header
  if (sType !== HsmsHeader.SType.Data) return { type: controlName(sType), byte2, byte3 }
  const data = new SecsMessage.SecsMessage(stream, header.function, replyExpected, item)
  return {
    type: "data",
    ...(whole ? { message: ItemJson.fromMessage(data) } : { stream, function: header.function })
  }
}

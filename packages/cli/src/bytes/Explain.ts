/**
 * Bytes of SECS-II and HSMS with their meaning, row by row. Pure.
 *
 * A row is an offset, the bytes that stand there, the name of the item that begins there, and what they say, indented as
 * the lists are nested. Rows are made when they are asked for, so that a long input costs no memory.
 *
 * @since 0.1.0
 */
import { FormatCode, HsmsHeader, Item, ItemCodec, type Labels } from "@effect-secs/codec"
import * as Result from "effect/Result"
import type { Names } from "../names/Names.ts"
import { messageOf, type Part, type WireError } from "./Wire.ts"

/** @since 0.1.0 */
export interface Row {
  /** From the first byte of the input. */
  readonly offset: number
  readonly bytes: Uint8Array
  /** How many bytes follow that are not shown and belong to no other row. */
  readonly left: number
  /** Nesting of lists; 0 for headers and the root item. */
  readonly depth: number
  readonly meaning: string
  /** Of the data item that begins here, where it is known: `COMMACK`. */
  readonly name: string | undefined
  /** Here the bytes stop being what they should be. */
  readonly fault: boolean
}

/** @since 0.1.0 */
export interface ExplainOptions {
  /** Rows of one value, of 8 bytes each, before it is cut; 4 unless told. */
  readonly valueRows?: number | undefined
  readonly names?: Names | undefined
}

/** Bytes of a row. */
const width = 8

/** Levels that are shown by indentation; what is deeper stands there as well. */
const maxIndent = 24

/**
 * The rows of one part of the input.
 *
 * @since 0.1.0
 */
export function* explain(bytes: Uint8Array, part: Part, options: ExplainOptions = {}): Generator<Row> {
  const { end, fault, start } = part
  const limit = fault === undefined || isCut(fault.error) ? end : fault.offset
  let at = start
  for (const row of meaningful(bytes, part, limit, options)) {
    yield row
    at = row.offset + row.bytes.length + row.left
  }
  if (at < limit) yield unread(bytes, at, limit, "not read", false)
  if (fault !== undefined) yield unread(bytes, limit, end, `! ${fault.error.message}`, true)
}

/** Of what ends too early, all that is there can be explained. */
const isCut = (error: WireError): boolean =>
  error._tag === "IncompleteError" || (error._tag === "ItemDecodeError" && error.reason._tag === "Truncated")

/** Nothing behind the fault is explained, as nothing there means anything. */
function* meaningful(
  bytes: Uint8Array,
  part: Part,
  limit: number,
  { names, valueRows = 4 }: ExplainOptions
): Generator<Row> {
  const { form, header, start, text } = part
  if (form === "frame" && start + 4 <= limit) yield frameLength(bytes, start)
  if (header !== undefined) {
    for (const row of headerRows(bytes, text - HsmsHeader.length, header, names)) if (row.offset < limit) yield row
  }
  if (header === undefined ? form === "item" : header.sType === HsmsHeader.SType.Data) {
    yield* itemRows(bytes, text, limit, valueRows, labelled(part.item, labelsOf(part, names)))
  }
}

const unread = (bytes: Uint8Array, from: number, end: number, meaning: string, fault: boolean): Row =>
  row(bytes, from, Math.min(width, end - from), meaning, { fault, left: end - from - width })

const labelsOf = (part: Part, names: Names | undefined): Labels.Labels => {
  const message = names === undefined ? undefined : messageOf(part)
  return message === undefined ? new Map() : names!.labels(message)
}

/** Columns that names take at most; a longer one pushes its meaning to the right. */
const longestName = 20

/**
 * Columns for the names of items; 0 where they have none.
 *
 * @since 0.1.0
 */
export const nameColumns = (parts: ReadonlyArray<Part>, names: Names | undefined): number => {
  let width = 0
  for (const part of parts) {
    for (const { name } of labelsOf(part, names).values()) width = Math.max(width, Math.min(name.length, longestName))
  }
  return width
}

/** Gives the label of the next item, in their order on the wire, each time it is asked. */
const labelled = (root: Item.Item | undefined, labels: Labels.Labels): (() => Labels.Label | undefined) => {
  if (root === undefined || labels.size === 0) return () => undefined
  /** Items that are still to come, the next one last. */
  const rest: Array<{ readonly items: ReadonlyArray<Item.Item>; at: number }> = [{ items: [root], at: 0 }]
  return () => {
    while (rest.length > 0 && rest.at(-1)!.at === rest.at(-1)!.items.length) rest.pop()
    const level = rest.at(-1)
    if (level === undefined) return undefined
    const item = level.items[level.at++]!
    if (item._tag === "L") rest.push({ items: item.value, at: 0 })
    return labels.get(item)
  }
}

/**
 * A row as a line: offset in hex, bytes, name in so many columns, meaning.
 *
 * @since 0.1.0
 */
export const line = (row: Row, offsetDigits = 4, nameColumns = 0): string => {
  const bytes = hexOf(row.bytes).padEnd(3 * width - 1)
  const indent = "  ".repeat(Math.min(row.depth, maxIndent))
  const left = row.left === 0 ? "" : `… ${plural(row.left, "byte")}`
  const meaning = [row.meaning, left].filter((text) => text !== "").join(", ")
  const name = nameColumns === 0 ? "" : `${(row.name ?? "").padEnd(nameColumns)}  `
  return `${row.offset.toString(16).padStart(offsetDigits, "0")}  ${bytes}  ${name}${indent}${meaning}`.trimEnd()
}

/**
 * Digits that offsets of so many bytes need, 4 at least.
 *
 * @since 0.1.0
 */
export const offsetDigits = (length: number): number => Math.max(4, length.toString(16).length)

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ")

const row = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  meaning: string,
  { depth = 0, fault = false, left = 0, name }: Partial<Pick<Row, "depth" | "fault" | "left" | "name">> = {}
): Row => ({
  offset,
  bytes: bytes.subarray(offset, offset + length),
  left: Math.max(left, 0),
  depth,
  meaning,
  name,
  fault
})

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`

// --- length and header -----------------------------------------------------------------------------------------------

const frameLength = (bytes: Uint8Array, at: number): Row => {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at)
  return row(bytes, at, 4, `length: ${plural(length, "byte")}`)
}

/** `Select.req` for `SelectReq`: the name the standard uses. */
export const controlName = (sType: number): string =>
  HsmsHeader.sTypeName(sType).replace(/(Req|Rsp)$/, (end) => `.${end.toLowerCase()}`)

const headerRows = (
  bytes: Uint8Array,
  at: number,
  header: HsmsHeader.HsmsHeader,
  names: Names | undefined
): ReadonlyArray<Row> => {
  const { pType, sType, sessionId, stream, systemBytes } = header
  const isData = pType === 0 && sType === HsmsHeader.SType.Data
  const name = isData ? names?.ofMessage(stream, header.function) : undefined
  const known = pType === 0 && Object.values<number>(HsmsHeader.SType).includes(sType)
  return [
    row(bytes, at, 2, `session ${sessionId}`),
    row(bytes, at + 2, 1, byte2(header)),
    row(bytes, at + 3, 1, name === undefined ? byte3(header) : `${byte3(header)}: ${name}`),
    row(bytes, at + 4, 1, pType === 0 ? "PType 0: SECS-II" : `PType ${pType}`),
    row(bytes, at + 5, 1, known ? `SType ${sType}: ${sType === 0 ? "data" : controlName(sType)}` : `SType ${sType}`),
    row(bytes, at + 6, 4, `system bytes ${systemBytes.toString(16).padStart(8, "0")}`)
  ]
}

const byte2 = ({ byte2, replyExpected, sType, stream }: HsmsHeader.HsmsHeader): string => {
  if (sType === HsmsHeader.SType.Data) return replyExpected ? `W-bit, stream ${stream}` : `stream ${stream}`
  return sType === HsmsHeader.SType.RejectReq ? `rejected type ${byte2}` : "not used"
}

const byte3 = ({ byte3, sType }: HsmsHeader.HsmsHeader): string => {
  switch (sType) {
    case HsmsHeader.SType.Data:
      return `function ${byte3}`
    case HsmsHeader.SType.SelectRsp:
      return `status ${byte3}: ${HsmsHeader.selectStatusName(byte3)}`
    case HsmsHeader.SType.DeselectRsp:
      return `status ${byte3}: ${HsmsHeader.deselectStatusName(byte3)}`
    case HsmsHeader.SType.RejectReq:
      return `reason ${byte3}: ${HsmsHeader.rejectReasonName(byte3)}`
    default:
      return "not used"
  }
}

// --- items -----------------------------------------------------------------------------------------------------------

/** The items from `start` on, up to `limit`, where the input ends or stops being one. */
function* itemRows(
  bytes: Uint8Array,
  start: number,
  limit: number,
  valueRows: number,
  nextLabel: () => Labels.Label | undefined
): Generator<Row> {
  /** Items that each open list still owes. */
  const owed: Array<number> = []
  let at = start
  while (at < limit) {
    const head = 1 + (bytes[at]! & 3)
    const info = FormatCode.fromCode(bytes[at]! >>> 2)
    if (info === undefined || head === 1 || at + head > limit) return
    let length = 0
    for (let i = 1; i < head; i++) length = (length << 8) | bytes[at + i]!
    const label = nextLabel()
    if (info.format === "L") {
      yield row(bytes, at, head, `L, ${plural(length, "item")}`, { depth: owed.length, name: label?.name })
      at += head
      owed.push(length)
    } else {
      yield* valueRowsOf(
        { bytes, info, at, head, length, end: Math.min(at + head + length, limit), label },
        owed.length,
        valueRows
      )
      at += head + length
      if (owed.length > 0) owed[owed.length - 1]!--
    }
    while (owed.length > 0 && owed.at(-1) === 0) {
      owed.pop()
      if (owed.length > 0) owed[owed.length - 1]!--
    }
  }
}

interface Value {
  readonly bytes: Uint8Array
  readonly info: FormatCode.FormatInfo
  /** Of the format byte. */
  readonly at: number
  /** Format and length bytes. */
  readonly head: number
  /** As declared. */
  readonly length: number
  /** Less than that where the input ends early. */
  readonly end: number
  readonly label: Labels.Label | undefined
}

function* valueRowsOf(one: Value, depth: number, valueRows: number): Generator<Row> {
  const { at, bytes, end, head, info, label, length } = one
  const name = label?.name
  const means = label?.meaning === undefined ? "" : `, ${label.meaning}`
  const what = `${info.format}, ${plural(length, "byte")}`
  let from = at + head
  if (info.format === "C2" || info.format === "J") {
    yield row(bytes, at, head, what + textOf(one, valueRows), { depth, name })
  } else if (end - at <= width) {
    const seen = values(bytes, info, from, end)
    return yield row(bytes, at, end - at, (seen === "" ? what : `${what}: ${seen}`) + means, { depth, name })
  } else {
    yield row(bytes, at, head, what + means, { depth, name })
  }
  if (info.format === "C2" && end - from >= 2) {
    const lsh = (bytes[from]! << 8) | bytes[from + 1]!
    yield row(bytes, from, 2, `text header ${lsh}: ${encoding(lsh)}`, { depth: depth + 1 })
    from += 2
  }
  for (let rows = 1; from < end; rows++) {
    const to = Math.min(from + width, end)
    const left = rows === valueRows ? end - to : 0
    yield row(bytes, from, to - from, values(bytes, info, from, to), { depth: depth + 1, left })
    from = to + left
  }
}

/** What a `J` or `C2` of a few rows says in characters of today. */
const textOf = ({ at, bytes, end, head }: Value, valueRows: number): string => {
  if (end - at - head > valueRows * width) return ""
  const text = Item.asText(decoded(bytes, at, end))
  return Result.isSuccess(text) ? `: "${text.success}"` : ""
}

const decoded = (bytes: Uint8Array, start: number, end: number): Item.Item | undefined => {
  const item = ItemCodec.decodeRange(bytes, start, end)
  return Result.isSuccess(item) ? item.success : undefined
}

const encoding = (lsh: number): string =>
  Object.entries<number>(Item.Lsh).find(([, code]) => code === lsh)?.[0] ?? "unknown encoding"

/** The values that whole elements from `start` to `end` hold, as SML writes them. */
const values = (bytes: Uint8Array, info: FormatCode.FormatInfo, start: number, end: number): string => {
  if (info.format === "C2") return ""
  if (info.format === "A" || info.format === "J") return characters(bytes.subarray(start, end))
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const seen: Array<string> = []
  for (let at = start; at + info.elementSize <= end; at += info.elementSize) seen.push(value(view, info.format, at))
  return seen.join(" ")
}

const value = (view: DataView, format: FormatCode.Format, at: number): string => {
  switch (format) {
    case "BOOLEAN":
      return view.getUint8(at) === 0 ? "F" : "T"
    case "B":
      return `0x${view.getUint8(at).toString(16).toUpperCase().padStart(2, "0")}`
    case "I1":
      return String(view.getInt8(at))
    case "I2":
      return String(view.getInt16(at))
    case "I4":
      return String(view.getInt32(at))
    case "I8":
      return String(view.getBigInt64(at))
    case "U2":
      return String(view.getUint16(at))
    case "U4":
      return String(view.getUint32(at))
    case "U8":
      return String(view.getBigUint64(at))
    case "F4":
      return single(view.getFloat32(at))
    case "F8":
      return number(view.getFloat64(at))
    default:
      return String(view.getUint8(at))
  }
}

const number = (value: number): string => (Object.is(value, -0) ? "-0" : String(value))

/** The shortest decimal that is this value again when it is rounded to single precision. */
const single = (value: number): string => {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return number(Object.is(value, -0) ? -0 : short)
  }
  return number(value)
}

/** Text in quotes, and what has no place there as codes: `"AB" 0x0D`. */
const characters = (bytes: Uint8Array): string => {
  const runs: Array<string> = []
  let text = ""
  for (const byte of bytes) {
    if (byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c) {
      text += String.fromCharCode(byte)
      continue
    }
    if (text !== "") runs.push(`"${text}"`)
    text = ""
    runs.push(`0x${byte.toString(16).toUpperCase().padStart(2, "0")}`)
  }
  if (text !== "") runs.push(`"${text}"`)
  return runs.join(" ")
}

/**
 * A row as a JSON value; bytes are hex.
 *
 * @since 0.1.0
 */
export const json = ({ bytes, depth, fault, left, meaning, name, offset }: Row): unknown => ({
  offset,
  bytes: hexOf(bytes).replaceAll(" ", ""),
  depth,
  ...(name === undefined ? {} : { name }),
  meaning,
  ...(left === 0 ? {} : { left }),
  ...(fault ? { fault } : {})
})

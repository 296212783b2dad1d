/**
 * What `secs send --json` and `secs listen --json` have printed, to events. Pure.
 *
 * Data messages and ends of connections are events; lines of anything else are counted. A peer that a line names is its
 * connection.
 *
 * @since 0.1.0
 */
import { type CodecError, type Item, ItemCodec } from "@effect-secs/codec"
import { ItemJson, SmlError } from "@effect-secs/sml"
import * as Result from "effect/Result"
import * as HexInput from "../bytes/HexInput.ts"
import { TextError } from "./LogError.ts"
import type { LogEvent, LogReader, Place } from "./LogEvent.ts"
import * as LogTime from "./LogTime.ts"
import { counted } from "../Counts.ts"
import * as TextLines from "../TextLines.ts"
import * as TextPieces from "../TextPieces.ts"

/** True for a text whose first line is one of those. @since 0.1.0 */
export const begins = (text: string): boolean => {
  const first = text.trimStart()
  const end = first.indexOf("\n")
  return /^\{\s*"at"\s*:/.test(first) && /"event"\s*:/.test(end < 0 ? first : first.slice(0, end))
}

/** @since 0.1.0 */
export const make = (): LogReader => {
  const text = TextPieces.make()
  const others = new Map<string, number>()
  const split = TextLines.make()
  let lines = 0

  const take = ({ text, tooLong: characters }: TextLines.Line): ReadonlyArray<LogEvent> => {
    const place = { _tag: "Line", line: ++lines, column: 1 } as const
    if (characters > 0) {
      const error = new TextError({ line: lines, reason: { _tag: "LongLine", characters } })
      return [{ _tag: "Unreadable", place, time: undefined, from: undefined, connection: undefined, error }]
    }
    if (text.trim() === "") return []
    const read = readLine(text, place)
    if (typeof read !== "string") return [read]
    others.set(read, (others.get(read) ?? 0) + 1)
    return []
  }

  return {
    push: (piece) => split.push(text.push(piece)).flatMap(take),
    end: () => [...split.push(text.end()), ...split.end()].flatMap(take),
    extent: () => counted(lines, "line"),
    notes: () => [...others].map(([what, count]) => `${counted(count, "line")} of ${what}`)
  }
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const parse = (line: string): Result.Result<unknown, unknown> => Result.try(() => JSON.parse(line) as unknown)

/** The event of a line, or what is counted in its place. */
const readLine = (line: string, place: Place): LogEvent | string => {
  const parsed = parse(line)
  if (Result.isFailure(parsed)) {
    const seen = line.length > 40 ? `${line.slice(0, 40)}…` : line
    const error = new SmlError.ItemJsonError({ path: [], expected: "JSON", seen })
    return { _tag: "Unreadable", place, time: undefined, from: undefined, connection: undefined, error }
  }
  const json = parsed.success
  if (!isFields(json) || typeof json["event"] !== "string") return "JSON without an event"
  const { at, event, peer } = json
  const circumstances = {
    place,
    time: typeof at === "string" ? LogTime.find(at)?.time : undefined,
    connection: typeof peer === "string" ? peer : undefined
  }
  if (event === "Disconnected") return { _tag: "Disconnected", ...circumstances, from: undefined, how: "closed" }
  const stream = upTo(127, json["stream"])
  const function_ = upTo(255, json["function"])
  if ((event !== "Sent" && event !== "Received") || stream === undefined || function_ === undefined) return event
  const body = bodyOf(json["undecoded"])
  const item: Result.Result<Item.Item, CodecError.ItemDecodeError | SmlError.ItemJsonError> | undefined =
    body !== undefined ? ItemCodec.decode(body) : json["item"] === undefined ? undefined : ItemJson.toItem(json["item"])
  return {
    _tag: "Message",
    ...circumstances,
    from: event === "Sent" ? "local" : "peer",
    stream,
    function: function_,
    replyExpected: json["replyExpected"] === true,
    sessionId: upTo(0xffff, json["sessionId"]),
    systemBytes: systemBytesOf(json["systemBytes"]),
    item: item !== undefined && Result.isSuccess(item) ? item.success : undefined,
    error: item !== undefined && Result.isFailure(item) ? item.failure : undefined,
    ...(body === undefined ? {} : { body }),
    bytes: undefined,
    name: undefined,
    names: [],
    text: undefined
  }
}

/** The bytes of a text that was no item when it came. */
const bodyOf = (undecoded: unknown): Uint8Array | undefined => {
  const hex = isFields(undecoded) ? undecoded["bytes"] : undefined
  if (typeof hex !== "string" || hex === "") return undefined
  const bytes = HexInput.hex(hex)
  return Result.isSuccess(bytes) ? bytes.success : undefined
}

const upTo = (maximum: number, value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= maximum ? value : undefined

const systemBytesOf = (value: unknown): number | undefined =>
  typeof value === "string" && /^[0-9a-f]{8}$/i.test(value) ? Number.parseInt(value, 16) : undefined

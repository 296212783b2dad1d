/**
 * What stands before a message on the lines of a log: when it went, who sent it, its system bytes. Pure.
 *
 * No two tools write it alike, so it is read by tables: each row is a pattern and what it says, earlier rows first. What
 * no row knows is left out, never guessed.
 *
 * @since 0.1.0
 */
import { LogWords } from "@effect-secs/sml"
import * as LogTime from "./LogTime.ts"

/**
 * Who sent a message, as a log says it: whoever writes the log or its peer, host or equipment, the side that dialled or
 * the side that listened.
 *
 * @since 0.1.0
 */
export type Side = "local" | "peer" | "host" | "equipment" | "active" | "passive"

/** @since 0.1.0 */
export const opposite: { readonly [side in Side]: Side } = {
  local: "peer",
  peer: "local",
  host: "equipment",
  equipment: "host",
  active: "passive",
  passive: "active"
}

/** @since 0.1.0 */
export interface LogPrefix {
  readonly time: LogTime.LogTime | undefined
  readonly from: Side | undefined
  readonly systemBytes: number | undefined
  readonly sessionId: number | undefined
}

type Row<A> = readonly [pattern: RegExp, read: (match: RegExpExecArray) => A | undefined]

const firstOf = <A>(rows: ReadonlyArray<Row<A>>, text: string): A | undefined => {
  for (const [pattern, read] of rows) {
    const match = pattern.exec(text)
    const value = match === null ? undefined : read(match)
    if (value !== undefined) return value
  }
  return undefined
}

// --- direction -----------------------------------------------------------------------------------------------------

const host = String.raw`(?:h(?:ost)?|mes|eap)`
const equipment = String.raw`(?:e(?:q|qp|qpt|qt|quip|quipment)?|tool)`
const to = String.raw`\s*(?:[-=~]{1,3}>|>{1,3}|→|\bto\b)\s*`
const by = String.raw`\s*(?:<[-=~]{1,3}|<{1,3}|←|\bfrom\b)\s*`

const said = (pattern: string): RegExp => new RegExp(String.raw`(?<![\w/])${pattern}(?!\w)`, "i")

const sent = `${LogWords.sent}|output`
const received = `${LogWords.received}|input`

// Short words are too common to be taken in small letters, unless they stand alone in brackets or before a colon.
const words = new RegExp(
  String.raw`(?<![\w./-])(?:(${sent}|[[(]out[\])]|out(?=\s*:))|(${received}|[[(]in[\])]|in(?=\s*:)))(?![\w/-]|\.\w)`,
  "gi"
)

/** Where a text has words of both directions, the one nearest to the message is meant. */
const nearest = (text: string): Side | undefined => {
  let side: Side | undefined
  words.lastIndex = 0
  for (let match = words.exec(text); match !== null; match = words.exec(text)) {
    side = match[1] === undefined ? "peer" : "local"
  }
  return side
}

const always = /^/
/** Sides are named around one of these. */
const between = /[<>→←]|\b(?:to|from)\b/i
const direction = /\bdir/i
const arrow = /[<>→←]/
const bracket = /[[(]\s*[SR]/

/** Rows, and what stands in every text that one of them matches: most texts are of one kind, or of none. */
const directions: ReadonlyArray<readonly [needs: RegExp, rows: ReadonlyArray<Row<Side>>]> = [
  [
    between,
    [
      // H->E · Host --> Equip · HOST to EQP · MES => EQ
      [said(host + to + equipment), () => "host"],
      [said(equipment + to + host), () => "equipment"],
      // H<-E · Host <-- Equip
      [said(host + by + equipment), () => "equipment"],
      [said(equipment + by + host), () => "host"],
      // S6F11 to host · from equipment · --> EQ · Rx from Host
      [said(String.raw`from\s+(?:the\s+)?${host}`), () => "host"],
      [said(String.raw`from\s+(?:the\s+)?${equipment}`), () => "equipment"],
      [said(String.raw`to\s+(?:the\s+)?${host}`), () => "equipment"],
      [said(String.raw`to\s+(?:the\s+)?${equipment}`), () => "host"]
    ]
  ],
  [
    direction,
    [
      // Dir=OUT · direction: in. Numbers, as in Dir=2, mean one thing here and another there: they are not read
      [/\bdir(?:ection)?\s*[=:]\s*["']?out/i, () => "local"],
      [/\bdir(?:ection)?\s*[=:]\s*["']?in/i, () => "peer"]
    ]
  ],
  [
    always,
    [
      // [Snd] · SEND · Received · TX: · RX:
      [always, ({ input }) => nearest(input)],
      // IN · OUT, in capitals
      [/(?<![\w./-])OUT(?![\w/-])/, () => "local"],
      [/(?<![\w./-])IN(?![\w/-])/, () => "peer"]
    ]
  ],
  [
    arrow,
    [
      // --> · -> · => · >> · → and back
      [/(?:^|[\s[(:|])(?:[-=]{1,3}>|>{2,3}|→)(?=$|[\s\])|:])/, () => "local"],
      [/(?:^|[\s[(:|])(?:<[-=]{1,3}|<{2,3}|←)(?=$|[\s\])|:])/, () => "peer"]
    ]
  ],
  [
    bracket,
    [
      // [S] · (R) · S: · R:
      [/[[(]\s*S\s*[\])]/, () => "local"],
      [/[[(]\s*R\s*[\])]/, () => "peer"]
    ]
  ]
]

const directionOf = (text: string): Side | undefined => {
  for (const [needs, rows] of directions) {
    const side = needs.test(text) ? firstOf(rows, text) : undefined
    if (side !== undefined) return side
  }
  return undefined
}

// --- system bytes --------------------------------------------------------------------------------------------------

const maximum = 0xffff_ffff

const inRange = (value: number): number | undefined =>
  Number.isInteger(value) && value >= 0 && value <= maximum ? value : undefined

/** `0x2A` and eight hex digits are hex, everything else is decimal. */
const numberOf = (text: string): number | undefined =>
  inRange(
    /^0x/i.test(text)
      ? Number(text)
      : text.length === 8 || /[a-f]/i.test(text)
        ? Number.parseInt(text, 16)
        : Number(text)
  )

const bytesOf = (text: string): ReadonlyArray<number> =>
  text
    .trim()
    .split(/[\s,:-]+/)
    .map((byte) => Number.parseInt(byte, 16))

const bigEndian = (bytes: ReadonlyArray<number>): number => bytes.reduce((value, byte) => value * 256 + byte, 0)

const four = String.raw`((?:[0-9a-f]{2}[\s,:-]){3}[0-9a-f]{2})(?![\s,:-]?[0-9a-f]{2}\b)`

const systemBytes: ReadonlyArray<Row<number>> = [
  // SystemBytes=[00 00 00 2A] · SB: 00-00-00-2A
  [
    new RegExp(String.raw`\b${LogWords.systemBytes}["']?\s*[=:#]?\s*[[("']?${four}`, "i"),
    ([, bytes]) => bigEndian(bytesOf(bytes!))
  ],
  // SystemBytes=0x2A · SB=0000002A · sysbytes: 42 · sysbytes=[42] · System Bytes 42
  [
    new RegExp(
      String.raw`\b${LogWords.systemBytes}["']?\s*[=:#]?\s*[[("']?(0x[0-9a-f]{1,8}|[0-9a-f]{8}|\d{1,10})(?![\w])`,
      "i"
    ),
    ([, value]) => numberOf(value!)
  ],
  // Header=[2A 00 00 00]: four bytes, the lowest first
  [new RegExp(String.raw`\bheader\s*[=:]\s*[[(]${four}`, "i"), ([, bytes]) => bigEndian(bytesOf(bytes!).toReversed())],
  // Header=[00 00 81 01 00 00 00 00 00 2A]: the whole header, as it is on the wire
  [
    /\bheader\s*[=:]\s*[[("']?((?:[0-9a-f]{2}[\s,:-]){9}[0-9a-f]{2})(?![\s,:-]?[0-9a-f]{2}\b)/i,
    ([, bytes]) => bigEndian(bytesOf(bytes!).slice(6))
  ],
  // header : 42 : 2A 00 00 00
  [/\bheader\s*:\s*(\d{1,10})\s*:\s*(?:[0-9a-f]{2}\s){3}[0-9a-f]{2}\b/i, ([, value]) => inRange(Number(value))],
  // [0000002A] · (0x0000002A)
  [/[[(](?:0x)?([0-9a-f]{8})[\])]/i, ([, value]) => Number.parseInt(value!, 16)],
  // 0x0000002A
  [/(?<!\w)0x([0-9a-f]{8})(?!\w)/i, ([, value]) => Number.parseInt(value!, 16)]
]

const sessionIds: ReadonlyArray<Row<number>> = [
  // DeviceID=1 · session id: 0x0001 · dev_id 1 · session 10
  [
    new RegExp(String.raw`\b${LogWords.sessionId}["']?\s*[=:#]?\s*[[("']?(0x[0-9a-f]{1,4}|\d{1,5})(?!\w)`, "i"),
    ([, value]) => (Number(value) <= 0xffff ? Number(value) : undefined)
  ],
  [
    /\bheader\s*[=:]\s*[[("']?([0-9a-f]{2}[\s,:-][0-9a-f]{2})(?:[\s,:-][0-9a-f]{2}){8}(?![\s,:-]?[0-9a-f]{2}\b)/i,
    ([, bytes]) => bigEndian(bytesOf(bytes!))
  ]
]

/** Longer ones are no prefixes: only the part next to the message is looked at, except for the time. */
const longest = 1000

/** As `secs decode` writes it: what a message is called does not say who sent it, "Event Report Send" least of all. */
const named = /^\s*\/\/ "[^"\n]{0,100}"/

const nothing: LogPrefix = { time: undefined, from: undefined, systemBytes: undefined, sessionId: undefined }

/**
 * Reads the text before a message, or what a comment on its first line says.
 *
 * @example
 * LogPrefix.read("15:14:37.402 SEND [0000002A] ")
 * // => { time: { kind: "clock", at: 54_877_402 }, from: "local", systemBytes: 42, sessionId: undefined }
 *
 * @since 0.1.0
 */
export const read = (text: string): LogPrefix => {
  if (text.trim() === "") return nothing
  const found = LogTime.find(text)
  const timeless = found === undefined ? text : `${text.slice(0, found.start)} ${text.slice(found.end)}`
  const rest = timeless.replace(named, "//")
  const looked = rest.length > longest ? rest.slice(-longest) : rest
  return {
    time: found?.time,
    from: directionOf(looked),
    systemBytes: firstOf(systemBytes, looked),
    sessionId: firstOf(sessionIds, looked)
  }
}

/** Takes from `second` what `first` does not say. @since 0.1.0 */
export const orElse = (first: LogPrefix, second: LogPrefix): LogPrefix => ({
  time: first.time ?? second.time,
  from: first.from ?? second.from,
  systemBytes: first.systemBytes ?? second.systemBytes,
  sessionId: first.sessionId ?? second.sessionId
})

// --- comments ------------------------------------------------------------------------------------------------------

/** A name that a log gives to a message or an item. @since 0.1.0 */
export interface Naming {
  /** Of the item or message: `CEID`. */
  readonly name: string | undefined
  /** Of its value: the event that the id stands for. */
  readonly keyword: string | undefined
}

const pair = /(\w+)\s?=\s?("[^"]*"|\[[^\]]*\]|(?!\w+\s?=)[^\s,;]*)/g

const unquoted = (value: string | undefined): string | undefined => {
  const text = value?.startsWith('"') === true ? value.replace(/^"(.*)"$/, "$1") : value
  return text === "" ? undefined : text
}

/**
 * Reads a comment: `Name=CEID Keyword=CarrierIDRead`, or plain words, which are a name.
 *
 * @since 0.1.0
 */
export const readComment = (text: string): Naming => {
  const looked = text.slice(0, longest).trim()
  if (!looked.includes("=")) return { name: looked === "" ? undefined : looked, keyword: undefined }
  let name: string | undefined
  let keyword: string | undefined
  let pairs = 0
  pair.lastIndex = 0
  for (let match = pair.exec(looked); match !== null; match = pair.exec(looked)) {
    pairs++
    const key = match[1]!.toLowerCase()
    if (key === "name") name = unquoted(match[2])
    else if (key === "keyword") keyword = unquoted(match[2])
  }
  return pairs === 0 ? { name: looked === "" ? undefined : looked, keyword } : { name, keyword }
}

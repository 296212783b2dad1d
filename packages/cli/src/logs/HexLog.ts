/**
 * Hex dumps of HSMS, or of the packets that carry it, to events. Pure.
 *
 * Lines with an offset make a block for as long as their offsets follow one another; each line without one is a block of
 * its own. Words on the line of a block, or on the last line before it that says anything, are its time and direction.
 * The blocks of a direction are a stream of HSMS frames, cut anywhere. A block that begins as a packet of Ethernet or IP
 * is one.
 *
 * @since 0.1.0
 */
import { HsmsHeader } from "@effect-secs/codec"
import * as CaptureLog from "./CaptureLog.ts"
import * as FrameEvent from "./FrameEvent.ts"
import * as HexLine from "./HexLine.ts"
import * as HsmsStream from "./HsmsStream.ts"
import type { LogEvent, LogReader } from "./LogEvent.ts"
import { DumpError, TextError } from "./LogError.ts"
import * as LogPrefix from "./LogPrefix.ts"
import * as LogTime from "./LogTime.ts"
import * as TcpSegment from "./TcpSegment.ts"
import { counted } from "../Counts.ts"
import * as TextLines from "../TextLines.ts"
import * as TextPieces from "../TextPieces.ts"

/** @since 0.1.0 */
export const make = (options: CaptureLog.CaptureLogOptions = {}): LogReader => {
  const text = TextPieces.make()
  const log = new Log(options)
  return {
    push: (piece) => log.push(text.push(piece)),
    end: () => {
      const events = log.push(text.end())
      return [...events, ...log.end()]
    },
    extent: () => log.extent(),
    notes: () => log.notes()
  }
}

/** Time and direction, as far as they are said. */
interface Said {
  readonly time: LogTime.LogTime | undefined
  readonly from: LogPrefix.Side | undefined
}

interface Block {
  readonly line: number
  readonly said: Said
  readonly indent: number
  readonly parts: Array<Uint8Array>
  length: number
  /** Offset of its first byte; undefined for a line without one. */
  readonly offset: number | undefined
}

/** A dump of more is none of HSMS; what `*` stands for must not fill the memory either. */
const longest = 32 * 1024 * 1024

const ethernet = 1
const rawIp = 101

class Log {
  readonly #packets: CaptureLog.PacketLog
  readonly #streams = new Map<string, HsmsStream.HsmsStream>()
  /** Offset that comes next in each direction: dumps of a whole stream go on counting. */
  readonly #next = new Map<string, number>()
  #packetCount = 0
  readonly #lines = TextLines.make()
  #line = 0
  #said: Said = nothing
  /** A block has come since. */
  #heard = false
  #time: LogTime.LogTime | undefined
  #block: Block | undefined
  #repeat = false
  #events: Array<LogEvent> = []

  constructor(options: CaptureLog.CaptureLogOptions) {
    this.#packets = CaptureLog.packets(options)
  }

  push(text: string): ReadonlyArray<LogEvent> {
    for (const line of this.#lines.push(text)) this.#take(line)
    return this.#events.splice(0)
  }

  end(): ReadonlyArray<LogEvent> {
    for (const line of this.#lines.end()) this.#take(line)
    this.#flush()
    for (const [key, stream] of this.#streams) this.#parts(stream.end(), key, this.#line)
    this.#events.push(...this.#packets.end())
    return this.#events.splice(0)
  }

  extent(): string {
    return counted(this.#line, "line")
  }

  notes(): ReadonlyArray<string> {
    return this.#packets.notes()
  }

  #take({ text, tooLong: characters }: TextLines.Line): void {
    this.#line++
    if (characters === 0) return this.#read(text)
    this.#flush()
    const error = new TextError({ line: this.#line, reason: { _tag: "LongLine", characters } })
    this.#events.push({ _tag: "Unreadable", ...this.#circumstances("", this.#line, undefined), error })
  }

  #read(text: string): void {
    const line = HexLine.read(text)
    switch (line._tag) {
      case "Repeat":
        this.#repeat = this.#block !== undefined
        return
      case "Offset":
        this.#offset(line.offset, line.indent, line.bytes)
        return
      case "Bytes": {
        this.#flush()
        const said = line.before.trim() === "" ? this.#said : this.#hear(line.before, nothing)
        this.#block = {
          line: this.#line,
          said,
          indent: 0,
          parts: [line.bytes],
          length: line.bytes.length,
          offset: undefined
        }
        this.#flush()
        return
      }
      case "Text":
        this.#flush()
        // Lines before a block add up; the first one behind it begins anew.
        this.#said = this.#hear(line.text, this.#heard ? nothing : this.#said)
    }
  }

  #hear(text: string, otherwise: Said): Said {
    const { from, time } = LogPrefix.read(text)
    // In and out, as text2pcap knows them.
    const mark = /^\s*([IO])\b/.exec(text)?.[1]
    const side = mark === undefined ? from : mark === "I" ? "peer" : "local"
    if (time === undefined && side === undefined) return this.#said
    this.#heard = false
    if (time !== undefined) this.#time = LogTime.after(time, this.#time)
    return { time: time === undefined ? otherwise.time : this.#time, from: side ?? otherwise.from }
  }

  #offset(offset: number, indent: number, bytes: Uint8Array): void {
    const block = this.#block
    if (block?.offset !== undefined && block.indent === indent) {
      const expected = block.offset + block.length
      if (this.#repeat && offset > expected && offset - expected < longest) this.#fill(block, offset - expected)
      this.#repeat = false
      if (offset === block.offset + block.length) {
        if (bytes.length > 0) {
          block.parts.push(bytes)
          block.length += bytes.length
          if (block.length > longest) this.#flush()
        }
        return
      }
    }
    this.#flush()
    if (bytes.length > 0) {
      this.#block = { line: this.#line, said: this.#said, indent, parts: [bytes], length: bytes.length, offset }
    }
  }

  #fill(block: Block, count: number): void {
    const line = block.parts.at(-1)!
    const filled = new Uint8Array(count)
    for (let at = 0; at < count; at++) filled[at] = line[at % line.length]!
    block.parts.push(filled, line.subarray(0, 0))
    block.length += count
  }

  #flush(): void {
    const block = this.#block
    this.#block = undefined
    this.#repeat = false
    if (block === undefined) return
    this.#heard = true
    const bytes = join(block.parts, block.length)
    // A dump of a stream indents what the listening side says.
    const from = block.said.from ?? (block.offset !== undefined && block.indent >= 4 ? "passive" : undefined)
    const key = from ?? ""
    const expected = this.#next.get(key)
    if (block.offset !== undefined) {
      this.#next.set(key, block.offset + block.length)
      if (block.offset !== 0 && block.offset !== expected) this.#missing(block, expected ?? 0, key)
    }
    if (!this.#streams.has(key) && this.#isPacket(block, bytes)) return
    const stream = this.#streams.get(key) ?? HsmsStream.make({ begins: true, certain: true })
    this.#streams.set(key, stream)
    this.#time = block.said.time ?? this.#time
    this.#parts(stream.push(bytes), key, block.line, block.said.time)
  }

  #missing(block: Block, expected: number, key: string): void {
    const error = new DumpError({ line: block.line, seen: block.offset!, expected })
    this.#events.push({ _tag: "Unreadable", ...this.#circumstances(key, block.line, block.said.time), error })
    const stream = this.#streams.get(key)
    if (stream !== undefined) this.#parts(stream.gap(Math.max(1, block.offset! - expected)), key, block.line)
  }

  /** True for a whole packet, which is taken as one. */
  #isPacket({ line, said }: Block, bytes: Uint8Array): boolean {
    if (this.#packetCount === 0 && beginsAsFrame(bytes)) return false
    const link = [ethernet, rawIp].find((link) => typeof TcpSegment.read(link, bytes) !== "string")
    if (link === undefined) return this.#packetCount > 0
    const at = said.time?.at
    const packet = { number: ++this.#packetCount, offset: line, at, link, bytes, length: bytes.length }
    for (const event of this.#packets.push(packet)) {
      this.#events.push({ ...event, place: { _tag: "Line", line, column: 1 }, time: said.time })
    }
    return true
  }

  #parts(parts: ReadonlyArray<HsmsStream.Part>, key: string, line: number, time?: LogTime.LogTime): void {
    const circumstances = this.#circumstances(key, line, time)
    for (const part of parts) {
      this.#events.push(
        part instanceof Uint8Array
          ? FrameEvent.make(part, circumstances)
          : { _tag: "Unreadable", ...circumstances, error: part }
      )
    }
  }

  #circumstances(key: string, line: number, time: LogTime.LogTime | undefined): FrameEvent.Circumstances {
    const from = key === "" ? undefined : (key as LogPrefix.Side)
    return { place: { _tag: "Line", line, column: 1 }, time, from, connection: undefined }
  }
}

const beginsAsFrame = (bytes: Uint8Array): boolean => {
  if (bytes[0]! > 1 || bytes.length < 4 + HsmsHeader.length) return bytes[0]! <= 1
  const { pType, sType } = HsmsHeader.read(bytes, 4)
  return pType === 0 && sType <= 9
}

const nothing: Said = { time: undefined, from: undefined }

const join = (parts: ReadonlyArray<Uint8Array>, length: number): Uint8Array => {
  if (parts.length === 1) return parts[0]!
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

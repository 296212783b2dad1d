/**
 * Bytes of one direction of a TCP connection to HSMS frames, where the bytes may begin anywhere, have holes, or be those
 * of another protocol. Pure.
 *
 * A stream is taken for HSMS when a message with a plausible header begins it, or stands somewhere in its first 64 KiB.
 * A hole costs the message it is in: its length says where the next one begins. Where even that is lost, the next
 * message is searched. Whatever is passed over is told.
 *
 * @see SEMI E37, message format
 * @since 0.1.0
 */
import { type CodecError, FormatCode, FrameDecoder, HsmsHeader, ItemCodec } from "@effect-secs/codec"
import * as Result from "effect/Result"
import { StreamError } from "./LogError.ts"

/** @since 0.1.0 */
export interface HsmsStreamOptions {
  /** The first byte begins a message, as the connection was seen to be made. */
  readonly begins: boolean
  /** Whoever asks knows that it is HSMS: what is not is an error, instead of another protocol. */
  readonly certain: boolean
}

/** Header and text of a message, without the length field, or what was in its place. @since 0.1.0 */
export type Part = Uint8Array | StreamError

/** @since 0.1.0 */
export interface HsmsStream {
  /** Takes the next bytes. Frames are copies or views of the piece. */
  readonly push: (piece: Uint8Array) => ReadonlyArray<Part>
  /** Tells that so many bytes are missing here. */
  readonly gap: (bytes: number) => ReadonlyArray<Part>
  readonly end: () => ReadonlyArray<Part>
  /** Tells that this is HSMS after all: the other direction is. */
  readonly confirm: () => void
  /** Undefined until it is known whether this is HSMS. */
  readonly isHsms: boolean | undefined
}

const lengthField = 4
/** Length field and header: what tells a message. */
const head = lengthField + HsmsHeader.length
/** Bytes in which the first message of a stream is searched. */
const patience = 64 * 1024
/** A message in the middle of nowhere is believed when it has come whole; this is as long as one waits for it. */
const longestFind = 1024 * 1024

/** @since 0.1.0 */
export const make = (options: HsmsStreamOptions): HsmsStream => new Stream(options)

class Stream implements HsmsStream {
  isHsms: boolean | undefined = undefined

  /** Undefined while the next message is searched. */
  #decoder: FrameDecoder.FrameDecoder | undefined
  /** Begin of the message that is coming in: at most its length field and header. */
  #current: Uint8Array = nothing
  /** The message that is coming in has a hole. */
  #damaged = false

  /** Bytes among which the next message is searched, those passed over, and where the last piece began. */
  #hunted: Uint8Array = nothing
  #skipped = 0
  #edge = 0
  /** The first byte of `#hunted` begins a message, or the stream is none of HSMS. */
  #begins: boolean

  constructor({ begins, certain }: HsmsStreamOptions) {
    this.#begins = begins
    if (certain) this.isHsms = true
  }

  push(piece: Uint8Array): ReadonlyArray<Part> {
    const parts: Array<Part> = []
    if (piece.length > 0 && this.isHsms !== false) this.#take(piece, parts)
    return parts
  }

  gap(bytes: number): ReadonlyArray<Part> {
    const parts: Array<Part> = []
    if (bytes <= 0 || this.isHsms === false) return parts
    const decoder = this.#decoder
    if (decoder === undefined) {
      this.#skipped += this.#hunted.length
      this.#hunted = nothing
      this.#begins = false
      if (this.isHsms === true) parts.push(missing(bytes))
      return parts
    }
    const frame = this.#current.length < head ? undefined : String(HsmsHeader.read(this.#current, lengthField))
    const left = bytes > FrameDecoder.defaultMaxFrameLength ? bytes : this.#fill(decoder, bytes)
    parts.push(missing(bytes, frame))
    // Nothing is left over: either the message goes on behind the hole, or the hole ended with it.
    if (left > 0) this.#lose(left === bytes ? decoder.pending : 0)
    return parts
  }

  confirm(): void {
    this.isHsms = true
  }

  end(): ReadonlyArray<Part> {
    const parts: Array<Part> = []
    if (this.isHsms === true) {
      const pending = this.#decoder?.pending ?? 0
      if (pending > 0 && !this.#damaged) parts.push(ends(pending))
      const skipped = this.#skipped + this.#hunted.length
      if (this.#decoder === undefined && skipped > 0) parts.push(passed(skipped))
    }
    this.isHsms ??= false
    this.#decoder = undefined
    this.#hunted = nothing
    this.#skipped = 0
    return parts
  }

  #take(piece: Uint8Array, parts: Array<Part>): void {
    let rest = piece
    while (rest.length > 0) {
      if (this.#decoder === undefined) {
        rest = this.#hunt(rest, parts)
      } else {
        rest = this.#decode(this.#decoder, rest, parts)
      }
    }
  }

  /** Gives what is left of the piece when the stream turns out to be out of step. */
  #decode(decoder: FrameDecoder.FrameDecoder, piece: Uint8Array, parts: Array<Part>): Uint8Array {
    const before = decoder.pending
    let taken = -before
    const { error, frames } = decoder.push(piece)
    for (const frame of frames) {
      taken += lengthField + frame.length
      if (!this.#damaged) parts.push(frame)
      this.#damaged = false
    }
    if (error !== undefined) {
      parts.push(broken(error))
      this.#lose(0)
      return piece.subarray(Math.max(0, taken))
    }
    const { pending } = decoder
    if (pending === 0) this.#current = nothing
    else if (frames.length > 0 || before === 0) this.#current = piece.slice(-pending).subarray(0, head)
    else if (this.#current.length < head) this.#current = join(this.#current, piece).subarray(0, head)
    return nothing
  }

  /** Fills the hole with zeros as far as the message with the hole goes; gives the bytes that are left of the hole. */
  #fill(decoder: FrameDecoder.FrameDecoder, bytes: number): number {
    let left = bytes
    while (left > 0 && decoder.pending >= lengthField) {
      const before = decoder.pending
      const zeros = new Uint8Array(Math.min(left, patience))
      let used = zeros.length
      decoder.visit(zeros, (_, start, end) => {
        used = lengthField + end - start - before
        return false
      })
      left -= used
      this.#damaged = decoder.pending > 0
    }
    if (decoder.pending === 0) this.#current = nothing
    return left
  }

  #lose(skipped: number): void {
    this.#decoder = undefined
    this.#damaged = false
    this.#current = nothing
    this.#skipped = skipped
    this.#begins = false
  }

  /** Searches the next message; gives the bytes from there on. */
  #hunt(piece: Uint8Array, parts: Array<Part>): Uint8Array {
    this.#edge = this.#hunted.length
    const bytes = this.#edge === 0 ? piece : join(this.#hunted, piece)
    for (let at = 0; at < bytes.length; at++) {
      const verdict = this.#looksLike(bytes, at)
      if (verdict === "more") {
        this.#keep(bytes, at)
        return nothing
      }
      if (verdict === "yes") {
        this.#skipped += at
        if (this.#skipped > 0) parts.push(passed(this.#skipped))
        this.#skipped = 0
        this.#hunted = nothing
        this.#begins = false
        this.isHsms = true
        this.#decoder = FrameDecoder.make()
        return bytes.subarray(at)
      }
      if (this.#begins) {
        this.#begins = false
        if (this.isHsms === undefined) {
          this.isHsms = false
          return nothing
        }
        parts.push(new StreamError({ reason: { _tag: "NoFrame", detail: shown(bytes) } }))
      }
    }
    this.#keep(bytes, bytes.length)
    return nothing
  }

  #keep(bytes: Uint8Array, from: number): void {
    this.#hunted = bytes.slice(from)
    this.#skipped += from
    if (this.isHsms === undefined && this.#skipped > patience) {
      this.isHsms = false
      this.#hunted = nothing
    }
  }

  /** Whether a message begins here. The further from where one must begin, the more is asked for. */
  #looksLike(bytes: Uint8Array, at: number): "yes" | "no" | "more" {
    const left = bytes.length - at
    // The length of what is no more than 16 MiB begins with 00 or 01.
    if (bytes[at]! > 1) return "no"
    if (left < head) return "more"
    const length = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
    if (length < HsmsHeader.length || length > FrameDecoder.defaultMaxFrameLength) return "no"
    const header = HsmsHeader.read(bytes, at + lengthField)
    if (header.pType !== 0 || header.sType > 9 || header.sType === 8) return "no"
    const text = length - HsmsHeader.length
    if (header.sType !== HsmsHeader.SType.Data) return text === 0 ? "yes" : "no"
    if (header.stream === 0 || (header.replyExpected && header.function % 2 === 0)) return "no"
    if (text === 0) return "yes"
    if (left > head && !isItemHead(bytes[at + head]!)) return "no"
    const certain = this.#begins && at === 0
    const whole = left >= lengthField + length
    if (certain || (!whole && at === this.#edge)) return left > head ? "yes" : "more"
    if (whole) return decodes(bytes.subarray(at + head, at + lengthField + length)) ? "yes" : "no"
    return length > longestFind ? "no" : "more"
  }
}

const nothing = new Uint8Array(0)

const join = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/** A format code of the standard, and one to three length bytes. */
const isItemHead = (byte: number): boolean => (byte & 3) !== 0 && FormatCode.fromCode(byte >>> 2) !== undefined

const decodes = (text: Uint8Array): boolean => Result.isSuccess(ItemCodec.decode(text))

const missing = (bytes: number, frame?: string): StreamError =>
  new StreamError({ reason: { _tag: "Missing", bytes, frame } })
const passed = (bytes: number): StreamError => new StreamError({ reason: { _tag: "Skipped", bytes } })
const ends = (bytes: number): StreamError => new StreamError({ reason: { _tag: "EndsWithin", bytes } })
const broken = (error: CodecError.FrameError): StreamError =>
  new StreamError({ reason: { _tag: "NoFrame", detail: error.message } })

/** The first bytes, as people look at them. */
const shown = (bytes: Uint8Array): string =>
  `it begins ${[...bytes.subarray(0, head)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}`

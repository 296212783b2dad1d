/**
 * Splits a TCP byte stream into HSMS frames. Pure: no socket, no clock.
 *
 * A frame is a 4-byte big-endian length, a 10-byte header, then 0 or more bytes of text. The length counts header and
 * text, not itself. SType, sessions and T8 are the caller's business; `pending` is what the caller needs to run T8.
 *
 * Work and memory are linear in the bytes received however they are cut, and nothing is allocated by an announced
 * length. A stream that failed stays failed with the same error.
 *
 * @see SEMI E37, message format
 * @since 0.1.0
 */
import { FrameError } from "./CodecError.ts"
import { maxLength } from "./FormatCode.ts"
import { length as headerLength } from "./HsmsHeader.ts"
import { allocate, release } from "./internal/platform.ts"

/**
 * @since 0.1.0
 */
export interface FrameDecoderOptions {
  /** Longest header and text together, in bytes; 16 MiB and 13 unless told. */
  readonly maxFrameLength?: number | undefined
}

/**
 * @since 0.1.0
 */
export interface FrameDecoder {
  /**
   * Takes the next bytes of the stream and gives the frames they complete, header and text without the length field.
   * Good frames before a bad one are given with the error. A frame is yours to keep; one that lay whole in `chunk` is
   * a view of it.
   */
  readonly push: (chunk: Uint8Array) => {
    readonly frames: ReadonlyArray<Uint8Array>
    readonly error: FrameError | undefined
  }

  /**
   * The same without a view per frame: calls `onFrame` with the buffer and the range of each frame. The bytes are
   * valid during the call only: the buffer may be reused for the next frame. Except that a frame which is longer than
   * 64 KiB and fills its buffer from 0 to the end came in pieces and was put together in a buffer of its own: that one
   * is yours. When `onFrame` returns `false`, the rest of the chunk is dropped.
   */
  readonly visit: (
    chunk: Uint8Array,
    onFrame: (bytes: Uint8Array, start: number, end: number) => boolean | void
  ) => FrameError | undefined

  /** Bytes held of a frame that is not complete yet; 0 between frames. */
  readonly pending: number
}

/** Format byte and length bytes of the longest item. */
const itemHead = 4

/**
 * The longest header and text that are taken unless told otherwise: room for the longest item, 16 MiB and 13 bytes.
 *
 * @since 0.1.0
 */
export const defaultMaxFrameLength: number = maxLength + itemHead + headerLength

/** Frames up to this size are put together in one buffer that is kept; longer ones each in one of its own. */
const carrySize = 64 * 1024

/** How much more room than is needed a long frame gets, so that it moves only a few times. */
const growth = 4

/**
 * @since 0.1.0
 */
export const make = (options: FrameDecoderOptions = {}): FrameDecoder => {
  const maximum = options.maxFrameLength ?? defaultMaxFrameLength
  if (!(maximum >= headerLength))
    throw new RangeError(`maxFrameLength is ${maximum}: a header has ${headerLength} bytes`)
  return new Decoder(maximum)
}

const nothing = new Uint8Array(0)

class Decoder implements FrameDecoder {
  readonly #maximum: number
  #failure: FrameError | undefined = undefined

  /** The length field as far as it came; then `#length` is known. */
  #lengthBytes = 0
  #length = 0

  /** Header and text as far as they came, in `#carry` or, of a long frame, in `#whole`. */
  #received = 0
  #carry: Uint8Array = nothing
  #whole: Uint8Array = nothing

  constructor(maximum: number) {
    this.#maximum = maximum
  }

  get pending(): number {
    return this.#lengthBytes + this.#received
  }

  push(chunk: Uint8Array): { readonly frames: ReadonlyArray<Uint8Array>; readonly error: FrameError | undefined } {
    const frames: Array<Uint8Array> = []
    const error = this.visit(chunk, (bytes, start, end) => {
      frames.push(bytes === this.#carry ? bytes.slice(start, end) : bytes.subarray(start, end))
    })
    return { frames, error }
  }

  visit(
    chunk: Uint8Array,
    onFrame: (bytes: Uint8Array, start: number, end: number) => boolean | void
  ): FrameError | undefined {
    if (this.#failure !== undefined) return this.#failure
    let at = 0
    const end = chunk.length
    while (at < end) {
      if (this.#lengthBytes === 0 && end - at >= 4) {
        // The usual case: length field, and mostly the whole frame, lie in this chunk.
        const length = ((chunk[at]! << 24) | (chunk[at + 1]! << 16) | (chunk[at + 2]! << 8) | chunk[at + 3]!) >>> 0
        if (length < headerLength || length > this.#maximum) return this.#fail(length)
        const stop = at + 4 + length
        if (stop <= end) {
          const start = at + 4
          at = stop
          if (onFrame(chunk, start, stop) === false) return undefined
          continue
        }
        this.#lengthBytes = 4
        this.#length = length
        at += 4
      } else if (this.#lengthBytes < 4) {
        this.#length = ((this.#length << 8) | chunk[at++]!) >>> 0
        if (++this.#lengthBytes < 4) continue
        if (this.#length < headerLength || this.#length > this.#maximum) return this.#fail(this.#length)
      }
      const take = Math.min(this.#length - this.#received, end - at)
      this.#keep(chunk, at, take)
      at += take
      if (this.#received === this.#length && this.#emit(onFrame) === false) return undefined
    }
    return undefined
  }

  #fail(length: number): FrameError {
    this.#release()
    this.#carry = nothing
    this.#failure = new FrameError({
      reason:
        length < headerLength
          ? { _tag: "FrameTooShort", length }
          : { _tag: "FrameTooLong", length, maximum: this.#maximum }
    })
    return this.#failure
  }

  #release(): void {
    this.#lengthBytes = 0
    this.#length = 0
    this.#received = 0
    this.#whole = nothing
  }

  #keep(chunk: Uint8Array, at: number, count: number): void {
    if (count === 0) return
    const needed = this.#received + count
    let to: Uint8Array
    if (this.#length <= carrySize) {
      if (this.#carry.length < needed)
        this.#carry = this.#moved(this.#carry, Math.min(carrySize, Math.max(1024, needed * 2)))
      to = this.#carry
    } else {
      if (this.#whole.length < needed) this.#whole = this.#moved(this.#whole, this.#roomFor(needed))
      to = this.#whole
    }
    if (count <= 16) for (let i = 0; i < count; i++) to[this.#received + i] = chunk[at + i]!
    else to.set(chunk.subarray(at, at + count), this.#received)
    this.#received = needed
  }

  /** Grows with what has come, not with what was announced, and ends at exactly that. */
  #roomFor(needed: number): number {
    const room = Math.max(carrySize, needed * growth)
    return room * 2 > this.#length ? this.#length : room
  }

  #moved(from: Uint8Array, size: number): Uint8Array {
    const next = allocate(size)
    next.set(from.subarray(0, this.#received))
    release(from)
    return next
  }

  #emit(onFrame: (bytes: Uint8Array, start: number, end: number) => boolean | void): boolean | void {
    const length = this.#length
    const bytes = length <= carrySize ? this.#carry : this.#whole
    this.#release()
    return onFrame(bytes, 0, length)
  }
}

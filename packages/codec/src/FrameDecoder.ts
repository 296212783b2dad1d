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
import { allocate } from "./internal/platform.ts"

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
   * a view of it. Chunks of a long frame are held, not copied, until it is complete: do not write to them.
   */
  readonly push: (chunk: Uint8Array) => {
    readonly frames: ReadonlyArray<Uint8Array>
    readonly error: FrameError | undefined
  }

  /**
   * The same without a view per frame: calls `onFrame` with the buffer and the range of each frame. The bytes are
   * valid during the call only: the buffer may be reused for the next frame. When `onFrame` returns `false`, the rest
   * of the chunk is dropped.
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

/** Frames up to this size are put together in one buffer that is kept; longer ones in a list of blocks. */
const carrySize = 64 * 1024

/** A chunk of a long frame that is at least this long is kept as it is, a shorter one is copied to the last block. */
const keepFrom = 4096

/**
 * @since 0.1.0
 */
export const make = (options: FrameDecoderOptions = {}): FrameDecoder => {
  const maximum = options.maxFrameLength ?? defaultMaxFrameLength
  if (!(maximum >= headerLength))
    throw new RangeError(`maxFrameLength is ${maximum}: a header has ${headerLength} bytes`)
  return new Decoder(maximum)
}

class Decoder implements FrameDecoder {
  readonly #maximum: number
  #failure: FrameError | undefined = undefined

  /** The length field as far as it came; then `#length` is known. */
  #lengthBytes = 0
  #length = 0

  /** Header and text as far as they came, in `#carry` or in `#blocks`. */
  #received = 0
  #carry: Uint8Array = new Uint8Array(0)
  #blocks: Array<Uint8Array> = []
  #tail: Uint8Array = new Uint8Array(0)
  #tailUsed = 0

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
    this.#carry = new Uint8Array(0)
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
    if (this.#blocks.length > 0) {
      this.#blocks = []
      this.#tail = new Uint8Array(0)
      this.#tailUsed = 0
    }
  }

  #keep(chunk: Uint8Array, at: number, count: number): void {
    if (count === 0) return
    if (this.#length <= carrySize) {
      if (this.#carry.length < this.#length) this.#carry = this.#grownCarry(count)
      if (count <= 16) for (let i = 0; i < count; i++) this.#carry[this.#received + i] = chunk[at + i]!
      else this.#carry.set(chunk.subarray(at, at + count), this.#received)
    } else if (count >= keepFrom) {
      this.#closeTail()
      this.#blocks.push(chunk.subarray(at, at + count))
    } else {
      this.#append(chunk, at, count)
    }
    this.#received += count
  }

  /** Grows with what has come, not with what was announced. */
  #grownCarry(count: number): Uint8Array {
    const needed = this.#received + count
    if (needed <= this.#carry.length) return this.#carry
    const next = allocate(Math.min(carrySize, Math.max(1024, needed * 2)))
    next.set(this.#carry.subarray(0, this.#received))
    return next
  }

  #append(chunk: Uint8Array, at: number, count: number): void {
    if (this.#tailUsed + count > this.#tail.length) {
      this.#closeTail()
      this.#tail = allocate(carrySize)
    }
    if (count <= 16) for (let i = 0; i < count; i++) this.#tail[this.#tailUsed + i] = chunk[at + i]!
    else this.#tail.set(chunk.subarray(at, at + count), this.#tailUsed)
    this.#tailUsed += count
  }

  /** Hands what the tail holds to the blocks and goes on behind it. */
  #closeTail(): void {
    if (this.#tailUsed === 0) return
    this.#blocks.push(this.#tail.subarray(0, this.#tailUsed))
    this.#tail = this.#tail.subarray(this.#tailUsed)
    this.#tailUsed = 0
  }

  #emit(onFrame: (bytes: Uint8Array, start: number, end: number) => boolean | void): boolean | void {
    const length = this.#length
    if (length <= carrySize) {
      this.#release()
      return onFrame(this.#carry, 0, length)
    }
    this.#closeTail()
    const whole = allocate(length)
    let at = 0
    for (const block of this.#blocks) {
      whole.set(block, at)
      at += block.length
    }
    this.#release()
    return onFrame(whole, 0, length)
  }
}

/**
 * Encoded messages on their way out. Pure.
 *
 * Mostly one buffer. A message with large binary is several: the binary is the caller's, so it is not copied.
 */

/** A frame: its length field, header and text, in one buffer or several that follow each other. */
export type Frame = Uint8Array | FrameParts

export class FrameParts {
  readonly parts: readonly [Uint8Array, ...ReadonlyArray<Uint8Array>]
  readonly length: number

  constructor(parts: readonly [Uint8Array, ...ReadonlyArray<Uint8Array>]) {
    this.parts = parts
    this.length = parts.reduce((sum, part) => sum + part.length, 0)
  }
}

/** The buffer with length field and header. */
export const headOf = (frame: Frame): Uint8Array => (frame instanceof FrameParts ? frame.parts[0] : frame)

const isWhole = (frame: Frame): frame is Uint8Array => !(frame instanceof FrameParts)

/** The buffers of all frames. */
export const buffersOf = (frames: ReadonlyArray<Frame>): ReadonlyArray<Uint8Array> =>
  frames.every(isWhole) ? frames : frames.flatMap((frame) => (isWhole(frame) ? [frame] : frame.parts))

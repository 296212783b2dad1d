/**
 * What the codec takes from its host: byte order, and the faster text, swap and allocation routines of Node's
 * `Buffer` where it exists. Everything has a plain fallback, so that the codec runs in a browser.
 */

interface BufferPrototype {
  latin1Slice(start: number, end: number): string
  latin1Write(text: string, offset: number, length: number): number
  ucs2Slice(start: number, end: number): string
  swap16(): void
  swap32(): void
  swap64(): void
}

interface BufferConstructor {
  readonly prototype: BufferPrototype
  allocUnsafeSlow(size: number): { readonly buffer: ArrayBuffer }
}

const NodeBuffer = (globalThis as { readonly Buffer?: Partial<BufferConstructor> }).Buffer
const prototype = NodeBuffer?.prototype

/** True where the routines of `Buffer` are used. */
export const hasBuffer: boolean =
  typeof NodeBuffer?.allocUnsafeSlow === "function" &&
  typeof prototype?.latin1Slice === "function" &&
  typeof prototype.latin1Write === "function" &&
  typeof prototype.ucs2Slice === "function" &&
  typeof prototype.swap64 === "function"

/** True on every host that Node and browsers run on today; a big-endian host must not swap. */
export const littleEndian: boolean = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** Bytes whose content is undefined: the caller writes every one of them. */
export const allocate: (size: number) => Uint8Array<ArrayBuffer> = hasBuffer
  ? (size) => new Uint8Array((NodeBuffer as BufferConstructor).allocUnsafeSlow(size).buffer)
  : (size) => new Uint8Array(size)

/**
 * Gives back memory of `allocate` that nobody uses any more, where the host can. Left to the garbage collector, large
 * buffers cost more than what is done with them: memory outside its heap makes it go through all of the heap.
 */
export const release = (bytes: Uint8Array): void => {
  const buffer = bytes.buffer as ArrayBuffer & { readonly transfer?: (length: number) => void }
  if (buffer.byteLength > 0) buffer.transfer?.(0)
}

const latin1SliceNative = prototype?.latin1Slice
const latin1WriteNative = prototype?.latin1Write

/** V8 puts one string of this size into its large-object space; slices joined as a rope stay out of it. */
const ropeFrom = 128 * 1024
const ropeStep = 64 * 1024

const latin1SliceOnce: (bytes: Uint8Array, start: number, end: number) => string = hasBuffer
  ? (bytes, start, end) => latin1SliceNative!.call(bytes as never, start, end)
  : (bytes, start, end) => {
      let text = ""
      for (let at = start; at < end; at += 4096) {
        text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(end, at + 4096)) as never)
      }
      return text
    }

/** Bytes `start` to `end` as text, one character a byte. */
export const latin1Slice = (bytes: Uint8Array, start: number, end: number): string => {
  if (end - start < ropeFrom) return latin1SliceOnce(bytes, start, end)
  let text = ""
  for (let at = start; at < end; at += ropeStep) text += latin1SliceOnce(bytes, at, Math.min(end, at + ropeStep))
  return text
}

/** Writes text, one byte a character; every character must be below 0x100. */
export const latin1Write: (bytes: Uint8Array, text: string, offset: number) => void = hasBuffer
  ? (bytes, text, offset) => {
      latin1WriteNative!.call(bytes as never, text, offset, text.length)
    }
  : (bytes, text, offset) => {
      for (let i = 0; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i)
    }

const ucs2SliceNative = prototype?.ucs2Slice

/** The first `length` UTF-16 code units as text, halves of surrogate pairs among them. */
export const fromUnits: (units: Uint16Array, length: number) => string =
  hasBuffer && littleEndian
    ? (units, length) => ucs2SliceNative!.call(new Uint8Array(units.buffer, units.byteOffset) as never, 0, length * 2)
    : (units, length) => {
        let text = ""
        for (let at = 0; at < length; at += 4096) {
          text += String.fromCharCode.apply(null, units.subarray(at, Math.min(length, at + 4096)) as never)
        }
        return text
      }

const swapPlain = (bytes: Uint8Array, size: 2 | 4 | 8): void => {
  for (let at = 0; at < bytes.length; at += size) {
    for (let low = at, high = at + size - 1; low < high; low++, high--) {
      const byte = bytes[low]!
      bytes[low] = bytes[high]!
      bytes[high] = byte
    }
  }
}

/** Turns each element of `size` bytes between big-endian and the host's order, in place. */
export const swap: (bytes: Uint8Array, size: 2 | 4 | 8) => void = !littleEndian
  ? () => {}
  : hasBuffer
    ? (bytes, size) => {
        if (size === 2) prototype!.swap16.call(bytes as never)
        else if (size === 4) prototype!.swap32.call(bytes as never)
        else prototype!.swap64.call(bytes as never)
      }
    : swapPlain

interface TextCoding {
  readonly TextDecoder: new (
    label: string,
    options: { readonly ignoreBOM: boolean }
  ) => {
    decode(bytes: Uint8Array): string
  }
  readonly TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> }
}

const { TextDecoder, TextEncoder } = globalThis as unknown as TextCoding

/** The host's decoder of an encoding, with U+FFFD for what it cannot read. `undefined` where the host has none. */
export const decoderOf = (label: string): ((bytes: Uint8Array) => string) | undefined => {
  try {
    const decoder = new TextDecoder(label, { ignoreBOM: true })
    return (bytes) => decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** Text in UTF-8; half a surrogate pair would be written as U+FFFD. */
export const utf8Bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

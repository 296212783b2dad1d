/**
 * What every text encoding of the codec can do, and how bytes that are no text stay in it.
 *
 * Such a byte becomes U+DC00 + byte: half a surrogate pair, which no encoding has and no text of a user holds.
 */
export interface Coding {
  /** The text; never fails, and `encode` gives back the very bytes. */
  readonly decode: (bytes: Uint8Array) => string
  /** The text for reading only: each sequence that means a character is read. `undefined` where one means none. */
  readonly read: (bytes: Uint8Array) => string | undefined
  /** The bytes, or the index of the first character that the encoding lacks. */
  readonly encode: (text: string) => Uint8Array<ArrayBuffer> | number
}

/** A byte as half a surrogate pair. */
export const escape = 0xdc00

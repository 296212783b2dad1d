/**
 * Items to bytes and back. Pure: returns `Result`, never throws on input, never recurses on its depth.
 *
 * Encoding is canonical: the fewest length bytes, BOOLEAN true as 01. Decoding takes every legal form: one to three
 * length bytes, any non-zero BOOLEAN. What is decoded encodes again to the same value, NaN payloads and -0 included.
 *
 * @see SEMI E5, data items
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { ItemDecodeError, ItemEncodeError } from "./CodecError.ts"
import { readItem, type ReadLimits, fault as readFault } from "./internal/ItemReader.ts"
import { borrowed, writeItem, type WriteLimits, fault as writeFault } from "./internal/ItemWriter.ts"
import type { ItemNode } from "./internal/node.ts"
import type { Item } from "./Item.ts"

/**
 * Limits of decoding. A limit that is NaN is a mistake of the program: a `RangeError` is thrown.
 *
 * @since 0.1.0
 */
export interface DecodeOptions {
  /** Deepest nesting of lists; 1 024 unless told. */
  readonly maxDepth?: number | undefined
  /** Most items in one text, lists included; 2^20 unless told. */
  readonly maxItems?: number | undefined
  /** `"ascii"` refuses bytes above 7F in `A`; `"latin-1"`, the default, keeps them. */
  readonly text?: "latin-1" | "ascii" | undefined
  /** `"ignore"` takes the first item and leaves what follows; `"refuse"` is the default. */
  readonly trailing?: "refuse" | "ignore" | undefined
  /**
   * `"view"` makes each `B` a view of the bytes that are decoded, in constant time: it is valid only while they are,
   * and keeps all of them alive. `"adopt"` makes views only of those that are at least half of these bytes, for whoever
   * gives the bytes away. `"copy"`, the default, gives each its own.
   */
  readonly binary?: "copy" | "view" | "adopt" | undefined
}

/**
 * Limits of encoding. A limit that is NaN is a mistake of the program: a `RangeError` is thrown.
 *
 * @since 0.1.0
 */
export interface EncodeOptions {
  /** Deepest nesting of lists; 1 024 unless told. */
  readonly maxDepth?: number | undefined
  /** `"ascii"` refuses characters above 7F in `A`; `"latin-1"`, the default, writes them as one byte each. */
  readonly text?: "latin-1" | "ascii" | undefined
}

const defaultMaxDepth = 1024

const viewShares = { copy: Number.POSITIVE_INFINITY, view: 0, adopt: 0.5 }

/** Nothing is more than NaN: as a limit it would be none. */
const limit = (name: string, value: number): number => {
  if (Number.isNaN(value)) throw new RangeError(`${name} is NaN: expected a number`)
  return value
}

const readLimits = (options: DecodeOptions): ReadLimits => ({
  maxDepth: limit("maxDepth", options.maxDepth ?? defaultMaxDepth),
  maxItems: limit("maxItems", options.maxItems ?? 2 ** 20),
  ascii: options.text === "ascii",
  allowTrailing: options.trailing === "ignore",
  viewShare: viewShares[options.binary ?? "copy"]
})

const writeLimits = (options: EncodeOptions): WriteLimits => ({
  maxDepth: limit("maxDepth", options.maxDepth ?? defaultMaxDepth),
  ascii: options.text === "ascii",
  borrowFrom: Number.POSITIVE_INFINITY
})

const defaultRead = readLimits({})
const defaultWrite = writeLimits({})

/** Copying less costs less than another buffer to write. */
const borrowFrom = 64 * 1024
const borrowingWrite: WriteLimits = { ...defaultWrite, borrowFrom }

const decoded = (item: ItemNode | undefined): Result.Result<Item, ItemDecodeError> =>
  item === undefined
    ? Result.fail(new ItemDecodeError({ offset: readFault.offset, path: readFault.path, reason: readFault.reason }))
    : Result.succeed(item as unknown as Item)

const encodeFailed = (): Result.Result<never, ItemEncodeError> =>
  Result.fail(new ItemEncodeError({ path: writeFault.path, reason: writeFault.reason }))

const encoded = (bytes: Uint8Array | undefined): Result.Result<Uint8Array, ItemEncodeError> =>
  bytes === undefined ? encodeFailed() : Result.succeed(bytes)

/**
 * Decodes exactly one item. Takes one argument, so that `frames.map(decode)` means what it says; limits other than
 * the default ones are set with `decodeWith`.
 *
 * The item owns its values: nothing of `bytes` is referenced afterwards.
 *
 * Fails    `ItemDecodeError` with byte offset, path and reason; never throws
 *
 * @example
 * ItemCodec.decode(Uint8Array.of(0xa5, 0x01, 0x07)) // => Result.succeed(U1(7))
 *
 * @since 0.1.0
 */
export const decode = (bytes: Uint8Array): Result.Result<Item, ItemDecodeError> =>
  decoded(readItem(bytes, 0, bytes.length, defaultRead))

/**
 * Decodes exactly one item from the bytes `start` to `end` of a larger buffer, without making a view.
 *
 * @since 0.1.0
 */
export const decodeRange = (bytes: Uint8Array, start: number, end: number): Result.Result<Item, ItemDecodeError> =>
  decoded(readItem(bytes, start, end, defaultRead))

/**
 * `decode` under limits of your own.
 *
 * @since 0.1.0
 */
export const decodeWith = (options: DecodeOptions): ((bytes: Uint8Array) => Result.Result<Item, ItemDecodeError>) => {
  const limits = readLimits(options)
  return (bytes) => decoded(readItem(bytes, 0, bytes.length, limits))
}

/**
 * `decodeRange` under limits of your own.
 *
 * @since 0.1.0
 */
export const decodeRangeWith = (
  options: DecodeOptions
): ((bytes: Uint8Array, start: number, end: number) => Result.Result<Item, ItemDecodeError>) => {
  const limits = readLimits(options)
  return (bytes, start, end) => decoded(readItem(bytes, start, end, limits))
}

/**
 * Encodes one item, its header included.
 *
 * Shape    1 format byte, 1 to 3 length bytes (fewest that fit), then the value
 * Units    length counts bytes; for `L` it counts elements
 * Limits   16 777 215 bytes or elements
 * Fails    `ItemEncodeError` with the path of the item; never throws
 * Standard SEMI E5, data items. Decode accepts any number of length bytes, 1 to 3
 *
 * The result may be a view of a larger buffer; copy what is kept for long.
 *
 * @example
 * ItemCodec.encode(Item.U1(7)) // => Result.succeed(Uint8Array.of(0xa5, 0x01, 0x07))
 *
 * @since 0.1.0
 */
export const encode = (item: Item): Result.Result<Uint8Array, ItemEncodeError> =>
  encoded(writeItem(item as unknown as ItemNode, 0, defaultWrite))

/**
 * `encode` under limits of your own.
 *
 * @since 0.1.0
 */
export const encodeWith = (options: EncodeOptions): ((item: Item) => Result.Result<Uint8Array, ItemEncodeError>) => {
  const limits = writeLimits(options)
  return (item) => encoded(writeItem(item as unknown as ItemNode, 0, limits))
}

/**
 * Encodes under the default limits, after `reserve` bytes that are left for the caller to fill: how a frame is made
 * without copying its text.
 *
 * @since 0.1.0
 */
export const encodeAfter = (item: Item, reserve: number): Result.Result<Uint8Array, ItemEncodeError> =>
  encoded(writeItem(item as unknown as ItemNode, reserve, defaultWrite))

/**
 * As `encodeAfter`, without copying large binary: a `B` of 64 KiB or more stands in the parts as it is, and must not be
 * changed until they are used. Parts are to be joined in their order; mostly there is one.
 *
 * @since 0.1.0
 */
export const encodeParts = (
  item: Item,
  reserve: number
): Result.Result<readonly [Uint8Array, ...ReadonlyArray<Uint8Array>], ItemEncodeError> => {
  const bytes = writeItem(item as unknown as ItemNode, reserve, borrowingWrite)
  if (borrowed.length === 0) return bytes === undefined ? encodeFailed() : Result.succeed([bytes])
  const values = borrowed.splice(0)
  if (bytes === undefined) return encodeFailed()
  const parts: [Uint8Array, ...Array<Uint8Array>] = [bytes.subarray(0, values[0]!.at)]
  values.forEach(({ at, value }, i) => {
    const behind = bytes.subarray(at, values[i + 1]?.at)
    parts.push(value)
    if (behind.length > 0) parts.push(behind)
  })
  return Result.succeed(parts)
}

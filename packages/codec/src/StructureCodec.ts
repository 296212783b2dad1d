/**
 * Structures at work: bytes and items to values, and back. Pure: returns `Result`, never throws on input. What code of
 * the caller throws on the way, a getter of a value or an encoding, is the caller's.
 *
 * A structure is compiled on first use and kept with its Schema. Bytes are read and written without items on the way;
 * whatever cannot be is read or written again through the item, which knows the reason. Code of the user may then run
 * twice: Schemas and encodings have no side effects.
 *
 * @see SEMI E5, message structure
 * @since 0.1.0
 */
import type * as Result from "effect/Result"
import type { Deviation } from "./Deviation.ts"
import { reader } from "./internal/structure/reader.ts"
import { decodeLayout, encodeLayout, readLayout, writeLayout } from "./internal/structure/run.ts"
import type { Write } from "./internal/structure/sink.ts"
import type { Read } from "./internal/structure/source.ts"
import { writer } from "./internal/structure/writer.ts"
import type { Item } from "./Item.ts"
import * as Layout from "./Layout.ts"
import type { Any } from "./Structure.ts"
import type { StructureError } from "./StructureError.ts"

/**
 * How to read.
 *
 * @since 0.1.0
 */
export interface ReadOptions {
  /** `"lenient"` takes the deviations of `Deviation.deviations`; `"strict"`, the default, takes none. */
  readonly mode?: "strict" | "lenient" | undefined
  /** Called for each deviation that was taken, the first 10 000 of them, when the whole was read. */
  readonly onDeviation?: ((deviation: Deviation) => void) | undefined
  /** Makes text of the characters of an `A`, one a byte; `TextEncoding` has them. */
  readonly text?: ((latin1: string) => string) | undefined
  /** Deepest nesting of structures that contain themselves; 256 unless told, 512 at most. */
  readonly maxDepth?: number | undefined
  /** `S6F11`, for errors. */
  readonly subject?: string | undefined
}

/**
 * How to write.
 *
 * @since 0.1.0
 */
export interface WriteOptions {
  /** Makes the characters of an `A`, one a byte, of text; an object with `problem` where it cannot. */
  readonly text?: ((text: string) => string | { readonly problem: string }) | undefined
  /** Deepest nesting of structures that contain themselves; 256 unless told, 512 at most. */
  readonly maxDepth?: number | undefined
  /** `S6F11`, for errors. */
  readonly subject?: string | undefined
}

/**
 * Reads an item.
 *
 * Fails    `StructureError` with the path by the names of the structure, what was expected and what was seen
 *
 * @since 0.1.0
 */
export const fromItem = <S extends Any>(
  structure: S,
  options: ReadOptions = {}
): ((item: Item) => Result.Result<S["Type"], StructureError>) => {
  const layout = Layout.fromSchema(structure)
  return (item) => readLayout(layout, item, options)
}

/**
 * Makes the item of a value.
 *
 * Fails    `StructureError` with the path to what cannot be written; never throws
 *
 * @since 0.1.0
 */
export const toItem = <S extends Any>(
  structure: S,
  options: WriteOptions = {}
): ((value: S["Type"]) => Result.Result<Item, StructureError>) => {
  const layout = Layout.fromSchema(structure)
  return (value) => writeLayout(layout, value, options)
}

/**
 * Reads bytes that are one item.
 *
 * Fails    `StructureError`; bytes that are no item have the reason `Malformed`, with the `ItemDecodeError`
 *
 * @since 0.1.0
 */
export const decode = <S extends Any>(
  structure: S,
  options: ReadOptions = {}
): ((bytes: Uint8Array) => Result.Result<S["Type"], StructureError>) => {
  const layout = Layout.fromSchema(structure)
  let straight: Read | undefined
  return (bytes) => decodeLayout(layout, bytes, 0, bytes.length, options, (straight ??= reader(layout)))
}

/**
 * Writes a value as the bytes of one item.
 *
 * Fails    `StructureError` with the path to what cannot be written; never throws
 *
 * @since 0.1.0
 */
export const encode = <S extends Any>(
  structure: S,
  options: WriteOptions = {}
): ((value: S["Type"]) => Result.Result<Uint8Array, StructureError>) => {
  const layout = Layout.fromSchema(structure)
  let straight: Write | undefined
  return (value) => encodeLayout(layout, value, options, (straight ??= writer(layout)))
}

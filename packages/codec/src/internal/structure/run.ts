/**
 * Layouts at work, with typed errors: what `StructureCodec` and `StreamFunction` share.
 */
import * as Result from "effect/Result"
import type { Item } from "../../Item.ts"
import * as ItemCodec from "../../ItemCodec.ts"
import type { Layout } from "../../Layout.ts"
import type { ReadOptions, WriteOptions } from "../../StructureCodec.ts"
import { StructureError } from "../../StructureError.ts"
import type { ItemNode } from "../node.ts"
import { read, type Reading, type Seen } from "./fromItem.ts"
import { itemMaker } from "./itemMaker.ts"
import { defaultMaxDepth, itemReader } from "./itemReader.ts"
import { failed, fault } from "./leaf.ts"
import { reader } from "./reader.ts"
import { type Read, readSource } from "./source.ts"
import { write, type Writing } from "./toItem.ts"
import { type Write, writeSink } from "./sink.ts"
import { writer } from "./writer.ts"

/** What contains itself is read and written by recursion: more would overflow the stack. */
const deepest = 512

const depthOf = ({ maxDepth = defaultMaxDepth }: { readonly maxDepth?: number | undefined }): number => {
  if (!(Number.isInteger(maxDepth) && maxDepth >= 0)) {
    throw new RangeError(`maxDepth is ${maxDepth}: expected a whole number from 0`)
  }
  return Math.min(maxDepth, deepest)
}

const failure = (
  operation: "decode" | "encode",
  subject: string | undefined,
  path: ReadonlyArray<string | number>,
  reason: StructureError["reason"]
): Result.Result<never, StructureError> => Result.fail(new StructureError({ subject, operation, path, reason }))

/** Reads an item; a message without one is the business of whoever knows the message. */
export const readLayout = <T>(layout: Layout, item: Item, options: ReadOptions): Result.Result<T, StructureError> => {
  // What is by the letter is so leniently as well, without a deviation.
  if (options.text === undefined && options.maxDepth === undefined) {
    const straight = itemReader(layout)(item as unknown as ItemNode)
    if (straight !== failed) return Result.succeed(straight as T)
  }
  const deviations: Array<Seen> | undefined = options.mode === "lenient" ? [] : undefined
  const reading: Reading = {
    deviations,
    text: options.text,
    maxDepth: depthOf(options),
    path: [],
    known: undefined
  }
  const value = read(layout, item as unknown as ItemNode, reading, 0)
  if (value === failed) return failure("decode", options.subject, reading.path, fault.reason)
  if (deviations !== undefined && options.onDeviation !== undefined) {
    for (const seen of deviations) options.onDeviation({ ...seen, subject: options.subject })
  }
  return Result.succeed(value as T)
}

/** Makes the item of a value. */
export const writeLayout = (
  layout: Layout,
  value: unknown,
  options: WriteOptions
): Result.Result<Item, StructureError> => {
  if (options.text === undefined && options.maxDepth === undefined) {
    const straight = itemMaker(layout)(value)
    if (straight !== failed) return Result.succeed(straight as unknown as Item)
  }
  const writing: Writing = { text: options.text, maxDepth: depthOf(options), path: [], known: undefined }
  const item = write(layout, value, writing, 0)
  return item === failed
    ? failure("encode", options.subject, writing.path, fault.reason)
    : Result.succeed(item as unknown as Item)
}

/** Reads the bytes `start` to `end`, which are one item. */
export const decodeLayout = <T>(
  layout: Layout,
  bytes: Uint8Array,
  start: number,
  end: number,
  options: ReadOptions,
  straight: Read = reader(layout)
): Result.Result<T, StructureError> => {
  // What a strict reader takes, a lenient one takes too, without a deviation.
  const fast = readSource(straight, bytes, start, end, options.text, depthOf(options))
  if (fast !== failed) return Result.succeed(fast as T)
  const item = ItemCodec.decodeRange(bytes, start, end)
  return Result.isSuccess(item)
    ? readLayout(layout, item.success, options)
    : failure("decode", options.subject, [], { _tag: "Malformed", error: item.failure })
}

/** Writes a value as bytes. */
export const encodeLayout = (
  layout: Layout,
  value: unknown,
  options: WriteOptions,
  straight: Write = writer(layout)
): Result.Result<Uint8Array, StructureError> => {
  const fast = writeSink(straight, value, options.text, depthOf(options))
  if (fast !== undefined) return Result.succeed(fast)
  const item = writeLayout(layout, value, options)
  if (Result.isFailure(item)) return Result.fail(item.failure)
  const bytes = ItemCodec.encode(item.success)
  if (Result.isSuccess(bytes)) return Result.succeed(bytes.success)
  return failure("encode", options.subject, [], {
    _tag: "WrongValue",
    expected: "an item that can be written",
    seen: bytes.failure.message
  })
}

/**
 * Bytes that values are written to straight away, and what writers of one message share. A writer returns false
 * wherever it meets a value it does not take, without a reason: the value is made an item then, which knows.
 */
import {
  closeOutput,
  dropOutput,
  makeRoom,
  openOutput,
  type Output,
  putHead,
  putItems,
  singleRoom,
  type WriteLimits
} from "../ItemWriter.ts"
import type { ItemNode } from "../node.ts"

/** Writes a value behind what is written, or returns false. */
export type Write = (sink: Sink, value: unknown) => boolean

const noBytes = new Uint8Array(0)

/** One message on its way to bytes. */
export class Sink implements Output {
  bytes: Uint8Array = noBytes
  start = 0
  at = 0
  /** Structures inside themselves that are open, how many may be, and how many layouts stand on top of each other. */
  recursions = 0
  maxDepth = 0
  levels = 0
  /** How many options may still be tried in vain inside structures that contain themselves. */
  fuel = 0
  /** No other option is to be tried: what failed would be written otherwise through the item. */
  hopeless = false
  text: ((text: string) => string | { readonly problem: string }) | undefined = undefined
}

// As for readers, limits add up to less than those of items; what is beyond is written through its item.

const recursiveLevels = 700
const itemLimits: WriteLimits = { maxDepth: 192, ascii: false, borrowFrom: Number.POSITIVE_INFINITY }

/** One for the next message. A writer may call code of the user, which may write another message meanwhile. */
let spare: Sink | undefined

/** The bytes of a value; `undefined` where it has to be written through its item. */
export const writeSink = (
  write: Write,
  value: unknown,
  text: Sink["text"],
  maxDepth: number
): Uint8Array | undefined => {
  const sink = spare ?? new Sink()
  spare = undefined
  openOutput(sink)
  sink.recursions = 0
  sink.maxDepth = maxDepth
  sink.levels = 0
  sink.fuel = 10_000
  sink.hopeless = false
  sink.text = text
  let bytes: Uint8Array | undefined
  if (write(sink, value)) bytes = closeOutput(sink)
  else dropOutput(sink)
  sink.bytes = noBytes
  sink.text = undefined
  spare = sink
  return bytes
}

/** Gives up, whatever other options there are. */
export const giveUp = (sink: Sink): false => {
  sink.hopeless = true
  return false
}

/** Opens a structure inside itself, of so many levels. False where it is too deep for this writer. */
export const enter = (sink: Sink, levels: number): boolean => {
  if (sink.recursions >= sink.maxDepth || sink.levels + levels > recursiveLevels) return giveUp(sink)
  sink.recursions++
  sink.levels += levels
  return true
}

export const leave = (sink: Sink, levels: number): void => {
  sink.recursions--
  sink.levels -= levels
}

/** Makes sure that so many bytes fit. */
export const reserve = (sink: Sink, more: number): void => {
  if (sink.at + more > sink.bytes.length) makeRoom(sink, more)
}

/** The head of a list. */
export const putList = (sink: Sink, count: number): void => {
  reserve(sink, singleRoom)
  sink.at = putHead(sink.bytes, sink.at, 0, count)
}

/** Items one after the other. One that cannot be written fails all options, as it would through the item. */
export const itemsTo = (sink: Sink, items: ReadonlyArray<ItemNode>): boolean =>
  putItems(sink, items, itemLimits) || giveUp(sink)

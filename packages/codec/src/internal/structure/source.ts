/**
 * Bytes that are read straight to values, and what readers of one text share. A reader returns `failed` wherever it
 * meets something it does not take, without a reason: the text is read again through its item then, which knows.
 */
import type { ItemNode } from "../node.ts"
import { reached, readItem, type ReadLimits } from "../ItemReader.ts"
import { failed, type Failed } from "./leaf.ts"

/** Reads what stands at `at` and moves `at` behind it, or returns `failed` and leaves `at` anywhere. */
export type Read = (source: Source) => unknown

const noBytes = new Uint8Array(0)

/** One text on its way to a value. */
export class Source {
  bytes: Uint8Array = noBytes
  at = 0
  end = 0
  /** Elements that open lists still promise; each needs two bytes. */
  owed = 0
  /** Structures inside themselves that are open, how many may be, and how many layouts stand on top of each other. */
  recursions = 0
  maxDepth = 0
  levels = 0
  /** How often structures may still be entered: one that tries its options again at each level would take for ever. */
  fuel = 0
  /** Texts are cut out of a window: in a list of nothing but texts, so that no code of the user opens another. */
  window = false
  /** No other option is to be tried: what failed would be read otherwise through the item. */
  hopeless = false
  text: ((latin1: string) => string) | undefined = undefined
}

// Limits that are stricter than those of items, so that a text within all of them is within theirs, however what it
// consists of adds up. What is beyond is read through its item.

/** As each item takes two bytes, a text of this length has no more than 2^20 of them. */
const longest = 2 ** 21

/** Layouts on top of each other outside of structures that contain themselves, then inside, then lists in any item. */
export const staticLevels = 128
const recursiveLevels = 700
const itemLimits: ReadLimits = {
  maxDepth: 192,
  maxItems: 2 ** 20,
  ascii: false,
  allowTrailing: true,
  viewShare: Number.POSITIVE_INFINITY
}

/** One for the next text. A reader may call code of the user, which may read another text meanwhile. */
let spare: Source | undefined

/** The value of the text from `start` to `end`; `failed` where it has to be read through its item. */
export const readSource = (
  read: Read,
  bytes: Uint8Array,
  start: number,
  end: number,
  text: Source["text"],
  maxDepth: number
): unknown => {
  if (end - start > longest) return failed
  const source = spare ?? new Source()
  spare = undefined
  source.bytes = bytes
  source.at = start
  source.end = end
  source.owed = 0
  source.recursions = 0
  source.maxDepth = maxDepth
  source.levels = 0
  source.fuel = 2 * (end - start) + 64
  source.window = false
  source.hopeless = false
  source.text = text
  const value = read(source)
  const left = source.end - source.at
  source.bytes = noBytes
  source.text = undefined
  spare = source
  return left === 0 ? value : failed
}

/** Gives up, whatever other options there are. */
export const giveUp = (source: Source): Failed => {
  source.hopeless = true
  return failed
}

/** Opens a structure inside itself, of so many levels. False where it is too deep for this reader. */
export const enter = (source: Source, levels: number): boolean => {
  if (source.recursions >= source.maxDepth || source.levels + levels > recursiveLevels || source.fuel-- <= 0) {
    source.hopeless = true
    return false
  }
  source.recursions++
  source.levels += levels
  return true
}

export const leave = (source: Source, levels: number): void => {
  source.recursions--
  source.levels -= levels
}

/** The number of elements of the list at `at`; -1 where there is no list. */
export const listHead = (source: Source): number => {
  const { at, bytes, end } = source
  const left = end - at
  if (left < 2) return -1
  const first = bytes[at]!
  if (first === 1) {
    source.at = at + 2
    return bytes[at + 1]!
  }
  if (first === 0 || first > 3 || left <= first) return -1
  source.at = at + 1 + first
  const length = (bytes[at + 1]! << 8) | bytes[at + 2]!
  return first === 2 ? length : (length << 8) | bytes[at + 3]!
}

/** The item at `at`. */
export const itemAt = (source: Source): ItemNode | Failed => {
  const item = readItem(source.bytes, source.at, source.end, itemLimits)
  // An item that is none fails all options, and one that is merely too deep here would be taken through the item.
  if (item === undefined) return giveUp(source)
  source.at = reached.at
  return item
}

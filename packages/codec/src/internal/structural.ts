/**
 * Equality and hash of items. Both walk with a stack of their own, so depth costs no call stack.
 */
import * as Hash from "effect/Hash"
import { FormatCode } from "../FormatCode.ts"
import type { LocalizedShape, Shape } from "./shape.ts"

/** NaN equals NaN and 0 does not equal -0: two values are equal when they mean the same on the wire. */
const sameLeaf = (format: number, a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (format === FormatCode.C2) {
    const x = a as LocalizedShape
    const y = b as LocalizedShape
    return x.lsh === y.lsh && sameElements(x.bytes, y.bytes)
  }
  if (typeof a === "string") return false
  return sameElements(elements(a), elements(b))
}

/** A lone value as an array of one. */
const elements = (value: unknown): ArrayLike<unknown> =>
  typeof value === "object" ? (value as ArrayLike<unknown>) : [value]

const sameElements = (a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false
  return true
}

export const equals = (left: Shape, right: Shape): boolean => {
  const pending: Array<Shape> = [left, right]
  while (pending.length > 0) {
    const b = pending.pop()!
    const a = pending.pop()!
    if (a === b) continue
    if (a.format !== b.format) return false
    if (a.format !== FormatCode.L) {
      if (!sameLeaf(a.format, a.value, b.value)) return false
      continue
    }
    const as = a.value as ReadonlyArray<Shape>
    const bs = b.value as ReadonlyArray<Shape>
    if (as.length !== bs.length) return false
    for (let i = 0; i < as.length; i++) pending.push(as[i]!, bs[i]!)
  }
  return true
}

/** Values of one item, and items of one tree, that take part in a hash: enough to tell trees apart, and O(1). */
const hashedValues = 8
const hashedItems = 64

const hashElements = (values: ArrayLike<unknown>, from: number): number => {
  let h = from
  for (let i = 0; i < values.length && i < hashedValues; i++) {
    const value = values[i]
    h = Hash.combine(
      h,
      typeof value === "bigint"
        ? Hash.string(value.toString())
        : typeof value === "boolean"
          ? +value
          : Hash.number(value as number)
    )
  }
  return Hash.combine(h, values.length)
}

export const hash = (root: Shape): number => {
  let h = 0
  const pending: Array<Shape> = [root]
  for (let seen = 0; pending.length > 0 && seen < hashedItems; seen++) {
    const item = pending.pop()!
    const value = item.value
    h = Hash.combine(h, item.format)
    if (item.format === FormatCode.L) {
      const children = value as ReadonlyArray<Shape>
      h = Hash.combine(h, children.length)
      for (let i = Math.min(children.length, hashedValues) - 1; i >= 0; i--) pending.push(children[i]!)
    } else if (typeof value === "string") {
      h = Hash.combine(h, Hash.string(value))
    } else if (item.format === FormatCode.C2) {
      h = hashElements((value as LocalizedShape).bytes, Hash.combine(h, (value as LocalizedShape).lsh))
    } else {
      h = hashElements(elements(value), h)
    }
  }
  return h
}

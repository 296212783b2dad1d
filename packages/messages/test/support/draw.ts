/**
 * Values of any layout, drawn from a seed: what a structure takes and gives back as it was.
 */
import { FormatCode } from "@effect-secs/codec"
import * as Item from "@effect-secs/codec/Item"
import type { Format } from "@effect-secs/codec/FormatCode"
import type { Elements, Layout, Leaf, LeafFormat } from "@effect-secs/codec/Layout"
import * as Result from "effect/Result"

/** Uniform integers below a limit. (mulberry32) */
export type Draw = (below: number) => number

export const from = (seed: number): Draw => {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const pick = <T>(draw: Draw, from: ReadonlyArray<T>): T => from[draw(from.length)]!

const times = <T>(count: number, make: () => T): Array<T> => Array.from({ length: count }, make)

/** A count from the least that is allowed, small and often at the edge. */
const count = (draw: Draw, minimum: number, maximum: number): number => {
  const most = Math.min(maximum, minimum + 5)
  return draw(8) === 0 && maximum < 2000 ? maximum : minimum + draw(most - minimum + 1)
}

const text = (draw: Draw, length: number): string =>
  String.fromCharCode(...times(length, () => (draw(16) === 0 ? draw(0x80) : 0x20 + draw(0x5f))))

const bytes = (draw: Draw, length: number): Uint8Array => Uint8Array.from(times(length, () => draw(256)))

/** A number that a format holds: its ends, zero, or anything between. */
const number = (draw: Draw, format: LeafFormat): number | bigint => {
  if (format === "F4") return Math.fround((draw(2 ** 31) - 2 ** 30) / (1 + draw(1000)))
  if (format === "F8") return (draw(2 ** 31) - 2 ** 30) / (1 + draw(1000))
  if (format === "B") return draw(256)
  const { maximum, minimum } = FormatCode.info(format)
  const [least, most] = [BigInt(minimum!), BigInt(maximum!)]
  const between = least + (((BigInt(draw(2 ** 31)) << 33n) + (BigInt(draw(2 ** 31)) << 2n)) % (most - least + 1n))
  const value = pick(draw, [least, most, 0n, between, between])
  return format === "U8" || format === "I8" ? value : Number(value)
}

/** 64-bit integers of a leaf of several formats are numbers where those are exact. */
const normal = (value: number | bigint): number | bigint =>
  typeof value === "bigint" && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
    ? Number(value)
    : value

const isNumeric = (format: LeafFormat): boolean => /^[UIF]\d$/.test(format)

const one = (draw: Draw, leaf: Leaf, format: LeafFormat): unknown => {
  const code = leaf.formats.every((f) => f === "B" || f === "U1") && leaf.maximum === 1
  if (format === "A" || format === "J") return text(draw, count(draw, leaf.minimum, leaf.maximum))
  if (format === "BOOLEAN") return draw(2) === 0
  if (format === "C2") return Item.C2(2, bytes(draw, draw(5))).value
  if (format === "B" && !code) return bytes(draw, count(draw, leaf.minimum, leaf.maximum))
  const value = number(draw, format)
  return leaf.formats.filter(isNumeric).length > 1 ? normal(value) : value
}

const many = (draw: Draw, leaf: Leaf, format: LeafFormat): unknown => {
  const length = count(draw, leaf.minimum, leaf.maximum)
  if (format === "A" || format === "J") return text(draw, length)
  if (format === "B") return bytes(draw, length)
  if (leaf.formats.length > 1) return times(length, () => normal(number(draw, format)))
  throw new Error(`no vectors of ${format} alone are drawn`)
}

/** An item of a format, lists with a few items of their own. */
export const item = (draw: Draw, format: Format, depth = 0): Item.Item => {
  if (format === "L") return Item.L(...times(depth > 2 ? 0 : draw(3), () => item(draw, pick(draw, formats), depth + 1)))
  if (format === "A") return Item.A(text(draw, draw(6)))
  if (format === "J") return Item.J(text(draw, draw(6)))
  if (format === "C2") return Item.C2(2, bytes(draw, draw(5)))
  if (format === "B") return Item.B(...bytes(draw, draw(5)))
  if (format === "BOOLEAN") return Item.BOOLEAN(...times(1 + draw(2), () => draw(2) === 0))
  const values = times(draw(3), () => number(draw, format))
  return Result.getOrThrow(Item.make(format, values as never))
}

const formats = FormatCode.formats.map((row) => row.format)

/** A value that the layout takes. */
export const value = (draw: Draw, layout: Layout): unknown => {
  switch (layout._tag) {
    case "Leaf":
      return (layout.shape === "one" ? one : many)(draw, layout, pick(draw, layout.formats))
    case "Any":
      return item(draw, pick(draw, layout.formats ?? formats))
    case "Members":
      return Object.fromEntries(
        layout.members
          .map((member) => [member.key, value(draw, member.layout)])
          .filter(([, value]) => value !== undefined)
      )
    case "Elements":
      return elements(draw, layout)
    case "Optional":
      return draw(3) === 0 || (layout.inner._tag === "Members" && layout.inner.members.length === 0)
        ? undefined
        : value(draw, layout.inner)
    case "Choice":
      return value(draw, pick(draw, layout.options))
    case "Recursive":
    case "Mapped":
      throw new Error("the catalogue has no such layouts")
  }
}

const elements = (draw: Draw, layout: Elements): unknown => times(draw(4), () => value(draw, layout.element))

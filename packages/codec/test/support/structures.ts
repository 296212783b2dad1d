/**
 * Structures at random, made by the public builders, with values for each: right ones, wrong ones, and bytes that are
 * theirs or nearly.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import type { Format } from "../../src/FormatCode.ts"
import { formats, info } from "../../src/FormatCode.ts"
import * as Item from "../../src/Item.ts"
import type { LeafFormat } from "../../src/Layout.ts"
import * as Layout from "../../src/Layout.ts"
import * as Structure from "../../src/Structure.ts"
import type { Draw } from "./generate.ts"

/** A structure, and how to draw values it may write. */
export interface Sample {
  readonly structure: Structure.Any
  readonly value: (draw: Draw) => unknown
}

const pick = <T>(draw: Draw, values: ReadonlyArray<T>): T => values[draw(values.length)]!

const times = <T>(count: number, make: (index: number) => T): Array<T> =>
  Array.from({ length: count }, (_, i) => make(i))

// --- values --------------------------------------------------------------------------------------------------------

const bits = (draw: Draw): bigint => (BigInt(draw(2 ** 32)) << 32n) | BigInt(draw(2 ** 32))

const floats = [0, -0, 1, -1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300, Math.fround(0.1), 2 ** 53, 2 ** 64]

const characters = "ABCxyz019 ~\\\x00\x7f\x80é\xff"
const jis = "ABC ¥‾ｱﾝ"

const textOf = (draw: Draw, alphabet: string, length = pick(draw, [0, 1, 2, 3, 8, 20, 21, 24, 25, 40])): string =>
  times(length, () => alphabet.charAt(draw(alphabet.length))).join("")

/** One value of a format. */
const single = (draw: Draw, format: LeafFormat): unknown => {
  const { element, maximum, minimum } = info(format)
  switch (element) {
    case "boolean":
      return draw(2) === 0
    case "character":
      if (format === "C2")
        return Item.C2(
          draw(15),
          times(draw(4), () => draw(256))
        ).value
      return textOf(draw, format === "A" ? characters : jis)
    case "bigint":
      return draw(3) === 0
        ? pick(draw, [minimum, maximum, 0n, 2n ** 53n, 7n])
        : format === "U8"
          ? bits(draw)
          : BigInt.asIntN(64, bits(draw))
    default:
      if (maximum === undefined) return draw(2) === 0 ? pick(draw, floats) : Math.fround(draw(2 ** 20) / 7)
      if (draw(3) === 0) return pick(draw, [minimum, maximum, 0, -0, 1])
      return Number(minimum) + draw(Number(maximum) - Number(minimum) + 1)
  }
}

const wrong: ReadonlyArray<unknown> = [
  undefined,
  null,
  -1,
  1.5,
  256,
  2 ** 60,
  2 ** 64,
  -(2n ** 70n),
  5n,
  Number.NaN,
  "",
  "中",
  "x".repeat(300),
  "é".repeat(21),
  "中".repeat(21),
  true,
  [],
  [1],
  [undefined],
  {},
  () => 1,
  new Uint8Array(3),
  new Float64Array(2),
  new DataView(new ArrayBuffer(2)),
  Item.U4(1),
  Item.L(Item.A("x"))
]

/** What nobody asked for. */
export const Wrong = (draw: Draw): unknown => pick(draw, wrong)

// --- leaves --------------------------------------------------------------------------------------------------------

const leafFormats = formats.map((row) => row.format).filter((format): format is LeafFormat => format !== "L")

const choices: ReadonlyArray<readonly [LeafFormat, ...ReadonlyArray<LeafFormat>]> = [
  ["U4", "U1", "U2", "U8"],
  ["U4", "U1", "U2", "U8", "A"],
  ["I4", "I1", "I2", "I8"],
  ["A", "U1"],
  ["B", "U1"],
  ["BOOLEAN", "B"],
  ["F8", "F4", "U8"],
  ["U8", "F8"],
  ["F4", "I2"],
  ["J", "A"],
  ["A", "J", "C2"],
  ["U1", "A", "B"]
]

const limits = (draw: Draw): Structure.LeafOptions =>
  draw(3) > 0 ? {} : { minimum: draw(3), ...(draw(2) === 0 ? {} : { maximum: 2 + draw(20) }) }

const ones = (draw: Draw): Sample => {
  const format = draw(3) > 0 ? pick(draw, leafFormats) : pick(draw, choices)
  const all = typeof format === "string" ? [format] : format
  return {
    structure: Structure.value(format, draw(2) === 0 ? {} : limits(draw)),
    value: (draw) => single(draw, pick(draw, all))
  }
}

const vectorFormats = leafFormats.filter((format) => format !== "C2")

const manys = (draw: Draw): Sample => {
  const format =
    draw(3) > 0
      ? pick(draw, vectorFormats)
      : pick(
          draw,
          choices.filter((row) => !row.includes("C2"))
        )
  const all = typeof format === "string" ? [format] : format
  return {
    structure: Structure.vector(format, limits(draw)),
    value: (draw) => {
      const one = pick(draw, all)
      const element = info(one).element
      if (element === "character") return single(draw, one)
      const values = times(pick(draw, [0, 1, 2, 3, 9, 17, 70]), () => single(draw, one === "B" ? "U1" : one))
      return draw(3) === 0 || all.length > 1 || element === "boolean" ? values : typed(one, values)
    }
  }
}

const typed = (format: LeafFormat, values: ReadonlyArray<unknown>): unknown => {
  const Ctor = {
    B: Uint8Array,
    U1: Uint8Array,
    U2: Uint16Array,
    U4: Uint32Array,
    U8: BigUint64Array,
    I1: Int8Array,
    I2: Int16Array,
    I4: Int32Array,
    I8: BigInt64Array,
    F4: Float32Array,
    F8: Float64Array
  }[format as "U4"]
  return Ctor.from(values as ReadonlyArray<number>)
}

const coded = (draw: Draw): Sample => {
  const format = pick(draw, ["B", "U1", "U4", "I2"] as const)
  const names = { Accepted: 0, Denied: [1, "denied"], Later: 2 } as const
  return {
    structure: Structure.enumeration(format, names, draw(2) === 0 ? { closed: true as const } : {}),
    value: (draw) => draw(4)
  }
}

const closedText: Sample = {
  structure: Structure.value("A", {
    codes: [
      { value: "ON", meaning: "on" },
      { value: "OFF", meaning: "off" }
    ],
    closed: true
  }),
  value: (draw) => pick(draw, ["ON", "OFF", "other"])
}

const anyItem = (draw: Draw, depth = 2): Item.Item => {
  if (depth > 0 && draw(4) === 0) return Item.L(times(draw(4), () => anyItem(draw, depth - 1)))
  const format = pick(draw, leafFormats)
  if (format === "C2") return Item.C2(1, "x")
  const text = format === "A" || format === "J"
  const element = format === "F4" ? Math.fround(draw(1000) / 3) : single(draw, format)
  const values = text ? element : draw(4) === 0 ? [element, element] : [element]
  return Result.getOrThrow(Item.make<LeafFormat>(format, values as never))
}

const anys = (draw: Draw): Sample => {
  if (draw(2) === 0) return { structure: Structure.item, value: (draw) => anyItem(draw) }
  const formats = times(1 + draw(5), () => pick(draw, ["L", ...leafFormats] as ReadonlyArray<Format>))
  return { structure: Structure.itemOf(formats as [Format, ...Array<Format>]), value: (draw) => anyItem(draw) }
}

const even = Schema.makeFilter((value: unknown) => JSON.stringify(String(value)).length % 2 === 0, {
  expected: "an even text"
})

/** A user's own step: a value in a box, which refuses one in eight. */
const boxed = SchemaTransformation.transformEffect<{ readonly box: unknown }, unknown>({
  decode: (value: unknown, options) =>
    String(value).length % 8 === 7
      ? Effect.fail(new SchemaIssue.InvalidValue({ message: "refused" }, value, options))
      : Effect.succeed({ box: value }),
  encode: (value: { readonly box: unknown }) => Effect.succeed(value.box)
})

const mapped = (draw: Draw, depth: number): Sample => {
  const inner = draw(4) === 0 ? anys(draw) : sample(draw, depth)
  // A suspended Schema takes no checks.
  if (draw(2) === 0 && Layout.fromSchema(inner.structure)._tag !== "Recursive")
    return { structure: (inner.structure as Schema.Codec<unknown, Item.Item>).check(even), value: inner.value }
  const Box = Schema.Struct({ box: Schema.Unknown })
  const structure = inner.structure.pipe(
    Schema.decodeTo(Box as Schema.Codec<{ readonly box: unknown }>, boxed as never)
  )
  return { structure, value: (draw) => ({ box: inner.value(draw) }) }
}

// --- lists ---------------------------------------------------------------------------------------------------------

const keys = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]

const lists = (draw: Draw, depth: number): Sample => {
  const count = draw(keys.length + 1)
  const parts = times(count, () => (draw(5) === 0 ? optionals(draw, depth - 1) : sample(draw, depth - 1)))
  const tail = draw(3) === 0 ? draw(count + 1) : count
  const fields = Object.fromEntries(
    parts.map(({ structure }, i) => [keys[i]!, i >= tail ? Structure.tail(structure) : structure] as const)
  )
  const build =
    draw(2) === 0
      ? (...values: ReadonlyArray<unknown>) => Object.fromEntries(values.map((value, i) => [keys[i]!, value]))
      : undefined
  return {
    structure: Structure.list(fields, build),
    value: (draw) => {
      const given = draw(3) === 0 ? Math.max(tail, draw(count + 1)) : count
      return Object.fromEntries(parts.slice(0, given).map((part, i) => [keys[i]!, drawn(draw, part)]))
    }
  }
}

const several = (draw: Draw): number => (draw(12) === 0 ? 31 + draw(4) : draw(5))

const listsOf = (draw: Draw, depth: number): Sample => {
  const element = sample(draw, depth - 1)
  return {
    structure: Structure.listOf(element.structure, limits(draw)),
    value: (draw) => times(several(draw), () => drawn(draw, element))
  }
}

const packedFormats = ["B", "U1", "U2", "U4", "U8", "I1", "I2", "I4", "I8", "F4", "F8"] as const

const packed = (draw: Draw): Sample => {
  const format = pick(draw, packedFormats)
  return {
    structure: Structure.packedList(format, limits(draw)),
    value: (draw) => {
      const values = times(several(draw), () => single(draw, format === "B" ? "U1" : format))
      return draw(3) === 0 ? values : typed(format, values)
    }
  }
}

const optionals = (draw: Draw, depth: number): Sample => {
  const inner = sample(draw, depth)
  return {
    structure: Structure.optional(inner.structure),
    value: (draw) => (draw(3) === 0 ? undefined : drawn(draw, inner))
  }
}

const eithers = (draw: Draw, depth: number): Sample => {
  const options = times(1 + draw(3), () => sample(draw, depth))
  return {
    structure: Structure.either(options.map(({ structure }) => structure) as [Structure.Any]),
    value: (draw) => pick(draw, options).value(draw)
  }
}

const trees = (draw: Draw): Sample => {
  const leaf = ones(draw)
  const named = draw(2) === 0
  const Tree: Structure.Structure<unknown> = Structure.suspend(() =>
    Structure.either([
      leaf.structure,
      named ? Structure.list({ left: Tree, right: Structure.tail(Tree) }) : Structure.listOf(Tree)
    ])
  )
  const value = (draw: Draw, depth: number): unknown => {
    if (depth === 0 || draw(3) === 0) return leaf.value(draw)
    if (!named) return times(draw(4), () => value(draw, depth - 1))
    return { left: value(draw, depth - 1), ...(draw(2) === 0 ? {} : { right: value(draw, depth - 1) }) }
  }
  return { structure: Tree, value: (draw) => value(draw, draw(6)) }
}

/** A value of the sample, one in forty of them anything. */
const drawn = (draw: Draw, { value }: Sample): unknown => (draw(40) === 0 ? Wrong(draw) : value(draw))

/** A structure at random, of so many levels at most. */
export const sample = (draw: Draw, depth: number): Sample => {
  if (depth > 0 && draw(5) > 1) {
    const make = pick(draw, [lists, lists, lists, listsOf, listsOf, optionals, eithers, mapped])
    return make(draw, make === lists || make === listsOf ? depth : depth - 1)
  }
  return pick(draw, [ones, ones, ones, manys, coded, () => closedText, anys, packed, trees])(draw)
}

// --- bytes ---------------------------------------------------------------------------------------------------------

/** The same item with more length bytes than it needs here and there. */
export const loosely = (draw: Draw, bytes: Uint8Array): Uint8Array => {
  const out: Array<number> = []
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!
    const lengthBytes = first & 3
    let length = 0
    for (let i = 1; i <= lengthBytes; i++) length = length * 256 + bytes[at + i]!
    at += 1 + lengthBytes
    const written = draw(2) === 0 ? lengthBytes : lengthBytes + draw(4 - lengthBytes)
    out.push((first & ~3) | written)
    for (let i = written - 1; i >= 0; i--) out.push((length >> (8 * i)) & 0xff)
    if (first >> 2 !== 0) {
      for (const end = at + length; at < end; at++) out.push(bytes[at]!)
    }
  }
  return Uint8Array.from(out)
}

const bySize = [1, 2, 4, 8].map((size) => formats.filter((row) => row.elementSize === size && row.format !== "L"))

/** The same item with some values in other formats, of elements of the same size. */
export const deviated = (draw: Draw, bytes: Uint8Array): Uint8Array => {
  const out = bytes.slice()
  for (let at = 0; at < out.length;) {
    const first = out[at]!
    const start = at + 1 + (first & 3)
    let length = 0
    for (let i = at + 1; i < start; i++) length = length * 256 + out[i]!
    const size = formats.find(({ code }) => code === first >> 2)!.elementSize
    const others = bySize.find((rows) => rows[0]!.elementSize === size)!
    const other = pick(draw, others)
    if (first >> 2 !== 0 && draw(3) === 0 && (other.format !== "C2" || length > 1))
      out[at] = (other.code << 2) | (first & 3)
    at = first >> 2 === 0 ? start : start + length
  }
  return out
}

/** A few bytes changed, cut, doubled or put in. */
export const damaged = (draw: Draw, bytes: Uint8Array): Uint8Array => {
  let out = bytes.slice()
  for (let left = 1 + draw(3); left > 0 && out.length > 0; left--) {
    const at = draw(Math.min(out.length, draw(2) === 0 ? out.length : 24))
    switch (draw(6)) {
      case 0:
        out[at] = draw(256)
        break
      case 1:
        out[at]! ^= 1 << draw(8)
        break
      case 2:
        out = out.slice(0, at)
        break
      case 3:
        out = Uint8Array.from([...out.slice(0, at), draw(256), ...out.slice(at)])
        break
      case 4:
        out = Uint8Array.from([...out.slice(0, at), ...out.slice(draw(out.length))])
        break
      default:
        out[at] = (pick(draw, formats).code << 2) | draw(4)
    }
  }
  return out
}

// --- comparison ----------------------------------------------------------------------------------------------------

/** Equal through and through: of one class, with the same keys and the very same values, NaN and -0 included. */
export const same = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  const keysOfA = Object.keys(a)
  if (keysOfA.join() !== Object.keys(b).join()) return false
  return keysOfA.every((key) => same(a[key as never], b[key as never]))
}

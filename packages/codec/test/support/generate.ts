/**
 * Generators of the property tests. The only file that knows `effect/Arbitrary`.
 *
 * `Items`, `Messages` and `Headers` are derived from the schemas. What schemas do not say, long items, NaN payloads and
 * bytes that are almost right, is drawn here.
 */
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { formats } from "../../src/FormatCode.ts"
import { Header } from "../../src/HsmsHeader.ts"
import { A, B, L, U4 } from "../../src/Item.ts"
import type * as Item from "../../src/Item.ts"
import * as ItemSchema from "../../src/ItemSchema.ts"
import { Message } from "../../src/SecsMessage.ts"
import { encode, type Plain } from "./reference.ts"

/** True in the nightly run, which looks at many more inputs. */
export const nightly: boolean = process.env["SECS_NIGHTLY"] === "1"

/** Options of a property: how many inputs it sees in the normal run, and in the nightly one. */
export const runs = (normal: number, atNight: number) => ({
  arbitrary: { runs: nightly ? atNight : normal },
  timeout: nightly ? 1_800_000 : 60_000
})

export const Items = Arbitrary.schema(ItemSchema.Item)
export const Parts = Arbitrary.schema(ItemSchema.ItemParts)
export const Messages = Arbitrary.schema(Message)
export const Headers = Arbitrary.schema(Header)

const natural = (maximum: number) => Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum })))

export const Byte = natural(0xff)

/** Any bytes at all. */
export const Bytes = Arbitrary.array(Byte, { maxLength: 64 }).pipe(Arbitrary.map((bytes) => Uint8Array.from(bytes)))

/** Numbers to choose by. */
export const Numbers = Arbitrary.array(natural(0xff_ffff), { maxLength: 40 })

/** What draws begin with. A failing property shows it as it is. */
export const Seeds = natural(0xffff_ffff)

/** Draws from a seed: uniform integers below a limit. (mulberry32) */
export type Draw = (below: number) => number

export const drawFrom = (from: number): Draw => {
  let state = from
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const seeded = <A>(make: (draw: Draw) => A) => Seeds.pipe(Arbitrary.map((from) => make(drawFrom(from))))

const scalars = formats.filter((info) => info.format !== "L")

const bits = (draw: Draw, bytes: number): bigint => {
  let out = 0n
  for (let i = 0; i < bytes; i++) out = out * 256n + BigInt(draw(256))
  return out
}

/** Bit patterns where mistakes live: zero, all ones, the sign, infinities, quiet and signalling NaNs with payloads. */
const special = [
  0n,
  ~0n,
  0x8000_0000_0000_0000n,
  0x8000_0000n,
  0x7f80_0000n,
  0xff80_0000n,
  0x7fc0_0000n,
  0xffc0_0001n,
  0x7fa0_0000n,
  0x7ff0_0000_0000_0000n,
  0x7ff8_0000_0000_0000n,
  0x7ff4_0000_0000_0000n,
  0xfff8_0000_dead_beefn
]

const one = (draw: Draw, format: string, size: number): bigint => {
  if (format === "BOOLEAN") return BigInt(draw(2))
  const value = draw(4) === 0 ? special[draw(special.length)]! : bits(draw, size)
  const width = size * 8
  return format.startsWith("I") ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value)
}

/** Bytes of a value: mostly few. */
const short = [0, 1, 1, 1, 2, 3, 4, 8, 8, 12, 16, 17, 20, 21, 24, 25, 32, 33]

/** As many as a second length byte, a copy as a whole, a third length byte or the end of a slab begin at. */
const long = [63, 64, 65, 127, 255, 256, 257, 511, 512, 2047, 2048, 2056]
const huge = [65_528, 65_535, 65_536, 65_544]

const leaf = (draw: Draw, lengths: ReadonlyArray<number>): Plain => {
  const { elementSize, format } = scalars[draw(scalars.length)]!
  const count = lengths[draw(lengths.length)]!
  const length = Math.floor(count / elementSize) + (format === "C2" ? 2 : count > 0 && count < elementSize ? 1 : 0)
  const values = Array.from({ length }, () => one(draw, format, elementSize))
  return { format: format as Exclude<Plain["format"], "L">, values }
}

const tree = (draw: Draw, depth: number): Plain => {
  if (depth === 0 || draw(3) > 0) return leaf(draw, draw(20) === 0 ? long : short)
  if (draw(30) === 0) {
    return {
      format: "L",
      values: Array.from({ length: 254 + draw(4) }, (_, i) => ({ format: "U1", values: [BigInt(i % 256)] }))
    }
  }
  return { format: "L", values: Array.from({ length: draw(8) }, () => tree(draw, depth - 1)) }
}

/** Items as plain data, long ones and every NaN among them. */
export const Plains = seeded((draw) => (draw(100) === 0 ? leaf(draw, huge) : tree(draw, 4)))

/** Around where a `B` stands in parts as it is: the longest that is copied, the shortest that is not, and longer ones. */
const bulk = [65_534, 65_535, 65_536, 65_537, 66_000, 140_000]

const laden = (draw: Draw, depth: number): Item.Item => {
  const kind = draw(8)
  if (kind < 3 && depth > 0) return L(Array.from({ length: draw(5) }, () => laden(draw, depth - 1)))
  if (kind < 5) {
    const value = new Uint8Array(bulk[draw(bulk.length)]!).fill(draw(256))
    value[0] = draw(256)
    value[value.length - 1] = draw(256)
    return B(value)
  }
  if (kind < 6) return U4(Array.from({ length: draw(3) === 0 ? 17_000 : draw(20) }, () => draw(2 ** 32)))
  return kind < 7 ? A("x".repeat(draw(300))) : B(new Uint8Array(draw(300)).fill(draw(256)))
}

/** Items with large binary anywhere in them, or nowhere. */
export const Laden = seeded((draw) => laden(draw, 3))

/** A format byte of the standard more often than not, with plausible lengths: bytes that get past the first check. */
const soup = (draw: Draw): Uint8Array => {
  const out: Array<number> = draw(2) === 0 ? [0x01, draw(5)] : []
  for (let left = draw(24); left >= 0; left--) {
    const { code, format } = formats[draw(formats.length)]!
    const kind = draw(16)
    if (kind < 4) out.push(draw(256))
    else if (kind < 7) out.push(code * 4 + draw(4), draw(256))
    else {
      const length = draw(4)
      out.push(code * 4 + 1, length)
      if (format !== "L") for (let i = 0; i < length; i++) out.push(draw(256))
    }
  }
  return Uint8Array.from(out)
}

/** A good item, and a few bytes changed, cut, doubled or put in. */
const mutated = (draw: Draw): Uint8Array => {
  let bytes = encode(tree(draw, 3)).slice(0, 1024)
  for (let left = draw(4); left >= 0 && bytes.length > 0; left--) {
    const at = draw(bytes.length)
    const near = draw(2) === 0 ? at : draw(Math.min(bytes.length, 24))
    switch (draw(6)) {
      case 0:
        bytes[near] = draw(256)
        break
      case 1:
        bytes[near]! ^= 1 << draw(8)
        break
      case 2:
        bytes = bytes.slice(0, at)
        break
      case 3:
        bytes = Uint8Array.from([...bytes.slice(0, near), draw(256), ...bytes.slice(near)])
        break
      case 4:
        bytes = Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(near)])
        break
      default:
        bytes[near] = [0x00, 0x01, 0x02, 0x03, 0x7f, 0x80, 0xfe, 0xff][draw(8)]!
    }
  }
  return bytes
}

/** Bytes of all sorts that may be an item or not. */
export const Garbage = seeded((draw) => {
  const kind = draw(8)
  return kind === 0 ? Uint8Array.from({ length: draw(48) }, () => draw(256)) : kind < 4 ? soup(draw) : mutated(draw)
})

/** Where bytes of text begin to mean something else in one encoding or another. */
const edges = [0x00, 0x1a, 0x2b, 0x30, 0x39, 0x40, 0x41, 0x5c, 0x7e, 0x7f, 0x80, 0x81, 0x84, 0x8e, 0x8f, 0x90, 0x94]
const highEdges = [0xa0, 0xa1, 0xa2, 0xc0, 0xc2, 0xc6, 0xd8, 0xdc, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xfc, 0xfe, 0xff]

/** Bytes as they stand in text of several bytes a character: mostly high, often at an edge. */
export const EncodedBytes = seeded((draw) =>
  Uint8Array.from({ length: draw(24) }, () => {
    const kind = draw(6)
    if (kind === 0) return draw(256)
    return kind === 1 ? edges[draw(edges.length)]! : kind === 2 ? highEdges[draw(highEdges.length)]! : 0x80 + draw(0x80)
  })
)

/** Ways to cut a stream: lengths of the pieces, repeated until the stream ends. */
export const Cuts = Arbitrary.array(natural(40), { minLength: 1, maxLength: 12 })

/** Cuts bytes into pieces of these lengths, each with memory of its own. */
export const cut = (bytes: Uint8Array, lengths: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const out: Array<Uint8Array> = []
  for (let at = 0, i = 0; at < bytes.length; i++) {
    // A cut of nothing but empty pieces would never end.
    const length = lengths[i % lengths.length]! + (i > 0 && i % lengths.length === 0 ? 1 : 0)
    out.push(bytes.slice(at, at + length))
    at += length
  }
  return out
}

export { Arbitrary }

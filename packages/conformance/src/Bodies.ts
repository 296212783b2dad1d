/**
 * Messages for a referee to read: sampled from the schemas of the codec, the corners of every format, and trees of both.
 *
 * They are the same in every run. J with text and C2 are left out, as no referee we have reads them.
 *
 * @since 0.1.0
 */
import { FormatCode, Hsms, HsmsHeader, Item, ItemSchema, SecsMessage } from "@effect-secs/codec"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { kinds } from "./Dissection.ts"

type Format = keyof typeof kinds | "L"

/** The formats of the generated bodies. */
export const formats: ReadonlyArray<Format> = [...(Object.keys(kinds) as Array<keyof typeof kinds>), "L"]

/** Draws from a seed: uniform integers below a limit. (mulberry32) */
type Draw = (below: number) => number

const draws = (seed: number): Draw => {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const arrays = {
  I8: BigInt64Array,
  I1: Int8Array,
  I2: Int16Array,
  I4: Int32Array,
  F8: Float64Array,
  F4: Float32Array,
  U8: BigUint64Array,
  U1: Uint8Array,
  U2: Uint16Array,
  U4: Uint32Array
} as const

/** An item of so many bytes, or of so many items, of any bits. */
const ofLength = (draw: Draw, format: Format, length: number): Item.Item => {
  const bytes = Uint8Array.from({ length }, () => draw(256))
  switch (format) {
    case "L":
      return Item.L(Array.from(bytes, (byte) => (byte < 128 ? Item.L() : Item.U1(byte))))
    case "A":
      return Item.A(String.fromCharCode(...bytes.subarray(0, 1000)) + "x".repeat(Math.max(0, length - 1000)))
    case "B":
      return Item.B(bytes)
    case "BOOLEAN":
      return Item.BOOLEAN(Array.from(bytes, (byte) => byte < 128))
    default:
      return Result.getOrThrow(Item.make(format, new arrays[format](bytes.buffer) as never))
  }
}

/**
 * Every format around no value and one, and at the lengths where the number of length bytes changes. What has an
 * element a byte stops at the first of them, as the dissector writes a line for each.
 */
const corners = (draw: Draw): ReadonlyArray<Item.Item> =>
  formats.flatMap((format) => {
    const size = FormatCode.info(format).elementSize
    const lengths = [0, 1, 2, Math.floor(255 / size), Math.ceil(256 / size)]
    if (!["BOOLEAN", "I1", "U1"].includes(format)) lengths.push(Math.ceil(65_536 / size))
    if (size === 8 || format === "A" || format === "B") lengths.push(Math.floor(65_535 / size))
    return lengths.map((length) => ofLength(draw, format, length * size))
  })

/** One value, which an item holds in another way than several: the ends of each range, and the floats beside numbers. */
const singles: ReadonlyArray<Item.Item> = [
  ...[true, false].map((value) => Item.BOOLEAN(value)),
  ...[0, -0, Number.NaN, Infinity, -Infinity].flatMap((value) => [Item.F4(value), Item.F8(value)]),
  Item.F4(3.4028234663852886e38),
  Item.F4(2 ** -149),
  Item.F8(Number.MAX_VALUE),
  Item.F8(Number.MIN_VALUE),
  ...FormatCode.formats.flatMap(({ format, maximum, minimum }) =>
    minimum === undefined
      ? []
      : [minimum, maximum].map((value) => Result.getOrThrow(Item.make(format, [value] as never)))
  )
]

/** J and C2 give way to an empty J, of which the dissector reads all there is. */
const readable = (item: Item.Item): Item.Item =>
  item._tag === "L" ? Item.L(item.value.map(readable)) : item._tag === "C2" || item._tag === "J" ? Item.J("") : item

const tree = (draw: Draw, pool: ReadonlyArray<Item.Item>, depth: number): Item.Item =>
  depth === 0 || draw(4) === 0
    ? pool[draw(pool.length)]!
    : Item.L(Array.from({ length: draw(5) }, () => tree(draw, pool, depth - 1)))

const chain = (depth: number): Item.Item => {
  let item: Item.Item = Item.U4(7)
  for (let i = 0; i < depth; i++) item = Item.L(item)
  return item
}

const seed = 2026

/** 540 messages: sampled from the schemas, the corners, and trees of both. */
export const messages: Effect.Effect<ReadonlyArray<Hsms.Data>> = Effect.gen(function* () {
  const draw = draws(seed)
  const edges = corners(draw)
  const sampled = yield* Arbitrary.sampleEffect(Arbitrary.schema(ItemSchema.Item), { count: 300, size: 40, seed })
  const pool = sampled.map(readable)
  const small = [...pool, ...edges.filter((item) => Item.count(item) < 100)]
  const bodies = [...pool, ...edges, ...singles, Item.A("printable !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"), chain(400)]
  while (bodies.length < 540) bodies.push(tree(draw, small, 8))
  const all = { count: bodies.length, seed }
  const heads = yield* Arbitrary.sampleEffect(Arbitrary.schema(SecsMessage.SecsMessageParts), all)
  const headers = yield* Arbitrary.sampleEffect(Arbitrary.schema(HsmsHeader.HsmsHeaderParts), all)
  return bodies.map((item, i) => {
    const { function: function_, replyExpected, stream } = heads[i]!
    const message = new SecsMessage.SecsMessage(stream === 0 ? 1 : stream, function_, replyExpected, item)
    return Hsms.data(headers[i]!.sessionId & 0x7fff, message, headers[i]!.systemBytes)
  })
}).pipe(Effect.orDie)

/** An item and all items in it. */
export const flat = (item: Item.Item): ReadonlyArray<Item.Item> =>
  item._tag === "L" ? [item, ...item.value.flatMap(flat)] : [item]

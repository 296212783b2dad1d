/**
 * Generators from a seed. The only file here that knows `effect/Arbitrary`.
 */
import { FormatCode, Item, ItemCodec, ItemSchema, SecsMessage } from "@effect-secs/codec"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** True in the nightly run, which looks at many more inputs. */
export const nightly: boolean = process.env["SECS_NIGHTLY"] === "1"

/** Options of a property: how many inputs it sees in the normal run, and in the nightly one. */
export const runs = (normal: number, atNight: number) => ({
  arbitrary: { runs: nightly ? atNight : normal },
  timeout: nightly ? 1_800_000 : 60_000
})

export const Items = Arbitrary.schema(ItemSchema.Item)
export const Messages = Arbitrary.schema(SecsMessage.Message)

/** Draws from a seed: uniform integers below a limit. (mulberry32) */
export type Draw = (below: number) => number

/** Draws that are the same in every run. */
export const drawOf = (from: number): Draw => {
  let state = from
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

export const seeded = <A>(make: (draw: Draw) => A) =>
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 0xffff_ffff }))).pipe(
    Arbitrary.map((seed) => make(drawOf(seed)))
  )

/** Any bytes, so many, that are the value of an item: floats of all bit patterns among them. */
export const bytes = (draw: Draw, length: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, () => (draw(4) === 0 ? [0x00, 0x7f, 0x80, 0xff, 0xc0, 0xf0][draw(6)]! : draw(256)))

/** An item of one format with so many values. */
export const leaf = (draw: Draw, format: Item.Item["_tag"], count: number): Item.Item => {
  const of = (size: number) => bytes(draw, count * size).buffer
  switch (format) {
    case "L":
      return Item.L(Array.from({ length: count }, () => Item.U1(draw(256))))
    case "A":
      return Item.A(String.fromCharCode(...bytes(draw, count)))
    case "J":
      return Item.J("x".repeat(count))
    case "C2":
      return Item.C2(draw(16), bytes(draw, count))
    case "B":
      return Item.B(bytes(draw, count))
    case "BOOLEAN":
      return Item.BOOLEAN(Array.from({ length: count }, () => draw(2) === 1))
    case "U1":
      return Item.U1(new Uint8Array(of(1)))
    case "U2":
      return Item.U2(new Uint16Array(of(2)))
    case "U4":
      return Item.U4(new Uint32Array(of(4)))
    case "U8":
      return Item.U8(new BigUint64Array(of(8)))
    case "I1":
      return Item.I1(new Int8Array(of(1)))
    case "I2":
      return Item.I2(new Int16Array(of(2)))
    case "I4":
      return Item.I4(new Int32Array(of(4)))
    case "I8":
      return Item.I8(new BigInt64Array(of(8)))
    case "F4":
      return Item.F4(new Float32Array(of(4)))
    case "F8":
      return Item.F8(new Float64Array(of(8)))
  }
}

/** Floats of any bits, which lose the payload of a lone NaN when a constructor makes them. */
const floats = (draw: Draw): Item.Item => {
  const size = [4, 8][draw(2)]!
  const format = size === 4 ? 0x91 : 0x81
  const count = draw(4)
  const value = bytes(draw, count * size)
  return Result.getOrThrow(ItemCodec.decode(Uint8Array.from([format, value.length, ...value])))
}

const counts = [0, 1, 1, 1, 2, 3, 7, 40]

const plain = (draw: Draw, depth: number): Item.Item => {
  if (depth > 0 && draw(3) === 0) return Item.L(Array.from({ length: draw(6) }, () => plain(draw, depth - 1)))
  if (draw(4) === 0) return floats(draw)
  return leaf(draw, FormatCode.formats[1 + draw(15)]!.format, counts[draw(counts.length)]!)
}

/** Items of all formats, each NaN among them. */
export const Plains = seeded((draw) => plain(draw, 4))

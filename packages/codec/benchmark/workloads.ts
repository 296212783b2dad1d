/**
 * What is measured: message texts from the smallest to the largest that equipment sends, each as bytes, as our item,
 * as secs4js' item and as the same data in plain JavaScript for msgpackr.
 *
 * The bytes come from an encoder of their own, written for reading, so that no candidate is checked against itself.
 */
import { type Format, FormatCode, info } from "@effect-secs/codec/FormatCode"
import * as Item from "@effect-secs/codec/Item"
import * as Result from "effect/Result"
import { random } from "./harness.ts"

/** An item as a literal: its format, and all its values. */
export type Spec =
  | { readonly format: "L"; readonly values: ReadonlyArray<Spec> }
  | { readonly format: "A"; readonly values: string }
  | { readonly format: "BOOLEAN"; readonly values: ReadonlyArray<boolean> }
  | { readonly format: "I8" | "U8"; readonly values: ReadonlyArray<bigint> }
  | { readonly format: NumberFormat; readonly values: ReadonlyArray<number> }

export type NumberFormat = "B" | "U1" | "U2" | "U4" | "I1" | "I2" | "I4" | "F4" | "F8"

export interface Workload {
  readonly name: string
  readonly spec: Spec
  readonly bytes: Buffer
  readonly item: Item.Item
  readonly plain: unknown
}

// --- literals ------------------------------------------------------------------------------------------------------

const next = random(1)
const int = (below: number): number => Math.floor(next() * below)
const times = <T>(count: number, make: (index: number) => T): ReadonlyArray<T> =>
  Array.from({ length: count }, (_, i) => make(i))

const L = (...values: ReadonlyArray<Spec>): Spec => ({ format: "L", values })
const A = (values: string): Spec => ({ format: "A", values })
const n = (format: NumberFormat, ...values: ReadonlyArray<number>): Spec => ({ format, values })
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./ "
const text = (length: number): string => times(length, () => alphabet[int(alphabet.length)]!).join("")
const long = (): bigint => (BigInt(int(2 ** 32)) << 32n) | BigInt(int(2 ** 32))

/** An event report: 3 reports of 10 values of as many formats. `binary` is how the last value is sent. */
const s6f11 = (binary: "B" | "U1"): Spec =>
  L(
    n("U4", int(2 ** 32)),
    n("U4", 1000 + int(1000)),
    L(
      ...times(3, () =>
        L(
          n("U4", 100 + int(100)),
          L(
            n("U4", int(2 ** 32)),
            A(text(12)),
            n("F4", Math.fround(next() * 1000)),
            { format: "BOOLEAN", values: [next() < 0.5] },
            n("U1", int(256)),
            n("I2", int(65536) - 32768),
            n("F8", next() * 1e6),
            A(text(20)),
            n("U2", int(65536)),
            n(binary, int(256))
          )
        )
      )
    )
  )

const nested = (depth: number): Spec => {
  let spec = L()
  for (let i = 1; i < depth; i++) spec = L(spec)
  return spec
}

const specs: { readonly [name: string]: Spec } = {
  s1f13: L(A("MDLN-1"), A("SOFT-2")),
  s6f11: s6f11("B"),
  s6f11nb: s6f11("U1"),
  l1000a: L(...times(1000, () => A(text(6 + int(11))))),
  l20k: L(...times(20_000, () => n("U4", int(2 ** 32)))),
  l1000u8: L(...times(1000, (): Spec => ({ format: "U8", values: [long()] }))),
  f4x10k: { format: "F4", values: times(10_000, () => Math.fround(next() * 1000)) },
  u1x100k: { format: "U1", values: times(100_000, () => int(256)) },
  b1m: { format: "B", values: times(2 ** 20, () => int(256)) },
  recipe200k: L(A(text(16)), A(text(200_000))),
  i8x1000: { format: "I8", values: times(1000, () => BigInt.asIntN(64, long())) },
  u8x1000: { format: "U8", values: times(1000, long) },
  nest1000: nested(1000)
}

// --- bytes ---------------------------------------------------------------------------------------------------------

const head = (format: Format, length: number): Buffer => {
  const count = length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 3
  const out = Buffer.alloc(1 + count)
  out[0] = (FormatCode[format] << 2) | count
  out.writeUIntBE(length, 1, count)
  return out
}

const values = (spec: Exclude<Spec, { readonly format: "L" | "A" }>): Buffer => {
  const size = info(spec.format).elementSize
  const out = Buffer.alloc(spec.values.length * size)
  for (const [index, value] of spec.values.entries()) {
    const at = index * size
    if (spec.format === "F4") out.writeFloatBE(Number(value), at)
    else if (spec.format === "F8") out.writeDoubleBE(Number(value), at)
    else {
      const unsigned = BigInt.asUintN(size * 8, BigInt(value))
      for (let i = 0; i < size; i++) out[at + i] = Number((unsigned >> BigInt((size - 1 - i) * 8)) & 0xffn)
    }
  }
  return out
}

const toBytes = (spec: Spec): Buffer => {
  if (spec.format === "L") return Buffer.concat([head("L", spec.values.length), ...spec.values.map(toBytes)])
  const value = spec.format === "A" ? Buffer.from(spec.values, "latin1") : values(spec)
  return Buffer.concat([head(spec.format, value.length), value])
}

// --- items and plain data ------------------------------------------------------------------------------------------

const toItem = (spec: Spec): Item.Item =>
  spec.format === "L"
    ? Item.L(spec.values.map(toItem))
    : Result.getOrThrow(Item.make<Exclude<Format, "L">>(spec.format, spec.values as never))

const arrays = {
  U1: Uint8Array,
  U2: Uint16Array,
  U4: Uint32Array,
  I1: Int8Array,
  I2: Int16Array,
  I4: Int32Array,
  F4: Float32Array,
  F8: Float64Array
}

/** Positional data: lists as arrays, one value as itself, several as a typed array. */
const toPlain = (spec: Spec): unknown => {
  switch (spec.format) {
    case "L":
      return spec.values.map(toPlain)
    case "A":
      return spec.values
    case "B":
      return Buffer.from(spec.values)
    case "BOOLEAN":
      return spec.values.length === 1 ? spec.values[0] : spec.values
    case "I8":
      return spec.values.length === 1 ? spec.values[0] : BigInt64Array.from(spec.values)
    case "U8":
      return spec.values.length === 1 ? spec.values[0] : BigUint64Array.from(spec.values)
    default:
      return spec.values.length === 1 ? spec.values[0] : arrays[spec.format].from(spec.values)
  }
}

export const workloads: ReadonlyArray<Workload> = Object.entries(specs).map(([name, spec]) => ({
  name,
  spec,
  bytes: toBytes(spec),
  item: toItem(spec),
  plain: toPlain(spec)
}))

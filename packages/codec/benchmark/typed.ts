/**
 * Structures: bytes to the values a program works with, and back. Against msgpackr with records of the same objects,
 * and against our items, mapped by hand.
 */
import * as assert from "node:assert/strict"
import type { Item, L, U4 } from "@effect-secs/codec/Item"
import { A as text, L as list, U4 as u4 } from "@effect-secs/codec/Item"
import * as ItemCodec from "@effect-secs/codec/ItemCodec"
import * as Structure from "@effect-secs/codec/Structure"
import * as StructureCodec from "@effect-secs/codec/StructureCodec"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import type { Comparison } from "./harness.ts"
import { recordPackr } from "./peers.ts"
import { type Workload, workloads } from "./workloads.ts"

interface Case<T> {
  readonly name: string
  readonly workload: string
  readonly structure: Structure.Structure<T>
  /** The object as msgpackr gets it: values are plain JavaScript. */
  readonly record: (plain: never) => unknown
  readonly fromItem: (item: Item) => T
  readonly toItem: (value: T) => Item
}

// --- S1F13 ---------------------------------------------------------------------------------------------------------

const s1f13 = Structure.list({ mdln: Structure.A, softrev: Structure.A }, (mdln, softrev) => ({ mdln, softrev }))

const s1f13Case: Case<typeof s1f13.Type> = {
  name: "s1f13",
  workload: "s1f13",
  structure: s1f13,
  record: ([mdln, softrev]: [string, string]) => ({ mdln, softrev }),
  fromItem: (item) => {
    const [mdln, softrev] = item.value as [Item, Item]
    return { mdln: mdln.value as string, softrev: softrev.value as string }
  },
  toItem: ({ mdln, softrev }) => list(text(mdln), text(softrev))
}

// --- S6F11 ---------------------------------------------------------------------------------------------------------

const report = Structure.list({ rptid: Structure.U4, values: Structure.listOf(Structure.item) }, (rptid, values) => ({
  rptid,
  values
}))
const s6f11 = Structure.list(
  { dataid: Structure.U4, ceid: Structure.U4, reports: Structure.listOf(report) },
  (dataid, ceid, reports) => ({ dataid, ceid, reports })
)

type Plain6 = readonly [number, number, ReadonlyArray<readonly [number, ReadonlyArray<unknown>]>]

const s6f11Case: Case<typeof s6f11.Type> = {
  name: "s6f11",
  workload: "s6f11",
  structure: s6f11,
  record: ([dataid, ceid, reports]: Plain6) => ({
    dataid,
    ceid,
    reports: reports.map(([rptid, values]) => ({ rptid, values }))
  }),
  fromItem: (item) => {
    const [dataid, ceid, reports] = item.value as [U4, U4, L]
    return {
      dataid: dataid.value as number,
      ceid: ceid.value as number,
      reports: reports.value.map((each) => {
        const [rptid, values] = each.value as [U4, L]
        return { rptid: rptid.value as number, values: values.value }
      })
    }
  },
  toItem: ({ ceid, dataid, reports }) =>
    list(u4(dataid), u4(ceid), list(reports.map(({ rptid, values }) => list(u4(rptid), list(values)))))
}

/** The same without a literal: objects are filled key by key. */
const keyed = Structure.list({
  dataid: Structure.U4,
  ceid: Structure.U4,
  reports: Structure.listOf(Structure.list({ rptid: Structure.U4, values: Structure.listOf(Structure.item) }))
})

// --- numbers -------------------------------------------------------------------------------------------------------

const numbersCase: Case<Uint32Array> = {
  name: "l20k",
  workload: "l20k",
  structure: Structure.packedList("U4") as Structure.Structure<never>,
  record: (plain: Array<number>) => plain,
  fromItem: (item) => Uint32Array.from(item.value as ReadonlyArray<Item>, (each) => each.value as number),
  toItem: (value) => list(Array.from(value, (each) => u4(each)))
}

// --- comparisons ---------------------------------------------------------------------------------------------------

const byName = (name: string): Workload => workloads.find((workload) => workload.name === name)!

const compare = <T>({ fromItem, name, record, structure, toItem, workload }: Case<T>): ReadonlyArray<Comparison> => {
  const { bytes, item, plain } = byName(workload)
  const size = `${bytes.length.toLocaleString("en")} B`
  const decode = StructureCodec.decode(structure)
  const encode = StructureCodec.encode(structure)
  const decodeKeyed = StructureCodec.decode(keyed)
  const encodeKeyed = StructureCodec.encode(keyed)
  const value: T = fromItem(item)
  const named = record(plain as never)
  const packed = Buffer.from(recordPackr.pack(named))
  const mapped = (): T => fromItem(Result.getOrThrow(ItemCodec.decode(bytes)))
  const same = (actual: unknown, what: string): void => {
    // Items compare by what they hold: their class has a `Symbol` that a deep comparison by keys would not look at.
    assert.ok(Equal.equals(Result.getOrThrow(StructureCodec.toItem(structure)(actual as never)), item), what)
    assert.deepEqual(actual, value, what)
  }
  const wholly = name === "s6f11"
  return [
    {
      name: `typed decode ${name}`,
      size,
      check: () => {
        same(Result.getOrThrow(decode(bytes)), `typed decode ${name}`)
        same(mapped(), `typed decode ${name} by hand`)
        if (wholly) same(Result.getOrThrow(decodeKeyed(bytes)), `typed decode ${name} keyed`)
        assert.deepEqual(recordPackr.unpack(packed), named)
      },
      candidates: [
        { name: "ours", run: () => decode(bytes) },
        ...(wholly ? [{ name: "ours, keyed", run: () => decodeKeyed(bytes) }] : []),
        { name: "item only", run: () => ItemCodec.decode(bytes) },
        { name: "item, by hand", run: mapped },
        { name: "msgpackr records", run: () => recordPackr.unpack(packed) }
      ]
    },
    {
      name: `typed encode ${name}`,
      size,
      check: () => {
        assert.ok(bytes.equals(Result.getOrThrow(encode(value))), `typed encode ${name}`)
        if (wholly)
          assert.ok(bytes.equals(Result.getOrThrow(encodeKeyed(value as never))), `typed encode ${name} keyed`)
        assert.ok(bytes.equals(Result.getOrThrow(ItemCodec.encode(toItem(value)))), `typed encode ${name} by hand`)
        assert.deepEqual(recordPackr.unpack(recordPackr.pack(named)), named)
      },
      candidates: [
        { name: "ours", run: () => encode(value) },
        ...(wholly ? [{ name: "ours, keyed", run: () => encodeKeyed(value as never) }] : []),
        { name: "item only", run: () => ItemCodec.encode(item) },
        { name: "item, by hand", run: () => ItemCodec.encode(toItem(value)) },
        { name: "msgpackr records", run: () => recordPackr.pack(named) }
      ]
    }
  ]
}

export const comparisons: ReadonlyArray<Comparison> = [
  ...compare(s1f13Case),
  ...compare(s6f11Case),
  ...compare(numbersCase)
]

import { assert, describe, it } from "@effect/vitest"
import { Item, Layout, type Structure, StructureCodec } from "@effect-secs/codec"
import * as Equal from "effect/Equal"
import { type DataItem, table } from "../catalogue/Table.ts"
import * as DataItems from "../src/DataItems.ts"
import { success } from "./support/expect.ts"

const structures = DataItems as unknown as { readonly [name: string]: Structure.Any & { readonly codes?: object } }

/** The leaves of a data item: one, or one for each form of it. */
const leaves = (layout: Layout.Layout): ReadonlyArray<Layout.Leaf | Layout.Any> => {
  switch (layout._tag) {
    case "Leaf":
    case "Any":
      return [layout]
    case "Choice":
      return layout.options.flatMap(leaves)
    default:
      return assert.fail(`a data item is no ${layout._tag}`)
  }
}

const leavesOf = (name: string) => leaves(Layout.fromSchema(structures[name]!))

/** Values of the table, each with the numbers at both ends of a range. */
const valuesOf = (
  item: DataItem
): ReadonlyArray<{ readonly values: ReadonlyArray<unknown>; readonly meaning: string }> =>
  (item.values ?? []).map(({ meaning, range, value }) => ({
    meaning,
    values: range === undefined ? [value] : range.split("-").map(Number)
  }))

/** Forms of a text rather than values of their own. */
const forms = ["DSPER", "TIME"]

const coded = table.dataItems.filter((item) => item.values !== undefined && !forms.includes(item.name))

describe("data items", () => {
  it("are the 382 of the table and no others", () => {
    assert.strictEqual(table.dataItems.length, 382)
    assert.sameMembers(
      Object.keys(structures),
      table.dataItems.map((item) => item.name)
    )
  })

  it.each(table.dataItems)("$name has the formats of the table, under its name", ({ formats, name }) => {
    const all = leavesOf(name)
    assert.deepStrictEqual(
      all.map((leaf) => leaf.name),
      all.map(() => name)
    )
    if (formats === null) return assert.isUndefined(all[0]!.formats)
    assert.sameMembers(
      all.flatMap((leaf) => [...leaf.formats!]),
      formats.map((format) => (format === "W" ? "C2" : format))
    )
  })

  it("have the limits of the table where it has some", () => {
    const limits = Object.fromEntries(
      table.dataItems.flatMap(({ name }) =>
        leavesOf(name).flatMap((leaf) =>
          leaf._tag === "Leaf" && (leaf.minimum > 0 || leaf.maximum < Infinity) && leaf.maximum !== 1
            ? [[name, `${leaf.minimum}..${leaf.maximum}`]]
            : []
        )
      )
    )
    assert.deepStrictEqual(limits, {
      ALTX: "0..120",
      CNAME: "0..16",
      COLHDR: "1..20",
      DSPER: "6..8",
      EMID: "0..80",
      EQNAME: "0..80",
      ERRTEXT: "0..120",
      EXID: "0..20",
      EXRECVRA: "0..40",
      ITEMERROR: "0..1024",
      ITEMID: "0..256",
      MDLN: "0..20",
      MEXP: "0..6",
      MHEAD: "10..10",
      MID: "0..80",
      OBJID: "0..80",
      OBJTYPE: "0..40",
      PPID: "0..120",
      RCPPARNM: "0..256",
      REFP: "2..2",
      RSINF: "3..3",
      SHEAD: "10..10",
      SOFTREV: "0..20",
      SPID: "6..6",
      SSACK: "2..2",
      STIME: "0..32",
      STRP: "2..2",
      TIME: "0..32",
      TIMESTAMP: "0..32",
      TRJOBNAME: "0..80",
      XYPOS: "2..2"
    })
  })

  it("of identifiers are written in U4, then in what holds the number, or as text", () => {
    const items = [7, 2 ** 32, -1, "x"].map((value) => success(StructureCodec.toItem(DataItems.CEID)(value)))
    const expected = [Item.U4(7), Item.U8(2n ** 32n), Item.I4(-1), Item.A("x")]
    items.forEach((item, index) => assert.isTrue(Equal.equals(item, expected[index]), String(item)))
  })

  it("with values that mean something are 116", () => {
    assert.strictEqual(coded.length, 116)
  })

  it.each(coded)("$name writes and reads every value the table has a meaning for", (item) => {
    const structure = structures[item.name]!
    const layout = leavesOf(item.name).find((leaf) => leaf._tag === "Leaf")!
    if (layout._tag !== "Leaf") return assert.fail(`${item.name} has values, but is any item`)
    for (const { meaning, values } of valuesOf(item)) {
      for (const value of values) {
        const written = layout.shape === "many" ? Uint8Array.of(value as number) : value
        const made = success(StructureCodec.toItem(structure)(written))
        assert.deepStrictEqual(success(StructureCodec.fromItem(structure)(made)), written)
        assert.strictEqual(Layout.meaning(layout, value), meaning)
      }
    }
  })

  it.each(coded)("$name has names for its single values, save for reserved ones", (item) => {
    const singles = item.values!.filter(({ meaning, value }) => value !== undefined && meaning !== "reserved")
    const codes = structures[item.name]!.codes ?? {}
    assert.sameMembers(
      Object.values(codes),
      singles.map(({ value }) => value)
    )
    for (const name of Object.keys(codes)) assert.match(name, /^[A-Z][A-Za-z0-9]+$/)
  })

  it("name their values as a program says them", () => {
    assert.strictEqual(DataItems.HCACK.codes.CannotPerformNow, 2)
    assert.strictEqual(DataItems.COMMACK.codes.Denied, 1)
    assert.strictEqual(DataItems.ACKA.codes.Success, true)
    assert.strictEqual(DataItems.PRCMDNAME.codes.Abort, "ABORT")
    assert.strictEqual(DataItems.CARRIERACTION.codes.ProceedWithCarrier, "ProceedWithCarrier")
    assert.strictEqual(DataItems.MF.codes.Wafers, 1)
    assert.strictEqual(DataItems.CEPACK.codes.IllegalFormat, 3)
    assert.strictEqual(DataItems.TSIP.codes.Idle, 1)
  })
})

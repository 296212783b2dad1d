import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Deviation from "../src/Deviation.ts"
import { A, B, BOOLEAN, C2, F4, F8, I2, type Item, J, L, U1, U2, U4, U8 } from "../src/Item.ts"
import * as Structure from "../src/Structure.ts"
import * as StructureCodec from "../src/StructureCodec.ts"

const Ids = Structure.value(["U4", "A", "U1"])
const Report = Structure.list({ rptid: Structure.unsigned, values: Structure.listOf(Structure.item) })
const Closed = Structure.enumeration("U1", { Off: 0, On: 1 }, { closed: true })
const BytesOrNumbers = Structure.vector(["B", "U1"])

/** Every row of the table: what is expected, what came, what it is taken for. `undefined` is refused all the same. */
const rows: ReadonlyArray<
  readonly [kind: Deviation.Kind | "refused", name: string, Structure.Any, seen: Item, value: unknown]
> = [
  ["OtherNumberFormat", "U1 for U4", Structure.U4, U1(7), 7],
  ["OtherNumberFormat", "U8 for U4", Structure.U4, U8(7n), 7],
  ["OtherNumberFormat", "U4 for U8", Structure.U8, U4(7), 7n],
  ["OtherNumberFormat", "I2 for B", Structure.B, I2(3), 3],
  ["OtherNumberFormat", "B for U1", Structure.U1, B(3), 3],
  ["OtherNumberFormat", "BOOLEAN for B", Structure.B, BOOLEAN(true), 1],
  ["OtherNumberFormat", "U1 1 for BOOLEAN", Structure.BOOLEAN, U1(1), true],
  ["OtherNumberFormat", "B 0 for BOOLEAN", Structure.BOOLEAN, B(0), false],
  ["refused", "U1 2 for BOOLEAN", Structure.BOOLEAN, U1(2), undefined],
  ["OtherNumberFormat", "a whole F4 for U4", Structure.U4, F4(7), 7],
  ["refused", "a broken F4 for U4", Structure.U4, F4(7.5), undefined],
  ["OtherNumberFormat", "U4 for F4", Structure.F4, U4(7), 7],
  ["OtherNumberFormat", "a vector of U1 for one of U4", Structure.vector("U4"), U1(1, 2), Uint32Array.of(1, 2)],
  ["refused", "two values for one", Structure.U4, U4(1, 2), undefined],
  ["refused", "no value for one", Structure.U4, U4(), undefined],
  ["TextForNumber", "digits for U4", Structure.U4, A("42"), 42],
  ["TextForNumber", "padded digits for U4", Structure.U4, A(" 007 "), 7],
  ["TextForNumber", "digits for U8", Structure.U8, A("18446744073709551615"), 18446744073709551615n],
  ["TextForNumber", "a decimal for F8", Structure.F8, A("1.5e3"), 1500],
  ["refused", "a decimal for U4", Structure.U4, A("1.5"), undefined],
  ["TextForNumber", "a decimal that is an integer for U4", Structure.U4, A("4.20e1"), 42],
  ["TextForNumber", "a decimal that no double holds for U8", Structure.U8, A("9007199254740993.0"), 9007199254740993n],
  ["TextForNumber", "minus zero for U4", Structure.U4, A("-0.0"), 0],
  ["OtherNumberFormat", "F8 minus zero for U4", Structure.U4, F8(-0), 0],
  ["refused", "a decimal next to an integer for U4", Structure.U4, A("4.0000000000000000001"), undefined],
  ["refused", "a decimal next to one for BOOLEAN", Structure.BOOLEAN, A("0.99999999999999999999"), undefined],
  ["refused", "a decimal no format holds for F8", Structure.F8, A("1e400"), undefined],
  ["refused", "more digits than a number has", Structure.U4, A("0".repeat(2000)), undefined],
  ["refused", "words for U4", Structure.U4, A("many"), undefined],
  ["NumberForText", "U4 for A", Structure.A, U4(42), "42"],
  ["NumberForText", "U8 for A", Structure.A, U8(2n ** 60n), "1152921504606846976"],
  ["OtherTextFormat", "J for A", Structure.A, J("abc"), "abc"],
  ["OtherTextFormat", "C2 for A", Structure.A, C2(2, "é"), "é"],
  ["OtherTextFormat", "B for A", Structure.A, B(0x41, 0x42), "AB"],
  ["OtherTextFormat", "A for B", Structure.bytes(), A("AB"), Uint8Array.of(0x41, 0x42)],
  ["EmptyForText", "an empty list for A", Structure.A, L(), ""],
  ["refused", "an empty list for an identifier", Ids, L(), undefined],
  ["EmptyForText", "an empty U4 for A", Structure.A, U4(), ""],
  ["ListOfOne", "a list of one U4 for U4", Structure.U4, L(U4(7)), 7],
  ["ListOfOne", "a list of one A for an identifier", Ids, L(A("x")), "x"],
  ["refused", "a list of two U4 for U4", Structure.U4, L(U4(7), U4(8)), undefined],
  ["PackedForList", "a vector for a list", Structure.listOf(Structure.U4), U4(1, 2), [1, 2]],
  ["PackedForList", "one value for a list", Structure.listOf(Structure.U4), U4(1), [1]],
  ["PackedForList", "a vector for a packed list", Structure.packedList("U4"), U4(1, 2), Uint32Array.of(1, 2)],
  ["PackedForList", "bytes for a list", Structure.listOf(Structure.B), B(1, 2), [1, 2]],
  ["refused", "a text for a list", Structure.listOf(Structure.A), A("x"), undefined],
  ["ListForPacked", "a list for a vector", Structure.vector("U4"), L(U4(1), U4(2)), Uint32Array.of(1, 2)],
  ["ListForPacked", "a list for bytes", Structure.vector("B"), L(B(1), B(2)), Uint8Array.of(1, 2)],
  ["ListForPacked", "a list of B for B or U1", BytesOrNumbers, L(B(1), B(2)), Uint8Array.of(1, 2)],
  ["ListForPacked", "a list of B and U1 for B or U1", BytesOrNumbers, L(B(1), U1(2)), [1, 2]],
  ["refused", "a list of several bytes each for bytes", Structure.vector("B"), L(B(1, 2), B(3)), undefined],
  ["refused", "a list of an empty B for bytes", Structure.vector("B"), L(B(), B(3)), undefined],
  ["refused", "a list with a text for a vector", Structure.vector("U4"), L(U4(1), A("x")), undefined],
  [
    "MissingTail",
    "a list without its text",
    Structure.list({ a: Structure.U4, b: Structure.A }),
    L(U4(1)),
    { a: 1, b: "" }
  ],
  [
    "MissingTail",
    "a list without its list",
    Structure.list({ a: Structure.U4, b: Structure.listOf(Structure.U4) }),
    L(U4(1)),
    { a: 1, b: [] }
  ],
  ["refused", "a list without its number", Structure.list({ a: Structure.A, b: Structure.U4 }), L(A("")), undefined],
  [
    "EmptyListForStructure",
    "an empty list for two texts",
    Structure.list({ mdln: Structure.A, softrev: Structure.A }),
    L(),
    { mdln: "", softrev: "" }
  ],
  ["refused", "an empty list for a number", Structure.list({ a: Structure.U4 }), L(), undefined],
  ["ExtraMembers", "a list with a member too many", Structure.list({ a: Structure.U4 }), L(U4(1), A("new")), { a: 1 }],
  ["ExtraMembers", "members where nothing may stand", Structure.nothing, L(A("M"), A("1")), undefined],
  ["OtherLength", "a text that is too long", Structure.text({ maximum: 2 }), A("abc"), "abc"],
  ["OtherLength", "a vector that is too short", Structure.vector("U4", { minimum: 2 }), U4(1), Uint32Array.of(1)],
  ["refused", "a code that is none", Closed, U1(9), undefined],
  ["refused", "a code that is none in another format", Closed, U2(9), undefined],
  ["OtherNumberFormat", "a code in another format", Closed, U2(1), 1],
  ["refused", "a list of a text and numbers for a report", Report, L(U4(1), F4(1), F4(2)), undefined],
  ["refused", "an empty U4 for an identifier, which might be a text", Ids, U4(), undefined],
  ["refused", "BOOLEAN for an identifier", Ids, BOOLEAN(true), undefined],
  ["refused", "a broken F4 for an identifier", Ids, F4(1.5), undefined],
  ["refused", "a list without its identifier", Structure.list({ a: Structure.A, id: Ids }), L(A("x")), undefined],
  ["OtherItemFormat", "F4 where A or U4 is free to choose", Structure.itemOf(["A", "U4"]), F4(1), F4(1)]
]

describe("lenient reading", () => {
  for (const [kind, name, structure, item, value] of rows) {
    it(`${kind === "refused" ? "refuses" : "takes"} ${name}`, () => {
      const seen: Array<Deviation.Deviation> = []
      const read = StructureCodec.fromItem(structure, { mode: "lenient", onDeviation: (d) => seen.push(d) })(item)
      expect(Result.isFailure(StructureCodec.fromItem(structure)(item))).toBe(true)
      if (kind === "refused") {
        expect(Result.isFailure(read)).toBe(true)
        expect(seen).toEqual([])
        return
      }
      expect(Result.getOrThrow(read)).toEqual(value)
      expect(seen.map((deviation) => deviation.kind)).toEqual([kind])
      // What was read is a value of the structure: it can be written, by the letter.
      if (kind !== "OtherLength" && kind !== "OtherItemFormat") {
        const written = Result.getOrThrow(StructureCodec.toItem(structure)(Result.getOrThrow(read)))
        expect(Result.getOrThrow(StructureCodec.fromItem(structure)(written))).toEqual(value)
      }
    })
  }

  it("has a row for each kind that an item can show", () => {
    const shown = new Set(rows.map(([kind]) => kind))
    const missing = Object.keys(Deviation.deviations).filter((kind) => !shown.has(kind as Deviation.Kind))
    // These two concern a whole message.
    expect(missing).toEqual(["HeaderOnly", "UnexpectedItem"])
  })

  it("says where, what was expected and what was seen", () => {
    const structure = Structure.list({ reports: Structure.listOf(Structure.list({ rptid: Structure.U4 })) })
    const seen: Array<Deviation.Deviation> = []
    const read = StructureCodec.fromItem(structure, {
      mode: "lenient",
      subject: "S6F11",
      onDeviation: (deviation) => seen.push(deviation)
    })
    expect(Result.isSuccess(read(L(L(L(U4(1)), L(U1(2))))))).toBe(true)
    expect(seen.map(Deviation.describe)).toEqual(["S6F11 reports[1].rptid: OtherNumberFormat, expected U4, got <U1 2>"])
    expect(seen.map(Deviation.key)).toEqual(["S6F11 reports.rptid OtherNumberFormat U4 U1"])
  })

  it("refuses a long text that nearly is a number in linear time", () => {
    const read = StructureCodec.fromItem(Structure.F8, { mode: "lenient" })
    const digits = "1".repeat(1_000_000)
    // Backtracking took minutes for the first, and big integers seconds for the second.
    expect(Result.isFailure(read(A(`${digits}x`)))).toBe(true)
    expect(Result.isFailure(read(A(digits)))).toBe(true)
    const many = L(...Array.from({ length: 10_000 }, () => A(`${"1".repeat(1000)}x`)))
    expect(Result.isFailure(StructureCodec.fromItem(Structure.listOf(Structure.U4), { mode: "lenient" })(many))).toBe(
      true
    )
  })

  it("notes the first 10 000 deviations of a message, and takes them all", () => {
    let seen = 0
    const read = StructureCodec.fromItem(Structure.listOf(Structure.U4), { mode: "lenient", onDeviation: () => seen++ })
    const value = Result.getOrThrow(read(L(...Array.from({ length: 20_000 }, () => U1(7)))))
    expect([value.length, seen]).toEqual([20_000, 10_000])
  })

  it("takes no more values of one item for items than a message may have", () => {
    const read = StructureCodec.fromItem(Structure.listOf(Structure.U1), { mode: "lenient" })
    expect(Result.isFailure(read(B(new Uint8Array(2 ** 20 + 1))))).toBe(true)
    const vector = StructureCodec.fromItem(Structure.vector("U4"), { mode: "lenient" })
    expect(Result.getOrThrow(vector(U1(new Uint8Array(2 ** 20 + 1)))).length).toBe(2 ** 20 + 1)
  })

  it("reports nothing where reading fails in the end", () => {
    const structure = Structure.list({ a: Structure.U4, b: Structure.U4 })
    const seen: Array<unknown> = []
    const read = StructureCodec.fromItem(structure, { mode: "lenient", onDeviation: (d) => seen.push(d) })
    expect(Result.isFailure(read(L(U1(1), A("x"))))).toBe(true)
    expect(seen).toEqual([])
  })

  it("prefers the option that fits by the letter to one that tolerates", () => {
    const structure = Structure.either([
      Structure.list({ number: Structure.U4 }),
      Structure.list({ text: Structure.A })
    ])
    const read = StructureCodec.fromItem(structure, { mode: "lenient" })
    expect(Result.getOrThrow(read(L(A("5"))))).toEqual({ text: "5" })
    expect(Result.getOrThrow(read(L(U2(5))))).toEqual({ number: 5 })
  })

  it("takes the option that asks the least tolerance, whatever else deviates", () => {
    const structure = Structure.either([
      Structure.list({ id: Structure.U4, text: Structure.A }),
      Structure.list({ id: Structure.U4, number: Structure.U4 })
    ])
    const seen: Array<Deviation.Deviation> = []
    const read = StructureCodec.fromItem(structure, { mode: "lenient", onDeviation: (d) => seen.push(d) })
    expect(Result.getOrThrow(read(L(U1(1), U4(5))))).toEqual({ id: 1, number: 5 })
    expect(seen.map(({ kind, path }) => [kind, ...path])).toEqual([["OtherNumberFormat", "id"]])
  })
})

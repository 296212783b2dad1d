/**
 * What a peer could do to a reader of structures, and what a program could do to a writer: depth and counts, calls
 * from within, messages of any length.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import type { Deviation } from "../src/Deviation.ts"
import { failed } from "../src/internal/structure/leaf.ts"
import { reader } from "../src/internal/structure/reader.ts"
import { writeSink } from "../src/internal/structure/sink.ts"
import { readSource } from "../src/internal/structure/source.ts"
import { writer } from "../src/internal/structure/writer.ts"
import * as Item from "../src/Item.ts"
import * as ItemCodec from "../src/ItemCodec.ts"
import * as Layout from "../src/Layout.ts"
import * as Structure from "../src/Structure.ts"
import * as StructureCodec from "../src/StructureCodec.ts"
import { allocations } from "./support/allocations.ts"
import { concat, hex, repeat, toHex } from "./support/bytes.ts"
import { bytesAre, failure, success } from "./support/expect.ts"

const { A, B, L, U1, U4 } = Item

const straight = (structure: Structure.Any, bytes: Uint8Array, maxDepth = 256): unknown =>
  readSource(reader(Layout.fromSchema(structure)), bytes, 0, bytes.length, undefined, maxDepth)

const isWritten = (structure: Structure.Any, value: unknown): boolean =>
  writeSink(writer(Layout.fromSchema(structure)), value, undefined, 256) !== undefined

/** What is asked of memory to refuse bytes; an error and what leads to it are a few hundred bytes. */
const refusal = (structure: Structure.Any, bytes: Uint8Array): number => {
  const decode = StructureCodec.decode(structure)
  assert.isTrue(Result.isFailure(decode(bytes)))
  return allocations(() => void decode(bytes)).allocated
}

type Tree = number | ReadonlyArray<Tree>

const Tree: Structure.Structure<Tree> = Structure.suspend(() =>
  Structure.either([Structure.U1, Structure.listOf(Tree)])
) as never

const nested = (depth: number): Tree => {
  let out: Tree = 7
  for (let i = 0; i < depth; i++) out = [out]
  return out
}

const nestedBytes = (depth: number): Uint8Array => concat(repeat(hex("01 01"), depth), hex("A5 01 07"))

describe("StructureCodec limits", () => {
  describe("counts without bytes", () => {
    const Deep = Structure.listOf(Structure.listOf(Structure.listOf(Structure.listOf(Structure.U4))))

    it("refuses a list of 16 777 215 that has none of them, of whatever elements, without room for one", () => {
      for (const element of [Structure.U4, Structure.A, Structure.item, Structure.list({ a: Structure.U4 }), Tree]) {
        assert.isBelow(refusal(Structure.listOf(element), hex("03 FF FF FF")), 512)
      }
      for (const format of ["U1", "U2", "U4", "U8", "F4", "F8"] as const) {
        assert.isBelow(refusal(Structure.packedList(format), hex("03 FF FF FF")), 512)
      }
    })

    it("refuses lists in lists that each claim half of what is left, with room for no more than that once", () => {
      const length = 20_000
      const bytes = new Uint8Array(length)
      for (let at = 0; at + 4 <= length; at += 4) {
        const left = length - at - 4
        bytes.set([3, 0, (left >> 1) >> 8, left >> 1], at)
      }
      // Slots are 8 bytes each, and elements take two bytes at least: 4 times the bytes, and once more for items.
      assert.isBelow(refusal(Deep, bytes), 9 * length)
      assert.isBelow(refusal(Tree, bytes), 9 * length)
      assert.isBelow(refusal(Structure.listOf(Tree), bytes), 9 * length)
    })

    it("refuses an array whose bytes are not there", () => {
      for (const structure of [Structure.vector("U4"), Structure.vector("F8"), Structure.bytes(), Structure.A]) {
        for (const code of ["B3", "83", "23", "43"]) {
          assert.isBelow(refusal(structure, hex(`${code} FF FF FF 00`)), 512)
        }
      }
    })

    it("tries options inside a structure that contains itself no more often than its bytes allow", () => {
      // Each level could be read in two ways, and the innermost in none: 2^60 ways without a bound.
      const Twice: Structure.Structure<unknown> = Structure.suspend(() =>
        Structure.either([
          Structure.list({ a: Twice, b: Structure.tail(Structure.U4) }),
          Structure.list({ a: Twice }),
          Structure.U1
        ])
      )
      const read = reader(Layout.fromSchema(Twice))
      const bytes = concat(repeat(hex("01 01"), 60), hex("41 01 78"))
      assert.strictEqual(readSource(read, bytes, 0, bytes.length, undefined, 256), failed)
    })

    it("reads and writes a structure that contains itself in more than one option once a level", () => {
      // Each level is read by the first option down to the end, and only then found to be of the other: 2^100 ways.
      const Twice: Structure.Structure<unknown> = Structure.suspend(() =>
        Structure.either([
          Structure.list({ a: Twice, b: Structure.A }),
          Structure.list({ a: Twice, b: Structure.U4 }),
          Structure.U1
        ])
      )
      let item: Item.Item = U1(1)
      let value: unknown = 1
      for (let level = 0; level < 100; level++) {
        item = L(item, U4(level))
        value = { a: value, b: level }
      }
      const seen: Array<Deviation> = []
      const lenient = { mode: "lenient", onDeviation: (deviation: Deviation) => seen.push(deviation) } as const
      assert.deepStrictEqual(success(StructureCodec.fromItem(Twice)(item)), value)
      assert.deepStrictEqual(success(StructureCodec.toItem(Twice)(value)), item)
      const bytes = success(StructureCodec.encode(Twice)(value))
      assert.deepStrictEqual(success(StructureCodec.decode(Twice)(bytes)), value)
      let other: Item.Item = B(1)
      for (let level = 0; level < 100; level++) other = L(other, U4(level))
      assert.deepStrictEqual(success(StructureCodec.fromItem(Twice, lenient)(other)), value)
      assert.deepStrictEqual(
        seen.map(({ kind, path }) => [kind, path.length]),
        [["OtherNumberFormat", 100]]
      )
    })
  })

  describe("depth", () => {
    it("reads and writes structures inside themselves to maxDepth, and fails with TooDeep beyond", () => {
      const decode = StructureCodec.decode(Tree, { maxDepth: 100 })
      const encode = StructureCodec.encode(Tree, { maxDepth: 100 })
      assert.deepStrictEqual(success(decode(nestedBytes(99))), nested(99))
      bytesAre(success(encode(nested(99))), nestedBytes(99))
      assert.strictEqual(failure(decode(nestedBytes(100))).reason._tag, "TooDeep")
      assert.strictEqual(failure(encode(nested(100))).reason._tag, "TooDeep")
    })

    it("reads and writes the default depth of 256 without items", () => {
      assert.notStrictEqual(straight(Tree, nestedBytes(255)), failed)
      assert.isTrue(isWritten(Tree, nested(255)))
    })

    it("reads and writes through the item what is too deep for it without, to the limit of items", () => {
      const options = { maxDepth: 2000 }
      assert.strictEqual(straight(Tree, nestedBytes(500), 2000), failed)
      assert.deepStrictEqual(success(StructureCodec.decode(Tree, options)(nestedBytes(500))), nested(500))
      bytesAre(success(StructureCodec.encode(Tree, options)(nested(500))), nestedBytes(500))
      assert.strictEqual(failure(StructureCodec.decode(Tree, options)(nestedBytes(1025))).reason._tag, "Malformed")
    })

    it("asks a structure that contains itself for what it is once", () => {
      let asked = 0
      const Counted: Structure.Structure<unknown> = Structure.suspend(() => {
        asked++
        return Structure.either([Structure.U1, Structure.listOf(Counted)])
      })
      const layout = Layout.fromSchema(Counted)
      assert.isTrue(layout._tag === "Recursive" && layout.layout() === layout.layout())
      assert.deepStrictEqual(success(StructureCodec.decode(Counted)(nestedBytes(50))), nested(50))
      assert.strictEqual(asked, 1)
    })

    it("does not overflow the call stack where a structure contains nothing but itself", () => {
      const Endless: Structure.Structure<unknown> = Structure.suspend(() => Structure.either([Endless, Structure.U1]))
      assert.strictEqual(failure(StructureCodec.decode(Endless)(hex("A5 01 07"))).reason._tag, "TooDeep")
      assert.strictEqual(failure(StructureCodec.encode(Endless)(7)).reason._tag, "TooDeep")
    })

    it("counts the lists of a structure among the lists of its items", () => {
      const Lists = Structure.listOf(Structure.listOf(Structure.item))
      const items = success(StructureCodec.decode(Lists)(nestedBytes(1024)))
      bytesAre(success(StructureCodec.encode(Lists)(items)), nestedBytes(1024))
      assert.strictEqual(failure(StructureCodec.decode(Lists)(nestedBytes(1025))).reason._tag, "Malformed")
      assert.strictEqual(failure(StructureCodec.encode(Lists)([[L(...items[0]!)]])).reason._tag, "WrongValue")
    })

    it("takes any item as deep as items may be, also as one option of several", () => {
      for (const structure of [Structure.item, Structure.either([Structure.item, Tree])]) {
        const item = success(StructureCodec.decode(structure)(nestedBytes(1000))) as Item.Item
        bytesAre(success(ItemCodec.encode(item)), nestedBytes(1000))
        bytesAre(success(StructureCodec.encode(structure)(item)), nestedBytes(1000))
        let deeper = item
        for (let i = 0; i < 100; i++) deeper = L(deeper)
        assert.strictEqual(failure(StructureCodec.encode(structure)(deeper)).reason._tag, "WrongValue")
      }
    })
  })

  describe("length", () => {
    it("reads and writes a message longer than any slab, whatever its parts are", () => {
      const Big = Structure.list({
        texts: Structure.listOf(Structure.A),
        numbers: Structure.packedList("U4"),
        vector: Structure.vector("F8"),
        bytes: Structure.bytes(),
        items: Structure.listOf(Structure.item)
      })
      const value = {
        texts: Array.from({ length: 5000 }, (_, i) => `text ${i} ${"x".repeat(i % 40)}`),
        numbers: Uint32Array.from({ length: 20_000 }, (_, i) => i * 12_345),
        vector: Float64Array.from({ length: 9000 }, (_, i) => i / 3),
        bytes: new Uint8Array(100_000).fill(7),
        items: Array.from({ length: 9000 }, (_, i) => (i % 3 === 0 ? A(`name ${i}`) : U4(i)))
      }
      assert.isTrue(isWritten(Big, value))
      const bytes = success(StructureCodec.encode(Big)(value))
      bytesAre(bytes, success(ItemCodec.encode(success(StructureCodec.toItem(Big)(value)))))
      assert.deepStrictEqual(straight(Big, bytes), value)
    })

    it("leaves messages that were handed out alone while it writes others, in a slab or beyond one", () => {
      const encode = StructureCodec.encode(
        Structure.list({ id: Structure.U4, text: Structure.A, rest: Structure.item })
      )
      const kept: Array<readonly [Uint8Array, string]> = []
      for (let i = 0; i < 400; i++) {
        const rest = i % 7 === 0 ? A("y".repeat(30_000)) : i % 5 === 0 ? L(U4(i), A("z")) : U4(i)
        const bytes = success(encode({ id: i, text: "x".repeat(i), rest }))
        kept.push([bytes, toHex(bytes)])
        encode({ id: i, text: "中", rest })
        const item = success(ItemCodec.encode(L(U4(i), A("between"))))
        kept.push([item, toHex(item)])
      }
      for (const [bytes, before] of kept) assert.isTrue(toHex(bytes) === before)
    })

    it("takes through the item what has more bytes than 2^20 items need", () => {
      const bytes = success(StructureCodec.encode(Structure.bytes())(new Uint8Array(3_000_000)))
      assert.strictEqual(straight(Structure.bytes(), bytes), failed)
      assert.strictEqual(success(StructureCodec.decode(Structure.bytes())(bytes)).length, 3_000_000)
      const many = concat(hex("03 10 00 00"), repeat(hex("A5 00"), 2 ** 20))
      assert.strictEqual(
        failure(StructureCodec.decode(Structure.listOf(Structure.vector("U1")))(many)).reason._tag,
        "Malformed"
      )
    })
  })

  describe("numbers", () => {
    it("writes the sign of a float's zero, and no sign of an integer's", () => {
      assert.strictEqual(toHex(success(StructureCodec.encode(Structure.F8)(-0))), "81088000000000000000")
      assert.strictEqual(toHex(success(StructureCodec.encode(Structure.F4)(-0))), "910480000000")
      assert.strictEqual(toHex(success(StructureCodec.encode(Structure.I4)(-0))), "710400000000")
    })

    it("takes a bigint for a byte", () => {
      assert.strictEqual(toHex(success(StructureCodec.encode(Structure.B)(5n as never))), "210105")
      assert.strictEqual(failure(StructureCodec.encode(Structure.B)(256n as never)).reason._tag, "WrongValue")
    })

    it("writes a number of 2^64 neither as U8 nor as anything else that is wrong", () => {
      assert.strictEqual(failure(StructureCodec.encode(Structure.unsigned)(2 ** 64)).reason._tag, "WrongValue")
      const either = Structure.value(["U8", "F8"])
      assert.strictEqual(toHex(success(StructureCodec.encode(either)(2 ** 63))), "a1088000000000000000")
      assert.strictEqual(toHex(success(StructureCodec.encode(either)(2 ** 64))), "810843f0000000000000")
    })

    it("lets Schema take a bigint among floats", () => {
      const structure = Structure.value(["F8", "U8"])
      assert.strictEqual(Schema.decodeUnknownSync(structure)(Item.U8(2n ** 63n)), 2n ** 63n)
      assert.strictEqual(Schema.decodeUnknownSync(structure)(Item.U8(7n)), 7)
    })

    it("tolerates a number in another format only where one of its own holds it", () => {
      const options = { mode: "lenient" } as const
      const one = StructureCodec.fromItem(Structure.F8, options)
      const packed = StructureCodec.fromItem(Structure.packedList("U4"), options)
      assert.strictEqual(success(one(Item.U8(2n ** 40n))), 2 ** 40)
      assert.strictEqual(failure(one(Item.U8(2n ** 63n + 1n))).reason._tag, "WrongFormat")
      assert.deepStrictEqual(success(packed(L(Item.U8(7n)))), Uint32Array.of(7))
      assert.strictEqual(failure(packed(L(Item.U8(2n ** 32n)))).reason._tag, "WrongFormat")
      assert.strictEqual(failure(packed(L(Item.I1(-1)))).reason._tag, "WrongFormat")
    })
  })

  describe("code of the user", () => {
    const Inner = Structure.list({ name: Structure.A, values: Structure.listOf(Structure.A) })

    /** A structure whose values travel as the bytes of a message of their own. */
    const Wrapped = Structure.bytes().pipe(
      Schema.decodeTo(
        Schema.Unknown,
        SchemaTransformation.transformEffect<unknown, Uint8Array>({
          decode: (bytes) => Effect.succeed(success(StructureCodec.decode(Inner)(bytes))),
          encode: (value) => Effect.succeed(success(StructureCodec.encode(Inner)(value as never)).slice())
        })
      )
    ) as unknown as Structure.Structure<unknown>

    it("may read and write other messages while one is read and written", () => {
      const Outer = Structure.list({
        first: Structure.A,
        inner: Structure.listOf(Wrapped),
        last: Structure.listOf(Structure.A)
      })
      const names = Array.from({ length: 40 }, (_, i) => `some name ${i}`)
      const value = {
        first: "1",
        inner: [
          { name: "a", values: names },
          { name: "b", values: [] }
        ],
        last: names.toReversed()
      }
      assert.isTrue(isWritten(Outer, value))
      const bytes = success(StructureCodec.encode(Outer)(value))
      bytesAre(bytes, success(ItemCodec.encode(success(StructureCodec.toItem(Outer)(value)))))
      assert.deepStrictEqual(straight(Outer, bytes), value)
    })

    it("may write other messages where one outgrows its slab", () => {
      const Outer = Structure.list({ first: Structure.listOf(Structure.A), inner: Structure.listOf(Wrapped) })
      const inner = [{ name: "a", values: ["b", "c"] }]
      const encode = StructureCodec.encode(Outer)
      const decode = StructureCodec.decode(Outer)
      for (let count = 0; count < 200; count++) {
        const value = { first: Array.from({ length: count }, (_, i) => `text ${i}`), inner }
        // Leaves about a kilobyte of a slab, which some of the messages outgrow before the others are written.
        success(ItemCodec.encode(A("x".repeat(64_300))))
        assert.deepStrictEqual(success(decode(success(encode(value)))), value)
      }
    })

    it("may throw, and the next message is read and written as ever", () => {
      const message = "thrown by the user"
      const text = (): string => {
        throw new Error(message)
      }
      const bytes = success(StructureCodec.encode(Inner)({ name: "n", values: ["v"] }))
      assert.throws(() => StructureCodec.decode(Inner, { text })(bytes), message)
      assert.throws(() => StructureCodec.encode(Inner, { text })({ name: "n", values: [] }), message)
      assert.deepStrictEqual(success(StructureCodec.decode(Inner)(bytes)), { name: "n", values: ["v"] })
      bytesAre(success(StructureCodec.encode(Inner)({ name: "n", values: ["v"] })), bytes)
    })

    it("gets text in the encoding of the session or of the item, and what it makes of it is kept", () => {
      const upper = { text: (latin1: string) => latin1.toUpperCase() }
      const bytes = success(
        StructureCodec.encode(Inner, { text: (text) => text.toLowerCase() })({ name: "N", values: ["V"] })
      )
      assert.strictEqual(toHex(bytes), toHex(hex("01 02 41 01 6E 01 01 41 01 76")))
      assert.deepStrictEqual(success(StructureCodec.decode(Inner, upper)(bytes)), { name: "N", values: ["V"] })
      const refused = StructureCodec.encode(Inner, { text: () => ({ problem: "nothing of it" }) })({
        name: "N",
        values: []
      })
      assert.deepStrictEqual(
        { ...failure(refused).reason },
        { _tag: "WrongValue", expected: "nothing of it", seen: '"N"' }
      )
    })
  })
})

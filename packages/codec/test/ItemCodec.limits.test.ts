/**
 * Input made to hurt: depth and counts that cost other decoders their stack or their memory. What is allocated is
 * counted, not measured.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as CodecError from "../src/CodecError.ts"
import * as Item from "../src/Item.ts"
import * as ItemCodec from "../src/ItemCodec.ts"
import { allocations } from "./support/allocations.ts"
import { concat, hex, repeat } from "./support/bytes.ts"
import { bytesAre, failure, sameItem, success } from "./support/expect.ts"

const { A, L, U1 } = Item

/** An item under `depth` lists. */
const nested = (depth: number, item: Item.Item): Item.Item => {
  let out = item
  for (let i = 0; i < depth; i++) out = L(out)
  return out
}

const nestedBytes = (depth: number, item: string): Uint8Array => concat(repeat(hex("01 01"), depth), hex(item))

const refused = (bytes: Uint8Array, options: ItemCodec.DecodeOptions = {}) => {
  const decode = ItemCodec.decodeWith(options)
  const { allocated } = allocations(() => void decode(bytes))
  const { offset, reason } = failure(decode(bytes))
  return { allocated, offset, reason: { ...reason } }
}

describe("ItemCodec limits", () => {
  describe("depth", () => {
    const deep = 100_000
    const item = nested(deep, U1(7))
    const bytes = nestedBytes(deep, "A5 01 07")
    const decode = ItemCodec.decodeWith({ maxDepth: deep, maxItems: deep + 1 })
    const encode = ItemCodec.encodeWith({ maxDepth: deep })

    it("decodes, encodes, compares, hashes and prints 100 000 lists, one in the other, without a call stack", () => {
      const decoded = success(decode(bytes))
      sameItem(decoded, item)
      assert.isFalse(Equal.equals(decoded, nested(deep, U1(8))))
      assert.isFalse(Equal.equals(decoded, nested(deep - 1, U1(7))))
      bytesAre(success(encode(decoded)), bytes)
      assert.strictEqual(Hash.hash(decoded), Hash.hash(item))
      assert.isTrue(`${decoded}`.startsWith("<L [1] <L [1] <L [1]"))
      assert.isBelow(`${decoded}`.length, 1200)
      sameItem(success(Item.get(decoded, ...new Array<number>(deep).fill(0))), U1(7))
    })

    it("finds a fault at the bottom of 100 000 lists, with its path", () => {
      const error = failure(decode(nestedBytes(deep, "0D 01 07")))
      assert.strictEqual(error.reason._tag, "UnknownFormat")
      assert.strictEqual(error.offset, 2 * deep)
      assert.strictEqual(error.path.length, deep)
      const unwritten = failure(ItemCodec.encodeWith({ maxDepth: deep, text: "ascii" })(nested(deep, A("é"))))
      assert.strictEqual(unwritten.path.length, deep)
    })

    it("goes on with shallow messages after a deep one, good or bad", () => {
      const shallow = L(U1(1), L(A("x"), L()), U1(2))
      for (const depth of [1, 255, 256, 257, 1024]) {
        sameItem(success(ItemCodec.decode(nestedBytes(depth, "01 00"))), nested(depth, L()))
        sameItem(success(ItemCodec.decode(success(ItemCodec.encode(shallow)))), shallow)
        assert.strictEqual(failure(ItemCodec.decode(nestedBytes(depth, "A4 00"))).path.length, depth)
        assert.deepStrictEqual([...failure(ItemCodec.decode(hex("01 02 A5 01 01 0D 00"))).path], [1])
        sameItem(success(ItemCodec.decode(success(ItemCodec.encode(shallow)))), shallow)
      }
    })

    it("allows 1 024 lists around an item by default, and refuses one more both ways", () => {
      sameItem(success(ItemCodec.decode(nestedBytes(1024, "A5 01 07"))), nested(1024, U1(7)))
      bytesAre(success(ItemCodec.encode(nested(1024, U1(7)))), nestedBytes(1024, "A5 01 07"))
      const undecoded = failure(ItemCodec.decode(nestedBytes(1025, "A5 01 07")))
      assert.deepStrictEqual({ ...undecoded.reason }, { _tag: "TooDeep", maxDepth: 1024 })
      assert.strictEqual(undecoded.offset, 2048)
      assert.deepStrictEqual([...undecoded.path], new Array<number>(1024).fill(0))
      const unencoded = failure(ItemCodec.encode(nested(1025, U1(7))))
      assert.deepStrictEqual({ ...unencoded.reason }, { _tag: "TooDeep", maxDepth: 1024 })
      assert.deepStrictEqual([...unencoded.path], [...undecoded.path])
    })

    it.each([0, 1, 2, 64])(
      "counts the lists around an item: %i are allowed, an empty list among them is an item",
      (maxDepth) => {
        const decode = ItemCodec.decodeWith({ maxDepth })
        const encode = ItemCodec.encodeWith({ maxDepth })
        for (const [inner, text] of [
          [U1(7), "A5 01 07"],
          [L(), "01 00"]
        ] as const) {
          sameItem(success(decode(nestedBytes(maxDepth, text))), nested(maxDepth, inner))
          bytesAre(success(encode(nested(maxDepth, inner))), nestedBytes(maxDepth, text))
          assert.strictEqual(failure(decode(nestedBytes(maxDepth + 1, text))).reason._tag, "TooDeep")
          assert.strictEqual(failure(encode(nested(maxDepth + 1, inner))).reason._tag, "TooDeep")
        }
      }
    )

    it("says where in one line, with the first and the last steps, and has all of them in the path", () => {
      const { message, path } = failure(ItemCodec.decode(nestedBytes(1025, "01 00")))
      assert.strictEqual(
        message,
        `TooDeep at byte 2048, item [${"0.".repeat(8).slice(0, -1)} … ${"0.".repeat(8).slice(0, -1)}, 1024 steps]: lists are nested deeper than 1024`
      )
      assert.lengthOf(path, 1024)
      assert.strictEqual(
        CodecError.formatPath(Array.from({ length: 20 }, () => 1)),
        `item [${"1.".repeat(20).slice(0, -1)}]`
      )
    })

    it("refuses NaN as a limit, which would be none", () => {
      const said = (name: string) => `${name} is NaN: expected a number`
      assert.throws(() => ItemCodec.decodeWith({ maxDepth: NaN }), RangeError, said("maxDepth"))
      assert.throws(() => ItemCodec.decodeWith({ maxItems: NaN }), RangeError, said("maxItems"))
      assert.throws(() => ItemCodec.encodeWith({ maxDepth: NaN }), RangeError, said("maxDepth"))
    })

    it("names the limit in the error, whatever was given as one", () => {
      for (const maxDepth of [-1, 0.5, -Infinity]) {
        const reason = { _tag: "TooDeep", maxDepth } as const
        assert.deepStrictEqual(
          { ...failure(ItemCodec.decodeWith({ maxDepth })(nestedBytes(2, "01 00"))).reason },
          reason
        )
        assert.deepStrictEqual({ ...failure(ItemCodec.encodeWith({ maxDepth })(nested(2, L()))).reason }, reason)
      }
      const endless = ItemCodec.decodeWith({ maxDepth: Infinity })
      sameItem(success(endless(nestedBytes(5000, "01 00"))), nested(5000, L()))
    })
  })

  describe("bombs", () => {
    it("refuses a list of 16 777 215 items without a byte for them, and allocates nothing for it", () => {
      const { allocated, offset, reason } = refused(hex("03 FFFFFF"))
      assert.deepStrictEqual(reason, { _tag: "Truncated", declared: 16_777_215, left: 0, unit: "items" })
      assert.strictEqual(offset, 0)
      assert.isBelow(allocated, 1024)
    })

    it("refuses a list of 8 388 606 items in 16 MB by the number of items, and allocates nothing for it", () => {
      const bytes = new Uint8Array(16 * 1024 * 1024)
      bytes.set(hex("03 7FFFFE"))
      const { allocated, offset, reason } = refused(bytes)
      assert.deepStrictEqual(reason, { _tag: "TooManyItems", maxItems: 2 ** 20 })
      assert.strictEqual(offset, 0)
      assert.isBelow(allocated, 1024)
    })

    it("refuses lists that each claim half of what is left at the second of them", () => {
      const bytes = new Uint8Array(20_004).fill(1)
      for (let at = 0; at + 2 < bytes.length; at += 3) {
        const half = (bytes.length - at - 3) >> 1
        bytes.set(Uint8Array.of(0x02, half >> 8, half), at)
      }
      const { allocated, offset, reason } = refused(bytes)
      assert.strictEqual(reason._tag, "Truncated")
      assert.strictEqual(offset, 3)
      assert.isAtMost(allocated, 8 * 10_000 + 1024)
    })

    it.each(["21", "25", "41", "45", "49", "61", "65", "69", "71", "81", "91", "A1", "A5", "A9", "B1"])(
      "refuses 16 777 208 bytes declared behind %s when one is there, and allocates nothing for them",
      (format) => {
        const head = Number.parseInt(format, 16) + 2
        const { allocated, reason } = refused(Uint8Array.of(head, 0xff, 0xff, 0xf8, 0x00))
        assert.deepStrictEqual(reason, { _tag: "Truncated", declared: 16_777_208, left: 1, unit: "bytes" })
        assert.isBelow(allocated, 1024)
      }
    )

    it("allocates in proportion to the bytes, not to what they say", () => {
      for (const count of [100, 1000, 10_000]) {
        const bytes = concat(Uint8Array.of(0x02, count >> 8, count), repeat(hex("01 00"), count))
        const { allocated } = allocations(() => void ItemCodec.decode(bytes))
        assert.isAtMost(allocated, 8 * count + 1024)
      }
    })

    it("refuses the first list that promises more items than allowed, before it makes room for them", () => {
      const of = (count: number) => concat(Uint8Array.of(0x01, count), repeat(hex("A5 01 01"), count))
      const decode = ItemCodec.decodeWith({ maxItems: 10 })
      sameItem(success(decode(of(9))), L(Array.from({ length: 9 }, () => U1(1))))
      const error = failure(decode(of(10)))
      assert.deepStrictEqual({ ...error.reason }, { _tag: "TooManyItems", maxItems: 10 })
      assert.strictEqual(error.offset, 0)
      const inner = failure(decode(concat(hex("01 03 A5 01 01"), of(6), of(2))))
      assert.deepStrictEqual({ ...inner.reason }, { _tag: "TooManyItems", maxItems: 10 })
      assert.deepStrictEqual([inner.offset, ...inner.path], [25, 2])
      sameItem(success(ItemCodec.decodeWith({ maxItems: 1 })(hex("A5 01 07"))), U1(7))
      const odd = failure(ItemCodec.decodeWith({ maxItems: 1.5 })(of(1)))
      assert.deepStrictEqual({ ...odd.reason }, { _tag: "TooManyItems", maxItems: 1.5 })
    })

    it("allows 2^20 items by default, the root among them, and refuses one more", () => {
      const of = (count: number) =>
        concat(Uint8Array.of(0x03, count >> 16, count >> 8, count), repeat(hex("01 00"), count))
      assert.strictEqual(Item.count(success(ItemCodec.decode(of(2 ** 20 - 1)))), 2 ** 20 - 1)
      assert.deepStrictEqual(
        { ...failure(ItemCodec.decode(of(2 ** 20))).reason },
        { _tag: "TooManyItems", maxItems: 2 ** 20 }
      )
    })
  })
})

/**
 * Large binary that is not copied: on the way out as a part of its own, on the way in as a view of bytes that are given
 * away.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Hsms from "../src/Hsms.ts"
import { data, HsmsHeader } from "../src/HsmsHeader.ts"
import * as Item from "../src/Item.ts"
import * as ItemCodec from "../src/ItemCodec.ts"
import { primary } from "../src/SecsMessage.ts"
import { concat, hex, sameBytes, toHex } from "./support/bytes.ts"
import { bytesAre, failure, sameItem, success, thrown } from "./support/expect.ts"
import { holdsAfterCollection } from "./support/gc.ts"
import { Byte, Items, Laden, runs } from "./support/generate.ts"

const { A, B, L, U1, U4 } = Item

/** The shortest `B` that is not copied. */
const large = 65_536

/** Bytes of which no stretch looks like another. */
const pattern = (length: number, from = 0): Uint8Array =>
  new Uint8Array(length).map((_, i) => (from + i * 31 + (i >> 8) * 17) & 0xff)

/** The values of the `B`s in an item that are large, in the order of the bytes. */
const bulks = (item: Item.Item): ReadonlyArray<Uint8Array> => {
  if (item._tag === "L") return item.value.flatMap(bulks)
  return item._tag === "B" && item.value.length >= large ? [item.value as unknown as Uint8Array] : []
}

/** Parts are the bytes of the item behind the reserve; every large `B` stands among them as it is, and no other. */
const partsAre = (parts: ReadonlyArray<Uint8Array>, item: Item.Item, reserve: number): void => {
  const whole = success(ItemCodec.encodeAfter(item, reserve))
  assert.isTrue(sameBytes(concat(...parts).subarray(reserve), whole.subarray(reserve)), `${item}`)
  const borrowed = parts.filter((part) => bulks(item).includes(part))
  assert.strictEqual(borrowed.length, bulks(item).length)
  borrowed.forEach((part, at) => assert.strictEqual(part, bulks(item)[at]))
  for (const part of parts) assert.isAbove(part.length, 0)
}

const encodeParts = (item: Item.Item, reserve = 0): ReadonlyArray<Uint8Array> =>
  success(ItemCodec.encodeParts(item, reserve))

const lengths = (parts: ReadonlyArray<Uint8Array>): ReadonlyArray<number> => parts.map((part) => part.length)

describe("ItemCodec.encodeParts", () => {
  it.prop(
    "gives the bytes of `encode` for every item, each large B as it is",
    [Laden, Laden, Byte],
    ([item, other, reserve]) => {
      const parts = encodeParts(item, reserve)
      // What is encoded afterwards shares a buffer with these parts and must leave them alone.
      const after = encodeParts(other, 1)
      success(ItemCodec.encode(L(other, U1(1))))
      partsAre(parts, item, reserve)
      partsAre(after, other, 1)
    },
    runs(150, 10_000)
  )

  it.prop(
    "gives an item without a large B in one part",
    [Items],
    ([item]) => {
      const parts = encodeParts(item)
      assert.strictEqual(parts.length, 1)
      bytesAre(parts[0]!, success(ItemCodec.encode(item)))
    },
    runs(200, 10_000)
  )

  it("copies a B of 65 535 bytes and leaves one of 65 536 where it is, with its three length bytes before it", () => {
    const copied = encodeParts(B(pattern(large - 1)))
    assert.deepStrictEqual(lengths(copied), [3 + large - 1])
    const item = B(pattern(large))
    const parts = encodeParts(item)
    assert.deepStrictEqual(lengths(parts), [4, large])
    assert.strictEqual(toHex(parts[0]!), "23010000")
    assert.strictEqual(parts[1], item.value)
  })

  it("leaves only B where it is: text, numbers and localized strings are copied however long they are", () => {
    for (const item of [A("x".repeat(100_000)), U1(pattern(100_000)), U4(new Uint32Array(50_000))]) {
      const parts = encodeParts(L(item, item))
      assert.strictEqual(parts.length, 1)
      partsAre(parts, L(item, item), 0)
    }
  })

  it.each([
    ["at the start", [large, 1], [6, large, 3]],
    ["in the middle", [1, large, 2], [9, large, 4]],
    ["at the end", [1, 2, large], [13, large]],
    ["alone", [large], [6, large]],
    ["first and last", [large, 1, 70_000], [6, large, 7, 70_000]],
    ["side by side", [large, large, 70_000], [6, large, 4, large, 4, 70_000]]
  ] as const)("puts large binary %s of a list where it belongs", (_, sizes, expected) => {
    const item = L(sizes.map((size, at) => B(pattern(size, at))))
    const parts = encodeParts(item)
    assert.deepStrictEqual(lengths(parts), expected)
    partsAre(parts, item, 0)
  })

  it("gives one value that stands twice in an item twice", () => {
    const value = B(pattern(large))
    const item = L(value, L(value), U1(7))
    partsAre(encodeParts(item, 14), item, 14)
    assert.deepStrictEqual(lengths(encodeParts(item, 14)), [14 + 6, large, 6, large, 3])
  })

  it("knows where large binary stands although the buffer behind it moves, again and again", () => {
    const text = A("y".repeat(20_000))
    const item = L(Array.from({ length: 40 }, (_, i) => (i % 4 === 1 ? B(pattern(large + i, i)) : text)))
    for (let used = 0; used < 5; used++) {
      // The slab is at another place each time.
      success(ItemCodec.encode(A("z".repeat(13_000))))
      partsAre(encodeParts(item, 14), item, 14)
    }
  })

  describe("leaves nothing behind for the next call", () => {
    const deep = (depth: number): Item.Item => (depth === 0 ? U1(1) : L(deep(depth - 1)))
    /** No constructor makes this. */
    const forged = (): Item.L => {
      const list = L(B(pattern(large)), B(pattern(70_000)), U1(1))
      ;(list.value as Array<Item.Item>)[2] = { format: 0o54, value: {} } as unknown as Item.Item
      return list
    }
    const hole = (): Item.L => {
      const list = L(B(pattern(large)), U1(1))
      ;(list.value as Array<Item.Item | undefined>)[1] = undefined
      return list
    }
    const next = L(U1(7), B(pattern(large, 5)), A("behind"))

    it("when an item is refused behind large binary", () => {
      const { path, reason } = failure(ItemCodec.encodeParts(L(B(pattern(large)), deep(1024)), 14))
      assert.deepStrictEqual([path[0], reason._tag], [1, "TooDeep"])
      assert.deepStrictEqual(lengths(encodeParts(U1(7))), [3])
      partsAre(encodeParts(next, 3), next, 3)
    })

    it.each([
      ["a forged item", forged],
      ["an item with a hole", hole]
    ])("when %s throws behind large binary", (_, make) => {
      for (const encode of [ItemCodec.encodeParts, ItemCodec.encodeAfter]) {
        assert.instanceOf(
          thrown(() => encode(make(), 14)),
          TypeError
        )
        const parts = encodeParts(U1(7))
        assert.deepStrictEqual(lengths(parts), [3])
        assert.strictEqual(toHex(parts[0]!), "a50107")
        partsAre(encodeParts(next, 3), next, 3)
      }
    })

    it("and keeps no binary alive, whether it threw, was refused or encoded", async () => {
      const held: Array<WeakRef<Uint8Array>> = []
      const work = (): void => {
        const thrower = forged()
        thrown(() => ItemCodec.encodeParts(thrower, 0))
        const refused = L(B(pattern(large)), deep(1024))
        failure(ItemCodec.encodeParts(refused, 0))
        const fine = L(B(pattern(large)))
        success(ItemCodec.encodeParts(fine, 0))
        held.push(...[fine, refused].map((item) => new WeakRef(bulks(item)[0]!)))
        held.push(new WeakRef(thrower.value[0]!.value as Uint8Array))
      }
      work()
      assert.isTrue(await holdsAfterCollection(() => held.every((ref) => ref.deref() === undefined)))
    })
  })
})

describe("Hsms.encodeDataParts", () => {
  const header = new HsmsHeader(0x1234, 0x87, 3, 0, 0, 0xdead_beef)

  it.prop(
    "gives the frame of `encodeData` for every item, its length field counting all parts",
    [Laden],
    ([item]) => {
      const parts = success(Hsms.encodeDataParts(header, item))
      const frame = concat(...parts)
      assert.strictEqual(new DataView(frame.buffer).getUint32(0), frame.length - 4)
      assert.isTrue(sameBytes(frame, success(Hsms.encodeData(header, item))))
      assert.strictEqual(parts.length > 1, bulks(item).length > 0)
    },
    runs(150, 10_000)
  )

  it("gives a message without text as 14 bytes in one part", () => {
    const message = primary(1, 1)
    const [only, ...rest] = success(Hsms.encodeDataParts(data(7, message, 9), undefined))
    assert.strictEqual(toHex(only), "0000000a00078101000000000009")
    assert.deepStrictEqual(rest, [])
  })
})

describe("decoding with `binary: adopt`", () => {
  const adopt = ItemCodec.decodeWith({ binary: "adopt" })

  it.prop(
    "gives the same item as a copy does",
    [Laden, Items],
    ([laden, plain]) => {
      for (const item of [laden, plain]) {
        const bytes = success(ItemCodec.encode(item))
        sameItem(success(adopt(bytes)), success(ItemCodec.decode(bytes)))
        const shifted = concat(hex("EE EE"), bytes, hex("EE"))
        const range = ItemCodec.decodeRangeWith({ binary: "adopt" })
        sameItem(success(range(shifted, 2, 2 + bytes.length)), item)
      }
    },
    runs(100, 5_000)
  )

  it.each([
    [199, 93, "makes a view of"],
    [200, 94, "makes a view of"],
    [201, 95, "copies"]
  ])("of a text of %i bytes with a B of 100, beside an A of %i, %s that B", (length, beside, what) => {
    const bytes = success(ItemCodec.encode(L(B(pattern(100)), A("x".repeat(beside))))).slice()
    assert.strictEqual(bytes.length, length)
    const b = success(Item.get(success(adopt(bytes)), 0))
    assert.strictEqual(keeps(b, bytes.buffer), what === "makes a view of")
    bytes.fill(0)
    assert.strictEqual(toHex(b.value as Uint8Array) === toHex(pattern(100)), what === "copies")
  })

  it("gives all but the one large B of a message memory of its own", () => {
    const item = L(B(pattern(30)), B(pattern(1000)), U1(1, 2, 3), A("text"), Item.C2(2, pattern(40)), B(pattern(50)))
    const bytes = success(ItemCodec.encode(item)).slice()
    const adopted = success(adopt(bytes))
    const views = success(Item.asItems(adopted)).map((child) => {
      const value: unknown = child._tag === "C2" ? child.value.bytes : child.value
      return ArrayBuffer.isView(value) && value.buffer === bytes.buffer
    })
    assert.deepStrictEqual(views, [false, true, false, false, false, false])
    assert.isFalse(success(Item.asItems(adopted)).some((child, at) => at !== 1 && keeps(child, bytes.buffer)))
  })

  it("measures the half by the range that is decoded, not by the buffer around it", () => {
    const text = success(ItemCodec.encode(B(pattern(100))))
    const around = concat(new Uint8Array(5000), text, new Uint8Array(5000))
    const item = success(ItemCodec.decodeRangeWith({ binary: "adopt" })(around, 5000, 5000 + text.length))
    assert.isTrue(keeps(item, around.buffer))
  })

  it("gives an empty B and an empty list memory of nobody", () => {
    for (const item of [B(), L(), L(B(), B())]) sameItem(success(adopt(success(ItemCodec.encode(item)))), item)
  })
})

/** True for an item whose value is in this memory. */
const keeps = (item: Item.Item, memory: ArrayBufferLike): boolean => {
  const value: unknown = item._tag === "C2" ? item.value.bytes : item.value
  return ArrayBuffer.isView(value) && value.buffer === memory
}

import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Item from "../src/Item.ts"
import * as ItemCodec from "../src/ItemCodec.ts"
import * as ItemSchema from "../src/ItemSchema.ts"
import { canonical, legal } from "./fixtures/items.ts"
import { concat, hex } from "./support/bytes.ts"
import { sameItem, success } from "./support/expect.ts"

const { A, B, BOOLEAN, C2, F4, F8, I1, I8, J, L, U1, U4 } = Item

const encode = Schema.encodeSync(ItemSchema.ItemFromParts)
const decode = Schema.decodeUnknownResult(ItemSchema.ItemFromParts)
const isParts = Schema.is(ItemSchema.ItemParts)

describe("ItemSchema", () => {
  it("gives an item its structural form: format, and values as an array or as text", () => {
    for (const [item, parts] of [
      [U4(7), { format: "U4", values: [7] }],
      [U1(), { format: "U1", values: [] }],
      [I8(-1, 2), { format: "I8", values: [-1n, 2n] }],
      [F8(-0, NaN), { format: "F8", values: [-0, NaN] }],
      [BOOLEAN(true), { format: "BOOLEAN", values: [true] }],
      [A("é"), { format: "A", values: "é" }],
      [J("¥"), { format: "J", values: "¥" }],
      [B(1, 2), { format: "B", values: [1, 2] }],
      [C2(2, "é"), { format: "C2", lsh: 2, values: [0xc3, 0xa9] }],
      [
        L(A("x"), L()),
        {
          format: "L",
          values: [
            { format: "A", values: "x" },
            { format: "L", values: [] }
          ]
        }
      ]
    ] as const) {
      assert.deepStrictEqual<unknown>(encode(item), parts)
      sameItem(success(decode(parts)), item)
    }
  })

  it("accepts every item the decoder makes, and its structural form", () => {
    for (const { hex: text, id } of [...canonical, ...legal]) {
      const item = success(ItemCodec.decode(hex(text)))
      assert.isTrue(Schema.is(ItemSchema.Item)(item), id)
      assert.isTrue(isParts(encode(item)), id)
    }
  })

  it("accepts every byte of text, in A and in J", () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i)
    for (const format of ["42", "46"]) {
      const item = success(ItemCodec.decode(concat(hex(`${format} 0100`), all)))
      assert.isTrue(isParts(encode(item)))
      sameItem(success(decode(encode(item))), item)
    }
  })

  it("refuses forms that are no item", () => {
    for (const parts of [
      undefined,
      {},
      { format: "U1" },
      { format: "U1", values: 1 },
      { format: "U1", values: [256] },
      { format: "U1", values: [0.5] },
      { format: "I1", values: [-129] },
      { format: "I8", values: [1] },
      { format: "U8", values: [-1n] },
      { format: "F4", values: [1e39] },
      { format: "BOOLEAN", values: [1] },
      { format: "A", values: "€" },
      { format: "A", values: ["x"] },
      { format: "J", values: "\\" },
      { format: "J", values: "漢" },
      { format: "C2", values: [1] },
      { format: "C2", lsh: 0x1_0000, values: [] },
      { format: "U3", values: [1] },
      { format: "L", values: [{ format: "U1", values: [256] }] },
      { format: "L", values: [U1(1)] }
    ]) {
      assert.isFalse(isParts(parts))
      assert.isTrue(Result.isFailure(decode(parts)))
    }
  })

  it("takes nothing for an item that only looks like one", () => {
    const is = Schema.is(ItemSchema.Item)
    assert.isTrue(is(U1(1)))
    for (const other of [undefined, 1, {}, { format: 0o51, value: 1 }, { format: "U1", values: [1] }])
      assert.isFalse(is(other))
  })

  it("carries an item through JSON, 64-bit integers and NaN included", () => {
    const json = Schema.toCodecJson(ItemSchema.Item)
    const item = L(
      I8(-(2n ** 63n)),
      F4(NaN, Infinity),
      F8(0.1),
      A("é\0"),
      B(255),
      L(),
      BOOLEAN(false),
      C2(1, "半"),
      I1(-1)
    )
    const text = JSON.stringify(Schema.encodeSync(json)(item))
    sameItem(Schema.decodeUnknownSync(json)(JSON.parse(text)), item)
  })

  it("gives the structural form of 100 lists, one in the other", () => {
    let item: Item.Item = U1(1)
    for (let i = 0; i < 100; i++) item = L(item)
    sameItem(success(decode(encode(item))), item)
  })
})

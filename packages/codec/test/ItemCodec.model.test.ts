import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { type Format, formats } from "../src/FormatCode.ts"
import * as Item from "../src/Item.ts"
import * as ItemCodec from "../src/ItemCodec.ts"
import { canonical, legal } from "./fixtures/items.ts"
import { malformed } from "./fixtures/malformed.ts"
import { hex, sameBytes, toHex } from "./support/bytes.ts"
import { bytesAre, sameItem, success } from "./support/expect.ts"
import { Garbage, Plains, runs } from "./support/generate.ts"
import { decode, encode, floatBits, meaning, type Plain } from "./support/reference.ts"

/** What the accessors say of an item. */
const seen = (item: Exclude<Item.Item, Item.L>): unknown => {
  switch (item._tag) {
    case "A":
    case "J":
      return success(Item.asText(item))
    case "C2":
      return { lsh: item.value.lsh, bytes: Array.from(item.value.bytes) }
    case "BOOLEAN":
      return success(Item.asBooleans(item))
    case "I8":
    case "U8":
      return success(Item.asBigInts(item))
    default:
      return success(Item.asNumbers(item))
  }
}

/** An item of the codec says what the reference says. */
const agree = (item: Item.Item, plain: Plain): void => {
  assert.strictEqual<string>(item._tag, plain.format)
  if (plain.format === "L") {
    const children = success(Item.asItems(item))
    assert.strictEqual(children.length, plain.values.length)
    plain.values.forEach((child, index) => agree(children[index]!, child))
  } else {
    assert.deepStrictEqual(seen(item as Exclude<Item.Item, Item.L>), meaning(plain))
  }
}

/** The item made by the constructors from what the reference says. */
const build = (plain: Plain): Item.Item => {
  if (plain.format === "L") return Item.L(plain.values.map(build))
  const values = meaning(plain)
  return success(
    (Item.make as (format: Format, values: unknown) => Result.Result<Item.Item, unknown>)(plain.format, values)
  )
}

/** Every NaN with the bits a number has. */
const quiet = (plain: Plain): Plain => {
  if (plain.format === "L") return { format: "L", values: plain.values.map(quiet) }
  const format = plain.format
  if (format !== "F4" && format !== "F8") return plain
  const numbers = meaning(plain) as ReadonlyArray<number>
  return {
    format,
    values: plain.values.map((bits, index) => (Number.isNaN(numbers[index]) ? floatBits(format, NaN) : bits))
  }
}

describe("ItemCodec against the reference", () => {
  it("agrees with it on every known item", () => {
    for (const { hex: text, id } of [...canonical, ...legal]) {
      const plain = decode(hex(text))
      assert.isDefined(plain, id)
      agree(success(ItemCodec.decode(hex(text))), plain)
    }
    for (const golden of canonical)
      assert.strictEqual(toHex(encode(decode(hex(golden.hex))!)), toHex(hex(golden.hex)), golden.id)
    for (const row of malformed) {
      if (row.reason._tag !== "TooDeep") assert.isUndefined(decode(row.bytes), row.id)
    }
  })

  it("agrees with it on arrays of any length, wherever they begin", () => {
    const counts = [
      1, 2, 3, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1025, 2049
    ]
    for (const { element, elementSize, format } of formats) {
      if (format === "L" || format === "C2") continue
      for (const [index, count] of [0, ...counts, 9001].entries()) {
        const values = Array.from({ length: count }, (_, i) => {
          if (element === "boolean") return BigInt(i % 3 === 0)
          const value = 0x0123_4567_89ab_cdefn * BigInt(i + 1)
          return format.startsWith("I") ? BigInt.asIntN(8 * elementSize, value) : BigInt.asUintN(8 * elementSize, value)
        })
        const before: Plain = { format: "B", values: Array.from({ length: index % 8 }, () => 0xffn) }
        const plain: Plain = { format: "L", values: [before, { format, values }, before] }
        const item = success(ItemCodec.decode(encode(plain)))
        agree(item, plain)
        bytesAre(success(ItemCodec.encode(item)), encode(plain))
        bytesAre(success(ItemCodec.encode(build(plain))), encode(quiet(plain)))
      }
    }
  })

  it("agrees with it on lists of texts, however many and however long", () => {
    for (const count of [1, 2, 3, 4, 20, 300]) {
      for (const longest of [1, 13, 25, 70, 1100]) {
        const values = Array.from({ length: count }, (_, n): Plain => ({
          format: n % 5 === 4 ? "J" : "A",
          values: Array.from({ length: (n * 7) % longest }, (_, i) => BigInt((n * 31 + i) % 256))
        }))
        const plain: Plain = { format: "L", values }
        const item = success(ItemCodec.decode(encode(plain)))
        agree(item, plain)
        bytesAre(success(ItemCodec.encode(item)), encode(plain))
      }
    }
  })

  it.prop(
    "decodes what the reference encodes, to the same values, and encodes the same bytes",
    [Plains],
    ([plain]) => {
      const bytes = encode(plain)
      const item = success(ItemCodec.decode(bytes))
      agree(item, plain)
      bytesAre(success(ItemCodec.encode(item)), bytes)
    },
    runs(400, 20_000)
  )

  it.prop(
    "encodes what the constructors make of the same values to the same bytes",
    [Plains],
    ([plain]) => {
      const item = build(plain)
      bytesAre(success(ItemCodec.encode(item)), encode(quiet(plain)))
      sameItem(success(ItemCodec.decode(encode(plain))), item)
    },
    runs(400, 20_000)
  )

  it.prop(
    "takes and refuses the same bytes, and makes the same of what it takes",
    [Garbage],
    ([bytes]) => {
      const plain = decode(bytes)
      const item = ItemCodec.decode(bytes)
      assert.strictEqual(Result.isSuccess(item), plain !== undefined, toHex(bytes))
      if (Result.isFailure(item) || plain === undefined) return
      agree(item.success, plain)
      assert.isTrue(sameBytes(success(ItemCodec.encode(item.success)), encode(plain)))
    },
    runs(2000, 100_000)
  )
})

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ItemDecodeError, ItemDecodeReason } from "../src/CodecError.ts"
import type * as Item from "../src/Item.ts"
import * as ItemCodec from "../src/ItemCodec.ts"
import * as ItemSchema from "../src/ItemSchema.ts"
import { concat, toHex } from "./support/bytes.ts"
import { bytesAre, sameItem, success } from "./support/expect.ts"
import { Arbitrary, Bytes, Garbage, Items, Parts, Plains, runs } from "./support/generate.ts"
import * as reference from "./support/reference.ts"

const reasons = [
  "LengthByteCount",
  "Truncated",
  "LengthNotMultiple",
  "UnknownFormat",
  "TrailingBytes",
  "LocalizedHeader",
  "NonAscii",
  "TooDeep",
  "TooManyItems"
]

const isItem = Schema.is(ItemSchema.Item)
const isParts = Schema.is(ItemSchema.ItemParts)
const isReason = Schema.is(ItemDecodeReason)
const toParts = Schema.encodeSync(ItemSchema.ItemFromParts)
const fromParts = Schema.decodeSync(ItemSchema.ItemFromParts)

const encode = (item: Item.Item): Uint8Array => success(ItemCodec.encode(item))
const decode = (bytes: Uint8Array): Item.Item => success(ItemCodec.decode(bytes))

/** Bytes are an item that both schemas accept and that encodes again to itself, or the one documented error. */
const valueOrError = (bytes: Uint8Array): void => {
  const before = toHex(bytes)
  const result = ItemCodec.decode(bytes)
  assert.strictEqual(toHex(bytes), before)
  if (Result.isSuccess(result)) {
    const item = result.success
    assert.isTrue(isItem(item))
    assert.isTrue(isParts(toParts(item)))
    sameItem(decode(encode(item)), item)
    assert.isAtMost(encode(item).length, bytes.length)
  } else {
    const { offset, path, reason } = result.failure
    assert.instanceOf(result.failure, ItemDecodeError)
    assert.isTrue(isReason(reason))
    assert.isTrue(Number.isInteger(offset) && offset >= 0 && offset <= bytes.length)
    assert.isAtMost(2 * path.length, offset)
    assert.isAbove(result.failure.message.length, 0)
  }
  // The same bytes inside a larger buffer are the same item or the same error: nothing beyond them was looked at.
  for (const padding of [0x00, 0xff]) {
    const around = new Uint8Array(3).fill(padding)
    const inside = ItemCodec.decodeRange(concat(around, bytes, around), 3, 3 + bytes.length)
    if (Result.isSuccess(result)) sameItem(success(inside), result.success)
    else if (Result.isSuccess(inside)) assert.fail(`${inside.success}`)
    else assert.strictEqual(inside.failure.message, result.failure.message)
  }
}

describe("ItemCodec", () => {
  it.prop(
    "decodes every item from its bytes",
    [Items],
    ([item]) => {
      const decoded = decode(encode(item))
      sameItem(decoded, item)
      assert.strictEqual(Hash.hash(decoded), Hash.hash(item))
      assert.strictEqual(`${decoded}`, `${item}`)
    },
    runs(500, 20_000)
  )

  it.prop(
    "gives two items the same bytes exactly when they are equal",
    [Items, Items],
    ([a, b]) => {
      assert.strictEqual(toHex(encode(a)) === toHex(encode(b)), Equal.equals(a, b))
    },
    runs(500, 20_000)
  )

  it.prop(
    "gives an item that both schemas accept, whatever it is decoded from",
    [Plains],
    ([plain]) => {
      const item = decode(reference.encode(plain))
      assert.isTrue(isItem(item))
      const parts = toParts(item)
      assert.isTrue(isParts(parts))
      sameItem(fromParts(parts), item)
    },
    runs(200, 10_000)
  )

  it.prop(
    "makes an item of every structural form, and the same form of that item",
    [Parts],
    ([parts]) => {
      const item = fromParts(parts)
      sameItem(fromParts(toParts(item)), item)
      sameItem(decode(encode(item)), item)
    },
    runs(200, 10_000)
  )

  it.prop(
    "makes an item or the one documented error of any bytes",
    [Bytes],
    ([bytes]) => valueOrError(bytes),
    runs(2000, 100_000)
  )

  it.prop(
    "makes an item or the one documented error of bytes that are almost an item",
    [Garbage],
    ([bytes]) => valueOrError(bytes),
    runs(2000, 100_000)
  )

  it.effect("meets good items and every reason of the error among those bytes", () =>
    Effect.gen(function* () {
      const seen: Record<string, number> = {}
      for (const bytes of yield* Arbitrary.sampleEffect(Garbage, { count: 2000, seed: 1 })) {
        const result = ItemCodec.decodeWith({ maxDepth: 2, maxItems: 40, text: "ascii" })(bytes)
        const what = Result.isSuccess(result) ? "item" : result.failure.reason._tag
        seen[what] = (seen[what] ?? 0) + 1
      }
      const least = { item: 100, ...Object.fromEntries(reasons.map((reason) => [reason, 10])) }
      for (const [what, count] of Object.entries(least)) assert.isAtLeast(seen[what] ?? 0, count, what)
    })
  )

  it.prop(
    "refuses an item cut short anywhere as truncated",
    [Items, Bytes],
    ([item, [at = 0, more = 0]]) => {
      const bytes = encode(item)
      const cut = ((at << 8) | more) % bytes.length
      const result = ItemCodec.decode(bytes.subarray(0, cut))
      assert.strictEqual(Result.isFailure(result) ? result.failure.reason._tag : "an item", "Truncated")
    },
    runs(500, 20_000)
  )

  it.prop(
    "writes the same text strictly and loosely, and refuses strictly only what is not ASCII",
    [Items],
    ([item]) => {
      const strict = ItemCodec.encodeWith({ text: "ascii" })(item)
      const again = ItemCodec.decodeWith({ text: "ascii" })(encode(item))
      if (Result.isSuccess(strict)) bytesAre(strict.success, encode(item))
      assert.strictEqual(Result.isSuccess(strict), Result.isSuccess(again))
    },
    runs(200, 10_000)
  )
})

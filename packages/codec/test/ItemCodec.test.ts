import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as FrameDecoder from "../src/FrameDecoder.ts"
import * as Hsms from "../src/Hsms.ts"
import * as Item from "../src/Item.ts"
import * as ItemCodec from "../src/ItemCodec.ts"
import { canonical, legal, long } from "./fixtures/items.ts"
import { malformed, undefinedCodes } from "./fixtures/malformed.ts"
import { concat, frame, hex, pieces, repeat, sameBytes, sha256, toHex } from "./support/bytes.ts"
import { bytesAre, failure, sameItem, success } from "./support/expect.ts"
import { holdsAfterCollection } from "./support/gc.ts"
import { nightly } from "./support/generate.ts"

const { A, B, BOOLEAN, C2, F4, F8, I1, I2, I4, I8, J, L, U1, U2, U4, U8 } = Item

/** Tests of 16 MB get this many milliseconds: a bound for a machine that is busy, no claim about speed. */
const patience = 120_000

const decode = (bytes: Uint8Array): Item.Item => success(ItemCodec.decode(bytes))
const encode = (item: Item.Item): Uint8Array => success(ItemCodec.encode(item))

/** The item that arrives as the text of S1F1 when the stream comes in pieces of `size`. */
const overTheWire = (text: Uint8Array, size: number): Item.Item | undefined => {
  const decoder = FrameDecoder.make({ maxFrameLength: text.length + 10 })
  const frames = pieces(frame("000A 01 01 00 00 00000001", text), size).flatMap((chunk) => decoder.push(chunk).frames)
  assert.strictEqual(frames.length, 1)
  const message = success(Hsms.decode(frames[0]!))
  if (message._tag !== "Data") assert.fail(message._tag)
  return message.message.item
}

describe("ItemCodec", () => {
  describe.each(canonical)("$id $sml", (golden) => {
    const bytes = hex(golden.hex)

    it("encodes to the known bytes", () => bytesAre(encode(golden.item()), bytes))

    it("decodes from the known bytes", () => sameItem(decode(bytes), golden.item()))

    it("comes back the same from a decode and an encode, and from an encode and a decode", () => {
      bytesAre(encode(decode(bytes)), bytes)
      sameItem(decode(encode(golden.item())), golden.item())
    })

    it("arrives one byte at a time in a frame", () => sameItem(overTheWire(bytes, 1), golden.item()))
  })

  describe.each(long)("$id $sml", { timeout: patience }, (golden) => {
    it("encodes to the known bytes, by length, start and SHA-256", () => {
      const bytes = encode(golden.item())
      assert.strictEqual(bytes.length, golden.length)
      assert.strictEqual(toHex(bytes.subarray(0, 8)), toHex(hex(golden.start)))
      assert.strictEqual(sha256(bytes), golden.sha256)
    })

    it("decodes from its bytes, and encodes to them again", () => {
      const bytes = encode(golden.item())
      const item = decode(bytes)
      sameItem(item, golden.item())
      assert.strictEqual(sha256(encode(item)), golden.sha256)
    })

    it("arrives in small pieces in a frame", () =>
      sameItem(overTheWire(encode(golden.item()), golden.length < 0x1_0000 ? 1 : 1021), golden.item()))
  })

  describe.each(legal)("$id $sml", (golden) => {
    it("decodes", () => sameItem(decode(hex(golden.hex)), golden.item()))

    it("encodes in the canonical form", () => bytesAre(encode(decode(hex(golden.hex))), hex(golden.canonical)))

    it("arrives one byte at a time in a frame", () => sameItem(overTheWire(hex(golden.hex), 1), golden.item()))
  })

  describe("malformed", () => {
    const decodeTo64 = ItemCodec.decodeWith({ maxDepth: 64 })

    it.each(malformed)("refuses $id, $fault, with the reason, the offset and the path", (row) => {
      const error = failure(decodeTo64(row.bytes))
      assert.strictEqual(error._tag, "ItemDecodeError")
      assert.deepStrictEqual({ ...error.reason }, { ...row.reason })
      assert.strictEqual(error.offset, row.offset)
      assert.deepStrictEqual(error.path, row.path)
    })

    it.each(malformed)("counts the offset of $id from the start of the text, not of the buffer", (row) => {
      const start = 7
      const decodeRange = ItemCodec.decodeRangeWith({ maxDepth: 64 })
      const padded = concat(new Uint8Array(start).fill(0xff), row.bytes, new Uint8Array(5))
      const error = failure(decodeRange(padded, start, start + row.bytes.length))
      assert.deepStrictEqual({ ...error.reason }, { ...row.reason })
      assert.strictEqual(error.offset, row.offset)
      assert.deepStrictEqual(error.path, row.path)
    })

    it.each(malformed)("decodes a good item as ever after $id", (row) => {
      const good = L(A("x"), L(U1(1), L(), F4(0.5)))
      const bytes = hex("01 03") // the next list of three must not remember the one before
      failure(decodeTo64(row.bytes))
      sameItem(decode(encode(good)), good)
      assert.deepStrictEqual(failure(ItemCodec.decode(bytes)).path, [])
    })

    it("refuses each of the 48 undefined format codes, whatever the number of length bytes", () => {
      assert.strictEqual(undefinedCodes.length, 48)
      for (const code of undefinedCodes) {
        for (const lengthBytes of [0, 1, 2, 3]) {
          const error = failure(ItemCodec.decode(Uint8Array.of((code << 2) | lengthBytes, 0, 0, 0)))
          assert.deepStrictEqual({ ...error.reason }, { _tag: "UnknownFormat", code })
        }
      }
    })

    it("refuses every item of the vectors with its last byte missing, and with one byte more", () => {
      for (const golden of canonical) {
        const bytes = hex(golden.hex)
        assert.strictEqual(failure(ItemCodec.decode(bytes.subarray(0, -1))).reason._tag, "Truncated", golden.id)
        const error = failure(ItemCodec.decode(concat(bytes, Uint8Array.of(0))))
        assert.deepStrictEqual({ ...error.reason }, { _tag: "TrailingBytes", count: 1 })
        assert.strictEqual(error.offset, bytes.length)
      }
    })

    it("M22: finds no item in no bytes, while a message without text has none and is no error", () => {
      const error = failure(ItemCodec.decode(new Uint8Array(0)))
      assert.deepStrictEqual({ ...error.reason }, { _tag: "Truncated", declared: 2, left: 0, unit: "bytes" })
      assert.strictEqual(error.offset, 0)
      const message = success(Hsms.decode(hex("000A 81 01 00 00 0A0B0C0D")))
      assert.isUndefined(message._tag === "Data" ? message.message.item : message)
    })

    it("takes the first item and leaves what follows when trailing bytes are ignored", () => {
      const lenient = ItemCodec.decodeWith({ trailing: "ignore" })
      sameItem(success(lenient(hex("A5 01 05 FF"))), U1(5))
      sameItem(success(lenient(hex("01 00 01 00"))), L())
      sameItem(success(lenient(hex("01 01 A5 01 05 0D"))), L(U1(5)))
      assert.strictEqual(failure(lenient(hex("01 02 A5 01 05"))).reason._tag, "Truncated")
    })

    it("refuses bytes above 7F in A, and nowhere else, where text is ASCII", () => {
      const strict = ItemCodec.decodeWith({ text: "ascii" })
      const error = failure(strict(hex("01 02 A5 01 FF 41 04 41 7F 80 FF")))
      assert.deepStrictEqual({ ...error.reason }, { _tag: "NonAscii", index: 2, code: 0x80 })
      assert.strictEqual(error.offset, 5)
      assert.deepStrictEqual(error.path, [1])
      sameItem(success(strict(hex("41 03 00 41 7F"))), A("\0A\x7f"))
      sameItem(success(strict(hex("45 01 B1"))), J("ｱ"))
      sameItem(success(strict(hex("49 03 0004 E9"))), C2(4, "é"))
    })
  })

  describe("length bytes", () => {
    /** Values of every format whose payload is `n` bytes, where the element size divides it. */
    const items = (n: number): ReadonlyArray<Item.Item> => [
      A("x".repeat(n)),
      J("x".repeat(n)),
      B(new Uint8Array(n)),
      BOOLEAN(Array.from({ length: n }, () => true)),
      ...(n >= 2 ? [C2(2, new Uint8Array(n - 2))] : []),
      I1(new Int8Array(n)),
      U1(new Uint8Array(n)),
      ...(n % 8 === 0
        ? [
            I2(new Int16Array(n / 2)),
            U2(new Uint16Array(n / 2)),
            I4(new Int32Array(n / 4)),
            U4(new Uint32Array(n / 4)),
            F4(new Float32Array(n / 4)),
            I8(new BigInt64Array(n / 8)),
            U8(new BigUint64Array(n / 8)),
            F8(new Float64Array(n / 8))
          ]
        : [])
    ]

    it.each([
      [0, 1],
      [1, 1],
      [248, 1],
      [255, 1],
      [256, 2],
      [257, 2],
      [65_528, 2],
      [65_535, 2],
      [65_536, 3],
      [65_537, 3]
    ])("writes %i bytes of any format behind %i length bytes, and reads them again", (length, lengthBytes) => {
      const seen = items(length)
      assert.isAtLeast(seen.length, length % 8 === 0 ? (length === 0 ? 14 : 15) : 6)
      for (const item of seen) {
        const bytes = encode(item)
        assert.strictEqual(bytes[0], (item.format << 2) | lengthBytes)
        assert.strictEqual(bytes.length, 1 + lengthBytes + length)
        const declared = bytes.subarray(1, 1 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0)
        assert.strictEqual(declared, length)
        sameItem(decode(bytes), item)
      }
    })

    it.each([
      [255, 1],
      [256, 2],
      [65_535, 2],
      [65_536, 3]
    ])("writes a list of %i items behind %i length bytes, and reads it again", (length, lengthBytes) => {
      const item = L(Array.from({ length }, (_, i) => U1(i & 0xff)))
      const bytes = encode(item)
      assert.strictEqual(bytes[0], lengthBytes)
      assert.strictEqual(bytes.length, 1 + lengthBytes + 3 * length)
      sameItem(decode(bytes), item)
    })

    it.each([1, 2, 3])("reads every format behind %i length bytes", (lengthBytes) => {
      for (const item of items(8)) {
        const payload = encode(item).subarray(2)
        const head = new Uint8Array(1 + lengthBytes)
        head[0] = (item.format << 2) | lengthBytes
        head[lengthBytes] = 8
        sameItem(decode(concat(head, payload)), item)
      }
    })

    it("carries 16 777 215 bytes of text, and as many whole numbers as fit", { timeout: patience }, () => {
      const text = A("é".repeat(16_777_215))
      const texts = encode(text)
      assert.strictEqual(toHex(texts.subarray(0, 6)), "43ffffffe9e9")
      sameItem(decode(texts), text)
      const numbers = U8(new BigUint64Array(2_097_151).fill(0x0102030405060708n))
      const bytes = encode(numbers)
      assert.strictEqual(toHex(bytes.subarray(0, 12)), "a3fffff80102030405060708")
      sameItem(decode(bytes), numbers)
    })

    it("writes a list of 16 777 215 items", { timeout: patience }, () => {
      const bytes = encode(L(new Array<Item.Item>(16_777_215).fill(L())))
      assert.strictEqual(bytes.length, 4 + 2 * 16_777_215)
      assert.strictEqual(toHex(bytes.subarray(0, 8)), "03ffffff01000100")
      assert.strictEqual(toHex(bytes.subarray(-4)), "01000100")
    })

    it(`reads a list of ${nightly ? "16 777 215" : "1 048 575"} items`, { timeout: patience }, () => {
      const count = nightly ? 16_777_215 : 1_048_575
      const bytes = new Uint8Array(4 + 2 * count)
      bytes.set(Uint8Array.of(0x03, count >> 16, count >> 8, count))
      for (let at = 4; at < bytes.length; at += 2) bytes[at] = 0x41
      const item = success(ItemCodec.decodeWith({ maxItems: Infinity })(bytes))
      assert.strictEqual(Item.count(item), count)
      assert.isTrue(sameBytes(encode(item), bytes))
    })
  })

  describe("floats", () => {
    it.each([
      ["a quiet NaN with a payload", "91 04 7FC12345"],
      ["a signalling NaN", "91 04 7FA00001"],
      ["a negative NaN", "91 04 FFC00000"],
      ["NaNs among numbers", "91 10 3F800000 7FA00001 FFC12345 00000001"],
      ["a double NaN with a payload", "81 08 7FF8000000000001"],
      ["a signalling double NaN", "81 08 7FF4000000000000"],
      ["a negative double NaN", "81 08 FFF8000000000000"],
      ["double NaNs among numbers", "81 18 3FF0000000000000 7FF00000DEADBEEF FFFFFFFFFFFFFFFF"]
    ])("keeps the bits of %s", (_, text) => {
      bytesAre(encode(decode(hex(text))), hex(text))
    })

    it("keeps the bits of every NaN in arrays of any length", () => {
      for (const count of [2, 16, 17, 31, 32, 33, 511, 512, 513]) {
        const f4 = concat(success(ItemCodec.encode(F4(new Float32Array(count)))))
        f4.set(hex("7FA00001"), f4.length - 4)
        bytesAre(encode(decode(f4)), f4)
        const f8 = concat(success(ItemCodec.encode(F8(new Float64Array(count)))))
        f8.set(hex("7FF4000000000001"), f8.length - 8)
        bytesAre(encode(decode(f8)), f8)
      }
    })

    it("reads a NaN with a payload as one NaN, equal to any other", () => {
      const item = decode(hex("91 04 7FA00001"))
      assert.isNaN(success(Item.asNumber(item)))
      assert.strictEqual(Item.count(item), 1)
      sameItem(item, F4(NaN))
    })

    it("writes every NaN that came as a number as 7FC00000 and 7FF8000000000000", () => {
      const negative = new Float64Array(BigUint64Array.of(0xfff8_0000_0000_0001n).buffer)[0]!
      for (const nan of [NaN, negative, 0 / 0]) {
        assert.strictEqual(toHex(encode(F4(nan))), "91047fc00000")
        assert.strictEqual(toHex(encode(F4(nan, nan))), "91087fc000007fc00000")
        assert.strictEqual(toHex(encode(F8(nan))), "81087ff8000000000000")
        assert.strictEqual(toHex(encode(F8([nan, nan]))), "81107ff80000000000007ff8000000000000")
      }
    })

    it("writes NaN as 7FC00000 and 7FF8000000000000, and keeps the sign of zero", () => {
      assert.strictEqual(toHex(encode(L(F4(NaN), F8(NaN)))), "010291047fc0000081087ff8000000000000")
      assert.isTrue(Object.is(success(Item.asNumber(decode(hex("91 04 80000000")))), -0))
      assert.isTrue(Object.is(success(Item.asNumber(decode(hex("81 08 8000000000000000")))), -0))
      assert.isFalse(Equal.equals(decode(hex("91 04 80000000")), decode(hex("91 04 00000000"))))
    })
  })

  describe("one argument", () => {
    it("decodes what map passes, index and array ignored", () => {
      const items = [U1(7), L(A("x")), B(1, 2, 3)]
      const decoded = items.map(encode).map(ItemCodec.decode)
      decoded.forEach((result, index) => sameItem(success(result), items[index]))
      const encoded = items.map(ItemCodec.encode)
      encoded.forEach((result, index) => bytesAre(success(result), encode(items[index]!)))
    })

    it("decodes a view of a larger buffer, and a Buffer of the pool", () => {
      const bytes = encode(L(A("MDLN"), U4(1, 2, 3), F8(0.1)))
      const padded = concat(hex("FFFFFF"), bytes, hex("FFFF"))
      sameItem(decode(padded.subarray(3, 3 + bytes.length)), decode(bytes))
      sameItem(decode(Buffer.from(bytes)), decode(bytes))
      sameItem(success(ItemCodec.decodeRange(padded, 3, 3 + bytes.length)), decode(bytes))
    })
  })

  describe("ownership", () => {
    /** Items of every way the decoder takes bytes over, short and long. */
    const owned = L(
      [0, 1, 2, 5, 20, 25, 64, 65, 100, 600, 3000].flatMap((n) => [
        A("x".repeat(n)),
        J("ｱ".repeat(n)),
        B(Uint8Array.from({ length: n }, (_, i) => i)),
        BOOLEAN(Array.from({ length: n }, (_, i) => i % 2 === 0)),
        C2(
          2,
          Uint8Array.from({ length: n }, (_, i) => i)
        ),
        I1(new Int8Array(n).fill(-2)),
        I2(new Int16Array(n).fill(-300)),
        I4(new Int32Array(n).fill(-70_000)),
        I8(new BigInt64Array(n).fill(-(2n ** 40n))),
        U1(new Uint8Array(n).fill(200)),
        U2(new Uint16Array(n).fill(40_000)),
        U4(new Uint32Array(n).fill(3_000_000_000)),
        U8(new BigUint64Array(n).fill(2n ** 60n)),
        F4(new Float32Array(n).fill(0.5)),
        F8(new Float64Array(n).fill(0.1))
      ])
    )

    const buffers = (item: Item.Item): ReadonlyArray<ArrayBufferLike> => {
      if (item._tag === "L") return item.value.flatMap(buffers)
      const value: unknown = item._tag === "C2" ? item.value.bytes : item.value
      return ArrayBuffer.isView(value) ? [value.buffer] : []
    }

    it("holds nothing of the bytes an item was decoded from", () => {
      const bytes = encode(owned).slice()
      const again = bytes.slice()
      const item = decode(bytes)
      bytes.fill(0xee)
      sameItem(item, owned)
      bytesAre(encode(item), again)
      for (const buffer of buffers(item)) assert.notStrictEqual(buffer, bytes.buffer)
    })

    it("keeps no more memory for an array than its elements need, and shares none", () => {
      const item = decode(encode(owned))
      const all = buffers(item)
      assert.isAbove(all.length, 100)
      assert.strictEqual(new Set(all).size, all.length)
      for (const child of success(Item.asItems(item))) {
        const value: unknown = child._tag === "C2" ? child.value.bytes : child.value
        if (ArrayBuffer.isView(value)) assert.strictEqual(value.buffer.byteLength, value.byteLength)
      }
    })

    it("holds nothing of a buffer of Node's pool either", () => {
      const bytes = Buffer.from(encode(owned))
      const item = decode(bytes)
      bytes.fill(0xee)
      sameItem(item, owned)
    })

    it("reads lists of many texts, short, long and between others, as they were written", () => {
      for (const count of [31, 32, 33, 300]) {
        const texts = Array.from({ length: count }, (_, i) =>
          A(String.fromCharCode(...Array.from({ length: (i * 7) % 41 }, (__, at) => (i * 31 + at * 17) % 256)))
        )
        const item = L(
          A("before"),
          L(texts),
          U4(7),
          L(texts.map((text, i) => (i % 3 === 0 ? U1(i % 256) : text))),
          A("after")
        )
        sameItem(decode(encode(item)), item)
      }
    })

    it("makes each B a view of the bytes where that was asked for, and nothing else", () => {
      const bytes = encode(owned).slice()
      const item = success(ItemCodec.decodeWith({ binary: "view" })(bytes))
      sameItem(item, owned)
      for (const child of success(Item.asItems(item))) {
        const value: unknown = child._tag === "C2" ? child.value.bytes : child.value
        if (ArrayBuffer.isView(value)) assert.strictEqual(value.buffer === bytes.buffer, child._tag === "B")
      }
      const inside = success(ItemCodec.decodeRangeWith({ binary: "view" })(hex("EE EE 21 03 010203 EE"), 2, 7))
      sameItem(inside, B(1, 2, 3))
      sameItem(success(ItemCodec.decodeWith({ binary: "view" })(Buffer.from(hex("21 03 010203")))), B(1, 2, 3))
    })

    it("lets go of every item once it is decoded, encoded or refused", async () => {
      const deep = (depth: number): Item.Item => (depth === 0 ? U1(1, 2) : L(U1(7, 8), deep(depth - 1), L(A("x"))))
      const held: Array<WeakRef<Item.Item>> = []
      const work = (depth: number): void => {
        const item = decode(encode(deep(depth)))
        held.push(...[[0], [1], [1, 1], [2, 0]].map((path) => new WeakRef(success(Item.get(item, ...path)))))
        const unwritable = L(item, L(L(U1(1), A("é"))))
        held.push(new WeakRef(unwritable), new WeakRef(success(Item.get(unwritable, 1, 0, 0))))
        failure(ItemCodec.encodeWith({ text: "ascii" })(unwritable))
      }
      for (const depth of [3, 300, 510]) {
        work(depth)
        // A flat message afterwards: what lies deeper in the stacks is still as it was left.
        encode(decode(hex("01 01 A5 01 07")))
      }
      assert.strictEqual(held.length, 18)
      assert.isTrue(await holdsAfterCollection(() => held.every((ref) => ref.deref() === undefined)))
    })

    it("lets go of what was decoded before a fault", async () => {
      // <L <L <B of 8 MB> <L> and a fault
      const size = 8_000_000
      const bytes = new Uint8Array(size + 14)
      bytes.set(hex("01 02 01 02 23 7A1200"))
      bytes.set(hex("01 01 0D 00 A5 00"), size + 8)
      await holdsAfterCollection(() => false, 5)
      const before = process.memoryUsage().arrayBuffers
      assert.deepStrictEqual([...failure(ItemCodec.decode(bytes)).path], [0, 1, 0])
      assert.isTrue(await holdsAfterCollection(() => process.memoryUsage().arrayBuffers < before + size / 2))
    })

    it("makes plain typed arrays of a Buffer", () => {
      const value = decode(Buffer.from(hex("21 03 010203"))).value
      assert.strictEqual((value as Uint8Array).constructor, Uint8Array)
    })
  })

  describe("encoded bytes", () => {
    it("never overlap, however many are held", () => {
      const items = Array.from({ length: 3000 }, (_, i) =>
        L(U4(i), A("x".repeat(i % 97)), B(new Uint8Array(i % 301).fill(i)))
      )
      const held = items.map(encode)
      held.forEach((bytes, index) => sameItem(decode(bytes), items[index]))
      const ranges = held
        .map((bytes) => ({ buffer: bytes.buffer, start: bytes.byteOffset, end: bytes.byteOffset + bytes.length }))
        .toSorted((a, b) => a.start - b.start)
      for (const [index, a] of ranges.entries()) {
        for (const b of ranges.slice(index + 1)) {
          if (b.start >= a.end) break
          assert.notStrictEqual(a.buffer, b.buffer)
        }
      }
    })

    it("stay as they are whatever is written over the ones before and after", () => {
      const item = L(A("kept"), U4(1, 2, 3))
      const before = encode(U1(1))
      const kept = encode(item)
      const after = encode(U1(2))
      before.fill(0xff)
      after.fill(0xff)
      encode(B(new Uint8Array(70_000).fill(0xff)))
      sameItem(decode(kept), item)
    })

    it("are whole wherever an item meets the end of the slab", () => {
      for (const size of [30, 255, 1000, 5000, 15_000, 17_000, 40_000, 66_000]) {
        const item = L(U2(1), A("é".repeat(size)), L(F8(0.1, 0.2), U4(7)))
        const expected = concat(
          hex("01 03 A9 02 0001"),
          size < 256
            ? Uint8Array.of(0x41, size)
            : size < 65_536
              ? Uint8Array.of(0x42, size >> 8, size)
              : Uint8Array.of(0x43, size >> 16, size >> 8, size),
          new Uint8Array(size).fill(0xe9),
          hex("01 02 81 10 3FB999999999999A 3FC999999999999A B1 04 00000007")
        )
        const held = Array.from({ length: Math.ceil(200_000 / size) }, () => encode(item))
        for (const bytes of held) assert.isTrue(sameBytes(bytes, expected), `${size}`)
      }
    })

    it("are whole when a message of many small items grows past the slab more than once", () => {
      const item = L(Array.from({ length: 50_000 }, (_, i) => L(U4(i), A("abc"))))
      const bytes = encode(item)
      assert.strictEqual(bytes.length, 3 + 50_000 * 13)
      sameItem(decode(bytes), item)
    })

    it("come after the reserved bytes, whatever their number", () => {
      for (const reserve of [0, 1, 14, 300, 65_535, 65_536, 70_000]) {
        for (const item of [U1(7), A("x".repeat(70_000))]) {
          const bytes = success(ItemCodec.encodeAfter(item, reserve))
          bytesAre(bytes.subarray(reserve), encode(item))
        }
      }
    })

    it("survive an item that no constructor made: it throws, and the next one is encoded", () => {
      for (const forged of [
        { format: 0o54, value: {} },
        { format: 0o10, value: {} }
      ]) {
        const inside = L(A("x"))
        ;(inside.value as Array<unknown>)[0] = forged
        for (const item of [forged, inside]) assert.throws(() => ItemCodec.encode(item as never))
        assert.strictEqual(toHex(encode(A("after"))), "41056166746572")
      }
    })

    it("are handed out by no failed encode, and the next one is not touched by it", () => {
      const strict = ItemCodec.encodeWith({ text: "ascii" })
      const before = encode(A("before"))
      for (const good of [0, 1, 20, 3000, 40_000]) {
        const bad = L(
          ...Array.from({ length: Math.min(good, 200) }, () => U4(1)),
          B(new Uint8Array(good)),
          L(A("ok"), A("é"))
        )
        const error = failure(strict(bad))
        assert.deepStrictEqual(
          { ...error.reason },
          { _tag: "BadCharacter", index: 0, codePoint: 0xe9, alphabet: "ASCII" }
        )
        assert.deepStrictEqual(error.path, [Math.min(good, 200) + 1, 1])
        assert.strictEqual(toHex(encode(A("after"))), "41056166746572")
        sameItem(decode(encode(bad)), bad)
      }
      assert.strictEqual(toHex(before), "41066265666f7265")
    })

    it("refuse characters above 7F where text is ASCII, in short and in long text", () => {
      const strict = ItemCodec.encodeWith({ text: "ascii" })
      for (const length of [1, 20, 21, 5000]) {
        const error = failure(strict(A("x".repeat(length - 1) + "\x80")))
        assert.deepStrictEqual(error.path, [])
        assert.deepStrictEqual(
          { ...error.reason },
          { _tag: "BadCharacter", index: length - 1, codePoint: 0x80, alphabet: "ASCII" }
        )
        assert.isTrue(Result.isSuccess(strict(A("x".repeat(length - 1) + "\x7f"))))
      }
    })

    it("refuse an item that was forged past the constructors", () => {
      const forge = Object.getPrototypeOf(U1(1)).constructor as new (format: number, value: unknown) => Item.Item
      const reasons = [
        new forge(0o20, "€"),
        new forge(0o20, `${"x".repeat(30)}€`),
        new forge(0o21, "漢"),
        new forge(0o10, new Uint8Array(16_777_216)),
        new forge(0o00, new Array(16_777_216))
      ].map((item) => ({ ...failure(ItemCodec.encode(L(item))).reason }))
      assert.deepStrictEqual(reasons, [
        { _tag: "BadCharacter", index: 0, codePoint: 0x20ac, alphabet: "latin-1" },
        { _tag: "BadCharacter", index: 30, codePoint: 0x20ac, alphabet: "latin-1" },
        { _tag: "BadCharacter", index: 0, codePoint: 0x6f22, alphabet: "JIS X 0201" },
        { _tag: "TooLong", length: 16_777_216, maximum: 16_777_215 },
        { _tag: "TooLong", length: 16_777_216, maximum: 16_777_215 }
      ])
    })
  })

  it("decodes 00 as false and each of the 255 other bytes as true, and writes 00 and 01", () => {
    const bytes = concat(
      hex("26 0100"),
      Uint8Array.from({ length: 256 }, (_, i) => i)
    )
    const item = decode(bytes)
    assert.deepStrictEqual(success(Item.asBooleans(item)), [false, ...Array.from({ length: 255 }, () => true)])
    bytesAre(encode(item), concat(hex("26 0100 00"), repeat(hex("01"), 255)))
  })

  it("gives every byte of A its own character, and every byte of J, and both come back", () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i)
    const text = concat(hex("42 0100"), all)
    assert.strictEqual(
      success(Item.asText(decode(text))),
      Array.from(all, (byte) => String.fromCharCode(byte)).join("")
    )
    bytesAre(encode(decode(text)), text)
    const jis = concat(hex("46 0100"), all)
    assert.strictEqual(new Set(success(Item.asText(decode(jis)))).size, 256)
    bytesAre(encode(decode(jis)), jis)
  })
})

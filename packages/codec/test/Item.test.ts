import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as HashSet from "effect/HashSet"
import * as Result from "effect/Result"
import { type ItemAccessError, ItemValueError } from "../src/CodecError.ts"
import type { Format } from "../src/FormatCode.ts"
import * as Item from "../src/Item.ts"
import { toHex } from "./support/bytes.ts"
import { failure, sameItem, success, thrown } from "./support/expect.ts"

const { A, B, BOOLEAN, C2, F4, F8, I1, I2, I4, I8, J, L, U1, U2, U4, U8 } = Item

/** The reason of the error `make` returns, by its fields. */
const reasonOf = <F extends Format>(format: F, values: Item.Values[F]) => {
  const error = failure(Item.make(format, values))
  assert.instanceOf(error, ItemValueError)
  assert.strictEqual(error.format, format)
  return { ...error.reason }
}

const wrong = (values: unknown): never => values as never

/** Text under the headers that name an encoding of a script: header, text, bytes. By hand from the code charts. */
const localized = [
  [5, "แผ่น A", "e1bce8b92041"],
  [6, "฿25", "df3235"],
  [8, "ウェハ A", "83458346836e2041"],
  [8, "ｳｪﾊ", "b3aaca"],
  [9, "ウェハ", "a5a6a5a7a5cf"],
  [9, "ｳｪﾊ", "8eb38eaa8eca"],
  [10, "웨이퍼", "bffec0ccc6db"],
  [11, "晶圆€😀", "bea7d4b2a2e39439fc36"],
  [12, "晶圆€", "bea7d4b280"],
  [13, "晶圓", "b4b9b6ea"]
] as const

describe("Item", () => {
  describe("constructors", () => {
    it("take no value, one, several, an array of them, and a typed array", () => {
      sameItem(U2(), U2([]))
      sameItem(U2(7), U2([7]))
      sameItem(U2(7, 8), U2([7, 8]))
      sameItem(U2([7, 8]), U2(Uint16Array.of(7, 8)))
      sameItem(U2(7), U2(Uint16Array.of(7)))
      sameItem(B(1, 2), B(Uint8Array.of(1, 2)))
      sameItem(B(1, 2), B(Buffer.from([1, 2])))
      sameItem(BOOLEAN(true, false), BOOLEAN([true, false]))
      sameItem(U8(1n, 2n), U8(BigUint64Array.of(1n, 2n)))
      sameItem(L(U1(1), A("x")), L([U1(1), A("x")]))
      sameItem(L(L()), L([L()]))
      assert.strictEqual(Item.count(L(L())), 1)
    })

    it("hold one value as itself, and any other number as an array", () => {
      assert.strictEqual(U4(7).value, 7)
      assert.strictEqual(U4([7]).value, 7)
      assert.strictEqual(I8(7).value, 7n)
      assert.strictEqual(BOOLEAN(true).value, true)
      assert.deepStrictEqual(U4().value, new Uint32Array(0))
      assert.deepStrictEqual(U4(7, 8).value, Uint32Array.of(7, 8))
      assert.deepStrictEqual(BOOLEAN().value, [])
      assert.deepStrictEqual(B(7).value, Uint8Array.of(7))
      assert.strictEqual(A("x").value, "x")
    })

    it("make the array of their format, whatever array they are given", () => {
      const arrays = [
        [I1, Int8Array],
        [I2, Int16Array],
        [I4, Int32Array],
        [U1, Uint8Array],
        [U2, Uint16Array],
        [U4, Uint32Array],
        [F4, Float32Array],
        [F8, Float64Array]
      ] as const
      for (const [make, Ctor] of arrays) {
        for (const values of [
          [1, 2],
          Uint8Array.of(1, 2),
          Int32Array.of(1, 2),
          Float64Array.of(1, 2),
          Buffer.from([1, 2])
        ]) {
          const value: unknown = make(values).value
          assert.strictEqual((value as object).constructor, Ctor)
          assert.deepStrictEqual(Array.from(value as Iterable<number>), [1, 2])
        }
      }
      assert.strictEqual((I8(1, 2).value as object).constructor, BigInt64Array)
      assert.strictEqual((U8(1, 2).value as object).constructor, BigUint64Array)
      assert.strictEqual((B(Buffer.from([1])).value as object).constructor, Uint8Array)
    })

    it("copy what they are given", () => {
      const bytes = Uint8Array.of(1, 2)
      const numbers = Uint32Array.of(1, 2)
      const flags = [true, false]
      const children = [U1(1)]
      const item = L(B(bytes), U4(numbers), BOOLEAN(flags), L(children), C2(2, bytes), U1(bytes))
      bytes.fill(9)
      numbers.fill(9)
      flags.fill(false)
      children.push(U1(2))
      sameItem(item, L(B(1, 2), U4(1, 2), BOOLEAN(true, false), L(U1(1)), C2(2, [1, 2]), U1(1, 2)))
    })

    it.each([
      ["B", 0, 255],
      ["I1", -128, 127],
      ["I2", -32768, 32767],
      ["I4", -2147483648, 2147483647],
      ["U1", 0, 255],
      ["U2", 0, 65535],
      ["U4", 0, 4294967295]
    ] as const)("%s takes integers from %d to %d and refuses the next", (format, minimum, maximum) => {
      sameItem(success(Item.make(format, [minimum, maximum])), success(Item.make(format, [minimum, maximum])))
      assert.deepStrictEqual(success(Item.asNumbers(success(Item.make(format, [minimum, maximum])))), [
        minimum,
        maximum
      ])
      for (const value of [minimum - 1, maximum + 1, 0.5, -0.5, NaN, Infinity, -Infinity, 1e300]) {
        const expected = {
          _tag: "OutOfRange",
          value: String(value),
          minimum: String(minimum),
          maximum: String(maximum)
        } as const
        assert.deepStrictEqual(reasonOf(format, [value]), { ...expected, index: 0 })
        assert.deepStrictEqual(reasonOf(format, [1, 1, value, 1]), { ...expected, index: 2 })
        assert.deepStrictEqual(reasonOf(format, Float64Array.of(1, value)), { ...expected, index: 1 })
      }
    })

    it.each([
      ["I8", -(2n ** 63n), 2n ** 63n - 1n],
      ["U8", 0n, 2n ** 64n - 1n]
    ] as const)("%s takes bigints from %d to %d and refuses the next", (format, minimum, maximum) => {
      const item = success(Item.make(format, [minimum, maximum]))
      assert.deepStrictEqual(success(Item.asBigInts(item)), [minimum, maximum])
      for (const value of [minimum - 1n, maximum + 1n, 2n ** 70n]) {
        assert.deepStrictEqual(reasonOf(format, [1n, value]), {
          _tag: "OutOfRange",
          index: 1,
          value: String(value),
          minimum: String(minimum),
          maximum: String(maximum)
        })
      }
    })

    it("take safe integers for 64-bit formats, and no other number", () => {
      sameItem(U8(Number.MAX_SAFE_INTEGER), U8(9007199254740991n))
      sameItem(I8([-1, 2n]), I8(-1n, 2n))
      for (const value of [2 ** 53, 0.5, NaN, Infinity]) {
        assert.deepStrictEqual(reasonOf("U8", [value]), {
          _tag: "WrongType",
          index: 0,
          expected: "bigint or safe integer",
          seen: `number ${value}`
        })
      }
      assert.strictEqual(reasonOf("U8", [-1])._tag, "OutOfRange")
      assert.strictEqual(reasonOf("U8", BigInt64Array.of(1n, -1n))._tag, "OutOfRange")
    })

    it("make 0 of -0 in integer formats, and keep it in floats", () => {
      for (const make of [I1, I2, I4, U1, U2, U4]) {
        assert.isTrue(Object.is(make(-0).value, 0))
        assert.isTrue(Equal.equals(make(-0), make(0)))
      }
      for (const make of [F4, F8]) {
        assert.isTrue(Object.is(make(-0).value, -0))
        assert.isFalse(Equal.equals(make(-0), make(0)))
      }
    })

    it("round F4 to the nearest single, and refuse a finite value that would become infinite", () => {
      assert.strictEqual(F4(0.1).value, Math.fround(0.1))
      assert.deepStrictEqual(F4(0.1, 16777217).value, Float32Array.of(0.1, 16777216))
      assert.strictEqual(F4(3.4028234663852886e38).value, 3.4028234663852886e38)
      assert.strictEqual(F4(1e-50).value, 0)
      assert.strictEqual(F4(Infinity).value, Infinity)
      assert.isNaN(F4(NaN).value)
      for (const value of [1e39, -1e39, 3.4028235677973366e38, Number.MAX_VALUE]) {
        const expected = {
          _tag: "OutOfRange",
          value: String(value),
          minimum: "-3.4028234663852886e+38",
          maximum: "3.4028234663852886e+38"
        } as const
        assert.deepStrictEqual(reasonOf("F4", [value]), { ...expected, index: 0 })
        assert.deepStrictEqual(reasonOf("F4", Float64Array.of(0, value)), { ...expected, index: 1 })
      }
      assert.strictEqual(F4(3.4028235e38).value, 3.4028234663852886e38)
      assert.strictEqual(F8(1e39).value, 1e39)
    })

    it("take latin-1 for A and refuse the first character beyond", () => {
      assert.strictEqual(A("\0\x7f\x80\xff").value, "\0\x7f\x80\xff")
      assert.deepStrictEqual(reasonOf("A", "ab€"), {
        _tag: "BadCharacter",
        index: 2,
        codePoint: 0x20ac,
        alphabet: "latin-1"
      })
      assert.deepStrictEqual(reasonOf("A", "x".repeat(70_000) + "\u{100}"), {
        _tag: "BadCharacter",
        index: 70_000,
        codePoint: 0x100,
        alphabet: "latin-1"
      })
      assert.strictEqual((reasonOf("A", "😀") as { codePoint: number }).codePoint, 0x1f600)
    })

    it("take JIS X 0201 for J, backslash as yen and tilde as overline, and refuse full-width kana", () => {
      assert.strictEqual(J("\\~¥‾ｱﾟ｡A\n").value, "¥‾¥‾ｱﾟ｡A\n")
      sameItem(J("\\"), J("¥"))
      for (const [text, codePoint] of [
        ["aア", 0x30a2],
        ["a漢", 0x6f22],
        ["a\u{ff60}", 0xff60],
        ["a\u{ffa0}", 0xffa0],
        ["a\u{b1}", 0xb1]
      ] as const) {
        assert.deepStrictEqual(reasonOf("J", text), {
          _tag: "BadCharacter",
          index: 1,
          codePoint,
          alphabet: "JIS X 0201"
        })
      }
    })

    it("encode text of C2 under headers 1 to 6 and 8 to 13, and take bytes under any", () => {
      assert.deepStrictEqual(C2(1, "A半").value.bytes, Uint8Array.of(0x00, 0x41, 0x53, 0x4a))
      assert.deepStrictEqual(C2(2, "é").value.bytes, Uint8Array.of(0xc3, 0xa9))
      assert.deepStrictEqual(C2(3, "A").value.bytes, Uint8Array.of(0x41))
      assert.deepStrictEqual(C2(4, "é").value.bytes, Uint8Array.of(0xe9))
      for (const [lsh, text, bytes] of localized) {
        const item = C2(lsh, text)
        assert.strictEqual(toHex(item.value.bytes as Uint8Array), bytes)
        assert.strictEqual(success(Item.asText(item)), text)
      }
      assert.deepStrictEqual(C2(0xffff, [1, 2]).value.bytes, Uint8Array.of(1, 2))
      assert.strictEqual(C2(0xffff, [1, 2]).value.lsh, 0xffff)
      for (const lsh of [0, 7, 14, 255]) {
        assert.strictEqual(reasonOf("C2", { lsh, bytes: "A" })._tag, "WrongType")
      }
      for (const lsh of [-1, 0x1_0000, 0.5, NaN]) {
        assert.strictEqual(reasonOf("C2", { lsh, bytes: [] })._tag, "OutOfRange")
      }
    })

    it("refuse text that the encoding of a C2 does not have", () => {
      for (const [lsh, text, codePoint, alphabet] of [
        [1, "a😀", 0x1f600, "UCS-2"],
        [1, "a\ud800", 0xd800, "UCS-2"],
        [2, "a\ud800", 0xd800, "UTF-8"],
        [2, "a\udc00b", 0xdc00, "UTF-8"],
        [3, "aé", 0xe9, "ASCII"],
        [4, "a€", 0x20ac, "latin-1"],
        [4, "a\udc80", 0xdc80, "latin-1"],
        [6, "a半", 0x534a, "windows-874"],
        [8, "a한", 0xd55c, "shift_jis"],
        [9, "a한", 0xd55c, "euc-jp"],
        [10, "aใ", 0xe43, "euc-kr"],
        [11, "a\ud800", 0xd800, "gb18030"],
        [12, "a😀", 0x1f600, "gbk"],
        [13, "a圆", 0x5706, "big5"],
        [13, "a\udc80", 0xdc80, "big5"]
      ] as const) {
        assert.deepStrictEqual(reasonOf("C2", { lsh, bytes: text }), {
          _tag: "BadCharacter",
          index: 1,
          codePoint,
          alphabet
        })
      }
      assert.deepStrictEqual(C2(2, "😀").value.bytes, Uint8Array.of(0xf0, 0x9f, 0x98, 0x80))
    })

    it("refuse values of another type, with their index", () => {
      for (const [format, values, expected, seen, index] of [
        ["U1", [1, "2"], "number", "string", 1],
        ["U1", [1n], "number", "bigint 1", 0],
        ["U1", [undefined], "number", "undefined", 0],
        ["F4", [null], "number", "null", 0],
        ["F8", [0, true], "number", "boolean", 1],
        ["F8", "1.5", "array", "string", 0],
        ["U8", ["1"], "bigint or safe integer", "string", 0],
        ["B", ["a"], "number", "string", 0],
        ["B", "ab", "array", "string", 0],
        ["BOOLEAN", [true, 1], "boolean", "number 1", 1],
        ["BOOLEAN", [true, undefined, true], "boolean", "undefined", 1],
        ["A", 1, "string", "number 1", 0],
        ["A", [65], "string", "Array", 0],
        ["J", undefined, "string", "undefined", 0],
        ["L", [U1(1), 2], "item", "number 2", 1],
        ["L", [{ _tag: "U1", format: 0o51, value: 1 }], "item", "Object", 0],
        ["C2", { lsh: "2", bytes: [] }, "number", "string", 0],
        ["C2", { lsh: 2, bytes: [1, "2"] }, "number", "string", 1]
      ] as const) {
        assert.deepStrictEqual(reasonOf(format, wrong(values)), { _tag: "WrongType", index, expected, seen })
      }
    })

    it("refuse what is no array where values come in one", () => {
      const formats = ["L", "B", "BOOLEAN", "I8", "I1", "I2", "I4", "F8", "F4", "U8", "U1", "U2", "U4"] as const
      for (const format of formats) {
        for (const [index, values] of [
          7,
          null,
          undefined,
          {},
          new Set([1]),
          { length: -1 },
          { length: "2" },
          { length: 0.5 },
          true
        ].entries()) {
          const reason = reasonOf(format, wrong(values))
          assert.strictEqual(reason._tag, "WrongType", `${format} ${index}`)
        }
      }
      for (const values of [null, undefined, 7, "x"]) {
        assert.strictEqual(reasonOf("C2", wrong(values))._tag, "WrongType")
      }
      for (const bytes of [null, undefined, 7, {}]) {
        assert.strictEqual(reasonOf("C2", wrong({ lsh: 2, bytes }))._tag, "WrongType")
      }
    })

    it("throw the error that make returns", () => {
      for (const make of [
        () => U1(256),
        () => A("€"),
        () => J("漢"),
        () => C2(3, "é"),
        () => F4(1e39),
        () => L(wrong(1)),
        () => BOOLEAN(wrong(1)),
        () => B(wrong("a")),
        () => U8(-1n)
      ]) {
        assert.instanceOf(thrown(make), ItemValueError)
      }
    })

    it("make long items from arrays", () => {
      const numbers = Array.from({ length: 100_000 }, (_, i) => i & 0xff)
      assert.deepStrictEqual(success(Item.asNumbers(U1(numbers))), numbers)
      const items = L(numbers.map((n) => U1(n)))
      assert.strictEqual(Item.count(items), 100_000)
      assert.strictEqual(success(Item.asNumber(items, 99_999)), 99_999 & 0xff)
      assert.strictEqual(reasonOf("U1", [...numbers, 256])._tag, "OutOfRange")
    })

    it("hold as many values as 16 777 215 bytes do, and refuse one more", () => {
      const most = { L: 1, B: 1, BOOLEAN: 1, I1: 1, I2: 2, I4: 4, I8: 8, U1: 1, U2: 2, U4: 4, U8: 8, F4: 4, F8: 8 }
      for (const [format, size] of Object.entries(most)) {
        const maximum = Math.floor(16_777_215 / size)
        assert.deepStrictEqual(reasonOf(format as Format, wrong({ length: maximum + 1 })), {
          _tag: "TooLong",
          length: maximum + 1,
          maximum
        })
      }
      assert.strictEqual(Item.count(U8(new BigUint64Array(2_097_151))), 2_097_151)
      assert.strictEqual(reasonOf("U8", new BigUint64Array(2_097_152))._tag, "TooLong")
      assert.strictEqual(Item.count(A("x".repeat(16_777_215))), 16_777_215)
      assert.strictEqual(reasonOf("A", "x".repeat(16_777_216))._tag, "TooLong")
      assert.strictEqual(reasonOf("J", "x".repeat(16_777_216))._tag, "TooLong")
      assert.strictEqual(Item.count(C2(2, new Uint8Array(16_777_213))), 16_777_213)
      assert.deepStrictEqual(reasonOf("C2", { lsh: 2, bytes: new Uint8Array(16_777_214) }), {
        _tag: "TooLong",
        length: 16_777_216,
        maximum: 16_777_215
      })
    })
  })

  describe("guards", () => {
    const one: ReadonlyArray<Item.Item> = [
      L(),
      B(),
      BOOLEAN(),
      A(""),
      J(""),
      C2(0, []),
      I8(),
      I1(),
      I2(),
      I4(),
      F8(),
      F4(),
      U8(),
      U1(),
      U2(),
      U4()
    ]

    it("tell each of the sixteen formats from the others", () => {
      for (const item of one) {
        assert.deepStrictEqual(
          one.filter((other) => Item.is(item._tag)(other)).map((other) => other._tag),
          [item._tag]
        )
      }
    })

    it("tell items from everything else", () => {
      assert.isTrue(one.every(Item.isItem))
      for (const other of [undefined, null, 1, "x", [], {}, { _tag: "U1", format: 0o51, value: 1 }]) {
        assert.isFalse(Item.isItem(other))
      }
    })

    it("tell ASCII from the rest of latin-1", () => {
      assert.isTrue(Item.isAscii(A("\0 ~\x7f")))
      assert.isTrue(Item.isAscii(A("")))
      assert.isFalse(Item.isAscii(A("abc\x80")))
    })
  })

  describe("reading", () => {
    const report = L(U4(1), A("x"), L(L(U4(1001), L(F4(3.5), BOOLEAN(true), I2(-5), U8(2n ** 60n), I1(1, 2)))))

    it("finds an item by its path", () => {
      sameItem(success(Item.get(report)), report)
      sameItem(success(Item.get(report, 1)), A("x"))
      sameItem(success(Item.get(report, 2, 0, 1, 2)), I2(-5))
    })

    it("says where a path ends, in what, and how many elements that has", () => {
      for (const [path, at, format, count] of [
        [[3], [3], "L", 3],
        [[2, 1, 5], [2, 1], "L", 1],
        [[1, 0], [1, 0], "A", 0],
        [[0, 7, 7, 7], [0, 7], "U4", 0],
        [[-1], [-1], "L", 3],
        [[0.5], [0.5], "L", 3],
        [[NaN], [NaN], "L", 3],
        [[Infinity], [Infinity], "L", 3]
      ] as const) {
        const error = failure(Item.get(report, ...path))
        assert.deepStrictEqual({ ...error.reason }, { _tag: "NoSuchItem", format, count })
        assert.deepStrictEqual([...error.path], [...at])
        assert.deepStrictEqual(failure(Item.asNumber(report, ...path)).path, error.path)
      }
    })

    it("reads one value, whichever way the item holds it", () => {
      assert.strictEqual(success(Item.asNumber(report, 2, 0, 0)), 1001)
      assert.strictEqual(success(Item.asNumber(report, 2, 0, 1, 0)), 3.5)
      assert.strictEqual(success(Item.asBoolean(report, 2, 0, 1, 1)), true)
      assert.strictEqual(success(Item.asText(report, 1)), "x")
      assert.strictEqual(success(Item.asBigInt(report, 2, 0, 1, 3)), 2n ** 60n)
      assert.strictEqual(success(Item.asNumber(B(7))), 7)
      assert.strictEqual(success(Item.asNumber(U8(7n))), 7)
      assert.strictEqual(success(Item.asBigInt(I1(-7))), -7n)
    })

    it("reads all values, be it none, one or many", () => {
      for (const make of [B, I1, I2, I4, F4, F8, U1, U2, U4, I8, U8]) {
        for (const values of [[], [1], [1, 2, 3]]) {
          assert.deepStrictEqual(success(Item.asNumbers(make(values))), values)
          assert.strictEqual(Item.count(make(values)), values.length)
          if (make === F4 || make === F8) continue
          assert.deepStrictEqual(success(Item.asBigInts(make(values))), values.map(BigInt))
        }
      }
      for (const values of [[], [true], [true, false]]) {
        assert.deepStrictEqual(success(Item.asBooleans(BOOLEAN(values))), values)
      }
      assert.deepStrictEqual(success(Item.asItems(L(U1(1)))), [U1(1)])
      assert.deepStrictEqual(success(Item.asItems(L())), [])
    })

    it("counts elements, bytes and characters", () => {
      assert.strictEqual(Item.count(report), 3)
      assert.strictEqual(Item.count(A("abc")), 3)
      assert.strictEqual(Item.count(J("")), 0)
      assert.strictEqual(Item.count(C2(1, "ab")), 4)
      assert.strictEqual(Item.count(BOOLEAN(false)), 1)
    })

    it("refuses one value where there are none or many, with their number", () => {
      for (const [read, item, seen] of [
        [Item.asNumber, U1(), 0],
        [Item.asNumber, F4(1, 2), 2],
        [Item.asBigInt, I8(1, 2, 3), 3],
        [Item.asBoolean, BOOLEAN(), 0]
      ] as const) {
        const error = failure<unknown, ItemAccessError>((read as typeof Item.asNumber)(L(item), 0))
        assert.deepStrictEqual({ ...error.reason }, { _tag: "WrongCount", expected: 1, seen })
        assert.deepStrictEqual([...error.path], [0])
      }
    })

    it("refuses another format than the one read, by name", () => {
      const every = [
        L(),
        B(),
        BOOLEAN(),
        A(""),
        J(""),
        C2(2, ""),
        I8(),
        I1(),
        I2(),
        I4(),
        F8(),
        F4(),
        U8(),
        U1(),
        U2(),
        U4()
      ]
      const accepted = (read: (item: Item.Item) => Result.Result<unknown, ItemAccessError>) =>
        every
          .filter((item) => {
            const result = read(item)
            const seen = item._tag === "C2" ? "C2 with header 2" : item._tag
            if (Result.isFailure(result)) {
              assert.deepInclude({ ...result.failure.reason }, { _tag: "WrongFormat", seen })
            }
            return Result.isSuccess(result)
          })
          .map((item) => item._tag)
          .join(" ")
      assert.strictEqual(accepted(Item.asItems), "L")
      assert.strictEqual(accepted(Item.asText), "A J C2")
      assert.strictEqual(accepted(Item.asBytes), "B")
      assert.strictEqual(accepted(Item.asBooleans), "BOOLEAN")
      assert.strictEqual(accepted(Item.asNumbers), "B I8 I1 I2 I4 F8 F4 U8 U1 U2 U4")
      assert.strictEqual(accepted(Item.asBigInts), "B I8 I1 I2 I4 U8 U1 U2 U4")
    })

    it("refuses 64-bit integers that a number cannot hold, and reads them as bigint", () => {
      for (const value of [2n ** 53n, 9007199254740993n, -(2n ** 53n) - 1n]) {
        const error = failure(Item.asNumbers(I8(1n, value)))
        assert.deepStrictEqual({ ...error.reason }, { _tag: "UnsafeInteger", value: String(value) })
        assert.deepStrictEqual(success(Item.asBigInts(I8(1n, value))), [1n, value])
      }
      assert.strictEqual(success(Item.asNumber(U8(2n ** 53n - 1n))), Number.MAX_SAFE_INTEGER)
    })

    it("reads the text of a C2 in the encoding its header names", () => {
      for (const [lsh, bytes, text] of [
        [1, [0x00, 0x41, 0x53, 0x4a], "A半"],
        [2, [0xe5, 0x8d, 0x8a, 0xe5, 0xb0, 0x8e, 0xe4, 0xbd, 0x93], "半導体"],
        [2, [0xef, 0xbb, 0xbf, 0x41], "\ufeffA"],
        [3, [0x41, 0x42], "AB"],
        [4, [0xe9, 0x80], "é\x80"],
        [6, [0xa1], "ก"],
        [8, [0x93, 0xfa, 0x96, 0x7b], "日本"],
        [9, [0xc6, 0xfc, 0xcb, 0xdc], "日本"],
        [10, [0xb9, 0xdd], "반"],
        [11, [0xb0, 0xeb], "半"],
        [12, [0xb0, 0xeb], "半"],
        [13, [0xa5, 0x62], "半"]
      ] as const) {
        assert.strictEqual(success(Item.asText(C2(lsh, bytes))), text)
      }
    })

    it("refuses the text of a C2 in no known encoding, or with bytes that are not in it", () => {
      for (const [lsh, bytes] of [
        [0, [0x41]],
        [7, [0x41]],
        [14, [0x41]],
        [255, []],
        [1, [0x00]],
        [2, [0xff]],
        [3, [0x80]],
        [8, [0xfd, 0xff]]
      ] as const) {
        assert.strictEqual(failure(Item.asText(C2(lsh, bytes))).reason._tag, "WrongFormat")
        assert.deepStrictEqual(Array.from(C2(lsh, bytes).value.bytes), [...bytes])
      }
    })

    it("gives bytes that are the caller's to change", () => {
      const item = B(1, 2, 3)
      success(Item.asBytes(item)).fill(9)
      sameItem(item, B(1, 2, 3))
    })
  })

  describe("equality", () => {
    const different: ReadonlyArray<Item.Item> = [
      L(),
      L(L()),
      L(L(), L()),
      L(L(L())),
      L(U1(1), U1(2)),
      L(U1(2), U1(1)),
      A(""),
      J(""),
      B(),
      B(1),
      U1(),
      U1(1),
      U1(1, 0),
      I1(1),
      U2(1),
      U4(1),
      U8(1),
      I8(1),
      F4(1),
      F8(1),
      F8(0),
      F8(-0),
      F8(NaN),
      F8(0, 0),
      F8(0, -0),
      BOOLEAN(true),
      BOOLEAN(false),
      BOOLEAN(true, false),
      A("1"),
      J("1"),
      C2(0, []),
      C2(1, []),
      C2(1, [0, 1]),
      C2(1, [0, 2]),
      L(A("x"), L(U4(1), F4(NaN))),
      L(A("x"), L(U4(1), F4(0)))
    ]

    it("holds of items with the same values and of no others", () => {
      different.forEach((a, i) =>
        different.forEach((b, j) => assert.strictEqual(Equal.equals(a, b), i === j, `${a} ${b}`))
      )
    })

    it("does not depend on how an item was made, and hashes agree", () => {
      for (const [a, b] of [
        [U4(1, 2), U4(Uint32Array.of(1, 2))],
        [F4(0.1), F4(Math.fround(0.1))],
        [F8(NaN), F8([0 / 0])],
        [I8(1), I8(1n)],
        [L(A("x"), L(BOOLEAN(true))), L([A("x"), L([BOOLEAN([true])])])],
        [J("\\"), J("¥")],
        [C2(2, "é"), C2(2, [0xc3, 0xa9])],
        [U1(-0), U1(0)]
      ] as const) {
        assert.isTrue(Equal.equals<Item.Item, Item.Item>(a, b))
        assert.strictEqual(Hash.hash(a), Hash.hash(b))
      }
    })

    it("sees a difference at the end of what is long, beyond what a hash looks at", () => {
      const many = (last: Item.Item): Item.Item => L([...Array.from({ length: 100 }, (_, i) => U4(i)), last])
      const ends = [L(), L(L()), L(U1(1)), L(U1(1), U1(2)), U1(1), A(""), A("x"), C2(1, []), C2(2, [])]
      ends.forEach((a, i) => ends.forEach((b, j) => assert.strictEqual(Equal.equals(many(a), many(b)), i === j)))
      for (const make of [B, U1, I1, U2, I2, U4, I4, U8, I8, F4, F8]) {
        const long = (last: number) => make([...new Array<number>(50).fill(1), last])
        assert.isTrue(Equal.equals<Item.Item, Item.Item>(long(2), long(2)))
        assert.isFalse(Equal.equals<Item.Item, Item.Item>(long(2), long(3)))
      }
      const bytes = new Array<number>(50).fill(1)
      assert.isFalse(Equal.equals(C2(2, [...bytes, 2]), C2(2, [...bytes, 3])))
      const flags = new Array<boolean>(50).fill(true)
      assert.isFalse(Equal.equals(BOOLEAN([...flags, true]), BOOLEAN([...flags, false])))
    })

    it("holds of no item and what only looks like one", () => {
      assert.isFalse(Equal.equals<unknown, unknown>(U1(1), { format: 0o51, value: 1 }))
      assert.isFalse(Equal.equals<unknown, unknown>(U1(1), 1))
      assert.isFalse(Equal.equals<unknown, unknown>(U1(1), undefined))
    })

    it("makes items keys of Effect's collections", () => {
      const set = HashSet.make<Array<Item.Item>>(...different, ...different.map((item) => L(item)))
      assert.strictEqual(
        HashSet.size(set),
        new Set([...different, ...different.map((item) => L(item))].map(String)).size
      )
      assert.isTrue(HashSet.has(set, L(A("x"), L(U4(1), F4(NaN)))))
      assert.isFalse(HashSet.has(set, A("nowhere")))
    })
  })

  describe("types", () => {
    it("let nobody change an item", () => {
      const list = L(U4(1, 2))
      const numbers = U4(1, 2)
      const bytes = B(1)
      const flags = BOOLEAN(true, false)
      const localized = C2(2, "é")
      const change = (): void => {
        // @ts-expect-error an item's value is read only
        list.value = []
        // @ts-expect-error a list's children are read only
        list.value.push(U1(1))
        // @ts-expect-error a list's children are read only
        list.value[0] = U1(1)
        // @ts-expect-error an item's format is read only
        numbers.format = 0
        if (typeof numbers.value === "object") {
          // @ts-expect-error elements are read only
          numbers.value[0] = 9
          // @ts-expect-error no method of a read-only array changes it
          numbers.value.fill(9)
          // @ts-expect-error the memory below is not handed out
          void numbers.value.buffer
        }
        // @ts-expect-error bytes are read only
        bytes.value[0] = 9
        // @ts-expect-error a value that is read is not one that may be written
        const writable: Uint8Array = bytes.value
        // @ts-expect-error booleans are read only
        if (typeof flags.value === "object") flags.value[0] = false
        // @ts-expect-error the header of a C2 is read only
        localized.value.lsh = 1
        // @ts-expect-error the bytes of a C2 are read only
        localized.value.bytes[0] = 1
        void writable
      }
      assert.isFunction(change)
    })

    it("narrow by tag, by format and by guard", () => {
      const read = (item: Item.Item): string => {
        if (item._tag === "A") return item.value.toUpperCase()
        if (item.format === 0o21) return item.value.toLowerCase()
        if (Item.is("U8")(item)) return typeof item.value === "bigint" ? item.value.toString(16) : item.value.join()
        // @ts-expect-error what is left is no text
        void (item._tag === "A")
        return item._tag
      }
      assert.deepStrictEqual([A("a"), J("B"), U8(255), U8(1, 2), L()].map(read), ["A", "b", "ff", "1,2", "L"])
    })

    it("take what a format holds and nothing else", () => {
      const mistakes = (): void => {
        // @ts-expect-error a number is no text
        A(1)
        // @ts-expect-error text is no number
        U1("1")
        // @ts-expect-error a bigint is no 32-bit integer
        U4(1n)
        // @ts-expect-error a number is no boolean
        BOOLEAN(1)
        // @ts-expect-error a number is no item
        L(1)
        // @ts-expect-error there is no such format
        void Item.make("U3", [1])
        // @ts-expect-error values of another format
        void Item.make("A", [1])
      }
      assert.isFunction(mistakes)
      const made: Result.Result<Item.U4, ItemValueError> = Item.make("U4", [1])
      assert.isTrue(Result.isSuccess(made))
    })
  })

  it("is not made of a format that is none, even where every object has such a property", () => {
    for (const format of ["valueOf", "toString", "U3", "__proto__"]) {
      const error = failure(Item.make(format as never, [] as never))
      assert.deepInclude({ ...error.reason }, { _tag: "WrongType", seen: format })
    }
  })

  describe("toString", () => {
    it.each([
      [L(), "<L [0]>"],
      [L(A("MDLN"), U4(1)), '<L [2] <A "MDLN"> <U4 1>>'],
      [L(L(), L(L(U1(1)))), "<L [2] <L [0]> <L [1] <L [1] <U1 1>>>>"],
      [A('a"b\\c\n\x7f'), '<A "a\\"b\\\\c\\x0a\\x7f">'],
      [J("ｱ"), '<J "ｱ">'],
      [A("\x9b31m"), '<A "\\x9b31m">'],
      [C2(2, "a\u202eb"), '<C2 2 "a\\u202eb">'],
      [C2(2, "\u200f\u{e0041}\ufeff"), '<C2 2 "\\u200f\\udb40\\udc41\\ufeff">'],
      [C2(2, "é"), '<C2 2 "é">'],
      [C2(2, Uint8Array.of(0xc3)), "<C2 2 0xc3>"],
      [C2(Item.Lsh.Iscii, []), "<C2 7 [0]>"],
      [F4(0.1, 16777216, 3.4028234663852886e38, 1e-45, -0), "<F4 0.1 16777216 3.4028235e+38 1e-45 -0>"],
      [B(0, 255), "<B 0x00 0xff>"],
      [BOOLEAN(true), "<BOOLEAN T>"],
      [BOOLEAN(true, false), "<BOOLEAN T F>"],
      [U8(2n ** 64n - 1n), "<U8 18446744073709551615>"],
      [F8(-0, NaN, -Infinity), "<F8 -0 NaN -Infinity>"],
      [U1(), "<U1 [0]>"]
    ] as const)("shows an item as one line of SML: %s", (item, text) => {
      assert.strictEqual(item.toString(), text)
      assert.strictEqual(`${item}`, text)
      assert.strictEqual(JSON.stringify(item), JSON.stringify(text))
    })

    it("cuts what is long and says how many there were", () => {
      assert.strictEqual(`${U1(new Uint8Array(17))}`, `<U1 [17]${" 0".repeat(16)} …>`)
      assert.strictEqual(`${A("x".repeat(65))}`, `<A "${"x".repeat(64)}…">`)
      const long = `${L(Array.from({ length: 10_000 }, () => A("x".repeat(100))))}`
      assert.isBelow(long.length, 1200)
      assert.isTrue(long.startsWith("<L [10000] <A"))
      assert.isTrue(long.endsWith("…"))
    })
  })

  it("is made of a value as it is, unchecked and uncopied, equal to one that was checked", () => {
    const values = Uint32Array.of(7, 8)
    assert.strictEqual(Item.makeUnsafe("U4", values).value, values)
    assert.isTrue(Equal.equals(Item.makeUnsafe("U4", values), Item.U4(7, 8)))
    assert.isTrue(Equal.equals(Item.makeUnsafe("L", [Item.makeUnsafe("A", "x")]), Item.L(Item.A("x"))))
    assert.strictEqual(Item.makeUnsafe("U1", 256)._tag, "U1")
  })
})

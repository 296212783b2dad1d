import { Item, ItemCodec, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as ItemJson from "../src/ItemJson.ts"
import { Items, Messages, Plains, runs } from "./support/draw.ts"
import { failure, sameItem, success } from "./support/expect.ts"

const { A, B, BOOLEAN, C2, F4, F8, I1, I2, I4, I8, J, L, U1, U2, U4, U8 } = Item

/** The item of these bytes, which constructors cannot make where NaNs have payloads. */
const wire = (...bytes: ReadonlyArray<number>): Item.Item => success(ItemCodec.decode(Uint8Array.from(bytes)))

const sameBytes = (actual: Item.Item, expected: Item.Item): void =>
  assert.deepStrictEqual(success(ItemCodec.encode(actual)), success(ItemCodec.encode(expected)))

const rows: ReadonlyArray<readonly [Item.Item, string]> = [
  [L(), '{"L":[]}'],
  [L(A("x"), L(U1(1)), L()), '{"L":[{"A":"x"},{"L":[{"U1":[1]}]},{"L":[]}]}'],
  [A(""), '{"A":""}'],
  [A('say "hi"\\\r\n\u0000é'), '{"A":"say \\"hi\\"\\\\\\r\\n\\u0000é"}'],
  [J("ｱ¥"), '{"J":"ｱ¥"}'],
  [B(), '{"B":""}'],
  [B(0, 0x7f, 0xff), '{"B":"007fff"}'],
  [C2(2, "你"), '{"C2":{"lsh":2,"bytes":"e4bda0"}}'],
  [C2(0xffff, []), '{"C2":{"lsh":65535,"bytes":""}}'],
  [BOOLEAN(true), '{"BOOLEAN":[true]}'],
  [BOOLEAN(true, false), '{"BOOLEAN":[true,false]}'],
  [BOOLEAN(), '{"BOOLEAN":[]}'],
  [U1(), '{"U1":[]}'],
  [U1(0, 255), '{"U1":[0,255]}'],
  [U2(65535), '{"U2":[65535]}'],
  [U4(1, 4294967295), '{"U4":[1,4294967295]}'],
  [I1(-128), '{"I1":[-128]}'],
  [I2(-32768, 32767), '{"I2":[-32768,32767]}'],
  [I4(-2147483648), '{"I4":[-2147483648]}'],
  [U8(2n ** 64n - 1n), '{"U8":["18446744073709551615"]}'],
  [U8(), '{"U8":[]}'],
  [I8(-(2n ** 63n), 0n), '{"I8":["-9223372036854775808","0"]}'],
  [F8(3.141592653589793), '{"F8":[3.141592653589793]}'],
  [F8(5e-324, 1.7976931348623157e308), '{"F8":[5e-324,1.7976931348623157e+308]}'],
  [F8(), '{"F8":[]}'],
  [F8(-0), '{"F8":["-0"]}'],
  [F8(0, -0, NaN, Infinity, -Infinity), '{"F8":[0,"-0","NaN","Infinity","-Infinity"]}'],
  [F4(NaN), '{"F4":["NaN"]}'],
  [F4(0.1, 1.5, 1e3, -2, 16777216), '{"F4":[0.1,1.5,1000,-2,16777216]}'],
  [F4(2 ** -149, 2 ** -126, 3.4028234663852886e38), '{"F4":[1e-45,1.1754944e-38,3.4028235e+38]}'],
  // Lone and among others: <F4> 7fa00000, 7fc00000, ffc00001 and <F8> 7ff4000000000000.
  [wire(0x91, 4, 0x7f, 0xa0, 0, 0), '{"F4":["0x7fa00000"]}'],
  [wire(0x91, 8, 0x7f, 0xc0, 0, 0, 0xff, 0xc0, 0, 1), '{"F4":["NaN","0xffc00001"]}'],
  [wire(0x81, 8, 0x7f, 0xf4, 0, 0, 0, 0, 0, 0), '{"F8":["0x7ff4000000000000"]}'],
  [
    wire(0x81, 16, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0, 0xff, 0xf8, 0, 0, 0xde, 0xad, 0xbe, 0xef),
    '{"F8":["NaN","0xfff80000deadbeef"]}'
  ]
]

describe("ItemJson", () => {
  it("writes each format under its mnemonic, and reads the same bytes from it", () => {
    for (const [item, text] of rows) {
      assert.strictEqual(ItemJson.stringify(item), text)
      assert.strictEqual(JSON.stringify(ItemJson.fromItem(item)), text)
      sameBytes(success(ItemJson.parse(text)), item)
      sameBytes(success(ItemJson.toItem(ItemJson.fromItem(item))), item)
    }
  })

  it("reads more forms than it writes", () => {
    const more: ReadonlyArray<readonly [unknown, Item.Item]> = [
      [{ U4: 7 }, U4(7)],
      [{ BOOLEAN: true }, BOOLEAN(true)],
      [{ F8: "NaN" }, F8(NaN)],
      [{ F8: [-0] }, F8(-0)],
      [{ F4: 0.10000000149011612 }, F4(0.1)],
      [{ F4: "0x7FA00000" }, wire(0x91, 4, 0x7f, 0xa0, 0, 0)],
      [{ U8: 9007199254740991 }, U8(9007199254740991n)],
      [{ I8: [-1, "-2"] }, I8(-1, -2)],
      [{ B: "00FF" }, B(0, 255)],
      [{ B: [0, 255] }, B(0, 255)],
      [{ B: 7 }, B(7)],
      [{ J: "\\~" }, J("¥‾")],
      [{ C2: { lsh: 2, text: "你" } }, C2(2, "你")],
      [
        { List: [{ ASCII: "x" }, { JIS8: "ｱ" }, { Boolean: [true] }, { Binary: [1, 2] }] },
        L(A("x"), J("ｱ"), BOOLEAN(true), B(1, 2))
      ]
    ]
    for (const [json, item] of more) sameBytes(success(ItemJson.toItem(json)), item)
  })

  it("says where JSON is no item, what was expected and what stands there", () => {
    const wrong: ReadonlyArray<readonly [unknown, ReadonlyArray<string | number>, string, string]> = [
      [undefined, [], "an item, an object with one key", "undefined"],
      [null, [], "an item, an object with one key", "null"],
      [[], [], "an item, an object with one key", "an array of 0"],
      ["x", [], "an item, an object with one key", '"x"'],
      [{}, [], "an item, an object with one key", "0 keys"],
      [{ A: "x", B: "" }, [], "an item, an object with one key", "2 keys"],
      [{ u4: 1 }, [], "a format for key", '"u4"'],
      [{ toString: 1 }, [], "a format for key", '"toString"'],
      [{ L: "x" }, ["L"], "an array of items", '"x"'],
      [{ L: [{ A: "" }, 5] }, ["L", 1], "an item, an object with one key", "5"],
      [{ L: [{ List: [{ U4: [1, -1] }] }] }, ["L", 0, "List", 0, "U4", 1], "an integer from 0 to 4294967295", "-1"],
      [{ U4: 4294967296 }, ["U4"], "an integer from 0 to 4294967295", "4294967296"],
      [{ U4: ["1"] }, ["U4", 0], "number", "string"],
      [{ U4: [1, null] }, ["U4", 1], "number", "null"],
      [{ I8: [9007199254740992] }, ["I8", 0], "bigint or safe integer", "number 9007199254740992"],
      [{ I8: ["1.5"] }, ["I8", 0], "bigint or safe integer", "string"],
      [
        { U8: ["18446744073709551616"] },
        ["U8", 0],
        "an integer from 0 to 18446744073709551615",
        "18446744073709551616"
      ],
      [{ BOOLEAN: [true, 1] }, ["BOOLEAN", 1], "boolean", "number 1"],
      [{ F4: [1e39] }, ["F4", 0], "a number from -3.4028234663852886e+38 to 3.4028234663852886e+38", "1e+39"],
      [{ F8: ["1"] }, ["F8", 0], "number", "string"],
      [{ F4: ["0x7f800000"] }, ["F4", 0], "number", "string"],
      [{ F4: ["0x3f800000"] }, ["F4", 0], "number", "string"],
      [{ F4: ["0x7fa00000", "0x1"] }, ["F4", 1], "number", "string"],
      [{ A: 5 }, ["A"], "string", "number 5"],
      [{ A: "€" }, ["A"], "text in latin-1", "U+20AC at 0"],
      [{ J: "漢" }, ["J"], "text in JIS X 0201", "U+6F22 at 0"],
      [{ B: "00f" }, ["B"], "hex, two digits a byte", '"f" at 2'],
      [{ B: "0g" }, ["B"], "hex, two digits a byte", '"g" at 1'],
      [{ B: [256] }, ["B", 0], "an integer from 0 to 255", "256"],
      [{ C2: "x" }, ["C2"], "lsh and bytes", '"x"'],
      [{ C2: { bytes: "" } }, ["C2", "lsh"], "an integer from 0 to 65535", "undefined"],
      [{ C2: { lsh: -1, bytes: "" } }, ["C2", "lsh"], "an integer from 0 to 65535", "-1"],
      [{ C2: { lsh: 1 } }, ["C2"], "bytes in hex, or text", "neither"],
      [{ C2: { lsh: 1, bytes: "", text: "" } }, ["C2"], "bytes in hex, or text", "both"],
      [{ C2: { lsh: 1, bytes: "0" } }, ["C2", "bytes"], "hex, two digits a byte", '"0" at 0'],
      [
        { C2: { lsh: 7, text: "x" } },
        ["C2", "text"],
        "bytes (text is encoded for headers 1 to 6 and 8 to 13, not 7)",
        "string"
      ],
      [{ C2: { lsh: 1, bytes: "", length: 1 } }, ["C2"], "lsh and bytes", '"length"']
    ]
    for (const [json, path, expected, seen] of wrong) {
      const error = failure(ItemJson.toItem(json))
      assert.deepStrictEqual([error.path, error.expected, error.seen], [path, expected, seen], JSON.stringify(json))
    }
  })

  it("refuses text that is no JSON", () => {
    for (const text of ["", "{", '{"A":"x"}.', "<A>"]) {
      assert.deepStrictEqual([failure(ItemJson.parse(text)).path, failure(ItemJson.parse(text)).expected], [[], "JSON"])
    }
  })

  it("says where in one line, however deep that is", () => {
    const { message, path } = failure(ItemJson.parse(`${'{"L":['.repeat(1000)}7${"]}".repeat(1000)}`))
    const some = ".L[0]".repeat(4)
    assert.isTrue(message.startsWith(`$${some} … ${some}, 2000 steps: expected `), message)
    assert.lengthOf(path, 2000)
  })

  it("writes and reads 100 000 lists, one in the other", () => {
    let item: Item.Item = U4(1)
    for (let level = 0; level < 100_000; level++) item = L(item)
    const text = ItemJson.stringify(item)
    assert.strictEqual(text.length, 100_000 * 8 + '{"U4":[1]}'.length)
    sameItem(success(ItemJson.parse(text)), item)
    sameItem(success(ItemJson.toItem(ItemJson.fromItem(item))), item)
    const error = failure(ItemJson.parse(text.replace("1", "-1")))
    assert.strictEqual(error.path.length, 200_002)
  })

  it.prop(
    "reads the same bytes from what it writes, as values and as text",
    [Plains],
    ([item]) => {
      const text = ItemJson.stringify(item)
      assert.strictEqual(text, JSON.stringify(ItemJson.fromItem(item)))
      sameBytes(success(ItemJson.parse(text)), item)
      sameBytes(success(ItemJson.toItem(ItemJson.fromItem(item))), item)
    },
    runs(2_000, 50_000)
  )

  it.prop(
    "has for every F4 the fewest digits that mean the same in single precision",
    [Plains],
    ([item]) => {
      const values = item._tag === "F4" ? ItemJson.fromItem(item) : { F4: [] }
      if (!("F4" in values)) return
      for (const value of values.F4) {
        if (typeof value === "string") continue
        const digits = (text: string) =>
          text
            .replace(/e.*/, "")
            .replace(/\D/g, "")
            .replace(/^0+|0+$/g, "").length
        const used = digits(String(value))
        if (used > 1) {
          const shorter = Number(Math.fround(value).toPrecision(used - 1))
          assert.notStrictEqual(Math.fround(shorter), Math.fround(value), String(value))
        }
      }
    },
    runs(2_000, 50_000)
  )

  it.prop(
    "reads any JSON as an item or refuses it",
    [Plains, Plains],
    ([item, other]) => {
      const [text, put] = [ItemJson.stringify(item), ItemJson.stringify(other)]
      for (const at of [0, text.length >>> 1, text.length - 1]) {
        const result = ItemJson.parse(text.slice(0, at) + put + text.slice(at + 1))
        if (Result.isSuccess(result)) assert.isTrue(Item.isItem(result.success))
      }
    },
    runs(500, 10_000)
  )
})

describe("ItemJson of messages", () => {
  const message = SecsMessage.primary(1, 3, L(U4(1001)))

  it("writes a message with its name and item, where it has them", () => {
    const text =
      '{"stream":1,"function":3,"replyExpected":true,"name":"state \\"check\\"","item":{"L":[{"U4":[1001]}]}}'
    assert.strictEqual(ItemJson.stringifyMessage(message, 'state "check"'), text)
    assert.deepStrictEqual(ItemJson.fromMessage(message, 'state "check"'), JSON.parse(text))
    assert.strictEqual(
      ItemJson.stringifyMessage(SecsMessage.abort(2)),
      '{"stream":2,"function":0,"replyExpected":false}'
    )
    assert.isTrue(Equal.equals(success(ItemJson.parseMessage(text)), message))
    assert.strictEqual(ItemJson.nameOf(JSON.parse(text)), 'state "check"')
  })

  it("reads the messages of secs4net, and null as no item", () => {
    const json = { S: 1, F: 3, ReplyExpected: true, Name: "statecheck", SecsItem: { List: [{ U4: [1001] }] } }
    assert.isTrue(Equal.equals(success(ItemJson.toMessage(json)), message))
    assert.strictEqual(ItemJson.nameOf(json), "statecheck")
    for (const bare of [
      { S: 1, F: 1 },
      { stream: 1, function: 1, replyExpected: null, name: null, item: null }
    ]) {
      assert.isTrue(
        Equal.equals(success(ItemJson.toMessage(bare)), new SecsMessage.SecsMessage(1, 1, false, undefined))
      )
      assert.isUndefined(ItemJson.nameOf(bare))
    }
    for (const json of [undefined, null, 5, "x", []]) assert.isUndefined(ItemJson.nameOf(json))
  })

  it("says where JSON is no message", () => {
    const good = { stream: 1, function: 1 }
    const wrong: ReadonlyArray<readonly [unknown, ReadonlyArray<string | number>, string, string]> = [
      [null, [], "a message, an object", "null"],
      [{ function: 1 }, ["stream"], "an integer from 0 to 127", "undefined"],
      [{ S: 128, F: 1 }, ["S"], "an integer from 0 to 127", "128"],
      [{ stream: 1, function: 256 }, ["function"], "an integer from 0 to 255", "256"],
      [{ stream: 1, function: 1.5 }, ["function"], "an integer from 0 to 255", "1.5"],
      [{ ...good, replyExpected: "W" }, ["replyExpected"], "true or false", '"W"'],
      [{ ...good, Name: 5 }, ["Name"], "text", "5"],
      [{ ...good, S: 1 }, ["S"], "stream once", "also stream"],
      [{ ...good, text: {} }, [], "stream, function, replyExpected, name or item for key", '"text"'],
      [{ ...good, item: { L: [{ U1: -1 }] } }, ["item", "L", 0, "U1"], "an integer from 0 to 255", "-1"],
      [{ ...good, SecsItem: 5 }, ["SecsItem"], "an item, an object with one key", "5"]
    ]
    for (const [json, path, expected, seen] of wrong) {
      const error = failure(ItemJson.toMessage(json))
      assert.deepStrictEqual([error.path, error.expected, error.seen], [path, expected, seen])
    }
    assert.strictEqual(failure(ItemJson.parseMessage("x")).expected, "JSON")
  })

  it.prop(
    "reads the same message from what it writes, legal or not",
    [Messages],
    ([message]) => {
      assert.isTrue(Equal.equals(success(ItemJson.toMessage(ItemJson.fromMessage(message, "x"))), message))
      assert.isTrue(Equal.equals(success(ItemJson.parseMessage(ItemJson.stringifyMessage(message))), message))
    },
    runs(300, 5_000)
  )
})

describe("ItemJson schemas", () => {
  it.prop(
    "decode what they encode",
    [Items, Messages],
    ([item, message]) => {
      const json = Schema.encodeSync(ItemJson.ItemFromJson)(item)
      assert.deepStrictEqual(json, ItemJson.fromItem(item))
      sameItem(Schema.decodeSync(ItemJson.ItemFromJson)(json), item)
      const whole = Schema.encodeSync(ItemJson.MessageFromJson)(message)
      assert.isTrue(Equal.equals(Schema.decodeSync(ItemJson.MessageFromJson)(whole), message))
    },
    runs(200, 2_000)
  )

  it("refuse with the path, also within another schema", () => {
    const Recipe = Schema.Struct({ body: ItemJson.ItemFromJson, start: ItemJson.MessageFromJson })
    const start = { stream: 1, function: 1 }
    const decode = Schema.decodeUnknownResult(Recipe)
    assert.match(
      String(failure(decode({ body: { L: [{ U1: 256 }] }, start }))),
      /0 to 255, got 256[^]*body[^]*L[^]*0[^]*U1/
    )
    assert.match(String(failure(decode({ body: { L: [] }, start: {} }))), /0 to 127, got undefined[^]*start[^]*stream/)
    assert.isTrue(Result.isSuccess(decode({ body: { L: [] }, start })))
    assert.isTrue(Result.isFailure(Schema.encodeUnknownResult(ItemJson.ItemFromJson)({ L: [] })))
  })
})

describe("ItemJsonError", () => {
  it("is one sentence with the path, what was expected and what stands there", () => {
    const error = failure(ItemJson.toItem({ L: [{ A: "x" }, { U1: [1, 256] }] }))
    assert.strictEqual(error.message, "$.L[1].U1[1]: expected an integer from 0 to 255, seen 256")
    assert.strictEqual(failure(ItemJson.toItem(5)).message, "$: expected an item, an object with one key, seen 5")
    assert.deepStrictEqual(error.toJSON(), {
      message: error.message,
      _tag: "ItemJsonError",
      path: ["L", 1, "U1", 1],
      expected: "an integer from 0 to 255",
      seen: "256"
    })
  })

  it("refuses a number that is too large for a double, which JSON would have be infinity", () => {
    for (const format of ["F4", "F8"]) {
      assert.deepStrictEqual(failure(ItemJson.parse(`{"${format}":[1,1e400]}`)).path, [format, 1])
    }
  })
})

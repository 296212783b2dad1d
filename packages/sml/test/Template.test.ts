import { Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import type { TemplateError } from "../src/TemplateError.ts"
import * as Template from "../src/Template.ts"
import { failure, sameItem, success } from "./support/expect.ts"

const { A, B, BOOLEAN, C2, F4, F8, I2, I8, J, L, U1, U2, U4, U8 } = Item
const { anyFormat, fill, fixed, list, make, match, repeat, slot } = Template

const named = (format: Item.Item["_tag"], name: string, rest: Partial<Template.Slot> = {}) =>
  slot({ formats: [format], name, ...rest })

/** A template that is one slot. */
const only = (of: Parameters<typeof slot>[0]) => make(slot({ name: "X", ...of }))

/** What one slot makes of a value. */
const filled = (formats: Template.Slot["formats"], value: unknown) =>
  fill(only({ formats }), { X: value } as Template.Values)

const reason = (error: TemplateError) => ({ slot: error.slot, path: error.path, ...error.reason })

// --- messages as host programs have them ---------------------------------------------------------------------------

/** `S1F3 = statecheck OUTPUT W <L [1] <U4 [1]> = SVID>.` */
const statecheck = make(list(named("U4", "SVID", { minimum: 1, maximum: 1 })))

/** `S6F11 = report <L [3] <U4> = DATAID <U4 7> = CEID <L [1] <L [2] <U4> = RPTID <L [n] <V> = VALUE>>>>` */
const report = make(
  list(
    named("U4", "DATAID"),
    named("U4", "CEID", { default: U4(7) }),
    list(list(named("U4", "RPTID"), repeat([slot({ formats: anyFormat, name: "VALUE" })])))
  )
)

/** `S2F41 = start <L [2] <A 'START'> <L [2] <L [2] <A 'LOT'> <A [MAX 16]> = LOTID> <L [2] <A> = CP <V> = CP>>>` */
const start = make(
  list(
    fixed(A("START")),
    list(
      list(fixed(A("LOT")), named("A", "LOTID", { maximum: 16 })),
      list(named("A", "CP"), slot({ formats: anyFormat, name: "CP" }))
    )
  )
)

/** `S2F33 = define <L [2] <U4> = DATAID <L [n] <L [2] <U4> = RPTID <L [n] <U4> = VID>>>>` */
const define = make(
  list(named("U4", "DATAID"), repeat([list(named("U4", "RPTID"), repeat([named("U4", "VID")], { maximum: 3 }))]))
)

/** `<L [n] <A> = NAME <U4> = SIZE>`: two items a round. */
const pairs = make(repeat([named("A", "NAME"), named("U4", "SIZE")], { maximum: 4 }))

describe("Template.make", () => {
  it("gives each slot its name, a number from the second of a name on, and #1, #2 without one", () => {
    const text = slot({ formats: ["A"] })
    const { root, slots } = make(
      list(named("U4", "X"), text, list(named("A", "X")), repeat([named("U4", "Y"), text, named("U4", "X")]))
    )
    assert.deepStrictEqual(
      slots.map(({ key }) => key),
      ["X", "#1", "X#2", "Y", "#2", "X#3"]
    )
    assert.deepStrictEqual(root._tag === "List" && root.children[2], list({ ...named("A", "X"), key: "X#2" }))
  })

  it("gives no key twice where a name looks like a key", () => {
    const { slots } = make(
      list(named("A", "X#2"), named("A", "X"), named("A", "X"), named("A", "#1"), slot({ formats: ["A"] }))
    )
    assert.deepStrictEqual(
      slots.map(({ key }) => key),
      ["X#2", "X", "X#3", "#1", "#2"]
    )
  })

  it("gives the same keys to a template that is made again", () => {
    assert.deepStrictEqual(make(define.root), define)
  })
})

describe("Template.fill", () => {
  it("fills the messages of a host", () => {
    sameItem(success(fill(statecheck, { SVID: 1001 })), L(U4(1001)))
    sameItem(
      success(fill(report, { DATAID: 1, RPTID: 2, VALUE: [F4(1.5), "idle", true] })),
      L(U4(1), U4(7), L(L(U4(2), L(F4(1.5), A("idle"), BOOLEAN(true)))))
    )
    sameItem(
      success(fill(start, { LOTID: "L-7", CP: "RECIPE", "CP#2": U2(3) })),
      L(A("START"), L(L(A("LOT"), A("L-7")), L(A("RECIPE"), U2(3))))
    )
    sameItem(
      success(fill(define, { DATAID: 1, RPTID: [10, 20, 30], VID: [[1001, 1002], [2001], []] })),
      L(U4(1), L(L(U4(10), L(U4(1001), U4(1002))), L(U4(20), L(U4(2001))), L(U4(30), L())))
    )
    sameItem(success(fill(define, { DATAID: 0, RPTID: [], VID: [] })), L(U4(0), L()))
    sameItem(success(fill(pairs, { NAME: ["a", "b"], SIZE: [1, 2] })), L(A("a"), U4(1), A("b"), U4(2)))
  })

  it("makes an item of every format of its plain value", () => {
    const rows: ReadonlyArray<readonly [Template.Slot["formats"][number], unknown, Item.Item]> = [
      ["L", [U1(1), L()], L(U1(1), L())],
      ["L", [], L()],
      ["A", "é", A("é")],
      ["J", "ｱ", J("ｱ")],
      ["C2", "你", C2(2, "你")],
      ["C2", { lsh: 8, bytes: [0x83, 0x65] }, C2(8, [0x83, 0x65])],
      ["B", 0, B(0)],
      ["B", Uint8Array.of(1, 2), B(1, 2)],
      ["B", ["0x1F", "0b11", "0o17", "017"], B(31, 3, 15, 17)],
      ["BOOLEAN", true, BOOLEAN(true)],
      ["BOOLEAN", [true, false], BOOLEAN(true, false)],
      ["BOOLEAN", "T", BOOLEAN(true)],
      ["BOOLEAN", ["false", "0", "1"], BOOLEAN(false, false, true)],
      ["U1", 255, U1(255)],
      ["U4", [], U4()],
      ["U4", [1, 2], U4(1, 2)],
      ["U4", Uint32Array.of(1, 2), U4(1, 2)],
      ["U4", 7n, U4(7)],
      ["U4", "12", U4(12)],
      ["U4", ["1", 2, 3n], U4(1, 2, 3)],
      ["I2", "-0x10", I2(-16)],
      ["U8", 7, U8(7n)],
      ["U8", "18446744073709551615", U8(2n ** 64n - 1n)],
      ["I8", [-1n, 1], I8(-1n, 1n)],
      ["F4", 0.5, F4(0.5)],
      ["F8", 2n, F8(2)],
      ["F8", "-1.5e3", F8(-1500)],
      ["F8", "-Infinity", F8(-Infinity)],
      ["F8", "nan", F8(NaN)],
      ["F8", ".5", F8(0.5)]
    ]
    for (const [format, value, item] of rows) sameItem(success(filled([format], value)), item)
  })

  it("refuses a value its format cannot hold, with what it can", () => {
    const rows: ReadonlyArray<readonly [Template.Slot["formats"][number], unknown, string, string]> = [
      ["U1", 256, "U1: an integer from 0 to 255", "256"],
      ["U1", [1, 2, -1], "U1, value 2: an integer from 0 to 255", "-1"],
      ["U4", 1.5, "U4: an integer from 0 to 4294967295", "1.5"],
      ["U4", 2n ** 70n, "U4", "bigint 1180591620717411303424"],
      ["U8", -1n, "U8: an integer from 0 to 18446744073709551615", "-1"],
      ["U4", "12x", "U4", '"12x"'],
      ["U4", "", "U4", '""'],
      ["U4", [1, "x"], "U4, value 1", "string"],
      ["U4", "1.0", "U4", '"1.0"'],
      ["U8", "9".repeat(500), "U8", `"${"9".repeat(59)}…`],
      ["F8", "1e", "F8", '"1e"'],
      ["F4", 1e39, "F4: a number from -3.4028234663852886e+38 to 3.4028234663852886e+38", "1e+39"],
      ["BOOLEAN", 1, "BOOLEAN", "number 1"],
      ["BOOLEAN", "yes", "BOOLEAN", '"yes"'],
      ["A", "€", "A: text in latin-1", '"€"'],
      ["A", 5, "A", "number 5"],
      ["L", [1], "L: item", "number 1"],
      ["L", { length: -1 }, "L: array", "Object"],
      ["C2", 5, "C2: header and text or bytes", "number 5"],
      ["U4", null, "U4", "null"],
      ["U4", A("5"), "U4", '<A "5">'],
      ["U4", U2(5), "U4", "<U2 5>"],
      ["L", U2(5), "L", "<U2 5>"]
    ]
    for (const [format, value, expected, seen] of rows) {
      const error = failure(filled([format], value))
      assert.deepStrictEqual<unknown>(reason(error), { slot: "X", path: [], _tag: "WrongValue", expected, seen })
    }
  })

  it("takes the first of several formats that can hold a value", () => {
    const identifier = ["U1", "U2", "U4", "U8", "A"] as const
    const rows: ReadonlyArray<readonly [Template.Slot["formats"], unknown, Item.Item]> = [
      [identifier, 7, U1(7)],
      [identifier, 1001, U2(1001)],
      [["U4", "U2", "A"], 7, U4(7)],
      [identifier, 2n ** 40n, U8(2n ** 40n)],
      [identifier, "7", A("7")],
      [identifier, [1, 300], U2(1, 300)],
      [identifier, [], U1()],
      [identifier, Uint32Array.of(1), U4(1)],
      [["A", "J"], "ｱ", J("ｱ")],
      [["U1", "I4"], U1(1), U1(1)],
      [anyFormat, "x", A("x")],
      [anyFormat, "你", C2(2, "你")],
      [anyFormat, true, BOOLEAN(true)],
      [anyFormat, [true, false], BOOLEAN(true, false)],
      [anyFormat, Uint8Array.of(7), B(7)],
      [anyFormat, Float32Array.of(7), F4(7)],
      [anyFormat, [U1(1)], L(U1(1))],
      [anyFormat, { lsh: 2, bytes: [0x41] }, C2(2, "A")],
      [anyFormat, L(), L()]
    ]
    for (const [formats, value, item] of rows) sameItem(success(filled(formats, value)), item)
    assert.strictEqual(failure(filled(identifier, I2(1))).reason._tag, "WrongValue")
  })

  it("refuses a plain value that several formats would read in different ways", () => {
    for (const value of [1, 1n, [1, 2], []]) {
      assert.deepStrictEqual<unknown>(reason(failure(filled(anyFormat, value))), {
        slot: "X",
        path: [],
        _tag: "WrongValue",
        expected: "any item, as an item that says its format",
        seen: Array.isArray(value) ? `an array of ${value.length}` : "1"
      })
    }
    for (const value of [null, ["x"], () => 1, {}]) {
      assert.strictEqual(failure(filled(anyFormat, value)).reason._tag, "WrongValue", typeof value)
    }
    assert.strictEqual(failure(filled(["U1", "U2"], -1)).reason._tag, "WrongValue")
    assert.strictEqual(failure(filled(["U1", "I1"], 1)).reason._tag, "WrongValue")
  })

  it("refuses more or fewer values than the slot's bounds", () => {
    const count = (of: Parameters<typeof slot>[0], value: Template.Value) =>
      reason(failure(fill(only(of), { X: value })))
    const at = { slot: "X", path: [], _tag: "WrongCount" }
    assert.deepStrictEqual<unknown>(reason(failure(fill(start, { LOTID: "x".repeat(17), CP: "a" }))), {
      ...at,
      slot: "LOTID",
      path: [1, 0, 1],
      minimum: 0,
      maximum: 16,
      seen: 17
    })
    assert.deepStrictEqual<unknown>(count({ formats: ["B"], minimum: 2, maximum: 2 }, 7), {
      ...at,
      minimum: 2,
      maximum: 2,
      seen: 1
    })
    assert.deepStrictEqual<unknown>(count({ formats: ["L"], maximum: 1 }, [U1(1), U1(2)]), {
      ...at,
      minimum: 0,
      maximum: 1,
      seen: 2
    })
    assert.deepStrictEqual<unknown>(count({ formats: ["U4"], minimum: 1 }, U4()), {
      ...at,
      minimum: 1,
      maximum: Infinity,
      seen: 0
    })
    assert.deepStrictEqual<unknown>(count({ formats: ["C2"], maximum: 2 }, "你"), {
      ...at,
      minimum: 0,
      maximum: 2,
      seen: 3
    })
  })

  it("takes a default as it was written, whatever the bounds, and a value before it", () => {
    const template = only({ formats: ["A"], minimum: 1, maximum: 2, default: A("LONG") })
    sameItem(success(fill(template, {})), A("LONG"))
    sameItem(success(fill(template, { X: undefined })), A("LONG"))
    sameItem(success(fill(template, { X: "LONG" })), A("LONG"))
    sameItem(success(fill(template, { X: "a" })), A("a"))
    assert.deepStrictEqual(success(match(template, A("LONG"))), { X: "LONG" })
  })

  it("names the slot that has no value, and where it stands", () => {
    assert.deepStrictEqual<unknown>(reason(failure(fill(statecheck, {}))), {
      slot: "SVID",
      path: [0],
      _tag: "MissingValue",
      expected: "U4"
    })
    assert.deepStrictEqual<unknown>(reason(failure(fill(define, { DATAID: 1 }))), {
      slot: "RPTID",
      path: [1],
      _tag: "MissingValue",
      expected: "U4, in an array"
    })
    assert.deepStrictEqual<unknown>(
      reason(failure(fill(define, { DATAID: 1, RPTID: [1, 2], VID: [[5], undefined] }))),
      {
        slot: "VID",
        path: [1, 1, 1],
        _tag: "MissingValue",
        expected: "U4, in an array"
      }
    )
    assert.deepStrictEqual<unknown>(reason(failure(fill(pairs, { NAME: ["a", undefined], SIZE: [1, 2] }))), {
      slot: "NAME",
      path: [2],
      _tag: "MissingValue",
      expected: "A, in an array"
    })
  })

  it("refuses a value for a slot there is none of, with the slots there are", () => {
    assert.deepStrictEqual<unknown>(reason(failure(fill(define, { DATAID: 1, RPTID: [], VIDS: [] }))), {
      slot: "VIDS",
      path: [],
      _tag: "UnknownSlot",
      known: ["DATAID", "RPTID", "VID"]
    })
    assert.strictEqual(failure(fill(make(fixed(U1(1))), { toString: 1 })).slot, "toString")
  })

  it("takes for a second slot of a name the value of the first, unless it has its own", () => {
    const twice = make(list(named("U4", "X"), named("U4", "X", { default: U4(9) })))
    sameItem(success(fill(twice, { X: 1 })), L(U4(1), U4(1)))
    sameItem(success(fill(twice, { X: 1, "X#2": 2 })), L(U4(1), U4(2)))
    assert.strictEqual(failure(fill(twice, { "X#2": 2 })).slot, "X")
    const rounds = make(list(repeat([named("U4", "X")]), repeat([named("U4", "X")])))
    sameItem(success(fill(rounds, { X: [1, 2] })), L(L(U4(1), U4(2)), L(U4(1), U4(2))))
    // One value is no array of them.
    const deeper = make(list(named("U4", "X"), repeat([named("U4", "X")])))
    const error = failure(fill(deeper, { X: 1 }))
    assert.deepStrictEqual([error.slot, error.reason._tag], ["X#2", "MissingValue"])
  })

  it("finds slots that are called as what every object has", () => {
    const template = make(list(named("A", "__proto__"), named("A", "constructor")))
    assert.strictEqual(failure(fill(template, {})).slot, "__proto__")
    const values = JSON.parse('{"__proto__":"a","constructor":"b"}') as Template.Values
    const item = success(fill(template, values))
    sameItem(item, L(A("a"), A("b")))
    assert.deepStrictEqual(Object.entries(success(match(template, item))), Object.entries(values))
  })

  describe("open lists", () => {
    it("refuses arrays of different lengths, with both", () => {
      assert.deepStrictEqual<unknown>(reason(failure(fill(pairs, { NAME: ["a", "b"], SIZE: [1] }))), {
        slot: "SIZE",
        path: [],
        _tag: "UnequalRounds",
        other: "NAME",
        expected: 2,
        seen: 1
      })
      assert.deepStrictEqual<unknown>(reason(failure(fill(define, { DATAID: 1, RPTID: [1], VID: [[], []] }))), {
        slot: "VID",
        path: [1],
        _tag: "UnequalRounds",
        other: "RPTID",
        expected: 1,
        seen: 2
      })
    })

    it("refuses a value that is no array", () => {
      const expected = "an array, a value for each round of the open list"
      assert.deepStrictEqual<unknown>(reason(failure(fill(define, { DATAID: 1, RPTID: [1], VID: [7] }))), {
        slot: "VID",
        path: [1, 0, 1],
        _tag: "WrongValue",
        expected,
        seen: "7"
      })
      for (const NAME of ["ab", L(A("a")), Uint8Array.of(1)]) {
        const error = failure(fill(pairs, { NAME, SIZE: [1] }))
        assert.strictEqual(error.reason._tag === "WrongValue" && error.reason.expected, expected)
      }
    })

    it("refuses more or fewer rounds than the list takes", () => {
      assert.deepStrictEqual<unknown>(reason(failure(fill(define, { DATAID: 1, RPTID: [1], VID: [[1, 2, 3, 4]] }))), {
        slot: "VID",
        path: [1, 0, 1],
        _tag: "WrongCount",
        minimum: 0,
        maximum: 3,
        seen: 4
      })
    })

    it("repeat as often as they must where nothing is given and nothing needs a value", () => {
      const number = named("U4", "N", { default: U4(9) })
      const body = [fixed(A("x")), number]
      sameItem(success(fill(make(repeat(body)), {})), L())
      sameItem(success(fill(make(repeat(body, { minimum: 2 })), {})), L(A("x"), U4(9), A("x"), U4(9)))
      sameItem(
        success(fill(make(repeat(body, { minimum: 2 })), { N: [1, undefined, 3] })),
        L(A("x"), U4(1), A("x"), U4(9), A("x"), U4(3))
      )
      sameItem(success(fill(make(repeat([fixed(U1(1))], { minimum: 2 })), {})), L(U1(1), U1(1)))
      sameItem(success(fill(make(repeat([], { minimum: 5 })), {})), L())
      assert.strictEqual(failure(fill(make(repeat([named("A", "NAME"), number])), {})).slot, "NAME")
      // Said to be empty, rather than not said at all.
      sameItem(success(fill(make(repeat([named("A", "NAME"), number])), { NAME: [] })), L())
    })
  })

  describe("slots that may be left out", () => {
    const any = { formats: anyFormat, optional: true }
    const root = make(slot({ ...any, name: "V" }))
    const tail = make(list(fixed(U1(1)), slot({ ...any, name: "V" }), slot({ ...any, name: "W" })))

    it("give no item at the root, and none at the end of a list", () => {
      assert.isUndefined(success(fill(root, {})))
      sameItem(success(fill(root, { V: A("x") })), A("x"))
      sameItem(success(fill(tail, {})), L(U1(1)))
      sameItem(success(fill(tail, { V: "x" })), L(U1(1), A("x")))
      sameItem(success(fill(tail, { V: "x", W: true })), L(U1(1), A("x"), BOOLEAN(true)))
    })

    it("have to be there where anything follows", () => {
      const error = failure(fill(tail, { W: "x" }))
      assert.deepStrictEqual([error.slot, error.path, error.reason._tag], ["V", [1], "MissingValue"])
      const inner = make(list(slot({ ...any, name: "V" }), fixed(U1(1))))
      assert.strictEqual(failure(fill(inner, {})).slot, "V")
      // Nobody could tell where a round ends.
      assert.strictEqual(failure(fill(make(repeat([slot({ ...any, name: "V" })])), { V: [undefined] })).slot, "V")
    })

    it("are left out by a value of undefined, also where the first of their name has one", () => {
      const twice = make(list(named("A", "X"), slot({ ...any, name: "X" })))
      sameItem(success(fill(twice, { X: "a" })), L(A("a"), A("a")))
      sameItem(success(fill(twice, { X: "a", "X#2": undefined })), L(A("a")))
      assert.deepStrictEqual(success(match(twice, L(A("a")))), { X: "a", "X#2": undefined })
    })

    it("are left out in one round and there in another", () => {
      const template = make(repeat([list(named("U4", "N"), slot({ ...any, name: "V" }))]))
      const item = L(L(U4(1), A("x")), L(U4(2)))
      sameItem(success(fill(template, { N: [1, 2], V: ["x", undefined] })), item)
      assert.deepStrictEqual(success(match(template, item)), { N: [1, 2], V: [A("x"), undefined] })
    })
  })

  describe("generated slots", () => {
    const template = make(
      list(
        slot({ formats: ["U4"], generated: "number" }),
        slot({ formats: ["A"], generated: "clock16", name: "TIME" }),
        repeat([slot({ formats: ["U4"], generated: "number" })], { minimum: 2 })
      )
    )

    it("take what the caller generates, place by place, and a value that was passed before it", () => {
      let next = 10
      const generate: Template.FillOptions["generate"] = ({ generated }) =>
        generated === "number" ? next++ : "2026010203040506"
      sameItem(success(fill(template, {}, { generate })), L(U4(10), A("2026010203040506"), L(U4(11), U4(12))))
      sameItem(
        success(fill(template, { "#1": 1, "#2": [2, undefined, 4] }, { generate })),
        L(U4(1), A("2026010203040506"), L(U4(2), U4(13), U4(4)))
      )
    })

    it("have no value where nobody generates one", () => {
      for (const options of [{}, { generate: () => undefined }]) {
        const error = failure(fill(template, { "#1": 1 }, options))
        assert.deepStrictEqual([error.slot, error.path, error.reason._tag], ["TIME", [1], "MissingValue"])
      }
    })

    it("are checked like any other value", () => {
      assert.strictEqual(failure(fill(template, {}, { generate: () => -1 })).reason._tag, "WrongValue")
    })
  })

  it("makes no more items than the caller allows, however often open lists must repeat", () => {
    const bomb = make([1, 2, 3].reduce<Template.TemplateNode>((node) => repeat([node], { minimum: 1e7 }), fixed(U1(1))))
    assert.deepStrictEqual<unknown>(failure(fill(bomb, {})).reason, { _tag: "TooManyItems", maximum: 2 ** 20 })
    const two = make(list(fixed(U1(1)), fixed(U1(2))))
    assert.deepStrictEqual<unknown>(failure(fill(two, {}, { maxItems: 2 })).reason, {
      _tag: "TooManyItems",
      maximum: 2
    })
    sameItem(success(fill(two, {}, { maxItems: 3 })), L(U1(1), U1(2)))
  })
})

describe("Template.match", () => {
  it("finds the values in the messages of a host", () => {
    assert.deepStrictEqual(success(match(statecheck, L(U4(1001)))), { SVID: 1001 })
    assert.deepStrictEqual(success(match(start, L(A("START"), L(L(A("LOT"), A("L-7")), L(A("P"), U2(3)))))), {
      LOTID: "L-7",
      CP: "P",
      "CP#2": U2(3)
    })
    assert.deepStrictEqual(success(match(define, L(U4(1), L(L(U4(10), L(U4(1001), U4(1002))), L(U4(20), L()))))), {
      DATAID: 1,
      RPTID: [10, 20],
      VID: [[1001, 1002], []]
    })
    assert.deepStrictEqual(success(match(define, L(U4(1), L()))), { DATAID: 1, RPTID: [], VID: [] })
    assert.deepStrictEqual(success(match(pairs, L(A("a"), U4(1), A("b"), U4(2, 3)))), {
      NAME: ["a", "b"],
      SIZE: [1, Uint32Array.of(2, 3)]
    })
    assert.deepStrictEqual(success(match(make(fixed(L())), L())), {})
    assert.deepStrictEqual(success(match(make(slot({ formats: ["B"], name: "ACK", optional: true })), undefined)), {
      ACK: undefined
    })
  })

  it("says where an item differs, what was expected and what is there", () => {
    const tail = make(list(fixed(U1(1)), slot({ formats: anyFormat, name: "V", optional: true })))
    const big = make(list(fixed(L(A("a"), L(A("b"), U1(1)), A("c")))))
    const rows: ReadonlyArray<
      readonly [Template.Template, Item.Item | undefined, ReadonlyArray<number>, string | undefined, string, string]
    > = [
      [statecheck, undefined, [], undefined, "a list", "no item"],
      [statecheck, U4(1), [], undefined, "a list", "<U4 1>"],
      [statecheck, L(), [], undefined, "a list of 1", "a list of 0"],
      [statecheck, L(U2(1)), [0], "SVID", "U4", "<U2 1>"],
      [statecheck, L(U4(1, 2)), [0], "SVID", "U4 of 1 value", "<U4 1 2>"],
      [statecheck, L(U4()), [0], "SVID", "U4 of 1 value", "<U4 [0]>"],
      [start, L(A("STOP"), L()), [0], undefined, '<A "START">', '<A "STOP">'],
      [
        start,
        L(A("START"), L(L(A("LOT"), A("x".repeat(17))), L(A("P"), U2(3)))),
        [1, 0, 1],
        "LOTID",
        "A of 0 to 16 values",
        `<A "${"x".repeat(17)}">`
      ],
      [define, L(U4(1), L(L(U4(1), L()), L(U4(2), L(A("x"))))), [1, 1, 1, 0], "VID", "U4", '<A "x">'],
      [
        define,
        L(U4(1), L(L(U4(1), L(U4(1), U4(2), U4(3), U4(4))))),
        [1, 0, 1],
        undefined,
        "a list of 0 to 3 times 1 item",
        "a list of 4"
      ],
      [pairs, L(A("a"), U4(1), A("b")), [], undefined, "a list of 0 to 4 times 2 items", "a list of 3"],
      // A default is never left out.
      [
        make(list(named("U4", "N", { default: U4(1), optional: true }))),
        L(),
        [],
        undefined,
        "a list of 1",
        "a list of 0"
      ],
      [tail, L(), [], undefined, "a list of 1 to 2", "a list of 0"],
      [tail, L(U1(1), A("x"), A("y")), [], undefined, "a list of 1 to 2", "a list of 3"],
      [big, L(L(A("a"), L(A("b"), U1(2)), A("c"))), [0, 1, 1], undefined, "<U1 1>", "<U1 2>"],
      [big, L(L(A("a"), L(A("b"), U1(1)), A("d"))), [0, 2], undefined, '<A "c">', '<A "d">'],
      [big, L(L(A("a"), L(), A("c"))), [0, 1], undefined, "a list of 2", "a list of 0"],
      [
        make(repeat([fixed(U1(1))], { minimum: 2 })),
        L(U1(1)),
        [],
        undefined,
        "a list of 2 times 1 item",
        "a list of 1"
      ],
      [
        make(repeat([slot({ formats: ["A"] })], { minimum: 2 })),
        L(U1(1)),
        [],
        undefined,
        "a list of 2 or more times 1 item",
        "a list of 1"
      ],
      [make(slot({ formats: ["U4", "A"], name: "ID" })), F8(1), [], "ID", "U4 or A", "<F8 1>"],
      [make(slot({ formats: ["U4", "U8", "A"], name: "ID" })), undefined, [], "ID", "U4, U8 or A", "no item"],
      [make(fixed(U1(1))), undefined, [], undefined, "<U1 1>", "no item"]
    ]
    for (const [template, item, path, slot, expected, seen] of rows) {
      const error = failure(match(template, item))
      assert.deepStrictEqual([error.path, error.slot, error.expected, error.seen], [path, slot, expected, seen])
    }
  })
})

/** Lists around a node, a hundred thousand of them. */
const deep = 100_000
const around = <A>(wrap: (inner: A) => A, inner: A): A => {
  let out = inner
  for (let level = 0; level < deep; level++) out = wrap(out)
  return out
}

describe("Template.match of open lists in an open list", () => {
  const slots = (count: number) =>
    Array.from({ length: count }, (_, index) => slot({ name: `X${index}`, formats: ["U1"] }))

  it("gives each slot an array of arrays, also of rounds that are empty", () => {
    const template = make(
      repeat([slot({ name: "A", formats: ["U1"] }), repeat(slots(2)), repeat([list(...slots(1)), repeat(slots(1))])])
    )
    const first = [U1(1), L(), L()]
    const second = [U1(2), L(U1(3), U1(4), U1(5), U1(6)), L(L(U1(7)), L(), L(U1(8)), L(U1(9), U1(10)))]
    const item = L(...first, ...second)
    const values = success(match(template, item))
    assert.deepStrictEqual(values, {
      A: [1, 2],
      X0: [[], [3, 5]],
      X1: [[], [4, 6]],
      "X0#2": [[], [7, 8]],
      "X0#3": [[], [[], [9, 10]]]
    })
    sameItem(success(fill(template, values)), item)
    assert.strictEqual(values["X0"], values["X0"])
  })

  it("costs what the item costs, however many slots its rounds have no value for", { timeout: 60_000 }, () => {
    const item = L(...Array.from({ length: 20_000 }, () => L()), L(...Array.from({ length: 400 }, () => U1(1))))
    const took = (template: Template.Template): number => {
      const start = process.threadCpuUsage()
      assert.lengthOf(Object.keys(success(match(template, item))), template.slots.length)
      const { system, user } = process.threadCpuUsage(start)
      return (system + user) / 1000
    }
    const [few, many] = [make(repeat([repeat(slots(4))])), make(repeat([repeat(slots(400))]))]
    const ratios = Array.from({ length: 5 }, () => {
      const short = Math.max(2, took(few))
      return took(many) / short
    })
    assert.isBelow(Math.min(...ratios), 10)
    assert.lengthOf(success(match(many, item))["X399"] as ReadonlyArray<unknown>, 20_001)
  })
})

describe("Template of 100 000 lists, one in the other", () => {
  const lists = (inner: Item.Item) => around((item: Item.Item) => L(item), inner)

  it("is filled and matched", () => {
    const template = make(around((node: Template.TemplateNode) => list(node), named("U4", "X")))
    const item = success(fill(template, { X: 1 }))
    sameItem(item, lists(U4(1)))
    assert.deepStrictEqual(success(match(template, item)), { X: 1 })
    assert.strictEqual(failure(match(template, lists(U2(1)))).path.length, deep)
    assert.strictEqual(failure(fill(template, {})).path.length, deep)
  })

  it("is filled and matched where each is open", () => {
    const template = make(around((node: Template.TemplateNode) => repeat([node]), named("U4", "X")))
    const X = around((value: Template.Value) => [value], 1)
    const item = success(fill(template, { X }))
    sameItem(item, lists(U4(1)))
    sameItem(success(fill(template, success(match(template, item)))), item)
  })

  it("names the place where fixed lists differ", () => {
    const template = make(list(fixed(lists(U4(1)))))
    const error = failure(match(template, L(lists(U4(2)))))
    assert.strictEqual(error.path.length, deep + 1)
    assert.deepStrictEqual([error.expected, error.seen], ["<U4 1>", "<U4 2>"])
  })
})

describe("TemplateError", () => {
  it("is one sentence with the slot, the place and the number", () => {
    const message = (template: Template.Template, values: Template.Values, options?: Template.FillOptions) =>
      failure(fill(template, values, options)).message
    assert.deepStrictEqual(
      [
        message(statecheck, {}),
        message(statecheck, { SVID: -1 }),
        message(statecheck, { SVID: [1, 2] }),
        message(statecheck, { SVIDS: 1 }),
        message(make(fixed(U1(1))), { X: 1 }),
        message(start, { LOTID: "x".repeat(17), CP: "P" }),
        message(only({ formats: ["A"], minimum: 2 }), { X: "x" }),
        message(pairs, { NAME: ["a", "b"], SIZE: [1] }),
        message(statecheck, { SVID: 1 }, { maxItems: 1 })
      ],
      [
        "slot SVID at [0] has no value and no default: expected U4",
        "slot SVID at [0]: expected U4: an integer from 0 to 4294967295, seen -1",
        "slot SVID at [0]: expected exactly 1 value, seen 2",
        "there is no slot SVIDS: the template has SVID",
        "there is no slot X: the template has none",
        "slot LOTID at [1.0.1]: expected 0 to 16 values, seen 17",
        "slot X at the root: expected at least 2 values, seen 1",
        "slot SIZE at the root: expected 2 values, as slot NAME has, seen 1",
        "the template gives more than 1 items"
      ]
    )
    const error = failure(fill(statecheck, {}))
    assert.deepStrictEqual(Object.keys(error.toJSON() as object).slice(0, 2), ["message", "_tag"])
  })
})

describe("MismatchError", () => {
  it("is one sentence with the place, what was expected and what was seen", () => {
    assert.strictEqual(failure(match(statecheck, U4(1))).message, "the root item: expected a list, seen <U4 1>")
    assert.strictEqual(failure(match(statecheck, L(A("x")))).message, 'item [0] (SVID): expected U4, seen <A "x">')
  })
})

import { A, B, BOOLEAN, C2, F4, F8, I1, I2, I8, type Item, J, L, U1, U2, U4, U8 } from "../src/Item.ts"
import * as Layout from "../src/Layout.ts"
import * as Structure from "../src/Structure.ts"
import * as StructureCodec from "../src/StructureCodec.ts"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "@effect/vitest"

const Ids = ["U4", "U1", "U2", "U8", "A"] as const

/** What each structure reads, what the value is, and what it is written as. */
const rows: ReadonlyArray<readonly [name: string, Structure.Any, item: Item, value: unknown, written?: Item]> = [
  ["U1", Structure.U1, U1(7), 7],
  ["U2", Structure.U2, U2(65_535), 65_535],
  ["U4", Structure.U4, U4(4_294_967_295), 4_294_967_295],
  ["U8, a bigint however small", Structure.U8, U8(7n), 7n],
  ["I2", Structure.I2, I2(-5), -5],
  ["I8", Structure.I8, I8(-(2n ** 63n)), -(2n ** 63n)],
  ["F4, rounded to single precision", Structure.F4, F4(0.1), Math.fround(0.1)],
  ["F8", Structure.F8, F8(0.1), 0.1],
  ["BOOLEAN", Structure.BOOLEAN, BOOLEAN(true), true],
  ["A", Structure.A, A("START"), "START"],
  ["A, empty", Structure.A, A(""), ""],
  ["J", Structure.J, J("ｱ"), "ｱ"],
  ["B, a lone byte as a number", Structure.B, B(3), 3],
  ["bytes", Structure.bytes(), B(1, 2, 3), Uint8Array.of(1, 2, 3)],
  ["bytes, of length one", Structure.bytes(), B(1), Uint8Array.of(1)],
  ["vector of U4", Structure.vector("U4"), U4(1, 2), Uint32Array.of(1, 2)],
  ["vector of U4, of length one", Structure.vector("U4"), U4(1), Uint32Array.of(1)],
  ["vector of I8, empty", Structure.vector("I8"), I8(), new BigInt64Array(0)],
  ["vector of BOOLEAN", Structure.vector("BOOLEAN"), BOOLEAN(true), [true]],
  ["vector of several formats", Structure.vector(["U2", "U8"]), U8(1n, 2n ** 60n), [1, 2n ** 60n], U8(1n, 2n ** 60n)],
  [
    "vector of several formats, in the first that holds all",
    Structure.vector(["U2", "I2"]),
    I2(1, 2),
    [1, 2],
    U2(1, 2)
  ],
  ["one of several, a number", Structure.value(Ids), U1(7), 7, U4(7)],
  ["one of several, a number in 64 bits", Structure.value(Ids), U8(7n), 7, U4(7)],
  ["one of several, more than a number holds", Structure.value(Ids), U8(2n ** 60n), 2n ** 60n],
  ["one of several, a text", Structure.value(Ids), A("x"), "x"],
  ["bytes or text", Structure.value(["B", "A"]), B(1, 2), Uint8Array.of(1, 2)],
  ["B or U1, a number", Structure.value(["B", "U1"]), U1(7), 7, B(7)],
  ["any unsigned", Structure.unsigned, U2(7), 7, U4(7)],
  ["any signed", Structure.signed, I2(-7), -7, Result.getOrThrow(StructureCodec.toItem(Structure.I4)(-7))],
  ["any item", Structure.item, L(A("x")), L(A("x"))],
  ["an item of certain formats", Structure.itemOf(["A", "U4"]), U4(1), U4(1)],
  ["localized text", Structure.C2, C2(2, "é"), C2(2, "é").value],
  ["a list", Structure.list({ a: Structure.U4, b: Structure.A }), L(U4(1), A("x")), { a: 1, b: "x" }],
  ["a list that ends early", Structure.list({ a: Structure.U4, b: Structure.tail(Structure.A) }), L(U4(1)), { a: 1 }],
  [
    "a list that ends late",
    Structure.list({ a: Structure.U4, b: Structure.tail(Structure.A) }),
    L(U4(1), A("x")),
    { a: 1, b: "x" }
  ],
  ["a list of alike", Structure.listOf(Structure.U4), L(U4(1), U4(2)), [1, 2]],
  ["a list of alike, empty", Structure.listOf(Structure.U4), L(), []],
  ["a packed list", Structure.packedList("U4"), L(U4(1), U4(2)), Uint32Array.of(1, 2)],
  ["an optional list, absent", Structure.optional(Structure.list({ a: Structure.U4 })), L(), undefined],
  ["an optional list", Structure.optional(Structure.list({ a: Structure.U4 })), L(U4(1)), { a: 1 }],
  ["an optional value, absent", Structure.optional(Structure.U4), U4(), undefined],
  ["an optional member, absent", Structure.list({ a: Structure.optional(Structure.A) }), L(A("")), {}],
  ["the empty list", Structure.nothing, L(), undefined],
  [
    "the first of two that fits",
    Structure.either([Structure.U4, Structure.list({ a: Structure.A })]),
    L(A("x")),
    { a: "x" }
  ]
]

describe("Structure", () => {
  for (const [name, structure, item, value, written] of rows) {
    it(`reads and writes ${name}`, () => {
      const read = Result.getOrThrow(StructureCodec.fromItem(structure)(item))
      expect(read).toEqual(value)
      const back = Result.getOrThrow(StructureCodec.toItem(structure)(read))
      expect(String(back)).toBe(String(written ?? item))
      expect(Equal.equals(back, written ?? item)).toBe(true)
    })
  }

  for (const [name, structure, item, value, written] of rows) {
    it(`is a Schema that reads and writes ${name} alike`, () => {
      const read = Result.getOrThrow(Schema.decodeUnknownResult(structure)(item))
      expect(read).toEqual(value)
      expect(Equal.equals(Result.getOrThrow(Schema.encodeUnknownResult(structure)(read)), written ?? item)).toBe(true)
    })
  }

  for (const [name, structure, , value] of rows) {
    it(`decodes and encodes the bytes of ${name}`, () => {
      const bytes = Result.getOrThrow(StructureCodec.encode(structure)(value))
      expect(Result.getOrThrow(StructureCodec.decode(structure)(bytes))).toEqual(value)
    })
  }

  /** What a structure refuses to read, and the sentence. */
  const refusals: ReadonlyArray<readonly [string, Structure.Any, Item, message: string]> = [
    ["another format", Structure.U4, A("x"), 'the body: expected U4, got <A "x">'],
    ["no value", Structure.U4, U4(), "the body: expected 1 value, got 0"],
    ["two values", Structure.U4, U4(1, 2), "the body: expected 1 value, got 2"],
    ["two bytes for a code", Structure.B, B(1, 2), "the body: expected 1 value, got 2"],
    [
      "a text that is too long",
      Structure.text({ maximum: 2 }),
      A("abc"),
      "the body: expected 0 to 2 characters, got 3"
    ],
    [
      "a vector that is too short",
      Structure.vector("U4", { minimum: 2 }),
      U4(1),
      "the body: expected at least 2 values, got 1"
    ],
    [
      "a list that is too short",
      Structure.list({ a: Structure.U4, b: Structure.A }),
      L(U4(1)),
      "the body: expected 2 elements, got 1"
    ],
    [
      "a list that is too long",
      Structure.list({ a: Structure.U4 }),
      L(U4(1), U4(2)),
      "the body: expected 1 element, got 2"
    ],
    ["no list", Structure.list({ a: Structure.U4 }), U4(1), "the body: expected L, got <U4 1>"],
    [
      "an element of an element",
      Structure.list({ reports: Structure.listOf(Structure.list({ rptid: Structure.unsigned })) }),
      L(L(L(U4(1)), L(A("x")))),
      'reports[1].rptid: expected U4, U1, U2 or U8, got <A "x">'
    ],
    [
      "what none of two reads",
      Structure.either([Structure.U4, Structure.list({ a: Structure.A })]),
      L(U4(1)),
      "a: expected A, got <U4 1>"
    ],
    [
      "what none of two reads, neither better than the other",
      Structure.either([Structure.U4, Structure.list({ a: Structure.A })]),
      B(1, 2),
      "the body: none of 2 structures fits: the body: expected U4, got <B 0x01 0x02>; the body: expected L, got <B 0x01 0x02>"
    ],
    [
      "a code of none",
      Structure.enumeration("U1", { Off: 0, On: 1 }, { closed: true }),
      U1(2),
      "the body: 2 is none of 0 Off, 1 On"
    ]
  ]

  for (const [name, structure, item, message] of refusals) {
    it(`refuses ${name}`, () => {
      const read = StructureCodec.fromItem(structure)(item)
      expect(Result.isFailure(read) && read.failure.message).toBe(message)
      expect(Result.isFailure(Schema.decodeUnknownResult(structure)(item))).toBe(true)
    })
  }

  /** What a structure refuses to write, and the sentence. */
  const unwritable: ReadonlyArray<readonly [string, Structure.Any, value: unknown, message: string]> = [
    ["a text for a number", Structure.U4, "1", 'the body: expected an integer from 0 to 4294967295, got "1"'],
    ["a number out of range", Structure.U1, 256, "the body: expected an integer from 0 to 255, got 256"],
    [
      "a fraction",
      Structure.value(["I4", "U4"]),
      1.5,
      "the body: expected an integer from -2147483648 to 4294967295, got 1.5"
    ],
    ["a number beyond single precision", Structure.F4, 1e39, "the body: expected a number, got 1e+39"],
    ["nothing", Structure.A, undefined, "the body: expected a text, got undefined"],
    [
      "a text beyond latin-1",
      Structure.A,
      "é半",
      'the body: expected a text in latin-1, as no encoding is named, got "é半"'
    ],
    ["a text that is too long", Structure.text({ maximum: 2 }), "abc", "the body: expected 0 to 2 characters, got 3"],
    ["an object for an array", Structure.listOf(Structure.U4), { a: 1 }, "the body: expected an array, got an object"],
    [
      "an array for an object",
      Structure.list({ a: Structure.U4 }),
      [1],
      "the body: expected an object with a, got an array of 1"
    ],
    [
      "a missing member",
      Structure.list({ a: Structure.U4 }),
      {},
      "a: expected an integer from 0 to 4294967295, got undefined"
    ],
    ["a plain value for an item", Structure.list({ v: Structure.item }), { v: 5 }, "v: expected an item, got 5"],
    ["a code of none", Structure.enumeration("U1", { Off: 0 }, { closed: true }), 5, "the body: 5 is none of 0 Off"]
  ]

  for (const [name, structure, value, message] of unwritable) {
    it(`refuses to write ${name}`, () => {
      const written = StructureCodec.toItem(structure)(value)
      expect(Result.isFailure(written) && written.failure.message).toBe(message)
      expect(Result.isFailure(Schema.encodeUnknownResult(structure)(value))).toBe(true)
      expect(Result.isFailure(StructureCodec.encode(structure)(value))).toBe(true)
    })
  }

  it("writes a value by the option that has all its members", () => {
    const one = Structure.list({ a: Structure.U4 })
    const two = Structure.list({ a: Structure.U4, b: Structure.A })
    const structure = Structure.either([Structure.nothing, one, two])
    const rows: ReadonlyArray<readonly [unknown, Item]> = [
      [undefined, L()],
      [{ a: 1 }, L(U4(1))],
      [{ a: 1, b: "x" }, L(U4(1), A("x"))]
    ]
    for (const [value, item] of rows) {
      expect(Equal.equals(Result.getOrThrow(StructureCodec.toItem(structure)(value as undefined)), item)).toBe(true)
      expect(Equal.equals(Result.getOrThrow(Schema.encodeUnknownResult(structure)(value)), item)).toBe(true)
    }
    const wrong = StructureCodec.toItem(structure)({ a: 1, c: 2 } as never)
    expect(Result.isFailure(wrong) && wrong.failure.reason._tag).toBe("NoChoice")
  })

  it("keeps through Schema what an option with members that may all be absent does not have", () => {
    const structure = Structure.either([
      Structure.list({ a: Structure.tail(Structure.A) }),
      Structure.listOf(Structure.I1),
      Structure.list({})
    ])
    const item = L(I1(1), I1(10))
    expect(Result.getOrThrow(StructureCodec.fromItem(structure)(item))).toEqual([1, 10])
    expect(Result.getOrThrow(Schema.decodeUnknownResult(structure)(item))).toEqual([1, 10])
    expect(Equal.equals(Result.getOrThrow(Schema.encodeUnknownResult(structure)([1, 10])), item)).toBe(true)
    const flag = Structure.either([Structure.list({}), Structure.BOOLEAN])
    expect(Equal.equals(Result.getOrThrow(Schema.encodeUnknownResult(flag)(false)), BOOLEAN(false))).toBe(true)
  })

  it("does not write a value by an option that leaves out members inside it, whatever is wrong with them", () => {
    const inner = Structure.list({ mdln: Structure.A, softrev: Structure.A })
    const structure = Structure.either([
      Structure.list({ ack: Structure.B, who: inner, all: Structure.listOf(inner) }),
      Structure.list({
        ack: Structure.B,
        who: Structure.nothing,
        all: Structure.listOf(Structure.list({ mdln: Structure.A }))
      })
    ])
    const who = { mdln: "M", softrev: "日" }
    for (const value of [
      { ack: 0, who, all: [] },
      { ack: 0, who: undefined, all: [who] }
    ]) {
      expect(Result.isFailure(StructureCodec.toItem(structure)(value as never))).toBe(true)
      expect(Result.isFailure(StructureCodec.encode(structure)(value as never))).toBe(true)
      expect(Result.isFailure(Schema.encodeUnknownResult(structure)(value))).toBe(true)
    }
    expect(Result.isSuccess(StructureCodec.encode(structure)({ ack: 0, who: undefined, all: [{ mdln: "M" }] }))).toBe(
      true
    )
  })

  it("throws where a member follows one that may be absent", () => {
    expect(() => Structure.list({ a: Structure.tail(Structure.U4), b: Structure.U4 })).toThrow(
      'list: "b" must be there, but follows "a", which may be absent'
    )
  })

  it("throws where a member has the name of an object's prototype", () => {
    expect(() => Structure.list({ ["__proto__"]: Structure.A })).toThrow('list: "__proto__" is no name for a member')
  })

  it("fails for values that no description can be made of", () => {
    const Closed = Structure.enumeration("U1", { Off: 0, On: 1 }, { closed: true })
    const nobody: unknown = Object.create(null)
    for (const value of [nobody, Object.assign(new Uint8Array(2), { constructor: undefined })]) {
      for (const structure of [Closed, Structure.A] as ReadonlyArray<Structure.Any>) {
        expect(Result.isFailure(StructureCodec.toItem(structure)(value))).toBe(true)
        expect(Result.isFailure(StructureCodec.encode(structure)(value))).toBe(true)
      }
    }
  })

  it("names codes", () => {
    const HCACK = Structure.enumeration("B", { Accepted: 0, Denied: [1, "denied, try again"] }, { name: "HCACK" })
    expect(HCACK.codes.Denied).toBe(1)
    expect([0, 1, 2].map(HCACK.meaning)).toEqual(["Accepted", "denied, try again", undefined])
    const layout = Layout.fromSchema(HCACK)
    expect(layout._tag === "Leaf" && [0, 1, 2].map((code) => Layout.meaning(layout, code))).toEqual([
      "Accepted",
      "denied, try again",
      undefined
    ])
  })

  it("prints its layout in one line", () => {
    const report = Structure.list({
      rptid: Structure.value(["U4", "A"], { name: "RPTID" }),
      values: Structure.listOf(Structure.item)
    })
    const structure = Structure.list({
      ceid: Structure.value(["U4", "A"], { name: "CEID" }),
      reports: Structure.listOf(report),
      limits: Structure.optional(Structure.list({ low: Structure.F4 })),
      ids: Structure.vector("U4", { name: "SVID" }),
      note: Structure.tail(Structure.either([Structure.A, Structure.bytes()]))
    })
    expect(Layout.notation(Layout.fromSchema(structure))).toBe(
      "L{CEID L*{L{RPTID L*{any}}} L?{<F4>} SVID[] (<A>|<B>)?}"
    )
  })
})

describe("Structure with Schemas of the user", () => {
  class Point extends Schema.Class<Point>("Point")({ x: Schema.Number, y: Schema.Number }) {
    get length(): number {
      return Math.hypot(this.x, this.y)
    }
  }
  const Points = Structure.listOf(Structure.list({ x: Structure.F8, y: Structure.F8 }).pipe(Schema.decodeTo(Point)))

  it("makes instances of a class, inside a list, from items and from bytes", () => {
    const item = L(L(F8(3), F8(4)))
    const read = Result.getOrThrow(StructureCodec.fromItem(Points)(item))
    expect(read[0]).toBeInstanceOf(Point)
    expect(read[0]!.length).toBe(5)
    expect(Equal.equals(Result.getOrThrow(StructureCodec.toItem(Points)(read)), item)).toBe(true)
    const bytes = Result.getOrThrow(StructureCodec.encode(Points)(read))
    expect(Result.getOrThrow(StructureCodec.decode(Points)(bytes))[0]!.length).toBe(5)
  })

  it("keeps a brand and its layout", () => {
    const Ceid = Structure.value(["U4", "A"], { name: "CEID" }).pipe(Schema.brand("CEID"))
    expect(Layout.notation(Layout.fromSchema(Ceid))).toBe("CEID")
    expect(Result.getOrThrow(StructureCodec.fromItem(Ceid)(U4(7)))).toBe(7)
  })

  it("checks what a check says, both ways, and gives its sentence", () => {
    const Even = Structure.U4.check(Schema.makeFilter((n: number) => n % 2 === 0 || `${n} is odd`))
    const structure = Structure.list({ pair: Even })
    expect(Result.getOrThrow(StructureCodec.fromItem(structure)(L(U4(4))))).toEqual({ pair: 4 })
    const read = StructureCodec.fromItem(structure)(L(U4(5)))
    expect(Result.isFailure(read) && read.failure.message).toBe("pair: 5 is odd")
    const written = StructureCodec.toItem(structure)({ pair: 5 })
    expect(Result.isFailure(written) && written.failure.message).toBe("pair: 5 is odd")
    expect(Result.isFailure(StructureCodec.encode(structure)({ pair: 5 }))).toBe(true)
  })

  it("reads an item through a Schema that has no layout", () => {
    const Any = Schema.declare((u): u is Item => typeof u === "object" && u !== null && "format" in u)
    expect(Layout.fromSchema(Any)._tag).toBe("Mapped")
    expect(Equal.equals(Result.getOrThrow(StructureCodec.fromItem(Any as never)(U4(7))), U4(7))).toBe(true)
  })
})

describe("a structure that contains itself", () => {
  interface Tree {
    readonly name: string
    readonly children: ReadonlyArray<Tree>
  }
  const Tree: Structure.Structure<Tree> = Structure.list({
    name: Structure.A,
    children: Structure.listOf(Structure.suspend(() => Tree))
  })
  const deep = (levels: number): Item => {
    let item: Item = L(A("0"), L())
    for (let level = 1; level < levels; level++) item = L(A(String(level)), L(item))
    return item
  }

  it("reads and writes itself", () => {
    const item = L(A("root"), L(L(A("left"), L()), L(A("right"), L())))
    const tree = Result.getOrThrow(StructureCodec.fromItem(Tree)(item))
    expect(tree.children.map((child) => child.name)).toEqual(["left", "right"])
    expect(Equal.equals(Result.getOrThrow(StructureCodec.toItem(Tree)(tree)), item)).toBe(true)
  })

  it("refuses more levels than maxDepth, on both sides of it, and 100 000 without an overflow", () => {
    const read = StructureCodec.fromItem(Tree, { maxDepth: 4 })
    expect(Result.isSuccess(read(deep(5)))).toBe(true)
    const tooDeep = read(deep(6))
    expect(Result.isFailure(tooDeep) && tooDeep.failure.reason).toEqual({ _tag: "TooDeep", maxDepth: 4 })
    expect(Result.isFailure(StructureCodec.fromItem(Tree)(deep(100_000)))).toBe(true)
  })

  it("reads at most 512 levels, whatever is asked for, and refuses a maxDepth that is no number", () => {
    const read = StructureCodec.fromItem(Tree, { maxDepth: 100_000 })
    expect(Result.isSuccess(read(deep(512)))).toBe(true)
    const tooDeep = read(deep(1_000))
    expect(Result.isFailure(tooDeep) && tooDeep.failure.reason).toEqual({ _tag: "TooDeep", maxDepth: 512 })
    expect(() => StructureCodec.fromItem(Tree, { maxDepth: Number.NaN })(deep(2))).toThrow("maxDepth is NaN")
  })

  it("refuses what two options of each level refuse in less time than all ways would take", () => {
    type Node = { readonly a: unknown } | { readonly b: unknown } | number
    const Node: Structure.Structure<Node> = Structure.either([
      Structure.list({ a: Structure.suspend(() => Node) }),
      Structure.list({ b: Structure.suspend(() => Node) }),
      Structure.U4
    ])
    let item: Item = A("no number")
    for (let level = 0; level < 100; level++) item = L(item)
    expect(Result.isFailure(StructureCodec.fromItem(Node)(item))).toBe(true)
    expect(Result.isFailure(StructureCodec.fromItem(Node, { mode: "lenient" })(item))).toBe(true)
  })
})

import { Item, ItemCodec, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Preset from "../src/Preset.ts"
import * as SmlParser from "../src/SmlParser.ts"
import * as SmlPrinter from "../src/SmlPrinter.ts"
import type * as Template from "../src/Template.ts"
import { failure, success } from "./support/expect.ts"

const { A, B, BOOLEAN, C2, F4, F8, I1, I8, J, L, U1, U2, U4, U8 } = Item

const printed = (item: Item.Item, preset?: Preset.Preset, maxWidth?: number): string =>
  success(SmlPrinter.item(item, { preset, maxWidth }))

const refused = (item: Item.Item, preset?: Preset.Preset): string => failure(SmlPrinter.item(item, { preset })).message

const lines = (...all: ReadonlyArray<string>): string => all.join("\n")

/** What the tools were asked to print, to compare: text with a line end and a quote, bytes, booleans, a float, a list. */
const sample = L(A('A\r\n"B'), B(0x81, 0x01), BOOLEAN(true, false), F4(0.1), L())

/** The same without what half of the tools cannot read. */
const plain = L(A("it's"), B(0x81, 0x01), BOOLEAN(true, false), F4(0.1), L())

describe("canonical", () => {
  it("prints a message with one item a line, sizes, codes for what is not printable, and a dot of its own", () => {
    const message = SecsMessage.primary(6, 11, L(U4(1), U4(1001), L(A("AB\r\nCD\0"))))
    assert.strictEqual(
      success(SmlPrinter.message(message)),
      lines(
        "S6F11 W",
        "<L [3]",
        "  <U4 [1] 1>",
        "  <U4 [1] 1001>",
        "  <L [1]",
        '    <A [7] "AB" 0x0D 0x0A "CD" 0x00>',
        "  >",
        ">",
        "."
      )
    )
  })

  it("prints a header alone, with and without W", () => {
    assert.strictEqual(success(SmlPrinter.message(SecsMessage.primary(1, 1))), "S1F1 W\n.")
    assert.strictEqual(success(SmlPrinter.message(SecsMessage.abort(1))), "S1F0\n.")
  })

  it("prints a name before the header, in which the header is quoted", () => {
    assert.strictEqual(
      success(SmlPrinter.message(SmlPrinter.named("AreYouThere", SecsMessage.primary(1, 1)))),
      "AreYouThere:'S1F1' W\n."
    )
  })

  it("prints a W-bit that is left to the sender in brackets", () => {
    assert.strictEqual(success(SmlPrinter.message({ stream: 6, function: 11, wBit: "optional" })), "S6F11 [W]\n.")
  })

  it.each<readonly [Item.Item, string]>([
    [sample.value[0]!, '<A [5] "A" 0x0D 0x0A 0x22 "B">'],
    [B(0x81, 0x01), "<B [2] 0x81 0x01>"],
    [BOOLEAN(true, false), "<BOOLEAN [2] T F>"],
    [L(), "<L [0]>"],
    [A(""), '<A [0] "">'],
    [J(""), '<J [0] "">'],
    [U4([]), "<U4 [0]>"],
    [B([]), "<B [0]>"],
    [BOOLEAN([]), "<BOOLEAN [0]>"],
    [F4([]), "<F4 [0]>"],
    [A("\\"), "<A [1] 0x5C>"],
    [A("~ \x7f\xe9"), '<A [4] "~ " 0x7F 0xE9>'],
    [U1(0, 7, 255), "<U1 [3] 0 7 255>"],
    [I1(-128, -1, 127), "<I1 [3] -128 -1 127>"],
    [U8(2n ** 64n - 1n), "<U8 [1] 18446744073709551615>"],
    [I8(-(2n ** 63n), 0n), "<I8 [2] -9223372036854775808 0>"],
    [J("ｱｲｳ"), '<J [3] "ｱｲｳ">'],
    [J("a\\~\n"), '<J [4] "a" 0x5C 0x7E 0x0A>'],
    [C2(2, "text"), '<W [6] "text">'],
    [C2(2, "漢字 é"), '<W [11] "漢字 é">'],
    [C2(2, ""), '<W [2] "">'],
    [C2(2, 'a"b'), "<C2 [5] 2 0x61 0x22 0x62>"],
    [C2(2, "a\nb"), "<C2 [5] 2 0x61 0x0A 0x62>"],
    [C2(2, [0xff]), "<C2 [3] 2 0xFF>"],
    [C2(8, [0x82, 0xa0]), "<C2 [4] 8 0x82 0xA0>"],
    [C2(1, []), "<C2 [2] 1>"]
  ])("prints %s by the standard forms", (item, text) => {
    assert.strictEqual(printed(item), text)
  })

  it.each<readonly [number, string]>([
    [0.1, "0.1"],
    [-0, "-0"],
    [0, "0"],
    [3.5, "3.5"],
    [16777215, "16777215"],
    [16777216, "16777216"],
    [1e10, "10000000000"],
    [0.001, "0.001"],
    [1 / 3, "0.33333334"],
    [3.4028234663852886e38, "3.4028235e+38"],
    [2 ** -149, "1e-45"],
    [2 ** -126, "1.1754944e-38"],
    // Three powers of two whose fewest digits are not those of the nearest decimal.
    [2 ** -96, "1.2621775e-29"],
    [2 ** 87, "1.5474251e+26"],
    [2 ** 90, "1.2379401e+27"],
    [NaN, "NaN"],
    [Infinity, "Infinity"],
    [-Infinity, "-Infinity"]
  ])("prints the F4 %d with the fewest digits that mean it", (value, text) => {
    assert.strictEqual(printed(F4(value)), `<F4 [1] ${text}>`)
  })

  it.each<readonly [number, string]>([
    [0.1, "0.1"],
    [-0, "-0"],
    [1e21, "1e+21"],
    [5e-324, "5e-324"],
    [3.141592653589793, "3.141592653589793"]
  ])("prints the F8 %d with the fewest digits that mean it", (value, text) => {
    assert.strictEqual(printed(F8(value, 1)), `<F8 [2] ${text} 1>`)
  })

  it("refuses a NaN with a payload, which has no text", () => {
    const item = success(ItemCodec.decode(Uint8Array.of(0x91, 4, 0x7f, 0xc0, 0, 1)))
    assert.strictEqual(refused(L(U1(1), item)), "peer has no text for NaN with the bits 7FC00001, item [1]")
    const eight = success(ItemCodec.decode(Uint8Array.of(0x81, 8, 0xff, 0xf8, 0, 0, 0, 0, 0, 0)))
    assert.strictEqual(refused(eight), "peer has no text for NaN with the bits FFF8000000000000")
  })

  it.each([
    [{ stream: 128, function: 1 }, "peer has no text for stream 128 of S128F1"],
    [{ stream: 1, function: 256 }, "peer has no text for function 256 of S1F256"],
    [{ stream: 1, function: 1.5 }, "peer has no text for function 1.5 of S1F1.5"],
    [{ stream: 1, function: 2, wBit: "set" }, "peer has no text for the W-bit of a secondary of S1F2"],
    [{ stream: 1, function: 1, name: "a:b" }, 'peer has no text for the name "a:b" of S1F1'],
    [{ stream: 1, function: 1, name: "" }, 'peer has no text for the name "" of S1F1']
  ] as const)("refuses %j, which no reader takes", (message, text) => {
    assert.strictEqual(failure(SmlPrinter.message(message)).message, text)
  })
})

describe("compact", () => {
  it("prints all on one line", () => {
    assert.strictEqual(
      success(SmlPrinter.message(SecsMessage.secondary(1, 2, sample), { preset: Preset.compact })),
      'S1F2 <L [5] <A [5] "A" 0x0D 0x0A 0x22 "B"> <B [2] 0x81 0x01> <BOOLEAN [2] T F> <F4 [1] 0.1> <L [0]>>.'
    )
    assert.strictEqual(success(SmlPrinter.message(SecsMessage.primary(1, 1), { preset: Preset.compact })), "S1F1 W.")
  })
})

describe("presets", () => {
  it.each<readonly [keyof typeof Preset.presets, string]>([
    [
      "secs4net",
      lines(
        "Say:'S1F3' W",
        "<L [5]",
        '    <A [4] "it\'s">',
        "    <B [2] 0x81 0x01>",
        "    <Boolean [2] True False>",
        "    <F4 [1] 0.1>",
        "    <L [0]",
        "    >",
        ">",
        "."
      )
    ],
    [
      "go-secs",
      lines(
        "Say:'S1F3' W",
        "<L [5]",
        '  <A [4] "it\'s">',
        "  <B [2] 0x81 0x01>",
        "  <BOOLEAN [2] True False>",
        "  <F4 [1] 0.1>",
        "  <L [0]>",
        ">",
        "."
      )
    ],
    [
      "secs4java8",
      lines(
        "S1F3 W",
        "<L [5]",
        '  <A [4] "it\'s">',
        "  <B [2] 0x81 0x01>",
        "  <BOOLEAN [2] T F>",
        "  <F4 [1] 0.1>",
        "  <L [0]>",
        ">",
        "."
      )
    ],
    [
      "secs4js",
      lines(
        "S1F3 W",
        "<L [5]",
        '  <A [4] "it\'s">',
        "  <B [2] 0x81 0x01>",
        "  <BOOLEAN [2] T F>",
        "  <F4 [1] 0.1>",
        "  <L [0]>",
        ">",
        "."
      )
    ],
    [
      "secs4go",
      lines(
        "S1F3 W H->E Say",
        "<L [5]",
        '  <A [4] "it\'s">',
        "  <B [2] 0x81 0x01>",
        "  <BOOLEAN [2] T F>",
        "  <F4 [1] 0.1>",
        "  <L [0]>",
        ">",
        "."
      )
    ],
    [
      "pfile",
      lines(
        "S1F3 = Say W",
        "<L [5]",
        '  <A [4] "it\'s">',
        "  <B [2] 0x81 0x01>",
        "  <BOOLEAN [2] T F>",
        "  <F4 [1] 0.1>",
        "  <L [0]>",
        ">",
        "."
      )
    ]
  ])("%s is written as its tool reads", (name, text) => {
    const message = { name: "Say", stream: 1, function: 3, wBit: "set", direction: "H->E", item: plain } as const
    assert.strictEqual(success(SmlPrinter.message(message, { preset: Preset.presets[name] })), text)
  })

  it("secsgem is written as its items read, codes and all", () => {
    assert.strictEqual(
      printed(sample, Preset.secsgem),
      lines(
        "<L [5]",
        '  <A "A" 0x0D 0x0A 0x22 "B">',
        "  <B 0x81 0x01>",
        "  <BOOLEAN 0x1 0x0>",
        "  <F4 0.1>",
        "  <L [0]>",
        ">"
      )
    )
  })

  it("pfile says who sends a message, and secs4go does by roles", () => {
    const message = { name: "go", stream: 2, function: 41, wBit: "set", direction: "OUTPUT" } as const
    assert.strictEqual(success(SmlPrinter.message(message, { preset: Preset.pfile })), "S2F41 = go OUTPUT W\n.")
    assert.strictEqual(success(SmlPrinter.message(message, { preset: Preset.secs4go })), "S2F41 W go\n.")
    assert.strictEqual(
      success(SmlPrinter.message({ ...message, name: undefined }, { preset: Preset.pfile })),
      "S2F41 OUTPUT W\n."
    )
  })

  it.each<readonly [keyof typeof Preset.presets, Item.Item, string]>([
    ["secs4net", A("a\nb"), "secs4net has no text for code 0x0A in text"],
    ["secs4net", A(" a"), "secs4net has no text for a space or quote at an end of text"],
    ["secs4net", A("a'"), "secs4net has no text for a space or quote at an end of text"],
    ["secs4net", A("a'b\"c"), "secs4net has no text for both quotes in one text"],
    ["secs4net", C2(2, "a"), "secs4net has no text for C2"],
    ["secs4net", J("ｱ"), "secs4net has no text for code 0xFF71 in text"],
    ["go-secs", A("caf\xe9"), "go-secs has no text for code 0xE9 in text"],
    ["go-secs", J("a>"), "go-secs has no text for a > in text"],
    ["go-secs", C2(1, "a"), "go-secs has no text for C2 that is not printable text in UTF-8"],
    ["go-secs", C2(2, "a>"), "go-secs has no text for a > in C2"],
    ["go-secs", F8(-Infinity), "go-secs has no text for -Infinity"],
    ["secs4java8", A("\x80"), "secs4java8 has no text for code 0x80 in text"],
    ["secs4java8", J("a"), "secs4java8 has no text for J"],
    ["secsgem", F4(NaN), "secsgem has no text for NaN"],
    [
      "secsgem",
      F4(3.4028234663852886e38),
      "secsgem has no text for 3.4028234663852886e+38, which is beyond 3.40282e+38"
    ],
    ["secsgem", C2(2, "a"), "secsgem has no text for C2"],
    ["secs4js", A("a\0"), "secs4js has no text for code 0x00 in text"],
    ["secs4js", J("a"), "secs4js has no text for J"],
    ["secs4js", F4(Infinity), "secs4js has no text for Infinity"],
    ["secs4js", U8(2n ** 53n), "secs4js has no text for 9007199254740992, which is beyond 9007199254740991"],
    ["secs4go", A("\xff"), "secs4go has no text for code 0xFF in text"],
    ["secs4go", F8(NaN), "secs4go has no text for NaN"]
  ])("%s refuses %s", (name, item, text) => {
    assert.strictEqual(refused(item, Preset.presets[name]), text)
  })

  it.each<readonly [keyof typeof Preset.presets, Item.Item, string]>([
    ["secs4net", A('a"b'), "<A [3] 'a\"b'>"],
    ["secs4net", A("a'b"), '<A [3] "a\'b">'],
    ["secs4net", A(""), "<A [0] ''>"],
    ["secs4net", J("a\\~"), "<J [3] 'a\\~'>"],
    ["go-secs", A('a"b'), "<A [3] 'a\"b'>"],
    ["go-secs", A("a\\b"), '<A [3] "a\\b">'],
    ["go-secs", C2(2, "é"), '<W [4] "é">'],
    ["secs4java8", A("a\0"), '<A [2] "a" 0x00>'],
    ["secs4java8", F4(NaN), "<F4 [1] NaN>"],
    ["secsgem", J("ｱ\\"), "<J 0xB1 0x5C>"],
    ["secsgem", A(""), '<A "">'],
    ["secs4js", F8(1e21, 1.5e-7), "<F8 [2] 1000000000000000000000 0.00000015>"],
    ["secs4js", F4(-2e10, 2 ** -149), `<F4 [2] -20000000000 0.${"0".repeat(44)}1>`],
    ["secs4go", A("a\\b"), '<A [3] "a" 0x5C "b">'],
    ["secs4go", F8(1e21), "<F8 [1] 1e+21>"]
  ])("%s writes %s", (name, item, text) => {
    assert.strictEqual(printed(item, Preset.presets[name]), text)
  })

  it.each<readonly [keyof typeof Preset.presets, string]>([
    ["secs4net", "S1F1 x"],
    ["go-secs", "a.b"],
    ["secs4go", "Wafer"],
    ["secs4go", "two words"],
    ["secs4go", "S1F1"],
    ["pfile", "two words"],
    ["canonical", "x<y"],
    ["canonical", "if (x)"],
    ["canonical", "S1F1W"],
    ["canonical", "S1F1W:'S15F41'"],
    ["secs4net", "x S1F1w"],
    ["go-secs", "S1F1W^"],
    ["secs4go", "_x"],
    ["secs4go", "S1F1W"]
  ])("%s refuses the name %s, which it would not read as one", (name, label) => {
    const result = SmlPrinter.message(SmlPrinter.named(label, SecsMessage.primary(1, 1)), {
      preset: Preset.presets[name]
    })
    assert.strictEqual(failure(result).what, `the name "${label}"`)
  })

  it("of one's own start from another", () => {
    const preset: Preset.Preset = { ...Preset.secs4java8, name: "ours", layout: "line" }
    assert.strictEqual(
      success(SmlPrinter.message(SecsMessage.primary(1, 3, L(U4(1))), { preset })),
      "S1F3 W <L [1] <U4 [1] 1>>."
    )
    assert.strictEqual(refused(J("a"), preset), "ours has no text for J")
  })

  it("of items only refuse a message", () => {
    assert.strictEqual(
      failure(SmlPrinter.message(SecsMessage.primary(1, 1), { preset: Preset.secsgem })).message,
      "secsgem has no text for a header of S1F1"
    )
  })

  it("of one message a text refuse a second", () => {
    const messages = [SecsMessage.primary(1, 1), SecsMessage.primary(1, 13)]
    assert.strictEqual(success(SmlPrinter.document(messages)), "S1F1 W\n.\nS1F13 W\n.\n")
    assert.strictEqual(
      failure(SmlPrinter.document(messages, { preset: Preset.secs4js })).message,
      "secs4js has no text for a second message of S1F13"
    )
  })
})

describe("maxWidth", () => {
  it("lets values go on in the next line, below the first", () => {
    const item = L(U2(Array.from({ length: 12 }, (_, i) => i * 1000)), A("one two three four five six\n"))
    assert.strictEqual(
      printed(item, undefined, 30),
      lines(
        "<L [2]",
        "  <U2 [12] 0 1000 2000 3000",
        "    4000 5000 6000 7000 8000",
        "    9000 10000 11000>",
        '  <A [28] "one two three fou"',
        '    "r five six" 0x0A>',
        ">"
      )
    )
  })

  it("parts no value, however narrow", () => {
    assert.strictEqual(printed(U4(123456789, 2), undefined, 1), lines("<U4 [2]", "  123456789", "  2>"))
  })

  it("is not kept where the tool wants an item on a line", () => {
    assert.strictEqual(printed(U1(1, 2, 3), Preset.secs4net, 4), "<U1 [3] 1 2 3>")
  })
})

describe("show", () => {
  it("cuts what is long, and says how much is left out", () => {
    assert.strictEqual(
      SmlPrinter.show(B(new Uint8Array(1000)), { maxValues: 2 }),
      "<B [1000] 0x00 0x00 /* 998 more */>"
    )
    assert.strictEqual(
      SmlPrinter.show(L(A("ab\ncdef"), U4(1, 2, 3, 4), U1(1), U1(2)), { maxValues: 3 }),
      lines(
        "<L [4]",
        '  <A [7] "ab" 0x0A /* 4 more */>',
        "  <U4 [4] 1 2 3 /* 1 more */>",
        "  <U1 [1] 1>",
        "  /* 1 more */",
        ">"
      )
    )
    assert.strictEqual(
      SmlPrinter.show(L(U1(1), U1(2)), { maxValues: 1, oneLine: true }),
      "<L [2] <U1 [1] 1> /* 1 more */>"
    )
    assert.strictEqual(SmlPrinter.show(A("a"), { maxValues: 0 }), "<A [1] /* 1 more */>")
  })

  it("cuts no character in two", () => {
    assert.strictEqual(SmlPrinter.show(C2(2, "a😀b"), { maxValues: 2 }), '<W [8] "a" /* 3 more */>')
  })

  it("prints what has no text, with its bits in a comment", () => {
    const item = success(ItemCodec.decode(Uint8Array.of(0x91, 4, 0x7f, 0xc0, 0, 1)))
    assert.strictEqual(SmlPrinter.show(item), "<F4 [1] NaN /* 7FC00001 */>")
  })

  it("prints messages that are illegal", () => {
    assert.strictEqual(SmlPrinter.show(new SecsMessage.SecsMessage(200, 2, true, undefined)), "S200F2 W\n.")
    assert.strictEqual(
      SmlPrinter.show(SecsMessage.primary(1, 3, L(U4(1))), { oneLine: true }),
      "S1F3 W <L [1] <U4 [1] 1>>."
    )
  })

  it("reads back with a warning of each size that is cut", () => {
    const text = SmlPrinter.show(SecsMessage.primary(1, 3, L(U4(1, 2, 3), A("abc"))), { maxValues: 2 })
    const { errors, messages, warnings } = SmlParser.parse(text)
    assert.lengthOf(errors, 0)
    assert.deepStrictEqual(
      warnings.map(({ reason }) => reason),
      ["SizeMismatch", "SizeMismatch"]
    )
    assert.strictEqual(String(messages[0]!.item), '<L [2] <U4 [2] 1 2> <A "ab">>'.replace(" [2] 1 2", " 1 2"))
  })
})

// --- templates -----------------------------------------------------------------------------------------------------

/** The template of a message, with what equality of values cannot see: items as text. */
const outline = (node: Template.TemplateNode): unknown => {
  switch (node._tag) {
    case "Fixed":
      return String(node.item)
    case "Slot":
      return { ...node, default: node.default === undefined ? undefined : String(node.default) }
    case "List":
      return { _tag: "List", children: node.children.map(outline) }
    case "Repeat":
      return { ...node, body: node.body.map(outline) }
  }
}

const templateOf = (text: string, preset: Preset.Preset): Template.Template => {
  const { item, template } = success(SmlParser.parseMessage(text, { dialect: preset.dialect, strict: true }))
  if (template === undefined) assert.fail(`${item} is no template`)
  return template
}

describe("templates", () => {
  const file = lines(
    "S2F41 = startLot OUTPUT W",
    "<L [6]",
    "  <A [MAX 16]> = PPID",
    "  <U4 [1]> = SVID",
    '  <A [3] "LOT"> = CpName',
    "  <V> = RESULT",
    "  <VARIANT SV>",
    "  <VAR CEID>",
    ">",
    "."
  )

  it("print as files of templates write them", () => {
    const message = success(SmlParser.parseMessage(file))
    assert.strictEqual(success(SmlPrinter.message(message, { preset: Preset.pfile })), file)
  })

  it.each([
    "<V>",
    "<V [1..3]> = X",
    "<VARIANT>",
    "<VAR ID>",
    "<A [MAX 100]>",
    "<A> = PPID",
    "<A [5]> = PPID",
    '<A [MAX 16] "LOT"> = CpName',
    '<A [0] ""> = EMPTY',
    "<B [1] 0x00> = ACK",
    "<U4 [2..] 1 2> = IDS",
    "<U4 [1..4]> = IDS",
    "<U4 [3..]> = IDS",
    "<L [MAX 5]>",
    "<L [MAX 5]> = ALL",
    "<L> = ALL",
    "<L <U1 [1] 1>> = ALL",
    "<L [n] <U4 [1]> = SVID>",
    "<L [MAX 50] <U4 [1]> = SVID> = LIST",
    "<L [1..3] <U4 [1]> = SVID>",
    "<L [2..] <U4 [1]> = SVID>",
    "<L [2] <L [n] <L [2] <U4 [1]> = CEID <L [...] <V> = VALUE>>> <U1 [1] 5>>",
    "<U4AUTO [1]> = ID",
    "<NOW [14]>",
    "<NOW [16]> = CLOCK"
  ])("print %s so that it reads back", (text) => {
    for (const preset of [Preset.canonical, Preset.compact, Preset.pfile]) {
      const template = templateOf(`S1F1 W ${text}.`, preset)
      const again = success(SmlPrinter.message({ stream: 1, function: 1, template }, { preset }))
      assert.deepStrictEqual(outline(templateOf(again, preset).root), outline(template.root), again)
      assert.include(again, success(SmlPrinter.template(template, { preset })))
    }
  })

  const slot: Template.Slot = {
    _tag: "Slot",
    name: "X",
    key: "X",
    formats: ["U4"],
    minimum: 1,
    maximum: 1,
    default: undefined,
    optional: false,
    generated: undefined
  }

  it.each<readonly [Partial<Template.Slot>, string]>([
    [{ formats: ["U4", "A"] }, "a slot of U4, A"],
    [{ optional: true }, "an optional slot of U4"],
    [{ name: "a b" }, 'the name "a b"'],
    [{ name: undefined }, "a slot without a name"],
    [{ default: A("x") }, "a default A in a slot of U4"],
    [{ default: U4([]) }, "a default without values"],
    [{ name: undefined, default: U4(1) }, "a default in a slot without a name"],
    [{ minimum: 2 }, "a slot of 2 to 1 values"],
    [{ generated: "clock16" }, "a slot of U4 filled with a clock16"],
    [{ formats: ["L"], minimum: 1, maximum: 2 }, "a slot of L for 1 to 2 items"]
  ])("refuse a slot with %j", (differs, what) => {
    const root: Template.Slot = { ...slot, ...differs }
    const error = failure(SmlPrinter.template({ root: { _tag: "List", children: [root] }, slots: [root] }))
    assert.deepStrictEqual([error.what, error.path], [what, [0]])
  })

  it("refuse what is no template: an open list of a fixed number, or of nothing but items", () => {
    const repeat = { _tag: "Repeat", name: undefined, body: [slot], minimum: 2, maximum: 2 } as const
    assert.strictEqual(
      failure(SmlPrinter.template({ root: repeat, slots: [slot] })).what,
      "an open list of exactly 2 rounds"
    )
    const body = [{ _tag: "Fixed", item: U1(1) }] as const
    assert.strictEqual(
      failure(SmlPrinter.template({ root: { ...repeat, minimum: 0, body }, slots: [] })).what,
      "an open list without slots"
    )
  })

  it("are refused by presets without slots, and by what a default holds", () => {
    const template = {
      root: { ...slot, formats: ["A"], minimum: 0, maximum: 9, default: A("\xe9") },
      slots: []
    } as const
    assert.strictEqual(failure(SmlPrinter.template(template, { preset: Preset.secs4js })).what, "a slot")
    const preset = { ...Preset.pfile, A: Preset.secs4java8.A }
    assert.strictEqual(failure(SmlPrinter.template(template, { preset })).what, "code 0xE9 in text")
  })
})

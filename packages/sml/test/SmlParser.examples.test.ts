/**
 * Texts whose meaning was worked out by hand from SEMI E5, and compared with what other tools read where they read it.
 */
import { Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Dialect from "../src/Dialect.ts"
import * as SmlParser from "../src/SmlParser.ts"
import { sameItem, success } from "./support/expect.ts"
import { read, readItem, readMessage } from "./support/read.ts"

/** Text, what it is read as (bytes in hex, or the reason it is refused), and what strictly where that differs. */
type Row = readonly [text: string, lenient: string, strict?: string | undefined, options?: SmlParser.ParseOptions]

const table = (rows: ReadonlyArray<Row>, one: (text: string, options?: SmlParser.ParseOptions) => string): void => {
  it.each(rows.map(([text, lenient, strict = lenient, options]) => ({ text, lenient, strict, options })))(
    "reads $text as $lenient, strictly as $strict",
    ({ lenient, options, strict, text }) => {
      assert.strictEqual(one(text, options), lenient)
      assert.strictEqual(one(text, { ...options, strict: true }), strict)
    }
  )
}

const { secs4go, secs4js } = Dialect

describe("messages", () => {
  table(
    [
      ["S1F1 W.", "S1F1 W"],
      ["S1F1 W", "S1F1 W", "MissingTerminator"],
      ["s1f1 w.", "S1F1 W"],
      ["S1F1.", "S1F1"],
      ["'S1F1' W.", "S1F1 W"],
      ["AreYouThere:'S1F1' W\n.", "AreYouThere: S1F1 W"],
      ["Name: S1F1 W.", "Name: S1F1 W"],
      ["S6F11 [W] H<-E EventReport <L[0]>.", "EventReport: S6F11 [W] H<-E 0100"],
      ['S1F2 <L [2] <A [4] "MDLN"> <A [3] "1.0">>.', "S1F2 010241044D444C4E4103312E30"],
      ['S1F2 <L <A "MDLN"> <A "1.0">>.', "S1F2 010241044D444C4E4103312E30"],
      ['S1F2 <L[2] <A[4] "MDLN"> <A[3] "1.0">>.', "S1F2 010241044D444C4E4103312E30"],
      ['S1F2 // c\n<A "x">.', "S1F2 410178"],
      ['S1F2 /* c */ <A "x">.', "S1F2 410178"],
      ["S128F1.", "StreamRange"],
      ["S1F256.", "FunctionRange"],
      ["S127F255.", "S127F255"],
      ["S0F0.", "S0F0"],
      ["S1F2 W.", "WBitOnSecondary"],
      ["S1F2 W.", "S1F2 W", "WBitOnSecondary", { wBitOnSecondary: "warn" }],
      ['S1F1 W <A "x"> <A "y">.', "SecondRoot"],
      [
        "S6F11 W <L [3] <U4 1> <U4 1001> <L [1] <L [2] <U4 10> <L [2] <F4 3.5> <BOOLEAN T>>>>>.",
        "S6F11 W 0103B10400000001B104000003E901010102B1040000000A0102910440600000250101"
      ]
    ],
    readMessage
  )
})

describe("items", () => {
  table(
    [
      ["<L [0]>", "0100"],
      ["<L>", "0100"],
      ["<L <L <L>>>", "010101010100"],
      ['<A [0] "">', "4100"],
      ["<A>", "4100"],
      ['<A [7] "AB" 0x0D 0x0A "CD" 0x00>', "410741420D0A434400"],
      // The size counts all runs: it does not say where the first of them ends.
      ['<A [8] "1" 0x0A ">//abc">', "4108310A3E2F2F616263"],
      ["<A 0x41 0x42>", "41024142"],
      ["<A 65 66>", "41024142"],
      ["<A 'it'>", "41026974"],
      ['<A "a<b>.c">', "4106613C623E2E63"],
      // Read leniently, quotes are text where nothing that may follow text follows them.
      [String.raw`<A "say \"hi\"">`, "410A736179205C2268695C22", "BadValue"],
      [String.raw`<A "say \"hi\"">`, "41087361792022686922", undefined, { dialect: secs4go }],
      [String.raw`<A "caf\u00e9">`, "41096361665C7530306539"],
      ["<B 0x00 0x7F 0xFF>", "2103007FFF"],
      ["<B [2] 1 255>", "210201FF"],
      ["<B 0b1010>", "21010A"],
      ["<B>", "2100"],
      ["<BOOLEAN T F>", "25020100"],
      ["<BOOLEAN TRUE FALSE>", "25020100"],
      ["<BOOLEAN true False 1 0 0x01>", "25050100010001"],
      ["<BOOLEAN t f>", "25020100"],
      ["<Boolean [1] True>", "250101"],
      ["<BOOL T>", "250101"],
      ["<U4 1 2>", "B1080000000100000002"],
      ["<U4 [2] 1 2>", "B1080000000100000002"],
      ["<U4 [1..3] 1 2>", "B1080000000100000002"],
      ["<U4 [3] 1>", "B10400000001", "SizeMismatch"],
      ["<U4 0x10>", "B10400000010"],
      ["<u4 1>", "B10400000001"],
      ['<l <a "x">>', "0101410178"],
      ["<U1 256>", "ValueRange"],
      ["<U1 -1>", "ValueRange"],
      ["<I4 +5>", "710400000005"],
      ["<I8 -9223372036854775808>", "61088000000000000000"],
      ["<U8 18446744073709551615>", "A108FFFFFFFFFFFFFFFF"],
      ["<U8 9007199254740993>", "A1080020000000000001"],
      ["<F4 1.5 -2 1e3>", "910C3FC00000C0000000447A0000"],
      ["<F4 NaN>", "91047FC00000"],
      ["<F4 Infinity>", "91047F800000"],
      ["<F8 3.141592653589793>", "8108400921FB54442D18"],
      ['<J "abc">', "4503616263"]
    ],
    readItem
  )
})

describe("numbers at the edge of their formats", () => {
  table(
    [
      ["<I1 -128 127>", "6502807F"],
      ["<I1 128>", "ValueRange"],
      ["<I1 -129>", "ValueRange"],
      ["<I2 -32768 32767>", "690480007FFF"],
      ["<I2 32768>", "ValueRange"],
      ["<I4 -2147483648 2147483647>", "7108800000007FFFFFFF"],
      ["<I4 2147483648>", "ValueRange"],
      ["<I8 9223372036854775807>", "61087FFFFFFFFFFFFFFF"],
      ["<I8 9223372036854775808>", "ValueRange"],
      ["<I8 -9223372036854775809>", "ValueRange"],
      ["<U1 0 255>", "A50200FF"],
      ["<U2 65535>", "A902FFFF"],
      ["<U2 65536>", "ValueRange"],
      ["<U4 4294967295>", "B104FFFFFFFF"],
      ["<U4 4294967296>", "ValueRange"],
      ["<U8 18446744073709551616>", "ValueRange"],
      ["<U8 -1>", "ValueRange"],
      ["<B 256>", "ValueRange"],
      ["<A 256>", "ValueRange"],
      ["<F4 3.4028235e38 -3.4028235e38>", "91087F7FFFFFFF7FFFFF"],
      ["<F4 3.4028236e38>", "ValueRange"],
      ["<F4 1e-45 1e-46 -0>", "910C000000010000000080000000"],
      ["<F8 1.7976931348623157e308>", "81087FEFFFFFFFFFFFFF"],
      ["<F8 1e309>", "ValueRange"],
      ["<F8 .5 5. -.5E+1 +5e-1>", "81203FE00000000000004014000000000000C0140000000000003FE0000000000000"],
      ["<F4 nan INF -inf +Infinity>", "91107FC000007F800000FF8000007F800000"],
      ["<F4 1e>", "BadValue"],
      ["<F4 .>", "BadValue"],
      ["<F4 1.2.3>", "BadValue"],
      ["<F4 0x10>", "BadValue"],
      ["<U4 1.0>", "BadValue"],
      ["<U4 1e3>", "BadValue"],
      ["<U4 0b1012>", "BadValue"],
      ["<U4 0xG>", "BadValue"],
      ["<U4 0x>", "BadValue"],
      ["<U4 ->", "BadValue"],
      ["<U4 --1>", "BadValue"],
      ["<I4 - 1>", "BadValue"],
      ["<I1 -0x80 0b1 0o17>", "650380010F"],
      ["<U8 0xFFFFFFFFFFFFFFFF 0o1777777777777777777777>", "A110FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"],
      ["<U4 -0>", "B10400000000"]
    ],
    readItem
  )
})

describe("integers with leading zeros", () => {
  const zeros = "0".repeat(150)
  table(
    [
      ["<U1 010>", "A5010A", "LeadingZero"],
      ["<U8 010>", "A108000000000000000A", "LeadingZero"],
      ["<U1 010 08>", "BadValue", undefined, { dialect: secs4go }],
      ["<U1 010 0 00>", "A503080000", undefined, { dialect: secs4go }],
      // One more than a double holds.
      ["<U8 0400000000000000001>", "A1080020000000000001", undefined, { dialect: secs4go }],
      [`<U8 ${zeros}5>`, "A1080000000000000005", "LeadingZero"],
      [`<U8 ${zeros}5>`, "A1080000000000000005", undefined, { dialect: secs4go }],
      [`<U4 ${zeros}5>`, "B10400000005", "LeadingZero"],
      [`<U8 0${"7".repeat(2000)}>`, "ValueRange", undefined, { dialect: secs4go }],
      [`<U8 ${"9".repeat(2000)}>`, "ValueRange"]
    ],
    readItem
  )
})

describe("bytes without 0x", () => {
  table(
    [
      ["<B 10 0A FE>", "BareHex"],
      ["<B 10>", "21010A"],
      ["<B 10 0A FE>", "2103100AFE", undefined, { dialect: secs4js }],
      ["<B 10 0x10 255>", "21031010FF", undefined, { dialect: secs4js }],
      ["<B ABC>", "NotAnItem", undefined, { dialect: secs4js }]
    ],
    readItem
  )
})

describe("text in quotes", () => {
  table(
    [
      ['<A "it\'s">', "410469742773"],
      ["<A 'say \"hi\"'>", "41087361792022686922"],
      ['<A "a"\'b\'"c">', "4103616263"],
      ['<A "AB"0x0D>', "410341420D"],
      ["<A'x'>", "410178"],
      ["<A 'test1 'test2' >", "410C746573743120277465737432", "BadValue"],
      ['<A "a\r\n\tb">', "4105610D0A0962"],
      ['<A "a // b /* c */">', "410E61202F2F2062202F2A2063202A2F"],
      ['<A "\u00e9">', "BadCharacter"],
      ['<A "\u00e9">', "4101E9", undefined, { text: "latin-1" }],
      ['<A "\u0100">', "BadCharacter", undefined, { text: "latin-1" }],
      ['<A "\u0100">', "4102C480", undefined, { text: "utf-8" }],
      ['<A "\u{1f600}">', "4104F09F9880", undefined, { text: "utf-8" }],
      ["<A 0x80 255>", "410280FF"],
      // XML within text: its quotes look like the end, and the size tells that they are not.
      [`<A [13] '<a b='1'></a>'>`, "410D3C6120623D2731273E3C2F613E", "SizeMismatch"],
      [String.raw`<A "\n\r\t\x41\\\'">`, "41060A0D09415C27", undefined, { dialect: secs4go }],
      [String.raw`<A [4] "a\nb">`, "4103610A62", "SizeMismatch", { dialect: secs4go }],
      [String.raw`<A [4] "a\nb">`, "4104615C6E62"],
      [String.raw`<A "\q">`, "BadCharacter", undefined, { dialect: secs4go }]
    ],
    readItem
  )
})

/** L of A `A CR LF "B`, B 81 01, BOOLEAN T F, F4 0.1, L [0]. */
const printed = Item.L(Item.A('A\r\n"B'), Item.B(0x81, 0x01), Item.BOOLEAN(true, false), Item.F4(0.1), Item.L())

describe("one list as each tool prints it", () => {
  it.each([
    [
      "ours",
      `<L [5]
  <A [5] "A" 0x0D 0x0A 0x22 "B">
  <B [2] 0x81 0x01>
  <BOOLEAN [2] T F>
  <F4 [1] 0.1>
  <L [0]>
>`
    ],
    [
      "secs4java8",
      `<L [5]
  <A [5] "A\r\n"B">
  <B [2] 0x81 0x01>
  <BOOLEAN [2] TRUE FALSE>
  <F4 [1] 0.1>
  <L [0]
  >
>`
    ],
    [
      "secs4js",
      `<L [5]
  <A [5] "A\r\n"B">
  <B [2] 0x81 0x01>
  <BOOLEAN T F>
  <F4 [1] 0.1>
  <L [0] >
>`
    ],
    [
      "secsgem",
      `< L [5]
  < A "A" 0xd 0xa ""B">
  < B 0x81 0x1 >
  < BOOLEAN 0x1 0x0 >
  < F4 0.1 >
  < L >
>`
    ],
    [
      "go-secs",
      `<L[5]
  <A[5] "A\r\n"B">
  <B[2] 0x81 0x01>
  <BOOLEAN[2] True False>
  <F4[1] 0.100000001>
  <L[0]>
>`
    ],
    [
      "secs4net",
      `<L [5]
    <A [5] 'A\r\n"B'>
    <B [2] 0x81 0x01>
    <Boolean [2] True False>
    <F4 [1] 0.1>
    <L [0]
    >
>`
    ]
  ])("of %s is read back", (_, text) => {
    sameItem(success(SmlParser.parseItem(text)), printed)
    sameItem(SmlParser.parse(`S1F1 W\r\n${text}\r\n.`).messages[0]?.item, printed)
  })
})

describe("localized and Japanese text", () => {
  table(
    [
      ['<W "text">', "4906000274657874"],
      ['<W "\u00e4">', "49040002C3A4"],
      ["<C2 [6] 2 0x74 0x65 0x78 0x74>", "4906000274657874"],
      ["<C2 1 0x00 0x41>", "490400010041"],
      ["<C2 1 'A'>", "490400010041"],
      ["<C2 [2] 5>", "49020005"],
      ["<C2 65535 0xFF>", "4903FFFFFF"],
      ["<C2 65536 0xFF>", "ValueRange"],
      ["<W>", "49020002"],
      ["<UNICODE 'a'>", "4903000261"],
      ["<C2 9 'a\u8868'>", "4905000961C9BD"],
      ["<C2 9 '\ud55c'>", "BadCharacter"],
      ["<C2 7 'a'>", "BadCharacter"],
      ['<J "\uff71\uff72\uff73">', "4503B1B2B3"],
      ['<J "\u00a5\u203e">', "45025C7E"],
      ["<J 0xB1 0x5C>", "4502B15C"],
      ['<J "a" 0x00 "b">', "4503610062"],
      ['<J "\u65e5">', "BadCharacter"],
      ["<JIS8 'a'>", "450161"],
      ["<JIS 'a'>", "450161"]
    ],
    readItem
  )
})

describe("format symbols", () => {
  table(
    [
      ["<LIST <ASCII 'x'>>", "0101410178"],
      ["<Bin 1>", "210101"],
      ["<binary 1>", "210101"],
      ["<TF T>", "250101"],
      ["<INT1 1>", "650101"],
      ["<Int2 1>", "69020001"],
      ["<int4 1>", "710400000001"],
      ["<INT8 1>", "61080000000000000001"],
      ["<UINT1 1>", "A50101"],
      ["<UINT2 1>", "A9020001"],
      ["<UINT4 1>", "B10400000001"],
      ["<UINT8 1>", "A1080000000000000001"],
      ["<FLOAT4 1>", "91043F800000"],
      ["<FLOAT8 1>", "81083FF0000000000000"],
      ["<LOCALIZED 'a'>", "4903000261"],
      ["<\tU4\r\n1\n>", "B10400000001"],
      ["<STRING 'x'>", "UnknownFormat"],
      ["<U3 1>", "UnknownFormat"]
    ],
    readItem
  )
})

it("warns of a size that is not the number of values, and reads the values", () => {
  assert.deepStrictEqual(read("S1F1 <U4 [3] 1>."), ["S1F1 B10400000001", "warning SizeMismatch 1:10"])
  assert.deepStrictEqual(read("S1F1 <U4 [3] 1>.", { strictSizes: true }), ["error SizeMismatch 1:10"])
})

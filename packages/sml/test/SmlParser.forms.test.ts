/**
 * The forms that files and logs of fabs have, beyond one message and its item: templates, constants, rules, comments,
 * labels, logs.
 */
import { Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Dialect from "../src/Dialect.ts"
import type * as SmlError from "../src/SmlError.ts"
import * as SmlParser from "../src/SmlParser.ts"
import { sameItem } from "./support/expect.ts"
import { read } from "./support/read.ts"

/** Text, and what is read of it: messages, then warnings and errors with their line and column. */
type Row = readonly [text: string, ...seen: ReadonlyArray<string>]

const table = (rows: ReadonlyArray<Row>, options?: SmlParser.ParseOptions): void => {
  it.each(rows.map(([text, ...seen]) => ({ text, seen })))("reads $text as $seen", ({ seen, text }) => {
    assert.deepStrictEqual(read(text, options), seen)
  })
}

describe("headers", () => {
  it("have no label that begins with a star, which begins a comment where it begins a line", () => {
    const { errors, messages } = SmlParser.parse("S1F1 W. * a: S1F3 W.")
    assert.deepStrictEqual(
      errors.map(({ column, reason }) => [reason, column]),
      [["HeaderExpected", 9]]
    )
    assert.strictEqual(messages.length, 1)
  })

  table([
    ["S1F1 W.", "S1F1 W"],
    ["S1F1W.", "S1F1 W"],
    ["S1F3W\n<L>.", "S1F3 W 0100"],
    ["s1f1w.", "S1F1 W"],
    ["S1F1 w.", "S1F1 W"],
    ["S1F1\nW\n.", "S1F1 W"],
    ["S01F003.", "S1F3"],
    ["S1F1 [W].", "S1F1 [W]"],
    ["S1F1 [ w ].", "S1F1 [W]"],
    ["S1F1[W]<L>.", "S1F1 [W] 0100"],
    ["'S1F1' W.", "S1F1 W"],
    ['"S1F1" W.', "S1F1 W"],
    ["'S1F1'W.", "S1F1 W"],
    ["'S1F1'.", "S1F1"],
    ["Name:'S1F1' W.", "Name: S1F1 W"],
    ["Name :'S1F3' W.", "Name: S1F3 W"],
    ["Name\t:\tS1F3 W.", "Name: S1F3 W"],
    ["s1f1_1: S1F1 W.", "s1f1_1: S1F1 W"],
    ["S1F1: S1F1 W.", "S1F1: S1F1 W"],
    ["1-a_b: S1F1 W.", "1-a_b: S1F1 W"],
    ["two words: S1F1.", "two words: S1F1"],
    ["a: b: S1F1.", "a: b: S1F1"],
    [": S1F1.", "S1F1"],
    ['"Name": S1F1.', "Name: S1F1"],
    ["'' S1F1.", "S1F1"],
    ["\u6e29\u5ea6: S1F3 W.", "\u6e29\u5ea6: S1F3 W"],
    ["S1F1 AreYouThere.", "AreYouThere: S1F1"],
    ["S1F1 W AreYouThere <L>.", "AreYouThere: S1F1 W 0100"],
    ["S1F1 AreYouThere W.", "AreYouThere: S1F1 W"],
    ["S1F1 W Are You There.", "Are You There: S1F1 W"],
    ["Label: S1F1 W Trailing.", "Label: S1F1 W"],
    ["S1F1 H->E.", "S1F1 H->E"],
    ["S1F1 W H<-E Name.", "Name: S1F1 W H<-E"],
    ["S1F1 h<->e W.", "S1F1 W H<->E"],
    ["S1F1 H -> E <L>.", "S1F1 H->E 0100"]
  ])
})

/** Blanks of Unicode, and what else parts words unseen. */
const unusual = [
  "\u0085",
  "\u00a0",
  "\u1680",
  ...Array.from(
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
  )
]
const codeOf = (text: string): string => `U+${text.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`

describe("blanks that no tool writes", () => {
  it.each(unusual.map((one) => [codeOf(one), one] as const))(
    "part words as a blank does, with a warning that has their number: %s",
    (code, one) => {
      const texts = [
        `S1F1${one}W.`,
        `S1F1 ${one}W.`,
        `S1F1 W${one}.`,
        ` ${one}S1F1 W.`,
        `S1F1 [${one}W].`,
        `S1F1 W H${one}->E.`,
        `S1F1 =${one}name W.`,
        `name${one}: S1F1 W.`,
        `name :${one}S1F1 W.`,
        `S1F1 W <A${one}[1] "x">.`,
        `S1F1 W <A [1${one}] "x">.`,
        `S1F1 W <A [1] "x"${one}>.`,
        `S1F1 W <U4${one}1>.`,
        `S1F1 W <U4 1${one}>.`,
        `S1F1 W <L${one}>.`,
        `#define${one}A 1`,
        `if${one}(a) b.`,
        `if (a (1)${one}==<L>) b.`,
        `every${one}5 send a.`
      ]
      for (const text of texts) {
        const usual = text.replace(one, " ")
        const { errors, warnings } = SmlParser.parse(text)
        assert.deepStrictEqual(errors, [], text)
        assert.deepStrictEqual(
          warnings.map(({ found, offset, reason }) => [reason, found, offset]),
          [["BadCharacter", code, text.indexOf(one)]],
          JSON.stringify(text)
        )
        assert.deepStrictEqual(
          read(text).filter((line) => !line.startsWith("warning")),
          read(usual),
          JSON.stringify(text)
        )
        assert.deepStrictEqual(
          SmlParser.parse(text, { strict: true }).errors.map(({ reason }) => reason),
          ["BadCharacter"],
          text
        )
      }
    }
  )

  it("within text in quotes and comments are theirs", () => {
    for (const one of unusual) {
      const { comments, errors, messages, warnings } = SmlParser.parse(`"a${one}b" S1F1 /* ${one}! */ <W "${one}">.`)
      assert.deepStrictEqual([errors, warnings, messages[0]?.name, comments.length], [[], [], `a${one}b`, 1])
      sameItem(messages[0]?.item, Item.C2(2, new TextEncoder().encode(one)))
    }
  })

  it("end no line, where lines are counted", () => {
    const { errors, messages } = SmlParser.parse("S1F1 W // a\u2028 b\u0085\n<L>.\u2029S1F3 W.\n\u2028S1F5 W.")
    assert.deepStrictEqual(errors, [])
    assert.deepStrictEqual(
      messages.map(({ header: { column, line } }) => [line, column]),
      [
        [1, 1],
        [2, 6],
        [3, 2]
      ]
    )
  })

  it("are warned of once for each run, and hide no message behind a wrong one", () => {
    assert.deepStrictEqual(read("S1F1 \u200b\u3000 \u200bW."), [
      "S1F1 W",
      "warning BadCharacter 1:6",
      "warning BadCharacter 1:9"
    ])
    assert.deepStrictEqual(read("S1F1 ?.\n\u3000S1F3 W."), [
      "S1F3 W",
      "warning BadCharacter 2:1",
      "error UnexpectedText 1:6"
    ])
  })

  it("are no matter in a log, between messages and in them", () => {
    const log = "2021-03-04 05:06:07\u00a0SECS. S6F11: 'S6F11' W\u00a0/* Header=[01] */\n\u00a0<L>\n.\n\u00a0x\n"
    assert.deepStrictEqual(read(log, { dialect: Dialect.log, strict: true }), ["S6F11: S6F11 W 0100"])
  })
})

describe("marks that nobody sees", () => {
  const marks = Array.from("\u00ad\u034f\u061c\u180e\u200c\u200d\u200e\u202e\u2061\u2066\u3164\ufff9")

  it.each(marks.map((one) => [codeOf(one), one] as const))("are errors with their number: %s", (code, one) => {
    const texts = [
      `S1F1${one} W.`,
      `S1F1 ${one}W.`,
      `${one}S1F1 W.`,
      `S1F1 W = na${one}me.`,
      `na${one}me: S1F1 W.`,
      `S1F1 W <A${one} "x">.`,
      `S1F1 W <U4 ID${one}>.`,
      `S1F1 W <U4 I${one}D>.`,
      `S1F1 W <L <U4> = I${one}D>.`,
      `S1F1 W <U4 1${one}0>.`,
      `#define A${one}B 1`,
      `if (a${one}b) c.`,
      `if (a) b${one}c.`
    ]
    for (const text of texts) {
      const [error] = SmlParser.parse(text).errors
      assert.include(error?.found ?? "nothing", code, JSON.stringify(text))
    }
  })
})

describe("headers of templates", () => {
  table([
    ["S2F41 = startLot OUTPUT W\n.", "startLot: S2F41 W OUTPUT"],
    ["S2F41 =startLot OUTPUT W\n.", "startLot: S2F41 W OUTPUT"],
    ["S2F41= startLot OUTPUT W\n.", "startLot: S2F41 W OUTPUT"],
    ["S2F41=startLot OUTPUT W\n.", "startLot: S2F41 W OUTPUT"],
    ["S2F41 OUTPUT W = startLot.", "startLot: S2F41 W OUTPUT"],
    ["S2F41 W OUTPUT = startLot.", "startLot: S2F41 W OUTPUT"],
    ["S2F41 W = startLot OUTPUT.", "startLot: S2F41 W OUTPUT"],
    ["S2F41 = startLot W output.", "startLot: S2F41 W OUTPUT"],
    ["S2F42 INPUT = startLotReply <B [1] 0x00>.", "startLotReply: S2F42 INPUT 210100"],
    ["S2F42 = startLotReply\nINPUT\n<B [1] 0x00>.", "startLotReply: S2F42 INPUT 210100"],
    ["S2F41 = a-b_c#1 W.", "a-b_c#1: S2F41 W"],
    ["S2F41 = OUTPUT W.", "OUTPUT: S2F41 W"]
  ])
})

describe("several messages", () => {
  table([
    ["S1F1 W.S1F3 W.", "S1F1 W", "S1F3 W"],
    ["S1F1 W.\n\n\nS1F3 W.", "S1F1 W", "S1F3 W"],
    ['"One" S1F15 W.S1F17 W."Two" S1F1.', "One: S1F15 W", "S1F17 W", "Two: S1F1"],
    ["S1F2 <L>.'Name' S1F15 W.", "S1F2 0100", "Name: S1F15 W"],
    ["S1F2 <L>.Name: S1F15 W.", "S1F2 0100", "Name: S1F15 W"],
    ["S1F2 <F4 .5 5.>.S1F1.", "S1F2 91083F00000040A00000", "S1F1"],
    ["S1F1 W\nS1F3 W\n<L>", "S1F1 W", "S1F3 W 0100", "warning MissingTerminator 1:7", "warning MissingTerminator 3:4"],
    ["S1F1 W S1F3.", "S1F1 W", "S1F3", "warning MissingTerminator 1:7"],
    ["S1F2 <L> S1F3.", "S1F2 0100", "S1F3", "warning MissingTerminator 1:9"],
    ["S1F1 Name\nS1F3.", "Name: S1F1", "S1F3", "warning MissingTerminator 1:10"],
    ["S1F1\nName: S1F3.", "S1F1", "Name: S1F3", "warning MissingTerminator 1:5"],
    ["S1F1\nW: S1F3.", "S1F1", "W: S1F3", "warning MissingTerminator 1:5"],
    ["S1F1 W..S1F3.", "S1F1 W", "S1F3", "warning UnexpectedText 1:8"],
    [""],
    [" \r\n\t "],
    ["// nothing\n/* here */"]
  ])
})

describe("line ends", () => {
  const lines = ["a: S1F1 W", ".", "S1F2", "<L [1]", "\t<A [2] 'xy'>", ">", "."]

  it.each([
    ["LF", lines.join("\n") + "\n"],
    ["LF, none at the end", lines.join("\n")],
    ["CR LF", lines.join("\r\n") + "\r\n"],
    ["CR LF, none at the end", lines.join("\r\n")],
    ["CR", lines.join("\r")],
    ["LF, behind a byte order mark", "\ufeff" + lines.join("\n")],
    ["CR LF, behind a byte order mark", "\ufeff" + lines.join("\r\n")],
    ["form feeds", lines.join("\n\f")]
  ])("%s end lines of the same messages", (_, text) => {
    assert.deepStrictEqual(read(text), ["a: S1F1 W", "S1F2 010141027879"])
  })

  it("ends comments and begins messages behind a CR alone, and counts lines by it", () => {
    const document = SmlParser.parse("S1F1 W. // hello\rS1F3 W <L>.\r* note\rS1F5 W <U1 256>.\rS1F7 W.\r")
    assert.deepStrictEqual(
      document.messages.map(({ function: function_, header }) => [function_, header.line, header.column]),
      [
        [1, 1, 1],
        [3, 2, 1],
        [7, 5, 1]
      ]
    )
    assert.deepStrictEqual(
      document.errors.map(({ column, line, reason }) => [reason, line, column]),
      [["ValueRange", 4, 12]]
    )
    assert.deepStrictEqual(
      document.comments.map(({ text }) => text),
      ["hello", "note"]
    )
  })

  it("counts lines and columns from what an editor shows: not the byte order mark, one line for CR LF", () => {
    const at = (text: string) => SmlParser.parse(text).messages.map(({ header }) => header)
    assert.deepStrictEqual(at("\ufeffS1F1.\r\n x: 'S1F3'.S1F5."), [
      { offset: 1, line: 1, column: 1 },
      { offset: 12, line: 2, column: 5 },
      { offset: 19, line: 2, column: 12 }
    ])
  })
})

describe("sizes", () => {
  table([
    ["S1F1 <L[1] <A[2]'ab'>>.", "S1F1 010141026162"],
    ["S1F1 <L [ 1 ]<A [\t2 ] 'ab'>>.", "S1F1 010141026162"],
    ["S1F1 <U1 [1..5] 1 2>.", "S1F1 A5020102"],
    ["S1F1 <U1 [1 .. 5] 1 2>.", "S1F1 A5020102"],
    ["S1F1 <U1 [..5] 1 2>.", "S1F1 A5020102"],
    ["S1F1 <U1 [2..] 1 2>.", "S1F1 A5020102"],
    ["S1F1 <U1 [3..5] 1 2>.", "S1F1 A5020102", "warning SizeMismatch 1:10"],
    ["S1F1 <U1 [..1] 1 2>.", "S1F1 A5020102", "warning SizeMismatch 1:10"],
    ["S1F1 <U1 [MAX 3] 1 2>.", "S1F1 A5020102"],
    ["S1F1 <U1 [max 1] 1 2>.", "S1F1 A5020102", "warning SizeMismatch 1:10"],
    ["#define MOST 2\nS1F1 <U1 [MAX MOST] 1 2>.", "S1F1 A5020102"],
    ["#define MOST 2\nS1F1 <U1 [MOST] 1 2 3>.", "S1F1 A503010203", "warning SizeMismatch 2:10"],
    ["S1F1 <L [2] <L>>.", "S1F1 01010100", "warning SizeMismatch 1:9"],
    ["S1F1 <L [0..3] <L>>.", "S1F1 01010100"],
    ["S1F1 <A [2] 'abc'>.", "S1F1 4103616263", "warning SizeMismatch 1:9"],
    ["S1F1 <C2 [3] 2 'a'>.", "S1F1 4903000261"],
    ["S1F1 <W [1] 'a'>.", "S1F1 4903000261"],
    ["S1F1 <W [7] 'a'>.", "S1F1 4903000261", "warning SizeMismatch 1:9"],
    ["S1F1 <A [] 'ab'>.", "S1F1 41026162", "warning BadSize 1:10"],
    ["S1F1 <A [?] 'ab'>.", "S1F1 41026162", "warning BadSize 1:10"],
    ["S1F1 <A [5..1] 'ab'>.", "S1F1 41026162", "warning BadSize 1:9"],
    ["S1F1 <A [2 bytes] 'ab'>.", "S1F1 41026162", "warning BadSize 1:12"],
    ["S1F1 <A [99999999999999999999] 'ab'>.", "S1F1 41026162", "warning SizeMismatch 1:9"],
    ["S1F1 <L [...] <L>>.", "S1F1 01010100"],
    ["S1F1 <L [n] <U1 1>>.", "S1F1 0101A50101"],
    ["S1F1 <L <U1 1> ... >.", "S1F1 0101A50101"]
  ])
})

describe("templates", () => {
  table([
    ["S1F1 <V> .", "S1F1 any?"],
    ["S1F1 <V > = RESULT.", "S1F1 any?=RESULT"],
    ["S1F1 <VARIANT SV>.", "S1F1 any=SV"],
    ["S1F1 <VAR CEID>.", "S1F1 U4|U2|U1|U8|A=CEID"],
    ["S1F1 <U4 SVID>.", "S1F1 U4=SVID"],
    ["S1F1 <L <VARIANT SV> <A[40] SVNAME>>.", "S1F1 L(any=SV, A(0..40)=SVNAME)"],
    ["S1F1 <A[40] SVNAME>.", "S1F1 A(0..40)=SVNAME", "warning SlotName 1:13"],
    ["S2F42 [W].", "S2F42 [W]"],
    ["S1F1 <B ACKC5>.", "S1F1 B=ACKC5"],
    ["S1F1 <A [MAX 100]> = PPID.", "S1F1 A(0..100)=PPID"],
    ["S1F1 <A [MAX 100]>.", "S1F1 A(0..100)"],
    ["S1F1 <U4 [1]> = SVID.", "S1F1 U4(1)=SVID"],
    ["S1F1 <U4> = SVID.", "S1F1 U4=SVID"],
    ["S1F1 <A 'LOT'> = CpName.", "S1F1 A:41034C4F54=CpName"],
    ["S1F1 <A ''> = CpName.", "S1F1 A:4100=CpName"],
    ["S1F1 <U1 [1] 5> = N.", "S1F1 U1(1):A50105=N"],
    ["S1F1 <L <U1 5> = N <A 'x'>>.", "S1F1 L(U1:A50105=N, A:410178)"],
    ["S1F1 <L\n<U1 1>\n<L <V>=A>>.", "S1F1 L(U1:A50101, L(any?=A))"],
    ["S1F1 <L [n] <U4 SVID>>.", "S1F1 L*(U4=SVID)"],
    ["S1F1 <L [n] <U4 SVID>> = IDS.", "S1F1 L*(U4=SVID)=IDS"],
    ["S1F1 <L [...] <L [2] <U4 SVID> <V>>>.", "S1F1 L*(L(U4=SVID, any?))"],
    ["S1F1 <L <U4 SVID> ...>.", "S1F1 L*(U4=SVID)"],
    ["S1F1 <L [MAX 50] <U4 [1]> = SVID>.", "S1F1 L*(0..50)(U4(1)=SVID)"],
    ["S1F1 <L [2..3] <U4 SVID>>.", "S1F1 L*(2..3)(U4=SVID)"],
    ["S1F1 <L [1] <U4 SVID>>.", "S1F1 L(U4=SVID)"],
    ["S1F1 <L [2] <U4 SVID>>.", "S1F1 L(U4=SVID)", "warning SizeMismatch 1:9"],
    ["S1F1 <L [MAX 5]> = LIST.", "S1F1 L(0..5)=LIST"],
    ["S1F1 <L> = LIST.", "S1F1 L=LIST"],
    ["S1F1 <L [0]> = LIST.", "S1F1 L(0)=LIST"],
    ["S1F1 <L <L [0..3]> = LIST>.", "S1F1 L(L(0..3)=LIST)"],
    ["S1F1 <L [2]> = LIST.", "S1F1 L=LIST", "warning SizeMismatch 1:9"],
    ["#define MAX_VARIDS 50\nS1F1 <L [MAX MAX_VARIDS] <V>>.", "S1F1 L*(0..50)(any?)"],
    ["S1F1 <L [UNKNOWN] <V>>.", "S1F1 L*(any?)"],
    ["S1F1 <U4AUTO [1]>.", "S1F1 U4~number(1)"],
    ["S1F1 <U4AUTO> = DATAID.", "S1F1 U4~number(1)=DATAID"],
    ["S1F1 <NOW[16]>.", "S1F1 A~clock16(16)"],
    ["S1F1 <NOW>.", "S1F1 A~clock16(16)"],
    ["S1F1 <now [12]>.", "S1F1 A~clock12(12)"],
    ["S1F1 <NOW [14]> = TIME.", "S1F1 A~clock14(14)=TIME"],
    ["S1F1 <U4 [1]>.", "S1F1 B100", "warning SizeMismatch 1:10"],
    ["S1F1 <L <V>> = X.", "S1F1 L(any?)", "warning UnexpectedText 1:14"],
    // Default and bounds disagree: both are kept, so that the default remains one.
    ["S1F1 <U1 [1] 5 6> = N.", "S1F1 U1(1..2):A5020506=N", "warning SizeMismatch 1:10"]
  ])

  it("in a file of templates, a size without a value is a slot", () => {
    const dialect = Dialect.pfile
    assert.deepStrictEqual(read("S1F1 = a <L <U4 [1]> <A [3]> <L [0]> <A>>.", { dialect }), [
      "a: S1F1 L(U4(1), A(3), L:0100, A:4100)"
    ])
  })
})

describe("lenient forms", () => {
  table([
    ["S1F1 < <U1 29> >.", "S1F1 0101A5011D", "warning ListWithoutType 1:6"],
    ["S1F1 <<L><>>.", "S1F1 010201000100", "warning ListWithoutType 1:6", "warning ListWithoutType 1:10"],
    ["S1F1 <U2 '356'>.", "S1F1 A9020164", "warning QuotedNumber 1:10"],
    [
      'S1F1 <U8 "1" " 2 ">.',
      "S1F1 A11000000000000000010000000000000002",
      "warning QuotedNumber 1:10",
      "warning QuotedNumber 1:14"
    ],
    ["S1F1 <F4 '.5'>.", "S1F1 91043F000000", "warning QuotedNumber 1:10"],
    ["S1F1 <B '0x01'>.", "S1F1 210101", "warning QuotedNumber 1:9"],
    ["S1F0 <L>.", "S1F0 0100", "warning TextOnAbort 1:1"]
  ])
})

describe("comments", () => {
  const text = [
    "// one", //          0
    "/* two",
    "   lines */",
    "S1F2 // three",
    "<B 0x00 /* four */> /* five */.",
    "/* six */ S1F1 /* seven */ W. // eight"
  ].join("\n")
  const { comments, errors, messages } = SmlParser.parse(text)

  it("are all kept, in order, without their marks, with their place", () => {
    assert.deepStrictEqual(errors, [])
    assert.deepStrictEqual(
      comments.map((comment) => comment.text),
      ["one", "two\n   lines", "three", "four", "five", "six", "seven", "eight"]
    )
    assert.deepStrictEqual(
      comments.map(({ end, start }) => text.slice(start, end)),
      ["// one", "/* two\n   lines */", "// three", "/* four */", "/* five */", "/* six */", "/* seven */", "// eight"]
    )
  })

  it("belong to the message they stand in, up to its last dot", () => {
    assert.deepStrictEqual(
      messages.map((message) => message.comments.map((comment) => comment.text)),
      [["three", "four", "five"], ["seven"]]
    )
  })

  it("of a line of stars may follow text", () => {
    assert.deepStrictEqual(read('S1F2 <A "x"\n* y " z\n>.'), ["S1F2 410178"])
  })

  it("of a line of stars are the whole line, without its stars", () => {
    const { comments, errors, messages } = SmlParser.parse(
      "**** Title *\r\n* text\n*\n  ** indented **\nS1F2 <L\n* within\n>.\n* end"
    )
    assert.deepStrictEqual(errors, [])
    assert.deepStrictEqual(
      comments.map((comment) => comment.text),
      ["Title", "text", "", "indented", "within", "end"]
    )
    assert.deepStrictEqual(
      messages.map((message) => message.comments.map((comment) => comment.text)),
      [["within"]]
    )
  })

  table([
    ["S1F1 /**/ W /***/ . /* */", "S1F1 W"],
    ["S1F1 // W.\n.", "S1F1"],
    ["S1F2/* a */<L/* b */[/* c */1/* d */]/* e */<A/* f */'x'/* g */>>.", "S1F2 0101410178"],
    ["S1F2 <U1 1/* a */2//\n3>.", "S1F2 A503010203"],
    ["S1F2 <A 'http://x/*y*/'>.", "S1F2 410D687474703A2F2F782F2A792A2F"],
    ["S1F2 <A 'x'/* > */>.", "S1F2 410178"],
    ["S1F2 <A 'x'// >\n>.", "S1F2 410178"],
    ["// S1F3 W.\n/* S1F5 W. */ S1F1 W.", "S1F1 W"],
    ["S1F1 = name /* OUTPUT */ W /* . */ .", "name: S1F1 W"]
  ])
})

describe("constants", () => {
  it("are kept by name, the last one said", () => {
    const { constants, errors } = SmlParser.parse("#define A 1\n#DEFINE b_2\t50 // most\n#define A 3\r\nS1F1 W.")
    assert.deepStrictEqual(errors, [])
    assert.deepStrictEqual(Array.from(constants), [
      ["A", 3],
      ["b_2", 50]
    ])
  })
})

describe("rules", () => {
  const rulesOf = (text: string) => {
    const { errors, rules } = SmlParser.parse(text)
    assert.deepStrictEqual(errors, [])
    return rules
  }

  it("reply to a message, and to a message whose item at a place equals", () => {
    const [one, two] = rulesOf("if (s1f1) reply_b.\nIF ( ask ( 4 ) == <F4 0.5> )\nreply-a .")
    const position = { offset: 0, line: 1, column: 1 }
    assert.deepStrictEqual(one, {
      _tag: "Reply",
      on: "s1f1",
      where: undefined,
      reply: "reply_b",
      position,
      start: 0,
      end: 18
    })
    assert.strictEqual(two?._tag, "Reply")
    if (two?._tag !== "Reply") return
    assert.deepStrictEqual(
      { ...two, where: two.where?.item },
      {
        _tag: "Reply",
        on: "ask",
        where: 4,
        reply: "reply-a",
        position: { offset: 19, line: 2, column: 1 },
        start: 19,
        end: 57
      }
    )
    sameItem(two.where?.equals, Item.F4(0.5))
  })

  it("compare with text, behind which a bracket closes", () => {
    const [rule] = rulesOf("if (a (1)==<A 'x'>) b.")
    assert.strictEqual(rule?._tag, "Reply")
    if (rule?._tag === "Reply") sameItem(rule.where?.equals, Item.A("x"))
  })

  it("take one = or two, and a list to compare with", () => {
    const [rule] = rulesOf("if(a(1)=<L <U1 1>>)b.")
    assert.strictEqual(rule?._tag, "Reply")
    if (rule?._tag !== "Reply") return
    assert.strictEqual(rule.where?.item, 1)
    sameItem(rule.where?.equals, Item.L(Item.U1(1)))
  })

  it("send every so many seconds", () => {
    assert.deepStrictEqual(rulesOf("every 5 send poll.\nEvery 0.5 Send b."), [
      { _tag: "Every", seconds: 5, send: "poll", position: { offset: 0, line: 1, column: 1 }, start: 0, end: 18 },
      { _tag: "Every", seconds: 0.5, send: "b", position: { offset: 19, line: 2, column: 1 }, start: 19, end: 36 }
    ])
  })

  it.each([
    ["S1F1 W. every 0 send ask.", 7, "a number of seconds above 0"],
    ["S1F1 W. every 0.000 send ask.", 7, "a number of seconds above 0"]
  ])("are refused where they send without a pause: %s", (text, ahead, expected) => {
    const { errors, messages, rules } = SmlParser.parse(text)
    assert.deepStrictEqual([messages.length, rules.length, errors.length], [1, 0, 1])
    const [{ column, expected: wanted, reason }] = errors as [SmlError.SmlError]
    assert.deepStrictEqual([reason, column, wanted], ["BadRule", 8 + ahead, expected])
  })

  it.each(["ok: S1F4. if s1f3 ok.", "ok: S1F4. every five send ok."])("are shown to who writes %s", (text) => {
    const [error] = SmlParser.parse(text).errors
    assert.strictEqual(error?.hint, "a rule is if (message) reply. or every 5 send message.")
  })

  it("stand between messages", () => {
    const text = "ask: S1F1 W.\nif (ask) yes.\nyes: S1F2 <L>.\nevery 10 send ask."
    assert.deepStrictEqual(read(text), ["ask: S1F1 W", "yes: S1F2 0100"])
    assert.deepStrictEqual(
      rulesOf(text).map(({ end, start }) => text.slice(start, end)),
      ["if (ask) yes.", "every 10 send ask."]
    )
  })
})

describe("logs", () => {
  const log = [
    "2021-03-04 05:06:07,089 DEBUG [3] - connected, T3=45 S1F1 will follow",
    "2021-03-04 05:06:07,123 INFO [7] - HOST. S6F11: 'S6F11' W /* Name=Event Header=[00 01 86 0B 00 00 00 00 00 2A] */",
    "  <L [2]",
    "    <U4 [1] 42 /* Name=CEID */>",
    "    <B [3] 10 0A FF>",
    "  >",
    ".",
    "something else: <not sml> 'with quote",
    "if (this) happens.",
    "[05:06:08] reply S6F12",
    "<B [1] 0x00>.",
    "05:06:09 the end"
  ].join("\r\n")
  const { comments, dialect, errors, messages, warnings } = SmlParser.parse(log)

  it("are known as logs", () => {
    assert.strictEqual(dialect, Dialect.log)
  })

  it("are read over the lines that are no messages, without a warning", () => {
    assert.deepStrictEqual([...errors, ...warnings], [])
    assert.deepStrictEqual(read(log), ["S6F11: S6F11 W 0102B1040000002A2103100AFF", "S6F12 210100"])
  })

  it("keep what stands before a header on its line", () => {
    assert.deepStrictEqual(
      messages.map(({ prefix }) => prefix),
      ["2021-03-04 05:06:07,123 INFO [7] - HOST.", "[05:06:08] reply"]
    )
    assert.deepStrictEqual(
      comments.map(({ text }) => text),
      ["Name=Event Header=[00 01 86 0B 00 00 00 00 00 2A]", "Name=CEID"]
    )
  })

  table(
    [
      ["12:00:00 S1F1 W.\nS1F2 seen.", "S1F1 W"],
      ["12:00:00 S1F1 W\n12:00:01 S1F2\n<L>\n.", "S1F1 W", "S1F2 0100"],
      ["sent S1F13, waiting for S1F14."],
      ["S1F13 was sent\nS1F14 came"],
      ["<-- S1F1 W.\n--> S1F2 <L>.", "S1F1 W", "S1F2 0100"]
    ],
    { dialect: Dialect.log }
  )
})

describe("dialects", () => {
  it.each([
    ["peer", "S1F1 W."],
    ["peer", ""],
    ["peer", "S1F2 <L [1] <A [1] 'x'>>."],
    ["pfile", "S2F41 = start OUTPUT W\n."],
    ["pfile", "S2F41 W OUTPUT = start\n."],
    ["pfile", "S1F1 <A [MAX 5]>."],
    ["itri", "a: S1F1 W.\nif (s1f1) b."],
    ["itri", "every 5 send a."],
    ["secs4go", "S6F11 [W] H<-E EventReport <L[0]>."],
    ["ezsim", "S1F4 <L <VARIANT SV>>."],
    ["secs4net", "AreYouThere:'S1F1' W\n."],
    ["secs4net", "S1F1 W. Are you there:'S1F1' W\n."],
    ["go-secs", "S1F1 W <BOOLEAN[1] True>."],
    ["go-secs", "S1F1 W <BOOLEAN [1] True>."],
    ["secsgem", '< L [1] < A "x" >>'],
    ["log", "2021-03-04 05:06:07 S1F1 W."],
    ["log", "S1F1 W /* Name=x Header=[00 01] */."],
    ["log", "Received S1F2"],
    ["log", "the link is up\nSending S1F1 W to ETCH01\nReceived S1F2 from ETCH01\n"],
    ["log", "[SEND] S1F3 W\n<L <BOOLEAN [1] True>>\n"],
    ["log", "--> S1F1 W.\n<-- S1F2 <L>.\n"],
    ["peer", "Received: S1F2."],
    ["peer", "Send: S1F1 W.\n// Send S1F1 first\n"],
    ["peer", "/*\n  Send S1F1 W\n  Received S1F2\n*/\nS1F1 W.\n"],
    ["peer", "* Send S1F1 W\nS1F1 W.\n"],
    ["pfile", "/*\n Received S1F2\n*/\nS1F1 = ask OUTPUT W\n."],
    ["itri", "sent: S1F1 W.\nevery 5 send sent."]
  ] as const)("%s is detected in %s", (name, text) => {
    assert.strictEqual(Dialect.detect(text), Dialect.dialects[name])
    assert.strictEqual(SmlParser.parse(text).dialect, Dialect.dialects[name])
  })

  it("given is not detected", () => {
    assert.strictEqual(SmlParser.parse("every 5 send a.", { dialect: Dialect.peer }).dialect, Dialect.peer)
  })

  it("may be the caller's own: bare hex and escapes in one", () => {
    const dialect: Dialect.Dialect = { ...Dialect.peer, bareHex: true, escapes: true }
    assert.deepStrictEqual(read(String.raw`S1F1 <L <B 0A> <A "\"">>.`, { dialect }), ["S1F1 010221010A410122"])
  })
})

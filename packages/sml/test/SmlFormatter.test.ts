import { Dialect, SmlFormatter, SmlParser, SmlPrinter } from "@effect-secs/sml"
import { assert, describe, it } from "@effect/vitest"
import { failure, success } from "./support/expect.ts"

const format = (text: string, options?: SmlFormatter.FormatOptions): string =>
  success(SmlFormatter.format(text, options))

/** One message, its header and dot taken off. */
const item = (text: string, options?: SmlFormatter.FormatOptions): string => {
  const out = format(`S1F1 ${text}.`, options)
  assert.match(out, /^S1F1\n[^]*\n\.\n$/)
  return out.slice(5, -3)
}

const lines = (...all: ReadonlyArray<string>): string => all.join("\n")

describe("SmlFormatter", () => {
  describe("headers", () => {
    it.each([
      ["s1f1w.", "S1F1 W"],
      ["S01F01   w .", "S1F1 W"],
      ["S1F1 [ w ].", "S1F1 [W]"],
      ["S1F1\n  W\n.", "S1F1 W"],
      ["AreYouThere :  S1F1 W.", "AreYouThere: S1F1 W"],
      [": S1F1 W.", "S1F1 W"],
      ["'S1F1' W.", "'S1F1' W"],
      ['"S1F1"W.', '"S1F1" W'],
      ['"Are you there"S1F1 W.', '"Are you there" S1F1 W'],
      ["are-you-there : 'S1F1'W.", "are-you-there:'S1F1' W"],
      ["S2F41 W output=start.", "S2F41 = start OUTPUT W"],
      ["S2F41 INPUT W.", "S2F41 INPUT W"],
      ["S6F11 H <- E EventReport [W].", "S6F11 [W] H<-E EventReport"],
      ["a: S6F11 b W c.", "a: S6F11 W b c"]
    ])("writes the header of %s as %s", (text, header) => {
      assert.strictEqual(format(text), `${header}\n.\n`)
    })

    it("puts quotes around every header of a secs4net file, as its reader requires", () => {
      assert.strictEqual(format("A:'S1F1' W\n.\nB: S1F3 W\n."), "A:'S1F1' W\n.\n\nB:'S1F3' W\n.\n")
    })

    it.each(["S1F1 W w", "S1F1 = a = b", "S1F1 a = b", "S1F1 INPUT OUTPUT W"])(
      "keeps the words of %s in their order, as some of them are not what they seem",
      (header) => {
        assert.strictEqual(format(`${header}.`), `${header}\n.\n`)
      }
    )
  })

  describe("items", () => {
    it.each([
      ["<l <a 'x'>>", '<L [1]\n  <A [1] "x">\n>'],
      ["<L>", "<L [0]>"],
      ["< <U1 29> >", "<L [1]\n  <U1 [1] 29>\n>"],
      ["<LIST[7]<L[2]<U1[2]1>>>", "<L [1]\n  <L [1]\n    <U1 [1] 1>\n  >\n>"],
      ["<A>", '<A [0] "">'],
      ["<ASCII 0x0d\"A\" 'B' 67>", '<A [4] 0x0D "ABC">'],
      ["<A 'say \"hi\"'>", '<A [8] "say " 0x22 "hi" 0x22>'],
      ["<J 0xB1 'k'>", '<J [2] "ｱk">'],
      ["<UNICODE '漢'>", '<W [5] "漢">'],
      ["<C2 1 0x4e 0x2d>", "<C2 [4] 1 0x4E 0x2D>"],
      ["<BINARY 1 0xff 0b11>", "<B [3] 0x01 0xFF 0x03>"],
      ["<B>", "<B [0]>"],
      ["<BOOL true F 0x01 0>", "<BOOLEAN [4] T F T F>"],
      ["<INT4 +5 -0x10 007>", "<I4 [3] 5 -16 7>"],
      ["<U2 '356'>", "<U2 [1] 356>"],
      ["<U8 0xFFFFFFFFFFFFFFFF>", "<U8 [1] 18446744073709551615>"],
      ["<FLOAT4 0.100000001 1.50 -0 inf nan>", "<F4 [5] 0.1 1.5 -0 Infinity NaN>"],
      ["<F8 1E+3 .5 5.>", "<F8 [3] 1000 0.5 5>"]
    ])("writes %s as %s", (text, expected) => {
      assert.strictEqual(item(text), expected)
    })

    it("writes an octal number of a dialect that has them as a decimal one", () => {
      assert.strictEqual(item("<U1 010>", { dialect: Dialect.goSecs }), "<U1 [1] 8>")
      assert.strictEqual(item("<U1 010>"), "<U1 [1] 10>")
    })

    it("writes bytes in bare hex with their mark", () => {
      assert.strictEqual(item("<B 10 fE>", { dialect: Dialect.secs4js }), "<B [2] 0x10 0xFE>")
    })

    it("follows the forms of the dialect's tool", () => {
      const text = "A:'S1F3' W <L <L> <BOOLEAN T> <A \"it's\">>."
      assert.strictEqual(
        format(text),
        lines(
          "A:'S1F3' W",
          "<L [3]",
          "    <L [0]",
          "    >",
          "    <Boolean [1] True>",
          '    <A [4] "it\'s">',
          ">",
          ".",
          ""
        )
      )
    })

    it("keeps a value that the dialect's tool has no other text for", () => {
      const text = "A:'S1F3' W <L <A[3] 'x\r\ny' > <C2 1 /* big */ 0x00>>."
      assert.strictEqual(
        format(text),
        lines("A:'S1F3' W", "<L [2]", "    <A[3] 'x\r\ny' >", "    <C2 1 /* big */ 0x00>", ">", ".", "").replaceAll(
          /\r?\n/g,
          "\r\n"
        )
      )
    })

    it("puts numbers and bytes that are too many for a line on several", () => {
      assert.strictEqual(
        item("<L <U4 100 200 300 400 500>>", { maxWidth: 24 }),
        lines("<L [1]", "  <U4 [5] 100 200 300", "    400 500>", ">")
      )
      assert.strictEqual(item("<B 1 2 3>", { maxWidth: 20 }), "<B [3] 0x01 0x02\n  0x03>")
      assert.strictEqual(item("<B 1 2 3>", { maxWidth: 22 }), "<B [3] 0x01 0x02 0x03>")
      const bytes = item(`<B ${"0xAB ".repeat(100)}>`)
      assert.isTrue(bytes.split("\n").every((line) => line.length <= 120))
      assert.strictEqual(bytes.split("\n").length, 5)
    })

    it("parts no text in quotes, and no values of secs4net, whose reader takes one line an item", () => {
      const text = `<A [50] "${"x".repeat(50)}">`
      assert.strictEqual(item(text, { maxWidth: 20 }), text)
      const values = format(`A:'S1F3' W <U1 ${"1 ".repeat(200)}>.`)
      assert.strictEqual(values.split("\n").length, 4)
    })

    it("indents as told", () => {
      assert.strictEqual(item("<L <L <U1 1>>>", { indent: 3 }), "<L [1]\n   <L [1]\n      <U1 [1] 1>\n   >\n>")
      assert.strictEqual(item("<L <U1 1>>", { indent: 0 }), "<L [1]\n<U1 [1] 1>\n>")
    })

    it.each(["\u0085", "\u00a0", "\u200b", "\u2028", "\u2060", "\u3000", "\ufeff"])(
      "writes a blank where %j stood, and leaves it in comments",
      (one) => {
        const text = [
          `na${one}me${one}:${one}S1F1${one}[${one}W]${one}H${one}->E`,
          `<L${one}[1${one}]${one}<A${one}[1${one}..${one}9]${one}"a"${one}>${one}/* ${one}c */>.`,
          `#define${one}A${one}1`,
          `if${one}(a${one}(${one}1${one})${one}==${one}<L>${one})${one}b${one}.`,
          `every${one}5${one}send${one}a${one}.${one}`
        ].join("\n")
        const once = format(text, { dialect: Dialect.itri })
        assert.strictEqual(format(once, { dialect: Dialect.itri }), once)
        assert.strictEqual(once.split(one).length, 2)
        assert.strictEqual(
          once.replaceAll(one, "~"),
          format(text.replaceAll(one, " ").replace("/*  c", "/* ~c"), { dialect: Dialect.itri })
        )
      }
    )

    it("takes the . of a message from behind an item alone, and leaves the comments around it", () => {
      assert.strictEqual(format("<L> /* a */ . // b\n// c"), "<L [0]> /* a */ // b\n// c\n")
    })

    it("formats an item alone", () => {
      const text = "<l // all\n<a 'x'><BOOLEAN T>> // end\n"
      assert.strictEqual(format(text), '<L [2] // all\n  <A [1] "x">\n  <BOOLEAN [1] T>\n> // end\n')
      assert.strictEqual(
        format(text, { dialect: Dialect.secsgem }),
        '<L [2] // all\n  <A "x">\n  <BOOLEAN 0x1>\n> // end\n'
      )
      assert.strictEqual(format("// why\n<U1 7>"), "// why\n<U1 [1] 7>\n")
    })
  })

  describe("sizes", () => {
    it.each([
      ["<A [9] 'abc'>", '<A [3] "abc">'],
      ["<U4 [1..3] 1 2>", "<U4 [1..3] 1 2>"],
      ["<U4 [ 1 .. 3 ] 1>", "<U4 [1..3] 1>"],
      ["<U4 [3..5] 1>", "<U4 [1] 1>"],
      ["<U4 [?] 1>", "<U4 [?] 1>"],
      ["<L [ MAX  ELSEWHERE ] <V>>", "<L [MAX ELSEWHERE]\n  <V>\n>"],
      ["<U4 [3.. ...] 1>", "<U4 [3.. ...] 1>"],
      ["<A [MAX ELSEWHERE] 'abc'>", '<A [MAX ELSEWHERE] "abc">'],
      ["<A[max 80]'abc'>", '<A [MAX 80] "abc">'],
      ["<A [MAX 2] 'abc'>", '<A [MAX 2] "abc">'],
      ["<A [n] 'abc'>", '<A [n] "abc">'],
      ["<W [..1]>", '<W [2] "">'],
      ["<W [2..4] 'ab'>", '<W [2..4] "ab">'],
      ["<L [..] <U1 1>>", "<L [...]\n  <U1 [1] 1>\n>"]
    ])("writes %s as %s", (text, expected) => {
      assert.strictEqual(item(text, { dialect: Dialect.peer }), expected)
    })

    it("keeps the name of a constant, unless it is another number than that of the values", () => {
      assert.strictEqual(
        format('#define N 3\nS1F1 <L [N] <A [N] "abc"> <A [N] "ab"> <U1 [1..N] 1> <A [MAX N]> <U1 [N] X>>.'),
        lines(
          "#define N 3",
          "",
          "S1F1",
          "<L [N]",
          '  <A [N] "abc">',
          '  <A [2] "ab">',
          "  <U1 [1..N] 1>",
          "  <A [MAX N]>",
          "  <U1 [N] X>",
          ">",
          ".",
          ""
        )
      )
    })
  })

  describe("templates", () => {
    it.each([
      ["<U4[1]>=SVID", "<U4 [1]> = SVID"],
      ["<u4 SVID>", "<U4 SVID>"],
      ["<A[40]SVNAME>", "<A [40] SVNAME>"],
      ["<BOOL X>", "<BOOLEAN X>"],
      ["<W X>", "<W X>"],
      ["<A [MAX 100]> = PPID", "<A [MAX 100]> = PPID"],
      ["<A 'LOT'> = CpName", "<A 'LOT'> = CpName"],
      ['<A [ 3 ] "LOT"> = CpName', '<A [3] "LOT"> = CpName'],
      ["<A [9] 'LOT'> = CpName", "<A [3..9] 'LOT'> = CpName"],
      ["<A [1] 'LOT'> = CpName", "<A [1..3] 'LOT'> = CpName"],
      ["<A ''> = X", "<A ''> = X"],
      ["<A> = X", "<A> = X"],
      ["<U1 0x10 2> = X", "<U1 16 2> = X"],
      ["<v >= RESULT", "<V> = RESULT"],
      ["<variant SV>", "<VARIANT SV>"],
      ["<VAR[2]CEID>", "<VAR [2] CEID>"],
      ["<U4AUTO [1] >", "<U4AUTO [1]>"],
      ["<NOW[16]>", "<NOW [16]>"],
      ["<L [5]> = REPORTS", "<L [5]> = REPORTS"],
      ["<L> = REPORTS", "<L> = REPORTS"],
      ["<L[MAX 5]>", "<L [MAX 5]>"],
      ["<L[n] <U4 SVID>> = R", "<L [n]\n  <U4 SVID>\n> = R"],
      ["<L[9] <U4 SVID>>", "<L [1]\n  <U4 SVID>\n>"],
      ["<L[0..2] <U4 SVID>>", "<L [0..2]\n  <U4 SVID>\n>"],
      ["<L <U4 SVID> ...>", "<L\n  <U4 SVID>\n  ...\n>"],
      ["<L [2] <U4 SVID> ...>", "<L [2]\n  <U4 SVID>\n  ...\n>"],
      ["<U1 1> = A = B", "<U1 1> = A = B"],
      ["<L <U4 1> ... = A /* a */ = B>", "<L\n  <U4 [1] 1>\n  ... = A = B /* a */\n>"]
    ])("writes %s as %s", (text, expected) => {
      assert.strictEqual(item(text, { dialect: Dialect.pfile }), expected)
    })

    it("keeps in a file of templates a size that waits for a value, and corrects it elsewhere", () => {
      assert.strictEqual(item("<U4 [1]>", { dialect: Dialect.pfile }), "<U4 [1]>")
      assert.strictEqual(item("<U4 [1]>"), "<U4 [0]>")
    })

    it("keeps the quotes of each text in files of templates and scripts", () => {
      const text = "<L <A 'a\"b'> <A \"it's\"> <A 0x0D 'c'> <A ''> <A '' 0x27>>"
      assert.strictEqual(
        item(text, { dialect: Dialect.pfile }),
        lines(
          "<L [5]",
          "  <A [3] 'a\"b'>",
          '  <A [4] "it\'s">',
          "  <A [2] 0x0D 'c'>",
          "  <A [0] ''>",
          '  <A [1] "\'">',
          ">"
        )
      )
    })
  })

  describe("comments", () => {
    it("keeps a comment behind what it stands behind, with one blank", () => {
      assert.strictEqual(
        format("S1F3 W// ask\n<L[1]     // all\n<U4 1001>// CLOCK\n>/* end */."),
        lines("S1F3 W // ask", "<L [1] // all", "  <U4 [1] 1001> // CLOCK", "> /* end */", ".", "")
      )
    })

    it("keeps a comment on its own line, indented as what follows", () => {
      assert.strictEqual(
        format("S1F3 W\n// list\n<L\n// first\n<U4 1>\n      // last\n>\n   // dot\n.\n// behind"),
        lines(
          "S1F3 W",
          "// list",
          "<L [1]",
          "  // first",
          "  <U4 [1] 1>",
          "  // last",
          ">",
          "// dot",
          ".",
          "// behind",
          ""
        )
      )
    })

    it("keeps a comment before what it stands before on its line", () => {
      assert.strictEqual(
        format("/* a */ S1F3 W\n/* b */ /* c */ <L\n /* d */ <U1 1>\n/* e */>\n/* f */."),
        lines("/* a */ S1F3 W", "/* b */ /* c */ <L [1]", "  /* d */ <U1 [1] 1>", "  /* e */ >", "/* f */ .", "")
      )
    })

    it("keeps the lines of a block comment as they are", () => {
      assert.strictEqual(
        format("S1F3 W <L\n/* one\n      two\t\n three */\n<U1 1>>."),
        lines("S1F3 W", "<L [1]", "  /* one", "      two\t", " three */", "  <U1 [1] 1>", ">", ".", "")
      )
    })

    it("takes from the end of a comment no character that other encodings need", () => {
      assert.strictEqual(format("// \u00d6\u00a0 \nS1F1 W."), "// \u00d6\u00a0\nS1F1 W\n.\n")
    })

    it("keeps lines of stars wherever they stand", () => {
      assert.strictEqual(
        format("**** head ***\n  * more\nS1F3 W <L\n* in\n<U4 1\n** among values\n2>>.\n*end"),
        lines(
          "**** head ***",
          "* more",
          "S1F3 W",
          "<L [1]",
          "  * in",
          "  <U4 [2] 1",
          "    ** among values",
          "    2>",
          ">",
          ".",
          "*end",
          ""
        )
      )
    })

    it("keeps comments between the values they stand between", () => {
      assert.strictEqual(
        item("<L <U4 /* a */ 1 /* b */ 2 3 // c\n 4> <B 0x01 0x02 /* d */ 3> <A 'AB' /* e */ 'CD'> <U1 /* f */>>"),
        lines(
          "<L [4]",
          "  <U4 [4] /* a */ 1 /* b */ 2 3 // c",
          "    4>",
          "  <B [3] 0x01 0x02 /* d */ 0x03>",
          '  <A [4] "AB" /* e */ "CD">',
          "  <U1 [0] /* f */>",
          ">"
        )
      )
    })

    it("ends an item on a line of its own where a comment ends the line", () => {
      assert.strictEqual(
        item("<L <U4 1 // a\n> <L // b\n>>"),
        lines("<L [2]", "  <U4 [1] 1 // a", "  >", "  <L [0] // b", "  >", ">")
      )
    })

    it("puts a comment from within a header behind it", () => {
      assert.strictEqual(format("S1F1 /* a */ W // b\n = /* c */ name."), "S1F1 = name W /* a */ // b\n/* c */\n.\n")
    })

    it("puts a comment from before the name of a slot behind it", () => {
      assert.strictEqual(
        item("<U4 /* a */ [1] /* b */ X /* c */> /* d */ = Y"),
        "<U4 [1] /* a */ /* b */ /* c */ X> = Y /* d */"
      )
    })
  })

  describe("the dialect of a text", () => {
    it.each([
      ["S1F1 H <- E x.", "secs4go", "S1F1 H<-E x\n.\n"],
      ["S1F1 h->e =7.", "pfile", "S1F1 = 7 H->E\n.\n"],
      ["S1F1/* a */=N.", "pfile", "S1F1 = N /* a */\n.\n"],
      ["every 5\nsend a.", "itri", "every 5 send a.\n"],
      ["S1F4 <VAR\nSV>.", "ezsim", "S1F4\n<VAR SV>\n.\n"],
      ["S1F1. :'S1F3'.", "peer", "S1F1\n.\n\n'S1F3'\n.\n"]
    ])("of %j is %s before and after", (text, name, expected) => {
      assert.strictEqual(SmlParser.parse(text).dialect.name, name)
      assert.strictEqual(format(text), expected)
      assert.strictEqual(SmlParser.parse(expected).dialect.name, name)
    })

    it("is kept by leaving alone what would be taken for a log, unless the dialect is told", () => {
      const text = "S1F1 W. 1.2.3 x: S1F3 W."
      assert.strictEqual(format(text), text)
      assert.strictEqual(format(text, { dialect: Dialect.peer }), "S1F1 W\n.\n\n1.2.3 x: S1F3 W\n.\n")
    })

    it("of an item alone is that which a reader takes it for", () => {
      assert.strictEqual(format("<L <BOOLEAN[1] True> <U1 010>>"), "<L [2]\n  <BOOLEAN [1] True>\n  <U1 [1] 8>\n>\n")
    })
  })

  describe("what stands between messages", () => {
    it("puts one blank line between messages, and leaves comments with the message they belong to", () => {
      assert.strictEqual(
        format("S1F1 W.S1F3 W.// of S1F3\n// of S1F5\nS1F5 W.\n\n\n\n// of nobody\n\nS1F7 W.\n// end"),
        lines(
          "S1F1 W",
          ".",
          "",
          "S1F3 W // of S1F3",
          ".",
          "",
          "// of S1F5",
          "S1F5 W",
          ".",
          "",
          "// of nobody",
          "",
          "S1F7 W",
          ".",
          "// end",
          ""
        )
      )
    })

    it("keeps constants and rules together, with at most one blank line", () => {
      assert.strictEqual(
        format("#define  A   1 // one\n#define B\t2\n\n\n#define C 3\nif(s1f1)x.\nEVERY 05 SEND x .\n"),
        lines("#define A 1 // one", "#define B 2", "", "#define C 3", "if (s1f1) x.", "every 05 send x.", "")
      )
    })

    it.each([
      ["if(s1f1(4)==<F4[1] 0.50>)reply_a .", "if (s1f1 (4)==<F4 0.5>) reply_a."],
      ["if (s1f1 (1)=<L <A 'x'> <U1 1>>) r.", 'if (s1f1 (1)==<L [2] <A "x"> <U1 1>>) r.'],
      ["if (s1f1 // why\n) r. // who", "if (s1f1) r. // why\n// who"]
    ])("writes the rule %s as %s", (text, expected) => {
      assert.strictEqual(format(text), `${expected}\n`)
    })

    it("gives a message its missing dot, and takes away dots that end nothing", () => {
      assert.strictEqual(format("S1F1 W // a\n// b\nS1F3 W <L>..\n."), "S1F1 W // a\n.\n\n// b\nS1F3 W\n<L [0]>\n.\n")
    })

    it.each([
      ["S7F3 <>\n/**/../**/", "S7F3\n<L [0]>\n/**/ /**/\n.\n"],
      ["S4F6 <>=\n/**/d\n./**/", "S4F6\n<L> = d\n/**/\n. /**/\n"],
      ['S1F1 <W[3]"漢字\n">=N', "S1F1\n<C2 [3..7] 2 0xE6 0xBC 0xA2 0xE5 0xAD 0x97 0x0A> = N\n.\n"],
      ["'S6F7' <> = d\n=:S2F6", "'S6F7'\n<L> = d\n.\n\n=: S2F6\n.\n"]
    ])("changes nothing the second time in %j", (text, expected) => {
      assert.strictEqual(format(text), expected)
      assert.strictEqual(format(expected), expected)
    })

    it("gives an empty text for a text of nothing", () => {
      assert.strictEqual(format(""), "")
      assert.strictEqual(format(" \r\n\t"), "")
    })
  })

  describe("line ends", () => {
    it("keeps those of the first line, in comments too, and changes them where told", () => {
      const text = "S1F1 W\r\n/* a\n b */ .\nS1F3 W.\n"
      assert.strictEqual(format(text), "S1F1 W\r\n/* a\r\n b */ .\r\n\r\nS1F3 W\r\n.\r\n")
      assert.strictEqual(format(text, { lineEnd: "\n" }), "S1F1 W\n/* a\n b */ .\n\nS1F3 W\n.\n")
      assert.strictEqual(format("S1F1 W.", { lineEnd: "\r\n" }), "S1F1 W\r\n.\r\n")
    })

    it("keeps a byte order mark", () => {
      assert.strictEqual(format("\ufeff S1F1 W."), "\ufeffS1F1 W\n.\n")
    })
  })

  describe("errors", () => {
    it("refuses a text with an error, and names the first", () => {
      const error = failure(SmlFormatter.format("S1F1 W.\nS1F2 <U1 256>.\nS1F3 <X>.", { source: "a.sml" }))
      assert.strictEqual(error.message, "a.sml:2:10: expected an integer from 0 to 255, found 256")
    })

    it("refuses what a strict reader refuses, where told to be strict", () => {
      assert.strictEqual(failure(SmlFormatter.format("S1F1 W <A [2] 'x'>.", { strict: true })).reason, "SizeMismatch")
      assert.strictEqual(failure(SmlFormatter.format("<L> <L>")).reason, "UnexpectedText")
    })

    it("refuses a log, detected or given", () => {
      const log = "2019-01-02 03:04:05,678 INFO [7] - SECS. S6F11: 'S6F11' W\n<L [0]>\n."
      const error = failure(SmlFormatter.format(`\n${log}`))
      assert.deepInclude(error, { reason: "LogText", line: 2, column: 1 })
      assert.strictEqual(
        error.message,
        "line 2, column 1: expected messages, constants and rules, found the lines of a log (a log is read, not formatted; say in which dialect it is if it is none)"
      )
      assert.strictEqual(failure(SmlFormatter.format("S1F1 W.", { dialect: Dialect.log })).reason, "LogText")
    })
  })

  it("formats lists 100 000 deep, where the reader is let so deep", () => {
    const depth = 100_000
    const text = `S1F1 W ${"<L ".repeat(depth)}<U1 1>${">".repeat(depth)}.`
    assert.strictEqual(failure(SmlFormatter.format(text)).reason, "DepthExceeded")
    const options = { maxDepth: depth, indent: 0 }
    const once = format(text, options)
    assert.strictEqual(once.split("\n").length, 2 * depth + 4)
    assert.strictEqual(format(once, options), once)
  }, 60_000)

  it("indents no deeper than 64 levels", () => {
    const deep = item(`${"<L ".repeat(100)}${">".repeat(100)}`)
    assert.strictEqual(Math.max(...deep.split("\n").map((line) => line.search(/\S/))), 128)
  })

  const many = " ".repeat(1_000_000)
  it.each([
    ["blanks in a comment", `/* a${many}b */ S1F1 W.`],
    ["carriage returns in a comment", `/* a${"\r".repeat(1_000_000)}b\n */ S1F1 W.`],
    ["blanks in a label", `a${many}b: S1F1 W.`],
    ["blanks in a size", `S1F1 W <L [${many}1${many}] <L>>.`],
    ["blanks between messages", `S1F1 W.${many}S1F3 W.`]
  ])("takes no long time over a million %s", (_, text) => {
    success(SmlFormatter.format(text))
  })

  it("leaves alone what the printer printed", () => {
    const messages = SmlParser.parse("a:'S1F1' W.\nb:'S1F3' W <L <A 'x' 0x00> <U1 1 2> <L>>.").messages
    const printed = messages.map((message) => success(SmlPrinter.message(message)))
    assert.strictEqual(format(printed.join("\n\n") + "\n", { dialect: Dialect.peer }), printed.join("\n\n") + "\n")
  })
})

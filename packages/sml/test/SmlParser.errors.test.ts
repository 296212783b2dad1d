/**
 * Every way a text can be wrong: what is said of it, and what is read all the same.
 */
import { assert, describe, it } from "@effect/vitest"
import { Item } from "@effect-secs/codec"
import * as Result from "effect/Result"
import * as Dialect from "../src/Dialect.ts"
import { NoMessageError, SmlReason } from "../src/SmlError.ts"
import * as SmlParser from "../src/SmlParser.ts"
import { failure } from "./support/expect.ts"
import { messageOf, read } from "./support/read.ts"

/** Stands for no options, where a warning is looked at. */
const warned: SmlParser.ParseOptions = {}

type Row = readonly [text: string, options: SmlParser.ParseOptions, reason: SmlReason, message: string]

/** At least one row for each reason; where a text has several, the last is looked at. */
const rows: ReadonlyArray<Row> = [
  [
    "Hello\nS1F1 W.",
    {},
    "HeaderExpected",
    "line 1, column 1: expected a header: SxFy, with a label and a colon before it or not, found Hello"
  ],
  [
    "<L <U4 1>>",
    {},
    "HeaderExpected",
    "line 1, column 1: expected a header: SxFy, with a label and a colon before it or not, found < (it needs a header before it; an item alone is a text of its own)"
  ],
  [
    "S1F2 <L>.>",
    {},
    "HeaderExpected",
    "line 1, column 10: expected a header: SxFy, with a label and a colon before it or not, found > (there is a > too many before it)"
  ],
  [
    "S1F14.\nL,2\n",
    {},
    "HeaderExpected",
    'line 2, column 1: expected a header: SxFy, with a label and a colon before it or not, found L (an item is written <A [3] "abc">, not A,3)'
  ],
  ["S1F1 =\n.", {}, "HeaderExpected", "line 2, column 1: expected a name behind =, found ."],
  [" S128F1 W.", {}, "StreamRange", "line 1, column 2: expected a stream from 0 to 127, found 128"],
  ["S1F256 W.", {}, "FunctionRange", "line 1, column 1: expected a function from 0 to 255, found 256"],
  [
    "S2F42 W.",
    {},
    "WBitOnSecondary",
    "line 1, column 7: expected no W in a secondary, whose function is even, found W (an option, W on secondary, makes it a warning)"
  ],
  [
    "S1F1 W",
    { strict: true },
    "MissingTerminator",
    "line 1, column 7: expected . to end this message, found the end of the text"
  ],
  [
    "S1F1 W\nS1F3 W.",
    { strict: true },
    "MissingTerminator",
    "line 1, column 7: expected . to end this message, found S1F3"
  ],
  ["S1F1 W ;", {}, "UnexpectedText", "line 1, column 8: expected . to end this message, found ;"],
  ["S1F1 [X].", {}, "UnexpectedText", "line 1, column 6: expected [W], an item or ., found ["],
  [
    "S1F2 <L>>.",
    {},
    "UnexpectedText",
    "line 1, column 9: expected . to end this message, found > (there is a > too many before it)"
  ],
  ["S1F1 W..", { strict: true }, "UnexpectedText", "line 1, column 8: expected a message before its ., found ."],
  [
    "S1F2 <L\n  <U4 1>\n.",
    {},
    "UnexpectedText",
    "line 3, column 1: expected an item or > in this list, found . (the list that begins in line 1 may lack its >)"
  ],
  [
    "S1F2 <L 1>.",
    {},
    "UnexpectedText",
    "line 1, column 9: expected an item or > in this list, found 1 (a list holds items, each with its format: <U4 1>, <A 'text'>)"
  ],
  [
    "S1F2 <L 'x'>.",
    {},
    "UnexpectedText",
    "line 1, column 9: expected an item or > in this list, found ' (a list holds items, each with its format: <U4 1>, <A 'text'>)"
  ],
  [
    "S1F2 <L, <U4 1>>.",
    {},
    "UnexpectedText",
    "line 1, column 8: expected an item or > in this list, found , (a size is written [2], and items stand next to each other without commas)"
  ],
  [
    "S1F2 <L A,3 'abc'>.",
    {},
    "UnexpectedText",
    'line 1, column 9: expected an item or > in this list, found A (an item is written <A [3] "abc">, not A,3)'
  ],
  [
    "S1F2 <L U4 1>.",
    {},
    "UnexpectedText",
    "line 1, column 9: expected an item or > in this list, found U4 (an item begins with <; the list that begins in line 1 may lack its >)"
  ],
  [
    "S1F2 <L <V>> = X.",
    { strict: true },
    "UnexpectedText",
    "line 1, column 14: expected no name behind a list that has slots, found X (the name is left out)"
  ],
  ["if (a b.", {}, "BadRule", "line 1, column 7: expected ) to end the condition, found b"],
  [
    "if (a (0)==<L>) b.",
    {},
    "BadRule",
    "line 1, column 7: expected (n)== and an item, n counting all items from 1, found ("
  ],
  ["if (a).", {}, "BadRule", "line 1, column 7: expected the name of a message, found ."],
  ["if (a) b", {}, "BadRule", "line 1, column 9: expected . to end this rule, found the end of the text"],
  ["every 5 send .", {}, "BadRule", "line 1, column 14: expected the name of a message, found ."],
  [
    "every 5 seconds send a.",
    {},
    "BadRule",
    "line 1, column 1: expected if (message) reply. or every 5 send message., found every"
  ],
  ["if (a (1)==<V>) b.", {}, "NotAnItem", "line 1, column 12: expected an item without slots, found <"],
  ["#define", {}, "BadConstant", "line 1, column 1: expected #define, a name and a number, found #define"],
  ["#define MAX x", {}, "BadConstant", "line 1, column 1: expected #define, a name and a number, found #define"],
  ["#include <a>", {}, "BadConstant", "line 1, column 1: expected #define, a name and a number, found #include"],
  [
    "S1F2 <U3 1>.",
    {},
    "UnknownFormat",
    "line 1, column 7: expected L, A, B, BOOLEAN, J, C2, W, I1 to I8, U1 to U8, F4 or F8, found U3 (the digit counts bytes: 1, 2, 4 or 8)"
  ],
  [
    "S1F2 <STRING 'x'>.",
    {},
    "UnknownFormat",
    "line 1, column 7: expected L, A, B, BOOLEAN, J, C2, W, I1 to I8, U1 to U8, F4 or F8, found STRING (text is A)"
  ],
  [
    "S1F2 <L < MDLN > >.",
    {},
    "UnknownFormat",
    "line 1, column 11: expected L, A, B, BOOLEAN, J, C2, W, I1 to I8, U1 to U8, F4 or F8, found MDLN (a name alone has no format; SFDL, which is written so, is no SML)"
  ],
  [
    "S1F2 <X 'x'>.",
    {},
    "UnknownFormat",
    "line 1, column 7: expected L, A, B, BOOLEAN, J, C2, W, I1 to I8, U1 to U8, F4 or F8, found X"
  ],
  [
    'S1F2 <"x">.',
    {},
    "UnknownFormat",
    'line 1, column 7: expected L, A, B, BOOLEAN, J, C2, W, I1 to I8, U1 to U8, F4 or F8, found "'
  ],
  [
    "S1F2 <A [5..1] 'x'>.",
    { strict: true },
    "BadSize",
    "line 1, column 9: expected a range from low to high, found [5..1]"
  ],
  [
    "S1F2 <A [?] 'x'>.",
    { strict: true },
    "BadSize",
    "line 1, column 10: expected a number, a range, MAX and a number, or a name, found ?"
  ],
  ["S1F2 <A [1 'x'>.", {}, "BadSize", "line 1, column 12: expected ] to end the size, found '"],
  ["S1F2 <NOW [13]>.", {}, "BadSize", "line 1, column 11: expected 12, 14 or 16 characters of time, found 13"],
  [
    "S1F2 <A [MAX] 'x'>.",
    { strict: true },
    "BadSize",
    "line 1, column 13: expected a number or a constant after MAX, found ]"
  ],
  [
    "S1F2 <U4 [3] 1>.",
    { strictSizes: true },
    "SizeMismatch",
    "line 1, column 10: expected [1], the number of values, found [3]"
  ],
  [
    "S1F2 <L [2..3] <L>>.",
    { strict: true },
    "SizeMismatch",
    "line 1, column 9: expected a range that holds 1, the number of values, found [2..3]"
  ],
  [
    "S1F2 <A abc def>.",
    {},
    "BadValue",
    "line 1, column 9: expected text in quotes, or a byte, found abc (text stands in quotes)"
  ],
  [
    "S1F2 <A abc, def>.",
    {},
    "BadValue",
    "line 1, column 9: expected text in quotes, or a byte, found abc (text stands in quotes)"
  ],
  [
    "S1F2 <U4 1, 2>.",
    {},
    "BadValue",
    "line 1, column 10: expected an integer from 0 to 4294967295, found 1, (no commas: blanks between values, a dot in a fraction)"
  ],
  [
    "S1F2 <U4 x y>.",
    {},
    "BadValue",
    "line 1, column 10: expected an integer from 0 to 4294967295, found x (a name may stand for the values only where it stands alone)"
  ],
  [
    "S1F2 <F4 1,5>.",
    {},
    "BadValue",
    "line 1, column 10: expected a number, found 1,5 (no commas: blanks between values, a dot in a fraction)"
  ],
  [
    "S1F2 <U4 1.5>.",
    {},
    "BadValue",
    "line 1, column 10: expected an integer from 0 to 4294967295, found 1.5 (F4 and F8 hold fractions and exponents)"
  ],
  [
    "S1F2 <BOOLEAN maybe not>.",
    {},
    "BadValue",
    "line 1, column 15: expected T or F, found maybe (a name may stand for the values only where it stands alone)"
  ],
  [
    "S1F2 <U4 <U4 1>>.",
    {},
    "BadValue",
    "line 1, column 10: expected an integer from 0 to 4294967295, found < (only a list holds items)"
  ],
  [
    'S1F2 <A "abc"\n<A "def">.',
    {},
    "BadValue",
    "line 2, column 1: expected text in quotes, or a byte, found < (the > before it may be missing)"
  ],
  ["S1F2 <U4 '1>.", {}, "BadValue", "line 1, column 12: expected a quote behind one number, found >"],
  ["S1F2 <V V V>.", {}, "BadValue", "line 1, column 11: expected the name of a slot, or >, found V"],
  ["S1F2 <A> = .", {}, "BadValue", "line 1, column 12: expected a name behind =, found ."],
  [
    "S1F2 <C2 x y>.",
    {},
    "BadValue",
    "line 1, column 10: expected a localized string header, or text in quotes, found x (text stands in quotes)"
  ],
  [
    "S1F2 <F8 one 1>.",
    {},
    "BadValue",
    "line 1, column 10: expected a number, found one (a name may stand for the values only where it stands alone)"
  ],
  ["S1F2 <B 0x1G>.", {}, "BadValue", "line 1, column 9: expected an integer from 0 to 255, found 0x1G"],
  ["S1F2 <U4 12abc>.", {}, "BadValue", "line 1, column 10: expected an integer from 0 to 4294967295, found 12abc"],
  ["S1F2 <U1 256>.", {}, "ValueRange", "line 1, column 10: expected an integer from 0 to 255, found 256"],
  [
    "S1F2 <U8 -1>.",
    {},
    "ValueRange",
    "line 1, column 10: expected an integer from 0 to 18446744073709551615, found -1"
  ],
  [
    "S1F2 <F4 1e39>.",
    {},
    "ValueRange",
    "line 1, column 10: expected a number from -3.4028234663852886e+38 to 3.4028234663852886e+38, found 1e39"
  ],
  ["S1F2 <B 0x100>.", {}, "ValueRange", "line 1, column 9: expected an integer from 0 to 255, found 0x100"],
  ["S1F2 <A 300>.", {}, "ValueRange", "line 1, column 9: expected an integer from 0 to 255, found 300"],
  ["S1F2 <C2 65536 0>.", {}, "ValueRange", "line 1, column 10: expected an integer from 0 to 65535, found 65536"],
  [
    "S1F2 <A 'café'>.",
    {},
    "BadCharacter",
    "line 1, column 13: expected ASCII, found U+00E9 (é) (write bytes as 0xHH, or read the text as latin-1 or utf-8)"
  ],
  [
    "S1F2 <A '😀'>.",
    { text: "latin-1" },
    "BadCharacter",
    "line 1, column 10: expected characters up to U+00FF, found U+1F600 (😀) (write bytes as 0xHH, or read the text as utf-8)"
  ],
  [
    "S1F2 <J '日'>.",
    {},
    "BadCharacter",
    "line 1, column 9: expected characters of JIS X 0201, found J: character 0 is U+65E5, not in JIS X 0201 (write bytes as 0xHH)"
  ],
  [
    "S1F2 <C2 7 'x'>.",
    {},
    "BadCharacter",
    "line 1, column 12: expected text that header 7 can hold, found C2 value 0: expected bytes (text is encoded for headers 1 to 6 and 8 to 13, not 7), got string (write bytes as 0xHH)"
  ],
  [
    "S1F2 <B 0A>.",
    {},
    "BareHex",
    "line 1, column 9: expected 0x0A, found 0A (bytes without 0x are read in the dialects log and secs4js)"
  ],
  ["S1F2 <L> <L>.", {}, "SecondRoot", "line 1, column 10: expected . behind the one item of a message, found <"],
  [
    "S1F2 <A MDLN>.",
    { strict: true },
    "SlotName",
    "line 1, column 9: expected text in quotes, found MDLN (read as the name of a slot)"
  ],
  [
    "S1F2 < <L> >.",
    { strict: true },
    "ListWithoutType",
    "line 1, column 6: expected L before the items of a list, found <"
  ],
  [
    "S1F2 <U2 '356'>.",
    { strict: true },
    "QuotedNumber",
    "line 1, column 10: expected an integer from 0 to 65535 without quotes, found '"
  ],
  ["S1F2 <A 'it's'>.", warned, "InnerQuote", "line 1, column 12: expected 0x27 for a quote within text, found '"],
  [
    "S1F2 <A 'it's'>.",
    { strict: true },
    "BadValue",
    "line 1, column 13: expected text in quotes, or a byte, found s (text stands in quotes)"
  ],
  [
    "S1F2 <U1 010>.",
    { strict: true },
    "LeadingZero",
    "line 1, column 10: expected an integer without leading zeros, found 010 (read as decimal)"
  ],
  [
    "S1F0 <L>.",
    { strict: true },
    "TextOnAbort",
    "line 1, column 1: expected no text in a message that aborts a transaction, found S1F0"
  ],
  [
    "S1F2 <A 'abc>.",
    {},
    "UnterminatedString",
    "line 1, column 9: expected ' to end this text, found the end of the text"
  ],
  [
    "S1F2 <A 'abc>\n<A 'def'>.",
    {},
    "UnterminatedString",
    "line 1, column 9: expected ' to end this text, found the text of another item in line 2"
  ],
  [
    'S1F2 <A "abc>\nS1F4 <A "def">.',
    {},
    "UnterminatedString",
    'line 1, column 9: expected " to end this text, found a header in line 2'
  ],
  [
    'S1F2 <A "abc>\nS1F4 <A "def">.',
    { strict: true },
    "UnterminatedString",
    'line 1, column 9: expected " to end this text, found a header in line 2'
  ],
  [
    "S1F2 <A 'a' x>.",
    {},
    "UnterminatedString",
    "line 1, column 9: expected ' to end this text, found the end of the text (a quote ends text if >, a quote or a number follows it)"
  ],
  [
    "S1F1 W /* for ever",
    {},
    "UnterminatedComment",
    "line 1, column 8: expected */ to end this comment, found the end of the text"
  ],
  [
    "S1F2 <L\n <L\n  <U4 1>",
    {},
    "UnterminatedItem",
    "line 2, column 2: expected > to end this list, found the end of the text"
  ],
  ["S1F2 <U4 1", {}, "UnterminatedItem", "line 1, column 6: expected > to end this item, found the end of the text"],
  ["S1F2 <A 'abc'", {}, "UnterminatedItem", "line 1, column 6: expected > to end this item, found the end of the text"],
  ["S1F2 <", {}, "UnterminatedItem", "line 1, column 6: expected > to end this item, found the end of the text"],
  [
    "S1F2 <L <L <L>>>.",
    { maxDepth: 2 },
    "DepthExceeded",
    "line 1, column 12: expected at most 2 lists within each other, found < (an option, max depth, allows more)"
  ],
  [
    "S1F2 <L <U4 1>>.",
    { maxItems: 1 },
    "TooManyItems",
    "line 1, column 9: expected at most 1 items in a message, found < (an option, max items, allows more)"
  ],
  [
    "S1F1 !\nS1F1 !\nS1F1 !",
    { maxErrors: 2 },
    "TooManyErrors",
    "line 3, column 1: expected at most 2 errors, found more of them (the rest was not read)"
  ],
  [
    "\nfoo: bar\n",
    {},
    "HeaderExpected",
    "line 2, column 1: expected a header: SxFy, with a label and a colon before it or not, found foo"
  ],
  [
    "S1F2 <L\n  <L\n    <U4 1>\n  >\nS1F3 W.",
    {},
    "UnexpectedText",
    "line 5, column 1: expected an item or > in this list, found S1F3 (an item begins with <; the list that begins in line 1 may lack its >)"
  ],
  ["S1F2 <V x.>.", {}, "BadValue", "line 1, column 10: expected the name of a slot, or >, found ."],
  [
    "S1F1 W",
    warned,
    "MissingTerminator",
    "line 1, column 7: expected . to end this message, found the end of the text"
  ],
  ["S1F1 W..", warned, "UnexpectedText", "line 1, column 8: expected a message before its ., found ."],
  ["S1F2 <A [5..1] 'x'>.", warned, "BadSize", "line 1, column 9: expected a range from low to high, found [5..1]"],
  [
    "S1F2 <A [?] 'x'>.",
    warned,
    "BadSize",
    "line 1, column 10: expected a number, a range, MAX and a number, or a name, found ?"
  ],
  [
    "S1F2 <A MDLN>.",
    warned,
    "SlotName",
    "line 1, column 9: expected text in quotes, found MDLN (read as the name of a slot)"
  ],
  ["S1F2 <U4 [3] 1>.", warned, "SizeMismatch", "line 1, column 10: expected [1], the number of values, found [3]"],
  ["S1F2 < <L> >.", warned, "ListWithoutType", "line 1, column 6: expected L before the items of a list, found <"],
  [
    "S1F2 <U2 '356'>.",
    warned,
    "QuotedNumber",
    "line 1, column 10: expected an integer from 0 to 65535 without quotes, found '"
  ],
  [
    "S1F2 <U1 010>.",
    warned,
    "LeadingZero",
    "line 1, column 10: expected an integer without leading zeros, found 010 (read as decimal)"
  ],
  [
    "S1F0 <L>.",
    warned,
    "TextOnAbort",
    "line 1, column 1: expected no text in a message that aborts a transaction, found S1F0"
  ],
  [
    "S1F2 <L <V>> = X.",
    warned,
    "UnexpectedText",
    "line 1, column 14: expected no name behind a list that has slots, found X (the name is left out)"
  ],
  [
    "S1F2 W.",
    { ...warned, wBitOnSecondary: "warn" },
    "WBitOnSecondary",
    "line 1, column 6: expected no W in a secondary, whose function is even, found W"
  ]
]

/** `TooLong` needs a text of megabytes, and has a test below; `LogText` is said by the formatter alone. */
const elsewhere: ReadonlyArray<SmlReason> = ["TooLong", "LogText", "BadArgument"]

describe("what is wrong", () => {
  it("has a row for every reason", () => {
    assert.deepStrictEqual(new Set([...rows.map(([, , reason]) => reason), ...elsewhere]), new Set(SmlReason.literals))
  })

  it.each(rows.map(([text, options, reason, message]) => ({ text, options, reason, message })))(
    "in $text read with $options is $reason",
    ({ message, options, reason, text }) => {
      const { errors, warnings } = SmlParser.parse(text, options)
      if (options === warned) assert.deepStrictEqual(errors, [])
      const seen = [...warnings, ...errors].at(-1)!
      assert.deepStrictEqual({ reason: seen.reason, message: seen.message }, { reason, message })
      // The place said in lines and columns is the place said as an offset, and the one the caret is at.
      const before = text.slice(0, seen.offset).split("\n")
      assert.deepStrictEqual([seen.line, seen.column], [before.length, before.at(-1)!.length + 1])
      const line = text.split("\n")[seen.line - 1]!.replaceAll(/\ud83d\ude00/g, "\u00b7\u00b7")
      assert.strictEqual(seen.excerpt, `${line}\n${" ".repeat(seen.column - 1)}^`)
    }
  )

  it.each(rows.filter(([, options]) => options.strict === true))(
    "in %s is a warning where reading is lenient",
    (text, { strict: _, ...options }, reason) => {
      const lenient = SmlParser.parse(text, options)
      const found = [...lenient.warnings, ...lenient.errors].map((one) => one.reason)
      // Text that swallowed a header is refused either way.
      assert.include(found, reason === "BadValue" ? "InnerQuote" : reason)
    }
  )

  it("is said with the name of the text, where it was given one", () => {
    const [error] = SmlParser.parse("\nS1F1 <U9 1>.", { source: "a.sml" }).errors
    assert.strictEqual(error?.source, "a.sml")
    assert.match(error!.message, /^a\.sml:2:7: expected L, /)
  })

  it("holds names and numbers as fields", () => {
    const [error] = SmlParser.parse("S1F1 <U1 1 300>.").errors
    const { column, excerpt, expected, found, hint, line, offset, reason } = error!
    assert.deepStrictEqual(
      { column, excerpt, expected, found, hint, line, offset, reason },
      {
        column: 12,
        excerpt: "S1F1 <U1 1 300>.\n           ^",
        expected: "an integer from 0 to 255",
        found: "300",
        hint: undefined,
        line: 1,
        offset: 11,
        reason: "ValueRange"
      }
    )
  })

  it.each([
    ["tabs, one column each", "S1F1 <U4\t1\t,2>.", "S1F1 <U4 1 ,2>.\n           ^"],
    [
      "control characters, without what they do",
      "S1F1 <A 'a\u0007b' \u202e>.",
      "S1F1 <A 'a\u00b7b' \u00b7>.\n        ^"
    ],
    ["a line without its line end", "S1F1 <U4 ?>.\r\nS1F3.", "S1F1 <U4 ?>.\n         ^"],
    [
      "a part of a long line, around the place",
      `S1F1 <L ${"<U1 1> ".repeat(20)}<U9 1> ${"<U1 1> ".repeat(20)}>.`,
      "\u20261> <U1 1> <U1 1> <U1 1> <U1 1> <U1 1> <U1 1> <U1 1> <U1 1> <U9 1> <U1 1> <U1 1> <U1 1> <U1 1> <U1 1>\u2026\n                                                             ^"
    ],
    ["nothing behind the end", "S1F1 <L>\n", ""]
  ])("is shown as %s", (_, text, excerpt) => {
    const { errors } = SmlParser.parse(text)
    assert.strictEqual(errors[0]?.excerpt ?? "", excerpt)
  })

  it.each([
    ["a value", "S1F1 <U1 1\u001b[31m\u009b\u202e>.", "1<U+001B>[31m<U+009B><U+202E>"],
    ["a number out of range", "S1F1 <U1 999\u200f\u2066>.", "999<U+200F><U+2066>"],
    ["a name", "S1F1 <\u202e\u2066x 1>.", "<U+202E><U+2066>x"],
    ["a size", "S1F1 <A [9..1 /*\u001b\u009b*/] 'a'>.", "[9..1 /*<U+001B><U+009B>*/]"],
    ["a byte in hex", "S1F1 <B 1\u009b>.", "1<U+009B>"]
  ])("says %s without what would steer a terminal or turn the line around", (_, text, found) => {
    const { errors } = SmlParser.parse(text, { strict: true })
    assert.strictEqual(errors[0]!.found, found)
    assert.notMatch(errors[0]!.message, /[\p{Cc}\p{Cf}]/u)
  })

  it("says a message name and the file it was given without it too", () => {
    const { errors } = SmlParser.parse("S1F1 <U1 1x>.", { source: "a\u001b\u202e.sml" })
    assert.match(errors[0]!.message, /^a··\.sml:1:10: /)
    const message = new NoMessageError({ name: "a\u202e", known: ["b\u009b"] }).message
    assert.strictEqual(message, "there is no message a·: the document has b·")
  })

  it("is cut where it is long", () => {
    const { errors } = SmlParser.parse(`S1F1 <A ${"x".repeat(60)} y>.\nS1F1 <U4 ${"1".repeat(60)}>.`)
    assert.deepStrictEqual(
      errors.map(({ found }) => found),
      [`${"x".repeat(32)}\u2026`, `${"1".repeat(40)}\u2026`]
    )
  })
})

describe("limits", () => {
  it.each([
    ["A", `<A "${"x".repeat(16_777_216)}">`, "at most 16777215 values"],
    ["U8", `<U8 ${"1 ".repeat(2_097_152)}>`, "at most 2097151 values"]
  ])("of %s refuse one value more than its length bytes can say", (_, text, expected) => {
    const { expected: seen, reason } = failure(SmlParser.parseItem(text))
    assert.deepStrictEqual([reason, seen], ["TooLong", expected])
  })

  it("keep so many warnings, and count the rest", () => {
    const { messages, warnings, warningsOmitted } = SmlParser.parse(`S1F1 <L ${"<U1 [2] 1>".repeat(50)}>.`, {
      maxErrors: 20
    })
    assert.deepStrictEqual([messages.length, warnings.length, warningsOmitted], [1, 20, 30])
  })

  it("keep so many errors, say so, and end there", () => {
    const { errors, messages } = SmlParser.parse(`${"S1F1 <U1 x y>.\n".repeat(50)}S1F3.`, { maxErrors: 20 })
    assert.deepStrictEqual([messages.length, errors.length, errors.at(-1)!.reason], [0, 21, "TooManyErrors"])
  })

  it("of depth and items are met, and not exceeded", () => {
    const text = "S1F1 <L <L <L>>>."
    assert.deepStrictEqual(read(text, { maxDepth: 3, maxItems: 3 }), ["S1F1 010101010100"])
    assert.deepStrictEqual(read(text, { maxDepth: 2 }), ["error DepthExceeded 1:12"])
    assert.deepStrictEqual(read(text, { maxItems: 2 }), ["error TooManyItems 1:12"])
  })
})

/** What costs a message itself and nothing else. */
const broken: ReadonlyArray<string> = [
  "S7F1 <L <U4 x y>>.",
  "S7F1 <L <U4 1>.",
  "S7F1 <L <U4 1>>>.",
  "S7F1 <L> <L>.",
  "S7F1 <L\n  <A 'x'>\n  <U9 1>\n  <A 'y'>\n>\n.",
  "S7F1 <A 'never>.",
  'S7F1 <A "never>.',
  'S7F1 <L <A "never> <A "x">>.',
  "S7F1 <L\n<A 'x'\n<A 'y'>>.",
  "S7F1 <A 'x' y>.",
  "S7F1 <A [3 'abc'>.",
  "S7F1 <L",
  "S7F1 <",
  "S7F1 <A",
  "S7F1 <U4 1",
  "S7F1 <L <L <L",
  "S7F2 W.",
  "S700F1.",
  "S7F700.",
  "S7F1 ?.",
  "S7F1 = .",
  "S7F1 [X].",
  "what is this.",
  "<L>.",
  ">.",
  "#define.",
  "if (a) .",
  "every 5 send .",
  "S7F1 <U4 x y> /* c */ .",
  "S7F1 <F4 1,5>.",
  "S7F1 <NOW [3]>."
]

const strictly = [false, true] as const

describe("a message that cannot be read", () => {
  const cases = broken.flatMap((bad) => strictly.map((strict) => ({ bad, strict })))
  const good = (text: string, strict: boolean) => {
    const { errors, messages } = SmlParser.parse(text, { strict })
    return { errors: errors.length, messages: messages.map(messageOf) }
  }

  it.each(cases)("costs itself alone among others, each on its line: $bad, strict: $strict", ({ bad, strict }) => {
    for (const end of ["\n", "\r\n"]) {
      const text = [
        "a: S1F1 W.",
        bad,
        "'b' S1F2 <A \"x\">.",
        bad,
        "c: 'S1F3' W <L>.",
        bad,
        "S1F5 Name <U4 1>.",
        bad,
        ""
      ]
      const seen = good(text.join(end), strict)
      assert.deepStrictEqual(seen.messages, [
        "a: S1F1 W",
        "b: S1F2 410178",
        "c: S1F3 W 0100",
        "Name: S1F5 B10400000001"
      ])
      assert.isAtLeast(seen.errors, 4)
    }
  })

  // Words before a label are the label; read strictly, text ends at the next quote, whatever it swallows on its line.
  const dotted = cases.filter(
    ({ bad, strict }) => bad.endsWith(".") && bad !== "what is this." && !(strict && bad.includes("never>."))
  )
  it.each(dotted)("costs itself alone among others on one line: $bad, strict: $strict", ({ bad, strict }) => {
    const line = bad.replaceAll("\n", " ")
    for (const gap of ["", " "]) {
      const seen = good([line, "S1F1 W.", line, "'b' S1F2 <L>.", line, "c: S1F3 W.", line].join(gap), strict)
      assert.deepStrictEqual(seen.messages, ["S1F1 W", "b: S1F2 0100", "c: S1F3 W"])
      assert.isAtLeast(seen.errors, 4)
    }
  })

  it.each([
    ["a line comment", "// S1F3 W.\n"],
    ["a block comment", "/* S1F3 W.\nS1F3 W.\n*/\n"],
    ["a line of stars", "* S1F3 W.\n"],
    ["a line of stars with a dot", " * x.S1F3 W.\n"],
    ["a comment behind a dot", ". // x.S1F3 W.\n"]
  ])("brings nothing back that %s hides", (_, hidden) => {
    const seen = good(`S1F1 <U4 x y>.\n${hidden}S1F5 W.`, false)
    assert.deepStrictEqual(seen, { errors: 1, messages: ["S1F5 W"] })
  })

  it("costs its own warnings and comments no others", () => {
    const { messages } = SmlParser.parse("S1F1 /* a */ <U4 x y /* b */>.\nS1F3 /* c */ W.")
    assert.deepStrictEqual(
      messages[0]?.comments.map(({ text }) => text),
      ["c"]
    )
  })

  it("because its name is no name costs itself once, though its line looks like a header", () => {
    assert.deepStrictEqual(read('\n"<L >" S1F1 W.\nS1F3.'), ["S1F3", "error HeaderExpected 2:1"])
  })

  it("because a comment never ends costs no message behind it", () => {
    assert.deepStrictEqual(good("S1F1 /* never\nS1F3 W.\nS1F5.", false), { errors: 1, messages: ["S1F3 W", "S1F5"] })
  })
})

describe("one message, one item", () => {
  it.each([
    ["", "HeaderExpected", 0],
    [" // nothing", "HeaderExpected", 11],
    ["S1F1. S1F3.", "UnexpectedText", 6],
    ["S1F1. every 5 send x.", "UnexpectedText", 6],
    ["S1F1 <U9>.", "UnknownFormat", 6]
  ] as const)("a text that is not one message is refused: %s is %s at %s", (text, reason, offset) => {
    const error = failure(SmlParser.parseMessage(text))
    assert.deepStrictEqual([error.reason, error.offset], [reason, offset])
  })

  it.each([
    ["", "NotAnItem", 0],
    ["S1F1 <L>.", "NotAnItem", 0],
    ["<L> <L>", "UnexpectedText", 4],
    ["<L>..", "UnexpectedText", 4],
    ["<L>. <L>", "UnexpectedText", 5],
    [" <A word>", "NotAnItem", 1],
    ["<L <V>>", "NotAnItem", 0],
    ["<L", "UnterminatedItem", 0]
  ] as const)("a text that is not one item is refused: %s is %s at %s", (text, reason, offset) => {
    const error = failure(SmlParser.parseItem(text))
    assert.deepStrictEqual([error.reason, error.offset], [reason, offset])
  })

  it.each([
    ["<L>", true],
    ["\ufeff  < L [0] >", true],
    ["// answer\n/* of 5 */ <A 'x'>", true],
    ["S1F2 <L>.", false],
    ["// <L>\nS1F2 <L>.", false],
    ["<14>Oct 10 S1F1 W", false],
    ["/* <L>", false],
    ["", false]
  ] as const)("says of %j whether it is an item alone: %s", (text, expected) => {
    assert.strictEqual(SmlParser.isItem(text), expected)
    assert.isFalse(SmlParser.isItem(text, { dialect: Dialect.log }))
  })

  it("keeps the warnings and comments of an item alone", () => {
    const { comments, item, warnings } = SmlParser.parseItemDocument("<A [3] 'x'> // why", { source: "a" })
    assert.deepStrictEqual(Result.getOrThrow(item), Item.A("x"))
    assert.deepStrictEqual(
      warnings.map(({ message }) => message),
      ["a:1:4: expected [1], the number of values, found [3]"]
    )
    assert.strictEqual(comments.length, 1)
  })

  it("reads an item alone with the . of a message, and says that it has none", () => {
    const { comments, item, warnings } = SmlParser.parseItemDocument("<A 'x'> /* a */ . // b")
    assert.deepStrictEqual(Result.getOrThrow(item), Item.A("x"))
    assert.deepStrictEqual(
      warnings.map(({ message }) => message),
      ["line 1, column 17: expected one item and no more, found . (it ends a message)"]
    )
    assert.strictEqual(comments.length, 2)
    assert.strictEqual(failure(SmlParser.parseItem("<L>.", { strict: true })).reason, "UnexpectedText")
  })

  it("says which word was taken for a slot", () => {
    const { found, hint } = failure(SmlParser.parseItem("<L <A 'x'> <A word>>"))
    assert.deepStrictEqual([found, hint], ["the slot word", "text stands in quotes; a slot stands in a message"])
  })
})

import { assert, describe, it } from "@effect/vitest"
import { Dialect, SmlParser, type SmlDocument } from "../src/index.ts"

const read = (text: string) => SmlParser.parse(text, { dialect: Dialect.log })

const said = ({ function: function_, item, stream, wBit }: SmlDocument.SmlMessage) =>
  `S${stream}F${function_}${wBit === "set" ? " W" : ""}${item === undefined ? "" : ` ${item}`}`

const logs: ReadonlyArray<readonly [what: string, text: string, messages: ReadonlyArray<string>]> = [
  [
    "a time before every line of a body",
    `2024-03-11 02:58:02.001 SEND S1F13 W
2024-03-11 02:58:02.001   <L[0]
2024-03-11 02:58:02.001   >
2024-03-11 02:58:02.101 RECV S1F14
2024-03-11 02:58:02.101   <L[2]
2024-03-11 02:58:02.101     <B 0>
2024-03-11 02:58:02.101     <L[0]>
2024-03-11 02:58:02.101   >
2024-03-11 02:58:02.200 link is up
`,
    ["S1F13 W <L [0]>", "S1F14 <L [2] <B 0x00> <L [0]>>"]
  ],
  [
    "time, thread and level before every line, the level of another length, values on lines of their own",
    `2024-03-11T02:58:02,001 [7] INFO  (Secs) S6F11: 'S6F11' W /* Name=x */
2024-03-11T02:58:02,001 [12] DEBUG (Secs)   <L [3]
2024-03-11T02:58:02,001 [7] INFO  (Secs)     <U4 [4]
2024-03-11T02:58:02,002 [7] INFO  (Secs)       1 2
2024-03-11T02:58:02,002 [7] INFO  (Secs)       3 4
2024-03-11T02:58:02,002 [7] INFO  (Secs)     >
2024-03-11T02:58:02,002 [7] INFO  (Secs)     <BOOLEAN [2]
2024-03-11T02:58:02,002 [7] INFO  (Secs)       TRUE FALSE
2024-03-11T02:58:02,002 [7] INFO  (Secs)     > // flags
2024-03-11T02:58:02,002 [7] INFO  (Secs)
2024-03-11T02:58:02,002 [7] INFO  (Secs)     <A "S6F11 W">
2024-03-11T02:58:02,002 [7] INFO  (Secs)   >
2024-03-11T02:58:02,002 [7] INFO  (Secs) .
2024-03-11T02:58:02,003 [7] INFO  (Secs) 5 of 6 are done
`,
    ['S6F11 W <L [3] <U4 1 2 3 4> <BOOLEAN T F> <A "S6F11 W">>']
  ],
  [
    "priorities and levels in angle brackets",
    "<190>2024-03-11T02:58:02Z tool RECV S1F1 W\n<187>2024-03-11T02:58:03Z tool SEND S1F2 <L [0]>\n" +
      "<info> 02:58:04 SEND S1F3 W\n<L [0]>\n<warn> 02:58:05 RECV S1F4\n<warn> 02:58:05 <L [1]\n<warn> 02:58:05 <U4 1>>\n" +
      "<info> 02:58:06 SEND S1F1 W\n<info> 02:58:07 done\n",
    ["S1F1 W", "S1F2 <L [0]>", "S1F3 W <L [0]>", "S1F4 <L [1] <U4 1>>", "S1F1 W"]
  ],
  [
    "brackets that touch what they stand before",
    "[02:58:02.001][4]S1F3 W\n[02:58:02.001][4]<L [1]\n[02:58:02.001][4]<U4 7>\n[02:58:02.001][4]>\n[02:58:02.001][4].\n",
    ["S1F3 W <L [1] <U4 7>>"]
  ],
  [
    "an item that begins behind its header",
    "12:00:00 RECV S1F4 <L [1]\n12:00:00   <F4 1.5>\n12:00:00 >\n12:00:01 SEND S1F3 W <L [0]\n12:00:01 >.\n",
    ["S1F4 <L [1] <F4 1.5>>", "S1F3 W <L [0]>"]
  ],
  [
    "arrows in the prefix of the header alone",
    "12:00:00 >> S1F3 W\n12:00:00 <L\n12:00:00 >\n12:00:01 << S1F4\n12:00:01 <L\n12:00:01 >\n",
    ["S1F3 W <L [0]>", "S1F4 <L [0]>"]
  ],
  [
    "messages that end, with others behind them on their line",
    "12:00:00 SEND S1F1 W. 12:00:01 RECV S1F2 <L [0]>. 12:00:02 SEND S1F3 W. 12:00:03 done\n",
    ["S1F1 W", "S1F2 <L [0]>", "S1F3 W"]
  ],
  [
    "numbers behind a header",
    `12:00:00 SEND S1F13 W SystemBytes=1
<L>
12:00:01 RECV S1F14 session 0 [0000002a] <L <B 0> <L>>.
12:00:02 SEND S1F1 W len=10 sb=0x10.
`,
    ["S1F13 W <L [0]>", "S1F14 <L [2] <B 0x00> <L [0]>>", "S1F1 W"]
  ],
  [
    "a direction before a header that stands alone",
    `Sending S1F1 W to ETCH01
Received S1F2 from the host
12:00:00 [RECV] S1F2
12:00:00 --> S5F2
12:00:00 tx S6F12
`,
    ["S1F1 W", "S1F2", "S1F2", "S5F2", "S6F12"]
  ],
  [
    "no message where one is spoken of",
    `waiting for S6F12
nothing came from S1F2
not able to send S1F2
ready to receive S1F14
Received S1F2 from ETCH01 in time
S1F13 -> S1F14
the sender S1F2
12:00:00 5 messages
12:00:00 <html>
`,
    []
  ],
  [
    "headers alone before lines that begin like attributes",
    "12:00:00 RECV S1F2\n[12:00:01] SEND S1F1 W\n==== 12:00:02 RECV S1F2\nH->E S2F41\nH<-E S2F42 <L>.\n",
    ["S1F2", "S1F1 W", "S1F2", "S2F41", "S2F42 <L [0]>"]
  ],
  [
    "columns of a prefix that are empty on the lines of a body",
    `12:00:00.001 | 12 | SEND | S1F13 W
             |    |      | <L[1]
             |    |      |   <A 'x'>
             |    |      | >
12:00:00.101 | 12 | RECV | S1F14
             | 12 |      | <L[0]
             | 12 |      | >
12:00:00.200 | 12 | INFO | link is up
`,
    ['S1F13 W <L [1] <A "x">>', "S1F14 <L [0]>"]
  ],
  ["prose with marks below a message", "12:00:00 SEND S1F1 W\n12:00:00 <html>\n12:00:00 > S1F2 is due\n", ["S1F1 W"]]
]

/** What a line says, and the messages that are in it: the forms of real logs and of what people write next to them. */
const lines: ReadonlyArray<readonly [line: string, messages: ReadonlyArray<string>]> = [
  // Headers.
  ["S1F1 W.", ["S1F1 W"]],
  ["s1f1 w.", ["S1F1 W"]],
  ["S1F2.", ["S1F2"]],
  ["S1F1W.", ["S1F1 W"]],
  ["'S1F1' W", ["S1F1 W"]],
  ["'S1F2'", ["S1F2"]],
  ["AreYouThere:'S1F1' W", ["S1F1 W"]],
  ["Name :'S1F3' W", ["S1F3 W"]],
  ["s1f1_1: S1F1 W", ["S1F1 W"]],
  ["S1F2 <L [0]>.", ["S1F2 <L [0]>"]],
  ["S1F2 /* c */ <A 'x'>.", ['S1F2 <A "x">']],
  ["S6F11 [W] H<-E <L[0]>.", ["S6F11 <L [0]>"]],
  ["2019-01-02 03:04:05,678 INFO [7] - SECS. S6F11: 'S6F11' W /* Name= Header=[4E C8 02 00] */", ["S6F11 W"]],
  ["2019-01-02 03:04:05,678 INFO [7] - SECS. ERA: 'S6F12' /* Name=ERA Dir=2 */", ["S6F12"]],
  ["12:00:00 SEND S1F1 W.", ["S1F1 W"]],
  ["12:00:00 RECV S1F2.", ["S1F2"]],
  ["12:00:00 INFO S1F2.", ["S1F2"]],
  ["12:00:00 info S1F2.", ["S1F2"]],
  ["12:00:00 [host] s1f2.", ["S1F2"]],
  ["S1F15 W.S1F17 W.", ["S1F15 W", "S1F17 W"]],
  ['S1F4 <L>."Name" S1F15 W.S1F17 W.', ["S1F4 <L [0]>", "S1F15 W", "S1F17 W"]],
  ["12:00:00 S1F3 is answered: S1F4 <L <U4 7>>.", ["S1F4 <L [1] <U4 7>>"]],
  ["12:00:00 RECV S1F4 in time <L <U4 7>>.", ["S1F4 <L [1] <U4 7>>"]],
  // Prose.
  ["got S1F1.example now", []],
  ["S1F1.example", []],
  ["see S1F1.txt and S1F2.", []],
  ["nothing came after S1F1.", []],
  ["12:00:00 waiting for S6F12.", []],
  ["12:00:00 waiting for 'S6F12'.", []],
  ["12:00:00 expected S1F2. Then the link was lost", []],
  ["12:00:00 expected 'S1F2', got 'S1F4'", []],
  ["12:00:00 the 'S1F1' message was late", []],
  ["12:00:00 S1F1 was sent", []],
  ["12:00:00 S1F1, S1F3 and S1F5 are due", []],
  ["12:00:00 S1F1/S1F2 done", []],
  ["12:00:00 S1F2 (reply) came", []],
  ["12:00:00 S1F2 <- S1F1", []],
  ["12:00:00 S1F2 < 3 s", []],
  ["12:00:00 S1F2 <3 s>", []],
  ["12:00:00 S1F1: no reply", []],
  ["12:00:00 wafer-S1F1.", []],
  ["12:00:00 LOTS1F1 <L>.", []],
  ["12:00:00 S1F2 is <b>late</b>", []]
]

/** Words behind a header, which is that of the item nevertheless. */
const wordy: ReadonlyArray<readonly [text: string, messages: ReadonlyArray<string>]> = [
  ["'S6F11' W foo bar\n<L [1]\n  <U4 7>\n>.\n", ["S6F11 W <L [1] <U4 7>>"]],
  ["S6F11 W foo bar\n<L [1] <U4 7>>.\n", ["S6F11 W <L [1] <U4 7>>"]],
  ["12:00:00 SEND S6F12 the reply\n12:00:00 <B [1] 0>\n", ["S6F12 <B 0x00>"]],
  ["12:00:00 S6F11: 'S6F11' W len 12, retry 1 /* Name=x */\n<L>\n.\n", ["S6F11 W <L [0]>"]],
  ["12:00:00 S6F11 is over\n12:00:01 S6F11 W foo\n<L>.\n", ["S6F11 W <L [0]>"]],
  ["12:00:00 S6F11 is over\n\n12:00:01 <html>\n", []],
  ["12:00:00 SEND S6F12 in answer to S6F11\n<B 0>.\n", ["S6F12 <B 0x00>"]]
]

describe("the log dialect", () => {
  it.each(lines)("reads the line %j as %j", (line, expected) => {
    for (const text of [line, `${line}\n`, `${line}\r\n12:00:09 idle\r\n`, `idle\n${line}\nidle\n`]) {
      const { errors, messages } = read(text)
      assert.deepStrictEqual(errors, [])
      assert.deepStrictEqual(messages.map(said), expected)
    }
  })

  it.each(wordy)("keeps the item below words behind its header: %j", (text, expected) => {
    for (const lineEnd of ["\n", "\r\n"]) {
      const { errors, messages } = read(text.replaceAll("\n", lineEnd))
      assert.deepStrictEqual(errors, [])
      assert.deepStrictEqual(messages.map(said), expected)
    }
  })

  it("gives no header the item of the next, however alike their lines begin", () => {
    const { errors, messages } = read(
      "[12:00:02] sent S6F11 to host\n[12:00:03] S1F4 <L [1] <U4 2>>.\n" +
        "12:00:04 T3 timeout for S1F3\n12:00:05 S6F12 <B 0>.\n"
    )
    assert.deepStrictEqual(errors, [])
    assert.deepStrictEqual(messages.map(said), ["S6F11", "S1F4 <L [1] <U4 2>>", "S6F12 <B 0x00>"])
  })

  const quoting: ReadonlyArray<readonly [text: string, item: string]> = [
    ['<L\n  <A [7] "S1F1 W.">\n  <U1 [0]>\n>', '<L [2] <A "S1F1 W."> <U1 [0]>>'],
    ['<L\n  <A "S1F1">\n  <U4 [1] 5>\n  <A "S1F1">\n  <U4 [1] 6>\n>', '<L [4] <A "S1F1"> <U4 5> <A "S1F1"> <U4 6>>'],
    ['<A "S1F1 W SystemBytes=7">', '<A "S1F1 W SystemBytes=7">'],
    ["<A [15] 'S1F3 [00000001]'>", '<A "S1F3 [00000001]">'],
    ['<A 0x41 "x" 65 "S1F3 session 3">', '<A "AxAS1F3 session 3">'],
    ['<A "say "S1F1 sb=1" now">', String.raw`<A "say \"S1F1 sb=1\" now">`],
    [
      '<L <A "one\nsee S1F1 session 5\nand <A"> <U1>>',
      String.raw`<L [2] <A "one\x0asee S1F1 session 5\x0aand <A"> <U1 [0]>>`
    ],
    ['<L <A "x"> <A "S1F1 W sb=5">>', '<L [2] <A "x"> <A "S1F1 W sb=5">>']
  ]

  it.each(quoting)(
    "leaves a text that speaks of messages as it is, with what stands below it: %j",
    (item, expected) => {
      for (const between of ["\n", " "]) {
        const { errors, messages } = read(`12:00:00 SEND S10F3 W${between}${item}.\n12:00:01 RECV S10F4 sb=1\n<B 0>.\n`)
        assert.deepStrictEqual(errors, [])
        assert.deepStrictEqual(messages.map(said), [`S10F3 W ${expected}`, "S10F4 <B 0x00>"])
      }
    }
  )

  it("goes on at the line that ends a message too early, whatever stands before its header", () => {
    const { errors, messages } = read(
      '12:00:00 SEND S1F3 W\n<L\n  <A "a">\n12:00:01 RECV S1F5 W\n<L [0]>\n12:00:02 SEND S1F6 <B 0>.\n'
    )
    assert.strictEqual(errors.length, 1)
    assert.deepStrictEqual(messages.map(said), ["S1F5 W <L [0]>", "S1F6 <B 0x00>"])
  })

  it("takes no line of a text for a header where the message before it is broken", () => {
    const broken = (text: string) => `12:00:00 SEND S10F3 W\n<L [2]\n  <U1 999>\n  ${text}\n>.\n12:00:01 RECV S10F4.\n`
    for (const text of ['<A "please\nS1F1 W.\nsend">', "<A [20] 'S1F1 W\nS1F3 W.'>", '<A "a" 0x0A "b\nS1F1 W.">']) {
      const { errors, messages } = read(broken(text))
      assert.deepStrictEqual(messages.map(said), ["S10F4"])
      assert.strictEqual(errors.length, 1)
    }
  })

  it("reads what follows a text that nothing ends", () => {
    const { messages } = read(
      '12:00:00 SEND S10F3 W\n<L [2]\n  <U1 999>\n  <A "please\n>.\n12:00:01 RECV S10F4.\n12:00:02 SEND S10F3 W <A "x">.\n'
    )
    assert.deepStrictEqual(messages.map(said), ["S10F4", 'S10F3 W <A "x">'])
  })

  it.each(logs)("reads %s", (_, text, expected) => {
    for (const lineEnd of ["\n", "\r\n"]) {
      const { errors, messages } = read(text.replaceAll("\n", lineEnd))
      assert.deepStrictEqual(errors, [])
      assert.deepStrictEqual(messages.map(said), expected)
    }
  })

  it("keeps the places and the lines of the text in what it tells", () => {
    const text =
      "12:00:00 SEND S1F3 W SystemBytes=1\n12:00:00 <L\n12:00:00   <U4 12x>\n12:00:00 >\n12:00:01 SEND S1F1 W.\n"
    const { errors, messages } = read(text)
    assert.deepStrictEqual(messages.map(said), ["S1F1 W"])
    assert.deepInclude(messages[0], { prefix: "12:00:01 SEND", start: text.indexOf("12:00:01") })
    assert.strictEqual(errors.length, 1)
    assert.deepInclude(errors[0], { line: 3, column: 16, offset: text.indexOf("12x") })
    assert.strictEqual(errors[0]?.excerpt, `12:00:00   <U4 12x>\n${" ".repeat(15)}^`)
  })

  it("reads a line of headers that speak of each other, at the places they have", () => {
    const text = "12:00:00 S1F1 W sb=1 S1F2 W sb=2 S1F3 W\n12:00:00 SEND S1F5 W.\n"
    const { messages } = read(text)
    assert.strictEqual(messages.at(-1)?.header.offset, text.indexOf("S1F5"))
  })

  it("keeps a text of several lines as the log has it, and reads the lines behind it", () => {
    const { errors, messages } = read(
      '12:00:05 SEND S6F11 W\n12:00:05 <L\n12:00:05 <A "two // lines\n12:00:05 of it">\n12:00:05 <U4 7> // it\'s\n' +
        "12:00:05 >\n12:00:05 all done\n12:00:06 RECV S6F12\n"
    )
    assert.deepStrictEqual(errors, [])
    assert.deepStrictEqual(messages.map(said), [
      String.raw`S6F11 W <L [2] <A "two // lines\x0a12:00:05 of it"> <U4 7>>`,
      "S6F12"
    ])
  })

  it("takes nothing behind the dot of a message for a line of it", () => {
    const { comments } = read("12:00:00 S1F1 W\n12:00:00 .\n12:00:01 // idle\n")
    assert.deepStrictEqual(comments, [])
  })

  it("leaves other dialects as they are", () => {
    const { messages } = SmlParser.parse("S1F13 W SystemBytes=7\n<L>\n.\n", { dialect: Dialect.peer })
    assert.strictEqual(messages[0]?.name, "7")
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as LogEvent from "../src/logs/LogEvent.ts"
import * as LogTime from "../src/logs/LogTime.ts"
import * as SmlLog from "../src/logs/SmlLog.ts"
import { Bytes, cut, draw, Seed, Texts } from "./support/draw.ts"

const encode = (text: string) => new TextEncoder().encode(text)

const run = (text: string | Uint8Array, pieces?: (bytes: Uint8Array) => ReadonlyArray<Uint8Array>) => {
  const log = SmlLog.make()
  const bytes = typeof text === "string" ? encode(text) : text
  return [...(pieces?.(bytes) ?? [bytes]).flatMap((piece) => log.push(piece)), ...log.end()]
}

/** One line for an event, with all that was found out. */
const line = (event: LogEvent.LogEvent): string => {
  const place = event.place._tag === "Line" ? `${event.place.line}:${event.place.column}` : ""
  const time = event.time === undefined ? "" : ` ${LogTime.format(event.time)}`
  if (event._tag === "Unreadable") return `${place}${time} unreadable ${event.error._tag}`
  if (event._tag !== "Message") return event._tag
  const { error, from, item, name, names, replyExpected, sessionId, systemBytes } = event
  return [
    `${place}${time}`,
    from ?? "-",
    `${LogEvent.label(event)}${replyExpected ? " W" : ""}`,
    ...(systemBytes === undefined ? [] : [`[${systemBytes.toString(16)}]`]),
    ...(sessionId === undefined ? [] : [`session ${sessionId}`]),
    ...(name === undefined ? [] : [`"${name}"`]),
    ...(item === undefined ? [] : [String(item)]),
    ...names.map(({ keyword, name }) => `{${name ?? ""}${keyword === undefined ? "" : `=${keyword}`}}`),
    ...(error === undefined ? [] : [error._tag])
  ].join(" ")
}

const fab = `2019-06-08 15:14:37,379 DEBUG [348] - SECSConnection.EventHandler(12) : header : 118681 : 99 CF 01 00
2019-06-08 15:14:37,402 INFO  [85] - SECS. S6F11: 'S6F11' W /* Name= SMSD=SMSD Header=[99 CF 01 00] */
<L [3]
  <U4 [1] 12396 > /* DATAID */
  <U4 [1] 57 > /* Name=CEID Keyword=CarrierIDRead */
  <L [0]
  >
>
.
2019-06-08 15:14:37,410 INFO  [348] - SECSConnection.EventHandler(12) : header : 118681 : 99 CF 01 00
2019-06-08 15:14:37,431 INFO  [91] - SECS. ERA: 'S6F12' /* Name=ERA Dir=2 SMSD=SMSD Header=[99 CF 01 00] */
<B [1] 00 >
.
`

describe("SmlLog", () => {
  it("reads a fab's log: label, names, system bytes with the lowest byte first", () => {
    assert.deepStrictEqual(run(fab).map(line), [
      "2:51 2019-06-08 15:14:37.402 - S6F11 W [1cf99] <L [3] <U4 12396> <U4 57> <L [0]>> {DATAID} {CEID=CarrierIDRead}",
      '11:49 2019-06-08 15:14:37.431 - S6F12 [1cf99] "ERA" <B 0x00>'
    ])
  })

  it("keeps the text of a message as it is written", () => {
    const [first] = run(fab)
    assert.strictEqual(
      first?._tag === "Message" ? first.text?.split("\n").slice(0, 3).join("\n") : "",
      "'S6F11' W /* Name= SMSD=SMSD Header=[99 CF 01 00] */\n<L [3]\n  <U4 [1] 12396 > /* DATAID */"
    )
  })

  it.each([
    [
      "direction and system bytes before the header",
      "15:14:37.402 SEND [0000002A] S1F1 W.\n15:14:37.450 RECV [0000002A] S1F2 <L [0]>.\n",
      ["1:30 15:14:37.402 local S1F1 W [2a]", "2:30 15:14:37.450 peer S1F2 [2a] <L [0]>"]
    ],
    [
      "a direction as the label",
      "2024/01/02 03:04:05.678 Sent: S1F1 W\n.\n2024/01/02 03:04:05.700 Received: S1F2\n<L>\n.\n",
      ["1:31 2024-01-02 03:04:05.678 local S1F1 W", "3:35 2024-01-02 03:04:05.700 peer S1F2 <L [0]>"]
    ],
    [
      "host and equipment",
      "[08:00:00] H->E S2F41 W <L <A 'START'> <L>>.\n[08:00:01] H<-E S2F42 <L <B 0> <L>>.\n",
      [
        '1:17 08:00:00.000 host S2F41 W <L [2] <A "START"> <L [0]>>',
        "2:17 08:00:01.000 equipment S2F42 <L [2] <B 0x00> <L [0]>>"
      ]
    ],
    [
      "system bytes and session behind the header, as this library writes them",
      "timestamp=2026-11-22T16:15:20.561Z ETCH-07: sent S1F3 W session 10 [0000002a] <L [1] <U4 7>>\n" +
        "timestamp=2026-11-22T16:15:20.570Z ETCH-07: received S1F4 session 10 [0000002a] <L [1] <F4 1.5>>\n",
      [
        "1:50 2026-11-22 16:15:20.561Z local S1F3 W [2a] session 10 <L [1] <U4 7>>",
        "2:54 2026-11-22 16:15:20.570Z peer S1F4 [2a] session 10 <L [1] <F4 1.5>>"
      ]
    ],
    [
      "everything on the lines before it",
      "10:00:00,001 --> SystemBytes=0x10 DeviceID=1\nS1F1 W\n.\nsome words\n10:00:00,009 <-- SystemBytes=0x10\nS1F2\n<L>\n.\n",
      ["2:1 10:00:00.001 local S1F1 W [10] session 1", "6:1 10:00:00.009 peer S1F2 [10] <L [0]>"]
    ],
    [
      "a direction of SML's own",
      "S6F11 [W] H<-E <L>.\nS6F12 H->E <B 0>.\nS1F1 OUTPUT W.\n",
      ["1:1 equipment S6F11 W <L [0]>", "2:1 host S6F12 <B 0x00>", "3:1 local S1F1 W"]
    ],
    [
      "epoch time, arrows, several messages a line",
      "1560006877402 >> S1F13 W <L>. 1560006877500 << S1F14 <L <B 0> <L>>.\n",
      [
        "1:18 2019-06-08 15:14:37.402Z local S1F13 W <L [0]>",
        "1:48 2019-06-08 15:14:37.500Z peer S1F14 <L [2] <B 0x00> <L [0]>>"
      ]
    ],
    [
      "what secs send and secs listen print",
      "// 13:05:09.042 sent [0000002a]\nS1F3 W\n<L [1]\n  <U4 [1] 7>\n>\n.\n// 13:05:09.050 selected\n" +
        "// 13:05:09.054 received [0000002a], reply after 12.0 ms\nS1F4\n<L [0]>\n.\n",
      ["2:1 13:05:09.042 local S1F3 W [2a] <L [1] <U4 7>>", "9:1 13:05:09.054 peer S1F4 [2a] <L [0]>"]
    ],
    [
      "a time before every line",
      "2024-03-11 02:58:02.001 SEND S1F13 W\n2024-03-11 02:58:02.001   <L[0]\n2024-03-11 02:58:02.001   >\n" +
        "2024-03-11 02:58:02.101 RECV S1F14\n2024-03-11 02:58:02.101   <L[2]\n2024-03-11 02:58:02.101     <B 0>\n" +
        "2024-03-11 02:58:02.101     <L[0]>\n2024-03-11 02:58:02.101   >\n",
      [
        "1:30 2024-03-11 02:58:02.001 local S1F13 W <L [0]>",
        "4:30 2024-03-11 02:58:02.101 peer S1F14 <L [2] <B 0x00> <L [0]>>"
      ]
    ],
    [
      "messages without items behind a word for their direction, and to whom they went",
      "Sending S1F1 W to ETCH01\nReceived S1F2 from ETCH01\n[SEND] S1F1 W\nReceived S1F2\n",
      ["1:9 local S1F1 W", "2:10 peer S1F2", "3:8 local S1F1 W", "4:10 peer S1F2"]
    ],
    ["words about messages", "12:00:00 S1F1 was sent to the host, S1F2 came back\n12:00:01 waiting for S6F12\n", []]
  ])("reads %s", (_, text, expected) => {
    assert.deepStrictEqual(run(text).map(line), expected)
    assert.deepStrictEqual(run(text.replaceAll("\n", "\r\n")).map(line), expected)
  })

  it("counts hours on over midnight", () => {
    const events = run("23:59:59.900 SEND S1F1 W.\n00:00:00.100 RECV S1F2 <L>.\n")
    assert.strictEqual(events[1]!.time!.at - events[0]!.time!.at, 200)
  })

  it("gives a message whose text cannot be read as one without item, with the place of the error, and goes on", () => {
    const text = `${fab}2019-06-08 15:14:38,000 INFO - SECS. S6F11: 'S6F11' W /* Header=[9A CF 01 00] */\n<L [2]\n  <U4 12x>\n>\n.\n${fab}`
    const events = run(text)
    assert.deepStrictEqual(events.slice(2, 4).map(line), [
      "14:45 2019-06-08 15:14:38.000 - S6F11 W [1cf9a] SmlError",
      "20:51 2019-06-08 15:14:37.402 - S6F11 W [1cf99] <L [3] <U4 12396> <U4 57> <L [0]>> {DATAID} {CEID=CarrierIDRead}"
    ])
    const [, , bad] = events
    const error = bad?._tag === "Message" ? bad.error : undefined
    assert.strictEqual(error?._tag, "SmlError")
    if (error?._tag === "SmlError") assert.deepInclude(error, { line: 16, column: 7, offset: text.indexOf("12x") })
    assert.strictEqual(events.length, 5)
  })

  it("gives a message that the header of the next interrupts before that, with the circumstances of both", () => {
    const text = `12:00:00 SEND S1F1 W
12:00:01 RECV S1F2
<L
  <A "a">
12:00:02 SEND S1F3 W
<L [0]>
12:00:03 RECV
S1F4
<L
S1F5 W.
`
    assert.deepStrictEqual(run(text).map(line), [
      "1:15 12:00:00.000 local S1F1 W",
      "2:15 12:00:01.000 peer S1F2 SmlError",
      "5:15 12:00:02.000 local S1F3 W <L [0]>",
      "8:1 12:00:03.000 peer S1F4 SmlError",
      "10:1 - S1F5 W"
    ])
  })

  it("reads UTF-8 before and behind a line that is none", () => {
    const text = "S1F2 <A 'Gerät'>.\n"
    const log = Uint8Array.from([...encode(text), ...Buffer.from(text, "latin1"), 0xff, 0x0a, ...encode(text)])
    const expected = '- S1F2 <A "Ger\u00c3\u00a4t">'
    assert.deepStrictEqual(
      run(log).map((event) => line(event).replace(/^\S+ /, "")),
      [expected, expected, expected]
    )
  })

  it("reads UTF-16 and latin-1 as it reads UTF-8", () => {
    const text = "12:00:00 S1F2 <L <A 'Gerät'> <A 'x'>>.\n"
    const expected = run(text).map(line)
    const utf16 = Uint8Array.from([
      0xff,
      0xfe,
      ...text.split("").flatMap((c) => [c.charCodeAt(0) & 0xff, c.charCodeAt(0) >> 8])
    ])
    assert.strictEqual(run(utf16).length, 1)
    assert.deepStrictEqual(run(utf16).map(line), expected)
    assert.deepStrictEqual(run(Uint8Array.from(text, (c) => c.charCodeAt(0))).map(line), expected)
    assert.deepStrictEqual(run(Uint8Array.from([0xef, 0xbb, 0xbf, ...encode(text)])).map(line), expected)
  })

  const entry = (n: number) =>
    `2019-06-08 15:14:37,${String(n % 1000).padStart(3, "0")} INFO  [85] - SECS. S6F11: 'S6F11' W /* Header=[${(n & 0xff).toString(16).padStart(2, "0")} ${((n >> 8) & 0xff).toString(16).padStart(2, "0")} 00 00] */\n<L [2]\n  <U4 [1] ${n} > /* DATAID */\n  <A [3] "é.\n"> /* Name=CEID Keyword=Event${n} */\n>\n.\nsome other line about S6F11\n`

  it("reads a log longer than a piece, cut anywhere, with the lines of the whole", () => {
    const count = 11_000
    const text = Array.from({ length: count }, (_, n) => entry(n)).join("")
    assert.isAbove(text.length, 2_200_000)
    for (const length of [65_537, 3_000_000]) {
      const events = run(text, (bytes) =>
        Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) => bytes.subarray(i * length, (i + 1) * length))
      )
      assert.strictEqual(events.length, count)
      events.forEach((event, n) => {
        if (event._tag !== "Message" || event.place._tag !== "Line") return assert.fail(line(event))
        assert.strictEqual(event.place.line, n * 8 + 1)
        assert.strictEqual(event.systemBytes, n & 0xffff)
        assert.strictEqual(event.names[1]?.keyword, `Event${n}`)
      })
    }
  }, 60_000)

  it("reads a long log without a single terminator, between lines with times", () => {
    const count = 20_000
    const text = Array.from(
      { length: count },
      (_, n) =>
        `12:00:00.${String(n % 1000).padStart(3, "0")} sent S1F3 W [${n.toString(16).padStart(8, "0")}] <L [1] <U4 ${n}>>\n`
    ).join("")
    const events = run(text)
    assert.strictEqual(events.length, count)
    assert.isTrue(events.every((event, n) => event._tag === "Message" && event.systemBytes === n))
  }, 60_000)

  it("reads a long log with a time before every line and no terminator", () => {
    const count = 8000
    const text = Array.from({ length: count }, (_, n) => {
      const time = `2024-03-11 02:58:02.${String(n % 1000).padStart(3, "0")}`
      return ["SEND S6F11 W", "  <L", `    <U4 ${n}>`, "    <A 'x'>", "  >", "- done"]
        .map((line) => `${time} ${line}\n`)
        .join("")
    }).join("")
    assert.isAbove(text.length, 1_500_000)
    // Cut within each line of a message.
    for (let cut = 1_100_000; cut < 1_100_240; cut += 30) {
      const events = run(text, (bytes) => [bytes.subarray(0, cut), bytes.subarray(cut)])
      assert.strictEqual(events.length, count)
      assert.isTrue(events.every((event, n) => line(event).endsWith(`S6F11 W <L [2] <U4 ${n}> <A "x">>`)))
    }
  }, 60_000)

  /** The events of a text that is never there as a whole. */
  const stream = (first: string, unit: string, length: number, last: string): ReadonlyArray<LogEvent.LogEvent> => {
    const log = SmlLog.make()
    const events = [...log.push(encode(first))]
    const piece = encode(unit.repeat(Math.ceil(65_536 / unit.length)))
    for (let sent = 0; sent < length; sent += piece.length) events.push(...log.push(piece))
    return [...events, ...log.push(encode(last)), ...log.end()]
  }

  it.each([
    ["S1F3 W <L [1] <U4 7>>. S1F4 <L [1] <F4 1.5>>. "],
    ["S1F3 W <L [1] <U4 7>>.S1F4 <L [1] <F4 1.5>>."],
    ["12:00:00 SEND S1F3 W <L [1] <U4 7>>.\r12:00:00 RECV S1F4 <L [1] <F4 1.5>>.\r"],
    ["Sending S1F3 W to ETCH01\nReceived S1F4 from ETCH01\n"]
  ])("gives the messages of a log of %j long before it ends, each once", { timeout: 120_000 }, (unit) => {
    const count = Math.ceil(3_000_000 / unit.length)
    const log = SmlLog.make()
    const early = log.push(encode(unit.repeat(count)))
    assert.isAbove(early.length, count)
    const events = [...early, ...log.end()]
    assert.strictEqual(events.length, count * 2)
    events.forEach((event, n) => {
      if (event._tag !== "Message" || event.error !== undefined) assert.fail(line(event))
      assert.strictEqual(event.function, 3 + (n % 2))
    })
  })

  it("counts lines and columns on where a line is cut", { timeout: 120_000 }, () => {
    const unit = "S1F3 W <L [1] <U4 7>>. "
    const events = run(`12:00:00 idle\n${unit.repeat(100_000)}\nS1F1 W.\n`)
    events.slice(0, -1).forEach(({ place }, n) => {
      assert.deepStrictEqual(place, { _tag: "Line", line: 2, column: n * unit.length + 1 })
    })
    assert.deepStrictEqual(events.at(-1)?.place, { _tag: "Line", line: 3, column: 1 })
  })

  it.each([
    ["words without a line end", "12:00:00 idle ", "word ", ["TextError", "TextError"]],
    ["words on lines", "12:00:00 idle\n", "1 2\n", []],
    [
      "one text that never ends",
      "12:00:00 SEND S10F3 W <A '",
      "x\\",
      ["1:15 12:00:00.000 local S10F3 W SmlError", "TextError", "TextError"]
    ],
    [
      "a body that never ends",
      "12:00:00 SEND S6F11 W\n<L\n",
      "<U4 7>\n",
      ["1:15 12:00:00.000 local S6F11 W SmlError", "TextError"]
    ]
  ])("holds no more than a part of %s, tells each cut, and reads what comes then", { timeout: 120_000 }, (...row) => {
    const [, first, unit, expected] = row
    const events = stream(first, unit, 66 * 1024 * 1024, "\n12:00:01 RECV S6F12 <B 0>.\n").map((event) =>
      event._tag === "Unreadable" ? event.error._tag : line(event)
    )
    assert.match(events.pop() ?? "", / 12:00:01\.000 peer S6F12 <B 0x00>$/)
    assert.deepStrictEqual(events, expected)
  })

  it.prop("gives the same however the log is cut", [Seed], ([seed]) => {
    const text = Array.from({ length: 20 }, (_, n) => entry(n * 7)).join("é")
    assert.deepStrictEqual(run(text, (bytes) => cut(bytes, draw(seed), 300)).map(line), run(text).map(line))
  })

  it.prop("gives events for any text and any bytes", [Texts, Bytes], ([text, bytes]) => {
    for (const event of [...run(text), ...run(bytes), ...run(fab + text + fab)]) {
      assert.isAtLeast(event.place._tag === "Line" ? event.place.line : 0, 1)
      assert.isAtLeast(event.place._tag === "Line" ? event.place.column : 0, 1)
      line(event)
    }
  })
})

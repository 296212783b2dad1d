import { Hsms, Item } from "@effect-secs/codec"
import { message as frameOf } from "./support/captures.ts"
import * as FrameEvent from "../src/logs/FrameEvent.ts"
import { ItemJson } from "@effect-secs/sml"
import { assert, describe, it } from "@effect/vitest"
import * as LogAnalysis from "../src/logs/LogAnalysis.ts"
import type * as LogEntry from "../src/logs/LogEntry.ts"
import type * as LogEvent from "../src/logs/LogEvent.ts"
import * as LogFilter from "../src/logs/LogFilter.ts"
import * as LogJson from "../src/logs/LogJson.ts"
import type { Side } from "../src/logs/LogPrefix.ts"
import * as LogTime from "../src/logs/LogTime.ts"
import * as LogView from "../src/logs/LogView.ts"
import * as SmlLog from "../src/logs/SmlLog.ts"

const same = (text: string) => text
const colours = { bold: same, dim: same, red: same, green: same, yellow: same, blue: same, cyan: same }

const message = (
  at: number | undefined,
  from: Side | undefined,
  function_: number,
  item?: Item.Item
): LogEvent.Message => ({
  _tag: "Message",
  place: { _tag: "Line", line: 7, column: 3 },
  time: at === undefined ? undefined : { kind: "clock", at },
  from,
  connection: undefined,
  stream: 1,
  function: function_,
  replyExpected: function_ % 2 === 1,
  sessionId: 10,
  systemBytes: 42,
  item,
  error: undefined,
  bytes: 20,
  name: undefined,
  names: [],
  text: undefined
})

const analyse = (events: ReadonlyArray<LogEvent.LogEvent>) => {
  const analysis = LogAnalysis.make()
  const entries: ReadonlyArray<LogEntry.Entry> = [...events.flatMap((event) => analysis.push(event)), ...analysis.end()]
  return { entries, summary: analysis.summary() }
}

const show = (events: ReadonlyArray<LogEvent.LogEvent>, options: Partial<LogView.LogViewOptions> = {}) => {
  const view = LogView.make({ full: false, columns: undefined, colours, ...options })
  return analyse(events).entries.map((entry) => view.entry(entry))
}

const json = (events: ReadonlyArray<LogEvent.LogEvent>) =>
  analyse(events).entries.map((entry) => JSON.parse(LogJson.entry(entry)) as unknown)

describe("LogView", () => {
  const asks = message(1000, "host", 3, Item.L(Item.U4(7)))
  const answers = message(1048, "equipment", 4, Item.L(Item.F4(1.5)))

  it("shows time, sender, message, system bytes, reply time and item", () => {
    assert.deepStrictEqual(show([asks, answers]), [
      "00:00:01.000  H->E  S1F3 W     [0000002a]             <L [1] <U4 7>>\n",
      "00:00:01.048  H<-E  S1F4       [0000002a]    48.0 ms  <L [1] <F4 1.5>>\n"
    ])
  })

  it("shows what is wrong before names and item, guesses with a ~, and lines where there are no times", () => {
    const numberless = { ...message(undefined, undefined, 4), systemBytes: undefined }
    assert.deepStrictEqual(
      show([
        { ...message(undefined, undefined, 3), name: "Status", names: [{ name: "CEID", keyword: "Read\n" }] },
        numberless,
        numberless
      ]),
      [
        'line 7        S1F3 W     [0000002a]             "Status"  CEID=Read\n',
        "line 7        S1F4\n",
        "line 7        S1F4                              ! reply to no primary of this log\n"
      ]
    )
    const guessed = show([
      { ...asks, systemBytes: undefined },
      { ...answers, systemBytes: undefined }
    ])[1]
    assert.strictEqual(guessed, "00:00:01.048  H<-E  S1F4                    ~48.0 ms  <L [1] <F4 1.5>>\n")
  })

  it("shows replies that did not come", () => {
    assert.deepStrictEqual(
      show([asks, message(99_000, "host", 1)])[1],
      "00:00:46.000  H->E  S1F3       [0000002a]             ! no reply within 45 s (line 7)\n"
    )
  })

  it("numbers connections and shows their ends", () => {
    const connection = "192.0.2.1:49152 > 192.0.2.2:5000"
    const at = { place: { _tag: "Packet", packet: 1, offset: 24 }, connection, time: { kind: "clock", at: 0 } } as const
    assert.deepStrictEqual(
      show([
        { _tag: "Connected", ...at, from: "active" },
        { _tag: "Control", ...at, from: "active", message: Hsms.selectReq(1), bytes: 14 },
        { ...asks, connection: "b", from: "passive" },
        { _tag: "Control", ...at, from: "passive", message: Hsms.selectRsp(Hsms.selectReq(1), 3), bytes: 14 },
        { _tag: "Disconnected", ...at, from: undefined, how: "reset" }
      ]),
      [
        `00:00:00.000  #1   A->P  Connected                         ${connection}\n`,
        "00:00:00.000  #1   A->P  SelectReq  [00000001]\n",
        "00:00:01.000  #2   A<-P  S1F3 W     [0000002a]             <L [1] <U4 7>>\n",
        "00:00:00.000  #1   A<-P  SelectRsp  [00000001]    0.00 ms  ! refused: Exhausted (packet 1)  status 3\n",
        "00:00:00.000  #1         Disconnected                         reset\n"
      ]
    )
  })

  it("cuts lines at the width of a terminal, and shows control characters as dots", () => {
    const [line] = show([message(0, "host", 3, Item.A("x".repeat(200)))], { columns: 60 })
    assert.strictEqual(line, '00:00:00.000  H->E  S1F3 W     [0000002a]             <A "x…\n')
    const [named] = show([{ ...message(0, "host", 3), name: "a\u001b[31mb\u0007" }])
    assert.include(named, '"a·[31mb·"')
  })

  it("shows whole messages as the log has them, or as SML", () => {
    const log = SmlLog.make()
    const text = "12:00:00 S1F4 <L [1] /* \u0007one */\r\n  <U4 7>\r\n>\r\n.\r\n12:00:01 S1F3 W <U4 x>.\n"
    const events = [...log.push(new TextEncoder().encode(text)), ...log.end()]
    const full = show(events, { full: true })
    assert.strictEqual(full[0]!.split("\n").slice(1).join("\n"), "S1F4 <L [1] /* ·one */\n  <U4 7>\n>\n.\n")
    assert.strictEqual(full[1]!.split("\n").slice(1).join("\n"), "S1F3 W <U4 x>.\n")
    assert.strictEqual(
      show([asks], { full: true })[0]!.split("\n").slice(1).join("\n"),
      "S1F3 W\n<L [1]\n  <U4 [1] 7>\n>\n.\n"
    )
  })

  it("shows the bytes of a text that is no item, and no header that looks like all of it", () => {
    const bytes = frameOf(1, 3, 2, Item.A("x")).slice(4)
    // One byte is missing.
    const event = FrameEvent.make(bytes.subarray(0, -1), asks)
    const [line, hex] = show([event], { full: true })[0]!.split("\n")
    assert.match(line!, /S1F3 W.* ! Truncated at byte 0/)
    assert.strictEqual(hex, "//   41 01")
    assert.deepInclude(json([event])[0], { body: "4101" })
    assert.notInclude(show([event])[0], "//")
  })

  it("shows the sums, without columns that have nothing", () => {
    const late = message(99_000, "equipment", 4)
    const { summary } = analyse([asks, answers, message(2000, "host", 3), late, message(99_001, "host", 1)])
    assert.strictEqual(
      LogView.summary(summary, ["2 TCP connections that are not HSMS"], colours),
      `5 messages, 0 control messages, 00:00:01.000 to 00:01:39.001

      count  bytes  replied  late  open      min   median      p99      max
S1F1      1     20                    1
S1F3      2     40        1     1        48.0 ms  48.0 ms  97.00 s  97.00 s
S1F4      2     40

     1  had no reply in time
     1  late replies

passed over: 2 TCP connections that are not HSMS
`
    )
  })
})

describe("LogJson", () => {
  it("gives a message with all that is known of it", () => {
    const [first, second] = json([
      message(1000, "host", 3, Item.L(Item.U8(2n ** 60n))),
      { ...message(1048.1234567, "equipment", 4), names: [{ name: "CEID", keyword: undefined }], name: "Status" }
    ])
    assert.deepStrictEqual(first, {
      type: "message",
      line: 7,
      column: 3,
      time: "00:00:01.000",
      from: "host",
      stream: 1,
      function: 3,
      replyExpected: true,
      sessionId: 10,
      systemBytes: "0000002a",
      bytes: 20,
      item: ItemJson.fromItem(Item.L(Item.U8(2n ** 60n)))
    })
    assert.deepInclude(second as object, {
      name: "Status",
      names: [{ name: "CEID" }],
      primary: { label: "S1F3", systemBytes: "0000002a", time: "00:00:01.000", line: 7, column: 3 },
      replyMillis: 48.123
    })
  })

  it("gives findings with their numbers, and what did not happen", () => {
    assert.deepStrictEqual(json([message(1000, "host", 3), message(99_000, "peer", 1)])[1], {
      type: "transaction",
      line: 7,
      column: 3,
      time: "00:00:46.000",
      from: "host",
      primary: { label: "S1F3", systemBytes: "0000002a", time: "00:00:01.000", line: 7, column: 3 },
      findings: [{ kind: "NoReply", text: "no reply within 45 s", limit: 45_000, waited: 98_000 }]
    })
  })

  it("gives items of any depth", () => {
    let item: Item.Item = Item.L()
    for (let depth = 0; depth < 100_000; depth++) item = Item.L(item)
    const { entries } = analyse([message(0, "host", 3, item)])
    assert.isTrue(LogJson.entry(entries[0]!).endsWith(`${"]}".repeat(100_001)}}`))
  })

  it("gives control messages, connections and what could not be read", () => {
    const at = { place: { _tag: "Packet", packet: 1, offset: 24 }, connection: "a > b", time: undefined } as const
    assert.deepStrictEqual(
      json([
        { _tag: "Connected", ...at, from: "active" },
        { _tag: "Control", ...at, from: "active", message: Hsms.separateReq(1), bytes: 14 },
        { _tag: "Disconnected", ...at, from: undefined, how: "closed" }
      ]),
      [
        { type: "connected", packet: 1, offset: 24, from: "active", connection: "a > b" },
        {
          type: "control",
          packet: 1,
          offset: 24,
          from: "active",
          connection: "a > b",
          message: "SeparateReq",
          sessionId: 65_535,
          systemBytes: "00000001",
          bytes: 14
        },
        { type: "disconnected", packet: 1, offset: 24, connection: "a > b", how: "closed" }
      ]
    )
  })

  it("gives the sums", () => {
    const { summary } = analyse([message(1000, "host", 3), message(1048, "equipment", 4)])
    assert.deepInclude(JSON.parse(LogJson.summary(summary, ["a note"])), {
      type: "summary",
      messages: 2,
      control: 0,
      unreadable: 0,
      first: "00:00:01.000",
      last: "00:00:01.048",
      notes: ["a note"],
      connections: [{ messages: 2, control: 0 }]
    })
  })
})

describe("LogFilter", () => {
  const all: LogFilter.LogFilter = { only: undefined, errors: false, since: undefined, until: undefined }
  const [entry] = analyse([message(0, "host", 3)]).entries
  const shows = (filter: Partial<LogFilter.LogFilter>, one = entry!) => LogFilter.shows({ ...all, ...filter }, one)

  it.each([
    ["S1F3", true],
    ["s1f*", true],
    ["S6F11, S1F3", true],
    ["*", true],
    ["S1F", false],
    ["S1F33", false],
    ["S6*", false]
  ] as const)("with only %s shows S1F3: %s", (text, shown) => {
    assert.strictEqual(shows({ only: LogFilter.parseOnly(text)! }), shown)
  })

  it.each(["", "S1F3,", "S1-F3", "(S1F3)", "x".repeat(41)])("does not take %j for a list of messages", (text) => {
    assert.isUndefined(LogFilter.parseOnly(text))
  })

  it("shows findings only where that is asked for", () => {
    assert.isFalse(shows({ errors: true }))
    assert.isTrue(shows({ errors: true }, { ...entry!, findings: [{ _tag: "Aborted" }] }))
  })

  it("takes times from since to until, both included, and by the clock alone where there is no date", () => {
    const at = (text: string) => LogTime.parse(text)!
    const within = (since: string, until: string, time: string) =>
      LogFilter.isWithin({ ...all, since: at(since), until: at(until) }, at(time))
    assert.isTrue(within("2019-06-08", "2019-06-09", "2019-06-08 15:14:37"))
    assert.isTrue(within("2019-06-08 15:14", "2019-06-08 15:14", "2019-06-08 15:14:00"))
    assert.isFalse(within("2019-06-08 15:15", "2019-06-09", "2019-06-08 15:14:37"))
    assert.isTrue(within("15:00", "16:00", "2019-06-08 15:14:37"))
    assert.isFalse(within("15:00", "15:10", "2019-06-08 15:14:37"))
    assert.isTrue(LogFilter.isWithin(all, undefined))
    assert.isFalse(LogFilter.isWithin({ ...all, since: at("15:00") }, undefined))
  })
})

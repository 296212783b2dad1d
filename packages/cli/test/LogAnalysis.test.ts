import { Hsms, HsmsHeader, Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as LogAnalysis from "../src/logs/LogAnalysis.ts"
import type * as LogEntry from "../src/logs/LogEntry.ts"
import * as LogEvent from "../src/logs/LogEvent.ts"
import type { Side } from "../src/logs/LogPrefix.ts"
import type * as LogSummary from "../src/logs/LogSummary.ts"
import { draw, type Draw, pick, Seed } from "./support/draw.ts"

interface Given {
  readonly from?: Side
  readonly sb?: number
  readonly item?: Item.Item
  readonly connection?: string
}

let count = 0

const around = (at: number | undefined, { connection, from }: Given) => ({
  place: { _tag: "Line", line: ++count, column: 1 } as const,
  time: at === undefined ? undefined : ({ kind: "clock", at } as const),
  from,
  connection
})

/** `S1F3 W` at a time in milliseconds. */
const message = (at: number | undefined, header: string, given: Given = {}): LogEvent.Message => {
  const [, stream, function_, w] = /^S(\d+)F(\d+)( W)?$/.exec(header)!
  return {
    _tag: "Message",
    ...around(at, given),
    stream: Number(stream),
    function: Number(function_),
    replyExpected: w !== undefined,
    sessionId: undefined,
    systemBytes: given.sb,
    item: given.item,
    error: undefined,
    bytes: undefined,
    name: undefined,
    names: [],
    text: undefined
  }
}

const control = (at: number, message: Hsms.Control, from: Side): LogEvent.Control => ({
  _tag: "Control",
  ...around(at, { from }),
  message,
  bytes: 14
})

const local: Given = { from: "local" }
const peer: Given = { from: "peer" }

const finding = (finding: LogEntry.Finding): string => {
  switch (finding._tag) {
    case "NoReply":
      return `NoReply ${finding.waited ?? "?"}`
    case "LateReply":
      return `LateReply ${finding.waited}`
    case "ErrorReported":
      return `ErrorReported ${finding.what}${finding.about === undefined ? "" : ` about ${finding.about}`}`
    case "Refused":
      return `Refused ${finding.status}`
    case "WrongReply":
      return `WrongReply ${finding.expected}`
    case "DuplicateSystemBytes":
      return `DuplicateSystemBytes ${finding.other.label}`
    case "Unreadable":
      return `Unreadable ${finding.detail}`
    default:
      return finding._tag
  }
}

/** One line for an entry: event, what it answers and when, findings. */
const line = (entry: LogEntry.Entry): string =>
  [
    entry.event === undefined ? "-" : LogEvent.label(entry.event),
    ...(entry.primary === undefined
      ? []
      : [`to ${entry.primary.label}${entry.replyTime === undefined ? "" : ` after ${entry.replyTime}`}`]),
    ...(entry.guessed ? ["guessed"] : []),
    ...entry.findings.map((one) => `! ${finding(one)}`)
  ].join(" ")

const run = (events: ReadonlyArray<LogEvent.LogEvent>, options?: LogAnalysis.LogAnalysisOptions) => {
  const analysis = LogAnalysis.make(options)
  const entries = [...events.flatMap((event) => analysis.push(event)), ...analysis.end()]
  return { lines: entries.map(line), entries, summary: analysis.summary() }
}

const row = (summary: LogSummary.Summary, label: string) => summary.rows.find((row) => row.label === label)

describe("LogAnalysis", () => {
  it("ties a secondary to the primary of its system bytes that the other side sent", () => {
    const { lines, summary } = run([
      message(0, "S1F3 W", { ...local, sb: 1 }),
      message(5, "S6F11 W", { ...peer, sb: 1 }),
      message(20, "S6F12", { ...local, sb: 1 }),
      message(30, "S1F4", { ...peer, sb: 1 })
    ])
    assert.deepStrictEqual(lines, ["S1F3", "S6F11", "S6F12 to S6F11 after 15", "S1F4 to S1F3 after 30"])
    assert.deepInclude(row(summary, "S1F3"), {
      count: 1,
      outcomes: { replied: 1, late: 0, missing: 0, open: 0, lost: 0, aborted: 0, failed: 0 },
      replyTimes: { count: 1, minimum: 30, median: 30, percentile99: 30, maximum: 30 }
    })
  })

  it("ties by system bytes alone where the log does not say who sent", () => {
    assert.deepStrictEqual(
      run([
        message(0, "S1F3 W", { sb: 1 }),
        message(0, "S1F3 W", { sb: 2 }),
        message(9, "S1F4", { sb: 2 }),
        message(10, "S1F4", { sb: 1 })
      ]).lines,
      ["S1F3", "S1F3", "S1F4 to S1F3 after 9", "S1F4 to S1F3 after 10"]
    )
  })

  it("guesses by order where there are no system bytes, and says so", () => {
    const { lines } = run([
      message(0, "S1F3 W", local),
      message(1, "S1F3 W", local),
      message(2, "S1F3 W", peer),
      message(10, "S1F4", peer),
      message(11, "S1F4", local),
      message(12, "S1F4", peer),
      message(13, "S1F4", peer)
    ])
    assert.deepStrictEqual(lines.slice(3), [
      "S1F4 to S1F3 after 10 guessed",
      "S1F4 to S1F3 after 9 guessed",
      "S1F4 to S1F3 after 11 guessed",
      "S1F4 ! NoPrimary"
    ])
  })

  it("guesses where one of two messages has no system bytes", () => {
    assert.deepStrictEqual(
      run([
        message(0, "S1F3 W", { ...local, sb: 1 }),
        message(3, "S1F4", peer),
        message(4, "S1F5 W", local),
        message(6, "S1F6", { ...peer, sb: 9 })
      ]).lines,
      ["S1F3", "S1F4 to S1F3 after 3 guessed", "S1F5", "S1F6 to S1F5 after 2 guessed"]
    )
  })

  it("tells that a primary had no reply within T3, then that its reply is late", () => {
    const events = [
      message(0, "S1F3 W", { ...local, sb: 1 }),
      message(45_000, "S1F1", { ...local, sb: 2 }),
      message(45_001, "S1F1", { ...local, sb: 3 }),
      message(52_300, "S1F4", { ...peer, sb: 1 })
    ]
    const { entries, lines, summary } = run(events)
    assert.deepStrictEqual(lines, [
      "S1F3",
      "S1F1",
      "- to S1F3 ! NoReply 45001",
      "S1F1",
      "S1F4 to S1F3 after 52300 ! LateReply 52300"
    ])
    assert.deepStrictEqual(entries[2]?.time, { kind: "clock", at: 45_000 })
    assert.deepInclude(row(summary, "S1F3")?.outcomes, { late: 1, missing: 0, replied: 0 })
    assert.deepStrictEqual(run(events, { t3: "60 seconds" }).lines.at(-1), "S1F4 to S1F3 after 52300")
  })

  it("tells a late reply in a log without system bytes from one that is in time", () => {
    const { lines } = run([
      message(0, "S1F3 W", local),
      message(50_000, "S1F3 W", local),
      message(50_010, "S1F4", peer),
      message(50_020, "S1F4", peer)
    ])
    assert.deepStrictEqual(lines, [
      "S1F3",
      "- to S1F3 ! NoReply 50000",
      "S1F3",
      "S1F4 to S1F3 after 10 guessed",
      "S1F4 to S1F3 after 50020 guessed ! LateReply 50020"
    ])
  })

  it("tells missing replies from those the log ends before", () => {
    const { lines, summary } = run([
      message(0, "S1F3 W", { ...local, sb: 1 }),
      message(60_000, "S1F3 W", { ...local, sb: 2 }),
      message(61_000, "S6F11", { ...peer, sb: 3 })
    ])
    assert.deepStrictEqual(lines, ["S1F3", "- to S1F3 ! NoReply 60000", "S1F3", "S6F11"])
    assert.deepInclude(row(summary, "S1F3")?.outcomes, { missing: 1, open: 1, replied: 0 })
    assert.deepInclude(row(summary, "S6F11")?.outcomes, { missing: 0, open: 0 })
  })

  it("tells missing replies at the end of a log without times", () => {
    const { lines, summary } = run([message(undefined, "S1F3 W", { sb: 1 }), message(undefined, "S6F11", { sb: 2 })])
    assert.deepStrictEqual(lines, ["S1F3", "S6F11", "- to S1F3 ! NoReply ?"])
    assert.deepInclude(row(summary, "S1F3")?.outcomes, { missing: 1 })
  })

  it("waits for no reply to a primary without W, and ties one that comes", () => {
    assert.deepStrictEqual(
      run([message(0, "S6F11", { sb: 1 }), message(5, "S6F12", { sb: 1 }), message(99_000, "S6F11", { sb: 2 })]).lines,
      ["S6F11", "S6F12 to S6F11 after 5", "S6F11"]
    )
  })

  it("tells transactions that were aborted, with and without system bytes", () => {
    const { lines, summary } = run([
      message(0, "S1F3 W", { ...local, sb: 1 }),
      message(5, "S1F0", { ...peer, sb: 1 }),
      message(6, "S1F3 W", local),
      message(7, "S1F5 W", local),
      message(9, "S1F0", peer)
    ])
    assert.deepStrictEqual(lines, [
      "S1F3",
      "S1F0 to S1F3 after 5 ! Aborted",
      "S1F3",
      "S1F5",
      "S1F0 to S1F3 after 3 guessed ! Aborted"
    ])
    assert.deepInclude(row(summary, "S1F3")?.outcomes, { aborted: 2, replied: 0 })
  })

  it("tells replies to nothing, second replies, replies of another function", () => {
    const { lines } = run([
      message(0, "S1F4", { ...peer, sb: 7 }),
      message(1, "S1F3 W", { ...local, sb: 1 }),
      message(2, "S1F4", { ...local, sb: 1 }),
      message(3, "S1F4", { ...peer, sb: 1 }),
      message(4, "S1F4", { ...peer, sb: 1 }),
      message(5, "S1F5 W", { ...local, sb: 2 }),
      message(6, "S2F6", { ...peer, sb: 2 })
    ])
    assert.deepStrictEqual(lines, [
      "S1F4 ! NoPrimary",
      "S1F3",
      "S1F4 ! NoPrimary",
      "S1F4 to S1F3 after 2",
      "S1F4 to S1F3 after 3 ! DuplicateReply",
      "S1F5",
      "S2F6 to S1F5 after 1 ! WrongReply S1F6"
    ])
  })

  it("tells system bytes that a side uses again while they are taken, not those of both sides", () => {
    const { lines } = run([
      message(0, "S1F3 W", { ...local, sb: 1 }),
      message(1, "S6F11 W", { ...peer, sb: 1 }),
      message(2, "S1F5 W", { ...local, sb: 1 })
    ])
    assert.deepStrictEqual(lines, ["S1F3", "S6F11", "S1F5 ! DuplicateSystemBytes S1F3"])
    assert.deepStrictEqual(run([message(0, "S1F3 W", { sb: 1 }), message(1, "S6F11 W", { sb: 1 })]).lines, [
      "S1F3",
      "S6F11"
    ])
  })

  it("names the message an S9Fx is about, and ends its transaction", () => {
    const about = HsmsHeader.toBytes(HsmsHeader.data(10, { stream: 1, function: 3, replyExpected: true } as never, 7))
    const { lines, summary } = run([
      message(0, "S1F3 W", { ...local, sb: 7 }),
      message(4, "S9F5", { ...peer, sb: 90, item: Item.B(about) }),
      message(5, "S9F7", { ...peer, sb: 91, item: Item.B(about) }),
      message(6, "S9F1", { ...peer, sb: 92 })
    ])
    assert.deepStrictEqual(lines, [
      "S1F3",
      "S9F5 to S1F3 after 4 ! ErrorReported S9F5 unrecognized function about S1F3 W session 10 [00000007]",
      "S9F7 ! ErrorReported S9F7 illegal data about S1F3 W session 10 [00000007]",
      "S9F1 ! ErrorReported S9F1 unrecognized device id"
    ])
    assert.deepInclude(row(summary, "S1F3")?.outcomes, { failed: 1, missing: 0 })
  })

  it("follows control messages: select, linktest, reject, separate", () => {
    const select = Hsms.selectReq(1)
    const linktest = Hsms.linktestReq(2)
    const header = new HsmsHeader.HsmsHeader(0, 0x81, 3, 0, 0, 9)
    const { lines, summary } = run([
      control(0, select, "active"),
      control(3, Hsms.selectRsp(select, 0), "passive"),
      control(4, Hsms.selectReq(5), "passive"),
      control(5, Hsms.selectRsp(Hsms.selectReq(5), 3), "active"),
      control(10, linktest, "active"),
      message(11, "S1F3 W", { from: "active", sb: 9 }),
      control(12, Hsms.rejectReq(header, 4), "passive"),
      control(5_011, linktest, "passive"),
      control(5_012, Hsms.linktestRsp(linktest), "passive"),
      control(5_013, Hsms.linktestRsp(Hsms.linktestReq(8)), "passive"),
      message(5_014, "S1F3 W", { from: "active", sb: 10 }),
      control(5_015, Hsms.separateReq(11), "active"),
      { _tag: "Disconnected", ...around(5_016, {}), how: "closed" }
    ])
    assert.deepStrictEqual(lines, [
      "SelectReq",
      "SelectRsp to SelectReq after 3",
      "SelectReq",
      "SelectRsp to SelectReq after 1 ! Refused Exhausted",
      "LinktestReq",
      "S1F3",
      "RejectReq to S1F3 after 1 ! ErrorReported Reject.req EntityNotSelected",
      "- to LinktestReq ! NoReply 5001",
      "LinktestReq",
      "LinktestRsp to LinktestReq after 5002 ! LateReply 5002",
      "LinktestRsp ! NoPrimary",
      "S1F3",
      "SeparateReq",
      "- to LinktestReq ! ConnectionLost",
      "- to S1F3 ! ConnectionLost",
      "Disconnected"
    ])
    assert.deepInclude(row(summary, "S1F3")?.outcomes, { failed: 1, lost: 1 })
    assert.strictEqual(summary.control, 10)
  })

  it("keeps connections apart", () => {
    const a = { sb: 1, connection: "a" }
    const b = { sb: 1, connection: "b" }
    const { lines, summary } = run([
      { _tag: "Connected", ...around(0, { ...a, from: "active" }) },
      message(1, "S1F3 W", a),
      message(2, "S1F3 W", b),
      message(3, "S1F4", b),
      { _tag: "Disconnected", ...around(4, a), how: "reset" },
      message(5, "S1F4", a)
    ])
    assert.deepStrictEqual(lines, [
      "Connected",
      "S1F3",
      "S1F3",
      "S1F4 to S1F3 after 1",
      "- to S1F3 ! ConnectionLost",
      "Disconnected",
      "S1F4 ! NoPrimary"
    ])
    assert.deepStrictEqual(
      summary.connections.map(({ connection, how, messages }) => ({ connection, how, messages })),
      [
        { connection: "a", how: "reset", messages: 1 },
        { connection: "b", how: undefined, messages: 2 },
        { connection: "a", how: undefined, messages: 1 }
      ]
    )
  })

  it("knows nothing of a connection that has ended when its ports are used again", () => {
    const given = { sb: 1, connection: "a" }
    const { lines } = run([
      message(0, "S1F3 W", given),
      message(1, "S1F4", given),
      { _tag: "Disconnected", ...around(2, given), how: "closed" },
      message(3, "S1F4", given)
    ])
    assert.deepStrictEqual(lines.at(-1), "S1F4 ! NoPrimary")
  })

  it("sums up what counts, and matches with what does not", () => {
    const analysis = LogAnalysis.make()
    analysis.push(message(0, "S1F3 W", { sb: 1 }), false)
    assert.deepStrictEqual(analysis.push(message(4, "S1F4", { sb: 1 })).map(line), ["S1F4 to S1F3 after 4"])
    analysis.push(message(5, "S1F3 W", { sb: 2 }))
    analysis.push(message(99_000, "S1F4", { sb: 2 }), false)
    analysis.end()
    const { findings, first, last, messages, rows } = analysis.summary()
    assert.deepStrictEqual([messages, first?.at, last?.at], [2, 4, 5])
    assert.deepStrictEqual(
      rows.map(({ count, label, outcomes }) => [label, count, outcomes.replied, outcomes.late]),
      [
        ["S1F3", 1, 0, 1],
        ["S1F4", 1, 0, 0]
      ]
    )
    assert.deepStrictEqual(findings, {})
  })

  it("counts findings and what could not be read", () => {
    const { summary } = run([
      message(0, "S1F4", { sb: 1 }),
      message(0, "S1F4", { sb: 2 }),
      { ...message(0, "S1F3", { sb: 3 }), error: new Error("bad") as never },
      { _tag: "Unreadable", ...around(0, {}), error: new Error("worse") as never }
    ])
    assert.deepStrictEqual(summary.findings, { NoPrimary: 2, Unreadable: 2 })
    assert.strictEqual(summary.unreadable, 2)
  })

  it("orders rows by numbers", () => {
    const { summary } = run(["S10F1", "S2F41", "S2F9", "S1F3"].map((header, i) => message(i, header)))
    assert.deepStrictEqual(
      summary.rows.map(({ label }) => label),
      ["S1F3", "S2F9", "S2F41", "S10F1"]
    )
  })

  it("tells of every one of a thousand primaries whose time runs out at once", () => {
    const events = Array.from({ length: 1000 }, (_, i) => message(i, "S1F3 W", { sb: i }))
    const { lines, summary } = run([...events, message(60_000, "S1F1", { sb: 1 })])
    assert.strictEqual(lines.filter((one) => one.includes("! NoReply")).length, 1000)
    assert.deepInclude(row(summary, "S1F3")?.outcomes, { missing: 1000 })
  })

  it("takes a hundred thousand primaries nobody answers in linear time and bounded memory", () => {
    for (const at of [(i: number) => i, () => undefined]) {
      const analysis = LogAnalysis.make()
      for (let i = 0; i < 100_000; i++) {
        analysis.push(message(at(i), i % 2 === 0 ? "S6F11 W" : "S6F13", { sb: i % 3 === 0 ? i : undefined } as Given))
        if (i % 10 === 0) analysis.push(message(at(i), "S6F0", { sb: 1_000_000 + i }))
      }
      analysis.end()
      const { aborted, missing, open } = row(analysis.summary(), "S6F11")!.outcomes
      assert.strictEqual(aborted + missing + open, 50_000)
    }
  }, 60_000)

  /** Events of every kind, with and without times, sides and system bytes. */
  const events = (random: Draw): ReadonlyArray<LogEvent.LogEvent> => {
    let at = 0
    return Array.from({ length: random(200) }, (): LogEvent.LogEvent => {
      at += random(8) === 0 ? random(60_000) - 5000 : random(100)
      const given = {
        ...(random(3) > 0 ? { from: pick<Side>(random, ["local", "peer"]) } : {}),
        ...(random(4) > 0 ? { sb: random(10) } : {}),
        ...(random(3) === 0 ? { connection: pick(random, ["a", "b"]) } : {}),
        ...(random(3) === 0 ? { item: Item.B(Uint8Array.from({ length: 10 }, () => random(4))) } : {})
      }
      const time = random(10) === 0 ? undefined : at
      const request = Hsms.linktestReq(random(10))
      return pick<() => LogEvent.LogEvent>(random, [
        () => message(time, `S${random(4)}F${random(6)}${random(2) === 0 ? " W" : ""}`, given),
        () => message(time, `S9F${random(14)}`, given),
        () =>
          control(
            at,
            pick<Hsms.Control>(random, [
              request,
              Hsms.linktestRsp(request),
              Hsms.separateReq(random(10)),
              Hsms.rejectReq(HsmsHeader.read(new Uint8Array(10), 0), 4)
            ]),
            pick<Side>(random, ["active", "passive"])
          ),
        () => ({ _tag: "Connected", ...around(time, given) }),
        () => ({ _tag: "Disconnected", ...around(time, given), how: "closed" })
      ])()
    })
  }

  it.prop("gives every event its entry, and every primary that expects a reply one outcome", [Seed], ([seed]) => {
    const given = events(draw(seed))
    const { entries, summary } = run(given)
    assert.deepStrictEqual(
      entries.flatMap(({ event }) => (event === undefined ? [] : [event])),
      given
    )
    for (const { label, outcomes } of summary.rows) {
      const expected = given.filter(
        (event) =>
          LogEvent.label(event) === label &&
          (event._tag === "Message"
            ? event.replyExpected && event.function % 2 === 1 && event.stream !== 9
            : label === "LinktestReq")
      ).length
      assert.strictEqual(
        Object.values(outcomes).reduce((sum, count) => sum + count, 0),
        expected,
        label
      )
    }
  })
})

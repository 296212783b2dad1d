import { Hsms, Item } from "@effect-secs/codec"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { began, captured, conversation, frame, message, pcap, pcapng, type Said } from "./support/captures.ts"
import { run } from "./support/run.ts"

const log = `2024-05-14 08:00:00,104 INFO  [12] - SECS. S1F13: 'S1F13' W /* Name=Establish Header=[01 00 00 00] */
<L [0]
>
.
2024-05-14 08:00:00,131 INFO  [12] - SECS. S1F14: 'S1F14' /* Name= Header=[01 00 00 00] */
<L [2]
  <B [1] 00 > /* Name=COMMACK */
  <L [0]
  >
>
.
2024-05-14 08:00:09,000 INFO  [31] - SECS. S6F11: 'S6F11' W /* Name=Event Header=[03 00 00 00] */
<L [2]
  <U4 [1] 7 > /* DATAID */
  <U4 [1] 58 > /* Name=CEID Keyword=CarrierRead */
>
.
2024-05-14 08:01:10,000 INFO  [40] - SECS. S1F1: 'S1F1' W /* Header=[04 00 00 00] */
.
2024-05-14 08:01:10,012 INFO  [40] - SECS. S1F0: 'S1F0' /* Header=[04 00 00 00] */
.
`

const damaged = log.replace("58 >", "5x8 >")

const select = Hsms.selectReq(1)
const session: ReadonlyArray<Said> = [
  { from: "active", bytes: frame(select) },
  { from: "passive", bytes: frame(Hsms.selectRsp(select, 0)) },
  { from: "active", bytes: message(1, 3, 2, Item.L(Item.U4(7))) },
  { from: "passive", bytes: message(1, 4, 2, Item.L(Item.A("x"))) },
  { from: "active", bytes: frame(Hsms.separateReq(3)) }
]

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")

describe("secs log", () => {
  let folder = ""
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "effect-secs-"))
    writeFileSync(join(folder, "a.log"), log)
    writeFileSync(join(folder, "damaged.log"), damaged)
    writeFileSync(join(folder, "prose.log"), "12:00:00 waiting for S6F12\n12:00:01 idle\n12:00:02 S1F1 was sent\n")
    writeFileSync(join(folder, "empty.log"), "")
    writeFileSync(join(folder, "dump.txt"), "00000000  00 01\n00000002  02 03\n")
    writeFileSync(join(folder, "letter.txt"), "Dear all,\nthe tool is down.\n")
    writeFileSync(join(folder, "a.pcap"), pcap(captured(conversation(session))))
    writeFileSync(join(folder, "a.pcapng"), pcapng(captured(conversation(session)), { little: true }))
    writeFileSync(join(folder, "short.pcap"), pcap(captured(conversation(session))).slice(0, 700))
    writeFileSync(
      join(folder, "trace.txt"),
      session
        .map(({ bytes, from }, i) => `10:00:00.0${i}0 ${from === "active" ? "TX" : "RX"}: ${hex(bytes)}\n`)
        .join("")
    )
    return () => rmSync(folder, { recursive: true, force: true })
  })

  const secs = (...args: ReadonlyArray<string>) => run(["log", ...args], { cwd: folder })

  it("prints a timeline of a log, with reply times, names and what went wrong", async () => {
    const { code, stderr, stdout } = await secs("a.log")
    assert.deepStrictEqual(stdout.split("\n"), [
      '2024-05-14 08:00:00.104        S1F13 W    [00000001]             Establish Communications Request  "Establish"  <L [0]>',
      "2024-05-14 08:00:00.131        S1F14      [00000001]    27.0 ms  Establish Communications Request Acknowledge  COMMACK 0 accepted  <L [2] <B 0x00> <L [0]>>",
      '2024-05-14 08:00:09.000        S6F11 W    [00000003]             Event Report Send  "Event"  CEID=CarrierRead  <L [2] <U4 7> <U4 58>>',
      "    // S6F11 the body: MissingTail, expected L of dataid, ceid, reports, got <L [2] <U4 7> <U4 58>>",
      "2024-05-14 08:00:54.000        S6F11      [00000003]             ! no reply within 45 s (line 12)",
      "2024-05-14 08:01:10.000        S1F1 W     [00000004]             Are You There Request",
      "2024-05-14 08:01:10.012        S1F0       [00000004]    12.0 ms  ! the transaction is aborted (line 20)  Abort Transaction",
      ""
    ])
    assert.deepStrictEqual([code, stderr], [0, ""])
  })

  it("says what could not be read, goes on, and ends with exit code 1", async () => {
    const { code, stderr, stdout } = await secs("damaged.log")
    assert.strictEqual(code, 1)
    assert.strictEqual(stderr, "secs: 1 part of the log could not be read\n")
    assert.include(stdout, "S6F11 W    [00000003]             ! line 15, column 11: expected an integer")
    assert.include(stdout, "S1F0       [00000004]    12.0 ms")
  })

  it("prints the same of a capture in both formats, with its connection", async () => {
    const [first, second] = await Promise.all([secs("a.pcap"), secs("a.pcapng")])
    assert.deepStrictEqual(first.stdout.split("\n"), [
      "2019-06-08 15:14:37.000Z  #1   A->P  Connected                         192.0.2.1:49152 > 192.0.2.2:5000",
      "2019-06-08 15:14:37.003Z  #1   A->P  SelectReq  [00000001]",
      "2019-06-08 15:14:37.005Z  #1   A<-P  SelectRsp  [00000001]    2.00 ms",
      "2019-06-08 15:14:37.007Z  #1   A->P  S1F3 W     [00000002]             Selected Equipment Status Request  <L [1] <U4 7>>",
      '2019-06-08 15:14:37.009Z  #1   A<-P  S1F4       [00000002]    2.00 ms  Selected Equipment Status Data  <L [1] <A "x">>',
      "2019-06-08 15:14:37.011Z  #1   A->P  SeparateReq  [00000003]",
      "2019-06-08 15:14:37.014Z  #1         Disconnected                         closed",
      ""
    ])
    assert.strictEqual(first.code, 0)
    assert.strictEqual(second.stdout, first.stdout)
  })

  it("prints everything before the place where a capture is cut off, then that", async () => {
    const { code, stdout } = await secs("short.pcap")
    assert.strictEqual(code, 1)
    assert.include(stdout, "S1F3 W")
    assert.include(stdout, "! CutOff at byte 634, after 8 packets: a packet needs 70 bytes, 66 are left")
  })

  it("looks at one port of a capture where that is asked for", async () => {
    const { code, stdout } = await secs("--port", "4999", "a.pcap")
    assert.deepStrictEqual([code, stdout], [3, ""])
  })

  it("reads hex dumps, and standard input", async () => {
    const { code, stdout } = await secs("trace.txt")
    assert.strictEqual(code, 0)
    assert.include(
      stdout,
      '10:00:00.030  RECV  S1F4       [00000002]    10.0 ms  Selected Equipment Status Data  <L [1] <A "x">>'
    )
    const piped = await run(["log", "-"], { stdin: log })
    assert.include(piped.stdout, '"Establish"')
  })

  it("prints lines of JSON, the last of which are the sums", async () => {
    const { code, stdout } = await secs("--json", "a.pcap")
    assert.strictEqual(code, 0)
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.deepStrictEqual(
      lines.map(({ type }) => type),
      ["connected", "control", "control", "message", "message", "control", "disconnected", "summary"]
    )
    assert.deepInclude(lines[4], { replyMillis: 2, item: { L: [{ A: "x" }] }, time: "2019-06-08T15:14:37.009Z" })
    assert.deepInclude(lines[7], { messages: 2, control: 3, unreadable: 0 })
    assert.strictEqual(began, Date.parse("2019-06-08T15:14:37Z"))
  })

  it("prints sums alone", async () => {
    const { code, stdout } = await secs("--summary", "a.log")
    assert.strictEqual(code, 0)
    assert.match(stdout, /^5 messages, 0 control messages, 2024-05-14 08:00:00.104 to 2024-05-14 08:01:10.012\n/)
    assert.match(stdout, /^S6F11 Event Report Send +1 +1$/m)
    assert.match(stdout, /^S1F13 Establish Communications Request +1 +1 +27.0 ms +27.0 ms +27.0 ms +27.0 ms$/m)
    assert.match(stdout, /^ +1 {2}had no reply in time$/m)
  })

  it("prints only what is asked for: messages, times, errors", async () => {
    const labels = async (...args: ReadonlyArray<string>) =>
      [...(await secs(...args, "a.log")).stdout.matchAll(/S\d+F\d+(?= W|  )/g)].map(([label]) => label)
    assert.deepStrictEqual(await labels("--only", "S1F1*"), ["S1F13", "S1F14", "S1F1"])
    assert.deepStrictEqual(await labels("--errors"), ["S6F11", "S1F0"])
    assert.deepStrictEqual(await labels("--errors", "--t3", "2m"), ["S1F0"])
    assert.deepStrictEqual(await labels("--since", "08:00:05", "--until", "08:00:10"), ["S6F11"])
    assert.deepStrictEqual(await labels("--since", "2024-05-14 08:01"), ["S1F1", "S1F0"])
  })

  it("prints whole messages", async () => {
    const { stdout } = await secs("--full", "--only", "S6F11", "a.log")
    assert.include(stdout, "\n  <U4 [1] 58 > /* Name=CEID Keyword=CarrierRead */\n>\n.\n")
  })

  it("reads several files as one log, and says which lines are of which", async () => {
    const { code, stderr, stdout } = await secs("--json", "a.log", "letter.txt", "trace.txt")
    assert.strictEqual(code, 1)
    assert.match(stderr, /^secs: letter\.txt: neither SML nor HSMS nor a capture; --format says which\n/)
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.strictEqual(lines.filter(({ file }) => file === "a.log").length, 6)
    assert.strictEqual(lines.filter(({ file }) => file === "trace.txt").length, 5)
  })

  it.each([
    [["a.log", "--only", "S1-F1"]],
    [["a.log", "--since", "yesterday"]],
    [["a.log", "--t3", "soon"]],
    [["a.log", "--format", "doc"]],
    [["a.log", "--port", "70000"]],
    [[]]
  ])("answers a wrong command line %j with exit code 2", async (args) => {
    const { code, stderr, stdout } = await secs(...args)
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, /^secs log: .*\n$/)
  })

  it("ends with exit code 1 for --errors where there is one, with 0 where there is none that is wanted", async () => {
    const [all, errors, summary, fine] = await Promise.all([
      secs("a.log"),
      secs("a.log", "--errors"),
      secs("a.log", "--errors", "--summary"),
      secs("a.log", "--errors", "--only", "S1F13")
    ])
    assert.deepStrictEqual([all.code, errors.code, summary.code, fine.code], [0, 1, 1, 0])
    assert.strictEqual(errors.stdout.split("\n").length, 3)
    assert.deepStrictEqual([errors.stderr, fine.stdout, fine.stderr], ["", "", ""])
  })

  it.each([
    [["a.log", "--only", "S7F*"], "secs: --only leaves none of 5 messages\n"],
    [
      ["a.log", "--only", "S1F13", "--since", "2024-05-15", "--json"],
      "secs: --only and --since leave none of 5 messages\n"
    ]
  ])("says why it shows nothing of %j", async (args, said) => {
    const { code, stderr } = await secs(...args)
    assert.deepStrictEqual([code, stderr], [0, said])
  })

  it.each([
    [
      ["prose.log"],
      "prose.log: no messages in 3 lines, looked for SxFy with an item, a dot, or W, a label or a direction; passed over: 2 lines that hold SxFy and were taken for prose, from line 1 on"
    ],
    [
      ["a.pcap", "--port", "5001"],
      "a.pcap: no messages in 16 packets, looked for TCP connections that carry HSMS; passed over: 16 packets of other ports"
    ],
    [
      ["dump.txt"],
      "dump.txt: no messages in 2 lines, looked for HSMS messages in hex, with their length, or packets that carry them; 1 part could not be read"
    ],
    [
      ["letter.txt", "--format", "sml"],
      "letter.txt: no messages in 2 lines, looked for SxFy with an item, a dot, or W, a label or a direction"
    ],
    [["letter.txt"], "letter.txt: neither SML nor HSMS nor a capture; --format says which"],
    [["empty.log"], "empty.log: no messages, the file is empty"],
    [["empty.log", "--format", "pcap"], "empty.log: no messages, the file is empty"]
  ])("says what it looked for in %j, which has no message, and ends with exit code 3", async (args, said) => {
    for (const more of [[], ["--summary"], ["--errors"], ["--json"]]) {
      const { code, stderr } = await secs(...args, ...more)
      assert.deepStrictEqual([code, stderr], [3, `secs: ${said}\n`])
    }
  })

  it("says of several files which has no message, and ends well where another has", async () => {
    const [one, none] = await Promise.all([secs("empty.log", "a.log"), secs("empty.log", "letter.txt")])
    assert.deepStrictEqual([one.code, one.stderr], [0, "secs: empty.log: no messages, the file is empty\n"])
    assert.strictEqual(none.code, 3)
  })

  it("counts the lines of a log that speak of messages", async () => {
    const text =
      "12:00:00 waiting for S6F12\n// S1F9\n12:00:01 S1F1 W.\n12:00:02 S1F3 W <U4 1x>.\n12:00:03 S1F1 is due, S1F3 too\n"
    const { stdout } = await run(["log", "--summary", "-"], { stdin: text })
    assert.include(stdout, "2 messages")
    assert.match(stdout, /\npassed over: 2 lines that hold SxFy and were taken for prose, from line 1 on\n$/)
  })

  it("reads a file of frames, and JSON that secs listen has printed", async () => {
    const [frames, json] = await Promise.all([
      run(["log", "--json", "--only", "S1F4", "-"], {
        stdin: Uint8Array.from(session.flatMap(({ bytes }) => [...bytes]))
      }),
      run(["log", "-"], {
        stdin:
          '{"at":"2026-01-02T03:04:05.678Z","event":"Sent","systemBytes":"0000002a","stream":1,"function":3,"sessionId":7,"replyExpected":true,"item":{"L":[{"U4":[7]}]}}\n' +
          '{"at":"2026-01-02T03:04:05.690Z","event":"Received","systemBytes":"0000002a","stream":1,"function":4,"sessionId":7,"replyExpected":false,"item":{"L":[]}}\n'
      })
    ])
    assert.deepInclude(JSON.parse(frames.stdout.split("\n")[0]!), {
      type: "message",
      frame: 4,
      systemBytes: "00000002",
      primary: { label: "S1F3", systemBytes: "00000002", frame: 3 },
      item: { L: [{ A: "x" }] }
    })
    assert.deepStrictEqual(json.stdout.split("\n"), [
      "2026-01-02 03:04:05.678Z  SEND  S1F3 W     [0000002a]             Selected Equipment Status Request  <L [1] <U4 7>>",
      "2026-01-02 03:04:05.690Z  RECV  S1F4       [0000002a]    12.0 ms  Selected Equipment Status Data  <L [0]>",
      ""
    ])
    assert.deepStrictEqual([frames.code, json.code, json.stderr], [0, 0, ""])
  })

  it("says that a file is not there", async () => {
    const { code, stderr } = await secs("none.log")
    assert.deepStrictEqual([code, stderr], [1, "secs: none.log: no such file\n"])
  })
})

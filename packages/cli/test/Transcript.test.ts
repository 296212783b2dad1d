import { HsmsHeader, Item, ItemCodec, SecsMessage } from "@effect-secs/codec"
import { SessionError, type SessionEvent } from "@effect-secs/session"
import { SmlParser, SmlPrinter } from "@effect-secs/sml"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as LocalTime from "../src/LocalTime.ts"
import type { Colours } from "../src/Shell.ts"
import * as Transcript from "../src/talk/Transcript.ts"

const { A, L, U4 } = Item

const same = (text: string) => text
const plain: Colours = { bold: same, dim: same, red: same, green: same, yellow: same, blue: same, cyan: same }
const zone = DateTime.zoneMakeOffset(0)

/** 2026-01-02 03:04:05.678 UTC */
const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

const request = SecsMessage.primary(1, 3, L(U4(1001)))
const reply = SecsMessage.secondary(1, 4, L(A('say "hi"\n// no comment')))

const sent: SessionEvent.Sent = { _tag: "Sent", at, header: HsmsHeader.data(7, request, 42), message: request }
const received: SessionEvent.Received = {
  _tag: "Received",
  at,
  header: HsmsHeader.data(7, reply, 42),
  message: reply,
  elapsed: Duration.millis(12.34)
}
const primary: SessionEvent.Received = { ...received, header: sent.header, message: request, elapsed: undefined }
const selectReq: SessionEvent.Sent = {
  _tag: "Sent",
  at,
  header: new HsmsHeader.HsmsHeader(0xffff, 0, 0, 0, HsmsHeader.SType.SelectReq, 1),
  message: undefined
}
const selected: SessionEvent.StateChanged = { _tag: "StateChanged", at, from: "NotSelected", to: "Selected" }
const connected: SessionEvent.Connected = { _tag: "Connected", at, peer: "192.0.2.7:51234" }
const separated: SessionEvent.Disconnected = {
  _tag: "Disconnected",
  at,
  reason: { _tag: "Separated" },
  openTransactions: 0,
  unwritten: 0
}
const closed: SessionEvent.Disconnected = { ...separated, reason: { _tag: "LocalClose" } }
const failed: SessionEvent.TransactionFailed = {
  _tag: "TransactionFailed",
  at,
  header: sent.header,
  error: new SessionError.TransactionError({ stream: 1, function: 3, systemBytes: 42, reason: { _tag: "Aborted" } })
}

const print: Transcript.Print = (message) => SmlPrinter.show(message)
const text = (event: SessionEvent.SessionEvent, who?: string, why?: string) =>
  Transcript.text(event, print, zone, plain, { who, why })

describe("Transcript", () => {
  it("writes a message as SML below a comment with time, direction and system bytes", () => {
    assert.strictEqual(text(sent), "// 03:04:05.678 sent [0000002a]\nS1F3 W\n<L [1]\n  <U4 [1] 1001>\n>\n.\n")
  })

  it("says how long a reply took, who is meant and why it is so", () => {
    assert.match(text(received), /^\/\/ 03:04:05\.678 received \[0000002a\], reply after 12\.3 ms\nS1F4\n/)
    assert.match(
      text(sent, "192.0.2.7:51234", "because"),
      /^\/\/ 03:04:05\.678 192\.0\.2\.7:51234 sent \[0000002a\]: because\n/
    )
  })

  it("writes what is no message as a comment of one line", () => {
    assert.strictEqual(text(selected), "// 03:04:05.678 selected\n")
    assert.strictEqual(text(selectReq), "// 03:04:05.678 sent SelectReq session 65535 [00000001]\n")
    assert.match(text(failed), /^\/\/ 03:04:05\.678 S1F3 \[0000002a\]: peer aborted the transaction[^\n]*\n$/)
  })

  describe("with a message whose text is no item", () => {
    const text_ = Uint8Array.of(0x01, 0x01, 0xfd, 0x01)
    const error = Result.getOrThrow(Result.flip(ItemCodec.decode(text_)))
    const bare = SecsMessage.primary(1, 3)
    const undecoded: SessionEvent.Received = { ...primary, message: bare, undecoded: { error, text: text_ } }

    it("says what is wrong with it, where, and its bytes, in comments alone", () => {
      assert.strictEqual(
        text(undecoded),
        `// 03:04:05.678 received [0000002a]: S1F3 W, of which the 4 bytes are no item: ${error.message}\n//   01 01 fd 01\n`
      )
      assert.match(error.message, /at byte 2/)
      const { errors, messages } = SmlParser.parse(text(undecoded))
      assert.deepStrictEqual([errors, messages], [[], []])
    })

    it("shows the first kilobyte of it, and says how many bytes are left", () => {
      const long = new Uint8Array(1500).fill(0xff)
      const lines = text({ ...undecoded, undecoded: { error, text: long } }).split("\n")
      assert.strictEqual(lines.length, 1 + 1024 / 32 + 1 + 1)
      assert.strictEqual(lines.at(-2), "//   … 476 bytes more")
    })

    it("gives programs all of its bytes, and why", () => {
      assert.deepInclude(
        Transcript.json(undecoded, () => "never"),
        { undecoded: { bytes: "0101fd01", reason: "UnknownFormat", offset: 2, message: error.message } }
      )
    })
  })

  it("reads back as the messages it shows", () => {
    const events = [connected, selected, sent, received, failed, separated]
    const { comments, errors, messages } = SmlParser.parse(events.map((event) => text(event)).join(""))
    assert.deepStrictEqual(errors, [])
    assert.deepStrictEqual(
      messages.map(({ item }) => String(item)),
      [request, reply].map(({ item }) => String(item))
    )
    assert.strictEqual(comments.length, events.length)
  })

  it("gives programs the parts of a message, and times they can compute with", () => {
    assert.deepStrictEqual(
      Transcript.json(received, ({ item }) => String(item), { who: "peer" }),
      {
        at: "2026-01-02T03:04:05.678Z",
        peer: "peer",
        event: "Received",
        systemBytes: "0000002a",
        stream: 1,
        function: 4,
        sessionId: 7,
        replyExpected: false,
        replyMillis: 12.34,
        item: String(reply.item)
      }
    )
    const header = SecsMessage.primary(1, 1)
    assert.notProperty(
      Transcript.json({ ...sent, message: header }, () => "never"),
      "item"
    )
    assert.deepInclude(
      Transcript.json(selected, () => undefined),
      { event: "StateChanged", to: "Selected" }
    )
  })

  it.each([
    ["normally", { trace: false, quiet: false }, [sent, received, primary, selected, separated, failed]],
    ["with trace", { trace: true, quiet: false }, "all"],
    ["when quiet", { trace: false, quiet: true }, [received, failed]],
    [
      "when quiet, with trace",
      { trace: true, quiet: true },
      [received, selectReq, selected, connected, separated, closed, failed]
    ]
  ] as const)("shows %s what is wanted", (_, options, shown) => {
    const all = [sent, received, primary, selectReq, selected, connected, separated, closed, failed]
    assert.deepStrictEqual(
      all.filter((event) => Transcript.shows(event, options)).toSorted((a, b) => all.indexOf(a) - all.indexOf(b)),
      shown === "all" ? all : all.filter((event) => (shown as ReadonlyArray<unknown>).includes(event))
    )
  })
})

describe("LocalTime", () => {
  it("shows the time of day and of SEMI E5 by the zone it is given", () => {
    const tokyo = DateTime.zoneMakeOffset(9 * 3_600_000)
    assert.strictEqual(LocalTime.ofDay(at, tokyo), "12:04:05.678")
    assert.strictEqual(LocalTime.secsTime(at, tokyo), "2026010212040567")
    assert.strictEqual(LocalTime.secsTime(at, zone), "2026010203040567")
  })
})

import { HsmsHeader, Item, ItemCodec, SecsMessage } from "@effect-secs/codec"
import type { SessionEvent } from "@effect-secs/session"
import { ItemJson } from "@effect-secs/sml"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as JsonLog from "../src/logs/JsonLog.ts"
import * as LogFormat from "../src/logs/LogFormat.ts"
import * as Transcript from "../src/talk/Transcript.ts"

/** 2026-01-02 03:04:05.678 UTC */
const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const request = SecsMessage.primary(1, 3, Item.L(Item.U4(1001)))
const reply = SecsMessage.secondary(1, 4, Item.L(Item.A("é\n")))
const header = (message: SecsMessage.SecsMessage) => HsmsHeader.data(7, message, 0xa2)

const events: ReadonlyArray<SessionEvent.SessionEvent> = [
  { _tag: "StateChanged", at, from: "NotSelected", to: "Selected" },
  { _tag: "Sent", at, header: header(request), message: request },
  { _tag: "Received", at: at + 12, header: header(reply), message: reply, elapsed: Duration.millis(12) },
  { _tag: "Disconnected", at: at + 20, reason: { _tag: "Separated" }, openTransactions: 0, unwritten: 0 }
]

const toJson: Transcript.ToJson = ({ item }) => (item === undefined ? undefined : ItemJson.fromItem(item))

const printed = events
  .map((event) => `${JSON.stringify(Transcript.json(event, toJson, { who: "192.0.2.7:51234" }))}\n`)
  .join("")

const run = (text: string, size = text.length) => {
  const log = JsonLog.make()
  const bytes = new TextEncoder().encode(text)
  const found = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    log.push(bytes.subarray(i * size, (i + 1) * size))
  ).flat()
  found.push(...log.end())
  return { events: found, notes: log.notes(), extent: log.extent() }
}

describe("JsonLog", () => {
  it("tells a text that was no item from no text", () => {
    const text = Uint8Array.of(0x01, 0x02, 0xa5, 0x01)
    const error = Result.getOrThrow(Result.flip(ItemCodec.decode(text)))
    const message = SecsMessage.primary(1, 3)
    const received = { _tag: "Received", at, header: header(message), message, elapsed: undefined } as const
    const lines = [received, { ...received, undecoded: { error, text } }].map(
      (event) => `${JSON.stringify(Transcript.json(event, toJson))}\n`
    )
    const [bare, broken] = run(lines.join("")).events
    assert.deepInclude(bare, { _tag: "Message", item: undefined, error: undefined })
    assert.deepInclude(broken, { _tag: "Message", item: undefined, error, body: text })
  })

  it.each([1, 7, 100_000])("reads what secs send and secs listen print, in pieces of %d bytes", (size) => {
    const { events, extent, notes } = run(printed, size)
    const connection = "192.0.2.7:51234"
    const message = {
      _tag: "Message",
      connection,
      sessionId: 7,
      systemBytes: 0xa2,
      error: undefined,
      bytes: undefined,
      name: undefined,
      names: [],
      text: undefined
    }
    assert.deepStrictEqual<unknown>(events, [
      {
        ...message,
        place: { _tag: "Line", line: 2, column: 1 },
        time: { kind: "zoned", at },
        from: "local",
        stream: 1,
        function: 3,
        replyExpected: true,
        item: request.item
      },
      {
        ...message,
        place: { _tag: "Line", line: 3, column: 1 },
        time: { kind: "zoned", at: at + 12 },
        from: "peer",
        stream: 1,
        function: 4,
        replyExpected: false,
        item: reply.item
      },
      {
        _tag: "Disconnected",
        place: { _tag: "Line", line: 4, column: 1 },
        time: { kind: "zoned", at: at + 20 },
        from: undefined,
        connection,
        how: "closed"
      }
    ])
    assert.deepStrictEqual([extent, notes], ["4 lines", ["1 line of StateChanged"]])
  })

  it("is told by its first line", () => {
    assert.strictEqual(LogFormat.detect(new TextEncoder().encode(printed)), "json")
    assert.strictEqual(LogFormat.detect(new TextEncoder().encode('{"message":"sent S1F1 W"}\n')), "sml")
  })

  it("goes on behind lines that are no JSON, no events, or hold no item", () => {
    const { events, notes } = run(
      `{"at":"2026\n[1]\n\n{"at":1,"event":"Sent","stream":1,"function":1,"item":{"U1":[256]}}\n${printed}{"a":1}`
    )
    assert.deepStrictEqual(
      events.map((event) =>
        event._tag === "Unreadable" || event._tag === "Message" ? [event._tag, event.error?._tag] : [event._tag]
      ),
      [
        ["Unreadable", "ItemJsonError"],
        ["Message", "ItemJsonError"],
        ["Message", undefined],
        ["Message", undefined],
        ["Disconnected"]
      ]
    )
    assert.deepStrictEqual(notes, ["2 lines of JSON without an event", "1 line of StateChanged"])
  })

  it("reads lists 100 000 deep", () => {
    const deep = `${'{"L":['.repeat(100_000)}${"]}".repeat(100_000)}`
    const { events } = run(`{"at":"","event":"Sent","stream":1,"function":1,"item":${deep}}\n`)
    assert.isTrue(events[0]?._tag === "Message" && events[0].item?._tag === "L")
  })
})

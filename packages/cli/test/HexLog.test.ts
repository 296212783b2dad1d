import { Hsms, Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as HexLog from "../src/logs/HexLog.ts"
import * as LogEvent from "../src/logs/LogEvent.ts"
import * as LogFormat from "../src/logs/LogFormat.ts"
import * as LogTime from "../src/logs/LogTime.ts"
import { concat, conversation, ethernet4, frame, message, pcap, pcapng, type Said } from "./support/captures.ts"
import { Bytes, cut, draw, pick, Seed, Texts } from "./support/draw.ts"

const run = (text: string, pieces?: (bytes: Uint8Array) => ReadonlyArray<Uint8Array>) => {
  const log = HexLog.make()
  const bytes = new TextEncoder().encode(text)
  return [...(pieces?.(bytes) ?? [bytes]).flatMap((piece) => log.push(piece)), ...log.end()]
}

const line = (event: LogEvent.LogEvent): string => {
  const what =
    event._tag === "Unreadable"
      ? event.error.message
      : event._tag === "Message"
        ? `${LogEvent.label(event)} [${event.systemBytes}]${event.item === undefined ? "" : ` ${event.item}`}`
        : LogEvent.label(event)
  const time = event.time === undefined ? "" : ` ${LogTime.format(event.time)}`
  return `${LogEvent.placeText(event.place)}${time} ${event.from ?? "-"} ${what}`
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0"))
const spaced = (bytes: Uint8Array) => hex(bytes).join(" ")

/** As `hexdump -C`, without the characters. */
const dump = (bytes: Uint8Array, from = 0, indent = ""): string => {
  let text = ""
  for (let at = 0; at < bytes.length; at += 16) {
    text += `${indent}${(from + at).toString(16).padStart(8, "0")}  ${spaced(bytes.subarray(at, at + 16))}\n`
  }
  return text
}

const select = frame(Hsms.selectReq(1))
const selected = frame(Hsms.selectRsp(Hsms.selectReq(1), 0))
const asks = message(1, 3, 2, Item.L(Item.U4(7)))
const answers = message(1, 4, 2, Item.L(Item.A("some text that is longer than one line of a dump")))

describe("HexLog", () => {
  it("reads a message a line, with time and direction", () => {
    const text = `15:14:37.402 TX: ${spaced(asks)}\n15:14:37.450 RX: ${hex(answers).join("").toUpperCase()}\n`
    assert.deepStrictEqual(run(text).map(line), [
      "line 1 15:14:37.402 local S1F3 [2] <L [1] <U4 7>>",
      'line 2 15:14:37.450 peer S1F4 [2] <L [1] <A "some text that is longer than one line of a dump">>'
    ])
  })

  it("puts a message together that lies on several lines, each direction for itself", () => {
    const text = [
      `TX: ${spaced(asks.subarray(0, 5))}`,
      `RX: ${spaced(answers.subarray(0, 20))}`,
      `TX: ${spaced(asks.subarray(5, 18))}`,
      `RX: ${spaced(answers.subarray(20))}`,
      `TX: ${spaced(asks.subarray(18))}`
    ].join("\n")
    assert.deepStrictEqual(
      run(text).map((event) => line(event).split(" <")[0]),
      ["line 4 peer S1F4 [2]", "line 5 local S1F3 [2]"]
    )
  })

  it("reads dumps with offsets below a line that says when and who", () => {
    const text = `10:00:00.001 Sent 14 bytes\n${dump(select)}\n10:00:00.002 Received\n${dump(selected)}0000000e\n${dump(asks)}`
    assert.deepStrictEqual(run(text).map(line), [
      "line 2 10:00:00.001 local SelectReq",
      "line 5 10:00:00.002 peer SelectRsp",
      "line 7 10:00:00.002 peer S1F3 [2] <L [1] <U4 7>>"
    ])
  })

  it("takes time and direction from two lines, and marks of text2pcap", () => {
    const text = `10:00:00.001\nSent\n${dump(select)}I\n10:00:00.002\n${dump(selected)}O 10:00:00.003\n${dump(asks)}`
    assert.deepStrictEqual(
      run(text).map((event) => line(event).split(" S")[0]),
      ["line 3 10:00:00.001 local", "line 6 10:00:00.002 peer", "line 8 10:00:00.003 local"]
    )
  })

  it("reads a followed stream, in which offsets go on and one side is indented", () => {
    const indent = "    "
    const text =
      dump(select) + dump(selected, 0, indent) + dump(asks, select.length) + dump(answers, selected.length, indent)
    assert.deepStrictEqual(
      run(text).map((event) => line(event).split(" <")[0]),
      ["line 1 - SelectReq", "line 2 passive SelectRsp", "line 3 - S1F3 [2]", "line 5 passive S1F4 [2]"]
    )
  })

  it("reads what a star stands for", () => {
    const long = message(7, 3, 5, Item.B(new Uint8Array(100)))
    const whole = dump(long).split("\n")
    assert.strictEqual(whole[2]!.slice(10), whole[3]!.slice(10))
    const text = [...whole.slice(0, 3), "*", ...whole.slice(7)].join("\n")
    assert.deepStrictEqual(
      run(text).map((event) => line(event).split(" <")[0]),
      ["line 1 - S7F3 [5]"]
    )
  })

  it("tells of lines that are missing, and goes on", () => {
    const text = `${dump(asks).split("\n")[0]}\n${dump(answers).split("\n").slice(2).join("\n")}${dump(select)}`
    assert.deepStrictEqual(run(text).map(line), [
      "line 2 - line 2: the offset is 20, expected 10 or 0: lines are missing",
      "line 2 - 16 bytes are missing in the capture, and with them S1F3 W session 0 [00000002]",
      `line 5 - ${answers.length - 32} bytes were passed over to find the next message`,
      "line 5 - SelectReq"
    ])
  })

  it("calls bytes that are no HSMS what they are", () => {
    assert.deepStrictEqual(run("TX: 47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31\n").map(line), [
      "line 1 local this is no HSMS frame: it begins 47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31",
      "line 1 local 14 bytes were passed over to find the next message"
    ])
  })

  it("reads dumps of whole packets", () => {
    const said: ReadonlyArray<Said> = [
      { from: "active", bytes: asks },
      { from: "passive", bytes: answers }
    ]
    const text = conversation(said)
      .map((segment, i) => `10:00:00.00${i}\n${dump(ethernet4(segment))}`)
      .join("\n")
    assert.deepStrictEqual(
      run(text).map(
        (event) =>
          line(event)
            .replace(/^line \d+ /, "")
            .split(" <")[0]
      ),
      [
        "10:00:00.003 active Connected",
        "10:00:00.003 active S1F3 [2]",
        "10:00:00.005 passive S1F4 [2]",
        "10:00:00.008 - Disconnected"
      ]
    )
  })

  it.prop("gives the same messages in every form, cut anywhere", [Seed], ([seed]) => {
    const random = draw(seed)
    const frames = [select, selected, asks, answers]
    const said = Array.from({ length: 1 + random(10) }, () => pick(random, frames))
    const forms: ReadonlyArray<(bytes: Uint8Array) => string> = [
      (bytes) => `${spaced(bytes)}\n`,
      (bytes) => `${hex(bytes).join("")}\r\n`,
      (bytes) => `${dump(bytes)}\n`,
      (bytes) => `12:00:00 >> ${hex(bytes).join("-").replaceAll("-", " ")}\n`
    ]
    const form = pick(random, forms)
    const events = run(said.map(form).join(""), (bytes) => cut(bytes, random, 60))
    assert.deepStrictEqual(
      events.map((event) => (event._tag === "Unreadable" ? event.error.message : LogEvent.label(event))),
      said.map((bytes) => ["SelectReq", "SelectRsp", "S1F3", "S1F4"][frames.indexOf(bytes)])
    )
  })

  it.prop("gives events for any text", [Texts, Bytes], ([text, bytes]) => {
    for (const event of [...run(text), ...run(`${dump(bytes)}${text}${dump(bytes, bytes.length)}`)]) line(event)
  })
})

describe("LogFormat", () => {
  it.each([
    ["pcap", pcap([])],
    ["pcap", pcapng([])],
    ["sml", new TextEncoder().encode("2019-06-08 15:14:37,402 INFO - SECS. S6F11: 'S6F11' W\n<L>\n.\n")],
    ["sml", new TextEncoder().encode("S1F1 W.")],
    ["sml", new TextEncoder().encode("S1F2 <B 00 01 02 03 04>.")],
    ["hex", new TextEncoder().encode(`15:14:37.402 TX: ${spaced(asks)}\n`)],
    ["hex", new TextEncoder().encode(`15:14:37.402 S1F3 TX: ${spaced(asks)}\n`)],
    ["hex", new TextEncoder().encode(dump(answers))],
    ["hex", new TextEncoder().encode(`S1F3 sent\n${dump(answers)}`)],
    [undefined, new TextEncoder().encode("a letter to nobody\n")],
    [undefined, new Uint8Array(0)],
    [undefined, concat([1, 2, 3])]
  ] as const)("is %s", (format, bytes) => {
    assert.strictEqual(LogFormat.detect(bytes), format)
  })

  it.prop("detects something or nothing in any bytes", [Bytes], ([bytes]) => {
    const format = LogFormat.detect(bytes)
    if (format === undefined) return
    const reader = LogFormat.reader(format)
    reader.push(bytes)
    reader.end()
  })
})

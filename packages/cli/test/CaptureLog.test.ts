import { Hsms, Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as CaptureLog from "../src/logs/CaptureLog.ts"
import * as LogEvent from "../src/logs/LogEvent.ts"
import * as LogTime from "../src/logs/LogTime.ts"
import {
  captured,
  concat,
  conversation,
  ethernet4,
  frame,
  ip4,
  message,
  pcap,
  pcapng,
  type Said,
  segmented,
  tcp,
  type Tcp
} from "./support/captures.ts"
import { Bytes, cut, type Draw, draw, Seed } from "./support/draw.ts"

const run = (file: Uint8Array, options?: CaptureLog.CaptureLogOptions, pieces = [file]) => {
  const log = CaptureLog.make(options)
  const events = [...pieces.flatMap((piece) => log.push(piece.slice())), ...log.end()]
  return { events, notes: log.notes() }
}

/** One line for an event. */
const line = (event: LogEvent.LogEvent): string => {
  const what =
    event._tag === "Unreadable"
      ? event.error.message
      : event._tag === "Message"
        ? `${LogEvent.label(event)} ${event.systemBytes}${event.item === undefined ? "" : ` ${event.item}`}`
        : LogEvent.label(event)
  return `${LogEvent.placeText(event.place)} ${event.from ?? "-"} ${what}`
}

const selectReq = Hsms.selectReq(1)
const select: Said = { from: "active", bytes: frame(selectReq) }
const selected: Said = { from: "passive", bytes: frame(Hsms.selectRsp(selectReq, 0)) }
const asks: Said = { from: "active", bytes: message(1, 3, 2, Item.L(Item.U4(7))) }
const answers: Said = { from: "passive", bytes: message(1, 4, 2, Item.L(Item.F4(1.5))) }
const separates: Said = { from: "active", bytes: frame(Hsms.separateReq(3)) }
const session = [select, selected, asks, answers, separates]

describe("CaptureLog", () => {
  it("gives connections, control messages and messages with packet, time and side", () => {
    const { events, notes } = run(pcap(captured(conversation(session))))
    assert.deepStrictEqual(events.map(line), [
      "packet 1 active Connected",
      "packet 4 active SelectReq",
      "packet 6 passive SelectRsp",
      "packet 8 active S1F3 2 <L [1] <U4 7>>",
      "packet 10 passive S1F4 2 <L [1] <F4 1.5>>",
      "packet 12 active SeparateReq",
      "packet 15 - Disconnected"
    ])
    assert.deepStrictEqual(notes, [])
    assert.deepStrictEqual(
      events.map(({ connection }) => connection),
      Array.from({ length: 7 }, () => "192.0.2.1:49152 > 192.0.2.2:5000")
    )
    assert.strictEqual(LogTime.format(events[3]!.time!), "2019-06-08 15:14:37.007Z")
    assert.deepInclude(events[3], {
      sessionId: 0,
      replyExpected: true,
      bytes: 14 + 2 + 6,
      place: { _tag: "Packet", packet: 8, offset: 542 }
    })
  })

  it("passes over what is not HSMS, and counts it", () => {
    const web = { active: 40_000, passive: 80 }
    const http: Said = { from: "active", bytes: new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n") }
    const fragment = concat(
      ethernet4(conversation(session)[3]!).slice(0, 14),
      ip4("active", tcp(conversation(session)[3]!), 0x2000)
    )
    const file = pcap([
      ...captured(conversation([http, { ...http, from: "passive" }], 0, web)),
      ...captured(conversation([], 0, { active: 40_001, passive: 80 })),
      { at: 0, bytes: fragment },
      { at: 0, bytes: new Uint8Array(60) },
      ...captured(conversation(session))
    ])
    const { events, notes } = run(file)
    assert.strictEqual(events.length, 7)
    assert.deepStrictEqual(notes, ["1 IP fragments, which are not put together", "2 TCP connections that are not HSMS"])
  })

  it("looks at one port where that is asked for, and calls what is no HSMS there an error", () => {
    const http: Said = { from: "active", bytes: new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n") }
    const file = pcap([
      ...captured(conversation([http])),
      ...captured(conversation(session, 0, { active: 5001, passive: 5002 }))
    ])
    assert.deepStrictEqual(run(file, { port: 5000 }).events.map(line), [
      "packet 1 active Connected",
      "packet 4 active this is no HSMS frame: it begins 47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31",
      "packet 7 active 18 bytes were passed over to find the next message",
      "packet 7 - Disconnected"
    ])
    assert.strictEqual(run(file, { port: 5001 }).events.length, 7)
    assert.deepStrictEqual(run(file, { port: 4000 }), { events: [], notes: ["24 packets of other ports"] })
  })

  it("shows a connection to the port asked for that was closed without a word", () => {
    assert.deepStrictEqual(run(pcap(captured(conversation([]))), { port: 5000 }).events.map(line), [
      "packet 1 active Connected",
      "packet 5 - Disconnected"
    ])
  })

  it("tells of bytes without a message in one direction where the other one is HSMS", () => {
    const noise: ReadonlyArray<Said> = Array.from({ length: 50 }, () => ({
      from: "passive",
      bytes: new Uint8Array(1400).fill(0xaa)
    }))
    const segments = conversation([...noise.slice(0, 1), asks, ...noise, separates]).slice(3, -3)
    assert.deepStrictEqual(run(pcap(captured(segments))).events.map(line), [
      "packet 3 active S1F3 2 <L [1] <U4 7>>",
      "packet 105 active SeparateReq",
      "packet 106 passive 71400 bytes were passed over to find the next message"
    ])
  })

  it("tells of a segment that is missing, and goes on with the next message", () => {
    const segments = conversation([
      select,
      selected,
      ...[0, 1, 2, 3].map((n): Said => ({ from: "active", bytes: asks.bytes.slice(n * 6, n * 6 + 6) })),
      asks
    ])
    const file = pcap(captured(segments.filter((_, i) => i !== 9)))
    assert.deepStrictEqual(run(file).events.map(line).slice(3), [
      "packet 19 active 6 bytes are missing in the capture",
      "packet 19 active S1F3 2 <L [1] <U4 7>>",
      "packet 19 - Disconnected"
    ])
  })

  it("gives messages with text that cannot be decoded, and headers that cannot be named as errors", () => {
    const bad = asks.bytes.slice()
    bad[14] = 0x01
    bad[15] = 0x09
    const odd = frame(selectReq)
    odd[9] = 11
    const { events } = run(
      pcap(captured(conversation([select, { from: "active", bytes: bad }, { from: "active", bytes: odd }, answers])))
    )
    const [undecodable, unnamed] = events.slice(2)
    assert.deepInclude(undecodable, { _tag: "Message", stream: 1, function: 3, systemBytes: 2, item: undefined })
    assert.strictEqual(
      undecodable?._tag === "Message" && undecodable.error?.message,
      "Truncated at byte 0, the root item: 9 items declared, 6 bytes left"
    )
    assert.strictEqual(unnamed?._tag === "Unreadable" && unnamed.error._tag, "HeaderError")
    assert.strictEqual(events.length, 6)
  })

  it("gives everything before the place where the file is wrong", () => {
    const file = pcap(captured(conversation(session)))
    const { events } = run(file.slice(0, 700))
    assert.deepStrictEqual(events.map(line).slice(0, 4), run(file).events.map(line).slice(0, 4))
    assert.strictEqual(
      events.slice(4).map(line).join("\n"),
      "packet 9 - CutOff at byte 634, after 8 packets: a packet needs 70 bytes, 66 are left"
    )
  })

  it.prop(
    "gives the same messages however packets are cut, repeated and exchanged, in any file format",
    [Seed],
    ([seed]) => {
      const random = draw(seed)
      const said = [select, selected, asks, answers, asks, separates]
      const segments = conversation(said.flatMap(({ bytes, from }) => segmented(random, from, bytes, 30)))
      const inner = segments
        .slice(3, -3)
        .flatMap((segment) => (random(6) === 0 ? [segment, segment] : [segment]))
        .map((segment, i) => ({ segment, rank: i + random(6) }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ segment }) => segment)
      const packets = captured([...segments.slice(0, 3), ...inner, ...segments.slice(-3)])
      const file = (random(2) === 0 ? pcap : pcapng)(packets, { little: random(2) === 0 })
      const seen = run(file, undefined, [...cut(file, random, 500)])
        .events.map(line)
        .map((text) => text.replace(/^packet \d+ /, ""))
      const of = (side: string) => seen.filter((text) => text.startsWith(side))
      assert.deepStrictEqual(of("active"), [
        "active Connected",
        "active SelectReq",
        "active S1F3 2 <L [1] <U4 7>>",
        "active S1F3 2 <L [1] <U4 7>>",
        "active SeparateReq"
      ])
      assert.deepStrictEqual(of("passive"), ["passive SelectRsp", "passive S1F4 2 <L [1] <F4 1.5>>"])
      assert.deepStrictEqual(of("-"), ["- Disconnected"])
    }
  )

  /** Files with changed bytes, and whole conversations of noise. */
  const damaged = (random: Draw) => {
    const noise = (): Said => ({
      from: random(2) === 0 ? "active" : "passive",
      bytes: Uint8Array.from({ length: random(50) }, () => random(256))
    })
    const said = Array.from({ length: random(20) }, () => (random(2) === 0 ? noise() : session[random(5)]!))
    const segments: ReadonlyArray<Tcp> = conversation(said).filter(() => random(10) > 0)
    const file = pcap(captured(segments))
    for (let n = random(10); n > 0; n--) file[random(file.length)] = random(256)
    return file
  }

  it.prop("gives events for any file, with and without a port", [Seed, Bytes], ([seed, bytes]) => {
    const file = damaged(draw(seed))
    for (const options of [{}, { port: 5000 }]) {
      run(file, options)
      run(bytes, options)
      run(concat(file, bytes), options)
    }
  })
})

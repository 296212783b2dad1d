/**
 * Wireshark's dissector reads our bytes as we do: every HSMS message, items of every format, however TCP cuts them, and
 * a session of ours as it happened.
 *
 * What it must read is worked out here from the values, not by our encoder.
 */
import { FrameDecoder, Hsms, HsmsHeader, Item, SecsMessage } from "@effect-secs/codec"
import { HsmsSession, type SessionEvent, Transport } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { assert, beforeEach, describe, it, vi } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Bodies from "../../src/Bodies.ts"
import * as Dissection from "../../src/Dissection.ts"
import * as Pcap from "../../src/Pcap.ts"
import * as Tap from "../../src/Tap.ts"
import * as Tshark from "../../src/Tshark.ts"

const missing = await Effect.runPromise(
  Tshark.version.pipe(
    Effect.as(undefined),
    Effect.catch((error) => Effect.succeed(error.message))
  )
)
const mustRun = (process.env["CI"] ?? "") !== ""

if (missing !== undefined) {
  // oxlint-disable-next-line no-console -- whoever runs the tests is to see that these did not run
  console.warn(`\n*** ${missing}: Wireshark's reading of our bytes is NOT tested ***\n`)
}

beforeEach((context) => {
  if (missing === undefined) return
  if (mustRun) throw new Error(`${missing}, and CI must test against it`)
  context.skip(missing)
})

vi.setConfig({ testTimeout: 120_000 })

const port = 5000

// --- what the dissector cannot read --------------------------------------------------------------------------------

const data = (item: Item.Item, stream = 1): Hsms.Data =>
  Hsms.data(10, new SecsMessage.SecsMessage(stream, 3, false, item), 1)

let deepest: Item.Item = Item.L()
for (let depth = 1; depth < 600; depth++) deepest = Item.L(deepest)

/** What is left out below, why, and a frame for which it is so; the day the dissector reads one, its row goes. */
const exclusions = [
  {
    name: "J of an odd length",
    why: "it counts JIS-8 in elements of two bytes, and leaves the text at an item it cannot divide",
    item: Item.J("ｱｲｳ"),
    length: 3
  },
  {
    name: "J of an even length",
    why: "it shows format and length, knows no value, and leaves the text there",
    item: Item.J("ｱｲ"),
    length: 2
  },
  { name: "C2", why: "as J, format and length at most", item: Item.C2(1, "半"), length: 4 },
  {
    name: "lists nested deeper than 490",
    why: "Wireshark ends its tree at level 500 and calls that a bug of the dissector",
    item: deepest,
    length: 1
  },
  {
    name: "stream 0 without W-bit",
    why: "it takes no such message for HSMS; the standard does not assign stream 0 and we do not send it",
    item: Item.U1(7),
    length: 1,
    stream: 0
  }
].map((row) => ({ ...row, frame: encode(data(row.item, row.stream)) }))

// It also looks at bit 0 of a BOOLEAN only, of which we write 00 and 01; says nothing of bytes behind the item, so that
// the bytes of the item are compared with the whole text; and prints an `A` up to its first NUL, with a mark for every
// character that is not ASCII, so that the print is compared where it is plain and the bytes always.

// --- what it must read ---------------------------------------------------------------------------------------------

function encode(message: Hsms.HsmsMessage): Uint8Array {
  return Result.getOrThrow(Hsms.encode(message))
}

/** The header of a data message, from the places the standard gives each field. */
const expectedHeader = ({ message, sessionId, systemBytes }: Hsms.Data, text: string) => ({
  length: 10 + text.length / 2,
  sessionId,
  byte2: message.stream + (message.replyExpected ? 128 : 0),
  byte3: message.function,
  data: { stream: message.stream, function: message.function, replyExpected: message.replyExpected },
  pType: 0,
  sType: 0,
  sTypeName: "Data message",
  systemBytes
})

const readsAs = (read: Tshark.Message | undefined, message: Hsms.Data): void => {
  assert.isDefined(read, String(message.message))
  const { fromPort: _, items, packet: __, ...header } = read
  const body = message.message.item === undefined ? [] : [Dissection.expected(message.message.item)]
  assert.deepStrictEqual(header, expectedHeader(message, body[0]?.raw ?? ""))
  if (items.length === body.length && items.every((item, i) => Dissection.agrees(item, body[i]!))) return
  const seen = items.map((item, i) => Dissection.settle(item, body[i]))
  assert.deepStrictEqual(seen, body, String(message.message))
}

// --- the messages --------------------------------------------------------------------------------------------------

const systemBytes = 0x0a0b0c0d
const select = Hsms.selectReq(systemBytes)
const deselect = Hsms.deselectReq(systemBytes, 10)
const linktest = Hsms.linktestReq(0xffff_ffff)
const control = (
  sTypeName: string,
  sType: number,
  sessionId: number,
  byte2 = 0,
  byte3 = 0,
  systemBytes_ = systemBytes
) => ({
  length: 10,
  sessionId,
  byte2,
  byte3,
  data: undefined,
  pType: 0,
  sType,
  sTypeName,
  systemBytes: systemBytes_
})

const s1f1 = new SecsMessage.SecsMessage(1, 1, true, undefined)
const s1f2 = new SecsMessage.SecsMessage(1, 2, false, Item.L(Item.A("MDLN"), Item.A("1.0")))
const s127f255 = new SecsMessage.SecsMessage(127, 255, false, undefined)

const controls: ReadonlyArray<readonly [string, Hsms.Control, ReturnType<typeof control>]> = [
  ["Select.req", select, control("Select.req", 1, 0xffff)],
  ["Select.rsp with status 0", Hsms.selectRsp(select, 0), control("Select.rsp", 2, 0xffff)],
  ["Select.rsp with status 3", Hsms.selectRsp(select, 3), control("Select.rsp", 2, 0xffff, 0, 3)],
  ["Deselect.req", deselect, control("Deselect.req", 3, 10)],
  ["Deselect.rsp with status 2", Hsms.deselectRsp(deselect, 2), control("Deselect.rsp", 4, 10, 0, 2)],
  ["Linktest.req", linktest, control("Linktest.req", 5, 0xffff, 0, 0, 0xffff_ffff)],
  ["Linktest.rsp", Hsms.linktestRsp(linktest), control("Linktest.rsp", 6, 0xffff, 0, 0, 0xffff_ffff)],
  [
    "Reject.req of an orphan Linktest.rsp",
    Hsms.rejectReq(new HsmsHeader.HsmsHeader(0xffff, 0, 0, 0, 6, systemBytes), 3),
    control("Reject.req", 7, 0xffff, 6, 3)
  ],
  [
    "Reject.req of PType 1",
    Hsms.rejectReq(new HsmsHeader.HsmsHeader(10, 0x81, 1, 1, 0, systemBytes), 2),
    control("Reject.req", 7, 10, 1, 2)
  ],
  ["Separate.req", Hsms.separateReq(systemBytes), control("Separate.req", 9, 0xffff)]
]

const datas: ReadonlyArray<readonly [string, Hsms.Data]> = [
  ["primary with W-bit and no text", Hsms.data(10, s1f1, systemBytes)],
  ["secondary with text", Hsms.data(10, s1f2, systemBytes)],
  ["data message with every field at its maximum", Hsms.data(0x7fff, s127f255, 0xffff_ffff)]
]

describe("HSMS messages", () => {
  const messages = [...controls.map(([, message]) => message), ...datas.map(([, message]) => message)]
  const capture = Pcap.write([
    {
      activePort: 49_152,
      passivePort: port,
      segments: messages.flatMap((message) => Pcap.cut("active", encode(message)))
    }
  ])
  const reading = Effect.runSync(Effect.cached(Tshark.read(capture, port)))

  it.live("tshark finds all of them and nothing to complain of", () =>
    Effect.gen(function* () {
      const { complaints, messages: read } = yield* reading
      assert.deepStrictEqual(complaints, [])
      assert.strictEqual(read.length, messages.length)
      assert.sameMembers([...new Set(read.map(({ sType }) => sType))], [0, 1, 2, 3, 4, 5, 6, 7, 9])
    })
  )

  controls.forEach(([name, message, literal], index) => {
    it.live(`tshark reads a ${name} as we do`, () =>
      Effect.gen(function* () {
        const { fromPort, items, packet: _, ...header } = (yield* reading).messages[index]!
        assert.deepStrictEqual(header, literal)
        assert.deepStrictEqual([fromPort, items], [49_152, []])
        assert.deepStrictEqual(Hsms.decode(encode(message).subarray(4)), Result.succeed(message))
      })
    )
  })

  datas.forEach(([name, message], index) => {
    it.live(`tshark reads a ${name} as we do`, () =>
      Effect.gen(function* () {
        readsAs((yield* reading).messages[controls.length + index], message)
        assert.isTrue(Equal.equals(Hsms.decode(encode(message).subarray(4)), Result.succeed(message)))
      })
    )
  })
})

// --- generated bodies ----------------------------------------------------------------------------------------------

const generated = Effect.runSync(Effect.cached(Bodies.messages))

/** Twenty messages to a conversation, the sides taking turns. */
const conversations = (
  messages: ReadonlyArray<Hsms.HsmsMessage>,
  segments: (from: Pcap.Side, frames: ReadonlyArray<Uint8Array>) => ReadonlyArray<Pcap.Segment>
): ReadonlyArray<Pcap.Conversation> =>
  Array.from({ length: Math.ceil(messages.length / 20) }, (_, i) => ({
    activePort: 49_152 + i,
    passivePort: port,
    segments: segments(i % 2 === 0 ? "active" : "passive", messages.slice(i * 20, i * 20 + 20).map(encode))
  }))

/** Pieces that end inside length fields, headers and items. */
const pieces = [1, 2, 3, 5, 8, 13, 1, 400, 21, 34, 1460, 55, 7, 1460, 89]

interface Layout {
  readonly how: string
  readonly segments: (from: Pcap.Side, frames: ReadonlyArray<Uint8Array>) => ReadonlyArray<Pcap.Segment>
  /** Values in an item beyond which it is left out, as the dissector prints a line for each. */
  readonly most: number
}

const layouts: ReadonlyArray<Layout> = [
  {
    how: "each in segments of its own",
    segments: (from, frames) => frames.flatMap((frame) => Pcap.cut(from, frame)),
    most: Number.POSITIVE_INFINITY
  },
  {
    how: "cut at any byte",
    segments: (from, frames) => Pcap.cut(from, Buffer.concat(frames), pieces),
    most: 10_000
  },
  { how: "many in one segment", segments: (from, frames) => Pcap.cut(from, Buffer.concat(frames)), most: 10_000 }
]

/** All our decoders make of the segments. */
const decoded = (capture: ReadonlyArray<Pcap.Conversation>): ReadonlyArray<Hsms.HsmsMessage> =>
  capture.flatMap(({ segments }) => {
    const decoder = FrameDecoder.make()
    return segments.flatMap(({ bytes }) => {
      const { error, frames } = decoder.push(bytes)
      assert.isUndefined(error)
      return frames.map((frame) => Result.getOrThrow(Hsms.decode(frame)))
    })
  })

/** What the dissector notes of an `A` with a NUL in it and other characters behind: it prints such text as C would. */
const stray = "Trailing stray characters"

const strayIn = (messages: ReadonlyArray<Hsms.Data>): number =>
  messages
    .flatMap(({ message }) => Bodies.flat(message.item!))
    .filter((item) => item._tag === "A" && /\0[^\0]/.test(item.value)).length

describe("generated bodies", () => {
  it.live("hold every format but C2, empty and not, lists in lists, and every number of length bytes", () =>
    Effect.gen(function* () {
      const bodies = (yield* generated).map(({ message }) => message.item!)
      const items = bodies.flatMap(Bodies.flat)
      assert.isAtLeast(bodies.length, 500)
      for (const format of Bodies.formats) {
        const counts = items.filter(({ _tag }) => _tag === format).map((item) => Item.count(item))
        assert.isAtLeast(counts.length, 20, format)
        assert.isAtLeast(counts.filter((count) => count === 0).length, 2, `empty ${format}`)
        assert.isAtLeast(counts.filter((count) => count > 1).length, 5, `${format} of several`)
      }
      const lengthBytes = bodies.map((item) => Dissection.expected(item).lengthBytes)
      for (const [bytes, atLeast] of [300, 20, 10].entries()) {
        assert.isAtLeast(
          lengthBytes.filter((count) => count === bytes + 1).length,
          atLeast,
          `${bytes + 1} length bytes`
        )
      }
      assert.isAtLeast(bodies.filter((item) => Bodies.flat(item).length > 20).length, 20, "trees")
    })
  )

  for (const { how, most, segments } of layouts) {
    it.live(`tshark reads 500 and more generated messages as we do, ${how}`, () =>
      Effect.gen(function* () {
        const messages = (yield* generated).filter(({ message }) => Item.count(message.item!) <= most)
        assert.isAtLeast(messages.length, 500)
        const sent = conversations(messages, segments)
        const { complaints, messages: read } = yield* Tshark.read(Pcap.write(sent), port)
        assert.deepStrictEqual(
          complaints.filter((line) => !line.includes(stray)),
          []
        )
        assert.isAtMost(complaints.length, strayIn(messages))
        assert.strictEqual(read.length, messages.length)
        messages.forEach((message, i) => readsAs(read[i], message))
        const ours = decoded(sent)
        assert.strictEqual(ours.length, messages.length)
        messages.forEach((message, i) => assert.isTrue(Equal.equals(ours[i], message), String(message.message)))
      })
    )
  }

  it.live("tshark finds every checksum and sequence number of the captures in order", () =>
    Effect.gen(function* () {
      const messages = (yield* generated).filter(({ message }) => Item.count(message.item!) < 1000)
      const all = layouts.flatMap(({ segments }, i) =>
        conversations(messages, segments).map((one) => ({ ...one, activePort: one.activePort + i * 1000 }))
      )
      const capture = Pcap.write(all)
      assert.deepStrictEqual(yield* Tshark.faults(capture), [])
      capture[capture.length - 1]! ^= 1
      assert.strictEqual((yield* Tshark.faults(capture)).length, 1, "one bit wrong in the last packet")
    })
  )
})

describe("the referee", () => {
  const captureOf = (...frames: ReadonlyArray<Uint8Array>): Uint8Array =>
    Pcap.write(
      frames.map((frame, i) => ({ activePort: 49_152 + i, passivePort: port, segments: Pcap.cut("active", frame) }))
    )

  it.live("complains of an item that is longer than its message", () =>
    Effect.gen(function* () {
      const frame = encode(data(Item.L(Item.U4(1, 2), Item.A("abc"))))
      const short = frame.slice(0, -1)
      short[3]! -= 1
      const { complaints } = yield* Tshark.read(captureOf(frame, short), port)
      assert.deepStrictEqual(complaints, ["packet 12: [Malformed Packet: HSMS]"])
    })
  )

  const reading = Effect.runSync(Effect.cached(Tshark.read(captureOf(...exclusions.map(({ frame }) => frame)), port)))

  exclusions.forEach(({ frame, item, length, name, why }, index) => {
    it.live(`is not asked about ${name}: ${why}`, () =>
      Effect.gen(function* () {
        const { messages } = yield* reading
        const ours = Result.getOrThrow(Hsms.decode(frame.subarray(4)))
        assert.isTrue(ours._tag === "Data" && Equal.equals(ours.message.item, item))
        const theirs = messages.find(({ fromPort }) => fromPort === 49_152 + index)?.items ?? []
        // As far as it goes, it reads the same.
        for (const read of theirs) {
          assert.deepStrictEqual([read.format, read.lengthBytes, read.length], [item.format, 1, length])
        }
        assert.isFalse(
          theirs.length === 1 && Dissection.agrees(theirs[0]!, Dissection.expected(item)),
          "the dissector reads it by now"
        )
      })
    )
  })
})

// --- a session as it happened --------------------------------------------------------------------------------------

describe("a session over TCP", () => {
  it.live(
    "tshark reads every message of a host and an equipment as the host reported it, from Select.req to Separate.req",
    () =>
      Effect.gen(function* () {
        const events: Array<SessionEvent.Sent | SessionEvent.Received> = []
        const { listening, transport } = yield* NodeTransport.makeListen({ host: "127.0.0.1", port: 0 })
        const tap = Tap.make("active", NodeTransport.makeConnect({ host: "127.0.0.1", port: listening.port }))
        const equipment = yield* HsmsSession.makePassive({ sessionId: 10 }).pipe(
          Effect.provideService(Transport.Transport, transport)
        )
        yield* equipment.primaries.pipe(
          Stream.runForEach((primary) =>
            primary.message.replyExpected ? primary.reply(primary.message.item) : Effect.void
          ),
          Effect.forkScoped({ startImmediately: true })
        )
        yield* Effect.scoped(
          Effect.gen(function* () {
            const host = yield* HsmsSession.makeActive({ sessionId: 10 }).pipe(
              Effect.provideService(Transport.Transport, tap.transport)
            )
            yield* host.events.pipe(
              Stream.runForEach((event) =>
                Effect.sync(() => {
                  if (event._tag === "Sent" || event._tag === "Received") events.push(event)
                })
              ),
              Effect.forkScoped({ startImmediately: true })
            )
            yield* host.awaitSelected
            yield* host.linktest
            yield* host.request(SecsMessage.primary(1, 1))
            yield* host.request(SecsMessage.primary(2, 25, Item.B(new Uint8Array(200_000).fill(0x55))))
            yield* Effect.all(
              Array.from({ length: 50 }, (_, i) =>
                host.request(SecsMessage.primary(2, 41, Item.L(Item.A("START"), Item.U4(i))))
              ),
              { concurrency: "unbounded" }
            )
            yield* equipment.linktest
            yield* equipment.send(SecsMessage.primary(6, 11, Item.L(Item.U4(1), Item.U4(1001), Item.L())))
          })
        )
        const { complaints, messages } = yield* Tshark.read(Pcap.write(tap.conversations()), port)
        assert.deepStrictEqual(complaints, [])
        const sides = (["Sent", "Received"] as const).map((tag) => {
          const seen = messages.filter(({ fromPort }) => (fromPort === port) === (tag === "Received"))
          const reported = events.filter((event) => event._tag === tag)
          return { tag, seen, reported }
        })
        for (const { reported, seen, tag } of sides) {
          // Select came before the observer, Separate.req after it.
          assert.isAtMost(seen.length - reported.length, 2)
          const names = seen.map(({ sTypeName }) => sTypeName)
          assert.strictEqual(names[0], tag === "Sent" ? "Select.req" : "Select.rsp")
          if (tag === "Sent") assert.strictEqual(names.at(-1), "Separate.req")
          reported.forEach(({ header, message }, i) => {
            const read = seen.find(
              (one) =>
                one.systemBytes === header.systemBytes && one.sType === header.sType && one.byte2 === header.byte2
            )
            assert.isDefined(read, `${tag} ${header}, the ${i}th`)
            assert.deepStrictEqual(
              [read.sessionId, read.byte2, read.byte3, read.pType],
              [header.sessionId, header.byte2, header.byte3, header.pType]
            )
            if (message !== undefined) readsAs(read, Hsms.data(header.sessionId, message, header.systemBytes))
          })
        }
        assert.isAtLeast(sides[0]!.reported.length, 53)
        assert.isAtLeast(sides[1]!.reported.length, 53)
      })
  )
})

/**
 * Wireshark's dissector and our reader of captures see the same messages in the same file, however TCP cuts them.
 */
import * as CaptureLog from "@effect-secs/cli/logs/CaptureLog"
import * as LogEvent from "@effect-secs/cli/logs/LogEvent"
import { Hsms, HsmsHeader, Item, SecsMessage } from "@effect-secs/codec"
import { assert, beforeEach, describe, it, vi } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Pcap from "../../src/Pcap.ts"
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
  console.warn(`\n*** ${missing}: our reading of captures is NOT compared with Wireshark's ***\n`)
}

beforeEach((context) => {
  if (missing === undefined) return
  if (mustRun) throw new Error(`${missing}, and CI must test against it`)
  context.skip(missing)
})

vi.setConfig({ testTimeout: 120_000 })

const port = 5000

const select = Hsms.selectReq(1)
const linktest = Hsms.linktestReq(7)
const data = (stream: number, function_: number, systemBytes: number, item?: Item.Item) =>
  Hsms.data(10, new SecsMessage.SecsMessage(stream, function_, function_ % 2 === 1, item), systemBytes)

const said: ReadonlyArray<readonly [Pcap.Side, Hsms.HsmsMessage]> = [
  ["active", select],
  ["passive", Hsms.selectRsp(select, 0)],
  ["active", data(1, 3, 2, Item.L(Item.U4(1), Item.U4(2)))],
  ["passive", data(1, 4, 2, Item.L(Item.A("a text that is longer than a few segments"), Item.F8(1.5)))],
  ["passive", data(6, 11, 1, Item.L(Item.U4(9), Item.B(new Uint8Array(3000))))],
  ["active", data(6, 12, 1, Item.B(0))],
  ["passive", linktest],
  ["active", Hsms.linktestRsp(linktest)],
  ["active", Hsms.separateReq(8)]
]

/** What both see of a message. */
interface Seen {
  readonly from: string
  readonly packet: number
  readonly sType: number
  readonly message: string
  readonly systemBytes: number
}

const ours = (capture: Uint8Array): ReadonlyArray<Seen> => {
  const log = CaptureLog.make()
  return [...log.push(capture), ...log.end()].flatMap((event): ReadonlyArray<Seen> => {
    assert.notStrictEqual(event._tag, "Unreadable")
    if (event.place._tag !== "Packet" || (event._tag !== "Message" && event._tag !== "Control")) return []
    const { from = "", place } = event
    const header = event._tag === "Control" ? Hsms.toHeader(event.message) : undefined
    return [
      {
        from,
        packet: place.packet,
        sType: header?.sType ?? HsmsHeader.SType.Data,
        message: event._tag === "Message" ? LogEvent.label(event) : "",
        systemBytes: event._tag === "Message" ? event.systemBytes! : event.message.systemBytes
      }
    ]
  })
}

const theirs = ({ messages }: Tshark.Reading): ReadonlyArray<Seen> =>
  messages.map(({ data, fromPort, packet, sType, systemBytes }) => ({
    from: fromPort === port ? "passive" : "active",
    packet,
    sType,
    message: data === undefined ? "" : `S${data.stream}F${data.function}`,
    systemBytes
  }))

describe("a capture", () => {
  for (const lengths of [[1400], [14], [1, 3, 40], [7, 100], [20]]) {
    it.live(`is read as Wireshark reads it, cut into segments of ${lengths.join(", ")} bytes`, () =>
      Effect.gen(function* () {
        const segments = said.flatMap(([from, message]) =>
          Pcap.cut(from, Result.getOrThrow(Hsms.encode(message)), lengths)
        )
        const capture = Pcap.write([{ activePort: 49_152, passivePort: port, segments }])
        const reading = yield* Tshark.read(capture, port)
        assert.deepStrictEqual(reading.complaints, [])
        assert.strictEqual(reading.messages.length, said.length)
        assert.deepStrictEqual(ours(capture), theirs(reading))
      })
    )
  }
})

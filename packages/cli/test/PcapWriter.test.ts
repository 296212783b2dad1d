import { assert, describe, it } from "@effect/vitest"
import * as Pcap from "../src/logs/Pcap.ts"
import * as PcapWriter from "../src/logs/PcapWriter.ts"
import * as TcpSegment from "../src/logs/TcpSegment.ts"
import * as TcpStreams from "../src/logs/TcpStreams.ts"

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

const piece = (direction: "sent" | "received", bytes: Uint8Array, differs: Partial<PcapWriter.Piece> = {}) => ({
  direction,
  bytes,
  at,
  connection: 1,
  peer: "192.0.2.7:51234",
  ...differs
})

/** What a reader of captures makes of what was written. */
const read = (ownPort: number | undefined, pieces: ReadonlyArray<PcapWriter.Piece>) => {
  const writer = PcapWriter.make(ownPort)
  const reader = Pcap.make()
  const streams = TcpStreams.make()
  const seen: Array<string> = []
  const times: Array<number | undefined> = []
  const bytes = { active: [] as Array<number>, passive: [] as Array<number> }
  const take = (part: Uint8Array) =>
    reader.push(part, (packet) => {
      times.push(packet.at)
      const segment = TcpSegment.read(packet.link, packet.bytes, packet.length)
      assert.isObject(segment)
      for (const event of streams.push(segment as TcpSegment.TcpSegment)) {
        if (event._tag === "Opened") seen.push(`${event.connection.active} > ${event.connection.passive}`)
        if (event._tag === "Gap") seen.push("gap")
        if (event._tag === "Bytes") for (const byte of event.bytes) bytes[event.from].push(byte)
      }
    })
  assert.isUndefined(take(writer.header))
  for (const one of pieces) for (const packet of writer.packets(one)) assert.isUndefined(take(packet))
  assert.isUndefined(reader.end())
  return { seen, bytes, times }
}

/** The sum over 16-bit words that is FFFF where a checksum among them is right. */
const sum = (bytes: Uint8Array): number => {
  let total = 0
  for (let index = 0; index < bytes.length; index += 2) total += (bytes[index]! << 8) | (bytes[index + 1] ?? 0)
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x1_0000)
  return total
}

describe("PcapWriter", () => {
  it("writes both directions of a connection that this side dials", () => {
    const pieces = [
      piece("sent", Uint8Array.of(1, 2, 3)),
      piece("received", Uint8Array.of(4)),
      piece("sent", Uint8Array.of(5))
    ]
    const { bytes, seen, times } = read(undefined, pieces)
    assert.deepStrictEqual(seen, ["192.0.2.1:49153 > 192.0.2.7:51234"])
    assert.deepStrictEqual(bytes, { active: [1, 2, 3, 5], passive: [4] })
    assert.deepStrictEqual(times, [at, at, at, at, at, at])
  })

  it("writes a connection that this side took as one that the peer dials", () => {
    const { bytes, seen } = read(5000, [piece("received", Uint8Array.of(1)), piece("sent", Uint8Array.of(2))])
    assert.deepStrictEqual(seen, ["192.0.2.7:51234 > 192.0.2.1:5000"])
    assert.deepStrictEqual(bytes, { active: [1], passive: [2] })
  })

  it("keeps connections apart, and gives a peer without IPv4 an address all the same", () => {
    const { seen } = read(undefined, [
      piece("sent", Uint8Array.of(1)),
      piece("sent", Uint8Array.of(2), { connection: 2, peer: "[2001:db8::1]:5000" })
    ])
    assert.deepStrictEqual(seen, ["192.0.2.1:49153 > 192.0.2.7:51234", "192.0.2.1:49154 > 192.0.2.2:5000"])
  })

  it("cuts what fits no packet, and writes nothing for no bytes but the start of the connection", () => {
    const long = Uint8Array.from({ length: 200_001 }, (_, index) => index % 251)
    const { bytes, seen } = read(undefined, [piece("sent", new Uint8Array(0)), piece("received", long)])
    assert.deepStrictEqual(bytes.passive, [...long])
    assert.deepStrictEqual(bytes.active, [])
    assert.strictEqual(seen.length, 1)
  })

  it("writes checksums that are right, whether the length is odd or even", () => {
    const writer = PcapWriter.make(undefined)
    const packets = [1, 2, 255].flatMap((length) => writer.packets(piece("sent", new Uint8Array(length).fill(0xa5))))
    for (const packet of packets) {
      const ip = packet.subarray(16 + 14)
      assert.strictEqual(sum(ip.subarray(0, 20)), 0xffff)
      const pseudo = [...ip.subarray(12, 20), 0, 6, (ip.length - 20) >>> 8, (ip.length - 20) & 0xff]
      assert.strictEqual(sum(Uint8Array.of(...pseudo, ...ip.subarray(20))), 0xffff)
    }
  })
})

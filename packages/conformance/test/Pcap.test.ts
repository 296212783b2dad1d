import { describe, expect, it } from "@effect/vitest"
import * as Pcap from "../src/Pcap.ts"

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/[^0-9a-f]/gi, ""), "hex"))

/** The packets of a capture file, without their headers. */
const packets = (file: Uint8Array): ReadonlyArray<Uint8Array> => {
  const view = new DataView(file.buffer)
  const out: Array<Uint8Array> = []
  for (let at = 24; at < file.length; at += 16 + view.getUint32(at + 8)) {
    out.push(file.subarray(at + 16, at + 16 + view.getUint32(at + 8)))
  }
  return out
}

const be32 = (bytes: Uint8Array, at: number): number => Buffer.from(bytes).readUInt32BE(at)

const tcp = (packet: Uint8Array) => ({
  from: Buffer.from(packet).readUInt16BE(34),
  to: Buffer.from(packet).readUInt16BE(36),
  sequence: be32(packet, 38),
  acknowledged: be32(packet, 42),
  flags: packet[47]!,
  bytes: packet.subarray(54)
})

/** RFC 1071: the words of what is protected, checksum included, add up to all ones. */
const sum = (bytes: Uint8Array): number => {
  let total = 0
  for (let i = 0; i < bytes.length; i += 2) total += bytes[i]! * 256 + (bytes[i + 1] ?? 0)
  while (total > 0xffff) total = Math.floor(total / 0x10000) + (total % 0x10000)
  return total
}

const pseudo = (packet: Uint8Array): Uint8Array =>
  Uint8Array.from([
    ...packet.subarray(26, 34),
    0,
    6,
    (packet.length - 34) >> 8,
    (packet.length - 34) & 0xff,
    ...packet.subarray(34)
  ])

const one = (...segments: ReadonlyArray<Pcap.Segment>): Uint8Array =>
  Pcap.write([{ activePort: 49_152, passivePort: 5000, segments }])

describe("Pcap", () => {
  it("writes the file header and a SYN byte for byte", () => {
    /** By hand from the pcap format and RFC 791, 9293; tshark 4.0.17 finds the checksums good. */
    const head = hex(`
      a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001
      00000000 00000000 00000036 00000036
      02 00 00 00 00 02  02 00 00 00 00 01  08 00
      45 00 0028  0000 4000  40 06 b6cc  c0000201 c0000202
      c000 1388  10000000 00000000  50 02 ffff 4856 0000`)
    expect(one().subarray(0, head.length)).toEqual(head)
  })

  it("opens with a handshake and closes both sides", () => {
    expect(packets(one()).map((packet) => [tcp(packet).from, tcp(packet).flags])).toEqual([
      [49_152, 0x02],
      [5000, 0x12],
      [49_152, 0x10],
      [49_152, 0x11],
      [5000, 0x11],
      [49_152, 0x10]
    ])
  })

  it("numbers the bytes of each side and acknowledges those of the other", () => {
    const file = one(
      { from: "active", bytes: hex("01 02 03") },
      { from: "passive", bytes: hex("04") },
      { from: "active", bytes: hex("05 06") }
    )
    const sent = { 49_152: 0x1000_0000, 5000: 0x2000_0000 } as Record<number, number>
    const seen: Record<number, Array<number>> = { 49_152: [], 5000: [] }
    for (const packet of packets(file)) {
      const { acknowledged, bytes, flags, from, sequence, to } = tcp(packet)
      expect(sequence).toBe(sent[from])
      if ((flags & 0x10) !== 0) expect(acknowledged).toBe(sent[to])
      sent[from]! += bytes.length + ((flags & 0x03) === 0 ? 0 : 1)
      seen[from]!.push(...bytes)
    }
    expect(seen).toEqual({ 49_152: [1, 2, 3, 5, 6], 5000: [4] })
  })

  it("writes checksums that hold for even and odd lengths", () => {
    const file = one(
      ...[0, 1, 2, 3, 1460, 65_495].map((length) => ({
        from: "active" as const,
        bytes: Uint8Array.from({ length }, (_, i) => i * 7)
      }))
    )
    for (const packet of packets(file)) {
      expect(sum(packet.subarray(14, 34))).toBe(0xffff)
      expect(sum(pseudo(packet))).toBe(0xffff)
    }
  })

  it("stamps packets a microsecond apart", () => {
    const view = new DataView(one().buffer)
    expect([view.getUint32(24), view.getUint32(28)]).toEqual([0, 0])
    expect([view.getUint32(24 + 70), view.getUint32(28 + 70)]).toEqual([0, 1])
  })

  it("keeps conversations apart by their ports", () => {
    const file = Pcap.write([49_152, 49_153].map((activePort) => ({ activePort, passivePort: 5000, segments: [] })))
    expect(
      packets(file)
        .map((packet) => tcp(packet))
        .map(({ from, to }) => Math.max(from, to))
    ).toEqual([...Array.from({ length: 6 }, () => 49_152), ...Array.from({ length: 6 }, () => 49_153)])
  })

  it("cuts bytes into segments of the given lengths, again and again, and none above the maximum", () => {
    const lengths = (bytes: number, at?: ReadonlyArray<number>) =>
      Pcap.cut("active", new Uint8Array(bytes), at).map((segment) => segment.bytes.length)
    expect(lengths(10, [1, 3])).toEqual([1, 3, 1, 3, 1, 1])
    expect(lengths(70_000)).toEqual([65_495, 4505])
    expect(lengths(3, [0])).toEqual([1, 1, 1])
    expect(lengths(0, [1])).toEqual([])
  })
})

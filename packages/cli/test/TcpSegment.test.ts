import { assert, describe, it } from "@effect/vitest"
import * as TcpSegment from "../src/logs/TcpSegment.ts"
import { ACK, concat, FIN, ip4, ip6, links, RST, SYN, tcp, type Tcp } from "./support/captures.ts"
import { Bytes, Natural } from "./support/draw.ts"

const payload = Uint8Array.of(0, 0, 0, 10, 0xff, 0xff)
const segment: Tcp = { from: "active", sequence: 0xffff_fffe, acknowledged: 7, payload }

const expected = {
  source: "192.0.2.1:49152",
  target: "192.0.2.2:5000",
  sourcePort: 49_152,
  targetPort: 5000,
  sequence: 0xffff_fffe,
  acknowledged: 7,
  syn: false,
  fin: false,
  rst: false,
  payload,
  length: 6
}

describe("TcpSegment", () => {
  it.each(Object.entries(links))("reads the segment in a packet of link %s", (_, { head, number }) => {
    assert.deepStrictEqual(TcpSegment.read(number, concat(head, ip4("active", tcp(segment)))), expected)
  })

  it("reads IPv6, also behind headers of its own", () => {
    const v6 = {
      ...expected,
      source: "[2001:db8::1]:49152",
      target: "[2001:db8::2]:5000"
    }
    const hops = Uint8Array.of(60, 0, 1, 4, 0, 0, 0, 0)
    const options = concat([44, 1], new Uint8Array(14))
    const whole = Uint8Array.of(6, 0, 0, 0, 0, 0, 0, 1)
    for (const packet of [ip6("active", tcp(segment)), ip6("active", tcp(segment), concat(hops, options, whole), 0)]) {
      assert.deepStrictEqual(TcpSegment.read(101, packet), v6)
      const head = [...links.ethernet.head.slice(0, 12), 0x86, 0xdd]
      assert.deepStrictEqual(TcpSegment.read(1, concat(head, packet)), v6)
    }
  })

  it.each([
    [SYN, { syn: true, acknowledged: undefined }],
    [SYN | ACK, { syn: true, acknowledged: 7 }],
    [FIN | ACK, { fin: true, acknowledged: 7 }],
    [RST, { rst: true, acknowledged: undefined }]
  ] as const)("reads flags %d", (flags, seen) => {
    assert.deepInclude(TcpSegment.read(101, ip4("active", tcp({ ...segment, flags }))), seen)
  })

  it("leaves out what Ethernet pads behind a short packet", () => {
    const bytes = concat(links.ethernet.head, ip4("active", tcp({ ...segment, payload: new Uint8Array(0) })), [1, 2, 3])
    assert.deepInclude(TcpSegment.read(1, bytes), { length: 0, payload: new Uint8Array(0) })
  })

  it("tells how long the payload was where the capture cut it", () => {
    const bytes = concat(links.ethernet.head, ip4("active", tcp(segment)))
    assert.deepInclude(TcpSegment.read(1, bytes.slice(0, -4), bytes.length), {
      length: 6,
      payload: payload.subarray(0, 2)
    })
  })

  it("takes the length of the packet where IP says none, as a card that cuts packets itself leaves it", () => {
    const bytes = concat(links.ethernet.head, ip4("active", tcp(segment)))
    bytes[16] = 0
    bytes[17] = 0
    assert.deepStrictEqual(TcpSegment.read(1, bytes), expected)
  })

  const udp = ip4("active", tcp(segment))
  udp[9] = 17
  it.each([
    ["UDP", 101, udp, "Other"],
    ["ARP", 1, concat(links.ethernet.head.slice(0, 12), [8, 6], new Uint8Array(28)), "Other"],
    ["a later fragment", 101, ip4("active", tcp(segment), 3), "Fragment"],
    ["a first fragment", 101, ip4("active", tcp(segment), 0x2000), "Fragment"],
    ["a fragment of IPv6", 101, ip6("active", tcp(segment), Uint8Array.of(6, 0, 0, 9, 0, 0, 0, 1), 44), "Fragment"],
    ["half a header of IPv4", 101, udp.slice(0, 12), "Truncated"],
    ["half a header of IPv6", 101, ip6("active", tcp(segment)).slice(0, 30), "Truncated"],
    ["half a header of TCP", 101, ip4("active", tcp(segment)).slice(0, 35), "Truncated"],
    ["nothing", 101, new Uint8Array(0), "Truncated"],
    ["a link of another kind", 147, udp, "UnknownLink"]
  ] as const)("says why there is no segment in %s", (_, link, bytes, why) => {
    assert.strictEqual(TcpSegment.read(link, bytes), why)
  })

  it.prop("gives a segment or why not for any bytes on any link", [Natural(300), Bytes], ([link, bytes]) => {
    for (const { head, number } of [{ head: [], number: link }, ...Object.values(links)]) {
      for (const version of [0x45, 0x60]) {
        const read = TcpSegment.read(number, concat(head, [version], bytes))
        if (typeof read !== "string") assert.isAtMost(read.payload.length, read.length)
      }
    }
  })
})

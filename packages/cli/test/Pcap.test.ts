import { assert, describe, it } from "@effect/vitest"
import * as Pcap from "../src/logs/Pcap.ts"
import { block, type Captured, concat, pcap, pcapng, section } from "./support/captures.ts"
import { Bytes, cut, draw, seeded, Seed } from "./support/draw.ts"

interface Seen {
  readonly number: number
  readonly offset: number
  readonly at: number | undefined
  readonly link: number
  readonly bytes: ReadonlyArray<number>
  readonly length: number
}

const read = (pieces: ReadonlyArray<Uint8Array>) => {
  const reader = Pcap.make()
  const packets: Array<Seen> = []
  for (const piece of pieces) {
    // Whoever owns the piece may use it again.
    const lent = piece.slice()
    reader.push(lent, (packet) => packets.push({ ...packet, bytes: [...packet.bytes] }))
    lent.fill(0xee)
  }
  return { packets, error: reader.end() }
}

const packets: ReadonlyArray<Captured> = [
  { at: 1_560_006_877_402.123, bytes: Uint8Array.of(1, 2, 3) },
  { at: 1_560_006_877_403, bytes: new Uint8Array(0) },
  { at: 1_560_006_880_000, bytes: Uint8Array.from({ length: 100 }, (_, i) => i), length: 1500 }
]

describe("Pcap", () => {
  const files = {
    "pcap, microseconds, high byte first": pcap(packets),
    "pcap, microseconds, low byte first": pcap(packets, { little: true }),
    "pcap, nanoseconds, high byte first": pcap(packets, { nanoseconds: true }),
    "pcap, nanoseconds, low byte first": pcap(packets, { nanoseconds: true, little: true }),
    "pcapng, high byte first": pcapng(packets),
    "pcapng, low byte first": pcapng(packets, { little: true }),
    "pcapng, nanoseconds": pcapng(packets, { little: true, resolution: 9 }),
    "pcapng, units of 2^-20 s": pcapng(packets, { resolution: 0x80 + 20 }),
    "pcapng, picoseconds": pcapng(packets, { resolution: 12, offset: 1_560_006_000 }),
    "pcapng, with seconds to add": pcapng(packets, { offset: 1_560_006_000, little: true }),
    "pcapng, old packet blocks": pcapng(packets, { kind: "old", little: true })
  }

  it.each(Object.entries(files))("reads %s", (_, file) => {
    const { error, packets: seen } = read([file])
    assert.isUndefined(error)
    assert.deepStrictEqual(
      seen.map(({ bytes, length, link, number }) => ({ bytes, length, link, number })),
      packets.map(({ bytes, length = bytes.length }, i) => ({ bytes: [...bytes], length, link: 1, number: i + 1 }))
    )
    seen.forEach(({ at }, i) => assert.closeTo(at!, packets[i]!.at, 0.0015))
  })

  it.each(Object.entries(files))("reads the same from pieces of any length: %s", (_, file) => {
    const whole = read([file])
    for (let seed = 0; seed < 20; seed++) assert.deepStrictEqual(read(cut(file, draw(seed), 1 + seed * 10)), whole)
  })

  it("reads packets without a time from simple packet blocks", () => {
    const { error, packets: seen } = read([pcapng(packets, { kind: "simple" })])
    assert.isUndefined(error)
    assert.deepStrictEqual(
      seen.map(({ at }) => at),
      [undefined, undefined, undefined]
    )
    assert.deepStrictEqual(seen[0]!.bytes, [1, 2, 3])
  })

  it("reads sections one after the other, each in its byte order and with its interfaces", () => {
    const { error, packets: seen } = read([concat(pcapng(packets), pcapng(packets, { little: true, link: 101 }))])
    assert.isUndefined(error)
    assert.deepStrictEqual(
      seen.map(({ link, number }) => [number, link]),
      [
        [1, 1],
        [2, 1],
        [3, 1],
        [4, 101],
        [5, 101],
        [6, 101]
      ]
    )
  })

  it("says where each packet stands in the file", () => {
    const offsets = [24, 24 + 19, 24 + 19 + 16]
    assert.deepStrictEqual(
      read([pcap(packets)]).packets.map(({ offset }) => offset),
      offsets
    )
  })

  it("knows a capture by its first bytes", () => {
    for (const file of Object.values(files)) assert.isTrue(Pcap.isCapture(file))
    assert.isFalse(Pcap.isCapture(Uint8Array.of(0xa1, 0xb2)))
    assert.isFalse(Pcap.isCapture(new TextEncoder().encode("S1F1 W.")))
  })

  it.each([
    ["another file", new TextEncoder().encode("S1F1 W. and more"), 0, 0, "UnknownMagic"],
    ["nothing", new Uint8Array(0), 0, 0, "CutOff"],
    ["half a file header", pcap([]).slice(0, 20), 0, 0, "CutOff"],
    ["half a packet header", pcap(packets).slice(0, 24 + 19 + 10), 43, 1, "CutOff"],
    ["half a packet", pcap(packets).slice(0, -1), 59, 2, "CutOff"],
    [
      "a packet of 2 GB",
      concat(pcap(packets), [0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0]),
      175,
      3,
      "BadLength"
    ],
    ["half a block", pcapng(packets).slice(0, -1), 28 + 36 + 20 + 412 + 36 + 32, 2, "CutOff"],
    [
      "half a block of a vendor",
      concat(section(), block(0x0bad, new Uint8Array(100)).slice(0, 50)),
      28 + 50,
      0,
      "CutOff"
    ],
    ["a block of 11 bytes", concat(section(), [0, 0, 0, 6, 0, 0, 0, 11, 0, 0, 0, 0]), 28, 0, "BadLength"],
    [
      "a section of no byte order",
      concat([0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 28], new Uint8Array(20)),
      0,
      0,
      "UnknownMagic"
    ],
    ["two lengths", concat(section(), block(6, new Uint8Array(20)).slice(0, -1), [0]), 28, 0, "LengthsDiffer"],
    ["no interface", concat(section(), block(6, new Uint8Array(20))), 28, 0, "UnknownInterface"],
    ["an interface of two bytes", concat(section(), block(1, new Uint8Array(4))), 28, 0, "BadLength"]
  ] as const)("says where the file is wrong: %s", (_, file, offset, packets, reason) => {
    for (const pieces of [[file], cut(file, draw(1), 7)]) {
      const { error, packets: seen } = read(pieces)
      assert.strictEqual(error?.reason._tag, reason)
      assert.deepInclude(error, { offset, packets })
      assert.strictEqual(seen.length, packets)
    }
  })

  it("stays failed with the same error", () => {
    const reader = Pcap.make()
    const error = reader.push(new TextEncoder().encode("no capture"), () => {})
    assert.isDefined(error)
    assert.strictEqual(
      reader.push(pcap(packets), () => assert.fail("a packet")),
      error
    )
    assert.strictEqual(reader.end(), error)
  })

  it("says in a sentence what is wrong", () => {
    const { error } = read([pcap(packets).slice(0, -1)])
    assert.strictEqual(error?.message, "CutOff at byte 59, after 2 packets: a packet needs 116 bytes, 115 are left")
  })

  /** A file with a few bytes changed, cut short or repeated. */
  const Damaged = seeded((draw) => {
    const whole = Object.values(files)[draw(Object.keys(files).length)]!.slice()
    for (let n = draw(6); n > 0; n--) whole[draw(whole.length)] = draw(256)
    return draw(3) === 0 ? whole.slice(0, draw(whole.length)) : whole
  })

  it.prop(
    "gives packets and at most one error for any bytes, however they are cut",
    [Damaged, Bytes, Seed],
    ([damaged, bytes, seed]) => {
      for (const file of [damaged, bytes, concat(damaged, bytes)]) {
        const whole = read([file])
        assert.deepStrictEqual(read(cut(file, draw(seed), 50)), whole)
        for (const { bytes } of whole.packets) assert.isAtMost(bytes.length, file.length)
      }
    }
  )
})

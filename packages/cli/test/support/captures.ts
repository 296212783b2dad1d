/** Capture files made by hand: packets of every kind we read, and the two formats around them. */
import { Hsms, type Item, SecsMessage } from "@effect-secs/codec"
import * as Result from "effect/Result"
import type { Draw } from "./draw.ts"

export type Side = "active" | "passive"

export const concat = (...parts: ReadonlyArray<Iterable<number>>): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]))

const u16 = (value: number) => [(value >>> 8) & 0xff, value & 0xff]
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value)]

// --- packets -------------------------------------------------------------------------------------------------------

export const ports = { active: 49_152, passive: 5000 } as const
export const FIN = 0x01
export const SYN = 0x02
export const RST = 0x04
export const ACK = 0x10

export interface Tcp {
  readonly from: Side
  readonly sequence: number
  readonly acknowledged?: number
  readonly flags?: number
  readonly payload?: Uint8Array
  readonly ports?: Readonly<Record<Side, number>>
}

const other = (side: Side): Side => (side === "active" ? "passive" : "active")

export const tcp = ({ acknowledged = 0, flags = ACK, from, payload, ports: own = ports, sequence }: Tcp): Uint8Array =>
  concat(
    u16(own[from]),
    u16(own[other(from)]),
    u32(sequence),
    u32(acknowledged),
    [0x50, flags],
    u16(0xffff),
    [0, 0, 0, 0],
    payload ?? []
  )

/** Addresses that are set aside for documentation. */
const addresses4 = { active: [192, 0, 2, 1], passive: [192, 0, 2, 2] } as const
const addresses6 = {
  active: [...u16(0x2001), ...u16(0x0db8), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  passive: [...u16(0x2001), ...u16(0x0db8), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]
} as const

const sum = (bytes: ReadonlyArray<number>): number => {
  let total = 0
  for (let i = 0; i < bytes.length; i += 2) total += (bytes[i]! << 8) | bytes[i + 1]!
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
  return ~total & 0xffff
}

export const ip4 = (from: Side, content: Uint8Array, fragment = 0x4000): Uint8Array => {
  const head = (checksum: number) => [
    0x45,
    0,
    ...u16(20 + content.length),
    0,
    0,
    ...u16(fragment),
    64,
    6,
    ...u16(checksum),
    ...addresses4[from],
    ...addresses4[other(from)]
  ]
  return concat(head(sum(head(0))), content)
}

export const ip6 = (
  from: Side,
  content: Uint8Array,
  extensions: Uint8Array = new Uint8Array(0),
  next = 6
): Uint8Array =>
  concat(
    [0x60, 0, 0, 0],
    u16(extensions.length + content.length),
    [next, 64],
    addresses6[from],
    addresses6[other(from)],
    extensions,
    content
  )

const macs = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]

/** Link types, and what they put before IP version 4. */
export const links = {
  ethernet: { number: 1, head: [...macs, 8, 0] },
  vlan: { number: 1, head: [...macs, 0x81, 0, 0, 5, 8, 0] },
  doubleVlan: { number: 1, head: [...macs, 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0] },
  null: { number: 0, head: [2, 0, 0, 0] },
  loop: { number: 108, head: [0, 0, 0, 2] },
  raw: { number: 101, head: [] },
  ipv4: { number: 228, head: [] },
  sll: { number: 113, head: [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0] },
  sll2: { number: 276, head: [8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0] }
} as const

export const ethernet4 = (segment: Tcp): Uint8Array => concat(links.ethernet.head, ip4(segment.from, tcp(segment)))

// --- files ---------------------------------------------------------------------------------------------------------

export interface Captured {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly bytes: Uint8Array
  /** On the wire. */
  readonly length?: number
}

export interface PcapOptions {
  readonly link?: number
  readonly little?: boolean
  readonly nanoseconds?: boolean
}

const writer = (little: boolean) => ({
  two: (value: number) => (little ? u16(value).toReversed() : u16(value)),
  four: (value: number) => (little ? u32(value).toReversed() : u32(value))
})

export const pcap = (packets: ReadonlyArray<Captured>, options: PcapOptions = {}): Uint8Array => {
  const { link = 1, little = false, nanoseconds = false } = options
  const { four, two } = writer(little)
  return concat(
    four(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4),
    two(2),
    two(4),
    four(0),
    four(0),
    four(0x40000),
    four(link),
    ...packets.flatMap(({ at, bytes, length = bytes.length }) => [
      four(Math.floor(at / 1000)),
      four(Math.round((at % 1000) * (nanoseconds ? 1_000_000 : 1000))),
      four(bytes.length),
      four(length),
      bytes
    ])
  )
}

const pad = (bytes: Uint8Array): Uint8Array => concat(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4))

export const block = (type: number, content: Uint8Array, little = false): Uint8Array => {
  const { four } = writer(little)
  const length = 12 + content.length
  return concat(four(type), four(length), content, four(length))
}

export interface PcapngOptions extends PcapOptions {
  /** As the option if_tsresol says it. */
  readonly resolution?: number
  /** Seconds, as if_tsoffset says it. */
  readonly offset?: number
  readonly kind?: "enhanced" | "simple" | "old"
}

/** Units of a time stamp in a second. */
const units = (resolution: number): bigint =>
  resolution < 0x80 ? 10n ** BigInt(resolution) : 2n ** BigInt(resolution & 0x7f)

export const section = (little = false): Uint8Array => {
  const { four, two } = writer(little)
  return block(0x0a0d0d0a, concat(four(0x1a2b3c4d), two(1), two(0), four(0xffff_ffff), four(0xffff_ffff)), little)
}

export const pcapng = (packets: ReadonlyArray<Captured>, options: PcapngOptions = {}): Uint8Array => {
  const { kind = "enhanced", link = 1, little = false, offset, resolution } = options
  const { four, two } = writer(little)
  const description = concat(
    two(link),
    two(0),
    four(0),
    // A comment, which nobody reads.
    two(1),
    two(5),
    [104, 101, 108, 108, 111, 0, 0, 0],
    resolution === undefined ? [] : [...two(9), ...two(1), resolution, 0, 0, 0],
    offset === undefined
      ? []
      : [...two(14), ...two(8), ...(little ? [...four(offset), ...four(0)] : [...four(0), ...four(offset)])],
    four(0)
  )
  return concat(
    section(little),
    block(1, description, little),
    // A block of names, and one of a vendor.
    block(4, new Uint8Array(8), little),
    block(0x4000_0bad, new Uint8Array(400), little),
    ...packets.map(({ at, bytes, length = bytes.length }) => {
      const perSecond = units(resolution ?? 6)
      const whole = Math.floor(at / 1000)
      const time =
        BigInt(whole - (offset ?? 0)) * perSecond +
        (BigInt(Math.round((at - whole * 1000) * 1e6)) * perSecond) / 1_000_000_000n
      const stamp = [...four(Number(time >> 32n)), ...four(Number(time & 0xffff_ffffn))]
      if (kind === "simple") return block(3, concat(four(length), pad(bytes)), little)
      if (kind === "old") {
        return block(2, concat(two(0), two(7), stamp, four(bytes.length), four(length), pad(bytes)), little)
      }
      return block(6, concat(four(0), stamp, four(bytes.length), four(length), pad(bytes)), little)
    })
  )
}

// --- messages ------------------------------------------------------------------------------------------------------

export const frame = (message: Hsms.HsmsMessage): Uint8Array => Result.getOrThrow(Hsms.encode(message))

export const message = (stream: number, function_: number, systemBytes: number, item?: Item.Item): Uint8Array =>
  frame(
    Hsms.data(0, new SecsMessage.SecsMessage(stream, function_, function_ % 2 === 1 && stream !== 9, item), systemBytes)
  )

// --- conversations -------------------------------------------------------------------------------------------------

export interface Said {
  readonly from: Side
  readonly bytes: Uint8Array
}

export const starts = { active: 0xffff_ff00, passive: 0x2000_0000 } as const

/** The segments of a whole conversation, with true numbers; the first numbers are close to where they wrap around. */
export const conversation = (
  said: ReadonlyArray<Said>,
  from: number = 0,
  own: Readonly<Record<Side, number>> = ports
): ReadonlyArray<Tcp> => {
  const next: Record<Side, number> = { active: starts.active + from, passive: starts.passive + from }
  const segments: Array<Tcp> = []
  const send = (side: Side, flags: number, payload: Uint8Array = new Uint8Array(0)) => {
    const acknowledged = (flags & ACK) === 0 ? 0 : next[other(side)] >>> 0
    segments.push({ from: side, sequence: next[side] >>> 0, acknowledged, flags, payload, ports: own })
    next[side] += payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)
  }
  send("active", SYN)
  send("passive", SYN | ACK)
  send("active", ACK)
  for (const { bytes, from } of said) {
    send(from, ACK, bytes)
    send(other(from), ACK)
  }
  send("active", FIN | ACK)
  send("passive", FIN | ACK)
  send("active", ACK)
  return segments
}

/** Milliseconds of the first packet; each next one is a millisecond later. */
export const began = 1_560_006_877_000

export const captured = (segments: ReadonlyArray<Tcp>): ReadonlyArray<Captured> =>
  segments.map((segment, index) => ({ at: began + index, bytes: ethernet4(segment) }))

/** Cuts what a side says into segments of drawn lengths. */
export const segmented = (draw: Draw, from: Side, bytes: Uint8Array, longest = 60): ReadonlyArray<Said> => {
  const said: Array<Said> = []
  for (let at = 0; at < bytes.length;) {
    const length = 1 + draw(longest)
    said.push({ from, bytes: bytes.slice(at, at + length) })
    at += length
  }
  return said
}

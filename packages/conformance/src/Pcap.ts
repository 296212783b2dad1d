/**
 * Capture files of TCP conversations, in the classic pcap format, for programs that read what was on a wire. Pure: the
 * conversations need not have happened.
 *
 * Each conversation is a whole one, from SYN to FIN, with true sequence numbers and checksums, so that a reader puts
 * its byte streams together as it would those of a network. A segment stays a segment: what is cut or joined here is
 * cut or joined there.
 *
 * @see RFC 791, RFC 9293 and the pcap file format
 * @since 0.1.0
 */

/** The side that dials or the side that listens. */
export type Side = "active" | "passive"

/** Bytes one side sends at once, 1 to `maxSegment` of them. */
export interface Segment {
  readonly from: Side
  readonly bytes: Uint8Array
}

/** One TCP connection. */
export interface Conversation {
  /** Ports tell the conversations of a capture apart, so that no two may have both the same. */
  readonly activePort: number
  readonly passivePort: number
  readonly segments: ReadonlyArray<Segment>
}

/** What fits an IPv4 packet beside its headers. */
export const maxSegment = 65_535 - 40

/** Cuts bytes that one side sends into segments of these lengths, again and again; whole where there are none. */
export const cut = (
  from: Side,
  bytes: Uint8Array,
  lengths: ReadonlyArray<number> = [maxSegment]
): ReadonlyArray<Segment> => {
  const segments: Array<Segment> = []
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = Math.min(maxSegment, Math.max(1, lengths[i % lengths.length]!))
    segments.push({ from, bytes: bytes.subarray(at, at + length) })
    at += length
  }
  return segments
}

const macs = { active: [0x02, 0, 0, 0, 0, 1], passive: [0x02, 0, 0, 0, 0, 2] } as const
/** Of the block that is set aside for documentation. */
const addresses = { active: [192, 0, 2, 1], passive: [192, 0, 2, 2] } as const

const FIN = 0x01
const SYN = 0x02
const PSH = 0x08
const ACK = 0x10

const other = (side: Side): Side => (side === "active" ? "passive" : "active")

const uint16 = (value: number): ReadonlyArray<number> => [(value >>> 8) & 0xff, value & 0xff]
const uint32 = (value: number): ReadonlyArray<number> => [...uint16(value >>> 16), ...uint16(value)]

/** The ones' complement sum of 16-bit words that IPv4 and TCP share; an odd byte at the end counts as the higher one. */
const checksum = (...parts: ReadonlyArray<ArrayLike<number>>): number => {
  let sum = 0
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) sum += (part[i]! << 8) | (part[i + 1] ?? 0)
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return ~sum & 0xffff
}

/** Ethernet, IPv4 and TCP around the bytes. */
const packet = (
  ports: Readonly<Record<Side, number>>,
  from: Side,
  sequence: number,
  acknowledged: number,
  flags: number,
  bytes: Uint8Array
): Uint8Array => {
  const to = other(from)
  const tcp = (sum: number) => [
    ...uint16(ports[from]),
    ...uint16(ports[to]),
    ...uint32(sequence),
    ...uint32(acknowledged),
    // Five words of header.
    0x50,
    flags,
    ...uint16(0xffff),
    ...uint16(sum),
    ...uint16(0)
  ]
  const ip = (sum: number) => [
    // Version 4 and five words of header, length, no identification, not to be fragmented, 64 hops, TCP.
    0x45,
    0,
    ...uint16(40 + bytes.length),
    ...uint32(0x4000),
    64,
    6,
    ...uint16(sum),
    ...addresses[from],
    ...addresses[to]
  ]
  const pseudo = [...addresses[from], ...addresses[to], 0, 6, ...uint16(20 + bytes.length)]
  const headers = [
    ...macs[to],
    ...macs[from],
    ...uint16(0x0800),
    ...ip(checksum(ip(0))),
    ...tcp(checksum(pseudo, tcp(0), bytes))
  ]
  const out = new Uint8Array(headers.length + bytes.length)
  out.set(headers)
  out.set(bytes, headers.length)
  return out
}

/** The packets of one conversation, in the order of the wire. */
const packets = (conversation: Conversation): ReadonlyArray<Uint8Array> => {
  const ports = { active: conversation.activePort, passive: conversation.passivePort }
  const next = { active: 0x1000_0000, passive: 0x2000_0000 }
  const send = (from: Side, flags: number, bytes: Uint8Array = new Uint8Array(0)): Uint8Array => {
    const acknowledged = (flags & ACK) === 0 ? 0 : next[other(from)]
    const sent = packet(ports, from, next[from], acknowledged, flags, bytes)
    next[from] += bytes.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)
    return sent
  }
  return [
    send("active", SYN),
    send("passive", SYN | ACK),
    send("active", ACK),
    ...conversation.segments.flatMap(({ bytes, from }) => [send(from, PSH | ACK, bytes), send(other(from), ACK)]),
    send("active", FIN | ACK),
    send("passive", FIN | ACK),
    send("active", ACK)
  ]
}

/**
 * The capture file. Conversations follow one another, packets are a microsecond apart.
 *
 * @example
 * Pcap.write([{ activePort: 49152, passivePort: 5000, segments: Pcap.cut("active", frame, [1, 3]) }])
 */
export const write = (conversations: ReadonlyArray<Conversation>): Uint8Array => {
  const all = conversations.flatMap(packets)
  const file = new Uint8Array(all.reduce((size, { length }) => size + 16 + length, 24))
  const view = new DataView(file.buffer)
  // Magic number of microseconds, version 2.4, longest packet, link type Ethernet.
  view.setUint32(0, 0xa1b2c3d4)
  view.setUint16(4, 2)
  view.setUint16(6, 4)
  view.setUint32(16, 0x4_0000)
  view.setUint32(20, 1)
  let at = 24
  all.forEach((bytes, index) => {
    view.setUint32(at, Math.floor(index / 1_000_000))
    view.setUint32(at + 4, index % 1_000_000)
    view.setUint32(at + 8, bytes.length)
    view.setUint32(at + 12, bytes.length)
    file.set(bytes, at + 16)
    at += 16 + bytes.length
  })
  return file
}

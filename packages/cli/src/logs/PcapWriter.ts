/**
 * Capture files of what a session sends and receives, packet by packet, for Wireshark and `secs log`. Pure.
 *
 * What passes a session has no packets: each piece becomes one, with the addresses it would have had, true sequence
 * numbers and checksums. Of this side only the port is known, and not always that; its address is one set aside for
 * documentation.
 *
 * @see RFC 791, RFC 9293 and the pcap file format
 * @since 0.1.0
 */

/** @since 0.1.0 */
export interface PcapWriter {
  /** What a file begins with. */
  readonly header: Uint8Array
  /** The packets of a piece, and before the first of a connection those that open it. */
  readonly packets: (piece: Piece) => ReadonlyArray<Uint8Array>
}

/** Bytes that passed; as `Transport.Tapped` has them. */
export interface Piece {
  readonly direction: "sent" | "received"
  readonly bytes: Uint8Array
  /** Milliseconds since 1970. */
  readonly at: number
  /** Tells connections apart. */
  readonly connection: number
  /** `127.0.0.1:51234` */
  readonly peer: string
}

/** What fits an IPv4 packet beside its headers. */
const maxSegment = 65_535 - 40

const SYN = 0x02
const PSH = 0x08
const ACK = 0x10

interface End {
  readonly address: ReadonlyArray<number>
  readonly port: number
  /** Of its next byte. */
  sequence: number
}

interface Connection {
  readonly own: End
  readonly peer: End
}

/** Where an IPv4 peer is not what it is, as with IPv6 and names. */
const documentation = { own: [192, 0, 2, 1], peer: [192, 0, 2, 2] } as const

/** Ports the system gives to who dials begin here. */
const firstFreePort = 49_152

const ends = (peer: string, connection: number, ownPort: number | undefined): Connection => {
  const match = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3}):\d+$/.exec(peer)
  const address = match === null ? documentation.peer : match.slice(1).map((part) => Number(part) & 0xff)
  const port = Number(/:(\d+)$/.exec(peer)?.[1] ?? 0)
  return {
    own: {
      address: documentation.own,
      port: ownPort ?? firstFreePort + (connection % (65_536 - firstFreePort)),
      sequence: 0x1000_0000
    },
    peer: { address, port, sequence: 0x2000_0000 }
  }
}

const put16 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value >>> 8
  bytes[at + 1] = value
}

const put32 = (bytes: Uint8Array, at: number, value: number): void => {
  put16(bytes, at, value >>> 16)
  put16(bytes, at + 2, value)
}

/** The ones' complement sum of 16-bit words; an odd byte at the end counts as the higher one. */
const checksum = (bytes: Uint8Array, from: number, start: number): number => {
  let sum = start
  for (let at = from; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000)
  return ~sum & 0xffff
}

/** Behind the record's header: Ethernet, IPv4, TCP. */
const ethernet = 16
const ipv4 = ethernet + 14
const tcp = ipv4 + 20
const payload = tcp + 20

/** One record of the file: time, lengths, and the packet. Counts what it sends. */
const record = (from: End, to: End, flags: number, bytes: Uint8Array, at: number): Uint8Array => {
  const out = new Uint8Array(payload + bytes.length)
  put32(out, 0, Math.floor(at / 1000))
  put32(out, 4, Math.floor((at % 1000) * 1000))
  put32(out, 8, out.length - ethernet)
  put32(out, 12, out.length - ethernet)
  // Locally administered addresses that end as the IPv4 ones do, EtherType IPv4.
  out.set([2, 0, ...to.address, 2, 0, ...from.address, 8, 0], ethernet)
  // Version 4 and five words, total length, not to be fragmented, 64 hops, TCP.
  out.set([0x45, 0], ipv4)
  put16(out, ipv4 + 2, out.length - ipv4)
  put16(out, ipv4 + 6, 0x4000)
  out.set([64, 6], ipv4 + 8)
  out.set([...from.address, ...to.address], ipv4 + 12)
  put16(out, ipv4 + 10, checksum(out.subarray(0, tcp), ipv4, 0))
  put16(out, tcp, from.port)
  put16(out, tcp + 2, to.port)
  put32(out, tcp + 4, from.sequence)
  put32(out, tcp + 8, (flags & ACK) === 0 ? 0 : to.sequence)
  // Five words, flags, the largest window.
  out.set([0x50, flags, 0xff, 0xff], tcp + 12)
  out.set(bytes, payload)
  // The pseudo header: both addresses, which stand right before, protocol and length.
  put16(out, tcp + 16, checksum(out, ipv4 + 12, 6 + out.length - tcp))
  from.sequence = (from.sequence + bytes.length + ((flags & SYN) === 0 ? 0 : 1)) >>> 0
  return out
}

const nothing = new Uint8Array(0)

/**
 * A writer. `ownPort` is the port this side listens on; undefined for a side that dials.
 *
 * @since 0.1.0
 */
export const make = (ownPort: number | undefined): PcapWriter => {
  const connections = new Map<number, Connection>()
  const header = new Uint8Array(24)
  // Magic number of microseconds, version 2.4, longest packet, link type Ethernet.
  put32(header, 0, 0xa1b2_c3d4)
  put16(header, 4, 2)
  put16(header, 6, 4)
  put32(header, 16, 0x4_0000)
  put32(header, 20, 1)

  const open = ({ at, connection, peer }: Piece, out: Array<Uint8Array>): Connection => {
    const made = ends(peer, connection, ownPort)
    const [dials, listens] = ownPort === undefined ? [made.own, made.peer] : [made.peer, made.own]
    out.push(record(dials, listens, SYN, nothing, at), record(listens, dials, SYN | ACK, nothing, at))
    out.push(record(dials, listens, ACK, nothing, at))
    connections.set(connection, made)
    return made
  }

  return {
    header,
    packets: (piece) => {
      const out: Array<Uint8Array> = []
      const { own, peer } = connections.get(piece.connection) ?? open(piece, out)
      const [from, to] = piece.direction === "sent" ? [own, peer] : [peer, own]
      for (let at = 0; at < piece.bytes.length; at += maxSegment) {
        out.push(record(from, to, PSH | ACK, piece.bytes.subarray(at, at + maxSegment), piece.at))
      }
      return out
    }
  }
}

/**
 * One captured packet to the TCP segment in it. Pure.
 *
 * Below TCP there may be Ethernet with VLAN tags, Linux' cooked captures (SLL, SLL2), raw IP or the loopback of BSD; then
 * IPv4 or IPv6. Checksums are not looked at: captures on the sending machine do not have them yet.
 *
 * @see RFC 791, RFC 8200 and RFC 9293; the link types of tcpdump.org
 * @since 0.1.0
 */

/** @since 0.1.0 */
export interface TcpSegment {
  /** Addresses with their ports: `192.0.2.1:5000`, `[2001:db8::1]:5000`. */
  readonly source: string
  readonly target: string
  readonly sourcePort: number
  readonly targetPort: number
  readonly sequence: number
  readonly acknowledged: number | undefined
  readonly syn: boolean
  readonly fin: boolean
  readonly rst: boolean
  /** As captured: a view of the packet. */
  readonly payload: Uint8Array
  /** Bytes the payload had on the wire. */
  readonly length: number
}

/**
 * Why a packet gives no segment. `Other` is not TCP and nothing to worry about; the others hide what may be.
 *
 * @since 0.1.0
 */
export type NoSegment = "Other" | "Fragment" | "Truncated" | "UnknownLink"

const etherTypes = { ipv4: 0x0800, ipv6: 0x86dd } as const
/** Four bytes with the type of what follows behind them. */
const vlanTags: ReadonlyArray<number> = [0x8100, 0x88a8, 0x9100]

/** Link types by number. */
const links = { null: 0, ethernet: 1, raw: 101, loop: 108, sll: 113, ipv4: 228, ipv6: 229, sll2: 276 } as const
/** Raw IP had other numbers on some systems. */
const rawLinks: ReadonlyArray<number> = [links.raw, links.ipv4, links.ipv6, 12, 14]

const tcp = 6
const fragmentHeader = 44
/** Headers of IPv6 that stand before TCP: options for hops, routing, options for the destination. */
const extensionHeaders: ReadonlyArray<number> = [0, 43, 60]

/**
 * Reads a packet of the given link type. `length` is that of the packet on the wire, where not all was captured.
 *
 * @since 0.1.0
 */
export const read = (link: number, bytes: Uint8Array, length: number = bytes.length): TcpSegment | NoSegment => {
  const at = networkOffset(link, bytes)
  return typeof at === "string" ? at : readIp(bytes, at, length)
}

const uint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
const uint32 = (bytes: Uint8Array, at: number): number => uint16(bytes, at) * 0x1_0000 + uint16(bytes, at + 2)

/** Where IP begins. */
const networkOffset = (link: number, bytes: Uint8Array): number | NoSegment => {
  if (rawLinks.includes(link)) return 0
  switch (link) {
    case links.null:
    case links.loop:
      // Four bytes name the protocol family, in numbers that differ between systems: the version of IP says enough.
      return 4
    case links.ethernet:
      return payloadOf(bytes, 12)
    case links.sll:
      return payloadOf(bytes, 14)
    case links.sll2:
      return isIp(uint16(bytes, 0)) ? 20 : "Other"
    default:
      return "UnknownLink"
  }
}

const isIp = (type: number): boolean => type === etherTypes.ipv4 || type === etherTypes.ipv6

const payloadOf = (bytes: Uint8Array, typeAt: number): number | NoSegment => {
  let at = typeAt
  while (vlanTags.includes(uint16(bytes, at)) && at + 6 <= bytes.length) at += 4
  return isIp(uint16(bytes, at)) ? at + 2 : "Other"
}

const readIp = (bytes: Uint8Array, at: number, length: number): TcpSegment | NoSegment => {
  if (at >= bytes.length) return "Truncated"
  const version = bytes[at]! >>> 4
  return version === 4 ? readIp4(bytes, at, length) : version === 6 ? readIp6(bytes, at, length) : "Other"
}

const readIp4 = (bytes: Uint8Array, at: number, length: number): TcpSegment | NoSegment => {
  if (at + 20 > bytes.length) return "Truncated"
  const head = (bytes[at]! & 0xf) * 4
  if (bytes[at + 9] !== tcp || head < 20) return "Other"
  // More fragments, or not the first one.
  if ((uint16(bytes, at + 6) & 0x3fff) !== 0) return "Fragment"
  const total = uint16(bytes, at + 2)
  // 0 where the network card cuts what is longer than a packet.
  const end = total === 0 ? length : at + total
  return readTcp(bytes, at + head, end, (from) => dotted(bytes, from), at + 12, 4)
}

const readIp6 = (bytes: Uint8Array, at: number, length: number): TcpSegment | NoSegment => {
  if (at + 40 > bytes.length) return "Truncated"
  const payload = uint16(bytes, at + 4)
  const end = payload === 0 ? length : at + 40 + payload
  let next = bytes[at + 6]!
  let offset = at + 40
  while (next !== tcp) {
    if (offset + 8 > bytes.length) return extensionHeaders.includes(next) ? "Truncated" : "Other"
    if (next === fragmentHeader) {
      if ((uint16(bytes, offset + 2) & 0xfff9) !== 0) return "Fragment"
      next = bytes[offset]!
      offset += 8
    } else if (extensionHeaders.includes(next)) {
      next = bytes[offset]!
      offset += (bytes[offset + 1]! + 1) * 8
    } else return "Other"
  }
  return readTcp(bytes, offset, end, (from) => `[${colons(bytes, from)}]`, at + 8, 16)
}

const readTcp = (
  bytes: Uint8Array,
  at: number,
  end: number,
  address: (from: number) => string,
  addresses: number,
  width: number
): TcpSegment | NoSegment => {
  if (at + 20 > bytes.length) return "Truncated"
  const head = (bytes[at + 12]! >>> 4) * 4
  if (head < 20 || at + head > end) return "Other"
  const flags = bytes[at + 13]!
  const sourcePort = uint16(bytes, at)
  const targetPort = uint16(bytes, at + 2)
  return {
    source: `${address(addresses)}:${sourcePort}`,
    target: `${address(addresses + width)}:${targetPort}`,
    sourcePort,
    targetPort,
    sequence: uint32(bytes, at + 4),
    acknowledged: (flags & 0x10) === 0 ? undefined : uint32(bytes, at + 8),
    fin: (flags & 0x01) !== 0,
    syn: (flags & 0x02) !== 0,
    rst: (flags & 0x04) !== 0,
    // Short Ethernet frames are padded behind the packet.
    payload: bytes.subarray(Math.min(at + head, bytes.length), Math.min(end, bytes.length)),
    length: end - at - head
  }
}

const dotted = (bytes: Uint8Array, at: number): string =>
  `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`

/** The short form: `2001:db8::1`. */
const colons = (bytes: Uint8Array, at: number): string => {
  const groups = Array.from({ length: 8 }, (_, i) => uint16(bytes, at + i * 2))
  let best = { start: 0, length: 0 }
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (start + length < 8 && groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  const text = (from: ReadonlyArray<number>) => from.map((group) => group.toString(16)).join(":")
  return best.length < 2
    ? text(groups)
    : `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`
}

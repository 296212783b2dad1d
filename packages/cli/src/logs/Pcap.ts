/**
 * Capture files, pcap and pcapng, to packets. Pure: bytes in, packets out, piece by piece.
 *
 * Both byte orders; micro- and nanoseconds, and whatever resolution an interface of a pcapng file has. A file that is
 * none from some place on gives the packets before it and a `CaptureError`; a reader that failed stays failed. No more
 * than one packet is held, and nothing is allocated by an announced length.
 *
 * @see the libpcap file format; draft-ietf-opsawg-pcapng
 * @since 0.1.0
 */
import { CaptureError } from "./LogError.ts"

/** @since 0.1.0 */
export interface Packet {
  /** From 1, as Wireshark counts. */
  readonly number: number
  /** Bytes from the start of the file to the packet's header or block. */
  readonly offset: number
  /** Milliseconds since 1970, to about 0.25 µs; undefined where the file has no time for the packet. */
  readonly at: number | undefined
  /** How the packet begins: one of the link types of tcpdump.org. */
  readonly link: number
  /** As captured: perhaps less than there was. A view that is valid until the next `push`. */
  readonly bytes: Uint8Array
  /** Bytes of the packet on the wire. */
  readonly length: number
}

/** @since 0.1.0 */
export interface PcapReader {
  /** Calls `onPacket` with each packet that the piece completes. */
  readonly push: (piece: Uint8Array, onPacket: (packet: Packet) => void) => CaptureError | undefined
  /** An error where the file ended within a packet. */
  readonly end: () => CaptureError | undefined
}

/** More than any link carries, and a bound on what is held. */
const maximumPacket = 16 * 1024 * 1024

const magics = {
  microseconds: 0xa1b2c3d4,
  nanoseconds: 0xa1b23c4d,
  pcapng: 0x0a0d0d0a,
  byteOrder: 0x1a2b3c4d
} as const

const isMagic = (magic: number): boolean =>
  magic === magics.microseconds || magic === magics.nanoseconds || magic === magics.pcapng

/** True for the first bytes of a capture file. @since 0.1.0 */
export const isCapture = (head: Uint8Array): boolean => {
  if (head.length < 4) return false
  const view = new DataView(head.buffer, head.byteOffset, 4)
  return isMagic(view.getUint32(0)) || isMagic(view.getUint32(0, true))
}

interface Interface {
  readonly link: number
  /** Units of its time stamps in a second. */
  readonly resolution: bigint
  /** Seconds to add to them. */
  readonly offset: number
  /** Bytes of a packet that were kept; 0 where all were. */
  readonly kept: number
}

const blocks = { section: magics.pcapng, interface: 1, packet: 2, simplePacket: 3, enhancedPacket: 6 } as const

/** Heads of the blocks we read, and what belongs to them besides a packet. */
const maximumBlock = maximumPacket + 64 * 1024

/** What is to be done with the bytes at hand: they were taken, more are needed, or they are wrong. */
type Outcome = { readonly taken: number } | { readonly needed: number; readonly what: string } | CaptureError["reason"]

/** @since 0.1.0 */
export const make = (): PcapReader => new Reader()

class Reader implements PcapReader {
  #format: "unknown" | "pcap" | "pcapng" = "unknown"
  #little = false
  /** Of a pcap file, and of every packet of it. */
  #link = 0
  #perMillisecond = 1000
  #interfaces: Array<Interface> = []

  /** Bytes of a packet or block that is not complete. */
  #held = new Uint8Array(0)
  #size = 0
  #skip = 0
  #needed = { what: "the file header", needed: 24 }
  /** Of the first byte that is not taken yet. */
  #offset = 0
  #packets = 0
  #failure: CaptureError | undefined

  push(piece: Uint8Array, onPacket: (packet: Packet) => void): CaptureError | undefined {
    if (this.#failure !== undefined) return this.#failure
    const skipped = Math.min(this.#skip, piece.length)
    this.#skip -= skipped
    this.#offset += skipped
    if (skipped === piece.length) return undefined
    const rest = piece.subarray(skipped)
    if (this.#size === 0) {
      const taken = this.#take(rest, onPacket)
      this.#hold(rest.subarray(taken))
    } else {
      this.#hold(rest)
      const taken = this.#take(this.#held.subarray(0, this.#size), onPacket)
      this.#held.copyWithin(0, taken, this.#size)
      this.#size -= taken
    }
    return this.#failure
  }

  end(): CaptureError | undefined {
    if (this.#failure !== undefined) return this.#failure
    const missing = this.#skip > 0 || this.#size > 0 || this.#format === "unknown"
    if (missing) {
      const { needed, what } = this.#skip > 0 ? { needed: this.#skip, what: "a block" } : this.#needed
      this.#fail({ _tag: "CutOff", what, needed, left: this.#skip > 0 ? 0 : this.#size })
    }
    return this.#failure
  }

  #fail(reason: CaptureError["reason"]): void {
    this.#failure = new CaptureError({ offset: this.#offset, packets: this.#packets, reason })
    this.#held = new Uint8Array(0)
    this.#size = 0
  }

  #hold(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const size = this.#size + bytes.length
    if (size > this.#held.length) {
      const grown = new Uint8Array(Math.max(4096, size * 2))
      grown.set(this.#held.subarray(0, this.#size))
      this.#held = grown
    }
    this.#held.set(bytes, this.#size)
    this.#size = size
  }

  /** Takes all that is complete, and says how many bytes that were. */
  #take(bytes: Uint8Array, onPacket: (packet: Packet) => void): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    let at = 0
    while (at < bytes.length) {
      const outcome = this.#next(bytes, view, at, onPacket)
      if ("_tag" in outcome) {
        this.#fail(outcome)
        return bytes.length
      }
      if ("needed" in outcome) {
        this.#needed = outcome
        return at
      }
      const taken = Math.min(outcome.taken, bytes.length - at)
      this.#skip = outcome.taken - taken
      this.#offset += taken
      at += taken
    }
    return at
  }

  #next(bytes: Uint8Array, view: DataView, at: number, onPacket: (packet: Packet) => void): Outcome {
    if (this.#format === "pcap") return this.#record(bytes, view, at, onPacket)
    if (this.#format === "pcapng") return this.#block(bytes, view, at, onPacket)
    const left = bytes.length - at
    if (left < 4) return { what: "the file header", needed: 24 }
    const magic = view.getUint32(at)
    if (magic === magics.pcapng) {
      this.#format = "pcapng"
      return this.#block(bytes, view, at, onPacket)
    }
    this.#little = !isMagic(magic)
    const known = view.getUint32(at, this.#little)
    if (!isMagic(known)) return { _tag: "UnknownMagic", magic }
    if (left < 24) return { what: "the file header", needed: 24 }
    this.#format = "pcap"
    this.#perMillisecond = known === magics.nanoseconds ? 1_000_000 : 1000
    // The upper bits say how long a frame check sequence is.
    this.#link = view.getUint32(at + 20, this.#little) & 0xffff
    return { taken: 24 }
  }

  /** A packet of a pcap file: 16 bytes, and the packet. */
  #record(bytes: Uint8Array, view: DataView, at: number, onPacket: (packet: Packet) => void): Outcome {
    const left = bytes.length - at
    if (left < 16) return { what: "the header of a packet", needed: 16 }
    const captured = view.getUint32(at + 8, this.#little)
    if (captured > maximumPacket) {
      return { _tag: "BadLength", what: "a packet", length: captured, minimum: 0, maximum: maximumPacket }
    }
    if (left < 16 + captured) return { what: "a packet", needed: 16 + captured }
    onPacket({
      number: ++this.#packets,
      offset: this.#offset,
      at: view.getUint32(at, this.#little) * 1000 + view.getUint32(at + 4, this.#little) / this.#perMillisecond,
      link: this.#link,
      bytes: bytes.subarray(at + 16, at + 16 + captured),
      length: Math.max(captured, view.getUint32(at + 12, this.#little))
    })
    return { taken: 16 + captured }
  }

  /** A block of a pcapng file: type, length, content, and the length again. */
  #block(bytes: Uint8Array, view: DataView, at: number, onPacket: (packet: Packet) => void): Outcome {
    const left = bytes.length - at
    if (left < 12) return { what: "a block", needed: 12 }
    const section = view.getUint32(at) === magics.pcapng
    if (section) {
      const order = view.getUint32(at + 8)
      this.#little = order !== magics.byteOrder
      if (view.getUint32(at + 8, this.#little) !== magics.byteOrder) return { _tag: "UnknownMagic", magic: order }
    }
    const type = view.getUint32(at, this.#little)
    const length = view.getUint32(at + 4, this.#little)
    const read = Object.values<number>(blocks).includes(type)
    const maximum = read ? maximumBlock : 0xffff_fffc
    if (length < 12 || length > maximum || length % 4 !== 0) {
      return { _tag: "BadLength", what: "a block", length, minimum: 12, maximum }
    }
    if (!read) return { taken: length }
    if (left < length) return { what: "a block", needed: length }
    const behind = view.getUint32(at + length - 4, this.#little)
    if (behind !== length) return { _tag: "LengthsDiffer", before: length, behind }
    if (section) this.#interfaces = []
    const error =
      type === blocks.interface
        ? this.#describe(view, at + 8, at + length - 4)
        : section
          ? undefined
          : this.#packet(bytes, view, type, at + 8, at + length - 4, onPacket)
    return error ?? { taken: length }
  }

  /** An interface: link type, bytes kept of a packet, and options, of which two are about time. */
  #describe(view: DataView, start: number, end: number): CaptureError["reason"] | undefined {
    if (end - start < 8) return short("the description of an interface", end - start, 8)
    let resolution = 1_000_000n
    let offset = 0
    for (let at = start + 8; at + 4 <= end;) {
      const code = view.getUint16(at, this.#little)
      const length = view.getUint16(at + 2, this.#little)
      const value = at + 4
      if (code === 0 || value + length > end) break
      if (code === 9 && length === 1) {
        const power = view.getUint8(value)
        resolution = power < 0x80 ? 10n ** BigInt(power) : 2n ** BigInt(power & 0x7f)
      }
      if (code === 14 && length === 8) offset = Number(view.getBigInt64(value, this.#little))
      at = value + Math.ceil(length / 4) * 4
    }
    const link = view.getUint16(start, this.#little)
    this.#interfaces.push({ link, resolution, offset, kept: view.getUint32(start + 4, this.#little) })
    return undefined
  }

  #packet(
    bytes: Uint8Array,
    view: DataView,
    type: number,
    start: number,
    end: number,
    onPacket: (packet: Packet) => void
  ): CaptureError["reason"] | undefined {
    const simple = type === blocks.simplePacket
    const head = simple ? 4 : 20
    if (end - start < head) return short("the head of a packet", end - start, head)
    // The old packet block has two bytes of the interface, and two of dropped packets.
    const index = simple
      ? 0
      : type === blocks.packet
        ? view.getUint16(start, this.#little)
        : view.getUint32(start, this.#little)
    const on = this.#interfaces[index]
    if (on === undefined) return { _tag: "UnknownInterface", interface: index, known: this.#interfaces.length }
    const length = view.getUint32(start + head - 4, this.#little)
    const room = end - start - head
    const captured = simple
      ? Math.min(length, room, on.kept === 0 ? length : on.kept)
      : view.getUint32(start + 12, this.#little)
    if (captured > room) return { _tag: "BadLength", what: "a packet", length: captured, minimum: 0, maximum: room }
    onPacket({
      number: ++this.#packets,
      offset: this.#offset,
      at: simple ? undefined : this.#time(on, view, start + 4),
      link: on.link,
      bytes: bytes.subarray(start + head, start + head + captured),
      length: Math.max(captured, length)
    })
    return undefined
  }

  #time({ offset, resolution }: Interface, view: DataView, at: number): number {
    const high = view.getUint32(at, this.#little)
    const low = view.getUint32(at + 4, this.#little)
    if (resolution === 1_000_000n && high < 0x20_0000) return (high * 2 ** 32 + low) / 1000 + offset * 1000
    const units = (BigInt(high) << 32n) | BigInt(low)
    // The quotient of two numbers that need not fit, so that a fine clock keeps its milliseconds.
    const fraction = Number(((units % resolution) * 1_000_000_000_000n) / resolution) / 1_000_000_000
    return Number(units / resolution) * 1000 + fraction + offset * 1000
  }
}

const short = (what: string, length: number, minimum: number): CaptureError["reason"] => ({
  _tag: "BadLength",
  what,
  length,
  minimum,
  maximum: maximumBlock
})

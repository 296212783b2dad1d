/**
 * The events of a capture file: packets to TCP connections, these to HSMS messages. Pure.
 *
 * Connections of other protocols are passed over and counted. The time of a message is that of the packet that completes
 * it.
 *
 * @since 0.1.0
 */
import * as FrameEvent from "./FrameEvent.ts"
import * as HsmsStream from "./HsmsStream.ts"
import type { LogEvent, LogReader, Place } from "./LogEvent.ts"
import type { LogTime } from "./LogTime.ts"
import { counted } from "../Counts.ts"
import * as Pcap from "./Pcap.ts"
import * as TcpSegment from "./TcpSegment.ts"
import * as TcpStreams from "./TcpStreams.ts"

/** @since 0.1.0 */
export interface CaptureLogOptions {
  /** Only connections with this port at either end; what they carry is HSMS then. Else every connection is looked at. */
  readonly port?: number | undefined
}

/** Where and when a packet is. */
interface Moment {
  readonly place: Place
  readonly time: LogTime | undefined
}

interface Conversation {
  readonly name: string
  readonly opened: Moment
  readonly streams: { readonly [side in TcpStreams.Side]: HsmsStream.HsmsStream }
  /** It was told that the connection was made. */
  announced: boolean
}

const sides = ["active", "passive"] as const

const reasons: { readonly [why in Exclude<TcpSegment.NoSegment, "Other">]: string } = {
  Fragment: "IP fragments, which are not put together",
  Truncated: "packets too short to tell what they are",
  UnknownLink: "packets of a link type that is not known here"
}

/** The connections of packets that come one by one. @since 0.1.0 */
export interface PacketLog {
  readonly push: (packet: Pcap.Packet) => ReadonlyArray<LogEvent>
  readonly end: () => ReadonlyArray<LogEvent>
  readonly notes: () => ReadonlyArray<string>
}

/** @since 0.1.0 */
export const packets = (options: CaptureLogOptions = {}): PacketLog => new Packets(options)

class Packets implements PacketLog {
  readonly #port: number | undefined
  readonly #tcp = TcpStreams.make()
  readonly #conversations = new Map<TcpStreams.Connection, Conversation>()
  readonly #skipped = new Map<TcpSegment.NoSegment, number>()
  #others = 0
  #otherPorts = 0
  #last: Moment = { place: { _tag: "Packet", packet: 0, offset: 0 }, time: undefined }

  constructor({ port }: CaptureLogOptions) {
    this.#port = port
  }

  push(packet: Pcap.Packet): ReadonlyArray<LogEvent> {
    const segment = TcpSegment.read(packet.link, packet.bytes, packet.length)
    if (typeof segment === "string") {
      this.#skipped.set(segment, (this.#skipped.get(segment) ?? 0) + 1)
      return []
    }
    const port = this.#port
    if (port !== undefined && segment.sourcePort !== port && segment.targetPort !== port) {
      this.#otherPorts++
      return []
    }
    this.#last = {
      place: { _tag: "Packet", packet: packet.number, offset: packet.offset },
      time: packet.at === undefined ? undefined : { kind: "zoned", at: packet.at }
    }
    return this.#events(this.#tcp.push(segment))
  }

  end(): ReadonlyArray<LogEvent> {
    return this.#events(this.#tcp.end())
  }

  notes(): ReadonlyArray<string> {
    const notes = [...this.#skipped].flatMap(([why, count]) => (why === "Other" ? [] : [`${count} ${reasons[why]}`]))
    if (this.#otherPorts > 0) notes.push(`${counted(this.#otherPorts, "packet")} of other ports`)
    if (this.#others > 0)
      notes.push(`${counted(this.#others, "TCP connection")} that ${this.#others === 1 ? "is" : "are"} not HSMS`)
    return notes
  }

  #events(streams: ReadonlyArray<TcpStreams.StreamEvent>): ReadonlyArray<LogEvent> {
    const events: Array<LogEvent> = []
    for (const event of streams) this.#event(event, events)
    return events
  }

  #event(event: TcpStreams.StreamEvent, events: Array<LogEvent>): void {
    const { connection } = event
    if (event._tag === "Opened") {
      const { active, passive, whole } = connection
      const certain = this.#port !== undefined
      const stream = () => HsmsStream.make({ begins: whole, certain })
      const conversation = {
        name: `${active} > ${passive}`,
        opened: this.#last,
        streams: { active: stream(), passive: stream() },
        announced: false
      }
      this.#conversations.set(connection, conversation)
      return
    }
    const conversation = this.#conversations.get(connection)
    if (conversation === undefined) return
    switch (event._tag) {
      case "Bytes":
        this.#parts(connection, conversation, event.from, conversation.streams[event.from].push(event.bytes), events)
        return
      case "Gap":
        this.#parts(connection, conversation, event.from, conversation.streams[event.from].gap(event.bytes), events)
        return
      case "Closed":
        this.#conversations.delete(connection)
        if (conversation.streams.active.isHsms === true) this.#announce(connection, conversation, events)
        if (!conversation.announced) {
          this.#others++
          return
        }
        for (const from of sides) {
          this.#parts(connection, conversation, from, conversation.streams[from].end(), events)
        }
        if (event.how !== "captured") {
          events.push({
            _tag: "Disconnected",
            ...this.#last,
            from: undefined,
            connection: conversation.name,
            how: event.how
          })
        }
    }
  }

  #announce({ whole }: TcpStreams.Connection, conversation: Conversation, events: Array<LogEvent>): void {
    if (conversation.announced) return
    conversation.announced = true
    const { name, opened, streams } = conversation
    for (const side of sides) streams[side].confirm()
    if (whole) events.push({ _tag: "Connected", ...opened, from: "active", connection: name })
  }

  #parts(
    connection: TcpStreams.Connection,
    conversation: Conversation,
    from: TcpStreams.Side,
    parts: ReadonlyArray<HsmsStream.Part>,
    events: Array<LogEvent>
  ): void {
    const { name, streams } = conversation
    const { isHsms } = streams[from]
    if (isHsms === false && !conversation.announced) {
      this.#tcp.ignore(connection)
      this.#conversations.delete(connection)
      this.#others++
      return
    }
    if (isHsms === true) this.#announce(connection, conversation, events)
    const circumstances = { ...this.#last, from, connection: name }
    for (const part of parts) {
      events.push(
        part instanceof Uint8Array
          ? FrameEvent.make(part, circumstances)
          : { _tag: "Unreadable", ...circumstances, error: part }
      )
    }
  }
}

/**
 * Reads a pcap or pcapng file.
 *
 * @since 0.1.0
 */
export const make = (options: CaptureLogOptions = {}): LogReader => {
  const file = Pcap.make()
  const log = packets(options)
  const events: Array<LogEvent> = []
  let count = 0
  let failed = false
  const take = () => events.splice(0)
  const fail = (error: ReturnType<typeof file.end>): void => {
    if (error === undefined || failed) return
    failed = true
    const { offset, packets } = error
    events.push({
      _tag: "Unreadable",
      place: { _tag: "Packet", packet: packets + 1, offset },
      time: undefined,
      from: undefined,
      connection: undefined,
      error
    })
  }
  return {
    push: (piece) => {
      const error = file.push(piece, (packet) => {
        count++
        for (const event of log.push(packet)) events.push(event)
      })
      fail(error)
      return take()
    },
    end: () => {
      fail(file.end())
      for (const event of log.end()) events.push(event)
      return take()
    },
    extent: () => counted(count, "packet"),
    notes: () => log.notes()
  }
}

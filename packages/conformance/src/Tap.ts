/**
 * A tap on a transport: the bytes that pass, as TCP conversations that a capture file can hold. Connections without a byte
 * leave none.
 *
 * Segments are what was handed to the socket or came from it at once, in the order this side saw them, cut where they
 * are longer than a packet.
 *
 * @since 0.1.0
 */
import { Transport } from "@effect-secs/session"
import * as Pcap from "./Pcap.ts"

export interface Tap {
  /** The transport to use in place of the tapped one. */
  readonly transport: Transport.Transport["Service"]
  /** What has passed until now, one conversation for each channel that was opened. */
  readonly conversations: () => ReadonlyArray<Pcap.Conversation>
}

const firstActivePort = 49_152

/**
 * Taps a transport that belongs to the given side.
 *
 * @example
 * const tap = Tap.make("active", NodeTransport.makeConnect({ host: "127.0.0.1", port }))
 */
export const make = (side: Pcap.Side, tapped: Transport.Transport["Service"], passivePort = 5000): Tap => {
  const other = side === "active" ? "passive" : "active"
  const opened: Array<Array<Pcap.Segment>> = []
  return {
    conversations: () =>
      opened.flatMap((segments, index) => [
        { activePort: firstActivePort + index, passivePort, segments: [...segments] }
      ]),
    transport: Transport.tap(tapped, ({ bytes, connection, direction }) => {
      const segments = (opened[connection - 1] ??= [])
      segments.push(...Pcap.cut(direction === "sent" ? side : other, Uint8Array.from(bytes)))
    })
  }
}

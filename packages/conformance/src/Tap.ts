/**
 * A tap on a transport: the bytes that pass, as TCP conversations that a capture file can hold.
 *
 * Segments are what was handed to the socket or came from it at once, in the order this side saw them, cut where they
 * are longer than a packet.
 *
 * @since 0.1.0
 */
import type { Transport } from "@effect-secs/session"
import * as Effect from "effect/Effect"
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
      opened.map((segments, index) => ({ activePort: firstActivePort + index, passivePort, segments: [...segments] })),
    transport: {
      description: tapped.description,
      open: Effect.map(tapped.open, (channel): Transport.ByteChannel => {
        const segments: Array<Pcap.Segment> = []
        opened.push(segments)
        // Copies, as the buffers belong to others.
        const record = (from: Pcap.Side, buffers: ReadonlyArray<Uint8Array>): void => {
          for (const buffer of buffers) segments.push(...Pcap.cut(from, Uint8Array.from(buffer)))
        }
        return {
          peer: channel.peer,
          pull: Effect.tap(channel.pull, (chunks) => Effect.sync(() => record(other, chunks))),
          write: (buffers) =>
            Effect.suspend(() => {
              record(side, buffers)
              return channel.write(buffers)
            })
        }
      })
    }
  }
}

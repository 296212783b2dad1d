import { HsmsSession, Transport } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Effect, Layer } from "effect"
import { createWriteStream } from "node:fs"

// A pcap file of IPv4 packets, all numbers big-endian; this side is 192.0.2.1, the peer 192.0.2.2 with port 5000.
const headerOf = (linkType: number) => {
  const view = new DataView(new ArrayBuffer(24))
  view.setUint32(0, 0xa1b2c3d4)
  view.setUint16(4, 2)
  view.setUint16(6, 4)
  view.setUint32(16, 0xffff)
  view.setUint32(20, linkType)
  return new Uint8Array(view.buffer)
}

const packetOf = (tapped: Transport.Tapped, bytes: Uint8Array, sequence: number, acknowledged: number) => {
  const packet = new Uint8Array(16 + 40 + bytes.length)
  const view = new DataView(packet.buffer)
  // The time, and the length twice.
  view.setUint32(0, Math.floor(tapped.at / 1000))
  view.setUint32(4, (tapped.at % 1000) * 1000)
  view.setUint32(8, 40 + bytes.length)
  view.setUint32(12, 40 + bytes.length)
  // IPv4 without options, TCP inside.
  const [from, to] = tapped.direction === "sent" ? [1, 2] : [2, 1]
  view.setUint16(16, 0x4500)
  view.setUint16(18, 40 + bytes.length)
  view.setUint16(24, 0x4006)
  packet.set([192, 0, 2, from, 192, 0, 2, to], 28)
  // TCP without options: ports, numbers, PSH and ACK. Wireshark does not mind that checksums are 0.
  const ports = [49_151 + tapped.connection, 5000]
  view.setUint16(36, ports[from - 1]!)
  view.setUint16(38, ports[to - 1]!)
  view.setUint32(40, sequence)
  view.setUint32(44, acknowledged)
  view.setUint16(48, 0x5018)
  view.setUint16(50, 0xffff)
  packet.set(bytes, 56)
  return packet
}

const capture = (write: (bytes: Uint8Array) => void) => {
  const numbers = new Map<number, { sent: number; received: number }>()
  write(headerOf(228))
  return (tapped: Transport.Tapped) => {
    const next = numbers.get(tapped.connection) ?? { sent: 1, received: 1 }
    numbers.set(tapped.connection, next)
    const other = tapped.direction === "sent" ? "received" : "sent"
    for (let at = 0; at < tapped.bytes.length; at += 0xf000) {
      const bytes = tapped.bytes.subarray(at, at + 0xf000)
      write(packetOf(tapped, bytes, next[tapped.direction], next[other]))
      next[tapped.direction] += bytes.length
    }
  }
}

export const Etcher = (port: number, path: string) =>
  HsmsSession.layerActive({ sessionId: 0, name: "ETCH-07" }).pipe(
    Layer.provide(
      Layer.effect(
        Transport.Transport,
        Effect.gen(function* () {
          const file = yield* Effect.acquireRelease(
            Effect.sync(() => createWriteStream(path)),
            (file) => Effect.callback<void>((resume) => void file.end(() => resume(Effect.void)))
          )
          const transport = NodeTransport.makeConnect({ host: "127.0.0.1", port })
          return Transport.tap(
            transport,
            capture((bytes) => file.write(bytes))
          )
        })
      )
    )
  )

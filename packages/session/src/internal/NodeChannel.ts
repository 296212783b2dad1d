/**
 * The channel over one socket of `node:net` or `node:tls`. Opening and closing it is up to whoever has the socket.
 */
import * as Effect from "effect/Effect"
import type * as net from "node:net"
import { TransportError, type TransportReason } from "../SessionError.ts"
import type { ByteChannel } from "../Transport.ts"
import { reasonOf } from "./NodeReason.ts"

/** Bytes received and not taken, above which the socket is paused. */
const highWaterMark = 256 * 1024

/** Chunks from this size on have memory of their own that is worth giving back at once. */
const releasedFrom = 16 * 1024

/**
 * Frees what a chunk held. Left to the garbage collector, the chunks of large messages cost more than all else: memory
 * outside its heap makes it go through all of the heap, again and again.
 */
const release = (chunk: Uint8Array): void => {
  const buffer = chunk.buffer as ArrayBuffer & { readonly transfer?: (length: number) => void }
  if (chunk.length >= releasedFrom && chunk.length === buffer.byteLength) buffer.transfer?.(0)
}

/** Whoever reads a socket: given what has come, or why nothing more will. False when it wants no more for now. */
interface Reader {
  readonly take: (chunks: ReadonlyArray<Uint8Array>) => boolean
  readonly fail: (error: TransportError) => void
  /** It was interrupted. */
  left?: true
}

/** Reads and writes of one socket. Every end of it ends a `pull` that waits. */
export const channel = (socket: net.Socket, peer: string): ByteChannel => {
  let chunks: Array<Uint8Array> = []
  let size = 0
  let failure: TransportError | undefined
  let reader: Reader | undefined

  const give = (to: Reader, taken: ReadonlyArray<Uint8Array>): void => {
    // Whoever is done may read again before `take` returns, and whoever is interrupted meanwhile reads no more.
    reader = undefined
    if (to.take(taken) && !to.left) reader = to
  }
  /** From now on `to` is given what comes; what has come and how it ended come first. */
  const read = (to: Reader): Effect.Effect<void> => {
    const taken = chunks
    chunks = []
    size = 0
    if (socket.isPaused()) socket.resume()
    if (taken.length > 0) give(to, taken)
    else reader = to
    if (reader === to && failure !== undefined) {
      reader = undefined
      to.fail(failure)
    }
    return Effect.sync(() => {
      to.left = true
      if (reader === to) reader = undefined
    })
  }
  const fail = (operation: "read" | "write", reason: TransportReason): void => {
    failure ??= new TransportError({ operation, address: peer, reason })
    const to = reader
    reader = undefined
    to?.fail(failure)
  }
  socket.on("data", (chunk: Uint8Array) => {
    // The reading fiber goes on here and now.
    if (reader !== undefined) return give(reader, [chunk])
    chunks.push(chunk)
    size += chunk.length
    if (size >= highWaterMark) socket.pause()
  })
  socket.on("end", () => fail("read", { _tag: "Ended" }))
  socket.on("error", (cause) => fail("read", reasonOf(cause)))
  socket.on("close", () => fail("read", { _tag: "Closed" }))

  const drained: Effect.Effect<void, TransportError> = Effect.callback((resume) => {
    const off = () => {
      socket.off("drain", ok).off("close", lost)
    }
    const ok = () => {
      off()
      resume(Effect.void)
    }
    const lost = () => {
      off()
      resume(Effect.fail(failure!))
    }
    socket.on("drain", ok).on("close", lost)
    return Effect.sync(off)
  })

  return {
    peer,
    pull: Effect.callback((resume) =>
      read({
        take: (taken) => {
          resume(Effect.succeed(taken))
          return false
        },
        fail: (error) => resume(Effect.fail(error))
      })
    ),
    pullWhile: (take) =>
      Effect.callback((resume) =>
        read({
          take: (taken) => {
            try {
              const more = take(taken)
              for (const chunk of taken) release(chunk)
              if (more) return true
              resume(Effect.void)
            } catch (defect) {
              resume(Effect.die(defect))
            }
            return false
          },
          fail: (error) => resume(Effect.fail(error))
        })
      ),
    write: (buffers) =>
      Effect.suspend(() => {
        if (!socket.writable) {
          return Effect.fail(
            failure ?? new TransportError({ operation: "write", address: peer, reason: ended(socket) })
          )
        }
        return writeAll(socket, buffers) ? Effect.void : drained
      }),
    writeUnsafe: (buffers) => socket.writable && writeAll(socket, buffers)
  }
}

/** Why a socket takes no more bytes. Node tells of an error a moment after it has destroyed the socket for it. */
const ended = ({ errored }: net.Socket): TransportReason => (errored === null ? { _tag: "Closed" } : reasonOf(errored))

/** Batches up to this many bytes are copied together: one buffer costs the socket less than many. */
const joined = 16 * 1024

/** False when the socket has more to write than it likes to hold. */
const writeAll = (socket: net.Socket, buffers: ReadonlyArray<Uint8Array>): boolean => {
  if (buffers.length === 0) return !socket.writableNeedDrain
  if (buffers.length === 1) return socket.write(buffers[0]!)
  let size = 0
  for (const buffer of buffers) size += buffer.length
  if (size <= joined) {
    const all = Buffer.allocUnsafe(size)
    let at = 0
    for (const buffer of buffers) {
      all.set(buffer, at)
      at += buffer.length
    }
    return socket.write(all)
  }
  let room = true
  socket.cork()
  for (const buffer of buffers) room = socket.write(buffer)
  socket.uncork()
  return room
}

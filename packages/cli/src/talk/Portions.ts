/**
 * A transport that gives what comes in small portions, with a turn for everybody else between two.
 *
 * A socket may hand over megabytes in one turn of the event loop: a hundred thousand messages, of which a session makes
 * more events than it keeps for whoever looks on. Between portions they are taken.
 *
 * @since 0.1.0
 */
import type { Transport } from "@effect-secs/session"
import * as Effect from "effect/Effect"

/** Bytes of a portion: of the shortest messages, fewer than a session keeps events for. */
const portion = 16 * 1024

/** @since 0.1.0 */
export const portioned = (transport: Transport.Transport["Service"]): Transport.Transport["Service"] => ({
  description: transport.description,
  open: Effect.map(transport.open, (channel) => {
    let held: Array<Uint8Array> = []
    const next = (): ReadonlyArray<Uint8Array> => {
      const [first, ...rest] = held
      const given = first!.subarray(0, portion)
      held = given.length < first!.length ? [first!.subarray(portion), ...rest] : rest
      return [given]
    }
    const pull = Effect.suspend(() =>
      held.length > 0
        ? Effect.map(Effect.yieldNow, next)
        : Effect.map(channel.pull, (chunks) => {
            held = chunks.filter(({ length }) => length > 0)
            return held.length > 0 ? next() : chunks
          })
    )
    return { peer: channel.peer, pull, write: channel.write, writeUnsafe: channel.writeUnsafe }
  })
})

/**
 * Connections that are not taken.
 */
import * as FrameDecoder from "@effect-secs/codec/FrameDecoder"
import * as Hsms from "@effect-secs/codec/Hsms"
import * as HsmsHeader from "@effect-secs/codec/HsmsHeader"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { ByteChannel } from "../Transport.ts"
import type { Settings } from "./Settings.ts"

/** Answers Select.req with status 3, which tells the peer that this entity serves another connection. */
const answer = (settings: Settings, channel: ByteChannel): Effect.Effect<void> =>
  Effect.gen(function* () {
    const decoder = FrameDecoder.make({ maxFrameLength: HsmsHeader.length })
    while (true) {
      for (const chunk of yield* channel.pull) {
        const { error, frames } = decoder.push(chunk)
        if (frames.length > 0) {
          const first = Hsms.decode(frames[0]!)
          if (Result.isSuccess(first) && first.success._tag === "SelectReq") {
            const status = HsmsHeader.SelectStatus.Exhausted
            yield* channel.write([Hsms.encodeControl(Hsms.selectRsp(first.success, status))])
          }
          return
        }
        if (error !== undefined) return
      }
    }
  }).pipe(Effect.timeoutOption(settings.timers.t7), Effect.ignore)

/**
 * Turns connections away, whose Scopes close when that is done: each has T7 to ask for a session and is told that there
 * is none. Where so many wait for that already, it is done at once.
 */
export const make = (settings: Settings, maximum: number): ((channel: ByteChannel) => Effect.Effect<void>) => {
  let waiting = 0
  return (channel) =>
    Effect.suspend(() => {
      if (waiting >= maximum) return Effect.void
      waiting++
      return Effect.ensuring(
        answer(settings, channel),
        Effect.sync(() => {
          waiting--
        })
      )
    })
}

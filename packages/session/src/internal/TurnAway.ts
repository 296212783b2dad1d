/**
 * Connections that are not taken.
 */
import * as FrameDecoder from "@effect-secs/codec/FrameDecoder"
import * as Hsms from "@effect-secs/codec/Hsms"
import * as HsmsHeader from "@effect-secs/codec/HsmsHeader"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { ByteChannel } from "../Transport.ts"
import type { Settings } from "./Core.ts"

/** Answers Select.req with status 3, which tells the peer that this entity serves another connection, and closes. */
export const turnAway = (settings: Settings, channel: ByteChannel): Effect.Effect<void> =>
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

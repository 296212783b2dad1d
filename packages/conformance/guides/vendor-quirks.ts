import { QuirkProfile } from "@effect-secs/codec"
import { S2F41 } from "@effect-secs/messages/S2"
import { HsmsSession, Session } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Console, Effect, Layer, Schema, Stream } from "effect"

// What this equipment does otherwise, as a JSON file says it.
const json = `{
  "name": "ETCHER 1.0",
  "text": "gbk",
  "items": { "HCACK": { "format": "U1" }, "CEID": { "format": "A" } },
  "messages": { "S6F11": { "replyExpected": false } }
}`

// Fails with the place in the file that is wrong, or with the encoding that nobody knows.
export const profile = Schema.decodeUnknownEffect(Schema.fromJsonString(QuirkProfile.QuirkProfile))(json).pipe(
  Effect.flatMap((profile) => Effect.fromResult(QuirkProfile.make(profile)))
)

export const Host = (port: number) =>
  Layer.unwrap(
    Effect.map(profile, (profile) =>
      HsmsSession.layerActive({ sessionId: 0, dialogue: { profile } }).pipe(
        Layer.provide(NodeTransport.layerConnect({ host: "127.0.0.1", port }))
      )
    )
  )

// Each habit that the profile does not know is told once.
export const habits = Session.events.pipe(
  Stream.runForEach((event) =>
    event._tag === "Deviated" ? Console.log(`${event.deviation.subject}: ${event.deviation.kind}`) : Effect.void
  )
)

// The program is the same as for any other equipment.
export const start = Session.call(S2F41, { rcmd: "开始", parameters: [] })

import { Item, SecsMessage } from "@effect-secs/codec"
import { HsmsSession, Session } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Effect, Layer, Result, Stream } from "effect"

const { A, F4, L, U4 } = Item

// The session: waits to be dialled and selected, by one host after another.
export const Equipment = (port: number) =>
  HsmsSession.layerPassive({ sessionId: 0 }).pipe(Layer.provideMerge(NodeTransport.layerListen({ port })))

const variables: Record<number, Item.Item> = { 1001: F4(181.5), 1002: U4(90) }

// One answer for each primary; what is not known is aborted, so that no host waits for T3.
const answer = (primary: Session.InboundPrimary) => {
  const { message } = primary
  switch (message.name) {
    case "S1F1":
      return primary.reply(L(A("ETCHER"), A("1.0")))
    case "S1F3": {
      const ids = Result.getOrElse(Item.asItems(message.item), () => [])
      return primary.reply(
        L(
          ids.map((id) =>
            Result.match(Item.asNumber(id), { onSuccess: (svid) => variables[svid] ?? L(), onFailure: () => L() })
          )
        )
      )
    }
    default:
      return message.replyExpected ? primary.abort : Effect.void
  }
}

// S6F11: data id, event id, and one report with its values. The host answers S6F12.
const report = SecsMessage.primary(6, 11, L(U4(1), U4(100), L(L(U4(1), L(variables[1001]!, variables[1002]!)))))

export const equipment = Effect.gen(function* () {
  const session = yield* Session.Session
  yield* Effect.forkScoped(Session.serve(answer))

  // Each time a host selects, tell it an event.
  yield* session.changes.pipe(
    Stream.filter((state) => state === "Selected"),
    Stream.runForEach(() => Effect.ignore(session.request(report), { log: true }))
  )
})

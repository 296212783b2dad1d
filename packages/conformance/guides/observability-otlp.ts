import { Item, SecsMessage } from "@effect-secs/codec"
import { HsmsSession, Session } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { Otlp } from "effect/observability"

const { L, U4 } = Item

// Logs, metrics and spans of everything below go to an OpenTelemetry collector, `http://127.0.0.1:4318` by custom.
const Telemetry = (baseUrl: string) =>
  Otlp.layerJson({ baseUrl, resource: { serviceName: "fab-host" } }).pipe(Layer.provide(FetchHttpClient.layer))

const Etcher = (port: number) =>
  HsmsSession.layerActive({ sessionId: 0, name: "ETCH-07", metrics: true, spans: true }).pipe(
    Layer.provide(NodeTransport.layerConnect({ host: "127.0.0.1", port }))
  )

export const host = (port: number, collector: string) =>
  Effect.gen(function* () {
    const session = yield* Session.Session
    yield* Effect.forkScoped(
      Session.serve(({ abort, message }) => (message.replyExpected ? abort : Effect.void), { spans: true })
    )
    yield* session.awaitSelected
    // S1F3 is a span of its own below this one.
    return yield* session.request(SecsMessage.primary(1, 3, L(U4(1001)))).pipe(Effect.withSpan("read temperature"))
  }).pipe(Effect.scoped, Effect.provide(Etcher(port).pipe(Layer.provideMerge(Telemetry(collector)))))

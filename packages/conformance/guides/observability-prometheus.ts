import { HsmsSession } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Effect, Layer } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { createServer } from "node:http"

export const Etcher = (port: number) =>
  HsmsSession.layerActive({ sessionId: 0, name: "ETCH-07", metrics: { attributes: { line: "A" } } }).pipe(
    Layer.provide(NodeTransport.layerConnect({ host: "127.0.0.1", port }))
  )

// Answers every request with the metrics of the process, as they are at that moment. Gives its port.
export const serveMetrics = (port: number) =>
  Effect.gen(function* () {
    const context = yield* Effect.context()
    const server = createServer((_, response) => {
      response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
      response.end(PrometheusMetrics.formatUnsafe(context))
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        server.once("error", (error) => resume(Effect.die(error)))
        server.listen(port, "127.0.0.1", () => resume(Effect.void))
      }),
      () => Effect.sync(() => server.close().closeAllConnections())
    )
    const address = server.address()
    return typeof address === "object" && address !== null ? address.port : port
  })

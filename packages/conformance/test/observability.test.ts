import { assert, describe, it } from "@effect/vitest"
import { SecsMessage } from "@effect-secs/codec"
import { Session, SessionMetrics } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Console, Context, Effect, Layer, Logger, Metric } from "effect"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Equipment, equipment } from "../guides/first-equipment.ts"
import * as capture from "../guides/observability-capture.ts"
import * as logs from "../guides/observability-logs.ts"
import * as otlp from "../guides/observability-otlp.ts"
import * as prometheus from "../guides/observability-prometheus.ts"
import { root } from "../src/Repository.ts"
import * as Tshark from "../src/Tshark.ts"

interface Line {
  readonly message: string
  readonly level: string
  readonly annotations: Readonly<Record<string, unknown>>
}

/** The equipment of its guide, on a port of the system's choice. */
const listening = Effect.gen(function* () {
  const context = yield* Layer.build(Equipment(0))
  yield* equipment.pipe(Effect.provide(context), Effect.forkScoped)
  return Context.get(context, NodeTransport.Listening).port
})

/** Asks who is there, and answers what the equipment asks. */
const conversation = Effect.gen(function* () {
  yield* Effect.forkScoped(Session.serve((primary) => primary.reply()))
  yield* Session.awaitSelected
  return yield* Session.request(SecsMessage.primary(1, 1))
}).pipe(Effect.scoped)

const bounded = Effect.timeout("30 seconds")

/** Runs with what is printed collected, and metrics in a registry of its own. */
const apart = <A, E, R>(effect: (printed: ReadonlyArray<string>) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const printed: Array<string> = []
    const console: Console.Console = { ...globalThis.console, log: (line: string) => printed.push(line) }
    return effect(printed).pipe(
      Effect.provideService(Console.Console, console),
      Effect.provideService(Metric.MetricRegistry, new Map())
    )
  })

describe("the guide to observability", () => {
  it("lists every metric with its type", () => {
    const rows = [
      ...readFileSync(`${root}docs/guides/observability.md`, "utf8").matchAll(/^\| `(secs_\w+)` +\| (\w+)/gm)
    ]
    const metrics = Object.values(SessionMetrics).filter((value) => Metric.isMetric(value))
    assert.deepStrictEqual(
      rows.map(([, name, type]) => `${name} ${type}`).toSorted(),
      metrics.map(({ id, type }) => `${id} ${type.toLowerCase()}`).toSorted()
    )
  })

  it.live("logs a session as JSON, with session, peer and states to filter by", () =>
    apart((printed) =>
      Effect.gen(function* () {
        const port = yield* listening
        yield* Effect.provide(conversation, logs.Etcher(port))
        const lines = printed
          // The equipment has the default logger.
          .filter((line) => line.startsWith("{"))
          .map((line) => JSON.parse(line) as Line)
          .filter(({ annotations }) => annotations["session"] === "ETCH-07")
        const about = { session: "ETCH-07", sessionId: 0, peer: `127.0.0.1:${port}`, event: "StateChanged" }
        assert.deepStrictEqual(
          lines.map(({ annotations, level, message }) => ({ annotations, level, message })),
          [
            {
              annotations: { ...about, from: "NotSelected", to: "Selected" },
              level: "INFO",
              message: `ETCH-07: NotSelected -> Selected, peer 127.0.0.1:${port}`
            },
            {
              annotations: { ...about, from: "Selected", to: "NotConnected" },
              level: "INFO",
              message: `ETCH-07: Selected -> NotConnected, peer 127.0.0.1:${port}`
            }
          ]
        )
      }).pipe(bounded)
    )
  )

  it.effect("filters lines by session in the logger", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const logger = Logger.make<unknown, void>(({ message }) => void seen.push(message))
      const log = (session: string) => Effect.annotateLogs(Effect.log(session), { session })
      yield* Effect.provide(
        Effect.andThen(log("ETCH-07"), log("ETCH-08")),
        Logger.layer([logs.only("ETCH-07", logger)])
      )
      assert.deepStrictEqual(seen, [["ETCH-07"]])
    })
  )

  it.live("serves the Prometheus text of a real conversation over HTTP", () =>
    apart(() =>
      Effect.gen(function* () {
        const port = yield* listening
        const http = yield* prometheus.serveMetrics(0)
        const text = yield* Effect.gen(function* () {
          yield* conversation
          return yield* Effect.promise(() => fetch(`http://127.0.0.1:${http}/metrics`).then((answer) => answer.text()))
        }).pipe(Effect.provide(prometheus.Etcher(port)))
        const lines = text.split("\n")
        const labels = 'line="A",session="ETCH-07",role="host",mode="active"'
        for (const line of [
          "# TYPE secs_messages_total counter",
          "# HELP secs_selected 1 while the session is SELECTED",
          `secs_selected{${labels}} 1`,
          `secs_open_transactions{${labels}} 0`,
          `secs_connections_total{${labels}} 1`,
          `secs_selections_total{${labels}} 1`,
          `secs_transactions_total{${labels},outcome="Replied"} 1`,
          `secs_transactions_total{${labels},outcome="ReplyTimeout"} 0`,
          `secs_faults_total{${labels},fault="LinktestFailed"} 0`,
          "# TYPE secs_reply_duration_seconds histogram",
          `secs_reply_duration_seconds_bucket{${labels},le="+Inf"} 1`,
          `secs_reply_duration_seconds_count{${labels}} 1`
        ]) {
          assert.include(lines, line)
        }
        // Select.req and S1F1, and S6F12 where the event of the equipment was first.
        assert.match(text, new RegExp(`secs_messages_total{${labels},direction="sent",kind="control"} 1\n`))
        assert.match(text, new RegExp(`secs_messages_total{${labels},direction="sent",kind="data"} [12]\n`))
      }).pipe(bounded)
    )
  )

  it.live("sends spans, metrics and logs to an OpenTelemetry collector", () =>
    apart(() =>
      Effect.gen(function* () {
        const received: Array<{ readonly path: string; readonly body: string }> = []
        const collector = createServer((request, response) => {
          let body = ""
          request.setEncoding("utf8").on("data", (part: string) => (body += part))
          request.on("end", () => {
            received.push({ path: request.url ?? "", body })
            response.setHeader("content-type", "application/json").end("{}")
          })
        })
        yield* Effect.acquireRelease(
          Effect.callback<void>((resume) => void collector.listen(0, "127.0.0.1", () => resume(Effect.void))),
          () => Effect.sync(() => collector.close().closeAllConnections())
        )
        const address = collector.address()
        assert(typeof address === "object" && address !== null)
        const reply = yield* otlp.host(yield* listening, `http://127.0.0.1:${address.port}`)
        assert.strictEqual(reply.name, "S1F4")

        const sent = (path: string) =>
          received
            .filter((one) => one.path === path)
            .map((one) => one.body)
            .join("\n")
        for (const name of ['"read temperature"', '"S1F3"', '"secs.system_bytes"', '"secs.outcome"']) {
          assert.include(sent("/v1/traces"), name)
        }
        for (const name of ['"secs_transactions_total"', '"secs_reply_duration_seconds"', '"ETCH-07"']) {
          assert.include(sent("/v1/metrics"), name)
        }
        assert.include(sent("/v1/logs"), "ETCH-07: NotSelected -> Selected")
      }).pipe(bounded)
    )
  )

  it.live("writes a capture file in which Wireshark reads every message", () =>
    apart(() =>
      Effect.gen(function* () {
        const directory = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-secs-"))),
          (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
        )
        const file = join(directory, "etcher.pcap")
        yield* Effect.provide(conversation, capture.Etcher(yield* listening, file))
        const { complaints, messages } = yield* Tshark.read(readFileSync(file), 5000)
        assert.deepStrictEqual(complaints, [])
        const names = messages.map(({ data, sTypeName }) =>
          data === undefined ? sTypeName : `S${data.stream}F${data.function}`
        )
        assert.deepStrictEqual(names.slice(0, 2), ["Select.req", "Select.rsp"])
        assert.includeMembers(names, ["S1F1", "S1F2", "Separate.req"])
      }).pipe(bounded)
    )
  )
})

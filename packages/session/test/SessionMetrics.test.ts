import { assert, describe, it } from "@effect/vitest"
import { Item, SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import { HsmsSession, SessionMetrics, Transport } from "../src/index.ts"
import * as kit from "./kit.ts"

type Values = Readonly<Record<string, number>>

/** Runs with a registry of its own. */
const measured = <A, E, R>(
  effect: (registry: Metric.MetricRegistry) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const registry: Metric.MetricRegistry = new Map()
    return Effect.provideService(effect(registry), Metric.MetricRegistry, registry)
  })

/** All that is above 0, by name and labels; histograms by their number of values. `session`, `role` and `mode` left out. */
const counts: Effect.Effect<Values> = Effect.map(Metric.snapshot, (snapshot) => {
  const values: Record<string, number> = {}
  for (const { attributes = {}, id, ...series } of snapshot) {
    const labels = Object.entries(attributes)
      .filter(([key]) => !["session", "role", "mode", "unit"].includes(key))
      .map(([, value]) => value)
    const value =
      series.type === "Counter"
        ? series.state.count
        : series.type === "Gauge"
          ? series.state.value
          : series.type === "Histogram"
            ? series.state.count
            : Number.NaN
    if (value !== 0) values[[id.replace(/^secs_/, ""), ...labels].join(" ")] = Number(value)
  }
  return values
})

/** What has changed since. */
const change = (before: Values, after: Values): Values =>
  Object.fromEntries(
    [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .map((key) => [key, (after[key] ?? 0) - (before[key] ?? 0)] as const)
      .filter(([, difference]) => difference !== 0)
  )

const s1f1 = SecsMessage.primary(1, 1)

describe("metrics", () => {
  it.effect("are not in the registry unless they are asked for, nor are the numbers behind them", () =>
    measured((registry) =>
      Effect.gen(function* () {
        for (const options of [{}, { metrics: undefined }, { metrics: false }]) {
          const { peer, session } = yield* kit.passiveSelected(options)
          const request = yield* kit.start(session.request(s1f1))
          const { system } = yield* peer.next
          yield* peer.send(kit.data(1, 2, system))
          yield* kit.value(request)
          yield* peer.close
        }
        assert.strictEqual(registry.size, 0)
      })
    )
  )

  it.effect("have a name, a description and the labels of their session each", () =>
    measured(() =>
      Effect.gen(function* () {
        yield* kit.passiveConnected({ name: "ETCH-07", metrics: { attributes: { line: "A", session: "mine" } } })
        const snapshot = yield* Metric.snapshot
        const exported = Object.values(SessionMetrics)
          .filter((value) => Metric.isMetric(value))
          .map(({ id }) => id)
        assert.deepStrictEqual([...new Set(snapshot.map(({ id }) => id))].toSorted(), exported.toSorted())
        for (const { attributes, description, id, type } of snapshot) {
          assert.match(id, type === "Counter" ? /^secs_\w+_total$/ : /^secs_\w+(?<!_total)$/)
          assert.isString(description, id)
          const { line, mode, role, session } = attributes!
          assert.deepStrictEqual(
            { line, mode, role, session },
            { line: "A", mode: "passive", role: "equipment", session: "ETCH-07" }
          )
        }
      })
    )
  )

  it.effect("start at 0 for every outcome, fault and end that is known, so that a first one shows as an increase", () =>
    measured(() =>
      Effect.gen(function* () {
        yield* kit.passive({ metrics: true })
        const labels = (yield* Metric.snapshot).flatMap(({ attributes = {}, id }) =>
          [attributes["outcome"], attributes["fault"], attributes["reason"]]
            .filter((label) => label !== undefined)
            .map((label) => `${id} ${label}`)
        )
        assert.include(labels, "secs_transactions_total Replied")
        assert.include(labels, "secs_transactions_total ReplyTimeout")
        assert.include(labels, "secs_faults_total LinktestFailed")
        assert.include(labels, "secs_disconnections_total T7Expired")
        assert.strictEqual(labels.length, 13 + 15 + 11)
      })
    )
  )

  it.effect("count a whole conversation: replies, faults, every way a request ends, lost frames and a reconnect", () =>
    measured(() =>
      Effect.gen(function* () {
        const options = { metrics: true, timers: { t3: "45 seconds", linktest: "0 seconds" } } as const
        const { dial, peer, session } = yield* kit
          .passive(options)
          .pipe(Effect.flatMap((all) => Effect.map(all.dial, (peer) => ({ ...all, peer }))))
        let before: Values = {}
        const changed = Effect.gen(function* () {
          yield* kit.settle
          const after = yield* counts
          const difference = change(before, after)
          before = after
          return difference
        })
        const request = (message = s1f1) => kit.start(session.request(message))

        // TCP is up; then Select.
        assert.deepStrictEqual(yield* changed, { connections_total: 1 })
        yield* peer.send(kit.selectReq(1))
        yield* peer.next
        assert.deepStrictEqual(yield* changed, {
          "messages_total received control": 1,
          "messages_total sent control": 1,
          "wire_bytes_total received": 14,
          "wire_bytes_total sent": 14,
          selections_total: 1,
          selected: 1
        })

        // A reply after 250 ms.
        const replied = yield* request(SecsMessage.primary(1, 3, Item.A("abc")))
        const first = yield* peer.next
        yield* kit.pass("250 millis")
        assert.deepStrictEqual(yield* changed, {
          "messages_total sent data": 1,
          "wire_bytes_total sent": 19,
          open_transactions: 1,
          oldest_open_transaction_seconds: 0.25
        })
        yield* peer.send(kit.data(1, 4, first.system, "4101 41"))
        yield* kit.value(replied)
        assert.deepStrictEqual(yield* changed, {
          "messages_total received data": 1,
          "wire_bytes_total received": 17,
          "transactions_total Replied": 1,
          reply_duration_seconds: 1,
          open_transactions: -1,
          oldest_open_transaction_seconds: -0.25
        })
        assert.deepStrictEqual(before["reply_duration_seconds"], 1)

        // Each other way a request can end on a connection that lives.
        const aborted = yield* request()
        yield* peer.send(kit.data(1, 0, (yield* peer.next).system))
        const rejected = yield* request()
        yield* peer.send(kit.rejectReq((yield* peer.next).system, 4, 0, kit.device))
        const unexpected = yield* request()
        yield* peer.send(kit.data(1, 4, (yield* peer.next).system))
        const undecodable = yield* request()
        yield* peer.send(kit.data(1, 2, (yield* peer.next).system, "ff"))
        yield* peer.rest
        const interrupted = yield* request()
        yield* peer.next
        yield* Fiber.interrupt(interrupted)
        yield* kit.reason(yield* kit.start(session.request(new SecsMessage.SecsMessage(200, 1, true, undefined))))
        for (const fiber of [aborted, rejected, unexpected, undecodable]) yield* kit.reason(fiber)
        const ends = yield* changed
        assert.deepStrictEqual(
          Object.fromEntries(Object.entries(ends).filter(([key]) => /^(transactions|faults)/.test(key))),
          {
            "transactions_total Aborted": 1,
            "transactions_total Rejected": 1,
            "transactions_total UnexpectedReply": 1,
            "transactions_total UndecodableReply": 1,
            "transactions_total Interrupted": 1,
            "transactions_total Unsendable": 1,
            "faults_total Undecodable": 1
          }
        )

        // T3, and the reply that comes after it.
        const late = yield* request()
        const { system } = yield* peer.next
        yield* kit.pass("45 seconds")
        yield* kit.reason(late)
        yield* peer.rest
        yield* peer.send(kit.data(1, 2, system))
        assert.deepStrictEqual(yield* changed, {
          "messages_total sent data": 2, // the primary and S9F9
          "messages_total received data": 1,
          "wire_bytes_total sent": 14 + 26,
          "wire_bytes_total received": 14,
          "transactions_total ReplyTimeout": 1,
          "faults_total UnmatchedReply": 1
        })

        // The peer goes while one request waits for its reply.
        const lost = yield* request()
        yield* peer.next
        yield* peer.close
        yield* kit.reason(lost)
        assert.deepStrictEqual(yield* changed, {
          "messages_total sent data": 1,
          "wire_bytes_total sent": 14,
          "transactions_total ConnectionLost": 1,
          "disconnections_total TcpClosed": 1,
          selected: -1
        })

        // Nobody is there, then somebody dials again.
        yield* kit.reason(yield* request())
        const again = yield* dial
        yield* again.send(kit.selectReq(2))
        yield* again.next
        assert.deepStrictEqual(yield* changed, {
          "messages_total received control": 1,
          "messages_total sent control": 1,
          "wire_bytes_total received": 14,
          "wire_bytes_total sent": 14,
          "transactions_total NotSelected": 1,
          connections_total: 1,
          reconnects_total: 1,
          selections_total: 1,
          selected: 1
        })
      })
    )
  )

  it.effect(
    "count as sent what was handed to the socket; what waits behind it is a level, and lost with the connection",
    () =>
      measured(() =>
        Effect.gen(function* () {
          const { peer, session } = yield* kit.passiveSelected({ metrics: true }, { capacity: 64 })
          yield* peer.stopsReading
          const before = yield* counts
          const text = Item.B(new Uint8Array(200))
          const sends = []
          for (let i = 0; i < 3; i++) sends.push(yield* kit.start(session.send(SecsMessage.primary(6, 11, text))))
          const waiting = change(before, yield* counts)
          assert.deepStrictEqual(waiting, {
            "messages_total sent data": 1,
            "wire_bytes_total sent": 216,
            unwritten_frames: 3
          })
          yield* peer.close
          for (const fiber of sends) assert.strictEqual((yield* kit.reason(fiber))._tag, "ConnectionLost")
          assert.deepStrictEqual(change(before, yield* counts), {
            "messages_total sent data": 1,
            "wire_bytes_total sent": 216,
            "disconnections_total TcpClosed": 1,
            selected: -1
          })
        })
      )
  )

  it.effect("count linktests sent and those without an answer", () =>
    measured(() =>
      Effect.gen(function* () {
        const { peer } = yield* kit.passiveSelected({
          metrics: true,
          maxFailures: 2,
          timers: { linktest: "30 seconds", t6: "5 seconds" }
        })
        yield* kit.pass("30 seconds")
        yield* peer.send(kit.linktestRsp((yield* peer.next).system))
        yield* kit.pass("35 seconds")
        const one = yield* counts
        assert.deepStrictEqual([one["linktests_total"], one["faults_total LinktestFailed"]], [2, 1])
        yield* kit.pass("35 seconds")
        const two = yield* counts
        assert.deepStrictEqual(
          [two["linktests_total"], two["faults_total LinktestFailed"], two["disconnections_total T6Expired"]],
          [3, 2, 1]
        )
      })
    )
  )

  it.effect("tell how many primaries and bytes wait for a reader", () =>
    measured(() =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected({ metrics: true })
        yield* peer.send(kit.primary(1, 1, 2), kit.primary(1, 3, 3, "2102 0102"), kit.primary(1, 3, 4, "2101 01"))
        yield* kit.settle
        const waiting = yield* counts
        assert.deepStrictEqual([waiting["unread_primaries"], waiting["unread_primary_bytes"]], [3, 7])
        yield* kit.primaries(session)
        const read = yield* counts
        assert.deepStrictEqual([read["unread_primaries"], read["unread_primary_bytes"]], [undefined, undefined])
      })
    )
  )

  it.effect("put each reply time into its bucket, bounds included", () =>
    measured(() =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected({ metrics: true, timers: { t3: "120 seconds" } })
        for (const time of ["0 millis", "1 millis", "3 millis", "250 millis", "45 seconds", "61 seconds"] as const) {
          const request = yield* kit.start(session.request(s1f1))
          const { system } = yield* peer.next
          yield* kit.pass(time)
          yield* peer.send(kit.data(1, 2, system))
          yield* kit.value(request)
        }
        const series = (yield* Metric.snapshot).find(({ id }) => id === SessionMetrics.replyDuration.id)!
        assert.strictEqual(series.type, "Histogram")
        const { buckets, count, max, min, sum } = series.state as Metric.HistogramState
        assert.deepStrictEqual({ count, max, min }, { count: 6, max: 61, min: 0 })
        assert.closeTo(sum, 106.254, 1e-9)
        assert.deepStrictEqual(buckets, [
          [0.001, 2],
          [0.002, 2],
          [0.005, 3],
          [0.01, 3],
          [0.02, 3],
          [0.05, 3],
          [0.1, 3],
          [0.2, 3],
          [0.5, 4],
          [1, 4],
          [2, 4],
          [5, 4],
          [10, 4],
          [20, 4],
          [45, 5],
          [60, 5]
        ])
      })
    )
  )

  it.effect("give the age of the oldest request that waits, as of the moment they are read", () =>
    measured(() =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected({ metrics: true })
        const age = Effect.map(counts, (values) => [
          values["open_transactions"] ?? 0,
          values["oldest_open_transaction_seconds"] ?? 0
        ])
        assert.deepStrictEqual(yield* age, [0, 0])
        yield* kit.start(session.request(s1f1))
        const first = yield* peer.next
        yield* kit.pass("10 seconds")
        yield* kit.start(session.request(s1f1))
        yield* kit.pass("5 seconds")
        assert.deepStrictEqual(yield* age, [2, 15])
        yield* peer.send(kit.data(1, 2, first.system))
        yield* kit.settle
        assert.deepStrictEqual(yield* age, [1, 5])
      })
    )
  )

  it.effect("agree between two sessions that talk with each other", () =>
    measured(() =>
      Effect.gen(function* () {
        const transports = yield* Transport.makeMemory()
        const host = yield* HsmsSession.makeActive({ sessionId: 1, name: "host", metrics: true }).pipe(
          Effect.provideService(Transport.Transport, transports.active)
        )
        yield* HsmsSession.makePassive({ sessionId: 1, name: "equipment", metrics: true }).pipe(
          Effect.provideService(Transport.Transport, transports.passive)
        )
        yield* host.awaitSelected
        yield* host.linktest
        yield* kit.settle
        const of = (session: string, direction: string) =>
          Effect.map(Metric.snapshot, (snapshot) =>
            snapshot
              .filter(({ attributes }) => attributes?.["session"] === session && attributes["direction"] === direction)
              .map(({ attributes, state }) => [attributes?.["kind"], "count" in state ? state.count : undefined])
          )
        assert.deepStrictEqual(yield* of("host", "sent"), yield* of("equipment", "received"))
        assert.deepStrictEqual(yield* of("host", "received"), yield* of("equipment", "sent"))
        assert.deepStrictEqual(yield* of("host", "sent"), [
          ["data", 0],
          ["control", 2],
          [undefined, 28]
        ])
      })
    )
  )

  it.effect("lose the levels of a session that has ended and keep its counters, which the next one goes on with", () =>
    measured(() =>
      Effect.gen(function* () {
        const one = yield* kit.passiveSelected({ metrics: true })
        const gauges = Effect.map(Metric.snapshot, (all) => all.filter(({ type }) => type === "Gauge").length)
        assert.strictEqual(yield* gauges, 6)
        yield* one.close
        assert.strictEqual(yield* gauges, 0)
        const after = yield* counts
        assert.strictEqual(after["disconnections_total LocalClose"], 1)
        yield* kit.passiveSelected({ metrics: true })
        assert.strictEqual(yield* gauges, 6)
        const next = yield* counts
        assert.deepStrictEqual(
          [next["selections_total"], next["reconnects_total"], next["selected"]],
          [2, undefined, 1]
        )
      })
    )
  )

  it.effect("add up for sessions alike in all labels, and not for others", () =>
    measured(() =>
      Effect.gen(function* () {
        const one = yield* kit.passiveSelected({ metrics: true })
        yield* kit.passiveSelected({ metrics: true })
        yield* kit.passiveSelected({ name: "other", metrics: true })
        const selected = Effect.map(Metric.snapshot, (all) =>
          all
            .filter(({ id }) => id === SessionMetrics.selected.id)
            .map(({ attributes, state }) => [attributes?.["session"], "value" in state ? state.value : undefined])
        )
        assert.deepStrictEqual(yield* selected, [
          ["session 10", 2],
          ["other", 1]
        ])
        yield* one.close
        assert.deepStrictEqual(yield* selected, [
          ["session 10", 1],
          ["other", 1]
        ])
      })
    )
  )
})

import { assert, describe, it } from "@effect/vitest"
import { SecsMessage } from "@effect-secs/codec"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import type { HsmsSession } from "../src/index.ts"
import * as kit from "./kit.ts"

/** What watching a session leaves behind. */
interface Traces {
  /** How often the session asked its clock: events carry it, nothing else in a session does. */
  timesOfDay: number
  spans: number
  series: number
}

/** A conversation in both directions, and a fault. */
const traces = (options: Partial<HsmsSession.Options>, watched: boolean) =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const seen: Traces = { timesOfDay: 0, spans: 0, series: 0 }
    const counting: Clock.Clock = {
      currentTimeMillisUnsafe: () => {
        seen.timesOfDay++
        return clock.currentTimeMillisUnsafe()
      },
      currentTimeMillis: clock.currentTimeMillis,
      currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe(),
      currentTimeNanos: clock.currentTimeNanos,
      monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: clock.monotonicTimeNanos,
      sleep: (duration) => clock.sleep(duration)
    }
    const tracer = Tracer.make({
      span: (given) => {
        seen.spans++
        return new Tracer.NativeSpan(given)
      }
    })
    const registry: Metric.MetricRegistry = new Map()
    yield* Effect.gen(function* () {
      const { dial, session } = yield* Effect.provideService(kit.passive(options), Clock.Clock, counting)
      if (watched) yield* kit.start(Stream.runDrain(session.events))
      const primaries = yield* kit.primaries(session)
      const peer = yield* dial
      yield* peer.send(kit.selectReq(1))
      yield* peer.next
      const request = yield* kit.start(session.request(SecsMessage.primary(1, 1)))
      yield* peer.send(kit.data(1, 2, (yield* peer.next).system), kit.primary(1, 3, 7), kit.linktestRsp(9))
      yield* kit.value(request)
      yield* kit.settle
      yield* primaries[0]!.reply()
      yield* peer.close
    }).pipe(
      Effect.provideService(Tracer.Tracer, tracer),
      Effect.provideService(Metric.MetricRegistry, registry),
      Effect.provideService(References.MinimumLogLevel, "None")
    )
    seen.series = registry.size
    return seen
  })

describe("a session nobody watches", () => {
  it.effect("makes no event, opens no span and has no series", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* traces({}, false), { timesOfDay: 0, spans: 0, series: 0 })
    })
  )

  it.effect("differs in just that from one that is watched", () =>
    Effect.gen(function* () {
      const { series, spans, timesOfDay } = yield* traces({ metrics: true, spans: true }, true)
      // Two messages to select, two to request, two of the other side, the fault and its Reject.req, and the states.
      assert.isAbove(timesOfDay, 10)
      assert.strictEqual(spans, 1)
      assert.isAbove(series, 40)
    })
  )
})

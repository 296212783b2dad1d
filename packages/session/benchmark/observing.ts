/**
 * What it costs to watch a session: a round trip S1F1, S1F2 between two sessions over memory in one process, with each
 * way of watching on at both ends, against both ends with nothing on.
 *
 * All pairs live at once and take turns, in another order every round; a difference is that of two runs of one round.
 * Time is CPU time of the process, which other programs on the machine disturb least. `nothing, again` shows the noise.
 *
 * Run with `node --conditions=source packages/session/benchmark/observing.ts [rounds]`.
 */
import * as SecsMessage from "@effect-secs/codec/SecsMessage"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import * as HsmsSession from "../src/HsmsSession.ts"
import * as Session from "../src/Session.ts"
import * as Transport from "../src/Transport.ts"

const variants = {
  nothing: {},
  "nothing, again": {},
  metrics: { metrics: true },
  spans: { spans: true },
  "events read": {},
  "tap on bytes": {}
} as const

type Variant = keyof typeof variants

const roundTrips = 1000
const warmUps = 10

/** Two sessions that talk through memory; gives an effect that runs so many round trips. */
const pair = (variant: Variant) =>
  Effect.gen(function* () {
    const memory = yield* Transport.makeMemory()
    const { active, passive } =
      variant === "tap on bytes"
        ? { active: Transport.tap(memory.active, () => {}), passive: Transport.tap(memory.passive, () => {}) }
        : memory
    const options = (name: string) => ({ ...variants[variant], sessionId: 1, name: `${variant}, ${name}` })
    const host = yield* Effect.provideService(HsmsSession.makeActive(options("host")), Transport.Transport, active)
    const equipment = yield* Effect.provideService(
      HsmsSession.makePassive(options("equipment")),
      Transport.Transport,
      passive
    )
    const served = Session.serve((primary) => primary.reply(), { spans: variant === "spans" })
    yield* Effect.forkScoped(Effect.provideService(served, Session.Session, equipment))
    if (variant === "events read") {
      for (const { events } of [host, equipment]) yield* Effect.forkScoped(Stream.runDrain(events))
    }
    yield* host.awaitSelected
    const primary = SecsMessage.primary(1, 1)
    const run = Effect.gen(function* () {
      for (let i = 0; i < roundTrips; i++) yield* host.request(primary)
    })
    return { run }
  })

const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

/** Microseconds of CPU for one round trip. */
const timed = (run: Effect.Effect<void, unknown>) =>
  Effect.gen(function* () {
    const before = process.cpuUsage()
    yield* run
    const { system, user } = process.cpuUsage(before)
    return (system + user) / roundTrips
  })

const shuffled = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> =>
  values
    .map((value) => [Math.random(), value] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, value]) => value)

const bench = Effect.gen(function* () {
  const rounds = Number(process.argv[2] ?? 400)
  const names = Object.keys(variants) as ReadonlyArray<Variant>
  const runs = new Map<Variant, Effect.Effect<void, unknown>>()
  for (const name of names) runs.set(name, (yield* pair(name)).run)
  const costs = new Map<Variant, Array<number>>(names.map((name) => [name, []]))
  for (let round = -warmUps; round < rounds; round++) {
    for (const name of shuffled(names)) {
      const cost = yield* timed(runs.get(name)!)
      if (round >= 0) costs.get(name)!.push(cost)
    }
  }
  const base = costs.get("nothing")!
  return [...costs].map(([name, values]) => {
    const more = values.map((value, round) => value - base[round]!).toSorted((a, b) => a - b)
    const quartile = (part: number) => more[Math.floor(more.length * part)]!.toFixed(2)
    const difference = `${median(more).toFixed(2)} µs (quartiles ${quartile(0.25)} and ${quartile(0.75)})`
    return `${name.padEnd(16)} ${median(values).toFixed(2)} µs, more than nothing: ${difference}`
  })
}).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"))

const lines = await Effect.runPromise(bench)
console.log(lines.join("\n"))

/**
 * Runs a schedule: an active and a passive session that talk through two chaotic transports.
 */
import { Item, SecsMessage } from "@effect-secs/codec"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import { ChaosClock, ChaosTransport, HsmsSession, type Transport } from "../../src/index.ts"
import { count, countSide, type Counts } from "./counts.ts"
import { checkAlways, checkOutcomes, checkSeparation, demand } from "./demands.ts"
import { describe, schedule } from "./Schedule.ts"
import { proof, reasonOf, settle, settleIn, Side } from "./Side.ts"

/** Where a schedule takes place. */
export interface World {
  /** What the schedules call a second, in milliseconds. */
  readonly unit: number
  /** Two transports that reach each other. */
  readonly pair: (
    capacity: number
  ) => Effect.Effect<
    { readonly active: Transport.Transport["Service"]; readonly passive: Transport.Transport["Service"] },
    unknown,
    Scope.Scope
  >
  /** Lets time pass. */
  readonly pass: (millis: number) => Effect.Effect<void>
  /** Lets pass what takes no time. */
  readonly turn: Effect.Effect<void>
  /** Longest time two sessions may take to find each other once nothing goes wrong, or to close, in seconds. */
  readonly patience: number
}

export interface Report {
  readonly counts: Counts
  /** Everything, line by line, where it was asked for. */
  readonly log: ReadonlyArray<string>
}

/** The plan of a schedule that failed, and how to run it again. */
export const failure = (seed: number, unit: number): string => `${describe(schedule(seed, unit))}\n${replay(seed)}`

const replay = (seed: number): string =>
  `run it alone, with every byte that passes: SECS_CHAOS_SEED=${seed} pnpm test Chaos`

/**
 * Runs the schedule of a seed and checks it.
 *
 * Dies    with the first thing that is not as it has to be, the plan and how to run it again
 */
export const run = (seed: number, world: World, options: { readonly log?: boolean | undefined } = {}) => {
  const one = schedule(seed, world.unit)
  const log: Array<string> = []
  const counts: Counts = new Map()
  const told = (line: () => string): void => {
    if (options.log === true) log.push(line())
  }
  const body = Effect.gen(function* () {
    const clock = ChaosClock.make(yield* Clock.Clock, { seed, latest: world.unit / 50 })
    let fibers = 0
    const metrics: Metric.FiberRuntimeMetricsService = {
      recordFiberStart: () => {
        fibers++
      },
      recordFiberEnd: () => {
        fibers--
      }
    }
    const active = new Side("active", one.active)
    const passive = new Side("passive", one.passive)
    const sides = [active, passive]

    const traced = (side: Side) => (event: ChaosTransport.Event) => {
      told(() => ChaosTransport.describe(event).replace(" s  ", ` s  ${side.name} `))
      if (event._tag === "Opening") count(counts, `opening ${event.opening._tag}`)
      if (event._tag === "Fault") count(counts, `${event.direction} ${event.fault._tag}`)
      if (event._tag === "Vanished") count(counts, "bytes vanished")
    }

    const story = Effect.gen(function* () {
      const scope = yield* Effect.scope
      const { pass, unit } = world
      const transports = yield* Effect.orDie(world.pair(one.capacity))
      // Nothing is dialled before somebody looks.
      const begun = Latch.makeUnsafe(false)
      const make = { active: HsmsSession.makeActive, passive: HsmsSession.makePassive }
      for (const side of sides) {
        const session = make[side.name](side.half.options)
        yield* settleIn(side, session, transports[side.name], begun, traced(side), told)
      }
      yield* settle
      yield* begun.open
      for (const side of sides) yield* Effect.forkScoped(side.drive, { startImmediately: true })
      yield* pass(one.closesAt ?? one.window)

      if (one.closesAt === undefined) {
        // Nothing goes wrong any more: both find each other, and every operation ends.
        let waited = 0
        let proofs = proof
        let recovered = false
        while (!recovered) {
          demand(waited < world.patience, () => `not recovered after ${waited} s`)
          yield* pass(2 * unit)
          waited += 2
          const states = yield* Effect.forEach(sides, (side) => side.session.state)
          if (!states.every((state) => state === "Selected")) continue
          const number = ++proofs
          for (const side of sides) {
            yield* side.start(number, side.session.request(SecsMessage.primary(1, 1, Item.L(Item.U4(number)))))
          }
          yield* world.turn
          recovered = sides.every((side) => {
            const proved = side.outcomes.get(number)!.exit
            const settled = [...side.outcomes.values()].every((outcome) => outcome.settled > 0)
            // The connection, and at the passive side the one it waits for.
            const open = side === active ? 1 : 2
            return (
              proved !== undefined && Exit.isSuccess(proved) && settled && side.above === open && side.below === open
            )
          })
        }
        count(counts, "recovered")
        for (const side of sides) {
          const peer = side === active ? passive : active
          checkOutcomes(side, peer, checkAlways(side, peer))
        }
      }

      const order = one.closing.activeFirst ? [active, passive] : [passive, active]
      for (const side of order) {
        const closing = yield* Effect.forkIn(side.close, scope, { startImmediately: true })
        if (one.closing.apart > 0) yield* pass(one.closing.apart)
        let waited = 0
        while (closing.pollUnsafe() === undefined) {
          demand(waited < world.patience, () => `${side.name}: does not close`)
          yield* pass(unit / 2)
          waited += 0.5
        }
      }
      // What is left are handlers that wait, and operations that begin now and find no session.
      yield* pass(one.closesAt === undefined ? 6 * unit : one.window + 6 * unit)
      yield* world.turn
      const left = Effect.gen(function* () {
        const things: Array<string> = []
        for (const side of sides) {
          const { above, below } = side
          if (above + below > 0) things.push(`${side.name} has ${below} channels below the chaos and ${above} above`)
          for (const [number, { settled }] of side.outcomes) {
            if (settled === 0) things.push(`${side.name} operation ${number}`)
          }
          const state = yield* side.session.state
          if (state !== "NotConnected") things.push(`${side.name} is ${state}`)
        }
        if (clock.sleeping > 0) things.push(`${clock.sleeping} timers`)
        if (fibers > 0) things.push(`${fibers} fibers`)
        return things.join(", ")
      })
      for (let waited = 0; (yield* left) !== ""; waited++) {
        const things = yield* left
        demand(waited < world.patience, () => `left after both have closed: ${things}`)
        yield* pass(unit)
      }
    })

    yield* Effect.scoped(story).pipe(
      Effect.provideService(Clock.Clock, clock),
      Effect.provideService(Metric.FiberRuntimeMetrics, metrics),
      Random.withSeed(seed)
    )
    for (const side of sides) {
      const peer = side === active ? passive : active
      const connections = checkAlways(side, peer)
      checkOutcomes(side, peer, connections)
      for (const { end } of connections) demand(end !== undefined, () => `${side.name}: a connection did not end`)
      if (one.closesAt === undefined) {
        const last = side.of("Disconnected").at(-1)
        demand(
          last === undefined || last.openTransactions + last.unwritten === 0,
          () => `${side.name}: closed with open transactions`
        )
      }
      countSide(counts, side)
    }
    checkSeparation(active)
    for (const side of sides) told(() => `${side.name} outcomes ${outcomesOf(side)}`)
    return { counts, log }
  })
  return body.pipe(
    Effect.provideService(References.MinimumLogLevel, "None"),
    Effect.catchCause((cause) =>
      Effect.die(new Error([Cause.pretty(cause), failure(seed, world.unit), ...log].join("\n")))
    )
  )
}

const outcomesOf = (side: Side): string =>
  [...side.outcomes]
    .map(([number, { exit }]) => {
      if (exit === undefined) return `${number} open`
      return `${number} ${Exit.isSuccess(exit) ? "done" : (reasonOf(exit)?._tag ?? "interrupted")}`
    })
    .join(", ")

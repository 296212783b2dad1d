/**
 * Many equipments in one process, each with a connection of its own to one host: the other side of the load test.
 *
 * As a program: `equipments.ts <port> <links> <events per second> <seconds>`. It prints a `Report` as JSON.
 */
import { Item, SecsMessage } from "@effect-secs/codec"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { pathToFileURL } from "node:url"
import { HsmsSession, Session } from "../src/index.ts"
import * as NodeTransport from "../src/NodeTransport.ts"

export interface Load {
  readonly port: number
  readonly links: number
  /** Events per second, of all links together. */
  readonly rate: number
  readonly seconds: number
}

export interface Report {
  /** Events that each link sent and got its S6F12 for; link `n` has session id `n`. */
  readonly acknowledged: ReadonlyArray<number>
  /** What went wrong, a line each, at most ten. */
  readonly failures: ReadonlyArray<string>
  readonly elapsedMillis: number
  /** Reply times in milliseconds. */
  readonly reply: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number }
}

const { L, U4, A, F8 } = Item

/** An event report; `sequence` is its DATAID. */
const event = (sequence: number) =>
  SecsMessage.primary(6, 11, L(U4(sequence), U4(100), L(L(U4(1), L(U4(7), A("RUNNING"), F8(181.5))))))

/** One equipment: so many events, evenly spread from `start` on, whether earlier ones are acknowledged or not. */
const equipment = (index: number, start: number, load: Load, times: Array<number>, failures: Array<string>) =>
  Effect.gen(function* () {
    const session = yield* Session.Session
    const every = (load.links / load.rate) * 1000
    const count = Math.round((load.seconds * load.rate) / load.links)
    const phase = (index / load.links) * every
    const settled = yield* Deferred.make<void>()
    let acknowledged = 0
    const one = (sequence: number) =>
      Effect.gen(function* () {
        const sent = performance.now()
        const reply = yield* session.request(event(sequence))
        times.push(performance.now() - sent)
        if (reply.name !== "S6F12") failures.push(`link ${index}, event ${sequence}: ${reply}`)
        else if (++acknowledged < count) return
        yield* Deferred.succeed(settled, undefined)
      }).pipe(
        Effect.catch((error) => {
          failures.push(`link ${index}, event ${sequence}: ${error.message}`)
          return Deferred.succeed(settled, undefined)
        })
      )
    yield* Effect.scoped(
      Effect.gen(function* () {
        for (let sequence = 1; sequence <= count; sequence++) {
          const wait = start + phase + (sequence - 1) * every - performance.now()
          if (wait > 0) yield* Effect.sleep(wait)
          yield* Effect.forkScoped(one(sequence), { startImmediately: true })
        }
        yield* Effect.timeoutOption(Deferred.await(settled), "1 minute")
      })
    )
    return acknowledged
  })

/** Connects all links, then sends the load over them; separates all of them in the end. */
export const run = (load: Load): Effect.Effect<Report> =>
  Effect.gen(function* () {
    const failures: Array<string> = []
    const times: Array<number> = []
    const indices = Array.from({ length: load.links }, (_, index) => index)
    const sessions = yield* Effect.forEach(indices, (index) =>
      HsmsSession.makeActive({ sessionId: index, role: "equipment", timers: { t5: "1 second" } }).pipe(
        Effect.provide(NodeTransport.layerConnect({ host: "127.0.0.1", port: load.port }))
      )
    )
    yield* Effect.forEach(sessions, (session) => session.awaitSelected, { concurrency: "unbounded" })
    const start = performance.now()
    const acknowledged = yield* Effect.forEach(
      sessions,
      (session, index) =>
        Effect.provideService(equipment(index, start, load, times, failures), Session.Session, session),
      { concurrency: "unbounded" }
    )
    const elapsedMillis = performance.now() - start
    const sorted = Float64Array.from(times).toSorted()
    const at = (quantile: number) => sorted[Math.floor(quantile * (sorted.length - 1))] ?? Number.NaN
    const reply = { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) }
    return { acknowledged, failures: failures.slice(0, 10), elapsedMillis, reply }
  }).pipe(Effect.scoped, Effect.orDie)

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [port, links, rate, seconds] = process.argv.slice(2).map(Number)
  const report = await Effect.runPromise(
    Effect.provide(
      run({ port: port!, links: links!, rate: rate!, seconds: seconds! }),
      Logger.layer([Logger.withConsoleError(Logger.formatSimple)])
    )
  )
  process.stdout.write(JSON.stringify(report))
}

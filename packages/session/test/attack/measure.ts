/**
 * Waiting in real time, and what a process holds: sockets, servers, timers and memory.
 */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as diagnostics from "node:diagnostics_channel"
import * as v8 from "node:v8"
import * as vm from "node:vm"

// --- waiting -------------------------------------------------------------------------------------------------------

/** The next turn of the event loop, outside of any timer's callback: a timer counts as open while its callback runs. */
export const turn: Effect.Effect<void> = Effect.callback((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** The longest a stall of the machine counts, in milliseconds. */
const stall = 50

/**
 * Polls until something holds; dies after a time in milliseconds in which it did not. The time this process did not get
 * to run is not held against the session: between two looks no more than `stall` counts.
 */
export const until = (what: () => string, holds: () => boolean, within = 10_000): Effect.Effect<void> =>
  Effect.gen(function* () {
    let spent = 0
    let last = performance.now()
    yield* turn
    while (!holds()) {
      if (spent > within) return yield* Effect.die(new Error(what()))
      yield* Effect.andThen(Effect.sleep(2), turn)
      const now = performance.now()
      spent += Math.min(now - last, stall)
      last = now
    }
  })

// --- what is open and what is held ---------------------------------------------------------------------------------

v8.setFlagsFromString("--expose_gc")
const collect = vm.runInNewContext("gc") as () => void

/** What keeps the process alive. */
export interface Open {
  readonly sockets: number
  readonly servers: number
  readonly timers: number
}

const count = (name: string): number => process.getActiveResourcesInfo().filter((one) => one === name).length

/** Bytes in use now: the heap and what it refers to outside, such as buffers. */
export const bytesInUse = (): number => {
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

/** Sockets of TCP that are open in this process, both ends of a connection counted. */
export const openSockets = (): number => count("TCPSocketWrap")

/** What is open in this turn: sockets and servers of TCP, and timers that are due some time. */
export const openNow = (): Open => ({
  sockets: openSockets(),
  servers: count("TCPServerWrap"),
  timers: count("Timeout")
})

/** Sockets that servers of this process have accepted so far. */
let sockets = 0
diagnostics.subscribe("net.server.socket", () => {
  sockets++
})
export const accepted = (): number => sockets

/** Bytes in use after a collection. What it finalises is given back in the turn after it. */
export const bytesKept: Effect.Effect<number> = Effect.gen(function* () {
  collect()
  yield* Effect.sleep(1)
  return bytesInUse()
})

/**
 * How many bytes more may be in use after an attack than before. Code that ran for the first time and the collector's
 * own mind move the measure by up to 5 MB; what an attack carries, or 10 000 connections of 1 KB each, would be more.
 */
export const tolerance = 8 * 1024 * 1024

/** Bytes in use after the attack before this one, of the same file. */
let kept: number | undefined = undefined

/** Bytes in use before the next attack. */
export const bytesBefore: Effect.Effect<number> = Effect.suspend(() =>
  kept === undefined ? bytesKept : Effect.succeed(kept)
)

export const closed = (before: Open): Effect.Effect<void> =>
  until(
    () => `open: ${JSON.stringify(openNow())}, before: ${JSON.stringify(before)}`,
    () => {
      const now = openNow()
      return now.sockets <= before.sockets && now.servers <= before.servers && now.timers <= before.timers
    }
  )

export const givenBack = (before: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let look = 0; look < 5; look++) {
      kept = yield* bytesKept
      if (kept - before < tolerance) return
    }
    assert.isBelow(kept! - before, tolerance, "bytes in use after the attack and not before")
  })

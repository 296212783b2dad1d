/**
 * A hundred thousand transactions whose replies come in any order, early, late, twice, under a foreign session id or
 * never, while callers give up and replies to nothing come in between. A plain model keeps the accounts.
 */
import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { TransactionError } from "../src/SessionError.ts"
import { Transaction } from "../src/internal/Transactions.ts"
import * as heap from "./heap.ts"
import * as kit from "./kit.ts"

const total = 100_000
const t3 = 10_000

/** Numbers from a seed, for a run that can be repeated. */
const dice = (seed: number) => {
  let state = seed >>> 0
  /** An integer from 0 to `count - 1`. */
  return (count: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * count)
  }
}

/** How many ended transactions a session remembers, to say what a reply that settles nothing once belonged to. */
const remembered = 256

type Kind = "Late" | "Duplicate" | "Mismatched" | "Orphan"

/** What has to come of everything the peer and the callers do. */
class Accounts {
  /** System bytes of the open transactions, each with its number and when its T3 expires, oldest first. */
  readonly open = new Map<number, { readonly id: number; readonly expires: number }>()
  /** How each request has to end, by its number. */
  readonly outcomes: Array<string> = []
  readonly unmatched: Record<Kind, number> = { Late: 0, Duplicate: 0, Mismatched: 0, Orphan: 0 }
  readonly #ended: Array<{ readonly system: number; readonly replied: boolean }> = []

  end(system: number, outcome: string): void {
    this.outcomes[this.open.get(system)!.id] = outcome
    this.open.delete(system)
    this.#ended.push({ system, replied: outcome === "reply" })
    if (this.#ended.length > remembered) this.#ended.shift()
  }

  reply(system: number, foreign: boolean): void {
    if (this.open.has(system)) {
      if (foreign) this.unmatched.Mismatched++
      else this.end(system, "reply")
      return
    }
    const ended = this.#ended.findLast((one) => one.system === system)
    this.unmatched[ended === undefined ? "Orphan" : ended.replied ? "Duplicate" : "Late"]++
  }

  expire(now: number): void {
    for (const [system, { expires }] of this.open) if (expires <= now) this.end(system, "ReplyTimeout")
  }
}

/** A reply the peer is going to send. */
interface Planned {
  readonly at: number
  readonly frame: kit.Frame
}

const foreignSession = kit.device + 1

describe("100 000 transactions", () => {
  it.effect(
    "end once each, with their own reply or T3, and what settles nothing is told by kind (e37/transaction/concurrent, e37/t3/each)",
    () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* kit.activeSelected({ timers: { t3, linktest: 0 } })
        const accounts = new Accounts()
        const roll = dice(20_261_122)
        const told: Record<Kind, number> = { Late: 0, Duplicate: 0, Mismatched: 0, Orphan: 0 }
        yield* session.events.pipe(
          Stream.runForEach((event) =>
            Effect.sync(() => {
              if (event._tag === "UnmatchedReply") told[event.kind]++
            })
          ),
          Effect.forkScoped({ startImmediately: true })
        )

        const outcomes: Array<Array<string>> = []
        const ask = (id: number) =>
          Effect.onExit(session.request(SecsMessage.primary(1, 3, Item.U4(id))), (exit) =>
            Effect.sync(() => {
              outcomes[id]!.push(outcomeOf(exit, id))
            })
          )

        let planned: Array<Planned> = []
        let now = 0
        let asked = 0
        let widest = 0
        while (asked < total || accounts.open.size > 0) {
          // Callers ask, all at a time.
          const fibers = new Map<number, Fiber.Fiber<SecsMessage.SecsMessage, TransactionError>>()
          for (let left = Math.min(total - asked, 50 + roll(400)); left > 0; left--) {
            const id = asked++
            outcomes[id] = []
            fibers.set(id, yield* Effect.forkScoped(ask(id), { startImmediately: true }))
          }
          yield* kit.settle
          const primaries = peer.take()
          assert.strictEqual(primaries.length, fibers.size)
          for (const { system, text } of primaries) {
            const id = Number.parseInt(text.slice(4), 16)
            accounts.open.set(system, { id, expires: now + t3 })
            const frame = kit.data(1, 4, system, text)
            const foreign = kit.data(1, 4, system, text, foreignSession)
            const soon = { at: now + roll(t3), frame }
            const fate = roll(100)
            if (fate < 45) planned.push({ at: now, frame })
            else if (fate < 65) planned.push(soon)
            else if (fate < 75) planned.push(soon, { at: soon.at + roll(300), frame })
            else if (fate < 85) planned.push({ at: now + t3 + roll(200), frame })
            else if (fate < 90) planned.push({ at: now, frame: foreign }, soon)
            else if (fate < 93)
              planned.push({ at: now + roll(2 * t3), frame: kit.data(1, 4, (system ^ 0x4000_0000) >>> 0) })
            // Some callers give up; the peer replies all the same.
            if (fate >= 93 && fate < 97) {
              fibers.get(id)!.interruptUnsafe()
              accounts.end(system, "interrupted")
              planned.push({ at: now + roll(500), frame })
            }
          }
          widest = Math.max(widest, accounts.open.size)
          yield* kit.settle

          // The peer replies to what it wants, in any order, in one chunk or several.
          const due = planned.filter(({ at }) => at <= now)
          planned = planned.filter(({ at }) => at > now)
          for (let at = due.length - 1; at > 0; at--) {
            const other = roll(at + 1)
            const one = due[at]!
            due[at] = due[other]!
            due[other] = one
          }
          while (due.length > 0) {
            const frames = due.splice(0, 1 + roll(200)).map(({ frame }) => frame)
            for (const { session: id, system } of frames) accounts.reply(system, id === foreignSession)
            yield* peer.send(...frames)
            yield* kit.settle
          }

          const step = 1 + roll(400)
          now += step
          yield* kit.pass(step)
          accounts.expire(now)
        }
        yield* kit.pass(t3)

        // Each ended once, as it had to.
        assert.strictEqual(outcomes.length, total)
        for (let id = 0; id < total; id++) {
          if (outcomes[id]!.length !== 1 || outcomes[id]![0] !== accounts.outcomes[id]) {
            assert.deepStrictEqual(outcomes[id], [accounts.outcomes[id]], `request ${id}`)
          }
        }
        assert.deepStrictEqual(told, accounts.unmatched)
        // The run has been through all of it, and deep.
        for (const [kind, count] of Object.entries(told)) assert.isAbove(count, 500, kind)
        for (const outcome of ["reply", "ReplyTimeout", "interrupted"]) {
          assert.isAbove(accounts.outcomes.filter((one) => one === outcome).length, 3_000, outcome)
        }
        assert.isAbove(widest, 2_000)

        // Some that have their reply, long before their T3.
        const last = yield* Effect.forEach(Array.from({ length: 100 }), () =>
          Effect.forkScoped(session.request(SecsMessage.primary(1, 3)), { startImmediately: true })
        )
        yield* kit.settle
        yield* peer.send(...peer.take().map(({ system }) => kit.data(1, 4, system)))
        for (const fiber of last) yield* Fiber.join(fiber)
        // Nothing is open, and nothing waits for its T3: a transaction in either place would be in the heap.
        assert.strictEqual(heap.count(Transaction), 0)
        yield* peer.close
        const [end] = yield* events.of("Disconnected")
        assert.deepStrictEqual([end?.openTransactions, end?.unwritten], [0, 0])
      }),
    60_000
  )
})

/** How a request ended: `reply` only with its own. */
const outcomeOf = (exit: Exit.Exit<SecsMessage.SecsMessage, TransactionError>, id: number): string => {
  if (Exit.isSuccess(exit)) {
    const { item } = exit.value
    return item?._tag === "U4" && item.value === id ? "reply" : `the reply of another: ${exit.value}`
  }
  const error = Exit.findError(exit)
  return Result.isFailure(error) ? "interrupted" : error.success.reason._tag
}

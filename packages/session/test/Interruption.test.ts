/**
 * A caller that gives up at any step of what it does: before its message is queued, while it is queued, while it is
 * written, while it waits, and as the answer comes. Nothing of it stays, and nobody else notices.
 *
 * A step is one operation of the caller's fiber, which yields after each.
 */
import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import { Transaction } from "../src/internal/Transactions.ts"
import * as heap from "./heap.ts"
import * as kit from "./kit.ts"

const s1f1 = SecsMessage.primary(1, 1)

/** An effect that yields after each operation. With less the scheduler's own operations use up what there is. */
const stepping = Effect.provideService(References.MaxOpsBeforeYield, 3)

/** Starts an effect that yields after each operation, lets it take so many steps, interrupts it, and gives its end. */
const interruptedAfter = <A, E>(
  steps: number,
  effect: Effect.Effect<A, E>
): Effect.Effect<Exit.Exit<A, E>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const fiber = yield* effect.pipe(stepping, Effect.forkScoped)
    for (let step = 0; step < steps; step++) yield* Effect.yieldNow
    yield* Fiber.interrupt(fiber)
    return yield* Fiber.await(fiber)
  })

/** Does something for 0, 1, 2, … steps, until it has ended by itself for five of them in a row. */
const forEachStep = <E, R>(each: (steps: number) => Effect.Effect<boolean, E, R>) =>
  Effect.gen(function* () {
    let done = 0
    let steps = 0
    for (; done < 5; steps++) {
      assert.isBelow(steps, 2_000, "steps")
      done = (yield* each(steps)) ? done + 1 : 0
    }
    return steps
  })

/** Replies to every primary, in the turn in which it comes. */
const replying = (peer: kit.Peer, seen: Array<number>) =>
  Effect.gen(function* () {
    while (true) {
      for (const frame of peer.take()) {
        if (frame.sType !== 0 || frame.byte2 < 0x80) continue
        seen.push(frame.system)
        yield* peer.send(kit.data(frame.byte2 & 0x7f, frame.byte3 + 1, frame.system))
      }
      yield* Effect.yieldNow
    }
  })

for (const [side, selected] of [
  ["passive", kit.passiveSelected],
  ["active", kit.activeSelected]
] as const) {
  describe(`a caller that gives up at any step, ${side} side`, () => {
    it.effect(
      "of `request`, leaves no transaction and no frame, and others get their replies (e37/transaction/interrupted)",
      () =>
        Effect.gen(function* () {
          const { events, peer, session } = yield* selected()
          const seen: Array<number> = []
          const peerFiber = yield* Effect.forkScoped(replying(peer, seen), { startImmediately: true })
          let unwritten = 0
          let written = 0
          const steps = yield* forEachStep((step) =>
            Effect.gen(function* () {
              const before = yield* Effect.forkScoped(session.request(s1f1), { startImmediately: true })
              const count = seen.length
              const exit = yield* interruptedAfter(step, session.request(SecsMessage.primary(1, 3)))
              const after = yield* Effect.forkScoped(session.request(s1f1), { startImmediately: true })
              assert.strictEqual((yield* Fiber.join(before)).name, "S1F2")
              assert.strictEqual((yield* Fiber.join(after)).name, "S1F2")
              yield* kit.settle
              if (Exit.isSuccess(exit)) {
                assert.strictEqual(exit.value.name, "S1F4")
                return true
              }
              assert.isTrue(Exit.hasInterrupts(exit))
              // The two of the others, and its own if it was written before it gave up.
              const own = seen.length - count - 2
              if (own === 0) unwritten++
              else written++
              return false
            })
          )
          assert.isAbove(steps, 10)
          assert.isAbove(unwritten, 2, "given up before the primary was written")
          assert.isAbove(written, 2, "given up while the reply was awaited")
          assert.strictEqual(heap.count(Transaction), 0)
          yield* Fiber.interrupt(peerFiber)
          yield* peer.close
          const [end] = yield* events.of("Disconnected")
          assert.deepStrictEqual([end?.openTransactions, end?.unwritten], [0, 0])
        })
    )

    it.effect(
      "of `request`, while the peer does not read, leaves what others have queued, each whole and in order",
      () =>
        Effect.gen(function* () {
          const { events, peer, session } = yield* selected({}, { capacity: 8 })
          for (let step = 0; step < 40; step++) {
            yield* peer.stopsReading
            // The first is being written, the second is queued; what gives up stands behind both, or is one of them.
            const first = yield* interruptedOr(step % 3 === 0, step, session.request(SecsMessage.primary(1, 1)))
            const second = yield* interruptedOr(step % 3 === 1, step, session.request(SecsMessage.primary(1, 3)))
            const third = yield* interruptedOr(step % 3 === 2, step, session.request(SecsMessage.primary(1, 5)))
            yield* kit.settle
            yield* peer.reads
            const frames = yield* peer.rest
            const names = frames.map((frame) => frame.byte3)
            const others = [1, 3, 5].filter((_, at) => at !== step % 3)
            assert.deepStrictEqual(
              names.filter((name) => others.includes(name)),
              others
            )
            // What is in the hands of the writer can only be written whole; anything later is taken back.
            assert.deepStrictEqual(names.length, others.length + (step % 3 === 0 && names.includes(1) ? 1 : 0))
            yield* peer.send(...frames.map((frame) => kit.data(1, frame.byte3 + 1, frame.system)))
            for (const [at, fiber] of [first, second, third].entries()) {
              if (at !== step % 3) assert.isTrue(Exit.isSuccess(yield* kit.ended(fiber)))
              else assert.isTrue(Exit.hasInterrupts(yield* kit.ended(fiber)))
            }
          }
          yield* peer.close
          const [end] = yield* events.of("Disconnected")
          assert.deepStrictEqual([end?.openTransactions, end?.unwritten], [0, 0])
        })
    )

    it.effect("of `send`, leaves no frame, and what others send is whole and in order", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected()
        let taken = 0
        let written = 0
        yield* forEachStep((step) =>
          Effect.gen(function* () {
            yield* kit.start(session.send(SecsMessage.primary(6, 1)))
            const exit = yield* interruptedAfter(step, session.send(SecsMessage.primary(6, 3)))
            yield* kit.start(session.send(SecsMessage.primary(6, 5)))
            const names = (yield* peer.rest).map((frame) => frame.byte3)
            if (names.length === 2) taken++
            else written++
            assert.deepStrictEqual(names, names.length === 2 ? [1, 5] : [1, 3, 5])
            if (Exit.isSuccess(exit)) assert.strictEqual(names.length, 3)
            return Exit.isSuccess(exit)
          })
        )
        assert.isAbove(taken, 2)
        assert.isAbove(written, 4)
        yield* peer.close
        const [end] = yield* events.of("Disconnected")
        assert.strictEqual(end?.unwritten, 0)
      })
    )

    for (const what of ["reply", "abort"] as const) {
      it.effect(
        `of \`${what}\`, leaves the primary replied to once: by itself if it was written, else by the next`,
        () =>
          Effect.gen(function* () {
            const { peer, session } = yield* selected()
            const seen = yield* kit.primaries(session)
            let own = 0
            let next = 0
            yield* forEachStep((step) =>
              Effect.gen(function* () {
                yield* peer.send(kit.primary(1, 3, step))
                yield* kit.settle
                const primary = seen.at(-1)!
                const exit = yield* interruptedAfter(step, what === "reply" ? primary.reply() : primary.abort)
                yield* kit.settle
                const first = peer.take()
                const second = yield* Effect.exit(primary.reply())
                const both = [...first, ...(yield* peer.rest)]
                assert.strictEqual(both.length, 1, `after ${step} steps: ${both.length} replies`)
                assert.strictEqual(Exit.isSuccess(second), first.length === 0)
                if (first.length === 1) own++
                else next++
                if (Exit.isSuccess(exit)) assert.strictEqual(first.length, 1)
                return Exit.isSuccess(exit)
              })
            )
            assert.isAbove(own, 4)
            assert.isAbove(next, 0)
          })
      )
    }

    it.effect(
      "of `send` and `reply`, while the peer does not read, leaves no frame of theirs and the primary to others",
      () =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected({}, { capacity: 8 })
          const seen = yield* kit.primaries(session)
          for (let step = 0; step < 30; step++) {
            yield* peer.send(kit.primary(1, 3, step))
            yield* kit.settle
            yield* peer.stopsReading
            // It is in the hands of the writer: what comes now is queued.
            yield* kit.start(session.send(SecsMessage.primary(6, 1)))
            assert.isTrue(Exit.hasInterrupts(yield* interruptedAfter(step, session.send(SecsMessage.primary(6, 3)))))
            assert.isTrue(Exit.hasInterrupts(yield* interruptedAfter(step, seen.at(-1)!.reply(Item.A("given up")))))
            const reply = yield* kit.start(seen.at(-1)!.reply())
            yield* peer.reads
            yield* kit.value(reply)
            assert.deepStrictEqual(
              (yield* peer.rest).map(({ byte3, text }) => [byte3, text]),
              [
                [1, ""],
                [4, ""]
              ]
            )
          }
        })
    )

    it.effect("of `linktest`, leaves the next one to work, and its Linktest.rsp is no orphan", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        yield* forEachStep((step) =>
          Effect.gen(function* () {
            const exit = yield* interruptedAfter(
              step,
              Effect.raceFirst(
                session.linktest,
                Effect.gen(function* () {
                  while (true) {
                    for (const { system } of peer.take()) yield* peer.send(kit.linktestRsp(system))
                    yield* Effect.yieldNow
                  }
                })
              )
            )
            const probe = yield* kit.start(session.linktest)
            for (const { sType, system } of yield* peer.rest) {
              assert.strictEqual(sType, 5)
              yield* peer.send(kit.linktestRsp(system))
            }
            yield* kit.value(probe)
            yield* peer.silent
            return Exit.isSuccess(exit)
          })
        )
      })
    )

    it.effect(
      "has the reply where it came first, and makes it late where it gave up first, in one and the same turn",
      () =>
        Effect.gen(function* () {
          const { events, peer, session } = yield* selected()
          const replied = yield* kit.start(session.request(s1f1))
          yield* peer.send(kit.data(1, 2, (yield* peer.next).system))
          replied.interruptUnsafe()
          assert.isTrue(Exit.isSuccess(yield* kit.ended(replied)))
          const gone = yield* kit.start(session.request(s1f1))
          const { system } = yield* peer.next
          gone.interruptUnsafe()
          yield* peer.send(kit.data(1, 2, system))
          assert.isTrue(Exit.hasInterrupts(yield* kit.ended(gone)))
          assert.deepStrictEqual(
            (yield* events.of("UnmatchedReply")).map((event) => [event.kind, event.header.systemBytes]),
            [["Late", system]]
          )
        })
    )
  })
}

/** A fiber that is started and, where it is the one, gives up after some steps. */
const interruptedOr = <A, E>(gives: boolean, steps: number, effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const fiber = yield* gives ? effect.pipe(stepping, Effect.forkScoped) : kit.start(effect)
    if (gives) {
      for (let step = 0; step < steps; step++) yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
    }
    return fiber
  })

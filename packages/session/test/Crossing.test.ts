/** What both sides do at a time: messages that cross, and system bytes that are the same by chance. */
import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { HsmsSession, Transport } from "../src/index.ts"
import * as kit from "./kit.ts"

const s1f13 = SecsMessage.primary(1, 13, Item.L())

for (const [side, selected] of [
  ["passive", kit.passiveSelected],
  ["active", kit.activeSelected]
] as const) {
  describe(`S1F13 of both sides at once, with the same system bytes, ${side} side`, () => {
    const crossed = Effect.gen(function* () {
      const { events, peer, session } = yield* selected()
      const seen = yield* kit.primaries(session)
      const request = yield* kit.start(session.request(s1f13))
      const ours = yield* peer.next
      yield* peer.send(kit.primary(1, 13, ours.system, "0100"))
      yield* kit.settle
      return { events, peer, session, seen, request, system: ours.system }
    })
    const s1f14 = (system: number) => kit.data(1, 14, system, "0102210100 0100")

    it.effect("hands over the peer's and leaves ours open (e37/transaction/both-directions)", () =>
      Effect.gen(function* () {
        const { peer, request, seen, system } = yield* crossed
        assert.deepStrictEqual(
          seen.map((one) => [one.message.name, one.systemBytes]),
          [["S1F13", system]]
        )
        assert.isTrue(yield* kit.waits(request))
        yield* peer.silent
      })
    )

    for (const first of ["ours", "the peer's"]) {
      it.effect(`answers each with its own S1F14 where ${first} comes first (e37/transaction/both-directions)`, () =>
        Effect.gen(function* () {
          const { events, peer, request, seen, system } = yield* crossed
          const reply = Effect.flatMap(kit.start(seen[0]!.reply(Item.L())), kit.value)
          const answer = Effect.andThen(peer.send(s1f14(system)), kit.settle)
          if (first === "ours") yield* reply
          else yield* answer
          assert.strictEqual(yield* kit.waits(request), first === "ours")
          if (first === "ours") yield* answer
          else yield* reply
          assert.deepStrictEqual((yield* kit.value(request)).item, Item.L(Item.B(Uint8Array.of(0)), Item.L()))
          assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 14, system, "0100")])
          assert.deepStrictEqual(yield* events.of("UnmatchedReply"), [])
        })
      )
    }

    it.effect("fails ours only where the peer aborts ours, and the peer's only where this side aborts that", () =>
      Effect.gen(function* () {
        const { peer, request, seen, system } = yield* crossed
        yield* kit.value(yield* kit.start(seen[0]!.abort))
        assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 0, system)])
        assert.isTrue(yield* kit.waits(request))
        yield* peer.send(kit.data(1, 0, system))
        assert.strictEqual((yield* kit.reason(request))._tag, "Aborted")
      })
    )

    it.effect("fails ours only at T3, and the peer's can still be answered", () =>
      Effect.gen(function* () {
        const { peer, request, seen, system } = yield* crossed
        yield* kit.pass("45 seconds")
        assert.strictEqual((yield* kit.reason(request))._tag, "ReplyTimeout")
        yield* peer.rest
        yield* kit.value(yield* kit.start(seen[0]!.reply(Item.L())))
        assert.deepStrictEqual(yield* peer.rest, [kit.data(1, 14, system, "0100")])
      })
    )
  })
}

describe("two sessions that count from the same number", () => {
  it.effect(
    "answer a thousand messages each that cross, and mistake none for a reply (e37/transaction/both-directions)",
    () =>
      Effect.gen(function* () {
        const { active, passive } = yield* Transport.makeMemory()
        // The first number of a connection is by chance: here the same on both sides.
        const make = <A, E, R>(transport: Transport.Transport["Service"], session: Effect.Effect<A, E, R>) =>
          session.pipe(Random.withSeed("same"), Effect.provideService(Transport.Transport, transport))
        const equipment = yield* make(passive, HsmsSession.makePassive({ sessionId: 0 }))
        const host = yield* make(active, HsmsSession.makeActive({ sessionId: 0 }))
        yield* host.awaitSelected
        const numbers = new Map<unknown, Array<number>>()
        for (const session of [equipment, host]) {
          const seen: Array<number> = []
          numbers.set(session, seen)
          yield* session.primaries.pipe(
            Stream.runForEach((primary) => {
              seen.push(primary.systemBytes)
              return Effect.ignore(primary.reply(primary.message.item))
            }),
            Effect.forkScoped({ startImmediately: true })
          )
        }
        const ask = (session: typeof host, offset: number) =>
          Effect.forEach(
            Array.from({ length: 1_000 }, (_, i) => i),
            (i) =>
              Effect.map(session.request(SecsMessage.primary(1, 13, Item.U4(offset + i))), (reply) => {
                assert.strictEqual(String(reply), `S1F14 <U4 ${offset + i}>`)
              }),
            { concurrency: 50, discard: true }
          )
        yield* Effect.all([ask(host, 0), ask(equipment, 1_000_000)], { concurrency: 2 })
        const [ours, theirs] = [...numbers.values()]
        const same = ours!.filter((number) => theirs!.includes(number))
        assert.isAbove(same.length, 900)
      })
  )
})

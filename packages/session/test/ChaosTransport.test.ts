import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { ChaosPlan, ChaosTransport, Transport } from "../src/index.ts"
import * as kit from "./kit.ts"

const { honest } = ChaosPlan

interface Planned {
  readonly opening?: ChaosPlan.Opening
  readonly inbound?: Partial<ChaosPlan.Course>
  readonly outbound?: Partial<ChaosPlan.Course>
}

const planned = (connections: ReadonlyArray<Planned>, window: Duration.Input = "60 seconds"): ChaosPlan.Plan => ({
  seed: 0,
  window: Duration.fromInputUnsafe(window),
  connections: connections.map((one) => ({
    opening: one.opening ?? honest.opening,
    inbound: { ...honest.inbound, ...one.inbound },
    outbound: { ...honest.outbound, ...one.outbound }
  }))
})

/** The decorated end of a connection and the honest one, each in a Scope of its own. */
const pair = (one: Planned, window?: Duration.Input, memory?: Transport.MemoryOptions) =>
  Effect.gen(function* () {
    const { active, passive } = yield* Transport.makeMemory(memory)
    const trace: Array<ChaosTransport.Event> = []
    const transport = yield* ChaosTransport.make(active, {
      plan: planned([one], window),
      trace: (event) => trace.push(event)
    })
    const near = yield* Scope.fork(yield* Effect.scope)
    const far = yield* Scope.fork(yield* Effect.scope)
    return {
      chaotic: yield* Scope.provide(transport.open, near),
      peer: yield* Scope.provide(passive.open, far),
      closeNear: Scope.close(near, Exit.void),
      closeFar: Scope.close(far, Exit.void),
      trace
    }
  })

const bytes = (length: number, from = 0) => Uint8Array.from({ length }, (_, index) => (from + index) & 0xff)

/** Collects what comes in, chunk by chunk, with the time of each; `end` is why nothing comes any more. */
const listen = (channel: Transport.ByteChannel) =>
  Effect.gen(function* () {
    const seen = { chunks: [] as Array<Uint8Array>, at: [] as Array<number>, end: "" }
    yield* Effect.gen(function* () {
      while (true) {
        for (const chunk of yield* channel.pull) {
          seen.chunks.push(chunk.slice())
          seen.at.push(yield* Clock.currentTimeMillis)
        }
      }
    }).pipe(
      Effect.catch((error) =>
        Effect.sync(() => {
          seen.end = error.reason._tag
        })
      ),
      Effect.forkScoped({ startImmediately: true })
    )
    return seen
  })

const received = (seen: { readonly chunks: ReadonlyArray<Uint8Array> }) => Array.from(kit.concat(...seen.chunks))
const lengths = (seen: { readonly chunks: ReadonlyArray<Uint8Array> }) => seen.chunks.map((chunk) => chunk.length)

const why = <A, R>(effect: Effect.Effect<A, { readonly reason: { readonly _tag: string } }, R>) =>
  Effect.map(Effect.flip(effect), (error) => error.reason._tag)

const stall = (at: number, lasts: Duration.Input = "3 seconds"): ChaosPlan.Fault => ({
  _tag: "Stall",
  at,
  lasts: Duration.fromInputUnsafe(lasts)
})

describe("a chaotic transport without faults", () => {
  it.effect("passes bytes both ways as they come, and the ends", () =>
    Effect.gen(function* () {
      const { chaotic, closeFar, peer } = yield* pair({})
      const [near, far] = [yield* listen(chaotic), yield* listen(peer)]
      yield* chaotic.write([bytes(5), bytes(3, 5)])
      yield* peer.write([bytes(4)])
      yield* kit.settle
      assert.deepStrictEqual([lengths(far), received(far)], [[5, 3], [...bytes(8)]])
      assert.deepStrictEqual([lengths(near), received(near)], [[4], [...bytes(4)]])
      yield* closeFar
      yield* kit.settle
      assert.strictEqual(near.end, "Ended")
      assert.strictEqual(yield* why(chaotic.write([bytes(1)])), "Ended")
    })
  )

  it.effect("closes the channel below with its Scope", () =>
    Effect.gen(function* () {
      const { chaotic, closeNear, peer } = yield* pair({})
      const [near, far] = [yield* listen(chaotic), yield* listen(peer)]
      yield* closeNear
      yield* kit.settle
      assert.deepStrictEqual([near.end, far.end], ["Closed", "Ended"])
      assert.strictEqual(yield* why(chaotic.write([bytes(1)])), "Closed")
    })
  )

  it.effect("reads one chunk ahead and no further, so that the peer is slowed", () =>
    Effect.gen(function* () {
      const { chaotic, peer } = yield* pair({}, "60 seconds", { capacity: 10 })
      for (let i = 0; i < 3; i++) yield* kit.start(peer.write([bytes(8)]))
      const blocked = yield* kit.start(peer.write([bytes(8), bytes(8)]))
      assert.isTrue(yield* kit.waits(blocked))
      yield* listen(chaotic)
      yield* kit.settle
      assert.isFalse(yield* kit.waits(blocked))
    })
  )

  it.effect("is a layer over the transport it decorates", () =>
    Effect.gen(function* () {
      const { active, passive } = yield* Transport.makeMemory()
      const Chaos = ChaosTransport.layer({ plan: planned([{ opening: { _tag: "Refused" } }]) }).pipe(
        Layer.provide(Transport.layer(active))
      )
      yield* Effect.gen(function* () {
        const transport = yield* Transport.Transport
        assert.strictEqual(transport.description, "connect memory")
        assert.strictEqual(yield* why(transport.open), "Refused")
        const channel = yield* transport.open
        const peer = yield* passive.open
        yield* channel.write([bytes(2)])
        assert.deepStrictEqual(received({ chunks: [...(yield* peer.pull)] }), [0, 1])
      }).pipe(Effect.provide(Chaos))
    })
  )
})

describe("an opening", () => {
  const open = (opening: ChaosPlan.Opening, window?: Duration.Input) =>
    Effect.gen(function* () {
      const { active } = yield* Transport.makeMemory()
      const transport = yield* ChaosTransport.make(active, { plan: planned([{ opening }], window) })
      return yield* kit.start(transport.open)
    })

  it.effect("that is refused fails at once, with the address", () =>
    Effect.gen(function* () {
      const { active } = yield* Transport.makeMemory()
      const transport = yield* ChaosTransport.make(active, { plan: planned([{ opening: { _tag: "Refused" } }]) })
      const error = yield* Effect.flip(transport.open)
      assert.deepStrictEqual([error.operation, error.address, error.reason._tag], ["connect", "memory", "Refused"])
    })
  )

  it.effect("that is slow takes its time, both sides of it", () =>
    Effect.gen(function* () {
      const opened = yield* open({ _tag: "Slow", after: Duration.seconds(3) })
      yield* kit.pass("2999 millis")
      assert.isTrue(yield* kit.waits(opened))
      yield* kit.pass("1 millis")
      yield* kit.value(opened)
    })
  )

  it.effect("that is slow is over with the window", () =>
    Effect.gen(function* () {
      const opened = yield* open({ _tag: "Slow", after: Duration.seconds(3) }, "1 second")
      yield* kit.pass("1 second")
      yield* kit.value(opened)
    })
  )

  it.effect("that never ends can only be given up", () =>
    Effect.gen(function* () {
      const opened = yield* open({ _tag: "Never" })
      yield* kit.pass("1 hour")
      assert.isTrue(yield* kit.waits(opened))
    })
  )
})

describe("bytes", () => {
  const all = [...bytes(200)]

  for (const direction of ["inbound", "outbound"] as const) {
    const transfer = (course: Partial<ChaosPlan.Course>, window?: Duration.Input) =>
      Effect.gen(function* () {
        const both = yield* pair({ [direction]: course }, window)
        const [from, to] = direction === "inbound" ? [both.peer, both.chaotic] : [both.chaotic, both.peer]
        return { ...both, from, to, seen: yield* listen(to) }
      })

    it.effect(`${direction} come byte by byte where the plan says so`, () =>
      Effect.gen(function* () {
        const { from, seen } = yield* transfer({ pieces: "Single" })
        yield* from.write([bytes(200)])
        for (let i = 0; i < 60; i++) yield* kit.settle
        assert.deepStrictEqual(received(seen), all)
        assert.deepStrictEqual(
          lengths(seen),
          all.map(() => 1)
        )
      })
    )

    it.effect(`${direction} come in pieces of random length, others for another seed`, () =>
      Effect.gen(function* () {
        const cut = (seed: number) =>
          Effect.gen(function* () {
            const { from, seen } = yield* transfer({ pieces: "Random", seed })
            for (let i = 0; i < 4; i++) yield* from.write([bytes(50, i * 50)])
            yield* kit.pass(0)
            assert.deepStrictEqual(received(seen), all)
            return lengths(seen)
          })
        const first = yield* cut(1)
        assert.isAbove(first.length, 5)
        assert.deepStrictEqual(yield* cut(1), first)
        assert.notDeepEqual(yield* cut(2), first)
      })
    )

    it.effect(`${direction} come late by up to the delay, and in order`, () =>
      Effect.gen(function* () {
        const { from, seen } = yield* transfer({ pieces: "Random", seed: 3, delay: Duration.millis(50) })
        for (let i = 0; i < 4; i++) yield* from.write([bytes(50, i * 50)])
        yield* kit.pass("10 seconds")
        assert.deepStrictEqual(received(seen), all)
        assert.isAbove(seen.at.at(-1)!, 10)
        assert.isAtMost(seen.at[0]!, 50)
      })
    )

    it.effect(`${direction} stop at a stall and go on after it, both sides of its end`, () =>
      Effect.gen(function* () {
        const { from, seen } = yield* transfer({ faults: [stall(20), stall(20, "1 second")] })
        yield* from.write([bytes(120)])
        yield* from.write([bytes(80, 120)])
        yield* kit.pass("3999 millis")
        assert.deepStrictEqual(received(seen), [...bytes(20)])
        yield* kit.pass("1 millis")
        assert.deepStrictEqual(received(seen), all)
        assert.deepStrictEqual([...new Set(seen.at)], [0, 4000])
      })
    )

    it.effect(`${direction} end after the byte of a cut, for both sides`, () =>
      Effect.gen(function* () {
        const { chaotic, closeNear, from, seen } = yield* transfer({ faults: [{ _tag: "Cut", at: 20 }] })
        const near = direction === "inbound" ? seen : yield* listen(chaotic)
        yield* Effect.ignore(from.write([bytes(200)]))
        yield* kit.settle
        assert.deepStrictEqual(received(seen), [...bytes(20)])
        assert.deepStrictEqual([seen.end, near.end], ["Ended", "Ended"])
        yield* closeNear
        assert.strictEqual(yield* why(from.write([bytes(1)])), "Ended")
      })
    )

    it.effect(`${direction} fail after the byte of a reset, in both directions`, () =>
      Effect.gen(function* () {
        const { chaotic, from, peer } = yield* transfer({ faults: [{ _tag: "Reset", at: 20 }] })
        yield* Effect.ignore(from.write([bytes(200)]))
        yield* kit.settle
        assert.strictEqual(yield* why(chaotic.write([bytes(1)])), "Reset")
        assert.strictEqual(yield* why(Effect.andThen(chaotic.pull, chaotic.pull)), "Reset")
        assert.strictEqual(yield* why(Effect.andThen(Effect.ignore(peer.pull), peer.pull)), "Ended")
      })
    )

    it.effect(`${direction} fall silent at the byte of a silence, in both directions, without an end`, () =>
      Effect.gen(function* () {
        const { chaotic, closeFar, from, peer, seen, to } = yield* transfer({ faults: [{ _tag: "Silence", at: 20 }] })
        const other = yield* listen(direction === "inbound" ? peer : chaotic)
        yield* from.write([bytes(200)])
        yield* kit.settle
        yield* to.write([bytes(7)])
        yield* chaotic.write([bytes(9)])
        yield* kit.pass("1 hour")
        assert.deepStrictEqual([received(seen), seen.end], [[...bytes(20)], ""])
        assert.deepStrictEqual([received(other), other.end], [[], ""])
        yield* closeFar
        yield* kit.settle
        assert.strictEqual(direction === "inbound" ? seen.end : other.end, "")
      })
    )

    it.effect(`${direction} pass as they are once the window is over, whatever the plan still has`, () =>
      Effect.gen(function* () {
        const faults: ReadonlyArray<ChaosPlan.Fault> = [stall(5, "1 hour"), { _tag: "Reset", at: 20 }]
        const { from, seen } = yield* transfer({ pieces: "Single", delay: Duration.seconds(1), faults }, "30 seconds")
        yield* from.write([bytes(100)])
        yield* kit.pass("30 seconds")
        yield* from.write([bytes(100, 100)])
        yield* kit.pass("1 millis")
        assert.deepStrictEqual(received(seen), all)
        assert.strictEqual(seen.chunks.at(-1)!.length, 100)
      })
    )

    it.effect(`${direction} that come during the delay are joined`, () =>
      Effect.gen(function* () {
        const { from, seen } = yield* transfer({ pieces: "Joined", seed: 5, delay: Duration.seconds(10) })
        for (let i = 0; i < 4; i++) yield* from.write([bytes(50, i * 50)])
        yield* kit.pass("10 seconds")
        assert.deepStrictEqual([lengths(seen), received(seen)], [[200], all])
      })
    )
  }

  it.effect("that have come and were not read are lost by a reset, all of them", () =>
    Effect.gen(function* () {
      const { chaotic, peer } = yield* pair({
        inbound: { pieces: "Single" },
        outbound: { faults: [{ _tag: "Reset", at: 1 }] }
      })
      yield* peer.write([bytes(5)])
      yield* kit.settle
      yield* chaotic.write([bytes(1)])
      assert.strictEqual(yield* why(chaotic.pull), "Reset")
    })
  )
})

describe("a writer", () => {
  it.effect("waits while a write is blocked, both sides of its end", () =>
    Effect.gen(function* () {
      const { chaotic, peer } = yield* pair({
        outbound: { faults: [{ _tag: "Block", at: 10, lasts: Duration.seconds(2) }] }
      })
      const seen = yield* listen(peer)
      const write = yield* kit.start(chaotic.write([bytes(30)]))
      yield* kit.pass("1999 millis")
      assert.isTrue(yield* kit.waits(write))
      assert.deepStrictEqual(received(seen), [...bytes(10)])
      yield* kit.pass("1 millis")
      yield* kit.value(write)
      yield* kit.settle
      assert.deepStrictEqual(received(seen), [...bytes(30)])
    })
  )

  it.effect("does not wait during a stall until 64 KiB are held, then until there is room", () =>
    Effect.gen(function* () {
      const { chaotic, peer } = yield* pair({ outbound: { faults: [stall(0)] } })
      const seen = yield* listen(peer)
      for (let i = 0; i < 64; i++) yield* kit.value(yield* kit.start(chaotic.write([bytes(1024)])))
      const tooMuch = yield* kit.start(chaotic.write([bytes(1)]))
      yield* kit.pass("2999 millis")
      assert.isTrue(yield* kit.waits(tooMuch))
      assert.strictEqual(received(seen).length, 0)
      yield* kit.pass("1 millis")
      yield* kit.value(tooMuch)
      assert.strictEqual(received(seen).length, 64 * 1024 + 1)
    })
  )

  it.effect("may use its memory again as soon as a write is done", () =>
    Effect.gen(function* () {
      const { chaotic, peer } = yield* pair({ outbound: { faults: [stall(0)] } })
      const seen = yield* listen(peer)
      const buffer = bytes(10)
      yield* chaotic.write([buffer])
      buffer.fill(0xee)
      yield* kit.pass("3 seconds")
      assert.deepStrictEqual(received(seen), [...bytes(10)])
    })
  )

  it.effect("into the silence waits once 64 KiB have vanished, until the connection is closed", () =>
    Effect.gen(function* () {
      const { chaotic, closeNear } = yield* pair({ outbound: { faults: [{ _tag: "Silence", at: 0 }] } })
      yield* chaotic.write([bytes(64 * 1024)])
      const write = yield* kit.start(why(chaotic.write([bytes(1)])))
      yield* kit.pass("1 hour")
      assert.isTrue(yield* kit.waits(write))
      yield* closeNear
      assert.strictEqual(yield* kit.value(write), "Closed")
    })
  )
})

describe("a trace", () => {
  it.effect("tells every opening, fault and byte, in order, as lines", () =>
    Effect.gen(function* () {
      const { chaotic, closeNear, peer, trace } = yield* pair({
        inbound: { faults: [stall(2, "1 second")] },
        outbound: { faults: [{ _tag: "Silence", at: 3 }] }
      })
      yield* listen(chaotic)
      yield* peer.write([bytes(3)])
      yield* kit.pass("2 seconds")
      yield* chaotic.write([bytes(5, 16)])
      yield* closeNear
      assert.deepStrictEqual(trace.map(ChaosTransport.describe), [
        "0.000 s  connection 1 opens",
        "0.000 s  connection 1 inbound 0+2: 00 01",
        "0.000 s  connection 1 inbound stalls for 1s after 2 bytes",
        "1.000 s  connection 1 inbound 2+1: 02",
        "2.000 s  connection 1 outbound 0+3: 10 11 12",
        "2.000 s  connection 1 outbound silences the connection after 3 bytes",
        "2.000 s  connection 1 outbound 3+2 vanish: 13 14",
        "2.000 s  connection 1 is closed by this side"
      ])
    })
  )
})

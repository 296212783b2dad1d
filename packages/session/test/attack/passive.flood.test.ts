/**
 * The passive end against peers that are many, quick, gone, or do not read.
 */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as net from "node:net"
import * as kit from "../kit.ts"
import { type Attacker, host } from "./Attacker.ts"
import { attack, type Field, s1f1, s1f2 } from "./kit.ts"
import { accepted, bytesKept, openSockets, tolerance, until } from "./measure.ts"

/** Connects and is gone: done as soon as the system has connected it. */
const hitAndRun = (port: number, how: "FIN" | "RST"): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const socket = net.connect({ host, port })
    socket.on("error", () => {})
    socket.once("close", () => resume(Effect.void))
    socket.once("connect", () => (how === "FIN" ? socket.destroy() : socket.resetAndDestroy()))
  })

/** Answers every linktest of the session, as an honest peer does. */
const answersLinktests = (attacker: Attacker): void => {
  attacker.socket.on("data", (chunk: Buffer) => {
    for (let at = 0; at + 14 <= chunk.length; at += 14) {
      if (chunk[at + 9] === 5) attacker.socket.write(kit.toBytes(kit.linktestRsp(chunk.readUInt32BE(at + 10))))
    }
  })
}

/** Connects so many at once. */
const crowd = (field: Field, size: number): Effect.Effect<ReadonlyArray<Attacker>, never, Scope.Scope> =>
  Effect.all(
    Array.from({ length: size }, () => field.attacker),
    { concurrency: "unbounded" }
  )

const countOf = (faults: ReadonlyArray<string>, prefix: string): number =>
  faults.filter((fault) => fault.startsWith(prefix)).length

describe("connections that come and go", () => {
  attack(
    "10 000 quick ones are taken or turned away, each visibly, and leave nothing (e37/connect/listens-again)",
    (field) =>
      Effect.gen(function* () {
        const total = 10_000
        const before = accepted()
        yield* Effect.forEach(
          Array.from({ length: total }, (_, i) => i),
          // Mostly resets, which leave the system no connection in TIME_WAIT.
          (i) => hitAndRun(field.port, i % 10 === 0 ? "FIN" : "RST"),
          { concurrency: 64, discard: true }
        )
        // A reset may overtake the accept: the system then never hands the connection over.
        yield* until(
          () => `${field.faults.length} of ${accepted() - before} connections were seen`,
          () => field.faults.length >= accepted() - before
        )
        const ends = countOf(field.faults, "Disconnected TcpClosed") + countOf(field.faults, "ConnectionTurnedAway")
        assert.strictEqual(ends, accepted() - before)
        assert.strictEqual(field.faults.length, ends)
        assert.isAbove(ends, total / 2)
        // One line for each kind, not one for each connection.
        assert.isAtMost(field.log.length, 2)
      }),
    { seconds: 60 }
  )

  attack(
    "1 000 quick ones while a session is selected leave it untouched (e371/session/first-stays)",
    (field) =>
      Effect.gen(function* () {
        const first = yield* field.selected
        answersLinktests(first)
        const before = accepted()
        yield* Effect.forEach(
          Array.from({ length: 1000 }, (_, i) => i),
          (i) => hitAndRun(field.port, i % 10 === 0 ? "FIN" : "RST"),
          { concurrency: 64, discard: true }
        )
        yield* until(
          () => `${field.faults.length} of ${accepted() - before} connections were seen`,
          () => field.faults.length >= accepted() - before
        )
        assert.strictEqual(countOf(field.faults, "ConnectionTurnedAway"), accepted() - before)
        assert.isAbove(accepted() - before, 500)
        assert.strictEqual(yield* field.session.state, "Selected")
        const probes = first.size
        assert.isAtLeast(probes, 14)
        yield* first.write(s1f1(7))
        const answers = yield* first.skip(probes + 27)
        assert.include(answers.toString("hex"), Buffer.from(kit.toBytes(s1f2(7))).toString("hex"))
      }),
    { seconds: 30 }
  )

  attack(
    "300 silent ones at once: four wait, the others are closed at once, all are after T7 (e371/session/second-bounded, e37/t7/closes-unselected)",
    (field) =>
      Effect.gen(function* () {
        const all = yield* crowd(field, 300)
        const open = () => all.filter(({ over }) => over === undefined).length
        yield* until(
          () => `${open()} are open`,
          () => open() <= 5
        )
        assert.strictEqual(open(), 5)
        yield* until(
          () => `${open()} are open`,
          () => open() === 0
        )
        for (const attacker of all) yield* attacker.closed()
        assert.strictEqual(countOf(field.faults, "ConnectionTurnedAway"), 299)
        assert.strictEqual(countOf(field.faults, "Disconnected T7Expired"), 1)
        yield* field.serves
      }),
    { timers: { t7: 2500 } }
  )

  attack("300 silent ones at once that vanish: the next client is served (e37/connect/listens-again)", (field) =>
    Effect.gen(function* () {
      const all = yield* crowd(field, 300)
      all.forEach(({ socket }, i) => (i % 2 === 0 ? socket.destroy() : socket.resetAndDestroy()))
      yield* field.serves
      // The first, those turned away, and those that had the connection when one before them was gone.
      const ends = countOf(field.faults, "Disconnected TcpClosed") + countOf(field.faults, "ConnectionTurnedAway")
      assert.isAtLeast(ends, 300)
    })
  )

  attack(
    "300 at once that all send Select.req: one is selected, the others are told or closed (e371/session/one-connection)",
    (field) =>
      Effect.gen(function* () {
        const all = yield* crowd(field, 300)
        // The one that is selected is probed as long as others dial.
        for (const attacker of all) answersLinktests(attacker)
        yield* Effect.forEach(all, (attacker) => attacker.write(kit.selectReq(7)), {
          concurrency: "unbounded",
          discard: true
        })
        const live = () => all.filter(({ over }) => over === undefined)
        yield* until(
          () => `${live().length} are open`,
          () => live().length <= 1
        )
        const [winner] = live()
        const refused = Buffer.from(kit.toBytes(kit.selectRsp(7, 3))).toString("hex")
        const accepted = Buffer.from(kit.toBytes(kit.selectRsp(7, 0))).toString("hex")
        assert.strictEqual((yield* winner!.skip(14)).toString("hex").slice(0, 28), accepted)
        for (const attacker of all) {
          if (attacker !== winner) assert.include(["", refused], (yield* attacker.skip(0)).toString("hex"))
        }
      })
  )

  attack(
    "30 clean ones in a row, select, S1F1, separate, are each served the first time (e371/session/free-again)",
    (field) =>
      Effect.gen(function* () {
        for (let round = 0; round < 30; round++) {
          const client = yield* field.attacker
          yield* client.write(kit.selectReq(1), s1f1(2))
          yield* client.answered(kit.selectRsp(1), s1f2(2))
          yield* client.write(kit.separateReq(3))
          yield* client.closed()
          assert.strictEqual(client.over, "FIN")
          client.socket.destroy()
        }
        yield* field.sees(...Array.from({ length: 30 }, () => "Disconnected Separated"))
      })
  )

  attack("30 that reset while S1F1 is on its way do not disturb the next (e37/state/nothing-carried-over)", (field) =>
    Effect.gen(function* () {
      for (let round = 0; round < 30; round++) {
        const client = yield* field.selected
        yield* client.write(...Array.from({ length: 50 }, (_, i) => s1f1(i)))
        client.socket.resetAndDestroy()
        yield* until(
          () => `${field.faults.length} of ${round + 1} ends were seen`,
          () => field.faults.length > round
        )
      }
      assert.strictEqual(countOf(field.faults, "Disconnected TcpClosed"), 30)
      assert.strictEqual(field.faults.length, 30)
    })
  )
})

describe("a selected peer that is dead", () => {
  attack(
    "and was never heard of again is given up after T6 when its successor dials, who is served (e371/session/first-probed, e371/session/free-again)",
    (field) =>
      Effect.gen(function* () {
        const dead = yield* field.selected
        yield* field.serves
        yield* dead.closed(kit.linktestReq(0))
        assert.deepStrictEqual(field.faults.slice(-3), [
          "LinktestFailed",
          "Disconnected T6Expired",
          "Disconnected Separated"
        ])
        assert.isAtLeast(countOf(field.faults, "ConnectionTurnedAway"), 1)
      }),
    { timers: { t6: 500 } }
  )
})

describe("a peer that does not read", () => {
  attack(
    "and asks for large replies is held back with them, and ends after the write timeout (e37/data/backpressure)",
    (field) =>
      Effect.gen(function* () {
        const sockets = openSockets()
        const attacker = yield* field.deaf
        yield* attacker.write(kit.selectReq(1), ...Array.from({ length: 200 }, (_, i) => kit.primary(1, 3, i)))
        yield* field.sees("Disconnected TcpClosed write TimedOut")
        // S1F1 of the client before, and what the system's buffers take; the others wait with the handler.
        assert.isBelow(field.replied, 20)
        // Its socket goes although nobody took what was written to it; the attacker's own is the one that stays.
        yield* until(
          () => `${openSockets()} sockets, ${sockets} before`,
          () => openSockets() <= sockets + 1
        )
      }),
    { writeTimeout: 1000 }
  )

  attack("and floods with Linktest.req is itself not read any further (e37/data/backpressure)", (field) =>
    Effect.gen(function* () {
      const before = yield* bytesKept
      const attacker = yield* field.deaf
      // Three replies of 3 MB, so that the system's buffers are full when the flood comes.
      yield* attacker.write(kit.selectReq(1), ...[1, 2, 3].map((system) => kit.primary(1, 3, system)))
      const part = kit.concat(...Array.from({ length: 4096 }, (_, i) => kit.toBytes(kit.linktestReq(i))))
      const flood = yield* Effect.forkScoped(attacker.pour(part, Number.POSITIVE_INFINITY))
      yield* attacker.taken(part.length)
      // 4 096 answers that wait, and what had been read by then.
      let last = -1
      for (let same = 0; same < 10; same = attacker.progress === last ? same + 1 : 0) {
        last = attacker.progress
        assert.isBelow(last, 4 * 1024 * 1024)
        yield* Effect.sleep(30)
      }
      assert.isBelow((yield* bytesKept) - before, 4 * tolerance)
      yield* field.sees()
      attacker.socket.destroy()
      yield* until(
        () => "the flood goes on",
        () => flood.pollUnsafe() !== undefined
      )
      yield* until(
        () => "the end was not seen",
        () => field.faults.length > 0
      )
      assert.match(field.faults.join(), /^Disconnected TcpClosed (read|write) (Reset|Ended)$/)
    })
  )
})

describe("floods of small messages", () => {
  attack("50 000 unknown STypes are each answered, and logged once (e37/reject/stype)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.selected
      const count = 50_000
      const part = kit.concat(...Array.from({ length: 1000 }, () => kit.hex("0000000a ffff 00 00 00 c8 00000007")))
      yield* attacker.pour(part, count * 14)
      const answers = yield* attacker.skip(count * 14)
      const expected = Buffer.from(kit.hex("0000000a ffff c8 01 00 07 00000007"))
      assert.isTrue(answers.equals(Buffer.alloc(count * 14, expected)))
      assert.strictEqual(countOf(field.log, "Warn"), 1)
    })
  )

  attack("50 000 primaries are handled and answered in order (e37/data/order)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.selected
      const count = 50_000
      for (let from = 0; from < count; from += 1000) {
        yield* attacker.write(...Array.from({ length: 1000 }, (_, i) => kit.primary(2, 41, from + i)))
      }
      const answers = yield* attacker.skip(count * 14)
      assert.strictEqual(answers.length, count * 14)
      for (let i = 0; i < count; i++) {
        if (answers.readUInt32BE(14 * i + 10) !== i) assert.fail(`answer ${i} is for another primary`)
      }
      yield* field.sees()
    })
  )
})

/**
 * The passive end against bytes that are no HSMS messages, and against messages that come in pieces no honest peer
 * would send.
 */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as kit from "../kit.ts"
import type { Attacker } from "./Attacker.ts"
import { attack, type Field, noise, s1f1, s1f2 } from "./kit.ts"
import { bytesInUse, tolerance } from "./measure.ts"

/** Timers that end what real time has to end; virtual time proves both sides of each deadline. */
const short = { timers: { t7: 500 } } as const

/** Both states of a connection: how an attacker gets there, and what the session then still expects. */
const states = [
  ["before Select", (field: Field) => field.attacker],
  ["after Select", (field: Field) => field.selected]
] as const

const text = (characters: string): Uint8Array => new TextEncoder().encode(characters)

/** The largest `bytesInUse` while an attack runs, looked at wherever it pauses. */
const peakOf = <A>(during: Effect.Effect<A>): Effect.Effect<number> =>
  Effect.gen(function* () {
    let peak = bytesInUse()
    const look = Effect.andThen(
      Effect.sleep(1),
      Effect.sync(() => {
        peak = Math.max(peak, bytesInUse())
      })
    )
    yield* Effect.raceFirst(during, Effect.forever(look))
    return Math.max(peak, bytesInUse())
  })

describe("bytes that are no HSMS message", () => {
  attack(
    "silence before Select ends the connection after T7 without a byte (e37/t7/closes-unselected)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.attacker
        yield* attacker.closed()
        yield* field.sees("Disconnected T7Expired")
      }),
    short
  )

  attack(
    "silence after Select is probed, and ends the connection after T6 (e37/linktest/after-silence, e37/t6/linktest-closes)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.attacker
        yield* attacker.write(kit.selectReq(1))
        yield* attacker.closed(kit.selectRsp(1), kit.linktestReq(0))
        yield* field.sees("LinktestFailed", "Disconnected T6Expired")
      }),
    { timers: { linktest: 500, t6: 200 } }
  )

  for (const [when, from] of states) {
    attack(
      `noise ${when}, 24 times, is never answered and always ends its connection (e371/failure/closes)`,
      (field) =>
        Effect.gen(function* () {
          for (let seed = 1; seed <= 24; seed++) {
            const attacker = yield* from(field)
            yield* attacker.write(noise(seed, 4096))
            yield* attacker.closed()
          }
          const kinds = field.faults.map((fault) => fault.split(" ").slice(0, 3).join(" "))
          assert.strictEqual(kinds.length, 24)
          assert.isAbove(kinds.filter((kind) => kind === "Disconnected FrameFault FrameTooLong").length, 20)
          for (const kind of kinds) assert.match(kind, /^Disconnected (FrameFault|T8Expired)/)
        }),
      { timers: { t8: 100 } }
    )

    attack(`HTTP ${when} ends the connection without an answer (e37/frame/too-long)`, (field) =>
      Effect.gen(function* () {
        const attacker = yield* from(field)
        yield* attacker.write(text("GET / HTTP/1.1\r\nHost: equipment\r\n\r\n"))
        yield* attacker.closed()
        // The first four characters as a length: 47 45 54 20.
        yield* field.sees("Disconnected FrameFault FrameTooLong 1195725856")
      })
    )

    for (let length = 0; length < 10; length++) {
      attack(
        `a declared length of ${length} ${when}, with its bytes, ends the connection without an answer (e37/frame/too-short)`,
        (field) =>
          Effect.gen(function* () {
            const attacker = yield* from(field)
            yield* attacker.write(Uint8Array.of(0, 0, 0, length), new Uint8Array(length).fill(0xff))
            yield* attacker.closed()
            yield* field.sees(`Disconnected FrameFault FrameTooShort ${length}`)
          })
      )
    }

    attack(
      `a declared length of FFFFFFFF ${when} with 64 MB behind it ends the connection and takes no memory (e37/frame/too-long)`,
      (field) =>
        Effect.gen(function* () {
          const attacker = yield* from(field)
          const part = new Uint8Array(1024 * 1024)
          const before = bytesInUse()
          const peak = yield* peakOf(
            Effect.gen(function* () {
              yield* attacker.write("ffffffff")
              yield* attacker.pour(part, 64 * part.length)
              yield* attacker.closed()
            })
          )
          // The socket reads 64 KiB at a time and the session nothing behind the length.
          assert.isBelow(peak - before, 2 * tolerance)
          yield* field.sees("Disconnected FrameFault FrameTooLong 4294967295")
        })
    )

    attack(
      `a declared length of 1 GB ${when} and nothing else ends the connection and takes no memory (e37/frame/too-long)`,
      (field) =>
        Effect.gen(function* () {
          const attacker = yield* from(field)
          const before = bytesInUse()
          const peak = yield* peakOf(Effect.andThen(attacker.write("40000000"), attacker.closed()))
          assert.isBelow(peak - before, tolerance)
          yield* field.sees("Disconnected FrameFault FrameTooLong 1073741824")
        })
    )

    attack(
      `two bytes of a length ${when}, then silence, end the connection after T8 (e37/t8/closes, e37/t8/in-length)`,
      (field) =>
        Effect.gen(function* () {
          const attacker = yield* from(field)
          yield* attacker.write("0000")
          yield* attacker.closed()
          yield* field.sees("Disconnected T8Expired after 2")
        }),
      { timers: { t8: 100 } }
    )

    attack(
      `half a message ${when}, then silence, ends the connection after T8 (e37/t8/closes)`,
      (field) =>
        Effect.gen(function* () {
          const attacker = yield* from(field)
          yield* attacker.write("0000000a ffff 00")
          yield* attacker.closed()
          yield* field.sees("Disconnected T8Expired after 7")
        }),
      { timers: { t8: 100 } }
    )

    attack(
      `a header that announces 16 MB ${when}, then silence, takes no memory and ends after T8 (e37/t8/closes)`,
      (field) =>
        Effect.gen(function* () {
          const attacker = yield* from(field)
          const before = bytesInUse()
          const peak = yield* peakOf(
            Effect.andThen(attacker.write("01000000 000a 07 03 00 00 00000001"), attacker.closed())
          )
          assert.isBelow(peak - before, tolerance)
          yield* field.sees("Disconnected T8Expired after 14")
        }),
      { timers: { t8: 100 } }
    )

    attack(`a reset in the middle of a message ${when} ends the connection at once (e37/state/disconnected)`, (field) =>
      Effect.gen(function* () {
        const attacker = yield* from(field)
        const already = when === "after Select" ? 28 : 0
        yield* attacker.write("0000000a ffff 00")
        yield* attacker.taken(already + 7)
        attacker.socket.resetAndDestroy()
        yield* field.sees("Disconnected TcpClosed read Reset")
      })
    )

    attack(`FIN in the middle of a message ${when} ends the connection at once (e37/state/half-close)`, (field) =>
      Effect.gen(function* () {
        const attacker = yield* from(field)
        attacker.socket.end(kit.hex("0000000a ffff 00"))
        yield* attacker.closed()
        yield* field.sees("Disconnected TcpClosed read Ended")
      })
    )
  }

  attack("messages before bad bytes in the same segment are acted on first (e37/frame/good-before-bad)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.attacker
      yield* attacker.write(kit.selectReq(7), kit.linktestReq(8), s1f1(9), "00000009 000000000000000000")
      yield* attacker.closed(kit.selectRsp(7), kit.linktestRsp(8), s1f2(9))
      assert.deepStrictEqual(field.handled, ["S1F1", "S1F1"])
      yield* field.sees("Disconnected FrameFault FrameTooShort 9")
    })
  )
})

describe("messages in odd pieces", () => {
  attack(
    "messages that drip byte by byte are answered as if they were whole (e37/frame/any-cut, e37/t8/restarts)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.attacker
        let sent = 0
        const drip = (frame: kit.Frame) =>
          Effect.forEach(
            kit.toBytes(frame),
            (byte) => Effect.andThen(attacker.write(Uint8Array.of(byte)), attacker.taken(++sent)),
            { discard: true }
          )
        yield* drip(kit.selectReq(0x0a0b_0c0d))
        yield* drip(s1f1(0x0102_0304))
        yield* drip(kit.primary(7, 3, 5, "41 05 68656c6c6f"))
        yield* attacker.answered(kit.selectRsp(0x0a0b_0c0d), s1f2(0x0102_0304), kit.data(7, 0, 5))
        yield* field.sees()
      })
  )

  attack(
    "Select.req cut at each of its 14 places is answered the same, on a connection each (e37/frame/any-cut)",
    (field) =>
      Effect.gen(function* () {
        const whole = kit.toBytes(kit.selectReq(7))
        for (let cut = 0; cut < whole.length; cut++) {
          const attacker = yield* field.attacker
          if (cut > 0) yield* attacker.write(whole.subarray(0, cut))
          yield* attacker.taken(cut)
          yield* attacker.write(whole.subarray(cut))
          yield* attacker.answered(kit.selectRsp(7))
          yield* attacker.write(kit.separateReq(8))
          yield* attacker.closed()
        }
        yield* field.sees(...Array.from(whole, () => "Disconnected Separated"))
      })
  )

  attack("a primary cut at each place of length and header is answered the same (e37/frame/any-cut)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.attacker
      yield* attacker.write(kit.selectReq(1))
      yield* attacker.skip(14)
      let sent = 14
      const answers: Array<kit.Frame> = []
      for (let cut = 1; cut <= 14; cut++) {
        const whole = kit.toBytes(kit.primary(2, 41, cut, "0100"))
        yield* attacker.write(whole.subarray(0, cut))
        yield* attacker.taken(sent + cut)
        yield* attacker.write(whole.subarray(cut))
        sent += whole.length
        answers.push(kit.data(2, 0, cut))
      }
      yield* attacker.answered(...answers)
      yield* field.sees()
    })
  )

  attack(
    "a primary behind Select.req in the same segment is answered, and so are both (e37/frame/coalesced, e37/select/accept-first)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.attacker
        yield* attacker.write("0000000a ffff 00 00 00 01 0a0b0c0d", "0000000a 000a 81 01 00 00 0a0b0c0e")
        yield* attacker.answered(
          "0000000a ffff 00 00 00 02 0a0b0c0d",
          "00000017 000a 01 02 00 00 0a0b0c0e 010241044d444c4e4103312e30"
        )
        yield* field.sees()
      })
  )

  attack(
    "500 primaries in one write are handled in order and all answered (e37/frame/coalesced, e37/data/order)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.selected
        const numbers = Array.from({ length: 500 }, (_, i) => i)
        const names = numbers.map((i) => [20 + (i % 100), 2 * (i % 128) + 1] as const)
        yield* attacker.write(
          ...names.map(([stream, function_], i) => kit.primary(stream, function_, 1000 + i, "0100"))
        )
        yield* attacker.answered(...names.map(([stream], i) => kit.data(stream, 0, 1000 + i)))
        assert.deepStrictEqual(
          field.handled.slice(1),
          names.map(([stream, function_]) => `S${stream}F${function_}`)
        )
        yield* field.sees()
      })
  )

  attack(
    "FIN behind Select.req and a primary: both are answered before the connection ends (e37/state/half-close)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.attacker
        attacker.socket.end(kit.concat(kit.toBytes(kit.selectReq(7)), kit.toBytes(s1f1(8))))
        yield* attacker.closed(kit.selectRsp(7), s1f2(8))
        assert.strictEqual(attacker.over, "FIN")
        yield* field.sees("Disconnected TcpClosed read Ended")
      })
  )
})

describe("the longest message", () => {
  /** A message of a length: S7F3 with `<B>` of what fits, whose length takes `lengthBytes` bytes. */
  const withLength = (length: number, lengthBytes: 1 | 2 | 3): Uint8Array => {
    const size = length - 10 - 1 - lengthBytes
    const frame = Buffer.alloc(4 + length)
    frame.writeUInt32BE(length, 0)
    frame.set(kit.hex("000a 87 03 00 00 00000007"), 4)
    frame[14] = 0x20 | lengthBytes
    frame.writeUIntBE(size, 15, lengthBytes)
    return frame
  }

  const exact = (attacker: Attacker, frame: Uint8Array) =>
    Effect.andThen(attacker.write(frame), attacker.answered(kit.data(7, 0, 7)))

  attack(
    "is taken; one byte more ends the connection (e37/frame/too-long)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.selected
        yield* exact(attacker, withLength(1000, 2))
        yield* field.sees()
        yield* attacker.write(withLength(1001, 2))
        yield* attacker.closed()
        yield* field.sees("Disconnected FrameFault FrameTooLong 1001")
      }),
    { maxFrameLength: 1000 }
  )

  attack("is a header and the longest item of SECS-II unless told otherwise (e37/frame/too-long)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.selected
      const longest = 10 + 1 + 3 + 0xff_ffff
      yield* exact(attacker, withLength(longest, 3))
      yield* field.sees()
      // The length field is enough.
      yield* attacker.write((longest + 1).toString(16).padStart(8, "0"))
      yield* attacker.closed()
      yield* field.sees(`Disconnected FrameFault FrameTooLong ${longest + 1}`)
    })
  )
})

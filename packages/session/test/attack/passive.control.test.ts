/**
 * The passive end against control messages that are unknown, unasked for, out of order or malformed, and against a
 * second connection.
 */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as kit from "../kit.ts"
import type { Attacker } from "./Attacker.ts"
import { attack, type Field, noise, s1f1, s1f2 } from "./kit.ts"
import { until } from "./measure.ts"

/** Both states of a connection, and how an attacker gets there. */
const states = [
  ["before Select", "NotSelected", (field: Field) => field.attacker],
  ["after Select", "Selected", (field: Field) => field.selected]
] as const

/** Asserts that a session is alive in the state it should have: what S1F1 gets is different in each. */
const stays = (attacker: Attacker, state: "NotSelected" | "Selected"): Effect.Effect<void> =>
  Effect.andThen(
    attacker.write("0000000a 000a 81 01 00 00 00000063"),
    state === "Selected" ? attacker.answered(s1f2(0x63)) : attacker.answered("0000000a 000a 00 04 00 07 00000063")
  )

const stayed = (state: "NotSelected" | "Selected"): ReadonlyArray<string> =>
  state === "Selected" ? [] : ["MessageRejected 4"]

const byte = (value: number): string => value.toString(16).padStart(2, "0")

describe("messages that have no name", () => {
  for (const [when, state, from] of states) {
    for (const sType of [8, 10, 128, 200, 255]) {
      attack(
        `SType ${sType} ${when} is answered with Reject.req, reason 1, and changes nothing (e37/reject/stype, e37/reject/stays)`,
        (field) =>
          Effect.gen(function* () {
            const attacker = yield* from(field)
            yield* attacker.write(`0000000a ffff 00 00 00 ${byte(sType)} 0a0b0c0d`)
            yield* attacker.answered(`0000000a ffff ${byte(sType)} 01 00 07 0a0b0c0d`)
            // The same with text.
            yield* attacker.write(`0000000c 1234 00 00 00 ${byte(sType)} 0a0b0c0e 0100`)
            yield* attacker.answered(`0000000a 1234 ${byte(sType)} 01 00 07 0a0b0c0e`)
            yield* stays(attacker, state)
            yield* field.sees("MessageRejected 1", "MessageRejected 1", ...stayed(state))
          })
      )
    }

    for (const [name, message] of [
      ["a data message", "000a 81 01 01 00 0a0b0c0d"],
      ["Select.req", "ffff 00 00 01 01 0a0b0c0d"],
      ["Linktest.req", "ffff 00 00 01 05 0a0b0c0d"],
      ["Separate.req", "ffff 00 00 01 09 0a0b0c0d"],
      ["an unknown SType", "ffff 00 00 01 c8 0a0b0c0d"]
    ] as const) {
      attack(
        `PType 1 in ${name} ${when} is answered with Reject.req, reason 2, and changes nothing (e37/reject/ptype, e37/reject/ptype-first)`,
        (field) =>
          Effect.gen(function* () {
            const attacker = yield* from(field)
            yield* attacker.write(`0000000a ${message}`)
            yield* attacker.answered(`0000000a ${message.slice(0, 4)} 01 02 00 07 0a0b0c0d`)
            yield* stays(attacker, state)
            yield* field.sees("MessageRejected 2", ...stayed(state))
          })
      )
    }
  }
})

describe("messages that answer nothing", () => {
  for (const [when, state, from] of states) {
    for (const [name, sType] of [
      ["Select.rsp", 2],
      ["Deselect.rsp", 4],
      ["Linktest.rsp", 6]
    ] as const) {
      attack(
        `${name} ${when} is answered with Reject.req, reason 3, and changes nothing (e37/reject/not-open, e37/reject/echo)`,
        (field) =>
          Effect.gen(function* () {
            const attacker = yield* from(field)
            yield* attacker.write(`0000000a ffff 00 00 00 0${sType} 0a0b0c0d`)
            yield* attacker.answered(`0000000a ffff 0${sType} 03 00 07 0a0b0c0d`)
            yield* stays(attacker, state)
            yield* field.sees("MessageRejected 3", ...stayed(state))
          })
      )
    }

    attack(
      `Reject.req ${when}, of anything and with any reason, is never answered (e37/reject/never-rejected, e37/reject/unmatched)`,
      (field) =>
        Effect.gen(function* () {
          const attacker = yield* from(field)
          const rejects = Array.from({ length: 256 }, (_, reason) => kit.rejectReq(reason, reason, reason & 15))
          yield* attacker.write(...rejects)
          yield* attacker.answered()
          yield* stays(attacker, state)
          yield* field.sees(...rejects.map(() => "UnmatchedReject"), ...stayed(state))
          // A warning and not 256 of them.
          assert.strictEqual(
            field.log.filter((entry) => entry.includes("the peer rejected what is not open here")).length,
            1
          )
        })
    )
  }

  attack("a secondary after Select is an event and never answered (e37/transaction/orphan)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.selected
      yield* attacker.write(kit.data(1, 2, 7), kit.data(1, 0, 8), kit.data(6, 12, 9, "210100"))
      yield* attacker.answered()
      yield* field.sees("UnmatchedReply Orphan", "UnmatchedReply Orphan", "UnmatchedReply Orphan")
    })
  )

  attack("a secondary before Select is answered with Reject.req, reason 4 (e37/reject/not-selected)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.attacker
      yield* attacker.write("0000000a 000a 01 02 00 00 0a0b0c0d")
      yield* attacker.answered("0000000a 000a 00 04 00 07 0a0b0c0d")
      yield* field.sees("MessageRejected 4")
    })
  )
})

describe("messages out of order", () => {
  attack(
    "data before Select is answered with Reject.req, reason 4, and not handled (e37/reject/not-selected)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.attacker
        // With W-bit, without, with text, with text that is none, with another device id.
        yield* attacker.write(
          "0000000a 000a 81 01 00 00 00000001",
          "0000000a 000a 05 01 00 00 00000002",
          "0000000c 000a 81 03 00 00 00000003 0100",
          "0000000b 000a 81 03 00 00 00000004 ff",
          "0000000a 000b 81 01 00 00 00000005"
        )
        yield* attacker.answered(
          "0000000a 000a 00 04 00 07 00000001",
          "0000000a 000a 00 04 00 07 00000002",
          "0000000a 000a 00 04 00 07 00000003",
          "0000000a 000a 00 04 00 07 00000004",
          "0000000a 000b 00 04 00 07 00000005"
        )
        assert.deepStrictEqual(field.handled, ["S1F1"])
        yield* field.sees(
          "MessageRejected 4",
          "MessageRejected 4",
          "MessageRejected 4",
          "MessageRejected 4",
          "MessageRejected 4"
        )
        // And Select is as good as ever.
        yield* attacker.selects
      })
  )

  attack(
    "Linktest.req before Select is answered, and does not keep the connection beyond T7 (e37/linktest/not-selected, e37/t7/not-postponed)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.attacker
        yield* attacker.write("0000000a ffff 00 00 00 05 0a0b0c0d")
        yield* attacker.skip(14)
        let asked = 1
        while (attacker.over === undefined) {
          yield* attacker.write("0000000a ffff 00 00 00 05 0a0b0c0d")
          asked++
          yield* Effect.sleep(20)
        }
        assert.isAbove(asked, 2)
        yield* field.sees("Disconnected T7Expired")
      }),
    { timers: { t7: 500 } }
  )

  attack(
    "Select twice is answered with status 0, then 1, and the session stays (e37/select/already-selected)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.attacker
        yield* attacker.write("0000000a ffff 00 00 00 01 0a0b0c0d", "0000000a ffff 00 00 00 01 0a0b0c0d")
        yield* attacker.answered("0000000a ffff 00 00 00 02 0a0b0c0d", "0000000a ffff 00 01 00 02 0a0b0c0d")
        yield* attacker.write("0000000a 0000 ff ff 00 01 ffffffff")
        yield* attacker.answered("0000000a 0000 00 01 00 02 ffffffff")
        yield* stays(attacker, "Selected")
        yield* field.sees()
      })
  )

  attack(
    "Deselect and Deselect again are answered with status 0, then 1; Select begins anew (e37/deselect/accepts, e37/deselect/not-selected, e37/deselect/select-again)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.selected
        yield* attacker.write("0000000a ffff 00 00 00 03 0a0b0c0d", "0000000a ffff 00 00 00 03 0a0b0c0e")
        yield* attacker.answered("0000000a ffff 00 00 00 04 0a0b0c0d", "0000000a ffff 00 01 00 04 0a0b0c0e")
        yield* stays(attacker, "NotSelected")
        yield* attacker.selects
        yield* stays(attacker, "Selected")
        yield* field.sees("MessageRejected 4")
      })
  )

  attack("Deselect before Select is answered with status 1 (e37/deselect/not-selected)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.attacker
      yield* attacker.write("0000000a ffff 00 00 00 03 0a0b0c0d")
      yield* attacker.answered("0000000a ffff 00 01 00 04 0a0b0c0d")
      yield* stays(attacker, "NotSelected")
      yield* field.sees("MessageRejected 4")
    })
  )

  attack(
    "Deselect and silence end the connection after T7 (e37/t7/after-deselect)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.attacker
        yield* attacker.write(kit.selectReq(7), kit.deselectReq(8))
        yield* attacker.closed(kit.selectRsp(7), kit.deselectRsp(8))
        yield* field.sees("Disconnected T7Expired")
      }),
    { timers: { t7: 500 } }
  )

  attack(
    "Select and Deselect a thousand times in one write: each is answered, and the last counts (e37/state/every-cell)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.attacker
        const numbers = Array.from({ length: 1000 }, (_, i) => i + 1)
        yield* attacker.write(...numbers.flatMap((i) => [kit.selectReq(i), kit.deselectReq(i)]))
        yield* attacker.answered(...numbers.flatMap((i) => [kit.selectRsp(i), kit.deselectRsp(i)]))
        yield* stays(attacker, "NotSelected")
        yield* field.sees("MessageRejected 4")
      })
  )

  for (const [when, , from] of states) {
    attack(
      `Separate.req ${when} ends the connection without an answer (e371/separate/not-selected, e371/separate/closes)`,
      (field) =>
        Effect.gen(function* () {
          const attacker = yield* from(field)
          yield* attacker.write("0000000a ffff 00 00 00 09 0a0b0c0d")
          yield* attacker.closed()
          assert.strictEqual(attacker.over, "FIN")
          yield* field.sees("Disconnected Separated")
        })
    )

    attack(`nothing behind Separate.req ${when} is looked at (e37/separate/ends)`, (field) =>
      Effect.gen(function* () {
        const attacker = yield* from(field)
        yield* attacker.write(kit.separateReq(7), kit.selectReq(8), s1f1(9), kit.linktestReq(10), "ffffffff")
        yield* attacker.closed()
        assert.deepStrictEqual(field.handled, ["S1F1"])
        yield* field.sees("Disconnected Separated")
      })
    )

    for (const [name, sType] of [
      ["Select.req", 1],
      ["Select.rsp", 2],
      ["Deselect.req", 3],
      ["Deselect.rsp", 4],
      ["Linktest.req", 5],
      ["Linktest.rsp", 6],
      ["Reject.req", 7],
      ["Separate.req", 9]
    ] as const) {
      attack(`${name} with text ${when} ends the connection without an answer (e37/frame/control-with-text)`, (field) =>
        Effect.gen(function* () {
          const attacker = yield* from(field)
          yield* attacker.write(`0000000c ffff 00 00 00 0${sType} 0a0b0c0d 0100`)
          yield* attacker.closed()
          yield* field.sees("Disconnected FrameFault BadControlLength 12")
        })
      )
    }
  }
})

describe("random headers", () => {
  /** A message of 10 to 14 bytes whose header is noise, mostly with a PType and an SType that mean something. */
  const random = (bytes: Uint8Array): Uint8Array => {
    const length = bytes[0]! < 240 ? 10 : 10 + (bytes[0]! & 3)
    const frame = new Uint8Array(4 + length)
    frame.set(bytes.subarray(0, length), 4)
    frame[3] = length
    frame[8] = bytes[14]! < 20 ? bytes[14]! : 0
    frame[9] = bytes[15]! < 250 ? bytes[15]! % 11 : bytes[15]!
    return frame
  }

  const allowed =
    /^(MessageRejected [1-4]|UnmatchedReject|UnmatchedReply Orphan|SessionIdMismatch \d+ (dropped|delivered)|ProtocolWarning \w+|Undecodable \w+|Disconnected (Separated|FrameFault BadControlLength 1[123]))$/

  attack(
    "4 000 messages over as many connections as it takes end in faults that have a name (e37/state/every-cell)",
    (field) =>
      Effect.gen(function* () {
        let sent = 0
        let connections = 0
        const fates = new Set<string>()
        for (let seed = 1; sent < 4000; seed++) {
          connections++
          const attacker = yield* seed % 2 === 0 ? field.attacker : field.selected
          const messages = Array.from({ length: 40 }, (_, i) => random(noise(1000 * seed + i, 16)))
          sent += messages.length
          const before = attacker.progress
          const size = messages.reduce((sum, one) => sum + one.length, 0)
          yield* attacker.write(...messages)
          yield* until(
            () => `${attacker.progress - before} of ${size} bytes were taken`,
            () => attacker.over !== undefined || attacker.progress - before >= size
          )
          yield* attacker.write(kit.separateReq(1))
          yield* until(
            () => "the connection lives",
            () => attacker.over !== undefined
          )
          attacker.socket.destroy()
        }
        const ends = () => field.faults.filter((fault) => fault.startsWith("Disconnected")).length
        yield* until(
          () => `${ends()} of ${connections} ends were seen`,
          () => ends() >= connections
        )
        for (const fault of field.faults) {
          assert.match(fault, allowed)
          fates.add(fault.split(" ").slice(0, 2).join(" "))
        }
        // The walk came by all of them, or it proves nothing.
        for (const fate of [
          "MessageRejected 1",
          "MessageRejected 2",
          "MessageRejected 3",
          "MessageRejected 4",
          "UnmatchedReject",
          "UnmatchedReply Orphan"
        ]) {
          assert.isTrue(fates.has(fate), fate)
        }
        assert.strictEqual(ends(), connections)
      })
  )
})

describe("a second connection", () => {
  /** Answers the linktest that a second connection sets off. */
  const probed = (attacker: Attacker) =>
    Effect.gen(function* () {
      const probe = yield* attacker.skip(14)
      assert.match(probe.toString("hex"), /^0000000affff00000005/)
      yield* attacker.write(kit.linktestRsp(probe.readUInt32BE(10)))
    })

  attack(
    "before Select has its Select.req answered with status 3 and leaves the first untouched (e371/session/second-refused, e371/session/first-stays)",
    (field) =>
      Effect.gen(function* () {
        const first = yield* field.attacker
        // Half a message of the first is on its way meanwhile.
        const request = kit.toBytes(kit.selectReq(7))
        yield* first.write(request.subarray(0, 9))
        yield* first.taken(9)
        const second = yield* field.attacker
        yield* second.write("0000000a ffff 00 00 00 01 0a0b0c0d", s1f1(8))
        yield* second.closed("0000000a ffff 00 03 00 02 0a0b0c0d")
        yield* first.write(request.subarray(9))
        yield* first.answered(kit.selectRsp(7))
        yield* stays(first, "Selected")
        yield* field.sees("ConnectionTurnedAway")
      })
  )

  attack(
    "after Select has its Select.req answered with status 3 and leaves the first untouched (e371/session/second-refused, e371/session/first-stays, e371/session/first-probed)",
    (field) =>
      Effect.gen(function* () {
        const first = yield* field.selected
        const second = yield* field.attacker
        yield* second.write("0000000a ffff 00 00 00 01 0a0b0c0d")
        yield* second.closed("0000000a ffff 00 03 00 02 0a0b0c0d")
        yield* probed(first)
        yield* stays(first, "Selected")
        yield* field.sees("ConnectionTurnedAway")
      })
  )

  for (const [name, bytes] of [
    ["data", "0000000a 000a 81 01 00 00 00000001"],
    ["Linktest.req", "0000000a ffff 00 00 00 05 00000001"],
    ["Separate.req", "0000000a ffff 00 00 00 09 00000001"],
    ["Reject.req", "0000000a ffff 00 01 00 07 00000001"],
    ["an unknown SType", "0000000a ffff 00 00 00 c8 00000001"],
    ["PType 1", "0000000a ffff 00 00 01 01 00000001"],
    ["a length of 0", "00000000"],
    ["a length of 11", "0000000b"],
    ["a length of FFFFFFFF", "ffffffff"]
  ] as const) {
    attack(`that sends ${name} first is closed without an answer (e371/session/second-other)`, (field) =>
      Effect.gen(function* () {
        const first = yield* field.selected
        const second = yield* field.attacker
        yield* second.write(bytes)
        yield* second.closed()
        yield* probed(first)
        yield* stays(first, "Selected")
        yield* field.sees("ConnectionTurnedAway")
      })
    )
  }

  attack(
    "that drips half a Select.req and stops is closed after T7 (e371/session/second-silent)",
    (field) =>
      Effect.gen(function* () {
        const first = yield* field.selected
        const second = yield* field.attacker
        yield* second.write("0000000a ffff")
        yield* second.closed()
        yield* probed(first)
        yield* stays(first, "Selected")
        yield* field.sees("ConnectionTurnedAway")
      }),
    { timers: { t7: 500 } }
  )
})

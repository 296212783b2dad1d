/**
 * The passive end against data messages it cannot use: text that is no item, device ids and streams that are not its
 * own. Equipment reports with stream 9, a host does not.
 */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as kit from "../kit.ts"
import { attack, s1f1, s1f2 } from "./kit.ts"
import { bytesInUse, tolerance } from "./measure.ts"

/** A report of equipment: stream 9 with the header of what it is about. Its system bytes are compared as 0. */
const report = (function_: number, about: kit.Frame): kit.Frame => kit.data(9, function_, 0, kit.headItem(about))

const nested = (depth: number): Uint8Array => {
  const text = new Uint8Array(2 * depth)
  for (let i = 0; i < text.length; i += 2) text.set([0x01, 0x01], i)
  // The innermost list is empty.
  text[text.length - 1] = 0
  return text
}

/** A primary with W-bit and any text. */
const withText = (function_: number, system: number, text: Uint8Array): Uint8Array => {
  const head = kit.head(kit.primary(1, function_, system))
  return kit.concat(kit.hex((10 + text.length).toString(16).padStart(8, "0") + head), text)
}

/** Text that is no item: what it is, its bytes, and what the decoder says. */
const undecodable: ReadonlyArray<readonly [what: string, text: () => Uint8Array, reason: string]> = [
  ["a truncated item", () => kit.hex("41 05 68 65"), "Truncated"],
  ["a format byte alone", () => kit.hex("41"), "Truncated"],
  ["16 MB claimed with 4 bytes behind", () => kit.hex("23 ffffff 00000000"), "Truncated"],
  ["a list of 16 million elements with 4 bytes behind", () => kit.hex("03 ffffff 0100 0100"), "Truncated"],
  ["an item with a byte behind it", () => kit.hex("a5 01 07 00"), "TrailingBytes"],
  ["a format that is none", () => kit.hex("fd 01 07"), "UnknownFormat"],
  ["no length bytes", () => kit.hex("40 05"), "LengthByteCount"],
  ["a U4 of 3 bytes", () => kit.hex("b1 03 000000"), "LengthNotMultiple"],
  ["lists 10 000 deep", () => nested(10_000), "TooDeep"],
  ["lists 100 000 deep", () => nested(100_000), "TooDeep"],
  [
    "two million empty lists",
    () => {
      const text = new Uint8Array(4 + 4_000_000)
      text.set([0x03, 0x1e, 0x84, 0x80])
      for (let i = 4; i < text.length; i += 2) text[i] = 0x01
      return text
    },
    "TooManyItems"
  ]
]

describe("text that is no item, at equipment", () => {
  for (const [what, text, reason] of undecodable) {
    attack(
      `${what}: S9F7 and SxF0, the handler is not bothered, the session stays (e37/frame/undecodable-text)`,
      (field) =>
        Effect.gen(function* () {
          const attacker = yield* field.selected
          const before = bytesInUse()
          const bad = kit.primary(1, 3, 7)
          yield* attacker.write(withText(3, 7, text()))
          yield* attacker.answered(report(7, bad), kit.data(1, 0, 7))
          assert.isBelow(bytesInUse() - before, 64 * tolerance)
          yield* attacker.write(s1f1(8))
          yield* attacker.answered(s1f2(8))
          assert.deepStrictEqual(field.handled, ["S1F1", "S1F1"])
          yield* field.sees(`Undecodable ${reason}`)
        })
    )
  }

  attack("1 024 lists around an empty one are an item, one more is not (e37/frame/text-one-item)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.selected
      yield* attacker.write(withText(5, 7, nested(1025)), withText(5, 8, nested(1026)))
      yield* attacker.answered(kit.data(1, 0, 7), report(7, kit.primary(1, 5, 8)), kit.data(1, 0, 8))
      assert.deepStrictEqual(field.handled, ["S1F1", "S1F5"])
      yield* field.sees("Undecodable TooDeep")
    })
  )

  attack("without W-bit is answered with S9F7 alone (e37/frame/undecodable-text)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.selected
      const bad = kit.data(6, 11, 7, "4105")
      yield* attacker.write(bad)
      yield* attacker.answered(report(7, bad))
      yield* field.sees("Undecodable Truncated")
    })
  )

  attack("in a secondary to nothing is two events and not answered (e37/transaction/orphan)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.selected
      yield* attacker.write(kit.data(1, 4, 7, "4105"))
      yield* attacker.answered()
      yield* field.sees("Undecodable Truncated", "UnmatchedReply Orphan")
    })
  )

  attack("in a message of stream 9 is never answered with stream 9 (e37/frame/undecodable-text)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.selected
      yield* attacker.write(kit.data(9, 7, 7, "4105"), kit.primary(9, 7, 8, "4105"))
      yield* attacker.answered(kit.data(9, 0, 8))
      yield* field.sees("Undecodable Truncated", "Undecodable Truncated")
    })
  )
})

describe("text that is no item, at a host", () => {
  attack(
    "is answered with SxF0 where the W-bit asks for a reply, and with no stream 9 (e37/frame/undecodable-text)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.selected
        yield* attacker.write(kit.primary(6, 11, 7, "4105"), kit.data(6, 11, 8, "4105"))
        yield* attacker.answered(kit.data(6, 0, 7))
        yield* field.sees("Undecodable Truncated", "Undecodable Truncated")
      }),
    { role: "host" }
  )
})

describe("another device id", () => {
  const foreign = kit.primary(1, 1, 7, "", 11)

  attack("is answered with S9F1 by equipment, and the message dropped (e371/session-id/equipment)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.selected
      yield* attacker.write("0000000a 000b 81 01 00 00 00000007")
      yield* attacker.answered("00000016 000a 09 01 00 00 00000000 210a 000b 81 01 00 00 00000007")
      yield* attacker.write(kit.data(6, 11, 8, "4105", 0x7fff), kit.primary(1, 1, 9, "", 0xffff))
      yield* attacker.answered(report(1, kit.data(6, 11, 8, "", 0x7fff)), report(1, kit.primary(1, 1, 9, "", 0xffff)))
      assert.deepStrictEqual(field.handled, ["S1F1"])
      yield* field.sees(
        "SessionIdMismatch 11 dropped",
        "SessionIdMismatch 32767 dropped",
        "SessionIdMismatch 65535 dropped"
      )
    })
  )

  attack(
    "in S9F1 is delivered and answered with nothing, or two sides would report for ever (e371/session-id/equipment)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.selected
        yield* attacker.write(kit.data(9, 1, 7, kit.headItem(foreign), 11))
        yield* attacker.answered()
        assert.deepStrictEqual(field.handled, ["S1F1", "S9F1"])
        yield* field.sees("SessionIdMismatch 11 delivered")
      })
  )

  attack(
    "is dropped by a host without an answer (e371/session-id/host)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.selected
        yield* attacker.write(foreign, s1f1(8))
        yield* attacker.answered(s1f2(8))
        yield* field.sees("SessionIdMismatch 11 dropped")
      }),
    { role: "host" }
  )
})

describe("data messages nobody knows", () => {
  attack(
    "an unknown stream and function with W-bit is the handler's, who aborts: SxF0 (e37/transaction/abort-sent)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.selected
        yield* attacker.write(kit.primary(1, 99, 7), kit.primary(127, 255, 8), kit.primary(99, 1, 9, "0100"))
        yield* attacker.answered(kit.data(1, 0, 7), kit.data(127, 0, 8), kit.data(99, 0, 9))
        assert.deepStrictEqual(field.handled, ["S1F1", "S1F99", "S127F255", "S99F1"])
        yield* field.sees()
      })
  )

  attack(
    "an unknown stream and function without W-bit is the handler's, and not answered (e37/data/no-reply)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.selected
        yield* attacker.write(kit.data(1, 99, 7), kit.data(127, 255, 8))
        yield* attacker.answered()
        assert.deepStrictEqual(field.handled, ["S1F1", "S1F99", "S127F255"])
        yield* field.sees()
      })
  )

  attack("stream 0 is a warning, and the session stays (e37/data/stream-zero)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.selected
      yield* attacker.write(kit.data(0, 1, 7), kit.primary(0, 1, 8))
      yield* attacker.answered()
      assert.deepStrictEqual(field.handled, ["S1F1", "S0F1", "S0F1"])
      yield* field.sees("ProtocolWarning StreamZero", "ProtocolWarning StreamZero")
    })
  )

  attack("a W-bit on a secondary is a warning and not answered (e37/data/w-on-secondary)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.selected
      yield* attacker.write(kit.primary(1, 2, 7), kit.primary(1, 0, 8))
      yield* attacker.answered()
      yield* field.sees(
        "ProtocolWarning WBitOnSecondary",
        "UnmatchedReply Orphan",
        "ProtocolWarning WBitOnSecondary",
        "UnmatchedReply Orphan"
      )
    })
  )

  attack("the same system bytes for a thousand primaries: each is answered (e37/system-bytes/echo)", (field) =>
    Effect.gen(function* () {
      const attacker = yield* field.selected
      const all = Array.from({ length: 1000 }, () => 0)
      yield* attacker.write(...all.map(() => s1f1(0)))
      yield* attacker.answered(...all.map(() => s1f2(0)))
      yield* field.sees()
    })
  )

  attack(
    "stream 9 with the headers of messages never sent is delivered and not answered (e37/transaction/error-reported)",
    (field) =>
      Effect.gen(function* () {
        const attacker = yield* field.selected
        const reports = [1, 3, 5, 7, 9, 11, 13].map((f) => kit.data(9, f, f, kit.headItem(kit.primary(1, 1, f))))
        yield* attacker.write(...reports)
        yield* attacker.answered()
        assert.deepStrictEqual(field.handled.slice(1), ["S9F1", "S9F3", "S9F5", "S9F7", "S9F9", "S9F11", "S9F13"])
        yield* field.sees()
      })
  )
})

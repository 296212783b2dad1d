import { Item, SecsMessage } from "@effect-secs/codec"
import { HsmsHeader } from "@effect-secs/codec/HsmsHeader"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { StreamNine } from "../src/index.ts"
import * as kit from "./kit.ts"

const s1f3 = SecsMessage.primary(1, 3)

describe("the report of a fault", () => {
  const header = new HsmsHeader(0x000a, 0x81, 0x01, 0, 0, 0x0a0b_0c0d)

  for (const [fault, function_] of [
    ["UnrecognizedDeviceId", 1],
    ["UnrecognizedStream", 3],
    ["UnrecognizedFunction", 5],
    ["IllegalData", 7],
    ["TransactionTimeout", 9],
    ["DataTooLong", 11]
  ] as const) {
    it(`is S9F${function_} without W-bit, with the ten header bytes, for ${fault}`, () => {
      assert.deepStrictEqual(
        StreamNine.report(fault, header),
        new SecsMessage.SecsMessage(9, function_, false, Item.B([0, 10, 0x81, 1, 0, 0, 10, 11, 12, 13]))
      )
    })
  }

  for (const function_ of [1, 3, 5, 7, 11]) {
    it(`names the header of a received S9F${function_}`, () => {
      const text = Item.B([0, 10, 0x81, 1, 0, 0, 10, 11, 12, 13])
      assert.deepStrictEqual(StreamNine.reportedHeader(SecsMessage.primary(9, function_, text)), header)
    })
  }

  it("names no header of the receiver where there is none", () => {
    const ten = Item.B([0, 10, 0x81, 1, 0, 0, 10, 11, 12, 13])
    for (const message of [
      // SHEAD is the header of a primary of the sender, not of ours.
      SecsMessage.primary(9, 9, ten),
      SecsMessage.primary(9, 13, ten),
      SecsMessage.primary(9, 7),
      SecsMessage.primary(9, 7, Item.B([1, 2, 3])),
      SecsMessage.primary(9, 7, Item.U1(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)),
      SecsMessage.secondary(9, 8, ten),
      SecsMessage.primary(8, 7, ten)
    ]) {
      assert.isUndefined(StreamNine.reportedHeader(message), String(message))
    }
  })
})

describe("stream 9 from equipment", () => {
  it.effect("reports text that is no SECS-II with S9F7 and stays (e37/frame/undecodable-text)", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      const seen = yield* kit.primaries(session)
      const bad = kit.data(6, 11, 0x0102_0304, "a502ff")
      yield* peer.send(bad)
      const report = yield* peer.next
      assert.deepStrictEqual(report, kit.data(9, 7, report.system, kit.headItem(bad)))
      yield* peer.silent
      assert.deepStrictEqual(seen, [])
      assert.strictEqual(yield* session.state, "Selected")
      const [undecodable] = yield* events.of("Undecodable")
      assert.strictEqual(undecodable?.error.reason._tag, "Truncated")
      assert.deepStrictEqual(Array.from(undecodable!.text), [0xa5, 0x02, 0xff])
      // Whoever looks at the wire sees that there was text.
      const tapped = (yield* events.of("Received")).find(({ header }) => header.systemBytes === 0x0102_0304)
      assert.deepStrictEqual(tapped?.undecoded, { error: undecodable!.error, text: undecodable!.text })
    })
  )

  it.effect("answers SxF0 as well where the primary has a W-bit", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.passiveSelected()
      const bad = kit.primary(2, 41, 5, "a502ff")
      yield* peer.send(bad)
      const report = yield* peer.next
      assert.deepStrictEqual(report, kit.data(9, 7, report.system, kit.headItem(bad)))
      assert.deepStrictEqual(yield* peer.next, kit.data(2, 0, 5))
      yield* peer.silent
    })
  )

  for (const [what, text] of [
    ["trailing bytes", "a50107a50107"],
    ["an unknown format", "fd0107"],
    ["no length byte", "a4"]
  ] as const) {
    it.effect(`takes ${what} for undecodable text (e37/frame/text-one-item)`, () =>
      Effect.gen(function* () {
        const { peer } = yield* kit.passiveSelected()
        yield* peer.send(kit.data(6, 11, 5, text))
        assert.strictEqual((yield* peer.next).byte3, 7)
      })
    )
  }

  it.effect("draws the system bytes of its reports from its own counter", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      yield* kit.start(session.request(SecsMessage.primary(6, 11)))
      const first = yield* peer.next
      yield* peer.send(kit.data(6, 11, 5, "a502ff"))
      assert.strictEqual((yield* peer.next).system, first.system + 1)
    })
  )

  it.effect("never answers stream 9 with stream 9", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.passiveSelected()
      yield* peer.send(kit.data(9, 7, 5, "a502ff"), kit.data(9, 1, 6, "", 11))
      yield* peer.silent
    })
  )

  it.effect("is sent by active equipment as well (e371/role/independent)", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.activeSelected({ role: "equipment" })
      yield* peer.send(kit.data(6, 11, 5, "a502ff"))
      assert.strictEqual((yield* peer.next).byte3, 7)
    })
  )

  it.effect("is not sent by a host, passive or active; a primary with W-bit is answered SxF0", () =>
    Effect.gen(function* () {
      for (const selected of [kit.passiveSelected, kit.activeSelected]) {
        const { events, peer } = yield* selected({ role: "host" })
        yield* peer.send(kit.data(6, 11, 5, "a502ff"), kit.primary(6, 11, 6, "a502ff"))
        assert.deepStrictEqual(yield* peer.next, kit.data(6, 0, 6))
        yield* peer.silent
        assert.strictEqual((yield* events.of("Undecodable")).length, 2)
      }
    })
  )

  it.effect("is not sent for an undecodable reply", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const request = yield* kit.start(session.request(SecsMessage.primary(6, 11)))
      const sent = yield* peer.next
      yield* peer.send(kit.data(6, 12, sent.system, "a502ff"))
      assert.strictEqual((yield* kit.reason(request))._tag, "UndecodableReply")
      yield* peer.silent
    })
  )
})

describe("text longer than this side takes", () => {
  /** `<A "abc">`: 5 bytes. */
  const text = "4103616263"

  it.effect("is reported by equipment with S9F11, undecoded and once, and SxF0 ends it (e5/stream-9/too-long)", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected({ maxTextLength: 4 })
      const seen = yield* kit.primaries(session)
      for (const frame of [kit.primary(7, 3, 5, text), kit.data(7, 3, 6, "ffffffffff")]) {
        yield* peer.send(frame)
        const report = yield* peer.next
        assert.deepStrictEqual(report, kit.data(9, 11, report.system, kit.headItem(frame)))
        if (frame.system === 5) assert.deepStrictEqual(yield* peer.next, kit.data(7, 0, 5))
        yield* peer.silent
      }
      yield* peer.send(kit.data(7, 3, 7, "41026162"))
      yield* peer.silent
      assert.deepStrictEqual(
        seen.map(({ systemBytes }) => systemBytes),
        [7]
      )
      const refusal = { _tag: "DataTooLong", length: 5, maximum: 4 }
      assert.deepStrictEqual(
        (yield* events.of("PrimaryRefused")).map((event) => event.refusal),
        [refusal, refusal] as never
      )
      assert.strictEqual(yield* session.state, "Selected")
    })
  )

  it.effect("is answered SxF0 by a host, and a reply fails its transaction", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.activeSelected({ maxTextLength: 4 })
      yield* peer.send(kit.primary(6, 11, 5, text), kit.data(6, 11, 6, text))
      assert.deepStrictEqual(yield* peer.rest, [kit.data(6, 0, 5)])
      const request = yield* kit.start(session.request(s1f3))
      yield* peer.send(kit.data(1, 4, (yield* peer.next).system, text))
      assert.deepStrictEqual(yield* kit.reason(request), { _tag: "ReplyTooLong", length: 5, maximum: 4 })
    })
  )

  it.effect("of another device is answered S9F1 and nothing else: the device id comes first", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.passiveSelected({ maxTextLength: 4 })
      yield* peer.send(kit.primary(7, 3, 5, text, 11))
      assert.strictEqual((yield* peer.next).byte3, 1)
      yield* peer.silent
    })
  )

  it.effect("is not reported where it is stream 9 itself", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.passiveSelected({ maxTextLength: 4 })
      yield* peer.send(kit.data(9, 7, 5, text))
      yield* peer.silent
    })
  )
})

describe("stream 9 at the host", () => {
  for (const function_ of [1, 3, 5, 7, 11]) {
    it.effect(
      `fails the transaction whose header S9F${function_} carries, and is delivered (e37/transaction/error-reported)`,
      () =>
        Effect.gen(function* () {
          const { peer, session } = yield* kit.activeSelected()
          const seen = yield* kit.primaries(session)
          const request = yield* kit.start(session.request(s1f3))
          const other = yield* kit.start(session.request(s1f3))
          const sent = yield* peer.next
          yield* peer.send(kit.data(9, function_, 77, kit.headItem(sent)))
          assert.deepStrictEqual(yield* kit.reason(request), { _tag: "ErrorReported", function: function_ })
          assert.isTrue(yield* kit.waits(other))
          assert.deepStrictEqual(
            seen.map((one) => one.message.name),
            [`S9F${function_}`]
          )
        })
    )
  }

  it.effect(
    "names the fault although equipment with another device id sends it under its own (e371/session-id/host)",
    () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* kit.activeSelected()
        const seen = yield* kit.primaries(session)
        const request = yield* kit.start(session.request(s1f3))
        const sent = yield* peer.next
        yield* peer.send(kit.data(9, 1, 77, kit.headItem(sent), 1))
        assert.deepStrictEqual(yield* kit.reason(request), { _tag: "ErrorReported", function: 1 })
        assert.deepStrictEqual(
          seen.map((one) => one.message.name),
          ["S9F1"]
        )
        const [mismatch] = yield* events.of("SessionIdMismatch")
        assert.isFalse(mismatch!.dropped)
      })
  )

  it.effect("makes no late reply of the SxF0 that follows it: the caller knows already", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.activeSelected()
      const request = yield* kit.start(session.request(s1f3))
      const sent = yield* peer.next
      yield* peer.send(kit.data(9, 5, 77, kit.headItem(sent)), kit.data(1, 0, sent.system))
      assert.strictEqual((yield* kit.reason(request))._tag, "ErrorReported")
      assert.deepStrictEqual(yield* events.of("UnmatchedReply"), [])
      // A reply that comes all the same is news.
      yield* peer.send(kit.data(1, 4, sent.system))
      assert.strictEqual((yield* events.of("UnmatchedReply"))[0]?.kind, "Late")
    })
  )

  it.effect("is delivered and an event when nobody waits for that header, and fails nothing (e5/stream-9/told)", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.activeSelected()
      const seen = yield* kit.primaries(session)
      const request = yield* kit.start(session.request(s1f3))
      const sent = yield* peer.next
      yield* peer.send(
        kit.data(9, 5, 77, kit.headItem({ ...sent, system: (sent.system ^ 1) >>> 0 })),
        kit.data(9, 5, 78, kit.headItem({ ...sent, byte3: 5 })),
        kit.data(9, 5, 79, kit.headItem({ ...sent, byte2: 0x82 })),
        kit.data(9, 5, 80),
        // SHEAD: a primary of the equipment that happens to have our number.
        kit.data(9, 9, 81, kit.headItem(sent)),
        kit.data(9, 13, 82, kit.headItem(sent))
      )
      assert.isTrue(yield* kit.waits(request))
      assert.strictEqual(seen.length, 6)
      assert.deepStrictEqual(
        (yield* events.of("ErrorReported")).map(({ about, header }) => [header.systemBytes, about?.systemBytes]),
        [
          [77, (sent.system ^ 1) >>> 0],
          [78, sent.system],
          [79, sent.system],
          [80, undefined],
          [81, sent.system],
          [82, undefined]
        ]
      )
    })
  )

  it.effect("means nothing to equipment, which delivers it", () =>
    Effect.gen(function* () {
      const { events, peer, session } = yield* kit.passiveSelected()
      const seen = yield* kit.primaries(session)
      const request = yield* kit.start(session.request(s1f3))
      const sent = yield* peer.next
      yield* peer.send(kit.data(9, 5, 77, kit.headItem(sent)))
      assert.isTrue(yield* kit.waits(request))
      assert.strictEqual(seen.length, 1)
      assert.deepStrictEqual(yield* events.of("ErrorReported"), [])
    })
  )
})

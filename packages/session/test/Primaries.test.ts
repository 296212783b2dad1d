import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as kit from "./kit.ts"

/** `<U1 7>` */
const u1Seven = "a50107"

for (const [side, selected] of [
  ["passive", kit.passiveSelected],
  ["active", kit.activeSelected]
] as const) {
  describe(`primaries, ${side} side`, () => {
    it.effect("hands over stream, function, W-bit, item, session id and system bytes (e37/data/delivered)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.primary(127, 1, 0xffff_fffe, u1Seven), kit.data(6, 255, 0))
        yield* kit.settle
        assert.deepStrictEqual(
          seen.map((one) => [String(one.message), one.sessionId, one.systemBytes]),
          [
            ["S127F1 W <U1 7>", kit.device, 0xffff_fffe],
            ["S6F255", kit.device, 0]
          ]
        )
      })
    )

    it.effect("tells a header only from an empty list (e37/data/header-only)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.data(6, 11, 1), kit.data(6, 11, 2, "0100"))
        yield* kit.settle
        assert.deepStrictEqual(
          seen.map((one) => one.message.item?.format),
          [undefined, Item.L().format]
        )
      })
    )

    it.effect("hands primaries over in the order in which they came (e37/data/order)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const numbers = Array.from({ length: 500 }, (_, i) => i)
        // Half of them before anybody reads.
        yield* peer.send(...numbers.slice(0, 250).map((i) => kit.data(6, 11, i)))
        yield* kit.settle
        const seen = yield* kit.primaries(session)
        for (const i of numbers.slice(250)) yield* peer.send(kit.data(6, 11, i))
        yield* kit.settle
        assert.deepStrictEqual(
          seen.map((one) => one.systemBytes),
          numbers
        )
      })
    )

    it.effect("gives each primary to one reader", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const one = yield* kit.primaries(session)
        const two = yield* kit.primaries(session)
        yield* peer.send(...Array.from({ length: 10 }, (_, i) => kit.data(6, 11, i)))
        yield* kit.settle
        assert.deepStrictEqual(
          [...one, ...two].map((each) => each.systemBytes).toSorted((a, b) => a - b),
          [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        )
      })
    )

    it.effect("loses none when a reader takes some and another goes on", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        yield* peer.send(...Array.from({ length: 10 }, (_, i) => kit.data(6, 11, i)))
        const first = yield* Stream.runCollect(Stream.take(session.primaries, 3))
        const rest = yield* kit.primaries(session)
        yield* kit.settle
        assert.deepStrictEqual(
          [...first, ...rest].map((each) => each.systemBytes),
          [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        )
      })
    )

    it.effect("warns of stream 0 and hands the primary over (e37/data/stream-zero)", () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* selected()
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.primary(0, 1, 8))
        yield* peer.silent
        assert.deepStrictEqual(
          seen.map((one) => String(one.message)),
          ["S0F1 W"]
        )
        assert.deepStrictEqual(
          (yield* events.of("ProtocolWarning")).map(({ header, what }) => [header.systemBytes, what]),
          [[8, "StreamZero"]]
        )
        assert.strictEqual((yield* Effect.flip(seen[0]!.reply())).reason._tag, "Unsendable")
      })
    )
  })

  describe(`reply, ${side} side`, () => {
    it.effect(
      "repeats stream, session id and system bytes, function one higher, no W-bit (e37/transaction/reply-fields, e37/system-bytes/echo)",
      () =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected()
          const seen = yield* kit.primaries(session)
          for (const system of [0, 1, 0x8000_0000, 0xffff_ffff]) {
            yield* peer.send(kit.primary(1, 3, system))
            yield* kit.settle
            yield* seen.at(-1)!.reply(Item.U1(7))
            assert.deepStrictEqual(yield* peer.next, kit.data(1, 4, system, u1Seven))
          }
        })
    )

    it.effect("without an item sends a header only", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.primary(1, 3, 5))
        yield* kit.settle
        yield* seen[0]!.reply()
        assert.deepStrictEqual(yield* peer.next, kit.data(1, 4, 5))
      })
    )

    it.effect("to one primary twice is refused (e37/transaction/reply-refused)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.primary(1, 3, 5))
        yield* kit.settle
        yield* seen[0]!.reply()
        yield* peer.next
        assert.deepStrictEqual((yield* Effect.flip(seen[0]!.reply())).reason, { _tag: "AlreadyReplied" })
        assert.deepStrictEqual((yield* Effect.flip(seen[0]!.abort)).reason, { _tag: "AlreadyReplied" })
        yield* peer.silent
      })
    )

    it.effect("to a primary without W-bit is refused (e37/transaction/reply-refused)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.data(6, 11, 5))
        yield* kit.settle
        assert.deepStrictEqual((yield* Effect.flip(seen[0]!.reply())).reason, { _tag: "NoReplyExpected" })
        assert.deepStrictEqual((yield* Effect.flip(seen[0]!.abort)).reason, { _tag: "NoReplyExpected" })
        yield* peer.silent
      })
    )

    it.effect("may be SxF0, which aborts the transaction (e37/transaction/abort-sent)", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected()
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.primary(2, 41, 5))
        yield* kit.settle
        yield* seen[0]!.abort
        assert.deepStrictEqual(yield* peer.next, kit.data(2, 0, 5))
      })
    )

    it.effect("that is too long leaves the primary open for another", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({ maxFrameLength: 15 })
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.primary(1, 3, 5))
        yield* kit.settle
        const refused = { _tag: "TooLong", length: 16, maximum: 15 } as const
        assert.deepStrictEqual((yield* Effect.flip(seen[0]!.reply(Item.A("abcd")))).reason, refused)
        yield* peer.silent
        yield* seen[0]!.reply(Item.A("abc"))
        assert.deepStrictEqual(yield* peer.next, kit.data(1, 4, 5, "4103616263"))
      })
    )

    it.effect("whose caller gives up before it is written leaves the primary open for another", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected({}, { capacity: 8 })
        const seen = yield* kit.primaries(session)
        yield* peer.send(kit.primary(1, 3, 5))
        yield* kit.settle
        yield* peer.stopsReading
        yield* kit.start(session.send(SecsMessage.primary(6, 11)))
        const reply = yield* kit.start(seen[0]!.reply(Item.U1(7)))
        yield* Fiber.interrupt(reply)
        const abort = yield* kit.start(seen[0]!.abort)
        yield* peer.reads
        yield* kit.value(abort)
        assert.deepStrictEqual(
          (yield* peer.rest).map((frame) => [frame.byte2, frame.byte3]),
          [
            [6, 11],
            [1, 0]
          ]
        )
      })
    )

    it.effect(
      "after the connection ended fails, as that end, and never goes to the next peer (e37/transaction/reply-same-connection)",
      () =>
        Effect.gen(function* () {
          const { peer, session, transports } = yield* selected()
          const seen = yield* kit.primaries(session)
          yield* peer.send(kit.primary(1, 3, 5))
          yield* kit.settle
          yield* peer.send(kit.separateReq(6))
          yield* peer.closed
          // The next connection, selected, with the same number in use.
          let next: kit.Peer
          if (side === "passive") {
            next = yield* kit.open(transports.active)
            yield* next.send(kit.selectReq(1))
            yield* next.next
          } else {
            yield* kit.pass(10_000)
            next = yield* kit.open(transports.passive)
            yield* next.send(kit.selectRsp((yield* next.next).system))
          }
          yield* kit.settle
          assert.strictEqual(yield* session.state, "Selected")
          yield* next.send(kit.primary(1, 3, 5))
          yield* kit.settle
          const lost = { _tag: "ConnectionLost", cause: { _tag: "Separated" } } as const
          assert.deepStrictEqual((yield* Effect.flip(seen[0]!.reply())).reason, lost)
          yield* next.silent
          yield* seen[1]!.reply()
          assert.deepStrictEqual(yield* next.next, kit.data(1, 4, 5))
        })
    )
  })
}

import { assert, describe, it } from "@effect/vitest"
import { SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as kit from "./kit.ts"

const stream = [
  kit.linktestReq(2),
  kit.data(6, 11, 3, "0102a50107410358595a"),
  kit.primary(1, 1, 4),
  kit.linktestReq(5)
]

describe("framing", () => {
  it.effect("takes every message however the stream is cut in two (e37/frame/any-cut)", () =>
    Effect.gen(function* () {
      const bytes = kit.concat(...[kit.selectReq(1), ...stream].map(kit.toBytes))
      for (let cut = 1; cut < bytes.length; cut++) {
        const { peer, session } = yield* kit.passiveConnected()
        const seen = yield* kit.primaries(session)
        yield* peer.sendBytes(bytes.subarray(0, cut))
        yield* kit.settle
        yield* peer.sendBytes(bytes.subarray(cut))
        assert.deepStrictEqual(
          yield* peer.rest,
          [kit.selectRsp(1), kit.linktestRsp(2), kit.linktestRsp(5)],
          `cut ${cut}`
        )
        assert.deepStrictEqual(
          seen.map((one) => String(one.message)),
          ['S6F11 <L [2] <U1 7> <A "XYZ">>', "S1F1 W"],
          `cut ${cut}`
        )
      }
    })
  )

  it.effect("takes every message byte by byte (e37/frame/any-cut)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const seen = yield* kit.primaries(session)
      for (const byte of kit.concat(...stream.map(kit.toBytes))) {
        yield* peer.sendBytes(Uint8Array.of(byte))
        yield* kit.settle
      }
      assert.deepStrictEqual(yield* peer.rest, [kit.linktestRsp(2), kit.linktestRsp(5)])
      assert.strictEqual(seen.length, 2)
    })
  )

  it.effect("takes messages that come in one chunk one by one, in order (e37/frame/coalesced)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const seen = yield* kit.primaries(session)
      yield* peer.send(...Array.from({ length: 200 }, (_, i) => kit.data(6, 11, i)), kit.linktestReq(1000))
      assert.deepStrictEqual(yield* peer.next, kit.linktestRsp(1000))
      assert.deepStrictEqual(
        seen.map((one) => one.systemBytes),
        Array.from({ length: 200 }, (_, i) => i)
      )
    })
  )

  for (const length of [0, 1, 9]) {
    it.effect(`closes on the length ${length} (e37/frame/too-short)`, () =>
      Effect.gen(function* () {
        const { events, peer, session } = yield* kit.passiveSelected()
        yield* peer.sendBytes(kit.hex(length.toString(16).padStart(8, "0")))
        yield* peer.closed
        yield* peer.silent
        assert.strictEqual(yield* session.state, "NotConnected")
        const reason = (yield* events.of("Disconnected"))[0]?.reason
        assert.strictEqual(reason?._tag, "FrameFault")
        assert.deepStrictEqual(reason?._tag === "FrameFault" && reason.error.reason, { _tag: "FrameTooShort", length })
      })
    )
  }

  it.effect(
    "closes on a length above the maximum before its text comes, and takes the maximum (e37/frame/too-long)",
    () =>
      Effect.gen(function* () {
        const fits = yield* kit.passiveSelected({ maxFrameLength: 13 })
        const seen = yield* kit.primaries(fits.session)
        yield* fits.peer.send(kit.data(6, 11, 1, "a50107"))
        yield* fits.peer.connected
        assert.strictEqual(seen.length, 1)

        const { events, peer } = yield* kit.passiveSelected({ maxFrameLength: 13 })
        yield* peer.sendBytes(kit.hex("0000000e"))
        yield* peer.closed
        const reason = (yield* events.of("Disconnected"))[0]?.reason
        const error = { _tag: "FrameTooLong", length: 14, maximum: 13 } as const
        assert.deepStrictEqual(reason?._tag === "FrameFault" && reason.error.reason, error)
      })
  )

  it.effect("closes on a length of 4 GiB by default (e371/failure/closes)", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.activeSelected()
      yield* peer.sendBytes(kit.hex("ffffffff"))
      yield* peer.closed
    })
  )

  for (const sType of [1, 2, 3, 4, 5, 6, 7, 9]) {
    it.effect(`closes on a control message with text, SType ${sType} (e37/frame/control-with-text)`, () =>
      Effect.gen(function* () {
        const { events, peer } = yield* kit.passiveSelected()
        yield* peer.send({ ...kit.linktestReq(5), sType, text: "00" })
        yield* peer.closed
        yield* peer.silent
        const reason = (yield* events.of("Disconnected"))[0]?.reason
        const error = { _tag: "BadControlLength", length: 11, sType } as const
        assert.deepStrictEqual(reason?._tag === "FrameFault" && reason.error.reason, error)
      })
    )
  }

  it.effect("rejects an unknown SType with text, and stays (e37/reject/stype)", () =>
    Effect.gen(function* () {
      const { peer } = yield* kit.passiveSelected()
      yield* peer.send({ ...kit.linktestReq(5), sType: 8, text: "0011" })
      assert.deepStrictEqual(yield* peer.next, kit.rejectReq(5, 1, 8))
      yield* peer.connected
    })
  )

  it.effect("acts on what is whole before it closes on what is not (e37/frame/good-before-bad)", () =>
    Effect.gen(function* () {
      const { peer, session } = yield* kit.passiveSelected()
      const seen = yield* kit.primaries(session)
      const request = yield* kit.start(session.request(SecsMessage.primary(1, 1)))
      const sent = yield* peer.next
      yield* peer.sendBytes(
        kit.concat(
          ...[kit.data(1, 2, sent.system), kit.data(6, 11, 3), kit.linktestReq(4)].map(kit.toBytes),
          kit.hex("00000000")
        )
      )
      yield* peer.closed
      assert.strictEqual((yield* kit.value(request)).name, "S1F2")
      assert.strictEqual(seen.length, 1)
      assert.deepStrictEqual(yield* peer.rest, [kit.linktestRsp(4)])
    })
  )
})

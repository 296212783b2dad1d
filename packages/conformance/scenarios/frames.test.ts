/** SEMI E37, message format: what becomes of bytes, however they come. */
import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as kit from "./kit.ts"

const { scenario } = kit

const linktest = "FFFF 00 00 00 05 0A0B0C0D"
const answer = "FFFF 00 00 00 06 0A0B0C0D"
/** `S1F1 W <L <A "MDLN"> <A "1.0">>` */
const primary = "000A 81 01 00 00 00000021 0102 4104 4D444C4E 4103 312E30"

for (const [side, selected] of kit.sides) {
  describe(`the ${side} side`, () => {
    scenario("takes a message that comes one byte at a time (e37/frame/any-cut)", (wire) =>
      Effect.gen(function* () {
        const { peer, primary: next } = yield* selected(wire)
        for (const byte of kit.framed(primary).match(/../g)!) {
          yield* peer.sendBytes(byte)
          yield* Effect.yieldNow
        }
        const { message } = yield* next
        assert.strictEqual(String(message), 'S1F1 W <L [2] <A "MDLN"> <A "1.0">>')
      })
    )

    scenario("takes a message cut in two at any place (e37/frame/any-cut)", (wire) =>
      Effect.gen(function* () {
        const { peer, primary: next } = yield* selected(wire)
        const bytes = kit.framed(primary)
        for (let cut = 2; cut < bytes.length; cut += 2) {
          yield* peer.sendBytes(bytes.slice(0, cut))
          yield* Effect.yieldNow
          yield* peer.sendBytes(bytes.slice(cut))
          const { message } = yield* next
          assert.strictEqual(String(message), 'S1F1 W <L [2] <A "MDLN"> <A "1.0">>')
        }
      })
    )

    scenario("takes all messages of one segment, in order (e37/frame/coalesced)", (wire) =>
      Effect.gen(function* () {
        const { peer } = yield* selected(wire)
        yield* peer.send(
          linktest,
          "FFFF 00 00 00 05 00000002",
          "FFFF 00 00 00 08 00000003",
          "FFFF 00 00 00 05 00000004"
        )
        yield* peer.expect(answer)
        yield* peer.expect("FFFF 00 00 00 06 00000002")
        yield* peer.expect("FFFF 08 01 00 07 00000003")
        yield* peer.expect("FFFF 00 00 00 06 00000004")
      })
    )

    for (const length of ["00000000", "00000001", "00000009"]) {
      scenario(
        `closes on a length of ${Number.parseInt(length, 16)}, after what came before (e37/frame/too-short, e37/frame/good-before-bad)`,
        (wire) =>
          Effect.gen(function* () {
            const { event, peer } = yield* selected(wire)
            yield* peer.sendBytes(kit.framed(linktest) + length)
            yield* peer.expect(answer)
            yield* peer.closed
            const { reason } = yield* event("Disconnected")
            assert.strictEqual(reason._tag === "FrameFault" && reason.error.reason._tag, "FrameTooShort")
          })
      )
    }

    scenario("closes on a length above its maximum, before the text comes (e37/frame/too-long)", (wire) =>
      Effect.gen(function* () {
        const { event, peer } = yield* selected(wire, { maxFrameLength: 1000 })
        yield* peer.sendBytes(kit.framed(linktest))
        yield* peer.expect(answer)
        yield* peer.sendBytes("000003E9")
        yield* peer.closed
        const { reason } = yield* event("Disconnected")
        assert.strictEqual(reason._tag === "FrameFault" && reason.error.reason._tag, "FrameTooLong")
      })
    )

    scenario("closes on the largest length there is with the default maximum (e37/frame/too-long)", (wire) =>
      Effect.gen(function* () {
        const { peer } = yield* selected(wire)
        yield* peer.sendBytes("FFFFFFFF")
        yield* peer.closed
      })
    )

    scenario("refuses to send a message above its maximum, and sends one at it (e37/frame/maximum-sent)", (wire) =>
      Effect.gen(function* () {
        const { peer, session } = yield* selected(wire, { maxFrameLength: 1000 })
        // Header and item header take 13 bytes.
        const over = yield* Effect.flip(session.send(SecsMessage.primary(7, 3, Item.B(new Uint8Array(988)))))
        assert.deepStrictEqual(over.reason, { _tag: "TooLong", length: 1001, maximum: 1000 })
        yield* session.send(SecsMessage.primary(7, 3, Item.B(new Uint8Array(987))))
        yield* peer.expect(`000A 07 03 00 00 ???????? 2203DB ${"00".repeat(987)}`)
      })
    )

    for (const sType of ["01", "02", "03", "04", "05", "06", "07", "09"]) {
      scenario(
        `closes on a control message of SType ${Number(sType)} with text (e37/frame/control-with-text)`,
        (wire) =>
          Effect.gen(function* () {
            const { event, peer } = yield* selected(wire)
            yield* peer.send(`FFFF 00 00 00 ${sType} 00000021 00`)
            yield* peer.closed
            const { reason } = yield* event("Disconnected")
            assert.strictEqual(reason._tag === "FrameFault" && reason.error.reason._tag, "BadControlLength")
          })
      )
    }

    scenario(
      "closes when a message stops after its first byte for T8, and does what came before (e37/t8/closes, e37/t8/in-length)",
      (wire) =>
        Effect.gen(function* () {
          const { event, peer } = yield* selected(wire, { timers: { t8: "100 millis" } })
          yield* peer.sendBytes(`${kit.framed(linktest)} 00`)
          yield* peer.expect(answer)
          yield* wire.elapse("110 millis")
          yield* peer.closed
          assert.strictEqual((yield* event("Disconnected")).reason._tag, "T8Expired")
        })
    )

    scenario("stays on text that is no SECS-II item (e37/frame/undecodable-text)", (wire) =>
      Effect.gen(function* () {
        const { event, peer, session } = yield* selected(wire)
        // A list of two elements, of which one is there; an unknown format; two items.
        for (const text of ["0102 A50107", "FD01 00", "A50107 A50107"]) {
          yield* peer.send(`000A 01 01 00 00 00000021 ${text}`)
          yield* event("Undecodable")
        }
        assert.strictEqual(yield* session.state, "Selected")
      })
    )

    scenario(
      "writes messages whole, one after the other, when many are sent at once (e37/frame/not-interleaved)",
      (wire) =>
        Effect.gen(function* () {
          const { peer, session } = yield* selected(wire)
          const sizes = [70_000, 1, 300, 66_000, 0, 5000]
          yield* Effect.forkScoped(
            Effect.forEach(
              sizes,
              (size, n) => session.send(SecsMessage.primary(7, 3, Item.B(new Uint8Array(size).fill(n)))),
              { concurrency: "unbounded" }
            ),
            { startImmediately: true }
          )
          for (const [n, size] of sizes.entries()) {
            const count = size.toString(16)
            const bytes = Math.max(1, Math.ceil(count.length / 2))
            const format = (0o40 + bytes).toString(16)
            const text = n.toString(16).padStart(2, "0").repeat(size)
            yield* peer.expect(`000A 07 03 00 00 ???????? ${format} ${count.padStart(bytes * 2, "0")} ${text}`)
          }
        })
    )
  })
}

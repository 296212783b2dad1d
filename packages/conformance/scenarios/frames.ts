/** SEMI E37, message format: what becomes of bytes, however they come. */
import { Item, SecsMessage } from "@effect-secs/codec"
import * as Effect from "effect/Effect"
import * as assert from "node:assert/strict"
import { everywhere, start } from "./kit.ts"
import { framed } from "./wire.ts"

const linktest = "FFFF 00 00 00 05 0A0B0C0D"
const answer = "FFFF 00 00 00 06 0A0B0C0D"
/** `S1F1 W <L <A "MDLN"> <A "1.0">>` */
const primary = "000A 81 01 00 00 00000021 0102 4104 4D444C4E 4103 312E30"

export const frames = [
  everywhere("a message that comes one byte at a time is taken (e37/frame/any-cut)", (at) =>
    Effect.gen(function* () {
      const { peer, primary: next } = yield* at.selected()
      for (const byte of framed(primary).match(/../g)!) {
        yield* peer.sendBytes(byte)
        yield* Effect.yieldNow
      }
      const { message } = yield* next
      assert.strictEqual(String(message), 'S1F1 W <L [2] <A "MDLN"> <A "1.0">>')
    })
  ),

  everywhere("a message cut in two at any place is taken (e37/frame/any-cut)", (at) =>
    Effect.gen(function* () {
      const { peer, primary: next } = yield* at.selected()
      const bytes = framed(primary)
      for (let cut = 2; cut < bytes.length; cut += 2) {
        yield* peer.sendBytes(bytes.slice(0, cut))
        yield* Effect.yieldNow
        yield* peer.sendBytes(bytes.slice(cut))
        const { message } = yield* next
        assert.strictEqual(String(message), 'S1F1 W <L [2] <A "MDLN"> <A "1.0">>')
      }
    })
  ),

  everywhere("all messages of one segment are taken, in order (e37/frame/coalesced)", (at) =>
    Effect.gen(function* () {
      const { peer } = yield* at.selected()
      yield* peer.send(linktest, "FFFF 00 00 00 05 00000002", "FFFF 00 00 00 08 00000003", "FFFF 00 00 00 05 00000004")
      yield* peer.expect(answer)
      yield* peer.expect("FFFF 00 00 00 06 00000002")
      yield* peer.expect("FFFF 08 01 00 07 00000003")
      yield* peer.expect("FFFF 00 00 00 06 00000004")
    })
  ),

  everywhere("a message without item is sent as a header only (e37/frame/header-only)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected()
      yield* session.send(SecsMessage.primary(1, 13))
      yield* peer.expect("000A 01 0D 00 00 ????????")
      yield* peer.quiet
    })
  ),

  ...["00000000", "00000001", "00000009"].map((length) =>
    everywhere(
      `a length of ${Number.parseInt(length, 16)} ends TCP, after what came before (e37/frame/too-short, e37/frame/good-before-bad, e371/failure/closes)`,
      (at) =>
        Effect.gen(function* () {
          const { event, peer } = yield* at.selected()
          yield* peer.sendBytes(framed(linktest) + length)
          yield* peer.expect(answer)
          yield* peer.closed
          const { reason } = yield* event("Disconnected")
          assert.strictEqual(reason._tag === "FrameFault" && reason.error.reason._tag, "FrameTooShort")
        })
    )
  ),

  everywhere("a length above the maximum ends TCP before the text comes (e37/frame/too-long)", (at) =>
    Effect.gen(function* () {
      const { event, peer } = yield* at.selected({ maxFrameLength: 1000 })
      yield* peer.sendBytes(framed(linktest))
      yield* peer.expect(answer)
      yield* peer.sendBytes("000003E9")
      yield* peer.closed
      const { reason } = yield* event("Disconnected")
      assert.strictEqual(reason._tag === "FrameFault" && reason.error.reason._tag, "FrameTooLong")
    })
  ),

  everywhere("the largest length there is ends TCP with the default maximum (e37/frame/too-long)", (at) =>
    Effect.gen(function* () {
      const { peer } = yield* at.selected()
      yield* peer.sendBytes("FFFFFFFF")
      yield* peer.closed
    })
  ),

  everywhere("a message above the maximum is not sent, one at it is (e37/frame/maximum-sent)", (at) =>
    Effect.gen(function* () {
      const { peer, session } = yield* at.selected({ maxFrameLength: 1000 })
      // Header and item header take 13 bytes.
      const over = yield* Effect.flip(session.send(SecsMessage.primary(7, 3, Item.B(new Uint8Array(988)))))
      assert.deepStrictEqual({ ...over.reason }, { _tag: "TooLong", length: 1001, maximum: 1000 })
      yield* session.send(SecsMessage.primary(7, 3, Item.B(new Uint8Array(987))))
      yield* peer.expect(`000A 07 03 00 00 ???????? 2203DB ${"00".repeat(987)}`)
    })
  ),

  ...["01", "02", "03", "04", "05", "06", "07", "09"].map((sType) =>
    everywhere(`a control message of SType ${Number(sType)} with text ends TCP (e37/frame/control-with-text)`, (at) =>
      Effect.gen(function* () {
        const { event, peer } = yield* at.selected()
        yield* peer.send(`FFFF 00 00 00 ${sType} 00000021 00`)
        yield* peer.closed
        const { reason } = yield* event("Disconnected")
        assert.strictEqual(reason._tag === "FrameFault" && reason.error.reason._tag, "BadControlLength")
      })
    )
  ),

  everywhere(
    "text that is not exactly one SECS-II item is not delivered, and changes nothing (e37/frame/undecodable-text, e37/frame/text-one-item)",
    (at) =>
      Effect.gen(function* () {
        const { event, peer, primary, session } = yield* at.selected()
        // A list of two elements, of which one is there; an unknown format; two items.
        for (const text of ["0102 A50107", "FD01 00", "A50107 A50107"]) {
          yield* peer.send(`000A 06 0B 00 00 00000021 ${text}`)
          yield* event("Undecodable")
        }
        assert.strictEqual(yield* session.state, "Selected")
        yield* peer.send("000A 06 0B 00 00 00000022 A50107")
        assert.strictEqual((yield* primary).systemBytes, 0x22)
      })
  ),

  everywhere("header bytes that a message does not use are not looked at (e37/header/unused-ignored)", (at) =>
    Effect.gen(function* () {
      const { peer } = yield* at.selected()
      yield* peer.send("FFFF FF FF 00 05 00000021", "FFFF FF FF 00 01 00000022", "FFFF FF FF 00 03 00000023")
      yield* peer.expect("FFFF 00 00 00 06 00000021")
      yield* peer.expect("FFFF 00 01 00 02 00000022")
      yield* peer.expect("FFFF 00 00 00 04 00000023")
    })
  ),

  everywhere(
    "messages that are sent at once are written whole, one after the other (e37/frame/not-interleaved)",
    (at) =>
      Effect.gen(function* () {
        const { peer, session } = yield* at.selected()
        const sizes = [70_000, 1, 300, 66_000, 0, 5000]
        yield* start(
          Effect.forEach(
            sizes,
            (size, n) => session.send(SecsMessage.primary(7, 3, Item.B(new Uint8Array(size).fill(n)))),
            { concurrency: "unbounded" }
          )
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
]

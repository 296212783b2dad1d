/**
 * Items of messages that have come: theirs for ever, although a socket's chunks are overwritten or freed at once.
 */
import type { Item, ItemCodec } from "@effect-secs/codec"
import { SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as kit from "./kit.ts"

/** `<B>` with three length bytes, of bytes that can be told from their neighbours and from those of another `from`. */
const binary = (length: number, from: number) => {
  const value = new Uint8Array(length).map((_, i) => (from + i * 31 + (i >> 8)) & 0xff)
  return { value, text: kit.concat(Uint8Array.of(0x23, length >> 16, length >> 8, length), value) }
}

/** The frame of a message with this text, in pieces of `size` bytes. */
const pieces = (frame: kit.Frame, text: Uint8Array, size: number): ReadonlyArray<Uint8Array> => {
  const bytes = kit.concat(kit.toBytes(frame), text)
  new DataView(bytes.buffer).setUint32(0, bytes.length - 4)
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size))
}

const isBinary = (item: Item.Item | undefined, value: Uint8Array): void =>
  assert.isTrue(item?._tag === "B" && Buffer.from(item.value as unknown as Uint8Array).equals(value))

const lengths = [1, 100, 60_000, 65_521, 65_522, 65_523, 70_000, 300_000]

const asked: ReadonlyArray<readonly [what: string, decode: ItemCodec.DecodeOptions]> = [
  ["", {}],
  [", also where views were asked for", { binary: "view" }]
]

for (const [what, decode] of asked) {
  describe(`the binary of a message${what}`, () => {
    it.effect("stays as it came, whole in a chunk or in pieces, long and short", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected({ decode }, { fast: true })
        const seen = yield* kit.primaries(session)
        const sent: Array<Uint8Array> = []
        for (const size of [1000, 65_536, 400_000]) {
          for (const length of lengths) {
            const { text, value } = binary(length, sent.length)
            for (const piece of pieces(kit.data(7, 3, sent.length), text, size)) yield* peer.sendBytes(piece)
            sent.push(value)
          }
        }
        yield* kit.settle
        assert.strictEqual(seen.length, sent.length)
        for (const [at, value] of sent.entries()) isBinary(seen[at]?.message.item, value)
      })
    )

    it.effect("stays as it came in a reply, too", () =>
      Effect.gen(function* () {
        const { peer, session } = yield* kit.passiveSelected({ decode }, { fast: true })
        for (const [at, length] of lengths.entries()) {
          const request = yield* kit.start(session.request(SecsMessage.primary(7, 5)))
          const { system } = yield* peer.next
          const { text, value } = binary(length, at)
          for (const piece of pieces(kit.data(7, 6, system), text, 50_000)) yield* peer.sendBytes(piece)
          const { item } = yield* kit.value(request)
          yield* peer.send(kit.linktestReq(1))
          yield* peer.next
          isBinary(item, value)
        }
      })
    )
  })
}

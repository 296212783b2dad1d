import { Hsms, Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as HsmsStream from "../src/logs/HsmsStream.ts"
import { concat, frame, message } from "./support/captures.ts"
import { Bytes, cut, draw, Natural, Seed } from "./support/draw.ts"

/** Frames by their system bytes, errors by their sentence. */
const shown = (parts: ReadonlyArray<HsmsStream.Part>): ReadonlyArray<number | string> =>
  parts.map((part) => (part instanceof Uint8Array ? part[9]! : part.message))

/** Pushes bytes, tells gaps, and ends. */
const run = (options: HsmsStream.HsmsStreamOptions, steps: ReadonlyArray<Uint8Array | number>) => {
  const stream = HsmsStream.make(options)
  const parts = steps.flatMap((step) => (typeof step === "number" ? stream.gap(step) : stream.push(step)))
  return { parts: shown([...parts, ...stream.end()]), isHsms: stream.isHsms }
}

const whole = { begins: true, certain: false }
const middle = { begins: false, certain: false }
const asked = { begins: true, certain: true }

const select = frame(Hsms.selectReq(1))
const event = message(6, 11, 2, Item.L(Item.U4(1), Item.A("a longer text")))
const ack = message(6, 12, 3, Item.B(0))
const text = (characters: string) => new TextEncoder().encode(characters)

describe("HsmsStream", () => {
  it("gives the frames of a stream that begins with one", () => {
    assert.deepStrictEqual(run(whole, [concat(select, event), ack]), { parts: [1, 2, 3], isHsms: true })
  })

  it.each([
    ["HTTP", text("GET / HTTP/1.1\r\n\r\n")],
    ["TLS", Uint8Array.of(0x16, 3, 1, 0, 0xc4, 1, 0, 0, 0xc0, 3, 3, 1, 2, 3, 4, 5)],
    ["a length of 4", Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
    ["PType 1", Uint8Array.of(0, 0, 0, 10, 0xff, 0xff, 0, 0, 1, 1, 0, 0, 0, 1)],
    ["SType 8", Uint8Array.of(0, 0, 0, 10, 0xff, 0xff, 0, 0, 0, 8, 0, 0, 0, 1)],
    ["stream 0", Uint8Array.of(0, 0, 0, 10, 0, 0, 0x80, 1, 0, 0, 0, 0, 0, 1)],
    ["a control message with text", Uint8Array.of(0, 0, 0, 12, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0)],
    ["text of no format", Uint8Array.of(0, 0, 0, 12, 0, 0, 0x81, 1, 0, 0, 0, 0, 0, 1, 0, 0)]
  ])("takes a stream that begins as %s for another protocol, and says nothing of it", (_, bytes) => {
    assert.deepStrictEqual(run(whole, [bytes, select]), { parts: [], isHsms: false })
  })

  it("tells what it passed over in the same stream where it is known to be HSMS", () => {
    assert.deepStrictEqual(run(asked, [text("GET /"), select]), {
      parts: [
        "this is no HSMS frame: it begins 47 45 54 20 2f",
        "5 bytes were passed over to find the next message",
        1
      ],
      isHsms: true
    })
  })

  it("finds the first message in the middle of a stream", () => {
    assert.deepStrictEqual(run(middle, [event.slice(20), ack, select]), {
      parts: [`${event.length - 20} bytes were passed over to find the next message`, 3, 1],
      isHsms: true
    })
    assert.deepStrictEqual(run(middle, [concat(event.slice(20), ack, select)]).parts.slice(1), [3, 1])
    assert.deepStrictEqual(run(middle, [ack.slice(0, 15), ack.slice(15)]).parts, [3])
  })

  it("gives a stream up that has no message in 64 KiB", () => {
    const noise = new Uint8Array(70_000).fill(0xaa)
    assert.deepStrictEqual(run(middle, [noise, select]), { parts: [], isHsms: false })
    assert.deepStrictEqual(run(middle, [noise.slice(0, 60_000), select]).isHsms, true)
  })

  it("loses the one message that has a hole, and knows its name", () => {
    for (let from = 14; from < event.length; from++) {
      for (let bytes = 1; from + bytes <= event.length; bytes++) {
        const steps = [select, event.slice(0, from), bytes, concat(event.slice(from + bytes), ack)]
        assert.deepStrictEqual(run(whole, steps), {
          parts: [1, `${bytes} bytes are missing in the capture, and with them S6F11 W session 0 [00000002]`, 3],
          isHsms: true
        })
      }
    }
  })

  it("knows where the next message begins when the hole begins within a header", () => {
    assert.deepStrictEqual(run(whole, [select, event.slice(0, 6), 5, concat(event.slice(11), ack)]).parts, [
      1,
      "5 bytes are missing in the capture",
      3
    ])
  })

  it("searches the next message behind a hole that is longer than its message, or begins between two", () => {
    assert.deepStrictEqual(
      run(whole, [event.slice(0, 20), event.length - 20 + 3, concat(ack.slice(3), select)]).parts,
      [
        `${event.length - 17} bytes are missing in the capture, and with them S6F11 W session 0 [00000002]`,
        `${ack.length - 3} bytes were passed over to find the next message`,
        1
      ]
    )
    assert.deepStrictEqual(run(whole, [select, event.length, ack]).parts, [
      1,
      `${event.length} bytes are missing in the capture`,
      3
    ])
    assert.deepStrictEqual(run(whole, [select, event.slice(0, 2), event.length - 2, ack]).parts, [
      1,
      `${event.length - 2} bytes are missing in the capture`,
      "2 bytes were passed over to find the next message",
      3
    ])
  })

  it("searches the next message where a length cannot be one", () => {
    assert.deepStrictEqual(run(whole, [select, concat([0, 0, 0, 4, 9, 9], ack)]).parts, [
      1,
      "this is no HSMS frame: FrameTooShort: length field says 4, a header needs 10 (is the peer speaking HSMS?)",
      "6 bytes were passed over to find the next message",
      3
    ])
  })

  it("tells of a message that the stream ends within", () => {
    assert.deepStrictEqual(run(whole, [select, event.slice(0, 20)]).parts, [
      1,
      "the stream ends within a message, of which there are 20 bytes"
    ])
  })

  it("believes that it is HSMS when the other direction is", () => {
    const stream = HsmsStream.make(middle)
    assert.isUndefined(stream.isHsms)
    stream.confirm()
    assert.isTrue(stream.isHsms)
    stream.push(new Uint8Array(70_000).fill(0xaa))
    assert.deepStrictEqual(shown(stream.end()), ["70000 bytes were passed over to find the next message"])
  })

  it.prop("gives the same however the stream is cut", [Bytes, Seed], ([noise, seed]) => {
    const bytes = concat(select, event, [0, 0, 0, 4], noise, ack, event, select)
    const random = draw(seed)
    const all = run(whole, [bytes]).parts.filter((part) => typeof part === "number")
    assert.include(all, 1)
    const pieces = run(whole, cut(bytes, random)).parts.filter((part) => typeof part === "number")
    // What follows the noise may be found earlier or later; nothing is invented.
    for (const part of pieces) assert.include([1, 2, 3, ...all], part)
    const clean = concat(select, event, ack, event, select)
    assert.deepStrictEqual(run(whole, cut(clean, random)).parts, [1, 2, 3, 2, 1])
  })

  it.prop("takes any bytes and gaps", [Bytes, Bytes, Natural(2 ** 31), Natural(40)], ([first, second, long, short]) => {
    for (const options of [whole, middle, asked]) {
      run(options, [first, short, second, long, event, short, first])
      run(options, [concat(event, first), short, concat(second, event), long, first])
    }
  })
})

import { Hsms, Item } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as FrameLog from "../src/logs/FrameLog.ts"
import * as LogEvent from "../src/logs/LogEvent.ts"
import * as LogFormat from "../src/logs/LogFormat.ts"
import { frame, message } from "./support/captures.ts"

const frames = [
  frame(Hsms.selectReq(1)),
  message(1, 3, 2, Item.L(Item.U4(7))),
  message(1, 4, 2, Item.L(Item.A("x"))),
  frame(Hsms.separateReq(3))
]
const file = Uint8Array.from(frames.flatMap((bytes) => [...bytes]))

const run = (bytes: Uint8Array, size = 5) => {
  const log = FrameLog.make()
  const events = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    log.push(bytes.subarray(i * size, (i + 1) * size))
  ).flat()
  events.push(...log.end())
  return {
    extent: log.extent(),
    lines: events.map((event) => `${LogEvent.placeText(event.place)} ${LogEvent.label(event)}`)
  }
}

describe("FrameLog", () => {
  it.each([1, 5, 1000])("reads frames one behind the other, in pieces of %d bytes, and counts them", (size) => {
    assert.deepStrictEqual(run(file, size), {
      extent: "4 frames",
      lines: ["frame 1 SelectReq", "frame 2 S1F3", "frame 3 S1F4", "frame 4 SeparateReq"]
    })
  })

  it("says that a file ends within a frame", () => {
    assert.deepStrictEqual(run(file.subarray(0, file.length - 1)).lines.at(-1), "frame 4 Unreadable")
  })

  it("is told by the header of its first frame, of whatever length the file is", () => {
    assert.strictEqual(LogFormat.detect(file), "frames")
    assert.strictEqual(LogFormat.detect(frames[0]!), "frames")
    assert.strictEqual(LogFormat.detect(file.subarray(0, 13)), undefined)
    assert.strictEqual(LogFormat.detect(Uint8Array.of(0xff, 0xff, 0xff, 0xff, ...file)), undefined)
  })
})

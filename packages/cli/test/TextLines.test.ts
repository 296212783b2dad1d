import { assert, describe, it } from "@effect/vitest"
import * as TextLines from "../src/TextLines.ts"
import { draw, Seed } from "./support/draw.ts"

const lines = (pieces: ReadonlyArray<string>, limit?: number) => {
  const split = TextLines.make(limit)
  return [...pieces.flatMap((piece) => split.push(piece)), ...split.end()]
}

const text = "one\r\n\nthree, which is long\nfour\r\n  five"

describe("TextLines", () => {
  it("gives the lines of a text without their ends, the last one too", () => {
    assert.deepStrictEqual(
      lines([text]).map(({ text }) => text),
      ["one", "", "three, which is long", "four", "  five"]
    )
  })

  it("gives of a line longer than the limit how long it is, and the lines behind it", () => {
    assert.deepStrictEqual(lines([text], 10), [
      { text: "one", tooLong: 0 },
      { text: "", tooLong: 0 },
      { text: "", tooLong: 20 },
      { text: "four", tooLong: 0 },
      { text: "  five", tooLong: 0 }
    ])
  })

  it.prop("gives the same however the text is cut", [Seed], ([seed]) => {
    const random = draw(seed)
    const pieces: Array<string> = []
    for (let at = 0; at < text.length;) {
      const length = 1 + random(7)
      pieces.push(text.slice(at, at + length))
      at += length
    }
    assert.deepStrictEqual(lines(pieces, 10), lines([text], 10))
  })
})

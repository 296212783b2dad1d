import { Item } from "@effect-secs/codec"
import { SmlParser } from "@effect-secs/sml"
import { describe, it } from "@effect/vitest"
import { sameItem, success } from "./support/expect.ts"

describe("SmlParser, bytes", () => {
  it.each([255, 256, 257, 600])("reads %i bytes in quotes as so many bytes", (count) => {
    const bytes = Array.from({ length: count }, (_, i) => i % 256)
    const text = `<B ${bytes.map((byte) => `'${byte}'`).join(" ")}>`
    sameItem(success(SmlParser.parseItem(text)), Item.B(bytes))
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Printable from "../src/Printable.ts"

describe("Printable", () => {
  it.each([
    ["letters of any script", "café 漢字 ｱ 😀 e\u0301", "café 漢字 ｱ 😀 e\u0301"],
    ["a tab", "a\tb", "a b"],
    ["an escape sequence", "\u001b[31mred", "·[31mred"],
    ["a control of C1", "\u009b2J", "·2J"],
    ["line ends", "a\r\nb", "a··b"],
    ["marks of direction", "\u202e\u2066\u200e\u200f\u061c", "·····"],
    ["what cannot be seen", "\u200b\ufeff\u00ad", "···"],
    ["a tag, of two units", "\u{e0041}|", "··|"],
    ["half a character", "\ud800|", "·|"]
  ])("shows %s in as many columns", (_, text, shown) => {
    assert.strictEqual(Printable.line(text), shown)
    assert.strictEqual(shown.length, text.length)
  })

  it("keeps lines", () => {
    assert.strictEqual(Printable.lines("a\u0007\r\n\u202eb\n"), "a·\n·b\n")
  })

  it.prop("gives JSON of the same value, with nothing in it that acts on a terminal", [Schema.String], ([text]) => {
    const hostile = `${text}\u007f\u009b\u200e\u2028\u202e\u2066\ufeff\u{e0041}`
    const json = Printable.json(JSON.stringify({ [hostile]: hostile }))
    assert.deepStrictEqual(JSON.parse(json), { [hostile]: hostile })
    assert.notMatch(json, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  })
})

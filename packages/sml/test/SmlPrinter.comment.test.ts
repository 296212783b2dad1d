import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Preset from "../src/Preset.ts"
import * as SmlParser from "../src/SmlParser.ts"
import * as SmlPrinter from "../src/SmlPrinter.ts"
import { type Draw, runs, seeded } from "./support/draw.ts"
import { sameItem, success } from "./support/expect.ts"
import { tree } from "./support/items.ts"

const { A, B, L, U4 } = Item

const labels = new Map<Item.Item, string>()
const commack = B(0)
const report = L(A("MDLN"))
const empty = L()
labels.set(commack, "COMMACK 0 accepted")
labels.set(report, "MDLN, SOFTREV")
labels.set(empty, "nothing")
const comment = (item: Item.Item) => labels.get(item)
const accepted = SecsMessage.secondary(1, 14, L(commack, report, empty, U4(7)))

describe("comments of items", () => {
  it("stand behind an item, and behind the size of a list that has a body", () => {
    assert.strictEqual(
      success(SmlPrinter.message(accepted, { comment })),
      [
        "S1F14",
        "<L [4]",
        "  <B [1] 0x00> /* COMMACK 0 accepted */",
        "  <L [1] /* MDLN, SOFTREV */",
        '    <A [4] "MDLN">',
        "  >",
        "  <L [0]> /* nothing */",
        "  <U4 [1] 7>",
        ">",
        "."
      ].join("\n")
    )
    assert.strictEqual(success(SmlPrinter.item(commack, { comment })), "<B [1] 0x00> /* COMMACK 0 accepted */")
    assert.strictEqual(
      SmlPrinter.show(accepted, { comment, oneLine: true }),
      'S1F14 <L [4] <B [1] 0x00> /* COMMACK 0 accepted */ <L [1] /* MDLN, SOFTREV */ <A [4] "MDLN">> <L [0]> /* nothing */ <U4 [1] 7>>.'
    )
  })

  it("stand behind the note on what is left out of a long item", () => {
    const long = B(new Uint8Array(100))
    assert.strictEqual(
      SmlPrinter.show(long, { maxValues: 1, comment: () => "PPBODY" }),
      "<B [100] 0x00 /* 99 more */> /* PPBODY */"
    )
  })

  it("are left out where the preset's tool reads none", () => {
    const reading = ["canonical", "compact", "go-secs", "pfile"]
    for (const [name, preset] of Object.entries(Preset.presets)) {
      const text = success(SmlPrinter.item(commack, { preset, comment }))
      assert.strictEqual(text.includes("COMMACK"), reading.includes(name), name)
    }
  })

  it("cannot end themselves, begin a line, or steer a terminal", () => {
    const text = success(SmlPrinter.item(commack, { comment: () => "a */ <U4 1> **/ \u001b[31m\r\n// \u202e" }))
    assert.strictEqual(text, "<B [1] 0x00> /* a * / <U4 1> ** / ·[31m··// · */")
  })

  it("are given as they are printed, a piece at a time", () => {
    const list = L(...Array.from({ length: 2000 }, (_, i) => U4(i)))
    let asked = 0
    const counting = (item: Item.Item) => (item === list ? undefined : `number ${++asked}`)
    const whole = success(SmlPrinter.item(list, { comment: counting }))
    assert.strictEqual(asked, 2000)
    asked = 0
    const pieces = success(SmlPrinter.chunks(list, { comment: counting, chunkSize: 100 }))
    let text = ""
    for (const piece of pieces) {
      text += piece
      assert.isBelow(piece.length, 200)
      // Nothing is asked ahead of what is printed.
      assert.isAtMost(asked, text.length / 20)
    }
    assert.strictEqual(text, whole)
  })

  it("are a PrintError where the option is no function", () => {
    const wrong = SmlPrinter.item(commack, { comment: "COMMACK" as never })
    assert.strictEqual(wrong._tag, "Failure")
  })
})

const bits = [
  "*/",
  "/*",
  "*",
  "/",
  "//",
  "\n",
  "<",
  ">",
  ".",
  "S1F1 W",
  "Name=",
  "Header=[00 01 02 03]",
  "=",
  '"',
  "\u2028"
]

/** Text that looks like SML, and like the comments of a log. */
const textOf = (draw: Draw): string =>
  Array.from({ length: draw(8) }, () =>
    draw(2) === 0 ? bits[draw(bits.length)]! : String.fromCharCode(draw(300))
  ).join("")

const Commented = seeded((draw) => ({
  item: tree(draw, 4),
  texts: Array.from({ length: 1 + draw(5) }, () => textOf(draw))
}))

const writing = ["canonical", "compact", "go-secs", "pfile"] as const

describe("what is printed with comments", () => {
  it.prop(
    "reads back as the message it was, in every preset that prints them",
    [Commented],
    ([{ item, texts }]) => {
      const message = new SecsMessage.SecsMessage(6, 11, true, item)
      for (const name of writing) {
        const preset = Preset.presets[name]
        let next = 0
        const text = SmlPrinter.message(message, { preset, comment: () => texts[next++ % texts.length] })
        if (text._tag === "Failure") continue
        const read = SmlParser.parse(text.success, { dialect: preset.dialect, text: "latin-1" })
        assert.deepStrictEqual([read.errors.map((error) => error.message), read.messages.length], [[], 1], text.success)
        sameItem(read.messages[0]!.item, item)
      }
    },
    runs(300, 10_000)
  )
})

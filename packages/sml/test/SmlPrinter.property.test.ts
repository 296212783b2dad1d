import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Preset from "../src/Preset.ts"
import * as SmlParser from "../src/SmlParser.ts"
import * as SmlPrinter from "../src/SmlPrinter.ts"
import { toSecsMessage } from "../src/SmlDocument.ts"
import { Items, Messages, runs, seeded } from "./support/draw.ts"
import { failure, success } from "./support/expect.ts"
import { Headers, Leaves, Trees, hex, leaf } from "./support/items.ts"

// --- what each tool can read, said once more -----------------------------------------------------------------------

type Leaf = Exclude<Item.Item, Item.L>

const numbersOf = (item: Item.F4 | Item.F8): ReadonlyArray<number> =>
  typeof item.value === "number" ? [item.value] : Array.from(item.value)

/** A float that changes when it is made anew from its numbers. */
const hasPayload = (item: Item.F4 | Item.F8): boolean =>
  hex((item._tag === "F4" ? Item.F4 : Item.F8)(numbersOf(item))) !== hex(item)

const finite = (item: Item.F4 | Item.F8, maximum = Infinity): boolean =>
  numbersOf(item).every((value) => Number.isFinite(value) && Math.abs(value) <= maximum)

const oneRun = (text: string): boolean => /^[\x20-\x7e]*$/.test(text) && !(text.includes('"') && text.includes("'"))

const ascii = (text: string): string => text.replace(/\u00a5/g, "\\").replace(/\u203e/g, "~")

const shows = (item: Item.C2): boolean => {
  const text = Item.asText(item)
  return item.value.lsh === 2 && Result.isSuccess(text) && !/["\\>\p{C}\u2028\u2029]/u.test(text.success)
}

const safe = (item: Item.I8 | Item.U8): boolean =>
  success(Item.asBigInts(item)).every((value) => Number.isSafeInteger(Number(value)))

const everything = (item: Leaf): boolean => (item._tag === "F4" || item._tag === "F8" ? !hasPayload(item) : true)

const can: { readonly [Name in keyof typeof Preset.presets]: (item: Leaf) => boolean } = {
  canonical: everything,
  compact: everything,
  pfile: everything,
  secs4net: (item) => {
    const text = item._tag === "A" ? item.value : item._tag === "J" ? ascii(item.value) : undefined
    if (text !== undefined) return oneRun(text) && !/^[ '"]|[ '"]$/.test(text)
    return item._tag !== "C2" && everything(item)
  },
  "go-secs": (item) => {
    if (item._tag === "A") return oneRun(item.value)
    if (item._tag === "J") return oneRun(ascii(item.value)) && !item.value.includes(">")
    if (item._tag === "C2") return shows(item)
    return item._tag === "F4" || item._tag === "F8" ? finite(item) : true
  },
  secs4java8: (item) => {
    if (item._tag === "A") return /^[\x00-\x7f]*$/.test(item.value)
    return item._tag !== "J" && item._tag !== "C2" && everything(item)
  },
  secsgem: (item) => {
    if (item._tag === "F4") return finite(item, 3.40282e38)
    return item._tag === "F8" ? finite(item, 1.79769e308) : item._tag !== "C2"
  },
  secs4js: (item) => {
    if (item._tag === "A") return oneRun(item.value)
    if (item._tag === "F4" || item._tag === "F8") return finite(item)
    if (item._tag === "I8" || item._tag === "U8") return safe(item)
    return item._tag !== "J" && item._tag !== "C2"
  },
  secs4go: (item) => {
    if (item._tag === "A") return /^[\x00-\x7f]*$/.test(item.value)
    if (item._tag === "F4" || item._tag === "F8") return finite(item)
    return item._tag !== "J" && item._tag !== "C2"
  }
}

/** The path of the first leaf that is not sayable. */
const firstUnsayable = (
  item: Item.Item,
  test: (item: Leaf) => boolean,
  path: ReadonlyArray<number> = []
): ReadonlyArray<number> | undefined => {
  if (item._tag !== "L") return test(item) ? undefined : path
  for (const [i, child] of item.value.entries()) {
    const found = firstUnsayable(child, test, [...path, i])
    if (found !== undefined) return found
  }
  return undefined
}

const names = Object.keys(Preset.presets) as ReadonlyArray<keyof typeof Preset.presets>

/** Reads a text that a preset wrote, with every warning an error. */
const read = (text: string, preset: Preset.Preset): Item.Item =>
  success(SmlParser.parseItem(text, { dialect: preset.dialect, strict: true, strictSizes: true, maxDepth: 200_000 }))

const roundTrip = (item: Item.Item, options: SmlPrinter.PrintOptions & { readonly preset: Preset.Preset }): void => {
  const text = success(SmlPrinter.item(item, options))
  assert.strictEqual(hex(read(text, options.preset)), hex(item), text)
  // Who is lenient judges where text ends, and must not judge otherwise of what was printed.
  const lenient = { dialect: options.preset.dialect, maxDepth: 200_000 }
  assert.strictEqual(hex(success(SmlParser.parseItem(text, lenient))), hex(item), text)
}

// --- items ---------------------------------------------------------------------------------------------------------

describe.each(names)("%s", (name) => {
  const preset = Preset.presets[name]
  const wide = preset.wraps ? 24 : undefined

  it.prop(
    "prints what its tool reads so that it reads back, byte by byte, and refuses the rest by path",
    [Trees],
    ([item]) => {
      const path = firstUnsayable(item, can[name])
      if (path === undefined) return roundTrip(item, { preset })
      const error = failure(SmlPrinter.item(item, { preset }))
      assert.deepStrictEqual([error.dialect, error.path], [preset.name, path])
    },
    runs(400, 20_000)
  )

  it.prop(
    "prints single items of all kinds, also on lines of any width",
    [Leaves, seeded((draw) => 1 + draw(80))],
    ([item, maxWidth]) => {
      if (item._tag === "L" || !can[name](item)) return
      roundTrip(item, { preset })
      roundTrip(item, { preset, maxWidth })
      roundTrip(item, { preset: { ...preset, layout: "line" }, maxWidth: wide })
    },
    runs(400, 20_000)
  )
})

describe("canonical", () => {
  it.prop(
    "prints every item the Schema knows so that it reads back",
    [Items],
    ([item]) => {
      if (firstUnsayable(item, everything) === undefined) roundTrip(item, { preset: Preset.canonical })
    },
    runs(300, 10_000)
  )

  it.prop(
    "keeps every line within the width, where the width has room for a value",
    [Trees, seeded((draw) => 40 + draw(60))],
    ([item, maxWidth]) => {
      if (firstUnsayable(item, everything) !== undefined) return
      roundTrip(item, { preset: Preset.canonical, maxWidth })
      for (const line of success(SmlPrinter.item(item, { maxWidth })).split("\n")) {
        // UTF-8 text is one run, however long.
        if (!line.trimStart().startsWith("<W ")) assert.isAtMost(line.length, maxWidth, line)
      }
    },
    runs(300, 10_000)
  )
})

// --- pieces --------------------------------------------------------------------------------------------------------

const long = seeded((draw): Item.Item => {
  const length = 3000 + draw(9000)
  switch (draw(7)) {
    case 0:
      return Item.A('abc\n"x'.repeat(length / 6))
    case 1:
      return Item.B(Uint8Array.from({ length }, () => draw(256)))
    case 2:
      return Item.I4(Array.from({ length }, () => draw(2 ** 32) - 2 ** 31))
    case 3:
      return Item.F8(Array.from({ length: length / 4 }, () => draw(1000) / 7))
    case 4:
      return Item.C2(2, "😀a".repeat(length / 3))
    case 5:
      return Item.BOOLEAN(Array.from({ length }, () => draw(2) === 0))
    default:
      return Item.L(Array.from({ length: length / 10 }, () => leaf(draw)))
  }
})

const isLowSurrogate = (text: string): boolean => /^[\udc00-\udfff]/.test(text)

describe("chunks", () => {
  it.prop(
    "joined give what is printed at once, none longer than asked for by more than a value, whatever the size",
    [long, seeded((draw) => 1 + draw(draw(2) === 0 ? 50 : 5000)), seeded((draw) => draw(3))],
    ([item, chunkSize, kind]) => {
      const options: SmlPrinter.ChunkOptions = {
        chunkSize,
        ...(kind === 0 ? { maxWidth: 60 } : {}),
        preset: kind === 1 ? Preset.compact : Preset.canonical
      }
      const whole = SmlPrinter.message(new SecsMessage.SecsMessage(1, 2, false, item), options)
      const pieces = SmlPrinter.chunks(new SecsMessage.SecsMessage(1, 2, false, item), options)
      if (Result.isFailure(whole)) {
        assert.strictEqual(failure(pieces).message, whole.failure.message)
        return
      }
      const all = [...success(pieces)]
      assert.strictEqual(all.join(""), whole.success)
      for (const piece of all) {
        assert.isAtMost(piece.length, chunkSize + 80)
        assert.isFalse(isLowSurrogate(piece), "a character is cut in two")
      }
    },
    runs(60, 2000)
  )

  it("of a 16 MB item are bounded, and as many as it takes", () => {
    const item = Item.B(new Uint8Array(2 ** 24 - 1).fill(0xa5))
    let longest = 0
    let total = 0
    for (const piece of success(SmlPrinter.chunks(item))) {
      longest = Math.max(longest, piece.length)
      total += piece.length
    }
    assert.strictEqual(total, "<B [16777215]>".length + 5 * (2 ** 24 - 1))
    assert.isAtMost(longest, 65_536 + 16)
  })

  it("of a text of 16 MB take time in proportion to it, with and without codes", () => {
    const line = "a line of sixteen"
    for (const text of [line.repeat(900_000), `${line}\n`.repeat(900_000)]) {
      let total = 0
      for (const piece of success(SmlPrinter.chunks(Item.A(text)))) total += piece.length
      assert.isAtLeast(total, text.length)
    }
  })

  it("begin anew each time they are asked for", () => {
    const pieces = success(SmlPrinter.chunks(Item.U1(1, 2, 3), { chunkSize: 4 }))
    assert.strictEqual([...pieces].join(""), "<U1 [3] 1 2 3>")
    assert.strictEqual([...pieces].join(""), "<U1 [3] 1 2 3>")
  })
})

// --- depth ---------------------------------------------------------------------------------------------------------

describe("100 000 lists within each other", () => {
  let deep: Item.Item = Item.U1(7)
  for (let i = 0; i < 100_000; i++) deep = Item.L(deep)

  it.each(["canonical", "compact", "secs4net", "secsgem"] as const)(
    "are printed as %s and read back",
    { timeout: 60_000 },
    (name) => {
      const preset = Preset.presets[name]
      assert.isTrue(Equal.equals(read(success(SmlPrinter.item(deep, { preset })), preset), deep))
    }
  )

  it("are refused by path where the innermost cannot be said, and shown to people", () => {
    let unsayable: Item.Item = Item.C2(5, [1])
    for (let i = 0; i < 100_000; i++) unsayable = Item.L(unsayable)
    const { message, path } = failure(SmlPrinter.item(unsayable, { preset: Preset.secs4go }))
    assert.lengthOf(path, 100_000)
    assert.match(message, /^secs4go has no text for .{1,20}, item \[(?:0\.){7}0 … (?:0\.){7}0, 100000 steps\]$/)
    assert.include(SmlPrinter.show(unsayable), "<C2 [3] 5 0x01>")
  })
})

// --- messages ------------------------------------------------------------------------------------------------------

const plainNames = ["A", "Reply_1", "s1f1_1", "Wafer", "two words", "a.b", "a-b", "漢字", "_x"]

/** What looks like another part of a text, alone and joined. */
const words = `S1F1 s1f1w S1F1W 'S15F41' "S1F1" S128F1 S1F S1F1234567 W w [W] H->E H -> E INPUT OUTPUT if every send
  #define MAX L <L> 1.2.3 7 _ x . .. - # $ ' " * / // /* */ : < > = ( ) [ ] \\ , ; ^ é 漢 😀`.split(/\s+/)

const spells = [
  ...words,
  "if (x)",
  "every 5",
  " ",
  "\t",
  "\n",
  "\r",
  "\0",
  "\x7f",
  "\ud800",
  "\u00a0",
  "\u3000"
].concat(["\ufeff", "\u200b", "\u2028", "\u017f1F1"])

const Names = seeded((draw): string | undefined => {
  const kind = draw(4)
  if (kind === 0) return undefined
  if (kind === 1) return plainNames[draw(plainNames.length)]!
  let name = ""
  for (let left = draw(5); left > 0; left--) name += spells[draw(spells.length)]!
  return name
})

const Directions = seeded((draw) => ([undefined, "H->E", "H<-E", "H<->E", "INPUT", "OUTPUT"] as const)[draw(6)])

const withHeaders = names.filter((name) => Preset.presets[name].header !== undefined)

describe.each(withHeaders)("%s, messages", (name) => {
  const preset = Preset.presets[name]
  const keepsNames = preset.header!.name !== "none"

  it.prop(
    "prints a message so that it reads back with its name, strictly and leniently, or refuses it",
    [Headers, Names, Directions],
    ([message, label, direction]) => {
      const labelled = { ...SmlPrinter.named(label, message), direction }
      const text = SmlPrinter.message(labelled, { preset })
      if (Result.isFailure(text)) {
        const illegal = message.replyExpected && message.function % 2 === 0
        assert.isTrue(illegal || (keepsNames && label !== undefined), text.failure.message)
        return
      }
      for (const [count, printed] of [
        [1, text.success],
        [2, `${text.success}\n${text.success}\n`]
      ] as const) {
        for (const strict of [true, false]) {
          const back = SmlParser.parse(printed, { dialect: preset.dialect, strict })
          assert.deepStrictEqual([back.errors, back.warnings, back.comments, back.rules], [[], [], [], []], printed)
          assert.lengthOf(back.messages, count)
          for (const one of back.messages) {
            assert.isTrue(Equal.equals(toSecsMessage(one), message), printed)
            assert.strictEqual(one.name, keepsNames ? label : undefined, printed)
            if (one.direction !== undefined) assert.strictEqual(one.direction, direction, printed)
          }
        }
      }
    },
    runs(1000, 40_000)
  )

  it("takes plain names, of letters, digits and underscores", () => {
    for (const label of ["A", "Reply_1", "s1f1_1"]) {
      success(SmlPrinter.message(SmlPrinter.named(label, SecsMessage.primary(1, 1)), { preset }))
    }
  })
})

describe("canonical and compact, messages", () => {
  it.prop(
    "read back where the dialect is to be found out",
    [Messages],
    ([message]) => {
      for (const preset of [Preset.canonical, Preset.compact]) {
        const text = SmlPrinter.message(message, { preset })
        if (Result.isFailure(text)) continue
        const back = success(SmlParser.parseMessage(text.success))
        assert.isTrue(Equal.equals(toSecsMessage(back), message), text.success)
      }
    },
    runs(200, 10_000)
  )

  it.prop(
    "of a document read back one by one",
    [Headers, Headers, Headers],
    (messages) => {
      const legal = messages.filter((message) => !message.replyExpected || message.function % 2 === 1)
      for (const preset of [Preset.canonical, Preset.compact, Preset.secs4net, Preset.goSecs, Preset.pfile]) {
        const text = success(SmlPrinter.document(legal, { preset }))
        const { errors, messages: back, warnings } = SmlParser.parse(text, { dialect: preset.dialect })
        assert.deepStrictEqual([errors, warnings], [[], []], text)
        assert.isTrue(
          Equal.equals(
            back.map((one) => toSecsMessage(one)),
            legal
          ),
          text
        )
      }
    },
    runs(200, 5000)
  )
})

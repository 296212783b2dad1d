import { SmlFormatter, SmlParser, SmlPrinter } from "@effect-secs/sml"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { drawOf, runs, seeded } from "./support/draw.ts"
import { success } from "./support/expect.ts"
import { hex, Trees } from "./support/items.ts"
import { meaning, remarks } from "./support/meaning.ts"
import { ItemsAlone, mix, Mixes, Texts } from "./support/written.ts"

/** Formats a text, reads it again, and gives what it is now. */
const formatted = (text: string, options: SmlFormatter.FormatOptions): string => {
  const before = SmlParser.parse(text, options)
  assert.deepStrictEqual(before.errors, [])
  const out = success(SmlFormatter.format(text, options))
  const after = SmlParser.parse(out, options)
  assert.deepStrictEqual(after.errors, [])
  assert.deepStrictEqual(meaning(after), meaning(before))
  assert.deepStrictEqual(remarks(after), remarks(before))
  return out
}

/** Names the generator gave, each of them once, that have no meaning of their own where a number stands for them. */
const namesOf = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/\b(?:N|SVID|pp-id|PP_ID)\d+\b/gi)].map(([name]) => name).toSorted()

/** A text with a stretch of another in it, or with one missing. */
const Broken = seeded((draw) => ({ at: draw(2 ** 31), length: draw(20), from: draw(2 ** 31), cut: draw(2) === 0 }))

interface HowBroken {
  readonly at: number
  readonly length: number
  readonly from: number
  readonly cut: boolean
}

const broken = (one: string, other: string, { at, cut, from, length }: HowBroken): string => {
  const place = at % (one.length + 1)
  const start = from % (other.length + 1)
  const rest = one.slice(place + (cut ? length : 0))
  return one.slice(0, place) + (cut ? "" : other.slice(start, start + length)) + rest
}

/** Formats a text of messages that is read without an error, in its dialect told and found out. */
const keepsDialect = (text: string): void => {
  const { dialect, errors } = SmlParser.parse(text)
  if (errors.length > 0 || dialect.prose) return
  for (const options of [{}, { dialect }]) {
    const once = formatted(text, options)
    assert.strictEqual(SmlParser.parse(once, options).dialect, dialect)
    assert.strictEqual(success(SmlFormatter.format(once, options)), once)
  }
}

describe("SmlFormatter", () => {
  it.prop(
    "keeps what a text means, its comments in their order, and every name, whatever its dialect and layout",
    [Texts],
    ([{ dialect, text }]) => {
      const out = formatted(text, { dialect })
      assert.deepStrictEqual(namesOf(out), namesOf(text))
    },
    runs(600, 60_000)
  )

  it.prop(
    "changes nothing in what it has formatted, whatever the width and indentation",
    [Texts, seeded((draw) => ({ indent: draw(5), maxWidth: 1 + draw(60) }))],
    ([{ dialect, text }, layout]) => {
      const once = success(SmlFormatter.format(text, { dialect, ...layout }))
      assert.strictEqual(success(SmlFormatter.format(once, { dialect, ...layout })), once)
    },
    runs(400, 40_000)
  )

  it.prop(
    "keeps the dialect, the meaning and the comments of a mix of all forms, and changes nothing the second time",
    [Mixes],
    ([text]) => keepsDialect(text),
    runs(1500, 200_000)
  )

  it.prop(
    "keeps the same of a mix with a piece cut out or put in, as long as it is read",
    [Mixes, Mixes, Broken],
    ([one, other, how]) => keepsDialect(broken(one, other, how)),
    runs(1500, 200_000)
  )

  it.prop(
    "keeps the dialect, the values and the comments of an item alone, and changes nothing the second time",
    [ItemsAlone],
    ([text]) => {
      const before = SmlParser.parseItemDocument(text)
      if (Result.isFailure(before.item) || !SmlParser.isItem(text)) return
      const once = success(SmlFormatter.format(text))
      const after = SmlParser.parseItemDocument(once)
      assert.strictEqual(hex(success(after.item)), hex(before.item.success))
      assert.deepStrictEqual([after.dialect, remarks(after)], [before.dialect, remarks(before)])
      assert.strictEqual(success(SmlFormatter.format(once)), once)
    },
    runs(1000, 100_000)
  )

  it("leaves few mixes as they stand because they would be taken for another dialect's", () => {
    const texts = Array.from({ length: 2000 }, (_, seed) => mix(drawOf(seed)))
    const read = texts.filter((text) => {
      const { dialect, errors } = SmlParser.parse(text)
      return errors.length === 0 && !dialect.prose && success(SmlFormatter.format(text)) !== ""
    })
    const kept = read.filter((text) => {
      const { dialect } = SmlParser.parse(text)
      return success(SmlFormatter.format(text)) !== success(SmlFormatter.format(text, { dialect }))
    })
    assert.isAtLeast(read.length, 1000)
    assert.isAtMost(kept.length / read.length, 0.01)
  })

  it.prop(
    "formats what a reader takes and refuses the rest with the reader's error, whatever is cut out or put in",
    [Texts, Texts, Broken],
    ([one, other, how]) => {
      const text = broken(one.text, other.text, how)
      const { dialect } = one
      const [error] = SmlParser.parse(text, { dialect }).errors
      const result = SmlFormatter.format(text, { dialect })
      if (error === undefined) {
        const once = formatted(text, { dialect })
        assert.strictEqual(success(SmlFormatter.format(once, { dialect })), once)
      } else if (SmlParser.isItem(text, { dialect })) {
        const alone = SmlParser.parseItem(text, { dialect })
        assert.strictEqual(Result.isFailure(result), Result.isFailure(alone))
      } else if (Result.isFailure(result)) assert.strictEqual(result.failure.message, error.message)
      else assert.fail(`formatted in spite of ${error}`)
    },
    runs(600, 60_000)
  )

  it.prop(
    "leaves alone an item that the printer printed",
    [Trees],
    ([tree]) => {
      const printed = SmlPrinter.item(tree)
      if (Result.isFailure(printed)) return
      const text = `${printed.success}\n`
      assert.strictEqual(success(SmlFormatter.format(text, { maxWidth: Infinity })), text)
    },
    runs(300, 20_000)
  )
})

const beside = fileURLToPath(new URL("../../../../shared/corpus", import.meta.url))
const folder = process.env["SECS_CORPUS"] ?? beside

describe("SmlFormatter, on files that others published", () => {
  if (!existsSync(folder)) {
    it.live("corpus not found beside the checkout: no file was formatted", () => {
      if (process.env["CI"] === "true") assert.fail(`no corpus at ${folder}`)
      return Effect.logWarning("No file was formatted: there is no corpus. Set SECS_CORPUS to its folder.")
    })
    return
  }

  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sml"))

  it("finds the files it is known to find", () => {
    assert.isAtLeast(files.length, 39)
  })

  it.each(files)("keeps what %s means, and changes nothing the second time", (file) => {
    const once = formatted(readFileSync(`${folder}/${file}`, "utf8"), {})
    assert.strictEqual(success(SmlFormatter.format(once)), once)
  })
})

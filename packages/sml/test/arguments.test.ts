/**
 * What callers pass that no type kept out: options that are no option, and what is no text.
 */
import { Item, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Dialect from "../src/Dialect.ts"
import * as SmlFormatter from "../src/SmlFormatter.ts"
import * as SmlParser from "../src/SmlParser.ts"
import * as SmlPrinter from "../src/SmlPrinter.ts"
import * as Template from "../src/Template.ts"
import { failure } from "./support/expect.ts"

const noCounts: ReadonlyArray<readonly [value: unknown, seen: string]> = [
  [NaN, "NaN"],
  [-1, "-1"],
  [0.5, "0.5"],
  [-Infinity, "-Infinity"],
  ["5", '"5"'],
  [null, "null"],
  [5n, "5"]
]

const limits = (option: string, minimum: number) =>
  noCounts.map(([value, seen]) => ({
    options: { [option]: value } as never,
    said: `${option} is ${seen}: expected a whole number from ${minimum}, or Infinity`
  }))

const reading: ReadonlyArray<{ readonly options: never; readonly said: string }> = [
  ...limits("maxDepth", 0),
  ...limits("maxItems", 0),
  ...limits("maxErrors", 1),
  { options: { maxErrors: 0 } as never, said: "maxErrors is 0: expected a whole number from 1, or Infinity" },
  { options: { strict: "false" } as never, said: 'strict is "false": expected true or false' },
  { options: { strictSizes: 1 } as never, said: "strictSizes is 1: expected true or false" },
  { options: { source: 7 } as never, said: "source is 7: expected a string" },
  { options: { text: "utf8" } as never, said: 'text is "utf8": expected "ascii" or "latin-1" or "utf-8"' },
  {
    options: { wBitOnSecondary: "ignore" } as never,
    said: 'wBitOnSecondary is "ignore": expected "error" or "warn"'
  },
  { options: { dialect: "log" } as never, said: 'dialect is "log": expected a Dialect' },
  { options: { dialect: { name: "toString" } } as never, said: "dialect is an object: expected a Dialect" },
  { options: null as never, said: "options is null: expected an object" }
]

const text = "S1F1 <L <U4 1 2>>."

describe("an option of reading that is none", () => {
  it.each(reading)("is the one error of the document: $said", ({ options, said }) => {
    const { comments, errors, messages, warnings } = SmlParser.parse(text, options)
    assert.deepStrictEqual(
      errors.map(({ message, reason }) => [reason, message]),
      [["BadArgument", said]]
    )
    assert.deepStrictEqual([comments, messages, warnings], [[], [], []])
  })

  it.each(reading)("fails the results of reading: $said", ({ options, said }) => {
    assert.strictEqual(failure(SmlParser.parseMessage(text, options)).message, said)
    assert.strictEqual(failure(SmlParser.parseItem("<L>", options)).message, said)
    assert.strictEqual(failure(SmlParser.parseItemDocument("<L>", options).item).message, said)
    assert.strictEqual(failure(SmlFormatter.format(text, options)).message, said)
  })

  it.each(reading)("is thrown where the answer is yes or no: $said", ({ options, said }) => {
    assert.throws(() => SmlParser.isItem("<L>", options), RangeError, said)
  })

  it("is no Infinity, which says that there is no limit", () => {
    const limits = { maxDepth: Infinity, maxItems: Infinity, maxErrors: Infinity }
    assert.lengthOf(SmlParser.parse(text, limits).messages, 1)
    assert.strictEqual(failure(SmlParser.parseItem("<L>", { maxDepth: 0 })).reason, "DepthExceeded")
  })
})

describe("what is no text", () => {
  const noTexts = [
    [Buffer.from(text), "a typed array"],
    [undefined, "undefined"],
    [null, "null"],
    [7, "7"],
    [{}, "an object"]
  ] as const

  it.each(noTexts)("%j is an error, and is not thrown", (value, seen) => {
    const bad = value as never
    const said = `text is ${seen}: expected a string`
    assert.deepStrictEqual(
      SmlParser.parse(bad).errors.map(({ message }) => message),
      [said]
    )
    assert.strictEqual(failure(SmlParser.parseMessage(bad)).message, said)
    assert.strictEqual(failure(SmlParser.parseItem(bad)).message, said)
    assert.strictEqual(failure(SmlParser.parseItemDocument(bad).item).message, said)
    assert.strictEqual(failure(SmlFormatter.format(bad)).message, said)
    assert.isFalse(SmlParser.isItem(bad))
    assert.strictEqual(Dialect.detect(bad), Dialect.peer)
  })
})

describe("an option of printing that is none", () => {
  const item = Item.L(Item.U4(1, 2), Item.A("x".repeat(100)))
  const message = SecsMessage.primary(1, 1, item)
  const template = Template.make(Template.fixed(item))

  it.each(limits("maxWidth", 1))("fails all that prints: $said", ({ options, said }) => {
    assert.strictEqual(failure(SmlPrinter.item(item, options)).message, said)
    assert.strictEqual(failure(SmlPrinter.message(message, options)).message, said)
    assert.strictEqual(failure(SmlPrinter.template(template, options)).message, said)
    assert.strictEqual(failure(SmlPrinter.document([], options)).message, said)
    assert.strictEqual(failure(SmlPrinter.chunks(item, options)).message, said)
  })

  it.each([
    ...limits("chunkSize", 1),
    { options: { chunkSize: 0 } as never, said: "chunkSize is 0: expected a whole number from 1, or Infinity" },
    { options: { preset: "compact" } as never, said: 'preset is "compact": expected a Preset' }
  ])("fails before the first piece: $said", ({ options, said }) => {
    assert.strictEqual(failure(SmlPrinter.chunks(item, options)).message, said)
  })

  it.each([
    ...limits("maxValues", 0),
    ...limits("maxWidth", 1),
    { options: { oneLine: 1 } as never, said: "oneLine is 1: expected true or false" }
  ])("is thrown by show, which has no place for an error: $said", ({ options, said }) => {
    assert.throws(() => SmlPrinter.show(item, options), RangeError, said)
  })
})

describe("an option of formatting that is none", () => {
  it.each([
    ...limits("maxWidth", 1),
    ...noCounts.map(([indent, seen]) => ({
      options: { indent } as never,
      said: `indent is ${seen}: expected a whole number from 0 to 64`
    })),
    { options: { indent: 65 } as never, said: "indent is 65: expected a whole number from 0 to 64" },
    { options: { lineEnd: "\r" } as never, said: String.raw`lineEnd is "\r": expected "\n" or "\r\n"` }
  ])("fails: $said", ({ options, said }) => {
    assert.strictEqual(failure(SmlFormatter.format(text, options)).message, said)
  })
})

describe("bounds and limits of templates that are none", () => {
  const { fixed, list, make, repeat, slot } = Template

  it.each(limits("maxItems", 0))("$said: nothing is filled", ({ options, said }) => {
    const { message, reason } = failure(Template.fill(make(fixed(Item.L())), {}, options))
    assert.deepStrictEqual([reason._tag, message], ["BadArgument", said])
  })

  it.each(noCounts)("of %s make no template", (value, seen) => {
    const expected = `${seen}: expected a whole number from 0, or Infinity`
    const bound = value as number
    const formats = ["A"] as const
    const name = "PPID"
    assert.throws(() => make(slot({ formats, name, minimum: bound })), RangeError, `minimum of PPID is ${expected}`)
    assert.throws(() => make(slot({ formats, maximum: bound })), RangeError, `maximum is ${expected}`)
    const body = [slot({ formats })]
    assert.throws(() => make(list(repeat(body, { minimum: bound }))), RangeError, `minimum is ${expected}`)
    assert.throws(() => make(repeat(body, { maximum: bound, name })), RangeError, `maximum of PPID is ${expected}`)
  })

  it("of a slot that was made are never in the way of an error", () => {
    const filled = Template.fill(make(slot({ formats: ["A"], minimum: 2, maximum: Infinity })), { "#1": "x" })
    assert.isTrue(Result.isFailure(filled))
  })
})

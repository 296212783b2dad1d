/**
 * What the preset `secs4js` prints, read by secs4js itself, an implementation nobody here wrote. It reads in a process
 * of its own, which is ended where it does not come back: some texts it never stops reading.
 */
import { Item, ItemCodec, SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Preset from "../src/Preset.ts"
import * as SmlPrinter from "../src/SmlPrinter.ts"
import { success } from "./support/expect.ts"
import { type Draw, drawOf } from "./support/draw.ts"
import { leaf, tree } from "./support/items.ts"

const reader = `
import { SmlParser } from "secs4js"
import { readFileSync } from "node:fs"
const answers = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  try {
    const { body, func, stream, wBit } = SmlParser.parse(text)
    return [stream, func, wBit, body === null ? null : body.toBuffer().toString("hex")]
  } catch (error) {
    return String(error)
  }
})
process.stdout.write(JSON.stringify(answers))
`

type Answer = readonly [stream: number, func: number, wBit: boolean, body: string | null] | string

const ask = (texts: ReadonlyArray<string>): ReadonlyArray<Answer> => {
  const { signal, status, stderr, stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", reader], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    input: JSON.stringify(texts),
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    timeout: 60_000
  })
  assert.deepStrictEqual([status, signal], [0, null], stderr)
  return JSON.parse(stdout)
}

const literals: ReadonlyArray<Item.Item> = [
  Item.L(),
  Item.A(""),
  Item.A('say "hi" // to <L [2]> and S1F1 W.'),
  Item.A("it's"),
  Item.A("\\"),
  Item.B([]),
  Item.B(0, 127, 128, 255),
  Item.BOOLEAN([]),
  Item.BOOLEAN(true, false),
  Item.U4([]),
  Item.I1(-128, 127),
  Item.I8(-(2n ** 53n) + 1n, 2n ** 53n - 1n),
  Item.F4(-0, 0.1, 3.4028234663852886e38, 2 ** -149),
  Item.F8(-0, 1e21, 5e-324, Number.MAX_VALUE),
  Item.L(Item.L(Item.L()), Item.L(Item.A("x")))
]

const drawn = (draw: Draw): ReadonlyArray<Item.Item> =>
  Array.from({ length: 600 }, (_, i) => (i % 2 === 0 ? leaf(draw) : tree(draw, 3)))

const preset = Preset.secs4js

describe("secs4js", () => {
  it.each([
    ["one item a line", { preset }],
    ["one line", { preset: { ...preset, layout: "line" } }],
    ["lines of 40 columns", { preset, maxWidth: 40 }]
  ] as const)(
    "reads what its preset prints, %s, as the same items",
    (_, options) => {
      const candidates = [undefined, ...literals, ...drawn(drawOf(4711))]
      const cases = candidates.flatMap((item, i) => {
        const message = new SecsMessage.SecsMessage(1 + (i % 127), 1 + 2 * (i % 127), i % 2 === 0, item)
        const text = SmlPrinter.message(message, options)
        return Result.isSuccess(text) ? [{ message, text: text.success }] : []
      })
      assert.isAbove(cases.length, 200)
      const answers = ask(cases.map(({ text }) => text))
      for (const [i, { message, text }] of cases.entries()) {
        const answer = answers[i]!
        if (typeof answer === "string") assert.fail(`${answer} in ${text}`)
        const [stream, func, wBit, body] = answer
        assert.deepStrictEqual([stream, func, wBit], [message.stream, message.function, message.replyExpected], text)
        // Its true is FF, ours 01: both are read as true.
        const item = body === null ? undefined : success(ItemCodec.decode(Buffer.from(body, "hex")))
        assert.isTrue(Equal.equals(item, message.item), `${text} was read as ${item}`)
      }
    },
    90_000
  )
})

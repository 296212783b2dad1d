/**
 * Readers that nobody wrote from our sources: one of fifty lines in the tests, and secs4js. Where they can read a text,
 * they read the same of it. And the templates of a simulator, which its users publish.
 */
import { ItemCodec } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Dialect from "../src/Dialect.ts"
import * as SmlParser from "../src/SmlParser.ts"
import { type Draw, drawOf, runs, seeded } from "./support/draw.ts"
import { sameItem, success } from "./support/expect.ts"
import { naive } from "./support/naive.ts"
import { messageOf, read } from "./support/read.ts"

// --- messages as people and tools write them -------------------------------------------------------------------------

const pick = <A>(draw: Draw, all: ReadonlyArray<A>): A => all[draw(all.length)]!

interface Hand {
  readonly draw: Draw
  /** What may stand between tokens, and has to. */
  readonly gap: () => string
  readonly space: () => string
  readonly quotes: ReadonlyArray<string>
  /** Only what secs4js is known to read, and to come back from. */
  readonly plain: boolean
}

const hand = (draw: Draw, plain: boolean): Hand => {
  const blanks = plain ? [" ", "\n", "  "] : [" ", "\n", "\t", "\r\n", "\n\n    ", " /* < c > */ ", " // \"'> x.\n"]
  return {
    draw,
    plain,
    gap: () => (draw(2) === 0 ? "" : pick(draw, blanks)),
    space: () => pick(draw, blanks),
    quotes: plain ? ['"'] : ['"', "'"]
  }
}

const cased = ({ draw, plain }: Hand, word: string): string =>
  plain ? word : pick(draw, [word, word, word.toLowerCase(), word[0] + word.slice(1).toLowerCase()])

const characters = " !#$%&()*+,-./0123456789:;<=>?@ABCXYZ[\\]^_`abcxyz{|}~"

const quoted = ({ draw, quotes }: Hand): string => {
  const quote = pick(draw, quotes)
  // No `>` at its end, and no star or slash at all: what looks like an end or a comment has tests of its own.
  const inside = Array.from({ length: draw(12) }, () => pick(draw, Array.from(characters)))
  return `${quote}${inside.join("").replaceAll(/[/*>]/g, "x")}${quote}`
}

const bits: { readonly [symbol: string]: readonly [width: number, signed: boolean] } = {
  U1: [8, false],
  U2: [16, false],
  U4: [32, false],
  U8: [64, false],
  I1: [8, true],
  I2: [16, true],
  I4: [32, true],
  I8: [64, true]
}

const integer = ({ draw, plain }: Hand, symbol: string): string => {
  const [width, signed] = bits[symbol]!
  const all = BigInt(draw(2 ** 32)) * 2n ** 32n + BigInt(draw(2 ** 32))
  // secs4js keeps 64 bits in a double.
  const wide = plain && width === 64 ? BigInt(draw(2 ** 31)) : pick(draw, [0n, 1n, 2n ** BigInt(width) - 1n, all])
  const value = signed ? BigInt.asIntN(width, wide) : BigInt.asUintN(width, wide)
  const magnitude = value < 0n ? -value : value
  const sign = value < 0n ? "-" : !plain && draw(8) === 0 ? "+" : ""
  if (plain || sign === "+") return `${sign}${magnitude}`
  return `${sign}${pick(draw, [`${magnitude}`, `${magnitude}`, `0x${magnitude.toString(16)}`, `0b${magnitude.toString(2)}`])}`
}

const float = ({ draw, plain }: Hand): string => {
  const value = (draw(2 ** 24) - 2 ** 23) / 2 ** draw(20)
  return plain ? `${value}` : pick(draw, [`${value}`, value.toExponential(), value.toFixed(3), `${value}`])
}

const valueOf = (by: Hand, symbol: string): string => {
  const { draw, plain } = by
  const byte = draw(256)
  const hex = `0x${byte.toString(16).padStart(2, "0")}`
  switch (symbol) {
    case "A":
      return plain || draw(3) > 0 ? quoted(by) : pick(draw, [hex, `${byte}`])
    case "B":
      return plain ? hex.toUpperCase().replace("X", "x") : pick(draw, [hex, `${byte}`, `0b${byte.toString(2)}`])
    case "BOOLEAN":
      return pick(
        draw,
        plain ? ["T", "F", "TRUE", "FALSE"] : ["T", "F", "true", "False", "TRUE", "f", "1", "0", "0x01"]
      )
    case "F4":
    case "F8":
      return float(by)
    default:
      return integer(by, symbol)
  }
}

const leaves = ["A", "A", "B", "BOOLEAN", "F4", "F8", ...Object.keys(bits)]

const itemOf = (by: Hand, depth: number): string => {
  const { draw, gap, plain, space } = by
  const open = `<${plain ? "" : gap()}`
  if (depth > 0 && draw(3) === 0) {
    const children = Array.from({ length: draw(5) }, () => itemOf(by, depth - 1))
    const size = draw(2) === 0 ? "" : `${gap()}[${children.length}]`
    return `${open}${cased(by, "L")}${size}${[...children, ""].map((child) => space() + child).join("")}>`
  }
  const symbol = pick(draw, leaves)
  const count = symbol === "A" && plain ? 1 : draw(5)
  const values = Array.from({ length: count }, () => space() + valueOf(by, symbol))
  return `${open}${cased(by, symbol)}${values.join("")}${plain ? "" : gap()}>`
}

const messageBy = (by: Hand): string => {
  const { draw, gap, space } = by
  const function_ = draw(256)
  const w = function_ % 2 === 1 && draw(2) === 0 ? `${space()}${cased(by, "W")}` : ""
  const body = function_ === 0 || draw(8) === 0 ? "" : `${space()}${itemOf(by, 4)}`
  return `${cased(by, `S${draw(128)}F${function_}`)}${w}${body}${gap()}.`
}

const Texts = seeded((draw) => messageBy(hand(draw, false)))

describe("a reader of fifty lines", () => {
  it.prop(
    "reads the same of a message, however it is written",
    [Texts],
    ([text]) => assert.deepStrictEqual(read(text, { dialect: Dialect.peer }), [naive(text)]),
    runs(3000, 200_000)
  )

  it("reads the same of many messages, glued together or on lines", () => {
    const draw = drawOf(11)
    const texts = Array.from({ length: 500 }, () => messageBy(hand(draw, false)))
    for (const between of ["", " ", "\n"]) {
      assert.deepStrictEqual(read(texts.join(between), { dialect: Dialect.peer }), texts.map(naive))
    }
  })

  it("is asked for every format, empty and not, and for every number of length bytes but the longest", () => {
    const draw = drawOf(12)
    const all = Array.from({ length: 2000 }, () => naive(messageBy(hand(draw, false)))).join("\n")
    for (const code of ["01", "21", "25", "41", "61", "65", "69", "71", "81", "91", "A1", "A5", "A9", "B1"]) {
      assert.include(all, `${code}00`)
      assert.match(all, new RegExp(`${code}0[1-9A-F]`))
    }
  })
})

// --- secs4js ---------------------------------------------------------------------------------------------------------

/** Reads in a process of its own, as it never comes back from some texts. */
const foreign = `
import { SmlParser } from "secs4js"
import { readFileSync } from "node:fs"
const answers = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  try {
    const { body, func, stream, wBit } = SmlParser.parse(text)
    return ["S" + stream + "F" + func + (wBit ? " W" : ""), body === null ? null : body.toBuffer().toString("hex")]
  } catch (error) {
    return String(error)
  }
})
process.stdout.write(JSON.stringify(answers))
`

describe("secs4js", () => {
  it("reads the same of messages as it can read them", { timeout: 90_000 }, () => {
    const draw = drawOf(13)
    const texts = Array.from({ length: 600 }, () => messageBy(hand(draw, true)))
    const { signal, status, stderr, stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", foreign], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      input: JSON.stringify(texts),
      encoding: "utf8",
      maxBuffer: 2 ** 26,
      timeout: 60_000
    })
    assert.deepStrictEqual([status, signal], [0, null], stderr)
    const answers = JSON.parse(stdout) as ReadonlyArray<readonly [header: string, body: string | null] | string>
    texts.forEach((text, index) => {
      const answer = answers[index]!
      if (typeof answer === "string") assert.fail(`${answer}: ${text}`)
      const [header, body] = answer
      const message = success(SmlParser.parseMessage(text, { dialect: Dialect.secs4js }))
      assert.strictEqual(messageOf({ ...message, item: undefined }), header, text)
      // Decoded, as T is any byte but 0 to others.
      const bytes = body === null ? undefined : Uint8Array.from(Buffer.from(body, "hex"))
      sameItem(message.item, bytes === undefined ? undefined : success(ItemCodec.decode(bytes)))
    })
  })
})

// --- published templates ---------------------------------------------------------------------------------------------

const beside = fileURLToPath(new URL("../../../../shared/corpus", import.meta.url))
const folder = `${process.env["SECS_CORPUS"] ?? beside}/kenta-secs-simulator`

/** Files the folder is known to hold, and those of them that a simulator completes with numbers and times. */
const known = 38
const generated = ["s2f18", "s2f31", "s2f33-define-example", "s2f33-delete-all", "s2f35-example"]

describe("templates of a simulator", () => {
  if (!existsSync(folder)) {
    it.live(`not found beside the checkout: ${known} files not read`, () => {
      if (process.env["CI"] === "true") assert.fail(`no corpus at ${folder}`)
      return Effect.logWarning(`${known} files were not read: there is no corpus. Set SECS_CORPUS to its folder.`)
    })
    return
  }

  const files = ["equip", "host"].flatMap((side) =>
    readdirSync(`${folder}/sml-template/${side}`).map((file) => ({
      name: file.replace(/\.sml$/, ""),
      text: readFileSync(`${folder}/sml-template/${side}/${file}`, "utf8")
    }))
  )

  it("are all there, and some of them templates indeed", () => {
    assert.strictEqual(files.length, known)
    const templates = files.filter(({ text }) => SmlParser.parse(text).messages[0]?.template !== undefined)
    assert.deepStrictEqual(
      templates.map(({ name }) => name),
      generated
    )
  })

  it.each(files)("$name holds the message it is named after, and is read strictly", ({ name, text }) => {
    const message = success(SmlParser.parseMessage(text, { strict: true }))
    assert.strictEqual(`s${message.stream}f${message.function}`, /^s\d+f\d+/.exec(name)![0])
    if (!generated.includes(name)) assert.deepStrictEqual(messageOf(message), naive(text))
    else assert.match(messageOf(message), /U4~number\(1\)|A~clock16\(16\)/)
  })

  it("and what its macros send is read strictly", () => {
    const sent = readdirSync(`${folder}/macro-template`).flatMap((file) => {
      const { tasks } = JSON.parse(readFileSync(`${folder}/macro-template/${file}`, "utf8")) as {
        readonly tasks: ReadonlyArray<{ readonly command: string; readonly option?: string }>
      }
      return tasks.filter(({ command }) => command === "send-sml-direct").map(({ option }) => option!)
    })
    assert.isAtLeast(sent.length, 5)
    for (const text of sent) success(SmlParser.parseMessage(text, { strict: true }))
  })
})

/**
 * Input made to hurt. Nothing is thrown, nothing hangs, nothing grows faster than the text. Time is compared with time,
 * never with a clock of another machine.
 */
import { Item, ItemCodec } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Dialect from "../src/Dialect.ts"
import * as SmlParser from "../src/SmlParser.ts"
import { runs, seeded, type Draw } from "./support/draw.ts"
import { sameItem, success } from "./support/expect.ts"
import { hostile } from "./support/hostile.ts"
import { read } from "./support/read.ts"

const families = Object.entries(hostile)

const ways: ReadonlyArray<readonly [name: string, options: SmlParser.ParseOptions]> = [
  ["leniently", {}],
  ["strictly", { strict: true }],
  ["with escapes", { dialect: Dialect.secs4go }],
  ["as a log", { dialect: Dialect.log }],
  ["to the last error", { maxErrors: Number.MAX_SAFE_INTEGER }]
]

/** Of the processor: what else the machine does is none of it. */
const milliseconds = (run: () => void): number => {
  const start = process.threadCpuUsage()
  run()
  const { system, user } = process.threadCpuUsage(start)
  return (system + user) / 1000
}

/** Less than this is too little to tell growth from noise. */
const noise = 25

/**
 * Four times the text may take eight times as long, where quadratic growth is sixteen. Tried again on a loaded machine:
 * what grows too fast does so every time.
 */
const grows = (take: (length: number) => void): string | undefined => {
  let said: string | undefined
  for (let attempt = 0; attempt < 4; attempt++) {
    const length = 20_000
    const best = (size: number) => Math.min(...Array.from({ length: 2 }, () => milliseconds(() => take(size))))
    const long = best(4 * length)
    if (long < noise) return undefined
    const short = best(length)
    if (long < 8 * short) return undefined
    said = `${short.toFixed(1)} ms, then ${long.toFixed(1)} ms`
  }
  return said
}

/** What every answer has to be like, whatever the text. */
const whole = (text: string, options: SmlParser.ParseOptions = {}): void => {
  const { comments, errors, messages, rules, warnings } = SmlParser.parse(text, options)
  // Without an assertion for each, as there may be a hundred thousand of them.
  let end = 0
  for (const one of messages) {
    // Messages do not overlap, and hold one item, one template or neither.
    const placed = end <= one.start && one.start <= one.header.offset && one.header.offset < one.end
    if (!placed || one.end > text.length) assert.fail(`message at ${one.start} to ${one.end}, behind ${end}`)
    if (one.item !== undefined && one.template !== undefined) assert.fail(`two texts at ${one.start}`)
    end = one.end
  }
  for (const { end, start } of [...comments, ...rules]) {
    if (start < 0 || start >= end || end > text.length) assert.fail(`nothing from ${start} to ${end}`)
  }
  for (const { column, excerpt, line, message, offset } of [...errors, ...warnings]) {
    if (offset < 0 || offset > text.length || line < 1 || column < 1) assert.fail(`place ${offset}, ${line}:${column}`)
    if (excerpt.length > 300 || message.length > 600) assert.fail(`${message}\n${excerpt}`)
  }
}

/** Read in every way; what is thrown fails the test. */
const survives = (text: string): void => {
  for (const [, options] of ways) whole(text, options)
  SmlParser.parseItem(text)
  SmlParser.parseMessage(text)
}

describe("texts made to hurt", () => {
  it.each(families)("%s: are read to their end in every way", (_, make) => {
    survives(make(3000))
  })

  it.each(families)("%s: take no more than in proportion to their length", { timeout: 120_000 }, (name, make) => {
    for (const [way, options] of ways) {
      const slow = grows((length) => void SmlParser.parse(make(length), options))
      if (slow !== undefined) assert.fail(`${name}, read ${way}: ${slow}`)
    }
  })

  it.each(families)("%s: let a dialect be told in time", { timeout: 120_000 }, (_, make) => {
    // No more than 64 KiB are looked at, so that shorter texts show growth.
    const slow = grows((length) => void Dialect.detect(make(length >> 1)))
    if (slow !== undefined) assert.fail(slow)
  })

  it.each(families)("%s: of a megabyte are read within a minute", { timeout: 60_000 }, (_, make) => {
    const text = make(2 ** 20)
    whole(text)
    assert.isAtLeast(text.length, 2 ** 19)
  })
})

const nested = (depth: number): Item.Item => {
  let out = Item.L()
  for (let i = 1; i < depth; i++) out = Item.L(out)
  return out
}

describe("lists within each other", () => {
  const deep = 100_000
  const text = "<L ".repeat(deep) + ">".repeat(deep)

  it("100 000 deep are refused by default, at the first that is too deep", () => {
    assert.deepStrictEqual(read(`S1F1 ${text}.`), [`error DepthExceeded 1:${6 + 3 * 1024}`])
  })

  it("100 000 deep are read where that is allowed, without a call stack", () => {
    const item = success(SmlParser.parseItem(text, { maxDepth: deep }))
    sameItem(item, nested(deep))
    assert.strictEqual(success(ItemCodec.encodeWith({ maxDepth: deep })(item)).length, 2 * deep)
  })

  it("100 000 deep, with a slot in the innermost, are a template", () => {
    const slot = "<L ".repeat(deep) + "<V>" + ">".repeat(deep)
    const { errors, messages } = SmlParser.parse(`S1F1 ${slot}.`, { maxDepth: deep })
    assert.deepStrictEqual(errors, [])
    assert.strictEqual(messages[0]?.template?.slots.length, 1)
  })

  it("100 000 deep that never end are an error at the innermost", () => {
    const [error] = SmlParser.parse(`S1F1 ${"<L ".repeat(deep)}`, { maxDepth: deep }).errors
    assert.deepStrictEqual([error?.reason, error?.offset], ["UnterminatedItem", 5 + 3 * (deep - 1)])
  })
})

/** One of everything, so that prefixes and deletions end and begin everywhere. */
const everything = `// one of everything
#define MOST 3
* a line of stars
ask: 'S1F1' W
.
S1F2 <L [2] /* two */
  <A [5] "say" 0x20 '"'>
  <L <U4 [1..3] 1 0x02> <I8 -3> <F4 1.5 NaN> <B 0xFF 0b1> <BOOLEAN T False> <J 'x'> <W "y"> <C2 2 0x41>>
> /* end */.
S2F41 = start OUTPUT W <L [MAX MOST] <U4 [1]> = ID <V> <A 'x'> = NAME <U4AUTO [1]> <NOW [16]>>.
if (ask (4)==<F4 0.5>) reply.
every 5 send ask."Name" S6F11 [W] H<-E Report <L[n] <A CEID>>.`

const log = `2021-03-04 05:06:07,089 [3] - HOST. S6F11: 'S6F11' W /* Name=Event Header=[00 01] */
  <L [2]
    <U4 [1] 42 /* Name=CEID */>
    <B [3] 10 0A FF>
  >
.
noise "with quotes' and <brackets
`

const valid = [
  ["one of everything", everything],
  ["a log", log]
] as const

describe("pieces of valid texts", () => {
  it.each(valid)("every prefix is read: %s", { timeout: 120_000 }, (_, text) => {
    for (let end = 0; end <= text.length; end++) survives(text.slice(0, end))
  })

  it.each(valid)("all but any one character is read: %s", { timeout: 120_000 }, (_, text) => {
    for (let at = 0; at < text.length; at++) survives(text.slice(0, at) + text.slice(at + 1))
  })

  it.each(valid)("any one character doubled, or a bracket, is read: %s", { timeout: 120_000 }, (_, text) => {
    for (let at = 0; at < text.length; at++) {
      const character = ["<", ">", '"', "'", "/*", "\n", ".", text.charAt(at)][at % 8]!
      survives(text.slice(0, at) + character + text.slice(at))
    }
  })
})

const pieces = [
  ...Array.from("<>[]()\"'.:,=/*#\\+-0 \n\t\r"),
  "S1F1",
  "s2f2 W",
  "'S1F3'",
  "W",
  "[W]",
  "H->E",
  "INPUT",
  "OUTPUT",
  "= name",
  "label:",
  '"Name"',
  "S1F1:",
  "<L",
  "<L [2]",
  "<L [n]",
  "<A",
  "<A [3]",
  "<U4",
  "<U8",
  "<I1",
  "<F4",
  "<B",
  "<BOOLEAN",
  "<J",
  "<W",
  "<C2 2",
  "<V",
  "<VAR X",
  "<U4AUTO",
  "<NOW[16]",
  "[1..2]",
  "[MAX 3]",
  "[MAX",
  "[...]",
  '"text"',
  "'text'",
  "it's",
  "0x41",
  "0b1",
  "010",
  "0A",
  "-1",
  "1.5",
  "1e9",
  "NaN",
  "-inf",
  "T",
  "FALSE",
  "300",
  "NAME",
  ">",
  ">.",
  ".\n",
  "//",
  "/*",
  "*/",
  "\n*",
  "#define N 5\n",
  "if (s1f1 (4)==<F4 0.5>) a.",
  "every 5 send a.",
  "...",
  "\ufeff",
  "\u200b",
  "\u3000",
  "\u00ad",
  "\u2028",
  "\u00e9",
  "\u{1f600}",
  "\ud800",
  "\0",
  "2021-03-04 05:06:07 "
]

const soup = (draw: Draw): string =>
  Array.from({ length: draw(60) }, () => pieces[draw(pieces.length)]! + (draw(3) === 0 ? " " : "")).join("")

const noiseOf = (draw: Draw): string =>
  String.fromCharCode(...Array.from({ length: draw(200) }, () => (draw(8) === 0 ? draw(0x10000) : draw(0x80))))

const mutated = (draw: Draw): string => {
  let text: string = valid[draw(valid.length)]![1]
  for (let i = draw(6); i >= 0; i--) {
    const at = draw(text.length)
    const until = at + draw(12)
    text = text.slice(0, at) + (draw(2) === 0 ? pieces[draw(pieces.length)]! : "") + text.slice(until)
  }
  return text
}

const beside = fileURLToPath(new URL("../../../../shared/corpus", import.meta.url))
const corpus = process.env["SECS_CORPUS"] ?? beside

describe("pieces of published files", () => {
  const simulator = `${corpus}/kenta-secs-simulator/sml-template`
  if (!existsSync(simulator)) {
    it.live("not found beside the checkout: not cut", () =>
      Effect.logWarning("No published file was cut: there is no corpus. Set SECS_CORPUS to its folder.")
    )
    return
  }

  it("every prefix, and all but any one character, of a simulator's templates is read", { timeout: 120_000 }, () => {
    for (const side of ["equip", "host"]) {
      for (const file of readdirSync(`${simulator}/${side}`)) {
        const text = readFileSync(`${simulator}/${side}/${file}`, "utf8")
        for (let at = 0; at < text.length; at++) {
          whole(text.slice(0, at))
          whole(text.slice(0, at) + text.slice(at + 1))
        }
      }
    }
  })

  it("all but any one character of 189 messages costs no more than its own message", { timeout: 120_000 }, () => {
    const text = readFileSync(`${corpus}/secs4net/common.sml`, "utf8")
    // Steps that meet each place of a line in time.
    for (let at = 0; at < text.length; at += 97) {
      const { errors, messages } = SmlParser.parse(text.slice(0, at) + text.slice(at + 1))
      if (messages.length < 187 || errors.length > 2) {
        assert.fail(`${messages.length} messages, ${errors.length} errors without the character at ${at}`)
      }
    }
  })
})

describe("random texts", () => {
  it.prop("of characters are read", [seeded(noiseOf)], ([text]) => survives(text), runs(300, 20_000))
  it.prop("of pieces of SML are read", [seeded(soup)], ([text]) => survives(text), runs(1500, 100_000))
  it.prop("made of valid ones are read", [seeded(mutated)], ([text]) => survives(text), runs(600, 40_000))

  it.prop(
    "that are read as an item are read as a message of that item",
    [seeded(soup)],
    ([text]) => {
      const item = SmlParser.parseItem(`<L ${text}>`, { dialect: Dialect.peer })
      if (Result.isFailure(item)) return
      const { errors, messages } = SmlParser.parse(`S1F1 <L ${text}>.`, { dialect: Dialect.peer })
      assert.deepStrictEqual(errors, [])
      sameItem(messages[0]?.item, item.success)
    },
    runs(1500, 100_000)
  )
})

it("ten megabytes of messages are all read", { timeout: 120_000 }, () => {
  const one = `a_1: S6F11 W
<L [3]
  <U4 [1] 4711>
  <U4 [1] 1001>
  <L [1]
    <L [2]
      <U4 [1] 10>
      <L [3]
        <A [12] "LOT-123.45.6">
        <F8 [2] 3.141592653589793 -1.5>
        <B [4] 0x00 0x7F 0x80 0xFF>
      >
    >
  >
>
.
`
  const count = Math.ceil(10_000_000 / one.length)
  const { errors, messages, warnings } = SmlParser.parse(one.repeat(count))
  assert.deepStrictEqual([errors.length, warnings.length, messages.length], [0, 0, count])
  sameItem(messages[count - 1]!.item, messages[0]!.item)
})

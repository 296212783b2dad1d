/**
 * Printing and reading of messages: ours, the engine's own JSON with the same messages in their JSON form, and secs4js
 * where it has text for them.
 *
 * What is printed is made flat before the clock stops: engines put long strings together only when they are looked at.
 */
import * as assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Item from "@effect-secs/codec/Item"
import * as SecsMessage from "@effect-secs/codec/SecsMessage"
import * as ItemJson from "@effect-secs/sml/ItemJson"
import * as Preset from "@effect-secs/sml/Preset"
import * as SmlParser from "@effect-secs/sml/SmlParser"
import * as SmlPrinter from "@effect-secs/sml/SmlPrinter"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as secs4js from "secs4js"
import { type Candidate, type Comparison, random } from "../../codec/benchmark/harness.ts"
import { toSecs4js } from "../../codec/benchmark/peers.ts"
import { type Spec, workloads } from "../../codec/benchmark/workloads.ts"

export interface TextComparison extends Comparison {
  /** Characters of the text each candidate prints or reads, all of them ASCII. */
  readonly characters: { readonly [candidate: string]: number }
}

interface Case {
  readonly name: string
  readonly item: Item.Item
  readonly spec: Spec
}

const next = random(3)

const u4x100k: Spec = { format: "U4", values: Array.from({ length: 100_000 }, () => Math.floor(next() * 2 ** 32)) }

const chosen = ["s1f13", "s6f11", "l1000a", "l20k", "f4x10k", "u1x100k", "b1m", "recipe200k"]

const cases: ReadonlyArray<Case> = [
  ...workloads.filter(({ name }) => chosen.includes(name)),
  { name: "u4x100k", spec: u4x100k, item: Item.U4(u4x100k.values) }
]

const flat = (text: string): string => {
  text.charCodeAt(text.length >> 1)
  return text
}

const size = (characters: number): string => `${characters.toLocaleString("en")} B`

const print = ({ item, name, spec }: Case): TextComparison => {
  const message = SecsMessage.primary(6, 11, item)
  const json = ItemJson.fromItem(item)
  const theirs = new secs4js.SecsMessage(6, 11, true, toSecs4js(spec))
  const ours = () => flat(Result.getOrThrow(SmlPrinter.message(message)))
  return {
    name: `print ${name}`,
    size: size(ours().length),
    check: () => {
      const back = Result.getOrThrow(SmlParser.parseMessage(ours()))
      assert.ok(Equal.equals(back.item, item), `print ${name}`)
      assert.ok(Equal.equals(Result.getOrThrow(ItemJson.parse(JSON.stringify(json))), item), `print ${name}, JSON`)
    },
    candidates: [
      { name: "ours", run: ours },
      { name: "JSON", run: () => flat(JSON.stringify(json)) },
      { name: "secs4js", run: () => flat(theirs.toSml()) }
    ],
    characters: { ours: ours().length, JSON: JSON.stringify(json).length, secs4js: theirs.toSml().length }
  }
}

/** Ours and theirs read the same text: one that secs4js can read. */
const parse = ({ item, name }: Case): TextComparison => {
  const message = SecsMessage.primary(6, 11, item)
  const text = flat(Result.getOrThrow(SmlPrinter.message(message, { preset: Preset.secs4js })))
  const json = JSON.stringify(ItemJson.fromItem(item))
  const expected = SmlPrinter.show(message)
  return {
    name: `parse ${name}`,
    size: size(text.length),
    check: () => {
      assert.ok(Equal.equals(Result.getOrThrow(SmlParser.parseMessage(text)).item, item), `parse ${name}`)
      const { body, func, stream, wBit } = secs4js.SmlParser.parse(text)
      assert.deepEqual([stream, func, wBit, body === null], [6, 11, true, false], expected)
    },
    candidates: [
      { name: "ours", run: () => SmlParser.parseMessage(text) },
      { name: "JSON", run: () => JSON.parse(json) as unknown },
      { name: "secs4js", run: () => secs4js.SmlParser.parse(text) }
    ],
    characters: { ours: text.length, JSON: json.length, secs4js: text.length }
  }
}

/** Messages of secs4net as text and as JSON, which are no part of the project. */
const corpus = (): ReadonlyArray<TextComparison> => {
  const beside = fileURLToPath(new URL("../../../../shared/corpus", import.meta.url))
  const folder = `${process.env["SECS_CORPUS"] ?? beside}/secs4net`
  if (!existsSync(folder)) return []
  const read = (name: string): string => readFileSync(`${folder}/${name}`, "utf8").replace(/^\ufeff/, "")
  const text = read("common.sml")
  const { messages } = SmlParser.parse(text)
  const forms = messages.map((message) => ItemJson.fromMessage(toWire(message), message.name))
  const json = JSON.stringify(forms)
  const printed = () => flat(Result.getOrThrow(SmlPrinter.document(messages, { preset: Preset.secs4net })))
  const check = (): void => {
    const again = SmlParser.parse(printed()).messages
    assert.ok(Equal.equals(again.map(toWire), messages.map(toWire)), "corpus")
    assert.equal(again.length, (JSON.parse(read("common.json")) as ReadonlyArray<unknown>).length)
  }
  const both = (name: string, candidates: readonly [Candidate, Candidate], ours: number, theirs: number) => ({
    name: `${name} corpus`,
    size: size(ours),
    check,
    candidates,
    characters: { ours, JSON: theirs }
  })
  return [
    both(
      "print",
      [
        { name: "ours", run: printed },
        { name: "JSON", run: () => flat(JSON.stringify(forms)) }
      ],
      printed().length,
      json.length
    ),
    both(
      "parse",
      [
        { name: "ours", run: () => SmlParser.parse(text) },
        { name: "JSON", run: () => JSON.parse(json) as unknown }
      ],
      text.length,
      json.length
    )
  ]
}

const toWire = (message: ReturnType<typeof SmlParser.parse>["messages"][number]): SecsMessage.SecsMessage =>
  new SecsMessage.SecsMessage(message.stream, message.function, message.wBit === "set", message.item)

/** secs4js has no text it could read for raw line ends. */
const readable = cases.filter(({ item }) => Result.isSuccess(SmlPrinter.item(item, { preset: Preset.secs4js })))

export const comparisons: ReadonlyArray<TextComparison> = [...cases.map(print), ...readable.map(parse), ...corpus()]

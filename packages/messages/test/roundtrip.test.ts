import { assert, describe, it } from "@effect/vitest"
import { type Item, ItemCodec, Layout, StreamFunction } from "@effect-secs/codec"
import * as Alternates from "../src/Alternates.ts"
import { registry } from "../src/Catalogue.ts"
import * as draw from "./support/draw.ts"
import { success } from "./support/expect.ts"

const nightly = process.env["SECS_NIGHTLY"] === "1"
const rounds = nightly ? 500 : 25

const alternates: ReadonlyArray<StreamFunction.Any> = Object.values(Alternates)

/** The definitions with a body, once for each sender where the body depends on it. */
const bodies = [...registry.definitions, ...alternates].flatMap((definition) => {
  const { id, structure, structures } = definition
  if (structure === undefined) return []
  const cases: ReadonlyArray<StreamFunction.Sender | undefined> =
    structures === undefined ? [undefined] : [undefined, "host", "equipment"]
  return cases.map((sender) => ({
    title: `${id}${sender === undefined ? "" : ` from the ${sender}`}${alternates.includes(definition) ? ", alternate" : ""}`,
    definition,
    options: { sender },
    layout: Layout.fromSchema((sender === undefined ? undefined : structures?.[sender]) ?? structure)
  }))
})

const encoded = (item: Item.Item | undefined): Uint8Array =>
  item === undefined ? new Uint8Array(0) : success(ItemCodec.encode(item))

describe("definitions", () => {
  it("have bodies, all but those of messages that are a header only", () => {
    assert.strictEqual(registry.definitions.filter((definition) => definition.structure !== undefined).length, 477)
    assert.strictEqual(bodies.length, 477 + 2 * 3 + 13)
  })

  it.each(bodies)("$title: values come back from messages and bytes as they went in", (body) => {
    const { definition, layout, options } = body
    const encode = StreamFunction.encode(definition, options)
    const decode = StreamFunction.decode(definition, options)
    for (let round = 0; round < rounds; round++) {
      const value = draw.value(draw.from(definition.stream * 1_000_003 + definition.function * 1009 + round), layout)
      const message = success(StreamFunction.toMessage(definition, value, options))
      assert.strictEqual(message.name, definition.id)
      const bytes = encoded(message.item)
      assert.deepStrictEqual(success(encode(value)), bytes)
      assert.deepStrictEqual(success(StreamFunction.fromMessage(definition, message, options)), value)
      assert.deepStrictEqual(success(decode(bytes)), value)
    }
  })

  it("of a header only take and give no body", () => {
    for (const definition of registry.definitions.filter((definition) => definition.structure === undefined)) {
      const message = success(StreamFunction.toMessage(definition, undefined))
      assert.isUndefined(message.item)
      assert.isUndefined(success(StreamFunction.fromMessage(definition, message)))
      assert.deepStrictEqual(success(StreamFunction.encode(definition)(undefined)), new Uint8Array(0))
    }
  })
})

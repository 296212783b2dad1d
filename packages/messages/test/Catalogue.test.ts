import { assert, describe, it } from "@effect/vitest"
import { Layout, Registry, StreamFunction, Structure } from "@effect-secs/codec"
import { isVector, type Message, table } from "../catalogue/Table.ts"
import * as Alternates from "../src/Alternates.ts"
import { registry } from "../src/Catalogue.ts"
import { followUps } from "../src/Conversations.ts"
import * as S1 from "../src/S1.ts"
import * as S2 from "../src/S2.ts"
import * as S5 from "../src/S5.ts"
import * as S9 from "../src/S9.ts"

const definitionOf = (message: Message): StreamFunction.Any => {
  const definition = registry.get(message.stream, message.function)
  if (definition === undefined) assert.fail(`${message.id} is not defined`)
  return definition
}

/** Data items whose values are always several: the table leaves their brackets out where nothing else may stand. */
const vectors = table.dataItems.filter((item) => isVector(item)).map((item) => item.name)

/** The notation of a structure, as the table has it, without labels and without the brackets of what is always several. */
const plain = (notation: string): string =>
  notation
    .replaceAll(/@\w+/g, "")
    .replaceAll(/(\w+)\[\]/g, (text, name: string) => (vectors.includes(name) ? name : text))

const notation = (structure: Structure.Any | undefined): string =>
  structure === undefined ? "-" : plain(Layout.notation(Layout.fromSchema(structure)))

/** Every list with members in a layout. */
const lists = (layout: Layout.Layout): ReadonlyArray<Layout.Members> => {
  switch (layout._tag) {
    case "Members":
      return [layout, ...layout.members.flatMap((member) => lists(member.layout))]
    case "Elements":
      return lists(layout.element)
    case "Optional":
      return lists(layout.inner)
    case "Choice":
      return layout.options.flatMap(lists)
    case "Leaf":
    case "Any":
    case "Mapped":
    case "Recursive":
      return []
  }
}

describe("catalogue", () => {
  it("defines the 532 messages of the table and no others", () => {
    assert.strictEqual(table.messages.length, 532)
    assert.sameMembers(
      registry.definitions.map((definition) => definition.id),
      table.messages.map((message) => message.id)
    )
  })

  it("knows the data items whose values are always several", () => {
    assert.deepStrictEqual(vectors, [
      "ACDS",
      "BCDS",
      "BCEQU",
      "BINLT",
      "IACDS",
      "IBCDS",
      "NACDS",
      "NBCDS",
      "NULBC",
      "REFP",
      "RSINF",
      "STRP",
      "TSIP",
      "TSOP",
      "XYPOS"
    ])
  })

  it.each(table.messages)("$id has the structure, name, sender, W-bit and blocks of the table", (message) => {
    const definition = definitionOf(message)
    assert.strictEqual(definition.name, message.name)
    assert.strictEqual(definition.sender, { both: "both", "H->E": "host", "E->H": "equipment" }[message.direction])
    assert.strictEqual(definition.replyRule, message.replyExpected)
    assert.strictEqual(definition.multiBlock ?? null, message.multiBlock)
    assert.strictEqual(definition.kind, message.function % 2 === 1 ? "primary" : "secondary")
    assert.strictEqual(definition.kind === "primary" ? definition.reply?.id : undefined, message.reply)
    if (message.variants === undefined) {
      assert.strictEqual(notation(definition.structure), plain(message.structure))
      assert.isUndefined(definition.structures)
    } else {
      for (const { sender, structure } of message.variants) {
        // The empty list has one notation of its own.
        assert.strictEqual(notation(definition.structures?.[sender]).replaceAll("L?{}", "L{}"), structure)
      }
    }
  })

  it.each(table.messages.filter((message) => message.alternates !== undefined))(
    "has the other layout of $id that is met in practice, with the same name, sender and reply",
    ({ alternates, function: function_, id, reply, stream }) => {
      assert.strictEqual(alternates!.length, 1)
      const alternate = (Alternates as unknown as { readonly [id: string]: StreamFunction.Any })[id]!
      const standard = registry.get(stream, function_)!
      assert.strictEqual(notation(alternate.structure), plain(alternates![0]!.structure))
      assert.deepStrictEqual(
        [alternate.id, alternate.name, alternate.sender, alternate.replyRule],
        [standard.id, standard.name, standard.sender, standard.replyRule]
      )
      assert.strictEqual(alternate.kind === "primary" ? alternate.reply?.id : undefined, reply)
    }
  )

  it("names every member as a program would, and no two of a list alike", () => {
    const all = registry.definitions.flatMap(({ id, structure }) =>
      structure === undefined ? [] : lists(Layout.fromSchema(structure)).map((list) => ({ id, list }))
    )
    assert.isAbove(all.length, 300)
    for (const { id, list } of all) {
      const keys = list.members.map((member) => member.key)
      assert.strictEqual(new Set(keys).size, keys.length, id)
      for (const key of keys) {
        assert.match(key, /^[a-z][A-Za-z0-9]*$/, id)
        assert.notMatch(key, /^(list|element|field|member|struct|group)\d*$/, id)
      }
    }
  })

  it("keeps where a body depends on its sender", () => {
    const withVariants = registry.definitions.filter((definition) => definition.structures !== undefined)
    assert.deepStrictEqual(
      withVariants.map((definition) => definition.id),
      ["S1F2", "S1F14", "S1F13"]
    )
  })

  it("has an alternate for each of the 13 messages whose table has one", () => {
    assert.sameMembers(
      Object.keys(Alternates),
      table.messages.filter((message) => message.alternates !== undefined).map((message) => message.id)
    )
    assert.strictEqual(Object.keys(Alternates).length, 13)
  })

  it("gives a stream the definitions of its file: S1F13 is that of S1", () => {
    assert.strictEqual(registry.get(1, 13), S1.S1F13)
    assert.strictEqual(S2.S2F41.reply, S2.S2F42)
    assert.strictEqual(S5.S5F1.replyRule, "optional")
    assert.strictEqual(S9.S9F1.replyRule, "none")
    assert.isTrue(registry.hasStream(21))
    assert.isFalse(registry.hasStream(11))
  })

  it("takes definitions of its user on top", () => {
    const mine = StreamFunction.secondary({ stream: 1, function: 2, name: "Mine", structure: Structure.A })
    const merged = Registry.merge(registry, Registry.make([mine]))
    assert.strictEqual(merged.get(1, 2), mine)
    assert.strictEqual(merged.definitions.length, 532)
  })

  it("says what must follow a grant by secondaries and primaries that it defines", () => {
    const ids = new Map(registry.definitions.map((definition) => [definition.id, definition]))
    assert.strictEqual(Object.keys(followUps).length, 12)
    assert.deepStrictEqual(followUps["S7F2"], ["S7F3", "S7F23"])
    for (const [secondary, primaries] of Object.entries(followUps)) {
      assert.strictEqual(ids.get(secondary)?.kind, "secondary", secondary)
      for (const primary of primaries) assert.strictEqual(ids.get(primary)?.kind, "primary", primary)
    }
  })
})

import { assert, describe, it } from "@effect/vitest"
import { SmlDocument, SmlParser } from "@effect-secs/sml"
import { type Registry, StreamFunction } from "@effect-secs/codec"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { type File, isStale, pages, root, sources } from "../catalogue/Generated.ts"
import { memberOfStructure, parts } from "../catalogue/names.ts"
import { type Node, parse, print } from "../catalogue/Notation.ts"
import { streams, table } from "../catalogue/Table.ts"
import { registry } from "../src/Catalogue.ts"
import { success } from "./support/expect.ts"

const notStale = (files: ReadonlyArray<File>): void => {
  assert.deepStrictEqual(
    files.filter(isStale).map((file) => file.path),
    []
  )
}

/** The examples of a page: the definition whose section they stand in, the sender, and the text. */
const examples = (page: string, registry: Registry.Registry) =>
  page
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const [id] = section.split(" ", 1)
      const definition = registry.definitions.find((definition) => definition.id === id)!
      return [...section.matchAll(/^```sml\n([\s\S]*?)\n```$/gm)].map((match, index) => ({
        id: `${id}${index === 0 ? "" : ", the other sender"}`,
        definition,
        text: match[1]!
      }))
    })

/** Every node of a structure. */
const nodes = (node: Node): ReadonlyArray<Node> => {
  switch (node._tag) {
    case "Header":
    case "AnyItem":
    case "DataItem":
      return [node]
    case "List":
      return [node, ...nodes(node.element)]
    case "Struct":
      return [node, ...node.members.flatMap(nodes)]
    case "Either":
      return [node, ...node.options.flatMap(nodes)]
  }
}

describe("generated files", () => {
  it("in src say what the table says; `pnpm docs:write` writes them again", async () => {
    const files = await sources()
    notStale(files)
    const known = new Set(files.map((file) => file.path))
    const there = readdirSync(`${root}packages/messages/src`).filter((name) => name.endsWith(".ts"))
    assert.deepStrictEqual(
      there.filter((name) => !known.has(`packages/messages/src/${name}`)),
      []
    )
  })

  it("in docs/catalogue say what the table says: an index, the data items and a page for each stream", async () => {
    const files = await pages()
    notStale(files)
    assert.sameMembers(
      readdirSync(`${root}docs/catalogue`),
      files.map((file) => file.path.slice("docs/catalogue/".length))
    )
    assert.strictEqual(files.length, streams.length + 2)
  })

  it("are stale when they are absent or say anything else", () => {
    assert.isTrue(isStale({ path: "docs/catalogue/S11.md", text: "" }))
    assert.isTrue(isStale({ path: "packages/messages/src/index.ts", text: "" }))
  })
})

describe("names of the catalogue", () => {
  const used = new Set(
    table.messages.flatMap((message) =>
      [message.structure, ...(message.variants ?? []), ...(message.alternates ?? [])]
        .map((one) => (typeof one === "string" ? one : one.structure))
        .flatMap((structure) => nodes(parse(structure)))
        .map(print)
    )
  )

  it("are those of structures that the table has", () => {
    assert.deepStrictEqual(
      Object.keys({ ...memberOfStructure, ...parts }).filter((notation) => !used.has(notation)),
      []
    )
  })

  it("of shared structures are all different", () => {
    const names = Object.values(parts).map(([name]) => name)
    assert.strictEqual(new Set(names).size, names.length)
  })
})

describe("examples in docs/catalogue", () => {
  const folder = `${root}docs/catalogue`
  const all = existsSync(folder)
    ? streams.flatMap((stream) => examples(readFileSync(`${folder}/S${stream}.md`, "utf8"), registry))
    : []

  it("are one for each message with a body, and two where the body depends on the sender", () => {
    assert.strictEqual(all.length, 477 + 3)
  })

  it.each(all)("of $id is SML that parses and is read by its definition, strictly", ({ definition, text }) => {
    const document = SmlParser.parse(text)
    assert.deepStrictEqual([...document.errors, ...document.warnings], [])
    assert.strictEqual(document.messages.length, 1)
    const message = SmlDocument.toSecsMessage(document.messages[0]!)
    assert.strictEqual(message.replyExpected, StreamFunction.replyExpected(definition))
    success(StreamFunction.fromMessage(definition, message))
  })
})

import { assert, describe, it } from "@effect/vitest"
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"

/** What a bundler makes of a program for production; Effect stays outside. */
const bundle = async (code: string): Promise<string> => {
  const entry = fileURLToPath(new URL("entry.ts", import.meta.url))
  const build = await rolldown({
    input: entry,
    external: /^effect\//,
    resolve: { conditionNames: ["source", "import"] },
    plugins: [
      { name: "entry", load: (id) => (id === entry ? code : null), resolveId: (id) => (id === entry ? id : null) }
    ]
  })
  const { output } = await build.generate({ format: "esm", minify: true })
  await build.close()
  return output[0].code
}

describe("a bundle", () => {
  it("of S1F1 from its stream is that of S1F1 written by hand", async () => {
    const [code, byHand] = await Promise.all([
      bundle(`import { S1F1 } from "@effect-secs/messages/S1"
        console.log(S1F1)`),
      bundle(`import { primary, secondary } from "@effect-secs/codec/StreamFunction"
        import { list, nothing, text } from "@effect-secs/codec/Structure"
        console.log(primary({ stream: 1, function: 1, name: "Are You There Request", multiBlock: false,
          reply: secondary({ stream: 1, function: 2, name: "On Line Data", multiBlock: false, structure: {
            equipment: list({ mdln: text({ name: "MDLN", maximum: 20 }), softrev: text({ name: "SOFTREV", maximum: 20 }) },
              (mdln, softrev) => ({ mdln, softrev })),
            host: nothing } }) }))`)
    ])
    assert.include(code, "Are You There Request")
    assert.isBelow(Math.abs(code.length - byHand.length), 100)
    assert.notInclude(code, "stream:12")
    assert.notInclude(code, "COMMACK")
  })

  it("of S6F11 from the barrel is as small as from its stream, and little more than that of S1F1", async () => {
    const [barrel, stream, smallest] = await Promise.all([
      bundle(`import { S6 } from "@effect-secs/messages"
        console.log(S6.S6F11)`),
      bundle(`import { S6F11 } from "@effect-secs/messages/S6"
        console.log(S6F11)`),
      bundle(`import { S1F1 } from "@effect-secs/messages/S1"
        console.log(S1F1)`)
    ])
    assert.strictEqual(barrel.length, stream.length)
    assert.include(barrel, "Event Report Send")
    assert.isBelow(barrel.length - smallest.length, 2000)
  })

  it("of all of stream 1 has no stream 12, and of data items what stream 1 needs", async () => {
    const code = await bundle(`import * as S1 from "@effect-secs/messages/S1"
      console.log(S1)`)
    assert.include(code, "COMMACK")
    assert.notInclude(code, "stream:12")
    assert.notInclude(code, "HCACK")
  })

  it("of the catalogue has every stream", async () => {
    const code = await bundle(`import { Catalogue } from "@effect-secs/messages"
      console.log(Catalogue.registry)`)
    for (const stream of ["stream:1,", "stream:12,", "stream:21,"]) assert.include(code, stream)
  })
})

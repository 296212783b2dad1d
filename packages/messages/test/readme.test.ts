import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import * as readme from "../typetest/readme.ts"
import { success } from "./support/expect.ts"

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8")

describe("the README", () => {
  it("shows what is compiled", () => {
    const [, block] = /^```ts\n([\s\S]*?)^```$/m.exec(read("../README.md")) ?? []
    assert.strictEqual(block, read("../typetest/readme.ts"))
  })

  it("says what the messages of its example are", () => {
    const said = [...read("../README.md").matchAll(/Result\.succeed\((.*)\)$/gm)].map((match) => match[1])
    assert.deepStrictEqual(
      [readme.command, readme.refusal].map((message) => String(success(message))),
      said
    )
  })
})

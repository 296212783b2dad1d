/**
 * Messages that others published, with the same messages as JSON. They belong to their authors, so they are read where
 * they stand beside the checkout and are no part of the project.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as ItemJson from "../src/ItemJson.ts"
import * as SmlDocument from "../src/SmlDocument.ts"
import * as SmlParser from "../src/SmlParser.ts"
import { sameItem, success } from "./support/expect.ts"

const beside = fileURLToPath(new URL("../../../../shared/corpus", import.meta.url))
const folder = `${process.env["SECS_CORPUS"] ?? beside}/secs4net`

/** Messages the two files are known to hold, in the same order. */
const known = 189

describe("corpus of secs4net", () => {
  if (!existsSync(folder)) {
    it.live(`corpus not found beside the checkout: ${known} messages not compared`, () => {
      if (process.env["CI"] === "true") assert.fail(`no corpus at ${folder}`)
      return Effect.logWarning(
        `${known} messages were not compared: there is no corpus. Set SECS_CORPUS to its folder.`
      )
    })
    return
  }

  const text = readFileSync(`${folder}/common.sml`, "utf8").replace(/^\ufeff/, "")
  const json = JSON.parse(
    readFileSync(`${folder}/common.json`, "utf8").replace(/^\ufeff/, "")
  ) as ReadonlyArray<unknown>
  const document = SmlParser.parse(text)

  it("holds the messages it is known to hold, all of which are read from text and from JSON", () => {
    assert.strictEqual(json.length, known)
    assert.deepStrictEqual(document.errors, [])
    assert.strictEqual(document.messages.length, known)
  })

  // The function of every message in the JSON is its stream, so that it tells nothing.
  it.each(json.map((one, index) => ({ one, index, name: ItemJson.nameOf(one) })))(
    "reads $name, message $index, from text as from JSON: name, stream, W-bit and item",
    ({ index, name, one }) => {
      const expected = success(ItemJson.toMessage(one))
      const message = document.messages[index]!
      const { item, replyExpected, stream } = SmlDocument.toSecsMessage(message)
      assert.deepStrictEqual(
        { name: message.name, stream, replyExpected },
        { name, stream: expected.stream, replyExpected: expected.replyExpected }
      )
      sameItem(item, expected.item)
    }
  )
})

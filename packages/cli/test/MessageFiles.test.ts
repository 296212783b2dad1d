import { SecsMessage } from "@effect-secs/codec"
import { SmlPrinter } from "@effect-secs/sml"
import { assert, describe, it } from "@effect/vitest"
import * as MessageFiles from "../src/messages/MessageFiles.ts"
import type { Entry } from "../src/messages/MessageInput.ts"

const entry = (name: string | undefined): Entry => ({
  _tag: "Message",
  place: "",
  message: SmlPrinter.named(name, SecsMessage.primary(1, 3))
})

describe("MessageFiles", () => {
  it.each([
    [
      ["a", "a", "A", "a-2"],
      ["a", "a-2", "A-3", "a-2-2"]
    ],
    [
      [undefined, undefined],
      ["S1F3", "S1F3-2"]
    ],
    [
      ["../../etc/x", "..", "/", "Größe 2"],
      ["_etc_x", "S1F3", "S1F3-2", "Größe_2"]
    ]
  ])("gives %j the names %j", (names, files) => {
    const name = MessageFiles.namer()
    assert.deepStrictEqual(
      names.map((one) => name(entry(one))),
      files
    )
  })
})

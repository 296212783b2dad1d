import { SmlParser } from "@effect-secs/sml"
import { assert, describe, it } from "@effect/vitest"
import type { Role } from "../src/talk/DefaultReplies.ts"
import * as FileNotes from "../src/talk/FileNotes.ts"

const about = (text: string, role: Role, owner?: Role) =>
  FileNotes.about({ name: "a.sml", document: SmlParser.parse(text) }, role, owner)

const host = "S1F3 = ask OUTPUT W. S1F4 = state INPUT <L>. S6F11 = event INPUT W <L>. S6F12 = ack OUTPUT <B 0>."

describe("FileNotes", () => {
  it("counts messages and rules, and says nothing of what is left out where nothing is", () => {
    assert.deepStrictEqual(about("S1F2 <L>. S1F1 = ask W. if (s1f1) ask.", "equipment"), [
      "a.sml: 2 messages and 1 rule"
    ])
    assert.deepStrictEqual(about(host, "host"), ["a.sml: 4 messages and 0 rules, 2 marked INPUT left out"])
  })

  it("knows a file from the peer's side by the primaries that one side alone receives", () => {
    assert.deepStrictEqual(about(host, "equipment"), [
      "a.sml: 4 messages and 0 rules, 2 marked INPUT left out",
      "a.sml: it is written as the host sees it: --owner host sends what is marked INPUT"
    ])
  })

  it("knows it by its replies where all are left out, and does not where the primaries say otherwise", () => {
    const replies = "S64F2 = a INPUT <L>. S65F2 = b INPUT <L>."
    assert.lengthOf(about(replies, "equipment"), 2)
    assert.lengthOf(about(`${replies} S66F2 = c OUTPUT <L>.`, "equipment"), 1)
    assert.lengthOf(about("S6F11 = event OUTPUT W <L>. S6F12 = ack INPUT <B 0>.", "equipment"), 1)
  })

  it("says nothing more of a file whose owner is told, and tells when it is told wrongly", () => {
    assert.deepStrictEqual(about(host, "equipment", "host"), [
      "a.sml: 4 messages and 0 rules, 2 marked OUTPUT left out"
    ])
    assert.deepStrictEqual(about(host, "host", "equipment"), [
      "a.sml: 4 messages and 0 rules, 2 marked OUTPUT left out",
      "a.sml: it is written as the host sees it: --owner host sends what is marked OUTPUT"
    ])
  })

  it.each([
    ["host", undefined, "INPUT"],
    ["host", "host", "INPUT"],
    ["host", "equipment", "OUTPUT"],
    ["equipment", "host", "OUTPUT"]
  ] as const)("leaves out as %s of the files of %s what is marked %s", (role, owner, word) => {
    assert.strictEqual(FileNotes.leftOut(role, owner), word)
  })
})

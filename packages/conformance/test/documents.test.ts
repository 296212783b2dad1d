import { assert, describe, it } from "@effect/vitest"
import { documents, isStale } from "../src/documents.ts"

describe("generated documents", () => {
  it("are conformance and the state machines of both sides", () => {
    assert.sameMembers(Object.keys(documents), [
      "docs/conformance.md",
      "docs/state-machines/hsms-active.md",
      "docs/state-machines/hsms-passive.md"
    ])
  })

  it.each(Object.keys(documents))("%s says what its source says; `pnpm docs:write` prints it again", (path) => {
    assert.isFalse(isStale(path, documents[path]!()))
  })

  it("are stale when they are absent or say anything else", () => {
    const path = "docs/state-machines/hsms-active.md"
    assert.isTrue(isStale("docs/no-such-document.md", ""))
    assert.isTrue(isStale(path, `${documents[path]!()} `))
  })
})

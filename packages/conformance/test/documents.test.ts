import { assert, describe, it } from "@effect/vitest"
import { documents, isStale } from "../src/documents.ts"
import { files } from "../src/Repository.ts"

describe("generated documents", () => {
  it("are conformance, the state machines of both sides and the pages of the command", () => {
    const [others, pages] = [false, true].map((page) =>
      Object.keys(documents).filter((path) => path.startsWith("docs/cli/") === page)
    )
    assert.sameMembers(others!, [
      "docs/conformance.md",
      "docs/state-machines/hsms-active.md",
      "docs/state-machines/hsms-passive.md"
    ])
    assert.sameMembers(
      pages!,
      files.filter((path) => path.startsWith("docs/cli/"))
    )
  })

  it.each(Object.keys(documents))("%s says what its source says; `pnpm docs:write` prints it again", async (path) => {
    assert.isFalse(isStale(path, await documents[path]!()))
  })

  it("are stale when they are absent or say anything else", async () => {
    const path = "docs/state-machines/hsms-active.md"
    assert.isTrue(isStale("docs/no-such-document.md", ""))
    assert.isTrue(isStale(path, `${await documents[path]!()} `))
  })
})

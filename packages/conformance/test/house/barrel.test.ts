import { describe, expect, it } from "@effect/vitest"
import { closure, code, exists, manifest, packages } from "../../src/Repository.ts"

const barrels = packages
  .filter((name) => manifest(name).private !== true)
  .map((name) => `packages/${name}/src/index.ts`)

describe("barrel", () => {
  it("looks at the root entry of every published package", () => {
    expect(barrels.length).toBeGreaterThan(0)
    expect(barrels.filter((path) => !exists(path))).toEqual([])
  })

  it.each(barrels)('%s only says `export * as X from "./X.ts"`, from itself or a folder', (path) => {
    const lines = code(path)
      .split("\n")
      .filter((line) => line.trim() !== "")
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.filter((line) => !/^export \* as (\w+) from "\.\/(?:[a-z]+\/)?\1\.ts"$/.test(line))).toEqual([])
  })

  it.each(barrels)("%s reaches neither Node nor a platform package", (path) => {
    const reached = closure(path)
    expect(reached.size).toBeGreaterThan(1)
    const trails = [...reached]
      .filter(([target]) => /^(node:|@effect\/platform)/.test(target))
      .map(([, trail]) => trail)
    expect(trails.map((trail) => trail.join(" > "))).toEqual([])
  })
})

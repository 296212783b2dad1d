/**
 * Writes the generated files of the package; with `--check`, fails when one is stale instead.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { type File, isStale, pages, root, sources } from "./Generated.ts"

const check = process.argv.includes("--check")
let count = 0
let staleCount = 0

const settle = (files: ReadonlyArray<File>): void => {
  const stale = files.filter(isStale)
  count += files.length
  staleCount += stale.length
  for (const { path, text } of stale) {
    if (check) {
      console.error(`${path} is stale: run \`pnpm docs:write\``)
      continue
    }
    mkdirSync(dirname(root + path), { recursive: true })
    writeFileSync(root + path, text)
  }
}

settle(await sources())
settle(await pages())

console.log(`${count} generated files of the catalogue, ${staleCount} ${check ? "stale" : "written"}`)
if (check && staleCount > 0) process.exitCode = 1

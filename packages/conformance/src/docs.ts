/**
 * Writes the generated documents of the repository; with `--check`, fails when one is stale instead.
 *
 * @since 0.1.0
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { documents, isStale } from "./documents.ts"
import { root } from "./Repository.ts"

const all = await Promise.all(Object.entries(documents).map(async ([path, print]) => ({ path, text: await print() })))

const stale = all.filter(({ path, text }) => isStale(path, text))

if (process.argv.includes("--check")) {
  for (const { path } of stale) console.error(`${path} is stale: run \`pnpm docs:write\``)
  console.log(`${all.length} generated documents, ${stale.length} stale`)
  if (stale.length > 0) process.exitCode = 1
} else {
  for (const { path, text } of stale) {
    mkdirSync(dirname(root + path), { recursive: true })
    writeFileSync(root + path, text)
  }
  console.log(`${all.length} generated documents, ${stale.length} written`)
}

/**
 * Writes the generated documents of the repository; with `--check`, fails when one is stale instead.
 *
 * A document is listed here with the function that prints it, so that text and code have one source.
 *
 * @since 0.1.0
 */
import { readFileSync, writeFileSync } from "node:fs"
import { exists, root } from "./Repository.ts"

/** The generated documents: path from the root, and what the file must say. */
export const documents: Readonly<Record<string, () => string>> = {}

const stale = Object.entries(documents)
  .map(([path, print]) => ({ path, text: print() }))
  .filter(({ path, text }) => !exists(path) || readFileSync(root + path, "utf8") !== text)

const count = Object.keys(documents).length

if (process.argv.includes("--check")) {
  for (const { path } of stale) console.error(`${path} is stale: run \`pnpm docs\``)
  console.log(`${count} generated documents, ${stale.length} stale`)
  if (stale.length > 0) process.exitCode = 1
} else {
  for (const { path, text } of stale) writeFileSync(root + path, text)
  console.log(`${count} generated documents, ${stale.length} written`)
}

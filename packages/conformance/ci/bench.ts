/**
 * `pnpm bench [suite] …`: runs the bench of one package with what follows, or those of all: `pnpm bench codec decode`,
 * `pnpm bench session s1f1`.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const suites = ["codec", "session"]
const [first, ...rest] = process.argv.slice(2)
const named = suites.filter((suite) => suite === first)

for (const suite of named.length > 0 ? named : suites) {
  const main = fileURLToPath(new URL(`../../${suite}/benchmark/main.ts`, import.meta.url))
  const words = named.length > 0 ? rest : first === undefined ? [] : [first, ...rest]
  const { status } = spawnSync(process.execPath, [...process.execArgv, main, ...words], { stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}

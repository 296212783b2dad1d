/**
 * `pnpm bench [suite] …`: runs the bench of one package with what follows, or those of all: `pnpm bench codec decode`,
 * `pnpm bench session s1f1`.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const usage = `pnpm bench                                   every suite, nine minutes
pnpm bench codec [word …] [--processes=3]    comparisons whose names hold every word: decode s6f11
pnpm bench sml [word …] [--rounds=21]        print s6f11, parse corpus …
pnpm bench session [case …] [--rounds=7]     s1f1 s1f1-64 echo1m s6f11 s6f11-64 … memory
`

/** The options each suite takes. */
const suites: { readonly [suite: string]: RegExp } = {
  codec: /^--processes=\d+$/,
  sml: /^--rounds=\d+$/,
  session: /^--rounds=\d+$/
}

const [first, ...words] = process.argv.slice(2)
const unknown = words.find((word) => word.startsWith("-") && !suites[first ?? ""]?.test(word))

if (first === "--help" || words.includes("--help")) {
  process.stdout.write(usage)
} else if (first !== undefined && !(first in suites)) {
  process.stderr.write(`there is no suite ${first}\n${usage}`)
  process.exitCode = 2
} else if (unknown !== undefined) {
  process.stderr.write(`${first} takes no ${unknown}\n${usage}`)
  process.exitCode = 2
} else {
  for (const suite of first === undefined ? Object.keys(suites) : [first]) {
    const main = fileURLToPath(new URL(`../../${suite}/benchmark/main.ts`, import.meta.url))
    const { status } = spawnSync(process.execPath, [...process.execArgv, main, ...words], { stdio: "inherit" })
    if (status !== 0) process.exit(status ?? 1)
  }
}

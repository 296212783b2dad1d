/**
 * `pnpm bench sml [word …] [--rounds=21]` measures printing and reading, of the workloads whose names hold every word,
 * and prints Markdown: `pnpm bench sml print`, `pnpm bench sml s6f11`.
 *
 * Ours, JSON and secs4js take turns within one process. Speed against JSON is by characters, as each has a text of its
 * own; against secs4js by time, as both print and read the same message.
 */
import { cpus } from "node:os"
import { type Measured, measure, warmUp } from "../../codec/benchmark/harness.ts"
import { comparisons, type TextComparison } from "./comparisons.ts"

/** In times of JSON, by characters. */
const ofJson = 1 / 3
/** In times of secs4js. */
const ofSecs4js = 10

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"))
const rounds = Number(
  process.argv
    .slice(2)
    .find((word) => word.startsWith("--rounds="))
    ?.split("=")[1] ?? 21
)

const print = (line = ""): void => {
  process.stdout.write(`${line}\n`)
}

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): void => {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: ReadonlyArray<string>): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`
  print(line(head))
  print(line(widths.map((width) => "-".repeat(width))))
  for (const row of rows) print(line(row))
  print()
}

const goal = (value: number, least: number): string =>
  `${value.toPrecision(value < 1 ? 2 : 3)} ${value >= least ? "yes" : "**no**"}`

const row = ({ characters, name }: TextComparison, { size, times }: Measured): ReadonlyArray<string> => {
  /** Megabytes a second: characters in a thousandth of the nanoseconds. */
  const speed = (candidate: string): number => (characters[candidate]! / times[candidate]!) * 1e3
  const ours = times["ours"]!
  const theirs = times["secs4js"]
  return [
    name.slice(name.indexOf(" ") + 1),
    size,
    ours < 1e6 ? `${(ours / 1e3).toFixed(1)} µs` : `${(ours / 1e6).toFixed(1)} ms`,
    speed("ours").toFixed(0),
    speed("JSON").toFixed(0),
    goal(speed("ours") / speed("JSON"), ofJson),
    theirs === undefined ? "" : goal(theirs / ours, ofSecs4js)
  ]
}

const chosen = comparisons.filter(({ name }) => words.every((word) => name.split(" ").includes(word)))
for (const { check } of chosen) check()
warmUp(comparisons)
const measured = measure(chosen, rounds)

print(
  `Node ${process.version}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}.\n`
)
for (const group of ["print", "parse"]) {
  const rows = chosen.flatMap((comparison, i) =>
    comparison.name.startsWith(`${group} `) ? [row(comparison, measured[i]!)] : []
  )
  if (rows.length === 0) continue
  print(`### ${group}\n`)
  table(["workload", "text", "ours", "MB/s", "JSON MB/s", "of JSON, goal ≥ 0.33", "times secs4js, goal ≥ 10"], rows)
}

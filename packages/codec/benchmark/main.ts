/**
 * `pnpm bench [suite] [word …]`: measures the comparisons whose names hold every word, all of them without one, and
 * prints tables in Markdown. `pnpm bench codec decode s6f11` · `pnpm bench codec frames`
 */
import { cpus } from "node:os"
import * as framing from "./framing.ts"
import { goals } from "./goals.ts"
import { type Comparison, type Measured, measure, warmUp } from "./harness.ts"
import * as items from "./items.ts"
import { msgpackrIsNative } from "./peers.ts"
import { measureRetention } from "./retention.ts"

const rounds = 21

const print = (line = ""): void => {
  process.stdout.write(`${line}\n`)
}

const duration = (ns: number): string =>
  ns < 1e3 ? `${ns.toFixed(1)} ns` : ns < 1e6 ? `${(ns / 1e3).toFixed(2)} µs` : `${(ns / 1e6).toFixed(2)} ms`

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): void => {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: ReadonlyArray<string>): string => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`
  print(line(head))
  print(line(widths.map((width) => "-".repeat(width))))
  for (const row of rows) print(line(row))
  print()
}

/** One row a comparison: our time, and the time of each other candidate in times of ours. */
const results = (title: string, measured: ReadonlyArray<Measured>): void => {
  if (measured.length === 0) return
  print(`### ${title}\n`)
  const others = [...new Set(measured.flatMap(({ times }) => [...times.keys()]))].filter((name) => name !== "ours")
  table(
    ["workload", "bytes", "ours", ...others],
    measured.map(({ name, size, times }) => {
      const ours = times.get("ours")!
      const ratios = others.map((other) => (times.has(other) ? (times.get(other)! / ours).toPrecision(3) : "–"))
      return [name.slice(name.indexOf(" ") + 1), size, duration(ours), ...ratios]
    })
  )
}

const suites: { readonly [suite: string]: ReadonlyArray<Comparison> } = {
  codec: [...items.comparisons, ...framing.comparisons]
}

const [first = "", ...rest] = process.argv.slice(2)
const chosenSuites = first in suites ? [first] : Object.keys(suites)
const words = first in suites || first === "" ? rest : [first, ...rest]

for (const suite of chosenSuites) {
  const all = suites[suite]!
  const chosen = all.filter(({ name }) => words.every((word) => name.split(" ").includes(word)))
  for (const comparison of chosen) comparison.check()
  warmUp(all)
  const measured = chosen.map((comparison) => measure(comparison, rounds))

  print(`Node ${process.version}, ${cpus()[0]?.model.trim()} × ${cpus().length}, ${new Date().toISOString().slice(0, 10)}.`)
  print(`msgpackr's native string extraction is ${msgpackrIsNative ? "on" : "off"}.`)
  print("Numbers are times in times of ours: above 1 is slower than us.\n")
  for (const group of ["decode", "encode", "frames"]) {
    results(group, measured.filter(({ name }) => name.startsWith(`${group} `)))
  }

  if (words.length === 0) {
    print("### memory of 1 000 messages kept, one out of each 64 KiB chunk\n")
    table(
      ["kept", "heap a message", "array buffers a message"],
      measureRetention().map(({ buffers, heap, what }) => [what, `${heap.toFixed(0)} B`, `${buffers.toFixed(0)} B`])
    )
  }

  print("### goals\n")
  table(
    ["goal", "measured", "target", "reached"],
    goals(new Map(measured.map((one) => [one.name, one]))).map((goal) => [
      goal.what,
      goal.measured,
      goal.target,
      goal.reached ? "yes" : "no"
    ])
  )
}

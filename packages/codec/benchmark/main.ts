/**
 * `pnpm bench [suite] [word …]` measures the comparisons whose names hold every word, or all of them, and prints
 * Markdown: `pnpm bench codec decode s6f11`, `pnpm bench codec frames`.
 *
 * A comparison is timed within one process, but in three processes one after the other, of which the median counts:
 * what V8 makes of a codec, ours or another, may differ by half from process to process. `--processes=1` is quicker.
 */
import { spawnSync } from "node:child_process"
import { cpus } from "node:os"
import { fileURLToPath } from "node:url"
import * as framing from "./framing.ts"
import { goals } from "./goals.ts"
import { type Comparison, type Measured, measure, median, warmUp } from "./harness.ts"
import * as items from "./items.ts"
import { msgpackrIsNative } from "./peers.ts"
import { measureRetention } from "./retention.ts"
import * as typed from "./typed.ts"

const rounds = 21

const suites: { readonly [suite: string]: ReadonlyArray<Comparison> } = {
  codec: [...items.comparisons, ...typed.comparisons, ...framing.comparisons]
}

interface Arguments {
  readonly suites: ReadonlyArray<string>
  readonly words: ReadonlyArray<string>
  readonly processes: number
  /** Measure in this process and print JSON. */
  readonly child: boolean
}

const parse = (argv: ReadonlyArray<string>): Arguments => {
  const words = argv.filter((word) => !word.startsWith("--"))
  const named = words.filter((word) => word in suites)
  return {
    suites: named.length > 0 ? named : Object.keys(suites),
    words: words.filter((word) => !(word in suites)),
    processes: Number(argv.find((word) => word.startsWith("--processes="))?.split("=")[1] ?? 3),
    child: argv.includes("--child")
  }
}

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

const duration = (ns: number): string =>
  ns < 1e3 ? `${ns.toFixed(0)} ns` : ns < 1e6 ? `${(ns / 1e3).toFixed(2)} µs` : `${(ns / 1e6).toFixed(2)} ms`

const ratio = (value: number): string =>
  value < 0.01 ? "0.00" : value.toPrecision(value < 0.1 ? 1 : value < 1 ? 2 : 3)

/** One row a comparison: our time, and the time of each other candidate in times of ours. */
const printResults = (title: string, measured: ReadonlyArray<Measured>): void => {
  if (measured.length === 0) return
  print(`### ${title}\n`)
  const others = [...new Set(measured.flatMap(({ times }) => Object.keys(times)))].filter((name) => name !== "ours")
  table(
    ["workload", "size", "ours", ...others],
    measured.map(({ name, size, times }) => [
      name.slice(title.length + 1),
      size,
      duration(times["ours"]!),
      ...others.map((other) => (times[other] === undefined ? "" : ratio(times[other] / times["ours"]!)))
    ])
  )
}

const measureHere = ({ suites: names, words }: Arguments): ReadonlyArray<Measured> => {
  const all = names.flatMap((name) => suites[name]!)
  const chosen = all.filter(({ name }) => words.every((word) => name.split(" ").includes(word)))
  for (const comparison of chosen) comparison.check()
  warmUp(all)
  return measure(chosen, rounds)
}

const measureInChild = (): ReadonlyArray<Measured> => {
  const child = spawnSync(
    process.execPath,
    [...process.execArgv, fileURLToPath(import.meta.url), "--child", ...process.argv.slice(2)],
    { encoding: "utf8", maxBuffer: 2 ** 26, stdio: ["ignore", "pipe", "inherit"] }
  )
  if (child.status !== 0) process.exit(1)
  return JSON.parse(child.stdout)
}

/** Our median time, and the median ratio to it: a process in which all are slow shifts neither. */
const combine = (runs: ReadonlyArray<ReadonlyArray<Measured>>): ReadonlyArray<Measured> =>
  runs[0]!.map((first, i) => {
    const times = runs.map((run) => run[i]!.times)
    const ours = median(times.map((time) => time["ours"]!))
    const entries = Object.keys(first.times).map((name) => {
      return [name, ours * median(times.map((time) => time[name]! / time["ours"]!))] as const
    })
    return { ...first, times: Object.fromEntries(entries) }
  })

const report = ({ processes, words }: Arguments): void => {
  const measured = combine(Array.from({ length: processes }, measureInChild))
  print(
    `Node ${process.version}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}.`
  )
  print(
    `Median of ${processes} ${processes === 1 ? "process" : "processes"}. msgpackr's native string extraction is ${msgpackrIsNative ? "on" : "off"}.\n`
  )
  for (const group of ["decode", "encode", "typed decode", "typed encode", "frames"]) {
    printResults(
      group,
      measured.filter(({ name }) => name.startsWith(`${group} `))
    )
  }
  if (words.length === 0) {
    print("### memory\n")
    table(
      ["kept of each of 1 000 chunks of 64 KiB", "heap, each", "array buffers, each"],
      measureRetention().map(({ buffers, heap, what }) => [what, `${heap.toFixed(0)} B`, `${buffers.toFixed(0)} B`])
    )
  }
  print("### goals\n")
  table(
    ["goal", "measured", "target", "reached"],
    goals(measured).map((goal) => [goal.what, goal.measured, goal.target, goal.reached ? "yes" : "no"])
  )
}

const args = parse(process.argv.slice(2))
if (args.child) print(JSON.stringify(measureHere(args)))
else report(args)

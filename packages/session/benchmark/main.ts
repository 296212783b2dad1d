/**
 * `pnpm bench session [case …]` measures sessions against plain sockets that move the same bytes, and prints Markdown:
 * `pnpm bench session s1f1 s1f1-64 --rounds=9`. Cases that begin with `typed` measure typed messages ("ours") against
 * sessions whose items are made and taken apart by hand ("plain").
 */
import { cpus } from "node:os"
import { type Case, measure, measureMemory, type Measured } from "./harness.ts"

const one = (name: string, workload: Case["workload"], outstanding: number, goal?: number): Case => ({
  name,
  workload,
  connections: 1,
  outstanding,
  ...(goal === undefined ? {} : { goal })
})

const cases: ReadonlyArray<Case> = [
  one("s1f1", "s1f1", 1, 0.8),
  one("s1f1-64", "s1f1", 64, 2),
  one("echo1m", "echo1m", 1, 0.7),
  one("s6f11", "s6f11", 1, 0.7),
  one("s6f11-64", "s6f11", 64, 1.5),
  ...[8, 512, 4096].map((outstanding) => one(`s1f1-${outstanding}`, "s1f1", outstanding)),
  ...(["s1f1", "s6f11"] as const).flatMap((workload) =>
    [1, 64].map((outstanding): Case => ({
      ...one(`typed-${workload}${outstanding === 1 ? "" : `-${outstanding}`}`, workload, outstanding, 0.9),
      kinds: ["typed", "byhand"]
    }))
  ),
  ...[10, 100, 1000].map((connections): Case => ({
    name: `sessions-${connections}`,
    workload: "s1f1",
    connections,
    outstanding: 1
  }))
]

const rounds = Number(process.argv.find((word) => word.startsWith("--rounds="))?.split("=")[1] ?? 7)
const words = process.argv.slice(2).filter((word) => !word.startsWith("--"))
const unknown = words.find((word) => word !== "memory" && !cases.some(({ name }) => name === word))
if (unknown !== undefined || !(rounds >= 1)) {
  process.stderr.write(
    `${unknown === undefined ? "--rounds is a number from 1" : `there is no case ${unknown}`}; cases: ${cases.map(({ name }) => name).join(" ")} memory\n`
  )
  process.exit(2)
}
const wanted = (name: string): boolean => words.length === 0 || words.includes(name)

const print = (line = ""): void => {
  process.stdout.write(`${line}\n`)
}

const row = (...cells: ReadonlyArray<string>): void => print(`| ${cells.join(" | ")} |`)

const duration = (ns: number): string => (ns < 1e6 ? `${(ns / 1e3).toFixed(1)} µs` : `${(ns / 1e6).toFixed(2)} ms`)

const reached = ({ goal, throughput }: Measured): string =>
  goal === undefined ? "" : `≥ ${goal.toFixed(1)} ${throughput >= goal ? "yes" : "**no**"}`

print(`Node ${process.version}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores. Median of ${rounds} rounds.\n`)
const chosen = cases.filter(({ name }) => wanted(name))
if (chosen.length > 0) {
  row("case", "ours", "plain", "throughput", "goal", "CPU ours", "CPU plain", "CPU ratio")
  row(...Array.from({ length: 8 }, () => "---"))
}
for (const chosenCase of chosen) {
  const measured = await measure(chosenCase, rounds)
  const { cpu, name, ours, plain, throughput } = measured
  row(
    name,
    duration(ours.time),
    duration(plain.time),
    throughput.toFixed(2),
    reached(measured),
    duration(ours.cpu),
    duration(plain.cpu),
    cpu.toFixed(2)
  )
}
if (wanted("memory")) {
  print("\nAn idle connection, of 1 000, in KiB:\n")
  row("", "end", "heap and buffers", "resident")
  row("---", "---", "---", "---")
  for (const { end, heap, kind, resident } of await measureMemory(1000)) {
    row(kind, end, (heap / 1024).toFixed(1), (resident / 1024).toFixed(1))
  }
}

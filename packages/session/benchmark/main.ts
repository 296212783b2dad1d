/**
 * `pnpm bench session [word …]`: sessions against plain sockets that move the same bytes. Both ends of both are
 * processes of their own, all four live at once and take turns: a pair of runs is one round.
 *
 * A ratio above 1 is faster than plain sockets, in throughput; CPU is that of both ends together for one transaction.
 */
import { type ChildProcess, fork } from "node:child_process"
import { cpus } from "node:os"
import { fileURLToPath } from "node:url"
import type { Ask, Told } from "./ends.ts"
import { type WorkloadName } from "./workloads.ts"

const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

// --- processes -----------------------------------------------------------------------------------------------------

interface Process {
  readonly ready: Promise<ReadonlyArray<number>>
  readonly ask: (asked: Ask) => Promise<Told>
  readonly stop: () => void
}

const start = (...args: ReadonlyArray<string>): Process => {
  const child: ChildProcess = fork(fileURLToPath(new URL("./ends.ts", import.meta.url)), args)
  const waiting: Array<(told: Told) => void> = []
  const next = () => new Promise<Told>((resolve) => waiting.push(resolve))
  child.on("message", (told: Told) => waiting.shift()?.(told))
  child.on("exit", (code) => {
    if (code !== 0 && code !== null) process.exit(code)
  })
  return {
    ready: next().then((told) => (told.told === "ready" ? told.ports : [])),
    ask: (asked) => {
      const answer = next()
      child.send(asked)
      return answer
    },
    stop: () => {
      child.disconnect()
    }
  }
}

interface Pair {
  readonly driver: Process
  readonly responder: Process
}

const pair = async (kind: "ours" | "plain", connections: number): Promise<Pair> => {
  const responder = start(kind, "responder", String(connections))
  const ports = await responder.ready
  const driver = start(kind, "driver", ...ports.map(String))
  await driver.ready
  return { driver, responder }
}

const cpu = async ({ driver, responder }: Pair): Promise<number> => {
  let sum = 0
  for (const end of [driver, responder]) {
    const told = await end.ask({ ask: "usage" })
    if (told.told === "usage") sum += told.cpu
  }
  return sum
}

/** Nanoseconds and CPU nanoseconds of one transaction. */
interface Cost {
  readonly time: number
  readonly cpu: number
}

const run = async (ends: Pair, outstanding: number, transactions: number): Promise<Cost> => {
  const before = await cpu(ends)
  const told = await ends.driver.ask({ ask: "run", outstanding, transactions })
  const after = await cpu(ends)
  const nanoseconds = told.told === "done" ? told.nanoseconds : Number.NaN
  return { time: nanoseconds / transactions, cpu: ((after - before) * 1000) / transactions }
}

// --- measuring -----------------------------------------------------------------------------------------------------

interface Case {
  readonly name: string
  readonly workload: WorkloadName
  readonly connections: number
  readonly outstanding: number
  /** Throughput in times of plain sockets to reach. */
  readonly goal?: number
}

interface Result extends Case {
  readonly ours: Cost
  readonly plain: Cost
  /** Medians of the ratios of each round. */
  readonly throughput: number
  readonly cpu: number
}

const rounds = Number(process.argv.find((word) => word.startsWith("--rounds="))?.split("=")[1] ?? 7)
/** How long one run of the faster side takes, in nanoseconds. */
const runTime = 400e6
const warmUpTime = 1500e6

/** As many transactions as take about `time`, a multiple of the number of connections. */
const fitting = (time: number, each: number, connections: number): number =>
  Math.max(1, Math.round(time / each / connections)) * connections

const measure = async (one: Case): Promise<Result> => {
  const { connections, outstanding, workload } = one
  const ours = await pair("ours", connections)
  const plain = await pair("plain", connections)
  for (const end of [ours.driver, ours.responder, plain.driver, plain.responder]) {
    await end.ask({ ask: "prepare", workload })
  }
  const ready = async (ends: Pair): Promise<number> => {
    let transactions = connections * Math.max(10, outstanding)
    let spent = 0
    while (true) {
      const { time } = await run(ends, outstanding, transactions)
      spent += time * transactions
      if (spent > warmUpTime) return fitting(runTime, time, connections)
      transactions = fitting(Math.min(runTime, warmUpTime / 5), time, connections)
    }
  }
  const transactions = Math.max(await ready(ours), await ready(plain))
  const costs: Array<{ readonly ours: Cost; readonly plain: Cost }> = []
  for (let round = 0; round < rounds; round++) {
    // Who begins has the machine as the other left it.
    if (round % 2 === 0) {
      const first = await run(ours, outstanding, transactions)
      costs.push({ ours: first, plain: await run(plain, outstanding, transactions) })
    } else {
      const first = await run(plain, outstanding, transactions)
      costs.push({ ours: await run(ours, outstanding, transactions), plain: first })
    }
  }
  for (const ends of [ours, plain]) {
    ends.driver.stop()
    ends.responder.stop()
  }
  const of = (side: "ours" | "plain", what: keyof Cost) => median(costs.map((cost) => cost[side][what]))
  return {
    ...one,
    ours: { time: of("ours", "time"), cpu: of("ours", "cpu") },
    plain: { time: of("plain", "time"), cpu: of("plain", "cpu") },
    throughput: median(costs.map((cost) => cost.plain.time / cost.ours.time)),
    cpu: median(costs.map((cost) => cost.ours.cpu / cost.plain.cpu))
  }
}

const cases: ReadonlyArray<Case> = [
  { name: "s1f1", workload: "s1f1", connections: 1, outstanding: 1, goal: 0.8 },
  { name: "s1f1-64", workload: "s1f1", connections: 1, outstanding: 64, goal: 2 },
  { name: "echo1m", workload: "echo1m", connections: 1, outstanding: 1, goal: 0.7 },
  { name: "s6f11", workload: "s6f11", connections: 1, outstanding: 1, goal: 0.7 },
  { name: "s6f11-64", workload: "s6f11", connections: 1, outstanding: 64, goal: 1.5 },
  ...[8, 512, 4096].map((outstanding): Case => ({
    name: `s1f1-${outstanding}`,
    workload: "s1f1",
    connections: 1,
    outstanding
  })),
  ...[10, 100, 1000].map((connections): Case => ({
    name: `sessions-${connections}`,
    workload: "s1f1",
    connections,
    outstanding: 1
  }))
]

// --- printing ------------------------------------------------------------------------------------------------------

const print = (line = ""): void => {
  process.stdout.write(`${line}\n`)
}

const duration = (ns: number): string => (ns < 1e6 ? `${(ns / 1e3).toFixed(1)} µs` : `${(ns / 1e6).toFixed(2)} ms`)

const words = process.argv.slice(2).filter((word) => !word.startsWith("--") && word !== "session")
const chosen = cases.filter(({ name }) => words.length === 0 || words.includes(name))

print(`Node ${process.version}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores.\n`)
print("| case | ours | plain | throughput | goal | CPU ours | CPU plain | CPU ratio |")
print("| --- | --- | --- | --- | --- | --- | --- | --- |")
for (const one of chosen) {
  const result = await measure(one)
  print(
    `| ${[
      result.name,
      duration(result.ours.time),
      duration(result.plain.time),
      result.throughput.toFixed(2),
      result.goal === undefined ? "" : `≥ ${result.goal}`,
      duration(result.ours.cpu),
      duration(result.plain.cpu),
      result.cpu.toFixed(2)
    ].join(" | ")} |`
  )
}

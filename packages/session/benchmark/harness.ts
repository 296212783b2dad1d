/**
 * Sessions and plain sockets, both ends of both in processes of their own. All four live at once and take turns: one run
 * of each is a round, and of the ratios of all rounds the median counts.
 */
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Ask, Told } from "./ends.ts"
import type { WorkloadName } from "./workloads.ts"

const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

// --- processes -----------------------------------------------------------------------------------------------------

type Kind = "ours" | "plain" | "typed" | "byhand"
type Answer<Tag extends Told["told"]> = Extract<Told, { readonly told: Tag }>

interface Process {
  readonly ready: Promise<Answer<"ready">>
  readonly ask: <Tag extends Told["told"]>(asked: Ask, answer: Tag) => Promise<Answer<Tag>>
  readonly stop: () => Promise<void>
}

const start = (...args: ReadonlyArray<string>): Process => {
  const child = fork(fileURLToPath(new URL("./ends.ts", import.meta.url)), args)
  const waiting: Array<(told: Told) => void> = []
  const next = <Tag extends Told["told"]>(answer: Tag) =>
    new Promise<Answer<Tag>>((resolve, reject) => {
      waiting.push((told) =>
        told.told === answer ? resolve(told as Answer<Tag>) : reject(new Error(`${told.told} instead of ${answer}`))
      )
    })
  child.on("message", (told: Told) => waiting.shift()?.(told))
  const exited = new Promise<void>((resolve) => {
    child.on("exit", (code) => {
      if (code !== 0) process.exit(1)
      resolve()
    })
  })
  return {
    ready: next("ready"),
    ask: (asked, answer) => {
      const told = next(answer)
      child.send(asked)
      return told
    },
    stop: () => {
      child.disconnect()
      return exited
    }
  }
}

interface Pair {
  readonly driver: Process
  readonly responder: Process
}

const pair = async (kind: Kind, connections: number): Promise<Pair> => {
  const responder = start(kind, "responder", String(connections))
  const { ports } = await responder.ready
  const driver = start(kind, "driver", ...ports.map(String))
  await driver.ready
  return { driver, responder }
}

/** The driver first: it separates, and the responder has nothing to complain of. */
const stop = async ({ driver, responder }: Pair): Promise<void> => {
  await driver.stop()
  await responder.stop()
}

// --- time ----------------------------------------------------------------------------------------------------------

/** Nanoseconds of one transaction: of the clock, and of CPU at both ends together. */
export interface Cost {
  readonly time: number
  readonly cpu: number
}

const cpu = async ({ driver, responder }: Pair): Promise<number> => {
  const [one, other] = [await driver.ask({ ask: "usage" }, "usage"), await responder.ask({ ask: "usage" }, "usage")]
  return one.cpu + other.cpu
}

const run = async (ends: Pair, outstanding: number, transactions: number): Promise<Cost> => {
  const before = await cpu(ends)
  const { nanoseconds } = await ends.driver.ask({ ask: "run", outstanding, transactions }, "done")
  const after = await cpu(ends)
  return { time: nanoseconds / transactions, cpu: ((after - before) * 1000) / transactions }
}

export interface Case {
  readonly name: string
  readonly workload: WorkloadName
  readonly connections: number
  /** Open transactions of each connection. */
  readonly outstanding: number
  /** What is measured, and what against; sessions against plain sockets unless told. */
  readonly kinds?: readonly [Kind, Kind]
  /** Throughput in times of plain sockets to reach. */
  readonly goal?: number
}

export interface Measured extends Case {
  readonly ours: Cost
  readonly plain: Cost
  /** In times of plain sockets: above 1 is faster. */
  readonly throughput: number
  /** In times of plain sockets: above 1 is more. */
  readonly cpu: number
}

/** Nanoseconds of one run, and of the runs before any counts. */
const runTime = 400e6
const warmUpTime = 1500e6

/** As many transactions as take about `time`, a multiple of the number of connections. */
const fitting = (time: number, each: number, connections: number): number =>
  Math.max(1, Math.round(time / each / connections)) * connections

const warmUp = async (ends: Pair, { connections, outstanding }: Case): Promise<number> => {
  let transactions = connections * Math.max(10, outstanding)
  let spent = 0
  while (true) {
    const { time } = await run(ends, outstanding, transactions)
    spent += time * transactions
    if (spent > warmUpTime) return fitting(runTime, time, connections)
    transactions = fitting(warmUpTime / 5, time, connections)
  }
}

export const measure = async (one: Case, rounds: number): Promise<Measured> => {
  const { connections, outstanding, workload } = one
  const [subject, floor] = one.kinds ?? ["ours", "plain"]
  const ours = await pair(subject, connections)
  const plain = await pair(floor, connections)
  for (const end of [ours.driver, ours.responder, plain.driver, plain.responder]) {
    await end.ask({ ask: "prepare", workload }, "prepared")
  }
  const transactions = Math.max(await warmUp(ours, one), await warmUp(plain, one))
  const costs: Array<{ ours: Cost; plain: Cost }> = []
  for (let round = 0; round < rounds; round++) {
    // Who comes second has the machine as the other left it.
    const first = await run(round % 2 === 0 ? ours : plain, outstanding, transactions)
    const second = await run(round % 2 === 0 ? plain : ours, outstanding, transactions)
    costs.push(round % 2 === 0 ? { ours: first, plain: second } : { ours: second, plain: first })
  }
  await stop(ours)
  await stop(plain)
  const of = (kind: "ours" | "plain"): Cost => ({
    time: median(costs.map((cost) => cost[kind].time)),
    cpu: median(costs.map((cost) => cost[kind].cpu))
  })
  return {
    ...one,
    ours: of("ours"),
    plain: of("plain"),
    throughput: median(costs.map((cost) => cost.plain.time / cost.ours.time)),
    cpu: median(costs.map((cost) => cost.ours.cpu / cost.plain.cpu))
  }
}

// --- memory --------------------------------------------------------------------------------------------------------

/** Bytes of one idle connection at one end. */
export interface Memory {
  readonly kind: "ours" | "plain"
  readonly end: "active" | "passive"
  readonly heap: number
  readonly resident: number
}

/** What `connections` more take, each. */
export const measureMemory = async (connections: number): Promise<ReadonlyArray<Memory>> => {
  const measured: Array<Memory> = []
  for (const kind of ["ours", "plain"] as const) {
    const few = await pair(kind, 1)
    const many = await pair(kind, 1 + connections)
    for (const [end, part] of [
      ["active", "driver"],
      ["passive", "responder"]
    ] as const) {
      const one = await few[part].ask({ ask: "memory" }, "memory")
      const all = await many[part].ask({ ask: "memory" }, "memory")
      measured.push({
        kind,
        end,
        heap: (all.heap - one.heap) / connections,
        resident: (all.resident - one.resident) / connections
      })
    }
    await stop(few)
    await stop(many)
  }
  return measured
}

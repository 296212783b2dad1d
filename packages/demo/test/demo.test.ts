import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import * as net from "node:net"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..")

/** A Node that runs TypeScript: this one, or the one the workspace installs. */
const node = ((): string => {
  const [major, minor] = process.versions.node.split(".").map(Number) as [number, number]
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  const installed = join(root, "node_modules/.bin/node")
  if (!existsSync(installed))
    throw new Error("the demo needs Node 22.18 or later, and the workspace has installed none")
  return installed
})()

interface Demo {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  readonly exited: Effect.Effect<number | null>
  /** Waits until the output holds a text. */
  readonly prints: (text: string) => Effect.Effect<void>
}

const start = (...args: ReadonlyArray<string>): Effect.Effect<Demo, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync((): Demo => {
      const child = spawn(node, ["--conditions=source", "packages/demo/src/main.ts", ...args], { cwd: root })
      let out = ""
      let err = ""
      child.stdout.on("data", (chunk) => (out += chunk))
      child.stderr.on("data", (chunk) => (err += chunk))
      return {
        child,
        out: () => out,
        err: () => err,
        exited: Effect.callback<number | null>((resume) => {
          if (child.exitCode !== null) return resume(Effect.succeed(child.exitCode))
          child.once("close", (code) => resume(Effect.succeed(code)))
        }),
        prints: (text) =>
          Effect.callback((resume) => {
            const look = () => {
              if (!out.includes(text)) return
              child.stdout.off("data", look)
              resume(Effect.void)
            }
            child.stdout.on("data", look)
            look()
          })
      }
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

const occupied = Effect.acquireRelease(
  Effect.callback<net.Server>((resume) => {
    const server = net.createServer()
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.sync(() => server.close())
)

const portOf = (server: net.Server): number => (server.address() as net.AddressInfo).port

/** No line of a stack trace, whatever went wrong. */
const isClear = (text: string): void => assert.notMatch(text, /^\s+at |Error:|node:internal/m)

describe("the demo", () => {
  it.live(
    "runs host and equipment as two processes from Select to Separate and exits 0",
    () =>
      Effect.gen(function* () {
        const demo = yield* start()
        assert.strictEqual(yield* demo.exited, 0)
        const out = demo.out()
        isClear(out + demo.err())
        for (const name of [
          "S1F13 W",
          "S1F14",
          "S1F1 W",
          "S1F2",
          "S1F3 W",
          "S1F4",
          "S2F41 W",
          "S2F42",
          "SeparateReq"
        ]) {
          assert.include(out, name)
        }
        assert.strictEqual(out.match(/← equipment {2}S6F11 W/g)?.length, 11, "ten measurements and the start")
        assert.strictEqual(out.match(/→ equipment {2}S6F12/g)?.length, 11)
        assert.include(out, "equipment: IDLE -> EXECUTING")
        assert.include(out, '<A [9] "EXECUTING"> /* SV */')
        assert.include(out, "<B [1] 0x00> /* COMMACK 0 accepted */")
        assert.match(out, /S1F14 {2}Establish Communications Request Acknowledge {2}reply after \d+\.\d ms/)
        const temperatures = [...out.matchAll(/<A \[4\] "IDLE"> \/\* S?V \*\/\n\s+<F4 \[1\] ([\d.]+)>/g)].map(
          (match) => match[1]
        )
        assert.strictEqual(new Set(temperatures).size, 11, "the values change from event to event")
        assert.notInclude(out, "\u001b[", "no colour where there is no terminal")
      }),
    30_000
  )

  it.live(
    "runs its two ends as separate commands; the equipment serves host after host and ends on ^C",
    () =>
      Effect.gen(function* () {
        const equipment = yield* start("--equipment", "--port", "0")
        yield* equipment.prints("listening on ")
        const port = /listening on 127\.0\.0\.1:(\d+)/.exec(equipment.out())![1]!
        for (let round = 0; round < 2; round++) {
          const host = yield* start("--host", "--port", port)
          assert.strictEqual(yield* host.exited, 0)
        }
        equipment.child.kill("SIGINT")
        assert.strictEqual(yield* equipment.exited, 130)
        assert.include(equipment.err(), "interrupted: separated and closed")
        isClear(equipment.err())
        assert.strictEqual(equipment.out().match(/ended: the peer separated/g)?.length, 2)
      }),
    30_000
  )

  it.live(
    "separates when the host is interrupted in the middle",
    () =>
      Effect.gen(function* () {
        const equipment = yield* start("--equipment", "--port", "0")
        yield* equipment.prints("listening on ")
        const port = /listening on 127\.0\.0\.1:(\d+)/.exec(equipment.out())![1]!
        const host = yield* start("--host", "--port", port)
        yield* host.prints("S6F12")
        host.child.kill("SIGINT")
        assert.strictEqual(yield* host.exited, 130)
        isClear(host.err())
        yield* equipment.prints("ended: the peer separated")
      }),
    30_000
  )

  it.live("says that the port is in use and exits 1", () =>
    Effect.gen(function* () {
      const port = portOf(yield* occupied)
      const demo = yield* start("--equipment", "--port", String(port))
      assert.strictEqual(yield* demo.exited, 1)
      assert.strictEqual(demo.err(), `listen 127.0.0.1:${port}: the port is in use by another program\n`)
    })
  )

  it.live("says that the connection was refused and exits 1", () =>
    Effect.gen(function* () {
      const server = yield* occupied
      const port = portOf(server)
      yield* Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
      })
      const demo = yield* start("--host", "--port", String(port))
      assert.strictEqual(yield* demo.exited, 1)
      assert.strictEqual(
        demo.err(),
        `connect 127.0.0.1:${port}: connection refused: nobody listens there (is the peer up, and passive?)\n`
      )
    })
  )

  for (const [args, line] of [
    [["--port", "70000"], "--port is an integer from 0 to 65535, not 70000"],
    [["--device", "-1"], "--device"],
    [["--host", "--equipment"], "--equipment and --host are the two ends"],
    [["--prot", "1"], "Unknown option '--prot'"]
  ] as const) {
    it.live(`refuses ${args.join(" ")} with a line that names the flag`, () =>
      Effect.gen(function* () {
        const demo = yield* start(...args)
        assert.strictEqual(yield* demo.exited, 2)
        assert.include(demo.err(), line)
        isClear(demo.err())
      })
    )
  }

  it.live("ends quietly when nobody reads its output any more", () =>
    Effect.gen(function* () {
      const demo = yield* start()
      yield* demo.prints("S1F13")
      demo.child.stdout!.destroy()
      assert.isTrue(Exit.isSuccess(yield* Effect.exit(demo.exited)))
      isClear(demo.err())
    })
  )
})

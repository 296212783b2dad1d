import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { failed, quiet } from "../src/CliFailure.ts"
import { run } from "../src/Secs.ts"
import type { ShellService } from "../src/Shell.ts"
import { binary, environment, run as runBinary } from "./support/run.ts"

/** A shell with nothing in it, and what was written to it. */
const make = (differs: Partial<ShellService> = {}) => {
  const out: Array<string> = []
  const err: Array<string> = []
  const shell: ShellService = {
    read: (path) => Effect.fail(failed(`${path}: no such file`)),
    stream: () => Stream.empty,
    longestText: 2 ** 20,
    isFile: () => Effect.succeed(false),
    writeFile: () => Effect.void,
    makeFolder: () => Effect.void,
    append: () => Effect.void,
    files: () => Effect.undefined,
    write: (content) => Effect.sync(() => void out.push(String(content))),
    writeError: (text) => Effect.sync(() => void err.push(text)),
    outputIsTerminal: false,
    errorIsTerminal: false,
    colour: false,
    columns: undefined,
    ...differs
  }
  return { shell, out, err }
}

describe("Shell", () => {
  it.effect("writes in colours where they are wanted, and no escape where not", () =>
    Effect.gen(function* () {
      const colourful = make({ colour: true })
      const plain = make()
      for (const { shell } of [colourful, plain]) {
        assert.strictEqual(yield* run(shell, ["decode", "--explain", "0102a50107c501"], "1.0.0"), 1)
        assert.strictEqual(yield* run(shell, ["decode", "--help"], "1.0.0"), 0)
      }
      assert.include(colourful.out.join(""), "\u001b[31m")
      assert.notInclude(plain.out.join("") + plain.err.join(""), "\u001b")
    })
  )

  it.effect("shows progress where a person looks, and nothing of it else", () =>
    Effect.gen(function* () {
      const seen = make({ errorIsTerminal: true, read: () => Effect.succeed(new TextEncoder().encode("S1F1 W.")) })
      assert.strictEqual(yield* run(seen.shell, ["sml", "check", "a.sml", "b.sml"], "1.0.0"), 0)
      assert.include(seen.err.join(""), "2 of 2: b.sml")
      assert.strictEqual(seen.err.at(-1), "\r\u001b[K")
    })
  )

  it.effect("ends quietly with 0 when standard output is closed", () =>
    Effect.gen(function* () {
      const { err, shell } = make({ write: () => Effect.fail(quiet(0)) })
      assert.strictEqual(yield* run(shell, ["decode", "a50107"], "1.0.0"), 0)
      assert.deepStrictEqual(err, [])
    })
  )

  it.effect.each(["--help", "--version", "--completions bash", "sml"])(
    "ends with 1, and says why, where what secs %s prints cannot be written",
    (args) =>
      Effect.gen(function* () {
        const { err, shell } = make({ write: () => Effect.fail(failed("standard output: no space left")) })
        assert.strictEqual(yield* run(shell, args.split(" "), "1.0.0"), 1)
        assert.deepStrictEqual(err, ["secs: standard output: no space left\n"])
      })
  )

  it.effect("tells a bug with its stack, and ends with 1", () =>
    Effect.gen(function* () {
      const { err, shell } = make({ isFile: () => Effect.die(new Error("a wrong turn")) })
      assert.strictEqual(yield* run(shell, ["decode", "a50107"], "1.0.0"), 1)
      assert.match(err.join(""), /^secs: this is a bug, please report it\n[^]*a wrong turn/)
    })
  )

  it.effect("says of a text that no engine can hold that it is too long, and nothing of a bug", () =>
    Effect.gen(function* () {
      const { err, shell } = make({ isFile: () => Effect.sync(() => "x".repeat(2 ** 29).length > 0) })
      assert.strictEqual(yield* run(shell, ["decode", "a50107"], "1.0.0"), 1)
      assert.match(err.join(""), /^secs: [^\n]*too long[^\n]*512 MB[^\n]*\n$/)
    })
  )

  describe("with a file that is too large for memory", () => {
    const folder = mkdtempSync(join(tmpdir(), "secs-"))
    const file = join(folder, "large.sml")
    beforeAll(() => {
      writeFileSync(file, "")
      truncateSync(file, 600 * 2 ** 20)
    })
    afterAll(() => rmSync(folder, { recursive: true }))

    it.each([
      ["sml", "check"],
      ["sml", "fmt"],
      ["sml", "convert", "--to", "json"],
      ["encode"],
      ["decode", "--from", "hex"]
    ])("secs %s %s says so in one line, with what it takes, and ends with 1", async (...command) => {
      const { code, stderr, stdout } = await runBinary([...command, file])
      assert.strictEqual(code, 1)
      assert.match(
        stderr,
        /^secs: [^\n]*large\.sml: 600 MB is too large: this command takes \d+ MB at most; split it[^\n]*\n$/
      )
      if (command[1] !== "check") assert.strictEqual(stdout, "")
    })

    it("secs sml check says it of standard input before it has read it all", async () => {
      const stdin = Buffer.alloc(40 * 2 ** 20, "S1F1.\n")
      const { code, stderr } = await runBinary(["sml", "check", "-"], {
        stdin,
        env: { NODE_OPTIONS: "--max-old-space-size=100" }
      })
      assert.strictEqual(code, 1)
      assert.match(stderr, /^secs: standard input: too large: this command takes \d+ MB at most[^\n]*\n$/)
    })
  })

  it("is ended by ^C at once, which a shell calls 130", async () => {
    const file = fileURLToPath(new URL("support/one.sml", import.meta.url))
    const args = [binary, "sml", "check", "--json", file, "-"]
    const child = spawn(process.execPath, args, { env: environment(), timeout: 30_000 })
    // It has read the file, and now waits for standard input, which stays open.
    child.stdout.once("data", () => child.kill("SIGINT"))
    assert.strictEqual(await new Promise((resolve) => child.on("close", (_, signal) => resolve(signal))), "SIGINT")
  })

  it("has no escape in what it writes to a pipe", async () => {
    const { stderr, stdout } = await runBinary(["--help"], { env: { FORCE_COLOR: "1" } })
    assert.notInclude(stdout + stderr, "\u001b")
  })
})

import { assert, describe, it } from "@effect/vitest"
import { execFileSync, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import * as CompletionScript from "../src/CompletionScript.ts"
import { binary, environment, run } from "./support/run.ts"

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string
}

/** What an interactive bash prints. It has a session of its own, so that no terminal of ours is taken. */
const typedToBash = async (cwd: string, input: string): Promise<string> => {
  const bash = spawn("bash", ["--norc", "--noprofile", "-i"], {
    cwd,
    env: environment({ INPUTRC: "/dev/null", TERM: "dumb" }),
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
    timeout: 30_000
  })
  bash.stdin.end(input)
  return text(bash.stdout)
}

const holds = (file: string, words: string): boolean =>
  file.endsWith(".js") && readFileSync(join(binary, "..", file), "utf8").includes(words)

describe("secs", () => {
  it("prints its name and the version of its package", async () => {
    assert.deepInclude(await run(["--version"]), { code: 0, stdout: `secs ${version}\n`, stderr: "" })
  })

  it("starts without the catalogue, which commands load that print names", () => {
    const folder = join(binary, "..")
    const catalogue = readdirSync(folder).filter((file) => holds(file, "Establish Communications Request"))
    assert.lengthOf(catalogue, 1)
    const started = new Set(["secs.js"])
    for (const file of started) {
      for (const [, other] of readFileSync(join(folder, file), "utf8").matchAll(
        /^(?:import|export)\b[^;]*"\.\/(.+?)"/gm
      )) {
        started.add(other!)
      }
    }
    assert.isAbove(started.size, 1)
    assert.notInclude([...started], catalogue[0])
  })

  it("lists its commands where none is given", async () => {
    const { code, stderr, stdout } = await run([])
    assert.strictEqual(code, 0)
    assert.strictEqual(stderr, "")
    for (const command of ["sml", "decode", "encode", "send", "listen", "log", "quirks"])
      assert.match(stdout, new RegExp(`^  ${command} `, "m"))
  })

  it("answers an unknown flag with one line on standard error and exit code 2", async () => {
    const { code, stderr, stdout } = await run(["decode", "--no-such-flag"])
    assert.strictEqual(code, 2)
    assert.strictEqual(stdout, "")
    assert.match(stderr, /^secs decode: .*--no-such-flag.*\(see secs decode --help\)\n$/)
  })

  it("leaves standard input alone where it is not asked to read it, for others to read", async () => {
    const opened = "Object.defineProperty(process, 'stdin', { get() { throw Error('opened') } })"
    const NODE_OPTIONS = `--import=${JSON.stringify(`data:text/javascript,${encodeURIComponent(opened)}`)}`
    const { code, stderr } = await run(["encode", "S1F1 W."], { env: { NODE_OPTIONS } })
    assert.deepStrictEqual([stderr, code], ["", 0])
    const asked = await run(["encode", "-"], { env: { NODE_OPTIONS } })
    assert.match(asked.stderr, /opened/)
  })

  it.each(["bash", "zsh", "fish"])("prints completions for %s that name its commands", async (shell) => {
    const { code, stderr, stdout } = await run(["--completions", shell])
    assert.strictEqual(code, 0)
    assert.strictEqual(stderr, "")
    assert.match(stdout, /decode/)
    assert.match(stdout, /--explain/)
  })

  it("prints completions that bash understands", async () => {
    const { stdout } = await run(["--completions", "bash"])
    execFileSync("bash", ["-n"], { input: stdout })
    const complete = [
      stdout,
      "COMP_WORDS=(secs sml ch); COMP_CWORD=2; COMP_LINE='secs sml ch'; COMP_POINT=11",
      "$(complete -p secs | sed 's/.*-F \\([^ ]*\\).*/\\1/') secs ch sml",
      'echo "${COMPREPLY[@]}"'
    ].join("\n")
    assert.strictEqual(execFileSync("bash", ["--norc"], { input: complete, encoding: "utf8" }).trim(), "check")
  })

  it("leaves files to bash where no flag and no command stands", async () => {
    const { stdout } = await run(["--completions", "bash"])
    const folder = mkdtempSync(join(tmpdir(), "secs-"))
    try {
      mkdirSync(join(folder, "logs"))
      writeFileSync(join(folder, "all of it.sml"), "")
      writeFileSync(join(folder, "script"), `${stdout}\nsecs() { printf '<%s>' "$@"; echo; }\n`)
      // What a person types: readline completes, and the command gets the words.
      const typed = ["sml check a", "decode a", "log lo", "send localhost:5000 a", "listen :5000 --replies a", "sml ch"]
      const shown = await typedToBash(folder, `. ./script\n${typed.map((words) => `secs ${words}\t\n`).join("")}exit\n`)
      assert.deepStrictEqual(
        shown.split("\n").filter((line) => line.startsWith("<")),
        [
          "<sml><check><all of it.sml>",
          "<decode><all of it.sml>",
          "<log><logs/>",
          "<send><localhost:5000><all of it.sml>",
          "<listen><:5000><--replies><all of it.sml>",
          "<sml><check>"
        ]
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.each([
    ["zsh", /^ *'\*:Files, folders of \.sml files, or - for standard input:_files'$/m],
    ["zsh", /--replies\[[^\n]*:_files'$/m],
    ["fish", /-l replies [^\n]* -r -F$/m]
  ])("has %s complete files", async (shell, line) => {
    const { stdout } = await run(["--completions", shell])
    assert.match(stdout, line)
    if (shell === "fish") assert.notMatch(stdout, /__fish_seen_subcommand_from decode' -f$/m)
  })

  it.each(Object.entries(CompletionScript.installation))(
    "says in the script for %s where it goes",
    async (shell, how) => {
      const { stdout } = await run(["--completions", shell])
      assert.include(stdout, `# In ${how.file}:\n#   ${how.line}\n`)
      assert.notMatch(stdout, /Installation/)
    }
  )
})
